//! The routes of the pages, and the files that pages need.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    access::Person,
    alarm, call_backs, feed, mailboxes, music, page,
    proved::ProvedForm,
    recording,
    shield::{LARGEST_UPLOAD, plain},
    site::Site,
};
use crate::{
    pbx::{Control, Listing, RecordingPart},
    store::{CallFilter, Cursor, Reader, StoreError},
    trace::pcap,
    types::{CallId, ContactId, PhoneNumber},
};

/// Rows on one page.
pub(super) const ROWS: usize = 50;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(live))
        .route("/live/events", get(feed::events))
        .route("/screening", get(screening).post(list_number))
        .route("/emergency", get(emergency))
        .route("/emergencies/events", get(alarm::events))
        .route("/emergencies/{call}/acknowledge", post(acknowledge))
        .route("/calls", get(calls))
        .route("/calls/{call}", get(call))
        .route("/calls/{call}/recording.wav", get(recording))
        .route("/mailboxes", get(mailboxes::list))
        .route("/mailboxes/{message}/message.wav", get(mailboxes::sound))
        .route("/mailboxes/{message}/heard", post(mailboxes::heard))
        .route("/mailboxes/{message}/mail", post(mailboxes::mail_again))
        .route("/mailboxes/{message}/delete", post(mailboxes::delete))
        .route("/music", get(music::list))
        .route("/music/{of}", post(music::keep).layer(DefaultBodyLimit::max(LARGEST_UPLOAD)))
        .route("/music/{of}/forget", post(music::forget))
        .route("/music/{of}/music.wav", get(music::sound))
        .route("/calls/{call}/trace.pcap", get(capture))
        .route("/work-orders", get(work_orders))
        .route("/leads", get(leads))
        .route("/contacts", get(contacts))
        .route("/contacts/{contact}", get(contact))
        .route("/texts", get(texts))
        .route("/health", get(health))
        .route("/portico-ca.crt", get(authority))
        .route(
            "/assets/style.css",
            get(|| asset("text/css; charset=utf-8", include_str!("assets/style.css"))),
        )
        .route(
            "/assets/live.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/live.js"))),
        )
        .route(
            "/assets/alarm.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/alarm.js"))),
        )
        .route("/assets/icon.svg", get(|| asset("image/svg+xml", include_str!("assets/icon.svg"))))
}

pub(super) fn html(markup: maud::Markup) -> Html<String> {
    Html(markup.into_string())
}

/// The store cannot be read or written now: said plainly, and calls go on.
pub(super) fn unavailable(error: &StoreError) -> Response {
    tracing::warn!(%error, "the console cannot use the store");
    plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "The records cannot be reached at the moment. Calls go on. Try again soon.",
    )
}

/// Somebody in it was not told that they are recorded.
fn held_back() -> Response {
    plain(
        StatusCode::FORBIDDEN,
        "This recording is held back: there is no proof that everybody in it was told of it.",
    )
}

pub(super) async fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND, "There is nothing here.")
}

pub(super) async fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")], text).into_response()
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    after: Option<String>,
    #[serde(default)]
    missed: bool,
}

impl After {
    /// A cursor that is not ours begins at the first page: it came from an edited address.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        self.after.as_deref().and_then(|text| text.parse().ok())
    }
}

async fn live(State(site): State<Site>, person: Person) -> Response {
    let (calls, _) = site.live().watch();
    let promised = call_backs::promised(&site).await;
    html(page::live(&site.frame(&person), &calls, &promised, site.zone())).into_response()
}

/// The notice of a call to an emergency number goes when somebody has said that they saw it, and that is on record:
/// who wants to know later who knew of it, and when, finds it on the call's page.
async fn acknowledge(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let Some(call) = id.parse::<CallId>().ok().filter(|call| site.live().is_emergency(*call)) else {
        return not_found().await;
    };
    let (actor, now) = (person.name.clone(), site.now().wall);
    if let Err(error) = site.write(move |store| store.acknowledge_emergency(call, &actor, now)).await {
        return unavailable(&error);
    }
    site.live().acknowledge(call);
    // What rings and calls people because of it ends. Refused: the switch is busy, and tells them once more at the most.
    site.ask(Control::EmergencySeen { call });
    Redirect::to("/").into_response()
}

