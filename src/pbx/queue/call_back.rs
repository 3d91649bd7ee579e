//! A call-back that somebody who waited was promised: what is kept of it until it has come to an end.

use jiff::Timestamp;

use crate::types::{CallId, PhoneNumber};

/// One promise. It is known by the call in which it was made, and one call makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBack {
    pub call: CallId,
    pub queue: String,
    pub number: PhoneNumber,
    /// The number is the caller's as the carrier has it, and not one that was keyed in.
    pub own: bool,
    /// As phones show it; may be empty.
    pub name: String,
    /// The number of ours that was called.
    pub dialled: PhoneNumber,
    pub asked: Timestamp,
    /// How often the caller has been called, the present time included.
    pub tries: u32,
    pub state: CallBackState,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallBackState {
    /// It has its place in the line.
    Waiting,
    /// A phone of the office rings for it, or the caller is being called.
    Calling,
    /// The two have talked.
    Reached,
    /// The caller did not want to be called any more.
    Declined,
    /// The caller was called as often as the office wants, and not reached.
    Missed,
    /// The office has closed before its turn came.
    Closed,
    /// The house stopped while it was being called: it may have been, and is not called again.
    Uncertain,
    /// Somebody of the office has taken it out of the line.
    Cancelled,
}

impl CallBackState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Calling,
        Self::Reached,
        Self::Declined,
        Self::Missed,
        Self::Closed,
        Self::Uncertain,
        Self::Cancelled,
    ];

    /// The word in the store and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Calling => "calling",
            Self::Reached => "reached",
            Self::Declined => "declined",
            Self::Missed => "missed",
            Self::Closed => "closed",
            Self::Uncertain => "uncertain",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Is nothing more to come of it?
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Calling)
    }

    /// For people of the office, if they have to see to it themselves: why.
    pub const fn left_to_people(self) -> Option<&'static str> {
        match self {
            Self::Missed => Some("called, and not reached"),
            Self::Closed => Some("not called before the office closed"),
            Self::Uncertain => Some("perhaps not called: the house had stopped"),
            Self::Declined => Some("called, and did not want to talk"),
            Self::Waiting | Self::Calling | Self::Reached | Self::Cancelled => None,
        }
    }
}
