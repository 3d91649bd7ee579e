//! A recorded sound as a leg plays it: a greeting, a voicemail message, music while somebody waits.

use std::{
    f64::consts::PI,
    io::{Cursor, Read},
    sync::Arc,
};

use thiserror::Error;

use super::{
    frame::{Frame, SampleRate},
    mp3,
    resample::Fit,
};

/// Longer files are refused: at 16 kHz this is 19 MB, and nobody waits longer for one piece of music.
pub(super) const MAX_SECONDS: u64 = 600;
/// Music stays below a voice: about −21 dBov on the average.
const MUSIC_POWER: f64 = 2_900.0 * 2_900.0;
/// A greeting is as loud as a voice that is close to its telephone, and no louder: about −17 dBov on the average.
const VOICE_POWER: f64 = 4_600.0 * 4_600.0;
/// Callers wait for the tone no longer than this, in milliseconds.
const LONGEST_GREETING: u64 = 120_000;
/// A recorded sentence is no longer than this, in milliseconds: callers want to speak.
const LONGEST_PROMPT: u64 = 30_000;
/// Anything shorter is an accident: "Thanks." takes half a second.
const SHORTEST_PROMPT: u64 = 200;
/// Of music and greetings.
const SHORTEST: u64 = 1_000;
/// Lobes of the sinc on each side, when a file's rate is brought to ours.
const LOBES: f64 = 16.0;

/// Which of a file's channels are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// All of them, mixed.
    All,
    /// The left one: in our own recordings, the voice of the leg that was recorded.
    Left,
}

/// Why a file cannot be played.
#[derive(Debug, Error)]
pub enum SoundError {
    #[error("it is not a WAV file of linear samples")]
    NotWav(#[source] hound::Error),
    #[error("its sampling rate is not between 8 and 192 kHz")]
    Rate,
    #[error("it is longer than ten minutes")]
    TooLong,
    #[error("it is longer than two minutes")]
    LongGreeting,
    #[error("it is longer than 30 seconds, or shorter than a fifth of one")]
    NoPrompt,
    #[error("it is not an MP3 file that can be read")]
    NotMp3(#[source] symphonia_core::errors::Error),
    #[error("it is neither a WAV nor an MP3 file")]
    Neither,
    #[error("it is too short, or silent")]
    Empty,
}

/// Samples at a rate of the house. Shared by all legs that play it.
#[derive(PartialEq, Eq)]
pub struct Sound {
    rate: SampleRate,
    samples: Vec<i16>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sound({} ms at {} Hz)", self.millis(), self.rate.hz())
    }
}

impl Sound {
    /// Samples as they are.
    pub fn new(rate: SampleRate, samples: Vec<i16>) -> Self {
        Self { rate, samples }
    }

