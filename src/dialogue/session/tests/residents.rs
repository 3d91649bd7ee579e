//! What residents say along with the answer, of other people's homes and visits, and of what no fact answers.

use super::{
    reading::read,
    telling::{Call, office, opening},
};
use crate::dialogue::{Destination, EndReason, Fact, Intent, Office, Opening, Promise, Reading, Topic};

fn taken_for(text: &str, intent: Intent, topic: Option<Topic>) -> Reading {
    Reading { intent, confidence: 0.9, ranked: vec![(intent, 0.9)], topic, ..read(text) }
}

const LOUD: &str = "The neighbors are loud every single night.";

/// An office that tells its hours and its rule on pets.
fn telling() -> Call {
    let facts = vec![
        Fact {
            topic: Some(Topic::Pets),
            asked_by: vec!["pets".into()],
            answer: "Pets are welcome with a pet agreement.".into(),
        },
        Fact {
            topic: Some(Topic::Hours),
            asked_by: vec!["open".into()],
            answer: "The office is open from nine to five.".into(),
        },
    ];
    Call::with(Office { facts, ..office() }, opening())
}

#[test]
fn a_home_that_is_complained_of_does_not_take_the_place_of_the_caller_s() {
    let outcome = Call::new()
        .reads(LOUD, taken_for(LOUD, Intent::Complaint, None))
        .hears("Which unit")
        .says("4B")
        .says("Yes, that's me. But it's 4D that's doing it.")
        .hears("your name")
        .says("Do you have to put my name down? They're kind of scary.")
        .hears("we can do without")
        .hears("calling from")
        .says("Yes.")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    let place = outcome.place.unwrap();
    assert!(place.value.contains("4B") && place.confirmed, "{place:?}");
    assert!(outcome.matter.is_some_and(|matter| matter.contains("4D")));
}

#[test]
fn who_names_their_own_home_and_the_other_one_again_is_at_their_own() {
    Call::new()
        .reads(LOUD, taken_for(LOUD, Intent::Complaint, None))
        .says("4B")
        .says("I'm in 4B and it's 4D with the music.")
        .hears_not("4, D as in");
}

#[test]
fn a_reference_for_another_landlord_is_no_application() {
    let first = "I'm applying for a new place and they're gonna call you guys for a reference.";
    let outcome = Call::new()
        .reads(first, taken_for(first, Intent::Application, None))
        .hears_not("applications")
        .says("Dana Reyes, unit 204.")
        .says("Yes.")
        .hears("calling from")
        .says("Yeah, call me, but really just call them. It's 303 555 0171.")
        .hears("0 1 7 1")
        .says("That's theirs. Mine's the one I'm calling from.")
        .hears_not("application")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Resident));
    assert_eq!(outcome.callback.unwrap().value.to_string(), "+13035550142");
    assert!(outcome.notes.iter().any(|note| note.contains("0171")), "{:?}", outcome.notes);
}

#[test]
fn what_somebody_has_to_do_is_not_answered_with_a_rule() {
    for (text, topic) in [
        ("My neighbor's in the hospital since last night, who's going to feed her cat?", Topic::Pets),
        ("The room downstairs is locked. Can you open it?", Topic::Hours),
    ] {
        let call = telling()
            .reads(text, taken_for(text, Intent::Question, Some(topic)))
            .hears_not("welcome")
            .hears_not("is open");
        let outcome = call.says("Dana Reyes").says("Yes.").says("204").says("Yes.").says("Yes.").hangs_up();
        assert_eq!(outcome.promised, Promise::Callback, "{text}");
    }
    let asked = "Are pets allowed?";
    telling().reads(asked, taken_for(asked, Intent::Question, Some(Topic::Pets))).hears("welcome");
    let hours = "When do you open on Monday?";
    telling().reads(hours, taken_for(hours, Intent::Question, Some(Topic::Hours))).hears("is open");
}

