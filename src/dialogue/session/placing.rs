//! Which of several places in one breath is meant: where the trouble is, and what was said last when it was put right.

use super::{
    Awaiting, Item, Session,
    taking::{joined, names_the_same},
};
use crate::dialogue::{
    Address, Entity, Intent, Value, form::Standing, office::words_of, remark::Remark,
    understander::danger_said,
};

/// Between two places, the second puts the first right.
const PUTS_RIGHT: [&str; 12] = [
    "no",
    "sorry",
    "wait",
    "actually",
    "mean",
    "meant",
    "rather",
    "correction",
    "oops",
    "perdón",
    "digo",
    "corrijo",
];

/// Before a place: it is the caller's own.
const OWN: [&[&str]; 14] = [
    &["im"],
    &["i", "am"],
    &["live"],
    &["we", "are"],
    &["were"],
    &["mine", "is"],
    &["mines"],
    &["my", "place", "is"],
    &["me"],
    &["soy"],
    &["vivo"],
    &["vivimos"],
    &["mío", "es"],
    &["mía", "es"],
];

/// Words between them and the place.
const LEADS: [&str; 15] = [
    "in",
    "at",
    "over",
    "unit",
    "apartment",
    "number",
    "from",
    "en",
    "el",
    "la",
    "del",
    "de",
    "departamento",
    "apartamento",
    "unidad",
];

/// In the clause of a place: it is somebody else's.
const OTHERS: [&str; 22] = [
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
    "vecino",
    "vecina",
    "vecinos",
    "arriba",
    "abajo",
    "suyo",
];

/// Whoever lives in the home that is named behind them.
const PEOPLE: [&str; 35] = [
    "guy",
    "guys",
    "man",
    "lady",
    "woman",
    "girl",
    "people",
    "folks",
    "couple",
    "kids",
    "kid",
    "dog",
    "dogs",
    "neighbor",
    "neighbors",
    "neighbour",
    "neighbours",
    "tenant",
    "tenants",
    "party",
    "hes",
    "shes",
    "theyre",
    "señor",
    "señora",
    "muchacho",
    "muchacha",
    "muchachos",
    "tipo",
    "gente",
    "perro",
    "perros",
    "vecino",
    "vecina",
    "vecinos",
];

/// Harm that goes from home to home: where it comes from is where somebody has to go.
const HARM: [&str; 34] = [
    "leak",
    "leaks",
    "leaking",
    "water",
    "drip",
    "dripping",
    "drips",
    "flood",
    "flooding",
    "pipe",
    "broken",
    "smell",
    "smells",
    "smoke",
    "gas",
    "fire",
    "heat",
    "ceiling",
    "sink",
    "toilet",
    "fuga",
    "gotera",
    "agua",
    "gotea",
    "inundado",
    "inundación",
    "tubo",
    "tubería",
    "olor",
    "huele",
    "humo",
    "fuego",
    "techo",
    "calefacción",
];

/// Somebody is to be looked after, where they live.
const WORRY: [&str; 12] = [
    "worried",
    "check",
    "welfare",
    "seen",
    "answering",
    "answer",
    "diabetic",
    "preocupado",
    "preocupada",
    "contesta",
    "responde",
    "visto",
];

/// What is complained of.
const NOISE: [&str; 24] = [
    "noise", "noisy", "loud", "music", "party", "parties", "bark", "barks", "barking", "smoking", "vacuum",
    "vacuums", "stomp", "stomping", "complain", "ruido", "música", "fiesta", "fiestas", "ladra", "ladran",
    "fuman", "queja", "gritos",
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
        // "Yes. He's in 4B": what was read back is the caller's.
        let agreed = matches!(&self.state.awaiting, Awaiting::Confirm(items) if items.contains(&Item::Place))
            && Remark::OpensWithYes.is_in(text);
        if agreed {
            heard.retain(|entity| {
                !is_place(entity) || !(is_of_people(text, entity) || is_pointed_at(text, entity))
            });
        }
        // "Yes, that's where I live. But the smoke was in 3B": nor does another one take its place.
        if agreed && Remark::LivesHere.is_in(text) {
            let held = self.state.form.value(Item::Place);
            heard.retain(|entity| {
                !is_place(entity) || held.is_some_and(|held| names_the_same(held, &entity.value))
            });
        }
        let harmless = danger_said(text).is_none()
            && !self.state.urgency.is_life_safety()
            && !says(text, &HARM)
            && !says(text, &WORRY);
        if harmless && !self.state.awaiting.is_for(Item::Place) && !self.is_of_repair() {
            heard.retain(|entity| {
                !is_place(entity) || !(is_of_people(text, entity) || self.is_the_office(text, &entity.value))
            });
        }
        if heard.iter().any(|entity| is_place(entity) && is_yours(text, entity)) {
            heard.retain(|entity| !is_place(entity) || is_yours(text, entity));
        }
        let places: Vec<&Entity> = heard.iter().filter(|entity| is_place(entity)).collect();
        let [first, .., last] = places.as_slice() else { return };
        let (start, whole) = self.place_meant(text, &places, first, last);
        heard.retain(|entity| !is_place(entity) || entity.start == start);
        if let Some(entity) = heard.iter_mut().find(|entity| is_place(entity)) {
            entity.value = whole;
        }
    }

    /// "Gas, at the Alder Lane house": a street where the office has one house is the place, for whoever is sent there.
    pub(super) fn take_street_named(&mut self, text: &str) {
        if self.state.form.value(Item::Place).is_some() {
            return;
        }
        let whole = |value: &Value| matches!(value, Value::Address(at) if at.known && !at.number.is_empty());
        let named = self.extracted_for(text, Some(Item::Place)).into_iter().find(|e| whole(&e.value));
        if let Some(entity) = named
            && !self.is_the_office(text, &entity.value)
        {
            self.state.form.hear(Item::Place, entity.value);
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
        // "I'm in 1B and it's 2B with the Airbnb", once more: their own is no correction of itself.
        if held.is_some()
            && self.complains(text)
            && let Some(own) = places.iter().find(|place| is_own(text, place))
        {
            return of(own);
        }
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
            (Some(own), _) if self.complains(text) => of(own),
            // Whoever says where they are besides the answer means another home by the answer.
            (Some(_), Some(other)) if asked || is_of_others(text, other) => of(other),
            (Some(own), _) => of(own),
            _ => of(first),
        }
    }
}

