//! Races, losses and copies: what the network does to calls, and that each still has one outcome.

use std::time::Duration;

use super::world::{CARRIER, DELAY, Fate, OFFICE, PHONE, World, addr, to_trunk};
use crate::sip::{Cause, EndedBy, Event};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Loses the first `count` datagrams whose first line and CSeq contain `what`.
fn lose(world: &mut World, what: &'static str, mut count: u32) {
    world.judge = Box::new(move |_, _, line| {
        if count > 0 && line.contains(what) {
            count -= 1;
            return Fate::Lose;
        }
        Fate::Deliver
    });
}

#[test]
fn a_cancelled_call_rings_no_longer_and_says_that_it_was_answered_elsewhere() {
    let mut world = World::of_an_office(20);
    let at_office = world.office_rings("101");
    world.run(millis(50));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.ring(now, at_phone, 180, None)).unwrap();
    world.run(millis(50));
    world.tell(OFFICE, |e, now| e.cancel(now, at_office, Some(Cause::AnsweredElsewhere))).unwrap();
    world.run(millis(100));
    let cancelled = Event::Cancelled { session: at_phone, cause: Some(Cause::AnsweredElsewhere) };
    assert_eq!(world.events(PHONE), [cancelled]);
    assert!(matches!(&world.events(OFFICE)[..], [Event::Progress { .. }, Event::Failed { status: 487, .. }]));
    world.assert_nothing_left();
}

#[test]
fn a_cancel_before_any_answer_waits_for_the_first_one() {
    let mut world = World::of_an_office(21);
    // The INVITE needs a second try: until then nothing may be cancelled.
    lose(&mut world, "INVITE sip:", 1);
    let at_office = world.office_rings("101");
    world.tell(OFFICE, |e, now| e.cancel(now, at_office, None)).unwrap();
    world.run(millis(400));
    assert!(world.lines(OFFICE, PHONE).iter().all(|line| !line.starts_with("CANCEL")));
    world.run(millis(400));
    assert!(world.lines(OFFICE, PHONE).iter().any(|line| line.starts_with("CANCEL")));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Failed { status: 487, .. }]));
    let events = world.events(PHONE);
    assert!(matches!(&events[..], [Event::Invited { .. }, Event::Cancelled { .. }]), "{events:?}");
    world.assert_nothing_left();
}

#[test]
fn when_cancel_and_200_cross_the_call_is_acknowledged_and_ended_at_once() {
    for offset in 0..25 {
        let mut world = World::of_an_office(100 + offset);
        let at_office = world.office_rings("101");
        world.run(millis(50));
        let at_phone = world.invited(PHONE);
        world.tell(PHONE, |e, now| e.ring(now, at_phone, 180, None)).unwrap();
        world.run(millis(50));
        // From 12 ms before the answer to 12 ms after it.
        if offset < 12 {
            world.tell(OFFICE, |e, now| e.cancel(now, at_office, None)).unwrap();
            world.run(millis(offset));
            let _ = world.tell(PHONE, |e, now| e.answer(now, at_phone, b"answer".to_vec()));
        } else {
            world.tell(PHONE, |e, now| e.answer(now, at_phone, b"answer".to_vec())).unwrap();
            world.run(millis(offset - 12));
            if world.tell(OFFICE, |e, now| e.cancel(now, at_office, None)).is_err() {
                world.tell(OFFICE, |e, now| e.bye(now, at_office, None)).unwrap();
            }
        }
        world.run(Duration::from_secs(4));
        assert_eq!(world.counts(OFFICE).sessions, 0, "offset {offset}");
        assert_eq!(world.counts(PHONE).sessions, 0, "offset {offset}");
        let ends = |events: Vec<Event>| {
            events
                .iter()
                .filter(|e| matches!(e, Event::Failed { .. } | Event::Ended { .. } | Event::Cancelled { .. }))
                .count()
        };
        assert_eq!(ends(world.events(OFFICE)), 1, "offset {offset}");
        assert_eq!(ends(world.events(PHONE)), 1, "offset {offset}");
        world.assert_nothing_left();
    }
}

