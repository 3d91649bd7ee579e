//! Calls that are moved from one phone to another: blind and attended, and back when nobody takes them.

use crate::{
    media::Tone,
    pbx::{
        AgentReason, Barred, CallDirection, Dialled, Disposition, Fact, LegResult, MediaCommand, Party,
        story::{DANA, MAIN, World, extension, number},
    },
    sip::SessionId,
    types::LegId,
};

/// Dana talks with 101, whose session it is.
fn dana_talks_with_101() -> (World, SessionId) {
    let mut world = World::at_work();
    world.call("carrier", MAIN);
    world.rings("101");
    let session = world.picks_up("101");
    world.far("102").forget();
    (world, session)
}

fn dana(world: &World) -> LegId {
    let (one, other) = world.bridged().unwrap();
    one.min(other)
}

fn last_tone(world: &World, leg: LegId) -> Option<Tone> {
    let tone = |command: &&MediaCommand| match command {
        MediaCommand::Tone(tone) => Some(*tone),
        _ => None,
    };
    world.commands(leg).iter().rev().find_map(tone).flatten()
}

fn talked(world: &World) -> Vec<Party> {
    let record = world.records().into_iter().find(|record| record.direction == CallDirection::Inbound);
    let legs = record.unwrap().legs;
    legs.into_iter().filter(|leg| leg.result == LegResult::Completed).map(|leg| leg.party).collect()
}

#[test]
fn a_call_is_transferred_blind_and_the_caller_hears_that_it_rings() {
    let (mut world, session) = dana_talks_with_101();
    let leg = dana(&world);
    world.transfers("101", session, "102");
    assert_eq!(last_tone(&world, leg), Some(Tone::Ringback));
    let (_, invitation) = world.invited("102");
    assert_eq!(invitation.from.display, "Main: Dana Reyes");
    world.rings("102");
    world.wait_s(4);
    assert!(!world.has_ended("101"), "it may still take the call back");
    let answered = world.picks_up("102");
    assert_eq!(world.reported(), [100, 180, 200]);
    assert!(world.has_ended("101"));
    assert_eq!(last_tone(&world, leg), None);
    assert_eq!(dana(&world), leg);
    world.wait_s(5);
    world.hangs_up("102", answered);
    let talked = talked(&world);
    assert_eq!(world.records().len(), 1, "one call, one record");
    for phone in ["101", "102"] {
        assert!(talked.contains(&Party::Phone(extension(phone))), "{talked:?}");
    }
}

