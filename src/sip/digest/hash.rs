//! The hashes of a digest: which algorithms there are, and how an answer is computed (RFC 7616, 3.4).

use std::fmt;

use md5::Md5;
use sha2::{Sha256, Sha512_256};

use super::params::Qop;

/// Which hash. The order is of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    Md5,
    Sha256,
    /// SHA-512/256 (RFC 8760, 2.1).
    Sha512_256,
}

impl Algorithm {
    /// As it stands in a challenge. Without the parameter it is MD5 (RFC 7616, 3.3).
    pub(super) fn of(name: Option<&str>) -> Option<Self> {
        match name {
            None => Some(Algorithm::Md5),
            Some(name) if name.eq_ignore_ascii_case("MD5") => Some(Algorithm::Md5),
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Some(Algorithm::Sha256),
            Some(name) if name.eq_ignore_ascii_case("SHA-512-256") => Some(Algorithm::Sha512_256),
            Some(_) => None,
        }
    }

    fn hash_of_bytes(self, bytes: &[u8]) -> String {
        match self {
            Algorithm::Md5 => hex(&<Md5 as sha2::Digest>::digest(bytes)),
            Algorithm::Sha256 => hex(&<Sha256 as sha2::Digest>::digest(bytes)),
            Algorithm::Sha512_256 => hex(&<Sha512_256 as sha2::Digest>::digest(bytes)),
        }
    }

    /// The hash of the parts, joined by `:`, in lower-case hexadecimal.
    pub(super) fn hash(self, parts: &[&str]) -> String {
        match self {
            Algorithm::Md5 => hashed::<Md5>(parts),
            Algorithm::Sha256 => hashed::<Sha256>(parts),
            Algorithm::Sha512_256 => hashed::<Sha512_256>(parts),
        }
    }

    /// `H(user:realm:password)`: what may be kept in place of a password.
    pub fn ha1(self, user: &str, realm: &str, password: &str) -> String {
        self.hash(&[user, realm, password])
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha512_256 => "SHA-512-256",
        })
    }
}

fn hashed<D: sha2::Digest>(parts: &[&str]) -> String {
    let mut hasher = D::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            hasher.update(b":");
        }
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    out
}

/// Reads `hex` back.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        for &c in pair {
            let nibble = match c {
                b'0'..=b'9' => c - b'0',
                b'a'..=b'f' => c - b'a' + 10,
                _ => return None,
            };
            *byte = *byte << 4 | nibble;
        }
    }
    Some(out)
}

/// What the answer to a challenge is made of; `counted` is `nc` and `cnonce`, and is absent without `qop` (RFC 2069).
pub(super) struct Answer<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) ha1: &'a str,
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
    pub(super) nonce: &'a str,
    pub(super) counted: Option<(&'a str, &'a str)>,
    /// The request's body, where the answer covers it (`auth-int`).
    pub(super) body: Option<&'a [u8]>,
}

impl Answer<'_> {
    /// The `response` parameter.
    pub(super) fn response(&self) -> String {
        let (ha2, qop) = match self.body {
            Some(body) => {
                let body = self.algorithm.hash_of_bytes(body);
                (self.algorithm.hash(&[self.method, self.uri, &body]), Qop::AuthInt)
            }
            None => (self.algorithm.hash(&[self.method, self.uri]), Qop::Auth),
        };
        match self.counted {
            Some((nc, cnonce)) => {
                self.algorithm.hash(&[self.ha1, self.nonce, nc, cnonce, &qop.to_string(), &ha2])
            }
            None => self.algorithm.hash(&[self.ha1, self.nonce, &ha2]),
        }
    }
}
