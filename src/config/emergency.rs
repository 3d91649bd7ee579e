//! `[emergency]` and `[[location]]`: who is told of a call to 911, and where each phone is.

use std::{collections::BTreeSet, net::IpAddr};

use serde::Deserialize;
use toml::Spanned;

use super::{checker::Checker, trunks::network};
use crate::types::{EmergencyNumbers, Extension, PhoneNumber};

/// What the office wants done when somebody dials an emergency number. That it is connected is not configurable.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Emergency {
    /// Beside 911: those of the country, and whatever else the office has written.
    pub numbers: EmergencyNumbers,
    /// Desk phones that ring and show who has dialled.
    pub notify_phones: Vec<Extension>,
    /// Numbers that are called; key 1 acknowledges.
    pub notify_calls: Vec<PhoneNumber>,
    pub notify_texts: Vec<PhoneNumber>,
}

/// A place that somebody can be sent to, and the phones that are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Location {
    pub name: String,
    /// The elements of its civic address: their names in RFC 5139, and their texts.
    pub address: Vec<(&'static str, String)>,
    pub callback: PhoneNumber,
    /// MAC addresses or instance ids.
    pub devices: Vec<String>,
    pub subnets: Vec<(IpAddr, u8)>,
    pub extensions: Vec<Extension>,
    /// Phones that are nowhere else are here.
    pub default: bool,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEmergency {
    #[serde(default)]
    pub numbers: Vec<Spanned<String>>,
    #[serde(default)]
    pub notify_phones: Vec<Spanned<String>>,
    #[serde(default)]
    pub notify_calls: Vec<Spanned<String>>,
    #[serde(default)]
    pub notify_texts: Vec<Spanned<String>>,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLocation {
    pub name: Spanned<String>,
    pub callback: Spanned<String>,
    pub country: Spanned<String>,
    pub state: Option<Spanned<String>>,
    pub county: Option<Spanned<String>>,
    pub city: Option<Spanned<String>>,
    pub district: Option<Spanned<String>>,
    pub street_before: Option<Spanned<String>>,
    pub street: Option<Spanned<String>>,
    pub street_type: Option<Spanned<String>>,
    pub street_after: Option<Spanned<String>>,
    pub number: Option<Spanned<String>>,
    pub number_suffix: Option<Spanned<String>>,
    pub landmark: Option<Spanned<String>>,
    pub hint: Option<Spanned<String>>,
    pub floor: Option<Spanned<String>>,
    pub occupant: Option<Spanned<String>>,
    pub zip: Option<Spanned<String>>,
    pub building: Option<Spanned<String>>,
    pub unit: Option<Spanned<String>>,
    pub room: Option<Spanned<String>>,
    pub seat: Option<Spanned<String>>,
    #[serde(default)]
    pub devices: Vec<Spanned<String>>,
    #[serde(default)]
    pub subnets: Vec<Spanned<String>>,
    #[serde(default)]
    pub extensions: Vec<Spanned<String>>,
    pub default: Option<Spanned<bool>>,
}

/// A value longer than this is no part of an address.
const LONGEST_ELEMENT: usize = 100;

pub(super) fn numbers(c: &mut Checker<'_>, raw: &RawEmergency) -> EmergencyNumbers {
    let mut numbers = c.country.emergency_numbers();
    for text in &raw.numbers {
        let cure = "write two to six digits, such as \"112\"; 911 and those of the office's country need not be written";
        if let Some(number) = c.parse(text, "an emergency number", cure) {
            numbers.national.insert(number);
        }
    }
    numbers
}

/// Whatever may be dialled in the house must not look like an emergency number in any of its forms.
pub(super) fn no_shadow(c: &mut Checker<'_>, value: &Spanned<String>) {
    if let Some(emergency) = c.emergency.matched(value.get_ref()) {
        c.problem(
            value,
            format_args!("`{}` is a way of dialling {}", value.get_ref(), emergency.digits()),
            "give it another number: calls for help are connected before any rule, so it could never be reached",
        );
    }
}

pub(super) fn emergency(
    c: &mut Checker<'_>,
    raw: RawEmergency,
    numbers: EmergencyNumbers,
    known: &BTreeSet<Extension>,
) -> Emergency {
    Emergency {
        numbers,
        notify_phones: raw.notify_phones.iter().filter_map(|name| extension(c, name, known)).collect(),
        notify_calls: raw.notify_calls.iter().filter_map(|number| c.number(number)).collect(),
        notify_texts: raw.notify_texts.iter().filter_map(|number| c.number(number)).collect(),
    }
}

fn extension(c: &mut Checker<'_>, name: &Spanned<String>, known: &BTreeSet<Extension>) -> Option<Extension> {
    let cure = "add an [[extension]] section for it, or take it out of this list";
    c.one_of(name, name.get_ref(), known, "extensions", cure)
}

pub(super) fn locations(
    c: &mut Checker<'_>,
    raw: Vec<Spanned<RawLocation>>,
    known: &BTreeSet<Extension>,
) -> Vec<Location> {
    let (mut names, mut devices, mut extensions, mut default) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), false);
    let mut locations = Vec::new();
    for entry in raw {
        let entry = entry.into_inner();
        c.not_empty(&entry.name, "the location's name");
        if !names.insert(entry.name.get_ref().clone()) {
            let what = format_args!("location `{}` is there twice", entry.name.get_ref());
            c.problem(&entry.name, what, "rename one");
        }
        let address = address(c, &entry);
        let Some(callback) = c.number(&entry.callback) else { continue };
        let mut here = Vec::new();
        for name in &entry.extensions {
            let Some(extension) = extension(c, name, known) else { continue };
            if !extensions.insert(extension.clone()) {
                let what = format_args!("extension {extension} is in two locations");
                c.problem(
                    name,
                    what,
                    "take it out of one; a phone that moves is told apart by its MAC address",
                );
            }
            here.push(extension);
        }
        let mut phones = Vec::new();
        for text in &entry.devices {
            let key: String = text.get_ref().chars().filter(char::is_ascii_hexdigit).collect();
            let key = key.to_ascii_lowercase();
            if key.len() < 12 {
                let what = format_args!("`{}` is not a device", text.get_ref());
                c.problem(
                    text,
                    what,
                    "write its MAC address, such as \"00:15:65:aa:bb:01\", or its instance id",
                );
            } else if !devices.insert(key) {
                c.problem(text, "this device is in two locations", "take it out of one");
            }
            phones.push(text.get_ref().clone());
        }
        let is_default = entry.default.as_ref().is_some_and(|value| *value.get_ref());
        if is_default
            && std::mem::replace(&mut default, true)
            && let Some(value) = &entry.default
        {
            c.problem(value, "two locations are the default", "leave `default = true` at one of them");
        }
        locations.push(Location {
            name: entry.name.into_inner(),
            address,
            callback,
            devices: phones,
            subnets: entry.subnets.iter().filter_map(|text| network(c, text)).collect(),
            extensions: here,
            default: is_default,
        });
    }
    locations
}

