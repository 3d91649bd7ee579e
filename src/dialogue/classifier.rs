//! The classifier: one linear layer and a softmax over words and, where there is an encoder, a sentence embedding; and
//! what the nearest utterances in meaning say to it.

use std::sync::Arc;

use super::{
    corpus,
    features::{self, BUCKETS, Featurizer, Fnv, Sparse},
    intent::Intent,
    meanings::Meanings,
    reading::LifeSafety,
};

/// Length of a sentence embedding.
pub const EMBEDDING: usize = 384;

/// One row for each intent and one for each kind of danger; the row of [`Intent::Emergency`] is that of
/// [`LifeSafety::Unspecified`].
pub(super) const ROWS: usize = Intent::ALL.len() + LifeSafety::ALL.len() - 1;

/// One number a row.
pub(super) type Scores = [f32; ROWS];

pub(super) fn row_of(intent: Intent, danger: Option<LifeSafety>) -> usize {
    match danger {
        None | Some(LifeSafety::Unspecified) => intent.row(),
        Some(kind) => Intent::ALL.len() + kind as usize,
    }
}

/// The probabilities of the rows, seen as intents.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judgement(pub(super) Scores);

impl Judgement {
    /// Intents with their probability, the likeliest first; all kinds of danger count for `Emergency`.
    pub(super) fn ranked(&self) -> Vec<(Intent, f32)> {
        let mut ranked: Vec<(Intent, f32)> =
            Intent::ALL.into_iter().map(|i| (i, self.probability(i))).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
    }

    pub(super) fn probability(&self, intent: Intent) -> f32 {
        match intent {
            Intent::Emergency => LifeSafety::ALL.into_iter().map(|kind| self.danger(kind)).sum(),
            other => self.0[other.row()],
        }
    }

    /// The likeliest kind of danger, should there be any.
    pub(super) fn likeliest_danger(&self) -> LifeSafety {
        let mut best = LifeSafety::Unspecified;
        for kind in LifeSafety::ALL {
            if self.danger(kind) > self.danger(best) {
                best = kind;
            }
        }
        best
    }

    /// This judgement with another opinion: p^(3/4) q^(1/2), brought to a sum of 1. The two do not see the same, so that
    /// where they agree they are surer together than either alone: their weights come to more than 1. By square roots,
    /// which IEEE 754 fixes to the bit; the weights by the first five held-out sets.
    fn heeding(self, other: &Scores) -> Self {
        let mut both = self.0;
        for (p, q) in both.iter_mut().zip(other) {
            *p = (*p * p.sqrt()).sqrt() * q.sqrt();
        }
        let all = both.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        Self(both.map(|p| p / all))
    }

    fn danger(&self, kind: LifeSafety) -> f32 {
        self.0[row_of(Intent::Emergency, Some(kind))]
    }
}

/// Learnt weights. Cheap to ask, about 2 MB.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Which encoder the embeddings came from; `None` for words only.
    pub(super) encoder: Option<String>,
    /// Divides the scores before the softmax, so that confidence means what it says.
    pub(super) temperature: f32,
    pub(super) bias: Scores,
    /// Buckets that have weights, in rising order, and their weights.
    pub(super) buckets: Vec<u32>,
    pub(super) words: Vec<Scores>,
    /// Empty, or [`EMBEDDING`] entries.
    pub(super) meaning: Vec<Scores>,
}

/// Why bytes are not a model that this program can use. All have one cure: train again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("it is not a model of intents")]
    NotAModel,
    #[error("it is of format {found}, this program reads {expected}")]
    Version { found: u16, expected: u16 },
    #[error("it was trained on other utterances than this program was built with")]
    OtherUtterances,
    #[error("it was trained with the encoder `{found}`, not `{expected}`")]
    OtherEncoder { found: String, expected: String },
    #[error("it is damaged: its checksum does not match")]
    Damaged,
}

const MAGIC: &[u8; 8] = b"PORTICO\x01";

