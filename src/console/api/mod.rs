//! The JSON interface under `/api/v1`: the same records as the pages, for programs, with a document made from the code.

mod answer;
mod equal_treatment;
mod escalated;
mod incidents;
mod own_types;
mod promised;
mod shown;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{access::Bearer, call_backs::promised, call_types as own, fair_housing, showings, site::Site};
use crate::{
    store::{CallFilter, Cursor, MOST_ROWS, Page, StoreError},
    types::{CallId, IncidentId},
};
use answer::{
    CallAnswer, CallInShort, ContactAnswer, HealthAnswer, LeadAnswer, List, MessageAnswer, Trouble,
    WorkOrderAnswer,
};
use equal_treatment::TreatmentAnswer;
use incidents::{IncidentAnswer, ReportAnswer, WholeIncident};
use own_types::CallTypeAnswer;
use promised::CallBackAnswer;
use shown::ShowingAnswer;

/// Rows of a page unless asked otherwise.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/calls", get(calls))
        .route("/calls/{call}", get(call))
        .route("/contacts", get(contacts))
        .route("/work-orders", get(work_orders))
        .route("/incidents", get(incidents))
        .route("/incidents/{incident}", get(incident))
        .route("/equal-treatment", get(equal_treatment))
        .route("/equal-treatment.csv", get(equal_treatment_csv))
        .route("/leads", get(leads))
        .route("/messages", get(messages))
        .route("/call-backs", get(call_backs))
        .route("/showings", get(shown))
        .route("/call-types", get(call_types))
        .route("/health", get(health))
        .fallback(nothing)
}

/// The document of the interface, as JSON.
pub fn openapi() -> String {
    Document::openapi().to_pretty_json().unwrap_or_default()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portico",
        description = "Calls, people, work orders, incidents, leads, texts, call-backs, showings and call types of one office. Read only. \
                       Send `Authorization: Bearer TOKEN`; `portico token` makes one.",
    ),
    servers((url = "/api/v1")),
    paths(
        calls, call, contacts, work_orders, incidents, incident, equal_treatment, equal_treatment_csv, leads, messages,
        call_backs, shown, call_types, health
    ),
    modifiers(&BearerToken),
)]
struct Document;

struct BearerToken;

impl utoipa::Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
        document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
}

/// An answer that says why there is none.
pub(super) fn refusal(status: StatusCode, why: &str) -> Response {
    let mut response = (status, Json(Trouble { error: why.to_owned() })).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    }
    response
}

fn listed<Row, Answer: serde::Serialize>(
    read: Result<Page<Row>, StoreError>,
    answer: impl Fn(&Row) -> Answer,
) -> Response {
    match read {
        Ok(page) => Json(List {
            items: page.items.iter().map(answer).collect(),
            next: page.next.map(|cursor| cursor.to_string()),
        })
        .into_response(),
        Err(error) => unavailable(&error),
    }
}

pub(super) fn unavailable(error: &StoreError) -> Response {
    tracing::warn!(%error, "the interface cannot use the store");
    refusal(StatusCode::SERVICE_UNAVAILABLE, "the records cannot be read at the moment")
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Place {
    /// `next` of the page before.
    after: Option<String>,
    /// How many; 50 if not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

impl Place {
    /// Where to go on, and how far; a cursor that is not ours is refused rather than taken for the beginning.
    fn read(&self) -> Result<(Option<Cursor>, usize), Box<Response>> {
        let bad = || Box::new(refusal(StatusCode::BAD_REQUEST, "`after` is not what a page gave as `next`"));
        let after = self.after.as_deref().map(str::parse).transpose().map_err(|_| bad())?;
        Ok((after, self.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS)))
    }
}

/// Which calls.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    #[default]
    All,
    /// Inbound, and no person of the office talked with the caller.
    Missed,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallQuery {
    #[serde(default)]
    #[param(inline)]
    which: Which,
}

/// Even what is not here is not here only for those who may come in.
async fn nothing(_: Bearer) -> Response {
    refusal(StatusCode::NOT_FOUND, "there is nothing here")
}

async fn document(_: Bearer) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi()).into_response()
}

