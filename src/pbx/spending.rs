//! What has been called outside, and what it costs: a stolen password costs a bounded sum, and somebody is told.
//!
//! Calls in progress are counted as they begin and end; those of before a restart come back from the call records
//! ([`Control::RestoreSpending`](super::Control)). Emergencies are not calls here.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    Directory,
    dialplan::{Barred, Usage},
    toll::Money,
};
use crate::types::{CallId, Extension, Moment, PhoneNumber};

const HOUR: Duration = Duration::from_secs(3600);
/// Calls abroad of one extension in so short a time are a burst.
const BURST: Duration = Duration::from_secs(600);
/// A night: calls abroad while nobody is there are counted together for so long.
const NIGHT: Duration = Duration::from_secs(12 * 3600);
/// An extension that is refused the same thing again and again is told of once a minute.
const ALARM_EVERY: Duration = Duration::from_secs(60);
/// From so many refusals within ten minutes on, it was no slip of the finger.
const GRAVE: usize = 3;
/// How often the cost of calls in progress is added up.
const COUNT_EVERY: Duration = Duration::from_secs(30);
/// Calls that are remembered. The limits of calls in an hour are below 2,000 each; beyond it the oldest are forgotten.
const MOST_REMEMBERED: usize = 4_000;

/// A call to the outside that was begun before a restart, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    pub extension: Extension,
    pub number: PhoneNumber,
    pub started: Timestamp,
    pub answered: Option<Timestamp>,
    pub ended: Timestamp,
}

/// See the module's sentence. Only calls that were let through are kept, so that the limits bound it.
#[derive(Debug, Default)]
pub(super) struct Spending {
    begun: VecDeque<Begun>,
    /// What each call in progress costs: of more than one number, if it has been transferred.
    running: BTreeMap<CallId, Vec<Running>>,
    /// What ended calls have cost on this day.
    day: Option<Date>,
    settled: BTreeMap<Extension, Money>,
    /// What was told of last, and whether as grave.
    alarmed: BTreeMap<(Extension, Barred), (Instant, bool)>,
    refused: VecDeque<(Instant, Extension)>,
    count_at: Option<Instant>,
}

#[derive(Debug)]
struct Begun {
    at: Instant,
    extension: Extension,
    abroad: bool,
}

#[derive(Debug)]
struct Running {
    extension: Extension,
    price: Money,
    answered: Option<Instant>,
}

impl Running {
    fn cost(&self, now: Instant) -> Money {
        let talked = self.answered.map(|at| now.saturating_duration_since(at));
        talked.map_or(Money::default(), |talked| self.price.for_time(talked))
    }
}

impl Spending {
    /// What this extension and the office have made of the outside, and whether anybody is there to notice.
    pub(super) fn usage(&mut self, now: Moment, directory: &Directory, extension: &Extension) -> Usage {
        self.turn_day(now, directory);
        let nobody_there = !directory.is_staffed(now.wall);
        let within = |span: Duration| {
            self.begun.iter().filter(move |call| now.at.saturating_duration_since(call.at) < span)
        };
        let mine = |call: &&Begun| call.extension == *extension;
        let abroad = |call: &&Begun| call.abroad;
        Usage {
            calls: self.each_running().filter(|call| call.extension == *extension).count(),
            office_calls: self.each_running().count(),
            this_hour: within(HOUR).filter(mine).count(),
            office_this_hour: within(HOUR).count(),
            nobody_there,
            abroad: match nobody_there {
                true => within(NIGHT).filter(abroad).count(),
                false => within(BURST).filter(abroad).filter(mine).count(),
            },
            spent: self.spent_by(now.at, extension),
            office_spent: self.spent(now.at),
        }
    }

    fn each_running(&self) -> impl Iterator<Item = &Running> {
        self.running.values().flatten()
    }

    fn spent_by(&self, now: Instant, extension: &Extension) -> Money {
        let running = self.each_running().filter(|call| call.extension == *extension);
        let settled = self.settled.get(extension).copied().unwrap_or_default();
        running.fold(settled, |sum, call| sum.plus(call.cost(now)))
    }

    fn spent(&self, now: Instant) -> Money {
        let settled = self.settled.values().fold(Money::default(), |sum, cost| sum.plus(*cost));
        self.each_running().fold(settled, |sum, call| sum.plus(call.cost(now)))
    }

    /// A call to the outside has been let through. Whoever sends a call out on behalf of an extension (a transfer, a
    /// forward) says so here; [`call_ends`](Self::call_ends) follows by itself when the call is over.
    pub(super) fn call_begins(
        &mut self,
        now: Moment,
        directory: &Directory,
        call: CallId,
        extension: Extension,
        number: &PhoneNumber,
    ) {
        let tolls = &directory.limits.tolls;
        let class = tolls.class_of(number);
        self.remember(Begun { at: now.at, extension: extension.clone(), abroad: class.pays_thieves() });
        let price = tolls.price(class);
        self.running.entry(call).or_default().push(Running { extension, price, answered: None });
        self.count_at.get_or_insert(now.at + COUNT_EVERY);
    }

