//! CalDAV (RFC 4791), the answering side: an agent's showings as a calendar that their programs find and read. Nothing is
//! written through it. No socket and no password: a host has let the agent in, and sends what is written here.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use roxmltree::{Document, Node};

use super::{Event, resource};

const DAV: &str = "DAV:";
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";

/// Where everything is; the same for everybody, because everybody sees their own.
const ROOT: &str = "/dav/";
const PRINCIPAL: &str = "/dav/principal/";
const HOME: &str = "/dav/home/";
const CALENDAR: &str = "/dav/home/showings/";

/// What can be done here.
pub const ALLOWED: &str = "OPTIONS, GET, HEAD, PROPFIND, REPORT";
/// RFC 4918, 10.1 and RFC 4791, 5.1: no locks, and a calendar.
pub const CLASSES: &str = "1, 3, calendar-access";

/// More than a program asks for at once.
const MOST_HREFS: usize = 2_000;

/// What a program asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DavRequest<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// As it was sent; nothing means everything below.
    pub depth: Option<&'a str>,
    pub body: &'a str,
}

/// What it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DavResponse {
    pub status: u16,
    pub kind: &'static str,
    pub etag: Option<String>,
    pub body: String,
}

/// An agent's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    pub agent: String,
    entries: Vec<Stored>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    href: String,
    etag: String,
    text: String,
    begins: Timestamp,
    ends: Timestamp,
}

/// What stands at an address.
#[derive(Debug, Clone, Copy)]
enum Thing<'a> {
    Root,
    Principal,
    Home,
    Calendar,
    Entry(&'a Stored),
}

impl Served {
    /// These events, each under a name of its own. `etag`: what changes when a text does.
    pub fn new(agent: &str, events: &[(String, Event)], etag: impl Fn(&str) -> String) -> Self {
        let stored = |(name, event): &(String, Event)| {
            let text = resource(event);
            Stored {
                href: format!("{CALENDAR}{name}.ics"),
                etag: etag(&text),
                text,
                begins: event.begins,
                ends: event.ends,
            }
        };
        Self { agent: agent.to_owned(), entries: events.iter().map(stored).collect() }
    }

    /// Changes when anything in the calendar does.
    fn tag(&self) -> String {
        // FNV-1a: it tells states of one calendar apart, and keeps no secret.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in self.entries.iter().flat_map(|entry| entry.href.bytes().chain(entry.etag.bytes())) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{:x}-{hash:016x}", self.entries.len())
    }

    /// The answer to one request.
    pub fn answer(&self, request: &DavRequest<'_>) -> DavResponse {
        let Some(thing) = self.at(request.path) else { return plain(404) };
        match (request.method, thing) {
            ("OPTIONS", _) => plain(200),
            ("PROPFIND", _) => self.propfind(request, thing),
            ("REPORT", Thing::Calendar) => self.report(request.body),
            ("GET" | "HEAD", Thing::Entry(entry)) => DavResponse {
                status: 200,
                kind: "text/calendar; charset=utf-8",
                etag: Some(entry.etag.clone()),
                body: entry.text.clone(),
            },
            ("GET" | "HEAD", _) => plain(200),
            // Read and not written (RFC 3744, 3.1).
            ("PUT" | "DELETE" | "PROPPATCH" | "MKCALENDAR" | "MKCOL" | "MOVE" | "COPY" | "POST", _) => {
                plain(403)
            }
            _ => plain(405),
        }
    }

