//! Showings: what people settle and cancel, and the feed that whoever has its address reads.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use portico::{
    console::{ShowingOffice, ShowingPerson},
    store::{ShowingRow, ShowingStatus},
    types::{CallId, ShowingId},
};

use crate::office::{Answer, Browser, Office, SCRIPT, now, number};

fn ahead(hours: i64) -> Timestamp {
    now().wall.checked_add(SignedDuration::from_hours(hours)).unwrap()
}

pub fn showing(id: u64, agent: &str, hours: i64) -> ShowingRow {
    ShowingRow {
        id: ShowingId::from_random(id),
        call: CallId::from_random(id),
        agent: agent.into(),
        place: format!("210 Maple Court, apartment {id}A"),
        begins: ahead(hours),
        ends: ahead(hours) + SignedDuration::from_mins(30),
        name: Some(SCRIPT.into()),
        callback: number("+13035550142"),
        status: ShowingStatus::Booked,
        changed: now().wall,
        replaces: None,
        entry: None,
        remark: None,
    }
}

async fn office() -> Office {
    let mut office = Office::set_up().await;
    let person = |name: &str, keeps_calendar| ShowingPerson { name: name.into(), keeps_calendar };
    let agents = vec![person("Robin Hale", false), person("Kim", true)];
    office.site.tell_showings(ShowingOffice { agents });
    for row in [showing(1, "Robin Hale", 24), showing(2, "Kim", 24), showing(3, "Robin Hale", 48)] {
        office.store.book_showing(&row, now().wall).unwrap();
    }
    office
}

/// Puts a claim down and leaves it to people, as the desk does when an agent's calendar is away.
fn request(office: &mut Office, id: u64, agent: &str, hours: i64) {
    let row = ShowingRow { status: ShowingStatus::Claimed, ..showing(id, agent, hours) };
    office.store.book_showing(&row, now().wall).unwrap();
    office.store.leave_to_people(row.id, "the calendar did not answer", now().wall).unwrap();
}

fn states(office: &Office) -> Vec<(u64, ShowingStatus)> {
    let rows = office.store.reader().showings(now().wall).unwrap();
    let known = |row: &ShowingRow| (1..9).find(|n| ShowingId::from_random(*n) == row.id).unwrap_or(0);
    let mut states: Vec<_> = rows.iter().map(|row| (known(row), row.status)).collect();
    states.sort_unstable();
    states
}

