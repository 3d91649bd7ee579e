//! Call-backs that callers of a queue were promised: who has it in writing, and what is left to people.

use jiff::{SignedDuration, tz::TimeZone};

use super::house::{DANA, House, LEASING, MAIN, STAFF, number, settings};
use crate::{
    desk::{Input, Settings},
    outbox::{Kind, State, Suppression, lint},
    pbx::{CallBack, CallBackState, Disposition, TextResult},
    store::{Fault, Store},
    types::CallId,
};

/// Dana waits in a queue, and has just pressed 1.
fn promise(house: &House) -> CallBack {
    CallBack {
        call: CallId::from_random(500),
        queue: "desk".into(),
        number: number(DANA),
        own: true,
        name: "DANA R".into(),
        dialled: number(LEASING),
        asked: house.now,
        tries: 0,
        state: CallBackState::Waiting,
    }
}

fn tell(house: &mut House, promise: &CallBack) {
    house.feed(Input::CallBack(promise.clone()));
}

/// An office with other settings.
fn with(change: impl FnOnce(&mut Settings)) -> House {
    let mut settings = settings();
    change(&mut settings);
    let mut house = House::dark(Store::in_memory().unwrap(), settings);
    house.feed(Input::ClockSynchronised(true));
    house
}

/// How Dana's stands in the store.
fn kept(house: &mut House) -> Vec<(u32, CallBackState)> {
    let since = house.now.checked_sub(SignedDuration::from_hours(24)).unwrap();
    let rows = house.reader().call_backs(since).unwrap();
    rows.iter().map(|row| (row.tries, row.state)).collect()
}

#[test]
fn whoever_keeps_a_place_has_it_in_writing_once_from_the_number_that_was_dialled() {
    let mut house = House::new();
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    let texts = house.sent_to(DANA);
    assert_eq!(texts.len(), 1);
    assert_eq!((texts[0].from, texts[0].kind), (number(LEASING), Kind::Confirmation));
    assert!(
        texts[0].body.starts_with("Hi, Maple Court here. You keep your place in line"),
        "{}",
        texts[0].body
    );
    assert_eq!(lint(&texts[0].body).segments, 1);
    assert!(house.sent_to(STAFF).is_empty(), "it is the box's to keep");

    // Said again, called in vain, back in the line, and through a power cut: never twice.
    tell(&mut house, &waiting);
    for (tries, state) in
        [(1, CallBackState::Calling), (1, CallBackState::Waiting), (2, CallBackState::Calling)]
    {
        tell(&mut house, &CallBack { tries, state, ..waiting.clone() });
        assert_eq!(kept(&mut house), [(tries, state)]);
    }
    house.power_cut(SignedDuration::from_secs(5));
    tell(&mut house, &CallBack { tries: 2, state: CallBackState::Reached, ..waiting });
    house.minutes(24 * 60);
    assert_eq!(house.sent.len(), 1, "nobody is texted about what went well");
}

#[test]
fn a_phone_that_nobody_took_up_is_no_reason_for_a_second_text() {
    let mut house = House::new();
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    tell(&mut house, &CallBack { tries: 1, state: CallBackState::Calling, ..waiting.clone() });
    // Nobody of the office answered: it waits as it did at first, with no try.
    tell(&mut house, &waiting);
    house.minutes(60);
    assert_eq!(house.sent_to(DANA).len(), 1);
    assert_eq!(kept(&mut house), [(0, CallBackState::Waiting)]);
}

#[test]
fn a_name_is_used_only_if_it_was_confirmed_in_a_call() {
    use crate::dialogue::{EndReason, Promise};
    let mut house = House::new();
    house.call_with(DANA, Disposition::AiHandled, |record| {
        record.outcome = Some(super::house::outcome(None, Promise::Nothing, EndReason::Goodbye));
    });
    let before = house.sent_to(DANA).len();
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    let texts = house.sent_to(DANA);
    assert_eq!(texts.len(), before + 1);
    assert!(texts[before].body.starts_with("Hi Dana, Maple Court here."), "{}", texts[before].body);
}

#[test]
fn only_whoever_called_from_the_number_itself_is_written_to() {
    for (what, change) in [
        ("keyed in", (|promise| promise.own = false) as fn(&mut CallBack)),
        ("abroad", |promise| promise.number = number("+442079460958")),
        ("ours", |promise| promise.number = number(MAIN)),
        ("of the staff", |promise| promise.number = number(STAFF)),
    ] {
        let mut house = House::new();
        let mut waiting = promise(&house);
        change(&mut waiting);
        tell(&mut house, &waiting);
        house.minutes(60);
        assert!(house.sent.is_empty(), "{what}: {:?}", house.sent);
        assert_eq!(kept(&mut house), [(0, CallBackState::Waiting)], "{what}: promised all the same");
    }
}