    /// Reads a WAV file, of 8 to 32 bits or of floats.
    ///
    /// # Errors
    /// When it is none, or longer than is ever played.
    pub fn from_wav(file: impl Read, channels: Channels) -> Result<Self, SoundError> {
        let mut reader = hound::WavReader::new(file).map_err(SoundError::NotWav)?;
        let spec = reader.spec();
        if !(8_000..=192_000).contains(&spec.sample_rate) {
            return Err(SoundError::Rate);
        }
        if u64::from(reader.duration()) > MAX_SECONDS * u64::from(spec.sample_rate) {
            return Err(SoundError::TooLong);
        }
        let samples: Result<Vec<f32>, _> = match spec.sample_format {
            hound::SampleFormat::Float => reader.samples::<f32>().collect(),
            hound::SampleFormat::Int => {
                let full = (1_i64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
                reader.samples::<i32>().map(|sample| sample.map(|sample| sample as f32 / full)).collect()
            }
        };
        let interleaved = samples.map_err(SoundError::NotWav)?;
        let width = usize::from(spec.channels.max(1));
        let mono: Vec<f32> = interleaved
            .chunks_exact(width)
            .map(|moment| match channels {
                Channels::All => moment.iter().sum::<f32>() / width as f32,
                Channels::Left => moment[0],
            })
            .collect();
        let rate = if spec.sample_rate < 16_000 { SampleRate::Hz8000 } else { SampleRate::Hz16000 };
        Ok(Self { rate, samples: resampled(&mono, spec.sample_rate, rate.hz()) })
    }

    /// Music that somebody has brought along, WAV or MP3: brought to a rate of the house, and below the loudness of a voice.
    ///
    /// # Errors
    /// When it is neither, longer than is ever played, or nothing to listen to.
    pub fn music(bytes: Vec<u8>) -> Result<Self, SoundError> {
        Self::brought(bytes, MUSIC_POWER, SHORTEST)
    }

    /// A mailbox's greeting that somebody has brought along, WAV or MP3: brought to a rate of the house, and not above the
    /// loudness of a voice.
    ///
    /// # Errors
    /// When it is neither, longer than two minutes, or nothing to listen to.
    pub fn greeting(bytes: Vec<u8>) -> Result<Self, SoundError> {
        let sound = Self::brought(bytes, VOICE_POWER, SHORTEST)?;
        if sound.millis() > LONGEST_GREETING { Err(SoundError::LongGreeting) } else { Ok(sound) }
    }

    /// A sentence that somebody has recorded, WAV or MP3: brought to a rate of the house, and not above the loudness of a
    /// voice.
    ///
    /// # Errors
    /// When it is neither, longer than half a minute, or nothing to listen to.
    pub fn prompt(bytes: Vec<u8>) -> Result<Self, SoundError> {
        let sound = Self::brought(bytes, VOICE_POWER, SHORTEST_PROMPT)?;
        sound.fits_a_prompt()?;
        Ok(sound)
    }

    /// Is it as long as a sentence may be?
    ///
    /// # Errors
    /// When it is longer or shorter.
    pub fn fits_a_prompt(&self) -> Result<(), SoundError> {
        let fits = (SHORTEST_PROMPT..=LONGEST_PROMPT).contains(&self.millis());
        fits.then_some(()).ok_or(SoundError::NoPrompt)
    }

    /// What somebody has brought along, at this power on the average at the most, and at least so many milliseconds long.
    fn brought(bytes: Vec<u8>, most: f64, shortest: u64) -> Result<Self, SoundError> {
        let mut sound = if bytes.starts_with(b"RIFF") {
            Self::from_wav(Cursor::new(bytes), Channels::All)?
        } else if bytes.starts_with(b"ID3")
            || matches!(bytes[..], [0xff, second, ..] if second & 0xe0 == 0xe0)
        {
            let (mono, rate) = mp3::decode(bytes)?;
            let to = if rate < 16_000 { SampleRate::Hz8000 } else { SampleRate::Hz16000 };
            Self { rate: to, samples: resampled(&mono, rate, to.hz()) }
        } else {
            return Err(SoundError::Neither);
        };
        let sum: f64 = sound.samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum();
        let power = sum / sound.samples.len().max(1) as f64;
        if sound.millis() < shortest || power < 1.0 {
            return Err(SoundError::Empty);
        }
        if power > most {
            let gain = (most / power).sqrt();
            for sample in &mut sound.samples {
                *sample = (f64::from(*sample) * gain).round() as i16;
            }
        }
        Ok(sound)
    }

    /// As a WAV file.
    ///
    /// # Errors
    /// Never but for a lack of memory: the file is made there.
    pub fn to_wav(&self) -> Result<Vec<u8>, hound::Error> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate.hz(),
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::with_capacity(44 + 2 * self.samples.len()));
        let mut writer = hound::WavWriter::new(&mut file, spec)?;
        for sample in &self.samples {
            writer.write_sample(*sample)?;
        }
        writer.finalize()?;
        Ok(file.into_inner())
    }

