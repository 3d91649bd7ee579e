//! What is heard over the agent's words without being meant for it: signs of listening, coughs, a television.

use std::f32::consts::TAU;

use super::person::{Cast, Draw, NOMINAL};
use crate::speech::{SAMPLE_RATE, SpeechError};

/// A sample quieter than this, of 32,768, is no part of a sound: what a voice has before and after it.
const EDGE: u16 = 250;

/// The loudest sample of a cough: as loud as the loudest of a voice, since most are.
const COUGH_PEAK: f32 = 8.0 * NOMINAL;

/// The loudest sample of a hum: 10 dB below that.
const HUM_PEAK: f32 = 2.5 * NOMINAL;

/// What is heard over the agent's words and is to leave it speaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disturbance {
    /// "Mm-hm" with the mouth closed. The synthetic voices spell it, so it is made of a hum of their pitch.
    MmHm,
    UhHuh,
    Okay,
    Right,
    Yeah,
    DryCough,
    /// Two coughs in a row.
    DoubleCough,
    /// One that ends in the voice.
    HoarseCough,
    /// 15 dB below the caller's voice.
    Television,
    /// 20 dB below it.
    FaintTelevision,
}

impl Disturbance {
    pub const ALL: [Self; 10] = [
        Self::MmHm,
        Self::UhHuh,
        Self::Okay,
        Self::Right,
        Self::Yeah,
        Self::DryCough,
        Self::DoubleCough,
        Self::HoarseCough,
        Self::Television,
        Self::FaintTelevision,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::MmHm => "mm-hm",
            Self::UhHuh => "uh-huh",
            Self::Okay => "okay",
            Self::Right => "right",
            Self::Yeah => "yeah",
            Self::DryCough => "a dry cough",
            Self::DoubleCough => "two coughs",
            Self::HoarseCough => "a hoarse cough",
            Self::Television => "a television at -15 dB",
            Self::FaintTelevision => "a television at -20 dB",
        }
    }

    /// How far below the voice it lies, in decibels, if it is on all the time.
    pub(super) const fn below_voice(self) -> Option<f32> {
        match self {
            Self::Television => Some(15.0),
            Self::FaintTelevision => Some(20.0),
            _ => None,
        }
    }

    /// Its sound, as this caller makes it; `None`: it is on all the time.
    pub(super) fn sound(self, cast: &mut Cast, caller: u32) -> Result<Option<Vec<i16>>, SpeechError> {
        let words = match self {
            Self::UhHuh => "uh-huh.",
            Self::Okay => "okay.",
            Self::Right => "right.",
            Self::Yeah => "yeah.",
            Self::MmHm => return Ok(Some(mm_hm(caller))),
            Self::DryCough => return Ok(Some(cough(caller, &[(200, 0.0)]))),
            Self::DoubleCough => return Ok(Some(cough(caller, &[(150, 0.0), (180, 0.0)]))),
            Self::HoarseCough => return Ok(Some(cough(caller, &[(300, 0.5)]))),
            Self::Television | Self::FaintTelevision => return Ok(None),
        };
        cast.caller_sound(caller, words).map(Some)
    }
}

/// Without the silence before and after it.
pub(super) fn trimmed(mut sound: Vec<i16>) -> Vec<i16> {
    let heard = |sample: &i16| sample.unsigned_abs() > EDGE;
    if let (Some(first), Some(last)) = (sound.iter().position(heard), sound.iter().rposition(heard)) {
        sound.truncate(last + 1);
        sound.drain(..first);
    }
    sound
}

pub(super) const fn samples(ms: u32) -> usize {
    (ms * SAMPLE_RATE / 1_000) as usize
}

