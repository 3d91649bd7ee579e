//! The tones a caller knows (ANSI T1.401 levels and cadences), and the faint noise that says the line is alive.

use std::f32::consts::TAU;

/// What to sound when nobody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// 440 and 480 Hz, two seconds on, four off.
    Ringback,
    /// 480 and 620 Hz, half a second on, half off.
    Busy,
    /// 480 and 620 Hz, a quarter second on, a quarter off: no way through.
    Reorder,
    /// 1 kHz for half a second, once: speak now.
    Beep,
    /// 1.2 kHz, short, once: somebody has come into a conference.
    Joined,
    /// 600 Hz, short, once: somebody has left one.
    Left,
    /// White noise near -65 dBm0.
    ComfortNoise,
}

struct Cadence {
    frequencies: [f32; 2],
    /// Of each frequency, in 16-bit units.
    amplitude: f32,
    on_ms: u32,
    off_ms: u32,
    repeats: bool,
}

impl Tone {
    /// 0 dBm0 in G.711 is a sine of 22 500: -19 dBm0 a frequency for ringback, -24 for the others.
    const fn cadence(self) -> Option<Cadence> {
        let (frequencies, amplitude, on_ms, off_ms, repeats) = match self {
            Self::Ringback => ([440.0, 480.0], 2_525.0, 2_000, 4_000, true),
            Self::Busy => ([480.0, 620.0], 1_420.0, 500, 500, true),
            Self::Reorder => ([480.0, 620.0], 1_420.0, 250, 250, true),
            Self::Beep => ([1_000.0, 0.0], 2_525.0, 500, 0, false),
            Self::Joined => ([1_200.0, 0.0], 2_525.0, 150, 0, false),
            Self::Left => ([600.0, 0.0], 2_525.0, 150, 0, false),
            Self::ComfortNoise => return None,
        };
        Some(Cadence { frequencies, amplitude, on_ms, off_ms, repeats })
    }
}

/// Comfort noise: about -65 dBm0.
const NOISE_PEAK: i16 = 16;
/// Each burst swells and falls over 5 ms, so that it does not click.
const RAMP: u32 = 40;

/// A tone as it goes on sounding, at 8 kHz.
#[derive(Debug)]
pub(super) struct ToneGenerator {
    tone: Tone,
    /// Samples since it began.
    position: u32,
    noise: u32,
}

impl ToneGenerator {
    pub(super) fn new(tone: Tone) -> Self {
        Self { tone, position: 0, noise: 0x9e37_79b9 }
    }

    pub(super) fn tone(&self) -> Tone {
        self.tone
    }

    /// Writes the next samples.
    pub(super) fn fill(&mut self, samples: &mut [i16]) {
        let Some(cadence) = self.tone.cadence() else {
            for sample in samples {
                // xorshift32: noise, not chance.
                self.noise ^= self.noise << 13;
                self.noise ^= self.noise >> 17;
                self.noise ^= self.noise << 5;
                *sample = (self.noise % (2 * NOISE_PEAK.unsigned_abs() as u32 + 1)) as i16 - NOISE_PEAK;
            }
            return;
        };
        let (on, period) = (cadence.on_ms * 8, (cadence.on_ms + cadence.off_ms) * 8);
        for sample in samples {
            let place = if cadence.repeats { self.position % period } else { self.position };
            *sample = if place < on {
                let time = place as f32 / 8_000.0;
                let wave: f32 =
                    cadence.frequencies.iter().map(|frequency| (TAU * frequency * time).sin()).sum();
                let ramp = place.min(on - place).min(RAMP) as f32 / RAMP as f32;
                (cadence.amplitude * ramp * wave) as i16
            } else {
                0
            };
            self.position =
                if cadence.repeats { (self.position + 1) % period } else { self.position.saturating_add(1) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounded(tone: Tone, millis: usize) -> Vec<i16> {
        let mut samples = vec![0; millis * 8];
        ToneGenerator::new(tone).fill(&mut samples);
        samples
    }

    /// Power at one frequency (Goertzel), relative to the whole.
    fn share(samples: &[i16], frequency: f32) -> f32 {
        let coefficient = 2.0 * (TAU * frequency / 8_000.0).cos();
        let (mut before, mut last) = (0.0_f32, 0.0_f32);
        for &sample in samples {
            (before, last) = (last, f32::from(sample) + coefficient * last - before);
        }
        let power = before * before + last * last - coefficient * before * last;
        let total: f32 = samples.iter().map(|&sample| f32::from(sample).powi(2)).sum();
        2.0 * power / (total * samples.len() as f32)
    }

    #[test]
    fn ringback_is_440_and_480_hertz_two_seconds_on_and_four_off() {
        let samples = sounded(Tone::Ringback, 12_000);
        let on = &samples[..16_000];
        assert!((share(on, 440.0) - 0.5).abs() < 0.05 && (share(on, 480.0) - 0.5).abs() < 0.05);
        assert!(samples[16_000..48_000].iter().all(|&sample| sample == 0));
        assert_eq!(samples[..48_000], samples[48_000..]);
    }

    #[test]
    fn a_tone_cut_into_frames_is_the_same_tone() {
        let whole = sounded(Tone::Busy, 2_000);
        let mut generator = ToneGenerator::new(Tone::Busy);
        let mut pieces = vec![0; whole.len()];
        pieces.chunks_mut(160).for_each(|frame| generator.fill(frame));
        assert_eq!(whole, pieces);
    }

    #[test]
    fn the_beep_sounds_once_and_noise_stays_faint() {
        let beep = sounded(Tone::Beep, 3_000);
        assert!(share(&beep[..4_000], 1_000.0) > 0.9);
        assert!(beep[4_000..].iter().all(|&sample| sample == 0));
        let noise = sounded(Tone::ComfortNoise, 1_000);
        assert!(
            noise.iter().all(|sample| sample.abs() <= NOISE_PEAK) && noise.iter().any(|&sample| sample != 0)
        );
    }
}
