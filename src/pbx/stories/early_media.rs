//! What a network outside plays before anybody answers, and who hears it.

use crate::{
    media::Codec,
    pbx::{
        LegResult, MediaCommand, MediaEvent,
        story::{DANA, MAIN, World},
    },
    types::LegId,
};

fn bridges(world: &World) -> Vec<(LegId, LegId)> {
    let bridge = |(leg, command): &(LegId, MediaCommand)| match command {
        MediaCommand::Bridge { with } => Some((*leg, *with)),
        _ => None,
    };
    world.media.iter().filter_map(bridge).collect()
}

#[test]
fn a_desk_phone_hears_what_the_carrier_plays() {
    let mut world = World::at_work();
    let call = world.call("101", DANA);
    world.plays_early("carrier", 183, &[Codec::Pcma]);
    let progress = world.progress("101");
    assert_eq!(progress.len(), 1, "no 180 beside it: the phone would ring over it");
    let (status, description) = &progress[0];
    assert_eq!(*status, 183);
    assert!(description.contains("m=audio") && description.contains("PCMA"), "{description}");
    let (caller, callee) = world.bridged().unwrap();
    for leg in [caller, callee] {
        assert!(
            world.commands(leg).iter().any(|command| matches!(command, MediaCommand::Connect { .. })),
            "both are connected before they are bridged"
        );
    }
    world.wait_s(20);
    world.picks_up_with("carrier", &[Codec::Pcma]);
    assert_eq!(world.answer_to("101").as_ref(), Some(description), "an offer has one answer");
    assert_eq!(world.bridged(), Some((caller, callee)));
    world.hangs_up("101", call);
    assert_eq!(world.record().legs.len(), 2);
}

#[test]
fn an_announcement_before_a_refusal_is_heard_and_then_the_refusal() {
    let mut world = World::at_work();
    world.call("101", DANA);
    world.plays_early("carrier", 183, &Codec::ALL);
    world.wait_s(8);
    world.refuses("carrier", 404);
    assert_eq!(world.failed_with("101"), Some(404));
}

#[test]
fn ringing_that_brings_its_own_sound_is_ringing_with_sound() {
    let mut world = World::at_work();
    let call = world.call("101", DANA);
    world.plays_early("carrier", 180, &Codec::ALL);
    world.rings("carrier");
    let [(180, description)] = &world.progress("101")[..] else { panic!("{:?}", world.progress("101")) };
    assert!(description.contains("m=audio"));
    world.gives_up("101", call);
    drop(world);
    // The network's music first, and then it rings: the description has been acknowledged, and is not said again
    // (RFC 3261, 13.2.1).
    let mut world = World::at_work();
    let call = world.call("101", DANA);
    world.plays_early("carrier", 183, &Codec::ALL);
    world.rings("carrier");
    let [(183, first), (180, second)] = &world.progress("101")[..] else { panic!() };
    assert!(first.contains("m=audio") && second.is_empty());
    world.gives_up("101", call);
}

#[test]
fn a_183_without_a_description_is_ringing_as_ever() {
    let mut world = World::at_work();
    let call = world.call("101", DANA);
    let (session, _) = world.invited("carrier");
    world.attempt("carrier", |endpoint, now, _| endpoint.ring(now, session, 183, None));
    assert_eq!(world.progress("101"), [(180, String::new())]);
    world.gives_up("101", call);
}

#[test]
fn a_carrier_may_leave_the_description_out_of_the_200_that_it_has_given_in_the_183() {
    let mut world = World::at_work();
    let call = world.call("101", DANA);
    world.plays_early("carrier", 183, &[Codec::Pcmu]);
    world.answers_with("carrier", Vec::new());
    assert!(world.answer_to("101").is_some());
    world.hangs_up("101", call);
    assert_eq!(world.record().legs.iter().filter(|leg| leg.result == LegResult::Completed).count(), 2);
}

#[test]
fn a_trunk_that_fails_after_its_announcement_gives_way_and_the_next_is_heard_instead() {
    let mut world = World::with_spare();
    let call = world.call("101", DANA);
    world.plays_early("carrier", 183, &[Codec::Pcma]);
    world.refuses("carrier", 503);
    world.plays_early("spare", 183, &[Codec::Pcma]);
    assert_eq!(world.progress("101").len(), 1, "it has been told where it is heard");
    let bridges = bridges(&world);
    assert_eq!(bridges.len(), 2);
    assert_eq!(bridges[0].0, bridges[1].0);
    assert_ne!(bridges[0].1, bridges[1].1);
    world.picks_up_with("spare", &[Codec::Pcma]);
    assert!(world.answer_to("101").is_some());
    world.hangs_up("101", call);
}

#[test]
fn a_phone_that_makes_no_offer_is_told_that_it_rings() {
    let mut world = World::at_work();
    let call = world.call_with("101", DANA, &[]);
    world.plays_early("carrier", 183, &Codec::ALL);
    assert_eq!(world.progress("101"), [(180, String::new())]);
    assert_eq!(bridges(&world), []);
    world.gives_up("101", call);
}

#[test]
fn a_port_that_cannot_be_bound_for_early_media_ends_the_call() {
    let mut world = World::at_work();
    world.call("101", DANA);
    world.plays_early("carrier", 183, &Codec::ALL);
    let (caller, _) = world.bridged().unwrap();
    world.media_event(caller, MediaEvent::Failed);
    assert_eq!(world.failed_with("101"), Some(480));
    assert!(world.was_cancelled("carrier").is_some());
}

#[test]
fn a_caller_from_outside_hears_our_ringback_whatever_a_phone_plays() {
    let mut world = World::at_work();
    let call = world.call("carrier", MAIN);
    world.plays_early("101", 183, &Codec::ALL);
    assert_eq!(world.progress("carrier"), [(180, String::new())]);
    assert_eq!(bridges(&world), []);
    world.gives_up("carrier", call);
}
