//! The area code that callers leave out of numbers.

use crate::types::PhoneNumber;

/// The three digits after the country code 1; 0 where numbers have none.
pub(super) fn area_code(number: Option<PhoneNumber>) -> u16 {
    number
        .filter(PhoneNumber::is_north_american)
        .and_then(|number| number.digits().get(1..4).and_then(|code| code.parse().ok()))
        .unwrap_or(0)
}