#[tokio::test]
async fn the_days_ahead_are_shown_and_one_is_cancelled_by_a_person_on_record() {
    let office = office().await;
    let mut browser = office.signed_in().await;
    let page = browser.get("/showings").await;
    for part in ["Robin Hale", "Kim", "apartment 2A", "(303) 555-0142", "booked", "&lt;script&gt;"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("<script>") && !page.text.contains("To be settled"));
    let path = format!("/showings/{}/cancel", ShowingId::from_random(1));
    let refused = browser.post(&path, &[("csrf", "guess")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(states(&office)[0], (1, ShowingStatus::Booked));
    let csrf = page.csrf();
    let answer = browser.post(&path, &[("csrf", &csrf)]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/showings"));
    assert_eq!(states(&office)[0], (1, ShowingStatus::Cancelled));
    let log = office.store.reader().audit_log(None, 50).unwrap().items;
    let cancelled: Vec<_> = log.iter().filter(|row| row.action == "showing.cancel").collect();
    assert_eq!((cancelled.len(), cancelled[0].actor.as_str()), (1, "Robin Hale"));
    assert!(browser.get("/showings").await.text.contains("cancelled"));
}

#[tokio::test]
async fn a_request_is_settled_or_booked_by_a_person_and_never_double() {
    let mut office = office().await;
    request(&mut office, 4, "Robin Hale", 72);
    request(&mut office, 5, "Kim", 72);
    request(&mut office, 6, "Robin Hale", 96);
    // Somebody else has had Robin's time on the fourth day since.
    office.store.book_showing(&showing(7, "Robin Hale", 96), now().wall).unwrap();
    let mut browser = office.signed_in().await;
    let page = browser.get("/showings").await;
    assert!(page.text.contains("To be settled") && page.text.contains("did not answer"), "{}", page.text);
    let csrf = page.csrf();
    let path = |id: u64, verb: &str| format!("/showings/requests/{}/{verb}", CallId::from_random(id));
    let form = [("csrf", csrf.as_str())];
    assert_eq!(browser.post(&path(4, "book"), &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.post(&path(5, "book"), &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.post(&path(6, "book"), &form).await.status, StatusCode::CONFLICT);
    let new: Vec<_> = states(&office).into_iter().filter(|(id, _)| *id == 0).collect();
    assert_eq!(
        new,
        [(0, ShowingStatus::Claimed), (0, ShowingStatus::Booked)],
        "Kim's calendar is asked first"
    );
    let waiting = office.store.reader().showing_requests().unwrap();
    let calls: Vec<CallId> = waiting.iter().map(|request| request.call).collect();
    assert_eq!(calls, [CallId::from_random(5), CallId::from_random(6)], "until Kim's calendar has it");
    assert_eq!(browser.post(&path(6, "settle"), &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(office.store.reader().showing_requests().unwrap().len(), 1);
}

async fn address(browser: &mut Browser<'_>, wish: &str) -> String {
    let csrf = browser.get("/showings").await.csrf();
    let form = [("csrf", csrf.as_str()), ("agent", "Robin Hale"), ("wish", wish)];
    let page = browser.post("/showings/feeds", &form).await.text;
    let Some((_, rest)) = page.split_once("<code>http") else { return String::new() };
    let url = rest.split('<').next().unwrap();
    url[url.find("/calendar/").unwrap()..].to_owned()
}

async fn fetch(office: &Office, path: &str, held: &str) -> Answer {
    let request = Browser::of(office).request(Method::GET, path).header(header::IF_NONE_MATCH, held);
    Answer::of(office.send(request.body(Body::empty()).unwrap()).await).await
}

#[tokio::test]
async fn a_feed_is_read_by_its_address_alone_until_it_is_revoked() {
    let mut office = office().await;
    let path = {
        let mut browser = office.signed_in().await;
        address(&mut browser, "make").await
    };
    assert!(path.ends_with("/robin-hale.ics"), "{path}");
    let feed = fetch(&office, &path, "").await;
    assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(feed.text.matches("BEGIN:VEVENT").count(), 2, "Kim's is Kim's: {}", feed.text);
    assert!(
        feed.text.contains(&format!("UID:showing-{}@portico\r\n", ShowingId::from_random(1))),
        "{}",
        feed.text
    );
    let etag = feed.header("etag").to_owned();
    let same = fetch(&office, &path, &etag).await;
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    office.store.cancel_showing(ShowingId::from_random(1), now().wall).unwrap();
    let changed = fetch(&office, &path, &etag).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(changed.text.contains("STATUS:CANCELLED") && changed.text.contains("STATUS:CONFIRMED"));
    assert_eq!(fetch(&office, &path.replace("robin-hale", "kim"), "").await.status, StatusCode::NOT_FOUND);
    let second = {
        let mut browser = office.signed_in().await;
        address(&mut browser, "make").await
    };
    assert_eq!(fetch(&office, &path, "").await.status, StatusCode::NOT_FOUND, "the old address");
    assert_eq!(fetch(&office, &second, "").await.status, StatusCode::OK);
    let mut browser = office.signed_in().await;
    address(&mut browser, "revoke").await;
    assert_eq!(fetch(&office, &second, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_guesses_addresses_is_stopped() {
    let office = office().await;
    let mut seen = Vec::new();
    for n in 0..12 {
        seen.push(fetch(&office, &format!("/calendar/{n:064}/robin-hale.ics"), "").await.status);
    }
    assert!(seen[..10].iter().all(|status| *status == StatusCode::NOT_FOUND), "{seen:?}");
    assert!(seen[10..].iter().all(|status| *status == StatusCode::TOO_MANY_REQUESTS), "{seen:?}");
}

#[tokio::test]
async fn programs_read_showings_and_requests() {
    let mut office = office().await;
    request(&mut office, 4, "Kim", 72);
    let token = office.token();
    let request = Browser::of(&office)
        .request(Method::GET, "/api/v1/showings")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = Answer::of(office.send(request.body(Body::empty()).unwrap()).await).await.json();
    let states: Vec<&str> =
        answer["items"].as_array().unwrap().iter().map(|item| item["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["requested", "booked", "booked", "booked", "cancelled"]);
    assert_eq!(answer["items"][0]["agent"], "Kim");
}
