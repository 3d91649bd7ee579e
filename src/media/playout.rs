//! What a leg says: utterances in the order they were given, else a tone, else silence.

use std::collections::VecDeque;

use thiserror::Error;

use super::{
    frame::{Frame, SampleRate},
    resample::{Ratio, Resampler},
    tone::{Tone, ToneGenerator},
};
use crate::types::UtteranceId;

/// A minute of speech may wait. More is refused, so that a voice that talks faster than time cannot fill the memory.
pub const MAX_QUEUED_SAMPLES: usize = 60 * 8_000;
/// With less than half a second left of an unfinished utterance, more of it is asked for.
const LOW_MARK: usize = 4_000;
/// Speech that is cut off falls silent over 5 ms, so that it does not click.
const FADE: usize = 40;

/// Why samples were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PlayError {
    /// A minute is waiting already: give them again after [`LegEvent::LowMark`](super::LegEvent::LowMark).
    #[error("a minute of speech is waiting already")]
    Full,
    /// The utterance was finished, or hushed: what still comes of it is not to be heard.
    #[error("the utterance is over")]
    Over,
}

/// How much of an utterance was truly sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    pub utterance: UtteranceId,
    pub millis: u64,
    /// False when it was hushed before its end.
    pub whole: bool,
}

/// What came about while a frame was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Played(Played),
    LowMark(UtteranceId),
}

/// A leg's mouth.
#[derive(Debug, Default)]
pub(super) struct Playout {
    samples: VecDeque<i16>,
    utterances: VecDeque<Utterance>,
    /// Every utterance up to this one is over.
    over: Option<UtteranceId>,
    tone: Option<ToneGenerator>,
    fading: Vec<i16>,
}

#[derive(Debug)]
struct Utterance {
    id: UtteranceId,
    /// Samples of it in the queue.
    waiting: usize,
    played: usize,
    finished: bool,
    low_mark_told: bool,
    resampler: Option<Resampler>,
}

impl Utterance {
    fn so_far(&self, whole: bool) -> Played {
        Played { utterance: self.id, millis: self.played as u64 / 8, whole }
    }
}

impl Playout {
    pub(super) fn play(
        &mut self,
        id: UtteranceId,
        rate: SampleRate,
        samples: &[i16],
    ) -> Result<(), PlayError> {
        if self.over.is_some_and(|over| id <= over) {
            return Err(PlayError::Over);
        }
        let narrow = samples.len() / (rate.hz() / SampleRate::Hz8000.hz()) as usize;
        if self.samples.len() + narrow > MAX_QUEUED_SAMPLES {
            return Err(PlayError::Full);
        }
        self.begin(id);
        let Some(utterance) = self.utterances.back_mut().filter(|last| last.id == id && !last.finished)
        else {
            return Err(PlayError::Over);
        };
        let before = self.samples.len();
        match rate {
            SampleRate::Hz8000 => self.samples.extend(samples),
            SampleRate::Hz16000 => {
                let mut narrow = Vec::with_capacity(samples.len() / 2 + 1);
                utterance
                    .resampler
                    .get_or_insert_with(|| Resampler::new(Ratio::Down2))
                    .process(samples, &mut narrow);
                self.samples.extend(narrow);
            }
        }
        utterance.waiting += self.samples.len() - before;
        if utterance.waiting >= LOW_MARK {
            utterance.low_mark_told = false;
        }
        Ok(())
    }

    /// No more will come of this utterance; one that never had a sample is told as played all the same.
    pub(super) fn finish(&mut self, id: UtteranceId) {
        if self.over.is_none_or(|over| id > over) {
            self.begin(id);
        }
        if let Some(utterance) = self.utterances.iter_mut().find(|utterance| utterance.id == id) {
            utterance.finished = true;
            utterance.resampler = None;
        }
    }

    /// Opens an utterance, unless it or a later one is open.
    fn begin(&mut self, id: UtteranceId) {
        if self.utterances.back().is_none_or(|last| last.id < id) {
            let (finished, low_mark_told) = (false, false);
            self.utterances.push_back(Utterance {
                id,
                waiting: 0,
                played: 0,
                finished,
                low_mark_told,
                resampler: None,
            });
        }
    }

