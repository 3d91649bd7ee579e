//! A call type of an office's own, beside the shipped ones: its name, its examples, what is asked and what is said.

mod examining;
mod kinship;
mod layer;
mod learning;

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Intent, Item};
use crate::types::Language;

pub use examining::{Examination, Mistaken};
pub use learning::OfficeTypes;

/// What an office writes down of one call type of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallType {
    pub name: CallTypeName,
    /// As the people of the office read it: `Storage units`.
    pub staff: String,
    /// What is asked, in this order, as far as it has not been said already.
    pub asks: Vec<Item>,
    /// If the office is open, a person is rung before a message is taken.
    pub staff_first: bool,
    /// The shipped type that its callers are of after all: its examples teach how they speak at offices of this trade, and nothing
    /// else of it counts.
    pub stands_for: Option<Intent>,
    /// What callers say and hear; a language that is not here has neither examples nor words of this type.
    pub scripts: BTreeMap<Language, CallTypeScript>,
}

impl CallType {
    /// What its callers want.
    pub fn intent(&self) -> Intent {
        self.stands_for.unwrap_or(Intent::Office(self.name))
    }
}

/// A call type in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallTypeScript {
    /// As it fits into "Is this about …?": `a storage unit`.
    pub about: String,
    /// Said when it begins; may be empty.
    pub opening: String,
    /// Said when everything is settled.
    pub closing: String,
    /// What callers say: ten sentences, or more.
    pub examples: Vec<String>,
}

/// The name of an office's own call type: 2 to 32 lower-case letters, digits and `_`, a letter first: `storage_units`.
/// It is kept in records, and so outlives the type itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallTypeName {
    /// ASCII; zeros after the name.
    letters: [u8; CallTypeName::LONGEST],
}

/// Why a name is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a call type's name is 2 to 32 lower-case letters, digits and `_`, a letter first")]
pub struct BadCallTypeName;

impl CallTypeName {
    const LONGEST: usize = 32;

    pub fn as_str(&self) -> &str {
        let length = self.letters.iter().position(|letter| *letter == 0).unwrap_or(Self::LONGEST);
        self.letters.get(..length).and_then(|letters| std::str::from_utf8(letters).ok()).unwrap_or_default()
    }
}

impl FromStr for CallTypeName {
    type Err = BadCallTypeName;

    fn from_str(name: &str) -> Result<Self, BadCallTypeName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let fits = (2..=Self::LONGEST).contains(&name.len());
        if !fits || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.bytes().all(allowed) {
            return Err(BadCallTypeName);
        }
        let mut letters = [0; Self::LONGEST];
        letters.iter_mut().zip(name.bytes()).for_each(|(letter, byte)| *letter = byte);
        Ok(Self { letters })
    }
}

impl fmt::Debug for CallTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for CallTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CallTypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CallTypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
