//! The things that can be heard in an utterance, each with where it stood and how sure it is.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::roster::UnitRef;
use crate::types::PhoneNumber;

/// What the talk has just asked for: it decides doubtful readings ("fifteen" is a unit, a time or a price).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    Name,
    Phone,
    Unit,
    Address,
    When,
    Email,
    Budget,
    Bedrooms,
    MoveIn,
    Matter,
    Access,
    Pets,
    Listing,
    Company,
    Area,
    Price,
    Financing,
}

/// One thing heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    pub value: Value,
    /// Byte range in the text as given: `text[start..end]`.
    pub start: usize,
    pub end: usize,
    /// 0 to 1.
    pub confidence: f32,
    /// Must be read back to the caller before anybody relies on it.
    pub read_back: bool,
}

impl Entity {
    /// The slot that this fills.
    pub const fn slot(&self) -> Slot {
        self.value.slot()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Value {
    Phone(PhoneNumber),
    /// Digits of a telephone number that is not whole yet, or too long to be one: ask for the rest, or again.
    PhoneFragment(String),
    Unit(UnitMention),
    Name(PersonName),
    Address(Address),
    When(When),
    Email(String),
    /// Money a month that a prospect names, in whole dollars.
    Budget(u32),
    /// 0 is a studio.
    Bedrooms(u8),
    MoveIn(When),
    /// The gist in the caller's own words, at most 160 characters.
    Matter(String),
    Access(Access),
    Pets(Pets),
    /// A listing of the roster, by its name there.
    Listing(String),
    /// A vendor of the roster by its name there, or the firm as heard.
    Company(String),
    /// Where a buyer looks, in their own words.
    Area(String),
    /// What a buyer would pay at most, in whole dollars.
    Price(u32),
    Financing(Financing),
}

/// How a buyer would pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Financing {
    /// A lender has said yes beforehand.
    PreApproved,
    Cash,
    /// No lender has been asked, or none has answered.
    NotYet,
}

impl Value {
    pub const fn slot(&self) -> Slot {
        match self {
            Value::Phone(_) | Value::PhoneFragment(_) => Slot::Phone,
            Value::Unit(_) => Slot::Unit,
            Value::Name(_) => Slot::Name,
            Value::Address(_) => Slot::Address,
            Value::When(_) => Slot::When,
            Value::Email(_) => Slot::Email,
            Value::Budget(_) => Slot::Budget,
            Value::Bedrooms(_) => Slot::Bedrooms,
            Value::MoveIn(_) => Slot::MoveIn,
            Value::Matter(_) => Slot::Matter,
            Value::Access(_) => Slot::Access,
            Value::Pets(_) => Slot::Pets,
            Value::Listing(_) => Slot::Listing,
            Value::Company(_) => Slot::Company,
            Value::Area(_) => Slot::Area,
            Value::Price(_) => Slot::Price,
            Value::Financing(_) => Slot::Financing,
        }
    }
}

/// A unit as heard, and what the roster makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitMention {
    /// As written on a door: `4B`, `204`.
    pub unit: String,
    /// Units of the roster that this may be, the likeliest first. One: known. Several: ask which property, or
    /// which of the sound-alikes (15 and 50). None: not of the roster.
    pub candidates: Vec<UnitRef>,
    /// Heard as a word that another number sounds like (fifteen, fifty), or as a letter (B, D, E).
    pub ambiguous: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub given: String,
    pub family: Option<String>,
    /// The caller spelled it (at least its last part).
    pub spelled: bool,
    /// A person of the roster whose name this is or sounds like.
    pub known: Option<String>,
}

impl PersonName {
    /// `Dana Reyes`.
    pub fn full(&self) -> String {
        match &self.family {
            Some(family) => format!("{} {family}", self.given),
            None => self.given.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// House number.
    pub number: String,
    /// Street as in the roster where it is known, else as heard.
    pub street: String,
    pub unit: Option<String>,
    /// The street is one of the roster's.
    pub known: bool,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayPart {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// A day and time, as far as they were said. At least one field is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct When {
    pub date: Option<Date>,
    /// Last day of a span ("next week", "this weekend", "between the first and the fifth").
    pub until_date: Option<Date>,
    pub part: Option<DayPart>,
    /// At this time, or from this time on when `after` is set.
    pub time: Option<Time>,
    /// End of a span of time ("between two and four", "before five").
    pub until: Option<Time>,
    /// `time` is the earliest moment, not the moment itself.
    pub after: bool,
    /// Any time suits.
    pub any: bool,
    /// As soon as possible.
    pub soonest: bool,
}

/// May somebody enter when the resident is out?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Granted,
    /// Only after a call or a text, or a knock.
    CallFirst,
    /// Only while the resident is there.
    OnlyWhenHome,
    Denied,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer", content = "animals")]
pub enum Pets {
    None,
    /// Named animals, singular, lower case: `dog`, `cat`; empty when only "pets" was said.
    Some(Vec<String>),
}
