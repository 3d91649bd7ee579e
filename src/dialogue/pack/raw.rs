//! The pack as written: TOML, with unknown keys refused and nothing else checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::PackError;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPack {
    pub(super) version: u16,
    /// What it lies over.
    pub(super) base: Option<String>,
    pub(super) name: String,
    pub(super) language: String,
    pub(super) door: Option<String>,
    #[serde(default = "yes")]
    pub(super) disclosure: bool,
    #[serde(default)]
    pub(super) limits: RawLimits,
    pub(super) flows: BTreeMap<String, RawFlow>,
    pub(super) questions: BTreeMap<String, RawQuestion>,
    pub(super) lines: BTreeMap<String, Vec<String>>,
    pub(super) life_safety: BTreeMap<String, String>,
    pub(super) closed: BTreeMap<String, RawClosed>,
    #[serde(default)]
    pub(super) call_types: BTreeMap<String, RawCallType>,
}

/// A call type that offices of this trade have besides the shipped ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCallType {
    /// In the script alone: a translation says the words.
    #[serde(default)]
    pub(super) staff: String,
    #[serde(default)]
    pub(super) asks: Vec<String>,
    #[serde(default)]
    pub(super) staff_first: bool,
    /// A shipped type, of which these are further examples; then nothing else is said of it.
    pub(super) stands_for: Option<String>,
    #[serde(default)]
    pub(super) about: String,
    #[serde(default)]
    pub(super) opening: String,
    #[serde(default)]
    pub(super) closing: String,
    pub(super) examples: Vec<String>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLimits {
    pub(super) silence_s: u32,
    pub(super) patience_s: u32,
    pub(super) silences: u32,
    pub(super) confusion: u32,
    pub(super) hearings: u32,
    pub(super) turns: u32,
    pub(super) minutes: u32,
}

impl Default for RawLimits {
    fn default() -> Self {
        Self { silence_s: 6, patience_s: 25, silences: 2, confusion: 2, hearings: 2, turns: 40, minutes: 12 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFlow {
    pub(super) label: String,
    #[serde(default)]
    pub(super) items: Vec<String>,
    #[serde(default)]
    pub(super) ending: RawEnding,
    #[serde(default)]
    pub(super) promise: RawPromise,
    #[serde(default)]
    pub(super) opening: Vec<String>,
    pub(super) closing: Vec<String>,
    /// Items that are asked for in other words than everywhere else.
    #[serde(default)]
    pub(super) questions: BTreeMap<String, RawQuestion>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawEnding {
    #[default]
    Message,
    Staff,
    End,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawPromise {
    #[default]
    Nothing,
    WorkOrder,
    LeadCallback,
    Callback,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuestion {
    pub(super) noun: String,
    pub(super) ask: Vec<String>,
    pub(super) again: Vec<String>,
    #[serde(default)]
    pub(super) keyed: Vec<String>,
    #[serde(default)]
    pub(super) read_back: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClosed {
    #[serde(default)]
    pub(super) cues: Vec<String>,
    pub(super) answer: Vec<String>,
}

/// The file as a table, with nothing checked but its grammar.
pub(super) fn table(text: &str) -> Result<toml::Table, PackError> {
    text.parse().map_err(PackError::Syntax)
}

/// A whole script, with all its layers.
pub(super) fn pack(table: toml::Table) -> Result<RawPack, PackError> {
    table.try_into().map_err(PackError::Syntax)
}

/// The name that an error is about: "unknown field `silense`".
pub(super) fn named(error: &toml::de::Error) -> Option<String> {
    let name = error.message().split('`').nth(1)?;
    Some(name.to_owned())
}
