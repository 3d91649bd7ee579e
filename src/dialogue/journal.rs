//! A conversation that keeps a journal: what it was told, when, and what it decided, so that it can be held once more.

use std::{ops::Deref, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Act, EndReason, Office, Opening, Outcome, Pack, Provenance, Reading, Session, UserTurn};

/// The version that is written.
const VERSION: u16 = 1;

/// Steps kept of one conversation. A pack lets a caller have some sixty turns; keys of telephone numbers come on top.
const MOST_STEPS: usize = 400;

/// Bytes of words, about, that are kept of one conversation: many times what fifteen minutes have.
const MOST_WORDS: usize = 192 * 1024;

/// What a step takes besides its words.
const STEP: usize = 160;

/// One thing that a conversation was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Turn(UserTurn),
    /// The caller spoke over the last words, and did not hear them.
    Unheard,
    /// They spoke into the goodbye.
    Reopened,
    /// The limit of length was reached.
    RanOut,
    SpeechFailed {
        audible: bool,
    },
    /// Words that were not answered any more.
    LastWords {
        text: String,
        reading: Option<Reading>,
    },
    Closed(EndReason),
}

/// One thing that a conversation was told, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Since the conversation began.
    pub at_ms: u64,
    /// What was awaited when it came, as [`Session::awaits`] has it.
    pub awaited: String,
    pub told: Told,
    /// What was decided, in order.
    pub acts: Vec<Act>,
    /// The answer of the office, word for word, if a fact of its own was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
}

/// Everything that a conversation was told and decided. The same pack, office and steps give the same decisions: there is no
/// chance in a conversation, and so no seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    version: u16,
    /// What it was held with. Kept beside the journal, where many share it.
    #[serde(skip)]
    pub provenance: Arc<Provenance>,
    pub opening: Opening,
    /// The first words.
    pub greeting: Vec<Act>,
    pub steps: Vec<Step>,
    /// Steps for which there was no room: the journal is whole up to them.
    pub left_out: u32,
    pub outcome: Outcome,
}

/// Why a journal cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the journal was written by a later program (version {0})")]
pub struct LaterJournal(u16);

impl Journal {
    /// Refuses what a later program has written.
    ///
    /// # Errors
    /// When it was.
    pub fn checked(self) -> Result<Self, LaterJournal> {
        match self.version {
            0..=VERSION => Ok(self),
            later => Err(LaterJournal(later)),
        }
    }
}

/// A conversation under way, with its journal. It can be asked whatever a [`Session`] can; whatever it is told goes into the
/// journal.
#[derive(Debug)]
pub struct Journalled {
    session: Session,
    office: Arc<Office>,
    journal: Journal,
    /// Bytes of words that there is still room for.
    room: usize,
}

impl Deref for Journalled {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl Journalled {
    /// As [`Session::begin`].
    pub fn begin(
        provenance: Arc<Provenance>,
        pack: Arc<Pack>,
        office: Arc<Office>,
        opening: Opening,
    ) -> (Self, Vec<Act>) {
        let (session, acts) = Session::begin(pack, office.clone(), opening.clone());
        let journal = Journal {
            version: VERSION,
            provenance,
            opening,
            greeting: acts.clone(),
            steps: Vec::new(),
            left_out: 0,
            outcome: session.outcome(),
        };
        (Self { session, office, journal, room: MOST_WORDS }, acts)
    }

    /// As [`Session::handle_turn`], `at` after the conversation began.
    pub fn handle_turn(&mut self, at: Duration, turn: UserTurn) -> Vec<Act> {
        self.tell(at, Told::Turn(turn))
    }

    /// Tells the conversation anything.
    pub fn tell(&mut self, at: Duration, told: Told) -> Vec<Act> {
        // Nothing but a word into the goodbye changes a conversation that is over.
        if self.session.is_over() && told != Told::Reopened {
            return Vec::new();
        }
        if !self.session.is_over() && told == Told::Reopened {
            return Vec::new();
        }
        let awaited = self.session.awaits();
        let fact = match &told {
            Told::Turn(UserTurn::Said { text, reading }) => self.office.answer(reading.topic, text),
            _ => None,
        };
        let acts = pass_on(&mut self.session, told.clone());
        let stated = |fact: &String| acts.iter().any(|act| act.says(fact));
        let fact = fact.filter(stated);
        let at_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        self.keep(Step { at_ms, awaited, told, acts: acts.clone(), fact });
        acts
    }

    /// What was told and decided, with what has come of it.
    pub fn journal(&self) -> Journal {
        Journal { outcome: self.session.outcome(), ..self.journal.clone() }
    }

    /// A journal with a hole cannot be held again: once there is no room, nothing more is kept.
    fn keep(&mut self, step: Step) {
        let words = step.words();
        let fits = self.journal.left_out == 0 && self.journal.steps.len() < MOST_STEPS && words <= self.room;
        if fits {
            self.room -= words;
            self.journal.steps.push(step);
        } else {
            self.journal.left_out = self.journal.left_out.saturating_add(1);
        }
    }
}

fn pass_on(session: &mut Session, told: Told) -> Vec<Act> {
    match told {
        Told::Turn(turn) => return session.handle_turn(turn),
        Told::RanOut => return session.run_out(),
        Told::SpeechFailed { audible } => return session.handle_speech_failed(audible),
        Told::Unheard => session.handle_unheard(),
        Told::Reopened => session.reopen(),
        Told::LastWords { text, reading } => session.hear_last(&text, reading.as_ref()),
        Told::Closed(reason) => session.close(reason),
    }
    Vec::new()
}

impl Step {
    /// What it takes in bytes, about.
    fn words(&self) -> usize {
        let heard = match &self.told {
            Told::Turn(UserTurn::Said { text, reading }) => read(text, Some(reading)),
            Told::LastWords { text, reading } => read(text, reading.as_ref()),
            _ => 0,
        };
        let decided = self.acts.iter().map(|act| match act {
            Act::Say(say) => say.text.len(),
            Act::Transfer { brief, .. } => brief.len(),
            Act::Calendar(_) | Act::End(_) => 0,
        });
        STEP + heard + decided.map(|words| words + STEP).sum::<usize>()
    }
}

fn read(text: &str, reading: Option<&Reading>) -> usize {
    let clauses = reading.iter().flat_map(|reading| &reading.clauses);
    text.len() + STEP + clauses.map(|clause| clause.text.len() + STEP).sum::<usize>()
}

#[cfg(test)]
mod tests;
