//! What people set for their phones and for the office, and what becomes of calls then: quiet, forwards, the key, orders.

use std::time::Duration;

use crate::{
    pbx::{
        AgentReason, Barred, Control, DayNight, DeskSettings, Dialled, Disposition, Fact, ForwardTo,
        LegResult, Party, Resource, ResourceState, RingOrder, RingPlan, RingStep,
        story::{LEASING, MAIN, World, extension, number, office},
    },
    sip::Event,
};

fn agent_reason(world: &World) -> Option<AgentReason> {
    world.facts.iter().rev().find_map(|fact| match fact {
        Fact::AgentTakes { why, .. } => Some(*why),
        _ => None,
    })
}

/// 101 dials this, hears the answer, and is hung up on.
fn dials(world: &mut World, code: &str) -> String {
    world.call("101", code);
    let heard = world.hear_the_agent();
    assert!(world.has_ended("101"), "{code}");
    world.far("101").forget();
    heard
}

fn set(world: &World) -> DeskSettings {
    let set = |fact: &Fact| match fact {
        Fact::DeskSet { extension: of, settings } if *of == extension("101") => Some(settings.clone()),
        _ => None,
    };
    world.facts.iter().rev().find_map(set).unwrap_or_default()
}

fn rings_alone(world_plan: &[&str]) -> RingPlan {
    RingPlan::new([RingStep::new(world_plan.iter().map(|name| extension(name)))])
}

#[test]
fn whoever_does_not_want_to_be_disturbed_is_left_out_and_the_record_says_so() {
    let mut world = World::at_work();
    assert_eq!(dials(&mut world, "*78"), "Do not disturb is on.");
    assert!(set(&world).do_not_disturb);
    let lamp = Fact::ResourceChanged {
        resource: Resource::DoNotDisturb(extension("101")),
        state: ResourceState::On { whom: String::new() },
    };
    assert!(world.facts.contains(&lamp));
    let dana = world.call("carrier", MAIN);
    assert!(world.has_been_invited("101").is_none());
    world.invited("102");
    world.refuses("102", 486);
    assert_eq!(agent_reason(&world), Some(AgentReason::Busy), "a person who talks says more than a key");
    world.hangs_up("carrier", dana);
    let record = world.record();
    let quiet = record.legs.iter().find(|leg| leg.party == Party::Phone(extension("101"))).unwrap();
    assert_eq!(quiet.result, LegResult::DoNotDisturb);

    // Whoever calls it from inside is told that it is busy; and it still calls.
    world.call("102", "101");
    assert_eq!(world.failed_with("102"), Some(486));
    assert_eq!(dials(&mut world, "*79"), "Do not disturb is off.");
    assert_eq!(set(&world), DeskSettings::default());
    let again = world.call("102", "101");
    world.invited("101");
    world.gives_up("102", again);
}

#[test]
fn each_way_of_not_being_there_leads_to_the_agent_with_its_own_reason() {
    for (prepare, why) in [
        ("busy", AgentReason::Busy),
        ("quiet", AgentReason::DoNotDisturb),
        ("nobody", AgentReason::Unregistered),
        ("no answer", AgentReason::NoAnswer),
        ("declines", AgentReason::Declined),
    ] {
        let mut office = office();
        office.numbers.get_mut(&number(MAIN)).unwrap().plan = rings_alone(&["101"]);
        let mut world = World::with(office);
        if prepare != "nobody" {
            world.plug_in("101");
        }
        world.speech_ready(true);
        if prepare == "quiet" {
            dials(&mut world, "*78");
        }
        let dana = world.call("carrier", MAIN);
        match prepare {
            "busy" => world.refuses("101", 486),
            "declines" => world.refuses("101", 603),
            "no answer" => {
                world.rings("101");
                world.wait_s(19);
            }
            _ => {}
        }
        assert_eq!(agent_reason(&world), Some(why), "{prepare}");
        world.hangs_up("carrier", dana);
        assert_eq!(world.record().agent_reason, Some(why));
    }
}

