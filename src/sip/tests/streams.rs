//! TCP: framing, answers along the same connection, and connections that dawdle, break or are too many.

use std::time::Duration;

use super::{
    registering::{authorised, register, status},
    world::{CARRIER, OFFICE, PHONE, STRANGER, World, addr, carrier, office, phone, start, to_trunk},
};
use rand_chacha::rand_core::SeedableRng;

use crate::{
    sip::{
        ConnectionId, EndedBy, Endpoint, Event, Flow, Input, Listener, Outgoing, Output, SendError,
        SessionId, Transport,
    },
    types::Chance,
};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn a_call_over_streams_goes_like_any_other_and_repeats_nothing() {
    let mut world = World::new(90);
    let (mut ours, mut theirs) = (office(), carrier());
    ours.trunks[0].transport = Transport::Tcp;
    theirs.trunks[0].transport = Transport::Tcp;
    world.settle(OFFICE, ours);
    world.settle(CARRIER, theirs);
    let (at_carrier, at_office) = world.talk();
    assert!(matches!(&world.events(OFFICE)[..], [Event::Confirmed { .. }]));
    assert!(matches!(&world.events(CARRIER)[..], [Event::Answered { .. }]));
    world.run(Duration::from_secs(5));
    assert_eq!(world.lines(CARRIER, OFFICE).len(), 2, "one INVITE, one ACK: {:?}", world.trace);
    world.tell(OFFICE, |e, now| e.bye(now, at_office, None)).unwrap();
    world.run(millis(100));
    assert_eq!(world.events(CARRIER), [Event::Ended { session: at_carrier, by: EndedBy::Remote(None) }]);
    assert_eq!(world.open_connections().len(), 1, "answers and requests share it");
}

#[test]
fn a_phone_on_tcp_is_rung_along_its_own_connection_and_unbound_when_that_is_cut() {
    let mut world = World::new(91);
    world.settle(OFFICE, office());
    let mut settings = phone(PHONE, "101");
    settings.trunks[0].transport = Transport::Tcp;
    world.settle(PHONE, settings);
    world.run(millis(200));
    assert_eq!(world.counts(OFFICE).bindings, 1);
    world.office_rings("101");
    world.run(millis(100));
    let session = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    assert!(matches!(&world.events(OFFICE)[..], [.., Event::Answered { .. }]));
    assert_eq!(world.open_connections().len(), 1);
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.run(millis(100));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Unbound { .. }]));
    assert_eq!(world.counts(OFFICE).bindings, 0);
}

#[test]
fn a_phone_whose_connection_is_cut_while_it_calls_has_given_up() {
    let mut world = World::new(97);
    world.settle(OFFICE, office());
    let mut settings = phone(PHONE, "101");
    settings.trunks[0].transport = Transport::Tcp;
    world.settle(PHONE, settings);
    world.run(millis(200));
    world.forget_past();
    let mut outgoing = to_trunk("office", "3035550142", b"offer");
    outgoing.from.user = "101".to_owned();
    world.tell(PHONE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(100));
    let session = world.invited(OFFICE);
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.run(millis(100));
    let events = world.events(OFFICE);
    assert!(events.contains(&Event::Cancelled { session, cause: None }), "{events:?}");
    assert!(matches!(&world.events(PHONE)[..], [Event::Failed { status: 503, .. }]));
    world.assert_nothing_left();
}

/// A carrier at a socket of the test, whose own connection is `connection`, and that listens at `CARRIER`.
fn calls_by_stream(world: &mut World, connection: ConnectionId, contact: &str) -> SessionId {
    let invite = format!(
        "INVITE sip:+13035550100@office.example SIP/2.0\r\nVia: SIP/2.0/TCP {CARRIER};branch=z9hG4bKstream\r\n\
         Max-Forwards: 70\r\nFrom: <sip:+13035550177@carrier.example>;tag=stream\r\n\
         To: <sip:+13035550100@office.example>\r\nCall-ID: stream\r\nCSeq: 1 INVITE\r\nContact: <{contact}>\r\n\
         Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\noffer"
    );
    world.stream_bytes(connection, "198.51.100.1:41000", OFFICE, invite.as_bytes());
    world.run(millis(100));
    world.invited(OFFICE)
}

