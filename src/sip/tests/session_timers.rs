//! Session timers (RFC 4028): long calls under three carriers' rules, and far ends that vanish.

use std::time::Duration;

use super::{
    races::{ack_text, answer_text, header, invite_text, request_text},
    world::{CARRIER, OFFICE, World, carrier, office, to_trunk},
};
use crate::sip::{EndedBy, Event, SessionId, SessionTimers};

const HOUR: Duration = Duration::from_secs(3600);

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// An office and a carrier with these intervals, in seconds: what each asks for, and the least that each takes.
fn world_of(seed: u64, ours: (u64, u64), theirs: (u64, u64)) -> World {
    let timers = |(expires, least)| SessionTimers {
        expires: Duration::from_secs(expires),
        least: Duration::from_secs(least),
    };
    let (mut at_office, mut at_carrier) = (office(), carrier());
    at_office.trunks[0].session_timers = timers(ours);
    at_carrier.trunks[0].session_timers = timers(theirs);
    let mut world = World::new(seed);
    world.settle(OFFICE, at_office);
    world.settle(CARRIER, at_carrier);
    world.run(millis(100));
    world.forget_past();
    world
}

fn office_calls(world: &mut World) -> SessionId {
    let session =
        world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "+13035550188", b"offer"))).unwrap();
    world.run(millis(100));
    let at_carrier = world.invited(CARRIER);
    world.tell(CARRIER, |e, now| e.answer(now, at_carrier, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    session
}

fn count(world: &World, method: &str) -> (usize, usize) {
    let of = |from, to| world.lines(from, to).iter().filter(|line| line.starts_with(method)).count();
    (of(OFFICE, CARRIER), of(CARRIER, OFFICE))
}

#[test]
fn a_call_of_four_hours_lives_under_the_rules_of_three_carriers() {
    // A carrier that asks for a sign of life every five minutes: its calls to us are its own to refresh.
    let mut world = world_of(500, (1800, 90), (300, 90));
    world.talk();
    world.trace.clear();
    world.run(4 * HOUR);
    assert_eq!((world.counts(OFFICE).sessions, world.counts(CARRIER).sessions), (1, 1));
    let (ours, theirs) = count(&world, "UPDATE ");
    assert!(ours == 0 && (95..=96).contains(&theirs), "every 150 s, by the caller: {theirs}");

    // A carrier that takes nothing below an hour: our INVITE is refused once with 422, then accepted.
    let mut world = world_of(501, (1800, 90), (7200, 3600));
    let session = office_calls(&mut world);
    assert_eq!(count(&world, "INVITE "), (2, 0));
    assert_eq!(world.lines(CARRIER, OFFICE).iter().filter(|line| line.contains(" 422 ")).count(), 1);
    assert!(matches!(&world.events(OFFICE)[..], [Event::Answered { .. }]));
    world.trace.clear();
    world.run(4 * HOUR);
    assert_eq!(
        (world.counts(OFFICE).sessions, world.counts(CARRIER).sessions),
        (1, 1),
        "{:?} {:#?}",
        world.events(OFFICE),
        world.trace
    );
    assert_eq!(count(&world, "UPDATE "), (7, 0), "every half hour, by us");
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!((world.counts(OFFICE).sessions, world.counts(CARRIER).sessions), (0, 0));

    // A carrier that knows neither timers nor UPDATE: nothing is sent, and nothing ends.
    let mut world = World::new(502);
    world.settle(OFFICE, office());
    world.send(CARRIER, OFFICE, invite_text("z9hG4bKlong", "text@carrier", "5"));
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let ok = world.received(CARRIER).pop().unwrap();
    assert_eq!(header(&ok, "Session-Expires"), "");
    world.send(CARRIER, OFFICE, ack_text(&ok, "text@carrier", "5"));
    world.run(4 * HOUR);
    assert!(world.received(CARRIER).is_empty());
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn a_far_end_that_vanishes_ends_the_call_in_time_whoever_was_to_refresh() {
    // The caller refreshes, and does so no more.
    let mut world = world_of(510, (1800, 90), (90, 90));
    let (_, at_office) = world.talk();
    world.forget_past();
    world.unplug(CARRIER);
    world.run(Duration::from_secs(90));
    assert_eq!(world.events(OFFICE), [Event::Ended { session: at_office, by: EndedBy::Expired }]);
    let bye = world.received(CARRIER).into_iter().find(|text| text.starts_with("BYE ")).unwrap();
    assert_eq!(header(&bye, "Reason"), "SIP;cause=408");

    // We refresh, and nobody answers.
    let mut world = world_of(511, (90, 90), (1800, 90));
    let session = office_calls(&mut world);
    world.forget_past();
    world.unplug(CARRIER);
    world.run(Duration::from_secs(90));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Ended { session: ended, .. }] if *ended == session));
}

