//! Unit and building in one breath, in any order: the roster knows which number is the door's and which the house's.

use super::{
    Address, Entity, Scene, Slot, Token, UnitMention, UnitRef, Value,
    misheard::is_number,
    number::digits,
    place::{SUFFIXES, without_number},
    sound::likeness,
    unit::{Door, door, is_measure, plain},
};

/// A building of the office: a house of several doors, or a house to let.
pub(super) struct House<'r> {
    /// `18`; empty where the roster does not say.
    pub(super) number: &'r str,
    /// `Birch Street`; may be empty.
    pub(super) street: &'r str,
    pub(super) property: &'r str,
    /// None: the house is one home.
    pub(super) doors: Vec<&'r UnitRef>,
}

/// What stands before or behind the name of a house.
#[derive(Default)]
pub(super) struct Said {
    pub(super) number: bool,
    pub(super) door: Option<Door>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Words of a number and a door before the name of a house: "two hundred and four at eighteen".
const BEFORE: usize = 8;
/// Words between the name of a house and what is said of it: "and it's number".
const JOINING: usize = 3;

/// Homes named by their building and their door, and houses of one home.
pub(super) fn homes(scene: &Scene<'_>) -> Vec<Entity> {
    if matches!(scene.context.expecting, Some(Slot::Phone | Slot::Email)) {
        return Vec::new();
    }
    let houses = houses(scene);
    let mut found: Vec<Entity> = Vec::new();
    for at in 0..scene.tokens.len() {
        let free = found.last().is_none_or(|last| last.end <= scene.tokens[at].start);
        if !free {
            continue;
        }
        let mut named: Vec<(&House<'_>, usize)> =
            houses.iter().filter_map(|house| Some((house, house_end(scene, house, at)?))).collect();
        named.sort_by_key(|(_, end)| std::cmp::Reverse(*end));
        let mut said: Vec<(&House<'_>, Said)> = named
            .iter()
            .filter_map(|(house, end)| Some((*house, said_of(scene, house, at, *end)?)))
            .collect();
        // A house number tells houses of one street apart.
        said.sort_by_key(|(_, said)| !said.number);
        if let Some(home) = home(scene, &said) {
            found.push(home);
        }
    }
    found.extend(yours(scene, &houses));
    if found.is_empty() {
        found.extend(building_alone(scene, &houses));
    }
    found
}

/// "It's the elevator at Maple Court, no unit": where a place was asked for, the only building that is named in full.
fn building_alone(scene: &Scene<'_>, houses: &[House<'_>]) -> Option<Entity> {
    if !matches!(scene.context.expecting, Some(Slot::Unit | Slot::Address)) {
        return None;
    }
    let mut named = (0..scene.tokens.len()).flat_map(|at| {
        houses.iter().filter_map(move |house| Some((house, at, house_end(scene, house, at)?)))
    });
    let (house, at, end) =
        named.find(|(house, at, end)| !house.street.is_empty() && is_in_full(scene, *at, *end))?;
    let others = named.any(|(other, ..)| other.street != house.street || other.number != house.number);
    let numbered = at > 0 && scene.word(at - 1).is_some_and(is_number);
    let address =
        Address { number: house.number.to_owned(), street: house.street.to_owned(), unit: None, known: true };
    (!others && !numbered).then(|| scene.entity(Value::Address(address), at..end, 0.6, true))
}

/// "Yours is 77": whoever lives beside it speaks of the house of that number.
fn yours(scene: &Scene<'_>, houses: &[House<'_>]) -> Option<Entity> {
    let at = scene.tokens.iter().position(|token| token.word == "yours")?;
    let from = (at + 1..).find(|&at| !matches!(scene.word(at), Some("is" | "at" | "number")))?;
    let (number, end) = digits(&scene.tokens, from)?;
    let mut numbered = houses.iter().filter(|house| house.number == number);
    let house = numbered.next().filter(|house| numbered.next().is_none() && !house.street.is_empty())?;
    let address = Address { number, street: house.street.to_owned(), unit: None, known: true };
    Some(scene.entity(Value::Address(address), from..end, 0.8, true))
}

/// With its suffix, or as "the Birch Street building", and no "Maple" alone.
fn is_in_full(scene: &Scene<'_>, at: usize, end: usize) -> bool {
    let suffix = |token: &Token| SUFFIXES.contains(&token.word.as_str()) || is_building(&token.word);
    scene.tokens[at..end].iter().any(suffix) || scene.word(end).is_some_and(is_building)
}

fn is_building(word: &str) -> bool {
    matches!(word, "house" | "home" | "place" | "building")
}

/// Does the name of a house begin at `at`?
pub(super) fn is_named_at(scene: &Scene<'_>, at: usize) -> bool {
    at < scene.tokens.len() && houses(scene).iter().any(|house| house_end(scene, house, at).is_some())
}

/// Is a house of this street known by another number alone?
pub(super) fn is_other_number(scene: &Scene<'_>, street: &str, number: &str) -> bool {
    let houses = houses(scene);
    let mut of_street = houses.iter().filter(|house| house.street.eq_ignore_ascii_case(street)).peekable();
    of_street.peek().is_some() && of_street.all(|house| !house.number.is_empty() && house.number != number)
}

/// The houses of which the roster has doors.
pub(super) fn houses_of_doors<'r>(scene: &Scene<'r>) -> Vec<House<'r>> {
    let mut houses: Vec<House<'r>> = Vec::new();
    for unit in &scene.context.roster.units {
        let street = without_number(&unit.street);
        let number = unit.street[..unit.street.len() - street.len()].trim();
        match houses
            .iter_mut()
            .find(|house| house.number == number && house.street == street && house.property == unit.property)
        {
            Some(house) => house.doors.push(unit),
            None => houses.push(House { number, street, property: &unit.property, doors: vec![unit] }),
        }
    }
    houses
}

