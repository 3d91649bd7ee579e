//! One call type told from everything else: a logistic layer over the words and the meaning of an utterance.

use crate::dialogue::{
    classifier::{EMBEDDING, exp},
    features::{BUCKETS, Sparse},
    training::Shuffle,
};

/// Times that every other utterance is seen.
const EPOCHS: usize = 4;
/// After so many others one of the type's own comes round again: ten examples have to be heard among thousands.
const OTHERS_TO_ONE: usize = 8;
/// First step of AdaGrad (Duchi, Hazan, Singer 2011).
const STEP: f32 = 0.35;
/// Pull towards zero of the weights in use: what ten examples happen to share is not to be learnt by heart.
const DECAY_WORDS: f32 = 1e-3;
const DECAY_MEANING: f32 = 2e-4;
/// Nothing is learnt from what is as near to right as this.
const CLOSE_ENOUGH: f32 = 0.004;
/// One in so many of the other utterances is not learnt from: the bar is set by them.
const KEPT: usize = 5;
/// Share of them that may pass the bar.
const TAKEN: f64 = 0.004;
/// Below it no type takes an utterance, however few of the others come near. Low, for ten examples among thousands make no
/// layer sure of words that it has not met: what counts is that it is surer than of anybody else's.
const LEAST_BAR: f32 = 0.1;

/// An utterance as the layer sees it; `meaning` is empty, or [`EMBEDDING`] numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) words: &'a Sparse,
    pub(super) meaning: &'a [f32],
}

/// Learnt weights, and the probability from which an utterance is the type's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    bias: f32,
    /// Buckets in rising order.
    words: Vec<(u32, f32)>,
    meaning: Vec<f32>,
    pub(super) bar: f32,
    /// How many of the others that were kept from it it takes all the same, and among how many.
    pub(super) taken: (usize, usize),
}

impl Layer {
    /// Learns `ours` against `others`. The same examples give the same layer.
    pub(super) fn learn(ours: &[Seen<'_>], others: &[Seen<'_>], seed: u64) -> Self {
        let (kept, learnt): (Vec<usize>, Vec<usize>) = (0..others.len()).partition(|at| at % KEPT == 0);
        let mut weights = Weights::new(others.iter().chain(ours).any(|seen| !seen.meaning.is_empty()));
        let mut order = learnt;
        let mut shuffle = Shuffle(seed);
        let mut next = ours.iter().cycle();
        for _ in 0..EPOCHS {
            shuffle.shuffle(&mut order);
            for (count, at) in order.iter().enumerate() {
                weights.see(&others[*at], 0.0);
                if count % OTHERS_TO_ONE == 0
                    && let Some(own) = next.next()
                {
                    weights.see(own, 1.0);
                }
            }
        }
        let mut layer = weights.into_layer();
        let mut strangers: Vec<f32> = kept.iter().map(|at| layer.probability(&others[*at])).collect();
        strangers.sort_by(|a, b| b.total_cmp(a));
        let allowed = (strangers.len() as f64 * TAKEN) as usize;
        layer.bar = strangers.get(allowed).copied().unwrap_or(LEAST_BAR).max(LEAST_BAR);
        layer.taken = (strangers.iter().filter(|stranger| **stranger > layer.bar).count(), strangers.len());
        layer
    }

    /// How likely it is one of the type's own, 0 to 1.
    pub(super) fn probability(&self, seen: &Seen<'_>) -> f32 {
        let mut score = self.bias;
        for (bucket, value) in &seen.words.0 {
            if let Ok(at) = self.words.binary_search_by_key(bucket, |(bucket, _)| *bucket) {
                score += self.words[at].1 * value;
            }
        }
        score += self.meaning.iter().zip(seen.meaning).map(|(weight, value)| weight * value).sum::<f32>();
        sigmoid(score)
    }
}

/// One weight, and the sum of its squared gradients.
#[derive(Debug, Clone, Copy)]
struct Weight {
    now: f32,
    squares: f32,
}

impl Weight {
    const UNLEARNT: Weight = Weight { now: 0.0, squares: 1e-3 };

    fn learn(&mut self, gradient: f32) {
        self.squares += gradient * gradient;
        self.now -= STEP * gradient / self.squares.sqrt();
    }
}

struct Weights {
    bias: Weight,
    words: Vec<Weight>,
    meaning: Vec<Weight>,
}

impl Weights {
    fn new(meaning: bool) -> Self {
        Self {
            bias: Weight::UNLEARNT,
            words: vec![Weight::UNLEARNT; BUCKETS],
            meaning: vec![Weight::UNLEARNT; if meaning { EMBEDDING } else { 0 }],
        }
    }

    fn see(&mut self, seen: &Seen<'_>, truth: f32) {
        let mut score = self.bias.now;
        score += seen.words.0.iter().map(|(at, value)| self.words[*at as usize].now * value).sum::<f32>();
        score += self.meaning.iter().zip(seen.meaning).map(|(weight, value)| weight.now * value).sum::<f32>();
        let error = sigmoid(score) - truth;
        if error.abs() <= CLOSE_ENOUGH {
            return;
        }
        self.bias.learn(error * 0.1);
        for (at, value) in &seen.words.0 {
            let weight = &mut self.words[*at as usize];
            weight.learn(error * value + DECAY_WORDS * weight.now);
        }
        for (weight, value) in self.meaning.iter_mut().zip(seen.meaning) {
            weight.learn(error * value + DECAY_MEANING * weight.now);
        }
    }

    fn into_layer(self) -> Layer {
        let words = (0_u32..).zip(&self.words).map(|(bucket, weight)| (bucket, weight.now));
        Layer {
            bias: self.bias.now,
            words: words.filter(|(_, weight)| *weight != 0.0).collect(),
            meaning: self.meaning.iter().map(|weight| weight.now).collect(),
            bar: LEAST_BAR,
            taken: (0, 0),
        }
    }
}

fn sigmoid(score: f32) -> f32 {
    let power = exp(-score.abs());
    if score < 0.0 { power / (1.0 + power) } else { 1.0 / (1.0 + power) }
}
