//! What stands before every handler: how large and how slow a request may be, where it comes from, and what a browser is
//! told with each answer.

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{api, music::LARGEST_MUSIC, page};

/// No other request of ours carries more.
pub(super) const LARGEST_BODY: usize = 64 * 1024;
/// But a file with the form around it.
pub(super) const LARGEST_UPLOAD: usize = LARGEST_MUSIC + LARGEST_BODY;

/// Music, greetings and recorded sentences are what is brought here: megabytes, over an office's own network.
fn is_upload(request: &Request<Body>) -> bool {
    let path = request.uri().path();
    let brought = ["/music/", "/greetings/", "/prompts/"];
    *request.method() == Method::POST && brought.iter().any(|to| path.starts_with(to))
}

/// So long for them.
const PATIENCE_WITH_UPLOADS: Duration = Duration::from_secs(180);

/// From the end of a request's head to the beginning of its answer. A body that drips in takes longer; nothing else does.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a page may load and run: nothing that is not ours, and no script within the page.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Sent with every answer (OWASP ASVS 3.4).
const HEADERS: [(header::HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// The guard of the whole site.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let patience = if is_upload(&request) { PATIENCE_WITH_UPLOADS } else { PATIENCE };
    let say = |status: StatusCode, what: &str| {
        if is_api { api::refusal(status, what) } else { plain(status, what) }
    };
    let mut response = match refused(&request) {
        Some((status, what)) => say(status, what),
        None => match tokio::time::timeout(patience, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                let mut late = say(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive.");
                late.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                late
            }
        },
    };
    if let Some(what) = unworded(&response) {
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = say(response.status(), what);
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What the framework refused by itself is said in its words, as bare text: here it gets ours, as page or as JSON.
fn unworded(response: &Response) -> Option<&'static str> {
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let worded =
        ["text/html", "application/json", "application/xml"].iter().any(|known| kind.starts_with(known));
    match response.status() {
        _ if worded => None,
        StatusCode::METHOD_NOT_ALLOWED => Some("That cannot be done here."),
        StatusCode::PAYLOAD_TOO_LARGE => Some(TOO_LARGE),
        status if status.is_client_error() && status != StatusCode::RANGE_NOT_SATISFIABLE => {
            Some("The request cannot be understood.")
        }
        _ => None,
    }
}

const TOO_LARGE: &str = "That is more than this console takes.";

fn refused(request: &Request<Body>) -> Option<(StatusCode, &'static str)> {
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .map(|length| length.to_str().ok()?.parse::<usize>().ok());
    let largest = if is_upload(request) { LARGEST_UPLOAD } else { LARGEST_BODY };
    if length.is_some_and(|length| length.is_none_or(|length| length > largest)) {
        return Some((StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Signing in included, cookie or no cookie: nobody is to be signed in as somebody else by a page elsewhere.
    if changes && !is_ours(request.headers()) {
        return Some((StatusCode::FORBIDDEN, "The form did not come from this console."));
    }
    None
}

/// Was the request made by a page of ours? Browsers say so by `Sec-Fetch-Site`, older ones by `Origin`.
fn is_ours(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        }
        // No origin at all: no browser's form from elsewhere. Whatever needs a session still needs the form's own token.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

pub(super) fn plain(status: StatusCode, what: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Not possible");
    (status, super::pages::html(page::trouble(title, what))).into_response()
}
