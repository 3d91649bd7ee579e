//! One incoming stream, counted: what is new, late, doubled or foreign, and the figures that RTCP reports of it
//! (RFC 3550, 6.4.1 and appendix A).

use std::time::{Duration, Instant};

use super::rtp::Packet;

/// A sequence number this far ahead is a gap; further, and it is another stream (RFC 3550, A.1: MAX_DROPOUT).
const MAX_AHEAD: i16 = 3_000;
/// How far behind the newest a packet may come; also the window in which duplicates are known.
const MAX_BEHIND: i16 = 64;

/// What a packet is to its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Of the current stream; the sequence number counts on across wraps.
    InStream { sequence: i64 },
    /// The first of a new stream: another SSRC, or numbers that started anew.
    NewStream { sequence: i64 },
    /// Seen before, or too late to matter.
    Stale,
    /// Perhaps the first of a new stream, perhaps a stray: it takes a second one in sequence to tell.
    Unconfirmed,
}

/// The receiver's half of a leg's statistics.
#[derive(Debug, Default)]
pub(super) struct Reception {
    stream: Option<Stream>,
    /// Who might be starting a new stream: its SSRC and the number to come.
    probe: Option<(u32, u16)>,
    /// Of all streams together.
    pub(super) packets: u64,
    pub(super) duplicates: u64,
    lost_before: u64,
}

#[derive(Debug)]
struct Stream {
    ssrc: u32,
    first: i64,
    highest: i64,
    /// Bit n: the packet n before the highest has been seen.
    window: u64,
    received: u64,
    /// Arrival and timestamp of the last packet, for the next difference.
    transit: Option<(Instant, u32)>,
    /// Interarrival jitter in timestamp units, times 16 (A.8).
    jitter: u32,
    clock: u32,
    expected_prior: u64,
    received_prior: u64,
}

/// The figures of a report block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) ssrc: u32,
    /// Of the last interval, in 1/256.
    pub(super) fraction_lost: u8,
    pub(super) cumulative_lost: i32,
    pub(super) highest: u32,
    pub(super) jitter: u32,
}

impl Reception {
    /// A packet of a stream whose clock has so many units a second.
    pub(super) fn receive(&mut self, now: Instant, packet: &Packet<'_>, clock: u32) -> Arrival {
        let Some(stream) = self.stream.as_mut() else {
            return self.begin(now, packet);
        };
        let ahead = packet.sequence.wrapping_sub(stream.highest as u16).cast_signed();
        if packet.ssrc != stream.ssrc || !(-MAX_BEHIND..=MAX_AHEAD).contains(&ahead) {
            if self.probe == Some((packet.ssrc, packet.sequence)) {
                return self.begin(now, packet);
            }
            self.probe = Some((packet.ssrc, packet.sequence.wrapping_add(1)));
            return Arrival::Unconfirmed;
        }
        self.probe = None;
        let sequence = stream.highest + i64::from(ahead);
        if ahead > 0 {
            stream.window = if ahead < 64 { (stream.window << ahead) | 1 } else { 1 };
            stream.highest = sequence;
        } else {
            let bit = if ahead > -MAX_BEHIND { 1_u64 << -ahead } else { 0 };
            if bit == 0 || stream.window & bit != 0 {
                self.duplicates += 1;
                return Arrival::Stale;
            }
            stream.window |= bit;
        }
        stream.received += 1;
        self.packets += 1;
        stream.measure(now, packet.timestamp, clock);
        Arrival::InStream { sequence }
    }

    fn begin(&mut self, now: Instant, packet: &Packet<'_>) -> Arrival {
        self.lost_before += self.stream.as_ref().map_or(0, Stream::lost);
        self.probe = None;
        self.packets += 1;
        let sequence = i64::from(packet.sequence);
        self.stream = Some(Stream {
            ssrc: packet.ssrc,
            first: sequence,
            highest: sequence,
            window: 1,
            received: 1,
            transit: Some((now, packet.timestamp)),
            jitter: 0,
            clock: 8_000,
            expected_prior: 0,
            received_prior: 0,
        });
        Arrival::NewStream { sequence }
    }

    /// Packets that never came, of all streams.
    pub(super) fn lost(&self) -> u64 {
        self.lost_before + self.stream.as_ref().map_or(0, Stream::lost)
    }

    /// Interarrival jitter.
    pub(super) fn jitter(&self) -> Duration {
        let Some(stream) = &self.stream else { return Duration::ZERO };
        Duration::from_micros(u64::from(stream.jitter >> 4) * 1_000_000 / u64::from(stream.clock.max(1)))
    }

