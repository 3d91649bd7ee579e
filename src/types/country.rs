//! How numbers are dialled in a country: what stands before an area code, and before a country code.

use std::str::FromStr;

use super::{EmergencyNumbers, NumberError, PhoneNumber};

/// The dialling habits of the country that the office is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Country {
    /// ISO 3166 code, in capitals: `US`.
    name: &'static str,
    /// Country code: `1`, `49`.
    code: &'static str,
    /// Dialled before an area code: `1` in North America (and left out at will), `0` in most of Europe, nothing in Italy.
    trunk: &'static str,
    /// Dialled before a country code: `011`, `00`.
    abroad: &'static str,
    /// Dialled when life is in danger, the one for everything first. Those of North America are known everywhere.
    emergency: &'static [&'static str],
}

/// ITU-T Operational Bulletin No. 994 (dialling procedures: international prefix, national trunk prefix); emergency numbers
/// as the national plans that were sent to the ITU (E.129) have them.
const COUNTRIES: [Country; 26] = [
    Country::NORTH_AMERICA,
    Country { name: "CA", ..Country::NORTH_AMERICA },
    Country { name: "PR", ..Country::NORTH_AMERICA },
    Country::new("AT", "43", "0", "00", &["112", "122", "133", "144"]),
    Country::new("AU", "61", "0", "0011", &["000", "106", "112"]),
    Country::new("BE", "32", "0", "00", &["112", "100", "101"]),
    Country::new("CH", "41", "0", "00", &["112", "117", "118", "144"]),
    Country::new("CZ", "420", "", "00", &["112", "150", "155", "158"]),
    Country::new("DE", "49", "0", "00", &["112", "110"]),
    Country::new("DK", "45", "", "00", &["112"]),
    Country::new("ES", "34", "", "00", &["112", "061", "062", "080", "091"]),
    Country::new("FI", "358", "0", "00", &["112"]),
    Country::new("FR", "33", "0", "00", &["112", "15", "17", "18", "114"]),
    Country::new("GB", "44", "0", "00", &["999", "112"]),
    Country::new("GR", "30", "", "00", &["112", "100", "166", "199"]),
    Country::new("IE", "353", "0", "00", &["112", "999"]),
    Country::new("IT", "39", "", "00", &["112", "113", "115", "118"]),
    Country::new("LU", "352", "", "00", &["112", "113"]),
    Country::new("MX", "52", "", "00", &["911"]),
    Country::new("NL", "31", "0", "00", &["112"]),
    Country::new("NO", "47", "", "00", &["112", "110", "113"]),
    Country::new("NZ", "64", "0", "00", &["111"]),
    Country::new("PL", "48", "", "00", &["112", "997", "998", "999"]),
    Country::new("PT", "351", "", "00", &["112"]),
    Country::new("SE", "46", "0", "00", &["112"]),
    Country::new("ZA", "27", "0", "00", &["112", "10111", "10177"]),
];

/// The longest numbers of countries that have no trunk prefix.
const LONGEST_NATIONAL: usize = 10;

/// Not the name of a country whose dialling is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its way of dialling is not known")]
pub struct UnknownCountry;

impl Country {
    /// The North American Numbering Plan.
    pub const NORTH_AMERICA: Self = Self::new("US", "1", "1", "011", &[]);

    const fn new(
        name: &'static str,
        code: &'static str,
        trunk: &'static str,
        abroad: &'static str,
        emergency: &'static [&'static str],
    ) -> Self {
        Self { name, code, trunk, abroad, emergency }
    }

    /// ISO 3166: `US`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Is this a number of the country? Those of North America that are other countries count as its own here.
    pub fn owns(self, number: &PhoneNumber) -> bool {
        number.digits().starts_with(self.code)
    }

    /// Is this the country's code as a global number begins with it: `+1`?
    pub fn is_reached_by(self, prefix: &str) -> bool {
        prefix.strip_prefix('+') == Some(self.code)
    }

    /// The country's own emergency numbers. Where 911 is none of them, it is dialled as the first of them.
    pub fn emergency_numbers(self) -> EmergencyNumbers {
        let national: Vec<_> = self.emergency.iter().filter_map(|digits| digits.parse().ok()).collect();
        let instead = national.first().copied().filter(|_| !self.emergency.contains(&"911"));
        EmergencyNumbers { national: national.into_iter().collect(), instead_of_911: instead }
    }

    /// Of the North American Numbering Plan?
    pub fn is_north_american(self) -> bool {
        self.code == Self::NORTH_AMERICA.code
    }

    /// Every country whose dialling is known, by ISO 3166.
    pub fn names() -> impl Iterator<Item = &'static str> {
        COUNTRIES.iter().map(|country| country.name)
    }

    /// Reads what is dialled in this country: with `+`, with the international prefix, with the trunk prefix and an area
    /// code; or without an area code, if one is said to be the office's own.
    ///
    /// `home_area`: the digits between country code and local number, such as `303`.
    ///
    /// # Errors
    /// When it is no number that can be dialled here.
    pub fn read(self, dialled: &str, home_area: Option<&str>) -> Result<PhoneNumber, NumberError> {
        if dialled.starts_with('+') {
            return PhoneNumber::parse_lenient(dialled);
        }
        let punctuation = |c: char| c.is_ascii_whitespace() || "-.()/\u{a0}".contains(c);
        if let Some(c) = dialled.chars().find(|c| !c.is_ascii_digit() && !punctuation(*c)) {
            return Err(NumberError::BadCharacter(c));
        }
        let digits: String = dialled.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Err(NumberError::Empty);
        }
        if let Some(rest) = digits.strip_prefix(self.abroad) {
            return PhoneNumber::parse_lenient(&format!("+{rest}"));
        }
        if self.is_north_american() {
            return match (digits.len(), home_area) {
                (7, Some(area)) => PhoneNumber::parse_lenient(&format!("+1{area}{digits}")),
                _ => PhoneNumber::parse_lenient(&digits),
            };
        }
        let national = match (self.trunk, digits.strip_prefix(self.trunk)) {
            // Every number is dialled whole.
            ("", _) => digits,
            (_, Some(rest)) => rest.to_owned(),
            (_, None) => match home_area {
                Some(area) => format!("{area}{digits}"),
                None => return Err(NumberError::TooShort(digits.len())),
            },
        };
        PhoneNumber::parse_lenient(&format!("+{}{national}", self.code))
    }

    /// Reads what a carrier of this country writes for a number: with `+`, as it is dialled here, or in international form
    /// without any sign of it (`442079460958`), which is what many of them send whatever they were asked for.
    ///
    /// # Errors
    /// When it is no telephone number in any of these forms.
    pub fn heard(self, text: &str) -> Result<PhoneNumber, NumberError> {
        let bare = || PhoneNumber::parse_lenient(&format!("+{}", text.trim()));
        // Where numbers are dialled whole nothing tells them from international ones but their length.
        let national = !self.trunk.is_empty() || text.len() <= LONGEST_NATIONAL;
        if text.starts_with('+') || national { self.read(text, None).or_else(|_| bare()) } else { bare() }
    }

    /// The number as it is dialled in this country: `3035550100` (ten digits in North America), `030123456`,
    /// `011442079460958`.
    pub fn dialled(self, number: &PhoneNumber) -> String {
        let digits = number.digits();
        match digits.strip_prefix(self.code) {
            Some(national) if self.is_north_american() => national.to_owned(),
            Some(national) => format!("{}{national}", self.trunk),
            None => format!("{}{digits}", self.abroad),
        }
    }
}

