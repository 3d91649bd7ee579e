//! The embeddings of the shipped utterances, put away by the training: what an office's own types are told from without
//! encoding eight thousand sentences at every start.

use crate::dialogue::{
    ModelError,
    classifier::EMBEDDING,
    corpus,
    features::Fnv,
    training::{Embedder, TrainingError},
};

const MAGIC: &[u8; 8] = b"PORTICO\x02";

/// One byte a number: a number of an embedding is known to within a two-hundredth of the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Meanings {
    encoder: String,
    /// In the order of the shipped utterances: the largest number of each, then its numbers in 127ths of that.
    rows: Vec<(f32, [i8; EMBEDDING])>,
}

impl Meanings {
    /// Asks for the embedding of every shipped English utterance.
    ///
    /// # Errors
    /// When the encoder gives embeddings of another length.
    pub fn of(encoder: &str, embed: Embedder<'_>) -> Result<Self, TrainingError> {
        let row = |text: &str| {
            let embedding = embed(text);
            let most = embedding.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            let mut row = [0; EMBEDDING];
            if embedding.len() != EMBEDDING {
                return Err(TrainingError::Embedding { found: embedding.len() });
            }
            for (small, value) in row.iter_mut().zip(embedding) {
                *small = (value / most.max(f32::MIN_POSITIVE) * 127.0).round() as i8;
            }
            Ok((most, row))
        };
        let rows = corpus::training().filter_map(Result::ok).map(|example| row(example.text));
        Ok(Self { encoder: encoder.to_owned(), rows: rows.collect::<Result<_, _>>()? })
    }

    /// The embeddings, in the order of the shipped utterances.
    pub(super) fn embeddings(&self) -> impl Iterator<Item = Vec<f32>> {
        let whole = |(most, row): &(f32, [i8; EMBEDDING])| {
            row.iter().map(|small| f32::from(*small) / 127.0 * most).collect()
        };
        self.rows.iter().map(whole)
    }

    /// As a file: identity first, then the rows, then a checksum. All numbers little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(corpus::hash().to_le_bytes());
        out.extend((self.encoder.len() as u16).to_le_bytes());
        out.extend(self.encoder.as_bytes());
        for (most, row) in &self.rows {
            out.extend(most.to_le_bytes());
            out.extend(row.iter().map(|small| small.to_le_bytes()[0]));
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
        if !odd.is_empty() || rows.len() != corpus::training().filter(Result::is_ok).count() {
            return Err(ModelError::Damaged);
        }
        let row = |bytes: &[u8; 4 + EMBEDDING]| {
            let (most, small) = bytes.split_first_chunk::<4>()?;
            let mut row = [0; EMBEDDING];
            row.iter_mut().zip(small).for_each(|(number, byte)| *number = i8::from_le_bytes([*byte]));
            Some((f32::from_le_bytes(*most), row))
        };
        let rows = rows.iter().map(row).collect::<Option<_>>().ok_or(ModelError::Damaged)?;
        Ok(Self { encoder: found, rows })
    }
}