/// Calls, newest first.
#[utoipa::path(get, path = "/calls", params(Place, CallQuery), responses(
    (status = 200, body = List<CallInShort>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn calls(
    State(site): State<Site>,
    _: Bearer,
    Query(place): Query<Place>,
    Query(query): Query<CallQuery>,
) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    let filter = match query.which {
        Which::All => CallFilter::All,
        Which::Missed => CallFilter::Missed,
    };
    listed(site.read(move |reader| reader.calls(filter, after, limit)).await, CallInShort::of)
}

/// One call with its legs, turns, texts, work orders and leads.
#[utoipa::path(get, path = "/calls/{call}", params(("call" = String, Path, description = "13 characters")), responses(
    (status = 200, body = CallAnswer), (status = 401, body = Trouble), (status = 404, body = Trouble),
    (status = 503, body = Trouble)))]
async fn call(State(site): State<Site>, _: Bearer, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<CallId>() else { return refusal(StatusCode::NOT_FOUND, "there is no such call") };
    match site.read(move |reader| reader.call(id)).await {
        Ok(Some(detail)) => match site.read(move |reader| reader.timeline(id)).await {
            Ok(escalated) => Json(CallAnswer::of(&detail, &escalated)).into_response(),
            Err(error) => unavailable(&error),
        },
        Ok(None) => refusal(StatusCode::NOT_FOUND, "there is no such call"),
        Err(error) => unavailable(&error),
    }
}

/// People, latest change first.
#[utoipa::path(get, path = "/contacts", params(Place), responses(
    (status = 200, body = List<ContactAnswer>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn contacts(State(site): State<Site>, _: Bearer, Query(place): Query<Place>) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    listed(site.read(move |reader| reader.contacts(after, limit)).await, ContactAnswer::of)
}

/// Work orders, newest first.
#[utoipa::path(get, path = "/work-orders", params(Place), responses(
    (status = 200, body = List<WorkOrderAnswer>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn work_orders(State(site): State<Site>, _: Bearer, Query(place): Query<Place>) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    listed(site.read(move |reader| reader.work_orders(None, after, limit)).await, WorkOrderAnswer::of)
}

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct IncidentQuery {
    /// Those that are open alone.
    #[serde(default)]
    open: bool,
}

/// Incidents, newest first.
#[utoipa::path(get, path = "/incidents", params(Place, IncidentQuery), responses(
    (status = 200, body = List<IncidentAnswer>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn incidents(
    State(site): State<Site>,
    _: Bearer,
    Query(place): Query<Place>,
    Query(IncidentQuery { open }): Query<IncidentQuery>,
) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    let now = site.now().wall;
    let read = site.read(move |reader| reader.incidents(open, after, limit)).await;
    listed(read, |row| IncidentAnswer::of(row, now))
}

/// One incident with its callers.
#[utoipa::path(get, path = "/incidents/{incident}", params(("incident" = String, Path, description = "13 characters")),
    responses((status = 200, body = WholeIncident), (status = 401, body = Trouble), (status = 404, body = Trouble),
    (status = 503, body = Trouble)))]
async fn incident(State(site): State<Site>, _: Bearer, Path(id): Path<String>) -> Response {
    let missing = || refusal(StatusCode::NOT_FOUND, "there is no such incident");
    let Ok(id) = id.parse::<IncidentId>() else { return missing() };
    let now = site.now().wall;
    match site.read(move |reader| reader.incident(id)).await {
        Ok(Some((row, reports))) => Json(WholeIncident {
            incident: IncidentAnswer::of(&row, now),
            reports: reports.iter().map(ReportAnswer::of).collect(),
        })
        .into_response(),
        Ok(None) => missing(),
        Err(error) => unavailable(&error),
    }
}

