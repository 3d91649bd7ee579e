//! The properties of the office, the numbers that are for one of them, and how callers hear of an incident there.

use std::collections::BTreeMap;

use crate::{incident::Properties, types::PhoneNumber};

/// Part of the settings of the office's [`Features`](super::Features).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Houses {
    pub properties: Properties,
    /// Numbers that are called about one property alone.
    pub of_numbers: BTreeMap<PhoneNumber, String>,
    /// While a notice is on, callers hear it before any phone rings.
    pub before_ringing: bool,
}

impl Houses {
    /// The property that calls to this number are about, if it is for one alone.
    pub fn of_line(&self, dialled: Option<PhoneNumber>) -> Option<&str> {
        self.of_numbers.get(&dialled?).map(String::as_str)
    }
}
