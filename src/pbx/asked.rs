//! Somebody outside who has answered, and has not said yet that he takes the call: a person presses a key, and a mobile's
//! voicemail cannot.

use std::time::{Duration, Instant};

use super::{LegResult, MediaEvent, SpeechCommand, exchange::Context, leg::Leg, session_event::SessionEvent};
use crate::{
    media::Tone,
    sip::{Cause, SessionId},
    types::{Language, LegId, UtteranceId},
};

/// Long enough to take a telephone from the ear and find the key, with the words said twice.
pub(super) const ASKED_FOR: Duration = Duration::from_secs(20);

const UTTERANCE: UtteranceId = UtteranceId(u64::MAX - 2);

/// Somebody who is being asked.
#[derive(Debug)]
pub(super) struct Asked {
    leg: Leg,
    words: String,
    told: bool,
    pub(super) until: Instant,
}

/// What has come of an event.
#[derive(Debug)]
pub(super) enum Reply {
    /// Nothing yet.
    Waits(Asked),
    Takes(Leg),
    /// The leg has been ended and written down with this result.
    Leaves(LegResult),
}

impl Asked {
    pub(super) fn begin(cx: &mut Context<'_>, leg: Leg, words: String) -> Self {
        let mut asked = Self { leg, words, told: false, until: cx.now.at + ASKED_FOR };
        asked.tell(cx);
        asked
    }

    pub(super) fn id(&self) -> LegId {
        self.leg.id()
    }

    pub(super) fn session(&self) -> SessionId {
        self.leg.session()
    }

    pub(super) fn handle_session(mut self, cx: &mut Context<'_>, event: SessionEvent) -> Reply {
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                self.leg.gone_as(cx, LegResult::NoAnswer);
                Reply::Leaves(LegResult::NoAnswer)
            }
            SessionEvent::Digit(digit) => self.keyed(cx, digit),
            event => match self.leg.alone(cx, event) {
                Ok(()) => Reply::Waits(self),
                Err(_) => self.leave(cx, LegResult::Failed(488)),
            },
        }
    }

    pub(super) fn handle_media(mut self, cx: &mut Context<'_>, event: &MediaEvent) -> Reply {
        match event {
            MediaEvent::Digit(digit) => self.keyed(cx, *digit),
            // Once more, for whoever has had the telephone in the hand and not at the ear.
            MediaEvent::Played { utterance: UTTERANCE, complete: true, .. } if !self.told => {
                self.told = true;
                self.tell(cx);
                Reply::Waits(self)
            }
            MediaEvent::Failed => self.leave(cx, LegResult::Failed(500)),
            _ => Reply::Waits(self),
        }
    }

    /// Time is up, or somebody else was quicker.
    pub(super) fn leave(self, cx: &mut Context<'_>, result: LegResult) -> Reply {
        self.hush(cx);
        let cause = (result == LegResult::AnsweredElsewhere).then_some(Cause::AnsweredElsewhere);
        self.leg.hang_up_as(cx, cause, result);
        Reply::Leaves(result)
    }

    fn keyed(self, cx: &mut Context<'_>, digit: char) -> Reply {
        match digit {
            '1' => {
                self.hush(cx);
                Reply::Takes(self.leg)
            }
            '9' => self.leave(cx, LegResult::Declined),
            _ => Reply::Waits(self),
        }
    }

    fn hush(&self, cx: &mut Context<'_>) {
        if cx.exchange.speech_ready {
            cx.exchange.media(self.leg.id(), super::MediaCommand::Hush { utterance: UTTERANCE });
            cx.exchange.speech(self.leg.id(), SpeechCommand::Cease { utterance: UTTERANCE });
        }
        self.leg.tone(cx, None);
    }

    /// Without speech there is a tone, which nobody takes for a caller.
    fn tell(&mut self, cx: &mut Context<'_>) {
        if cx.exchange.speech_ready {
            let text = self.words.clone();
            let (language, manner) = (Language::English, cx.ledger.directory().reception.manner.clone());
            let said = SpeechCommand::Speak { utterance: UTTERANCE, text, language, manner };
            cx.exchange.speech(self.leg.id(), said);
        } else {
            self.leg.tone(cx, Some(Tone::Beep));
        }
    }
}
