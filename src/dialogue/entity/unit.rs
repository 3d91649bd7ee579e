//! Units as they are said, matched against the roster; what sounds like another door is marked so.

use super::{
    Entity, Scene, Slot, UnitMention, UnitRef, Value,
    misheard::{Place, is_number, misheard},
    number::{digits, sounds_like},
    sound::{are_alike, likeness},
};

pub(super) fn units(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Unit);
    let mut found: Vec<Entity> = Vec::new();
    for at in 0..scene.tokens.len() {
        let named = scene.is_unit_word(at);
        let led = matches!(scene.word(at), Some("in" | "at" | "from" | "for"));
        let start = if named || led { at + 1 } else { at };
        if !(named || led || asked) || found.last().is_some_and(|e| e.end > scene.tokens[at].start) {
            continue;
        }
        let start = if named && scene.word(start) == Some("number") { start + 1 } else { start };
        if scene.word(start) == Some("one") && at == start && follows_nobody(scene, at) {
            continue;
        }
        let Some(door) = door(scene, start) else {
            found.extend(by_sound(scene, at, start, named, asked));
            continue;
        };
        let follows = scene.word(door.end);
        // "Number four" of what? "At three thirty", "two bedrooms", "in five minutes" are no doors.
        if !named && follows.is_some_and(is_measure) {
            continue;
        }
        let mut door = door;
        let mut mention = matched(scene, &door);
        if (named || asked)
            && mention.candidates.is_empty()
            && let Some(cued) = cued(scene, &door)
        {
            mention = matched(scene, &cued);
            door = cued;
        }
        if mention.candidates.is_empty()
            && let Some(entity) = by_sound(scene, at, start, named, asked)
        {
            found.push(entity);
            continue;
        }
        if mention.candidates.is_empty() && (named || asked) {
            mention = lettered(scene, mention);
        }
        // Unnamed and unasked, only a door of the roster counts, and a bare small number is too likely an hour.
        let telling = door.unit.len() >= 3 || door.unit.bytes().any(|b| b.is_ascii_alphabetic());
        if !named && !asked && (mention.candidates.is_empty() || !telling) {
            continue;
        }
        if asked && !named && !telling && !door.unit.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        let confidence = sureness(&mention, named || asked);
        let first = if named { at } else { start };
        found.push(scene.entity(Value::Unit(mention), first..door.end, confidence, true));
    }
    found
}

/// How sure a unit is. `expected`: a word for a unit stands before it, or it was asked for.
pub(super) fn sureness(mention: &UnitMention, expected: bool) -> f32 {
    match (mention.candidates.len(), mention.ambiguous, expected) {
        (1, false, true) => 0.95,
        (1, false, false) => 0.75,
        (1, true, _) => 0.7,
        (0, _, _) => 0.4,
        _ => 0.6,
    }
}

/// "No one", "that one": a pronoun and no door.
fn follows_nobody(scene: &Scene<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| scene.tokens.get(before));
    before.is_some_and(|token| {
        !token.stop
            && matches!(
                token.word.as_str(),
                "no" | "any" | "some" | "every" | "which" | "this" | "that" | "the"
            )
    })
}

/// A unit that was written as other words; always to be read back.
fn by_sound(scene: &Scene<'_>, at: usize, start: usize, named: bool, asked: bool) -> Option<Entity> {
    let mut start = start;
    if named && matches!(scene.word(start), Some("is" | "its" | "number")) {
        start += 1;
    }
    // Without a word for a unit, the answer must be the unit and nothing else.
    if !named && (!asked || start != answer_start(scene)) {
        return None;
    }
    let number = scene.word(start).is_some_and(is_number);
    let (mention, end) = misheard(scene, Place { start, named, asked, number })?;
    let confidence = if mention.candidates.len() == 1 { 0.65 } else { 0.5 };
    Some(scene.entity(Value::Unit(mention), if named { at } else { start }..end, confidence, true))
}

/// The first word of an answer after "no, sorry, I'm in".
fn answer_start(scene: &Scene<'_>) -> usize {
    let run_up = |word: &str| {
        matches!(
            word,
            "no" | "nope"
                | "sorry"
                | "wait"
                | "actually"
                | "i"
                | "im"
                | "am"
                | "said"
                | "live"
                | "we"
                | "were"
                | "in"
                | "at"
        )
    };
    let mut start = scene.answer_start();
    while scene.word(start).is_some_and(run_up) {
        start += 1;
    }
    start
}

