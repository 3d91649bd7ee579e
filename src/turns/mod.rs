//! How the agent takes turns, measured by ear: is a caller cut off who dictates a number, and what makes the agent fall silent?
//!
//! Invariants of this room:
//! - Voice, ear, detector, recogniser and understander are those of real calls; only the line, its time and its callers are made.
//! - No socket, no thread and no clock: time jumps from frame to frame, and a call takes as long as what is recognised in it.
//! - What recogniser and understander would take on a small box passes in virtual time, whatever this machine takes.
//! - The same engines and office give the same figures: whatever is drawn is drawn by the caller's number.

mod answer;
mod dictation;
mod lead_in;
mod line;
mod mouth;
mod overlap;
mod person;
mod report;
mod sounds;

use std::{sync::Arc, time::Instant};

use jiff::civil::DateTime;

use crate::{
    dialogue::{Office, Pack, Reading},
    speech::{Recognizer, SpeechError, Synthesizer, VoiceDetector},
    types::Language,
};

pub use answer::{Answer, Taken};
pub use dictation::{Dictated, Verdict};
pub use overlap::{Aftermath, Overlapped};
pub use report::{Delays, TurnTaking};
pub use sounds::Disturbance;

use person::Cast;

/// How words are read.
pub type Read = Box<dyn Fn(Language, &str) -> Reading>;

/// What hears, understands and speaks.
pub struct Engines {
    pub recognizer: Box<dyn Recognizer>,
    /// Each call's ear has one of its own like this.
    pub detector: VoiceDetector,
    /// The callers' voices, at least one; they call in turn, and the last one is on the television.
    pub callers: Vec<Box<dyn Synthesizer>>,
    pub agent: Box<dyn Synthesizer>,
    pub read: Read,
}

impl std::fmt::Debug for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engines").field("callers", &self.callers.len()).finish_non_exhaustive()
    }
}

/// The office that is called.
#[derive(Debug, Clone)]
pub struct Called {
    pub pack: Arc<Pack>,
    pub office: Arc<Office>,
    /// Its day and hour.
    pub local: DateTime,
}

/// So many callers dictate a number, as many answer with one word, as many are heard over the agent's words without meaning to stop it, and as many mean to.
/// `began`: an origin for virtual time. `progress` is told what has been measured, now and then.
///
/// # Errors
/// When a voice or the recogniser fails.
pub fn measure(
    called: &Called,
    engines: Engines,
    callers: u32,
    began: Instant,
    mut progress: impl FnMut(&str),
) -> Result<TurnTaking, SpeechError> {
    let mut cast = Cast::new(called.clone(), engines, began)?;
    let mut tell = |what: &str, done: u32| {
        if done.is_multiple_of(25) || done == callers {
            progress(&format!("{what}: {done} of {callers}"));
        }
    };
    let mut measured = TurnTaking::default();
    for caller in 0..callers {
        measured.add_dictated(dictation::dictate(&mut cast, caller)?);
        tell("numbers dictated", caller + 1);
    }
    for caller in 0..callers {
        measured.add_answer(answer::answer(&mut cast, caller)?);
        tell("answers of one word", caller + 1);
    }
    for caller in 0..callers {
        measured.add_disturbed(overlap::disturb(&mut cast, caller)?);
        tell("sounds over the agent's words", caller + 1);
    }
    for caller in 0..callers {
        measured.add_interrupted(overlap::interrupt(&mut cast, caller)?);
        tell("interruptions", caller + 1);
    }
    Ok(measured)
}

#[cfg(test)]
mod tests;
