//! Who may come in: set-up, signing in and out, sessions of people and tokens of programs.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Form, Router,
    extract::{ConnectInfo, FromRequestParts, Query, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::SignedDuration;
use serde::Deserialize;

use super::{
    page,
    pages::html,
    proved::ProvedForm,
    secret::{self, Secret},
    shield::plain,
    site::Site,
    softphone,
};
use crate::store::{AccountError, NewAccount, Role, StoreError, TokenHash};

/// A working day, and a little more; then the password is asked again.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// The same, by the clock that nobody can put back.
const LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// With `Secure` where the browser came over TLS, or the office says that all do; an office's own network may speak
/// plain HTTP to the box.
const COOKIE: &str = "portico_session";

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/set-up", get(set_up_page).post(set_up))
}

/// A person with a session.
#[derive(Debug)]
pub(super) struct Person {
    pub name: String,
    pub session: Secret,
    /// May do everything, for others too. Nobody may whom the store cannot vouch for at the moment.
    pub is_admin: bool,
}

impl Person {
    /// Who bears this session, if anybody still does. Asked of the store, and of memory when the store is away: the
    /// health page must open just then.
    async fn of(session: Secret, site: &Site) -> Result<Option<Self>, StoreError> {
        let (hash, now) = (session.hash(), site.now());
        let known = match site.read(move |reader| reader.session(hash, now.wall)).await {
            Ok(Some(account)) => {
                let is_admin = account.role == Role::Admin;
                site.known().greet(hash, &account.name, now.at, LIFE).then_some((account.name, is_admin))
            }
            Ok(None) => {
                site.known().forget(hash);
                None
            }
            Err(error) => Some((site.known().recall(hash, now.at, LIFE).ok_or(error)?, false)),
        };
        Ok(known.map(|(name, is_admin)| Self { name, session, is_admin }))
    }

    /// Has nobody ended the session meanwhile?
    pub(super) async fn may_still_look(&self, site: &Site) -> bool {
        matches!(Self::of(self.session.clone(), site).await, Ok(Some(_)))
    }
}

impl FromRequestParts<Site> for Person {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Some(session) = cookie(&parts.headers) else {
            return Err(Redirect::to("/sign-in").into_response());
        };
        match Self::of(session, site).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(Redirect::to("/sign-in").into_response()),
            Err(error) => Err(super::pages::unavailable(&error)),
        }
    }
}

/// A program with a token, or a person with a session: whoever may read the JSON interface.
#[derive(Debug)]
pub(super) struct Bearer;

impl FromRequestParts<Site> for Bearer {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let known = match (token(&parts.headers), cookie(&parts.headers)) {
            (Some(token), _) => is_token(token.hash(), site).await,
            (None, Some(session)) => Person::of(session, site).await.map(|person| person.is_some()),
            (None, None) => Ok(false),
        };
        match known {
            Ok(true) => Ok(Self),
            Ok(false) => Err(super::api::refusal(StatusCode::UNAUTHORIZED, "a token of this box is needed")),
            Err(error) => Err(super::api::unavailable(&error)),
        }
    }
}

async fn is_token(hash: TokenHash, site: &Site) -> Result<bool, StoreError> {
    let now = site.now().at;
    match site.read(move |reader| reader.api_token(hash)).await {
        Ok(Some(token)) => {
            // A token has no end but its revocation, which is in the store.
            site.known().greet(hash, &token.name, now, LIFE);
            Ok(true)
        }
        Ok(None) => {
            site.known().forget(hash);
            Ok(false)
        }
        Err(error) => site.known().recall(hash, now, LIFE).map(|_| true).ok_or(error),
    }
}

/// `Authorization: Bearer …`; the scheme is written in any case of letters (RFC 9110, 11.1).
fn token(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::presented(token.trim()))
}

fn cookie(headers: &HeaderMap) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .map(Secret::presented)
}

async fn sign_in_page(State(site): State<Site>) -> Response {
    html(page::sign_in(&site.settings().office, "", None)).into_response()
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
}

