//! Showings: what waits for people, the days ahead, and the addresses by which agents have theirs in their own calendar.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    words,
};
use crate::{
    console::showings::{ShowingOffice, ShowingPerson},
    store::{CalendarToken, ShowingRequest, ShowingRow, ShowingStatus},
};

/// Everything that the page says.
pub(in crate::console) struct ShowingList<'a> {
    pub showings: &'a [ShowingRow],
    pub requests: &'a [ShowingRequest],
    pub tokens: &'a [CalendarToken],
    pub office: &'a ShowingOffice,
    /// A way in that has just been made.
    pub made: Option<MadeFeed<'a>>,
    pub now: Timestamp,
}

/// How an agent's showings are read from elsewhere. Shown once: of the secret only the hash is kept.
pub(in crate::console) struct MadeFeed<'a> {
    pub agent: &'a str,
    /// This console, without a slash at the end.
    pub console: &'a str,
    /// The address to subscribe to.
    pub address: &'a str,
    /// The same secret as a password.
    pub secret: &'a str,
}

pub(in crate::console) fn showings(frame: &Frame, list: &ShowingList<'_>, zone: &TimeZone) -> Markup {
    let body = html! {
        @if let Some(feed) = &list.made { (made(feed)) }
        (to_settle(frame, list, zone))
        (ahead(frame, list, zone))
        (feeds(frame, list, zone))
    };
    frame.page(Section::Showings, "Showings", &body)
}

fn made(feed: &MadeFeed<'_>) -> Markup {
    html! {
        div class="notice good" role="status" {
            p { "The address of " (feed.agent) "’s calendar. It is shown this once: whoever has it reads their showings." }
            p { code { (feed.address) } }
            p class="quiet" {
                "In a calendar program it is added as a calendar “from the internet” or “by URL”, and only read. Phones take it "
                "over TLS only."
            }
            p {
                "Or as a CalDAV account, over TLS only: server " code { (feed.console) "/dav/" } ", name " code { (feed.agent) }
                ", password " code { (feed.secret) }
            }
        }
    }
}

/// What prospects were told that people would settle.
fn to_settle(frame: &Frame, list: &ShowingList<'_>, zone: &TimeZone) -> Markup {
    html! {
        @if !list.requests.is_empty() {
            h2 { "To be settled" }
            p class="quiet" { "These prospects were told that somebody calls them about a time. Nothing is booked." }
            table {
                caption { "Showings that were asked for, the first asked for first" }
                thead { tr { th { "Asked" } th { "Caller" } th { "Home" } th { "Would take" } th {} } }
                tbody { @for request in list.requests {
                    tr {
                        td data-is="Asked" { a href={ "/calls/" (request.call) } { (words::moment(request.asked, zone)) } }
                        td data-is="Caller" {
                            @if let Some(name) = &request.name { (name) br; }
                            @if let Some(number) = request.callback { (words::number(number)) }
                        }
                        td data-is="Home" { @match &request.place { Some(place) => (place), None => "not said" } }
                        td data-is="Would take" {
                            @match &request.wished {
                                Some((begins, _, agent)) => { (words::moment(*begins, zone)) ", with " (agent) },
                                None => "see the call",
                            }
                            @if let Some(remark) = &request.remark { br; span class="quiet" { (remark) } }
                        }
                        td {
                            @if request.wished.as_ref().is_some_and(|(begins, ..)| *begins > list.now) {
                                (button(frame, &format!("/showings/requests/{}/book", request.call), "Book that time"))
                            }
                            (button(frame, &format!("/showings/requests/{}/settle", request.call), "Settled"))
                        }
                    }
                } }
            }
        }
    }
}

