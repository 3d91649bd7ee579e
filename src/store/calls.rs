//! Calls: the wrap-up as one transaction, and calls as they are read.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, params};

use super::{
    CallerUpdate, ContactStanding, Cursor, EmergencySeen, Filed, IncidentRow, LeadRow, MessageRow, Page,
    Reader, ReportRow, Store, StoreError, TextBackNote, WorkOrderRow,
    columns::{Col, get, get_opt},
    contacts, conversations, emergencies, followups, incidents, messages, outbox,
    page::{bounded, page_of},
    showings, tickets, treatments,
};
use crate::{
    dialogue::{Intent, Outcome},
    followup::{ConsentKind, ConsentSource, Enrolling},
    incident::{JOINS_WITHIN, Report},
    outbox::Entry,
    pbx::{
        AgentReason, Attestation, CallDirection, CallRecord, CallResult, Caller, Codec, Dialled, Disposition,
        Encrypted, Impairment, LegRecord, LegResult, Party, Quality, Score, Speaker, TurnRecord, Unheard,
        Vouched,
    },
    types::{CallId, ContactId, PhoneNumber},
};

/// Everything that the end of a call leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub struct WrapUp {
    pub record: CallRecord,
    /// Inbound, and no person of the office talked with the caller.
    pub missed: bool,
    pub summary: String,
    /// `None`: the caller cannot be told from others (anonymous, or a phone of the house).
    pub contact: Option<CallerUpdate>,
    /// The caller's words, if they asked not to be contacted.
    pub opt_out: Option<String>,
    pub work_order: Option<WorkOrderRow>,
    pub lead: Option<LeadRow>,
    pub text_back: TextBackNote,
    /// What is to be sent. An entry to the caller makes the call one that a text has answered.
    pub entries: Vec<Entry>,
    /// Times in `entries` come from a clock that is not to be trusted yet.
    pub undated: bool,
    pub enrolment: Option<Enrolling>,
    /// What it tells of a trouble of a property, and where that belongs.
    pub filed: Option<Filed>,
    pub now: Timestamp,
}

/// What is known when a call is wrapped up, of what was stored before.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// Of the number at the other side.
    pub standing: Option<&'k ContactStanding>,
    /// What others have told of the same trouble of the same property within half a day.
    pub near: &'k [ReportRow],
    /// Incidents of that trouble of that property that are open, the latest first.
    pub incidents: &'k [IncidentRow],
}

/// One line of the list of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    pub id: CallId,
    pub direction: CallDirection,
    pub caller: Caller,
    /// The contact's name, if there is one.
    pub contact_name: Option<String>,
    pub contact: Option<ContactId>,
    pub dialled: Dialled,
    pub started: Timestamp,
    pub answered: Option<Timestamp>,
    pub ended: Timestamp,
    pub disposition: Disposition,
    pub result: CallResult,
    pub missed: bool,
    pub agent_reason: Option<AgentReason>,
    pub intent: Option<Intent>,
    pub summary: String,
    pub text_back: TextBackNote,
    pub recorded: bool,
}

/// One call with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallDetail {
    pub record: CallRecord,
    pub missed: bool,
    pub summary: String,
    pub text_back: TextBackNote,
    pub contact: Option<ContactId>,
    pub contact_name: Option<String>,
    pub work_orders: Vec<WorkOrderRow>,
    pub leads: Vec<LeadRow>,
    /// What was sent about it, oldest first.
    pub messages: Vec<MessageRow>,
    /// Who saw that it went to an emergency number, if somebody has said so.
    pub emergency_seen: Option<EmergencySeen>,
}

/// Which calls are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallFilter {
    #[default]
    All,
    Missed,
    With(Disposition),
}

