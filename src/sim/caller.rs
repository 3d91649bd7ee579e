//! A person with a script: says their lines when the agent has finished and listens, interrupts, presses keys, hangs up.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{office::CARRIER, phone::Handset, premises::Hears};
use crate::{
    speech::{Awaits, SpeechEvent},
    types::{Language, LegId, PhoneNumber, TurnId},
};

/// From the agent's last sound to the caller's first.
const REACTION: Duration = Duration::from_millis(600);
/// People who interrupt do so about so long after the agent has begun.
const INTERRUPTS_AFTER: Duration = Duration::from_millis(1200);
/// Some fifteen characters a second.
const A_CHARACTER: Duration = Duration::from_millis(66);
const SHORTEST_LINE: Duration = Duration::from_millis(350);
/// The silence after which an ear reports a pause.
const PAUSE: Duration = Duration::from_millis(224);
/// The recogniser's answer.
const DECODE: Duration = Duration::from_millis(110);
/// Between two keys.
const KEY_STROKE: Duration = Duration::from_millis(300);

/// One thing that a person means to do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cue {
    Say(String),
    /// Says it in this language, whatever they speak otherwise.
    SayIn(Language, String),
    /// Speaks over the agent.
    Interrupt(String),
    /// Begins to say this, and hangs up in the middle of it.
    SayAndHangUp(String),
    /// Sound without words.
    Mumble,
    Keys(String),
    HangUp,
}

/// What a person says to an agent who has used one of these words. Good for as many times as it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Lower case; an empty phrase fits whatever is said.
    pub to: Vec<String>,
    /// Lower case; all of them must be there besides.
    pub with: Vec<String>,
    pub cue: Cue,
}

/// What a person does now, for the world to carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    Hear { leg: LegId, event: SpeechEvent },
    Key { leg: LegId, digit: char },
    HangUp,
}

#[derive(Debug)]
pub(super) struct Person {
    pub(super) number: PhoneNumber,
    pub(super) display: String,
    pub(super) withheld: bool,
    pub(super) handset: Handset,
    /// The carrier that their present call goes through.
    pub(super) carrier: SocketAddr,
    script: VecDeque<Cue>,
    answers: Vec<Answer>,
    /// What they say first in every conversation.
    opening: Option<&'static str>,
    /// What the ear makes of their words, and the number by which it knows their voice.
    heard_as: Option<(u64, Hears)>,
    speaks: Language,
    /// What the ear expects of them.
    asked_for: Awaits,
    line: Option<Line>,
}

