//! One leg's hearing: frames in, speech events and requests for decoding out.
//!
//! Within a turn the ear keeps what was voiced (with a little before and after it), at most one clip of
//! [`EarTuning::longest_clip`] at a time. At each pause the clip is decoded at once, on the guess that the caller has
//! finished; if the caller goes on, the next pause decodes it again with the new words in it. A long turn becomes
//! several *parts*, each decoded on its own and their texts joined.

mod brief;
mod clip;
mod level;
mod tuning;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use self::{
    clip::Clip,
    level::{Levels, Measure},
};
use super::{Awaits, SAMPLE_RATE, SpeechError, SpeechEvent, Transcript, VoiceDetector, vad::WINDOW};
use crate::types::TurnId;

pub use tuning::EarTuning;

/// Outputs kept for a host that does not poll; beyond it the oldest is dropped. A host that drains after each frame
/// never has more than a handful.
const OUTPUTS_KEPT: usize = 64;

/// Parts of one turn whose words are kept: about two minutes. Beyond it the earliest words are forgotten.
const PARTS_KEPT: usize = 10;

/// Windows that an onset can look back over: 64 of 16 ms.
const LOOK_BACK: u32 = 64;

/// Which decode this is. Of the same turn and part only the highest attempt matters: a pool may drop the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecodeId {
    pub turn: TurnId,
    pub part: u32,
    pub attempt: u32,
}

/// A clip to recognise. Every latest attempt must be answered by [`Ear::handle_heard`], if only with an error.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodeRequest {
    pub id: DecodeId,
    /// 16 kHz, −1.0..=1.0, at most [`EarTuning::longest_clip`].
    pub samples: Vec<f32>,
    pub awaits: Awaits,
}

/// What an ear wants from its host.
#[derive(Debug, Clone, PartialEq)]
pub enum EarOutput {
    Event(SpeechEvent),
    Decode(DecodeRequest),
}

#[derive(Debug, Clone, Copy)]
enum Hearing {
    /// Nobody speaks; an onset is looked for.
    Quiet,
    /// Somebody does.
    Voice(Burst),
}

/// Voice without a pause.
#[derive(Debug, Clone, Copy)]
struct Burst {
    /// A position in the clip.
    from: usize,
    voiced: u32,
    silent: u32,
    /// It began while the agent spoke.
    over_agent: bool,
}

/// A pause that was reported and whose words are awaited.
#[derive(Debug, Clone, Copy)]
struct AwaitedPause {
    at_ms: u64,
    id: DecodeId,
    /// Set when the pause's own clip is back and only an earlier part is missing.
    decode_ms: Option<u32>,
}

/// Hears one leg. Make one when the agent begins to listen; feed it every frame, silence too.
#[derive(Debug)]
pub struct Ear {
    tuning: EarTuning,
    detector: VoiceDetector,
    levels: Levels,
    turn: TurnId,
    /// Samples short of a detector window.
    waiting: Vec<i16>,
    windows_heard: u64,
    /// The latest windows' votes, youngest in the lowest bit.
    voiced: u64,
    bright: u64,
    hearing: Hearing,
    pre_roll: VecDeque<i16>,
    clip: Clip,
    /// Voice in the turn, all parts, in windows.
    turn_voiced: u32,
    part: u32,
    attempt: u32,
    awaits: Awaits,
    /// Words of each part, with the attempt that they come from.
    heard: BTreeMap<u32, (u32, String)>,
    awaited: Option<AwaitedPause>,
    /// The decode of a turn that is one word, if any.
    brief: Option<DecodeId>,
    outputs: VecDeque<EarOutput>,
}

impl Ear {
    /// With the detector that is built in; see [`Ear::with_detector`] for the better one.
    pub fn new(tuning: EarTuning, turn: TurnId) -> Self {
        Self::with_detector(tuning, turn, &VoiceDetector::built_in())
    }

