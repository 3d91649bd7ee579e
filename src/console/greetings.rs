//! Greetings of the mailboxes: played, brought along as a file in place of what was recorded by telephone, and taken back.
//!
//! The host makes a sound of the file; the switch is told as if the greeting had been recorded by telephone, so that the next
//! caller hears it and the desk keeps it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    access::Person,
    mailboxes,
    music::NotTaken,
    pages::{not_found, unavailable},
    proved::{ProvedForm, ProvedUpload},
    recording,
    shield::{LARGEST_UPLOAD, plain},
    site::Site,
};
use crate::{
    pbx::{Control, Fact, MailboxChange},
    store::StoreError,
    types::Extension,
};

/// The switch takes a change on within milliseconds; a page does not wait longer for it than a person would.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/greetings/{mailbox}", post(bring).layer(DefaultBodyLimit::max(LARGEST_UPLOAD)))
        .route("/greetings/{mailbox}/forget", post(forget))
        .route("/greetings/{mailbox}/greeting.wav", get(sound))
}

/// A mailbox, and what its callers hear unless it has a greeting of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreetingRow {
    pub mailbox: Extension,
    /// `Front desk`; may be empty.
    pub name: String,
    /// As the configuration has it; `None`: the usual words.
    pub words: Option<String>,
}

/// What the console asks of whoever makes sounds of files.
#[derive(Debug)]
pub enum GreetingWish {
    /// Make a greeting of this file. The answer is its bare name in the folder of the mailboxes; whoever answers sees to it
    /// that nothing is left of a greeting for whose name nobody waits any more.
    Take { bytes: Bytes, answer: oneshot::Sender<Result<String, NotTaken>> },
    /// One that came into no use.
    Discard { file: String },
}

/// The mailboxes, and the way to whoever makes sounds of files. Full: another file is being taken, and this one has to wait.
#[derive(Debug, Clone)]
pub struct Greetings {
    rows: Arc<Mutex<Vec<GreetingRow>>>,
    wishes: mpsc::Sender<GreetingWish>,
}

impl Greetings {
    pub fn new(rows: Vec<GreetingRow>, wishes: mpsc::Sender<GreetingWish>) -> Self {
        Self { rows: Arc::new(Mutex::new(rows)), wishes }
    }

    /// The configuration has been read again.
    pub fn replace(&self, rows: Vec<GreetingRow>) {
        *self.lock() = rows;
    }

    fn lock(&self) -> MutexGuard<'_, Vec<GreetingRow>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self, bytes: Bytes) -> Taking {
        let (answer, answered) = oneshot::channel();
        if self.wishes.try_send(GreetingWish::Take { bytes, answer }).is_err() {
            return Taking::Busy;
        }
        match answered.await {
            Ok(Ok(file)) => Taking::Taken(Brought { file: Some(file), wishes: self.wishes.clone() }),
            Ok(Err(why)) => Taking::Not(why),
            Err(_) => Taking::Busy,
        }
    }
}

enum Taking {
    Taken(Brought),
    Not(NotTaken),
    Busy,
}

/// A greeting that is on the disk and not in use: dropped, its file goes as well.
struct Brought {
    file: Option<String>,
    wishes: mpsc::Sender<GreetingWish>,
}

impl Drop for Brought {
    fn drop(&mut self) {
        if let Some(file) = self.file.take()
            && let Err(error) = self.wishes.try_send(GreetingWish::Discard { file })
        {
            tracing::warn!(%error, "a greeting that came into no use stays in the folder of the mailboxes");
        }
    }
}

/// What the switch has said of greetings since the start. The desk needs a moment to store it, and whoever has just brought one
/// must see it. As many as there are mailboxes.
#[derive(Debug, Clone)]
pub(super) struct GreetingBoard(watch::Sender<BTreeMap<Extension, Option<String>>>);

impl Default for GreetingBoard {
    fn default() -> Self {
        Self(watch::channel(BTreeMap::new()).0)
    }
}

impl GreetingBoard {
    pub(super) fn observe(&self, fact: &Fact) {
        if let Fact::MailboxChanged { mailbox, change: MailboxChange::Greeting { file } } = fact {
            self.0.send_modify(|heard| drop(heard.insert(mailbox.clone(), file.clone())));
        }
    }
}

