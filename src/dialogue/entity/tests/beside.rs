//! What is said in one breath: names beside homes, firms beside names, and whoever is only spoken of.

use super::*;

#[test]
fn a_name_behind_a_yes_or_before_a_home_is_heard() {
    check(
        Some(Slot::Unit),
        &[
            ("Correct. Sophie Lindqvist, if you need it.", "name Sophie Lindqvist"),
            ("Yes it is. Ivan Petrov is my name. No hurry about it.", "name Ivan Petrov"),
            ("Correct. Thank God.", ""),
            ("Yes. Maple Court.", "address 1200 Maple Street"),
        ],
    );
    check(
        None,
        &[
            (
                "I want someone to call me. Lena Fisher, 204.",
                "name Lena Fisher; unit 204 [Maple/204 Birch/204]",
            ),
            ("Someone is yelling upstairs. Tom Dunn, 204.", "unit 204 [Maple/204 Birch/204]"),
            ("It's Jenny from 4B.", "name Jenny; unit 4B [Maple/4B]"),
            ("Is it a flat fee or a percentage?", ""),
        ],
    );
    check(
        Some(Slot::Name),
        &[
            ("My medication is in there. Dennis Fry, 4B Maple Court.", "name Dennis Fry; unit 4B [Maple/4B]"),
            ("Is she in? Dana Reyes.", ""),
            ("It's Birch House, I'm in 16.", "unit 16 [Birch/16]"),
            ("It's Birch House.", ""),
        ],
    );
}

#[test]
fn a_given_name_with_a_home_is_whoever_speaks_unless_more_is_told_of_them() {
    let roster = roster();
    let sure = |text: &str| {
        extract(text, &context(None, &roster))
            .iter()
            .any(|entity| matches!(entity.value, Value::Name(_)) && entity.confidence >= 0.8)
    };
    assert!(sure("Can I speak with Robin please? It's Jenny from 4B, he knows what it's about."));
    assert!(sure("I'm Brianna."));
    assert!(!sure("It's Jenny from 4B who is so loud."));
    assert!(!sure("I'm Irish."));
}

#[test]
fn an_answer_is_told_from_what_is_only_spoken_of() {
    check(
        Some(Slot::Name),
        &[
            ("Seriously? Jeff. Jeff, her husband.", "name Jeff"),
            ("No, Little Sprouts is the daycare. I'm Brianna.", "name Brianna"),
            ("Ivan Petrov is my name", "name Ivan Petrov"),
            ("Just say Paula called.", "name Paula"),
            ("Just say no.", ""),
            ("Yes. Joe says so.", ""),
            ("Me llamo Rosa Ortega", "name Rosa Ortega"),
            ("Irving Salk. I'm the old fellow.", "name Irving Salk"),
            ("Calling about the sink", ""),
            ("Farid. I drive for a taxi firm", "name Farid"),
            ("Listen. I need somebody here", ""),
            ("Yes. Well. I call later.", ""),
            ("Solomon, first name. Last name Getachew.", "name Solomon Getachew"),
            ("Priya and Tom Hadley", "name Priya and Tom Hadley"),
            ("Fern Delgado, F E R N", "name Fern Delgado"),
        ],
    );
    let roster = roster();
    let robles =
        PersonName { given: "Ximena".into(), family: Some("Robles".into()), spelled: false, known: None };
    let read_back = Context { read_back: Some(&robles), ..context(Some(Slot::Name), &roster) };
    for agreed in ["S\u{ed}. Yes.", "S\u{ed}, correcto.", "Yes. Joe says so.", "Yes. Cancel it, please."] {
        assert_eq!(heard_in(agreed, &read_back), "", "{agreed}");
    }
    assert_eq!(heard_in("S\u{ed}, Joe.", &read_back), "name Joe");
}

#[test]
fn firms_are_heard_at_first_and_nobody_is_one() {
    check(
        None,
        &[
            ("dispatch at Wyatt's Towing", "company Wyatt's Towing"),
            ("I call from Two Brothers Moving", "company Two Brothers Moving"),
            ("we are moving from Denver", ""),
            ("I work at Denver University", ""),
            ("Dave Prescott, State Farm.", "name Dave Prescott; company State Farm"),
            ("Dave Prescott, Maple Court.", "name Dave Prescott"),
            ("Yeah hi, Dave Prescott, State Farm.", "name Dave Prescott; company State Farm"),
        ],
    );
    check(
        Some(Slot::Company),
        &[
            ("Tommy.", ""),
            ("Wyatt's Towing, I said that.", "company Wyatt's Towing"),
            ("Two Brothers Moving. I am Stelian.", "company Two Brothers Moving; name Stelian"),
        ],
    );
}

#[test]
fn two_halves_of_a_house_are_both_written_down() {
    check(
        Some(Slot::Address),
        &[
            (
                "thirty eight twelve and thirty eight fourteen Pierce Street",
                "address 3812 and 3814 Pierce Street",
            ),
            ("1640 Galena Street", "address 1640 Galena Street"),
        ],
    );
    check(
        Some(Slot::Unit),
        &[("303 555 0164. Oh, unit? 4B, Maple Court.", "phone +13035550164; unit 4B [Maple/4B]")],
    );
}
