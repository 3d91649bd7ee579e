//! What callers of an office are expected to say: the sentences and lists that a recogniser can be led by.

use super::{
    Expectation, corpus,
    entity::{MONTHS, ORDINALS, Roster},
    names::{given_names, surnames},
};

/// What callers answer.
const ANSWERS: &str = include_str!("../../firmware-config/dialogue/answers.txt");

const DAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tomorrow", "today"];
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
    pub answers: Vec<(Expectation, &'static str)>,
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
            answers: answers(),
            classes: vec![
                ("<given>", given_names().map(str::to_owned).chain(own_names()).collect()),
                ("<surname>", surnames().map(str::to_owned).chain(own_names()).collect()),
                ("<letter>", letters),
                ("<day>", words(DAYS)),
                ("<month>", words(&MONTHS)),
                ("<nth>", words(&nth)),
                ("<word>", own_words(roster)),
            ],
        }
    }
}

/// Each answer with what its section says was asked.
fn answers() -> Vec<(Expectation, &'static str)> {
    let mut asked = Expectation::Open;
    let mut found = Vec::new();
    for line in lines(ANSWERS) {
        match line {
            "[open]" => asked = Expectation::Open,
            "[yes_or_no]" => asked = Expectation::YesOrNo,
            "[name]" => asked = Expectation::Name,
            "[number]" => asked = Expectation::PhoneNumber,
            "[home]" => asked = Expectation::UnitOrAddress,
            answer => found.push((asked, answer)),
        }
    }
    found
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
