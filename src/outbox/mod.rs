//! The outbox: one thing to send, once; when to try again, and when never.
//!
//! What is absent: no clock, no disk, no carrier. [`Delivery`] is a value with the transitions that are allowed to it;
//! the store keeps it with its [`Entry`] or [`Letter`], the desk claims and settles it. The invariants:
//! - the key is made with the entry and never changes: every attempt carries it;
//! - an entry is claimed (and the claim stored) before anything leaves the house, so that a crash can be told apart
//!   from "not tried yet";
//! - `Sent`, `Failed`, `Suppressed` and `Unknown` are final for the house. Only a person may take an entry out of
//!   `Failed` or `Unknown` again.

mod delivery;
mod entry;
mod gsm;
mod letter;
mod retry;

pub use delivery::{Attempted, Delivery, Failure, State, Suppression, TransitionError};
pub use entry::{Entry, Kind};
pub use gsm::{Encoding, Lint, fit, lint, transliterate};
pub use letter::{AfterMail, Letter};
pub use retry::{AfterCrash, Policy};
