//! Reliable provisional answers (RFC 3262) both ways, and offers before the answer (RFC 3311).

use std::time::Duration;

use super::{
    races::{ack_text, answer_text, header, invite_text, request_text},
    world::{CARRIER, Fate, OFFICE, World, addr, office, to_trunk},
};
use crate::sip::{Event, Identity, SessionId, Target, TrunkName};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A carrier that is text calls with these headers; the session at the office.
fn called(world: &mut World, headers: &str) -> SessionId {
    world.unplug(CARRIER);
    let invite =
        invite_text("z9hG4bKfirst", "text@carrier", "5").replace("Contact:", &format!("{headers}Contact:"));
    world.send(CARRIER, OFFICE, invite);
    world.run(millis(30));
    world.received(CARRIER);
    world.invited(OFFICE)
}

fn prack(answer: &str, seq: &str) -> String {
    let rack = format!("RAck: {} {}\r\nContent-Length", header(answer, "RSeq"), header(answer, "CSeq"));
    request_text("PRACK", answer, &format!("z9hG4bKprack{seq}"), "text@carrier", seq).replacen(
        "Content-Length",
        &rack,
        1,
    )
}

fn with_body(request: &str, body: &str) -> String {
    let head = format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    request.replacen("Content-Length: 0\r\n\r\n", &head, 1)
}

fn statuses(texts: &[String]) -> Vec<&str> {
    texts.iter().map(|text| &text[8..11]).collect()
}

#[test]
fn early_media_is_told_reliably_and_the_200_waits_for_its_prack() {
    let mut world = World::of_an_office(400);
    let session = called(&mut world, "Supported: 100rel\r\n");
    world.tell(OFFICE, |e, now| e.ring(now, session, 180, None)).unwrap();
    world.tell(OFFICE, |e, now| e.ring(now, session, 183, Some(b"early".to_vec()))).unwrap();
    world.tell(OFFICE, |e, now| e.answer(now, session, b"early".to_vec())).unwrap();
    world.run(millis(30));
    let heard = world.received(CARRIER);
    assert_eq!(statuses(&heard), ["180", "183"], "no 200 before the PRACK (RFC 3262, 3)");
    assert_eq!(
        (header(&heard[0], "Require"), header(&heard[0], "RSeq")),
        ("", ""),
        "nothing is lost with a 180"
    );
    assert_eq!(header(&heard[1], "Require"), "100rel");
    world.send(CARRIER, OFFICE, prack(&heard[1], "6"));
    world.run(millis(30));
    let heard = world.received(CARRIER);
    assert_eq!(heard.iter().map(|text| header(text, "CSeq")).collect::<Vec<_>>(), ["6 PRACK", "5 INVITE"]);
    assert_eq!(statuses(&heard), ["200", "200"]);
    assert!(heard[1].ends_with("Content-Length: 0\r\n\r\n"), "the answer has been given: {}", heard[1]);
    world.send(CARRIER, OFFICE, ack_text(&heard[1], "text@carrier", "5"));
    world.run(Duration::from_secs(40));
    assert!(world.received(CARRIER).is_empty());
    assert_eq!(world.events(OFFICE), [Event::Confirmed { session, body: vec![] }]);
}

#[test]
fn who_requires_it_gets_every_provisional_answer_so_and_one_after_the_other() {
    let mut world = World::of_an_office(401);
    let session = called(&mut world, "Require: 100rel\r\n");
    for status in [180, 181, 183] {
        world.tell(OFFICE, |e, now| e.ring(now, session, status, None)).unwrap();
    }
    world.run(millis(30));
    let mut rseqs = vec![];
    for (seq, expected) in [("6", "180"), ("8", "181"), ("10", "183")] {
        let heard = world.received(CARRIER);
        let answer = heard.iter().find(|text| text.contains("RSeq")).unwrap();
        assert_eq!(&answer[8..11], expected);
        rseqs.push(header(answer, "RSeq").parse::<u32>().unwrap());
        // Somebody else's number first: it acknowledges nothing.
        let number = header(answer, "RSeq");
        let wrong =
            prack(answer, seq).replace(&format!("RAck: {number}"), "RAck: 3").replace("prack", "wrong");
        world.send(CARRIER, OFFICE, wrong);
        world.run(millis(30));
        assert_eq!(statuses(&world.received(CARRIER)), ["481"]);
        let next = (seq.parse::<u32>().unwrap() + 1).to_string();
        world.send(CARRIER, OFFICE, prack(answer, &next));
        world.run(millis(30));
    }
    assert_eq!([rseqs[1] - rseqs[0], rseqs[2] - rseqs[1]], [1, 1]);
}

