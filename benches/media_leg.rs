//! What sound costs: nanoseconds a frame for each kind of leg, legs a core, and bytes a bridged call.
//!
//! `cargo bench --bench media_leg`. Each figure is the median of nine runs over thousands of frames; "legs a core" is
//! how many such legs fit into the 20 ms that a frame lasts. Sockets are not included: this is the room's own work.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a benchmark tells its figures, or nothing")]

use std::{
    hint::black_box,
    net::SocketAddr,
    time::{Duration, Instant},
};

use portico::{
    media::{
        Agreed, Bridge, Codec, Direction, Leg, LegSettings, MasterKey, Opener, Party, Payload, Protection,
        Ratio, Recorder, Resampler, SampleRate, Sealer, Side, SourceTrust, Suite,
    },
    types::UtteranceId,
};

const RUNS: usize = 9;
const FRAMES: u32 = 5_000;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn clock() -> Instant {
    Instant::now()
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

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
        remote: address(port),
        remote_rtcp: address(port + 1),
        direction: Direction::SendRecv,
        ptime: 20,
        protection: Protection::Plain,
    };
    let trust = SourceTrust { signalling_ip: agreed.remote.ip(), party: Party::Phone };
    let silent_after = Duration::from_secs(30);
    Leg::new(
        now,
        LegSettings {
            ssrc: 7,
            first_sequence: 1,
            first_timestamp: 1,
            agreed,
            trust,
            silent_after,
            identity: None,
        },
    )
}

/// A talker's n-th packet: a sawtooth that no encoder finds easy.
fn packet(codec: Codec, number: u32, into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(&[0x80, codec.payload_type()]);
    into.extend_from_slice(&(number as u16).to_be_bytes());
    into.extend_from_slice(&(number * 160).to_be_bytes());
    into.extend_from_slice(&9_u32.to_be_bytes());
    into.extend((0..160_u32).map(|n| ((number * 160 + n) * 37 % 256) as u8));
}

/// Nanoseconds a frame, the median of all runs.
fn measured(mut run: impl FnMut()) -> f64 {
    let mut figures: Vec<f64> = (0..RUNS)
        .map(|_| {
            let began = clock();
            run();
            (clock() - began).as_nanos() as f64 / f64::from(FRAMES)
        })
        .collect();
    figures.sort_by(f64::total_cmp);
    figures[RUNS / 2]
}

fn told(what: &str, nanos: f64) {
    println!("{what:<58} {nanos:>8.0} ns   {:>7.0} a core", 20_000_000.0 / nanos);
}

fn at(now: Instant, number: u32) -> Instant {
    now + Duration::from_millis(u64::from(number) * 20)
}

fn agent_leg() -> f64 {
    let words: Vec<i16> = (0..16_000).map(|n| ((n * 91) % 16_000 - 8_000) as i16).collect();
    let mut bytes = Vec::new();
    measured(|| {
        let now = clock();
        let mut leg = leg(now, 4_000, Codec::Pcmu);
        for number in 0..FRAMES {
            if number % 50 == 0 {
                let utterance = UtteranceId(u64::from(number) + 1);
                let _ = leg.play(utterance, SampleRate::Hz16000, &words);
                leg.finish(utterance);
            }
            packet(Codec::Pcmu, number, &mut bytes);
            leg.handle_rtp(at(now, number), address(4_000), &bytes);
            black_box(leg.tick(at(now, number)));
            while let Some(transmit) = leg.poll_transmit() {
                black_box(transmit.bytes);
            }
            while let Some(event) = leg.poll_event() {
                black_box(event);
            }
        }
    })
}

fn bridged(other: Codec, recording: bool) -> f64 {
    let mut bytes = Vec::new();
    measured(|| {
        let now = clock();
        let mut bridge = Bridge::new(leg(now, 4_000, Codec::Pcmu), leg(now, 5_000, other), recording);
        let mut recorder = Recorder::new();
        for number in 0..FRAMES {
            let now = at(now, number);
            for (side, codec, from) in [(Side::Caller, Codec::Pcmu, 4_000), (Side::Other, other, 5_000)] {
                packet(codec, number, &mut bytes);
                black_box(
                    bridge.handle_rtp(now, side, address(from), &bytes).map(|transmit| transmit.bytes.len()),
                );
            }
            if let Some(overheard) = bridge.tick(now) {
                recorder.push(&overheard.caller, &overheard.other);
                while let Some(write) = recorder.poll_write() {
                    black_box(write);
                }
            }
            for side in [Side::Caller, Side::Other] {
                while let Some(transmit) = bridge.poll_transmit(side) {
                    black_box(transmit.bytes);
                }
            }
        }
    })
}