    fn remember(&mut self, call: Begun) {
        while self.begun.len() >= MOST_REMEMBERED
            || self.begun.front().is_some_and(|first| call.at.saturating_duration_since(first.at) >= NIGHT)
        {
            self.begun.pop_front();
        }
        self.begun.push_back(call);
    }

    /// Somebody has answered it; it costs money from now on.
    pub(super) fn call_answered(&mut self, now: Instant, call: CallId) {
        for running in self.running.get_mut(&call).into_iter().flatten() {
            running.answered.get_or_insert(now);
        }
    }

    /// Two calls have been joined: what the one costs, the other goes on costing.
    pub(super) fn call_moves(&mut self, from: CallId, to: CallId) {
        if let Some(moved) = self.running.remove(&from) {
            self.running.entry(to).or_default().extend(moved);
        }
    }

    pub(super) fn call_ends(&mut self, now: Moment, directory: &Directory, call: CallId) {
        self.turn_day(now, directory);
        for running in self.running.remove(&call).into_iter().flatten() {
            let cost = running.cost(now.at);
            let settled = self.settled.entry(running.extension).or_default();
            *settled = settled.plus(cost);
        }
        if self.running.is_empty() {
            self.count_at = None;
        }
    }

    /// What was called before a restart.
    pub(super) fn restore(&mut self, now: Moment, directory: &Directory, calls: Vec<Spent>) {
        self.turn_day(now, directory);
        for Spent { extension, number, started, answered, ended } in calls {
            let tolls = &directory.limits.tolls;
            let class = tolls.class_of(&number);
            let ago = Duration::try_from(now.wall.duration_since(started)).unwrap_or_default();
            // An instant before the machine was started has no form: that call is of no account for the hour.
            if let Some(at) = now.at.checked_sub(ago).filter(|_| ago < NIGHT) {
                let abroad = class.pays_thieves();
                let place = self.begun.partition_point(|call| call.at <= at);
                self.begun.insert(place, Begun { at, extension: extension.clone(), abroad });
            }
            let today = Some(started.to_zoned(directory.zone()).date()) == self.day;
            if let (Some(answered), true) = (answered, today) {
                let talked = ended.duration_since(answered).max(SignedDuration::ZERO);
                let cost = tolls.price(class).for_time(talked.unsigned_abs());
                let settled = self.settled.entry(extension).or_default();
                *settled = settled.plus(cost);
            }
        }
    }

    /// A new day in the office's zone: nothing has been spent on it.
    fn turn_day(&mut self, now: Moment, directory: &Directory) {
        let today = now.wall.to_zoned(directory.zone()).date();
        if self.day != Some(today) {
            self.day = Some(today);
            self.settled.clear();
        }
    }

