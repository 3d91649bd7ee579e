//! What stands before every handler: how large a request may be, where it comes from, and what a browser is told.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{page, site::Site};

/// No request of ours carries more.
const LARGEST_BODY: u64 = 64 * 1024;

/// Sent with every answer (OWASP ASVS 3.4).
const HEADERS: [(header::HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The guard of the whole site.
pub(super) async fn guard(State(_): State<Site>, request: Request, next: Next) -> Response {
    let mut response = match refused(&request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refused(request: &Request<Body>) -> Option<Response> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    if length
        .is_some_and(|l| l.to_str().ok().and_then(|l| l.parse::<u64>().ok()).is_none_or(|l| l > LARGEST_BODY))
    {
        return Some(plain(StatusCode::PAYLOAD_TOO_LARGE, "That is more than this console takes."));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && request.headers().contains_key(header::COOKIE) && !is_ours(request.headers()) {
        return Some(plain(StatusCode::FORBIDDEN, "The form did not come from this console."));
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
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        // No origin at all: not a browser's form from elsewhere; the form's own token still decides.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

pub(super) fn plain(status: StatusCode, what: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Not possible");
    (status, super::pages::html(page::trouble(title, what))).into_response()
}
