//! Danger to life, and harm to a home, in every phase of a conversation.

use super::{
    reading::unsure,
    telling::{Call, office, opening},
};
use crate::dialogue::{
    Destination, EndReason, Intent, LifeSafety, Office, Opening, Promise, Reading, Urgency, UrgentKind,
};

const GAS: &str = "I smell gas in the hallway!";

#[test]
fn gas_is_answered_first_in_every_phase() {
    let phases: [&[&str]; 8] = [
        &[],
        &["Um"],
        &["My sink is leaking in the kitchen."],
        &["My sink is leaking in the kitchen.", "Unit 204"],
        &["My sink is leaking in unit 204 again.", "Yes.", "Dana Reyes"],
        &["My sink is leaking in unit 204 again.", "Yes.", "Dana Reyes", "Yes."],
        &["What day is trash pickup?"],
        &["I'm looking for a two bedroom apartment."],
    ];
    for before in phases {
        let mut call = Call::new();
        for text in before {
            call = call.says(text);
        }
        let call = call
            .says(GAS)
            .first_of_all_hears("Leave the building now")
            .hears("9 1 1")
            .hears("ringing our on-call person")
            .rings(Destination::OnCall);
        let outcome = call.session.outcome();
        assert_eq!(outcome.urgency, Urgency::LifeSafety(LifeSafety::Gas));
        assert_eq!(outcome.intent, Some(Intent::Emergency));
        assert_eq!(outcome.promised, Promise::OnCallRung);
        assert!(call.brief().starts_with("Emergency, gas smell."), "{}", call.brief());
    }
}

#[test]
fn the_brief_says_what_where_and_who_in_eight_seconds() {
    let call = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .says("Oh no, I smell gas now!");
    assert!(
        call.brief().starts_with("Emergency, gas smell. Maple Court 4 D. Dana Reyes."),
        "{}",
        call.brief()
    );
    assert!(call.brief().split_whitespace().count() <= 20);
}

#[test]
fn danger_in_the_last_word_before_goodbye_still_counts() {
    Call::new()
        .says("What day is trash pickup?")
        .says("That's all, but I smell gas here.")
        .first_of_all_hears("9 1 1")
        .rings(Destination::OnCall);
}

#[test]
fn nobody_on_call_picks_up_details_are_taken_and_they_are_rung_again() {
    let outcome = Call::new()
        .says(GAS)
        .nobody_answers()
        .first_of_all_hears("call 9 1 1 now")
        .hears("ring again")
        .hears("Which unit or address")
        .says("Unit 204")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears("your name")
        .says("Dana Reyes")
        .says("Yes.")
        .hears("ringing the person on call again")
        .rings(Destination::OnCall)
        .nobody_answers()
        .hears("call 9 1 1 now")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.promised, Promise::OnCallRung);
    assert_eq!(outcome.place.unwrap().value, "Maple Court 204");
}

#[test]
fn the_same_danger_again_is_no_loop() {
    Call::new()
        .says(GAS)
        .nobody_answers()
        .says("I smell gas, it is getting stronger!")
        .hears("unit")
        .goes_on()
        .says("Unit 204")
        .hears("2 0 4");
}

#[test]
fn another_danger_has_its_own_sentence() {
    Call::new()
        .says(GAS)
        .nobody_answers()
        .says("Now the kitchen is on fire!")
        .first_of_all_hears("Leave the building now, and call 9 1 1 from outside.")
        .rings(Destination::OnCall);
}

#[test]
fn without_anybody_on_call_nothing_is_promised_that_cannot_be_kept() {
    let office = Office { on_call: false, ..office() };
    let outcome = Call::with(office, opening())
        .says(GAS)
        .first_of_all_hears("9 1 1")
        .hears("can't ring anyone")
        .hears_not("ringing our on-call")
        .hears("Which unit")
        .hangs_up();
    assert_eq!(outcome.promised, Promise::Nothing);
}

#[test]
fn every_danger_names_911() {
    for text in
        ["Smoke everywhere!", "The carbon monoxide alarm beeps", "He is not breathing", "Help me now!"]
    {
        Call::new().says(text).first_of_all_hears("9 1 1").rings(Destination::OnCall);
    }
}

#[test]
fn no_gas_is_no_emergency() {
    let outcome = Call::new()
        .says("The stove is broken but I don't smell gas or anything.")
        .hears("maintenance")
        .hangs_up();
    assert_eq!(outcome.urgency, Urgency::Routine);
}

#[test]
fn a_flood_needs_place_and_number_and_then_rings() {
    let call = Call::new()
        .says("A pipe has burst and the bathroom is flooding!")
        .hears("I'll ring the person on call. First, two quick questions.")
        .hears("Which unit")
        .says("Unit 204")
        .says("Yes.")
        .hears("calling from")
        .says("Yes.")
        .hears("I'm ringing the person on call now")
        .rings(Destination::OnCall);
    assert!(call.brief().contains("water running") && call.brief().contains("2 0 4"), "{}", call.brief());
    let outcome = call.session.outcome();
    assert_eq!(outcome.urgency, Urgency::Urgent(UrgentKind::Flooding));
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert!(outcome.matter.unwrap().contains("burst"));
}

