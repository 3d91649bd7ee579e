//! Showings of homes: the office's own calendar, in which the schema itself keeps two from being at once.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get, get_opt},
    settings::write_audit,
};
use crate::{
    dialogue::ShowingState,
    pbx::{CallRecord, Caller},
    types::{CallId, PhoneNumber, ShowingId, named},
};

/// More than an office has in the weeks that can be booked.
const MOST: usize = 5_000;

/// Requests that wait for people; those beyond it are in the list of leads all the same.
const MOST_REQUESTS: usize = 500;

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
    /// The showing that it takes the place of.
    pub replaces: Option<ShowingId>,
    /// Its entry in the calendar that its agent keeps: the address, and what the server calls this version of it. It may
    /// stand there for as long as this is told.
    pub entry: Option<Entry>,
    /// What people should know of it.
    pub remark: Option<String>,
}

/// An entry in a calendar that an agent keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// An absolute path on the calendar's server.
    pub href: String,
    pub etag: Option<String>,
}

/// Does it take place?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShowingStatus {
    /// The time is held while the agent's own calendar is asked. Nobody has been told anything.
    Claimed,
    Booked,
    /// Another showing has taken its place.
    Moved,
    Cancelled,
}

named!(ShowingStatus { Claimed = "claimed", Booked = "booked", Moved = "moved", Cancelled = "cancelled" });

/// A prospect was told that people would settle a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowingRequest {
    pub call: CallId,
    pub place: Option<String>,
    /// The time that they would have taken, with whom.
    pub wished: Option<(Timestamp, Timestamp, String)>,
    pub name: Option<String>,
    pub callback: Option<PhoneNumber>,
    pub asked: Timestamp,
    /// When, and by whom.
    pub settled: Option<(Timestamp, String)>,
    pub remark: Option<String>,
}