async fn sign_in(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, "60")],
            html(page::sign_in(&site.settings().office, &form.name, Some("Too many tries. Wait a minute."))),
        )
            .into_response();
    }
    let name = form.name.clone();
    let account = match site.read(move |reader| reader.account(&name)).await {
        Ok(account) => account.filter(|account| !account.disabled),
        Err(error) => return super::pages::unavailable(&error),
    };
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let right = site
        .hash(move |_| {
            form.password.chars().count() <= secret::LONGEST_PASSWORD
                && secret::verify_password(&form.password, hash.as_deref())
        })
        .await;
    match account {
        Some(account) if right => {
            site.throttle().succeeded(peer.ip());
            open_session(&site, account.id, &headers).await
        }
        _ => {
            let complaint = Some("That name and password do not belong together.");
            (StatusCode::UNAUTHORIZED, html(page::sign_in(&site.settings().office, &form.name, complaint)))
                .into_response()
        }
    }
}

/// A new id at each sign-in, so that nobody can plant one beforehand; the one that the browser had ends.
async fn open_session(site: &Site, account: i64, headers: &HeaderMap) -> Response {
    let session = site.draw_secret();
    let (hash, wall) = (session.hash(), site.now().wall);
    let opened = site.write(move |store| store.open_session(hash, account, wall + SESSION, wall)).await;
    if let Err(error) = opened {
        return super::pages::unavailable(&error);
    }
    if let Some(before) = cookie(headers)
        && let Err(error) = close_session(site, &before).await
    {
        tracing::warn!(%error, "a session that was replaced stays in the store until it runs out");
    }
    let cookie = set_cookie(session.reveal(), SESSION.as_secs(), is_over_tls(site, headers));
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

fn set_cookie(value: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// Did the browser come over TLS? With each form it names the page that the form stood on (RFC 6454, 7.3), and a
/// proxy cannot hide that.
fn is_over_tls(site: &Site, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    site.settings().behind_tls
        || origin.is_some_and(|origin| {
            origin.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
        })
}

async fn close_session(site: &Site, session: &Secret) -> Result<(), StoreError> {
    let hash = session.hash();
    site.known().forget(hash);
    softphone::hang_up(site, session);
    let closed = site.write(move |store| store.close_session(hash)).await;
    site.signed_out();
    closed
}

async fn sign_out(
    State(site): State<Site>,
    headers: HeaderMap,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    if let Err(error) = close_session(&site, &person.session).await {
        return super::pages::unavailable(&error);
    }
    let gone = set_cookie("", 0, is_over_tls(&site, &headers));
    ([(header::SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response()
}

#[derive(Deserialize)]
struct Invitation {
    #[serde(default)]
    token: String,
}

async fn set_up_page(State(site): State<Site>, Query(invitation): Query<Invitation>) -> Response {
    match site.read(crate::store::Reader::needs_setup).await {
        Ok(true) => html(page::set_up(&site.settings().office, &invitation.token, "", None)).into_response(),
        Ok(false) => Redirect::to("/sign-in").into_response(),
        Err(error) => super::pages::unavailable(&error),
    }
}

#[derive(Deserialize)]
struct SetUp {
    token: String,
    name: String,
    password: String,
    again: String,
}

async fn set_up(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<SetUp>,
) -> Response {
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let complain = |complaint: &str| {
        let page = page::set_up(&site.settings().office, &form.token, &form.name, Some(complaint));
        (StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response()
    };
    let name = form.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 64 {
        return complain("A name has 1 to 64 characters.");
    }
    if form.password != form.again {
        return complain("The two passwords are not the same.");
    }
    let length = form.password.chars().count();
    if !(secret::SHORTEST_PASSWORD..=secret::LONGEST_PASSWORD).contains(&length) {
        return complain("A password has 12 to 256 characters.");
    }
    let password = form.password.clone();
    let Some(password_hash) = site.hash(move |chance| secret::hash_password(&password, chance)).await else {
        return complain("The password could not be kept. Try again.");
    };
    let (token, wall) = (Secret::presented(&form.token).hash(), site.now().wall);
    let account = NewAccount { name, password_hash, role: Role::Admin };
    match site.write(move |store| store.use_setup(token, &account, wall)).await {
        Ok(id) => {
            site.throttle().succeeded(peer.ip());
            open_session(&site, id, &headers).await
        }
        Err(AccountError::Store(error)) => super::pages::unavailable(&error),
        Err(_) => complain(
            "This link is not valid. Portico prints a fresh one each time it starts without an account.",
        ),
    }
}
