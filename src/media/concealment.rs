//! Filling the holes that lost packets leave, and stretching or shrinking speech by a pitch period.
//!
//! In the manner of ITU-T G.711 appendix I: the last pitch period is repeated, fades after 10 ms and is silent after
//! 60, and where true sound returns the two are cross-faded. Unlike it, nothing is held back for a smooth beginning:
//! the step at the seam is spread over the first samples instead, which saves the appendix's 3.75 ms of delay.
//! Lengths are named at 8 kHz, and are twice as many samples at 16.

/// Enough for two of the longest pitch periods and the template that finds them.
const HISTORY: usize = 400;
/// 200 Hz to 66 Hz and a little more, as the appendix.
const SHORTEST_PITCH: usize = 40;
/// The longest pitch period considered, 15 ms.
pub(super) const LONGEST_PITCH: usize = 120;
const TEMPLATE: usize = 160;
/// The seam at the beginning is spread over 2.5 ms.
const SEAM: usize = 20;
const FULL_VOICE: usize = 80;
/// From here on there is nothing left to invent.
pub(super) const SILENT_AFTER: usize = 480;

/// One stream's concealment.
#[derive(Debug)]
pub(super) struct Concealer {
    /// Samples in 1/8000 s.
    scale: usize,
    history: Vec<i16>,
    /// Invented samples since the last true one.
    invented: usize,
    cycle: Vec<i16>,
    pitch: usize,
    step: f32,
}

impl Concealer {
    /// For 8 or 16 kHz: `scale` 1 or 2.
    pub(super) fn new(scale: usize) -> Self {
        let (history, pitch) = (vec![0; HISTORY * scale], SHORTEST_PITCH * scale);
        Self { scale, history, invented: 0, cycle: Vec::new(), pitch, step: 0.0 }
    }

    /// True samples are about to be heard. If a hole came before, its end is blended in.
    pub(super) fn heard(&mut self, samples: &mut [i16]) {
        if self.invented > 0 {
            let overlap = (32 + self.invented / (80 * self.scale) * 32).min(80) * self.scale;
            let overlap = overlap.min(samples.len());
            let mut tail = Vec::with_capacity(overlap);
            self.invent(overlap, &mut tail);
            for (place, (sample, invented)) in samples.iter_mut().zip(tail).enumerate() {
                *sample = blend(invented, *sample, place, overlap);
            }
            self.invented = 0;
        }
        self.remember(samples);
    }

    /// Appends samples for a hole.
    pub(super) fn conceal(&mut self, count: usize, out: &mut Vec<i16>) {
        self.invent(count, out);
        if self.is_silent() {
            // Invented sound is no model for the next hole, but silence is.
            self.history.fill(0);
        }
    }

    /// Has the hole outlasted what can be invented?
    pub(super) fn is_silent(&self) -> bool {
        self.invented >= SILENT_AFTER * self.scale
    }

    fn invent(&mut self, count: usize, out: &mut Vec<i16>) {
        let (newest, full) = (self.history.len() - 1, FULL_VOICE * self.scale);
        if self.invented == 0 {
            self.pitch = pitch(&self.history, self.scale);
            self.cycle_of(self.pitch);
            self.step = f32::from(self.history[newest]) - f32::from(self.history[newest - self.pitch]);
        }
        for _ in 0..count {
            if self.invented == full {
                // Two periods from now on: one, repeated for long, buzzes.
                self.cycle_of(self.pitch * 2);
            }
            let gain = if self.invented < full {
                1.0
            } else {
                1.0 - (self.invented - full) as f32 / ((SILENT_AFTER - FULL_VOICE) * self.scale) as f32
            };
            let seam = self.step * (1.0 - self.invented as f32 / (SEAM * self.scale) as f32).max(0.0);
            let sample = self.cycle.get(self.invented % self.cycle.len().max(1)).copied().unwrap_or(0);
            out.push(((f32::from(sample) + seam) * gain.max(0.0)).clamp(-32_768.0, 32_767.0) as i16);
            self.invented += 1;
        }
    }

    /// The last samples as a loop: its end leads over to what came before its beginning.
    fn cycle_of(&mut self, length: usize) {
        self.cycle.clear();
        let kept = self.history.len();
        self.cycle.extend_from_slice(&self.history[kept - length..]);
        let overlap = self.pitch / 4;
        for place in 0..overlap {
            let end = self.history[kept - overlap + place];
            let before = self.history[kept - length - overlap + place];
            self.cycle[length - overlap + place] = blend(end, before, place + 1, overlap);
        }
    }

    fn remember(&mut self, samples: &[i16]) {
        let newest = &samples[samples.len().saturating_sub(self.history.len())..];
        self.history.drain(..newest.len());
        self.history.extend_from_slice(newest);
    }
}

/// From one sample to another, as far as place is on its way.
fn blend(from: i16, to: i16, place: usize, length: usize) -> i16 {
    let share = place as f32 / length as f32;
    (f32::from(from) * (1.0 - share) + f32::from(to) * share) as i16
}

/// The lag at which the newest samples resemble the older ones most.
fn pitch(history: &[i16], scale: usize) -> usize {
    let newest = history.len() - TEMPLATE * scale;
    best_lag(LONGEST_PITCH * scale, scale, |lag| {
        (&history[newest..], &history[newest - lag..history.len() - lag])
    })
}