    fn at(&self, path: &str) -> Option<Thing<'_>> {
        let slashed = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        match slashed.as_str() {
            ROOT => Some(Thing::Root),
            PRINCIPAL => Some(Thing::Principal),
            HOME => Some(Thing::Home),
            CALENDAR => Some(Thing::Calendar),
            _ => self.entries.iter().find(|entry| entry.href == path).map(Thing::Entry),
        }
    }

    fn propfind(&self, request: &DavRequest<'_>, thing: Thing<'_>) -> DavResponse {
        let Some(wanted) = Wanted::of(request.body) else { return plain(400) };
        let mut things = vec![thing];
        match request.depth {
            Some("0") => {}
            Some("1") => match thing {
                Thing::Root => things.extend([Thing::Principal, Thing::Home]),
                Thing::Home => things.push(Thing::Calendar),
                Thing::Calendar => things.extend(self.entries.iter().map(Thing::Entry)),
                Thing::Principal | Thing::Entry(_) => {}
            },
            // Everything below everything is nothing that a calendar program needs (RFC 4918, 9.1.1).
            _ => return refused(403, "<D:propfind-finite-depth/>"),
        }
        let responses = things.into_iter().map(|thing| self.response(thing, &wanted));
        multi_status(&responses.collect::<String>())
    }

    fn report(&self, body: &str) -> DavResponse {
        let Ok(document) = Document::parse(body) else { return plain(400) };
        let root = document.root_element();
        let wanted = Wanted::in_element(root);
        let name = root.tag_name();
        match (name.namespace(), name.name()) {
            (Some(CALDAV), "calendar-query") => match Filter::of(root) {
                Some(filter) => {
                    let found = self.entries.iter().filter(|entry| filter.matches(entry));
                    multi_status(
                        &found.map(|entry| self.response(Thing::Entry(entry), &wanted)).collect::<String>(),
                    )
                }
                None => refused(403, "<C:supported-filter/>"),
            },
            (Some(CALDAV), "calendar-multiget") => {
                let hrefs = root.children().filter(|node| node.has_tag_name((DAV, "href")));
                let one = |node: Node<'_, '_>| {
                    let href = node.text().unwrap_or_default().trim();
                    match self.entries.iter().find(|entry| href.ends_with(entry.href.as_str())) {
                        Some(entry) => self.response(Thing::Entry(entry), &wanted),
                        None => gone(href),
                    }
                };
                multi_status(&hrefs.take(MOST_HREFS).map(one).collect::<String>())
            }
            (Some(DAV), "sync-collection") => self.sync(root, &wanted),
            _ => refused(403, "<D:supported-report/>"),
        }
    }

    /// RFC 6578. What was there at an earlier time is not kept: a program with an old token reads all of it anew (3.2).
    fn sync(&self, root: Node<'_, '_>, wanted: &Wanted) -> DavResponse {
        let held = root.children().find(|node| node.has_tag_name((DAV, "sync-token")));
        let held = held.and_then(|node| node.text()).unwrap_or_default().trim();
        let token = self.sync_token();
        let entries = match held {
            "" => self.entries.iter().map(|entry| self.response(Thing::Entry(entry), wanted)).collect(),
            held if held == token => String::new(),
            _ => return refused(403, "<D:valid-sync-token/>"),
        };
        multi_status(&format!("{entries}<D:sync-token>{token}</D:sync-token>"))
    }

    fn sync_token(&self) -> String {
        format!("data:,{}", self.tag())
    }

    fn response(&self, thing: Thing<'_>, wanted: &Wanted) -> String {
        let href = match thing {
            Thing::Root => ROOT,
            Thing::Principal => PRINCIPAL,
            Thing::Home => HOME,
            Thing::Calendar => CALENDAR,
            Thing::Entry(entry) => &entry.href,
        };
        let (mut known, mut unknown) = (String::new(), String::new());
        for (namespace, name) in wanted.names() {
            match self.property(thing, namespace, name) {
                Some(value) => known.push_str(&element(namespace, name, &value)),
                None if wanted.is_named() => unknown.push_str(&element(namespace, name, "")),
                None => {}
            }
        }
        let propstat = |properties: &str, status: &str| match properties {
            "" => String::new(),
            _ => format!(
                "<D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 {status}</D:status></D:propstat>"
            ),
        };
        let mut told = propstat(&known, "200 OK") + &propstat(&unknown, "404 Not Found");
        if told.is_empty() {
            told = "<D:propstat><D:prop/><D:status>HTTP/1.1 200 OK</D:status></D:propstat>".into();
        }
        format!("<D:response><D:href>{}</D:href>{told}</D:response>", escaped(href))
    }

    /// The value of a property, as XML.
    fn property(&self, thing: Thing<'_>, namespace: &str, name: &str) -> Option<String> {
        let href = |path: &str| format!("<D:href>{path}</D:href>");
        let value = match (namespace, name, thing) {
            (DAV, "resourcetype", Thing::Entry(_)) => String::new(),
            (DAV, "resourcetype", Thing::Calendar) => "<D:collection/><C:calendar/>".into(),
            (DAV, "resourcetype", Thing::Principal) => "<D:collection/><D:principal/>".into(),
            (DAV, "resourcetype", _) => "<D:collection/>".into(),
            (DAV, "displayname", Thing::Calendar) => escaped(&format!("Showings: {}", self.agent)),
            (DAV, "displayname", Thing::Principal) => escaped(&self.agent),
            (DAV, "current-user-principal" | "owner" | "principal-URL", _) => href(PRINCIPAL),
            (DAV, "current-user-privilege-set", _) => "<D:privilege><D:read/></D:privilege>".into(),
            (DAV, "supported-report-set", Thing::Calendar) => {
                ["<C:calendar-query/>", "<C:calendar-multiget/>", "<D:sync-collection/>"]
                    .map(|report| {
                        format!("<D:supported-report><D:report>{report}</D:report></D:supported-report>")
                    })
                    .concat()
            }
            (DAV, "sync-token", Thing::Calendar) => self.sync_token(),
            (DAV, "getetag", Thing::Calendar) => format!("\"{}\"", self.tag()),
            (DAV, "getetag", Thing::Entry(entry)) => escaped(&entry.etag),
            (DAV, "getcontenttype", Thing::Entry(_)) => {
                "text/calendar; charset=utf-8; component=vevent".into()
            }
            (DAV, "getcontentlength", Thing::Entry(entry)) => entry.text.len().to_string(),
            (CALDAV, "calendar-home-set", _) => href(HOME),
            (CALDAV, "supported-calendar-component-set", Thing::Calendar) => {
                "<C:comp name=\"VEVENT\"/>".into()
            }
            (CALDAV, "supported-calendar-data", Thing::Calendar) => {
                "<C:calendar-data content-type=\"text/calendar\" version=\"2.0\"/>".into()
            }
            (CALDAV, "calendar-data", Thing::Entry(entry)) => escaped(&entry.text),
            (CALENDAR_SERVER, "getctag", Thing::Calendar) => self.tag(),
            _ => return None,
        };
        Some(value)
    }
}

