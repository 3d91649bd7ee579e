//! Colleagues and choices by name: letters on the keys of a telephone, and words as a recogniser writes them.

use std::collections::BTreeMap;

use super::plan::Choice;
use crate::{
    pbx::Phone,
    types::{Extension, key_of},
};

/// Everybody one of whose names begins with these keys, by extension.
pub(super) fn spelled(keys: &str, phones: &BTreeMap<Extension, Phone>) -> Vec<Extension> {
    let begins = |word: &str| {
        let digits: String = word.chars().filter_map(key_of).collect();
        !keys.is_empty() && digits.starts_with(keys)
    };
    let named = phones.iter().filter(|(_, phone)| phone.name.split_whitespace().any(begins));
    named.map(|(extension, _)| extension.clone()).collect()
}

/// The one whose name was said; nobody, if it fits more than one as well.
pub(super) fn named(text: &str, phones: &BTreeMap<Extension, Phone>) -> Option<Extension> {
    let said = words(text);
    let score = |phone: &Phone| {
        words(&phone.name).iter().filter(|name| said.iter().any(|word| sounds(word, name))).count()
    };
    let best = phones.values().map(score).max().filter(|best| *best > 0)?;
    let mut fits = phones.iter().filter(|(_, phone)| score(phone) == best);
    let (extension, _) = fits.next()?;
    fits.next().is_none().then(|| extension.clone())
}

/// The choice that was said: its label or one of its other words, whole.
pub(super) fn chosen(text: &str, choices: &BTreeMap<char, Choice>) -> Option<char> {
    let said = words(text);
    let is_said = |phrase: &str| {
        let phrase = words(phrase);
        !phrase.is_empty()
            && said
                .windows(phrase.len())
                .any(|part| part.iter().zip(&phrase).all(|(one, other)| sounds(one, other)))
    };
    let mut fits = choices.iter().filter(|(_, choice)| {
        std::iter::once(&choice.label).chain(&choice.also).any(|phrase| is_said(phrase))
    });
    let (key, _) = fits.next()?;
    fits.next().is_none().then_some(*key)
}

fn words(text: &str) -> Vec<String> {
    let word = |c: char| !c.is_alphanumeric() && c != '\'';
    text.split(word).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The same word, or a long one of which the recogniser has one letter otherwise.
fn sounds(heard: &str, meant: &str) -> bool {
    if heard == meant {
        return true;
    }
    let (heard, meant): (Vec<char>, Vec<char>) = (heard.chars().collect(), meant.chars().collect());
    meant.len() >= 5
        && heard.len() == meant.len()
        && heard.iter().zip(&meant).filter(|(one, other)| one != other).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pbx::{Leads, story::extension},
        sip::Account,
    };

    fn phones() -> BTreeMap<Extension, Phone> {
        let phone = |name: &str| Phone {
            name: name.into(),
            account: Account { password: String::new(), legacy_md5: false },
        };
        [
            (extension("101"), phone("Dana Reyes")),
            (extension("102"), phone("Daniel Cho")),
            (extension("103"), phone("Morgan O'Neil")),
            (extension("104"), phone("")),
        ]
        .into()
    }

    #[test]
    fn letters_on_keys_find_first_and_last_names() {
        let of = |keys: &str| spelled(keys, &phones()).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(of("739"), ["101"], "REY");
        assert_eq!(of("326"), ["101", "102"], "DAN");
        assert_eq!(of("3264"), ["102"], "DANI");
        assert_eq!(of("663"), ["103"], "ONE, without the apostrophe");
        assert!(of("999").is_empty() && of("").is_empty());
    }

    #[test]
    fn a_name_is_understood_if_it_is_one_persons_alone() {
        let of = |text: &str| named(text, &phones()).map(|extension| extension.to_string());
        assert_eq!(of("Dana Reyes, please.").as_deref(), Some("101"));
        assert_eq!(of("could I speak to Daniel").as_deref(), Some("102"));
        assert_eq!(of("morgen").as_deref(), Some("103"), "one letter amiss in a long name");
        assert_eq!(of("is anybody there"), None);
    }

    #[test]
    fn a_choice_is_understood_by_its_words() {
        let choice = |label: &str, also: &[&str]| Choice {
            label: label.into(),
            also: also.iter().map(|word| (*word).to_owned()).collect(),
            leads: Leads::RingPlan,
        };
        let choices =
            [('1', choice("leasing", &["an apartment", "rent"])), ('2', choice("repairs", &["maintenance"]))]
                .into();
        assert_eq!(chosen("I'm calling about leasing.", &choices), Some('1'));
        assert_eq!(chosen("an apartment", &choices), Some('1'));
        assert_eq!(chosen("Maintenance!", &choices), Some('2'));
        assert_eq!(chosen("rent and repairs", &choices), None, "two at once are none");
        assert_eq!(chosen("what", &choices), None);
    }
}
