//! Where it is: told in one breath, beside other numbers, and kept once it was agreed on.

use super::telling::{Call, office, opening};
use crate::dialogue::UnitRef;

/// An office with two buildings.
fn two_buildings() -> Call {
    let mut office = office();
    let unit = |property: &str, street: &str, unit: &str| UnitRef {
        property: property.into(),
        street: street.into(),
        unit: unit.into(),
    };
    office.roster.units = ["2A", "2B", "3A", "3B", "4A", "4B"]
        .map(|door| unit("Maple Court", "210 Maple Court", door))
        .into_iter()
        .chain(["15", "50", "101", "204"].map(|door| unit("Birch House", "18 Birch Street", door)))
        .collect();
    office.roster.streets.clear();
    office.roster.listings = vec!["77 Alder Lane".into()];
    Call::with(office, opening())
}

fn asked_where() -> Call {
    two_buildings().says("My sink is leaking in the kitchen.").hears("Which unit")
}

#[test]
fn the_unit_is_taken_and_the_hour_beside_it_is_not() {
    for said in [
        "it's 2B, and I start work at four",
        "2B. somebody has to come before nine",
        "two B. my daughter's four and put a sock in it",
        "2B, Maple Court. oh god it's cold",
    ] {
        asked_where().says(said).hears("unit 2, B as in boy, at Maple Court");
    }
}

#[test]
fn what_was_read_back_stands_whatever_is_said_besides() {
    for said in ["Yes. Oh god, hang on.", "Yes, Maple Court.", "Yes, 2B.", "Maple Court, 2B."] {
        let outcome = asked_where().says("2B").hears("unit 2, B").says(said).hears("your name").hangs_up();
        let place = outcome.place.unwrap();
        assert_eq!((place.value.as_str(), place.confirmed), ("Maple Court 2B", true), "{said}");
    }
    let outcome = two_buildings()
        .says("The boiler is leaking at 18 Birch Street.")
        .hears("1 8 Birch Street")
        .says("Yes. I have another job at eleven.")
        .hears("your name")
        .hangs_up();
    assert_eq!(outcome.place.unwrap().value, "18 Birch Street");
}

#[test]
fn the_unit_behind_its_address_is_the_unit_there() {
    let outcome = asked_where()
        .says("Eighteen Birch Street")
        .hears("1 8 Birch Street")
        .says("Yes, two oh four.")
        .hears("1 8 Birch Street, unit 2 0 4")
        .says("Yes.")
        .hangs_up();
    assert_eq!(outcome.place.unwrap().value, "18 Birch Street, unit 204");
}

#[test]
fn of_two_homes_the_one_with_the_trouble_is_meant() {
    for (said, heard) in [
        ("Hers is 3A, I'm in 3B.", "unit 3, A"),
        ("2B, Maple Court, I'm in 2A.", "unit 2, B"),
        ("I'm in 3B, don't write me up as 4B.", "unit 3, B"),
        ("4B, no wait, sorry, 4A", "unit 4, A"),
        ("It's not 4B, it's 4A", "unit 4, A"),
        ("4A, not 4B", "unit 4, A"),
    ] {
        asked_where().says(said).hears(heard);
    }
    two_buildings().says("I'm in 3B and my sink is leaking, like it did in 3A.").hears("unit 3, B");
    two_buildings().says("I'm in 3B and my neighbor in 4B has a leak.").hears("unit 4, B");
}

#[test]
fn a_place_told_at_first_is_not_asked_for_again() {
    for (said, heard) in [
        ("My sink is leaking, I live at Birch Street, one oh one.", "unit 1 0 1, at Birch House"),
        ("There is a leak, send somebody to 4A.", "unit 4, A as in apple"),
        ("The roof of the house at Alder Lane, seventy seven, has a leak.", "7 7 Alder Lane"),
    ] {
        two_buildings().says(said).hears(heard).hears_not("Which unit");
    }
}