#[test]
fn nobody_is_written_to_after_stop_or_where_the_office_does_not_text() {
    let mut house = House::new();
    house.text(DANA, "STOP");
    let before = house.sent_to(DANA).len();
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    house.minutes(60);
    assert_eq!(house.sent_to(DANA).len(), before, "the answer to STOP, and no more");
    assert_eq!(kept(&mut house), [(0, CallBackState::Waiting)]);

    let mut house = with(|settings| settings.text_back = false);
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    house.minutes(60);
    assert!(house.sent.is_empty());
}

#[test]
fn stop_reaches_a_confirmation_that_still_waits() {
    let mut house = House::new();
    house.carrier = super::house::Carrier::Answers(TextResult::Later { status: 503, retry_after_s: None });
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    house.text(DANA, "STOP");
    house.carrier = super::house::Carrier::Answers(TextResult::Accepted);
    let tried = house.sent_of(Kind::Confirmation).len();
    house.feed(Input::TrunkUp);
    house.minutes(180);
    assert_eq!(house.sent_of(Kind::Confirmation).len(), tried);
    let rows = house.reader().messages(None, None, 50).unwrap().items;
    let text = rows.iter().find(|row| row.kind == Some(Kind::Confirmation)).unwrap();
    assert_eq!(text.state, Some(State::Suppressed(Suppression::OptedOut)));
}

#[test]
fn an_office_that_does_not_text_at_night_confirms_in_the_morning() {
    let mut house = with(|settings| settings.text_back_waits_for_morning = true);
    house.until("2026-11-20T21:30:00-07:00");
    let waiting = promise(&house);
    tell(&mut house, &waiting);
    house.until("2026-11-21T07:59:00-07:00");
    assert!(house.sent.is_empty());
    house.until("2026-11-21T08:01:00-07:00");
    assert_eq!(house.sent_to(DANA).len(), 1);
}

#[test]
fn people_read_once_what_the_box_could_not_keep_and_why() {
    for (state, why) in [
        (CallBackState::Missed, "called, and not reached"),
        (CallBackState::Declined, "called, and did not want to talk"),
        (CallBackState::Closed, "not called before the office closed"),
        (CallBackState::Uncertain, "perhaps not called: the house had stopped"),
    ] {
        let mut house = House::new();
        let waiting = promise(&house);
        tell(&mut house, &waiting);
        house.minutes(45);
        let over = CallBack { tries: 1, state, ..waiting };
        tell(&mut house, &over);
        tell(&mut house, &over);
        house.minutes(24 * 60);
        let texts = house.sent_to(STAFF);
        assert_eq!(texts.len(), 1, "{state:?}");
        assert_eq!((texts[0].kind, texts[0].from), (Kind::StaffSummary, number(LEASING)));
        let words = format!("please call back DANA R, (303) 555-0142, promised Fri 16:58 ({why}).");
        assert!(texts[0].body.contains(&words), "{}", texts[0].body);
        assert_eq!(house.sent_to(DANA).len(), 1, "{state:?}: the confirmation, and no more");
    }
    for state in [CallBackState::Reached, CallBackState::Cancelled] {
        let mut house = House::new();
        let over = CallBack { tries: 1, state, ..promise(&house) };
        tell(&mut house, &over);
        house.minutes(60);
        assert!(house.sent.is_empty(), "{state:?}: nothing is left to anybody");
    }
}

#[test]
fn the_time_that_people_read_is_the_office_s() {
    let mut house = with(|settings| {
        settings.quiet_hours.zone = TimeZone::get("America/New_York").unwrap();
    });
    let over = CallBack { name: String::new(), state: CallBackState::Missed, tries: 3, ..promise(&house) };
    tell(&mut house, &over);
    let texts = house.sent_to(STAFF);
    assert!(texts[0].body.contains("call back (303) 555-0142, promised Fri 18:58"), "{}", texts[0].body);
}

#[test]
fn nobody_is_called_before_the_store_has_it() {
    let mut house = House::new();
    let calling = CallBack { tries: 1, state: CallBackState::Calling, ..promise(&house) };
    house.engine().store_mut().inject(Fault::Commits { first: 1, count: u64::MAX });
    tell(&mut house, &calling);
    assert!(house.called_back.is_empty() && kept(&mut house).is_empty());
    house.engine().store_mut().inject(Fault::None);
    house.minutes(5);
    assert_eq!(kept(&mut house), [(1, CallBackState::Calling)]);
    assert_eq!(house.called_back, [(calling.call, 1)]);
}

#[test]
fn an_answer_that_the_disk_has_lost_makes_no_second_text() {
    let mut house = House::new();
    let waiting = promise(&house);
    house.engine().store_mut().inject(Fault::Answers { first: 1, count: 2 });
    tell(&mut house, &waiting);
    house.minutes(10);
    assert_eq!(kept(&mut house), [(0, CallBackState::Waiting)]);
    assert_eq!(house.sent_to(DANA).len(), 1);
}
