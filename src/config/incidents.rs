//! `[incidents]`: what callers hear while a trouble of a property is known, and which number is for which property.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIncidents {
    #[serde(default)]
    before_ringing: bool,
}

/// Checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Incidents {
    /// While a notice is on, callers hear it before any phone rings; whoever says that theirs is different goes on as usual.
    pub before_ringing: bool,
}

pub(super) fn incidents(raw: &RawIncidents) -> Incidents {
    Incidents { before_ringing: raw.before_ringing }
}

/// The property that a number is called about alone, as the units have it.
pub(super) fn property(
    c: &mut Checker<'_>,
    written: Option<&Spanned<String>>,
    known: &BTreeSet<String>,
) -> Option<String> {
    let written = written?;
    let name = written.get_ref().trim();
    let found = known.iter().find(|property| property.eq_ignore_ascii_case(name));
    if found.is_none() {
        let all: Vec<&str> = known.iter().map(String::as_str).collect();
        let cure = format!("write the property of an [[unit]]: {}", all.join(", "));
        c.problem(written, format_args!("no unit has the property `{name}`"), &cure);
    }
    found.cloned()
}

#[cfg(test)]
mod tests {
    use crate::config::tests::office_with;

    #[test]
    fn callers_hear_a_notice_from_the_agent_unless_the_office_says_before() {
        assert!(!office_with("").unwrap().incidents.before_ringing);
        assert!(office_with("[incidents]\nbefore_ringing = true\n").unwrap().incidents.before_ringing);
        assert!(office_with("[incidents]\nbefore = true\n").is_err());
    }

    #[test]
    fn a_number_is_for_a_property_that_there_is() {
        let unit = "[[unit]]\nproperty = \"Maple Court\"\nunit = \"4B\"\n";
        let number = |property: &str| {
            format!("[[number]]\nnumber = \"+13035550109\"\nproperty = \"{property}\"\n{unit}")
        };
        let of = |text: &str| {
            office_with(text).map(|config| config.numbers.last().and_then(|n| n.property.clone()))
        };
        assert_eq!(of(&number("maple court")), Ok(Some("Maple Court".into())));
        let said = of(&number("Maple")).unwrap_err();
        assert!(said.contains("no unit has the property `Maple`") && said.contains("Maple Court"), "{said}");
    }
}