impl Store {
    /// Writes down the ends of calls (contact, call, legs, turns, work order or lead, consent, texts and enrolment) with
    /// one sync of the disk: all of them, or none. Each call is wrapped up in its turn, with what is known by then of the
    /// number at its other side: a second call of the same person finds what the first one left. A call that had been
    /// stored before (by a commit whose answer was lost) stays as it is.
    pub fn wrap_up_each<'r>(
        &mut self,
        calls: impl IntoIterator<
            Item = (&'r CallRecord, Option<PhoneNumber>, Option<&'r (Report, Option<PhoneNumber>)>),
        >,
        mut wrapped_up: impl FnMut(&CallRecord, Known<'_>) -> WrapUp,
    ) -> Result<Vec<WrapUp>, StoreError> {
        self.commit(|transaction| {
            let mut stored = Vec::new();
            for (record, number, told) in calls {
                let standing = match number {
                    Some(number) => contacts::standing_by_number(transaction, number)?,
                    None => None,
                };
                let near = match told {
                    Some((report, by)) => {
                        let since = report.at.checked_sub(JOINS_WITHIN).unwrap_or(Timestamp::MIN);
                        incidents::near(transaction, report, *by, since)?
                    }
                    None => Vec::new(),
                };
                let open =
                    match told.and_then(|(report, _)| Some((report.property.as_deref()?, report.trouble))) {
                        Some((property, trouble)) => incidents::open_of(transaction, property, trouble)?,
                        None => Vec::new(),
                    };
                let known = Known { standing: standing.as_ref(), near: &near, incidents: &open };
                let wrap_up = wrapped_up(record, known);
                write(transaction, &wrap_up)?;
                stored.push(wrap_up);
            }
            Ok(stored)
        })
    }
}

fn write(transaction: &Transaction<'_>, wrap_up: &WrapUp) -> Result<(), StoreError> {
    let outcome = wrap_up.record.outcome.as_ref().map(serde_json::to_string).transpose()?;
    let known = transaction
        .prepare_cached("SELECT 1 FROM calls WHERE id = ?1")?
        .exists([Col(wrap_up.record.call)])?;
    if known {
        return Ok(());
    }
    let contact = wrap_up
        .contact
        .as_ref()
        .map(|update| contacts::upsert(transaction, update, wrap_up.now))
        .transpose()?;
    insert_call(transaction, wrap_up, contact, outcome.as_deref())?;
    for (seq, leg) in wrap_up.record.legs.iter().enumerate() {
        insert_leg(transaction, wrap_up.record.call, seq, leg)?;
    }
    for (seq, turn) in wrap_up.record.turns.iter().enumerate() {
        insert_turn(transaction, wrap_up.record.call, seq, turn)?;
    }
    conversations::insert(transaction, &wrap_up.record)?;
    if let Some(work_order) = &wrap_up.work_order {
        tickets::insert_work_order(transaction, work_order, contact)?;
    }
    if let Some(lead) = &wrap_up.lead {
        tickets::insert_lead(transaction, lead, contact)?;
    }
    if let Some(filed) = &wrap_up.filed {
        incidents::file(transaction, wrap_up.record.call, filed)?;
    }
    showings::keep_request(transaction, &wrap_up.record)?;
    treatments::keep(transaction, &wrap_up.record, wrap_up.now)?;
    if let (Some(contact), Some(words)) = (contact, &wrap_up.opt_out) {
        let (kind, source) = (ConsentKind::OptOut, ConsentSource::Call);
        contacts::write_consent(transaction, contact, kind, source, words, wrap_up.now)?;
    }
    for entry in &wrap_up.entries {
        outbox::insert(transaction, entry, contact, wrap_up.undated)?;
    }
    if let Some(contact) = contact {
        let answered_by_text = wrap_up.entries.iter().any(|entry| !entry.kind.is_for_staff());
        transaction
            .prepare_cached(
                "UPDATE contacts SET last_call = max(coalesce(last_call, ?2), ?2),
                     texted_back = CASE WHEN ?3 THEN ?4 ELSE texted_back END
                 WHERE id = ?1",
            )?
            .execute(params![
                Col(contact),
                Col(wrap_up.record.started),
                answered_by_text,
                Col(wrap_up.record.ended)
            ])?;
        if let Some(enrolment) = &wrap_up.enrolment {
            followups::insert(transaction, contact, enrolment)?;
        }
    }
    Ok(())
}

/// What the column says of a call that was not recorded.
const NOT_RECORDED: &str = "[]";

const CALL_COLUMNS: &str =
    "calls.*, contacts.name AS contact_name FROM calls LEFT JOIN contacts ON contacts.id = calls.contact";