    /// When the cost of calls in progress is to be added up again.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.count_at
    }

    /// Calls whose extension, or whose office, has spent all that it may on this day, and which of the two.
    pub(super) fn overspent(
        &mut self,
        now: Moment,
        directory: &Directory,
    ) -> Vec<(CallId, Extension, Barred)> {
        self.count_at = (!self.running.is_empty()).then_some(now.at + COUNT_EVERY);
        self.turn_day(now, directory);
        let tolls = &directory.limits.tolls;
        let office = self.spent(now.at) >= tolls.day;
        let all = self.running.iter().flat_map(|(id, calls)| calls.iter().map(move |call| (id, call)));
        let costly = all.filter(|(_, call)| call.price > Money::default());
        let over = costly.filter_map(|(id, call)| {
            let why = match self.spent_by(now.at, &call.extension) >= tolls.day_per_extension {
                true => Barred::Spent,
                false if office => Barred::OfficeSpent,
                false => return None,
            };
            Some((*id, call.extension.clone(), why))
        });
        over.collect()
    }

    /// Is this refusal one to be told of? Not what might be a slip of the finger, and not the same once more. `Some(true)`:
    /// it was none, and somebody should be told wherever they are.
    pub(super) fn is_alarming(&mut self, now: Instant, extension: &Extension, why: Barred) -> Option<bool> {
        if matches!(why, Barred::NotANumber | Barred::NoTrunk) {
            return None;
        }
        while self.refused.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= BURST)
            || self.refused.len() >= MOST_REMEMBERED
        {
            self.refused.pop_front();
        }
        self.refused.push_back((now, extension.clone()));
        self.alarmed.retain(|_, (at, _)| now.saturating_duration_since(*at) < ALARM_EVERY);
        let refusals = self.refused.iter().filter(|(_, refused)| refused == extension).count();
        let may_be_a_slip = matches!(why, Barred::International | Barred::Premium | Barred::NotForThisPhone);
        let grave = !may_be_a_slip || refusals >= GRAVE;
        let key = (extension.clone(), why);
        // Told already, unless it has turned out worse.
        if self.alarmed.get(&key).is_some_and(|(_, told)| *told || !grave) {
            return None;
        }
        self.alarmed.insert(key, (now, grave));
        Some(grave)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::PriceClass;
    use crate::pbx::story::{DANA, extension, number, office};

    #[expect(clippy::disallowed_methods, reason = "a story has to begin at some instant")]
    fn start() -> Moment {
        Moment { at: Instant::now() + 2 * NIGHT, wall: "2026-11-20T11:00:00-07:00".parse().unwrap() }
    }

    fn later(t: Moment, by: Duration) -> Moment {
        Moment { at: t.at + by, wall: t.wall + by }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn an_hour_slides() {
        let (mut spending, t, office) = (Spending::default(), start(), office());
        for minute in 0..90 {
            let (now, call) = (later(t, MINUTE * minute), CallId::from_random(u64::from(minute)));
            spending.call_begins(now, &office, call, extension("101"), &number(DANA));
            spending.call_ends(now, &office, call);
        }
        let now = later(t, MINUTE * 89);
        let usage = spending.usage(now, &office, &extension("101"));
        assert_eq!((usage.calls, usage.this_hour, usage.office_this_hour), (0, 60, 60));
        assert_eq!(spending.usage(now, &office, &extension("102")).this_hour, 0);
        assert_eq!(spending.usage(later(now, HOUR), &office, &extension("101")).this_hour, 0);
    }

    #[test]
    fn money_is_counted_while_it_is_spent_and_a_new_day_begins_at_midnight() {
        let (mut spending, t, mut office) = (Spending::default(), start(), office());
        office.limits.tolls.day_per_extension = Money::cents(100);
        office.limits.tolls.prices.insert(PriceClass::Domestic, Money::cents(25));
        let call = CallId::from_random(1);
        spending.call_begins(t, &office, call, extension("101"), &number(DANA));
        assert_eq!(spending.overspent(later(t, HOUR), &office), [], "ringing is free");
        spending.call_answered(t.at, call);
        let soon = later(t, Duration::from_secs(170));
        assert_eq!(spending.usage(soon, &office, &extension("101")).spent, Money::cents(75));
        assert_eq!(spending.overspent(soon, &office), []);
        let late = later(t, Duration::from_secs(190));
        assert_eq!(spending.overspent(late, &office), [(call, extension("101"), Barred::Spent)]);
        spending.call_ends(late, &office, call);
        assert_eq!(spending.usage(late, &office, &extension("101")).spent, Money::cents(100));
        assert_eq!(spending.usage(late, &office, &extension("102")).office_spent, Money::cents(100));
        let tomorrow = later(t, Duration::from_secs(24 * 3600));
        assert_eq!(spending.usage(tomorrow, &office, &extension("101")).spent, Money::default());
    }

    #[test]
    fn a_restart_forgets_nothing_that_was_spent() {
        let (mut spending, t, office) = (Spending::default(), start(), office());
        let at = |minutes: i64| t.wall - SignedDuration::from_mins(minutes);
        let spent = |started, answered: Option<Timestamp>, ended| Spent {
            extension: extension("101"),
            number: number("+18765550177"),
            started,
            answered,
            ended,
        };
        let yesterday = spent(at(24 * 60), Some(at(24 * 60)), at(24 * 60 - 5));
        let today = spent(at(8), Some(at(7)), at(5));
        let unanswered = spent(at(4), None, at(3));
        spending.restore(t, &office, vec![yesterday, today, unanswered]);
        let usage = spending.usage(t, &office, &extension("101"));
        assert_eq!((usage.calls, usage.this_hour, usage.abroad), (0, 2, 2));
        assert_eq!(usage.spent, Money::cents(120));
    }

    #[test]
    fn a_flood_of_refusals_is_one_alarm_a_minute_and_one_slip_is_no_theft() {
        let (mut spending, t) = (Spending::default(), start().at);
        let thief = extension("101");
        let alarms: Vec<bool> = (0..600)
            .filter_map(|s| spending.is_alarming(t + Duration::from_secs(s), &thief, Barred::International))
            .collect();
        assert_eq!(alarms[..2], [false, true], "the third is no slip any more");
        assert_eq!(alarms.len(), 11);
        assert_eq!(spending.is_alarming(t, &thief, Barred::TooManyCalls), Some(true), "another cause");
        assert_eq!(spending.is_alarming(t, &thief, Barred::NotANumber), None);
    }
}
