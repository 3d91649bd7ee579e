//! Telephone numbers as they are dictated in Spanish: `trescientos tres, cinco cincuenta y cinco, cero uno cuatro dos`.

use super::number::digits;
use crate::dialogue::entity::{
    Entity, Scene, Slot, Value,
    phone::{LEAST_ASKED, LEAST_UNASKED, corrected, read},
};

pub(super) fn phones(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Phone);
    let least = if asked { LEAST_ASKED } else { LEAST_UNASKED };
    let mut found = Vec::new();
    let mut at = 0;
    while at < scene.tokens.len() {
        let Some((mut said, mut end)) = digits(&scene.tokens, at) else {
            at += 1;
            continue;
        };
        let start = at;
        at = end;
        if said.len() < least || scene.follows_unit_word(start) || (!asked && scene.is_amount(start, end)) {
            continue;
        }
        if let Some((right, after)) = correction(scene, end)
            && right.len() <= said.len()
        {
            said = corrected(&said, right);
            end = after;
            at = after;
        }
        let plus = scene.text[..scene.tokens[start].start].ends_with('+');
        let (value, confidence) = read(&said, plus, scene.context.home_area_code);
        if matches!(value, Value::PhoneFragment(_)) && !asked {
            continue;
        }
        found.push(scene.entity(value, start..end, confidence, true));
    }
    found
}

/// "… cuatro dos, no, perdón, cuatro tres".
fn correction(scene: &Scene<'_>, at: usize) -> Option<(String, usize)> {
    let back = |word: &str| matches!(word, "no" | "perdon" | "digo" | "disculpe" | "espere" | "mejor" | "es");
    if !scene.word(at).is_some_and(|word| back(word) && word != "es") {
        return None;
    }
    let mut next = at + 1;
    while scene.word(next).is_some_and(back) {
        next += 1;
    }
    digits(&scene.tokens, next)
}
