//! Phones ring, or somebody outside does: for a caller from the trunk, for a desk phone, or for a caller whom the agent
//! hands over. The first 200 wins.

mod forking;
mod redirecting;
mod trunks;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Instant,
};

use super::{
    AgentReason, Disposition, LegResult, MediaEvent, Party, Reason,
    asked::{Asked, Reply},
    conversation::Conversation,
    decision,
    exchange::Context,
    fork::Fork,
    incoming::Incoming,
    leg::Leg,
    next::{Announced, Next, Step},
    refusal::{FinalAnswer, Refusal},
    ring_plan::{After, Hunt, agent_reason},
    services,
    session_event::SessionEvent,
    waiter::Waiter,
    waiting::{Reach, Waiting},
};
use crate::{
    agent::VoiceInput,
    dialogue::EndReason,
    media::Tone,
    sip::{Cause, Invitation, SessionId},
    types::{Extension, LegId},
};

/// Phones that ring together for one call. Ten contacts an extension and a step of many extensions could be more; those
/// beyond do not ring.
const MOST_FORKS: usize = 32;

/// A call that rings.
#[derive(Debug)]
pub(super) struct Ringing {
    waiter: Waiter,
    hunt: Hunt,
    forks: BTreeMap<SessionId, Fork>,
    /// Who has answered outside and is asked whether he takes the call.
    asked: BTreeMap<SessionId, Asked>,
    /// Extensions that have sent the call on, and those to which it was sent.
    redirected: BTreeSet<Extension>,
    /// Which of the sessions are to be asked.
    to_ask: BTreeSet<SessionId>,
    /// How the last stage ended that everybody goes through.
    ended: Option<LegResult>,
    /// Where in the results the stage begins that rings, if everybody goes through it.
    stage_from: Option<usize>,
    /// How those that no longer ring ended.
    results: Vec<LegResult>,
    /// The last final status of somebody who did not answer, for a desk phone to be told.
    last_answer: Option<FinalAnswer>,
    until: Instant,
    /// By then a trunk must have answered our INVITE, if only with 100.
    silent_until: Option<Instant>,
    /// The plan is over, and the caller waits for a place at the agent while phones may ring on.
    queued: bool,
}

impl Ringing {
    /// For a caller from a trunk. With `why` nobody rings, and the agent takes the call as soon as it can.
    pub(super) fn for_caller(
        cx: &mut Context<'_>,
        caller: Incoming,
        hunt: Hunt,
        why: Option<AgentReason>,
    ) -> Step<Self> {
        Self::new(cx, Waiter::Outside { caller, why }, hunt).next_stage(cx)
    }

    pub(super) fn for_desk(cx: &mut Context<'_>, caller: Incoming, hunt: Hunt) -> Step<Self> {
        Self::new(cx, Waiter::Desk(caller), hunt).next_stage(cx)
    }

    pub(super) fn for_transfer(
        cx: &mut Context<'_>,
        caller: Leg,
        conversation: Conversation,
        brief: String,
        hunt: Hunt,
    ) -> Step<Self> {
        caller.tone(cx, Some(Tone::Ringback));
        Self::new(cx, Waiter::Handed { caller, conversation, brief }, hunt).next_stage(cx)
    }

    /// For somebody who has been answered and waits: another phone is rung.
    pub(super) fn for_waiting(cx: &mut Context<'_>, waiting: Waiting, reach: Reach) -> Step<Self> {
        if !reach.music {
            waiting.leg.tone(cx, Some(Tone::Ringback));
        }
        Self::new(cx, Waiter::Waits(Box::new(waiting)), reach.hunt).next_stage(cx)
    }

    fn new(cx: &Context<'_>, waiter: Waiter, hunt: Hunt) -> Self {
        Self {
            waiter,
            hunt,
            forks: BTreeMap::new(),
            asked: BTreeMap::new(),
            redirected: BTreeSet::new(),
            to_ask: BTreeSet::new(),
            ended: None,
            stage_from: None,
            results: Vec::new(),
            last_answer: None,
            until: cx.now.at,
            silent_until: None,
            queued: false,
        }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let why = match self.waiter {
            _ if self.queued => Reason::AgentPlace,
            Waiter::Handed { .. } | Waiter::Waits(_) => Reason::TransferRing,
            Waiter::Outside { .. } | Waiter::Desk(_) => Reason::RingStep,
        };
        let silent = self.silent_until.map(|at| (at, Reason::TrunkSilent));
        let asked = self.asked.values().map(|asked| (asked.until, Reason::KeyPress));
        Some((self.until, why)).into_iter().chain(silent).chain(asked).min()
    }

