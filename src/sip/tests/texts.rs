//! MESSAGE both ways: answered once it is stored, and never twice.

use std::time::Duration;

use super::world::{CARRIER, Fate, OFFICE, PHONE, World};
use crate::sip::{Event, Identity, SendError, Target, TextId, TrunkName};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn from(user: &str) -> Identity {
    Identity { user: user.to_owned(), display: String::new() }
}

fn through(trunk: &str, number: &str) -> Target {
    Target::Trunk { trunk: TrunkName(trunk.to_owned()), number: number.to_owned() }
}

fn text_from_carrier(world: &mut World) -> TextId {
    let target = through("office", "+13035550100");
    world
        .tell(CARRIER, |e, now| {
            e.send_text(now, &target, &from("+13035550177"), "text/plain", b"the tap drips".to_vec())
        })
        .unwrap()
}

#[test]
fn a_text_is_answered_when_it_is_stored_and_not_before() {
    let mut world = World::of_an_office(80);
    let sent = text_from_carrier(&mut world);
    world.run(Duration::from_secs(3));
    let events = world.events(OFFICE);
    let [Event::TextReceived { text, from, to, content_type, body, .. }] = &events[..] else {
        panic!("copies are absorbed while it is being stored: {events:?}")
    };
    assert_eq!((from.as_str(), to.as_str()), ("+13035550177", "+13035550100"));
    assert_eq!((content_type.as_str(), body.as_slice()), ("text/plain", b"the tap drips".as_slice()));
    assert!(world.lines(CARRIER, OFFICE).len() > 2, "copies did come");
    assert!(world.lines(OFFICE, CARRIER).is_empty(), "nothing is acknowledged that is not stored");
    let text = *text;
    world.tell(OFFICE, |e, now| e.settle_text(now, text, 202)).unwrap();
    world.run(millis(50));
    assert_eq!(world.events(CARRIER), [Event::TextAnswered { text: sent, status: 202, retry_after: None }]);
    assert_eq!(world.tell(OFFICE, |e, now| e.settle_text(now, text, 202)), Err(SendError::NoSession));
    world.assert_nothing_left();
}

#[test]
fn a_copy_after_the_answer_gets_the_same_answer() {
    let mut world = World::of_an_office(81);
    world.judge = Box::new(move |_, _, line| if line.contains("202") { Fate::Lose } else { Fate::Deliver });
    text_from_carrier(&mut world);
    world.run(millis(50));
    let Some(Event::TextReceived { text, .. }) = world.events(OFFICE).pop() else { panic!() };
    world.tell(OFFICE, |e, now| e.settle_text(now, text, 202)).unwrap();
    world.run(Duration::from_secs(5));
    assert!(world.lines(OFFICE, CARRIER).iter().filter(|line| line.contains("202")).count() > 2);
    assert!(world.events(OFFICE).is_empty(), "it is one text");
}

#[test]
fn a_text_that_nobody_settles_is_given_back_to_its_sender() {
    let mut world = World::of_an_office(82);
    text_from_carrier(&mut world);
    world.run(Duration::from_secs(40));
    assert_eq!(world.counts(OFFICE).unsettled_texts, 0);
    let answered = world.events(CARRIER);
    assert!(matches!(&answered[..], [Event::TextAnswered { status: 503, .. }]), "{answered:?}");
}

#[test]
fn a_text_of_ours_reports_its_answer_or_that_none_came() {
    let mut world = World::of_an_office(83);
    let target = through("carrier", "+13035550177");
    let send = |e: &mut crate::sip::Endpoint, now| {
        e.send_text(now, &target, &from("+13035550100"), "text/plain", b"we call you back".to_vec())
    };
    world.tell(OFFICE, send).unwrap();
    world.run(millis(50));
    let Some(Event::TextReceived { text, body, .. }) = world.events(CARRIER).pop() else { panic!() };
    assert_eq!(body, b"we call you back");
    world.tell(CARRIER, |e, now| e.settle_text(now, text, 200)).unwrap();
    world.run(millis(50));
    assert!(matches!(&world.events(OFFICE)[..], [Event::TextAnswered { status: 200, .. }]));
    world.unplug(CARRIER);
    world.tell(OFFICE, send).unwrap();
    world.run(Duration::from_secs(33));
    assert!(matches!(&world.events(OFFICE)[..], [Event::TextAnswered { status: 408, .. }]));
}

#[test]
fn a_phone_sends_a_text_with_its_password_and_a_stranger_none_at_all() {
    let mut world = World::of_an_office(84);
    let target = through("office", "+13035550142");
    world
        .tell(PHONE, |e, now| e.send_text(now, &target, &from("101"), "text/plain", b"hello".to_vec()))
        .unwrap();
    world.run(millis(200));
    assert!(matches!(&world.events(OFFICE)[..], [.., Event::TextReceived { .. }]));
    let stranger = "203.0.113.66:5060";
    let message = super::registering::register(stranger, 1, "", "").replace("REGISTER", "MESSAGE");
    world.send(stranger, OFFICE, message);
    world.run(millis(50));
    assert_eq!(super::registering::status(&world.received(stranger)[0]), 401);
    assert!(world.events(OFFICE).iter().all(|e| !matches!(e, Event::TextReceived { .. })));
}

#[test]
fn every_attempt_of_a_keyed_text_carries_the_same_call_id() {
    let mut world = World::of_an_office(85);
    let target = through("carrier", "+13035550177");
    for _ in 0..2 {
        let send = |e: &mut crate::sip::Endpoint, now| {
            let body = b"we call you back".to_vec();
            e.send_keyed_text(now, "0EQ2Z20NKYKM1", &target, &from("+13035550100"), "text/plain", body)
        };
        world.tell(OFFICE, send).unwrap();
        world.run(millis(50));
        let Some(Event::TextReceived { text, call_id, .. }) = world.events(CARRIER).pop() else { panic!() };
        assert_eq!(call_id, "0EQ2Z20NKYKM1");
        world.tell(CARRIER, |e, now| e.settle_text(now, text, 503)).unwrap();
        world.run(Duration::from_secs(40));
        assert!(matches!(&world.events(OFFICE)[..], [Event::TextAnswered { status: 503, .. }]));
    }
    let split = |e: &mut crate::sip::Endpoint, now| {
        e.send_keyed_text(now, "a\r\nEvil: 1", &target, &from("+13035550100"), "text/plain", Vec::new())
    };
    assert_eq!(world.tell(OFFICE, split), Err(SendError::BadHeader));
}
