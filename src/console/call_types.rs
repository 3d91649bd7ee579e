//! The office's own call types: those of its file to be read, those of the console to be added, examined, changed and removed.
//!
//! Whoever understands callers examines a draft, and takes on what has been saved: both are wishes, and the console itself
//! knows neither the file nor the models.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use super::{
    access::Person,
    page,
    pages::{html, not_found, unavailable},
    proved::ProvedForm,
    shield::plain,
    site::Site,
};
use crate::{
    dialogue::{CallType, CallTypeName, CallTypeScript, Intent},
    store::{SavedCallType, StoreError},
    types::Language,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/call-types", get(list).post(add))
        .route("/call-types/new", get(blank))
        .route("/call-types/{name}", get(one).post(change))
        .route("/call-types/{name}/remove", post(remove))
}

/// A call type as somebody writes it in the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallTypeDraft {
    pub name: String,
    /// Empty: made of the name.
    pub staff: String,
    /// Names of what is asked.
    pub asks: Vec<String>,
    pub staff_first: bool,
    /// In the order of [`Language::ALL`]; one of which nothing is written is left out.
    pub scripts: Vec<(Language, CallTypeScript)>,
}

/// What keeps a draft from being saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFault {
    /// The name of the form's field.
    pub field: &'static str,
    /// The example, from 1.
    pub example: Option<usize>,
    /// A sentence without its full stop.
    pub what: String,
    pub cure: String,
}

/// What is said of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftChecked {
    /// As it would be saved, or why it cannot be.
    pub call_type: Result<CallType, Vec<DraftFault>>,
    /// How its examples are read; empty where that was not asked for.
    pub read: Vec<ExampleRead>,
    /// Of shipped sentences, how many it takes from their types, and among how many; by language.
    pub taken: Vec<(Language, usize, usize)>,
    /// By words and meaning, or by words alone.
    pub by_meaning: bool,
}

/// How the agent reads an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleRead {
    pub language: Language,
    pub text: String,
    /// As long as the draft is not learnt.
    pub today: ReadAs,
    /// By what the other examples teach; `None`: the draft has a fault, and was not learnt for a trial.
    pub learnt: Option<ReadAs>,
}

/// What an example is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAs {
    pub intent: Intent,
    /// Else the caller is asked what it is about.
    pub sure: bool,
}

/// What the console asks of whoever understands callers.
#[derive(Debug)]
pub enum CallTypeWish {
    Check {
        draft: CallTypeDraft,
        /// The saved one that is being changed.
        replaces: Option<CallTypeName>,
        /// With its examples read: seconds.
        thoroughly: bool,
        answer: oneshot::Sender<DraftChecked>,
    },
    /// The store has others now; see [`CallTypes::take_news`].
    Saved,
}

/// A call type that is not the console's to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenElsewhere {
    pub call_type: CallType,
    /// The line of the office's file; `None`: it is of the office's script.
    pub line: Option<usize>,
}

/// What the running box goes by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InUse {
    pub elsewhere: Vec<WrittenElsewhere>,
    /// Those of the console that are in use.
    pub saved: Vec<CallType>,
    /// Those of the console for which there is no place: why, and the cure.
    pub left_out: Vec<(CallTypeName, String, String)>,
    /// Why what was saved last is not taken on.
    pub refused: Option<String>,
}

/// What is in use, and the way to whoever sees to it. Full: other drafts are being examined, and this one has to wait.
#[derive(Debug, Clone)]
pub struct CallTypes {
    in_use: Arc<Mutex<InUse>>,
    /// The store has others than those in use. Set before the wish is sent: where that finds no room, those before it are seen
    /// to later, and the news with them.
    news: Arc<AtomicBool>,
    wishes: mpsc::Sender<CallTypeWish>,
}

impl CallTypes {
    pub fn new(wishes: mpsc::Sender<CallTypeWish>) -> Self {
        Self { in_use: Arc::default(), news: Arc::default(), wishes }
    }

    pub fn replace(&self, in_use: InUse) {
        *self.in_use.lock().unwrap_or_else(PoisonError::into_inner) = in_use;
    }

