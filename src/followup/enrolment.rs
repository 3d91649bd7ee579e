//! One person on their way through one sequence.

use jiff::Timestamp;

use crate::types::{CallId, ContactId, PhoneNumber};

/// How far a contact has come in a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub contact: ContactId,
    pub sequence: String,
    /// The touch that comes next, from 0.
    pub step: usize,
    pub enrolled: Timestamp,
    /// Not before this instant is the next touch looked at.
    pub due: Timestamp,
    /// The number of ours that they called: every touch comes from it.
    pub from: PhoneNumber,
    /// The call that it began with.
    pub call: Option<CallId>,
    pub state: EnrolmentState,
}

/// Somebody about to begin a sequence, at its first touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolling {
    pub sequence: String,
    pub at: Timestamp,
    /// When the first touch is due.
    pub due: Timestamp,
    /// The number of ours that they called.
    pub from: PhoneNumber,
    pub call: Option<CallId>,
}

/// Where an enrolment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentState {
    Active,
    /// Every touch was sent.
    Finished,
    Stopped(Stop),
}

/// Why a sequence ends before its last touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// STOP, or a spoken "don't contact me".
    OptedOut,
    /// There is no opt-in, or it was withdrawn without a STOP.
    NoConsent,
    /// They wrote to us.
    Replied,
    /// They called again.
    CalledAgain,
    /// The office no longer has this sequence, or fewer touches in it.
    SequenceGone,
}

impl Stop {
    pub const ALL: [Stop; 5] =
        [Stop::OptedOut, Stop::NoConsent, Stop::Replied, Stop::CalledAgain, Stop::SequenceGone];

    pub const fn name(self) -> &'static str {
        match self {
            Stop::OptedOut => "opted_out",
            Stop::NoConsent => "no_consent",
            Stop::Replied => "replied",
            Stop::CalledAgain => "called_again",
            Stop::SequenceGone => "sequence_gone",
        }
    }

    pub fn from_name(name: &str) -> Option<Stop> {
        Stop::ALL.into_iter().find(|stop| stop.name() == name)
    }
}
