//! Which of the two who talk with each other.

use super::leg::Leg;
use crate::sip::SessionId;

/// Whoever has called, or whoever was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Caller,
    Callee,
}

impl Side {
    /// Whose session is it? `None`: neither's.
    pub(super) fn of(session: SessionId, caller: &Leg, callee: &Leg) -> Option<Self> {
        if caller.session() == session {
            Some(Self::Caller)
        } else if callee.session() == session {
            Some(Self::Callee)
        } else {
            None
        }
    }

    /// What is this side's, and what is the other's.
    pub(super) fn and_other<T>(self, callers: T, callees: T) -> (T, T) {
        match self {
            Self::Caller => (callers, callees),
            Self::Callee => (callees, callers),
        }
    }
}
