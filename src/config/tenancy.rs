//! `[identity]`, `[[resident]]` and `[[private_fact]]`: who lives here, what they may be told, and how sure it must be that it is they.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::{Unit, checker::Checker};
use crate::types::PhoneNumber;

/// How sure it must be, least first.
const LEVELS: [&str; 4] = ["number", "attested", "proven", "never"];

/// What there can be a sentence for.
const TOLD: [&str; 3] = ["gate_code", "balance", "work_order"];

/// What each thing needs: `number`, `attested`, `proven` or `never`; `None`: the safe way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Identity {
    pub gate_code: Option<String>,
    pub balance: Option<String>,
    pub work_order: Option<String>,
    /// A technician may go in when nobody is at home.
    pub entry: Option<String>,
    /// Somebody is to be let in, or given a key.
    pub let_in: Option<String>,
    /// Another telephone number is to be the one on file.
    pub number_on_file: Option<String>,
    /// What everybody is asked for: `the last four digits of your account number`.
    pub question: Option<String>,
    pub question_in_spanish: Option<String>,
    /// How many digits the answer has: 3 to 6.
    pub digits: usize,
    /// Wrong answers a day, for a number that calls and for a home: 1 to 20.
    pub wrong_a_day: u8,
}

/// Somebody who lives in a home of the office.
#[derive(Debug, Clone, PartialEq)]
pub struct Resident {
    pub name: String,
    pub home: Unit,
    pub numbers: Vec<PhoneNumber>,
    /// What they answer; nobody else is told.
    pub knows: Option<String>,
}

