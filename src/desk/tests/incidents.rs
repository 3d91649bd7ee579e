//! Incidents: what is one trouble and what is not, who hears of it, who is told of its end, and what a flood of calls costs.

use jiff::SignedDuration;

use super::house::{DANA, House, MAIN, STAFF, at, number, outcome};
use crate::{
    desk::{Input, notice_end},
    dialogue::{
        Captured, EndReason, Intent, LifeSafety, NoticeAnswer, NoticeTold, Promise, Trouble, Urgency,
        UrgentKind,
    },
    outbox::{Kind, State},
    pbx::{Disposition, Speaker, TurnRecord},
    store::{Fault, IncidentRow, ReportRow},
    types::{CallId, IncidentId},
};

pub(super) const HEAT: Urgency = Urgency::Urgent(UrgentKind::NoHeat);

/// So many work orders as there are.
pub(super) fn work_orders(house: &mut House) -> usize {
    house.reader().work_orders(None, None, 200).unwrap().items.len()
}

pub(super) fn caller(nth: usize) -> String {
    format!("+1303555{:04}", 1_000 + nth)
}

pub(super) fn reports(house: &mut House, from: &str, urgency: Urgency, place: &str, words: &str) -> CallId {
    house.call_with(from, Disposition::AiHandled, |record| {
        let intent = if urgency.is_life_safety() { Intent::Emergency } else { Intent::Maintenance };
        let mut told = outcome(Some(intent), Promise::WorkOrder, EndReason::Goodbye);
        told.urgency = urgency;
        told.place = Some(Captured { value: place.into(), confirmed: true });
        told.matter = Some(words.into());
        record.outcome = Some(told);
    })
}

pub(super) fn cold(house: &mut House, nth: usize) -> CallId {
    reports(house, &caller(nth), HEAT, "unit 4B", "there is no heat in my apartment")
}

pub(super) fn incidents(house: &mut House) -> Vec<IncidentRow> {
    house.reader().incidents(false, None, 100).unwrap().items
}

pub(super) fn only(house: &mut House) -> (IncidentRow, Vec<ReportRow>) {
    let all = incidents(house);
    assert_eq!(all.len(), 1, "{all:#?}");
    house.reader().incident(all[0].id).unwrap().unwrap()
}

pub(super) fn turn_on(house: &mut House, id: IncidentId, words: &str) {
    let (now, until) = (house.now, notice_end(house.now));
    assert!(house.engine().store_mut().set_notice(id, Some((words, until)), "ana", now).unwrap());
    house.feed(Input::OutboxChanged);
}

pub(super) fn close(house: &mut House, id: IncidentId) {
    let now = house.now;
    assert!(house.engine().store_mut().close_incident(id, None, "ana", now).unwrap());
    house.feed(Input::OutboxChanged);
}

#[test]
fn one_call_is_no_incident_and_two_callers_are_one_with_the_reason() {
    let mut house = House::new();
    let first = cold(&mut house, 1);
    assert!(incidents(&mut house).is_empty());
    house.minutes(20);
    reports(&mut house, &caller(2), Urgency::Routine, "unit 2A", "my radiators are stone cold");
    let (incident, reports) = only(&mut house);
    assert_eq!(
        (incident.trouble, incident.property.as_str(), incident.callers),
        (Trouble::Heat, "Maple Court", 2)
    );
    assert_eq!(reports[0].call, first);
    assert!(
        reports.iter().all(|report| report.why == "the same trouble of the same property"),
        "{reports:#?}"
    );
}

#[test]
fn what_is_not_certainly_the_same_stays_its_own() {
    let mut house = House::new();
    cold(&mut house, 1);
    reports(&mut house, &caller(2), Urgency::Routine, "unit 2A", "my kitchen sink is leaking");
    reports(&mut house, &caller(3), Urgency::Routine, "unit 3A", "my kitchen sink is leaking");
    reports(&mut house, &caller(4), Urgency::LifeSafety(LifeSafety::Gas), "unit 4A", "I smell gas");
    reports(
        &mut house,
        &caller(5),
        Urgency::LifeSafety(LifeSafety::Trapped),
        "",
        "I am stuck in the elevator",
    );
    reports(
        &mut house,
        &caller(6),
        Urgency::LifeSafety(LifeSafety::Trapped),
        "",
        "we are stuck in the elevator",
    );
    reports(&mut house, &caller(7), HEAT, "unit 4B", "no heat and my husband is on oxygen");
    assert!(incidents(&mut house).is_empty(), "{:#?}", incidents(&mut house));
    house.minutes(121);
    cold(&mut house, 8);
    assert!(incidents(&mut house).is_empty(), "two hours later it is another night");
    assert_eq!(work_orders(&mut house), 8);
}

