//! Every way to change something, walked: without the proof that the console made the form for this very session, nothing.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use tokio::sync::mpsc;

use crate::office::{Answer, Browser, Office, PASSWORD};

/// Before any session there is none to prove: a password or a one-time token is wanted here.
const BEFORE_A_SESSION: [&str; 2] = ["/sign-in", "/set-up"];

/// Where the interface says that there is nothing: every method is answered there, and nothing is behind it.
const NOTHING: [&str; 2] = ["/api/v1", "/api/v1/"];

/// All paths of the router, as the router itself knows them.
fn paths(office: &Office) -> Vec<String> {
    let shown = format!("{:?}", office.router);
    let paths: BTreeSet<String> = shown
        .split('"')
        .filter(|text| text.starts_with('/') && !text.contains("__private") && !NOTHING.contains(text))
        .map(str::to_owned)
        .collect();
    for known in ["/", "/sign-out", "/music/{of}", "/phones/{mac}/adopt", "/api/v1/calls"] {
        assert!(paths.contains(known), "{known} is not found in {shown}");
    }
    paths.into_iter().collect()
}

/// Something that there could be in place of what is in braces.
fn address(path: &str) -> String {
    let places = [
        ("{extension}", "101"),
        ("{mailbox}", "101"),
        ("{mac}", "805ec01a2b3c"),
        ("{of}", "office"),
        ("{file}", "a.cfg"),
        ("{secret}", "x"),
    ];
    let known = places.iter().fold(path.to_owned(), |path, (place, with)| path.replace(place, with));
    let parts = known.split('/').map(|part| if part.starts_with('{') { "0000000000001" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

const FORM: &str = "application/x-www-form-urlencoded";
const UPLOAD: &str = "multipart/form-data; boundary=B";

/// A body with every field that any form of ours has, and this proof if any.
fn body(kind: &str, csrf: Option<&str>) -> String {
    let fields = [
        ("number", "+13035550142"),
        ("listing", "blocked"),
        ("what", "do_not_disturb"),
        ("to", "on"),
        ("extension", "101"),
        ("reboot", "true"),
        ("file", "RIFF"),
    ];
    let fields = csrf.map(|csrf| ("csrf", csrf)).into_iter().chain(fields);
    if kind == FORM {
        return fields
            .map(|(name, value)| format!("{name}={}", value.replace('+', "%2B")))
            .collect::<Vec<_>>()
            .join("&");
    }
    let part =
        |(name, value)| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    fields.map(part).collect::<String>() + "--B--\r\n"
}

async fn send(browser: &Browser<'_>, method: Method, path: &str, kind: &str, csrf: Option<&str>) -> Answer {
    let request = browser.request(method, path).header(header::CONTENT_TYPE, kind);
    Answer::of(browser.office.send(request.body(Body::from(body(kind, csrf))).unwrap()).await).await
}

/// Read by calendar programs with a secret in each request: no session opens them, and nothing is written there.
const CALENDARS: [&str; 2] = ["/dav", "/.well-known/caldav"];

#[tokio::test]
async fn no_form_without_the_proof_changes_anything() {
    let office = Office::set_up().await;
    let (wishes, mut wished) = mpsc::channel(100);
    office.site.connect(wishes);
    let (music, mut music_wished) = mpsc::channel(100);
    office.site.keep_music(music);
    let browser = office.signed_in().await;
    // A second session of the same person: its proof is good for that session alone.
    let other = office.signed_in().await.get("/calls").await.csrf();
    let mut changing = 0;
    for path in paths(&office) {
        let at = address(&path);
        if CALENDARS.iter().any(|calendars| path.starts_with(calendars)) {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let status = send(&browser, method.clone(), &at, FORM, None).await.status;
                let turned_away = [
                    StatusCode::PERMANENT_REDIRECT,
                    StatusCode::UNAUTHORIZED,
                    StatusCode::FORBIDDEN,
                    StatusCode::NOT_FOUND,
                    StatusCode::METHOD_NOT_ALLOWED,
                ];
                assert!(turned_away.contains(&status), "{method} {path}: {status}");
            }
            continue;
        }
        let may_change =
            send(&browser, Method::POST, &at, FORM, None).await.status != StatusCode::METHOD_NOT_ALLOWED;
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = send(&browser, method.clone(), &at, FORM, None).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
        if !may_change || BEFORE_A_SESSION.contains(&path.as_str()) {
            continue;
        }
        changing += 1;
        for csrf in [None, Some(""), Some("0000"), Some(other.as_str())] {
            let mut refused = 0;
            for kind in [FORM, UPLOAD] {
                let answer = send(&browser, Method::POST, &at, kind, csrf).await;
                let said = format!("{path} with {csrf:?} as {kind}: {} {}", answer.status, answer.text);
                match answer.status {
                    StatusCode::FORBIDDEN => refused += 1,
                    // Not the kind of form that belongs there, or one without a field for the proof.
                    StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::BAD_REQUEST => {}
                    StatusCode::UNPROCESSABLE_ENTITY => assert_eq!(csrf, None, "{said}"),
                    _ => panic!("{said}"),
                }
            }
            assert!(csrf.is_none() || refused == 1, "{path} with {csrf:?} was not refused for its proof");
        }
        let stranger = Browser::of(&office);
        for kind in [FORM, UPLOAD] {
            let answer = send(&stranger, Method::POST, &at, kind, Some(&other)).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} without a session");
            assert_eq!(answer.header(header::LOCATION), "/sign-in", "{path} without a session");
        }
    }
    assert!(changing >= 15, "only {changing} paths that change something were found");
    assert!(wished.try_recv().is_err(), "nothing was asked of the switch");
    assert!(music_wished.try_recv().is_err(), "no music was brought");
    assert!(office.store.reader().listed().unwrap().is_empty(), "no number was listed");
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK, "nobody was signed out");
    let mut again = Browser::of(&office);
    let in_again = again.post("/sign-in", &[("name", "Robin Hale"), ("password", PASSWORD)]).await;
    assert_eq!(in_again.status, StatusCode::SEE_OTHER);
}
