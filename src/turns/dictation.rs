//! A caller who dictates a number in groups, with pauses between them: is the turn left to them until the last digit?

use std::time::Duration;

use super::{
    lead_in::{Point, lead},
    line::{Line, Seen},
    person::{Cast, Draw},
    sounds::samples,
};
use crate::{
    dialogue::digit_name,
    speech::{Awaits, Background, SAMPLE_RATE, SpeechError},
};

/// What leads to the question for a number.
const OPENING: &str = "I would like to leave a message for the manager.";

/// How ten digits are grouped: as they are written, mostly.
const GROUPS: &[&[usize]] =
    &[&[3, 3, 4], &[3, 3, 2, 2], &[3, 3, 4], &[3, 7], &[3, 3, 4], &[6, 4], &[3, 3, 1, 3], &[10]];

/// What comes before the digits, and whether a breath is drawn after it.
const BEFORE: &[(&str, bool)] = &[
    ("", false),
    ("my number is", false),
    ("it's", true),
    ("area code", false),
    ("", false),
    ("yes, it's", false),
    ("my number is", true),
    ("you can reach me at", false),
];

/// Area codes of North America; with 555-01xx they are nobody's.
const AREAS: &[&str] = &["303", "720", "212", "415", "312", "617", "206", "512", "404", "702"];

/// Pauses between two groups, in milliseconds: of most callers, and, of every eighth, once.
const USUAL_PAUSE: (u32, u32) = (250, 1_000);
const LONG_PAUSE: (u32, u32) = (1_100, 1_400);
const LONG_PAUSE_OF: u32 = 8;

/// Who has not been answered by then never will be.
const ANSWERED_WITHIN: Duration = Duration::from_secs(6);

/// What came of one dictation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictated {
    pub caller: u32,
    /// The pauses that were made, in milliseconds, up to the one in which the caller was cut off.
    pub pauses: Vec<u32>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The conversation never came to the question.
    NeverAsked,
    /// The agent took the turn, or spoke, before the last digit had been said: so long after the last of the pauses had begun.
    Cut { since_pause: Duration, heard: String },
    /// The agent took the turn so long after the last digit's sound.
    Answered { after: Duration, heard: String },
    /// It never did.
    Unanswered,
}

/// A number as one caller says it.
#[derive(Debug)]
struct Number {
    /// What is said in one breath, and the silence after it in milliseconds; the last one has none.
    breaths: Vec<(String, u32)>,
}

/// One caller is asked for their number and dictates it.
pub(super) fn dictate(cast: &mut Cast, caller: u32) -> Result<Dictated, SpeechError> {
    let number = Number::of(caller);
    let mut sound = Vec::new();
    // When each pause begins, in samples.
    let mut pauses = Vec::new();
    for (words, pause) in &number.breaths {
        sound.extend(cast.caller_sound(caller, words)?);
        pauses.push((sound.len(), *pause));
        sound.resize(sound.len() + samples(*pause), 0);
    }
    let around = if (caller / 4).is_multiple_of(2) { Background::Quiet } else { Background::Street };
    let sounding = cast.caller(caller, around, None);
    let mut line = Line::open(cast, sounding, true)?;
    let asked = lead(&mut line, caller, OPENING, |line, point| {
        point == Point::Finished && line.awaits() == Awaits::Number
    })?;
    let dictated = |pauses: &[(usize, u32)], verdict| {
        let pauses = pauses.iter().map(|(_, pause)| *pause).filter(|pause| *pause > 0).collect();
        Ok(Dictated { caller, pauses, verdict })
    };
    if !asked {
        return dictated(&[], Verdict::NeverAsked);
    }
    let began = line.now();
    let ends = began + said_by(sound.len());
    line.prompt(None);
    line.say(sound);
    let until = ends + ANSWERED_WITHIN;
    while line.now() < until {
        for (at, seen) in line.pass()? {
            let heard = match seen {
                Seen::Taken(heard) => heard,
                Seen::Speaks(said) => format!("(said: {said})"),
                Seen::Over => "(hung up)".to_owned(),
                Seen::Audible | Seen::Hushed | Seen::Silent { .. } => continue,
            };
            if at >= ends {
                return dictated(&pauses, Verdict::Answered { after: at - ends, heard });
            }
            let made: Vec<(usize, u32)> =
                pauses.iter().copied().take_while(|(from, _)| began + said_by(*from) <= at).collect();
            let paused = made.last().map_or(began, |(from, _)| began + said_by(*from));
            return dictated(&made, Verdict::Cut { since_pause: at - paused, heard });
        }
    }
    dictated(&pauses, Verdict::Unanswered)
}

