//! Incidents in the console: seen, told to callers, put together, taken apart and closed, by people whose names are kept.

use axum::http::StatusCode;
use portico::{
    dialogue::{Trouble, Urgency},
    incident::Report,
    store::{Filed, Place},
    types::IncidentId,
};

use crate::office::{Browser, Office, SCRIPT, now, number, wrap_up};

const HEAT: u64 = 71;
const WATER: u64 = 72;

/// Two callers of each of two incidents; one of them is not to be trusted with his words.
async fn office() -> Office {
    let mut office = Office::set_up().await;
    for (nth, id, trouble) in [
        (1, HEAT, Trouble::Heat),
        (2, HEAT, Trouble::Heat),
        (3, WATER, Trouble::Water),
        (4, WATER, Trouble::Water),
    ] {
        let mut call = wrap_up(nth);
        let incident = IncidentId::from_random(id);
        call.filed = Some(Filed {
            place: if nth % 2 == 1 { Place::Opens(incident) } else { Place::Joins(incident) },
            with: Vec::new(),
            why: "the same trouble of the same property".into(),
            report: Report {
                at: now().wall,
                property: Some("Maple Court".into()),
                home: Some("4B".into()),
                trouble,
                urgency: Urgency::Routine,
                shared: None,
                whole: false,
                harmed: false,
                words: SCRIPT.into(),
            },
            number: Some(number(&format!("+1303555015{nth}"))),
            dialled: Some(number("+13035550100")),
        });
        office.write_down(&call);
    }
    office
}

fn path(id: u64) -> String {
    format!("/incidents/{}", IncidentId::from_random(id))
}

