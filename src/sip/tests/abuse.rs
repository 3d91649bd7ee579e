//! Scanners, floods, guessers and claimants: what they get, what it costs, and that others are served meanwhile.

use std::time::Duration;

use super::{
    races::{header, invite_text},
    registering::{authorised, register, status},
    world::{CARRIER, OFFICE, PHONE, SECOND_PHONE, STRANGER, World, carrier, office, phone},
};
use crate::sip::{Event, Refusal, Settings};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn stranger_invite(branch: &str) -> String {
    invite_text(branch, &format!("{branch}@scan"), "1").replace(CARRIER, STRANGER)
}

#[test]
fn a_strangers_invite_gets_one_challenge_and_leaves_nothing_behind() {
    let mut world = World::of_an_office(110);
    let invite = stranger_invite("z9hG4bKscan");
    world.send(STRANGER, OFFICE, invite.clone());
    world.run(Duration::from_secs(34));
    let answers = world.received(STRANGER);
    assert_eq!(answers.len(), 1, "no repeating: {answers:?}");
    assert_eq!(status(&answers[0]), 401);
    assert!(answers[0].len() <= 4 * invite.len());
    assert!(!answers[0].contains("Portico"), "no name, no version: {}", answers[0]);
    assert_eq!(world.counts(OFFICE).server_transactions, 0);
    assert_eq!(world.events(OFFICE), [], "no call; and to be asked is no refusal yet");
    // Its ACK is absorbed in silence.
    let ack = invite
        .replace("INVITE", "ACK")
        .replace("To: <sip:+13035550100@office.example>", &format!("To: {}", header(&answers[0], "To")));
    world.send(STRANGER, OFFICE, ack);
    world.run(Duration::from_secs(2));
    assert!(world.events(OFFICE).is_empty() && world.received(STRANGER).is_empty());
}

#[test]
fn a_scanner_that_never_answers_a_challenge_is_seen_and_a_phone_that_does_is_not() {
    let mut world = World::of_an_office(112);
    for name in 0..3 {
        world.send(STRANGER, OFFICE, stranger_invite(&format!("z9hG4bKslow{name}")));
        world.run(Duration::from_secs(300));
    }
    let seen: u64 = world
        .events(OFFICE)
        .iter()
        .map(|event| match event {
            Event::Refused { cause: Refusal::Unauthenticated, source, count } => {
                assert_eq!(source.to_string(), STRANGER, "the phone has registered several times meanwhile");
                *count
            }
            _ => 0,
        })
        .sum();
    assert_eq!(seen, 3, "each of its questions");
}

#[test]
fn a_trunk_is_known_by_its_address_and_not_by_what_it_says() {
    let mut world = World::of_an_office(111);
    let claims = stranger_invite("z9hG4bKclaim")
        .replace("Contact:", "P-Asserted-Identity: <sip:+13035550100@carrier.example>\r\nContact:");
    for (n, from) in ["101@office.example", "+1@carrier.example", "office"].iter().enumerate() {
        let text =
            claims.replace("+13035550177@carrier.example", from).replace("claim", &format!("claim{n}"));
        world.send(STRANGER, OFFICE, text);
    }
    world.run(millis(100));
    assert!(world.received(STRANGER).iter().all(|text| status(text) == 401));
    assert_eq!(world.counts(OFFICE).sessions, 0);
}

#[test]
fn twenty_thousand_unauthenticated_invites_cost_no_memory_and_disturb_nobody() {
    let mut world = World::of_an_office(112);
    let before = world.counts(OFFICE);
    world.settle(SECOND_PHONE, phone(SECOND_PHONE, "101"));
    for n in 0..20_000u32 {
        let from = format!("203.0.113.{}:{}", n % 10, 1024 + n % 20_000);
        let text = stranger_invite(&format!("z9hG4bKflood{n}")).replace(STRANGER, &from);
        world.send(&from, OFFICE, text);
        if n % 100 == 0 {
            world.run(millis(1));
        }
    }
    world.run(Duration::from_secs(1));
    let after = world.counts(OFFICE);
    assert_eq!(after.sessions, before.sessions);
    assert!(after.server_transactions <= before.server_transactions + 2, "{after:?}");
    assert!(after.guarded_sources <= 40_000, "{after:?}");
    assert_eq!(after.bindings, 2, "a phone registers in the middle of it");
    let answers = world.inbox.iter().filter(|(to, _)| to.ip().to_string().starts_with("203")).count();
    assert!(answers <= 10 * 650, "each address has its budget: {answers}");
    let told = world.events(OFFICE);
    let reports = told.iter().filter(|e| matches!(e, Event::Refused { .. })).count();
    assert!(reports < 20, "floods are counted, not listed: {reports}");
}

