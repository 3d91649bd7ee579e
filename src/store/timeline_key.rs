//! The key that timelines of escalations are signed with, so that whoever has its public half can tell without this house
//! that nothing was changed.

use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// What cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimelineKeyError {
    #[error("no key could be made")]
    NotMade,
    #[error("this is no Ed25519 key in PKCS #8")]
    Unreadable,
}

/// An Ed25519 key (RFC 8032); cheap to clone.
#[derive(Debug, Clone)]
pub struct TimelineKey(Arc<Ed25519KeyPair>);

impl TimelineKey {
    /// A new one, with the bytes that are to be kept: PKCS #8 (RFC 5958).
    ///
    /// # Errors
    /// When the system gives no chance.
    pub fn generate() -> Result<(Self, Vec<u8>), TimelineKeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| TimelineKeyError::NotMade)?;
        let kept = pair.to_pkcs8().map_err(|_| TimelineKeyError::NotMade)?.as_ref().to_vec();
        Ok((Self(Arc::new(pair)), kept))
    }

    /// Reads what [`generate`](Self::generate) had kept.
    ///
    /// # Errors
    /// When these bytes are no key.
    pub fn from_pkcs8(kept: &[u8]) -> Result<Self, TimelineKeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(kept).map_err(|_| TimelineKeyError::Unreadable)?;
        Ok(Self(Arc::new(pair)))
    }

    pub(super) fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.0.sign(digest).as_ref().to_vec()
    }

    /// The half that may be shown to anybody.
    pub fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }
}

/// Was this digest signed with the key whose public half this is?
pub fn is_signed(public: &[u8], digest: &[u8; 32], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(digest, signature).is_ok()
}
