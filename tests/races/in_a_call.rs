//! Within a call: order, offers that meet, reliable answers, and BYEs that cross.

use crate::{Call, Office};

#[test]
#[ignore = "real sockets: make interop"]
fn byes_that_cross_are_both_answered_200() {
    let mut office = Office::open("byes");
    let (mut call, mut at_phone) = office.talks("");
    let answered = at_phone.ask(&mut office.phone, "BYE", "", "");
    assert_eq!(answered.status(), 200);
    let ours = office.carrier.asked("BYE");
    assert_eq!(call.ask(&mut office.carrier, "BYE", "", "").status(), 200, "RFC 5407, 3.2.1");
    office.carrier.answer(&ours, "200 OK", "", "", "");
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn one_order_counts_for_all_requests_of_a_dialog() {
    let mut office = Office::open("order");
    let (mut call, _) = office.talks("");
    assert_eq!(call.ask_as(&mut office.carrier, "OPTIONS", 50, "", "").status(), 200);
    for method in ["INFO", "MESSAGE", "OPTIONS", "BYE"] {
        let answer = call.ask_as(&mut office.carrier, method, 20, "", "");
        assert_eq!(answer.status(), 500, "{method}: RFC 3261, 12.2.2");
    }
    call.seq = 60;
    office.hangs_up(&mut call);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn an_offer_that_cannot_be_taken_is_refused_and_the_call_lives() {
    let mut office = Office::open("offers");
    let (mut call, _) = office.talks("");
    let description = office.carrier.description();
    let unknown = description.replace("0 101", "18").replace("rtpmap:0 PCMU", "rtpmap:18 G729");
    let refused = call.ask(&mut office.carrier, "INVITE", "", &unknown);
    assert_eq!((refused.status(), &refused.header("Warning")[..4]), (488, "305 "), "RFC 3261, 14.2");
    call.acknowledge_failure(&office.carrier, &refused);
    let held = call.ask(&mut office.carrier, "INVITE", "", &format!("{description}a=sendonly\r\n"));
    assert!(held.status() == 200 && held.body().contains("a=recvonly"), "{}", held.text);
    // Its ACK is still on its way (RFC 5407, 3.1.4).
    let early = call.ask(&mut office.carrier, "INVITE", "", &description);
    assert_eq!(early.status(), 491);
    call.acknowledge_failure(&office.carrier, &early);
    call.acknowledge(&office.carrier, &held, "");
    // Without an offer, ours is in the 200, and the answer in the ACK.
    let empty = call.ask(&mut office.carrier, "INVITE", "", "");
    assert!(empty.status() == 200 && empty.body().contains("m=audio"), "{}", empty.text);
    call.acknowledge(&office.carrier, &empty, &description);
    office.phone.hears_no(200, "it lives", |heard| heard.method() == "BYE");
    office.hangs_up(&mut call);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn a_reliable_answer_is_repeated_until_its_own_prack_comes() {
    let mut office = Office::open("prack");
    let (mut call, at_phone) = office.rings("Require: 100rel\r\n");
    let first = office.carrier.told(180, "INVITE");
    assert_eq!(first.header("Require"), "100rel");
    call.learn(&first);
    let again = office.carrier.told(180, "INVITE");
    assert_eq!(again.text, first.text, "RFC 3262, 3");
    let (rseq, invited) = (first.header("RSeq").parse::<u32>().unwrap(), call.invited);
    let rack = |rseq: u32| format!("RAck: {rseq} {invited} INVITE\r\n");
    assert_eq!(call.ask(&mut office.carrier, "PRACK", &rack(rseq + 1), "").status(), 481);
    let description = office.carrier.description();
    let early = call.ask(&mut office.carrier, "UPDATE", "", &description);
    assert_eq!(early.status(), 500, "RFC 3311, 5.2: their own offer is open");
    assert!(early.header("Retry-After").parse::<u32>().unwrap() <= 10);
    assert_eq!(call.ask(&mut office.carrier, "PRACK", &rack(rseq), "").status(), 200);
    assert_eq!(call.ask(&mut office.carrier, "PRACK", &rack(rseq), "").status(), 481, "once");
    office.carrier.next(100, |heard| heard.status() == 180);
    office.carrier.hears_no(1500, "it is acknowledged", |heard| heard.status() == 180);
    at_phone.reply(&office.phone, "200 OK", &office.phone.description());
    let answer = office.carrier.told(200, "INVITE");
    call.acknowledge(&office.carrier, &answer, "");
    office.hangs_up(&mut call);
    office.is_quiet();
}

#[test]
#[ignore = "real sockets: make interop"]
fn reliable_answers_of_two_forks_are_acknowledged_each_in_its_order() {
    let mut office = Office::open("forks-rel");
    let (mut call, first) = office.calls_out("+13035550142");
    let second = Call::of(&office.carrier, first.invite.clone().unwrap());
    let rings = |fork: &Call, office: &Office, rseq: u32| {
        fork.reply_with(&office.carrier, "180 Ringing", &format!("Require: 100rel\r\nRSeq: {rseq}\r\n"), "");
    };
    for (fork, rseq) in [(&first, 10), (&second, 900), (&first, 11)] {
        rings(fork, &office, rseq);
        let prack = office.carrier.asked("PRACK");
        assert_eq!(prack.header("RAck"), format!("{rseq} {} INVITE", first.invited));
        assert_eq!(prack.tag("To"), fork.tag, "RFC 3262, 4");
        office.carrier.answer(&prack, "200 OK", "", "", "");
        rings(fork, &office, rseq);
        rings(fork, &office, rseq + 2);
        office.carrier.hears_no(150, "a copy, and one too early", |heard| heard.method() == "PRACK");
    }
    second.reply(&office.carrier, "200 OK", &office.carrier.description());
    assert_eq!(office.carrier.asked("ACK").tag("To"), second.tag);
    let answer = office.phone.told(200, "INVITE");
    call.acknowledge(&office.phone, &answer, "");
    assert_eq!(call.ask(&mut office.phone, "BYE", "", "").status(), 200);
    let bye = office.carrier.asked("BYE");
    assert_eq!(bye.tag("To"), second.tag);
    office.carrier.answer(&bye, "200 OK", "", "", "");
    office.is_quiet();
}