fn said_by(samples: usize) -> Duration {
    Duration::from_micros(samples as u64 * 1_000_000 / u64::from(SAMPLE_RATE))
}

impl Number {
    fn of(caller: u32) -> Self {
        let mut draw = Draw::for_caller(caller, 1);
        let area = draw.any(AREAS).copied().unwrap_or("303");
        let digits = format!("{area}55501{:02}", draw.below(100));
        let groups = draw.any(GROUPS).copied().unwrap_or(&[10]);
        let (before, breath) = draw.any(BEFORE).copied().unwrap_or_default();
        let zero = if draw.below(3) == 0 { "zero" } else { "oh" };
        let mut left = digits.chars();
        let mut said: Vec<String> = groups
            .iter()
            .map(|&count| {
                left.by_ref().take(count).map(|digit| word(digit, zero)).collect::<Vec<_>>().join(" ")
            })
            .collect();
        if breath {
            said.insert(0, before.to_owned());
        } else if let Some(first) = said.first_mut().filter(|_| !before.is_empty()) {
            *first = format!("{before} {first}");
        }
        let joins = said.len().saturating_sub(1);
        let long = (caller % LONG_PAUSE_OF == LONG_PAUSE_OF - 1).then(|| draw.below(joins));
        let breaths = said.into_iter().enumerate().map(|(nth, words)| {
            let (from, to) = if long == Some(nth) { LONG_PAUSE } else { USUAL_PAUSE };
            let pause = u32::try_from(draw.ms(from, to).as_millis()).unwrap_or(from);
            // The voice stays up where the number goes on.
            if nth < joins { (format!("{words},"), pause) } else { (format!("{words}."), 0) }
        });
        Self { breaths: breaths.collect() }
    }
}

fn word(digit: char, zero: &'static str) -> &'static str {
    if digit == '0' { zero } else { digit_name(digit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(number: &Number) -> usize {
        let words = number.breaths.iter().flat_map(|(words, _)| words.split([' ', ',', '.']));
        words.filter(|said| ('0'..='9').any(|digit| word(digit, "oh") == *said || *said == "zero")).count()
    }

    #[test]
    fn every_caller_says_ten_digits_and_the_same_ones_each_time() {
        for caller in 0..200 {
            let number = Number::of(caller);
            assert_eq!(digits(&number), 10, "{number:?}");
            assert_eq!(number.breaths, Number::of(caller).breaths);
            assert_eq!(number.breaths.last().unwrap().1, 0);
        }
    }

    #[test]
    fn pauses_are_short_and_long_and_now_and_then_very_long() {
        let numbers: Vec<Number> = (0..200).map(Number::of).collect();
        let pauses = || numbers.iter().flat_map(|number| &number.breaths).map(|(_, pause)| *pause);
        let pauses: Vec<u32> = pauses().filter(|pause| *pause > 0).collect();
        assert!(pauses.iter().all(|pause| (250..=1_400).contains(pause)));
        let long = pauses.iter().filter(|pause| **pause >= 1_100).count();
        assert!((15..=25).contains(&long), "{long} of {}", pauses.len());
        assert!(
            pauses.iter().any(|pause| *pause < 300)
                && pauses.iter().any(|pause| (950..=1_000).contains(pause))
        );
    }
}
