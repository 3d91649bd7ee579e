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
use jiff::{SignedDuration, Timestamp};
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
    desk::{NOTICE_LASTS, NOTICE_LASTS_AT_MOST, notice_text},
    dialogue::Trouble,
    incident::{clean_notice, usual_notice},
    store::{NewIncident, OpenedByHand, StoreError},
    types::{CallId, IncidentId, Language},
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/incidents", get(list).post(open))
        .route("/incidents/{incident}", get(one))
        .route("/incidents/{incident}/notice", post(notice))
        .route("/incidents/{incident}/close", post(close))
        .route("/incidents/{incident}/merge", post(merge))
        .route("/incidents/{incident}/take-out/{call}", post(take_out))
}

async fn list(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    show_list(&site, &person, after, &OpeningForm::default(), None).await
}

/// The list below the form in which one is opened, as it was filled in; `complaint`: why none is.
async fn show_list(
    site: &Site,
    person: &Person,
    after: After,
    form: &OpeningForm,
    complaint: Option<&str>,
) -> Response {
    let cursor = after.cursor();
    let rows = match site.read(move |reader| reader.incidents(false, cursor, ROWS)).await {
        Ok(rows) => rows,
        Err(error) => return unavailable(&error),
    };
    let (frame, properties) = (site.frame(person), &site.settings().properties);
    let opening = page::Opening { properties, form, complaint };
    let page = page::incidents(&frame, &opening, &rows, site.now().wall, site.zone());
    let status = if complaint.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, html(page)).into_response()
}

/// What somebody knows before callers do, as it is filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct OpeningForm {
    pub property: String,
    /// The trouble's name.
    pub trouble: String,
    /// Empty: the usual words.
    pub words: String,
    pub hours: String,
}

impl OpeningForm {
    /// The incident that it asks for; else a sentence about what is amiss.
    fn asked(&self, site: &Site) -> Result<NewIncident, String> {
        let property = site.settings().properties.named(&self.property);
        let property = property.ok_or("Say which property it is.")?;
        let trouble = Trouble::from_name(&self.trouble).filter(|trouble| *trouble != Trouble::Person);
        let trouble = trouble.ok_or("Say what the trouble is.")?;
        let written = clean_notice(&self.words);
        if trouble == Trouble::Other && written.is_none() {
            return Err(
                "Write what callers hear: of what has no name here nothing else says what it is.".into()
            );
        }
        let notice = written.unwrap_or_else(|| usual_notice(trouble, property, Language::English));
        let until = until(site.now().wall, &self.hours)?;
        Ok(NewIncident { id: site.draw_incident(), property: property.to_owned(), trouble, notice, until })
    }
}

/// When a notice that is spoken for so many hours from now ends; nothing said: a day.
fn until(now: Timestamp, hours: &str) -> Result<Timestamp, String> {
    let most = NOTICE_LASTS_AT_MOST.as_hours();
    let hours = match hours.trim() {
        "" => NOTICE_LASTS.as_hours(),
        hours => hours.parse().ok().filter(|hours| (1..=most).contains(hours)).ok_or_else(|| {
            format!("A notice is spoken for 1 to {most} hours: write how many, as a whole number.")
        })?,
    };
    Ok(now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX))
}

async fn open(State(site): State<Site>, ProvedForm { person, fields }: ProvedForm<OpeningForm>) -> Response {
    let new = match fields.asked(&site) {
        Ok(new) => new,
        Err(complaint) => {
            return show_list(&site, &person, After::default(), &fields, Some(&complaint)).await;
        }
    };
    let (id, actor, now) = (new.id, person.name.clone(), site.now().wall);
    match site.write(move |store| store.open_incident(&new, &actor, now)).await {
        Ok(OpenedByHand::New) => Redirect::to(&format!("/incidents/{id}")).into_response(),
        Ok(OpenedByHand::Already(open)) => show(&site, &person, open, Some(&fields)).await,
        Err(error) => unavailable(&error),
    }
}

async fn one(State(site): State<Site>, person: Person, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<IncidentId>() else { return not_found().await };
    show(&site, &person, id, None).await
}

/// Its page. `instead`: somebody has asked for another of the same, and finds here what they would have had spoken.
async fn show(site: &Site, person: &Person, id: IncidentId, instead: Option<&OpeningForm>) -> Response {
    let read = site.read(move |reader| {
        let Some((row, reports)) = reader.incident(id)? else { return Ok(None) };
        let others = reader.incidents(true, None, ROWS)?.items;
        Ok(Some((row, reports, others)))
    });
    match read.await {
        Ok(Some((row, reports, others))) => {
            let (frame, now) = (site.frame(person), site.now().wall);
            let whole = page::WholeIncident { row: &row, reports: &reports, others: &others, instead };
            let status = if instead.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
            (status, html(page::incident(&frame, &whole, now, site.zone()))).into_response()
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
    #[serde(default)]
    hours: String,
}

async fn notice(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, fields }: ProvedForm<Notice>,
) -> Response {
    let Ok(incident) = id.parse::<IncidentId>() else { return not_found().await };
    let (actor, now) = (person.name, site.now().wall);
    // Who turns it off has not read how long it would have gone on.
    let until = match (fields.turn == "on").then(|| until(now, &fields.hours)).transpose() {
        Ok(until) => until,
        Err(complaint) => return plain(StatusCode::UNPROCESSABLE_ENTITY, &complaint),
    };
    let done = site.write(move |store| {
        let Some(row) = store.incident(incident)? else { return Ok(false) };
        let text = notice_text(&row, Some(&fields.words));
        let on = until.map(|until| (text.as_str(), until));
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
