//! Doors of the roster: said, misheard, and not meant.

use super::*;

#[test]
fn units_are_matched_against_the_roster() {
    check(
        Some(Slot::Unit),
        &[
            ("unit four b", "unit 4B [Maple/4B]"),
            ("4b", "unit 4B [Maple/4B]"),
            ("four bee", "unit 4B [Maple/4B]"),
            ("four d as in dog", "unit 4D [Maple/4D]"),
            ("unit four, has in boy", "unit 4B [Maple/4B]"),
            ("unit four, rather than dog", "unit 4D [Maple/4D]"),
            ("it's apartment 12", "unit 12 [Maple/12]"),
            ("twelve", "unit 12 [Maple/12]"),
            ("number two oh four", "unit 204 [Maple/204 Birch/204]"),
            ("two oh four at maple court", "unit 204 [Maple/204]"),
            ("two oh four on alder", "unit 204 [Birch/204]"),
            ("fifteen", "unit 15? [Maple/15 Maple/50]"),
            ("fifty", "unit 50? [Maple/50 Maple/15]"),
            ("15", "unit 15 [Maple/15]"),
            ("sixty", "unit 60? [Birch/16]"),
            ("b twelve", "unit B12 [Birch/B12]"),
            ("four p", "unit 4P? [Maple/4B Maple/4D]"),
            ("nine nine", "unit 99 []"),
            ("i don't know", ""),
            ("i'm not a tenant", ""),
        ],
    );
    check(
        None,
        &[
            ("my sink is leaking in unit four b", "unit 4B [Maple/4B]"),
            ("i'm in two oh four and there is no heat", "unit 204 [Maple/204 Birch/204]"),
            ("apt 4-b please", "unit 4B [Maple/4B]"),
            ("suite twelve", "unit 12 [Maple/12]"),
            ("i live in apartment number fifteen", "unit 15? [Maple/15 Maple/50]"),
            ("the unit is leaking", ""),
            ("my phone number is broken", ""),
            ("i waited for 12 days", ""),
            ("the apartment is cold", ""),
            ("there are two of us in a unit", ""),
        ],
    );
}

/// A house of many doors, where almost any sound is near to one.
fn many_doors() -> Roster {
    let door = |unit: String| UnitRef { property: "Maple Court".into(), street: String::new(), unit };
    let lettered = (1..=8).flat_map(|floor| ('A'..='F').map(move |letter| format!("{floor}{letter}")));
    let numbered = (1..=3).flat_map(|floor| (1..=12).map(move |door| format!("{floor}{door:02}")));
    Roster { units: lettered.chain(numbered).map(door).collect(), ..Roster::default() }
}

fn unit_heard(text: &str, expecting: Option<Slot>, roster: &Roster) -> Option<(String, usize, bool, f32)> {
    extract(text, &context(expecting, roster)).into_iter().find_map(|entity| match entity.value {
        Value::Unit(unit) => Some((unit.unit, unit.candidates.len(), entity.read_back, entity.confidence)),
        _ => None,
    })
}

#[test]
fn a_unit_written_as_other_words_is_known_by_its_sound() {
    let roster = many_doors();
    for (text, unit) in [
        ("Apartment forby.", "4B"),
        ("forby", "4B"),
        ("Um, it's forby, please.", "4B"),
        ("apartment for B", "4B"),
        ("Apartment for be.", "4B"),
        ("No, apartment forby.", "4B"),
        ("no i said forby", "4B"),
        ("tway", "2A"),
        ("to way", "2A"),
        ("unit too a", "2A"),
        ("thray", "3A"),
        ("free a", "3A"),
        ("apartment one be", "1B"),
        ("apartment won bee", "1B"),
        ("unit for D.", "4D"),
        ("wanna one", "101"),
        ("unit to oh for", "204"),
    ] {
        let (heard, candidates, read_back, confidence) =
            unit_heard(text, Some(Slot::Unit), &roster).unwrap_or_else(|| panic!("no unit in `{text}`"));
        assert_eq!((heard.as_str(), candidates, read_back), (unit, 1, true), "{text}");
        assert!(confidence <= 0.95, "{text}");
    }
    for text in ["forby", "to way", "thray"] {
        assert!(unit_heard(text, Some(Slot::Unit), &roster).unwrap().3 < 0.7, "{text}: by sound alone");
    }
    let unasked = unit_heard("My sink leaks in apartment forby and it is bad.", None, &roster);
    assert_eq!(unasked.map(|(unit, ..)| unit).as_deref(), Some("4B"));
}

#[test]
fn ordinary_sentences_are_no_units() {
    let roster = many_doors();
    for text in [
        "I don't know.",
        "I have no idea.",
        "none",
        "No one lives there.",
        "what do you mean",
        "Why do you need that?",
        "It's for my mother.",
        "before that I have a question",
        "I forget.",
        "forget it",
        "the whole building",
        "I'm not a tenant",
        "hello",
        "nobody",
        "for me and my wife",
        "it's a house",
        "can you wait",
        "I want somebody to call me",
        "maybe",
        "twice",
        "not yet",
        "okay",
        "anyway",
    ] {
        assert_eq!(unit_heard(text, Some(Slot::Unit), &roster), None, "{text}");
    }
    for text in [
        "I would like the apartment to be clean",
        "do you have an apartment for a family",
        "is the apartment for rent",
        "the apartment for free",
        "I want an apartment by the lake",
        "my apartment is too warm",
        "the unit before was better",
        "I need an apartment for two people",
        "our apartment freezes",
        "an apartment forever",
        "the apartment floor is wet",
        "apartment fire",
        "the apartment forecast",
        "my apartment tour was nice",
        "the unit towel bar fell off",
        "is there a way to see the unit today",
        "the number to call",
    ] {
        assert_eq!(unit_heard(text, None, &roster), None, "{text}");
    }
}

#[test]
fn a_number_that_only_lettered_doors_have_is_one_of_them() {
    let roster = many_doors();
    let few = Roster {
        units: roster
            .units
            .iter()
            .filter(|unit| !unit.unit.ends_with(['C', 'D', 'E', 'F']))
            .cloned()
            .collect(),
        ..Roster::default()
    };
    for (text, expecting) in [("Number three.", Some(Slot::Unit)), ("i'm in unit three", None)] {
        let (unit, candidates, read_back, _) = unit_heard(text, expecting, &few).unwrap();
        assert_eq!((unit.as_str(), candidates, read_back), ("3", 2, true), "{text}");
    }
    assert_eq!(
        unit_heard("Number three.", Some(Slot::Unit), &roster).unwrap().1,
        0,
        "six doors are no choice"
    );
    assert_eq!(unit_heard("Unit 101.", Some(Slot::Unit), &few).unwrap().1, 1);
}
