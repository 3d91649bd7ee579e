//! The office as its callers know it: the homes, people and hours that their lines speak of, taken from its configuration.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

use super::script::{Hour, Phones};
use crate::{
    pbx::Directory,
    sim::Manner,
    types::{Hours, PhoneNumber},
};

/// Whom lines may speak of: `{home}`, `{listing}`. What an office does not have is `None`, and callers who need it stay away.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    holes: Vec<(&'static str, Option<String>)>,
    pub(super) dials: PhoneNumber,
    hours: Hours,
    zone: TimeZone,
    tuesday: Date,
    own: Vec<PhoneNumber>,
    area: u16,
}

/// Somebody picks up after so many seconds.
const PICKS_UP: u64 = 6;

impl Cast {
    /// The callers call in the first whole week after `now`, from numbers that are neither the office's nor those of its people on
    /// call and of its `staff`. `None`: the office has no number.
    pub(super) fn of(
        directory: &Directory,
        staff: &[PhoneNumber],
        zone: &TimeZone,
        now: Timestamp,
    ) -> Option<Self> {
        let (dials, number) = directory.numbers.iter().find(|(at, _)| **at == directory.outbound_caller)?;
        let office = &directory.office;
        let unit = office.roster.units.first();
        let other = office.roster.units.iter().rev().find(|other| Some(*other) != unit);
        let home = |unit: &crate::dialogue::UnitRef| {
            let street = if unit.street.is_empty() { &unit.property } else { &unit.street };
            format!("unit {} at {street}", unit.unit)
        };
        let holes = vec![
            ("office", Some(office.name.clone())),
            ("home", unit.map(home)),
            ("other home", other.map(home)),
            ("unit", unit.map(|unit| unit.unit.clone())),
            ("property", unit.map(|unit| unit.property.clone())),
            ("listing", office.roster.listings.first().cloned()),
            ("vendor", office.roster.vendors.first().cloned()),
            ("question", office.facts.first().and_then(|fact| fact.asked_by.first().cloned())),
            ("answer", office.facts.first().map(|fact| fact.answer.clone())),
            ("hours", office.hours.clone()),
            ("agent", office.showings.then(String::new)),
        ];
        let mut day = now.to_zoned(zone.clone()).date().tomorrow().ok()?;
        while day.weekday() != Weekday::Tuesday {
            day = day.tomorrow().ok()?;
        }
        let on_call = directory.on_call.people().iter().map(|person| person.number);
        Some(Self {
            holes,
            dials: *dials,
            hours: number.hours.clone(),
            zone: zone.clone(),
            tuesday: day,
            own: directory.numbers.keys().copied().chain(on_call).chain(staff.iter().copied()).collect(),
            area: office.home_area_code,
        })
    }

    /// A line with its holes filled; `Err`: what the office does not have.
    pub(super) fn fill(&self, line: &str) -> Result<String, &'static str> {
        let mut filled = line.to_owned();
        for (hole, value) in &self.holes {
            let mark = format!("{{{hole}}}");
            if filled.contains(&mark) {
                filled = filled.replace(&mark, value.as_deref().ok_or(*hole)?);
            }
        }
        Ok(filled)
    }

    /// The moment of such a call. `None`: the office has no such hour.
    pub(super) fn moment(&self, hour: Hour) -> Option<Timestamp> {
        let at = |date: Date, hour: i8| {
            let time = Time::new(hour, 10, 0, 0).ok()?;
            Some(date.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp())
        };
        let days = (0..7_i64).filter_map(|ahead| self.tuesday.checked_add(ahead.days()).ok());
        let mut hours = days.flat_map(|day| (9..24).map(move |hour| (day, hour)));
        match hour {
            Hour::Open => hours.filter_map(|(day, hour)| at(day, hour)).find(|at| self.hours.is_open(*at)),
            Hour::Closed => hours.filter_map(|(day, hour)| at(day, hour)).find(|at| !self.hours.is_open(*at)),
            Hour::Night => at(self.tuesday, 22),
            Hour::SmallHours => at(self.tuesday.tomorrow().ok()?, 3),
            Hour::Sunday => hours
                .find(|(day, hour)| day.weekday() == Weekday::Sunday && *hour == 14)
                .and_then(|(day, hour)| at(day, hour)),
            Hour::Christmas => at(Date::new(self.tuesday.year(), 12, 25).ok()?, 10),
        }
    }

    /// How a moment is told: `Tue 10:10`.
    pub(super) fn told(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%a %H:%M").to_string()
    }

    /// A number for the nth caller that is nobody's of the office: 555-01xx is kept for such uses in each area code.
    pub(super) fn number(&self, nth: usize) -> Option<PhoneNumber> {
        (0..100_usize)
            .filter_map(|step| format!("+1{}55501{:02}", self.area, (nth + step) % 100).parse().ok())
            .find(|number| !self.own.contains(number))
    }
}

impl Phones {
    /// What the desk phones do before the agent has answered, and after.
    pub(super) const fn manners(self) -> (Manner, Manner) {
        let picks_up = Manner::AnswersAfter(std::time::Duration::from_secs(PICKS_UP));
        match self {
            Self::Ring => (Manner::Rings, Manner::Rings),
            Self::Answer => (picks_up, picks_up),
            Self::Busy => (Manner::Refuses(486), Manner::Refuses(486)),
            Self::Late => (Manner::Rings, picks_up),
        }
    }
}
