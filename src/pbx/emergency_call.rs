//! A call to an emergency number, from the desk phone that dialled it to the service that answers.
//!
//! It is no `Ringing` and no `Talking`, and that is the point: its ways out are [`After`], which knows of going on and of
//! being over, and of no agent, transfer, queue, park or menu. What the house can do to a call it cannot do to this one.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    Disposition, Emergency, Fact, LegResult, MediaEvent, Party, Reason,
    call::CallEvent,
    exchange::Context,
    fork::{Destination, Enclosed, Fork},
    hold,
    incoming::Incoming,
    leg::Leg,
    refusal::{FinalAnswer, Refusal},
    ring_plan::Outside,
    session_event::SessionEvent,
    whereabouts::Whereabouts,
};
use crate::{
    sip::{Cause, Identity, SessionId, TrunkName},
    types::LegId,
};

/// A line is freed by ending another call; the carrier gets so long to notice before the emergency call asks for it.
const LINE_CLEARING: Duration = Duration::from_millis(200);

/// Every trunk is tried so often. From the second time on, a line is taken from another call first: the carrier may have
/// been full without our knowing.
const ROUNDS: u8 = 2;

/// A trunk that takes the call but says nothing of ringing is given up for the next after so long.
const ROUTING: Duration = Duration::from_secs(20);

/// Where it rings, it rings on: whoever were to dial again would be the last in that queue.
const RING: Duration = Duration::from_secs(600);

/// Even this call ends one day, should both ends have forgotten it.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct EmergencyCall {
    emergency: Emergency,
    whereabouts: Whereabouts,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Dialling(Dialling),
    Talking { caller: Leg, service: Leg, bridged: bool, until: Instant },
}

#[derive(Debug)]
struct Dialling {
    caller: Incoming,
    /// Still to be tried in this round.
    left: VecDeque<TrunkName>,
    round: u8,
    attempt: Attempt,
    last_answer: Option<FinalAnswer>,
}

#[derive(Debug)]
enum Attempt {
    /// Between two trunks.
    None,
    /// Another call has been asked to give its line on this trunk; dialled at this instant.
    Clearing { trunk: TrunkName, until: Instant },
    /// `silent_until`: by then the trunk must have said something, if only 100.
    Ringing { fork: Box<Fork>, silent_until: Option<Instant>, until: Instant },
}

/// What comes of an event. There is nothing else.
#[derive(Debug)]
pub(super) enum After {
    Going(EmergencyCall),
    Over(Disposition),
}

impl EmergencyCall {
    pub(super) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> After {
        match event {
            CallEvent::Session { session, event } => self.handle_session(cx, session, event),
            CallEvent::Media { leg, event } => self.handle_media(cx, leg, &event),
            // Nobody at a desk phone can do anything with it.
            CallEvent::Speech(_) | CallEvent::AgentPlace | CallEvent::Desk(_) => After::Going(self),
            CallEvent::HangUp => self.hang_up(cx),
            CallEvent::Timeout => self.handle_timeout(cx),
        }
    }

    pub(super) fn begin(
        cx: &mut Context<'_>,
        caller: Incoming,
        emergency: Emergency,
        whereabouts: Whereabouts,
    ) -> After {
        let left = cx.exchange.trunks_for_emergency(cx.ledger.directory());
        let dialling = Dialling { caller, left, round: 0, attempt: Attempt::None, last_answer: None };
        Self { emergency, whereabouts, stage: Stage::Dialling(dialling) }.next_trunk(cx)
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        match &self.stage {
            Stage::Talking { until, .. } => Some((*until, Reason::CallLimit)),
            Stage::Dialling(dialling) => match &dialling.attempt {
                Attempt::None => None,
                Attempt::Clearing { until, .. } => Some((*until, Reason::EmergencyLine)),
                Attempt::Ringing { silent_until, until, .. } => {
                    let silent = silent_until.map(|at| (at, Reason::TrunkSilent));
                    silent.into_iter().chain([(*until, Reason::RingStep)]).min()
                }
            },
        }
    }

