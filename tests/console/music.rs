//! Music: a file is handed on as it was sent, a refusal is said, and nobody without a session brings anything.

use std::sync::{Arc, Mutex};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use portico::console::{MusicOf, MusicRow, MusicWish, NotTaken, Plays};
use tokio::sync::mpsc;

use crate::office::{Answer, Browser, Office};

type Kept = Arc<Mutex<Vec<(MusicOf, Vec<u8>)>>>;

/// Keeps whatever begins with RIFF.
fn keeper(office: &Office) -> Kept {
    let kept = Kept::default();
    let (wishes, mut wished) = mpsc::channel(2);
    office.site.keep_music(wishes);
    let keeps = Arc::clone(&kept);
    tokio::spawn(async move {
        while let Some(wish) = wished.recv().await {
            match wish {
                MusicWish::List(answer) => {
                    let row = |of, label: &str, plays| MusicRow { of, label: label.into(), plays };
                    let number = MusicOf::Number("+13035550100".parse().unwrap());
                    let rows = vec![
                        row(MusicOf::Office, "Maple <Court>", Plays::House),
                        row(number, "main line", Plays::Offices),
                    ];
                    answer.send(rows).unwrap();
                }
                MusicWish::Keep { of, bytes, answer } if bytes.starts_with(b"RIFF") => {
                    keeps.lock().unwrap().push((of, bytes.to_vec()));
                    answer.send(Ok(())).unwrap();
                }
                MusicWish::Keep { answer, .. } => {
                    answer.send(Err(NotTaken("it is neither a WAV nor an MP3 file".into()))).unwrap();
                }
                MusicWish::Forget { answer, .. } => answer.send(Ok(())).unwrap(),
            }
        }
    });
    kept
}

pub(crate) async fn bring(browser: &Browser<'_>, path: &str, csrf: &str, file: &[u8]) -> Answer {
    let head = format!(
        "--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--B\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--B--\r\n"].concat();
    let request = browser
        .request(Method::POST, path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .unwrap();
    Answer::of(browser.office.send(request).await).await
}

#[tokio::test]
async fn a_file_of_megabytes_is_brought_along_whole() {
    let office = Office::set_up().await;
    let kept = keeper(&office);
    let browser = office.signed_in().await;
    let page = browser.get("/music").await;
    assert!(page.text.contains("Maple &lt;Court&gt;") && page.text.contains("main line"), "{}", page.text);
    let csrf = page.csrf();
    let mut file = b"RIFF".to_vec();
    file.extend((0..3_000_000_u32).map(|n| n as u8));
    assert_eq!(bring(&browser, "/music/13035550100", &csrf, &file).await.status, StatusCode::SEE_OTHER);
    let [(of, bytes)] = &kept.lock().unwrap()[..] else { panic!("nothing was kept") };
    assert_eq!((of.name().as_str(), bytes == &file), ("13035550100", true));
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_words() {
    let office = Office::set_up().await;
    let kept = keeper(&office);
    let browser = office.signed_in().await;
    let csrf = browser.get("/music").await.csrf();
    let refused = bring(&browser, "/music/office", &csrf, b"GIF89a").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("it is neither a WAV nor an MP3 file."), "{}", refused.text);
    assert_eq!(bring(&browser, "/music/office", "forged", b"RIFF").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bring(&browser, "/music/19995550100", &csrf, b"RIFF").await.status, StatusCode::NOT_FOUND);
    let large = vec![b'R'; portico::console::LARGEST_MUSIC + 100_000];
    assert_eq!(bring(&browser, "/music/office", &csrf, &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let stranger = Browser::of(&office);
    assert_eq!(bring(&stranger, "/music/office", &csrf, b"RIFF").await.status, StatusCode::SEE_OTHER);
    assert!(kept.lock().unwrap().is_empty());
}
