//! The timeline of an escalation: what was heard, who was called, and who has said what becomes of it.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::words;
use crate::store::TimelineEntry;

pub(super) fn timeline(entries: &[TimelineEntry], zone: &TimeZone) -> Markup {
    html! {
        @if let Some(first) = entries.first() {
            h2 { "Escalation to people on call" }
            ol class="timeline" {
                @for entry in entries {
                    li { (words::clock(entry.step.at, zone)) " " (entry.step.event.words()) }
                }
            }
            p class="quiet" {
                @if is_whole(entries) { "Each step is sealed to the one before it; none was altered. " }
                @else { strong { "A step was altered or is missing. " } }
                "To have it checked with the box's public key: " code { "portico timeline " (first.step.call) }
            }
        }
    }
}

fn is_whole(entries: &[TimelineEntry]) -> bool {
    let before = std::iter::once(None).chain(entries.iter().map(|entry| Some(entry.digest)));
    entries.iter().zip(before).all(|(entry, before)| entry.follows(before))
}
