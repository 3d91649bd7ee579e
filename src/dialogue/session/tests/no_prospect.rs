//! Who has a showing, has applied or does not come is sold none; and what is said beside a choice of times is not lost.

use super::{
    homes::{call, introduced},
    showing::{id, slot},
    telling::Call,
};
use crate::dialogue::{
    CalendarAnswer, CalendarRequest, EndReason, Intent, Reading, session::tests::reading::read,
};

fn has_note(call: Call, words: &str) {
    let outcome = call.hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", outcome.notes);
}

/// Devin wants to see the house, and is offered three times on Friday.
fn offered() -> Call {
    introduced("I'd like to come look at the house on Alder Lane, Friday")
        .calendar(CalendarAnswer::Slots(vec![
            slot("2026-11-27T10:00"),
            slot("2026-11-27T11:00"),
            slot("2026-11-27T16:00"),
        ]))
        .hears("10 A M, 11 A M, or 4 P M")
}

#[test]
fn who_has_a_showing_is_sold_no_new_one() {
    let fever = "I'm supposed to come see the Alder Lane house this afternoon but I woke up with a fever, so I'm not gonna make it.";
    has_note(
        call(fever, Intent::Showing).hears("you want to cancel it").hears("your name"),
        "wants to cancel a showing",
    );
    let online = "I booked a showing online for Alder Lane tomorrow at two. Something came up, can we push it to Friday?";
    has_note(call(online, Intent::Showing).hears("you want to move it"), "wants to move a showing");
    has_note(
        call("What time is my showing on Wednesday?", Intent::Showing).hears("don't know").hears_not("Happy"),
        "asks when to come",
    );
    // And who would have one gets one.
    call("Can I have a showing of the Alder Lane house on Friday?", Intent::Showing)
        .hears("Happy to help you see it");
}

#[test]
fn on_the_way_the_street_number_is_told_and_nothing_asked() {
    call(
        "I'm in the car on my way to see the two bedroom with Robin. What's the street number again?",
        Intent::Showing,
    )
    .hears("2 1 0 Maple Court")
    .hears_not("name")
    .hears("anything else")
    .says("No, that's all.")
    .ends(EndReason::Goodbye);
}

#[test]
fn cancelling_is_heard_while_times_are_offered() {
    has_note(
        offered().says("No day. I just want you to cancel it.").hears("cancel it").hears_not("offer"),
        "wants to cancel",
    );
}

#[test]
fn who_wants_to_apply_is_shown_nothing() {
    call("I saw the two bedroom, I love it, I don't need to see it again. How do I apply?", Intent::Leasing)
        .hears("I don't know that. I'll have someone call you about it.")
        .hears("your name")
        .says("Naomi Feldstein")
        .says("Yes.")
        .says("Yes.")
        .hears_not("come and see")
        .hears("somebody will call you back");
    offered()
        .says("I've seen it. I want to fill in an application.")
        .hears_not("offer")
        .hears("somebody will call you back");
    call("I'd like to apply for the two bedroom and see it first", Intent::Leasing).hears("Happy to help");
}

#[test]
fn a_video_tour_is_noted_and_no_day_is_asked() {
    let call = call(
        "Is it possible to make a video tour of the two bedroom? I cannot come before.",
        Intent::Showing,
    )
    .hears("I don't know that")
    .says("Florian Bruckner")
    .says("Yes.")
    .says("Yes.")
    .hears_not("calendar")
    .hears_not("come and see");
    has_note(call, "video tour");
}

#[test]
fn a_plea_for_a_person_ends_the_choosing() {
    let plea = "Right now! I'm standing at the door! Get me a human being.";
    let call =
        offered().reads(plea, Reading { moves: None, intent: Intent::Other, confidence: 0.2, ..read(plea) });
    call.hears_not("Which").hears("take a message").hears_not("calendar").hears("else");
    // Somebody who shows it is no plea.
    offered().says("Is there somebody who shows it at four?").hears("4 P M");
}

#[test]
fn what_is_said_beside_the_choice_is_not_lost() {
    offered().says("Four's good.").hears("Friday, November 27, at 4 P M").hears("book");
    has_note(
        offered()
            .says("Ten. And could I also see the two bedroom?")
            .hears("2 1 0 Maple Court")
            .hears("at 10 A M"),
        "wants to see 210 Maple Court, apartment 3A too",
    );
    offered()
        .says("Eleven.")
        .hears("at 11 A M")
        .says("Yes. And did you get that about the commission?")
        .asks_calendar(|request| matches!(request, CalendarRequest::Book { .. }))
        .calendar(CalendarAnswer::Booked(id(1)))
        .hears("booked");
    offered().says("Eleven. And what's the rent?").hears("2600 dollars").hears("at 11 A M");
    has_note(
        offered()
            .says("Eleven. And the Wednesday one's cancelled then, right?")
            .hears("cancel")
            .hears("November 27, at 11 A M"),
        "cancelled that was booked before",
    );
    // Another time of the same home is no yes.
    offered().says("Eleven.").says("Yes. No wait, at four.").hears("at 4 P M");
}

#[test]
fn times_that_are_refused_are_not_offered_again_and_again() {
    let refused = offered().says("None of those work for me.").hears("come and see it").hears_not("offer");
    let again = refused
        .says("On Saturday.")
        .calendar(CalendarAnswer::Slots(vec![slot("2026-11-28T10:00"), slot("2026-11-28T11:00")]));
    again.says("No.").hears("Somebody will call you to settle the time");
}

#[test]
fn what_a_pet_costs_is_said_once_not_to_be_known() {
    call("How much is the pet rent for one cat?", Intent::Question)
        .hears("I don't know that. I'll have someone call you")
        .hears_not("agreement")
        .hears("your name");
    call("What's the pet fee on 3A?", Intent::Leasing).hears("I don't know that").hears_not("agreement");
    call("Do you take cats on 3A?", Intent::Leasing).hears("small dog is welcome");
}

#[test]
fn an_agent_is_not_asked_when_they_move_in() {
    let first = "I've got a tenant for your Alder Lane listing, how much is the rent";
    call(first, Intent::Leasing)
        .says("Camille Dupree")
        .says("Yes.")
        .says("Yes.")
        .hears_not("move in")
        .hears("else");
}

#[test]
fn after_christmas_is_no_day() {
    let asked = || {
        call("What's the rent for the house on Alder Lane?", Intent::Leasing)
            .says("Grace Nwosu")
            .says("Yes.")
            .says("Yes.")
            .hears("move in")
    };
    asked().says("After Christmas, I suppose.").hears_not("25").hears_not("move in").hears("else");
    asked().says("January first.").hears("January 1");
}
