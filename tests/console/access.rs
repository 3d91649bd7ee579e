//! Who gets in, and for how long.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use jiff::SignedDuration;
use portico::types::Moment;

use crate::office::{Answer, Browser, HOST, Office, PASSWORD, now};

const PAGES: [&str; 12] = [
    "/",
    "/live/events",
    "/calls",
    "/calls/0000000000001",
    "/calls/0000000000001/recording.wav",
    "/work-orders",
    "/leads",
    "/showings",
    "/contacts",
    "/contacts/0000000000001",
    "/texts",
    "/health",
];
const API: [&str; 10] = [
    "/api/v1/calls",
    "/api/v1/calls/0000000000001",
    "/api/v1/contacts",
    "/api/v1/work-orders",
    "/api/v1/leads",
    "/api/v1/messages",
    "/api/v1/health",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/api/v1/calls?after=nonsense",
];

#[tokio::test]
async fn every_page_leads_strangers_to_the_sign_in_page() {
    let office = Office::set_up().await;
    for cookie in [None, Some("portico_session=guessed"), Some("portico_session="), Some("other=1")] {
        let stranger = Browser { cookie: cookie.map(str::to_owned), ..Browser::of(&office) };
        for path in PAGES {
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(answer.header(header::LOCATION), "/sign-in", "{path}");
            assert_eq!(answer.text, "", "{path}");
        }
    }
}

#[tokio::test]
async fn every_path_of_the_interface_wants_a_token() {
    let mut office = Office::set_up().await;
    let token = office.token();
    for path in API {
        let stranger = Browser::of(&office);
        for authorization in ["", "Bearer", "Bearer ", "Bearer guessed", "Basic Og==", &token] {
            let request = stranger.request(Method::GET, path).header(header::AUTHORIZATION, authorization);
            let answer = Answer::of(office.send(request.body(Body::empty()).unwrap()).await).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} with {authorization:?}");
            assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
            assert!(answer.json()["error"].is_string());
        }
    }
}

