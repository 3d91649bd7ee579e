//! Street addresses, listings and firms, matched against the roster.

use super::{
    Address, Entity, Scene, Slot, Value,
    building::{is_other_number, name_end},
    number::digits,
    sound::likeness,
    titled,
};

pub(super) const SUFFIXES: [&str; 24] = [
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "way",
    "place",
    "boulevard",
    "blvd",
    "circle",
    "terrace",
    "parkway",
    "trail",
    "loop",
    "highway",
    "square",
    "alley",
];

/// Words of a street's name between its number and its suffix.
const MOST_WORDS: usize = 3;

pub(super) fn addresses(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Address);
    let mut at = 0;
    while at < scene.tokens.len() {
        let Some((number, after)) = digits(&scene.tokens, at).filter(|(n, _)| n.len() <= 5) else {
            at += 1;
            continue;
        };
        // "He's seventy two, Maple Court": the house has another number.
        let street = street(scene, after)
            .filter(|(street, _, known)| {
                !(*known && scene.tokens[after - 1].stop && is_other_number(scene, street, &number))
            })
            .or_else(|| by_compass(scene, after));
        if let Some((street, end, known)) = street {
            let unit = unit(scene, end);
            let stop = unit.as_ref().map_or(end, |(_, stop)| *stop);
            let (start, unit) = match unit {
                Some((unit, _)) => (at, Some(unit)),
                None => unit_before(scene, at).map_or((at, None), |(start, unit)| (start, Some(unit))),
            };
            let confidence = if known { 0.9 } else { 0.65 };
            // "Thirty eight twelve and thirty eight fourteen Pierce Street" are the halves of one house.
            let half = number_before(scene, at).filter(|_| !known && unit.is_none());
            let (start, number, street) = match half {
                Some((first, half)) => (first, half, format!("and {number} {street}")),
                None => (start, number, street),
            };
            let address = Address { number, street, unit, known };
            return vec![scene.entity(Value::Address(address), start..stop, confidence, true)];
        }
        at = after;
    }
    // A street alone answers "what is the address" in part: the number is still wanted.
    if asked && let Some((street, end, true)) = street(scene, scene.answer_start()) {
        let address = Address { number: String::new(), street, unit: None, known: true };
        return vec![scene.entity(Value::Address(address), scene.answer_start()..end, 0.5, true)];
    }
    Vec::new()
}

/// The street at `at`: of the roster (with or without its suffix), or words up to a suffix.
pub(super) fn street(scene: &Scene<'_>, at: usize) -> Option<(String, usize, bool)> {
    let roster = scene.context.roster;
    let of_units = roster.units.iter().map(|unit| without_number(&unit.street));
    let of_listings =
        roster.listings.iter().filter(|listing| listing.starts_with(|c: char| c.is_ascii_digit()));
    let of_listings =
        of_listings.map(|listing| without_number(listing.split(',').next().unwrap_or_default().trim()));
    let streets = roster.streets.iter().map(String::as_str);
    let known = of_units.chain(streets).chain(of_listings).filter(|street| !street.is_empty());
    for street in known {
        let words: Vec<String> = street.split_whitespace().map(str::to_lowercase).collect();
        let name: &[String] = match words.split_last() {
            Some((last, name)) if SUFFIXES.contains(&last.as_str()) && !name.is_empty() => name,
            _ => &words,
        };
        let fits =
            |(i, word): (usize, &String)| scene.word(at + i).is_some_and(|said| likeness(said, word) >= 0.7);
        if name.iter().enumerate().all(fits) {
            let mut end = at + name.len();
            if scene.word(end).is_some_and(|word| SUFFIXES.contains(&word)) {
                end += 1;
            }
            return Some((street.to_owned(), end, true));
        }
    }
    let suffix =
        (at..at + MOST_WORDS + 1).find(|&i| scene.word(i).is_some_and(|word| SUFFIXES.contains(&word)))?;
    if suffix == at || scene.tokens[at..suffix].iter().any(|t| t.stop || is_no_street(&t.word)) {
        return None;
    }
    let words: Vec<String> = scene.tokens[at..=suffix].iter().map(|t| titled(&t.word)).collect();
    Some((words.join(" "), suffix + 1, false))
}

/// "It's 1220 South Clarkson": where a place was asked for, a street needs no suffix behind north, south, east or west.
fn by_compass(scene: &Scene<'_>, at: usize) -> Option<(String, usize, bool)> {
    let asked = matches!(scene.context.expecting, Some(Slot::Unit | Slot::Address));
    let compass = matches!(scene.word(at), Some("north" | "south" | "east" | "west"));
    let free = |at: usize| at > 0 && !scene.tokens[at - 1].stop;
    let word = scene.word(at + 1).filter(|word| !is_no_street(word) && !is_side(word))?;
    if !asked || !compass || !free(at) || !free(at + 1) {
        return None;
    }
    Some((format!("{} {}", titled(scene.word(at)?), titled(word)), at + 2, false))
}

/// "On the second floor, south side."
fn is_side(word: &str) -> bool {
    matches!(
        word,
        "side" | "wing" | "end" | "entrance" | "door" | "building" | "tower" | "wall" | "stairs" | "corner"
    )
}

fn is_no_street(word: &str) -> bool {
    matches!(
        word,
        "bedroom"
            | "bedrooms"
            | "bed"
            | "bath"
            | "on"
            | "in"
            | "at"
            | "and"
            | "the"
            | "is"
            | "to"
            | "my"
            | "i"
            | "for"
            | "from"
            | "of"
            | "you"
            | "can"
            | "by"
            | "minutes"
            | "days"
            | "am"
            | "pm"
    )
}

