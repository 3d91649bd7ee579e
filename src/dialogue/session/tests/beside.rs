//! What is said beside the matter: a second one, a question in place of an answer, a place that all share.

use super::telling::Call;
use crate::dialogue::{EndReason, Intent, Move, Promise, Reading};

#[test]
fn a_second_matter_waits_until_the_repair_is_written_down() {
    let outcome = Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .hears("name")
        .says("Oh, and also I paid my rent twice and I want the late fee taken off my account.")
        .hears("added")
        .hears("name")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .hears("enter")
        .says("Yes, you can go in.")
        .hears("maintenance team")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert_eq!(outcome.promised, Promise::WorkOrder);
    assert!(outcome.matter.is_some_and(|matter| matter.contains("late fee")));
}

#[test]
fn what_was_promised_stays_the_head_of_the_record() {
    let outcome = Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .says("Yes, you can go in.")
        .hears("else")
        .says("I paid my rent twice and I want the late fee taken off my account.")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert!(outcome.notes.iter().any(|note| note.starts_with("also: ")), "{:?}", outcome.notes);
}

#[test]
fn the_stairs_have_no_door_and_nobody_to_let_anybody_in() {
    let outcome = Call::new()
        .says("The light in the stairwell is broken and needs to be fixed, I'm in unit 204.")
        .hears("Is that right?")
        .says("No, it's the stairs, not my apartment.")
        .hears("name")
        .says("Dana Reyes")
        .says("Yes.")
        .hears_not("enter")
        .says("Yes.")
        .hears("maintenance team")
        .hangs_up();
    assert_eq!(outcome.promised, Promise::WorkOrder);
    assert!(outcome.notes.iter().any(|note| note.contains("not in a home")), "{:?}", outcome.notes);
}

#[test]
fn who_asks_why_a_name_is_wanted_is_not_asked_to_spell_it() {
    Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .hears("name")
        .says("Do I have to give my name? Who sees this?")
        .hears("do without")
        .hears_not("spell");
}

#[test]
fn a_question_in_place_of_an_answer_is_kept_and_what_was_asked_is_asked_again() {
    let outcome = Call::new()
        .says("My kitchen faucet is broken and it is getting worse.")
        .hears("unit")
        .says("Is the building owned by the same people as before?")
        .hears("unit")
        .hears_not("didn't catch")
        .hangs_up();
    assert!(outcome.matter.is_some_and(|matter| matter.contains("same people")));
}

#[test]
fn who_says_who_they_are_seeks_nobody() {
    Call::new()
        .says("This is Jackie in 204, I want to make sure nobody at your office lets my ex in.")
        .hears_not("try the team");
}

#[test]
fn a_bite_is_no_question_of_the_rules_on_pets() {
    let outcome =
        Call::new().says("The dog from next door bit my son this morning.").hears_not("agreement").hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Complaint));
}

#[test]
fn what_sounds_like_a_bite_or_a_shared_room_and_is_none() {
    Call::new().says("I have a dog, he's a bit big, is that okay?").hears_not("sorry about that");
    Call::new()
        .says("The toilet in the hallway bathroom is clogged and it won't flush, unit 204.")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .hears("enter");
    Call::new().says("Can I speak to someone at your office, please?").hears("message");
}

#[test]
fn praise_is_no_complaint() {
    let outcome = Call::new()
        .says("I want to praise your maintenance man, he did a lovely job.")
        .hears("name")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Message));
}

/// Dana has reported a faucet of unit 204, and is asked whether the team may go in.
fn asked_to_enter() -> Call {
    Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .says("Yes.")
        .hears("enter if you are not home")
}

#[test]
fn nobody_may_enter_on_words_that_are_no_leave() {
    for words in
        ["After four is best.", "I'm home after four.", "I am home! I'm standing right in front of it."]
    {
        let outcome = asked_to_enter().says(words).hears("maintenance team").hangs_up();
        assert!(outcome.access.is_none_or(|access| !access.value), "{words}");
        let open = |note: &String| note.contains("not given") || note.contains("before entering");
        assert!(outcome.notes.iter().any(open) || words.contains("home"), "{words}: {:?}", outcome.notes);
    }
}

#[test]
fn a_repair_that_mended_itself_is_no_leave_to_enter() {
    let outcome = asked_to_enter()
        .says("Oh wait, it just came on. Forget it, thanks.")
        .hears_not("maintenance team has")
        .hangs_up();
    assert!(outcome.access.is_none());
    assert!(outcome.notes.iter().any(|note| note.contains("just came on")), "{:?}", outcome.notes);
}

#[test]
fn a_figure_of_a_story_is_no_part_of_a_number() {
    Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .hears("ending in")
        .says("She said seventeen fifty and the letter says nineteen.")
        .hears_not("and then?");
}

#[test]
fn whoever_wants_no_call_is_not_asked_for_a_number_again() {
    Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .says("Dana Reyes")
        .says("Yes.")
        .hears("ending in")
        .says("You don't have to call me back, just make it stop.")
        .hears_not("ending in")
        .hears_not("message for somebody");
}

#[test]
fn what_led_to_the_plea_for_a_person_is_kept() {
    let outcome = Call::new().says("You towed my car! I want to talk to a manager.").hangs_up();
    let kept = [outcome.matter, outcome.first_words].into_iter().flatten().collect::<String>();
    assert!(kept.is_empty() || kept.contains("towed my car"), "what stands for the whole: {kept}");
}

#[test]
fn say_again_is_no_name() {
    Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .hears("name")
        .reads("Say again?", Reading::bare(Move::Repeat))
        .hears_not("the name Say")
        .hears("name");
}

#[test]
fn a_question_whether_something_is_needed_is_not_put_on_record() {
    Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .hears("name")
        .says("Do I have to? Okay. Dana Reyes.")
        .hears("Dana Reyes")
        .hears_not("I don't know that");
}