impl Model {
    pub(super) fn judge(&self, words: &Sparse, embedding: Option<&[f32]>) -> Judgement {
        let mut scores = self.bias;
        for (bucket, value) in &words.0 {
            if let Ok(at) = self.buckets.binary_search(bucket) {
                add(&mut scores, &self.words[at], *value);
            }
        }
        for (weights, value) in self.meaning.iter().zip(embedding.unwrap_or_default()) {
            add(&mut scores, weights, *value * MEANING_SCALE);
        }
        Judgement(softmax(&scores, self.temperature))
    }

    /// The name of the encoder whose embeddings this model wants; `None`: words only.
    pub fn encoder(&self) -> Option<&str> {
        self.encoder.as_deref()
    }

    /// The model as a file: identity first, then weights, then a checksum. All numbers little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(features::VERSION.to_le_bytes());
        out.extend((ROWS as u16).to_le_bytes());
        out.extend(corpus::hash().to_le_bytes());
        let encoder = self.encoder.as_deref().unwrap_or_default().as_bytes();
        out.extend((encoder.len() as u16).to_le_bytes());
        out.extend(encoder);
        out.extend((self.buckets.len() as u32).to_le_bytes());
        out.extend((self.meaning.len() as u32).to_le_bytes());
        out.extend(self.temperature.to_le_bytes());
        out.extend(self.bias.iter().flat_map(|v| v.to_le_bytes()));
        out.extend(self.buckets.iter().flat_map(|v| v.to_le_bytes()));
        out.extend(self.words.iter().chain(&self.meaning).flatten().flat_map(|v| v.to_le_bytes()));
        let mut sum = Fnv::new();
        sum.write(&out);
        out.extend(sum.finish().to_le_bytes());
        out
    }

    /// Reads a model that was trained on this program's utterances with `encoder` (`None`: words only).
    pub fn from_bytes(bytes: &[u8], encoder: Option<&str>) -> Result<Self, ModelError> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?);
        let found = reader.u16()?;
        if found != features::VERSION {
            return Err(ModelError::Version { found, expected: features::VERSION });
        }
        let (body, sum) = bytes.split_at_checked(bytes.len() - 8).ok_or(ModelError::Damaged)?;
        let mut expected = Fnv::new();
        expected.write(body);
        if sum != expected.finish().to_le_bytes() {
            return Err(ModelError::Damaged);
        }
        if usize::from(reader.u16()?) != ROWS || reader.array().map(u64::from_le_bytes)? != corpus::hash() {
            return Err(ModelError::OtherUtterances);
        }
        let length = usize::from(reader.u16()?);
        let name = String::from_utf8(reader.take(length)?.to_vec()).map_err(|_| ModelError::Damaged)?;
        if name != encoder.unwrap_or_default() {
            let expected = encoder.unwrap_or_default().to_owned();
            return Err(ModelError::OtherEncoder { found: name, expected });
        }
        let (buckets, meaning) = (reader.u32()? as usize, reader.u32()? as usize);
        if buckets > BUCKETS || (meaning != 0 && meaning != EMBEDDING) {
            return Err(ModelError::Damaged);
        }
        let model = Self {
            encoder: encoder.map(str::to_owned),
            temperature: reader.f32()?,
            bias: reader.scores()?,
            buckets: (0..buckets).map(|_| reader.u32()).collect::<Result<_, _>>()?,
            words: (0..buckets).map(|_| reader.scores()).collect::<Result<_, _>>()?,
            meaning: (0..meaning).map(|_| reader.scores()).collect::<Result<_, _>>()?,
        };
        let sound = model.temperature.is_finite() && model.temperature > 0.0;
        if sound && reader.0.len() == 8 { Ok(model) } else { Err(ModelError::Damaged) }
    }
}

/// What an embedding of length 1 is multiplied by, by `cross_validate`: the step of AdaGrad follows from it, so a
/// larger scale learns utterances by heart.
pub(super) const MEANING_SCALE: f32 = 1.0;

#[inline]
pub(super) fn add(scores: &mut Scores, weights: &Scores, value: f32) {
    for (score, weight) in scores.iter_mut().zip(weights) {
        *score += weight * value;
    }
}

