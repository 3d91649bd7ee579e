//! Entities: the names, numbers, places and times in what somebody said, as a recogniser writes it.
//!
//! Nothing here looks anything up: the roster, today's date and the office's area code are arguments. Nothing is
//! relied on unasked either: whatever could be misheard carries `read_back`.

mod building;
mod by_sound;
mod company;
mod email;
mod feast;
mod home;
mod misheard;
mod name;
mod number;
mod phone;
mod place;
mod purchase;
mod roster;
mod sound;
mod spanish;
#[cfg(test)]
mod tests;
mod unit;
mod value;
mod weekday;
mod when;

use std::ops::Range;

use jiff::civil::Date;

pub use misheard::digit_name;
pub(super) use misheard::is_number;
pub(super) use number::{ORDINALS, digits};
pub use roster::{Roster, UnitRef};
pub(super) use sound::likeness;
pub(super) use spanish::MONTHS as SPANISH_MONTHS;
pub(super) use unit::cue_letter;
pub use value::{
    Access, Address, DayPart, Entity, Financing, PersonName, Pets, Slot, UnitMention, Value, When,
};
pub(super) use when::MONTHS;

use super::token::{Token, titled, tokens};
use crate::types::Language;

/// What is known when an utterance is read.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What was just asked for, if anything.
    pub expecting: Option<Slot>,
    pub roster: &'a Roster,
    /// Today, in the office's zone.
    pub today: Date,
    /// The office's area code, for numbers said without one: `303`.
    pub home_area_code: u16,
    /// The language that is spoken.
    pub language: Language,
    /// The name that was just read back: what is spelled against it is taken by the letter.
    pub read_back: Option<&'a PersonName>,
}

/// Everything that was said, in the order in which it was said. What was asked for is read first, so that "fifteen"
/// is a unit after "which unit?" and a price after "what is your budget?"; no word serves two values, but for a
/// matter, an access permission and a listing, which are read across the others.
pub fn extract(text: &str, context: &Context<'_>) -> Vec<Entity> {
    let tokens = match (context.expecting, context.language) {
        (Some(Slot::Phone), Language::English) => phone::with_oh(tokens(text)),
        _ => tokens(text),
    };
    let scene = Scene { text, tokens, context };
    if scene.tokens.is_empty() {
        return Vec::new();
    }
    let mut readers = readers(context.language);
    let expecting = match context.expecting {
        Some(Slot::When) => Some(Slot::MoveIn),
        other => other,
    };
    readers.sort_by_key(|(slot, _)| Some(*slot) != expecting);
    let mut found: Vec<Entity> = match context.language {
        Language::English => building::homes(&scene),
        Language::Spanish => Vec::new(),
    };
    for (_, read) in readers {
        for entity in read(&scene) {
            if !found.iter().any(|other| other.start < entity.end && entity.start < other.end) {
                found.push(entity);
            }
        }
    }
    if context.language == Language::English
        && !found.iter().any(|entity| is_known_home(entity, context.roster))
        && let Some(home) = by_sound::home(&scene)
        && !found.iter().any(|entity| may_be(entity, &home))
    {
        found = vec![home];
    }
    if !matches!(context.expecting, Some(Slot::Unit | Slot::Address | Slot::Phone)) {
        found.extend(place::listings(&scene));
    }
    found.extend(match context.language {
        Language::English => home::accesses(&scene),
        Language::Spanish => spanish::accesses(&scene),
    });
    found.extend(matter(&scene, &found));
    found.sort_by_key(|entity| (entity.start, entity.end));
    found
}

/// Is it one home of the roster, with its door?
fn is_known_home(entity: &Entity, roster: &Roster) -> bool {
    match &entity.value {
        Value::Unit(mention) => mention.candidates.len() == 1,
        Value::Address(Address { unit: Some(door), known: true, .. }) => {
            roster.units.iter().any(|known| unit::plain(&known.unit) == unit::plain(door))
        }
        _ => false,
    }
}

