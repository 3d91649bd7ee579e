//! Passwords, session tokens and the proof that a form is ours.

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{PasswordHash, phc::Salt},
};
use rand_chacha::rand_core::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::types::Chance;

/// A secret that a browser or a program keeps, and of which we keep only the hash: 256 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
