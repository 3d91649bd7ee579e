//! The wire as a whole: what is written reads back, and what is damaged is refused with the right class.

use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::*;
use crate::types::Chance;

fn parse(text: &str) -> Message {
    Message::parse(text.replace('\n', "\r\n").as_bytes()).unwrap_or_else(|why| panic!("{why}: {text}"))
}

const INVITE: &str = "INVITE sip:+13035550101@192.0.2.1 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bKa1;rport, SIP/2.0/TCP 10.0.0.7;branch=z9hG4bKa0
Record-Route: <sip:198.51.100.2;lr>,<sip:10.0.0.7;lr>
Max-Forwards: 69
f: \"O'Hara, Sean\" <sip:+13035550142@carrier.example>;tag=9fx
t: <sip:+13035550101@192.0.2.1>
i: 5b7f@10.0.0.7
CSeq: 314159 INVITE
m: <sip:+13035550142@10.0.0.7:5070;transport=tcp>
k: 100rel, timer
Allow: INVITE,ACK,  CANCEL
x: 1800;refresher=uac
Min-SE: 90
Timestamp: 54
P-Asserted-Identity: \"Sean\" <sip:+13035550142@carrier.example>, <tel:+13035550142>
Privacy: id;critical
X-Ticket: 7
c: application/SDP ; charset=utf-8
l: 5

v=0
";

fn invite() -> Message {
    parse(INVITE)
}

#[test]
fn an_answer_has_no_longer_lines_than_its_request() {
    let vias: Vec<String> = (0..60).map(|n| format!("SIP/2.0/UDP h{n}.example;branch=z9hG4bK{n}")).collect();
    let head = "OPTIONS sip:desk@maple.example SIP/2.0\r\nVia: ";
    let fill = "x".repeat(8_150 - vias.join(",").len());
    let mut request = Message::parse(
        format!("{head}{}{fill}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", vias.join(",")).as_bytes(),
    )
    .unwrap();
    request.set_source(([192, 0, 2, 1], 5060).into());
    let reply = ResponseBuilder::reply_to(&request, 400, None).build();
    assert_eq!(Message::parse(&reply).unwrap().vias().count(), 60);
}

#[test]
fn typed_views_read_every_header_of_an_invite() {
    let invite = invite();
    assert_eq!(check::request(&invite), Ok(()));
    assert_eq!(invite.method(), Some(&Method::Invite));
    assert_eq!((invite.status(), invite.is_request()), (None, true));
    assert_eq!(invite.uri().unwrap().user().as_deref(), Some("+13035550101"));
    let via = invite.via().unwrap();
    assert_eq!((via.host, via.branch(), via.wants_rport()), ("198.51.100.2", Some("z9hG4bKa1"), true));
    assert_eq!(invite.vias().count(), 2);
    assert_eq!(invite.from().unwrap().display(), "O'Hara, Sean");
    assert_eq!((invite.from_tag(), invite.to_tag()), (Some("9fx"), None));
    assert_eq!(invite.call_id(), Some("5b7f@10.0.0.7"));
    assert_eq!(invite.cseq(), Some((314159, Method::Invite)));
    assert_eq!(invite.max_forwards(), Some(69));
    assert_eq!(invite.contact().unwrap().uri.port(), Some(5070));
    let hosts: Vec<_> = invite.record_routes().map(|r| r.unwrap().uri.host().to_owned()).collect();
    assert_eq!(hosts, ["198.51.100.2", "10.0.0.7"]);
    assert_eq!(invite.routes().count(), 0);
    assert!(invite.lists(Name::Supported, "TIMER") && invite.lists(Name::Allow, "CANCEL"));
    assert!(!invite.lists(Name::Require, "100rel"));
    assert_eq!(
        invite.session_expires(),
        Some(SessionExpires { seconds: 1800, refresher: Some(Refresher::Uac) })
    );
    assert_eq!(invite.min_se(), Some(90));
    assert_eq!(
        invite.asserted_identities().map(|a| a.uri.scheme()).collect::<Vec<_>>(),
        [Scheme::Sip, Scheme::Tel]
    );
    assert!(invite.wants_privacy());
    assert_eq!(invite.all_spelt("x-TICKET").collect::<Vec<_>>(), [b"7"]);
    assert_eq!(invite.content_type().as_deref(), Some("application/sdp"));
    assert_eq!(invite.body(), b"v=0\r\n");
    assert_eq!(format!("{invite:?}"), format!("Message(INVITE, {} bytes)", invite.as_bytes().len()));
}

