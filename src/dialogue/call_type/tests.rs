//! An office's own types: learnt from ten examples, by words alone, and never before danger.

use std::{collections::BTreeMap, sync::LazyLock};

use super::*;
use crate::dialogue::{HeldOut, Intent, LifeSafety, Reading, Understander, Urgency, corpus};

static WORDS: LazyLock<Understander> = LazyLock::new(Understander::words_only);

/// Four types that offices have asked for: ten examples of each to learn from, and twenty fresh phrasings to be judged by.
const FILES: [(&str, &str); 4] = [
    ("storage_units", include_str!("../../../tests/data/call_types/storage_units.txt")),
    ("parking_permits", include_str!("../../../tests/data/call_types/parking_permits.txt")),
    ("key_fob", include_str!("../../../tests/data/call_types/key_fob.txt")),
    ("package_room", include_str!("../../../tests/data/call_types/package_room.txt")),
];

fn said(text: &str, label: &str) -> Vec<String> {
    let prefix = format!("{label} | ");
    text.lines().filter_map(|line| Some(line.strip_prefix(&prefix)?.to_owned())).collect()
}

fn own_type(name: &str, language: Language, examples: Vec<String>) -> CallType {
    let script = CallTypeScript {
        about: "a matter of this house".into(),
        opening: String::new(),
        closing: "Somebody will call you.".into(),
        examples,
    };
    CallType {
        name: name.parse().unwrap(),
        staff: name.replace('_', " "),
        asks: vec![Item::Matter, Item::Name, Item::Callback],
        staff_first: false,
        stands_for: None,
        scripts: [(language, script)].into(),
    }
}

static TYPES: LazyLock<Vec<CallType>> = LazyLock::new(|| {
    FILES.iter().map(|(name, text)| own_type(name, Language::English, said(text, "learn"))).collect()
});
static LEARNT: LazyLock<OfficeTypes> = LazyLock::new(|| OfficeTypes::learn(&TYPES, None));

fn read(text: &str) -> Reading {
    WORDS.read_in(Language::English, text, &LEARNT, None)
}

fn own(name: &str) -> Intent {
    Intent::Office(name.parse().unwrap())
}

/// By words alone ten examples teach a third of what they teach with the encoder: `tests/understanding.rs` has those figures.
#[test]
fn ten_examples_teach_some_fresh_phrasings_by_their_words_alone() {
    let known = |name: &str, text: &str| {
        let fresh = said(text, "judge");
        assert_eq!(fresh.len(), 20, "{name}");
        let right =
            fresh.iter().map(|text| read(text)).filter(|read| read.is_sure() && read.intent == own(name));
        right.count()
    };
    let all: Vec<(&str, usize)> = FILES.iter().map(|(name, text)| (*name, known(name, text))).collect();
    let sum: usize = all.iter().map(|(_, known)| known).sum();
    assert!(sum >= 16, "{all:?}");
}

#[test]
fn callers_who_want_something_else_are_left_to_the_shipped_types() {
    let held_out = HeldOut::ALL.into_iter().flat_map(corpus::held_out).filter_map(Result::ok);
    let (mut taken, mut all) = (BTreeMap::<Intent, usize>::new(), 0_usize);
    for example in held_out {
        all += 1;
        if matches!(read(example.text).intent, Intent::Office(_)) {
            *taken.entry(example.intent).or_default() += 1;
        }
    }
    let count: usize = taken.values().sum();
    assert!(all > 3_000 && count * 100 <= all * 2, "{count} of {all}: {taken:?}");
}

#[test]
fn danger_and_haste_go_before_any_type_of_the_office() {
    let danger = read("there is a fire in the storage unit");
    assert_eq!(danger.urgency, Urgency::LifeSafety(LifeSafety::Fire));
    assert_eq!(danger.intent, Intent::Emergency);
    let haste = read("water is pouring through the ceiling of the package room");
    assert!(matches!(haste.urgency, Urgency::Urgent(_)) && haste.intent == Intent::Maintenance, "{haste:?}");
    assert_eq!(read("no thank you").intent, Intent::Other);
}

#[test]
fn a_type_has_its_words_in_the_language_of_its_examples() {
    let examples = [
        "quiero alquilar un trastero",
        "¿tienen trasteros libres?",
        "¿cuánto cuesta el trastero al mes?",
        "no puedo abrir mi trastero, el candado no abre",
        "necesito un trastero más grande",
        "quiero dejar el trastero a fin de mes",
        "¿hay lista de espera para los trasteros?",
        "¿qué trastero le toca a mi apartamento?",
        "llamo por los trasteros del sótano",
        "necesito guardar unos muebles en un trastero",
    ];
    let types = [own_type("storage_units", Language::Spanish, examples.map(str::to_owned).into())];
    let learnt = OfficeTypes::learn(&types, None);
    let read = |text: &str| WORDS.read_in(Language::Spanish, text, &learnt, None).intent;
    assert_eq!(read("¿me pueden dar un trastero para mis bicicletas?"), own("storage_units"));
    assert_eq!(read("se me rompió el refrigerador"), Intent::Maintenance);
    let english = WORDS.read_in(Language::English, "can i rent a storage unit", &learnt, None);
    assert!(!matches!(english.intent, Intent::Office(_)), "{english:?}");
}

#[test]
fn an_examination_names_what_would_be_taken_for_something_else() {
    let mut types = TYPES.clone();
    let script = types[0].scripts.get_mut(&Language::English).unwrap();
    script.examples.push("i have a question about my rent and the late fee".into());
    let found = Examination::of(&types[..1], &WORDS, None);
    let [examined] = &found[..] else { panic!("{found:?}") };
    assert_eq!((examined.examples, examined.language), (11, Language::English));
    assert!(examined.taken.1 > 1_000 && examined.taken.0 * 100 < examined.taken.1, "{examined:?}");
    let rent = examined.mistaken.iter().find(|mistaken| mistaken.text.contains("late fee")).unwrap();
    assert_eq!((rent.read_as, rent.unsure), (Intent::Billing, false));
}

#[test]
fn a_name_is_letters_that_a_file_and_a_record_can_hold() {
    let name: CallTypeName = "storage_units".parse().unwrap();
    assert_eq!((name.as_str(), name.to_string().len()), ("storage_units", 13));
    let longest = "a".repeat(32);
    assert_eq!(longest.parse::<CallTypeName>().unwrap().as_str(), longest);
    for bad in ["", "a", "Storage", "9lives", "storage units", "größe", &"a".repeat(33)] {
        assert_eq!(bad.parse::<CallTypeName>(), Err(BadCallTypeName), "{bad}");
    }
}
