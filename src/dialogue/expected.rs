//! What callers of an office are expected to say: the sentences and lists that a recogniser can be led by.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    Expectation, corpus,
    entity::{MONTHS, ORDINALS, Roster},
    names::{given_names, surnames},
};

/// What callers answer.
const ANSWERS: &str = include_str!("../../firmware-config/dialogue/answers.txt");

const DAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tomorrow", "today"];
/// The number of a door that has a letter.
const DOOR: &str = "<door>";
/// From the twentieth of a month on.
const LATER_ORDINALS: &[&str] = &[
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
    "twenty-fourth",
    "twenty-fifth",
    "twenty-sixth",
    "twenty-seventh",
    "twenty-eighth",
    "twenty-ninth",
    "thirtieth",
    "thirty-first",
];

/// Sentences, with classes of words in them, and the words of each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// What callers say unasked.
    pub openings: Vec<&'static str>,
    /// What they answer, and to what; `<given>` and the like stand for any word of that class.
    pub answers: Vec<(Expectation, Cow<'static, str>)>,
    /// `<given>` and its words, and so on.
    pub classes: Vec<(&'static str, Vec<String>)>,
}

impl Expected {
    /// At this office.
    pub fn at(roster: &Roster) -> Self {
        let openings = corpus::training().filter_map(Result::ok).map(|example| example.text);
        let own_names = || roster.names.iter().cloned();
        let letters = ('a'..='z').map(String::from).collect();
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let nth = [ORDINALS[..].to_vec(), LATER_ORDINALS.to_vec()].concat();
        Self {
            openings: openings.collect(),
            answers: answers().chain(doors_with_letters(roster)).collect(),
            classes: vec![
                ("<given>", given_names().map(str::to_owned).chain(own_names()).collect()),
                ("<surname>", surnames().map(str::to_owned).chain(own_names()).collect()),
                ("<letter>", letters),
                ("<day>", words(DAYS)),
                ("<month>", words(&MONTHS)),
                ("<nth>", words(&nth)),
                ("<word>", own_words(roster)),
                (
                    DOOR,
                    lettered_doors(roster)
                        .flat_map(|(number, _)| number_words(number))
                        .map(str::to_owned)
                        .collect(),
                ),
            ],
        }
    }
}

/// Each answer with what its section says was asked.
fn answers() -> impl Iterator<Item = (Expectation, Cow<'static, str>)> {
    let mut asked = Expectation::Open;
    lines(ANSWERS).filter_map(move |line| {
        match line {
            "[open]" => asked = Expectation::Open,
            "[yes_or_no]" => asked = Expectation::YesOrNo,
            "[name]" => asked = Expectation::Name,
            "[number]" => asked = Expectation::PhoneNumber,
            "[home]" => asked = Expectation::UnitOrAddress,
            answer => return Some((asked, answer.into())),
        }
        None
    })
}

/// The doors that are a number and a letter. "Four B" sounds like "forty" to whoever does not know that there is a 4B.
fn lettered_doors(roster: &Roster) -> impl Iterator<Item = (usize, char)> {
    roster.units.iter().filter_map(|home| {
        let mut letters = home.unit.chars().rev();
        let letter = letters.next().filter(char::is_ascii_alphabetic)?;
        let number = home.unit.get(..home.unit.len() - 1)?.parse().ok()?;
        (number < 100).then_some((number, letter.to_ascii_lowercase()))
    })
}

/// How each of those is answered, once for each number that stands before such a letter.
fn doors_with_letters(roster: &Roster) -> impl Iterator<Item = (Expectation, Cow<'static, str>)> {
    let doors: BTreeSet<(usize, char)> = lettered_doors(roster).collect();
    let said = |(number, letter): (usize, char)| {
        let door = format!("{} {letter}", vec![DOOR; number_words(number).count()].join(" "));
        ["", "apartment ", "unit ", "it's ", "i'm in "].map(|before| format!("{before}{door}").into())
    };
    doors.into_iter().flat_map(said).map(|answer| (Expectation::UnitOrAddress, answer))
}

/// A number below a hundred, as it is said.
fn number_words(number: usize) -> impl Iterator<Item = &'static str> {
    const UP_TO_NINETEEN: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let tens = (number / 10).checked_sub(2).and_then(|ten| TENS.get(ten)).copied();
    let rest = if tens.is_some() { Some(number % 10).filter(|ones| *ones > 0) } else { Some(number) };
    tens.into_iter().chain(rest.and_then(|rest| UP_TO_NINETEEN.get(rest)).copied())
}

/// What the office calls its homes, streets, listings and vendors.
fn own_words(roster: &Roster) -> Vec<String> {
    let homes = roster.units.iter().flat_map(|unit| [unit.property.clone(), unit.street.clone()]);
    homes
        .chain(roster.streets.iter().cloned())
        .chain(roster.listings.iter().cloned())
        .chain(roster.vendors.iter().cloned())
        .collect()
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::UnitRef;

    #[test]
    fn a_door_with_a_letter_is_expected_where_a_home_is_asked_for() {
        let home =
            |unit: &str| UnitRef { property: String::new(), street: String::new(), unit: unit.to_owned() };
        let roster =
            Roster { units: ["4B", "21c", "204", "B", "Ä"].map(home).to_vec(), ..Roster::default() };
        let expected = Expected::at(&roster);
        let (_, numbers) = expected.classes.iter().find(|(token, _)| *token == DOOR).unwrap();
        assert_eq!(numbers, &["four", "twenty", "one"]);
        let expects =
            |answer: &str| expected.answers.contains(&(Expectation::UnitOrAddress, answer.to_owned().into()));
        assert!(expects("<door> b") && expects("unit <door> <door> c"));
        assert!(!expects("<door> c"), "there is no such door");
    }
}
