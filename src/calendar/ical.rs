//! iCalendar (RFC 5545), written: showings as events that any calendar program takes.

use jiff::Timestamp;

use crate::types::{PhoneNumber, ShowingId};

/// Who is shown what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownTo<'a> {
    pub name: Option<&'a str>,
    pub callback: PhoneNumber,
    pub place: &'a str,
    pub begins: Timestamp,
    pub ends: Timestamp,
}

/// A showing as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Never changes while the event lives (RFC 5545, 3.8.4.7).
    pub uid: String,
    pub begins: Timestamp,
    pub ends: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
    pub summary: String,
    pub place: String,
    pub description: String,
    /// It does not take place; programs that have it strike it out.
    pub cancelled: bool,
}

/// The event of a showing: the same in every calendar, by an identifier that is its own for ever.
pub fn showing_event(id: ShowingId, shown: &ShownTo<'_>, changed: Timestamp, cancelled: bool) -> Event {
    let number = shown.callback.national();
    let who = shown.name.map_or_else(|| number.clone(), ToOwned::to_owned);
    Event {
        uid: uid(id),
        begins: shown.begins,
        ends: shown.ends,
        changed,
        summary: format!("Showing: {who}"),
        place: shown.place.to_owned(),
        description: shown.name.map_or_else(|| number.clone(), |name| format!("{name}\n{number}")),
        cancelled,
    }
}

/// The identifier of a showing's event.
pub fn uid(id: ShowingId) -> String {
    format!("showing-{id}@portico")
}

/// The longest line, in octets (RFC 5545, 3.1).
const LINE: usize = 75;

/// A calendar of these events under this name, for subscribers. Instants are written in UTC, so that it needs no zones.
pub fn feed(name: &str, events: &[Event]) -> String {
    let mut text = String::new();
    begin(&mut text);
    // For subscribers only: in a calendar collection no METHOD may stand (RFC 4791, 4.1).
    put(&mut text, "METHOD:PUBLISH");
    put(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        put_event(&mut text, event);
    }
    put(&mut text, "END:VCALENDAR");
    text
}

/// One event by itself, as it is put into a calendar collection.
pub fn resource(event: &Event) -> String {
    let mut text = String::new();
    begin(&mut text);
    put_event(&mut text, event);
    put(&mut text, "END:VCALENDAR");
    text
}

fn begin(text: &mut String) {
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Portico//Showings//EN", "CALSCALE:GREGORIAN"] {
        put(text, line);
    }
}

fn put_event(text: &mut String, event: &Event) {
    put(text, "BEGIN:VEVENT");
    put(text, &format!("UID:{}", escaped(&event.uid)));
    put(text, &format!("DTSTAMP:{}", utc(event.changed)));
    put(text, &format!("LAST-MODIFIED:{}", utc(event.changed)));
    // A showing is made once and cancelled at most once.
    put(text, if event.cancelled { "SEQUENCE:1" } else { "SEQUENCE:0" });
    put(text, &format!("DTSTART:{}", utc(event.begins)));
    put(text, &format!("DTEND:{}", utc(event.ends)));
    put(text, &format!("SUMMARY:{}", escaped(&event.summary)));
    put(text, &format!("LOCATION:{}", escaped(&event.place)));
    put(text, &format!("DESCRIPTION:{}", escaped(&event.description)));
    put(text, if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    put(text, if event.cancelled { "TRANSP:TRANSPARENT" } else { "TRANSP:OPAQUE" });
    put(text, "END:VEVENT");
}

/// `20261121T170000Z` (RFC 5545, 3.3.5).
pub(super) fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A value of type TEXT (RFC 5545, 3.3.11). What is no line break and cannot be seen is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Adds a line, folded where it is longer than a line may be; never within a character.
fn put(text: &mut String, line: &str) {
    let mut room = LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        text.push(c);
        room -= c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            uid: "showing-0000000000081@portico".into(),
            begins: "2026-11-21T10:00:00-07:00".parse().unwrap(),
            ends: "2026-11-21T10:30:00-07:00".parse().unwrap(),
            changed: "2026-11-20T12:00:00-07:00".parse().unwrap(),
            summary: "Showing: Dana Reyes".into(),
            place: "210 Maple Court, apartment 3A; rear\\left".into(),
            description: "Dana Reyes\n(303) 555-0142\r\u{7}".into(),
            cancelled: false,
        }
    }

    #[test]
    fn a_showing_is_written_as_the_standard_asks() {
        let text = feed("Robin", &[event()]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        for line in [
            "UID:showing-0000000000081@portico",
            "DTSTAMP:20261120T190000Z",
            "DTSTART:20261121T170000Z",
            "DTEND:20261121T173000Z",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "LOCATION:210 Maple Court\\, apartment 3A\\; rear\\\\left",
            "DESCRIPTION:Dana Reyes\\n(303) 555-0142",
        ] {
            assert!(lines.contains(&line), "{line}: {text}");
        }
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        let off = feed("Robin", &[Event { cancelled: true, ..event() }]);
        assert!(off.contains("\r\nSEQUENCE:1\r\n") && off.contains("\r\nSTATUS:CANCELLED\r\n"), "{off}");
        assert!(!resource(&event()).contains("METHOD"));
    }

    #[test]
    fn long_lines_are_folded_between_characters_and_come_back_whole() {
        let place = "Château de la Forêt, ".repeat(20);
        let text = resource(&Event { place: place.clone(), ..event() });
        assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(&place.replace(',', "\\,")), "{unfolded}");
    }

    #[test]
    fn what_a_caller_says_adds_no_line_of_its_own() {
        let summary = "x\r\nSTATUS:CANCELLED\r\nATTENDEE:mailto:a@b.example";
        let text = resource(&Event { summary: summary.into(), ..event() });
        assert!(!text.contains("\r\nSTATUS:CANCELLED") && !text.contains("\r\nATTENDEE"), "{text}");
    }
}
