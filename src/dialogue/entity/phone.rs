//! Telephone numbers as they are dictated, with area codes left out and digits put right.

use super::{
    Entity, Scene, Slot, Token, Value, is_number,
    number::{digits, digits_apart, ones},
};
use crate::types::PhoneNumber;

/// Digits without an area code.
pub(super) const LOCAL: usize = 7;
/// Digits of a number with its area code, but for one that was not heard.
const ALL_BUT_ONE: usize = 9;
/// More digits than this are a telephone number, whatever they are called.
const LONGEST_REFERENCE: usize = 9;
/// Fewer digits than this, unasked, are an amount or a door.
pub(super) const LEAST_UNASKED: usize = 7;
pub(super) const LEAST_ASKED: usize = 3;

/// "Three or three": where a number was asked for, a recogniser's "or" between two digits is an "oh".
pub(super) fn with_oh(mut tokens: Vec<Token>) -> Vec<Token> {
    let digit = |token: Option<&Token>| token.is_some_and(|token| ones(&token.word).is_some());
    for at in 1..tokens.len() {
        if tokens[at].word == "or" && digit(tokens.get(at - 1)) && digit(tokens.get(at + 1)) {
            tokens[at].word = "oh".to_owned();
        }
    }
    tokens
}

pub(super) fn phones(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Phone);
    let mut found = Vec::new();
    let mut whole = false;
    let mut at = 0;
    while at < scene.tokens.len() {
        let Some((mut said, mut end)) = digits(&scene.tokens, at) else {
            at += 1;
            continue;
        };
        if is_refused(scene, at) || is_asked_about(scene, at, end) {
            at = clause_end(scene, at);
            continue;
        }
        let start = at;
        // "303 555 0164. Oh, unit?"
        while end > start + 1 && is_mere_oh(scene, end - 1) {
            said.pop();
            end -= 1;
        }
        if let Some((other, after)) =
            digits_apart(&scene.tokens, at).filter(|(other, _)| !is_whole(&said) && is_whole(other))
        {
            said = other;
            end = after;
        }
        at = end;
        let least = if asked { LEAST_ASKED } else { LEAST_UNASKED };
        if said.len() < least
            || (said.len() < LOCAL && scene.follows_unit_word(start))
            || (!asked && scene.is_amount(start, end))
            || (said.len() <= LONGEST_REFERENCE && is_of_something_else(scene, start))
        {
            continue;
        }
        if let Some((right, after)) = correction(scene, end)
            && (right.len() <= said.len() || right.len() == LOCAL)
        {
            said = corrected(&said, right);
            end = after;
            at = after;
        }
        let mut start = start;
        if said.len() == ALL_BUT_ONE
            && let Some(first) = misheard_digit(scene, start)
        {
            said.insert(0, first);
            start -= 1;
        }
        let plus = scene.text[..scene.tokens[start].start].ends_with('+');
        let (value, confidence) = read(&said, plus, scene.context.home_area_code);
        if matches!(value, Value::PhoneFragment(_)) && (!asked || is_told_beside(scene, start, end)) {
            continue;
        }
        // Behind a number with its area code, seven digits are a reference or a second number, and no better one.
        if whole && said.len() == LOCAL {
            continue;
        }
        whole |= matches!(value, Value::Phone(_)) && said.len() > LOCAL;
        found.push(scene.entity(value, start..end, confidence, true));
    }
    found
}

/// "She said seventeen fifty and the letter says nineteen": figures of a story, and no part of a number.
fn is_told_beside(scene: &Scene<'_>, start: usize, end: usize) -> bool {
    const OF_NUMBERS: [&str; 16] = [
        "number", "numbers", "phone", "cell", "mobile", "area", "code", "reach", "call", "text", "digits",
        "begins", "starts", "ends", "numero", "telefono",
    ];
    /// "Yeah so it's" and the like.
    const LEAD: usize = 5;
    let others = || (0..scene.tokens.len()).filter(|at| *at < start || *at >= end);
    let others = || others().filter_map(|at| scene.word(at)).filter(|word| !is_number(word));
    others().count() > LEAD && !others().any(|word| OF_NUMBERS.contains(&word))
}

/// "Oh" at the beginning of a sentence is no zero.
fn is_mere_oh(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at), Some("oh" | "o")) && scene.begins_sentence(at)
}

