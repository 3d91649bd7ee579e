//! What the record of a call says of its time in a queue.

use serde::{Deserialize, Serialize};

/// A call has waited in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queueing {
    pub queue: String,
    /// When it came into the line, since the call began.
    pub at_ms: u64,
    pub waited_ms: u64,
    pub end: QueueEnd,
}

/// Why it waited no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueEnd {
    /// Somebody took it.
    Answered,
    /// The caller is called back, and keeps the place.
    CallBack,
    /// The caller pressed 0.
    Left,
    /// The caller hung up.
    GaveUp,
    /// It had waited for as long as anybody may.
    TimedOut,
    /// As many waited as may.
    Full,
    /// No phone was there that could ever have served it.
    Unserved,
    /// The office, or an emergency that needed the line, ended it.
    Ended,
}

impl QueueEnd {
    /// As in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::CallBack => "call_back",
            Self::Left => "left",
            Self::GaveUp => "gave_up",
            Self::TimedOut => "timed_out",
            Self::Full => "full",
            Self::Unserved => "unserved",
            Self::Ended => "ended",
        }
    }

    /// For people: how it went on.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::CallBack => "to be called back",
            Self::Left => "the caller pressed 0",
            Self::GaveUp => "the caller gave up",
            Self::TimedOut => "it took too long",
            Self::Full => "the queue was full",
            Self::Unserved => "nobody served the queue",
            Self::Ended => "it was ended",
        }
    }
}
