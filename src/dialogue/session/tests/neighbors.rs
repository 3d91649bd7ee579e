//! Whose home it is: the caller's, a neighbour's, the office's.

use super::telling::{Call, office, opening};
use crate::dialogue::UnitRef;

fn maple() -> Call {
    let mut office = office();
    office.address = Some("210 Maple Court, Denver".into());
    office.roster.units = ["1B", "2B", "3A", "3B", "4A", "4B"]
        .map(|door| UnitRef {
            property: "Maple Court".into(),
            street: "210 Maple Court".into(),
            unit: door.into(),
        })
        .into();
    office.roster.streets.clear();
    office.roster.listings = vec!["77 Alder Lane".into()];
    Call::with(office, opening())
}

#[test]
fn whoever_complains_is_asked_for_their_own_home() {
    let asked = || maple().says("I want to make a complaint about my neighbor's loud music.");
    for (said, heard) in [
        ("I'm in 1B, they're in 2B", "unit 1, B"),
        ("I'm in 3B. The noise is in 4B.", "unit 3, B"),
        ("2B is him. I'm in 4B.", "unit 4, B"),
        ("4B", "unit 4, B"),
    ] {
        asked().says(said).hears(heard);
    }
    maple().says("I want to make a complaint about my neighbor's dog next door, 3A.").hears_not("unit 3, A");
    maple().says("I want to make a complaint about the neighbor in 2B.").hears_not("unit 2, B");
    maple().says("I'm the tenant in 2B and my neighbor is loud.").hears("unit 2, B");
}

#[test]
fn a_leak_that_comes_from_a_neighbor_is_where_it_comes_from() {
    maple().says("My sink is leaking, it comes from the people in 4B.").hears("unit 4, B");
}

#[test]
fn the_house_beside_ours_has_its_own_number() {
    let asked = || maple().says("There is a leak in the kitchen.").hears("Which unit");
    asked().says("The house next to yours, 79 Alder!").hears("7 9 Alder Lane");
    asked().says("It's the yellow house, number 81. Yours is 77, I guess.").hears("7 7 Alder Lane");
}

#[test]
fn nobody_lives_at_the_office() {
    maple()
        .says("I want to leave a message, I found some keys.")
        .hears("your name")
        .says("Walt. I can leave them at your office, 210 Maple Court, right?")
        .hears_not("2 1 0 Maple Court");
}
