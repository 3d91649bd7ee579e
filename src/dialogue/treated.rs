//! An answer that everybody must get alike, with the words that asked for it: what the log of equal treatment is made of.

use serde::{Deserialize, Serialize};

use super::ClosedTopic;

/// What was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about", content = "topic")]
pub enum Subject {
    /// A closed answer was given.
    Closed(ClosedTopic),
    /// Homes that are to let: which there are, rent, deposit, pets, parking, from when.
    Homes,
    /// A fact that the office has written down.
    Fact,
}

impl Subject {
    /// The name in the store and in the interface: `closed vouchers`, `homes`.
    pub fn name(self) -> String {
        match self {
            Self::Closed(topic) => format!("closed {}", topic.name()),
            Self::Homes => "homes".to_owned(),
            Self::Fact => "fact".to_owned(),
        }
    }
}

/// One question and its answer. Nothing is kept of who asked: that would be a guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treated {
    pub subject: Subject,
    /// In the caller's own words, at most 300 characters.
    pub asked: String,
    /// Word for word what was said, without the question that followed.
    pub given: String,
}