#[test]
fn one_person_who_calls_a_thousand_times_makes_one_of_everything() {
    let mut house = House::new();
    for _ in 0..1_000 {
        cold(&mut house, 1);
        house.seconds(5);
    }
    assert!(incidents(&mut house).is_empty(), "nobody else has told of it");
    assert_eq!(work_orders(&mut house), 1);
    assert!(house.sent_of(Kind::StaffSummary).len() <= 12, "{}", house.sent_of(Kind::StaffSummary).len());
    cold(&mut house, 2);
    let (incident, reports) = only(&mut house);
    assert_eq!((incident.callers, reports.len()), (2, 2));
    assert_eq!(reports.iter().map(|report| report.times).max(), Some(1_000));
}

#[test]
fn callers_without_a_number_are_bounded_as_well() {
    let mut house = House::new();
    cold(&mut house, 1);
    for _ in 0..200 {
        reports(&mut house, "anonymous", HEAT, "unit 4B", "there is no heat");
        house.seconds(5);
    }
    let (incident, reports) = only(&mut house);
    assert_eq!((incident.callers, reports.len()), (17, 17));
    assert_eq!(work_orders(&mut house), 17);
}

#[test]
fn the_office_is_told_when_a_storm_begins_and_when_it_doubles() {
    let mut house = House::new();
    for nth in 0..30 {
        cold(&mut house, nth);
        house.seconds(20);
    }
    let texts = house.sent_to(STAFF);
    let (counts, summaries): (Vec<_>, Vec<_>) =
        texts.iter().partition(|text| text.body.starts_with("INCIDENT"));
    assert_eq!(summaries.len(), 1, "the first call: {summaries:#?}");
    let told: Vec<&str> = counts.iter().filter_map(|text| text.body.split(' ').nth(1)).collect();
    assert_eq!(told, ["2", "4", "8", "16"]);
    assert!(counts[0].body.contains("NOTICE ON"), "{}", counts[0].body);
    // What is graver than all before is told of as any call is.
    reports(&mut house, &caller(50), Urgency::LifeSafety(LifeSafety::Gas), "unit 1A", "I smell gas");
    let last = house.sent_to(STAFF).pop().unwrap();
    assert!(last.body.starts_with("EMERGENCY"), "{}", last.body);
}

#[test]
fn a_notice_reaches_the_telephones_ends_by_itself_and_survives_a_power_cut() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    let id = only(&mut house).0.id;
    assert_eq!(house.notices.iter().map(|known| known.text.clone()).collect::<Vec<_>>(), [None]);
    house.feed(Input::NoticeOrdered { incident: id, on: true, by: "101".parse().unwrap() });
    let text = house.notices[0].text.clone().unwrap();
    assert_eq!(text, "We know about the heating trouble at Maple Court, and it is being worked on.");
    house.notices.clear();
    house.power_cut(SignedDuration::from_mins(1));
    assert_eq!(house.notices[0].text.as_ref(), Some(&text), "told again after the restart");
    house.minutes(23 * 60);
    assert!(house.notices[0].text.is_some());
    house.minutes(61);
    assert_eq!(house.notices[0].text, None, "yesterday's notice is worse than none");
    let audit = house.reader().audit_log(None, 5).unwrap().items;
    assert!(audit.iter().any(|line| line.action == "incident.notice_on" && line.actor == "extension 101"));
}

