//! Between the rates of the house, with a delay that no conversation notices (at most 2 ms).

use std::f32::consts::PI;

use super::frame::{Frame, SampleRate};

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
    /// One filter going down; going up, one for each sample that an input sample becomes.
    phases: Vec<Vec<f32>>,
    /// The newest inputs, oldest first: one fewer than the filter is long, between calls.
    window: Vec<f32>,
    /// Inputs since the last output, when going down.
    since: usize,
}

impl Resampler {
    /// One for a new stream.
    pub fn new(ratio: Ratio) -> Self {
        let factor = ratio.factor();
        let taps = low_pass(factor);
        let phases: Vec<Vec<f32>> = match ratio {
            // Of the imagined stream with zeros stuffed in, every tap that would meet a zero is left out. What remains
            // is turned round, because the window runs from old to new.
            Ratio::Up2 => (0..factor)
                .map(|phase| {
                    let mut kept: Vec<f32> =
                        taps.iter().skip(phase).step_by(factor).map(|tap| tap * 2.0).collect();
                    kept.resize(taps.len().div_ceil(factor), 0.0);
                    kept.reverse();
                    kept
                })
                .collect(),
            Ratio::Down2 | Ratio::Down3 => vec![taps],
        };
        let reach = phases[0].len();
        Self { ratio, phases, window: vec![0.0; reach - 1], since: 0 }
    }

    /// Takes in samples and appends what they come to.
    pub fn process(&mut self, input: &[i16], output: &mut Vec<i16>) {
        let reach = self.phases[0].len();
        self.window.extend(input.iter().map(|&sample| f32::from(sample)));
        match self.ratio {
            Ratio::Up2 => {
                for window in self.window.windows(reach) {
                    output.extend(self.phases.iter().map(|taps| dot(taps, window)));
                }
            }
            Ratio::Down2 | Ratio::Down3 => {
                let factor = self.ratio.factor();
                let first = factor - 1 - self.since;
                let windows = self.window.windows(reach).skip(first).step_by(factor);
                output.extend(windows.map(|window| dot(&self.phases[0], window)));
                self.since = (self.since + input.len()) % factor;
            }
        }
        self.window.drain(..input.len());
    }
}

/// Frames of either rate brought to either rate, without a seam as long as neither changes.
#[derive(Debug, Default)]
pub struct Fit {
    resampler: Option<Resampler>,
    made: Vec<i16>,
}

impl Fit {
    /// This frame at that rate.
    pub fn fit(&mut self, frame: &Frame, rate: SampleRate) -> Frame {
        let ratio = match (frame.rate(), rate) {
            (SampleRate::Hz8000, SampleRate::Hz16000) => Ratio::Up2,
            (SampleRate::Hz16000, SampleRate::Hz8000) => Ratio::Down2,
            (SampleRate::Hz8000, SampleRate::Hz8000) | (SampleRate::Hz16000, SampleRate::Hz16000) => {
                self.resampler = None;
                return *frame;
            }
        };
        if self.resampler.as_ref().is_none_or(|resampler| resampler.ratio != ratio) {
            self.resampler = Some(Resampler::new(ratio));
        }
        let mut fitted = Frame::silence(rate);
        if let Some(resampler) = &mut self.resampler {
            self.made.clear();
            resampler.process(frame.samples(), &mut self.made);
        }
        for (place, &sample) in fitted.samples_mut().iter_mut().zip(&self.made) {
            *place = sample;
        }
        fitted
    }
}

/// Eight sums side by side, because one alone would wait for itself at every step.
fn dot(taps: &[f32], window: &[f32]) -> i16 {
    let mut sums = [0.0_f32; 8];
    let (taps, last_taps) = taps.as_chunks::<8>();
    let (window, last_window) = window.as_chunks::<8>();
    for (taps, window) in taps.iter().zip(window) {
        for ((sum, tap), sample) in sums.iter_mut().zip(taps).zip(window) {
            *sum += tap * sample;
        }
    }
    let rest: f32 = last_taps.iter().zip(last_window).map(|(tap, sample)| tap * sample).sum();
    (sums.iter().sum::<f32>() + rest).round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
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
