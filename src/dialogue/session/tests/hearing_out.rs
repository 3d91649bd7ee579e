//! Callers who say more than the plain answer: after a no, before they trust the number, and beside what was asked.

use super::{reading::unsure, telling::Call};
use crate::dialogue::{EndReason, Intent};

#[test]
fn who_asks_whether_this_is_the_office_is_told_so() {
    for asked in [
        "Hi, is this Maple Court?",
        "Hello, is this the property office?",
        "Have I reached the leasing office?",
        "Is this the right number for the apartments on Maple Street?",
    ] {
        Call::new().says(asked).hears("Yes, ").hears("Maple Court").goes_on();
    }
    let outcome = Call::new()
        .says("Hi, is this Maple Court? My kitchen sink is leaking.")
        .hears("Yes, ")
        .hears("unit")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
}

#[test]
fn another_house_is_not_this_one() {
    for asked in ["Is this the post office?", "Hi, is this the dentist office?", "Is this Pine Court?"] {
        Call::new().says(asked).hears_not("Yes, ");
    }
}

#[test]
fn a_no_that_goes_on_does_not_end_the_call() {
    let asked = || Call::new().says("What day is trash pickup?").hears("Tuesday").hears("else");
    asked().says("No wait, how do I pay my rent?").hears("resident portal").goes_on();
    asked().says("No, sorry, I didn't hear that, what did you say?").hears("else").goes_on();
    let outcome = asked().says("No, actually my kitchen sink is leaking too.").hears("unit").hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    for no in [
        "No, that's all, thank you.",
        "No, thank you so much for your help.",
        "No, I think that's it.",
        "No, I'm good.",
    ] {
        asked().says(no).ends(EndReason::Goodbye);
    }
}

#[test]
fn who_wants_to_leave_a_message_is_asked_for_it() {
    let outcome = Call::new()
        .says("I'd like to leave a message for Dana Reyes, please.")
        .hears("message")
        .says("The board meeting is moved to Thursday the tenth.")
        .hears("name")
        .hangs_up();
    assert!(outcome.matter.is_some_and(|matter| matter.contains("board meeting")));
    assert!(outcome.notes.iter().any(|note| note.contains("Dana Reyes")));
}

#[test]
fn what_is_said_beside_an_answer_is_kept() {
    let outcome = Call::new()
        .says("I want to make a complaint about my neighbor's loud music.")
        .says("4B")
        .says("Yes.")
        .says("My name is Dana Reyes and I work nights so please ring me after four in the afternoon.")
        .hangs_up();
    assert!(outcome.matter.as_ref().is_some_and(|matter| matter.contains("work nights")), "{outcome:?}");
}

#[test]
fn a_repair_that_is_called_off_or_asked_after_is_no_new_one() {
    for said in [
        "Never mind, it fixed itself, you can cancel the repair.",
        "I'm just checking on the repair request for my sink from last Thursday.",
    ] {
        let outcome = Call::new().says(said).hangs_up();
        assert_eq!(outcome.intent, Some(Intent::Resident), "{said}");
    }
}

#[test]
fn a_question_back_gets_a_word_and_goes_to_the_team() {
    let outcome = Call::new()
        .says("My kitchen sink is leaking.")
        .says("It's 4B. Will it be somebody today?")
        .hears("your message")
        .hears("4, B")
        .hangs_up();
    assert!(outcome.matter.is_some_and(|matter| matter.contains("somebody today")));
}

#[test]
fn who_asks_whether_they_are_recorded_is_told_what_is_kept() {
    Call::new().says("Am I being recorded?").hears("written down for the office").goes_on();
    Call::new()
        .says("My kitchen sink is leaking.")
        .says("Do you record this?")
        .hears("written down for the office")
        .hears("unit")
        .goes_on();
}

#[test]
fn who_is_in_no_hurry_has_nobody_rung() {
    Call::new()
        .says("I'm locked out, but no hurry, my wife is home at six.")
        .hears_not("ring the person")
        .goes_on();
    Call::new()
        .says("I'm locked out of my apartment.")
        .hears("ring the person on call")
        .says("It's 4B, but please don't ring anybody.")
        .hears("won't ring anybody")
        .says("Yes.")
        .hears("name")
        .goes_on();
}

#[test]
fn a_guess_that_is_denied_is_not_what_it_was_about() {
    let denied = Call::new()
        .reads("It is about the thing by the door.", unsure(Intent::Maintenance, 0.5))
        .hears("a repair")
        .says("No, it's not a repair.")
        .hangs_up();
    assert_eq!(denied.intent, None);
}

#[test]
fn a_story_behind_a_guess_that_is_denied_is_kept() {
    let outcome = Call::new()
        .says("They say they delivered a package yesterday and I'm pretty sure the guy in 2B took it in.")
        .says("No, no, 2B is him.")
        .hangs_up();
    let kept = outcome.matter.iter().chain(&outcome.notes).chain(&outcome.first_words);
    assert!(kept.into_iter().any(|words| words.contains("delivered a package")), "{outcome:?}");
}
