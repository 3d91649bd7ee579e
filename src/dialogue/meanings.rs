//! The embeddings of the shipped utterances, put away by the training: which of them mean almost the same as what was
//! said, and what an office's own types are told from, without encoding ten thousand sentences at every start.

use super::{
    ModelError,
    classifier::{EMBEDDING, ROWS, Scores, exp, row_of},
    corpus,
    features::Fnv,
    training::{Embedder, TrainingError},
};

const MAGIC: &[u8; 8] = b"PORTICO\x02";

/// So many of the nearest utterances are asked. This and the next two were chosen by the first five held-out sets.
const ASKED: usize = 12;
/// How fast an utterance's say fades with its distance: e^-1 for every twelfth of cosine.
const FADE: f32 = 12.0;
/// What every row has before any neighbour has spoken, the say of an utterance in the very same words being 1: what
/// lies near nothing is of no opinion.
const PRIOR: f32 = 5e-5;

/// An embedding with one byte a number: a number is known to within a two-hundredth of the largest.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    /// The largest number.
    most: f32,
    /// The numbers in 127ths of that.
    small: [i8; EMBEDDING],
}

impl Row {
    fn of(embedding: &[f32]) -> Self {
        let most = embedding.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let mut small = [0; EMBEDDING];
        for (small, value) in small.iter_mut().zip(embedding) {
            *small = (value / most.max(f32::MIN_POSITIVE) * 127.0).round() as i8;
        }
        Self { most, small }
    }

    /// The cosine of two, their lengths being 1. Summed in whole numbers, the same in any order.
    fn cosine(&self, other: &Self) -> f32 {
        let product = |(a, b): (&i8, &i8)| i32::from(*a) * i32::from(*b);
        let sum: i32 = self.small.iter().zip(&other.small).map(product).sum();
        sum as f32 * (self.most * other.most / (127.0 * 127.0))
    }
}

/// What the shipped utterances mean, and which row of the classifier each is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Meanings {
    encoder: String,
    /// In the order of the shipped utterances.
    rows: Vec<Row>,
    /// The same order.
    kinds: Vec<usize>,
}

impl Meanings {
    /// Asks for the embedding of every shipped English utterance.
    ///
    /// # Errors
    /// When the encoder gives embeddings of another length.
    pub fn of(encoder: &str, embed: Embedder<'_>) -> Result<Self, TrainingError> {
        let row = |text: &str| {
            let embedding = embed(text);
            if embedding.len() != EMBEDDING {
                return Err(TrainingError::Embedding { found: embedding.len() });
            }
            Ok(Row::of(&embedding))
        };
        let rows = corpus::training().filter_map(Result::ok).map(|example| row(example.text));
        Ok(Self { encoder: encoder.to_owned(), rows: rows.collect::<Result<_, _>>()?, kinds: kinds() })
    }

    /// What the nearest of the shipped utterances say of one with this embedding: a probability for each row (the
    /// k nearest neighbours, weighted by distance).
    pub(super) fn neighbours(&self, embedding: &[f32]) -> Scores {
        let asked = Row::of(embedding);
        let mut near: Vec<(f32, usize)> =
            self.rows.iter().zip(&self.kinds).map(|(row, kind)| (row.cosine(&asked), *kind)).collect();
        if near.len() > ASKED {
            near.select_nth_unstable_by(ASKED - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            near.truncate(ASKED);
            // Sums of fractions depend on their order.
            near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        }
        let mut say = [PRIOR; ROWS];
        for (cosine, kind) in near {
            say[kind] += exp(FADE * (cosine - 1.0).min(0.0));
        }
        let all: f32 = say.iter().sum();
        say.map(|one| one / all)
    }

    /// The embeddings, in the order of the shipped utterances.
    pub(super) fn embeddings(&self) -> impl Iterator<Item = Vec<f32>> {
        let whole = |row: &Row| row.small.iter().map(|small| f32::from(*small) / 127.0 * row.most).collect();
        self.rows.iter().map(whole)
    }

    /// As a file: identity first, then the rows, then a checksum. All numbers little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(corpus::hash().to_le_bytes());
        out.extend((self.encoder.len() as u16).to_le_bytes());
        out.extend(self.encoder.as_bytes());
        for row in &self.rows {
            out.extend(row.most.to_le_bytes());
            out.extend(row.small.iter().map(|small| small.to_le_bytes()[0]));
        }
        let mut sum = Fnv::new();
        sum.write(&out);
        out.extend(sum.finish().to_le_bytes());
        out
    }

