//! Names that are keyed in, one press for each letter: which name is meant.
//!
//! Every way of reading the keys is weighed by how common its names are and by how much they are like the name that was heard:
//! a given and a family name, or one of them. A name on no list is read letter by letter, as names are usually spelled.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::LazyLock,
};

use super::{given_names, section, surnames};
use crate::{
    dialogue::{
        entity::{PersonName, likeness},
        token::titled,
    },
    types::key_of,
};

/// More names by section, for whoever keys one that is not on the list that the recogniser expects.
const RARER: &str = include_str!("../../../firmware-config/dialogue/names_keyed.txt");

/// Of the names that are keyed so many are whole, so many are a family name alone, and the others a given name alone.
const WHOLE: f32 = 0.8;
const FAMILY_ALONE: f32 = 0.15;
const GIVEN_ALONE: f32 = 0.05;

/// So many people bear a name of the list.
const ON_LIST: f32 = 0.75;

/// The name that was heard makes one of its sound so much likelier (in natural logarithms), at a likeness of 1: not too much, since
/// it was denied.
const HEARD: f32 = 3.0;
/// Where a name is read letter by letter, one that was not heard about there is so much less likely.
const UNHEARD_LETTER: f32 = 6.0;

/// The shortest name.
const SHORTEST: usize = 2;

/// Is every part of it on a list of names, in whatever case?
pub(in crate::dialogue) fn is_listed(name: &PersonName) -> bool {
    let full = name.full().to_lowercase();
    full.split_whitespace().all(is_name_word)
}

/// Is it on a list of names, in whatever case?
pub(in crate::dialogue) fn is_name_word(word: &str) -> bool {
    let word = word.to_lowercase();
    GIVEN.contains(&word) || FAMILY.contains(&word)
}

/// A name as likely as its place on the list has it.
struct Names {
    /// By keys: the name and the logarithm of how likely it is.
    by_keys: HashMap<String, Vec<(String, f32)>>,
    spelling: Spelling,
}

impl Names {
    /// The commonest first.
    fn listed(names: impl Iterator<Item = &'static str>) -> Self {
        let mut seen = HashSet::new();
        let names: Vec<&str> = names.filter(|&name| seen.insert(name)).collect();
        // Of names the n-th is about 1/n times as common as the first, and the very first are less than that (Zipf and
        // Mandelbrot).
        let share = |nth: usize| 1.0 / (nth as f32 + 20.0);
        let all: f32 = (0..names.len()).map(share).sum();
        let mut by_keys: HashMap<String, Vec<(String, f32)>> = HashMap::new();
        for (nth, &name) in names.iter().enumerate() {
            let likely = (ON_LIST * share(nth) / all).ln();
            by_keys.entry(keys_of(name)).or_default().push((name.to_owned(), likely));
        }
        Self { by_keys, spelling: Spelling::of(&names) }
    }

    /// In lower case.
    fn contains(&self, name: &str) -> bool {
        self.by_keys.get(&keys_of(name)).into_iter().flatten().any(|(listed, _)| listed == name)
    }

