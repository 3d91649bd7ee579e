//! Read-backs that are wrong, and how they are put right.

use super::telling::{Call, office, opening};
use crate::dialogue::{Expectation, Opening, UnitRef};

fn asked_for_unit() -> Call {
    Call::new().says("My sink is leaking in the kitchen.").hears("Which unit")
}

fn offered_their_number() -> Call {
    asked_for_unit().says("4D").says("Yes.").says("Dana Reyes").says("Yes.").hears("calling from")
}

#[test]
fn a_letter_is_corrected_and_read_back_again() {
    let outcome = asked_for_unit()
        .says("4B")
        .hears("unit 4, B as in boy")
        .says("No, 4D as in dog.")
        .hears("unit 4, D as in dog")
        .says("Yes.")
        .hears("your name")
        .hangs_up();
    let place = outcome.place.unwrap();
    assert_eq!((place.value.as_str(), place.confirmed), ("Maple Court 4D", true));
}

#[test]
fn a_plain_no_asks_once_more() {
    asked_for_unit()
        .says("204")
        .says("No.")
        .hears("Please say the unit once more")
        .says("Unit 4D")
        .says("Yes.")
        .hears("your name");
}

#[test]
fn after_two_failed_hearings_the_unit_is_keyed_in() {
    asked_for_unit()
        .says("4B")
        .says("No.")
        .says("4D")
        .says("No.")
        .hears("press the unit on your telephone's keys")
        .keys("43")
        .hears("4, D as in dog")
        .keys("#")
        .says("Yes.")
        .hears("your name");
    // 204 begins with a 2 as well: what was keyed is whole when no further key comes.
    asked_for_unit()
        .mumbles()
        .mumbles()
        .hears("press the unit on your telephone's keys")
        .keys("2")
        .falls_silent()
        .hears("unit 2");
}

#[test]
fn after_two_failed_hearings_the_number_is_keyed_in() {
    offered_their_number()
        .says("No, another number.")
        .mumbles()
        .mumbles()
        .hears("press the ten digits")
        .keys("3035550177")
        .hears("3 0 3, 5 5 5, 0 1 7 7");
}

#[test]
fn digits_in_answer_to_the_number_they_call_from_are_another_one_and_in_the_end_keyed() {
    offered_their_number()
        .says("Call me on zero six, five five five, zero one eight four.")
        .hears("ten digits of the number")
        .says("Call me on zero six, five five five, zero one eight four.")
        .hears("press the ten digits")
        .keys("2065550184")
        .hears("2 0 6, 5 5 5, 0 1 8 4");
    offered_their_number()
        .says("Two zero six.")
        .hears("2 0 6")
        .says("Five five five, zero one eight four.")
        .hears("2 0 6, 5 5 5, 0 1 8 4");
}

#[test]
fn what_is_neither_heard_nor_keyed_is_kept_and_said_to_be_unconfirmed() {
    let outcome = asked_for_unit()
        .says("4B")
        .says("No.")
        .says("4D")
        .says("No.")
        .mumbles()
        .hears("and the team will confirm it")
        .hears("your name")
        .hangs_up();
    let place = outcome.place.unwrap();
    assert_eq!((place.value.as_str(), place.confirmed), ("Maple Court 4D", false));
    assert!(
        outcome.notes.iter().any(|note| note.contains("the unit was not confirmed")),
        "{:?}",
        outcome.notes
    );
}

#[test]
fn fifteen_or_fifty_is_asked_and_not_guessed() {
    for (chosen, unit) in [("The second one", "Maple Court 50"), ("Unit 15", "Maple Court 15")] {
        let outcome = asked_for_unit()
            .says("Fifteen")
            .hears("Is that unit 1 5, or unit 5 0?")
            .hopes_for(Expectation::UnitOrAddress)
            .says(chosen)
            .says("Yes.")
            .hears("your name")
            .hangs_up();
        assert_eq!(outcome.place.unwrap().value, unit);
    }
}

#[test]
fn a_choice_never_made_is_kept_open_and_said_so() {
    let outcome = asked_for_unit()
        .says("Fifteen")
        .says("Banana")
        .says("Banana bread")
        .hears("press the unit on your telephone's keys")
        .mumbles()
        .hears("the team will confirm it")
        .goes_on()
        .hangs_up();
    assert!(!outcome.place.unwrap().confirmed);
}

#[test]
fn the_same_unit_in_two_properties_is_asked_by_property() {
    let mut office = office();
    office.roster.units.push(UnitRef {
        property: "Alder House".into(),
        street: String::new(),
        unit: "204".into(),
    });
    let outcome = Call::with(office, opening())
        .says("My sink is leaking in the kitchen.")
        .says("204")
        .hears("Is that Maple Court, or Alder House?")
        .says("Alder House")
        .hears("unit 2 0 4, at Alder House")
        .says("Yes")
        .hangs_up();
    assert_eq!(outcome.place.unwrap().value, "Alder House 204");
}