/// A mailbox as its page shows it.
#[derive(Debug)]
pub(super) struct Greeting {
    pub row: GreetingRow,
    /// The file of its own greeting.
    pub own: Option<String>,
}

/// All mailboxes of the configuration.
pub(super) async fn all(site: &Site) -> Result<Vec<Greeting>, StoreError> {
    let Some(greetings) = site.greetings() else { return Ok(Vec::new()) };
    let rows = greetings.lock().clone();
    let mut own = site.read(crate::store::Reader::greetings).await?;
    for (mailbox, file) in site.live().greetings().0.borrow().iter() {
        match file {
            Some(file) => drop(own.insert(mailbox.clone(), file.clone())),
            None => drop(own.remove(mailbox)),
        }
    }
    Ok(rows.into_iter().map(|row| Greeting { own: own.remove(&row.mailbox), row }).collect())
}

async fn found(site: &Site, mailbox: &str) -> Result<Greeting, Response> {
    match all(site).await {
        Ok(all) => match all.into_iter().find(|greeting| greeting.row.mailbox.as_str() == mailbox) {
            Some(greeting) => Ok(greeting),
            None => Err(not_found().await),
        },
        Err(error) => Err(unavailable(&error)),
    }
}

/// A file in place of what callers heard before.
async fn bring(
    State(site): State<Site>,
    Path(mailbox): Path<String>,
    ProvedUpload { person, file }: ProvedUpload,
) -> Response {
    let greeting = match found(&site, &mailbox).await {
        Ok(greeting) => greeting,
        Err(refusal) => return refusal,
    };
    let Some(greetings) = site.greetings() else { return busy() };
    match greetings.take(file).await {
        Taking::Taken(brought) => put(&site, &person, greeting.row.mailbox, Some(brought)).await,
        Taking::Not(why) => mailboxes::show(&site, &person, None, Some((&greeting.row.mailbox, &why))).await,
        Taking::Busy => busy(),
    }
}

/// Back to the words.
async fn forget(
    State(site): State<Site>,
    Path(mailbox): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    match found(&site, &mailbox).await {
        Ok(Greeting { own: Some(_), row }) => put(&site, &person, row.mailbox, None).await,
        // It went while somebody looked.
        Ok(Greeting { own: None, .. }) => Redirect::to("/mailboxes#greetings").into_response(),
        Err(refusal) => refusal,
    }
}

/// The mailbox has this greeting from now on, or none of its own. Who wanted that is on record first; the switch does it, and
/// says so.
async fn put(site: &Site, person: &Person, mailbox: Extension, brought: Option<Brought>) -> Response {
    let (actor, now, subject) = (person.name.clone(), site.now().wall, mailbox.to_string());
    let action = if brought.is_some() { "greeting.bring" } else { "greeting.forget" };
    if let Err(error) = site.write(move |store| store.audit(&actor, action, &subject, "", now)).await {
        return unavailable(&error);
    }
    let mut heard = site.live().greetings().0.subscribe();
    let file = brought.as_ref().and_then(|brought| brought.file.clone());
    let change = MailboxChange::Greeting { file: file.clone() };
    if !site.ask(Control::ChangeMailbox { mailbox: mailbox.clone(), change }) {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment.");
    }
    // From here on the file is the mailbox's, and the desk sees to its end.
    if let Some(mut brought) = brought {
        brought.file = None;
    }
    let taken_on = heard.wait_for(|heard| heard.get(&mailbox) == Some(&file));
    if tokio::time::timeout(PATIENCE, taken_on).await.is_err() {
        tracing::warn!(%mailbox, "the switch has not taken a greeting on yet");
    }
    Redirect::to("/mailboxes#greetings").into_response()
}

/// A mailbox's own greeting, to be listened to.
async fn sound(
    State(site): State<Site>,
    _: Person,
    headers: HeaderMap,
    Path(mailbox): Path<String>,
) -> Response {
    let name = match found(&site, &mailbox).await {
        Ok(greeting) => greeting.own,
        Err(refusal) => return refusal,
    };
    let Some(name) = name.filter(|name| recording::is_bare(name)) else { return not_found().await };
    match recording::wav(&site.settings().mailboxes.join(&name), &name, &headers).await {
        Some(file) => file,
        None => not_found().await,
    }
}

fn busy() -> Response {
    plain(StatusCode::SERVICE_UNAVAILABLE, "Another file is being taken just now. Try again in a moment.")
}
