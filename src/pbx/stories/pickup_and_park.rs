//! A call is taken at another phone than the one that rings, or waits in a slot until somebody takes it.

use crate::{
    media::Direction,
    pbx::{
        Control, Disposition, Fact, LegResult, MediaCommand, Music, MusicTable, Party, Resource,
        ResourceState, Service,
        story::{LEASING, MAIN, World, extension, number, office},
    },
    sip::Event,
};

fn slot(number: &str) -> Resource {
    Resource::ParkSlot(extension(number))
}

fn shown(world: &World, of: &Resource) -> Vec<ResourceState> {
    let state = |fact: &Fact| match fact {
        Fact::ResourceChanged { resource, state } if resource == of => Some(state.clone()),
        _ => None,
    };
    world.facts.iter().filter_map(state).collect()
}

/// Dana talks with 101.
fn dana_talks_with_101() -> World {
    let mut world = World::at_work();
    world.call("carrier", MAIN);
    world.rings("101");
    world.picks_up("101");
    world
}

#[test]
fn a_call_that_rings_is_taken_by_star_eight() {
    let mut world = World::with(office());
    world.plug_in("101");
    world.speech_ready(true);
    world.call("carrier", MAIN);
    world.rings("101");
    // The other phone comes only now: it has never rung.
    world.plug_in("102");
    let picked = world.call("102", "*8");
    assert!(world.answer_to("102").is_some());
    assert!(world.was_cancelled("101").is_some(), "101 no longer rings");
    assert!(world.bridged().is_some());
    world.wait_s(5);
    world.hangs_up("102", picked);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Answered);
    let talked: Vec<&Party> =
        record.legs.iter().filter(|leg| leg.result == LegResult::Completed).map(|leg| &leg.party).collect();
    assert!(talked.contains(&&Party::Phone(extension("102"))), "{talked:?}");
    assert!(
        record
            .legs
            .iter()
            .any(|leg| leg.party == Party::Phone(extension("101"))
                && leg.result == LegResult::AnsweredElsewhere)
    );
}

#[test]
fn an_extension_is_named_and_nobody_rings_there() {
    let mut world = World::at_work();
    world.call("102", "**101");
    assert!(world.answer_to("102").is_some(), "it is told so");
    assert_eq!(world.hear_the_agent(), "There is no call to pick up.");
    assert!(world.has_ended("102"));
    assert!(world.records().is_empty(), "a code is no call");
    assert!(world.facts.contains(&Fact::ServiceAsked {
        by: extension("102"),
        service: Service::DirectedPickup,
        done: false
    }));
}

#[test]
fn a_group_is_not_open_to_those_outside_of_it() {
    let mut office = office();
    office.features.pickup_groups.insert(extension("101"), ["leasing".to_owned()].into());
    let mut world = World::with(office);
    world.plug_in("101");
    world.speech_ready(true);
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.plug_in("102");
    world.call("102", "*8");
    assert!(world.was_cancelled("101").is_none(), "101 rings on");
    world.hear_the_agent();
    world.call("102", "**101");
    assert!(world.was_cancelled("101").is_none());
    world.gives_up("carrier", dana);
    world.hear_the_agent();
}

#[test]
fn a_call_on_hold_is_parked_and_taken_elsewhere() {
    let mut world = dana_talks_with_101();
    let (held, _) = world.invited("101");
    world.wants("101", held, Direction::SendOnly);
    world.call("101", "*70");
    assert_eq!(world.hear_the_agent(), "Parked on 7 0 1.");
    assert!(world.has_ended("101"), "the phone that has parked is free");
    assert!(!world.has_ended("carrier"), "Dana waits");
    let on = ResourceState::On { whom: "Dana Reyes".into() };
    assert_eq!(shown(&world, &slot("701")), std::slice::from_ref(&on));
    world.wait_s(20);

    let taken = world.call("102", "701");
    assert!(world.answer_to("102").is_some());
    assert!(world.bridged().is_some());
    assert_eq!(shown(&world, &slot("701")), [on, ResourceState::Off]);
    world.takes_reoffer("carrier");
    world.wait_s(3);
    world.hangs_up("102", taken);
    let record = world.record();
    let phones: Vec<&Party> =
        record.legs.iter().filter(|leg| leg.result == LegResult::Completed).map(|leg| &leg.party).collect();
    assert!(phones.contains(&&Party::Phone(extension("101"))), "one call, one record: {phones:?}");
    assert!(phones.contains(&&Party::Phone(extension("102"))));
}

