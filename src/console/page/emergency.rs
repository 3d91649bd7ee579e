//! Where 911 would say that each phone is: the list that somebody has to look through once a year, and after each move.

use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{
    console::vitals::Placed,
    pbx::{EmergencyPlan, KnownBy},
};

pub(in crate::console) fn emergency(frame: &Frame, placed: &[Placed], plan: &EmergencyPlan) -> Markup {
    let unplaced = placed.iter().filter(|device| device.location.is_none()).count();
    let body = html! {
        @if unplaced > 0 {
            p class="notice bad" role="alert" {
                (unplaced) " of " (placed.len()) " devices would be sought at the address of the office's main number alone. "
                "Add their MAC address, network or extension to a [[location]], or make one location the default."
            }
        }
        table {
            caption { "Where 911 would say that each phone is" }
            thead { tr { th { "Phone" } th { "Device" } th { "Location" } th { "Known by" } th { "Number shown" } } }
            tbody {
                @for device in placed {
                    tr {
                        td data-is="Phone" { (device.extension) }
                        td data-is="Device" { (device.device) }
                        @match &device.location {
                            Some((location, how)) => {
                                td data-is="Location" { (location.name) br; span class="quiet" { (location.address.line()) } }
                                td data-is="Known by" { (known_by(*how)) }
                                td data-is="Number shown" { (location.callback.national()) }
                            }
                            None => {
                                td data-is="Location" { (words::mark("nobody has said", "bad")) }
                                td data-is="Known by" {}
                                td data-is="Number shown" { "the office's main number" }
                            }
                        }
                    }
                }
            }
        }
        h2 { "Who is told when somebody dials 911" }
        dl {
            dt { "Screens" } dd { "Every console that is open, with a sound until somebody has seen it" }
            dt { "Desk phones" } dd { (list(plan.notice.phones.iter().map(ToString::to_string))) }
            dt { "Called, and asked to press 1" } dd { (list(plan.notice.calls.iter().map(|n| n.national()))) }
            dt { "Texted" } dd { (list(plan.notice.texts.iter().map(|n| n.national()))) }
        }
        p class="quiet" {
            "Dial 933 from a phone to hear the address that the carrier has on file for it. Nobody is alarmed by that."
        }
    };
    frame.page(Section::Emergency, "911", &body)
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn known_by(how: KnownBy) -> &'static str {
    match how {
        KnownBy::Device => "the device itself",
        KnownBy::Subnet => "its network",
        KnownBy::Extension => "its extension",
        KnownBy::Default => "the default",
    }
}
