//! Words: templates with checked holes, variants that do not tire the ear, and values as they are spoken aloud.

mod spanish;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Address, DayPart, Intent, PersonName, UnitMention, UnitRef, Value, When};
use crate::types::Language;

/// What a template leaves open. Written `{office}` in the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hole {
    /// The office's name.
    Office,
    /// What was heard, or the thing in question.
    Value,
    /// What a flow is about: `a repair`.
    Label,
}

impl Hole {
    pub(super) const ALL: [Hole; 3] = [Hole::Office, Hole::Value, Hole::Label];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Hole::Office => "office",
            Hole::Value => "value",
            Hole::Label => "label",
        }
    }
}

/// A sentence with holes, all of which are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    text: String,
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a sentence cannot be spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadTemplate {
    Empty,
    /// `{…}` that is no hole, or one that this sentence is never given.
    Hole(String),
    /// A character that the voice would read wrongly or not at all.
    Unspeakable(char),
}

impl Template {
    /// Reads a sentence that may use these holes.
    pub(super) fn parse(text: &str, given: &[Hole]) -> Result<Self, BadTemplate> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadTemplate::Empty);
        }
        let mut rest = text;
        let mut plain = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| BadTemplate::Hole(after.into()))?;
            if !given.iter().any(|hole| hole.name() == name) {
                return Err(BadTemplate::Hole(name.into()));
            }
            plain.push_str(before);
            rest = after;
        }
        plain.push_str(rest);
        let speakable = |c: char| c.is_alphanumeric() || " .,?!'’-:;¿¡".contains(c);
        match plain.chars().find(|&c| !speakable(c)) {
            Some(c) => Err(BadTemplate::Unspeakable(c)),
            None => Ok(Self { text: text.into() }),
        }
    }

    pub(super) fn fill(&self, values: &[(Hole, &str)]) -> String {
        let mut text = self.text.clone();
        for hole in Hole::ALL {
            if let Some((_, value)) = values.iter().find(|(h, _)| *h == hole) {
                text = text.replace(&format!("{{{}}}", hole.name()), value);
            }
        }
        text
    }

    /// The same for every caller of an office.
    pub(super) fn is_fixed(&self) -> bool {
        let open = |hole: &Hole| self.text.contains(&format!("{{{}}}", hole.name()));
        !Hole::ALL.iter().any(|hole| *hole != Hole::Office && open(hole))
    }

    /// The sentence, if it has no holes.
    pub(super) fn plain(&self) -> Option<&str> {
        (!self.text.contains('{')).then_some(self.text.as_str())
    }

    pub(super) fn has(&self, hole: Hole) -> bool {
        self.text.contains(&format!("{{{}}}", hole.name()))
    }

    pub(super) fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }
}

/// How often one sentence may be heard in one conversation.
const SAID_AT_MOST: u8 = 2;

/// Which variants have been used how often: no sentence is said more than twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Wording {
    used: BTreeMap<String, Vec<u8>>,
}

impl Wording {
    /// The variant that was used least, the first of these; `None` once all of them are worn out.
    pub(super) fn pick<'t>(&mut self, key: &str, variants: &'t [Template]) -> Option<&'t Template> {
        let counts = self.used.entry(key.to_owned()).or_default();
        counts.resize(variants.len(), 0);
        let (index, count) = counts.iter_mut().enumerate().min_by_key(|(index, count)| (**count, *index))?;
        if *count >= SAID_AT_MOST {
            return None;
        }
        *count += 1;
        variants.get(index)
    }
}

/// `4B` as `4 B`, `204` as `2 0 4`: each character by itself, so that fifteen cannot be heard as fifty.
pub(super) fn spelled(text: &str) -> String {
    let letters: Vec<String> =
        text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).collect();
    letters.join(" ")
}

