//! Texts through the trunk, in and out.

use crate::{
    pbx::{
        Control, Fact, TextResult,
        story::{DANA, MAIN, World, number},
    },
    sip::{Event, TextId},
    types::MessageKey,
};

fn send(world: &mut World, from: &str) -> MessageKey {
    let key = MessageKey::from_random(7);
    let body = "Sorry we missed you. How can we help?".to_owned();
    world.control(Control::SendText { key, from: number(from), to: number(DANA), body });
    key
}

fn settled(world: &World) -> Vec<TextResult> {
    let result = |fact: &Fact| match fact {
        Fact::TextSettled { result, .. } => Some(*result),
        _ => None,
    };
    world.facts.iter().filter_map(result).collect()
}

fn arrived(world: &World) -> (TextId, String, String) {
    let text = |event: &Event| match event {
        Event::TextReceived { text, from, body, .. } => {
            Some((*text, from.clone(), String::from_utf8(body.clone()).unwrap()))
        }
        _ => None,
    };
    world.events("carrier").iter().rev().find_map(text).unwrap()
}

fn status_of(world: &World, who: &str) -> Option<u16> {
    world.events(who).iter().rev().find_map(|event| match event {
        Event::TextAnswered { status, .. } => Some(*status),
        _ => None,
    })
}

#[test]
fn a_text_for_us_is_acknowledged_once_it_is_stored() {
    for (stored, status) in [(true, 202), (false, 503)] {
        let mut world = World::at_work();
        world.text("carrier", MAIN, "the sink leaks — still");
        let received = world.facts.iter().find_map(|fact| match fact {
            Fact::TextReceived { text, from, to, body, .. } => Some((*text, *from, *to, body.clone())),
            _ => None,
        });
        let (text, from, to, body) = received.unwrap();
        assert_eq!((from, to), (number(DANA), number(MAIN)));
        assert_eq!(body, "the sink leaks — still");
        world.wait_s(1);
        assert_eq!(status_of(&world, "carrier"), None, "nobody has stored it yet");
        world.control(Control::SettleText { text, stored });
        assert_eq!(status_of(&world, "carrier"), Some(status));
    }
}

#[test]
fn a_text_for_a_number_that_is_not_ours_is_not_found() {
    let mut world = World::at_work();
    world.text("carrier", "+13035550999", "hello?");
    assert_eq!(status_of(&world, "carrier"), Some(404));
    assert!(!world.facts.iter().any(|fact| matches!(fact, Fact::TextReceived { .. })));
}

#[test]
fn a_desk_phone_may_not_send_texts() {
    let mut world = World::at_work();
    world.text("101", DANA, "hello");
    assert_eq!(status_of(&world, "101"), Some(403));
    assert_eq!(world.to_carrier, Vec::<String>::new());
}

#[test]
fn a_text_of_ours_goes_through_the_trunk_of_its_number() {
    let mut world = World::at_work();
    send(&mut world, MAIN);
    let (text, from, body) = arrived(&world);
    assert!(from.contains(MAIN), "{from}");
    assert_eq!(body, "Sorry we missed you. How can we help?");
    assert_eq!(world.switch.counts().texts_in_flight, 1);
    world.settles_text(text, 202);
    assert_eq!(settled(&world), [TextResult::Accepted]);
}

#[test]
fn what_the_carrier_says_decides_whether_it_is_tried_again() {
    for (status, result) in [
        (404, TextResult::Never { status: 404 }),
        (503, TextResult::Later { status: 503, retry_after_s: None }),
        (480, TextResult::Later { status: 480, retry_after_s: None }),
    ] {
        let mut world = World::at_work();
        send(&mut world, MAIN);
        let (text, ..) = arrived(&world);
        world.settles_text(text, status);
        assert_eq!(settled(&world), [result]);
    }
}

#[test]
fn a_dead_carrier_is_a_reason_to_try_again() {
    let mut world = World::at_work();
    world.far("carrier").dead = true;
    send(&mut world, MAIN);
    world.wait_s(33);
    assert_eq!(settled(&world), [TextResult::Later { status: 408, retry_after_s: None }]);
}

#[test]
fn nobody_texts_in_the_name_of_a_number_that_is_not_ours() {
    let mut world = World::at_work();
    send(&mut world, DANA);
    assert_eq!(settled(&world), [TextResult::Never { status: 403 }]);
    assert_eq!(world.to_carrier, Vec::<String>::new());
}

#[test]
fn more_texts_than_may_be_on_their_way_are_told_to_come_back() {
    let mut world = World::at_work();
    world.far("carrier").dead = true;
    for _ in 0..70 {
        send(&mut world, MAIN);
    }
    assert_eq!(world.switch.counts().texts_in_flight, 64);
    assert_eq!(settled(&world), [TextResult::Later { status: 503, retry_after_s: Some(5) }; 6]);
    world.wait_s(33);
    assert_eq!(world.switch.counts().texts_in_flight, 0);
}
