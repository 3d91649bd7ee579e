//! Letters: messages of mailboxes on their way out by e-mail, claimed before they leave and settled with what came back.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Reader, Store, StoreError, VoicemailRow,
    columns::{Col, get},
    outbox::{delivery, state_columns},
    settings::write_audit,
    voicemail::{self, voicemail},
};
use crate::{
    outbox::{AfterMail, Attempted, Letter, Policy, State},
    pbx::{MailboxChange, VoiceMessage},
    types::{Chance, EmailAddress, Extension, MessageKey, VoicemailId},
};

/// A letter that is claimed, with the message as it is known at this instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLetter {
    pub letter: Letter,
    pub message: VoicemailRow,
}

/// How the hand-over of a message to one address stands, for the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    pub key: MessageKey,
    pub voicemail: VoicemailId,
    pub to: EmailAddress,
    pub state: State,
    pub updated: Timestamp,
}

impl Store {
    /// Keeps a message that was left together with the letters about it: all of it or nothing. Letters that are there already
    /// stay as they are, since the desk repeats what it is not sure of.
    pub fn keep_message(
        &mut self,
        mailbox: &Extension,
        message: &VoiceMessage,
        letters: &[Letter],
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            voicemail::insert(transaction, mailbox, message)?;
            letters.iter().try_for_each(|letter| insert(transaction, letter))
        })
    }

    /// The recogniser has had its try at this message: letters that waited for its words need not wait any longer.
    pub fn release_letters(&mut self, message: VoicemailId, now: Timestamp) -> Result<(), StoreError> {
        let waiting = "voicemail = ?1 AND state = 'queued' AND attempts = 0 AND due > ?2";
        let any = self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT 1 FROM letters WHERE {waiting}"))?;
            Ok(statement.exists(params![Col(message), Col(now)])?)
        })?;
        if !any {
            return Ok(());
        }
        self.commit(|transaction| {
            transaction.execute(
                &format!("UPDATE letters SET due = ?2 WHERE {waiting}"),
                params![Col(message), Col(now)],
            )?;
            Ok(())
        })
    }

    /// When the next letter is due.
    pub fn next_letter_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let due: Option<Col<Timestamp>> = connection
                .prepare_cached("SELECT min(due) FROM letters WHERE state = 'queued'")?
                .query_row([], |row| row.get(0))?;
            Ok(due.map(|due| due.0))
        })
    }

    /// Claims the letter that is due for longest; when this returns it is durable as claimed. Letters about messages that are
    /// gone are forgotten, and those that nobody would take for too long given up.
    pub fn claim_letter(&mut self, now: Timestamp) -> Result<Option<ClaimedLetter>, StoreError> {
        self.commit(|transaction| {
            loop {
                let due = transaction
                    .prepare_cached(
                        "SELECT * FROM letters WHERE state = 'queued' AND due <= ?1 ORDER BY due, key LIMIT 1",
                    )?
                    .query_row([Col(now)], |row| Ok((letter(row)?, row.get::<_, Option<u16>>("last_status")?)))
                    .optional()?;
                let Some((mut letter, status)) = due else { return Ok(None) };
                let message = {
                    let mut statement =
                        transaction.prepare_cached("SELECT * FROM voicemails WHERE id = ?1")?;
                    let mut rows = statement.query([Col(letter.voicemail)])?;
                    rows.next()?.map(voicemail).transpose()?
                };
                let claimed = match message {
                    None => {
                        forget(transaction, letter.key)?;
                        continue;
                    }
                    Some(_) if letter.delivery.expires <= now => {
                        let _ = letter.delivery.expire(status.unwrap_or(0));
                        None
                    }
                    Some(message) => letter.delivery.claim().is_ok().then_some(message),
                };
                update(transaction, &letter, status, now)?;
                if let Some(message) = claimed {
                    return Ok(Some(ClaimedLetter { letter, message }));
                }
            }
        })
    }

    /// Letters that were under way when the house stopped.
    pub fn claimed_letters(&mut self) -> Result<Vec<MessageKey>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT key FROM letters WHERE state = 'claimed' ORDER BY key")?;
            let rows = statement.query_map([], |row| Ok(row.get::<_, Col<MessageKey>>(0)?.0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Settles an attempt; `None`: there is no such letter, or it is past settling.
    pub fn settle_letter(
        &mut self,
        key: MessageKey,
        attempted: Attempted,
        now: Timestamp,
        policy: &Policy,
        chance: &mut Chance,
    ) -> Result<Option<State>, StoreError> {
        // A commit that fails is repeated with the same jitter: chance moves on only with what is stored.
        let mut tried = chance.clone();
        let settled = self.commit(|transaction| {
            let found = transaction
                .prepare_cached("SELECT * FROM letters WHERE key = ?1")?
                .query_row([Col(key)], letter)
                .optional()?;
            let Some(mut letter) = found else { return Ok(None) };
            if letter.delivery.settle(attempted, now, policy, &mut tried).is_err() {
                return Ok(None);
            }
            let status = match attempted {
                Attempted::Later { status, .. } | Attempted::Never { status } => Some(status),
                Attempted::Accepted | Attempted::Lost => None,
            };
            update(transaction, &letter, status, now)?;
            if letter.delivery.state == State::Sent {
                let what = format!("mailbox {} to {}", letter.mailbox, letter.to);
                write_audit(
                    transaction,
                    "portico",
                    "voicemail.mail",
                    &letter.voicemail.to_string(),
                    &what,
                    now,
                )?;
            }
            let there = transaction
                .prepare_cached("SELECT 1 FROM voicemails WHERE id = ?1")?
                .exists([Col(letter.voicemail)])?;
            if letter.delivery.state.is_final() && !there {
                forget(transaction, letter.key)?;
            }
            Ok(Some(letter.delivery.state))
        })?;
        *chance = tried;
        Ok(settled)
    }

    /// Messages that everybody has who was to get them, and that are not yet as they are to be afterwards.
    pub fn handed_over(&mut self) -> Result<Vec<(Extension, MailboxChange)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT voicemails.id AS id, voicemails.mailbox AS mailbox, max(letters.after) AS after
                 FROM letters JOIN voicemails ON voicemails.id = letters.voicemail
                 WHERE letters.after <> 'keep'
                 GROUP BY voicemails.id
                 HAVING sum(letters.state <> 'sent') = 0 AND (max(letters.after) = 'delete' OR voicemails.heard = 0)
                 LIMIT 200",
            )?;
            let mut rows = statement.query([])?;
            let mut changes = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, mailbox): (VoicemailId, Extension) = (get(row, "id")?, get(row, "mailbox")?);
                let after: String = row.get("after")?;
                let change = match AfterMail::from_name(&after) {
                    Some(AfterMail::Heard) => MailboxChange::Heard { id },
                    Some(AfterMail::Delete) => MailboxChange::Deleted { id },
                    Some(AfterMail::Keep) | None => continue,
                };
                changes.push((mailbox, change));
            }
            Ok(changes)
        })
    }

    /// The wall clock was put forward (or, negative, back) by so much.
    pub fn shift_letters(&mut self, by: SignedDuration) -> Result<(), StoreError> {
        let by = i64::try_from(by.as_millis()).unwrap_or(0);
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE letters SET due = due + ?1, expires = expires + ?1 WHERE state IN ('queued', 'claimed')",
                [by],
            )?;
            Ok(())
        })
    }

    /// A person of the office wants a message sent again to whom it did not reach, or may not have reached: under the same
    /// key. The number of letters that this is about.
    pub fn mail_again(&mut self, message: VoicemailId, now: Timestamp) -> Result<usize, StoreError> {
        self.commit(|transaction| {
            Ok(transaction.execute(
                "UPDATE letters SET state = 'queued', reason = NULL, expires = ?2 + (expires - created), due = ?2, updated = ?2
                 WHERE voicemail = ?1 AND state IN ('failed', 'unknown')",
                params![Col(message), Col(now)],
            )?)
        })
    }
}

