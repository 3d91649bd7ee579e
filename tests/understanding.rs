//! What is understood with the sentence encoder, on utterances that neither training nor tuning has seen.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a report is printed; a test that cannot open its model has failed"
)]

use std::path::PathBuf;

use portico::{
    dialogue::{HeldOut, Report, SEED, Understander, evaluate_on, train_with},
    encoder::Encoder,
};

/// What a set must reach; a little under what is measured, so that a lost point is seen.
struct Floor {
    /// The mean F1 over the intents.
    macro_f1: f64,
    life_safety_recall: f64,
    life_safety_precision: f64,
}

/// The rules of danger were made with the first three sets in sight. The fourth and fifth were judged when they were
/// fresh; of the sixth no reading has been looked at, and its figures alone say how the reflex fares with callers who
/// have not been heard before. A fourth of it is words of danger without danger, hence its precision.
const fn floor(set: HeldOut) -> Floor {
    match set {
        HeldOut::First => Floor { macro_f1: 0.90, life_safety_recall: 0.99, life_safety_precision: 0.95 },
        HeldOut::Second => Floor { macro_f1: 0.94, life_safety_recall: 0.99, life_safety_precision: 0.94 },
        HeldOut::Third => Floor { macro_f1: 0.90, life_safety_recall: 0.99, life_safety_precision: 0.82 },
        HeldOut::Fourth => Floor { macro_f1: 0.95, life_safety_recall: 0.97, life_safety_precision: 0.92 },
        HeldOut::Fifth => Floor { macro_f1: 0.89, life_safety_recall: 0.99, life_safety_precision: 0.89 },
        HeldOut::Sixth => Floor { macro_f1: 0.85, life_safety_recall: 0.96, life_safety_precision: 0.86 },
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
    let model = train_with("all-minilm-l6-v2", &embed, SEED).unwrap();
    let understander = Understander::with_model(model);
    for set in HeldOut::ALL {
        holds(set, &evaluate_on(set, &understander, Some(&embed)));
    }
}