#[test]
fn all_calls_go_to_a_colleague() {
    let mut office = office();
    office.numbers.get_mut(&number(MAIN)).unwrap().plan = rings_alone(&["101"]);
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    assert_eq!(dials(&mut world, "*72102"), "All calls are forwarded to 1 0 2.");
    let dana = world.call("carrier", MAIN);
    assert!(world.has_been_invited("101").is_none());
    let session = world.picks_up("102");
    world.hangs_up("102", session);
    assert!(world.has_ended("carrier"));
    let _ = dana;
    // Forwards in a circle are no forwards.
    let back =
        DeskSettings { always: Some(ForwardTo::Extension(extension("101"))), ..DeskSettings::default() };
    world.control(Control::SetDesk { extension: extension("102"), settings: back });
    let dana = world.call("carrier", MAIN);
    world.invited("101");
    world.gives_up("carrier", dana);
    assert_eq!(dials(&mut world, "*73"), "Calls are no longer forwarded.");
}

#[test]
fn busy_and_no_answer_lead_to_their_own_places() {
    let mut office = office();
    office.numbers.get_mut(&number(MAIN)).unwrap().plan = rings_alone(&["101"]);
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    dials(&mut world, "*90102");
    assert!(dials(&mut world, "*923035550188").contains("When you do not answer"));
    let dana = world.call("carrier", MAIN);
    world.invited("101");
    world.refuses("101", 486);
    world.invited("102");
    world.gives_up("carrier", dana);
    world.far("102").forget();

    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.wait_s(19);
    assert!(world.has_been_invited("102").is_none());
    let (_, invitation) = world.invited("carrier");
    assert_eq!(invitation.dialled, "+13035550188");
    world.refuses("carrier", 486);
    assert_eq!(agent_reason(&world), Some(AgentReason::NoAnswer));
    world.hangs_up("carrier", dana);
}

#[test]
fn a_forward_needs_the_right_of_the_one_who_forwards() {
    let mut world = World::at_work();
    for (code, words) in [
        ("*7219005550177", "Calls may not be forwarded there."),
        ("*72011442079460958", "Calls may not be forwarded there."),
        ("*72911", "Calls may not be forwarded there."),
        ("*72101", "Calls may not be forwarded there."),
        ("*72", "Dial the code, and then the number that calls are to go to."),
        ("*72103", "Dial the code, and then the number that calls are to go to."),
    ] {
        assert_eq!(dials(&mut world, code), words, "{code}");
        assert_eq!(set(&world), DeskSettings::default());
    }
    let alarm = Fact::CallBarred {
        from: extension("101"),
        dialled: Dialled::Number(number("+19005550177")),
        why: Barred::Premium,
        grave: false,
    };
    assert!(world.facts.contains(&alarm));
    // One that was set by other means is asked about for each call all the same.
    let always = Some(ForwardTo::Number(number("+19005550177")));
    let settings = DeskSettings { always, ..DeskSettings::default() };
    world.control(Control::SetDesk { extension: extension("101"), settings });
    let own = world.call("102", "101");
    world.invited("101");
    assert!(world.has_been_invited("carrier").is_none());
    world.gives_up("102", own);
}

#[test]
fn a_mobile_in_a_plan_takes_the_call_by_a_key_and_its_voicemail_does_not() {
    let mobile = number("+13035550188");
    let step = |numbers: &[_], extensions: &[&str]| RingStep {
        numbers: numbers.to_vec(),
        extensions: extensions.iter().map(|name| extension(name)).collect(),
        ring_for: Duration::from_secs(20),
        ..RingStep::default()
    };
    let mut office = office();
    office.numbers.get_mut(&number(MAIN)).unwrap().plan =
        RingPlan::new([step(&[mobile], &[]), step(&[], &["102"])]);
    let mut world = World::with(office);
    world.plug_in("102");
    world.speech_ready(true);
    world.call("carrier", MAIN);
    let outside = world.picks_up("carrier");
    assert!(world.bridged().is_none() && !world.has_ended("carrier"));
    world.wait_s(3);
    assert!(world.has_been_invited("102").is_none(), "the others wait for the answer");
    world.wait_s(18);
    assert!(world.has_ended("carrier"), "the voicemail is hung up on");
    world.invited("102");
    let session = world.picks_up("102");
    world.hangs_up("102", session);
    let record = world.record();
    let asked = record.legs.iter().find(|leg| leg.party == Party::Number(mobile)).unwrap();
    assert_eq!(asked.result, LegResult::NoAnswer);
    let _ = outside;

    // A person presses the key.
    world.far("carrier").forget();
    world.call("carrier", MAIN);
    let outside = world.picks_up("carrier");
    assert!(world.hear_the_agent().starts_with("A call for Maple Court, Main: Dana Reyes. Press 1"));
    world.presses('1');
    assert!(world.bridged().is_some());
    world.wait_s(2);
    world.hangs_up("carrier", outside);

    // Or the other one, which is a no.
    world.far("carrier").forget();
    world.far("102").forget();
    let dana = world.call("carrier", MAIN);
    world.picks_up("carrier");
    world.presses('9');
    world.invited("102");
    world.gives_up("carrier", dana);
}

