//! Final answers that are not 200, and why each is given.

use std::time::Instant;

use super::{dialplan::Barred, line::superseded};
use crate::sip::{Endpoint, SessionId};

/// A final answer that is not 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: &'static str,
    /// Seconds.
    pub(super) retry_after: Option<u32>,
}

impl Refusal {
    /// Refuses whoever calls at this session. A caller who is gone already needs no refusal.
    pub(super) fn give(self, now: Instant, sip: &mut Endpoint, session: SessionId) {
        superseded(sip.reject(now, session, self.status, self.reason, self.retry_after));
    }

    pub(super) const NOT_ACCEPTABLE: Self =
        Self { status: 488, reason: "Not Acceptable Here", retry_after: None };
    pub(super) const UNAVAILABLE: Self =
        Self { status: 503, reason: "Service Unavailable", retry_after: Some(10) };
    pub(super) const NOBODY: Self =
        Self { status: 480, reason: "Temporarily Unavailable", retry_after: None };

    /// It could be done, and is not (RFC 3891, 3: a Replaces that is declined).
    pub(super) const DECLINED: Self = Self { status: 603, reason: "Decline", retry_after: None };

    pub(super) const BUSY: Self = Self { status: 486, reason: "Busy Here", retry_after: None };

    pub(super) const NOT_FOUND: Self = Self::barred(Barred::NotANumber);

    pub(super) const fn barred(barred: Barred) -> Self {
        Self { status: barred.status(), reason: barred.reason(), retry_after: None }
    }

    /// What a desk phone is told when the far end has refused with this status: the same, except what would make the phone
    /// act on something that is between us and the trunk (a challenge, a redirection, our own CANCEL).
    pub(super) const fn passed_on(status: u16) -> Self {
        let (status, reason) = match status {
            400 => (400, "Bad Request"),
            403 => (403, "Forbidden"),
            404 => (404, "Not Found"),
            408 => (408, "Request Timeout"),
            410 => (410, "Gone"),
            484 => (484, "Address Incomplete"),
            486 => (486, "Busy Here"),
            488 => (488, "Not Acceptable Here"),
            500 => (500, "Server Internal Error"),
            504 => (504, "Server Time-out"),
            600 => (600, "Busy Everywhere"),
            603 => (603, "Decline"),
            604 => (604, "Does Not Exist Anywhere"),
            300..=399 | 480 | 487 => (480, "Temporarily Unavailable"),
            401 | 407 | 502 | 503 => (503, "Service Unavailable"),
            other @ (402..=499 | 501..=599 | 601..=699) => (other, "Call Failed"),
            _ => (500, "Server Internal Error"),
        };
        Self { status, reason, retry_after: None }
    }
}
