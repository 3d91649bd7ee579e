//! The agent has the call: answered at once, greeted as soon as the caller can hear it, and led to its end.

use std::time::{Duration, Instant};

use super::{
    AgentReason, Disposition, Fact, MediaCommand, MediaEvent, Reason, SpeechCommand,
    conversation::{Conversation, Wish},
    exchange::Context,
    fax,
    leg::Leg,
    next::{Announced, Next, Step},
    notice::{self, Notice},
    refusal::Refusal,
    routing,
    session_event::SessionEvent,
    supervision::{Came, Overseer, Request, Supervise},
};
use crate::{
    agent::VoiceInput,
    dialogue::{Digit, EndReason},
    media::Direction,
    sip::{Cause, SessionId},
    types::{Extension, LegId},
};

/// The first words wait for the ACK or the caller's first packet, so that they are not spoken into a path that is not
/// open yet, but no longer than this.
const GREETING_WAIT: Duration = Duration::from_millis(200);

/// Two or three of the agent's deadlines may fall together. One that stays in the past whatever it is told would keep the
/// whole switch awake; that conversation is ended like one whose speech has failed.
const MOST_DEADLINES_AT_ONCE: usize = 16;

/// A caller with the agent.
#[derive(Debug)]
pub(super) struct Assisted {
    caller: Leg,
    talk: Talk,
    /// What the caller hears before the agent's first word, if the call is recorded.
    notice: Option<Notice>,
    /// The ACK to our 200 has come; those to later re-INVITEs are nobody's news.
    confirmed: bool,
    /// Somebody of the house listens.
    overseer: Option<Box<Overseer>>,
    until: Instant,
}

#[derive(Debug)]
enum Talk {
    /// The 200 is on its way; the greeting begins at the latest at this instant. `None`: only the ACK will say where
    /// the caller can be spoken to, since the offer is ours.
    Opening(Option<Instant>),
    Begun(Conversation),
}

impl Assisted {
    /// The caller has just been answered. Nothing else is done before the 200 is out: the session, its words and its
    /// models come with the greeting.
    pub(super) fn begin(cx: &mut Context<'_>, caller: Leg, why: AgentReason) -> Self {
        cx.ledger.answered(cx.now.wall);
        cx.ledger.agent_takes(why);
        let call = cx.call();
        cx.exchange.fact(Fact::AgentTakes { call, why });
        let notice = Notice::due(cx, [&caller]);
        let until = cx.now.at + cx.ledger.directory().limits.agent_call_length;
        light_line(cx, &caller);
        let greeting = caller.is_connected().then_some(cx.now.at + GREETING_WAIT);
        Self { caller, talk: Talk::Opening(greeting), notice, confirmed: false, overseer: None, until }
    }

    /// The agent goes on, with what has come of the transfer.
    pub(super) fn resume(
        cx: &mut Context<'_>,
        caller: Leg,
        conversation: Conversation,
        with: VoiceInput,
    ) -> Step<Self> {
        let until = cx.now.at + cx.ledger.directory().limits.agent_call_length;
        light_line(cx, &caller);
        Self { caller, talk: Talk::Begun(conversation), notice: None, confirmed: true, overseer: None, until }
            .tell(cx, with)
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let own = match &self.talk {
            Talk::Opening(at) => at.map(|at| (at, Reason::Greeting)),
            Talk::Begun(conversation) => conversation.deadline().map(|(at, why)| (at, Reason::Agent(why))),
        };
        let overseer = self.overseer.as_ref().and_then(|overseer| overseer.deadline());
        own.into_iter().chain(overseer).chain([(self.until, Reason::CallLimit)]).min()
    }

