//! What the box says to somebody whom it serves: words, recorded sounds and the tone, one after the other.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{
    media::Tone,
    pbx::{MediaCommand, SpeechCommand, event::SoundFile, exchange::Context, leg::Leg},
    types::{Language, UtteranceId},
};

/// How long the beep is, and a little silence behind it.
const BEEP: Duration = Duration::from_millis(600);

/// A sound that the media plane never says is over does not keep the caller: so much on top of what it should take.
const GRACE: Duration = Duration::from_secs(10);

/// No recorded sound is longer than this.
const LONGEST_SOUND: Duration = Duration::from_secs(15 * 60);

/// Pieces that may wait. What is said in one go has about six.
const MOST_PIECES: usize = 32;

/// One thing to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pbx) enum Piece {
    Words(String),
    Sound(SoundFile),
    Beep,
}

impl Piece {
    pub(in crate::pbx) fn words(text: impl Into<String>) -> Self {
        Self::Words(text.into())
    }
}

/// What is being said, and what is to be said next.
#[derive(Debug, Default)]
pub(in crate::pbx) struct Mouth {
    waiting: VecDeque<Piece>,
    playing: Option<Playing>,
    /// The end of what was said has not been told yet.
    owes: bool,
}

#[derive(Debug, Clone, Copy)]
enum Playing {
    Utterance { id: UtteranceId, until: Instant },
    Beep { until: Instant },
}

impl Mouth {
    /// Says these after whatever is being said.
    pub(in crate::pbx) fn say(
        &mut self,
        cx: &mut Context<'_>,
        leg: &mut Leg,
        pieces: impl IntoIterator<Item = Piece>,
    ) {
        let room = MOST_PIECES.saturating_sub(self.waiting.len());
        self.waiting.extend(pieces.into_iter().take(room));
        self.owes = true;
        self.go_on(cx, leg);
    }

    /// Nothing of it is to be heard any more, nor is its end told.
    pub(in crate::pbx) fn hush(&mut self, cx: &mut Context<'_>, leg: &Leg) {
        self.waiting.clear();
        self.owes = false;
        match self.playing.take() {
            Some(Playing::Utterance { id: utterance, .. }) => {
                cx.exchange.media(leg.id(), MediaCommand::Hush { utterance });
                cx.exchange.speech(leg.id(), SpeechCommand::Cease { utterance });
            }
            Some(Playing::Beep { .. }) => leg.tone(cx, None),
            None => {}
        }
    }

    /// Has everything been said since it was asked last? True once.
    pub(in crate::pbx) fn has_finished(&mut self) -> bool {
        let finished = self.owes && self.playing.is_none();
        self.owes &= !finished;
        finished
    }

    pub(in crate::pbx) fn deadline(&self) -> Option<Instant> {
        self.playing.map(|playing| match playing {
            Playing::Utterance { until, .. } | Playing::Beep { until } => until,
        })
    }

    pub(in crate::pbx) fn played(&mut self, cx: &mut Context<'_>, leg: &mut Leg, utterance: UtteranceId) {
        if matches!(self.playing, Some(Playing::Utterance { id, .. }) if id == utterance) {
            self.playing = None;
            self.go_on(cx, leg);
        }
    }

    pub(in crate::pbx) fn handle_timeout(&mut self, cx: &mut Context<'_>, leg: &mut Leg) {
        if self.deadline().is_none_or(|until| until > cx.now.at) {
            return;
        }
        if let Some(Playing::Beep { .. }) = self.playing {
            leg.tone(cx, None);
        }
        self.playing = None;
        self.go_on(cx, leg);
    }

    /// The next piece, if nothing is being said. Words need somebody who can speak them.
    fn go_on(&mut self, cx: &mut Context<'_>, leg: &mut Leg) {
        while self.playing.is_none()
            && let Some(piece) = self.waiting.pop_front()
        {
            match piece {
                Piece::Words(_) if !cx.exchange.speech_ready => {}
                Piece::Words(text) => {
                    let id = cx.exchange.next_utterance(leg.id());
                    // Slow speech takes a tenth of a second for a letter.
                    let until = cx.now.at + GRACE + Duration::from_millis(100 * text.len() as u64);
                    let (language, manner) = (Language::English, cx.manner());
                    let said = SpeechCommand::Speak { utterance: id, text, language, manner };
                    cx.exchange.speech(leg.id(), said);
                    self.playing = Some(Playing::Utterance { id, until });
                }
                Piece::Sound(file) => {
                    let id = cx.exchange.next_utterance(leg.id());
                    let until = cx.now.at + GRACE + LONGEST_SOUND;
                    cx.exchange.media(leg.id(), MediaCommand::PlayFile { utterance: id, file });
                    self.playing = Some(Playing::Utterance { id, until });
                }
                Piece::Beep => {
                    leg.tone(cx, Some(Tone::Beep));
                    self.playing = Some(Playing::Beep { until: cx.now.at + BEEP });
                }
            }
        }
    }
}