/// A word for each letter that rhymes with others, as people say on the telephone.
const fn spelling_word(letter: char) -> Option<&'static str> {
    Some(match letter.to_ascii_uppercase() {
        'A' => "apple",
        'B' => "boy",
        'C' => "cat",
        'D' => "dog",
        'E' => "easy",
        'F' => "frank",
        'G' => "george",
        'H' => "house",
        'J' => "john",
        'K' => "king",
        'M' => "mary",
        'N' => "nancy",
        'P' => "peter",
        'S' => "sam",
        'T' => "tom",
        'V' => "victor",
        'Z' => "zebra",
        _ => return None,
    })
}

/// A unit as it is read back, easy to hear: `unit 4, B as in boy`, `unit 2 0 4`. Letters that rhyme are one sound on a
/// telephone, so a letter never comes without its word.
pub fn unit_aloud(language: Language, unit: &str) -> String {
    match language {
        Language::English => format!("unit {}", door_aloud_with(unit, "as in", spelling_word)),
        Language::Spanish => spanish::unit_aloud(unit),
    }
}

/// What stands before the last of several.
pub(super) const fn and(language: Language) -> &'static str {
    match language {
        Language::English => "and",
        Language::Spanish => "y",
    }
}

pub(super) const fn or(language: Language) -> &'static str {
    match language {
        Language::English => "or",
        Language::Spanish => "o",
    }
}

/// Digits one by one, each letter with a word that begins with it, and a breath between the two.
fn door_aloud_with(door: &str, like: &str, word_for: fn(char) -> Option<&'static str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut digits = String::new();
    for c in door.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            parts.push(spelled(&std::mem::take(&mut digits)));
        }
        let letter: String = c.to_uppercase().collect();
        parts.push(match word_for(c) {
            Some(word) => format!("{letter} {like} {word}"),
            None => letter,
        });
    }
    if !digits.is_empty() {
        parts.push(spelled(&digits));
    }
    parts.join(", ")
}

/// A place of the outcome (`Maple Court 4B`, `unit 4B`, `812 Alder Avenue`) aloud: what holds a digit is spelled.
pub fn place_aloud(place: &str) -> String {
    let words: Vec<String> = place
        .split_whitespace()
        .map(|word| if word.chars().any(|c| c.is_ascii_digit()) { spelled(word) } else { word.to_owned() })
        .collect();
    words.join(" ")
}

/// A place as it is written down.
pub(super) fn place_written(value: &Value) -> Option<String> {
    match value {
        Value::Unit(mention) => Some(match mention.candidates.as_slice() {
            [only] => unit_written(only),
            _ => format!("unit {}", mention.unit),
        }),
        Value::Address(address) => Some(address_written(address)),
        _ => None,
    }
}

pub(super) fn unit_written(unit: &UnitRef) -> String {
    if unit.property.is_empty() {
        format!("unit {}", unit.unit)
    } else {
        format!("{} {}", unit.property, unit.unit)
    }
}

fn address_written(address: &Address) -> String {
    let street = format!("{} {}", address.number, address.street);
    match &address.unit {
        Some(unit) => format!("{}, unit {unit}", street.trim()),
        None => street.trim().to_owned(),
    }
}

/// A value as it is read back. `careful`: the first reading failed; spell it.
/// `many_properties`: the unit alone would not say where.
pub(super) fn aloud(language: Language, value: &Value, careful: bool, many_properties: bool) -> String {
    match language {
        Language::English => aloud_in_english(value, careful, many_properties),
        Language::Spanish => spanish::aloud(value, careful, many_properties),
    }
}

