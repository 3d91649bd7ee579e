//! Who calls, and from where: the voices of the callers, what is to be heard around them, and the office that they reach.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Called, Engines, sounds};
use crate::{
    agent::Voice,
    dialogue::{Channel, Opening, ShowingSlot, Standing},
    speech::{Background, FRAME_SAMPLES, SAMPLE_RATE, SpeechError, TELEVISION, level, spoken},
    types::{Chance, Language},
};

/// What is around a caller comes again after this long; no call lasts much longer.
const AROUND: usize = 60 * SAMPLE_RATE as usize;

/// Root of the mean square of a voice on the line: -26 dB of full scale, the nominal level of active speech in a telephone
/// network (ITU-T G.100.1 and P.56: -20 dBm0).
pub(super) const NOMINAL: f32 = 1_642.0;

/// By this sentence it is known how loud a voice is.
const USUAL_SENTENCE: &str = "My kitchen sink is leaking.";

/// Everybody who takes part, and what they have said already.
pub(super) struct Cast {
    pub(super) called: Called,
    pub(super) engines: Engines,
    pub(super) began: Instant,
    television: Vec<i16>,
    agent_said: BTreeMap<String, Arc<[i16]>>,
    callers_said: BTreeMap<(usize, String), Vec<i16>>,
}

impl Cast {
    pub(super) fn new(called: Called, mut engines: Engines, began: Instant) -> Result<Self, SpeechError> {
        let last = engines.callers.last_mut().ok_or(SpeechError::NoVoice)?;
        let television = spoken(last.as_mut(), TELEVISION)?;
        let (agent_said, callers_said) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { called, engines, began, television, agent_said, callers_said })
    }

    /// The agent, as it answers this call.
    pub(super) fn answered(&self, now: Instant, withheld: bool) -> Voice {
        let Called { pack, office, local } = &self.called;
        let opening = Opening {
            caller: (!withheld).then(|| "+13035550142".parse().ok()).flatten(),
            contact: None,
            label: None,
            agent: None,
            greeting: None,
            local: *local,
            open_now: false,
            channel: Channel::Voice,
            language: Language::English,
            known: None,
            standing: Standing::default(),
        };
        Voice::begin(now, Arc::default(), pack.clone(), office.clone(), opening)
    }

    /// A sentence of the agent's.
    pub(super) fn agent_sound(&mut self, text: &str) -> Result<Arc<[i16]>, SpeechError> {
        if let Some(sound) = self.agent_said.get(text) {
            return Ok(Arc::clone(sound));
        }
        let sound: Arc<[i16]> = spoken(self.engines.agent.as_mut(), text)?.into();
        self.agent_said.insert(text.to_owned(), Arc::clone(&sound));
        Ok(sound)
    }

    /// What this caller says, without silence before and after it.
    pub(super) fn caller_sound(&mut self, caller: u32, text: &str) -> Result<Vec<i16>, SpeechError> {
        let nth = caller as usize % self.engines.callers.len().max(1);
        if let Some(sound) = self.callers_said.get(&(nth, text.to_owned())) {
            return Ok(sound.clone());
        }
        let voice = self.engines.callers.get_mut(nth).ok_or(SpeechError::NoVoice)?;
        let usual = sounds::trimmed(spoken(voice.as_mut(), USUAL_SENTENCE)?);
        let gain = NOMINAL / level(usual.iter().map(|&sample| f32::from(sample))).max(1.0);
        let mut sound = sounds::trimmed(spoken(voice.as_mut(), text)?);
        sound.iter_mut().for_each(|sample| *sample = (f32::from(*sample) * gain) as i16);
        self.callers_said.insert((nth, text.to_owned()), sound.clone());
        Ok(sound)
    }

    /// The caller's end of the line; `below` in decibels, where the background is not as far below the voice as it usually is.
    pub(super) fn caller(&self, caller: u32, background: Background, below: Option<f32>) -> Sounding {
        let Some(below) = below.or(background.below_voice()) else { return Sounding::in_quiet() };
        let mut around = background.around(caller.into(), &self.television, AROUND);
        let gain = 10_f32.powf(-below / 20.0) * NOMINAL / level(around.iter().copied()).max(1.0);
        around.iter_mut().for_each(|sample| *sample *= gain);
        Sounding { around, ..Sounding::in_quiet() }
    }

    /// Three times in the week to come, as the office's calendar has them.
    pub(super) fn free_times(&self) -> Vec<ShowingSlot> {
        let half_an_hour = jiff::SignedDuration::from_mins(30);
        let slot = |(days, hour): (i64, i8)| {
            let day = self.called.local.date().checked_add(jiff::Span::new().days(days)).ok()?;
            let local = day.at(hour, 0, 0, 0);
            let begins = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
            let ends = begins.checked_add(half_an_hour).ok()?;
            Some(ShowingSlot { begins, ends, local, agent: "Robin".to_owned() })
        };
        [(3, 10), (3, 14), (4, 11)].into_iter().filter_map(slot).collect()
    }
}

/// The sound at the caller's end: what they say, and what is around them.
#[derive(Debug)]
pub(super) struct Sounding {
    /// At its own loudness; empty: it is quiet.
    around: Vec<f32>,
    /// It is on.
    around_is_on: bool,
    /// Samples that have passed.
    passed: usize,
    saying: Vec<i16>,
    /// Samples of it that have been said.
    said: usize,
}

impl Sounding {
    fn in_quiet() -> Self {
        Self { around: Vec::new(), around_is_on: true, passed: 0, saying: Vec::new(), said: 0 }
    }

    /// What is around them is heard, or is switched off.
    pub(super) fn switch_around(&mut self, on: bool) {
        self.around_is_on = on;
    }

    pub(super) fn say(&mut self, sound: Vec<i16>) {
        (self.saying, self.said) = (sound, 0);
    }

    pub(super) fn is_speaking(&self) -> bool {
        self.said < self.saying.len()
    }

    /// The next 20 ms.
    pub(super) fn frame(&mut self) -> Vec<i16> {
        let voice = self.saying.iter().skip(self.said).copied().chain(std::iter::repeat(0));
        let from = self.passed % self.around.len().max(1);
        let loud = if self.around_is_on { 1.0 } else { 0.0 };
        let around = self.around.iter().cycle().skip(from).map(|sample| sample * loud);
        let around = around.chain(std::iter::repeat(0.0));
        let sum = |(voice, around): (i16, f32)| (f32::from(voice) + around).clamp(-32_768.0, 32_767.0) as i16;
        let frame = voice.zip(around).take(FRAME_SAMPLES).map(sum).collect();
        self.said += FRAME_SAMPLES;
        self.passed += FRAME_SAMPLES;
        frame
    }
}

/// What is drawn for one caller: the same number draws the same.
pub(super) struct Draw(Chance);

impl Draw {
    /// `of`: what it is drawn for, so that one caller's draws do not hang together.
    pub(super) fn for_caller(caller: u32, of: u32) -> Self {
        Self(Chance::seed_from_u64(u64::from(of) << 32 | u64::from(caller)))
    }

    /// From `from` up to and with `to`, in milliseconds.
    pub(super) fn ms(&mut self, from: u32, to: u32) -> Duration {
        Duration::from_millis((from + self.0.next_u32() % (to - from + 1)).into())
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0.next_u32() as usize % count.max(1)
    }

    pub(super) fn any<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}
