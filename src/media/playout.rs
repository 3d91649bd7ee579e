//! What a leg says: utterances in the order they were given, else music or a tone, else silence.

use std::{collections::VecDeque, sync::Arc};

use thiserror::Error;

use super::{
    frame::{Frame, SampleRate},
    resample::Fit,
    sound::{Clip, Sound},
    tone::{Tone, ToneGenerator},
};
use crate::types::UtteranceId;

/// A minute of speech at 16 kHz may wait. More is refused, so that a voice that talks faster than time cannot fill the
/// memory.
pub const MAX_QUEUED_SAMPLES: usize = 60 * 16_000;
/// With less than half a second left of an unfinished utterance, more of it is asked for.
const LOW_MARK_MILLIS: usize = 500;
/// Speech that is cut off falls silent over 5 ms, so that it does not click.
const FADE_MILLIS: usize = 5;

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
    utterances: VecDeque<Utterance>,
    /// Every utterance up to this one is over.
    over: Option<UtteranceId>,
    background: Background,
    fading: Option<Frame>,
    fit: Fit,
}

/// What sounds while nothing is said.
#[derive(Debug, Default)]
enum Background {
    #[default]
    Silence,
    Tone(ToneGenerator),
    Music(Clip),
}

#[derive(Debug)]
struct Utterance {
    id: UtteranceId,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Spoken(Spoken),
    /// A recorded sound; it needs no more samples and no finish.
    Clip(Clip),
}

/// Speech that is still being made while it is said.
#[derive(Debug)]
struct Spoken {
    rate: SampleRate,
    waiting: VecDeque<i16>,
    played: usize,
    finished: bool,
    low_mark_told: bool,
}

fn per_millis(rate: SampleRate, millis: usize) -> usize {
    rate.frame_len() / 20 * millis
}

impl Utterance {
    fn spoken(id: UtteranceId, rate: SampleRate) -> Self {
        let waiting = VecDeque::new();
        let body = Body::Spoken(Spoken { rate, waiting, played: 0, finished: false, low_mark_told: false });
        Self { id, body }
    }

    fn so_far(&self, whole: bool) -> Played {
        let millis = match &self.body {
            Body::Spoken(spoken) => spoken.played as u64 * 1_000 / u64::from(spoken.rate.hz()),
            Body::Clip(clip) => clip.millis(),
        };
        Played { utterance: self.id, millis, whole }
    }

    fn waiting(&self) -> usize {
        match &self.body {
            Body::Spoken(spoken) => spoken.waiting.len(),
            Body::Clip(_) => 0,
        }
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
        let waiting: usize = self.utterances.iter().map(Utterance::waiting).sum();
        if waiting + samples.len() > MAX_QUEUED_SAMPLES {
            return Err(PlayError::Full);
        }
        if self.utterances.back().is_none_or(|last| last.id < id) {
            self.utterances.push_back(Utterance::spoken(id, rate));
        }
        let last = self.utterances.back_mut().filter(|last| last.id == id);
        // An utterance keeps the rate it began with: a voice does not change it between two words.
        let Some(Body::Spoken(spoken)) = last.map(|last| &mut last.body) else { return Err(PlayError::Over) };
        if spoken.finished || spoken.rate != rate {
            return Err(PlayError::Over);
        }
        spoken.waiting.extend(samples);
        if spoken.waiting.len() >= per_millis(rate, LOW_MARK_MILLIS) {
            spoken.low_mark_told = false;
        }
        Ok(())
    }

    /// A recorded sound, after what is already to be said.
    pub(super) fn play_sound(&mut self, id: UtteranceId, sound: Arc<Sound>) -> Result<(), PlayError> {
        if self.over.is_some_and(|over| id <= over)
            || self.utterances.back().is_some_and(|last| last.id >= id)
        {
            return Err(PlayError::Over);
        }
        self.utterances.push_back(Utterance { id, body: Body::Clip(Clip::new(sound, false)) });
        Ok(())
    }

    /// No more will come of this utterance; one that never had a sample is told as played all the same.
    pub(super) fn finish(&mut self, id: UtteranceId) {
        let open = self.over.is_none_or(|over| id > over);
        if open && self.utterances.back().is_none_or(|last| last.id < id) {
            self.utterances.push_back(Utterance::spoken(id, SampleRate::Hz8000));
        }
        let named = self.utterances.iter_mut().find(|utterance| utterance.id == id);
        if let Some(Body::Spoken(spoken)) = named.map(|utterance| &mut utterance.body) {
            spoken.finished = true;
        }
    }