fn aloud_in_english(value: &Value, careful: bool, many_properties: bool) -> String {
    match value {
        Value::Phone(number) => number.spoken(),
        Value::PhoneFragment(digits) => spelled(digits),
        Value::Unit(mention) => unit_mention_aloud(mention, many_properties),
        Value::Name(name) => name_aloud(name, careful),
        Value::Address(address) => place_aloud(&address_written(address)),
        Value::When(when) | Value::MoveIn(when) => when_aloud(when),
        Value::Email(email) => email.replace('@', " at ").replace('.', " dot "),
        Value::Budget(dollars) | Value::Price(dollars) => format!("{dollars} dollars"),
        Value::Bedrooms(0) => "a studio".into(),
        Value::Bedrooms(1) => "one bedroom".into(),
        Value::Bedrooms(n) => format!("{n} bedrooms"),
        Value::Matter(matter) => echoed(matter),
        Value::Access(_) | Value::Pets(_) | Value::Financing(_) => String::new(),
        Value::Listing(text) | Value::Company(text) | Value::Area(text) => text.clone(),
    }
}

fn unit_mention_aloud(mention: &UnitMention, many_properties: bool) -> String {
    let unit = unit_aloud(Language::English, &mention.unit);
    match mention.candidates.as_slice() {
        [only] if many_properties && !only.property.is_empty() => format!("{unit}, at {}", only.property),
        _ => unit,
    }
}

fn name_aloud(name: &PersonName, careful: bool) -> String {
    if !careful {
        return name.full();
    }
    let last = name.family.as_deref().unwrap_or(&name.given);
    format!("{}, spelled {}", name.full(), spelled(last))
}

/// A day and time as they are written down: `Sat Nov 28, morning`.
pub(super) fn when_written(when: &When) -> String {
    let day = |date: jiff::civil::Date| date.strftime("%a %b %-d").to_string();
    let clock = |time: jiff::civil::Time| time.strftime("%-I:%M %p").to_string();
    let mut parts: Vec<String> = Vec::new();
    if when.soonest {
        parts.push("as soon as possible".into());
    }
    match (when.date, when.until_date) {
        (Some(from), Some(until)) => parts.push(format!("{} to {}", day(from), day(until))),
        (Some(on), None) => parts.push(day(on)),
        (None, Some(until)) => parts.push(format!("until {}", day(until))),
        (None, None) => {}
    }
    match (when.time, when.until) {
        (Some(from), Some(until)) => parts.push(format!("{} to {}", clock(from), clock(until))),
        (Some(from), None) if when.after => parts.push(format!("after {}", clock(from))),
        (Some(at), None) => parts.push(clock(at)),
        (None, Some(until)) => parts.push(format!("before {}", clock(until))),
        (None, None) => {}
    }
    // The hour says the part of the day as well.
    if let Some(part) = when.part.filter(|_| when.time.is_none()) {
        parts.push(
            match part {
                DayPart::Morning => "morning",
                DayPart::Noon => "noon",
                DayPart::Afternoon => "afternoon",
                DayPart::Evening => "evening",
                DayPart::Night => "night",
            }
            .into(),
        );
    }
    if when.any {
        parts.push("any time".into());
    }
    parts.join(", ")
}

pub(super) fn when_aloud(when: &When) -> String {
    let mut parts: Vec<String> = Vec::new();
    if when.soonest {
        parts.push("as soon as possible".into());
    }
    if let Some(month) = whole_month(when) {
        parts.push(month.strftime("%B").to_string());
    } else {
        if let Some(date) = when.date {
            parts.push(date.strftime("%A, %B %-d").to_string());
        }
        if let Some(until) = when.until_date {
            parts.push(format!("to {}", until.strftime("%A, %B %-d")));
        }
    }
    if let Some(time) = when.time {
        let clock = clock_aloud(time);
        parts.push(match when.until {
            Some(until) => format!("between {clock} and {}", clock_aloud(until)),
            None if when.after => format!("after {clock}"),
            None => format!("at {clock}"),
        });
    } else if let Some(until) = when.until {
        parts.push(format!("before {}", clock_aloud(until)));
    } else if let Some(part) = when.part {
        parts.push(day_part_words(part).into());
    }
    if parts.is_empty() { "any time".into() } else { parts.join(", ") }
}

