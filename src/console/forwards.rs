//! Quiet and forwards of each extension, as its phone's keys show them and as they are set here.
//!
//! An administrator sets them for everybody, anybody else for the extension that is theirs. The switch decides, by the rules
//! that hold for the phone itself; what it says is shown, and every wish is in the audit log.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response, sse::Event},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use super::{
    access::Person,
    desk_board::DeskNews,
    feed::stream,
    page::{self, DeskRow},
    pages::{asset, html, not_found, unavailable},
    proved::ProvedForm,
    shield::plain,
    site::Site,
};
use crate::{
    pbx::{ChangeRefused, Control, DeskChange, ForwardWhen},
    types::Extension,
};

/// The switch answers within milliseconds; a page does not wait longer for it than a person would.
const PATIENCE: Duration = Duration::from_secs(2);
/// Rows between the board and one socket.
const WAITING: usize = 16;
/// Besides at each sign-out, the session is looked at again so often.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// More than any telephone number has, with its punctuation.
const LONGEST: usize = 40;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/forwards", get(show))
        .route("/forwards/events", get(events))
        .route("/forwards/{extension}", post(change))
        .route(
            "/assets/forwards.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/forwards.js"))),
        )
}

/// Every extension, with what is set for it and whether this person may change that.
fn rows(site: &Site, person: &Person) -> Vec<DeskRow> {
    let Some(office) = site.phones().map(super::Phones::office) else { return Vec::new() };
    let of = |(extension, (name, _)): (&Extension, &(String, String))| DeskRow {
        extension: extension.clone(),
        name: name.clone(),
        settings: site.live().desks().of(extension),
        mine: may_set(site, person, extension),
    };
    office.extensions.iter().map(of).collect()
}

fn may_set(site: &Site, person: &Person, extension: &Extension) -> bool {
    let own = site.phones().map(super::Phones::office);
    person.is_admin || own.is_some_and(|own| own.browsers.people.get(&person.name) == Some(extension))
}

async fn show(State(site): State<Site>, person: Person) -> Response {
    html(page::forwards(&site.frame(&person), &rows(&site, &person), None)).into_response()
}

#[derive(Debug, Deserialize)]
struct Wish {
    /// `do_not_disturb`, or which calls are forwarded.
    what: String,
    /// `on`, or whom to forward to as it would be dialled; empty: off.
    #[serde(default)]
    to: String,
}

impl Wish {
    fn change(&self) -> Option<DeskChange> {
        let to = self.to.trim();
        if to.chars().count() > LONGEST {
            return None;
        }
        match self.what.as_str() {
            "do_not_disturb" => Some(DeskChange::DoNotDisturb(to == "on")),
            when => Some(DeskChange::Forward {
                when: ForwardWhen::from_name(when)?,
                to: (!to.is_empty()).then(|| to.to_owned()),
            }),
        }
    }
}

async fn change(
    State(site): State<Site>,
    Path(extension): Path<String>,
    ProvedForm { person, fields: wish }: ProvedForm<Wish>,
) -> Response {
    let Ok(extension) = extension.parse::<Extension>() else { return not_found().await };
    if !may_set(&site, &person, &extension) {
        return plain(StatusCode::FORBIDDEN, "Only an administrator sets this for somebody else.");
    }
    let Some(change) = wish.change() else { return not_found().await };
    let (actor, now, subject) = (person.name.clone(), site.now().wall, extension.to_string());
    let detail = format!("{} {}", wish.what, if wish.to.trim().is_empty() { "off" } else { wish.to.trim() });
    if let Err(error) = site.write(move |store| store.audit(&actor, "desk.set", &subject, &detail, now)).await
    {
        return unavailable(&error);
    }
    match decided(&site, extension, change).await {
        Some(None) => Redirect::to("/forwards").into_response(),
        Some(Some(why)) => {
            let page = page::forwards(&site.frame(&person), &rows(&site, &person), Some(why));
            (StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response()
        }
        None => plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment."),
    }
}

/// What the switch says to it; `None` if it says nothing in time.
async fn decided(site: &Site, extension: Extension, change: DeskChange) -> Option<Option<ChangeRefused>> {
    let board = site.live().desks();
    let mut news = board.news();
    let own = board.ticket();
    if !site.ask(Control::ChangeDesk { ticket: own, extension, change }) {
        return None;
    }
    let answered = async {
        loop {
            match news.recv().await {
                Ok(DeskNews::Answered { ticket, refused }) if ticket == own => return Some(refused),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    };
    tokio::time::timeout(PATIENCE, answered).await.ok().flatten()
}

async fn events(State(site): State<Site>, person: Person) -> Response {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(feed(site, person, sender));
    stream(receiver)
}

/// The rows as they are, and then each that has changed, for as long as the one who looks may look.
async fn feed(site: Site, person: Person, to: mpsc::Sender<Event>) {
    let mut news = site.live().desks().news();
    let mut sign_outs = site.sign_outs();
    let mut look = tokio::time::interval(LOOK_AGAIN);
    let mut changed: Option<Extension> = None;
    loop {
        let all = rows(&site, &person).into_iter();
        for row in all.filter(|row| changed.as_ref().is_none_or(|one| *one == row.extension)) {
            let csrf = person.session.csrf();
            let html = page::desk_row(&row, &csrf).into_string();
            let data = json!({ "extension": row.extension.as_str(), "html": html });
            let Ok(event) = Event::default().event("desk").json_data(data) else { return };
            if to.send(event).await.is_err() {
                return;
            }
        }
        changed = loop {
            tokio::select! {
                came = news.recv() => match came {
                    Ok(DeskNews::Set(extension)) => break Some(extension),
                    Ok(DeskNews::Answered { .. }) => {}
                    Err(RecvError::Lagged(_)) => break None,
                    Err(RecvError::Closed) => return,
                },
                _ = sign_outs.recv() => if !person.may_still_look(&site).await { return },
                _ = look.tick() => if !person.may_still_look(&site).await { return },
                () = to.closed() => return,
            }
        };
    }
}
