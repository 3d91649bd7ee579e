//! One who is in a conference, or at its door: the leg, what is said to it, and how far it has come.

use std::time::{Duration, Instant};

use super::{
    door::{Door, Tried},
    words,
};
use crate::{
    pbx::{
        Reason,
        exchange::Context,
        leg::Leg,
        notice::Notice,
        services::{Mouth, Piece, Typed},
    },
    sip::Cause,
    types::{LegId, UtteranceId},
};

/// The first words wait for the ACK or a packet of the caller's, but no longer than this.
const OPENING_WAIT: Duration = Duration::from_millis(200);

/// So long after the last word or key what was typed counts, and whoever has typed nothing is let go.
const KEY_WAIT: Duration = Duration::from_secs(15);

/// Wrong PINs in one call.
const MOST_TRIES: u32 = 3;

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) leg: Leg,
    mouth: Mouth,
    stage: Stage,
    /// Whom it hears, as the media plane has been told last.
    pub(super) hears: Option<Vec<LegId>>,
    /// It waits for somebody of the house, with music.
    pub(super) waits: bool,
}

#[derive(Debug)]
enum Stage {
    /// The path opens at the latest at this instant; `None`: only the ACK will say where to speak to.
    Opening(Option<Instant>),
    Pin {
        typed: Typed,
        tries: u32,
        until: Instant,
    },
    /// It hears that the conference is recorded.
    Told(Notice),
    Inside,
    /// It hears why it cannot come in.
    Leaving,
}

/// What came of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Waits,
    /// It takes its seat.
    Enters,
    /// It is to be hung up on.
    Leaves(Option<Cause>),
    /// It has hung up.
    Gone,
}

impl Guest {
    pub(super) fn arriving(cx: &Context<'_>, leg: Leg) -> Self {
        let opens = leg.is_connected().then_some(cx.now.at + OPENING_WAIT);
        Self { leg, mouth: Mouth::default(), stage: Stage::Opening(opens), hears: None, waits: false }
    }

    pub(super) fn is_inside(&self) -> bool {
        matches!(self.stage, Stage::Inside)
    }

    pub(super) fn is_of_the_house(&self) -> bool {
        self.is_inside() && self.leg.extension().is_some()
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let own = match &self.stage {
            Stage::Opening(at) => at.map(|at| (at, Reason::Greeting)),
            // The choice waits for the end of the words.
            Stage::Pin { until, .. } if self.mouth.deadline().is_none() => Some((*until, Reason::Service)),
            Stage::Told(notice) => notice.deadline().map(|at| (at, Reason::Announcement)),
            Stage::Pin { .. } | Stage::Inside | Stage::Leaving => None,
        };
        let mouth = self.mouth.deadline().map(|at| (at, Reason::Prompt));
        own.into_iter().chain(mouth).min()
    }

    /// It can be spoken to, if both sides have said where their media go.
    pub(super) fn begins(&mut self, cx: &mut Context<'_>, door: &Door) -> Progress {
        if !matches!(self.stage, Stage::Opening(_)) || !self.leg.is_connected() {
            return Progress::Waits;
        }
        if !door.free {
            return self.turned_away(cx, words::FULL);
        }
        if door.is_locked(cx, cx.now.at) {
            return self.turned_away(cx, words::LOCKED);
        }
        if door.pin.is_some() {
            self.asks(cx, 0, &[words::ENTER_PIN]);
            return Progress::Waits;
        }
        self.passes(cx, door)
    }

    fn asks(&mut self, cx: &mut Context<'_>, tries: u32, said: &[&str]) {
        self.stage = Stage::Pin { typed: Typed::default(), tries, until: cx.now.at + KEY_WAIT };
        self.mouth.hush(cx, &self.leg);
        self.mouth.say(cx, &mut self.leg, said.iter().map(|words| Piece::words(*words)));
    }

    pub(super) fn key(&mut self, cx: &mut Context<'_>, door: &Door, key: char) -> Progress {
        let Stage::Pin { typed, until, .. } = &mut self.stage else { return Progress::Waits };
        if typed.is_empty() {
            self.mouth.hush(cx, &self.leg);
        }
        *until = cx.now.at + KEY_WAIT;
        match typed.key(key) {
            Some(digits) => self.has_typed(cx, door, &digits),
            None => Progress::Waits,
        }
    }