#[test]
fn a_lost_200_is_sent_again_until_it_is_acknowledged() {
    let mut world = World::of_an_office(22);
    lose(&mut world, "200 OK | CSeq: 1 INVITE", 3);
    world.talk();
    world.run(Duration::from_secs(5));
    let sent = world.lines(OFFICE, CARRIER).iter().filter(|l| l.contains("200 OK | CSeq: 1 INVITE")).count();
    assert_eq!(sent, 4, "at 0, 0.5, 1.5 and 3.5 s");
    assert!(matches!(&world.events(OFFICE)[..], [Event::Confirmed { .. }]));
}

#[test]
fn a_lost_ack_is_sent_again_for_each_copy_of_the_200() {
    let mut world = World::of_an_office(23);
    lose(&mut world, "ACK sip:", 2);
    world.talk();
    world.run(Duration::from_secs(5));
    assert_eq!(world.lines(CARRIER, OFFICE).iter().filter(|l| l.starts_with("ACK")).count(), 3);
    assert_eq!(world.events(OFFICE).len(), 1, "confirmed once");
    assert_eq!(world.events(CARRIER).len(), 1, "answered once");
}

#[test]
fn a_200_that_nobody_acknowledges_is_repeated_for_32_seconds_and_the_call_ended_with_bye() {
    let mut world = World::of_an_office(24);
    lose(&mut world, "ACK sip:", u32::MAX);
    let (_, at_office) = world.talk();
    world.run(Duration::from_secs(40));
    let times: Vec<u64> = world
        .trace
        .iter()
        .filter(|(_, from, _, line)| *from == addr(OFFICE) && line.contains("200 OK | CSeq: 1 INVITE"))
        .map(|(at, ..)| u64::try_from(at.as_millis()).unwrap())
        .collect();
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]);
    assert!(world.lines(OFFICE, CARRIER).iter().any(|line| line.starts_with("BYE")));
    assert_eq!(world.events(OFFICE), [Event::Ended { session: at_office, by: EndedBy::NoAck }]);
    world.assert_nothing_left();
}

#[test]
fn a_bye_that_overtakes_the_ack_ends_the_call_and_the_repeating() {
    let mut world = World::of_an_office(25);
    lose(&mut world, "ACK sip:", u32::MAX);
    let (at_carrier, at_office) = world.talk();
    world.tell(CARRIER, |e, now| e.bye(now, at_carrier, None)).unwrap();
    world.run(millis(50));
    assert_eq!(world.events(OFFICE), [Event::Ended { session: at_office, by: EndedBy::Remote(None) }]);
    world.trace.clear();
    world.run(Duration::from_secs(40));
    assert!(world.lines(OFFICE, CARRIER).iter().all(|line| !line.contains("INVITE")));
    world.assert_nothing_left();
}

#[test]
fn our_bye_waits_for_the_ack_of_our_200() {
    let mut world = World::of_an_office(26);
    lose(&mut world, "ACK sip:", 1);
    let (_, at_office) = world.talk();
    world.tell(OFFICE, |e, now| e.bye(now, at_office, None)).unwrap();
    assert_eq!(world.events(OFFICE), [Event::Ended { session: at_office, by: EndedBy::Us }]);
    assert!(world.lines(OFFICE, CARRIER).iter().all(|line| !line.starts_with("BYE")));
    world.run(Duration::from_secs(1));
    assert!(world.lines(OFFICE, CARRIER).iter().any(|line| line.starts_with("BYE")));
    assert!(matches!(&world.events(CARRIER)[..], [Event::Answered { .. }, Event::Ended { .. }]));
    world.assert_nothing_left();
}

