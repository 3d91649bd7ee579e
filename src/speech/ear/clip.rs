//! The audio of one part of a turn, and where it can be cut.

use super::super::{SAMPLE_RATE, vad::WINDOW};

/// A cut is looked for in the last part of a full clip, so that each piece keeps enough words to be understood by.
const CUT_WITHIN_SECS: usize = 5;

/// The quietest moment is this long: the gap between two words.
const GAP_WINDOWS: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Clip {
    samples: Vec<i16>,
}

impl Clip {
    pub(super) const fn new() -> Self {
        Self { samples: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.samples.len()
    }

    pub(super) fn extend(&mut self, samples: impl IntoIterator<Item = i16>) {
        self.samples.extend(samples);
    }

    pub(super) fn truncate(&mut self, at: usize) {
        self.samples.truncate(at);
    }

    pub(super) fn forget_before(&mut self, at: usize) {
        self.samples.drain(..at.min(self.samples.len()));
    }

    pub(super) fn clear(&mut self) {
        self.samples.clear();
    }

    /// Where, within the last seconds, a tenth of a second holds the least sound; the middle of it.
    pub(super) fn quietest_moment(&self) -> usize {
        let span = WINDOW * GAP_WINDOWS;
        let earliest = self.samples.len().saturating_sub(CUT_WITHIN_SECS * SAMPLE_RATE as usize);
        let energy = |at: usize| -> u64 {
            self.samples[at..at + span].iter().map(|&s| u64::from(s.unsigned_abs()).pow(2)).sum()
        };
        (earliest..self.samples.len().saturating_sub(span))
            .step_by(WINDOW)
            .min_by_key(|&at| energy(at))
            .map_or(self.samples.len(), |at| at + span / 2)
    }

    /// The samples before `until` as a recogniser takes them.
    pub(super) fn to_floats(&self, until: usize) -> Vec<f32> {
        self.samples[..until.min(self.samples.len())].iter().map(|&s| f32::from(s) / 32768.0).collect()
    }
}
