//! The utterances in Spanish: written for this project, as the English ones are; no line is learnt from and judged by.

use super::{BadLine, Example, examples};

macro_rules! files {
    ($dir:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../firmware-config/dialogue/es/", $dir, "/", $name, ".txt")))),*]
    };
}

type Files = &'static [(&'static str, &'static str)];

const TRAINING: Files = files!("utterances": "emergency", "maintenance", "leasing", "showing", "application", "buyer",
    "seller", "owner", "billing", "lease", "complaint", "human", "message", "wrong_number", "vendor", "sales",
    "question", "other", "hard_negatives");

#[cfg(test)]
const HELD_OUT: Files = files!("heldout": "emergency", "maintenance", "leasing", "showing", "application", "buyer",
    "seller", "owner", "billing", "lease", "complaint", "human", "message", "wrong_number", "vendor", "sales",
    "question", "other", "hard_negatives");

/// What the classifier of Spanish learns from.
pub(in crate::dialogue) fn training() -> impl Iterator<Item = Result<Example, BadLine>> {
    TRAINING.iter().flat_map(|(file, text)| examples(file, text))
}

#[cfg(test)]
/// What it never sees before it is judged. Written before any rule and any line of the training.
pub(in crate::dialogue) fn held_out() -> impl Iterator<Item = Result<Example, BadLine>> {
    HELD_OUT.iter().flat_map(|(file, text)| examples(file, text))
}
