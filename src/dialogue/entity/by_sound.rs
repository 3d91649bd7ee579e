//! Homes that a recogniser wrote as other words altogether: `apartment duty, two ten maple court` for two B.
//!
//! Where a home was asked for and nothing in the answer is one, the answer as a whole is laid beside each way of saying each home
//! of the roster with its house: door and house in either order. A whole saying has sounds enough to be told from the others
//! although a quarter of them went wrong, which a door by itself has not (see [`super::misheard`]). What is found is read back.

use std::collections::BTreeMap;

use super::{
    Entity, Scene, Slot, UnitMention, UnitRef, Value,
    building::{House, houses_of_doors},
    is_run_up,
    misheard::{CHOICES, answer_end, apart_at, number_sounds, sayings, sounds},
};

/// A likeness may cost this much for each sound of the saying …
const COST_A_SOUND: f32 = 0.2;
/// … and this much for each sound of its door, or of its house: "the lobby at Birch House" is no 101.
const COST_OF_A_PART: f32 = 0.3;
/// Homes that cost this little more than the best are as likely: ask which.
const MARGIN: f32 = 0.5;
/// A house that is said alone costs at least so much more than with the door that is found before it.
const DOOR_EARNS: f32 = 0.5;
/// A house whose saying has fewer sounds is like too much else.
const LEAST_SOUNDS: usize = 6;

/// Words that may stand before a door.
const BEFORE_DOOR: [&str; 3] = ["unit", "apartment", "number"];
/// They count as so many sounds of it.
const BEFORE_DOOR_SOUNDS: usize = 4;
/// Words that may stand between a door and its house.
const BEFORE_HOUSE: [&str; 2] = ["at", "in"];

/// One way of saying one part of a home, laid beside what was heard.
struct Part {
    sounds: usize,
    /// The cost of it as the beginning of the answer, up to each sound that was heard.
    to: Vec<f32>,
    /// The cost of it as the end of the answer, from each sound on.
    from: Vec<f32>,
}

impl Part {
    fn may_cost(&self, cost: f32) -> bool {
        cost <= COST_OF_A_PART * self.sounds as f32
    }

    /// Was it heard at the beginning or at the end of something?
    fn is_anywhere(&self) -> bool {
        self.to.iter().chain(&self.from).any(|&cost| self.may_cost(cost))
    }
}

/// The home, or the few that sound alike, that the answer sounds like as a whole.
pub(super) fn home(scene: &Scene<'_>) -> Option<Entity> {
    if !matches!(scene.context.expecting, Some(Slot::Unit | Slot::Address)) {
        return None;
    }
    let heard = Heard::of(scene)?;
    // Houses have doors of the same numbers.
    let mut doors: BTreeMap<&str, Vec<Part>> = BTreeMap::new();
    let mut fits: Vec<(Cost, &UnitRef)> = Vec::new();
    for house in houses_of_doors(scene) {
        let mut places = heard.places(&house);
        places.retain(Part::is_anywhere);
        if places.is_empty() {
            continue;
        }
        // The house by itself, said without a door; "Birch Street number eighteen" has none either.
        let whole = |said: &Vec<u8>| heard.to_end(said).first().copied();
        let bare = number_behind(&house).iter().filter_map(whole).collect::<Vec<f32>>();
        let bare = places.iter().filter_map(|place| place.from.first().copied()).chain(bare);
        let bare = bare.min_by(f32::total_cmp).unwrap_or(f32::INFINITY);
        for unit in &house.doors {
            let door = doors.entry(&unit.unit).or_insert_with(|| heard.doors(&unit.unit));
            let cost = cost(door, &places);
            fits.push((Cost { heard: cost.heard.filter(|cost| *cost + DOOR_EARNS <= bare), ..cost }, unit));
        }
    }
    let least = fits.iter().filter_map(|(cost, _)| cost.heard).min_by(f32::total_cmp)?;
    fits.retain(|(cost, _)| cost.at_least < least + MARGIN);
    fits.sort_by(|a, b| a.0.at_least.total_cmp(&b.0.at_least));
    let unit = fits.first()?.1.unit.clone();
    let candidates: Vec<UnitRef> = fits.into_iter().map(|(_, unit)| unit.clone()).collect();
    let mention = UnitMention { unit, candidates, ambiguous: true };
    (mention.candidates.len() <= CHOICES)
        .then(|| scene.entity(Value::Unit(mention), heard.start..heard.end, 0.5, true))
}

/// What was heard, as sounds.
struct Heard {
    sounds: Vec<u8>,
    /// Places in `sounds` where the home may begin: behind "it's", "I live in".
    begins: Vec<bool>,
    start: usize,
    end: usize,
}

