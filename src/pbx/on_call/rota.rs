//! The rota: whom the office rings when somebody is in danger, in order, and who of them is on duty.

use jiff::Timestamp;

use crate::types::{Hours, PhoneNumber};

/// Somebody who is rung when it burns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// As the timeline has it: `Kim`. The number itself, if the office has not said.
    pub name: String,
    pub number: PhoneNumber,
    /// `None`: at every hour.
    pub hours: Option<Hours>,
}

impl OnCall {
    /// At every hour, without a name.
    pub fn at_all_hours(number: PhoneNumber) -> Self {
        Self { name: number.national(), number, hours: None }
    }
}

/// All of them, in the order in which they are rung.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rota {
    people: Vec<OnCall>,
}

impl Rota {
    /// At most so many: with each rung for most of a minute, the last of them hears of it within a quarter of an hour.
    pub const MOST: usize = 16;

    /// In this order. Those beyond [`MOST`](Self::MOST) are left out; the configuration refuses them.
    pub fn new(people: impl IntoIterator<Item = OnCall>) -> Self {
        Self { people: people.into_iter().take(Self::MOST).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    pub fn people(&self) -> &[OnCall] {
        &self.people
    }

    /// Who would be rung at this moment. An hour that nobody has is everybody's: danger keeps no hours.
    pub fn on_duty(&self, at: Timestamp) -> Vec<OnCall> {
        let is_on = |person: &&OnCall| person.hours.as_ref().is_none_or(|hours| hours.is_open(at));
        let on: Vec<OnCall> = self.people.iter().filter(is_on).cloned().collect();
        if on.is_empty() { self.people.clone() } else { on }
    }

    /// Is this number one of theirs?
    pub fn has(&self, number: PhoneNumber) -> bool {
        self.people.iter().any(|person| person.number == number)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn rota() -> Rota {
        let zone = TimeZone::get("America/Denver").unwrap();
        let hours = |lines: &[&str]| Some(Hours::parse(zone.clone(), lines).unwrap());
        let person = |name: &str, number: &str, hours| OnCall {
            name: name.into(),
            number: number.parse().unwrap(),
            hours,
        };
        Rota::new([
            person("Kim", "+13035550191", hours(&["Mon-Fri 08:00-18:00"])),
            person("Robin", "+13035550192", hours(&["Mon-Sun 18:00-24:00"])),
        ])
    }

    fn on_duty(at: &str) -> Vec<String> {
        rota().on_duty(at.parse().unwrap()).into_iter().map(|person| person.name).collect()
    }

    #[test]
    fn who_is_on_at_this_hour_is_rung_and_everybody_when_nobody_is() {
        assert_eq!(on_duty("2026-11-20T10:00:00-07:00"), ["Kim"]);
        assert_eq!(on_duty("2026-11-20T23:00:00-07:00"), ["Robin"]);
        assert_eq!(on_duty("2026-11-21T03:00:00-07:00"), ["Kim", "Robin"], "danger keeps no hours");
        assert!(Rota::default().on_duty("2026-11-21T03:00:00-07:00".parse().unwrap()).is_empty());
    }
}
