//! From packets that arrive as they please to frames that do not: adaptive delay, order, and holes filled.
//!
//! Every packet's transit time (arrival minus timestamp) is set against the least of the last two seconds. The delay aims
//! a little above nearly all of what is seen there, and is approached by taking pitch periods out or repeating them,
//! best in silence. A sender whose clock runs fast or slow moves the least transit, so drift is followed the same way.

use std::{collections::VecDeque, time::Instant};

use super::{
    codec::Codec,
    concealment::{Concealer, SCALABLE, shrink, stretch},
    rtp::extend_timestamp,
};

/// A frame at 8 kHz.
const FRAME: usize = 160;
/// When full, the oldest packet gives way: what is newest is worth most in a conversation.
const MAX_PACKETS: usize = 32;
/// Transits remembered: under 2 s of 20 ms packets, so that nothing false is believed for longer.
const WINDOW: usize = 96;
/// One transit in so many is taken for a stray at either end: waiting for the slowest would delay every word, and one
/// broken timestamp must not move the line.
const STRAYS: usize = 48;
const MIN_TARGET: i64 = 160;
const MAX_TARGET: i64 = 1_600;
/// Until enough is known of the network.
const FIRST_TARGET: i64 = 320;
const KNOWN_AFTER: usize = 50;
/// Over the spread: pulls come in steps of a frame, and the delay is steered no more finely than this.
const MARGIN: i64 = 160;
/// Further off than this, a timestamp belongs to another timeline.
const ANOTHER_TIMELINE: i64 = 2_400;
/// So many in a row, and the timeline has moved.
const MOVED_AFTER: u8 = 3;
/// Below this mean power nothing is said: about -46 dBm0.
const QUIET: f32 = 110.0 * 110.0;

/// The buffer of one incoming stream. About 8 kB when busy.
#[derive(Debug)]
pub(super) struct JitterBuffer {
    epoch: Instant,
    /// By timestamp.
    packets: VecDeque<Held>,
    spare: Vec<Vec<u8>>,
    /// Decoded and not yet played.
    ready: Vec<i16>,
    /// Timestamp of the sample that follows `ready`; `None` until the first pull of a timeline.
    next: Option<i64>,
    timeline: Option<Timeline>,
    strangers: u8,
    /// Playing position minus the ideal one, smoothed: positive is too early.
    deviation: f32,
    concealer: Concealer,
    pub(super) figures: Figures,
}

/// What the buffer has seen and done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// Packets that came after their time.
    pub(super) late: u64,
    /// Samples invented for holes.
    pub(super) concealed: u64,
}

#[derive(Debug)]
struct Held {
    timestamp: i64,
    codec: Codec,
    payload: Vec<u8>,
}

#[derive(Debug)]
struct Timeline {
    newest: i64,
    /// Transits, the last `WINDOW`, relative to nothing: arrival in samples minus timestamp.
    transits: VecDeque<i64>,
    seen: usize,
    least: i64,
    target: i64,
}