#[test]
fn what_nobody_acknowledges_is_repeated_and_after_64_t1_the_call_is_refused() {
    let mut world = World::of_an_office(402);
    let session = called(&mut world, "Supported: 100rel\r\n");
    world.trace.clear();
    world.tell(OFFICE, |e, now| e.ring(now, session, 183, Some(b"early".to_vec()))).unwrap();
    world.run(Duration::from_secs(40));
    let at: Vec<u128> = world
        .trace
        .iter()
        .filter(|(_, from, _, line)| *from == addr(OFFICE) && line.contains(" 183 "))
        .map(|(at, ..)| at.as_millis())
        .collect();
    let gaps: Vec<u128> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [500, 1000, 2000, 4000, 8000, 16_000], "doubling, without a ceiling");
    assert!(world.received(CARRIER).iter().any(|text| text.starts_with("SIP/2.0 504 ")));
    assert_eq!(world.events(OFFICE), [Event::Cancelled { session, cause: None }]);
    assert_eq!(world.counts(OFFICE).sessions, 0);
}

#[test]
fn a_caller_without_an_offer_who_requires_it_hears_nothing_before_the_answer() {
    let mut world = World::of_an_office(403);
    world.unplug(CARRIER);
    let invite = invite_text("z9hG4bKempty", "text@carrier", "5").replace(
        "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\noffer",
        "Require: 100rel\r\nContent-Length: 0\r\n\r\n",
    );
    world.send(CARRIER, OFFICE, invite);
    world.run(millis(30));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.ring(now, session, 180, None)).unwrap();
    world.tell(OFFICE, |e, now| e.answer(now, session, b"our offer".to_vec())).unwrap();
    world.run(millis(30));
    let heard = world.received(CARRIER);
    assert_eq!(statuses(&heard), ["100", "200"]);
    world.send(CARRIER, OFFICE, with_body(&ack_text(&heard[1], "text@carrier", "5"), "answer"));
    world.run(millis(30));
    assert_eq!(world.events(OFFICE), [Event::Confirmed { session, body: b"answer".to_vec() }]);
}

#[test]
fn an_update_before_the_answer_waits_for_the_answer_to_the_first_offer() {
    let mut world = World::of_an_office(404);
    let session = called(&mut world, "Supported: 100rel\r\n");
    world.tell(OFFICE, |e, now| e.ring(now, session, 183, None)).unwrap();
    world.run(millis(30));
    let ringing = world.received(CARRIER).pop().unwrap();
    let update = |seq: &str| {
        let update = request_text("UPDATE", &ringing, &format!("z9hG4bKu{seq}"), "text@carrier", seq);
        with_body(&update, "other")
    };
    world.send(CARRIER, OFFICE, update("6"));
    world.run(millis(30));
    let refused = world.received(CARRIER);
    assert_eq!(statuses(&refused), ["500"]);
    assert!(!header(&refused[0], "Retry-After").is_empty());
    world.tell(OFFICE, |e, now| e.ring(now, session, 183, Some(b"early".to_vec()))).unwrap();
    world.run(millis(30));
    let early = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, prack(&early, "7"));
    world.run(millis(30));
    world.forget_past();
    world.send(CARRIER, OFFICE, update("8"));
    world.run(millis(30));
    assert_eq!(world.events(OFFICE), [Event::Reoffered { session, offer: b"other".to_vec() }]);
    world.tell(OFFICE, |e, now| e.accept_reoffer(now, session, b"fine".to_vec())).unwrap();
    world.run(millis(30));
    let heard = world.received(CARRIER);
    assert_eq!(statuses(&heard), ["200"]);
    assert!(heard[0].ends_with("fine"));
    // A PRACK may offer as well (RFC 3262, 5).
    world.tell(OFFICE, |e, now| e.ring(now, session, 183, Some(b"early".to_vec()))).unwrap();
    world.run(millis(30));
    let again = world.received(CARRIER).pop().unwrap();
    assert!(again.ends_with("Content-Length: 0\r\n\r\n"), "it has been answered");
    world.send(CARRIER, OFFICE, with_body(&prack(&again, "9"), "third"));
    world.run(millis(30));
    assert_eq!(world.events(OFFICE), [Event::Reoffered { session, offer: b"third".to_vec() }]);
    world.tell(OFFICE, |e, now| e.refuse_reoffer(now, session, 488)).unwrap();
    world.run(millis(30));
    assert_eq!(statuses(&world.received(CARRIER)), ["488"]);
    assert_eq!(world.counts(OFFICE).sessions, 1, "the call goes on");
}

/// Our INVITE, as a carrier of text has got it.
fn calling(world: &mut World) -> (SessionId, String) {
    world.unplug(CARRIER);
    let outgoing = to_trunk("carrier", "+13035550188", b"offer");
    let session = world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(30));
    let invite = world.received(CARRIER).pop().unwrap();
    assert!(invite.contains("Supported: 100rel"));
    world.forget_past();
    (session, invite)
}

