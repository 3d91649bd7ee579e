//! "Is anybody in danger right now?", and what is said in place of yes or no; rings that nobody wants.

use super::{reading::unsure, telling::Call};
use crate::dialogue::{Destination, Intent, LifeSafety, Reading, Urgency, UrgentKind};

/// A story that only sounds like a danger: it is asked about.
fn asked(story: &str, kind: LifeSafety, intent: Intent) -> Call {
    let reading = Reading { suspected: Some(kind), ..unsure(intent, 0.4) };
    Call::new().reads(story, reading).hears("Is anybody in danger right now?")
}

const SISTER: &str = "My sister always picks up at eight, and she has been so quiet since Sunday.";

#[test]
fn whoever_cannot_say_whether_anybody_is_in_danger_is_helped_and_what_was_told_first_is_kept() {
    for answer in [
        "I don't know. That's why I'm calling you.",
        "Well, I couldn't say, could I. I knocked twice.",
        "No idea, I'm in Ohio.",
        "Maybe.",
        "No answer at the door either.",
        "I think so.",
    ] {
        let call = asked(SISTER, LifeSafety::Medical, Intent::Message)
            .says(answer)
            .first_of_all_hears("9 1 1")
            .rings(Destination::OnCall);
        let matter = call.session.outcome().matter.unwrap();
        assert!(matter.contains("picks up at eight"), "{answer}: {matter}");
    }
}

#[test]
fn a_no_with_somebody_unwell_behind_it_is_no_no() {
    for answer in [
        "Oh, I shouldn't think so. Only my fingers won't do the buttons.",
        "No, no, my head is pounding, that's all.",
        "No, I'm just a bit dizzy.",
    ] {
        asked("I've had my coat on in bed since yesterday.", LifeSafety::Medical, Intent::Maintenance)
            .says(answer)
            .first_of_all_hears("9 1 1")
            .rings(Destination::OnCall);
    }
}

#[test]
fn a_plain_no_with_a_harmless_story_goes_on_with_what_was_told_and_asks_nothing_again() {
    for answer in [
        "No, nobody's out there. It buzzes now and again.",
        "Oh, I shouldn't think so. It buzzes now and again.",
        "No, dear, nobody's in danger. It buzzes now and again.",
        "Well, it only buzzes now and again when it rains.",
    ] {
        let story = "That big old sign came down on the fence last night behind the lot.";
        let outcome = asked(story, LifeSafety::Electric, Intent::Other)
            .says(answer)
            .hears_not("What are you calling about")
            .hears_not("ring")
            .hangs_up();
        assert_eq!(outcome.urgency, Urgency::Routine, "{answer}");
        let told = format!("{:?} {:?}", outcome.matter, outcome.notes);
        assert!(told.contains("came down") && told.contains("buzzes now and again"), "{answer}: {told}");
    }
}

#[test]
fn the_place_said_beside_the_no_is_not_asked_for_again() {
    let reading =
        Reading { suspected: Some(LifeSafety::Gas), ..super::reading::read("the faucet is broken") };
    Call::new()
        .reads("the faucet is broken and it goes off like a bomb", reading)
        .hears("Is anybody in danger right now?")
        .says("No, no. I'm in unit 204.")
        .hears("2 0 4")
        .hears_not("Which unit");
}

#[test]
fn what_was_over_before_the_call_wakes_nobody() {
    let reading = Reading {
        urgency: Urgency::Urgent(UrgentKind::Unsecured),
        suspected: Some(LifeSafety::Violence),
        ..unsure(Intent::Complaint, 0.9)
    };
    let outcome = Call::new()
        .reads("Somebody broke into my place last night, I need the camera footage.", reading)
        .hears("Is anybody in danger right now?")
        .says("No, no. It was last night. They're long gone.")
        .hears_not("ring the person on call")
        .hangs_up();
    assert_eq!(outcome.urgency, Urgency::Routine);
}

#[test]
fn a_danger_in_so_many_words_keeps_what_was_told_before_the_question() {
    let call = asked(SISTER, LifeSafety::Medical, Intent::Message)
        .says("She is not breathing, her friend says!")
        .rings(Destination::OnCall);
    assert!(call.session.outcome().matter.unwrap().contains("picks up at eight"));
}

#[test]
fn a_ring_that_is_declined_is_called_off_and_stays_off() {
    let outcome = Call::new()
        .says("I'm locked out.")
        .hears("I'll ring the person on call")
        .says("Please don't ring anybody, I'll sleep at a friend's.")
        .hears("I won't ring anybody")
        .hears_not("message for somebody")
        .says("Unit 204")
        .says("Yes.")
        .says("Yes, locked out.")
        .hears_not("ring")
        .hangs_up();
    assert_eq!((outcome.urgency, outcome.intent), (Urgency::Routine, Some(Intent::Maintenance)));
}

#[test]
fn who_can_wait_is_not_told_that_anybody_is_rung_and_another_harm_rings_all_the_same() {
    Call::new()
        .says("I'm locked out, but I can sleep at my sister's, nothing urgent.")
        .hears_not("ring the person on call")
        .says("Oh no, and now the bathroom is flooding!")
        .hears("ring the person on call");
    Call::new().says("I'm locked out and I can't sleep here.").hears("I'll ring the person on call");
}

#[test]
fn what_makes_a_lockout_a_danger_may_come_a_turn_later() {
    Call::new()
        .says("I'm locked out.")
        .hears("I'll ring the person on call")
        .says("Can you hurry it up, the stove is still on.")
        .first_of_all_hears("9 1 1")
        .rings(Destination::OnCall);
    Call::new().says("I'm locked out.").says("The stairwell light is on, unit 204.").hears_not("9 1 1");
}

#[test]
fn a_drain_that_stinks_sends_nobody_out_of_the_house() {
    let gas = |text| Reading { urgency: Urgency::LifeSafety(LifeSafety::Gas), ..unsure(text, 0.9) };
    let outcome = Call::new()
        .says("The toilet is clogged and it comes up in my tub, unit 204.")
        .reads("It's still rising, and it smells awful.", gas(Intent::Emergency))
        .hears_not("Leave the building")
        .hears("ring the person on call")
        .hangs_up();
    assert_eq!(outcome.urgency, Urgency::Urgent(UrgentKind::Sewage));
    Call::new()
        .says("The toilet is clogged, unit 204.")
        .reads("And now it smells of rotten eggs.", gas(Intent::Emergency))
        .first_of_all_hears("Leave the building");
}

#[test]
fn of_a_danger_the_home_of_somebody_else_is_the_place() {
    let danger =
        Reading { urgency: Urgency::LifeSafety(LifeSafety::Medical), ..unsure(Intent::Emergency, 0.9) };
    let call = Call::new()
        .reads("It's my dad, he's in unit 204, and he won't come to the door.", danger)
        .rings(Destination::OnCall);
    assert_eq!(call.session.outcome().place.unwrap().value, "Maple Court 204");
}

#[test]
fn nobody_in_danger_and_what_was_done_about_it_is_a_no() {
    let outcome = asked(
        "The fire alarm ten minutes ago was me, I burned a sandwich. Everything's fine.",
        LifeSafety::Fire,
        Intent::Maintenance,
    )
    .reads(
        "No, nobody. I aired it out and the alarm's off.",
        Reading { suspected: Some(LifeSafety::CarbonMonoxide), ..unsure(Intent::Complaint, 0.3) },
    )
    .hears_not("9 1 1")
    .hangs_up();
    assert_eq!(outcome.urgency, Urgency::Routine);
}
