//! The address that a device was made with: which phone it is, whatever network it is plugged into.

use std::{fmt, str::FromStr};

/// Six bytes, written as twelve small hexadecimal digits: `0015651a2b3c`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

/// It has not twelve hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected twelve hexadecimal digits, such as 0015651a2b3c or 00:15:65:1a:2b:3c")]
pub struct MacError;

impl Mac {
    /// Whom the maker's part of it was given to.
    pub fn maker(self) -> [u8; 3] {
        let [a, b, c, ..] = self.0;
        [a, b, c]
    }
}

impl FromStr for Mac {
    type Err = MacError;

    /// Digits of either case; colons, dashes and dots between them do not matter.
    fn from_str(text: &str) -> Result<Self, MacError> {
        let mut digits = text.bytes().filter(|b| !b":-.".contains(b));
        let mut bytes = [0; 6];
        for byte in &mut bytes {
            let mut digit = || digits.next().and_then(|b| char::from(b).to_digit(16)).ok_or(MacError);
            *byte = u8::try_from(digit()? * 16 + digit()?).map_err(|_| MacError)?;
        }
        if digits.next().is_some() || text.len() > 17 { Err(MacError) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mac({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_is_twelve_digits_however_they_are_parted() {
        for text in ["0015651A2B3C", "00:15:65:1a:2b:3c", "00-15-65-1a-2b-3c", "0015.651a.2b3c"] {
            assert_eq!(text.parse::<Mac>().unwrap().to_string(), "0015651a2b3c", "{text}");
        }
        for text in ["", "0015651a2b3", "0015651a2b3c4d", "0015651a2b3g", "00:15:65:1a:2b:3c:::::::"] {
            assert_eq!(text.parse::<Mac>(), Err(MacError), "{text}");
        }
    }
}
