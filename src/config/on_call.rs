//! `[[on_call]]`: who is rung when somebody is in danger, in the order of the file, and at which hours.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::{Hours, PhoneNumber};

/// More people than this are not rung within a quarter of an hour.
const MOST: usize = 16;

const HOURS_CURE: &str = "write lines such as \"Mon-Fri 18:00-24:00\" and \"Mon-Fri 00:00-08:00\", or leave `hours` out: at every hour";

/// Somebody who is rung when somebody is in danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    pub name: String,
    pub number: PhoneNumber,
    /// `None`: at every hour.
    pub hours: Option<Hours>,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOnCall {
    name: Spanned<String>,
    number: Spanned<String>,
    hours: Option<Spanned<Vec<String>>>,
}

/// The list, or the one number of `[office]`, which is its short form.
pub(super) fn on_call(
    c: &mut Checker<'_>,
    raw: Vec<RawOnCall>,
    office: &Spanned<String>,
    short: Option<&Spanned<String>>,
    zone: &TimeZone,
) -> Vec<OnCall> {
    match (raw.first(), short) {
        (None, None) => {
            c.problem(
                office,
                "nobody is on call",
                "add `on_call = \"+1 …\"` to [office], or an [[on_call]] section for each person: whoever is in danger \
                 must reach somebody",
            );
        }
        (None, Some(number)) => {
            let number = c.number(number);
            return number
                .map(|number| OnCall { name: number.national(), number, hours: None })
                .into_iter()
                .collect();
        }
        (Some(_), Some(number)) => {
            let cure = "take `on_call` out of [office]; give it an [[on_call]] section of its own if it is still rung";
            c.problem(number, "people on call are in two places", cure);
        }
        (Some(_), None) => {}
    }
    let mut numbers = BTreeSet::new();
    let mut people = Vec::new();
    for entry in raw {
        c.not_empty(&entry.name, "the name of somebody on call");
        if people.len() == MOST {
            let what = format_args!("more than {MOST} people are on call");
            c.problem(&entry.name, what, "keep those who can come; they are rung one after the other");
        }
        let hours =
            entry.hours.as_ref().and_then(|lines| match Hours::parse(zone.clone(), lines.get_ref()) {
                Ok(_) if lines.get_ref().is_empty() => {
                    c.problem(lines, "these hours are empty", HOURS_CURE);
                    None
                }
                Ok(hours) => Some(hours),
                Err(error) => {
                    c.problem(lines, error, HOURS_CURE);
                    None
                }
            });
        let Some(number) = c.number(&entry.number) else { continue };
        if !numbers.insert(number) {
            let what = format_args!("{number} is on call twice");
            c.problem(&entry.number, what, "write all hours of one person into one section");
        }
        people.push(OnCall { name: entry.name.into_inner().trim().to_owned(), number, hours });
    }
    people
}

/// The numbers as they are written, to be held against the office's own.
pub(super) fn rung(raw: &[RawOnCall], short: Option<&Spanned<String>>) -> Vec<Spanned<String>> {
    raw.iter().map(|entry| &entry.number).chain(short).cloned().collect()
}

/// A call to the office's own number is answered by its own agent, which wakes nobody.
pub(super) fn not_of_the_office(c: &mut Checker<'_>, rung: &[Spanned<String>], own: &BTreeSet<PhoneNumber>) {
    for written in rung {
        let Ok(number) = PhoneNumber::parse_lenient(written.get_ref()) else { continue };
        if own.contains(&number) {
            let what = format_args!("{number} is a number of the office itself: its own agent would answer");
            c.problem(written, what, "write the mobile number of somebody who can come");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, tests::office_with};

    const PEOPLE: &str = r#"
    [office]
    name = "Maple Court"
    zone = "America/Denver"
    [[on_call]]
    name = "Kim"
    number = "+1 303 555 0191"
    hours = ["Mon-Fri 08:00-18:00"]
    [[on_call]]
    name = "Robin"
    number = "+1 303 555 0192"
"#;

    fn problems(text: &str) -> Vec<(usize, String)> {
        let problems =
            Config::parse("portico.toml", &format!("{text}{}", crate::config::tests::DESK)).unwrap_err().0;
        problems.into_iter().map(|problem| (problem.line, problem.what)).collect()
    }

    #[test]
    fn people_are_rung_in_the_order_of_the_file_and_one_number_is_a_list_of_one() {
        let text = format!("{PEOPLE}{}", crate::config::tests::DESK);
        let config = Config::parse("portico.toml", &text).unwrap();
        let names: Vec<&str> = config.on_call.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Kim", "Robin"]);
        assert!(config.on_call[0].hours.is_some() && config.on_call[1].hours.is_none());
        let short = office_with(crate::config::tests::DESK).unwrap();
        assert_eq!(short.on_call.len(), 1);
        assert_eq!(short.on_call[0].number.to_string(), "+13035550199");
    }

    #[test]
    fn what_is_wrong_with_the_list_is_named_with_its_line() {
        let nobody = "[office]\nname = \"Maple Court\"\nzone = \"America/Denver\"\n";
        assert_eq!(problems(nobody), [(2, "nobody is on call".to_owned())]);
        let twice = PEOPLE.replace("0192", "0191");
        assert_eq!(problems(&twice), [(11, "+13035550191 is on call twice".to_owned())]);
        let both = PEOPLE.replace(
            "[[on_call]]\n    name = \"Kim\"",
            "on_call = \"+1 303 555 0199\"\n    [[on_call]]\n    name = \"Kim\"",
        );
        assert_eq!(problems(&both), [(5, "people on call are in two places".to_owned())]);
        let hours = PEOPLE.replace("Mon-Fri 08:00-18:00", "Mon-Fri 18:00-08:00");
        let found = problems(&hours);
        assert_eq!(found.len(), 1);
        assert!(found[0].0 == 8 && found[0].1.contains("ends before it begins"), "{found:?}");
        let nameless = PEOPLE.replace("\"Robin\"", "\"\"");
        assert_eq!(problems(&nameless), [(10, "the name of somebody on call is empty".to_owned())]);
    }
}
