//! People: one row for each telephone number, and what the house may do with it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{
    CallRow, Cursor, EnrolmentRow, MessageRow, Page, Reader, Store, StoreError, calls,
    columns::{Col, get, get_opt},
    followups, messages,
    page::{bounded, page_of},
};
use crate::{
    followup::{ConsentKind, ConsentSource, Standing},
    types::{ContactId, Language, PhoneNumber},
};

/// What a call or a text tells about the person at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerUpdate {
    /// The id that the contact gets if the number is new.
    pub new_id: ContactId,
    pub number: PhoneNumber,
    /// A name, and whether it was read back and confirmed. An unconfirmed name never replaces another.
    pub name: Option<(String, bool)>,
    /// The language that they speak or write, if that was heard.
    pub language: Option<Language>,
}

/// What the house may do with a number, and what it did last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactStanding {
    pub contact: ContactId,
    /// A verified name; an unverified one is never used in a text.
    pub verified_name: Option<String>,
    pub do_not_contact: bool,
    /// The end of the last call that a text answered.
    pub texted_back: Option<Timestamp>,
    /// The language that they were last spoken with in, or wrote in.
    pub language: Option<Language>,
    pub consent: Standing,
}

/// One line of the list of contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    pub id: ContactId,
    pub number: PhoneNumber,
    pub name: Option<String>,
    pub name_verified: bool,
    pub do_not_contact: bool,
    /// There is an opt-in that no opt-out has followed.
    pub opted_in: bool,
    pub notes: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub last_call: Option<Timestamp>,
}

/// One contact with their latest calls and texts (at most 50 of each), newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactDetail {
    pub contact: ContactRow,
    pub calls: Vec<CallRow>,
    pub messages: Vec<MessageRow>,
    pub enrolments: Vec<EnrolmentRow>,
    pub consents: Vec<(ConsentKind, String, Timestamp)>,
}

/// The last word of the ledger decides.
const OPTED_IN: &str = "coalesce((SELECT kind = 'opt_in' FROM consents WHERE contact = contacts.id ORDER BY id DESC LIMIT 1), 0)";

impl Store {
    /// What is known of a number; `None` if it never called or wrote.
    pub fn standing(&mut self, number: PhoneNumber) -> Result<Option<ContactStanding>, StoreError> {
        self.read(|connection| standing_by_number(connection, number))
    }

    /// The office's own note of consent or refusal, for instance from a signed form; `words` is what it attests.
    pub fn record_consent(
        &mut self,
        contact: ContactId,
        kind: ConsentKind,
        words: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            write_consent(transaction, contact, kind, ConsentSource::Office, words, now)
        })
    }

    /// What the office knows better than a call told it. The name counts as verified.
    pub fn edit_contact(
        &mut self,
        contact: ContactId,
        name: Option<&str>,
        notes: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE contacts SET name = ?2, name_verified = ?2 IS NOT NULL, notes = ?3, updated = ?4 WHERE id = ?1",
                params![Col(contact), name, notes, Col(now)],
            )?;
            Ok(())
        })
    }
}

impl Reader {
    /// Contacts, the most recently changed first.
    pub fn contacts(&self, after: Option<Cursor>, limit: usize) -> Result<Page<ContactRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT *, {OPTED_IN} AS opted_in FROM contacts
                 WHERE (updated, id) < (?1, ?2) ORDER BY updated DESC, id DESC LIMIT ?3"
            ))?;
            let rows = statement.query_map(params![after.at, after.id, limit + 1], contact_row)?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.updated, row.id.to_i64())))
        })
    }

    /// One contact; `None` if there is no such person.
    pub fn contact(&self, id: ContactId) -> Result<Option<ContactDetail>, StoreError> {
        self.read(|connection| {
            let contact = connection
                .query_row(
                    &format!("SELECT *, {OPTED_IN} AS opted_in FROM contacts WHERE id = ?1"),
                    [Col(id)],
                    contact_row,
                )
                .optional()?;
            let Some(contact) = contact else { return Ok(None) };
            let mut statement = connection.prepare_cached(
                "SELECT kind, words, at FROM consents WHERE contact = ?1 ORDER BY id DESC LIMIT 50",
            )?;
            let consents = statement
                .query_map([Col(id)], |row| {
                    let kind: String = row.get(0)?;
                    let kind = if kind == "opt_in" { ConsentKind::OptIn } else { ConsentKind::OptOut };
                    Ok((kind, row.get(1)?, row.get::<_, Col<Timestamp>>(2)?.0))
                })?
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Some(ContactDetail {
                contact,
                calls: calls::of_contact(connection, id)?,
                messages: messages::of_contact(connection, id)?,
                enrolments: followups::of_contact(connection, id)?,
                consents,
            }))
        })
    }
}