#[test]
fn a_copy_of_the_invite_gets_the_same_200_and_makes_no_second_call() {
    let mut world = World::of_an_office(27);
    lose(&mut world, "ACK sip:", u32::MAX);
    let invite = invite_text("z9hG4bKcopy1", "one@carrier", "1");
    world.unplug(CARRIER);
    world.send(CARRIER, OFFICE, invite.clone());
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let first = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, invite);
    world.run(millis(50));
    assert_eq!(world.received(CARRIER), [first]);
    assert!(world.events(OFFICE).is_empty());
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn an_invite_that_came_two_ways_is_merged_before_and_after_the_answer_and_as_long_as_the_call_lasts() {
    let mut world = World::of_an_office(28);
    world.unplug(CARRIER);
    world.send(CARRIER, OFFICE, invite_text("z9hG4bKway1", "one@carrier", "1"));
    world.send(CARRIER, OFFICE, invite_text("z9hG4bKway2", "one@carrier", "1"));
    world.run(millis(50));
    assert!(world.received(CARRIER).iter().any(|text| text.starts_with("SIP/2.0 482 Merged Request")));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let ok = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, ack_text(&ok, "one@carrier", "1"));
    // The INVITE's transaction ends after 32 s; the call goes on, and so does its memory.
    for wait in [1, 60] {
        world.run(Duration::from_secs(wait));
        world.received(CARRIER);
        world.send(CARRIER, OFFICE, invite_text(&format!("z9hG4bKlate{wait}"), "one@carrier", "1"));
        world.run(millis(50));
        let answers = world.received(CARRIER);
        assert!(answers.iter().any(|text| text.starts_with("SIP/2.0 482")), "{answers:?}");
    }
    assert!(world.events(OFFICE).iter().all(|e| !matches!(e, Event::Invited { .. })));
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn both_forks_are_acknowledged_and_the_second_is_ended() {
    let mut world = World::of_an_office(29);
    world.unplug(CARRIER);
    let outgoing = to_trunk("carrier", "+13035550199", b"offer");
    let session = world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(50));
    let invite = world.received(CARRIER).pop().unwrap();
    for tag in ["fork-a", "fork-b"] {
        world.send(CARRIER, OFFICE, answer_text(&invite, 180, tag));
    }
    world.run(millis(50));
    assert_eq!(world.events(OFFICE).len(), 2, "two forks ring");
    for tag in ["fork-b", "fork-a"] {
        world.send(CARRIER, OFFICE, answer_text(&invite, 200, tag));
    }
    world.run(millis(50));
    let sent = world.received(CARRIER);
    let to = |method: &str, tag: &str| {
        sent.iter().filter(|t| t.starts_with(method) && t.contains(&format!(";tag={tag}"))).count()
    };
    assert_eq!((to("ACK", "fork-a"), to("ACK", "fork-b")), (1, 1));
    assert_eq!((to("BYE", "fork-a"), to("BYE", "fork-b")), (1, 0));
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [Event::Answered { session: s, .. }] if *s == session), "{events:?}");
    // A copy of either gets its own ACK again.
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "fork-a"));
    world.run(millis(50));
    let again = world.received(CARRIER);
    assert!(again.iter().any(|t| t.starts_with("ACK") && t.contains("fork-a")), "{again:?}");
}

#[test]
fn a_fork_that_answers_when_the_call_is_over_is_acknowledged_and_ended() {
    let mut world = World::of_an_office(31);
    world.unplug(CARRIER);
    let outgoing = to_trunk("carrier", "+13035550199", b"offer");
    let session = world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(50));
    let invite = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "fork-a"));
    world.run(millis(50));
    // A copy of the 2xx while they talk wants nothing but its ACK.
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "fork-a"));
    world.run(millis(50));
    let sent = world.received(CARRIER);
    assert_eq!(sent.iter().filter(|text| text.starts_with("ACK")).count(), 2, "{sent:?}");
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(millis(50));
    let end = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, answer_text(&end, 200, "fork-a"));
    world.run(Duration::from_secs(6));
    assert_eq!(
        world.counts(OFFICE).client_transactions,
        0,
        "nothing is kept for forks of a call that is over"
    );
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "fork-b"));
    world.run(millis(50));
    let sent = world.received(CARRIER);
    let to =
        |method: &str| sent.iter().filter(|t| t.starts_with(method) && t.contains(";tag=fork-b")).count();
    assert_eq!((to("ACK"), to("BYE")), (1, 1), "{sent:?}");
}

