//! iCalendar (RFC 5545), read: when somebody is taken, recurring events told one by one.

use calcard::{
    Entry, Parser,
    common::{PartialDateTime, timezone::Tz},
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFreeBusyType, ICalendarParameter,
        ICalendarParameterName, ICalendarParameterValue, ICalendarPeriod, ICalendarProperty, ICalendarStatus,
        ICalendarTransparency, ICalendarValue, dates::TimeOrDelta,
    },
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// More times than a recurring event of a person has in the days of a lifetime that matter. A rule beyond it (every second of
/// the year, sent along with an invitation) is not told further.
const MOST_TIMES: usize = 20_000;

/// A time at which somebody is taken, as a calendar has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    pub begins: Timestamp,
    pub ends: Timestamp,
    /// The event, where the calendar names it.
    pub uid: Option<String>,
}

/// Why nobody can tell from a calendar when its owner is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is no iCalendar")]
    NotICalendar,
    #[error("an event comes back more often than anybody's does")]
    TooOften,
}

/// All that takes somebody's time between these, from one calendar text. Events that are cancelled or leave their owner free are
/// left out; days without hours, and times without a zone, are those of `zone`.
pub fn taken(
    text: &str,
    zone: &TimeZone,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Taken>, Unreadable> {
    let zone = zone.iana_name().and_then(|name| name.parse::<Tz>().ok()).unwrap_or_else(utc);
    let mut found = Vec::new();
    let mut calendars = 0;
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::ICalendar(mut calendar) => {
                calendars += 1;
                name_utc(&mut calendar);
                end_rules(&mut calendar, until);
                events(&calendar, zone, &mut found)?;
                free_busy(&calendar, &mut found);
            }
            Entry::Eof | Entry::TooManyComponents => break,
            _ => {}
        }
    }
    if calendars == 0 {
        return Err(Unreadable::NotICalendar);
    }
    found.retain(|taken| taken.begins < taken.ends && taken.begins < until && from < taken.ends);
    found.sort();
    Ok(found)
}

/// The times of a rule are those of its beginning's zone, which the library takes from its name alone.
fn name_utc(calendar: &mut ICalendar) {
    for entry in calendar.components.iter_mut().flat_map(|component| &mut component.entries) {
        let begins = entry.name == ICalendarProperty::Dtstart;
        let in_utc =
            matches!(entry.values.first(), Some(ICalendarValue::PartialDateTime(at)) if at.has_zone());
        if begins && in_utc {
            entry.params = vec![ICalendarParameter::tzid("UTC".to_owned())];
        }
    }
}

/// Rules without an end are told to the end of what is asked, and a day: their own times have no zone.
fn end_rules(calendar: &mut ICalendar, until: Timestamp) {
    let Ok(end) = until.checked_add(SignedDuration::from_hours(24)) else { return };
    let end = end.to_zoned(TimeZone::UTC);
    let small = |value: i8| u8::try_from(value).ok();
    let end = PartialDateTime {
        year: u16::try_from(end.year()).ok(),
        month: small(end.month()),
        day: small(end.day()),
        hour: small(end.hour()),
        minute: small(end.minute()),
        second: small(end.second()),
        ..PartialDateTime::default()
    };
    let entries = calendar.components.iter_mut().flat_map(|component| &mut component.entries);
    for value in entries.flat_map(|entry| &mut entry.values) {
        if let ICalendarValue::RecurrenceRule(rule) = value
            && rule.count.is_none()
            && rule.until.is_none()
        {
            rule.until = Some(end.clone());
        }
    }
}

fn events(calendar: &ICalendar, zone: Tz, found: &mut Vec<Taken>) -> Result<(), Unreadable> {
    let told = calendar.expand_dates(zone, MOST_TIMES);
    // Those that are left out by exception are counted as well, and are fewer than the others.
    if told.events.len() > MOST_TIMES / 2 {
        return Err(Unreadable::TooOften);
    }
    for event in told.events {
        let Some(component) = calendar.components.get(event.comp_id as usize) else { continue };
        if !takes_time(component) {
            continue;
        }
        let begins = Timestamp::from_second(event.start.timestamp());
        let ends = match &event.end {
            TimeOrDelta::Time(end) => Timestamp::from_second(end.timestamp()),
            TimeOrDelta::Delta(length) => {
                Timestamp::from_second(event.start.timestamp().saturating_add(length.num_seconds()))
            }
        };
        if let (Ok(begins), Ok(ends)) = (begins, ends) {
            found.push(Taken { begins, ends, uid: component.uid().map(ToOwned::to_owned) });
        }
    }
    Ok(())
}

