//! One call: how it went, who was tried, what was said, what came of it.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    layout::{Frame, Section},
    lists, live, timeline, words,
};
use crate::{
    console::recording,
    pbx::{CallRecord, LegRecord, RecordingPart, TurnRecord},
    store::{CallDetail, TimelineEntry},
    trace::{Message, course},
};

pub(in crate::console) fn call(
    frame: &Frame,
    detail: &CallDetail,
    at_hand: &[bool],
    trace: &[(String, Message)],
    escalated: &[TimelineEntry],
    zone: &TimeZone,
) -> Markup {
    let record = &detail.record;
    let (word, class) = words::result(record.result(), record.direction);
    let (how, _) = words::disposition(record.disposition);
    let body = html! {
        p { (words::mark(word, class)) " " (detail.summary) }
        dl {
            dt { "Caller" }
            dd {
                (words::caller(&record.caller))
                @if let Some(contact) = detail.contact {
                    " · " a href={ "/contacts/" (contact) } {
                        @match &detail.contact_name { Some(name) => (name), None => "contact" }
                    }
                }
            }
            @if let Some(attestation) = record.vouched.attestation {
                dt { "The carrier says" }
                dd {
                    (words::attestation(attestation))
                    @if let Some(verstat) = &record.vouched.verstat { " (" code { (verstat) } ")" }
                }
            }
            dt { "Called" } dd { (words::dialled(&record.dialled)) }
            dt { "Began" } dd { (words::exact(record.started, zone)) }
            dt { "Result" } dd { (word) @if how != word { ": " (how) } }
            @if let Some(fax) = record.fax { dt { "Fax" } dd { (words::fax(fax)) } }
            @if let Some(queueing) = &record.queued { dt { "Queue" } dd { (words::queueing(queueing)) } }
            dt { "Lasted" } dd { (words::length(record.started, record.ended)) }
            @if let Some(why) = record.agent_reason { dt { "Why no person took it" } dd { (words::agent_reason(why)) } }
            @if let Some(trunk) = &record.trunk { dt { "Trunk" } dd { (trunk) } }
            dt { "Text to the caller" } dd { (words::text_back(detail.text_back)) }
            @if let Some(seen) = &detail.emergency_seen {
                dt { "Emergency call seen by" } dd { (seen.by) ", " (words::exact(seen.at, zone)) }
            }
            dt { "Call" } dd { code { (record.call) } }
        }
        (recordings(record, at_hand, zone))
        (timeline::timeline(escalated, zone))
        @if !record.turns.is_empty() { h2 { "What was said" } (live::talk(&record.turns, |turn| position(record, at_hand, turn))) }
        h2 { "Who took part" }
        (legs(&record.legs, zone))
        (why(record, trace))
        @if !detail.work_orders.is_empty() { h2 { "Work orders" } (lists::work_order_table(&detail.work_orders, zone)) }
        @if !detail.leads.is_empty() { h2 { "Leads" } (lists::lead_table(&detail.leads, zone)) }
        @if !detail.messages.is_empty() { h2 { "Texts" } (lists::message_table(&detail.messages, "What was sent about this call, in order", zone)) }
    };
    frame.page(Section::Calls, "Call", &body)
}

/// Why the call went the way it went: the ladder, with the decisions between.
fn why(record: &CallRecord, trace: &[(String, Message)]) -> Markup {
    let reasons: Vec<(u64, String)> =
        record.decisions.iter().map(|decision| (decision.at_ms, decision.why.clone())).collect();
    html! {
        h2 { "Why this call went the way it did" }
        details {
            summary { (reasons.last().map_or("Step by step", |(_, last)| last)) }
            pre class="ladder" tabindex="0" { (course(record.started, trace, &reasons)) }
        }
        @if trace.is_empty() {
            p class="quiet" { "What went over the wire was not kept: traces are kept for two weeks, and not of a flood of calls." }
        } @else {
            p { a href={ "/calls/" (record.call) "/trace.pcap" } { "Capture file" } " of the signalling, for the carrier's support" }
        }
    }
}

