//! The live page and its feed.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Method, StatusCode, header},
};
use futures_util::StreamExt;
use portico::{
    pbx::{Caller, Control, Dialled, Emergency, Fact, Party, Speaker, TurnRecord},
    store::EmergencyRow,
    types::{CallId, LegId},
};

use crate::office::{Browser, Office, SCRIPT, now, number, wrap_up};

pub struct Feed {
    stream: BodyDataStream,
    read: String,
}

impl Feed {
    pub async fn of(browser: &Browser<'_>) -> Self {
        Self::at(browser, "/live/events").await
    }

    async fn at(browser: &Browser<'_>, path: &str) -> Self {
        let request = browser.request(Method::GET, path).body(Body::empty()).unwrap();
        let response = browser.office.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { stream: response.into_body().into_data_stream(), read: String::new() }
    }

    /// The next event: its name and its data; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<(String, serde_json::Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_default()
                        .trim()
                        .to_owned()
                };
                let (name, data) = (field("event:"), field("data:"));
                self.read = rest.to_owned();
                if !name.is_empty() {
                    return Some((name, serde_json::from_str(&data).unwrap_or_default()));
                }
                continue;
            }
            let piece =
                tokio::time::timeout(Duration::from_secs(5), self.stream.next()).await.expect("an event");
            self.read += std::str::from_utf8(&piece?.unwrap()).unwrap();
        }
    }
}

fn begin(office: &Office, n: u64) -> CallId {
    let call = CallId::from_random(n);
    let caller = Caller::Number { number: number("+13035550142"), display: SCRIPT.into() };
    let dialled = Dialled::Number(number("+13035550100"));
    office.live.observe(&Fact::CallStarted { call, caller, dialled, trunk: None }, now().wall);
    call
}

#[tokio::test]
async fn a_call_is_shown_as_it_happens_and_nothing_that_is_said_in_it_is_markup() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    let call = begin(&office, 1);
    let page = browser.get("/").await;
    assert!(
        page.text.contains(&format!("id=\"call-{call}\"")) && !page.text.contains("<script>"),
        "{}",
        page.text
    );

    let mut feed = Feed::of(&browser).await;
    let (name, board) = feed.next().await.unwrap();
    assert_eq!((&*name, &board["ids"][0]), ("board", &call.to_string().into()));
    let (name, card) = feed.next().await.unwrap();
    assert_eq!((&*name, &card["id"]), ("call", &call.to_string().into()));
    assert!(card["html"].as_str().unwrap().contains("ringing"));

    let party = Party::Phone("101".parse().unwrap());
    office.live.observe(&Fact::Ringing { call, leg: LegId(1), party: party.clone() }, now().wall);
    assert!(feed.next().await.unwrap().1["html"].as_str().unwrap().contains("extension 101: rang"));
    let turn = TurnRecord {
        speaker: Speaker::Caller,
        text: format!("line one\n\ndata: {SCRIPT}"),
        at_ms: 1,
        latency_ms: None,
        interrupted_after_ms: None,
    };
    office.live.observe(&Fact::Turn { call, turn }, now().wall);
    let (name, card) = feed.next().await.unwrap();
    let html = card["html"].as_str().unwrap();
    assert_eq!(name, "call");
    assert!(
        html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("\"' on"),
        "{html}"
    );
    let record = wrap_up(1).record;
    office.live.observe(&Fact::Ended(Box::new(record)), now().wall);
    assert!(feed.next().await.unwrap().1["html"].as_str().unwrap().contains(&format!("/calls/{call}")));
}

#[tokio::test]
async fn the_feed_ends_with_the_session() {
    let office = Office::set_up().await;
    let mut browser = office.signed_in().await;
    let mut feed = Feed::of(&browser).await;
    assert_eq!(feed.next().await.unwrap().0, "board");
    let other = office.signed_in().await;
    let mut of_another = Feed::of(&other).await;
    assert_eq!(of_another.next().await.unwrap().0, "board");
    let csrf = browser.get("/calls").await.csrf();
    browser.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(feed.next().await, None);
    begin(&office, 1);
    assert_eq!(of_another.next().await.unwrap().0, "call", "another session's feed goes on");
}

#[tokio::test]
async fn the_board_keeps_the_last_ended_calls_and_counts_the_others() {
    let office = Office::set_up().await;
    for n in 1..=12 {
        begin(&office, n);
    }
    assert_eq!(office.live.current(), 12);
    for n in 1..=11 {
        office.live.observe(&Fact::Ended(Box::new(wrap_up(n).record)), now().wall);
        office.live.observe(&Fact::Ended(Box::new(wrap_up(n).record)), now().wall);
    }
    office.live.observe(&Fact::Ended(Box::new(wrap_up(99).record)), now().wall);
    assert_eq!(office.live.current(), 1);
    assert_eq!(office.live.watch().0.len(), 9, "one under way and the last eight");
}

#[tokio::test]
async fn a_browser_that_falls_behind_is_told_to_begin_anew() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    let mut feed = Feed::of(&browser).await;
    assert_eq!(feed.next().await.unwrap().0, "board");
    let call = begin(&office, 1);
    let turn = TurnRecord {
        speaker: Speaker::Agent,
        text: "words".into(),
        at_ms: 1,
        latency_ms: None,
        interrupted_after_ms: None,
    };
    for _ in 0..2 * portico::console::BEHIND {
        office.live.observe(&Fact::Turn { call, turn: turn.clone() }, now().wall);
    }
    let mut names = Vec::new();
    while names.last().map(String::as_str) != Some("skipped") {
        names.push(feed.next().await.unwrap().0);
    }
    assert!(names.len() <= portico::console::BEHIND + 32, "{}", names.len());
}

