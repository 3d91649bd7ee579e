//! Putting what was heard into the form: what was asked for, what was said besides, and numbers in parts.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session};
use crate::{
    dialogue::{
        Address, Entity, PersonName, UnitMention, UnitRef, Value, When, entity, office::words_of, pack::Line,
        pattern::Pattern, remark::Remark, token::tokens,
    },
    types::PhoneNumber,
};

/// A value heard beside the point must be at least this sure to be taken; what was asked for needs less.
pub(super) const SURE_BESIDE_THE_POINT: f32 = 0.6;

impl Session {
    /// Takes up what was said besides the answer. Answers whether anything was new.
    pub(super) fn take_beside_the_point(&mut self, heard: &[Entity]) -> bool {
        let mut news = false;
        for entity in heard {
            if let Value::Pets(pets) = &entity.value
                && entity.confidence >= SURE_BESIDE_THE_POINT
            {
                self.state.pets = Some(pets.clone());
            }
            let Some(item) = Item::of(entity.slot()) else { continue };
            let asked = self.state.awaiting.is_for(item);
            if !asked && entity.confidence < SURE_BESIDE_THE_POINT {
                continue;
            }
            news |= self.take(item, entity, asked);
        }
        news
    }

    /// One value into the form.
    fn take(&mut self, item: Item, entity: &Entity, asked: bool) -> bool {
        match &entity.value {
            // Digits by the way are an apartment, a price or a year; only asked-for digits are a number.
            Value::PhoneFragment(digits) => asked && self.take_digits(digits),
            Value::Matter(words) => {
                let first = self.state.matter.is_none();
                if first {
                    self.state.add_matter(words);
                    self.state.form.hear(Item::Matter, entity.value.clone());
                }
                first
            }
            value if item == Item::Place => {
                let held = self.state.form.value(item).cloned();
                match held {
                    // "Maple Court" adds nothing to a unit there.
                    Some(held) if matches!(value, Value::Address(_)) && names_the_same(&held, value) => false,
                    Some(held) => self.state.form.hear(item, joined(&held, value)),
                    None => self.state.form.hear(item, value.clone()),
                }
            }
            Value::Name(_)
                if self.state.form.value(item).is_some_and(|old| names_the_same(old, &entity.value)) =>
            {
                false
            }
            value => {
                if item == Item::Callback {
                    self.state.digits.clear();
                }
                let value = self.with_the_day_before(value);
                self.state.form.hear(item, value)
            }
        }
    }

    /// "Eleven is good" after "could I see it on Thursday?" is Thursday at eleven.
    fn with_the_day_before(&self, value: &Value) -> Value {
        let Value::When(said) = value else { return value.clone() };
        let hour_alone =
            said.date.is_none() && !said.any && !said.soonest && (said.time.is_some() || said.part.is_some());
        match self.state.form.value(Item::When) {
            Some(Value::When(known)) if hour_alone && self.state.visit && known.date.is_some() => {
                Value::When(When { date: known.date, until_date: known.until_date, ..*said })
            }
            _ => value.clone(),
        }
    }

    /// "This number", "the one I'm calling from": where it is shown, it is the answer.
    pub(super) fn takes_own_number(&mut self, text: &str, heard: &[Entity]) -> bool {
        let another =
            heard.iter().any(|entity| matches!(entity.value, Value::Phone(_) | Value::PhoneFragment(_)));
        let only = !matches!(&self.state.awaiting, Awaiting::Confirm(items) if items.len() > 1);
        let Some(number) = self.state.opening.caller.filter(|_| only && !another && means_own_number(text))
        else {
            return false;
        };
        self.take_beside_the_point(heard);
        // "That's theirs. Mine's the one I'm calling from": whoever it is may be whom the call is about.
        if let Some(Value::Phone(other)) = self.state.form.value(Item::Callback)
            && *other != number
        {
            self.state.note(format!("also gave the number {}", other.national()));
        }
        self.state.confusions = 0;
        self.state.digits.clear();
        self.state.offered_caller = true;
        self.state.form.hear(Item::Callback, Value::Phone(number));
        self.state.form.settle(Item::Callback);
        self.tell(Line::Thanks);
        true
    }

    /// "My number's the one I'm calling from", said beside another answer.
    pub(super) fn note_own_number(&mut self, text: &str) {
        // Before it is known what they call about, only in so many words: "I got a call from this number" offers none.
        let wanted = (self.state.flow.is_some() || Remark::OffersOwnNumber.is_in(text))
            && self.state.form.value(Item::Callback).is_none()
            && !self.state.awaiting.is_for(Item::Callback)
            && !self.state.refuses_calls;
        if wanted
            && means_own_number(text)
            && Remark::OfOwnNumber.is_in(text)
            && let Some(number) = self.state.opening.caller
        {
            self.state.offered_caller = true;
            self.state.form.hear(Item::Callback, Value::Phone(number));
            self.state.form.settle(Item::Callback);
        }
    }

    /// A telephone number in parts: "three oh three", "five five five", "oh one four two".
    pub(super) fn take_digits(&mut self, digits: &str) -> bool {
        let mut whole = self.state.digits.clone();
        whole.push_str(digits);
        if let Ok(number) = PhoneNumber::parse_lenient(&whole) {
            self.state.digits.clear();
            return self.state.form.hear(Item::Callback, Value::Phone(number));
        }
        // Too long to become a number: it was begun anew, or misheard.
        self.state.digits = if whole.len() > 11 { digits.to_owned() } else { whole };
        if self.state.digits.len() > 11 {
            self.state.digits.clear();
        }
        false
    }

