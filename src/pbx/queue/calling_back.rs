//! A call-back's turn has come: a phone of the office rings first, and only once it is answered is the caller called.
//!
//! The caller is not called before the store has that this is being done: after a power cut nobody is called twice.

use std::{collections::BTreeMap, time::Instant};

use super::{CallBack, promises};
use crate::{
    media::Tone,
    pbx::{
        Disposition, LegResult, MediaEvent, Party, Reason,
        call::{CallEvent, stays},
        desk_event::DeskEvent,
        exchange::Context,
        fork::{Destination, Fork},
        leg::Leg,
        line::codecs_beginning_with,
        next::{Next, Step},
        ring_plan::{Hunt, Outside},
        routing::as_name,
        session_event::SessionEvent,
        waiting::{Otherwise, Reach},
    },
    sip::{Cause, Identity, SessionId},
    types::{Extension, LegId},
};

/// The caller's telephone rings so long: less than most voicemails wait.
const CALLER_RINGS: std::time::Duration = std::time::Duration::from_secs(25);

/// Whoever has answered waits so long for the store.
const STORE_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// See the module's sentence.
#[derive(Debug)]
pub(in crate::pbx) struct CallingBack {
    promise: CallBack,
    phone: Extension,
    forks: BTreeMap<SessionId, Fork>,
    answered: Option<Leg>,
    stored: bool,
    until: Instant,
}

impl CallingBack {
    pub(in crate::pbx) fn begin(cx: &mut Context<'_>, promise: CallBack, phone: Extension) -> Step<Self> {
        let plan = cx.ledger.directory().services.queues.get(&promise.queue).cloned().unwrap_or_default();
        let who = if promise.name.is_empty() { promise.number.national() } else { promise.name.clone() };
        let shown =
            Identity { user: promise.number.to_string(), display: as_name(&format!("Call-back: {who}")) };
        cx.decide(format!("queue {}: {phone} is free, and rings for a call-back", promise.queue));
        let mut forks = BTreeMap::new();
        for binding in cx.phones_of(&phone) {
            let (party, codecs) = (Party::Phone(phone.clone()), codecs_beginning_with(&[]));
            if let Ok(fork) = Fork::ring(cx, Destination::Phone(binding), party, shown.clone(), &codecs) {
                forks.insert(fork.session(), fork);
            }
        }
        let until = cx.now.at + plan.ring;
        let calling = Self { promise, phone, forks, answered: None, stored: false, until };
        if calling.forks.is_empty() { calling.not_taken(cx) } else { Step::Stay(calling) }
    }

    /// The promise that this is about.
    pub(in crate::pbx) fn promise(&self) -> &CallBack {
        &self.promise
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.until, Reason::RingStep))
    }

    pub(in crate::pbx) fn handle(mut self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } => self.session(cx, session, event),
            CallEvent::Media { leg, event: MediaEvent::Failed | MediaEvent::Dead { .. } } => {
                self.media_lost(cx, leg)
            }
            CallEvent::Desk(DeskEvent::PromiseStored) => {
                self.stored = true;
                self.goes_on(cx)
            }
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::Media { .. } | CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::HangUp => self.not_taken(cx),
            CallEvent::Timeout if self.until <= cx.now.at => self.not_taken(cx),
            CallEvent::Timeout => Step::Stay(self),
        }
    }

    fn session(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        if let Some(leg) = self.answered.as_mut().filter(|leg| leg.session() == session) {
            match event {
                SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                    if let Some(leg) = self.answered.take() {
                        leg.gone(cx);
                    }
                    return self.not_taken(cx);
                }
                event => {
                    let waits = leg.alone(cx, event);
                    return if waits.is_ok() { Step::Stay(self) } else { self.not_taken(cx) };
                }
            }
        }
        match event {
            SessionEvent::Progress { status, .. } if status >= 180 => {
                if let Some(fork) = self.forks.get_mut(&session) {
                    fork.progressed(cx);
                }
                Step::Stay(self)
            }
            SessionEvent::Answered { body, source } => {
                let Some(fork) = self.forks.remove(&session) else { return Step::Stay(self) };
                let Ok(leg) = fork.answered(cx, &body, source) else { return self.one_less(cx) };
                for fork in std::mem::take(&mut self.forks).into_values() {
                    fork.cancel(cx, Some(Cause::AnsweredElsewhere), LegResult::AnsweredElsewhere);
                }
                leg.tone(cx, Some(Tone::Ringback));
                self.answered = Some(leg);
                self.until = cx.now.at + STORE_WAIT;
                self.goes_on(cx)
            }
            SessionEvent::Failed { status, .. } => {
                if let Some(fork) = self.forks.remove(&session) {
                    fork.not_answered(cx, LegResult::of_status(status));
                }
                self.one_less(cx)
            }
            SessionEvent::Ended(_) => {
                if let Some(fork) = self.forks.remove(&session) {
                    fork.not_answered(cx, LegResult::Failed(487));
                }
                self.one_less(cx)
            }
            _ => Step::Stay(self),
        }
    }

    fn media_lost(mut self, cx: &mut Context<'_>, leg: LegId) -> Step<Self> {
        if self.answered.as_ref().is_some_and(|answered| answered.id() == leg) {
            return self.not_taken(cx);
        }
        let session = self.forks.iter().find(|(_, fork)| fork.id() == leg).map(|(session, _)| *session);
        match session.and_then(|session| self.forks.remove(&session)) {
            Some(fork) => {
                fork.cancel(cx, None, LegResult::Failed(500));
                self.one_less(cx)
            }
            None => Step::Stay(self),
        }
    }

    fn one_less(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.forks.is_empty() && self.answered.is_none() { self.not_taken(cx) } else { Step::Stay(self) }
    }

    /// Somebody has answered, and it is stored: the caller is called, and asked for a key, which no voicemail presses.
    fn goes_on(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if !self.stored {
            return Step::Stay(self);
        }
        let Some(leg) = self.answered.take() else { return Step::Stay(self) };
        let directory = cx.ledger.directory().clone();
        let trunks = cx.exchange.open_trunks(cx.now, &directory);
        let hunt = Hunt::of_outside(trunks, Outside::Number(self.promise.number), CALLER_RINGS);
        let hunt = if cx.exchange.speech_ready { hunt.asking() } else { hunt };
        cx.decide(format!("{} has answered: the caller is called back", self.phone));
        let reach = Reach { hunt, label: None, music: false };
        let (otherwise, disposition) = (Otherwise::CallBack(self.promise.call), Disposition::Failed);
        Step::Go(Next::Reach { leg, reach, transferor: None, otherwise, disposition })
    }

    /// Nobody of the office talks with the caller now, who has not been called.
    fn not_taken(mut self, cx: &mut Context<'_>) -> Step<Self> {
        for fork in std::mem::take(&mut self.forks).into_values() {
            fork.cancel(cx, None, LegResult::NoAnswer);
        }
        if let Some(leg) = self.answered.take() {
            leg.hang_up(cx, None);
        }
        cx.decide(format!("{} has not taken the call-back, which keeps its place", self.phone));
        let directory = cx.ledger.directory().clone();
        let plan = directory.services.queues.get(&self.promise.queue).cloned().unwrap_or_default();
        cx.exchange.lines.spare(&self.promise.queue, [self.phone], cx.now.at + plan.pause);
        promises::not_taken(cx.exchange, cx.now, &directory, self.promise.call);
        Step::Go(Next::End(Disposition::Failed))
    }
}
