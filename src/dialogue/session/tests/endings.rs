//! Silence, goodbye, hanging up and failing speech: every conversation ends, with what is known.

use super::telling::{Call, office, opening};
use crate::dialogue::{Destination, EndReason, Expectation, Intent, Opening, Promise, UserTurn};

#[test]
fn silence_is_asked_into_twice_and_then_ends() {
    let outcome = Call::new()
        .falls_silent()
        .hears("Are you still there?")
        .falls_silent()
        .hears("I can't hear you.")
        .hears("What can I do for you?")
        .falls_silent()
        .hears("Goodbye")
        .ends(EndReason::Silence);
    assert_eq!(outcome.intent, None);
}

#[test]
fn yes_i_am_here_confirms_nothing() {
    let call = Call::new()
        .says("My sink is leaking in the kitchen.")
        .says("204")
        .falls_silent()
        .hears("still there")
        .says("Yes.")
        .hears("2 0 4");
    assert!(!call.session.outcome().place.unwrap().confirmed);
}

#[test]
fn silence_after_all_is_said_is_a_goodbye() {
    Call::new().says("What day is trash pickup?").falls_silent().hears("Goodbye").ends(EndReason::Goodbye);
}

#[test]
fn silence_is_counted_anew_after_each_word() {
    Call::new()
        .falls_silent()
        .falls_silent()
        .says("My sink is leaking in the kitchen.")
        .falls_silent()
        .hears("there?")
        .goes_on();
}

#[test]
fn whoever_hangs_up_leaves_what_is_known() {
    let steps = ["My name is Dana Reyes, the faucet is broken in unit 4D.", "Yes.", "Yes.", "Yes.", "Bye."];
    for count in 0..steps.len() {
        let mut call = Call::new();
        for step in &steps[..count] {
            call = call.says(step);
        }
        let outcome = call.hangs_up();
        assert_eq!(outcome.ended, Some(EndReason::HungUp));
        assert_eq!(outcome.intent, (count > 0).then_some(Intent::Maintenance));
        assert_eq!(outcome.name.as_ref().map(|n| n.confirmed), (count > 0).then_some(count > 1));
        assert_eq!(outcome.callback.is_some(), count > 2);
        assert_eq!(outcome.access.is_some(), count > 3);
        let promised = if count > 3 { Promise::WorkOrder } else { Promise::Nothing };
        assert_eq!(outcome.promised, promised, "nothing is promised before it is said");
    }
}

#[test]
fn goodbye_in_the_middle_keeps_the_half() {
    let outcome = Call::new()
        .says("My sink is leaking in unit 204 again.")
        .says("Well, bye then.")
        .hears("I'll pass on what you have told me.")
        .ends(EndReason::Goodbye);
    assert!(!outcome.place.unwrap().confirmed);
}

#[test]
fn nothing_comes_after_the_end() {
    let mut call = Call::new().says("Well, bye then.");
    assert!(call.session.handle_turn(UserTurn::Silence).is_empty());
    assert!(call.session.run_out().is_empty());
    assert!(call.session.handle_speech_failed(true).is_empty());
}

#[test]
fn a_word_into_the_goodbye_opens_the_conversation_again() {
    let mut call = Call::new().says("What day is trash pickup?").says("That's all.");
    call.session.reopen();
    call.says("Oh, and my sink is leaking in the kitchen.").hears("Which unit").goes_on();
}

#[test]
fn the_zero_key_is_a_person() {
    Call::in_office_hours().keys("0").rings(Destination::Staff);
    Call::new().keys("0").hears("I'll take a message");
}

#[test]
fn keys_one_and_two_answer_yes_and_no() {
    Call::new()
        .says("My sink is leaking in unit 204 again.")
        .hopes_for(Expectation::YesOrNo)
        .keys("1")
        .hears("your name")
        .keys("5")
        .goes_on()
        .says("Dana Reyes")
        .keys("2")
        .hears("spell");
}

#[test]
fn failing_speech_hands_over_or_ends() {
    let mut call = Call::in_office_hours();
    let acts = call.session.handle_speech_failed(true);
    Call::from(call.session, acts).hears("technical problem").rings(Destination::Staff);
    let mut call = Call::new();
    let acts = call.session.handle_speech_failed(false);
    Call::from(call.session, acts).hears_not("technical").ends(EndReason::SpeechFailed);
}

#[test]
fn failing_speech_in_harm_rings_the_person_on_call() {
    let mut call = Call::with(office(), Opening { open_now: true, ..opening() })
        .says("A pipe has burst and the bathroom is flooding!");
    let acts = call.session.handle_speech_failed(false);
    Call::from(call.session, acts).rings(Destination::OnCall);
}

#[test]
fn the_longest_call_is_ended_by_the_clock() {
    let mut call = Call::new().says("My sink is leaking in unit 204 again.");
    let acts = call.session.run_out();
    let outcome = Call::from(call.session, acts).hears("I have to end the call here").ends(EndReason::Limit);
    assert!(outcome.place.is_some());
}

#[test]
fn facts_of_the_first_turn_are_in_the_outcome_of_the_last() {
    let outcome = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .says("What day is trash pickup?")
        .says("When are you open?")
        .says("Are you a robot?")
        .says("Hold on.")
        .says("What?")
        .hears("ending in 0 1 4 2")
        .says("Yes.")
        .says("What?")
        .says("Yes.")
        .says("What day is trash pickup?")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.name.unwrap().value, "Dana Reyes");
    assert_eq!(outcome.place.unwrap().value, "Maple Court 4D");
    assert_eq!(outcome.callback.unwrap().value.national(), "(303) 555-0142");
    assert!(outcome.matter.unwrap().contains("faucet"));
}