impl Session {
    /// Whoever complains is asked where they live themselves: "I'm in 1B, they're in 2B."
    fn complains(&self, text: &str) -> bool {
        match self.state.flow {
            Some(Intent::Complaint | Intent::Resident | Intent::Lease | Intent::Billing) => true,
            Some(Intent::Maintenance | Intent::Emergency) => false,
            _ => says(text, &NOISE) && !says(text, &HARM),
        }
    }

    fn is_of_repair(&self) -> bool {
        matches!(self.state.flow, Some(Intent::Maintenance | Intent::Emergency))
    }

    /// "I can leave them at your office, 210 Maple Court": nobody lives there.
    fn is_the_office(&self, text: &str, place: &Value) -> bool {
        let Value::Address(Address { number, street, unit: None, .. }) = place else { return false };
        let own = words_of(self.office.address.as_deref().unwrap_or_default());
        let said = words_of(&format!("{number} {street}"));
        says(text, &["office"]) && own.starts_with(&said)
    }
}

fn says(text: &str, any: &[&str]) -> bool {
    words_of(text).iter().any(|word| any.contains(&word.as_str()))
}

/// "The guy in 2B", "the dog next door, 3A", and not "I'm the tenant in 3A".
fn is_of_people(text: &str, place: &Entity) -> bool {
    let all = text.get(..place.start).unwrap_or_default();
    let sentence = words_of(all.rsplit(['.', ';', '!', '?']).next().unwrap_or_default());
    let mut words: Vec<String> = sentence.iter().map(|word| word.replace(['\'', '\u{2019}'], "")).collect();
    while words.last().is_some_and(|word| LEADS.contains(&word.as_str())) {
        words.pop();
    }
    let back =
        |back: usize| words.len().checked_sub(back).and_then(|at| words.get(at)).map_or("", String::as_str);
    let next_door = back(1) == "door" && back(2) == "next";
    let own = matches!(back(2), "im" | "am" | "were" | "are" | "soy")
        || matches!(back(3), "im" | "am" | "were" | "are" | "soy")
        || (matches!(back(2), "my" | "our") && matches!(back(1), "dog" | "dogs" | "kid" | "kids"));
    (next_door || PEOPLE.contains(&back(1))) && !own
}

/// "But it's 2B that's doing it": what follows the home says what goes on there.
fn is_pointed_at(text: &str, place: &Entity) -> bool {
    const BEHIND: [&str; 5] = ["that's", "that", "who's", "who", "with"];
    let behind = text.get(place.end..).unwrap_or_default();
    // "2B, that's mine": a mark stands between.
    let goes_on = behind.starts_with(char::is_whitespace);
    goes_on && words_of(behind).first().is_some_and(|word| BEHIND.contains(&word.as_str()))
}

/// "Yours is 77."
fn is_yours(text: &str, place: &Entity) -> bool {
    let mut words = before(text, place);
    while words.last().is_some_and(|word| word == "is" || LEADS.contains(&word.as_str())) {
        words.pop();
    }
    words.last().is_some_and(|word| word == "yours")
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
    // "This is Dana Reyes in 4B."
    let introduced = matches!(words.as_slice(), [this, is, named, ..] if this == "this" && is == "is"
        && words.len() <= 4 && !matches!(named.as_str(), "about" | "for" | "regarding" | "the" | "a" | "my"));
    introduced
        || OWN.iter().any(|own| {
            words.len() >= own.len()
                && words[words.len() - own.len()..].iter().zip(*own).all(|(said, own)| said == own)
        })
}

fn is_of_others(text: &str, place: &Entity) -> bool {
    before(text, place).iter().any(|word| OTHERS.contains(&word.as_str()))
}
