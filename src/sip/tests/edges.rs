//! The edges of the RFCs that a far end from elsewhere stands on: requests as it writes them itself, not as we would.

use std::time::Duration;

use super::world::{CARRIER, OFFICE, PHONE, World, office, to_trunk};
use crate::sip::{Cause, Credentials, EndedBy, Event, MAX_FORWARDS, Outgoing, SessionId};

/// Another of the carrier's ports, where nobody but the test lives.
const BENCH: &str = "198.51.100.1:5099";

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A request from the bench; a body is a session description.
fn request(method: &str, seq: u32, to_tag: &str, headers: &str, body: &str) -> String {
    let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    let kind = if body.is_empty() || headers.contains("Content-Type") {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    let hops = if headers.contains("Max-Forwards") { "" } else { "Max-Forwards: 70\r\n" };
    format!(
        "{method} sip:+13035550100@office.example SIP/2.0\r\nVia: SIP/2.0/UDP {BENCH};rport;branch=z9hG4bK{method}{seq}\r\n\
         From: <sip:+13035550177@carrier.example>;tag=bench\r\nTo: <sip:+13035550100@office.example>{to_tag}\r\n\
         Call-ID: bench\r\nCSeq: {seq} {method}\r\n{hops}Contact: <sip:bench@{BENCH}>\r\n{headers}{kind}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let line =
        message.lines().find(|line| line.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name)));
    line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
}

fn tag_of(message: &str) -> String {
    header(message, "To").split(";tag=").nth(1).unwrap_or_default().to_owned()
}

/// What the office answers to one request: the status of its final answer, and the answer itself.
fn ask(world: &mut World, request: String) -> (u16, String) {
    world.send(BENCH, OFFICE, request);
    world.run(millis(100));
    let answers = world.received(BENCH);
    let last =
        answers.iter().rev().find(|text| text.starts_with("SIP/2.0") && !text.starts_with("SIP/2.0 1"));
    let last = last.expect("a final answer").clone();
    (last[8..11].parse().unwrap(), last)
}

/// The bench calls, and the office answers: the session, and the office's tag.
fn talk(world: &mut World) -> (SessionId, String) {
    world.send(BENCH, OFFICE, request("INVITE", 1, "", "", "offer"));
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let tag = tag_of(world.received(BENCH).last().unwrap());
    world.send(BENCH, OFFICE, request("ACK", 1, &tag, "", ""));
    world.run(millis(50));
    world.forget_past();
    (session, tag)
}

#[test]
fn only_a_call_needs_another_hop() {
    let mut world = World::of_an_office(300);
    let none = "Max-Forwards: 0\r\n";
    assert_eq!(ask(&mut world, request("INVITE", 1, "", none, "offer")).0, 483, "RFC 7332, 5");
    assert_eq!(ask(&mut world, request("OPTIONS", 2, "", none, "")).0, 200, "it has come to its end");
    let (session, tag) = talk(&mut world);
    assert_eq!(ask(&mut world, request("BYE", 3, &tag, none, "")).0, 200);
    assert_eq!(world.events(OFFICE), [Event::Ended { session, by: EndedBy::Remote(None) }]);
}

#[test]
fn the_hops_of_a_call_are_told_and_sent() {
    let mut world = World::of_an_office(301);
    world.send(BENCH, OFFICE, request("INVITE", 1, "", "Max-Forwards: 9\r\n", "offer"));
    world.run(millis(50));
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [Event::Invited { invitation, .. }] if invitation.hops == 9), "{events:?}");
    let outgoing = Outgoing { hops: 8, ..to_trunk("carrier", "3035550142", b"offer") };
    world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(50));
    let sent = world.sent_to(CARRIER);
    let invite = sent.iter().find(|text| text.starts_with("INVITE")).unwrap();
    assert_eq!(header(invite, "Max-Forwards"), "8");
    assert_eq!(MAX_FORWARDS, 70);
}

