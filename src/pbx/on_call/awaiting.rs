//! The caller waits with the agent's word that people on call are being rung, and hears how it goes.

use std::time::{Duration, Instant};

use super::ForCaller;
use crate::{
    agent::VoiceInput,
    dialogue::EndReason,
    media::Tone,
    pbx::{
        Disposition, MediaCommand, MediaEvent, Reason, SpeechCommand,
        call::{CallEvent, stays},
        conversation::Conversation,
        desk_event::DeskEvent,
        exchange::Context,
        leg::Leg,
        next::{Next, Step},
        session_event::SessionEvent,
    },
    types::UtteranceId,
};

/// Nobody waits longer without the agent's voice: then it asks what else there is to know, and people are rung on.
const LONGEST: Duration = Duration::from_secs(90);

/// See the module's sentence.
#[derive(Debug)]
pub(in crate::pbx) struct Awaiting {
    caller: Leg,
    conversation: Conversation,
    /// What is being said to the caller between two people.
    said: Option<UtteranceId>,
    until: Instant,
}

impl Awaiting {
    pub(in crate::pbx) fn begin(cx: &mut Context<'_>, caller: Leg, conversation: Conversation) -> Step<Self> {
        let call = cx.call();
        if cx.exchange.escalations.is_settled(call) {
            return resume(caller, conversation, VoiceInput::OnCallHeard);
        }
        if !cx.exchange.escalations.is_climbing(cx.now.at, call) {
            return resume(caller, conversation, VoiceInput::TransferFailed);
        }
        caller.tone(cx, Some(Tone::Ringback));
        Step::Stay(Self { caller, conversation, said: None, until: cx.now.at + LONGEST })
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.until, Reason::OnCall))
    }

    pub(in crate::pbx) fn handle(mut self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } if session == self.caller.session() => {
                self.session(cx, event)
            }
            CallEvent::Media { leg, event } if leg == self.caller.id() => match event {
                MediaEvent::Dead { .. } if !self.caller.may_be_heard() => Step::Stay(self),
                MediaEvent::Dead { .. } | MediaEvent::Failed => self.hang_up(cx),
                MediaEvent::Played { utterance, .. } => {
                    self.said.take_if(|said| *said == utterance);
                    Step::Stay(self)
                }
                _ => Step::Stay(self),
            },
            CallEvent::Desk(DeskEvent::OnCallNews(news)) => self.hears(cx, news),
            CallEvent::Desk(DeskEvent::OnCallTakes(leg)) => self.taken(cx, *leg),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::HangUp => self.hang_up(cx),
            CallEvent::Timeout if self.until <= cx.now.at => self.goes_on(cx, VoiceInput::TransferFailed),
            CallEvent::Session { .. }
            | CallEvent::Media { .. }
            | CallEvent::Speech(_)
            | CallEvent::AgentPlace
            | CallEvent::Timeout => Step::Stay(self),
        }
    }

    fn session(mut self, cx: &mut Context<'_>, event: SessionEvent) -> Step<Self> {
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                let disposition = self.conversation.end(cx, EndReason::HungUp);
                self.caller.gone(cx);
                Step::Go(Next::End(disposition))
            }
            event => match self.caller.alone(cx, event) {
                Ok(()) => Step::Stay(self),
                Err(_) => self.hang_up(cx),
            },
        }
    }

    fn hears(mut self, cx: &mut Context<'_>, news: ForCaller) -> Step<Self> {
        match news {
            ForCaller::Next => {
                let language = self.conversation.language();
                let words = cx.ledger.directory().pack.in_language(language).on_call_next();
                if let Some(text) = words.filter(|_| cx.exchange.speech_ready) {
                    let leg = self.caller.id();
                    let utterance = cx.exchange.next_utterance(leg);
                    let manner = cx.manner();
                    cx.exchange.speech(leg, SpeechCommand::Speak { utterance, text, language, manner });
                    self.said = Some(utterance);
                }
                Step::Stay(self)
            }
            ForCaller::Nobody => self.goes_on(cx, VoiceInput::TransferFailed),
            ForCaller::Settled => self.goes_on(cx, VoiceInput::OnCallHeard),
        }
    }

    /// Somebody on call has the caller from now on.
    fn taken(self, cx: &mut Context<'_>, mut callee: Leg) -> Step<Self> {
        self.falls_silent(cx);
        callee.has_moved_here(cx);
        callee.has_answered(cx);
        let disposition = self.conversation.end(cx, EndReason::HandedOver);
        Step::Go(Next::Talk { caller: self.caller, callee, disposition })
    }

    fn goes_on(self, cx: &mut Context<'_>, with: VoiceInput) -> Step<Self> {
        self.falls_silent(cx);
        resume(self.caller, self.conversation, with)
    }

    fn hang_up(self, cx: &mut Context<'_>) -> Step<Self> {
        self.falls_silent(cx);
        let disposition: Disposition = self.conversation.end(cx, EndReason::HungUp);
        self.caller.hang_up(cx, None);
        Step::Go(Next::End(disposition))
    }

    fn falls_silent(&self, cx: &mut Context<'_>) {
        let leg = self.caller.id();
        if let Some(utterance) = self.said {
            cx.exchange.media(leg, MediaCommand::Hush { utterance });
            cx.exchange.speech(leg, SpeechCommand::Cease { utterance });
        }
        self.caller.tone(cx, None);
    }
}

fn resume(caller: Leg, conversation: Conversation, with: VoiceInput) -> Step<Awaiting> {
    Step::Go(Next::Resume { caller, conversation, with })
}
