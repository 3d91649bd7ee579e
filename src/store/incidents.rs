//! Incidents: what each call has told of a trouble, which calls are one, and what their callers hear.

mod by_hand;

pub(super) use by_hand::open_of;
pub use by_hand::{NewIncident, OpenedByHand};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    ContactStanding, Cursor, Page, Reader, Store, StoreError,
    columns::{Col, get, get_opt},
    contacts, outbox,
    page::{bounded, page_of},
    settings::write_audit,
};
use crate::{
    dialogue::{SharedPlace, Trouble},
    incident::{Report, SpokenNotice},
    outbox::Entry,
    types::{CallId, IncidentId, PhoneNumber},
};

/// So many reports are held against a new one, those of its own number first.
pub const MOST_NEAR: usize = 64;

/// Incidents that the telephones know of at once.
pub const MOST_SPOKEN: usize = 16;

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    pub id: IncidentId,
    pub property: String,
    pub trouble: Trouble,
    /// When the first of its callers called, or somebody of the office opened it.
    pub opened: Timestamp,
    /// Who opened it before callers did; `None`: its callers have.
    pub opened_by: Option<String>,
    /// When the latest of its callers called; of one that has none, when it was opened.
    pub last: Timestamp,
    pub callers: u32,
    /// What callers hear, or heard last.
    pub notice: Option<String>,
    /// They hear it until then.
    pub notice_until: Option<Timestamp>,
    pub closed: Option<Timestamp>,
    pub closed_by: Option<String>,
    /// It was found to be this one.
    pub merged_into: Option<IncidentId>,
}

/// What one caller has told, and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    /// The first call in which they told of it.
    pub call: CallId,
    pub incident: Option<IncidentId>,
    pub number: Option<PhoneNumber>,
    pub dialled: Option<PhoneNumber>,
    /// `at` is when they told of it last.
    pub report: Report,
    /// How often they have called about it.
    pub times: u32,
    /// Why it is in its incident, or on its own: a sentence.
    pub why: String,
    /// Whether they have been told of the end, or why not.
    pub told: Option<String>,
}

/// Where what a call tells belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On its own.
    Alone,
    /// In this incident, which is new; with it what [`Filed::with`] names.
    Opens(IncidentId),
    Joins(IncidentId),
    /// The caller has told of it in this call already.
    Again(CallId),
}

/// A report on its way into the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    pub place: Place,
    /// Calls that have been on their own until now, and belong to the incident that opens or is joined.
    pub with: Vec<CallId>,
    pub why: String,
    pub report: Report,
    pub number: Option<PhoneNumber>,
    pub dialled: Option<PhoneNumber>,
}

/// Somebody who has still to be told that an incident is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Untold {
    pub incident: IncidentRow,
    /// What somebody has written for them.
    pub closing: Option<String>,
    pub call: CallId,
    pub number: Option<PhoneNumber>,
    pub dialled: Option<PhoneNumber>,
    pub standing: Option<ContactStanding>,
    /// The same number has been told on account of another call.
    pub twice: bool,
}

/// What has become of telling one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub call: CallId,
    /// `texted`, or why not.
    pub how: &'static str,
    pub entry: Option<Entry>,
}

impl Store {
    /// Incidents that are open, the latest first, for the telephones; a notice that is on with its words.
    pub fn spoken_notices(&mut self, now: Timestamp) -> Result<Vec<SpokenNotice>, StoreError> {
        self.read(|connection| {
            let rows = open_rows(connection)?;
            Ok(rows
                .into_iter()
                .map(|row| SpokenNotice {
                    incident: row.id,
                    text: row.notice.clone().filter(|_| row.is_spoken(now)),
                    property: row.property,
                    trouble: row.trouble,
                })
                .collect())
        })
    }

