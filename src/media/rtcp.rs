//! RTCP (RFC 3550, 6): what we tell of a stream, and what is believed of what we are told.
//!
//! A BYE is read and has no effect: calls end in signalling, and a forged packet must not end one.

use super::reception::Figures;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const EXTENDED_REPORT: u8 = 207;
/// RFC 3611, 4.7.
const VOIP_METRICS: u8 = 7;
const CNAME: u8 = 1;
const REPORT_BLOCK_LEN: usize = 24;

/// What a compound packet says of the stream that we send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// The middle 32 bits of the sender report's clock, to be returned to it in our next report.
    pub(super) sender_clock: Option<u32>,
    /// Their report of our stream.
    pub(super) block: Option<Block>,
    /// Their estimate of what a listener would say of us, in tenths, 10 to 50 (RFC 3611, 4.7.5).
    pub(super) opinion: Option<u8>,
}

/// A report block about us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) fraction_lost: u8,
    pub(super) cumulative_lost: i32,
    pub(super) jitter: u32,
    /// Our clock, as they last had it from us, in 1/65536 s; 0: never.
    pub(super) last_report: u32,
    /// How long they kept it, in 1/65536 s.
    pub(super) delay: u32,
}

/// Reads a compound packet. `None` when it is not one (appendix A.2); a broken tail is not believed either.
pub(super) fn parse(bytes: &[u8], our_ssrc: u32) -> Option<Told> {
    let mut told = Told::default();
    let mut rest = bytes;
    let mut first = true;
    while !rest.is_empty() {
        let &[flags, kind, high, low, ..] = rest else { return None };
        let length = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
        if flags >> 6 != 2
            || rest.len() < length
            || (first && !matches!(kind, SENDER_REPORT | RECEIVER_REPORT))
        {
            return None;
        }
        let (packet, after) = rest.split_at(length);
        let blocks_at = match kind {
            SENDER_REPORT => {
                told.sender_clock = Some(word(packet, 10)?);
                Some(28)
            }
            RECEIVER_REPORT => Some(8),
            SOURCE_DESCRIPTION | BYE => None,
            _ => None,
        };
        if let Some(at) = blocks_at {
            for block in packet.get(at..)?.chunks_exact(REPORT_BLOCK_LEN).take(usize::from(flags & 0x1f)) {
                if word(block, 0) == Some(our_ssrc) {
                    told.block = read_block(block);
                }
            }
        }
        if kind == EXTENDED_REPORT {
            told.opinion = opinion(packet.get(8..)?, our_ssrc).or(told.opinion);
        }
        first = false;
        rest = after;
    }
    (!first).then_some(told)
}

/// The score in the report blocks of an extended report, if one of them is about us and knows it. For a conversation
/// rather than for listening alone, where they differ.
fn opinion(mut blocks: &[u8], our_ssrc: u32) -> Option<u8> {
    while let &[kind, _, high, low, ..] = blocks {
        let length = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
        let block = blocks.get(..length)?;
        if kind == VOIP_METRICS && word(block, 4) == Some(our_ssrc) {
            let known = |at: usize| block.get(at).copied().filter(|tenths| (10..=50).contains(tenths));
            return known(27).or(known(26));
        }
        blocks = &blocks[length..];
    }
    None
}

