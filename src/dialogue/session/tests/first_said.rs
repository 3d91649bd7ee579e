//! What was said first stays in the record, whatever comes after it; and what was understood wrongly is undone by a "no".

use super::{
    homes::{call, introduced},
    telling::{Call, opening},
    understood::tells,
};
use crate::dialogue::{
    Channel, Destination, Intent, Move, Opening, Outcome, Reading, Urgency, UrgentKind,
    session::tests::reading::read,
};

fn kept(outcome: &Outcome) -> String {
    let first = outcome.first_words.clone().unwrap_or_default();
    format!("{first}; {}", outcome.matter.clone().unwrap_or_default())
}

/// Read as somebody who wants to see a home, for certain.
fn wants_one(text: &str) -> Reading {
    Reading { intent: Intent::Showing, confidence: 0.9, ranked: vec![(Intent::Showing, 0.9)], ..read(text) }
}

fn home_of(outcome: &Outcome) -> Option<String> {
    outcome.sought.as_ref().and_then(|sought| sought.listing.clone())
}

#[test]
fn what_a_call_was_offered_for_is_kept_whoever_words_the_yes() {
    let haggles = "Would you take thirteen hundred for the one bedroom if I sign for two years?";
    for yes in ["Okay, have somebody call me today.", "Okay, yeah, have somebody call me. Today, preferably."]
    {
        let outcome = tells(
            Call::new(),
            &[haggles, "So there's no wiggle room at all?", yes, "Randy Pruitt.", "Yes.", "Yes."],
        )
        .hangs_up();
        let record = kept(&outcome);
        assert!(record.contains("thirteen hundred") && record.contains("wiggle room"), "{yes}: {record}");
        assert_eq!(record.matches("wiggle room").count(), 2, "in its head and in its body: {record}");
    }
    let refused = tells(Call::new(), &[haggles, "No thanks, don't have anybody call me."]).hangs_up();
    assert_eq!(refused.promised, crate::dialogue::Promise::Nothing, "{refused:?}");
}

#[test]
fn another_matter_keeps_what_the_first_began_with() {
    let outcome = call("Is that house on Alder Lane for sale too, or just rent?", Intent::Leasing)
        .says("Neil Sandoval. I'd be a buyer, not a renter.")
        .hangs_up();
    assert!(kept(&outcome).contains("for sale too"), "{outcome:?}");
}

#[test]
fn a_question_about_starting_over_wipes_nothing() {
    let affirms = Reading { moves: Some(Move::Affirm), ..read("Yes.") };
    let outcome = Call::new()
        .says("My neighbor plays the drums all night.")
        .says("Unit 204.")
        .reads("Yes. So do we start over?", affirms)
        .hears_not("start again")
        .hangs_up();
    assert!(kept(&outcome).contains("drums"), "{outcome:?}");
    assert_eq!(outcome.place.unwrap().value, "Maple Court 204");
}

#[test]
fn you_do_not_know_is_asked_and_answers_nothing() {
    let asks = || call("I'd like to see the house on Alder Lane", Intent::Showing);
    asks().says("So you don't know the number?").hears("I don't know that").hears("name");
    asks().says("I don't know.").hears("we can do without");
}

#[test]
fn a_porch_is_no_street_and_a_home_that_is_denied_is_none() {
    let on_the_porch =
        introduced("I'd like to see the house on Alder Lane").says("Right now, I'm on the porch.");
    assert_eq!(home_of(&on_the_porch.hangs_up()).as_deref(), Some("77 Alder Lane"));
    let not_birch = introduced("I'd like to see the place on Birch Street").says("At Alder Lane, not Birch.");
    assert_eq!(home_of(&not_birch.hangs_up()).as_deref(), Some("77 Alder Lane"));
    let no_house =
        introduced("I'd like to see the house on Alder Lane").says("See what? I don't want the house.");
    assert_eq!(home_of(&no_house.hangs_up()), None);
    let too_big = "The house is just too big for me now, so I'm looking for something smaller.";
    assert_eq!(home_of(&call(too_big, Intent::Leasing).hangs_up()), None);
    // Near misses: the home stays.
    for still in
        ["Not tomorrow, the house on Friday.", "I don't want to miss the house.", "I do want the house."]
    {
        let outcome = introduced("I'd like to see the house on Alder Lane").says(still).hangs_up();
        assert_eq!(home_of(&outcome).as_deref(), Some("77 Alder Lane"), "{still}");
    }
}

#[test]
fn a_showing_of_another_call_is_moved_and_none_is_booked_beside_it() {
    let outcome = call(
        "I'm booked Wednesday at eleven for Maple Court 3A, can we push that to Saturday?",
        Intent::Showing,
    )
    .hears("pass on that you want to move it")
    .says("Yes.")
    .says("Priya Raman")
    .says("Yes.")
    .says("Yes.")
    .hears("anything else")
    .reads(
        "And you're taking me off Wednesday, right?",
        wants_one("And you're taking me off Wednesday, right?"),
    )
    .hears_not("help you see it")
    .hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("wants to move a showing")), "{outcome:?}");
    call("I'm free Wednesday at eleven, can we do that for the house?", Intent::Showing).hears_not("pass on");
}

