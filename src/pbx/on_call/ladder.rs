//! The ladder: whom to call next, and when. Pure: it knows people by their place in the round, and no telephone.
//!
//! One after the other, without a pause between; when the last of them has not settled it, again from the first after
//! [`SOON`] as long as the escalation is younger than [`AN_HOUR`], then after [`LATER`], and at most for [`LONGEST`]. It
//! ends at once when somebody settles it, whoever that is.

use std::time::{Duration, Instant};

/// Between two rounds of the first hour.
pub(super) const SOON: Duration = Duration::from_secs(60);

/// Between two rounds after that.
pub(super) const LATER: Duration = Duration::from_secs(600);

/// So long everybody is called again soon.
pub(super) const AN_HOUR: Duration = Duration::from_secs(3600);

/// Longer than this nobody is called: whoever could have come is at the console by then, where it stands.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Whoever's line was taken for an emergency is called again after this.
pub(super) const LINE_PAUSE: Duration = Duration::from_secs(20);

/// See the module's sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ladder {
    /// When it began, or was begun again after a restart.
    since: Instant,
    /// How old it was then.
    before: Duration,
    round: u32,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The next person of the round is called at this instant.
    Waiting {
        next: usize,
        until: Instant,
    },
    Calling {
        person: usize,
    },
    Over,
}

/// What comes after somebody who has not settled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Somebody else of the same round, at once.
    Next,
    /// This round is over.
    RoundEnded(u32),
    /// This round is over, and there is none after it.
    GivenUp(u32),
}

impl Ladder {
    /// The first person is called at once.
    pub(super) fn begin(now: Instant) -> Self {
        Self::resume(now, Duration::ZERO, 1, 0)
    }

    /// After a restart: `next` is the place of the first person who has still to be called in this round.
    pub(super) fn resume(now: Instant, age: Duration, round: u32, next: usize) -> Self {
        Self { since: now, before: age, round, stage: Stage::Waiting { next, until: now } }
    }

    pub(super) fn round(&self) -> u32 {
        self.round
    }

    /// Does a round begin?
    pub(super) fn is_at_first(&self) -> bool {
        matches!(self.stage, Stage::Waiting { next: 0, .. })
    }

    #[cfg(test)]
    pub(super) fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Waiting { until, .. } => Some(until),
            Stage::Calling { .. } | Stage::Over => None,
        }
    }

    /// Whom to call now, of so many: their place. The ladder waits from then on for what comes of it.
    pub(super) fn due(&mut self, now: Instant, people: usize) -> Option<usize> {
        match self.stage {
            Stage::Waiting { next, until } if until <= now && next < people => {
                self.stage = Stage::Calling { person: next };
                Some(next)
            }
            Stage::Waiting { .. } | Stage::Calling { .. } | Stage::Over => None,
        }
    }

    /// Whoever was called has not settled it. Nothing, if nobody was being called.
    pub(super) fn not_settled(&mut self, now: Instant, people: usize) -> Option<After> {
        let Stage::Calling { person } = self.stage else { return None };
        let next = person + 1;
        if next < people {
            self.stage = Stage::Waiting { next, until: now };
            return Some(After::Next);
        }
        Some(self.round_ends(now))
    }

    /// There is nobody (left) to call in this round.
    pub(super) fn round_ends(&mut self, now: Instant) -> After {
        let over = self.round;
        let age = self.before + now.saturating_duration_since(self.since);
        let pause = if age < AN_HOUR { SOON } else { LATER };
        if age + pause > LONGEST {
            self.stage = Stage::Over;
            return After::GivenUp(over);
        }
        self.round = over.saturating_add(1);
        self.stage = Stage::Waiting { next: 0, until: now + pause };
        After::RoundEnded(over)
    }

    /// The first person has been waited with, and is called at once.
    pub(super) fn hurry(&mut self, now: Instant) {
        if self.round == 1
            && self.is_at_first()
            && let Stage::Waiting { until, .. } = &mut self.stage
        {
            *until = now.min(*until);
        }
    }

    /// Whoever was being called lost the line to an emergency, and is called again.
    pub(super) fn interrupted(&mut self, now: Instant) {
        if let Stage::Calling { person } = self.stage {
            self.stage = Stage::Waiting { next: person, until: now + LINE_PAUSE };
        }
    }

    /// Somebody has settled it.
    pub(super) fn settled(&mut self) {
        self.stage = Stage::Over;
    }
}

#[cfg(test)]
mod tests;
