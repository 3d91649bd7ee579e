//! What sound over the agent's words amounts to.

use super::*;

fn say(text: &str, expects: Expectation) -> Say {
    Say { text: text.into(), interruptible: true, expects, language: crate::types::Language::English }
}

#[test]
fn signs_of_listening_are_no_turn() {
    let greeting = say("Thanks for calling Maple Court. How can I help?", Expectation::Open);
    for text in ["", "mm-hm", "Okay.", "yeah, okay", "Uh-huh.", "I see", "…"] {
        assert_eq!(overlap(&greeting, 1_000, text), Overlap::FalseAlarm, "{text}");
    }
    for text in ["wait", "okay but my sink leaks", "no", "hello?", "yes yes yes yes"] {
        assert_eq!(overlap(&greeting, 1_000, text), Overlap::Turn, "{text}");
    }
}

#[test]
fn yes_is_an_answer_once_the_question_was_heard() {
    let read_back = say("That is unit 2 0 4. Is that right?", Expectation::YesOrNo);
    assert_eq!(overlap(&read_back, 300, "yes"), Overlap::FalseAlarm);
    assert_eq!(overlap(&read_back, 1_600, "yes"), Overlap::Turn);
}

#[test]
fn the_unfinished_clause_is_found_by_the_time_that_was_heard() {
    let text = "Thanks for calling Maple Court. I'm the virtual assistant. How can I help?";
    assert_eq!(unfinished(text, 0), Some(text));
    assert_eq!(unfinished(text, 2_500), Some("I'm the virtual assistant. How can I help?"));
    assert_eq!(unfinished(text, 4_000), Some("How can I help?"));
    assert_eq!(unfinished(text, 60_000), None);
    assert_eq!(unfinished("é, ß 漢字, x", 200), Some("ß 漢字, x"));
}
