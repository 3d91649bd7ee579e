//! Callers who want to be texted and not called.

use super::telling::Call;
use crate::dialogue::{EndReason, Promise, session::texting::wants_texts};

#[test]
fn a_wish_for_texts_is_told_from_a_wish_for_neither() {
    for text in [
        "Please do not call me by voice, please text or email.",
        "I said text, not call.",
        "I want to be texted.",
        "Yes, but text is better.",
        "No, text me, don't call.",
        "I'd rather have you text me.",
        "I can't talk on the phone, just text me.",
        "Don't call me, text me instead.",
        "Please don't call me by voice, I'm deaf, send me a text.",
        "No me llame, mándeme un mensaje.",
        "I'm deaf, please text me.",
        "I'm hard of hearing. Could somebody send a text?",
        "Prefiero que me manden un mensaje.",
    ] {
        assert!(wants_texts(text), "{text}");
    }
    for text in [
        "And don't call me or text me.",
        "Please don't text me.",
        "Call me, don't text me.",
        "Stop calling and texting me.",
        "I don't want to be texted.",
        "You can text or call me.",
        "Can you text me the address?",
        "My neighbor is deaf, her TV is loud, I had to text her.",
        "I can't hear you. Did you text me the address?",
        "They did not call me, they just sent a text.",
        "Take me off your text list.",
        "No me llamen ni me manden mensajes.",
    ] {
        assert!(!wants_texts(text), "{text}");
    }
}

#[test]
fn who_wants_a_text_is_not_promised_a_call_and_is_not_left_without_an_answer() {
    let outcome = Call::new()
        .says("My kitchen sink is leaking.")
        .says("My name is Dana Reyes. I am deaf. I live in unit 204. Please do not call me by voice, please text or email.")
        .hears("you want a text, not a call")
        .hears_not("won't")
        .hears("2 0 4")
        .hears("Dana Reyes")
        .says("Yes.")
        .hears("the best one to text")
        .says("This number is fine if you text it.")
        .hears("enter")
        .says("Yes, you can go in.")
        .hears("knows that you want a text, not a call")
        .hears_not("call you")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    assert!(outcome.texts_only && !outcome.do_not_contact && outcome.callback.is_some());
    assert!(outcome.notes.iter().any(|note| note == "text, do not call"));
    assert_eq!(outcome.promised, Promise::WorkOrder);
}

#[test]
fn a_refusal_that_was_a_wish_for_texts_is_taken_back() {
    let call = Call::new()
        .says("My neighbor is loud every single night.")
        .says("Unit 204")
        .says("Yes")
        .says("Don't call me or text me.")
        .hears("We won't call or text you.")
        .says("No, I did say text. I want to be texted.")
        .hears("a text, not a call")
        .says("Dana Reyes")
        .says("Yes.")
        .hears("the best one to text")
        .says("Yes.")
        .hears_not("Nobody will call or text you");
    let outcome = call.says("Bye.").ends(EndReason::Goodbye);
    assert!(outcome.texts_only && !outcome.do_not_contact);
    assert_eq!(outcome.promised, Promise::Callback);
}

#[test]
fn a_yes_beside_the_wish_for_a_text_is_a_yes() {
    let outcome = Call::new()
        .says("My neighbor is loud every single night.")
        .says("Unit 204")
        .says("Yes")
        .says("I'd rather not.")
        .hears("calling from")
        .says("Yes, but text is better.")
        .hears("a text, not a call")
        .hears_not("will call you")
        .says("Bye.")
        .ends(EndReason::Goodbye);
    assert!(outcome.texts_only && outcome.callback.is_some());
}

#[test]
fn who_wants_calls_after_all_is_no_longer_one_for_texts() {
    let outcome = Call::new()
        .says("My neighbor is loud every single night.")
        .says("Please text me, don't call.")
        .says("And please don't text me.")
        .hears("We won't text you.")
        .hangs_up();
    assert!(!outcome.texts_only && outcome.do_not_contact && outcome.calls_welcome);
}
