//! What the office knows by name: units, people, streets, vendors, listings. Handed in, never looked up.

use serde::{Deserialize, Serialize};

/// One unit of one property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitRef {
    /// `Maple Court`.
    pub property: String,
    /// House number and street: `1200 Maple Street`. May be empty.
    pub street: String,
    /// As on the door: `4B`, `204`.
    pub unit: String,
}

/// Everything that the office can recognise by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roster {
    pub units: Vec<UnitRef>,
    /// Full names of residents, owners, staff: `Dana Reyes`.
    pub names: Vec<String>,
    /// Street names without house numbers, beyond those of the units: `Alder Avenue`.
    pub streets: Vec<String>,
    pub vendors: Vec<String>,
    /// Listings as callers speak of them: `the two bedroom on Alder`.
    pub listings: Vec<String>,
}