fn provisional(invite: &str, status: u16, rseq: u32, body: &str) -> String {
    let reliable = format!("Require: 100rel\r\nRSeq: {rseq}\r\nContent-Length");
    with_body(&answer_text(invite, status, "theirs").replacen("Content-Length", &reliable, 1), body)
}

#[test]
fn their_reliable_answers_are_acknowledged_once_each_and_in_order() {
    let mut world = World::of_an_office(405);
    let (session, invite) = calling(&mut world);
    for (status, rseq) in [(183, 70), (180, 72), (183, 70), (181, 71), (180, 72)] {
        world.send(CARRIER, OFFICE, provisional(&invite, status, rseq, "early"));
        world.run(millis(30));
    }
    let pracks: Vec<String> =
        world.received(CARRIER).into_iter().filter(|text| text.starts_with("PRACK ")).collect();
    let racks: Vec<&str> = pracks.iter().map(|text| header(text, "RAck")).collect();
    assert_eq!(racks, ["70 1 INVITE", "71 1 INVITE", "72 1 INVITE"]);
    let told: Vec<(u16, Vec<u8>)> = world
        .events(OFFICE)
        .into_iter()
        .filter_map(|event| match event {
            Event::Progress { status, body, .. } => Some((status, body)),
            _ => None,
        })
        .collect();
    // The first description is the answer; what follows is ignored (RFC 3261, 13.2.1).
    assert_eq!(told, [(183, b"early".to_vec()), (181, vec![]), (180, vec![])]);
    // They may offer anew now, and the 200 need not repeat the answer.
    let update = format!(
        "UPDATE sip:office@{OFFICE} SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};branch=z9hG4bKup;rport\r\nMax-Forwards: 70\r\nFrom: {};tag=theirs\r\n\
         To: {}\r\nCall-ID: {}\r\nCSeq: 1 UPDATE\r\nContent-Length: 0\r\n\r\n",
        header(&invite, "To"),
        header(&invite, "From"),
        header(&invite, "Call-ID"),
    );
    world.send(CARRIER, OFFICE, with_body(&update, "theirs"));
    world.run(millis(30));
    assert_eq!(world.events(OFFICE), [Event::Reoffered { session, offer: b"theirs".to_vec() }]);
    world.tell(OFFICE, |e, now| e.accept_reoffer(now, session, b"ours".to_vec())).unwrap();
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "theirs"));
    world.run(millis(30));
    assert!(
        matches!(&world.events(OFFICE)[..], [Event::Answered { body, .. }] if body == b"early"),
        "the answer that counted"
    );
    world.forget_past();
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(millis(30));
    let bye = world.received(CARRIER).into_iter().find(|text| text.starts_with("BYE ")).unwrap();
    assert_eq!(header(&bye, "CSeq"), "5 BYE", "after an INVITE and three PRACKs");
}

#[test]
fn an_answer_for_whose_prack_there_was_no_room_is_acknowledged_when_it_comes_again() {
    let mut world = World::new(407);
    let mut small = office();
    small.limits.client_transactions = 2;
    world.settle(OFFICE, small);
    let (_, invite) = calling(&mut world);
    let target = Target::Trunk { trunk: TrunkName("carrier".to_owned()), number: "+13035550188".to_owned() };
    let from = Identity { user: "+13035550100".to_owned(), display: String::new() };
    world.tell(OFFICE, |e, now| e.send_text(now, &target, &from, "text/plain", b"hello".to_vec())).unwrap();
    world.run(millis(30));
    let text = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, provisional(&invite, 183, 70, "early"));
    world.run(millis(30));
    assert!(world.received(CARRIER).is_empty() && world.events(OFFICE).is_empty());
    world.send(CARRIER, OFFICE, answer_text(&text, 202, "t"));
    world.run(Duration::from_secs(6));
    world.events(OFFICE);
    world.send(CARRIER, OFFICE, provisional(&invite, 183, 70, "early"));
    world.run(millis(30));
    assert!(world.received(CARRIER).iter().any(|text| header(text, "RAck") == "70 1 INVITE"));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Progress { body, .. }] if body == b"early"));
}

