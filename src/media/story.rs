//! What the room's stories share: an instant to start from.

use std::time::Instant;

/// Any instant will do: everything in this room is measured from one.
#[expect(clippy::disallowed_methods, reason = "an origin for virtual time; no test lets real time pass")]
pub(super) fn start() -> Instant {
    Instant::now()
}

/// Chance for stories: xorshift64, the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        (self.roll() >> 11) % bound
    }
}
