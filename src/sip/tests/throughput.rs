//! A measurement, not a test: how many datagrams a second one core takes through the whole room.
//!
//! `cargo test --release --lib sip::tests::throughput -- --ignored --nocapture`

use std::time::{Duration, Instant};

use rand_chacha::rand_core::SeedableRng;

use super::{
    races::{invite_text, request_text},
    world::{CARRIER, OFFICE, STRANGER, addr, office, start},
};
use crate::{
    sip::{Endpoint, Event, Flow, Input, Output, Transport},
    types::Chance,
};

const ROUNDS: u32 = 20_000;

fn feed(endpoint: &mut Endpoint, now: Instant, from: &str, text: &str) -> (Vec<Vec<u8>>, Vec<Event>) {
    let flow = Flow { transport: Transport::Udp, remote: addr(from), local: addr(OFFICE), connection: None };
    endpoint.handle_input(now, Input::Datagram { flow, bytes: text.as_bytes() });
    drain(endpoint)
}

fn drain(endpoint: &mut Endpoint) -> (Vec<Vec<u8>>, Vec<Event>) {
    let (mut sent, mut events) = (vec![], vec![]);
    loop {
        match endpoint.poll_output() {
            Output::Transmit { bytes, .. } => sent.push(bytes),
            Output::Event(event) => events.push(event),
            Output::Close { .. } | Output::Proven { .. } | Output::Resolve { .. } => {}
            Output::Timeout(_) => return (sent, events),
        }
    }
}

fn measured(what: &str, datagrams: u32, begun: Instant) {
    let took = start() - begun;
    println!(
        "{what}: {:.0} datagrams/s, {:.2} µs each",
        f64::from(datagrams) / took.as_secs_f64(),
        took.as_secs_f64() * 1e6 / f64::from(datagrams)
    );
}

#[test]
#[ignore = "a measurement"]
fn datagrams_a_second() {
    let begun = start();
    let mut now = begun;
    let mut endpoint = Endpoint::new(now, office(), Chance::seed_from_u64(1));
    drain(&mut endpoint);

    let scans: Vec<String> = (0..ROUNDS)
        .map(|n| invite_text(&format!("z9hG4bKs{n}"), &format!("{n}@scan"), "1").replace(CARRIER, STRANGER))
        .collect();
    let timer = start();
    for scan in &scans {
        feed(&mut endpoint, now, STRANGER, scan);
    }
    measured("a stranger's INVITE, beyond its budget", ROUNDS, timer);

    let options: Vec<String> =
        scans.iter().map(|text| text.replace(STRANGER, CARRIER).replace("INVITE", "OPTIONS")).collect();
    let timer = start();
    for question in &options {
        feed(&mut endpoint, now, CARRIER, question);
    }
    measured("a trunk's OPTIONS, answered", ROUNDS, timer);

    let mut took = Duration::ZERO;
    for n in 0..ROUNDS {
        let call_id = format!("{n}@carrier");
        let invite = invite_text(&format!("z9hG4bKc{n}"), &call_id, "1");
        let timer = start();
        let (_, events) = feed(&mut endpoint, now, CARRIER, &invite);
        let Some(Event::Invited { session, .. }) = events.first() else { panic!("{events:?}") };
        endpoint.ring(now, *session, 180, None).unwrap();
        endpoint.answer(now, *session, b"answer".to_vec()).unwrap();
        let (sent, _) = drain(&mut endpoint);
        took += start() - timer;
        let ok = String::from_utf8(sent.last().unwrap().clone()).unwrap();
        let ack = request_text("ACK", &ok, &format!("z9hG4bKa{n}"), &call_id, "1");
        let bye = request_text("BYE", &ok, &format!("z9hG4bKb{n}"), &call_id, "2");
        let timer = start();
        feed(&mut endpoint, now, CARRIER, &ack);
        feed(&mut endpoint, now, CARRIER, &bye);
        // 300 calls a second, so that transactions run out as they would.
        now += Duration::from_micros(3333);
        endpoint.handle_input(now, Input::Timeout);
        drain(&mut endpoint);
        took += start() - timer;
    }
    let each = took.as_secs_f64() / f64::from(ROUNDS);
    println!(
        "a call (7 datagrams): {:.1} µs, {:.0} calls/s, {:?}",
        each * 1e6,
        1.0 / each,
        endpoint.counts()
    );
}
