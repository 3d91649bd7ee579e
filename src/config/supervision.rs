//! Who may listen to calls, whisper, barge in and take over, and the lines that show the agent's calls.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, raw};
use crate::types::Extension;

/// What an extension may be given the right to do with the calls of others.
pub const SUPERVISION: [&str; 4] = ["listen", "whisper", "barge", "take_over"];

const MOST_LINES: usize = 20;
const LINE_CURE: &str = "write numbers that nothing else has, such as [\"771\", \"772\"]";

/// Checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Supervision {
    /// By extension: names of [`SUPERVISION`].
    pub rights: BTreeMap<Extension, BTreeSet<String>>,
    /// Do those who talk hear a short tone?
    pub tone: bool,
    pub agent_lines: Vec<Extension>,
}

/// The section as it was written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSupervision {
    tone: Option<bool>,
    #[serde(default)]
    agent_lines: Vec<Spanned<String>>,
}

/// What each extension may do, as its section says. An extension that cannot be read is told of elsewhere.
pub(super) fn rights(raw: &[Spanned<raw::Extension>]) -> Vec<(Extension, Vec<Spanned<String>>)> {
    let entries = raw.iter().map(Spanned::get_ref).filter(|entry| !entry.supervise.is_empty());
    let rights = entries.filter_map(|entry| {
        let extension = entry.extension.get_ref().trim().parse().ok()?;
        Some((extension, entry.supervise.clone()))
    });
    rights.collect()
}

/// `rights`: as they stand in the sections of the extensions; `taken`: numbers that are dialled for something else.
pub(super) fn supervision(
    c: &mut Checker<'_>,
    raw: RawSupervision,
    rights: Vec<(Extension, Vec<Spanned<String>>)>,
    taken: &BTreeSet<Extension>,
) -> Supervision {
    let mut checked: BTreeMap<Extension, BTreeSet<String>> = BTreeMap::new();
    for (extension, names) in rights {
        for name in names {
            if SUPERVISION.contains(&name.get_ref().as_str()) {
                checked.entry(extension.clone()).or_default().insert(name.into_inner());
            } else {
                let cure = format!("write one of {}", SUPERVISION.join(", "));
                c.problem(&name, format_args!("there is no right `{}`", name.get_ref()), &cure);
            }
        }
    }
    let mut agent_lines = Vec::new();
    for written in &raw.agent_lines {
        let Some(line) = c.parse::<Extension>(written, "a number for a line", LINE_CURE) else { continue };
        if taken.contains(&line) || agent_lines.contains(&line) || c.is_emergency(&line) {
            c.problem(written, format_args!("{line} is dialled for something else"), LINE_CURE);
        } else if agent_lines.len() >= MOST_LINES {
            c.problem(written, format_args!("more than {MOST_LINES} lines"), "delete some of them");
        } else {
            agent_lines.push(line);
        }
    }
    Supervision { rights: checked, tone: raw.tone.unwrap_or(true), agent_lines }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, tests::OFFICE};

    fn read(supervise: &str, section: &str) -> Result<Config, String> {
        let text = format!(
            r#"
            {OFFICE}
            [[extension]]
            extension = "101"
            password = "a long and random one"
            {supervise}
            [supervision]
            {section}
            "#
        );
        Config::parse("portico.toml", &text).map_err(|problems| problems.to_string())
    }

    #[test]
    fn nobody_may_anything_who_has_not_been_given_the_right() {
        let config = read("", "").unwrap();
        assert!(config.supervision.rights.is_empty() && config.supervision.tone);
        let config =
            read("supervise = [\"listen\", \"take_over\"]", "agent_lines = [\"771\"]\ntone = false").unwrap();
        assert_eq!(config.supervision.rights.values().next().unwrap().len(), 2);
        assert_eq!((config.supervision.agent_lines.len(), config.supervision.tone), (1, false));
    }

    #[test]
    fn a_right_that_is_none_and_a_line_that_is_taken_are_named() {
        for (rights, section, said) in [
            ("supervise = [\"spy\"]", "", "there is no right `spy`"),
            ("", "agent_lines = [\"101\"]", "101 is dialled for something else"),
            ("", "agent_lines = [\"701\"]", "701 is dialled for something else"),
            ("", "agent_lines = [\"911\"]", "911 is dialled for something else"),
        ] {
            let problems = read(rights, section).unwrap_err();
            assert!(problems.contains(said) && problems.contains("portico.toml:"), "{problems}");
        }
    }
}
