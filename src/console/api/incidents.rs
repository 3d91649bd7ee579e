//! Incidents in the JSON interface.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{IncidentRow, ReportRow};

/// A trouble of a property that several callers tell of, or that somebody of the office knew of before them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IncidentAnswer {
    pub id: String,
    pub property: String,
    /// `water`, `hot_water`, `leak`, `sewage`, `heat`, `cooling`, `power`, `lift`, `internet`, `alarm`, `door`, `gas`, `fire`,
    /// `carbon_monoxide`, `electric`, `collapse` or `other`.
    pub trouble: &'static str,
    /// When the first of its callers called, or somebody opened it: UTC, RFC 3339.
    pub opened: String,
    /// Who opened it, before callers did. Null: its callers have.
    pub opened_by: Option<String>,
    /// When the latest of its callers called; without callers, when it was opened.
    pub last: String,
    pub callers: u32,
    /// What callers hear at this moment. Null: nothing.
    pub notice: Option<String>,
    /// Until when they hear it.
    pub notice_until: Option<String>,
    pub closed: Option<String>,
    pub closed_by: Option<String>,
    /// The incident that it was found to be.
    pub merged_into: Option<String>,
}

impl IncidentAnswer {
    pub fn of(row: &IncidentRow, now: Timestamp) -> Self {
        let spoken = row.is_spoken(now);
        Self {
            id: row.id.to_string(),
            property: row.property.clone(),
            trouble: row.trouble.name(),
            opened: row.opened.to_string(),
            opened_by: row.opened_by.clone(),
            last: row.last.to_string(),
            callers: row.callers,
            notice: row.notice.clone().filter(|_| spoken),
            notice_until: row.notice_until.filter(|_| spoken).map(|at| at.to_string()),
            closed: row.closed.map(|at| at.to_string()),
            closed_by: row.closed_by.clone(),
            merged_into: row.merged_into.map(|id| id.to_string()),
        }
    }
}

/// An incident with its callers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeIncident {
    #[serde(flatten)]
    pub incident: IncidentAnswer,
    /// The first of them first, at most 500.
    pub reports: Vec<ReportAnswer>,
}

/// What one caller has told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportAnswer {
    /// The first call in which they told of it.
    pub call: String,
    /// E.164. Null: withheld.
    pub number: Option<String>,
    pub home: Option<String>,
    pub words: String,
    /// When they told of it last.
    pub at: String,
    /// How often they have called about it.
    pub times: u32,
    /// Why it is in this incident: a sentence.
    pub why: String,
    /// `texted`, or why they were not told of the end. Null: not yet.
    pub told: Option<String>,
}

impl ReportAnswer {
    pub fn of(row: &ReportRow) -> Self {
        Self {
            call: row.call.to_string(),
            number: row.number.map(|number| number.to_string()),
            home: row.report.home.clone(),
            words: row.report.words.clone(),
            at: row.report.at.to_string(),
            times: row.times,
            why: row.why.clone(),
            told: row.told.clone(),
        }
    }
}