#[test]
fn one_unit_said_in_two_ways_is_one_unit() {
    asked_where().says("Fifty. Five zero.").hears("unit 5 0").hears_not("5 5 0");
    asked_where()
        .says("fifteen at Birch, no wait sorry, it's fifty now, eighteen Birch Street, fifty")
        .hears("unit 5 0");
}

#[test]
fn what_was_read_back_right_and_is_said_again_with_a_no_is_not_thrown_away() {
    let outcome = asked_where()
        .says("204, Birch Street")
        .hears("unit 2 0 4, at Birch House")
        .says("No, Birch Street, apartment 204!")
        .hears("unit 2 0 4, at Birch House")
        .says("Yes.")
        .hears("your name")
        .hangs_up();
    assert!(outcome.place.unwrap().confirmed);
}

#[test]
fn the_building_alone_is_better_than_nothing() {
    asked_where()
        .says("It's the one at Maple Court, the left one, no unit, we're in the elevator.")
        .hears("2 1 0 Maple Court. Is that right?");
}

#[test]
fn an_extension_is_kept_with_the_number() {
    let outcome = two_buildings()
        .says("My name is Dana Reyes, the faucet is broken in unit 4B.")
        .says("Yes.")
        .says("No, call 303 555 0177, extension twelve.")
        .hears("3 0 3, 5 5 5, 0 1 7 7")
        .says("Yes, extension twelve, not the operator.")
        .hears_not("One moment")
        .hangs_up();
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+13035550177");
    assert!(outcome.notes.iter().any(|note| note == "extension twelve"), "{:?}", outcome.notes);
}

#[test]
fn a_number_in_hundreds_and_how_warm_it_is_are_told_apart() {
    asked_where()
        .says("I'm in Birch House, the big one, number two hundred and four. My husband and I moved in in ninety six.")
        .hears("unit 2 0 4")
        .hears_not("2 0 0 4");
    asked_where()
        .says("2B")
        .hears("unit 2, B")
        .says("Yeah. It's like ninety in here.")
        .hears_not("9 0")
        .hears("your name");
    asked_where().says("2B").says("Yes. Does it need a special part, the flat one?").hears_not("unit 1, A");
}

#[test]
fn fifteen_or_fifty_is_asked_about_once() {
    asked_where()
        .says("Birch House, fifteen.")
        .hears("unit 1 5, or unit 5 0")
        .says("Fifteen. One five.")
        .hears_not("unit 5 0")
        .hears("unit 1 5, at Birch House");
}

#[test]
fn a_house_of_somebody_else_has_its_street_and_no_unit() {
    asked_where().says("It's 1220 South Clarkson.").hears("1 2 2 0 South Clarkson").hears_not("unit");
    asked_where()
        .says("1640 Galena Street")
        .hears("1 6 4 0 Galena Street")
        .says("Yes. 80010.")
        .hears_not("unit")
        .hears_not("8 0 0 1 0")
        .hears("your name");
}

#[test]
fn the_number_that_they_prefer_is_taken() {
    let outcome = two_buildings()
        .says("My name is Dana Reyes, the faucet is broken in unit 4B.")
        .says("Yes.")
        .hears("calling from")
        .says("Yes, that's my desk line, but I'd prefer you use the main number, 720-865-2700.")
        .hears("7 2 0, 8 6 5, 2 7 0 0")
        .says("Yes.")
        .hangs_up();
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+17208652700");
}

#[test]
fn another_home_by_the_way_does_not_move_what_was_agreed_on() {
    let asked = || asked_where().says("101, Birch Street").says("Yes.").hears("your name");
    let outcome = asked().says("Fatima Noor, and my sister looked at 3A last week.").hangs_up();
    assert_eq!(outcome.place.unwrap().value, "Birch House 101");
    for right in ["Fatima Noor. No wait, sorry, it's 3A.", "Fatima Noor, I'm in 3A actually, not 101."] {
        let outcome = asked().says(right).hangs_up();
        assert_eq!(outcome.place.unwrap().value, "Maple Court 3A", "{right}");
    }
    let outcome = asked().says("The kitchen of 3A is on fire!").hangs_up();
    assert_eq!(outcome.place.unwrap().value, "Maple Court 3A");
}
