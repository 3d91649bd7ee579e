//! The messages in the mailboxes: listed, played, marked as heard, deleted.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    access::Person,
    greetings,
    music::NotTaken,
    page,
    pages::{After, ROWS, html, not_found, unavailable},
    proved::ProvedForm,
    recording,
    shield::plain,
    site::Site,
};
use crate::{
    pbx::{Control, MailboxChange},
    store::{Cursor, Reader, VoicemailRow},
    types::{Extension, VoicemailId},
};

pub(super) async fn list(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    show(&site, &person, after.cursor(), None).await
}

/// The page, with why a file was not taken for a greeting if somebody has just brought one.
pub(super) async fn show(
    site: &Site,
    person: &Person,
    cursor: Option<Cursor>,
    refused: Option<(&Extension, &NotTaken)>,
) -> Response {
    let read = move |reader: &Reader| {
        let list = reader.voicemails(cursor, ROWS)?;
        let ids: Vec<VoicemailId> = list.items.iter().map(|row| row.message.id).collect();
        let letters = reader.letters_of(&ids)?;
        Ok((list, letters, reader.messages_not_mailed()?))
    };
    let (list, letters, not_mailed) = match site.read(read).await {
        Ok(read) => read,
        Err(error) => return unavailable(&error),
    };
    let all = match greetings::all(site).await {
        Ok(all) => all,
        Err(error) => return unavailable(&error),
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page =
        page::mailboxes(&site.frame(person), &list, (&letters, not_mailed), (&all, refused), site.zone());
    (status, html(page)).into_response()
}

pub(super) async fn sound(
    State(site): State<Site>,
    _: Person,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let row = match found(&site, &id).await {
        Ok(row) => row,
        Err(refusal) => return refusal,
    };
    let name = row.message.file;
    if !recording::is_bare(&name) {
        return not_found().await;
    }
    let path = site.settings().mailboxes.join(&name);
    match recording::wav(&path, &name, &headers).await {
        Some(file) => file,
        None => not_found().await,
    }
}

pub(super) async fn heard(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    change(&site, &person, &id, "voicemail.heard", |id| MailboxChange::Heard { id }).await
}

pub(super) async fn delete(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    change(&site, &person, &id, "voicemail.delete", |id| MailboxChange::Deleted { id }).await
}

/// A message that did not reach somebody by e-mail, or may not have, is mailed again: with the same Message-ID.
pub(super) async fn mail_again(
    State(site): State<Site>,
    Path(id): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let row = match found(&site, &id).await {
        Ok(row) => row,
        Err(refusal) => return refusal,
    };
    let (actor, now, message) = (person.name.clone(), site.now().wall, row.message.id);
    let (subject, detail) = (message.to_string(), format!("mailbox {}", row.mailbox));
    let again = site.write(move |store| {
        store.audit(&actor, "voicemail.mail_again", &subject, &detail, now)?;
        store.mail_again(message, now)
    });
    match again.await {
        Ok(_) => Redirect::to("/mailboxes").into_response(),
        Err(error) => unavailable(&error),
    }
}

/// Asks the switch for a change: it tells the phones' lamps, and the desk, which stores it. Who did it is on record first.
async fn change(
    site: &Site,
    person: &Person,
    id: &str,
    action: &'static str,
    change: fn(VoicemailId) -> MailboxChange,
) -> Response {
    let row = match found(site, id).await {
        Ok(row) => row,
        Err(refusal) => return refusal,
    };
    let (actor, now) = (person.name.clone(), site.now().wall);
    let (subject, detail) = (row.message.id.to_string(), format!("mailbox {}", row.mailbox));
    if let Err(error) = site.write(move |store| store.audit(&actor, action, &subject, &detail, now)).await {
        return unavailable(&error);
    }
    if site.ask(Control::ChangeMailbox { mailbox: row.mailbox, change: change(row.message.id) }) {
        Redirect::to("/mailboxes").into_response()
    } else {
        plain(StatusCode::SERVICE_UNAVAILABLE, "The switch is busy. Try again in a moment.")
    }
}

async fn found(site: &Site, id: &str) -> Result<VoicemailRow, Response> {
    let Ok(id) = id.parse::<VoicemailId>() else { return Err(not_found().await) };
    match site.read(move |reader| reader.voicemail(id)).await {
        Ok(Some(row)) => Ok(row),
        Ok(None) => Err(not_found().await),
        Err(error) => Err(unavailable(&error)),
    }
}