/// What was recorded, as far as the files are still there, with who asked for it and where it was paused.
fn recordings(record: &CallRecord, at_hand: &[bool], zone: &TimeZone) -> Markup {
    let parts: Vec<(usize, &RecordingPart)> = (1..)
        .zip(&record.recordings)
        .zip(at_hand)
        .filter(|(_, there)| **there)
        .map(|(part, _)| part)
        .collect();
    html! {
        @if !parts.is_empty() { h2 { "Recording" } }
        @for (number, part) in &parts {
            @if record.recordings.len() > 1 || part.by.is_some() {
                p {
                    @if let Some(from) = part.from_ms { (words::clock(record.instant_of(from), zone)) }
                    @if let Some(until) = part.until_ms { " to " (words::clock(record.instant_of(until), zone)) }
                    @if let Some(by) = &part.by { ", asked for by " (by) }
                }
            }
            @if record.is_cleared(part) {
                audio controls preload="none" aria-label="Recording of the call" src=(recording::link(record.call, *number)) {}
            } @else {
                p class="notice bad" {
                    "Held back: there is no proof that everybody in this call was told that it is recorded."
                }
            }
            @for gap in &part.gaps {
                p class="quiet" {
                    "Silence from " (words::clock(record.instant_of(gap.from_ms), zone))
                    @match gap.until_ms {
                        Some(until) => { " to " (words::clock(record.instant_of(until), zone)) },
                        None => { " to the end" },
                    }
                    @match &gap.by {
                        Some(by) => { ": paused by " (by) },
                        None => { ": somebody was there who had not been told" },
                    }
                }
            }
        }
        @if !parts.is_empty() { p class="quiet" { "The caller is on the left, the other side on the right." } }
    }
}

/// The recording, from where this turn begins (Media Fragments 1.0, 4.2.1).
fn position(record: &CallRecord, at_hand: &[bool], turn: &TurnRecord) -> Option<String> {
    let (part, ms) = record.in_recording(turn.at_ms)?;
    let there = at_hand.get(part).copied().unwrap_or(false);
    record.recordings.get(part).filter(|part| there && record.is_cleared(part))?;
    Some(format!("{}#t={:.1}", recording::link(record.call, part + 1), ms as f64 / 1000.0))
}

fn legs(legs: &[LegRecord], zone: &TimeZone) -> Markup {
    html! {
        table {
            caption { "Everybody who took part, or was asked to: the legs of the call" }
            thead {
                tr { th { "Who" } th { "From" } th class="number" { "Rang" } th class="number" { "Talked" } th { "Result" } th { "Quality" } }
            }
            tbody {
                @for leg in legs {
                    tr {
                        td data-is="Who" { (words::party(&leg.party)) }
                        td data-is="From" { (words::clock(leg.started, zone)) }
                        td class="number" data-is="Rang" { (words::length(leg.started, leg.answered.unwrap_or(leg.ended))) }
                        td class="number" data-is="Talked" {
                            @match leg.answered { Some(answered) => (words::length(answered, leg.ended)), None => "–" }
                        }
                        td data-is="Result" {
                            (words::leg_result(leg.result))
                            @if let Some(at) = leg.told { br; span class="quiet" { "told of the recording " (words::clock(at, zone)) } }
                        }
                        td data-is="Quality" {
                            @match leg.quality.filter(|_| leg.answered.is_some()) {
                                Some(q) => {
                                    @if let Some(codec) = q.codec { (words::codec(codec)) ". " }
                                    @if let Some(score) = q.heard { "Heard here: " strong { (words::score(score)) } ". " }
                                    @if let Some(score) = q.there { "Heard there: " strong { (words::score(score)) } ". " }
                                    (q.packets_received) " packets, " (q.packets_lost) " lost, jitter " (q.jitter_ms) " ms"
                                    @if let Some(trip) = q.round_trip_ms { ", round trip " (trip) " ms" }
                                    ", " (words::encrypted(q.encryption))
                                    @if let Some(why) = q.unheard { ". " (words::unheard(why)) }
                                }
                                None => "–"
                            }
                        }
                    }
                }
            }
        }
    }
}
