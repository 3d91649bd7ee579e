//! Numbers that the office does not want to hear, and those that always get through.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{pbx::Listing, store::ListedNumber};

pub(in crate::console) fn screening(
    frame: &Frame,
    listed: &[ListedNumber],
    refused: Option<&str>,
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        @if let Some(text) = refused {
            p class="notice bad" role="alert" { "“" (text) "” is not a telephone number. Write it as +1 303 555 0100." }
        }
        form method="post" action="/screening" {
            input type="hidden" name="csrf" value=(frame.csrf);
            label { "Number " input type="tel" name="number" required; } " "
            button name="listing" value="block" { "Block" } " "
            button class="plain" name="listing" value="allow" { "Always let in" }
        }
        p class="quiet" {
            "A blocked caller is refused before any phone rings. At a desk phone, *60 blocks whoever called it last. "
            "Whoever is on call, and an emergency service that calls back, are never refused."
        }
        @if listed.is_empty() { p { "No number is on a list." } } @else {
            table {
                caption { "Numbers on a list, the latest first" }
                thead { tr { th { "Number" } th { "List" } th { "Since" } th { "By" } th {} } }
                tbody {
                    @for row in listed {
                        tr {
                            td data-is="Number" { (row.number.national()) }
                            td data-is="List" {
                                @match row.listing {
                                    Listing::Block => (words::mark("blocked", "bad")),
                                    Listing::Allow => (words::mark("always let in", "good")),
                                }
                            }
                            td data-is="Since" { (words::moment(row.since, zone)) }
                            td data-is="By" { (row.by) }
                            td {
                                form method="post" action="/screening" {
                                    input type="hidden" name="csrf" value=(frame.csrf);
                                    input type="hidden" name="number" value=(row.number);
                                    button class="plain" name="listing" value="none" { "Take off the list" }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    frame.page(Section::Screening, "Screening", &body)
}