/// Which properties are asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// All that are told without being named (RFC 4918, 9.1).
    All,
    These(Vec<(String, String)>),
}

impl Wanted {
    const USUAL: [(&'static str, &'static str); 5] = [
        (DAV, "resourcetype"),
        (DAV, "displayname"),
        (DAV, "getetag"),
        (DAV, "getcontenttype"),
        (DAV, "getcontentlength"),
    ];

    /// `None`: it is no PROPFIND. An empty one asks for all.
    fn of(body: &str) -> Option<Self> {
        if body.trim().is_empty() {
            return Some(Self::All);
        }
        let document = Document::parse(body).ok()?;
        let root = document.root_element();
        root.has_tag_name((DAV, "propfind")).then(|| Self::in_element(root))
    }

    fn in_element(root: Node<'_, '_>) -> Self {
        let Some(prop) = root.children().find(|node| node.has_tag_name((DAV, "prop"))) else {
            return Self::All;
        };
        let named = prop.children().filter(Node::is_element).map(|node| {
            let name = node.tag_name();
            (name.namespace().unwrap_or_default().to_owned(), name.name().to_owned())
        });
        Self::These(named.collect())
    }

    fn names(&self) -> Vec<(&str, &str)> {
        match self {
            Self::All => Self::USUAL.to_vec(),
            Self::These(names) => {
                names.iter().map(|(namespace, name)| (namespace.as_str(), name.as_str())).collect()
            }
        }
    }

    const fn is_named(&self) -> bool {
        matches!(self, Self::These(_))
    }
}

/// Which events a query wants (RFC 4791, 9.7), as far as calendar programs ask: events at all, and within a time.
#[derive(Debug, PartialEq, Eq)]
enum Filter {
    Nothing,
    Within { from: Timestamp, until: Timestamp },
}

impl Filter {
    /// `None`: by something that is not understood.
    fn of(query: Node<'_, '_>) -> Option<Self> {
        let everything = Self::Within { from: Timestamp::MIN, until: Timestamp::MAX };
        let Some(filter) = query.children().find(|node| node.has_tag_name((CALDAV, "filter"))) else {
            return Some(everything);
        };
        let inner = filter.descendants().filter(Node::is_element);
        let known = ["filter", "comp-filter", "time-range"];
        if inner.clone().any(|node| !known.iter().any(|name| node.has_tag_name((CALDAV, *name)))) {
            return None;
        }
        let components = inner.clone().filter(|node| node.has_tag_name((CALDAV, "comp-filter")));
        for component in components {
            if !matches!(component.attribute("name"), Some("VCALENDAR" | "VEVENT")) {
                return Some(Self::Nothing);
            }
        }
        let Some(range) = inner.clone().find(|node| node.has_tag_name((CALDAV, "time-range"))) else {
            return Some(everything);
        };
        let instant = |name, otherwise| match range.attribute(name) {
            Some(text) => DateTime::strptime("%Y%m%dT%H%M%SZ", text)
                .and_then(|at| at.to_zoned(TimeZone::UTC))
                .map(|at| at.timestamp())
                .ok(),
            None => Some(otherwise),
        };
        Some(Self::Within { from: instant("start", Timestamp::MIN)?, until: instant("end", Timestamp::MAX)? })
    }

