//! Names in letters: `R E Y E S`, `r as in robert`, `double t`, `romeo echo yankee`.

use super::super::{
    super::names::is_surname,
    Scene,
    sound::{likeness, may_be_spelled},
};

/// A whole name in letters: where the one comma is, "D A N A, R E Y E S", or where a name of the roster parts.
pub(super) fn two_words<'l>(
    scene: &Scene<'_>,
    start: usize,
    end: usize,
    letters: &'l str,
) -> Option<(&'l str, &'l str)> {
    /// Shorter parts are letters that stand alone: "J, R, O S S".
    const PART: usize = 2;
    let mut commas = (start + 1..end).filter(|&at| scene.tokens[at - 1].stop);
    let by_comma = match (commas.next(), commas.next()) {
        (Some(at), None) => {
            let first = spelling_of(scene, start, at).0.len();
            (first >= PART && letters.len() - first >= PART).then_some(first)
        }
        _ => None,
    };
    let known = scene.context.roster.names.iter().find_map(|name| {
        let (given, family) = name.split_once(' ')?;
        let whole = format!("{given}{}", family.replace(' ', ""));
        whole.eq_ignore_ascii_case(letters).then_some(given.len())
    });
    known.or(by_comma).and_then(|at| letters.split_at_checked(at))
}

impl Scene<'_> {
    /// Was this common surname spelled, and a letter or two of it not heard? Letters are harder to hear than names: `W A L K R`
    /// after "Walker" is the name, until it has been read back and is spelled against.
    pub(super) fn may_be_misheard_spelling(&self, said: &str, spelled: &str) -> bool {
        let denied = self.context.read_back.and_then(|name| name.family.as_deref());
        !denied.is_some_and(|denied| denied.eq_ignore_ascii_case(said))
            && is_surname(said)
            && !is_surname(spelled)
            && may_be_spelled(said, spelled)
    }
}

pub(super) fn parts_alike(said: &str, spelled: &str) -> bool {
    let first = |word: &str| word.chars().next().map(|first| first.to_ascii_lowercase());
    likeness(said, spelled) > 0.0 || first(said) == first(spelled) || may_be_spelled(said, spelled)
}

/// Three or more letters in a row: `r e y e s`, `r as in robert e y`, `double t`, `romeo echo yankee`.
pub(super) fn spelling(scene: &Scene<'_>, start: usize) -> Option<(String, usize)> {
    let (letters, end) = spelling_of(scene, start, scene.tokens.len());
    (letters.chars().count() >= 3).then_some((letters, end))
}

/// The letters from `start` on, before `limit`, and where they end.
fn spelling_of(scene: &Scene<'_>, start: usize, limit: usize) -> (String, usize) {
    let mut letters = String::new();
    let mut at = start;
    while let Some(word) = scene.word(at).filter(|_| at < limit) {
        let twice = word == "double";
        // "D I capital N A P O L I"
        if matches!(word, "capital" | "apostrophe" | "hyphen" | "dash") && !letters.is_empty() {
            at += 1;
            continue;
        }
        let letter = if twice { scene.word(at + 1).unwrap_or_default() } else { word };
        let Some(letter) = spelled_letter(letter) else { break };
        at += if twice { 2 } else { 1 };
        letters.push(letter);
        if twice {
            letters.push(letter);
        }
        if (scene.word(at) == Some("as") && scene.word(at + 1) == Some("in")) || scene.word(at) == Some("for")
        {
            let example = at + if scene.word(at) == Some("for") { 1 } else { 2 };
            if let Some(first) = scene.word(example).and_then(|w| w.chars().next()) {
                letters.pop();
                letters.push(first);
                at = example + 1;
            }
        }
    }
    (letters, at)
}

fn spelled_letter(word: &str) -> Option<char> {
    if word.len() == 1 {
        return word.chars().next().filter(char::is_ascii_alphabetic);
    }
    const ALPHABET: [&str; 26] = [
        "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo",
        "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform",
        "victor", "whiskey", "xray", "yankee", "zulu",
    ];
    match word {
        "bee" => Some('b'),
        "see" | "sea" => Some('c'),
        "dee" => Some('d'),
        "are" => Some('r'),
        "why" => Some('y'),
        "you" => Some('u'),
        "tee" | "tea" => Some('t'),
        "jay" => Some('j'),
        "kay" => Some('k'),
        "el" => Some('l'),
        "em" => Some('m'),
        "en" => Some('n'),
        "eye" => Some('i'),
        "oh" => Some('o'),
        "ess" | "es" => Some('s'),
        "ex" => Some('x'),
        "pee" => Some('p'),
        "queue" | "cue" => Some('q'),
        "zee" | "zed" => Some('z'),
        _ => ALPHABET.iter().find(|name| **name == word).and_then(|name| name.chars().next()),
    }
}
