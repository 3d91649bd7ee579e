//! Numbers that save lives, and every form in which they are dialled.
//!
//! They are matched before any other rule sees what was dialled, and nothing that an office configures can take a form
//! of them away: 911, 933 and 988 are always among them.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::NumberError;

/// A short number of a national service: two to six digits, such as `112`. Not an extension, nor a telephone number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceNumber {
    digits: [u8; Self::LONGEST],
    length: u8,
}

impl ServiceNumber {
    const LONGEST: usize = 6;

    pub fn as_str(&self) -> &str {
        let digits = self.digits.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

impl fmt::Debug for ServiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceNumber({})", self.as_str())
    }
}

impl FromStr for ServiceNumber {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Some(c) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(NumberError::BadCharacter(c));
        }
        match text.len() {
            0 => return Err(NumberError::Empty),
            1 => return Err(NumberError::TooShort(1)),
            2..=Self::LONGEST => {}
            n => return Err(NumberError::TooLong(n)),
        }
        let mut digits = [0; Self::LONGEST];
        digits[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { digits, length: u8::try_from(text.len()).unwrap_or_default() })
    }
}

/// A number that is connected before any rule is asked (47 CFR 9.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emergency {
    /// 911, also when dialled behind the 9 that office phones once needed for a line.
    Nine11,
    /// 933, which reads back the address that a 911 call would show. Nobody is alarmed.
    AddressTest,
    /// 988, the suicide and crisis lifeline (47 CFR 52.200). Nobody in the office is told that somebody called it.
    Lifeline,
    /// A number of the country that the office is in, by its configuration: `112`.
    National(ServiceNumber),
}

/// Written before a national emergency number, so that it never reads back as an extension of the same digits.
const NATIONAL: &str = "emergency ";

impl Emergency {
    /// What the trunk is told.
    pub fn digits(&self) -> &str {
        match self {
            Self::Nine11 => "911",
            Self::AddressTest => "933",
            Self::Lifeline => "988",
            Self::National(number) => number.as_str(),
        }
    }

    /// Must the people of the house be told (47 CFR 9.16(b)(2))?
    pub fn alarms_the_house(&self) -> bool {
        matches!(self, Self::Nine11 | Self::National(_))
    }

    /// Reads what [`Display`](fmt::Display) wrote; `None` if it is something else.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "911" => Some(Self::Nine11),
            "933" => Some(Self::AddressTest),
            "988" => Some(Self::Lifeline),
            _ => text.strip_prefix(NATIONAL)?.parse().ok().map(Self::National),
        }
    }
}

impl fmt::Display for Emergency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::National(number) => write!(f, "{NATIONAL}{}", number.as_str()),
            Self::Nine11 | Self::AddressTest | Self::Lifeline => f.write_str(self.digits()),
        }
    }
}

/// The emergency numbers of an office: those of North America always, and those of its country.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmergencyNumbers(pub BTreeSet<ServiceNumber>);