    /// With a detector of its own, like this one.
    pub fn with_detector(tuning: EarTuning, turn: TurnId, detector: &VoiceDetector) -> Self {
        Self {
            detector: detector.fresh(),
            levels: Levels::new(),
            turn,
            waiting: Vec::with_capacity(2 * WINDOW),
            windows_heard: 0,
            voiced: 0,
            bright: 0,
            hearing: Hearing::Quiet,
            pre_roll: VecDeque::with_capacity(samples(tuning.pre_roll) + WINDOW),
            clip: Clip::new(),
            turn_voiced: 0,
            part: 0,
            attempt: 0,
            awaits: Awaits::Anything,
            heard: BTreeMap::new(),
            awaited: None,
            brief: None,
            outputs: VecDeque::new(),
            tuning,
        }
    }

    /// The speaker has been asked for this; it counts for what is decoded from now on.
    pub fn expect(&mut self, awaits: Awaits) {
        self.awaits = awaits;
    }

    /// Milliseconds of audio heard so far: the clock of this ear's events.
    pub const fn media_ms(&self) -> u64 {
        self.windows_heard * WINDOW as u64 * 1000 / SAMPLE_RATE as u64
    }

    /// Hears the next samples (16 kHz; any length, 320 as a rule). `agent_speaking`: our own voice is on the line at
    /// this moment, so an onset takes the stricter test.
    pub fn handle_frame(&mut self, frame: &[i16], agent_speaking: bool) {
        self.waiting.extend_from_slice(frame);
        let mut waiting = std::mem::take(&mut self.waiting);
        let whole = waiting.len() - waiting.len() % WINDOW;
        for window in waiting[..whole].chunks_exact(WINDOW) {
            let probability = self.detector.probability(window);
            self.hear(window, probability, agent_speaking);
        }
        waiting.drain(..whole);
        self.waiting = waiting;
    }

    /// The recogniser's answer to a [`DecodeRequest`], in any order. What is out of date is ignored.
    pub fn handle_heard(&mut self, id: DecodeId, heard: Result<Transcript, SpeechError>, decode_ms: u32) {
        let newest = self.heard.get(&id.part).map(|(attempt, _)| *attempt);
        if id.turn != self.turn || id.part > self.part || newest.is_some_and(|newest| newest >= id.attempt) {
            return;
        }
        // A clip that could not be decoded is a clip without words: the caller is asked again, and the call goes on.
        let mut text = heard.map(|t| t.text).unwrap_or_default();
        if self.brief == Some(id) && !brief::is_word(&text) {
            text.clear();
            // No sound of it is to spoil the words that come.
            if matches!(self.hearing, Hearing::Quiet) {
                self.clip.clear();
                self.turn_voiced = 0;
            }
        }
        self.heard.insert(id.part, (id.attempt, text));
        if self.heard.len() > PARTS_KEPT {
            self.heard.pop_first();
        }
        if let Some(awaited) = &mut self.awaited
            && awaited.id == id
        {
            awaited.decode_ms = Some(decode_ms);
        }
        self.report_words();
    }

    /// The agent takes the turn, or gives it back: what is heard from here on belongs to `turn`. A voice in mid-word
    /// goes over to the new turn whole.
    pub fn next_turn(&mut self, turn: TurnId) {
        self.turn = turn;
        self.heard.clear();
        (self.awaited, self.brief) = (None, None);
        (self.part, self.attempt, self.turn_voiced) = (0, 0, 0);
        match &mut self.hearing {
            Hearing::Quiet => self.clip.clear(),
            Hearing::Voice(burst) => {
                self.clip.forget_before(burst.from);
                burst.from = 0;
                let at_ms = self.media_ms();
                self.say(SpeechEvent::Started { turn, at_ms });
            }
        }
    }

    /// Drain after every input.
    pub fn poll_output(&mut self) -> Option<EarOutput> {
        self.outputs.pop_front()
    }

