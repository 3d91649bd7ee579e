//! What a T.38 datagram carries, read only to tell it from strays and to count pages (ITU-T T.38, 7, 9 and annex A).

use super::control::Frame;

/// Packets that one datagram repeats, or frames of an image's data: nobody sends more.
const MOST_PARTS: usize = 64;

/// One UDPTL datagram, cut up: its number, and its packets, the newest last.
#[derive(Debug)]
pub(super) struct Datagram<'a> {
    pub(super) sequence: u16,
    pub(super) primary: &'a [u8],
    /// The packets before it, the latest first, if they are repeated.
    repeated: Vec<&'a [u8]>,
}

impl<'a> Datagram<'a> {
    /// `None`: this is no UDPTL, as a late packet of the voice is none.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[high, low], rest) = bytes.split_first_chunk::<2>()?;
        let (primary, rest) = open_type(rest)?;
        Ifp::parse(primary)?;
        let (&recovery, mut rest) = rest.split_first()?;
        let mut repeated = Vec::new();
        if recovery & 0x80 == 0 {
            let (count, after) = length(rest)?;
            rest = after;
            if count > MOST_PARTS {
                return None;
            }
            for _ in 0..count {
                let (packet, after) = open_type(rest)?;
                repeated.push(packet);
                rest = after;
            }
            // Some senders pad.
            if rest.iter().any(|&byte| byte != 0) {
                return None;
            }
        }
        Some(Self { sequence: u16::from_be_bytes([high, low]), primary, repeated })
    }

    /// The packets that are newer than this number, in their order.
    fn news(&self, last: Option<u16>) -> impl Iterator<Item = &'a [u8]> {
        let ahead = last.map_or(1, |last| self.sequence.wrapping_sub(last));
        // Behind by less than half of all numbers: it is late, and has been repeated since.
        let missing = if ahead >= 0x8000 { 0 } else { usize::from(ahead) };
        let repeated = self.repeated.iter().take(missing.saturating_sub(1)).rev().copied();
        repeated.chain((missing > 0).then_some(self.primary))
    }
}

/// Octets with their number before them.
fn open_type(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = length(bytes)?;
    rest.split_at_checked(length)
}

/// A number of octets, as packed encoding rules write it; what is cut into fragments (16 KiB) is not taken.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ ..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [long @ 0x80..=0xbf, low, rest @ ..] => {
            Some((usize::from(long & 0x3f) << 8 | usize::from(*low), rest))
        }
        _ => None,
    }
}

/// One packet of the fax protocol.
#[derive(Debug)]
struct Ifp<'a> {
    /// It carries V.21's frames, and not an image.
    control: bool,
    fields: &'a [u8],
    count: usize,
}

impl<'a> Ifp<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&head, rest) = bytes.split_first()?;
        let (has_fields, is_data, extended) = (head & 0x80 != 0, head & 0x40 != 0, head & 0x20 != 0);
        let kind = head >> 1 & 0x0f;
        // What is extended has one octet more: speeds and signals of V.34.
        let rest = if extended { rest.get(1..)? } else { rest };
        if !extended && is_data && kind > 8 {
            return None;
        }
        let control = is_data && !extended && kind == 0;
        if !has_fields {
            return rest.is_empty().then_some(Self { control, fields: &[], count: 0 });
        }
        let (count, fields) = length(rest)?;
        (is_data && (1..=MOST_PARTS).contains(&count)).then_some(Self { control, fields, count })
    }
}

/// What a field of data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Hdlc,
    /// The frame has come whole.
    Whole,
    /// The frame is broken off, or came with errors.
    Broken,
    Other,
}

/// Takes the frames out of one direction's packets.
#[derive(Debug, Default)]
pub(super) struct Reader {
    last: Option<u16>,
    frame: Frame,
    /// The first version of the standard has its fields of data without room for an extension.
    old: bool,
}

impl Reader {
    /// `version`: of T.38, as both sides have agreed.
    pub(super) fn new(version: u8) -> Self {
        Self { old: version == 0, ..Self::default() }
    }

    /// Each frame of a datagram that has come whole is handed on.
    pub(super) fn take(&mut self, datagram: &Datagram<'_>, mut whole: impl FnMut(&Frame)) {
        for packet in datagram.news(self.last) {
            if let Some(ifp) = Ifp::parse(packet).filter(|ifp| ifp.control) {
                self.fields(&ifp, &mut whole);
            }
        }
        if self.last.is_none_or(|last| datagram.sequence.wrapping_sub(last) < 0x8000) {
            self.last = Some(datagram.sequence);
        }
    }

