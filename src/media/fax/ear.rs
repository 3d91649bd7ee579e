//! Hears the two tones that fax machines greet each other with.
//!
//! A sine of frequency w obeys `x[n] + x[n-2] = 2·cos(w)·x[n-1]`: one pass of sums tells which frequency there is and whether
//! there is anything else. (A Goertzel filter, as keys are heard with, would have to be as wide as the 76 Hz that T.30 leaves
//! a calling machine, and half of a vowel would pass it.)

use super::FaxSign;
use crate::media::frame::Frame;

/// One look: 20 ms at 8 kHz, of which packets of 10 ms have the half.
const MOST_SAMPLES: usize = 160;
const LEAST_SAMPLES: usize = 40;
/// So many samples from one look to the next: a relay spends a quarter of the work, and half a second still has six.
const STRIDE: u16 = 640;
/// A calling tone lasts for 500 ms, give or take 15 %: so many looks, and is then followed by silence.
const CALLING_LOOKS: std::ops::RangeInclusive<u8> = 4..=8;
/// An answering tone is believed after a second of it, in which a phase reversal (ANSam) may spoil two looks.
const ANSWERING_LOOKS: u8 = 12;
const SPOILT_LOOKS: u8 = 2;
/// The weakest tone, as mean power of a sample: about -45 dBm0, where a sine of 22 500 is 0 dBm0.
const WEAKEST: f32 = 8_000.0;
/// What of the sound is anything but the one sine.
const IMPURE: f32 = 0.1;

/// What one look shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Calling,
    Answering,
    Other,
}

/// Hears a voice for the tones of fax machines.
#[derive(Debug, Default)]
pub(in crate::media) struct FaxEar {
    /// Samples until the next look.
    wait: u16,
    calling: u8,
    answering: u8,
    spoilt: u8,
    /// The answering tone that sounds has been told.
    told: bool,
}

impl FaxEar {
    /// Is the next packet or frame, of so many samples of 8 kHz, to be looked at? Asking counts it as having passed.
    pub(in crate::media) fn wants(&mut self, samples: usize) -> bool {
        match usize::from(self.wait).checked_sub(samples).map(|left| left as u16) {
            Some(left @ 1..) => {
                self.wait = left;
                false
            }
            _ => {
                self.wait = STRIDE;
                true
            }
        }
    }

    /// Looks at a frame of any rate. What is above 4 kHz folds down, and makes nothing purer than it is.
    pub(in crate::media) fn look_at(&mut self, frame: &Frame) -> Option<FaxSign> {
        let step = frame.samples().len() / MOST_SAMPLES;
        if step <= 1 {
            return self.look(frame.samples());
        }
        let mut narrow = [0; MOST_SAMPLES];
        for (sample, wide) in narrow.iter_mut().zip(frame.samples().iter().step_by(step)) {
            *sample = *wide;
        }
        self.look(&narrow)
    }

    /// Looks at samples of 8 kHz.
    pub(in crate::media) fn look(&mut self, samples: &[i16]) -> Option<FaxSign> {
        let look = tone_in(samples.get(..MOST_SAMPLES).unwrap_or(samples));
        let ended = std::mem::take(&mut self.calling);
        match look {
            Look::Calling => self.calling = ended.saturating_add(1),
            _ if CALLING_LOOKS.contains(&ended) => {
                self.hush();
                return Some(FaxSign::Calling);
            }
            _ => {}
        }
        match look {
            Look::Answering => {
                self.answering = self.answering.saturating_add(1);
                if self.answering >= ANSWERING_LOOKS && !self.told {
                    self.told = true;
                    return Some(FaxSign::Answering);
                }
            }
            Look::Calling | Look::Other if self.answering > 0 && self.spoilt < SPOILT_LOOKS => {
                self.spoilt += 1
            }
            Look::Calling | Look::Other => self.hush(),
        }
        None
    }

    /// No answering tone sounds.
    fn hush(&mut self) {
        (self.answering, self.spoilt, self.told) = (0, 0, false);
    }
}

