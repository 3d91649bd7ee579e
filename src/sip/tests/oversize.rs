//! What is too long for a datagram: by TCP where that is taken, as a datagram where it is not (RFC 3261, 18.1.1).

use std::time::Duration;

use super::{
    registering::{register_by_hand, status},
    world::{CARRIER, OFFICE, PHONE, World, addr, carrier, office, to_trunk},
};
use crate::sip::{EndedBy, Event, Identity, Outgoing, SessionId, Target, TextId, TrunkName};

/// Of a NAT in front of 101.
const NAT: &str = "203.0.113.20:41234";

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn long() -> Vec<u8> {
    b"a=candidate\r\n".repeat(120)
}

fn long_call(world: &mut World) -> SessionId {
    world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "+13035550177", &long()))).unwrap()
}

fn long_text(world: &mut World) -> TextId {
    let target = Target::Trunk { trunk: TrunkName("carrier".to_owned()), number: "+13035550177".to_owned() };
    let from = Identity { user: "+13035550100".to_owned(), display: String::new() };
    world.tell(OFFICE, |e, now| e.send_text(now, &target, &from, "text/plain", long())).unwrap()
}

/// Each request to this address: its method and the transport of its Via.
fn requests(world: &World, to: &str) -> Vec<String> {
    let told = world.sent_to(to);
    let requests = told.iter().filter(|text| !text.starts_with("SIP/2.0"));
    requests
        .map(|text| {
            let via = text.lines().find(|line| line.starts_with("Via: SIP/2.0/")).unwrap();
            format!("{} {}", text.split(' ').next().unwrap(), &via[13..16])
        })
        .collect()
}

fn branch(text: &str) -> &str {
    text.split(";branch=").nth(1).unwrap().split([';', '\r']).next().unwrap()
}

#[test]
fn a_long_invite_goes_by_tcp_and_its_cancel_goes_the_same_way() {
    let mut world = World::of_an_office(700);
    let session = long_call(&mut world);
    world.run(millis(100));
    let at_carrier = world.invited(CARRIER);
    world.tell(CARRIER, |e, now| e.answer(now, at_carrier, b"answer".to_vec())).unwrap();
    world.run(Duration::from_secs(1));
    assert!(matches!(world.events(OFFICE)[..], [Event::Answered { .. }]));
    // The connection is ours, and is not a stranger's for want of a proof.
    world.run(Duration::from_secs(40));
    assert_eq!(world.open_connections().len(), 1);
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(millis(100));
    assert_eq!(
        requests(&world, CARRIER),
        ["INVITE TCP", "ACK TCP", "BYE TCP"],
        "where its Contact wants them"
    );
    let ended = Event::Ended { session: at_carrier, by: EndedBy::Remote(None) };
    assert_eq!(world.events(CARRIER).last(), Some(&ended));

    // The next one finds the connection open.
    world.forget_past();
    let session = long_call(&mut world);
    world.run(millis(100));
    world.tell(OFFICE, |e, now| e.cancel(now, session, None)).unwrap();
    world.run(millis(100));
    assert_eq!(
        requests(&world, CARRIER),
        ["INVITE TCP", "CANCEL TCP", "ACK TCP"],
        "9.1: where the INVITE went"
    );
    assert_eq!(world.open_connections().len(), 1);
    world.assert_nothing_left();
}

#[test]
fn where_tcp_is_refused_it_is_a_datagram_at_once_and_the_next_one_does_not_try() {
    let mut world = World::of_an_office(701);
    world.refusing.insert(addr(CARRIER));
    long_call(&mut world);
    world.run(millis(100));
    let session = world.invited(CARRIER);
    assert_eq!(requests(&world, CARRIER), ["INVITE TCP", "INVITE UDP"]);
    let sent = world.sent_to(CARRIER);
    assert_eq!(branch(&sent[0]), branch(&sent[1]), "one transaction");
    world.tell(CARRIER, |e, now| e.reject(now, session, 486, "", None, None)).unwrap();
    world.run(millis(100));
    assert!(matches!(world.events(OFFICE)[..], [Event::Failed { status: 486, .. }]));
    world.forget_past();
    let text = long_text(&mut world);
    world.run(millis(100));
    assert_eq!(requests(&world, CARRIER), ["MESSAGE UDP"]);
    let Some(Event::TextReceived { text: at_carrier, .. }) = world.events(CARRIER).pop() else { panic!() };
    world.tell(CARRIER, |e, now| e.settle_text(now, at_carrier, 202)).unwrap();
    world.run(millis(100));
    let answered = Event::TextAnswered { text, status: 202, retry_after: None };
    assert_eq!(world.events(OFFICE), [answered]);
    // After an hour it is asked anew.
    world.run(Duration::from_secs(3600));
    world.forget_past();
    world.refusing.clear();
    long_text(&mut world);
    world.run(millis(100));
    assert_eq!(requests(&world, CARRIER), ["MESSAGE TCP"]);
}