    pub(super) fn handle_timeout(mut self, cx: &mut Context<'_>) -> After {
        let now = cx.now.at;
        let dialling = match &mut self.stage {
            Stage::Talking { until, .. } if *until <= now => return self.hang_up(cx),
            Stage::Talking { .. } => return After::Going(self),
            Stage::Dialling(dialling) => dialling,
        };
        match &mut dialling.attempt {
            Attempt::Clearing { until, trunk } if *until <= now => {
                let trunk = trunk.clone();
                self.dial(cx, trunk)
            }
            Attempt::Ringing { fork, silent_until, until } => {
                let silent = silent_until.is_some_and(|at| at <= now);
                if silent {
                    // Of a trunk with several targets the last that was tried has a moment of its own.
                    let patience = fork.outside().map_or(Duration::ZERO, |(trunk, _)| {
                        cx.ledger.directory().limits.patience_with_target(trunk)
                    });
                    *silent_until =
                        cx.exchange.sip.unheard_since(fork.session()).map(|since| since + patience);
                }
                let silent = silent_until.is_some_and(|at| at <= now);
                if silent || *until <= now {
                    return self.give_up_trunk(cx);
                }
                After::Going(self)
            }
            Attempt::None | Attempt::Clearing { .. } => After::Going(self),
        }
    }

    pub(super) fn handle_session(
        mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        event: SessionEvent,
    ) -> After {
        match &mut self.stage {
            Stage::Talking { .. } => return self.in_talking(cx, session, event),
            Stage::Dialling(dialling) if session == dialling.caller.session() => {
                if matches!(event, SessionEvent::Cancelled(_) | SessionEvent::Ended(_)) {
                    return self.abandoned(cx);
                }
                return After::Going(self);
            }
            Stage::Dialling(dialling) => {
                let Attempt::Ringing { fork, .. } = &dialling.attempt else { return After::Going(self) };
                if fork.session() != session {
                    return After::Going(self);
                }
            }
        }
        match event {
            SessionEvent::Progress { status, body, source } if status >= 180 => {
                self.progressed(cx, status, &body, source);
                After::Going(self)
            }
            SessionEvent::Answered { body, source } => self.answered(cx, &body, source),
            SessionEvent::Failed { status, retry_after, cause, redirect: _ } => {
                self.failed(cx, FinalAnswer { status, retry_after, cause })
            }
            SessionEvent::Ended(_) => self.failed(cx, FinalAnswer::of(487)),
            SessionEvent::Progress { .. }
            | SessionEvent::Cancelled(_)
            | SessionEvent::Confirmed(_)
            | SessionEvent::Reoffered(_)
            | SessionEvent::ReofferAnswered(_)
            | SessionEvent::Digit(_) => After::Going(self),
        }
    }

