//! Two trunks: which one a call takes, and what happens when one cannot.

use std::time::Duration;

use crate::{
    pbx::{
        Disposition, Fact, Input, LegResult, TrunkHealth,
        story::{CARRIER, DANA, World, office, office_with_spare},
    },
    sip::{self, SendTo, TrunkName},
};

const PATIENCE: Duration = Duration::from_secs(4);
const A_MOMENT: Duration = Duration::from_millis(1);

/// How many calls this far end has been asked to take.
fn asked(world: &World, who: &str) -> usize {
    let invited = |event: &&crate::sip::Event| matches!(event, crate::sip::Event::Invited { .. });
    world.events(who).iter().filter(invited).count()
}

fn results(world: &World) -> Vec<LegResult> {
    world.records().last().unwrap().legs.iter().map(|leg| leg.result).collect()
}

fn health_of(world: &World, name: &str) -> Option<TrunkHealth> {
    world.facts.iter().rev().find_map(|fact| match fact {
        Fact::TrunkHealth { trunk, health } if trunk == name => Some(health.clone()),
        _ => None,
    })
}

#[test]
fn a_dead_trunk_is_given_up_for_the_next_after_four_seconds() {
    let mut world = World::with_spare();
    world.far("carrier").dead = true;
    let call = world.call("101", DANA);
    world.wait(PATIENCE - A_MOMENT);
    assert_eq!(asked(&world, "spare"), 0);
    world.wait(A_MOMENT);
    world.rings("spare");
    assert_eq!(world.rang("101"), 1);
    world.picks_up("spare");
    assert!(world.bridged().is_some());
    world.hangs_up("101", call);
    assert_eq!(results(&world), [LegResult::Failed(408), LegResult::Completed, LegResult::Completed]);
    assert_eq!(world.record().trunk.as_deref(), Some("spare"), "the one that carried it");
    assert!(matches!(health_of(&world, "carrier"), Some(TrunkHealth::Down { status: 0, .. })));
}

#[test]
fn the_next_call_does_not_wait_for_a_trunk_that_was_dead_and_a_minute_later_it_is_first_again() {
    let mut world = World::with_spare();
    world.far("carrier").dead = true;
    world.call("101", DANA);
    world.wait(PATIENCE);
    world.refuses("spare", 486);
    assert_eq!(world.failed_with("101"), Some(486));
    world.far("carrier").dead = false;
    world.call("101", DANA);
    assert_eq!(asked(&world, "spare"), 2, "at once");
    world.refuses("spare", 486);
    world.wait_s(60);
    assert_eq!(health_of(&world, "carrier"), Some(TrunkHealth::Unknown));
    let late_copies = asked(&world, "carrier");
    world.call("101", DANA);
    assert_eq!((asked(&world, "carrier"), asked(&world, "spare")), (late_copies + 1, 2));
    world.refuses("carrier", 486);
}

#[test]
fn a_trunk_that_says_trying_has_all_the_time_of_a_call() {
    let mut world = World::with_spare();
    let call = world.call("101", DANA);
    // The endpoint at the far end says 100 by itself.
    world.wait_s(100);
    assert_eq!(asked(&world, "spare"), 0);
    world.gives_up("101", call);
    assert!(world.was_cancelled("carrier").is_some());
}

#[test]
fn a_trunk_may_be_given_its_own_patience() {
    let mut office = office_with_spare();
    let slow = (TrunkName("carrier".into()), Duration::from_secs(9));
    office.limits.trunk_patience.extend([slow]);
    let mut world = World::with(office);
    world.plug_in("101");
    world.far("carrier").dead = true;
    world.call("101", DANA);
    world.wait_s(9);
    assert_eq!(world.failed_with("101"), None, "now the spare one has its four seconds, and nobody is there");
    world.wait(PATIENCE);
    assert_eq!(world.failed_with("101"), Some(503));
}