#[test]
fn what_to_mind_and_where_it_is_go_along_with_the_answer() {
    let outcome = Call::new()
        .says("My kitchen faucet is broken.")
        .says("Unit 204, behind the stove.")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .hears("enter")
        .says("Yes, come in, but I leave at nine, and mind the cat.")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    let matter = outcome.matter.unwrap();
    assert!(matter.contains("behind the stove") && matter.contains("mind the cat"), "{matter}");
    assert_eq!((outcome.wished_words, outcome.access.unwrap().value), (None, true));
}

#[test]
fn what_is_told_with_the_wish_for_a_person_is_not_asked_again() {
    let text = "I need Kim please. It's about my husband, we're getting divorced and he's gone.";
    Call::with(office(), Opening { open_now: true, ..opening() })
        .reads(text, taken_for(text, Intent::Human, None))
        .rings(Destination::Staff)
        .nobody_answers()
        .hears("your name")
        .hears_not("about?");
}

#[test]
fn who_awaits_a_tradesman_is_of_no_company() {
    for text in [
        "My cable guy's coming tomorrow, he needs somebody to unlock the basement for him.",
        "The gas company left a notice that they're changing the meter and somebody has to let them in.",
    ] {
        Call::new().reads(text, taken_for(text, Intent::Vendor, None)).hears_not("company");
    }
    let text = "I'm with the gas company, we're changing the meter on Thursday.";
    Call::new().reads(text, taken_for(text, Intent::Vendor, None)).hears("company");
}

#[test]
fn a_name_that_is_offered_is_welcome() {
    Call::new()
        .says("My neighbor is loud every single night.")
        .says("Unit 204")
        .says("Yes")
        .says("Jayden Cole. Do you want my mom's name?")
        .hears("Yes, please.")
        .hears_not("don't know");
}

#[test]
fn a_theft_is_no_repair() {
    let text =
        "Somebody cut the lock in the bike room and took my bike, and I guess you should fix the door.";
    let call = Call::new().reads(text, taken_for(text, Intent::Maintenance, None)).hears("manager");
    let outcome = call.hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Complaint));
    assert!(outcome.notes.iter().any(|note| note.contains("repair")));
}

#[test]
fn a_common_part_is_no_refusal_to_let_anybody_in() {
    let outcome = Call::new()
        .says("My kitchen faucet is broken.")
        .says("Unit 204")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .hears("enter")
        .says("Uh, it's the garage, nobody has to go in the apartment.")
        .hears("maintenance team")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.access, None);
}

#[test]
fn an_operator_who_speaks_for_a_deaf_caller_wants_nobody_else() {
    let text = "Hello, this is relay operator four four seven one with a call from a person who is deaf. Have you received a relay call before?";
    Call::in_office_hours()
        .reads(text, taken_for(text, Intent::Human, None))
        .hears("?")
        .says("My kitchen faucet is broken.")
        .hears("maintenance team");
}

#[test]
fn a_question_beside_a_repair_has_a_note_of_its_own() {
    let text = "The garage door opener is broken, and also did you get my email about painting?";
    let outcome = Call::new()
        .reads(text, taken_for(text, Intent::Maintenance, None))
        .says("Unit 204")
        .says("Yes. So did you get the email or not?")
        .hears_not("noted already")
        .hangs_up();
    assert!(outcome.notes.iter().any(|note| note.contains("email about painting")), "{:?}", outcome.notes);
}

#[test]
fn a_fault_in_three_words_is_told_and_the_wish_for_a_repair_alone_is_asked_about() {
    for (text, told) in [
        ("My sink drips.", true),
        ("Clogged toilet.", true),
        ("No hot water.", true),
        ("A repair, please.", false),
        ("Maintenance request.", false),
    ] {
        let call = Call::new().reads(text, taken_for(text, Intent::Maintenance, None));
        let call = if told { call.hears_not("about?") } else { call.hears("about?") };
        let outcome = call.hangs_up();
        assert_eq!(outcome.matter.is_some(), told, "{text}");
    }
}