    /// Stops everything that is being said or waits to be; how far each utterance had come.
    pub(super) fn hush(&mut self) -> Vec<Played> {
        self.utterances.back().map(|last| last.id).map_or_else(Vec::new, |last| self.hush_through(last))
    }

    /// Stops every utterance up to this one, also one of which nothing has come yet.
    pub(super) fn hush_through(&mut self, id: UtteranceId) -> Vec<Played> {
        let ended = self.utterances.iter().take_while(|utterance| utterance.id <= id).count();
        let told: Vec<Played> =
            self.utterances.drain(..ended).map(|utterance| utterance.so_far(false)).collect();
        self.over = self.over.max(Some(id));
        let kept: usize = self.utterances.iter().map(|utterance| utterance.waiting).sum();
        let silenced = self.samples.len() - kept;
        if silenced > 0 {
            self.fading = self.samples.drain(..silenced).take(FADE).collect();
            for (place, sample) in self.fading.iter_mut().enumerate() {
                *sample = (f32::from(*sample) * (1.0 - (place + 1) as f32 / FADE as f32)) as i16;
            }
            self.release();
        }
        told
    }

    /// A long answer must not be paid for in memory until the call ends.
    fn release(&mut self) {
        if self.samples.is_empty() && self.samples.capacity() > 2 * LOW_MARK {
            self.samples = VecDeque::new();
        }
    }

    /// What sounds when nothing is said.
    pub(super) fn tone(&mut self, tone: Option<Tone>) {
        if self.tone.as_ref().map(ToneGenerator::tone) != tone {
            self.tone = tone.map(ToneGenerator::new);
        }
    }

    pub(super) fn queued(&self) -> usize {
        self.samples.len()
    }

    /// Is an utterance being said, or waiting?
    pub(super) fn is_speaking(&self) -> bool {
        !self.utterances.is_empty()
    }