    fn has_typed(&mut self, cx: &mut Context<'_>, door: &Door, digits: &str) -> Progress {
        let Stage::Pin { tries, .. } = self.stage else { return Progress::Waits };
        match door.tries(cx, digits) {
            Tried::Right => self.passes(cx, door),
            Tried::Locked => self.turned_away(cx, words::LOCKED),
            Tried::Wrong if tries + 1 >= MOST_TRIES => self.turned_away(cx, words::LOCKED),
            Tried::Wrong => {
                self.asks(cx, tries + 1, &[words::WRONG_PIN, words::ENTER_PIN]);
                Progress::Waits
            }
        }
    }

    /// Through the door: to its seat, or first to the notice, where it is recorded.
    fn passes(&mut self, cx: &mut Context<'_>, door: &Door) -> Progress {
        if !door.free {
            return self.turned_away(cx, words::FULL);
        }
        self.mouth.hush(cx, &self.leg);
        if let Some(mut notice) = Notice::due(cx, [&self.leg]) {
            notice.begin(cx);
            self.stage = Stage::Told(notice);
            return Progress::Waits;
        }
        self.enters(cx, door)
    }

    fn enters(&mut self, cx: &mut Context<'_>, door: &Door) -> Progress {
        if !door.free {
            return self.turned_away(cx, words::FULL);
        }
        self.stage = Stage::Inside;
        if door.greets_the_first {
            self.mouth.say(cx, &mut self.leg, [Piece::words(words::FIRST)]);
        }
        Progress::Enters
    }

    fn turned_away(&mut self, cx: &mut Context<'_>, why: &str) -> Progress {
        self.stage = Stage::Leaving;
        self.mouth.hush(cx, &self.leg);
        self.mouth.say(cx, &mut self.leg, [Piece::words(why)]);
        self.spoken()
    }

    /// Somebody inside is told something.
    pub(super) fn hears_words(&mut self, cx: &mut Context<'_>, words: &str) {
        self.mouth.say(cx, &mut self.leg, [Piece::words(words)]);
    }

    fn spoken(&mut self) -> Progress {
        let finished = self.mouth.has_finished();
        if finished && matches!(self.stage, Stage::Leaving) {
            Progress::Leaves(None)
        } else {
            Progress::Waits
        }
    }

    pub(super) fn played(
        &mut self,
        cx: &mut Context<'_>,
        door: &Door,
        utterance: UtteranceId,
        complete: bool,
    ) -> Progress {
        if let Stage::Told(notice) = &mut self.stage {
            notice.played(cx, self.leg.id(), utterance, complete);
            return self.after_notice(cx, door);
        }
        self.mouth.played(cx, &mut self.leg, utterance);
        if let Stage::Pin { until, .. } = &mut self.stage {
            *until = cx.now.at + KEY_WAIT;
        }
        self.spoken()
    }

    fn after_notice(&mut self, cx: &mut Context<'_>, door: &Door) -> Progress {
        match &self.stage {
            Stage::Told(notice) if notice.is_over(cx.now.at) => self.enters(cx, door),
            _ => Progress::Waits,
        }
    }

    pub(super) fn handle_timeout(&mut self, cx: &mut Context<'_>, door: &Door) -> Progress {
        match &mut self.stage {
            Stage::Opening(Some(at)) if *at <= cx.now.at => return self.begins(cx, door),
            Stage::Told(_) => return self.after_notice(cx, door),
            Stage::Pin { typed, until, .. } if *until <= cx.now.at && self.mouth.deadline().is_none() => {
                // Digits without the pound key behind them are meant all the same.
                let digits = typed.take();
                return if digits.is_empty() {
                    self.turned_away(cx, words::NO_KEY)
                } else {
                    self.has_typed(cx, door, &digits)
                };
            }
            _ => {}
        }
        self.mouth.handle_timeout(cx, &mut self.leg);
        self.spoken()
    }
}
