//! Who has seen that an emergency number was dialled from a phone of the house: kept in the audit log, which nobody
//! rewrites.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, columns::Col, settings::write_audit};
use crate::types::CallId;

const ACTION: &str = "emergency.acknowledge";

/// The first person of the office who said that they saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencySeen {
    pub by: String,
    pub at: Timestamp,
}

impl Store {
    /// Writes down who saw it and when. The first one counts; whoever comes later is not logged again.
    pub fn acknowledge_emergency(
        &mut self,
        call: CallId,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| match seen(transaction, call)? {
            Some(_) => Ok(()),
            None => write_audit(transaction, actor, ACTION, &call.to_string(), "", now),
        })
    }
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
