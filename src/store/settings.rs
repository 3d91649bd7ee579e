//! Settings that the console changes, and the log of who did what.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{
    Cursor, Page, Reader, Store, StoreError,
    columns::{Col, get},
    page::{bounded, page_of},
};

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub id: i64,
    pub at: Timestamp,
    /// A user's name, `token:` and a token's name, or `portico`.
    pub actor: String,
    /// A verb: `login`, `token.create`, `work_order.close`.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    pub detail: String,
}

impl Store {
    /// Stores a setting and the audit line of its change in one transaction.
    pub fn set_setting(
        &mut self,
        key: &str,
        value: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO settings (key, value, updated) VALUES (?1, ?2, ?3)",
                params![key, value, Col(now)],
            )?;
            write_audit(transaction, actor, "setting.change", key, "", now)
        })
    }

    /// Adds a line to the audit log.
    pub fn audit(
        &mut self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| write_audit(transaction, actor, action, subject, detail, now))
    }
}

impl Reader {
    /// A setting's value; `None` if it was never set.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()?)
        })
    }

    /// The audit log, newest first.
    pub fn audit_log(&self, after: Option<Cursor>, limit: usize) -> Result<Page<AuditRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            // Ids rise with time, whatever the wall clock does.
            let mut statement =
                connection.prepare_cached("SELECT * FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?;
            let rows = statement
                .query_map(params![after.id, limit + 1], audit_row)?
                .collect::<Result<Vec<_>, _>>()?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.at, row.id)))
        })
    }
}

fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: row.get("id")?,
        at: get(row, "at")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        detail: row.get("detail")?,
    })
}

/// Within the transaction of what is logged.
pub(super) fn write_audit(
    connection: &rusqlite::Connection,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![Col(now), actor, action, subject, detail],
    )?;
    Ok(())
}