fn read_block(block: &[u8]) -> Option<Block> {
    let lost = word(block, 4)?;
    Some(Block {
        fraction_lost: (lost >> 24) as u8,
        // 24 bits, signed: duplicates can make it negative.
        cumulative_lost: (lost << 8).cast_signed() >> 8,
        jitter: word(block, 12)?,
        last_report: word(block, 16)?,
        delay: word(block, 20)?,
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// What a report of ours says about what we send.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    /// Our clock, 32.32 fixed point. It counts from the leg's beginning, as 6.4.1 allows those without a wall clock.
    pub(super) clock: u64,
    pub(super) timestamp: u32,
    pub(super) packets: u32,
    pub(super) octets: u32,
}

/// What a report of ours says about what we hear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received {
    pub(super) figures: Figures,
    pub(super) last_report: u32,
    pub(super) delay: u32,
}

/// Appends a compound packet: a sender's report if we have sent, else a receiver's, and our name, which is the SSRC
/// in hexadecimal and tells nobody anything (RFC 7022).
pub(super) fn write(ssrc: u32, sent: Option<&Sent>, received: Option<&Received>, out: &mut Vec<u8>) {
    let count = u8::from(received.is_some());
    let kind = if sent.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
    let words: u16 = 1 + if sent.is_some() { 5 } else { 0 } + u16::from(count) * 6;
    let [high, low] = words.to_be_bytes();
    out.extend_from_slice(&[0x80 | count, kind, high, low]);
    out.extend_from_slice(&ssrc.to_be_bytes());
    if let Some(sent) = sent {
        out.extend_from_slice(&sent.clock.to_be_bytes());
        for word in [sent.timestamp, sent.packets, sent.octets] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
    if let Some(Received { figures, last_report, delay }) = received {
        let lost =
            (u32::from(figures.fraction_lost) << 24) | (figures.cumulative_lost.cast_unsigned() & 0xff_ffff);
        for word in [figures.ssrc, lost, figures.highest, figures.jitter, *last_report, *delay] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
    // One chunk: SSRC, CNAME of eight characters, the end, padded to a word: 4 + 2 + 8 + 2.
    out.extend_from_slice(&[0x81, SOURCE_DESCRIPTION, 0, 4]);
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[CNAME, 8]);
    out.extend((0..8).rev().map(|nibble| b"0123456789abcdef"[(ssrc >> (nibble * 4)) as usize & 15]));
    out.extend_from_slice(&[0, 0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: Figures =
        Figures { ssrc: 0x1111_2222, fraction_lost: 12, cumulative_lost: 300, highest: 70_000, jitter: 33 };

    fn report() -> Vec<u8> {
        let mut bytes = Vec::new();
        let sent = Sent { clock: 0x0001_8000_4000_0000, timestamp: 9, packets: 8, octets: 7 };
        write(
            0xabcd_ef01,
            Some(&sent),
            Some(&Received { figures: FIGURES, last_report: 5, delay: 6 }),
            &mut bytes,
        );
        bytes
    }

    #[test]
    fn a_report_reads_back_as_written() {
        let bytes = report();
        assert_eq!(bytes.len() % 4, 0);
        let told = parse(&bytes, FIGURES.ssrc).unwrap();
        assert_eq!(told.sender_clock, Some(0x8000_4000));
        let expected =
            Block { fraction_lost: 12, cumulative_lost: 300, jitter: 33, last_report: 5, delay: 6 };
        assert_eq!(told.block, Some(expected));
        assert_eq!(parse(&bytes, 1).unwrap().block, None, "about somebody else");
        assert!(bytes.windows(8).any(|window| window == b"abcdef01"));
    }

    #[test]
    fn a_far_end_that_estimates_how_we_sound_is_heard() {
        let mut bytes = report();
        let mut metrics = vec![0; 36];
        metrics[..4].copy_from_slice(&[VOIP_METRICS, 0, 0, 8]);
        metrics[4..8].copy_from_slice(&FIGURES.ssrc.to_be_bytes());
        (metrics[26], metrics[27]) = (41, 38);
        bytes.extend_from_slice(&[0x80, EXTENDED_REPORT, 0, 10]);
        bytes.extend_from_slice(&7_u32.to_be_bytes());
        bytes.extend_from_slice(&metrics);
        assert_eq!(parse(&bytes, FIGURES.ssrc).unwrap().opinion, Some(38));
        assert_eq!(parse(&bytes, 1).unwrap().opinion, None, "about somebody else");
        let end = bytes.len();
        bytes[end - 9] = 127;
        assert_eq!(parse(&bytes, FIGURES.ssrc).unwrap().opinion, Some(41), "127: not known");
        bytes[end - 33] = 200;
        assert_eq!(parse(&bytes, FIGURES.ssrc).map(|told| told.opinion), Some(None), "a block that lies");
    }

    #[test]
    fn a_receiver_without_anything_to_tell_still_says_who_it_is() {
        let mut bytes = Vec::new();
        write(1, None, None, &mut bytes);
        assert_eq!(parse(&bytes, 1), Some(Told::default()));
        assert_eq!((bytes[1], bytes.len()), (201, 8 + 20));
    }

    #[test]
    fn what_is_cut_short_or_lies_about_its_length_is_not_believed() {
        let bytes = report();
        for length in 0..bytes.len() {
            let whole_prefix = length == 52;
            assert_eq!(parse(&bytes[..length], FIGURES.ssrc).is_some(), whole_prefix, "{length}");
        }
        for at in 0..bytes.len() {
            for value in [0, 0x7f, 0xff] {
                let mut broken = bytes.clone();
                broken[at] = value;
                let _ = parse(&broken, FIGURES.ssrc);
            }
        }
        assert_eq!(parse(&[0x80, 203, 0, 0], 1), None, "a BYE alone is not a compound packet");
    }
}
