//! What the office looks after, who works for it, and what it answers when it is asked.

use super::{OfficeFact, Unit, Vendor, checker::Checker, raw};

pub(super) fn unit(c: &mut Checker<'_>, raw: raw::Unit) -> Unit {
    c.not_empty(&raw.unit, "the unit");
    Unit { property: raw.property, street: raw.street, unit: raw.unit.into_inner() }
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
