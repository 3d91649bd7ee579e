//! Words said over a telephone line, and what an ear makes of them: how rehearsals and examinations are held by ear.
//!
//! A voice speaks, the band and µ-law of a trunk take what they take (8 kHz, ITU-T G.711), something else is to be
//! heard in the room, and the detector and the recogniser of real calls hear the sum. The same words, voice and
//! background sound alike each time.

use std::ops::ControlFlow;

use super::{Awaits, Recognizer, SAMPLE_RATE, SpeechError, Synthesizer, VoiceDetector, hear_samples};
use crate::media::{Codec, Decoder, Encoder, Ratio, Resampler};

/// What is heard beside the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Background {
    Quiet,
    /// A street behind a window: 20 dB below the voice.
    Street,
    /// A car, a fan, a crowd: 10 dB below.
    Loud,
    /// Other people's voices, as of a television: 15 dB below.
    Television,
}

impl Background {
    pub const ALL: [Self; 4] = [Self::Quiet, Self::Street, Self::Loud, Self::Television];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Street => "street",
            Self::Loud => "loud",
            Self::Television => "television",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|background| background.name() == name)
    }

    /// How far below the voice it lies, in decibels. `None`: there is nothing.
    pub const fn below_voice(self) -> Option<f32> {
        match self {
            Self::Quiet => None,
            Self::Street => Some(20.0),
            Self::Loud => Some(10.0),
            Self::Television => Some(15.0),
        }
    }

    /// So many samples of it (16 kHz), at whatever level; the same `who` hears the same. `television`: what is said on it.
    pub fn around(self, who: u64, television: &[i16], samples: usize) -> Vec<f32> {
        match self {
            Self::Quiet => vec![0.0; samples],
            Self::Television => {
                let from = (who as usize).wrapping_mul(7_919) % television.len().max(1);
                let on = television.iter().cycle().skip(from).map(|&sample| f32::from(sample));
                on.take(samples).collect()
            }
            Self::Street | Self::Loud => rumble(who, samples),
        }
    }
}

/// Before the first word: a caller breathes in.
const LEAD: usize = SAMPLE_RATE as usize * 4 / 10;

/// After the last word, long enough for the turn to end.
const TAIL: usize = SAMPLE_RATE as usize;

/// What the people on the television say.
pub const TELEVISION: &str = "And now the weather. Clouds move in from the west this evening, with rain in the mountains and \
     temperatures around fifty degrees. Tomorrow will be dry, and the weekend looks warmer. Back to you in the studio.";

/// A line to an ear, with voices that speak over it.
pub struct Telephone {
    recognizer: Box<dyn Recognizer>,
    detector: VoiceDetector,
    voices: Vec<Box<dyn Synthesizer>>,
    television: Vec<i16>,
}

impl std::fmt::Debug for Telephone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telephone").field("voices", &self.voices.len()).finish_non_exhaustive()
    }
}

impl Telephone {
    /// A line on which these voices speak, at least one; the last of them is on the television too.
    ///
    /// # Errors
    /// When there is no voice, or the last one cannot speak.
    pub fn new(
        recognizer: Box<dyn Recognizer>,
        detector: VoiceDetector,
        mut voices: Vec<Box<dyn Synthesizer>>,
    ) -> Result<Self, SpeechError> {
        let last = voices.last_mut().ok_or(SpeechError::NoAnswer)?;
        let television = spoken(last.as_mut(), TELEVISION)?;
        Ok(Self { recognizer, detector, voices, television })
    }

    /// The words as they are recognised; empty where none were. `who`: the same number is the same voice. `awaits`: what
    /// the ear expects.
    ///
    /// # Errors
    /// When the voice or the recogniser fails.
    pub fn hear(
        &mut self,
        who: u64,
        background: Background,
        awaits: Awaits,
        words: &str,
    ) -> Result<String, SpeechError> {
        let count = self.voices.len().max(1) as u64;
        let voice = self.voices.get_mut((who % count) as usize).ok_or(SpeechError::NoAnswer)?;
        let voice = spoken(voice.as_mut(), words)?;
        let heard = Wire::new().carry(&self.in_a_room(&voice, background, who));
        let segments =
            hear_samples(&heard, &self.detector, self.recognizer.as_mut(), awaits, &mut |decode| {
                decode();
                0
            })?;
        let texts: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
        Ok(texts.join(" "))
    }

