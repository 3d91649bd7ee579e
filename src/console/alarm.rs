//! The notice of an emergency call, on every page that is open: pushed when it begins, and when somebody has seen it.

use axum::{
    extract::State,
    response::{Response, sse::Event},
};
use serde_json::json;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use super::{access::Person, feed::stream, site::Site};

/// Notices between the board and one socket; each replaces the one before it.
const WAITING: usize = 4;

/// A stream that ends with the session.
pub(super) async fn events(State(site): State<Site>, person: Person) -> Response {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(feed(site, person, sender));
    stream(receiver)
}

async fn feed(site: Site, person: Person, to: mpsc::Sender<Event>) {
    let mut alarms = site.live().alarms();
    let mut sign_outs = site.sign_outs();
    loop {
        // What is shown is looked up each time: a browser that has missed something shows what is, and not what was.
        let html = site.frame(&person).emergency_notice().into_string();
        let Ok(event) = Event::default().event("emergency").json_data(json!({ "html": html })) else {
            return;
        };
        if to.send(event).await.is_err() {
            return;
        }
        loop {
            tokio::select! {
                alarm = alarms.recv() => match alarm {
                    Ok(()) | Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                },
                _ = sign_outs.recv() => {
                    if !person.may_still_look(&site).await {
                        return;
                    }
                }
                () = to.closed() => return,
            }
        }
    }
}
