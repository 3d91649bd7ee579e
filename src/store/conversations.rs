//! The journals of the agent's conversations, each kept as long as its call.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{
    Reader, StoreError,
    columns::{Col, get},
};
use crate::{
    dialogue::Provenance,
    pbx::{CallRecord, Conversed},
    types::CallId,
};

/// Writes a call's journals down. One that cannot be written as JSON is left out: a call is not lost for its journal.
pub(super) fn insert(transaction: &Transaction<'_>, record: &CallRecord) -> Result<(), StoreError> {
    for (number, conversed) in record.conversations.iter().enumerate() {
        let (Ok(parts), Ok(json)) =
            (serde_json::to_string(&*conversed.journal.provenance), serde_json::to_string(conversed))
        else {
            continue;
        };
        transaction
            .prepare_cached("INSERT INTO provenances (parts) VALUES (?1) ON CONFLICT DO NOTHING")?
            .execute([&parts])?;
        transaction
            .prepare_cached(
                "INSERT INTO conversations (call, number, provenance, journal)
                 SELECT ?1, ?2, id, ?3 FROM provenances WHERE parts = ?4",
            )?
            .execute(params![Col(record.call), number, json, parts])?;
    }
    Ok(())
}

impl Reader {
    /// A call's conversations with the agent, in order, with their journals. Empty, if the agent had no part in it or the call is
    /// older than journals are.
    ///
    /// # Errors
    /// When the store cannot be read, or a later program has written one of them.
    pub fn conversations(&self, call: CallId) -> Result<Vec<Conversed>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT journal, parts FROM conversations JOIN provenances ON id = provenance
                 WHERE call = ?1 ORDER BY number",
            )?;
            let rows = statement.query_map([Col(call)], |row| {
                Ok((row.get::<_, String>("journal")?, row.get::<_, String>("parts")?))
            })?;
            rows.map(|row| {
                let (journal, parts) = row?;
                let unreadable = StoreError::Unreadable { table: "conversations" };
                let parts = serde_json::from_str::<Provenance>(&parts).ok();
                let conversed = serde_json::from_str::<Conversed>(&journal).ok();
                let (Some(Conversed { began_ms, journal, ear }), Some(parts)) = (conversed, parts) else {
                    return Err(unreadable);
                };
                let Ok(mut journal) = journal.checked() else { return Err(unreadable) };
                journal.provenance = Arc::new(parts);
                Ok(Conversed { began_ms, journal, ear })
            })
            .collect()
        })
    }

    /// The calls since then that the agent had a part in, oldest first, as far as their journals are there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn conversed_since(&self, since: Timestamp) -> Result<Vec<CallId>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM calls WHERE started >= ?1 AND id IN (SELECT call FROM conversations)
                 ORDER BY started, id",
            )?;
            let rows = statement.query_map([Col(since)], |row| get(row, "id"))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
