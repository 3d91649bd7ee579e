//! UDPTL between two fax machines, with the frames of T.30 inside: nothing may panic, a datagram goes to nobody but the other
//! side, and no page is counted twice for one word of the receiver.
#![no_main]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use libfuzzer_sys::fuzz_target;
use portico::media::{
    Agreed, Codec, Direction, FaxEnd, FaxRelay, Leg, LegSettings, Party, Payload, Protection, Side, SourceTrust,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Datagrams of one input.
const MOST: usize = 4_000;

fn leg(now: Instant, port: u16) -> Leg {
    let codec = Codec::Pcmu;
    let mut list = [None; Codec::ALL.len()];
    list[0] = Some(Payload { number: codec.payload_type(), codec });
    let agreed = Agreed {
        codec,
        payload_type: codec.payload_type(),
        send: list,
        receive: list,
        telephone_event: None,
        telephone_event_in: None,
        remote: SocketAddr::new(HERE, port),
        remote_rtcp: SocketAddr::new(HERE, port + 1),
        direction: Direction::SendRecv,
        ptime: 20,
        protection: Protection::Plain,
    };
    let trust = SourceTrust { signalling_ip: HERE, party: Party::Phone };
    let silent_after = Duration::from_secs(30);
    Leg::new(now, LegSettings { ssrc: 7, first_sequence: 1, first_timestamp: 1, agreed, trust, silent_after, identity: None })
}

fuzz_target!(|input: &[u8]| {
    let Some((&version, mut rest)) = input.split_first() else { return };
    let mut now = Instant::now();
    let end = |port: u16| FaxEnd {
        remote: SocketAddr::new(HERE, port),
        trust: SourceTrust { signalling_ip: HERE, party: Party::Phone },
        version: version & 3,
    };
    let mut relay = FaxRelay::new(now, (leg(now, 4_000), end(4_000)), (leg(now, 5_000), end(5_000)));
    let mut sequence = [0_u16; 2];
    // Each datagram: a byte of what and when, a byte of length, then what follows its number.
    for _ in 0..MOST {
        let [what, length, after @ ..] = rest else { break };
        let (bytes, after) = after.split_at(usize::from(*length).min(after.len()));
        rest = after;
        now += Duration::from_millis(u64::from(what >> 3) * 8);
        let (side, port, at) = if what & 1 == 0 { (Side::Caller, 4_000, 0) } else { (Side::Other, 5_000, 1) };
        // Mostly the next number, for a relay reads none that is far from the last.
        sequence[at] = sequence[at].wrapping_add(if what & 2 == 0 { 1 } else { u16::from(*length) });
        let datagram = [&sequence[at].to_be_bytes()[..], bytes].concat();
        let datagram = if what & 4 == 0 { &datagram } else { bytes };
        if let Some(to) = relay.handle_datagram(now, side, SocketAddr::new(HERE, port), datagram) {
            assert_eq!(to.port(), 9_000 - port);
        }
        relay.mind(now);
        for side in [Side::Caller, Side::Other] {
            while relay.poll_event(side).is_some() {}
        }
    }
    drop(relay.into_legs());
});
