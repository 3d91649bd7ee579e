//! Equal treatment: what was asked that everybody is told alike, what was told, and how the checks with pairs of callers came out.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::{
    Cursor, Page, Reader, Store, StoreError,
    columns::{Col, get},
    page::{bounded, page_of},
};
use crate::{
    pbx::{CallRecord, Speaker},
    types::CallId,
};

/// Kept for three years: a complaint may be brought for one (42 U.S.C. 3610), a suit for two (42 U.S.C. 3613), and a year is left
/// to hear of it.
pub const TREATMENTS_KEPT: SignedDuration = SignedDuration::from_hours(3 * 365 * 24);

/// Checks with pairs of callers that are listed.
const CHECKS_LISTED: usize = 24;

/// One question and its answer. Of who asked nothing is kept but the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentRow {
    pub id: i64,
    pub call: CallId,
    pub at: Timestamp,
    /// `closed vouchers`, `homes`, `fact`.
    pub subject: String,
    pub asked: String,
    pub given: String,
}

/// How a check with pairs of made-up callers came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairCheck {
    pub at: Timestamp,
    /// Pairs that called.
    pub pairs: u32,
    /// Of these, told the same.
    pub same: u32,
    /// In plain sentences.
    pub report: String,
}

/// What the conversation of this call has told alike; and what is older than its time goes.
pub(super) fn keep(connection: &Connection, record: &CallRecord, now: Timestamp) -> Result<(), StoreError> {
    let Some(outcome) = record.outcome.as_ref().filter(|outcome| !outcome.treated.is_empty()) else {
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "INSERT INTO treatments (call, at, subject, asked, given) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for treated in &outcome.treated {
        let of_caller = record.turns.iter().filter(|turn| turn.speaker == Speaker::Caller);
        let said = of_caller.rev().find(|turn| turn.text.contains(&treated.asked));
        let offset = said.map_or(SignedDuration::ZERO, |turn| {
            SignedDuration::from_millis(i64::try_from(turn.at_ms).unwrap_or(0))
        });
        let at = record.started.checked_add(offset).unwrap_or(record.started);
        let (call, subject) = (Col(record.call), treated.subject.name());
        statement.execute(params![call, Col(at), subject, treated.asked, treated.given])?;
    }
    let until = now.checked_sub(TREATMENTS_KEPT).unwrap_or(Timestamp::UNIX_EPOCH);
    connection.prepare_cached("DELETE FROM treatments WHERE at < ?1")?.execute([Col(until)])?;
    Ok(())
}

impl Store {
    /// Keeps how a check came out.
    pub fn keep_pair_check(&mut self, check: &PairCheck) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO pair_checks (at, pairs, same, report) VALUES (?1, ?2, ?3, ?4)",
                params![Col(check.at), check.pairs, check.same, check.report],
            )?;
            let until = check.at.checked_sub(TREATMENTS_KEPT).unwrap_or(Timestamp::UNIX_EPOCH);
            transaction.execute("DELETE FROM pair_checks WHERE at < ?1", [Col(until)])?;
            Ok(())
        })
    }
}

impl Reader {
    /// Questions and their answers, newest first.
    pub fn treatments(&self, after: Option<Cursor>, limit: usize) -> Result<Page<TreatmentRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM treatments WHERE (at, id) < (?1, ?2) ORDER BY at DESC, id DESC LIMIT ?3",
            )?;
            let rows = statement.query_map(params![after.at, after.id, limit + 1], |row| {
                Ok(TreatmentRow {
                    id: row.get("id")?,
                    call: get(row, "call")?,
                    at: get(row, "at")?,
                    subject: row.get("subject")?,
                    asked: row.get("asked")?,
                    given: row.get("given")?,
                })
            })?;
            Ok(page_of(rows.collect::<Result<_, _>>()?, limit, |row| Cursor::after(row.at, row.id)))
        })
    }

    /// The latest checks with pairs of callers, newest first.
    pub fn pair_checks(&self) -> Result<Vec<PairCheck>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM pair_checks ORDER BY at DESC LIMIT ?1")?;
            let rows = statement.query_map([CHECKS_LISTED], |row| {
                Ok(PairCheck {
                    at: get(row, "at")?,
                    pairs: row.get("pairs")?,
                    same: row.get("same")?,
                    report: row.get("report")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
