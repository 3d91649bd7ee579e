//! Unit and building in one breath in Spanish, in any order: `el 101 de Birch House`, `Maple Court, el 210`; the roster knows
//! which number is the door's and which the house's.

use super::{
    number::digits,
    unit::{door, is_measure},
};
use crate::dialogue::entity::{
    Address, Entity, Scene, Slot, Value,
    building::{House, Said, home, houses_of_doors, name_end},
    place::SUFFIXES,
    unit::{Door, plain},
};

/// A number of the house, one of its doors, or both in a row.
struct Part {
    number: bool,
    door: Option<Door>,
    end: usize,
}

/// More digits than this are of a telephone number, where one was asked for.
const LONGEST_DOOR: usize = 4;
/// Words of a number and a door before the name of a house: `el apartamento cincuenta y uno`.
const BEFORE: usize = 8;
/// Words between the name of a house and what is said of it: `y el apartamento es el`.
const JOINING: usize = 5;

/// Homes named by their building and their door; where a place was asked for, the building alone.
pub(super) fn homes(scene: &Scene<'_>) -> Vec<Entity> {
    // "El quince de Birch House" to the question for a number is a home all the same; the digits of a number are none.
    let dictated = || {
        let long = |at: usize| digits(&scene.tokens, at).is_some_and(|(said, _)| said.len() > LONGEST_DOOR);
        (0..scene.tokens.len()).any(long)
    };
    match scene.context.expecting {
        Some(Slot::Email) => return Vec::new(),
        Some(Slot::Phone) if dictated() => return Vec::new(),
        _ => {}
    }
    let houses = houses_of_doors(scene);
    let mut found: Vec<Entity> = Vec::new();
    for at in 0..scene.tokens.len() {
        if found.last().is_some_and(|last| last.end > scene.tokens[at].start) {
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
        found.extend(home(scene, &said));
    }
    if found.is_empty() {
        found.extend(building_alone(scene, &houses));
    }
    found
}

/// "Es en Birch House, en la entrada principal": where a place was asked for, the only building that is named in full.
fn building_alone(scene: &Scene<'_>, houses: &[House<'_>]) -> Option<Entity> {
    if !matches!(scene.context.expecting, Some(Slot::Unit | Slot::Address)) {
        return None;
    }
    let in_full = |at: usize, end: usize| {
        scene.tokens[at..end].iter().any(|token| SUFFIXES.contains(&&*token.word) || token.word == "house")
    };
    let mut named = (0..scene.tokens.len())
        .flat_map(|at| houses.iter().filter_map(move |house| Some((house, at, house_end(scene, house, at)?))))
        .filter(|(house, at, end)| !house.street.is_empty() && in_full(*at, *end));
    let (house, at, end) = named.next()?;
    let others = named.any(|(other, ..)| other.street != house.street || other.number != house.number);
    let beside = |at: Option<usize>| at.is_some_and(|at| digits(&scene.tokens, at).is_some());
    let numbered = beside(at.checked_sub(1)) || beside(Some(behind_joining(scene, end)));
    let address =
        Address { number: house.number.to_owned(), street: house.street.to_owned(), unit: None, known: true };
    (!others && !numbered).then(|| scene.entity(Value::Address(address), at..end, 0.6, true))
}

/// The end of the house's name, if its street or its property is named at `at`.
fn house_end(scene: &Scene<'_>, house: &House<'_>, at: usize) -> Option<usize> {
    let named = |name: &str| (!name.is_empty()).then(|| name_end(scene, name, at)).flatten();
    named(house.street).max(named(house.property))
}

/// The number and the door that are said right before or right behind the name of the house.
fn said_of(scene: &Scene<'_>, house: &House<'_>, at: usize, end: usize) -> Option<Said> {
    let mut said = Said { start: at, end, number: false, door: None };
    for _ in 0..2 {
        let until = before_joining(scene, said.start);
        let fits = |start: usize| {
            part(scene, house, start).filter(|part| part.end == until).map(|part| (start, part))
        };
        let Some((start, part)) = (until.saturating_sub(BEFORE)..until).find_map(fits) else { break };
        said.take(part);
        said.start = if scene.follows_unit_word(start) { start - 1 } else { start };
    }
    let numbered_before = said.number;
    for _ in 0..2 {
        let from = behind_joining(scene, said.end);
        let Some(part) = part(scene, house, from) else { break };
        let known = (part.number && said.number) || (part.door.is_some() && said.door.is_some());
        if known || scene.word(part.end).is_some_and(is_measure) {
            break;
        }
        said.end = part.end;
        said.take(part);
    }
    // A number before the street and no door of the roster: an address as everywhere.
    (said.door.is_some() || (said.number && !numbered_before)).then_some(said)
}

impl Said {
    fn take(&mut self, part: Part) {
        self.number |= part.number;
        self.door = self.door.take().or(part.door);
    }
}

fn part(scene: &Scene<'_>, house: &House<'_>, at: usize) -> Option<Part> {
    let of_house = |unit: &str| house.doors.iter().any(|door| plain(&door.unit) == unit);
    if let Some((said, end)) = digits(&scene.tokens, at)
        && !house.number.is_empty()
    {
        if said == house.number {
            return Some(Part { number: true, door: None, end });
        }
        let both = said.strip_suffix(house.number).filter(|unit| of_house(unit));
        let both = both.or_else(|| said.strip_prefix(house.number).filter(|unit| of_house(unit)));
        if let Some(unit) = both {
            return Some(Part {
                number: true,
                door: Some(Door { unit: unit.to_owned(), other: None, end }),
                end,
            });
        }
    }
    let door = door(scene, at, true).filter(|door| of_house(&door.unit))?;
    Some(Part { number: false, end: door.end, door: Some(door) })
}

fn before_joining(scene: &Scene<'_>, at: usize) -> usize {
    let joins = |word: &str| {
        matches!(
            word,
            "de" | "del" | "en" | "la" | "el" | "y" | "edificio" | "casa" | "calle" | "es" | "aqui"
        )
    };
    (at.saturating_sub(JOINING)..at)
        .rev()
        .find(|&before| !scene.word(before).is_some_and(joins))
        .map_or(at.saturating_sub(JOINING), |before| before + 1)
}

fn behind_joining(scene: &Scene<'_>, at: usize) -> usize {
    let joins = |at: usize| {
        scene.is_unit_word(at)
            || scene.word(at).is_some_and(|word| {
                matches!(
                    word,
                    "y" | "en"
                        | "es"
                        | "el"
                        | "la"
                        | "numero"
                        | "puerta"
                        | "vivo"
                        | "estoy"
                        | "estamos"
                        | "soy"
                        | "del"
                )
            })
    };
    (at..at + JOINING).find(|&at| !joins(at)).unwrap_or(at + JOINING)
}
