//! A danger that a caller told the agent of stands on every page until somebody has said what becomes of it.

use axum::http::StatusCode;
use portico::{
    dialogue::{LifeSafety, Urgency},
    pbx::{Control, EscalationEvent, EscalationReport, EscalationStep, Fact, Verdict},
    store::TimelineKey,
    types::CallId,
};
use tokio::sync::mpsc;

use crate::office::{Browser, Office, SCRIPT, now, number, wrap_up};

fn gas(call: CallId) -> [EscalationStep; 2] {
    let report = EscalationReport {
        urgency: Urgency::LifeSafety(LifeSafety::Gas),
        place: Some("Unit 4B".into()),
        name: Some(SCRIPT.into()),
        callback: Some(number("+13035550142")),
        words: None,
    };
    let step = |number, event| EscalationStep { call, number, at: now().wall, event };
    let rung = EscalationEvent::Rung { round: 1, name: "Kim".into(), number: number("+13035550191") };
    [step(1, EscalationEvent::Opened { report, dialled: None }), step(2, rung)]
}

#[tokio::test]
async fn a_danger_is_on_every_page_until_somebody_sees_to_it_and_its_timeline_on_the_calls() {
    let mut office = Office::set_up().await;
    let (to_switch, mut switch) = mpsc::channel(8);
    office.site.connect(to_switch);
    let call = wrap_up(1);
    office.write_down(&call);
    let id = call.record.call;
    office.store.sign_timelines(TimelineKey::generate().unwrap().0);
    for step in gas(id) {
        office.store.keep_escalation_step(&step, &[]).unwrap();
        office.live.observe(&Fact::Escalation(step), now().wall);
    }
    let mut browser = office.signed_in().await;
    for page in ["/", "/leads", "/health"] {
        let text = browser.get(page).await.text;
        assert!(
            text.contains("Emergency, gas smell, Unit 4B") && text.contains("Kim is being called."),
            "{page}"
        );
        assert!(!text.contains("<script>alert"), "{page}");
    }
    let shown = browser.get(&format!("/calls/{id}")).await.text;
    assert!(shown.contains("Kim is called at (303) 555-0191 (round 1)"), "{shown}");
    assert!(shown.contains("none was altered"));
    let answer = browser.get(&format!("/api/v1/calls/{id}")).await.json();
    assert_eq!(answer["escalation"].as_array().unwrap().len(), 2);
    assert_eq!(answer["escalation"][0]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(answer["escalation"][0]["signature"].as_str().unwrap().len(), 128);

    let csrf = browser.get("/").await.csrf();
    let path = format!("/escalations/{id}/downgraded");
    assert_eq!(browser.post(&path, &[("csrf", "made up")]).await.status, StatusCode::FORBIDDEN);
    assert!(switch.try_recv().is_err());
    let answer = browser.post(&path, &[("csrf", &csrf)]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"));
    let by = "Robin Hale".to_owned();
    let verdict = Verdict::Downgraded;
    assert_eq!(switch.try_recv(), Ok(Control::SettleEscalation { call: id, verdict, by: by.clone() }));
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    assert!(log.iter().any(|row| row.action == "escalation.settle" && row.detail == "downgraded"));

    let event = EscalationEvent::Settled { verdict, by };
    let settled = EscalationStep { call: id, number: 3, at: now().wall, event };
    office.live.observe(&Fact::Escalation(settled), now().wall);
    assert!(!browser.get("/").await.text.contains("gas smell"));
    assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    assert!(switch.try_recv().is_err(), "what is settled is not settled once more");
    let unknown = format!("/escalations/{id}/forgotten");
    assert_eq!(browser.post(&unknown, &[("csrf", &csrf)]).await.status, StatusCode::NOT_FOUND);
    let mut stranger = Browser::of(&office);
    assert_eq!(stranger.post(&path, &[("csrf", &csrf)]).await.header("location"), "/sign-in");
}
