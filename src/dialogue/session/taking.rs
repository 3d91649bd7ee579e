//! Putting what was heard into the form: what was asked for, what was said besides, and numbers in parts.

use super::{Item, Session};
use crate::{
    dialogue::{Entity, PersonName, Value},
    types::PhoneNumber,
};

/// A value heard beside the point must be at least this sure to be taken; what was asked for needs less.
const SURE_BESIDE_THE_POINT: f32 = 0.6;

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
            // A bare unit adds nothing to an address that holds one.
            Value::Unit(mention) => {
                if let Some(Value::Address(address)) = self.state.form.value(Item::Place)
                    && !asked
                {
                    let mut whole = address.clone();
                    whole.unit = Some(mention.unit.clone());
                    return self.state.form.hear(item, Value::Address(whole));
                }
                self.state.form.hear(item, entity.value.clone())
            }
            value => {
                if item == Item::Callback {
                    self.state.digits.clear();
                }
                self.state.form.hear(item, value.clone())
            }
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

    /// A new value in place of the one that was read back.
    pub(super) fn correct(&mut self, item: Item, value: &Value) -> bool {
        match value {
            Value::PhoneFragment(_) | Value::Matter(_) => false,
            _ => self.state.form.hear(item, value.clone()),
        }
    }
}

/// The same thing said again, with other words or another sureness?
pub(super) fn names_the_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Unit(old), Value::Unit(new)) => old.unit.eq_ignore_ascii_case(&new.unit),
        (Value::Name(old), Value::Name(new)) => same_name(old, new),
        (Value::Phone(old), Value::PhoneFragment(tail)) => old.digits().ends_with(tail.as_str()),
        _ => old == new,
    }
}

fn same_name(old: &PersonName, new: &PersonName) -> bool {
    old.given.eq_ignore_ascii_case(&new.given)
        && match (&old.family, &new.family) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (_, None) => true,
            (None, Some(_)) => false,
        }
}
