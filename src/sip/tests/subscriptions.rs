//! Phones that watch: how a subscription begins, goes on and ends, and what becomes of notifications that are not taken.

use std::time::Duration;

use super::{
    registering::{authorised, status},
    world::{OFFICE, PHONE, STRANGER, World, addr, office, phone},
};
use crate::sip::{
    Endpoint, Event, Flow, Package, SendError, SubscriptionEnd, SubscriptionId, Target, Transport,
    wire::{Message, Name},
};

/// A desk phone of extension 101 that is written by hand.
const HAND: &str = "192.0.2.150:5060";

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// An office alone with the phone that is written by hand.
fn alone(seed: u64) -> World {
    let mut world = World::new(seed);
    world.settle(OFFICE, office());
    world
}

fn subscribe(at: &str, seq: u32, event: &str, expires: u32, to_tag: &str) -> String {
    let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    format!(
        "SUBSCRIBE sip:102@office.example SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKsub{seq}x{expires};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:101@office.example>;tag=watch\r\nTo: <sip:102@office.example>{to_tag}\r\n\
         Call-ID: lamps@{at}\r\nCSeq: {seq} SUBSCRIBE\r\nContact: <sip:101@{at}>\r\nEvent: {event}\r\n\
         Expires: {expires}\r\nContent-Length: 0\r\n\r\n"
    )
}

/// The answer to a first SUBSCRIBE of the phone, challenge and all.
fn ask(world: &mut World, request: &str) -> String {
    world.send(HAND, OFFICE, request);
    world.run(millis(50));
    let refusal = world.received(HAND).pop().unwrap();
    assert_eq!(status(&refusal), 401);
    let branch = format!("z9hG4bKproved{}", world.trace.len());
    let again = authorised(request, &refusal, "101", "secret of 101", None, &branch);
    world.send(HAND, OFFICE, again);
    world.run(millis(50));
    world.received(HAND).into_iter().find(|text| text.starts_with("SIP/2.0")).unwrap()
}

fn header(text: &str, name: Name) -> String {
    Message::parse(text.as_bytes()).unwrap().text(name).unwrap_or_default().into_owned()
}

fn tag_of(answer: &str) -> String {
    Message::parse(answer.as_bytes()).unwrap().to_tag().unwrap().to_owned()
}

/// The phone's answer to a NOTIFY.
fn answer(notify: &str, status: &str, extra: &str) -> String {
    let lines = notify.lines().filter(|line| {
        ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name))
    });
    let copied: String = lines.map(|line| format!("{line}\r\n")).collect();
    format!("SIP/2.0 {status}\r\n{copied}{extra}Content-Length: 0\r\n\r\n")
}

