//! Encrypted media, from the invitation to the record: what is agreed on, kept, refused, and never given up.

use crate::{
    media::{self, Agreed, Codec, Direction, Encryption, Protection, Sdes, Seed, Wish},
    pbx::{
        Directory, MediaCommand, SrtpPolicy,
        story::{DANA, MAIN, World, extension, office},
    },
    types::LegId,
};

/// The office at work, where keys may be offered over the network of these stories, and 101 has this policy.
fn at_work(policy: SrtpPolicy) -> World {
    let mut office: Directory = office();
    office.srtp.without_tls = true;
    office.srtp.extensions.insert(extension("101"), policy);
    office.srtp.extensions.insert(extension("102"), SrtpPolicy::Off);
    office.srtp.trunks = office.trunks.iter().map(|trunk| (trunk.name.clone(), SrtpPolicy::Off)).collect();
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world
}

fn speaks(world: &mut World, wish: Wish, seed: u8) {
    world.far("101").encryption = Encryption { wish, seed: Seed([seed; 32]) };
}

/// What the media plane was told last about this leg.
fn agreed(world: &World, leg: LegId) -> Agreed {
    let told = world.commands(leg).into_iter().rev().find_map(|command| match command {
        MediaCommand::Connect { agreed, .. } => Some(*agreed),
        _ => None,
    });
    told.unwrap()
}

fn keys(world: &World, leg: LegId) -> Sdes {
    match agreed(world, leg).protection {
        Protection::Sdes(sdes) => sdes,
        Protection::Plain | Protection::Dtls(_) => panic!("not encrypted with keys of the signalling"),
    }
}

/// The caller hangs up; nothing is left behind.
fn over(mut world: World) {
    let call = world.own_call("carrier");
    world.hangs_up("carrier", call);
    assert_eq!(world.records().len(), 1);
}

/// Who has called, and who has answered.
fn talking(world: &mut World) -> (LegId, LegId) {
    world.call("carrier", MAIN);
    world.picks_up("101");
    world.bridged().unwrap()
}

#[test]
fn a_phone_with_srtp_is_put_through_to_a_carrier_without() {
    for (policy, wish) in [(SrtpPolicy::Optional, Wish::InKind), (SrtpPolicy::Required, Wish::Required)] {
        let mut world = at_work(policy);
        speaks(&mut world, wish, 5);
        let (caller, desk) = talking(&mut world);
        assert_eq!(agreed(&world, caller).protection, Protection::Plain);
        keys(&world, desk);
        over(world);
    }
}

#[test]
fn a_phone_that_cannot_is_talked_to_without_unless_it_is_required() {
    let mut world = at_work(SrtpPolicy::Optional);
    let (_, desk) = talking(&mut world);
    assert_eq!(agreed(&world, desk).protection, Protection::Plain);
    over(world);
    let mut world = at_work(SrtpPolicy::Required);
    world.call("101", DANA);
    assert_eq!(world.failed_with("101"), Some(488), "it may not call out in the clear");
    assert!(world.has_been_invited("carrier").is_none());
}

#[test]
fn an_emergency_goes_out_in_the_clear_rather_than_not_at_all() {
    let mut world = at_work(SrtpPolicy::Required);
    let call = world.call("101", "911");
    assert_eq!(world.invited("carrier").1.dialled, "911");
    world.gives_up("101", call);
}

#[test]
fn hold_and_resume_keep_the_keys() {
    let mut world = at_work(SrtpPolicy::Optional);
    speaks(&mut world, Wish::InKind, 5);
    let (_, desk) = talking(&mut world);
    let before = keys(&world, desk);
    let (session, _) = world.invited("101");
    speaks(&mut world, Wish::Kept(before.profile), 5);
    for direction in [Direction::SendOnly, Direction::SendRecv] {
        world.wants("101", session, direction);
        assert_eq!(keys(&world, desk), before);
    }
    assert!(agreed(&world, desk).may_send());
    over(world);
}

#[test]
fn new_keys_of_the_phone_are_taken_and_ours_stay() {
    let mut world = at_work(SrtpPolicy::Optional);
    speaks(&mut world, Wish::InKind, 5);
    let (_, desk) = talking(&mut world);
    let before = keys(&world, desk);
    let (session, _) = world.invited("101");
    speaks(&mut world, Wish::Kept(before.profile), 6);
    world.wants("101", session, Direction::SendRecv);
    let after = keys(&world, desk);
    assert_eq!(after.send, before.send);
    assert_ne!(after.receive, before.receive);
    over(world);
}

#[test]
fn what_began_encrypted_is_not_given_up_by_a_later_offer() {
    let mut world = at_work(SrtpPolicy::Optional);
    speaks(&mut world, Wish::InKind, 5);
    let (_, desk) = talking(&mut world);
    let before = keys(&world, desk);
    let (session, _) = world.invited("101");
    world.far("101").encryption = Encryption::OFF;
    let local = world.offer_of("101", Direction::SendRecv);
    assert!(media::answer(&local, &plain(), &[Codec::Pcmu]).is_ok(), "a good offer, but for the keys");
    world.reoffers("101", session, local);
    assert_eq!(world.reoffer_refused_with("101"), Some(488));
    assert_eq!(keys(&world, desk), before, "and the call goes on as it was");
    assert!(world.records().is_empty());
    over(world);
}

fn plain() -> media::LocalMedia {
    media::LocalMedia {
        address: std::net::Ipv4Addr::new(192, 0, 2, 1).into(),
        port: 4000,
        session_id: 1,
        version: 1,
        direction: Direction::SendRecv,
        encryption: Encryption::OFF,
    }
}
