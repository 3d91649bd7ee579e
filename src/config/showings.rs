//! `[showings]` and `[[showing_agent]]`: who shows homes, when, and how long before it must be known.

use std::{collections::BTreeSet, time::Duration};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::{
    caldav::{self, AgentCalendar, RawCaldav},
    checker::Checker,
};
use crate::types::Hours;

/// How homes are shown. Without anybody who shows them, the agent books nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Showings {
    pub agents: Vec<ShowingAgent>,
    pub length: Duration,
    /// Between two properties.
    pub travel: Duration,
    /// Nothing is booked sooner.
    pub notice: Duration,
    /// Nothing is booked later than so many days from today.
    pub days_ahead: u16,
}

/// Somebody who shows homes.
#[derive(Debug, Clone, PartialEq)]
pub struct ShowingAgent {
    /// As callers are told: `Robin`.
    pub name: String,
    /// When they show homes: the office's hours if not said.
    pub hours: Hours,
    /// The calendar that they keep elsewhere.
    pub calendar: Option<AgentCalendar>,
}

/// The rules as they were written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawShowings {
    minutes: Option<Spanned<u64>>,
    travel_minutes: Option<Spanned<u64>>,
    notice_minutes: Option<Spanned<u64>>,
    days_ahead: Option<Spanned<u64>>,
}

/// The person as it was written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawShowingAgent {
    name: Spanned<String>,
    hours: Option<Spanned<Vec<String>>>,
    caldav: Option<RawCaldav>,
}

/// What is not written: half an hour for a showing and for the way, two hours' notice, two weeks.
const MINUTES: u64 = 30;
const TRAVEL_MINUTES: u64 = 30;
const NOTICE_MINUTES: u64 = 120;
const DAYS_AHEAD: u64 = 14;

pub(super) fn showings(
    c: &mut Checker<'_>,
    raw: RawShowings,
    agents: Vec<RawShowingAgent>,
    office: &Hours,
) -> Showings {
    let mut within = |value: Option<Spanned<u64>>, range, unit, own| {
        value.map_or(own, |value| c.within(&value, range, unit))
    };
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let length = minutes(within(raw.minutes, 10..=240, "minutes", MINUTES));
    let travel = minutes(within(raw.travel_minutes, 0..=240, "minutes", TRAVEL_MINUTES));
    let notice = minutes(within(raw.notice_minutes, 0..=10_080, "minutes", NOTICE_MINUTES));
    let days_ahead = within(raw.days_ahead, 1..=90, "days", DAYS_AHEAD);
    let mut names = BTreeSet::new();
    let mut read = Vec::new();
    for agent in agents {
        c.not_empty(&agent.name, "the name of somebody who shows homes");
        let name = agent.name.get_ref().trim().to_owned();
        if !names.insert(name.to_lowercase()) {
            let cure = "give each their own name, as callers are to hear it";
            c.problem(&agent.name, format_args!("`{name}` shows homes twice"), cure);
        }
        let zone: TimeZone = office.zone().clone();
        let hours = agent.hours.map_or_else(
            || office.clone(),
            |lines| {
                Hours::parse(zone.clone(), lines.get_ref()).unwrap_or_else(|error| {
                    c.problem(&lines, error, "write lines such as \"Mon-Sat 10:00-16:00\"");
                    Hours::always(zone)
                })
            },
        );
        let calendar = agent.caldav.and_then(|raw| caldav::calendar(c, raw));
        read.push(ShowingAgent { name, hours, calendar });
    }
    Showings {
        agents: read,
        length,
        travel,
        notice,
        days_ahead: u16::try_from(days_ahead).unwrap_or(u16::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::office_with;

    #[test]
    fn whoever_shows_homes_has_hours_of_their_own_or_the_offices() {
        let config = office_with(
            "[showings]\nminutes = 45\n[[showing_agent]]\nname = \"Robin\"\nhours = [\"Sat 10:00-16:00\"]\n\
             [[showing_agent]]\nname = \"Kim\"\n",
        )
        .unwrap();
        let showings = &config.showings;
        assert_eq!(
            (showings.length, showings.travel),
            (Duration::from_secs(2700), Duration::from_secs(1800))
        );
        let saturday = "2026-11-21T11:00:00-07:00".parse().unwrap();
        assert!(showings.agents[0].hours.is_open(saturday));
        assert_eq!(showings.agents[1].hours, config.office.hours);
    }

    #[test]
    fn nobody_shows_homes_twice_or_at_hours_that_cannot_be_read() {
        let said = office_with(
            "[showings]\nminutes = 5\n[[showing_agent]]\nname = \"Robin\"\nhours = [\"weekends\"]\n\
             [[showing_agent]]\nname = \"robin\"\n",
        )
        .unwrap_err();
        for problem in ["`robin` shows homes twice", "Sat 10:00", "minutes"] {
            assert!(said.to_lowercase().contains(&problem.to_lowercase()), "{problem}: {said}");
        }
    }
}
