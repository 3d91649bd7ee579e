//! RTP and RTCP from the rightful address, into both sides of a recorded bridge: nothing may panic, and what is
//! relayed must be RTP of the stream and to the address that was agreed on.
#![no_main]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use libfuzzer_sys::fuzz_target;
use portico::media::{Agreed, Bridge, Codec, Direction, Leg, LegSettings, Party, Payload, Protection, Side, SourceTrust};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn leg(now: Instant, port: u16, codec: Codec) -> Leg {
    let mut list = [None; Codec::ALL.len()];
    list[0] = Some(Payload { number: codec.payload_type(), codec });
    let agreed = Agreed {
        codec,
        payload_type: codec.payload_type(),
        send: list,
        receive: list,
        telephone_event: Some(101),
        telephone_event_in: Some(101),
        remote: SocketAddr::new(HERE, port),
        remote_rtcp: SocketAddr::new(HERE, port + 1),
        direction: Direction::SendRecv,
        ptime: 20,
        protection: Protection::Plain,
    };
    let trust = SourceTrust { signalling_ip: HERE, party: Party::Phone };
    let silent_after = Duration::from_secs(30);
    Leg::new(now, LegSettings { ssrc: 77, first_sequence: 1, first_timestamp: 1, agreed, trust, silent_after, identity: None })
}

fuzz_target!(|input: &[u8]| {
    let mut now = Instant::now();
    let mut bridge = Bridge::new(leg(now, 4_000, Codec::Pcmu), leg(now, 5_000, Codec::Pcma), true);
    let mut rest = input;
    // Each datagram: a byte of what and when, a byte of length, then its bytes.
    while let [what, length, after @ ..] = rest {
        let (datagram, after) = after.split_at(usize::from(*length).min(after.len()));
        rest = after;
        now += Duration::from_millis(u64::from(what >> 3));
        let (side, port) = if what & 1 == 0 { (Side::Caller, 4_000) } else { (Side::Other, 5_000) };
        if what & 2 == 0 {
            if let Some(transmit) = bridge.handle_rtp(now, side, SocketAddr::new(HERE, port), datagram) {
                assert_eq!(transmit.to.port(), 9_000 - port);
                assert!(transmit.bytes.len() >= 12 && transmit.bytes[8..12] == 77_u32.to_be_bytes());
                assert!(matches!(transmit.bytes[1] & 0x7f, 0 | 8 | 101));
            }
        } else {
            bridge.handle_rtcp(now, side, SocketAddr::new(HERE, port + 1), datagram);
        }
        if what & 4 != 0 {
            bridge.tick(now);
            for side in [Side::Caller, Side::Other] {
                while bridge.poll_transmit(side).is_some() {}
                while bridge.poll_event(side).is_some() {}
            }
        }
    }
});
