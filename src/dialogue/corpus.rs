//! The project's own utterances: those that the classifier learns from, and those that it is judged by.

mod heard;
mod spanish;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{
    evaluation::{Corpus, HeldOut},
    features::{Fnv, lexicon_hash},
    intent::{Intent, Topic},
    reading::{LifeSafety, UrgentKind},
    token::tokens,
};

/// The file of one intent, or of the hard negatives.
macro_rules! file {
    ($dir:literal, $name:literal) => {
        ($name, include_str!(concat!("../../firmware-config/dialogue/", $dir, "/", $name, ".txt")))
    };
}

/// Names and texts.
type Files = &'static [(&'static str, &'static str)];

/// A set in which the call types are told apart as today.
macro_rules! files {
    ($dir:literal) => {
        &[
            file!($dir, "emergency"),
            file!($dir, "maintenance"),
            file!($dir, "leasing"),
            file!($dir, "showing"),
            file!($dir, "application"),
            file!($dir, "buyer"),
            file!($dir, "seller"),
            file!($dir, "owner"),
            file!($dir, "billing"),
            file!($dir, "lease"),
            file!($dir, "complaint"),
            file!($dir, "human"),
            file!($dir, "message"),
            file!($dir, "wrong_number"),
            file!($dir, "vendor"),
            file!($dir, "sales"),
            file!($dir, "question"),
            file!($dir, "other"),
            file!($dir, "hard_negatives"),
        ]
    };
}

/// A set from before some were told apart: see [`EARLIER`].
macro_rules! earlier_files {
    ($dir:literal) => {
        &[
            file!($dir, "emergency"),
            file!($dir, "maintenance"),
            file!($dir, "leasing"),
            file!($dir, "owner"),
            file!($dir, "billing"),
            file!($dir, "human"),
            file!($dir, "wrong_number"),
            file!($dir, "vendor"),
            file!($dir, "sales"),
            file!($dir, "question"),
            file!($dir, "resident"),
            file!($dir, "other"),
            file!($dir, "hard_negatives"),
        ]
    };
}

/// The file whose lines name their intent: words of danger without danger.
const HARD: &str = "hard_negatives";

const TRAINING: Files = files!("utterances");
const HELD_OUT: Files = earlier_files!("heldout");
const HELD_OUT_SECOND: Files = earlier_files!("heldout2");
const HELD_OUT_THIRD: Files = earlier_files!("heldout3");
const HELD_OUT_FOURTH: Files = earlier_files!("heldout4");
const HELD_OUT_FIFTH: Files = files!("heldout5");
const HELD_OUT_SIXTH: Files = files!("heldout6");
const HELD_OUT_SEVENTH: Files = files!("heldout7");
const HELD_OUT_EIGHTH: Files =
    &[file!("heldout8", "emergency"), file!("heldout8", "maintenance"), file!("heldout8", "hard_negatives")];
const HELD_OUT_NINTH: Files = files!("heldout9");
const HELD_OUT_TENTH: Files = files!("heldout10");
const HELD_OUT_ELEVENTH: Files = files!("heldout11");
const HELD_OUT_TWELFTH: Files = files!("heldout12");

/// `today = earlier`: what a call type was called in the sets that were written before it was told apart.
const EARLIER: &str = include_str!("../../firmware-config/dialogue/earlier.txt");

/// What the recogniser makes of the utterances that are learnt from.
const HEARD: Files = &[("heard", include_str!("../../firmware-config/dialogue/heard.txt"))];

/// The names of call types in one held-out set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labels(BTreeMap<Intent, Intent>);

impl Labels {
    /// Those of today.
    pub(super) const fn today() -> Self {
        Self(BTreeMap::new())
    }

    /// Those of the first four sets.
    pub(super) fn earlier() -> Self {
        let pair = |line: &str| {
            let (today, earlier) = line.split_once(" = ")?;
            Some((Intent::from_name(today)?, Intent::from_name(earlier)?))
        };
        Self(EARLIER.lines().filter(|line| !line.starts_with('#')).filter_map(pair).collect())
    }

    pub(super) fn of(set: HeldOut) -> Self {
        if set <= HeldOut::Fourth { Self::earlier() } else { Self::today() }
    }

