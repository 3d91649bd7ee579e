//! The shipped callers phone the practice office: the rehearsal that an office holds before its first real call.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its office up has failed")]

mod rehearsed;

use portico::rehearsal::{Outcome, SHIPPED, Script, rehearse};
use rehearsed::{office, practice};

/// Titles of those who were not served as they should be, with what was said of it.
fn faults(text: &str, only: &[&str]) -> Vec<String> {
    let mut script = Script::parse(SHIPPED).unwrap();
    script.caller.retain(|part| only.is_empty() || only.contains(&part.title.as_str()));
    assert!(only.is_empty() || script.caller.len() == only.len());
    let sheet = rehearse(&office(text), &script, |_| {}).unwrap();
    let mut found = Vec::new();
    for entry in sheet.scored {
        if let Outcome::Called { faults, .. } = entry.outcome {
            found.extend(faults.iter().map(|fault| format!("{}: {}", entry.title, fault.said)));
        }
    }
    found
}

#[test]
fn callers_of_the_practice_office_are_served() {
    let found = faults(&practice(), &[]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_same_office_has_the_same_sheet() {
    let some = ["A leak under the kitchen sink", "Gas, at ten in the evening"];
    let mut script = Script::parse(SHIPPED).unwrap();
    script.caller.retain(|part| some.contains(&part.title.as_str()));
    let office = office(&practice());
    assert_eq!(rehearse(&office, &script, |_| {}).unwrap(), rehearse(&office, &script, |_| {}).unwrap());
}

/// A line of the practice file taken out or put wrong, and a caller whose fault says so.
#[test]
fn faults_of_a_configuration_are_named_in_a_plain_sentence() {
    let text = practice();
    let cases: [(&str, &str, &str, &str); 2] = [
        (
            "summary_to = [\"+1 303 555 0198\"]",
            "summary_to = []",
            "A leak under the kitchen sink",
            "no summary was sent to anybody of the office",
        ),
        ("ring_seconds = 18", "ring_seconds = 60", "A leak under the kitchen sink", "the caller waited 60 s"),
    ];
    for (line, instead, caller, said) in cases {
        assert!(text.contains(line), "{line}");
        let found = faults(&text.replacen(line, instead, 1), &[caller]);
        assert!(found.iter().any(|fault| fault.contains(said)), "{line}: {found:?}");
    }
}