#[test]
fn nobody_comes_and_the_parker_is_rung_again() {
    let mut world = dana_talks_with_101();
    world.call("101", "*70");
    world.hear_the_agent();
    world.far("101").forget();
    world.wait_s(72);
    assert!(world.has_been_invited("101").is_none());
    world.wait_s(4);
    let (_, invitation) = world.invited("101");
    assert_eq!(invitation.from.display, "Park recall: Dana Reyes");
    let recalling = ResourceState::Recalling { whom: "Dana Reyes".into() };
    assert_eq!(shown(&world, &slot("701")).last(), Some(&recalling));
    // Not there: back into the slot, and again.
    world.wait_s(30);
    assert!(world.was_cancelled("101").is_some());
    assert!(matches!(shown(&world, &slot("701")).last(), Some(ResourceState::On { .. })));
    world.far("101").forget();
    world.wait_s(76);
    let session = world.picks_up("101");
    assert_eq!(shown(&world, &slot("701")).last(), Some(&ResourceState::Off));
    world.hangs_up("101", session);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn the_parked_hear_something_and_may_hang_up() {
    let mut world = dana_talks_with_101();
    let dana = world.own_call("carrier");
    let (leg, _) = world.bridged().unwrap();
    world.call("101", "*70");
    assert!(world.commands(leg).iter().any(|command| matches!(command, MediaCommand::Music(Some(_)))));
    world.hear_the_agent();
    world.hangs_up("carrier", dana);
    assert_eq!(shown(&world, &slot("701")).last(), Some(&ResourceState::Off));
    world.call("102", "701");
    assert_eq!(world.hear_the_agent(), "Nobody is parked on 7 0 1.");
}

#[test]
fn a_property_has_its_own_music() {
    let mut office = office();
    office.features.music = Some("/srv/office.wav".into());
    office.features.music_of.insert(number(LEASING), "/srv/leasing.wav".into());
    office.numbers.get_mut(&number(LEASING)).unwrap().agent_first = false;
    let mut world = World::with(office);
    world.plug_in("101");
    world.speech_ready(true);
    for (dialled, file) in [(MAIN, "/srv/office.wav"), (LEASING, "/srv/leasing.wav")] {
        world.call("carrier", dialled);
        let session = world.picks_up("101");
        let (caller, _) = world.bridged().unwrap();
        world.wants("101", session, Direction::Inactive);
        let music = MediaCommand::Music(Some(Music::File(file.into())));
        assert_eq!(world.commands(caller).last(), Some(&&music));
        world.hangs_up("101", session);
    }
}

#[test]
fn what_was_brought_along_in_the_console_goes_before_the_configuration() {
    let mut office = office();
    office.features.music = Some("/srv/office.wav".into());
    let mut world = World::with(office);
    world.plug_in("101");
    let table = |office: Option<&str>, main: Option<&str>| {
        let of = main.map(|file| (number(MAIN), file.to_owned()));
        Control::Music(MusicTable { office: office.map(str::to_owned), of: of.into_iter().collect() })
    };
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    let (caller, _) = world.bridged().unwrap();
    for (told, file) in [
        (table(Some("/m/office.wav"), Some("/m/main.wav")), "/m/main.wav"),
        (table(Some("/m/office.wav"), None), "/m/office.wav"),
        (table(None, None), "/srv/office.wav"),
    ] {
        world.control(told);
        world.wants("101", session, Direction::Inactive);
        let music = MediaCommand::Music(Some(Music::File(file.into())));
        assert_eq!(world.commands(caller).last(), Some(&&music));
        world.wants("101", session, Direction::SendRecv);
    }
    world.hangs_up("101", session);
}

#[test]
fn whoever_has_no_call_has_nothing_to_park() {
    let mut world = World::at_work();
    world.speech_ready(false);
    world.call("101", "*70");
    world.wait_s(3);
    assert!(world.has_ended("101"), "without speech there is a tone, and then the end");
    let tones = world.media.iter().filter(|(_, c)| matches!(c, MediaCommand::Tone(Some(_)))).count();
    assert_eq!(tones, 1);
}

#[test]
fn no_code_shadows_an_emergency() {
    let mut office = office();
    office.features.park.slots.push(extension("911"));
    let mut world = World::with(office);
    world.plug_in("101");
    let call = world.call("101", "911");
    let (_, invitation) = world.invited("carrier");
    assert_eq!(invitation.dialled, "911");
    world.picks_up("carrier");
    world.hangs_up("101", call);
    assert!(!world.events("101").iter().any(|event| matches!(event, Event::Failed { .. })));
}