    /// The rate it is kept at.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// The samples at another rate of the house.
    pub fn samples_at(&self, rate: SampleRate) -> Vec<i16> {
        let full: Vec<f32> = self.samples.iter().map(|&sample| f32::from(sample) / 32_767.0).collect();
        resampled(&full, self.rate.hz(), rate.hz())
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// How long it is.
    pub fn millis(&self) -> u64 {
        self.samples.len() as u64 * 1_000 / u64::from(self.rate.hz())
    }
}

/// From any rate to any other, all at once and off the beat: a sinc with a raised-cosine window around each new sample.
fn resampled(samples: &[f32], from: u32, to: u32) -> Vec<i16> {
    let whole = |sample: f64| (sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16;
    if from == to {
        return samples.iter().map(|&sample| whole(f64::from(sample))).collect();
    }
    let (from, to) = (f64::from(from), f64::from(to));
    // The pass band ends a little below the lower Nyquist frequency.
    let cut_off = 0.94 * (to / from).min(1.0);
    let reach = LOBES / cut_off;
    let count = (samples.len() as f64 * to / from) as usize;
    (0..count)
        .map(|place| {
            let middle = place as f64 * from / to;
            let first = (middle - reach).ceil().max(0.0) as usize;
            let last = ((middle + reach).floor() as usize).min(samples.len().saturating_sub(1));
            let sum: f64 = (first..=last)
                .map(|at| {
                    let distance = at as f64 - middle;
                    let window = 0.5 + 0.5 * (PI * distance / reach).cos();
                    let angle = PI * distance * cut_off;
                    let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
                    f64::from(samples[at]) * sinc * window * cut_off
                })
                .sum();
            whole(sum)
        })
        .collect()
}

/// A sound as it is being played by one leg.
#[derive(Debug)]
pub(super) struct Clip {
    sound: Arc<Sound>,
    position: usize,
    repeats: bool,
    fit: Fit,
}

impl Clip {
    pub(super) fn new(sound: Arc<Sound>, repeats: bool) -> Self {
        Self { sound, position: 0, repeats, fit: Fit::default() }
    }

    pub(super) fn sound(&self) -> &Arc<Sound> {
        &self.sound
    }

    /// How much of it has been played.
    pub(super) fn millis(&self) -> u64 {
        self.position as u64 * 1_000 / u64::from(self.sound.rate.hz())
    }

    /// Has it come to its end?
    pub(super) fn is_over(&self) -> bool {
        self.sound.samples.is_empty() || (!self.repeats && self.position >= self.sound.samples.len())
    }

    /// The next 20 ms.
    pub(super) fn fill(&mut self, out: &mut Frame) {
        let mut frame = Frame::silence(self.sound.rate);
        let mut rest = frame.samples_mut();
        while !rest.is_empty() && !self.is_over() {
            if self.position >= self.sound.samples.len() {
                self.position = 0;
            }
            let waiting = &self.sound.samples[self.position..];
            let count = waiting.len().min(rest.len());
            rest[..count].copy_from_slice(&waiting[..count]);
            self.position += count;
            rest = &mut rest[count..];
        }
        *out = self.fit.fit(&frame, out.rate());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::media::story::share;

    fn wav(rate: u32, channels: u16, seconds: f32, sample: impl Fn(f32, u16) -> f32) -> Cursor<Vec<u8>> {
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
        for place in 0..(rate as f32 * seconds) as u32 {
            for channel in 0..channels {
                let value = sample(place as f32 / rate as f32, channel);
                writer.write_sample((value * 32_767.0) as i16).unwrap();
            }
        }
        writer.finalize().unwrap();
        file.set_position(0);
        file
    }

    fn sine(hertz: f32, time: f32) -> f32 {
        0.3 * (std::f32::consts::TAU * hertz * time).sin()
    }

    #[test]
    fn files_of_any_rate_keep_their_pitch_and_their_length() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000] {
            let sound =
                Sound::from_wav(wav(rate, 1, 0.5, |time, _| sine(1_000.0, time)), Channels::All).unwrap();
            assert!(sound.millis().abs_diff(500) <= 1, "{rate}: {sound:?}");
            let middle = &sound.samples()[sound.rate().frame_len() * 10..][..sound.rate().frame_len()];
            let frame = Frame::from_samples(sound.rate(), middle).unwrap();
            assert!(share(&frame, 1_000.0) > 0.99, "{rate}");
            let loudness = frame.power().sqrt() / (0.3 * 32_767.0 / std::f32::consts::SQRT_2);
            assert!((0.98..1.02).contains(&loudness), "{rate}: {loudness}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_left_out_and_not_folded_back() {
        let sound =
            Sound::from_wav(wav(44_100, 1, 0.5, |time, _| sine(11_000.0, time)), Channels::All).unwrap();
        let middle = &sound.samples()[2_000..6_000];
        assert!(middle.iter().all(|sample| sample.abs() < 120), "{:?}", middle.iter().max());
    }

    #[test]
    fn of_two_channels_both_are_mixed_or_the_left_is_heard() {
        let sides = |_: f32, channel: u16| if channel == 0 { 0.25 } else { -0.125 };
        let all = Sound::from_wav(wav(16_000, 2, 0.1, sides), Channels::All).unwrap();
        let left = Sound::from_wav(wav(16_000, 2, 0.1, sides), Channels::Left).unwrap();
        assert!(
            (2_040..2_056).contains(&all.samples()[800]) && (8_180..8_200).contains(&left.samples()[800])
        );
    }

    #[test]
    fn what_is_no_wav_or_too_long_is_refused() {
        assert!(matches!(Sound::from_wav(&b"ID3 an mp3"[..], Channels::All), Err(SoundError::NotWav(_))));
        let mut long = wav(8_000, 1, 0.1, |_, _| 0.0).into_inner();
        long[40..44].copy_from_slice(&(8_000_u32 * 2 * 601).to_le_bytes());
        assert!(matches!(Sound::from_wav(&long[..], Channels::All), Err(SoundError::TooLong)));
    }

    #[test]
    fn music_is_taken_from_wav_and_mp3_and_brought_below_a_voice() {
        let loud = wav(44_100, 2, 2.0, |time, _| 3.0 * sine(1_000.0, time)).into_inner();
        let mp3 = include_bytes!("../../tests/data/music/tone.mp3").to_vec();
        for (file, millis) in [(loud, 2_000), (mp3, 1_000)] {
            let music = Sound::music(file).unwrap();
            assert!(music.millis().abs_diff(millis) < 120, "{music:?}");
            let middle = &music.samples()[music.rate().frame_len() * 20..][..music.rate().frame_len()];
            let frame = Frame::from_samples(music.rate(), middle).unwrap();
            assert!(share(&frame, 1_000.0) > 0.97);
            assert!(frame.power() < 1.3 * MUSIC_POWER as f32, "{frame:?}");
            let again = Sound::from_wav(Cursor::new(music.to_wav().unwrap()), Channels::All).unwrap();
            assert_eq!(again, music, "as it is kept");
        }
    }

    #[test]
    fn a_greeting_keeps_the_loudness_of_a_voice_and_is_no_longer_than_anybody_listens() {
        let voice = |amplitude: f32, seconds: f32| {
            wav(8_000, 1, seconds, |time, _| amplitude * sine(300.0, time)).into_inner()
        };
        let power = |sound: &Sound| {
            let sum: f64 = sound.samples().iter().map(|&sample| f64::from(sample).powi(2)).sum();
            sum / sound.samples().len() as f64
        };
        let soft = Sound::greeting(voice(0.5, 2.0)).unwrap();
        let as_it_was = Sound::from_wav(Cursor::new(voice(0.5, 2.0)), Channels::All).unwrap();
        assert_eq!(soft, as_it_was, "a voice that is not too loud is left alone");
        let loud = power(&Sound::greeting(voice(3.9, 2.0)).unwrap());
        assert!((0.9..1.1).contains(&(loud / VOICE_POWER)), "{loud}");
        assert!(Sound::greeting(voice(0.5, 119.0)).is_ok());
        assert!(matches!(Sound::greeting(voice(0.5, 121.0)), Err(SoundError::LongGreeting)));
        assert!(matches!(Sound::greeting(b"GIF89a".to_vec()), Err(SoundError::Neither)));
    }

    #[test]
    fn what_is_no_music_is_refused_and_never_a_panic() {
        let mp3 = include_bytes!("../../tests/data/music/tone.mp3").to_vec();
        assert!(matches!(Sound::music(b"%PDF-1.7".to_vec()), Err(SoundError::Neither)));
        assert!(matches!(Sound::music(Vec::new()), Err(SoundError::Neither)));
        let silent = wav(8_000, 1, 2.0, |_, _| 0.0).into_inner();
        assert!(matches!(Sound::music(silent), Err(SoundError::Empty)));
        for cut in (3..mp3.len()).step_by(211) {
            let _ = Sound::music(mp3[..cut].to_vec());
            let mut spoilt = mp3.clone();
            spoilt[cut] ^= 0x5a;
            spoilt[cut / 2] ^= 0xff;
            let _ = Sound::music(spoilt);
        }
    }

    #[test]
    fn music_begins_again_and_a_message_ends() {
        let sound = Arc::new(Sound::new(SampleRate::Hz8000, (0..200).collect()));
        let mut frame = Frame::silence(SampleRate::Hz8000);
        let mut music = Clip::new(Arc::clone(&sound), true);
        music.fill(&mut frame);
        music.fill(&mut frame);
        assert_eq!((frame.samples()[39], frame.samples()[40], frame.samples()[159]), (199, 0, 119));
        assert!(!music.is_over());
        let mut message = Clip::new(sound, false);
        message.fill(&mut frame);
        message.fill(&mut frame);
        assert_eq!((frame.samples()[39], frame.samples()[40], message.millis()), (199, 0, 25));
        assert!(message.is_over());
        assert!(Clip::new(Arc::new(Sound::new(SampleRate::Hz8000, Vec::new())), true).is_over());
    }
}