impl Reader {
    /// Calls, newest first.
    pub fn calls(
        &self,
        filter: CallFilter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<CallRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let rows = limit + 1;
            let (condition, with): (&str, Option<Col<Disposition>>) = match filter {
                CallFilter::All => ("?4 IS NULL", None),
                CallFilter::Missed => ("calls.missed AND ?4 IS NULL", None),
                CallFilter::With(disposition) => ("calls.disposition = ?4", Some(Col(disposition))),
            };
            let values: [&dyn ToSql; 4] = [&after.at, &after.id, &rows, &with];
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {CALL_COLUMNS} WHERE {condition} AND (calls.started, calls.id) < (?1, ?2)
                 ORDER BY calls.started DESC, calls.id DESC LIMIT ?3"
            ))?;
            let rows = statement.query_map(values, call_row)?.collect::<Result<Vec<_>, _>>()?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.started, row.id.to_i64())))
        })
    }

    /// One call; `None` if there is none with this id.
    pub fn call(&self, id: CallId) -> Result<Option<CallDetail>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {CALL_COLUMNS} WHERE calls.id = ?1"))?;
            let head = statement
                .query_row([Col(id)], |row| {
                    Ok((
                        call_row(row)?,
                        row.get::<_, Option<String>>("trunk")?,
                        row.get::<_, Option<String>>("outcome")?,
                        row.get::<_, String>("recordings")?,
                        Vouched {
                            attestation: row
                                .get::<_, Option<String>>("attestation")?
                                .and_then(|name| Attestation::from_name(&name)),
                            verstat: row.get("verstat")?,
                        },
                        row.get::<_, String>("decisions")?,
                        row.get::<_, Option<String>>("fax")?,
                        row.get::<_, Option<String>>("queued")?,
                    ))
                })
                .optional()?;
            let Some((row, trunk, outcome, recordings, vouched, decisions, fax, queued)) = head else {
                return Ok(None);
            };
            let outcome: Option<Outcome> = outcome
                .map(|json| serde_json::from_str(&json))
                .transpose()
                .map_err(|_| StoreError::Unreadable { table: "calls" })?;
            let record = CallRecord {
                call: row.id,
                direction: row.direction,
                trunk,
                caller: row.caller,
                vouched,
                dialled: row.dialled,
                started: row.started,
                answered: row.answered,
                ended: row.ended,
                disposition: row.disposition,
                agent_reason: row.agent_reason,
                legs: legs(connection, id)?,
                turns: turns(connection, id)?,
                outcome,
                fax: fax
                    .map(|json| serde_json::from_str(&json))
                    .transpose()
                    .map_err(|_| StoreError::Unreadable { table: "calls" })?,
                recordings: serde_json::from_str(&recordings)
                    .map_err(|_| StoreError::Unreadable { table: "calls" })?,
                decisions: serde_json::from_str(&decisions)
                    .map_err(|_| StoreError::Unreadable { table: "calls" })?,
                queued: queued
                    .map(|json| serde_json::from_str(&json))
                    .transpose()
                    .map_err(|_| StoreError::Unreadable { table: "calls" })?,
                conversations: Vec::new(),
            };
            let (work_orders, leads) = tickets::of_call(connection, id)?;
            Ok(Some(CallDetail {
                record,
                missed: row.missed,
                summary: row.summary,
                text_back: row.text_back,
                contact: row.contact,
                contact_name: row.contact_name,
                work_orders,
                leads,
                messages: messages::of_call(connection, id)?,
                emergency_seen: emergencies::seen(connection, id)?,
            }))
        })
    }
}

/// The latest 50 calls of a contact.
pub(super) fn of_contact(connection: &Connection, contact: ContactId) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {CALL_COLUMNS} WHERE calls.contact = ?1 ORDER BY calls.started DESC, calls.id DESC LIMIT 50"
    ))?;
    Ok(statement.query_map([Col(contact)], call_row)?.collect::<Result<_, _>>()?)
}

fn call_row(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let caller = caller_of(row)?;
    let intent: Option<String> = row.get("intent")?;
    Ok(CallRow {
        id: get(row, "id")?,
        direction: get(row, "direction")?,
        caller,
        contact_name: row.get("contact_name")?,
        contact: get_opt(row, "contact")?,
        dialled: get(row, "dialled")?,
        started: get(row, "started")?,
        answered: get_opt(row, "answered")?,
        ended: get(row, "ended")?,
        disposition: get(row, "disposition")?,
        result: get(row, "result")?,
        missed: row.get("missed")?,
        agent_reason: get_opt(row, "agent_reason")?,
        intent: intent.as_deref().and_then(Intent::from_record),
        summary: row.get("summary")?,
        text_back: get(row, "text_back")?,
        recorded: row.get::<_, String>("recordings")? != NOT_RECORDED,
    })
}

