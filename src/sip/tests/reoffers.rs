//! What happens inside a call: new offers both ways and their glare, digits, order, and strangers in the dialog.

use std::time::Duration;

use super::{
    races::{ack_text, answer_text, header, invite_text, request_text},
    world::{CARRIER, OFFICE, PHONE, STRANGER, World},
};
use crate::sip::{EndedBy, Event, SendError};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A call whose caller is text, so that anything can be sent in its dialog: the 200 that the office gave.
pub(super) fn call_by_text(world: &mut World) -> String {
    world.unplug(CARRIER);
    world.send(CARRIER, OFFICE, invite_text("z9hG4bKfirst", "text@carrier", "5"));
    world.run(millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    let ok = world.received(CARRIER).pop().unwrap();
    world.send(CARRIER, OFFICE, ack_text(&ok, "text@carrier", "5"));
    world.run(millis(50));
    world.forget_past();
    ok
}

#[test]
fn a_new_offer_is_answered_and_acknowledged_both_ways() {
    let mut world = World::of_an_office(40);
    let (at_carrier, at_office) = world.talk();
    world.forget_past();
    world.tell(CARRIER, |e, now| e.reoffer(now, at_carrier, b"hold".to_vec())).unwrap();
    world.run(millis(50));
    assert_eq!(world.events(OFFICE), [Event::Reoffered { session: at_office, offer: b"hold".to_vec() }]);
    world.tell(OFFICE, |e, now| e.accept_reoffer(now, at_office, b"held".to_vec())).unwrap();
    world.run(millis(50));
    let answered = Event::ReofferAnswered { session: at_carrier, result: Ok(b"held".to_vec()) };
    assert_eq!(world.events(CARRIER), [answered]);
    assert!(matches!(&world.events(OFFICE)[..], [Event::Confirmed { .. }]));

    world.tell(OFFICE, |e, now| e.reoffer(now, at_office, b"back".to_vec())).unwrap();
    world.run(millis(50));
    assert_eq!(world.events(CARRIER), [Event::Reoffered { session: at_carrier, offer: b"back".to_vec() }]);
    world.tell(CARRIER, |e, now| e.refuse_reoffer(now, at_carrier, 488)).unwrap();
    world.run(millis(50));
    assert_eq!(world.events(OFFICE), [Event::ReofferAnswered { session: at_office, result: Err(488) }]);
    assert_eq!(world.counts(OFFICE).sessions, 1, "the call goes on as it was");
}

#[test]
fn when_both_offer_at_once_both_are_refused_and_tried_again_in_turn() {
    for seed in 0..10 {
        let mut world = World::of_an_office(200 + seed);
        let (at_carrier, at_office) = world.talk();
        world.forget_past();
        world.tell(CARRIER, |e, now| e.reoffer(now, at_carrier, b"theirs".to_vec())).unwrap();
        world.tell(OFFICE, |e, now| e.reoffer(now, at_office, b"ours".to_vec())).unwrap();
        assert_eq!(
            world.tell(OFFICE, |e, now| e.reoffer(now, at_office, b"more".to_vec())),
            Err(SendError::OfferPending)
        );
        world.run(millis(100));
        assert_eq!(world.lines(OFFICE, CARRIER).iter().filter(|l| l.contains(" 491 ")).count(), 1);
        assert_eq!(world.lines(CARRIER, OFFICE).iter().filter(|l| l.contains(" 491 ")).count(), 1);
        assert!(world.events(OFFICE).is_empty() && world.events(CARRIER).is_empty());
        // The one who was called tries within 2 s, the caller after at least 2.1 (14.1).
        world.run(millis(2000));
        assert_eq!(world.events(CARRIER).len(), 2, "the caller's own is refused, the other's is here");
        world.tell(CARRIER, |e, now| e.accept_reoffer(now, at_carrier, b"yes".to_vec())).unwrap();
        world.run(millis(100));
        let answered = Event::ReofferAnswered { session: at_office, result: Ok(b"yes".to_vec()) };
        assert_eq!(world.events(OFFICE), [answered]);
        assert_eq!((world.counts(OFFICE).sessions, world.counts(CARRIER).sessions), (1, 1));
    }
}

#[test]
fn a_dialog_that_the_far_end_has_forgotten_is_over() {
    let mut world = World::of_an_office(41);
    let (_, at_office) = world.talk();
    world.settle(CARRIER, super::world::carrier());
    world.forget_past();
    world.tell(OFFICE, |e, now| e.reoffer(now, at_office, b"hello?".to_vec())).unwrap();
    world.run(millis(100));
    assert_eq!(world.events(OFFICE), [Event::Ended { session: at_office, by: EndedBy::DialogGone }]);
    assert_eq!(world.counts(OFFICE).sessions, 0);
}

#[test]
fn an_old_number_is_answered_500_and_changes_nothing() {
    let mut world = World::of_an_office(42);
    let ok = call_by_text(&mut world);
    world.send(CARRIER, OFFICE, request_text("BYE", &ok, "z9hG4bKold", "text@carrier", "4"));
    world.run(millis(50));
    assert!(world.received(CARRIER)[0].starts_with("SIP/2.0 500 "));
    assert_eq!(world.counts(OFFICE).sessions, 1);
    world.send(CARRIER, OFFICE, request_text("BYE", &ok, "z9hG4bKnew", "text@carrier", "6"));
    world.run(millis(50));
    assert!(world.received(CARRIER)[0].starts_with("SIP/2.0 200 "));
    assert_eq!(world.counts(OFFICE).sessions, 0);
}

#[test]
fn a_dialog_is_closed_to_those_who_guess_it_and_to_those_who_know_it_but_are_elsewhere() {
    let mut world = World::of_an_office(43);
    let ok = call_by_text(&mut world);
    let bye = request_text("BYE", &ok, "z9hG4bKevil", "text@carrier", "6");
    world.send(STRANGER, OFFICE, bye.replace(CARRIER, STRANGER));
    world.send(CARRIER, OFFICE, bye.replace("tag=theirs", "tag=other").replace("evil", "evil2"));
    world.send(CARRIER, OFFICE, bye.replace("text@carrier", "other@carrier").replace("evil", "evil3"));
    world.run(millis(50));
    assert!(world.received(STRANGER)[0].starts_with("SIP/2.0 481 "));
    let refused = world.received(CARRIER);
    assert!(refused.len() == 2 && refused.iter().all(|text| text.starts_with("SIP/2.0 481 ")), "{refused:?}");
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn digits_by_info_are_heard_and_other_info_is_refused() {
    let mut world = World::of_an_office(44);
    let ok = call_by_text(&mut world);
    let info = |seq: &str, content_type: &str, body: &str| {
        request_text("INFO", &ok, &format!("z9hG4bKinfo{seq}"), "text@carrier", seq).replace(
            "Content-Length: 0\r\n\r\n",
            &format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        )
    };
    world.send(CARRIER, OFFICE, info("6", "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"));
    world.run(millis(50));
    world.send(CARRIER, OFFICE, info("7", "application/dtmf-relay", "Signal= #\r\nDuration= 250\r\n"));
    world.run(millis(50));
    world.send(CARRIER, OFFICE, info("8", "application/dtmf", "10"));
    world.run(millis(50));
    world.send(CARRIER, OFFICE, info("9", "application/dtmf-relay", "Signal=Z\r\n"));
    world.run(millis(50));
    world.send(CARRIER, OFFICE, info("10", "application/x-unheard", "?"));
    world.run(millis(50));
    let digits: Vec<char> = world
        .events(OFFICE)
        .into_iter()
        .filter_map(|event| match event {
            Event::InfoDigit { digit, .. } => Some(digit),
            _ => None,
        })
        .collect();
    assert_eq!(digits, ['5', '#', '*']);
    let statuses: Vec<String> = world.received(CARRIER).iter().map(|text| text[8..11].to_owned()).collect();
    assert_eq!(statuses, ["200", "200", "200", "400", "415"]);
}

#[test]
fn update_without_an_offer_is_answered_and_with_one_is_put_to_the_pbx() {
    let mut world = World::of_an_office(45);
    let ok = call_by_text(&mut world);
    world.send(CARRIER, OFFICE, request_text("UPDATE", &ok, "z9hG4bKu1", "text@carrier", "6"));
    world.run(millis(50));
    assert!(world.received(CARRIER)[0].starts_with("SIP/2.0 200 "));
    let with_offer = request_text("UPDATE", &ok, "z9hG4bKu2", "text@carrier", "7").replace(
        "Content-Length: 0\r\n\r\n",
        "Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nnew",
    );
    world.send(CARRIER, OFFICE, with_offer);
    world.run(millis(50));
    let events = world.events(OFFICE);
    let [Event::Reoffered { session, offer }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(offer, b"new");
    let session = *session;
    world.tell(OFFICE, |e, now| e.accept_reoffer(now, session, b"fine".to_vec())).unwrap();
    world.run(Duration::from_secs(40));
    let answers = world.received(CARRIER);
    assert_eq!(answers.len(), 1, "an UPDATE has no ACK, so its 200 is not repeated: {answers:?}");
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn a_phone_whose_nat_moves_it_is_reached_where_it_sent_from_last() {
    let mut world = World::of_an_office(46);
    let session = world.office_rings("101");
    world.run(millis(50));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.answer(now, at_phone, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    // From now on the phone is a text at another port of the same address.
    let moved = "192.0.2.101:31337";
    let ack = world.sent_to(PHONE).into_iter().find(|text| text.starts_with("ACK")).unwrap();
    let update = format!(
        "UPDATE sip:office@{OFFICE} SIP/2.0\r\nVia: SIP/2.0/UDP {moved};branch=z9hG4bKmoved;rport\r\nMax-Forwards: 70\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 900 UPDATE\r\nContent-Length: 0\r\n\r\n",
        header(&ack, "To"),
        header(&ack, "From"),
        header(&ack, "Call-ID"),
    );
    world.send(moved, OFFICE, update);
    world.run(millis(50));
    assert!(world.received(moved)[0].starts_with("SIP/2.0 200 "));
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(millis(50));
    assert!(world.received(moved)[0].starts_with("BYE "));
}

/// The only call of the office.
fn the_call(world: &mut World) -> crate::sip::SessionId {
    *world.host(OFFICE).endpoint.sessions.table.keys().next().expect("a call")
}

#[test]
fn an_answer_that_crosses_our_bye_is_acknowledged_all_the_same() {
    let mut world = World::of_an_office(46);
    call_by_text(&mut world);
    let session = the_call(&mut world);
    world.tell(OFFICE, |e, now| e.reoffer(now, session, b"hold".to_vec())).unwrap();
    world.run(millis(30));
    let reinvite = world.received(CARRIER).pop().unwrap();
    world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
    world.run(millis(30));
    let ok = answer_text(&reinvite, 200, "theirs").replacen(";tag=theirs;tag=theirs", ";tag=theirs", 1);
    for _ in 0..2 {
        world.send(CARRIER, OFFICE, ok.clone());
        world.run(millis(30));
    }
    let acks: Vec<String> =
        world.received(CARRIER).into_iter().filter(|text| text.starts_with("ACK ")).collect();
    assert_eq!(acks.len(), 2, "one for each copy of it");
    assert_eq!(header(&acks[0], "CSeq"), header(&reinvite, "CSeq").replace("INVITE", "ACK"));
    assert_ne!(header(&acks[0], "Via"), header(&reinvite, "Via"));
    assert_eq!(acks[0], acks[1]);
    world.run(Duration::from_secs(40));
    assert_eq!(world.counts(OFFICE).session_side_entries, 0);
}

#[test]
fn a_new_address_that_comes_with_a_refused_offer_is_not_taken_over() {
    for (status, user) in [(488, "gw"), (200, "elsewhere")] {
        let mut world = World::of_an_office(47);
        let ok = call_by_text(&mut world);
        let session = the_call(&mut world);
        let moved = format!(
            "Contact: <sip:elsewhere@{CARRIER}>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\noffer"
        );
        let moved = request_text("INVITE", &ok, "z9hG4bKmoved", "text@carrier", "6").replacen(
            "Content-Length: 0\r\n\r\n",
            &moved,
            1,
        );
        world.send(CARRIER, OFFICE, moved);
        world.run(millis(30));
        match status {
            200 => world.tell(OFFICE, |e, now| e.accept_reoffer(now, session, b"yes".to_vec())).unwrap(),
            _ => world.tell(OFFICE, |e, now| e.refuse_reoffer(now, session, status)).unwrap(),
        }
        world.run(millis(30));
        world.send(CARRIER, OFFICE, ack_text(&ok, "text@carrier", "6"));
        world.run(millis(30));
        world.tell(OFFICE, |e, now| e.bye(now, session, None)).unwrap();
        world.run(millis(30));
        let bye = world.received(CARRIER).into_iter().find(|text| text.starts_with("BYE ")).unwrap();
        assert!(bye.starts_with(&format!("BYE sip:{user}@")), "{bye}");
    }
}