impl Store {
    /// Puts a showing down, booked or claimed. One that is booked takes out the one that it replaces in the same commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if its agent or its home is taken then: nothing has changed.
    pub fn book_showing(&mut self, showing: &ShowingRow, now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| {
            if showing.status == ShowingStatus::Booked {
                moved(transaction, showing.replaces, now)?;
            }
            insert(transaction, showing, now)
        })
    }

    /// The agent's calendar has the showing that was claimed: it is booked, and the one that it replaces is not any more. False:
    /// it is no longer claimed, and nothing has changed.
    pub fn confirm_showing(
        &mut self,
        showing: ShowingId,
        etag: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let confirmed = transaction.execute(
                "UPDATE showings SET status = 'booked', etag = ?2, changed = ?3 WHERE id = ?1 AND status = 'claimed'",
                params![Col(showing), etag, Col(now)],
            )?;
            if confirmed > 0 {
                let replaces: Option<i64> = transaction.query_row(
                    "SELECT replaces FROM showings WHERE id = ?1",
                    [Col(showing)],
                    |row| row.get(0),
                )?;
                moved(transaction, replaces.map(ShowingId::from_i64), now)?;
                transaction.execute(
                    "UPDATE showing_requests SET settled = ?2, by = coalesce(by, 'the box')
                     WHERE settled IS NULL AND call = (SELECT call FROM showings WHERE id = ?1)",
                    params![Col(showing), Col(now)],
                )?;
            }
            Ok(confirmed > 0)
        })
    }

    /// Takes a showing out; its row stays, as cancelled. One that is not there is as good as cancelled.
    pub fn cancel_showing(&mut self, showing: ShowingId, now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| cancel(transaction, showing, now).map(|_| ()))
    }

    /// The same by a person, on record. False: it did not stand any more.
    pub fn cancel_showing_by(
        &mut self,
        showing: ShowingId,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let cancelled = cancel(transaction, showing, now)?;
            if cancelled {
                write_audit(transaction, actor, "showing.cancel", &showing.to_string(), "", now)?;
            }
            Ok(cancelled)
        })
    }

    /// A time that was claimed is given back, and people are asked to settle one with the prospect.
    pub fn leave_to_people(
        &mut self,
        showing: ShowingId,
        remark: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT INTO showing_requests (call, place, agent, begins, ends, name, callback, asked, remark)
                 SELECT call, place, agent, begins, ends, name, callback, ?2, ?3 FROM showings
                 WHERE id = ?1 AND status = 'claimed'
                 ON CONFLICT (call) DO UPDATE SET settled = NULL, by = NULL, remark = ?3",
                params![Col(showing), Col(now), remark],
            )?;
            cancel(transaction, showing, now).map(|_| ())
        })
    }

    /// The entry in the agent's calendar is gone, or is left to the agent for this reason.
    pub fn entry_settled(&mut self, showing: ShowingId, remark: Option<&str>) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE showings SET href = NULL, etag = NULL, remark = coalesce(?2, remark) WHERE id = ?1",
                params![Col(showing), remark],
            )?;
            Ok(())
        })
    }

    /// A person has seen to what a prospect asked for. False: somebody has before.
    pub fn settle_showing_request(
        &mut self,
        call: CallId,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let settled = transaction.execute(
                "UPDATE showing_requests SET settled = ?2, by = ?3 WHERE call = ?1 AND settled IS NULL",
                params![Col(call), Col(now), actor],
            )?;
            if settled > 0 {
                write_audit(transaction, actor, "showing.settle", &call.to_string(), "", now)?;
            }
            Ok(settled > 0)
        })
    }

    /// A person has what a prospect asked for put into the calendar. Booked at once where the agent keeps no calendar of their
    /// own, and the request is settled with it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if that time is taken: nothing has changed.
    pub fn book_showing_by(
        &mut self,
        showing: &ShowingRow,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            insert(transaction, showing, now)?;
            let settled = (showing.status == ShowingStatus::Booked).then_some(Col(now));
            transaction.execute(
                "UPDATE showing_requests SET settled = ?2, by = ?3, remark = NULL WHERE call = ?1 AND settled IS NULL",
                params![Col(showing.call), settled, actor],
            )?;
            write_audit(transaction, actor, "showing.book", &showing.id.to_string(), &showing.place, now)
        })
    }

    /// All that take place, or hold their time, and end after this moment, by their beginning.
    pub fn showings_ahead(&mut self, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
        self.read(|connection| rows(connection, "status IN ('claimed', 'booked') AND ends > ?1", after))
    }

    /// All that end after this moment, those that are off too.
    pub fn showings_since(&mut self, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
        self.read(|connection| rows(connection, "ends > ?1", after))
    }

    /// From now on a showing that is claimed may stand at this address.
    pub fn enter_showing(&mut self, showing: ShowingId, href: &str) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE showings SET href = ?2 WHERE id = ?1 AND status = 'claimed'",
                params![Col(showing), href],
            )?;
            Ok(())
        })
    }

    /// What is left to do in calendars that agents keep: times that are claimed, and entries of showings that are off.
    pub fn showings_to_settle(&mut self) -> Result<Vec<ShowingRow>, StoreError> {
        let which =
            "(status = 'claimed' OR (href IS NOT NULL AND status IN ('moved', 'cancelled'))) AND ends > ?1";
        self.read(|connection| rows(connection, which, Timestamp::UNIX_EPOCH))
    }

    /// Has somebody asked for this claim at the console?
    pub fn is_requested(&mut self, call: CallId) -> Result<bool, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT 1 FROM showing_requests WHERE call = ?1 AND settled IS NULL")?;
            Ok(statement.exists([Col(call)])?)
        })
    }
}

impl Reader {
    /// All that end after this moment, those that are off too, by their beginning.
    pub fn showings(&self, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
        self.read(|connection| rows(connection, "ends > ?1", after))
    }

    /// One showing; `None` if there is none with this id.
    pub fn showing(&self, id: ShowingId) -> Result<Option<ShowingRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM showings WHERE id = ?1")?;
            Ok(statement.query_row([Col(id)], showing_row).optional()?)
        })
    }

    /// What people have to settle, the first asked for first.
    pub fn showing_requests(&self) -> Result<Vec<ShowingRequest>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM showing_requests WHERE settled IS NULL ORDER BY asked, call LIMIT ?1",
            )?;
            Ok(statement.query_map([MOST_REQUESTS], request_row)?.collect::<Result<_, _>>()?)
        })
    }
}

