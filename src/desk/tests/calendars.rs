//! Calendars that agents keep elsewhere: nothing is booked that does not stand there, and nothing stands there that is off.

use jiff::{SignedDuration, Timestamp, civil::date};

use super::house::{DANA, House, at, number, outcome, settings};
use crate::{
    calendar::{Question, Reply, Rules, ShowingAgent, ShowingPlan, Taken, uid},
    desk::{Alarm, Input, Settings},
    dialogue::{CalendarAnswer, CalendarRequest, EndReason, Intent, Promise, ShowingSlot, When},
    pbx::Disposition,
    store::{Fault, ShowingRow, ShowingStatus, Store},
    types::{CallId, Hours, ShowingId},
};

const HOME: &str = "210 Maple Court, apartment 3A";
const CALL: CallId = CallId::from_random(700);

fn office(agents: &[(&str, bool)]) -> Settings {
    let zone = settings().quiet_hours.zone;
    let agent = |(name, keeps): &(&str, bool)| ShowingAgent {
        name: (*name).to_owned(),
        hours: Hours::parse(zone.clone(), &["Mon-Sat 10:00-16:00"]).unwrap(),
        calendar: keeps.then(|| format!("/{}/showings/", name.to_lowercase())),
    };
    let agents = agents.iter().map(agent).collect();
    Settings {
        showings: Some(ShowingPlan { zone: zone.clone(), agents, rules: Rules::default() }),
        ..settings()
    }
}

/// Robin keeps a calendar elsewhere.
fn house() -> House {
    house_of(&[("Robin", true)])
}

fn house_of(agents: &[(&str, bool)]) -> House {
    let mut house = House::dark(Store::in_memory().unwrap(), office(agents));
    house.feed(Input::ClockSynchronised(true));
    house
}

fn request(house: &mut House, call: CallId, request: CalendarRequest) {
    house.feed(Input::CalendarAsked { call, ticket: 7, request });
}

/// The answer that a caller waits for, if there is one by now.
fn said(house: &mut House) -> Option<CalendarAnswer> {
    house.calendar.pop().map(|(_, ticket, answer)| {
        assert_eq!(ticket, 7);
        answer
    })
}

/// The one question that is under way.
fn asked(house: &mut House) -> (u64, Question) {
    assert_eq!(house.asked.len(), 1, "{:?}", house.asked);
    let (exchange, _, question) = house.asked.remove(0);
    (exchange, question)
}

fn reply(house: &mut House, exchange: u64, reply: Reply) {
    house.feed(Input::CalendarHeard { exchange, reply });
}

fn taken(begins: &str, minutes: i64) -> Taken {
    let begins = at(begins);
    Taken { begins, ends: begins + SignedDuration::from_mins(minutes), uid: Some("lunch".into()) }
}

fn saturday() -> CalendarRequest {
    let wish = When { date: Some(date(2026, 11, 21)), ..When::default() };
    CalendarRequest::FindSlots { place: HOME.into(), wish }
}

