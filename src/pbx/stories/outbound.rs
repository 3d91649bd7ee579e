//! Calls that desk phones make: to each other, to the outside, and to nowhere.

use crate::{
    media::Direction,
    pbx::{
        Barred, CallDirection, Caller, Dialled, Disposition, Emergency, Fact, LegResult, Limits,
        MediaCommand, Party,
        story::{DANA, MAIN, World, extension, number, office},
    },
    sip::TrunkName,
};

#[test]
fn a_desk_phone_calls_somebody_outside_with_the_offices_number() {
    let mut world = World::at_work();
    let call = world.call("101", "3035550177");
    let (_, invitation) = world.invited("carrier");
    assert_eq!(invitation.dialled, DANA, "as E.164, whatever was dialled");
    assert_eq!(invitation.from.user, MAIN);
    assert_eq!(invitation.from.display, "Maple Court");
    let sent = world.to_carrier.join("\n");
    assert!(!sent.contains("10.0.0.101") && !sent.contains("secret-101"), "the carrier sees the switch only");
    world.rings("carrier");
    assert_eq!(world.rang("101"), 1);
    world.wait_s(40);
    world.picks_up("carrier");
    assert!(world.bridged().is_some());
    world.hangs_up("101", call);
    assert!(world.has_ended("carrier"));
    let record = world.record();
    assert_eq!(record.direction, CallDirection::Outbound);
    assert_eq!(record.trunk.as_deref(), Some("carrier"));
    assert_eq!(record.caller, Caller::Extension(extension("101")));
    assert_eq!(record.dialled, Dialled::Number(number(DANA)));
    assert_eq!(record.disposition, Disposition::Answered);
}

#[test]
fn one_desk_calls_the_other() {
    let mut world = World::at_work();
    let call = world.call("101", "102");
    let (_, invitation) = world.invited("102");
    assert_eq!(invitation.from.user, "101");
    assert_eq!(invitation.from.display, "Front desk");
    world.rings("102");
    let desk = world.picks_up("102");
    let (caller, callee) = world.bridged().unwrap();
    world.wants("101", call, Direction::SendOnly);
    assert_eq!(world.takes_reoffer("102"), None);
    assert_eq!(world.direction(caller), Direction::RecvOnly);
    assert_eq!(world.direction(callee), Direction::SendRecv, "who is held hears music");
    world.hangs_up("102", desk);
    assert!(world.has_ended("101"));
    let record = world.record();
    assert_eq!(record.direction, CallDirection::Internal);
    assert_eq!(record.trunk, None);
    assert_eq!(record.dialled, Dialled::Extension(extension("102")));
    assert_eq!(world.to_carrier, Vec::<String>::new());
}

#[test]
fn a_colleague_who_does_not_answer_is_not_there() {
    let mut world = World::at_work();
    world.call("101", "102");
    world.rings("102");
    world.wait_s(60);
    assert_eq!(world.failed_with("101"), Some(480));
    assert_eq!(world.was_cancelled("102"), Some(None));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Failed);
    assert_eq!(record.agent_reason, None, "the agent answers callers, not colleagues");
    assert!(record.legs.iter().any(|leg| leg.result == LegResult::NoAnswer));
}

#[test]
fn an_unplugged_colleague_is_not_there_at_once() {
    let mut world = World::with(office());
    world.plug_in("101");
    world.call("101", "102");
    assert_eq!(world.failed_with("101"), Some(480));
    assert_eq!(world.record().legs[0].result, LegResult::Unregistered);
}

#[test]
fn the_carriers_failure_reaches_the_phone() {
    for (status, told) in [(404, 404), (486, 486), (603, 603), (503, 503), (302, 480), (484, 484)] {
        let mut world = World::at_work();
        world.call("101", DANA);
        world.refuses("carrier", status);
        assert_eq!(world.failed_with("101"), Some(told), "{status}");
        assert_eq!(world.record().disposition, Disposition::Failed);
    }
}

