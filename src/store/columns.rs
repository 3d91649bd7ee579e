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

use super::{LeadKind, Role, ShowingStatus, TextBackNote, TicketStatus};
use crate::{
    dialogue::{SharedPlace, Trouble},
    pbx::{AgentReason, CallDirection, CallResult, Dialled, Disposition, Speaker},
    types::{
        CallId, ContactId, Extension, IncidentId, LeadId, MessageKey, PhoneNumber, ShowingId, VoicemailId,
        WorkOrderId,
    },
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
id_column!(CallId, ContactId, IncidentId, LeadId, MessageKey, ShowingId, VoicemailId, WorkOrderId);

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

/// A closed enum that is kept as its name.
macro_rules! named_column {
    ($($type:ty),+) => { $(
        impl ToSql for Col<$type> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.name().into())
            }
        }
        impl FromSql for Col<$type> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <$type>::from_name(value.as_str()?).map(Col).ok_or(FromSqlError::InvalidType)
            }
        }
    )+ };
}
named_column!(
    CallDirection,
    Disposition,
    CallResult,
    AgentReason,
    LeadKind,
    SharedPlace,
    Speaker,
    Role,
    ShowingStatus,
    Trouble,
    TextBackNote,
    TicketStatus
);

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
