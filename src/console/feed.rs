//! The live page's events: cards and call-backs ready made, for as long as the one who looks may look.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use serde_json::json;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use super::{
    access::Person,
    call_backs,
    live::{Change, LiveCall},
    page,
    site::Site,
};
use crate::{pbx::CallBack, store::StoreError};

/// Events between the board and one socket. A browser that does not read fills it, falls behind, and begins anew.
const WAITING: usize = 16;

/// Besides at each sign-out, the session is looked at again so often: accounts may be shut from elsewhere.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// A stream that ends with the session.
pub(super) async fn events(State(site): State<Site>, person: Person) -> Response {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(feed(site, person, sender));
    stream(receiver)
}

/// What comes through this channel, as server-sent events, for as long as somebody writes to it.
pub(super) fn stream(receiver: mpsc::Receiver<Event>) -> Response {
    let stream = futures_util::stream::unfold(receiver, |mut receiver: mpsc::Receiver<Event>| async move {
        receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}

async fn feed(site: Site, person: Person, to: mpsc::Sender<Event>) {
    let (calls, mut changes) = site.live().watch();
    let mut sign_outs = site.sign_outs();
    let mut look = tokio::time::interval(LOOK_AGAIN);
    // First what is on the board, so that a browser that comes back takes away what has gone meanwhile.
    let board: Vec<_> = calls.iter().map(|call| call.call).collect();
    let mut first = vec![event("board", &json!({ "ids": board }))];
    first.extend(calls.iter().rev().map(|call| card(&site, call)));
    // What has changed since the page was made.
    let promised = call_backs::promised(&site).await;
    if !matches!(&promised, Ok(none) if none.is_empty()) {
        first.push(section(&site, &person, &promised));
    }
    for event in first.into_iter().flatten() {
        if to.send(event).await.is_err() {
            return;
        }
    }
    loop {
        let event = tokio::select! {
            change = changes.recv() => match change {
                Ok(Change::Call(call)) => card(&site, &call),
                Ok(Change::Gone(call)) => event("gone", &json!({ "id": call })),
                Ok(Change::CallBacks) => section(&site, &person, &call_backs::promised(&site).await),
                Err(RecvError::Lagged(_)) => Some(Event::default().event("skipped").data("-")),
                Err(RecvError::Closed) => return,
            },
            _ = sign_outs.recv() => {
                if !person.may_still_look(&site).await {
                    return;
                }
                continue;
            }
            _ = look.tick() => {
                if !person.may_still_look(&site).await {
                    return;
                }
                continue;
            }
            () = to.closed() => return,
        };
        let Some(event) = event else { return };
        if to.send(event).await.is_err() {
            return;
        }
    }
}

fn card(site: &Site, call: &LiveCall) -> Option<Event> {
    event("call", &json!({ "id": call.call, "html": page::card(call, site.zone()).into_string() }))
}

/// The whole section: a browser that has missed something shows what is.
fn section(site: &Site, person: &Person, promised: &Result<Vec<CallBack>, StoreError>) -> Option<Event> {
    let html = page::call_backs(promised, &person.session.csrf(), site.zone());
    event("call-backs", &json!({ "html": html.into_string() }))
}

/// JSON has no line break of its own, so that one event is one `data:` line.
fn event(name: &str, data: &serde_json::Value) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}