#[test]
fn the_values_of_lesser_headers() {
    let message = parse(
        "PRACK sip:a@b SIP/2.0\nRAck: 776656 1 INVITE\nRSeq: 988789\nExpires: 7200\nMin-Expires: 60\nRetry-After: 5 (busy);x\n\
         Reason: SIP;cause=200;text=\"Call completed elsewhere\", Q.850 ;cause=16\nAuthorization: Digest a=1\n\
         Authorization: Digest b=2\n\n",
    );
    assert_eq!(message.rack(), Some(RAck { rseq: 776656, cseq: 1, method: Method::Invite }));
    assert_eq!(message.rseq(), Some(988789));
    assert_eq!(
        (message.expires(), message.min_expires(), message.retry_after()),
        (Some(7200), Some(60), Some(5))
    );
    let causes: Vec<_> = message.reasons().map(|r| (r.is_sip(), r.is_q850(), r.cause())).collect();
    assert_eq!(causes, [(true, false, Some(200)), (false, true, Some(16))]);
    assert_eq!(message.authorizations().count(), 2);
    assert_eq!(message.proxy_authorizations().count(), 0);
}

#[test]
fn an_answer_carries_back_what_it_must_and_says_where_the_request_came_from() {
    let mut invite = invite();
    invite.set_source("203.0.113.9:4711".parse().unwrap());
    let bytes = ResponseBuilder::reply_to(&invite, 180, Some("ours"))
        .record_routes_of(&invite)
        .contact("sip:192.0.2.1:5060")
        .build();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.starts_with("SIP/2.0 180 Ringing\r\n"), "{text}");
    assert!(
        text.contains(
            "Via: SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bKa1;received=203.0.113.9;rport=4711\r\nVia: SIP/2.0/TCP 10.0.0.7;branch=z9hG4bKa0\r\n"
        ),
        "{text}"
    );
    let reply = Message::parse(&bytes).unwrap();
    assert_eq!(reply.to_tag(), Some("ours"));
    assert_eq!(reply.from_tag(), Some("9fx"));
    assert_eq!(reply.cseq(), invite.cseq());
    assert_eq!(reply.header(Name::Timestamp), Some(&b"54"[..]));
    assert_eq!(reply.record_routes().count(), 2);
    assert_eq!(invite.reply_address(), Some("203.0.113.9:4711".parse().unwrap()));
}

#[test]
fn without_rport_a_phone_behind_a_router_is_answered_the_way_it_came() {
    let reply_to = |sent_by: &str, source: &str| {
        let mut options =
            parse(&format!("OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP {sent_by};branch=z9hG4bK1\n\n"));
        options.set_source(source.parse().unwrap());
        options.reply_address().unwrap().to_string()
    };
    assert_eq!(reply_to("192.168.1.20:5062", "203.0.113.9:40001"), "203.0.113.9:40001");
    assert_eq!(reply_to("[fd00::7]:5062", "[2001:db8::9]:40001"), "[2001:db8::9]:40001");
    assert_eq!(reply_to("203.0.113.9:5062", "203.0.113.9:40001"), "203.0.113.9:5062", "RFC 3261, 18.2.2");
    assert_eq!(reply_to("phone.example:5062", "203.0.113.9:40001"), "203.0.113.9:5062");
    assert_eq!(
        reply_to("phone.example", "203.0.113.9:40001"),
        "203.0.113.9:40001",
        "a name that says nothing"
    );
    assert_eq!(reply_to("127.0.0.2:5062", "127.0.0.1:40001"), "127.0.0.1:5062", "no router within a machine");
}

#[test]
fn without_rport_the_answer_goes_to_the_port_of_the_via_and_never_to_maddr() {
    let mut options = parse(
        "OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP pbx.example:5070;maddr=203.0.113.200;received=1.2.3.4;branch=z9hG4bK1\n\n",
    );
    options.set_source("[::ffff:198.51.100.9]:33000".parse().unwrap());
    assert_eq!(options.reply_address().map(|a| a.port()), Some(5070));
    let reply = String::from_utf8(ResponseBuilder::reply_to(&options, 400, None).build()).unwrap();
    let stamped =
        "Via: SIP/2.0/UDP pbx.example:5070;maddr=203.0.113.200;branch=z9hG4bK1;received=198.51.100.9\r\n";
    assert!(reply.contains(stamped), "{reply}");
    assert!(!reply.contains("1.2.3.4"), "{reply}");
}