/// "Fifteen": two doors that sound alike, one of which is the likeliest by its sound. It is asked which.
fn may_be(entity: &Entity, home: &Entity) -> bool {
    match (&entity.value, &home.value) {
        (Value::Unit(mention), Value::Unit(likeliest)) => {
            likeliest.candidates.first().is_some_and(|unit| mention.candidates.contains(unit))
        }
        _ => false,
    }
}

/// Finds the values of one slot.
type Reader = fn(&Scene<'_>) -> Vec<Entity>;

fn readers(language: Language) -> Vec<(Slot, Reader)> {
    match language {
        Language::English => vec![
            (Slot::Email, email::emails),
            (Slot::Phone, phone::phones),
            (Slot::Address, place::addresses),
            (Slot::Bedrooms, home::bedrooms),
            (Slot::Budget, home::budgets),
            (Slot::Unit, unit::units),
            // "From Two Brothers Moving" is no hour.
            (Slot::Company, company::companies),
            (Slot::MoveIn, when::whens),
            (Slot::Name, name::names),
            (Slot::Pets, home::pets),
            (Slot::Price, purchase::prices),
            (Slot::Financing, purchase::financings),
            (Slot::Area, purchase::areas),
        ],
        Language::Spanish => spanish::readers(),
    }
}

/// Can words of this language fill the slot?
pub(super) fn is_read(language: Language, slot: Slot) -> bool {
    let across = [Slot::Matter, Slot::Access, Slot::Listing, Slot::When];
    across.contains(&slot) || readers(language).iter().any(|(read, _)| *read == slot)
}

/// The longest gist that is kept, in characters.
const LONGEST_MATTER: usize = 160;
/// Unasked, fewer words than this beside the other entities are no matter.
const LEAST_MATTER: usize = 4;

/// What it is about, in the caller's own words: the utterance without its run-up.
fn matter(scene: &Scene<'_>, others: &[Entity]) -> Option<Entity> {
    let asked = match scene.context.expecting {
        Some(Slot::Matter) => true,
        Some(_) => return None,
        None => false,
    };
    let start = scene.answer_start();
    let free = |token: &&Token| !others.iter().any(|e| e.start <= token.start && token.end <= e.end);
    let words = scene.tokens.get(start..)?.iter().filter(free).count();
    if words == 0 || (!asked && words < LEAST_MATTER) {
        return None;
    }
    let mut end = start;
    while end < scene.tokens.len() && scene.tokens[end].end - scene.tokens[start].start <= LONGEST_MATTER {
        end += 1;
    }
    let range = start..end.max(start + 1);
    let gist: String = scene.text[scene.tokens[start].start..scene.tokens[range.end - 1].end]
        .chars()
        .take(LONGEST_MATTER)
        .collect();
    Some(scene.entity(Value::Matter(gist), range, if asked { 0.9 } else { 0.5 }, false))
}

/// One utterance under the eyes of its readers.
struct Scene<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    context: &'a Context<'a>,
}