/// The first day of the month that is meant as a whole: "in January" is no span from day to day.
fn whole_month(when: &When) -> Option<jiff::civil::Date> {
    when.date.filter(|date| date.day() == 1 && when.until_date == Some(date.last_of_month()))
}

const fn day_part_words(part: DayPart) -> &'static str {
    match part {
        DayPart::Morning => "in the morning",
        DayPart::Noon => "around noon",
        DayPart::Afternoon => "in the afternoon",
        DayPart::Evening => "in the evening",
        DayPart::Night => "at night",
    }
}

/// A day with its weekday: `Saturday, November 28`.
pub(super) fn day_aloud(language: Language, date: jiff::civil::Date) -> String {
    match language {
        Language::English => date.strftime("%A, %B %-d").to_string(),
        Language::Spanish => format!("el {}", spanish::day(date)),
    }
}

/// An hour of the clock by itself, among others of the same day.
pub(super) fn time_aloud(language: Language, time: jiff::civil::Time) -> String {
    match language {
        Language::English => clock_aloud(time),
        Language::Spanish => at_aloud(language, time),
    }
}

/// An hour of the clock, as it stands after a day: `at 11 A M`.
pub(super) fn at_aloud(language: Language, time: jiff::civil::Time) -> String {
    match language {
        Language::English => format!("at {}", clock_aloud(time)),
        Language::Spanish => format!("a {}", spanish::clock_aloud(time)),
    }
}

/// `2 30 P M`: the voice reads the letters by themselves.
pub(super) fn clock_aloud(time: jiff::civil::Time) -> String {
    let (hour, half) = match time.hour() {
        0 => (12, "A M"),
        h @ 1..=11 => (h, "A M"),
        12 => (12, "P M"),
        h => (h - 12, "P M"),
    };
    match time.minute() {
        0 => format!("{hour} {half}"),
        m => format!("{hour} {m:02} {half}"),
    }
}

/// Longest matter that is echoed: beyond this a read-back is a recital.
const ECHO_WORDS: usize = 14;

/// First words of what is no statement: `about my lease` and `call me back` cannot follow "I have noted that".
const NO_STATEMENT: [&str; 34] = [
    "about",
    "to",
    "for",
    "regarding",
    "concerning",
    "call",
    "with",
    "from",
    "on",
    "if",
    "whether",
    "because",
    "how",
    "what",
    "when",
    "where",
    "which",
    "why",
    "who",
    "can",
    "could",
    "would",
    "will",
    "do",
    "does",
    "did",
    "is",
    "are",
    "and",
    "but",
    "or",
    "so",
    "not",
    "send",
];

/// Words by which the agent is spoken to: they are no part of the matter.
const ADDRESSED: [&str; 4] = ["please", "you", "your", "you're"];

/// The caller's words turned to them: `my sink is leaking` as `your sink is leaking`. Empty if they are too long, or
/// no statement.
pub(super) fn echoed(matter: &str) -> String {
    let words: Vec<&str> = matter.split_whitespace().collect();
    let plain = super::office::words_of(matter);
    let states = plain.first().is_some_and(|first| !NO_STATEMENT.contains(&first.as_str()))
        && !plain.iter().any(|word| ADDRESSED.contains(&word.as_str()));
    if words.len() > ECHO_WORDS || !states {
        return String::new();
    }
    let mut turned: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric() || "'’-".contains(*c)).collect();
        let lower = bare.replace('’', "'").to_lowercase();
        let new = match lower.as_str() {
            "my" | "our" => "your",
            "mine" | "ours" => "yours",
            "i" | "we" | "me" | "us" => "you",
            "i'm" | "we're" => "you're",
            "i've" | "we've" => "you've",
            "i'd" | "we'd" => "you'd",
            "i'll" | "we'll" => "you'll",
            "am" => "are",
            "myself" | "ourselves" => "yourself",
            _ => "",
        };
        let tail = if word.ends_with(',') { "," } else { "" };
        if new.is_empty() {
            if !bare.is_empty() {
                turned.push(format!("{bare}{tail}"));
            }
        } else {
            turned.push(format!("{new}{tail}"));
        }
    }
    turned.join(" ").trim_end_matches(',').to_owned()
}

