//! How the store and the outbox are doing, for the health page and for alarms.

use jiff::{SignedDuration, Timestamp};

use super::{Reader, StoreError, columns::Col, connection};

/// Counts of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    pub schema: i64,
    /// Bytes of the file, without its write-ahead log.
    pub bytes: u64,
    pub calls: u64,
    pub contacts: u64,
    pub open_work_orders: u64,
    pub open_emergencies: u64,
    pub open_leads: u64,
    /// Texts that wait, those of the future included.
    pub queued: u64,
    /// Texts under way.
    pub claimed: u64,
    /// Texts whose fate nobody knows, and that were not sent again.
    pub unknown: u64,
    /// Texts that failed in the last day.
    pub failed_today: u64,
    /// How long the text that has waited longest is overdue.
    pub oldest_overdue: Option<SignedDuration>,
    pub bindings: u64,
}

impl Reader {
    /// Counts, all of one moment.
    pub fn health(&self, now: Timestamp) -> Result<Health, StoreError> {
        self.read(|connection| {
            let count = |sql: &str| -> Result<u64, StoreError> {
                Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
            };
            let day_ago = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
            let failed_today: i64 = connection
                .prepare_cached("SELECT count(*) FROM outbox WHERE created > ?1 AND state = 'failed'")?
                .query_row([Col(day_ago)], |row| row.get(0))?;
            let first_due: Option<Col<Timestamp>> = connection
                .prepare_cached("SELECT min(due) FROM outbox WHERE state = 'queued' AND due < ?1")?
                .query_row([Col(now)], |row| row.get(0))?;
            Ok(Health {
                schema: connection::schema_of(connection)?,
                bytes: count("PRAGMA page_count")? * count("PRAGMA page_size")?,
                calls: count("SELECT count(*) FROM calls")?,
                contacts: count("SELECT count(*) FROM contacts")?,
                open_work_orders: count("SELECT count(*) FROM work_orders WHERE status = 'open'")?,
                open_emergencies: count(
                    "SELECT count(*) FROM work_orders WHERE status = 'open' AND emergency",
                )?,
                open_leads: count("SELECT count(*) FROM leads WHERE status = 'open'")?,
                queued: count("SELECT count(*) FROM outbox WHERE state = 'queued'")?,
                claimed: count("SELECT count(*) FROM outbox WHERE state = 'claimed'")?,
                unknown: count("SELECT count(*) FROM outbox WHERE state = 'unknown'")?,
                failed_today: failed_today.unsigned_abs(),
                oldest_overdue: first_due.map(|due| now.duration_since(due.0)),
                bindings: count("SELECT count(*) FROM bindings")?,
            })
        })
    }
}
