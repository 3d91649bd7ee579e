//! Descriptions among other parts, in answers as in requests: what carriers that speak ISUP send.

use std::time::Duration;

use super::{
    races::{answer_text, header, invite_text, request_text},
    reoffers::call_by_text,
    world::{CARRIER, OFFICE, World, to_trunk},
};
use crate::sip::Event;

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn with_body(text: &str, content_type: &str, body: &str) -> String {
    let head = format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    text.replacen("Content-Length: 0\r\n\r\n", &head, 1)
}

fn with_isup(text: &str, description: &str) -> String {
    let body = format!(
        "--edge\r\nContent-Type: application/ISUP;version=itu-t92+\r\n\r\n\u{1}\u{10}\r\n\
         --edge\r\nContent-Type: application/sdp\r\n\r\n{description}\r\n--edge--\r\n"
    );
    with_body(text, "multipart/mixed;boundary=edge", &body)
}

#[test]
fn an_answer_is_found_among_other_parts_before_the_200_and_in_it() {
    for reliable in [false, true] {
        let mut world = World::of_an_office(600);
        world.unplug(CARRIER);
        let outgoing = to_trunk("carrier", "+13035550188", b"offer");
        let session = world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
        world.run(millis(30));
        let invite = world.received(CARRIER).pop().unwrap();
        let mut early = with_isup(&answer_text(&invite, 183, "theirs"), "early");
        if reliable {
            early = early.replacen("Contact", "Require: 100rel\r\nRSeq: 7\r\nContact", 1);
        }
        world.send(CARRIER, OFFICE, early);
        world.send(CARRIER, OFFICE, with_isup(&answer_text(&invite, 200, "theirs"), "answer"));
        world.run(millis(50));
        let taken: &[u8] = if reliable { b"early" } else { b"answer" };
        let events = world.events(OFFICE);
        let [Event::Progress { body: before, .. }, Event::Answered { session: of, body, .. }] = &events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!((&before[..], *of, &body[..]), (&b"early"[..], session, taken));
    }
}

#[test]
fn what_is_no_description_is_not_taken_for_one() {
    let mut world = World::of_an_office(601);
    let ok = call_by_text(&mut world);
    let update = |seq: &str, content_type: &str| {
        let update = request_text("UPDATE", &ok, &format!("z9hG4bKup{seq}"), "text@carrier", seq);
        with_body(&update, content_type, "x")
    };
    world.send(
        CARRIER,
        OFFICE,
        update("6", "application/x-vendor\r\nContent-Disposition: x;handling=optional"),
    );
    world.run(millis(30));
    assert!(world.events(OFFICE).is_empty(), "nothing is offered");
    assert_eq!(&world.received(CARRIER).pop().unwrap()[8..11], "200", "a sign of life");
    world.send(CARRIER, OFFICE, update("7", "application/x-vendor"));
    world.run(millis(30));
    assert_eq!(&world.received(CARRIER).pop().unwrap()[8..11], "415");
}

#[test]
fn a_prack_with_a_body_that_nobody_reads_acknowledges_nothing() {
    let mut world = World::of_an_office(602);
    world.unplug(CARRIER);
    let invite =
        invite_text("z9hG4bKfirst", "text@carrier", "5").replace("Contact:", "Require: 100rel\r\nContact:");
    world.send(CARRIER, OFFICE, invite);
    world.run(millis(30));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.ring(now, session, 180, None)).unwrap();
    world.run(millis(30));
    let ringing = world.received(CARRIER).pop().unwrap();
    let rack = format!("RAck: {} 5 INVITE\r\nContent-Length", header(&ringing, "RSeq"));
    let prack = request_text("PRACK", &ringing, "z9hG4bKprack", "text@carrier", "6");
    let prack = prack.replacen("Content-Length", &rack, 1);
    world.send(CARRIER, OFFICE, with_body(&prack, "application/x-vendor", "x"));
    world.run(millis(30));
    assert_eq!(&world.received(CARRIER).pop().unwrap()[8..11], "415");
    world.run(millis(600));
    assert_eq!(&world.received(CARRIER).pop().unwrap()[8..11], "180", "it is repeated");
}

#[test]
fn what_is_not_served_is_said_before_what_it_requires_and_a_second_tag_is_no_tag() {
    let mut world = World::of_an_office(603);
    world.unplug(CARRIER);
    let other = |method: &str| {
        let text = invite_text(&format!("z9hG4bK{method}"), method, "5").replace("INVITE", method);
        text.replace("Contact:", "Require: nothing-known\r\nContact:")
    };
    let tagged = invite_text("z9hG4bKtags", "tags", "5").replace(";tag=theirs", ";tag=theirs;tag=others");
    let branches = invite_text("z9hG4bKvias", "vias", "5").replace(";rport", ";rport;branch=z9hG4bKother");
    for (text, status) in [
        (other("PUBLISH"), "405"),
        (other("PARLEY"), "501"),
        (other("OPTIONS"), "420"),
        (tagged, "400"),
        (branches, "400"),
    ] {
        world.send(CARRIER, OFFICE, text.clone());
        world.run(millis(30));
        assert_eq!(&world.received(CARRIER).pop().unwrap()[8..11], status, "{text}");
    }
    assert!(world.events(OFFICE).iter().all(|event| matches!(event, Event::Refused { .. })));
}
