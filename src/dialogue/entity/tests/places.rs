//! Homes as they are told in one breath, beside numbers that are none.

use super::*;

/// Two houses of several doors, and a house to let.
fn two_houses() -> Roster {
    let unit = |property: &str, street: &str, unit: &str| UnitRef {
        property: property.into(),
        street: street.into(),
        unit: unit.into(),
    };
    let lettered = (1..=4).flat_map(|floor| ["A", "B"].map(|letter| format!("{floor}{letter}")));
    let maple = lettered.map(|door| unit("Maple Court", "210 Maple Court", &door));
    let birch = ["15", "50", "101", "204"].map(|door| unit("Birch House", "18 Birch Street", door));
    Roster {
        units: maple.chain(birch).collect(),
        listings: vec![
            "210 Maple Court, apartment 3A".into(),
            "18 Birch Street, apartment 204".into(),
            "77 Alder Lane".into(),
        ],
        ..Roster::default()
    }
}

/// The places and days that are heard, beside names and whatever else.
fn place_heard(text: &str, expecting: Option<Slot>) -> String {
    let roster = two_houses();
    let found = extract(text, &context(expecting, &roster));
    let places = found.iter().filter(|e| matches!(e.slot(), Slot::Unit | Slot::Address | Slot::Listing));
    places.map(|entity| shown(&entity.value)).collect::<Vec<_>>().join("; ")
}

fn check_places(expecting: Option<Slot>, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| place_heard(text, expecting) != *expected)
        .map(|(text, expected)| {
            format!("\n  {text}\n    heard    {}\n    expected {expected}", place_heard(text, expecting))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} misheard:{}", wrong.len(), cases.len(), wrong.concat());
}

#[test]
fn a_time_an_age_and_a_cry_take_no_units_place() {
    check_places(
        Some(Slot::Unit),
        &[
            ("it's 2B, and I start my shift at four", "unit 2B [Maple/2B]"),
            ("3A. please be here before nine", "unit 3A [Maple/3A]"),
            ("two B. my boy's four and he's stuck", "unit 2B [Maple/2B]"),
            ("4B. oh god it's everywhere", "unit 4B [Maple/4B]"),
            ("oh god, oh, um, four B", "unit 4B [Maple/4B]"),
            ("oh, two oh four", "unit 204 [Birch/204]"),
            ("oh my god, oh my god", ""),
            ("oh wait no no, it's just the toaster", ""),
            ("yes. the CO one. is that bad?", ""),
            ("yeah. I've got another job at eleven", ""),
            ("just tell them to come at nine", ""),
            ("I don't know. I'm four", ""),
            ("yes. we're back by 5 p.m. tomorrow", ""),
            ("no unit, we're in the elevator", ""),
            ("no. two B. four is when I work", "unit 2B [Maple/2B]"),
            ("it's been dripping since 2019", ""),
            ("2A. since ten this morning, three times", "unit 2A [Maple/2A]"),
            ("four A, I told you", "unit 4A [Maple/4A]"),
            ("two A yes", "unit 2A [Maple/2A]"),
            ("fifty, five zero", "unit 50 [Birch/50]"),
            ("two oh four, 204", "unit 204 [Birch/204]"),
            ("it's fifty", "unit 50? [Birch/50 Birch/15]"),
            ("three", "unit 3? [Maple/3A Maple/3B]"),
            ("I'm in four", "unit 4? [Maple/4A Maple/4B]"),
        ],
    );
}

