//! What the desk makes of the wall clock: whether to trust it, and by how much it was moved.

use jiff::{SignedDuration, Timestamp};

/// A step back smaller than this is a clock being disciplined, not put back.
const TOLERATED: SignedDuration = SignedDuration::from_secs(2);

/// News of a step comes from the host within this time of its being found here.
const SAME_STEP: SignedDuration = SignedDuration::from_secs(5);

/// The wall clock, as it has been seen so far.
#[derive(Debug, Default)]
pub(super) struct Clock {
    synchronised: bool,
    last: Option<Timestamp>,
    /// A step back that was found here, and when: the host may still tell of the same one.
    found: Option<(SignedDuration, Timestamp)>,
    /// Steps that the stored deadlines have not been moved by yet.
    pub owed: SignedDuration,
}

impl Clock {
    /// Is it known to be right?
    pub(super) fn is_right(&self) -> bool {
        self.synchronised
    }

    /// Answers whether it has become right just now.
    pub(super) fn synchronise(&mut self, right: bool) -> bool {
        let became = right && !self.synchronised;
        self.synchronised = right;
        became
    }

    /// The host says that the clock was moved.
    ///
    /// While the clock is not known to be right, stored deadlines are left alone: those of an earlier session are
    /// right as they are, and those of this one are stored without a date.
    pub(super) fn stepped(&mut self, by: SignedDuration, now: Timestamp) -> SignedDuration {
        self.last = Some(now);
        let just_found = self.found.take().filter(|(_, at)| now.duration_since(*at).abs() < SAME_STEP);
        let by = by.saturating_sub(just_found.map_or(SignedDuration::ZERO, |(step, _)| step));
        if self.synchronised {
            self.owed = self.owed.saturating_add(by);
        }
        by
    }

    /// Looks at the clock. A step back that the host has not told of is found here; a step forward cannot be told from
    /// waiting, and is the host's to tell.
    pub(super) fn look(&mut self, now: Timestamp) -> SignedDuration {
        let step = match self.last {
            Some(last) if now < last.checked_sub(TOLERATED).unwrap_or(Timestamp::MIN) => {
                now.duration_since(last)
            }
            _ => SignedDuration::ZERO,
        };
        if step.is_negative() {
            self.found = Some((step, now));
            if self.synchronised {
                self.owed = self.owed.saturating_add(step);
            }
        }
        self.last = Some(now);
        step
    }
}

/// `at`, moved by a step of the clock.
pub(super) fn moved(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}