impl Heard {
    fn of(scene: &Scene<'_>) -> Option<Self> {
        let start = scene.answer_start();
        let end = answer_end(scene);
        let mut begins = vec![false];
        let mut heard = Vec::new();
        let mut led = true;
        for token in scene.tokens.get(start..end)? {
            if led && let Some(last) = begins.last_mut() {
                *last = true;
            }
            led = led && (is_run_up(&token.word) || is_lead_in(&token.word));
            heard.extend(sounds(&token.word));
            begins.resize(heard.len() + 1, false);
        }
        (heard.len() >= LEAST_SOUNDS).then_some(Self { sounds: heard, begins, start, end })
    }

    /// The cost of a saying as the beginning of the answer, up to each sound; `begun`: what stands before it costs so much.
    fn to_each(&self, begun: Option<&[f32]>, said: &[u8]) -> Vec<f32> {
        let at_once = || self.begins.iter().map(|begins| if *begins { 0.0 } else { f32::INFINITY }).collect();
        apart_at(begun.map_or_else(at_once, <[f32]>::to_vec), &self.sounds, said)
    }

    /// The cost of a saying as the end of the answer, from each sound on.
    fn to_end(&self, said: &[u8]) -> Vec<f32> {
        let mut ended = vec![f32::INFINITY; self.sounds.len() + 1];
        if let Some(last) = ended.last_mut() {
            *last = 0.0;
        }
        self.before(&ended, said)
    }

    /// The cost of a saying that ends where something begins that costs so much.
    fn before(&self, then: &[f32], said: &[u8]) -> Vec<f32> {
        let backwards = |sounds: &[u8]| sounds.iter().rev().copied().collect::<Vec<u8>>();
        let then = then.iter().rev().copied().collect();
        let mut from = apart_at(then, &backwards(&self.sounds), &backwards(said));
        from.reverse();
        from
    }

    /// Each way of saying a door, with a word for it before it and without.
    fn doors(&self, unit: &str) -> Vec<Part> {
        let words = BEFORE_DOOR.map(spoken);
        let begun = least(words.iter().map(|word| self.to_each(None, word)));
        let ways = sayings(unit).into_iter().flat_map(|way| {
            let from = self.to_end(&way);
            let named = Part {
                sounds: way.len() + BEFORE_DOOR_SOUNDS,
                to: self.to_each(Some(&begun), &way),
                from: least(words.iter().map(|word| self.before(&from, word))),
            };
            [named, Part { sounds: way.len(), to: self.to_each(None, &way), from }]
        });
        ways.collect()
    }

    /// Each way of saying a house: by its street, with its number or without, or by its name.
    fn places(&self, house: &House<'_>) -> Vec<Part> {
        let street = spoken(house.street);
        let mut names = vec![spoken(house.property), street.clone()];
        names.extend(numbers(house).into_iter().map(|number| [number, street.clone()].concat()));
        names.retain(|name| name.len() >= LEAST_SOUNDS);
        names.sort_unstable();
        names.dedup();
        let part = |name: Vec<u8>| {
            let bare = self.to_end(&name);
            let joined = BEFORE_HOUSE.map(|word| self.before(&bare, &spoken(word)));
            Part {
                sounds: name.len(),
                to: self.to_each(None, &name),
                from: least(joined.into_iter().chain([bare])),
            }
        };
        names.into_iter().map(part).collect()
    }
}

/// At each place the least of these.
fn least(rows: impl Iterator<Item = Vec<f32>>) -> Vec<f32> {
    rows.reduce(|mut least, row| {
        least.iter_mut().zip(row).for_each(|(least, cost)| *least = least.min(cost));
        least
    })
    .unwrap_or_default()
}

/// What it costs to have said a home.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// However badly it was heard.
    at_least: f32,
    /// With each part and the whole within bounds.
    heard: Option<f32>,
}

/// What door and house cost, in either order.
fn cost(doors: &[Part], places: &[Part]) -> Cost {
    let mut least = Cost { at_least: f32::INFINITY, heard: None };
    for (door, place) in doors.iter().flat_map(|door| places.iter().map(move |place| (door, place))) {
        for (first, second) in [(door, place), (place, door)] {
            let most = COST_A_SOUND * (first.sounds + second.sounds) as f32;
            for (&to, &from) in first.to.iter().zip(&second.from) {
                let cost = to + from;
                least.at_least = least.at_least.min(cost);
                if cost <= most && first.may_cost(to) && second.may_cost(from) {
                    least.heard = Some(least.heard.map_or(cost, |least| least.min(cost)));
                }
            }
        }
    }
    least
}

