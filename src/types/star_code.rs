//! A feature dialled at a desk phone: a star, then digits, stars or hashes, such as `*97`.

use std::{fmt, str::FromStr};

/// What was dialled for a feature, from the star on: `*97`, `*98200`, `**101`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StarCode(String);

/// It does not begin with a star, has other characters than those on a telephone's keys, or is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a star code is a star and then one to twenty digits, stars or hashes")]
pub struct StarCodeError;

impl StarCode {
    /// Keys after the first star; a code with a whole telephone number behind it is shorter.
    const LONGEST: usize = 20;

    /// All of it, with the star that it begins with.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows this code: `*98200` after `*98` is `200`.
    pub fn after(&self, code: &str) -> Option<&str> {
        self.0.strip_prefix(code)
    }
}

impl FromStr for StarCode {
    type Err = StarCodeError;
    fn from_str(text: &str) -> Result<Self, StarCodeError> {
        let keys = text.strip_prefix('*').ok_or(StarCodeError)?;
        let known = keys.bytes().all(|key| key.is_ascii_digit() || key == b'*' || key == b'#');
        if known && (1..=Self::LONGEST).contains(&keys.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StarCodeError)
        }
    }
}

impl fmt::Display for StarCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StarCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StarCode({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_code_is_keys_behind_a_star() {
        for text in ["*97", "*98200", "**101", "*72#", "*801"] {
            assert_eq!(text.parse::<StarCode>().unwrap().to_string(), text);
        }
        for text in ["", "*", "97", "*9a", "* 97", "*123456789012345678901"] {
            assert_eq!(text.parse::<StarCode>(), Err(StarCodeError), "{text}");
        }
        assert_eq!("*98200".parse::<StarCode>().unwrap().after("*98"), Some("200"));
        assert_eq!("*97".parse::<StarCode>().unwrap().after("*98"), None);
    }
}