fn houses<'r>(scene: &Scene<'r>) -> Vec<House<'r>> {
    let roster = scene.context.roster;
    let mut houses = houses_of_doors(scene);
    for listing in &roster.listings {
        let whole = listing.split(',').next().unwrap_or_default().trim();
        let street = without_number(whole);
        let number = whole[..whole.len() - street.len()].trim();
        let known = houses.iter().any(|house| house.number == number && house.street == street);
        // "Two bedroom on Alder" is no address, and of "210 Maple Court, apartment 3A" the roster has the door.
        if !number.is_empty() && !street.is_empty() && !known && whole.len() == listing.trim().len() {
            houses.push(House { number, street, property: "", doors: Vec::new() });
        }
    }
    houses
}

/// The end of the house's name, if its street or its property is named at `at`.
fn house_end(scene: &Scene<'_>, house: &House<'_>, at: usize) -> Option<usize> {
    let property: Vec<&str> = house.property.split_whitespace().collect();
    let property = (!property.is_empty()
        && property.iter().enumerate().all(|(i, word)| is(scene, at + i, word)))
    .then_some(at + property.len());
    name_end(scene, house.street, at).max(property)
}

/// The end of a street's name, with or without its suffix, if it is said at `at`.
pub(super) fn name_end(scene: &Scene<'_>, street: &str, at: usize) -> Option<usize> {
    let words: Vec<&str> = street.split_whitespace().collect();
    let name = match words.split_last() {
        Some((last, name)) if SUFFIXES.contains(&last.to_lowercase().as_str()) && !name.is_empty() => name,
        _ => &words,
    };
    if name.is_empty() || !name.iter().enumerate().all(|(i, word)| is(scene, at + i, word)) {
        return None;
    }
    let end = at + name.len();
    let suffix = scene.word(end).is_some_and(|word| SUFFIXES.contains(&word));
    Some(if suffix { end + 1 } else { end })
}

fn is(scene: &Scene<'_>, at: usize, word: &str) -> bool {
    /// Shorter words sound like too much.
    const LETTERS: usize = 3;
    scene.word(at).is_some_and(|said| said.len() >= LETTERS && likeness(said, &word.to_lowercase()) >= 0.7)
}

