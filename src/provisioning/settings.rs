//! What one phone is to be told.

use std::collections::BTreeMap;

use super::template::{Value, Values};
use crate::types::{Extension, Mac};

/// How a phone speaks to the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

impl Transport {
    const fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }
}

/// What a key with a lamp is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// It shows a colleague, and calls or picks up.
    Colleague,
    /// It shows a place where calls are parked, and fetches the one that waits there: a line that everybody shares.
    Park,
}

/// One key with a lamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub kind: KeyKind,
    /// The extension, or the number of the place.
    pub user: String,
    pub label: String,
}

/// A multicast group that the phone listens to: whoever pages there is heard at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `239.10.0.1:5004`.
    pub address: String,
    pub label: String,
}

/// One line of the phone book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub number: String,
}

/// Everything that a template can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub mac: Mac,
    pub extension: Extension,
    /// Shown on the phone's own display.
    pub name: String,
    /// The name that it proves its password for.
    pub user: String,
    pub password: String,
    /// Of the phone's own menu and web page; drawn for each phone.
    pub admin_password: String,
    /// The box, as phones reach it, and the port for the transport.
    pub server: String,
    pub port: u16,
    pub transport: Transport,
    pub srtp: bool,
    /// What is dialled for messages.
    pub voicemail: String,
    /// What is dialled before an extension to pick up its call.
    pub pickup: String,
    /// `America/Denver`.
    pub zone: String,
    /// Where the time comes from.
    pub ntp: String,
    /// Where this phone's files are, without a slash at the end.
    pub url: String,
    /// Is there a certificate of our own that the phone is to trust (`ca.pem` beside its files)?
    pub ca: bool,
    /// In order of preference: `g722`, `pcmu`, `pcma`.
    pub codecs: Vec<String>,
    pub keys: Vec<Key>,
    pub contacts: Vec<Contact>,
    pub groups: Vec<Group>,
    /// By the maker's own name of a setting: what this phone alone is told.
    pub overrides: BTreeMap<String, String>,
}

impl Settings {
    /// The same under the names of the templates; `zones` is what the maker calls each zone.
    pub(super) fn values(&self, zones: &BTreeMap<String, Zone>) -> Values {
        let zone = zones.get(&self.zone);
        let text = |text: &str| Value::Text(text.to_owned());
        let yes = |yes: bool| text(if yes { "yes" } else { "" });
        let codec = |name: &str| {
            let place = self.codecs.iter().position(|codec| codec == name);
            Value::Text(place.map(|place| (place + 1).to_string()).unwrap_or_default())
        };
        let host = self.url.split_once("://").map_or(self.url.as_str(), |(_, host)| host);
        // Grandstream numbers the first keys beside the display otherwise than those on further pages.
        let (first, further) = self.keys.split_at(self.keys.len().min(FIRST_KEYS));
        let contacts = self.contacts.iter().map(|contact| {
            BTreeMap::from([("name", contact.name.clone()), ("number", contact.number.clone())])
        });
        let groups = (1..).zip(&self.groups).map(|(number, group): (usize, &Group)| {
            let (address, label) = (group.address.clone(), group.label.clone());
            BTreeMap::from([("number", number.to_string()), ("address", address), ("label", label)])
        });
        BTreeMap::from([
            ("mac", Value::Text(self.mac.to_string())),
            ("extension", text(self.extension.as_str())),
            ("name", text(if self.name.is_empty() { self.extension.as_str() } else { &self.name })),
            ("user", text(&self.user)),
            ("password", text(&self.password)),
            ("admin_password", text(&self.admin_password)),
            ("server", text(&self.server)),
            ("port", Value::Text(self.port.to_string())),
            ("transport", text(self.transport.word())),
            ("srtp", yes(self.srtp)),
            ("voicemail", text(&self.voicemail)),
            ("pickup", text(&self.pickup)),
            ("zone", Value::Text(zone.map(|zone| zone.value.clone()).unwrap_or_default())),
            ("zone_name", Value::Text(zone.map(|zone| zone.name.clone()).unwrap_or_default())),
            ("zone_dst", yes(zone.is_some_and(|zone| zone.summer))),
            ("ntp", text(&self.ntp)),
            ("url", text(&self.url)),
            ("url_host", text(host)),
            ("ca", yes(self.ca)),
            ("https", yes(self.url.starts_with("https://"))),
            ("codec_g722", codec("g722")),
            ("codec_pcmu", codec("pcmu")),
            ("codec_pcma", codec("pcma")),
            ("keys", rows(&self.keys)),
            ("keys_first", rows(first)),
            ("keys_further", rows(further)),
            ("contacts", Value::Rows(contacts.collect())),
            ("groups", Value::Rows(groups.collect())),
            ("has_groups", yes(!self.groups.is_empty())),
        ])
    }
}

/// Keys beside the display of a Grandstream phone that are not its line.
const FIRST_KEYS: usize = 5;

fn rows(keys: &[Key]) -> Value {
    let row = |(index, key): (usize, &Key)| {
        let kind = match key.kind {
            KeyKind::Colleague => "colleague",
            KeyKind::Park => "park",
        };
        BTreeMap::from([
            ("index", index.to_string()),
            ("number", (index + 1).to_string()),
            ("kind", kind.to_owned()),
            ("user", key.user.clone()),
            ("label", key.label.clone()),
        ])
    };
    Value::Rows(keys.iter().enumerate().map(row).collect())
}

/// A zone as a maker writes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Zone {
    pub(super) value: String,
    #[serde(default)]
    pub(super) name: String,
    /// Is there a summer time, by the rule of the United States?
    #[serde(default)]
    pub(super) summer: bool,
}