    /// What was saved last is not taken on.
    pub fn refuse(&self, why: String) {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner).refused = Some(why);
    }

    /// Are there others in the store? Asked after each wish, whatever it was; says so once.
    pub fn take_news(&self) -> bool {
        self.news.swap(false, Ordering::AcqRel)
    }

    /// The store has others now.
    pub fn tell_saved(&self) {
        self.news.store(true, Ordering::Release);
        // No room: see `news`. Nobody there: the box is about to end.
        let _ = self.wishes.try_send(CallTypeWish::Saved);
    }

    pub fn in_use(&self) -> InUse {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn check(
        &self,
        draft: CallTypeDraft,
        replaces: Option<CallTypeName>,
        thoroughly: bool,
    ) -> Option<DraftChecked> {
        let (answer, answered) = oneshot::channel();
        self.wishes.try_send(CallTypeWish::Check { draft, replaces, thoroughly, answer }).ok()?;
        answered.await.ok()
    }
}

/// How a call type of the console stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    InUse,
    /// Saved a moment ago.
    BeingLearnt,
    NotInUse {
        why: String,
        cure: String,
    },
}

impl Standing {
    fn of(own: &CallType, in_use: &InUse) -> Self {
        let left_out = in_use.left_out.iter().find(|(name, ..)| *name == own.name);
        match (left_out, &in_use.refused) {
            (Some((_, why, cure)), _) => Self::NotInUse { why: why.clone(), cure: cure.clone() },
            _ if in_use.saved.contains(own) => Self::InUse,
            (None, Some(why)) => Self::NotInUse { why: why.clone(), cure: "change it, or remove it".into() },
            (None, None) => Self::BeingLearnt,
        }
    }
}

/// Everything that the page and the JSON interface show.
#[derive(Debug)]
pub(super) struct AllCallTypes {
    pub saved: Vec<(SavedCallType, Standing)>,
    pub elsewhere: Vec<WrittenElsewhere>,
}

pub(super) async fn all(site: &Site) -> Result<AllCallTypes, StoreError> {
    let saved = site.read(crate::store::Reader::call_types).await?;
    let in_use = site.call_types().map(CallTypes::in_use).unwrap_or_default();
    let standing = |own: SavedCallType| (Standing::of(&own.call_type, &in_use), own);
    let saved = saved.into_iter().map(standing).map(|(standing, own)| (own, standing)).collect();
    Ok(AllCallTypes { saved, elsewhere: in_use.elsewhere })
}