fn contact_row(row: &Row<'_>) -> rusqlite::Result<ContactRow> {
    Ok(ContactRow {
        id: get(row, "id")?,
        number: get(row, "number")?,
        name: row.get("name")?,
        name_verified: row.get("name_verified")?,
        do_not_contact: row.get("do_not_contact")?,
        opted_in: row.get("opted_in")?,
        notes: row.get("notes")?,
        created: get(row, "created")?,
        updated: get(row, "updated")?,
        last_call: get_opt(row, "last_call")?,
    })
}

/// Creates the contact or adds to it; answers its id.
pub(super) fn upsert(
    connection: &Connection,
    update: &CallerUpdate,
    now: Timestamp,
) -> Result<ContactId, StoreError> {
    let (name, verified) =
        update.name.as_ref().map_or((None, false), |(name, verified)| (Some(name), *verified));
    let id = connection.prepare_cached(
        "INSERT INTO contacts (id, number, name, name_verified, language, created, updated)
         VALUES (:id, :number, :name, :verified, :language, :now, :now)
         ON CONFLICT (number) DO UPDATE SET
             name = CASE WHEN :name IS NOT NULL AND (:verified OR name IS NULL) THEN :name ELSE name END,
             name_verified = name_verified OR (:name IS NOT NULL AND :verified),
             language = coalesce(:language, language),
             updated = :now
         RETURNING id",
    )?
    .query_row(
        named_params! {
            ":id": Col(update.new_id), ":number": Col(update.number), ":name": name, ":verified": verified,
            ":language": update.language.map(Language::tag), ":now": Col(now),
        },
        |row| row.get::<_, Col<ContactId>>(0),
    )?;
    Ok(id.0)
}

/// Adds to the ledger, and lets the contact's flag follow its last word.
pub(super) fn write_consent(
    connection: &Connection,
    contact: ContactId,
    kind: ConsentKind,
    source: ConsentSource,
    words: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO consents (contact, kind, source, words, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![Col(contact), kind.name(), source.name(), words, Col(now)],
    )?;
    connection.execute(
        "UPDATE contacts SET do_not_contact = ?2, updated = ?3 WHERE id = ?1",
        params![Col(contact), kind == ConsentKind::OptOut, Col(now)],
    )?;
    Ok(())
}

/// The same within a transaction.
pub(super) fn standing_by_number(
    connection: &Connection,
    number: PhoneNumber,
) -> Result<Option<ContactStanding>, StoreError> {
    let id = connection
        .prepare_cached("SELECT id FROM contacts WHERE number = ?1")?
        .query_row([Col(number)], |row| row.get::<_, Col<ContactId>>(0))
        .optional()?;
    id.map(|id| standing_of(connection, id.0)).transpose()
}

/// The standing of a contact at this moment.
pub(super) fn standing_of(
    connection: &Connection,
    contact: ContactId,
) -> Result<ContactStanding, StoreError> {
    let standing = connection
        .prepare_cached(&format!(
            "SELECT CASE WHEN name_verified THEN name END AS verified_name, do_not_contact, texted_back, last_call,
                    language,
                    {OPTED_IN} AS opted_in,
                    (SELECT max(received) FROM inbox WHERE contact = contacts.id) AS last_reply
             FROM contacts WHERE id = ?1"
        ))?
        .query_row([Col(contact)], |row| {
            let do_not_contact = row.get("do_not_contact")?;
            Ok(ContactStanding {
                contact,
                verified_name: row.get("verified_name")?,
                do_not_contact,
                texted_back: get_opt(row, "texted_back")?,
                language: row
                    .get::<_, Option<String>>("language")?
                    .and_then(|tag| Language::from_tag(&tag)),
                consent: Standing {
                    opted_in: row.get("opted_in")?,
                    opted_out: do_not_contact,
                    last_reply: get_opt(row, "last_reply")?,
                    last_call: get_opt(row, "last_call")?,
                },
            })
        })?;
    Ok(standing)
}
