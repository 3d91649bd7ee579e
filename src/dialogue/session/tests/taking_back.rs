//! What is taken back or refused, and what is said in place of a yes.

use super::{reading::unsure, telling::Call};
use crate::dialogue::{Destination, EndReason, Intent, LifeSafety, Promise, Urgency};

#[test]
fn an_alarm_over_a_film_is_taken_back_and_nobody_is_rung_again() {
    let outcome = Call::new()
        .says("It's like somebody set the neighbor on fire up there.")
        .rings(Destination::OnCall)
        .nobody_answers()
        .hears("Which unit")
        .says("No, no, it's just the television, I want him to turn it down.")
        .hears("I won't ring anybody again")
        .hears_not("ringing")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .goes_on()
        .hangs_up();
    assert_eq!(outcome.urgency, Urgency::LifeSafety(LifeSafety::Fire), "a person judges it, with the words");
    assert!(outcome.notes.iter().any(|note| note.contains("just the television")), "{:?}", outcome.notes);
}

#[test]
fn nobody_takes_back_a_smell_of_gas() {
    Call::new()
        .says("I smell gas in the hallway!")
        .rings(Destination::OnCall)
        .nobody_answers()
        .says("It's probably nothing, no emergency.")
        .hears_not("I won't ring anybody again");
}

#[test]
fn a_call_back_that_is_refused_ends_the_questions() {
    Call::new()
        .says("What day do you hand out the new parking passes?")
        .hears("I'll have someone call you")
        .says("No, that's okay, I don't need a call.")
        .hears("I'll leave it at that. Is there anything else?")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
}

#[test]
fn whoever_will_not_give_a_number_is_asked_once() {
    let outcome = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .hears("calling from")
        .says("I'm not giving you my number. Is that so hard?")
        .hears("May we enter")
        .says("Yes.")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.promised, Promise::WorkOrder);
    assert!(outcome.callback.is_none());
}

#[test]
fn a_long_story_is_heard_and_asked_about_once() {
    let told =
        "There's a whole thing with the people from the festival and their stage next to our entrance.";
    let outcome = Call::new()
        .reads(told, unsure(Intent::Other, 0.2))
        .hears("What would you like the office to do?")
        .reads(
            "Just let the boss know that they will be setting up on the lawn before Friday.",
            unsure(Intent::Other, 0.2),
        )
        .hears("May I have your name")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Message));
    let matter = outcome.matter.unwrap();
    assert!(matter.contains("festival") && matter.contains("before Friday"), "{matter}");
}

#[test]
fn what_is_said_in_place_of_a_yes_goes_along_and_asks_nothing_anew() {
    Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .hears("unit 4, D as in dog, and Dana Reyes")
        .says("Listen, water has been all over the cabinet since this morning already.")
        .hears("the team will")
        .hears("ending in 0 1 4 2")
        .hears_not("Is that right?");
}

#[test]
fn a_question_behind_a_yes_does_not_undo_it() {
    Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes. What time will they come to me?")
        .hears("ending in 0 1 4 2");
}

#[test]
fn somebody_at_the_gate_gets_a_person() {
    Call::in_office_hours()
        .says("I'm at the gate with your packages, can somebody let me in?")
        .rings(Destination::Staff);
}
