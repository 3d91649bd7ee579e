//! Incidents: what several callers tell of, the notice that others hear, and the word that it is over.
//!
//! What is done here is a row first; the desk sees it within seconds, and tells the telephones and the callers.

use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    access::Person,
    page,
    pages::{After, ROWS, html, not_found, unavailable},
    proved::ProvedForm,
    shield::plain,
    site::Site,
};
use crate::{
    desk::{notice_end, notice_text},
    incident::clean_notice,
    store::StoreError,
    types::{CallId, IncidentId},
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/incidents", get(list))
        .route("/incidents/{incident}", get(one))
        .route("/incidents/{incident}/notice", post(notice))
        .route("/incidents/{incident}/close", post(close))
        .route("/incidents/{incident}/merge", post(merge))
        .route("/incidents/{incident}/take-out/{call}", post(take_out))
}

async fn list(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    match site.read(move |reader| reader.incidents(false, cursor, ROWS)).await {
        Ok(rows) => {
            let (frame, now) = (site.frame(&person), site.now().wall);
            html(page::incidents(&frame, &rows, now, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn one(State(site): State<Site>, person: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<IncidentId>() else { return not_found().await };
    let read = site.read(move |reader| {
        let Some((row, reports)) = reader.incident(id)? else { return Ok(None) };
        let others = reader.incidents(true, None, ROWS)?.items;
        Ok(Some((row, reports, others)))
    });
    match read.await {
        Ok(Some((row, reports, others))) => {
            let (frame, now) = (site.frame(&person), site.now().wall);
            html(page::incident(&frame, &row, &reports, &others, now, site.zone())).into_response()
        }
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

#[derive(Debug, Deserialize)]
struct Notice {
    turn: String,
    #[serde(default)]
    words: String,
}

async fn notice(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, fields }: ProvedForm<Notice>,
) -> Response {
    let Ok(incident) = id.parse::<IncidentId>() else { return not_found().await };
    let (actor, now) = (person.name, site.now().wall);
    let done = site.write(move |store| {
        let Some(row) = store.incident(incident)? else { return Ok(false) };
        let text = notice_text(&row, Some(&fields.words));
        let on = (fields.turn == "on").then(|| (text.as_str(), notice_end(now)));
        store.set_notice(incident, on, &actor, now)
    });
    answered(done.await, incident).await
}

#[derive(Debug, Deserialize)]
struct Closing {
    #[serde(default)]
    words: String,
}

async fn close(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, fields }: ProvedForm<Closing>,
) -> Response {
    let Ok(incident) = id.parse::<IncidentId>() else { return not_found().await };
    let (actor, now, words) = (person.name, site.now().wall, clean_notice(&fields.words));
    let done = site.write(move |store| store.close_incident(incident, words.as_deref(), &actor, now));
    answered(done.await, incident).await
}

#[derive(Debug, Deserialize)]
struct Into {
    into: String,
}

async fn merge(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, fields }: ProvedForm<Into>,
) -> Response {
    let (Ok(from), Ok(into)) = (id.parse::<IncidentId>(), fields.into.parse::<IncidentId>()) else {
        return not_found().await;
    };
    let (actor, now) = (person.name, site.now().wall);
    let done = site.write(move |store| store.merge_incidents(from, into, &actor, now));
    answered(done.await, into).await
}

async fn take_out(
    State(site): State<Site>,
    Path((id, call)): Path<(String, String)>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let (Ok(incident), Ok(call)) = (id.parse::<IncidentId>(), call.parse::<CallId>()) else {
        return not_found().await;
    };
    let (actor, now) = (person.name, site.now().wall);
    let done = site.write(move |store| store.take_out_report(call, &actor, now));
    answered(done.await, incident).await
}

/// Back to the page; `false`: somebody was quicker, or it is not there.
async fn answered(done: Result<bool, StoreError>, incident: IncidentId) -> Response {
    match done {
        Ok(true) => Redirect::to(&format!("/incidents/{incident}")).into_response(),
        Ok(false) => plain(StatusCode::CONFLICT, "The incident is closed by now, or there is none such."),
        Err(error) => unavailable(&error),
    }
}
