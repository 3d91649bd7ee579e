//! Keys as two tones in the voice (ITU-T Q.23), for far ends that have agreed to no telephone events: heard by Goertzel
//! filters, and not in speech.
//!
//! A key is believed only if nearly all of the sound is one tone of each group, of about equal strength, for longer than a
//! vowel keeps still. Tones of 50 ms with pauses of 40 ms are heard (Q.24 would have 40 ms, at the price of hearing keys in
//! vowels), those under 30 ms are not.

use std::{collections::VecDeque, f32::consts::TAU};

use super::{
    frame::{Frame, SampleRate},
    resample::Fit,
};

const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
const KEYS: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// What is looked at in one go: 12.75 ms.
const BLOCK: usize = 102;
/// Every so many samples.
const HOP: usize = 51;
/// So many looks in a row must show the same key: 38 ms of it.
const HITS: usize = 5;
/// So many looks in a row without it, and it has been let go: a pause of 40 ms has four.
const MISSES: u8 = 3;

/// The weakest tone of a pair: about -36 dBm0, where a sine of 22 500 is 0 dBm0.
const WEAKEST: f32 = 350.0;
/// A column's tone may be this much stronger than the row's (8 dB in power), and a row's than the column's (6 dB).
const TWIST: f32 = 6.3;
const REVERSE_TWIST: f32 = 4.0;
/// The tone found is this much stronger than any other of its group (4 dB: a stronger tone of the other group leaks in).
const APART: f32 = 2.5;
/// The pair's share of the sound. A pair 1.3 % out of tune has 0.85, one 3.5 % out (Q.24 wants that refused) below 0.6.
const SHARE: f32 = 0.8;
/// A key sounds evenly: from look to look neither tone changes more than this (2 dB). A voice swells and falls.
const EVEN: f32 = 1.6;

/// Hears keys in a voice.
#[derive(Debug, Default)]
pub(super) struct ToneReceiver {
    /// To 8 kHz, from what a wide codec brings.
    fit: Fit,
    /// Samples that have not been looked at twice yet.
    window: Vec<f32>,
    /// The same key in the last looks, the latest last, with the power of its tones.
    seen: VecDeque<Pair>,
    /// The key that is down, and for how many looks it has not been seen.
    down: Option<(char, u8)>,
}

impl ToneReceiver {
    /// 20 ms of the voice; the key that has just been pressed, told once.
    pub(super) fn hear(&mut self, frame: &Frame) -> Option<char> {
        let narrow = self.fit.fit(frame, SampleRate::Hz8000);
        self.window.extend(narrow.samples().iter().map(|&sample| f32::from(sample)));
        let mut pressed = None;
        while self.window.len() >= BLOCK {
            let pair = key_in(&self.window[..BLOCK]);
            pressed = pressed.or(self.look(pair));
            self.window.drain(..HOP);
        }
        pressed
    }

    fn look(&mut self, pair: Option<Pair>) -> Option<char> {
        let key = pair.map(|pair| pair.key);
        if self.seen.back().map(|last| last.key) != key {
            self.seen.clear();
        }
        if self.seen.len() >= HITS {
            self.seen.pop_front();
        }
        self.seen.extend(pair);
        match &mut self.down {
            Some((down, misses)) if Some(*down) == key => *misses = 0,
            Some((_, misses)) => {
                *misses += 1;
                if *misses >= MISSES {
                    self.down = None;
                }
            }
            None => {}
        }
        if self.seen.len() < HITS || !self.is_even() || self.down.is_some() {
            return None;
        }
        self.down = key.map(|key| (key, 0));
        key
    }
}

impl ToneReceiver {
    /// Does neither tone swell or fall?
    fn is_even(&self) -> bool {
        let even = |power: fn(&Pair) -> f32| {
            let powers = || self.seen.iter().map(power);
            powers().fold(0.0, f32::max) <= EVEN * powers().fold(f32::MAX, f32::min)
        };
        even(|pair| pair.low) && even(|pair| pair.high)
    }
}

/// A key in one look, and how strong its two tones are.
#[derive(Debug, Clone, Copy)]
struct Pair {
    key: char,
    low: f32,
    high: f32,
}