#[tokio::test]
async fn whoever_is_in_the_house_sees_that_911_was_dialled() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    let call = CallId::from_random(1);
    let from: portico::types::Extension = "101".parse().unwrap();
    let dialled = Dialled::Emergency(Emergency::Nine11);
    let mut feed = Feed::of(&browser).await;
    feed.next().await.unwrap();
    let fact = Fact::EmergencyDialled {
        call,
        from: from.clone(),
        dialled: dialled.clone(),
        place: "Suite 4".into(),
        callback: "+13035550104".parse().unwrap(),
    };
    office.live.observe(&fact, now().wall);
    let caller = Caller::Extension(from);
    office.live.observe(&Fact::CallStarted { call, caller, dialled, trunk: None }, now().wall);
    for _ in 0..2 {
        assert!(feed.next().await.unwrap().1["html"].as_str().unwrap().contains("emergency call"));
    }
    for path in ["/", "/calls", "/health"] {
        let page = browser.get(path).await;
        assert!(page.text.contains("Extension 101 dialled 911."), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn the_notice_of_a_911_call_goes_when_somebody_says_that_they_saw_it_and_who_did_is_on_record() {
    let mut office = Office::set_up().await;
    office.write_down(&wrap_up(1));
    let call = CallId::from_random(1);
    let from: portico::types::Extension = "101".parse().unwrap();
    let dialled = Dialled::Emergency(Emergency::Nine11);
    office.live.observe(
        &Fact::EmergencyDialled {
            call,
            from: from.clone(),
            dialled: dialled.clone(),
            place: "Suite 4".into(),
            callback: "+13035550104".parse().unwrap(),
        },
        now().wall,
    );
    let fact = Fact::CallStarted { call, caller: Caller::Extension(from), dialled, trunk: None };
    office.live.observe(&fact, now().wall);

    let mut browser = office.signed_in().await;
    let page = browser.get("/").await;
    assert!(page.text.contains("I have seen this"), "{}", page.text);
    let csrf = page.csrf();
    let path = format!("/emergencies/{call}/acknowledge");
    assert_eq!(browser.post(&path, &[("csrf", "made up")]).await.status, StatusCode::FORBIDDEN);
    assert!(browser.get("/").await.text.contains("dialled 911."), "a form from elsewhere changes nothing");
    let mut stranger = Browser::of(&office);
    let refused = stranger.post(&path, &[("csrf", &csrf)]).await;
    assert_eq!(refused.header("location"), "/sign-in");

    for _ in 0..2 {
        assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    }
    for path in ["/", "/calls", "/health"] {
        assert!(!browser.get(path).await.text.contains("dialled 911."), "{path}");
    }
    let page = browser.get(&format!("/calls/{call}")).await;
    assert!(page.text.contains("Emergency call seen by"), "{}", page.text);
    let audit = office.store.reader().audit_log(None, 50).unwrap().items;
    let seen: Vec<_> = audit.iter().filter(|row| row.action == "emergency.acknowledge").collect();
    assert_eq!(seen.len(), 1, "said twice, kept once");
    assert_eq!((seen[0].actor.as_str(), seen[0].subject.as_str()), ("Robin Hale", call.to_string().as_str()));

    let other = format!("/emergencies/{}/acknowledge", CallId::from_random(2));
    assert_eq!(browser.post(&other, &[("csrf", &csrf)]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_notice_that_nobody_has_seen_stands_again_after_a_restart_and_every_open_page_hears_of_it() {
    let mut office = Office::set_up().await;
    let row = EmergencyRow {
        call: CallId::from_random(1),
        at: now().wall,
        extension: "101".parse().unwrap(),
        dialled: Dialled::Emergency(Emergency::Nine11),
        place: "Suite 4".into(),
        callback: number("+13035550104"),
    };
    office.store.keep_emergency(&row, &[]).unwrap();
    let (to_switch, mut switch) = tokio::sync::mpsc::channel(8);
    office.site.connect(to_switch);
    let mut browser = office.signed_in().await;
    assert!(!browser.get("/calls").await.text.contains("dialled 911."));
    // As the host does when it starts.
    office.live.restore(office.store.reader().unseen_emergencies().unwrap());
    let page = browser.get("/calls").await;
    assert!(
        page.text.contains("Extension 101 dialled 911.") && page.text.contains("Suite 4"),
        "{}",
        page.text
    );

    let mut alarm = Feed::at(&browser, "/emergencies/events").await;
    let (name, notice) = alarm.next().await.unwrap();
    assert_eq!(name, "emergency");
    assert!(notice["html"].as_str().unwrap().contains("dialled 911."));
    let path = format!("/emergencies/{}/acknowledge", row.call);
    let csrf = page.csrf();
    assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    assert!(!alarm.next().await.unwrap().1["html"].as_str().unwrap().contains("dialled 911."));
    assert_eq!(switch.try_recv().unwrap(), Control::EmergencySeen { call: row.call }, "phones stop ringing");
    assert_eq!(office.store.reader().unseen_emergencies().unwrap(), vec![]);
}
