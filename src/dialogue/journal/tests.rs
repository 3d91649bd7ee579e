//! Journals: whole up to their bound, and the same conversation when it is held again.

use super::*;
use crate::{
    dialogue::{Channel, Digit, Expectation, Fact, OfficeTypes, Roster, Topic, Understander},
    types::Language,
};

fn begun() -> (Journalled, Understander) {
    let pack = Arc::new(Pack::property().unwrap());
    let office = Office {
        name: "Maple Court".into(),
        address: None,
        hours: None,
        roster: Roster::default(),
        home_area_code: 303,
        listings: Vec::new(),
        facts: vec![Fact {
            topic: Some(Topic::Trash),
            asked_by: vec!["trash".into()],
            answer: "Trash is picked up on Tuesday.".into(),
        }],
        on_call: true,
        staff: false,
        showings: false,
        also: Vec::new(),
        in_spanish: std::collections::BTreeMap::new(),
        tenancy: crate::dialogue::Tenancy::default(),
    };
    let opening = Opening {
        caller: None,
        contact: None,
        label: None,
        agent: None,
        greeting: None,
        local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
        open_now: false,
        channel: Channel::Voice,
        language: Language::English,
        known: None,
        standing: crate::dialogue::Standing::default(),
    };
    let provenance = Arc::new(Provenance::of(&pack, &office));
    (Journalled::begin(provenance, pack, Arc::new(office), opening).0, Understander::words_only())
}

fn said(understander: &Understander, text: &str) -> UserTurn {
    let reading = understander.read_in(Language::English, text, &OfficeTypes::default(), None);
    UserTurn::Said { text: text.into(), reading }
}

#[test]
fn what_was_told_and_decided_is_read_as_it_was_written() {
    let (mut talk, understander) = begun();
    let second = Duration::from_secs;
    talk.handle_turn(second(4), said(&understander, "When is trash day?"));
    assert_eq!(talk.expects(), Expectation::Open);
    talk.handle_turn(second(9), said(&understander, "My sink is leaking, it's unit 4B."));
    talk.tell(second(12), Told::Unheard);
    talk.handle_turn(second(14), UserTurn::Silence);
    talk.handle_turn(second(20), UserTurn::Keyed(Digit::new('4').unwrap()));
    let reading = Some(understander.read_in(Language::English, "I smell gas", &OfficeTypes::default(), None));
    talk.tell(second(22), Told::LastWords { text: "I smell gas".into(), reading });
    talk.tell(second(22), Told::Closed(EndReason::HungUp));
    talk.handle_turn(second(23), UserTurn::Silence);
    let journal = talk.journal();
    assert_eq!(journal.steps.len(), 7, "nothing is told to a conversation that is over");
    assert_eq!(journal.steps[0].fact.as_deref(), Some("Trash is picked up on Tuesday."));
    assert_eq!((journal.steps[0].awaited.as_str(), journal.steps[0].at_ms), ("need", 4_000));
    assert!(journal.outcome.urgency.is_life_safety() && journal.left_out == 0);
    let read: Journal = serde_json::from_str(&serde_json::to_string(&journal).unwrap()).unwrap();
    assert_eq!(
        Journal { provenance: journal.provenance.clone(), ..read },
        journal,
        "readings too, to the last bit"
    );
}

#[test]
fn a_journal_is_bounded_and_whole_up_to_its_bound() {
    let (mut talk, _) = begun();
    for n in 0..2 * MOST_STEPS as u64 {
        talk.handle_turn(Duration::from_secs(n), UserTurn::Keyed(Digit::new('#').unwrap()));
    }
    let journal = talk.journal();
    assert_eq!((journal.steps.len(), journal.left_out as usize), (MOST_STEPS, MOST_STEPS));
    assert_eq!(journal.steps.last().unwrap().at_ms, 1000 * (MOST_STEPS as u64 - 1));

    let (mut talk, understander) = begun();
    let UserTurn::Said { reading, .. } = said(&understander, "Um.") else { unreachable!() };
    let long = "um ".repeat(MOST_WORDS / 12);
    for n in 0..10 {
        let turn = UserTurn::Said { text: long.clone(), reading: reading.clone() };
        talk.handle_turn(Duration::from_secs(n), turn);
    }
    let journal = talk.journal();
    assert!((1..=3).contains(&journal.steps.len()) && journal.left_out > 0, "{}", journal.steps.len());
    assert!(serde_json::to_string(&journal).unwrap().len() < 2 * MOST_WORDS);
}

#[test]
fn a_later_journal_is_refused() {
    let journal = Journal { version: VERSION + 1, ..begun().0.journal() };
    assert_eq!(journal.checked().unwrap_err(), LaterJournal(VERSION + 1));
}
