//! Addresses and firms in Spanish: the number before the street as on the letter box, or after it as at home.

use super::{is_run_up, number::digits};
use crate::dialogue::entity::{
    Address, Entity, Scene, Slot, Value, company::vendor, place::street as street_of_roster, titled,
};

const STREETS: [&str; 10] =
    ["calle", "avenida", "av", "boulevard", "bulevar", "camino", "calzada", "carretera", "paseo", "callejon"];

pub(super) fn addresses(scene: &Scene<'_>) -> Vec<Entity> {
    let mut at = 0;
    while at < scene.tokens.len() {
        if let Some((address, end, confidence)) = address(scene, at) {
            return vec![scene.entity(Value::Address(address), at..end, confidence, true)];
        }
        at += 1;
    }
    Vec::new()
}

fn address(scene: &Scene<'_>, at: usize) -> Option<(Address, usize, f32)> {
    if let Some((number, mut after)) = digits(&scene.tokens, at).filter(|(number, _)| number.len() <= 5) {
        while matches!(scene.word(after), Some("de" | "la" | "en")) {
            after += 1;
        }
        if STREETS.iter().any(|street| scene.word(after) == Some(*street)) {
            let (street, end, known) = named(scene, after)?;
            return Some(with_unit(scene, number, street, end, known));
        }
        let (street, end, known) = street_of_roster(scene, after)?;
        return Some(with_unit(scene, number, street, end, known));
    }
    if let Some(house) = house_after(scene, at) {
        return Some(house);
    }
    if !STREETS.iter().any(|street| scene.word(at) == Some(*street)) {
        return None;
    }
    let (street, mut end, known) = named(scene, at)?;
    while matches!(scene.word(end), Some("numero" | "en" | "el")) {
        end += 1;
    }
    let (number, end) = digits(&scene.tokens, end).filter(|(number, _)| number.len() <= 5)?;
    Some(with_unit(scene, number, street, end, known))
}

/// "La de Alder Lane, setenta y siete": the number behind the street, where the office has a house of it.
fn house_after(scene: &Scene<'_>, at: usize) -> Option<(Address, usize, f32)> {
    let (street, mut end, _) = street_of_roster(scene, at).filter(|(_, _, known)| *known)?;
    while matches!(scene.word(end), Some("numero" | "el" | "la" | "en" | "es")) {
        end += 1;
    }
    let (number, end) = digits(&scene.tokens, end).filter(|(number, _)| number.len() <= 5)?;
    let written = format!("{number} {street}");
    let roster = scene.context.roster;
    let listed = roster.listings.iter().any(|listing| {
        listing.strip_prefix(&*written).is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
    });
    (listed || roster.units.iter().any(|unit| unit.street == written))
        .then(|| with_unit(scene, number, street, end, true))
}

/// The street after "calle": of the roster, or up to three words as they were said.
fn named(scene: &Scene<'_>, at: usize) -> Option<(String, usize, bool)> {
    if let Some(found) = street_of_roster(scene, at + 1).filter(|(_, _, known)| *known) {
        return Some(found);
    }
    let is_end = |at: usize| {
        scene.word(at).is_none_or(|word| {
            matches!(
                word,
                "numero" | "y" | "en" | "es" | "con" | "por" | "unidad" | "apartamento" | "departamento"
            )
        }) || digits(&scene.tokens, at).is_some()
    };
    let mut end = at + 1;
    while end < at + 4 && !is_end(end) {
        end += 1;
        if scene.tokens[end - 1].stop {
            break;
        }
    }
    if end == at + 1 {
        return None;
    }
    let words: Vec<String> = scene.tokens[at..end].iter().map(|token| titled(&token.word)).collect();
    Some((words.join(" "), end, false))
}

fn with_unit(
    scene: &Scene<'_>,
    number: String,
    street: String,
    end: usize,
    known: bool,
) -> (Address, usize, f32) {
    let mut after = end;
    let mut unit = None;
    if scene.is_unit_word(end)
        && let Some((said, stop)) = digits(&scene.tokens, end + 1)
    {
        let letter =
            scene.word(stop).and_then(super::name::letter).filter(|_| stop + 1 == scene.tokens.len());
        let tail = letter.map(|letter| letter.to_ascii_uppercase().to_string()).unwrap_or_default();
        after = if letter.is_some() { stop + 1 } else { stop };
        unit = Some(format!("{said}{tail}"));
    }
    (Address { number, street, unit, known }, after, if known { 0.9 } else { 0.65 })
}

/// Vendors of the roster; "de la compañía Rivera"; and where the company was asked for, whatever is answered.
pub(super) fn companies(scene: &Scene<'_>) -> Vec<Entity> {
    if let Some(found) = vendor(scene) {
        return vec![found];
    }
    let after_firm =
        (0..scene.tokens.len()).find(|&at| matches!(scene.word(at), Some("compania" | "empresa" | "firma")));
    let asked = scene.context.expecting == Some(Slot::Company);
    let mut start = match (after_firm, asked) {
        (Some(at), _) => at + 1,
        (None, true) => 0,
        (None, false) => return Vec::new(),
    };
    while scene.word(start).is_some_and(|word| {
        is_run_up(word)
            || matches!(
                word,
                "de" | "se" | "llama" | "llamo" | "somos" | "soy" | "compania" | "con" | "parte"
            )
    }) {
        start += 1;
    }
    let end = (start..scene.tokens.len().min(start + 4))
        .find(|&at| at > start && scene.tokens[at - 1].stop)
        .unwrap_or(scene.tokens.len().min(start + 4));
    let told = end > start && (asked || end - start <= 3);
    if !told || (!asked && scene.tokens.len() - start > 3) {
        return Vec::new();
    }
    let words: Vec<String> = scene.tokens[start..end].iter().map(|token| titled(&token.word)).collect();
    vec![scene.entity(Value::Company(words.join(" ")), start..end, if asked { 0.7 } else { 0.6 }, true)]
}
