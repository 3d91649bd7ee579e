//! A sequence: the touches that follow an inquiry, as data.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A named list of touches, counted from the moment of enrolment. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Sequence {
    name: String,
    touches: Vec<Touch>,
}

/// One text, and when it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    pub when: When,
    /// Words with placeholders, as in the office's other texts.
    pub text: String,
}

/// When a touch is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// So many minutes after the enrolment.
    AfterMinutes(u32),
    /// On the n-th day after the day of enrolment (0 is that day), at this local time.
    OnDay { day: u16, at: civil::Time },
}

/// Why a sequence is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    #[error("a sequence needs a name")]
    NoName,
    #[error("the sequence `{0}` has no touches")]
    Empty(String),
    #[error("the sequence `{0}` has more than {max} touches", max = Sequence::MOST_TOUCHES)]
    TooLong(String),
    #[error("touch {touch} of the sequence `{sequence}` has no words")]
    NoWords { sequence: String, touch: usize },
    #[error("touch {touch} of the sequence `{sequence}` lies more than {max} days ahead", max = Sequence::MOST_DAYS)]
    TooFar { sequence: String, touch: usize },
}

/// As written.
#[derive(Deserialize)]
struct Raw {
    name: String,
    touches: Vec<Touch>,
}

impl TryFrom<Raw> for Sequence {
    type Error = SequenceError;
    fn try_from(raw: Raw) -> Result<Self, SequenceError> {
        Self::new(raw.name, raw.touches)
    }
}

impl Sequence {
    /// Five touches are usual; nobody wants to read a thirteenth text.
    pub const MOST_TOUCHES: usize = 12;
    /// A year.
    pub const MOST_DAYS: u16 = 366;

    pub fn new(name: String, touches: Vec<Touch>) -> Result<Self, SequenceError> {
        if name.trim().is_empty() {
            return Err(SequenceError::NoName);
        }
        if touches.is_empty() {
            return Err(SequenceError::Empty(name));
        }
        if touches.len() > Self::MOST_TOUCHES {
            return Err(SequenceError::TooLong(name));
        }
        for (index, touch) in touches.iter().enumerate() {
            let far = match touch.when {
                When::AfterMinutes(minutes) => minutes > u32::from(Self::MOST_DAYS) * 24 * 60,
                When::OnDay { day, .. } => day > Self::MOST_DAYS,
            };
            if far {
                return Err(SequenceError::TooFar { sequence: name, touch: index + 1 });
            }
            if touch.text.trim().is_empty() {
                return Err(SequenceError::NoWords { sequence: name, touch: index + 1 });
            }
        }
        Ok(Self { name, touches })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn touches(&self) -> &[Touch] {
        &self.touches
    }

    /// When touch `step` (from 0) is due for somebody enrolled at `enrolled`; `None` past the last touch.
    ///
    /// Days are counted on the calendar of `zone`: "day 3, 10:00" is ten o'clock there also when a night of that
    /// span was 23 or 25 hours long. A time that the clock skips is taken at the instant at which it is put forward.
    pub fn due(&self, step: usize, enrolled: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let touch = self.touches.get(step)?;
        match touch.when {
            When::AfterMinutes(minutes) => {
                enrolled.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()
            }
            When::OnDay { day, at } => {
                let date = enrolled.to_zoned(zone.clone()).date();
                let date = date.checked_add(jiff::Span::new().days(i64::from(day))).ok()?;
                let due = date.to_datetime(at).to_zoned(zone.clone()).ok()?.timestamp();
                // "The same day at nine", asked for at ten, is now.
                Some(due.max(enrolled))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn touch(when: When) -> Touch {
        Touch { when, text: "Still looking for a home?".into() }
    }

    #[test]
    fn a_day_is_counted_on_the_calendar_over_the_nights_on_which_the_clock_changes() {
        let ten = civil::Time::constant(10, 0, 0, 0);
        let half_past_two = civil::Time::constant(2, 30, 0, 0);
        let zone = TimeZone::get("America/Denver").unwrap();
        let sequence = Sequence::new(
            "leads".into(),
            vec![
                touch(When::AfterMinutes(120)),
                touch(When::OnDay { day: 1, at: ten }),
                touch(When::OnDay { day: 1, at: half_past_two }),
                touch(When::OnDay { day: 0, at: ten }),
            ],
        )
        .unwrap();
        // Spring forward on 8 March 2026: that night has 23 hours and no 02:30.
        let enrolled = at("2026-03-07T16:00:00-07:00");
        assert_eq!(sequence.due(0, enrolled, &zone), Some(at("2026-03-07T18:00:00-07:00")));
        assert_eq!(sequence.due(1, enrolled, &zone), Some(at("2026-03-08T10:00:00-06:00")));
        assert_eq!(sequence.due(2, enrolled, &zone), Some(at("2026-03-08T03:30:00-06:00")));
        assert_eq!(sequence.due(3, enrolled, &zone), Some(enrolled), "today at ten is past: now");
        assert_eq!(sequence.due(4, enrolled, &zone), None);
        // Fall back on 1 November 2026: that night has 25 hours.
        let enrolled = at("2026-10-31T16:00:00-06:00");
        assert_eq!(sequence.due(1, enrolled, &zone), Some(at("2026-11-01T10:00:00-07:00")));
    }

    #[test]
    fn a_sequence_that_makes_no_sense_is_refused() {
        let name = || "leads".to_owned();
        assert_eq!(Sequence::new(" ".into(), vec![]), Err(SequenceError::NoName));
        assert_eq!(Sequence::new(name(), vec![]), Err(SequenceError::Empty(name())));
        let many = vec![touch(When::AfterMinutes(1)); 13];
        assert_eq!(Sequence::new(name(), many), Err(SequenceError::TooLong(name())));
        let far = vec![touch(When::AfterMinutes(u32::MAX))];
        assert_eq!(Sequence::new(name(), far), Err(SequenceError::TooFar { sequence: name(), touch: 1 }));
        let mute = vec![Touch { when: When::AfterMinutes(1), text: " ".into() }];
        assert_eq!(Sequence::new(name(), mute), Err(SequenceError::NoWords { sequence: name(), touch: 1 }));
    }
}
