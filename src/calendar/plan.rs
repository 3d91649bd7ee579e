//! Who shows homes, by which rules, and what they have on.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::types::Hours;

/// The office's showings: everybody who shows homes, and the rules for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowingPlan {
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// In the order in which they are asked when all else is equal. Names are unique.
    pub agents: Vec<ShowingAgent>,
    pub rules: Rules,
}

/// Somebody who shows homes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowingAgent {
    /// As it is told to callers: `Robin`.
    pub name: String,
    /// When they show homes; a showing lies whole within one span.
    pub hours: Hours,
    /// The calendar that they keep elsewhere: the path of its collection on its server, with a slash at the end.
    pub calendar: Option<String>,
}

/// What holds for every showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub length: SignedDuration,
    /// From one property to another.
    pub travel: SignedDuration,
    /// Nothing is booked sooner than this.
    pub notice: SignedDuration,
    /// Nothing is booked later than so many days from today.
    pub days_ahead: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            length: SignedDuration::from_mins(30),
            travel: SignedDuration::from_mins(30),
            notice: SignedDuration::from_hours(2),
            days_ahead: 14,
        }
    }
}

/// A time at which somebody is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    pub agent: String,
    pub begins: Timestamp,
    pub ends: Timestamp,
    /// The home that is shown then; `None`: something else, which may be anywhere.
    pub place: Option<String>,
}

/// The property that a home belongs to: all that stands before the first comma, however it is written. Homes of one property
/// need no travelling.
pub fn property_of(place: &str) -> String {
    place.split(',').next().unwrap_or(place).trim().to_lowercase()
}