/// The caller of a row that has the three columns.
pub(super) fn caller_of(row: &Row<'_>) -> rusqlite::Result<Caller> {
    let kind: String = row.get("caller_kind")?;
    Ok(match kind.as_str() {
        "number" => Caller::Number { number: get(row, "caller")?, display: row.get("caller_display")? },
        "extension" => Caller::Extension(get(row, "caller")?),
        _ => Caller::Anonymous,
    })
}

/// A caller as kind, number or extension, and display name.
pub(super) fn caller_columns(caller: &Caller) -> (&'static str, Option<String>, &str) {
    match caller {
        Caller::Number { number, display } => ("number", Some(number.to_string()), display),
        Caller::Extension(extension) => ("extension", Some(extension.to_string()), ""),
        Caller::Anonymous => ("anonymous", None, ""),
    }
}

fn insert_call(
    connection: &Connection,
    wrap_up: &WrapUp,
    contact: Option<ContactId>,
    outcome: Option<&str>,
) -> Result<(), StoreError> {
    let record = &wrap_up.record;
    let (kind, caller, display) = caller_columns(&record.caller);
    let decisions = serde_json::to_string(&record.decisions)?;
    let recordings = serde_json::to_string(&record.recordings)?;
    let fax = record.fax.as_ref().map(serde_json::to_string).transpose()?;
    let queued = record.queued.as_ref().map(serde_json::to_string).transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO calls (id, direction, trunk, caller_kind, caller, caller_display, dialled, started, answered, ended,
                 disposition, missed, agent_reason, contact, intent, outcome, summary, text_back, recordings, decisions,
                 attestation, verstat, result, fax, queued)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
        )?
        .execute(params![
            Col(record.call),
            Col(record.direction),
            record.trunk,
            kind,
            caller,
            display,
            Col(record.dialled.clone()),
            Col(record.started),
            record.answered.map(Col),
            Col(record.ended),
            Col(record.disposition),
            wrap_up.missed,
            record.agent_reason.map(Col),
            contact.map(Col),
            record.outcome.as_ref().and_then(|outcome| outcome.intent.as_ref()).map(Intent::name),
            outcome,
            wrap_up.summary,
            Col(wrap_up.text_back),
            recordings,
            decisions,
            record.vouched.attestation.map(Attestation::name),
            record.vouched.verstat,
            Col(record.result()),
            fax,
            queued,
        ])?;
    Ok(())
}

fn insert_leg(connection: &Connection, call: CallId, seq: usize, leg: &LegRecord) -> Result<(), StoreError> {
    let (kind, party, display) = match &leg.party {
        Party::Caller(caller) => caller_columns(caller),
        Party::Phone(extension) => ("phone", Some(extension.to_string()), ""),
        Party::Number(number) => ("outside", Some(number.to_string()), ""),
        Party::Emergency(emergency) => ("emergency", Some(emergency.to_string()), ""),
        Party::Agent => ("agent", None, ""),
    };
    let (result, status) = leg.result.name();
    let quality = leg.quality;
    connection
        .prepare_cached(
            "INSERT INTO legs (call, seq, party_kind, party, party_display, started, answered, ended, result, status,
                 packets_received, packets_lost, packets_sent, jitter_ms, round_trip_ms, codec, heard, there,
                 encryption, unheard, told)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        )?
        .execute(params![
            Col(call),
            seq,
            kind,
            party,
            display,
            Col(leg.started),
            leg.answered.map(Col),
            Col(leg.ended),
            result,
            status,
            quality.map(|q| saturating(q.packets_received)),
            quality.map(|q| saturating(q.packets_lost)),
            quality.map(|q| saturating(q.packets_sent)),
            quality.map(|q| q.jitter_ms),
            quality.and_then(|q| q.round_trip_ms),
            quality.and_then(|q| q.codec).map(Codec::encoding_name),
            quality.and_then(|q| q.heard).map(score_column),
            quality.and_then(|q| q.there).map(score_column),
            quality.map(|q| q.encryption.as_str()),
            quality.and_then(|q| q.unheard).map(Unheard::as_str),
            leg.told.map(Col),
        ])?;
    Ok(())
}