fn takes_time(component: &ICalendarComponent) -> bool {
    component.component_type == ICalendarComponentType::VEvent
        && component.status() != Some(&ICalendarStatus::Cancelled)
        && component.transparency() != Some(&ICalendarTransparency::Transparent)
        && has_length(component)
}

/// A time of day without an end or a length is a moment (RFC 5545, 3.6.1).
fn has_length(component: &ICalendarComponent) -> bool {
    let begins = component.property(&ICalendarProperty::Dtstart).and_then(|entry| entry.values.first());
    let is_moment = matches!(begins, Some(ICalendarValue::PartialDateTime(at)) if at.has_time());
    !is_moment
        || component.has_property(&ICalendarProperty::Dtend)
        || component.has_property(&ICalendarProperty::Duration)
}

/// Periods of a VFREEBUSY: whatever is not said to be free is not (RFC 5545, 3.2.9).
fn free_busy(calendar: &ICalendar, found: &mut Vec<Taken>) {
    let busy = calendar
        .components
        .iter()
        .filter(|component| component.component_type == ICalendarComponentType::VFreebusy)
        .flat_map(|component| &component.entries)
        .filter(|entry| entry.name == ICalendarProperty::Freebusy)
        .filter(|entry| {
            let kind = entry.parameter(&ICalendarParameterName::Fbtype);
            !matches!(kind, Some(ICalendarParameterValue::Fbtype(ICalendarFreeBusyType::Free)))
        });
    for value in busy.flat_map(|entry| &entry.values) {
        let ICalendarValue::Period(period) = value else { continue };
        let span = match period {
            ICalendarPeriod::Range { start, end } => start
                .to_date_time_with_tz(utc())
                .zip(end.to_date_time_with_tz(utc()))
                .map(|(start, end)| (start.timestamp(), end.timestamp())),
            ICalendarPeriod::Duration { start, duration } => start
                .to_date_time_with_tz(utc())
                .map(|start| (start.timestamp(), start.timestamp().saturating_add(duration.as_seconds()))),
        };
        let Some((begins, ends)) = span else { continue };
        if let (Ok(begins), Ok(ends)) = (Timestamp::from_second(begins), Timestamp::from_second(ends)) {
            found.push(Taken { begins, ends, uid: None });
        }
    }
}

