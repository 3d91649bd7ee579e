//! Escalations to people on call: what a power cut leaves of them at each step, what is chained, and who is texted.

use jiff::SignedDuration;

use super::house::{DANA, House, MAIN, STAFF, number};
use crate::{
    desk::Input,
    dialogue::{LifeSafety, Urgency},
    outbox::Kind,
    pbx::{Escalation, EscalationEvent, EscalationReport, EscalationStep, Unreached, Verdict},
    store::{Fault, TimelineKey, is_signed},
    types::CallId,
};

const KIM: &str = "+13035550191";
const ROBIN: &str = "+13035550192";

fn gas() -> EscalationReport {
    EscalationReport {
        urgency: Urgency::LifeSafety(LifeSafety::Gas),
        place: Some("Unit 4B".into()),
        name: None,
        callback: Some(number(DANA)),
        words: Some("I smell gas".into()),
    }
}

fn call() -> CallId {
    CallId::from_random(600)
}

/// A whole escalation: Kim does not answer, nobody does, all are texted, and Robin accepts in the second round.
fn steps(house: &House) -> Vec<EscalationStep> {
    let rung = |round, name: &str, at| EscalationEvent::Rung { round, name: name.into(), number: number(at) };
    let unreached = |name: &str, why| EscalationEvent::Unreached { name: name.into(), why };
    let events = [
        EscalationEvent::Opened { report: gas(), dialled: Some(number(MAIN)) },
        rung(1, "Kim", KIM),
        unreached("Kim", Unreached::NoAnswer),
        rung(1, "Robin", ROBIN),
        EscalationEvent::Answered { name: "Robin".into() },
        unreached("Robin", Unreached::NoKey),
        EscalationEvent::RoundEnded { round: 1, texts_to: vec![number(KIM), number(ROBIN)] },
        rung(2, "Kim", KIM),
        EscalationEvent::Settled { verdict: Verdict::Accepted, by: "Kim".into() },
    ];
    let step = |(number, event)| EscalationStep { call: call(), number, at: house.now, event };
    (1..).zip(events).map(step).collect()
}

fn feed(house: &mut House, steps: &[EscalationStep]) {
    for step in steps {
        house.feed(Input::Escalation(step.clone()));
    }
}

#[test]
fn a_power_cut_after_any_step_leaves_what_was_acknowledged_and_the_rest_goes_on() {
    let all = steps(&House::new());
    for cut in 1..=all.len() {
        let mut house = House::new();
        feed(&mut house, &all[..cut]);
        let acknowledged: Vec<(CallId, u32)> = all[..cut].iter().map(|step| (call(), step.number)).collect();
        assert_eq!(house.escalation_stored, acknowledged);
        house.power_cut(SignedDuration::from_secs(30));
        // One that is settled comes back as well: more callers may tell of it.
        assert_eq!(house.escalated, [all[..cut].to_vec()], "after step {cut}");
        if let Some(steps) = house.escalated.first() {
            let standing = Escalation::of(steps).unwrap();
            let under_way = standing.called.is_some_and(|called| called.under_way);
            assert_eq!(under_way, [2, 4, 5, 8].contains(&cut), "what is uncertain after step {cut}");
        }
        feed(&mut house, &all[cut..]);
        let kept = house.reader().timeline(call()).unwrap();
        assert_eq!(kept.len(), all.len());
        assert_eq!(house.sent.iter().filter(|(_, text)| text.kind == Kind::StaffNotice).count(), 2, "{cut}");
    }
}

#[test]
fn everybody_on_the_list_is_texted_once_with_what_where_and_the_number() {
    let mut house = House::new();
    let all = steps(&house);
    feed(&mut house, &all);
    // Said again, as after an answer of the disk that was lost.
    feed(&mut house, &all);
    let texts = house.sent_to(KIM);
    assert_eq!((texts.len(), house.sent_to(ROBIN).len(), house.sent_to(STAFF).len()), (1, 1, 0));
    let body = &texts[0].body;
    assert!(
        body.starts_with("EMERGENCY Maple Court: Emergency, gas smell, Unit 4B, (303) 555-0142."),
        "{body}"
    );
}

#[test]
fn whoever_has_accepted_reads_who_else_told_of_a_danger_to_life_and_is_not_flooded() {
    let mut house = House::new();
    let mut all = steps(&house);
    let at = house.now;
    for other in 0..9 {
        let event = EscalationEvent::Joined { call: CallId::from_random(700 + other), report: gas() };
        let number = u32::try_from(all.len()).unwrap() + 1;
        all.push(EscalationStep { call: call(), number, at, event });
    }
    feed(&mut house, &all);
    let told: Vec<_> =
        house.sent_to(KIM).into_iter().filter(|text| text.body.contains("another caller")).collect();
    assert_eq!(told.len(), 5);
    assert!(told[0].body.contains("Emergency, gas smell, Unit 4B"), "{}", told[0].body);
    // A day later it is no news any more, and a restart does not bring it back.
    house.power_cut(SignedDuration::from_hours(24));
    assert!(house.escalated.is_empty());
}

#[test]
fn a_store_that_fails_keeps_the_order_and_acknowledges_nothing() {
    for fault in [Fault::Commits { first: 1, count: 3 }, Fault::Answers { first: 1, count: 3 }] {
        let mut house = House::new();
        let all = steps(&house);
        house.engine().store_mut().inject(fault);
        feed(&mut house, &all[..3]);
        assert!(house.escalation_stored.is_empty(), "{fault:?}");
        house.minutes(1);
        assert_eq!(house.escalation_stored, [(call(), 1), (call(), 2), (call(), 3)], "{fault:?}");
        let kept = house.reader().timeline(call()).unwrap();
        assert_eq!(kept.iter().map(|entry| entry.step.number).collect::<Vec<_>>(), [1, 2, 3]);
    }
}

#[test]
fn a_timeline_is_chained_and_signed_and_an_altered_one_is_found_out() {
    let mut house = House::new();
    let (key, kept) = TimelineKey::generate().unwrap();
    let public = TimelineKey::from_pkcs8(&kept).unwrap().public();
    assert_eq!(public, key.public());
    house.engine().store_mut().sign_timelines(key);
    let all = steps(&house);
    feed(&mut house, &all);
    let timeline = house.reader().timeline(call()).unwrap();
    let mut before = None;
    for entry in &timeline {
        assert!(entry.follows(before), "step {}", entry.step.number);
        assert!(is_signed(&public, &entry.digest, entry.signature.as_deref().unwrap()));
        before = Some(entry.digest);
    }
    // Another word, another time, another place in the order, one that is missing, another key: each is found.
    let mut altered = timeline[2].clone();
    altered.written = altered.written.replace("no_answer", "busy");
    assert!(!altered.follows(Some(timeline[1].digest)));
    let mut later = timeline[2].clone();
    later.step.at = later.step.at.checked_add(SignedDuration::from_secs(1)).unwrap();
    assert!(!later.follows(Some(timeline[1].digest)));
    assert!(!timeline[3].follows(Some(timeline[1].digest)), "one is missing");
    assert!(!timeline[1].follows(None));
    let other = TimelineKey::generate().unwrap().0.public();
    assert!(!is_signed(&other, &timeline[0].digest, timeline[0].signature.as_deref().unwrap()));
}
