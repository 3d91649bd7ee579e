//! Sentences as vectors: near in meaning, near in direction. What intents are recognised by.
//!
//! Invariants: the same text always gives the same vector; one call uses one thread, the caller's own; the weights are
//! mapped, not loaded, so that the half of the file that is word vectors costs memory only for words in use. Nothing
//! here knows what the sentences are for.
//!
//! The forward pass is our own, over `ndarray`: the general tensor library that was tried (candle) takes the number of
//! its threads from the process's environment only, and copies every weight to the heap.

mod bert;
mod weights;

use std::{fmt, io, path::Path, path::PathBuf};

use tokenizers::Tokenizer;

use self::{bert::Bert, weights::Weights};

/// Numbers in a sentence's vector.
pub const DIMENSIONS: usize = 384;

/// Word pieces that are read of a sentence, as the model was taught; what comes after has no say.
const MOST_PIECES: usize = 128;

/// Characters that are tokenised at most: far more than fit in [`MOST_PIECES`], so that a long text costs nothing.
const MOST_CHARACTERS: usize = 2_000;

/// The all-MiniLM-L6-v2 sentence encoder.
pub struct Encoder {
    tokenizer: Tokenizer,
    bert: Bert,
}

impl Encoder {
    /// Opens the model in its folder (`model.safetensors`, `tokenizer.json`).
    ///
    /// # Errors
    /// When a file is missing, unreadable, or not this model.
    pub fn open(folder: &Path) -> Result<Self, EncoderError> {
        let path = folder.join("tokenizer.json");
        if !path.is_file() {
            return Err(EncoderError::Missing(path));
        }
        let mut tokenizer = Tokenizer::from_file(&path).map_err(|_| EncoderError::Tokenizer(path.clone()))?;
        // The file pads every sentence to the length it was trained with; alone, a sentence needs none.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|_| EncoderError::Tokenizer(path))?;
        let weights = Weights::open(&folder.join("model.safetensors"))?;
        Ok(Self { tokenizer, bert: Bert::new(weights)? })
    }

    /// The sentence's vector, of length 1: the cosine of two is their product summed. Case, and accents, do not matter.
    ///
    /// # Errors
    /// When the text cannot be tokenised or the weights lead outside of numbers; neither has been seen.
    pub fn embed(&self, text: &str) -> Result<[f32; DIMENSIONS], EncoderError> {
        let end = text.char_indices().nth(MOST_CHARACTERS).map_or(text.len(), |(at, _)| at);
        let encoding = self.tokenizer.encode_fast(&text[..end], true).map_err(|_| EncoderError::Text)?;
        let mut pieces = encoding.get_ids().to_vec();
        if pieces.len() > MOST_PIECES {
            // The mark of the end stays at the end.
            let last = pieces.last().copied();
            pieces.truncate(MOST_PIECES - 1);
            pieces.extend(last);
        }
        self.bert.embed(&pieces)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encoder")
    }
}

/// The cosine of two vectors of [`Encoder::embed`]: 1 for the same meaning, about 0 for nothing in common.
pub fn cosine(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Why sentences cannot be encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    #[error("{} is not there; run `make models`", .0.display())]
    Missing(PathBuf),
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a tokeniser's description", .0.display())]
    Tokenizer(PathBuf),
    #[error("{} is not a file of weights", path.display())]
    Format { path: PathBuf, source: safetensors::SafeTensorError },
    #[error("the weights lack `{tensor}` as {expected:?} numbers of 32 bits")]
    Tensor { tensor: String, expected: Vec<usize> },
    #[error("the text cannot be tokenised")]
    Text,
    #[error("the encoding came to no number")]
    NotFinite,
}

#[cfg(test)]
mod tests;
