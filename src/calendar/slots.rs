//! Which times are offered: near what was wished for, each with somebody who is free.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{Busy, ShowingAgent, ShowingPlan, property_of};

/// More than three times cannot be kept in mind.
pub const MOST_OFFERED: usize = 3;

/// Showings begin at full and half hours.
const GRID_MINUTES: i8 = 30;

/// Two offers are at least so far apart: half an hour more or less is no choice.
const APART: SignedDuration = SignedDuration::from_hours(1);

/// So many days after those that were wished for are looked through.
const DAYS_BEYOND: i64 = 7;

/// What a prospect would like, as far as they said, in the office's zone. Nothing at all: as soon as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    pub from: Option<Date>,
    /// The last day, if it is a span of days.
    pub until: Option<Date>,
    /// At this very time.
    pub at: Option<Time>,
    pub earliest: Option<Time>,
    /// A showing begins before this.
    pub latest: Option<Time>,
}

/// A time at which a home can be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub begins: Timestamp,
    pub ends: Timestamp,
    pub agent: String,
}

/// At most three times for a showing of this home, in their order; the very time that was wished for comes first if it is free.
/// Days and hours that were wished for go before others; an empty list means that nothing is free near them.
pub fn slots(plan: &ShowingPlan, busy: &[Busy], place: &str, wish: &Wish, now: Timestamp) -> Vec<Slot> {
    let today = now.to_zoned(plan.zone.clone()).date();
    let last = today.checked_add(i64::from(plan.rules.days_ahead).days()).unwrap_or(today);
    let from = wish.from.unwrap_or(today).max(today);
    let until = match (wish.from, wish.until) {
        (_, Some(until)) => until.max(from),
        (Some(_), None) => from,
        (None, None) => last,
    };
    let beyond = until.checked_add(DAYS_BEYOND.days()).unwrap_or(until);
    let after = until.tomorrow().unwrap_or(until);
    let passes = [(from, until, true), (from, until, false), (after, beyond, true), (after, beyond, false)];
    let mut offered: Vec<(Slot, DateTime)> = Vec::new();
    for (first, final_day, as_wished) in passes {
        let days = first.series(1.day()).take_while(|day| *day <= final_day.min(last));
        let mut times: Vec<DateTime> = days.flat_map(times_of).collect();
        if as_wished {
            times.retain(|time| fits(wish, time.time()));
        }
        // Nearest first, where an hour was named.
        if let Some(at) = wish.at {
            times.sort_by_key(|time| (time.date(), distance(time.time(), at), *time));
        }
        for time in times {
            if offered.len() >= MOST_OFFERED {
                break;
            }
            let Some(slot) = slot_at(plan, busy, place, time, now) else { continue };
            if offered.iter().all(|(other, _)| other.begins.duration_since(slot.begins).abs() >= APART) {
                offered.push((slot, time));
            }
        }
        // One that was found as it was wished for is better than three on other days.
        if !offered.is_empty() && final_day == until && !as_wished {
            break;
        }
    }
    let exact = |time: &DateTime| wish.at == Some(time.time()) && (from..=until).contains(&time.date());
    offered.sort_by_key(|(slot, time)| (!exact(time), slot.begins));
    offered.into_iter().map(|(slot, _)| slot).collect()
}

/// May this agent show this home then, with all that is taken?
pub fn is_free(
    plan: &ShowingPlan,
    busy: &[Busy],
    place: &str,
    agent: &ShowingAgent,
    begins: Timestamp,
    ends: Timestamp,
) -> bool {
    let shift = |at: Timestamp, by: SignedDuration| at.checked_add(by).unwrap_or(at);
    let property = property_of(place);
    agent.hours.covers(begins, ends)
        && busy.iter().all(|taken| {
            let own = taken.agent == agent.name;
            let same_home = taken.place.as_deref() == Some(place);
            let same_property = taken.place.as_deref().map(property_of).as_ref() == Some(&property);
            let gap = if own && !same_property { plan.rules.travel } else { SignedDuration::ZERO };
            (!own && !same_home) || begins >= shift(taken.ends, gap) || shift(ends, gap) <= taken.begins
        })
}

/// The slot at this time of the office's clock, if somebody is free and the time is neither past nor too near.
fn slot_at(plan: &ShowingPlan, busy: &[Busy], place: &str, time: DateTime, now: Timestamp) -> Option<Slot> {
    let begins = instant(&plan.zone, time)?;
    let ends = begins.checked_add(plan.rules.length).ok()?;
    if begins < now.checked_add(plan.rules.notice).ok()? {
        return None;
    }
    let load = |agent: &ShowingAgent| {
        let ahead = |taken: &&Busy| taken.agent == agent.name && taken.place.is_some() && taken.ends > now;
        busy.iter().filter(ahead).count()
    };
    let free = plan.agents.iter().filter(|agent| is_free(plan, busy, place, agent, begins, ends));
    let agent = free.min_by_key(|agent| load(agent))?;
    Some(Slot { begins, ends, agent: agent.name.clone() })
}

/// The instant at which the office's clock shows this: the first, where the clock is put back; none, where the hour is skipped.
fn instant(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(time);
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return None;
    }
    ambiguous.earlier().ok()
}

fn times_of(day: Date) -> impl Iterator<Item = DateTime> {
    (0..24).flat_map(move |hour| {
        (0..60).step_by(GRID_MINUTES as usize).map(move |minute| day.at(hour, minute, 0, 0))
    })
}

fn fits(wish: &Wish, time: Time) -> bool {
    wish.at.is_none_or(|at| time == at)
        && wish.earliest.is_none_or(|earliest| time >= earliest)
        && wish.latest.is_none_or(|latest| time < latest)
}

fn distance(one: Time, other: Time) -> SignedDuration {
    one.duration_since(other).abs()
}