    /// What the intent is called there.
    pub(super) fn name(&self, intent: Intent) -> Intent {
        self.0.get(&intent).copied().unwrap_or(intent)
    }
}

pub(super) use heard::heard;
pub use heard::{to_transcribe, transcribed};
#[cfg(test)]
pub(super) use spanish::held_out as held_out_in_spanish;
pub(super) use spanish::training as training_in_spanish;

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

/// The shipped type that these very words are an utterance of, whatever their case and punctuation.
pub fn shipped_type(text: &str) -> Option<Intent> {
    let words = |text: &str| tokens(text).into_iter().map(|token| token.word).collect::<Vec<_>>();
    let wanted = words(text);
    let same = |one: &Example| words(one.text) == wanted;
    training().chain(training_in_spanish()).filter_map(Result::ok).find(same).map(|one| one.intent)
}

/// What it never sees before it is judged.
pub(super) fn held_out(set: HeldOut) -> impl Iterator<Item = Result<Example, BadLine>> {
    files_of(set).iter().flat_map(|(file, text)| examples(file, text))
}

const fn files_of(set: HeldOut) -> Files {
    match set {
        HeldOut::First => HELD_OUT,
        HeldOut::Second => HELD_OUT_SECOND,
        HeldOut::Third => HELD_OUT_THIRD,
        HeldOut::Fourth => HELD_OUT_FOURTH,
        HeldOut::Fifth => HELD_OUT_FIFTH,
        HeldOut::Sixth => HELD_OUT_SIXTH,
        HeldOut::Seventh => HELD_OUT_SEVENTH,
        HeldOut::Eighth => HELD_OUT_EIGHTH,
        HeldOut::Ninth => HELD_OUT_NINTH,
        HeldOut::Tenth => HELD_OUT_TENTH,
        HeldOut::Eleventh => HELD_OUT_ELEVENTH,
        HeldOut::Twelfth => HELD_OUT_TWELFTH,
    }
}

/// Which utterances are learnt from.
pub(super) fn learnt_from() -> Corpus {
    identified(&[TRAINING, HEARD], training().filter(Result::is_ok).count() + heard().count())
}

/// Which utterances these sets hold.
pub(super) fn judged_by(sets: &[HeldOut]) -> Corpus {
    let files: Vec<Files> = sets.iter().map(|set| files_of(*set)).collect();
    identified(&files, sets.iter().map(|set| held_out(*set).filter(Result::is_ok).count()).sum())
}

fn identified(sets: &[Files], utterances: usize) -> Corpus {
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
    for (name, text) in TRAINING.iter().chain(HEARD) {
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
        let fresh = all(self::held_out(HeldOut::Fifth));
        let earlier = Labels::earlier();
        for intent in Intent::ALL {
            let count = |examples: &[Example]| examples.iter().filter(|e| e.intent == intent).count();
            if intent == Intent::Resident {
                assert_eq!(count(&training) + count(&fresh), 0, "told apart since");
            } else {
                assert!(count(&training) >= 200, "{}: {} to learn from", intent.name(), count(&training));
                assert!(count(&fresh) >= 40, "{}: {} to be judged by", intent.name(), count(&fresh));
            }
            if earlier.name(intent) == intent {
                assert!(count(&held_out) >= 30, "{}: {} to be judged by", intent.name(), count(&held_out));
            }
        }
        assert!(fresh.iter().filter(|e| e.danger.is_some()).count() >= 80);
        assert!(fresh.iter().filter(|e| e.hard_negative).count() >= 80);
        let emergencies = |examples: &[Example]| examples.iter().filter(|e| e.danger.is_some()).count();
        assert!(emergencies(&training) >= 250 && emergencies(&held_out) >= 115);
        assert!(held_out.iter().filter(|e| e.hard_negative).count() >= 60);
        for (set, least) in [(HeldOut::Second, 20), (HeldOut::Third, 20), (HeldOut::Fourth, 15)] {
            let examples = all(self::held_out(set));
            for intent in Intent::ALL.into_iter().filter(|intent| earlier.name(*intent) == *intent) {
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
