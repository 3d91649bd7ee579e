//! The project's own utterances: those that the classifier learns from, and those that it is judged by.

use sha2::{Digest, Sha256};

use super::{
    evaluation::{Corpus, HeldOut},
    features::{Fnv, lexicon_hash},
    intent::{Intent, Topic},
    reading::{LifeSafety, UrgentKind},
};

macro_rules! files {
    ($dir:literal) => {
        [
            ("emergency", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/emergency.txt"))),
            (
                "maintenance",
                include_str!(concat!("../../firmware-config/dialogue/", $dir, "/maintenance.txt")),
            ),
            ("leasing", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/leasing.txt"))),
            ("owner", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/owner.txt"))),
            ("billing", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/billing.txt"))),
            ("human", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/human.txt"))),
            (
                "wrong_number",
                include_str!(concat!("../../firmware-config/dialogue/", $dir, "/wrong_number.txt")),
            ),
            ("vendor", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/vendor.txt"))),
            ("sales", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/sales.txt"))),
            ("question", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/question.txt"))),
            ("resident", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/resident.txt"))),
            ("other", include_str!(concat!("../../firmware-config/dialogue/", $dir, "/other.txt"))),
            (HARD, include_str!(concat!("../../firmware-config/dialogue/", $dir, "/hard_negatives.txt"))),
        ]
    };
}

/// The file whose lines name their intent: words of danger without danger.
const HARD: &str = "hard_negatives";

/// Names and texts.
type Files = [(&'static str, &'static str); 13];

static TRAINING: Files = files!("utterances");
static HELD_OUT: Files = files!("heldout");
static HELD_OUT_SECOND: Files = files!("heldout2");
static HELD_OUT_THIRD: Files = files!("heldout3");
static HELD_OUT_FOURTH: Files = files!("heldout4");

/// One utterance and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Example {
    pub text: &'static str,
    pub intent: Intent,
    /// Set when `intent` is [`Intent::Emergency`].
    pub danger: Option<LifeSafety>,
    pub urgent: Option<UrgentKind>,
    pub topic: Option<Topic>,
    /// Words of danger without danger.
    pub hard_negative: bool,
}

/// A line that says neither what it is nor what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{file}.txt, line {line}: expected words, or a known label, ` | ` and words")]
pub(super) struct BadLine {
    file: &'static str,
    line: usize,
}

/// What the classifier learns from, in the order of the files.
pub(super) fn training() -> impl Iterator<Item = Result<Example, BadLine>> {
    TRAINING.iter().flat_map(|(file, text)| examples(file, text))
}

/// What it never sees before it is judged.
pub(super) fn held_out(set: HeldOut) -> impl Iterator<Item = Result<Example, BadLine>> {
    files_of(set).iter().flat_map(|(file, text)| examples(file, text))
}

const fn files_of(set: HeldOut) -> &'static Files {
    match set {
        HeldOut::First => &HELD_OUT,
        HeldOut::Second => &HELD_OUT_SECOND,
        HeldOut::Third => &HELD_OUT_THIRD,
        HeldOut::Fourth => &HELD_OUT_FOURTH,
    }
}

/// Which utterances are learnt from.
pub(super) fn learnt_from() -> Corpus {
    identified(&[&TRAINING], training().filter(Result::is_ok).count())
}

/// Which utterances these sets hold.
pub(super) fn judged_by(sets: &[HeldOut]) -> Corpus {
    let files: Vec<&Files> = sets.iter().map(|set| files_of(*set)).collect();
    identified(&files, sets.iter().map(|set| held_out(*set).filter(Result::is_ok).count()).sum())
}

fn identified(sets: &[&Files], utterances: usize) -> Corpus {
    let mut hash = Sha256::new();
    for (name, text) in sets.iter().flat_map(|files| files.iter()) {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Corpus { utterances, sha256 }
}

/// The identity of everything learnt from: utterances and lexicon.
pub(super) fn hash() -> u64 {
    let mut hash = Fnv::new();
    for (name, text) in &TRAINING {
        hash.write(name.as_bytes());
        hash.write(text.as_bytes());
    }
    hash.write(&lexicon_hash().to_le_bytes());
    hash.finish()
}

fn examples(file: &'static str, text: &'static str) -> impl Iterator<Item = Result<Example, BadLine>> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(move |(at, line)| example(file, line).ok_or(BadLine { file, line: at + 1 }))
}

fn example(file: &str, line: &'static str) -> Option<Example> {
    let (label, text) = match line.split_once(" | ") {
        Some((label, text)) => (Some(label), text),
        None => (None, line),
    };
    let intent = match (file, label) {
        (HARD, Some(label)) => Intent::from_name(label)?,
        (HARD, None) => return None,
        (file, _) => Intent::from_name(file)?,
    };
    let mut example =
        Example { text, intent, danger: None, urgent: None, topic: None, hard_negative: file == HARD };
    match (file, label) {
        ("emergency", label) => example.danger = Some(LifeSafety::from_name(label?)?),
        ("maintenance", Some(label)) => example.urgent = Some(UrgentKind::from_name(label)?),
        ("question", label) => example.topic = Some(Topic::from_name(label?)?),
        (HARD, _) | (_, None) => {}
        (_, Some(_)) => return None,
    }
    Some(example)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dialogue::token::tokens;

    fn all(examples: impl Iterator<Item = Result<Example, BadLine>>) -> Vec<Example> {
        examples.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn every_line_can_be_read_and_every_intent_is_well_fed() {
        let (training, held_out) = (all(training()), all(self::held_out(HeldOut::First)));
        assert!(training.len() >= 5_900, "{}", training.len());
        assert!(held_out.len() >= 500, "{}", held_out.len());
        for intent in Intent::ALL {
            let count = |examples: &[Example]| examples.iter().filter(|e| e.intent == intent).count();
            assert!(count(&training) >= 120, "{}: {} to learn from", intent.name(), count(&training));
            assert!(count(&held_out) >= 30, "{}: {} to be judged by", intent.name(), count(&held_out));
        }
        let emergencies = |examples: &[Example]| examples.iter().filter(|e| e.danger.is_some()).count();
        assert!(emergencies(&training) >= 250 && emergencies(&held_out) >= 115);
        assert!(held_out.iter().filter(|e| e.hard_negative).count() >= 60);
        for (set, least) in [(HeldOut::Second, 20), (HeldOut::Third, 20), (HeldOut::Fourth, 15)] {
            let examples = all(self::held_out(set));
            for intent in Intent::ALL {
                let count = examples.iter().filter(|e| e.intent == intent).count();
                assert!(count >= least, "{set:?}, {}: {count}", intent.name());
            }
        }
    }

    #[test]
    fn nothing_is_said_twice() {
        for examples in HeldOut::ALL.map(|set| all(held_out(set))).into_iter().chain([all(training())]) {
            let mut seen = BTreeSet::new();
            for example in examples {
                let said: Vec<String> = tokens(example.text).into_iter().map(|t| t.word).collect();
                assert!(seen.insert(said.join(" ")), "`{}` twice", example.text);
            }
        }
    }
}
