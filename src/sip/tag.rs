//! Our own tags and branches: 64 bits of chance, so that looking one up is looking up a number and guessing one is hopeless.

use std::fmt;

use rand_chacha::rand_core::Rng;

use crate::types::Chance;

/// A tag that we gave to a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tag(u64);

impl Tag {
    pub(super) fn new(chance: &mut Chance) -> Self {
        Self(chance.next_u64())
    }

    /// Of a request that is answered without keeping anything: the same for each copy (RFC 3261, 8.2.7).
    pub(super) const fn of_number(number: u64) -> Self {
        Self(number)
    }

    /// Reads back what `Display` wrote; anything else is not a tag of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
            .then(|| u64::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The branch of one of our requests: names the client transaction together with the method (17.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Branch(u64);

const COOKIE: &str = "z9hG4bK";

impl Branch {
    pub(super) fn new(chance: &mut Chance) -> Self {
        Self(chance.next_u64())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Tag::parse(text.strip_prefix(COOKIE)?).map(|Tag(number)| Self(number))
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{COOKIE}{:016x}", self.0)
    }
}

/// A Call-ID: 128 bits of chance, and no word about where it was made.
pub(super) fn new_call_id(chance: &mut Chance) -> String {
    format!("{:016x}{:016x}", chance.next_u64(), chance.next_u64())
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn what_we_wrote_we_read_back() {
        let mut chance = Chance::seed_from_u64(7);
        for _ in 0..50 {
            let (tag, branch) = (Tag::new(&mut chance), Branch::new(&mut chance));
            assert_eq!(Tag::parse(&tag.to_string()), Some(tag));
            assert_eq!(Branch::parse(&branch.to_string()), Some(branch));
        }
        for text in ["", "1", "000000000000000G", "+00000000000000f", "00000000000000FF", "z9hG4bK"] {
            assert_eq!(Tag::parse(text), None, "{text}");
            assert_eq!(Branch::parse(text), None, "{text}");
        }
    }
}
