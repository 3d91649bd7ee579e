//! Mailboxes and their messages, as rows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Cursor, Page, Reader, Store, StoreError,
    calls::{caller_columns, caller_of},
    columns::{Col, get},
    page::{bounded, page_of},
};
use crate::{
    pbx::{Caller, Mailbox, MailboxChange, PinHash, VoiceMessage},
    types::{CallId, Extension, VoicemailId},
};

/// A message as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoicemailRow {
    pub mailbox: Extension,
    pub message: VoiceMessage,
    /// What the recogniser made of it. `None`: it has not had its try, or has failed.
    pub words: Option<String>,
    pub transcribed: bool,
}

/// A message whose words are still to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untranscribed {
    pub id: VoicemailId,
    pub file: String,
}

impl Store {
    /// Stores what has happened to a mailbox. Gives back the file that nobody needs any more, if there is one.
    pub fn change_mailbox(
        &mut self,
        mailbox: &Extension,
        change: &MailboxChange,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        self.commit(|transaction| {
            match change {
                MailboxChange::Left(message) => insert(transaction, mailbox, message)?,
                MailboxChange::Heard { id } => {
                    transaction
                        .prepare_cached("UPDATE voicemails SET heard = 1 WHERE id = ?1")?
                        .execute([Col(*id)])?;
                }
                MailboxChange::Deleted { id } => {
                    // One that is on its way is settled first.
                    transaction
                        .prepare_cached("DELETE FROM letters WHERE voicemail = ?1 AND state <> 'claimed'")?
                        .execute([Col(*id)])?;
                    return Ok(transaction
                        .prepare_cached("DELETE FROM voicemails WHERE id = ?1 RETURNING file")?
                        .query_row([Col(*id)], |row| row.get(0))
                        .optional()?);
                }
                MailboxChange::Pin(pin) => {
                    transaction
                        .prepare_cached(
                            "INSERT INTO mailboxes (id, pin, updated) VALUES (?1, ?2, ?3)
                             ON CONFLICT (id) DO UPDATE SET pin = excluded.pin, updated = excluded.updated",
                        )?
                        .execute(params![Col(mailbox.clone()), pin.to_string(), Col(now)])?;
                }
                MailboxChange::Greeting { file } => {
                    let old: Option<String> = transaction
                        .prepare_cached("SELECT greeting FROM mailboxes WHERE id = ?1")?
                        .query_row([Col(mailbox.clone())], |row| row.get(0))
                        .optional()?
                        .flatten();
                    transaction
                        .prepare_cached(
                            "INSERT INTO mailboxes (id, greeting, updated) VALUES (?1, ?2, ?3)
                             ON CONFLICT (id) DO UPDATE SET greeting = excluded.greeting, updated = excluded.updated",
                        )?
                        .execute(params![Col(mailbox.clone()), file, Col(now)])?;
                    return Ok(old.filter(|old| Some(old) != file.as_ref()));
                }
                MailboxChange::Discarded { file } => return Ok(Some(file.clone())),
            }
            Ok(None)
        })
    }