async fn list(State(site): State<Site>, person: Person) -> Response {
    match all(&site).await {
        Ok(all) => {
            html(page::call_types(&site.frame(&person), &all, person.is_admin, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn blank(State(site): State<Site>, person: Person) -> Response {
    let asks = ["matter", "name", "callback"].map(str::to_owned).into();
    let draft = CallTypeDraft { asks, ..CallTypeDraft::default() };
    html(page::call_type(&site.frame(&person), &draft, None, None, person.is_admin)).into_response()
}

async fn one(State(site): State<Site>, person: Person, Path(name): Path<String>) -> Response {
    match saved(&site, &name).await {
        Ok(Some(own)) => {
            let (draft, name) = (draft_of(&own.call_type), Some(own.call_type.name));
            html(page::call_type(&site.frame(&person), &draft, name, None, person.is_admin)).into_response()
        }
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

async fn saved(site: &Site, name: &str) -> Result<Option<SavedCallType>, StoreError> {
    let Ok(name) = name.parse::<CallTypeName>() else { return Ok(None) };
    let all = site.read(crate::store::Reader::call_types).await?;
    Ok(all.into_iter().find(|own| own.call_type.name == name))
}

fn draft_of(own: &CallType) -> CallTypeDraft {
    let script = |language| Some((language, own.scripts.get(&language)?.clone()));
    CallTypeDraft {
        name: own.name.to_string(),
        staff: own.staff.clone(),
        asks: own.asks.iter().map(|item| item.name().to_owned()).collect(),
        staff_first: own.staff_first,
        scripts: Language::ALL.into_iter().filter_map(script).collect(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    Check,
    Save,
}

#[derive(Debug, Deserialize)]
struct Fields {
    wish: Wish,
    #[serde(default)]
    name: String,
    #[serde(default)]
    staff: String,
    #[serde(default)]
    asks: String,
    /// Absent: not ticked.
    staff_first: Option<String>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    opening: String,
    #[serde(default)]
    closing: String,
    #[serde(default)]
    examples: String,
    #[serde(default)]
    es_about: String,
    #[serde(default)]
    es_opening: String,
    #[serde(default)]
    es_closing: String,
    #[serde(default)]
    es_examples: String,
}

impl Fields {
    /// `name`: of the one that is being changed, for a name is kept in records.
    fn draft(self, name: Option<CallTypeName>) -> CallTypeDraft {
        let script = |about: String, opening: String, closing: String, examples: String| CallTypeScript {
            about: about.trim().to_owned(),
            opening: opening.trim().to_owned(),
            closing: closing.trim().to_owned(),
            examples: examples
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        let scripts = [
            (Language::English, script(self.about, self.opening, self.closing, self.examples)),
            (Language::Spanish, script(self.es_about, self.es_opening, self.es_closing, self.es_examples)),
        ];
        let written = scripts.into_iter().filter(|(_, script)| *script != CallTypeScript::default());
        let asks = self.asks.split(|c: char| c == ',' || c.is_whitespace()).filter(|item| !item.is_empty());
        CallTypeDraft {
            name: name.map_or_else(|| as_name(&self.name), |name| name.to_string()),
            staff: self.staff.trim().to_owned(),
            asks: asks.map(str::to_owned).collect(),
            staff_first: self.staff_first.is_some(),
            scripts: written.collect(),
        }
    }
}

/// `Storage units` as a name is written: `storage_units`.
fn as_name(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

async fn add(State(site): State<Site>, ProvedForm { person, fields }: ProvedForm<Fields>) -> Response {
    put(&site, &person, fields, None).await
}

async fn change(
    State(site): State<Site>,
    Path(name): Path<String>,
    ProvedForm { person, fields }: ProvedForm<Fields>,
) -> Response {
    match saved(&site, &name).await {
        Ok(Some(own)) => put(&site, &person, fields, Some(own.call_type.name)).await,
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

async fn put(site: &Site, person: &Person, fields: Fields, replaces: Option<CallTypeName>) -> Response {
    if !person.is_admin {
        return not_theirs();
    }
    let Some(keeper) = site.call_types() else { return busy() };
    let (wish, draft) = (fields.wish, fields.draft(replaces));
    let Some(checked) = keeper.check(draft.clone(), replaces, wish == Wish::Check).await else {
        return busy();
    };
    let own = match (&checked.call_type, wish) {
        (Ok(own), Wish::Save) => own.clone(),
        (sound, _) => {
            let status = if sound.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let page = page::call_type(&site.frame(person), &draft, replaces, Some(&checked), true);
            return (status, html(page)).into_response();
        }
    };
    let (actor, now) = (person.name.clone(), site.now().wall);
    taken_on(site, site.write(move |store| store.save_call_type(&own, &actor, now)).await)
}

async fn remove(
    State(site): State<Site>,
    Path(name): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    if !person.is_admin {
        return not_theirs();
    }
    let Ok(name) = name.parse::<CallTypeName>() else { return not_found().await };
    let now = site.now().wall;
    // Somebody was quicker: the page says so by not having it.
    let gone = site.write(move |store| store.remove_call_type(name, &person.name, now)).await;
    taken_on(&site, gone.map(|_| ()))
}

/// Back to the list; the box learns meanwhile.
fn taken_on(site: &Site, done: Result<(), StoreError>) -> Response {
    if let Err(error) = done {
        return unavailable(&error);
    }
    if let Some(keeper) = site.call_types() {
        keeper.tell_saved();
    }
    Redirect::to("/call-types").into_response()
}

fn not_theirs() -> Response {
    plain(StatusCode::FORBIDDEN, "Only an administrator changes what the agent understands.")
}

fn busy() -> Response {
    plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "Other examples are being examined just now. Try again in a moment.",
    )
}
