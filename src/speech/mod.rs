//! Ears and mouth: sound in, words out, and back. The contract that `agent`, `pbx`, `app` and `sim` build on.
//!
//! Invariants of this room:
//! - All audio at this door is mono, 16 kHz ([`SAMPLE_RATE`]); whoever has another rate resamples first.
//! - Nothing here knows SIP, RTP, calls or people; a *leg's* hearing is an [`Ear`], and that is all it is.
//! - An [`Ear`] never decodes and never blocks: it asks for a decode ([`EarOutput::Decode`]) and is told the
//!   answer ([`Ear::handle_heard`]). Recognisers and synthesisers are slow and live on a pool's threads.
//! - Media time is counted in samples, never asked of a clock: the same frames give the same events.
//! - Text is what the engine heard, guarded against inventions (see [`Transcript`]) and otherwise untouched:
//!   numbers, names and spelling are the dialogue's business.

mod again;
mod awaits;
mod clause;
#[cfg(feature = "sherpa")]
mod denoised;
mod ear;
mod espeak;
mod files;
#[cfg(feature = "flite")]
mod flite;
#[cfg(any(feature = "sherpa", test))]
mod guard;
#[cfg(feature = "sherpa")]
mod levelled;
mod manner;
mod models;
#[cfg(feature = "sherpa")]
mod moonshine;
#[cfg(any(feature = "flite", feature = "sherpa", test))]
mod readable;
mod recorded;
mod repertoire;
#[cfg(feature = "sherpa")]
mod running;
mod scripted;
mod shaping;
#[cfg(feature = "sherpa")]
mod sherpa;
mod silero;
mod telephone;
mod vad;
mod voices;
mod wav;
mod word_model;

use std::{io, ops::ControlFlow, path::PathBuf};

use crate::types::TurnId;

pub use again::{EarCue, hear_again};
pub use awaits::Awaits;
use clause::clause_by_clause;
pub use clause::clauses;
pub use ear::{DecodeId, DecodeRequest, Ear, EarOutput, EarTuning};
pub use espeak::EspeakSynthesizer;
pub use files::{TimedSegment, hear, hear_samples, say};
#[cfg(feature = "flite")]
pub use flite::{FliteSynthesizer, FliteVoice, UnknownVoice};
pub use manner::{Lexicon, Manner, Pace};
pub use models::{ModelItem, Models, sha256};
#[cfg(feature = "sherpa")]
pub use moonshine::{MoonshineFiles, MoonshineRecognizer};
#[cfg(any(feature = "flite", feature = "sherpa"))]
use readable::readable;
pub use recorded::Recorded;
pub use repertoire::Repertoire;
#[cfg(feature = "sherpa")]
pub use running::end_decoding;
pub use scripted::{ScriptedRecognizer, ScriptedSynthesizer};
#[cfg(feature = "sherpa")]
pub use sherpa::{SherpaRecognizer, SherpaSynthesizer};
pub use telephone::{Background, TELEVISION, Telephone, Wire, level, spoken};
pub use vad::VoiceDetector;
pub use voices::Voices;
pub use wav::{read_first_channel, read_wav, write_wav};
pub use word_model::{Sentence, WordClass, WordModel, WordModelInUse};

/// Samples a second of everything that crosses this door.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples in the 20 ms frame that the media plane hands to an [`Ear`].
pub const FRAME_SAMPLES: usize = 320;

/// The longest audio a recogniser is given at once, in seconds; an [`Ear`] cuts longer turns at their best pause.
pub const LONGEST_DECODE_SECS: u32 = 12;