    /// When the first notice ends by itself, after this moment.
    pub fn next_notice_end(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT min(notice_until) AS due FROM incidents WHERE closed IS NULL AND notice_until > ?1",
            )?;
            Ok(statement.query_row([Col(now)], |row| get_opt(row, "due"))?)
        })
    }

    /// Those that are open, the latest first.
    pub fn open_incidents(&mut self) -> Result<Vec<IncidentRow>, StoreError> {
        self.read(open_rows)
    }

    /// One of them.
    pub fn incident(&mut self, id: IncidentId) -> Result<Option<IncidentRow>, StoreError> {
        self.read(|connection| one(connection, id))
    }

    /// Somebody turns the notice on, until then and with these words, or (`None`) off. `false`: it is closed, or there is none.
    pub fn set_notice(
        &mut self,
        id: IncidentId,
        on: Option<(&str, Timestamp)>,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let changed = match on {
                Some((words, until)) => transaction.execute(
                    "UPDATE incidents SET notice = ?2, notice_until = ?3 WHERE id = ?1 AND closed IS NULL",
                    params![Col(id), words, Col(until)],
                )?,
                None => transaction.execute(
                    "UPDATE incidents SET notice_until = NULL WHERE id = ?1 AND closed IS NULL",
                    params![Col(id)],
                )?,
            };
            if changed > 0 {
                let action = if on.is_some() { "incident.notice_on" } else { "incident.notice_off" };
                write_audit(
                    transaction,
                    actor,
                    action,
                    &id.to_string(),
                    on.map_or("", |(words, _)| words),
                    now,
                )?;
            }
            Ok(changed > 0)
        })
    }

    /// Somebody says that it is over; its callers are told, in these words if there are any. `false`: it is closed, or there
    /// is none.
    pub fn close_incident(
        &mut self,
        id: IncidentId,
        closing: Option<&str>,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let changed = transaction.execute(
                "UPDATE incidents SET closed = ?2, closed_by = ?3, closing = ?4, notice_until = NULL,
                     telling = EXISTS (SELECT 1 FROM incident_reports WHERE incident = ?1)
                 WHERE id = ?1 AND closed IS NULL",
                params![Col(id), Col(now), actor, closing],
            )?;
            if changed > 0 {
                let detail = closing.unwrap_or_default();
                write_audit(transaction, actor, "incident.close", &id.to_string(), detail, now)?;
            }
            Ok(changed > 0)
        })
    }

    /// Somebody says that one incident is another one: its callers are that one's from now on. `false`: one of them is closed,
    /// or there is none.
    pub fn merge_incidents(
        &mut self,
        from: IncidentId,
        into: IncidentId,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let is_open = |id| Ok::<_, StoreError>(one(transaction, id)?.is_some_and(|row| row.closed.is_none()));
            if from == into || !is_open(from)? || !is_open(into)? {
                return Ok(false);
            }
            transaction.execute(
                "UPDATE incident_reports SET incident = ?2, why = ?3 WHERE incident = ?1",
                params![Col(from), Col(into), format!("put together by {actor}")],
            )?;
            transaction.execute(
                "UPDATE incidents SET closed = ?2, closed_by = ?3, merged_into = ?4, notice_until = NULL WHERE id = ?1",
                params![Col(from), Col(now), actor, Col(into)],
            )?;
            count(transaction, into)?;
            write_audit(transaction, actor, "incident.merge", &from.to_string(), &into.to_string(), now)?;
            Ok(true)
        })
    }

    /// Somebody says that a call is about something else: it stands on its own, and is not looked at again. `false`: it is in
    /// no incident that is open.
    pub fn take_out_report(&mut self, call: CallId, actor: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.commit(|transaction| {
            let from: Option<IncidentId> = transaction
                .prepare_cached(
                    "SELECT incident FROM incident_reports JOIN incidents ON incidents.id = incident
                     WHERE call = ?1 AND closed IS NULL",
                )?
                .query_row([Col(call)], |row| get(row, "incident"))
                .optional()?;
            let Some(from) = from else { return Ok(false) };
            transaction.execute(
                "UPDATE incident_reports SET incident = NULL, apart = 1, why = ?2 WHERE call = ?1",
                params![Col(call), format!("taken out by {actor}")],
            )?;
            count(transaction, from)?;
            write_audit(transaction, actor, "incident.take_out", &call.to_string(), &from.to_string(), now)?;
            Ok(true)
        })
    }

    /// Callers of closed incidents who have not been told yet, the first of them first.
    pub fn untold(&mut self, limit: usize) -> Result<Vec<Untold>, StoreError> {
        self.read(|connection| untold(connection, limit))
    }

    /// Writes down who is told and how, with the texts that say so; an incident with nobody left to tell is done.
    pub fn tell_reporters(&mut self, told: &[Told], undated: bool) -> Result<(), StoreError> {
        self.commit(|transaction| {
            for one in told {
                let first = transaction
                    .prepare_cached("UPDATE incident_reports SET told = ?2 WHERE call = ?1 AND told IS NULL")?
                    .execute(params![Col(one.call), one.how])?;
                if let Some(entry) = one.entry.as_ref().filter(|_| first > 0) {
                    let standing = contacts::standing_by_number(transaction, entry.to)?;
                    outbox::insert(transaction, entry, standing.map(|standing| standing.contact), undated)?;
                }
            }
            transaction.execute(
                "UPDATE incidents SET telling = 0 WHERE telling AND NOT EXISTS
                     (SELECT 1 FROM incident_reports WHERE incident = incidents.id AND told IS NULL)",
                [],
            )?;
            Ok(())
        })
    }
}

