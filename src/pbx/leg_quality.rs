//! How a leg sounded, how it was protected, and why nothing was heard of it: what the media plane counts for the record.

use crate::media::{Codec, Score};

/// What RTCP and the jitter buffer saw of one leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Quality {
    pub packets_received: u64,
    pub packets_lost: u64,
    pub packets_sent: u64,
    pub jitter_ms: u32,
    pub round_trip_ms: Option<u32>,
    /// What was sent at the end.
    #[serde(default)]
    pub codec: Option<Codec>,
    /// How the far end sounded to us; `None` when nothing was heard.
    #[serde(default)]
    pub heard: Option<Score>,
    /// How we sounded to the far end, by its own reports; `None` when it made none.
    #[serde(default)]
    pub there: Option<Score>,
    #[serde(default)]
    pub encryption: Encrypted,
    /// Why the far end was not heard at the end, if it was not.
    #[serde(default)]
    pub unheard: Option<Unheard>,
}

/// How a leg's media was protected on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encrypted {
    #[default]
    No,
    /// SRTP with keys in the signalling (RFC 4568).
    Sdes,
    /// SRTP with keys of a DTLS handshake (RFC 5764).
    Dtls,
}

impl Encrypted {
    /// As it is kept and as programs are told it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "none",
            Self::Sdes => "sdes",
            Self::Dtls => "dtls",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::No, Self::Sdes, Self::Dtls].into_iter().find(|known| known.as_str() == name)
    }
}

/// Why nothing was heard of a far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unheard {
    NothingCame,
    CameFromElsewhere,
    ReportsOnly,
    NotNegotiated,
    NotAuthentic,
    NotRtp,
    WentQuiet,
}

impl Unheard {
    const ALL: [Self; 7] = [
        Self::NothingCame,
        Self::CameFromElsewhere,
        Self::ReportsOnly,
        Self::NotNegotiated,
        Self::NotAuthentic,
        Self::NotRtp,
        Self::WentQuiet,
    ];

    /// As it is kept and as programs are told it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NothingCame => "nothing_came",
            Self::CameFromElsewhere => "came_from_elsewhere",
            Self::ReportsOnly => "reports_only",
            Self::NotNegotiated => "not_negotiated",
            Self::NotAuthentic => "not_authentic",
            Self::NotRtp => "not_rtp",
            Self::WentQuiet => "went_quiet",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}
