//! The office's own calendar as CalDAV: over TLS, with an agent's own password, and only read.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use portico::{
    console::{Secret, UnderTls},
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng;

use crate::{
    office::{Answer, Browser, Office, now},
    showings::showing,
};

const CALENDAR: &str = "/dav/home/showings/";

/// An office with a showing of Robin's and one of Kim's, and Robin's password.
async fn office() -> (Office, String) {
    let mut office = Office::set_up().await;
    for row in [showing(1, "Robin", 24), showing(2, "Kim", 24)] {
        office.store.book_showing(&row, now().wall).unwrap();
    }
    let secret = Secret::draw(&mut Chance::seed_from_u64(5));
    office.store.make_calendar_token("Robin", secret.hash(), "Ana", now().wall).unwrap();
    (office, secret.reveal().to_owned())
}

async fn ask(office: &Office, method: &str, path: &str, login: Option<(&str, &str)>, tls: bool) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = Browser::of(office).request(method, path).header("depth", "1");
    if let Some((user, password)) = login {
        let login = BASE64_STANDARD.encode(format!("{user}:{password}"));
        request = request.header(header::AUTHORIZATION, format!("Basic {login}"));
    }
    if tls {
        request.extensions_mut().unwrap().insert(UnderTls);
    }
    Answer::of(office.send(request.body(Body::empty()).unwrap()).await).await
}

#[tokio::test]
async fn an_agent_reads_their_own_showings_over_tls_and_writes_nothing() {
    let (office, password) = office().await;
    let robin = Some(("robin", password.as_str()));
    let found = ask(&office, "PROPFIND", CALENDAR, robin, true).await;
    assert_eq!(found.status.as_u16(), 207, "{}", found.text);
    assert_eq!(found.header("content-type"), "application/xml; charset=utf-8");
    assert_eq!(found.text.matches("<D:response>").count(), 2, "the calendar and Robin's: {}", found.text);
    let href = found.text.split("<D:href>").nth(2).unwrap().split('<').next().unwrap().to_owned();
    let entry = ask(&office, "GET", &href, robin, true).await;
    assert!(
        entry.text.contains("STATUS:CONFIRMED") && entry.header("etag").starts_with('"'),
        "{}",
        entry.text
    );
    assert_eq!(ask(&office, "OPTIONS", "/dav/", robin, true).await.header("dav"), "1, 3, calendar-access");
    assert_eq!(ask(&office, "PUT", &href, robin, true).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        ask(&office, "GET", "/dav/home/showings/x.ics", robin, true).await.status,
        StatusCode::NOT_FOUND
    );
    let unknown = ask(&office, "REPORT", CALENDAR, robin, true).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let well_known = ask(&office, "PROPFIND", "/.well-known/caldav", None, true).await;
    assert_eq!(well_known.header(header::LOCATION), "/dav/");
}

#[tokio::test]
async fn nobody_else_reads_them_and_no_password_crosses_in_the_clear() {
    let (office, password) = office().await;
    let clear = ask(&office, "PROPFIND", CALENDAR, Some(("robin", &password)), false).await;
    assert_eq!(clear.status, StatusCode::FORBIDDEN);
    let stranger = ask(&office, "PROPFIND", CALENDAR, None, true).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert!(stranger.header(header::WWW_AUTHENTICATE).starts_with("Basic "), "{:?}", stranger.headers);
    for login in [("kim", password.as_str()), ("robin", "guess"), ("robin", "")] {
        let refused = ask(&office, "PROPFIND", CALENDAR, Some(login), true).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{login:?}");
    }
    for _ in 0..7 {
        ask(&office, "PROPFIND", CALENDAR, Some(("robin", "guess")), true).await;
    }
    let eleventh = ask(&office, "PROPFIND", CALENDAR, Some(("robin", "guess")), true).await;
    assert_eq!(eleventh.status, StatusCode::TOO_MANY_REQUESTS);
}