#[test]
fn a_100_needs_no_tag_and_a_tag_of_theirs_is_kept() {
    let invite = invite();
    let tag = |bytes: Vec<u8>| Message::parse(&bytes).unwrap().to_tag().map(str::to_owned);
    assert_eq!(tag(ResponseBuilder::reply_to(&invite, 100, Some("ours")).build()), None);
    let within = parse("BYE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a\nTo: <sip:a@b>;tag=kept\n\n");
    assert_eq!(tag(ResponseBuilder::reply_to(&within, 200, Some("ours")).build()).as_deref(), Some("kept"));
}

#[test]
fn no_value_can_smuggle_a_header() {
    let uri = "sip:a b\r\nRoute: <sip:evil>@c";
    let builder = RequestBuilder::new(&Method::Message, uri)
        .via("UDP", "192.0.2.1:5060".parse().unwrap(), "z9hG4bK1")
        .from("Eve\"\r\nRoute: <sip:evil>", "sip:eve@maple.example", "t")
        .to("", "sip:x@y>\r\nRoute: <sip:evil", None)
        .header(Name::Subject, "one\r\nRoute: <sip:evil>")
        .header(Name::UserAgent, "nul\0")
        .other("X-A\r\nRoute", "x")
        .other("X B", "x")
        .header(Name::Organization, "fine");
    assert_eq!(builder.refused(), 5);
    let message = Message::parse(&builder.build_with_body("text/plain\r\nRoute: <sip:evil>", b"hi")).unwrap();
    assert_eq!(message.routes().count(), 0);
    assert_eq!(message.from().unwrap().display(), "Eve\"Route: <sip:evil>");
    assert_eq!(message.body(), b"hi");
    assert_eq!(message.text(Name::Organization).as_deref(), Some("fine"));
}

#[test]
fn the_ack_of_a_refused_invite_and_its_cancel_belong_to_its_transaction() {
    let bytes = RequestBuilder::new(&Method::Invite, "sip:102@192.0.2.77?Subject=x")
        .via("UDP", "192.0.2.1:5060".parse().unwrap(), "z9hG4bKfork1")
        .header(Name::Route, "<sip:192.0.2.3;lr>")
        .from("Front Desk", "sip:desk@maple.example", "f1")
        .to("", "sip:102@maple.example", None)
        .call_id("c1")
        .cseq(7, &Method::Invite)
        .build();
    let invite = Message::parse(&bytes).unwrap();
    assert_eq!(invite.raw_uri(), Some(&b"sip:102@192.0.2.77"[..]));
    let busy = Message::parse(&ResponseBuilder::reply_to(&invite, 486, Some("t2")).build()).unwrap();
    let ack = Message::parse(&RequestBuilder::ack_for(&invite, &busy).unwrap().build()).unwrap();
    let cancel = Message::parse(&RequestBuilder::cancel_for(&invite).unwrap().build()).unwrap();
    for (made, method) in [(&ack, Method::Ack), (&cancel, Method::Cancel)] {
        assert_eq!(check::request(made), Ok(()));
        assert_eq!(made.via().unwrap().branch(), Some("z9hG4bKfork1"));
        assert_eq!(made.vias().count(), 1);
        assert_eq!(made.cseq(), Some((7, method)));
        assert_eq!(made.call_id(), Some("c1"));
        assert_eq!(made.routes().count(), 1);
        assert_eq!(made.raw_uri(), invite.raw_uri());
    }
    assert_eq!((ack.to_tag(), cancel.to_tag()), (Some("t2"), None));
}