    pub(super) fn handle_timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.silent_until.is_some_and(|at| at <= cx.now.at) && self.give_up_silent(cx) {
            return self.next_stage(cx);
        }
        let silent: Vec<SessionId> =
            self.asked.values().filter(|asked| asked.until <= cx.now.at).map(Asked::session).collect();
        for asked in silent.iter().filter_map(|session| self.asked.remove(session)) {
            if let Reply::Leaves(result) = asked.leave(cx, LegResult::NoAnswer) {
                self.hunt.give_up();
                self.results.push(result);
            }
        }
        if self.until > cx.now.at && (silent.is_empty() || !self.is_quiet()) {
            return Step::Stay(self);
        }
        if self.forks.values().any(|fork| fork.outside().is_some_and(|(_, who)| who.takes_no_for_an_answer()))
        {
            // It was the person who has not answered.
            self.hunt.give_up();
        }
        if !self.queued && self.hunt.is_over() && self.no_place(cx) {
            return self.queue(cx);
        }
        self.silence(cx, None, LegResult::NoAnswer);
        self.next_stage(cx)
    }

    /// A place at the agent has come free.
    pub(super) fn handle_agent_place(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.queued && !self.no_place(cx) { self.exhausted(cx) } else { Step::Stay(self) }
    }

    pub(super) fn handle_session(
        mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        event: SessionEvent,
    ) -> Step<Self> {
        if session == self.waiter.session() {
            return self.handle_waiter(cx, event);
        }
        if let Waiter::Waits(waiting) = &mut self.waiter
            && waiting.heard_of_transferor(cx, session, &event)
        {
            return Step::Stay(self);
        }
        if let Some(asked) = self.asked.remove(&session) {
            let reply = asked.handle_session(cx, event);
            return self.replied(cx, reply);
        }
        match event {
            SessionEvent::Progress { status, body, source } if status >= 180 => {
                self.progressed(cx, session, status, &body, source);
                Step::Stay(self)
            }
            SessionEvent::Answered { body, source } => self.answered(cx, session, &body, source),
            SessionEvent::Failed { status, retry_after, cause, redirect } => {
                self.last_answer = Some(FinalAnswer { status, retry_after, cause });
                self.note_cause(cx, session, status, cause);
                self.judge_trunk(cx, session, status, retry_after);
                if (300..400).contains(&status) {
                    self.redirected(cx, session, redirect.as_deref());
                }
                self.fork_failed(cx, session, LegResult::of_status(status))
            }
            // A far end that ends a call it has not answered; our endpoint never reports it so, but nothing may hang.
            SessionEvent::Ended(_) => self.fork_failed(cx, session, LegResult::Failed(487)),
            SessionEvent::Reoffered(offer) => {
                if let Some(fork) = self.forks.get_mut(&session) {
                    fork.reoffered(cx, &offer);
                }
                Step::Stay(self)
            }
            SessionEvent::Progress { .. }
            | SessionEvent::Cancelled(_)
            | SessionEvent::Confirmed(_)
            | SessionEvent::ReofferAnswered(_)
            | SessionEvent::Digit(_) => Step::Stay(self),
        }
    }

    pub(super) fn handle_media(mut self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        // The port on which a desk phone was to hear early media could not be bound: nor could it hear anything later.
        if let Waiter::Desk(caller) = &self.waiter
            && caller.id() == leg
        {
            return if *event == MediaEvent::Failed { self.hang_up(cx) } else { Step::Stay(self) };
        }
        if let Some(session) = self.asked.values().find(|asked| asked.id() == leg).map(Asked::session)
            && let Some(asked) = self.asked.remove(&session)
        {
            let reply = asked.handle_media(cx, event);
            return self.replied(cx, reply);
        }
        let lost = matches!(event, MediaEvent::Dead { .. } | MediaEvent::Failed);
        if let Some(caller) = self.waiter.answered()
            && caller.id() == leg
        {
            if let MediaEvent::Digit(key @ ('0' | '1')) = event
                && self.is_for_queued()
            {
                return self.back_to_queue(cx, *key);
            }
            let dead = lost && (caller.may_be_heard() || *event == MediaEvent::Failed);
            return if dead { self.hang_up(cx) } else { Step::Stay(self) };
        }
        // The port of a phone that rings could not be bound: it could not be heard, so it must not be answered.
        let session = self.forks.iter().find(|(_, fork)| fork.id() == leg).map(|(session, _)| *session);
        match session.and_then(|session| self.forks.remove(&session)) {
            Some(fork) if *event == MediaEvent::Failed => {
                fork.cancel(cx, None, LegResult::Failed(500));
                self.one_less(cx, LegResult::Failed(500))
            }
            Some(fork) => {
                self.forks.insert(fork.session(), fork);
                Step::Stay(self)
            }
            None => Step::Stay(self),
        }
    }

    /// The caller's media is lost, or somebody in the office wants the call to end.
    pub(super) fn hang_up(mut self, cx: &mut Context<'_>) -> Step<Self> {
        self.silence(cx, None, LegResult::CallerGone);
        let disposition = match self.waiter {
            Waiter::Outside { caller, .. } | Waiter::Desk(caller) => {
                caller.refuse(cx, Refusal::NOBODY, LegResult::Failed(480));
                Disposition::Failed
            }
            Waiter::Handed { caller, conversation, .. } => {
                caller.hang_up(cx, None);
                conversation.end(cx, EndReason::HungUp)
            }
            Waiter::Waits(waiting) => waiting.hang_up(cx),
        };
        Step::Go(Next::End(disposition))
    }

    /// Is it for a caller whose place in a queue is kept meanwhile?
    pub(super) fn is_for_queued(&self) -> bool {
        matches!(&self.waiter, Waiter::Waits(waiting) if waiting.is_queued())
    }

    /// Whoever waits in a queue has pressed a key while phones ring.
    fn back_to_queue(mut self, cx: &mut Context<'_>, key: char) -> Step<Self> {
        self.silence(cx, None, LegResult::CallerGone);
        match self.waiter {
            Waiter::Waits(waiting) => waiting.pressed(cx, key),
            waiter => Step::Stay(Self { waiter, ..self }),
        }
    }

    fn handle_waiter(mut self, cx: &mut Context<'_>, event: SessionEvent) -> Step<Self> {
        match event {
            SessionEvent::Cancelled(cause) => self.abandoned(cx, cause),
            SessionEvent::Digit(key @ ('0' | '1')) if self.is_for_queued() => self.back_to_queue(cx, key),
            SessionEvent::Ended(by) => self.abandoned(cx, by.cause()),
            SessionEvent::Reoffered(offer) if self.waiter.answered().is_none() => {
                if let Waiter::Outside { caller, .. } | Waiter::Desk(caller) = &mut self.waiter {
                    caller.reoffered(cx, &offer);
                }
                Step::Stay(self)
            }
            event => {
                let waits = self.waiter.answered_mut().map_or(Ok(()), |caller| caller.alone(cx, event));
                if waits.is_ok() { Step::Stay(self) } else { self.hang_up(cx) }
            }
        }
    }

    /// It rings somewhere, or a network outside has something to say: its own ringback, music, "the number you have dialled".
    ///
    /// A desk phone hears that itself. Callers from a trunk and callers of the agent hear our ringback, whoever is tried
    /// for them: several phones ring at once there, and the agent is still to come.
    fn progressed(
        &mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        status: u16,
        body: &[u8],
        source: SocketAddr,
    ) {
        let Some(fork) = self.forks.get_mut(&session) else { return };
        if let Some((trunk, _)) = fork.outside() {
            cx.exchange.sip.trunk_carried(trunk);
        }
        fork.progressed(cx);
        let Waiter::Desk(caller) = &mut self.waiter else { return self.waiter.ring(cx) };
        match fork.heard_early(cx, body, source) {
            Some((leg, codec)) => caller.hear_early(cx, leg, codec, status == 180),
            None if caller.hears_somebody() && status != 180 => {}
            None => caller.ring(cx),
        }
    }

    /// The caller is gone. The phones are told why: what a carrier has let somebody else answer is no missed call.
    fn abandoned(mut self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        if let Some(cause) = cause {
            cx.decide(format!("the caller's side gave it up: {cause}"));
        }
        self.silence(cx, cause, LegResult::CallerGone);
        let disposition = match self.waiter {
            Waiter::Outside { caller, .. } | Waiter::Desk(caller) => {
                caller.gone(cx);
                if cause == Some(Cause::AnsweredElsewhere) {
                    Disposition::AnsweredElsewhere
                } else {
                    Disposition::CallerAbandoned
                }
            }
            Waiter::Handed { caller, conversation, .. } => {
                caller.gone(cx);
                conversation.end(cx, EndReason::HungUp)
            }
            Waiter::Waits(waiting) => waiting.gone(cx),
        };
        Step::Go(Next::End(disposition))
    }

    fn answered(
        mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        body: &[u8],
        source: SocketAddr,
    ) -> Step<Self> {
        let Some(fork) = self.forks.remove(&session) else { return Step::Stay(self) };
        let ask = self.to_ask.remove(&session);
        if let Some((trunk, who)) = fork.outside() {
            cx.exchange.sip.trunk_carried(trunk);
            if who.takes_no_for_an_answer() && !ask {
                self.hunt.give_up();
            }
        }
        let callee = match fork.answered(cx, body, source) {
            Ok(callee) => callee,
            Err(result) => {
                self.last_answer = Some(FinalAnswer::of(488));
                return self.one_less(cx, result);
            }
        };
        if ask {
            let words = self.waiter.question(cx);
            let asked = Asked::begin(cx, callee, words);
            self.until = self.until.max(asked.until);
            self.silent_until = None;
            self.asked.insert(asked.session(), asked);
            return Step::Stay(self);
        }
        self.connect(cx, callee)
    }

    /// What somebody who was asked has said to it.
    fn replied(mut self, cx: &mut Context<'_>, reply: Reply) -> Step<Self> {
        match reply {
            Reply::Waits(asked) => {
                self.asked.insert(asked.session(), asked);
                Step::Stay(self)
            }
            Reply::Takes(leg) => self.connect(cx, leg),
            Reply::Leaves(result) => {
                self.hunt.give_up();
                self.one_less(cx, result)
            }
        }
    }

    /// Nobody rings, and nobody is asked.
    fn is_quiet(&self) -> bool {
        self.forks.is_empty() && self.asked.is_empty()
    }

    /// The extension at which this session of ours rings.
    pub(super) fn rings_at(&self, session: SessionId) -> Option<&Extension> {
        match self.forks.get(&session)?.party() {
            Party::Phone(extension) => Some(extension),
            Party::Caller(_) | Party::Number(_) | Party::Emergency(_) | Party::Agent => None,
        }
    }

    /// Is it a desk phone's own call, which waits at this session?
    pub(super) fn is_waited_for_at(&self, session: SessionId) -> bool {
        matches!(&self.waiter, Waiter::Desk(caller) if caller.session() == session)
    }

    /// The extensions whose phones ring.
    pub(super) fn extensions(&self) -> impl Iterator<Item = &Extension> {
        self.forks.values().filter_map(|fork| match fork.party() {
            Party::Phone(extension) => Some(extension),
            Party::Caller(_) | Party::Number(_) | Party::Emergency(_) | Party::Agent => None,
        })
    }

    /// Another phone takes the call, by a code or a key: it is as if it had rung there.
    pub(super) fn taken(
        self,
        cx: &mut Context<'_>,
        session: SessionId,
        invitation: Invitation,
        by: Extension,
    ) -> Step<Self> {
        let wish = self.waiter.codecs_to_offer().first().copied();
        match Incoming::answered_at_once(cx, session, invitation, Party::Phone(by), wish) {
            Ok(callee) => self.connect(cx, callee),
            Err(_) => Step::Stay(self),
        }
    }

    /// Somebody has taken the call: the others are silenced, and the two talk.
    fn connect(mut self, cx: &mut Context<'_>, callee: Leg) -> Step<Self> {
        self.silence(cx, Some(Cause::AnsweredElsewhere), LegResult::AnsweredElsewhere);
        let (caller, disposition) = match self.waiter {
            Waiter::Outside { caller, .. } | Waiter::Desk(caller) => {
                match caller.answer(cx, callee.codec()) {
                    Ok(caller) => (caller, Disposition::Answered),
                    Err(_) => {
                        callee.hang_up(cx, Some(Cause::Sip(488)));
                        return Step::Go(Next::End(Disposition::Failed));
                    }
                }
            }
            Waiter::Handed { caller, conversation, .. } => {
                caller.tone(cx, None);
                (caller, conversation.end(cx, EndReason::HandedOver))
            }
            Waiter::Waits(waiting) => waiting.answered(cx),
        };
        callee.has_answered(cx);
        Step::Go(Next::Talk { caller, callee, disposition })
    }

    /// What the far end says of its reason, beyond the status (RFC 6432).
    fn note_cause(&self, cx: &mut Context<'_>, session: SessionId, status: u16, cause: Option<Cause>) {
        if let (Some(cause), Some(fork)) = (cause, self.forks.get(&session)) {
            let name = decision::name(fork.party());
            cx.decide(format!("{name} answered {status}, and why: {cause}"));
        }
    }

    fn fork_failed(mut self, cx: &mut Context<'_>, session: SessionId, result: LegResult) -> Step<Self> {
        match self.forks.remove(&session) {
            Some(fork) => {
                fork.not_answered(cx, result);
                self.one_less(cx, result)
            }
            None => Step::Stay(self),
        }
    }

    /// One phone fewer rings; when none is left the next stage need not wait for its time.
    fn one_less(mut self, cx: &mut Context<'_>, result: LegResult) -> Step<Self> {
        self.results.push(result);
        if self.is_quiet() && !self.queued { self.next_stage(cx) } else { Step::Stay(self) }
    }

    /// Nobody rings any longer.
    fn silence(&mut self, cx: &mut Context<'_>, cause: Option<Cause>, result: LegResult) {
        for fork in std::mem::take(&mut self.forks).into_values() {
            fork.cancel(cx, cause, result);
            self.results.push(result);
        }
        self.to_ask.clear();
        for asked in std::mem::take(&mut self.asked).into_values() {
            asked.leave(cx, result);
            self.results.push(result);
        }
    }

    fn next_stage(mut self, cx: &mut Context<'_>) -> Step<Self> {
        loop {
            self.close_stage();
            let Some(stage) = self.hunt.next() else { return self.exhausted(cx) };
            match stage.after {
                Some(after) if !self.ended.is_some_and(|ended| after.fits(ended)) => continue,
                Some(_) => {}
                None => self.stage_from = Some(self.results.len()),
            }
            self.until = cx.now.at + stage.ring_for;
            self.silent_until = None;
            self.ring(cx, stage);
            if !self.is_quiet() {
                return Step::Stay(self);
            }
        }
    }

    /// How the stage that is over has ended: that a phone rang counts for more than that another one was busy.
    fn close_stage(&mut self) {
        let Some(results) = self.stage_from.take().and_then(|from| self.results.get(from..)) else { return };
        let rang = results.iter().find(|result| **result == LegResult::NoAnswer);
        let busy = results.iter().find(|result| After::Busy.fits(**result));
        self.ended = rang.or(busy).or(results.last()).copied();
    }

    /// Is the agent what this caller needs, able to speak, and without a place for it? A free place is taken.
    fn no_place(&self, cx: &mut Context<'_>) -> bool {
        let (call, limit) = (cx.call(), cx.ledger.directory().limits.agent_calls);
        matches!(self.waiter, Waiter::Outside { .. })
            && cx.exchange.speech_ready
            && !cx.exchange.places.take(call, limit)
    }

    fn queue(mut self, cx: &mut Context<'_>) -> Step<Self> {
        let call = cx.call();
        cx.exchange.places.wait(call);
        self.queued = true;
        self.until = cx.now.at + cx.ledger.directory().limits.agent_wait;
        self.waiter.ring(cx);
        Step::Stay(self)
    }

    /// Everybody has been tried.
    fn exhausted(mut self, cx: &mut Context<'_>) -> Step<Self> {
        let no_place = self.no_place(cx);
        if no_place && !self.queued {
            return self.queue(cx);
        }
        self.silence(cx, None, LegResult::NoAnswer);
        match self.waiter {
            Waiter::Outside { caller, why } => {
                let why = why.unwrap_or_else(|| agent_reason(self.results));
                if cx.exchange.speech_ready && !no_place {
                    Step::Go(Next::Assist { caller, why })
                } else {
                    Step::Go(Next::Announce { caller: Announced::Waiting(caller), why: Some(why) })
                }
            }
            Waiter::Desk(caller) => {
                if let Some(errand) = services::instead_of_phone(cx.ledger) {
                    return Step::Go(Next::Serve { caller: Announced::Waiting(caller), errand });
                }
                let refusal = self.last_answer.map_or(Refusal::NOBODY, Refusal::passed_on);
                caller.refuse(cx, refusal, LegResult::of_status(refusal.status));
                Step::Go(Next::End(Disposition::Failed))
            }
            Waiter::Handed { caller, conversation, .. } => {
                caller.tone(cx, None);
                let with = VoiceInput::TransferFailed;
                Step::Go(Next::Resume { caller, conversation, with })
            }
            Waiter::Waits(waiting) => {
                // Whoever has pressed 9 does not want to be called again.
                if waiting.is_call_back() && self.results.contains(&LegResult::Declined) {
                    return waiting.in_vain(cx, 603);
                }
                waiting.in_vain(cx, self.last_answer.map_or(480, |said| Refusal::passed_on(said).status))
            }
        }
    }
}
