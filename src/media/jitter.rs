//! From packets that arrive as they please to frames that do not: adaptive delay, order, and holes filled.
//!
//! Every packet's transit time (arrival minus timestamp) is set against the least of the last two seconds. The delay aims
//! a little above nearly all of what is seen there, and is approached by taking pitch periods out or repeating them,
//! best in silence. A sender whose clock runs fast or slow moves the least transit, so drift is followed the same way.

use std::{collections::VecDeque, time::Instant};

use super::{
    codec::{Codec, Decoder},
    concealment::{Concealer, SCALABLE, shrink, stretch},
    frame::SampleRate,
    rtp::extend_timestamp,
};

/// A frame. All time here is counted in units of 1/8000 s, whatever the codec's clock and rate: a sample of G.711, two of
/// the wider codecs.
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

/// The buffer of one incoming stream. About 8 kB when busy, and what the codec's decoder takes.
#[derive(Debug)]
pub(super) struct JitterBuffer {
    epoch: Instant,
    /// By timestamp.
    packets: VecDeque<Held>,
    spare: Vec<Vec<u8>>,
    /// Decoded and not yet played, at `rate`.
    ready: Vec<i16>,
    rate: SampleRate,
    decoder: Decoder,
    /// Units to an RTP timestamp's one, inverted: 1, or 6 for a clock of 48 kHz.
    clock: i64,
    /// A silence that the far end describes instead of sending it (RFC 3389): its noise, and how loud.
    noise: Option<Noise>,
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
    /// Units invented for holes.
    pub(super) concealed: u64,
    /// Units made from copies that a later packet carried.
    pub(super) recovered: u64,
}

#[derive(Debug)]
struct Noise {
    amplitude: f32,
    state: u32,
}

#[derive(Debug)]
struct Held {
    timestamp: i64,
    codec: Codec,
    payload: Vec<u8>,
}

#[derive(Debug)]
struct Timeline {
    /// The newest RTP timestamp, counting on across wraps.
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
            rate: SampleRate::Hz8000,
            decoder: Decoder::new(Codec::Pcmu),
            clock: 1,
            noise: None,
            next: None,
            timeline: None,
            strangers: 0,
            deviation: 0.0,
            concealer: Concealer::new(1),
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
        let length = codec.length(payload);
        if length == 0 || length > 8 * FRAME {
            return;
        }
        self.take_up(codec);
        let arrival = self.units_at(now);
        if let Some(timeline) = &self.timeline {
            let extended = extend_timestamp(timeline.newest, timestamp).div_euclid(self.clock);
            if (arrival - extended - timeline.least).abs() > ANOTHER_TIMELINE {
                self.strangers += 1;
                if !talkspurt && self.strangers < MOVED_AFTER {
                    return;
                }
                self.restart();
            }
        }
        self.strangers = 0;
        let clock = self.clock;
        let timeline = self.timeline.get_or_insert_with(|| {
            let newest = i64::from(timestamp);
            Timeline::new(arrival - newest.div_euclid(clock), newest)
        });
        let extended = extend_timestamp(timeline.newest, timestamp);
        timeline.newest = timeline.newest.max(extended);
        let timestamp = extended.div_euclid(clock);
        timeline.observe(arrival - timestamp);
        self.noise = None;
        let played = self.next.map(|next| next - self.ready_units() as i64);
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

    /// The far end is silent from now on, and describes its silence: `level` below overload, in dB (RFC 3389, 3).
    pub(super) fn comfort_noise(&mut self, level: u8) {
        // A square wave at overload has the power of 32768 squared; white noise of one amplitude has a third of its own.
        let amplitude = 32_768.0 * 10_f32.powf(-f32::from(level.max(30)) / 20.0) * 3.0_f32.sqrt();
        let state = self.noise.take().map_or(0x9e37_79b9, |noise| noise.state);
        self.noise = Some(Noise { amplitude, state });
    }

    /// The rate at which the next frame comes.
    pub(super) fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Another codec: another rate or clock begins a timeline of its own, as old and new units do not compare.
    fn take_up(&mut self, codec: Codec) {
        let clock = i64::from(codec.clock_rate() / 8_000);
        if (codec.rate(), clock) == (self.rate, self.clock) {
            return;
        }
        self.restart();
        self.ready.clear();
        (self.rate, self.clock) = (codec.rate(), clock);
        self.concealer = Concealer::new(self.scale());
    }

    /// Samples in one unit.
    fn scale(&self) -> usize {
        self.rate.frame_len() / FRAME
    }

    fn ready_units(&self) -> usize {
        self.ready.len() / self.scale()
    }

