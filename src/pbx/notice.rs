//! The notice that a call is recorded: nobody's voice is kept who has not heard it to its end.
//!
//! It is part of the program's data and needs no speech engine. An emergency call is neither recorded nor held up by it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{Announcement, Dialled, MediaCommand, exchange::Context, leg::Leg};
use crate::types::{LegId, UtteranceId};

/// The notice takes two seconds. Whoever has not heard it by then is not recorded, and is put through.
const LONGEST: Duration = Duration::from_secs(4);

/// The notice, on its way to everybody who has still to hear it.
#[derive(Debug)]
pub(super) struct Notice {
    /// Who has still to hear it; with the number that it has there, once it is under way.
    to: BTreeMap<LegId, Option<UtteranceId>>,
    until: Option<Instant>,
}

impl Notice {
    /// What is to be said before these may be recorded; `None`: nothing, they have been told, or nobody records.
    pub(super) fn due<const N: usize>(cx: &Context<'_>, legs: [&Leg; N]) -> Option<Self> {
        if !is_wanted(cx) {
            return None;
        }
        let untold = legs.iter().map(|leg| leg.id()).filter(|leg| !cx.ledger.is_told(*leg));
        let to: BTreeMap<_, _> = untold.map(|leg| (leg, None)).collect();
        (!to.is_empty()).then_some(Self { to, until: None })
    }

    /// It begins, once, as soon as everybody can hear it.
    pub(super) fn begin(&mut self, cx: &mut Context<'_>) {
        if self.until.is_none() {
            self.until = Some(cx.now.at + LONGEST);
            for (leg, under_way) in &mut self.to {
                let utterance = cx.exchange.next_utterance(*leg);
                *under_way = Some(utterance);
                let announcement = Announcement::CallIsRecorded;
                cx.exchange.media(*leg, MediaCommand::Announce { utterance, announcement });
            }
        }
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
        if complete {
            cx.ledger.told(leg, cx.now.wall);
        }
    }

    /// Is there nothing left to wait for?
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.to.is_empty() || self.until.is_some_and(|until| until <= now)
    }
}

/// Records from now on if all of these have been told; else what is recorded falls silent.
pub(super) fn record<'l>(cx: &mut Context<'_>, caller: LegId, legs: impl IntoIterator<Item = &'l Leg>) {
    if !is_wanted(cx) {
        return;
    }
    let told = legs.into_iter().all(|leg| cx.ledger.is_told(leg.id()));
    match cx.ledger.recorded_leg() {
        Some(leg) => cx.exchange.media(leg, MediaCommand::PauseRecording(!told)),
        None if told => {
            if let Some(file) = cx.ledger.start_recording(cx.now.at, caller) {
                cx.exchange.media(caller, MediaCommand::Record { file });
            }
        }
        None => {}
    }
}

fn is_wanted(cx: &Context<'_>) -> bool {
    cx.ledger.directory().record_calls && !matches!(cx.ledger.dialled(), Dialled::Emergency(_))
}
