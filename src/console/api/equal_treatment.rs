//! The log of equal treatment in the JSON interface.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::TreatmentRow;

/// One question and its answer. Nothing is said of who asked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TreatmentAnswer {
    /// The call in which it was asked; it may have been deleted since.
    pub call: String,
    /// UTC, RFC 3339.
    pub at: String,
    /// `closed` and the topic (`closed vouchers`), `homes` or `fact`.
    pub subject: String,
    /// In the caller's own words, at most 300 characters.
    pub asked: String,
    /// Word for word what was said.
    pub given: String,
}

impl TreatmentAnswer {
    pub fn of(row: &TreatmentRow) -> Self {
        Self {
            call: row.call.to_string(),
            at: row.at.to_string(),
            subject: row.subject.clone(),
            asked: row.asked.clone(),
            given: row.given.clone(),
        }
    }
}
