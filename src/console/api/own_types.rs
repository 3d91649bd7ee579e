//! The office's own call types in the JSON interface.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    console::call_types::{AllCallTypes, Standing},
    dialogue::CallType,
};

/// What callers of this office want besides what every office's callers want.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallTypeAnswer {
    pub name: String,
    /// As the office's people read it.
    pub staff: String,
    /// What is asked, in this order: `matter`, `place`, `name`, `callback`, `access`, `when`, `bedrooms`, `move_in`, `budget`,
    /// `listing`, `company`, `area`, `price`, `financing`.
    pub asks: Vec<&'static str>,
    /// While the office is open a person is rung before a message is taken.
    pub staff_first: bool,
    /// `console`, `file` or `script`.
    pub written: &'static str,
    /// Of the file, from 1.
    pub line: Option<u32>,
    /// `in_use`, `being_learnt` or `not_in_use`.
    pub state: &'static str,
    /// Why it is not in use.
    pub why: Option<String>,
    /// When it was changed last in the console: UTC, RFC 3339.
    pub changed: Option<String>,
    pub changed_by: Option<String>,
    /// One for each language in which it is understood.
    pub scripts: Vec<CallTypeScriptAnswer>,
}

/// A call type in one language.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallTypeScriptAnswer {
    /// `en` or `es`.
    pub language: &'static str,
    pub about: String,
    pub opening: String,
    pub closing: String,
    pub examples: Vec<String>,
}

impl CallTypeAnswer {
    /// Those of the console first.
    pub fn of_all(all: &AllCallTypes) -> Vec<Self> {
        let saved = all.saved.iter().map(|(own, standing)| {
            let (state, why) = match standing {
                Standing::InUse => ("in_use", None),
                Standing::BeingLearnt => ("being_learnt", None),
                Standing::NotInUse { why, .. } => ("not_in_use", Some(why.clone())),
            };
            Self {
                state,
                why,
                changed: Some(own.changed.to_string()),
                changed_by: Some(own.changed_by.clone()),
                ..Self::of(&own.call_type, "console", None)
            }
        });
        let elsewhere = all.elsewhere.iter().map(|one| {
            let written = if one.line.is_some() { "file" } else { "script" };
            Self::of(&one.call_type, written, one.line.and_then(|line| u32::try_from(line).ok()))
        });
        saved.chain(elsewhere).collect()
    }

    fn of(own: &CallType, written: &'static str, line: Option<u32>) -> Self {
        let scripts = own.scripts.iter().map(|(language, script)| CallTypeScriptAnswer {
            language: language.tag(),
            about: script.about.clone(),
            opening: script.opening.clone(),
            closing: script.closing.clone(),
            examples: script.examples.clone(),
        });
        Self {
            name: own.name.to_string(),
            staff: own.staff.clone(),
            asks: own.asks.iter().map(|item| item.name()).collect(),
            staff_first: own.staff_first,
            written,
            line,
            state: "in_use",
            why: None,
            changed: None,
            changed_by: None,
            scripts: scripts.collect(),
        }
    }
}
