//! Nobody is recorded who has not been told: the notice, its stamp for each leg, and what happens without it.

use crate::{
    dialogue::LifeSafety,
    pbx::{
        Announcement, Directory, Disposition, MediaCommand, Party,
        story::{DANA, LEASING, MAIN, World, in_danger, office},
    },
    types::LegId,
};

fn recorded_office() -> Directory {
    let mut office = office();
    office.record_calls = true;
    office
}

fn world() -> World {
    let mut world = World::with(recorded_office());
    world.plug_in("101");
    world.speech_ready(true);
    world
}

/// Who has been played the notice.
fn told(world: &World) -> Vec<LegId> {
    let notice = |command: &MediaCommand| {
        matches!(command, MediaCommand::Announce { announcement: Announcement::CallIsRecorded, .. })
    };
    world.media.iter().filter(|(_, command)| notice(command)).map(|(leg, _)| *leg).collect()
}

fn records(world: &World) -> usize {
    world.media.iter().filter(|(_, command)| matches!(command, MediaCommand::Record { .. })).count()
}

#[test]
fn who_does_not_hear_the_notice_is_put_through_and_not_recorded() {
    let mut world = world();
    world.mouth_works = false;
    let dana = world.call("carrier", MAIN);
    world.picks_up("101");
    world.wait_s(3);
    assert_eq!(world.bridged(), None);
    world.wait_s(2);
    assert!(world.bridged().is_some(), "the call goes on");
    assert_eq!(records(&world), 0);
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert_eq!((record.recording.as_ref(), record.disposition), (None, Disposition::Answered));
    assert!(record.legs.iter().all(|leg| leg.told.is_none()));
}

#[test]
fn the_agent_greets_after_the_notice_and_is_recorded_from_its_first_word() {
    let mut world = world();
    let dana = world.call("carrier", LEASING);
    assert_eq!((told(&world).len(), records(&world)), (1, 0));
    let heard = world.hear_the_agent();
    assert!(heard.starts_with("[recorded]") && heard.contains("Maple Court"), "{heard}");
    assert_eq!(records(&world), 1);
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert!(record.recording.is_some() && record.recording_is_cleared());
}

#[test]
fn an_emergency_call_is_neither_held_up_nor_recorded() {
    let mut world = world();
    let call = world.call("101", "911");
    world.picks_up("carrier");
    assert!(world.bridged().is_some());
    assert_eq!((told(&world).len(), records(&world)), (0, 0));
    world.hangs_up("101", call);
}

#[test]
fn whoever_takes_a_transfer_is_told_and_the_caller_is_not_told_twice() {
    let mut world = world();
    world.call("carrier", LEASING);
    world.hear_the_agent();
    let caller = told(&world)[0];
    world.caller_says("I smell gas in the whole house", &in_danger(LifeSafety::Gas));
    for _ in 0..5 {
        if world.has_been_invited("carrier").is_some() {
            break;
        }
        world.caller_says(
            "yes please",
            &crate::pbx::story::reading(crate::dialogue::Intent::Other, Some(crate::dialogue::Move::Affirm)),
        );
    }
    let on_call = world.picks_up("carrier");
    world.presses('1');
    world.wait_s(3);
    let told = told(&world);
    assert_eq!(told.iter().filter(|leg| **leg == caller).count(), 1, "{told:?}");
    assert_eq!(told.len(), 2, "the person on call has heard it");
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", on_call);
    let record = world.record();
    assert!(record.recording_is_cleared(), "{:#?}", record.legs);
    let people = record.legs.iter().filter(|leg| leg.answered.is_some() && leg.party != Party::Agent);
    assert_eq!(people.count(), 2);
    assert_eq!(
        record.caller,
        crate::pbx::Caller::Number { number: DANA.parse().unwrap(), display: "Dana Reyes".into() }
    );
}