    /// What the recogniser made of a message; `None`: it could make nothing of the file.
    pub fn transcribed(&mut self, id: VoicemailId, words: Option<&str>) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction
                .prepare_cached("UPDATE voicemails SET words = ?2, transcribed = 1 WHERE id = ?1")?
                .execute(params![Col(id), words])?;
            Ok(())
        })
    }

    /// All mailboxes that have ever been used, with what lies in them.
    pub fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        self.read(|connection| {
            let mut mailboxes = Vec::new();
            let mut statement = connection.prepare_cached(
                "SELECT ids.id AS id, pin, greeting
                 FROM (SELECT id FROM mailboxes UNION SELECT mailbox FROM voicemails) AS ids
                 LEFT JOIN mailboxes ON mailboxes.id = ids.id ORDER BY ids.id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id: Extension = get(row, "id")?;
                let pin: Option<String> = row.get("pin")?;
                let pin = pin.map(|pin| pin.parse::<PinHash>()).transpose();
                let pin = pin.map_err(|_| StoreError::Unreadable { table: "mailboxes" })?;
                let messages = messages_of(connection, &id)?;
                mailboxes.push(Mailbox { id, pin, greeting: row.get("greeting")?, messages });
            }
            Ok(mailboxes)
        })
    }

    /// Messages that the recogniser has not had its try at, the oldest first.
    pub fn untranscribed(&mut self) -> Result<Vec<Untranscribed>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, file FROM voicemails WHERE transcribed = 0 ORDER BY received, id LIMIT 200",
            )?;
            let rows = statement
                .query_map([], |row| Ok(Untranscribed { id: get(row, "id")?, file: row.get("file")? }))?
                .collect::<Result<Vec<_>, _>>()?;
            Ok(rows)
        })
    }
}

impl Reader {
    /// Messages of all mailboxes, newest first.
    pub fn voicemails(&self, after: Option<Cursor>, limit: usize) -> Result<Page<VoicemailRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM voicemails WHERE (received, id) < (?1, ?2) ORDER BY received DESC, id DESC LIMIT ?3",
            )?;
            let mut rows = statement.query(params![after.at, after.id, limit + 1])?;
            let mut items = Vec::new();
            while let Some(row) = rows.next()? {
                items.push(voicemail(row)?);
            }
            Ok(page_of(items, limit, |row| Cursor::after(row.message.left, row.message.id.to_i64())))
        })
    }

    /// The files of the mailboxes' own greetings.
    pub fn greetings(&self) -> Result<BTreeMap<Extension, String>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id, greeting FROM mailboxes WHERE greeting IS NOT NULL")?;
            let mut rows = statement.query([])?;
            let mut greetings = BTreeMap::new();
            while let Some(row) = rows.next()? {
                greetings.insert(get(row, "id")?, row.get("greeting")?);
            }
            Ok(greetings)
        })
    }

    /// One message.
    pub fn voicemail(&self, id: VoicemailId) -> Result<Option<VoicemailRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM voicemails WHERE id = ?1")?;
            let mut rows = statement.query([Col(id)])?;
            rows.next()?.map(voicemail).transpose()
        })
    }
}

pub(super) fn insert(
    connection: &Connection,
    mailbox: &Extension,
    message: &VoiceMessage,
) -> Result<(), StoreError> {
    let (kind, caller, display) = caller_columns(&message.caller);
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO voicemails
                 (id, mailbox, call, caller_kind, caller, caller_display, received, length_ms, file, heard)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            Col(message.id),
            Col(mailbox.clone()),
            Col(message.call),
            kind,
            caller,
            display,
            Col(message.left),
            i64::try_from(message.length_ms).unwrap_or(i64::MAX),
            message.file,
            message.heard,
        ])?;
    Ok(())
}

fn messages_of(connection: &Connection, mailbox: &Extension) -> Result<Vec<VoiceMessage>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM voicemails WHERE mailbox = ?1 ORDER BY received, id")?;
    let mut rows = statement.query([Col(mailbox.clone())])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(message(row)?);
    }
    Ok(messages)
}

pub(super) fn voicemail(row: &Row<'_>) -> Result<VoicemailRow, StoreError> {
    Ok(VoicemailRow {
        mailbox: get(row, "mailbox")?,
        message: message(row)?,
        words: row.get("words")?,
        transcribed: row.get("transcribed")?,
    })
}