/// A sentence for residents alone.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateFact {
    /// `gate_code`, `balance` or `work_order`.
    pub about: String,
    pub property: String,
    /// `None`: every home of the property.
    pub unit: Option<String>,
    pub say: String,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdentity {
    pub gate_code: Option<Spanned<String>>,
    pub balance: Option<Spanned<String>>,
    pub work_order: Option<Spanned<String>>,
    pub entry: Option<Spanned<String>>,
    pub let_in: Option<Spanned<String>>,
    pub number_on_file: Option<Spanned<String>>,
    pub residence: Option<Spanned<String>>,
    pub question: Option<String>,
    pub question_in_spanish: Option<String>,
    pub digits: Option<Spanned<u64>>,
    pub wrong_a_day: Option<Spanned<u64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResident {
    pub name: Spanned<String>,
    pub property: String,
    pub unit: Spanned<String>,
    #[serde(default)]
    pub numbers: Vec<Spanned<String>>,
    pub knows: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrivateFact {
    pub about: Spanned<String>,
    pub property: Spanned<String>,
    pub unit: Option<Spanned<String>>,
    pub say: String,
}

pub(super) fn identity(c: &mut Checker<'_>, raw: RawIdentity) -> Identity {
    let mut level = |value: Option<Spanned<String>>| {
        let value = value?;
        if !LEVELS.contains(&value.get_ref().as_str()) {
            let what = format!("`{}` says nothing of how sure it must be who calls", value.get_ref());
            c.problem(&value, what, "write number, attested, proven or never");
        }
        Some(value.into_inner())
    };
    let gate_code = level(raw.gate_code);
    let balance = level(raw.balance);
    let work_order = level(raw.work_order);
    let entry = level(raw.entry);
    let let_in = level(raw.let_in);
    let number_on_file = level(raw.number_on_file);
    if let Some(residence) = raw.residence.filter(|residence| residence.get_ref() != "never") {
        let what = "who lives where is told to nobody on the telephone";
        c.problem(&residence, what, "write never, or delete the line");
    }
    let digits = raw.digits.map_or(4, |digits| c.within(&digits, 3..=6, "digits"));
    let wrong_a_day = raw.wrong_a_day.map_or(4, |wrong| c.within(&wrong, 1..=20, "wrong answers a day"));
    Identity {
        gate_code,
        balance,
        work_order,
        entry,
        let_in,
        number_on_file,
        question: raw.question,
        question_in_spanish: raw.question_in_spanish,
        digits: usize::try_from(digits).unwrap_or(4),
        wrong_a_day: u8::try_from(wrong_a_day).unwrap_or(4),
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

pub(super) fn residents(
    c: &mut Checker<'_>,
    raw: Vec<RawResident>,
    units: &[Unit],
    digits: usize,
) -> Vec<Resident> {
    let mut residents = Vec::new();
    for raw in raw {
        let Some(name) = c.full_name(&raw.name) else { continue };
        let home = units
            .iter()
            .find(|unit| same(&unit.property, &raw.property) && same(&unit.unit, raw.unit.get_ref()));
        if home.is_none() {
            let what = format!("there is no unit {} of {}", raw.unit.get_ref(), raw.property);
            c.problem(&raw.unit, what, "add a [[unit]] section for it, or put property and unit right");
        }
        let numbers: BTreeSet<PhoneNumber> = raw.numbers.iter().filter_map(|n| c.number(n)).collect();
        let knows = raw.knows.map(|knows| {
            let text = knows.get_ref().trim().to_owned();
            if text.len() != digits || !text.bytes().all(|b| b.is_ascii_digit()) {
                let cure =
                    "write digits alone, as many as `digits` under [identity] says (4 if it says nothing)";
                // The digits themselves are not repeated: this message may end in a log.
                c.problem(&knows, format_args!("what {name} knows is not {digits} digits"), cure);
            }
            text
        });
        let Some(home) = home.cloned() else { continue };
        residents.push(Resident { name, home, numbers: numbers.into_iter().collect(), knows });
    }
    residents
}

pub(super) fn private_facts(
    c: &mut Checker<'_>,
    raw: Vec<RawPrivateFact>,
    units: &[Unit],
) -> Vec<PrivateFact> {
    let mut facts = Vec::new();
    for raw in raw {
        if !TOLD.contains(&raw.about.get_ref().as_str()) {
            let what = format!("`{}` is nothing that residents are told", raw.about.get_ref());
            c.problem(&raw.about, what, "write gate_code, balance or work_order");
        }
        let of_property = |unit: &&Unit| same(&unit.property, raw.property.get_ref());
        let Some(first) = units.iter().find(of_property) else {
            let what = format!("no unit belongs to a property named {}", raw.property.get_ref());
            c.problem(&raw.property, what, "write the property as the [[unit]] sections have it");
            continue;
        };
        let property = first.property.clone();
        let unit = raw.unit.map(|unit| {
            let known = units.iter().filter(of_property).any(|u| same(&u.unit, unit.get_ref()));
            if !known {
                let what = format!("there is no unit {} of {property}", unit.get_ref());
                c.problem(&unit, what, "add a [[unit]] section for it, or put the unit right");
            }
            unit.into_inner()
        });
        if unit.is_none() && raw.about.get_ref() != "gate_code" {
            let what = "what one home owes, or has had mended, is not for the whole property";
            c.problem(&raw.about, what, "add the line unit = \"4B\" with the unit it is of");
        }
        facts.push(PrivateFact { about: raw.about.into_inner(), property, unit, say: raw.say });
    }
    facts
}

#[cfg(test)]
mod tests {
    use crate::config::tests::office_with;

    const HOME: &str = r#"
[[unit]]
property = "Maple Court"
unit = "4B"
"#;

    fn problems(more: &str) -> String {
        office_with(&format!("{HOME}{more}")).err().unwrap_or_default()
    }

    #[test]
    fn a_resident_is_known_by_home_numbers_and_digits() {
        let text = format!(
            "{HOME}
[[resident]]
name = \"Dana Reyes\"
property = \"Maple Court\"
unit = \"4b\"
numbers = [\"+1 303 555 0142\"]
knows = \"4417\"

[[private_fact]]
about = \"gate_code\"
property = \"Maple Court\"
say = \"The code of the gate is 7 7 0 1.\"
"
        );
        let config = office_with(&text).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(config.residents[0].home.unit, "4B", "as the door has it");
        assert_eq!(config.private_facts.len(), 1);
        assert_eq!((config.identity.digits, config.identity.wrong_a_day), (4, 4));
    }

    #[test]
    fn what_cannot_be_kept_is_told_with_its_cure() {
        for (more, wrong) in [
            ("[identity]\ngate_code = \"sometimes\"", "`sometimes` says nothing of how sure"),
            ("[identity]\nresidence = \"proven\"", "who lives where is told to nobody"),
            ("[identity]\ndigits = 2", "2 digits is out of range"),
            (
                "[[resident]]\nname = \"Dana Reyes\"\nproperty = \"Maple Court\"\nunit = \"9Z\"",
                "there is no unit 9Z of Maple Court",
            ),
            (
                "[[resident]]\nname = \"Dana Reyes\"\nproperty = \"Maple Court\"\nunit = \"4B\"\nknows = \"44\"",
                "what Dana Reyes knows is not 4 digits",
            ),
            (
                "[[private_fact]]\nabout = \"balance\"\nproperty = \"Maple Court\"\nsay = \"You owe nothing.\"",
                "is not for the whole property",
            ),
            (
                "[[private_fact]]\nabout = \"rent\"\nproperty = \"Maple Court\"\nunit = \"4B\"\nsay = \"x\"",
                "`rent` is nothing that residents are told",
            ),
        ] {
            assert!(problems(more).contains(wrong), "{more}: {}", problems(more));
        }
    }
}