fn utc() -> Tz {
    "UTC".parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// What an event with these lines takes between two instants, in Denver.
    fn told(lines: &str, from: &str, until: &str) -> Result<Vec<String>, Unreadable> {
        let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{lines}\nEND:VCALENDAR\n");
        let zone = TimeZone::get("America/Denver").unwrap();
        let all = taken(&text.replace('\n', "\r\n"), &zone, at(from), at(until))?;
        let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %d %H:%M").to_string();
        Ok(all.iter().map(|taken| format!("{}-{}", local(taken.begins), local(taken.ends))).collect())
    }

    fn november(lines: &str) -> Vec<String> {
        let event = format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20261101T000000Z\n{lines}\nEND:VEVENT");
        told(&event, "2026-10-25T00:00:00-06:00", "2026-11-09T00:00:00-07:00").unwrap()
    }

    const YOGA: &str = "DTSTART;TZID=America/Denver:20251027T170000\nDTEND;TZID=America/Denver:20251027T180000\n\
                        RRULE:FREQ=WEEKLY;BYDAY=MO";

    #[test]
    fn a_weekly_event_stays_at_its_hour_when_the_clock_changes() {
        assert_eq!(november(YOGA), ["Mon 26 17:00-Mon 26 18:00", "Mon 02 17:00-Mon 02 18:00"]);
        let utc = "DTSTART:20261026T230000Z\nDTEND:20261027T000000Z\nRRULE:FREQ=WEEKLY";
        assert_eq!(november(utc), ["Mon 26 17:00-Mon 26 18:00", "Mon 02 16:00-Mon 02 17:00"]);
    }

    #[test]
    fn exceptions_are_left_out_and_one_that_was_moved_is_where_it_was_moved() {
        let but = format!("{YOGA}\nEXDATE;TZID=America/Denver:20261026T170000");
        assert_eq!(november(&but), ["Mon 02 17:00-Mon 02 18:00"]);
        let moved = format!(
            "BEGIN:VEVENT\nUID:1\n{YOGA}\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n\
             RECURRENCE-ID;TZID=America/Denver:20261102T170000\nDTSTART;TZID=America/Denver:20261103T090000\n\
             DTEND;TZID=America/Denver:20261103T093000\nEND:VEVENT"
        );
        let told = told(&moved, "2026-11-01T00:00:00-06:00", "2026-11-09T00:00:00-07:00").unwrap();
        assert_eq!(told, ["Tue 03 09:00-Tue 03 09:30"]);
    }

    #[test]
    fn a_zone_that_only_the_calendar_knows_is_read_from_it() {
        let lines = "BEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19701101T020000\nTZOFFSETFROM:-0600\n\
                     TZOFFSETTO:-0700\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\n\
                     DTSTART;TZID=Office:20261103T090000\nDURATION:PT45M\nEND:VEVENT";
        let told = told(lines, "2026-11-01T00:00:00-06:00", "2026-11-09T00:00:00-07:00").unwrap();
        assert_eq!(told, ["Tue 03 09:00-Tue 03 09:45"]);
    }

    #[test]
    fn a_day_off_is_a_day_of_the_office_and_what_takes_no_time_takes_none() {
        assert_eq!(
            november("DTSTART;VALUE=DATE:20261103\nDTEND;VALUE=DATE:20261105"),
            ["Tue 03 00:00-Thu 05 00:00"]
        );
        assert_eq!(november("DTSTART;VALUE=DATE:20261103"), ["Tue 03 00:00-Wed 04 00:00"]);
        let noon = "DTSTART:20261103T190000Z\nDTEND:20261103T200000Z";
        assert_eq!(november(noon), ["Tue 03 12:00-Tue 03 13:00"]);
        assert!(november(&format!("{noon}\nSTATUS:CANCELLED")).is_empty());
        assert!(november(&format!("{noon}\nTRANSP:TRANSPARENT")).is_empty());
        assert_eq!(november(&format!("{noon}\nSTATUS:TENTATIVE")).len(), 1, "who knows");
        assert!(november("DTSTART:20261103T190000Z").is_empty(), "a moment");
    }

    #[test]
    fn free_and_busy_times_are_read_without_their_events() {
        let lines = "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20261103T190000Z/20261103T200000Z,20261104T160000Z/PT30M\n\
                     FREEBUSY;FBTYPE=FREE:20261105T160000Z/PT1H\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:20261106T160000Z/PT1H\n\
                     END:VFREEBUSY";
        let told = told(lines, "2026-11-01T00:00:00-06:00", "2026-11-09T00:00:00-07:00").unwrap();
        assert_eq!(
            told,
            ["Tue 03 12:00-Tue 03 13:00", "Wed 04 09:00-Wed 04 09:30", "Fri 06 09:00-Fri 06 10:00"]
        );
    }

    #[test]
    fn rules_without_end_come_to_one_and_rubbish_is_no_free_day() {
        let event = |rule: &str| {
            let lines = format!(
                "BEGIN:VEVENT\nUID:1\nDTSTART:20200101T000000Z\nDTEND:20200101T000001Z\n{rule}\nEND:VEVENT"
            );
            told(&lines, "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z")
        };
        assert_eq!(event("RRULE:FREQ=SECONDLY"), Err(Unreadable::TooOften));
        assert_eq!(event("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30").map(|told| told.len()), Ok(0));
        assert_eq!(event("RRULE:FREQ=DAILY").map(|told| told.len()), Ok(8));
        let zone = TimeZone::UTC;
        for text in ["", "<html>sign in</html>", "BEGIN:VCARD\r\nEND:VCARD\r\n"] {
            let read = taken(text, &zone, Timestamp::UNIX_EPOCH, Timestamp::MAX);
            assert_eq!(read, Err(Unreadable::NotICalendar), "{text}");
        }
    }
}