fn is_measure(word: &str) -> bool {
    matches!(
        word,
        "bedroom"
            | "bedrooms"
            | "bed"
            | "beds"
            | "bath"
            | "baths"
            | "bathroom"
            | "minutes"
            | "hours"
            | "days"
            | "day"
            | "weeks"
            | "week"
            | "months"
            | "month"
            | "years"
            | "year"
            | "am"
            | "pm"
            | "oclock"
            | "dollars"
            | "times"
            | "people"
            | "cats"
            | "dogs"
            | "kids"
            | "grand"
            | "hundred"
            | "thousand"
            | "percent"
            | "of"
            | "street"
            | "avenue"
            | "night"
            | "morning"
            | "a"
    )
}

pub(super) struct Door {
    pub(super) unit: String,
    /// The other number that a teen or ten may be.
    pub(super) other: Option<String>,
    pub(super) end: usize,
}

/// A door at `at`: `4b`, `four b`, `two oh four`, `b twelve`, `b`, `4 d as in dog`.
fn door(scene: &Scene<'_>, at: usize) -> Option<Door> {
    let word = scene.word(at)?;
    let mixed = word.len() <= 6
        && word.is_ascii()
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
        && !["st", "nd", "rd", "th", "am", "pm", "br"].iter().any(|end| word.ends_with(end));
    if mixed {
        return Some(Door { unit: word.to_ascii_uppercase(), other: None, end: at + 1 });
    }
    if let Some((said, end)) = digits(&scene.tokens, at).filter(|(said, _)| said.len() <= 5) {
        let said_as_word = word.bytes().all(|b| b.is_ascii_alphabetic());
        let other = said.parse().ok().filter(|_| said_as_word && end == at + 1).and_then(sounds_like);
        let (letter, end) = match letter(scene, end) {
            Some((letter, after)) => (letter.to_string(), after),
            None => (String::new(), end),
        };
        return Some(Door {
            unit: format!("{said}{letter}"),
            other: other.map(|n| format!("{n}{letter}")),
            end,
        });
    }
    let (first, end) = letter(scene, at)?;
    match digits(&scene.tokens, end).filter(|(said, _)| said.len() <= 4) {
        Some((said, end)) => Some(Door { unit: format!("{first}{said}"), other: None, end }),
        None if scene.is_unit_word(at.checked_sub(1)?) => {
            Some(Door { unit: first.to_string(), other: None, end })
        }
        None => None,
    }
}

/// A letter, said as itself or spelled out, with its "as in dog".
fn letter(scene: &Scene<'_>, at: usize) -> Option<(char, usize)> {
    let word = scene.word(at)?;
    let letter = match word {
        "bee" | "be" => 'B',
        "see" | "sea" => 'C',
        "dee" => 'D',
        "eff" => 'F',
        "gee" => 'G',
        "jay" => 'J',
        "kay" => 'K',
        "el" => 'L',
        "em" => 'M',
        // "In four a pipe broke" is no 4A; "I" and "O" are not letters of doors.
        "a" if scene.word(at + 1).is_some_and(|next| !matches!(next, "as" | "at" | "on" | "and" | "in")) => {
            return None;
        }
        _ if word.len() == 1 && word != "i" && word != "o" => {
            char::from(*word.as_bytes().first()?).to_ascii_uppercase()
        }
        _ => return None,
    };
    if !letter.is_ascii_uppercase() {
        return None;
    }
    let example = scene.word(at + 1) == Some("as") && scene.word(at + 2) == Some("in");
    let example_alone = scene.word(at + 1) == Some("like") && scene.word(at + 2).is_some();
    if example || example_alone {
        let word = if example { at + 3 } else { at + 2 };
        let first = scene.word(word).and_then(|w| w.chars().next()).map(|c| c.to_ascii_uppercase());
        return Some((first.filter(char::is_ascii_uppercase).unwrap_or(letter), word + 1));
    }
    Some((letter, at + 1))
}

