//! The outbox's rows: queued with what caused them, claimed before they leave, settled with what came back.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    ContactStanding, Store, StoreError,
    columns::{Col, get, get_opt},
    contacts,
};
use crate::{
    outbox::{Attempted, Delivery, Entry, Failure, Kind, Policy, State, Suppression},
    types::{CallId, Chance, ContactId, MessageKey},
};

/// At most so many due entries are looked at in one transaction.
const LOOKED_AT: usize = 64;

/// An entry about to be claimed, with what is known at this instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub entry: Entry,
    /// The person it goes to, if they are a contact.
    pub standing: Option<ContactStanding>,
    /// Since the call that it is about, the person has talked with somebody of the office.
    pub reached_since: bool,
}

/// What the desk says to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimVerdict {
    Send,
    Suppress(Suppression),
    /// It has gone stale.
    Expire,
    /// Not now, but then.
    Defer(Timestamp),
}

/// What claiming came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Claimed, and durable as such: to be sent now.
    pub send: Vec<Entry>,
    /// Looked at, and suppressed, given up or deferred.
    pub held: Vec<Entry>,
}

/// What became of an entry by a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    pub key: MessageKey,
    pub kind: Kind,
    pub state: State,
    pub call: Option<CallId>,
}

impl Store {
    /// Queues texts that belong to nothing else.
    pub fn queue(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        self.commit(|transaction| {
            entries.iter().try_for_each(|entry| insert(transaction, entry, None, false))
        })
    }