    /// The voice with what is around it, before and after it too.
    fn in_a_room(&self, voice: &[i16], background: Background, who: u64) -> Vec<i16> {
        let mut sound = vec![0_i16; LEAD];
        sound.extend_from_slice(voice);
        sound.resize(sound.len() + TAIL, 0);
        let Some(below) = background.below_voice() else { return sound };
        let around = background.around(who, &self.television, sound.len());
        let gain = 10_f32.powf(-below / 20.0) * level(voice.iter().map(|&sample| f32::from(sample)))
            / level(around.iter().copied()).max(1.0);
        for (sample, around) in sound.iter_mut().zip(around) {
            *sample = (f32::from(*sample) + gain * around).clamp(-32_768.0, 32_767.0) as i16;
        }
        sound
    }
}

/// The words as this voice speaks them, whole.
///
/// # Errors
/// When the voice fails.
pub fn spoken(voice: &mut dyn Synthesizer, words: &str) -> Result<Vec<i16>, SpeechError> {
    let mut sound = Vec::new();
    voice.speak(words, &mut |samples| {
        sound.extend_from_slice(samples);
        ControlFlow::Continue(())
    })?;
    Ok(sound)
}

/// What a trunk does to sound: down to 8 kHz, through µ-law, and up again for the ear. One for each stream.
#[derive(Debug)]
pub struct Wire {
    down: Resampler,
    encoder: Encoder,
    decoder: Decoder,
    up: Resampler,
}

impl Wire {
    pub fn new() -> Self {
        Self {
            down: Resampler::new(Ratio::Down2),
            encoder: Encoder::new(Codec::Pcmu),
            decoder: Decoder::new(Codec::Pcmu),
            up: Resampler::new(Ratio::Up2),
        }
    }

    /// The next samples of the stream (16 kHz, an even number) as they arrive.
    pub fn carry(&mut self, sound: &[i16]) -> Vec<i16> {
        let (mut narrow, mut payload, mut wide) = (Vec::new(), Vec::new(), Vec::new());
        self.down.process(sound, &mut narrow);
        self.encoder.encode(&narrow, &mut payload);
        narrow.clear();
        self.decoder.decode(&payload, &mut narrow);
        self.up.process(&narrow, &mut wide);
        wide
    }
}

impl Default for Wire {
    fn default() -> Self {
        Self::new()
    }
}

/// Root of the mean square.
pub fn level(samples: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = samples.fold((0.0_f64, 0_u32), |(sum, count), sample| {
        (sum + f64::from(sample) * f64::from(sample), count + 1)
    });
    (sum / f64::from(count.max(1))).sqrt() as f32
}

/// Noise with more depth than height, as engines and fans make it. xorshift32: noise, not chance.
fn rumble(seed: u64, samples: usize) -> Vec<f32> {
    let mut state = (seed as u32).wrapping_mul(2_654_435_761) | 1;
    let mut slow = 0.0;
    (0..samples)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let white = (state as f32 / u32::MAX as f32 - 0.5) * 2_000.0;
            slow += 0.3 * (white - slow);
            slow
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::{ScriptedRecognizer, ScriptedSynthesizer};

    fn telephone(lines: &[&str]) -> Telephone {
        let recognizer = Box::new(ScriptedRecognizer::new(lines.iter().copied()));
        Telephone::new(recognizer, VoiceDetector::built_in(), vec![Box::new(ScriptedSynthesizer::new())])
            .unwrap()
    }

    #[test]
    fn the_background_lies_as_far_below_the_voice_as_it_says() {
        let telephone = telephone(&[]);
        let voice: Vec<i16> = (0..16_000).map(|n| if n % 40 < 20 { 4_000 } else { -4_000 }).collect();
        for background in [Background::Street, Background::Loud, Background::Television] {
            let room = telephone.in_a_room(&voice, background, 3);
            let before = level(room[..LEAD].iter().map(|&sample| f32::from(sample)));
            let below = 20.0 * (4_000.0 / before.max(1.0)).log10();
            let wanted = background.below_voice().unwrap();
            assert!((below - wanted).abs() < 6.0, "{background:?}: {below} dB");
        }
        assert!(telephone.in_a_room(&voice, Background::Quiet, 3)[..LEAD].iter().all(|&sample| sample == 0));
    }

    #[test]
    fn the_same_words_sound_alike_each_time() {
        let telephone = telephone(&[]);
        let voice = vec![1_000; 800];
        let room = |who| telephone.in_a_room(&voice, Background::Loud, who);
        assert_eq!(room(5), room(5));
        assert_ne!(room(5), room(6));
    }

    #[test]
    fn the_wire_keeps_the_length() {
        let sound = vec![500_i16; 3_200];
        assert!(Wire::new().carry(&sound).len().abs_diff(sound.len()) <= 2);
    }

    #[test]
    fn backgrounds_have_names() {
        for background in Background::ALL {
            assert_eq!(Background::from_name(background.name()), Some(background));
        }
        assert_eq!(Background::from_name("jungle"), None);
    }
}
