//! `[screening]`: what happens to callers who do not say who they are, or whose number may be false.

use serde::Deserialize;
use toml::Spanned;

use super::check::Checker;

/// Each is `ring`, `agent` or `refuse`; `ring` if not said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Screening {
    /// The number is withheld.
    pub anonymous: Option<String>,
    /// The carrier says that the number may be false.
    pub failed: Option<String>,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScreening {
    pub anonymous: Option<Spanned<String>>,
    pub failed: Option<Spanned<String>>,
}

pub(super) fn screening(c: &mut Checker<'_>, raw: RawScreening) -> Screening {
    let mut one = |value: Option<Spanned<String>>| {
        let value = value?;
        if !["ring", "agent", "refuse"].contains(&value.get_ref().as_str()) {
            let what = format!("`{}` is nothing that can happen to a caller", value.get_ref());
            c.problem(&value, what, "write ring, agent or refuse");
        }
        Some(value.into_inner())
    };
    Screening { anonymous: one(raw.anonymous), failed: one(raw.failed) }
}
