//! The office's own calendar: what is said to be booked is on disk, and nothing is there twice.

use jiff::{SignedDuration, civil::date};

use super::house::{DANA, House, LEASING, at, number, outcome, settings};
use crate::{
    calendar::{Rules, ShowingAgent, ShowingPlan},
    desk::{Input, Settings},
    dialogue::{
        CalendarAnswer, CalendarRequest, EndReason, Intent, Promise, Showing, ShowingSlot, ShowingState, When,
    },
    outbox::Kind,
    pbx::{Dialled, Disposition},
    store::{Fault, ShowingRow, ShowingStatus, Store},
    types::{CallId, Hours, ShowingId},
};

const HOME: &str = "210 Maple Court, apartment 3A";
const CALL: CallId = CallId::from_random(700);

fn with_robin() -> Settings {
    let zone = settings().quiet_hours.zone;
    let hours = Hours::parse(zone.clone(), &["Mon-Sat 10:00-16:00"]).unwrap();
    let agents = vec![ShowingAgent { name: "Robin".into(), hours, calendar: None }];
    Settings { showings: Some(ShowingPlan { zone, agents, rules: Rules::default() }), ..settings() }
}

fn house() -> House {
    let mut house = House::dark(Store::in_memory().unwrap(), with_robin());
    house.feed(Input::ClockSynchronised(true));
    house
}

fn ask(house: &mut House, call: CallId, request: CalendarRequest) -> CalendarAnswer {
    house.feed(Input::CalendarAsked { call, ticket: 7, request });
    let (answered, ticket, answer) = house.calendar.pop().expect("the desk answers at once");
    assert_eq!((answered, ticket), (call, 7));
    answer
}

/// The times for a showing on Saturday.
fn saturday(house: &mut House) -> Vec<ShowingSlot> {
    let wish = When { date: Some(date(2026, 11, 21)), ..When::default() };
    match ask(house, CALL, CalendarRequest::FindSlots { place: HOME.into(), wish }) {
        CalendarAnswer::Slots(slots) => slots,
        other => panic!("{other:?}"),
    }
}

fn booking(slot: &ShowingSlot, replaces: Option<ShowingId>) -> CalendarRequest {
    CalendarRequest::Book {
        slot: slot.clone(),
        place: HOME.into(),
        name: Some("Dana Reyes".into()),
        callback: number(DANA),
        replaces,
    }
}

fn booked(house: &mut House, call: CallId, slot: &ShowingSlot, replaces: Option<ShowingId>) -> ShowingId {
    match ask(house, call, booking(slot, replaces)) {
        CalendarAnswer::Booked(id) => id,
        other => panic!("{other:?}"),
    }
}

/// Beginnings and states of all showings in the store.
fn kept(house: &mut House) -> Vec<(String, ShowingStatus)> {
    let rows = house.reader().showings(at("2026-11-20T00:00:00-07:00")).unwrap();
    let tell = |row: ShowingRow| (row.begins.to_string(), row.status);
    rows.into_iter().map(tell).collect()
}

#[test]
fn what_is_booked_is_on_disk_and_outlives_a_power_cut() {
    let mut house = house();
    let slots = saturday(&mut house);
    assert_eq!(slots[0].written(), "Sat Nov 21, 10:00 AM");
    booked(&mut house, CALL, &slots[0], None);
    house.power_cut(SignedDuration::from_secs(5));
    assert_eq!(kept(&mut house), [("2026-11-21T17:00:00Z".to_owned(), ShowingStatus::Booked)]);
}

