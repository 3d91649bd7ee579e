//! Passwords, session tokens, and the proof that a form is ours.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use rand_chacha::rand_core::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{store::TokenHash, types::Chance};

/// The shortest password that is taken.
pub(super) const SHORTEST_PASSWORD: usize = 12;
/// The longest: hashing costs time in proportion.
pub(super) const LONGEST_PASSWORD: usize = 256;

/// A secret that a browser or a program keeps, and of which we keep only the hash: 256 bits, in hex.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    pub fn draw(chance: &mut Chance) -> Self {
        let mut bytes = [0; 32];
        chance.fill_bytes(&mut bytes);
        Self(hex(&bytes))
    }

    /// What a cookie or a header carried; anything of the wrong form hashes to what nobody has.
    pub(super) fn presented(text: &str) -> Self {
        Self(text.chars().take(128).collect())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// As the store keeps it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The proof that a form was made for the bearer of this session: derived, so that nothing more is stored.
    pub(super) fn csrf(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"portico form ");
        hasher.update(self.0.as_bytes());
        hex(&hasher.finalize())
    }

    pub(super) fn proves(&self, csrf: &str) -> bool {
        self.csrf().as_bytes().ct_eq(csrf.as_bytes()).into()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The PHC string of a password (argon2id, 19 MiB, two passes); `None` if the library could not compute it.
pub(super) fn hash_password(password: &str, chance: &mut Chance) -> Option<String> {
    let mut salt = [0; 16];
    chance.fill_bytes(&mut salt);
    Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// Is it the password of this hash? Without a hash (nobody of that name) the same work is done, and the answer is no.
pub(super) fn verify_password(password: &str, hash: Option<&str>) -> bool {
    /// The hash of a password that nobody knows, so that an unknown name takes as long as a known one.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$VGhlIHNhbHQgb2Ygbm9ib2R5$2Hn6B5vlyhAQ3lUz5rkUNHPv0ZrzDxGOBmyPaPEw6H8";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let mut chance = Chance::seed_from_u64(1);
        let hash = hash_password("correct horse battery", &mut chance).unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(verify_password("correct horse battery", Some(&hash)));
        assert!(!verify_password("correct horse", Some(&hash)));
        assert!(!verify_password("anything", None));
        assert_ne!(
            hash,
            hash_password("correct horse battery", &mut chance).unwrap(),
            "each hash has its own salt"
        );
    }

    #[test]
    fn the_form_of_one_session_proves_nothing_for_another() {
        let mut chance = Chance::seed_from_u64(1);
        let (mine, theirs) = (Secret::draw(&mut chance), Secret::draw(&mut chance));
        assert!(mine.proves(&mine.csrf()));
        assert!(!mine.proves(&theirs.csrf()));
        assert!(!mine.proves(""));
        assert_eq!(mine.reveal().len(), 64);
        assert_eq!(format!("{mine:?}"), "Secret(…)");
    }
}