fn address(c: &mut Checker<'_>, entry: &RawLocation) -> Vec<(&'static str, String)> {
    if entry.country.get_ref().len() != 2 || !entry.country.get_ref().bytes().all(|b| b.is_ascii_uppercase())
    {
        let what = format_args!("`{}` is not a country", entry.country.get_ref());
        c.problem(&entry.country, what, "write its two letters, such as \"US\"");
    }
    let needed: [(&Option<Spanned<String>>, &str); 2] = [(&entry.city, "city"), (&entry.state, "state")];
    for (value, name) in needed {
        if value.is_none() && entry.country.get_ref() == "US" {
            let cure = format!("add `{name} = \"…\"`: help is sent to an address, and this one has none");
            c.problem(&entry.name, format_args!("location `{}` has no {name}", entry.name.get_ref()), &cure);
        }
    }
    if (entry.street.is_none() || entry.number.is_none()) && entry.landmark.is_none() {
        let what = format_args!("location `{}` has no street and number", entry.name.get_ref());
        c.problem(&entry.name, what, "add `street = \"…\"` and `number = \"…\"`, or a `landmark`");
    }
    let country = [("country", Some(&entry.country))];
    let others = [
        ("A1", &entry.state),
        ("A2", &entry.county),
        ("A3", &entry.city),
        ("A4", &entry.district),
        ("PRD", &entry.street_before),
        ("RD", &entry.street),
        ("STS", &entry.street_type),
        ("POD", &entry.street_after),
        ("HNO", &entry.number),
        ("HNS", &entry.number_suffix),
        ("LMK", &entry.landmark),
        ("LOC", &entry.hint),
        ("FLR", &entry.floor),
        ("NAM", &entry.occupant),
        ("PC", &entry.zip),
        ("BLD", &entry.building),
        ("UNIT", &entry.unit),
        ("ROOM", &entry.room),
        ("SEAT", &entry.seat),
    ];
    let all = country.into_iter().chain(others.into_iter().map(|(tag, value)| (tag, value.as_ref())));
    let mut elements = Vec::new();
    for (tag, value) in all.filter_map(|(tag, value)| Some((tag, value?))) {
        c.not_empty(value, "a part of the address");
        if value.get_ref().chars().count() > LONGEST_ELEMENT || value.get_ref().chars().any(char::is_control)
        {
            c.problem(value, "this is no part of an address", "write one part of it, in one line");
        }
        elements.push((tag, value.get_ref().trim().to_owned()));
    }
    elements
}
