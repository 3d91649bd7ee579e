//! The holidays by which people in the United States name a day: "the Friday after Thanksgiving", "New Year's Eve".

use jiff::civil::{Date, Weekday};

/// The next such holiday, today included, and the number of words that name it; `word` gives the words ahead.
pub(super) fn feast<'w>(today: Date, word: impl Fn(usize) -> Option<&'w str>) -> Option<(Date, usize)> {
    let (kept, words) = named(word(0)?, word(1), word(2))?;
    let this_year = kept.in_year(today.year())?;
    let date = if this_year >= today { this_year } else { kept.in_year(today.year().checked_add(1)?)? };
    Some((date, words))
}

/// When a holiday is kept.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// In this month, on this day.
    On(i8, i8),
    /// In this month, on the nth such weekday; from the end, if it is negative.
    Nth(i8, i8, Weekday),
}

impl Kept {
    fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::On(month, day) => Date::new(year, month, day).ok(),
            Self::Nth(month, nth, weekday) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
            }
        }
    }
}

/// Words are lower case and without apostrophes.
fn named(first: &str, second: Option<&str>, third: Option<&str>) -> Option<(Kept, usize)> {
    let day = |words: usize| if second == Some("day") { words + 1 } else { words };
    Some(match (first, second, third) {
        ("christmas" | "xmas", Some("eve"), _) => (Kept::On(12, 24), 2),
        ("christmas" | "xmas", ..) => (Kept::On(12, 25), day(1)),
        ("new", Some("years" | "year"), Some("eve")) => (Kept::On(12, 31), 3),
        ("new", Some("years"), Some("day")) => (Kept::On(1, 1), 3),
        ("new", Some("years"), _) => (Kept::On(1, 1), 2),
        ("thanksgiving", ..) => (Kept::Nth(11, 4, Weekday::Thursday), day(1)),
        ("labor", Some("day"), _) => (Kept::Nth(9, 1, Weekday::Monday), 2),
        ("memorial", Some("day"), _) => (Kept::Nth(5, -1, Weekday::Monday), 2),
        ("presidents", Some("day"), _) => (Kept::Nth(2, 3, Weekday::Monday), 2),
        ("veterans", Some("day"), _) => (Kept::On(11, 11), 2),
        ("valentines", Some("day"), _) => (Kept::On(2, 14), 2),
        ("halloween", ..) => (Kept::On(10, 31), 1),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holiday_is_the_next_one_that_is_kept() {
        let today = Date::constant(2026, 11, 20);
        for (said, date, words) in [
            ("thanksgiving", "2026-11-26", 1),
            ("thanksgiving day", "2026-11-26", 2),
            ("christmas eve please", "2026-12-24", 2),
            ("new years eve", "2026-12-31", 3),
            ("new years", "2027-01-01", 2),
            ("memorial day", "2027-05-31", 2),
            ("veterans day", "2027-11-11", 2),
        ] {
            let spoken: Vec<&str> = said.split(' ').collect();
            let found = feast(today, |at| spoken.get(at).copied());
            assert_eq!(found, Some((date.parse().unwrap(), words)), "{said}");
        }
        assert_eq!(feast(today, |at| ["new", "apartment"].get(at).copied()), None);
    }
}