/// Bursts of breath, each so many milliseconds long, with an attack of five; the share of voice in the second half of each.
/// Between two there is a quarter of a second.
fn cough(caller: u32, bursts: &[(u32, f32)]) -> Vec<i16> {
    let mut draw = Draw::for_caller(caller, 3);
    let pitch = pitch_of(caller) * 1.4;
    let mut sound = Vec::new();
    for (nth, &(ms, voiced)) in bursts.iter().enumerate() {
        if nth > 0 {
            sound.resize(sound.len() + samples(250), 0.0);
        }
        let length = samples(ms);
        let mut slow = 0.0;
        sound.extend((0..length).map(|n| {
            let white = draw.below(2_001) as f32 / 1_000.0 - 1.0;
            // The throat takes the uppermost of the hiss.
            slow += 0.5 * (white - slow);
            let at = n as f32 / length as f32;
            let attack = (n as f32 / samples(5) as f32).min(1.0);
            let second_half = if at > 0.5 { voiced } else { 0.0 };
            let throat = buzz(n, pitch, 12, 1.0);
            attack * (-4.0 * at).exp() * ((1.0 - second_half) * slow + 2.0 * second_half * throat)
        }));
    }
    at_peak(&sound, COUGH_PEAK)
}

/// Two hums of the caller's pitch with the mouth closed, the second higher; a breath between them.
fn mm_hm(caller: u32) -> Vec<i16> {
    let pitch = pitch_of(caller);
    let hum = |ms: u32, pitch: f32| {
        let length = samples(ms);
        (0..length).map(move |n| {
            let edge = (n.min(length - n) as f32 / samples(30) as f32).min(1.0);
            // Behind closed lips little is left above the fundamental: 12 dB less at each harmonic.
            edge * buzz(n, pitch, 6, 2.0)
        })
    };
    let breath = std::iter::repeat_n(0.0, samples(60));
    let sound: Vec<f32> = hum(180, pitch).chain(breath).chain(hum(260, pitch * 1.2)).collect();
    at_peak(&sound, HUM_PEAK)
}

/// A sample of so many harmonics, each `fall` powers of its number weaker.
fn buzz(n: usize, pitch: f32, harmonics: u8, fall: f32) -> f32 {
    let at = TAU * pitch * n as f32 / SAMPLE_RATE as f32;
    (1..=harmonics).map(f32::from).map(|harmonic| (at * harmonic).sin() / harmonic.powf(fall)).sum()
}

/// Two men, a woman and a man, as flite's voices are, in hertz.
fn pitch_of(caller: u32) -> f32 {
    match caller % 4 {
        0 => 105.0,
        1 => 190.0,
        2 => 120.0,
        _ => 110.0,
    }
}

fn at_peak(sound: &[f32], peak: f32) -> Vec<i16> {
    let loudest = sound.iter().fold(f32::MIN_POSITIVE, |loudest, sample| loudest.max(sample.abs()));
    sound.iter().map(|sample| (sample * peak / loudest) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(sound: &[i16]) -> usize {
        sound.len() * 1_000 / SAMPLE_RATE as usize
    }

    #[test]
    fn coughs_are_short_loud_and_begin_at_once() {
        for (bursts, length) in
            [(&[(200, 0.0)][..], 200), (&[(150, 0.0), (180, 0.0)], 580), (&[(300, 0.5)], 300)]
        {
            let sound = cough(3, bursts);
            assert_eq!(ms(&sound), length);
            let loudest = sound.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!((13_000..=13_200).contains(&loudest), "{loudest}");
            assert!(sound[..samples(20)].iter().any(|sample| sample.unsigned_abs() > 5_000));
            assert_eq!(sound, cough(3, bursts), "the same each time");
        }
        assert_ne!(cough(3, &[(200, 0.0)]), cough(4, &[(200, 0.0)]));
    }

    #[test]
    fn a_hum_with_the_mouth_closed_is_two_syllables_of_half_a_second() {
        let sound = mm_hm(1);
        assert_eq!(ms(&sound), 500);
        assert!(sound[samples(185)..samples(235)].iter().all(|&sample| sample == 0));
    }

    #[test]
    fn silence_around_a_sound_is_cut_off() {
        assert_eq!(trimmed(vec![0, 3, 900, 0, -900, 200, 0]), [900, 0, -900]);
        assert_eq!(trimmed(vec![0; 4]), [0; 4]);
    }
}