impl Reader {
    /// Incidents, newest first; those that are open alone, if that is wanted.
    pub fn incidents(
        &self,
        open: bool,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<IncidentRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM incidents WHERE (opened, id) < (?1, ?2) AND (NOT ?3 OR closed IS NULL)
                 ORDER BY opened DESC, id DESC LIMIT ?4",
            )?;
            let rows = statement.query_map(params![after.at, after.id, open, limit + 1], incident_row)?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.opened, row.id.to_i64())))
        })
    }

    /// One incident with what its callers have told, the first of them first (at most 500); `None`: there is none.
    pub fn incident(&self, id: IncidentId) -> Result<Option<(IncidentRow, Vec<ReportRow>)>, StoreError> {
        self.read(|connection| {
            let Some(row) = one(connection, id)? else { return Ok(None) };
            let mut statement = connection.prepare_cached(
                "SELECT * FROM incident_reports WHERE incident = ?1 ORDER BY at, call LIMIT 500",
            )?;
            let mut rows = statement.query([Col(id)])?;
            let mut reports = Vec::new();
            while let Some(row) = rows.next()? {
                reports.push(report_row(row)?);
            }
            Ok(Some((row, reports)))
        })
    }

    /// What a call has told of a trouble; `None`: nothing, or nothing that could be of a property.
    pub fn incident_report(&self, call: CallId) -> Result<Option<ReportRow>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM incident_reports WHERE call = ?1")?;
            let mut rows = statement.query([Col(call)])?;
            rows.next()?.map(report_row).transpose()
        })
    }
}

impl IncidentRow {
    /// Do callers hear the notice at this moment?
    pub fn is_spoken(&self, now: Timestamp) -> bool {
        self.closed.is_none() && self.notice_until.is_some_and(|until| until > now)
    }
}

/// What others have told of the same trouble of the same property since then: what stands alone or in an incident that is
/// open, the same number's first, then the latest.
pub(super) fn near(
    connection: &Connection,
    report: &Report,
    number: Option<PhoneNumber>,
    since: Timestamp,
) -> Result<Vec<ReportRow>, StoreError> {
    let Some(property) = &report.property else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT incident_reports.* FROM incident_reports LEFT JOIN incidents ON incidents.id = incident
         WHERE incident_reports.property = ?1 AND incident_reports.trouble = ?2 AND at >= ?3 AND NOT apart
             AND incidents.closed IS NULL
         ORDER BY number IS NOT NULL AND number IS ?4 DESC, at DESC LIMIT ?5",
    )?;
    let number = number.map(Col);
    let mut rows =
        statement.query(params![property, report.trouble.name(), Col(since), number, MOST_NEAR])?;
    let mut near = Vec::new();
    while let Some(row) = rows.next()? {
        near.push(report_row(row)?);
    }
    Ok(near)
}

/// Writes what a call has told, within the transaction of its end.
pub(super) fn file(transaction: &Transaction<'_>, call: CallId, filed: &Filed) -> Result<(), StoreError> {
    let report = &filed.report;
    let Some(property) = &report.property else { return Ok(()) };
    let incident = match filed.place {
        Place::Alone => None,
        Place::Joins(incident) => Some(incident),
        Place::Opens(incident) => {
            transaction.execute(
                "INSERT INTO incidents (id, property, trouble, opened, last, callers) VALUES (?1, ?2, ?3, ?4, ?4, 0)",
                params![Col(incident), property, report.trouble.name(), Col(report.at)],
            )?;
            Some(incident)
        }
        Place::Again(first) => {
            transaction.execute(
                "UPDATE incident_reports SET times = times + 1, at = max(at, ?2) WHERE call = ?1",
                params![Col(first), Col(report.at)],
            )?;
            transaction.execute(
                "UPDATE incidents SET last = max(last, ?2)
                 WHERE id = (SELECT incident FROM incident_reports WHERE call = ?1)",
                params![Col(first), Col(report.at)],
            )?;
            return Ok(());
        }
    };
    transaction
        .prepare_cached(
            "INSERT INTO incident_reports (call, incident, number, dialled, property, home, trouble, urgency, shared, whole,
                 harmed, words, at, times, why)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14)",
        )?
        .execute(params![
            Col(call),
            incident.map(Col),
            filed.number.map(Col),
            filed.dialled.map(Col),
            property,
            report.home,
            report.trouble.name(),
            serde_json::to_string(&report.urgency)?,
            report.shared.map(SharedPlace::name),
            report.whole,
            report.harmed,
            report.words,
            Col(report.at),
            filed.why,
        ])?;
    if let Some(incident) = incident {
        for other in &filed.with {
            transaction.execute(
                "UPDATE incident_reports SET incident = ?2, why = ?3 WHERE call = ?1 AND incident IS NULL",
                params![Col(*other), Col(incident), filed.why],
            )?;
        }
        count(transaction, incident)?;
    }
    Ok(())
}

