//! A conversation put away: its state with a version, as the store keeps it.

use serde::{Deserialize, Serialize};

use super::state::State;

/// The version that is written.
const VERSION: u16 = 1;

/// A conversation as it is kept between two messages. Opaque: what is in it is the session's business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedSession {
    version: u16,
    state: State,
}

/// Why a conversation cannot be taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    #[error("the conversation was put away by a later program (version {0})")]
    Later(u16),
}

impl SavedSession {
    pub(super) fn of(state: &State) -> Self {
        Self { version: VERSION, state: state.clone() }
    }

    pub(super) fn into_state(self) -> Result<State, ResumeError> {
        match self.version {
            0..=VERSION => Ok(self.state),
            later => Err(ResumeError::Later(later)),
        }
    }
}