/// The key whose pair makes up these samples.
fn key_in(samples: &[f32]) -> Option<Pair> {
    let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
    let length = samples.len() as f32;
    let (row, low, low_next) = strongest(samples, &ROWS);
    let (column, high, high_next) = strongest(samples, &COLUMNS);
    // A sine of amplitude a has a power of (a·n/2)² here, and an energy of a²·n/2.
    let weakest = (WEAKEST * length / 2.0).powi(2);
    let share = (low + high) * 2.0 / (length * energy.max(1.0));
    let fits = low >= weakest
        && high >= weakest
        && high <= low * TWIST
        && low <= high * REVERSE_TWIST
        && low >= low_next * APART
        && high >= high_next * APART
        && share >= SHARE;
    fits.then(|| Pair { key: KEYS[row][column], low, high })
}

/// Which frequency of a group is the strongest, with its power and that of the next.
fn strongest(samples: &[f32], group: &[f32; 4]) -> (usize, f32, f32) {
    let mut best = (0, 0.0, 0.0);
    for (place, &hertz) in group.iter().enumerate() {
        let power = goertzel(samples, hertz);
        if power > best.1 {
            best = (place, power, best.1);
        } else if power > best.2 {
            best.2 = power;
        }
    }
    best
}

/// The power of one frequency (G. Goertzel, 1958).
fn goertzel(samples: &[f32], hertz: f32) -> f32 {
    let coefficient = 2.0 * (TAU * hertz / 8_000.0).cos();
    let (mut last, mut before) = (0.0_f32, 0.0_f32);
    for &sample in samples {
        (last, before) = (sample + coefficient * last - before, last);
    }
    last * last + before * before - coefficient * last * before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        codec::{Codec, Decoder},
        story::Dice,
    };

    /// A receiver that is given these samples in frames, and silence behind them.
    fn heard(samples: &[i16]) -> String {
        let mut receiver = ToneReceiver::default();
        let mut samples = samples.to_vec();
        samples.resize(samples.len().next_multiple_of(160) + 800, 0);
        let frames = samples.chunks_exact(160);
        frames
            .filter_map(|frame| receiver.hear(&Frame::from_samples(SampleRate::Hz8000, frame).unwrap()))
            .collect()
    }

    struct Pressed {
        millis: usize,
        gap: usize,
        /// Amplitudes of row and column.
        level: (f32, f32),
        /// How far out of tune.
        detuned: f32,
    }

    impl Default for Pressed {
        fn default() -> Self {
            Self { millis: 50, gap: 40, level: (4_000.0, 4_000.0), detuned: 1.0 }
        }
    }

    fn keys(text: &str, how: &Pressed) -> Vec<i16> {
        let mut samples = Vec::new();
        for key in text.chars() {
            let row = KEYS.iter().position(|row| row.contains(&key)).unwrap();
            let column = KEYS[row].iter().position(|&of| of == key).unwrap();
            for place in 0..how.millis * 8 {
                let wave = |hertz: f32| (TAU * hertz * how.detuned * place as f32 / 8_000.0).sin();
                let sample = how.level.0 * wave(ROWS[row]) + how.level.1 * wave(COLUMNS[column]);
                samples.push(sample as i16);
            }
            samples.resize(samples.len() + how.gap * 8, 0);
        }
        samples
    }

    const ALL: &str = "1234567890*#ABCD";

    #[test]
    fn every_key_of_fifty_milliseconds_is_heard_once_wherever_it_begins() {
        for offset in (0..160).step_by(13) {
            let mut samples = vec![0; offset];
            samples.extend(keys(ALL, &Pressed::default()));
            assert_eq!(heard(&samples), ALL, "offset {offset}");
        }
        assert_eq!(heard(&keys("5", &Pressed { millis: 3_000, ..Pressed::default() })), "5", "held long");
        assert_eq!(heard(&keys("5500", &Pressed::default())), "5500", "the same twice");
    }

    #[test]
    fn loud_soft_twisted_and_noisy_keys_are_heard() {
        for level in [(500.0, 500.0), (16_000.0, 16_000.0), (2_000.0, 3_100.0), (4_000.0, 2_600.0)] {
            assert_eq!(heard(&keys(ALL, &Pressed { level, ..Pressed::default() })), ALL, "{level:?}");
        }
        for detuned in [0.987, 1.013] {
            assert_eq!(heard(&keys(ALL, &Pressed { detuned, ..Pressed::default() })), ALL, "{detuned}");
        }
        let mut dice = Dice(7);
        let noisy: Vec<i16> = keys(ALL, &Pressed { millis: 60, ..Pressed::default() })
            .into_iter()
            .map(|sample| sample + (dice.below(1_001) as i16 - 500))
            .collect();
        assert_eq!(heard(&noisy), ALL, "16 dB over noise");
    }

    #[test]
    fn what_is_too_short_out_of_tune_lopsided_or_faint_is_no_key() {
        for (how, why) in [
            (Pressed { millis: 20, ..Pressed::default() }, "too short"),
            (Pressed { detuned: 1.035, ..Pressed::default() }, "out of tune"),
            (Pressed { detuned: 0.965, ..Pressed::default() }, "out of tune"),
            (Pressed { level: (1_000.0, 6_000.0), ..Pressed::default() }, "15 dB of twist"),
            (Pressed { level: (100.0, 100.0), ..Pressed::default() }, "faint"),
        ] {
            assert_eq!(heard(&keys(ALL, &how)), "", "{why}");
        }
    }

    #[test]
    fn the_tones_of_the_line_are_no_keys() {
        for pair in [
            (350.0, 440.0),
            (440.0, 480.0),
            (480.0, 620.0),
            (697.0, 697.0),
            (1_336.0, 1_336.0),
            (1_000.0, 2_000.0),
        ] {
            let samples: Vec<i16> = (0..16_000)
                .map(|place| {
                    let wave = |hertz: f32| (TAU * hertz * place as f32 / 8_000.0).sin();
                    (4_000.0 * (wave(pair.0) + wave(pair.1))) as i16
                })
                .collect();
            assert_eq!(heard(&samples), "", "{pair:?}");
        }
    }

    /// Vowels: a voice's pitch and its harmonics through three resonances (G. Fant's cascade), two of them where the tones of
    /// keys lie, gliding as people do.
    fn vowels(seconds: usize) -> Vec<i16> {
        let mut dice = Dice(99);
        let mut samples = Vec::new();
        while samples.len() < seconds * 8_000 {
            let length = 400 + dice.below(1_600) as usize;
            let pitch = 85.0 + dice.below(200) as f32;
            let glide = 1.0 + (dice.below(200) as f32 - 100.0) / 1_000.0;
            let resonances = [
                (600.0 + dice.below(450) as f32, 80.0),
                (1_100.0 + dice.below(700) as f32, 100.0),
                (2_600.0, 140.0),
            ];
            let mut phase = 0.0_f32;
            for place in 0..length {
                let along = place as f32 / length as f32;
                let now = pitch * (1.0 + (glide - 1.0) * along);
                phase += TAU * now / 8_000.0;
                let mut sample = 0.0;
                for harmonic in (1..=24_u8).take_while(|harmonic| now * f32::from(*harmonic) < 3_600.0) {
                    let hertz = now * f32::from(harmonic);
                    let gain: f32 = resonances
                        .iter()
                        .map(|(at, width)| {
                            at * at / ((at * at - hertz * hertz).powi(2) + (width * hertz).powi(2)).sqrt()
                        })
                        .product();
                    sample += gain / f32::from(harmonic) * (phase * f32::from(harmonic)).sin();
                }
                let swell = (along * (1.0 - along) * 4.0).sqrt();
                samples.push((1_500.0 * swell * sample) as i16);
            }
        }
        samples
    }

    #[test]
    fn ten_minutes_of_vowels_press_hardly_a_key_and_the_box_own_voice_none() {
        // Held notes at the very pitch of a pair cannot be told from it; no speech holds one for long.
        assert!(heard(&vowels(600)).len() <= 3);
        let spoken: [&[u8]; 2] = [
            include_bytes!("../../firmware-config/announcements/cannot-take-call.ulaw"),
            include_bytes!("../../firmware-config/announcements/call-is-recorded.ulaw"),
        ];
        for recorded in spoken {
            let mut samples = Vec::new();
            Decoder::new(Codec::Pcmu).decode(recorded, &mut samples);
            assert!(samples.len() > 8_000);
            assert_eq!(heard(&samples), "");
        }
    }

    #[test]
    fn a_key_is_heard_in_what_a_wide_codec_brings() {
        let mut receiver = ToneReceiver::default();
        let mut heard = String::new();
        for frame in 0..12 {
            let mut made = Frame::silence(SampleRate::Hz16000);
            for (place, sample) in made.samples_mut().iter_mut().enumerate() {
                let time = (frame * 320 + place) as f32 / 16_000.0;
                let wave = |hertz: f32| (TAU * hertz * time).sin();
                *sample = (4_000.0 * (wave(852.0) + wave(1_336.0))) as i16;
            }
            heard.extend(receiver.hear(&made));
        }
        assert_eq!(heard, "8");
    }
}
