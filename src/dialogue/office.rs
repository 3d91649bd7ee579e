//! What the office has told us about itself: the only facts that the agent may state.

use std::collections::BTreeMap;

use super::{Listing, Roster, Tenancy, Topic};
use crate::types::Language;

/// The facts of one office, as its configuration has them. Handed in; a conversation keeps the one it began with.
#[derive(Debug, Clone, PartialEq)]
pub struct Office {
    /// As it is spoken: `Maple Court`.
    pub name: String,
    /// As it is spoken: `1200 Maple Street, Denver`. `None`: not told to callers.
    pub address: Option<String>,
    /// Opening hours in words: `Monday to Friday, nine to five`.
    pub hours: Option<String>,
    /// Units, people, streets, vendors and listings.
    pub roster: Roster,
    /// Area code for numbers said without one: `303`.
    pub home_area_code: u16,
    /// The homes that are to let.
    pub listings: Vec<Listing>,
    /// Answers to questions of fact.
    pub facts: Vec<Fact>,
    /// Is somebody on call who can be rung now?
    pub on_call: bool,
    /// Are there desk phones that a caller can be transferred to? (Whether the office is open is in the opening.)
    pub staff: bool,
    /// Are there people who show homes, with a calendar to be asked?
    pub showings: bool,
    /// Languages of the telephone besides that of the line, the first by key 2.
    pub also: Vec<AlsoSpoken>,
    /// What the office has written, as it is said to whoever speaks Spanish: by the words as they stand in the office's facts.
    pub in_spanish: BTreeMap<String, String>,
    /// Who lives here, and what is told to whom.
    pub tenancy: Tenancy,
}

/// Another language that the box speaks on the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlsoSpoken {
    pub language: Language,
    /// Spoken words of it are understood too. If not, its callers answer by keys, and are not pretended to.
    pub heard: bool,
}

/// One answer that the office gives to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The topic it answers, where the understander knows the topic.
    pub topic: Option<Topic>,
    /// Phrases that ask for it, lower case: `trash day`, `recycling`. All words of one phrase must be heard.
    pub asked_by: Vec<String>,
    /// The whole answer, as spoken.
    pub answer: String,
}

impl Office {
    /// Has it homes for sale on its list?
    pub(super) fn sells(&self) -> bool {
        self.listings.iter().any(|home| home.price.is_some())
    }

    /// The answer that the office has given to a thing by its name, in two words or more: "open house". Whoever asks gets it.
    pub(super) fn answer_by_name(&self, text: &str) -> Option<String> {
        let words = words_of(text);
        let named = |phrase: &String| {
            let wanted = words_of(phrase);
            wanted.len() > 1 && words.windows(wanted.len()).any(|said| said == wanted.as_slice())
        };
        self.facts.iter().find(|fact| fact.asked_by.iter().any(named)).map(|fact| fact.answer.clone())
    }

    /// The answer to a question of fact, if the office has given one. The most specific phrase wins over a topic.
    pub fn answer(&self, topic: Option<Topic>, text: &str) -> Option<String> {
        let words = words_of(text);
        // An assistance animal is no pet (24 C.F.R. 5.303, HUD FHEO-2020-01): people answer that.
        let assists =
            |word: &String| matches!(word.as_str(), "service" | "assistance" | "emotional" | "esa" | "guide");
        if topic == Some(Topic::Pets) && words.iter().any(assists) {
            return None;
        }
        let by_phrase = self
            .facts
            .iter()
            .filter_map(|fact| {
                // "Who do we pay for gas?" has a word of the rent in it, and asks something else.
                let elsewhere = topic.is_some() && fact.topic.is_some() && fact.topic != topic;
                let says_enough = |phrase: &&String| !elsewhere || phrase.contains(' ');
                let longest = fact
                    .asked_by
                    .iter()
                    .filter(says_enough)
                    .filter_map(|phrase| heard(phrase, &words))
                    .max()?;
                Some((longest, fact))
            })
            .max_by_key(|(length, _)| *length)
            .map(|(_, fact)| fact.answer.clone());
        by_phrase.or_else(|| {
            let topic = topic?;
            let told =
                self.facts.iter().find(|fact| fact.topic == Some(topic)).map(|fact| fact.answer.clone());
            told.or_else(|| match topic {
                Topic::Hours => self.hours.as_ref().map(|hours| format!("The office is open {hours}.")),
                Topic::OfficeAddress => self.address.as_ref().map(|a| format!("The office is at {a}.")),
                _ => None,
            })
        })
    }
}

/// How many letters of the phrase were heard, if every word of it was.
fn heard(phrase: &str, words: &[String]) -> Option<usize> {
    let wanted = words_of(phrase);
    let all = !wanted.is_empty() && wanted.iter().all(|w| words.contains(w));
    all.then(|| wanted.iter().map(String::len).sum())
}

/// Lower-case words without punctuation; the possessive and the contraction keep their apostrophe.
pub(super) fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| !word.is_empty())
        .map(|word| word.replace('’', "'").to_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> Office {
        Office {
            name: "Maple Court".into(),
            address: Some("1200 Maple Street".into()),
            hours: Some("Monday to Friday, nine to five".into()),
            roster: Roster::default(),
            home_area_code: 303,
            listings: Vec::new(),
            facts: vec![
                Fact {
                    topic: Some(Topic::Trash),
                    asked_by: vec!["trash".into(), "garbage".into()],
                    answer: "Trash is picked up on Tuesday.".into(),
                },
                Fact {
                    topic: None,
                    asked_by: vec!["trash chute".into()],
                    answer: "The chute is next to the lift.".into(),
                },
            ],
            on_call: true,
            staff: true,
            showings: false,
            also: Vec::new(),
            in_spanish: BTreeMap::new(),
            tenancy: crate::dialogue::Tenancy::default(),
        }
    }

    #[test]
    fn the_more_specific_phrase_wins() {
        assert_eq!(
            office().answer(None, "When is trash day?").as_deref(),
            Some("Trash is picked up on Tuesday.")
        );
        assert_eq!(
            office().answer(Some(Topic::Trash), "Where is the trash chute?").as_deref(),
            Some("The chute is next to the lift.")
        );
    }

    #[test]
    fn hours_and_address_answer_their_topics_and_nothing_is_made_up() {
        assert_eq!(
            office().answer(Some(Topic::Hours), "When are you open?").as_deref(),
            Some("The office is open Monday to Friday, nine to five.")
        );
        assert_eq!(
            office().answer(Some(Topic::OfficeAddress), "Where are you?").as_deref(),
            Some("The office is at 1200 Maple Street.")
        );
        assert_eq!(office().answer(Some(Topic::Pets), "Can I have a python?"), None);
    }
}
