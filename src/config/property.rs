//! What the office looks after, who works for it, and what it answers when it is asked.

use std::collections::BTreeSet;

use super::{Config, Listing, OfficeFact, Translation, Unit, Vendor, checker::Checker, raw};

/// The roster; no door is there twice.
pub(super) fn units(c: &mut Checker<'_>, raw: Vec<raw::Unit>) -> Vec<Unit> {
    let mut doors = BTreeSet::new();
    let mut units = Vec::new();
    for raw in raw {
        c.not_empty(&raw.unit, "the unit");
        let door = raw.unit.get_ref().trim().to_lowercase();
        if !doors.insert((raw.property.clone(), raw.street.clone(), door)) {
            let what = format_args!("unit {} of {} is there twice", raw.unit.get_ref(), raw.property);
            c.problem(&raw.unit, what, "delete one of the two sections, or put the number of the door right");
        }
        units.push(Unit { property: raw.property, street: raw.street, unit: raw.unit.into_inner() });
    }
    units
}

pub(super) fn vendor(c: &mut Checker<'_>, raw: raw::Vendor) -> Vendor {
    let number = raw.number.and_then(|n| c.number(&n));
    Vendor { name: raw.name, trade: raw.trade, number }
}

/// What nobody is told needs no translation: most often the words were changed where they stand.
pub(super) fn translation(c: &mut Checker<'_>, config: &Config, raw: raw::Translation) -> Translation {
    let said = |words: &str| words.trim() == raw.of.get_ref().trim();
    let of_home = |home: &Listing| {
        let more = [&home.available, &home.pets, &home.parking];
        said(&home.summary) || more.into_iter().flatten().any(|words| said(words))
    };
    let known = config.facts.iter().any(|fact| said(&fact.say)) || config.listings.iter().any(of_home);
    // A fact that was put otherwise still answers; its callers hear it in English until the translation is put right.
    if !known {
        c.warn(
            &raw.of,
            "a translation of words that no [[fact]] and no [[listing]] has",
            "write `of` exactly as the words stand there, or take the translation out",
        );
    }
    if raw.spanish.trim().is_empty() {
        c.problem(&raw.of, "a translation without words", "write spanish = \"...\"");
    }
    Translation { of: raw.of.into_inner().trim().to_owned(), spanish: raw.spanish.trim().to_owned() }
}

pub(super) fn fact(c: &mut Checker<'_>, raw: raw::Fact) -> OfficeFact {
    if raw.ask.get_ref().iter().all(|word| word.trim().is_empty()) {
        c.problem(
            &raw.ask,
            "a fact without words to know the question by",
            "write ask = [\"trash\", \"garbage\"]",
        );
    }
    OfficeFact { ask: raw.ask.into_inner(), say: raw.say }
}
