//! The readers of Spanish: the same values, by the words and the order in which they are said.

mod building;
mod home;
mod name;
mod number;
mod phone;
mod place;
#[cfg(test)]
mod tests;
mod unit;
mod when;

use super::{Reader, Slot, email, purchase};

pub(super) use home::accesses;
pub(super) use number::cardinal;
pub(in crate::dialogue) use when::MONTHS;

/// One for each slot, as the readers of English.
pub(super) fn readers() -> Vec<(Slot, Reader)> {
    vec![
        (Slot::Email, email::emails),
        (Slot::Phone, phone::phones),
        // A door or a house number beside the name of its building, whichever of the two was asked for.
        (Slot::Address, building::homes),
        (Slot::Address, place::addresses),
        (Slot::Bedrooms, home::bedrooms),
        (Slot::Budget, home::budgets),
        (Slot::Unit, building::homes),
        (Slot::Unit, unit::units),
        (Slot::MoveIn, when::whens),
        (Slot::Name, name::names),
        (Slot::Company, place::companies),
        (Slot::Pets, home::pets),
        (Slot::Price, purchase::prices),
        (Slot::Financing, purchase::financings),
        (Slot::Area, purchase::areas),
    ]
}

/// Is this a word that stands before the name of a unit?
pub(super) fn is_unit_word(word: &str, before: Option<&str>) -> bool {
    match word {
        "unidad" | "apartamento" | "departamento" | "depa" | "apto" | "depto" | "apt" | "piso" | "suite" => {
            true
        }
        "numero" => !matches!(before, Some("mi" | "telefono" | "de" | "su" | "el" | "un")),
        _ => false,
    }
}

/// What comes before an answer: "eh, sí, es el …".
pub(super) fn is_run_up(word: &str) -> bool {
    matches!(
        word,
        "eh" | "em"
            | "este"
            | "pues"
            | "bueno"
            | "si"
            | "claro"
            | "ok"
            | "okay"
            | "hola"
            | "es"
            | "seria"
            | "el"
            | "la"
            | "ah"
            | "oh"
            | "mire"
            | "buenas"
            | "buenos"
            | "tardes"
            | "dias"
            | "noches"
            | "por"
            | "favor"
            | "senorita"
            | "senor"
            | "a"
            | "ver"
            | "en"
            | "que"
            | "de"
            | "disculpe"
            | "oiga"
    )
}