#[test]
fn of_two_things_read_back_the_wrong_one_is_named() {
    let outcome = Call::new()
        .says("My name is Dana Price, the faucet is broken in unit 4D.")
        .hears("Dana Price")
        .says("No.")
        .hears("Which part is wrong: the unit, or the name?")
        .says("The name.")
        .hears("spell the last name")
        .says("Dana Reyes")
        .hears("spelled R E Y E S")
        .says("Yes.")
        .hangs_up();
    assert!(outcome.place.unwrap().confirmed);
    assert_eq!(outcome.name.unwrap().value, "Dana Reyes");
}

#[test]
fn a_correction_may_come_long_after() {
    let outcome = Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .hears("your name")
        .says("Oh wait, it's unit 4D.")
        .hears("unit 4, D as in dog")
        .says("Yes.")
        .hears("your name")
        .hangs_up();
    assert_eq!(outcome.place.unwrap().value, "Maple Court 4D");
}

#[test]
fn an_address_does_as_well_as_a_unit() {
    let outcome = asked_for_unit()
        .says("812 Alder Avenue")
        .hears("8 1 2 Alder Avenue")
        .says("Yes")
        .hears("your name")
        .hangs_up();
    assert_eq!(outcome.place.unwrap().value, "812 Alder Avenue");
}

fn asked_for_number() -> Call {
    let opening = Opening { caller: None, ..opening() };
    Call::with(office(), opening)
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .hears("What is the best number to call you back?")
        .hopes_for(Expectation::PhoneNumber)
}

#[test]
fn a_number_may_come_in_parts() {
    let outcome = asked_for_number()
        .says("303")
        .hears("3 0 3, and then?")
        .says("555 0177")
        .hears("3 0 3, 5 5 5, 0 1 7 7")
        .says("Yes.")
        .hears("May we enter")
        .hangs_up();
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+13035550177");
}

#[test]
fn no_call_me_on_another_number_is_no_wish_not_to_be_called() {
    let asked = || {
        Call::new()
            .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
            .says("Yes.")
            .hears("the best one to call back?")
    };
    for words in ["No, call me on three or three.", "No, call me on 303."] {
        asked().says(words).hears("3 0 3, and then?");
    }
    asked().says("No, call me on my cell.").hears("What is the best number to call you back?");
}

#[test]
fn a_number_may_be_keyed() {
    let outcome = asked_for_number()
        .keys("3035550177")
        .hears("3 0 3, 5 5 5, 0 1 7 7")
        .keys("1")
        .hears("May we enter")
        .hangs_up();
    assert!(outcome.callback.unwrap().confirmed);
}

#[test]
fn a_number_put_right_is_no_question_whatever_the_words_around_it_became() {
    let outcome = asked_for_number()
        .says("Call me Yantu 5550158")
        .hears_not("Yantu")
        .says("Do you have spare keys in the office, 212, 555, 0158.")
        .hears_not("don't know")
        .hears("2 1 2, 5 5 5, 0 1 5 8")
        .says("Yes.")
        .hears("May we enter")
        .hangs_up();
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+12125550158");
    assert_eq!(outcome.name.unwrap().value, "Dana Reyes");
}

#[test]
fn a_number_that_is_never_given_is_done_without() {
    let outcome = asked_for_number()
        .says("I'd rather not say.")
        .hears("we can do without")
        .hears("May we enter")
        .says("Yes")
        .hears("To be called back, please call again with a number.")
        .says("Bye")
        .ends(crate::dialogue::EndReason::Goodbye);
    assert_eq!(outcome.callback, None);
}

#[test]
fn another_number_than_the_callers_is_taken() {
    let outcome = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .says("No, call 303 555 0177.")
        .hears("3 0 3, 5 5 5, 0 1 7 7")
        .says("Yes.")
        .hangs_up();
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+13035550177");
}

#[test]
fn an_answer_to_a_question_that_was_not_heard_is_no_answer() {
    let mut call = asked_for_unit().says("204");
    call.session.handle_unheard();
    let outcome = call.says("Yes.").hears("2 0 4").hangs_up();
    assert!(!outcome.place.unwrap().confirmed, "the yes was to something else");
}

#[test]
fn what_is_repeated_as_the_answer_is_a_yes() {
    let outcome = asked_for_unit().says("204").says("Unit 204").hears("your name").hangs_up();
    assert!(outcome.place.unwrap().confirmed);
}

#[test]
fn a_unit_written_as_another_word_is_read_back_and_kept() {
    let outcome = asked_for_unit()
        .says("Apartment forby.")
        .hears("unit 4, B as in boy")
        .says("Yes.")
        .hears("your name")
        .hangs_up();
    let place = outcome.place.unwrap();
    assert_eq!((place.value.as_str(), place.confirmed), ("Maple Court 4B", true));
}

#[test]
fn a_unit_misheard_may_be_said_again_in_another_way() {
    asked_for_unit()
        .says("Apartment forby.")
        .says("No, apartment four dee.")
        .hears("unit 4, D as in dog")
        .says("Yes.")
        .hears("your name");
}

