//! A console over a store in memory, and a browser that remembers its cookie.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use portico::{
    console::{self, Live, Secret, Settings, Site, Vitals},
    dialogue::{LifeSafety, Roster, UnitRef, Urgency},
    incident::Properties,
    outbox::{Entry, Kind},
    pbx::{
        AgentReason, CallDirection, CallRecord, Caller, Dialled, Disposition, Encrypted, LegRecord,
        LegResult, Party, Quality, RecordingPart, Speaker, TurnRecord, Unheard,
    },
    store::{
        CallerUpdate, IncomingText, LeadKind, LeadRow, Store, TextBackNote, TicketStatus, WorkOrderRow,
        WrapUp,
    },
    types::{CallId, Chance, ContactId, LeadId, MessageKey, Moment, PhoneNumber, WorkOrderId},
};
use rand_chacha::rand_core::SeedableRng;
use tower::ServiceExt;

pub const PASSWORD: &str = "four unrelated words here";
pub const HOST: &str = "portico.example:8080";

/// What a hostile caller would like a page to run.
pub const SCRIPT: &str = "<script>alert('x')</script>\"' onmouseover=\"alert(1)";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the host of these tests asks the time, as app does")]
pub fn now() -> Moment {
    Moment { at: std::time::Instant::now(), wall: Timestamp::now() }
}

/// Two of them, so that a form has something to choose from.
fn properties() -> Properties {
    let unit =
        |property: &str| UnitRef { property: property.into(), street: String::new(), unit: "1".into() };
    let units = vec![unit("Maple Court"), unit("Alder House")];
    Properties::of(&Roster { units, ..Roster::default() }, "Maple Court")
}

pub struct Office {
    pub router: Router,
    pub site: Site,
    pub store: Store,
    pub live: Live,
    pub vitals: Arc<Mutex<Vitals>>,
    pub recordings: PathBuf,
}

impl Office {
    /// Writes down the end of a call, as the desk does it.
    pub fn write_down(&mut self, call: &WrapUp) {
        self.store.wrap_up_each([(&call.record, None, None)], |_, _| call.clone()).unwrap();
    }

    /// Keeps how a check with pairs of callers came out, as `portico rehearse --pairs --keep` does.
    pub fn keep_pair_check(&mut self, check: &portico::store::PairCheck) {
        self.store.keep_pair_check(check).unwrap();
    }

    pub fn new() -> Self {
        Self::with_clock(now)
    }

    pub fn with_clock(now: fn() -> Moment) -> Self {
        let store = Store::in_memory().unwrap();
        let accounts = store.another().unwrap();
        Self::over(store, accounts, now)
    }

    pub fn over(store: Store, accounts: Store, now: fn() -> Moment) -> Self {
        static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let nth = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let recordings = std::env::temp_dir().join(format!("portico-console-{}-{nth}", std::process::id()));
        let live = Live::default();
        let vitals = Arc::new(Mutex::new(Vitals::new(vec!["101".into()])));
        let settings = Settings {
            office: "Maple Court".into(),
            zone: TimeZone::get("America/Denver").unwrap(),
            properties: properties(),
            recordings: recordings.clone(),
            mailboxes: recordings.join("mailboxes"),
            music: recordings.join("music"),
            prompts: recordings.join("prompts"),
            behind_tls: false,
            now,
        };
        let site = Site::new(settings, accounts, Chance::seed_from_u64(7), live.clone(), Arc::clone(&vitals));
        Self { router: console::router(site.clone()), site, store, live, vitals, recordings }
    }

    /// With the first account made.
    pub async fn set_up() -> Self {
        let office = Self::new();
        assert_eq!(office.make_account("Robin Hale", PASSWORD).await.status, StatusCode::SEE_OTHER);
        office
    }

    pub async fn make_account(&self, name: &str, password: &str) -> Answer {
        let token = self.site.offer_setup().unwrap().unwrap();
        let form = [("token", token.reveal()), ("name", name), ("password", password), ("again", password)];
        Browser::of(self).post("/set-up", &form).await
    }

    pub async fn signed_in(&self) -> Browser<'_> {
        let mut browser = Browser::of(self);
        let answer = browser.post("/sign-in", &[("name", "Robin Hale"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }

    /// A program's token.
    pub fn token(&mut self) -> String {
        let token = Secret::draw(&mut Chance::seed_from_u64(99));
        self.store.add_api_token(token.hash(), "report", "test", now().wall).unwrap();
        token.reveal().to_owned()
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.recordings));
    }
}

/// What came back, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, 16 << 20).await.unwrap();
        Self {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The proof in the page's form.
    pub fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("a page with a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A browser at an address, with or without a session.
#[derive(Clone)]
pub struct Browser<'a> {
    pub office: &'a Office,
    pub peer: SocketAddr,
    pub cookie: Option<String>,
}

impl<'a> Browser<'a> {
    pub fn of(office: &'a Office) -> Self {
        Self { office, peer: "192.0.2.10:50000".parse().unwrap(), cookie: None }
    }

    pub fn at(mut self, peer: &str) -> Self {
        self.peer = format!("{peer}:50000").parse().unwrap();
        self
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        request.extensions_mut().unwrap().insert(ConnectInfo(self.peer));
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        Answer::of(self.office.send(request).await).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, form, &[]).await
    }

    pub async fn post_with(&mut self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer =
            Answer::of(self.office.send(request.body(Body::from(encoded(form))).unwrap()).await).await;
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = (!pair.ends_with('=')).then_some(pair);
        }
        answer
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect::<Vec<_>>().join("&")
}

