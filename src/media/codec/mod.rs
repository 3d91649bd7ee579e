//! The codecs of the house: what a payload type stands for, and how its bytes become sound.

mod g711;
mod g722;
mod opus;

use serde::{Deserialize, Serialize};

use super::frame::SampleRate;

/// How speech is carried. Closed, so that another one makes the compiler name every place that must decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// G.711 µ-law, as in North America.
    Pcmu,
    /// G.711 A-law, as elsewhere.
    Pcma,
    /// 7 kHz of sound in the 64 kbit/s of G.711 (ITU-T G.722).
    G722,
    /// RFC 6716; heard and spoken at 16 kHz here, which is all that a voice needs.
    Opus,
}

impl Codec {
    /// Every codec, in the order in which they are offered where nobody has a wish: what every carrier takes comes first.
    pub const ALL: [Self; 4] = [Self::Pcmu, Self::Pcma, Self::G722, Self::Opus];

    /// The payload type that we offer it under: RFC 3551's, table 4, or a dynamic one.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
            Self::Opus => 96,
        }
    }

    /// Its name in `a=rtpmap`.
    pub const fn encoding_name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
            Self::Opus => "opus",
        }
    }

    /// RTP timestamp units in a second. G.722's are 8000, by an old mistake that must be kept (RFC 3551, 4.5.2); Opus's
    /// are 48000 whatever it carries (RFC 7587, 4.1).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
            Self::Opus => 48_000,
        }
    }

    /// The rate of its samples, here.
    pub const fn rate(self) -> SampleRate {
        match self {
            Self::Pcmu | Self::Pcma => SampleRate::Hz8000,
            Self::G722 | Self::Opus => SampleRate::Hz16000,
        }
    }

    pub(super) fn from_static_payload_type(payload_type: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| payload_type < 96 && codec.payload_type() == payload_type)
    }

    /// How long the sound in a payload is, in units of 1/8000 s; 0 for what cannot be a payload of it.
    pub fn length(self, payload: &[u8]) -> usize {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => payload.len(),
            Self::Opus => opus::length(payload),
        }
    }

    /// Can a payload of this codec be rewritten into the other, byte by byte, as it passes?
    pub const fn relays_as(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Pcmu | Self::Pcma, Self::Pcmu | Self::Pcma)
                | (Self::G722, Self::G722)
                | (Self::Opus, Self::Opus)
        )
    }

    /// Rewrites a payload, in place, into one of the other codec, if [`Self::relays_as`]. Needs neither buffer nor clock,
    /// because in G.711 each byte stands for itself.
    pub fn transcode(self, other: Self, payload: &mut [u8]) {
        match (self, other) {
            (Self::Pcmu, Self::Pcma) => g711::mu_to_a(payload),
            (Self::Pcma, Self::Pcmu) => g711::a_to_mu(payload),
            _ => {}
        }
    }
}

/// One incoming stream's decoder. Small for G.711, some 100 kB for Opus.
#[derive(Debug)]
pub struct Decoder {
    codec: Codec,
    state: DecoderState,
}

#[derive(Debug)]
enum DecoderState {
    Stateless,
    G722(Box<g722::Decoder>),
    Opus(Box<opus::Decoder>),
}

impl Decoder {
    /// One for a new stream.
    pub fn new(codec: Codec) -> Self {
        let state = match codec {
            Codec::Pcmu | Codec::Pcma => DecoderState::Stateless,
            Codec::G722 => DecoderState::G722(Box::new(g722::Decoder::new())),
            Codec::Opus => DecoderState::Opus(Box::new(opus::Decoder::new())),
        };
        Self { codec, state }
    }

    /// What it decodes.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Appends the samples of a payload, [`Codec::length`] long, at [`Codec::rate`]. Nothing for a broken one.
    pub fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        match &mut self.state {
            DecoderState::Stateless if self.codec == Codec::Pcmu => g711::decode_mu_law(payload, samples),
            DecoderState::Stateless => g711::decode_a_law(payload, samples),
            DecoderState::G722(decoder) => decoder.decode(payload, samples),
            DecoderState::Opus(decoder) => decoder.decode(payload, samples),
        }
    }

    /// Appends the sound of the packet that was lost just before this one, of the same length, if it carries a copy of it
    /// (RFC 7587, 3.2: in-band FEC). False when it does not.
    pub fn recover(&mut self, following: &[u8], samples: &mut Vec<i16>) -> bool {
        match &mut self.state {
            DecoderState::Opus(decoder) => decoder.recover(following, samples),
            DecoderState::Stateless | DecoderState::G722(_) => false,
        }
    }
}

/// One outgoing stream's encoder.
#[derive(Debug)]
pub struct Encoder {
    codec: Codec,
    state: EncoderState,
}

#[derive(Debug)]
enum EncoderState {
    Stateless,
    G722(Box<g722::Encoder>),
    Opus(Box<opus::Encoder>),
}

impl Encoder {
    /// One for a new stream.
    pub fn new(codec: Codec) -> Self {
        let state = match codec {
            Codec::Pcmu | Codec::Pcma => EncoderState::Stateless,
            Codec::G722 => EncoderState::G722(Box::new(g722::Encoder::new())),
            Codec::Opus => EncoderState::Opus(Box::new(opus::Encoder::new())),
        };
        Self { codec, state }
    }

    /// What it encodes into.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Appends the payload that carries these samples at [`Codec::rate`]: for Opus, 20 ms of them.
    pub fn encode(&mut self, samples: &[i16], payload: &mut Vec<u8>) {
        match &mut self.state {
            EncoderState::Stateless if self.codec == Codec::Pcmu => g711::encode_mu_law(samples, payload),
            EncoderState::Stateless => g711::encode_a_law(samples, payload),
            EncoderState::G722(encoder) => encoder.encode(samples, payload),
            EncoderState::Opus(encoder) => encoder.encode(samples, payload),
        }
    }
}

#[cfg(test)]
mod tests;