    fn hear(&mut self, window: &[i16], probability: f32, agent_speaking: bool) {
        self.windows_heard += 1;
        let measure = Measure::of(window);
        self.levels.hear(measure.db);
        let from = match self.hearing {
            Hearing::Quiet => self.tuning.voice_from,
            Hearing::Voice(_) => self.tuning.voice_until,
        };
        // What a voice leaves behind it, and the detector still calls a voice, is no word that is waited for.
        let trails_off = matches!(self.hearing, Hearing::Voice(_))
            && !self.levels.may_be_caller(measure.db, self.tuning.trails_off_below_caller_db);
        let voice = probability >= from
            && !trails_off
            && self.levels.stands_out(measure.db, self.tuning.above_noise_db);
        match self.hearing {
            Hearing::Quiet => self.hear_quiet(window, measure, voice, agent_speaking),
            Hearing::Voice(mut burst) => {
                if voice {
                    (burst.voiced, burst.silent) = (burst.voiced + 1, 0);
                } else {
                    burst.silent += 1;
                }
                if voice && !agent_speaking {
                    self.levels.hear_caller(measure.db);
                }
                self.clip.extend(window.iter().copied());
                self.hearing = Hearing::Voice(burst);
                if burst.silent >= windows(self.tuning.pause) {
                    self.pause(burst);
                } else if self.clip.len() >= samples(self.tuning.longest_clip) {
                    self.cut(burst);
                }
            }
        }
    }

    fn hear_quiet(&mut self, window: &[i16], measure: Measure, voice: bool, agent_speaking: bool) {
        let beside =
            !agent_speaking && self.levels.is_beside_caller(measure.db, self.tuning.beside_below_caller_db);
        if !agent_speaking {
            self.levels.miss_caller();
        }
        let own_voice = agent_speaking
            && !(self.levels.may_be_caller(measure.db, self.tuning.barge_in_below_caller_db)
                && self.levels.stands_out(measure.db, self.tuning.barge_in_above_noise_db));
        self.voiced = self.voiced << 1 | u64::from(voice && !own_voice && !beside);
        self.bright = self.bright << 1 | u64::from(measure.bright);
        self.pre_roll.extend(window);
        let excess = self.pre_roll.len().saturating_sub(samples(self.tuning.pre_roll));
        self.pre_roll.drain(..excess);

        let (needed, span) = if agent_speaking {
            (self.tuning.barge_in_voice, self.tuning.barge_in_span)
        } else {
            (self.tuning.onset_voice, self.tuning.onset_span)
        };
        let recent = u64::MAX >> (u64::BITS - windows(span).clamp(1, LOOK_BACK));
        let voiced = (self.voiced & recent).count_ones();
        let bright = (self.voiced & self.bright & recent).count_ones();
        if voiced < windows(needed) {
            return;
        }
        if agent_speaking && (bright as f32) < self.tuning.barge_in_bright_share * voiced as f32 {
            return;
        }
        self.begin(voiced, agent_speaking);
    }

    fn begin(&mut self, voiced: u32, over_agent: bool) {
        // What was heard before a pause is settled once it is long, so that no decode grows without end.
        if self.clip.len() >= samples(self.tuning.settle_after)
            || self.clip.len() + self.pre_roll.len() >= samples(self.tuning.longest_clip)
        {
            self.next_part();
        }
        let from = self.clip.len();
        self.clip.extend(self.pre_roll.drain(..));
        (self.voiced, self.bright) = (0, 0);
        self.hearing = Hearing::Voice(Burst { from, voiced, silent: 0, over_agent });
        let (turn, at_ms) = (self.turn, self.media_ms());
        self.say(SpeechEvent::Started { turn, at_ms });
    }