/// What a call is about, as the first words of a brief; an office's own type has words of its own.
pub(super) const fn topic_noun(intent: Intent) -> Option<&'static str> {
    Some(match intent {
        Intent::Maintenance => "Repair",
        Intent::Emergency => "Emergency",
        Intent::Leasing => "Leasing",
        Intent::Owner => "Owner",
        Intent::Billing => "Billing",
        Intent::Human => "Asks for a person",
        Intent::WrongNumber => "Wrong number",
        Intent::Vendor => "Vendor",
        Intent::Sales => "Sales call",
        Intent::Question => "Question",
        Intent::Resident => "Resident",
        Intent::Other | Intent::Message => "Message",
        Intent::Showing => "Wants to see a home",
        Intent::Application => "Application",
        Intent::Buyer => "Wants to buy",
        Intent::Seller => "Wants to sell",
        Intent::Lease => "Lease",
        Intent::Complaint => "Complaint",
        Intent::Office(_) => return None,
    })
}

/// `a`, `a and b`, `a, b, and c`.
pub(super) fn listed(parts: &[String], joiner: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first, second] => format!("{first}, {joiner} {second}"),
        [most @ .., last] => format!("{}, {joiner} {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_the_hole_that_it_is_never_given() {
        assert_eq!(Template::parse("Hello {name}.", &[Hole::Office]), Err(BadTemplate::Hole("name".into())));
        assert_eq!(Template::parse("  ", &[]), Err(BadTemplate::Empty));
        assert_eq!(Template::parse("Pay 5 $ now", &[]), Err(BadTemplate::Unspeakable('$')));
        let template = Template::parse("Thanks for calling {office}.", &[Hole::Office]).unwrap();
        assert_eq!(template.fill(&[(Hole::Office, "Maple Court")]), "Thanks for calling Maple Court.");
    }

    #[test]
    fn no_sentence_is_picked_more_than_twice() {
        let variants = [Template::parse("One.", &[]).unwrap(), Template::parse("Two.", &[]).unwrap()];
        let mut wording = Wording::default();
        let picked: Vec<String> =
            std::iter::from_fn(|| wording.pick("k", &variants).map(|t| t.fill(&[]))).collect();
        assert_eq!(picked, ["One.", "Two.", "One.", "Two."]);
    }

    #[test]
    fn a_unit_is_spelled_and_its_letter_comes_with_a_word() {
        assert_eq!(unit_aloud(Language::English, "204"), "unit 2 0 4");
        assert_eq!(unit_aloud(Language::English, "4B"), "unit 4, B as in boy");
        assert_eq!(unit_aloud(Language::English, "b12"), "unit B as in boy, 1 2");
        assert_eq!(unit_aloud(Language::English, "4L"), "unit 4, L");
        assert_eq!(place_aloud("Maple Court 4B"), "Maple Court 4 B");
    }

    #[test]
    fn the_callers_words_are_turned_to_the_caller() {
        assert_eq!(echoed("My kitchen sink is leaking."), "your kitchen sink is leaking");
        assert_eq!(echoed("I'm locked out of my car, again"), "you're locked out of your car, again");
        assert_eq!(echoed(&"word ".repeat(20)), "");
        assert_eq!(echoed("about my lease, please call me back"), "");
    }

    #[test]
    fn a_time_is_spoken_without_abbreviations() {
        let when = When {
            date: Some(jiff::civil::date(2026, 11, 24)),
            time: Some(jiff::civil::time(14, 30, 0, 0)),
            ..When::default()
        };
        assert_eq!(
            aloud(Language::English, &Value::When(when), false, false),
            "Tuesday, November 24, at 2 30 P M"
        );
    }
}