    /// Stops everything that is being said or waits to be; how far each utterance had come.
    pub(super) fn hush(&mut self) -> Vec<Played> {
        self.utterances.back().map(|last| last.id).map_or_else(Vec::new, |last| self.hush_through(last))
    }

    /// Stops every utterance up to this one, also one of which nothing has come yet.
    pub(super) fn hush_through(&mut self, id: UtteranceId) -> Vec<Played> {
        let ended = self.utterances.iter().take_while(|utterance| utterance.id <= id).count();
        let sounding = ended > 0 && self.fading.is_none();
        let mut cut = self.utterances.drain(..ended);
        let mut told = Vec::with_capacity(ended);
        if let Some(first) = cut.next() {
            told.push(first.so_far(false));
            if sounding {
                self.fading = faded(first);
            }
        }
        told.extend(cut.map(|utterance| utterance.so_far(false)));
        self.over = self.over.max(Some(id));
        told
    }

    /// What sounds when nothing is said.
    pub(super) fn tone(&mut self, tone: Option<Tone>) {
        match (tone, &self.background) {
            (Some(tone), Background::Tone(sounding)) if sounding.tone() == tone => {}
            (Some(tone), _) => self.background = Background::Tone(ToneGenerator::new(tone)),
            (None, _) => self.background = Background::Silence,
        }
    }

    /// Music that sounds, over and over, when nothing is said. The same music goes on where it is.
    pub(super) fn music(&mut self, sound: Arc<Sound>) {
        match &self.background {
            Background::Music(playing) if Arc::ptr_eq(playing.sound(), &sound) => {}
            _ => self.background = Background::Music(Clip::new(sound, true)),
        }
    }

    /// Is an utterance being said, or waiting?
    pub(super) fn is_speaking(&self) -> bool {
        !self.utterances.is_empty()
    }

    /// Writes the next 20 ms, at the frame's own rate.
    pub(super) fn fill(&mut self, out: &mut Frame, progress: &mut VecDeque<Progress>) {
        let rate = out.rate();
        *out = Frame::silence(rate);
        if let Some(fading) = self.fading.take() {
            *out = self.fit.fit(&fading, rate);
        } else if self.utterances.is_empty() {
            match &mut self.background {
                Background::Silence => {}
                Background::Tone(tone) => {
                    let mut frame = Frame::silence(SampleRate::Hz8000);
                    tone.fill(frame.samples_mut());
                    *out = self.fit.fit(&frame, rate);
                }
                Background::Music(clip) => clip.fill(out),
            }
        } else {
            self.speak(out, progress);
        }
    }

    fn speak(&mut self, out: &mut Frame, progress: &mut VecDeque<Progress>) {
        let rate = match self.utterances.front().map(|front| &front.body) {
            Some(Body::Spoken(spoken)) => spoken.rate,
            Some(Body::Clip(_)) | None => out.rate(),
        };
        let mut frame = Frame::silence(rate);
        let mut filled = 0;
        while let Some(utterance) = self.utterances.front_mut() {
            let id = utterance.id;
            let over = match &mut utterance.body {
                // What has another rate begins with a frame of its own.
                Body::Clip(_) if filled > 0 => break,
                Body::Spoken(spoken) if spoken.rate != rate => break,
                Body::Clip(clip) => {
                    clip.fill(&mut frame);
                    filled = frame.samples().len();
                    clip.is_over()
                }
                Body::Spoken(spoken) => {
                    let place = &mut frame.samples_mut()[filled..];
                    let count = spoken.waiting.len().min(place.len());
                    for (place, sample) in place.iter_mut().zip(spoken.waiting.drain(..count)) {
                        *place = sample;
                    }
                    filled += count;
                    spoken.played += count;
                    // Where the voice lags behind, there is silence until more of it comes.
                    let low = spoken.waiting.len() < per_millis(spoken.rate, LOW_MARK_MILLIS);
                    if low && !spoken.finished && !spoken.low_mark_told {
                        spoken.low_mark_told = true;
                        progress.push_back(Progress::LowMark(id));
                    }
                    spoken.finished && spoken.waiting.is_empty()
                }
            };
            if !over {
                break;
            }
            progress.push_back(Progress::Played(utterance.so_far(true)));
            self.over = Some(id);
            self.utterances.pop_front();
        }
        *out = self.fit.fit(&frame, out.rate());
    }
}

