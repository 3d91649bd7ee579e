//! Enrolments: moved on together with the entry that the step sends.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{
    Store, StoreError,
    columns::{Col, get, get_opt},
    contacts, outbox,
};
use crate::{
    followup::{Enrolling, Enrolment, EnrolmentState, Standing, Stop},
    outbox::Entry,
    types::{CallId, ContactId, PhoneNumber},
};

/// An enrolment with its row's number, and what is needed to move it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRow {
    pub id: i64,
    pub enrolment: Enrolment,
    pub number: PhoneNumber,
    /// The contact's verified name.
    pub name: Option<String>,
    pub standing: Standing,
}

impl Store {
    /// When the next enrolment is to be looked at.
    pub fn next_enrolment_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let due: Option<Col<Timestamp>> = connection
                .prepare_cached("SELECT min(due) FROM enrolments WHERE state = 'active'")?
                .query_row([], |row| row.get(0))?;
            Ok(due.map(|due| due.0))
        })
    }

    /// Up to `limit` enrolments that are to be looked at, the longest due first.
    pub fn due_enrolments(&mut self, now: Timestamp, limit: usize) -> Result<Vec<EnrolmentRow>, StoreError> {
        self.read(|connection| {
            rows_where(connection, "enrolments.state = 'active' AND enrolments.due <= ?1 ORDER BY enrolments.due, enrolments.id LIMIT ?2", params![Col(now), limit])
        })
    }

    /// Moves enrolments on and queues what they send, all in one transaction.
    pub fn move_enrolments(
        &mut self,
        moved: &[(EnrolmentRow, Option<Entry>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            for (row, entry) in moved {
                let (state, reason) = state_columns(row.enrolment.state);
                transaction
                    .prepare_cached(
                        "UPDATE enrolments SET step = ?2, due = ?3, state = ?4, reason = ?5, updated = ?6 WHERE id = ?1",
                    )?
                    .execute(params![row.id, row.enrolment.step, Col(row.enrolment.due), state, reason, Col(now)])?;
                if let Some(entry) = entry {
                    outbox::insert(transaction, entry, Some(row.enrolment.contact), false)?;
                }
            }
            Ok(())
        })
    }

    /// The contact's latest open lead since then: its call, and the number that was dialled.
    pub fn open_lead(
        &mut self,
        contact: ContactId,
        since: Timestamp,
    ) -> Result<Option<(CallId, PhoneNumber)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT call, dialled FROM leads WHERE contact = ?1 AND status = 'open' AND opened >= ?2
                 ORDER BY opened DESC, id DESC LIMIT 1",
            )?;
            let mut rows = statement.query(params![Col(contact), Col(since)])?;
            Ok(match rows.next()? {
                Some(row) => Some((get(row, "call")?, get(row, "dialled")?)),
                None => None,
            })
        })
    }
}

/// Enrols a contact; somebody who is on their way through the same sequence stays where they are.
pub(super) fn insert(
    connection: &Connection,
    contact: ContactId,
    enrolling: &Enrolling,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO enrolments (contact, sequence, step, enrolled, due, sender, call, state, updated)
             VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, 'active', ?3)
             ON CONFLICT (contact, sequence) WHERE state = 'active' DO NOTHING",
        )?
        .execute(params![
            Col(contact),
            enrolling.sequence,
            Col(enrolling.at),
            Col(enrolling.due),
            Col(enrolling.from),
            enrolling.call.map(Col),
        ])?;
    Ok(())
}

/// The latest 50 enrolments of a contact.
pub(super) fn of_contact(
    connection: &Connection,
    contact: ContactId,
) -> Result<Vec<EnrolmentRow>, StoreError> {
    rows_where(connection, "enrolments.contact = ?1 ORDER BY enrolments.id DESC LIMIT 50", [Col(contact)])
}

fn rows_where(
    connection: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<EnrolmentRow>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT enrolments.*, contacts.number FROM enrolments JOIN contacts ON contacts.id = enrolments.contact WHERE {condition}"
    ))?;
    let mut rows = statement.query(values)?;
    let mut enrolments = Vec::new();
    while let Some(row) = rows.next()? {
        let enrolment = enrolment_row(row)?;
        let standing = contacts::standing_of(connection, enrolment.contact)?;
        enrolments.push(EnrolmentRow {
            id: row.get("id")?,
            number: get(row, "number")?,
            name: standing.verified_name,
            standing: standing.consent,
            enrolment,
        });
    }
    Ok(enrolments)
}

fn enrolment_row(row: &Row<'_>) -> rusqlite::Result<Enrolment> {
    let state: String = row.get("state")?;
    let reason: Option<String> = row.get("reason")?;
    Ok(Enrolment {
        contact: get(row, "contact")?,
        sequence: row.get("sequence")?,
        step: row.get("step")?,
        enrolled: get(row, "enrolled")?,
        due: get(row, "due")?,
        from: get(row, "sender")?,
        call: get_opt(row, "call")?,
        state: match state.as_str() {
            "active" => EnrolmentState::Active,
            "finished" => EnrolmentState::Finished,
            // A reason that this program does not know stops all the same.
            _ => EnrolmentState::Stopped(
                reason.as_deref().and_then(Stop::from_name).unwrap_or(Stop::NoConsent),
            ),
        },
    })
}

fn state_columns(state: EnrolmentState) -> (&'static str, Option<&'static str>) {
    match state {
        EnrolmentState::Active => ("active", None),
        EnrolmentState::Finished => ("finished", None),
        EnrolmentState::Stopped(why) => ("stopped", Some(why.name())),
    }
}
