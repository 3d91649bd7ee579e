//! Callers who dictate: a name, a unit of the office and a number to call back, each of them checked when it is read back.

use super::script::{Expected, Part, Reply};
use crate::{
    dialogue::{Intent, digit_name, unit_aloud},
    pbx::Directory,
    types::{Language, PhoneNumber, key_of},
};

/// Given names, common ones of the last seventy years (US Social Security Administration, names by decade).
const GIVEN: [&str; 40] = [
    "James",
    "Maria",
    "Robert",
    "Linda",
    "Michael",
    "Patricia",
    "David",
    "Jennifer",
    "William",
    "Elizabeth",
    "Richard",
    "Susan",
    "Joseph",
    "Jessica",
    "Thomas",
    "Karen",
    "Carlos",
    "Nancy",
    "Daniel",
    "Angela",
    "Anthony",
    "Sandra",
    "Steven",
    "Monica",
    "Kevin",
    "Rachel",
    "Brian",
    "Olivia",
    "George",
    "Hannah",
    "Timothy",
    "Diana",
    "Edward",
    "Grace",
    "Jason",
    "Teresa",
    "Ryan",
    "Megan",
    "Victor",
    "Denise",
];

/// The other way of writing some of them, which nobody can hear: the caller agrees to either.
const ALSO_WRITTEN: [(&str, &str); 6] = [
    ("Steven", "Stephen"),
    ("Brian", "Bryan"),
    ("Teresa", "Theresa"),
    ("Rachel", "Rachael"),
    ("Megan", "Meghan"),
    ("Hannah", "Hanna"),
];

/// Family names, of the hundred most frequent and some that are spelled otherwise than they sound (US Census 2010).
const FAMILY: [&str; 50] = [
    "Smith",
    "Johnson",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Wilson",
    "Anderson",
    "Taylor",
    "Moore",
    "Jackson",
    "Martin",
    "Lee",
    "Perez",
    "Thompson",
    "White",
    "Harris",
    "Sanchez",
    "Clark",
    "Ramirez",
    "Lewis",
    "Robinson",
    "Walker",
    "Young",
    "Allen",
    "King",
    "Wright",
    "Scott",
    "Torres",
    "Nguyen",
    "Hill",
    "Flores",
    "Green",
    "Adams",
    "Nelson",
    "Baker",
    "Hall",
    "Rivera",
    "Campbell",
    "Mitchell",
    "Carter",
    "Roberts",
    "Gomez",
    "Phillips",
    "Evans",
    "Turner",
    "Parker",
    "Reyes",
    "Stewart",
];

/// Area codes of North America; with 555-01xx they are nobody's.
const AREAS: [&str; 10] = ["303", "720", "212", "415", "312", "617", "206", "512", "404", "702"];

const OPENING: &str = "Hi, the sink in my bathroom is clogged.";
/// Said again to who asks what it is about.
const PROBLEM: &str = "The sink in my bathroom is clogged.";

/// This many callers, each with another name and number; the units of the office in turn. None where it has no unit.
pub(super) fn dictations(directory: &Directory, count: usize) -> Vec<Part> {
    let units: Vec<&str> = directory.office.roster.units.iter().map(|unit| unit.unit.as_str()).collect();
    (0..count).filter_map(|nth| Some(caller(nth, units.get(nth % units.len().max(1))?))).collect()
}

