//! `[showing_agent.caldav]`: the calendar that somebody who shows homes keeps elsewhere, and how it is reached.

use std::{net::IpAddr, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, mail::is_near};

/// A calendar collection on a CalDAV server (RFC 4791).
#[derive(Clone, PartialEq, Eq)]
pub struct AgentCalendar {
    /// TLS; without it only to a server on this machine or in its own network.
    pub secure: bool,
    /// As connected to, and what its certificate must be for.
    pub host: String,
    pub port: u16,
    /// The collection, with a slash at both ends.
    pub path: String,
    pub user: String,
    pub password: String,
    /// A certificate authority to believe besides those of the system.
    pub ca: Option<PathBuf>,
}

impl std::fmt::Debug for AgentCalendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { secure, host, port, path, .. } = self;
        f.debug_struct("AgentCalendar")
            .field("secure", secure)
            .field("host", host)
            .field("port", port)
            .field("path", path)
            .finish_non_exhaustive()
    }
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCaldav {
    url: Spanned<String>,
    user: Spanned<String>,
    password: Spanned<String>,
    ca: Option<String>,
}

const CURE: &str = "write the address of the calendar itself, such as \
                    \"https://cloud.office.example/remote.php/dav/calendars/robin/showings/\"";

pub(super) fn calendar(c: &mut Checker<'_>, raw: RawCaldav) -> Option<AgentCalendar> {
    c.not_empty(&raw.user, "the user");
    c.not_empty(&raw.password, "the password");
    let Some((secure, host, port, path)) = parts(raw.url.get_ref().trim()) else {
        c.problem(&raw.url, "that is no address of a calendar", CURE);
        return None;
    };
    if !secure && !is_near(&host) {
        let cure =
            "write https://: only a server on this machine or in its own network may be spoken to without";
        c.problem(&raw.url, "the password would cross the internet in the clear", cure);
    } else if !secure && !is_here(&host) {
        c.warn(&raw.url, "the password crosses the office's network in the clear", "write https://");
    }
    let (user, password) = (raw.user.into_inner(), raw.password.into_inner());
    // It ends the name (RFC 7617, 2).
    if user.contains(':') {
        c.problem(&raw.url, "a user's name has no colon", "write the name as its server knows it");
    }
    Some(AgentCalendar { secure, host, port, path, user, password, ca: raw.ca.map(PathBuf::from) })
}

/// Scheme, host, port and path of an address.
fn parts(url: &str) -> Option<(bool, String, u16, String)> {
    let (secure, rest) = match url.split_once("://")? {
        ("https", rest) => (true, rest),
        ("http", rest) => (false, rest),
        _ => return None,
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let usual = if secure { 443 } else { 80 };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, usual),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let named = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b));
    // Other characters are written as %XX (RFC 3986, 2.1).
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && !b"?#<>\"\\^`{|}".contains(&b));
    let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    (named && plain && port > 0).then(|| (secure, host.to_owned(), port, path))
}

/// Of this machine: nothing leaves it.
fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, tests::office_with};

    fn robin(lines: &str) -> Result<Config, String> {
        office_with(&format!("[[showing_agent]]\nname = \"Robin\"\n[showing_agent.caldav]\n{lines}"))
    }

    #[test]
    fn a_calendar_has_an_address_and_a_password() {
        let config = robin(
            "url = \"https://cloud.office.example/dav/robin/showings\"\nuser = \"robin\"\npassword = \"geheim\"\n",
        )
        .unwrap();
        let calendar = config.showings.agents[0].calendar.clone().unwrap();
        assert_eq!(
            (calendar.secure, calendar.host.as_str(), calendar.port, calendar.path.as_str()),
            (true, "cloud.office.example", 443, "/dav/robin/showings/")
        );
        assert!(!format!("{calendar:?}").contains("geheim"), "{calendar:?}");
    }

    #[test]
    fn no_password_crosses_the_internet_in_the_clear() {
        let login = "user = \"robin\"\npassword = \"p\"\n";
        for (url, what) in [
            ("http://cloud.office.example/dav/", "in the clear"),
            ("cloud.office.example/dav/", "no address of a calendar"),
            ("https://cloud.office.example:0/dav/", "no address of a calendar"),
            ("https://cloud.office.example/dav?x=1", "no address of a calendar"),
            ("https:///dav/", "no address of a calendar"),
        ] {
            let said = robin(&format!("url = \"{url}\"\n{login}")).unwrap_err();
            assert!(said.contains(what), "{url}: {said}");
        }
        assert!(robin(&format!("url = \"http://127.0.0.1:5232/robin/showings/\"\n{login}")).is_ok());
        assert!(robin(&format!("url = \"https://[2001:db8::1]:8443/robin/\"\n{login}")).is_ok());
    }
}
