//! Showings in the JSON interface.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{ShowingRequest, ShowingRow};

/// A home is shown, or was asked to be shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShowingAnswer {
    /// `None` while it is only asked for.
    pub id: Option<String>,
    /// The call in which it was booked or asked for.
    pub call: String,
    /// `booked`, `moved`, `cancelled`, `claimed` (the agent's own calendar is being asked), or `requested` (people are to settle it).
    pub state: &'static str,
    pub agent: Option<String>,
    pub place: Option<String>,
    /// UTC, RFC 3339; of a request the time that they would have taken, if they said.
    pub begins: Option<String>,
    pub ends: Option<String>,
    pub name: Option<String>,
    /// In E.164.
    pub callback: Option<String>,
    /// What people should know of it.
    pub remark: Option<String>,
}

impl ShowingAnswer {
    pub fn of(row: &ShowingRow) -> Self {
        Self {
            id: Some(row.id.to_string()),
            call: row.call.to_string(),
            state: row.status.name(),
            agent: Some(row.agent.clone()),
            place: Some(row.place.clone()),
            begins: Some(row.begins.to_string()),
            ends: Some(row.ends.to_string()),
            name: row.name.clone(),
            callback: Some(row.callback.to_string()),
            remark: row.remark.clone(),
        }
    }

    pub fn requested(row: &ShowingRequest) -> Self {
        let wished = row.wished.as_ref();
        Self {
            id: None,
            call: row.call.to_string(),
            state: "requested",
            agent: wished.map(|(.., agent)| agent.clone()),
            place: row.place.clone(),
            begins: wished.map(|(begins, ..)| begins.to_string()),
            ends: wished.map(|(_, ends, _)| ends.to_string()),
            name: row.name.clone(),
            callback: row.callback.map(|number| number.to_string()),
            remark: row.remark.clone(),
        }
    }
}
