//! The days of the week by their names, and as a recogniser may write them.

use jiff::civil::Weekday;

use super::sound;

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
