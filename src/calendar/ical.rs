//! iCalendar (RFC 5545), as far as showings need it: events out, as a feed that any calendar program subscribes to.

use jiff::Timestamp;

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
    /// It has been cancelled; programs that have it strike it out.
    pub cancelled: bool,
}

/// The longest line, in octets (RFC 5545, 3.1).
const LINE: usize = 75;

/// A calendar of these events under this name. Instants are written in UTC, so that it needs no zones.
pub fn feed(name: &str, events: &[Event]) -> String {
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Portico//Showings//EN", "METHOD:PUBLISH"] {
        put(&mut text, line);
    }
    put(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        put(&mut text, "BEGIN:VEVENT");
        put(&mut text, &format!("UID:{}", escaped(&event.uid)));
        put(&mut text, &format!("DTSTAMP:{}", utc(event.changed)));
        put(&mut text, &format!("DTSTART:{}", utc(event.begins)));
        put(&mut text, &format!("DTEND:{}", utc(event.ends)));
        put(&mut text, &format!("SUMMARY:{}", escaped(&event.summary)));
        put(&mut text, &format!("LOCATION:{}", escaped(&event.place)));
        put(&mut text, &format!("DESCRIPTION:{}", escaped(&event.description)));
        put(&mut text, if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        put(&mut text, "END:VEVENT");
    }
    put(&mut text, "END:VCALENDAR");
    text
}

fn utc(at: Timestamp) -> String {
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