async fn calls(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let filter = if after.missed { CallFilter::Missed } else { CallFilter::All };
    let cursor = after.cursor();
    match site.read(move |reader| reader.calls(filter, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person);
            html(page::calls(&frame, &list, after.missed, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn call(State(site): State<Site>, person: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return not_found().await };
    match site.read(move |reader| reader.call(id)).await {
        Ok(Some(detail)) => {
            let at_hand = at_hand(&site, &detail.record.recordings).await;
            let trace = site.read(move |reader| reader.trace(id)).await.unwrap_or_default();
            let frame = site.frame(&person);
            let escalated = site.read(move |reader| reader.timeline(id)).await.unwrap_or_default();
            html(page::call(&frame, &detail, &at_hand, &trace, &escalated, site.zone())).into_response()
        }
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

/// Which parts of the recording are there: when their time is over the files are gone, and the page offers none.
async fn at_hand(site: &Site, parts: &[RecordingPart]) -> Vec<bool> {
    let mut there = Vec::with_capacity(parts.len());
    for part in parts {
        let path = recording::is_bare(&part.file).then(|| site.settings().recordings.join(&part.file));
        there.push(match path {
            Some(path) => tokio::fs::try_exists(path).await.unwrap_or(false),
            None => false,
        });
    }
    there
}

#[derive(Debug, Deserialize)]
struct Part {
    /// From 1, as people count.
    part: Option<usize>,
}

async fn recording(
    State(site): State<Site>,
    _: Person,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(wanted): Query<Part>,
) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return not_found().await };
    let number = wanted.part.unwrap_or(1).wrapping_sub(1);
    let name = match site.read(move |reader| reader.call(id)).await {
        Ok(Some(detail)) => match detail.record.recordings.get(number) {
            Some(part) if !detail.record.is_cleared(part) => return held_back(),
            part => part.map(|part| part.file.clone()),
        },
        Ok(None) => None,
        Err(error) => return unavailable(&error),
    };
    let Some(name) = name.filter(|name| recording::is_bare(name)) else { return not_found().await };
    match recording::wav(&site.settings().recordings.join(&name), &name, &headers).await {
        Some(file) => file,
        None => not_found().await,
    }
}

/// What went over the wire for the call, as a capture file.
async fn capture(State(site): State<Site>, _: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return not_found().await };
    match site.read(move |reader| reader.trace(id)).await {
        Ok(trace) if trace.is_empty() => not_found().await,
        Ok(trace) => {
            let name = format!("attachment; filename=\"{id}.pcap\"");
            let head = [
                (header::CONTENT_TYPE, "application/vnd.tcpdump.pcap".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (head, pcap(trace.iter().map(|(_, message)| message))).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn work_orders(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.work_orders(None, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person);
            html(page::work_orders(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn screening(State(site): State<Site>, person: Person) -> Response {
    show_screening(&site, &person, None).await
}

async fn show_screening(site: &Site, person: &Person, refused: Option<&str>) -> Response {
    match site.read(Reader::listed).await {
        Ok(listed) => {
            let frame = site.frame(person);
            html(page::screening(&frame, &listed, refused, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

#[derive(Debug, Deserialize)]
struct ToBeListed {
    number: String,
    listing: String,
}

/// A number is blocked, always let in, or taken off its list; on disk first, then in the switch.
async fn list_number(
    State(site): State<Site>,
    ProvedForm { person, fields: form }: ProvedForm<ToBeListed>,
) -> Response {
    let Ok(number) = form.number.parse::<PhoneNumber>() else {
        return show_screening(&site, &person, Some(&form.number)).await;
    };
    let listing = Listing::from_name(&form.listing);
    let (actor, now) = (person.name.clone(), site.now().wall);
    match site.write(move |store| store.list_number(number, listing, &actor, now)).await {
        Ok(()) if site.ask(Control::List { number, listing }) => Redirect::to("/screening").into_response(),
        Ok(()) => plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment."),
        Err(error) => unavailable(&error),
    }
}

async fn emergency(State(site): State<Site>, person: Person) -> Response {
    let vitals = site.vitals();
    let frame = site.frame(&person);
    html(page::emergency(&frame, &vitals.placed(), vitals.plan())).into_response()
}

async fn leads(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.leads(None, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person);
            html(page::leads(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn contacts(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.contacts(cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person);
            html(page::contacts(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn contact(State(site): State<Site>, person: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<ContactId>() else { return not_found().await };
    match site.read(move |reader| reader.contact(id)).await {
        Ok(Some(detail)) => {
            let frame = site.frame(&person);
            html(page::contact(&frame, &detail, site.zone())).into_response()
        }
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

async fn texts(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.messages(None, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person);
            html(page::messages(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

/// The certificate of the box's own authority, for phones and browsers to believe.
async fn authority(State(site): State<Site>, _: Person) -> Response {
    match site.vitals().authority.clone() {
        Some(pem) => ([(header::CONTENT_TYPE, "application/x-x509-ca-cert")], pem).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn health(State(site): State<Site>, person: Person) -> Response {
    let wall = site.now().wall;
    let store = site.read(move |reader| reader.health(wall)).await.map_err(|error| error.to_string());
    let frame = site.frame(&person);
    html(page::health(&frame, &site.vitals(), store.as_ref().map_err(Clone::clone))).into_response()
}
