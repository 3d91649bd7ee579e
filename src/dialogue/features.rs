//! Features of an utterance: hashed words, pairs and letter groups with a fixed hash, so that a model means the same
//! on every machine.

use std::collections::BTreeMap;

use super::token::{Token, spanish_stem, stem, tokens};
use crate::types::Language;

/// Buckets of the hash. A power of two; 2^16 keeps collisions of some 30,000 features rare.
pub(super) const BUCKETS: usize = 1 << 16;

/// Raise when a change here makes old weights meaningless: models of another version are refused.
pub(super) const VERSION: u16 = 2;

/// Classes of words, `class: word word …`, written by the project.
const LEXICON: &str = include_str!("../../firmware-config/dialogue/lexicon.txt");
const SPANISH_LEXICON: &str = include_str!("../../firmware-config/dialogue/es/lexicon.txt");

/// A sparse vector of length 1: buckets in rising order, none twice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sparse(pub Vec<(u32, f32)>);

/// Turns text into features. Holds the lexicon of word classes.
#[derive(Debug)]
pub(super) struct Featurizer {
    /// Stem to the classes it belongs to.
    classes: BTreeMap<String, Vec<&'static str>>,
    stem: fn(&str) -> String,
}

/// What each kind of feature weighs before the vector is brought to length 1.
mod weight {
    pub(super) const WORD: f32 = 1.0;
    pub(super) const PAIR: f32 = 0.7;
    pub(super) const SKIP: f32 = 0.35;
    pub(super) const CLASS: f32 = 0.7;
    pub(super) const CLASS_PAIR: f32 = 0.45;
    pub(super) const LETTERS: f32 = 0.22;
}

impl Featurizer {
    pub(super) fn of(language: Language) -> Self {
        let (lexicon, stem): (&'static str, fn(&str) -> String) = match language {
            Language::English => (LEXICON, stem),
            Language::Spanish => (SPANISH_LEXICON, spanish_stem),
        };
        let mut classes: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for line in lexicon.lines().filter(|line| !line.starts_with('#')) {
            let Some((class, words)) = line.split_once(':') else { continue };
            for word in words.split_whitespace() {
                let of = classes.entry(stem(word)).or_default();
                if !of.contains(&class) {
                    of.push(class);
                }
            }
        }
        Self { classes, stem }
    }

    pub(super) fn features(&self, text: &str) -> Sparse {
        let stems: Vec<String> =
            contracted(tokens(text)).iter().map(|word| shape(&(self.stem)(word))).collect();
        let mut bag = Bag(Vec::with_capacity(stems.len() * 24));
        let mut before: [&str; 2] = ["^", "^^"];
        for word in stems.iter().map(String::as_str).chain(["$"]) {
            bag.add(&["p", before[0], word], weight::PAIR);
            bag.add(&["k", before[1], word], weight::SKIP);
            self.class_pairs(&mut bag, before[0], word);
            if word != "$" {
                bag.add(&["w", word], weight::WORD);
                letters(&mut bag, word);
            }
            before = [word, before[0]];
        }
        bag.normalized()
    }

    fn class_pairs(&self, bag: &mut Bag, left: &str, right: &str) {
        let none = Vec::new();
        let (lefts, rights) =
            (self.classes.get(left).unwrap_or(&none), self.classes.get(right).unwrap_or(&none));
        for class in rights {
            bag.add(&["c", class], weight::CLASS);
            bag.add(&["r", left, class], weight::CLASS_PAIR);
            for other in lefts {
                bag.add(&["b", other, class], weight::CLASS_PAIR);
            }
        }
        for class in lefts {
            bag.add(&["l", class, right], weight::CLASS_PAIR);
        }
    }
}

/// What may be followed by "not" or have it within: full form and contraction, as tokens are written.
const CONTRACTIONS: [(&str, &str); 17] = [
    ("is", "isnt"),
    ("are", "arent"),
    ("was", "wasnt"),
    ("were", "werent"),
    ("do", "dont"),
    ("does", "doesnt"),
    ("did", "didnt"),
    ("has", "hasnt"),
    ("have", "havent"),
    ("had", "hadnt"),
    ("can", "cant"),
    ("could", "couldnt"),
    ("will", "wont"),
    ("would", "wouldnt"),
    ("should", "shouldnt"),
    ("must", "mustnt"),
    ("need", "neednt"),
];

