//! A flow: what is asked of whom, and what comes of it.

use std::collections::BTreeMap;

use super::{Item, Promise, pack::Question, reply::Template};

/// What to do about one intent, as the pack has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// As it fits into "Is this about …?": `a repair`.
    pub label: String,
    /// As the people of the office read it, where the type is their own: `Storage units`.
    pub staff: Option<String>,
    /// What is asked, in this order, as far as it has not been said already.
    pub items: Vec<Item>,
    pub ending: Ending,
    /// What the closing promises.
    pub promise: Promise,
    /// Items that this flow asks for in its own words: from when somebody wants to rent, and by when to sell.
    pub(super) questions: BTreeMap<Item, Question>,
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
