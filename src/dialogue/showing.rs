//! What a conversation asks of the office's calendar and what the calendar says: the only source of times that are offered.

use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use super::{When, reply};
use crate::types::{PhoneNumber, ShowingId};

/// A time at which a home can be shown, as the calendar has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowingSlot {
    pub begins: Timestamp,
    pub ends: Timestamp,
    /// What the office's clock shows at its beginning.
    pub local: DateTime,
    /// Who shows the home, as the office calls them.
    pub agent: String,
}

/// What the calendar is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarRequest {
    /// Times near this wish at which this home can be shown. Answered by `Slots` or `Away`.
    FindSlots { place: String, wish: When },
    /// Put this down, in place of an earlier showing if there is one. Answered by `Booked`, `Taken` or `Away`.
    Book {
        slot: ShowingSlot,
        place: String,
        name: Option<String>,
        callback: PhoneNumber,
        replaces: Option<ShowingId>,
    },
    /// Take this out. Answered by `Cancelled` or `Away`.
    Cancel { showing: ShowingId },
}

/// What the calendar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarAnswer {
    /// Free times, the best first; none near the wish if empty.
    Slots(Vec<ShowingSlot>),
    /// It is stored, and accepted by whoever keeps the agent's calendar.
    Booked(ShowingId),
    /// That time is not free any more; others that are.
    Taken {
        instead: Vec<ShowingSlot>,
    },
    Cancelled,
    /// It cannot be asked, or does not answer in time. Nothing is booked.
    Away,
}

/// What became of a prospect's wish to see a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Showing {
    pub state: ShowingState,
    /// The home, as the office writes it.
    pub place: Option<String>,
    /// The time that is booked, was booked before it was cancelled, or could not be booked.
    pub slot: Option<ShowingSlot>,
    /// The entry in the office's own calendar.
    pub id: Option<ShowingId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowingState {
    /// Left to people: nothing stands in any calendar.
    Requested,
    /// It stands in the calendar.
    Booked,
    Cancelled,
}

impl Showing {
    /// `Sat Nov 28, 11:00 AM`, if there is a time.
    pub fn time_written(&self) -> Option<String> {
        self.slot.as_ref().map(ShowingSlot::written)
    }
}

impl ShowingSlot {
    /// `Sat Nov 28, 11:00 AM`.
    pub fn written(&self) -> String {
        self.local.strftime("%a %b %-d, %-I:%M %p").to_string()
    }

    /// `Saturday, November 28, at 11 A M`.
    pub(super) fn aloud(&self) -> String {
        format!("{}, at {}", day_aloud(self), reply::clock_aloud(self.local.time()))
    }

    /// The same with who shows it and where.
    pub(super) fn aloud_whole(&self, place: &str) -> String {
        format!("{}, with {}, at {}", self.aloud(), self.agent, reply::place_aloud(place))
    }
}

fn day_aloud(slot: &ShowingSlot) -> String {
    slot.local.strftime("%A, %B %-d").to_string()
}

/// Several times in one breath: each day is named once.
pub(super) fn slots_aloud(slots: &[ShowingSlot]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        let same_day = at > 0 && slots[at - 1].local.date() == slot.local.date();
        parts.push(match same_day {
            true => reply::clock_aloud(slot.local.time()),
            false => slot.aloud(),
        });
    }
    reply::listed(&parts, "or")
}