#[test]
fn the_unit_and_its_building_are_told_in_any_order() {
    for expecting in [None, Some(Slot::Unit), Some(Slot::Address)] {
        check_places(
            expecting,
            &[
                ("Maple Court, 3B", "unit 3B [Maple/3B]"),
                ("3B, two ten Maple", "address 210 Maple Court #3B"),
                ("two ten Maple Court, 3B", "address 210 Maple Court #3B"),
                ("eighteen Birch, one oh one", "address 18 Birch Street #101"),
                ("two oh four, Birch Street", "unit 204 [Birch/204]"),
                ("two oh four, eighteen Birch Street", "address 18 Birch Street #204"),
                ("um Birch Street, two oh four", "unit 204 [Birch/204]"),
                ("Birch Street 204, as I said", "unit 204 [Birch/204]"),
                ("four A. Maple Court", "unit 4A [Maple/4A]"),
                ("four A Maple Court", "unit 4A [Maple/4A]"),
                ("Birch House, number two oh four", "unit 204 [Birch/204]"),
                ("we're at 101, Birch Street", "unit 101 [Birch/101]"),
                ("eighteen Birch Street, fifty", "address 18 Birch Street #50"),
                ("he's seventy two, Maple Court, 2A", "unit 2A [Maple/2A]"),
                ("Birch Street, 18, the cellar", "address 18 Birch Street"),
                ("Birch Street number eighteen", "address 18 Birch Street"),
            ],
        );
    }
}

#[test]
fn a_house_of_one_home_needs_no_number() {
    check_places(
        Some(Slot::Unit),
        &[
            ("the Alder Lane house", "address 77 Alder Lane"),
            ("I told you, Alder Lane, seventy seven", "address 77 Alder Lane"),
            ("seventy seven Alder", "address 77 Alder Lane"),
        ],
    );
    check_places(Some(Slot::Listing), &[("the Alder Lane one", "listing 77 Alder Lane")]);
    check_places(Some(Slot::Listing), &[("the Birch Street one", "listing 18 Birch Street, apartment 204")]);
    check_places(
        None,
        &[
            ("is the house on Alder Lane still free", "listing 77 Alder Lane"),
            ("the one bedroom on Birch Street", "listing 18 Birch Street, apartment 204"),
            ("I live on Birch Street and the lift is out", ""),
        ],
    );
}

#[test]
fn a_door_with_a_letter_is_heard_unasked() {
    check_places(
        None,
        &[
            ("send somebody to 4A, he's hitting her", "unit 4A [Maple/4A]"),
            ("I'm next door to 4A and it smells of smoke", "unit 4A [Maple/4A]"),
            ("he locks me in when he leaves. 3B", "unit 3B [Maple/3B]"),
            ("I moved out of 1B five weeks ago", "unit 1B [Maple/1B]"),
            ("the tenant above 2A", "unit 2A [Maple/2A]"),
            ("in four a pipe broke", ""),
            ("I need 3D glasses", ""),
            ("I want to be called back at four", ""),
        ],
    );
}

#[test]
fn digits_of_something_else_and_corrections_leave_the_number_whole() {
    check(
        Some(Slot::Phone),
        &[
            ("it's seven two oh, two four, no sorry, two five four, oh oh one one", "phone +17202540011"),
            (
                "plus one, eight double oh, two four, no sorry, two five four, double oh one one",
                "phone +18002540011",
            ),
            (
                "seven two oh, five five five, oh one nine eight, and my reference is two six one one four oh three",
                "phone +17205550198",
            ),
            (
                "seven two oh, triple five, oh one nine eight, and the case number's two six dash one one four oh three",
                "phone +17205550198",
            ),
            ("three oh three, double five five, oh one five oh. Extension one two two", "phone +13035550150"),
            ("eight hundred two five four double oh one one, not three oh three", "phone +18002540011"),
            ("oh, three oh three five five five oh one four two", "phone +13035550142"),
            ("the number is three oh three five five five oh one four two", "phone +13035550142"),
        ],
    );
}

#[test]
fn one_is_no_hour_where_it_stands_for_a_day() {
    check(
        Some(Slot::When),
        &[
            ("no, not this coming one, the one after. december eighth", "when 2026-12-08"),
            ("tuesday's better. the tuesday after next at four", "when 2026-12-01 16h"),
            ("not thanksgiving. wednesday at five then", "when 2026-11-25 17h"),
            ("why not tuesday", "when 2026-11-24"),
            ("at one", "when 13h"),
        ],
    );
}

