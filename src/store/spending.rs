//! Calls to the outside of the last day, as the switch wants to know them after a restart: what they cost counts on.

use jiff::Timestamp;
use rusqlite::params;

use super::{
    Store, StoreError,
    columns::{Col, get},
};
use crate::pbx::{CallDirection, Dialled, Spent};

/// More calls than the limits of any office allow in a day; the newest are kept.
const MOST: usize = 10_000;

impl Store {
    /// Calls that phones of the house have made to numbers outside since then.
    pub fn outside_calls(&mut self, since: Timestamp) -> Result<Vec<Spent>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT caller, dialled, started, answered, ended FROM calls
                 WHERE direction = ?1 AND caller_kind = 'extension' AND started >= ?2 ORDER BY started DESC LIMIT ?3",
            )?;
            let mut rows = statement.query(params![Col(CallDirection::Outbound), Col(since), MOST])?;
            let mut calls = Vec::new();
            while let Some(row) = rows.next()? {
                // Emergencies cost nothing and count for nothing.
                let Dialled::Number(number) = get(row, "dialled")? else { continue };
                calls.push(Spent {
                    extension: get(row, "caller")?,
                    number,
                    started: get(row, "started")?,
                    answered: row.get::<_, Option<Col<Timestamp>>>("answered")?.map(|at| at.0),
                    ended: get(row, "ended")?,
                });
            }
            Ok(calls)
        })
    }
}
