//! Names that people of this country commonly bear.

use std::{collections::HashSet, sync::LazyLock};

mod keyed;

pub(super) use keyed::{is_listed, is_name_word, keyed_name};

/// Names by section: `[given]`, `[surname]`.
const NAMES: &str = include_str!("../../firmware-config/dialogue/names.txt");

/// Common given names, in lower case.
pub(super) fn given_names() -> impl Iterator<Item = &'static str> {
    section(NAMES, "[given]")
}

/// Common surnames, in lower case.
pub(super) fn surnames() -> impl Iterator<Item = &'static str> {
    section(NAMES, "[surname]")
}

/// Is it one of the common surnames, in whatever case?
pub(super) fn is_surname(word: &str) -> bool {
    static SURNAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| surnames().collect());
    SURNAMES.contains(word.to_lowercase().as_str())
}

/// Is it one of the common given names, in whatever case?
pub(super) fn is_given_name(word: &str) -> bool {
    static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| given_names().collect());
    GIVEN.contains(word.to_lowercase().as_str())
}

fn section(names: &'static str, title: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = names.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let after = lines.skip_while(move |line| *line != title).skip(1);
    after.take_while(|line| !line.starts_with('[')).flat_map(str::split_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_surnames_are_known_in_any_case_and_given_names_are_no_surnames() {
        assert!(is_surname("Walker") && is_surname("martinez"));
        assert!(!is_surname("Walkr") && !is_surname(""));
        assert!(given_names().any(|name| name == "denise") && !surnames().any(|name| name == "denise"));
    }
}
