//! A caller who talks with the agent, and the mouth and ears between them.

use std::time::{Duration, Instant};

use super::World;
use crate::{
    dialogue::{Intent, LifeSafety, Move, Reading, Urgency},
    pbx::{Announcement, Fact, Input, MediaCommand, MediaEvent, Speaker, SpeechCommand},
    speech::SpeechEvent,
    types::{LegId, TurnId, UtteranceId},
};

/// Something that the agent is saying.
#[derive(Debug)]
pub(super) struct Playing {
    utterance: UtteranceId,
    text: String,
    begins: Instant,
    ends: Instant,
    audible: bool,
}

impl Playing {
    pub(super) fn due(&self) -> Instant {
        if self.audible { self.ends } else { self.begins.min(self.ends) }
    }
}

/// How words are read, in a story that brings no understander.
pub(in crate::pbx) fn reading(intent: Intent, moves: Option<Move>) -> Reading {
    let confidence = 0.9;
    let ranked = vec![(intent, confidence)];
    Reading {
        intent,
        confidence,
        ranked,
        urgency: Urgency::Routine,
        suspected: None,
        moves,
        topic: None,
        clauses: Vec::new(),
        language: None,
    }
}

pub(in crate::pbx) fn in_danger(what: LifeSafety) -> Reading {
    Reading { urgency: Urgency::LifeSafety(what), ..reading(Intent::Emergency, None) }
}

impl World {
    /// Listens until the agent is silent; all that it has said since somebody listened last.
    pub(in crate::pbx) fn hear_the_agent(&mut self) -> String {
        while !self.mouths.is_empty() {
            self.wait(Duration::from_millis(100));
        }
        std::mem::take(&mut self.heard).join(" ")
    }

    pub(super) fn mouth(&mut self, leg: LegId, command: &SpeechCommand) {
        match command {
            SpeechCommand::Speak { utterance, text, .. } if self.mouth_works => {
                let begins = self.now.at + Duration::from_millis(150);
                let ends = begins + Duration::from_millis(60 * text.len() as u64);
                let text = text.clone();
                self.mouths
                    .insert(leg, Playing { utterance: *utterance, text, begins, ends, audible: false });
            }
            // Within a frame of being told.
            SpeechCommand::Cease { .. } => {
                let soon = self.now.at + Duration::from_millis(20);
                if let Some(playing) = self.mouths.get_mut(&leg) {
                    playing.ends = soon;
                    playing.text.clear();
                }
            }
            _ => {}
        }
    }

    /// What the media plane makes of the last command: recorded sounds are played, and recordings come to their end.
    pub(super) fn sounds(&mut self, leg: LegId) {
        match self.media.last().map(|(_, command)| command.clone()) {
            Some(MediaCommand::PlayFile { utterance, file }) => {
                let begins = self.now.at + Duration::from_millis(20);
                let ends = begins + Duration::from_secs(4);
                let text = format!("[{}]", file.name);
                self.mouths.insert(leg, Playing { utterance, text, begins, ends, audible: false });
            }
            Some(MediaCommand::Announce { utterance, announcement }) if self.mouth_works => {
                let (text, seconds) = match announcement {
                    Announcement::CallIsRecorded => ("[recorded]", 2),
                    Announcement::RecordingPaused => ("[paused]", 2),
                    Announcement::RecordingGoesOn => ("[goes on]", 2),
                    Announcement::RecordingEnded => ("[ended]", 2),
                    // The caller hears that in its own stories.
                    Announcement::CannotTakeCall
                    | Announcement::EmergencyDialled
                    | Announcement::OnCallWanted => return,
                };
                let begins = self.now.at + Duration::from_millis(20);
                let ends = begins + Duration::from_secs(seconds);
                let text = text.to_owned();
                self.mouths.insert(leg, Playing { utterance, text, begins, ends, audible: false });
            }
            Some(MediaCommand::EndTake) => {
                let event = MediaEvent::Taken { millis: 5_000, voiced_ms: self.voiced_ms };
                self.switch.handle_input(self.now, Input::Media { leg, event });
            }
            _ => {}
        }
    }