#[test]
fn with_every_trunk_dead_the_phone_learns_it_after_their_patience_and_not_after_half_a_minute() {
    let mut world = World::with_spare();
    world.far("carrier").dead = true;
    world.far("spare").dead = true;
    world.call("101", DANA);
    world.wait(2 * PATIENCE - A_MOMENT);
    assert_eq!(world.failed_with("101"), None);
    world.wait(A_MOMENT);
    assert_eq!(world.failed_with("101"), Some(503));
    assert_eq!(world.record().disposition, Disposition::Failed);
    assert_eq!(
        results(&world),
        [LegResult::Failed(408), LegResult::Failed(408), LegResult::Failed(503)],
        "each trunk, and the phone"
    );
}

#[test]
fn with_one_trunk_and_that_one_dead_it_is_four_seconds() {
    let mut world = World::at_work();
    world.far("carrier").dead = true;
    world.call("101", DANA);
    world.wait(PATIENCE);
    assert_eq!(world.failed_with("101"), Some(503));
    let again = world.call("101", DANA);
    world.wait_s(1);
    assert_eq!(world.failed_with("101"), Some(503), "that of the first call");
    assert_eq!(
        world.switch.counts().calls,
        1,
        "a trunk that seems dead is still tried when there is no other"
    );
    world.gives_up("101", again);
}

#[test]
fn what_a_trunk_says_of_itself_sends_the_call_to_the_next() {
    for status in [500, 502, 503, 504] {
        let mut world = World::with_spare();
        let call = world.call("101", DANA);
        world.refuses("carrier", status);
        assert_eq!(world.failed_with("101"), None, "{status}");
        world.picks_up("spare");
        assert!(world.bridged().is_some(), "{status}");
        world.hangs_up("101", call);
    }
}

#[test]
fn what_the_person_says_is_final() {
    for status in [403, 404, 408, 480, 484, 486, 600, 603] {
        let mut world = World::with_spare();
        world.call("101", DANA);
        world.refuses("carrier", status);
        assert_eq!(world.failed_with("101"), Some(status));
        assert_eq!(asked(&world, "spare"), 0, "{status}");
    }
}

#[test]
fn a_person_who_does_not_answer_is_not_rung_through_the_other_trunk() {
    let mut world = World::with_spare();
    world.call("101", DANA);
    world.rings("carrier");
    world.wait_s(180);
    assert_eq!(asked(&world, "spare"), 0);
    assert!(world.failed_with("101").is_some());
}

#[test]
fn a_trunk_that_asks_to_be_spared_is_spared_for_that_long() {
    let mut world = World::with_spare();
    world.call("101", DANA);
    world.asks_to_be_spared("carrier", 20);
    world.refuses("spare", 503);
    assert_eq!(world.failed_with("101"), Some(503));
    world.wait_s(19);
    // The other one has only failed: it is tried, and this one is not.
    world.call("101", DANA);
    assert_eq!((asked(&world, "carrier"), asked(&world, "spare")), (1, 2));
    world.refuses("spare", 486);
    world.wait_s(1);
    world.call("101", DANA);
    assert_eq!((asked(&world, "carrier"), asked(&world, "spare")), (2, 2));
    world.refuses("carrier", 486);
}

#[test]
fn while_every_trunk_asks_to_be_spared_only_emergencies_go_out() {
    let mut world = World::at_work();
    world.call("101", DANA);
    world.asks_to_be_spared("carrier", 3600);
    assert_eq!(world.failed_with("101"), Some(503));
    world.call("101", DANA);
    assert_eq!((asked(&world, "carrier"), world.switch.counts().calls), (1, 0), "refused at once");
    let emergency = world.call("101", "911");
    assert_eq!(asked(&world, "carrier"), 2);
    world.picks_up("carrier");
    world.hangs_up("101", emergency);
    // Not for an hour: the emergency has shown that the trunk carries calls again.
    let call = world.call("101", DANA);
    assert_eq!(asked(&world, "carrier"), 3);
    world.gives_up("101", call);
}

