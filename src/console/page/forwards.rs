//! Quiet and forwards of every extension: one row each, with forms for whoever may set them.

use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{
    pbx::{ChangeRefused, DeskSettings, ForwardTo, ForwardWhen},
    types::Extension,
};

/// One extension on the page.
#[derive(Debug, Clone)]
pub(in crate::console) struct DeskRow {
    pub extension: Extension,
    pub name: String,
    pub settings: DeskSettings,
    /// Whoever looks may set it.
    pub mine: bool,
}

pub(in crate::console) fn forwards(
    frame: &Frame,
    rows: &[DeskRow],
    refused: Option<ChangeRefused>,
) -> Markup {
    let body = html! {
        @if let Some(why) = refused {
            p class="notice bad" role="alert" { "Nothing was changed: " (why) "." }
        }
        p class="quiet" {
            "The same as by the phone's own keys, or by *78, *72, *90 and *92 there: what is set at one place is shown at the "
            "other. A forward costs what a call from that extension would cost, and needs its right; emergency numbers are "
            "never forwarded to."
        }
        @if rows.is_empty() { p { "There are no extensions." } } @else {
            table id="desks" {
                caption { "What is set for each extension" }
                thead { tr {
                    th { "Extension" } th { "Do not disturb" } th { "All calls" } th { "When busy" } th { "No answer" }
                } }
                tbody { @for row in rows { (desk_row(row, &frame.csrf)) } }
            }
        }
        script src="/assets/forwards.js" defer {}
    };
    frame.page(Section::Forwards, "Forwards", &body)
}

/// Parts that follow the switch while the page is open carry `data-state`; what somebody is typing is left alone.
pub(in crate::console) fn desk_row(row: &DeskRow, csrf: &str) -> Markup {
    html! {
        tr id={ "desk-" (row.extension) } {
            td data-is="Extension" { (row.extension) " " (row.name) }
            td data-is="Do not disturb" { div data-state="do_not_disturb" {
                @if row.settings.do_not_disturb { (words::mark("on", "warn")) } @else { span class="quiet" { "off" } }
                @if row.mine {
                    @let (to, what) = if row.settings.do_not_disturb { ("", "Turn off") } else { ("on", "Turn on") };
                    (button(row, csrf, "do_not_disturb", to, what))
                }
            } }
            @for when in ForwardWhen::ALL { td data-is=(title(when)) { (forward(row, csrf, when)) } }
        }
    }
}

fn forward(row: &DeskRow, csrf: &str, when: ForwardWhen) -> Markup {
    let to = row.settings.forward(when);
    html! {
        div data-state=(when.name()) {
            @match to {
                Some(ForwardTo::Extension(extension)) => (words::mark(&format!("to {extension}"), "warn")),
                Some(ForwardTo::Number(number)) => (words::mark(&format!("to {}", number.national()), "warn")),
                None => span class="quiet" { "no forward" },
            }
            @if row.mine && to.is_some() { (button(row, csrf, when.name(), "", "Stop")) }
        }
        @if row.mine {
            form method="post" action={ "/forwards/" (row.extension) } {
                input type="hidden" name="csrf" value=(csrf);
                input type="hidden" name="what" value=(when.name());
                input type="tel" name="to" size="12" maxlength="40" required
                    aria-label={ (title(when)) " of " (row.extension) ", forward to" };
                button class="plain" { "Forward" }
            }
        }
    }
}

fn button(row: &DeskRow, csrf: &str, what: &str, to: &str, words: &str) -> Markup {
    html! {
        form method="post" action={ "/forwards/" (row.extension) } {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="what" value=(what);
            input type="hidden" name="to" value=(to);
            button class="plain" { (words) }
        }
    }
}

const fn title(when: ForwardWhen) -> &'static str {
    match when {
        ForwardWhen::Always => "All calls",
        ForwardWhen::Busy => "When busy",
        ForwardWhen::NoAnswer => "No answer",
    }
}
