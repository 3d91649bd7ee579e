//! The codecs of the house: what a payload type stands for, and how its bytes become sound.

mod g711;

/// How speech is carried. Closed, so that adding G.722 or Opus makes the compiler name every place that must decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 µ-law, as in North America.
    Pcmu,
    /// G.711 A-law, as elsewhere.
    Pcma,
}

impl Codec {
    /// Every codec, in the order we like them.
    pub const ALL: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// The payload type that RFC 3551, table 4, gives it.
    pub const fn static_payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// Its name in `a=rtpmap`.
    pub const fn encoding_name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// RTP timestamp units in a second.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    pub(super) fn from_static_payload_type(payload_type: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.static_payload_type() == payload_type)
    }

    /// How many samples a payload holds, and so how far it moves the timestamp.
    pub const fn samples_in(self, payload: &[u8]) -> usize {
        match self {
            Self::Pcmu | Self::Pcma => payload.len(),
        }
    }

    /// Appends the linear samples (8 kHz) of a payload.
    pub fn decode(self, payload: &[u8], samples: &mut Vec<i16>) {
        match self {
            Self::Pcmu => g711::decode_mu_law(payload, samples),
            Self::Pcma => g711::decode_a_law(payload, samples),
        }
    }

    /// Appends the payload that carries these linear samples (8 kHz).
    pub fn encode(self, samples: &[i16], payload: &mut Vec<u8>) {
        match self {
            Self::Pcmu => g711::encode_mu_law(samples, payload),
            Self::Pcma => g711::encode_a_law(samples, payload),
        }
    }

    /// Rewrites a payload of this codec, in place, into one of the other. Needs neither buffer nor clock, because in
    /// G.711 each byte stands for itself.
    pub fn transcode(self, other: Self, payload: &mut [u8]) {
        match (self, other) {
            (Self::Pcmu, Self::Pcma) => g711::mu_to_a(payload),
            (Self::Pcma, Self::Pcmu) => g711::a_to_mu(payload),
            (Self::Pcmu, Self::Pcmu) | (Self::Pcma, Self::Pcma) => {}
        }
    }
}
