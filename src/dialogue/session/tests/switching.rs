//! A matter that was none, one that is over, and those that fit none of the office's usual ones.

use super::telling::Call;
use crate::dialogue::{EndReason, Intent, Promise, Urgency};

#[test]
fn who_denies_the_new_matter_is_back_with_the_old_one() {
    let outcome = Call::new()
        .says("My kitchen faucet is broken in unit 204.")
        .says("Yes.")
        .hears("name")
        .says("I pay rent for a place and not for a swamp, what is my balance then")
        .hears("about rent or a payment")
        .says("No, this is not about rent. It's the faucet.")
        .hears("name")
        .says("Dana Reyes")
        .hangs_up();
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert!(outcome.first_words.is_some_and(|words| words.contains("faucet is broken")));
}

#[test]
fn harm_that_has_ended_wakes_nobody() {
    let outcome = Call::new()
        .says("We have no heat in the apartment.")
        .hears("ring the person on call")
        .says("Oh wait, it just came back on. Cancel that, sorry.")
        .hears("else")
        .says("No, that's all.")
        .ends(EndReason::Goodbye);
    assert_eq!(outcome.urgency, Urgency::Routine);
    assert_ne!(outcome.promised, Promise::OnCallRung);
    assert!(outcome.notes.iter().any(|note| note.contains("came back on")), "{outcome:?}");
    Call::new()
        .says("We have no heat in the apartment.")
        .says("It came back on but it is not warm yet.")
        .hears_not("won't ring");
}

#[test]
fn a_visit_that_is_called_off_is_no_new_repair() {
    for text in [
        "I need to cancel the plumber for tomorrow, unit 204.",
        "I gave you the wrong number for my report.",
        "Can you call off the repair, please?",
    ] {
        let outcome = Call::new().says(text).hears_not("vendor").hangs_up();
        assert_eq!(outcome.intent, Some(Intent::Resident), "{text}");
    }
    Call::new().says("Sorry, I have the wrong number.").ends(EndReason::WrongNumber);
}

#[test]
fn what_fits_no_usual_matter_goes_to_people() {
    for text in [
        "This is Officer Trujillo with the police, do you have camera footage of last night?",
        "I'm an insurance adjuster, and I want your report for a claim.",
        "I saw your house on Craigslist and the man wants a deposit, is it a scam?",
        "I want to apply for the maintenance job.",
        "My brother lived at your house and he passed away.",
        "Do you rent a courtyard for a party in June?",
    ] {
        let outcome = Call::new().says(text).hears("name").hangs_up();
        assert_eq!(outcome.intent, Some(Intent::Message), "{text}");
    }
}

#[test]
fn a_request_is_passed_on_and_a_question_is_not_known() {
    let asked = || Call::new().says("My kitchen faucet is broken in unit 204.").says("Yes.");
    asked().says("Dana Reyes. Can you just tell them to knock loud?").hears_not("don't know");
}

#[test]
fn what_stands_beside_a_yes_is_kept() {
    let outcome = Call::new()
        .says("My neighbor plays the drums, unit 204.")
        .says("Yes. And my attorney files tomorrow if nobody calls me today.")
        .hangs_up();
    assert!(outcome.matter.is_some_and(|matter| matter.contains("attorney")));
}
