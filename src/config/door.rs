//! `[[door]]`: door phones, the keys that open them, and who may.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;
use crate::types::Extension;

/// A door with a telephone beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Door {
    /// The door phone's.
    pub extension: Extension,
    /// The keys that open it.
    pub open: String,
    /// `None`: every phone of the house may.
    pub may_open: Option<BTreeSet<Extension>>,
}

/// The section as it was written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDoor {
    extension: Spanned<String>,
    open: Spanned<String>,
    may_open: Option<Vec<Spanned<String>>>,
}

/// A code may be as long; door phones wait a few seconds for it.
const MOST_KEYS: usize = 12;

const EXTENSION_CURE: &str = "write the number of an [[extension]]";

pub(super) fn doors(c: &mut Checker<'_>, raw: Vec<RawDoor>, known: &BTreeSet<Extension>) -> Vec<Door> {
    let mut doors: Vec<Door> = Vec::new();
    for entry in raw {
        let keys = entry.open.get_ref().trim().to_ascii_uppercase();
        let is_key = |key: char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
        if keys.is_empty() || keys.len() > MOST_KEYS || !keys.chars().all(is_key) {
            let cure =
                "write the keys that the door phone opens at, such as \"9\" or \"*1234#\": one to twelve";
            c.problem(&entry.open, format_args!("`{}` does not open a door", entry.open.get_ref()), cure);
        }
        let Some(extension) = c.extension(&entry.extension, known, EXTENSION_CURE) else { continue };
        if doors.iter().any(|door| door.extension == extension) {
            c.problem(
                &entry.extension,
                format_args!("door {extension} is there twice"),
                "delete one of the two sections",
            );
        }
        let may_open = entry
            .may_open
            .map(|who| who.iter().filter_map(|one| c.extension(one, known, EXTENSION_CURE)).collect());
        doors.push(Door { extension, open: keys, may_open });
    }
    doors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::office_with;

    const DOOR_PHONE: &str = r#"
        [[extension]]
        extension = "110"
        password = "a long and random one"
        address = "192.168.1.50:5060"
    "#;

    fn read(more: &str) -> Result<Vec<Door>, String> {
        office_with(&format!("{DOOR_PHONE}{more}")).map(|config| config.doors)
    }

    #[test]
    fn a_door_is_an_extension_with_keys_that_open_it() {
        let doors = read("[[door]]\nextension = \"110\"\nopen = \"*9#\"\n").unwrap();
        assert_eq!((doors[0].open.as_str(), doors[0].may_open.is_none()), ("*9#", true));
    }

    #[test]
    fn what_opens_nothing_or_is_nobodys_is_named_with_its_cure() {
        let said = read("[[door]]\nextension = \"111\"\nopen = \"please\"\n").unwrap_err();
        assert!(
            said.contains("`please` does not open a door") && said.contains("no extension 111"),
            "{said}"
        );
        let door = "[[door]]\nextension = \"110\"\nopen = \"9\"\nmay_open = [\"101\"]\n";
        let said = read(&[door, door].concat()).unwrap_err();
        assert!(said.contains("there twice") && said.contains("no extension 101"), "{said}");
    }
}
