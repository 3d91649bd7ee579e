//! Items that are keyed in, once they were misheard as often as a caller bears: the last way before they are left open.

use super::{Awaiting, Channel, Item, Session, Value};
use crate::{
    dialogue::{Expectation, UnitMention, UnitRef, names::keyed_name},
    types::key_of,
};

/// No door has a longer number.
const LONGEST_UNIT: usize = 8;
/// Nobody keys a longer name.
const LONGEST_NAME: usize = 40;

impl Session {
    /// Leaves the item to the keys of the telephone, if it was not before and there are some. What was heard of it is kept
    /// aside.
    pub(super) fn leave_to_keys(&mut self, item: Item) -> bool {
        let tried = self.was_asked_by_keys(item);
        let has_words = self.pack.question(self.state.flow, item).is_some_and(|q| !q.keyed.is_empty());
        // In danger nobody looks for keys; and a door that the office does not know has none to be matched with.
        let keyable = has_words
            && !tried
            && self.state.opening.channel == Channel::Voice
            && self.state.rescue.answered.is_empty()
            && !self.state.rescue.wanted
            && (item != Item::Place || !self.office.roster.units.is_empty());
        if keyable {
            self.state.confusions = 0;
            self.state.digits.clear();
            self.state.keys.clear();
            self.state.form.shelve(item);
            self.state.form.entry(item).keyed = true;
        }
        keyable
    }

    pub(super) fn was_asked_by_keys(&self, item: Item) -> bool {
        self.state.form.get(item).is_some_and(|field| field.keyed)
    }

    /// A key in answer to "which unit?". `true`: it was one. A unit of the office is whole as soon as no other begins
    /// like it; `#` ends any.
    pub(super) fn keyed_unit(&mut self, key: char) -> bool {
        let first = self.state.keys.is_empty();
        if self.state.awaiting != Awaiting::Item(Item::Place)
            || key == '*'
            || (first && matches!(key, '0' | '#'))
        {
            return false;
        }
        self.state.turns = self.state.turns.saturating_sub(1);
        if key == '#' {
            self.unit_is_keyed();
            return true;
        }
        self.state.keys.push(key);
        let keys = &self.state.keys;
        let begin =
            self.office.roster.units.iter().filter(|unit| keys_of(&unit.unit).starts_with(keys.as_str()));
        let (mut whole, mut longer) = (false, false);
        for unit in begin {
            let same = keys_of(&unit.unit) == *keys;
            whole |= same;
            longer |= !same;
        }
        if (whole && !longer) || keys.len() >= LONGEST_UNIT {
            self.unit_is_keyed();
        }
        true
    }

    /// Takes what has been keyed, if anything has; who presses no more keys has pressed them all.
    pub(super) fn unit_is_keyed(&mut self) -> bool {
        if self.state.awaiting != Awaiting::Item(Item::Place) {
            return false;
        }
        let keys = std::mem::take(&mut self.state.keys);
        if keys.is_empty() {
            return false;
        }
        let units = &self.office.roster.units;
        let candidates: Vec<UnitRef> =
            units.iter().filter(|unit| keys_of(&unit.unit) == keys).cloned().collect();
        // Nobody was asked for keys, and no unit is called so: it is the key that the greeting named.
        if candidates.is_empty()
            && keys.len() == 1
            && !self.was_asked_by_keys(Item::Place)
            && keys.chars().all(|key| self.chosen_by_key(key))
        {
            return true;
        }
        let unit = candidates.first().map_or(keys, |known| known.unit.clone());
        let ambiguous = candidates.len() > 1;
        self.state.confusions = 0;
        self.state.form.hear(Item::Place, Value::Unit(UnitMention { unit, candidates, ambiguous }));
        self.advance();
        true
    }

    /// A key in answer to "your name, by keys". `true`: it was one. `#` ends the name.
    pub(super) fn keyed_letter(&mut self, key: char) -> bool {
        // Whoever presses letters while a name is read back puts it right so: 1 and 2 are a yes and a no, the others none.
        let read_back = matches!(&self.state.awaiting, Awaiting::Confirm(items) if *items == [Item::Name]);
        if read_back
            && matches!(key, '3'..='9')
            && (self.leave_to_keys(Item::Name) || self.was_asked_by_keys(Item::Name))
        {
            self.state.keys.clear();
            self.state.awaiting = Awaiting::Item(Item::Name);
            self.state.expects = Expectation::Name;
        }
        let first = self.state.keys.is_empty();
        // Nobody's name begins on a key without letters: it is the way to a person, or a cheek.
        if self.state.awaiting != Awaiting::Item(Item::Name)
            || !self.was_asked_by_keys(Item::Name)
            || (first && key_has_no_letters(key))
        {
            return false;
        }
        self.state.turns = self.state.turns.saturating_sub(1);
        if key != '#' {
            self.state.keys.push(key);
        }
        if key == '#' || self.state.keys.len() >= LONGEST_NAME {
            self.name_is_keyed();
        }
        true
    }

    /// Takes the name that has been keyed, if anything has.
    pub(super) fn name_is_keyed(&mut self) -> bool {
        if self.state.awaiting != Awaiting::Item(Item::Name) || self.state.keys.is_empty() {
            return false;
        }
        let keys = std::mem::take(&mut self.state.keys);
        let shelved = self.state.form.get(Item::Name).and_then(|field| field.shelved.as_ref());
        let heard = match shelved {
            Some(Value::Name(name)) => Some(name),
            _ => None,
        };
        let Some(name) = keyed_name(&keys, heard, &self.office.roster.names) else {
            self.not_understood();
            return true;
        };
        self.state.confusions = 0;
        self.state.form.hear(Item::Name, Value::Name(name));
        self.advance();
        true
    }
}

const fn key_has_no_letters(key: char) -> bool {
    !matches!(key, '2'..='9')
}

/// `4B` is 4 and 2.
fn keys_of(unit: &str) -> String {
    unit.chars().filter_map(|c| if c.is_ascii_digit() { Some(c) } else { key_of(c) }).collect()
}
