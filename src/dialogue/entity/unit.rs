//! Units as they are said, matched against the roster; what sounds like another door is marked so.

use super::{
    Entity, Scene, Slot, UnitMention, UnitRef, Value,
    building::is_named_at,
    misheard::{Place, is_number, misheard},
    number::{digits, digits_apart, sounds_like},
    sound::{are_alike, likeness},
};

pub(super) fn units(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Unit);
    let mut found: Vec<Entity> = Vec::new();
    // The office's own doors, and whatever a word for a unit stands before.
    let mut certain = false;
    for at in 0..scene.tokens.len() {
        let named = scene.is_unit_word(at);
        let led = scene.word(at).is_some_and(|word| leads(word, asked));
        let start = if named || led { at + 1 } else { at };
        let shown = !(named || led || asked) && (is_shown(scene, at) || is_behind_name(scene, at));
        if !(named || led || asked || shown) || found.last().is_some_and(|e| e.end > scene.tokens[at].start) {
            continue;
        }
        let start = if named && scene.word(start) == Some("number") { start + 1 } else { start };
        if at == start && scene.is_pronoun(at) {
            continue;
        }
        let Some(door) = door(scene, start) else {
            found.extend(by_sound(scene, at, start, named, asked));
            continue;
        };
        let follows = scene.word(door.end);
        // "Number four" of what? "At three thirty", "two bedrooms", "in five minutes" are no doors.
        if !named
            && (follows.is_some_and(is_measure)
                || is_half_of_day(scene, door.end)
                || is_warmth(scene, door.end))
        {
            continue;
        }
        // "At 2 p m" is no door 2P.
        if follows == Some("m") && door.unit.ends_with(['A', 'P']) {
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
        let exact = mention.candidates.iter().any(|known| plain(&known.unit) == door.unit);
        if !named && !exact && is_zip(scene, &door) {
            continue;
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
        if !named && !asked && (mention.candidates.is_empty() || !telling || (shown && !exact)) {
            continue;
        }
        if asked && !named && !telling && !door.unit.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        if asked && !named && !answers(scene, start, &door, exact) {
            continue;
        }
        if certain && !named && !exact {
            continue;
        }
        if (named || exact) && !certain {
            certain = true;
            found.clear();
        }
        let confidence = sureness(&mention, named || asked);
        let first = if named { at } else { start };
        found.push(scene.entity(Value::Unit(mention), first..door.end, confidence, true));
    }
    told_apart(found)
}

/// "Fifteen, dear. One five": the number in doubt is the one that is said clearly besides.
fn told_apart(found: Vec<Entity>) -> Vec<Entity> {
    let clear = |entity: &Entity| match &entity.value {
        Value::Unit(mention) if !mention.ambiguous => Some(mention.unit.clone()),
        _ => None,
    };
    let sure: Vec<String> = found.iter().filter_map(clear).collect();
    let settled = |entity: &Entity| match &entity.value {
        Value::Unit(mention) if mention.ambiguous => {
            mention.candidates.iter().any(|known| sure.contains(&plain(&known.unit)))
        }
        _ => false,
    };
    found.into_iter().filter(|entity| !settled(entity)).collect()
}

/// "It's like ninety in here", "fifty degrees": how warm it is.
fn is_warmth(scene: &Scene<'_>, end: usize) -> bool {
    let degrees = |at: usize| {
        matches!(
            scene.word(at),
            Some("degrees" | "degree" | "fahrenheit" | "celsius" | "below" | "outside" | "inside")
        )
    };
    let room = matches!(scene.word(end), Some("in" | "out"))
        && matches!(scene.word(end + 1), Some("here" | "there" | "this" | "my" | "our"));
    !scene.tokens[end - 1].stop
        && (degrees(end) || room || (scene.word(end) == Some("something") && degrees(end + 1)))
}

/// Five digits and no letter are a zip code, unless the office has such a door.
fn is_zip(scene: &Scene<'_>, door: &Door) -> bool {
    const DIGITS: usize = 5;
    door.unit.len() == DIGITS
        && door.unit.bytes().all(|b| b.is_ascii_digit())
        && !scene.context.roster.units.iter().any(|known| plain(&known.unit) == door.unit)
}

/// Words before a door. Where a unit was asked for, "to way" may be one itself.
fn leads(word: &str, asked: bool) -> bool {
    matches!(word, "in" | "at" | "from" | "for")
        || (!asked
            && matches!(word, "to" | "of" | "above" | "below" | "under" | "beside" | "near" | "outside"))
}

/// A door that can hardly be anything else, wherever it stands: `3B`, `three B` with a capital.
fn is_shown(scene: &Scene<'_>, at: usize) -> bool {
    let free = matches!(
        scene.context.expecting,
        None | Some(Slot::Address | Slot::Matter | Slot::Name | Slot::Access)
    );
    let Some(word) = scene.word(at).filter(|_| free) else { return false };
    let digit = word.bytes().any(|b| b.is_ascii_digit());
    let letter = word.bytes().any(|b| b.is_ascii_alphabetic());
    (digit && letter) || ((digit || is_number(word)) && is_capital_letter(scene, at + 1))
}

/// "Lena Fischer, 204.": a number by itself behind two words that are written as names are.
fn is_behind_name(scene: &Scene<'_>, at: usize) -> bool {
    let Some(last) = at.checked_sub(1).filter(|&last| last > 0) else { return false };
    let closes = scene.tokens[at].stop || at + 1 == scene.tokens.len();
    let figure =
        scene.word(at).is_some_and(|word| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_digit()));
    let free = matches!(scene.context.expecting, None | Some(Slot::Matter | Slot::Name));
    free && figure
        && closes
        && scene.tokens[last].stop
        && scene.is_capital(last)
        && scene.is_capital(last - 1)
}

