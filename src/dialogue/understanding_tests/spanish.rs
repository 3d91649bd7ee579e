//! Understanding of Spanish, by utterances written before any rule and any line that is learnt from.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{
    dialogue::{
        ClosedTopic, Intent, LifeSafety, Move, OfficeTypes, Understander, Urgency, UrgentKind, corpus,
        evaluation::Tally, pattern::lines,
    },
    types::Language,
};

static WORDS: LazyLock<Understander> = LazyLock::new(Understander::words_only);

fn read(text: &str) -> crate::dialogue::Reading {
    WORDS.read_in(Language::Spanish, text, &OfficeTypes::default(), None)
}

/// A little under what is measured, so that a lost point is seen.
const FLOOR: f64 = 0.90;

#[test]
fn held_out_lines_reach_their_floors() {
    let examples: Vec<_> = corpus::held_out_in_spanish().filter_map(Result::ok).collect();
    let mut tallies: BTreeMap<Intent, Tally> = BTreeMap::new();
    let (mut missed, mut alarms, mut dangers, mut calm) = (Vec::new(), Vec::new(), 0, 0);
    let mut wrong = Vec::new();
    for example in &examples {
        let reading = read(example.text);
        match (example.danger, reading.urgency) {
            (Some(_), Urgency::LifeSafety(_)) => dangers += 1,
            (Some(_), _) => {
                dangers += 1;
                missed.push(example.text);
            }
            (None, Urgency::LifeSafety(kind)) => {
                calm += 1;
                alarms.push((kind, example.text));
            }
            (None, _) => calm += 1,
        }
        if reading.intent != example.intent {
            wrong.push((example.intent, reading.intent, example.text));
        }
        for intent in Intent::ALL {
            tallies.entry(intent).or_default().count(example.intent == intent, reading.intent == intent);
        }
    }
    let judged: Vec<Intent> =
        Intent::ALL.into_iter().filter(|i| examples.iter().any(|e| e.intent == *i)).collect();
    let macro_f1 = judged.iter().map(|intent| tallies[intent].f1()).sum::<f64>() / judged.len() as f64;
    println!("wrong: {wrong:#?}");
    println!("macro-F1 {macro_f1:.3} over {} lines; missed {missed:#?}; alarms {alarms:#?}", examples.len());
    assert!(macro_f1 >= FLOOR, "{macro_f1}");
    assert!(missed.len() * 100 <= dangers * 2, "{} of {dangers} missed: {missed:#?}", missed.len());
    assert!(alarms.len() * 100 <= calm, "{} of {calm}: {alarms:#?}", alarms.len());
}

