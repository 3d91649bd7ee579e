//! RTP on the wire (RFC 3550, 5.1): a checked view of what arrives, and a writer of what leaves.

use rtp_rs::RtpReader;

/// No payload of ours or of a sane peer is longer: 100 ms of linear audio would fit.
pub(super) const MAX_PAYLOAD: usize = 1_400;
/// A header without contributing sources or extension: the only kind that we write.
pub(super) const HEADER_LEN: usize = 12;

/// An arrived packet. Extension, contributing sources and padding have been stepped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) payload_type: u8,
    pub(super) marker: bool,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    pub(super) payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// `None` for anything that is not a whole RTP packet of sane length, among them RTCP that took the wrong port
    /// (RFC 5761, 4: payload types 64 to 95).
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let reader = RtpReader::new(bytes).ok()?;
        let payload_type = reader.payload_type();
        let payload = reader.payload();
        if (64..=95).contains(&payload_type) || payload.len() > MAX_PAYLOAD {
            return None;
        }
        Some(Self {
            payload_type,
            marker: reader.mark(),
            sequence: reader.sequence_number().into(),
            timestamp: reader.timestamp(),
            ssrc: reader.ssrc(),
            payload,
        })
    }
}

/// The header of a packet to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) payload_type: u8,
    pub(super) marker: bool,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
}

impl Header {
    /// Appends the twelve bytes; the payload follows.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let [high, low] = self.sequence.to_be_bytes();
        out.extend_from_slice(&[0x80, (u8::from(self.marker) << 7) | (self.payload_type & 0x7f), high, low]);
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
    }
}

/// The 64-bit timestamp nearest to one already known.
pub(super) fn extend_timestamp(near: i64, timestamp: u32) -> i64 {
    near + i64::from(timestamp.wrapping_sub(near as u32).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let header =
            Header { payload_type: 101, marker: true, sequence: 65_535, timestamp: 0xdead_beef, ssrc: 7 };
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        assert_eq!(bytes.len(), HEADER_LEN);
        bytes.extend_from_slice(b"abc");
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.payload_type, packet.marker, packet.sequence), (101, true, 65_535));
        assert_eq!((packet.timestamp, packet.ssrc, packet.payload), (0xdead_beef, 7, &b"abc"[..]));
    }

    #[test]
    fn sources_extension_and_padding_are_stepped_over() {
        let mut bytes = vec![0xb1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend_from_slice(&[9, 9, 9, 9]);
        bytes.extend_from_slice(&[0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
        bytes.extend_from_slice(&[0x55, 0x56, 0, 2]);
        assert_eq!(Packet::parse(&bytes).unwrap().payload, [0x55, 0x56]);
    }

    #[test]
    fn what_is_no_packet_is_dropped() {
        let whole = [0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        for length in 0..whole.len() {
            assert_eq!(Packet::parse(&whole[..length]), None);
        }
        assert!(Packet::parse(&whole).is_some());
        assert_eq!(Packet::parse(&[0x40, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]), None, "version 1");
        assert_eq!(Packet::parse(&[0xa0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]), None, "padding without length");
        assert_eq!(Packet::parse(&[0x80, 200, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]), None, "a sender report");
    }

    #[test]
    fn timestamps_extend_across_the_wrap_in_both_directions() {
        assert_eq!(extend_timestamp(0xffff_ff00, 0x40), 0x1_0000_0040);
        assert_eq!(extend_timestamp(0x1_0000_0040, 0xffff_ff00), 0xffff_ff00);
        assert_eq!(extend_timestamp(0, 0xffff_ffff), -1);
    }
}
