//! The pack that comes with the program, and packs that are refused with the cure.

use std::collections::BTreeSet;

use super::*;
use crate::dialogue::{CallType, CallTypeScript, Ending, Promise};

const PROPERTY: &str = include_str!("../../../firmware-config/dialogue/property.toml");

fn fault(from: &str, to: &str) -> String {
    assert!(PROPERTY.contains(from), "{from}");
    Pack::parse(&PROPERTY.replacen(from, to, 1)).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn the_property_pack_is_whole() {
    let pack = Pack::property().unwrap();
    assert_eq!(pack.language(), Language::English);
    assert!(pack.languages().eq(Language::ALL), "in every language that is spoken");
    assert!(pack.discloses());
    assert_eq!(pack.limits().silence.as_secs(), 6);
    let maintenance = pack.flow(Intent::Maintenance).unwrap();
    assert_eq!(maintenance.promise, Promise::WorkOrder);
    assert_eq!(maintenance.ending, Ending::Message);
    assert_eq!(maintenance.items, [Item::Matter, Item::Place, Item::Name, Item::Callback, Item::Access]);
    assert_eq!(pack.flow(Intent::WrongNumber).unwrap().ending, Ending::End);
}

#[test]
fn fixed_sentences_begin_with_the_greeting_and_hold_nothing_of_a_caller() {
    let pack = Pack::property().unwrap();
    let prompts = pack.prompts("Maple Court", &BTreeSet::from(["Robin"]));
    let fixed: Vec<&str> = prompts.iter().map(|prompt| prompt.words.as_str()).collect();
    assert!(fixed[0].contains("Maple Court"), "{}", fixed[0]);
    assert!(fixed.iter().all(|sentence| !sentence.contains('{')));
    for told in ["May I have your name, please?", "I can send that to the maintenance team."] {
        assert!(fixed.contains(&told), "{told}");
    }
    assert!(!fixed.iter().any(|sentence| sentence.starts_with("I have the name")));
    assert!((100..400).contains(&fixed.len()), "{}", fixed.len());
    let named = prompts.iter().find(|prompt| prompt.words == "I'm Robin, the virtual assistant.").unwrap();
    assert_eq!((named.key.as_str(), named.variant), ("lines.disclosure_named.robin", 1));
    let keys: BTreeSet<_> = prompts.iter().map(|prompt| (&prompt.key, prompt.variant)).collect();
    assert_eq!(keys.len(), prompts.len(), "each has a place of its own");
    assert!(
        prompts.iter().any(|prompt| prompt.key == "flows.seller.questions.place.ask" && prompt.variant == 2)
    );
}

#[test]
fn a_fault_names_its_key_and_the_cure() {
    assert_eq!(fault("version = 1", "version = 9"), "`version` is 9; this program reads version 1");
    assert_eq!(
        fault("silence_s = 6", "silence_s = 0"),
        "`limits.silence_s` is 0; write a number from 2 to 60"
    );
    assert_eq!(
        fault("anything_else = [", "anything_els = ["),
        format!(
            "`lines.anything_els` is not known; known here are: {}",
            Line::ALL.iter().map(|line| line.key()).collect::<Vec<_>>().join(", ")
        )
    );
    assert_eq!(
        fault("[flows.owner]", "[flows.landlord]"),
        format!(
            "`flows.landlord` is not known; known here are: {}",
            { Intent::ALL }.each_ref().map(Intent::name).join(", ")
        )
    );
    assert_eq!(
        fault("greeting_open = [\"Thanks for calling {office}.\"]", "greeting_open = [\"Hi {caller}.\"]"),
        "`lines.greeting_open` says `{caller}`, which is not filled there; it may use: {office}"
    );
    assert_eq!(
        fault("disclosure = [\"I'm the virtual assistant.\"]", "disclosure = [\"I'm 100% virtual.\"]"),
        "`lines.disclosure` holds `%`, which cannot be spoken; write it in words"
    );
    assert_eq!(
        fault("goodbye = [\"Thank you for calling. Goodbye.\"]", "goodbye = []"),
        "`lines.goodbye` has no words; write at least one sentence"
    );
    assert!(fault("silence_s = 6", "silence = 6").contains("silence"));
}

#[test]
fn a_life_safety_sentence_is_short_and_says_911() {
    let fire = "fire = \"Leave the building now, and call 9 1 1 from outside.\"";
    assert_eq!(
        fault(fire, "fire = \"Leave the building now.\""),
        "`life_safety.fire` does not say 911; danger to life is sent there first"
    );
    let long = "fire = \"Please be so kind as to leave the building by the nearest exit as soon as you can and call 9 1 1.\"";
    assert!(fault(fire, long).contains("at most 16 are listened to"));
    assert_eq!(fault(fire, ""), "`life_safety.fire` is missing; add it");
}

#[test]
fn a_closed_topic_has_its_answers_and_is_known_by_the_offices_own_phrases_too() {
    let mine = PROPERTY.replace("[closed.legal]", "[closed.legal]\ncues = [\"rent stabilized\"]");
    let pack = Pack::parse(&mine).unwrap();
    assert_eq!(pack.closed_by_cue("Is this unit RENT stabilized?"), Some(ClosedTopic::Legal));
    assert_eq!(pack.closed_by_cue("The rent has stabilized"), None, "whole words, one after the other");
    assert!(ClosedTopic::ALL.iter().all(|topic| pack.closed_answer(*topic).len() >= 2));
    assert_eq!(
        fault("[closed.value]", "[closed.worth]").split(';').next(),
        Some("`closed.worth` is not known")
    );
}

#[test]
fn every_danger_is_over_within_ten_seconds_of_its_cue() {
    // 160 words a minute, and the sentence about the ring after it; 0.6 s until the first word.
    let pack = Pack::property().unwrap();
    let ring = pack.line(Line::LifeRing)[0].words();
    for kind in LifeSafety::ALL {
        let words = pack.life_safety(kind).unwrap().words() + ring;
        assert!(0.6 + words as f64 * 60.0 / 160.0 < 10.0, "{kind:?}: {words} words");
    }
}

#[test]
fn an_office_s_own_type_is_a_flow_in_every_language() {
    let script = |closing: &str| CallTypeScript {
        about: "a storage unit".into(),
        opening: "I can take that down.".into(),
        closing: closing.into(),
        examples: Vec::new(),
    };
    let own = |closing: &str| CallType {
        name: "storage_units".parse().unwrap(),
        staff: "Storage units".into(),
        asks: vec![Item::Matter, Item::Callback],
        staff_first: false,
        stands_for: None,
        scripts: [(Language::English, script(closing))].into(),
    };
    let types = [own("Somebody of {office} will call you.")];
    let pack = Arc::new(Pack::property().unwrap().with_call_types(&types).unwrap());
    let intent = Intent::from_record("storage_units").unwrap();
    let flow = pack.flow(intent).unwrap();
    assert_eq!((flow.label.as_str(), flow.staff.as_deref()), ("a storage unit", Some("Storage units")));
    assert_eq!(
        (flow.items.as_slice(), flow.promise),
        (&[Item::Matter, Item::Callback][..], Promise::Callback)
    );
    let spanish = pack.in_language(Language::Spanish);
    let message = spanish.flow(Intent::Message).unwrap();
    assert_eq!(spanish.flow(intent).unwrap().closing, message.closing, "no words of its own");
    let unspeakable = Pack::property().unwrap().with_call_types(&[own("Call {nobody} #1")]);
    let said = unspeakable.unwrap_err().to_string();
    assert!(said.contains("call_type.storage_units.closing"), "{said}");
}
