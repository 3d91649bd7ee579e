//! Numbers that the office blocks, and those that it always lets in.

use axum::http::StatusCode;
use portico::pbx::{Control, Listing};
use tokio::sync::mpsc;

use crate::office::{Browser, Office, number};

const NUISANCE: &str = "+13035550150";

#[tokio::test]
async fn a_number_is_blocked_let_in_and_forgotten_again_and_the_switch_hears_of_each() {
    let office = Office::set_up().await;
    let (to_switch, mut switch) = mpsc::channel(8);
    office.site.connect(to_switch);
    let mut browser = office.signed_in().await;
    let page = browser.get("/screening").await;
    assert!(page.text.contains("No number is on a list."), "{}", page.text);
    let csrf = page.csrf();
    for (listing, shown) in [("block", Some("blocked")), ("allow", Some("always let in")), ("none", None)] {
        let form = [("csrf", csrf.as_str()), ("number", "(303) 555-0150"), ("listing", listing)];
        assert_eq!(browser.post("/screening", &form).await.status, StatusCode::SEE_OTHER, "{listing}");
        let expected = Control::List { number: number(NUISANCE), listing: Listing::from_name(listing) };
        assert_eq!(switch.try_recv().unwrap(), expected);
        let rows = office.store.reader().listed().unwrap();
        assert_eq!(
            rows.first().map(|row| (row.number, row.by.as_str())),
            shown.map(|_| (number(NUISANCE), "Robin Hale"))
        );
        let text = browser.get("/screening").await.text;
        assert_eq!(text.contains("(303) 555-0150"), shown.is_some(), "{text}");
        assert!(shown.is_none_or(|shown| text.contains(&format!(">{shown}</span>"))), "{text}");
    }
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    let done: Vec<_> =
        log.iter().rev().map(|row| row.action.as_str()).filter(|a| a.starts_with("screening")).collect();
    assert_eq!(done, ["screening.block", "screening.allow", "screening.remove"]);
}

#[tokio::test]
async fn what_is_no_number_is_said_and_a_form_from_elsewhere_lists_nobody() {
    let office = Office::set_up().await;
    let (to_switch, mut switch) = mpsc::channel(8);
    office.site.connect(to_switch);
    let mut browser = office.signed_in().await;
    let csrf = browser.get("/screening").await.csrf();
    let wrong = [("csrf", csrf.as_str()), ("number", "<b>Dana</b>"), ("listing", "block")];
    let page = browser.post("/screening", &wrong).await;
    assert!(page.text.contains("&lt;b&gt;Dana&lt;/b&gt;") && page.text.contains("is not a telephone number"));
    let forged = [("csrf", "made up"), ("number", NUISANCE), ("listing", "block")];
    assert_eq!(browser.post("/screening", &forged).await.status, StatusCode::FORBIDDEN);
    let mut stranger = Browser::of(&office);
    let form = [("csrf", csrf.as_str()), ("number", NUISANCE), ("listing", "block")];
    assert_eq!(stranger.post("/screening", &form).await.header("location"), "/sign-in");
    assert_eq!(stranger.get("/screening").await.header("location"), "/sign-in");
    assert!(switch.try_recv().is_err());
    assert!(office.store.reader().listed().unwrap().is_empty());
}