fn ahead(frame: &Frame, list: &ShowingList<'_>, zone: &TimeZone) -> Markup {
    let day = |row: &ShowingRow| row.begins.to_zoned(zone.clone()).date();
    let mut days: Vec<Date> = list.showings.iter().map(day).collect();
    days.dedup();
    html! {
        h2 { "The days ahead" }
        @if list.office.agents.is_empty() {
            p { "Nobody shows homes: the agent books nothing. Add " code { "[[showing_agent]]" } " to the configuration." }
        }
        @if days.is_empty() { p class="quiet" { "No showings." } }
        @for date in days {
            table {
                caption { (date.strftime("%A, %B %-d")) }
                thead { tr { th { "Time" } th { "With" } th { "Home" } th { "Caller" } th { "State" } th {} } }
                tbody { @for row in list.showings.iter().filter(|row| day(row) == date) { (showing(frame, row, list.now, zone)) } }
            }
        }
        p class="quiet" {
            "A showing that is cancelled here is taken out of its agent’s calendar. The box does not tell the prospect: call them."
        }
    }
}

fn showing(frame: &Frame, row: &ShowingRow, now: Timestamp, zone: &TimeZone) -> Markup {
    let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%-I:%M %p").to_string();
    let (word, class) = match row.status {
        ShowingStatus::Claimed => ("being booked", "warn"),
        ShowingStatus::Booked => ("booked", "good"),
        ShowingStatus::Moved => ("moved", ""),
        ShowingStatus::Cancelled => ("cancelled", ""),
    };
    let stands = row.status == ShowingStatus::Booked;
    html! {
        tr id={ "showing-" (row.id) } {
            td data-is="Time" { time datetime=(row.begins) { (clock(row.begins)) "–" (clock(row.ends)) } }
            td data-is="With" { (row.agent) }
            td data-is="Home" { (row.place) }
            td data-is="Caller" {
                @if let Some(name) = &row.name { (name) br; }
                (words::number(row.callback)) br; a href={ "/calls/" (row.call) } { "the call" }
            }
            td data-is="State" {
                (words::mark(word, class))
                @if !stands && row.status != ShowingStatus::Claimed && row.entry.is_some() {
                    br; span class="quiet" { "not yet out of their calendar" }
                }
                @if let Some(remark) = &row.remark { br; span class="quiet" { (remark) } }
            }
            td {
                @if stands && row.ends > now {
                    (button(frame, &format!("/showings/{}/cancel", row.id), "Cancel"))
                }
            }
        }
    }
}

fn feeds(frame: &Frame, list: &ShowingList<'_>, zone: &TimeZone) -> Markup {
    let known = |name: &str| list.tokens.iter().find(|token| token.agent.eq_ignore_ascii_case(name));
    let gone = |token: &&CalendarToken| list.office.person(&token.agent).is_none();
    let agents: Vec<&str> = list.office.agents.iter().map(|person| person.name.as_str()).collect();
    let former = list.tokens.iter().filter(gone).map(|token| token.agent.as_str());
    html! {
        @if !list.office.agents.is_empty() || !list.tokens.is_empty() {
            h2 { "In their own calendars" }
            p class="quiet" {
                "With the address that is made here an agent sees their showings on phone and computer. The address is the secret: "
                "make another one if it got about, and the one before opens nothing."
            }
            table {
                caption { "Who may read their showings elsewhere" }
                thead { tr { th { "Who" } th { "Own calendar" } th { "Address" } th {} } }
                tbody { @for name in agents.iter().copied().chain(former) {
                    tr {
                        td data-is="Who" { (name) }
                        td data-is="Own calendar" { (keeps(list.office.person(name))) }
                        td data-is="Address" {
                            @match known(name) {
                                Some(token) => { "made " (words::moment(token.made, zone)) " by " (token.by) },
                                None => "none",
                            }
                        }
                        td {
                            form method="post" action="/showings/feeds" {
                                input type="hidden" name="csrf" value=(frame.csrf);
                                input type="hidden" name="agent" value=(name);
                                @if list.office.person(name).is_some() {
                                    button class="plain" name="wish" value="make" { "Make an address" }
                                }
                                @if known(name).is_some() {
                                    " " button class="plain" name="wish" value="revoke" { "Revoke" }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn keeps(person: Option<&ShowingPerson>) -> &'static str {
    match person {
        Some(person) if person.keeps_calendar => "asked and written by the box",
        Some(_) => "the box’s own only",
        None => "shows no homes any more",
    }
}

fn button(frame: &Frame, action: &str, word: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(frame.csrf);
            button class="plain" { (word) }
        }
    }
}
