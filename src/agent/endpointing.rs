//! Has the caller finished? How long a pause must be before the agent takes the turn.
//!
//! The decision is made on silence *and* on words. A fixed pause is either too long for "yes" or too short for a
//! telephone number read from a letter. So the recogniser decodes early, at the first 200 ms or so of a pause, and the
//! words that it has heard, with the kind of answer that was hoped for, say how much longer to wait. Understanding
//! runs in that time too: when the pause is long enough, the reply is usually ready.

use std::time::Duration;

use crate::dialogue::{Expectation, Move, Reading};

/// "Yes." is whole; the decode has taken most of this already.
pub(super) const AFTER_YES_OR_NO: Duration = Duration::from_millis(260);

/// A sentence that sounds whole. Who breathes between two clauses for longer is cut off once, and then waited for
/// ([`Patience`]).
pub(super) const AFTER_WHOLE_SENTENCE: Duration = Duration::from_millis(340);

/// A name or unit was asked for and something came: short answers, but "four … B" has a gap.
pub(super) const AFTER_SHORT_ANSWER: Duration = Duration::from_millis(450);

/// An open story without an end: no full stop, or only a few words.
pub(super) const AFTER_UNFINISHED: Duration = Duration::from_millis(700);

/// "And", "um", "my name is": the caller holds the floor and says so.
pub(super) const AFTER_HELD_FLOOR: Duration = Duration::from_millis(1500);

/// Between the groups of a dictated number; people look at a card or a screen, for 1.4 s now and then. The ear hears the end of
/// a group up to 0.15 s early, and the beginning of the next as late.
pub(super) const BETWEEN_DIGIT_GROUPS: Duration = Duration::from_millis(1800);

/// A number was asked for, and words came that hold none: they may be digits that were misheard.
pub(super) const AFTER_NO_DIGITS: Duration = Duration::from_millis(1400);

/// Ten digits are a whole number: nothing more is coming.
pub(super) const AFTER_WHOLE_NUMBER: Duration = Duration::from_millis(300);

/// Danger to life is answered as soon as it is understood.
pub(super) const AFTER_DANGER: Duration = Duration::from_millis(250);

/// Who goes on so soon after their last word had not finished when the agent took the turn.
pub(super) const GOES_ON_WITHIN: Duration = Duration::from_millis(1000);

/// How much longer somebody is waited for who was cut off, each time, and at most.
const PATIENCE_STEP: Duration = Duration::from_millis(160);
const PATIENCE_MOST: Duration = Duration::from_millis(480);

/// Digits of a North American number.
const WHOLE_NUMBER: usize = 10;

/// Fewer digits than this are not the beginning of another number.
const LEAST_OF_NUMBER: usize = 3;

/// Last words after which nobody has finished.
const FLOOR_HOLDERS: &[&str] = &[
    "and",
    "or",
    "but",
    "so",
    "because",
    "um",
    "uh",
    "er",
    "erm",
    "hmm",
    "well",
    "like",
    "the",
    "a",
    "an",
    "my",
    "is",
    "are",
    "it's",
    "i'm",
    "that",
    "with",
    "to",
    "of",
    "in",
    "at",
    "for",
    "from",
    "on",
    "then",
    "also",
    "if",
    "when",
    "which",
    "who",
    "plus",
    "about",
    "our",
    "your",
    "their",
    "this",
    "was",
    "were",
    "have",
    "has",
    "need",
    "unit",
    "apartment",
    "number",
    "name's",
];

/// Answers that are whole although they end in such a word.
const WHOLE_ALTHOUGH: &[&str] = &[
    "it is",
    "that's it",
    "i think so",
    "yes it is",
    "no it is",
    "it was",
    "come on",
    "go in",
    "come in",
    "get in",
    "let him in",
    "let her in",
    "let them in",
    "let you in",
    "move in",
    "go on in",
    "i am",
    "we are",
    "they are",
];

/// How much longer than others this caller is waited for: pauses within a sentence are a habit, and of the old and of those
/// who speak a foreign language a long one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Patience(Duration);

impl Patience {
    /// The caller was cut off.
    pub(super) fn grow(&mut self) {
        self.0 = (self.0 + PATIENCE_STEP).min(PATIENCE_MOST);
    }
}

/// What the conversation knows of the words that a pause follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awaited {
    pub expects: Expectation,
    /// A number is asked for, offered or read back: a "no" may bring another.
    pub of_number: bool,
    /// The same of a name.
    pub of_name: bool,
    /// Digits of the number that earlier turns have brought.
    pub digits_before: usize,
    /// A unit was asked for, and the words end in one of the roster: "apartment to a" is 2A, and whole.
    pub ends_in_unit: bool,
}

