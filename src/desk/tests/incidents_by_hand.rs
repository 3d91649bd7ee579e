//! Incidents that a person opens before callers tell of them: who is put with one, for how long, and what the office reads of it.

use jiff::SignedDuration;

use super::{
    house::{House, STAFF},
    incidents::{HEAT, caller, close, cold, incidents, only, reports, turn_on, work_orders},
};
use crate::{
    desk::Input,
    dialogue::{LifeSafety, Trouble, Urgency},
    outbox::Kind,
    store::{NewIncident, OpenedByHand},
    types::IncidentId,
};

const GAS: Urgency = Urgency::LifeSafety(LifeSafety::Gas);
const ID: IncidentId = IncidentId::from_random(900);

fn opens(house: &mut House, id: IncidentId, trouble: Trouble, words: &str, hours: i64) -> OpenedByHand {
    let now = house.now;
    let until = now.checked_add(SignedDuration::from_hours(hours)).unwrap();
    let new = NewIncident { id, property: "Maple Court".into(), trouble, notice: words.into(), until };
    let opened = house.engine().store_mut().open_incident(&new, "ana", now).unwrap();
    house.feed(Input::OutboxChanged);
    opened
}

#[test]
fn callers_of_the_same_are_put_with_it_and_told_of_its_end() {
    let mut house = House::new();
    assert_eq!(opens(&mut house, ID, Trouble::Heat, "The boiler is off until noon.", 24), OpenedByHand::New);
    assert_eq!(house.notices[0].text.as_deref(), Some("The boiler is off until noon."), "callers hear it");
    let (row, none) = only(&mut house);
    assert_eq!((row.callers, none.len(), row.opened_by.as_deref()), (0, 0, Some("ana")));
    house.text(STAFF, "NOTICE");
    let answer = house.sent_to(STAFF).pop().unwrap().body;
    assert_eq!(answer, "1. Maple Court, the heat: nobody has called yet, notice on.");

    cold(&mut house, 1);
    let first = house.sent_to(STAFF).pop().unwrap().body;
    assert!(first.contains("no heat"), "the first call is told of as any call is: {first}");
    reports(&mut house, &caller(2), Urgency::Routine, "unit 2A", "my radiators are stone cold");
    let second = house.sent_to(STAFF).pop().unwrap().body;
    assert_eq!(second, "INCIDENT: 2 callers about the heat at Maple Court. Callers hear that you know.");
    reports(&mut house, &caller(3), Urgency::Routine, "unit 2A", "my kitchen sink is leaking");
    reports(&mut house, &caller(4), HEAT, "unit 3B", "no heat and my husband is on oxygen");
    let (row, told) = only(&mut house);
    assert_eq!((row.id, row.callers), (ID, 2), "{told:#?}");
    assert!(told.iter().all(|report| report.why == "the same trouble of the same property"), "{told:#?}");
    assert_eq!(work_orders(&mut house), 4);

    close(&mut house, ID);
    house.minutes(24 * 60);
    assert_eq!(house.sent_of(Kind::IncidentOver).len(), 2);
}

#[test]
fn who_was_alone_with_it_until_then_belongs_to_it() {
    let mut house = House::new();
    reports(&mut house, &caller(9), HEAT, "unit 1A", "there is no heat");
    house.minutes(180);
    let alone = cold(&mut house, 1);
    reports(&mut house, &caller(2), HEAT, "unit 3B", "no heat and my husband is on oxygen");
    house.minutes(20);
    opens(&mut house, ID, Trouble::Heat, "We know.", 24);
    let (row, told) = only(&mut house);
    assert_eq!(
        (row.callers, told[0].call),
        (1, alone),
        "neither who is harmed nor three hours ago: {told:#?}"
    );
    assert!(row.opened > told[0].report.at && row.last == row.opened, "opened when somebody opened it");
    // Who calls again about it is one caller, and is told of the end.
    cold(&mut house, 1);
    assert_eq!(only(&mut house).0.callers, 1);
    close(&mut house, ID);
    house.minutes(24 * 60);
    assert_eq!(house.sent_of(Kind::IncidentOver).len(), 1);
}

