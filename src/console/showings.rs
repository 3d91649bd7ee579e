//! Showings: what is booked and what people have to settle, and the feeds by which agents see theirs in their own calendar.
//!
//! A feed is read by programs that know no session: whoever has its address has the secret in it. It opens one agent's
//! showings and nothing else, and is worth nothing once it is revoked.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::SignedDuration;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Secret,
    access::Person,
    page,
    pages::{html, not_found, unavailable},
    proved::ProvedForm,
    shield::plain,
    site::Site,
};
use crate::{
    calendar::{self, Event},
    store::{ShowingRequest, ShowingRow, ShowingStatus, StoreError},
    types::{CallId, ShowingId},
};

/// Showings that are over stay on the page, and in feeds, for so long.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);
const FED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// More events than an agent has in six weeks; the earliest go into a feed.
const MOST_EVENTS: usize = 1_000;

/// Who shows homes, as the host has it from the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShowingOffice {
    pub agents: Vec<ShowingPerson>,
}

/// Somebody who shows homes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowingPerson {
    pub name: String,
    /// Keeps a calendar of their own, which the box asks and writes.
    pub keeps_calendar: bool,
}

impl ShowingOffice {
    pub(super) fn person(&self, name: &str) -> Option<&ShowingPerson> {
        self.agents.iter().find(|person| person.name == name)
    }
}

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/showings", get(list))
        .route("/showings/{showing}/cancel", post(cancel))
        .route("/showings/requests/{call}/settle", post(settle))
        .route("/showings/requests/{call}/book", post(book))
        .route("/showings/feeds", post(feeds))
        .route("/calendar/{token}/{file}", get(feed))
}

/// What the page and the JSON interface show: all that is ahead and of the last day, and what waits for people.
pub(super) async fn known(site: &Site) -> Result<(Vec<ShowingRow>, Vec<ShowingRequest>), StoreError> {
    let since = site.now().wall.checked_sub(SHOWN_FOR).unwrap_or_default();
    site.read(move |reader| Ok((reader.showings(since)?, reader.showing_requests()?))).await
}

async fn list(State(site): State<Site>, person: Person) -> Response {
    show(&site, &person, None).await
}

/// The page. `made`: nobody can be shown it again.
async fn show(site: &Site, person: &Person, made: Option<page::MadeFeed<'_>>) -> Response {
    let read = async {
        let tokens = site.read(|reader| reader.calendar_tokens()).await?;
        Ok((known(site).await?, tokens))
    };
    let ((showings, requests), tokens) = match read.await {
        Ok(read) => read,
        Err(error) => return unavailable(&error),
    };
    let view = page::ShowingList {
        showings: &showings,
        requests: &requests,
        tokens: &tokens,
        office: &site.showing_office(),
        made,
        now: site.now().wall,
    };
    html(page::showings(&site.frame(person), &view, site.zone())).into_response()
}

/// It does not take place. The box takes it out of the agent's calendar; the prospect is told by a person.
async fn cancel(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let Ok(showing) = id.parse::<ShowingId>() else { return not_found().await };
    let now = site.now().wall;
    let done = site.write(move |store| store.cancel_showing_by(showing, &person.name, now)).await;
    back(done.map(|_| ()))
}

/// A person has seen to a request.
async fn settle(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let Ok(call) = id.parse::<CallId>() else { return not_found().await };
    let now = site.now().wall;
    back(site.write(move |store| store.settle_showing_request(call, &person.name, now)).await.map(|_| ()))
}

/// A person has the time that a prospect wished for put down.
async fn book(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let Ok(call) = id.parse::<CallId>() else { return not_found().await };
    let requests = match site.read(|reader| reader.showing_requests()).await {
        Ok(requests) => requests,
        Err(error) => return unavailable(&error),
    };
    // Somebody was quicker: the page says so by not having it.
    let Some(request) = requests.into_iter().find(|request| request.call == call) else {
        return back(Ok(()));
    };
    let now = site.now().wall;
    let wished = request.wished.filter(|(begins, ..)| *begins > now);
    let (Some((begins, ends, agent)), Some(place), Some(callback)) =
        (wished, request.place, request.callback)
    else {
        return plain(StatusCode::CONFLICT, "There is no time ahead that could be booked. Call them.");
    };
    let Some(keeps_calendar) = site.showing_office().person(&agent).map(|person| person.keeps_calendar)
    else {
        return plain(StatusCode::CONFLICT, "Nobody of that name shows homes any more. Call them.");
    };
    let row = ShowingRow {
        id: site.draw_showing(),
        call,
        agent,
        place,
        begins,
        ends,
        name: request.name,
        callback,
        // An agent's own calendar is asked by the desk.
        status: if keeps_calendar { ShowingStatus::Claimed } else { ShowingStatus::Booked },
        changed: now,
        replaces: None,
        entry: None,
        remark: None,
    };
    match site.write(move |store| store.book_showing_by(&row, &person.name, now)).await {
        Err(StoreError::Conflict(_)) => {
            plain(StatusCode::CONFLICT, "That time is taken by now. Call them and settle another.")
        }
        done => back(done),
    }
}

