//! Music for whoever waits, made by the program itself: an office that has chosen none owes nobody a licence.
//!
//! Eight bars in C, slow and soft, played twice with another figure: a bell-like piano over long chords. It is rendered once,
//! and its end flows into its beginning.

use std::f64::consts::TAU;

use super::{frame::SampleRate, sound::Sound};

const RATE: SampleRate = SampleRate::Hz8000;
/// Quarter notes a minute.
const TEMPO: f64 = 76.0;
const BARS: usize = 16;
const BEATS: usize = 4;

/// Roots and chords as numbers of MIDI keys, a bar each: I, vi, IV, V and their softer neighbours.
const CHORDS: [[u8; 4]; 8] = [
    [48, 64, 67, 71],
    [45, 64, 67, 72],
    [41, 65, 69, 72],
    [43, 62, 67, 71],
    [52, 64, 67, 71],
    [45, 64, 69, 72],
    [50, 62, 65, 69],
    [43, 62, 65, 71],
];

/// Which note of the chord sounds on each half beat; the second time another figure.
const FIGURES: [[usize; 8]; 2] = [[0, 1, 2, 3, 2, 3, 1, 2], [0, 2, 1, 3, 1, 2, 3, 2]];

/// Partials of one struck note: multiple of its pitch, share, and how many seconds it takes to fade to a third.
const PARTIALS: [(f64, f64, f64); 4] =
    [(1.0, 1.0, 1.1), (2.0, 0.28, 0.7), (3.0, 0.08, 0.4), (4.0, 0.03, 0.2)];

/// Of the loudest note, in 16-bit units: music stays below a voice.
const LOUDNESS: f64 = 2_600.0;
/// The attack, so that no note clicks.
const ATTACK: f64 = 0.012;

/// The piece, to be played over and over.
pub fn house_music() -> Sound {
    let rate = f64::from(RATE.hz());
    let beat = 60.0 / TEMPO;
    let length = (BARS as f64 * BEATS as f64 * beat * rate) as usize;
    let mut mixed = vec![0.0_f64; length];
    for bar in 0..BARS {
        let chord = CHORDS[bar % CHORDS.len()];
        let figure = FIGURES[bar / CHORDS.len()];
        let begins = bar as f64 * BEATS as f64 * beat;
        for (step, &which) in figure.iter().enumerate() {
            // The first and the fifth half beat carry the bar.
            let weight = if step % 4 == 0 { 1.0 } else { 0.62 };
            strike(&mut mixed, begins + step as f64 * beat / 2.0, hertz(chord[which]), weight);
        }
        for key in &chord[1..] {
            pad(&mut mixed, begins, BEATS as f64 * beat, hertz(*key));
        }
    }
    let samples = mixed.into_iter().map(|sample| sample.round().clamp(-32_768.0, 32_767.0) as i16);
    Sound::new(RATE, samples.collect())
}

fn hertz(key: u8) -> f64 {
    440.0 * 2.0_f64.powf((f64::from(key) - 69.0) / 12.0)
}

/// A note that is struck and fades; what is left of it at the end sounds on in the beginning.
fn strike(mixed: &mut [f64], at: f64, pitch: f64, weight: f64) {
    let rate = f64::from(RATE.hz());
    let (first, length) = ((at * rate) as usize, (3.5 * rate) as usize);
    for n in 0..length {
        let time = n as f64 / rate;
        let attack = (time / ATTACK).min(1.0);
        let tail = 1.0 - n as f64 / length as f64;
        let sum: f64 = PARTIALS
            .iter()
            .map(|(multiple, share, fade)| {
                share * (-time / fade).exp() * (TAU * pitch * multiple * time).sin()
            })
            .sum();
        let place = (first + n) % mixed.len();
        mixed[place] += LOUDNESS * weight * attack * tail * sum;
    }
}

/// A chord's note that swells and goes over a whole bar and a little into the next.
fn pad(mixed: &mut [f64], at: f64, seconds: f64, pitch: f64) {
    let rate = f64::from(RATE.hz());
    let (first, length) = ((at * rate) as usize, ((seconds + 0.6) * rate) as usize);
    for n in 0..length {
        let time = n as f64 / rate;
        let swell = (std::f64::consts::PI * n as f64 / length as f64).sin();
        let place = (first + n) % mixed.len();
        mixed[place] += 0.11 * LOUDNESS * swell * (TAU * pitch * time).sin();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Frame, story::share};

    #[test]
    fn the_piece_is_soft_never_silent_and_flows_into_its_beginning() {
        let music = house_music();
        assert_eq!(music.millis(), 50_526);
        let loudest = music.samples().iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((3_000..16_000).contains(&loudest), "{loudest}");
        for second in music.samples().chunks_exact(RATE.hz() as usize) {
            let power =
                second.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>() / second.len() as f64;
            let loudness = power.sqrt();
            assert!((250.0..4_000.0).contains(&loudness), "{loudness}");
        }
        let (first, last) = (music.samples()[0], music.samples()[music.samples().len() - 1]);
        let steps = music.samples().windows(2).map(|pair| pair[0].abs_diff(pair[1]));
        assert!(first.abs_diff(last) <= steps.max().unwrap(), "no click where it begins again");
    }

    #[test]
    fn it_is_music_and_no_tone() {
        let music = house_music();
        // No pitch holds most of the sound for long.
        let frames = music.samples().chunks_exact(RATE.frame_len());
        let frames: Vec<Frame> = frames.filter_map(|samples| Frame::from_samples(RATE, samples)).collect();
        for key in 40..90 {
            let held = frames.iter().filter(|frame| share(frame, hertz(key) as f32) > 0.8).count();
            assert!(held * 3 < frames.len(), "{key}: {held} of {}", frames.len());
        }
        assert_eq!(house_music(), music, "the same each time");
    }
}
