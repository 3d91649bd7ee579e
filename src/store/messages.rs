//! Texts in and out as one conversation, as they are read.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql};

use super::{
    Cursor, Page, Reader, StoreError,
    columns::{Col, get, get_opt},
    outbox::state_from,
    page::{bounded, page_of},
};
use crate::{
    outbox::{Kind, State},
    types::{CallId, ContactId, MessageKey, PhoneNumber},
};

/// Which way a text went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextDirection {
    In,
    Out,
}

/// One text, in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub direction: TextDirection,
    /// For outgoing texts their key; incoming ones are counted.
    pub key: MessageKey,
    pub from: PhoneNumber,
    pub to: PhoneNumber,
    pub body: String,
    /// When it was queued, or came in.
    pub at: Timestamp,
    pub contact: Option<ContactId>,
    pub call: Option<CallId>,
    /// `None` for incoming texts.
    pub kind: Option<Kind>,
    /// `None` for incoming texts.
    pub state: Option<State>,
    pub attempts: u16,
    /// The last answer of the carrier.
    pub last_status: Option<u16>,
    /// Of a queued text: not before.
    pub due: Option<Timestamp>,
}

impl Reader {
    /// Texts in and out, newest first; `contact` narrows them to one conversation.
    pub fn messages(
        &self,
        contact: Option<ContactId>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<MessageRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let rows = messages_where(connection, contact, after, limit + 1)?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.at, row.key.to_i64())))
        })
    }
}

/// The latest 50 texts of a contact, both ways.
pub(super) fn of_contact(connection: &Connection, contact: ContactId) -> Result<Vec<MessageRow>, StoreError> {
    messages_where(connection, Some(contact), Cursor::START, 50)
}

/// What was sent about a call, oldest first.
pub(super) fn of_call(connection: &Connection, call: CallId) -> Result<Vec<MessageRow>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {OUT_COLUMNS} FROM outbox WHERE call = ?1 ORDER BY created, key LIMIT 100"
    ))?;
    Ok(statement.query_map([Col(call)], message_row)?.collect::<Result<_, _>>()?)
}

const OUT_COLUMNS: &str = "'out' AS direction, key AS id, sender, recipient, body, created AS at, contact, call, kind, state, reason,
     attempts, last_status, due";
const IN_COLUMNS: &str =
    "'in' AS direction, id, sender, recipient, body, received AS at, contact, NULL AS call, NULL AS kind,
     NULL AS state, NULL AS reason, 0 AS attempts, NULL AS last_status, NULL AS due";

fn messages_where(
    connection: &Connection,
    contact: Option<ContactId>,
    after: Cursor,
    rows: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let whose = if contact.is_some() { "contact = ?4" } else { "?4 IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT * FROM (SELECT {OUT_COLUMNS} FROM outbox WHERE {whose} AND (created, key) < (?1, ?2)
             ORDER BY created DESC, key DESC LIMIT ?3)
         UNION ALL
         SELECT * FROM (SELECT {IN_COLUMNS} FROM inbox WHERE {whose} AND (received, id) < (?1, ?2)
             ORDER BY received DESC, id DESC LIMIT ?3)
         ORDER BY at DESC, id DESC LIMIT ?3"
    ))?;
    let values: [&dyn ToSql; 4] = [&after.at, &after.id, &rows, &contact.map(Col)];
    Ok(statement.query_map(values, message_row)?.collect::<Result<_, _>>()?)
}

fn message_row(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let direction: String = row.get("direction")?;
    let kind: Option<String> = row.get("kind")?;
    let last_status: Option<u16> = row.get("last_status")?;
    let state: Option<String> = row.get("state")?;
    let reason: Option<String> = row.get("reason")?;
    Ok(MessageRow {
        direction: if direction == "in" { TextDirection::In } else { TextDirection::Out },
        key: get(row, "id")?,
        from: get(row, "sender")?,
        to: get(row, "recipient")?,
        body: row.get("body")?,
        at: get(row, "at")?,
        contact: get_opt(row, "contact")?,
        call: get_opt(row, "call")?,
        kind: kind.as_deref().and_then(Kind::from_name),
        state: state.as_deref().map(|state| state_from(state, reason.as_deref(), last_status)),
        attempts: row.get("attempts")?,
        last_status,
        due: get_opt(row, "due")?,
    })
}