/// The lag at which two stretches resemble each other most, by normalised cross-correlation; coarse, then fine. A whole
/// number of units of 1/8000 s, so that taking it out or repeating it keeps time in those.
fn best_lag<'a>(longest: usize, scale: usize, stretches: impl Fn(usize) -> (&'a [i16], &'a [i16])) -> usize {
    let likeness = |lag: usize, stride: usize| {
        let (one, other) = stretches(lag);
        let (mut product, mut power) = (0.0_f32, 1.0_f32);
        for (&a, &b) in one.iter().step_by(stride).zip(other.iter().step_by(stride)) {
            product += f32::from(a) * f32::from(b);
            power += f32::from(b) * f32::from(b);
        }
        product / power.sqrt()
    };
    let shortest = SHORTEST_PITCH * scale;
    let best = |lags: &mut dyn Iterator<Item = usize>, stride: usize| {
        lags.map(|lag| (lag, likeness(lag, stride)))
            .fold((shortest, f32::MIN), |best, next| if next.1 > best.1 { next } else { best })
            .0
    };
    let coarse = best(&mut (shortest..=longest).step_by(2 * scale), 2 * scale);
    let fine = coarse.saturating_sub(scale).max(shortest)..=(coarse + scale).min(longest);
    best(&mut fine.step_by(scale), scale)
}

/// Units that [`shrink`] and [`stretch`] need before them to try every pitch.
pub(super) const SCALABLE: usize = 2 * LONGEST_PITCH;
/// With fewer than these not even the higher voices can be tried.
const LEAST_SCALABLE: usize = 160;

fn scaling_lag(samples: &[i16], scale: usize) -> Option<usize> {
    let longest = (LONGEST_PITCH * scale).min(samples.len() / 2);
    (samples.len() >= LEAST_SCALABLE * scale)
        .then(|| best_lag(longest, scale, |lag| (&samples[..longest], &samples[lag..lag + longest])))
}

/// Takes one pitch period out of the beginning; how many samples that were. Nothing when there is too little.
pub(super) fn shrink(samples: &mut Vec<i16>, scale: usize) -> usize {
    let Some(lag) = scaling_lag(samples, scale) else { return 0 };
    for place in 0..lag {
        samples[place + lag] = blend(samples[place], samples[place + lag], place, lag);
    }
    samples.drain(..lag);
    lag
}

/// Repeats one pitch period near the beginning; how many samples that adds. Nothing when there is too little.
pub(super) fn stretch(samples: &mut Vec<i16>, scale: usize) -> usize {
    let Some(lag) = scaling_lag(samples, scale) else { return 0 };
    // Between the first period and the second stands one that leads from the second back to the first.
    let bridge: Vec<i16> =
        (0..lag).map(|place| blend(samples[place + lag], samples[place], place, lag)).collect();
    samples.splice(lag..lag, bridge);
    lag
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn voice(from: usize, count: usize) -> Vec<i16> {
        // 125 Hz with overtones: pitch period of 64 samples.
        (from..from + count)
            .map(|n| {
                let time = n as f32 / 8_000.0;
                (1..5).map(|k| 3_000.0 / k as f32 * (TAU * 125.0 * k as f32 * time).sin()).sum::<f32>() as i16
            })
            .collect()
    }

    fn largest_step(samples: &[i16]) -> i32 {
        samples.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap_or(0)
    }

    #[test]
    fn a_lost_frame_of_a_voice_sounds_on_as_the_voice() {
        let mut concealer = Concealer::new(1);
        concealer.heard(&mut voice(0, 800));
        let mut out = Vec::new();
        concealer.conceal(80, &mut out);
        for (invented, real) in out.iter().zip(voice(800, 80)) {
            assert!((i32::from(*invented) - i32::from(real)).abs() < 600, "{invented} for {real}");
        }
    }

    #[test]
    fn the_seams_do_not_click() {
        let mut concealer = Concealer::new(1);
        let mut before = voice(0, 800);
        let natural = largest_step(&before);
        concealer.heard(&mut before);
        let mut out = before[700..].to_vec();
        concealer.conceal(160, &mut out);
        let mut after = voice(960, 160);
        concealer.heard(&mut after);
        out.extend(after);
        assert!(largest_step(&out) <= natural * 3 / 2, "{} against {natural}", largest_step(&out));
    }

    #[test]
    fn a_long_hole_fades_to_silence_within_sixty_milliseconds() {
        let mut concealer = Concealer::new(1);
        concealer.heard(&mut voice(0, 800));
        let mut out = Vec::new();
        for _ in 0..5 {
            concealer.conceal(160, &mut out);
        }
        assert!(concealer.is_silent());
        assert!(out[SILENT_AFTER..].iter().all(|&sample| sample == 0));
        let loudest = |range: std::ops::Range<usize>| out[range].iter().map(|s| s.abs()).max().unwrap();
        assert!(loudest(0..80) > loudest(240..320) && loudest(240..320) > loudest(400..480));
    }

    #[test]
    fn before_the_first_sound_there_is_silence() {
        let mut out = Vec::new();
        Concealer::new(1).conceal(320, &mut out);
        assert!(out.iter().all(|&sample| sample == 0));
    }

    #[test]
    fn a_period_more_or_less_does_not_click() {
        let natural = largest_step(&voice(0, 800));
        for scale in [shrink, stretch] {
            let mut samples = voice(0, 480);
            let changed = scale(&mut samples, 1);
            assert_eq!(changed % 64, 0, "a whole period: {changed}");
            assert_eq!(samples.len().abs_diff(480), changed);
            assert!(largest_step(&samples) <= natural * 5 / 4);
        }
        assert_eq!(shrink(&mut vec![0; LEAST_SCALABLE - 1], 1), 0);
    }
}
