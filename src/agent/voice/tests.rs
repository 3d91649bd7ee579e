//! Conversations by voice in virtual time: no sound, no waiting, every millisecond accounted for.

mod asking;
mod chance;
mod failing;
mod interrupting;
mod pausing;

use std::time::{Duration, Instant};

use super::*;
use crate::{
    dialogue::{
        Channel, Destination, Fact, Intent, LifeSafety, Move, Roster, Topic, UnitRef, Urgency, UrgentKind,
    },
    types::UtteranceId,
};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A caller, an ear, a mouth and a clock that jumps.
struct Line {
    voice: Voice,
    now: Instant,
    began: Instant,
    log: Vec<VoiceOutput>,
    turn: TurnId,
    speaking: Option<(UtteranceId, String, Instant)>,
    media_ms: u64,
    /// The host forgets to report, so that utterances are given up by the voice alone.
    forgetful: bool,
}

/// What the fake mouth takes for a character.
const SPEECH_MS: u64 = 62;

impl Line {
    fn new() -> Self {
        Self::with(|_, _| {})
    }

    #[expect(clippy::disallowed_methods, reason = "an origin for virtual time; never read again")]
    fn with(change: impl FnOnce(&mut Office, &mut Opening)) -> Self {
        let now = Instant::now();
        let mut office = Office {
            name: "Maple Court".into(),
            address: None,
            hours: None,
            roster: Roster {
                units: vec![UnitRef {
                    property: "Maple Court".into(),
                    street: String::new(),
                    unit: "204".into(),
                }],
                ..Roster::default()
            },
            home_area_code: 303,
            listings: Vec::new(),
            facts: vec![Fact {
                topic: Some(Topic::Trash),
                asked_by: vec!["trash".into()],
                answer: "Trash is picked up on Tuesday.".into(),
            }],
            on_call: true,
            staff: true,
            showings: false,
            also: Vec::new(),
            in_spanish: std::collections::BTreeMap::new(),
            tenancy: crate::dialogue::Tenancy::default(),
        };
        let mut opening = Opening {
            caller: Some("+13035550142".parse().unwrap()),
            contact: None,
            label: None,
            agent: None,
            greeting: None,
            local: jiff::civil::date(2026, 11, 20).at(23, 0, 0, 0),
            open_now: false,
            channel: Channel::Voice,
            language: crate::types::Language::English,
            known: None,
            standing: crate::dialogue::Standing::default(),
        };
        change(&mut office, &mut opening);
        let pack = Arc::new(Pack::property().unwrap());
        let voice = Voice::begin(now, Arc::default(), pack, Arc::new(office), opening);
        let mut line = Self {
            voice,
            now,
            began: now,
            log: Vec::new(),
            turn: TurnId(0),
            speaking: None,
            media_ms: 0,
            forgetful: false,
        };
        line.drain();
        line
    }

    fn drain(&mut self) -> Option<(Instant, Reason)> {
        loop {
            match self.voice.poll_output(self.now) {
                VoiceOutput::Timeout(at) => return at,
                output => {
                    match &output {
                        VoiceOutput::Listen { turn } => self.turn = *turn,
                        VoiceOutput::Speak { utterance, text, .. } => {
                            assert!(self.forgetful || self.speaking.is_none(), "two utterances at once");
                            self.speaking = Some((*utterance, text.clone(), self.now));
                        }
                        _ => {}
                    }
                    self.log.push(output);
                }
            }
        }
    }

    fn input(&mut self, input: VoiceInput) {
        self.voice.handle_input(self.now, input);
        self.drain();
    }