/// A call with legs, turns, a work order, a lead and texts; every word of it is as hostile as can be.
pub fn wrap_up(n: u64) -> WrapUp {
    let started = at("2026-11-20T12:00:00Z").checked_add(SignedDuration::from_secs(n as i64)).unwrap();
    let ended = started.checked_add(SignedDuration::from_secs(60)).unwrap();
    let callback = number("+13035550142");
    let caller = Caller::Number { number: callback, display: SCRIPT.into() };
    let call = CallId::from_random(n);
    let leg = |party, result, answered| LegRecord {
        party,
        started,
        answered,
        ended,
        result,
        quality: None,
        told: answered,
    };
    let record = CallRecord {
        call,
        direction: CallDirection::Inbound,
        trunk: Some("carrier".into()),
        caller: caller.clone(),
        vouched: Default::default(),
        dialled: Dialled::Number(number("+13035550100")),
        started,
        answered: Some(started),
        ended,
        disposition: Disposition::AiHandled,
        agent_reason: Some(AgentReason::NoAnswer),
        legs: vec![
            LegRecord {
                quality: Some(Quality {
                    packets_received: 1_100,
                    packets_lost: 2,
                    packets_sent: 1_090,
                    jitter_ms: 3,
                    round_trip_ms: Some(9),
                    encryption: Encrypted::Sdes,
                    unheard: Some(Unheard::WentQuiet),
                    ..Quality::default()
                }),
                ..leg(Party::Caller(caller), LegResult::Completed, Some(started))
            },
            leg(Party::Phone("101".parse().unwrap()), LegResult::NoAnswer, None),
            leg(Party::Number(number("+13035550199")), LegResult::Failed(503), None),
        ],
        turns: vec![
            TurnRecord {
                speaker: Speaker::Agent,
                text: "Maple Court, how can I help?".into(),
                at_ms: 18_050,
                latency_ms: Some(210),
                interrupted_after_ms: Some(900),
            },
            TurnRecord {
                speaker: Speaker::Caller,
                text: format!("turn {SCRIPT}"),
                at_ms: 19_500,
                latency_ms: None,
                interrupted_after_ms: None,
            },
        ],
        outcome: None,
        recordings: vec![RecordingPart {
            file: format!("{call}.wav"),
            from_ms: Some(18_000),
            until_ms: None,
            by: None,
            gaps: Vec::new(),
        }],
        fax: None,
        decisions: Vec::new(),
        queued: None,
        conversations: Vec::new(),
    };
    let text = Entry::new(
        MessageKey::from_random(n),
        Kind::TextBack,
        number("+13035550100"),
        callback,
        format!("text {SCRIPT}"),
        ended,
    )
    .about(call);
    WrapUp {
        missed: true,
        summary: format!("summary {SCRIPT}"),
        contact: Some(CallerUpdate {
            new_id: ContactId::from_random(n + 5_000),
            number: callback,
            name: Some((format!("name {SCRIPT}"), true)),
            language: None,
        }),
        opt_out: None,
        work_order: Some(WorkOrderRow {
            id: WorkOrderId::from_random(n),
            call,
            contact: None,
            opened: ended,
            property: "Maple Court".into(),
            caller: Some(format!("order name {SCRIPT}")),
            callback: Some(callback),
            place: Some(format!("place {SCRIPT}")),
            issue: format!("issue {SCRIPT}"),
            urgency: Urgency::LifeSafety(LifeSafety::Gas),
            emergency: true,
            access: Some(false),
            wished_for: Some("2026-11-21T10:30:00".parse().unwrap()),
            status: TicketStatus::Open,
        }),
        lead: Some(LeadRow {
            id: LeadId::from_random(n),
            call,
            contact: None,
            opened: ended,
            dialled: number("+13035550101"),
            name: Some(format!("lead name {SCRIPT}")),
            callback: Some(callback),
            place: Some(format!("home {SCRIPT}")),
            wish: format!("wish {SCRIPT}"),
            wished_for: None,
            kind: LeadKind::Rental,
            status: TicketStatus::Open,
        }),
        text_back: TextBackNote::Queued,
        entries: vec![text],
        undated: false,
        enrolment: None,
        filed: None,
        now: ended,
        record,
    }
}

/// A text from a stranger.
pub fn incoming(n: u64) -> IncomingText {
    IncomingText {
        sip_call_id: format!("text-{n}"),
        from: CallerUpdate {
            new_id: ContactId::from_random(n + 9_000),
            number: number("+13035550177"),
            name: None,
            language: None,
        },
        to: number("+13035550100"),
        body: format!("sms {SCRIPT}"),
        keyword: None,
        consent: None,
        entries: Vec::new(),
        undated: false,
        enrolment: None,
        received: at("2026-11-20T13:00:00Z"),
    }
}
