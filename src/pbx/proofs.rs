//! How often callers got wrong what only a resident knows: so that nobody guesses it, with one call or with many.
//!
//! The tries of a call are put aside when it begins, and given back when it ends as far as they were not needed. So thirty calls
//! at once have no more guesses than one. Numbers that are nobody's are counted like those of residents: who is locked
//! out learns nothing from it. Counted in memory alone; a restart forgets.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use crate::{
    dialogue::{TRIES_IN_A_CALL, Tenancy, UnitRef},
    types::PhoneNumber,
};

/// Wrong answers count for so long, from the first of them.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Numbers and homes that are counted. Beyond, the number that began first is forgotten, never a home; while all of them are
/// talking, nobody new gets a try.
const MOST: usize = 4096;

/// Whose wrong answers they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Callers of this number; all who withhold theirs are one.
    Number(Option<PhoneNumber>),
    /// Whoever shows a number of this home.
    Home(UnitRef),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Instant,
    wrong: u8,
    /// Put aside for calls under way.
    aside: u8,
}

impl Count {
    fn is_over(&self, now: Instant) -> bool {
        self.aside == 0 && now.saturating_duration_since(self.since) >= DAY
    }
}

/// What one call may get wrong. To be given back with [`Proofs::settle`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Grant {
    keys: BTreeSet<Key>,
    tries: u8,
}

impl Grant {
    pub(super) const fn tries(&self) -> u8 {
        self.tries
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Proofs(BTreeMap<Key, Count>);

impl Proofs {
    /// The tries of a call that begins, put aside.
    pub(super) fn grant(&mut self, now: Instant, caller: Option<PhoneNumber>, tenancy: &Tenancy) -> Grant {
        if !tenancy.is_kept() {
            return Grant::default();
        }
        let homes = caller.into_iter().flat_map(|number| tenancy.of_number(number));
        let keys: BTreeSet<Key> =
            homes.map(|resident| Key::Home(resident.home.clone())).chain([Key::Number(caller)]).collect();
        let left = keys.iter().map(|key| self.left(now, key, tenancy.wrong_a_day)).min().unwrap_or(0);
        let tries = left.min(TRIES_IN_A_CALL);
        if tries == 0 || !keys.iter().all(|key| self.make_room(now, key)) {
            return Grant::default();
        }
        for key in &keys {
            let count = self.0.entry(key.clone()).or_insert(Count { since: now, wrong: 0, aside: 0 });
            count.aside = count.aside.saturating_add(tries);
        }
        Grant { keys, tries }
    }

    /// The call is over, and so many answers were wrong.
    pub(super) fn settle(&mut self, now: Instant, grant: Grant, wrong: u8) {
        for key in grant.keys {
            let Some(count) = self.0.get_mut(&key) else { continue };
            count.aside = count.aside.saturating_sub(grant.tries);
            if wrong > 0 && count.wrong == 0 {
                count.since = now;
            }
            count.wrong = count.wrong.saturating_add(wrong);
            if count.wrong == 0 && count.aside == 0 {
                self.0.remove(&key);
            }
        }
    }

    fn left(&mut self, now: Instant, key: &Key, a_day: u8) -> u8 {
        if self.0.get(key).is_some_and(|count| count.is_over(now)) {
            self.0.remove(key);
        }
        let spent = self.0.get(key).map_or(0, |count| count.wrong.saturating_add(count.aside));
        a_day.saturating_sub(spent)
    }

    /// Is there room for this one, if need be by forgetting the oldest that nobody talks for?
    fn make_room(&mut self, now: Instant, key: &Key) -> bool {
        if self.0.len() + 2 <= MOST || self.0.contains_key(key) {
            return true;
        }
        self.0.retain(|_, count| !count.is_over(now));
        if self.0.len() + 2 <= MOST {
            return true;
        }
        let idle = self.0.iter().filter(|(key, count)| count.aside == 0 && matches!(key, Key::Number(_)));
        let Some(oldest) = idle.min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone()) else {
            return false;
        };
        self.0.remove(&oldest);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::{Digits, Resident};

    const HERS: &str = "+13035550142";

    #[expect(clippy::disallowed_methods, reason = "a story has to begin at some instant")]
    fn story_begins() -> Instant {
        Instant::now()
    }

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    fn tenancy() -> Tenancy {
        let home =
            UnitRef { property: "Maple Court".into(), street: "1200 Maple Street".into(), unit: "4B".into() };
        let numbers = vec![number(HERS), number("+13035550143")];
        let resident = Resident { name: "Dana Reyes".into(), home, numbers, knows: Digits::new("4417") };
        Tenancy { residents: vec![resident], ..Tenancy::default() }
    }

    #[test]
    fn a_number_that_guesses_has_no_more_tries_that_day() {
        let (mut proofs, tenancy) = (Proofs::default(), tenancy());
        let began = story_begins();
        for caller in [Some(number(HERS)), Some(number("+13035559999")), None] {
            for _ in 0..2 {
                let grant = proofs.grant(began, caller, &tenancy);
                assert_eq!(grant.tries(), 2);
                proofs.settle(began, grant, 2);
            }
            let later = began + Duration::from_secs(23 * 3600);
            assert_eq!(proofs.grant(later, caller, &tenancy).tries(), 0, "{caller:?}");
            let next_day = began + DAY;
            let grant = proofs.grant(next_day, caller, &tenancy);
            assert_eq!(grant.tries(), 2, "{caller:?}: a day later");
            proofs.settle(next_day, grant, 0);
        }
    }

    #[test]
    fn the_home_is_counted_whichever_of_its_numbers_is_shown() {
        let (mut proofs, tenancy, now) = (Proofs::default(), tenancy(), story_begins());
        for _ in 0..2 {
            let grant = proofs.grant(now, Some(number(HERS)), &tenancy);
            proofs.settle(now, grant, 2);
        }
        assert_eq!(proofs.grant(now, Some(number("+13035550143")), &tenancy).tries(), 0);
    }

    #[test]
    fn many_calls_at_once_have_the_guesses_of_one() {
        let (mut proofs, tenancy, now) = (Proofs::default(), tenancy(), story_begins());
        let grants: Vec<Grant> = (0..30).map(|_| proofs.grant(now, Some(number(HERS)), &tenancy)).collect();
        let tries: u32 = grants.iter().map(|grant| u32::from(grant.tries())).sum();
        assert_eq!(tries, u32::from(tenancy.wrong_a_day));
        for grant in grants {
            proofs.settle(now, grant, 0);
        }
        assert!(proofs.0.is_empty(), "what was not needed is given back");
    }

    #[test]
    fn the_table_does_not_grow_without_end() {
        let (mut proofs, tenancy, now) = (Proofs::default(), tenancy(), story_begins());
        for n in 0..10_000_u64 {
            let caller = number(&format!("+1303{:07}", 2_000_000 + n));
            let grant = proofs.grant(now + Duration::from_millis(n), Some(caller), &tenancy);
            assert_eq!(grant.tries(), 2, "{n}");
            proofs.settle(now + Duration::from_millis(n), grant, 1);
        }
        assert!(proofs.0.len() <= MOST);
    }

    #[test]
    fn an_office_without_residents_counts_nobody() {
        let mut proofs = Proofs::default();
        let grant = proofs.grant(story_begins(), Some(number(HERS)), &Tenancy::default());
        assert_eq!((grant.tries(), proofs.0.len()), (0, 0));
    }
}
