//! Incidents: the list, and one with its callers, its notice and its end.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    lists::older,
    words,
};
use crate::{
    desk::notice_text,
    incident::{LONGEST_NOTICE, trouble_words},
    store::{IncidentRow, Page, ReportRow},
};

pub(in crate::console) fn incidents(
    frame: &Frame,
    rows: &Page<IncidentRow>,
    now: Timestamp,
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        p class="quiet" {
            "Calls about the same trouble of the same property. While a notice is on, callers hear it after the greeting, and "
            "press 1 if theirs is different. At a desk phone *12 turns the latest one on and off; a text of NOTICE from a "
            "number that gets the summaries lists them."
        }
        @if rows.items.is_empty() { p { "Nothing that several people have called about." } } @else {
            table {
                caption { "Incidents, newest first" }
                thead { tr { th { "Since" } th { "Property" } th { "What" } th class="number" { "Callers" } th { "Latest" } th { "State" } } }
                tbody {
                    @for row in &rows.items {
                        tr {
                            td data-is="Since" { a href={ "/incidents/" (row.id) } { (words::moment(row.opened, zone)) } }
                            td data-is="Property" { (row.property) }
                            td data-is="What" { (trouble_words(row.trouble)) }
                            td class="number" data-is="Callers" { (row.callers) }
                            td data-is="Latest" { (words::moment(row.last, zone)) }
                            td data-is="State" { (state(row, now)) }
                        }
                    }
                }
            }
        }
        (older("/incidents", rows, None))
    };
    frame.page(Section::Incidents, "Incidents", &body)
}

fn state(row: &IncidentRow, now: Timestamp) -> Markup {
    match (row.merged_into, row.closed) {
        (Some(_), _) => words::mark("part of another", ""),
        (None, Some(_)) => words::mark("closed", "good"),
        (None, None) if row.is_spoken(now) => words::mark("open, notice on", "warn"),
        (None, None) => words::mark("open", "bad"),
    }
}

pub(in crate::console) fn incident(
    frame: &Frame,
    row: &IncidentRow,
    reports: &[ReportRow],
    others: &[IncidentRow],
    now: Timestamp,
    zone: &TimeZone,
) -> Markup {
    let others: Vec<&IncidentRow> = others.iter().filter(|other| other.id != row.id).collect();
    let body = html! {
        p {
            (state(row, now)) " " (row.callers) " callers since " (words::moment(row.opened, zone))
            ", the latest " (words::moment(row.last, zone)) "."
            @if let Some(into) = row.merged_into { " It is part of " a href={ "/incidents/" (into) } { "another incident" } "." }
            @if let (Some(closed), Some(by)) = (row.closed, &row.closed_by) {
                " Closed by " (by) ", " (words::moment(closed, zone)) "."
            }
        }
        @if row.closed.is_none() {
            h2 { "Notice" }
            form method="post" action={ "/incidents/" (row.id) "/notice" } {
                input type="hidden" name="csrf" value=(frame.csrf);
                label {
                    "What callers hear " br;
                    textarea name="words" rows="3" cols="60" maxlength=(LONGEST_NOTICE) { (notice_text(row, None)) }
                }
                p {
                    button name="turn" value="on" { @if row.is_spoken(now) { "Change the words" } @else { "Turn the notice on" } } " "
                    @if row.is_spoken(now) { button class="plain" name="turn" value="off" { "Turn it off" } }
                }
                @if let Some(until) = row.notice_until.filter(|_| row.is_spoken(now)) {
                    p class="quiet" { "Callers hear it until " (words::moment(until, zone)) ", or until it is turned off." }
                }
            }
            h2 { "Over" }
            form method="post" action={ "/incidents/" (row.id) "/close" } {
                input type="hidden" name="csrf" value=(frame.csrf);
                label {
                    "What its callers are texted; nothing written: that it has been dealt with " br;
                    textarea name="words" rows="2" cols="60" maxlength=(LONGEST_NOTICE) {}
                }
                p { button { "Close, and tell its callers" } }
                p class="quiet" { "Nobody is texted at night, twice, or after STOP." }
            }
            @if !others.is_empty() {
                form method="post" action={ "/incidents/" (row.id) "/merge" } {
                    input type="hidden" name="csrf" value=(frame.csrf);
                    label {
                        "It is the same as "
                        select name="into" {
                            @for other in &others {
                                option value=(other.id) { (other.property) ", " (trouble_words(other.trouble)) }
                            }
                        }
                    } " "
                    button class="plain" { "Put together" }
                }
            }
        }
        h2 { "Callers" }
        @if reports.is_empty() { p { "None." } } @else { (report_table(frame, row, reports, zone)) }
    };
    let title = format!("{}: {}", row.property, trouble_words(row.trouble));
    frame.page(Section::Incidents, &title, &body)
}

fn report_table(frame: &Frame, row: &IncidentRow, reports: &[ReportRow], zone: &TimeZone) -> Markup {
    html! {
        table {
            caption { "Who has called about it, the first of them first" }
            thead { tr { th { "Latest call" } th { "Who" } th { "Home" } th { "What" } th { "Why it is here" } th { "Told" } th {} } }
            tbody {
                @for report in reports {
                    tr {
                        td data-is="Latest call" {
                            a href={ "/calls/" (report.call) } { (words::moment(report.report.at, zone)) }
                            @if report.times > 1 { br; span class="quiet" { (report.times) " calls" } }
                        }
                        td data-is="Who" {
                            @match report.number { Some(number) => (words::number(number)), None => "number withheld" }
                        }
                        td data-is="Home" { (report.report.home.as_deref().unwrap_or("–")) }
                        td {
                            @if let Some(urgency) = words::urgency(report.report.urgency) { (urgency) " " }
                            (report.report.words)
                        }
                        td data-is="Why it is here" { (report.why) }
                        td data-is="Told" { (report.told.as_deref().unwrap_or("–")) }
                        td {
                            @if row.closed.is_none() {
                                form method="post" action={ "/incidents/" (row.id) "/take-out/" (report.call) } {
                                    input type="hidden" name="csrf" value=(frame.csrf);
                                    button class="plain" { "Not this one" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