/// Words by which letters are told on the telephone, and what a narrow line makes of them.
const CUES: [(&str, char); 26] = [
    ("apple", 'A'),
    ("apples", 'A'),
    ("alpha", 'A'),
    ("adam", 'A'),
    ("boy", 'B'),
    ("boys", 'B'),
    ("by", 'B'),
    ("bravo", 'B'),
    ("cat", 'C'),
    ("charlie", 'C'),
    ("dog", 'D'),
    ("doug", 'D'),
    ("delta", 'D'),
    ("david", 'D'),
    ("easy", 'E'),
    ("echo", 'E'),
    ("edward", 'E'),
    ("frank", 'F'),
    ("fox", 'F'),
    ("foxtrot", 'F'),
    ("george", 'G'),
    ("golf", 'G'),
    ("henry", 'H'),
    ("hotel", 'H'),
    ("king", 'K'),
    ("kilo", 'K'),
];

/// The letter that a word tells, as `boy` tells B.
pub(in crate::dialogue) fn cue_letter(word: &str) -> Option<char> {
    CUES.iter().find(|(cue, _)| *cue == word).map(|(_, letter)| *letter)
}

/// So many doors of one number are asked about; of more, the letter alone is asked for again.
const LETTERS: usize = 3;

/// How far behind the number such a word may stand: "three, he has in apple".
const CUE_WITHIN: usize = 5;

/// A door whose letter was swallowed, with the letter that a cue behind its number tells; only one of the roster.
fn cued(scene: &Scene<'_>, door: &Door) -> Option<Door> {
    let number: String = door.unit.chars().take_while(char::is_ascii_digit).collect();
    if number.is_empty() {
        return None;
    }
    let (letter, end) = (door.end..door.end + CUE_WITHIN).find_map(|at| {
        let word = scene.word(at)?;
        cue_letter(word).map(|letter| (letter, at + 1))
    })?;
    let unit = format!("{number}{letter}");
    let known = scene.context.roster.units.iter().any(|known| plain(&known.unit) == unit);
    known.then_some(Door { unit, other: None, end })
}

pub(super) fn matched(scene: &Scene<'_>, door: &Door) -> UnitMention {
    let units = &scene.context.roster.units;
    let of = |unit: &str| -> Vec<UnitRef> {
        units.iter().filter(|known| plain(&known.unit) == unit).cloned().collect()
    };
    let mut candidates = of(&door.unit);
    let mut ambiguous = false;
    if let Some(other) = &door.other {
        let others = of(other);
        // "Fifteen" is in doubt unless the roster has 15 and no 50.
        ambiguous = candidates.is_empty() || !others.is_empty();
        candidates.extend(others);
    }
    if candidates.is_empty() {
        candidates =
            units.iter().filter(|known| sounds_alike(&plain(&known.unit), &door.unit)).cloned().collect();
        ambiguous |= !candidates.is_empty();
    }
    if candidates.len() > 1 {
        let said: Vec<UnitRef> = candidates.iter().filter(|unit| is_said(scene, unit)).cloned().collect();
        if !said.is_empty() {
            candidates = said;
        }
    }
    UnitMention { unit: door.unit.clone(), candidates, ambiguous }
}

/// A number that no door has by itself, with the doors whose letter was swallowed, if they are few: "unit three" is 3A or 3B.
fn lettered(scene: &Scene<'_>, mention: UnitMention) -> UnitMention {
    let units = &scene.context.roster.units;
    let letter = |known: &UnitRef| match plain(&known.unit).strip_prefix(&mention.unit) {
        Some(rest) => rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_alphabetic()),
        None => false,
    };
    let number = mention.unit.bytes().all(|b| b.is_ascii_digit());
    let candidates: Vec<UnitRef> = units.iter().filter(|known| number && letter(known)).cloned().collect();
    if candidates.is_empty() || candidates.len() > LETTERS {
        return mention;
    }
    UnitMention { candidates, ambiguous: true, ..mention }
}

/// Letters and digits only, upper case: `4-b` is `4B`.
fn plain(unit: &str) -> String {
    unit.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn sounds_alike(known: &str, heard: &str) -> bool {
    known.len() == heard.len() && known.chars().zip(heard.chars()).all(|(a, b)| are_alike(a, b))
}

/// Is the property or the street of this unit named in the utterance?
fn is_said(scene: &Scene<'_>, unit: &UnitRef) -> bool {
    [&unit.property, &unit.street].into_iter().any(|name| {
        let telling: Vec<String> = name
            .split_whitespace()
            .map(str::to_lowercase)
            .filter(|w| w.len() > 2 && !w.bytes().any(|b| b.is_ascii_digit()))
            .take(1)
            .collect();
        !telling.is_empty()
            && telling.iter().all(|word| scene.tokens.iter().any(|token| likeness(&token.word, word) >= 0.8))
    })
}
