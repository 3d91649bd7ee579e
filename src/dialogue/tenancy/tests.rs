//! What is asked for is known, ordinary matters are not taken for it, and the policy keeps its order.

use super::*;
use crate::dialogue::Understander;

#[test]
fn every_line_of_the_tables_has_a_topic() {
    for (table, text) in [(&TABLE, PATTERNS), (&SPANISH_TABLE, SPANISH_PATTERNS)] {
        assert_eq!(table.0.len(), crate::dialogue::pattern::lines(text).count());
    }
}

#[test]
fn what_is_private_is_known_and_the_rest_is_not() {
    let understander = Understander::words_only();
    for (text, expected) in [
        ("what's the gate code", Some(PrivateTopic::GateCode)),
        ("I forgot the code to the front door", Some(PrivateTopic::GateCode)),
        ("can you give me the combination for the lockbox", Some(PrivateTopic::GateCode)),
        ("how much do I owe", Some(PrivateTopic::Balance)),
        ("what's the balance on 4B", Some(PrivateTopic::Balance)),
        ("did you get my payment", Some(PrivateTopic::Balance)),
        ("what does the work order say", Some(PrivateTopic::WorkOrder)),
        ("when is the plumber coming to my place", Some(PrivateTopic::WorkOrder)),
        ("What's the status of my repair?", Some(PrivateTopic::WorkOrder)),
        ("does Dana Reyes still live there", Some(PrivateTopic::Residence)),
        ("what unit is Dana Reyes in", Some(PrivateTopic::Residence)),
        ("is Dana Reyes still living there", Some(PrivateTopic::Residence)),
        ("my name is Dana and I live in 4B, I need a letter for my insurance", None),
        ("who lives in 4B", Some(PrivateTopic::Residence)),
        ("can you let my brother in", Some(PrivateTopic::LetIn)),
        ("please give the spare key to my cousin", Some(PrivateTopic::LetIn)),
        ("I need to change the phone number you have on file", Some(PrivateTopic::NumberOnFile)),
        ("I lost my phone, use this number", Some(PrivateTopic::NumberOnFile)),
        ("my kitchen sink is leaking", None),
        ("I'd like to see the two bedroom", None),
        ("what time do you open", None),
        ("how much is the rent for a one bedroom", None),
        ("the gate is broken", None),
        ("do you allow dogs", None),
        ("the maintenance guy left his number, please call him", None),
        ("I am locked out", None),
    ] {
        let reading = understander.read(text, None);
        assert_eq!(topic(Language::English, text, &reading), expected, "{text}");
    }
}

#[test]
fn each_step_of_assurance_gets_what_the_step_below_gets() {
    for needed in Needed::ALL {
        assert_eq!(Needed::from_name(needed.name()), Some(needed));
        let met: Vec<bool> = [Assurance::Stranger, Assurance::Number, Assurance::Attested, Assurance::Proven]
            .map(|assurance| needed.is_met_by(assurance))
            .into();
        assert!(met.is_sorted(), "{needed:?}: {met:?}");
        assert!(!met[0], "{needed:?} is met by a stranger");
    }
    for topic in PrivateTopic::ALL {
        assert_eq!(PrivateTopic::from_name(topic.name()), Some(topic));
    }
    assert_eq!(Policy::default().needed(PrivateTopic::Residence), Needed::Never);
}

#[test]
fn digits_are_not_written_anywhere() {
    let digits = Digits::new("4417").unwrap();
    assert!(!format!("{digits:?}").contains("4417"));
    assert_eq!(Digits::new("44a7"), None);
}
