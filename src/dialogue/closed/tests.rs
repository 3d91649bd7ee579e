//! Every probe gets its closed answer, and no report gets one.

use super::*;
use crate::dialogue::{Understander, pattern::lines};

const PROBES: &str = include_str!("../../../firmware-config/dialogue/probes.txt");

fn probes() -> impl Iterator<Item = (Option<ClosedTopic>, &'static str)> {
    lines(PROBES).map(|line| {
        let (topic, text) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
        assert!(topic == "none" || ClosedTopic::from_name(topic).is_some(), "{line}");
        (ClosedTopic::from_name(topic), text)
    })
}

#[test]
fn every_line_of_the_table_has_a_topic() {
    let written = lines(PATTERNS).count();
    assert_eq!(TABLE.0.len(), written);
}

#[test]
fn no_probe_goes_without_its_closed_answer_and_no_report_gets_one() {
    let understander = Understander::words_only();
    let (mut wrong, mut elsewhere, mut alarms) = (Vec::new(), 0, 0);
    for (expected, text) in probes() {
        let reading = understander.read(text, None);
        if expected.is_some() && reading.urgency.is_life_safety() {
            // A false alarm is counted among those of the understander; it says nothing of people.
            alarms += 1;
            continue;
        }
        let found = topic(Language::English, text, &reading);
        match (expected, found) {
            (Some(expected), Some(found)) if expected != found => elsewhere += 1,
            (None, None) | (Some(_), Some(_)) => {}
            (expected, found) => wrong.push(format!("{expected:?} as {found:?}: {text}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(alarms <= 4, "{alarms} of the questions were taken for danger");
    assert!(elsewhere <= 8, "{elsewhere} got the closed answer of another topic");
}

#[test]
fn what_the_office_has_written_may_not_steer_either() {
    for said in [
        "Trash is picked up on Tuesday morning.",
        "Each apartment has one parking space.",
        "Two bedrooms, one bath, with a balcony, near the park.",
        "Pets are welcome with a pet agreement.",
    ] {
        assert!(may_be_said(said), "{said}");
    }
    for said in [
        "A quiet building in a safe neighborhood.",
        "Perfect for a young couple.",
        "Adults only, no children.",
        "Great schools nearby.",
        "Close to the synagogue.",
        "A Christian community.",
    ] {
        assert!(!may_be_said(said), "{said}");
    }
}
