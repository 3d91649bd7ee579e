//! The problems of a file, collected while its values are converted: what is asked of a value in more than one section.

use std::{collections::BTreeSet, fmt::Display, net::SocketAddr, ops::RangeInclusive, str::FromStr};

use toml::Spanned;

use super::{Problem, problem::line_of};
use crate::types::{Country, EmergencyNumbers, Extension, PhoneNumber};

const NUMBER_CURE: &str = "write the number in international form, such as \"+1 303 555 0100\"";
const ADDRESS_CURE: &str = "write an IP address and a port, such as \"192.168.1.10:5060\" or \"[::]:5060\"";

/// Collects problems while values are converted; a value that is wrong is replaced by a stand-in that is never used,
/// because one problem is enough for there to be no `Config`.
pub(super) struct Checker<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) problems: Vec<Problem>,
    /// The office's: numbers are read as they are dialled there.
    pub(super) country: Country,
    /// Nothing in the house may be dialled by these.
    pub(super) emergency: EmergencyNumbers,
}

impl Checker<'_> {
    pub(super) fn problem<T>(&mut self, at: &Spanned<T>, what: impl Display, cure: &str) {
        let line = line_of(self.text, at.span().start);
        self.problems.push(Problem {
            file: self.file.into(),
            line,
            what: what.to_string(),
            cure: cure.into(),
        });
    }

    pub(super) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        value: &Spanned<String>,
        is: &str,
        cure: &str,
    ) -> Option<T> {
        match value.get_ref().trim().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(value, format_args!("`{}` is not {is}: {error}", value.get_ref()), cure);
                None
            }
        }
    }

    /// Is it a number that is connected before any rule, whatever else it were to mean?
    pub(super) fn is_emergency(&self, number: &Extension) -> bool {
        self.emergency.matched(number.as_str()).is_some()
    }

    pub(super) fn number(&mut self, value: &Spanned<String>) -> Option<PhoneNumber> {
        match self.country.read(value.get_ref().trim(), None) {
            Ok(number) => Some(number),
            Err(error) => {
                let what = format_args!("`{}` is not a telephone number: {error}", value.get_ref());
                self.problem(value, what, NUMBER_CURE);
                None
            }
        }
    }

    /// A number of the office; one that is none is a problem, and read all the same for what else is wrong with it.
    pub(super) fn own_number(
        &mut self,
        value: &Spanned<String>,
        own: &BTreeSet<PhoneNumber>,
    ) -> Option<PhoneNumber> {
        let number = self.number(value)?;
        if !own.contains(&number) {
            let cure = "write one of the numbers that have a [[number]] section";
            self.problem(value, format_args!("{number} is not a number of the office"), cure);
        }
        Some(number)
    }

    /// One of those that are known; `are` says what those are. The problem is told of `at`.
    pub(super) fn one_of<T>(
        &mut self,
        at: &Spanned<T>,
        text: &str,
        known: &BTreeSet<Extension>,
        are: &str,
        cure: &str,
    ) -> Option<Extension> {
        let found = text.trim().parse::<Extension>().ok().filter(|id| known.contains(id));
        if found.is_none() {
            self.problem(at, format_args!("`{text}` is not one of the {are}"), cure);
        }
        found
    }

    /// An extension that has a section of its own.
    pub(super) fn extension(
        &mut self,
        value: &Spanned<String>,
        known: &BTreeSet<Extension>,
        cure: &str,
    ) -> Option<Extension> {
        let extension = self.parse::<Extension>(value, "an extension", cure)?;
        if known.contains(&extension) {
            return Some(extension);
        }
        self.problem(value, format_args!("there is no extension {extension}"), cure);
        None
    }

    pub(super) fn full_name(&mut self, value: &Spanned<String>) -> Option<String> {
        let name = value.get_ref().split_whitespace().collect::<Vec<_>>().join(" ");
        if name.contains(' ') {
            return Some(name);
        }
        self.problem(value, format_args!("`{name}` is not a full name"), "write given name and family name");
        None
    }

    pub(super) fn address(&mut self, value: &Spanned<String>) -> Option<SocketAddr> {
        self.parse(value, "an address with a port", ADDRESS_CURE)
    }

    pub(super) fn within(&mut self, value: &Spanned<u64>, range: RangeInclusive<u64>, unit: &str) -> u64 {
        let given = *value.get_ref();
        if !range.contains(&given) {
            let cure = format!("write a number from {} to {}", range.start(), range.end());
            self.problem(value, format_args!("{given} {unit} is out of range"), &cure);
        }
        given
    }

    pub(super) fn not_empty(&mut self, value: &Spanned<String>, is: &str) {
        if value.get_ref().trim().is_empty() {
            self.problem(value, format_args!("{is} is empty"), "write it between the quotes");
        }
    }
}
