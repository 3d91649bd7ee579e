//! What is understood with the sentence encoder, on utterances that neither training nor tuning has seen.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a report is printed; a test that cannot open its model has failed"
)]

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use portico::{
    dialogue::{
        CallType, CallTypeScript, HeldOut, Intent, Item, Meanings, OfficeTypes, Report, SEED, Understander,
        evaluate_on, train_with,
    },
    encoder::Encoder,
    types::Language,
};

/// What a set must reach; a little under what is measured, so that a lost point is seen.
struct Floor {
    /// The mean F1 over the intents.
    macro_f1: f64,
    life_safety_recall: f64,
    life_safety_precision: f64,
}

/// The rules of danger were made with the first three sets in sight; what was missed in the others has been looked at since
/// they were judged fresh. A fourth of the sixth is words of danger without danger, and half of the eighth, which has no
/// other calls: its F1 is that of repairs and of whatever else such words are about.
const fn floor(set: HeldOut) -> Floor {
    match set {
        HeldOut::First => Floor { macro_f1: 0.93, life_safety_recall: 0.99, life_safety_precision: 0.96 },
        HeldOut::Second => Floor { macro_f1: 0.95, life_safety_recall: 0.99, life_safety_precision: 0.95 },
        HeldOut::Third => Floor { macro_f1: 0.93, life_safety_recall: 0.99, life_safety_precision: 0.9 },
        HeldOut::Fourth => Floor { macro_f1: 0.955, life_safety_recall: 0.97, life_safety_precision: 0.95 },
        HeldOut::Fifth => Floor { macro_f1: 0.93, life_safety_recall: 0.99, life_safety_precision: 0.95 },
        HeldOut::Sixth => Floor { macro_f1: 0.91, life_safety_recall: 0.98, life_safety_precision: 0.9 },
        HeldOut::Seventh => Floor { macro_f1: 0.905, life_safety_recall: 0.94, life_safety_precision: 0.85 },
        HeldOut::Eighth => Floor { macro_f1: 0.6, life_safety_recall: 0.97, life_safety_precision: 0.9 },
        HeldOut::Ninth => Floor { macro_f1: 0.88, life_safety_recall: 0.98, life_safety_precision: 0.95 },
        HeldOut::Tenth => Floor { macro_f1: 0.93, life_safety_recall: 0.97, life_safety_precision: 0.95 },
        HeldOut::Eleventh => Floor { macro_f1: 0.89, life_safety_recall: 0.98, life_safety_precision: 0.96 },
        HeldOut::Twelfth => Floor { macro_f1: 0.89, life_safety_recall: 0.98, life_safety_precision: 0.96 },
    }
}

/// The encoder, where it has been fetched; the reason why not is printed, and the tests then have nothing to say.
fn encoder() -> Option<Encoder> {
    let folder = std::env::var_os("PORTICO_MODELS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models"), PathBuf::from)
        .join("all-minilm-l6-v2");
    if !folder.join("model.safetensors").is_file() {
        println!("skipped: the sentence encoder is not in {}; run `make models`", folder.display());
        return None;
    }
    Some(Encoder::open(&folder).unwrap())
}

fn holds(set: HeldOut, report: &Report) {
    println!("{set:?} set\n{report}\n");
    let floor = floor(set);
    assert!(report.macro_f1() >= floor.macro_f1, "{report}");
    assert!(report.life_safety().recall().value() >= floor.life_safety_recall, "{report}");
    assert!(report.life_safety().precision().value() >= floor.life_safety_precision, "{report}");
    assert!(report.calibration_error() <= 0.12, "{report}");
}

#[test]
#[ignore = "encodes some seven thousand utterances: half a minute optimised, many unoptimised; run it with `--release -- --ignored`"]
fn with_the_encoder_callers_are_understood() {
    let Some(encoder) = encoder() else { return };
    let embed = |text: &str| encoder.embed(text).unwrap().to_vec();
    let model = train_with(ENCODER, &embed, SEED).unwrap();
    let meanings = Arc::new(Meanings::of(ENCODER, &embed).unwrap());
    let understander = Understander::with_model(model, Some(meanings.clone()));
    let reports = HeldOut::ALL.map(|set| evaluate_on(set, &understander, Some(&embed)));
    for (set, report) in HeldOut::ALL.iter().zip(&reports) {
        holds(*set, report);
    }
    let own = OfficeTypes::learn(&own_types(), Some((meanings.as_ref(), &embed)));
    let read = |text: &str| {
        let reading = understander.read_in(Language::English, text, &own, Some(&embed(text)));
        (reading.intent, reading.is_sure())
    };
    for name in OWN_TYPES {
        let fresh = said(name, "judge");
        let known =
            fresh.iter().filter(|text| read(text) == (Intent::from_record(name).unwrap(), true)).count();
        println!("{name}: {known} of {} fresh phrasings recognised", fresh.len());
        assert!(known >= OWN_FLOOR, "{name}: {known}");
    }
    let held_out = || reports.iter().flat_map(|report| &report.judged);
    let taken = held_out().filter(|one| matches!(read(one.text).0, Intent::Office(_))).count();
    println!("of {} held-out utterances {taken} taken by the office's own types", held_out().count());
    assert!(taken <= OWN_TAKEN, "{taken}");
}

const ENCODER: &str = "all-minilm-l6-v2";
const OWN_TYPES: [&str; 4] = ["storage_units", "parking_permits", "key_fob", "package_room"];
/// Of twenty fresh phrasings of each, so many are read as the office's own type.
const OWN_FLOOR: usize = 10;
/// Of all held-out utterances at most so many are; some of them do speak of parking permits, fobs and packages.
const OWN_TAKEN: usize = 60;

/// Lines of that label in the file of one type.
fn said(name: &str, label: &str) -> Vec<String> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/call_types").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| Some(line.strip_prefix(&format!("{label} | "))?.to_owned())).collect()
}

fn own_types() -> Vec<CallType> {
    let own = |name: &str| {
        let script = CallTypeScript {
            about: "that".into(),
            opening: String::new(),
            closing: "Somebody will call you.".into(),
            examples: said(name, "learn"),
        };
        CallType {
            name: name.parse().unwrap(),
            staff: name.replace('_', " "),
            asks: vec![Item::Matter],
            staff_first: false,
            stands_for: None,
            scripts: BTreeMap::from([(Language::English, script)]),
        }
    };
    OWN_TYPES.map(own).into()
}