fn back(done: Result<(), StoreError>) -> Response {
    match done {
        Ok(()) => Redirect::to("/showings").into_response(),
        Err(error) => unavailable(&error),
    }
}

#[derive(Debug, Deserialize)]
struct FeedForm {
    agent: String,
    wish: FeedWish,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FeedWish {
    Make,
    Revoke,
}

/// Makes the address of an agent's feed, which makes an earlier one worthless; or revokes it.
async fn feeds(
    State(site): State<Site>,
    headers: HeaderMap,
    ProvedForm { person, fields: form }: ProvedForm<FeedForm>,
) -> Response {
    let (actor, now) = (person.name.clone(), site.now().wall);
    let FeedForm { agent, wish: FeedWish::Make } = form else {
        let agent = form.agent;
        return back(site.write(move |store| store.revoke_calendar_token(&agent, &actor, now)).await);
    };
    if site.showing_office().person(&agent).is_none() {
        return not_found().await;
    }
    let token = site.draw_secret();
    let (hash, name) = (token.hash(), agent.clone());
    if let Err(error) = site.write(move |store| store.make_calendar_token(&name, hash, &actor, now)).await {
        return unavailable(&error);
    }
    let console = own_address(&site, &headers);
    let address = format!("{console}/calendar/{}/{}.ics", token.reveal(), slug(&agent));
    let made = page::MadeFeed { agent: &agent, console: &console, address: &address, secret: token.reveal() };
    show(&site, &person, Some(made)).await
}

/// This console as the browser that asks reaches it.
fn own_address(site: &Site, headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    match text(header::ORIGIN).filter(|origin| origin.contains("://")) {
        Some(origin) => origin.to_owned(),
        None => {
            let scheme = if site.settings().behind_tls { "https" } else { "http" };
            format!("{scheme}://{}", text(header::HOST).unwrap_or_default())
        }
    }
}

/// A name as part of an address.
fn slug(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// A calendar program fetches an agent's showings.
async fn feed(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path((token, file)): Path<(String, String)>,
) -> Response {
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let hash = Secret::presented(&token).hash();
    let agent = match site.read(move |reader| reader.calendar_of(hash)).await {
        Ok(Some(agent)) if file.strip_suffix(".ics") == Some(&slug(&agent)) => agent,
        Ok(_) => return not_found().await,
        Err(error) => return unavailable(&error),
    };
    site.throttle().succeeded(peer.ip());
    let events = match events_of(&site, &agent).await {
        Ok(events) => events,
        Err(error) => return unavailable(&error),
    };
    let events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
    let name = format!("Showings: {agent}");
    let text = calendar::feed(&name, &events);
    let etag = etag(&text);
    let held = headers.get(header::IF_NONE_MATCH).and_then(|held| held.to_str().ok()).unwrap_or_default();
    let kept = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if held.split(',').any(|held| held.trim().trim_start_matches("W/") == etag || held.trim() == "*") {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response()
}

/// An agent's showings of the last weeks and ahead, each as the event that their calendar has.
pub(super) async fn events_of(site: &Site, agent: &str) -> Result<Vec<(ShowingId, Event)>, StoreError> {
    let since = site.now().wall.checked_sub(FED_FOR).unwrap_or_default();
    let showings = site.read(move |reader| reader.showings(since)).await?;
    let theirs = showings.iter().filter(|row| row.agent == agent && row.status != ShowingStatus::Claimed);
    Ok(theirs.take(MOST_EVENTS).map(|row| (row.id, event(row))).collect())
}

fn event(row: &ShowingRow) -> Event {
    calendar::showing_event(
        row.id,
        &calendar::ShownTo {
            name: row.name.as_deref(),
            callback: row.callback,
            place: &row.place,
            begins: row.begins,
            ends: row.ends,
        },
        row.changed,
        row.status != ShowingStatus::Booked,
    )
}

/// What changes when the text does.
pub(super) fn etag(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let short: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{short}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_part_of_an_address() {
        assert_eq!(slug("Robin Hale"), "robin-hale");
        assert_eq!(slug("../Zoë?"), "---zo--");
    }
}