    fn matches(&self, entry: &Stored) -> bool {
        match self {
            Self::Nothing => false,
            Self::Within { from, until } => entry.begins < *until && *from < entry.ends,
        }
    }
}

/// Namespaces that are declared once, at the top; others where they are.
fn element(namespace: &str, name: &str, value: &str) -> String {
    let prefix = match namespace {
        DAV => "D",
        CALDAV => "C",
        CALENDAR_SERVER => "S",
        other => return format!("<X:{name} xmlns:X=\"{}\"/>", escaped(other)),
    };
    if value.is_empty() {
        format!("<{prefix}:{name}/>")
    } else {
        format!("<{prefix}:{name}>{value}</{prefix}:{name}>")
    }
}

const NAMESPACES: &str =
    "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:S=\"http://calendarserver.org/ns/\"";

fn multi_status(responses: &str) -> DavResponse {
    xml(207, format!("<D:multistatus {NAMESPACES}>{responses}</D:multistatus>"))
}

fn gone(href: &str) -> String {
    let href = escaped(href);
    format!("<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>")
}

/// Why not, in the standard's own words (RFC 4918, 16).
fn refused(status: u16, condition: &str) -> DavResponse {
    xml(status, format!("<D:error {NAMESPACES}>{condition}</D:error>"))
}

fn xml(status: u16, body: String) -> DavResponse {
    let body = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{body}\n");
    DavResponse { status, kind: "application/xml; charset=utf-8", etag: None, body }
}

const fn plain(status: u16) -> DavResponse {
    DavResponse { status, kind: "text/plain; charset=utf-8", etag: None, body: String::new() }
}

