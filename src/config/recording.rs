//! `[recording]`: whose calls are recorded, and who may begin, end or pause it.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::Extension;

/// When the calls of somebody are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Record {
    #[default]
    Never,
    OnDemand,
    Always,
}

/// Whose calls are recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Where an extension's own section says nothing.
    pub calls: Record,
    pub of: BTreeMap<Extension, Record>,
    /// A pause ends by itself after so long; zero: nobody may pause.
    pub pause: Duration,
}

/// The section as it was written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRecording {
    calls: Option<Spanned<String>>,
    pause_seconds: Option<Spanned<u64>>,
}

/// `old`: the line `record` of `[calls]`, which says the same for all calls or none.
pub(super) fn recording(
    c: &mut Checker<'_>,
    raw: RawRecording,
    old: Option<&Spanned<bool>>,
    extensions: impl IntoIterator<Item = (Extension, Spanned<String>)>,
) -> Recording {
    if let (Some(_), Some(old)) = (&raw.calls, old) {
        c.problem(old, "[recording] says whose calls are recorded as well", "delete this line");
    }
    let calls = match (&raw.calls, old) {
        (Some(written), _) => rule(c, written),
        (None, Some(old)) if *old.get_ref() => Record::Always,
        (None, _) => Record::Never,
    };
    let of = extensions.into_iter().map(|(extension, written)| {
        let rule = rule(c, &written);
        (extension, rule)
    });
    let of = of.collect();
    let pause = raw.pause_seconds.map_or(300, |v| c.within(&v, 0..=1800, "seconds of a pause"));
    Recording { calls, of, pause: Duration::from_secs(pause) }
}

fn rule(c: &mut Checker<'_>, written: &Spanned<String>) -> Record {
    match written.get_ref().as_str() {
        "never" => Record::Never,
        "on_demand" => Record::OnDemand,
        "always" => Record::Always,
        other => {
            let cure = "write \"always\", \"on_demand\" or \"never\"";
            c.problem(written, format_args!("`{other}` does not say when calls are recorded"), cure);
            Record::Never
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::office_with;

    fn read(more: &str) -> Result<Recording, String> {
        office_with(more).map(|config| config.recording)
    }

    #[test]
    fn the_office_has_a_rule_and_extensions_their_own() {
        assert_eq!(read("").unwrap().calls, Record::Never);
        assert_eq!(read("[calls]\nrecord = true").unwrap().calls, Record::Always);
        let recording = read(
            r#"
            [recording]
            calls = "on_demand"
            pause_seconds = 60
            [[extension]]
            extension = "101"
            password = "a long and random one"
            record = "never"
            "#,
        )
        .unwrap();
        assert_eq!((recording.calls, recording.pause.as_secs()), (Record::OnDemand, 60));
        assert_eq!(recording.of[&"101".parse().unwrap()], Record::Never);
    }

    #[test]
    fn a_rule_that_is_none_or_said_twice_is_named_with_its_cure() {
        let said = read("[recording]\ncalls = \"sometimes\"").unwrap_err();
        assert!(said.contains("`sometimes`") && said.contains("on_demand"), "{said}");
        let said = read("[recording]\ncalls = \"never\"\n[calls]\nrecord = true").unwrap_err();
        assert!(said.contains("portico.toml:9") && said.contains("delete this line"), "{said}");
    }
}