    /// How many entries wait or are under way.
    pub fn outbox_len(&mut self) -> Result<usize, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT (SELECT count(*) FROM outbox WHERE state = 'queued') + (SELECT count(*) FROM outbox WHERE state = 'claimed')")?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// When the next entry is due.
    pub fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let due: Option<Col<Timestamp>> = connection
                .prepare_cached("SELECT min(due) FROM outbox WHERE state = 'queued' AND NOT undated")?
                .query_row([], |row| row.get(0))?;
            Ok(due.map(|due| due.0))
        })
    }

    /// Looks at due entries, the longest due first, and does with each as `judge` says, until `limit` are claimed.
    pub fn claim_due(
        &mut self,
        now: Timestamp,
        limit: usize,
        mut judge: impl FnMut(&Candidate) -> ClaimVerdict,
    ) -> Result<Claims, StoreError> {
        self.commit(|transaction| {
            let due: Vec<(Entry, Option<u16>)> = {
                let mut statement = transaction.prepare_cached(
                    "SELECT * FROM outbox WHERE state = 'queued' AND NOT undated AND due <= ?1 ORDER BY due, key LIMIT ?2",
                )?;
                statement
                    .query_map(params![Col(now), LOOKED_AT], |row| Ok((entry_row(row)?, row.get("last_status")?)))?
                    .collect::<Result<_, _>>()?
            };
            let mut claims = Claims::default();
            for (entry, last_status) in due {
                if claims.send.len() == limit {
                    break;
                }
                let contact = transaction
                    .prepare_cached("SELECT id FROM contacts WHERE number = ?1")?
                    .query_row([Col(entry.to)], |row| Ok(row.get::<_, Col<ContactId>>(0)?.0))
                    .optional()?;
                let standing = contact.map(|contact| contacts::standing_of(transaction, contact)).transpose()?;
                let reached_since = reached_since(transaction, contact, entry.call)?;
                let candidate = Candidate { entry, standing, reached_since };
                let verdict = judge(&candidate);
                let mut entry = candidate.entry;
                let allowed = match verdict {
                    ClaimVerdict::Send => entry.delivery.claim().map(drop),
                    ClaimVerdict::Suppress(why) => entry.delivery.suppress(why),
                    ClaimVerdict::Expire => entry.delivery.expire(last_status.unwrap_or(0)),
                    ClaimVerdict::Defer(until) => {
                        entry = entry.not_before(until);
                        Ok(())
                    }
                };
                if allowed.is_err() {
                    continue;
                }
                update(transaction, &entry, last_status, false, now)?;
                if entry.delivery.state == State::Claimed {
                    transaction
                        .prepare_cached("INSERT INTO attempts (key, attempt, claimed) VALUES (?1, ?2, ?3)")?
                        .execute(params![Col(entry.key), entry.delivery.attempts, Col(now)])?;
                    claims.send.push(entry);
                } else {
                    claims.held.push(entry);
                }
            }
            Ok(claims)
        })
    }

    /// Settles attempts with what came of them, all in one transaction. Answers what became of each; an attempt of an
    /// entry that is past settling (or unknown here) is left out.
    pub fn settle(
        &mut self,
        attempts: &[(MessageKey, Attempted)],
        now: Timestamp,
        policy: &Policy,
        chance: &mut Chance,
    ) -> Result<Vec<Settlement>, StoreError> {
        // A commit that fails is repeated with the same jitter: chance moves on only with what is stored.
        let mut tried = chance.clone();
        let settled = self.commit(|transaction| {
            let mut settled = Vec::new();
            for (key, attempted) in attempts {
                let entry = transaction
                    .prepare_cached("SELECT * FROM outbox WHERE key = ?1")?
                    .query_row([Col(*key)], entry_row)
                    .optional()?;
                let Some(mut entry) = entry else { continue };
                if entry.delivery.settle(*attempted, now, policy, &mut tried).is_err() {
                    continue;
                }
                let (result, status, patient) = match attempted {
                    Attempted::Accepted => ("accepted", None, false),
                    // 480 and 429 are about this reader, or ask for patience; the rest is the trunk's trouble.
                    Attempted::Later { status, retry_after } => {
                        ("later", Some(*status), retry_after.is_some() || matches!(status, 480 | 429))
                    }
                    Attempted::Never { status } => ("never", Some(*status), false),
                    Attempted::Lost => ("lost", None, false),
                };
                update(transaction, &entry, status, patient, now)?;
                transaction
                    .prepare_cached(
                        "UPDATE attempts SET settled = ?3, result = ?4, status = ?5 WHERE key = ?1 AND attempt = ?2",
                    )?
                    .execute(params![Col(entry.key), entry.delivery.attempts, Col(now), result, status])?;
                settled.push(Settlement { key: *key, kind: entry.kind, state: entry.delivery.state, call: entry.call });
            }
            Ok(settled)
        })?;
        *chance = tried;
        Ok(settled)
    }

    /// The entries that were under way when the house stopped.
    pub fn claimed(&mut self) -> Result<Vec<MessageKey>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT key FROM outbox WHERE state = 'claimed' ORDER BY key")?;
            let rows = statement.query_map([], |row| Ok(row.get::<_, Col<MessageKey>>(0)?.0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The trunk is back: what waits for another try is due now, except where the carrier asked for patience.
    /// With `only_oldest`, one entry only: a question whether the trunk is back.
    pub fn hurry(&mut self, now: Timestamp, only_oldest: bool) -> Result<usize, StoreError> {
        let limit = if only_oldest { 1 } else { -1 };
        let waiting = "state = 'queued' AND NOT undated AND attempts > 0 AND NOT patient AND due > ?1";
        let any = self.read(|connection| {
            Ok(connection
                .prepare_cached(&format!("SELECT 1 FROM outbox WHERE {waiting}"))?
                .exists([Col(now)])?)
        })?;
        if !any {
            return Ok(0);
        }
        self.commit(|transaction| {
            Ok(transaction.execute(
                &format!(
                    "UPDATE outbox SET due = ?1 WHERE key IN
                         (SELECT key FROM outbox WHERE {waiting} ORDER BY created, key LIMIT ?2)"
                ),
                params![Col(now), limit],
            )?)
        })
    }

    /// The wall clock was put forward (or, negative, back) by so much: what was timed by the old clock keeps its
    /// distance from now. Stamps that only tell people when something happened stay.
    pub fn shift_deadlines(&mut self, by: SignedDuration) -> Result<(), StoreError> {
        let by = i64::try_from(by.as_millis()).unwrap_or(0);
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE outbox SET due = due + ?1, expires = expires + ?1 WHERE state IN ('queued', 'claimed') AND NOT undated",
                [by],
            )?;
            transaction.execute("UPDATE contacts SET texted_back = texted_back + ?1 WHERE texted_back IS NOT NULL", [by])?;
            Ok(())
        })
    }

    /// The clock is right now: entries that were queued under a wrong one become due, and fresh, from here.
    pub fn date_undated(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let any = self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT 1 FROM outbox WHERE undated AND state = 'queued'")?
                .exists([])?)
        })?;
        if !any {
            return Ok(());
        }
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE outbox SET expires = ?1 + (expires - due), due = ?1, undated = 0 WHERE undated AND state = 'queued'",
                [Col(now)],
            )?;
            Ok(())
        })
    }

    /// A clock that ran ahead before the last stop leaves entries that seem to come from the future: they are due now.
    /// So are those that it put off further than anything is ever put off.
    pub fn bring_back(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let far = now.checked_add(SignedDuration::from_hours(48)).unwrap_or(Timestamp::MAX);
        let ahead = "state = 'queued' AND NOT undated AND (created > ?1 OR due > ?2)";
        let any = self.read(|connection| {
            let entries = connection
                .prepare_cached(&format!("SELECT 1 FROM outbox WHERE {ahead}"))?
                .exists(params![Col(now), Col(far)])?;
            let people = connection
                .prepare_cached("SELECT 1 FROM contacts WHERE texted_back > ?1")?
                .exists([Col(now)])?;
            Ok(entries || people)
        })?;
        if !any {
            return Ok(());
        }
        self.commit(|transaction| {
            transaction.execute(
                &format!(
                    "UPDATE outbox SET expires = ?1 + (expires - due), due = ?1, created = min(created, ?1) WHERE {ahead}"
                ),
                params![Col(now), Col(far)],
            )?;
            transaction.execute("UPDATE contacts SET texted_back = ?1 WHERE texted_back > ?1", [Col(now)])?;
            Ok(())
        })
    }

    /// A person of the office wants a failed entry, or one whose fate is unknown, sent again: with the same key.
    /// `false`: it is in no state for that.
    pub fn send_again(&mut self, key: MessageKey, now: Timestamp) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let changed = transaction.execute(
                "UPDATE outbox SET state = 'queued', reason = NULL, expires = ?2 + (expires - due), due = ?2, updated = ?2
                 WHERE key = ?1 AND state IN ('failed', 'unknown')",
                params![Col(key), Col(now)],
            )?;
            Ok(changed == 1)
        })
    }

    /// A person of the office takes a queued entry back. `false`: it is too late for that.
    pub fn withdraw(&mut self, key: MessageKey, now: Timestamp) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let changed = transaction.execute(
                "UPDATE outbox SET state = 'suppressed', reason = 'withdrawn', updated = ?2 WHERE key = ?1 AND state = 'queued'",
                params![Col(key), Col(now)],
            )?;
            Ok(changed == 1)
        })
    }

    /// How many entries of a kind about a contact were queued since.
    pub fn count_since(
        &mut self,
        contact: ContactId,
        kind: Kind,
        since: Timestamp,
    ) -> Result<usize, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT count(*) FROM outbox WHERE contact = ?1 AND kind = ?2 AND created > ?3",
                )?
                .query_row(params![Col(contact), kind.name(), Col(since)], |row| row.get(0))?)
        })
    }
}