#[test]
fn a_name_misheard_is_put_right_by_saying_or_spelling_it_again() {
    for correction in ["No.", "No, that's not right."] {
        for again in ["Dana Reyes", "Reyes, R E Y E S.", "Dana Reyes. R. E. Y. E. S."] {
            let outcome = Call::new()
                .says("My sink is leaking in unit 204 again.")
                .says("Yes.")
                .hears("your name")
                .says("Dean Aurelius")
                .hears("Dean Aurelius")
                .says(correction)
                .hears("spell")
                .says(again)
                .hears("R E Y E S")
                .says("Yes.")
                .hangs_up();
            let name = outcome.name.unwrap();
            assert!(name.value.ends_with("Reyes") && name.confirmed, "{again}: {name:?}");
        }
    }
    Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .says("Dean Aurelius")
        .says("No, Dana Reyes.")
        .hears("Dana Reyes")
        .says("Yes.");
}

/// A name that was read back wrong twice.
fn twice_misheard() -> Call {
    Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .says("Dean Aurelius")
        .says("No.")
        .says("Dina Ray Ease")
        .says("No.")
        .hears("press your first and last name on your telephone's keys")
}

#[test]
fn a_name_twice_misheard_is_keyed_in_and_read_back() {
    let outcome = twice_misheard()
        .keys("326273937#")
        .hears("Dana Reyes, spelled R E Y E S")
        .says("Yes.")
        .hears("calling from")
        .hangs_up();
    let name = outcome.name.unwrap();
    assert_eq!((name.value.as_str(), name.confirmed), ("Dana Reyes", true));
    // Who forgets the pound key is understood as well, and who parts the names by a key without letters.
    twice_misheard().keys("3262*73937").falls_silent().hears("Dana Reyes, spelled R E Y E S");
    // The zero is still the way to a person.
    twice_misheard().keys("0").hears_not("spelled");
}

#[test]
fn who_has_no_keys_at_hand_may_say_the_name_again() {
    let outcome = twice_misheard()
        .says("It's Dana Reyes, R E Y E S.")
        .hears("Dana Reyes, spelled R E Y E S")
        .says("Yes.")
        .goes_on()
        .hangs_up();
    assert!(outcome.name.unwrap().confirmed);
}

#[test]
fn a_name_that_is_wrong_by_keys_as_well_is_kept_unconfirmed_and_the_call_goes_on() {
    let outcome =
        twice_misheard().keys("326273937#").says("No.").hears("the team will c").goes_on().hangs_up();
    assert!(!outcome.name.unwrap().confirmed);
}

#[test]
fn what_was_said_for_a_name_is_told_to_the_team_where_no_name_is_known_in_it() {
    let outcome = Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .hears("your name")
        .says("Pretty in there.")
        .says("Pretty in there.")
        .falls_silent()
        .says("I can't do that.")
        .goes_on()
        .hangs_up();
    assert_eq!(outcome.name, None);
    assert!(
        outcome.notes.iter().any(|note| note.contains("in there") || note.contains("do that")),
        "{:?}",
        outcome.notes
    );
}

#[test]
fn a_name_with_more_behind_it_is_the_name() {
    for words in
        ["Daniel King, and I really need this fixed today.", "Yeah, sure, it's Daniel King, thank you."]
    {
        Call::new()
            .says("My sink is leaking in unit 204 again.")
            .says("Yes.")
            .hears("your name")
            .says(words)
            .hears("Daniel King. Is that right?");
    }
}

#[test]
fn a_given_name_that_is_only_said_again_is_read_back_once_more() {
    Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .says("James.")
        .hears("I have the name James. Is that right?")
        .says("It's James.")
        .hears("James, spelled J A M E S")
        .says("It's James.")
        .hears("calling from");
}

#[test]
fn a_question_behind_the_answer_is_answered_and_the_answer_is_taken() {
    asked_for_unit()
        .says("4D")
        .says("Yes.")
        .hears("your name")
        .says("Dana Reyes. When is trash day, by the way?")
        .hears("Tuesday")
        .hears("Dana Reyes. Is that right?")
        .says("Yes.")
        .hears_not("your name");
    // What only asks is no name.
    asked_for_unit()
        .says("4D")
        .says("Yes.")
        .says("When is trash day, by the way?")
        .hears("Tuesday")
        .hears("name");
}

#[test]
fn doors_on_the_same_keys_are_told_apart_by_the_word_for_their_letter() {
    let mut office = office();
    for unit in ["2A", "2B"] {
        let known = office.roster.units.first().cloned().unwrap();
        office.roster.units.push(UnitRef { unit: unit.into(), ..known });
    }
    Call::with(office, opening())
        .says("My sink is leaking in the kitchen.")
        .mumbles()
        .mumbles()
        .hears("press the unit on your telephone's keys")
        .keys("22")
        .hears("Is that unit 2, A as in apple, or unit 2, B as in boy?")
        .says("Unit will be as in boy.")
        .hears("unit 2, B as in boy. Is that right?");
}
