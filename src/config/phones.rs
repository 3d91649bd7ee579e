//! What desk phones are told: `[phones]` and `[[phone]]`, as written and as checked.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::types::Mac;

/// The section `[phones]`, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub url: Option<Spanned<String>>,
    pub server: Option<Spanned<String>>,
    pub port: Option<Spanned<u64>>,
    pub transport: Option<Spanned<String>>,
    #[serde(default)]
    pub srtp: bool,
    pub codecs: Option<Spanned<Vec<String>>>,
    pub time_server: Option<Spanned<String>>,
    pub show_callers: Option<bool>,
    pub plug_and_play: Option<bool>,
    pub ca: Option<String>,
}

/// One section `[[phone]]`, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPhone {
    pub mac: Spanned<String>,
    #[serde(default)]
    pub set: BTreeMap<String, String>,
}

/// How desk phones reach the box and what they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phones {
    /// Where they fetch their settings, without a slash at the end: the console as phones reach it. `None`: HTTP at the
    /// box's own address.
    pub url: Option<String>,
    /// The name or address that they register at. `None`: the box's own address.
    pub server: Option<String>,
    /// The port there. `None`: the one that SIP listens on.
    pub port: Option<u16>,
    pub transport: PhoneTransport,
    pub srtp: bool,
    /// In order of preference.
    pub codecs: Vec<String>,
    pub time_server: String,
    /// Do the lamps of colleagues show with whom somebody talks?
    pub show_callers: bool,
    /// Are phones that look for settings by multicast told where they are?
    pub plug_and_play: bool,
    /// A certificate in PEM form that phones are to trust.
    pub ca: Option<std::path::PathBuf>,
    /// What single phones are told, by their makers' own names of settings.
    pub overrides: BTreeMap<Mac, BTreeMap<String, String>>,
}

/// How desk phones speak SIP to the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneTransport {
    Udp,
    Tcp,
    Tls,
}

const CODECS: [&str; 3] = ["g722", "pcmu", "pcma"];

impl Raw {
    pub(super) fn check(self, c: &mut super::checker::Checker<'_>, phones: Vec<RawPhone>) -> Phones {
        let host = |c: &mut super::checker::Checker<'_>, value: Spanned<String>, is: &str| {
            let text = value.get_ref().trim().to_owned();
            let fits = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
            if text.is_empty() || !text.bytes().all(fits) {
                c.problem(&value, format_args!("`{text}` is no {is}"), "write a host name or an IP address");
            }
            text
        };
        let url = self.url.map(|url| {
            let text = url.get_ref().trim().trim_end_matches('/').to_owned();
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
                let cure = "write where phones reach the console, such as \"https://portico.office.example\"";
                c.problem(&url, format_args!("`{text}` is no address of a web server"), cure);
            }
            text
        });
        let transport = match self.transport.as_ref().map(|word| (word, word.get_ref().as_str())) {
            None | Some((_, "udp")) => PhoneTransport::Udp,
            Some((_, "tcp")) => PhoneTransport::Tcp,
            Some((_, "tls")) => PhoneTransport::Tls,
            Some((word, other)) => {
                let what = format_args!("`{other}` is no way to carry SIP");
                c.problem(word, what, "write \"udp\", \"tcp\" or \"tls\"");
                PhoneTransport::Udp
            }
        };
        let codecs = match self.codecs {
            None => vec!["pcmu".to_owned(), "pcma".to_owned()],
            Some(codecs) => {
                if let Some(other) = codecs.get_ref().iter().find(|name| !CODECS.contains(&name.as_str())) {
                    let what = format_args!("`{other}` is no codec that phones are told of");
                    c.problem(&codecs, what, "write some of \"g722\", \"pcmu\" and \"pcma\", the best first");
                }
                codecs.into_inner()
            }
        };
        let mut overrides: BTreeMap<Mac, BTreeMap<String, String>> = BTreeMap::new();
        for phone in phones {
            let cure = "write the twelve digits on the phone's label, such as \"00:15:65:1a:2b:3c\"";
            let Some(mac) = c.parse::<Mac>(&phone.mac, "a phone's address", cure) else { continue };
            if overrides.insert(mac, phone.set).is_some() {
                c.problem(
                    &phone.mac,
                    format_args!("the phone {mac} is there twice"),
                    "delete one of the two",
                );
            }
        }
        Phones {
            url,
            server: self.server.map(|server| host(c, server, "host")),
            port: self
                .port
                .map(|port| u16::try_from(c.within(&port, 1..=65_535, "as a port")).unwrap_or(5060)),
            transport,
            srtp: self.srtp,
            codecs,
            time_server: self
                .time_server
                .map_or_else(|| "pool.ntp.org".to_owned(), |server| host(c, server, "time server")),
            show_callers: self.show_callers.unwrap_or(true),
            plug_and_play: self.plug_and_play.unwrap_or(true),
            ca: self.ca.map(Into::into),
            overrides,
        }
    }
}