#[test]
fn calls_that_are_over_take_nobodys_place() {
    let mut world = World::new(114);
    let mut settings = office();
    settings.limits.server_transactions = 20;
    world.settle(OFFICE, settings);
    world.settle(CARRIER, carrier());
    for _ in 0..60 {
        let (at_carrier, _) = world.talk();
        world.tell(CARRIER, |e, now| e.bye(now, at_carrier, None)).unwrap();
        world.run(millis(50));
    }
    assert!(world.counts(OFFICE).server_transactions >= 120, "they are kept for their copies all the same");
}

#[test]
fn twenty_thousand_invites_of_a_trunk_fill_the_tables_to_their_bound_and_no_further() {
    let mut world = World::new(113);
    let mut settings = office();
    settings.limits.sessions = 100;
    settings.limits.server_transactions = 1000;
    world.settle(OFFICE, settings);
    for n in 0..20_000 {
        world.send(CARRIER, OFFICE, invite_text(&format!("z9hG4bKn{n}"), &format!("{n}@carrier"), "1"));
    }
    world.run(millis(20));
    let full = world.counts(OFFICE);
    assert_eq!((full.sessions, full.server_transactions), (88, 984), "the last few are for phones: {full:?}");
    let refused = world.received(CARRIER).into_iter().find(|text| text.contains(" 503 ")).unwrap();
    assert!(refused.contains("Retry-After: "), "{refused}");
    // Somebody at a desk dials 911 all the same.
    let request = invite_text("z9hG4bKhelp", "help@phone", "1")
        .replace(CARRIER, PHONE)
        .replace("From: <sip:+13035550177@carrier.example>", "From: <sip:101@office.example>")
        .replace("+13035550100@office", "911@office");
    world.send(PHONE, OFFICE, request.clone());
    world.run(millis(100));
    let asked = world.received(PHONE).pop().unwrap();
    world.send(PHONE, OFFICE, authorised(&request, &asked, "101", "secret of 101", None, "z9hG4bKhelp2"));
    world.run(millis(100));
    assert!(world.received(PHONE).iter().any(|text| status(text) == 100));
    assert_eq!(world.counts(OFFICE).sessions, 89);
    // Nobody acknowledges anything; the calls that came in are refused, and everything goes.
    let sessions: Vec<_> = world
        .events(OFFICE)
        .into_iter()
        .filter_map(|event| match event {
            Event::Invited { session, .. } => Some(session),
            _ => None,
        })
        .collect();
    for session in sessions {
        world.tell(OFFICE, |e, now| e.reject(now, session, 480, "", None, None)).unwrap();
    }
    world.assert_nothing_left();
}

#[test]
fn calls_that_are_answered_but_never_acknowledged_end_by_themselves() {
    let mut world = World::new(114);
    world.settle(OFFICE, office());
    for n in 0..200 {
        world.send(CARRIER, OFFICE, invite_text(&format!("z9hG4bKu{n}"), &format!("u{n}@carrier"), "1"));
    }
    world.run(millis(20));
    for event in world.events(OFFICE) {
        if let Event::Invited { session, .. } = event {
            world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
        }
    }
    assert_eq!(world.counts(OFFICE).sessions, 200);
    world.run(Duration::from_secs(33));
    assert_eq!(world.events(OFFICE).len(), 200);
    world.assert_nothing_left();
}

#[test]
fn a_guesser_is_barred_while_its_victim_registers_from_elsewhere() {
    let mut world = World::new(115);
    world.settle(OFFICE, office());
    let mut answered = 0;
    for n in 1..=40 {
        let request = register(STRANGER, n, "<sip:101@203.0.113.66>", "");
        world.send(STRANGER, OFFICE, request.clone());
        world.run(millis(300));
        let Some(refusal) = world.received(STRANGER).pop() else { continue };
        answered += 1;
        let branch = format!("z9hG4bKguess{n}");
        world.send(
            STRANGER,
            OFFICE,
            authorised(&request, &refusal, "101", &format!("guess {n}"), None, &branch),
        );
        world.run(millis(300));
        world.received(STRANGER);
    }
    assert_eq!(answered, 10);
    // The right password comes too late, from any port.
    world.send("203.0.113.66:9999", OFFICE, register("203.0.113.66:9999", 50, "", ""));
    world.run(millis(100));
    assert!(world.received("203.0.113.66:9999").is_empty());
    world.settle(PHONE, phone(PHONE, "101"));
    world.run(millis(200));
    assert_eq!(world.counts(OFFICE).bindings, 1);
    world.run(Duration::from_secs(5 * 60));
    world.send(STRANGER, OFFICE, register(STRANGER, 60, "", ""));
    world.run(millis(100));
    assert_eq!(world.received(STRANGER).len(), 1, "after five minutes it may try again");
}