/// The house with its number behind its street.
fn number_behind(house: &House<'_>) -> Vec<Vec<u8>> {
    let street = spoken(house.street);
    let behind =
        |number: Vec<u8>| ["", "number"].map(|word| [street.clone(), spoken(word), number.clone()].concat());
    numbers(house).into_iter().flat_map(behind).collect()
}

/// Each way of saying the number of a house; none of one that has a street without a number.
fn numbers(house: &House<'_>) -> Vec<Vec<u8>> {
    let is_number = !house.number.is_empty() && house.number.bytes().all(|b| b.is_ascii_digit());
    if is_number && !house.street.is_empty() { number_sounds(house.number) } else { Vec::new() }
}

fn spoken(words: &str) -> Vec<u8> {
    words.to_lowercase().split_whitespace().flat_map(|word| sounds(word.trim_matches('.'))).collect()
}

/// Words between the beginning of an answer and the home in it.
fn is_lead_in(word: &str) -> bool {
    matches!(
        word,
        "i" | "im"
            | "am"
            | "in"
            | "at"
            | "live"
            | "my"
            | "address"
            | "the"
            | "we"
            | "were"
            | "are"
            | "here"
            | "from"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::{Context, Roster, entity::extract};
    use crate::types::Language;

    fn roster() -> Roster {
        let unit = |property: &str, street: &str, unit: &str| UnitRef {
            property: property.to_owned(),
            street: street.to_owned(),
            unit: unit.to_owned(),
        };
        let maple = ["1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B"]
            .map(|door| unit("Maple Court", "210 Maple Court", door));
        let birch = ["15", "50", "101", "204"].map(|door| unit("Birch House", "18 Birch Street", door));
        let larkspur =
            ["305", "412", "1207"].map(|door| unit("Larkspur Towers", "1420 Larkspur Boulevard", door));
        Roster { units: [&maple[..], &birch, &larkspur].concat(), ..Roster::default() }
    }

    /// The doors that an answer to "which unit?" may mean.
    fn doors_in(answer: &str) -> Vec<String> {
        let roster = roster();
        let context = Context {
            expecting: Some(Slot::Unit),
            roster: &roster,
            today: jiff::civil::date(2026, 11, 24),
            home_area_code: 303,
            language: Language::English,
            read_back: None,
        };
        let mentions = extract(answer, &context).into_iter().filter_map(|entity| match entity.value {
            Value::Unit(mention) => Some(mention.candidates),
            _ => None,
        });
        mentions.flatten().map(|unit| unit.unit).collect()
    }

    #[test]
    fn a_home_that_was_written_as_other_words_is_known_by_its_sound() {
        for (heard, door) in [
            ("It's 210 Maple Court apartment for a", "4A"),
            ("Apartment to be to ten maple court.", "2B"),
            ("It's to a four birch house.", "204"),
            ("It's too far, Dutch house.", "204"),
            ("It's two or four perchels.", "204"),
            ("Apartment, well, both seven, fourteen, twenty-larks, her boulevard.", "1207"),
            ("I live in Fortwell, Bloc's for hours.", "412"),
            ("I live at eighteen Birch Street, number one or one.", "101"),
        ] {
            assert_eq!(doors_in(heard), [door], "{heard}");
        }
    }

    #[test]
    fn of_homes_that_sound_alike_the_caller_is_asked_which() {
        for (heard, one) in [
            ("You at one, they're at two hundred ten, maple court.", ["1A", "1B"]),
            ("Apartment duty, two ten maple court.", ["2A", "2B"]),
        ] {
            let mut doors = doors_in(heard);
            doors.sort();
            assert_eq!(doors, one, "{heard}");
        }
    }

    #[test]
    fn an_answer_that_is_no_home_of_the_office_is_taken_for_none() {
        for heard in [
            "I don't know the number.",
            "Why do you need to know that?",
            "It's the hallway on the second floor at Maple Court.",
            "44 Elm Street, apartment 7.",
            "I live at 1250 Walnut Street.",
            "Maple Court.",
            "It's at Larkspur Towers, the lobby.",
            "The pool at Larkspur Towers.",
            "The laundry room at 18 Birch Street.",
            "At 18 Birch Street, in the basement.",
            "Can you please just send somebody to Maple Court.",
            "No, it's about 18 other people on Birch Street.",
        ] {
            assert!(doors_in(heard).is_empty(), "{heard}: {:?}", doors_in(heard));
        }
    }
}
