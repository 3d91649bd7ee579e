//! What has been called outside in the last hour: a stolen password costs a bounded sum, and somebody is told.
//!
//! The counts live in memory: a restart begins a new hour. Emergencies are not calls here.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::dialplan::{Barred, Usage};
use crate::types::Extension;

const HOUR: Duration = Duration::from_secs(3600);
/// An extension that is refused the same thing again and again is told of once a minute.
const ALARM_EVERY: Duration = Duration::from_secs(60);

/// See the module's sentence. Only calls that were let through are kept, so that the limits bound it.
#[derive(Debug, Default)]
pub(super) struct Spending {
    begun: VecDeque<(Instant, Extension)>,
    alarmed: BTreeMap<(Extension, Barred), Instant>,
}

impl Spending {
    /// Fills in what the last hour has seen.
    pub(super) fn of_the_hour(&mut self, now: Instant, extension: &Extension, usage: Usage) -> Usage {
        while self.begun.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= HOUR) {
            self.begun.pop_front();
        }
        let this_hour = self.begun.iter().filter(|(_, caller)| caller == extension).count();
        Usage { this_hour, office_this_hour: self.begun.len(), ..usage }
    }

    /// A call to the outside has been let through.
    pub(super) fn call_begins(&mut self, now: Instant, extension: Extension) {
        self.begun.push_back((now, extension));
    }

    /// Is this refusal one to be told of? Not what might be a slip of the finger, and not the same once more.
    pub(super) fn is_alarming(&mut self, now: Instant, extension: &Extension, why: Barred) -> bool {
        if matches!(why, Barred::NotANumber | Barred::NoTrunk) {
            return false;
        }
        self.alarmed.retain(|_, at| now.saturating_duration_since(*at) < ALARM_EVERY);
        let key = (extension.clone(), why);
        if self.alarmed.contains_key(&key) {
            return false;
        }
        self.alarmed.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a story has to begin at some instant")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn an_hour_slides() {
        let (mut spending, t) = (Spending::default(), start());
        let (one, two): (Extension, Extension) = ("101".parse().unwrap(), "102".parse().unwrap());
        for minute in 0..90 {
            spending.call_begins(t + Duration::from_secs(60 * minute), one.clone());
        }
        let now = t + Duration::from_secs(60 * 89);
        let usage = spending.of_the_hour(now, &one, Usage { calls: 3, ..Usage::default() });
        assert_eq!(usage, Usage { calls: 3, office_calls: 0, this_hour: 60, office_this_hour: 60 });
        assert_eq!(spending.of_the_hour(now, &two, Usage::default()).this_hour, 0);
        let later = now + HOUR;
        assert_eq!(spending.of_the_hour(later, &one, Usage::default()), Usage::default());
    }

    #[test]
    fn a_flood_of_refusals_is_one_alarm_a_minute() {
        let (mut spending, t) = (Spending::default(), start());
        let thief = "101".parse().unwrap();
        let alarms = (0..600).filter(|second| {
            spending.is_alarming(t + Duration::from_secs(*second), &thief, Barred::International)
        });
        assert_eq!(alarms.count(), 10);
        assert!(spending.is_alarming(t, &thief, Barred::Premium), "another cause is another alarm");
        assert!(!spending.is_alarming(t, &thief, Barred::NotANumber));
    }
}
