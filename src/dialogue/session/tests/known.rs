//! A trouble that the office knows of: callers about it need say nothing, and others go on as usual.

use super::telling::{Call, office, opening};
use crate::{
    dialogue::{
        Channel, EndReason, Intent, KnownTrouble, LifeSafety, NoticeAnswer, NoticeTold, Opening, Outcome,
        Urgency,
    },
    types::IncidentId,
};

const NOTICE: &str = "We know about the heating trouble at Maple Court, and it is being worked on.";

fn known(before_ringing: bool) -> Opening {
    let incident = IncidentId::from_random(7);
    Opening {
        open_now: before_ringing,
        known: Some(KnownTrouble { incident, text: NOTICE.into(), before_ringing }),
        ..opening()
    }
}

fn call() -> Call {
    Call::with(office(), known(false))
}

fn answer(outcome: &Outcome) -> Option<NoticeAnswer> {
    let NoticeTold { incident, answer } = outcome.notice?;
    assert_eq!(incident, IncidentId::from_random(7));
    Some(answer)
}

#[test]
fn the_notice_comes_before_the_first_question_which_offers_another_matter() {
    let call = call();
    let told = call.told();
    let (notice, question) = (told.find(NOTICE).unwrap(), told.find("press 1").unwrap());
    assert!(notice < question, "{told}");
    assert!(!Call::new().told().contains("press 1"));
    assert_eq!(answer(&call.session.outcome()), Some(NoticeAnswer::None));
}

#[test]
fn who_hangs_up_or_says_that_that_is_it_has_called_about_the_same() {
    for words in
        ["That's it.", "Okay, thank you.", "No, that's all.", "Thanks, bye.", "No, nothing else.", "Okay."]
    {
        let outcome = call().says(words).ends(EndReason::Goodbye);
        assert_eq!(answer(&outcome), Some(NoticeAnswer::Enough), "{words}");
        assert_eq!(outcome.intent, None, "{words}");
    }
    assert_eq!(answer(&call().hangs_up()), Some(NoticeAnswer::None));
}

#[test]
fn who_calls_about_something_else_goes_on_as_usual() {
    let outcome = call().keys("1").says("My kitchen sink is leaking.").hangs_up();
    assert_eq!(
        (answer(&outcome), outcome.intent),
        (Some(NoticeAnswer::Different), Some(Intent::Maintenance))
    );
    let outcome = call().says("Mine is different.").says("My kitchen sink is leaking.").hangs_up();
    assert_eq!(
        (answer(&outcome), outcome.intent),
        (Some(NoticeAnswer::Different), Some(Intent::Maintenance))
    );
    let outcome = call().says("Hi, my kitchen sink is leaking.").hangs_up();
    assert_eq!(
        (answer(&outcome), outcome.intent),
        (Some(NoticeAnswer::Different), Some(Intent::Maintenance))
    );
}

#[test]
fn danger_is_heard_whatever_is_known() {
    for call in [call(), call().keys("1")] {
        let outcome = call.says("I smell gas in the hallway!").hangs_up();
        assert_eq!(outcome.urgency, Urgency::LifeSafety(LifeSafety::Gas));
    }
}

#[test]
fn where_no_phone_has_rung_yet_key_1_rings_them() {
    let office = crate::dialogue::Office { staff: true, ..office() };
    let _ = Call::with(office, known(true)).keys("1").rings(crate::dialogue::Destination::Staff);
}

#[test]
fn a_written_message_is_not_told() {
    let call = Call::with(office(), Opening { channel: Channel::Text, ..known(false) });
    assert!(!call.told().contains(NOTICE));
}
