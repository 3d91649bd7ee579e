//! Between the rates of the house, with a delay that no conversation notices (at most 2 ms).

use std::{collections::VecDeque, f32::consts::PI};

/// A change of rate by a whole factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ratio {
    /// Twice the rate: 8 to 16 kHz, for a recogniser.
    Up2,
    /// Half the rate: 16 to 8 kHz, for the wire.
    Down2,
    /// A third of the rate: 48 to 16 kHz or 24 to 8, for files and voices.
    Down3,
}

impl Ratio {
    const fn factor(self) -> usize {
        match self {
            Self::Up2 | Self::Down2 => 2,
            Self::Down3 => 3,
        }
    }
}

/// Filter length for each unit of the factor: at 16 kHz, 57 taps delay by 28 samples, 1.75 ms.
const TAPS_PER_FACTOR: usize = 28;
/// Where the pass band ends, as a share of the lower rate's Nyquist frequency.
const CUT_OFF: f32 = 0.92;

/// A stream's resampler: a windowed-sinc filter in polyphase form, which never computes what is thrown away.
#[derive(Debug)]
pub struct Resampler {
    ratio: Ratio,
    taps: Vec<f32>,
    history: VecDeque<f32>,
    /// Input samples since the last output, when going down.
    phase: usize,
}

impl Resampler {
    /// One for a new stream.
    pub fn new(ratio: Ratio) -> Self {
        let taps = low_pass(ratio.factor());
        // Going up, every second input of the imagined zero-stuffed stream is a zero and needs no place.
        let reach = match ratio {
            Ratio::Up2 => taps.len().div_ceil(2),
            Ratio::Down2 | Ratio::Down3 => taps.len(),
        };
        Self { ratio, taps, history: VecDeque::from(vec![0.0; reach]), phase: 0 }
    }

    /// Takes in samples and appends what they come to.
    pub fn process(&mut self, input: &[i16], output: &mut Vec<i16>) {
        for &sample in input {
            self.history.pop_back();
            self.history.push_front(f32::from(sample));
            match self.ratio {
                Ratio::Up2 => {
                    output.push(self.dot(0, 2));
                    output.push(self.dot(1, 2));
                }
                Ratio::Down2 | Ratio::Down3 => {
                    self.phase += 1;
                    if self.phase == self.ratio.factor() {
                        self.phase = 0;
                        output.push(self.dot(0, 1));
                    }
                }
            }
        }
    }

    fn dot(&self, first: usize, stride: usize) -> i16 {
        let taps = self.taps.iter().skip(first).step_by(stride);
        let sum: f32 = taps.zip(&self.history).map(|(tap, sample)| tap * sample).sum();
        let gain = stride as f32;
        (sum * gain).round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
    }
}

/// A low-pass at the lower rate's Nyquist frequency, Blackman-windowed, of unit gain.
fn low_pass(factor: usize) -> Vec<f32> {
    let length = TAPS_PER_FACTOR * factor + 1;
    let middle = (length - 1) as f32 / 2.0;
    let cut_off = CUT_OFF / factor as f32;
    let mut taps: Vec<f32> = (0..length)
        .map(|place| {
            let distance = place as f32 - middle;
            let sinc =
                if distance == 0.0 { cut_off } else { (PI * cut_off * distance).sin() / (PI * distance) };
            let turn = 2.0 * PI * place as f32 / (length - 1) as f32;
            sinc * (0.42 - 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos())
        })
        .collect();
    let gain: f32 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= gain);
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f32, rate: f32, count: usize) -> Vec<i16> {
        (0..count).map(|n| (10_000.0 * (2.0 * PI * frequency * n as f32 / rate).sin()) as i16).collect()
    }

    fn resampled(ratio: Ratio, input: &[i16]) -> Vec<i16> {
        let mut output = Vec::new();
        // In uneven pieces: a stream does not know where it is cut.
        let mut resampler = Resampler::new(ratio);
        input.chunks(161).for_each(|piece| resampler.process(piece, &mut output));
        output
    }

    fn rms(samples: &[i16]) -> f32 {
        (samples.iter().map(|&s| f32::from(s).powi(2)).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn speech_passes_at_its_level_and_its_length() {
        for (ratio, rate) in [(Ratio::Up2, 8_000.0), (Ratio::Down2, 16_000.0), (Ratio::Down3, 48_000.0)] {
            for frequency in [200.0, 1_000.0, 3_000.0] {
                let output = resampled(ratio, &sine(frequency, rate, rate as usize));
                let expected = match ratio {
                    Ratio::Up2 => 16_000,
                    Ratio::Down2 => 8_000,
                    Ratio::Down3 => 16_000,
                };
                assert_eq!(output.len(), expected);
                let level = rms(&output[200..]) / 7_071.0;
                assert!((0.97..1.03).contains(&level), "{ratio:?} {frequency} Hz: {level}");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_removed() {
        for frequency in [5_000.0, 6_000.0, 7_500.0] {
            let output = resampled(Ratio::Down2, &sine(frequency, 16_000.0, 16_000));
            assert!(rms(&output[200..]) < 30.0, "{frequency} Hz leaves {}", rms(&output[200..]));
        }
        let image = resampled(Ratio::Up2, &sine(1_000.0, 8_000.0, 8_000));
        let clean = sine(1_000.0, 16_000.0, 16_000);
        let delay = 28;
        let error: Vec<i16> = (1_000..15_000).map(|n| image[n] - clean[n - delay]).collect();
        assert!(rms(&error) < 40.0, "{}", rms(&error));
    }

    #[test]
    fn the_delay_stays_below_two_milliseconds() {
        for (ratio, output_rate) in [(Ratio::Up2, 16.0), (Ratio::Down2, 8.0), (Ratio::Down3, 16.0)] {
            let mut click = vec![0; 480];
            click[0] = 20_000;
            let output = resampled(ratio, &click);
            let peak = (0..output.len()).max_by_key(|&n| output[n].abs()).unwrap();
            assert!(peak as f32 / output_rate <= 2.0, "{ratio:?}: {peak} samples");
        }
    }
}
