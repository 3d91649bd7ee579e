//! Calls to emergency numbers from phones of the house, until somebody has said that they know; and for ever who it was.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
    outbox,
    settings::write_audit,
};
use crate::{
    outbox::Entry,
    pbx::Dialled,
    types::{CallId, Extension, PhoneNumber},
};

const ACTION: &str = "emergency.acknowledge";

/// The first person of the office who said that they saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencySeen {
    pub by: String,
    pub at: Timestamp,
}

/// An emergency number was dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyRow {
    pub call: CallId,
    pub at: Timestamp,
    pub extension: Extension,
    pub dialled: Dialled,
    /// `Suite 4`; empty: nobody had said where the phone is.
    pub place: String,
    /// The number that the service saw.
    pub callback: PhoneNumber,
}

impl Store {
    /// Writes it down, together with the texts that tell of it.
    pub fn keep_emergency(&mut self, row: &EmergencyRow, entries: &[Entry]) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT OR IGNORE INTO emergencies (call, at, extension, dialled, place, callback)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    Col(row.call),
                    Col(row.at),
                    row.extension.as_str(),
                    row.dialled.to_string(),
                    row.place,
                    row.callback.to_string(),
                ],
            )?;
            entries.iter().try_for_each(|entry| outbox::insert(transaction, entry, None, false))
        })
    }

    /// Writes down who saw it and when. The first one counts; whoever comes later is not logged again.
    pub fn acknowledge_emergency(
        &mut self,
        call: CallId,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| match seen(transaction, call)? {
            Some(_) => Ok(()),
            None => {
                transaction.execute(
                    "UPDATE emergencies SET seen = ?2, seen_by = ?3 WHERE call = ?1",
                    params![Col(call), Col(now), actor],
                )?;
                write_audit(transaction, actor, ACTION, &call.to_string(), "", now)
            }
        })
    }
}

impl Reader {
    /// Those of which nobody has said that they know, the latest first.
    pub fn unseen_emergencies(&self) -> Result<Vec<EmergencyRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT * FROM emergencies WHERE seen IS NULL ORDER BY at DESC LIMIT 16")?;
            let rows = statement.query_map([], emergency_row)?.collect::<Result<Vec<_>, _>>()?;
            Ok(rows)
        })
    }
}

fn emergency_row(row: &Row<'_>) -> rusqlite::Result<EmergencyRow> {
    Ok(EmergencyRow {
        call: get(row, "call")?,
        at: get(row, "at")?,
        extension: get(row, "extension")?,
        dialled: get(row, "dialled")?,
        place: row.get("place")?,
        callback: get(row, "callback")?,
    })
}

pub(super) fn seen(connection: &Connection, call: CallId) -> Result<Option<EmergencySeen>, StoreError> {
    let row = connection
        .prepare_cached("SELECT at, actor FROM audit WHERE action = ?1 AND subject = ?2 ORDER BY id LIMIT 1")?
        .query_row(params![ACTION, call.to_string()], |row| {
            Ok(EmergencySeen { at: row.get::<_, Col<Timestamp>>("at")?.0, by: row.get("actor")? })
        })
        .optional()?;
    Ok(row)
}
