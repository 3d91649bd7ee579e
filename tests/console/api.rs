//! The JSON interface: its document, and answers that keep to it.

use std::{fs, path::Path};

use axum::http::StatusCode;
use portico::types::CallId;
use serde_json::Value;

use crate::office::{Browser, Office, incoming, now, wrap_up};

/// Run with `PORTICO_BLESS=1` to write the document anew after a change that is meant.
const DOCUMENT: &str = "tests/data/openapi.json";

#[test]
fn the_document_is_the_one_that_programs_were_written_for() {
    let document = portico::console::openapi();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    if std::env::var_os("PORTICO_BLESS").is_some() {
        fs::write(&path, format!("{document}\n")).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept.trim_end(), document, "{DOCUMENT} differs; PORTICO_BLESS=1 writes it anew");
}

#[tokio::test]
async fn the_document_names_every_path_and_serves_itself() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    let served = browser.get("/api/v1/openapi.json").await.json();
    assert_eq!(served, serde_json::from_str::<Value>(&portico::console::openapi()).unwrap());
    assert!(served["openapi"].as_str().unwrap().starts_with("3."));
    let paths: Vec<_> = served["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        paths,
        [
            "/call-backs",
            "/call-types",
            "/calls",
            "/calls/{call}",
            "/contacts",
            "/equal-treatment",
            "/equal-treatment.csv",
            "/health",
            "/incidents",
            "/incidents/{incident}",
            "/leads",
            "/messages",
            "/showings",
            "/work-orders"
        ]
    );
    let id = CallId::from_random(1).to_string();
    for path in paths {
        let real = format!("/api/v1{}", path.replace("{call}", &id).replace("{incident}", &id));
        let status = Browser::of(&office).get(&real).await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} is documented, is there, and is shut");
    }
}

/// Why a value is not what a schema says; every field must be documented, and every documented field there.
fn misfit(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.strip_prefix('#').unwrap();
        return misfit(document, document.pointer(pointer).expect(name), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices
            .iter()
            .all(|choice| misfit(document, choice, value, at).is_some())
            .then(|| format!("{at}: none of the choices fits {value}"));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let fits = kinds.iter().any(|kind| match *kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{at}: a kind that is not expected: {other}"),
    });
    if !fits {
        return Some(format!("{at}: {value} is not {kinds:?}"));
    }
    if let Some(items) = value.as_array() {
        let wrong = |(n, item)| misfit(document, &schema["items"], item, &format!("{at}[{n}]"));
        return items.iter().enumerate().find_map(wrong);
    }
    let fields = value.as_object()?;
    let documented = schema["properties"].as_object().expect(at);
    for required in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(required.as_str().unwrap()) {
            return Some(format!("{at}: {required} is missing"));
        }
    }
    fields.iter().find_map(|(name, field)| match documented.get(name) {
        Some(schema) => misfit(document, schema, field, &format!("{at}.{name}")),
        None => Some(format!("{at}.{name} is not documented")),
    })
}

fn assert_fits(document: &Value, path: &str, value: &Value) {
    let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{path} documents its answer");
    if let Some(why) = misfit(document, schema, value, path) {
        panic!("{why}");
    }
}

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let mut office = Office::set_up().await;
    office.write_down(&wrap_up(1));
    office.store.receive(&incoming(1)).unwrap();
    let promise = crate::call_backs::promise(1, now().wall);
    office.store.keep_call_back(&promise, &[], false, now().wall).unwrap();
    office.store.book_showing(&crate::showings::showing(1, "Robin", 24), now().wall).unwrap();
    office.store.save_call_type(&crate::call_types::storage_units(), "Robin Hale", now().wall).unwrap();
    office.vitals.lock().unwrap().speech = Some(Ok(()));
    let browser = office.signed_in().await;
    let document: Value = serde_json::from_str(&portico::console::openapi()).unwrap();
    for path in [
        "/calls",
        "/contacts",
        "/work-orders",
        "/leads",
        "/messages",
        "/call-backs",
        "/showings",
        "/call-types",
    ] {
        let answer = browser.get(&format!("/api/v1{path}")).await.json();
        assert!(!answer["items"].as_array().unwrap().is_empty(), "{path}");
        assert_fits(&document, path, &answer);
    }
    assert_fits(&document, "/health", &browser.get("/api/v1/health").await.json());

    let call = browser.get(&format!("/api/v1/calls/{}", CallId::from_random(1))).await.json();
    assert_fits(&document, "/calls/{call}", &call);
    for (list, count) in [("legs", 3), ("turns", 2), ("work_orders", 1), ("leads", 1), ("messages", 1)] {
        assert_eq!(call[list].as_array().unwrap().len(), count, "{list}");
    }
    assert_eq!(call["caller"], "+13035550142");
    assert_eq!(call["dialled"], "+13035550100");
    assert_eq!(call["disposition"], "ai_handled");
    assert_eq!(call["legs"][2]["result"], "failed");
    assert_eq!(call["legs"][2]["status"], 503);
    assert_eq!(call["legs"][0]["packets_lost"], 2);
    assert_eq!(call["turns"][0]["latency_ms"], 210);
    assert_eq!(call["work_orders"][0]["urgency"], "life_safety");
    assert_eq!(call["messages"][0]["state"], "queued");
    assert_eq!(call["recording"], format!("/calls/{}/recording.wav", CallId::from_random(1)));
    assert_eq!((&call["recording_from_ms"], &call["turns"][0]["recording_ms"]), (&18_000.into(), &50.into()));
    assert_eq!(
        (&call["turns"][1]["at_ms"], &call["turns"][1]["recording_ms"]),
        (&19_500.into(), &1_500.into())
    );
}

#[tokio::test]
async fn pages_of_a_list_follow_one_another_without_a_gap_or_a_repetition() {
    let mut office = Office::set_up().await;
    for n in 1..=125 {
        office.write_down(&wrap_up(n));
    }
    let browser = office.signed_in().await;
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = browser.get(&format!("/api/v1/calls?limit=40{after}")).await.json();
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let newest_first: Vec<_> = (1..=125).rev().map(|n| CallId::from_random(n).to_string()).collect();
    assert_eq!(seen, newest_first);
    for (limit, rows) in [("", 50), ("?limit=0", 1), ("?limit=7", 7), ("?limit=100000", 125)] {
        let page = browser.get(&format!("/api/v1/calls{limit}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), rows, "{limit}");
    }

    // The same with the links of the pages.
    let (mut rows, mut path) = (0, "/calls?missed=true".to_owned());
    for _ in 0..4 {
        let page = browser.get(&path).await;
        rows += page.text.matches("<td data-is=\"When\">").count();
        let Some((_, link)) = page.text.split_once("rel=\"next\" href=\"") else { break };
        path = link.split('"').next().unwrap().replace("&amp;", "&");
        assert!(path.contains("missed=true"), "{path}");
    }
    assert_eq!(rows, 125);
}
