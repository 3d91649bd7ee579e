//! The one stream that a leg sends, whatever fills it: our own frames, keys, or another leg's packets.
//!
//! The far end hears a single SSRC with unbroken numbers for the whole call; who is behind it may change at any time.

use std::time::{Duration, Instant};

use super::{
    reception::Arrival,
    rtp::{Header, Packet},
};

/// A leg's outgoing stream.
#[derive(Debug)]
pub(super) struct Outgoing {
    ssrc: u32,
    /// Of the next packet.
    sequence: u16,
    /// Timestamp units in a second.
    clock: u32,
    /// Where the stream's clock stood, and when.
    timestamp: u32,
    at: Instant,
    /// Somebody else's stream, as it is fitted into ours.
    splice: Option<Splice>,
    /// Was the last frame sent? If not, the next begins a talkspurt.
    talking: bool,
    pub(super) packets: u64,
    pub(super) octets: u64,
}

#[derive(Debug)]
struct Splice {
    sequence_offset: u16,
    timestamp_offset: u32,
    /// Packets up to this one were fitted with another offset and come too late to be fitted at all.
    settled: i64,
    highest: i64,
}

/// What is to become of a packet that is to be relayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relayed {
    /// Under this payload type.
    As(u8),
    /// Not at all: the far end never agreed to its kind. Its number is not missed, unless others before it are still to come.
    Left,
}

impl Outgoing {
    pub(super) fn new(now: Instant, ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self {
            ssrc,
            sequence,
            clock: 8_000,
            timestamp,
            at: now,
            splice: None,
            talking: false,
            packets: 0,
            octets: 0,
        }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The stream's clock at this moment.
    pub(super) fn timestamp_at(&self, now: Instant) -> u32 {
        let elapsed = now.saturating_duration_since(self.at).as_micros();
        self.timestamp.wrapping_add((elapsed * u128::from(self.clock) / 1_000_000) as u32)
    }

    /// The stream goes on at another codec's clock; its timestamps count on from where they are.
    pub(super) fn keep_clock(&mut self, now: Instant, clock: u32) {
        if clock != self.clock {
            self.timestamp = self.timestamp_at(now);
            (self.at, self.clock) = (now, clock);
            self.splice = None;
        }
    }

    /// Timestamp units in a frame.
    pub(super) fn frame_units(&self) -> u16 {
        (self.clock / 50) as u16
    }

    /// The clock for the frame that begins now. Ticks keep to whole frames while they come when they should; after a
    /// longer pause, or after somebody else's packets, the stream's clock is taken from the time that has passed.
    pub(super) fn begin_frame(&mut self, now: Instant) -> u32 {
        let elapsed = self.timestamp_at(now);
        let next = self.timestamp.wrapping_add(u32::from(self.frame_units()));
        let strayed = i32::from(self.frame_units()) * 5;
        let off = elapsed.wrapping_sub(next).cast_signed();
        let spliced = self.splice.take().is_some();
        self.timestamp = if spliced || off.abs() > strayed { elapsed } else { next };
        // Ticks may come unevenly; the clock moves with the frames and not with the ticks.
        self.at = if spliced || off.abs() > strayed { now } else { self.at + Duration::from_millis(20) };
        self.timestamp
    }

    /// Nothing is sent at present. What follows begins a talkspurt, and is fitted in anew.
    pub(super) fn pause(&mut self) {
        self.talking = false;
        self.splice = None;
    }

    /// Appends the header of an audio packet; the caller appends the payload.
    /// Where the payload begins comes back; its length is told to [`Self::count`].
    pub(super) fn audio(&mut self, payload_type: u8, out: &mut Vec<u8>) -> usize {
        let marker = !std::mem::replace(&mut self.talking, true);
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        self.sequence = self.sequence.wrapping_add(1);
        self.write(Header { payload_type, marker, sequence, timestamp, ssrc: self.ssrc }, 0, out);
        out.len()
    }

    /// Octets of an audio payload have been appended.
    pub(super) fn count(&mut self, octets: usize) {
        self.octets += octets as u64;
    }

    /// Appends the header of an event packet, whose timestamp is the event's beginning.
    pub(super) fn event(&mut self, payload_type: u8, marker: bool, timestamp: u32, out: &mut Vec<u8>) {
        self.talking = false;
        let sequence = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        if let Some(splice) = &mut self.splice {
            splice.sequence_offset = splice.sequence_offset.wrapping_add(1);
            splice.settled = splice.highest;
        }
        self.write(Header { payload_type, marker, sequence, timestamp, ssrc: self.ssrc }, 4, out);
    }

    /// Appends another leg's packet, header and payload, fitted into our stream. False when nothing of it is sent.
    pub(super) fn relay(
        &mut self,
        now: Instant,
        arrival: Arrival,
        packet: &Packet<'_>,
        relayed: Relayed,
        out: &mut Vec<u8>,
    ) -> bool {
        let (number, fresh) = match arrival {
            Arrival::InStream { sequence } => (sequence, false),
            Arrival::NewStream { sequence } => (sequence, true),
            Arrival::Stale | Arrival::Unconfirmed => return false,
        };
        let (sequence, begins) = (self.sequence, fresh || self.splice.is_none());
        if begins {
            // Never onto the time of a frame that has been sent.
            let clock = self.timestamp.wrapping_add(
                self.timestamp_at(now).wrapping_sub(self.timestamp).max(self.frame_units().into()),
            );
            self.splice = Some(Splice {
                sequence_offset: sequence.wrapping_sub(packet.sequence),
                timestamp_offset: clock.wrapping_sub(packet.timestamp),
                settled: number - 1,
                highest: number - 1,
            });
        }
        let Some(splice) = &mut self.splice else { return false };
        if number <= splice.settled {
            return false;
        }
        let newest = number > splice.highest;
        let payload_type = match relayed {
            Relayed::As(payload_type) => payload_type,
            Relayed::Left => {
                // Over a gap it settles nothing: a broken number would cost all packets that lie before it.
                if number == splice.highest + 1 {
                    splice.sequence_offset = splice.sequence_offset.wrapping_sub(1);
                    (splice.settled, splice.highest) = (number, number);
                }
                return false;
            }
        };
        let sequence = packet.sequence.wrapping_add(splice.sequence_offset);
        let timestamp = packet.timestamp.wrapping_add(splice.timestamp_offset);
        if newest {
            splice.highest = number;
            self.sequence = sequence.wrapping_add(1);
            self.timestamp = timestamp;
            self.at = now;
        }
        self.talking = true;
        let marker = packet.marker || begins;
        let header = Header { payload_type, marker, sequence, timestamp, ssrc: self.ssrc };
        self.write(header, packet.payload.len(), out);
        out.extend_from_slice(packet.payload);
        true
    }

    fn write(&mut self, header: Header, payload_len: usize, out: &mut Vec<u8>) {
        self.packets += 1;
        self.octets += payload_len as u64;
        header.write(out);
    }
}