#[test]
fn phones_ring_in_turn_and_whoever_has_been_idle_longest_comes_first() {
    let in_turn = |order| {
        let step = RingStep {
            extensions: vec![extension("101"), extension("102")],
            order,
            ring_for: Duration::from_secs(10),
            ..RingStep::default()
        };
        RingPlan::new([step])
    };
    let mut office = office();
    office.numbers.get_mut(&number(MAIN)).unwrap().plan = in_turn(RingOrder::LongestIdle);
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    let mut firsts = Vec::new();
    for _ in 0..4 {
        world.far("101").forget();
        world.far("102").forget();
        world.call("carrier", MAIN);
        let first = if world.has_been_invited("101").is_some() { "101" } else { "102" };
        let other = if first == "101" { "102" } else { "101" };
        assert!(world.has_been_invited(other).is_none(), "one after the other");
        let session = world.picks_up(first);
        world.wait_s(5);
        world.hangs_up(first, session);
        firsts.push(first);
        world.wait_s(5);
    }
    assert_eq!(firsts, ["101", "102", "101", "102"]);
    // The first has its ten seconds, and then the second.
    world.far("101").forget();
    world.far("102").forget();
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.wait(Duration::from_millis(9_900));
    assert!(world.has_been_invited("102").is_none());
    world.wait(Duration::from_millis(200));
    world.invited("102");
    assert!(world.was_cancelled("101").is_some());
    world.gives_up("carrier", dana);
}

#[test]
fn the_key_of_the_office_goes_before_the_clock() {
    let mut world = World::at_work();
    assert_eq!(dials(&mut world, "*28"), "The office is set to day.");
    assert_eq!(dials(&mut world, "*28"), "The office is set to night.");
    assert!(world.facts.contains(&Fact::DayNightSet(DayNight::Night)));
    let dana = world.call("carrier", MAIN);
    assert_eq!(agent_reason(&world), Some(AgentReason::ClosedHours));
    world.hangs_up("carrier", dana);
    assert_eq!(dials(&mut world, "*28"), "The office is set to by the clock.");
    let dana = world.call("carrier", MAIN);
    world.invited("101");
    world.gives_up("carrier", dana);
    let lamp = |fact: &&Fact| matches!(fact, Fact::ResourceChanged { resource: Resource::DayNight, .. });
    assert_eq!(world.facts.iter().filter(lamp).count(), 3);
}

#[test]
fn the_last_caller_is_called_back_and_nobody_who_has_withheld_the_number() {
    let mut world = World::at_work();
    assert_eq!(dials(&mut world, "*69"), "Nobody has called who could be called back.");
    let dana = world.call("carrier", MAIN);
    world.gives_up("carrier", dana);
    world.far("carrier").forget();
    let back = world.call("101", "*69");
    let (_, invitation) = world.invited("carrier");
    assert_eq!(invitation.dialled, crate::pbx::story::DANA);
    world.picks_up("carrier");
    world.hangs_up("101", back);
    let outbound = world.records().into_iter().find(|r| r.disposition == Disposition::Answered).unwrap();
    assert_eq!(outbound.dialled, Dialled::Number(number(crate::pbx::story::DANA)));
}

#[test]
fn what_was_set_before_a_restart_holds_and_is_not_told_again() {
    let mut world = World::at_work();
    let quiet = DeskSettings { do_not_disturb: true, ..DeskSettings::default() };
    let desks = vec![(extension("101"), quiet.clone()), (extension("102"), quiet)];
    world.control(Control::RestoreDesks { desks, key: DayNight::Day });
    assert!(!world.facts.iter().any(|fact| matches!(fact, Fact::DeskSet { .. } | Fact::DayNightSet(_))));
    let dana = world.call("carrier", MAIN);
    assert_eq!(agent_reason(&world), Some(AgentReason::DoNotDisturb));
    world.hangs_up("carrier", dana);
    let dana = world.call("carrier", LEASING);
    assert_eq!(agent_reason(&world), Some(AgentReason::AgentFirst));
    world.hangs_up("carrier", dana);
    assert!(!world.events("101").iter().any(|event| matches!(event, Event::Invited { .. })));
}