#[test]
fn a_refresh_repeats_what_has_been_agreed_on_before_the_answer() {
    let mut world = World::of_an_office(409);
    let (session, invite) = calling(&mut world);
    world.send(CARRIER, OFFICE, provisional(&invite, 183, 70, "early"));
    world.run(millis(30));
    let update = format!(
        "UPDATE sip:office@{OFFICE} SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};branch=z9hG4bKup;rport\r\nMax-Forwards: 70\r\n\
         From: {};tag=theirs\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 UPDATE\r\nContent-Length: 0\r\n\r\n",
        header(&invite, "To"),
        header(&invite, "From"),
        header(&invite, "Call-ID"),
    );
    world.send(CARRIER, OFFICE, with_body(&update, "theirs"));
    world.run(millis(30));
    world.tell(OFFICE, |e, now| e.accept_reoffer(now, session, b"newest".to_vec())).unwrap();
    let terms = "Session-Expires: 90;refresher=uac\r\nRequire: timer\r\nContact";
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "theirs").replacen("Contact", terms, 1));
    world.run(Duration::from_secs(46));
    let refresh = world.received(CARRIER).into_iter().find(|text| text.starts_with("INVITE ")).unwrap();
    assert!(refresh.ends_with("\r\n\r\nnewest"), "{refresh}");
}

#[test]
fn an_update_that_meets_our_open_offer_is_a_glare() {
    let mut world = World::of_an_office(406);
    let (_, invite) = calling(&mut world);
    world.send(CARRIER, OFFICE, answer_text(&invite, 180, "theirs"));
    world.run(millis(30));
    let update = format!(
        "UPDATE sip:office@{OFFICE} SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};branch=z9hG4bKup;rport\r\nMax-Forwards: 70\r\n\
         From: {};tag=theirs\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 UPDATE\r\nContent-Length: 0\r\n\r\n",
        header(&invite, "To"),
        header(&invite, "From"),
        header(&invite, "Call-ID"),
    );
    world.received(CARRIER);
    world.send(CARRIER, OFFICE, with_body(&update, "theirs"));
    world.run(millis(30));
    let heard = world.received(CARRIER);
    assert!(heard.iter().any(|text| text.starts_with("SIP/2.0 491 ")), "{heard:?}");
}

#[test]
fn two_of_our_own_kind_agree_on_early_media_over_a_network_that_loses_a_third() {
    for seed in 0..20 {
        let mut world = World::of_an_office(420 + seed);
        let mut count = seed;
        world.judge = Box::new(move |_, _, _| {
            count = count.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if count >> 33 & 3 == 0 { Fate::Lose } else { Fate::Deliver }
        });
        let at_carrier = world.carrier_calls();
        world.run(Duration::from_secs(5));
        let at_office = world.invited(OFFICE);
        world.tell(OFFICE, |e, now| e.ring(now, at_office, 183, Some(b"early".to_vec()))).unwrap();
        world.tell(OFFICE, |e, now| e.answer(now, at_office, b"early".to_vec())).unwrap();
        world.run(Duration::from_secs(25));
        let events = world.events(CARRIER);
        let progress = events.iter().filter(|e| matches!(e, Event::Progress { .. })).count();
        assert_eq!(progress, 1, "seed {seed}: {events:?}");
        assert!(
            events.iter().any(|e| matches!(e, Event::Answered { body, .. } if body == b"early")),
            "seed {seed}: {events:?}"
        );
        world.judge = Box::new(|_, _, _| Fate::Deliver);
        world.tell(CARRIER, |e, now| e.bye(now, at_carrier, None)).unwrap();
        world.run(Duration::from_secs(1));
        world.assert_nothing_left();
    }
}

#[test]
fn a_caller_hears_each_minute_that_nobody_has_answered_yet() {
    for (headers, silent) in [("", false), ("", true), ("Require: 100rel\r\n", false)] {
        let mut world = World::of_an_office(408);
        let session = called(&mut world, headers);
        if !silent {
            world.tell(OFFICE, |e, now| e.ring(now, session, 180, None)).unwrap();
        }
        let expected = if silent { "183" } else { "180" };
        let mut heard = vec![];
        for tick in 0_u64..2000 {
            world.run(millis(100));
            let second = tick / 10;
            for answer in world.received(CARRIER) {
                assert_eq!(&answer[8..11], expected);
                let rseq = header(&answer, "RSeq").to_owned();
                assert_eq!(rseq.is_empty(), headers.is_empty());
                if !rseq.is_empty() {
                    world.send(CARRIER, OFFICE, prack(&answer, &(6 + tick).to_string()));
                    world.run(millis(30));
                    world.received(CARRIER);
                }
                heard.push(second);
            }
        }
        let first = usize::from(!silent);
        assert_eq!(heard.len(), 3 + first, "{headers} {heard:?}");
        assert!(
            heard[first..].iter().zip([60, 120, 180]).all(|(at, due)| at.abs_diff(due) <= 1),
            "{heard:?}"
        );
        world.tell(OFFICE, |e, now| e.reject(now, session, 486, "", None, None)).unwrap();
        world.run(Duration::from_secs(70));
        assert!(world.received(CARRIER).iter().all(|answer| answer.starts_with("SIP/2.0 486")));
    }
}