#[test]
fn nobody_gets_a_neighbour_barred_by_writing_its_address_into_wrong_guesses() {
    let mut world = World::new(121);
    world.settle(OFFICE, office());
    let request = register(STRANGER, 1, "", "");
    world.send(STRANGER, OFFICE, request.clone());
    world.run(millis(50));
    let refusal = world.received(STRANGER).pop().unwrap();
    // The victim's address as source, with a nonce that was given to the attacker.
    for n in 0..50 {
        let guess = authorised(&request, &refusal, "101", "wrong", None, &format!("z9hG4bKspoof{n}"));
        world.send(PHONE, OFFICE, guess);
        world.run(millis(300));
    }
    assert!(world.received(PHONE).iter().all(|text| text.contains("stale=true")));
    world.settle(PHONE, phone(PHONE, "101"));
    world.run(millis(200));
    assert_eq!(world.counts(OFFICE).bindings, 1);
}

#[test]
fn requests_that_cannot_be_served_get_the_answer_that_the_rfc_names() {
    let mut world = World::of_an_office(116);
    let before = world.counts(OFFICE).server_transactions;
    let base = |n: u32| stranger_invite(&format!("z9hG4bKbad{n}"));
    let cases = [
        (base(1).replace("Max-Forwards: 70", "Max-Forwards: 0"), 483, ""),
        (
            base(2).replace("Contact:", "Require: precondition, resource-priority\r\nContact:"),
            420,
            "Unsupported: precondition, resource-priority",
        ),
        (base(3).replace("INVITE sip:+13035550100@office.example", "INVITE http://office.example"), 416, ""),
        (base(4).replace("INVITE", "PUBLISH"), 405, "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS"),
        (base(5).replace("INVITE", "DANCE"), 501, "Allow: INVITE"),
        (base(6).replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"), 505, ""),
        (base(7).replace("CSeq: 1 INVITE", "CSeq: 1 BYE"), 400, ""),
        (base(8).replace("INVITE", "BYE"), 481, ""),
        (base(9).replace("INVITE", "CANCEL"), 481, ""),
        (base(10).replace("application/sdp", "application/riddle"), 415, "Accept: application/sdp"),
        (base(11).replace("Contact:", "Accept: text/riddle\r\nContact:"), 406, ""),
        (base(12).replace("INVITE", "OPTIONS"), 200, "Accept: application/sdp, text/plain"),
    ];
    for (n, (request, expected, with)) in cases.into_iter().enumerate() {
        world.send(STRANGER, OFFICE, request);
        world.run(millis(300));
        let answer = world.received(STRANGER).pop().unwrap_or_else(|| panic!("case {n} is answered"));
        assert_eq!(status(&answer), expected, "case {n}: {answer}");
        assert!(answer.contains(with), "case {n}: {answer}");
    }
    assert_eq!(world.counts(OFFICE).server_transactions, before, "nothing was kept for any of them");
}

#[test]
fn what_is_not_sip_is_dropped_in_silence() {
    let mut world = World::of_an_office(117);
    for bytes in [&b""[..], b"\r\n\r\n", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n"] {
        world.send(STRANGER, OFFICE, bytes);
    }
    world.run(Duration::from_secs(1));
    assert!(world.received(STRANGER).is_empty());
    let reports = world.events(OFFICE);
    assert!(
        reports
            .iter()
            .all(|e| matches!(e, Event::Refused { cause: Refusal::Unreadable | Refusal::Stray, .. }))
    );
}

#[test]
fn short_questions_get_no_long_answers() {
    let mut world = World::of_an_office(118);
    let tiny = "REGISTER sip:a SIP/2.0\r\nv:SIP/2.0/UDP a\r\nf:sip:a;tag=1\r\nt:sip:a\r\ni:1\r\nCSeq:1 REGISTER\r\n\r\n";
    world.send(STRANGER, OFFICE, tiny);
    world.run(millis(100));
    for answer in world.received("203.0.113.66:5060") {
        assert!(answer.len() <= 4 * tiny.len(), "{} for {}", answer.len(), tiny.len());
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| {
        let mut world = World::of_an_office(seed);
        let (at_carrier, _) = world.talk();
        world.tell(CARRIER, |e, now| e.bye(now, at_carrier, None)).unwrap();
        world.run(Duration::from_secs(40));
        world.send(STRANGER, OFFICE, stranger_invite("z9hG4bKlast"));
        world.run(millis(50));
        (world.trace.iter().map(|(at, _, _, line)| (*at, line.clone())).collect::<Vec<_>>(), world.inbox)
    };
    assert_eq!(story(7), story(7));
    assert_ne!(story(7).1, story(8).1);
}

#[test]
fn a_phone_calls_people_here_and_not_at_other_hosts_through_us() {
    let mut world = World::of_an_office(119);
    let names = vec!["pbx.office.example".to_owned(), "*.maple.example".to_owned()];
    world.tell(OFFICE, |e, now| e.update(now, Settings { names, ..office() }));
    for (n, (uri, expected)) in [
        ("sip:3035550142@evil.example", 404),
        ("sip:3035550142@office.example;maddr=203.0.113.66", 404),
        ("sip:3035550142@192.0.2.1", 100),
        ("tel:+13035550142", 100),
        // What the certificate is for is ours.
        ("sip:3035550142@PBX.office.example", 100),
        ("sip:3035550142@desk.maple.example", 100),
        ("sip:3035550142@maple.example", 404),
        ("sip:3035550142@a.desk.maple.example", 404),
        ("sip:3035550142@xmaple.example", 404),
    ]
    .into_iter()
    .enumerate()
    {
        let request = stranger_invite(&format!("z9hG4bKvia{n}"))
            .replace("sip:+13035550100@office.example SIP", &format!("{uri} SIP"))
            .replace("+13035550177@carrier.example", "101@office.example")
            .replace("Max-Forwards", "Route: <sip:evil.example;lr>\r\nMax-Forwards");
        world.send(STRANGER, OFFICE, request.clone());
        world.run(millis(50));
        let refusal = world.received(STRANGER).pop().unwrap();
        let branch = format!("z9hG4bKviab{n}");
        world.send(STRANGER, OFFICE, authorised(&request, &refusal, "101", "secret of 101", None, &branch));
        world.run(millis(50));
        assert_eq!(status(&world.received(STRANGER).pop().unwrap()), expected, "{uri}");
    }
}

/// Everything that is sent in a few calls, with some of its bytes changed, from each kind of sender.
#[test]
fn changed_bytes_of_real_messages_break_nothing_and_fill_nothing() {
    use rand_chacha::rand_core::{Rng, SeedableRng};

    let mut chance = crate::types::Chance::seed_from_u64(120);
    let mut world = World::of_an_office(120);
    world.unplug(CARRIER);
    let invite = invite_text("z9hG4bKseed", "seed@carrier", "1");
    world.send(CARRIER, OFFICE, invite.clone());
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let ok = world.received(CARRIER).pop().unwrap();
    let dialog = |method: &str| super::races::request_text(method, &ok, "z9hG4bKin", "seed@carrier", "7");
    let seeds = [
        invite,
        dialog("INFO"),
        dialog("UPDATE"),
        dialog("INVITE"),
        dialog("ACK"),
        ok.clone(),
        register(STRANGER, 1, "<sip:101@203.0.113.66>;expires=60", "Supported: path\r\n"),
    ];
    let splices = ["\r\n", "\0", ";", "\"", "<", ">", ",", ":", "%", "=", "SIP/2.0", "4294967296", "-1", "é"];
    for round in 0..20_000u32 {
        let mut bytes = seeds[chance.next_u32() as usize % seeds.len()].clone().into_bytes();
        for _ in 0..=chance.next_u32() % 4 {
            let at = chance.next_u32() as usize % bytes.len();
            match chance.next_u32() % 4 {
                0 => bytes[at] = (chance.next_u32() % 256) as u8,
                1 => {
                    let splice = splices[chance.next_u32() as usize % splices.len()].bytes();
                    bytes.splice(at..at, splice);
                }
                2 => {
                    let end = (at + chance.next_u32() as usize % 30).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let end = (at + chance.next_u32() as usize % 60).min(bytes.len());
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        let from = [CARRIER, PHONE, STRANGER][round as usize % 3];
        world.send(from, OFFICE, bytes);
        if round % 50 == 0 {
            world.run(millis(20));
            world.forget_past();
        }
    }
    world.run(Duration::from_secs(120));
    let counts = world.counts(OFFICE);
    assert!(counts.sessions <= office().limits.sessions, "{counts:?}");
    assert_eq!((counts.client_transactions, counts.unsettled_texts), (0, 0), "{counts:?}");
    // And a call works afterwards.
    world.tell(OFFICE, |e, now| e.shut_down(now));
    world.run(Duration::from_secs(40));
    world.forget_past();
    world.send(CARRIER, OFFICE, invite_text("z9hG4bKafter", "after@carrier", "1"));
    world.run(millis(50));
    world.invited(OFFICE);
}