#[test]
fn who_is_busy_gives_the_call_back_to_the_one_who_still_waits() {
    let (mut world, session) = dana_talks_with_101();
    world.transfers("101", session, "102");
    world.refuses("102", 486);
    assert_eq!(world.reported(), [100, 486]);
    assert!(!world.has_ended("101") && !world.has_ended("carrier"));
    let bridges = world.media.iter().filter(|(_, c)| matches!(c, MediaCommand::Bridge { .. })).count();
    assert_eq!(bridges, 2, "the two talk again");
    world.hangs_up("101", session);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn nobody_takes_it_and_it_comes_back_after_half_a_minute() {
    let (mut world, session) = dana_talks_with_101();
    world.transfers("101", session, "102");
    world.hangs_up("101", session);
    world.far("101").forget();
    world.rings("102");
    world.wait_s(29);
    assert!(world.has_been_invited("101").is_none());
    world.wait_s(2);
    assert!(world.was_cancelled("102").is_some());
    let (_, invitation) = world.invited("101");
    assert_eq!(invitation.from.display, "Recall: Dana Reyes");
    let again = world.picks_up("101");
    world.hangs_up("101", again);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn nor_does_the_one_who_sent_it_and_the_agent_is_there() {
    let (mut world, session) = dana_talks_with_101();
    world.transfers("101", session, "102");
    world.hangs_up("101", session);
    world.wait_s(61);
    assert!(world.facts.iter().any(|f| matches!(f, Fact::AgentTakes { why: AgentReason::NoAnswer, .. })));
    assert!(!world.has_ended("carrier"));
    let call = world.own_call("carrier");
    world.hangs_up("carrier", call);
    assert_eq!(world.records().len(), 1);
}

#[test]
fn nobody_is_sent_where_the_one_who_sends_may_not_call() {
    let (mut world, session) = dana_talks_with_101();
    for (to, dialled, why) in [
        ("19005550177", "+19005550177", Barred::Premium),
        ("011442079460958", "+442079460958", Barred::International),
    ] {
        world.transfers("101", session, to);
        let (from, dialled) = (extension("101"), Dialled::Number(number(dialled)));
        assert!(world.facts.contains(&Fact::CallBarred { from, dialled, why, grave: false }), "{to}");
    }
    for to in ["911", "933", "999", "*97"] {
        world.transfers("101", session, to);
    }
    world.refers("101", session, "sip:3035550177@elsewhere.example");
    assert!(world.reported().is_empty());
    assert!(world.has_been_invited("carrier").is_none(), "nothing has gone out");
    assert!(!world.has_ended("101") && !world.has_ended("carrier"));
    world.hangs_up("101", session);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn who_may_call_outside_may_send_a_caller_there() {
    let (mut world, session) = dana_talks_with_101();
    world.transfers("101", session, "3035550188");
    let (_, invitation) = world.invited("carrier");
    assert_eq!(invitation.dialled, "+13035550188");
    let outside = world.picks_up("carrier");
    assert!(world.has_ended("101"));
    world.wait_s(2);
    world.hangs_up("carrier", outside);
    assert!(talked(&world).contains(&Party::Number(number("+13035550188"))));
}

#[test]
fn a_carrier_transfers_nobody() {
    let (mut world, session) = dana_talks_with_101();
    let own = world.own_call("carrier");
    world.transfers("carrier", own, "102");
    assert!(world.has_been_invited("102").is_none());
    assert!(world.reported().is_empty());
    world.hangs_up("101", session);
    assert!(world.has_ended("carrier"));
}

#[test]
fn a_slot_is_a_place_to_transfer_to() {
    let (mut world, session) = dana_talks_with_101();
    world.transfers("101", session, "703");
    assert_eq!(world.reported().last(), Some(&200));
    assert!(world.has_ended("101"));
    let taken = world.call("102", "703");
    assert!(world.answer_to("102").is_some());
    world.takes_reoffer("carrier");
    world.hangs_up("102", taken);
    assert_eq!(world.records().len(), 1);
}

/// 101 talks with Dana, and with 102 as well.
fn consulting() -> (World, SessionId, SessionId) {
    let (mut world, session) = dana_talks_with_101();
    world.wait_s(3);
    let consulted = world.call("101", "102");
    world.picks_up("102");
    world.wait_s(5);
    (world, session, consulted)
}

fn joined(mut world: World) {
    assert_eq!(world.reported(), [100, 200]);
    assert!(world.has_ended("101"));
    assert!(!world.has_ended("102") && !world.has_ended("carrier"));
    world.takes_reoffer("carrier");
    world.takes_reoffer("102");
    world.wait_s(5);
    let own = world.own_call("carrier");
    world.hangs_up("carrier", own);
    assert!(world.has_ended("102"));
    let talked = talked(&world);
    for phone in ["101", "102"] {
        assert!(talked.contains(&Party::Phone(extension(phone))), "{talked:?}");
    }
    let internal: Vec<Disposition> = world
        .records()
        .iter()
        .filter(|record| record.direction == CallDirection::Internal)
        .map(|record| record.disposition)
        .collect();
    assert_eq!(internal, [Disposition::Answered], "the question to a colleague was a call of its own");
}

#[test]
fn a_call_is_transferred_after_a_word_with_a_colleague() {
    let (mut world, session, consulted) = consulting();
    world.transfers_into("101", session, "102", consulted);
    joined(world);
}

#[test]
fn some_phones_ask_the_colleague_to_take_the_caller() {
    let (mut world, session, consulted) = consulting();
    world.transfers_into("101", consulted, DANA, session);
    joined(world);
}

#[test]
fn a_call_that_is_not_there_cannot_be_joined() {
    let (mut world, session) = dana_talks_with_101();
    world.refers("101", session, "sip:102@192.0.2.1?Replaces=nothing%40there%3Bto-tag%3Da%3Bfrom-tag%3Db");
    assert_eq!(world.reported(), [100, 481]);
    assert!(!world.has_ended("101") && !world.has_ended("carrier"));
    world.hangs_up("101", session);
}