#[test]
fn a_trunk_whose_connection_is_cut_while_it_rings_is_answered_over_another_one() {
    let mut world = World::new(98);
    world.settle(OFFICE, office());
    let connection = world.connect(addr("198.51.100.1:41000"), addr(OFFICE));
    world.run(millis(50));
    let session = calls_by_stream(&mut world, connection, "sip:198.51.100.1");
    world.cut(connection);
    world.run(millis(100));
    assert_eq!(world.events(OFFICE), [], "it rings on");
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    let answer = world.received(CARRIER);
    assert!(answer[0].starts_with("SIP/2.0 200 "), "to where it listens (RFC 3261, 18.2.2): {answer:?}");

    // Where nobody listens either, the caller is gone.
    let mut world = World::new(99);
    world.settle(OFFICE, office());
    world.refusing.insert(addr(CARRIER));
    let connection = world.connect(addr("198.51.100.1:41000"), addr(OFFICE));
    world.run(millis(50));
    let session = calls_by_stream(&mut world, connection, "sip:198.51.100.1");
    world.cut(connection);
    world.run(millis(50));
    world.tell(OFFICE, |e, now| e.ring(now, session, 180, None)).unwrap();
    world.run(millis(100));
    assert_eq!(world.events(OFFICE), [Event::Cancelled { session, cause: None }]);
    world.assert_nothing_left();
}

#[test]
fn a_call_whose_connection_is_cut_is_ended_where_its_contact_listens() {
    let mut world = World::new(100);
    world.settle(OFFICE, office());
    let connection = world.connect(addr("198.51.100.1:41000"), addr(OFFICE));
    world.run(millis(50));
    let session = calls_by_stream(&mut world, connection, "sip:198.51.100.1:5099;transport=tcp");
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let answer = world.received("198.51.100.1:41000").pop().unwrap();
    let to = answer.lines().find(|line| line.starts_with("To: ")).unwrap();
    let ack = format!(
        "ACK sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP {CARRIER};branch=z9hG4bKack\r\nMax-Forwards: 70\r\n\
         From: <sip:+13035550177@carrier.example>;tag=stream\r\n{to}\r\nCall-ID: stream\r\nCSeq: 1 ACK\r\n\
         Content-Length: 0\r\n\r\n"
    );
    world.stream_bytes(connection, "198.51.100.1:41000", OFFICE, ack.as_bytes());
    world.run(millis(50));
    world.cut(connection);
    world.run(millis(50));
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(millis(100));
    let bye = world.received("198.51.100.1:5099").pop().expect("at its Contact (RFC 3261, 12.2.1.1)");
    assert!(bye.starts_with("BYE sip:198.51.100.1:5099;transport=tcp "), "{bye}");
}

#[test]
fn a_phone_that_comes_back_by_another_connection_is_hung_up_along_it() {
    let mut world = World::new(101);
    world.settle(OFFICE, office());
    let mut settings = phone(PHONE, "101");
    settings.trunks[0].transport = Transport::Tcp;
    settings.trunks[0].registration.as_mut().unwrap().expires = Duration::from_secs(60);
    world.settle(PHONE, settings);
    world.run(millis(200));
    let at_office = world.office_rings("101");
    world.run(millis(100));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.answer(now, at_phone, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    let connection = world.open_connections()[0];
    world.cut(connection);
    // Its next registration opens another one, from another port.
    world.run(Duration::from_secs(60));
    assert_eq!(world.counts(OFFICE).bindings, 1);
    world.events(PHONE);
    world.tell(OFFICE, |e, now| e.bye(now, at_office, None)).unwrap();
    world.run(millis(100));
    let events = world.events(PHONE);
    assert!(events.contains(&Event::Ended { session: at_phone, by: EndedBy::Remote(None) }), "{events:?}");
}

#[test]
fn what_cannot_be_sent_fails_at_once() {
    let mut world = World::new(92);
    let mut ours = office();
    ours.trunks[0].transport = Transport::Tcp;
    world.settle(OFFICE, ours);
    world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "+13035550199", b"offer"))).unwrap();
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.run(millis(100));
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [.., Event::Failed { status: 503, .. }]), "{events:?}");
    assert_eq!(world.counts(OFFICE).client_transactions, 0);
}

