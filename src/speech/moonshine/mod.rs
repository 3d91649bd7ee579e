//! The recogniser of English that runs on the box: Moonshine, which writes what it hears, led by a model of what callers to
//! an office say.

mod network;
mod networks;
mod pieces;
mod search;

use std::{path::PathBuf, sync::Arc};

use self::{networks::Networks, pieces::Pieces};
use super::{
    Awaits, LONGEST_DECODE_SECS, Recognizer, SAMPLE_RATE, SpeechError, Transcript, WordModel,
    denoised::denoised, guard, levelled::levelled, running,
};

/// Pieces of words that are written for a second of sound, at most; the model's authors found loops beyond it.
const PIECES_A_SECOND: f32 = 6.5;
/// Also a clip of a single word has room for these.
const PIECES_AT_LEAST: usize = 4;

/// Where the recogniser's parts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoonshineFiles {
    /// The folder with `encoder_model.ort`, `decoder_model_merged.ort` and `tokens.txt`.
    pub folder: PathBuf,
    /// The ONNX runtime, a shared library.
    pub runtime: PathBuf,
}

/// Moonshine, tiny, English. Clones share the networks.
#[derive(Debug, Clone)]
pub struct MoonshineRecognizer {
    networks: Arc<Networks>,
    pieces: Arc<Pieces>,
    model: Arc<WordModel>,
}

impl MoonshineRecognizer {
    /// Loads networks (45 MB and a third of a second each; see [`crate::speech::Models::recognizer`]) for so many clips at
    /// once. `model`: asked for when they are there, since learning it is work.
    ///
    /// # Errors
    /// When a file is missing, or the runtime cannot read what is there.
    pub fn open(
        files: &MoonshineFiles,
        at_once: usize,
        model: impl FnOnce() -> Arc<WordModel>,
    ) -> Result<Self, SpeechError> {
        let pieces = Arc::new(Pieces::read(&files.folder.join("tokens.txt"))?);
        let networks = Arc::new(Networks::open(files, at_once)?);
        Ok(Self { networks, pieces, model: model() })
    }
}

impl Recognizer for MoonshineRecognizer {
    fn recognize(&mut self, samples: &[f32], awaits: Awaits) -> Result<Transcript, SpeechError> {
        let secs = samples.len() as f32 / SAMPLE_RATE as f32;
        // An ear cuts by whole windows, so a clip may be a few milliseconds over.
        if secs > LONGEST_DECODE_SECS as f32 + 0.5 {
            return Err(SpeechError::ClipTooLong { secs: secs.ceil() as u32 });
        }
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let clip = levelled(&denoised(samples));
        let most = (clip.len() as f32 / SAMPLE_RATE as f32 * PIECES_A_SECOND) as usize + PIECES_AT_LEAST;
        let mut network = self.networks.lend();
        let mut writing = network.listen(&clip)?;
        let written = search::search(&mut writing, &self.pieces, &self.model, awaits, most)?;
        Ok(guard::guarded(&self.pieces.text(&written), secs))
    }
}