/// Only the path of one packet through a bridge, without ticks.
fn relayed_packet(other: Codec) -> f64 {
    let mut bytes = Vec::new();
    packet(Codec::Pcmu, 0, &mut bytes);
    measured(|| {
        let now = clock();
        let mut bridge = Bridge::new(leg(now, 4_000, Codec::Pcmu), leg(now, 5_000, other), false);
        let mut answer = Vec::new();
        packet(other, 0, &mut answer);
        black_box(bridge.handle_rtp(now, Side::Other, address(5_000), &answer));
        for number in 0..FRAMES {
            bytes[2..4].copy_from_slice(&(number as u16).to_be_bytes());
            bytes[4..8].copy_from_slice(&(number * 160).to_be_bytes());
            let sent = bridge.handle_rtp(at(now, number), Side::Caller, address(4_000), &bytes);
            black_box(sent.map(|transmit| transmit.bytes.len()));
        }
    })
}

fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split(' ').nth(1)?.parse::<u64>().ok()? * 4_096)
}

/// Resident bytes that a bridged call adds after two seconds of talk; measured over a thousand calls.
fn memory(recording: bool) -> Option<u64> {
    const CALLS: usize = 1_000;
    let now = clock();
    let before = resident()?;
    let mut calls: Vec<(Bridge, Recorder)> = (0..CALLS)
        .map(|_| {
            let legs = (leg(now, 4_000, Codec::Pcmu), leg(now, 5_000, Codec::Pcmu));
            (Bridge::new(legs.0, legs.1, recording), Recorder::new())
        })
        .collect();
    let mut bytes = Vec::new();
    for number in 0..100 {
        packet(Codec::Pcmu, number, &mut bytes);
        for (bridge, recorder) in &mut calls {
            let now = at(now, number);
            for (side, from) in [(Side::Caller, 4_000), (Side::Other, 5_000)] {
                black_box(bridge.handle_rtp(now, side, address(from), &bytes).is_some());
            }
            if let Some(overheard) = bridge.tick(now) {
                recorder.push(&overheard.caller, &overheard.other);
            }
            while recorder.poll_write().is_some() {}
        }
    }
    let after = resident()?;
    black_box(&calls);
    Some(after.saturating_sub(before) / CALLS as u64)
}

/// The resampler alone, a frame each way.
fn resampled(ratio: Ratio, samples: usize) -> f64 {
    let frame = vec![1_234; samples];
    let mut output = Vec::new();
    let mut resampler = Resampler::new(ratio);
    measured(|| {
        for _ in 0..FRAMES {
            output.clear();
            resampler.process(black_box(&frame), &mut output);
            black_box(&output);
        }
    })
}

/// A packet of 20 ms of G.711, sealed; and one opened, by what sealing alone takes less.
fn secured(suite: Suite) -> (f64, f64) {
    let material: Vec<u8> = (0..suite.material_len() as u8).collect();
    let key = MasterKey::new(suite, &material).expect("as long as the suite wants it");
    let mut bytes = Vec::with_capacity(256);
    let sealing = measured(|| {
        let mut sealer = Sealer::new(&key).expect("a good key");
        for number in 0..FRAMES {
            packet(Codec::Pcmu, number, &mut bytes);
            black_box(sealer.seal_rtp(&mut bytes, 0));
        }
    });
    let both = measured(|| {
        let mut sealer = Sealer::new(&key).expect("a good key");
        let mut opener = Opener::new(&key, 0).expect("a good key");
        for number in 0..FRAMES {
            packet(Codec::Pcmu, number, &mut bytes);
            black_box(sealer.seal_rtp(&mut bytes, 0));
            black_box(opener.open_rtp(&mut bytes).is_ok());
        }
    });
    (sealing, both - sealing)
}

fn main() {
    for suite in Suite::ALL {
        let (sealing, opening) = secured(suite);
        told(&format!("SRTP {}: a packet sealed", suite.name()), sealing);
        told(&format!("SRTP {}: a packet opened", suite.name()), opening);
    }
    if let (Some(relayed), Some(recorded)) = (memory(false), memory(true)) {
        println!("{:<58} {relayed:>8} bytes", "memory of a bridged call");
        println!("{:<58} {recorded:>8} bytes", "memory of a bridged call, recorded");
    }
    told("one packet through a bridge, same law", relayed_packet(Codec::Pcmu));
    told("one packet through a bridge, other law", relayed_packet(Codec::Pcma));
    told("a bridged call, 20 ms both ways", bridged(Codec::Pcmu, false));
    told("a bridged call, 20 ms both ways, recorded", bridged(Codec::Pcmu, true));
    told("a bridged call between laws, recorded", bridged(Codec::Pcma, true));
    told("resampling a frame, 16 to 8 kHz", resampled(Ratio::Down2, 320));
    told("resampling a frame, 8 to 16 kHz", resampled(Ratio::Up2, 160));
    told("an agent's leg: hears 20 ms, says 20 ms of 16 kHz speech", agent_leg());
}