/// Queues an entry within the transaction of what causes it.
pub(super) fn insert(
    connection: &Connection,
    entry: &Entry,
    contact: Option<ContactId>,
    undated: bool,
) -> Result<(), StoreError> {
    let (state, reason) = state_columns(entry.delivery.state);
    connection
        .prepare_cached(
            "INSERT INTO outbox (key, kind, sender, recipient, body, call, contact, created, due, expires, undated, state,
                 reason, attempts, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?8)",
        )?
        .execute(params![
            Col(entry.key),
            entry.kind.name(),
            Col(entry.from),
            Col(entry.to),
            entry.body,
            entry.call.map(Col),
            contact.map(Col),
            Col(entry.created),
            Col(entry.delivery.due),
            Col(entry.delivery.expires),
            undated,
            state,
            reason,
            entry.delivery.attempts,
        ])?;
    Ok(())
}

/// What still waits for a contact who has just said STOP is not sent; the answers to their own words are.
pub(super) fn suppress_for(
    connection: &Connection,
    contact: ContactId,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE outbox SET state = 'suppressed', reason = 'opted_out', updated = ?2
         WHERE contact = ?1 AND state = 'queued' AND kind IN ('text_back', 'confirmation', 'follow_up', 'incident_over')",
        params![Col(contact), Col(now)],
    )?;
    Ok(())
}