impl EmergencyNumbers {
    /// The emergency number that this dialled text is, in any of the forms that a phone, a habit or a speed-dial key
    /// gives it.
    ///
    /// | form | why |
    /// |---|---|
    /// | `911` | 47 CFR 9.16(b)(1): without any prefix |
    /// | `9911` | the 9 for an outside line is still in people's fingers and in old speed-dial keys |
    /// | `1911`, `91911` | the 1 of long distance: N11 is no area code (ATIS-0300055, NANP), so it can mean nothing else |
    /// | `911#` | many phones send the # that ended the dialling |
    /// | `+911` | phones that put a + before all that they dial; too short for E.164 |
    /// | `9-1-1`, `(911)`, `9,911` | visual separators (RFC 3966, 5.1.1) and the pause of speed-dial keys |
    /// | `911;phone-context=…` | RFC 3966, 5.1.5 and RFC 3261, 19.1.6: `user=phone` puts them into the user part |
    /// | `urn:service:sos`, `urn:service:sos.fire` | RFC 5031: 911 by its service and not by its digits |
    ///
    /// National numbers are matched in the same forms except those with a 1.
    pub fn matched(&self, dialled: &str) -> Option<Emergency> {
        let text = dialled.split(';').next().unwrap_or_default().trim();
        if let Some(service) = text.strip_prefix("urn:service:sos") {
            return (service.is_empty() || service.starts_with('.')).then_some(Emergency::Nine11);
        }
        let text = text.strip_suffix('#').unwrap_or(text);
        let mut digits = String::new();
        for (at, c) in text.chars().enumerate() {
            match c {
                '0'..='9' if digits.len() < MOST_DIGITS => digits.push(c),
                '+' if at == 0 => {}
                '-' | '.' | '(' | ')' | ' ' | ',' => {}
                _ => return None,
            }
        }
        self.exactly(&digits).or_else(|| {
            let behind_nine = digits.strip_prefix('9').unwrap_or(&digits);
            let behind_one = behind_nine.strip_prefix('1').and_then(north_american);
            self.exactly(behind_nine).or(behind_one)
        })
    }

    fn exactly(&self, digits: &str) -> Option<Emergency> {
        let national = digits.parse().ok().filter(|number| self.0.contains(number));
        north_american(digits).or(national.map(Emergency::National))
    }
}

fn north_american(digits: &str) -> Option<Emergency> {
    match digits {
        "911" => Some(Emergency::Nine11),
        "933" => Some(Emergency::AddressTest),
        "988" => Some(Emergency::Lifeline),
        _ => None,
    }
}

/// 9, 1 and the longest service number.
const MOST_DIGITS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(numbers: &[&str]) -> EmergencyNumbers {
        EmergencyNumbers(numbers.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn every_way_of_dialling_911_is_911() {
        let plan = plan(&[]);
        for text in [
            "911",
            "9911",
            "1911",
            "91911",
            "911#",
            "9911#",
            "+911",
            "+9911",
            "9-1-1",
            "(911)",
            "9,911",
            " 911 ",
            "911;phone-context=office.example",
            "911;phone-context=+1;isub=1",
            "urn:service:sos",
            "urn:service:sos.police",
        ] {
            assert_eq!(plan.matched(text), Some(Emergency::Nine11), "{text}");
        }
        for text in ["933", "9933", "933#"] {
            assert_eq!(plan.matched(text), Some(Emergency::AddressTest), "{text}");
        }
        assert_eq!(plan.matched("988"), Some(Emergency::Lifeline));
    }

    #[test]
    fn what_only_looks_like_911_is_dialled_as_it_stands() {
        let plan = plan(&[]);
        for text in [
            "",
            "91",
            "9111",
            "99911",
            "9119",
            "*911",
            "#911",
            "911*",
            "+91191112345",
            "9113035550100",
            "3035550911",
            "19115550100",
            "911@carrier.example",
            "urn:service:sosiety",
            "112",
        ] {
            assert_eq!(plan.matched(text), None, "{text}");
        }
    }

    #[test]
    fn the_countrys_own_numbers_are_matched_in_the_same_forms() {
        let plan = plan(&["112", "000"]);
        let national = |text: &str| Some(Emergency::National(text.parse().unwrap()));
        for text in ["112", "9112", "112#", "+112", "1-1-2"] {
            assert_eq!(plan.matched(text), national("112"), "{text}");
        }
        assert_eq!(plan.matched("000"), national("000"));
        assert_eq!(plan.matched("911"), Some(Emergency::Nine11), "whatever the country");
    }

    #[test]
    fn an_emergency_reads_back_as_written_and_is_never_an_extension() {
        let national = Emergency::National("112".parse().unwrap());
        for emergency in [Emergency::Nine11, Emergency::AddressTest, Emergency::Lifeline, national] {
            assert_eq!(Emergency::read(&emergency.to_string()), Some(emergency));
        }
        assert_eq!(Emergency::read("112"), None);
        assert_eq!(national.digits(), "112");
    }
}
