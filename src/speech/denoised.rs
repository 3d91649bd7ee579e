//! A clip with the steady part of its noise taken down: a fan, an engine, the hiss of a bad line.
//!
//! The Wiener filter with the decision-directed estimate of how far the voice stands above the noise (Ephraim and Malah,
//! 1984). A clip is whole before it is recognised, so the noise is read off its own quietest moments, frequency by
//! frequency, and nothing has to be guessed as it goes. Voices of other people are no steady noise, and stay.

use realfft::{RealFftPlanner, num_complex::Complex32};

/// Samples that are looked at together (32 ms), and from one look to the next.
const WINDOW: usize = 512;
const HOP: usize = WINDOW / 4;

/// In so many of a frequency's moments there is noise alone, and it is on average so much stronger than at the loudest of
/// these.
const QUIET_SHARE: f32 = 0.25;
const OVER_QUIET: f32 = 1.5;

/// How much of the estimate is what came of the moment before. Less, and the noise that is left tinkles.
const SMOOTHING: f32 = 0.95;

/// Noise this far below the whole (25 dB) is no trouble, and the clip is left as it is.
const NO_TROUBLE: f32 = 1.0 / 316.0;

/// Nothing is taken down further than this (16 dB): a recogniser knows noise, and does not know holes.
const FLOOR: f32 = 0.15;

/// Noise is taken to be at least this strong: what rounding to sixteen bits leaves in a window. Digital silence has none.
const SILENCE: f32 = 1e-7;

/// The clip, as long as before.
pub(super) fn denoised(clip: &[f32]) -> Vec<f32> {
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(WINDOW), planner.plan_fft_inverse(WINDOW));
    let shape = shape();
    // With silence around it, every sample lies under as many windows as any other.
    let mut padded = vec![0.0; WINDOW];
    padded.extend_from_slice(clip);
    padded.resize(padded.len().next_multiple_of(HOP) + WINDOW, 0.0);

    let mut moments: Vec<Vec<Complex32>> = Vec::with_capacity(padded.len() / HOP);
    let mut window = forward.make_input_vec();
    for at in (0..padded.len() - WINDOW).step_by(HOP) {
        for (sample, (own, weight)) in window.iter_mut().zip(padded.iter().skip(at).zip(&shape)) {
            *sample = own * weight;
        }
        let mut spectrum = forward.make_output_vec();
        // It fails for wrong lengths alone, and these are its own.
        if forward.process(&mut window, &mut spectrum).is_err() {
            return clip.to_vec();
        }
        moments.push(spectrum);
    }
    weaken(&mut moments);

    let mut sum = vec![0.0; padded.len()];
    for (at, mut spectrum) in (0..).step_by(HOP).zip(moments) {
        if inverse.process(&mut spectrum, &mut window).is_err() {
            return clip.to_vec();
        }
        for (total, (sample, weight)) in sum.iter_mut().skip(at).zip(window.iter().zip(&shape)) {
            *total += sample * weight;
        }
    }
    // The transforms give each sample back `WINDOW` times, the squared shapes of four windows twice.
    let gain = 1.0 / (2 * WINDOW) as f32;
    sum.into_iter().skip(WINDOW).take(clip.len()).map(|sample| sample * gain).collect()
}

/// The root of Hann's window: applied before and after, windows a quarter apart add up to a constant.
fn shape() -> Vec<f32> {
    let turn = std::f32::consts::TAU / WINDOW as f32;
    (0..WINDOW).map(|n| (0.5 - 0.5 * (turn * n as f32).cos()).sqrt()).collect()
}

/// Takes each frequency down where it stands no further above its noise than noise does.
fn weaken(moments: &mut [Vec<Complex32>]) {
    // The first and last windows hold some of the silence put around the clip.
    let edge = WINDOW / HOP;
    let Some(within) = moments.get(edge..moments.len().saturating_sub(edge)).filter(|w| !w.is_empty()) else {
        return;
    };
    let frequencies = within.first().map_or(0, Vec::len);
    let noise: Vec<f32> = (0..frequencies)
        .map(|frequency| {
            let mut powers: Vec<f32> =
                within.iter().filter_map(|moment| moment.get(frequency)).map(Complex32::norm_sqr).collect();
            let nth = ((powers.len() - 1) as f32 * QUIET_SHARE) as usize;
            let (_, quiet, _) = powers.select_nth_unstable_by(nth, f32::total_cmp);
            (*quiet * OVER_QUIET).max(SILENCE)
        })
        .collect();
    let whole: f32 = within.iter().flatten().map(Complex32::norm_sqr).sum();
    if noise.iter().sum::<f32>() * within.len() as f32 <= whole * NO_TROUBLE {
        return;
    }
    let mut before = vec![0.0; frequencies];
    for moment in moments {
        for ((bin, noise), before) in moment.iter_mut().zip(&noise).zip(&mut before) {
            let above = bin.norm_sqr() / noise;
            let voice = SMOOTHING * *before + (1.0 - SMOOTHING) * (above - 1.0).max(0.0);
            let gain = (voice / (1.0 + voice)).max(FLOOR);
            *before = gain * gain * above;
            *bin *= gain;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    /// xorshift32: noise, not chance.
    fn hiss(samples: usize, loud: f32) -> Vec<f32> {
        let mut state = 2_463_534_242_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state as f32 / u32::MAX as f32 - 0.5) * 2.0 * loud
        };
        (0..samples).map(|_| next()).collect()
    }

    /// A vowel of 150 Hz that comes and goes three times a second.
    fn vowel(samples: usize) -> Vec<f32> {
        let of = |n: usize| {
            let at = n as f32 / 16_000.0;
            let open = (TAU * 3.0 * at).sin().max(0.0);
            open * (1..8).map(|harmonic| (TAU * 150.0 * harmonic as f32 * at).sin() * 0.05).sum::<f32>()
        };
        (0..samples).map(of).collect()
    }

    fn power(samples: &[f32]) -> f32 {
        samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32
    }

    fn apart(a: &[f32], b: &[f32]) -> f32 {
        power(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
    }

    #[test]
    fn a_clean_voice_is_left_as_it_is() {
        let voice = vowel(32_000);
        let heard = denoised(&voice);
        assert_eq!(heard.len(), voice.len());
        assert!(apart(&heard, &voice) < 0.01 * power(&voice), "{}", apart(&heard, &voice) / power(&voice));
    }

    #[test]
    fn of_a_voice_in_a_hiss_the_voice_remains() {
        let (voice, hiss) = (vowel(32_000), hiss(32_000, 0.1));
        let line: Vec<f32> = voice.iter().zip(&hiss).map(|(a, b)| a + b).collect();
        let heard = denoised(&line);
        assert!(apart(&heard, &voice) < 0.25 * apart(&line, &voice), "at least 6 dB of the hiss are gone");
        assert!(power(&heard) > 0.7 * power(&voice), "and the voice is not");
    }

    #[test]
    fn the_shortest_clips_and_silence_are_nothing_special() {
        for length in [0, 1, HOP, WINDOW - 1, WINDOW + 1] {
            assert_eq!(denoised(&vec![0.1; length]).len(), length);
        }
        assert!(denoised(&vec![0.0; 4_000]).iter().all(|&sample| sample == 0.0));
    }
}