#[test]
fn where_tcp_swallows_it_the_datagram_is_a_copy_two_seconds_later() {
    let mut world = World::new(702);
    world.settle(OFFICE, office());
    let session = long_call(&mut world);
    world.run(millis(1900));
    assert_eq!(requests(&world, CARRIER), ["INVITE TCP"]);
    world.run(millis(700));
    assert_eq!(requests(&world, CARRIER), ["INVITE TCP", "INVITE UDP", "INVITE UDP"], "and repeats itself");
    let sent = world.sent_to(CARRIER);
    assert!(sent.iter().all(|text| branch(text) == branch(&sent[0])));
    world.run(Duration::from_secs(40));
    let events = world.events(OFFICE);
    assert!(
        matches!(events[..], [Event::Failed { session: s, status: 408, .. }] if s == session),
        "{events:?}"
    );
    world.assert_nothing_left();
}

#[test]
fn a_connection_that_breaks_before_an_answer_loses_nothing() {
    let mut world = World::new(703);
    world.settle(OFFICE, office());
    let text = long_text(&mut world);
    world.run(millis(100));
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.settle(CARRIER, carrier());
    world.run(millis(100));
    assert_eq!(requests(&world, CARRIER), ["MESSAGE TCP", "MESSAGE UDP"]);
    let Some(Event::TextReceived { text: at_carrier, .. }) = world.events(CARRIER).pop() else { panic!() };
    world.tell(CARRIER, |e, now| e.settle_text(now, at_carrier, 202)).unwrap();
    world.run(millis(100));
    assert_eq!(world.events(OFFICE), [Event::TextAnswered { text, status: 202, retry_after: None }]);
}

#[test]
fn a_trunk_that_is_to_be_reached_by_udp_is_reached_by_udp() {
    let mut world = World::new(704);
    let mut settings = office();
    settings.trunks[0].long_by_tcp = false;
    world.settle(OFFICE, settings);
    world.settle(CARRIER, carrier());
    long_call(&mut world);
    world.run(millis(100));
    assert_eq!(requests(&world, CARRIER), ["INVITE UDP"]);
    // And what fits into a datagram is one anywhere.
    let mut world = World::of_an_office(705);
    world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "+13035550177", b"offer"))).unwrap();
    world.run(millis(100));
    assert_eq!(requests(&world, CARRIER), ["INVITE UDP"]);
}

/// The office calls 101 with a long offer, and how it went there.
fn long_ring(world: &mut World, at: &str) -> Vec<String> {
    let now = world.now;
    let extension = "101".parse().unwrap();
    let binding = world.host(OFFICE).endpoint.bindings(now, &extension).pop().unwrap();
    let target = Target::Phone { extension, contact: binding.contact, flow: binding.flow, path: vec![] };
    let outgoing = Outgoing { target, ..to_trunk("carrier", "101", &long()) };
    world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(100));
    requests(world, at)
}

#[test]
fn a_phone_is_connected_to_only_where_nothing_stands_in_between() {
    let mut world = World::of_an_office(706);
    assert_eq!(long_ring(&mut world, PHONE), ["INVITE TCP"]);

    for (from, contact) in [
        (NAT, "sip:101@192.168.1.20:5060"),
        (PHONE, "sip:101@192.0.2.101:5060;transport=udp"),
        (PHONE, "sip:101@192.0.2.101:5060;ob"),
        (PHONE, "sip:101@phone.example"),
    ] {
        let mut world = World::new(707);
        world.settle(OFFICE, office());
        let done = register_by_hand(&mut world, from, 1, &format!("<{contact}>"), "Expires: 600\r\n");
        assert_eq!(status(&done), 200);
        world.forget_past();
        assert_eq!(long_ring(&mut world, from), ["INVITE UDP"], "{contact}");
    }
}
