//! CalDAV (RFC 4791), the asking side: what is asked of a calendar that somebody keeps elsewhere, as HTTP requests, and what its
//! answers mean. No socket: a host sends what is written here and hands back what came.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    ical::utc,
    reading::{Taken, taken},
};

/// More events than anybody has in the weeks that can be booked.
const MOST_EVENTS: usize = 5_000;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// What its owner has on between these, event by event (RFC 4791, 7.8).
    Events { from: Timestamp, until: Timestamp },
    /// The same where events may not be read: times alone (RFC 4791, 7.10).
    FreeBusy { from: Timestamp, until: Timestamp },
    /// Put this event there, if nothing is there yet (RFC 4791, 5.3.2).
    Put { href: String, text: String },
    /// Is it there?
    Look { href: String },
    /// Take it out, unless somebody has changed it since it had this tag.
    Delete { href: String, etag: Option<String> },
}

/// What the answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Taken(Vec<Taken>),
    /// It stands there, as this version if the server says so.
    Stands {
        etag: Option<String>,
    },
    /// It does not stand there, nor did it.
    Absent,
    /// It stood there, and does no more.
    Removed,
    /// Something else stands there, or somebody has changed it.
    Clash,
    /// The server does not do that for us.
    Refused {
        status: u16,
    },
    /// No answer in time, or none that can be relied on. What was to be changed may have been changed.
    Away,
}

/// An HTTP request, but for whom it is from and to which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// The part of an HTTP response that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    pub etag: Option<String>,
    pub body: String,
}

impl Question {
    /// The request that asks it of the collection at this path.
    pub fn request(&self, collection: &str) -> HttpRequest {
        let request =
            |method, path: &str, headers, body| HttpRequest { method, path: path.into(), headers, body };
        let xml = ("content-type", "application/xml; charset=utf-8".to_owned());
        match self {
            Self::Events { from, until } => {
                request("REPORT", collection, vec![xml, ("depth", "1".into())], calendar_query(*from, *until))
            }
            Self::FreeBusy { from, until } => request(
                "REPORT",
                collection,
                vec![xml, ("depth", "1".into())],
                free_busy_query(*from, *until),
            ),
            Self::Put { href, text } => {
                let kind = ("content-type", "text/calendar; charset=utf-8".to_owned());
                request("PUT", href, vec![kind, ("if-none-match", "*".into())], text.clone())
            }
            Self::Look { href } => request("GET", href, Vec::new(), String::new()),
            Self::Delete { href, etag } => {
                let unchanged = etag.iter().map(|etag| ("if-match", etag.clone())).collect();
                request("DELETE", href, unchanged, String::new())
            }
        }
    }

    /// What came back. `zone`: the office's, for days without hours.
    pub fn read(&self, response: &HttpResponse, zone: &TimeZone) -> Reply {
        let etag = || response.etag.clone();
        match (self, response.status) {
            // A server that is busy or broken may be well in a moment (RFC 9110, 15.6; RFC 6585, 4).
            (_, 408 | 429 | 500..) => Reply::Away,
            (Self::Events { from, until }, 207) => {
                let texts = calendar_data(&response.body);
                texts.map_or(Reply::Away, |texts| all_taken(&texts, zone, *from, *until))
            }
            (Self::FreeBusy { from, until }, 200) => {
                all_taken(std::slice::from_ref(&response.body), zone, *from, *until)
            }
            (Self::Put { .. }, 200 | 201 | 204) | (Self::Look { .. }, 200) => Reply::Stands { etag: etag() },
            (Self::Look { .. } | Self::Delete { .. }, 404 | 410) => Reply::Absent,
            (Self::Delete { .. }, 200 | 202 | 204) => Reply::Removed,
            (Self::Put { .. } | Self::Delete { .. }, 412) => Reply::Clash,
            (_, status) => Reply::Refused { status },
        }
    }
}

fn all_taken(texts: &[String], zone: &TimeZone, from: Timestamp, until: Timestamp) -> Reply {
    let mut all = Vec::new();
    for text in texts {
        match taken(text, zone, from, until) {
            Ok(taken) => all.extend(taken),
            // Whoever cannot be seen to be free is not offered.
            Err(why) => {
                tracing::warn!(%why, "an event in an agent's calendar cannot be read");
                return Reply::Away;
            }
        }
    }
    all.sort();
    Reply::Taken(all)
}

/// A server takes days, and times without a zone that it knows, for those of a zone of its choice (RFC 4791, 7.3): more is asked
/// for than is wanted, and what it sends is held against the time that is meant.
const OTHER_ZONES: SignedDuration = SignedDuration::from_hours(26);

fn calendar_query(from: Timestamp, until: Timestamp) -> String {
    let from = from.checked_sub(OTHER_ZONES).unwrap_or(from);
    let until = until.checked_add(OTHER_ZONES).unwrap_or(until);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <D:prop><D:getetag/><C:calendar-data/></D:prop>\
         <C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">\
         <C:time-range start=\"{}\" end=\"{}\"/>\
         </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>",
        utc(from),
        utc(until)
    )
}