    pub(super) fn handle_timeout(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at {
            return self.end(cx, EndReason::Limit);
        }
        let mut assisted = match self.overseen(cx, Overseer::handle_timeout) {
            Step::Stay(assisted) => assisted,
            Step::Go(next) => return Step::Go(next),
        };
        for _ in 0..MOST_DEADLINES_AT_ONCE {
            let due = assisted.deadline().is_some_and(|(at, _)| at <= cx.now.at);
            let step = match assisted.talk {
                Talk::Opening(_) if due => assisted.greet(cx),
                Talk::Begun(_) if due => assisted.tell(cx, VoiceInput::Timeout),
                Talk::Opening(_) | Talk::Begun(_) => return Step::Stay(assisted),
            };
            match step {
                Step::Stay(state) => assisted = state,
                Step::Go(next) => return Step::Go(next),
            }
        }
        assisted.end(cx, EndReason::SpeechFailed)
    }

    pub(super) fn handle_session(
        mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        event: SessionEvent,
    ) -> Step<Self> {
        if self.overseer.as_ref().is_some_and(|overseer| overseer.is_at(session)) {
            return self.overseen(cx, |overseer, cx| overseer.session(cx, event));
        }
        if session != self.caller.session() {
            return Step::Stay(self);
        }
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => self.gone(cx),
            SessionEvent::Confirmed(body) => {
                if !std::mem::replace(&mut self.confirmed, true) {
                    let call = cx.call();
                    cx.exchange.fact(Fact::AgentAnswered { call });
                }
                if self.caller.confirmed(cx, &body).is_err() {
                    return self.end(cx, EndReason::HungUp);
                }
                self.greet(cx)
            }
            SessionEvent::Reoffered(offer) if self.caller.image_in(&offer).is_some() => {
                self.caller.refuse_reoffer(cx);
                self.meets_fax(cx)
            }
            SessionEvent::Reoffered(offer) => {
                self.caller.reoffered_alone(cx, &offer, Direction::SendRecv);
                Step::Stay(self)
            }
            SessionEvent::Digit(digit) => self.keyed(cx, digit),
            SessionEvent::Progress { .. }
            | SessionEvent::Answered { .. }
            | SessionEvent::Failed { .. }
            | SessionEvent::ReofferAnswered(_) => Step::Stay(self),
        }
    }

    pub(super) fn handle_media(mut self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        if self.overseer.as_ref().is_some_and(|overseer| overseer.has(leg)) {
            return self.overseen(cx, |overseer, cx| overseer.media(cx, event));
        }
        if leg != self.caller.id() {
            return Step::Stay(self);
        }
        match *event {
            MediaEvent::FirstPacket => self.greet(cx),
            MediaEvent::Fax(sign) if fax::is_machine(sign) => self.meets_fax(cx),
            MediaEvent::Digit(digit) => self.keyed(cx, digit),
            MediaEvent::Speaking { utterance } => self.tell(cx, VoiceInput::Speaking { utterance }),
            MediaEvent::Played { utterance, complete, .. } if self.notice.is_some() => {
                if let Some(notice) = &mut self.notice {
                    notice.played(cx, leg, utterance, complete);
                }
                self.greet(cx)
            }
            MediaEvent::Played { utterance, heard_ms, complete } => {
                self.tell(cx, VoiceInput::Played { utterance, heard_ms, complete })
            }
            MediaEvent::Dead { .. } if !self.caller.may_be_heard() => Step::Stay(self),
            MediaEvent::Dead { .. } | MediaEvent::Failed => self.end(cx, EndReason::HungUp),
            MediaEvent::Fax(_)
            | MediaEvent::TakeQuiet
            | MediaEvent::Taken { .. }
            | MediaEvent::Closed { .. } => Step::Stay(self),
        }
    }

    /// What the ear, the understander or their failure have to say. Before the greeting there is nothing to be heard.
    pub(super) fn tell(mut self, cx: &mut Context<'_>, input: VoiceInput) -> Step<Self> {
        let Talk::Begun(conversation) = &mut self.talk else { return Step::Stay(self) };
        let wish = conversation.tell(cx, self.caller.id(), input);
        self.grant(cx, wish)
    }

    /// Somebody in the office wants the call to end.
    pub(super) fn hang_up(self, cx: &mut Context<'_>) -> Step<Self> {
        self.end(cx, EndReason::HungUp)
    }

    fn keyed(self, cx: &mut Context<'_>, digit: char) -> Step<Self> {
        match Digit::new(digit) {
            Some(digit) => self.tell(cx, VoiceInput::Keyed(digit)),
            None => Step::Stay(self),
        }
    }

    fn greet(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if matches!(self.talk, Talk::Begun(_)) || !self.caller.is_connected() {
            return Step::Stay(self);
        }
        if let Some(notice) = &mut self.notice {
            notice.begin(cx);
            if !notice.is_over(cx.now.at) {
                self.talk = Talk::Opening(notice.deadline());
                return Step::Stay(self);
            }
            notice::given(cx, &[&self.caller]);
            self.notice = None;
        }
        notice::settle(cx, self.caller.id(), [&self.caller]);
        let (conversation, wish) = Conversation::begin(cx, self.caller.id());
        self.talk = Talk::Begun(conversation);
        self.grant(cx, wish)
    }

    fn grant(mut self, cx: &mut Context<'_>, wish: Wish) -> Step<Self> {
        match wish {
            Wish::GoOn => Step::Stay(self),
            Wish::End(reason) => self.end(cx, reason),
            Wish::Transfer { to, brief } => match self.talk {
                Talk::Begun(conversation) => {
                    dismiss(cx, &self.caller, &mut self.overseer);
                    cx.exchange.speech(self.caller.id(), SpeechCommand::Deaf);
                    Step::Go(Next::Transfer { caller: self.caller, conversation, to, brief })
                }
                Talk::Opening(_) => Step::Stay(self),
            },
        }
    }

    fn end(mut self, cx: &mut Context<'_>, reason: EndReason) -> Step<Self> {
        dismiss(cx, &self.caller, &mut self.overseer);
        cx.exchange.speech(self.caller.id(), SpeechCommand::Deaf);
        let disposition = match self.talk {
            Talk::Begun(conversation) => conversation.end(cx, reason),
            Talk::Opening(_) => Disposition::AiAbandoned,
        };
        if reason == EndReason::SpeechFailed {
            let caller = Announced::Talking(self.caller);
            return Step::Go(Next::Announce { caller, why: None });
        }
        let cause = (reason == EndReason::Limit).then_some(Cause::Q850(102));
        self.caller.hang_up(cx, cause);
        Step::Go(Next::End(disposition))
    }

    /// The caller is a machine: the agent falls silent in the middle of its word.
    fn meets_fax(mut self, cx: &mut Context<'_>) -> Step<Self> {
        dismiss(cx, &self.caller, &mut self.overseer);
        cx.exchange.speech(self.caller.id(), SpeechCommand::Deaf);
        if let Some(notice) = self.notice.take() {
            notice.falls_silent(cx);
        }
        if let Talk::Begun(conversation) = self.talk {
            conversation.falls_silent(cx, self.caller.id());
            conversation.end(cx, EndReason::HungUp);
        }
        Step::Go(fax::goes_on(cx, self.caller))
    }

    fn gone(mut self, cx: &mut Context<'_>) -> Step<Self> {
        dismiss(cx, &self.caller, &mut self.overseer);
        cx.exchange.speech(self.caller.id(), SpeechCommand::Deaf);
        let disposition = match self.talk {
            Talk::Begun(conversation) => conversation.end(cx, EndReason::HungUp),
            Talk::Opening(_) => Disposition::AiAbandoned,
        };
        self.caller.gone(cx);
        Step::Go(Next::End(disposition))
    }

    /// Who listens, or is about to.
    pub(super) fn overseer(&self) -> Option<&Extension> {
        self.overseer.as_ref().map(|overseer| overseer.by())
    }

    /// Somebody of the house listens to the agent; the same phone once more wants the caller.
    pub(super) fn supervise(mut self, cx: &mut Context<'_>, request: Request) -> Step<Self> {
        let known = self.overseer.as_ref().map(|overseer| overseer.by() == &request.by);
        let apt = matches!(request.how, Supervise::Listen | Supervise::TakeOver) && request.of.is_none();
        if known == Some(false) || !apt {
            Refusal::BUSY.give(cx.now.at, &mut cx.exchange.sip, request.session);
            return Step::Stay(self);
        }
        let how = if known.is_some() { Supervise::TakeOver } else { request.how };
        if let Some(new) = Overseer::begin(cx, Request { how, ..request }) {
            dismiss(cx, &self.caller, &mut self.overseer);
            self.overseer = Some(new);
        }
        Step::Stay(self)
    }

    fn overseen(
        mut self,
        cx: &mut Context<'_>,
        what: impl FnOnce(&mut Overseer, &mut Context<'_>) -> Came,
    ) -> Step<Self> {
        let Some(overseer) = &mut self.overseer else { return Step::Stay(self) };
        match what(overseer, cx) {
            Came::Nothing => {}
            Came::Comes => {
                overseer.mix_agent(cx, &self.caller);
                overseer.announces(cx, [&self.caller]);
            }
            Came::Changed => overseer.mix_agent(cx, &self.caller),
            Came::TakesOver => return self.taken_over(cx),
            Came::Gone => {
                cx.exchange.media(self.caller.id(), MediaCommand::LeaveMix);
                if let Some(overseer) = self.overseer.take() {
                    overseer.gone(cx);
                }
            }
            Came::Lost(_) => dismiss(cx, &self.caller, &mut self.overseer),
        }
        Step::Stay(self)
    }

    /// Somebody on call takes the caller, while the agent still talks.
    pub(super) fn taken_on_call(mut self, cx: &mut Context<'_>, mut callee: Leg) -> Step<Self> {
        dismiss(cx, &self.caller, &mut self.overseer);
        callee.has_moved_here(cx);
        callee.has_answered(cx);
        self.has_person(cx, callee)
    }

    /// The agent falls silent in the middle of its word, and the caller has a person.
    fn taken_over(mut self, cx: &mut Context<'_>) -> Step<Self> {
        let Some(overseer) = self.overseer.take() else { return Step::Stay(self) };
        cx.exchange.media(self.caller.id(), MediaCommand::LeaveMix);
        let callee = overseer.into_leg(cx);
        self.has_person(cx, callee)
    }

    fn has_person(self, cx: &mut Context<'_>, callee: Leg) -> Step<Self> {
        cx.exchange.speech(self.caller.id(), SpeechCommand::Deaf);
        let disposition = match self.talk {
            Talk::Begun(conversation) => {
                conversation.falls_silent(cx, self.caller.id());
                conversation.end(cx, EndReason::HandedOver)
            }
            Talk::Opening(_) => Disposition::HandedOver,
        };
        Step::Go(Next::Talk { caller: self.caller, callee, disposition })
    }
}

/// Whoever listens is hung up on; the caller's sound is its own again.
fn dismiss(cx: &mut Context<'_>, caller: &Leg, overseer: &mut Option<Box<Overseer>>) {
    if let Some(overseer) = overseer.take() {
        cx.exchange.media(caller.id(), MediaCommand::LeaveMix);
        overseer.hang_up(cx, None);
    }
}

/// The agent's call shows at one of its lines.
fn light_line(cx: &mut Context<'_>, caller: &Leg) {
    let directory = cx.ledger.directory().clone();
    let identity = routing::identity_of(&directory, caller.party());
    let whom = if identity.display.is_empty() { identity.user } else { identity.display };
    let call = cx.call();
    cx.exchange.light_agent_line(call, &directory.features.supervision.agent_lines, whom);
}