/// The words, "does not" being "doesn't": people say the one, recognisers write the other.
fn contracted(tokens: Vec<Token>) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(tokens.len());
    for Token { word, .. } in tokens {
        let whole = match (word.as_str(), words.last_mut()) {
            ("cannot", _) => "cant".to_owned(),
            ("not", Some(last)) => match CONTRACTIONS.iter().find(|(full, _)| full == last) {
                Some((_, contraction)) => {
                    (*contraction).clone_into(last);
                    continue;
                }
                None => word,
            },
            _ => word,
        };
        words.push(whole);
    }
    words
}

/// Numbers in digits share a shape: the number of a unit says nothing about the matter.
fn shape(word: &str) -> String {
    if word.bytes().any(|b| b.is_ascii_digit()) {
        word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).take(8).collect()
    } else {
        word.to_owned()
    }
}

/// Groups of three and four letters, so that a misheard word still counts for what it resembles.
fn letters(bag: &mut Bag, word: &str) {
    if word.len() < 4 || !word.is_ascii() {
        return;
    }
    let framed = format!("<{word}>");
    for size in [3, 4] {
        for at in 0..=framed.len() - size {
            bag.add(&["n", &framed[at..at + size]], weight::LETTERS);
        }
    }
}

/// Features in the order in which they are met, with repetitions.
struct Bag(Vec<(u32, f32)>);

impl Bag {
    fn add(&mut self, parts: &[&str], weight: f32) {
        self.0.push((bucket(parts), weight));
    }

    /// A feature counts once, by its greatest weight, however often it is said.
    fn normalized(mut self) -> Sparse {
        self.0.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        self.0.dedup_by_key(|(bucket, _)| *bucket);
        let length = self.0.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for (_, value) in &mut self.0 {
            *value /= length;
        }
        Sparse(self.0)
    }
}

/// FNV-1a over the parts, with a byte between them that no text has.
fn bucket(parts: &[&str]) -> u32 {
    let mut hash = Fnv::new();
    for part in parts {
        hash.write(part.as_bytes());
        hash.write(&[0xff]);
    }
    // The high bits of FNV-1a mix best; fold them down (the author's advice for sizes below 32 bits).
    let hash = hash.finish();
    ((hash >> 32) ^ hash) as u32 & (BUCKETS as u32 - 1)
}

/// FNV-1a, 64 bits: small, fixed for ever, good enough to spread words.
pub(super) struct Fnv(u64);

impl Fnv {
    pub(super) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(super) const fn finish(&self) -> u64 {
        self.0
    }
}

/// The hash of the lexicon, part of a model's identity.
pub(super) fn lexicon_hash() -> u64 {
    let mut hash = Fnv::new();
    hash.write(LEXICON.as_bytes());
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        let mut hash = Fnv::new();
        hash.write(b"foobar");
        assert_eq!(hash.finish(), 0x8594_4171_f739_67e8, "FNV-1a test vector");
    }

    #[test]
    fn features_have_length_one_rise_and_ignore_dress() {
        let featurizer = Featurizer::of(Language::English);
        let plain = featurizer.features("the sinks leaking");
        let length: f32 = plain.0.iter().map(|(_, v)| v * v).sum();
        assert!((length - 1.0).abs() < 1e-5);
        assert!(plain.0.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(plain, featurizer.features("The sink's LEAKING!"));
        assert!(featurizer.features("").0.len() <= 2, "only the frame around nothing");
    }

    #[test]
    fn not_is_one_word_with_what_it_denies_however_it_is_written() {
        let featurizer = Featurizer::of(Language::English);
        for (full, contraction) in [
            ("My window does not close.", "my window doesn't close"),
            ("The heat will not come on", "the heat won't come on"),
            ("I cannot get in", "I can't get in"),
            ("not yet", "not yet"),
        ] {
            assert_eq!(featurizer.features(full), featurizer.features(contraction), "{full}");
        }
        assert_ne!(featurizer.features("is not"), featurizer.features("is"));
    }

    #[test]
    fn a_misheard_word_still_resembles() {
        let featurizer = Featurizer::of(Language::English);
        let shared = |a: &str, b: &str| {
            let (a, b) = (featurizer.features(a), featurizer.features(b));
            a.0.iter().filter(|(bucket, _)| b.0.iter().any(|(other, _)| other == bucket)).count()
        };
        assert!(shared("manoxide", "monoxide") > shared("manoxide", "dishwasher"));
    }
}
