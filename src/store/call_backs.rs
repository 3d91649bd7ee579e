//! Call-backs that callers of a queue were promised.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
    contacts, outbox,
};
use crate::{
    outbox::Entry,
    pbx::{CallBack, CallBackState},
};

/// As many as are promised in two days.
const MOST: usize = 4_000;

impl Store {
    /// Writes down how far a call-back has come, and queues the texts that go with it. False if none were queued: that had been
    /// written down already, or it is back in the line, which is no news to whoever was promised it.
    pub fn keep_call_back(
        &mut self,
        promise: &CallBack,
        texts: &[Entry],
        undated: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let known: Option<(String, u32)> = transaction
                .query_row(
                    "SELECT state, tries FROM call_backs WHERE call = ?1",
                    [Col(promise.call)],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let state = promise.state.name();
            if known.as_ref().is_some_and(|(was, tries)| was == state && *tries == promise.tries) {
                return Ok(false);
            }
            let is_news = known.is_none() || promise.state.is_over();
            transaction.execute(
                "INSERT INTO call_backs (call, queue, number, own, name, dialled, asked, tries, state, changed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (call) DO UPDATE SET tries = ?8, state = ?9, changed = ?10",
                params![
                    Col(promise.call),
                    promise.queue,
                    Col(promise.number),
                    promise.own,
                    promise.name,
                    Col(promise.dialled),
                    Col(promise.asked),
                    promise.tries,
                    state,
                    Col(now),
                ],
            )?;
            // The call itself is written down when it has ended.
            let is_stored: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM calls WHERE id = ?1)",
                [Col(promise.call)],
                |row| row.get(0),
            )?;
            for text in texts.iter().filter(|_| is_news) {
                let text = Entry { call: text.call.filter(|_| is_stored), ..text.clone() };
                let contact = contacts::standing_by_number(transaction, text.to)?.map(|standing| standing.contact);
                outbox::insert(transaction, &text, contact, undated)?;
            }
            Ok(is_news)
        })
    }

    /// Those that are not over, and those that were asked for since then, the first asked for first.
    pub fn call_backs(&mut self, since: Timestamp) -> Result<Vec<CallBack>, StoreError> {
        self.read(|connection| rows(connection, since))
    }
}

impl Reader {
    /// The same, for people.
    pub fn call_backs(&self, since: Timestamp) -> Result<Vec<CallBack>, StoreError> {
        self.read(|connection| rows(connection, since))
    }
}

fn rows(connection: &rusqlite::Connection, since: Timestamp) -> Result<Vec<CallBack>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM call_backs WHERE asked > ?1 OR state IN ('waiting', 'calling') ORDER BY asked, call LIMIT ?2",
    )?;
    let mut rows = statement.query(params![Col(since), MOST])?;
    let mut promises = Vec::new();
    while let Some(row) = rows.next()? {
        let state: String = row.get("state")?;
        promises.push(CallBack {
            call: get(row, "call")?,
            queue: row.get("queue")?,
            number: get(row, "number")?,
            own: row.get("own")?,
            name: row.get("name")?,
            dialled: get(row, "dialled")?,
            asked: get(row, "asked")?,
            tries: row.get("tries")?,
            state: CallBackState::from_name(&state).ok_or(StoreError::Unreadable { table: "call_backs" })?,
        });
    }
    Ok(promises)
}
