//! Phones that send their calls on with 302.

use std::collections::BTreeMap;

use crate::{
    pbx::{
        AgentReason, Directory, Disposition, LegResult, Number, Party, RingPlan,
        story::{MAIN, World, extension, number, office},
    },
    sip::Event,
};

/// The office at work, where 101 alone rings for the main number.
fn world() -> World {
    let office = office();
    let main = Number { plan: RingPlan::all([extension("101")]), ..office.numbers[&number(MAIN)].clone() };
    let mut world = World::with(Directory { numbers: BTreeMap::from([(number(MAIN), main)]), ..office });
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world
}

fn says(world: &World, what: &str) -> bool {
    world.record().decisions.iter().any(|decision| decision.why.contains(what))
}

#[test]
fn a_phone_sends_its_call_to_a_colleague_who_takes_it() {
    let mut world = world();
    let dana = world.call("carrier", MAIN);
    world.redirects("101", "sip:102@203.0.113.9");
    world.rings("102");
    // It has its own time to ring, whatever the first phone has used.
    world.wait_s(15);
    world.picks_up("102");
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Answered);
    let results: Vec<_> = record.legs.iter().map(|leg| (leg.party.clone(), leg.result)).collect();
    assert!(results.contains(&(Party::Phone(extension("101")), LegResult::Failed(302))), "{results:?}");
    assert!(results.contains(&(Party::Phone(extension("102")), LegResult::Completed)), "{results:?}");
    assert!(says(&world, "101 sends the call to 102"));
}

#[test]
fn two_phones_that_send_to_each_other_leave_the_caller_to_the_agent() {
    let mut world = world();
    let dana = world.call("carrier", MAIN);
    world.redirects("101", "sip:102@office.example");
    world.redirects("102", "sip:101@office.example");
    for phone in ["101", "102"] {
        let calls = world.events(phone).iter().filter(|event| matches!(event, Event::Invited { .. })).count();
        assert_eq!(calls, 1, "{phone}");
    }
    assert_eq!(world.records().len(), 0, "the agent has the caller");
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().agent_reason, Some(AgentReason::Unreachable));
    assert!(says(&world, "102 sends the call to 101, which has it or has had it already"));
}

#[test]
fn no_phone_sends_a_call_out_of_the_house() {
    for elsewhere in
        ["sip:+442079460958@carrier.example", "sip:9011442079460958@203.0.113.9", "sip:203.0.113.7"]
    {
        let mut world = world();
        world.call("101", "102");
        world.redirects("102", elsewhere);
        assert_eq!(world.failed_with("101"), Some(480), "{elsewhere}");
        assert_eq!(world.rang("carrier"), 0, "{elsewhere}");
        assert!(says(&world, "102 sends the call out of the house by itself, which is not followed"));
    }
}