    fn fields(&mut self, ifp: &Ifp<'_>, whole: &mut impl FnMut(&Frame)) {
        let mut rest = ifp.fields;
        for _ in 0..ifp.count {
            let Some((&head, after)) = rest.split_first() else { return };
            let extended = !self.old && head & 0x40 != 0;
            let kind = match head {
                _ if extended => Field::Other,
                head if self.old => kind(head >> 4 & 0x07),
                head => kind(head >> 3 & 0x07),
            };
            rest = if extended { after.get(1..).unwrap_or_default() } else { after };
            if head & 0x80 != 0 {
                let Some((&[high, low], after)) = rest.split_first_chunk::<2>() else { return };
                let Some((octets, after)) =
                    after.split_at_checked(usize::from(u16::from_be_bytes([high, low])) + 1)
                else {
                    return;
                };
                rest = after;
                if kind == Field::Hdlc {
                    octets.iter().for_each(|octet| self.frame.push(*octet));
                }
            }
            match kind {
                Field::Whole => whole(&std::mem::take(&mut self.frame)),
                Field::Broken => self.frame = Frame::default(),
                Field::Hdlc | Field::Other => {}
            }
        }
    }
}

/// T.38, 7.4: data; the signal ends; check sequence good, bad; the same at the signal's end; and the image's own two.
const fn kind(number: u8) -> Field {
    match number {
        0 => Field::Hdlc,
        2 | 4 => Field::Whole,
        1 | 3 | 5 => Field::Broken,
        _ => Field::Other,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::media::fax::{
        FaxSign,
        control::{Pages, Sender},
    };

    /// A packet with one frame in it, whole.
    pub(in crate::media) fn frame(octets: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xc0, 0x02, 0x80];
        packet.extend((octets.len() as u16 - 1).to_be_bytes());
        packet.extend(octets);
        packet.push(0x20);
        packet
    }

    /// A datagram of these packets, the newest first.
    pub(in crate::media) fn datagram(sequence: u16, packets: &[&[u8]]) -> Vec<u8> {
        let mut bytes = sequence.to_be_bytes().to_vec();
        let (primary, repeated) = packets.split_first().unwrap();
        bytes.push(primary.len() as u8);
        bytes.extend(*primary);
        bytes.extend([0x00, repeated.len() as u8]);
        for packet in repeated {
            bytes.push(packet.len() as u8);
            bytes.extend(*packet);
        }
        bytes
    }

    const EOP: &[u8] = &[0xff, 0xc8, 0xf4];
    const MCF: &[u8] = &[0xff, 0xc8, 0x31];
    /// "No signal", which every sender begins with.
    pub(in crate::media) const NO_SIGNAL: &[u8] = &[0x00];

    fn read(reader: &mut Reader, bytes: &[u8]) -> Vec<FaxSign> {
        let (mut signs, mut pages) = (Vec::new(), Pages::default());
        let parsed = Datagram::parse(bytes).unwrap();
        reader.take(&parsed, |frame| signs.extend(pages.take(Sender::One, frame)));
        signs
    }

    #[test]
    fn frames_are_read_and_what_was_lost_is_read_from_its_repetition_once() {
        let (eop, mcf) = (frame(EOP), frame(MCF));
        let mut reader = Reader::new(0);
        assert_eq!(read(&mut reader, &datagram(7, &[NO_SIGNAL])), []);
        assert_eq!(read(&mut reader, &datagram(8, &[&eop, NO_SIGNAL])), [FaxSign::Control]);
        assert_eq!(read(&mut reader, &datagram(8, &[&eop, NO_SIGNAL])), [], "a copy of it");
        assert_eq!(read(&mut reader, &datagram(9, &[NO_SIGNAL, &eop, NO_SIGNAL])), []);
        assert_eq!(
            read(&mut reader, &datagram(11, &[NO_SIGNAL, &mcf, NO_SIGNAL])),
            [FaxSign::Control],
            "10 was lost"
        );
        assert_eq!(read(&mut reader, &datagram(10, &[&mcf])), [], "and is late");
    }

    #[test]
    fn the_fields_of_later_versions_are_read_as_well() {
        let mut packet = vec![0xc0, 0x02, 0x80, 0x00, 0x02];
        packet.extend(EOP);
        packet.push(2 << 3);
        assert_eq!(read(&mut Reader::new(3), &datagram(0, &[&packet])), [FaxSign::Control]);
    }

    #[test]
    fn a_packet_of_the_voice_is_no_datagram() {
        let mut voice = vec![0x80, 0x00, 0x12, 0x34];
        voice.extend([0xd5; 168]);
        assert!(Datagram::parse(&voice).is_none());
        for junk in
            [&[][..], &[0, 1], &[0, 1, 200], &[0, 1, 1, 0], &[0, 1, 1, 0, 0, 9], &[0, 1, 1, 0, 0, 0, 7]]
        {
            assert!(Datagram::parse(junk).is_none(), "{junk:?}");
        }
        assert!(Datagram::parse(&[0, 1, 1, 0, 0, 0]).is_some());
        let fec = [0x00, 0x05, 0x01, 0x00, 0x80, 0x01, 0x03, 0x01, 0x01, 0x00];
        assert!(Datagram::parse(&fec).is_some(), "parity instead of copies");
    }
}