#[test]
fn what_may_not_be_reached_never_leaves_the_house() {
    let mut world = World::at_work();
    for (dialled, status) in [
        ("+442079460958", 403),
        ("011442079460958", 403),
        ("9011442079460958", 403),
        ("+18765550177", 403),
        ("9005550177", 403),
        ("3039765577", 403),
        ("5550177", 404),
        ("103", 404),
        ("*72", 404),
        ("+", 404),
        ("1303555017700", 404),
        ("3035550177,,442079460958", 404),
    ] {
        world.call("101", dialled);
        assert_eq!(world.failed_with("101"), Some(status), "{dialled}");
    }
    assert_eq!(world.to_carrier, Vec::<String>::new());
    assert_eq!(world.records(), []);
}

#[test]
fn an_extension_has_four_calls_outside_and_its_neighbour_has_its_own() {
    let mut world = World::at_work();
    let calls: Vec<_> = (0..4).map(|_| world.call("101", DANA)).collect();
    world.call("101", DANA);
    assert_eq!(world.failed_with("101"), Some(403));
    assert_eq!(alarms(&world), [("101".to_owned(), Barred::TooManyCalls)]);
    let neighbour = world.call("102", DANA);
    assert_eq!(world.switch.counts().calls, 5);
    for call in calls {
        world.gives_up("101", call);
    }
    world.gives_up("102", neighbour);
    let again = world.call("101", DANA);
    assert_eq!(world.switch.counts().calls, 1, "ended calls do not count");
    world.gives_up("101", again);
}

fn alarms(world: &World) -> Vec<(String, Barred)> {
    let alarm = |fact: &Fact| match fact {
        Fact::CallBarred { from, why, .. } => Some((from.to_string(), *why)),
        _ => None,
    };
    world.facts.iter().filter_map(alarm).collect()
}

#[test]
fn a_stolen_password_is_good_for_the_calls_of_an_hour_and_not_for_one_more() {
    let mut office = office();
    office.limits.calls_outside_per_hour_per_extension = 3;
    office.limits.calls_outside_per_hour = 5;
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    let try_from = |world: &mut World, who: &'static str| {
        let before = world.to_carrier.iter().filter(|sent| sent.starts_with("INVITE ")).count();
        let call = world.call(who, DANA);
        let after = world.to_carrier.iter().filter(|sent| sent.starts_with("INVITE ")).count();
        if after > before {
            world.gives_up(who, call);
        }
        after > before
    };
    for minute in 0..3 {
        assert!(try_from(&mut world, "101"), "{minute}");
        world.wait_s(60);
    }
    for _ in 0..50 {
        assert!(!try_from(&mut world, "101"));
        assert_eq!(world.failed_with("101"), Some(403));
    }
    assert_eq!(alarms(&world), [("101".to_owned(), Barred::TooManyThisHour)], "once");
    assert!(try_from(&mut world, "102") && try_from(&mut world, "102"));
    assert!(!try_from(&mut world, "102"), "now the office has had its five");
    assert_eq!(alarms(&world)[1..], [("102".to_owned(), Barred::TooManyOfficeCallsThisHour)]);
    // The first of 101's calls is an hour old.
    world.wait_s(3600 - 3 * 60 + 20);
    assert!(try_from(&mut world, "101"));
    assert!(!try_from(&mut world, "101"));
}

#[test]
fn an_attempt_to_call_abroad_is_an_alarm_and_a_slip_of_the_finger_is_not() {
    let mut world = World::at_work();
    for dialled in ["5550177", "+442079460958", "+442079460959", "9005550177"] {
        world.call("101", dialled);
    }
    let from = "101".to_owned();
    assert_eq!(alarms(&world), [(from.clone(), Barred::International), (from, Barred::Premium)]);
}

