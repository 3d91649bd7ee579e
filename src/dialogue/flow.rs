//! A flow: what is asked of whom, and what comes of it.

use super::{Item, Promise, reply::Template};

/// What to do about one intent, as the pack has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// As it fits into "Is this about …?": `a repair`.
    pub label: String,
    /// What is asked, in this order, as far as it has not been said already.
    pub items: Vec<Item>,
    pub ending: Ending,
    /// What the closing promises.
    pub promise: Promise,
    /// Said when the flow begins; may be empty.
    pub(super) opening: Vec<Template>,
    /// Said when everything is settled.
    pub(super) closing: Vec<Template>,
}

/// How a flow comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// A message for the office: closing, then "anything else?".
    Message,
    /// A person at once if the office is open, else a message.
    Staff,
    /// The closing, and the end of the conversation.
    End,
}
