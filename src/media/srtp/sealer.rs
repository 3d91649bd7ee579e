//! What we send, sealed: the index of each packet, its keystream and its tag.

use super::{
    keys::MasterKey,
    rtp_header_len,
    stream::Stream,
    transform::{Nonced, Place, Transform},
    word,
};

/// The sending half: our key, and how far its streams have come. One SSRC at a time; another begins anew.
#[derive(Debug)]
pub struct Sealer {
    rtp: Transform,
    rtcp: Transform,
    /// The stream under way.
    stream: Option<Stream>,
    /// Of the next RTCP packet; 31 bits.
    rtcp_index: u32,
}

/// The end of the SRTCP index, after which the key has served its time (RFC 3711, 9.2).
const LAST_RTCP: u32 = 0x7fff_ffff;

impl Sealer {
    /// `None` if the key is of no use, which one that has been agreed on never is.
    pub fn new(key: &MasterKey) -> Option<Self> {
        Some(Self { rtp: Transform::rtp(key)?, rtcp: Transform::rtcp(key)?, stream: None, rtcp_index: 0 })
    }

    /// Seals the RTP packet that begins at `from` and ends the buffer. False, and the packet taken off again, if it
    /// cannot be: it is not RTP, or older than the stream is.
    pub fn seal_rtp(&mut self, buffer: &mut Vec<u8>, from: usize) -> bool {
        let sealed = self.try_seal_rtp(buffer, from).is_some();
        if !sealed {
            buffer.truncate(from);
        }
        sealed
    }

    fn try_seal_rtp(&mut self, buffer: &mut Vec<u8>, from: usize) -> Option<()> {
        let packet = buffer.get_mut(from..)?;
        let header_len = rtp_header_len(packet)?;
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = word(packet, 8)?;
        // A relayed stream may come in slightly mixed order, but no index is used twice: that would show both packets.
        let index = match &mut self.stream {
            Some(stream) if stream.ssrc() == ssrc => {
                let index = stream.nearest(sequence).filter(|&index| stream.is_new(index))?;
                stream.see(index);
                index
            }
            _ => {
                let index = u64::from(sequence);
                self.stream = Some(Stream::begin(ssrc, index));
                index
            }
        };
        let place = Place { ssrc, index };
        let (header, payload) = packet.split_at_mut(header_len);
        if let Some(tag) = self.rtp.seal(Nonced(place), header, payload) {
            buffer.extend_from_slice(&tag);
            return Some(());
        }
        self.rtp.cipher(place, payload);
        let wraps = ((index >> 16) as u32).to_be_bytes();
        let (tag, length) = self.rtp.mac(packet, &wraps)?;
        buffer.extend_from_slice(&tag[..length]);
        Some(())
    }

    /// Seals the compound RTCP packet that begins at `from` and ends the buffer. False, and the packet taken off again,
    /// if it cannot be: it is not RTCP, or 2^31 have been sent.
    pub fn seal_rtcp(&mut self, buffer: &mut Vec<u8>, from: usize) -> bool {
        let sealed = self.try_seal_rtcp(buffer, from).is_some();
        if !sealed {
            buffer.truncate(from);
        }
        sealed
    }

    fn try_seal_rtcp(&mut self, buffer: &mut Vec<u8>, from: usize) -> Option<()> {
        let packet = buffer.get_mut(from..)?;
        let ssrc = word(packet, 4)?;
        if self.rtcp_index == LAST_RTCP {
            return None;
        }
        let index = self.rtcp_index;
        self.rtcp_index += 1;
        let place = Place { ssrc, index: u64::from(index) };
        // The E bit: what follows is encrypted (3.4).
        let encrypted = (0x8000_0000 | index).to_be_bytes();
        let (header, payload) = packet.split_at_mut(8);
        let mut associated = [0; 12];
        associated[..8].copy_from_slice(header);
        associated[8..].copy_from_slice(&encrypted);
        if let Some(tag) = self.rtcp.seal(Nonced(place), &associated, payload) {
            buffer.extend_from_slice(&tag);
            buffer.extend_from_slice(&encrypted);
            return Some(());
        }
        self.rtcp.cipher(place, payload);
        let (tag, length) = self.rtcp.mac(packet, &encrypted)?;
        buffer.extend_from_slice(&encrypted);
        buffer.extend_from_slice(&tag[..length]);
        Some(())
    }
}
