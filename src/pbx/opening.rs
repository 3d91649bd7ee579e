//! Is the office open for a call to this number, at this moment? And which plan rings? Pure, for the past and the future.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AgentReason, Barred, Directory, RingPlan};
use crate::types::{Extension, Hours, PhoneNumber};

/// How the office's day/night key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayNight {
    /// The clock decides: hours and holidays.
    #[default]
    Clock,
    /// Open, whatever the clock says.
    Day,
    /// Shut, whatever the clock says.
    Night,
}

impl DayNight {
    /// What the key turns it to: by the clock, day, night, and by the clock again.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Clock => Self::Day,
            Self::Day => Self::Night,
            Self::Night => Self::Clock,
        }
    }

    /// As it is spoken and shown.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Clock => "by the clock",
            Self::Day => "day",
            Self::Night => "night",
        }
    }
}

/// A plan for some hours of the week: the first that fits is taken, before the number's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedPlan {
    pub when: Hours,
    pub plan: RingPlan,
}

/// What becomes of a call to a number of ours, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    pub why: Opening,
    /// Nobody rings: the agent takes the call, for this reason.
    pub agent: Option<AgentReason>,
    /// Who rings otherwise.
    pub plan: RingPlan,
    /// The box itself answers before anybody rings.
    pub answers: Option<Answers>,
}

/// What of the box's own services answers a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// This conference room.
    Conference(Extension),
    /// The menu of this name.
    Menu(String),
    /// The queue of this name takes the callers.
    Queue(String),
}

/// Why an office is open or shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The key is set to day or night.
    Key(DayNight),
    /// Shut for this holiday.
    Holiday(String),
    /// Within the hours, or not.
    Hours { open: bool },
    /// The number is set to the agent at all hours.
    AgentFirst,
}

/// What would happen to a call to this number at this moment, with the key as it stands; and what does happen.
pub fn foresee(
    directory: &Directory,
    dialled: PhoneNumber,
    at: Timestamp,
    key: DayNight,
) -> Result<Foreseen, Barred> {
    let number = directory.numbers.get(&dialled).ok_or(Barred::NotANumber)?;
    let features = &directory.features;
    let date = at.to_zoned(number.hours.zone().clone()).date();
    let why = match (key, features.holidays.on(date)) {
        _ if number.agent_first => Opening::AgentFirst,
        (DayNight::Day | DayNight::Night, _) => Opening::Key(key),
        (DayNight::Clock, Some(holiday)) => Opening::Holiday(holiday.to_owned()),
        (DayNight::Clock, None) => Opening::Hours { open: number.hours.is_open(at) },
    };
    let timed = features.plans.get(&dialled).into_iter().flatten().find(|timed| timed.when.is_open(at));
    let plan = timed.map_or(&number.plan, |timed| &timed.plan).clone();
    let agent = match &why {
        Opening::AgentFirst => Some(AgentReason::AgentFirst),
        Opening::Key(DayNight::Night) | Opening::Holiday(_) | Opening::Hours { open: false } => {
            Some(AgentReason::ClosedHours)
        }
        // An open number for which nobody is to ring has been set to the agent, in other words.
        _ if plan.steps().is_empty() => Some(AgentReason::AgentFirst),
        Opening::Key(_) | Opening::Hours { open: true } => None,
    };
    let open = match &why {
        Opening::Key(DayNight::Night) | Opening::Holiday(_) => false,
        Opening::Key(_) => true,
        Opening::Hours { open } => *open,
        Opening::AgentFirst => number.hours.is_open(at),
    };
    let menus = directory.services.menus_of.get(&dialled).into_iter().flatten();
    let menu = || menus.clone().find(|menu| menu.fits(at, open)).map(|menu| Answers::Menu(menu.menu.clone()));
    let queue = || directory.services.queue_of.get(&dialled).cloned().map(Answers::Queue);
    let queue = || agent.is_none().then(queue).flatten();
    let room = directory.services.room_of_number(&dialled).cloned();
    let answers = room.map(Answers::Conference).or_else(menu).or_else(queue);
    Ok(Foreseen { why, agent, plan, answers })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{
        pbx::{
            RingStep,
            story::{DANA, LEASING, MAIN, extension, number, office},
        },
        types::Holidays,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_key_goes_before_the_holiday_and_the_holiday_before_the_hours() {
        let mut office = office();
        office.features.holidays = Holidays { federal: true, ..Holidays::default() };
        let thanksgiving = at("2026-11-26T11:00:00-07:00");
        let of = |when, key| foresee(&office, number(MAIN), when, key).unwrap();
        let shut = of(thanksgiving, DayNight::Clock);
        assert_eq!(shut.why, Opening::Holiday("Thanksgiving Day".into()));
        assert_eq!(shut.agent, Some(AgentReason::ClosedHours));
        assert_eq!(of(thanksgiving, DayNight::Day).agent, None, "somebody is there all the same");
        let workday = at("2026-11-20T11:00:00-07:00");
        assert_eq!(of(workday, DayNight::Clock).agent, None);
        assert_eq!(of(workday, DayNight::Night).agent, Some(AgentReason::ClosedHours));
        // It is still Thursday in Denver when it is Friday in London.
        assert!(of(at("2026-11-27T06:59:00Z"), DayNight::Clock).agent.is_some());
        assert_eq!(
            foresee(&office, number(LEASING), workday, DayNight::Day).unwrap().agent,
            Some(AgentReason::AgentFirst),
            "no key puts phones before an agent that comes first"
        );
        assert_eq!(foresee(&office, number(DANA), workday, DayNight::Day), Err(Barred::NotANumber));
    }

    #[test]
    fn an_hour_of_the_week_has_its_own_plan() {
        let mut office = office();
        let lunch = RingPlan::new([RingStep::new([extension("102")])]);
        let when = Hours::parse(TimeZone::get("America/Denver").unwrap(), &["Mon-Fri 12:00-13:00"]).unwrap();
        office.features.plans.insert(number(MAIN), vec![TimedPlan { when, plan: lunch.clone() }]);
        let of = |when| foresee(&office, number(MAIN), at(when), DayNight::Clock).unwrap().plan;
        assert_eq!(of("2026-11-20T12:30:00-07:00"), lunch);
        assert_ne!(of("2026-11-20T13:00:00-07:00"), lunch);
    }

    #[test]
    fn the_key_turns_round() {
        let mut key = DayNight::default();
        let seen: Vec<DayNight> = std::iter::repeat_with(|| {
            key = key.turned();
            key
        })
        .take(4)
        .collect();
        assert_eq!(seen, [DayNight::Day, DayNight::Night, DayNight::Clock, DayNight::Day]);
    }
}
