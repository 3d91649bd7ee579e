//! The office's own calendar as CalDAV: an agent's programs find and read their showings, with the secret of their feed as the
//! password. What is asked and answered is the calendar room's; here is the door.

use std::net::SocketAddr;

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    Secret,
    pages::{not_found, unavailable},
    shield::plain,
    showings::{etag, events_of},
    site::Site,
};
use crate::calendar::{self, DavRequest, Served};

/// Said by the host of a request that came under TLS.
#[derive(Debug, Clone, Copy)]
pub struct UnderTls;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        // Where programs that know a name alone begin (RFC 6764, 5).
        .route("/.well-known/caldav", any(|| async { Redirect::permanent("/dav/") }))
        .route("/dav", any(serve))
        .route("/dav/", any(serve))
        .route("/dav/{*path}", any(serve))
}

async fn serve(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    tls: Option<Extension<UnderTls>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if tls.is_none() && !site.settings().behind_tls {
        return plain(StatusCode::FORBIDDEN, "Calendars are served over TLS only: use the https address.");
    }
    let Some((user, token)) = login(&headers) else { return who_are_you() };
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let hash = token.hash();
    let agent = match site.read(move |reader| reader.calendar_of(hash)).await {
        Ok(Some(agent)) if agent.eq_ignore_ascii_case(&user) => agent,
        Ok(_) => return who_are_you(),
        Err(error) => return unavailable(&error),
    };
    site.throttle().succeeded(peer.ip());
    let events = match events_of(&site, &agent).await {
        Ok(events) => events,
        Err(error) => return unavailable(&error),
    };
    // What does not take place is not in the calendar any more.
    let stand = events.into_iter().filter(|(_, event)| !event.cancelled);
    let stand: Vec<_> = stand.map(|(id, event)| (format!("showing-{id}"), event)).collect();
    let served = Served::new(&agent, &stand, etag);
    let Ok(body) = std::str::from_utf8(&body) else {
        return plain(StatusCode::BAD_REQUEST, "The request cannot be understood.");
    };
    let depth = headers.get("depth").and_then(|depth| depth.to_str().ok());
    respond(served.answer(&DavRequest { method: method.as_str(), path: uri.path(), depth, body })).await
}

async fn respond(answer: calendar::DavResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match (status, answer.body.is_empty()) {
        (StatusCode::NOT_FOUND, true) => return not_found().await,
        (StatusCode::FORBIDDEN, true) => plain(status, "This calendar is read and not written."),
        _ => (status, [(header::CONTENT_TYPE, answer.kind)], Body::from(answer.body)).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert("dav", HeaderValue::from_static(calendar::CLASSES));
    headers.insert(header::ALLOW, HeaderValue::from_static(calendar::ALLOWED));
    if let Some(etag) = answer.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Name and password (RFC 7617, 2).
fn login(headers: &HeaderMap) -> Option<(String, Secret)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), Secret::presented(password)))
}

fn who_are_you() -> Response {
    let mut response = plain(StatusCode::UNAUTHORIZED, "Name and password of a calendar are needed.");
    let challenge = HeaderValue::from_static("Basic realm=\"Portico calendar\", charset=\"UTF-8\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}
