//! Greetings of mailboxes: brought along, heard, taken back; on record, and nothing left of one that came into no use.

use std::sync::{Arc, Mutex};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use portico::{
    console::{GreetingRow, GreetingWish, Greetings, NotTaken},
    pbx::{Control, Fact, MailboxChange},
};
use tokio::sync::mpsc;

use crate::office::{Answer, Browser, Office, now};

const FILE: &str = "greeting-0000000000001.wav";

/// What was discarded.
type Gone = Arc<Mutex<Vec<String>>>;

/// Makes a greeting of whatever begins with RIFF.
fn keeper(office: &Office) -> Gone {
    let (wishes, mut wished) = mpsc::channel(2);
    let row = |mailbox: &str, name: &str, words: Option<&str>| GreetingRow {
        mailbox: mailbox.parse().unwrap(),
        name: name.into(),
        words: words.map(str::to_owned),
    };
    let rows = vec![row("101", "Front <desk>", None), row("200", "", Some("We are closed."))];
    office.site.keep_greetings(Greetings::new(rows, wishes));
    let (gone, folder) = (Gone::default(), office.recordings.join("mailboxes"));
    let discarded = Arc::clone(&gone);
    tokio::spawn(async move {
        while let Some(wish) = wished.recv().await {
            match wish {
                GreetingWish::Take { bytes, answer } if bytes.starts_with(b"RIFF") => {
                    std::fs::create_dir_all(&folder).unwrap();
                    std::fs::write(folder.join(FILE), &bytes).unwrap();
                    answer.send(Ok(FILE.into())).unwrap();
                }
                GreetingWish::Take { answer, .. } => {
                    answer.send(Err(NotTaken("it is neither a WAV nor an MP3 file".into()))).unwrap();
                }
                GreetingWish::Discard { file } => discarded.lock().unwrap().push(file),
            }
        }
    });
    gone
}

/// A switch and a desk that take changes of mailboxes on.
fn switch(office: &Office) {
    let (wishes, mut wished) = mpsc::channel(4);
    office.site.connect(wishes);
    let (live, mut store) = (office.live.clone(), office.store.another().unwrap());
    tokio::spawn(async move {
        while let Some(control) = wished.recv().await {
            let Control::ChangeMailbox { mailbox, change } = control else { panic!("{control:?}") };
            store.change_mailbox(&mailbox, &change, now().wall).unwrap();
            live.observe(&Fact::MailboxChanged { mailbox, change }, now().wall);
        }
    });
}

async fn bring(browser: &Browser<'_>, mailbox: &str, csrf: &str, file: &[u8]) -> Answer {
    let head = format!(
        "--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--B\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--B--\r\n"].concat();
    let request = browser
        .request(Method::POST, &format!("/greetings/{mailbox}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .unwrap();
    Answer::of(browser.office.send(request).await).await
}

#[tokio::test]
async fn a_greeting_is_brought_listened_to_and_taken_back_on_record() {
    let office = Office::set_up().await;
    let gone = keeper(&office);
    switch(&office);
    let mut browser = office.signed_in().await;
    let page = browser.get("/mailboxes").await;
    for shown in ["Front &lt;desk&gt;", "the usual words", "“We are closed.”", "action=\"/greetings/101\""]
    {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert!(!page.text.contains("/greetings/101/greeting.wav"), "there is nothing to listen to");
    let csrf = page.csrf();
    assert_eq!(browser.get("/greetings/101/greeting.wav").await.status, StatusCode::NOT_FOUND);

    let mut file = b"RIFF".to_vec();
    file.extend((0..3_000_000_u32).map(|n| n as u8));
    let brought = bring(&browser, "101", &csrf, &file).await;
    assert_eq!(
        (brought.status, brought.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "/mailboxes#greetings")
    );
    let own = office.store.reader().greetings().unwrap();
    assert_eq!(own.get(&"101".parse().unwrap()).map(String::as_str), Some(FILE));
    assert!(browser.get("/mailboxes").await.text.contains("src=\"/greetings/101/greeting.wav\""));
    let sound = browser.get("/greetings/101/greeting.wav").await;
    assert_eq!(
        (sound.status, sound.header(header::CONTENT_LENGTH)),
        (StatusCode::OK, file.len().to_string().as_str())
    );

    let back = browser.post("/greetings/101/forget", &[("csrf", &csrf)]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(office.store.reader().greetings().unwrap().is_empty());
    assert!(!browser.get("/mailboxes").await.text.contains("/greetings/101/greeting.wav"));
    let audit = office.store.reader().audit_log(None, 10).unwrap().items;
    let actions: Vec<_> = audit.iter().map(|line| (line.actor.as_str(), line.action.as_str())).collect();
    for action in ["greeting.bring", "greeting.forget"] {
        assert!(actions.contains(&("Robin Hale", action)), "{actions:?}");
    }
    assert!(gone.lock().unwrap().is_empty(), "the desk sees to files that were in use");
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_words_and_changes_nothing() {
    let office = Office::set_up().await;
    keeper(&office);
    switch(&office);
    let browser = office.signed_in().await;
    let csrf = browser.get("/mailboxes").await.csrf();
    let refused = bring(&browser, "200", &csrf, b"GIF89a").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text
            .contains("The greeting for mailbox 200 was not taken: it is neither a WAV nor an MP3 file."),
        "{}",
        refused.text
    );
    assert_eq!(bring(&browser, "101", "forged", b"RIFF").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bring(&browser, "199", &csrf, b"RIFF").await.status, StatusCode::NOT_FOUND);
    let large = vec![b'R'; portico::console::LARGEST_MUSIC + 100_000];
    assert_eq!(bring(&browser, "101", &csrf, &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(bring(&Browser::of(&office), "101", &csrf, b"RIFF").await.status, StatusCode::SEE_OTHER);
    assert!(office.store.reader().greetings().unwrap().is_empty());
}

#[tokio::test]
async fn a_greeting_that_the_switch_cannot_take_leaves_no_file() {
    let office = Office::set_up().await;
    let gone = keeper(&office);
    let browser = office.signed_in().await;
    let csrf = browser.get("/mailboxes").await.csrf();
    let refused = bring(&browser, "101", &csrf, b"RIFF").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "there is no switch");
    tokio::task::yield_now().await;
    assert_eq!(gone.lock().unwrap()[..], [FILE.to_owned()]);
    let no_change = MailboxChange::Greeting { file: None };
    office
        .live
        .observe(&Fact::MailboxChanged { mailbox: "101".parse().unwrap(), change: no_change }, now().wall);
    assert!(!browser.get("/mailboxes").await.text.contains("greeting.wav"));
}
