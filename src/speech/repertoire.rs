//! Clauses that were spoken before, kept as sound: a greeting is made once and not once for each caller.

use std::{collections::BTreeMap, sync::Arc};

/// Sound of clauses, by what [`Manner::known_as`](super::Manner::known_as) names them: their words as they are written for
/// the voice, the voice and its pace, for another voice or pace says them differently.
///
/// Bounded by the bytes of its sound. When it is full, what has not been said for longest goes: the fixed sentences are
/// said again and again and stay, names and numbers that were read back to one caller do not.
#[derive(Debug)]
pub struct Repertoire {
    most_bytes: usize,
    bytes: usize,
    kept: BTreeMap<String, Kept>,
    /// The clauses by when they were last said.
    said: BTreeMap<u64, String>,
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    sound: Arc<[i16]>,
    said: u64,
}

impl Repertoire {
    /// A clause that takes more than this share of the whole is not kept.
    const LARGEST_SHARE: usize = 16;

    /// Nothing yet; never more than so many bytes of sound.
    pub fn new(most_bytes: usize) -> Self {
        Self { most_bytes, bytes: 0, kept: BTreeMap::new(), said: BTreeMap::new(), clock: 0 }
    }

    /// The clause's sound, if it is kept. It counts as said now.
    pub fn recall(&mut self, clause: &str) -> Option<Arc<[i16]>> {
        let kept = self.kept.get_mut(clause)?;
        self.clock += 1;
        if let Some(words) = self.said.remove(&kept.said) {
            self.said.insert(self.clock, words);
        }
        kept.said = self.clock;
        Some(Arc::clone(&kept.sound))
    }

    /// Is the clause kept? It does not count as said.
    pub fn knows(&self, clause: &str) -> bool {
        self.kept.contains_key(clause)
    }

    /// Keeps the sound of a whole clause.
    pub fn keep(&mut self, clause: &str, sound: Arc<[i16]>) {
        let bytes = bytes_of(&sound);
        if sound.is_empty() || bytes > self.most_bytes / Self::LARGEST_SHARE {
            return;
        }
        self.forget(clause);
        while self.bytes + bytes > self.most_bytes {
            let Some((_, oldest)) = self.said.pop_first() else { break };
            self.forget(&oldest);
        }
        self.clock += 1;
        self.bytes += bytes;
        self.said.insert(self.clock, clause.to_owned());
        self.kept.insert(clause.to_owned(), Kept { sound, said: self.clock });
    }

    /// Bytes of sound that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn forget(&mut self, clause: &str) {
        if let Some(kept) = self.kept.remove(clause) {
            self.bytes -= bytes_of(&kept.sound);
            self.said.remove(&kept.said);
        }
    }
}

fn bytes_of(sound: &[i16]) -> usize {
    size_of_val(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(samples: usize) -> Arc<[i16]> {
        vec![7; samples].into()
    }

    #[test]
    fn what_was_said_is_said_again_from_memory() {
        let mut repertoire = Repertoire::new(16_000);
        assert_eq!(repertoire.recall("Hello."), None);
        repertoire.keep("Hello.", sound(100));
        assert_eq!(repertoire.recall("Hello.").as_deref(), Some(&[7; 100][..]));
        assert_eq!(repertoire.recall("Hello"), None, "other marks, another tune");
        repertoire.keep("Hello.", sound(50));
        assert_eq!((repertoire.bytes(), repertoire.recall("Hello.").map(|s| s.len())), (100, Some(50)));
    }

    #[test]
    fn a_full_repertoire_lets_go_of_what_was_not_said_for_longest() {
        let mut repertoire = Repertoire::new(16_000);
        for name in 0..1_000 {
            repertoire.keep(&format!("That is caller {name}."), sound(500));
            assert!(repertoire.bytes() <= 16_000);
            if name == 0 {
                repertoire.keep("Thank you for calling.", sound(500));
            }
            assert!(repertoire.recall("Thank you for calling.").is_some(), "said to every caller: {name}");
        }
        assert!(!repertoire.knows("That is caller 0.") && repertoire.knows("That is caller 999."));
        assert_eq!(repertoire.kept.len(), repertoire.said.len());
        assert_eq!(repertoire.kept.len(), 16);
    }

    #[test]
    fn silence_and_speeches_are_not_kept() {
        let mut repertoire = Repertoire::new(16_000);
        repertoire.keep("", sound(0));
        repertoire.keep("A very long clause", sound(501));
        assert_eq!((repertoire.bytes(), repertoire.kept.len()), (0, 0));
    }
}
