//! What a hostile caller, page or client gets out of the console: nothing.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use portico::types::{CallId, ContactId};

use crate::office::{Answer, Browser, Office, PASSWORD, SCRIPT, incoming, wrap_up};

/// A script, or a quote that could end an attribute, where markup would run it.
fn is_unescaped(html: &str) -> bool {
    html.contains("<script>") || html.contains("\"' onmouseover") || html.contains("onmouseover=\"")
}

async fn hostile_office() -> Office {
    let mut office = Office::set_up().await;
    office.write_down(&wrap_up(1));
    office.store.receive(&incoming(1)).unwrap();
    office
}

#[tokio::test]
async fn what_callers_say_and_write_is_escaped_on_every_page() {
    let office = hostile_office().await;
    let browser = office.signed_in().await;
    let call = format!("/calls/{}", CallId::from_random(1));
    let contact = format!("/contacts/{}", ContactId::from_random(5_001));
    for (path, words) in [
        ("/calls", vec!["summary", "name"]),
        (&*call, vec!["summary", "turn", "issue", "wish", "text", "lead name", "order name"]),
        ("/work-orders", vec!["issue", "place", "order name"]),
        ("/leads", vec!["wish", "home", "lead name"]),
        ("/contacts", vec!["name"]),
        (&*contact, vec!["name", "summary", "text"]),
        ("/texts", vec!["text", "sms"]),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!is_unescaped(&answer.text), "{path}: {}", answer.text);
        for word in words {
            let shown =
                format!("{word} &lt;script&gt;alert('x')&lt;/script&gt;&quot;' onmouseover=&quot;alert(1)");
            assert!(answer.text.contains(&shown), "{path} shows {word}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_is_typed_into_the_doors_is_escaped_in_their_answers() {
    let office = Office::new();
    let mut browser = Browser::of(&office);
    let encoded: String = SCRIPT.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let page = browser.get(&format!("/set-up?token={encoded}")).await;
    assert!(!is_unescaped(&page.text) && page.text.contains("&lt;script&gt;"), "{}", page.text);
    let form = [("token", SCRIPT), ("name", SCRIPT), ("password", PASSWORD), ("again", PASSWORD)];
    let page = browser.post("/set-up", &form).await;
    assert!(!is_unescaped(&page.text) && page.text.contains("&lt;script&gt;"), "{}", page.text);
    let page = browser.post("/sign-in", &[("name", SCRIPT), ("password", SCRIPT)]).await;
    assert!(!is_unescaped(&page.text) && page.text.contains("&lt;script&gt;"), "{}", page.text);
    assert_eq!(page.text.matches("&lt;script&gt;").count(), 1, "the password is not said back");
}

#[tokio::test]
async fn json_stays_json_and_no_browser_takes_it_for_a_page() {
    let office = hostile_office().await;
    let browser = office.signed_in().await;
    for path in ["calls", "contacts", "work-orders", "leads", "messages"] {
        let answer = browser.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(
            answer.json()["items"].to_string().contains("<script>"),
            "{path}: the words are kept as they are"
        );
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_browsers_obey() {
    let office = hostile_office().await;
    let browser = office.signed_in().await;
    let stranger = Browser::of(&office);
    let mut answers = Vec::new();
    for path in
        ["/", "/calls", "/health", "/assets/live.js", "/assets/style.css", "/assets/icon.svg", "/nothing"]
    {
        answers.push((path, browser.get(path).await));
    }
    for path in ["/api/v1/calls", "/api/v1/nothing", "/api/v1/calls?limit=x", "/api/v1/openapi.json"] {
        answers.push((path, browser.get(path).await));
    }
    for path in ["/", "/sign-in", "/api/v1/calls", "/set-up"] {
        answers.push((path, stranger.get(path).await));
    }
    for (path, answer) in &answers {
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        for directive in
            ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert_eq!(answer.header(header::X_FRAME_OPTIONS), "DENY", "{path}");
        assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("microphone=()"), "{path}");
        let cached = answer.header(header::CACHE_CONTROL);
        assert_eq!(cached, if path.starts_with("/assets") { "max-age=300" } else { "no-store" }, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        let of_a_page = answer.header(header::CONTENT_TYPE).starts_with("text/html");
        assert!(
            !of_a_page || !answer.text.contains("<script>") && !answer.text.contains(" style="),
            "{path}"
        );
    }
}

#[tokio::test]
async fn tricks_with_paths_and_ids_find_nothing_and_break_nothing() {
    let office = hostile_office().await;
    let browser = office.signed_in().await;
    let call = CallId::from_random(1);
    for path in [
        "/calls/../portico.db".to_owned(),
        "/calls/..%2f..%2fportico.db".into(),
        "/assets/..%2f..%2fCargo.toml".into(),
        "/assets/../portico.toml".into(),
        "/calls/%2e%2e/health".into(),
        format!("/calls/{call}%00"),
        format!("/calls/{call}%2f"),
        format!("/calls/{call}/"),
        format!("/calls/{call}/recording.wav/.."),
        "/calls/%00".into(),
        "/calls/%27%20OR%201=1--".into(),
        "/calls/ZZZZZZZZZZZZZ".into(),
        "/calls/-000000000001".into(),
        "/calls/00000000000000000000000000".into(),
        "/calls/%F0%9F%93%9E".into(),
        "/contacts/1%3BDROP%20TABLE%20calls".into(),
        "/contacts/..%5c..%5c".into(),
        "//calls".into(),
        "/CALLS".into(),
        "/calls/0000000000009".into(),
        "/api/v1/calls/..%2fhealth".into(),
        "/api/v1/calls/0000000000009".into(),
        "/api/v1/calls/%00".into(),
        "/api/v2/calls".into(),
        "/.git/config".into(),
        format!("/{}", "a/".repeat(2_000)),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
    }
    for path in ["/calls/%FF", "/api/v1/calls/%FF", "/contacts/%C0%AE"] {
        assert_eq!(browser.get(path).await.status, StatusCode::BAD_REQUEST, "{path} is no text at all");
    }
    assert!(office.store.reader().call(call).unwrap().is_some());
}

#[tokio::test]
async fn a_place_in_a_list_that_is_not_ours_is_harmless() {
    let office = hostile_office().await;
    let browser = office.signed_in().await;
    let nasty = [
        "1%20OR%201=1",
        "'%3BDROP%20TABLE%20calls--",
        "zz.zz",
        "1",
        ".",
        "1.2.3",
        "%00",
        "",
        "9".repeat(5_000).leak(),
    ];
    for after in nasty {
        for list in ["calls", "work-orders", "leads", "contacts", "texts"] {
            let answer = browser.get(&format!("/{list}?after={after}")).await;
            assert_eq!(answer.status, StatusCode::OK, "/{list}?after={after}");
        }
        for list in ["calls", "work-orders", "leads", "contacts", "messages"] {
            let answer = browser.get(&format!("/api/v1/{list}?after={after}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "/api/v1/{list}?after={after}");
            assert!(answer.json()["error"].is_string());
        }
    }
    for after in ["-1.-1", "7fffffffffffffff.7fffffffffffffff", "-8000000000000000.0", "0.0"] {
        for path in ["/calls", "/texts", "/api/v1/contacts", "/api/v1/messages"] {
            assert_eq!(
                browser.get(&format!("{path}?after={after}")).await.status,
                StatusCode::OK,
                "{path} {after}"
            );
        }
    }
    for query in
        ["limit=x", "limit=-1", "limit=99999999999999999999999", "which=everything", "limit=1&limit=2"]
    {
        let answer = browser.get(&format!("/api/v1/calls?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.json()["error"].is_string(), "{query}");
    }
    assert_eq!(browser.get("/calls?missed=banana").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.get("/calls").await.status, StatusCode::OK);
}

#[tokio::test]
async fn more_than_a_form_can_hold_is_refused() {
    let office = Office::set_up().await;
    let browser = Browser::of(&office);
    let request = |length: Option<&str>, body: Body| {
        let request = browser
            .request(Method::POST, "/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match length {
            Some(length) => request.header(header::CONTENT_LENGTH, length),
            None => request,
        }
        .body(body)
        .unwrap()
    };
    for announced in ["65537", "99999999999", "99999999999999999999999999", "-1", "1e3", "0x10"] {
        let answer = Answer::of(office.send(request(Some(announced), Body::empty())).await).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{announced}");
    }
    // Unannounced, as with chunks.
    let pieces = futures_util::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>("a".repeat(1_000))));
    let answer = Answer::of(office.send(request(None, Body::from_stream(pieces))).await).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/html"), "{answer:?}");
}

#[tokio::test]
async fn forms_and_methods_that_make_no_sense_are_refused_in_words() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    for (method, path, kind, body, status) in [
        ("POST", "/sign-in", "application/json", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("POST", "/sign-in", "application/x-www-form-urlencoded", "name=a", StatusCode::UNPROCESSABLE_ENTITY),
        (
            "POST",
            "/sign-in",
            "application/x-www-form-urlencoded",
            "name=%FF&password=%",
            StatusCode::UNAUTHORIZED,
        ),
        ("POST", "/calls", "text/plain", "", StatusCode::METHOD_NOT_ALLOWED),
        ("DELETE", "/calls/0000000000001", "text/plain", "", StatusCode::METHOD_NOT_ALLOWED),
        ("PUT", "/api/v1/calls", "text/plain", "", StatusCode::METHOD_NOT_ALLOWED),
        ("TRACE", "/", "text/plain", "", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let request = browser.request(method.parse().unwrap(), path).header(header::CONTENT_TYPE, kind);
        let answer = Answer::of(office.send(request.body(Body::from(body)).unwrap()).await).await;
        assert_eq!(answer.status, status, "{method} {path} {body:?}");
        if path.starts_with("/api/") {
            assert!(answer.json()["error"].is_string());
        } else {
            assert!(answer.text.contains("<h1>"), "{method} {path}: {}", answer.text);
        }
        let allowed = answer.header(header::ALLOW);
        assert_eq!(
            status == StatusCode::METHOD_NOT_ALLOWED,
            !allowed.is_empty(),
            "{method} {path}: {allowed}"
        );
    }
}