/// How long the caller must have been silent, counted from the last voiced frame, before these words are a turn. Danger waits
/// for nobody's habits.
pub(super) fn silence_needed(
    awaited: Awaited,
    patience: Patience,
    text: &str,
    reading: &Reading,
) -> Duration {
    if reading.urgency.is_life_safety() {
        return AFTER_DANGER;
    }
    pause_after(awaited, text, reading) + patience.0
}

/// The same of a caller who was never cut off.
fn pause_after(awaited: Awaited, text: &str, reading: &Reading) -> Duration {
    let Awaited { expects, of_number, of_name, digits_before, ends_in_unit } = awaited;
    let words = words(text);
    let step = reading.moves;
    if matches!(step, Some(Move::Goodbye | Move::Repeat)) && words.len() <= 4 {
        return AFTER_YES_OR_NO;
    }
    if expects == Expectation::PhoneNumber && !matches!(step, Some(Move::Refuse | Move::Unknown)) {
        return match digits_in(text) + digits_before {
            WHOLE_NUMBER.. => AFTER_WHOLE_NUMBER,
            // "Yes, that's right." is no digit misheard, though the number may come after it.
            0 if step.is_some() && is_whole(&words, text) && !holds_floor(&words) => AFTER_UNFINISHED,
            0 if is_whole(&words, text) && !holds_floor(&words) => AFTER_NO_DIGITS,
            _ => BETWEEN_DIGIT_GROUPS,
        };
    }
    // "No, call me on three oh three", "no, it's King, K, I": there is more.
    if of_number
        && step != Some(Move::Affirm)
        && (LEAST_OF_NUMBER..WHOLE_NUMBER).contains(&(digits_in(text) + digits_before))
    {
        return BETWEEN_DIGIT_GROUPS;
    }
    if of_name && is_half_spelled(&words) {
        return AFTER_UNFINISHED;
    }
    if ends_in_unit {
        return AFTER_WHOLE_SENTENCE;
    }
    if holds_floor(&words) {
        return AFTER_HELD_FLOOR;
    }
    let short_step = matches!(
        step,
        Some(Move::Affirm | Move::Deny | Move::Done | Move::Thank | Move::Unknown | Move::Refuse)
    );
    if short_step && words.len() <= 3 {
        return match expects {
            Expectation::YesOrNo if step == Some(Move::Affirm) => AFTER_YES_OR_NO,
            // "No" is often the first word of the correction; so is a "yes" to an open question.
            _ => AFTER_WHOLE_SENTENCE,
        };
    }
    match expects {
        Expectation::YesOrNo => AFTER_WHOLE_SENTENCE,
        // "My name is Ada Byron" is whole; "Ada" may be half of it.
        Expectation::Name if is_whole(&words, text) => AFTER_WHOLE_SENTENCE,
        Expectation::Name | Expectation::UnitOrAddress => AFTER_SHORT_ANSWER,
        Expectation::Open | Expectation::Nothing | Expectation::PhoneNumber => {
            if is_whole(&words, text) {
                AFTER_WHOLE_SENTENCE
            } else {
                AFTER_UNFINISHED
            }
        }
    }
}

/// Does it sound like the end of a sentence? The recogniser writes a full stop where the voice fell; a few words may
/// be whole without one, many words without one are not.
fn is_whole(words: &[String], text: &str) -> bool {
    let stopped = text.trim_end().ends_with(['.', '!', '?']) && !text.trim_end().ends_with("...");
    stopped && words.len() >= 3
}

/// Do the words end in letters that are not, together, a word said before them?
fn is_half_spelled(words: &[String]) -> bool {
    let is_letter = |word: &String| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let from = words.iter().rposition(|word| !is_letter(word)).map_or(0, |last| last + 1);
    let (said, letters) = words.split_at(from);
    !letters.is_empty() && !said.contains(&letters.concat())
}

fn holds_floor(words: &[String]) -> bool {
    let Some(last) = words.last() else { return false };
    let ending = words.join(" ");
    FLOOR_HOLDERS.contains(&last.as_str()) && !WHOLE_ALTHOUGH.iter().any(|whole| ending.ends_with(whole))
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| !word.is_empty())
        .map(|word| word.replace('’', "'").to_lowercase())
        .collect()
}

/// Digits in the text, written or spoken.
pub(super) fn digits_in(text: &str) -> usize {
    words(text)
        .iter()
        .map(|word| match word.as_str() {
            "zero" | "oh" | "o" | "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight"
            | "nine" => 1,
            word => word.chars().filter(char::is_ascii_digit).count(),
        })
        .sum()
}

#[cfg(test)]
mod tests;