impl Scene<'_> {
    /// Is the word written with a capital?
    fn is_capital(&self, at: usize) -> bool {
        let token = self.tokens.get(at);
        token
            .and_then(|token| self.text.get(token.start..))
            .is_some_and(|rest| rest.starts_with(char::is_uppercase))
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).map(|token| token.word.as_str())
    }

    /// The value of the words in `range`, which must not be empty.
    fn entity(&self, value: Value, range: Range<usize>, confidence: f32, read_back: bool) -> Entity {
        let start = self.tokens.get(range.start).map_or(0, |token| token.start);
        let end =
            range.end.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.end);
        Entity { value, start, end, confidence, read_back }
    }

    fn is_unit_word(&self, at: usize) -> bool {
        if self.context.language == Language::Spanish {
            let before = at.checked_sub(1).and_then(|at| self.word(at));
            return self.word(at).is_some_and(|word| spanish::is_unit_word(word, before));
        }
        match self.word(at) {
            Some("unit" | "apartment" | "apt" | "suite" | "units") => true,
            // "Number eighteen, door fifty", where a home is asked for.
            Some("door") => {
                matches!(self.context.expecting, Some(Slot::Unit | Slot::Address))
                    && self.word(at + 1).is_some_and(is_number)
            }
            // "Does it need the flat one?" means a battery, and a flat fee no home.
            Some("flat") => {
                !self.is_pronoun_behind(at) && !matches!(self.word(at + 1), Some("fee" | "rate" | "tire"))
            }
            Some("number") => !matches!(
                self.word(at.wrapping_sub(1)),
                Some(
                    "phone"
                        | "my"
                        | "callback"
                        | "cell"
                        | "the"
                        | "back"
                        | "main"
                        | "desk"
                        | "work"
                        | "mobile"
                        | "direct"
                        | "fax"
                        | "zip"
                )
            ),
            _ => false,
        }
    }

    /// "The flat one", "a flat one" with no letter behind it: a thing of this kind.
    fn is_pronoun_behind(&self, at: usize) -> bool {
        let led = at.checked_sub(1).and_then(|before| self.word(before));
        let lettered = self.word(at + 2).is_some_and(|word| word.len() == 1);
        matches!(led, Some("the" | "a" | "that" | "this" | "which"))
            && self.word(at + 1) == Some("one")
            && !lettered
    }

    /// Does a word for a unit stand right before `at`?
    fn follows_unit_word(&self, at: usize) -> bool {
        at > 0 && self.is_unit_word(at - 1)
    }

    /// "No one", "the left one", "the one after": neither a door nor an hour.
    fn is_pronoun(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        self.word(at) == Some("one")
            && before.is_some_and(|token| {
                !token.stop
                    && matches!(
                        token.word.as_str(),
                        "no" | "any"
                            | "some"
                            | "every"
                            | "which"
                            | "this"
                            | "that"
                            | "the"
                            | "coming"
                            | "next"
                            | "other"
                            | "another"
                            | "last"
                            | "first"
                            | "second"
                            | "right"
                            | "left"
                            | "same"
                            | "only"
                            | "new"
                            | "theres"
                            | "old"
                            | "co"
                    )
            })
    }

    /// Do these words stand as money: `$` before them, dollars or a month after them?
    fn is_amount(&self, start: usize, end: usize) -> bool {
        let sign = self.tokens.get(start).is_some_and(|token| self.text[..token.start].ends_with('$'));
        let after = |offset: usize| self.word(end + offset);
        sign || matches!(
            after(0),
            Some("dollars" | "bucks" | "dollar" | "max" | "tops" | "monthly" | "dolares" | "mensuales")
        ) || matches!(
            (after(0), after(1)),
            (Some("a" | "per"), Some("month")) | (Some("al" | "por"), Some("mes"))
        )
    }

    /// The place of the first word that is not a run-up such as "um, yes, it's".
    fn answer_start(&self) -> usize {
        if self.context.language == Language::Spanish {
            return self.tokens.iter().position(|token| !spanish::is_run_up(&token.word)).unwrap_or(0);
        }
        self.tokens.iter().position(|token| !is_run_up(&token.word)).unwrap_or(0)
    }
}

/// Words with which an answer may begin.
fn is_run_up(word: &str) -> bool {
    matches!(
        word,
        "um" | "uh"
            | "er"
            | "so"
            | "well"
            | "yes"
            | "yeah"
            | "okay"
            | "ok"
            | "hi"
            | "hello"
            | "hey"
            | "its"
            | "it"
            | "is"
            | "oh"
            | "sure"
            | "yep"
            | "like"
            | "just"
            | "that"
            | "thats"
            | "the"
            | "good"
            | "morning"
            | "afternoon"
            | "evening"
            | "please"
    )
}