    /// Reads what was put away for this program's utterances with this encoder.
    ///
    /// # Errors
    /// When it is of other utterances or another encoder, or damaged: training again cures all of them.
    pub fn from_bytes(bytes: &[u8], encoder: &str) -> Result<Self, ModelError> {
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or(ModelError::Damaged)?;
        let rest = body.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let mut expected = Fnv::new();
        expected.write(body);
        if *sum != expected.finish().to_le_bytes() {
            return Err(ModelError::Damaged);
        }
        let (hash, rest) = rest.split_first_chunk::<8>().ok_or(ModelError::Damaged)?;
        if u64::from_le_bytes(*hash) != corpus::hash() {
            return Err(ModelError::OtherUtterances);
        }
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(ModelError::Damaged)?;
        let length = usize::from(u16::from_le_bytes(*length));
        let (name, rest) = rest.split_at_checked(length).ok_or(ModelError::Damaged)?;
        let found = String::from_utf8(name.to_vec()).map_err(|_| ModelError::Damaged)?;
        if found != encoder {
            return Err(ModelError::OtherEncoder { found, expected: encoder.to_owned() });
        }
        let (rows, odd) = rest.as_chunks::<{ 4 + EMBEDDING }>();
        let kinds = kinds();
        if !odd.is_empty() || rows.len() != kinds.len() {
            return Err(ModelError::Damaged);
        }
        let row = |bytes: &[u8; 4 + EMBEDDING]| {
            let (most, bytes) = bytes.split_first_chunk::<4>()?;
            let mut small = [0; EMBEDDING];
            small.iter_mut().zip(bytes).for_each(|(number, byte)| *number = i8::from_le_bytes([*byte]));
            Some(Row { most: f32::from_le_bytes(*most), small })
        };
        let rows = rows.iter().map(row).collect::<Option<_>>().ok_or(ModelError::Damaged)?;
        Ok(Self { encoder: found, rows, kinds })
    }
}

/// The classifier's row of each shipped utterance, in their order.
fn kinds() -> Vec<usize> {
    corpus::training().filter_map(Result::ok).map(|example| row_of(example.intent, example.danger)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::{Intent, LifeSafety};

    /// Each text lies in a direction of its own, by its length.
    fn embed(text: &str) -> Vec<f32> {
        let mut row = vec![0.0; EMBEDDING];
        row[text.len() % EMBEDDING] = 1.0;
        row
    }

    #[test]
    fn put_away_meanings_are_read_back_and_others_are_refused() {
        let meanings = Meanings::of("an encoder", &embed).unwrap();
        let bytes = meanings.to_bytes();
        assert_eq!(Meanings::from_bytes(&bytes, "an encoder").unwrap(), meanings);
        let first = meanings.embeddings().next().unwrap();
        let known = embed(corpus::training().next().unwrap().unwrap().text);
        assert!(first.iter().zip(&known).all(|(a, b)| (a - b).abs() < 0.005));
        assert!(Meanings::from_bytes(&bytes, "another").is_err());
        assert!(Meanings::from_bytes(&bytes[..bytes.len() - 1], "an encoder").is_err());
        assert!(Meanings::of("an encoder", &|_| vec![0.0; 3]).is_err());
    }

    #[test]
    fn the_nearest_utterances_are_asked_and_far_ones_have_no_opinion() {
        let meanings = Meanings::of("an encoder", &embed).unwrap();
        let gas = corpus::training().filter_map(Result::ok).filter(|one| one.danger == Some(LifeSafety::Gas));
        let longest = gas.max_by_key(|one| one.text.len()).unwrap();
        let same: Vec<_> = corpus::training()
            .filter_map(Result::ok)
            .filter(|one| one.text.len() % EMBEDDING == longest.text.len() % EMBEDDING)
            .collect();
        let row = row_of(Intent::Emergency, longest.danger);
        let share = same.iter().filter(|one| row_of(one.intent, one.danger) == row).count() as f32
            / same.len() as f32;
        assert!(same.len() <= ASKED, "{} of one length: choose another", same.len());
        let opinion = meanings.neighbours(&embed(longest.text));
        assert!((opinion[row] - share).abs() < 0.01, "{} for {share}", opinion[row]);
        assert!((opinion.iter().sum::<f32>() - 1.0).abs() < 1e-5);

        let nowhere = meanings.neighbours(&[0.0; EMBEDDING]);
        assert!(nowhere.iter().all(|one| *one < 0.2), "{nowhere:?}");
    }
}
