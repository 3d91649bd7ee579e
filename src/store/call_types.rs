//! Call types that the office has added in the console: each with its words and examples, and who changed it last.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params, types::Type};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
    settings::write_audit,
};
use crate::{
    dialogue::{BadCallTypeName, CallType, CallTypeName, CallTypeScript, Item},
    types::Language,
};

/// A call type as it was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCallType {
    pub call_type: CallType,
    pub changed: Timestamp,
    pub changed_by: String,
}

impl Store {
    /// Puts it in the place of the one of its name, if there is one.
    pub fn save_call_type(&mut self, own: &CallType, actor: &str, now: Timestamp) -> Result<(), StoreError> {
        let asks: Vec<&str> = own.asks.iter().map(|item| item.name()).collect();
        self.commit(|transaction| {
            let before =
                transaction.execute("DELETE FROM call_types WHERE name = ?1", [own.name.as_str()])?;
            transaction.execute(
                "INSERT INTO call_types (name, staff, asks, staff_first, changed, changed_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![own.name.as_str(), own.staff, asks.join(" "), own.staff_first, Col(now), actor],
            )?;
            for (language, script) in &own.scripts {
                transaction.execute(
                    "INSERT INTO call_type_scripts (call_type, language, about, opening, closing, examples)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![
                        own.name.as_str(),
                        language.tag(),
                        script.about,
                        script.opening,
                        script.closing,
                        script.examples.join("\n")
                    ],
                )?;
            }
            let action = if before == 0 { "call_type.add" } else { "call_type.change" };
            let examples: usize = own.scripts.values().map(|script| script.examples.len()).sum();
            let detail = format!("{examples} examples");
            write_audit(transaction, actor, action, own.name.as_str(), &detail, now)
        })
    }

    /// False: there is none of that name.
    pub fn remove_call_type(
        &mut self,
        name: CallTypeName,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let gone = transaction.execute("DELETE FROM call_types WHERE name = ?1", [name.as_str()])?;
            if gone > 0 {
                write_audit(transaction, actor, "call_type.remove", name.as_str(), "", now)?;
            }
            Ok(gone > 0)
        })
    }
}

impl Reader {
    /// The call types of the console, by their names. An office has some, and never more than are told apart.
    pub fn call_types(&self) -> Result<Vec<SavedCallType>, StoreError> {
        self.read(|connection| {
            let mut scripts = scripts(connection)?;
            let mut statement = connection.prepare_cached("SELECT * FROM call_types ORDER BY name")?;
            let rows = statement.query_map([], |row| {
                let name = name(row, "name")?;
                let asked: String = row.get("asks")?;
                // What is no longer asked by any script is not asked here.
                let item = |name: &str| Item::ALL.into_iter().find(|item| item.name() == name);
                Ok(SavedCallType {
                    call_type: CallType {
                        name,
                        staff: row.get("staff")?,
                        asks: asked.split_whitespace().filter_map(item).collect(),
                        staff_first: row.get("staff_first")?,
                        stands_for: None,
                        scripts: scripts.remove(&name).unwrap_or_default(),
                    },
                    changed: get(row, "changed")?,
                    changed_by: row.get("changed_by")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn name(row: &Row<'_>, column: &str) -> rusqlite::Result<CallTypeName> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: BadCallTypeName| {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
    })
}

type Scripts = BTreeMap<CallTypeName, BTreeMap<Language, CallTypeScript>>;

fn scripts(connection: &Connection) -> Result<Scripts, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM call_type_scripts")?;
    let mut rows = statement.query([])?;
    let mut scripts = Scripts::new();
    while let Some(row) = rows.next()? {
        let tag: String = row.get("language")?;
        // A language of a program that knew more of them is not spoken by this one.
        let Some(language) = Language::from_tag(&tag) else { continue };
        let examples: String = row.get("examples")?;
        let script = CallTypeScript {
            about: row.get("about")?,
            opening: row.get("opening")?,
            closing: row.get("closing")?,
            examples: examples.lines().map(str::to_owned).collect(),
        };
        scripts.entry(name(row, "call_type")?).or_default().insert(language, script);
    }
    Ok(scripts)
}