    /// Writes the next 20 ms at 8 kHz.
    pub(super) fn fill(&mut self, frame: &mut Frame, progress: &mut VecDeque<Progress>) {
        let out = frame.samples_mut();
        out.fill(0);
        if !self.fading.is_empty() {
            out[..self.fading.len()].copy_from_slice(&self.fading);
            self.fading.clear();
            return;
        }
        if self.utterances.is_empty() {
            if let Some(tone) = &mut self.tone {
                tone.fill(out);
            }
            return;
        }
        let mut filled = 0;
        while let Some(utterance) = self.utterances.front_mut() {
            let count = utterance.waiting.min(out.len() - filled);
            for (place, sample) in out[filled..filled + count].iter_mut().zip(self.samples.drain(..count)) {
                *place = sample;
            }
            filled += count;
            utterance.waiting -= count;
            utterance.played += count;
            if utterance.waiting > 0 || !utterance.finished {
                // Where the voice lags behind, there is silence until more of it comes.
                if utterance.waiting < LOW_MARK && !utterance.finished && !utterance.low_mark_told {
                    utterance.low_mark_told = true;
                    progress.push_back(Progress::LowMark(utterance.id));
                }
                break;
            }
            progress.push_back(Progress::Played(utterance.so_far(true)));
            self.over = Some(utterance.id);
            self.utterances.pop_front();
        }
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: UtteranceId = UtteranceId(1);
    const SECOND: UtteranceId = UtteranceId(2);

    fn filled(playout: &mut Playout) -> (Frame, Vec<Progress>) {
        let mut frame = Frame::silence(SampleRate::Hz8000);
        let mut progress = VecDeque::new();
        playout.fill(&mut frame, &mut progress);
        (frame, progress.into())
    }

    #[test]
    fn utterances_follow_each_other_without_a_gap() {
        let mut playout = Playout::default();
        playout.play(FIRST, SampleRate::Hz8000, &[100; 200]).unwrap();
        playout.finish(FIRST);
        playout.play(SECOND, SampleRate::Hz8000, &[200; 120]).unwrap();
        playout.finish(SECOND);
        assert_eq!(filled(&mut playout).0.samples(), [100; 160]);
        let (frame, progress) = filled(&mut playout);
        assert_eq!((frame.samples()[39], frame.samples()[40], frame.samples()[159]), (100, 200, 200));
        let told = |utterance, millis| Progress::Played(Played { utterance, millis, whole: true });
        assert_eq!(progress, [told(FIRST, 25), told(SECOND, 15)]);
        assert_eq!(filled(&mut playout).0, Frame::silence(SampleRate::Hz8000));
    }

    #[test]
    fn a_hushed_utterance_stops_within_a_frame_and_is_not_resumed() {
        let mut playout = Playout::default();
        playout.play(FIRST, SampleRate::Hz16000, &[1_000; 16_000]).unwrap();
        playout.play(SECOND, SampleRate::Hz8000, &[1_000; 800]).unwrap();
        for _ in 0..10 {
            filled(&mut playout);
        }
        let told = playout.hush();
        assert_eq!(told[0], Played { utterance: FIRST, millis: 200, whole: false });
        assert_eq!(told[1], Played { utterance: SECOND, millis: 0, whole: false });
        let fade = filled(&mut playout).0;
        assert!(fade.samples()[0] > 900 && fade.samples()[FADE..].iter().all(|&sample| sample == 0));
        assert_eq!(playout.play(FIRST, SampleRate::Hz8000, &[1; 160]), Err(PlayError::Over));
        assert_eq!(filled(&mut playout).0, Frame::silence(SampleRate::Hz8000));
        playout.play(UtteranceId(3), SampleRate::Hz8000, &[7; 160]).unwrap();
        assert_eq!(filled(&mut playout).0.samples(), [7; 160]);
    }

    #[test]
    fn hushing_one_utterance_leaves_the_next_and_refuses_what_still_comes_of_it() {
        let mut playout = Playout::default();
        assert_eq!(playout.hush_through(FIRST), [], "nothing of it has come yet");
        assert_eq!(playout.play(FIRST, SampleRate::Hz8000, &[1; 160]), Err(PlayError::Over));
        playout.play(SECOND, SampleRate::Hz8000, &[1_000; 800]).unwrap();
        playout.play(UtteranceId(3), SampleRate::Hz8000, &[7; 160]).unwrap();
        filled(&mut playout);
        assert_eq!(playout.hush_through(SECOND), [Played { utterance: SECOND, millis: 20, whole: false }]);
        assert!(filled(&mut playout).0.samples()[0] > 900, "5 ms of fading");
        assert_eq!(filled(&mut playout).0.samples(), [7; 160]);
    }

    #[test]
    fn more_is_asked_for_once_while_a_voice_is_still_speaking() {
        let mut playout = Playout::default();
        playout.play(FIRST, SampleRate::Hz8000, &[1; LOW_MARK + 160]).unwrap();
        assert_eq!(filled(&mut playout).1, []);
        assert_eq!(filled(&mut playout).1, [Progress::LowMark(FIRST)]);
        assert_eq!(filled(&mut playout).1, []);
        playout.play(FIRST, SampleRate::Hz8000, &[1; LOW_MARK]).unwrap();
        let asked: usize = (0..40).map(|_| filled(&mut playout).1.len()).sum();
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_full_queue_refuses_and_keeps_what_it_has() {
        let mut playout = Playout::default();
        playout.play(FIRST, SampleRate::Hz8000, &vec![1; MAX_QUEUED_SAMPLES]).unwrap();
        assert_eq!(playout.play(FIRST, SampleRate::Hz8000, &[1]), Err(PlayError::Full));
        assert_eq!(filled(&mut playout).0.samples(), [1; 160]);
    }

    #[test]
    fn an_utterance_without_a_sound_is_over_at_once() {
        let mut playout = Playout::default();
        playout.finish(FIRST);
        let told = Progress::Played(Played { utterance: FIRST, millis: 0, whole: true });
        assert_eq!(filled(&mut playout).1, [told]);
        playout.finish(FIRST);
        assert!(!playout.is_speaking());
    }

    #[test]
    fn speech_comes_before_the_tone_and_the_tone_after_it() {
        let mut playout = Playout::default();
        playout.tone(Some(Tone::Beep));
        assert!(filled(&mut playout).0.power() > 1_000.0);
        playout.play(FIRST, SampleRate::Hz8000, &[5; 160]).unwrap();
        playout.finish(FIRST);
        assert_eq!(filled(&mut playout).0.samples(), [5; 160]);
        assert!(filled(&mut playout).0.power() > 1_000.0);
        playout.tone(None);
        assert_eq!(filled(&mut playout).0.power(), 0.0);
    }
}
