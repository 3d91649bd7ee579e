//! When the office is open, and when nobody may be disturbed.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};

/// Why a line of opening hours cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("`{0}` is not a day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a span such as Mon-Fri")]
    Day(String),
    #[error("`{0}` is not a span of time; write 09:00-17:00")]
    Span(String),
    #[error("the span ends before it begins; write two lines for hours past midnight")]
    Backwards,
}

/// One open span of one weekday: from `opens` (inclusive) until `closes` (exclusive), local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayHours {
    pub day: Weekday,
    pub opens: Time,
    pub closes: Time,
}

/// The office's opening hours in its own zone. No spans at all means: always open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    zone: TimeZone,
    spans: Vec<DayHours>,
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Hours {
    pub fn always(zone: TimeZone) -> Self {
        Self { zone, spans: Vec::new() }
    }

    /// Reads lines such as `Mon-Fri 09:00-17:00` and `Sat 10:00-14:00`. `24:00` is the end of a day.
    pub fn parse(zone: TimeZone, lines: &[impl AsRef<str>]) -> Result<Self, HoursError> {
        let mut spans = Vec::new();
        for line in lines {
            let line = line.as_ref();
            let (days, span) = line.trim().split_once(' ').ok_or_else(|| HoursError::Span(line.into()))?;
            let (opens, closes) = span_of_time(span)?;
            for day in span_of_days(days)? {
                spans.push(DayHours { day, opens, closes });
            }
        }
        Ok(Self { zone, spans })
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        if self.spans.is_empty() {
            return true;
        }
        let local = at.to_zoned(self.zone.clone());
        let (day, time) = (local.weekday(), local.time());
        self.spans
            .iter()
            .any(|s| s.day == day && s.opens <= time && (time < s.closes || s.closes == END_OF_DAY))
    }

    /// Is all of this time within one open span of one day? An end at the closing is within it.
    pub fn covers(&self, from: Timestamp, until: Timestamp) -> bool {
        if self.spans.is_empty() {
            return true;
        }
        let (from, until) = (from.to_zoned(self.zone.clone()), until.to_zoned(self.zone.clone()));
        let same_day = from.date() == until.date();
        let (opens, closes) = (from.time(), until.time());
        same_day
            && self.spans.iter().any(|s| s.day == from.weekday() && s.opens <= opens && closes <= s.closes)
    }
}

/// `24:00` as written; the last nanosecond of a day stands for it, and is taken as inclusive.
const END_OF_DAY: Time = Time::constant(23, 59, 59, 999_999_999);

fn span_of_days(text: &str) -> Result<Vec<Weekday>, HoursError> {
    let index = |name: &str| {
        DAYS.iter()
            .position(|(short, _)| name.to_ascii_lowercase().get(..3) == Some(short))
            .ok_or_else(|| HoursError::Day(name.into()))
    };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (index(first)?, index(last)?),
        None => (index(text)?, index(text)?),
    };
    let length = (last + 7 - first) % 7;
    Ok((0..=length).map(|n| DAYS[(first + n) % 7].1).collect())
}

fn span_of_time(text: &str) -> Result<(Time, Time), HoursError> {
    let bad = || HoursError::Span(text.into());
    let time = |part: &str| -> Option<Time> {
        let (hour, minute) = part.trim().split_once(':')?;
        let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
        if (hour, minute) == (24, 0) { Some(END_OF_DAY) } else { Time::new(hour, minute, 0, 0).ok() }
    };
    let (opens, closes) = text.split_once('-').ok_or_else(bad)?;
    let (opens, closes) = (time(opens).ok_or_else(bad)?, time(closes).ok_or_else(bad)?);
    if closes <= opens { Err(HoursError::Backwards) } else { Ok((opens, closes)) }
}

/// The part of a day in which an automated touch may reach a person, in that person's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    pub zone: TimeZone,
    /// First moment of the day at which a touch is allowed (inclusive).
    pub from: Time,
    /// Moment from which touches wait for the next day (exclusive).
    pub until: Time,
}

impl QuietHours {
    pub fn allows(&self, at: Timestamp) -> bool {
        let time = at.to_zoned(self.zone.clone()).time();
        self.from <= time && time < self.until
    }

