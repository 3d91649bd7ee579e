//! Who may come in: set-up, signing in and out, sessions of people and tokens of programs.

use std::net::SocketAddr;

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
    secret::{self, Secret},
    shield::plain,
    site::Site,
};
use crate::store::{Account, AccountError, ApiToken, NewAccount, Role};

/// A working day, and a little more; then the password is asked again.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
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
    pub account: Account,
    pub session: Secret,
}

impl FromRequestParts<Site> for Person {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Some(session) = cookie(&parts.headers) else {
            return Err(Redirect::to("/sign-in").into_response());
        };
        let (hash, wall) = (session.hash(), site.now().wall);
        match site.read(move |reader| reader.session(hash, wall)).await {
            Ok(Some(account)) => Ok(Self { account, session }),
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
        let refused = || super::api::refusal(StatusCode::UNAUTHORIZED, "a token of this box is needed");
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|token| Secret::presented(token.trim()));
        let wall = site.now().wall;
        let known = match (bearer, cookie(&parts.headers)) {
            (Some(token), _) => {
                let hash = token.hash();
                site.read(move |reader| reader.api_token(hash)).await.map(|t: Option<ApiToken>| t.is_some())
            }
            (None, Some(session)) => {
                let hash = session.hash();
                site.read(move |reader| reader.session(hash, wall)).await.map(|a| a.is_some())
            }
            (None, None) => return Err(refused()),
        };
        match known {
            Ok(true) => Ok(Self),
            Ok(false) => Err(refused()),
            Err(_) => Err(super::api::refusal(StatusCode::SERVICE_UNAVAILABLE, "the records cannot be read")),
        }
    }
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
    html(page::sign_in(&site.settings().office, None)).into_response()
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
}

async fn sign_in(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Form(form): Form<SignIn>,
) -> Response {
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, "60")],
            html(page::sign_in(&site.settings().office, Some("Too many tries. Wait a minute."))),
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
            form.password.len() <= secret::LONGEST_PASSWORD
                && secret::verify_password(&form.password, hash.as_deref())
        })
        .await;
    match account {
        Some(account) if right => {
            site.throttle().forgive(peer.ip());
            open_session(&site, account.id, "/").await
        }
        _ => {
            let complaint = Some("That name and password do not belong together.");
            (StatusCode::UNAUTHORIZED, html(page::sign_in(&site.settings().office, complaint)))
                .into_response()
        }
    }
}

/// A new id at each sign-in, so that nobody can plant one beforehand.
async fn open_session(site: &Site, account: i64, to: &'static str) -> Response {
    let session = site.draw_secret();
    let (hash, wall) = (session.hash(), site.now().wall);
    match site.write(move |store| store.open_session(hash, account, wall + SESSION, wall)).await {
        Ok(()) => {
            let cookie = format!(
                "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}",
                session.reveal(),
                SESSION.as_secs()
            );
            ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
        }
        Err(error) => super::pages::unavailable(&error),
    }
}

#[derive(Deserialize)]
struct Proof {
    csrf: String,
}

async fn sign_out(State(site): State<Site>, person: Person, Form(form): Form<Proof>) -> Response {
    if !person.session.proves(&form.csrf) {
        return plain(StatusCode::FORBIDDEN, "The form did not come from this console.");
    }
    let hash = person.session.hash();
    if let Err(error) = site.write(move |store| store.close_session(hash)).await {
        return super::pages::unavailable(&error);
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    ([(header::SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response()
}

#[derive(Deserialize)]
struct Invitation {
    #[serde(default)]
    token: String,
}

async fn set_up_page(State(site): State<Site>, Query(invitation): Query<Invitation>) -> Response {
    match site.read(crate::store::Reader::needs_setup).await {
        Ok(true) => html(page::set_up(&site.settings().office, &invitation.token, None)).into_response(),
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
    Form(form): Form<SetUp>,
) -> Response {
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let complain = |complaint: &str| {
        let page = page::set_up(&site.settings().office, &form.token, Some(complaint));
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
            site.throttle().forgive(peer.ip());
            open_session(&site, id, "/").await
        }
        Err(AccountError::Store(error)) => super::pages::unavailable(&error),
        Err(_) => complain(
            "This link is not valid. Portico prints a fresh one each time it starts without an account.",
        ),
    }
}
