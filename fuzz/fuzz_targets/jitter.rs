//! A stream with any numbers, timestamps, lengths and arrival times: every tick yields a frame, and the delay stays
//! within its bound.
#![no_main]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use libfuzzer_sys::fuzz_target;
use portico::media::{Agreed, Codec, Direction, Leg, LegSettings, Party, Payload, Protection, SourceTrust};

const PHONE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4_000);

fuzz_target!(|input: &[u8]| {
    let mut now = Instant::now();
    let list = Codec::ALL.map(|codec| Some(Payload { number: codec.payload_type(), codec }));
    let agreed = Agreed {
        codec: Codec::Pcmu,
        payload_type: 0,
        send: list,
        receive: list,
        telephone_event: Some(101),
        telephone_event_in: Some(101),
        remote: PHONE,
        remote_rtcp: SocketAddr::new(PHONE.ip(), 4_001),
        direction: Direction::SendRecv,
        ptime: 20,
        protection: Protection::Plain,
    };
    let trust = SourceTrust { signalling_ip: PHONE.ip(), party: Party::Phone };
    let silent_after = Duration::from_secs(30);
    let mut leg = Leg::new(now, LegSettings { ssrc: 7, first_sequence: 0, first_timestamp: 0, agreed, trust, silent_after, identity: None });
    let (mut sequence, mut timestamp) = (0_u16, 0_u32);
    // Each packet: how its number and timestamp move on, how long it is, and how much time passes.
    for step in input.chunks_exact(6) {
        sequence = sequence.wrapping_add(u16::from(step[0] % 4));
        let jump = if step[1] & 0x80 == 0 { 160 } else { u32::from_be_bytes([step[2], step[3], step[1], 0]) };
        timestamp = timestamp.wrapping_add(jump);
        let payload_type = Codec::ALL[usize::from(step[1] & 1) + usize::from(step[1] & 4) / 2].payload_type();
        let mut packet = vec![0x80, payload_type | (step[1] & 2) << 6];
        packet.extend_from_slice(&sequence.to_be_bytes());
        packet.extend_from_slice(&timestamp.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 1 + (step[1] >> 6 & 1)]);
        packet.resize(12 + usize::from(step[4]) * 2, step[5]);
        leg.handle_rtp(now, PHONE, &packet);
        now += Duration::from_millis(u64::from(step[5] & 63));
        if step[5] & 0x40 == 0 {
            leg.tick(now);
            while leg.poll_transmit().is_some() {}
            while leg.poll_event().is_some() {}
            assert!(leg.stats().delay < Duration::from_secs(2), "{:?}", leg.stats());
        }
    }
});
