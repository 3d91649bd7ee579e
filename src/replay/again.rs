//! The same conversation told the same things: were its decisions the ones that it would make today?

use std::{fmt, time::Duration};

use super::{
    Present,
    telling::{acts_in_words, reading_in_words, told_in_words},
};
use crate::dialogue::{Act, Journal, Journalled, Outcome, Reading, Told, UserTurn};

/// What came of holding a conversation again.
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    /// The greeting, and then one for each thing that it was told.
    pub turns: Vec<TurnAgain>,
    /// What would come of it today, where it is not the same.
    pub outcome: Option<Box<Outcome>>,
    /// What the conversation was held with and is not the same today, in words.
    pub changed: Vec<String>,
    /// Steps that had no room in the journal.
    pub left_out: u32,
}

/// One thing that the conversation was told, and what it decided then and decides now.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnAgain {
    /// Since the conversation began.
    pub at_ms: u64,
    /// `None`: the greeting.
    pub told: Option<Told>,
    pub then: Vec<Act>,
    pub now: Vec<Act>,
    /// How the words are read today, where that is not the same.
    pub read: Option<Box<Reading>>,
}

impl TurnAgain {
    pub fn is_identical(&self) -> bool {
        self.then == self.now && self.read.is_none()
    }
}

impl Again {
    /// Every decision, every reading and what came of it are the same.
    pub fn is_identical(&self) -> bool {
        self.outcome.is_none() && self.turns.iter().all(TurnAgain::is_identical)
    }
}

/// Tells a conversation again what it was told, with the readings of then; and reads the words again beside that.
pub fn again(journal: &Journal, present: &Present<'_>) -> Again {
    let Present { pack, office, provenance, reads } = present;
    let (mut talk, greeting) =
        Journalled::begin((*provenance).clone(), (*pack).clone(), (*office).clone(), journal.opening.clone());
    let then = journal.greeting.clone();
    let mut turns = vec![TurnAgain { at_ms: 0, told: None, then, now: greeting, read: None }];
    for step in &journal.steps {
        let read = match &step.told {
            Told::Turn(UserTurn::Said { text, reading }) => {
                Some(reads(talk.language(), text)).filter(|today| today != reading).map(Box::new)
            }
            _ => None,
        };
        let now = talk.tell(Duration::from_millis(step.at_ms), step.told.clone());
        let told = Some(step.told.clone());
        turns.push(TurnAgain { at_ms: step.at_ms, told, then: step.acts.clone(), now, read });
    }
    let outcome = talk.outcome();
    // What came of steps that were not kept cannot be known.
    let same = outcome == journal.outcome || journal.left_out > 0;
    Again {
        turns,
        outcome: (!same).then(|| Box::new(outcome)),
        changed: journal.provenance.differences(provenance).into_iter().map(str::to_owned).collect(),
        left_out: journal.left_out,
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for turn in &self.turns {
            let seconds = turn.at_ms as f64 / 1000.0;
            let heard = turn.told.as_ref().map_or_else(|| "the call is answered".to_owned(), told_in_words);
            let mark = if turn.is_identical() { "same" } else { "DIFFERS" };
            writeln!(f, "{seconds:>8.1} s  {mark:8}{heard}")?;
            if let (Some(Told::Turn(UserTurn::Said { reading, .. })), Some(today)) = (&turn.told, &turn.read)
            {
                writeln!(f, "{:20}read then  as {}", "", reading_in_words(reading))?;
                writeln!(f, "{:20}read today as {}", "", reading_in_words(today))?;
            }
            if turn.then == turn.now {
                for act in acts_in_words(&turn.then) {
                    writeln!(f, "{:20}{act}", "")?;
                }
            } else {
                for (when, acts) in [("then ", &turn.then), ("today", &turn.now)] {
                    for act in acts_in_words(acts) {
                        writeln!(f, "{:20}{when} {act}", "")?;
                    }
                }
            }
        }
        writeln!(f)?;
        let count = self.turns.len();
        let same = self.turns.iter().filter(|turn| turn.then == turn.now).count();
        let read = self.turns.iter().filter(|turn| turn.read.is_some()).count();
        match (same == count && self.outcome.is_none(), read) {
            (true, 0) => {
                writeln!(f, "Identical: all {count} decisions and every reading are what they were.")?
            }
            (true, read) => writeln!(
                f,
                "All {count} decisions are what they were, with the readings of then; {read} of the caller's turns are \
                 read otherwise today."
            )?,
            (false, _) => {
                writeln!(f, "Not identical: {} of {count} decisions are others today.", count - same)?
            }
        }
        if self.left_out > 0 {
            writeln!(f, "{} steps had no room in the journal: it was compared up to them.", self.left_out)?;
        }
        match self.changed.as_slice() {
            [] => writeln!(f, "The call was held with what there is today, digest for digest."),
            changed => writeln!(f, "Not the same today: {}.", changed.join("; ")),
        }
    }
}