#[test]
fn a_refresh_that_is_refused_for_the_moment_is_tried_again_before_the_session_is_over() {
    let mut world = World::new(512);
    world.settle(OFFICE, office());
    let outgoing = to_trunk("carrier", "+13035550188", b"offer");
    world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(30));
    let answer = |request: &str, status| {
        answer_text(request, status, "theirs").replacen(";tag=theirs;tag=theirs", ";tag=theirs", 1)
    };
    // It knows no UPDATE: the refresh is a re-INVITE.
    let granted = |request: &str| {
        let terms = "Session-Expires: 90;refresher=uac\r\nRequire: timer\r\nContact";
        answer(request, 200).replacen("Contact", terms, 1)
    };
    let invite = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, granted(&invite));
    let refresh = |world: &mut World, after: u64| {
        world.received(CARRIER);
        world.run(Duration::from_secs(after));
        world.received(CARRIER).into_iter().find(|text| text.starts_with("INVITE ")).expect("a refresh")
    };
    let first = refresh(&mut world, 46);
    world.send(CARRIER, OFFICE, answer(&first, 500));
    world.run(millis(30));
    let second = refresh(&mut world, 12);
    assert_ne!(header(&first, "CSeq"), header(&second, "CSeq"));
    world.send(CARRIER, OFFICE, granted(&second));
    world.run(Duration::from_secs(30));
    assert_eq!(world.counts(OFFICE).sessions, 1, "nobody has ended it");
}

#[test]
fn an_interval_that_is_too_short_is_refused_with_ours_and_raised_by_the_caller() {
    let mut world = world_of(520, (1800, 600), (120, 90));
    world.talk();
    assert!(
        world
            .sent_to(OFFICE)
            .iter()
            .filter(|text| text.starts_with("INVITE "))
            .all(|text| text.ends_with("offer of the carrier"))
    );
    let refused = world.sent_to(CARRIER).into_iter().find(|text| text.starts_with("SIP/2.0 422 ")).unwrap();
    assert_eq!(header(&refused, "Min-SE"), "600");
    let again = world.sent_to(OFFICE).into_iter().rfind(|text| text.starts_with("INVITE ")).unwrap();
    assert_eq!((header(&again, "Session-Expires"), header(&again, "Min-SE")), ("600", "600"));
    assert!(header(&again, "CSeq").starts_with("2 "));
}

#[test]
fn who_knows_no_update_is_refreshed_with_the_description_that_it_has() {
    let mut world = world_of(530, (1800, 90), (1800, 90));
    world.unplug(CARRIER);
    let session =
        world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "+13035550188", b"offer"))).unwrap();
    world.run(millis(50));
    let invite = world.received(CARRIER).pop().unwrap();
    let timer =
        "Allow: INVITE, ACK, BYE\r\nRequire: timer\r\nSession-Expires: 600;refresher=uac\r\nContent-Length";
    world.send(CARRIER, OFFICE, answer_text(&invite, 200, "theirs").replacen("Content-Length", timer, 1));
    world.run(millis(50));
    world.forget_past();
    world.run(Duration::from_secs(301));
    let refresh = world.received(CARRIER).into_iter().find(|text| text.starts_with("INVITE ")).unwrap();
    assert!(refresh.ends_with("\r\n\r\noffer"), "{refresh}");
    assert_eq!(header(&refresh, "Session-Expires"), "600;refresher=uac");
    let ok = format!(
        "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: <sip:x@{CARRIER}>\r\n\
         Require: timer\r\nSession-Expires: 600;refresher=uac\r\nContent-Length: 0\r\n\r\n",
        header(&refresh, "Via"),
        header(&refresh, "From"),
        header(&refresh, "To"),
        header(&refresh, "Call-ID"),
        header(&refresh, "CSeq"),
    );
    world.send(CARRIER, OFFICE, ok);
    world.run(millis(50));
    assert!(world.received(CARRIER).iter().any(|text| text.starts_with("ACK ")));
    assert!(world.events(OFFICE).is_empty(), "the PBX knows nothing of it");
    world.run(Duration::from_secs(280));
    assert_eq!(world.counts(OFFICE).sessions, 1, "refreshed");
    world.run(Duration::from_secs(400));
    assert!(
        matches!(&world.events(OFFICE)[..], [Event::Ended { session: ended, .. }] if *ended == session),
        "and no more"
    );
}

#[test]
fn an_empty_update_of_theirs_keeps_the_call_and_says_so() {
    let mut world = World::new(540);
    world.settle(OFFICE, office());
    let invite = invite_text("z9hG4bKtimed", "text@carrier", "5")
        .replace("Contact:", "Supported: timer\r\nSession-Expires: 120;refresher=uac\r\nContact:");
    world.send(CARRIER, OFFICE, invite);
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let ok = world.received(CARRIER).pop().unwrap();
    assert_eq!((header(&ok, "Session-Expires"), header(&ok, "Require")), ("120;refresher=uac", "timer"));
    world.send(CARRIER, OFFICE, ack_text(&ok, "text@carrier", "5"));
    for n in 0..20 {
        world.run(Duration::from_secs(60));
        let update =
            request_text("UPDATE", &ok, &format!("z9hG4bKr{n}"), "text@carrier", &(10 + n).to_string())
                .replace(
                    "Content-Length",
                    "Supported: timer\r\nSession-Expires: 120;refresher=uac\r\nContent-Length",
                );
        world.send(CARRIER, OFFICE, update);
        world.run(millis(50));
        let answers = world.received(CARRIER);
        assert_eq!(header(&answers[0], "Session-Expires"), "120;refresher=uac");
    }
    assert_eq!(world.counts(OFFICE).sessions, 1);
    world.run(Duration::from_secs(90));
    assert_eq!(world.counts(OFFICE).sessions, 0);
}