#[test]
fn messages_are_cut_out_of_the_stream_wherever_it_breaks() {
    let mut world = World::new(93);
    world.settle(OFFICE, office());
    let connection = world.connect(addr(PHONE), addr(OFFICE));
    world.run(millis(50));
    let request = |seq| register(PHONE, seq, "", "").replace("/UDP", "/TCP");
    let mut bytes = b"\r\n\r\n".to_vec();
    for seq in 1..=3 {
        bytes.extend(request(seq).bytes());
    }
    for piece in bytes.chunks(7) {
        world.stream_bytes(connection, PHONE, OFFICE, piece);
    }
    world.run(millis(100));
    let received = world.received(PHONE);
    assert_eq!(received[0], "\r\n", "the ping is answered");
    assert_eq!(received.len(), 4);
    assert!(received[1..].iter().all(|text| status(text) == 401));
    let good = authorised(&request(4), &received[3], "101", "secret of 101", None, "z9hG4bKgood");
    world.stream_bytes(connection, PHONE, OFFICE, good.as_bytes());
    world.run(millis(100));
    assert_eq!(status(&world.received(PHONE)[0]), 200);
    // Who has shown the password may stay.
    world.run(Duration::from_secs(600));
    assert!(world.is_open(connection));
}

#[test]
fn two_lengths_end_the_connection_and_the_request_inside_is_never_served() {
    let mut world = World::new(94);
    world.settle(OFFICE, office());
    let connection = world.connect(addr(PHONE), addr(OFFICE));
    let inner = register(PHONE, 9, "", "");
    let outer = register(PHONE, 1, "", &format!("Content-Length: {}\r\n", inner.len())) + &inner;
    world.stream_bytes(connection, PHONE, OFFICE, outer.as_bytes());
    world.run(millis(100));
    assert!(!world.is_open(connection));
    let received = world.received(PHONE);
    assert!(received.len() == 1 && status(&received[0]) == 400, "{received:?}");
    assert_eq!(world.counts(OFFICE).connections, 0);
}

#[test]
fn dripping_and_idle_strangers_are_closed_within_forty_seconds() {
    let mut world = World::new(95);
    world.settle(OFFICE, office());
    let mut connections = vec![];
    for n in 0..200 {
        let from = format!("203.0.113.{}:{}", n / 8, 40_000 + n);
        connections.push((world.connect(addr(&from), addr(OFFICE)), from));
    }
    world.run(millis(50));
    assert_eq!(world.counts(OFFICE).connections, 200);
    for second in 0..40 {
        for (n, (connection, from)) in connections.iter().enumerate() {
            if n % 2 == 0 && world.is_open(*connection) {
                let bytes = b"OPTIONS sip:office.example SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bKx\r\n";
                world.stream_bytes(*connection, from, OFFICE, &bytes[second..=second]);
            }
        }
        world.run(Duration::from_secs(1));
    }
    assert_eq!(world.counts(OFFICE).connections, 0);
    assert!(connections.iter().all(|(connection, _)| !world.is_open(*connection)));
}