    /// The first moment, from `at` on, at which a touch is allowed; never one before `at`. If no moment of the day is
    /// allowed: a day later, to look again.
    ///
    /// Local days differ in length. A night on which the clock is put back may have the hour of [`from`](Self::from)
    /// twice, and one on which it is put forward may not have it at all: then the day begins where the clock jumps.
    pub fn next_allowed(&self, at: Timestamp) -> Timestamp {
        if self.allows(at) {
            return at;
        }
        let today = at.to_zoned(self.zone.clone()).date();
        let beginnings = [Some(today), today.tomorrow().ok()].into_iter().flatten().flat_map(|date| {
            let begins = self.zone.to_ambiguous_timestamp(date.to_datetime(self.from));
            [begins.earlier().ok(), begins.later().ok()]
        });
        let jumps = self.zone.following(at).take(1).map(|jump| Some(jump.timestamp()));
        let later = at.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
        let allowed = beginnings.chain(jumps).flatten().filter(|moment| *moment > at && self.allows(*moment));
        allowed.min().unwrap_or(later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denver() -> TimeZone {
        TimeZone::get("America/Denver").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_of_opening_hours() {
        let hours = Hours::parse(denver(), &["Mon-Fri 09:00-17:00", "Sat 10:00-24:00"]).unwrap();
        assert!(hours.is_open(at("2026-11-20T09:00:00-07:00")), "Friday, the first minute");
        assert!(!hours.is_open(at("2026-11-20T17:00:00-07:00")), "Friday, closing");
        assert!(hours.is_open(at("2026-11-21T23:59:59-07:00")), "Saturday until midnight");
        assert!(!hours.is_open(at("2026-11-22T12:00:00-07:00")), "Sunday");
        assert!(Hours::always(denver()).is_open(at("2026-11-22T12:00:00-07:00")));
    }

    #[test]
    fn a_time_is_covered_by_one_span_and_never_by_two() {
        let hours = Hours::parse(denver(), &["Fri 09:00-12:00", "Fri 13:00-17:00"]).unwrap();
        let covers = |from: &str, until: &str| {
            hours.covers(at(&format!("2026-11-20T{from}-07:00")), at(&format!("2026-11-20T{until}-07:00")))
        };
        assert!(covers("09:00:00", "12:00:00") && covers("16:30:00", "17:00:00"));
        assert!(!covers("11:30:00", "13:30:00"), "over lunch");
        assert!(!covers("16:45:00", "17:15:00") && !covers("08:30:00", "09:30:00"));
        assert!(
            !hours.covers(at("2026-11-20T16:30:00-07:00"), at("2026-11-21T10:00:00-07:00")),
            "over night"
        );
    }

    #[test]
    fn a_span_of_days_may_run_over_the_weekend() {
        let hours = Hours::parse(denver(), &["Fri-Mon 08:00-12:00"]).unwrap();
        assert!(hours.is_open(at("2026-11-22T08:00:00-07:00")));
        assert!(!hours.is_open(at("2026-11-24T08:00:00-07:00")));
    }

    #[test]
    fn hours_that_cannot_be_read_say_why() {
        assert_eq!(Hours::parse(denver(), &["Mox 09:00-17:00"]), Err(HoursError::Day("Mox".into())));
        assert_eq!(Hours::parse(denver(), &["Mon 9-17"]), Err(HoursError::Span("9-17".into())));
        assert_eq!(Hours::parse(denver(), &["Mon 22:00-06:00"]), Err(HoursError::Backwards));
    }

    #[test]
    fn quiet_hours_end_at_the_right_instant_on_the_night_the_clock_changes() {
        let quiet = QuietHours {
            zone: denver(),
            from: Time::constant(8, 0, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        };
        assert!(quiet.allows(at("2026-03-07T19:59:59-07:00")));
        assert_eq!(quiet.next_allowed(at("2026-03-07T22:00:00-07:00")), at("2026-03-08T08:00:00-06:00"));
        assert_eq!(quiet.next_allowed(at("2026-03-08T01:00:00-07:00")), at("2026-03-08T08:00:00-06:00"));
    }

    fn from(hour: i8, minute: i8) -> QuietHours {
        QuietHours {
            zone: denver(),
            from: Time::constant(hour, minute, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        }
    }

    #[test]
    fn the_hour_that_comes_twice_answers_no_moment_that_has_passed() {
        let quiet = from(1, 30);
        assert_eq!(quiet.next_allowed(at("2026-11-01T00:00:00-06:00")), at("2026-11-01T01:30:00-06:00"));
        // 01:15 for the second time.
        assert_eq!(quiet.next_allowed(at("2026-11-01T01:15:00-07:00")), at("2026-11-01T01:30:00-07:00"));
    }

    #[test]
    fn a_day_that_would_begin_in_the_hour_that_is_skipped_begins_where_the_clock_jumps() {
        assert_eq!(
            from(2, 30).next_allowed(at("2026-03-08T01:59:00-07:00")),
            at("2026-03-08T03:00:00-06:00")
        );
    }

    #[test]
    fn the_answer_lies_ahead_is_allowed_and_nothing_before_it_is() {
        for begin in ["2026-03-07T12:00:00-07:00", "2026-10-31T12:00:00-06:00"] {
            for quiet in [from(0, 30), from(1, 30), from(2, 0), from(2, 30), from(8, 0)] {
                let moments = (0..36 * 12).map(|n| at(begin) + SignedDuration::from_mins(5 * n));
                let allowed: Vec<Timestamp> =
                    moments.clone().filter(|moment| quiet.allows(*moment)).collect();
                for moment in moments.take(24 * 12) {
                    let first = allowed.iter().find(|allowed| **allowed >= moment);
                    assert_eq!(Some(&quiet.next_allowed(moment)), first, "{moment} {quiet:?}");
                }
            }
        }
    }

    #[test]
    fn hours_that_allow_nothing_are_looked_at_again_a_day_later() {
        let never = QuietHours { until: Time::midnight(), ..from(8, 0) };
        let now = at("2026-11-20T12:00:00-07:00");
        assert_eq!(never.next_allowed(now), at("2026-11-21T12:00:00-07:00"));
    }
}