#[test]
fn a_number_in_hundreds_is_one_number() {
    for expecting in [None, Some(Slot::Unit), Some(Slot::Address)] {
        check_places(
            expecting,
            &[
                ("Birch House, two hundred and four.", "unit 204 [Birch/204]"),
                ("Birch House, two hundred four.", "unit 204 [Birch/204]"),
                ("two hundred and four, eighteen Birch Street", "address 18 Birch Street #204"),
            ],
        );
    }
    check(
        Some(Slot::Phone),
        &[
            ("eight hundred five five five oh one four two", "phone +18005550142"),
            ("eight hundred, two five four, double oh one one", "phone +18002540011"),
        ],
    );
}

#[test]
fn how_warm_it_is_and_what_is_flat_are_no_units() {
    check_places(
        Some(Slot::Unit),
        &[
            ("Yeah. It's like ninety in here and I got my grandma with me.", ""),
            ("It's fifty in here.", ""),
            ("It's fifty degrees in here and there's a newborn.", ""),
            ("It was fifteen below outside.", ""),
            ("does it need a special battery, the flat one?", ""),
            ("It's fifty in Birch House.", "unit 50? [Birch/50 Birch/15]"),
            ("flat one B", "unit 1B [Maple/1B]"),
            ("I'm in the flat one B", "unit 1B [Maple/1B]"),
        ],
    );
}

#[test]
fn a_number_in_doubt_is_told_apart_in_the_same_breath() {
    check_places(
        Some(Slot::Unit),
        &[
            ("One five. Fifteen. Speak slower, please.", "unit 15 [Birch/15]"),
            ("Fifteen, dear, one five. And my eyes are watering.", "unit 15 [Birch/15]"),
            ("Fifteen, dear.", "unit 15? [Birch/15 Birch/50]"),
        ],
    );
}

#[test]
fn a_street_without_its_suffix_and_a_zip_code_are_no_units() {
    check_places(
        Some(Slot::Address),
        &[
            ("It's 1220 South Clarkson.", "address 1220 South Clarkson"),
            ("twelve twenty south clarkson", "address 1220 South Clarkson"),
            ("It's 1220 South Clarkson Street.", "address 1220 South Clarkson Street"),
        ],
    );
    for expecting in [Some(Slot::Unit), Some(Slot::Address)] {
        check_places(expecting, &[("Yes. 80010.", ""), ("8 0 0 1 0", "")]);
    }
    check_places(Some(Slot::Unit), &[("204, south side", "unit 204 [Birch/204]")]);
    check_places(Some(Slot::Address), &[("204 South side", ""), ("the second floor, 12 west wing", "")]);
}

#[test]
fn the_number_that_they_would_rather_have_used_is_the_number() {
    check(
        Some(Slot::Phone),
        &[
            (
                "Yes, that's my desk line, but I'd prefer you use the main number, 720-865-2700.",
                "phone +17208652700",
            ),
            ("No, use the other number 720 865 2700", "phone +17208652700"),
        ],
    );
    check(None, &[("I'm in number two oh four", "unit 204 [Maple/204 Birch/204]")]);
}

#[test]
fn rooms_are_told_from_people_and_the_last_ones_put_the_first_right() {
    check(
        Some(Slot::Bedrooms),
        &[
            ("For me and my wife and one baby. Two bedroom.", "bedrooms 2"),
            ("Four people.", ""),
            ("Two.", "bedrooms 2"),
        ],
    );
    check(
        None,
        &[
            ("the one bedroom, actually no, wait, is the three bedroom still there", "bedrooms 3"),
            ("a two bedroom, no, not one bedroom", "bedrooms 2"),
        ],
    );
    check(
        Some(Slot::Phone),
        &[("Is this 303 555 0100?", ""), ("This is 303 555 0100.", "phone +13035550100")],
    );
}