impl JitterBuffer {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            epoch: now,
            packets: VecDeque::new(),
            spare: Vec::new(),
            ready: Vec::new(),
            next: None,
            timeline: None,
            strangers: 0,
            deviation: 0.0,
            concealer: Concealer::new(),
            figures: Figures::default(),
        }
    }

    /// Another stream takes over; what is decoded is still played.
    pub(super) fn restart(&mut self) {
        self.timeline = None;
        self.next = None;
        self.strangers = 0;
        self.deviation = 0.0;
        while let Some(held) = self.packets.pop_front() {
            self.spare.push(held.payload);
        }
    }

    /// A packet of audio has arrived. `talkspurt`: the first after a silence, where a timeline may rightly move.
    pub(super) fn insert(
        &mut self,
        now: Instant,
        talkspurt: bool,
        timestamp: u32,
        codec: Codec,
        payload: &[u8],
    ) {
        let length = codec.samples_in(payload);
        if length == 0 || length > 8 * FRAME {
            return;
        }
        let arrival = self.samples_at(now);
        if let Some(timeline) = &self.timeline {
            let extended = extend_timestamp(timeline.newest, timestamp);
            if (arrival - extended - timeline.least).abs() > ANOTHER_TIMELINE {
                self.strangers += 1;
                if !talkspurt && self.strangers < MOVED_AFTER {
                    return;
                }
                self.restart();
            }
        }
        self.strangers = 0;
        let timeline = self.timeline.get_or_insert_with(|| Timeline::new(arrival, i64::from(timestamp)));
        let timestamp = extend_timestamp(timeline.newest, timestamp);
        timeline.observe(arrival, timestamp);
        let played = self.next.map(|next| next - self.ready.len() as i64);
        if played.is_some_and(|played| timestamp + length as i64 <= played) {
            self.figures.late += 1;
            return;
        }
        if self.packets.len() >= MAX_PACKETS
            && let Some(oldest) = self.packets.pop_front()
        {
            self.spare.push(oldest.payload);
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(payload);
        let place = self.packets.partition_point(|held| held.timestamp <= timestamp);
        self.packets.insert(place, Held { timestamp, codec, payload: bytes });
    }

    /// The next 20 ms. False when nothing of them was truly heard.
    pub(super) fn pull(&mut self, now: Instant, frame: &mut [i16]) -> bool {
        let Some(ideal) = self.ideal(now) else {
            return self.drain(frame);
        };
        if self.next.is_none()
            || (self.concealer.is_silent() && self.packets.is_empty() && self.ready.is_empty())
        {
            // Nothing is being said, so any place is as good as the right one.
            self.next = Some(ideal + self.ready.len() as i64);
            self.deviation = 0.0;
        }
        let position = self.next.unwrap_or(ideal) - self.ready.len() as i64;
        self.deviation += ((position - ideal) as f32 - self.deviation) / 8.0;

        let concealed = self.figures.concealed;
        let scaling = self.wants_scaling();
        self.decode_up_to(if scaling { FRAME.max(SCALABLE) + FRAME } else { FRAME });
        if scaling {
            self.scale();
        }
        if self.ready.len() < FRAME {
            self.fill_hole(FRAME - self.ready.len());
        }
        let heard = self.figures.concealed - concealed < FRAME as u64;
        self.drain(frame);
        heard
    }

    /// How long a sample waits at present, in milliseconds.
    pub(super) fn delay_millis(&self) -> u64 {
        self.timeline
            .as_ref()
            .map_or(0, |timeline| ((timeline.target as f32 - self.deviation).max(0.0) / 8.0) as u64)
    }

    fn samples_at(&self, now: Instant) -> i64 {
        (now.saturating_duration_since(self.epoch).as_micros() * 8 / 1_000) as i64
    }

    /// The timestamp that should be playing now.
    fn ideal(&self, now: Instant) -> Option<i64> {
        let timeline = self.timeline.as_ref()?;
        Some(self.samples_at(now) - timeline.least - timeline.target)
    }

    /// Appends what is there without a hole, until so many samples are ready.
    fn decode_up_to(&mut self, wanted: usize) {
        let Some(mut next) = self.next else { return };
        while self.ready.len() < wanted && self.packets.front().is_some_and(|held| held.timestamp <= next) {
            let Some(held) = self.packets.pop_front() else { break };
            let from = self.ready.len();
            held.codec.decode(&held.payload, &mut self.ready);
            // What overlaps has been played, or filled in, already.
            let overlap = usize::try_from(next - held.timestamp).unwrap_or(0).min(self.ready.len() - from);
            self.ready.drain(from..from + overlap);
            if self.ready.len() > from {
                self.concealer.heard(&mut self.ready[from..]);
            } else {
                self.figures.late += 1;
            }
            next += (self.ready.len() - from) as i64;
            self.spare.push(held.payload);
        }
        self.next = Some(next);
    }

    fn wants_scaling(&self) -> bool {
        // Too early risks holes and is mended sooner than too late, which only costs patience.
        self.deviation >= 40.0 || self.deviation <= -40.0
    }

    fn scale(&mut self) {
        let probe = &self.ready[..self.ready.len().min(FRAME)];
        let power =
            probe.iter().map(|&s| f32::from(s) * f32::from(s)).sum::<f32>() / probe.len().max(1) as f32;
        let quiet = power < QUIET;
        if self.deviation <= if quiet { -40.0 } else { -160.0 } && self.ready.len() >= SCALABLE + FRAME / 2 {
            self.deviation += shrink(&mut self.ready) as f32;
        } else if self.deviation >= if quiet { 40.0 } else { 80.0 } {
            self.deviation -= stretch(&mut self.ready) as f32;
        }
    }

    /// Invents what is missing. Where there is nothing at all to play and the delay should grow, time stands still.
    fn fill_hole(&mut self, mut missing: usize) {
        let Some(next) = self.next else { return };
        let (mut next, waiting) = (next, self.packets.is_empty());
        while missing > 0 {
            let gap = self
                .packets
                .front()
                .map_or(missing, |held| usize::try_from(held.timestamp - next).unwrap_or(0));
            let count = gap.min(missing);
            self.concealer.conceal(count, &mut self.ready);
            self.figures.concealed += count as u64;
            missing -= count;
            if waiting && self.deviation >= count as f32 {
                self.deviation -= count as f32;
            } else {
                next += count as i64;
            }
            self.next = Some(next);
            if missing > 0 {
                let before = self.ready.len();
                self.decode_up_to(before + missing);
                next = self.next.unwrap_or(next);
                let decoded = self.ready.len() - before;
                missing = missing.saturating_sub(decoded);
                if decoded == 0 && count == 0 {
                    break;
                }
            }
        }
    }

    /// Hands out what is ready.
    fn drain(&mut self, frame: &mut [i16]) -> bool {
        let count = self.ready.len().min(frame.len());
        frame[..count].copy_from_slice(&self.ready[..count]);
        frame[count..].fill(0);
        self.ready.drain(..count);
        count > 0
    }
}

impl Timeline {
    fn new(arrival: i64, timestamp: i64) -> Self {
        Self {
            newest: timestamp,
            transits: VecDeque::with_capacity(WINDOW),
            seen: 0,
            least: arrival - timestamp,
            target: FIRST_TARGET,
        }
    }

    fn observe(&mut self, arrival: i64, timestamp: i64) {
        self.newest = self.newest.max(timestamp);
        if self.transits.len() == WINDOW {
            self.transits.pop_front();
        }
        self.transits.push_back(arrival - timestamp);
        self.seen += 1;
        // Sorting all of them for each packet would buy nothing.
        if self.seen.is_multiple_of(8) || self.seen < 16 {
            let mut sorted = [0; WINDOW];
            let sorted = &mut sorted[..self.transits.len()];
            for (place, transit) in sorted.iter_mut().zip(&self.transits) {
                *place = *transit;
            }
            sorted.sort_unstable();
            let strays = sorted.len() / STRAYS;
            let slowest = sorted[sorted.len() - 1 - strays];
            self.least = sorted[strays];
            let floor = if self.seen < KNOWN_AFTER { FIRST_TARGET } else { MIN_TARGET };
            self.target = (slowest - self.least + MARGIN).clamp(floor, MAX_TARGET);
        }
    }
}

#[cfg(test)]
mod tests;
