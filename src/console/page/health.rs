//! How the box fares: everything that can be wrong, and the cure where there is one.

use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{
    console::vitals::{Condition, Vitals},
    store::Health,
};

pub(in crate::console) fn health(frame: &Frame, vitals: &Vitals, store: Result<&Health, String>) -> Markup {
    let body = html! {
        table {
            caption { "Parts of the box" }
            thead { tr { th { "Part" } th { "State" } th { "What it means" } } }
            tbody {
                @for part in vitals.parts() {
                    tr {
                        td data-is="Part" { (part.name) }
                        td data-is="State" {
                            @match part.condition {
                                Condition::Well => (words::mark("well", "good")),
                                Condition::Waiting => (words::mark("waiting", "warn")),
                                Condition::Broken => (words::mark("needs attention", "bad")),
                            }
                        }
                        td { (part.meaning) }
                    }
                }
            }
        }
        @if vitals.authority.is_some() {
            p { a href="/portico-ca.crt" download { "The certificate of the box's own authority" } ": for phones and browsers that are to believe it." }
        }
        @if let Some(key) = &vitals.timeline_key {
            p { "Timelines of escalations are signed with the key whose public half is " code { (key) } " (Ed25519)." }
        }
        h2 { "Numbers" }
        @match store {
            Ok(health) => dl {
                dt { "Calls now" } dd { (vitals.calls_now) }
                dt { "Calls kept" } dd { (health.calls) }
                dt { "Contacts" } dd { (health.contacts) }
                dt { "Open work orders" } dd { (health.open_work_orders) " (" (health.open_emergencies) " emergencies)" }
                dt { "Open leads" } dd { (health.open_leads) }
                dt { "Texts that wait" } dd {
                    (health.queued)
                    @if let Some(late) = health.oldest_overdue { ", the oldest for " (late.as_secs()) " s" }
                }
                dt { "Texts of unknown fate" } dd { (health.unknown) }
                dt { "Texts that failed today" } dd { (health.failed_today) }
                dt { "Records on disk" } dd { (format!("{:.1} MB", health.bytes as f64 / 1e6)) }
            },
            Err(error) => p class="notice bad" { "The records cannot be read: " (error) },
        }
    };
    frame.page(Section::Health, "Health", &body)
}
