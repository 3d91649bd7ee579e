//! Recordings: whole, in parts, and never another file.

use std::fs;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use portico::types::CallId;

use crate::office::{Answer, Browser, Office, wrap_up};

async fn part(browser: &Browser<'_>, range: &str) -> (StatusCode, String, String) {
    let path = format!("/calls/{}/recording.wav", CallId::from_random(1));
    let request =
        browser.request(Method::GET, &path).header(header::RANGE, range).body(Body::empty()).unwrap();
    let answer = Answer::of(browser.office.send(request).await).await;
    (answer.status, answer.header(header::CONTENT_RANGE).to_owned(), answer.text)
}

#[tokio::test]
async fn each_turn_links_to_where_it_begins_in_the_recording() {
    let mut office = Office::set_up().await;
    office.write_down(&wrap_up(1));
    let mut older = wrap_up(2);
    older.record.recordings[0].from_ms = None;
    office.write_down(&older);
    fs::create_dir_all(&office.recordings).unwrap();
    for n in [1, 2] {
        fs::write(office.recordings.join(format!("{}.wav", CallId::from_random(n))), "sound").unwrap();
    }
    let browser = office.signed_in().await;
    let page = |n| format!("/calls/{}", CallId::from_random(n));
    let told = browser.get(&page(1)).await.text;
    for link in ["recording.wav#t=0.1", "recording.wav#t=1.5"] {
        assert!(told.contains(&format!("href=\"{}/{link}\"", page(1))), "{link}: {told}");
    }
    assert!(!browser.get(&page(2)).await.text.contains("#t="), "it was not noted where that one begins");
}

#[tokio::test]
async fn a_recording_is_served_whole_or_in_the_part_that_a_player_asks_for() {
    let mut office = Office::set_up().await;
    office.write_down(&wrap_up(1));
    fs::create_dir_all(&office.recordings).unwrap();
    let sound: String = (0..200_000).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    let call = CallId::from_random(1);
    fs::write(office.recordings.join(format!("{call}.wav")), &sound).unwrap();
    let browser = office.signed_in().await;
    let whole = browser.get(&format!("/calls/{call}/recording.wav")).await;
    assert_eq!((whole.status, whole.header(header::CONTENT_TYPE)), (StatusCode::OK, "audio/wav"));
    assert_eq!(whole.header(header::CONTENT_LENGTH), "200000");
    assert_eq!(whole.header(header::ACCEPT_RANGES), "bytes");
    assert!(whole.text == sound);
    assert_eq!(
        part(&browser, "bytes=26-28").await,
        (StatusCode::PARTIAL_CONTENT, "bytes 26-28/200000".into(), "abc".into())
    );
    let (status, range, text) = part(&browser, "bytes=-3").await;
    assert_eq!((status, &*range), (StatusCode::PARTIAL_CONTENT, "bytes 199997-199999/200000"));
    assert_eq!(text, sound[199_997..]);
    assert_eq!(part(&browser, "bytes=1-").await.2.len(), 199_999);
    assert_eq!(
        part(&browser, "bytes=200000-").await,
        (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */200000".into(), String::new())
    );
    for odd in ["bytes=9-3", "bytes=0-1,4-5", "lines=0-3", "bytes=", "bytes=-", "\u{7f}"] {
        if let Ok(value) = header::HeaderValue::from_str(odd) {
            let (status, _, text) = part(&browser, value.to_str().unwrap()).await;
            assert_eq!((status, text.len()), (StatusCode::OK, 200_000), "{odd}");
        }
    }
}

#[tokio::test]
async fn only_the_file_of_the_call_is_served() {
    let mut office = Office::set_up().await;
    fs::create_dir_all(office.recordings.join("folder.wav")).unwrap();
    let secret = office.recordings.with_extension("secret");
    fs::write(&secret, "secret").unwrap();
    let outside = format!("../{}", secret.file_name().unwrap().to_str().unwrap());
    let names =
        [&*outside, secret.to_str().unwrap(), "..", ".", "", ".hidden", "missing.wav", "folder.wav", "a\0b"];
    for (n, name) in names.iter().enumerate() {
        let mut call = wrap_up(n as u64 + 1);
        call.record.recordings[0].file = (*name).to_owned();
        office.write_down(&call);
    }
    let browser = office.signed_in().await;
    for n in 1..=names.len() as u64 {
        let answer = browser.get(&format!("/calls/{}/recording.wav", CallId::from_random(n))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{:?}", names[n as usize - 1]);
        assert!(!answer.text.contains("secret"));
    }
    let unknown = browser.get(&format!("/calls/{}/recording.wav", CallId::from_random(999))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    fs::remove_file(secret).unwrap();
}
