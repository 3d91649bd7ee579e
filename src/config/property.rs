//! What the office looks after, who works for it, and what it answers when it is asked.

use std::collections::BTreeSet;

use super::{OfficeFact, Unit, Vendor, checker::Checker, raw};

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
