//! How long a pause must be, for what was asked and what was said.

use super::*;
use crate::dialogue::{Intent, LifeSafety, Urgency};

fn reading(moves: Option<Move>) -> Reading {
    Reading {
        intent: Intent::Other,
        confidence: 0.3,
        ranked: Vec::new(),
        urgency: Urgency::Routine,
        suspected: None,
        moves,
        topic: None,
        clauses: Vec::new(),
        language: None,
    }
}

const OPEN: Awaited = Awaited {
    expects: Expectation::Open,
    of_number: false,
    of_name: false,
    digits_before: 0,
    ends_in_unit: false,
};

#[test]
fn the_pause_that_each_answer_needs() {
    use Expectation::*;
    let cases: &[(Expectation, &str, Option<Move>, usize, Duration)] = &[
        (YesOrNo, "Yes.", Some(Move::Affirm), 0, AFTER_YES_OR_NO),
        (YesOrNo, "Yes, and", Some(Move::Affirm), 0, AFTER_HELD_FLOOR),
        (YesOrNo, "No, it's 4D.", Some(Move::Deny), 0, AFTER_WHOLE_SENTENCE),
        (Open, "No.", Some(Move::Deny), 0, AFTER_WHOLE_SENTENCE),
        (Open, "My kitchen sink is leaking.", None, 0, AFTER_WHOLE_SENTENCE),
        (Open, "My kitchen sink", None, 0, AFTER_UNFINISHED),
        (Open, "My kitchen sink is leaking and", None, 0, AFTER_HELD_FLOOR),
        (Open, "My name is", None, 0, AFTER_HELD_FLOOR),
        (Open, "Um.", None, 0, AFTER_HELD_FLOOR),
        (Open, "I'm waiting...", None, 0, AFTER_UNFINISHED),
        (Name, "Dana Reyes", None, 0, AFTER_SHORT_ANSWER),
        (Name, "My name is Dana Reyes.", None, 0, AFTER_WHOLE_SENTENCE),
        (UnitOrAddress, "Unit", None, 0, AFTER_HELD_FLOOR),
        (UnitOrAddress, "4B", None, 0, AFTER_SHORT_ANSWER),
        (PhoneNumber, "three oh three", None, 0, BETWEEN_DIGIT_GROUPS),
        (PhoneNumber, "303-555-0142", None, 0, AFTER_WHOLE_NUMBER),
        (PhoneNumber, "555 0142", None, 3, AFTER_WHOLE_NUMBER),
        (PhoneNumber, "It's", None, 0, BETWEEN_DIGIT_GROUPS),
        (PhoneNumber, "My number is.", None, 0, BETWEEN_DIGIT_GROUPS),
        (PhoneNumber, "It's time to know.", None, 0, AFTER_NO_DIGITS),
        (PhoneNumber, "Something else you?", None, 0, AFTER_NO_DIGITS),
        (PhoneNumber, "Yes, that's right.", Some(Move::Affirm), 0, AFTER_UNFINISHED),
        (PhoneNumber, "Sure.", Some(Move::Affirm), 0, BETWEEN_DIGIT_GROUPS),
        (PhoneNumber, "Yes, sure, it's.", Some(Move::Affirm), 0, BETWEEN_DIGIT_GROUPS),
        (PhoneNumber, "I don't have one.", Some(Move::Unknown), 0, AFTER_WHOLE_SENTENCE),
        (Open, "Goodbye.", Some(Move::Goodbye), 0, AFTER_YES_OR_NO),
        (YesOrNo, "Yes it is.", Some(Move::Affirm), 0, AFTER_YES_OR_NO),
        (YesOrNo, "You can go in.", None, 0, AFTER_WHOLE_SENTENCE),
        (Open, "I would like to come in and", None, 0, AFTER_HELD_FLOOR),
    ];
    for (expects, text, moves, before, wanted) in cases {
        let awaited = Awaited { expects: *expects, digits_before: *before, ..OPEN };
        assert_eq!(pause_after(awaited, text, &reading(*moves)), *wanted, "{expects:?}: {text}");
    }
}

#[test]
fn a_unit_that_was_heard_as_an_unfinished_phrase_is_whole() {
    let awaited = Awaited { expects: Expectation::UnitOrAddress, ends_in_unit: true, ..OPEN };
    assert_eq!(pause_after(awaited, "Apartment to a.", &reading(None)), AFTER_WHOLE_SENTENCE);
    let other = Awaited { ends_in_unit: false, ..awaited };
    assert_eq!(pause_after(other, "I live in a.", &reading(None)), AFTER_HELD_FLOOR);
}

#[test]
fn who_says_no_to_a_number_or_a_name_may_dictate_another() {
    let number = Awaited { expects: Expectation::YesOrNo, of_number: true, ..OPEN };
    for (text, moves, wanted) in [
        ("No, call me on 303.", Some(Move::Deny), BETWEEN_DIGIT_GROUPS),
        ("No. It's 303-555.", Some(Move::Deny), BETWEEN_DIGIT_GROUPS),
        ("No, it's 303-555-0142.", Some(Move::Deny), AFTER_WHOLE_SENTENCE),
        ("No.", Some(Move::Deny), AFTER_WHOLE_SENTENCE),
        ("Yes, 0142.", Some(Move::Affirm), AFTER_YES_OR_NO),
    ] {
        assert_eq!(pause_after(number, text, &reading(moves)), wanted, "{text}");
    }
    let name = Awaited { expects: Expectation::YesOrNo, of_name: true, ..OPEN };
    for (text, wanted) in [
        ("No, it's Daniel King. K. I.", AFTER_UNFINISHED),
        ("No, it's Daniel King. K. I. N. G.", AFTER_WHOLE_SENTENCE),
        ("K I N", AFTER_UNFINISHED),
    ] {
        assert_eq!(pause_after(name, text, &reading(None)), wanted, "{text}");
    }
}

#[test]
fn danger_is_answered_at_once() {
    let danger =
        Reading { urgency: Urgency::LifeSafety(LifeSafety::Gas), intent: Intent::Emergency, ..reading(None) };
    assert_eq!(silence_needed(OPEN, Patience(PATIENCE_MOST), "I smell gas and", &danger), AFTER_DANGER);
}

#[test]
fn who_was_cut_off_is_waited_for_longer_but_not_for_ever() {
    let waited_for = |patience| silence_needed(OPEN, patience, "My kitchen sink is leaking.", &reading(None));
    let mut patience = Patience::default();
    assert_eq!(waited_for(patience), AFTER_WHOLE_SENTENCE);
    patience.grow();
    assert_eq!(waited_for(patience), AFTER_WHOLE_SENTENCE + PATIENCE_STEP);
    (0..10).for_each(|_| patience.grow());
    assert_eq!(waited_for(patience), AFTER_WHOLE_SENTENCE + PATIENCE_MOST);
}