#[test]
fn what_is_learnt_from_is_never_dangerous_where_it_is_calm() {
    let mut wrong = Vec::new();
    for example in corpus::training_in_spanish().filter_map(Result::ok) {
        let reading = read(example.text);
        if reading.urgency.is_life_safety() != example.danger.is_some() {
            wrong.push((example.danger, reading.urgency, example.text));
        }
        if let Some(kind) = example.urgent
            && reading.urgency != Urgency::Urgent(kind)
        {
            wrong.push((None, reading.urgency, example.text));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_english_line_is_dangerous_by_the_words_of_another_language() {
    let heard = |text: &str| crate::dialogue::danger_said(text);
    let mut alarms = Vec::new();
    for example in corpus::training().filter_map(Result::ok).filter(|example| example.danger.is_none()) {
        let english = WORDS.read(example.text, None).urgency.is_life_safety();
        if !english && heard(example.text).is_some() {
            alarms.push(example.text);
        }
    }
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn steps_of_the_talk_are_read_by_rule() {
    use Move::*;
    for (text, step) in [
        ("sí", Some(Affirm)),
        ("sí, por favor", Some(Affirm)),
        ("claro que sí", Some(Affirm)),
        ("así es", Some(Affirm)),
        ("correcto", Some(Affirm)),
        ("ándale, está bien", Some(Affirm)),
        ("no", Some(Deny)),
        ("no, está mal", Some(Deny)),
        ("no es correcto", Some(Deny)),
        ("¿mande?", Some(Repeat)),
        ("¿cómo dijo?", Some(Repeat)),
        ("no le entendí", Some(Repeat)),
        ("repita por favor", Some(Repeat)),
        ("espéreme tantito", Some(Wait)),
        ("un momento", Some(Wait)),
        ("hola, buenas tardes", Some(Greet)),
        ("muchas gracias", Some(Thank)),
        ("no, es todo", Some(Done)),
        ("no, gracias", Some(Done)),
        ("nada más", Some(Done)),
        ("adiós", Some(Goodbye)),
        ("hasta luego, gracias", Some(Goodbye)),
        ("que tenga buen día", Some(Goodbye)),
        ("no sé", Some(Unknown)),
        ("no me acuerdo", Some(Unknown)),
        ("prefiero no decirle", Some(Refuse)),
        ("empecemos de nuevo", Some(StartOver)),
        ("¿es usted un robot?", Some(AskIdentity)),
        ("¿con quién hablo?", Some(AskIdentity)),
        ("ya no me llamen", Some(StopContact)),
        ("no me manden más mensajes", Some(StopContact)),
        ("no me llame antes de las nueve", Some(Deny)),
        ("este", None),
        ("la llave de la cocina gotea", None),
    ] {
        assert_eq!(read(text).moves, step, "{text}");
    }
}

#[test]
fn danger_is_heard_whatever_language_the_talk_is_in() {
    for current in Language::ALL {
        for (text, kind) in [
            ("¡fuego!", LifeSafety::Fire),
            ("huele a gas", LifeSafety::Gas),
            ("auxilio", LifeSafety::Unspecified),
            ("i smell gas", LifeSafety::Gas),
            ("mi papá no puede respirar", LifeSafety::Medical),
            ("ambulancia", LifeSafety::Medical),
        ] {
            let reading = WORDS.read_in(current, text, &OfficeTypes::default(), None);
            assert_eq!(reading.urgency, Urgency::LifeSafety(kind), "{text} in {current}");
        }
    }
    assert_eq!(read("no hay luz en todo el edificio").urgency, Urgency::Urgent(UrgentKind::NoPower));
    assert_eq!(read("sí").language, None);
    assert_eq!(read("the heater is broken again").language, Some(Language::English));
}

#[test]
fn closed_topics_are_known_in_spanish() {
    let text = include_str!("../../../firmware-config/dialogue/es/probes.txt");
    let mut wrong = Vec::new();
    for line in lines(text) {
        let (topic, words) = line.split_once(" | ").unwrap();
        let expected = ClosedTopic::from_name(topic);
        assert!(topic == "none" || expected.is_some(), "{line}");
        let found = crate::dialogue::closed::topic(Language::Spanish, words, &read(words));
        if found.is_some() != expected.is_some() {
            wrong.push((topic, found, words, read(words)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_rule_of_every_spanish_table_can_be_read() {
    type Known = fn(&str) -> bool;
    let tables: [(&str, &str, Known); 5] = [
        ("danger", include_str!("../../../firmware-config/dialogue/es/danger.txt"), |l| {
            LifeSafety::from_name(l).is_some()
        }),
        ("urgent", include_str!("../../../firmware-config/dialogue/es/urgent.txt"), |l| {
            UrgentKind::from_name(l).is_some()
        }),
        ("moves", include_str!("../../../firmware-config/dialogue/es/moves.txt"), |l| {
            Move::from_name(l).is_some()
        }),
        ("topics", include_str!("../../../firmware-config/dialogue/es/topics.txt"), |l| {
            crate::dialogue::Topic::from_name(l).is_some()
        }),
        ("closed", include_str!("../../../firmware-config/dialogue/es/closed.txt"), |l| {
            ClosedTopic::from_name(l).is_some()
        }),
    ];
    for (table, text, known) in tables {
        for line in lines(text) {
            let rule = line.split_once(" | ");
            assert!(rule.is_some_and(|(label, words)| known(label) && !words.is_empty()), "{table}: {line}");
            assert!(line.is_ascii(), "{table}: words stand without accents: {line}");
        }
    }
}