impl Reader {
    /// How the hand-over of these messages stands.
    pub fn letters_of(&self, messages: &[VoicemailId]) -> Result<Vec<LetterRow>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM letters WHERE voicemail = ?1 ORDER BY recipient")?;
            let mut letters = Vec::new();
            for message in messages {
                let mut rows = statement.query([Col(*message)])?;
                while let Some(row) = rows.next()? {
                    let letter = letter(row)?;
                    letters.push(LetterRow {
                        key: letter.key,
                        voicemail: letter.voicemail,
                        to: letter.to,
                        state: letter.delivery.state,
                        updated: get(row, "updated")?,
                    });
                }
            }
            Ok(letters)
        })
    }
}

fn insert(connection: &Connection, letter: &Letter) -> Result<(), StoreError> {
    let (state, reason) = state_columns(letter.delivery.state);
    connection
        .prepare_cached(
            "INSERT INTO letters (key, voicemail, mailbox, recipient, after, created, due, expires, state, reason, attempts, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?6)
             ON CONFLICT (voicemail, recipient) DO NOTHING",
        )?
        .execute(params![
            Col(letter.key),
            Col(letter.voicemail),
            Col(letter.mailbox.clone()),
            letter.to.as_str(),
            letter.after.name(),
            Col(letter.created),
            Col(letter.delivery.due),
            Col(letter.delivery.expires),
            state,
            reason,
            letter.delivery.attempts,
        ])?;
    Ok(())
}

/// About a message that is gone.
fn forget(connection: &Connection, key: MessageKey) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM letters WHERE key = ?1")?.execute([Col(key)])?;
    Ok(())
}

fn update(
    connection: &Connection,
    letter: &Letter,
    status: Option<u16>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, reason) = state_columns(letter.delivery.state);
    connection
        .prepare_cached(
            "UPDATE letters SET state = ?2, reason = ?3, due = ?4, attempts = ?5,
                 last_status = coalesce(?6, last_status), updated = ?7 WHERE key = ?1",
        )?
        .execute(params![
            Col(letter.key),
            state,
            reason,
            Col(letter.delivery.due),
            letter.delivery.attempts,
            status,
            Col(now)
        ])?;
    Ok(())
}

fn letter(row: &Row<'_>) -> rusqlite::Result<Letter> {
    let unreadable = |column: &str| rusqlite::Error::InvalidColumnName(column.into());
    let (to, after): (String, String) = (row.get("recipient")?, row.get("after")?);
    Ok(Letter {
        key: get(row, "key")?,
        voicemail: get(row, "voicemail")?,
        mailbox: get(row, "mailbox")?,
        to: to.parse().map_err(|_| unreadable("recipient"))?,
        after: AfterMail::from_name(&after).ok_or_else(|| unreadable("after"))?,
        created: get(row, "created")?,
        delivery: delivery(row)?,
    })
}