/// What callers asked that everybody is told alike, and what they were told, newest first. Kept for three years.
#[utoipa::path(get, path = "/equal-treatment", params(Place), responses(
    (status = 200, body = List<TreatmentAnswer>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn equal_treatment(State(site): State<Site>, _: Bearer, Query(place): Query<Place>) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    listed(site.read(move |reader| reader.treatments(after, limit)).await, TreatmentAnswer::of)
}

/// The same as a table for a spreadsheet: all of it, up to 50,000 lines.
#[utoipa::path(get, path = "/equal-treatment.csv", responses(
    (status = 200, body = String, content_type = "text/csv"), (status = 401, body = Trouble), (status = 503, body = Trouble)))]
async fn equal_treatment_csv(State(site): State<Site>, _: Bearer) -> Response {
    match fair_housing::table(&site).await {
        Ok(table) => fair_housing::as_csv(table),
        Err(error) => unavailable(&error),
    }
}

/// Leads, newest first.
#[utoipa::path(get, path = "/leads", params(Place), responses(
    (status = 200, body = List<LeadAnswer>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn leads(State(site): State<Site>, _: Bearer, Query(place): Query<Place>) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    listed(site.read(move |reader| reader.leads(None, after, limit)).await, LeadAnswer::of)
}

/// Texts in and out, newest first.
#[utoipa::path(get, path = "/messages", params(Place), responses(
    (status = 200, body = List<MessageAnswer>), (status = 400, body = Trouble), (status = 401, body = Trouble),
    (status = 503, body = Trouble)))]
async fn messages(State(site): State<Site>, _: Bearer, Query(place): Query<Place>) -> Response {
    let (after, limit) = match place.read() {
        Ok(place) => place,
        Err(refused) => return *refused,
    };
    listed(site.read(move |reader| reader.messages(None, after, limit)).await, MessageAnswer::of)
}

/// Call-backs that callers of a queue were promised: those that stand, the first asked for first, and what became of the
/// others of the last day. All of it, on one page.
#[utoipa::path(get, path = "/call-backs", responses(
    (status = 200, body = List<CallBackAnswer>), (status = 401, body = Trouble), (status = 503, body = Trouble)))]
async fn call_backs(State(site): State<Site>, _: Bearer) -> Response {
    match promised(&site).await {
        Ok(all) => {
            Json(List { items: all.iter().map(CallBackAnswer::of).collect(), next: None }).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

/// Showings: those that people are to settle, the first asked for first; then those ahead and of the last day, by their
/// beginning. All of it, on one page.
#[utoipa::path(get, path = "/showings", responses(
    (status = 200, body = List<ShowingAnswer>), (status = 401, body = Trouble), (status = 503, body = Trouble)))]
async fn shown(State(site): State<Site>, _: Bearer) -> Response {
    match showings::known(&site).await {
        Ok((rows, requests)) => {
            let requested = requests.iter().map(ShowingAnswer::requested);
            let items = requested.chain(rows.iter().map(ShowingAnswer::of)).collect();
            Json(List { items, next: None }).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

/// The office's own call types: those of the console first, then those of its file and of its script. All of it, on one page.
#[utoipa::path(get, path = "/call-types", responses(
    (status = 200, body = List<CallTypeAnswer>), (status = 401, body = Trouble), (status = 503, body = Trouble)))]
async fn call_types(State(site): State<Site>, _: Bearer) -> Response {
    match own::all(&site).await {
        Ok(all) => Json(List { items: CallTypeAnswer::of_all(&all), next: None }).into_response(),
        Err(error) => unavailable(&error),
    }
}

/// How the box fares.
#[utoipa::path(get, path = "/health", responses((status = 200, body = HealthAnswer), (status = 401, body = Trouble)))]
async fn health(State(site): State<Site>, _: Bearer) -> Response {
    let wall = site.now().wall;
    let store = site.read(move |reader| reader.health(wall)).await;
    Json(HealthAnswer::of(&site.vitals(), store.as_ref().ok())).into_response()
}
