//! Barge-in: is a sound over the agent's words an interruption, and what of those words was heard?

use crate::dialogue::{Expectation, Say};

/// What the voice takes for one character, in milliseconds: 160 words a minute at six characters a word.
const MS_PER_CHARACTER: u64 = 62;

/// A question of which less than this part was heard was not asked.
const HEARD_ENOUGH: f64 = 0.5;

/// Words by which people show that they listen. Over the agent's speech they are no turn.
const BACKCHANNELS: &[&str] = &[
    "mm", "mhm", "mm-hm", "mmhmm", "mm-hmm", "hm", "hmm", "uh-huh", "uhhuh", "uh", "um", "ah", "oh", "ok",
    "okay", "yeah", "yep", "yes", "right", "sure", "i", "see", "alright", "all", "good", "great", "cool",
    "got", "it", "fine",
];

/// At most this many words are a mere sign of listening.
const BACKCHANNEL_WORDS: usize = 3;

/// What the caller's words over the agent's amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// No words, or a sign of listening: the agent goes on.
    FalseAlarm,
    /// They have something to say.
    Turn,
}

/// Reads what was said over an utterance of which `heard_ms` had been played.
pub(super) fn overlap(say: &Say, heard_ms: u32, text: &str) -> Overlap {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|w| !w.is_empty())
        .collect();
    if words.is_empty() {
        return Overlap::FalseAlarm;
    }
    let listening =
        words.len() <= BACKCHANNEL_WORDS && words.iter().all(|w| BACKCHANNELS.contains(&w.as_str()));
    // "Yes" over "… is that right?" is the answer; over the greeting it is not.
    let answers = say.expects == Expectation::YesOrNo && was_heard(say, heard_ms);
    if listening && !answers { Overlap::FalseAlarm } else { Overlap::Turn }
}

/// Was enough of it heard that an answer to it is an answer?
pub(super) fn was_heard(say: &Say, heard_ms: u32) -> bool {
    fraction(&say.text, heard_ms) >= HEARD_ENOUGH
}

fn fraction(text: &str, heard_ms: u32) -> f64 {
    f64::from(heard_ms) / estimated_ms(text).max(1) as f64
}

/// How long the voice takes for this text, roughly: to find a place in it, and to know when it is overdue.
pub(super) fn estimated_ms(text: &str) -> u64 {
    text.chars().count() as u64 * MS_PER_CHARACTER
}

/// The rest of the text from the beginning of the clause in which it was cut off. `None`: it was heard to its end.
pub(super) fn unfinished(text: &str, heard_ms: u32) -> Option<&str> {
    let heard_characters = (u64::from(heard_ms) / MS_PER_CHARACTER) as usize;
    let cut = text.char_indices().nth(heard_characters).map(|(at, _)| at)?;
    let start = text[..cut]
        .char_indices()
        .rev()
        .find(|&(at, c)| {
            matches!(c, '.' | '!' | '?' | ',' | ';' | ':') && text[at + c.len_utf8()..].starts_with(' ')
        })
        .map_or(0, |(at, c)| at + c.len_utf8());
    let rest = text[start..].trim();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests;
