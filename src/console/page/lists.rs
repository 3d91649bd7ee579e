//! The lists: calls, work orders, leads, texts. Newest first, a page at a time.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::store::{CallRow, LeadRow, MessageRow, Page, TextDirection, WorkOrderRow};

pub(in crate::console) fn calls(
    frame: &Frame,
    page: &Page<CallRow>,
    missed_only: bool,
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        p {
            @if missed_only { a href="/calls" { "All calls" } " · Only those that no person took" }
            @else { "All calls · " a href="/calls?missed=true" { "Only those that no person took" } }
        }
        (call_table(&page.items, zone))
        (older("/calls", page, missed_only.then_some("missed=true")))
    };
    frame.page(Section::Calls, "Calls", &body)
}

pub(super) fn call_table(calls: &[CallRow], zone: &TimeZone) -> Markup {
    html! {
        @if calls.is_empty() { p class="quiet" { "No calls yet." } } @else {
            table {
                caption { "Calls, newest first" }
                thead { tr { th { "When" } th { "Caller" } th { "Called" } th { "Result" } th { "In short" } th class="number" { "Length" } } }
                tbody {
                    @for call in calls {
                        @let (word, class) = words::result(call.result, call.direction);
                        @let (how, _) = words::disposition(call.disposition);
                        tr {
                            td data-is="When" { a href={ "/calls/" (call.id) } { (words::moment(call.started, zone)) } }
                            td data-is="Caller" {
                                @if let Some(name) = &call.contact_name { (name) br; }
                                (words::caller(&call.caller))
                            }
                            td data-is="Called" { (words::dialled(&call.dialled)) }
                            td data-is="Result" {
                                (words::mark(word, class))
                                @if how != word { br; span class="quiet" { (how) } }
                            }
                            td { (call.summary) }
                            td class="number" data-is="Length" { (words::length(call.started, call.ended)) }
                        }
                    }
                }
            }
        }
    }
}

pub(in crate::console) fn work_orders(frame: &Frame, page: &Page<WorkOrderRow>, zone: &TimeZone) -> Markup {
    let body = html! { (work_order_table(&page.items, zone)) (older("/work-orders", page, None)) };
    frame.page(Section::WorkOrders, "Work orders", &body)
}

pub(super) fn work_order_table(orders: &[WorkOrderRow], zone: &TimeZone) -> Markup {
    html! {
        @if orders.is_empty() { p class="quiet" { "No work orders yet." } } @else {
            table {
                caption { "Work orders, newest first" }
                thead { tr { th { "Opened" } th { "Place" } th { "What" } th { "Who" } th { "May go in" } th { "State" } } }
                tbody {
                    @for order in orders {
                        tr {
                            td data-is="Opened" { a href={ "/calls/" (order.call) } { (words::moment(order.opened, zone)) } }
                            td data-is="Place" { @match &order.place { Some(place) => (place), None => "not said" } }
                            td {
                                @if let Some(urgency) = words::urgency(order.urgency) { (urgency) " " }
                                (order.issue)
                            }
                            td data-is="Who" {
                                @if let Some(name) = &order.caller { (name) br; }
                                @if let Some(number) = order.callback { (words::number(number)) }
                            }
                            td data-is="May go in" {
                                @match order.access { Some(true) => "yes", Some(false) => "no", None => "not asked" }
                            }
                            td data-is="State" { (words::ticket(order.status)) }
                        }
                    }
                }
            }
        }
    }
}

pub(in crate::console) fn leads(frame: &Frame, page: &Page<LeadRow>, zone: &TimeZone) -> Markup {
    let body = html! { (lead_table(&page.items, zone)) (older("/leads", page, None)) };
    frame.page(Section::Leads, "Leads", &body)
}

pub(super) fn lead_table(leads: &[LeadRow], zone: &TimeZone) -> Markup {
    html! {
        @if leads.is_empty() { p class="quiet" { "No leads yet." } } @else {
            table {
                caption { "People who asked about a home, or want one sold, newest first" }
                thead { tr { th { "When" } th { "Who" } th { "Wants to" } th { "Home" } th { "What they said" } th { "Would like" } th { "State" } } }
                tbody {
                    @for lead in leads {
                        tr {
                            td data-is="When" { a href={ "/calls/" (lead.call) } { (words::moment(lead.opened, zone)) } }
                            td data-is="Who" {
                                @if let Some(name) = &lead.name { (name) br; }
                                @if let Some(number) = lead.callback { (words::number(number)) }
                            }
                            td data-is="Wants to" { (words::lead(lead.kind)) }
                            td data-is="Home" { @match &lead.place { Some(place) => (place), None => "–" } }
                            td { (lead.wish) }
                            td data-is="Would like" { @match lead.wished_for { Some(at) => (at.strftime("%a %d %b %Y, %H:%M")), None => "–" } }
                            td data-is="State" { (words::ticket(lead.status)) }
                        }
                    }
                }
            }
        }
    }
}

pub(in crate::console) fn messages(frame: &Frame, page: &Page<MessageRow>, zone: &TimeZone) -> Markup {
    let body = html! { (message_table(&page.items, "Texts in and out, newest first", zone)) (older("/texts", page, None)) };
    frame.page(Section::Messages, "Texts", &body)
}

pub(super) fn message_table(messages: &[MessageRow], caption: &str, zone: &TimeZone) -> Markup {
    html! {
        @if messages.is_empty() { p class="quiet" { "No texts yet." } } @else {
            table {
                caption { (caption) }
                thead { tr { th { "When" } th { "From" } th { "To" } th { "Text" } th { "State" } } }
                tbody {
                    @for message in messages {
                        tr {
                            td data-is="When" { (words::moment(message.at, zone)) }
                            td data-is="From" { (words::number(message.from)) }
                            td data-is="To" { (words::number(message.to)) }
                            td { (message.body) }
                            td data-is="State" {
                                @match (message.direction, message.state) {
                                    (TextDirection::In, _) => "received",
                                    (TextDirection::Out, Some(state)) => (words::text_state(state)),
                                    (TextDirection::Out, None) => "–",
                                }
                                @if let Some(kind) = message.kind { br; span class="quiet" { (kind.name().replace('_', " ")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The way to the next page, if there is one.
pub(super) fn older<T>(path: &str, page: &Page<T>, also: Option<&str>) -> Markup {
    html! {
        @if let Some(next) = page.next {
            nav class="pages" aria-label="Pages" {
                a rel="next" href={ (path) "?after=" (next) @if let Some(also) = also { "&" (also) } } { "Older" }
            }
        }
    }
}
