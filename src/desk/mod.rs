//! The back office: all durable work, the second of the two hearts.
//!
//! Driven like the switch: [`Engine::handle_input`], then [`Engine::poll_output`] until it answers
//! [`Output::Timeout`]. What is absent: no clock, no chance of its own, no socket, no thread. The invariants:
//! - a call's end becomes rows in one commit, and what is to be sent is among them: nothing is sent that is not stored,
//!   nothing is acknowledged that is not stored;
//! - a text is stored as claimed before it leaves. If the house stops before the answer, its fate is unknown, and by
//!   default it is not sent again (at most once; see [`AfterCrash`](crate::outbox::AfterCrash)): a caller who gets the
//!   same text twice takes the office for a machine, while a lost one is shown in the console. A text whose attempt
//!   was *answered* with "later", or not at all for as long as SIP waits, is tried again under the same key;
//! - a store that fails holds up no call: records wait in memory, incoming texts are refused, and both are said aloud;
//! - nothing is sent while the wall clock is not known to be right; when it is put forward or back, what was timed by
//!   it keeps its distance from now.

mod calendars;
mod clock;
mod dispatch;
mod emergencies;
mod engine;
mod escalations;
mod event;
mod followups;
mod inbox;
mod incidents;
mod letters;
mod mailboxes;
mod phones;
mod promises;
mod records;
mod settings;
mod showings;
mod wording;
mod wrap_up;

#[cfg(test)]
mod tests;

pub use engine::Engine;
pub use event::{Alarm, Changed, Input, Output, Reason};
pub use incidents::{NOTICE_LASTS, NOTICE_LASTS_AT_MOST, notice_end, notice_text};
pub use letters::{LetterRules, MailedTo, Outgoing};
pub use settings::{FollowUp, Settings};
pub use wording::{ONE_SEGMENT, Placeholder, Template, Wording, WordingError};
