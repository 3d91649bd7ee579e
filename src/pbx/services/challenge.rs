//! A caller whom the office does not know is asked for a key before anybody rings: who presses it goes on, and is remembered.
//!
//! A machine that dials thousands does not listen. Whoever speaks of danger to life instead goes on at once.

use std::time::{Duration, Instant};

use super::{Cue, Errand, Hands, Piece, Then, Way};
use crate::{
    dialogue::danger_said,
    pbx::{Caller, SpeechCommand},
    types::TurnId,
};

/// So long after the question for the key.
const PATIENCE: Duration = Duration::from_secs(8);
/// The question is put so often in all.
const QUESTIONS: u32 = 2;

/// What a caller is to do, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pbx) struct Question {
    pub(in crate::pbx) key: char,
    pub(in crate::pbx) then: Onward,
    pub(in crate::pbx) otherwise: Unanswered,
}

/// Where somebody goes on who has pressed the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pbx) enum Onward {
    Way(Way),
    Serve(Box<Errand>),
}

/// What happens to somebody who does not press it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Unanswered {
    /// The agent asks what it is about.
    #[default]
    Agent,
    /// A word of farewell.
    Refuse,
}

impl Unanswered {
    /// As in the configuration.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "agent" => Some(Self::Agent),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

/// Somebody who is asked.
#[derive(Debug)]
pub(super) struct Challenge {
    question: Question,
    asked: u32,
    turn: u64,
    until: Option<Instant>,
    leaving: bool,
}

impl Challenge {
    pub(super) fn new(question: Question) -> Self {
        Self { question, asked: 0, turn: 0, until: None, leaving: false }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Is that the turn that is listened to?
    pub(super) fn hears(&self, turn: TurnId) -> bool {
        turn == TurnId(self.turn)
    }

    pub(super) fn cue(&mut self, hands: &mut Hands<'_, '_>, cue: &Cue<'_>) -> Then {
        let then = match cue {
            Cue::Begin => self.ask(hands),
            Cue::Spoken if self.leaving => Then::HangUp,
            Cue::Spoken => {
                self.until = Some(hands.cx.now.at + PATIENCE);
                Then::Wait
            }
            Cue::Key(_) if self.leaving => Then::Wait,
            Cue::Key(key) if *key == self.question.key => {
                if let Caller::Number { number, .. } = hands.caller() {
                    let keep = hands.cx.ledger.directory().screening.remember;
                    hands.cx.exchange.screening.passed(hands.cx.now.at, number, keep);
                }
                self.go_on(hands, "the caller pressed the key")
            }
            Cue::Key(_) | Cue::Due => self.ask(hands),
            Cue::Heard(text) if !self.leaving && danger_said(text).is_some() => {
                self.go_on(hands, "the caller spoke of danger")
            }
            Cue::Heard(_) => {
                self.listen(hands);
                Then::Wait
            }
            Cue::Media(_) => Then::Wait,
            Cue::Gone => Then::HangUp,
        };
        if then != Then::Wait {
            hands.cx.exchange.speech(hands.leg.id(), SpeechCommand::Deaf);
        }
        then
    }

    fn listen(&mut self, hands: &mut Hands<'_, '_>) {
        self.turn += 1;
        let turn = TurnId(self.turn);
        hands.cx.exchange.speech(hands.leg.id(), SpeechCommand::Listen { turn });
    }

    fn ask(&mut self, hands: &mut Hands<'_, '_>) -> Then {
        self.until = None;
        if self.asked >= QUESTIONS {
            return self.give_up(hands);
        }
        self.asked += 1;
        let words = format!("To be put through, please press {}.", self.question.key);
        hands.say_instead([Piece::Words(words)]);
        self.listen(hands);
        Then::Wait
    }

    fn go_on(&mut self, hands: &mut Hands<'_, '_>, why: &str) -> Then {
        hands.cx.decide(format!("{why}: the call goes on as any other"));
        hands.hush();
        self.until = None;
        match self.question.then.clone() {
            Onward::Way(way) => Then::Way(way),
            Onward::Serve(errand) => Then::Serve(*errand),
        }
    }

    fn give_up(&mut self, hands: &mut Hands<'_, '_>) -> Then {
        match self.question.otherwise {
            Unanswered::Agent => {
                hands
                    .cx
                    .decide("the caller did not press the key: the agent asks what it is about".to_owned());
                Then::Way(Way::Agent)
            }
            Unanswered::Refuse => {
                hands.cx.decide("the caller did not press the key".to_owned());
                self.leaving = true;
                hands.say_instead([Piece::words("You were not put through. Goodbye.")]);
                Then::Wait
            }
        }
    }
}
