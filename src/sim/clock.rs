//! Time that jumps: both clocks of the house, moved together and by nobody but the world.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::types::Moment;

/// The two clocks of a story. The desk's deadlines are wall time and the switch's are monotonic; here one can be
/// told from the other, because nobody puts the clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    begun: Moment,
    now: Moment,
}

#[expect(clippy::disallowed_methods, reason = "an origin for virtual time: no story lets real time pass")]
fn origin() -> Instant {
    Instant::now()
}

impl Clock {
    /// A clock that shows `wall` and stands still.
    pub(super) fn at(wall: Timestamp) -> Self {
        let now = Moment { at: origin(), wall };
        Self { begun: now, now }
    }

    /// The story begins now; what came before was its furnishing.
    pub(super) fn begin(&mut self) {
        self.begun = self.now;
    }

    pub(super) fn now(&self) -> Moment {
        self.now
    }

    /// Since the story began.
    pub(super) fn elapsed(&self) -> Duration {
        self.now.at.saturating_duration_since(self.begun.at)
    }

    /// The instant so long after the beginning.
    pub(super) fn instant(&self, since_beginning: Duration) -> Instant {
        self.begun.at + since_beginning
    }

    /// The instant at which the wall clock will show this; the beginning, if that lies before it.
    pub(super) fn instant_of(&self, wall: Timestamp) -> Instant {
        let since = Duration::try_from(wall.duration_since(self.begun.wall)).unwrap_or_default();
        self.begun.at + since
    }

    /// Jumps there. Never back.
    pub(super) fn jump_to(&mut self, at: Instant) {
        let at = at.max(self.now.at);
        let since = SignedDuration::try_from(at.saturating_duration_since(self.begun.at)).unwrap_or_default();
        let wall = self.begun.wall.checked_add(since).unwrap_or(Timestamp::MAX);
        self.now = Moment { at, wall };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_jump_together_and_never_back() {
        let wall: Timestamp = "2026-11-20T11:00:00-07:00".parse().unwrap();
        let mut clock = Clock::at(wall);
        let before = clock.now();
        let two_days = Duration::from_secs(2 * 86_400);
        clock.jump_to(clock.instant(two_days));
        assert_eq!(clock.now().at - before.at, two_days);
        assert_eq!(clock.now().wall, wall + two_days);
        assert_eq!(clock.instant_of(wall + two_days), clock.now().at);
        clock.jump_to(before.at);
        assert_eq!(clock.elapsed(), two_days);
    }
}