fn hears_notice(house: &mut House, from: &str, answer: NoticeAnswer, spoken: bool) -> CallId {
    let row = incidents(house).remove(0);
    house.call_with(from, Disposition::AiHandled, |record| {
        let ended = if answer == NoticeAnswer::Enough { EndReason::Goodbye } else { EndReason::HungUp };
        let mut told = outcome(None, Promise::Nothing, ended);
        told.name = None;
        told.notice = Some(NoticeTold { incident: row.id, answer });
        record.outcome = Some(told);
        if spoken {
            record.turns.push(TurnRecord {
                speaker: Speaker::Agent,
                text: format!("Maple Court, good evening. {}", row.notice.clone().unwrap_or_default()),
                at_ms: 900,
                latency_ms: None,
                interrupted_after_ms: None,
            });
        }
    })
}

#[test]
fn who_hears_the_notice_and_has_nothing_to_add_is_one_of_its_callers() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    let id = only(&mut house).0.id;
    turn_on(&mut house, id, "Crew is on site.");
    hears_notice(&mut house, &caller(3), NoticeAnswer::Enough, true);
    hears_notice(&mut house, &caller(4), NoticeAnswer::None, true);
    hears_notice(&mut house, &caller(5), NoticeAnswer::None, false);
    hears_notice(&mut house, &caller(6), NoticeAnswer::Different, true);
    hears_notice(&mut house, &caller(3), NoticeAnswer::Enough, true);
    let (incident, reports) = only(&mut house);
    assert_eq!(incident.callers, 4, "{reports:#?}");
    assert_eq!(work_orders(&mut house), 2);
}

#[test]
fn its_callers_are_told_of_the_end_once_each_and_those_who_may_not_be_texted_are_not() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    cold(&mut house, 3);
    cold(&mut house, 2);
    reports(&mut house, "anonymous", HEAT, "unit 4B", "there is no heat");
    house.text(&caller(3), "STOP");
    let id = only(&mut house).0.id;
    // It is over in the middle of the night.
    house.until("2026-11-21T02:00:00-07:00");
    close(&mut house, id);
    house.power_cut(SignedDuration::from_secs(30));
    house.minutes(10);
    assert!(house.sent_of(Kind::IncidentOver).is_empty(), "people sleep");
    house.until("2026-11-21T08:05:00-07:00");
    let told = house.sent_of(Kind::IncidentOver);
    let mut to: Vec<_> = told.iter().map(|text| text.to).collect();
    to.sort();
    assert_eq!(to, [number(&caller(1)), number(&caller(2))]);
    assert!(told[0].body.contains("the heating trouble you called about at Maple Court"), "{}", told[0].body);
    let (_, reports) = house.reader().incident(id).unwrap().unwrap();
    let mut how: Vec<_> = reports.iter().filter_map(|report| report.told.clone()).collect();
    how.sort();
    assert_eq!(how, ["asked not to be texted", "no number", "texted", "texted"]);
    house.minutes(24 * 60);
    assert_eq!(house.sent_of(Kind::IncidentOver).len(), 2, "once");
}

#[test]
fn who_says_stop_while_the_text_waits_for_the_morning_is_not_sent_it() {
    let mut house = House::new();
    house.now = at("2026-11-20T23:00:00-07:00");
    cold(&mut house, 1);
    cold(&mut house, 2);
    let id = only(&mut house).0.id;
    close(&mut house, id);
    house.text(&caller(1), "STOP");
    house.until("2026-11-21T09:00:00-07:00");
    let told = house.sent_of(Kind::IncidentOver);
    assert_eq!(told.iter().map(|text| text.to).collect::<Vec<_>>(), [number(&caller(2))]);
    let texts = house.reader().messages(None, None, 200).unwrap().items;
    let withheld = |text: &&crate::store::MessageRow| {
        text.kind == Some(Kind::IncidentOver) && matches!(text.state, Some(State::Suppressed(_)))
    };
    assert_eq!(texts.iter().filter(withheld).count(), 1);
}

