//! What the room's stories share: an instant to start from, chance that repeats, agreements, and a far end.

use std::{
    f32::consts::TAU,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    codec::{Codec, Encoder},
    frame::Frame,
    latch::{Party, SourceTrust},
    leg::{Leg, LegEvent, LegSettings},
    rtp::{Header, Packet},
    sdp::{Agreed, Direction, Payload, Protection},
};

/// Any instant will do: everything in this room is measured from one.
#[expect(clippy::disallowed_methods, reason = "an origin for virtual time; no test lets real time pass")]
pub(super) fn start() -> Instant {
    Instant::now()
}

/// Chance for stories: xorshift64, the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        (self.roll() >> 11) % bound
    }
}

pub(super) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(super) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// An agreement on these codecs and on telephone events under 101.
pub(super) fn agreed(remote: &str, codecs: &[Codec]) -> Agreed {
    let remote = address(remote);
    let mut list = [None; Codec::ALL.len()];
    for (slot, &codec) in list.iter_mut().zip(codecs) {
        *slot = Some(Payload { number: codec.payload_type(), codec });
    }
    Agreed {
        codec: codecs[0],
        payload_type: codecs[0].payload_type(),
        send: list,
        receive: list,
        telephone_event: Some(101),
        telephone_event_in: Some(101),
        remote,
        remote_rtcp: SocketAddr::new(remote.ip(), remote.port() + 1),
        direction: Direction::SendRecv,
        ptime: 20,
        protection: Protection::Plain,
    }
}

pub(super) fn phone(signalling: &str) -> SourceTrust {
    SourceTrust { signalling_ip: signalling.parse().unwrap(), party: Party::Phone }
}

/// A leg to a telephone that signals from where its media comes from.
pub(super) fn leg(now: Instant, agreed: Agreed, ssrc: u32) -> Leg {
    let settings = LegSettings {
        ssrc,
        first_sequence: 65_530,
        first_timestamp: 0xffff_f000,
        agreed,
        trust: phone(&agreed.remote.ip().to_string()),
        silent_after: Duration::from_secs(30),
        identity: None,
    };
    Leg::new(now, settings)
}

pub(super) fn events(leg: &mut Leg) -> Vec<LegEvent> {
    std::iter::from_fn(|| leg.poll_event()).collect()
}

/// A far end that talks: 20 ms packets of a tone in one law.
pub(super) struct Talker {
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) codec: Codec,
    pub(super) frequency: f32,
    pub(super) encoder: Encoder,
}

impl Talker {
    pub(super) fn new(ssrc: u32, codec: Codec, frequency: f32) -> Self {
        Self {
            ssrc,
            sequence: 65_000,
            timestamp: 0xffff_0000,
            codec,
            frequency,
            encoder: Encoder::new(codec),
        }
    }

    pub(super) fn packet(&mut self) -> Vec<u8> {
        let (rate, clock) = (self.codec.rate(), self.codec.clock_rate());
        let first = u64::from(self.timestamp) * u64::from(rate.hz()) / u64::from(clock);
        let samples: Vec<i16> = (first..first + rate.frame_len() as u64)
            .map(|n| {
                let time = (n % u64::from(rate.hz())) as f32 / rate.hz() as f32;
                (8_000.0 * (TAU * self.frequency * time).sin()) as i16
            })
            .collect();
        let mut payload = Vec::new();
        self.encoder.encode(&samples, &mut payload);
        let bytes = self.raw(self.codec.payload_type(), false, &payload);
        self.timestamp = self.timestamp.wrapping_add(clock / 50);
        bytes
    }

    /// Any payload at the present time; the number moves on and the time does not.
    pub(super) fn raw(&mut self, payload_type: u8, marker: bool, payload: &[u8]) -> Vec<u8> {
        let Self { sequence, timestamp, ssrc, .. } = *self;
        let mut bytes = Vec::new();
        Header { payload_type, marker, sequence, timestamp, ssrc }.write(&mut bytes);
        bytes.extend_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        bytes
    }

    /// All packets of one key.
    pub(super) fn key(&mut self, event: u8) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        for frame in 1..=5_u16 {
            let [high, low] = (frame * 160).to_be_bytes();
            packets.push(self.raw(101, frame == 1, &[event, 10, high, low]));
        }
        for _ in 0..3 {
            packets.push(self.raw(101, false, &[event, 0x8a, 3, 0x20]));
        }
        self.timestamp = self.timestamp.wrapping_add(1_600);
        packets
    }
}

/// How much of a frame is this tone, 0 to 1.
pub(super) fn share(frame: &Frame, frequency: f32) -> f32 {
    let (mut cosine, mut sine, mut total) = (0.0_f32, 0.0_f32, 1.0_f32);
    for (n, &sample) in frame.samples().iter().enumerate() {
        let turn = TAU * frequency * n as f32 / frame.rate().hz() as f32;
        cosine += f32::from(sample) * turn.cos();
        sine += f32::from(sample) * turn.sin();
        total += f32::from(sample) * f32::from(sample);
    }
    2.0 * (cosine * cosine + sine * sine) / (total * frame.samples().len() as f32)
}

/// What a packet of ours carries, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) to: SocketAddr,
    pub(super) payload_type: u8,
    pub(super) marker: bool,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    pub(super) payload: Vec<u8>,
}

pub(super) fn read(to: SocketAddr, bytes: &[u8]) -> Sent {
    let Packet { payload_type, marker, sequence, timestamp, ssrc, payload } = Packet::parse(bytes).unwrap();
    Sent { to, payload_type, marker, sequence, timestamp, ssrc, payload: payload.to_vec() }
}
