//! The recogniser of English that runs on the box: Moonshine, which writes what it hears, led by a model of what callers to
//! an office say.

mod network;
mod networks;
mod pieces;
mod search;

use std::{path::PathBuf, sync::Arc};

use self::{networks::Networks, pieces::Pieces, search::Length};
use super::{
    Awaits, LONGEST_DECODE_SECS, Recognizer, SAMPLE_RATE, SpeechError, Transcript, WordModelInUse,
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
    model: WordModelInUse,
}

impl MoonshineRecognizer {
    /// Loads networks (45 MB and a third of a second each; see [`crate::speech::Models::recognizer`]) for so many clips at
    /// once. `model`: asked for when they are there, since learning it is work.
    ///
    /// # Errors
    /// When a file is missing, or the runtime cannot read what is there.
    pub fn open<M: Into<WordModelInUse>>(
        files: &MoonshineFiles,
        at_once: usize,
        model: impl FnOnce() -> M,
    ) -> Result<Self, SpeechError> {
        let pieces = Arc::new(Pieces::read(&files.folder.join("tokens.txt"))?);
        let networks = Arc::new(Networks::open(files, at_once)?);
        Ok(Self { networks, pieces, model: model().into() })
    }
}

/// Nobody speaks slower than this, in letters a second; digits and letters one by one come to twice as many.
const SLOWEST_LETTERS: f32 = 3.0;
/// So much voice may be breath and noise.
const NO_LETTERS_SECS: f32 = 0.8;

fn least_letters(voiced_secs: f32) -> usize {
    ((voiced_secs - NO_LETTERS_SECS).max(0.0) * SLOWEST_LETTERS) as usize
}

/// How much of the clip is as loud as a voice in it: within 20 dB of what is loud.
fn voiced_secs(clip: &[f32]) -> f32 {
    const FRAME: usize = SAMPLE_RATE as usize / 50;
    const BELOW_LOUD: f32 = 0.01;
    let power = |frame: &[f32]| frame.iter().map(|sample| sample * sample).sum::<f32>();
    let powers: Vec<f32> = clip.chunks_exact(FRAME).map(power).collect();
    let mut sorted = powers.clone();
    sorted.sort_unstable_by(f32::total_cmp);
    let loud = sorted.get(sorted.len() * 9 / 10).copied().unwrap_or(0.0);
    let voiced = powers.iter().filter(|power| **power > loud * BELOW_LOUD).count();
    (voiced * FRAME) as f32 / SAMPLE_RATE as f32
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
        let length = Length { least_letters: least_letters(voiced_secs(&clip)), most_pieces: most };
        let written = search::search(&mut writing, &self.pieces, &self.model.get(), awaits, length)?;
        Ok(guard::guarded(&self.pieces.text(&written), secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_voice_is_so_many_letters_and_a_short_answer_may_be_as_short_as_it_is() {
        let sound = |secs: f32, level: f32| vec![level; (secs * SAMPLE_RATE as f32) as usize];
        let clip = [sound(0.4, 0.001), sound(2.8, 0.1), sound(0.2, 0.001)].concat();
        assert!((2.7..2.9).contains(&voiced_secs(&clip)), "{}", voiced_secs(&clip));
        assert_eq!(least_letters(voiced_secs(&clip)), 6);
        let yes = [sound(0.4, 0.001), sound(0.5, 0.1), sound(0.2, 0.001)].concat();
        assert_eq!(least_letters(voiced_secs(&yes)), 0);
        assert!(voiced_secs(&[]) == 0.0);
    }
}