#[test]
fn a_power_cut_at_any_commit_of_the_end_tells_everybody_once() {
    for first in 1..8 {
        for fault in [Fault::Commits { first, count: 2 }, Fault::Answers { first, count: 2 }] {
            let mut house = House::new();
            cold(&mut house, 1);
            cold(&mut house, 2);
            let id = only(&mut house).0.id;
            house.now = at("2026-11-21T10:00:00-07:00");
            let now = house.now;
            house.engine().store_mut().close_incident(id, None, "ana", now).unwrap();
            house.engine().store_mut().inject(fault);
            house.feed(Input::OutboxChanged);
            house.minutes(2);
            house.power_cut(SignedDuration::from_secs(5));
            house.minutes(5);
            let told = house.sent_of(Kind::IncidentOver);
            // At most once each: a text whose fate a crash has hidden is not repeated.
            for nth in [1, 2] {
                let times = told.iter().filter(|text| text.to == number(&caller(nth))).count();
                assert!(times <= 1, "{fault:?}: {times}");
            }
            let (_, reports) = house.reader().incident(id).unwrap().unwrap();
            assert!(reports.iter().all(|report| report.told.as_deref() == Some("texted")), "{fault:?}");
        }
    }
}

#[test]
fn staff_order_by_text_and_nobody_else_does() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    let answers = |house: &House| house.sent_to(STAFF).pop().unwrap().body;
    house.text(STAFF, "NOTICE");
    assert_eq!(answers(&house), "1. Maple Court, the heat: 2 callers.");
    house.text(STAFF, "notice on Crew is on site until six.");
    assert_eq!(house.notices[0].text.as_deref(), Some("Crew is on site until six."));
    house.text(DANA, "NOTICE OFF");
    assert!(house.notices[0].text.is_some(), "a stranger orders nothing");
    house.text(STAFF, "NOTICE 2 OFF");
    assert!(answers(&house).starts_with("There is no such open incident."), "{}", answers(&house));
    house.text(STAFF, "NOTICE OFF");
    assert_eq!(house.notices[0].text, None);
    house.text(STAFF, "NOTICE CLOSE");
    assert!(house.notices.is_empty());
    assert_eq!(house.sent_of(Kind::IncidentOver).len(), 2);
    house.text(STAFF, "notice");
    assert_eq!(answers(&house), "No incident is open.");
}

#[test]
fn people_put_together_and_take_out_with_their_names_on_record() {
    let mut house = House::new();
    cold(&mut house, 1);
    cold(&mut house, 2);
    reports(&mut house, &caller(3), Urgency::Routine, "unit 1A", "no hot water");
    let wrong = reports(&mut house, &caller(4), Urgency::Routine, "unit 1B", "the hot water is gone");
    let all = incidents(&mut house);
    let id = |trouble| all.iter().find(|row| row.trouble == trouble).unwrap().id;
    let (heat, hot_water) = (id(Trouble::Heat), id(Trouble::HotWater));
    let now = house.now;
    assert!(house.engine().store_mut().merge_incidents(hot_water, heat, "ana", now).unwrap());
    assert!(
        !house.engine().store_mut().merge_incidents(hot_water, heat, "ana", now).unwrap(),
        "it is closed"
    );
    assert!(!house.engine().store_mut().merge_incidents(heat, heat, "ana", now).unwrap());
    assert!(house.engine().store_mut().take_out_report(wrong, "ana", now).unwrap());
    let (row, kept) = house.reader().incident(heat).unwrap().unwrap();
    assert_eq!((row.callers, kept.len()), (3, 3));
    let (gone, none) = house.reader().incident(hot_water).unwrap().unwrap();
    assert_eq!((gone.merged_into, none.len()), (Some(heat), 0));
    // What a person has taken out is not put back by the next call, and those who were moved are told with the others.
    reports(&mut house, &caller(5), Urgency::Routine, "unit 2B", "no hot water here");
    assert_eq!(house.reader().incident_report(wrong).unwrap().unwrap().incident, None);
    house.feed(Input::OutboxChanged);
    assert!(house.sent_of(Kind::IncidentOver).is_empty(), "merged is not over");
    let actions: Vec<String> =
        house.reader().audit_log(None, 10).unwrap().items.into_iter().map(|line| line.action).collect();
    assert!(
        actions.contains(&"incident.merge".into()) && actions.contains(&"incident.take_out".into()),
        "{actions:?}"
    );
    assert_eq!(house.detail(wrong).record.dialled.number(), Some(number(MAIN)));
}
