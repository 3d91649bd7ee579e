//! Callers whom the office would rather not hear, and those who always get through.

use crate::{
    pbx::{
        CallDirection, Control, Fact, Listing, ScreeningRules, Treatment,
        story::{DANA, MAIN, ON_CALL, World, number, office},
    },
    sip::Event,
};

fn rings(world: &mut World) -> bool {
    world.has_been_invited("102").is_some()
}

#[test]
fn the_last_caller_is_blocked_by_a_code_and_let_in_again_by_the_office() {
    let mut world = World::at_work();
    let call = world.call("carrier", MAIN);
    world.gives_up("carrier", call);
    world.call("101", "*60");
    let listed = world.facts.iter().find_map(|fact| match fact {
        Fact::NumberListed { number, listing, by } => Some((*number, *listing, by.clone())),
        _ => None,
    });
    assert_eq!(listed, Some((number(DANA), Some(Listing::Block), "extension 101".to_owned())));
    world.wait_s(15);
    let records = world.records().len();
    world.call("carrier", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(603));
    assert_eq!(world.records().len(), records, "nothing rang");
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::CallScreened { .. })), "but it was seen");
    world.control(Control::List { number: number(DANA), listing: None });
    let again = world.call("carrier", MAIN);
    assert!(rings(&mut world));
    world.gives_up("carrier", again);
    assert_eq!(world.records().last().unwrap().direction, CallDirection::Inbound);
}

#[test]
fn a_code_without_a_caller_before_it_blocks_nobody() {
    let mut world = World::at_work();
    world.call("101", "*60");
    world.wait_s(15);
    assert!(!world.facts.iter().any(|fact| matches!(fact, Fact::NumberListed { .. })));
}

#[test]
fn withheld_numbers_ring_unless_the_office_says_otherwise() {
    for (anonymous, status) in [(Treatment::Ring, None), (Treatment::Refuse, Some(603))] {
        let mut office = office();
        office.screening = ScreeningRules { anonymous, ..ScreeningRules::default() };
        let mut world = World::with(office);
        world.plug_in("101");
        world.plug_in("102");
        let call = world.call_as("carrier", "anonymous", "Anonymous", MAIN);
        assert_eq!(world.failed_with("carrier"), status);
        assert_eq!(rings(&mut world), status.is_none());
        if status.is_none() {
            world.gives_up("carrier", call);
        }
    }
}

#[test]
fn an_emergency_service_that_calls_back_and_the_person_on_call_get_through() {
    let mut office = office();
    office.screening = ScreeningRules { anonymous: Treatment::Refuse, failed: Treatment::Refuse };
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.control(Control::List { number: number(ON_CALL), listing: Some(Listing::Block) });
    let on_call = world.call_as("carrier", ON_CALL, "", MAIN);
    assert!(rings(&mut world), "whoever is on call is never screened");
    world.gives_up("carrier", on_call);
    world.call_as("carrier", "anonymous", "", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(603));
    let emergency = world.call("101", "911");
    world.picks_up("carrier");
    world.hangs_up("101", emergency);
    let back = world.call_as("carrier", "anonymous", "", MAIN);
    world.rings("102");
    let refused = |event: &&Event| matches!(event, Event::Failed { status: 603, .. });
    assert_eq!(world.events("carrier").iter().filter(refused).count(), 1, "only before");
    world.gives_up("carrier", back);
}