#[test]
fn nobodys_retry_after_keeps_the_office_from_calling_out_for_more_than_five_minutes() {
    let mut world = World::at_work();
    world.call("101", DANA);
    world.asks_to_be_spared("carrier", 1_000_000);
    world.wait_s(299);
    world.call("101", DANA);
    assert_eq!(asked(&world, "carrier"), 1);
    world.wait_s(1);
    let call = world.call("101", DANA);
    assert_eq!(asked(&world, "carrier"), 2);
    world.gives_up("101", call);
}

#[test]
fn a_trunk_that_is_probed_is_asked_at_once_when_a_call_has_failed() {
    let mut office = office();
    office.trunks[0].probe = true;
    let mut world = World::with(office);
    world.plug_in("101");
    world.wait_s(1);
    world.far("carrier").dead = true;
    world.call("101", DANA);
    world.wait(PATIENCE);
    let probes = |world: &World| world.to_carrier.iter().filter(|sent| sent.starts_with("OPTIONS ")).count();
    assert_eq!(probes(&world), 2, "one at the beginning, one now");
    world.wait_s(100);
    assert!(
        matches!(health_of(&world, "carrier"), Some(TrunkHealth::Down { .. })),
        "the minute is over, but it answers no probe"
    );
    world.far("carrier").dead = false;
    world.wait_s(10);
    assert_eq!(health_of(&world, "carrier"), Some(TrunkHealth::Up));
}

#[test]
fn a_trunk_that_comes_back_late_is_told_that_nobody_waits_any_more() {
    let mut world = World::with_spare();
    world.far("carrier").dead = true;
    world.call("101", DANA);
    world.wait(PATIENCE);
    world.refuses("spare", 486);
    world.far("carrier").dead = false;
    world.wait_s(20);
    assert_eq!(asked(&world, "carrier"), 1, "a copy of the INVITE has arrived");
    assert!(world.was_cancelled("carrier").is_some(), "and the CANCEL right behind it");
}

#[test]
fn an_emergency_goes_on_to_the_next_trunk_whatever_the_first_has_said() {
    for status in [404, 486, 503] {
        let mut world = World::with_spare();
        let call = world.call("101", "911");
        world.refuses("carrier", status);
        world.picks_up("spare");
        assert!(world.bridged().is_some(), "{status}");
        world.hangs_up("101", call);
    }
    let mut world = World::with_spare();
    world.far("carrier").dead = true;
    let call = world.call("101", "911");
    world.wait(PATIENCE);
    world.picks_up("spare");
    assert!(world.bridged().is_some());
    world.hangs_up("101", call);
}

#[test]
fn with_two_hosts_of_three_dead_the_call_reaches_the_third_although_the_trunks_own_time_is_over() {
    let mut office = office();
    let there: std::net::SocketAddr = CARRIER.parse().unwrap();
    office.trunks[0].send_to =
        SendTo::Name { host: "carrier.example".into(), port: Some(there.port()), any_transport: false };
    let mut world = World::with(office);
    let hosts = ["203.0.113.81".parse().unwrap(), "203.0.113.82".parse().unwrap(), there.ip()];
    let answer = sip::Answer::Found {
        records: hosts.map(sip::Record::Address).into(),
        good_for: Duration::from_secs(3600),
    };
    let question = sip::Question { name: "carrier.example".into(), kind: sip::RecordKind::A };
    world.switch.handle_input(world.now, Input::Sip(sip::Input::Resolved { question, answer }));
    world.plug_in("101");
    let call = world.call("101", DANA);
    world.wait(PATIENCE - A_MOMENT);
    assert_eq!(asked(&world, "carrier"), 0);
    world.wait(A_MOMENT * 2);
    assert_eq!((asked(&world, "carrier"), world.failed_with("101")), (1, None));
    world.picks_up("carrier");
    assert!(world.bridged().is_some());
    world.hangs_up("101", call);
    assert_eq!(
        results(&world),
        [LegResult::Completed, LegResult::Completed],
        "one leg, whatever hosts it went to"
    );
}
