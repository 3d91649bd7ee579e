//! The report of `portico evaluate` as one page: its charts are drawn in it, and it fetches nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::understanding::Examined;
use crate::dialogue::{Bin, Judged, LifeSafety, MEANING_BAR, Report, Separation, Share, WORDS_BAR};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --paper: #fff; --line: #d5d9de; --accent: #0b5cad; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #a3abb5; --paper: #14171a; --line: #363c43; --accent: #7ab7f5; --bad: #ff8a80; } }
body { margin: 0 auto; max-width: 72rem; padding: 1.25rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h2 { margin: 2.5rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; } h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.matrix td, table.matrix th { padding: .1rem .35rem; font-size: .85rem; } table.matrix td { text-align: center; }
table.matrix th.read { writing-mode: vertical-rl; text-align: left; }
code { overflow-wrap: anywhere; } .quiet { color: var(--quiet); } .bad { color: var(--bad); } .wide { overflow-x: auto; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .grid { stroke: var(--line); } svg .bound { stroke: var(--accent); stroke-width: 2; } svg .point { fill: var(--accent); }
";

/// The whole page; `at` says when it was written.
pub(super) fn page(examined: &Examined, at: &str) -> String {
    let evaluation = &examined.evaluation;
    let all = evaluation.over_all();
    let overview: Vec<Mark> = evaluation
        .sets
        .iter()
        .chain([&all])
        .chain(&evaluation.heard)
        .map(|report| {
            let label = format!("{} ({})", report.name, report.utterances());
            Mark { label, value: report.macro_f1(), bounds: report.macro_f1_interval() }
        })
        .collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "How well callers are understood" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "How well callers are understood" }
                p {
                    "Written " (at) ". The model reads " (examined.reads) "; SHA-256 " code { (examined.sha256) }
                    ". It has learnt from " (evaluation.learnt_from.utterances) " utterances, SHA-256 "
                    code { (evaluation.learnt_from.sha256) } "."
                }
                p class="quiet" { "Lines and brackets give the bounds between which the true figure lies 95 times of 100." }
                h3 { "Macro-F1 over the call types, by set of utterances never learnt from" }
                (dots(&overview))
                (separation(&evaluation.separation))
                @for report in evaluation.sets.iter().chain([&all]).chain(&evaluation.heard) { (set(report)) }
            }
        }
    };
    page.into_string()
}

fn separation(separation: &Separation) -> Markup {
    html! {
        h2 { "Training and test" }
        p {
            "Each of " (separation.judged_by) " held-out utterances was held against each of " (separation.learnt_from)
            " learnt from, without case, punctuation and fillers. A fault: the same words, more than " (WORDS_BAR)
            " of the words" @if separation.by_meaning { ", or alike words and a cosine of embeddings above " (MEANING_BAR) }
            ". The nearest pair below the bars shares " (format!("{:.2}", separation.nearest)) " of its words."
        }
        @if separation.faults.is_empty() {
            p { strong { "No utterance is in both." } }
        } @else {
            p class="bad" { strong { (separation.faults.len()) " faults" } }
            ul { @for fault in &separation.faults { li { (fault) } } }
        }
    }
}

fn set(report: &Report) -> Markup {
    let share = |label: &str, share: Share| Mark {
        label: format!("{label} ({} of {})", share.hits, share.among),
        value: share.value(),
        bounds: share.interval(),
    };
    let safety = [
        share("danger to life recognised", report.life_safety().recall()),
        share("its kind right as well", report.danger_kind()),
        share("false alarms without danger", report.false_alarms()),
        share("false alarms on words of danger", report.hard_false_alarms()),
        share("haste and its kind recognised", report.urgent().recall()),
    ];
    let types: Vec<Mark> = report
        .intents()
        .map(|intent| {
            let tally = report.tally(intent);
            Mark { label: intent.name().to_owned(), value: tally.f1(), bounds: tally.f1_interval() }
        })
        .collect();
    html! {
        h2 { "Set: " (report.name) }
        p class="quiet" { (report.utterances()) " utterances, SHA-256 " code { (report.corpus.sha256) } }
        h3 { "Danger and haste" }
        (dots(&safety))
        (quoted("Dangers missed", report.missed_dangers(), |one| one.danger))
        (quoted("False alarms", report.alarms_without_danger(), |one| one.alarm))
        h3 { "F1 by call type: macro-F1 " (bounded(report.macro_f1(), report.macro_f1_interval())) }
        (dots(&types))
        div class="wide" { table {
            thead { tr { th { "Call type" } th class="n" { "Utterances" } th class="n" { "Precision" } th class="n" { "Recall" } th class="n" { "F1" } } }
            tbody { @for intent in report.intents() {
                @let tally = report.tally(intent);
                tr {
                    td { (intent.name()) }
                    td class="n" { (tally.recall().among) }
                    td class="n" { (bounded(tally.precision().value(), tally.precision().interval())) }
                    td class="n" { (bounded(tally.recall().value(), tally.recall().interval())) }
                    td class="n" { (bounded(tally.f1(), tally.f1_interval())) }
                }
            } }
        } }
        h3 { "What was taken for what: rows are what it was, columns what it was read as" }
        (matrix(report))
        h3 { "Confidence held against truth: calibration error " (format!("{:.3}", report.calibration_error())) }
        (reliability(&report.bins()))
    }
}