/// Brings an incident in line with what its callers have told. When a person has opened it stays as it was.
fn count(transaction: &Transaction<'_>, id: IncidentId) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE incidents SET
             callers = (SELECT count(*) FROM incident_reports WHERE incident = ?1),
             opened = CASE WHEN opened_by IS NULL
                 THEN min(opened, coalesce((SELECT min(at) FROM incident_reports WHERE incident = ?1), opened))
                 ELSE opened END,
             last = CASE WHEN opened_by IS NULL
                 THEN coalesce((SELECT max(at) FROM incident_reports WHERE incident = ?1), last)
                 ELSE max(opened, coalesce((SELECT max(at) FROM incident_reports WHERE incident = ?1), opened)) END
         WHERE id = ?1",
        [Col(id)],
    )?;
    Ok(())
}

fn one(connection: &Connection, id: IncidentId) -> Result<Option<IncidentRow>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM incidents WHERE id = ?1")?;
    Ok(statement.query_row([Col(id)], incident_row).optional()?)
}

fn open_rows(connection: &Connection) -> Result<Vec<IncidentRow>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM incidents WHERE closed IS NULL ORDER BY last DESC, id LIMIT ?1")?;
    let rows = statement.query_map([MOST_SPOKEN], incident_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn untold(connection: &Connection, limit: usize) -> Result<Vec<Untold>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT incidents.*, incident_reports.call AS told_call, incident_reports.number AS told_number,
             incident_reports.dialled AS told_dialled,
             EXISTS (SELECT 1 FROM incident_reports AS other WHERE other.incident = incidents.id
                 AND other.number = incident_reports.number AND other.call < incident_reports.call) AS twice
         FROM incidents JOIN incident_reports ON incident_reports.incident = incidents.id
         WHERE telling AND told IS NULL ORDER BY incidents.id, incident_reports.call LIMIT ?1",
    )?;
    let mut rows = statement.query([limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let number: Option<PhoneNumber> = get_opt(row, "told_number")?;
        let standing = match number {
            Some(number) => contacts::standing_by_number(connection, number)?,
            None => None,
        };
        found.push(Untold {
            incident: incident_row(row)?,
            closing: row.get("closing")?,
            call: get(row, "told_call")?,
            number,
            dialled: get_opt(row, "told_dialled")?,
            standing,
            twice: row.get("twice")?,
        });
    }
    Ok(found)
}

fn incident_row(row: &Row<'_>) -> rusqlite::Result<IncidentRow> {
    Ok(IncidentRow {
        id: get(row, "id")?,
        property: row.get("property")?,
        trouble: get(row, "trouble")?,
        opened: get(row, "opened")?,
        opened_by: row.get("opened_by")?,
        last: get(row, "last")?,
        callers: row.get("callers")?,
        notice: row.get("notice")?,
        notice_until: get_opt(row, "notice_until")?,
        closed: get_opt(row, "closed")?,
        closed_by: row.get("closed_by")?,
        merged_into: get_opt(row, "merged_into")?,
    })
}

fn report_row(row: &Row<'_>) -> Result<ReportRow, StoreError> {
    let urgency = serde_json::from_str(&row.get::<_, String>("urgency")?)
        .map_err(|_| StoreError::Unreadable { table: "incident_reports" })?;
    Ok(ReportRow {
        call: get(row, "call")?,
        incident: get_opt(row, "incident")?,
        number: get_opt(row, "number")?,
        dialled: get_opt(row, "dialled")?,
        report: Report {
            at: get(row, "at")?,
            property: Some(row.get("property")?),
            home: row.get("home")?,
            trouble: get(row, "trouble")?,
            urgency,
            shared: get_opt(row, "shared")?,
            whole: row.get("whole")?,
            harmed: row.get("harmed")?,
            words: row.get("words")?,
        },
        times: row.get("times")?,
        why: row.get("why")?,
        told: row.get("told")?,
    })
}