/// The times of Saturday, with this in Robin's calendar.
fn offered(house: &mut House, call: CallId, busy: Vec<Taken>) -> Vec<ShowingSlot> {
    request(house, call, saturday());
    assert_eq!(said(house), None, "Robin's calendar is asked first");
    let (exchange, question) = asked(house);
    assert!(matches!(question, Question::Events { .. }), "{question:?}");
    reply(house, exchange, Reply::Taken(busy));
    match said(house) {
        Some(CalendarAnswer::Slots(slots)) => slots,
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

/// Asks for a booking and answers the look before it; what is to be put there comes back.
fn up_to_the_put(house: &mut House, call: CallId, slot: &ShowingSlot) -> (u64, String, String) {
    request(house, call, booking(slot, None));
    let (exchange, question) = asked(house);
    assert!(matches!(question, Question::Events { .. }), "{question:?}");
    reply(house, exchange, Reply::Taken(Vec::new()));
    assert_eq!(said(house), None, "not before it stands there");
    match asked(house) {
        (exchange, Question::Put { href, text }) => (exchange, href, text),
        other => panic!("{other:?}"),
    }
}

fn booked(house: &mut House, call: CallId, slot: &ShowingSlot) -> ShowingId {
    let (exchange, ..) = up_to_the_put(house, call, slot);
    reply(house, exchange, Reply::Stands { etag: Some("\"1\"".into()) });
    match said(house) {
        Some(CalendarAnswer::Booked(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn rows(house: &mut House) -> Vec<ShowingRow> {
    house.reader().showings(at("2026-11-20T00:00:00-07:00")).unwrap()
}

fn states(house: &mut House) -> Vec<ShowingStatus> {
    rows(house).into_iter().map(|row| row.status).collect()
}

fn hours(slots: &[ShowingSlot]) -> Vec<String> {
    slots.iter().map(|slot| slot.local.strftime("%a %H:%M").to_string()).collect()
}

#[test]
fn what_an_agent_has_on_elsewhere_is_not_offered_nor_the_way_from_there() {
    let mut house = house();
    let busy = vec![taken("2026-11-21T11:00:00-07:00", 60), taken("2026-11-21T14:00:00-07:00", 120)];
    assert_eq!(
        hours(&offered(&mut house, CALL, busy)),
        ["Sat 10:00", "Sat 12:30", "Sat 13:00"][..2].to_vec()
    );
}

#[test]
fn it_is_booked_when_it_stands_there_and_not_before() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let (exchange, href, text) = up_to_the_put(&mut house, CALL, &slots[0]);
    let row = rows(&mut house).remove(0);
    assert_eq!(
        (row.status, href),
        (ShowingStatus::Claimed, format!("/robin/showings/showing-{}.ics", row.id))
    );
    for part in [
        format!("UID:{}\r\n", uid(row.id)),
        "DTSTART:20261121T170000Z\r\n".into(),
        "SUMMARY:Showing: Dana Reyes".into(),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    reply(&mut house, exchange, Reply::Stands { etag: Some("\"1\"".into()) });
    assert_eq!(said(&mut house), Some(CalendarAnswer::Booked(row.id)));
    let row = rows(&mut house).remove(0);
    assert_eq!((row.status, row.entry.unwrap().etag.as_deref()), (ShowingStatus::Booked, Some("\"1\"")));
}

#[test]
fn a_claim_keeps_others_away_while_the_calendar_is_asked() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let (exchange, ..) = up_to_the_put(&mut house, CALL, &slots[0]);
    let other = CallId::from_random(701);
    request(&mut house, other, booking(&slots[0], None));
    match said(&mut house) {
        Some(CalendarAnswer::Taken { instead }) => assert_ne!(instead[0].begins, slots[0].begins),
        other => panic!("{other:?}"),
    }
    reply(&mut house, exchange, Reply::Stands { etag: None });
    assert!(matches!(said(&mut house), Some(CalendarAnswer::Booked(_))));
    assert_eq!(states(&mut house), [ShowingStatus::Booked]);
}

#[test]
fn somebody_has_put_an_event_there_since_the_look_and_another_time_is_offered() {
    let mut house = house();
    let slots = offered(&mut house, CALL, vec![taken("2026-11-21T13:00:00-07:00", 30)]);
    request(&mut house, CALL, booking(&slots[0], None));
    let (exchange, _) = asked(&mut house);
    reply(&mut house, exchange, Reply::Taken(vec![taken("2026-11-21T10:00:00-07:00", 60)]));
    match said(&mut house) {
        // Neither the new event nor the one of the first look, with the way from each.
        Some(CalendarAnswer::Taken { instead }) => assert_eq!(hours(&instead)[0], "Sat 11:00"),
        other => panic!("{other:?}"),
    }
    assert_eq!(states(&mut house), [ShowingStatus::Cancelled]);
    assert!(house.asked.is_empty() && rows(&mut house)[0].entry.is_none(), "nothing was put there");
}

#[test]
fn a_server_that_is_silent_is_away_in_time_and_what_it_may_have_taken_is_taken_out() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let (exchange, href, _) = up_to_the_put(&mut house, CALL, &slots[0]);
    house.seconds(2);
    assert_eq!(said(&mut house), None);
    house.seconds(1);
    assert_eq!(said(&mut house), Some(CalendarAnswer::Away));
    // It was slow and not away: the answer comes, and changes nothing.
    house.seconds(20);
    assert!(house.asked.is_empty(), "while it may still be on its way it is left alone: {:?}", house.asked);
    reply(&mut house, exchange, Reply::Stands { etag: None });
    assert_eq!((said(&mut house), states(&mut house)), (None, vec![ShowingStatus::Cancelled]));
    house.seconds(10);
    let (exchange, question) = asked(&mut house);
    assert_eq!(question, Question::Delete { href, etag: None });
    reply(&mut house, exchange, Reply::Away);
    house.seconds(15);
    assert!(house.asked.is_empty(), "it rests");
    house.minutes(1);
    let (exchange, _) = asked(&mut house);
    reply(&mut house, exchange, Reply::Absent);
    house.minutes(30);
    assert!(house.asked.is_empty() && rows(&mut house)[0].entry.is_none());
    // Somebody was told each time, once.
    assert_eq!(house.alarms, [Alarm::CalendarsFailing, Alarm::CalendarsWell].repeat(2));
}

#[test]
fn of_two_agents_the_one_whose_calendar_is_away_is_not_offered_and_without_any_it_is_away() {
    let mut house = house_of(&[("Robin", true), ("Kim", false)]);
    request(&mut house, CALL, saturday());
    house.asked.clear();
    house.seconds(3);
    match said(&mut house) {
        Some(CalendarAnswer::Slots(slots)) => assert!(slots.iter().all(|slot| slot.agent == "Kim")),
        other => panic!("{other:?}"),
    }
    let mut alone = house_of(&[("Robin", true)]);
    request(&mut alone, CALL, saturday());
    let (exchange, _) = asked(&mut alone);
    reply(&mut alone, exchange, Reply::Away);
    assert_eq!(said(&mut alone), Some(CalendarAnswer::Away));
}

#[test]
fn where_events_may_not_be_read_their_times_are_and_our_own_are_known_by_them() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    booked(&mut house, CALL, &slots[1]);
    request(&mut house, CALL, saturday());
    let (exchange, _) = asked(&mut house);
    reply(&mut house, exchange, Reply::Refused { status: 403 });
    let (exchange, question) = asked(&mut house);
    assert!(matches!(question, Question::FreeBusy { .. }), "{question:?}");
    let ours = Taken { begins: slots[1].begins, ends: slots[1].ends, uid: None };
    let other = Taken { uid: None, ..taken("2026-11-21T13:00:00-07:00", 180) };
    reply(&mut house, exchange, Reply::Taken(vec![ours, other]));
    match said(&mut house) {
        // The same property: no way lies between them.
        Some(CalendarAnswer::Slots(slots)) => assert_eq!(hours(&slots), ["Sat 10:00", "Sat 11:30"]),
        other => panic!("{other:?}"),
    }
    request(&mut house, CALL, saturday());
    for _ in 0..2 {
        let (exchange, _) = asked(&mut house);
        reply(&mut house, exchange, Reply::Refused { status: 403 });
    }
    assert_eq!(said(&mut house), Some(CalendarAnswer::Away), "neither may be read");
}

#[test]
fn one_that_is_moved_or_cancelled_is_taken_out_of_the_calendar() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let first = booked(&mut house, CALL, &slots[0]);
    // To half an hour later, which the first still holds in part.
    let mut later = slots[0].clone();
    later.begins += SignedDuration::from_mins(15);
    later.ends += SignedDuration::from_mins(15);
    request(&mut house, CALL, booking(&later, Some(first)));
    let (exchange, _) = asked(&mut house);
    let ours = Taken { begins: slots[0].begins, ends: slots[0].ends, uid: Some(uid(first)) };
    reply(&mut house, exchange, Reply::Taken(vec![ours]));
    let (exchange, _) = asked(&mut house);
    reply(&mut house, exchange, Reply::Stands { etag: Some("\"2\"".into()) });
    let Some(CalendarAnswer::Booked(second)) = said(&mut house) else { panic!("not booked") };
    assert_eq!(states(&mut house), [ShowingStatus::Moved, ShowingStatus::Booked]);
    house.minutes(2);
    let (exchange, question) = asked(&mut house);
    let href = format!("/robin/showings/showing-{first}.ics");
    assert_eq!(question, Question::Delete { href, etag: Some("\"1\"".into()) });
    reply(&mut house, exchange, Reply::Removed);
    request(&mut house, CALL, CalendarRequest::Cancel { showing: second });
    assert_eq!(said(&mut house), Some(CalendarAnswer::Cancelled));
    house.minutes(2);
    let (exchange, _) = asked(&mut house);
    // Robin has written something into it: it is Robin's to take out.
    reply(&mut house, exchange, Reply::Clash);
    house.minutes(30);
    assert!(house.asked.is_empty());
    let left = rows(&mut house).into_iter().find(|row| row.id == second).unwrap();
    assert!(left.entry.is_none() && left.remark.unwrap().contains("by hand"));
}

/// The power goes while Robin's calendar is being written.
fn cut_in_the_middle() -> (House, ShowingId, u64) {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    up_to_the_put(&mut house, CALL, &slots[0]);
    house.power_cut(SignedDuration::from_secs(30));
    house.engine().set_settings(office(&[("Robin", true)]));
    house.seconds(11);
    let id = rows(&mut house)[0].id;
    let (exchange, question) = asked(&mut house);
    assert_eq!(question, Question::Look { href: format!("/robin/showings/showing-{id}.ics") });
    (house, id, exchange)
}

#[test]
fn after_a_power_cut_it_is_asked_whether_it_got_there() {
    let (mut house, id, exchange) = cut_in_the_middle();
    reply(&mut house, exchange, Reply::Stands { etag: Some("\"1\"".into()) });
    assert_eq!(states(&mut house), [ShowingStatus::Booked]);
    let (mut house, _, exchange) = cut_in_the_middle();
    reply(&mut house, exchange, Reply::Away);
    assert_eq!(states(&mut house), [ShowingStatus::Claimed], "nobody knows yet");
    house.minutes(1);
    let (exchange, _) = asked(&mut house);
    reply(&mut house, exchange, Reply::Absent);
    assert_eq!(states(&mut house), [ShowingStatus::Cancelled]);
    let request = house.reader().showing_requests().unwrap().remove(0);
    assert_eq!((request.call, request.place.as_deref()), (CALL, Some(HOME)));
    assert!(rows(&mut house)[0].id == id && rows(&mut house)[0].entry.is_none());
}

#[test]
fn who_hangs_up_in_the_middle_is_called_by_people() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let (exchange, ..) = up_to_the_put(&mut house, CALL, &slots[0]);
    house.call_with(DANA, Disposition::AiHandled, |record| {
        record.call = CALL;
        record.outcome = Some(outcome(Some(Intent::Leasing), Promise::Nothing, EndReason::HungUp));
    });
    reply(&mut house, exchange, Reply::Stands { etag: None });
    assert_eq!((said(&mut house), states(&mut house)), (None, vec![ShowingStatus::Cancelled]));
    assert_eq!(house.reader().showing_requests().unwrap()[0].callback, Some(number(DANA)));
    house.seconds(10);
    assert!(matches!(asked(&mut house).1, Question::Delete { .. }));
}

/// A person at the console has a request put into Robin's calendar.
fn wanted_by_a_person(house: &mut House) -> CallId {
    let slots = offered(house, CALL, Vec::new());
    let (exchange, ..) = up_to_the_put(house, CALL, &slots[0]);
    reply(house, exchange, Reply::Refused { status: 507 });
    assert_eq!(said(house), Some(CalendarAnswer::Away));
    let row = rows(house).remove(0);
    let claim =
        ShowingRow { id: ShowingId::from_random(99), status: ShowingStatus::Claimed, entry: None, ..row };
    let now = house.now;
    let mut console = house.engine().store().another().unwrap();
    console.book_showing(&ShowingRow { id: ShowingId::from_random(98), ..claim.clone() }, now).unwrap();
    console.leave_to_people(ShowingId::from_random(98), "away", now).unwrap();
    console.book_showing_by(&claim, "Ana", now).unwrap();
    CALL
}

#[test]
fn what_a_person_wants_there_is_put_there_and_the_request_is_settled_with_it() {
    let mut house = house();
    wanted_by_a_person(&mut house);
    house.seconds(11);
    let (exchange, question) = asked(&mut house);
    assert!(matches!(question, Question::Events { .. }), "{question:?}");
    reply(&mut house, exchange, Reply::Taken(Vec::new()));
    let (exchange, _) = asked(&mut house);
    assert_eq!(house.reader().showing_requests().unwrap().len(), 1);
    reply(&mut house, exchange, Reply::Stands { etag: None });
    assert!(states(&mut house).contains(&ShowingStatus::Booked));
    assert!(house.reader().showing_requests().unwrap().is_empty());
}

#[test]
fn what_a_person_wants_there_and_cannot_be_had_comes_back_to_people() {
    let mut house = house();
    wanted_by_a_person(&mut house);
    house.seconds(11);
    let (exchange, _) = asked(&mut house);
    reply(&mut house, exchange, Reply::Taken(vec![taken("2026-11-21T10:00:00-07:00", 60)]));
    assert!(states(&mut house).iter().all(|state| *state == ShowingStatus::Cancelled));
    let request = house.reader().showing_requests().unwrap().remove(0);
    assert!(request.remark.unwrap().contains("taken"));
}

#[test]
fn a_disk_that_fails_when_it_stands_there_books_nothing_and_takes_it_out() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let (exchange, ..) = up_to_the_put(&mut house, CALL, &slots[0]);
    house.engine().store_mut().inject(Fault::Commits { first: 1, count: 1 });
    reply(&mut house, exchange, Reply::Stands { etag: None });
    assert_eq!(said(&mut house), Some(CalendarAnswer::Away));
    house.seconds(20);
    assert_eq!(states(&mut house), [ShowingStatus::Cancelled]);
    assert!(matches!(asked(&mut house).1, Question::Delete { .. }));
}

#[test]
fn whose_event_was_put_to_another_time_by_its_agent_is_taken_then_too() {
    let mut house = house();
    let slots = offered(&mut house, CALL, Vec::new());
    let id = booked(&mut house, CALL, &slots[0]);
    let later: Timestamp = slots[0].begins + SignedDuration::from_hours(1);
    let there = Taken { begins: later, ends: later + SignedDuration::from_mins(30), uid: Some(uid(id)) };
    let slots = offered(&mut house, CallId::from_random(701), vec![there]);
    assert_eq!(hours(&slots)[0], "Sat 12:00", "at ten it is ours, at eleven Robin's");
}