    /// Silence does not end this call: somebody may be hiding. Only a socket that could not be had does.
    pub(super) fn handle_media(self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> After {
        if *event != MediaEvent::Failed {
            return After::Going(self);
        }
        match &self.stage {
            Stage::Talking { .. } => self.hang_up(cx),
            Stage::Dialling(dialling) => match &dialling.attempt {
                Attempt::Ringing { fork, .. } if fork.id() == leg => self.give_up_trunk(cx),
                _ => After::Going(self),
            },
        }
    }

    /// The program ends.
    pub(super) fn hang_up(self, cx: &mut Context<'_>) -> After {
        match self.stage {
            Stage::Dialling(dialling) => {
                if let Attempt::Ringing { fork, .. } = dialling.attempt {
                    fork.cancel(cx, None, LegResult::CallerGone);
                }
                dialling.caller.refuse(cx, Refusal::UNAVAILABLE, LegResult::Failed(503));
                After::Over(Disposition::Failed)
            }
            Stage::Talking { caller, service, .. } => {
                caller.hang_up(cx, None);
                service.hang_up(cx, None);
                After::Over(Disposition::Answered)
            }
        }
    }

    fn abandoned(self, cx: &mut Context<'_>) -> After {
        if let Stage::Dialling(dialling) = self.stage {
            if let Attempt::Ringing { fork, .. } = dialling.attempt {
                fork.cancel(cx, None, LegResult::CallerGone);
            }
            dialling.caller.gone(cx);
        }
        After::Over(Disposition::CallerAbandoned)
    }

    /// The next trunk, or the first one again; when every one has been tried often enough the phone is told.
    fn next_trunk(mut self, cx: &mut Context<'_>) -> After {
        let Stage::Dialling(dialling) = &mut self.stage else { return After::Going(self) };
        dialling.attempt = Attempt::None;
        if dialling.left.is_empty() && dialling.round + 1 < ROUNDS {
            dialling.round += 1;
            dialling.left = cx.exchange.trunks_for_emergency(cx.ledger.directory());
        }
        let Some(trunk) = dialling.left.pop_front() else { return self.unreachable(cx) };
        let full = cx.exchange.is_full(cx.ledger.directory(), &trunk);
        let call = cx.call();
        if (full || dialling.round > 0) && cx.exchange.want_line(&trunk, call) {
            dialling.attempt = Attempt::Clearing { trunk, until: cx.now.at + LINE_CLEARING };
            return After::Going(self);
        }
        self.dial(cx, trunk)
    }

    fn dial(mut self, cx: &mut Context<'_>, trunk: TrunkName) -> After {
        let Stage::Dialling(dialling) = &mut self.stage else { return After::Going(self) };
        let patience = cx.ledger.directory().limits.patience_with(&trunk);
        let codecs = dialling.caller.codecs_to_offer();
        let from = Identity {
            user: self.whereabouts.callback.to_string(),
            display: cx.ledger.directory().name.clone(),
        };
        let profile = cx.ledger.directory().profile(&trunk);
        let enclosed = if profile.takes_location { self.whereabouts.enclosed() } else { Enclosed::default() };
        let destination = Destination::Outside { trunk, who: Outside::Emergency(self.emergency) };
        let party = Party::Emergency(self.emergency);
        match Fork::ring_enclosing(cx, destination, party, from, &codecs, enclosed) {
            Ok(fork) => {
                dialling.attempt = Attempt::Ringing {
                    fork: Box::new(fork),
                    silent_until: Some(cx.now.at + patience),
                    until: cx.now.at + ROUTING,
                };
                After::Going(self)
            }
            Err(_) => {
                dialling.last_answer = Some(FinalAnswer::of(503));
                self.next_trunk(cx)
            }
        }
    }

    fn give_up_trunk(mut self, cx: &mut Context<'_>) -> After {
        if let Stage::Dialling(dialling) = &mut self.stage
            && let Attempt::Ringing { fork, .. } = std::mem::replace(&mut dialling.attempt, Attempt::None)
        {
            if cx.exchange.sip.unheard_since(fork.session()).is_some()
                && let Some((trunk, _)) = fork.outside()
            {
                cx.exchange.sip.trunk_failed(cx.now.at, trunk, 0, None);
            }
            fork.cancel(cx, None, LegResult::Failed(408));
            dialling.last_answer = Some(FinalAnswer::of(503));
        }
        self.next_trunk(cx)
    }

    fn failed(mut self, cx: &mut Context<'_>, said: FinalAnswer) -> After {
        let FinalAnswer { status, retry_after, .. } = said;
        if let Stage::Dialling(dialling) = &mut self.stage
            && let Attempt::Ringing { fork, .. } = std::mem::replace(&mut dialling.attempt, Attempt::None)
        {
            if super::trunk_answer::is_the_trunks(status)
                && let Some((trunk, _)) = fork.outside()
            {
                cx.exchange.sip.trunk_failed(cx.now.at, trunk, status, retry_after);
            }
            fork.not_answered(cx, LegResult::of_status(status));
            dialling.last_answer = Some(said);
        }
        // Whatever a trunk says: the next one may know better, and nobody declines an emergency.
        self.next_trunk(cx)
    }

    fn unreachable(self, cx: &mut Context<'_>) -> After {
        if let Stage::Dialling(dialling) = self.stage {
            let refusal = dialling.last_answer.map_or(Refusal::UNAVAILABLE, Refusal::passed_on);
            dialling.caller.refuse(cx, refusal, LegResult::of_status(refusal.status));
        }
        After::Over(Disposition::Failed)
    }

    fn progressed(&mut self, cx: &mut Context<'_>, status: u16, body: &[u8], source: SocketAddr) {
        let Stage::Dialling(Dialling { caller, attempt, .. }) = &mut self.stage else { return };
        let Attempt::Ringing { fork, until, .. } = attempt else { return };
        *until = cx.now.at + RING;
        if let Some((trunk, _)) = fork.outside() {
            cx.exchange.sip.trunk_carried(trunk);
        }
        fork.progressed(cx);
        match fork.heard_early(cx, body, source) {
            Some((leg, codec)) => caller.hear_early(cx, leg, codec, status == 180),
            None if caller.hears_somebody() && status != 180 => {}
            None => caller.ring(cx),
        }
    }

    fn answered(mut self, cx: &mut Context<'_>, body: &[u8], source: SocketAddr) -> After {
        let Stage::Dialling(mut dialling) = self.stage else { return After::Going(self) };
        let Attempt::Ringing { fork, .. } = std::mem::replace(&mut dialling.attempt, Attempt::None) else {
            return After::Going(Self { stage: Stage::Dialling(dialling), ..self });
        };
        if let Some((trunk, _)) = fork.outside() {
            cx.exchange.sip.trunk_carried(trunk);
        }
        let service = match fork.answered(cx, body, source) {
            Ok(service) => service,
            Err(_) => {
                dialling.last_answer = Some(FinalAnswer::of(488));
                self.stage = Stage::Dialling(dialling);
                return self.next_trunk(cx);
            }
        };
        let caller = match dialling.caller.answer(cx, service.codec()) {
            Ok(caller) => caller,
            Err(_) => {
                service.hang_up(cx, Some(Cause::Sip(488)));
                return After::Over(Disposition::Failed);
            }
        };
        cx.ledger.answered(cx.now.wall);
        let (call, leg, party) = (cx.call(), service.id(), service.party().clone());
        cx.exchange.fact(Fact::Answered { call, leg, party });
        self.stage = Stage::Talking { caller, service, bridged: false, until: cx.now.at + LONGEST };
        self.bridge(cx);
        After::Going(self)
    }

    fn bridge(&mut self, cx: &mut Context<'_>) {
        let Stage::Talking { caller, service, bridged, .. } = &mut self.stage else { return };
        if !*bridged && caller.is_connected() && service.is_connected() {
            *bridged = true;
            cx.exchange.media(caller.id(), super::MediaCommand::Bridge { with: service.id() });
        }
    }

    fn in_talking(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> After {
        let Stage::Talking { caller, service, .. } = &mut self.stage else { return After::Going(self) };
        let of_caller = match session {
            session if session == caller.session() => true,
            session if session == service.session() => false,
            _ => return After::Going(self),
        };
        let (leg, other) = if of_caller { (caller, service) } else { (service, caller) };
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                let Stage::Talking { caller, service, .. } = self.stage else {
                    return After::Over(Disposition::Answered);
                };
                let (gone, left) = if of_caller { (caller, service) } else { (service, caller) };
                gone.gone(cx);
                left.hang_up(cx, None);
                return After::Over(Disposition::Answered);
            }
            SessionEvent::Confirmed(body) => {
                if leg.confirmed(cx, &body).is_err() {
                    return self.hang_up(cx);
                }
                self.bridge(cx);
            }
            SessionEvent::Reoffered(offer) => {
                let codec = other.codec();
                hold::reoffered(cx, leg, codec, &offer);
            }
            SessionEvent::Digit(digit) => {
                cx.exchange.media(other.id(), super::MediaCommand::Digit(digit));
            }
            SessionEvent::Progress { .. }
            | SessionEvent::Answered { .. }
            | SessionEvent::Failed { .. }
            | SessionEvent::ReofferAnswered(_) => {}
        }
        After::Going(self)
    }
}
