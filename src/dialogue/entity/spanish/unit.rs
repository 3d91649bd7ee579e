//! Units as they are said in Spanish: `departamento cuatro be`, `el doscientos cuatro`, `cuatro, be de burro`.

use super::{
    MONTHS,
    number::{digits, sounds_like},
};
use crate::dialogue::entity::{
    Entity, Scene, Slot, Value,
    unit::{Door, matched, sureness},
};

pub(super) fn units(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Unit);
    let mut found: Vec<Entity> = Vec::new();
    for at in 0..scene.tokens.len() {
        let named = scene.is_unit_word(at);
        let led = matches!(scene.word(at), Some("en" | "del" | "el" | "al"));
        let mut start = if named || led { at + 1 } else { at };
        if !(named || led || asked) || found.last().is_some_and(|e| e.end > scene.tokens[at].start) {
            continue;
        }
        while named && matches!(scene.word(start), Some("numero" | "es" | "el" | "la")) {
            start += 1;
        }
        let Some(door) = door(scene, start, named || asked) else { continue };
        let measured = scene.word(door.end).is_some_and(is_measure) || is_of_date(scene, door.end);
        if !named && measured {
            continue;
        }
        let mention = matched(scene, &door);
        let telling = door.unit.len() >= 3 || door.unit.bytes().any(|b| b.is_ascii_alphabetic());
        let digit = door.unit.bytes().any(|b| b.is_ascii_digit());
        if !named && ((!asked && (mention.candidates.is_empty() || !telling)) || !digit) {
            continue;
        }
        let confidence = sureness(&mention, named || asked);
        let first = if named { at } else { start };
        found.push(scene.entity(Value::Unit(mention), first..door.end, confidence, true));
    }
    found
}

/// "El tres de mayo", "en dos de las tardes": what follows is no building.
fn is_of_date(scene: &Scene<'_>, end: usize) -> bool {
    let of = scene.word(end + 1);
    scene.word(end) == Some("de")
        && of.is_none_or(|word| {
            MONTHS.contains(&word) || matches!(word, "la" | "las" | "los" | "este" | "ese" | "cada")
        })
}

pub(super) fn is_measure(word: &str) -> bool {
    matches!(
        word,
        "recamara"
            | "recamaras"
            | "cuarto"
            | "cuartos"
            | "habitacion"
            | "habitaciones"
            | "dormitorios"
            | "bano"
            | "banos"
            | "minutos"
            | "horas"
            | "dias"
            | "semanas"
            | "meses"
            | "anos"
            | "am"
            | "pm"
            | "dolares"
            | "veces"
            | "personas"
            | "gatos"
            | "perros"
            | "ninos"
            | "mil"
            | "calle"
            | "avenida"
    )
}

pub(super) fn door(scene: &Scene<'_>, at: usize, wanted: bool) -> Option<Door> {
    let word = scene.word(at)?;
    let mixed = word.len() <= 6
        && word.is_ascii()
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
        && !["am", "pm", "ro", "do"].iter().any(|end| word.ends_with(end));
    if mixed {
        return Some(Door { unit: word.to_ascii_uppercase(), other: None, end: at + 1 });
    }
    if let Some((said, end)) = digits(&scene.tokens, at).filter(|(said, _)| said.len() <= 5) {
        let in_words = word.bytes().all(|b| b.is_ascii_alphabetic());
        let other = said.parse().ok().filter(|_| in_words).and_then(sounds_like);
        let (letter, end) = match letter(scene, end, true) {
            Some((letter, after)) => (letter.to_string(), after),
            None => (String::new(), end),
        };
        let other = other.map(|value| format!("{value}{letter}"));
        return Some(Door { unit: format!("{said}{letter}"), other, end });
    }
    let (first, end) = letter(scene, at, wanted)?;
    match digits(&scene.tokens, end).filter(|(said, _)| said.len() <= 4) {
        Some((said, end)) => Some(Door { unit: format!("{first}{said}"), other: None, end }),
        None if at > 0 && scene.is_unit_word(at - 1) && end > at => {
            Some(Door { unit: first.to_string(), other: None, end })
        }
        None => None,
    }
}

/// A letter by its name, with its "de burro"; one that is a word as well only where nothing follows it.
fn letter(scene: &Scene<'_>, at: usize, wanted: bool) -> Option<(char, usize)> {
    let word = scene.word(at)?;
    let letter = super::name::letter(word)?.to_ascii_uppercase();
    let example = (scene.word(at + 1) == Some("de"))
        .then(|| scene.word(at + 2).and_then(|w| w.chars().next()))
        .flatten()
        .map(|first| first.to_ascii_uppercase())
        .filter(|first| {
            *first == letter || matches!((letter, *first), ('B', 'V') | ('V', 'B') | ('C', 'S' | 'Z'))
        });
    if let Some(first) = example {
        return Some((first, at + 3));
    }
    match (word, scene.word(at + 1)) {
        ("be" | "b", Some("grande" | "larga" | "alta")) => return Some(('B', at + 2)),
        ("ve" | "v" | "be" | "b", Some("chica" | "corta" | "baja" | "chiquita")) => {
            return Some(('V', at + 2));
        }
        _ => {}
    }
    // "El tres A es donde vivo": a small word is never written with a capital behind a number.
    let written = scene.text.get(scene.tokens[at].start..scene.tokens[at].end);
    let capital = at > 0 && word.len() == 1 && written.is_some_and(|c| c.starts_with(char::is_uppercase));
    let doubtful =
        !capital && matches!(word, "a" | "e" | "o" | "u" | "y" | "de" | "te" | "se" | "ese" | "ve" | "i");
    let last = scene.tokens[at].stop
        || scene.word(at + 1).is_none_or(|next| matches!(next, "por" | "gracias"))
        // What no hour or street goes on with: "del tres a es donde vivo".
        || (word == "a" && matches!(scene.word(at + 1), Some("es" | "donde" | "de" | "del" | "en")));
    (wanted && letter.is_ascii_uppercase() && (!doubtful || last)).then_some((letter, at + 1))
}