#[tokio::test]
async fn a_token_opens_the_interface_and_no_page_until_it_is_revoked() {
    let mut office = Office::set_up().await;
    let token = office.token();
    let ask = async |office: &Office, path: &str| {
        let request = Browser::of(office).request(Method::GET, path);
        let request = request.header(header::AUTHORIZATION, format!("bearer {token}"));
        office.send(request.body(Body::empty()).unwrap()).await.status()
    };
    assert_eq!(ask(&office, "/api/v1/calls").await, StatusCode::OK);
    assert_eq!(ask(&office, "/calls").await, StatusCode::SEE_OTHER);
    office.store.revoke_api_token(1, "Robin Hale", now().wall).unwrap();
    assert_eq!(ask(&office, "/api/v1/calls").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn there_is_no_account_before_the_link_is_used_and_none_with_a_known_password() {
    let office = Office::new();
    let mut browser = Browser::of(&office);
    for (name, password) in [("admin", "admin"), ("admin", "password"), ("portico", "portico"), ("", "")] {
        let answer = browser.post("/sign-in", &[("name", name), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    assert!(office.store.reader().accounts().unwrap().is_empty());
}

#[tokio::test]
async fn the_link_works_once_and_a_wrong_one_never() {
    let office = Office::new();
    let token = office.site.offer_setup().unwrap().unwrap();
    let mut browser = Browser::of(&office);
    assert_eq!(browser.get("/set-up").await.status, StatusCode::OK);
    let form = |token: &'static str, password: &'static str, again: &'static str| {
        [("token", token), ("name", "Robin Hale"), ("password", password), ("again", again)]
    };
    let wrong = browser.post("/set-up", &form("guessed", PASSWORD, PASSWORD)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("This link is not valid"));
    let right: &'static str = Box::leak(token.reveal().to_owned().into_boxed_str());
    let differ = browser.post("/set-up", &form(right, PASSWORD, "another password")).await;
    assert!(differ.text.contains("not the same"), "{}", differ.text);
    let short = browser.post("/set-up", &form(right, "too short", "too short")).await;
    assert!(short.text.contains("12 to 256"), "{}", short.text);
    assert!(office.store.reader().needs_setup().unwrap());

    let made = browser.post("/set-up", &form(right, PASSWORD, PASSWORD)).await;
    assert_eq!((made.status, made.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "whoever made the account is signed in");

    let mut another = Browser::of(&office).at("192.0.2.11");
    assert_eq!(another.get("/set-up").await.header(header::LOCATION), "/sign-in");
    let again = another.post("/set-up", &form(right, PASSWORD, PASSWORD)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(office.store.reader().accounts().unwrap().len(), 1);
    assert!(office.site.offer_setup().unwrap().is_none(), "no further link is offered");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_cannot_be_told_apart() {
    let office = Office::set_up().await;
    let mut browser = Browser::of(&office);
    let mut answers = Vec::new();
    for (name, password) in [("Robin Hale", "a wrong password"), ("Nobody Any", PASSWORD)] {
        let mut answer = browser.post("/sign-in", &[("name", name), ("password", password)]).await;
        answer.text = answer.text.replace(name, "(the name that was typed)");
        answers.push((answer.status, format!("{:?}", answer.headers), answer.text));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_longest_password_that_is_taken_is_also_accepted() {
    let office = Office::new();
    let longest = "ü".repeat(256);
    assert_eq!(office.make_account("Robin Hale", &longest).await.status, StatusCode::SEE_OTHER);
    let mut browser = Browser::of(&office);
    let answer = browser.post("/sign-in", &[("name", "robin hale"), ("password", &longest)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let longer = "ü".repeat(257);
    let answer = browser.post("/sign-in", &[("name", "Robin Hale"), ("password", &longer)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn ten_tries_a_minute_go_by_the_peer_and_by_no_header() {
    let office = Office::set_up().await;
    let mut guesser = Browser::of(&office).at("192.0.2.66");
    let form = [("name", "Robin Hale"), ("password", "a wrong password")];
    for n in 0..10 {
        let forwarded = format!("198.51.100.{n}");
        let answer = guesser.post_with("/sign-in", &form, &[("x-forwarded-for", &forwarded)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "try {n}");
    }
    let right = [("name", "Robin Hale"), ("password", PASSWORD)];
    let headers =
        [("x-forwarded-for", "198.51.100.99"), ("forwarded", "for=198.51.100.99"), ("x-real-ip", "1.2.3.4")];
    let barred = guesser.post_with("/sign-in", &right, &headers).await;
    assert_eq!((barred.status, barred.header(header::RETRY_AFTER)), (StatusCode::TOO_MANY_REQUESTS, "60"));
    assert!(guesser.cookie.is_none());
    let mut victim = Browser::of(&office).at("192.0.2.10");
    assert_eq!(
        victim.post("/sign-in", &right).await.status,
        StatusCode::SEE_OTHER,
        "others are not locked out"
    );
}

#[tokio::test]
async fn a_session_is_new_at_each_sign_in_and_dead_at_sign_out() {
    let office = Office::set_up().await;
    let mut browser =
        Browser { cookie: Some(format!("portico_session={}", "a".repeat(64))), ..Browser::of(&office) };
    let answer = browser.post("/sign-in", &[("name", "Robin Hale"), ("password", PASSWORD)]).await;
    let cookie = answer.header(header::SET_COOKIE).to_owned();
    for flag in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let first = browser.cookie.clone().unwrap();
    assert_eq!(first.len(), "portico_session=".len() + 64, "256 bits, in hex: {first}");
    assert!(!first.contains("aaaaaaaa"), "a planted id is not taken over");

    browser.post("/sign-in", &[("name", "Robin Hale"), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookie.as_ref().unwrap(), &first);
    let before = Browser { cookie: Some(first), ..Browser::of(&office) };
    assert_eq!(
        before.get("/calls").await.status,
        StatusCode::SEE_OTHER,
        "the session that was replaced is over"
    );

    let csrf = browser.get("/calls").await.csrf();
    let mine = browser.clone();
    let out = browser.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!((out.status, out.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(out.header(header::SET_COOKIE).contains("Max-Age=0"));
    for path in PAGES {
        assert_eq!(mine.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(mine.get("/api/v1/calls").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_lasts_twelve_hours_even_if_the_wall_clock_is_put_back() {
    static HOURS: AtomicI64 = AtomicI64::new(0);
    static PUT_BACK: AtomicI64 = AtomicI64::new(0);
    fn clock() -> Moment {
        let (hours, back) = (HOURS.load(Ordering::SeqCst), PUT_BACK.load(Ordering::SeqCst));
        let real = now();
        Moment {
            at: real.at + Duration::from_secs(3_600 * hours as u64),
            wall: real.wall + SignedDuration::from_hours(hours - back),
        }
    }
    let office = Office::with_clock(clock);
    office.make_account("Robin Hale", PASSWORD).await;
    let browser = office.signed_in().await;
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK);
    HOURS.store(11, Ordering::SeqCst);
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK);
    HOURS.store(13, Ordering::SeqCst);
    assert_eq!(browser.get("/calls").await.status, StatusCode::SEE_OTHER);

    let browser = office.signed_in().await;
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK);
    PUT_BACK.store(24, Ordering::SeqCst);
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK);
    HOURS.store(26, Ordering::SeqCst);
    assert_eq!(browser.get("/calls").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_account_that_is_shut_has_no_session_left() {
    let mut office = Office::set_up().await;
    let id = office.store.reader().account("Robin Hale").unwrap().unwrap().id;
    let second = portico::store::NewAccount {
        name: "Sam".into(),
        password_hash: "x".into(),
        role: portico::store::Role::Admin,
    };
    office.store.add_account(&second, "test", now().wall).unwrap();
    let cookie = office.signed_in().await.cookie;
    office.store.set_account_disabled(id, true, "Sam", now().wall).unwrap();
    let mut browser = Browser { cookie, ..Browser::of(&office) };
    assert_eq!(browser.get("/calls").await.status, StatusCode::SEE_OTHER);
    let answer = browser.post("/sign-in", &[("name", "Robin Hale"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let office = Office::set_up().await;
    let mut browser = office.signed_in().await;
    let csrf = browser.get("/calls").await.csrf();
    let ours = format!("http://{HOST}");
    let elsewhere: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://portico.example:8081")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &ours)],
    ];
    for headers in elsewhere {
        let answer = browser.post_with("/sign-out", &[("csrf", &csrf)], headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        let mut stranger = Browser::of(&office);
        let form = [("name", "Robin Hale"), ("password", PASSWORD)];
        let answer = stranger.post_with("/sign-in", &form, headers).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "nobody is signed in by a page elsewhere: {headers:?}"
        );
        assert!(stranger.cookie.is_none());
    }
    for csrf in ["", "0000", &"0".repeat(64)] {
        assert_eq!(
            browser.post("/sign-out", &[("csrf", csrf)]).await.status,
            StatusCode::FORBIDDEN,
            "{csrf:?}"
        );
    }
    assert_eq!(browser.post("/sign-out", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK, "the session has survived all of it");
    let answer = browser.post_with("/sign-out", &[("csrf", &csrf)], &[("origin", &ours)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_comes_over_tls_sends_the_session_over_tls_only() {
    let office = Office::set_up().await;
    let form = [("name", "Robin Hale"), ("password", PASSWORD)];
    let here = format!("https://{HOST}");
    let over_tls = Browser::of(&office).post_with("/sign-in", &form, &[("origin", &here)]).await;
    assert!(over_tls.header(header::SET_COOKIE).ends_with("; Secure"), "{over_tls:?}");
    let plain = Browser::of(&office).post("/sign-in", &form).await;
    assert!(!plain.header(header::SET_COOKIE).contains("Secure"));
    assert!(plain.header(header::SET_COOKIE).contains("HttpOnly; SameSite=Strict"));
}