    fn pause(&mut self, Burst { from, voiced, silent, over_agent }: Burst) {
        self.hearing = Hearing::Quiet;
        let (turn, at_ms) = (self.turn, self.media_ms());
        let brief = voiced < windows(self.tuning.shortest_voice);
        // What follows words is one more of them where they come singly: digits, letters, "four … B".
        let goes_on = self.clip_is_begun(from);
        let singly = matches!(self.awaits, Awaits::Number | Awaits::Name | Awaits::Home);
        let word = voiced >= windows(self.tuning.shortest_word) && !over_agent && (singly || !goes_on);
        if brief && !word {
            self.clip.truncate(from);
            self.say(SpeechEvent::Dismissed { turn, at_ms });
            return;
        }
        self.turn_voiced = self.turn_voiced.saturating_add(voiced);
        self.say(SpeechEvent::Paused {
            turn,
            at_ms,
            voiced_ms: millis(self.turn_voiced),
            silence_ms: millis(silent),
        });
        let id = self.decode(self.clip.len());
        self.awaited = Some(AwaitedPause { at_ms, id, decode_ms: None });
        self.brief = (brief && !goes_on && self.awaits != Awaits::Number).then_some(id);
    }

    /// Does the turn hold voice from before this position?
    fn clip_is_begun(&self, from: usize) -> bool {
        from > 0 || self.part > 0
    }

    /// The clip is full and the caller speaks on: what lies before the quietest moment becomes a part of its own.
    fn cut(&mut self, burst: Burst) {
        let at = self.clip.quietest_moment();
        self.decode(at);
        self.clip.forget_before(at);
        self.part += 1;
        self.attempt = 0;
        // The voice before the cut counts for the turn; the burst that goes on has proved itself already.
        let shortest = windows(self.tuning.shortest_voice);
        self.turn_voiced = self.turn_voiced.saturating_add(burst.voiced.saturating_sub(shortest));
        self.hearing = Hearing::Voice(Burst { from: 0, voiced: burst.voiced.min(shortest), ..burst });
    }

    fn next_part(&mut self) {
        self.clip.clear();
        self.part += 1;
        self.attempt = 0;
    }

    fn decode(&mut self, until: usize) -> DecodeId {
        self.attempt += 1;
        let id = DecodeId { turn: self.turn, part: self.part, attempt: self.attempt };
        // Only the beginning of a turn answers what was asked.
        let awaits = if self.part == 0 { self.awaits } else { Awaits::Anything };
        self.put(EarOutput::Decode(DecodeRequest { id, samples: self.clip.to_floats(until), awaits }));
        id
    }

    /// Reports the words of the awaited pause once they and those of all earlier parts are there.
    fn report_words(&mut self) {
        let Some(AwaitedPause { at_ms, id, decode_ms: Some(decode_ms) }) = self.awaited else { return };
        let first_kept = (id.part + 1).saturating_sub(PARTS_KEPT as u32);
        if !(first_kept..=id.part).all(|part| self.heard.contains_key(&part)) {
            return;
        }
        self.awaited = None;
        let words: Vec<&str> = self
            .heard
            .range(..=id.part)
            .map(|(_, (_, text))| text.as_str())
            .filter(|t| !t.is_empty())
            .collect();
        let text = words.join(" ");
        self.say(SpeechEvent::Heard { turn: self.turn, at_ms, text, decode_ms });
    }

    fn say(&mut self, event: SpeechEvent) {
        self.put(EarOutput::Event(event));
    }

    fn put(&mut self, output: EarOutput) {
        if self.outputs.len() >= OUTPUTS_KEPT {
            self.outputs.pop_front();
        }
        self.outputs.push_back(output);
    }
}

const fn samples(span: Duration) -> usize {
    (span.as_millis() as u64 * SAMPLE_RATE as u64 / 1000) as usize
}

const fn windows(span: Duration) -> u32 {
    samples(span).div_ceil(WINDOW) as u32
}

const fn millis(windows: u32) -> u32 {
    windows.saturating_mul(WINDOW as u32) / (SAMPLE_RATE / 1000)
}

#[cfg(test)]
mod tests;
