//! Names: said with more, agreed to in other words, refused.

use super::{
    telling::{Call, office, opening},
    understood::tells,
};
use crate::dialogue::{Intent, Opening};

fn asked_for_name() -> Call {
    Call::new().says("My sink is leaking in unit 204 again.").says("Yes.").hears("your name")
}

#[test]
fn a_yes_in_other_words_agrees_with_the_name() {
    for yes in [
        "Yep",
        "Yup.",
        "yes ma'am",
        "Yes. Before Monday, please",
        "That's right, and please have them bring a ladder this time",
        "Lang, yes",
        "You got it right",
    ] {
        let call = tells(asked_for_name(), &["Ida Lang", yes]).hears("calling from");
        let name = call.hangs_up().name.unwrap();
        assert_eq!((name.value.as_str(), name.confirmed), ("Ida Lang", true), "{yes}");
    }
}

#[test]
fn a_name_said_with_a_question_is_taken_while_the_question_is_answered() {
    asked_for_name().says("Hank DeMarco, and when is trash day?").hears("Tuesday");
    tells(asked_for_name(), &["Hank DeMarco, apartment 204. Would you take a hundred less?"])
        .hears("Hank Demarco");
}

#[test]
fn a_name_that_is_said_again_is_simply_taken() {
    for again in ["No! It's Kevin Shaw", "I just told you, Kevin Shaw"] {
        let outcome = asked_for_name()
            .says("Devon Marsh")
            .says("No, Evan Shore")
            .hears("Evan Shore, spelled")
            .says(again)
            .hears_not("keys")
            .hears("Kevin Shaw, spelled S H A W")
            .says("Yes.")
            .hangs_up();
        assert!(outcome.name.unwrap().confirmed, "{again}");
    }
}

#[test]
fn the_very_name_that_was_read_back_is_read_back_in_letters_and_spelled_letters_settle_it() {
    asked_for_name()
        .says("Ruth Pruitt, P R U I T T")
        .hears("Ruth Pruitt")
        .says("No dear, Ruth Pruitt")
        .hears_not("keys")
        .hears("Ruth Pruitt, spelled P R U I T T")
        .says("Yes.")
        .hears("calling from");
    asked_for_name()
        .says("Hank Demarkello")
        .says("I just told you, Hank Demarkello")
        .hears("spelled")
        .says("D E M A R K E L L O, Hank")
        .hears("calling from");
}

#[test]
fn a_yes_with_the_rest_of_the_name_adds_to_it() {
    for (first, then, whole) in [
        ("Lena", "Yes, and it's Lena Fox", "Lena Fox"),
        ("Lena", "Yes, last name Fox", "Lena Fox"),
        ("Applewood, A P P L E W O O D", "Yes, and it's Dora", "Dora Applewood"),
        ("Dora", "A P P L E W O O D", "Dora Applewood"),
    ] {
        let outcome = asked_for_name().says(first).says(then).hears(whole).says("Yes.").hangs_up();
        let name = outcome.name.unwrap();
        assert_eq!((name.value.as_str(), name.confirmed), (whole, true));
    }
}

#[test]
fn letters_pressed_while_a_name_is_read_back_put_it_right_from_the_first() {
    asked_for_name().says("Nadja Betroff").hears("Betroff").keys("62342738768#").hears("Nadia Petro");
}

#[test]
fn who_will_not_say_their_name_is_not_asked_again() {
    for refusal in [
        "I'm not giving a name, you have it on file from the last three times",
        "I don't want to say",
        "I'd rather not",
        "no names",
        "that's private",
        "just put no name",
        "Anonymous. Put anonymous.",
        "Why would I give you my name?",
        "no",
    ] {
        let outcome = tells(asked_for_name(), &[refusal])
            .hears("we can do without")
            .hears("calling from")
            .says("Yes.")
            .hears_not("name")
            .hangs_up();
        assert_eq!((outcome.name, outcome.intent), (None, Some(Intent::Maintenance)), "{refusal}");
    }
}

#[test]
fn who_says_at_once_that_they_give_no_name_is_never_asked_for_it() {
    Call::new()
        .says("My sink is leaking in unit 204 and no I'm not giving you my name.")
        .says("Yes.")
        .hears_not("your name")
        .hears("calling from");
}