/// The last of an utterance that is cut off, falling silent.
fn faded(utterance: Utterance) -> Option<Frame> {
    let mut frame = match utterance.body {
        Body::Spoken(spoken) => {
            let mut frame = Frame::silence(spoken.rate);
            for (place, sample) in frame.samples_mut().iter_mut().zip(&spoken.waiting) {
                *place = *sample;
            }
            (!spoken.waiting.is_empty()).then_some(frame)
        }
        Body::Clip(mut clip) => {
            let mut frame = Frame::silence(clip.sound().rate());
            let sounds = !clip.is_over();
            clip.fill(&mut frame);
            sounds.then_some(frame)
        }
    }?;
    let fade = per_millis(frame.rate(), FADE_MILLIS);
    for (place, sample) in frame.samples_mut().iter_mut().enumerate() {
        let share = 1.0 - (place + 1) as f32 / fade as f32;
        *sample = (f32::from(*sample) * share.max(0.0)) as i16;
    }
    Some(frame)
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
        assert!(fade.samples()[0] > 500 && fade.samples()[80..].iter().all(|&sample| sample == 0));
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
        playout.play(FIRST, SampleRate::Hz8000, &[1; 4_160]).unwrap();
        assert_eq!(filled(&mut playout).1, []);
        assert_eq!(filled(&mut playout).1, [Progress::LowMark(FIRST)]);
        assert_eq!(filled(&mut playout).1, []);
        playout.play(FIRST, SampleRate::Hz8000, &[1; 4_000]).unwrap();
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

    #[test]
    fn a_message_is_played_between_words_and_can_be_hushed() {
        let sound = |length: i16| Arc::new(Sound::new(SampleRate::Hz8000, vec![9; length as usize]));
        let mut playout = Playout::default();
        playout.play(FIRST, SampleRate::Hz8000, &[1; 200]).unwrap();
        playout.finish(FIRST);
        playout.play_sound(SECOND, sound(200)).unwrap();
        assert_eq!(playout.play_sound(SECOND, sound(1)), Err(PlayError::Over));
        playout.play(UtteranceId(3), SampleRate::Hz8000, &[5; 160]).unwrap();
        playout.finish(UtteranceId(3));
        filled(&mut playout);
        assert_eq!(filled(&mut playout).0.samples()[39..42], [1, 0, 0]);
        assert_eq!(filled(&mut playout).0.samples(), [9; 160]);
        let (frame, progress) = filled(&mut playout);
        assert_eq!((frame.samples()[39], frame.samples()[40]), (9, 0));
        assert_eq!(progress, [Progress::Played(Played { utterance: SECOND, millis: 25, whole: true })]);
        assert_eq!(filled(&mut playout).0.samples(), [5; 160]);

        playout.play_sound(UtteranceId(4), sound(8_000)).unwrap();
        playout.hush_through(UtteranceId(3));
        filled(&mut playout);
        filled(&mut playout);
        let told = playout.hush_through(UtteranceId(4));
        assert!(!told[0].whole && (20..=40).contains(&told[0].millis), "{told:?}");
        assert!(!playout.is_speaking());
    }

    #[test]
    fn music_goes_on_where_words_interrupt_it_and_words_are_said_at_the_rate_that_is_wanted() {
        let mut playout = Playout::default();
        let music = Arc::new(Sound::new(SampleRate::Hz8000, (0..8_000).collect()));
        playout.music(Arc::clone(&music));
        filled(&mut playout);
        playout.play(FIRST, SampleRate::Hz8000, &[7; 160]).unwrap();
        playout.finish(FIRST);
        assert_eq!(filled(&mut playout).0.samples(), [7; 160]);
        playout.music(music);
        assert_eq!(filled(&mut playout).0.samples()[0], 160, "asked for again, it does not begin again");
        let mut wide = Frame::silence(SampleRate::Hz16000);
        playout.fill(&mut wide, &mut VecDeque::new());
        assert_eq!(wide.samples().len(), 320);
        playout.tone(None);
        assert_eq!(filled(&mut playout).0.power(), 0.0);
    }
}
