//! Calls for help, stolen passwords and blocked callers: written down and told before anything else, and known after a
//! restart.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::house::{DANA, House, MAIN, at, number, settings};
use crate::{
    desk::{Input, Settings},
    outbox::Kind,
    pbx::Listing,
    store::{EmergencyRow, Store},
    types::CallId,
};

const ON_CALL: &str = "+13035550199";
const MANAGER: &str = "+13035550198";

fn telling() -> Settings {
    Settings {
        emergency_texts: vec![number(ON_CALL), number(MANAGER)],
        alarm_texts: vec![number(MANAGER)],
        ..settings()
    }
}

fn house() -> House {
    let mut house = House::dark(Store::in_memory().unwrap(), telling());
    house.feed(Input::ClockSynchronised(true));
    house
}

fn dialled(house: &House, n: u64) -> EmergencyRow {
    EmergencyRow {
        call: CallId::from_random(n),
        at: house.now,
        extension: "101".parse().unwrap(),
        dialled: "911".parse().unwrap(),
        place: "Suite 4".into(),
        callback: number("+13035550104"),
    }
}

fn seen(call: CallId, by: &str) -> Input {
    Input::EmergencySeen { call, by: by.into() }
}

#[test]
fn who_dialled_and_where_is_kept_and_texted_at_once_at_any_hour() {
    let mut house = house();
    house.until("2026-11-21T03:12:00-07:00");
    let began = house.now;
    let row = dialled(&house, 1);
    house.feed(Input::EmergencyDialled(row.clone()));
    assert_eq!(house.reader().unseen_emergencies().unwrap(), vec![row], "on disk before a text leaves");
    house.seconds(2);
    let told = house.sent_of(Kind::StaffNotice);
    let to: BTreeSet<_> = told.iter().map(|entry| entry.to).collect();
    assert_eq!((to, told.len()), (BTreeSet::from([number(ON_CALL), number(MANAGER)]), 2));
    assert!(house.sent.iter().all(|(at, _)| at.duration_since(began) <= SignedDuration::from_secs(2)));
    let text =
        "EMERGENCY Maple Court: 911 dialled from extension 101, Suite 4 at 03:12. Call back: (303) 555-0104";
    assert_eq!(told[0].body, text);
    assert_eq!(told[0].from, number(MAIN));
}

#[test]
fn the_first_who_says_that_they_know_is_on_record_and_nobody_after_them() {
    let mut house = house();
    let row = dialled(&house, 1);
    let call = row.call;
    house.feed(Input::EmergencyDialled(row));
    house.feed(seen(call, "extension 102"));
    house.seconds(30);
    house.feed(seen(call, "+13035550199"));
    assert_eq!(house.reader().unseen_emergencies().unwrap(), vec![]);
    let log = house.reader().audit_log(None, 50).unwrap().items;
    let of_it: Vec<_> = log.iter().filter(|row| row.action == "emergency.acknowledge").collect();
    assert_eq!(of_it.len(), 1);
    assert_eq!((of_it[0].actor.as_str(), of_it[0].subject.clone()), ("extension 102", call.to_string()));
}

#[test]
fn a_power_cut_takes_neither_the_notice_nor_the_knowledge_of_who_saw_it() {
    let mut house = house();
    let (first, second) = (dialled(&house, 1), dialled(&house, 2));
    house.feed(Input::EmergencyDialled(first.clone()));
    house.feed(seen(first.call, "Robin Hale"));
    house.feed(Input::EmergencyDialled(second.clone()));
    house.seconds(2);
    let told = house.sent_of(Kind::StaffNotice).len();
    house.power_cut(SignedDuration::from_mins(5));
    assert_eq!(house.reader().unseen_emergencies().unwrap(), vec![second.clone()]);
    house.minutes(10);
    assert_eq!(house.sent_of(Kind::StaffNotice).len(), told, "nobody is texted twice");
    house.feed(seen(second.call, "Robin Hale"));
    house.power_cut(SignedDuration::from_mins(1));
    assert_eq!(house.reader().unseen_emergencies().unwrap(), vec![]);
}

#[test]
fn a_phone_that_is_used_as_by_a_thief_is_told_of_within_the_minute_and_not_at_every_try() {
    let mut house = house();
    house.until("2026-11-21T02:00:00-07:00");
    let barred =
        |from: &str| Input::CallBarred { from: from.parse().unwrap(), why: "too many calls abroad".into() };
    for _ in 0..200 {
        house.feed(barred("101"));
        house.seconds(1);
    }
    house.feed(barred("102"));
    house.seconds(2);
    let told: Vec<_> = house.sent.iter().filter(|(_, entry)| entry.kind == Kind::StaffNotice).collect();
    assert_eq!(told.len(), 2, "one of each extension");
    assert!(told[0].0.duration_since(at("2026-11-21T02:00:00-07:00")) <= SignedDuration::from_secs(60));
    assert_eq!(told[0].1.to, number(MANAGER));
    assert!(
        told[0].1.body.contains("extension 101 were refused: too many calls abroad"),
        "{}",
        told[0].1.body
    );
    house.minutes(10);
    house.feed(barred("101"));
    house.seconds(2);
    assert_eq!(house.sent_of(Kind::StaffNotice).len(), 3, "after a while it is told again");
}

#[test]
fn a_number_that_a_phone_has_blocked_is_known_to_the_switch_after_a_restart() {
    let mut house = house();
    let list = |listing| Input::NumberListed { number: number(DANA), listing, by: "extension 101".into() };
    house.feed(list(Some(Listing::Block)));
    house.power_cut(SignedDuration::from_mins(1));
    assert_eq!(house.listed, [(number(DANA), Listing::Block)], "told at the start");
    let rows = house.reader().listed().unwrap();
    assert_eq!((rows[0].by.as_str(), rows.len()), ("extension 101", 1));
    house.feed(list(None));
    house.power_cut(SignedDuration::from_mins(1));
    assert_eq!(house.listed, []);
    let log = house.reader().audit_log(None, 50).unwrap().items;
    let of_it = log.iter().filter(|row| row.action.starts_with("screening.")).count();
    assert_eq!(of_it, 2, "who listed it, and who took it off, is on record");
}