    /// The likeliest name on these keys, where this one was heard and the office knows these.
    fn read(&self, keys: &str, heard: Option<&str>, own: &[&str]) -> Option<(String, f32)> {
        if keys.len() < SHORTEST {
            return None;
        }
        let like = |name: &str| HEARD * heard.map_or(0.0, |heard| likeness(heard, name));
        let listed = self.by_keys.get(keys).into_iter().flatten().cloned();
        // Who the office knows is as likely as the commonest.
        let own = own.iter().filter(|name| keys_of(name) == keys).map(|name| (name.to_lowercase(), -2.0));
        let heard_so = heard.filter(|heard| keys_of(heard) == keys).map(|name| (name.to_lowercase(), -7.0));
        let known = listed.chain(own).chain(heard_so).map(|(name, likely)| {
            let likely = likely + like(&name);
            (name, likely)
        });
        let spelled =
            self.spelling.read(keys, heard).map(|(name, likely)| (name, likely + (1.0 - ON_LIST).ln()));
        known.chain(spelled).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Which letters follow which in names: three in a row, and fewer where three have not been seen.
struct Spelling {
    /// What follows these letters, and how often.
    after: HashMap<String, BTreeMap<char, f32>>,
}

/// Before the first letter and after the last.
const EDGE: char = '^';
const LETTERS: usize = 26;
/// What is known of shorter rows counts as so many sightings of the longer (Witten and Bell's interpolation, with a constant).
const SHORTER: f32 = 4.0;

impl Spelling {
    fn of(names: &[&str]) -> Self {
        let mut after: HashMap<String, BTreeMap<char, f32>> = HashMap::new();
        for name in names {
            let letters: Vec<char> = [EDGE, EDGE].into_iter().chain(name.chars()).chain([EDGE]).collect();
            for at in 2..letters.len() {
                for from in at - 2..=at {
                    let before = letters[from..at].iter().collect();
                    *after.entry(before).or_default().entry(letters[at]).or_default() += 1.0;
                }
            }
        }
        Self { after }
    }

    fn likelihood(&self, before: [char; 2], letter: char) -> f32 {
        let mut likelihood = 1.0 / (LETTERS as f32 + 1.0);
        for from in (0..=2).rev() {
            let row: String = before[from..].iter().collect();
            let Some(seen) = self.after.get(&row) else { break };
            let all: f32 = seen.values().sum();
            let this = seen.get(&letter).copied().unwrap_or(0.0);
            likelihood = (this + SHORTER * likelihood) / (all + SHORTER);
        }
        likelihood
    }

    /// The likeliest letters on these keys (Viterbi 1967), with the logarithm of how likely they are.
    fn read(&self, keys: &str, heard: Option<&str>) -> Option<(String, f32)> {
        let heard: Vec<char> = heard.map(str::to_lowercase).unwrap_or_default().chars().collect();
        let mut rows: BTreeMap<[char; 2], (String, f32)> =
            BTreeMap::from([([EDGE, EDGE], (String::new(), 0.0))]);
        for (nth, key) in keys.chars().enumerate() {
            let about = nth * heard.len() / keys.len();
            let about = heard.iter().skip(about.saturating_sub(1)).take(3);
            let mut longer: BTreeMap<[char; 2], (String, f32)> = BTreeMap::new();
            for letter in ('a'..='z').filter(|&letter| key_of(letter) == Some(key)) {
                let unheard = !heard.is_empty() && !about.clone().any(|&heard| heard == letter);
                let cost = if unheard { UNHEARD_LETTER } else { 0.0 };
                for (&before, (row, likely)) in &rows {
                    let likely = likely + self.likelihood(before, letter).ln() - cost;
                    let next = (format!("{row}{letter}"), likely);
                    let best = longer.entry([before[1], letter]).or_insert_with(|| next.clone());
                    if next.1 > best.1 {
                        *best = next;
                    }
                }
            }
            rows = longer;
        }
        let whole = rows
            .into_iter()
            .map(|(before, (row, likely))| (row, likely + self.likelihood(before, EDGE).ln()));
        whole.max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

static GIVEN: LazyLock<Names> =
    LazyLock::new(|| Names::listed(given_names().chain(section(RARER, "[given]"))));
static FAMILY: LazyLock<Names> =
    LazyLock::new(|| Names::listed(surnames().chain(section(RARER, "[surname]"))));

/// The name on these keys. `0`, `1` and `*` have no letters and part one name from the next; without them it is found where the
/// given name ends. `None` for fewer than two keys with letters.
pub(in crate::dialogue) fn keyed_name(
    keys: &str,
    heard: Option<&PersonName>,
    roster: &[String],
) -> Option<PersonName> {
    let own: Vec<(&str, &str)> = roster.iter().filter_map(|name| name.split_once(' ')).collect();
    let (own_given, own_families): (Vec<&str>, Vec<&str>) = own.into_iter().unzip();
    let heard_given = heard.map(|heard| heard.given.as_str());
    let heard_family = heard.and_then(|heard| heard.family.as_deref());
    let given = |keys: &str| GIVEN.read(keys, heard_given, &own_given);
    // A name heard in one piece may be both: "Richardly".
    let family = |keys: &str| FAMILY.read(keys, heard_family.or(heard_given), &own_families);

    let parts: Vec<&str> =
        keys.split(|key| !('2'..='9').contains(&key)).filter(|part| !part.is_empty()).collect();
    let (&first, rest) = parts.split_first()?;
    if !rest.is_empty() {
        let (given, _) = given(first)?;
        let families: Option<Vec<String>> = rest.iter().map(|keys| Some(family(keys)?.0)).collect();
        return Some(name(&given, Some(&families?.join(" "))));
    }
    let whole = (SHORTEST..=first.len().saturating_sub(SHORTEST)).filter_map(|at| {
        let (before, after) = first.split_at_checked(at)?;
        let ((given, by_given), (family, by_family)) = (given(before)?, family(after)?);
        Some((name(&given, Some(&family)), WHOLE.ln() + by_given + by_family))
    });
    let family_alone = family(first).map(|(family, likely)| {
        let name = match heard {
            Some(PersonName { given, family: Some(_), .. }) => name(given, Some(&family)),
            _ => name(&family, None),
        };
        (name, FAMILY_ALONE.ln() + likely)
    });
    let given_alone = given(first).map(|(given, likely)| (name(&given, None), GIVEN_ALONE.ln() + likely));
    let readings = whole.chain(family_alone).chain(given_alone);
    readings.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name)
}

fn name(given: &str, family: Option<&str>) -> PersonName {
    let family = family.map(|family| family.split(' ').map(titled).collect::<Vec<_>>().join(" "));
    PersonName { given: titled(given), family, spelled: true, known: None }
}

/// `Muñoz` is 68669.
fn keys_of(name: &str) -> String {
    name.chars().filter_map(key_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(keys: &str, heard: Option<(&str, &str)>) -> String {
        let heard = heard.map(|(given, family)| name(given, (!family.is_empty()).then_some(family)));
        keyed_name(keys, heard.as_ref(), &[]).map(|name| name.full()).unwrap_or_default()
    }

    #[test]
    fn a_whole_name_is_found_on_its_keys_however_it_was_misheard() {
        for (meant, heard) in [
            ("James Hill", Some(("Jane", "Twill"))),
            ("Daniel King", Some(("Dan", "Lutink"))),
            ("Thomas Moore", Some(("Palmas", "Murder"))),
            ("Richard Lee", Some(("Richerly", ""))),
            ("Jennifer Nguyen", Some(("Jennifer", "Ngynngyn"))),
            ("Edward Reyes", None),
            ("Maria Gomez", None),
        ] {
            assert_eq!(read(&keys_of(meant), heard), meant, "{heard:?}");
        }
    }

    #[test]
    fn who_keys_the_family_name_alone_keeps_the_given_name_that_was_heard() {
        assert_eq!(read("4455", Some(("James", "Twill"))), "James Hill");
        assert_eq!(read("533", Some(("Richard", "Leak"))), "Richard Lee");
        assert_eq!(read("52637", None), "James", "or it is the given name");
    }

    #[test]
    fn a_key_without_letters_parts_the_names() {
        assert_eq!(read("77492*6247", Some(("Pretty", "There"))), "Priya Nair");
        assert_eq!(read("52637004455", None), "James Hill");
    }

    #[test]
    fn a_name_on_no_list_is_read_as_names_are_spelled_and_as_it_was_heard() {
        for (meant, heard) in
            [("Priya Zorbavelli", ("Priya", "Zorbaveli")), ("Nadia Papadimitriou", ("Nadia", "Papadimitru"))]
        {
            assert_eq!(read(&keys_of(meant), Some(heard)), meant);
        }
        let guessed = read(&keys_of("Oksana Hrytsenko"), Some(("Oxana", "Hritsenko")));
        assert!(guessed.starts_with("Oksana ") && guessed.ends_with("enko"), "{guessed}");
    }

    #[test]
    fn what_the_office_knows_is_as_likely_as_the_commonest() {
        let known = ["Dana Qureshani".to_owned()];
        let name = keyed_name(&keys_of("Dana Qureshani"), None, &known).map(|name| name.full());
        assert_eq!(name.as_deref(), Some("Dana Qureshani"));
        assert_eq!(keys_of("Muñoz"), "68669");
    }

    #[test]
    fn what_a_recogniser_makes_of_a_name_is_on_no_list() {
        let name = |given: &str, family: Option<&str>| name(given, family);
        assert!(is_listed(&name("Thomas", Some("Moore"))) && is_listed(&name("Thomas", None)));
        assert!(!is_listed(&name("Palmas", Some("Murder"))) && !is_listed(&name("Richerly", None)));
    }

    #[test]
    fn too_few_keys_are_no_name() {
        for keys in ["", "2", "0", "*", "0*1"] {
            assert_eq!(keyed_name(keys, None, &[]), None, "{keys}");
        }
    }
}