fn caller(nth: usize, unit: &str) -> Part {
    // Both lists are walked at paces without a common divisor, so that no pair comes twice in two hundred.
    let given = GIVEN[nth % GIVEN.len()];
    let family = FAMILY[(nth * 7 + nth / GIVEN.len()) % FAMILY.len()];
    let digits = format!("{}55501{:02}", AREAS[(nth * 3 + nth / 100) % AREAS.len()], (nth * 37) % 100);
    let name = format!("{given} {family}");
    let written = ALSO_WRITTEN.iter().find(|(usual, _)| *usual == given);
    let also = written.map(|(_, other)| format!("{other} {family}"));
    let spelled = spelled(family);
    let unit_said = unit_said(unit);
    let number_said = format!(
        "{}, {}, {}",
        digits_said(&digits[..3]),
        digits_said(&digits[3..6]),
        digits_said(&digits[6..])
    );
    let read_back = digits.parse::<PhoneNumber>().map(|number| number.spoken()).unwrap_or_default();
    let reply = |to: &[&str], with: &[String], say: String| Reply {
        language: None,
        to: to.iter().map(|&phrase| phrase.to_owned()).collect(),
        with: with.to_vec(),
        say,
    };
    let names = ["i have the name", "did i get that right"];
    let units = ["that is unit", "i have unit", "it's unit", "is that unit"];
    let asks = ["is that right", "correct", "right?", "yes?"];
    let yes = || "Yes, that's right.".to_owned();
    let agrees = |name: &String| reply(&names, std::slice::from_ref(name), yes());
    Part {
        title: format!("Dictation {}: {name}, {unit}, {digits}", nth + 1),
        says: vec![OPENING.to_owned()],
        answer: [&name]
            .into_iter()
            .chain(&also)
            .map(agrees)
            .chain([
                reply(
                    &["press the unit", "telephone, please: the unit"],
                    &[],
                    format!("(keys {}#)", keyed(unit)),
                ),
                reply(
                    &["press the ten digits", "telephone, please: the area code"],
                    &[],
                    format!("(keys {digits})"),
                ),
                reply(
                    &["press your first and last name", "telephone, please: your first and last name"],
                    &[],
                    format!("(keys {}#)", keyed(&name)),
                ),
                reply(&["or unit"], &[], format!("Unit {unit_said}.")),
                reply(&names, &[], format!("No, it's {name}. {spelled}.")),
                reply(&units, &[unit_aloud(Language::English, unit)], yes()),
                reply(&units, &[], format!("No, it's unit {unit_said}.")),
                reply(&asks, &[read_back], yes()),
                reply(&["calling from", "ending in"], &[], format!("No, call me on {number_said}.")),
                reply(&["and then", "comes next"], &["5 5 5".to_owned()], digits_said(&digits[6..])),
                reply(
                    &["and then", "comes next"],
                    &[],
                    format!("{}, {}", digits_said(&digits[3..6]), digits_said(&digits[6..])),
                ),
                reply(&asks, &[], format!("No. The number is {number_said}.")),
                reply(&["spell"], &[], format!("{name}. {spelled}.")),
                reply(&["your name"], &[], format!("My name is {name}.")),
                reply(&["once more, the unit", "unit once more"], &[], format!("Unit {unit_said}.")),
                reply(&["unit"], &[], format!("Unit {unit}.")),
                reply(&["number", "digits"], &[], format!("{number_said}.")),
                reply(&["calling about", "what is it about", "about a repair"], &[], PROBLEM.to_owned()),
            ])
            .collect(),
        expect: Expected {
            about: vec![Intent::Maintenance],
            name: Some([name].into_iter().chain(also).collect::<Vec<_>>().join("|")),
            place: Some(unit.to_owned()),
            callback: Some(digits),
            ..Expected::default()
        },
        ..Part::default()
    }
}

/// `4B` is 4 and 2.
fn keyed(unit: &str) -> String {
    unit.chars().filter_map(|c| if c.is_ascii_digit() { Some(c) } else { key_of(c) }).collect()
}

/// `N A I R`.
fn spelled(word: &str) -> String {
    let letters: Vec<String> = word.chars().map(|letter| letter.to_ascii_uppercase().to_string()).collect();
    letters.join(" ")
}

/// `4, B as in boy`.
fn unit_said(unit: &str) -> String {
    unit_aloud(Language::English, unit).trim_start_matches("unit ").to_owned()
}

fn digits_said(digits: &str) -> String {
    let words: Vec<&str> = digits.chars().filter(char::is_ascii_digit).map(digit_name).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn two_hundred_callers_have_as_many_names_and_numbers() {
        let parts: Vec<Part> = (0..200).map(|nth| caller(nth, "4B")).collect();
        let names: BTreeSet<_> = parts.iter().filter_map(|part| part.expect.name.clone()).collect();
        let numbers: BTreeSet<_> = parts.iter().filter_map(|part| part.expect.callback.clone()).collect();
        assert_eq!((names.len(), numbers.len()), (200, 200));
        assert!(numbers.iter().all(|digits| digits.parse::<PhoneNumber>().is_ok()), "{numbers:?}");
    }

    #[test]
    fn what_is_read_back_wrong_is_put_right() {
        let part = caller(0, "4B");
        let answer = |heard: &str| {
            let fits = |reply: &&Reply| {
                reply.to.iter().any(|phrase| heard.contains(phrase.as_str()))
                    && reply.with.iter().all(|phrase| heard.contains(&phrase.to_lowercase()))
            };
            part.answer.iter().find(fits).map(|reply| reply.say.clone()).unwrap_or_default()
        };
        assert_eq!(answer("i have the name james smith. is that right?"), "Yes, that's right.");
        assert_eq!(answer("i have the name jane smith. is that right?"), "No, it's James Smith. S M I T H.");
        assert_eq!(answer("that is unit 4, b as in boy. is that right?"), "Yes, that's right.");
        assert_eq!(answer("that is unit 4, d as in dog. is that right?"), "No, it's unit 4, B as in boy.");
    }
}