/// A single letter, written as a letter is and not as the word "a".
fn is_capital_letter(scene: &Scene<'_>, at: usize) -> bool {
    scene.tokens.get(at).is_some_and(|token| token.end - token.start == 1) && scene.is_capital(at)
}

/// "5 p.m." is no 5P.
fn is_half_of_day(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at), Some("a" | "p")) && scene.word(at + 1) == Some("m")
}

/// Where a unit was asked for, is this the answer? A door with a letter is; of numbers that are not the office's, and of
/// those that could be an hour or an age, only what stands as an answer does: "fifty", "it's fifty", not "before nine".
fn answers(scene: &Scene<'_>, start: usize, door: &Door, exact: bool) -> bool {
    /// Hours, ages and counts have no more digits.
    const SMALL: usize = 2;
    if door.unit.bytes().any(|b| b.is_ascii_alphabetic()) {
        return exact || !matches!(scene.word(start), Some("oh" | "o"));
    }
    if !exact && matches!(scene.word(start), Some("oh" | "o")) || scene.is_amount(start, door.end) {
        return false;
    }
    let small = door.unit.len() <= SMALL;
    if exact && !small {
        return true;
    }
    let before = |back: usize| start.checked_sub(back).and_then(|at| scene.word(at));
    let opens = start == answer_start(scene);
    let clause = start == 0 || scene.tokens[start - 1].stop;
    let closes = scene.tokens[door.end - 1].stop || door.end == scene.tokens.len();
    let goes_on = scene.word(door.end).is_some_and(|word| {
        matches!(word, "please" | "thanks" | "thank" | "as" | "like" | "at" | "on" | "in" | "for" | "and")
    });
    // "At four" is when; "I'm at four" is where.
    let hour = before(1) == Some("at") && !matches!(before(2), Some("im" | "am" | "live" | "were" | "its"));
    match (exact, small) {
        (true, _) => opens || (clause && closes) || matches!(before(1), Some("in" | "its" | "said" | "mean")),
        (false, true) => opens && !hour && (closes || goes_on),
        (false, false) => opens || (clause && closes),
    }
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

pub(super) fn is_measure(word: &str) -> bool {
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
pub(super) fn door(scene: &Scene<'_>, at: usize) -> Option<Door> {
    let word = scene.word(at)?;
    let mixed = word.len() <= 6
        && word.is_ascii()
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
        && !["st", "nd", "rd", "th", "am", "pm", "br"].iter().any(|end| word.ends_with(end));
    if mixed {
        return Some(Door { unit: word.to_ascii_uppercase(), other: None, end: at + 1 });
    }
    if let Some((unit, end)) = said_twice(scene, at) {
        return Some(Door { unit, other: None, end });
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

/// "Fifty, five zero": one unit said in two ways. The one that the roster has, where it has none of all the digits.
fn said_twice(scene: &Scene<'_>, at: usize) -> Option<(String, usize)> {
    let known = |unit: &str| scene.context.roster.units.iter().any(|known| plain(&known.unit) == unit);
    [digits(&scene.tokens, at), digits_apart(&scene.tokens, at)].into_iter().flatten().find_map(
        |(said, end)| {
            let (first, second) = said.split_at(said.len() / 2);
            (first.len() > 1 && first == second && !known(&said) && known(first))
                .then(|| (first.to_owned(), end))
        },
    )
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
        "a" if !is_letter_a(scene, at) => return None,
        "a" | "p" if scene.word(at + 1) == Some("m") => return None,
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

/// The letter, and not the word before a noun?
fn is_letter_a(scene: &Scene<'_>, at: usize) -> bool {
    let begins = at == 0 || scene.tokens[at - 1].stop;
    let letter = |next: &str| matches!(next, "as" | "at" | "on" | "and" | "in" | "please" | "yes" | "yeah");
    scene.tokens[at].stop
        || (!begins && is_capital_letter(scene, at))
        || scene.word(at + 1).is_none_or(letter)
        || is_named_at(scene, at + 1)
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
pub(super) fn plain(unit: &str) -> String {
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