    /// The figures for a report block; the interval they are of begins anew (A.3).
    pub(super) fn report(&mut self) -> Option<Figures> {
        let stream = self.stream.as_mut()?;
        let expected = stream.expected();
        let expected_interval = expected - stream.expected_prior;
        let lost_interval =
            expected_interval.saturating_sub(stream.received.saturating_sub(stream.received_prior));
        stream.expected_prior = expected;
        stream.received_prior = stream.received;
        let fraction = (lost_interval * 256).checked_div(expected_interval).unwrap_or(0).min(255);
        Some(Figures {
            ssrc: stream.ssrc,
            fraction_lost: fraction as u8,
            cumulative_lost: stream.lost().min(0x7f_ffff) as i32,
            highest: stream.highest as u32,
            jitter: stream.jitter >> 4,
        })
    }
}

impl Stream {
    fn expected(&self) -> u64 {
        (self.highest - self.first + 1).max(0).cast_unsigned()
    }

    fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    fn measure(&mut self, now: Instant, timestamp: u32, clock: u32) {
        if clock != self.clock {
            (self.clock, self.transit, self.jitter) = (clock, None, 0);
        }
        if let Some((then, before)) = self.transit {
            let arrived =
                now.saturating_duration_since(then).as_micros() as i64 * i64::from(clock) / 1_000_000;
            let sent = i64::from(timestamp.wrapping_sub(before).cast_signed());
            // A pause in talking is not jitter.
            let difference = (arrived - sent).unsigned_abs().min(u64::from(clock)) as u32;
            self.jitter = (self.jitter + difference).saturating_sub((self.jitter + 8) >> 4);
        }
        self.transit = Some((now, timestamp));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::story::start;

    fn packet(ssrc: u32, sequence: u16) -> Packet<'static> {
        let timestamp = u32::from(sequence).wrapping_mul(160);
        Packet { payload_type: 0, marker: false, sequence, timestamp, ssrc, payload: &[] }
    }

    #[test]
    fn numbers_count_on_across_the_wrap() {
        let mut reception = Reception::default();
        let now = start();
        assert_eq!(
            reception.receive(now, &packet(1, 65_534), 8_000),
            Arrival::NewStream { sequence: 65_534 }
        );
        assert_eq!(reception.receive(now, &packet(1, 1), 8_000), Arrival::InStream { sequence: 65_537 });
        assert_eq!(reception.receive(now, &packet(1, 65_535), 8_000), Arrival::InStream { sequence: 65_535 });
        assert_eq!(reception.receive(now, &packet(1, 65_535), 8_000), Arrival::Stale);
        assert_eq!(reception.lost(), 1);
        assert_eq!(reception.receive(now, &packet(1, 0), 8_000), Arrival::InStream { sequence: 65_536 });
        assert_eq!((reception.lost(), reception.duplicates), (0, 1));
    }

    #[test]
    fn one_stray_changes_nothing_and_two_in_sequence_are_a_new_stream() {
        let mut reception = Reception::default();
        let now = start();
        reception.receive(now, &packet(1, 10), 8_000);
        assert_eq!(reception.receive(now, &packet(2, 500), 8_000), Arrival::Unconfirmed);
        assert_eq!(reception.receive(now, &packet(1, 11), 8_000), Arrival::InStream { sequence: 11 });
        assert_eq!(reception.receive(now, &packet(2, 501), 8_000), Arrival::Unconfirmed);
        assert_eq!(reception.receive(now, &packet(2, 502), 8_000), Arrival::NewStream { sequence: 502 });
        assert_eq!(reception.report().map(|figures| figures.ssrc), Some(2));
        assert_eq!(reception.receive(now, &packet(2, 40_000), 8_000), Arrival::Unconfirmed);
        assert_eq!(
            reception.receive(now, &packet(2, 40_001), 8_000),
            Arrival::NewStream { sequence: 40_001 }
        );
    }

    #[test]
    fn a_report_tells_the_share_lost_since_the_last() {
        let mut reception = Reception::default();
        let now = start();
        for sequence in (0..100).filter(|sequence| sequence % 4 != 1) {
            reception.receive(now, &packet(1, sequence), 8_000);
        }
        let figures = reception.report().unwrap();
        assert_eq!((figures.fraction_lost, figures.cumulative_lost, figures.highest), (64, 25, 99));
        for sequence in 100..200 {
            reception.receive(now, &packet(1, sequence), 8_000);
        }
        let figures = reception.report().unwrap();
        assert_eq!((figures.fraction_lost, figures.cumulative_lost), (0, 25));
    }

    #[test]
    fn an_even_stream_has_no_jitter_and_an_uneven_one_has() {
        let now = start();
        let mut even = Reception::default();
        let mut uneven = Reception::default();
        for sequence in 0..200 {
            let at = now + Duration::from_millis(20 * u64::from(sequence));
            even.receive(at, &packet(1, sequence), 8_000);
            uneven.receive(
                at + Duration::from_millis(10 * u64::from(sequence % 2)),
                &packet(1, sequence),
                8_000,
            );
        }
        assert_eq!(even.jitter(), Duration::ZERO);
        assert!((7..=10).contains(&uneven.jitter().as_millis()), "{:?}", uneven.jitter());
    }
}
