//! Recorded sentences: what there is to record, a file handed on for one of them, a refusal, and what is out of date.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use portico::{
    console::{NotTaken, PromptRow, PromptStanding, PromptWish},
    types::Language,
};
use tokio::sync::mpsc;

use crate::{
    music::bring,
    office::{Browser, Office},
};

const NEED: &str = "en.lines.need.1.0123456789ab";
const OLD: &str = "en.lines.goodbye.1.ba9876543210";

/// Keeps whatever begins with RIFF; answers what was kept and forgotten.
fn keeper(office: &Office) -> Arc<Mutex<Vec<String>>> {
    let done = Arc::new(Mutex::new(Vec::new()));
    let (wishes, mut wished) = mpsc::channel(2);
    office.site.keep_prompts(wishes);
    let does = Arc::clone(&done);
    tokio::spawn(async move {
        while let Some(wish) = wished.recv().await {
            match wish {
                PromptWish::List(answer) => {
                    let row = |name: &str, words: &str, standing| PromptRow {
                        name: name.into(),
                        language: Language::English,
                        place: name[3..name.len() - 13].into(),
                        words: words.into(),
                        standing,
                    };
                    let rows = vec![
                        row(NEED, "How <can> I help?", PromptStanding::Synthesised),
                        row(OLD, "", PromptStanding::Outdated { millis: 1_540 }),
                    ];
                    answer.send(rows).unwrap();
                }
                PromptWish::Keep { name, bytes, answer } if bytes.starts_with(b"RIFF") => {
                    does.lock().unwrap().push(format!("kept {name}"));
                    answer.send(Ok(())).unwrap();
                }
                PromptWish::Keep { answer, .. } => {
                    answer.send(Err(NotTaken("it is neither a WAV nor an MP3 file".into()))).unwrap();
                }
                PromptWish::Forget { name, answer } => {
                    does.lock().unwrap().push(format!("forgot {name}"));
                    answer.send(Ok(())).unwrap();
                }
                PromptWish::Read => {}
            }
        }
    });
    done
}

#[tokio::test]
async fn a_sentence_is_recorded_and_one_that_is_no_longer_said_is_deleted() {
    let office = Office::set_up().await;
    let done = keeper(&office);
    let mut browser = office.signed_in().await;
    let page = browser.get("/prompts").await;
    assert!(
        page.text.contains("How &lt;can&gt; I help?") && page.text.contains("lines.need.1"),
        "{}",
        page.text
    );
    assert!(page.text.contains("1.5 s, of other words: not played"), "{}", page.text);
    let csrf = page.csrf();
    let taken = bring(&browser, &format!("/prompts/{NEED}"), &csrf, b"RIFF and more").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let gone = browser.post(&format!("/prompts/{OLD}/forget"), &[("csrf", csrf.as_str())]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert_eq!(*done.lock().unwrap(), [format!("kept {NEED}"), format!("forgot {OLD}")]);
    let unknown = browser.get("/prompts/unheard-of/prompt.wav").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_is_refused_in_words_and_a_stranger_s_is_not_read() {
    let office = Office::set_up().await;
    let done = keeper(&office);
    let browser = office.signed_in().await;
    let csrf = browser.get("/prompts").await.csrf();
    let at = format!("/prompts/{NEED}");
    let refused = bring(&browser, &at, &csrf, b"GIF89a").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("it is neither a WAV nor an MP3 file."), "{}", refused.text);
    assert_eq!(bring(&browser, &at, "forged", b"RIFF").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bring(&browser, "/prompts/en.other.1", &csrf, b"RIFF").await.status, StatusCode::NOT_FOUND);
    let stranger = Browser::of(&office);
    assert_eq!(bring(&stranger, &at, &csrf, b"RIFF").await.status, StatusCode::SEE_OTHER);
    assert!(done.lock().unwrap().is_empty());
}
