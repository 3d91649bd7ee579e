//! When a home can be shown, and by whom: agents, their hours and what they have on, as arithmetic on instants; and how
//! calendars elsewhere are spoken to, as text.
//!
//! Invariants of this room:
//! - Nothing here knows a clock, a disk or a network: `now` and what is taken are told, requests are written and answers read.
//! - A time that is offered lies ahead by the notice that is needed, whole within the hours of whoever shows the home, and
//!   within the days that are planned.
//! - Nobody is in two places: between two properties lies the time to travel. No home is shown to two parties at once.
//! - Times are instants; a zone is only asked for the hours of a day and for how a time is told. An hour that a change of
//!   the clock skips is never offered.
//! - The same question has the same answer: who shows a home is the one who has the fewest showings ahead, and among those the
//!   one who is named first.

mod caldav;
mod ical;
mod plan;
mod reading;
mod serving;
mod slots;
#[cfg(test)]
mod tests;

pub use caldav::{HttpRequest, HttpResponse, Question, Reply};
pub use ical::{Event, ShownTo, feed, resource, showing_event, uid};
pub use plan::{Busy, Rules, ShowingAgent, ShowingPlan, property_of};
pub use reading::{Taken, Unreadable, taken};
pub use serving::{ALLOWED, CLASSES, DavRequest, DavResponse, Served};
pub use slots::{MOST_OFFERED, Slot, Wish, is_free, slots};