#[test]
fn what_cannot_be_answered_is_dropped_with_its_reason() {
    let dropped = |text: &str| match Message::parse(text.replace('\n', "\r\n").as_bytes()) {
        Err(ParseError::Dropped(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(dropped("\n\n"), Dropped::KeepAlive);
    assert_eq!(dropped("GET / HTTP/1.1\n\n"), Dropped::NotSip);
    assert_eq!(dropped("SIP/2.0 2000 OK\n\n"), Dropped::BadStatusLine);
    assert_eq!(dropped("SIP/2.0 200 OK\nbroken\n\n"), Dropped::BadResponse);
    assert_eq!(dropped("ACK sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a\nbroken\n\n"), Dropped::BadAck);
    assert_eq!(dropped("BYE sip:a@b SIP/2.0\nbroken\n\n"), Dropped::NoVia);
}

/// Text with everything in it that has a meaning somewhere in a message.
fn wild(chance: &mut Chance, longest: u64) -> String {
    const CHARS: &[char] = &[
        'a', 'Z', '7', ' ', '"', '\\', '<', '>', ';', ',', ':', '@', '?', '=', '%', '#', '&', 'é', '漢', '.',
        '*',
    ];
    let length = chance.next_u64() % longest;
    (0..length).map(|_| CHARS[(chance.next_u64() % CHARS.len() as u64) as usize]).collect()
}

#[test]
fn what_is_written_is_read_back() {
    let mut chance = Chance::seed_from_u64(3261);
    for round in 0..2000u32 {
        let (user, display, subject) = (wild(&mut chance, 20), wild(&mut chance, 30), wild(&mut chance, 60));
        let body: Vec<u8> = (0..chance.next_u64() % 300).map(|_| chance.next_u64() as u8).collect();
        let uri = format!("sip:{}@maple.example:5070;transport=udp", escape_user(&user));
        let uri = if user.is_empty() { "sip:maple.example".to_owned() } else { uri };
        let tag = format!("{:x}", chance.next_u64());
        let bytes = RequestBuilder::new(&Method::Message, &uri)
            .via("UDP", "[2001:db8::1]:5060".parse().unwrap(), "z9hG4bKr")
            .max_forwards(70)
            .from(&display, &uri, &tag)
            .to("", &uri, None)
            .call_id(&tag)
            .cseq(round, &Method::Message)
            .contact(&uri)
            .header(Name::Subject, &subject)
            .other("X-Quoted", &quoted(&display))
            .build_with_body("text/plain", &body);
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(check::request(&message), Ok(()));
        assert_eq!(message.as_bytes(), bytes);
        assert_eq!(message.uri().unwrap().user().unwrap_or_default(), user);
        let from = message.from().unwrap();
        assert_eq!(
            (from.display().as_ref(), from.uri.as_str(), from.tag()),
            (display.as_str(), &*uri, Some(&*tag))
        );
        assert!(message.to().unwrap().uri.same_as(&message.contact().unwrap().uri));
        assert_eq!(message.text(Name::Subject).unwrap(), subject.trim());
        assert_eq!(message.cseq(), Some((round, Method::Message)));
        assert_eq!(message.body(), body);
        let mut framer = Framer::new();
        let framed: Vec<Frame> = framer.push(&bytes).collect();
        assert!(matches!(&framed[..], [Frame::Message(m)] if m.as_bytes() == bytes));
    }
}

#[test]
fn random_bytes_and_random_damage_do_no_harm() {
    let mut chance = Chance::seed_from_u64(4475);
    let whole = invite().as_bytes().to_vec();
    for _ in 0..20_000 {
        let mut damaged = whole.clone();
        for _ in 0..1 + chance.next_u64() % 6 {
            let at = (chance.next_u64() % damaged.len() as u64) as usize;
            match chance.next_u64() % 3 {
                0 => damaged[at] = chance.next_u64() as u8,
                1 => drop(damaged.drain(at..(at + 5).min(damaged.len()))),
                _ => {
                    let from = (chance.next_u64() % damaged.len() as u64) as usize;
                    let copied = damaged[from..(from + 9).min(damaged.len())].to_vec();
                    damaged.splice(at..at, copied);
                }
            }
        }
        let message = match Message::parse(&damaged) {
            Ok(message) => message,
            Err(ParseError::Refused(malformed)) => malformed.message,
            Err(ParseError::Dropped(_)) => continue,
        };
        let _ = check::request(&message);
        let reply = ResponseBuilder::reply_to(&message, 400, Some("t")).build();
        assert!(Message::parse(&reply).is_ok(), "{}", String::from_utf8_lossy(&damaged));
    }
}