fn free_busy_query(from: Timestamp, until: Timestamp) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <C:free-busy-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <C:time-range start=\"{}\" end=\"{}\"/></C:free-busy-query>",
        utc(from),
        utc(until)
    )
}

/// The calendar texts of a multi-status (RFC 4918, 13). `None`: it is none, or longer than anybody's.
fn calendar_data(body: &str) -> Option<Vec<String>> {
    let document = roxmltree::Document::parse(body).ok()?;
    if !document.root_element().has_tag_name(("DAV:", "multistatus")) {
        return None;
    }
    let data = document
        .descendants()
        .filter(|node| node.has_tag_name(("urn:ietf:params:xml:ns:caldav", "calendar-data")));
    let texts: Vec<String> = data.filter_map(|node| node.text()).map(ToOwned::to_owned).collect();
    (texts.len() <= MOST_EVENTS).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn events() -> Question {
        Question::Events { from: at("2026-11-20T18:00:00Z"), until: at("2026-12-05T18:00:00Z") }
    }

    fn answer(question: &Question, status: u16, body: &str) -> Reply {
        let response = HttpResponse { status, etag: Some("\"7\"".into()), body: body.into() };
        question.read(&response, &TimeZone::UTC)
    }

    #[test]
    fn events_are_asked_for_by_time_and_read_from_the_multi_status() {
        let request = events().request("/robin/showings/");
        assert_eq!((request.method, request.path.as_str()), ("REPORT", "/robin/showings/"));
        assert!(request.headers.contains(&("depth", "1".into())), "{request:?}");
        assert!(
            request.body.contains("start=\"20261119T160000Z\" end=\"20261206T200000Z\""),
            "{}",
            request.body
        );
        roxmltree::Document::parse(&request.body).unwrap();
        let body = "<?xml version='1.0'?><x:multistatus xmlns:x=\"DAV:\" xmlns:cal=\"urn:ietf:params:xml:ns:caldav\">\
             <x:response><x:href>/robin/showings/a.ics</x:href><x:propstat><x:prop><x:getetag>\"1\"</x:getetag>\
             <cal:calendar-data>BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\nBEGIN:VEVENT&#13;\nUID:lunch&#13;\n\
             DTSTART:20261121T190000Z&#13;\nDTEND:20261121T200000Z&#13;\nEND:VEVENT&#13;\nEND:VCALENDAR&#13;\n\
             </cal:calendar-data></x:prop><x:status>HTTP/1.1 200 OK</x:status></x:propstat></x:response></x:multistatus>";
        let lunch = Taken {
            begins: at("2026-11-21T19:00:00Z"),
            ends: at("2026-11-21T20:00:00Z"),
            uid: Some("lunch".into()),
        };
        assert_eq!(answer(&events(), 207, body), Reply::Taken(vec![lunch]));
        assert_eq!(answer(&events(), 207, "<x:multistatus xmlns:x=\"DAV:\"/>"), Reply::Taken(Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_is_no_free_day() {
        let entities =
            "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><x:multistatus xmlns:x=\"DAV:\">&b;</x:multistatus>";
        for body in ["", "<html/>", "<x:multistatus xmlns:x=\"DAV:\">", entities] {
            assert_eq!(answer(&events(), 207, body), Reply::Away, "{body}");
        }
        assert_eq!(answer(&events(), 200, "<html/>"), Reply::Refused { status: 200 });
        assert_eq!(answer(&events(), 302, ""), Reply::Refused { status: 302 });
        assert_eq!(answer(&events(), 503, ""), Reply::Away);
    }

    #[test]
    fn an_event_is_put_where_nothing_is_and_taken_out_as_it_was() {
        let put =
            Question::Put { href: "/robin/showings/showing-1.ics".into(), text: "BEGIN:VCALENDAR".into() };
        let request = put.request("/robin/showings/");
        assert_eq!((request.method, request.path.as_str()), ("PUT", "/robin/showings/showing-1.ics"));
        assert!(request.headers.contains(&("if-none-match", "*".into())), "{request:?}");
        assert_eq!(answer(&put, 201, ""), Reply::Stands { etag: Some("\"7\"".into()) });
        assert_eq!(answer(&put, 412, ""), Reply::Clash);
        assert_eq!(answer(&put, 403, ""), Reply::Refused { status: 403 });
        assert_eq!(answer(&put, 500, ""), Reply::Away, "it may have been put there");
        let delete =
            Question::Delete { href: "/robin/showings/showing-1.ics".into(), etag: Some("\"7\"".into()) };
        assert_eq!(delete.request("/").headers, [("if-match", "\"7\"".to_owned())]);
        assert_eq!(answer(&delete, 204, ""), Reply::Removed);
        assert_eq!(answer(&delete, 404, ""), Reply::Absent, "twice is once");
        assert_eq!(answer(&delete, 412, ""), Reply::Clash);
    }
}
