//! The language of the conversation: found in what is said, asked for, or chosen by a key; kept until another is.

use super::{Awaiting, Channel, Item, Session, answering::TOPIC_WORDS};
use crate::{
    dialogue::{
        AlsoSpoken, Intent, Move, Reading, greeted_in, language_wished, office::words_of, pack::Line,
    },
    types::Language,
};

/// The key that leads to the other language, as the greeting says.
const LANGUAGE_KEY: char = '2';

impl Session {
    /// In its own language, and in an utterance of its own: another voice may be needed.
    pub(super) fn offer_language(&mut self) {
        let here = self.state.language;
        let Some(also) = self.also().find(|also| also.language != here) else { return };
        if self.state.opening.channel != Channel::Voice {
            return;
        }
        let words =
            self.script.in_language(also.language).line(Line::OfferLanguage).first().map(|t| t.fill(&[]));
        if let Some(words) = words {
            self.close_utterance(here);
            self.say_as_written(&words);
            self.close_utterance(also.language);
        }
    }

    /// Words that are no words may be those of another language: once, and where its key is no answer to what is asked.
    pub(super) fn offer_language_again(&mut self) {
        let free = match self.state.awaiting {
            Awaiting::Need | Awaiting::Guess(_) => true,
            Awaiting::Item(item @ (Item::Place | Item::Name)) => !self.was_asked_by_keys(item),
            Awaiting::Item(item) => {
                matches!(item, Item::Matter | Item::When | Item::Listing | Item::Company | Item::Area)
            }
            _ => false,
        };
        if free
            && !self.state.offered_again
            && !self.state.at_home
            && self.state.language == self.state.opening.language
        {
            self.state.offered_again = true;
            self.offer_language();
        }
    }

    /// What an ear for another language makes of words may be a "no" by chance, but hardly a sentence that says something.
    pub(super) fn note_language_spoken(&mut self, text: &str, reading: &Reading) {
        let step = matches!(
            reading.moves,
            Some(
                Move::Unknown
                    | Move::Refuse
                    | Move::Repeat
                    | Move::Wait
                    | Move::AskIdentity
                    | Move::StopContact
            )
        );
        let says = step || (reading.is_sure() && reading.intent != Intent::Other);
        self.state.at_home |= says && words_of(text).len() >= TOPIC_WORDS - 1;
    }

    fn also(&self) -> impl Iterator<Item = AlsoSpoken> + '_ {
        let base = AlsoSpoken { language: self.state.opening.language, heard: true };
        self.office.also.iter().copied().chain([base])
    }

    /// Whether this conversation can be held in that language, and if so whether its words are understood.
    fn served(&self, language: Language) -> Option<bool> {
        match self.state.opening.channel {
            Channel::Text => self.script.languages().any(|known| known == language).then_some(true),
            Channel::Voice => self.also().find(|also| also.language == language).map(|also| also.heard),
        }
    }

    /// Takes up the language of these words, if it is another. `true`: the turn is dealt with.
    pub(super) fn turned_to_another_language(&mut self, text: &str, reading: &Reading) -> bool {
        let wished = language_wished(text);
        // What an ear for another language makes of their words says nothing of their language.
        if self.state.by_keys && wished.is_none() {
            return false;
        }
        let first = (self.state.turns <= 1).then(|| greeted_in(text)).flatten();
        let Some(language) = wished.or(reading.language).or(first) else { return false };
        if language == self.state.language {
            return false;
        }
        if self.new_danger(reading).is_some() {
            // What to do now is said in the language in which it was called for help, and nothing goes before it.
            if self.served(language) == Some(true) {
                self.speak(language);
            }
            return false;
        }
        match self.served(language) {
            Some(true) => {
                self.speak(language);
                let bare = words_of(text).len() < 2 * TOPIC_WORDS;
                if wished.is_some() && bare {
                    self.tell(Line::LanguageSwitched);
                    self.state.question = None;
                    self.ask_again();
                    return true;
                }
                false
            }
            Some(false) => {
                self.begin_keys(language);
                true
            }
            // It is spoken by nobody here but people.
            None => {
                self.state.note(format!("speaks {language}"));
                if wished.is_some() {
                    self.ask_for_staff();
                }
                wished.is_some()
            }
        }
    }

    /// From now on in this language. What is known stays known.
    pub(super) fn speak(&mut self, language: Language) {
        self.state.language = language;
        self.state.by_keys = false;
        if matches!(self.state.awaiting, Awaiting::KeysDanger | Awaiting::KeysWays) {
            self.state.awaiting = Awaiting::Need;
        }
        self.pack = self.script.in_language(language);
        // What was asked in another language is asked in words of this one.
        self.state.question = None;
        self.state.repeats = 1;
    }

    /// Is a key no answer to what was asked? Then it can be the one that the greeting named.
    fn awaits_no_key(&self, key: char) -> bool {
        match self.state.awaiting {
            Awaiting::Item(Item::Callback) => false,
            Awaiting::Item(Item::Name) => !self.was_asked_by_keys(Item::Name),
            Awaiting::Item(Item::Place) => {
                let units = &self.office.roster.units;
                !self.was_asked_by_keys(Item::Place)
                    && self.state.keys.is_empty()
                    && !units.iter().any(|unit| unit.unit.starts_with(key))
            }
            Awaiting::Need | Awaiting::Guess(_) | Awaiting::Item(_) => !self.state.awaiting.wants_yes_or_no(),
            _ => false,
        }
    }

    /// The key that the greeting named. `true`: it was that.
    pub(super) fn keyed_language(&mut self, key: char) -> bool {
        self.awaits_no_key(key) && self.chosen_by_key(key)
    }

    /// Takes up the language of this key. `false`: it is no such key.
    pub(super) fn chosen_by_key(&mut self, key: char) -> bool {
        let (here, of_line) = (self.state.language, self.state.opening.language);
        // Back to the language of the line no key has been named.
        let also = self.also().find(|also| also.language != here && also.language != of_line);
        let Some(also) = also.filter(|_| key == LANGUAGE_KEY) else { return false };
        if also.heard {
            self.speak(also.language);
            self.tell(Line::LanguageSwitched);
            match self.state.awaiting {
                Awaiting::Need | Awaiting::Guess(_) => self.ask_need(Line::Need),
                _ => self.ask_again(),
            }
        } else {
            self.begin_keys(also.language);
        }
        true
    }
}
