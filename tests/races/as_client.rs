//! Portico calls: CANCELs that cross answers, forks, failures, strays and challenges.

use crate::{CALLER, Call, NUMBER, Office, far_end::answer, far_end::pause};

#[test]
#[ignore = "real sockets: make interop"]
fn cancel_and_200_cross_in_every_way_and_no_phone_is_left_talking() {
    let mut office = Office::open("crossing");
    let description = office.phone.description();
    let mut ends = [0, 0];
    for round in 0..25_u64 {
        let (mut call, at_phone) = office.rings("");
        office.carrier.told(180, "INVITE");
        if round % 2 == 0 {
            at_phone.reply(&office.phone, "200 OK", &description);
            pause(round % 5);
            call.cancel(&office.carrier, &call.branch);
        } else {
            call.cancel(&office.carrier, &call.branch);
            pause(round % 5);
            at_phone.reply(&office.phone, "200 OK", &description);
        }
        office.carrier.told(200, "CANCEL");
        let last = office.carrier.next(5000, |h| h.status() >= 200 && h.of() == "INVITE").unwrap();
        let ack = office.phone.asked("ACK");
        assert_eq!(ack.tag("To"), at_phone.tag, "whatever comes of it, a 200 is acknowledged");
        if last.status() == 200 {
            call.acknowledge(&office.carrier, &last, "");
            office.hangs_up(&mut call);
        } else {
            call.acknowledge_failure(&office.carrier, &last);
            let bye = office.phone.asked("BYE");
            office.phone.answer(&bye, "200 OK", "", "", "");
        }
        ends[usize::from(last.status() == 200)] += 1;
        if let Some(cancel) = office.phone.next(30, |heard| heard.method() == "CANCEL") {
            office.phone.answer(&cancel, "200 OK", "", "", "");
        }
    }
    assert_eq!(ends[0] + ends[1], 25);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_cancel_waits_for_the_first_answer_whatever_that_is() {
    let mut office = Office::open("early-cancel");
    for first in ["180 Ringing", "200 OK"] {
        let mut call = Call::new(&office.carrier, CALLER, NUMBER);
        call.invite(&office.carrier, "", &office.carrier.description());
        let invite = office.phone.asked("INVITE");
        let at_phone = Call::of(&office.phone, invite);
        call.cancel(&office.carrier, &call.branch);
        let ended = office.carrier.told(487, "INVITE");
        call.acknowledge_failure(&office.carrier, &ended);
        office.phone.hears_no(700, "RFC 3261, 9.1", |heard| heard.method() == "CANCEL");
        at_phone.reply(&office.phone, first, if first == "200 OK" { "v=0\r\n" } else { "" });
        let last = if first == "200 OK" {
            office.phone.asked("ACK");
            office.phone.asked("BYE")
        } else {
            office.phone.asked("CANCEL")
        };
        office.phone.answer(&last, "200 OK", &at_phone.tag, "", "");
        if first == "180 Ringing" {
            at_phone.reply(&office.phone, "487 Request Terminated", "");
            office.phone.asked("ACK");
        }
        // Copies of this INVITE are none of the next.
        while office.phone.next(0, |heard| heard.method() == "INVITE").is_some() {}
    }
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn of_two_forks_that_answer_the_first_talks_and_the_second_is_hung_up() {
    let mut office = Office::open("forks");
    let (mut call, first) = office.rings("");
    let second = Call::of(&office.phone, first.invite.clone().unwrap());
    second.reply(&office.phone, "180 Ringing", "");
    let description = office.phone.description();
    first.reply(&office.phone, "200 OK", &description);
    assert_eq!(office.phone.asked("ACK").tag("To"), first.tag);
    second.reply(&office.phone, "200 OK", &description);
    assert_eq!(office.phone.asked("ACK").tag("To"), second.tag, "RFC 3261, 13.2.2.4");
    let bye = office.phone.asked("BYE");
    assert_eq!(bye.tag("To"), second.tag);
    office.phone.answer(&bye, "200 OK", "", "", "");
    // A copy of the first 200 wants its ACK again; a 180 that comes late wants nothing.
    first.reply(&office.phone, "200 OK", &description);
    assert_eq!(office.phone.asked("ACK").tag("To"), first.tag);
    first.reply(&office.phone, "180 Ringing", "");
    let answer = office.carrier.told(200, "INVITE");
    call.acknowledge(&office.carrier, &answer, "");
    office.phone.hears_no(300, "the first talks", |heard| heard.method() == "BYE");
    office.hangs_up(&mut call);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn answers_that_are_not_ours_are_dropped() {
    let mut office = Office::open("strays");
    let (call, at_phone) = office.rings("");
    let invite = at_phone.invite.clone().unwrap();
    let busy = answer(&invite, "486 Busy Here", "stray", "", "");
    let sip = office.portico.sip.to_string();
    office.phone.send(&busy.replacen(&format!("UDP {sip}"), "UDP 192.0.2.1:5060", 1));
    office.phone.send(&busy.replacen("From:", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nFrom:", 1));
    office.phone.send(&busy.replace("z9hG4bK", "z9hG4bKa"));
    office.phone.send(&busy.replace(" INVITE\r\n", " OPTIONS\r\n"));
    office.carrier.send(&busy);
    office.phone.hears_no(400, "RFC 3261, 18.1.2, 8.1.3.3, 17.1.3", |heard| heard.method() == "ACK");
    call.cancel(&office.carrier, &call.branch);
    let ended = office.carrier.told(487, "INVITE");
    call.acknowledge_failure(&office.carrier, &ended);
    let cancel = office.phone.asked("CANCEL");
    office.phone.answer(&cancel, "200 OK", "", "", "");
    at_phone.reply(&office.phone, "487 Request Terminated", "");
    office.phone.asked("ACK");
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_failure_is_acknowledged_as_often_as_it_comes_and_its_cause_is_passed_on() {
    let mut office = Office::open("failure");
    let (call, at_carrier) = office.calls_out("+13035550142");
    let refusal = "Reason: Q.850;cause=17;text=\"User busy\"\r\nRetry-After: 60\r\n";
    for _ in 0..3 {
        at_carrier.reply_with(&office.carrier, "486 Busy Here", refusal, "");
        let (ack, invite) = (office.carrier.asked("ACK"), at_carrier.invite.clone().unwrap());
        assert_eq!((ack.branch(), ack.uri(), ack.seq()), (invite.branch(), invite.uri(), invite.seq()));
        assert_eq!(ack.tag("To"), at_carrier.tag, "RFC 3261, 17.1.1.3");
    }
    let told = office.phone.told(486, "INVITE");
    assert_eq!(told.header("Reason"), "Q.850;cause=17", "RFC 6432");
    assert_eq!(told.header("Retry-After"), "60");
    call.acknowledge_failure(&office.phone, &told);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_proxy_and_whoever_is_behind_it_are_each_answered_once() {
    let mut office = Office::open("challenges");
    let (call, first) = office.calls_out("+13035550142");
    let asks = |header: &str, nonce: &str| {
        format!("{header}: Digest realm=\"carrier.example\", nonce=\"{nonce}\", qop=\"auth\"\r\n")
    };
    first.reply_with(&office.carrier, "407 Proxy", &asks("Proxy-Authenticate", "one"), "");
    office.carrier.asked("ACK");
    let second = office.carrier.asked("INVITE");
    assert_eq!(second.seq(), first.invited + 1);
    let second = Call::of(&office.carrier, second);
    second.reply_with(&office.carrier, "401 Who", &asks("WWW-Authenticate", "two"), "");
    office.carrier.asked("ACK");
    let third = office.carrier.asked("INVITE");
    assert!(third.header("Proxy-Authorization").contains("nc=00000002"), "RFC 3261, 22.3: {}", third.text);
    assert!(third.header("Authorization").contains("\"two\""), "{}", third.text);
    let third = Call::of(&office.carrier, third);
    third.reply_with(&office.carrier, "401 Who", &asks("WWW-Authenticate", "three"), "");
    office.carrier.asked("ACK");
    office.carrier.hears_no(500, "a password that was wrong", |heard| heard.method() == "INVITE");
    let told = office.phone.told(503, "INVITE");
    call.acknowledge_failure(&office.phone, &told);
    office.is_quiet();
}
