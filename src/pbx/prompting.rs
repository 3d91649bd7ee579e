//! A phone has dialled a code: it is answered, hears what has come of it, and is hung up on.

use std::time::{Duration, Instant};

use super::{
    Disposition, MediaEvent, Reason, SpeechCommand,
    call::{CallEvent, stays},
    exchange::Context,
    leg::Leg,
    next::{Next, Step},
    session_event::SessionEvent,
};
use crate::{
    agent::VoiceInput,
    media::Tone,
    sip::{Cause, SessionId},
    types::{Language, LegId, UtteranceId},
};

/// A sentence takes three seconds; a mouth that never says that it is done does not keep the phone.
const LONGEST: Duration = Duration::from_secs(12);

/// A tone is heard for so long.
const TONE: Duration = Duration::from_millis(1500);

const UTTERANCE: UtteranceId = UtteranceId(u64::MAX - 1);

/// What a phone is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Without speech a phone hears a tone instead: one for what was done, another for what could not be.
    pub(super) words: String,
    pub(super) done: bool,
}

impl Prompt {
    pub(super) fn done(words: impl Into<String>) -> Self {
        Self { words: words.into(), done: true }
    }

    pub(super) fn refused(words: impl Into<String>) -> Self {
        Self { words: words.into(), done: false }
    }
}

/// A phone that is being told.
#[derive(Debug)]
pub(super) struct Prompting {
    caller: Leg,
    prompt: Prompt,
    until: Instant,
}

impl Prompting {
    /// Nothing is said before the ACK: the path is open then, also for a phone whose offer is ours.
    pub(super) fn begin(cx: &mut Context<'_>, caller: Leg, prompt: Prompt) -> Self {
        Self { caller, prompt, until: cx.now.at + LONGEST }
    }

    pub(super) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } => self.handle_session(cx, session, event),
            CallEvent::Media { leg, event } => self.handle_media(cx, leg, &event),
            CallEvent::Speech(input) => self.handle_speech(cx, &input),
            CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::HangUp => self.hang_up(cx, None),
            CallEvent::Timeout => self.handle_timeout(cx),
        }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.until, Reason::Prompt))
    }

    fn handle_session(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        if session != self.caller.session() {
            return Step::Stay(self);
        }
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                self.caller.gone(cx);
                Step::Go(Next::End(Disposition::Served))
            }
            event => {
                let confirmed = matches!(event, SessionEvent::Confirmed(_));
                if self.caller.alone(cx, event).is_err() {
                    return self.hang_up(cx, Some(Cause::Sip(488)));
                }
                if confirmed {
                    self.tell(cx);
                }
                Step::Stay(self)
            }
        }
    }

    fn handle_media(self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        match event {
            MediaEvent::Played { utterance: UTTERANCE, .. } if leg == self.caller.id() => {
                self.hang_up(cx, None)
            }
            MediaEvent::Failed => self.hang_up(cx, Some(Cause::Q850(41))),
            _ => Step::Stay(self),
        }
    }

    /// Words that could not be spoken become a tone.
    fn handle_speech(mut self, cx: &mut Context<'_>, input: &VoiceInput) -> Step<Self> {
        if *input == VoiceInput::SpeechFailed {
            self.sound(cx);
        }
        Step::Stay(self)
    }

    fn handle_timeout(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at { self.hang_up(cx, None) } else { Step::Stay(self) }
    }

    fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        self.caller.hang_up(cx, cause);
        Step::Go(Next::End(Disposition::Served))
    }

    fn tell(&mut self, cx: &mut Context<'_>) {
        if cx.exchange.speech_ready && !self.prompt.words.is_empty() {
            let text = self.prompt.words.clone();
            let (language, manner) = (Language::English, cx.manner());
            let said = SpeechCommand::Speak { utterance: UTTERANCE, text, language, manner };
            cx.exchange.speech(self.caller.id(), said);
        } else {
            self.sound(cx);
        }
    }

    fn sound(&mut self, cx: &mut Context<'_>) {
        self.caller.tone(cx, Some(if self.prompt.done { Tone::Beep } else { Tone::Reorder }));
        self.until = cx.now.at + TONE;
    }
}