#[test]
fn a_call_survives_a_network_that_loses_a_third_doubles_and_overtakes() {
    for seed in 0..30u64 {
        let mut world = World::of_an_office(1000 + seed);
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        world.judge = Box::new(move |_, _, _| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            match state % 9 {
                0..=2 => Fate::Lose,
                3 => Fate::Double,
                4 => Fate::Delay(Duration::from_millis(state % 700)),
                _ => Fate::Deliver,
            }
        });
        let at_carrier = world.carrier_calls();
        world.run(Duration::from_secs(4));
        let at_office = world.events(OFFICE).into_iter().find_map(|event| match event {
            Event::Invited { session, .. } => Some(session),
            _ => None,
        });
        let Some(at_office) = at_office else { continue };
        world.tell(OFFICE, |e, now| e.answer(now, at_office, b"answer".to_vec())).unwrap();
        world.run(Duration::from_secs(12));
        let at_end = world.events(CARRIER);
        if at_end.iter().any(|e| matches!(e, Event::Answered { .. })) {
            world.tell(CARRIER, |e, now| e.bye(now, at_carrier, None)).unwrap();
        }
        world.run(Duration::from_secs(70));
        let office = world.events(OFFICE);
        assert!(office.iter().filter(|e| matches!(e, Event::Invited { .. })).count() == 0, "seed {seed}");
        let ended = office.iter().filter(|e| matches!(e, Event::Ended { .. })).count();
        let open = world.counts(OFFICE).sessions;
        // Where every copy of the BYE was lost the far end has gone, and only media will tell.
        assert_eq!(ended + open, 1, "seed {seed}: {office:?}");
        assert_eq!(world.counts(CARRIER).sessions, 0, "seed {seed}");
    }
}

#[test]
fn an_invite_of_ours_that_comes_back_to_us_is_a_loop() {
    let mut world = World::of_an_office(30);
    world.unplug(CARRIER);
    let outgoing = to_trunk("carrier", "+13035550199", b"offer");
    world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(50));
    let invite = world.received(CARRIER).pop().unwrap();
    let back = invite.replacen("Via: ", "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKproxy\r\nVia: ", 1);
    world.send(CARRIER, OFFICE, back);
    world.run(DELAY * 3);
    assert!(world.received(CARRIER).iter().any(|text| text.starts_with("SIP/2.0 482 Loop Detected")));
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

// ---- messages of a carrier that is not an endpoint of ours

pub(super) fn invite_text(branch: &str, call_id: &str, seq: &str) -> String {
    format!(
        "INVITE sip:+13035550100@office.example SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};branch={branch};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:+13035550177@carrier.example>;tag=theirs\r\n\
         To: <sip:+13035550100@office.example>\r\nCall-ID: {call_id}\r\nCSeq: {seq} INVITE\r\n\
         Contact: <sip:gw@{CARRIER}>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\noffer"
    )
}

pub(super) fn header<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default()
}

pub(super) fn ack_text(ok: &str, call_id: &str, seq: &str) -> String {
    request_text("ACK", ok, "z9hG4bKack", call_id, seq)
}

/// A request of the caller in the dialog that this 200 made.
pub(super) fn request_text(method: &str, ok: &str, branch: &str, call_id: &str, seq: &str) -> String {
    format!(
        "{method} sip:office@{OFFICE} SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};branch={branch};rport\r\n\
         Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {call_id}\r\nCSeq: {seq} {method}\r\n\
         Content-Length: 0\r\n\r\n",
        header(ok, "From"),
        header(ok, "To"),
    )
}

/// An answer to a request of ours.
pub(super) fn answer_text(request: &str, status: u16, tag: &str) -> String {
    format!(
        "SIP/2.0 {status} Whatever\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag={tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
         Contact: <sip:{tag}@{CARRIER}>\r\nContent-Length: 0\r\n\r\n",
        header(request, "Via"),
        header(request, "From"),
        header(request, "To"),
        header(request, "Call-ID"),
        header(request, "CSeq"),
    )
}
