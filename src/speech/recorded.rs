//! Sentences that the office has spoken itself, and that are played in place of a synthesiser.

use std::{collections::BTreeMap, sync::Arc};

use super::{Manner, clauses};
use crate::types::Language;

/// Recorded sentences, found by their very words: a sentence that has been written anew is not among them any more.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// By the first clause of each, the longest sentence first.
    sentences: BTreeMap<(Language, String), Vec<Sentence>>,
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Sentence {
    clauses: Vec<String>,
    sound: Arc<[i16]>,
}

impl Recorded {
    /// Sound of all sentences together, in bytes: a thousand seconds.
    pub const MOST_BYTES: usize = 32_000_000;

    /// Adds a sentence as it was spoken, at 16 kHz. `false`: there is no room for it, or nothing to be heard, and it will
    /// be synthesised.
    pub fn add(&mut self, language: Language, sentence: &str, sound: Arc<[i16]>) -> bool {
        let clauses: Vec<String> = clauses(sentence).into_iter().map(str::to_owned).collect();
        let bytes = size_of_val(&*sound);
        let Some(first) = clauses.first().filter(|_| bytes > 0 && self.bytes + bytes <= Self::MOST_BYTES)
        else {
            return false;
        };
        self.bytes += bytes;
        let alike = self.sentences.entry((language, first.clone())).or_default();
        alike.retain(|known| known.clauses != clauses);
        alike.push(Sentence { clauses, sound });
        alike.sort_by_key(|sentence| std::cmp::Reverse(sentence.clauses.len()));
        true
    }

    /// The longest recorded sentence that these clauses begin with: of how many clauses it is, and its sound.
    pub fn beginning<S: AsRef<str>>(
        &self,
        manner: &Manner,
        language: Language,
        clauses: &[S],
    ) -> Option<(usize, Arc<[i16]>)> {
        if !manner.recorded || self.sentences.is_empty() {
            return None;
        }
        let first = clauses.first()?.as_ref().to_owned();
        let sentences = self.sentences.get(&(language, first))?;
        let begins = |sentence: &&Sentence| {
            clauses.len() >= sentence.clauses.len()
                && clauses.iter().zip(&sentence.clauses).all(|(said, recorded)| said.as_ref() == recorded)
        };
        let found = sentences.iter().find(begins)?;
        Some((found.clauses.len(), Arc::clone(&found.sound)))
    }

    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(samples: usize) -> Arc<[i16]> {
        vec![3; samples].into()
    }

    #[test]
    fn a_recording_stands_for_its_very_words_and_for_no_others() {
        let mut recorded = Recorded::default();
        let (manner, english) = (Manner::default(), Language::English);
        assert!(recorded.add(english, "Thanks for calling. We are closed.", sound(5)));
        assert!(recorded.add(english, "Thanks for calling.", sound(2)));
        let found = |manner: &Manner, language, text: &str| {
            recorded
                .beginning(manner, language, &clauses(text))
                .map(|(clauses, sound)| (clauses, sound.len()))
        };
        assert_eq!(found(&manner, english, "Thanks for calling. We are closed. Goodbye."), Some((2, 5)));
        assert_eq!(found(&manner, english, "Thanks for calling. How can I help?"), Some((1, 2)));
        assert_eq!(found(&manner, english, "Thanks for calling us."), None);
        assert_eq!(found(&manner, Language::Spanish, "Thanks for calling."), None);
        let without = Manner { recorded: false, ..manner };
        assert_eq!(found(&without, english, "Thanks for calling."), None, "a number that does without");
    }

    #[test]
    fn what_has_no_room_or_no_sound_is_synthesised() {
        let mut recorded = Recorded::default();
        assert!(!recorded.add(Language::English, "Hello.", sound(0)));
        assert!(!recorded.add(Language::English, "...", sound(9)));
        assert!(!recorded.add(Language::English, "Hello.", sound(Recorded::MOST_BYTES)));
        assert!(recorded.is_empty());
    }
}