fn message(row: &Row<'_>) -> Result<VoiceMessage, StoreError> {
    let caller: Caller = caller_of(row)?;
    let (id, call): (VoicemailId, CallId) = (get(row, "id")?, get(row, "call")?);
    Ok(VoiceMessage {
        id,
        call,
        caller,
        left: get(row, "received")?,
        length_ms: row.get::<_, i64>("length_ms")?.unsigned_abs(),
        file: row.get("file")?,
        heard: row.get("heard")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Pin;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn left(id: u64, text: &str) -> MailboxChange {
        MailboxChange::Left(VoiceMessage {
            id: VoicemailId::from_random(id),
            call: CallId::from_random(id),
            caller: Caller::Number { number: "+13035550177".parse().unwrap(), display: "DANA".into() },
            left: at(text),
            length_ms: 12_340,
            file: format!("{id}.wav"),
            heard: false,
        })
    }

    #[test]
    fn a_message_is_kept_heard_transcribed_and_deleted_with_its_file() {
        let mut store = Store::in_memory().unwrap();
        let now = at("2026-11-20T18:00:00Z");
        let mailbox: Extension = "102".parse().unwrap();
        let second = VoicemailId::from_random(2);
        for (id, text) in [(1, "2026-11-20T17:00:00Z"), (2, "2026-11-20T17:30:00Z")] {
            assert_eq!(store.change_mailbox(&mailbox, &left(id, text), now).unwrap(), None);
        }
        // The desk repeats what it is not sure of.
        store.change_mailbox(&mailbox, &left(2, "2026-11-20T17:30:00Z"), now).unwrap();
        assert_eq!(store.untranscribed().unwrap().len(), 2);
        store.transcribed(second, Some("please call me back")).unwrap();
        store.change_mailbox(&mailbox, &MailboxChange::Heard { id: second }, now).unwrap();
        let page = store.reader().voicemails(None, 1).unwrap();
        assert_eq!(page.items[0].words.as_deref(), Some("please call me back"));
        assert!(page.items[0].message.heard && page.items[0].transcribed);
        let older = store.reader().voicemails(page.next, 1).unwrap();
        assert_eq!((older.items.len(), older.next), (1, None));
        let [mailbox_row] = &store.mailboxes().unwrap()[..] else { panic!() };
        assert_eq!(mailbox_row.counts(), (1, 1));
        let deleted = store.change_mailbox(&mailbox, &MailboxChange::Deleted { id: second }, now).unwrap();
        assert_eq!(deleted.as_deref(), Some("2.wav"));
        assert_eq!(store.reader().voicemail(second).unwrap(), None);
        let again = store.change_mailbox(&mailbox, &MailboxChange::Deleted { id: second }, now).unwrap();
        assert_eq!(again, None);
    }

    #[test]
    fn pin_and_greeting_are_kept_and_an_old_greeting_is_given_back() {
        let mut store = Store::in_memory().unwrap();
        let now = at("2026-11-20T18:00:00Z");
        let id: Extension = "102".parse().unwrap();
        let pin = PinHash::new(&Pin::new("481592", &id).unwrap(), 9);
        store.change_mailbox(&id, &MailboxChange::Pin(pin.clone()), now).unwrap();
        let greeting = |file: Option<&str>| MailboxChange::Greeting { file: file.map(str::to_owned) };
        assert_eq!(store.change_mailbox(&id, &greeting(Some("a.wav")), now).unwrap(), None);
        let old = store.change_mailbox(&id, &greeting(Some("b.wav")), now).unwrap();
        assert_eq!(old.as_deref(), Some("a.wav"));
        assert_eq!(store.reader().greetings().unwrap(), [(id.clone(), "b.wav".to_owned())].into());
        let [mailbox] = &store.mailboxes().unwrap()[..] else { panic!() };
        assert_eq!((mailbox.pin.as_ref(), mailbox.greeting.as_deref()), (Some(&pin), Some("b.wav")));
        let mut store = store.power_cut().unwrap();
        assert_eq!(store.mailboxes().unwrap().len(), 1);
        assert_eq!(store.change_mailbox(&id, &greeting(None), now).unwrap().as_deref(), Some("b.wav"));
        assert!(store.reader().greetings().unwrap().is_empty());
    }
}
