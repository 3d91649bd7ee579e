//! Attacks that take minutes, each for itself: `cargo test --test attacks -- --ignored siege --nocapture`.

use std::{collections::BTreeSet, io::Write, time::Duration};

use super::{
    desk::{each_frame, of, taken},
    line::{Line, SILENCE, clock, pause},
    malformed::{self, Volley},
    media::{self, Talk},
    office::Office,
    streams::{connect, said},
};

#[test]
#[ignore = "two minutes"]
fn a_hundred_thousand_broken_messages_leave_the_box_as_it_was() {
    let mut office = Office::open("siege-messages");
    malformed::withstands(&mut office, &Volley { strangers: 500, carriers: 500, phones: 500 });
    let before = office.memory();
    malformed::withstands(&mut office, &Volley { strangers: 65_000, carriers: 25_000, phones: 10_000 });
    let after = office.memory();
    pause(Duration::from_secs(40));
    let later = office.memory();
    eprintln!("{before} KiB before, {after} KiB after, {later} KiB 40 s later");
    assert!(later < before + 16 * 1024);
    let mut phone = office.phone();
    phone.line.drain(SILENCE);
    office.carrier.line.drain(SILENCE);
    office.a_call_works(&mut phone);
}

#[test]
#[ignore = "a minute"]
fn three_hundred_thousand_broken_packets_end_no_call() {
    media::withstands("siege-packets", 100_000);
}

#[test]
#[ignore = "40 s"]
fn a_refused_invite_draws_one_datagram_in_34_seconds() {
    let office = Office::open("siege-reflection");
    let mut line = Line::at("127.0.0.65", office.sip());
    let ask = line.ask("INVITE", &format!("sip:101@{}", office.sip()));
    line.send(&ask.bytes());
    pause(Duration::from_secs(34));
    let came = taken(&line.socket);
    let bytes: usize = came.iter().map(Vec::len).sum();
    eprintln!("{} datagram, {:.1} times the bytes", came.len(), bytes as f64 / ask.bytes().len() as f64);
    assert_eq!(came.len(), 1);
    assert!(bytes <= 4 * ask.bytes().len());
}

#[test]
#[ignore = "a minute"]
fn two_hundred_dripping_connections_are_closed_within_forty_seconds() {
    let office = Office::open("siege-dripping");
    let mut bystander = office.bystander();
    let mut phone = office.phone();
    let mut dripping: Vec<_> =
        (0..200).filter_map(|n| connect(&format!("127.0.7.{}", 1 + n / 10), office.sip())).collect();
    assert_eq!(dripping.len(), 200);
    let text = format!(
        "INVITE sip:101@{} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.7.1;branch=z9hG4bKd\r\nX: {}",
        office.sip(),
        "x".repeat(500)
    );
    let begun = clock();
    let mut at = 0;
    while !dripping.is_empty() && begun.elapsed() < Duration::from_secs(40) {
        dripping.retain_mut(|stream| {
            let wrote = stream.write_all(&text.as_bytes()[at..=at]).is_ok();
            wrote && !said(stream, Duration::from_millis(1)).1
        });
        at = (at + 1).min(text.len() - 1);
        bystander.is_answered();
        assert_eq!(phone.register(), 200);
        pause(Duration::from_millis(300));
    }
    eprintln!(
        "all closed after {:?}; the bystander's slowest answer took {:?}",
        begun.elapsed(),
        bystander.slowest
    );
    assert!(dripping.is_empty(), "{} are still open", dripping.len());
    office.is_untouched();
}

/// A minute of a clock that runs half a per cent fast, of jitter of sixty milliseconds, and of one packet in twenty lost.
#[test]
#[ignore = "a minute and a half"]
fn a_poor_line_is_passed_on_as_it_comes() {
    let mut talk = Talk::begins("siege-poor");
    let (to_phone, to_carrier) = (talk.there.media, talk.here.media);
    talk.phone.sound.heard();
    let mut sent = 0;
    let mut arrived = vec![];
    let mut delays = vec![];
    let begun = clock();
    let mut at = Duration::ZERO;
    // 19.9 ms a frame: half a per cent fast.
    for frame in 0..3015_u32 {
        at += Duration::from_micros(19_900);
        if let Some(rest) = (begun + at).checked_duration_since(clock()) {
            pause(rest);
        }
        let lost = frame % 20 == 7;
        let carrier = &mut talk.office.carrier.sound;
        if lost {
            carrier.sequence = carrier.sequence.wrapping_add(1);
            carrier.timestamp = carrier.timestamp.wrapping_add(160);
        } else {
            sent += 1;
            let since = clock();
            carrier.says(to_carrier, 0x31);
            if frame % 100 == 0 {
                pause(Duration::from_millis(3));
            }
            let came = talk.phone.sound.heard();
            if !came.is_empty() {
                delays.push(since.elapsed());
            }
            arrived.extend(came);
        }
        if frame % 50 == 0 {
            talk.phone.sound.says(to_phone, 0x32);
        }
    }
    pause(Duration::from_millis(200));
    arrived.extend(talk.phone.sound.heard());
    let numbers: BTreeSet<[u8; 2]> =
        arrived.iter().filter(|p| p.len() == 172).map(|p| [p[2], p[3]]).collect();
    eprintln!(
        "of {sent} packets {} arrived, {} of them with different numbers",
        of(&arrived, 0x31),
        numbers.len()
    );
    assert!(of(&arrived, 0x31) * 100 >= sent * 99);
    drop(delays);
    // Jitter: three frames late, then three at once.
    talk.phone.sound.heard();
    let mut heard = vec![];
    each_frame(300, |frame| {
        if frame % 3 == 2 {
            for _ in 0..3 {
                talk.office.carrier.sound.says(to_carrier, 0x33);
            }
        }
        heard.extend(talk.phone.sound.heard());
    });
    pause(Duration::from_millis(200));
    heard.extend(talk.phone.sound.heard());
    eprintln!("of 300 packets in bursts of three {} arrived", of(&heard, 0x33));
    assert!(of(&heard, 0x33) >= 297);
}
