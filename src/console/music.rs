//! Music for whoever waits: what each number plays, a file brought along, and back to the usual.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{
    access::Person,
    page,
    pages::{html, not_found},
    proved::{ProvedForm, ProvedUpload},
    recording,
    shield::plain,
    site::Site,
};
use crate::types::PhoneNumber;

/// Ten minutes of MP3 at the best of rates, or two of WAV.
pub const LARGEST_MUSIC: usize = 24 * 1024 * 1024;

/// Whose callers hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MusicOf {
    /// Everybody's who have none of their own.
    Office,
    /// Those of this number.
    Number(PhoneNumber),
}

impl MusicOf {
    /// As addresses and files have it: `office`, or the digits of the number.
    pub fn name(self) -> String {
        match self {
            Self::Office => "office".to_owned(),
            Self::Number(number) => number.digits(),
        }
    }
}

/// What is played for one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MusicRow {
    pub of: MusicOf,
    /// `Maple Court`, or the number's label.
    pub label: String,
    pub plays: Plays,
}

/// Where music comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plays {
    /// Brought along here, at that time, so long in milliseconds.
    Brought { at: Timestamp, millis: u64 },
    /// A file that the configuration names.
    Configured(String),
    /// What the office plays.
    Offices,
    /// The program's own piece.
    House,
}

/// Why a file is not taken, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}.")]
pub struct NotTaken(pub String);

/// What the console asks of whoever keeps the music.
#[derive(Debug)]
pub enum MusicWish {
    List(oneshot::Sender<Vec<MusicRow>>),
    /// Take this file for it.
    Keep {
        of: MusicOf,
        bytes: Bytes,
        answer: oneshot::Sender<Result<(), NotTaken>>,
    },
    /// Back to the usual.
    Forget {
        of: MusicOf,
        answer: oneshot::Sender<Result<(), NotTaken>>,
    },
}

/// The way to whoever keeps the music. Full: another file is being taken, and this one has to wait.
pub type MusicWishes = mpsc::Sender<MusicWish>;

async fn rows(site: &Site) -> Option<Vec<MusicRow>> {
    let (answer, rows) = oneshot::channel();
    site.music()?.try_send(MusicWish::List(answer)).ok()?;
    rows.await.ok()
}

pub(super) async fn list(State(site): State<Site>, person: Person) -> Response {
    match rows(&site).await {
        Some(rows) => html(page::music(&site.frame(&person), &rows, None, site.zone())).into_response(),
        None => busy(),
    }
}

/// A file for one of them.
pub(super) async fn keep(
    State(site): State<Site>,
    Path(of): Path<String>,
    ProvedUpload { person, file: bytes }: ProvedUpload,
) -> Response {
    change(&site, &person, &of, "music.keep", |of, answer| MusicWish::Keep { of, bytes, answer }).await
}

pub(super) async fn forget(
    State(site): State<Site>,
    Path(of): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    change(&site, &person, &of, "music.forget", |of, answer| MusicWish::Forget { of, answer }).await
}

async fn change(
    site: &Site,
    person: &Person,
    of: &str,
    action: &'static str,
    wish: impl FnOnce(MusicOf, oneshot::Sender<Result<(), NotTaken>>) -> MusicWish,
) -> Response {
    let Some(rows) = rows(site).await else { return busy() };
    let Some(of) = rows.iter().map(|row| row.of).find(|row| row.name() == of) else {
        return not_found().await;
    };
    let (answer, answered) = oneshot::channel();
    if site.music().is_none_or(|keeper| keeper.try_send(wish(of, answer)).is_err()) {
        return busy();
    }
    match answered.await {
        Ok(Ok(())) => {
            let (actor, now, subject) = (person.name.clone(), site.now().wall, of.name());
            // The file is there whether or not the log can be written just now.
            if let Err(error) = site.write(move |store| store.audit(&actor, action, &subject, "", now)).await
            {
                tracing::warn!(%error, "who changed the music could not be noted");
            }
            Redirect::to("/music").into_response()
        }
        Ok(Err(why)) => {
            let page = page::music(&site.frame(person), &rows, Some((of, &why)), site.zone());
            (StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response()
        }
        Err(_) => busy(),
    }
}

/// What was brought along, to be listened to.
pub(super) async fn sound(
    State(site): State<Site>,
    _: Person,
    headers: HeaderMap,
    Path(of): Path<String>,
) -> Response {
    let name = format!("{of}.wav");
    let known = rows(&site).await.unwrap_or_default().iter().any(|row| row.of.name() == of);
    if !known || !recording::is_bare(&name) {
        return not_found().await;
    }
    match recording::wav(&site.settings().music.join(&name), &name, &headers).await {
        Some(file) => file,
        None => not_found().await,
    }
}

pub(super) fn busy() -> Response {
    plain(StatusCode::SERVICE_UNAVAILABLE, "Another file is being taken just now. Try again in a moment.")
}
