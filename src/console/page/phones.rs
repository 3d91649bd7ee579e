//! The page of desk phones: those that wait for somebody to take them in, and those of the office.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{
    store::{AdoptedRow, DeviceRow, RegisteredRow},
    types::{Extension, Mac},
};

/// What is on the page.
#[derive(Debug)]
pub(in crate::console) struct PhoneList<'a> {
    pub devices: &'a [DeviceRow],
    pub registered: &'a [RegisteredRow],
    /// By extension and contact: what a phone was told, and what it said.
    pub told: &'a BTreeMap<(Extension, String), (String, Option<u16>)>,
    pub extensions: &'a BTreeMap<Extension, (String, String)>,
    pub url: &'a str,
    /// Are phones that ask on the local network answered?
    pub looking: bool,
}

pub(in crate::console) fn phones(frame: &Frame, list: &PhoneList<'_>, zone: &TimeZone) -> Markup {
    let waiting: Vec<&DeviceRow> = list.devices.iter().filter(|device| device.adopted.is_none()).collect();
    let taken = list.devices.iter().filter_map(|device| Some((device, device.adopted.as_ref()?)));
    let taken: Vec<(&DeviceRow, &AdoptedRow)> = taken.collect();
    let body = html! {
        h2 { "Phones that wait" }
        @if waiting.is_empty() {
            p class="quiet" { "None. A new phone appears here when it has asked for its settings." }
        } @else {
            table {
                caption { "Choose an extension, then switch the phone off and on" }
                thead { tr { th { "Phone" } th { "Address" } th { "Seen" } th { "Take in" } } }
                tbody { @for device in &waiting { (waiting_row(frame, list, device, zone)) } }
            }
        }
        h2 { "Phones of the office" }
        @if taken.is_empty() { p class="quiet" { "None has been taken in yet." } } @else {
            table {
                caption { "By extension" }
                thead { tr { th { "Extension" } th { "Phone" } th { "Settings fetched" } th { "State" } th { "Do" } } }
                tbody { @for (device, adopted) in &taken { (taken_row(frame, list, device, adopted, zone)) } }
            }
        }
        h2 { "Registered now" }
        @if list.registered.is_empty() { p class="quiet" { "No phone is registered." } } @else {
            table {
                caption { "Every phone that can ring" }
                thead { tr { th { "Extension" } th { "Calls itself" } th { "Address" } th { "Registered" } th { "Told last" } } }
                tbody {
                    @for row in list.registered {
                        tr {
                            td data-is="Extension" { (row.extension) }
                            td data-is="Calls itself" { (row.user_agent) }
                            td data-is="Address" { (row.remote) }
                            td data-is="Registered" { (words::moment(row.since, zone)) }
                            td data-is="Told last" { (told(list, &row.extension, &row.contact)) }
                        }
                    }
                }
            }
        }
        h2 { "New phones without typing" }
        form method="post" action="/phones/look" {
            input type="hidden" name="csrf" value=(frame.csrf);
            @if list.looking { "New phones on this network are answered at the moment. " }
            @else { "Phones that have just been unpacked ask their network for settings. " }
            button { "Look for new phones for half an hour" }
        }
        p { "Or set one of these in the router's DHCP server, and plug the phone in:" }
        ul {
            li { "Option 66 (Yealink, Grandstream, Snom, Fanvil): " code { (list.url) "/provision" } }
            li { "Option 160 (Poly): " code { (list.url) "/provision" } }
            li { "Option 43, suboption 1, where 66 is in use: " code { (list.url) "/provision" } }
        }
    };
    frame.page(Section::Phones, "Phones", &body)
}

fn waiting_row(frame: &Frame, list: &PhoneList<'_>, device: &DeviceRow, zone: &TimeZone) -> Markup {
    html! {
        tr {
            td data-is="Phone" { (device.brand) " " (device.mac) br; span class="quiet" { (device.user_agent) } }
            td data-is="Address" { (device.address) }
            td data-is="Seen" { (words::moment(device.last_seen, zone)) }
            td data-is="Take in" {
                form method="post" action={ "/phones/" (device.mac) "/adopt" } {
                    input type="hidden" name="csrf" value=(frame.csrf);
                    label { "Extension "
                        select name="extension" {
                            @for (extension, (name, _)) in list.extensions {
                                option value=(extension) { (extension) " " (name) }
                            }
                        }
                    }
                    " " button { "Take in" }
                }
                (small_form(frame, device.mac, "forget", &[], "Ignore"))
            }
        }
    }
}

fn taken_row(
    frame: &Frame,
    list: &PhoneList<'_>,
    device: &DeviceRow,
    adopted: &AdoptedRow,
    zone: &TimeZone,
) -> Markup {
    let registered = list.registered.iter().find(|row| row.extension == adopted.extension);
    html! {
        tr {
            td data-is="Extension" { (adopted.extension) }
            td data-is="Phone" {
                a href={ "/phones/" (device.mac) } { (device.brand) " " (device.mac) }
                br; span class="quiet" { (device.user_agent) }
            }
            td data-is="Settings fetched" {
                @match &adopted.fetched {
                    Some((at, file)) => { (words::moment(*at, zone)) br; span class="quiet" { (file) } },
                    None => "not yet: switch the phone off and on",
                }
            }
            td data-is="State" {
                @match registered {
                    Some(row) => { "registered " (words::moment(row.since, zone)) br; (told(list, &row.extension, &row.contact)) },
                    None => "not registered",
                }
                @if let Some(trouble) = &adopted.trouble { br; strong { (trouble) } }
            }
            td data-is="Do" {
                (small_form(frame, device.mac, "check-sync", &[], "Fetch settings"))
                (small_form(frame, device.mac, "check-sync", &[("reboot", "true")], "Restart"))
                (small_form(frame, device.mac, "forget", &[], "Forget"))
            }
        }
    }
}

fn small_form(frame: &Frame, mac: Mac, what: &str, fields: &[(&str, &str)], label: &str) -> Markup {
    html! {
        form method="post" action={ "/phones/" (mac) "/" (what) } {
            input type="hidden" name="csrf" value=(frame.csrf);
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button class="plain" { (label) }
        }
    }
}

/// What came of the last thing that a phone was told.
fn told(list: &PhoneList<'_>, extension: &Extension, contact: &str) -> Markup {
    let Some((event, status)) = list.told.get(&(extension.clone(), contact.to_owned())) else {
        return html! {};
    };
    let what = if event.contains("reboot=true") { "restart" } else { "fetch settings" };
    html! {
        @match status {
            None => { (what) ": no answer yet" },
            Some(200..=299) => { (what) ": the phone agrees" },
            Some(408) => strong { (what) ": the phone does not answer" },
            Some(401 | 407) => strong { (what) ": the phone asks for a password" },
            Some(status) => strong { (what) ": the phone refuses (" (status) ")" },
        }
    }
}

pub(in crate::console) fn phone_preview(
    frame: &Frame,
    mac: Mac,
    overrides: &BTreeMap<String, String>,
    files: &[(String, String)],
) -> Markup {
    let body = html! {
        p { a href="/phones" { "All phones" } }
        @if overrides.is_empty() {
            p class="quiet" { "Nothing is set for this phone alone. A section [[phone]] with its address does that." }
        } @else {
            p { "Set for this phone alone:" }
            ul { @for (name, value) in overrides { li { code { (name) } " = " code { (value) } } } }
        }
        @for (name, text) in files { h2 { (name) } pre { (text) } }
    };
    frame.page(Section::Phones, &format!("Phone {mac}"), &body)
}