/// The tone that makes up nearly all of these samples.
fn tone_in(samples: &[i16]) -> Look {
    if samples.len() < LEAST_SAMPLES {
        return Look::Other;
    }
    let (mut power, mut product, mut outer) = (0.0_f32, 0.0_f32, 0.0_f32);
    for three in samples.windows(3) {
        let [before, here, after] = [three[0], three[1], three[2]].map(f32::from);
        let sum = before + after;
        power += here * here;
        product += here * sum;
        outer += sum * sum;
    }
    if power < WEAKEST * (samples.len() - 2) as f32 {
        return Look::Other;
    }
    let rest = (outer - product * product / power) / (2.0 * power);
    if rest > IMPURE {
        return Look::Other;
    }
    // cos(w) of 1160 to 1050 Hz (noise makes a tone seem nearer to 2000 Hz), and of 2130 to 2070 Hz.
    match product / (2.0 * power) {
        cosine if (0.613..=0.679).contains(&cosine) => Look::Calling,
        cosine if (-0.102..=-0.054).contains(&cosine) => Look::Answering,
        _ => Look::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::media::{
        codec::{Codec, Decoder, Encoder},
        story::Dice,
    };

    fn wave(hertz: f32, millis: usize, amplitude: f32) -> Vec<i16> {
        let sample = |place: usize| (amplitude * (TAU * hertz * place as f32 / 8_000.0).sin()) as i16;
        (0..millis * 8).map(sample).collect()
    }

    /// What is heard of these samples in packets of 20 ms, with a second of silence behind them.
    fn heard(samples: &[i16]) -> Vec<FaxSign> {
        let mut samples = samples.to_vec();
        samples.resize(samples.len().next_multiple_of(160) + 8_000, 0);
        let mut ear = FaxEar::default();
        samples.chunks_exact(160).filter_map(|frame| ear.wants(160).then(|| ear.look(frame))?).collect()
    }

    fn cng(hertz: f32, on: usize, amplitude: f32) -> Vec<i16> {
        let mut samples = vec![0; 1_000];
        samples.extend(wave(hertz, on, amplitude));
        samples.extend(vec![0; 24_000]);
        samples
    }

    #[test]
    fn a_calling_machine_is_heard_at_each_burst_within_the_tolerances_of_t30() {
        let mut twice = cng(1_100.0, 500, 3_000.0);
        twice.extend(cng(1_100.0, 500, 3_000.0));
        assert_eq!(heard(&twice), [FaxSign::Calling; 2]);
        for (hertz, on) in [(1_062.0, 500), (1_138.0, 500), (1_100.0, 425), (1_100.0, 575)] {
            for offset in 0..5 {
                let mut samples = vec![0; offset * 160];
                samples.extend(cng(hertz, on, 3_000.0));
                assert_eq!(heard(&samples), [FaxSign::Calling], "{hertz} Hz for {on} ms after {offset}");
            }
        }
        assert_eq!(heard(&cng(1_100.0, 500, 300.0)), [FaxSign::Calling], "37 dB below the loudest");
    }

    #[test]
    fn noise_and_the_coding_of_the_line_do_not_hide_it() {
        let mut dice = Dice(5);
        let noisy: Vec<i16> = cng(1_100.0, 500, 3_000.0)
            .into_iter()
            .map(|sample| sample + (dice.below(801) as i16 - 400))
            .collect();
        let mut coded = Vec::new();
        Encoder::new(Codec::Pcma).encode(&noisy, &mut coded);
        let mut samples = Vec::new();
        Decoder::new(Codec::Pcma).decode(&coded, &mut samples);
        assert_eq!(heard(&samples), [FaxSign::Calling]);
    }

    #[test]
    fn an_answering_machine_is_told_once_with_and_without_phase_reversals() {
        assert_eq!(heard(&wave(2_100.0, 3_000, 3_000.0)), [FaxSign::Answering]);
        // ANSam: reversed every 450 ms, and swelling by a fifth at 15 Hz (V.8, 7).
        let ansam: Vec<i16> = wave(2_100.0, 3_000, 3_000.0)
            .into_iter()
            .enumerate()
            .map(|(place, sample)| {
                let sign = if place / 3_600 % 2 == 0 { 1.0 } else { -1.0 };
                let swell = 1.0 + 0.2 * (TAU * 15.0 * place as f32 / 8_000.0).sin();
                (f32::from(sample) * sign * swell) as i16
            })
            .collect();
        assert_eq!(heard(&ansam).first(), Some(&FaxSign::Answering));
    }

    #[test]
    fn other_tones_keys_and_voices_are_no_fax() {
        for hertz in [350.0, 440.0, 950.0, 1_000.0, 1_209.0, 1_400.0, 1_800.0, 2_000.0, 2_225.0] {
            assert_eq!(heard(&cng(hertz, 500, 3_000.0)), [], "{hertz} Hz");
        }
        assert_eq!(heard(&cng(1_100.0, 200, 3_000.0)), [], "too short");
        assert_eq!(heard(&cng(1_100.0, 1_500, 3_000.0)), [], "too long");
        assert_eq!(heard(&wave(2_100.0, 500, 3_000.0)), [], "too short for an answer");
        let spoken: [&[u8]; 2] = [
            include_bytes!("../../../firmware-config/announcements/cannot-take-call.ulaw"),
            include_bytes!("../../../firmware-config/announcements/call-is-recorded.ulaw"),
        ];
        for recorded in spoken {
            let mut samples = Vec::new();
            Decoder::new(Codec::Pcmu).decode(recorded, &mut samples);
            assert_eq!(heard(&samples), []);
        }
    }
}
