//! What tells one message from all others, in sixteen bytes: tables of what has been seen keep this instead of the words.

use std::hash::{DefaultHasher, Hasher};

/// A keyed hash. Nobody who does not know the salt can make two of them meet, and by chance they never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fingerprint(u64, u64);

impl Fingerprint {
    pub(super) fn of(salt: u64, parts: &[&[u8]]) -> Self {
        let mut press = Press::new(salt);
        parts.iter().for_each(|part| press.put(part));
        press.lift()
    }
}

/// A fingerprint that is being taken, part by part; parts do not run into each other.
#[derive(Debug)]
pub(super) struct Press(DefaultHasher, DefaultHasher);

impl Press {
    pub(super) fn new(salt: u64) -> Self {
        let (mut one, mut other) = (DefaultHasher::new(), DefaultHasher::new());
        one.write_u64(salt);
        other.write_u64(!salt);
        Self(one, other)
    }

    pub(super) fn put(&mut self, part: &[u8]) {
        for hasher in [&mut self.0, &mut self.1] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }

    pub(super) fn lift(&self) -> Fingerprint {
        Fingerprint(self.0.finish(), self.1.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_leave_the_same_print_and_others_another() {
        assert_eq!(Fingerprint::of(1, &[b"a", b"bc"]), Fingerprint::of(1, &[b"a", b"bc"]));
        assert_ne!(Fingerprint::of(1, &[b"a", b"bc"]), Fingerprint::of(1, &[b"ab", b"c"]));
        assert_ne!(Fingerprint::of(1, &[b"a"]), Fingerprint::of(1, &[b"a", b""]));
        assert_ne!(
            Fingerprint::of(1, &[b"a"]),
            Fingerprint::of(2, &[b"a"]),
            "a stranger cannot work out what meets what"
        );
    }
}
