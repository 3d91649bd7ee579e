//! Digits of ours by INFO: in order whatever is lost, one at a time, and no more of them once one was refused.

use std::{collections::BTreeSet, time::Duration};

use super::{
    races::{answer_text, request_text},
    reoffers::session_by_text,
    world::{CARRIER, Fate, OFFICE, World},
};
use crate::sip::{Event, SendError, SessionId};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn relay(world: &mut World, session: SessionId, digits: &str) -> Result<(), SendError> {
    world.tell(OFFICE, |e, now| e.relay_digits(now, session, digits))
}

fn heard(world: &mut World) -> String {
    let digit = |event| match event {
        Event::InfoDigit { digit, .. } => Some(digit),
        _ => None,
    };
    world.events(CARRIER).into_iter().filter_map(digit).collect()
}

#[test]
fn digits_arrive_in_order_though_the_first_copy_of_each_is_lost() {
    let mut world = World::of_an_office(61);
    let (_, at_office) = world.talk();
    world.forget_past();
    let mut lost = BTreeSet::new();
    world.judge = Box::new(move |_, _, line| {
        if line.starts_with("INFO") && lost.insert(line.to_owned()) { Fate::Lose } else { Fate::Deliver }
    });
    relay(&mut world, at_office, "*4").unwrap();
    relay(&mut world, at_office, "2#").unwrap();
    world.run(millis(100));
    assert_eq!(heard(&mut world), "", "the first is still on its way, and the others wait for it");
    world.run(Duration::from_secs(5));
    assert_eq!(heard(&mut world), "*42#");
    assert_eq!(world.counts(OFFICE).sessions, 1);
}

#[test]
fn a_digit_that_is_refused_or_never_answered_ends_the_row_and_not_the_call() {
    for answers in [Some(415), None] {
        let mut world = World::of_an_office(62);
        let (ok, session) = session_by_text(&mut world);
        relay(&mut world, session, "9#").unwrap();
        world.run(millis(50));
        let [info] = &world.received(CARRIER)[..] else { panic!("more than one at a time") };
        assert!(
            info.starts_with("INFO sip:gw@") && info.ends_with("\r\n\r\nSignal=9\r\nDuration=160\r\n"),
            "{info}"
        );
        assert!(info.contains("\r\nContent-Type: application/dtmf-relay\r\n"), "{info}");
        if let Some(status) = answers {
            let answer = answer_text(info, status, "x").replace(";tag=x\r\nCall-ID", "\r\nCall-ID");
            world.send(CARRIER, OFFICE, answer);
        }
        world.run(Duration::from_secs(40));
        let others = world.received(CARRIER).into_iter().filter(|text| !text.contains("Signal=9")).count();
        assert_eq!(others, 0, "what is left of a code opens nothing");
        // The next code begins anew.
        relay(&mut world, session, "7").unwrap();
        world.run(millis(50));
        assert!(world.received(CARRIER).iter().any(|text| text.contains("Signal=7")));
        world.send(CARRIER, OFFICE, request_text("BYE", &ok, "z9hG4bKend", "text@carrier", "6"));
        world.run(millis(50));
        assert_eq!(relay(&mut world, session, "1"), Err(SendError::NoSession));
    }
}

#[test]
fn no_more_digits_wait_than_any_code_has() {
    let mut world = World::of_an_office(63);
    let (_, at_office) = world.talk();
    world.forget_past();
    relay(&mut world, at_office, &"5".repeat(200)).unwrap();
    world.run(Duration::from_secs(20));
    assert_eq!(heard(&mut world).len(), 32);
}
