//! What people are told of a recording: nobody's voice is kept who has not heard to its end that the call is recorded.
//!
//! The words are part of the program's data and need no speech engine. An emergency call is neither recorded nor held up.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    Announcement, Dialled, Fact, MediaCommand, Party, RecordRule, RecordingState, decision,
    exchange::Context, ledger::Ledger, leg::Leg,
};
use crate::types::{LegId, UtteranceId};

/// The longest of the words takes two seconds. Whoever has not heard the notice by then is not recorded, and is put through.
const LONGEST: Duration = Duration::from_secs(4);

/// Words on their way to everybody who has still to hear them.
#[derive(Debug)]
pub(super) struct Notice {
    what: Announcement,
    /// Who has still to hear it; with the number that it has there, once it is under way.
    to: BTreeMap<LegId, Option<UtteranceId>>,
    until: Option<Instant>,
}

impl Notice {
    /// What is to be said before these may be recorded; `None`: nothing, they have been told, or nobody records.
    pub(super) fn due<'l>(cx: &Context<'_>, legs: impl IntoIterator<Item = &'l Leg>) -> Option<Self> {
        let legs: Vec<&Leg> = legs.into_iter().collect();
        // Who comes to a call that is being recorded is told, whatever holds for their own.
        let comes_to_it = cx.ledger.tape.on().is_some() && rule(cx.ledger, &legs) != RecordRule::Never;
        if !comes_to_it && !is_wanted(cx, &legs) {
            return None;
        }
        let untold = legs.iter().map(|leg| leg.id()).filter(|leg| !cx.ledger.is_told(*leg));
        let to: BTreeMap<_, _> = untold.map(|leg| (leg, None)).collect();
        (!to.is_empty()).then_some(Self { what: Announcement::CallIsRecorded, to, until: None })
    }

    /// What has become of the recording, for everybody.
    pub(super) fn of<'l>(what: Announcement, legs: impl IntoIterator<Item = &'l Leg>) -> Self {
        Self { what, to: legs.into_iter().map(|leg| (leg.id(), None)).collect(), until: None }
    }

    /// It begins, once, as soon as everybody can hear it.
    pub(super) fn begin(&mut self, cx: &mut Context<'_>) {
        if self.until.is_none() {
            self.until = Some(cx.now.at + LONGEST);
            let announcement = self.what;
            for (leg, under_way) in &mut self.to {
                let utterance = cx.exchange.next_utterance(*leg);
                *under_way = Some(utterance);
                cx.exchange.media(*leg, MediaCommand::Announce { utterance, announcement });
            }
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.until.is_some()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Somebody has heard it, or a part of it.
    pub(super) fn played(
        &mut self,
        cx: &mut Context<'_>,
        leg: LegId,
        utterance: UtteranceId,
        complete: bool,
    ) {
        if self.to.get(&leg) != Some(&Some(utterance)) {
            return;
        }
        self.to.remove(&leg);
        if complete && self.what == Announcement::CallIsRecorded {
            cx.ledger.told(leg, cx.now.wall);
        }
    }

    /// Whoever it is said to is a machine.
    pub(super) fn falls_silent(self, cx: &mut Context<'_>) {
        for (leg, utterance) in self.to {
            if let Some(utterance) = utterance {
                cx.exchange.media(leg, MediaCommand::Hush { utterance });
            }
        }
    }

    /// Is there nothing left to wait for?
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.to.is_empty() || self.until.is_some_and(|until| until <= now)
    }
}

/// Brings the recording of these in line with who wants it, who has been told of it, and who has paused it: it begins, ends,
/// or keeps silence from now on. `caller` is heard on its left side.
pub(super) fn settle<'l>(cx: &mut Context<'_>, caller: LegId, legs: impl IntoIterator<Item = &'l Leg>) {
    let legs: Vec<&Leg> = legs.into_iter().collect();
    let at_ms = cx.ledger.millis(cx.now.at);
    let told = legs.iter().all(|leg| cx.ledger.is_told(leg.id()));
    let before = state(cx);
    match (is_wanted(cx, &legs), cx.ledger.tape.on()) {
        (true, None) if told => {
            let call = cx.call();
            if let Some(file) = cx.ledger.tape.start(call, at_ms, caller) {
                cx.exchange.media(caller, MediaCommand::Record { file });
            }
        }
        (true, Some(leg)) => {
            let silent = !told || cx.ledger.tape.is_paused();
            if silent != cx.ledger.tape.is_silent() {
                cx.ledger.tape.silence(at_ms, silent);
                cx.exchange.media(leg, MediaCommand::PauseRecording(silent));
            }
        }
        (false, Some(leg)) => {
            cx.ledger.tape.end(at_ms);
            cx.exchange.media(leg, MediaCommand::EndRecording);
        }
        (true, None) | (false, None) => {}
    }
    let state = state(cx);
    if state != before {
        let call = cx.call();
        cx.exchange.fact(Fact::RecordingChanged { call, state });
        cx.decide(decision::recording(state, cx.ledger.tape.asked_by()));
    }
}

/// The notice has been given, as far as it could be: without proof for everybody there is no recording, and whoever asked for
/// one has to ask again.
pub(super) fn given(cx: &mut Context<'_>, legs: &[&Leg]) {
    let untold: Vec<&Party> =
        legs.iter().filter(|leg| !cx.ledger.is_told(leg.id())).map(|leg| leg.party()).collect();
    if is_wanted(cx, legs) && !untold.is_empty() {
        let who: Vec<String> = untold.into_iter().map(decision::name).collect();
        cx.decide(format!("not recorded: {} has not heard that it would be", who.join(" and ")));
        cx.ledger.tape.ask(None);
    }
}

/// What holds for a call between these.
pub(super) fn rule(ledger: &Ledger, legs: &[&Leg]) -> RecordRule {
    if matches!(ledger.dialled(), Dialled::Emergency(_)) {
        return RecordRule::Never;
    }
    ledger.directory().recording.rule_among(legs.iter().map(|leg| leg.extension()))
}

fn is_wanted(cx: &Context<'_>, legs: &[&Leg]) -> bool {
    match rule(cx.ledger, legs) {
        RecordRule::Always => true,
        RecordRule::OnDemand => cx.ledger.tape.asked_by().is_some(),
        RecordRule::Never => false,
    }
}

fn state(cx: &Context<'_>) -> RecordingState {
    match (cx.ledger.tape.on(), cx.ledger.tape.is_silent()) {
        (None, _) => RecordingState::Off,
        (Some(_), false) => RecordingState::On,
        (Some(_), true) => RecordingState::Paused,
    }
}
