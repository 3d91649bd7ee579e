//! When one number may be reached: the hour of day is that of whoever is written to, not the office's.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{PhoneNumber, QuietHours};

const AREA_CODES: &str = include_str!("../../firmware-config/area-codes.txt");

/// The zones of the contiguous states. Arizona's clock is always that of one of them.
const CONTIGUOUS: [&str; 4] =
    ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"];

/// Rounds of agreement between the zones: each one that does not agree moves the moment on, at most by a day.
const ROUNDS: usize = 16;

static ZONES: LazyLock<BTreeMap<u16, Vec<TimeZone>>> = LazyLock::new(|| read(AREA_CODES));

/// Reads `zones: codes`. A zone that this machine does not know takes its codes along: they count as unknown.
fn read(text: &str) -> BTreeMap<u16, Vec<TimeZone>> {
    let mut zones = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((names, codes)) = line.split_once(':') else { continue };
        let known: Option<Vec<TimeZone>> =
            names.split(',').map(|name| TimeZone::get(name.trim()).ok()).collect();
        if let Some(known) = known {
            zones.extend(
                codes.split_whitespace().filter_map(|code| Some((code.parse().ok()?, known.clone()))),
            );
        }
    }
    zones
}

/// The hours in which a number may be reached. Where its zone is not certain they are the hours that all of its
/// possible zones have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledHours {
    each: Vec<QuietHours>,
}

impl QuietHours {
    /// The hours of this number: in the zones of its area code; in the office's zone and all of the contiguous states
    /// if its code is not known; in the office's if it is from abroad.
    ///
    /// 47 CFR 64.1200(c)(1) counts the hours at the place of the called party. A number says where it was given out,
    /// not where its bearer is.
    pub fn of(&self, number: PhoneNumber) -> CalledHours {
        let in_zone = |zone: &TimeZone| QuietHours { zone: zone.clone(), ..self.clone() };
        let Some(code) = number.area_code() else { return CalledHours { each: vec![self.clone()] } };
        let each = match ZONES.get(&code) {
            Some(zones) => zones.iter().map(in_zone).collect(),
            None => {
                let contiguous = CONTIGUOUS.iter().filter_map(|name| TimeZone::get(name).ok());
                std::iter::once(self.clone()).chain(contiguous.map(|zone| in_zone(&zone))).collect()
            }
        };
        CalledHours { each }
    }
}

impl CalledHours {
    pub fn allows(&self, at: Timestamp) -> bool {
        self.each.iter().all(|hours| hours.allows(at))
    }

    /// The first moment, from `at` on, at which a touch is allowed in every zone. If they have no hour in common: a
    /// later moment, at which it is not allowed either.
    pub fn next_allowed(&self, at: Timestamp) -> Timestamp {
        let mut moment = at;
        for _ in 0..ROUNDS {
            match self.each.iter().find(|hours| !hours.allows(moment)) {
                Some(hours) => moment = hours.next_allowed(moment),
                None => return moment,
            }
        }
        moment.max(at.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Time;

    use super::*;

    fn office() -> QuietHours {
        QuietHours {
            zone: TimeZone::get("America/Denver").unwrap(),
            from: Time::constant(8, 0, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        }
    }

    fn number(code: u16) -> PhoneNumber {
        format!("+1{code}5550142").parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_reached_by_its_own_clock_and_not_by_the_offices() {
        let (boston, honolulu) = (office().of(number(617)), office().of(number(808)));
        let evening = at("2026-11-20T18:30:00-07:00");
        assert!(office().allows(evening) && !boston.allows(evening), "half past eight in Boston");
        assert_eq!(boston.next_allowed(evening), at("2026-11-21T08:00:00-05:00"));
        assert!(honolulu.allows(evening) && !honolulu.allows(at("2026-11-20T10:00:00-07:00")));
    }

    #[test]
    fn a_code_of_two_zones_is_reached_when_it_is_day_in_both() {
        let oregon = office().of(number(541));
        assert!(!oregon.allows(at("2026-11-20T08:30:00-07:00")), "half past seven on the coast");
        assert!(!oregon.allows(at("2026-11-20T19:30:00-08:00")), "half past eight inland");
        assert_eq!(oregon.next_allowed(at("2026-11-20T19:30:00-08:00")), at("2026-11-21T08:00:00-08:00"));
    }

    #[test]
    fn a_code_that_nobody_knows_may_be_anywhere_between_the_coasts() {
        assert!(!ZONES.contains_key(&888));
        let anywhere = office().of(number(888));
        assert_eq!(anywhere.next_allowed(at("2026-11-20T03:00:00-05:00")), at("2026-11-20T08:00:00-08:00"));
        assert_eq!(anywhere.next_allowed(at("2026-11-20T20:00:00-05:00")), at("2026-11-21T08:00:00-08:00"));
        assert!(anywhere.allows(at("2026-11-20T19:59:59-05:00")));
    }

    #[test]
    fn a_number_from_abroad_is_reached_by_the_offices_clock() {
        let abroad = office().of("+442079460142".parse().unwrap());
        assert!(abroad.allows(at("2026-11-20T18:30:00-07:00")));
    }

    #[test]
    fn hours_that_no_two_zones_share_are_looked_at_again_later_and_not_in_a_circle() {
        let noon =
            QuietHours { from: Time::constant(12, 0, 0, 0), until: Time::constant(12, 30, 0, 0), ..office() };
        let never = noon.of(number(541));
        let now = at("2026-11-20T12:10:00-07:00");
        assert!(never.next_allowed(now) > now && !never.allows(now));
    }

    #[test]
    fn every_line_of_the_table_is_read_and_no_code_stands_twice() {
        let lines = AREA_CODES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let codes = lines.flat_map(|line| line.split_once(':').unwrap().1.split_whitespace());
        let all: Vec<u16> = codes.map(|code| code.parse().unwrap()).collect();
        assert_eq!(ZONES.len(), all.len());
        assert!(all.iter().all(|code| (200..1000).contains(code)));
        assert!(ZONES.values().all(|zones| !zones.is_empty()));
    }
}
