//! Incidents: the list with the form that opens one, and one with its callers, its notice and its end.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    lists::older,
    words,
};
use crate::{
    console::incidents::OpeningForm,
    desk::{NOTICE_LASTS, NOTICE_LASTS_AT_MOST, notice_text},
    dialogue::Trouble,
    incident::{LONGEST_NOTICE, Properties, callers_words, clean_notice, trouble_words},
    store::{IncidentRow, Page, ReportRow},
};

/// The form in which somebody opens an incident.
pub(in crate::console) struct Opening<'a> {
    pub properties: &'a Properties,
    /// As it was filled in.
    pub form: &'a OpeningForm,
    /// Why that opens none.
    pub complaint: Option<&'a str>,
}

/// Everything that the page of one says.
pub(in crate::console) struct WholeIncident<'a> {
    pub row: &'a IncidentRow,
    pub reports: &'a [ReportRow],
    /// Those that are open, this one perhaps among them.
    pub others: &'a [IncidentRow],
    /// Somebody has asked for another of the same, with these words.
    pub instead: Option<&'a OpeningForm>,
}

pub(in crate::console) fn incidents(
    frame: &Frame,
    opening: &Opening<'_>,
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
        (open_one(frame, opening))
        h2 { "Incidents" }
        @if rows.items.is_empty() { p { "None: nothing that several people have called about, or that was opened here." } } @else {
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
                            td data-is="Latest" {
                                @if row.callers == 0 { "nobody yet" } @else { (words::moment(row.last, zone)) }
                            }
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

/// For what a person knows before anybody calls.
fn open_one(frame: &Frame, opening: &Opening<'_>) -> Markup {
    let form = opening.form;
    // Somebody who is in need of help is never one of many.
    let troubles = Trouble::ALL.into_iter().filter(|trouble| *trouble != Trouble::Person);
    html! {
        h2 id="open" { "Known before anybody calls" }
        @if let Some(complaint) = opening.complaint { p class="notice bad" role="alert" { (complaint) } }
        form class="sheet wide" method="post" action="/incidents" aria-labelledby="open" {
            input type="hidden" name="csrf" value=(frame.csrf);
            label {
                "Property"
                select name="property" {
                    @for name in opening.properties.names() {
                        option value=(name) selected[form.property == name] { (name) }
                    }
                }
            }
            label {
                "What"
                select name="trouble" {
                    @for trouble in troubles {
                        option value=(trouble.name()) selected[form.trouble == trouble.name()] { (trouble_words(trouble)) }
                    }
                }
            }
            label {
                "What callers hear; nothing written: that you know, and that it is being worked on"
                textarea name="words" rows="3" maxlength=(LONGEST_NOTICE) { (form.words) }
            }
            (hours(if form.hours.is_empty() { NOTICE_LASTS.as_hours().to_string() } else { form.hours.clone() }))
            p { button { "Open it, and turn its notice on" } }
            p class="quiet" {
                "Callers who tell of the same at that property are put with it, and are told when you close it. A leak, electrical "
                "trouble and something else are a home’s own: of them only those are put with it that are in the place which your "
                "words name, or are said to be of the whole property. Danger is heard and told of as ever."
            }
        }
    }
}

/// For how long a notice is spoken.
fn hours(value: String) -> Markup {
    html! {
        label {
            "For how many hours they hear it"
            input type="number" name="hours" min="1" max=(NOTICE_LASTS_AT_MOST.as_hours()) step="1" value=(value);
        }
    }
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
    whole: &WholeIncident<'_>,
    now: Timestamp,
    zone: &TimeZone,
) -> Markup {
    let row = whole.row;
    let body = html! {
        @if let Some(asked) = whole.instead {
            p class="notice warn" role="alert" {
                "This one is open already, and no second one of the same was opened. "
                @if clean_notice(&asked.words).is_some() { "Your words stand below, and nobody hears them yet. " }
                a href={ "/incidents/" (row.id) } { "Its page as it is" }
            }
        }
        (how_it_stands(row, now, zone))
        @if row.closed.is_none() {
            (notice(frame, whole, now, zone))
            (over(frame, whole))
        }
        h2 { "Callers" }
        @if !whole.reports.is_empty() { (report_table(frame, row, whole.reports, zone)) }
        @else if row.closed.is_none() { p { "Nobody has called about it yet." } }
        @else { p { "None." } }
    };
    let title = format!("{}: {}", row.property, trouble_words(row.trouble));
    frame.page(Section::Incidents, &title, &body)
}

/// Since when, by whom, and who has called.
fn how_it_stands(row: &IncidentRow, now: Timestamp, zone: &TimeZone) -> Markup {
    html! {
        p {
            (state(row, now)) " "
            @match (&row.opened_by, row.callers) {
                (Some(by), 0) => { "Opened by " (by) ", " (words::moment(row.opened, zone)) "." }
                (Some(by), callers) => {
                    "Opened by " (by) ", " (words::moment(row.opened, zone)) "; " (callers_words(callers)) ", the latest "
                    (words::moment(row.last, zone)) "."
                }
                (None, 0) => { "Since " (words::moment(row.opened, zone)) "; no caller of it is left." }
                (None, callers) => {
                    (callers_words(callers)) " since " (words::moment(row.opened, zone)) ", the latest "
                    (words::moment(row.last, zone)) "."
                }
            }
            @if let Some(into) = row.merged_into { " It is part of " a href={ "/incidents/" (into) } { "another incident" } "." }
            @if let (Some(closed), Some(by)) = (row.closed, &row.closed_by) {
                " Closed by " (by) ", " (words::moment(closed, zone)) "."
            }
        }
    }
}

fn notice(frame: &Frame, whole: &WholeIncident<'_>, now: Timestamp, zone: &TimeZone) -> Markup {
    let row = whole.row;
    let until = row.notice_until.filter(|_| row.is_spoken(now));
    let left =
        until.map_or(NOTICE_LASTS.as_hours(), |until| (until.duration_since(now).as_secs() + 3_599) / 3_600);
    let asked = whole.instead;
    let text = notice_text(row, asked.map(|asked| asked.words.as_str()));
    let lasts = asked.map(|asked| asked.hours.clone()).filter(|hours| !hours.trim().is_empty());
    html! {
        h2 { "Notice" }
        form class="sheet wide" method="post" action={ "/incidents/" (row.id) "/notice" } {
            input type="hidden" name="csrf" value=(frame.csrf);
            label {
                "What callers hear " br;
                textarea name="words" rows="3" cols="60" maxlength=(LONGEST_NOTICE) { (text) }
            }
            (hours(lasts.unwrap_or_else(|| left.to_string())))
            p {
                button name="turn" value="on" { @if until.is_some() { "Change the notice" } @else { "Turn the notice on" } } " "
                @if until.is_some() { button class="plain" name="turn" value="off" { "Turn it off" } }
            }
            @if let Some(until) = until {
                p class="quiet" { "Callers hear it until " (words::moment(until, zone)) ", or until it is turned off." }
            }
        }
    }
}

fn over(frame: &Frame, whole: &WholeIncident<'_>) -> Markup {
    let row = whole.row;
    let others: Vec<&IncidentRow> = whole.others.iter().filter(|other| other.id != row.id).collect();
    html! {
        h2 { "Over" }
        form method="post" action={ "/incidents/" (row.id) "/close" } {
            input type="hidden" name="csrf" value=(frame.csrf);
            @if row.callers == 0 {
                p { button { "Close" } }
                p class="quiet" { "Nobody has called about it, and nobody is texted." }
            } @else {
                label {
                    "What its callers are texted; nothing written: that it has been dealt with " br;
                    textarea name="words" rows="2" cols="60" maxlength=(LONGEST_NOTICE) {}
                }
                p { button { "Close, and tell its callers" } }
                p class="quiet" { "Nobody is texted at night, twice, or after STOP." }
            }
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