fn at_noon(first: &str) -> Call {
    let opening = Opening { open_now: true, channel: Channel::Voice, ..opening() };
    tells(Call::with(super::telling::office(), opening), &[first])
}

#[test]
fn whoever_is_stood_up_or_stands_before_what_is_locked_is_rung_for() {
    for text in [
        "I had a nine o'clock to see 204 at Birch Street and nobody's here.",
        "Hello, Xcel Energy, I'm here to read the meters at 18 Birch and the basement door's locked.",
        "I just need the key for the roof hatch, this is Luis with Rocky Mountain Roofing.",
        "A-1 Towing, we have a car in 3B's spot to tow. Truck's here right now, so.",
    ] {
        at_noon(text).rings(Destination::Staff);
    }
    let badge = "Xcel. Xcel Energy. My badge is 5512.";
    let wrong = Reading {
        intent: Intent::WrongNumber,
        confidence: 0.95,
        ranked: vec![(Intent::WrongNumber, 0.95)],
        ..read(badge)
    };
    at_noon("Hello, Xcel Energy, I'm here to read the meters and the basement door's locked.")
        .nobody_answers()
        .reads(badge, wrong)
        .goes_on();
    for text in [
        "The meter reader was here last week and I have a question about my bill.",
        "My key is in the office, I think.",
    ] {
        let _ = at_noon(text).hears("?");
    }
}

#[test]
fn an_official_who_looks_after_somebody_and_needs_a_key_rings_the_person_on_call() {
    let first = "This is Officer Brandt, Denver Police. We've been asked to do a welfare check on 204 and there's no answer at the door.";
    let told = "The sister hasn't heard from her in five days. I just need somebody with a key.";
    let call = tells(Call::new(), &[first, told]);
    let urgency = call.session.outcome().urgency;
    assert_ne!(urgency, Urgency::Routine, "{}", call.told());
    // Records are asked for by officials too, and can wait.
    for text in [
        "This is Officer Trujillo with the police, do you have camera footage of last night?",
        "I'm worried about my deposit, I turned in my key last week.",
    ] {
        assert_eq!(tells(Call::new(), &[text]).session.outcome().urgency, Urgency::Routine, "{text}");
    }
}

#[test]
fn a_toilet_that_goes_over_is_urgent_and_one_that_runs_over_and_over_is_not() {
    for text in [
        "The toilet is going over and there's water on the floor.",
        "Um, the toilet is going over and it's getting in the hall.",
    ] {
        let urgency = tells(Call::new(), &[text]).session.outcome().urgency;
        assert_eq!(urgency, Urgency::Urgent(UrgentKind::Flooding), "{text}");
    }
    for text in ["My toilet keeps running over and over.", "I keep going over the water bill."] {
        assert_eq!(tells(Call::new(), &[text]).session.outcome().urgency, Urgency::Routine, "{text}");
    }
}

#[test]
fn a_case_number_is_no_door_and_hours_of_others_are_no_wish() {
    let case = Call::new()
        .says("I have a complaint, it's about the noise.")
        .says("It's for 204.")
        .says("Yes, that's correct. It's case number 2025-RL-0883.")
        .hangs_up();
    assert_eq!(case.place.unwrap().value, "Maple Court 204");
    let trash = tells(
        Call::new(),
        &[
            "I have a complaint, the neighbors in 204 play loud music at five in the morning.",
            "Yes.",
            "Just tell the music people not before seven.",
        ],
    )
    .hangs_up();
    assert_eq!(trash.intent, Some(Intent::Complaint));
    assert_eq!(trash.wished_words, None, "{:?}", trash.wished_words);
}

#[test]
fn another_s_name_and_number_leave_the_caller_their_own() {
    let outcome = call("Is the house on Alder Lane still available?", Intent::Leasing)
        .says("Neil Sandoval.")
        .says("Yes, and call my agent, not me. Carla Jimenez, 303-555-0129.")
        .hangs_up();
    assert_eq!(outcome.name.unwrap().value, "Neil Sandoval");
    assert!(outcome.notes.iter().any(|note| note.contains("Carla Jimenez")), "{:?}", outcome.notes);
}

#[test]
fn a_no_before_anything_was_asked_is_a_hello_misheard() {
    Call::new()
        .says("No.")
        .hears("What are you calling about?")
        .hears_not("Goodbye")
        .says("My sink is leaking in the kitchen.")
        .hears("Which unit or address is it?");
}

#[test]
fn who_wants_no_texts_and_tells_of_something_besides_is_asked_about_that() {
    Call::new()
        .says("My door locked. And please don't text me.")
        .hears("We won't text you")
        .hears_not("Is there anything else?");
    Call::new().says("Stop texting me. Please stop calling me.").hears("Is there anything else?");
}
