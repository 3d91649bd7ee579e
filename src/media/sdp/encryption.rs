//! What we wish of a stream's encryption, and what both sides have agreed on.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::browser::{DtlsTerms, Fingerprint};
use crate::media::srtp::{MasterKey, Suite};

/// Chance from which all keys of one leg are made, each suite's its own. The same for the life of the leg, so that a
/// re-INVITE that changes nothing changes no key either.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Seed(pub [u8; 32]);

impl Seed {
    /// Our sending key for a suite.
    pub(in crate::media) fn key(&self, suite: Suite) -> Option<MasterKey> {
        let mut material = [0; 64];
        for (part, block) in material.chunks_exact_mut(32).enumerate() {
            block.copy_from_slice(&self.derive(suite.name(), part as u8)?);
        }
        MasterKey::new(suite, &material[..suite.material_len()])
    }

    /// Bytes for one purpose, as a key derivation in counter mode makes them (NIST SP 800-108, 4.1).
    pub(in crate::media) fn derive(&self, purpose: &str, part: u8) -> Option<[u8; 32]> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).ok()?;
        mac.update(&[part]);
        mac.update(purpose.as_bytes());
        Some(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// The transport that an audio line names (RFC 3551, 3711, 4585, 5124).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    Avp,
    Avpf,
    Savp,
    Savpf,
    /// Keys come from a DTLS handshake (RFC 5764, 8).
    DtlsSavp,
    DtlsSavpf,
}

impl Profile {
    const ALL: [Self; 6] = [Self::Avp, Self::Avpf, Self::Savp, Self::Savpf, Self::DtlsSavp, Self::DtlsSavpf];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name().eq_ignore_ascii_case(name))
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Avp => "RTP/AVP",
            Self::Avpf => "RTP/AVPF",
            Self::Savp => "RTP/SAVP",
            Self::Savpf => "RTP/SAVPF",
            Self::DtlsSavp => "UDP/TLS/RTP/SAVP",
            Self::DtlsSavpf => "UDP/TLS/RTP/SAVPF",
        }
    }

    /// Does the name alone promise that nothing goes unencrypted?
    pub(super) const fn is_secure(self) -> bool {
        !matches!(self, Self::Avp | Self::Avpf)
    }

    /// Do its keys come from a handshake on the media's own way?
    pub(super) const fn is_dtls(self) -> bool {
        matches!(self, Self::DtlsSavp | Self::DtlsSavpf)
    }
}

/// What we wish of a stream's encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// None at all: an offer that insists on it is refused.
    #[default]
    Off,
    /// If they offer it: our own offers have no keys, as whoever reads the signalling would read those.
    InKind,
    /// If they can: our offers are plain RTP/AVP with `a=crypto`, which desk phones and gateways know as optional SRTP.
    Optional,
    /// RTP/SAVP or nothing.
    Required,
    /// It is required and cannot be had: nothing that they offer is accepted.
    Impossible,
    /// It has been agreed on, under this transport, and is not given up again for the life of the leg.
    Kept(Profile),
    /// A browser, which speaks nothing but DTLS-SRTP: this is the fingerprint of our certificate.
    Browser(Fingerprint),
}

/// Our side of a stream's encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encryption {
    pub wish: Wish,
    pub seed: Seed,
}

impl Encryption {
    /// Plain RTP, whatever they offer besides.
    pub const OFF: Self = Self { wish: Wish::Off, seed: Seed([0; 32]) };

    /// The same after an agreement: what was encrypted once stays so.
    #[must_use]
    pub fn after(self, agreed: Protection) -> Self {
        match agreed {
            Protection::Plain | Protection::Dtls(_) => self,
            Protection::Sdes(Sdes { profile, .. }) => Self { wish: Wish::Kept(profile), ..self },
        }
    }

    /// Is plain RTP out of the question?
    pub(super) const fn insists(self) -> bool {
        matches!(self.wish, Wish::Required | Wish::Impossible | Wish::Kept(_))
    }
}

/// How the packets of a stream are protected, as agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    Plain,
    Sdes(Sdes),
    Dtls(DtlsTerms),
}

impl Protection {
    /// Is anything of it readable on the way?
    pub const fn is_encrypted(&self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// The suite, if it is known before the first packet.
    pub const fn suite(&self) -> Option<Suite> {
        match self {
            Self::Plain | Self::Dtls(_) => None,
            Self::Sdes(sdes) => Some(sdes.send.suite()),
        }
    }
}

/// Keys that were exchanged in the descriptions (RFC 4568).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sdes {
    pub send: MasterKey,
    pub receive: MasterKey,
    /// Bytes of the key identifier that they put under each packet.
    pub receive_mki_len: u8,
    /// Under which transport.
    pub profile: Profile,
}
