//! Calls as they should go.

use std::time::Duration;

use super::world::{CARRIER, OFFICE, PHONE, World, to_trunk};
use crate::sip::{Cause, EndedBy, Event, Peer, TrunkName};

#[test]
fn a_call_is_answered_and_the_caller_hangs_up() {
    let mut world = World::of_an_office(1);
    let (at_carrier, at_office) = world.talk();
    assert!(matches!(&world.events(CARRIER)[..], [Event::Answered { body, .. }] if body == b"answer"));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Confirmed { session, .. }] if *session == at_office));
    world.tell(CARRIER, |e, now| e.bye(now, at_carrier, Some(Cause::Q850(16)))).unwrap();
    world.run(Duration::from_millis(100));
    let expected = Event::Ended { session: at_office, by: EndedBy::Remote(Some(Cause::Q850(16))) };
    assert_eq!(world.events(OFFICE), [expected]);
    assert_eq!(world.events(CARRIER), [Event::Ended { session: at_carrier, by: EndedBy::Us }]);
    world.assert_nothing_left();
}

#[test]
fn an_invitation_says_who_calls_whom() {
    let mut world = World::of_an_office(2);
    world.carrier_calls();
    world.run(Duration::from_millis(50));
    let events = world.events(OFFICE);
    let [Event::Invited { invitation, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(invitation.peer, Peer::Trunk(TrunkName("carrier".to_owned())));
    assert_eq!(invitation.dialled, "+13035550100");
    assert_eq!(invitation.from.user, "+13035550177");
    assert_eq!(invitation.from.display, "Dana Reyes");
    assert_eq!(invitation.offer, b"offer of the carrier");
    assert!(!invitation.anonymous);
}

#[test]
fn the_office_rings_a_phone_where_it_registered_from() {
    let mut world = World::of_an_office(3);
    let at_office = world.office_rings("101");
    world.run(Duration::from_millis(50));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.ring(now, at_phone, 180, None)).unwrap();
    world.run(Duration::from_millis(50));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Progress { status: 180, .. }]));
    world.tell(PHONE, |e, now| e.answer(now, at_phone, b"answer".to_vec())).unwrap();
    world.run(Duration::from_millis(50));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Answered { .. }]));
    world.tell(OFFICE, |e, now| e.bye(now, at_office, None)).unwrap();
    world.run(Duration::from_millis(50));
    let events = world.events(PHONE);
    assert!(matches!(&events[..], [Event::Confirmed { .. }, Event::Ended { by: EndedBy::Remote(None), .. }]));
    world.assert_nothing_left();
}

#[test]
fn a_phone_calls_out_with_its_password() {
    let mut world = World::of_an_office(4);
    let mut outgoing = to_trunk("office", "3035550142", b"offer of the phone");
    outgoing.from.user = "101".to_owned();
    world.tell(PHONE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(Duration::from_millis(200));
    let events = world.events(OFFICE);
    let invitation = events.iter().find_map(|event| match event {
        Event::Invited { invitation, .. } => Some(invitation),
        _ => None,
    });
    assert_eq!(invitation.unwrap().peer, Peer::Phone("101".parse().unwrap()));
    assert_eq!(invitation.unwrap().dialled, "3035550142");
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn a_refused_call_fails_with_status_and_reason() {
    let mut world = World::of_an_office(5);
    let at_carrier = world.carrier_calls();
    world.run(Duration::from_millis(50));
    let at_office = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.reject(now, at_office, 486, "", Some(20), None)).unwrap();
    world.run(Duration::from_millis(50));
    let expected = Event::Failed {
        session: at_carrier,
        status: 486,
        reason: "Busy Here".to_owned(),
        retry_after: Some(Duration::from_secs(20)),
        cause: None,
        redirect: None,
    };
    assert_eq!(world.events(CARRIER), [expected]);
    world.assert_nothing_left();
}

#[test]
fn a_delayed_offer_comes_with_the_200_and_its_answer_with_the_ack() {
    let mut world = World::of_an_office(6);
    world.tell(CARRIER, |e, now| e.invite(now, to_trunk("office", "+13035550100", b""))).unwrap();
    world.run(Duration::from_millis(50));
    let events = world.events(OFFICE);
    let [Event::Invited { session, invitation }] = &events[..] else { panic!("{events:?}") };
    assert!(invitation.offer.is_empty());
    let session = *session;
    world.tell(OFFICE, |e, now| e.answer(now, session, b"our offer".to_vec())).unwrap();
    world.run(Duration::from_millis(50));
    assert!(matches!(&world.events(CARRIER)[..], [Event::Answered { body, .. }] if body == b"our offer"));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Confirmed { .. }]));
}

#[test]
fn nobody_there_is_a_408_after_32_seconds() {
    let mut world = World::of_an_office(7);
    world.unplug(PHONE);
    world.office_rings("101");
    world.run(Duration::from_secs(31));
    assert!(!world.events(OFFICE).iter().any(|e| matches!(e, Event::Failed { .. })));
    world.run(Duration::from_secs(2));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Failed { status: 408, .. }]));
    assert_eq!(world.counts(OFFICE).client_transactions, 0);
}

#[test]
fn every_copy_of_the_200_goes_along_the_via_of_a_caller_that_asks_for_no_rport() {
    let mut world = World::of_an_office(9);
    world.unplug(CARRIER);
    // It sends from one port and listens at another (RFC 3261, 18.2.2).
    let invite = super::races::invite_text("z9hG4bKports", "ports@carrier", "1").replace(";rport", "");
    world.send("198.51.100.1:40404", OFFICE, invite);
    world.run(Duration::from_millis(50));
    let session = world.invited(OFFICE);
    world.tell(OFFICE, |e, now| e.answer(now, session, b"answer".to_vec())).unwrap();
    world.run(Duration::from_secs(4));
    assert!(world.received("198.51.100.1:40404").is_empty());
    assert_eq!(world.received(CARRIER).iter().filter(|text| text.contains(" 200 OK")).count(), 4);
}

#[test]
fn an_endpoint_may_live_on_any_thread() {
    fn on_any_thread<T: Send>() {}
    on_any_thread::<crate::sip::Endpoint>();
}

#[test]
fn shutting_down_ends_every_call() {
    let mut world = World::of_an_office(8);
    world.talk();
    let waiting = world.carrier_calls();
    let ringing = world.office_rings("101");
    world.run(Duration::from_millis(100));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.ring(now, at_phone, 180, None)).unwrap();
    world.run(Duration::from_millis(100));
    world.forget_past();
    world.tell(OFFICE, |e, now| e.shut_down(now));
    world.run(Duration::from_secs(2));
    let carrier = world.events(CARRIER);
    assert!(carrier.iter().any(|e| matches!(e, Event::Ended { by: EndedBy::Remote(_), .. })), "{carrier:?}");
    assert!(
        carrier
            .iter()
            .any(|e| matches!(e, Event::Failed { session, status: 503, .. } if *session == waiting))
    );
    assert!(world.events(PHONE).iter().any(|e| matches!(e, Event::Cancelled { .. })));
    let office = world.events(OFFICE);
    assert!(
        office.iter().any(|e| matches!(e, Event::Failed { session, status: 487, .. } if *session == ringing))
    );
    assert_eq!(world.counts(OFFICE).sessions, 0);
}