/// What an ear reports about one leg. Times are media time: milliseconds of audio heard since the ear was made.
///
/// Within a turn the order is `Started (Dismissed | Paused [Heard])*`, with a `Started` for every new onset. A `Heard`
/// may come after the next `Started`: compare its `at_ms` with the last `Paused` to see whether it is the latest word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechEvent {
    /// The caller's voice began, or began again after a pause. While the agent speaks this is the barge-in signal,
    /// and comes only after the stricter test of [`EarTuning`]; stop the agent on it.
    Started { turn: TurnId, at_ms: u64 },
    /// What had `Started` was too short to hold a word (a click, a cough): nothing was kept of it.
    Dismissed { turn: TurnId, at_ms: u64 },
    /// The caller fell silent. `voiced_ms` is how much voice the turn holds so far, `silence_ms` how long it has been
    /// quiet already (so the last voice was at `at_ms - silence_ms`). A decode of the turn is on its way.
    Paused { turn: TurnId, at_ms: u64, voiced_ms: u32, silence_ms: u32 },
    /// The words of the whole turn up to the pause reported with the same `at_ms`. Empty text: there was sound but
    /// no words in it. Each `Heard` replaces the one before it; a turn's words are in its last `Heard`.
    Heard { turn: TurnId, at_ms: u64, text: String, decode_ms: u32 },
}

impl SpeechEvent {
    /// The turn that this belongs to; events of a turn that is over can be dropped.
    pub const fn turn(&self) -> TurnId {
        match *self {
            Self::Started { turn, .. }
            | Self::Dismissed { turn, .. }
            | Self::Paused { turn, .. }
            | Self::Heard { turn, .. } => turn,
        }
    }
}

/// What a recogniser made of one clip.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transcript {
    /// The words, as written by the engine, trimmed. Empty when there were none.
    pub text: String,
    /// The engine had begun to repeat itself or to invent words, and the guard has cut or dropped some.
    pub guarded: bool,
}

/// Words from sound. One instance serves one thread at a time and keeps nothing between clips.
pub trait Recognizer: Send {
    /// Recognises one whole clip: 16 kHz mono samples in −1.0..=1.0, at most [`LONGEST_DECODE_SECS`]. `awaits`: what
    /// the speaker was asked for; anything may be said all the same.
    ///
    /// # Errors
    /// When the engine refuses the clip or cannot answer. The recogniser stays usable.
    fn recognize(&mut self, samples: &[f32], awaits: Awaits) -> Result<Transcript, SpeechError>;
}

/// Sound from words. One instance serves one thread at a time.
pub trait Synthesizer: Send {
    /// Speaks so fast from now on.
    fn set_pace(&mut self, pace: Pace);

    /// Has the voice a sound for each word of `text`? What it has none for, it would leave out.
    fn knows(&self, _text: &str) -> bool {
        true
    }

    /// Speaks `text`, clause by clause: `sink` receives 16 kHz mono samples as soon as each clause is made, in
    /// order, in pieces of any length, and may end the speaking by `Break`.
    ///
    /// # Errors
    /// When the engine cannot make the sound. What the sink has received already stands.
    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<Spoken, SpeechError>;
}

/// How a [`Synthesizer::speak`] went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// Samples handed to the sink.
    pub samples: u64,
    /// False when the sink broke off.
    pub finished: bool,
}

/// Why ears or mouth do not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    #[error("{name} is not in {}; run `make models`", path.display())]
    ModelMissing { name: String, path: PathBuf },
    #[error("{} is not the file that the manifest names (wrong {what}); run `make models`", path.display())]
    ModelAltered { path: PathBuf, what: &'static str },
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the manifest of models that was built in cannot be read")]
    Manifest,
    #[error("the speech engine could not load its model from {}", .0.display())]
    EngineRefused(PathBuf),
    #[error("{} has no line for the space between words; take the one that belongs to the voice", .0.display())]
    TokensWithoutSpace(PathBuf),
    #[error("the speech engine gave no answer for a clip")]
    NoAnswer,
    #[error("the program is ending; no clip is recognised any more")]
    Ending,
    #[error("the synthesiser has no such voice, or made no sound")]
    NoVoice,
    #[error("the clip is {secs} s long; at most {LONGEST_DECODE_SECS} s can be recognised at once")]
    ClipTooLong { secs: u32 },
    #[error("{}: not a WAV file that can be read or written", path.display())]
    Wav { path: PathBuf, source: hound::Error },
    #[error("{}: a sample rate of {rate} Hz is not understood; 8 to 96 kHz are", path.display())]
    SampleRate { path: PathBuf, rate: u32 },
    #[error("the script has no line left")]
    ScriptEnded,
}

#[cfg(test)]
mod tests;
