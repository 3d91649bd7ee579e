//! Final answers that are not 200, and why each is given.

use std::time::{Duration, Instant};

use super::{dialplan::Barred, line::superseded};
use crate::sip::{self, Cause, Endpoint, SessionId};

/// A final answer that is not 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: &'static str,
    /// Seconds.
    pub(super) retry_after: Option<u32>,
    /// The network's cause, for phones and gateways that show it (RFC 6432).
    pub(super) cause: Option<Cause>,
}

/// What a far end has said in the end, or what is as good as its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FinalAnswer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) cause: Option<Cause>,
}

impl FinalAnswer {
    pub(super) const fn of(status: u16) -> Self {
        Self { status, retry_after: None, cause: None }
    }
}

impl Refusal {
    /// Refuses whoever calls at this session. A caller who is gone already needs no refusal.
    pub(super) fn give(self, now: Instant, sip: &mut Endpoint, session: SessionId) {
        superseded(sip.reject(now, session, self.status, self.reason, self.retry_after, self.cause));
    }

    const fn of(status: u16, reason: &'static str) -> Self {
        Self { status, reason, retry_after: None, cause: None }
    }

    pub(super) const NOT_ACCEPTABLE: Self = Self::of(488, "Not Acceptable Here");
    pub(super) const UNAVAILABLE: Self =
        Self { retry_after: Some(10), ..Self::of(503, "Service Unavailable") };
    pub(super) const NOBODY: Self = Self::of(480, "Temporarily Unavailable");

    /// TLS was asked for, all the way, and cannot be had (RFC 5630, 5.3).
    pub(super) const SIPS_NOT_ALLOWED: Self = Self::of(480, sip::SIPS_NOT_ALLOWED);

    /// It could be done, and is not (RFC 3891, 3: a Replaces that is declined).
    pub(super) const DECLINED: Self = Self::of(603, "Decline");

    pub(super) const BUSY: Self = Self::of(486, "Busy Here");

    pub(super) const NOT_FOUND: Self = Self::barred(Barred::NotANumber);

    pub(super) const fn barred(barred: Barred) -> Self {
        Self::of(barred.status(), barred.reason())
    }

    /// What a desk phone is told when the far end has refused like this: the same, except what is between us and the trunk. A
    /// challenge, a redirection, our own CANCEL would make the phone act; what our own request was not understood for it
    /// could not mend, and the headers that such an answer must have (Allow, Accept, Unsupported, Min-SE) would be about us.
    pub(super) fn passed_on(said: FinalAnswer) -> Self {
        let status = match said.status {
            300..=399 | 480 | 487 => 480,
            401 | 407 | 502 | 503 => 503,
            405 | 406 | 411..=417 | 420..=423 | 428..=429 | 436..=440 | 469 | 481 | 489 | 491 | 493 | 494 => {
                500
            }
            other @ (400..=699) => other,
            _ => 500,
        };
        // For how long somebody is not to be called is for whoever called; how long a server wants its peace is for us alone
        // (RFC 3261, 20.33).
        let about_person = matches!(status, 404 | 480 | 486 | 600 | 603);
        let seconds = said.retry_after.filter(|_| about_person && said.status == status);
        Self {
            retry_after: seconds.and_then(|wait| u32::try_from(wait.as_secs()).ok()),
            // An answer carries the cause of the network and no other (RFC 6432, 2; RFC 3326, 2).
            cause: said.cause.filter(|cause| matches!(cause, Cause::Q850(_))),
            ..Self::of(status, "")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16) -> u16 {
        Refusal::passed_on(FinalAnswer::of(status)).status
    }

    #[test]
    fn a_phone_hears_what_is_about_the_person_and_not_what_is_between_us_and_the_trunk() {
        for about_the_person in [400, 403, 404, 408, 410, 480, 484, 485, 486, 488, 600, 603, 604, 607, 608] {
            assert_eq!(told(about_the_person), about_the_person);
        }
        for (said, heard) in [(302, 480), (401, 503), (407, 503), (487, 480), (503, 503)] {
            assert_eq!(told(said), heard, "{said}");
        }
        for about_our_request in [405, 406, 413, 415, 416, 420, 421, 422, 423, 481, 489, 491, 493] {
            assert_eq!(told(about_our_request), 500, "{about_our_request} needs headers of its own");
        }
    }

    #[test]
    fn the_networks_cause_and_the_time_to_wait_go_on_to_whoever_called() {
        let said = |status, cause| FinalAnswer {
            status,
            retry_after: Some(Duration::from_secs(60)),
            cause: Some(cause),
        };
        let busy = Refusal::passed_on(said(486, Cause::Q850(17)));
        assert_eq!((busy.retry_after, busy.cause), (Some(60), Some(Cause::Q850(17))));
        let resting = Refusal::passed_on(said(503, Cause::Sip(503)));
        assert_eq!((resting.retry_after, resting.cause), (None, None), "the box itself is well");
    }
}