    /// The next 20 ms, at [`Self::rate`]. False when nothing of them was truly heard.
    pub(super) fn pull(&mut self, now: Instant, frame: &mut [i16]) -> bool {
        let Some(ideal) = self.ideal(now) else {
            return self.drain(frame);
        };
        if self.packets.is_empty()
            && self.ready_units() < FRAME
            && let Some(noise) = &mut self.noise
        {
            // What follows a described silence begins wherever it is then best begun.
            let missing = frame.len().saturating_sub(self.ready.len());
            self.ready.extend((0..missing).map(|_| noise.next()));
            self.next = None;
            return self.drain(frame);
        }
        if self.next.is_none()
            || (self.concealer.is_silent() && self.packets.is_empty() && self.ready.is_empty())
        {
            // Nothing is being said, so any place is as good as the right one.
            self.next = Some(ideal + self.ready_units() as i64);
            self.deviation = 0.0;
        }
        let position = self.next.unwrap_or(ideal) - self.ready_units() as i64;
        self.deviation += ((position - ideal) as f32 - self.deviation) / 8.0;

        let concealed = self.figures.concealed;
        let scaling = self.wants_scaling();
        self.decode_up_to(if scaling { FRAME.max(SCALABLE) + FRAME } else { FRAME });
        if scaling {
            self.scale_time();
        }
        if self.ready_units() < FRAME {
            self.fill_hole(FRAME - self.ready_units());
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

    fn units_at(&self, now: Instant) -> i64 {
        (now.saturating_duration_since(self.epoch).as_micros() * 8 / 1_000) as i64
    }

    /// The timestamp that should be playing now.
    fn ideal(&self, now: Instant) -> Option<i64> {
        let timeline = self.timeline.as_ref()?;
        Some(self.units_at(now) - timeline.least - timeline.target)
    }

    /// Appends what is there without a hole, until so many units are ready.
    fn decode_up_to(&mut self, wanted: usize) {
        let Some(mut next) = self.next else { return };
        let scale = self.scale();
        while self.ready_units() < wanted && self.packets.front().is_some_and(|held| held.timestamp <= next) {
            let Some(held) = self.packets.pop_front() else { break };
            let from = self.ready.len();
            if self.decoder.codec() != held.codec {
                self.decoder = Decoder::new(held.codec);
            }
            self.decoder.decode(&held.payload, &mut self.ready);
            // What overlaps has been played, or filled in, already.
            let overlap = usize::try_from(next - held.timestamp).unwrap_or(0) * scale;
            self.ready.drain(from..from + overlap.min(self.ready.len() - from));
            if self.ready.len() > from {
                self.concealer.heard(&mut self.ready[from..]);
            } else {
                self.figures.late += 1;
            }
            next += ((self.ready.len() - from) / scale) as i64;
            self.spare.push(held.payload);
        }
        self.next = Some(next);
    }

    fn wants_scaling(&self) -> bool {
        // Too early risks holes and is mended sooner than too late, which only costs patience.
        self.deviation >= 40.0 || self.deviation <= -40.0
    }

    fn scale_time(&mut self) {
        let scale = self.scale();
        let probe = &self.ready[..self.ready.len().min(FRAME * scale)];
        let power =
            probe.iter().map(|&s| f32::from(s) * f32::from(s)).sum::<f32>() / probe.len().max(1) as f32;
        let quiet = power < QUIET;
        if self.deviation <= if quiet { -40.0 } else { -160.0 } && self.ready_units() >= SCALABLE + FRAME / 2
        {
            self.deviation += (shrink(&mut self.ready, scale) / scale) as f32;
        } else if self.deviation >= if quiet { 40.0 } else { 80.0 } {
            self.deviation -= (stretch(&mut self.ready, scale) / scale) as f32;
        }
    }

    /// Fills in what is missing: from the copy in the packet behind the hole, if it has one, else by invention. Where there
    /// is nothing at all to play and the delay should grow, time stands still.
    fn fill_hole(&mut self, mut missing: usize) {
        let Some(next) = self.next else { return };
        let scale = self.scale();
        let (mut next, waiting) = (next, self.packets.is_empty());
        while missing > 0 {
            let gap = self
                .packets
                .front()
                .map_or(missing, |held| usize::try_from(held.timestamp - next).unwrap_or(0));
            let recovered = self.recover(gap);
            let count = if recovered > 0 { recovered } else { gap.min(missing) };
            if recovered == 0 {
                self.concealer.conceal(count * scale, &mut self.ready);
                self.figures.concealed += count as u64;
            }
            missing = missing.saturating_sub(count);
            if waiting && self.deviation >= count as f32 {
                self.deviation -= count as f32;
            } else {
                next += count as i64;
            }
            self.next = Some(next);
            if missing > 0 {
                let before = self.ready_units();
                self.decode_up_to(before + missing);
                next = self.next.unwrap_or(next);
                let decoded = self.ready_units() - before;
                missing = missing.saturating_sub(decoded);
                if decoded == 0 && count == 0 {
                    break;
                }
            }
        }
    }

    /// Makes the last packet of a hole from the one behind it, where that is all of the hole; how many units that gives.
    fn recover(&mut self, gap: usize) -> usize {
        let Some(behind) = self.packets.front() else { return 0 };
        let from = self.ready.len();
        if gap == 0
            || gap != behind.codec.length(&behind.payload)
            || behind.codec != self.decoder.codec()
            || !self.decoder.recover(&behind.payload, &mut self.ready)
        {
            return 0;
        }
        if self.ready.len() - from != gap * self.scale() {
            self.ready.truncate(from);
            return 0;
        }
        self.concealer.heard(&mut self.ready[from..]);
        self.figures.recovered += gap as u64;
        gap
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

impl Noise {
    /// xorshift32: noise, not chance.
    fn next(&mut self) -> i16 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        (self.amplitude * (self.state as f32 / u32::MAX as f32 * 2.0 - 1.0)) as i16
    }
}

impl Timeline {
    fn new(transit: i64, newest: i64) -> Self {
        Self {
            newest,
            transits: VecDeque::with_capacity(WINDOW),
            seen: 0,
            least: transit,
            target: FIRST_TARGET,
        }
    }

    fn observe(&mut self, transit: i64) {
        if self.transits.len() == WINDOW {
            self.transits.pop_front();
        }
        self.transits.push_back(transit);
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