    /// "Extension twelve" belongs to the number that is asked for or read back, and wants nobody put through.
    pub(super) fn note_extension(&mut self, text: &str) -> bool {
        if !self.state.awaiting.is_for(Item::Callback) {
            return false;
        }
        let words = words_of(text);
        let Some(at) = words.iter().position(|word| matches!(word.as_str(), "extension" | "ext")) else {
            return false;
        };
        let digits: Vec<&str> =
            words[at + 1..].iter().map(String::as_str).take_while(|word| entity::is_number(word)).collect();
        if !digits.is_empty() {
            self.state.note(format!("extension {}", digits.join(" ")));
        }
        !digits.is_empty()
    }

    /// A new value in place of the one that was read back.
    pub(super) fn correct(&mut self, item: Item, value: &Value) -> bool {
        match value {
            Value::PhoneFragment(_) | Value::Matter(_) => false,
            _ => {
                let value = match self.state.form.value(item) {
                    Some(held) => joined(held, value),
                    None => value.clone(),
                };
                self.state.form.hear(item, value)
            }
        }
    }
}

/// Do they speak of the number that they call from, and not against it?
pub(super) fn means_own_number(text: &str) -> bool {
    const AGAINST: [&str; 9] =
        ["not", "dont", "isnt", "arent", "cant", "never", "wont", "another", "tampoco"];
    // "No me llame a este número", but "no, a este mismo".
    static DENIED: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::parse("no ?es ?a ?al ?en ?me ?nos este|ese|mismo|llame|llamen|llamo|marque|marquen")
    });
    text.split_inclusive(['.', '!', '?']).filter(|sentence| !sentence.ends_with('?')).any(|sentence| {
        let words = tokens(sentence);
        let denied = DENIED.hits(&words).any(|hit| !words[hit.words.start].stop);
        !denied
            && !words.iter().any(|token| AGAINST.contains(&token.word.as_str()))
            && Remark::MeansOwnNumber.fits(&words)
    })
}

/// The same thing said again, with other words or another sureness?
pub(super) fn names_the_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Unit(old), Value::Unit(new)) => {
            let elsewhere = !old.candidates.is_empty()
                && !new.candidates.is_empty()
                && !old.candidates.iter().any(|known| new.candidates.contains(known));
            old.unit.eq_ignore_ascii_case(&new.unit) && !elsewhere
        }
        (Value::Name(old), Value::Name(new)) => same_name(old, new),
        (Value::Unit(old), Value::Address(new)) => says_no_more(old, new),
        (Value::Address(old), Value::Unit(new)) => {
            old.unit.as_ref().is_some_and(|unit| unit.eq_ignore_ascii_case(&new.unit)) && may_be_in(new, old)
        }
        (Value::Address(old), Value::Address(new)) => {
            old == new || (new.unit.is_none() && old.unit.is_some() && same_street(old, new))
        }
        (Value::Phone(old), Value::PhoneFragment(tail)) => old.digits().ends_with(tail.as_str()),
        _ => old == new,
    }
}

/// A unit said to an address that is known already is the unit there, and a street tells which of several units of one
/// number was meant.
pub(super) fn joined(held: &Value, said: &Value) -> Value {
    match (held, said) {
        // "Seventy-seven, yeah" to 77 Alder Lane.
        (Value::Address(address), Value::Unit(mention)) if mention.unit == address.number => held.clone(),
        (Value::Address(address), Value::Unit(mention)) if may_be_in(mention, address) => {
            Value::Address(Address { unit: Some(mention.unit.clone()), ..address.clone() })
        }
        (Value::Unit(mention), Value::Address(address)) if address.unit.is_none() => {
            let there = |known: &&UnitRef| is_in(known, address);
            let candidates: Vec<UnitRef> = mention.candidates.iter().filter(there).cloned().collect();
            match candidates.is_empty() {
                true => said.clone(),
                false => Value::Unit(UnitMention { candidates, ..mention.clone() }),
            }
        }
        _ => said.clone(),
    }
}

/// Is this unit in that street, and in that house where its number was said?
fn is_in(unit: &UnitRef, address: &Address) -> bool {
    let street = unit.street.to_lowercase();
    !address.street.is_empty()
        && street.ends_with(&address.street.to_lowercase())
        && (address.number.is_empty() || street.split_whitespace().next() == Some(address.number.as_str()))
}

/// Is this the one unit of its number in that house, where the house alone is named?
pub(super) fn is_door_of(unit: &UnitMention, house: &Address) -> bool {
    house.unit.is_none() && house.known && unit.candidates.iter().any(|known| is_in(known, house))
}

/// Does the address say nothing that is not known of the unit, be it the building alone?
fn says_no_more(unit: &UnitMention, address: &Address) -> bool {
    let same_door = address.unit.as_ref().is_none_or(|said| said.eq_ignore_ascii_case(&unit.unit));
    matches!(unit.candidates.as_slice(), [only] if is_in(only, address)) && same_door
}

/// Is the unit in that house, or in none that is known?
fn may_be_in(unit: &UnitMention, address: &Address) -> bool {
    unit.candidates.is_empty()
        || unit.candidates.iter().any(|known| known.street.is_empty() || is_in(known, address))
}

fn same_street(old: &Address, new: &Address) -> bool {
    old.street.eq_ignore_ascii_case(&new.street) && (new.number.is_empty() || new.number == old.number)
}

/// "Delgado" is Marcus Delgado said again.
fn same_name(old: &PersonName, new: &PersonName) -> bool {
    let given = old.given.eq_ignore_ascii_case(&new.given);
    match (&old.family, &new.family) {
        (Some(a), Some(b)) => given && a.eq_ignore_ascii_case(b),
        (Some(family), None) => given || family.eq_ignore_ascii_case(&new.given),
        (None, None) => given,
        (None, Some(_)) => false,
    }
}