/// Text within XML. A carriage return is written as such, or it would be lost on the way (XML 1.0, 2.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(summary: &str, begins: &str) -> Event {
        let begins: Timestamp = begins.parse().unwrap();
        Event {
            uid: "showing-1@portico".into(),
            begins,
            ends: begins + jiff::SignedDuration::from_mins(30),
            changed: begins,
            summary: summary.into(),
            place: "210 Maple Court".into(),
            description: String::new(),
            cancelled: false,
        }
    }

    fn robin() -> Served {
        let events = [
            ("showing-1".to_owned(), event("Showing: <Dana> & \"co\"", "2026-11-21T17:00:00Z")),
            ("showing-2".to_owned(), event("Showing: Kim", "2026-11-23T17:00:00Z")),
        ];
        Served::new("Robin", &events, |text| format!("\"{}\"", text.len()))
    }

    fn ask(method: &str, path: &str, depth: &str, body: &str) -> DavResponse {
        robin().answer(&DavRequest { method, path, depth: Some(depth), body })
    }

    /// The texts of these elements of an answer, in order.
    fn told(response: &DavResponse, namespace: &str, name: &str) -> Vec<String> {
        let document =
            Document::parse(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body));
        let found = document.descendants().filter(|node| node.has_tag_name((namespace, name)));
        found
            .map(|node| node.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect())
            .collect()
    }

    fn propfind(path: &str, depth: &str, properties: &str) -> DavResponse {
        let body =
            format!("<propfind xmlns=\"DAV:\" {}><prop>{properties}</prop></propfind>", &NAMESPACES[14..]);
        ask("PROPFIND", path, depth, &body)
    }

    #[test]
    fn a_program_finds_its_way_from_the_door_to_the_calendar() {
        let door = propfind("/dav/", "0", "<current-user-principal/>");
        assert_eq!(
            (door.status, told(&door, DAV, "current-user-principal")),
            (207, vec![PRINCIPAL.to_owned()])
        );
        let principal = propfind(PRINCIPAL, "0", "<C:calendar-home-set/><quota-used-bytes/>");
        assert_eq!(told(&principal, CALDAV, "calendar-home-set"), [HOME]);
        assert_eq!(told(&principal, DAV, "status"), ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"]);
        let home = propfind(HOME, "1", "<resourcetype/><displayname/><S:getctag/>");
        assert_eq!(told(&home, DAV, "href"), [HOME, CALENDAR]);
        assert!(
            home.body.contains("<C:calendar/>") && home.body.contains("Showings: Robin"),
            "{}",
            home.body
        );
        let calendar = propfind(CALENDAR, "1", "<getetag/>");
        assert_eq!(told(&calendar, DAV, "href").len(), 3);
        assert_eq!(ask("PROPFIND", CALENDAR, "infinity", "").status, 403);
        assert_eq!(ask("PROPFIND", "/dav/home/other/", "0", "").status, 404);
        assert_eq!(ask("PROPFIND", CALENDAR, "0", "<propfind").status, 400);
    }

    #[test]
    fn showings_are_found_by_time_and_by_name_and_come_as_they_are_written() {
        let query = |filter: &str| {
            let body = format!(
                "<C:calendar-query {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>\
                 <C:comp-filter name=\"VCALENDAR\">{filter}</C:comp-filter></C:filter></C:calendar-query>"
            );
            ask("REPORT", CALENDAR, "1", &body)
        };
        let range = "<C:comp-filter name=\"VEVENT\"><C:time-range start=\"20261121T000000Z\" end=\"20261122T000000Z\"/></C:comp-filter>";
        let found = query(range);
        let text = told(&found, CALDAV, "calendar-data").remove(0);
        assert_eq!(told(&found, DAV, "href"), ["/dav/home/showings/showing-1.ics"]);
        assert_eq!(text, ask("GET", "/dav/home/showings/showing-1.ics", "0", "").body);
        assert!(text.contains("SUMMARY:Showing: <Dana> & \"co\"\r\n"), "{text}");
        assert_eq!(told(&query("<C:comp-filter name=\"VEVENT\"/>"), DAV, "href").len(), 2);
        assert!(told(&query("<C:comp-filter name=\"VJOURNAL\"/>"), DAV, "href").is_empty());
        assert_eq!(
            query("<C:comp-filter name=\"VEVENT\"><C:prop-filter name=\"UID\"/></C:comp-filter>").status,
            403
        );
        let named = ask(
            "REPORT",
            CALENDAR,
            "0",
            &format!(
                "<C:calendar-multiget {NAMESPACES}><D:prop><C:calendar-data/></D:prop>\
                 <D:href>/dav/home/showings/showing-2.ics</D:href><D:href>/dav/home/showings/other.ics</D:href>\
                 </C:calendar-multiget>"
            ),
        );
        assert_eq!(told(&named, CALDAV, "calendar-data").len(), 1);
        assert_eq!(told(&named, DAV, "status"), ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"]);
    }

    #[test]
    fn a_program_that_has_all_of_it_is_told_nothing_and_one_that_is_behind_begins_anew() {
        let sync = |served: &Served, token: &str| {
            let body = format!(
                "<D:sync-collection {NAMESPACES}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>\
                 <D:prop><D:getetag/></D:prop></D:sync-collection>"
            );
            served.answer(&DavRequest { method: "REPORT", path: CALENDAR, depth: Some("0"), body: &body })
        };
        let first = sync(&robin(), "");
        let token = told(&first, DAV, "sync-token").remove(0);
        assert_eq!(told(&first, DAV, "href").len(), 2);
        assert!(told(&sync(&robin(), &token), DAV, "href").is_empty());
        let fewer = Served { entries: robin().entries.split_off(1), ..robin() };
        let behind = sync(&fewer, &token);
        assert!(behind.status == 403 && behind.body.contains("valid-sync-token"), "{behind:?}");
        assert_ne!(fewer.tag(), robin().tag());
    }

    #[test]
    fn nothing_is_written_through_it() {
        for method in ["PUT", "DELETE", "PROPPATCH", "MKCALENDAR", "MOVE"] {
            assert_eq!(ask(method, CALENDAR, "0", "x").status, 403, "{method}");
        }
        assert_eq!(ask("PUT", "/dav/home/showings/new.ics", "0", "x").status, 404);
        assert_eq!(ask("LOCK", CALENDAR, "0", "").status, 405);
        assert_eq!(ask("OPTIONS", "/dav/", "0", "").status, 200);
    }
}
