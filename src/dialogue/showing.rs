//! What a conversation asks of the office's calendar and what the calendar says: the only source of times that are offered.

use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use super::{Value, When, reply};
use crate::types::{Language, PhoneNumber, ShowingId};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// `Sat Nov 28, 11:00 AM` in that language, if there is a time.
    pub fn time_written(&self, language: Language) -> Option<String> {
        self.slot.as_ref().map(|slot| match language {
            Language::English => slot.written(),
            Language::Spanish => slot.written_in_spanish(),
        })
    }
}

impl ShowingSlot {
    /// `Sat Nov 28, 11:00 AM`.
    pub fn written(&self) -> String {
        self.local.strftime("%a %b %-d, %-I:%M %p").to_string()
    }

    /// `sab 28 nov, 11:00 AM`: without accents, which the alphabet of text messages has not.
    fn written_in_spanish(&self) -> String {
        const DAYS: [&str; 7] = ["lun", "mar", "mie", "jue", "vie", "sab", "dom"];
        const MONTHS: [&str; 12] =
            ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
        let day = DAYS[usize::from(self.local.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
        let month = MONTHS[(usize::from(self.local.month().unsigned_abs()) + 11) % 12];
        format!("{day} {} {month}, {}", self.local.day(), self.local.strftime("%-I:%M %p"))
    }

    /// `Saturday, November 28, at 11 A M`.
    pub(super) fn aloud(&self, language: Language) -> String {
        let day = reply::day_aloud(language, self.local.date());
        format!("{day}, {}", reply::at_aloud(language, self.local.time()))
    }

    /// The same with who shows it and where.
    pub(super) fn aloud_whole(&self, language: Language, place: &str) -> String {
        let written = reply::aloud(language, &Value::Listing(place.to_owned()), false, false);
        let (time, place) = (self.aloud(language), reply::place_aloud(&written));
        match language {
            Language::English => format!("{time}, with {}, at {place}", self.agent),
            Language::Spanish => format!("{time}, con {}, en {place}", self.agent),
        }
    }
}

/// Several times in one breath: each day is named once.
pub(super) fn slots_aloud(language: Language, slots: &[ShowingSlot]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        let same_day = at > 0 && slots[at - 1].local.date() == slot.local.date();
        parts.push(match same_day {
            true => reply::time_aloud(language, slot.local.time()),
            false => slot.aloud(language),
        });
    }
    reply::listed(&parts, reply::or(language))
}
