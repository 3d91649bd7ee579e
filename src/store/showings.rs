//! Showings of homes: the office's own calendar, in which the schema itself keeps two from being at once.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
};
use crate::types::{CallId, PhoneNumber, ShowingId, named};

/// More than an office has in the weeks that can be booked.
const MOST: usize = 5_000;

/// A home is shown to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowingRow {
    pub id: ShowingId,
    /// In which it was booked.
    pub call: CallId,
    /// Who shows it, by the name in the configuration.
    pub agent: String,
    pub place: String,
    pub begins: Timestamp,
    pub ends: Timestamp,
    pub name: Option<String>,
    pub callback: PhoneNumber,
    pub status: ShowingStatus,
    pub changed: Timestamp,
}

/// Does it take place?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShowingStatus {
    Booked,
    Cancelled,
}

named!(ShowingStatus { Booked = "booked", Cancelled = "cancelled" });

impl Store {
    /// Puts a showing down, and takes out the one that it replaces, in one commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if its agent or its home is taken then: nothing has changed.
    pub fn book_showing(
        &mut self,
        showing: &ShowingRow,
        replaces: Option<ShowingId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            if let Some(replaced) = replaces {
                cancel(transaction, replaced, now)?;
            }
            transaction.execute(
                "INSERT INTO showings (id, call, agent, place, begins, ends, name, callback, status, made, changed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
                params![
                    Col(showing.id),
                    Col(showing.call),
                    showing.agent,
                    showing.place,
                    Col(showing.begins),
                    Col(showing.ends),
                    showing.name,
                    Col(showing.callback),
                    Col(showing.status),
                    Col(now),
                ],
            )?;
            Ok(())
        })
    }

    /// Takes a showing out; its row stays, as cancelled. One that is not there is as good as cancelled.
    pub fn cancel_showing(&mut self, showing: ShowingId, now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| cancel(transaction, showing, now))
    }

    /// All that take place and end after this moment, by their beginning.
    pub fn showings_ahead(&mut self, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
        self.read(|connection| rows(connection, "status = 'booked' AND ends > ?1", after))
    }
}

impl Reader {
    /// All that end after this moment, cancelled ones too, by their beginning.
    pub fn showings(&self, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
        self.read(|connection| rows(connection, "ends > ?1", after))
    }
}

fn cancel(connection: &Connection, showing: ShowingId, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE showings SET status = 'cancelled', changed = ?2 WHERE id = ?1 AND status = 'booked'",
        params![Col(showing), Col(now)],
    )?;
    Ok(())
}

fn rows(connection: &Connection, which: &str, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
    let select = format!("SELECT * FROM showings WHERE {which} ORDER BY begins, id LIMIT ?2");
    let mut statement = connection.prepare_cached(&select)?;
    let mut rows = statement.query(params![Col(after), MOST])?;
    let mut showings = Vec::new();
    while let Some(row) = rows.next()? {
        showings.push(ShowingRow {
            id: get(row, "id")?,
            call: get(row, "call")?,
            agent: row.get("agent")?,
            place: row.get("place")?,
            begins: get(row, "begins")?,
            ends: get(row, "ends")?,
            name: row.get("name")?,
            callback: get(row, "callback")?,
            status: get(row, "status")?,
            changed: get(row, "changed")?,
        });
    }
    Ok(showings)
}