/// Their end of a conversation with the agent.
#[derive(Debug)]
struct Line {
    leg: LegId,
    began: Instant,
    turn: TurnId,
    /// What the agent has said since this person spoke last; empty: not their turn.
    heard: String,
    agent: Agent,
    voice: Voice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agent {
    /// Speaks, or is about to.
    Busy {
        audible: Option<Instant>,
    },
    Quiet {
        since: Instant,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Voice {
    Silent,
    Speaking {
        text: String,
        since: Instant,
        until: Instant,
        then_hangs_up: bool,
    },
    /// They have fallen silent; the ear notices.
    Falling {
        text: String,
        voiced: Duration,
        at: Instant,
    },
    /// The recogniser is at it.
    Decoding {
        text: String,
        pause_ms: u64,
        at: Instant,
    },
    Keying {
        rest: VecDeque<char>,
        next: Instant,
    },
}

impl Person {
    pub(super) fn new(number: PhoneNumber, display: String) -> Self {
        Self {
            number,
            display,
            withheld: false,
            handset: Handset::default(),
            carrier: CARRIER,
            script: VecDeque::new(),
            answers: Vec::new(),
            opening: None,
            heard_as: None,
            speaks: Language::default(),
            asked_for: Awaits::default(),
            line: None,
        }
    }

    pub(super) fn will(&mut self, cue: Cue) {
        self.script.push_back(cue);
    }

    pub(super) fn will_answer(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// Their words reach the office as an ear hears them.
    pub(super) fn is_heard(&mut self, who: u64, hears: Hears) {
        self.heard_as = Some((who, hears));
    }

    pub(super) fn will_speak(&mut self, language: Language) {
        self.speaks = language;
    }

    /// However often they call.
    pub(super) fn always_opens_with(&mut self, words: Option<&'static str>) {
        self.opening = words;
    }

    /// Lines that have not been said.
    pub(super) fn unsaid(&self) -> Option<&Cue> {
        self.script.front()
    }

    /// The ear is told what to expect of them.
    pub(super) fn is_asked_for(&mut self, awaits: Awaits) {
        self.asked_for = awaits;
    }

    /// The switch hears this leg, from now on as this turn; what was heard before is forgotten.
    pub(super) fn listened_to(&mut self, now: Instant, leg: LegId, turn: TurnId) -> Option<Deed> {
        let line = match &mut self.line {
            Some(line) if line.leg == leg => line,
            _ => {
                if let Some(words) = self.opening {
                    self.script = VecDeque::from([Cue::Say(words.to_owned())]);
                }
                self.line.insert(Line {
                    leg,
                    began: now,
                    turn,
                    heard: String::new(),
                    agent: Agent::Busy { audible: None },
                    voice: Voice::Silent,
                })
            }
        };
        line.turn = turn;
        match line.voice {
            // They go on speaking, and the ear hears an onset of the new turn.
            Voice::Speaking { .. } => {
                let at_ms = line.media_ms(now);
                Some(Deed::Hear { leg, event: SpeechEvent::Started { turn, at_ms } })
            }
            Voice::Falling { .. } | Voice::Decoding { .. } => {
                line.voice = Voice::Silent;
                None
            }
            Voice::Silent | Voice::Keying { .. } => None,
        }
    }

    /// Nobody hears them any more.
    pub(super) fn unheard(&mut self, leg: LegId) {
        self.line.take_if(|line| line.leg == leg);
    }

    pub(super) fn is_on_the_telephone(&self) -> bool {
        self.line.is_some() || !self.handset.is_idle()
    }

    pub(super) fn is_on(&self, leg: LegId) -> bool {
        self.line.as_ref().is_some_and(|line| line.leg == leg)
    }

    /// The agent has been asked to say something.
    pub(super) fn agent_draws_breath(&mut self) {
        if let Some(line) = &mut self.line {
            line.agent = Agent::Busy { audible: None };
        }
    }

    pub(super) fn agent_is_audible(&mut self, now: Instant) {
        if let Some(line) = &mut self.line {
            line.agent = Agent::Busy { audible: Some(now) };
        }
    }

    /// The agent has said this, or the beginning of it.
    pub(super) fn agent_falls_silent(&mut self, now: Instant, text: &str) {
        if let Some(line) = &mut self.line {
            // What they have spoken over is answered already.
            if matches!(line.voice, Voice::Silent | Voice::Keying { .. }) {
                line.heard.push_str(text);
                line.heard.push(' ');
            }
            line.agent = Agent::Quiet { since: now };
        }
    }

    /// When they will do something.
    pub(super) fn due(&self) -> Option<Instant> {
        let line = self.line.as_ref()?;
        match &line.voice {
            Voice::Speaking { since, until, then_hangs_up: true, .. } => Some(*since + (*until - *since) / 2),
            Voice::Speaking { until, .. } => Some(*until),
            Voice::Falling { at, .. } | Voice::Decoding { at, .. } => Some(*at),
            Voice::Keying { next, .. } => Some(*next),
            Voice::Silent => self.next_cue(line).map(|(at, _)| at),
        }
    }

    /// Does what is due.
    pub(super) fn act(&mut self, now: Instant) -> Option<Deed> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        let voice = self.line.as_mut().map(|line| std::mem::replace(&mut line.voice, Voice::Silent))?;
        match voice {
            Voice::Silent => self.begin(now),
            Voice::Speaking { then_hangs_up: true, .. } => Some(Deed::HangUp),
            Voice::Speaking { text, since, .. } => {
                let line = self.line.as_mut()?;
                line.voice = Voice::Falling { text, voiced: now - since, at: now + PAUSE };
                None
            }
            Voice::Falling { text, voiced, .. } => {
                let line = self.line.as_mut()?;
                let (leg, turn, at_ms) = (line.leg, line.turn, line.media_ms(now));
                line.voice = Voice::Decoding { text, pause_ms: at_ms, at: now + DECODE };
                let voiced_ms = millis(voiced);
                let event = SpeechEvent::Paused { turn, at_ms, voiced_ms, silence_ms: millis(PAUSE) };
                Some(Deed::Hear { leg, event })
            }
            Voice::Decoding { text, pause_ms, .. } => {
                let line = self.line.as_mut()?;
                let decode_ms = millis(DECODE);
                let event = SpeechEvent::Heard { turn: line.turn, at_ms: pause_ms, text, decode_ms };
                Some(Deed::Hear { leg: line.leg, event })
            }
            Voice::Keying { mut rest, .. } => {
                let line = self.line.as_mut()?;
                let digit = rest.pop_front()?;
                if !rest.is_empty() {
                    line.voice = Voice::Keying { rest, next: now + KEY_STROKE };
                }
                Some(Deed::Key { leg: line.leg, digit })
            }
        }
    }

    /// What they mean to do next, and when. A line waits until the agent has said something and fallen silent.
    fn next_cue(&self, line: &Line) -> Option<(Instant, &Cue)> {
        let first = self.script.front();
        match (line.agent, first) {
            (Agent::Busy { audible: Some(since) }, Some(cue @ Cue::Interrupt(_))) => {
                Some((since + INTERRUPTS_AFTER, cue))
            }
            (_, Some(Cue::Interrupt(_))) | (Agent::Busy { .. }, _) => None,
            (Agent::Quiet { .. }, _) if line.heard.is_empty() => None,
            (Agent::Quiet { since }, Some(cue)) => Some((since + REACTION, cue)),
            (Agent::Quiet { since }, None) => {
                let heard = line.heard.to_lowercase();
                let fits = |answer: &&Answer| {
                    answer.to.iter().any(|words| heard.contains(words))
                        && answer.with.iter().all(|words| heard.contains(words))
                };
                self.answers.iter().find(fits).map(|answer| (since + REACTION, &answer.cue))
            }
        }
    }

    fn begin(&mut self, now: Instant) -> Option<Deed> {
        let (_, cue) = self.next_cue(self.line.as_ref()?)?;
        let cue = cue.clone();
        self.script.pop_front();
        self.line.as_mut()?.heard.clear();
        let language = match &cue {
            Cue::SayIn(language, _) => *language,
            _ => self.speaks,
        };
        let (text, then_hangs_up) = match cue {
            Cue::Say(text) | Cue::SayIn(_, text) | Cue::Interrupt(text) => (text, false),
            Cue::SayAndHangUp(text) => (text, true),
            Cue::Mumble => (String::new(), false),
            Cue::HangUp => return Some(Deed::HangUp),
            Cue::Keys(keys) => {
                let line = self.line.as_mut()?;
                let mut rest: VecDeque<char> = keys.chars().collect();
                let digit = rest.pop_front()?;
                if !rest.is_empty() {
                    line.voice = Voice::Keying { rest, next: now + KEY_STROKE };
                }
                return Some(Deed::Key { leg: line.leg, digit });
            }
        };
        let length = if text.is_empty() { MUMBLE } else { long_enough(&text) };
        let text = match &self.heard_as {
            Some((who, hears)) if !text.is_empty() => hears.hear(*who, self.asked_for, language, &text),
            _ => text,
        };
        let line = self.line.as_mut()?;
        line.voice = Voice::Speaking { text, since: now, until: now + length, then_hangs_up };
        let event = SpeechEvent::Started { turn: line.turn, at_ms: line.media_ms(now) };
        Some(Deed::Hear { leg: line.leg, event })
    }
}

/// Long enough to be remarked upon.
const MUMBLE: Duration = Duration::from_millis(1400);

/// How long a person takes to say this.
pub(super) fn long_enough(text: &str) -> Duration {
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    (A_CHARACTER * characters).max(SHORTEST_LINE)
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

impl Line {
    fn media_ms(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}
