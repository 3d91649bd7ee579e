//! Which of several places in one breath is meant: where the trouble is, and what was said last when it was put right.

use super::{
    Awaiting, Item, Session,
    taking::{joined, names_the_same},
};
use crate::dialogue::{Entity, Value, form::Standing, office::words_of, understander::danger_said};

/// Between two places, the second puts the first right.
const PUTS_RIGHT: [&str; 9] =
    ["no", "sorry", "wait", "actually", "mean", "meant", "rather", "correction", "oops"];

/// Before a place: it is the caller's own.
const OWN: [&[&str]; 9] = [
    &["im"],
    &["i", "am"],
    &["live"],
    &["we", "are"],
    &["were"],
    &["mine", "is"],
    &["mines"],
    &["my", "place", "is"],
    &["me"],
];

/// Words between them and the place.
const LEADS: [&str; 7] = ["in", "at", "over", "unit", "apartment", "number", "from"];

/// In the clause of a place: it is somebody else's.
const OTHERS: [&str; 16] = [
    "hers",
    "his",
    "theirs",
    "her",
    "their",
    "neighbor",
    "neighbors",
    "neighbour",
    "neighbours",
    "door",
    "above",
    "below",
    "upstairs",
    "downstairs",
    "under",
    "someone",
];

impl Session {
    /// Leaves one place among what was heard.
    pub(super) fn choose_place(&self, text: &str, heard: &mut Vec<Entity>) {
        let is_place = |entity: &Entity| Item::of(entity.slot()) == Some(Item::Place);
        heard.retain(|entity| !(is_place(entity) && is_denied(text, entity)));
        if self.has_settled_place() && danger_said(text).is_none() {
            let held = self.state.form.value(Item::Place).cloned();
            let stands =
                |entity: &Entity| held.as_ref().is_some_and(|held| names_the_same(held, &entity.value));
            heard.retain(|entity| {
                !is_place(entity) || stands(entity) || is_own(text, entity) || is_put_right(text, entity)
            });
        }
        let places: Vec<&Entity> = heard.iter().filter(|entity| is_place(entity)).collect();
        let [first, .., last] = places.as_slice() else { return };
        let (start, whole) = self.place_meant(text, &places, first, last);
        heard.retain(|entity| !is_place(entity) || entity.start == start);
        if let Some(entity) = heard.iter_mut().find(|entity| is_place(entity)) {
            entity.value = whole;
        }
    }

    /// Was the place agreed on, and is something else asked now? "Can my sister see 204?" does not move the sink.
    fn has_settled_place(&self) -> bool {
        let elsewhere = match &self.state.awaiting {
            Awaiting::Item(item) => matches!(item, Item::Name | Item::Callback | Item::Access),
            Awaiting::Confirm(items) => !items.contains(&Item::Place),
            Awaiting::OfferCaller | Awaiting::KnownName => true,
            _ => false,
        };
        let field = self.state.form.get(Item::Place);
        elsewhere && !self.state.closed && field.is_some_and(|field| field.standing == Standing::Settled)
    }

    fn place_meant(&self, text: &str, places: &[&Entity], first: &Entity, last: &Entity) -> (usize, Value) {
        let of = |entity: &Entity| (entity.start, entity.value.clone());
        let between = text.get(first.end..last.start).map(words_of).unwrap_or_default();
        if between.iter().any(|word| PUTS_RIGHT.contains(&word.as_str())) {
            return of(last);
        }
        // "Eighteen Birch Street ... it's unit fifty": the halves of one place.
        let is_street =
            |entity: &Entity| matches!(&entity.value, Value::Address(address) if address.unit.is_none());
        if let [a, b] = places
            && is_street(a) != is_street(b)
        {
            let (street, door) = if is_street(a) { (a, b) } else { (b, a) };
            return match &door.value {
                Value::Unit(mention) if !mention.candidates.is_empty() => of(door),
                _ => (door.start, joined(&street.value, &door.value)),
            };
        }
        let asked = self.state.awaiting.is_for(Item::Place);
        let held = self.state.form.value(Item::Place);
        // Of the place that is read back and another one, the other is the news.
        if let Some(held) = held.filter(|_| asked)
            && let Some(news) = places.iter().rev().find(|place| !names_the_same(held, &place.value))
        {
            return of(news);
        }
        let owns: Vec<bool> = places.iter().map(|place| is_own(text, place)).collect();
        let own = places.iter().zip(&owns).find(|(_, own)| **own).map(|(place, _)| place);
        let other = places.iter().zip(&owns).find(|(_, own)| !**own).map(|(place, _)| place);
        match (own, other) {
            // Whoever says where they are besides the answer means another home by the answer.
            (Some(_), Some(other)) if asked || is_of_others(text, other) => of(other),
            (Some(own), _) => of(own),
            _ => of(first),
        }
    }
}

/// The words of the clause before a place.
fn before(text: &str, place: &Entity) -> Vec<String> {
    let all = text.get(..place.start).unwrap_or_default();
    words_of(all.rsplit(['.', ',', ';', '!', '?']).next().unwrap_or_default())
        .iter()
        .map(|word| word.replace(['\'', '\u{2019}'], ""))
        .collect()
}

/// "Not 4B", "don't put me down as 4B".
fn is_denied(text: &str, place: &Entity) -> bool {
    let words = before(text, place);
    let near = words.iter().rev().find(|word| !LEADS.contains(&word.as_str()));
    let denies = |word: &String| matches!(word.as_str(), "not" | "isnt" | "wasnt" | "arent");
    near.is_some_and(denies)
        || (near.is_some_and(|word| word == "as") && words.iter().any(|word| word == "dont" || denies(word)))
}

/// "Actually, it's 204", "no, 204", "I gave you the wrong one": what was agreed on is put right.
fn is_put_right(text: &str, place: &Entity) -> bool {
    let all = words_of(text.get(..place.start).unwrap_or_default());
    all.iter().any(|word| PUTS_RIGHT.contains(&word.as_str()) || word == "wrong")
}

fn is_own(text: &str, place: &Entity) -> bool {
    let mut words = before(text, place);
    while words.last().is_some_and(|word| LEADS.contains(&word.as_str())) {
        words.pop();
    }
    OWN.iter().any(|own| {
        words.len() >= own.len()
            && words[words.len() - own.len()..].iter().zip(*own).all(|(said, own)| said == own)
    })
}

fn is_of_others(text: &str, place: &Entity) -> bool {
    before(text, place).iter().any(|word| OTHERS.contains(&word.as_str()))
}