impl Default for Country {
    fn default() -> Self {
        Self::NORTH_AMERICA
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;
    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        COUNTRIES.into_iter().find(|country| country.name == text).ok_or(UnknownCountry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(country: &str, dialled: &str, area: Option<&str>) -> Option<String> {
        country.parse::<Country>().unwrap().read(dialled, area).ok().map(|number| number.to_string())
    }

    #[test]
    fn what_is_dialled_in_a_country_is_one_number() {
        for (country, dialled, area, number) in [
            ("US", "3035550100", None, "+13035550100"),
            ("US", "1 (303) 555-0100", None, "+13035550100"),
            ("US", "555-0100", Some("303"), "+13035550100"),
            ("US", "011442079460958", Some("303"), "+442079460958"),
            ("DE", "030 1234567", None, "+49301234567"),
            ("DE", "1234567", Some("30"), "+49301234567"),
            ("DE", "00442079460958", None, "+442079460958"),
            ("DE", "+442079460958", None, "+442079460958"),
            ("GB", "020 7946 0958", None, "+442079460958"),
            ("ES", "912345678", None, "+34912345678"),
            ("IT", "0612345678", None, "+390612345678"),
            ("AU", "001113035550100", None, "+13035550100"),
        ] {
            assert_eq!(read(country, dialled, area).as_deref(), Some(number), "{country} {dialled}");
        }
    }

    #[test]
    fn what_cannot_be_dialled_there_is_not_guessed() {
        for (country, dialled) in [
            ("US", "5550100"),
            ("US", "00442079460958"),
            ("DE", "1234567"),
            ("DE", "01234567a"),
            ("GB", ""),
            ("US", "303555%30100"),
        ] {
            assert_eq!(read(country, dialled, None), None, "{country} {dialled}");
        }
    }

    #[test]
    fn what_carriers_write_is_understood_in_any_of_their_forms() {
        for (country, text, number) in [
            ("US", "+13035550100", "+13035550100"),
            ("US", "13035550100", "+13035550100"),
            ("US", "3035550100", "+13035550100"),
            ("US", "442079460958", "+442079460958"),
            ("US", "4930123456", "+4930123456"),
            ("DE", "0301234567", "+49301234567"),
            ("DE", "49301234567", "+49301234567"),
            ("DE", "00442079460958", "+442079460958"),
            ("DE", "442079460958", "+442079460958"),
            ("ES", "912345678", "+34912345678"),
            ("ES", "34912345678", "+34912345678"),
            ("IT", "0612345678", "+390612345678"),
            ("IT", "390612345678", "+390612345678"),
        ] {
            let heard = country.parse::<Country>().unwrap().heard(text).map(|number| number.to_string());
            assert_eq!(heard.as_deref(), Ok(number), "{country} {text}");
        }
        for text in ["anonymous", "101", "", "Restricted"] {
            assert!(Country::NORTH_AMERICA.heard(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_is_written_as_it_is_dialled() {
        let of = |country: &str, number: &str| {
            country.parse::<Country>().unwrap().dialled(&number.parse().unwrap())
        };
        assert_eq!(of("US", "+13035550100"), "3035550100");
        assert_eq!(of("US", "+442079460958"), "011442079460958");
        assert_eq!(of("DE", "+49301234567"), "0301234567");
        assert_eq!(of("ES", "+34912345678"), "912345678");
        assert_eq!("XX".parse::<Country>(), Err(UnknownCountry));
    }
}
