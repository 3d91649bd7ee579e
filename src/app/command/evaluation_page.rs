//! The report of `portico evaluate` as one page: its charts are drawn in it, and it fetches nothing.

use maud::{Markup, html};

use super::super::understanding::Examined;
use crate::{
    charts::{Mark, bounded, dots, page as whole},
    dialogue::{Bin, Judged, LifeSafety, MEANING_BAR, Report, Separation, Share, WORDS_BAR},
};

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
    let body = html! {
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
    };
    whole("How well callers are understood", &body)
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
