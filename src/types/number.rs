//! Telephone numbers (E.164) and extensions. A value of these types has been checked.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not a telephone number or an extension.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("it has no digits")]
    Empty,
    #[error("`{0}` is not part of a telephone number")]
    BadCharacter(char),
    #[error("{0} digits are too few")]
    TooShort(usize),
    #[error("{0} digits are too many")]
    TooLong(usize),
    #[error(
        "a North American number has ten digits, and neither its area code nor its exchange begins with 0 or 1"
    )]
    NotNorthAmerican,
    #[error("a number in international form begins with + and a country code from 1 to 9")]
    NoCountry,
}

/// A telephone number in E.164 form: `+`, country code, national number; 8 to 15 digits (ITU-T E.164, 6.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PhoneNumber(u64);

impl PhoneNumber {
    /// A number of the block kept for fiction, where code needs a value that is never dialled.
    pub const STAND_IN: Self = Self(12_025_550_100);

    /// Reads what a carrier or a person wrote: `+1 303 555 0100`, `(303) 555-0100`, `13035550100`, `011 44 …`.
    ///
    /// Without a `+` (or the North American prefix `011`) the number is taken as North American: ten digits, or
    /// eleven beginning with 1. Spaces, dots, dashes, slashes and round brackets are punctuation; anything else is refused.
    pub fn parse_lenient(text: &str) -> Result<Self, NumberError> {
        let text = text.trim();
        let international = text.starts_with('+');
        let mut digits = String::with_capacity(16);
        for (at, c) in text.chars().enumerate() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if at == 0 => {}
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
                other => return Err(NumberError::BadCharacter(other)),
            }
            if digits.len() > 20 {
                return Err(NumberError::TooLong(digits.len()));
            }
        }
        if digits.is_empty() {
            return Err(NumberError::Empty);
        }
        if international {
            return Self::from_digits(&digits);
        }
        if let Some(rest) = digits.strip_prefix("011") {
            return Self::from_digits(rest);
        }
        match digits.len() {
            10 => Self::from_digits(&format!("1{digits}")),
            11 if digits.starts_with('1') => Self::from_digits(&digits),
            n if n < 10 => Err(NumberError::TooShort(n)),
            n => Err(NumberError::TooLong(n)),
        }
    }

    fn from_digits(digits: &str) -> Result<Self, NumberError> {
        match digits.len() {
            n if n < 8 => return Err(NumberError::TooShort(n)),
            n if n > 15 => return Err(NumberError::TooLong(n)),
            _ => {}
        }
        let bytes = digits.as_bytes();
        if bytes[0] == b'0' {
            return Err(NumberError::NoCountry);
        }
        if bytes[0] == b'1' && (bytes.len() != 11 || bytes[1] < b'2' || bytes[4] < b'2') {
            return Err(NumberError::NotNorthAmerican);
        }
        digits.parse().map(Self).map_err(|_| NumberError::TooLong(digits.len()))
    }

    /// The digits after the `+`.
    pub fn digits(&self) -> String {
        self.0.to_string()
    }

    /// Of the North American Numbering Plan (country code 1)?
    pub fn is_north_american(&self) -> bool {
        self.digits().starts_with('1')
    }

    /// The area code of a number of the North American Numbering Plan: `303`.
    pub fn area_code(&self) -> Option<u16> {
        self.digits().strip_prefix('1')?.get(..3)?.parse().ok()
    }

    /// As people of its country write it: `(303) 555-0100`; other countries keep `+44…`.
    pub fn national(&self) -> String {
        let d = self.digits();
        if self.is_north_american() {
            format!("({}) {}-{}", &d[1..4], &d[4..7], &d[7..])
        } else {
            self.to_string()
        }
    }

    /// Digit groups to be spoken one by one: `3 0 3, 5 5 5, 0 1 0 0`.
    pub fn spoken(&self) -> String {
        let d = self.digits();
        let national = if self.is_north_american() { &d[1..] } else { &d[..] };
        let spaced = |s: &str| s.chars().map(String::from).collect::<Vec<_>>().join(" ");
        if national.len() == 10 {
            format!("{}, {}, {}", spaced(&national[..3]), spaced(&national[3..6]), spaced(&national[6..]))
        } else {
            spaced(national)
        }
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    /// Redacted: a number in a debug print is somebody's (see [`Pii`](super::Pii)).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber(…{:02})", self.0 % 100)
    }
}

impl FromStr for PhoneNumber {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse_lenient(text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> String {
        number.to_string()
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

/// An extension of the office: two to six digits, as dialled on a desk phone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Extension(String);

impl Extension {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Extension {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Some(c) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(NumberError::BadCharacter(c));
        }
        match text.len() {
            0 => Err(NumberError::Empty),
            1 => Err(NumberError::TooShort(1)),
            2..=6 => Ok(Self(text.to_owned())),
            n => Err(NumberError::TooLong(n)),
        }
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extension({})", self.0)
    }
}

impl From<Extension> for String {
    fn from(extension: Extension) -> String {
        extension.0
    }
}

impl TryFrom<String> for Extension {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_written_many_ways() {
        for text in ["+13035550100", "+1 303 555 0100", "(303) 555-0100", "1.303.555.0100", "303/555-0100"] {
            assert_eq!(text.parse::<PhoneNumber>().unwrap().to_string(), "+13035550100", "{text}");
        }
        assert_eq!("011 44 20 7946 0958".parse::<PhoneNumber>().unwrap().to_string(), "+442079460958");
    }

    #[test]
    fn what_is_not_a_number_is_refused_with_its_reason() {
        use NumberError::*;
        for (text, why) in [
            ("", Empty),
            ("555-0100", TooShort(7)),
            ("+0123456789", NoCountry),
            ("+1 103 555 0100", NotNorthAmerican),
            ("303 155 0100", NotNorthAmerican),
            ("303;555", BadCharacter(';')),
            ("+1303555010012345", TooLong(16)),
            ("anonymous", BadCharacter('a')),
        ] {
            assert_eq!(text.parse::<PhoneNumber>(), Err(why), "{text}");
        }
    }

    #[test]
    fn a_number_is_shown_and_spoken() {
        let number: PhoneNumber = "+13035550142".parse().unwrap();
        assert_eq!(number.national(), "(303) 555-0142");
        assert_eq!(number.spoken(), "3 0 3, 5 5 5, 0 1 4 2");
        assert_eq!(format!("{number:?}"), "PhoneNumber(…42)");
    }

    #[test]
    fn an_extension_has_two_to_six_digits() {
        assert!("101".parse::<Extension>().is_ok());
        for text in ["1", "1234567", "10a", ""] {
            assert!(text.parse::<Extension>().is_err(), "{text}");
        }
    }
}
