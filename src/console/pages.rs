//! The routes of the pages, and the files that pages need.

use std::{convert::Infallible, path::Path as FilePath};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncSeekExt},
    sync::broadcast::error::RecvError,
};

use super::{access::Person, live::Change, page, shield::plain, site::Site};
use crate::{
    store::{CallFilter, Cursor, StoreError},
    types::{CallId, ContactId},
};

/// Rows on one page.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(live))
        .route("/live/events", get(live_events))
        .route("/calls", get(calls))
        .route("/calls/{call}", get(call))
        .route("/calls/{call}/recording.wav", get(recording))
        .route("/work-orders", get(work_orders))
        .route("/leads", get(leads))
        .route("/contacts", get(contacts))
        .route("/contacts/{contact}", get(contact))
        .route("/texts", get(texts))
        .route("/health", get(health))
        .route(
            "/assets/style.css",
            get(|| asset("text/css; charset=utf-8", include_str!("assets/style.css"))),
        )
        .route(
            "/assets/live.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/live.js"))),
        )
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

pub(super) async fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND, "There is nothing here.")
}

async fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")], text).into_response()
}

#[derive(Debug, Deserialize)]
struct After {
    after: Option<String>,
    #[serde(default)]
    missed: bool,
}

impl After {
    /// A cursor that is not ours begins at the first page: it came from an edited address.
    fn cursor(&self) -> Option<Cursor> {
        self.after.as_deref().and_then(|text| text.parse().ok())
    }
}

async fn live(State(site): State<Site>, person: Person) -> Response {
    let (calls, _) = site.live().watch();
    html(page::live(&site.frame(&person.account.name, &person.session), &calls, site.zone())).into_response()
}

async fn live_events(State(site): State<Site>, _: Person) -> Response {
    let (calls, mut changes) = site.live().watch();
    let zone = site.zone().clone();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Event, Infallible>>(16);
    tokio::spawn(async move {
        let card = |call: &super::live::LiveCall| {
            let html = page::card(call, &zone).into_string();
            Event::default().event("call").json_data(serde_json::json!({ "id": call.call, "html": html }))
        };
        for call in calls.iter().rev() {
            let Ok(event) = card(call) else { return };
            if sender.send(Ok(event)).await.is_err() {
                return;
            }
        }
        loop {
            let event = match changes.recv().await {
                Ok(Change::Call(call)) => card(&call),
                Ok(Change::Gone(call)) => {
                    Event::default().event("gone").json_data(serde_json::json!({ "id": call }))
                }
                Err(RecvError::Lagged(_)) => Ok(Event::default().event("skipped").data("-")),
                Err(RecvError::Closed) => return,
            };
            let Ok(event) = event else { return };
            if sender.send(Ok(event)).await.is_err() {
                return;
            }
        }
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|event| (event, receiver))
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}

async fn calls(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let filter = if after.missed { CallFilter::Missed } else { CallFilter::All };
    let cursor = after.cursor();
    match site.read(move |reader| reader.calls(filter, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person.account.name, &person.session);
            html(page::calls(&frame, &list, after.missed, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn call(State(site): State<Site>, person: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return not_found().await };
    match site.read(move |reader| reader.call(id)).await {
        Ok(Some(detail)) => {
            let frame = site.frame(&person.account.name, &person.session);
            html(page::call(&frame, &detail, site.zone())).into_response()
        }
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

async fn recording(
    State(site): State<Site>,
    _: Person,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return not_found().await };
    let name = match site.read(move |reader| reader.call(id)).await {
        Ok(detail) => detail.and_then(|detail| detail.record.recording),
        Err(error) => return unavailable(&error),
    };
    // The name is one that we made; a path in it would mean that the row was tampered with.
    match name.filter(|name| FilePath::new(name).components().count() == 1 && !name.starts_with('.')) {
        Some(name) => wav(&site.settings().recordings.join(name), &headers).await,
        None => not_found().await,
    }
}

/// The whole file or, for players that wind, the part they ask for (RFC 9110, 14.2).
async fn wav(path: &FilePath, headers: &HeaderMap) -> Response {
    let Ok(mut file) = tokio::fs::File::open(path).await else { return not_found().await };
    let Ok(length) = file.metadata().await.map(|m| m.len()) else { return not_found().await };
    let wanted =
        headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(|r| range(r, length));
    let (status, from, until) = match wanted {
        Some((from, until)) => (StatusCode::PARTIAL_CONTENT, from, until),
        None => (StatusCode::OK, 0, length),
    };
    if file.seek(std::io::SeekFrom::Start(from)).await.is_err() {
        return not_found().await;
    }
    let stream = futures_util::stream::unfold((file, until - from), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let mut piece = vec![0; left.min(64 * 1024) as usize];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece), (file, left - read as u64)))
            }
            Err(error) => Some((Err(error), (file, 0))),
        }
    });
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "audio/wav".to_owned()),
            (header::CONTENT_LENGTH, (until - from).to_string()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
        ],
        Body::from_stream(stream),
    )
        .into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {from}-{}/{length}", until - 1).parse()
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// `bytes=from-to` as a half-open span inside the file; anything else gets the whole file.
fn range(text: &str, length: u64) -> Option<(u64, u64)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let from: u64 = from.parse().ok()?;
    let until = if to.is_empty() { length } else { to.parse::<u64>().ok()?.checked_add(1)?.min(length) };
    (from < until).then_some((from, until))
}

async fn work_orders(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.work_orders(None, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person.account.name, &person.session);
            html(page::work_orders(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn leads(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.leads(None, cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person.account.name, &person.session);
            html(page::leads(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn contacts(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.contacts(cursor, ROWS)).await {
        Ok(list) => {
            let frame = site.frame(&person.account.name, &person.session);
            html(page::contacts(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn contact(State(site): State<Site>, person: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<ContactId>() else { return not_found().await };
    match site.read(move |reader| reader.contact(id)).await {
        Ok(Some(detail)) => {
            let frame = site.frame(&person.account.name, &person.session);
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
            let frame = site.frame(&person.account.name, &person.session);
            html(page::messages(&frame, &list, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn health(State(site): State<Site>, person: Person) -> Response {
    let wall = site.now().wall;
    let store = site.read(move |reader| reader.health(wall)).await.map_err(|error| error.to_string());
    let frame = site.frame(&person.account.name, &person.session);
    html(page::health(&frame, &site.vitals(), store.as_ref().map_err(Clone::clone))).into_response()
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_part_of_a_recording_is_a_span_inside_it() {
        assert_eq!(range("bytes=0-", 100), Some((0, 100)));
        assert_eq!(range("bytes=10-19", 100), Some((10, 20)));
        assert_eq!(range("bytes=90-500", 100), Some((90, 100)));
        for wrong in ["bytes=100-", "bytes=20-10", "bytes=-5", "lines=1-2", "bytes=0-18446744073709551615"] {
            let span = range(wrong, 100);
            assert!(span.is_none_or(|(from, until)| from < until && until <= 100), "{wrong}: {span:?}");
        }
    }
}
