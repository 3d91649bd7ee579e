//! STUN on the SIP socket: what is answered is one binding success of at most 44 bytes, to whoever asked.
#![no_main]

use std::{collections::BTreeMap, net::SocketAddr, time::Instant};

use libfuzzer_sys::fuzz_target;
use portico::{
    sip::{Endpoint, Flow, Input, Limits, Listener, Output, Settings, Transport},
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng as _;

fuzz_target!(|input: &[u8]| {
    let Some((&family, rest)) = input.split_first() else { return };
    let here = |v4: &str, v6: &str| -> SocketAddr { if family & 1 == 0 { v4 } else { v6 }.parse().expect("an address") };
    let (local, remote) = (here("192.0.2.1:5060", "[2001:db8::1]:5060"), here("203.0.113.66:4711", "[2001:db8::66]:4711"));
    let settings = Settings {
        realm: "office.example".to_owned(),
        names: vec![],
        sips_to_the_end: true,
        user_agent: "Portico".to_owned(),
        listeners: vec![Listener { transport: Transport::Udp, local, advertised: None }],
        trunks: vec![],
        accounts: BTreeMap::new(),
        limits: Limits::default(),
    };
    let now = Instant::now();
    let mut endpoint = Endpoint::new(now, settings, Chance::seed_from_u64(1));
    // The cookie stands in its place, and mostly the length is right: the rest is the input's.
    let mut bytes = rest.to_vec();
    bytes.resize(bytes.len().max(20), 0);
    bytes[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    bytes[0] &= 0x3f;
    if family & 2 == 0 {
        let length = u16::try_from(bytes.len() - 20).unwrap_or(u16::MAX);
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
    }
    let flow = Flow { transport: Transport::Udp, remote, local, connection: None };
    endpoint.handle_input(now, Input::Datagram { flow, bytes: &bytes });
    let mut answers = 0;
    loop {
        match endpoint.poll_output() {
            Output::Transmit { flow, bytes: answer } => {
                answers += 1;
                assert_eq!(flow.remote, remote);
                assert!(answer.len() <= 4 * bytes.len() && answer[4..20] == bytes[4..20]);
                assert_eq!(usize::from(u16::from_be_bytes([answer[2], answer[3]])), answer.len() - 20);
            }
            Output::Timeout(_) => break,
            _ => {}
        }
    }
    assert!(answers <= 1);
});
