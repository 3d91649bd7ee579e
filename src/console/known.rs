//! Who was let in lately: so that the health page still opens when the disk is away, and no session outlives its time by
//! a wall clock that was put back.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::store::TokenHash;

/// Sessions and tokens remembered. Beyond it the one that has not been used for longest is forgotten: its bearer is
/// asked to sign in again only if the disk is away at that moment.
const REMEMBERED: usize = 256;

#[derive(Debug)]
struct Guest {
    name: String,
    first: Instant,
    last: Instant,
}

/// Bearers whom the store has vouched for since the start of the program.
#[derive(Debug, Default)]
pub(super) struct Known {
    guests: BTreeMap<TokenHash, Guest>,
}

impl Known {
    /// The store has vouched for this bearer. `false`: it was first seen longer than `life` ago by the monotonic clock,
    /// so that what the store believes comes from a wall clock that was put back.
    pub(super) fn greet(&mut self, bearer: TokenHash, name: &str, now: Instant, life: Duration) -> bool {
        if let Some(guest) = self.guests.get_mut(&bearer) {
            guest.last = now;
            return now.duration_since(guest.first) < life;
        }
        if self.guests.len() >= REMEMBERED
            && let Some(idlest) =
                self.guests.iter().min_by_key(|(_, guest)| guest.last).map(|(hash, _)| *hash)
        {
            self.guests.remove(&idlest);
        }
        self.guests.insert(bearer, Guest { name: name.to_owned(), first: now, last: now });
        true
    }

    /// The store cannot be asked: who is it, as far as we remember?
    pub(super) fn recall(&self, bearer: TokenHash, now: Instant, life: Duration) -> Option<String> {
        let guest = self.guests.get(&bearer)?;
        (now.duration_since(guest.first) < life).then(|| guest.name.clone())
    }

    /// The store no longer vouches for this bearer, or they have gone.
    pub(super) fn forget(&mut self, bearer: TokenHash) {
        self.guests.remove(&bearer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(60);

    #[expect(clippy::disallowed_methods, reason = "any instant will do as the beginning of a test's time")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn a_bearer_is_remembered_for_its_life_by_the_monotonic_clock() {
        let (mut known, now) = (Known::default(), start());
        let bearer = TokenHash([1; 32]);
        assert_eq!(known.recall(bearer, now, LIFE), None);
        assert!(known.greet(bearer, "Robin", now, LIFE));
        assert_eq!(known.recall(bearer, now + LIFE / 2, LIFE).as_deref(), Some("Robin"));
        assert_eq!(known.recall(bearer, now + LIFE, LIFE), None);
        assert!(!known.greet(bearer, "Robin", now + LIFE, LIFE));
        known.forget(bearer);
        assert_eq!(known.recall(bearer, now, LIFE), None);
    }

    #[test]
    fn the_idlest_is_forgotten_when_there_are_too_many() {
        let (mut known, now) = (Known::default(), start());
        let bearer =
            |n: usize| TokenHash(std::array::from_fn(|at| if at < 8 { (n >> (8 * at)) as u8 } else { 0 }));
        for n in 0..REMEMBERED {
            known.greet(bearer(n), "", now + Duration::from_millis(n as u64), LIFE);
        }
        known.greet(bearer(0), "", now + Duration::from_secs(1), LIFE);
        known.greet(bearer(REMEMBERED), "", now + Duration::from_secs(2), LIFE);
        assert_eq!(known.guests.len(), REMEMBERED);
        assert!(known.recall(bearer(0), now, LIFE).is_some());
        assert!(known.recall(bearer(1), now, LIFE).is_none());
    }
}
