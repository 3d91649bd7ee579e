//! People: who has called or texted, and everything between them and the office.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    lists, words,
};
use crate::store::{ContactDetail, ContactRow, Page};

pub(in crate::console) fn contacts(frame: &Frame, page: &Page<ContactRow>, zone: &TimeZone) -> Markup {
    let body = html! {
        @if page.items.is_empty() { p class="quiet" { "Nobody yet." } } @else {
            table {
                caption { "People, latest change first" }
                thead { tr { th { "Name" } th { "Number" } th { "Last call" } th { "May be texted" } } }
                tbody {
                    @for contact in &page.items {
                        tr {
                            td data-is="Name" { a href={ "/contacts/" (contact.id) } { (name(contact)) } }
                            td data-is="Number" { (words::number(contact.number)) }
                            td data-is="Last call" {
                                @match contact.last_call { Some(at) => (words::moment(at, zone)), None => "–" }
                            }
                            td data-is="May be texted" { (standing(contact)) }
                        }
                    }
                }
            }
        }
        (lists::older("/contacts", page, None))
    };
    frame.page(Section::Contacts, "Contacts", &body)
}

pub(in crate::console) fn contact(frame: &Frame, detail: &ContactDetail, zone: &TimeZone) -> Markup {
    let contact = &detail.contact;
    let body = html! {
        dl {
            dt { "Number" } dd { (words::number(contact.number)) }
            dt { "Known since" } dd { (words::moment(contact.created, zone)) }
            dt { "May be texted" } dd { (standing(contact)) }
            @if !contact.notes.is_empty() { dt { "Notes" } dd { (contact.notes) } }
        }
        @if !detail.consents.is_empty() {
            h2 { "Consent" }
            ul {
                @for (kind, words, at) in &detail.consents {
                    li { (words::moment(*at, zone)) ": " (kind.name().replace('_', " ")) " – “" (words) "”" }
                }
            }
        }
        h2 { "Calls" } (lists::call_table(&detail.calls, zone))
        h2 { "Texts" } (lists::message_table(&detail.messages, "Texts in and out, newest first", zone))
    };
    frame.page(Section::Contacts, &name(contact), &body)
}

fn name(contact: &ContactRow) -> String {
    match &contact.name {
        Some(name) if contact.name_verified => name.clone(),
        Some(name) => format!("{name} (not confirmed)"),
        None => contact.number.national(),
    }
}

fn standing(contact: &ContactRow) -> Markup {
    if contact.do_not_contact {
        words::mark("no", "bad")
    } else if contact.opted_in {
        words::mark("yes, they agreed", "good")
    } else {
        words::mark("only in answer to them", "")
    }
}
