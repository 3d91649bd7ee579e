//! The telephone in the browser: its page, and the passes with which it registers.
//!
//! What a browser gets is a pass ([`sip::Pass`](crate::sip::Pass)) of its own session: good for [`LIFETIME`] and renewed for
//! as long as the session is, void at once when somebody signs out. The desk phone's password is never told.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Secret,
    access::Person,
    page,
    pages::{asset, html},
    proved::ProvedForm,
    shield::{POLICY, plain},
    site::Site,
};
use crate::{pbx::Control, sip::Pass, types::Extension};

/// A page renews its pass several times within this; a session that has ended in some other way than by signing out is
/// deaf and dumb when it is over.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Where browsers reach the switch, and who may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Softphones {
    /// The first port of each kind that is listened on.
    pub ws: Option<u16>,
    pub wss: Option<u16>,
    /// Accounts of the console, and the extension that each may be.
    pub people: std::collections::BTreeMap<String, Extension>,
}

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/phone", get(show))
        .route("/phone/pass", post(pass))
        .route(
            "/assets/softphone.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/softphone.js"))),
        )
        .route(
            "/assets/sip.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/sip.js"))),
        )
        .route(
            "/assets/call.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/call.js"))),
        )
}

/// All passes of a session go by this name, which tells nothing of the session's cookie.
fn name_of(session: &Secret) -> String {
    let digest = Sha256::new().chain_update(b"portico phone ").chain_update(session.reveal()).finalize();
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The session is over, and so are its telephones.
pub(super) fn hang_up(site: &Site, session: &Secret) {
    // Refused: the switch does not keep up. The passes end by themselves.
    site.ask(Control::RevokeBrowser { session: name_of(session) });
}

async fn show(State(site): State<Site>, person: Person, headers: HeaderMap) -> Response {
    let office = site.phones().map(super::Phones::office);
    let browsers = office.as_ref().map(|office| office.browsers.clone()).unwrap_or_default();
    let extension = browsers.people.get(&person.name);
    let names = office.iter().flat_map(|office| &office.extensions);
    let colleagues: Vec<(&Extension, &str)> = names
        .filter(|(other, _)| Some(*other) != extension)
        .map(|(other, (name, _))| (other, name.as_str()))
        .collect();
    let frame = site.frame(&person);
    let page = page::softphone(&frame, extension, &colleagues, (browsers.ws, browsers.wss));
    let mut response = html(page).into_response();
    let told = response.headers_mut();
    if let Some(policy) = policy(&headers, &browsers) {
        told.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    told.insert(
        header::HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(self)"),
    );
    response
}

/// The policy of every page, and connections to this very host's WebSocket ports besides.
fn policy(headers: &HeaderMap, browsers: &Softphones) -> Option<HeaderValue> {
    let host = host_in(headers.get(header::HOST)?.to_str().ok()?)?;
    let ports = [("ws", browsers.ws), ("wss", browsers.wss)];
    let more: String = ports
        .into_iter()
        .filter_map(|(scheme, port)| port.map(|port| format!(" {scheme}://{host}:{port}")))
        .collect();
    HeaderValue::from_str(&POLICY.replace("connect-src 'self'", &format!("connect-src 'self'{more}"))).ok()
}

/// The host of a Host header, without its port; nothing that could say more in a policy than a host does.
fn host_in(authority: &str) -> Option<&str> {
    let host = match authority.find(']') {
        Some(end) => authority.get(..=end)?,
        None => authority.split(':').next()?,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.[]:".contains(&byte);
    (!host.is_empty() && host.bytes().all(plain)).then_some(host)
}

async fn pass(State(site): State<Site>, ProvedForm { person, .. }: ProvedForm) -> Response {
    let extension =
        site.phones().and_then(|phones| phones.office().browsers.people.get(&person.name).cloned());
    let Some(extension) = extension else {
        return plain(StatusCode::FORBIDDEN, "No extension is yours.");
    };
    let session = name_of(&person.session);
    let (user, password) = (site.draw_secret(), site.draw_secret());
    let user = format!("{session}-{}", user.reveal().get(..16).unwrap_or_default());
    let told = json!({
        "user": user, "password": password.reveal(), "extension": extension.as_str(), "seconds": LIFETIME.as_secs(),
    });
    let pass = Pass { session, user, password: password.reveal().to_owned(), extension, lifetime: LIFETIME };
    if !site.ask(Control::AdmitBrowser(pass)) {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment.");
    }
    Json(told).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_widened_by_hosts_alone() {
        for (authority, host) in [
            ("office.example:8080", Some("office.example")),
            ("[2001:db8::1]:8080", Some("[2001:db8::1]")),
            ("127.0.0.1", Some("127.0.0.1")),
            ("x; script-src *", None),
            ("", None),
            (":80", None),
        ] {
            assert_eq!(host_in(authority), host, "{authority}");
        }
    }
}
