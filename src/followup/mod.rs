//! Follow-up: who may be written to, and what comes next for them.
//!
//! What is absent: no clock, no disk, no sending. [`advance()`] answers what is to be done with an enrolment now; the
//! desk does it. The invariants:
//! - without an opt-in nothing is ever sent (an inquiry alone permits one reply, and that is the outbox's);
//! - an opt-out, a reply, a call or a talk with a person ends every sequence at once;
//! - a touch falls into the hours in which a person may be disturbed, on the calendar of their zone.

mod advance;
mod consent;
mod enrolment;
mod sequence;

pub use advance::{Advance, Standing, advance};
pub use consent::{ConsentKind, ConsentSource, Keyword, keyword_language, read_keyword};
pub use enrolment::{Enrolling, Enrolment, EnrolmentState, Stop};
pub use sequence::{Sequence, SequenceError, Touch, When};
