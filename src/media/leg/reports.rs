//! A leg's reports to its far end every five seconds, what the far end reports, and the figures of both.

use std::time::{Duration, Instant};

use super::{Dropped, Silence};
use crate::media::{
    codec::Codec,
    jitter::JitterBuffer,
    outgoing::Outgoing,
    quality::Score,
    reception::Reception,
    rtcp::{self, Block, Received, Sent},
};

/// RFC 3550, 6.2: the least interval for a session of two.
const INTERVAL: Duration = Duration::from_secs(5);
/// The first report comes after half of it (6.2).
const FIRST: Duration = Duration::from_millis(2_500);

/// How a leg fares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegStats {
    /// What we send at present.
    pub codec: Codec,
    pub received: u64,
    /// Expected and never come.
    pub lost: u64,
    pub duplicates: u64,
    /// Interarrival jitter (RFC 3550, 6.4.1).
    pub jitter: Duration,
    /// What the jitter buffer adds; zero when the leg is only relayed.
    pub delay: Duration,
    /// Came too late to be played.
    pub late: u64,
    /// Invented for holes.
    pub concealed: Duration,
    /// Lost packets whose sound came all the same, as a copy in the next one.
    pub recovered: u64,
    pub sent: u64,
    /// Share of our packets that the far end missed in its last interval, 0 to 1.
    pub lost_there: Option<f32>,
    /// Packets of ours that the far end has missed since the beginning.
    pub lost_there_whole: Option<u64>,
    /// Interarrival jitter of our packets, as the far end sees it.
    pub jitter_there: Option<Duration>,
    /// The far end's own estimate of how we sound (RFC 3611, 4.7).
    pub score_reported: Option<Score>,
    pub round_trip: Option<Duration>,
    pub dropped: Dropped,
    /// Why the far end is not heard, if it should be.
    pub silence: Option<Silence>,
}

impl LegStats {
    /// How the far end sounded to us; `None` when nothing was heard.
    pub fn score_heard(&self) -> Option<Score> {
        let expected = self.received + self.lost;
        let missed = (self.lost + self.late).saturating_sub(self.recovered);
        (self.received > 0).then(|| {
            Score::estimate(self.codec, missed as f32 / expected as f32, self.one_way() + self.delay)
        })
    }

    /// How we sounded to the far end, by its own estimate if it makes one, else by what it reports as lost; `None` when it
    /// reports nothing.
    pub fn score_there(&self) -> Option<Score> {
        let by_loss = |lost: u64| {
            let share = lost as f32 / self.sent.max(1) as f32;
            // Their buffer is not known to us: twice the jitter that they see is what a sane one holds.
            let buffer = 2 * self.jitter_there.unwrap_or_default();
            Score::estimate(self.codec, share, self.one_way() + buffer)
        };
        self.score_reported.or(self.lost_there_whole.map(by_loss))
    }

    /// Packetising, and half of the way there and back.
    fn one_way(&self) -> Duration {
        Duration::from_millis(20) + self.round_trip.unwrap_or_default() / 2
    }
}

/// The leg's reporting.
#[derive(Debug)]
pub(super) struct Reports {
    epoch: Instant,
    due: Instant,
    /// The clock in their last report, and when it came.
    heard: Option<(u32, Instant)>,
    block: Option<Block>,
    score_reported: Option<Score>,
    round_trip: Option<Duration>,
}

impl Reports {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            epoch: now,
            due: now + FIRST,
            heard: None,
            block: None,
            score_reported: None,
            round_trip: None,
        }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.due
    }

    /// A datagram from the far end's reporter. False when it is no report.
    pub(super) fn handle(&mut self, now: Instant, bytes: &[u8], our_ssrc: u32) -> bool {
        let Some(told) = rtcp::parse(bytes, our_ssrc) else { return false };
        if let Some(clock) = told.sender_clock {
            self.heard = Some((clock, now));
        }
        self.score_reported = told.opinion.map(Score::reported).or(self.score_reported);
        if let Some(block) = told.block {
            self.block = Some(block);
            if block.last_report != 0 {
                // RFC 3550, 6.4.1: now less the time of our report less the time they kept it.
                let ago = middle(self.clock(now)).wrapping_sub(block.last_report).wrapping_sub(block.delay);
                let round_trip = Duration::from_micros(u64::from(ago) * 1_000_000 / 65_536);
                self.round_trip =
                    (round_trip < Duration::from_secs(60)).then_some(round_trip).or(self.round_trip);
            }
        }
        true
    }

    pub(super) fn write(
        &mut self,
        now: Instant,
        reception: &mut Reception,
        outgoing: &Outgoing,
        out: &mut Vec<u8>,
    ) {
        self.due = now + INTERVAL;
        let sent = (outgoing.packets > 0).then(|| Sent {
            clock: self.clock(now),
            timestamp: outgoing.timestamp_at(now),
            packets: outgoing.packets as u32,
            octets: outgoing.octets as u32,
        });
        let received = reception.report().map(|figures| {
            let (last_report, delay) = self.heard.map_or((0, 0), |(clock, at)| {
                let kept = now.saturating_duration_since(at).as_micros() as u64;
                (clock, (kept * 65_536 / 1_000_000) as u32)
            });
            Received { figures, last_report, delay }
        });
        rtcp::write(outgoing.ssrc(), sent.as_ref(), received.as_ref(), out);
    }

    pub(super) fn stats(
        &self,
        codec: Codec,
        reception: &Reception,
        outgoing: &Outgoing,
        jitter: Option<&JitterBuffer>,
        dropped: Dropped,
    ) -> LegStats {
        let samples = |count: u64| Duration::from_micros(count * 125);
        let clock = u64::from(codec.clock_rate());
        LegStats {
            codec,
            received: reception.packets,
            lost: reception.lost(),
            duplicates: reception.duplicates,
            jitter: reception.jitter(),
            delay: Duration::from_millis(jitter.map_or(0, JitterBuffer::delay_millis)),
            late: jitter.map_or(0, |jitter| jitter.figures.late),
            concealed: samples(jitter.map_or(0, |jitter| jitter.figures.concealed)),
            recovered: jitter.map_or(0, |jitter| jitter.figures.recovered / 160),
            sent: outgoing.packets,
            lost_there_whole: self.block.map(|block| u64::try_from(block.cumulative_lost).unwrap_or(0)),
            jitter_there: self
                .block
                .map(|block| Duration::from_micros(u64::from(block.jitter) * 1_000_000 / clock)),
            score_reported: self.score_reported,
            lost_there: self.block.map(|block| f32::from(block.fraction_lost) / 256.0),
            round_trip: self.round_trip,
            dropped,
            silence: None,
        }
    }

    /// 32.32 seconds. Counted from a second before the leg began, so that no report carries the zero that means "never".
    fn clock(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.epoch) + Duration::from_secs(1);
        (elapsed.as_secs() << 32) | ((u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000)
    }
}

fn middle(clock: u64) -> u32 {
    (clock >> 16) as u32
}
