//! A door phone calls, or is called: who talks with it opens the door by a key, and that is written down.

use crate::{
    media::Direction,
    pbx::{
        Directory, Door, Fact, MediaCommand, MediaEvent,
        story::{World, extension, office},
    },
    sip::Event,
    types::LegId,
};

/// 102 is the telephone beside the gate.
fn with_a_gate(may_open: Option<&[&str]>) -> Directory {
    let mut office = office();
    let may_open = may_open.map(|who| who.iter().map(|name| extension(name)).collect());
    office.features.doors = [(extension("102"), Door { open: "*42".into(), may_open })].into();
    office
}

fn world(may_open: Option<&[&str]>) -> World {
    let mut world = World::with(with_a_gate(may_open));
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world
}

fn sent_to(world: &World, leg: LegId) -> String {
    let key = |command: &&MediaCommand| match command {
        MediaCommand::Digit(key) => Some(*key),
        _ => None,
    };
    world.commands(leg).iter().filter_map(key).collect()
}

fn opened(world: &World) -> usize {
    world.facts.iter().filter(|fact| matches!(fact, Fact::DoorOpened { .. })).count()
}

#[test]
fn whoever_answers_the_door_opens_it_by_a_code_and_the_record_says_who() {
    let mut world = world(None);
    let gate = world.call("102", "101");
    world.picks_up("101");
    let (at_the_gate, desk) = world.bridged().unwrap();
    for key in "*5".chars() {
        world.media_event(desk, MediaEvent::Digit(key));
    }
    assert_eq!(sent_to(&world, at_the_gate), "*42");
    assert_eq!(sent_to(&world, desk), "", "nobody else hears the keys of the door");
    let fact = world.facts.iter().find_map(|fact| match fact {
        Fact::DoorOpened { door, by, .. } => Some((door.clone(), by.clone())),
        _ => None,
    });
    assert_eq!(fact, Some((extension("102"), extension("101"))));
    world.hangs_up("102", gate);
    let record = world.record();
    let said = record.decisions.iter().any(|decision| decision.why == "101 has opened the door at 102");
    assert!(said, "{:#?}", record.decisions);
}

#[test]
fn a_door_that_takes_no_telephone_events_is_sent_its_keys_by_info() {
    let mut world = world(None);
    let offer = String::from_utf8(world.offer_of("102", Direction::SendRecv)).unwrap();
    let events = |line: &&str| line.contains("telephone-event") || line.ends_with(" 0-15");
    assert!(offer.lines().any(|line| events(&line)), "{offer}");
    let without: String =
        offer.lines().filter(|line| !events(line)).map(|line| format!("{line}\r\n")).collect();
    let gate = world.call_offering("102", "101", without.into_bytes());
    world.picks_up("101");
    let (at_the_gate, desk) = world.bridged().unwrap();
    "*5".chars().for_each(|key| world.media_event(desk, MediaEvent::Digit(key)));
    world.wait_s(1);
    let pressed = |event: &Event| match event {
        Event::InfoDigit { digit, .. } => Some(*digit),
        _ => None,
    };
    assert_eq!(world.events("102").iter().filter_map(pressed).collect::<String>(), "*42");
    assert_eq!((opened(&world), sent_to(&world, at_the_gate)), (1, String::new()), "and not twice");
    world.hangs_up("102", gate);
}

#[test]
fn the_door_cannot_open_itself_and_others_need_the_right() {
    let mut world = world(Some(&["103"]));
    let gate = world.call("102", "101");
    world.picks_up("101");
    let (at_the_gate, desk) = world.bridged().unwrap();
    for leg in [at_the_gate, desk] {
        "*5".chars().for_each(|key| world.media_event(leg, MediaEvent::Digit(key)));
    }
    assert_eq!((opened(&world), sent_to(&world, at_the_gate)), (0, String::new()));
    world.hangs_up("102", gate);
}

#[test]
fn the_code_may_be_dialled_on_another_line_while_the_door_is_held() {
    let mut world = world(None);
    let gate = world.call("102", "101");
    let desk = world.picks_up("101");
    let (at_the_gate, _) = world.bridged().unwrap();
    world.wants("101", desk, Direction::SendOnly);
    world.call("101", "*5");
    assert_eq!(world.hear_the_agent(), "The door is open.");
    assert_eq!((opened(&world), sent_to(&world, at_the_gate)), (1, "*42".to_owned()));
    world.hangs_up("102", gate);
    world.call("101", "*5");
    assert_eq!(world.hear_the_agent(), "You are not talking with a door.");
}
