//! What speaks for a worker: a sentence is played clause by clause, from what is known of it or newly made.

use std::{
    collections::VecDeque,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::SpeechPool;
use crate::{
    app::switch_loop::ToSwitch,
    speech::{Manner, Recorded, SpeechError, Voices, clauses},
    types::{Language, LegId, UtteranceId},
};

/// What is still to be said of an utterance, and how.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) language: Language,
    pub(super) manner: Arc<Manner>,
    clauses: VecDeque<String>,
}

impl Sentence {
    pub(super) fn new(text: &str, language: Language, manner: Arc<Manner>) -> Self {
        Self { language, manner, clauses: clauses(text).into_iter().map(str::to_owned).collect() }
    }

    /// The clauses that nobody has heard yet.
    pub(super) fn rest(&mut self) -> &[String] {
        self.clauses.make_contiguous()
    }

    pub(super) fn is_over(&self) -> bool {
        self.clauses.is_empty()
    }

    /// What of the office's recordings it begins with: how many clauses, and their sound.
    pub(super) fn recorded(&mut self, recorded: &Recorded) -> Option<(usize, Arc<[i16]>)> {
        let clauses = self.clauses.make_contiguous();
        recorded.beginning(&self.manner, self.language, clauses)
    }

    /// So many clauses have been played.
    pub(super) fn take(&mut self, clauses: usize) {
        self.clauses.drain(..clauses.min(self.clauses.len()));
    }

    pub(super) fn next_known_as(&self) -> Option<String> {
        Some(self.manner.known_as(self.language, self.clauses.front()?))
    }
}

/// The voices of a worker, and where they are heard.
#[derive(Debug)]
pub(super) struct Mouth {
    pub(super) pool: SpeechPool,
    pub(super) voices: Voices,
}

impl Mouth {
    pub(super) fn speak(
        &mut self,
        leg: LegId,
        utterance: UtteranceId,
        mut sentence: Sentence,
        ceased: &AtomicBool,
    ) {
        while !sentence.is_over() && !ceased.load(Ordering::Relaxed) {
            // Another call may have had it said since this one was queued.
            let sound = match self.pool.known(&mut sentence) {
                Some(known) => Ok(known),
                None => {
                    let clause = sentence.rest().first().cloned().unwrap_or_default();
                    sentence.take(1);
                    self.make(&sentence.manner, sentence.language, &clause)
                }
            };
            match sound {
                Ok(sound) if ceased.load(Ordering::Relaxed) => drop(sound),
                Ok(sound) => self.pool.media.play(leg, utterance, sound.to_vec()),
                Err(error) => {
                    tracing::error!(%error, "a sentence could not be spoken");
                    self.pool.tell(ToSwitch::SpeechFailed { leg });
                    break;
                }
            }
        }
        self.pool.speaking().remove(&(leg, utterance));
        self.pool.media.finish(leg, utterance);
    }

    /// Makes the sound of a clause, 16 kHz, and keeps it. Where a call carries less, its leg narrows it.
    pub(super) fn make(
        &mut self,
        manner: &Manner,
        language: Language,
        clause: &str,
    ) -> Result<Arc<[i16]>, SpeechError> {
        let mut made = Vec::new();
        self.voices.speak(manner, language, clause, &mut |samples| {
            made.extend_from_slice(samples);
            ControlFlow::Continue(())
        })?;
        let sound: Arc<[i16]> = made.into();
        self.pool.repertoire().keep(&manner.known_as(language, clause), Arc::clone(&sound));
        Ok(sound)
    }
}
