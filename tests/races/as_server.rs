//! Portico is called: copies, lost acknowledgements, CANCELs, and requests that are wrong.

use crate::{Office, far_end::word};

#[test]
#[ignore = "real sockets: make interop"]
fn copies_of_an_invite_make_one_call() {
    let mut office = Office::open("copies");
    let (mut call, at_phone) = office.rings("");
    office.carrier.told(180, "INVITE");
    call.invite_again(&office.carrier);
    office.carrier.told(180, "INVITE");
    at_phone.reply(&office.phone, "200 OK", &office.phone.description());
    let answer = office.carrier.told(200, "INVITE");
    call.invite_again(&office.carrier);
    let again = office.carrier.told(200, "INVITE");
    assert_eq!((again.tag("To"), again.body()), (answer.tag("To"), answer.body()));
    call.acknowledge(&office.carrier, &answer, "");
    office.carrier.next(200, |heard| heard.status() == 200);
    call.invite_again(&office.carrier);
    office.carrier.hears_no(700, "RFC 6026, 7.1: late copies are absorbed", |heard| heard.status() == 200);
    office.phone.hears_no(0, "one call", |heard| heard.method() == "INVITE");
    office.hangs_up(&mut call);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_200_that_nobody_acknowledges_is_repeated_and_ended_after_32_seconds() {
    let mut office = Office::open("no-ack");
    let (mut call, at_phone) = office.rings("");
    at_phone.reply(&office.phone, "200 OK", &office.phone.description());
    let answer = office.carrier.told(200, "INVITE");
    call.learn(&answer);
    let bye = office.carrier.next(36_000, |heard| heard.method() == "BYE").unwrap();
    let after = |at: std::time::Instant| at.duration_since(answer.at).as_secs_f64();
    assert!((31.0..34.0).contains(&after(bye.at)), "{}", after(bye.at));
    let times: Vec<f64> =
        office.carrier.all.iter().filter(|h| h.status() == 200).map(|h| after(h.at)).collect();
    let due = [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
    assert!(
        times.len() == due.len() && times.iter().zip(due).all(|(is, due)| (is - due).abs() < 0.5),
        "RFC 3261, 13.3.1.4: {times:?}"
    );
    office.carrier.answer(&bye, "200 OK", "", "", "");
    let bye = office.phone.asked("BYE");
    office.phone.answer(&bye, "200 OK", "", "", "");
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_bye_that_overtakes_the_ack_ends_the_call_and_the_repeating() {
    let mut office = Office::open("bye-first");
    let (mut call, at_phone) = office.rings("");
    at_phone.reply(&office.phone, "200 OK", &office.phone.description());
    let answer = office.carrier.told(200, "INVITE");
    call.learn(&answer);
    office.hangs_up(&mut call);
    office.carrier.hears_no(1800, "it is over", |heard| heard.status() == 200 && heard.of() == "INVITE");
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_cancel_ends_its_own_invite_and_the_487_waits_for_its_own_ack() {
    let mut office = Office::open("cancel");
    let (call, at_phone) = office.rings("");
    office.carrier.told(180, "INVITE");
    call.cancel(&office.carrier, &word("z9hG4bK"));
    office.carrier.told(481, "CANCEL");
    office.phone.hears_no(200, "a foreign CANCEL ends nothing", |heard| heard.method() == "CANCEL");
    call.cancel(&office.carrier, &call.branch);
    let (taken, ended) = (office.carrier.told(200, "CANCEL"), office.carrier.told(487, "INVITE"));
    assert_eq!(taken.tag("To"), ended.tag("To"), "RFC 3261, 9.2");
    let cancel = office.phone.asked("CANCEL");
    let invite = at_phone.invite.clone().unwrap();
    assert_eq!((cancel.branch(), cancel.uri(), cancel.seq()), (invite.branch(), invite.uri(), invite.seq()));
    assert_eq!(cancel.tag("To"), "", "RFC 3261, 9.1");
    office.phone.answer(&cancel, "200 OK", &at_phone.tag, "", "");
    at_phone.reply(&office.phone, "487 Request Terminated", "");
    assert_eq!(office.phone.asked("ACK").branch(), invite.branch());
    call.acknowledge_in(&office.carrier, &ended, &word("z9hG4bK"));
    office.carrier.told(487, "INVITE");
    call.acknowledge_failure(&office.carrier, &ended);
    office.carrier.next(100, |heard| heard.status() == 487);
    office.carrier.hears_no(1500, "it has its ACK", |heard| heard.status() == 487);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_cancel_after_the_answer_changes_nothing() {
    let mut office = Office::open("late-cancel");
    let (mut call, at_phone) = office.rings("");
    at_phone.reply(&office.phone, "200 OK", &office.phone.description());
    let answer = office.carrier.told(200, "INVITE");
    call.cancel(&office.carrier, &call.branch);
    office.carrier.told(200, "CANCEL");
    call.acknowledge(&office.carrier, &answer, "");
    office.phone.hears_no(300, "the call lives", |heard| heard.method() == "BYE");
    office.hangs_up(&mut call);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn wrong_requests_get_the_answer_that_the_rfcs_name() {
    let mut office = Office::open("wrong");
    let (call, _) = office.rings("Expires: 2\r\n");
    let description = office.carrier.description();
    let mut odd = |method: &str, headers: &str, body: &str| {
        let mut other = crate::Call::new(&office.carrier, crate::CALLER, crate::NUMBER);
        let seq = other.seq;
        let answer = other.ask_as(&mut office.carrier, method, seq, headers, body);
        if method == "INVITE" {
            other.acknowledge_failure(&office.carrier, &answer);
        }
        answer
    };
    assert_eq!(odd("INVITE", "Max-Forwards: 0\r\n", &description).status(), 483);
    assert_eq!(odd("OPTIONS", "Max-Forwards: 0\r\n", "").status(), 200, "RFC 4475, 3.3.11");
    assert_eq!(odd("FROBNICATE", "", "").status(), 501);
    assert_eq!(odd("PUBLISH", "", "").status(), 405);
    assert_eq!(odd("BYE", "", "").status(), 481);
    let required = odd("INVITE", "Require: 100rel, nothing\r\n", &description);
    assert_eq!((required.status(), required.header("Unsupported")), (420, "nothing"));
    assert_eq!(odd("INVITE", "Content-Type: text/odd\r\n", "?").header("Accept"), "application/sdp");
    let short = odd("INVITE", "Supported: timer\r\nSession-Expires: 60\r\n", &description);
    assert_eq!((short.status(), short.header("Min-SE")), (422, "90"));
    let unknown = description.replace("0 101", "18").replace("rtpmap:0 PCMU", "rtpmap:18 G729");
    let unknown = odd("INVITE", "", &unknown);
    assert_eq!((unknown.status(), &unknown.header("Warning")[..4]), (488, "305 "));
    // The same INVITE by another way, while the first rings (RFC 3261, 8.2.2.2).
    let merged = word("z9hG4bK");
    let first = call.invite.clone().unwrap().text;
    office.carrier.send(&first.replace(&call.branch, &merged));
    let answer = office.carrier.told(482, "INVITE");
    assert_eq!(answer.branch(), merged);
    call.acknowledge_in(&office.carrier, &answer, &merged);
    // And that one is good for two seconds only (RFC 3261, 13.3.1).
    let over = office.carrier.told(487, "INVITE");
    call.acknowledge_failure(&office.carrier, &over);
    let cancel = office.phone.asked("CANCEL");
    office.phone.answer(&cancel, "200 OK", "phone", "", "");
}