fn subscribed(world: &mut World) -> SubscriptionId {
    let events = world.events(OFFICE);
    let found = events.iter().find_map(|event| match event {
        Event::Subscribed { subscription, phone, package: Package::Dialog, resource } => {
            assert_eq!((phone.as_str(), resource.as_str()), ("101", "102"));
            Some(*subscription)
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{events:?}"))
}

fn tell(world: &mut World, subscription: SubscriptionId, body: &str) -> Result<(), SendError> {
    let body = body.as_bytes().to_vec();
    world.tell(OFFICE, |e, now| e.notify(now, subscription, "application/dialog-info+xml", body))
}

/// Subscribes, and answers the first notification.
fn watching(world: &mut World) -> (SubscriptionId, String) {
    let granted = ask(world, &subscribe(HAND, 1, "dialog", 300, ""));
    assert_eq!((status(&granted), header(&granted, Name::Expires).as_str()), (200, "300"));
    let subscription = subscribed(world);
    tell(world, subscription, "<idle/>").unwrap();
    world.run(millis(20));
    let notify = world.received(HAND).pop().unwrap();
    assert!(notify.starts_with("NOTIFY sip:101@192.0.2.150:5060 SIP/2.0\r\n"), "{notify}");
    assert_eq!(header(&notify, Name::Event), "dialog");
    assert!(header(&notify, Name::SubscriptionState).starts_with("active;expires="));
    assert!(notify.ends_with("<idle/>"));
    world.send(HAND, OFFICE, answer(&notify, "200 OK", ""));
    world.run(millis(20));
    (subscription, tag_of(&granted))
}

#[test]
fn a_phone_proves_who_it_is_and_is_told_of_each_change() {
    let mut world = alone(300);
    let (subscription, _) = watching(&mut world);
    tell(&mut world, subscription, "<ringing/>").unwrap();
    // The second change comes before the phone has answered: it is asked for when the way is free, as it is by then.
    assert_eq!(tell(&mut world, subscription, "<talking/>"), Err(SendError::NotifyPending));
    world.run(millis(20));
    let notify = world.received(HAND).pop().unwrap();
    assert!(notify.ends_with("<ringing/>"));
    world.send(HAND, OFFICE, answer(&notify, "200 OK", ""));
    world.run(millis(20));
    assert_eq!(world.events(OFFICE), [Event::NotifyDue { subscription }]);
    tell(&mut world, subscription, "<idle/>").unwrap();
    world.run(millis(20));
    let next = world.received(HAND).pop().unwrap();
    assert!(next.ends_with("<idle/>"), "the talk that is over is not told");
    let seq = |text: &str| Message::parse(text.as_bytes()).unwrap().cseq().unwrap().0;
    assert_eq!(seq(&next), seq(&notify) + 1);
}

#[test]
fn a_stranger_gets_a_challenge_and_nothing_else() {
    let mut world = alone(301);
    world.send(STRANGER, OFFICE, subscribe(STRANGER, 1, "dialog", 300, ""));
    world.run(Duration::from_secs(40));
    let answers = world.received(STRANGER);
    assert_eq!(answers.len(), 1);
    assert_eq!(status(&answers[0]), 401);
    assert_eq!(world.counts(OFFICE).subscriptions, 0);
    // Nor does a carrier, whose address is its proof, learn who talks with whom.
    world.send(super::world::CARRIER, OFFICE, subscribe(super::world::CARRIER, 1, "dialog", 300, ""));
    world.run(millis(50));
    assert_eq!(status(&world.received(super::world::CARRIER)[0]), 403);
    assert_eq!(world.counts(OFFICE).subscriptions, 0);
}

#[test]
fn what_is_not_served_is_refused_with_its_own_status() {
    let mut world = alone(302);
    let mut seq = 0;
    let mut refused = |change: &dyn Fn(String) -> String| {
        seq += 1;
        ask(&mut world, &change(subscribe(HAND, seq, "dialog", 300, "")))
    };
    let unknown = refused(&|text| text.replace("Event: dialog", "Event: presence"));
    assert_eq!(
        (status(&unknown), header(&unknown, Name::AllowEvents).as_str()),
        (489, "dialog, message-summary, as-feature-event")
    );
    assert_eq!(status(&refused(&|text| text.replace("Event: dialog\r\n", ""))), 489);
    let brief = refused(&|text| text.replace("Expires: 300", "Expires: 10"));
    assert_eq!((status(&brief), header(&brief, Name::MinExpires).as_str()), (423, "60"));
    let picky = refused(&|text| text.replace("Expires: 300", "Accept: application/pidf+xml\r\nExpires: 300"));
    assert_eq!((status(&picky), header(&picky, Name::Accept).as_str()), (406, "application/dialog-info+xml"));
    let long = refused(&|text| text.replace("Expires: 300", "Accept: application/*\r\nExpires: 86400"));
    assert_eq!((status(&long), header(&long, Name::Expires).as_str()), (200, "600"));
    assert_eq!(world.counts(OFFICE).subscriptions, 1);
}

#[test]
fn a_refresh_prolongs_and_brings_the_state_again() {
    let mut world = alone(303);
    let (subscription, tag) = watching(&mut world);
    world.run(Duration::from_secs(200));
    world.received(HAND);
    world.send(HAND, OFFICE, subscribe(HAND, 10, "dialog", 300, &tag));
    world.run(millis(30));
    assert_eq!(status(&world.received(HAND)[0]), 200);
    assert_eq!(world.events(OFFICE), [Event::NotifyDue { subscription }]);
    world.run(Duration::from_secs(200));
    assert_eq!(world.counts(OFFICE).subscriptions, 1, "it was prolonged");
    // From somewhere else the same words prolong nothing.
    world.send(
        STRANGER,
        OFFICE,
        subscribe(STRANGER, 11, "dialog", 300, &tag).replace("lamps@203.0.113.66", "lamps@192.0.2.150"),
    );
    world.run(millis(30));
    assert_eq!(status(&world.received(STRANGER)[0]), 481);
    world.run(Duration::from_secs(101));
    assert_eq!(
        world.events(OFFICE).last(),
        Some(&Event::Unsubscribed { subscription, why: SubscriptionEnd::Expired })
    );
    let last = world.received(HAND).into_iter().find(|text| text.starts_with("NOTIFY")).unwrap();
    assert_eq!(header(&last, Name::SubscriptionState), "terminated;reason=timeout");
}

#[test]
fn a_phone_that_unsubscribes_gets_the_state_a_last_time() {
    let mut world = alone(304);
    let (subscription, tag) = watching(&mut world);
    world.send(HAND, OFFICE, subscribe(HAND, 10, "dialog", 0, &tag));
    world.run(millis(30));
    assert_eq!(world.events(OFFICE), [Event::NotifyDue { subscription }]);
    tell(&mut world, subscription, "<idle/>").unwrap();
    world.run(millis(30));
    let last = world.received(HAND).pop().unwrap();
    assert_eq!(header(&last, Name::SubscriptionState), "terminated;reason=timeout");
    assert!(last.ends_with("<idle/>"));
    world.send(HAND, OFFICE, answer(&last, "200 OK", ""));
    assert_eq!(world.events(OFFICE), [Event::Unsubscribed { subscription, why: SubscriptionEnd::Phone }]);
    world.run(Duration::from_secs(60));
    world.assert_nothing_left();
}

#[test]
fn a_phone_that_only_asks_is_told_once() {
    let mut world = alone(305);
    let granted = ask(&mut world, &subscribe(HAND, 1, "dialog;id=7", 0, ""));
    assert_eq!((status(&granted), header(&granted, Name::Expires).as_str()), (200, "0"));
    let subscription = subscribed(&mut world);
    tell(&mut world, subscription, "<idle/>").unwrap();
    world.run(millis(30));
    let only = world.received(HAND).pop().unwrap();
    assert_eq!(header(&only, Name::Event), "dialog;id=7");
    assert_eq!(header(&only, Name::SubscriptionState), "terminated;reason=timeout");
    assert_eq!(world.counts(OFFICE).subscriptions, 0);
}

#[test]
fn a_phone_that_has_forgotten_is_forgotten() {
    for (said, ends) in [("481 Gone", true), ("503 Busy", false), ("200 OK", false)] {
        let mut world = alone(306);
        let (subscription, _) = watching(&mut world);
        tell(&mut world, subscription, "<ringing/>").unwrap();
        world.run(millis(20));
        let notify = world.received(HAND).pop().unwrap();
        world.send(HAND, OFFICE, answer(&notify, said, ""));
        world.run(millis(20));
        assert_eq!(world.counts(OFFICE).subscriptions, usize::from(!ends), "{said}");
        let ended = Event::Unsubscribed { subscription, why: SubscriptionEnd::Gone };
        assert_eq!(world.events(OFFICE).contains(&ended), ends, "{said}");
    }
}

#[test]
fn a_phone_that_is_busy_is_told_when_it_asked_to_be_and_given_up_in_the_end() {
    let mut world = alone(307);
    let (subscription, _) = watching(&mut world);
    for attempt in 0..4 {
        tell(&mut world, subscription, "<ringing/>").unwrap();
        world.run(millis(20));
        let notify = world.received(HAND).pop().unwrap();
        world.send(HAND, OFFICE, answer(&notify, "503 Service Unavailable", "Retry-After: 7\r\n"));
        world.run(Duration::from_secs(6));
        assert!(!world.events(OFFICE).contains(&Event::NotifyDue { subscription }), "not before its time");
        world.run(Duration::from_secs(2));
        let due = world.events(OFFICE);
        assert_eq!(due.contains(&Event::NotifyDue { subscription }), attempt < 3, "{attempt}: {due:?}");
    }
    assert_eq!(world.counts(OFFICE).subscriptions, 0);
}

#[test]
fn a_phone_that_does_not_answer_is_forgotten_after_half_a_minute() {
    let mut world = alone(308);
    let (subscription, _) = watching(&mut world);
    tell(&mut world, subscription, "<ringing/>").unwrap();
    world.run(Duration::from_secs(33));
    assert!(world.received(HAND).len() > 5, "it was sent again");
    assert_eq!(world.events(OFFICE), [Event::Unsubscribed { subscription, why: SubscriptionEnd::Gone }]);
    world.run(Duration::from_secs(300));
    world.assert_nothing_left();
}

#[test]
fn a_name_that_does_not_exist_is_said_not_to() {
    let mut world = alone(309);
    ask(&mut world, &subscribe(HAND, 1, "dialog", 300, ""));
    let subscription = subscribed(&mut world);
    world.tell(OFFICE, |e, now| e.end_subscription(now, subscription)).unwrap();
    world.run(millis(20));
    let notify = world.received(HAND).pop().unwrap();
    assert_eq!(header(&notify, Name::SubscriptionState), "terminated;reason=noresource");
    assert_eq!(tell(&mut world, subscription, "<idle/>"), Err(SendError::NoSession));
}

#[test]
fn no_phone_takes_more_than_its_share() {
    let mut world = World::new(310);
    let mut settings = office();
    settings.limits.subscriptions_per_phone = 3;
    world.settle(OFFICE, settings);
    let answers: Vec<u16> = (1..=4)
        .map(|n| {
            status(&ask(
                &mut world,
                &subscribe(HAND, n, "dialog", 300, "").replace("lamps@", &format!("lamps{n}@")),
            ))
        })
        .collect();
    assert_eq!(answers, [200, 200, 200, 503]);
    assert_eq!(world.counts(OFFICE).subscriptions, 3);
}

#[test]
fn a_connection_that_broke_is_made_up_for_by_the_next_registration() {
    let mut world = alone(311);
    let connection = world.connect(addr(HAND), addr(OFFICE));
    let request = subscribe(HAND, 1, "dialog", 300, "").replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    world.stream_bytes(connection, HAND, OFFICE, request.as_bytes());
    world.run(millis(50));
    let refusal = world.received(HAND).pop().unwrap();
    let again = authorised(&request, &refusal, "101", "secret of 101", None, "z9hG4bKtcp");
    world.stream_bytes(connection, HAND, OFFICE, again.as_bytes());
    world.run(millis(50));
    let subscription = subscribed(&mut world);
    world.received(HAND);
    world.cut(connection);
    world.run(millis(50));
    assert_eq!(tell(&mut world, subscription, "<ringing/>"), Err(SendError::NotifyPending));
    assert!(world.received(HAND).is_empty(), "there is nowhere to send it");
    let back = super::registering::register(HAND, 1, &format!("<sip:101@{HAND}>"), "");
    world.send(HAND, OFFICE, back.clone());
    world.run(millis(50));
    let refusal = world.received(HAND).pop().unwrap();
    world.send(HAND, OFFICE, authorised(&back, &refusal, "101", "secret of 101", None, "z9hG4bKback"));
    world.run(millis(50));
    assert!(world.events(OFFICE).contains(&Event::NotifyDue { subscription }));
    tell(&mut world, subscription, "<ringing/>").unwrap();
    world.run(millis(20));
    assert!(world.received(HAND).pop().unwrap().ends_with("<ringing/>"));
}

#[test]
fn a_restart_asks_everybody_to_come_back() {
    let mut world = alone(312);
    let (subscription, _) = watching(&mut world);
    let before = world.counts(OFFICE).client_transactions;
    world.tell(OFFICE, Endpoint::shut_down);
    world.run(millis(20));
    let notify = world.received(HAND).pop().unwrap();
    assert_eq!(header(&notify, Name::SubscriptionState), "terminated;reason=probation;retry-after=15");
    assert_eq!(world.events(OFFICE), [Event::Unsubscribed { subscription, why: SubscriptionEnd::Us }]);
    assert_eq!(world.counts(OFFICE).client_transactions, before, "nobody waits for the answer");
}

#[test]
fn a_notice_reaches_a_phone_that_has_not_subscribed() {
    let mut world = alone(313);
    world.settle(PHONE, phone(PHONE, "101"));
    world.run(millis(200));
    world.events(OFFICE);
    let to = |at: &str| Target::Phone {
        extension: "101".parse().unwrap(),
        contact: format!("sip:101@{at}"),
        flow: Flow { transport: Transport::Udp, remote: addr(at), local: addr(OFFICE), connection: None },
        path: vec![],
    };
    let notice =
        world.tell(OFFICE, |e, now| e.notify_phone(now, &to(HAND), "check-sync;reboot=true", None)).unwrap();
    world.run(millis(20));
    let notify = world.received(HAND).pop().unwrap();
    assert_eq!(header(&notify, Name::Event), "check-sync;reboot=true");
    world.send(HAND, OFFICE, answer(&notify, "200 OK", ""));
    world.run(millis(20));
    assert_eq!(world.events(OFFICE), [Event::NoticeAnswered { notice, status: 200 }]);
    let silent = world.tell(OFFICE, |e, now| e.notify_phone(now, &to(HAND), "check-sync", None)).unwrap();
    world.run(Duration::from_secs(33));
    assert_eq!(world.events(OFFICE), [Event::NoticeAnswered { notice: silent, status: 408 }]);
    let split = world.tell(OFFICE, |e, now| e.notify_phone(now, &to(HAND), "x\r\nEvil: 1", None));
    assert_eq!(split, Err(SendError::BadHeader));
}