#[test]
fn there_is_one_of_each_property_and_trouble_and_another_after_its_end() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    let callers_own = only(&mut house).0.id;
    let again = opens(&mut house, ID, Trouble::Heat, "We know.", 24);
    assert_eq!(again, OpenedByHand::Already(callers_own));
    assert_eq!(house.notices[0].text, None, "it stays as it is");
    assert_eq!(opens(&mut house, ID, Trouble::Water, "We know.", 24), OpenedByHand::New);
    assert_eq!(
        opens(&mut house, ID, Trouble::Water, "We know.", 24),
        OpenedByHand::New,
        "the same, asked twice"
    );
    close(&mut house, callers_own);
    let fresh = IncidentId::from_random(901);
    assert_eq!(opens(&mut house, fresh, Trouble::Heat, "Off again.", 24), OpenedByHand::New);
    assert_eq!(incidents(&mut house).len(), 3);
    let log = house.reader().audit_log(None, 20).unwrap().items;
    let opened: Vec<_> = log.iter().filter(|line| line.action == "incident.open").collect();
    assert_eq!(opened.len(), 2, "{opened:#?}");
    assert!(opened.iter().any(|line| line.actor == "ana" && line.detail == "Maple Court, water: We know."));
}

#[test]
fn what_is_announced_for_tomorrow_takes_tomorrows_callers_and_a_past_one_takes_none() {
    let mut house = House::new();
    opens(&mut house, ID, Trouble::Heat, "The boiler is off on Saturday from nine to noon.", 48);
    house.minutes(30 * 60);
    cold(&mut house, 1);
    assert_eq!(only(&mut house).0.callers, 1, "callers hear of it still");

    let mut house = House::new();
    opens(&mut house, ID, Trouble::Heat, "The boiler is off until noon.", 3);
    house.minutes(13 * 60);
    cold(&mut house, 1);
    assert_eq!(only(&mut house).0.callers, 0, "ten hours after its notice it is another matter");
}

#[test]
fn danger_is_told_of_as_ever_whatever_is_known() {
    let mut house = House::new();
    opens(&mut house, ID, Trouble::Gas, "The gas company is on its way.", 24);
    reports(&mut house, &caller(1), GAS, "unit 1A", "I smell gas");
    let first = house.sent_to(STAFF).pop().unwrap().body;
    assert!(first.starts_with("EMERGENCY"), "{first}");
    reports(&mut house, &caller(2), GAS, "unit 2A", "I smell gas and my wife fainted");
    let second = house.sent_to(STAFF).pop().unwrap().body;
    assert!(second.starts_with("EMERGENCY"), "{second}");
    assert_eq!(only(&mut house).0.callers, 1, "somebody who is harmed is never one of many");
}

#[test]
fn one_that_nobody_has_called_about_is_closed_and_texts_nobody() {
    let mut house = House::new();
    opens(&mut house, ID, Trouble::Lift, "The elevator is being inspected.", 24);
    close(&mut house, ID);
    house.power_cut(SignedDuration::from_secs(30));
    house.minutes(24 * 60);
    assert!(house.sent_of(Kind::IncidentOver).is_empty());
    assert!(house.notices.is_empty());
}

#[test]
fn one_that_callers_have_opened_takes_more_as_long_as_its_notice_is_on() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    let id = only(&mut house).0.id;
    turn_on(&mut house, id, "The part comes tomorrow.");
    house.minutes(20 * 60);
    cold(&mut house, 3);
    assert_eq!(only(&mut house).0.callers, 3);
    house.minutes(20 * 60);
    cold(&mut house, 4);
    assert_eq!(only(&mut house).0.callers, 3, "its notice has ended, and half a day has passed");
}