#[test]
fn what_we_serve_is_said_by_options_and_by_whoever_asks_for_something_else() {
    let mut world = World::of_an_office(302);
    let (status, able) = ask(&mut world, request("OPTIONS", 1, "", "", ""));
    assert_eq!(status, 200);
    for method in ["PRACK", "UPDATE", "REFER"] {
        assert!(header(&able, "Allow").contains(method), "{method} goes with what Supported says");
    }
    for name in ["Accept", "Accept-Encoding", "Supported", "Allow-Events"] {
        assert_ne!(header(&able, name), "", "{name}: RFC 3261, 11.2; RFC 6665, 8.2.2");
    }
    let (_, tag) = talk(&mut world);
    let (status, within) = ask(&mut world, request("OPTIONS", 5, &tag, "", ""));
    assert_eq!((status, header(&within, "Supported")), (200, header(&able, "Supported")));
    assert_eq!(ask(&mut world, request("FROBNICATE", 6, "", "", "")).0, 501, "nobody knows it: 21.5.2");
    assert_eq!(ask(&mut world, request("FROBNICATE", 7, &tag, "", "")).0, 501);
    let (status, known) = ask(&mut world, request("PUBLISH", 8, "", "", ""));
    assert_eq!(
        (status, header(&known, "Allow")),
        (405, header(&able, "Allow")),
        "known and not served: 8.2.1"
    );
}

#[test]
fn the_order_of_a_dialog_counts_for_every_request_in_it() {
    let mut world = World::of_an_office(303);
    let (_, tag) = talk(&mut world);
    assert_eq!(ask(&mut world, request("OPTIONS", 50, &tag, "", "")).0, 200);
    for method in ["INFO", "MESSAGE", "OPTIONS", "BYE"] {
        assert_eq!(ask(&mut world, request(method, 20, &tag, "", "")).0, 500, "{method}: RFC 3261, 12.2.2");
    }
    assert_eq!(ask(&mut world, request("BYE", 51, &tag, "", "")).0, 200);
}

#[test]
fn the_ack_of_a_refused_reinvite_does_not_end_the_repeating_of_the_first_200() {
    let mut world = World::of_an_office(304);
    let invite = request("INVITE", 1, "", "", "offer");
    world.send(BENCH, OFFICE, invite.clone());
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let tag = tag_of(world.received(BENCH).last().unwrap());
    let odd = request("INVITE", 2, &tag, "Content-Type: text/odd\r\n", "?");
    assert_eq!(ask(&mut world, odd).0, 415);
    world.send(BENCH, OFFICE, request("ACK", 2, &tag, "", ""));
    world.run(millis(20));
    world.received(BENCH);
    assert_eq!(ask(&mut world, invite).0, 200, "its own ACK is still missing");
}

#[test]
fn an_info_of_a_package_that_nobody_has_asked_for_is_refused_by_name() {
    let mut world = World::of_an_office(305);
    let (_, tag) = talk(&mut world);
    let package = "Info-Package: nonsense\r\nContent-Type: application/dtmf\r\n";
    let (status, answer) = ask(&mut world, request("INFO", 2, &tag, package, "5"));
    assert_eq!(status, 469, "RFC 6086, 4.2.2");
    assert!(answer.contains("\r\nRecv-Info:"), "{answer}");
    assert_eq!(world.events(OFFICE), []);
}

#[test]
fn an_invitation_that_is_good_for_a_while_runs_out() {
    let mut world = World::of_an_office(306);
    world.send(BENCH, OFFICE, request("INVITE", 1, "", "Expires: 3\r\n", "offer"));
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.ring(now, session, 180, None)).unwrap();
    world.run(Duration::from_secs(2));
    world.received(BENCH);
    world.run(Duration::from_secs(2));
    assert!(world.received(BENCH)[0].starts_with("SIP/2.0 487 "), "RFC 3261, 13.3.1");
    assert_eq!(world.events(OFFICE), [Event::Cancelled { session, cause: None }]);

    // One that is answered in time goes on for as long as it likes.
    let mut world = World::of_an_office(307);
    world.send(BENCH, OFFICE, request("INVITE", 1, "", "Expires: 3\r\n", "offer"));
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(Duration::from_secs(10));
    assert_eq!(world.events(OFFICE), []);
}

