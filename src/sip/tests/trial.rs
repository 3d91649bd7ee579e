//! The targets that stand by, tried before they are needed.

use std::time::Duration;

use super::{
    fail_over::{HOSTS, SECOND, THIRD, asked, by_name, calls, goes_to, leads_to},
    world::{CARRIER, OFFICE, World, addr, carrier, office, settings},
};
use crate::sip::{Event, PROBE_EVERY, Transport, Tried};

/// Timer F over UDP (RFC 3261, 17.1.2.2), and a little.
const TIMER_F: Duration = Duration::from_secs(33);

/// An office whose carrier has three hosts, and may be asked or not.
fn with_three(seed: u64, may_be_asked: bool) -> World {
    let mut world = World::new(seed);
    leads_to(&mut world, "_sip._udp", &HOSTS);
    let mut ours = by_name(office(), Transport::Udp, false);
    ours.trunks[0].probe = may_be_asked.then_some(PROBE_EVERY);
    world.settle(OFFICE, ours);
    for host in HOSTS {
        world.settle(host, settings(host, carrier().trunks));
    }
    world.run(Duration::from_millis(200));
    world.forget_past();
    world
}

/// What has been told of the trial: of each target, in the order in which it was known.
fn told(world: &mut World) -> Option<Vec<(String, Tried)>> {
    world.events(OFFICE).into_iter().find_map(|event| match event {
        Event::TargetsTried { targets, .. } => {
            Some(targets.into_iter().map(|target| (target.address.to_string(), target.found)).collect())
        }
        _ => None,
    })
}

#[test]
fn each_host_that_stands_by_is_asked_once_and_the_one_in_use_is_not() {
    let mut world = with_three(440, true);
    world.tell(OFFICE, |endpoint, now| endpoint.try_targets(now));
    world.run(Duration::from_millis(200));
    let counts = HOSTS.map(|host| asked(&world, host, "OPTIONS"));
    assert_eq!(counts, [0, 1, 1]);
    let (second, third) = ((SECOND.to_owned(), Tried::Answers), (THIRD.to_owned(), Tried::Answers));
    assert_eq!(told(&mut world), Some(vec![second, third]));
    assert_eq!(goes_to(&mut world), CARRIER, "nothing has changed");
}

#[test]
fn a_host_that_is_found_gone_is_said_and_is_passed_over_on_the_day_that_it_would_be_needed() {
    let mut world = with_three(441, true);
    world.unplug(SECOND);
    world.tell(OFFICE, |endpoint, now| endpoint.try_targets(now));
    world.run(TIMER_F);
    let found = told(&mut world).expect("the trial ends by itself");
    assert_eq!(found[0], (THIRD.to_owned(), Tried::Answers));
    assert!(matches!(&found[1], (host, Tried::Silent { .. }) if host == SECOND), "{found:?}");
    world.unplug(CARRIER);
    calls(&mut world);
    world.run(Duration::from_secs(3));
    assert_eq!(asked(&world, SECOND, "INVITE"), 0, "known to be gone: no caller waits for it");
    world.invited(THIRD);
}

#[test]
fn a_carrier_that_is_not_to_be_asked_is_not_and_that_is_said() {
    let mut world = with_three(442, false);
    world.tell(OFFICE, |endpoint, now| endpoint.try_targets(now));
    world.run(Duration::from_secs(1));
    assert_eq!(HOSTS.map(|host| asked(&world, host, "OPTIONS")), [0, 0, 0]);
    let found = told(&mut world).unwrap();
    assert!(found.iter().all(|(_, found)| *found == Tried::NotAsked) && found.len() == 2, "{found:?}");
}

#[test]
fn a_trunk_with_one_target_says_that_nothing_stands_by() {
    let mut world = World::of_an_office(443);
    world.run(Duration::from_millis(200));
    world.events(OFFICE);
    world.tell(OFFICE, |endpoint, now| endpoint.try_targets(now));
    world.run(Duration::from_millis(200));
    assert_eq!(told(&mut world), Some(vec![]));
}

#[test]
fn a_trunk_that_is_taken_away_meanwhile_takes_its_trial_along() {
    let mut world = with_three(444, true);
    world.unplug(SECOND);
    world.tell(OFFICE, |endpoint, now| endpoint.try_targets(now));
    world.run(Duration::from_secs(1));
    let mut other = office();
    other.trunks[0].send_to = crate::sip::SendTo::Address(addr(THIRD));
    world.tell(OFFICE, |endpoint, now| endpoint.update(now, other));
    world.run(TIMER_F);
    assert_eq!(told(&mut world), None);
}
