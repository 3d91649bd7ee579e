//! The log of equal treatment: on its page, as a table for a spreadsheet and in the interface, and shut to strangers.

use axum::http::StatusCode;
use portico::{
    dialogue::{ClosedTopic, Outcome, Subject, Treated},
    store::PairCheck,
};

use crate::office::{Browser, Office, SCRIPT, now, wrap_up};

/// A caller has asked two things; one of them tries to run a script and a formula.
async fn office() -> Office {
    let mut office = Office::set_up().await;
    let mut call = wrap_up(1);
    let treated =
        |subject, asked: &str, given: &str| Treated { subject, asked: asked.into(), given: given.into() };
    call.record.outcome = Some(Outcome {
        treated: vec![
            treated(Subject::Homes, "What is the rent?", "The rent is 1850 dollars a month."),
            treated(
                Subject::Closed(ClosedTopic::Vouchers),
                &format!("=1+1 {SCRIPT}"),
                "The leasing team answers that.",
            ),
        ],
        ..Outcome::blank()
    });
    office.write_down(&call);
    office
}

#[tokio::test]
async fn what_was_asked_and_told_is_on_the_page_in_the_table_and_in_the_interface() {
    let office = office().await;
    let browser = office.signed_in().await;
    let page = browser.get("/fair-housing").await.text;
    assert!(page.contains("The rent is 1850 dollars a month.") && page.contains("homes to let"), "{page}");
    assert!(page.contains("vouchers") && page.contains("three years") && !page.contains("<script>alert"));
    assert!(page.contains("No check has been held yet"), "{page}");

    let table = browser.get("/fair-housing.csv").await;
    assert_eq!(table.status, StatusCode::OK);
    let lines: Vec<&str> = table.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.text);
    assert_eq!(lines[0], "\"When (UTC)\",\"Call\",\"About\",\"Asked\",\"Told\"");
    assert!(lines.iter().any(|line| line.contains("\"'=1+1")), "no formula: {}", table.text);

    let answer = browser.get("/api/v1/equal-treatment?limit=1").await.json();
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    let next = answer["next"].as_str().unwrap();
    let rest = browser.get(&format!("/api/v1/equal-treatment?after={next}")).await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1, "{rest}");
    let subjects = [&answer, &rest].map(|page| page["items"][0]["subject"].as_str().unwrap().to_owned());
    assert!(subjects.contains(&"homes".to_owned()) && subjects.contains(&"closed vouchers".to_owned()));
}

#[tokio::test]
async fn the_latest_check_with_pairs_stands_there_with_its_report() {
    let mut office = office().await;
    let report = "Maple Court: 104 pairs of callers asked the same; 103 pairs were told the same.".to_owned();
    office.keep_pair_check(&PairCheck { at: now().wall, pairs: 104, same: 103, report });
    let page = office.signed_in().await.get("/fair-housing").await.text;
    assert!(page.contains("103 of 104 pairs") && page.contains("not all the same"), "{page}");
}

#[tokio::test]
async fn nothing_of_it_is_there_for_strangers() {
    let office = office().await;
    for path in
        ["/fair-housing", "/fair-housing.csv", "/api/v1/equal-treatment", "/api/v1/equal-treatment.csv"]
    {
        let answer = Browser::of(&office).get(path).await;
        assert_ne!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.text.contains("1850"), "{path}");
    }
}
