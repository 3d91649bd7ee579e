//! The live page: a card for each call, the transcript growing in it, and the call-backs that were promised.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    call_backs::call_backs,
    layout::{Frame, Section},
    words,
};
use crate::{
    console::live::{LiveCall, Stage},
    pbx::{CallBack, RecordingState, Speaker, TurnRecord},
    store::StoreError,
};

pub(in crate::console) fn live(
    frame: &Frame,
    calls: &[std::sync::Arc<LiveCall>],
    promised: &Result<Vec<CallBack>, StoreError>,
    zone: &TimeZone,
) -> Markup {
    frame.page(
        Section::Live,
        "Live",
        &html! {
            p { span id="stream-state" class="mark" role="status" { "Connecting…" } }
            p id="no-calls" class="quiet" hidden[!calls.is_empty()] { "No calls at the moment." }
            p id="announced" class="unseen" role="status" {}
            div id="calls" { @for call in calls { (card(call, zone)) } }
            section id="call-backs" { (call_backs(promised, &frame.csrf, zone)) }
            script src="/assets/live.js" defer {}
        },
    )
}

/// One call.
pub(in crate::console) fn card(call: &LiveCall, zone: &TimeZone) -> Markup {
    html! {
        article class="card" id={ "call-" (call.call) } {
            h2 {
                (words::caller(&call.caller)) " "
                @match &call.stage {
                    Stage::Ringing => (words::mark("ringing", "warn")),
                    Stage::Agent(_) => (words::mark("with the agent", "good")),
                    Stage::Conference(_) => (words::mark("conference", "good")),
                    Stage::Talking(_) => (words::mark("talking", "good")),
                    Stage::Ended(record) => {
                        @let (word, class) = words::disposition(record.disposition);
                        (words::mark(word, class))
                    }
                }
                @match call.recording {
                    RecordingState::On if !matches!(call.stage, Stage::Ended(_)) => { " " (words::mark("recorded", "good")) }
                    RecordingState::Paused if !matches!(call.stage, Stage::Ended(_)) => { " " (words::mark("recording paused", "warn")) }
                    RecordingState::Off | RecordingState::On | RecordingState::Paused => {}
                }
                @if let Some((by, how)) = &call.supervisor {
                    " " (words::mark(&format!("extension {by}: {}", how.name().replace('_', " ")), "warn"))
                }
                @if call.emergency.is_some() { " " (words::mark("emergency call", "bad")) }
            }
            p class="quiet" {
                "called " (words::dialled(&call.dialled)) " at " (words::clock(call.since, zone))
                @match &call.stage {
                    Stage::Talking(party) => { "; talks with " (words::party(party)) }
                    Stage::Conference(parties) => {
                        "; in it: "
                        @for (n, party) in parties.iter().enumerate() {
                            @if n > 0 { ", " }
                            (words::party(party))
                        }
                    }
                    Stage::Agent(why) => { "; the agent took it: " (words::agent_reason(*why)) }
                    Stage::Ended(record) => { "; ended after " (words::length(record.started, record.ended)) }
                    Stage::Ringing => {}
                }
            }
            @if !call.tried.is_empty() {
                p {
                    @for (n, (_, party, result)) in call.tried.iter().enumerate() {
                        @if n > 0 { ", " }
                        (words::party(party)) ": "
                        @match result { Some(result) => (words::leg_result(*result)), None => "rang" }
                    }
                }
            }
            (talk(&call.turns, |_| None))
            @if let Stage::Ended(record) = &call.stage { p { a href={ "/calls/" (record.call) } { "The record" } } }
        }
    }
}

/// What was said, in order; each turn with a link to where it can be heard, if it can.
pub(super) fn talk(turns: &[TurnRecord], heard_at: impl Fn(&TurnRecord) -> Option<String>) -> Markup {
    html! {
        @if !turns.is_empty() {
            ol class="talk" {
                @for turn in turns {
                    li class=[(turn.speaker == Speaker::Agent).then_some("agent")] {
                        span class="who" {
                            @if turn.speaker == Speaker::Agent { "Agent" } @else { "Caller" }
                            " · "
                            @let at = format!("{:.1} s", turn.at_ms as f64 / 1000.0);
                            @match heard_at(turn) {
                                Some(link) => a href=(link) { (at) },
                                None => (at),
                            }
                            @if let Some(ms) = turn.latency_ms { " · replied in " (ms) " ms" }
                            @if let Some(ms) = turn.interrupted_after_ms { " · interrupted after " (ms) " ms" }
                        }
                        (turn.text)
                    }
                }
            }
        }
    }
}
