//! Call-backs on the live page: what is promised, what became of it, and how one is cancelled.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use portico::{
    pbx::{CallBack, CallBackState, Control, Fact},
    types::CallId,
};
use tokio::sync::mpsc;

use crate::{
    live::Feed,
    office::{Browser, Office, SCRIPT, now, number},
};

pub fn promise(n: u64, asked: Timestamp) -> CallBack {
    CallBack {
        call: CallId::from_random(n),
        queue: "leasing".into(),
        number: number("+13035550142"),
        own: true,
        name: SCRIPT.into(),
        dialled: number("+13035550101"),
        asked,
        tries: 1,
        state: CallBackState::Waiting,
    }
}

/// An office that has promised one a minute ago.
async fn promised() -> (Office, mpsc::Receiver<Control>, CallBack) {
    let mut office = Office::set_up().await;
    let (to_switch, switch) = mpsc::channel(8);
    office.site.connect(to_switch);
    let promise = promise(1, before(60));
    office.store.keep_call_back(&promise, &[], false, now().wall).unwrap();
    (office, switch, promise)
}

fn before(seconds: i64) -> Timestamp {
    now().wall.checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

fn path(promise: &CallBack) -> String {
    format!("/call-backs/{}/cancel", promise.call)
}

fn audited(office: &Office) -> Vec<String> {
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    let cancelled = log.iter().filter(|row| row.action == "call_back.cancel");
    cancelled.map(|row| format!("{} {} {}", row.actor, row.subject, row.detail)).collect()
}

#[tokio::test]
async fn a_promise_is_shown_cancelled_and_gone_from_the_line_before_the_store_has_it() {
    let (office, mut switch, promise) = promised().await;
    let mut browser = office.signed_in().await;
    let page = browser.get("/").await;
    for part in ["leasing", "(303) 555-0142", "waits in line", "data-is=\"Tries\">1<", "&lt;script&gt;"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let csrf = page.csrf();
    let answer = browser.post(&path(&promise), &[("csrf", &csrf)]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/#call-backs"));
    assert_eq!(switch.try_recv(), Ok(Control::CancelCallBack { call: promise.call }));
    assert_eq!(audited(&office), [format!("Robin Hale {} queue leasing, +13035550142", promise.call)]);

    let mut feed = Feed::of(&browser).await;
    assert_eq!(feed.next().await.unwrap().0, "board");
    let (name, section) = feed.next().await.unwrap();
    assert_eq!(name, "call-backs");
    assert!(section["html"].as_str().unwrap().contains(&path(&promise)));
    let cancelled = CallBack { state: CallBackState::Cancelled, ..promise.clone() };
    office.live.observe(&Fact::CallBack(cancelled), now().wall);
    let (name, section) = feed.next().await.unwrap();
    let html = section["html"].as_str().unwrap();
    assert_eq!(name, "call-backs");
    assert!(html.contains(">cancelled<") && !html.contains(&path(&promise)) && !html.contains("<script>"));

    assert!(browser.get("/").await.text.contains(">cancelled<"));
    assert_eq!(browser.get("/api/v1/call-backs").await.json()["items"][0]["state"], "cancelled");
    assert_eq!(browser.post(&path(&promise), &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    assert!(switch.try_recv().is_err(), "what is over is not cancelled once more");
    assert_eq!(audited(&office).len(), 1);
}

#[tokio::test]
async fn what_stands_comes_first_however_old_and_what_is_over_stays_for_a_day() {
    let (mut office, _switch, first) = promised().await;
    let day = 24 * 3_600;
    for (n, ago, state) in [
        (2, 7_200, CallBackState::Missed),
        (3, 3_600, CallBackState::Reached),
        (4, day + 60, CallBackState::Closed),
        (5, day + 60, CallBackState::Calling),
    ] {
        let promise = CallBack { state, ..promise(n, before(ago)) };
        office.store.keep_call_back(&promise, &[], false, now().wall).unwrap();
    }
    let browser = office.signed_in().await;
    let all = browser.get("/api/v1/call-backs").await.json();
    let shown: Vec<_> = all["items"].as_array().unwrap().iter().map(|row| &row["state"]).collect();
    assert_eq!(shown, ["calling", "waiting", "reached", "missed"]);
    let text = browser.get("/").await.text;
    let at = |word: &str| text.find(&format!(">{word}<")).unwrap_or_else(|| panic!("{word}: {text}"));
    assert!(at("being called") < at("waits in line") && at("reached") < at("not reached"));
    assert_eq!(text.matches("/cancel\"").count(), 2, "what stands alone can be cancelled");
    assert!(text.contains(&path(&first)));
}

#[tokio::test]
async fn nobody_cancels_without_a_form_of_ours_and_no_promise_that_there_is_not() {
    let (office, mut switch, promise) = promised().await;
    let mut browser = office.signed_in().await;
    let csrf = browser.get("/").await.csrf();
    assert_eq!(browser.post(&path(&promise), &[("csrf", "made up")]).await.status, StatusCode::FORBIDDEN);
    let mut stranger = Browser::of(&office);
    assert_eq!(stranger.post(&path(&promise), &[("csrf", &csrf)]).await.header("location"), "/sign-in");
    for unknown in [CallId::from_random(77).to_string(), "nonsense".into()] {
        let path = format!("/call-backs/{unknown}/cancel");
        assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, StatusCode::NOT_FOUND);
    }
    assert!(switch.try_recv().is_err() && audited(&office).is_empty());
    assert_eq!(Browser::of(&office).get("/api/v1/call-backs").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_office_that_has_promised_nothing_sees_no_empty_list() {
    let office = Office::set_up().await;
    let text = office.signed_in().await.get("/").await.text;
    assert!(text.contains("<section id=\"call-backs\"></section>"), "{text}");
}