    /// Time passes; every deadline on the way is kept.
    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        let mut wakings = 0;
        while let Some((at, _)) = self.drain().filter(|(at, _)| *at <= until) {
            wakings += 1;
            assert!(wakings < 1_000, "a deadline that is never met: {:?}", self.voice);
            self.now = self.now.max(at);
            self.voice.handle_input(self.now, VoiceInput::Timeout);
        }
        self.now = until;
        self.drain();
    }

    /// The agent says what it has to say, undisturbed.
    fn agent_finishes(&mut self) {
        while let Some((utterance, text, _)) = self.speaking.take() {
            self.pass(ms(30));
            self.input(VoiceInput::Speaking { utterance });
            let length = text.chars().count() as u64 * SPEECH_MS;
            self.pass(ms(length));
            let heard_ms = u32::try_from(length).unwrap();
            self.input(VoiceInput::Played { utterance, heard_ms, complete: true });
        }
    }

    /// The agent has begun and has been heard for so long.
    fn agent_speaks_for(&mut self, heard: u64) -> UtteranceId {
        let (utterance, _, _) = *self.speaking.as_ref().map(|s| Box::new(s.clone())).unwrap();
        self.pass(ms(30));
        self.input(VoiceInput::Speaking { utterance });
        self.pass(ms(heard));
        utterance
    }

    fn is_hushed(&mut self, utterance: UtteranceId, heard_ms: u32) {
        assert!(self.log.contains(&VoiceOutput::Hush { utterance }), "{:?}", self.log);
        self.speaking = None;
        self.input(VoiceInput::Played { utterance, heard_ms, complete: false });
    }

    fn starts(&mut self) {
        let turn = self.turn;
        self.input(VoiceInput::Speech(SpeechEvent::Started { turn, at_ms: self.media_ms }));
    }

    /// The caller pauses after `voiced` of speech; the words come 100 ms after the report, read 20 ms later.
    fn pauses(&mut self, voiced: u64, text: &str, reading: Reading) {
        let turn = self.turn;
        self.media_ms += voiced;
        self.pass(ms(voiced));
        self.pass(ms(176));
        let at_ms = self.media_ms;
        let voiced_ms = u32::try_from(voiced).unwrap();
        self.input(VoiceInput::Speech(SpeechEvent::Paused { turn, at_ms, voiced_ms, silence_ms: 176 }));
        self.pass(ms(60));
        self.input(VoiceInput::Speech(SpeechEvent::Heard { turn, at_ms, text: text.into(), decode_ms: 60 }));
        if !text.is_empty()
            && self.log.last()
                == Some(&VoiceOutput::Understand {
                    turn,
                    text: text.into(),
                    language: crate::types::Language::English,
                })
        {
            self.pass(ms(15));
            self.input(VoiceInput::Understood { turn, reading });
        }
    }

    fn says(&mut self, text: &str, reading: Reading) {
        self.starts();
        self.pauses(1_000, text, reading);
        self.pass(ms(1_500));
    }

    fn heard(&self) -> Vec<&str> {
        self.log
            .iter()
            .filter_map(|o| match o {
                VoiceOutput::Heard { text } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    fn last_spoken(&self) -> &str {
        self.log
            .iter()
            .rev()
            .find_map(|o| match o {
                VoiceOutput::Speak { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn ended(&self) -> Option<EndReason> {
        self.log.iter().find_map(|o| match o {
            VoiceOutput::End(reason) => Some(*reason),
            _ => None,
        })
    }

    fn transfer(&self) -> Option<Destination> {
        self.log.iter().rev().find_map(|o| match o {
            VoiceOutput::Transfer { to, .. } => Some(*to),
            _ => None,
        })
    }
}

fn reading(intent: Intent, confidence: f32, moves: Option<Move>) -> Reading {
    Reading {
        intent,
        confidence,
        ranked: vec![(intent, confidence)],
        urgency: Urgency::Routine,
        suspected: None,
        moves,
        topic: None,
        clauses: Vec::new(),
        language: None,
    }
}

fn repair() -> Reading {
    reading(Intent::Maintenance, 0.9, None)
}

fn step(step: Move) -> Reading {
    reading(Intent::Other, 0.0, Some(step))
}

fn gas() -> Reading {
    Reading { urgency: Urgency::LifeSafety(LifeSafety::Gas), ..reading(Intent::Emergency, 1.0, None) }
}

const LEAK: &str = "My kitchen sink is leaking.";
