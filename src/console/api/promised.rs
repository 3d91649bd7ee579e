//! Call-backs in the JSON interface.

use serde::Serialize;
use utoipa::ToSchema;

use crate::pbx::CallBack;

/// A call-back that a caller of a queue was promised.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallBackAnswer {
    /// The call in which it was promised.
    pub call: String,
    pub queue: String,
    /// Who is to be called, in E.164.
    pub number: String,
    /// False: the caller keyed the number in, and calls from another one or withheld it.
    pub own: bool,
    pub name: Option<String>,
    pub dialled: String,
    /// When it was promised: UTC, RFC 3339.
    pub asked: String,
    /// How often the caller has been called, the present time included.
    pub tries: u32,
    /// `waiting` or `calling`; when it is over `reached`, `declined`, `missed` (not reached), `closed` (not called before the
    /// office closed), `uncertain` (perhaps not called) or `cancelled`.
    pub state: &'static str,
}

impl CallBackAnswer {
    pub fn of(row: &CallBack) -> Self {
        Self {
            call: row.call.to_string(),
            queue: row.queue.clone(),
            number: row.number.to_string(),
            own: row.own,
            name: Some(row.name.clone()).filter(|name| !name.is_empty()),
            dialled: row.dialled.to_string(),
            asked: row.asked.to_string(),
            tries: row.tries,
            state: row.state.name(),
        }
    }
}