#[test]
fn an_emergency_goes_out_when_every_limit_is_reached() {
    let mut office = office();
    office.limits = Limits {
        calls: 1,
        calls_outside: 0,
        calls_outside_per_extension: 0,
        calls_outside_per_hour: 0,
        calls_outside_per_hour_per_extension: 0,
        ..office.limits
    };
    for dialled in ["911", "9911", "933"] {
        let mut world = World::with(office.clone());
        world.plug_in("101");
        world.plug_in("102");
        let inbound = world.call("carrier", MAIN);
        world.picks_up("102");
        world.call("101", DANA);
        assert_eq!(world.failed_with("101"), Some(403));
        world.call("carrier", MAIN);
        assert_eq!(
            world.failed_with("carrier"),
            Some(503),
            "the one call that there may be is being talked on"
        );
        let emergency = world.call("101", dialled);
        world.picks_up("carrier");
        assert!(world.answer_to("101").is_some(), "{dialled}");
        assert_eq!(world.switch.counts().calls, 2);
        world.hangs_up("101", emergency);
        world.hangs_up("carrier", inbound);
    }
}

#[test]
fn an_emergency_finds_a_port_when_all_others_are_taken() {
    let mut world = World::with_ports(office(), 20_000..=20_079);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    // Sixteen callers ring both phones: thirty-two ports.
    let callers: Vec<_> = (0..16).map(|_| world.call("carrier", MAIN)).collect();
    assert_eq!(world.switch.counts().ports, 32);
    world.call("101", DANA);
    assert_eq!(world.failed_with("101"), Some(503), "nothing is left for an ordinary call");
    let emergency = world.call("101", "911");
    world.picks_up("carrier");
    assert!(world.bridged().is_some());
    assert_eq!(world.switch.counts().ports, 34);
    world.hangs_up("101", emergency);
    for caller in callers {
        world.gives_up("carrier", caller);
    }
}

#[test]
fn an_emergency_goes_to_the_trunk_and_is_seen_in_the_house() {
    for (dialled, told) in [("911", "911"), ("9911", "911"), ("933", "933")] {
        let mut world = World::at_work();
        let call = world.call("101", dialled);
        let (_, invitation) = world.invited("carrier");
        assert_eq!(invitation.dialled, told);
        assert_eq!(invitation.from.user, MAIN);
        let told_in_the_house = world
            .facts
            .iter()
            .any(|fact| matches!(fact, Fact::EmergencyDialled { from, .. } if *from == extension("101")));
        assert_eq!(told_in_the_house, told == "911", "a test of the address alarms nobody");
        world.picks_up("carrier");
        world.hangs_up("101", call);
        let record = world.record();
        assert!(matches!(record.dialled, Dialled::Emergency(_)));
        assert_eq!(record.dialled.to_string(), told);
        assert!(record.legs.iter().any(|leg| matches!(leg.party, Party::Emergency(_))));
    }
}

#[test]
fn an_emergency_that_one_trunk_refuses_goes_to_the_next() {
    let mut office = office();
    let mut second = office.trunks[0].clone();
    second.name = TrunkName("spare".into());
    office.trunks.push(second);
    let mut world = World::with(office);
    world.plug_in("101");
    let call = world.call("101", "911");
    world.refuses("carrier", 503);
    assert_eq!(world.failed_with("101"), None);
    world.picks_up("carrier");
    assert!(world.bridged().is_some());
    world.hangs_up("101", call);
    let record = world.record();
    let service = Party::Emergency(Emergency::Nine11);
    let results: Vec<_> =
        record.legs.iter().filter(|leg| leg.party == service).map(|leg| leg.result).collect();
    assert_eq!(results, [LegResult::Failed(503), LegResult::Completed]);
}

#[test]
fn a_phone_that_gives_up_takes_the_call_back_from_the_carrier() {
    let mut world = World::at_work();
    let call = world.call("101", DANA);
    world.rings("carrier");
    world.gives_up("101", call);
    assert!(world.was_cancelled("carrier").is_some());
    assert_eq!(world.record().disposition, Disposition::CallerAbandoned);
}

#[test]
fn an_answer_that_is_no_answer_ends_the_call_on_both_sides() {
    let mut world = World::at_work();
    world.call("101", DANA);
    world.answers_with("carrier", b"v=0\r\nnonsense".to_vec());
    assert!(world.has_ended("carrier"));
    assert_eq!(world.failed_with("101"), Some(488));
    assert!(!world.media.iter().any(|(_, command)| matches!(command, MediaCommand::Bridge { .. })));
}
