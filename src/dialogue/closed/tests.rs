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
fn what_is_asked_of_the_office_itself_is_no_question_of_law_or_worth() {
    let understander = Understander::words_only();
    let asked = |text: &str| topic(Language::English, text, &understander.read(text, None));
    for (text, expected) in [
        ("Can you just connect me to the office manager?", None),
        ("Can you just reset it for me?", None),
        ("Can the manager just call me back?", None),
        ("Can they do something about my neighbor's music?", None),
        ("My rent's going up two hundred bucks, can you do that?", None),
        ("Can my landlord just do that?", Some(ClosedTopic::Legal)),
        ("Can they just raise my rent in the middle of the lease?", Some(ClosedTopic::Legal)),
        ("Are rents going up around here?", Some(ClosedTopic::Value)),
    ] {
        assert_eq!(asked(text), expected, "{text}");
    }
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

struct Measured {
    asked: usize,
    known: usize,
    missed: Vec<String>,
    mistaken: Vec<String>,
}

/// Of questions that were written without a look at the rules: how many are known, and how many others are taken for one.
fn measured(probes: &str) -> Measured {
    let understander = Understander::words_only();
    let (mut asked, mut known, mut missed, mut mistaken) = (0, 0, Vec::new(), Vec::new());
    for line in lines(probes) {
        let (expected, text) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
        let found = topic(Language::English, text, &understander.read(text, None));
        match (ClosedTopic::from_name(expected), found) {
            (Some(_), found) => {
                asked += 1;
                known += usize::from(found.is_some());
                if found.is_none() {
                    missed.push(line.to_owned());
                }
            }
            (None, Some(found)) => mistaken.push(format!("as {}: {text}", found.name())),
            (None, None) => {}
        }
    }
    Measured { asked, known, missed, mistaken }
}

/// The first set was written before the rules that know it; of the second, which was written before them too, no line has led to a
/// rule.
#[test]
fn fresh_probes_are_known_and_everyday_questions_are_not_taken_for_them() {
    for (probes, least, most_mistaken) in [
        (include_str!("../../../firmware-config/dialogue/probes2.txt"), 0.95, 1),
        (include_str!("../../../firmware-config/dialogue/probes3.txt"), 0.90, 2),
    ] {
        let Measured { asked, known, missed, mistaken } = measured(probes);
        let told = format!(
            "{known} of {asked} known; missed:\n{}\nmistaken:\n{}",
            missed.join("\n"),
            mistaken.join("\n")
        );
        println!("{told}");
        assert!(known as f64 >= least * asked as f64, "{told}");
        assert!(mistaken.len() <= most_mistaken, "{told}");
    }
}

/// Every string under these keys, wherever it stands.
fn strings(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => found.push(text.clone()),
        toml::Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        toml::Value::Table(table) => table.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

const PACKS: [&str; 2] = [
    include_str!("../../../firmware-config/dialogue/property.toml"),
    include_str!("../../../firmware-config/dialogue/es/property.toml"),
];

#[test]
fn no_sentence_of_any_pack_speaks_of_people_or_praises_a_place() {
    for pack in PACKS {
        let pack: toml::Table = pack.parse().unwrap();
        let mut said = Vec::new();
        for (key, value) in &pack {
            if key != "closed" {
                strings(value, &mut said);
            }
        }
        assert!(said.len() > 200);
        for text in said {
            assert!(may_be_said(&text), "{text}");
        }
    }
}

/// Closed answers speak of neighborhoods and welcome, to say that nothing is said of them: they name no class and praise nothing.
#[test]
fn no_closed_answer_names_a_class_or_praises_a_place() {
    let classes = [
        "white",
        "black",
        "hispanic",
        "asian",
        "jewish",
        "muslim",
        "christian",
        "women",
        "men",
        "children",
        "kids",
        "young",
        "old",
        "gay",
        "disabled",
        "wheelchair",
        "immigrants",
        "married",
        "single",
        "great",
        "quiet",
        "excellent",
        "bad",
        "blanco",
        "negro",
        "hispano",
        "judio",
        "mujeres",
        "hombres",
        "ninos",
        "jovenes",
        "tranquilo",
        "peligroso",
    ];
    for pack in PACKS {
        let pack: toml::Table = pack.parse().unwrap();
        let mut said = Vec::new();
        for closed in pack["closed"].as_table().unwrap().values() {
            strings(&closed["answer"], &mut said);
        }
        assert!(said.len() >= 16);
        for text in said {
            let named = tokens(&text).into_iter().find(|token| classes.contains(&token.word.as_str()));
            assert_eq!(named, None, "{text}");
        }
    }
}

#[test]
fn who_tells_of_people_asks_nothing_about_them() {
    let understander = Understander::words_only();
    let asked = |text: &str| {
        let mut reading = understander.read(text, None);
        (reading.intent, reading.confidence) = (Intent::Complaint, 0.5);
        topic(Language::English, text, &reading)
    };
    for text in [
        "Hi, this is Mrs. Patel at Maple Elementary, I'm trying to reach a parent who lives at your building.",
        "Hi, I live next door to that house you have for rent on Alder Lane, and there's people going in and out of it \
         at night. I don't think they're supposed to be there.",
        "The young people below me fry fish at all hours.",
    ] {
        assert_eq!(asked(text), None, "{text}");
    }
    assert_eq!(asked("Is it mostly young people who live there"), Some(ClosedTopic::Protected));
}

#[test]
fn who_is_to_be_looked_after_asks_for_no_voucher() {
    let table = table(Language::English);
    let topic = |text: &str| table.first(&tokens_of(text)).flatten();
    assert_eq!(topic("Can you do a welfare check on a resident?"), None);
    assert_eq!(topic("Could I get a welfare check on 15 at Birch House?"), None);
    assert_eq!(topic("Do you take people on welfare?"), Some(ClosedTopic::Vouchers));
}
