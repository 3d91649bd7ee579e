//! Twenty milliseconds of one voice: the unit in which sound moves through the house.

/// How many samples a second a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SampleRate {
    /// What G.711 carries.
    Hz8000,
    /// What recognisers and synthesisers work at.
    Hz16000,
}

impl SampleRate {
    /// Samples in one second.
    pub const fn hz(self) -> u32 {
        match self {
            Self::Hz8000 => 8_000,
            Self::Hz16000 => 16_000,
        }
    }

    /// Samples in one frame of 20 ms.
    pub const fn frame_len(self) -> usize {
        match self {
            Self::Hz8000 => 160,
            Self::Hz16000 => 320,
        }
    }
}

/// 20 ms of mono linear PCM. Kept inline, so that handing a frame on costs no allocation.
#[derive(Clone, Copy)]
pub struct Frame {
    rate: SampleRate,
    samples: [i16; 320],
}

impl Frame {
    /// A frame's length in time.
    pub const MILLIS: u64 = 20;

    /// Digital silence.
    pub const fn silence(rate: SampleRate) -> Self {
        Self { rate, samples: [0; 320] }
    }

    /// A frame of exactly these samples; `None` when they are not 20 ms at that rate.
    pub fn from_samples(rate: SampleRate, samples: &[i16]) -> Option<Self> {
        let mut frame = Self::silence(rate);
        if samples.len() != rate.frame_len() {
            return None;
        }
        frame.samples_mut().copy_from_slice(samples);
        Some(frame)
    }

    /// The rate it was sampled at.
    pub const fn rate(&self) -> SampleRate {
        self.rate
    }

    /// 160 or 320 samples.
    pub fn samples(&self) -> &[i16] {
        &self.samples[..self.rate.frame_len()]
    }

    /// 160 or 320 samples, to be written.
    pub fn samples_mut(&mut self) -> &mut [i16] {
        &mut self.samples[..self.rate.frame_len()]
    }

    /// Mean power of the frame, in squared sample units.
    pub fn power(&self) -> f32 {
        power(self.samples())
    }
}

/// Mean power of these samples, in squared sample units; of none, nothing.
pub fn power(samples: &[i16]) -> f32 {
    let sum: f32 = samples.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
    sum / samples.len().max(1) as f32
}

/// [`power`] above which a frame is voice and no longer the silence before it; about −55 dBov.
pub const VOICED: f32 = 3_400.0;

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.rate == other.rate && self.samples() == other.samples()
    }
}

impl Eq for Frame {}

impl std::fmt::Debug for Frame {
    /// A caller's voice has no place in a log: rate and loudness only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} Hz, rms {:.0})", self.rate.hz(), self.power().sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_twenty_milliseconds_and_nothing_else() {
        for rate in [SampleRate::Hz8000, SampleRate::Hz16000] {
            assert_eq!(rate.frame_len() as u64 * 1000, u64::from(rate.hz()) * Frame::MILLIS);
            assert!(Frame::from_samples(rate, &vec![1; rate.frame_len()]).is_some());
            assert!(Frame::from_samples(rate, &vec![1; rate.frame_len() - 1]).is_none());
        }
    }

    #[test]
    fn a_frame_prints_its_loudness_and_not_its_sound() {
        let frame = Frame::from_samples(SampleRate::Hz8000, &[100; 160]).unwrap();
        assert_eq!(format!("{frame:?}"), "Frame(8000 Hz, rms 100)");
    }
}
