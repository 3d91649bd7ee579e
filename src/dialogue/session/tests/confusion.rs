//! Callers who are confused, hard to hear, slow or endless.

use super::telling::{Call, office, opening};
use crate::dialogue::{Destination, EndReason, Expectation, Opening};

#[test]
fn two_clarifying_turns_and_then_a_person() {
    Call::in_office_hours()
        .says("Well you know how it is")
        .hears("I didn't get that")
        .says("It's the thing with the thing")
        .hears("a repair, renting a home, or something else")
        .says("I was saying, the thing")
        .rings(Destination::Staff);
}

#[test]
fn two_clarifying_turns_and_then_a_message() {
    Call::new()
        .says("Well you know how it is")
        .says("It's the thing with the thing")
        .says("I was saying, the thing")
        .hears("I'll just take a message")
        .hears("What is it about?")
        .says("The thing, like I told you before")
        .hears("your name")
        .goes_on();
}

#[test]
fn who_is_never_understood_is_let_go_politely() {
    let mut call = Call::new();
    for _ in 0..12 {
        if call.session.is_over() {
            break;
        }
        call = call.mumbles();
    }
    let outcome = call.hears("Goodbye").ends(EndReason::Confusion);
    assert_eq!(outcome.ended, Some(EndReason::Confusion));
}

#[test]
fn the_dialled_numbers_purpose_helps_to_guess() {
    let opening = Opening { label: Some("leasing".into()), ..opening() };
    Call::with(office(), opening)
        .says("Well you know how it is")
        .says("It's the thing with the thing")
        .hears("Is this about renting a home?")
        .says("Yes")
        .hears("your name");
}

#[test]
fn what_is_said_again_on_request_is_the_question_alone() {
    Call::new()
        .says("My sink is leaking in the kitchen.")
        .says("What?")
        .hears("Which unit or address is it?")
        .hears_not("maintenance")
        .says("Pardon?")
        .hears("unit")
        .goes_on();
}

#[test]
fn hello_is_answered_with_the_question() {
    Call::new()
        .says("Hello")
        .hears("What can I do for you?")
        .says("My sink is leaking again now.")
        .hears("unit");
}

#[test]
fn the_unit_nobody_knows_is_done_without() {
    Call::new()
        .says("My sink is leaking in the kitchen.")
        .says("I don't know.")
        .hears("do without")
        .hears("your name");
}

#[test]
fn one_moment_is_granted() {
    let call =
        Call::new().says("My sink is leaking in the kitchen.").says("Hold on.").hears("Take your time.");
    assert!(call.session.is_patient());
    call.says("Unit 204").hears("2 0 4").hopes_for(Expectation::YesOrNo);
}

#[test]
fn starting_over_forgets_what_was_said() {
    let outcome = Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Let's start over.")
        .hears("let's start again")
        .hears("What can I do for you?")
        .hangs_up();
    assert_eq!(outcome.place, None);
    assert_eq!(outcome.matter, None);
}

#[test]
fn an_endless_talker_is_listened_to_and_brought_back() {
    let mut call = Call::new().says("My sink is leaking in the kitchen.");
    let stories = [
        "My mother always said a house is like a boat",
        "And my brother lives in Tulsa with two dogs and a boat",
        "He had the same thing in nineteen ninety",
        "It was a very cold winter back then",
        "You would not believe how cold it was",
        "And then the car did not start either",
    ];
    for story in stories {
        if !call.session.is_over() {
            call = call.says(story);
        }
    }
    let outcome = call.session.outcome();
    assert!(outcome.matter.unwrap().contains("sink"));
}

#[test]
fn the_limit_of_turns_ends_the_longest_call() {
    let mut call = Call::new();
    let mut turns = 0;
    while !call.session.is_over() {
        turns += 1;
        assert!(turns <= 60, "{}", call.told());
        call = match turns % 4 {
            0 => call.says("What day is trash pickup?"),
            1 => call.says("Hold on."),
            2 => call.says("My sink is leaking in the kitchen."),
            _ => call.says("Let's start over."),
        };
    }
}

#[test]
fn rambling_into_the_name_question_fails_twice_and_once_more_for_the_keys_and_goes_on() {
    Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Yes.")
        .says("well it is complicated you see")
        .hears("spell")
        .says("as I said it is complicated")
        .hears("on your telephone's keys")
        .says("it is really very complicated")
        .hears("calling from");
}