#[tokio::test]
async fn an_incident_is_told_to_callers_and_closed_by_somebody_whose_name_is_kept() {
    let office = office().await;
    let mut browser = office.signed_in().await;
    let list = browser.get("/incidents").await.text;
    assert!(
        list.contains("Maple Court") && list.contains("the heat") && list.contains(&path(HEAT)),
        "{list}"
    );
    let one = browser.get(&path(HEAT)).await.text;
    assert!(one.contains("We know about the heating trouble at Maple Court"), "{one}");
    assert!(one.contains("the same trouble of the same property") && !one.contains("<script>alert"));

    let csrf = browser.get(&path(HEAT)).await.csrf();
    let notice = format!("{}/notice", path(HEAT));
    let forged = browser.post(&notice, &[("csrf", "made up"), ("turn", "on"), ("words", "x")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let words = "Crew is on site,\r\nback by six.";
    let on = browser.post(&notice, &[("csrf", &csrf), ("turn", "on"), ("words", words)]).await;
    assert_eq!((on.status, on.header("location")), (StatusCode::SEE_OTHER, path(HEAT).as_str()));
    let answer = browser.get("/api/v1/incidents?open=true").await.json();
    let heat = answer["items"].as_array().unwrap().iter().find(|row| row["trouble"] == "heat").unwrap();
    assert_eq!((&heat["notice"], &heat["callers"]), (&"Crew is on site, back by six.".into(), &2.into()));
    browser.post(&notice, &[("csrf", &csrf), ("turn", "off")]).await;
    let whole = browser.get(&format!("/api/v1{}", path(HEAT))).await.json();
    assert!(whole["notice"].is_null() && whole["reports"].as_array().unwrap().len() == 2, "{whole}");

    let close = format!("{}/close", path(HEAT));
    assert_eq!(browser.post(&close, &[("csrf", &csrf), ("words", "")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.post(&close, &[("csrf", &csrf), ("words", "")]).await.status, StatusCode::CONFLICT);
    assert!(browser.get(&path(HEAT)).await.text.contains("Closed by Robin Hale"));
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    for action in ["incident.notice_on", "incident.notice_off", "incident.close"] {
        assert!(log.iter().any(|row| row.action == action && row.actor == "Robin Hale"), "{action}");
    }
    let mut stranger = Browser::of(&office);
    assert_eq!(stranger.post(&close, &[("csrf", &csrf)]).await.header("location"), "/sign-in");
}

#[tokio::test]
async fn incidents_are_put_together_and_a_call_is_taken_out() {
    let office = office().await;
    let mut browser = office.signed_in().await;
    let csrf = browser.get(&path(WATER)).await.csrf();
    let into = IncidentId::from_random(HEAT).to_string();
    let merge = format!("{}/merge", path(WATER));
    let merged = browser.post(&merge, &[("csrf", &csrf), ("into", &into)]).await;
    assert_eq!(merged.header("location"), path(HEAT));
    assert!(browser.get(&path(WATER)).await.text.contains("part of another"));
    let call = wrap_up(4).record.call;
    let out = format!("{}/take-out/{call}", path(HEAT));
    assert_eq!(browser.post(&out, &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    let whole = browser.get(&format!("/api/v1{}", path(HEAT))).await.json();
    assert_eq!((&whole["callers"], whole["reports"].as_array().unwrap().len()), (&3.into(), 3));
    assert_eq!(browser.post(&out, &[("csrf", &csrf)]).await.status, StatusCode::CONFLICT);
    for nowhere in ["/incidents/none", "/api/v1/incidents/0000000000001"] {
        assert_eq!(browser.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

const OPENING: [(&str, &str); 4] =
    [("property", "Maple Court"), ("trouble", "hot_water"), ("words", ""), ("hours", "48")];

/// The form with the session's proof, and some of its fields otherwise.
fn form<'a>(csrf: &'a str, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let changed = |name| other.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
    let fields = OPENING.iter().map(|(name, value)| (*name, changed(*name).unwrap_or(*value)));
    [("csrf", csrf)].into_iter().chain(fields).collect()
}

#[tokio::test]
async fn a_person_opens_one_before_anybody_calls_and_the_next_is_led_to_it() {
    let office = office().await;
    let mut browser = office.signed_in().await;
    let page = browser.get("/incidents").await;
    for offered in ["Known before anybody calls", ">Alder House<", "value=\"hot_water\"", "max=\"168\""] {
        assert!(page.text.contains(offered), "{offered}: {}", page.text);
    }
    assert!(!page.text.contains("value=\"person\""), "somebody in need of help is never one of many");
    let csrf = page.csrf();
    let forged = browser.post("/incidents", &form("made up", &[])).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let mut stranger = Browser::of(&office);
    assert_eq!(stranger.post("/incidents", &form(&csrf, &[])).await.header("location"), "/sign-in");

    let opened = browser.post("/incidents", &form(&csrf, &[])).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let path = opened.header("location").to_owned();
    let one = browser.get(&path).await.text;
    for said in [
        "Opened by Robin Hale",
        "Nobody has called about it yet.",
        "We know that there is trouble with the hot water at Maple Court",
        "name=\"hours\" min=\"1\" max=\"168\" step=\"1\" value=\"48\"",
        "nobody is texted",
    ] {
        assert!(one.contains(said), "{said}: {one}");
    }
    assert!(!one.contains("0 callers"), "{one}");
    assert!(browser.get("/incidents").await.text.contains("nobody yet"));
    let whole = browser.get(&format!("/api/v1{path}")).await.json();
    assert_eq!((&whole["callers"], &whole["opened_by"]), (&0.into(), &"Robin Hale".into()));
    assert!(whole["notice"].as_str().unwrap().contains("hot water") && whole["notice_until"].is_string());

    let words = [("words", "Back by six."), ("hours", "5")];
    let again = browser.post("/incidents", &form(&csrf, &words)).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    for said in ["open already", &path, "Back by six.", "value=\"5\""] {
        assert!(again.text.contains(said), "{said}: {}", again.text);
    }
    let open = browser.get("/api/v1/incidents?open=true").await.json();
    assert_eq!(open["items"].as_array().unwrap().len(), 3, "no second one: {open}");
    let other = browser.post("/incidents", &form(&csrf, &[("property", "Alder House")])).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "another property has its own");

    let close = format!("{path}/close");
    assert_eq!(browser.post(&close, &[("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    let opened: Vec<_> = log.iter().filter(|row| row.action == "incident.open").collect();
    assert!(opened.len() == 2 && opened.iter().all(|row| row.actor == "Robin Hale"), "{opened:#?}");
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_and_what_was_written_stays() {
    let office = office().await;
    let mut browser = office.signed_in().await;
    let csrf = browser.get("/incidents").await.csrf();
    for (field, value, said) in [
        ("property", "Somewhere Else", "Say which property"),
        ("trouble", "person", "Say what the trouble is"),
        ("trouble", "other", "Write what callers hear"),
        ("hours", "0", "1 to 168 hours"),
        ("hours", "169", "1 to 168 hours"),
        ("hours", "99999999999999999999", "1 to 168 hours"),
        ("hours", "soon", "1 to 168 hours"),
    ] {
        let refused = browser.post("/incidents", &form(&csrf, &[(field, value)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(refused.text.contains(said), "{field} {value}: {}", refused.text);
    }
    let kept = browser.post("/incidents", &form(&csrf, &[("words", SCRIPT), ("hours", "0")])).await.text;
    assert!(kept.contains("&lt;script&gt;alert") && !kept.contains("<script>alert"), "{kept}");
    let heat = form(&csrf, &[("trouble", "heat"), ("words", SCRIPT)]);
    let led = browser.post("/incidents", &heat).await;
    assert_eq!(led.status, StatusCode::CONFLICT, "that which callers have opened");
    assert!(led.text.contains(&path(HEAT)) && !led.text.contains("<script>alert"), "{}", led.text);
    let whole = browser.get(&format!("/api/v1{}", path(HEAT))).await.json();
    assert!(whole["notice"].is_null() && whole["opened_by"].is_null(), "it stays as it was: {whole}");
    let open = browser.get("/api/v1/incidents?open=true").await.json();
    assert_eq!(open["items"].as_array().unwrap().len(), 2);
    let notice = format!("{}/notice", path(HEAT));
    let on = [("csrf", csrf.as_str()), ("turn", "on"), ("words", ""), ("hours", "0")];
    assert_eq!(browser.post(&notice, &on).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
