//! The proof that nothing judged by was learnt from: every held-out line held against every training line.
//!
//! Three bars, the strictest first: the same words once case, punctuation and fillers are gone; nearly the same words;
//! and, where there is an encoder, nearly the same meaning in largely the same words. A paraphrase in other words is no
//! fault: that callers say the same thing in other words is what is examined.

use std::collections::BTreeMap;

use super::HeldOut;
use crate::dialogue::{corpus, token::tokens, training::Embedder};

/// Words that two lines may share, of all words that either has, before one counts as learnt from the other.
pub const WORDS_BAR: f32 = 0.8;

/// Cosine of the embeddings of two lines at which one counts as learnt from the other, where they share at least
/// `ALIKE` of their words.
pub const MEANING_BAR: f32 = 0.97;

/// Lines that share fewer of their words are not held against each other by meaning.
const ALIKE: f32 = 0.6;

/// Words that a caller, or a writer of utterances, puts in front of anything.
const FILLERS: [&str; 26] = [
    "um", "uh", "uhm", "er", "erm", "ah", "oh", "hmm", "hm", "mm", "well", "like", "so", "please", "hi",
    "hello", "hey", "yeah", "ok", "okay", "just", "actually", "sir", "maam", "and", "but",
];

/// How a held-out line resembles one that was learnt from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nearness {
    /// The same words, fillers aside.
    Same,
    /// So much of the words of both.
    Words(f32),
    /// Cosine of the embeddings.
    Meaning(f32),
}

/// A held-out line that may have been learnt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixed {
    pub set: HeldOut,
    pub judged_by: &'static str,
    pub learnt_from: &'static str,
    pub nearness: Nearness,
}

/// What the comparison came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Separation {
    pub judged_by: usize,
    pub learnt_from: usize,
    /// Was meaning looked at as well as words?
    pub by_meaning: bool,
    /// The most that any two lines below the bars share of their words.
    pub nearest: f32,
    pub faults: Vec<Mixed>,
}

/// Holds every held-out line against every line that is learnt from; with `embed`, those alike in words by meaning too.
pub fn separation(embed: Option<Embedder<'_>>) -> Separation {
    let mut words = Numbers::default();
    let learnt = corpus::training().filter_map(Result::ok).chain(corpus::heard());
    let learnt: Vec<Line> = learnt.map(|example| words.line(example.text)).collect();
    let mut lines_with: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (at, line) in (0_u32..).zip(&learnt) {
        for word in &line.set {
            lines_with.entry(*word).or_default().push(at);
        }
    }
    let mut found = Separation {
        judged_by: 0,
        learnt_from: learnt.len(),
        by_meaning: embed.is_some(),
        nearest: 0.0,
        faults: Vec::new(),
    };
    let mut shared = vec![0_u32; learnt.len()];
    for set in HeldOut::ALL {
        for example in corpus::held_out(set).filter_map(Result::ok) {
            found.judged_by += 1;
            let line = words.line(example.text);
            shared.fill(0);
            for at in line.set.iter().filter_map(|word| lines_with.get(word)).flatten() {
                shared[*at as usize] += 1;
            }
            let fault = |learnt: &Line, nearness| Mixed {
                set,
                judged_by: example.text,
                learnt_from: learnt.text,
                nearness,
            };
            let mut embedding: Option<Vec<f32>> = None;
            for (other, &shared) in learnt.iter().zip(&shared).filter(|(_, shared)| **shared > 0) {
                let share = shared as f32 / (line.set.len() + other.set.len() - shared as usize) as f32;
                if line.said == other.said {
                    found.faults.push(fault(other, Nearness::Same));
                } else if share > WORDS_BAR {
                    found.faults.push(fault(other, Nearness::Words(share)));
                } else {
                    found.nearest = found.nearest.max(share);
                    let Some(embed) = embed.filter(|_| share >= ALIKE) else { continue };
                    let mine = embedding.get_or_insert_with(|| embed(line.text));
                    let cosine = cosine(mine, &embed(other.text));
                    if cosine > MEANING_BAR {
                        found.faults.push(fault(other, Nearness::Meaning(cosine)));
                    }
                }
            }
        }
    }
    found
}

/// Of two vectors of length 1.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// A line as it is compared: its words without fillers (with them, if there are no others), by number.
struct Line {
    text: &'static str,
    said: Vec<u32>,
    /// In rising order, none twice.
    set: Vec<u32>,
}

/// Each word once.
#[derive(Default)]
struct Numbers(BTreeMap<String, u32>);

impl Numbers {
    fn line(&mut self, text: &'static str) -> Line {
        let all: Vec<String> = tokens(text).into_iter().map(|token| token.word).collect();
        let mut telling: Vec<&String> = all.iter().filter(|word| !FILLERS.contains(&word.as_str())).collect();
        if telling.is_empty() {
            telling = all.iter().collect();
        }
        let next = |known: &BTreeMap<String, u32>| u32::try_from(known.len()).unwrap_or(u32::MAX);
        let mut number = |word: &String| {
            let new = next(&self.0);
            *self.0.entry(word.clone()).or_insert(new)
        };
        let said: Vec<u32> = telling.into_iter().map(&mut number).collect();
        let mut set = said.clone();
        set.sort_unstable();
        set.dedup();
        Line { text, said, set }
    }
}