/// "No, eight hundred, not three oh three."
fn is_refused(scene: &Scene<'_>, at: usize) -> bool {
    at.checked_sub(1).and_then(|before| scene.word(before)) == Some("not")
}

/// "Is this 303 555 0100?" asks whom they have reached.
fn is_asked_about(scene: &Scene<'_>, at: usize, end: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| scene.word(at));
    before(2) == Some("is") && before(1) == Some("this") && scene.asks(end - 1)
}

/// The place after the next stop.
fn clause_end(scene: &Scene<'_>, at: usize) -> usize {
    let stop = scene.tokens[at..].iter().position(|token| token.stop);
    stop.map_or(scene.tokens.len(), |stop| at + stop + 1)
}

/// "My reference is two six one", "extension twelve": digits that nobody can be called on.
fn is_of_something_else(scene: &Scene<'_>, at: usize) -> bool {
    /// "Reference number is".
    const WORDS: usize = 3;
    let joins =
        |word: &str| matches!(word, "is" | "its" | "number" | "numbers" | "in" | "of" | "ends" | "ending");
    let named = |word: &str| {
        matches!(
            word,
            "extension"
                | "ext"
                | "reference"
                | "case"
                | "badge"
                | "invoice"
                | "ticket"
                | "order"
                | "claim"
                | "policy"
                | "confirmation"
                | "account"
        )
    };
    let before = |back: usize| at.checked_sub(back).and_then(|at| scene.word(at));
    (1..=WORDS)
        .find_map(|back| before(back).filter(|word| !joins(word)))
        .is_some_and(|word| named(word.strip_suffix('s').unwrap_or(word)) || named(word))
}

/// The first digit of a number, where it was written as the word before the other nine: "on to zero six", "me Yantu's 06".
fn misheard_digit(scene: &Scene<'_>, at: usize) -> Option<char> {
    let before = scene.tokens.get(at.checked_sub(1)?).filter(|token| !token.stop)?;
    match before.word.as_str() {
        "for" | "fore" | "or" => Some('4'),
        "won" => Some('1'),
        "tree" | "free" => Some('3'),
        "sex" | "sick" | "sicks" => Some('6'),
        "ate" => Some('8'),
        word => {
            let word = word.strip_suffix('s').unwrap_or(word);
            ["to", "too", "tu", "tew", "two"].iter().any(|end| word.ends_with(end)).then_some('2')
        }
    }
}

/// Digits of an area code.
const AREA: usize = 3;

/// The number once its end, or the whole of it, was said anew; the area code that was said before stands.
pub(super) fn corrected(said: &str, right: String) -> String {
    let national = said.strip_prefix('1').unwrap_or(said);
    match right.len() {
        LOCAL if national.len() >= AREA && national.len() != LOCAL => format!("{}{right}", &national[..AREA]),
        LOCAL.. => right,
        _ => format!("{}{right}", &said[..said.len().saturating_sub(right.len())]),
    }
}

/// As many digits as a number has, with or without its area code and the 1 before it.
fn is_whole(said: &str) -> bool {
    matches!(said.len(), LOCAL | 10) || (said.len() == 11 && said.starts_with('1'))
}

pub(super) fn read(said: &str, plus: bool, home: u16) -> (Value, f32) {
    let international = plus.then(|| format!("+{said}"));
    let local = (said.len() == LOCAL).then(|| format!("{home:03}{said}"));
    let text = international.or(local.clone()).unwrap_or_else(|| said.to_owned());
    match text.parse::<PhoneNumber>() {
        Ok(number) => (Value::Phone(number), if local.is_some() { 0.6 } else { 0.92 }),
        Err(_) => (Value::PhoneFragment(said.to_owned()), 0.5),
    }
}

/// "… one four two, no, one four three": the digits that take the place of the last ones.
fn correction(scene: &Scene<'_>, at: usize) -> Option<(String, usize)> {
    let is = |at: usize, words: &[&str]| scene.word(at).is_some_and(|word| words.contains(&word));
    let takes_back = is(at, &["no", "sorry", "wait", "correction", "rather", "actually", "oops"]);
    let means = is(at, &["i"]) && is(at + 1, &["mean", "meant"]);
    if !(takes_back || means) {
        return None;
    }
    let mut next = at + 1;
    while is(next, &["no", "sorry", "wait", "its", "make", "that", "mean", "i", "meant", "it", "is"]) {
        next += 1;
    }
    digits(&scene.tokens, next)
}
