//! Sentences in the office's own voice: each sentence that callers are told word for word, a recording brought along for it,
//! and back to the synthesised one.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tokio::sync::{mpsc, oneshot};

use super::{
    access::Person,
    music::{NotTaken, busy},
    page,
    pages::{html, not_found},
    proved::{ProvedForm, ProvedUpload},
    recording,
    shield::LARGEST_UPLOAD,
    site::Site,
};
use crate::types::Language;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/prompts", get(list))
        .route("/prompts/{name}", post(keep).layer(DefaultBodyLimit::max(LARGEST_UPLOAD)))
        .route("/prompts/{name}/forget", post(forget))
        .route("/prompts/{name}/prompt.wav", get(sound))
}

/// A sentence, or a recording that no sentence needs any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptRow {
    /// As addresses and files have it; another one once the words are others.
    pub name: String,
    pub language: Language,
    /// Where it stands in the script, and which variant it is: `lines.need.1`.
    pub place: String,
    /// Empty where only the recording is left.
    pub words: String,
    pub standing: PromptStanding,
}

/// Who says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptStanding {
    Synthesised,
    Recorded {
        millis: u64,
    },
    /// Recorded of words that the script no longer has: not played.
    Outdated {
        millis: u64,
    },
    /// A file that cannot be played, and why.
    Unusable(String),
}

/// What the console asks of whoever keeps the recordings.
#[derive(Debug)]
pub enum PromptWish {
    List(oneshot::Sender<Vec<PromptRow>>),
    /// The sentences are others: an edited configuration has been taken on.
    Read,
    /// Take this file for it.
    Keep {
        name: String,
        bytes: Bytes,
        answer: oneshot::Sender<Result<(), NotTaken>>,
    },
    /// Back to the synthesised sentence.
    Forget {
        name: String,
        answer: oneshot::Sender<Result<(), NotTaken>>,
    },
}

/// The way to whoever keeps the recordings. Full: another file is being taken, and this one has to wait.
pub type PromptWishes = mpsc::Sender<PromptWish>;

async fn rows(site: &Site) -> Option<Vec<PromptRow>> {
    let (answer, rows) = oneshot::channel();
    site.prompts()?.try_send(PromptWish::List(answer)).ok()?;
    rows.await.ok()
}

async fn list(State(site): State<Site>, person: Person) -> Response {
    match rows(&site).await {
        Some(rows) => html(page::prompts(&site.frame(&person), &rows, None)).into_response(),
        None => busy(),
    }
}

/// A file for one of them.
async fn keep(
    State(site): State<Site>,
    Path(name): Path<String>,
    ProvedUpload { person, file: bytes }: ProvedUpload,
) -> Response {
    change(&site, &person, name, "prompt.keep", |name, answer| PromptWish::Keep { name, bytes, answer }).await
}

async fn forget(
    State(site): State<Site>,
    Path(name): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    change(&site, &person, name, "prompt.forget", |name, answer| PromptWish::Forget { name, answer }).await
}

async fn change(
    site: &Site,
    person: &Person,
    name: String,
    action: &'static str,
    wish: impl FnOnce(String, oneshot::Sender<Result<(), NotTaken>>) -> PromptWish,
) -> Response {
    let Some(rows) = rows(site).await else { return busy() };
    let Some(row) = rows.iter().find(|row| row.name == name) else { return not_found().await };
    let (answer, answered) = oneshot::channel();
    if site.prompts().is_none_or(|keeper| keeper.try_send(wish(name, answer)).is_err()) {
        return busy();
    }
    match answered.await {
        Ok(Ok(())) => {
            let (actor, now, subject) = (person.name.clone(), site.now().wall, row.place.clone());
            // The file is there whether or not the log can be written just now.
            if let Err(error) = site.write(move |store| store.audit(&actor, action, &subject, "", now)).await
            {
                tracing::warn!(%error, "who changed a recorded sentence could not be noted");
            }
            Redirect::to("/prompts").into_response()
        }
        Ok(Err(why)) => {
            let page = page::prompts(&site.frame(person), &rows, Some((row, &why)));
            (StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response()
        }
        Err(_) => busy(),
    }
}

/// What was brought along, to be listened to.
async fn sound(
    State(site): State<Site>,
    _: Person,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    let known = rows(&site).await.unwrap_or_default().iter().any(|row| row.name == name);
    let file = format!("{name}.wav");
    if !known || !recording::is_bare(&file) {
        return not_found().await;
    }
    match recording::wav(&site.settings().prompts.join(&file), &file, &headers).await {
        Some(file) => file,
        None => not_found().await,
    }
}
