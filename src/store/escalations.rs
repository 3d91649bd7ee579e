//! Escalations to people on call: each step as it happened, chained to the one before, and never changed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
    outbox,
};
use crate::{
    outbox::Entry,
    pbx::{EscalationEvent, EscalationStep},
    types::CallId,
};

/// Escalations that are read at once. More are open at no time.
const MOST_OPEN: usize = 256;

/// One step as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    pub step: EscalationStep,
    /// The event as it was digested, byte for byte.
    pub written: String,
    /// SHA-256 over the digest before it, the call, the number, the time and what is written.
    pub digest: [u8; 32],
    /// Ed25519 over the digest.
    pub signature: Option<Vec<u8>>,
}

impl TimelineEntry {
    /// Does it follow the one with this digest (`None`: it is the first), unaltered?
    pub fn follows(&self, before: Option<[u8; 32]>) -> bool {
        let EscalationStep { call, number, at, .. } = &self.step;
        digest(before, *call, *number, *at, &self.written) == self.digest
    }
}

/// Each part has one length, or is the last: no two steps digest the same bytes.
fn digest(before: Option<[u8; 32]>, call: CallId, number: u32, at: Timestamp, written: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before.unwrap_or_default());
    hash.update(call.to_i64().to_be_bytes());
    hash.update(number.to_be_bytes());
    hash.update(at.as_millisecond().to_be_bytes());
    hash.update(written.as_bytes());
    hash.finalize().into()
}

impl Store {
    /// Writes a step down, with the texts that go with it. Nothing happens if it has been written down already.
    pub fn keep_escalation_step(&mut self, step: &EscalationStep, texts: &[Entry]) -> Result<(), StoreError> {
        let key = self.timeline_key.clone();
        self.commit(|transaction| {
            if digest_of(transaction, step.call, step.number)?.is_some() {
                return Ok(());
            }
            let before = match step.number.checked_sub(1).filter(|before| *before > 0) {
                Some(before) => digest_of(transaction, step.call, before)?,
                None => None,
            };
            let written = serde_json::to_string(&step.event)?;
            let digest = digest(before, step.call, step.number, step.at, &written);
            let signature = key.map(|key| key.sign(&digest));
            transaction.execute(
                "INSERT OR IGNORE INTO escalations (call, opened) VALUES (?1, ?2)",
                params![Col(step.call), Col(step.at)],
            )?;
            if matches!(step.event, EscalationEvent::Settled { .. } | EscalationEvent::Merged { .. }) {
                transaction.execute(
                    "UPDATE escalations SET settled = ?2 WHERE call = ?1 AND settled IS NULL",
                    params![Col(step.call), Col(step.at)],
                )?;
            }
            transaction.execute(
                "INSERT INTO escalation_steps (call, number, at, step, digest, signature)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![Col(step.call), step.number, Col(step.at), written, digest.as_slice(), signature],
            )?;
            texts.iter().try_for_each(|entry| outbox::insert(transaction, entry, None, false))
        })
    }

    /// Those that nobody has settled, and those that were settled since, each with its steps in order, the first opened first.
    pub fn open_escalations(&mut self, since: Timestamp) -> Result<Vec<Vec<EscalationStep>>, StoreError> {
        self.read(|connection| open(connection, since))
    }

    /// The steps of one, in order; none if there is none.
    pub fn escalation_steps(&mut self, call: CallId) -> Result<Vec<EscalationStep>, StoreError> {
        self.read(|connection| Ok(timeline(connection, call)?.into_iter().map(|entry| entry.step).collect()))
    }
}

impl Reader {
    /// The same, for people.
    pub fn open_escalations(&self) -> Result<Vec<Vec<EscalationStep>>, StoreError> {
        self.read(|connection| open(connection, Timestamp::MAX))
    }

    /// The steps of an escalation as they lie in the file, in order; none if there is none.
    pub fn timeline(&self, call: CallId) -> Result<Vec<TimelineEntry>, StoreError> {
        self.read(|connection| timeline(connection, call))
    }
}

fn open(connection: &Connection, since: Timestamp) -> Result<Vec<Vec<EscalationStep>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT call FROM escalations WHERE settled IS NULL OR settled >= ?2
         ORDER BY settled IS NOT NULL, opened, call LIMIT ?1",
    )?;
    let calls: Vec<CallId> = statement
        .query_map(params![MOST_OPEN, Col(since)], |row| get(row, "call"))?
        .collect::<Result<_, _>>()?;
    let steps = |call| Ok(timeline(connection, call)?.into_iter().map(|entry| entry.step).collect());
    calls.into_iter().map(steps).collect()
}

fn digest_of(connection: &Connection, call: CallId, number: u32) -> Result<Option<[u8; 32]>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT digest FROM escalation_steps WHERE call = ?1 AND number = ?2")?
        .query_row(params![Col(call), number], |row| row.get(0))
        .optional()?)
}

fn timeline(connection: &Connection, call: CallId) -> Result<Vec<TimelineEntry>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM escalation_steps WHERE call = ?1 ORDER BY number")?;
    let mut rows = statement.query([Col(call)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let written: String = row.get("step")?;
        let event = serde_json::from_str(&written)
            .map_err(|_| StoreError::Unreadable { table: "escalation_steps" })?;
        let step = EscalationStep { call, number: row.get("number")?, at: get(row, "at")?, event };
        entries.push(TimelineEntry {
            step,
            written,
            digest: row.get("digest")?,
            signature: row.get("signature")?,
        });
    }
    Ok(entries)
}