/// A prospect has hung up with the promise that people would settle a time.
pub(super) fn keep_request(transaction: &Transaction<'_>, record: &CallRecord) -> Result<(), StoreError> {
    let Some(outcome) = &record.outcome else { return Ok(()) };
    let Some(showing) = outcome.showing.as_ref().filter(|showing| showing.state == ShowingState::Requested)
    else {
        return Ok(());
    };
    let calling = match &record.caller {
        Caller::Number { number, .. } => Some(*number),
        _ => None,
    };
    let callback = outcome.callback.as_ref().map(|captured| captured.value).or(calling);
    let slot = showing.slot.as_ref();
    transaction.execute(
        "INSERT INTO showing_requests (call, place, agent, begins, ends, name, callback, asked)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (call) DO NOTHING",
        params![
            Col(record.call),
            showing.place,
            slot.map(|slot| &slot.agent),
            slot.map(|slot| Col(slot.begins)),
            slot.map(|slot| Col(slot.ends)),
            outcome.name.as_ref().map(|captured| &captured.value),
            callback.map(Col),
            Col(record.ended),
        ],
    )?;
    Ok(())
}

fn insert(connection: &Connection, showing: &ShowingRow, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO showings (id, call, agent, place, begins, ends, name, callback, status, made, changed, replaces, href)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12)",
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
            showing.replaces.map(Col),
            showing.entry.as_ref().map(|entry| &entry.href),
        ],
    )?;
    Ok(())
}

fn cancel(connection: &Connection, showing: ShowingId, now: Timestamp) -> Result<bool, StoreError> {
    let cancelled = connection.execute(
        "UPDATE showings SET status = 'cancelled', changed = ?2 WHERE id = ?1 AND status IN ('claimed', 'booked')",
        params![Col(showing), Col(now)],
    )?;
    Ok(cancelled > 0)
}

/// Another showing takes the place of this one.
fn moved(connection: &Connection, showing: Option<ShowingId>, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE showings SET status = 'moved', changed = ?2 WHERE id = ?1 AND status = 'booked'",
        params![showing.map(Col), Col(now)],
    )?;
    Ok(())
}

fn rows(connection: &Connection, which: &str, after: Timestamp) -> Result<Vec<ShowingRow>, StoreError> {
    let select = format!("SELECT * FROM showings WHERE {which} ORDER BY begins, id LIMIT ?2");
    let mut statement = connection.prepare_cached(&select)?;
    Ok(statement.query_map(params![Col(after), MOST], showing_row)?.collect::<Result<_, _>>()?)
}

fn showing_row(row: &Row<'_>) -> rusqlite::Result<ShowingRow> {
    let etag: Option<String> = row.get("etag")?;
    Ok(ShowingRow {
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
        replaces: get_opt(row, "replaces")?,
        entry: row.get::<_, Option<String>>("href")?.map(|href| Entry { href, etag }),
        remark: row.get("remark")?,
    })
}

fn request_row(row: &Row<'_>) -> rusqlite::Result<ShowingRequest> {
    let begins: Option<Timestamp> = get_opt(row, "begins")?;
    let wished = (begins, get_opt(row, "ends")?, row.get::<_, Option<String>>("agent")?);
    let by: Option<String> = row.get("by")?;
    Ok(ShowingRequest {
        call: get(row, "call")?,
        place: row.get("place")?,
        wished: match wished {
            (Some(begins), Some(ends), Some(agent)) => Some((begins, ends, agent)),
            _ => None,
        },
        name: row.get("name")?,
        callback: get_opt(row, "callback")?,
        asked: get(row, "asked")?,
        settled: get_opt(row, "settled")?.map(|at| (at, by.unwrap_or_default())),
        remark: row.get("remark")?,
    })
}