#[test]
fn of_two_callers_with_the_same_offer_the_second_gets_another_time() {
    let mut house = house();
    let slots = saturday(&mut house);
    booked(&mut house, CALL, &slots[1], None);
    match ask(&mut house, CallId::from_random(701), booking(&slots[1], None)) {
        CalendarAnswer::Taken { instead } => {
            assert!(!instead.is_empty() && instead.iter().all(|slot| slot.begins != slots[1].begins));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(kept(&mut house).len(), 1);
}

#[test]
fn the_store_itself_refuses_two_at_once() {
    let mut store = Store::in_memory().unwrap();
    let row = |id, agent: &str, place: &str, from: &str, until: &str| ShowingRow {
        id: ShowingId::from_random(id),
        call: CALL,
        agent: agent.into(),
        place: place.into(),
        begins: at(from),
        ends: at(until),
        name: None,
        callback: number(DANA),
        status: ShowingStatus::Booked,
        changed: at(from),
        replaces: None,
        entry: None,
        remark: None,
    };
    let now = at("2026-11-20T12:00:00Z");
    let (ten, half, eleven) = ("2026-11-21T10:00:00Z", "2026-11-21T10:30:00Z", "2026-11-21T11:00:00Z");
    let mut book = |row: &ShowingRow| store.book_showing(row, now).is_ok();
    assert!(book(&row(1, "Robin", HOME, ten, eleven)));
    assert!(!book(&row(2, "Robin", "77 Alder Lane", half, eleven)), "Robin is at Maple Court");
    assert!(!book(&row(3, "Kim", HOME, half, eleven)), "the home is being shown");
    assert!(book(&row(4, "Kim", "77 Alder Lane", half, eleven)));
    assert!(book(&row(5, "Robin", HOME, eleven, "2026-11-21T12:00:00Z")), "one after the other");
    store.cancel_showing(ShowingId::from_random(1), now).unwrap();
    assert!(store.book_showing(&row(6, "Robin", HOME, ten, half), now).is_ok(), "made room");
}

#[test]
fn a_showing_is_moved_and_cancelled_in_one_commit_each() {
    let mut house = house();
    let slots = saturday(&mut house);
    let first = booked(&mut house, CALL, &slots[0], None);
    // Half an hour later, into the time that the old one holds as well.
    let mut later = slots[0].clone();
    later.begins += SignedDuration::from_mins(15);
    later.ends += SignedDuration::from_mins(15);
    let second = booked(&mut house, CALL, &later, Some(first));
    let states: Vec<ShowingStatus> = kept(&mut house).into_iter().map(|(_, status)| status).collect();
    assert_eq!(states, [ShowingStatus::Moved, ShowingStatus::Booked]);
    let answer = ask(&mut house, CALL, CalendarRequest::Cancel { showing: second });
    assert_eq!(answer, CalendarAnswer::Cancelled);
    assert!(kept(&mut house).iter().all(|(_, status)| *status != ShowingStatus::Booked));
}

#[test]
fn without_a_disk_a_clock_or_anybody_who_shows_homes_the_calendar_is_away() {
    let mut house = house();
    let slots = saturday(&mut house);
    house.engine().store_mut().inject(Fault::Commits { first: 1, count: 1 });
    assert_eq!(ask(&mut house, CALL, booking(&slots[0], None)), CalendarAnswer::Away);
    house.seconds(10);
    assert!(kept(&mut house).is_empty());
    house.feed(Input::ClockSynchronised(false));
    assert_eq!(ask(&mut house, CALL, booking(&slots[0], None)), CalendarAnswer::Away);
    let mut nobody = House::new();
    assert_eq!(ask(&mut nobody, CALL, booking(&slots[0], None)), CalendarAnswer::Away);
}

#[test]
fn a_booking_whose_answer_the_disk_has_lost_is_taken_back() {
    let mut house = house();
    let slots = saturday(&mut house);
    house.engine().store_mut().inject(Fault::Answers { first: 1, count: 1 });
    assert_eq!(ask(&mut house, CALL, booking(&slots[0], None)), CalendarAnswer::Away);
    house.seconds(10);
    assert!(kept(&mut house).iter().all(|(_, status)| *status == ShowingStatus::Cancelled));
    assert_eq!(saturday(&mut house)[0].begins, slots[0].begins, "it is free again");
}

#[test]
fn the_time_is_past_by_the_time_it_is_chosen() {
    let mut house = house();
    let slots = saturday(&mut house);
    house.until("2026-11-21T10:01:00-07:00");
    assert!(matches!(
        ask(&mut house, CALL, booking(&slots[0], None)),
        CalendarAnswer::Taken { instead } if instead.iter().all(|slot| slot.begins > house.now)
    ));
}

#[test]
fn the_caller_has_the_time_in_writing_and_the_team_reads_it() {
    let mut house = house();
    let slots = saturday(&mut house);
    let id = booked(&mut house, CALL, &slots[1], None);
    let showing = Showing {
        state: ShowingState::Booked,
        place: Some(HOME.into()),
        slot: Some(slots[1].clone()),
        id: Some(id),
    };
    house.call_with(DANA, Disposition::AiHandled, |record| {
        record.call = CALL;
        record.dialled = Dialled::Number(number(LEASING));
        let mut outcome = outcome(Some(Intent::Leasing), Promise::Showing, EndReason::Goodbye);
        outcome.showing = Some(showing);
        record.outcome = Some(outcome);
    });
    let text = &house.sent_of(Kind::Confirmation)[0];
    assert!(text.body.contains("is booked: Sat Nov 21, 11:00 AM"), "{}", text.body);
    assert!(text.body.contains(HOME), "{}", text.body);
    let summary = &house.sent_of(Kind::StaffSummary)[0];
    assert!(summary.body.contains("BOOKED, Sat Nov 21, 11:00 AM, with Robin"), "{}", summary.body);
    let lead = &house.detail(CALL).leads[0];
    assert!(lead.wish.contains("BOOKED"), "{}", lead.wish);
}

#[test]
fn who_hangs_up_before_the_answer_has_the_booking_on_record_all_the_same() {
    let mut house = house();
    let slots = saturday(&mut house);
    booked(&mut house, CALL, &slots[1], None);
    house.call_with(DANA, Disposition::AiHandled, |record| {
        record.call = CALL;
        record.outcome = Some(outcome(Some(Intent::Leasing), Promise::Nothing, EndReason::HungUp));
    });
    let kept = house.detail(CALL);
    assert!(kept.leads[0].wish.contains("BOOKED"), "{}", kept.leads[0].wish);
    assert_eq!(house.sent_of(Kind::Confirmation).len(), 1);
}