#[test]
fn a_flood_with_everything_said_rings_after_two_yeses() {
    Call::new()
        .says("This is Dana Reyes, it is flooding in 204!")
        .hears("2 0 4")
        .says("Yes.")
        .says("Yes.")
        .rings(Destination::OnCall);
}

#[test]
fn an_urgent_ring_in_vain_takes_the_rest_and_rings_again() {
    let outcome = Call::new()
        .says("I'm locked out of my apartment, unit 204.")
        .says("Yes.")
        .says("Yes.")
        .rings(Destination::OnCall)
        .nobody_answers()
        .hears("Nobody has picked up yet")
        .hears("your name")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .rings(Destination::OnCall)
        .nobody_answers()
        .hears("mark this as urgent")
        .hears("anything else")
        .says("That's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.urgency, Urgency::Urgent(UrgentKind::Lockout));
}

#[test]
fn harm_mentioned_in_the_middle_of_leasing_turns_the_call() {
    Call::new()
        .says("I'm looking for a two bedroom apartment.")
        .says("Oh no, the sink here is flooding everything!")
        .hears("two quick questions")
        .hears("Which unit")
        .goes_on();
}

#[test]
fn an_emergency_stays_one_even_if_the_caller_plays_it_down() {
    let outcome =
        Call::new().says(GAS).nobody_answers().says("Oh it was just the neighbor cooking.").hangs_up();
    assert_eq!(outcome.urgency, Urgency::LifeSafety(LifeSafety::Gas));
}

#[test]
fn urgent_without_on_call_is_marked_and_the_message_taken() {
    let office = Office { on_call: false, ..office() };
    let outcome = Call::with(office, Opening { open_now: true, ..opening() })
        .says("There is no heat in unit 204, it's freezing.")
        .hears("mark this as urgent")
        .says("Yes.")
        .hears("your name")
        .hangs_up();
    assert_eq!(outcome.urgency, Urgency::Urgent(UrgentKind::NoHeat));
    assert_eq!(outcome.promised, Promise::Nothing);
}

#[test]
fn a_silent_caller_in_an_emergency_is_rung_for_before_that() {
    Call::new().says(GAS).rings(Destination::OnCall).nobody_answers().falls_silent().hears("there").goes_on();
}

#[test]
fn who_says_okay_to_the_warning_has_not_failed_at_the_question_after_it() {
    Call::new()
        .says(GAS)
        .nobody_answers()
        .says("Okay, I am going outside.")
        .hears("unit")
        .hears_not("once more")
        .says("4D")
        .hears("D as in dog");
}

/// Words that only the learnt model suspects of danger.
fn suspicious() -> Call {
    let reading = Reading { suspected: Some(LifeSafety::Violence), ..unsure(Intent::Complaint, 0.5) };
    Call::new().reads("there is something written all over the wall", reading)
}

#[test]
fn a_mere_suspicion_is_asked_about_once_and_a_yes_rings() {
    let call = suspicious().hears("Is anybody in danger right now?").goes_on();
    assert_eq!(call.session.outcome().urgency, Urgency::Routine);
    call.says("Yes.").first_of_all_hears("9 1 1").rings(Destination::OnCall);
    suspicious().keys("1").first_of_all_hears("9 1 1").rings(Destination::OnCall);
    suspicious().says(GAS).first_of_all_hears("Leave the building now").rings(Destination::OnCall);
}

#[test]
fn after_a_no_the_talk_goes_on_with_what_was_said_and_the_question_is_not_put_again() {
    let again = Reading { suspected: Some(LifeSafety::Violence), ..unsure(Intent::Complaint, 0.5) };
    let call = suspicious().says("No.").hears("Is this about").says("Yes.").goes_on();
    let call = call.reads("and more of it is on the other wall", again).goes_on();
    let outcome = call.session.outcome();
    assert_eq!((outcome.intent, outcome.urgency), (Some(Intent::Complaint), Urgency::Routine));
    assert!(outcome.matter.unwrap().contains("all over the wall"));
}

#[test]
fn what_both_sentences_say_together_may_be_the_danger() {
    suspicious()
        .says("The door is shut and I left a pan of oil on the stove, it's on.")
        .first_of_all_hears("9 1 1")
        .rings(Destination::OnCall);
}

#[test]
fn whoever_does_not_answer_whether_anybody_is_in_danger_may_not_be_able_to() {
    suspicious().falls_silent().first_of_all_hears("9 1 1").rings(Destination::OnCall);
}

#[test]
fn whoever_cannot_tell_whether_anybody_is_in_danger_is_taken_for_yes() {
    suspicious()
        .hears("Is anybody in danger right now?")
        .says("I don't know, I'm across the street.")
        .rings(Destination::OnCall);
}

#[test]
fn a_yes_before_a_cry_is_a_yes() {
    let call = Call::new()
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .hears("ending in 0 1 4 2")
        .says("Yes, this one. And now my mother is not breathing!")
        .rings(Destination::OnCall)
        .nobody_answers();
    assert!(call.session.outcome().callback.unwrap().confirmed);
}

#[test]
fn news_of_danger_in_place_of_a_yes_to_the_number_rings_again_at_once() {
    Call::new()
        .says(GAS)
        .rings(Destination::OnCall)
        .nobody_answers()
        .says("Unit 204.")
        .says("Yes.")
        .hears("the number you're calling from")
        .says("The floor shakes. Oh my, oh my.")
        .rings(Destination::OnCall);
}
