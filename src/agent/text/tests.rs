//! Conversations by message.

use super::*;

#[test]
fn what_is_spelled_for_the_ear_is_written_for_the_eye() {
    assert_eq!(written("Leave now, and call 9 1 1."), "Leave now, and call 911.");
    assert_eq!(
        written("I have 3 0 3, 5 5 5, 0 1 4 2. Is that right?"),
        "I have 303-555-0142. Is that right?"
    );
    assert_eq!(written("That is unit 4 B, B as in boy."), "That is unit 4 B, B as in boy.");
}

#[test]
fn long_replies_are_cut_at_sentences() {
    let sentence = "This sentence has exactly fifty characters in it. ";
    let messages = cut(&sentence.repeat(10));
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|m| m.chars().count() <= MESSAGE_CHARACTERS && m.ends_with('.')));
    assert_eq!(cut(&"x".repeat(1_000)).len(), 4);
    assert!(cut("  ").is_empty());
}
