//! Training: seeded, single-threaded, the same bytes from the same utterances on any machine.

use super::{
    classifier::{EMBEDDING, Judgement, MEANING_SCALE, Model, ROWS, Scores, add, row_of, softmax},
    corpus,
    evaluation::Tally,
    features::{BUCKETS, Featurizer},
    intent::Intent,
};
use crate::types::Language;

/// Gives a sentence its embedding ([`EMBEDDING`] numbers, length 1).
pub type Embedder<'a> = &'a dyn Fn(&str) -> Vec<f32>;

/// Why training could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainingError {
    #[error("the encoder gave {found} numbers for a sentence, not {EMBEDDING}")]
    Embedding { found: usize },
}

/// One utterance, ready to learn from: slots of the weights, not buckets.
struct Sample {
    words: Vec<(u32, f32)>,
    embedding: Vec<f32>,
    row: usize,
}

/// Times that every utterance is seen.
const EPOCHS: usize = 8;
/// First step of AdaGrad (Duchi, Hazan, Singer 2011): large, as rare words are seen seldom.
const STEP: f32 = 0.35;
/// Pull towards zero of the weights in use; words are many and need more of it.
const DECAY_WORDS: f32 = 1e-3;
const DECAY_MEANING: f32 = 2e-4;
/// A row that is this near to right learns nothing from the utterance; most rows are, and cost no time.
const CLOSE_ENOUGH: f32 = 0.004;
/// What divides the scores so that confidence means what it says, by [`cross_validate`].
pub(super) const TEMPERATURE_WORDS: f32 = 0.75;
pub(super) const TEMPERATURE_MEANING: f32 = 0.75;

/// The model of words alone.
pub fn train_words(seed: u64) -> Model {
    train_words_in(Language::English, seed)
}

/// The model of words alone, from the utterances of one language.
pub fn train_words_in(language: Language, seed: u64) -> Model {
    let (buckets, samples) = samples(language, None).unwrap_or_default();
    fit(None, buckets, &samples, seed)
}

/// The model of words and embeddings of the encoder called `encoder`.
pub fn train_with(encoder: &str, embed: Embedder<'_>, seed: u64) -> Result<Model, TrainingError> {
    let (buckets, samples) = samples(Language::English, Some(embed))?;
    Ok(fit(Some(encoder.to_owned()), buckets, &samples, seed))
}

/// Features that stand in at least two utterances get a slot; the others could only be learnt by heart.
fn samples(
    language: Language,
    embed: Option<Embedder<'_>>,
) -> Result<(Vec<u32>, Vec<Sample>), TrainingError> {
    let featurizer = Featurizer::of(language);
    let examples: Vec<_> = match language {
        // What is learnt at every start is learnt from what was written alone.
        Language::English if embed.is_none() => corpus::training().filter_map(Result::ok).collect(),
        Language::English => corpus::training().filter_map(Result::ok).chain(corpus::heard()).collect(),
        Language::Spanish => corpus::training_in_spanish().filter_map(Result::ok).collect(),
    };
    let features: Vec<_> = examples.iter().map(|example| featurizer.features(example.text)).collect();
    let mut seen = vec![0_u16; BUCKETS];
    for (bucket, _) in features.iter().flat_map(|sparse| &sparse.0) {
        let count = &mut seen[*bucket as usize];
        *count = count.saturating_add(1);
    }
    let buckets: Vec<u32> =
        (0_u32..).zip(&seen).filter(|(_, count)| **count >= 2).map(|(bucket, _)| bucket).collect();
    let mut slots = vec![None; BUCKETS];
    for (slot, bucket) in (0_u32..).zip(&buckets) {
        slots[*bucket as usize] = Some(slot);
    }
    let mut samples = Vec::with_capacity(examples.len());
    for (example, sparse) in examples.iter().zip(features) {
        let slot = |(bucket, value): (u32, f32)| Some((slots[bucket as usize]?, value));
        let embedding = embed.map(|embed| embed(example.text)).unwrap_or_default();
        if embed.is_some() && embedding.len() != EMBEDDING {
            return Err(TrainingError::Embedding { found: embedding.len() });
        }
        samples.push(Sample {
            words: sparse.0.into_iter().filter_map(slot).collect(),
            embedding: embedding.into_iter().map(|v| v * MEANING_SCALE).collect(),
            row: row_of(example.intent, example.danger),
        });
    }
    Ok((buckets, samples))
}

fn fit(encoder: Option<String>, buckets: Vec<u32>, samples: &[Sample], seed: u64) -> Model {
    let all: Vec<usize> = (0..samples.len()).collect();
    let weights = Weights::learn(samples, &all, buckets.len(), encoder.is_some(), seed);
    Model {
        temperature: if encoder.is_some() { TEMPERATURE_MEANING } else { TEMPERATURE_WORDS },
        encoder,
        bias: weights.bias.now,
        buckets,
        words: weights.words.into_iter().map(|w| w.now).collect(),
        meaning: weights.meaning.into_iter().map(|w| w.now).collect(),
    }
}