#[test]
fn a_refusal_says_why_where_the_rfcs_have_a_word_for_it() {
    let mut world = World::of_an_office(308);
    world.send(BENCH, OFFICE, request("INVITE", 1, "", "", "offer"));
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.reject(now, session, 488, "", None, Some(Cause::Q850(65)))).unwrap();
    world.run(millis(50));
    let refusal = world.received(BENCH).pop().unwrap();
    assert_eq!(
        header(&refusal, "Warning"),
        "305 portico \"Incompatible media format\"",
        "RFC 3261, 13.3.1.3"
    );
    assert_eq!(header(&refusal, "Reason"), "Q.850;cause=65", "RFC 6432");

    let mut world = World::of_an_office(309);
    let (session, tag) = talk(&mut world);
    world.send(BENCH, OFFICE, request("INVITE", 2, &tag, "", "another offer"));
    world.run(millis(50));
    world.tell(OFFICE, |e, now| e.refuse_reoffer(now, session, 488)).unwrap();
    world.run(millis(50));
    assert!(header(&world.received(BENCH).pop().unwrap(), "Warning").starts_with("305 "));
}

#[test]
fn byes_that_cross_are_both_answered_200() {
    let mut world = World::of_an_office(310);
    let (session, tag) = talk(&mut world);
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    let crossing = request("BYE", 2, &tag, "", "");
    assert_eq!(ask(&mut world, crossing.clone()).0, 200, "RFC 5407, 3.2.1");
    let foreign = request("BYE", 3, &tag, "", "").replace("tag=bench", "tag=other");
    assert_eq!(ask(&mut world, foreign).0, 481, "another dialog");
    // Once our BYE has been answered, or given up, nothing is known of the dialog any more.
    world.run(Duration::from_secs(70));
    world.received(BENCH);
    assert_eq!(ask(&mut world, crossing).0, 481);
    world.assert_nothing_left();
}

#[test]
fn an_answer_to_a_via_that_is_not_ours_is_somebody_elses() {
    let mut world = World::of_an_office(311);
    world.unplug(PHONE);
    let session = world.office_rings("101");
    world.run(millis(50));
    let invite = world.received(PHONE).pop().unwrap();
    let headers = |invite: &str| {
        let wanted = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
        let lines = invite.lines().filter(|line| wanted.iter().any(|name| line.starts_with(name)));
        lines.map(|line| format!("{line}\r\n")).collect::<String>()
    };
    let busy = |headers: String| format!("SIP/2.0 486 Busy Here\r\n{headers}Content-Length: 0\r\n\r\n");
    let to = header(&invite, "To");
    let ours = headers(&invite).replace(to, &format!("{to};tag=phone"));
    world.send(PHONE, OFFICE, busy(ours.replace("UDP 192.0.2.1:5060", "UDP 192.0.2.9:5060")));
    world.run(millis(50));
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [Event::Refused { .. }]), "RFC 3261, 18.1.2: {events:?}");
    world.send(PHONE, OFFICE, busy(ours));
    world.run(millis(50));
    let events = world.events(OFFICE);
    assert!(
        matches!(&events[..], [Event::Failed { session: failed, status: 486, .. }] if *failed == session),
        "{events:?}"
    );
}

