//! How values of the house are written into columns, and read back.
//!
//! Instants are milliseconds of the Unix epoch: they sort and subtract as integers, take eight bytes at most, and have
//! one form only, where a text would have several (`Z`, `+00:00`, with and without fractions). In the shell,
//! `datetime(started / 1000, 'unixepoch')` shows them.

use jiff::Timestamp;
use rusqlite::{
    Row,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef},
};

use super::StoreError;
use crate::{
    pbx::{AgentReason, CallDirection, CallResult, Dialled, Disposition, LegResult, Speaker},
    types::{CallId, ContactId, Extension, LeadId, MessageKey, PhoneNumber, VoicemailId, WorkOrderId},
};

/// A value in its column form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Col<T>(pub T);

impl ToSql for Col<Timestamp> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Col<Timestamp> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = value.as_i64()?;
        Timestamp::from_millisecond(ms).map(Col).map_err(|_| FromSqlError::OutOfRange(ms))
    }
}

macro_rules! id_column {
    ($($id:ty),+) => { $(
        impl ToSql for Col<$id> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.to_i64().into())
            }
        }
        impl FromSql for Col<$id> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map(|id| Col(<$id>::from_i64(id)))
            }
        }
    )+ };
}
id_column!(CallId, ContactId, LeadId, MessageKey, VoicemailId, WorkOrderId);

macro_rules! text_column {
    ($($text:ty),+) => { $(
        impl ToSql for Col<$text> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.to_string().into())
            }
        }
        impl FromSql for Col<$text> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str()?.parse().map(Col).map_err(|_| FromSqlError::InvalidType)
            }
        }
    )+ };
}
text_column!(PhoneNumber, Extension, Dialled);

/// A closed enum that is kept as a word.
macro_rules! word_column {
    ($type:ty { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl Col<$type> {
            /// The word in the store.
            pub(super) fn word(&self) -> &'static str {
                match self.0 { $(<$type>::$variant => $word),+ }
            }
        }
        impl rusqlite::types::ToSql for Col<$type> {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.word().into())
            }
        }
        impl rusqlite::types::FromSql for Col<$type> {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok(Col(<$type>::$variant)),)+
                    _ => Err(rusqlite::types::FromSqlError::InvalidType),
                }
            }
        }
    };
}
pub(super) use word_column;

word_column!(CallDirection { Inbound = "inbound", Outbound = "outbound", Internal = "internal" });
word_column!(Disposition {
    Answered = "answered",
    AiHandled = "ai_handled",
    AiAbandoned = "ai_abandoned",
    CallerAbandoned = "caller_abandoned",
    AnsweredElsewhere = "answered_elsewhere",
    HandedOver = "handed_over",
    Announced = "announced",
    Voicemail = "voicemail",
    Served = "served",
    Failed = "failed",
});
word_column!(CallResult { Completed = "completed", Missed = "missed", Busy = "busy", Failed = "failed" });
word_column!(AgentReason {
    NoAnswer = "no_answer",
    Busy = "busy",
    Declined = "declined",
    DoNotDisturb = "do_not_disturb",
    Unregistered = "unregistered",
    ClosedHours = "closed_hours",
    Unreachable = "unreachable",
    AgentFirst = "agent_first",
    Chosen = "chosen",
});
word_column!(Speaker { Caller = "caller", Agent = "agent" });

/// A leg's result as its word and, for a fault, its status.
pub(super) fn leg_result_columns(result: LegResult) -> (&'static str, Option<u16>) {
    match result {
        LegResult::Completed => ("completed", None),
        LegResult::NoAnswer => ("no_answer", None),
        LegResult::Busy => ("busy", None),
        LegResult::Declined => ("declined", None),
        LegResult::DoNotDisturb => ("do_not_disturb", None),
        LegResult::Unregistered => ("unregistered", None),
        LegResult::AnsweredElsewhere => ("answered_elsewhere", None),
        LegResult::CallerGone => ("caller_gone", None),
        LegResult::Failed(status) => ("failed", Some(status)),
    }
}

pub(super) fn leg_result_from(word: &str, status: Option<u16>) -> Result<LegResult, StoreError> {
    Ok(match (word, status) {
        ("completed", _) => LegResult::Completed,
        ("no_answer", _) => LegResult::NoAnswer,
        ("busy", _) => LegResult::Busy,
        ("declined", _) => LegResult::Declined,
        ("do_not_disturb", _) => LegResult::DoNotDisturb,
        ("unregistered", _) => LegResult::Unregistered,
        ("answered_elsewhere", _) => LegResult::AnsweredElsewhere,
        ("caller_gone", _) => LegResult::CallerGone,
        ("failed", Some(status)) => LegResult::Failed(status),
        _ => return Err(StoreError::Unreadable { table: "legs" }),
    })
}

/// Column `name` of a row as a value of the house.
pub(super) fn get<T>(row: &Row<'_>, name: &str) -> rusqlite::Result<T>
where
    Col<T>: FromSql,
{
    row.get::<_, Col<T>>(name).map(|col| col.0)
}

/// The same for a column that may be NULL.
pub(super) fn get_opt<T>(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<T>>
where
    Col<T>: FromSql,
{
    row.get::<_, Option<Col<T>>>(name).map(|col| col.map(|col| col.0))
}