/// A score in hundredths and what took most from it: `431 nothing`.
fn score_column(score: Score) -> String {
    let why = match score.why {
        Impairment::Nothing => "nothing",
        Impairment::Loss => "loss",
        Impairment::Delay => "delay",
        Impairment::Reported => "reported",
    };
    format!("{} {why}", score.hundredths)
}

fn score_from(column: &str) -> Option<Score> {
    let (hundredths, why) = column.split_once(' ')?;
    let why = match why {
        "nothing" => Impairment::Nothing,
        "loss" => Impairment::Loss,
        "delay" => Impairment::Delay,
        "reported" => Impairment::Reported,
        _ => return None,
    };
    Some(Score { hundredths: hundredths.parse().ok()?, why })
}

/// SQLite's integers are signed.
fn saturating(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn legs(connection: &Connection, call: CallId) -> Result<Vec<LegRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM legs WHERE call = ?1 ORDER BY seq")?;
    let mut rows = statement.query([Col(call)])?;
    let mut legs = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get("party_kind")?;
        let party = match kind.as_str() {
            "number" => Party::Caller(Caller::Number {
                number: get(row, "party")?,
                display: row.get("party_display")?,
            }),
            "extension" => Party::Caller(Caller::Extension(get(row, "party")?)),
            "anonymous" => Party::Caller(Caller::Anonymous),
            "phone" => Party::Phone(get(row, "party")?),
            "outside" => Party::Number(get(row, "party")?),
            "emergency" => match get(row, "party")? {
                Dialled::Emergency(emergency) => Party::Emergency(emergency),
                Dialled::Number(_) | Dialled::Extension(_) | Dialled::Star(_) => {
                    return Err(StoreError::Unreadable { table: "legs" });
                }
            },
            "agent" => Party::Agent,
            _ => return Err(StoreError::Unreadable { table: "legs" }),
        };
        let quality = match row.get::<_, Option<i64>>("packets_received")? {
            None => None,
            Some(received) => Some(Quality {
                packets_received: received.unsigned_abs(),
                packets_lost: row.get::<_, i64>("packets_lost")?.unsigned_abs(),
                packets_sent: row.get::<_, i64>("packets_sent")?.unsigned_abs(),
                jitter_ms: row.get("jitter_ms")?,
                round_trip_ms: row.get("round_trip_ms")?,
                codec: row
                    .get::<_, Option<String>>("codec")?
                    .and_then(|name| Codec::ALL.into_iter().find(|codec| codec.encoding_name() == name)),
                heard: row.get::<_, Option<String>>("heard")?.as_deref().and_then(score_from),
                there: row.get::<_, Option<String>>("there")?.as_deref().and_then(score_from),
                encryption: named(row, "encryption", Encrypted::from_name)?.unwrap_or_default(),
                unheard: named(row, "unheard", Unheard::from_name)?,
            }),
        };
        legs.push(LegRecord {
            party,
            started: get(row, "started")?,
            answered: get_opt(row, "answered")?,
            ended: get(row, "ended")?,
            result: LegResult::from_name(&row.get::<_, String>("result")?, row.get("status")?)
                .ok_or(StoreError::Unreadable { table: "legs" })?,
            quality,
            told: get_opt(row, "told")?,
        });
    }
    Ok(legs)
}

/// A word that stands for one of a closed list; null in calls of an older program.
fn named<T>(
    row: &rusqlite::Row<'_>,
    column: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| read(&text).ok_or(StoreError::Unreadable { table: "legs" })).transpose()
}

fn insert_turn(
    connection: &Connection,
    call: CallId,
    seq: usize,
    turn: &TurnRecord,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO turns (call, seq, speaker, text, at_ms, latency_ms, interrupted_after_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            Col(call),
            seq,
            Col(turn.speaker),
            turn.text,
            saturating(turn.at_ms),
            turn.latency_ms,
            turn.interrupted_after_ms
        ])?;
    Ok(())
}

fn turns(connection: &Connection, call: CallId) -> Result<Vec<TurnRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM turns WHERE call = ?1 ORDER BY seq")?;
    let rows = statement.query_map([Col(call)], |row| {
        Ok(TurnRecord {
            speaker: get::<Speaker>(row, "speaker")?,
            text: row.get("text")?,
            at_ms: row.get::<_, i64>("at_ms")?.unsigned_abs(),
            latency_ms: row.get("latency_ms")?,
            interrupted_after_ms: row.get("interrupted_after_ms")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