    /// The caller presses these keys, one after the other, on a leg that the box serves.
    pub(in crate::pbx) fn keys_in(&mut self, keys: &str) {
        let leg = self.served_leg();
        for key in keys.chars() {
            self.media_event(leg, MediaEvent::Digit(key));
        }
    }

    /// The leg that was opened last.
    pub(in crate::pbx) fn served_leg(&self) -> LegId {
        let opened =
            self.media.iter().rev().find(|(_, command)| matches!(command, MediaCommand::Open { .. }));
        opened.map(|(leg, _)| *leg).unwrap()
    }

    /// Reports what has begun or ended to be played by now.
    pub(super) fn play(&mut self) {
        let due: Vec<LegId> = self
            .mouths
            .iter()
            .filter(|(_, playing)| playing.due() <= self.now.at)
            .map(|(leg, _)| *leg)
            .collect();
        for leg in due {
            let Some(playing) = self.mouths.get_mut(&leg) else { continue };
            let utterance = playing.utterance;
            if !playing.audible && playing.begins <= self.now.at {
                playing.audible = true;
                self.switch
                    .handle_input(self.now, Input::Media { leg, event: MediaEvent::Speaking { utterance } });
            } else if let Some(playing) = self.mouths.remove(&leg) {
                let heard = self.now.at.saturating_duration_since(playing.begins);
                let heard_ms = u32::try_from(heard.as_millis()).unwrap();
                let complete = !playing.text.is_empty();
                let event = MediaEvent::Played { utterance, heard_ms, complete };
                self.heard.push(playing.text);
                self.switch.handle_input(self.now, Input::Media { leg, event });
            }
        }
    }

    /// The caller says this for two seconds, and falls silent; the agent takes its turn.
    pub(in crate::pbx) fn caller_says(&mut self, text: &str, reading: &Reading) -> String {
        let (leg, turn) = self.listening().unwrap();
        self.ear_hears(leg, turn, text);
        let asked = |command: &SpeechCommand| matches!(command, SpeechCommand::Understand { turn: of, .. } if *of == turn);
        for _ in 0..40 {
            if self.speech.iter().any(|(_, command)| asked(command)) {
                let reading = Box::new(reading.clone());
                self.tell(Input::Understood { leg, turn, reading });
                break;
            }
            self.wait(Duration::from_millis(100));
        }
        // Until the agent takes its turn: the longest pause that it allows anybody.
        for _ in 0..40 {
            if !self.mouths.is_empty() {
                break;
            }
            self.wait(Duration::from_millis(100));
        }
        self.hear_the_agent()
    }

    /// What the ear of a leg makes of two seconds of speech.
    pub(in crate::pbx) fn ear_hears(&mut self, leg: LegId, turn: TurnId, text: &str) {
        let at_ms = u64::from(self.heard_ms);
        self.tell(Input::Speech { leg, event: SpeechEvent::Started { turn, at_ms } });
        self.wait_s(2);
        self.heard_ms += 2300;
        let at_ms = u64::from(self.heard_ms);
        let event = SpeechEvent::Paused { turn, at_ms, voiced_ms: 2000, silence_ms: 300 };
        self.tell(Input::Speech { leg, event });
        self.wait(Duration::from_millis(120));
        let event = SpeechEvent::Heard { turn, at_ms, text: text.into(), decode_ms: 120 };
        self.tell(Input::Speech { leg, event });
    }

    /// The leg that is heard, and the turn that it is heard as.
    pub(in crate::pbx) fn listening(&self) -> Option<(LegId, TurnId)> {
        self.speech.iter().rev().find_map(|(leg, command)| match command {
            SpeechCommand::Listen { turn } => Some((*leg, *turn)),
            _ => None,
        })
    }

    /// What the agent is saying.
    pub(in crate::pbx) fn utterance(&self) -> Option<UtteranceId> {
        self.speech.iter().rev().find_map(|(_, command)| match command {
            SpeechCommand::Speak { utterance, .. } => Some(*utterance),
            _ => None,
        })
    }

    /// What has been written down as said, in order.
    pub(in crate::pbx) fn turns(&self) -> Vec<(Speaker, String)> {
        let turn = |fact: &Fact| match fact {
            Fact::Turn { turn, .. } => Some((turn.speaker, turn.text.clone())),
            _ => None,
        };
        self.facts.iter().filter_map(turn).collect()
    }
}