#[test]
fn the_number_that_they_call_from_is_the_answer_to_the_question_for_one() {
    for own in
        ["this one's fine", "this number! the one I'm calling on", "just use the number I'm calling from"]
    {
        let outcome = asked_for_name()
            .says("Ida Lang")
            .says("Yes.")
            .says("No, another number.")
            .hears("number")
            .says(own)
            .hears("May we enter")
            .hangs_up();
        let number = outcome.callback.unwrap();
        assert!(number.confirmed && number.value == opening().caller.unwrap(), "{own}");
    }
    // Where it is withheld, nobody knows which.
    let withheld = Opening { caller: None, ..opening() };
    Call::with(office(), withheld)
        .says("My name is Dana Reyes, the faucet is broken in unit 4D.")
        .says("Yes.")
        .says("This number")
        .hears("number");
}

#[test]
fn a_name_said_in_the_first_sentence_is_not_asked_for_again() {
    for first in [
        "I'm Wes Crowley in 204, my sink is leaking.",
        "This is Tom Baxter, unit 204, my sink is leaking.",
        "I'm Mrs. Delgado, my sink is leaking in 204.",
        "Tom Baxter, unit 204. My sink is leaking.",
    ] {
        Call::new().says(first).says("Yes.").hears_not("your name").hears("calling from");
    }
}

#[test]
fn a_name_beside_another_answer_is_not_asked_for_again() {
    for said in ["Yes. Nora Lindqvist.", "Yes, this. Lin Mei."] {
        Call::new()
            .says("My sink is leaking in unit 204 again.")
            .hears("unit 2 0 4")
            .says(said)
            .hears_not("your name");
    }
}

#[test]
fn letters_of_the_last_name_and_a_name_begun_anew_leave_it_whole() {
    for again in ["Yes, H A R G R O V E.", "No, Betty Lou. Betty Lou Hargrove."] {
        asked_for_name()
            .says("Betty Lou Hargrove.")
            .hears("Betty Lou Hargrove")
            .says(again)
            .hears_not("Hargrove Lou")
            .says("Yes.")
            .hears("calling from");
    }
    asked_for_name().says("Kyle and Amber Dunn").hears("Kyle and Amber Dunn");
}

#[test]
fn whoever_is_sought_does_not_call() {
    asked_for_name()
        .says("Dana Reyes. I need her new number. I'm her aunt.")
        .hears_not("I have the name Dana")
        .says("Ruth Ames.")
        .hears("Ruth Ames");
}

#[test]
fn a_company_is_what_answers_the_question_for_it() {
    for company in [
        "Xcel.",
        "Simplex. Simplex Fire Protection.",
        "Rocky Mountain Fire and Safety.",
        "City of Denver. Community Planning and Development.",
    ] {
        Call::new()
            .says("I want to send you an invoice.")
            .hears("company")
            .says(company)
            .hears_not("company");
    }
    for none in ["I'm not with a company, I live here.", "No."] {
        let outcome = Call::new().says("I want to send you an invoice.").says(none).hangs_up();
        assert_eq!(outcome.company, None, "{none}");
    }
}

#[test]
fn an_answer_that_carries_two_things_loses_neither() {
    let asked = || Call::new().says("My sink is leaking in unit 204 again.").hears("unit 2 0 4");
    for said in [
        "Correct. Sophie Lindqvist, if you need it.",
        "Yes it is. Ivan Petrov is my name. No hurry about it.",
    ] {
        asked().says(said).hears_not("your name").hears("I have the name").says("Yes.").hears("calling from");
    }
    for said in
        ["That's me. And, uh, this number is good, before you ask.", "Yes. And yeah, this phone's fine."]
    {
        asked_for_name().says("Phil Dunleavy").says(said).hears_not("calling from").hears("May we enter");
    }
    Call::new()
        .says("My sink is leaking in unit 204, I'm Ida Lang, my number's the one I'm calling from.")
        .says("Yes.")
        .hears_not("calling from");
    // Whoever was called from a number has not offered it.
    Call::new()
        .says("I had a call from this number, and my sink is leaking in unit 204. I'm Ida Lang.")
        .says("Yes.")
        .hears("calling from");
}

#[test]
fn a_yes_in_spanish_and_somebody_elses_words_change_no_name() {
    for agreed in ["S\u{ed}. Yes.", "S\u{ed}, correcto.", "Yes. Joe says so.", "Yes. Cancel that, please."] {
        let outcome = asked_for_name().says("Ximena Robles").says(agreed).hears("calling from").hangs_up();
        assert_eq!(outcome.name.unwrap().value, "Ximena Robles", "{agreed}");
    }
    asked_for_name()
        .says("Stacy and Joe Lake")
        .hears("Stacy and Joe Lake")
        .says("No, I'm Stacy. Joe's my husband.")
        .hears("Stacy Lake");
}
