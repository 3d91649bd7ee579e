//! The days of the week by their names, and as a recogniser may write them.

use jiff::civil::Weekday;

use super::{Scene, When, sound};

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mondays" | "mon" => Weekday::Monday,
        "tuesday" | "tuesdays" | "tues" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "weds" => Weekday::Wednesday,
        "thursday" | "thursdays" | "thurs" => Weekday::Thursday,
        "friday" | "fridays" => Weekday::Friday,
        "saturday" | "saturdays" => Weekday::Saturday,
        "sunday" | "sundays" => Weekday::Sunday,
        _ => return None,
    })
}

/// A day as a recogniser may write it where no day is expected: "unsaturity" for "on Saturday", "wendsday". Only where a day was
/// asked for; it is read back like any other.
pub(super) fn misheard_weekday(word: &str) -> Option<Weekday> {
    const DAYS: [&str; 4] = ["saturday", "thursday", "wednesday", "tuesday"];
    /// Sounds that hardly a word has by chance.
    const SOUNDS: usize = 4;
    let heard = sound::key(word);
    let like = |day: &str| {
        let sounds = sound::key(day);
        sound::likeness(word, day) >= 0.7 || (sounds.len() >= SOUNDS && heard.contains(&sounds))
    };
    DAYS.into_iter().find(|day| like(day)).and_then(weekday)
}

/// "After four. I work nights, so mornings are hard": of every day, and of no hour that was named.
pub(super) fn is_habit(scene: &Scene<'_>, at: usize, when: &When) -> bool {
    let word = scene.word(at);
    let works = at.checked_sub(1).and_then(|before| scene.word(before)).is_some_and(|word| {
        matches!(word, "work" | "works" | "working" | "worked" | "sleep" | "do" | "nights" | "days")
    });
    let hard = matches!(scene.word(at + 1), Some("are" | "arent" | "dont"))
        && (2..=4).any(|ahead| {
            let word = scene.word(at + ahead);
            matches!(
                word,
                Some(
                    "hard" | "bad" | "tough" | "rough" | "out" | "difficult" | "impossible" | "busy" | "work"
                )
            )
        });
    matches!(word, Some("mornings" | "afternoons" | "evenings" | "nights"))
        && (works || hard)
        && (when.time.is_some() || when.date.is_some())
}

/// "As soon as there's one without steps" names no time.
pub(super) fn hangs_on_more(scene: &Scene<'_>, at: usize) -> bool {
    const MORE: [&str; 10] = ["there", "theres", "the", "my", "our", "his", "her", "he", "she", "they"];
    scene.word(at + 2) == Some("as") && scene.word(at + 3).is_some_and(|word| MORE.contains(&word))
}