/// What the training would say of utterances it was not shown: every one is judged by a model of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossValidation {
    /// The mean of the intents' F1 by the classifier alone, without rules.
    pub macro_f1: f64,
    /// The temperature that makes the utterances least surprising: what the constants here are set by.
    pub temperature: f32,
}

/// Trains `folds` times, each time without the utterances it is then judged by. Nothing held out is looked at, so
/// this is what features and constants are chosen by.
///
/// # Errors
/// As [`train_with`].
pub fn cross_validate(
    folds: usize,
    embed: Option<Embedder<'_>>,
    seed: u64,
) -> Result<CrossValidation, TrainingError> {
    let (buckets, samples) = samples(Language::English, embed)?;
    let folds = folds.max(2);
    let mut judged: Vec<(Scores, usize)> = Vec::with_capacity(samples.len());
    for fold in 0..folds {
        let (kept, rest): (Vec<usize>, Vec<usize>) = (0..samples.len()).partition(|at| at % folds == fold);
        let weights = Weights::learn(&samples, &rest, buckets.len(), embed.is_some(), seed);
        judged.extend(kept.iter().map(|&at| (weights.scores(&samples[at]), samples[at].row)));
    }
    let mut tallies = [Tally::default(); Intent::ALL.len()];
    for (scores, row) in &judged {
        let read = Judgement(softmax(scores, 1.0)).ranked().first().map(|(intent, _)| *intent);
        let expected = Intent::ALL.get(*row).copied().unwrap_or(Intent::Emergency);
        for (intent, tally) in Intent::ALL.into_iter().zip(&mut tallies) {
            tally.count(intent == expected, read == Some(intent));
        }
    }
    let macro_f1 = tallies.iter().map(|tally| tally.f1()).sum::<f64>() / tallies.len() as f64;
    Ok(CrossValidation { macro_f1, temperature: least_surprising(&judged) })
}

/// From a fixed grid.
fn least_surprising(judged: &[(Scores, usize)]) -> f32 {
    let surprise = |temperature: f32| -> f64 {
        let one =
            |(scores, row): &(Scores, usize)| -f64::from(softmax(scores, temperature)[*row].max(1e-9)).ln();
        judged.iter().map(one).sum()
    };
    let grid =
        (4..=60).map(|step| step as f32 * 0.05).map(|temperature| (surprise(temperature), temperature));
    grid.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, temperature)| temperature)
}

/// The weights of one feature for all rows, and the sum of their squared gradients.
#[derive(Clone)]
struct Learnt {
    now: Scores,
    squares: Scores,
}

const UNLEARNT: Learnt = Learnt { now: [0.0; ROWS], squares: [1e-3; ROWS] };

impl Learnt {
    fn learn(&mut self, rows: &[(usize, f32)], value: f32, decay: f32) {
        for &(row, error) in rows {
            let gradient = error * value + decay * self.now[row];
            self.squares[row] += gradient * gradient;
            self.now[row] -= STEP * gradient / self.squares[row].sqrt();
        }
    }
}

struct Weights {
    bias: Learnt,
    words: Vec<Learnt>,
    meaning: Vec<Learnt>,
}

impl Weights {
    fn learn(samples: &[Sample], chosen: &[usize], words: usize, meaning: bool, seed: u64) -> Self {
        let mut weights = Self {
            bias: UNLEARNT,
            words: vec![UNLEARNT; words],
            meaning: vec![UNLEARNT; if meaning { EMBEDDING } else { 0 }],
        };
        let mut order = chosen.to_vec();
        let mut shuffle = Shuffle(seed);
        for _ in 0..EPOCHS {
            shuffle.shuffle(&mut order);
            for &at in &order {
                weights.see(&samples[at]);
            }
        }
        weights
    }

    fn scores(&self, sample: &Sample) -> Scores {
        let mut scores = self.bias.now;
        for &(slot, value) in &sample.words {
            add(&mut scores, &self.words[slot as usize].now, value);
        }
        for (weights, value) in self.meaning.iter().zip(&sample.embedding) {
            add(&mut scores, &weights.now, *value);
        }
        scores
    }

    fn see(&mut self, sample: &Sample) {
        let probabilities = softmax(&self.scores(sample), 1.0);
        let mut rows = [(0, 0.0); ROWS];
        let mut count = 0;
        for (row, probability) in probabilities.into_iter().enumerate() {
            let error = if row == sample.row { probability - 1.0 } else { probability };
            if error.abs() > CLOSE_ENOUGH {
                rows[count] = (row, error);
                count += 1;
            }
        }
        let rows = &rows[..count];
        self.bias.learn(rows, 0.1, 0.0);
        for &(slot, value) in &sample.words {
            self.words[slot as usize].learn(rows, value, DECAY_WORDS);
        }
        for (weights, value) in self.meaning.iter_mut().zip(&sample.embedding) {
            weights.learn(rows, *value, DECAY_MEANING);
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014) and Fisher–Yates: an order that a seed fixes.
pub(super) struct Shuffle(pub(super) u64);

impl Shuffle {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            let other = (self.next() % (at as u64 + 1)) as usize;
            order.swap(at, other);
        }
    }
}
