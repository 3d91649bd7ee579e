//! What goes into a conversation and what comes out: a user's turn in, acts out.

use serde::{Deserialize, Serialize};

use super::{CalendarAnswer, CalendarRequest, EndReason, Reading};
use crate::types::Language;

/// One thing the other person said (or typed, or keyed), whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserTurn {
    /// Words, and how the understander reads them.
    Said { text: String, reading: Reading },
    /// A key of the telephone.
    Keyed(Digit),
    /// Nothing, for as long as the channel thinks polite.
    Silence,
    /// Sound, but no words that could be made out.
    Unclear,
    /// The transfer that the last acts asked for came to nothing; the conversation goes on.
    TransferFailed,
    /// The same, and somebody on call has been told of it, and has said so.
    OnCallHeard,
    /// What the office's calendar says to the last [`Act::Calendar`]; not the other person's turn.
    Calendar(CalendarAnswer),
}

/// What the session wants done, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Say(Say),
    /// After everything said so far has been heard, connect this person to somebody.
    Transfer {
        to: Destination,
        brief: String,
    },
    /// Ask the office's calendar, at once; the answer is fed as [`UserTurn::Calendar`]. Until then nothing else is asked of
    /// the other person. Whoever has a clock says [`CalendarAnswer::Away`] when it takes too long.
    Calendar(CalendarRequest),
    /// After everything said so far has been heard, end the conversation.
    End(EndReason),
}

impl Act {
    /// Are these words part of what is said?
    pub(super) fn says(&self, words: &str) -> bool {
        matches!(self, Act::Say(say) if say.text.contains(words))
    }
}

/// Words for the other person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    pub text: String,
    /// May the person speak over it? The life-safety sentence is heard to its end.
    pub interruptible: bool,
    /// What kind of answer is hoped for: decides how long a pause means "finished".
    pub expects: Expectation,
    /// Whose voice says it.
    pub language: Language,
}

/// The kind of answer that a question hopes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Expectation {
    /// Nothing: more will be said, or the conversation ends.
    Nothing,
    /// A story: pauses are thought, not the end.
    #[default]
    Open,
    YesOrNo,
    Name,
    /// Digits are dictated with pauses between the groups.
    PhoneNumber,
    UnitOrAddress,
}

/// To whom a conversation is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Destination {
    /// The person on call, through the trunk, at any hour.
    OnCall,
    /// The desk phones, as the ring plan of the dialled number has them.
    Staff,
}

/// A key of a telephone: `0` to `9`, `*` and `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Digit(char);

impl Digit {
    /// `None` for anything that is not on a caller's keypad; A to D of RFC 4733 are on nobody's.
    pub const fn new(key: char) -> Option<Self> {
        match key {
            '0'..='9' | '*' | '#' => Some(Self(key)),
            _ => None,
        }
    }

    pub const fn key(self) -> char {
        self.0
    }
}
