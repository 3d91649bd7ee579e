//! The secrets in the addresses of calendar feeds, as hashes: one for each agent.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{
    Reader, Store, StoreError, TokenHash,
    columns::{Col, get},
    settings::write_audit,
};

/// That an agent's showings can be read at an address, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarToken {
    pub agent: String,
    pub made: Timestamp,
    pub by: String,
}

impl Store {
    /// From now on this secret opens the agent's calendar, and no earlier one does.
    pub fn make_calendar_token(
        &mut self,
        agent: &str,
        token: TokenHash,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT INTO calendar_tokens (agent, token_hash, made, by) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (agent) DO UPDATE SET token_hash = ?2, made = ?3, by = ?4",
                params![agent, token.0, Col(now), actor],
            )?;
            write_audit(transaction, actor, "calendar.open", agent, "", now)
        })
    }

    /// From now on nothing opens the agent's calendar.
    pub fn revoke_calendar_token(
        &mut self,
        agent: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            if transaction.execute("DELETE FROM calendar_tokens WHERE agent = ?1", [agent])? > 0 {
                write_audit(transaction, actor, "calendar.shut", agent, "", now)?;
            }
            Ok(())
        })
    }
}

impl Reader {
    /// Whose calendar this secret opens.
    pub fn calendar_of(&self, token: TokenHash) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT agent FROM calendar_tokens WHERE token_hash = ?1")?;
            Ok(statement.query_row([token.0], |row| row.get(0)).optional()?)
        })
    }

    /// All calendars that somebody may read, by the agent's name.
    pub fn calendar_tokens(&self) -> Result<Vec<CalendarToken>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM calendar_tokens ORDER BY agent LIMIT 500")?;
            let rows = statement.query_map([], |row| {
                Ok(CalendarToken { agent: row.get("agent")?, made: get(row, "made")?, by: row.get("by")? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
