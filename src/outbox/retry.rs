//! Again when, and when never.

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::Rng;

use crate::types::Chance;

/// What is done with a text that was claimed when the house stopped.
///
/// SIP MESSAGE has no receipt from end to end, and RFC 3428 obliges no carrier to recognise a message that it has
/// already delivered. So the default is at most once: a text whose fate is unknown is not sent again by the house;
/// it is shown as `unknown`, and a person may send it again. Towards a gateway that honours the key (every attempt
/// carries it as its Call-ID) the office may choose to repeat: there it is exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterCrash {
    /// At most once.
    #[default]
    NotAgain,
    /// At least once, with the same key.
    SameKeyAgain,
}

/// How a channel is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub after_crash: AfterCrash,
}

impl Policy {
    /// Texts through a trunk by SIP MESSAGE.
    pub const SIP_MESSAGE: Policy = Policy { after_crash: AfterCrash::NotAgain };

    /// The waits after the first, second, … attempt; the last one repeats.
    pub const LADDER: [SignedDuration; 5] = [
        SignedDuration::from_secs(5),
        SignedDuration::from_secs(15),
        SignedDuration::from_secs(60),
        SignedDuration::from_mins(5),
        SignedDuration::from_mins(15),
    ];

    /// A carrier that asks for more patience than this is asked again all the same.
    pub const LONGEST_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(1);

    /// When to try again after `attempts` attempts: the ladder, spread by up to a fifth either way so that a hundred
    /// texts that failed together do not come back together; never before the carrier's own `Retry-After`.
    pub fn next_try(
        &self,
        attempts: u16,
        retry_after: Option<SignedDuration>,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Timestamp {
        let rung = usize::from(attempts.saturating_sub(1)).min(Self::LADDER.len() - 1);
        let base = Self::LADDER[rung].as_millis() as i64;
        let spread = base / 5;
        let jitter = (chance.next_u64() % (2 * spread as u64 + 1)) as i64 - spread;
        let wait = SignedDuration::from_millis(base + jitter);
        let asked = retry_after.map_or(SignedDuration::ZERO, |asked| asked.min(Self::LONGEST_RETRY_AFTER));
        now.checked_add(wait.max(asked)).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn the_carrier_may_ask_for_patience_but_not_for_ever() {
        let mut chance = Chance::seed_from_u64(1);
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut wait = |attempts, asked: Option<i64>| {
            let asked = asked.map(SignedDuration::from_secs);
            Policy::SIP_MESSAGE.next_try(attempts, asked, now, &mut chance).duration_since(now).as_secs()
        };
        assert_eq!(wait(1, Some(120)), 120, "longer than the ladder's five seconds");
        assert!((240..=360).contains(&wait(4, Some(1))), "the ladder is longer");
        assert_eq!(wait(1, Some(86_400)), 3_600);
        assert!((720..=1080).contains(&wait(u16::MAX, None)), "the last rung repeats");
    }

    #[test]
    fn texts_that_failed_together_do_not_come_back_together() {
        let mut chance = Chance::seed_from_u64(1);
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let tries: std::collections::BTreeSet<_> =
            (0..100).map(|_| Policy::SIP_MESSAGE.next_try(3, None, now, &mut chance)).collect();
        assert!(tries.len() > 95, "{}", tries.len());
    }
}
