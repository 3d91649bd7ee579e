//! The log of equal treatment, and the checks with pairs of callers.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    lists::older,
    words,
};
use crate::store::{Page, PairCheck, TreatmentRow};

pub(in crate::console) fn fair_housing(
    frame: &Frame,
    rows: &Page<TreatmentRow>,
    checks: &[PairCheck],
    zone: &TimeZone,
) -> Markup {
    let body = html! {
        p class="quiet" {
            "Everybody who asks the same is told the same. Here is each question about homes to let, and each question that has "
            "one fixed answer for everybody, with the words that were given. Nothing is kept of who asked but the call. "
            "Lines are kept for three years."
        }
        p { a href="/fair-housing.csv" { "Download all of it for a spreadsheet (CSV)" } }
        (check_section(checks, zone))
        h2 { "Questions and answers" }
        @if rows.items.is_empty() { p class="quiet" { "Nobody has asked anything of the kind yet." } } @else {
            table {
                caption { "Questions and answers, newest first" }
                thead { tr { th { "When" } th { "About" } th { "Asked" } th { "Told" } } }
                tbody {
                    @for row in &rows.items {
                        tr {
                            td data-is="When" { a href={ "/calls/" (row.call) } { (words::moment(row.at, zone)) } }
                            td data-is="About" { (subject_words(&row.subject)) }
                            td data-is="Asked" { (row.asked) }
                            td data-is="Told" { (row.given) }
                        }
                    }
                }
            }
        }
        (older("/fair-housing", rows, None))
    };
    frame.page(Section::FairHousing, "Fair housing", &body)
}

fn check_section(checks: &[PairCheck], zone: &TimeZone) -> Markup {
    html! {
        h2 { "Checks with pairs of callers" }
        p class="quiet" {
            "Two made-up callers ask the same and differ in one thing alone: a name, a language, children, a voucher, a faith, a "
            "disability. Both must be told the same, asked the same and offered the same. Nobody real is called."
        }
        @match checks.first() {
            None => p { "No check has been held yet. " code { "portico rehearse --pairs" } " holds one." },
            Some(latest) => {
                p {
                    (words::moment(latest.at, zone)) ": " (latest.same) " of " (latest.pairs) " pairs were told the same. "
                    @if latest.same == latest.pairs { (words::mark("all the same", "good")) }
                    @else { (words::mark("not all the same", "bad")) }
                }
                details { summary { "The report" } pre { (latest.report) } }
                @if checks.len() > 1 {
                    ul { @for check in checks.iter().skip(1) {
                        li { (words::moment(check.at, zone)) ": " (check.same) " of " (check.pairs) " pairs" }
                    } }
                }
            }
        }
    }
}

/// As the people of the office read it: `vouchers`, `homes to let`.
pub(in crate::console) fn subject_words(subject: &str) -> String {
    match subject {
        "homes" => "homes to let".to_owned(),
        "fact" => "a fact of the office".to_owned(),
        "closed protected" => "who lives there".to_owned(),
        "closed neighborhood" => "the neighborhood".to_owned(),
        "closed approval" => "who would be approved".to_owned(),
        "closed value" => "what a home is worth".to_owned(),
        "closed negotiation" => "price and terms".to_owned(),
        "closed legal" => "legal or tax advice".to_owned(),
        other => other.strip_prefix("closed ").unwrap_or(other).to_owned(),
    }
}
