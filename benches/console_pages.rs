//! How long the console's pages take with 10,000 calls on disk, from request to last byte, store included.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement prints, and ends where it cannot go on"
)]

use std::{
    hint::black_box,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, header},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use portico::{
    console::{self, Live, Secret, Settings, Site, Vitals},
    incident::Properties,
    outbox::{Entry, Kind},
    pbx::{
        AgentReason, CallDirection, CallRecord, Caller, Dialled, Disposition, LegRecord, LegResult, Party,
        Speaker, TurnRecord,
    },
    store::{CallerUpdate, NewAccount, Role, Store, TextBackNote, WrapUp},
    types::{CallId, Chance, ContactId, MessageKey, Moment},
};
use rand_chacha::rand_core::SeedableRng;
use tower::ServiceExt;

const CALLS: u64 = 10_000;
const ROUNDS: usize = 100;

#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn now() -> Moment {
    Moment { at: Instant::now(), wall: Timestamp::now() }
}

fn wrap_up(n: u64, began: Timestamp) -> WrapUp {
    let started = began + SignedDuration::from_secs(60 * n as i64);
    let ended = started + SignedDuration::from_secs(60);
    let number = format!("+1303556{:04}", n % 3_000).parse().expect("a number");
    let office = "+13035550100".parse().expect("a number");
    let (call, caller) = (CallId::from_random(n), Caller::Number { number, display: "Dana Reyes".into() });
    let leg = |party| LegRecord {
        party,
        started,
        answered: None,
        ended,
        result: LegResult::NoAnswer,
        quality: None,
        told: None,
    };
    let turn = |speaker, at_ms| TurnRecord {
        speaker,
        text: "There is water under the kitchen sink, and it is getting worse.".into(),
        at_ms,
        latency_ms: None,
        interrupted_after_ms: None,
    };
    let text = Entry::new(
        MessageKey::from_random(n),
        Kind::TextBack,
        office,
        number,
        "Hi, this is Maple Court. Sorry I missed your call. How can I help?".into(),
        ended,
    );
    let record = CallRecord {
        call,
        direction: CallDirection::Inbound,
        trunk: Some("carrier".into()),
        caller: caller.clone(),
        vouched: Default::default(),
        dialled: Dialled::Number(office),
        started,
        answered: None,
        ended,
        disposition: Disposition::AiHandled,
        agent_reason: Some(AgentReason::NoAnswer),
        legs: vec![leg(Party::Caller(caller)), leg(Party::Phone("101".parse().expect("an extension")))],
        turns: (0..12)
            .map(|n| turn(if n % 2 == 0 { Speaker::Agent } else { Speaker::Caller }, n * 4_000))
            .collect(),
        outcome: None,
        recordings: Vec::new(),
        fax: None,
        decisions: Vec::new(),
        queued: None,
        conversations: Vec::new(),
    };
    WrapUp {
        record,
        missed: true,
        summary: "Maintenance. A leak under the kitchen sink in 4B.".into(),
        contact: Some(CallerUpdate {
            new_id: ContactId::from_random(n + 50_000),
            number,
            name: None,
            language: None,
        }),
        opt_out: None,
        work_order: None,
        lead: None,
        text_back: TextBackNote::Queued,
        entries: vec![text.about(call)],
        undated: false,
        enrolment: None,
        filed: None,
        now: ended,
    }
}

async fn fetch(router: &Router, path: &str, cookie: &str) -> usize {
    let mut request =
        Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let response = router.clone().oneshot(request).await.expect("an answer");
    assert!(response.status().is_success(), "{path}: {}", response.status());
    to_bytes(response.into_body(), usize::MAX).await.expect("a body").len()
}

fn main() {
    let folder = std::env::temp_dir().join(format!("portico-console-pages-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("portico.db");
    let mut store = Store::open(&path).expect("a store");
    let began: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    for n in 0..CALLS {
        let call = wrap_up(n, began);
        store.wrap_up_each([(&call.record, None, None)], |_, _| call.clone()).expect("a stored call");
    }
    let session = Secret::draw(&mut Chance::seed_from_u64(1));
    let account = NewAccount { name: "Robin Hale".into(), password_hash: String::new(), role: Role::Admin };
    let id = store.add_account(&account, "bench", now().wall).expect("an account");
    let until = now().wall + SignedDuration::from_hours(12);
    store.open_session(session.hash(), id, until, now().wall).expect("a session");
    let settings = Settings {
        office: "Maple Court".into(),
        zone: TimeZone::get("America/Denver").expect("a zone"),
        properties: Properties::default(),
        recordings: folder.clone(),
        mailboxes: std::env::temp_dir(),
        music: std::env::temp_dir(),
        prompts: std::env::temp_dir(),
        behind_tls: false,
        now,
    };
    let vitals = Arc::new(Mutex::new(Vitals::new(vec!["101".into(), "102".into()])));
    let accounts = Store::open(&path).expect("a store");
    let router =
        console::router(Site::new(settings, accounts, Chance::seed_from_u64(2), Live::default(), vitals));
    let cookie = format!("portico_session={}", session.reveal());
    let deep = format!("/calls?after={:x}.0", (began + SignedDuration::from_hours(8)).as_millisecond());
    let call = format!("/calls/{}", CallId::from_random(CALLS / 2));
    let contact = format!("/contacts/{}", ContactId::from_random(50_000));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("{CALLS} calls; each page {ROUNDS} times: median, slowest");
    for path in [
        "/",
        "/calls",
        &deep,
        "/calls?missed=true",
        &call,
        "/contacts",
        &contact,
        "/texts",
        "/work-orders",
        "/health",
        "/api/v1/calls?limit=200",
    ] {
        let mut times: Vec<_> = (0..ROUNDS)
            .map(|_| {
                let begun = now().at;
                black_box(runtime.block_on(fetch(&router, path, &cookie)));
                now().at.duration_since(begun)
            })
            .collect();
        times.sort_unstable();
        println!("{path:44} {:8.2?} {:8.2?}", times[ROUNDS / 2], times[ROUNDS - 1]);
    }
    drop(router);
    let _ = std::fs::remove_dir_all(folder);
}