pub(super) fn softmax(scores: &Scores, temperature: f32) -> Scores {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers = scores.map(|score| exp((score - most) / temperature));
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}

/// e^x for x ≤ 0 from additions and products only, which IEEE 754 fixes to the bit: the libraries of two systems
/// may round `f32::exp` differently, and a model must not depend on where it was trained.
pub(super) fn exp(x: f32) -> f32 {
    if x < -87.0 {
        return 0.0;
    }
    // x = k ln 2 + r with |r| ≤ ln 2 / 2; e^r by its series, to the sixth power within an f32's rounding.
    let k = (x * std::f32::consts::LOG2_E).round();
    let r = x - k * std::f32::consts::LN_2;
    let series =
        1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    series * f32::from_bits(((k as i32 + 127) as u32) << 23)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ModelError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(ModelError::Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(ModelError::Damaged)?;
        self.0 = rest;
        Ok(*head)
    }

    fn u16(&mut self) -> Result<u16, ModelError> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, ModelError> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, ModelError> {
        self.array().map(f32::from_le_bytes)
    }

    fn scores(&mut self) -> Result<Scores, ModelError> {
        let mut scores = [0.0; ROWS];
        for score in &mut scores {
            *score = self.f32()?;
        }
        Ok(scores)
    }
}

/// A model and what it needs to see words.
#[derive(Debug)]
pub(super) struct Classifier {
    pub(super) featurizer: Featurizer,
    pub(super) words: Model,
    pub(super) full: Option<Model>,
    pub(super) meanings: Option<Arc<Meanings>>,
}

impl Classifier {
    /// With an embedding (of the right length) and a model for it, by both; else by words alone. And how likely it is danger,
    /// as all models that have judged it see it together.
    pub(super) fn judge(&self, text: &str, embedding: Option<&[f32]>) -> (Judgement, f32) {
        let words = self.featurizer.features(text);
        let by_words = self.words.judge(&words, None);
        let alone = by_words.probability(Intent::Emergency);
        match (&self.full, embedding.filter(|e| e.len() == EMBEDDING)) {
            (Some(full), Some(embedding)) => {
                let mut judgement = full.judge(&words, Some(embedding));
                if let Some(meanings) = &self.meanings {
                    judgement = judgement.heeding(&meanings.neighbours(embedding));
                }
                let alarm = pooled(judgement.probability(Intent::Emergency), alone);
                (judgement, alarm)
            }
            _ => (by_words, alone),
        }
    }
}

/// Two opinions as one: the geometric mean of their odds (the logarithmic opinion pool, Genest and Zidek 1986). What only
/// one of two witnesses has heard is doubtful. By square roots, which IEEE 754 fixes to the bit.
fn pooled(one: f32, other: f32) -> f32 {
    let (for_it, against) = ((one * other).sqrt(), ((1.0 - one) * (1.0 - other)).max(0.0).sqrt());
    for_it / (for_it + against).max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_opinion_is_weighed_three_to_two_and_one_of_nothing_changes_no_order() {
        let mut own = [0.01; ROWS];
        own[Intent::Lease.row()] = 0.5;
        own[Intent::Leasing.row()] = 0.24;
        let judged = Judgement(own);
        let odds =
            |judged: &Judgement| judged.probability(Intent::Leasing) / judged.probability(Intent::Lease);

        let even = judged.clone().heeding(&[1.0 / ROWS as f32; ROWS]);
        assert!((odds(&even) - odds(&judged).powf(0.75)).abs() < 1e-3, "{even:?}");
        assert!((even.0.iter().sum::<f32>() - 1.0).abs() < 1e-5);

        let mut other = [0.001; ROWS];
        other[Intent::Leasing.row()] = 0.9;
        let swayed = judged.heeding(&other);
        assert_eq!(swayed.ranked()[0].0, Intent::Leasing);
        assert!((odds(&swayed) - 0.48_f32.powf(0.75) * 30.0).abs() < 0.05, "{swayed:?}");
    }
}
