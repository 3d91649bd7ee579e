//! Incidents that somebody of the office opens, before any caller tells of them.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::{IncidentRow, count, incident_row, near};
use crate::{
    dialogue::Trouble,
    incident::{OPENS_WITHIN, is_of_what_is_stated, stated, trouble_words},
    store::{Store, StoreError, columns::Col, settings::write_audit},
    types::IncidentId,
};

/// What somebody knows before callers do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIncident {
    /// Drawn by whoever asks.
    pub id: IncidentId,
    /// As the office writes it.
    pub property: String,
    pub trouble: Trouble,
    /// What callers hear.
    pub notice: String,
    /// They hear it until then.
    pub until: Timestamp,
}

/// What has become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenedByHand {
    /// It is open, and callers hear of it.
    New,
    /// This one of the same property and trouble is open already, and stays as it is.
    Already(IncidentId),
}

impl Store {
    /// Somebody opens an incident, with its notice on. Whether one is open already is asked in the same transaction: of two
    /// people, or a person and a call, who open one at once, one opens it. Who has told of it on their own until now belongs
    /// to it, as to one that callers open.
    pub fn open_incident(
        &mut self,
        new: &NewIncident,
        actor: &str,
        now: Timestamp,
    ) -> Result<OpenedByHand, StoreError> {
        self.commit(|transaction| {
            if let Some(open) = open_of(transaction, &new.property, new.trouble)?.first() {
                // A commit whose answer was lost has opened this very one.
                let own = open.id == new.id;
                return Ok(if own { OpenedByHand::New } else { OpenedByHand::Already(open.id) });
            }
            transaction.execute(
                "INSERT INTO incidents (id, property, trouble, opened, last, callers, notice, notice_until, opened_by)
                 VALUES (?1, ?2, ?3, ?4, ?4, 0, ?5, ?6, ?7)",
                params![
                    Col(new.id),
                    new.property,
                    new.trouble.name(),
                    Col(now),
                    new.notice,
                    Col(new.until),
                    actor
                ],
            )?;
            take_in(transaction, new, now)?;
            let detail = format!("{}, {}: {}", new.property, trouble_words(new.trouble), new.notice);
            write_audit(transaction, actor, "incident.open", &new.id.to_string(), &detail, now)?;
            Ok(OpenedByHand::New)
        })
    }
}

/// Incidents of this property and trouble that are open, the latest first.
pub(in crate::store) fn open_of(
    connection: &Connection,
    property: &str,
    trouble: Trouble,
) -> Result<Vec<IncidentRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM incidents WHERE closed IS NULL AND property = ?1 AND trouble = ?2 ORDER BY last DESC, id",
    )?;
    let rows = statement.query_map(params![property, trouble.name()], incident_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Callers of the last hours who were on their own with it.
fn take_in(transaction: &Transaction<'_>, new: &NewIncident, now: Timestamp) -> Result<(), StoreError> {
    let known = stated(&new.property, new.trouble, &new.notice, now);
    let since = now.checked_sub(OPENS_WITHIN).unwrap_or(Timestamp::MIN);
    let alone = near(transaction, &known, None, since)?.into_iter().filter(|row| row.incident.is_none());
    for row in alone {
        if let Ok(likeness) = is_of_what_is_stated(&known, &row.report) {
            transaction.execute(
                "UPDATE incident_reports SET incident = ?2, why = ?3 WHERE call = ?1 AND incident IS NULL",
                params![Col(row.call), Col(new.id), likeness.words()],
            )?;
        }
    }
    count(transaction, new.id)
}
