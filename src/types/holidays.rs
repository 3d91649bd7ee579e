//! The days on which an office is shut: the federal holidays of the United States by their rules, and days of its own.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// A federal holiday (5 U.S.C. 6103).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FederalHoliday {
    NewYear,
    MartinLutherKing,
    Washington,
    Memorial,
    Juneteenth,
    Independence,
    Labor,
    Columbus,
    Veterans,
    Thanksgiving,
    Christmas,
}

/// The rule of a day.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// This day of this month; on the Friday before if it is a Saturday, on the Monday after if it is a Sunday.
    On(i8, i8),
    /// The nth of these weekdays in this month; -1 is the last.
    Nth(i8, Weekday, i8),
}

impl FederalHoliday {
    pub const ALL: [Self; 11] = [
        Self::NewYear,
        Self::MartinLutherKing,
        Self::Washington,
        Self::Memorial,
        Self::Juneteenth,
        Self::Independence,
        Self::Labor,
        Self::Columbus,
        Self::Veterans,
        Self::Thanksgiving,
        Self::Christmas,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::NewYear => "New Year's Day",
            Self::MartinLutherKing => "Birthday of Martin Luther King, Jr.",
            Self::Washington => "Washington's Birthday",
            Self::Memorial => "Memorial Day",
            Self::Juneteenth => "Juneteenth National Independence Day",
            Self::Independence => "Independence Day",
            Self::Labor => "Labor Day",
            Self::Columbus => "Columbus Day",
            Self::Veterans => "Veterans Day",
            Self::Thanksgiving => "Thanksgiving Day",
            Self::Christmas => "Christmas Day",
        }
    }

    const fn rule(self) -> Rule {
        match self {
            Self::NewYear => Rule::On(1, 1),
            Self::MartinLutherKing => Rule::Nth(3, Weekday::Monday, 1),
            Self::Washington => Rule::Nth(3, Weekday::Monday, 2),
            Self::Memorial => Rule::Nth(-1, Weekday::Monday, 5),
            Self::Juneteenth => Rule::On(6, 19),
            Self::Independence => Rule::On(7, 4),
            Self::Labor => Rule::Nth(1, Weekday::Monday, 9),
            Self::Columbus => Rule::Nth(2, Weekday::Monday, 10),
            Self::Veterans => Rule::On(11, 11),
            Self::Thanksgiving => Rule::Nth(4, Weekday::Thursday, 11),
            Self::Christmas => Rule::On(12, 25),
        }
    }

    /// The day on which it is observed for this year: New Year's Day of a year may be in the one before.
    pub fn observed(self, year: i16) -> Option<Date> {
        match self.rule() {
            Rule::On(month, day) => {
                let date = Date::new(year, month, day).ok()?;
                let shift = match date.weekday() {
                    Weekday::Saturday => -1,
                    Weekday::Sunday => 1,
                    _ => 0,
                };
                date.checked_add(shift.days()).ok()
            }
            Rule::Nth(nth, weekday, month) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
            }
        }
    }
}

/// The days on which an office is shut whatever its hours say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays {
    /// Does it keep the federal holidays?
    pub federal: bool,
    /// Days of its own, with what they are called; and federal holidays on which it is open all the same (`None`).
    pub own: BTreeMap<Date, Option<String>>,
}

impl Holidays {
    /// The holiday that this day is, if the office keeps it.
    pub fn on(&self, date: Date) -> Option<&str> {
        if let Some(own) = self.own.get(&date) {
            return own.as_deref();
        }
        if !self.federal {
            return None;
        }
        let year = date.year();
        let observed = FederalHoliday::ALL.into_iter().find(|holiday| {
            holiday.observed(year) == Some(date)
                || year.checked_add(1).and_then(|next| holiday.observed(next)) == Some(date)
        });
        observed.map(FederalHoliday::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The days as the Office of Personnel Management lists them, by year, in the order of the holidays.
    const OBSERVED: [(i16, [&str; 11]); 10] = [
        (
            2024,
            [
                "01-01", "01-15", "02-19", "05-27", "06-19", "07-04", "09-02", "10-14", "11-11", "11-28",
                "12-25",
            ],
        ),
        (
            2025,
            [
                "01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27",
                "12-25",
            ],
        ),
        (
            2026,
            [
                "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26",
                "12-25",
            ],
        ),
        (
            2027,
            [
                "01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25",
                "12-24",
            ],
        ),
        (
            2028,
            [
                "2027-12-31",
                "01-17",
                "02-21",
                "05-29",
                "06-19",
                "07-04",
                "09-04",
                "10-09",
                "11-10",
                "11-23",
                "12-25",
            ],
        ),
        (
            2029,
            [
                "01-01", "01-15", "02-19", "05-28", "06-19", "07-04", "09-03", "10-08", "11-12", "11-22",
                "12-25",
            ],
        ),
        (
            2030,
            [
                "01-01", "01-21", "02-18", "05-27", "06-19", "07-04", "09-02", "10-14", "11-11", "11-28",
                "12-25",
            ],
        ),
        (
            2031,
            [
                "01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27",
                "12-25",
            ],
        ),
        (
            2032,
            [
                "01-01", "01-19", "02-16", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25",
                "12-24",
            ],
        ),
        (
            2033,
            [
                "2032-12-31",
                "01-17",
                "02-21",
                "05-30",
                "06-20",
                "07-04",
                "09-05",
                "10-10",
                "11-11",
                "11-24",
                "12-26",
            ],
        ),
    ];

    fn date(year: i16, text: &str) -> Date {
        if text.len() > 5 { text.parse().unwrap() } else { format!("{year}-{text}").parse().unwrap() }
    }

    #[test]
    fn ten_years_of_federal_holidays_fall_where_the_law_puts_them() {
        let kept = Holidays { federal: true, ..Holidays::default() };
        for (year, days) in OBSERVED {
            for (holiday, day) in FederalHoliday::ALL.into_iter().zip(days) {
                let day = date(year, day);
                assert_eq!(holiday.observed(year), Some(day), "{} of {year}", holiday.name());
                assert_eq!(kept.on(day), Some(holiday.name()));
            }
        }
    }

    #[test]
    fn every_other_day_of_ten_years_is_an_ordinary_one() {
        let kept = Holidays { federal: true, ..Holidays::default() };
        let listed: Vec<Date> =
            OBSERVED.iter().flat_map(|(year, days)| days.map(|day| date(*year, day))).collect();
        let mut day: Date = "2024-01-01".parse().unwrap();
        // The last days of 2033 may belong to the year after.
        while day < "2033-12-30".parse().unwrap() {
            assert_eq!(kept.on(day).is_some(), listed.contains(&day), "{day}");
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn an_office_has_days_of_its_own_and_works_on_some_that_others_do_not() {
        let (party, columbus): (Date, Date) = ("2026-06-05".parse().unwrap(), "2026-10-12".parse().unwrap());
        let own = BTreeMap::from([(party, Some("Summer party".to_owned())), (columbus, None)]);
        let holidays = Holidays { federal: true, own: own.clone() };
        assert_eq!(holidays.on(party), Some("Summer party"));
        assert_eq!(holidays.on(columbus), None);
        assert_eq!(holidays.on("2026-12-25".parse().unwrap()), Some("Christmas Day"));
        let none = Holidays { federal: false, own };
        assert_eq!(none.on("2026-12-25".parse().unwrap()), None);
        assert_eq!(none.on(party), Some("Summer party"));
    }
}