/// The number and the door that are said right before or right behind the name of the house.
fn said_of(scene: &Scene<'_>, house: &House<'_>, at: usize, end: usize) -> Option<Said> {
    let mut said = Said { start: at, end, ..Said::default() };
    for _ in 0..2 {
        let until = before_joining(scene, said.start);
        let fits = |start: &usize| part(scene, house, *start).is_some_and(|(_, _, end)| end == until);
        let Some(start) = (until.saturating_sub(BEFORE)..until).find(fits) else { break };
        take(&mut said, part(scene, house, start)?);
        said.start = if scene.follows_unit_word(start) { start - 1 } else { start };
    }
    let numbered_before = said.number;
    for _ in 0..2 {
        if said.door.is_some() {
            break;
        }
        let from = behind_joining(scene, said.end);
        let Some(part) = part(scene, house, from) else { break };
        let (_, _, end) = part;
        if scene.word(end).is_some_and(is_measure) {
            break;
        }
        said.end = end;
        take(&mut said, part);
    }
    let whole = house.doors.is_empty();
    let asked = matches!(scene.context.expecting, Some(Slot::Unit | Slot::Address));
    // A number before the street and no door of the roster: an address as everywhere.
    let told = said.door.is_some() || (said.number && (whole || !numbered_before));
    (told || (whole && asked && is_in_full(scene, at, end))).then_some(said)
}

fn take(said: &mut Said, (number, door, _): (bool, Option<Door>, usize)) {
    said.number |= number;
    if said.door.is_none() {
        said.door = door;
    }
}

/// Is the number of the house, one of its doors, or both in a row said at `at`? And where it ends.
fn part(scene: &Scene<'_>, house: &House<'_>, at: usize) -> Option<(bool, Option<Door>, usize)> {
    let of_house = |unit: &str| house.doors.iter().any(|door| plain(&door.unit) == unit);
    if let Some((said, end)) = digits(&scene.tokens, at) {
        if !house.number.is_empty() && said == house.number {
            return Some((true, None, end));
        }
        let both = said.strip_suffix(house.number).filter(|unit| of_house(unit));
        let both = both.or_else(|| said.strip_prefix(house.number).filter(|unit| of_house(unit)));
        if let Some(unit) = both.filter(|unit| *unit != said) {
            return Some((true, Some(Door { unit: unit.to_owned(), other: None, end }), end));
        }
    }
    let door = door(scene, at).filter(|door| of_house(&door.unit))?;
    let end = door.end;
    Some((false, Some(door), end))
}

fn before_joining(scene: &Scene<'_>, at: usize) -> usize {
    let joins = |word: &str| matches!(word, "at" | "on" | "in" | "of" | "the" | "um" | "uh" | "and");
    let mut at = at;
    for _ in 0..JOINING {
        if at == 0 || !scene.word(at - 1).is_some_and(joins) {
            break;
        }
        at -= 1;
    }
    at
}

fn behind_joining(scene: &Scene<'_>, at: usize) -> usize {
    // "It's Birch House, I'm in 50."
    let joins = |word: &str| {
        matches!(
            word,
            "and" | "um" | "uh" | "its" | "in" | "number" | "the" | "im" | "i" | "am" | "live" | "were"
        )
    };
    let mut at = at;
    for _ in 0..JOINING {
        if !(scene.is_unit_word(at) || scene.word(at).is_some_and(joins)) {
            break;
        }
        at += 1;
    }
    at
}

/// With a house number it is an address, without one a unit of the building, or of several that are called so.
pub(super) fn home(scene: &Scene<'_>, said: &[(&House<'_>, Said)]) -> Option<Entity> {
    let (house, first) = said.first()?;
    let words = first.start..first.end;
    let Some(door) = first.door.as_ref().filter(|_| !first.number || house.street.is_empty()) else {
        let address = Address {
            number: house.number.to_owned(),
            street: house.street.to_owned(),
            unit: first.door.as_ref().map(|door| door.unit.clone()),
            known: true,
        };
        return Some(scene.entity(Value::Address(address), words, 0.9, true));
    };
    let of = |unit: &str| -> Vec<UnitRef> {
        let doors = said.iter().flat_map(|(house, _)| house.doors.iter());
        doors.filter(|known| plain(&known.unit) == unit).map(|known| (*known).clone()).collect()
    };
    let others = door.other.as_deref().map(of).unwrap_or_default();
    let ambiguous = !others.is_empty();
    let mut candidates = of(&door.unit);
    candidates.extend(others);
    let mention = UnitMention { unit: door.unit.clone(), candidates, ambiguous };
    Some(scene.entity(Value::Unit(mention), words, if ambiguous { 0.7 } else { 0.95 }, true))
}
