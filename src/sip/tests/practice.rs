//! Everything on one machine: carrier, phones and office on loopback, told apart by more than their address.

use std::time::Duration;

use super::world::{World, office, phone, to_trunk, trunk};
use crate::sip::{Event, Flow, Network, Peer, Settings, Target, TrunkName};

const OFFICE: &str = "127.0.0.1:5060";
const CARRIER: &str = "127.0.0.1:5080";
const PHONE: &str = "127.0.0.1:5071";

fn at(address: &str, mut settings: Settings, trunk_at: &str) -> Settings {
    for listener in &mut settings.listeners {
        listener.local = address.parse().unwrap();
    }
    for trunk in &mut settings.trunks {
        trunk.send_to = crate::sip::SendTo::Address(trunk_at.parse().unwrap());
        trunk.addresses = vec!["127.0.0.0/8".parse::<Network>().unwrap()];
    }
    settings
}

fn on_one_machine(seed: u64) -> World {
    let mut world = World::new(seed);
    world.settle(OFFICE, at(OFFICE, office(), CARRIER));
    let mut carrier = office();
    carrier.accounts.clear();
    carrier.trunks = vec![trunk("office", OFFICE, "office.example")];
    world.settle(CARRIER, at(CARRIER, carrier, OFFICE));
    world.settle(PHONE, at(PHONE, phone(PHONE, "101"), OFFICE));
    world.run(Duration::from_millis(300));
    assert_eq!(world.counts(OFFICE).bindings, 1, "a phone needs its password here, too");
    world.forget_past();
    world
}

fn caller(world: &mut World) -> Peer {
    let events = world.events(OFFICE);
    let found = events.into_iter().find_map(|event| match event {
        Event::Invited { invitation, .. } => Some(invitation.peer),
        _ => None,
    });
    found.expect("a call has come in")
}

#[test]
fn the_carrier_is_the_trunk_and_a_phone_is_itself_whoever_calls() {
    let mut world = on_one_machine(130);
    world.tell(CARRIER, |e, now| e.invite(now, to_trunk("office", "+13035550100", b"offer"))).unwrap();
    world.run(Duration::from_millis(100));
    assert_eq!(caller(&mut world), Peer::Trunk(TrunkName("carrier".to_owned())));

    let mut outgoing = to_trunk("office", "+13035550142", b"offer");
    outgoing.from.user = "101".to_owned();
    world.tell(PHONE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(Duration::from_millis(200));
    assert_eq!(caller(&mut world), Peer::Phone("101".parse().unwrap()));
}

#[test]
fn a_phone_is_rung_answers_and_hangs_up() {
    let mut world = on_one_machine(131);
    let now = world.now;
    let binding = world.host(OFFICE).endpoint.bindings(now, &"101".parse().unwrap()).remove(0);
    let flow: Flow = binding.flow;
    let mut outgoing = to_trunk("carrier", "-", b"offer");
    outgoing.target =
        Target::Phone { extension: binding.extension, contact: binding.contact, flow, path: vec![] };
    world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(Duration::from_millis(100));
    let at_phone = world.invited(PHONE);
    world.tell(PHONE, |e, now| e.answer(now, at_phone, b"answer".to_vec())).unwrap();
    world.run(Duration::from_millis(100));
    world.tell(PHONE, |e, now| e.bye(now, at_phone, None)).unwrap();
    world.run(Duration::from_millis(100));
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [Event::Answered { .. }, Event::Ended { .. }]), "{events:?}");
    world.assert_nothing_left();
}

#[test]
fn an_office_that_calls_itself_notices_at_once() {
    let mut world = on_one_machine(132);
    let mut settings = at(OFFICE, office(), OFFICE);
    settings.trunks[0].name = TrunkName("mirror".to_owned());
    world.tell(OFFICE, |e, now| e.update(now, settings));
    world.tell(OFFICE, |e, now| e.invite(now, to_trunk("mirror", "+13035550100", b"offer"))).unwrap();
    world.run(Duration::from_millis(100));
    let events = world.events(OFFICE);
    assert!(matches!(&events[..], [Event::Failed { status: 482, .. }]), "{events:?}");
    world.assert_nothing_left();
}
