//! What people have set for their extensions, and how the office's day/night key stands: kept as settings.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Store, StoreError, columns::Col};
use crate::{
    pbx::{DayNight, DeskSettings},
    types::Extension,
};

const DESK: &str = "desk.";
const DAY_NIGHT: &str = "day_night";

impl Store {
    /// Keeps what is set for these extensions, and how the key stands if it was turned, in one transaction.
    pub fn keep_desks(
        &mut self,
        desks: &BTreeMap<Extension, DeskSettings>,
        key: Option<DayNight>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            for (extension, settings) in desks {
                keep(transaction, &format!("{DESK}{extension}"), settings, now)?;
            }
            key.map_or(Ok(()), |key| keep(transaction, DAY_NIGHT, &key, now))
        })
    }

    /// All that is set. A line that cannot be read is as good as none: no phone is silent for it.
    pub fn desks(&mut self) -> Result<(Vec<(Extension, DeskSettings)>, DayNight), StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT key, value FROM settings WHERE key LIKE 'desk.%' OR key = 'day_night'",
            )?;
            let mut rows = statement.query([])?;
            let (mut desks, mut key) = (Vec::new(), DayNight::default());
            while let Some(row) = rows.next()? {
                let (name, value): (String, String) = (row.get("key")?, row.get("value")?);
                if name == DAY_NIGHT {
                    key = serde_json::from_str(&value).unwrap_or_default();
                } else if let Some(Ok(extension)) = name.strip_prefix(DESK).map(str::parse)
                    && let Ok(settings) = serde_json::from_str(&value)
                {
                    desks.push((extension, settings));
                }
            }
            Ok((desks, key))
        })
    }
}

fn keep(
    connection: &Connection,
    key: &str,
    value: &impl serde::Serialize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let value = serde_json::to_string(value).map_err(|_| StoreError::Unreadable { table: "settings" })?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO settings (key, value, updated) VALUES (?1, ?2, ?3)")?
        .execute(params![key, value, Col(now)])?;
    Ok(())
}