#[test]
fn an_address_has_ten_connections_to_prove_itself_on() {
    let mut world = World::new(96);
    world.settle(OFFICE, office());
    for n in 0..50 {
        world.connect(addr(&format!("203.0.113.66:{}", 40_000 + n)), addr(OFFICE));
    }
    world.connect(addr("203.0.113.67:40000"), addr(OFFICE));
    world.run(millis(100));
    assert_eq!(world.counts(OFFICE).connections, 11);
    assert!(matches!(world.host(OFFICE).endpoint.poll_output(), Output::Timeout(Some(_))));
    let _ = STRANGER;
}

#[test]
fn who_calls_sips_is_told_to_come_back_by_sips_and_who_calls_sip_is_not() {
    for (uri, expected) in
        [("sips:100@office.example", "<sips:100@"), ("sip:100@office.example", "<sip:100@")]
    {
        let mut settings = office();
        let local = addr(OFFICE);
        settings.listeners.push(Listener { transport: Transport::Tls, local, advertised: None });
        let mut endpoint = Endpoint::new(start(), settings, Chance::seed_from_u64(98));
        let remote = addr(CARRIER);
        let flow = Flow { transport: Transport::Tls, remote, local, connection: Some(ConnectionId(1)) };
        endpoint.handle_input(start(), Input::Connected { flow });
        let invite = format!(
            "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/TLS {CARRIER};branch=z9hG4bKsips\r\nMax-Forwards: 70\r\n\
             From: <sip:a@carrier.example>;tag=1\r\nTo: <{uri}>\r\nCall-ID: sips\r\nCSeq: 1 INVITE\r\n\
             Contact: <sips:a@{CARRIER}>\r\nContent-Length: 0\r\n\r\n"
        );
        endpoint.handle_input(start(), Input::Stream { flow, bytes: invite.as_bytes() });
        let mut invited = None;
        let mut answers = vec![];
        loop {
            match endpoint.poll_output() {
                Output::Event(Event::Invited { session, .. }) => {
                    endpoint.ring(start(), session, 180, None).unwrap();
                    invited = Some(session);
                }
                Output::Transmit { bytes, .. } => answers.push(String::from_utf8(bytes).unwrap()),
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        assert!(invited.is_some());
        let ringing = answers.iter().find(|text| text.starts_with("SIP/2.0 180")).unwrap();
        let contact = ringing.lines().find(|line| line.starts_with("Contact:")).unwrap();
        assert!(contact.contains(expected), "{contact}");
        assert_eq!(contact.contains("transport=tls"), uri.starts_with("sip:"), "{contact}");
    }
}

/// What an endpoint sends first when it is to call the carrier by `sips:`, whose trunk has this transport.
fn first_of_sips(transport: Transport) -> Result<String, SendError> {
    let mut settings = office();
    let local = addr(OFFICE);
    settings.listeners.push(Listener { transport: Transport::Tls, local, advertised: None });
    settings.trunks[0].transport = transport;
    let mut endpoint = Endpoint::new(start(), settings, Chance::seed_from_u64(99));
    let outgoing = Outgoing { sips: true, ..to_trunk("carrier", "+13035550177", b"offer") };
    endpoint.invite(start(), outgoing)?;
    let Output::Transmit { bytes, flow } = endpoint.poll_output() else { panic!() };
    assert_eq!(flow.transport, transport);
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn a_call_that_is_to_go_by_tls_asks_for_a_sips_address_and_goes_no_other_way() {
    let invite = first_of_sips(Transport::Tls).unwrap();
    assert!(invite.starts_with("INVITE sips:+13035550177@carrier.example SIP/2.0\r\n"), "{invite}");
    assert!(invite.contains("\r\nTo: <sips:+13035550177@carrier.example>\r\n"), "{invite}");
    assert!(invite.contains("\r\nContact: <sips:+13035550177@192.0.2.1:5060>\r\n"), "8.1.1.8: {invite}");
    for open in [Transport::Udp, Transport::Tcp] {
        assert_eq!(first_of_sips(open).unwrap_err(), SendError::NotSecure);
    }
}