#[test]
fn a_fork_that_has_failed_does_not_ring() {
    let mut world = World::of_an_office(312);
    let at_office =
        world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "3035550142", b"offer"))).unwrap();
    world.run(millis(50));
    let at_carrier = world.invited(CARRIER);
    world.tell(CARRIER, |e, now| e.ring(now, at_carrier, 199, None)).unwrap();
    world.run(millis(50));
    assert_eq!(world.events(OFFICE), [], "RFC 6228");
    world.tell(CARRIER, |e, now| e.ring(now, at_carrier, 180, None)).unwrap();
    world.run(millis(50));
    let events = world.events(OFFICE);
    assert!(
        matches!(&events[..], [Event::Progress { session, status: 180, .. }] if *session == at_office),
        "{events:?}"
    );
}

/// The carrier's answer to a request of ours.
fn answer(world: &mut World, request: &str, status: &str, headers: &str) {
    let copied = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
    let lines = request.lines().filter(|line| copied.iter().any(|name| line.starts_with(name)));
    let copied: String = lines
        .map(|line| {
            let tag = if line.starts_with("To:") && !line.contains(";tag=") { ";tag=far" } else { "" };
            format!("{line}{tag}\r\n")
        })
        .collect();
    world.send(CARRIER, OFFICE, format!("SIP/2.0 {status}\r\n{copied}{headers}Content-Length: 0\r\n\r\n"));
    world.run(millis(50));
}

fn newest(world: &mut World, method: &str) -> Option<String> {
    world.received(CARRIER).into_iter().rev().find(|text| text.starts_with(method))
}

#[test]
fn a_proxy_and_whoever_is_behind_it_are_each_shown_their_own_proof() {
    let mut world = World::new(313);
    let mut settings = office();
    let (user, password) = ("office".to_owned(), "trunk secret".to_owned());
    settings.trunks[0].credentials = Some(Credentials { user, password, realm: None });
    world.settle(OFFICE, settings);
    world.tell(OFFICE, |e, now| e.invite(now, to_trunk("carrier", "3035550142", b"offer"))).unwrap();
    world.run(millis(50));
    let first = newest(&mut world, "INVITE").unwrap();
    answer(
        &mut world,
        &first,
        "407 Proxy",
        "Proxy-Authenticate: Digest realm=\"proxy\", nonce=\"one\", qop=\"auth\"\r\n",
    );
    let second = newest(&mut world, "INVITE").unwrap();
    assert!(header(&second, "Proxy-Authorization").contains("nonce=\"one\""), "{second}");
    let asks =
        |nonce: &str| format!("WWW-Authenticate: Digest realm=\"far\", nonce=\"{nonce}\", qop=\"auth\"\r\n");
    answer(&mut world, &second, "401 Who?", &asks("two"));
    let third = newest(&mut world, "INVITE").expect("RFC 3261, 22.3");
    assert!(header(&third, "Authorization").contains("nonce=\"two\""), "{third}");
    let proxy = header(&third, "Proxy-Authorization");
    assert!(proxy.contains("nonce=\"one\"") && proxy.contains("nc=00000002"), "counted on: {proxy}");
    assert_eq!(header(&third, "CSeq"), "3 INVITE");
    // The same question once more means that the password is wrong.
    answer(&mut world, &third, "401 Who?", &asks("three"));
    assert_eq!(newest(&mut world, "INVITE"), None);
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [Event::Failed { status: 401, .. }]), "{events:?}");
}

/// A host with several addresses names one and sends from another: no router stands in between (18.2.2).
#[test]
fn a_trunk_that_names_another_of_its_addresses_is_answered_at_the_port_that_it_names() {
    for (named, answered_at) in
        [("198.51.100.9:5070", 5070), ("edge.carrier.example", 5060), ("10.0.0.9:5070", 5099)]
    {
        let mut world = World::new(450);
        let mut settings = office();
        settings.trunks[0].addresses = vec!["198.51.100.0/24".parse().unwrap()];
        world.settle(OFFICE, settings);
        let options = request("OPTIONS", 1, "", "", "").replace(&format!("{BENCH};rport"), named);
        world.send(BENCH, OFFICE, options);
        world.run(millis(50));
        assert_eq!(world.received(&format!("198.51.100.1:{answered_at}")).len(), 1, "{named}");
    }
}