fn quoted<'a>(
    title: &str,
    judged: impl Iterator<Item = &'a Judged>,
    kind: impl Fn(&Judged) -> Option<LifeSafety>,
) -> Markup {
    let judged: Vec<&Judged> = judged.collect();
    html! {
        @if !judged.is_empty() {
            h3 { (title) }
            ul { @for one in judged {
                li {
                    "“" (one.text) "” " span class="quiet" {
                        (kind(one).map_or("", LifeSafety::name)) ": is " (one.expected.name()) ", read as " (one.read.name())
                    }
                }
            } }
        }
    }
}

fn bounded(value: f64, (low, high): (f64, f64)) -> String {
    format!("{value:.3} [{low:.2}–{high:.2}]")
}

/// One row of a chart.
struct Mark {
    label: String,
    /// 0 to 1.
    value: f64,
    bounds: (f64, f64),
}

/// A point and its bounds for each row, on a scale from 0 to 1.
fn dots(marks: &[Mark]) -> Markup {
    const LEFT: f64 = 290.0;
    const WIDTH: f64 = 480.0;
    const ROW: usize = 22;
    let x = |share: f64| format!("{:.1}", LEFT + share * WIDTH);
    let height = (marks.len() + 1) * ROW;
    html! {
        svg viewBox=(format!("0 0 920 {height}")) width="920" height=(height) role="img" {
            @for tenth in (0..=10).step_by(2) {
                @let at = x(f64::from(tenth) / 10.0);
                line class="grid" x1=(at) x2=(at) y1="0" y2=(height - ROW + 4) {}
                text x=(at) y=(height - 6) text-anchor="middle" { (format!("{:.1}", f64::from(tenth) / 10.0)) }
            }
            @for (row, mark) in marks.iter().enumerate() {
                @let y = row * ROW + ROW / 2;
                text x=(LEFT - 12.0) y=(y + 4) text-anchor="end" { (mark.label) }
                line class="bound" x1=(x(mark.bounds.0)) x2=(x(mark.bounds.1)) y1=(y) y2=(y) {}
                circle class="point" cx=(x(mark.value)) cy=(y) r="5" {}
                text x=(LEFT + WIDTH + 14.0) y=(y + 4) { (bounded(mark.value, mark.bounds)) }
            }
        }
    }
}

fn matrix(report: &Report) -> Markup {
    let met = report.intents_met();
    html! {
        div class="wide" { table class="matrix" {
            thead { tr { th {} @for read in &met { th class="read" { (read.name()) } } } }
            tbody { @for was in &met {
                @let among = report.tally(*was).recall().among.max(1);
                tr {
                    th { (was.name()) }
                    @for read in &met {
                        @let count = report.confused(*was, *read);
                        @let colour = if was == read { "11, 92, 173" } else { "179, 38, 30" };
                        @let strength = (count as f64 / f64::from(among)).sqrt() * 0.6;
                        td style=(format!("background: rgba({colour}, {strength:.2})")) { @if count > 0 { (count) } }
                    }
                }
            } }
        } }
    }
}

/// How often readings of each tenth of confidence were right, with the line on which confidence says the truth.
fn reliability(bins: &[Bin; 10]) -> Markup {
    const SIDE: f64 = 320.0;
    const EDGE: f64 = 40.0;
    let x = |share: f64| format!("{:.1}", EDGE + share * SIDE);
    let y = |share: f64| format!("{:.1}", 10.0 + (1.0 - share) * SIDE);
    html! {
        svg viewBox="0 0 520 380" width="520" height="380" role="img" {
            @for tenth in (0..=10).step_by(2) {
                @let share = f64::from(tenth) / 10.0;
                line class="grid" x1=(x(0.0)) x2=(x(1.0)) y1=(y(share)) y2=(y(share)) {}
                text x=(EDGE - 8.0) y=(y(share)) text-anchor="end" dominant-baseline="middle" { (format!("{share:.1}")) }
                text x=(x(share)) y="350" text-anchor="middle" { (format!("{share:.1}")) }
            }
            line class="grid" x1=(x(0.0)) x2=(x(1.0)) y1=(y(0.0)) y2=(y(1.0)) {}
            @for bin in bins.iter().filter(|bin| bin.readings > 0) {
                @let (low, high) = bin.truth().interval();
                @let at = x(bin.confidence());
                line class="bound" x1=(at) x2=(at) y1=(y(low)) y2=(y(high)) {}
                circle class="point" cx=(at) cy=(y(bin.truth().value())) r="5" {
                    title { (bin.right) " of " (bin.readings) " right" }
                }
            }
            text x=(x(0.5)) y="372" text-anchor="middle" { "how sure the reading was; upwards: how many were right" }
        }
    }
}
