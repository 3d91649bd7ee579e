//! Suites by their registered names, and a master key with its salt, which never shows itself.

use std::fmt;

/// How packets are sealed: the registered crypto suites of RFC 4568, 6188 and 7714 that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    AesCm128Sha1_80,
    AesCm128Sha1_32,
    AesCm256Sha1_80,
    AesCm256Sha1_32,
    AeadAes128Gcm,
    AeadAes256Gcm,
}

impl Suite {
    /// In the order in which we offer them: what every telephone has comes first.
    pub const ALL: [Self; 6] = [
        Self::AesCm128Sha1_80,
        Self::AesCm128Sha1_32,
        Self::AesCm256Sha1_80,
        Self::AesCm256Sha1_32,
        Self::AeadAes128Gcm,
        Self::AeadAes256Gcm,
    ];

    /// As `a=crypto` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AesCm128Sha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128Sha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::AesCm256Sha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Self::AesCm256Sha1_32 => "AES_256_CM_HMAC_SHA1_32",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// Suite names are case-insensitive in the field, and RFC 6188 has its figures where older drafts had not.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name));
        known.or_else(|| {
            if name.eq_ignore_ascii_case("AES_CM_256_HMAC_SHA1_80") {
                Some(Self::AesCm256Sha1_80)
            } else if name.eq_ignore_ascii_case("AES_CM_256_HMAC_SHA1_32") {
                Some(Self::AesCm256Sha1_32)
            } else {
                None
            }
        })
    }

    pub(in crate::media) const fn key_len(self) -> usize {
        match self {
            Self::AesCm128Sha1_80 | Self::AesCm128Sha1_32 | Self::AeadAes128Gcm => 16,
            Self::AesCm256Sha1_80 | Self::AesCm256Sha1_32 | Self::AeadAes256Gcm => 32,
        }
    }

    pub(in crate::media) const fn salt_len(self) -> usize {
        if self.is_aead() { 12 } else { 14 }
    }

    pub(super) const fn is_aead(self) -> bool {
        matches!(self, Self::AeadAes128Gcm | Self::AeadAes256Gcm)
    }

    /// Of the HMAC under an RTP packet. RTCP always has ten bytes (RFC 4568, 6.2.2).
    pub(super) const fn rtp_tag_len(self) -> usize {
        match self {
            Self::AesCm128Sha1_80 | Self::AesCm256Sha1_80 => 10,
            Self::AesCm128Sha1_32 | Self::AesCm256Sha1_32 => 4,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
        }
    }

    pub(super) const fn rtcp_tag_len(self) -> usize {
        if self.is_aead() { 16 } else { 10 }
    }

    /// How many bytes a master key and its salt are together.
    pub const fn material_len(self) -> usize {
        self.key_len() + self.salt_len()
    }
}

/// A master key and its master salt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey {
    suite: Suite,
    material: [u8; MasterKey::LONGEST],
}

impl MasterKey {
    /// The longest key with its salt.
    pub const LONGEST: usize = 46;

    /// `None` when the material is not as long as the suite wants it.
    pub fn new(suite: Suite, material: &[u8]) -> Option<Self> {
        if material.len() != suite.material_len() {
            return None;
        }
        let mut all = [0; Self::LONGEST];
        all[..material.len()].copy_from_slice(material);
        Some(Self { suite, material: all })
    }

    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt, end to end, as SDES writes them.
    pub fn material(&self) -> &[u8] {
        &self.material[..self.suite.material_len()]
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.material[..self.suite.key_len()]
    }

    /// Padded with zeros to the 112 bits of RFC 3711 where it has but 96 (RFC 7714, 11).
    pub(super) fn salt(&self) -> [u8; 14] {
        let mut salt = [0; 14];
        let from = self.suite.key_len();
        salt[..self.suite.salt_len()].copy_from_slice(&self.material[from..from + self.suite.salt_len()]);
        salt
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, …)", self.suite.name())
    }
}
