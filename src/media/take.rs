//! One voice recorded for its own sake, a message or a greeting: the file, how much voice is in it, and when it has fallen
//! silent.

use super::{
    frame::{Frame, SampleRate},
    recording::{FileWrite, Recorder},
};

/// Mean power below which a frame is no voice on any line; about −50 dBov.
const FAINTEST_VOICE: f32 = 10_000.0;
/// A voice stands this far above the noise of its line, as a ratio of powers.
const ABOVE_NOISE: f32 = 8.0;
/// What is taken for the line's noise rises by so much a frame while nothing quieter is heard: to the double in a second.
const NOISE_RISE: f32 = 1.014;

/// A recording of one leg's own sound.
#[derive(Debug)]
pub struct Take {
    recorder: Recorder,
    quiet_after_ms: u64,
    quiet_ms: u64,
    quiet_told: bool,
    voiced_ms: u64,
    noise: f32,
}

/// What a finished recording holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub millis: u64,
    /// How much of it is a voice.
    pub voiced_ms: u64,
}

impl Take {
    /// A recording of nothing yet, which says so when no voice has been heard for this long.
    pub fn new(quiet_after_ms: u64) -> Self {
        Self {
            recorder: Recorder::of_one_voice(),
            quiet_after_ms,
            quiet_ms: 0,
            quiet_told: false,
            voiced_ms: 0,
            noise: FAINTEST_VOICE,
        }
    }

    /// 20 ms, at 8 kHz. True once, when it has been quiet for long enough.
    #[must_use]
    pub fn push(&mut self, frame: &Frame) -> bool {
        self.recorder.push(frame, &Frame::silence(SampleRate::Hz8000));
        let power = frame.power();
        self.noise = (self.noise * NOISE_RISE).min(power.max(1.0));
        if power > FAINTEST_VOICE && power > self.noise * ABOVE_NOISE {
            self.voiced_ms += Frame::MILLIS;
            self.quiet_ms = 0;
            return false;
        }
        self.quiet_ms += Frame::MILLIS;
        let quiet = self.quiet_ms >= self.quiet_after_ms && !self.quiet_told;
        self.quiet_told |= quiet;
        quiet
    }

    /// The recording is over; what is left becomes writes.
    pub fn finish(&mut self) -> Taken {
        self.recorder.finish();
        Taken { millis: self.recorder.millis(), voiced_ms: self.voiced_ms }
    }

    /// The next write, in order.
    pub fn poll_write(&mut self) -> Option<FileWrite> {
        self.recorder.poll_write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(level: i16, at: usize) -> Frame {
        let samples: Vec<i16> = (0..160)
            .map(|n| ((n + at * 160) as f32 * 0.6).sin())
            .map(|s| (s * f32::from(level)) as i16)
            .collect();
        Frame::from_samples(SampleRate::Hz8000, &samples).unwrap()
    }

    #[test]
    fn a_voice_is_told_from_the_noise_of_its_line() {
        let mut take = Take::new(4_000);
        let mut quiet_at = None;
        // A humming line, two seconds of voice as words and gaps, and the hum again.
        for at in 0..400 {
            let speaking = (50..150).contains(&at) && at % 10 < 7;
            if take.push(&frame(if speaking { 4_000 } else { 150 }, at)) {
                quiet_at = Some(at);
            }
        }
        assert!(quiet_at.is_some_and(|at| (340..=352).contains(&at)), "{quiet_at:?}");
        let taken = take.finish();
        assert_eq!(taken.millis, 8_000);
        assert!((1_300..=1_500).contains(&taken.voiced_ms), "{taken:?}");
        let first = take.poll_write().unwrap();
        assert_eq!(u16::from_le_bytes([first.bytes[22], first.bytes[23]]), 1, "one channel");
    }

    #[test]
    fn a_caller_who_says_nothing_leaves_nothing() {
        let mut take = Take::new(4_000);
        let told = (0..300).filter(|at| take.push(&frame(40, *at))).count();
        assert_eq!(told, 1, "it says so once");
        assert_eq!(take.finish().voiced_ms, 0);
    }
}