pub(super) fn without_number(street: &str) -> &str {
    street.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').trim_start()
}

fn unit(scene: &Scene<'_>, at: usize) -> Option<(String, usize)> {
    if !scene.is_unit_word(at) {
        return None;
    }
    if let Some((said, end)) = digits(&scene.tokens, at + 1) {
        return match scene
            .word(end)
            .filter(|word| word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic()))
        {
            Some(letter) => Some((format!("{said}{}", letter.to_ascii_uppercase()), end + 1)),
            None => Some((said, end)),
        };
    }
    let word = scene.word(at + 1).filter(|word| word.len() <= 4)?;
    Some((word.to_ascii_uppercase(), at + 2))
}

/// A number of as many digits and "and" right before a house number, and where it begins.
fn number_before(scene: &Scene<'_>, address: usize) -> Option<(usize, String)> {
    /// "One thousand two hundred and ten" is one number; this many words are enough for its half.
    const WORDS: usize = 6;
    let and = address.checked_sub(1).filter(|&at| scene.word(at) == Some("and"))?;
    let (number, _) = digits(&scene.tokens, address)?;
    (and.saturating_sub(WORDS)..and).find_map(|start| {
        let (other, end) = digits(scene.tokens.get(..and)?, start)?;
        (end == and && other.len() == number.len() && other.len() >= 3).then_some((start, other))
    })
}

/// "Unit 1A at" right before an address, and where it begins.
fn unit_before(scene: &Scene<'_>, address: usize) -> Option<(usize, String)> {
    /// A word for a unit, its number, its letter and "at".
    const WORDS: usize = 4;
    let joins = |word: &str| matches!(word, "at" | "on" | "in" | "of");
    let end = if address > 0 && scene.word(address - 1).is_some_and(joins) { address - 1 } else { address };
    (address.saturating_sub(WORDS)..end)
        .find_map(|start| unit(scene, start).filter(|(_, stop)| *stop == end).map(|(unit, _)| (start, unit)))
}

/// Listings of the roster, when most of their telling words are said.
pub(super) fn listings(scene: &Scene<'_>) -> Vec<Entity> {
    let mut best: Option<(f32, &str, usize, usize)> = None;
    for listing in &scene.context.roster.listings {
        let words: Vec<String> = listing
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .filter(|w| is_telling(w))
            .collect();
        let places: Vec<usize> = words
            .iter()
            .filter_map(|word| scene.tokens.iter().position(|t| same_word(&t.word, word)))
            .collect();
        let share = places.len() as f32 / words.len().max(1) as f32;
        // A kind of home alone ("two bedroom") names no listing; one word beyond it must be said.
        let named = words.iter().any(|w| !is_kind(w) && scene.tokens.iter().any(|t| same_word(&t.word, w)));
        if share >= 0.6
            && named
            && best.is_none_or(|(other, ..)| share > other)
            && let (Some(first), Some(last)) = (places.iter().min(), places.iter().max())
        {
            best = Some((share, listing, *first, *last + 1));
        }
    }
    if best.is_none() {
        best = by_street(scene);
    }
    let entity = |(share, listing, first, end): (f32, &str, usize, usize)| {
        scene.entity(Value::Listing(listing.to_owned()), first..end, 0.5 + 0.45 * share, share < 1.0)
    };
    best.map(entity).into_iter().collect()
}

/// "The Alder Lane house": the only listing of its street. Where the office has other homes in that street as well, only in
/// answer to "which home?", or with its rooms.
fn by_street<'r>(scene: &Scene<'r>) -> Option<(f32, &'r str, usize, usize)> {
    const SHARE: f32 = 0.6;
    let roster = scene.context.roster;
    let of = |listing: &'r str| without_number(listing.split(',').next().unwrap_or_default().trim());
    let numbered = |listing: &&String| listing.starts_with(|c: char| c.is_ascii_digit());
    let mut said = roster.listings.iter().filter(numbered).filter_map(|listing| {
        let at = (0..scene.tokens.len()).find_map(|at| Some((at, name_end(scene, of(listing), at)?)))?;
        Some((listing.as_str(), at))
    });
    let (listing, (at, end)) = said.next().filter(|_| said.next().is_none())?;
    let has_others = roster.units.iter().any(|unit| without_number(&unit.street) == of(listing));
    let word = |wanted: &[&str]| scene.tokens.iter().any(|token| wanted.contains(&token.word.as_str()));
    let meant = scene.context.expecting == Some(Slot::Listing)
        || word(&["bedroom", "bedrooms", "studio"])
        || (!has_others && word(&["house", "home", "place", "listing", "one"]));
    meant.then_some((SHARE, listing, at, end))
}

fn is_telling(word: &str) -> bool {
    word.len() >= 2
        && !matches!(
            word,
            "the"
                | "on"
                | "at"
                | "in"
                | "of"
                | "an"
                | "with"
                | "and"
                | "street"
                | "avenue"
                | "lane"
                | "st"
                | "ave"
        )
}

fn is_kind(word: &str) -> bool {
    matches!(
        word,
        "one"
            | "two"
            | "three"
            | "four"
            | "bedroom"
            | "bedrooms"
            | "bed"
            | "bath"
            | "studio"
            | "apartment"
            | "house"
            | "unit"
            | "home"
    )
}

fn same_word(said: &str, known: &str) -> bool {
    likeness(said, known) >= 0.8 || figure(known).is_some_and(|figure| figure == said)
}

fn figure(word: &str) -> Option<&'static str> {
    Some(match word {
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        _ => return None,
    })
}
