//! Call-backs that callers of a queue were promised: a section of the live page, there as soon as there is one.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::words;
use crate::{
    pbx::{CallBack, CallBackState},
    store::StoreError,
};

/// With `csrf` for the forms.
pub(in crate::console) fn call_backs(
    promised: &Result<Vec<CallBack>, StoreError>,
    csrf: &str,
    zone: &TimeZone,
) -> Markup {
    html! {
        @match promised {
            Ok(rows) if rows.is_empty() => {},
            Ok(rows) => {
                h2 { "Call-backs" }
                p class="quiet" {
                    "Promised to callers who waited: the box calls when a phone of the queue is free. Cancel what somebody has "
                    "seen to; a caller who is being called at that moment is called to the end."
                }
                table {
                    caption { "Call-backs that stand, and those of the last day" }
                    thead { tr { th { "Promised" } th { "Queue" } th { "Caller" } th class="number" { "Tries" } th { "State" } th {} } }
                    tbody { @for row in rows { (call_back(row, csrf, zone)) } }
                }
            },
            Err(_) => {
                h2 { "Call-backs" }
                p class="notice bad" { "What was promised cannot be read at the moment." }
            },
        }
    }
}

fn call_back(row: &CallBack, csrf: &str, zone: &TimeZone) -> Markup {
    let (word, class) = state(row.state);
    html! {
        tr id={ "call-back-" (row.call) } {
            td data-is="Promised" { a href={ "/calls/" (row.call) } { (words::moment(row.asked, zone)) } }
            td data-is="Queue" { (row.queue) }
            td data-is="Caller" {
                (words::number(row.number))
                @if !row.name.is_empty() { " " span class="quiet" { (row.name) } }
                @if !row.own { br; span class="quiet" { "keyed in by the caller" } }
            }
            td class="number" data-is="Tries" { (row.tries) }
            td data-is="State" { (words::mark(word, class)) }
            td {
                @if !row.state.is_over() {
                    form method="post" action={ "/call-backs/" (row.call) "/cancel" } {
                        input type="hidden" name="csrf" value=(csrf);
                        button class="plain" { "Cancel" }
                    }
                }
            }
        }
    }
}

const fn state(state: CallBackState) -> (&'static str, &'static str) {
    match state {
        CallBackState::Waiting => ("waits in line", "warn"),
        CallBackState::Calling => ("being called", "warn"),
        CallBackState::Reached => ("reached", "good"),
        CallBackState::Declined => ("declined", "warn"),
        CallBackState::Missed => ("not reached", "bad"),
        CallBackState::Closed => ("not called before closing", "bad"),
        CallBackState::Uncertain => ("perhaps not called", "bad"),
        CallBackState::Cancelled => ("cancelled", ""),
    }
}