fn update(
    connection: &Connection,
    entry: &Entry,
    status: Option<u16>,
    patient: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, reason) = state_columns(entry.delivery.state);
    connection
        .prepare_cached(
            "UPDATE outbox SET state = ?2, reason = ?3, due = ?4, expires = ?5, attempts = ?6,
                 last_status = coalesce(?7, last_status), patient = ?8, updated = ?9 WHERE key = ?1",
        )?
        .execute(params![
            Col(entry.key),
            state,
            reason,
            Col(entry.delivery.due),
            Col(entry.delivery.expires),
            entry.delivery.attempts,
            status,
            patient,
            Col(now)
        ])?;
    Ok(())
}

fn reached_since(
    connection: &Connection,
    contact: Option<ContactId>,
    call: Option<CallId>,
) -> Result<bool, StoreError> {
    let (Some(contact), Some(call)) = (contact, call) else { return Ok(false) };
    Ok(connection
        .prepare_cached(
            "SELECT 1 FROM calls WHERE contact = ?1 AND disposition IN ('answered', 'handed_over')
                 AND started > (SELECT started FROM calls WHERE id = ?2)",
        )?
        .exists(params![Col(contact), Col(call)])?)
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind: String = row.get("kind")?;
    let kind = Kind::from_name(&kind).ok_or_else(|| rusqlite::Error::InvalidColumnName("kind".into()))?;
    Ok(Entry {
        key: get(row, "key")?,
        kind,
        from: get(row, "sender")?,
        to: get(row, "recipient")?,
        body: row.get("body")?,
        call: get_opt(row, "call")?,
        created: get(row, "created")?,
        delivery: delivery(row)?,
    })
}

/// How the hand-over stands that a row of `outbox` or `letters` is about.
pub(super) fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let (state, reason): (String, Option<String>) = (row.get("state")?, row.get("reason")?);
    Ok(Delivery {
        due: get(row, "due")?,
        expires: get(row, "expires")?,
        attempts: row.get("attempts")?,
        state: state_from(&state, reason.as_deref(), row.get("last_status")?),
    })
}

pub(super) fn state_columns(state: State) -> (&'static str, Option<&'static str>) {
    let reason = match state {
        State::Failed(Failure::Refused { .. }) => Some("refused"),
        State::Failed(Failure::Expired { .. }) => Some("expired"),
        State::Suppressed(why) => Some(why.name()),
        State::Queued | State::Claimed | State::Sent | State::Unknown => None,
    };
    (state.name(), reason)
}

/// A word that this program does not know reads as `Unknown`, the state in which nothing happens by itself.
pub(super) fn state_from(state: &str, reason: Option<&str>, last_status: Option<u16>) -> State {
    let status = last_status.unwrap_or(0);
    match (state, reason) {
        ("queued", _) => State::Queued,
        ("claimed", _) => State::Claimed,
        ("sent", _) => State::Sent,
        ("failed", Some("refused")) => State::Failed(Failure::Refused { status }),
        ("failed", _) => State::Failed(Failure::Expired { status }),
        ("suppressed", Some(reason)) => {
            Suppression::from_name(reason).map_or(State::Unknown, State::Suppressed)
        }
        _ => State::Unknown,
    }
}
