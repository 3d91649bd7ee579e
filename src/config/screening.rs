//! `[screening]`: what happens to callers who do not say who they are, or whose number may be false.

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;

/// What happens to a caller: `ring`, `challenge`, `agent` or `refuse`; `ring` if not said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Screening {
    /// The number is withheld.
    pub anonymous: Option<String>,
    /// The carrier says that the number may be false.
    pub failed: Option<String>,
    /// The number is in nobody's book and on no list.
    pub unknown: Option<String>,
    /// Who does not press the key goes to the `agent` (if not said), or is told goodbye: `refuse`.
    pub unanswered: Option<String>,
    /// Who has pressed it is not asked again for so many days.
    pub remember_days: u64,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScreening {
    pub anonymous: Option<Spanned<String>>,
    pub failed: Option<Spanned<String>>,
    pub unknown: Option<Spanned<String>>,
    pub unanswered: Option<Spanned<String>>,
    pub remember_days: Option<Spanned<u64>>,
}

pub(super) fn screening(c: &mut Checker<'_>, raw: RawScreening) -> Screening {
    let mut one = |value: Option<Spanned<String>>| {
        let value = value?;
        if !["ring", "challenge", "agent", "refuse"].contains(&value.get_ref().as_str()) {
            let what = format!("`{}` is nothing that can happen to a caller", value.get_ref());
            c.problem(&value, what, "write ring, challenge, agent or refuse");
        }
        Some(value.into_inner())
    };
    let (anonymous, failed, unknown) = (one(raw.anonymous), one(raw.failed), one(raw.unknown));
    let unanswered = raw.unanswered.map(|value| {
        if !["agent", "refuse"].contains(&value.get_ref().as_str()) {
            let what = format!("`{}` is nothing that can happen to who presses no key", value.get_ref());
            c.problem(&value, what, "write agent or refuse");
        }
        value.into_inner()
    });
    let remember_days = raw.remember_days.map_or(30, |days| c.within(&days, 1..=365, "days"));
    Screening { anonymous, failed, unknown, unanswered, remember_days }
}
