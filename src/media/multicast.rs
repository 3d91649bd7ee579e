//! A voice for whoever listens to a multicast group: RTP of G.711 µ-law, 20 ms a packet, as phones take a page.

use super::{
    codec::{Codec, Encoder},
    frame::{Frame, SampleRate},
    resample::Fit,
    rtp::Header,
};

/// One stream to a group. Nobody answers, nothing is agreed on: RFC 3551's static number says it all.
#[derive(Debug)]
pub struct GroupVoice {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    begun: bool,
    fit: Fit,
    encoder: Encoder,
    packet: Vec<u8>,
}

impl GroupVoice {
    /// Numbers that nobody can guess (RFC 3550, 5.1).
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        let (fit, encoder) = (Fit::default(), Encoder::new(Codec::Pcmu));
        Self { ssrc, sequence, timestamp, begun: false, fit, encoder, packet: Vec::new() }
    }

    /// The packet of the next frame.
    pub fn packet(&mut self, frame: &Frame) -> &[u8] {
        let narrow = self.fit.fit(frame, SampleRate::Hz8000);
        let header = Header {
            payload_type: Codec::Pcmu.payload_type(),
            marker: !std::mem::replace(&mut self.begun, true),
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
        };
        self.packet.clear();
        header.write(&mut self.packet);
        self.encoder.encode(narrow.samples(), &mut self.packet);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(narrow.samples().len() as u32);
        &self.packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::rtp::Packet;

    #[test]
    fn packets_follow_each_other_and_begin_with_a_mark() {
        let mut voice = GroupVoice::new(7, 65_535, 100);
        let silence = Frame::silence(SampleRate::Hz16000);
        let first = voice.packet(&silence).to_vec();
        let first = Packet::parse(&first).unwrap();
        assert_eq!(
            (first.payload_type, first.marker, first.sequence, first.timestamp),
            (0, true, 65_535, 100)
        );
        assert_eq!((first.ssrc, first.payload.len()), (7, 160));
        let second = Packet::parse(voice.packet(&silence)).unwrap();
        assert_eq!((second.marker, second.sequence, second.timestamp), (false, 0, 260));
    }
}
