//! The houses that an office looks after, and which of them a caller speaks of.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialogue::Roster;

/// Every property by its name, with the streets that it is reached by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties {
    streets: BTreeMap<String, BTreeSet<String>>,
}

/// A place, as far as it could be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Located {
    pub(super) property: Option<String>,
    /// What stands behind the property: `4B`.
    pub(super) home: Option<String>,
}

impl Properties {
    /// Those of which the roster has units. An office that names none of them looks after one, by its own name.
    pub fn of(roster: &Roster, office: &str) -> Self {
        let mut streets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for unit in roster.units.iter().filter(|unit| !unit.property.trim().is_empty()) {
            let known = streets.entry(unit.property.trim().to_owned()).or_default();
            if !unit.street.trim().is_empty() {
                known.insert(plain(&unit.street));
            }
        }
        if streets.is_empty() && !office.trim().is_empty() {
            streets.insert(office.trim().to_owned(), BTreeSet::new());
        }
        Self { streets }
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.streets.keys().map(String::as_str)
    }

    /// The name as the office writes it.
    pub fn named(&self, name: &str) -> Option<&str> {
        let wanted = plain(name);
        self.names().find(|name| plain(name) == wanted)
    }

    /// Where a call is about: by the place as it was written down, else by the one property that the words name, else by the
    /// one that `line` (what the dialled number is for) says, else by there being only one.
    pub(super) fn locate(&self, place: Option<&str>, words: &str, line: Option<&str>) -> Located {
        let place = place.map(plain).filter(|place| !place.is_empty());
        if let Some(place) = &place {
            for (name, streets) in &self.streets {
                let names = std::iter::once(plain(name)).chain(streets.iter().cloned());
                let rest = names.filter_map(|start| behind(place, &start)).min_by_key(String::len);
                if let Some(rest) = rest {
                    return Located { property: Some(name.clone()), home: home(&rest) };
                }
            }
        }
        let home = place.as_deref().and_then(home);
        let words = plain(words);
        let mut named = self.names().filter(|name| behind_anywhere(&words, &plain(name)));
        let property = match (named.next(), named.next()) {
            (Some(only), None) => Some(only),
            (Some(_), Some(_)) => None,
            (None, _) => self.by_line(line),
        };
        Located { property: property.map(str::to_owned), home }
    }

    fn by_line(&self, line: Option<&str>) -> Option<&str> {
        let mut names = self.names();
        line.and_then(|line| self.named(line)).or_else(|| match (names.next(), names.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        })
    }
}

/// Lower-case words with single spaces between them.
fn plain(text: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    let text: String = text.chars().map(kept).flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows these words at the beginning of the text.
fn behind(text: &str, start: &str) -> Option<String> {
    let rest = text.strip_prefix(start)?;
    (!start.is_empty() && (rest.is_empty() || rest.starts_with(' '))).then(|| rest.trim().to_owned())
}

fn behind_anywhere(text: &str, name: &str) -> bool {
    !name.is_empty() && format!(" {text} ").contains(&format!(" {name} "))
}

fn home(rest: &str) -> Option<String> {
    let kinds = ["unit", "apartment", "apt", "number", "suite"];
    let words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty() && !kinds.contains(word)).collect();
    (!words.is_empty()).then(|| words.join(" ").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::UnitRef;

    fn two() -> Properties {
        let unit = |property: &str, street: &str, unit: &str| UnitRef {
            property: property.into(),
            street: street.into(),
            unit: unit.into(),
        };
        let roster = Roster {
            units: vec![
                unit("Maple Court", "1200 Maple Street", "4B"),
                unit("Maple Court", "1200 Maple Street", "2A"),
                unit("Alder House", "77 Alder Avenue", "4B"),
            ],
            ..Roster::default()
        };
        Properties::of(&roster, "The office")
    }

    fn located(place: Option<&str>, words: &str, line: Option<&str>) -> (Option<String>, Option<String>) {
        let Located { property, home } = two().locate(place, words, line);
        (property, home)
    }

    #[test]
    fn a_property_is_known_by_its_name_its_street_and_what_was_said() {
        let maple = |home: &str| (Some("Maple Court".to_owned()), Some(home.to_owned()));
        assert_eq!(located(Some("Maple Court 4B"), "", None), maple("4B"));
        assert_eq!(located(Some("1200 Maple Street, unit 2A"), "", None), maple("2A"));
        assert_eq!(located(Some("unit 4B"), "no heat at Maple Court", None), maple("4B"));
        assert_eq!(located(None, "the whole of Alder House is dark", None).0.as_deref(), Some("Alder House"));
    }

    #[test]
    fn what_may_be_either_house_is_neither() {
        assert_eq!(located(Some("unit 4B"), "no heat", None), (None, Some("4B".into())));
        assert_eq!(located(None, "Is it Maple Court or Alder House?", None).0, None);
        assert_eq!(
            located(None, "", Some("alder house")).0.as_deref(),
            Some("Alder House"),
            "the dialled number's"
        );
        assert_eq!(located(Some("Maple Courtyard 1"), "", None).0, None);
    }

    #[test]
    fn where_there_is_one_house_it_is_that_one() {
        let unit = UnitRef { property: "Maple Court".into(), street: String::new(), unit: "1".into() };
        let one = Properties::of(&Roster { units: vec![unit], ..Roster::default() }, "The office");
        assert_eq!(one.locate(Some("unit 9"), "", None).property.as_deref(), Some("Maple Court"));
        let bare = Properties::of(&Roster::default(), "Birch House");
        assert_eq!(bare.locate(Some("unit 9"), "", None).property.as_deref(), Some("Birch House"));
        assert_eq!(Properties::default().locate(Some("Maple Court 4B"), "Maple Court", None).property, None);
    }
}
