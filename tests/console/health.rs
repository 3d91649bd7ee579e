//! The health page and its JSON: what is wrong, said plainly, even when the disk is away.

use axum::http::StatusCode;
use portico::{
    desk::Alarm,
    pbx::Fact,
    sip::{TargetState, Transport, Tried, TriedTarget, TrunkHealth},
    store::{Store, TokenHash},
};

use crate::office::{Office, PASSWORD, now};

#[tokio::test]
async fn each_part_says_how_it_fares_and_what_it_means() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    let begun = browser.get("/api/v1/health").await.json();
    assert_eq!(begun["well"], true, "waiting is not broken: {begun}");
    office.vitals.lock().unwrap().speech = Some(Ok(()));
    {
        let mut vitals = office.vitals.lock().unwrap();
        let down = TrunkHealth::Down { status: 503, why: "<b>maintenance</b>".into() };
        vitals.observe(&Fact::TrunkHealth { trunk: "carrier".into(), health: down });
        vitals.alarm(&Alarm::StoreFailing { cause: "the disk is full" });
        vitals.alarm(&Alarm::RecordsWaiting { count: 3 });
        vitals.alarm(&Alarm::TextsFailing { status: 0 });
    }
    let page = browser.get("/health").await;
    for words in [
        "The agent can hear, understand and speak.",
        "the disk is full. Calls go on; 3 records wait in memory. Make room or mend the disk.",
        "It answered 503: &lt;b&gt;maintenance&lt;/b&gt;",
        "The carrier does not answer; texts wait and are tried again.",
        "No phone is registered",
        "needs attention",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(browser.get("/calls").await.text.contains("role=\"alert\""), "the alarm is on every page");
    let answer = browser.get("/api/v1/health").await.json();
    assert_eq!(answer["well"], false);
    let part = |name: &str| {
        let parts = answer["parts"].as_array().unwrap();
        parts.iter().find(|part| part["name"] == name).unwrap()["condition"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        ["Speech", "Records", "Texts", "Trunk carrier", "Extension 101"].map(part),
        ["well", "broken", "broken", "broken", "waiting"]
    );
    office.vitals.lock().unwrap().alarm(&Alarm::StoreWell);
    office.vitals.lock().unwrap().alarm(&Alarm::TextsFlowing);
    let up = Fact::TrunkHealth { trunk: "carrier".into(), health: TrunkHealth::Up };
    office.vitals.lock().unwrap().observe(&up);
    assert_eq!(browser.get("/api/v1/health").await.json()["well"], true);
    assert!(!browser.get("/calls").await.text.contains("role=\"alert\""));
}

#[tokio::test]
async fn whether_another_target_would_take_over_is_told_as_the_last_night_found_it() {
    let office = Office::set_up().await;
    let browser = office.signed_in().await;
    let part = async || {
        let answer = browser.get("/api/v1/health").await.json();
        let parts = answer["parts"].as_array().unwrap().clone();
        parts.into_iter().find(|part| part["name"] == "Fail-over").map(|part| {
            (part["condition"].as_str().unwrap().to_owned(), part["meaning"].as_str().unwrap().to_owned())
        })
    };
    let tell = |fact: Fact| office.vitals.lock().unwrap().observe(&fact);
    assert_eq!(part().await, None, "nothing has been tried");
    office.vitals.lock().unwrap().tried_on = Some("2026-11-20".parse().unwrap());
    tell(Fact::TrunkHealth { trunk: "carrier".into(), health: TrunkHealth::Up });
    tell(Fact::TargetsTried { trunk: "carrier".into(), targets: vec![] });
    let (condition, meaning) = part().await.unwrap();
    assert_eq!(condition, "waiting");
    assert!(meaning.starts_with("Tried on 2026-11-20. carrier is the only way out"), "{meaning}");

    let (transport, address) = (Transport::Udp, "198.51.100.2:5060".parse().unwrap());
    let found = |found| Fact::TargetsTried {
        trunk: "carrier".into(),
        targets: vec![TriedTarget { transport, address, found }],
    };
    tell(found(Tried::Answers));
    assert_eq!(part().await.unwrap().0, "well");
    let state = |rests: Option<&str>| Fact::TrunkTargets {
        trunk: "carrier".into(),
        targets: vec![TargetState { transport, address, used: false, rests: rests.map(str::to_owned) }],
    };
    tell(state(Some("it does not answer")));
    tell(found(Tried::Silent { why: "it does not answer".into() }));
    let (condition, meaning) = part().await.unwrap();
    assert_eq!(condition, "broken");
    assert!(meaning.contains("198.51.100.2:5060 stands by and does not answer"), "{meaning}");
    tell(state(None));
    assert_eq!(part().await.unwrap().0, "well", "it answers again");
}

#[tokio::test]
async fn whoever_was_let_in_sees_the_health_of_a_box_whose_disk_is_gone() {
    let folder = std::env::temp_dir().join(format!("portico-console-gone-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("portico.db");
    let mut store = Store::open(&path).unwrap();
    store.add_api_token(TokenHash([9; 32]), "unused", "test", now().wall).unwrap();
    let office = Office::over(store, Store::open(&path).unwrap(), now);
    office.make_account("Robin Hale", PASSWORD).await;
    let browser = office.signed_in().await;
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);

    // Not a database any more, to connections that are open as to new ones.
    for file in ["portico.db", "portico.db-wal", "portico.db-shm"] {
        drop(std::fs::OpenOptions::new().write(true).open(folder.join(file)).map(|file| {
            use std::os::unix::fs::FileExt;
            file.write_all_at(&[0xa5; 262_144], 0).unwrap();
        }));
    }
    let page = browser.get("/health").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("The records cannot be read"), "{}", page.text);
    let answer = browser.get("/api/v1/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        (&answer.json()["well"], &answer.json()["records"]),
        (&false.into(), &serde_json::Value::Null)
    );
    let calls = browser.get("/calls").await;
    assert_eq!(calls.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(calls.text.contains("Calls go on."), "{}", calls.text);
    assert_eq!(browser.get("/api/v1/calls").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let mut stranger = crate::office::Browser::of(&office);
    stranger.cookie = Some(format!("portico_session={}", "0".repeat(64)));
    assert_eq!(stranger.get("/health").await.status, StatusCode::SERVICE_UNAVAILABLE, "nobody new is let in");
    std::fs::remove_dir_all(folder).unwrap();
}
