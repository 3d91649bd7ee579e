//! Two thousand requests a second, and what a forged sender makes of us.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    desk::{Desk, taken},
    line::{Line, SILENCE, clock, pause},
    office::{BYSTANDER, Bystander, Office, PASSWORD},
};

const A_SECOND: u64 = 2000;
const SECONDS: u64 = 6;

/// Pours out requests of this method from this address until told to stop.
fn pours(
    from: &str,
    method: &'static str,
    sip: SocketAddr,
    stop: &Arc<AtomicBool>,
) -> thread::JoinHandle<u64> {
    let (mut line, stop) = (Line::at(from, sip), Arc::clone(stop));
    thread::spawn(move || {
        let (begun, mut sent) = (clock(), 0);
        while !stop.load(Ordering::Relaxed) {
            let due = begun.elapsed().as_millis() as u64 * A_SECOND / 1000;
            while sent < due {
                let ask = line.ask(method, &format!("sip:101@{sip}"));
                line.send(&ask.bytes());
                sent += 1;
            }
            taken(&line.socket);
            pause(Duration::from_millis(2));
        }
        sent
    })
}

#[test]
#[ignore = "an attack; make interop"]
fn floods_of_register_options_and_invite_at_once_drown_nobody() {
    let office = Office::open("floods");
    let sip = office.sip();
    let mut bystander = Bystander::at(BYSTANDER, sip);
    bystander.is_answered();
    let before = office.memory();
    let stop = Arc::new(AtomicBool::new(false));
    let floods = [("127.0.0.61", "REGISTER"), ("127.0.0.62", "OPTIONS"), ("127.0.0.66", "INVITE")]
        .map(|(from, method)| pours(from, method, sip, &stop));
    let begun = clock();
    let mut registered = None;
    while begun.elapsed() < Duration::from_secs(SECONDS) {
        bystander.asks();
        pause(Duration::from_millis(50));
        if registered.is_none() && begun.elapsed() > Duration::from_secs(SECONDS / 2) {
            let since = clock();
            drop(Desk::registered("127.0.0.67", sip, "101", PASSWORD));
            registered = Some(since.elapsed());
        }
    }
    stop.store(true, Ordering::Relaxed);
    let sent = floods.map(|flood| flood.join().unwrap());
    let grown = office.memory().saturating_sub(before);
    let mut after = Bystander::at("127.0.0.63", sip);
    after.is_answered();
    let registered = registered.unwrap();
    eprintln!(
        "{sent:?} requests in {SECONDS} s: of {} questions {} unanswered, the slowest {:?}; a phone registered in {registered:?}; {grown} KiB more; afterwards {:?}",
        bystander.asked, bystander.unanswered, bystander.slowest, after.slowest
    );
    assert!(sent.iter().all(|sent| *sent > A_SECOND * SECONDS * 9 / 10));
    assert!(bystander.unanswered * 20 <= bystander.asked);
    assert!(bystander.slowest < Duration::from_secs(1) && registered < Duration::from_secs(1));
    assert!(grown < 64 * 1024);
    office.has_not_panicked();
}

#[test]
#[ignore = "an attack; make interop"]
fn nobody_makes_a_weapon_of_the_box() {
    let office = Office::open("reflection");
    let mut line = Line::at("127.0.0.64", office.sip());
    let mut questions: Vec<Vec<u8>> =
        ["INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "MESSAGE", "REFER", "PUBLISH", "CANCEL", "X"]
            .iter()
            .map(|method| line.ask(method, "sip:1@1").bytes())
            .collect();
    for method in ["INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "BYE", "X"] {
        questions.push(format!("{method} sip:1 SIP/2.0\nv:SIP/2.0/UDP 1;branch=z9hG4bK{method}\nf:<sip:1>;tag=1\nt:<sip:1>\ni:{method}\nCSeq:1 {method}\nm:<sip:1>\n\n").into_bytes());
        questions.push(format!("{method} sip:1 SIP/2.0\r\nv:SIP/2.0/UDP 1\r\nf:sip:1;tag=1\r\nt:sip:1\r\ni:{method}2\r\nCSeq:1 {method}\r\nRequire: a,b,c,d,e,f,g,h,i,j\r\n\r\n").into_bytes());
    }
    questions.push(b"\r\n\r\n".to_vec());
    questions.push([&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat());
    let victims: Vec<Line> =
        (0..questions.len()).map(|at| Line::at(&format!("127.0.6.{}", 1 + at), office.sip())).collect();
    for (victim, bytes) in victims.iter().zip(&questions) {
        victim.send(bytes);
    }
    pause(SILENCE * 3);
    let mut most = 0.0_f64;
    for (victim, bytes) in victims.iter().zip(&questions) {
        let came = taken(&victim.socket);
        let times = came.iter().map(Vec::len).sum::<usize>() as f64 / bytes.len() as f64;
        most = most.max(times);
        assert!(
            came.len() <= 1 && times <= 4.0,
            "{} datagrams, {times} times for {}",
            came.len(),
            String::from_utf8_lossy(bytes)
        );
    }
    eprintln!("one datagram at most for each, {most:.1} times its bytes at most");
    office.is_untouched();
}
