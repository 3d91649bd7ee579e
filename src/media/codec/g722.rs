//! G.722 at 64 kbit/s over whole payloads; the arithmetic is the codec crate's.

use audio_codec::{
    Decoder as _, Encoder as _,
    g722::{G722Decoder, G722Encoder},
};

/// Hears a stream.
pub(super) struct Decoder(G722Decoder);

/// Speaks a stream.
pub(super) struct Encoder(G722Encoder);

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("G722Decoder")
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("G722Encoder")
    }
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self(G722Decoder::new())
    }

    pub(super) fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        let from = samples.len();
        samples.resize(from + self.0.max_decode_samples(payload.len()), 0);
        let made = self.0.decode_into(payload, &mut samples[from..]).unwrap_or(0);
        samples.truncate(from + made);
    }
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self(G722Encoder::new())
    }

    pub(super) fn encode(&mut self, samples: &[i16], payload: &mut Vec<u8>) {
        let from = payload.len();
        payload.resize(from + self.0.max_encode_bytes(samples.len()), 0);
        let made = self.0.encode_into(samples, &mut payload[from..]).unwrap_or(0);
        payload.truncate(from + made);
    }
}
