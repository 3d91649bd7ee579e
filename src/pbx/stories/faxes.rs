//! Faxes: passed on as T.38 or left alone as sound, kept from the agent, and written down.

use std::net::SocketAddr;

use crate::{
    media::{Codec, Direction, FaxSign},
    pbx::{
        Directory, Disposition, Fax, FaxPath, MediaCommand, MediaEvent,
        story::{LEASING, MAIN, World, extension, office},
    },
    sip::{Event, SessionId},
    types::LegId,
};

/// 102 is the fax machine's adapter.
fn world() -> World {
    World::with_office_at_work(with_machine())
}

fn with_machine() -> Directory {
    let mut office = office();
    office.features.fax = Some(extension("102"));
    office
}

/// T.38, as a gateway at this address describes it.
fn t38(address: &str, port: u16, datagram: u16) -> Vec<u8> {
    format!(
        "v=0\r\no=- 9 9 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
         m=image {port} udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\n\
         a=T38FaxRateManagement:transferredTCF\r\na=T38FaxMaxDatagram:{datagram}\r\n\
         a=T38FaxUdpEC:t38UDPRedundancy\r\n"
    )
    .into_bytes()
}

/// What somebody has been offered last, in a call.
fn offered(world: &World, who: &str) -> Option<(SessionId, String)> {
    world.events(who).iter().rev().find_map(|event| match event {
        Event::Reoffered { session, offer } => Some((*session, String::from_utf8_lossy(offer).into_owned())),
        _ => None,
    })
}

fn takes(world: &mut World, who: &str, body: Vec<u8>) {
    let (session, _) = offered(world, who).unwrap();
    world.settles_reoffer(who, session, Ok(body));
}

fn refuses(world: &mut World, who: &str, status: u16) {
    let (session, _) = offered(world, who).unwrap();
    world.settles_reoffer(who, session, Err(status));
}

/// The answer to somebody's own re-INVITE.
fn answered(world: &World, who: &str) -> Option<Result<String, u16>> {
    world.events(who).iter().rev().find_map(|event| match event {
        Event::ReofferAnswered { result, .. } => {
            Some(result.clone().map(|body| String::from_utf8_lossy(&body).into_owned()))
        }
        _ => None,
    })
}

/// Between whom a fax passes, by the last word to the media plane.
fn relayed(world: &World) -> Option<(LegId, SocketAddr, LegId, SocketAddr)> {
    world.media.iter().rev().find_map(|(leg, command)| match command {
        MediaCommand::RelayFax { with, here, there } => Some((*leg, here.remote, *with, there.remote)),
        MediaCommand::Bridge { .. } => Some((*leg, here(), *leg, here())),
        _ => None,
    })
}

/// Nowhere: a bridge has come after the fax.
fn here() -> SocketAddr {
    "0.0.0.0:0".parse().unwrap()
}

fn sign(world: &mut World, leg: LegId, sign: FaxSign) {
    world.media_event(leg, MediaEvent::Fax(sign));
}

/// The carrier's machine has called 101's adapter.
fn connected(world: &mut World) -> (SessionId, SessionId, LegId, LegId) {
    let caller = world.call("carrier", MAIN);
    let machine = world.picks_up("101");
    let (near, far) = world.bridged().unwrap();
    (caller, machine, near, far)
}

#[test]
fn a_fax_passes_as_t38_when_both_sides_take_it() {
    let mut world = world();
    let (caller, machine, near, far) = connected(&mut world);
    // The machine that was called has heard the other, and asks for T.38.
    world.reoffers("101", machine, t38("10.0.0.101", 30_100, 400));
    assert_eq!(answered(&world, "101"), None, "the other side is asked first");
    let (_, offer) = offered(&world, "carrier").unwrap();
    assert!(offer.contains("m=image ") && offer.contains("T38FaxMaxDatagram:400"), "{offer}");
    assert!(!offer.contains("10.0.0.101"), "the carrier sees the box only: {offer}");

    takes(&mut world, "carrier", t38("198.51.100.1", 40_100, 238));
    let answer = answered(&world, "101").unwrap().unwrap();
    assert!(answer.contains("m=image ") && answer.contains("T38FaxMaxDatagram:238"), "{answer}");
    assert!(!answer.contains("198.51.100.1"), "{answer}");
    let addresses = ("198.51.100.1:40100".parse().unwrap(), "10.0.0.101:30100".parse().unwrap());
    assert_eq!(relayed(&world), Some((near, addresses.0, far, addresses.1)));

    sign(&mut world, far, FaxSign::Control);
    sign(&mut world, near, FaxSign::Pages(1));
    sign(&mut world, near, FaxSign::Pages(2));
    world.hangs_up("carrier", caller);
    assert!(world.has_ended("101"));
    let record = world.record();
    assert_eq!(record.fax, Some(Fax { by: FaxPath::T38, pages: Some(2) }));
    let said: Vec<&str> = record.decisions.iter().map(|decision| decision.why.as_str()).collect();
    assert!(said.contains(&"a fax passes as T.38: whoever was called has asked for it"), "{said:?}");
}

#[test]
fn who_does_not_take_t38_leaves_the_call_as_it_was() {
    for status in [488, 415, 606] {
        let mut world = world();
        let (caller, machine, near, far) = connected(&mut world);
        world.reoffers("101", machine, t38("10.0.0.101", 30_100, 400));
        refuses(&mut world, "carrier", status);
        assert_eq!(answered(&world, "101"), Some(Err(488)));
        assert_eq!(world.bridged(), Some((near, far)), "the voice goes on");
        assert_eq!(relayed(&world).map(|(.., to)| to), Some(here()));
        world.wants("101", machine, Direction::SendRecv);
        assert!(answered(&world, "101").unwrap().is_ok(), "and can be changed as before");
        world.hangs_up("carrier", caller);
        assert_eq!(world.record().fax, None, "nobody has heard a fax");
    }
}

#[test]
fn who_closes_the_line_instead_of_refusing_gets_its_voice_back() {
    let mut world = world();
    let (caller, machine, ..) = connected(&mut world);
    world.reoffers("101", machine, t38("10.0.0.101", 30_100, 400));
    takes(&mut world, "carrier", t38("198.51.100.1", 0, 400));
    assert_eq!(answered(&world, "101"), Some(Err(488)));
    let (_, offer) = offered(&world, "carrier").unwrap();
    assert!(offer.contains("m=audio "), "{offer}");
    assert!(world.takes_reoffer("carrier").is_some());
    world.hangs_up("carrier", caller);
}

#[test]
fn the_caller_may_ask_as_well_and_either_may_have_its_voice_back() {
    let mut world = world();
    let (caller, machine, near, far) = connected(&mut world);
    world.reoffers("carrier", caller, t38("198.51.100.1", 40_100, 238));
    takes(&mut world, "101", t38("10.0.0.101", 30_100, 400));
    assert!(answered(&world, "carrier").unwrap().is_ok());
    assert_eq!(relayed(&world).map(|(leg, ..)| leg), Some(near));

    // To refresh the session, the same once more: nobody else hears of it.
    let before = world.events("101").len();
    world.reoffers("carrier", caller, t38("198.51.100.1", 40_100, 238));
    assert!(answered(&world, "carrier").unwrap().unwrap().contains("m=image "));
    assert_eq!(world.events("101").len(), before);
    // From another port: datagrams go there.
    world.reoffers("carrier", caller, t38("198.51.100.1", 40_200, 238));
    assert_eq!(relayed(&world).map(|(_, at, ..)| at), Some("198.51.100.1:40200".parse().unwrap()));

    // The fax is over, and the machine that was called wants to talk.
    let voice = world.offer_of("101", Direction::SendRecv);
    world.reoffers("101", machine, voice);
    let (_, offer) = offered(&world, "carrier").unwrap();
    assert!(offer.contains("m=audio ") && offer.contains("PCMU") && !offer.contains("G722"), "{offer}");
    assert_eq!(world.takes_reoffer("carrier").as_deref(), Some("sendrecv"));
    assert!(answered(&world, "101").unwrap().unwrap().contains("m=audio "));
    assert_eq!(world.bridged(), Some((near, far)));
    world.hangs_up("carrier", caller);
    assert_eq!(world.record().fax, Some(Fax { by: FaxPath::T38, pages: None }));
}

#[test]
fn a_fax_is_not_moved_listened_to_or_held_while_it_passes_and_silence_ends_it() {
    let mut world = world();
    let (_, machine, near, _) = connected(&mut world);
    world.reoffers("101", machine, t38("10.0.0.101", 30_100, 400));
    takes(&mut world, "carrier", t38("198.51.100.1", 40_100, 238));
    world.transfers("101", machine, "102");
    assert!(world.has_been_invited("102").is_none_or(|(_, i)| i.referred_by.is_none()));
    assert_eq!(relayed(&world).map(|(leg, ..)| leg), Some(near), "it goes on");
    let why = crate::pbx::Unheard::WentQuiet;
    world.media_event(near, MediaEvent::Dead { silent_ms: 60_000, why });
    assert!(world.has_ended("carrier") && world.has_ended("101"));
}

#[test]
fn a_fax_as_sound_is_left_alone_and_a_leg_in_another_codec_is_asked_for_g711() {
    let mut world = world();
    let caller = world.call_with("carrier", MAIN, &[Codec::Pcmu, Codec::G722]);
    world.picks_up_with("101", &[Codec::G722]);
    let (near, far) = world.bridged().unwrap();
    sign(&mut world, near, FaxSign::Calling);
    let asked: Vec<&str> =
        ["carrier", "101"].into_iter().filter(|who| offered(&world, who).is_some()).collect();
    assert!(!asked.is_empty());
    for who in asked {
        let (_, offer) = offered(&world, who).unwrap();
        assert!(!offer.contains("G722") && !offer.contains("opus"), "{offer}");
        world.takes_reoffer(who).unwrap();
    }
    let codec = |leg| {
        world.commands(leg).iter().rev().find_map(|command| match command {
            MediaCommand::Connect { agreed, .. } => Some(agreed.codec),
            _ => None,
        })
    };
    assert_eq!((codec(near), codec(far)), (Some(Codec::Pcmu), Some(Codec::Pcmu)));
    for heard in [FaxSign::Calling, FaxSign::Answering, FaxSign::Control, FaxSign::Pages(1)] {
        sign(&mut world, near, heard);
    }
    world.hangs_up("carrier", caller);
    let record = world.record();
    assert_eq!(record.fax, Some(Fax { by: FaxPath::Voice, pages: Some(1) }));
    let heard = record.decisions.iter().filter(|decision| decision.why.contains("fax machine calls"));
    assert_eq!(heard.count(), 1);
}

#[test]
fn the_agent_does_not_talk_to_a_machine_but_lets_the_fax_have_it() {
    let mut world = world();
    let caller = world.call("carrier", LEASING);
    world.hear_the_agent();
    let leg = world.served_leg();
    sign(&mut world, leg, FaxSign::Answering);
    assert!(world.has_been_invited("102").is_none(), "somebody has whistled: the agent goes on");
    sign(&mut world, leg, FaxSign::Calling);
    let machine = world.picks_up("102");
    let spoken = world.speech.len();
    world.wait_s(20);
    assert_eq!(world.speech.len(), spoken, "not a word more");
    world.reoffers("102", machine, t38("10.0.0.102", 30_100, 400));
    takes(&mut world, "carrier", t38("198.51.100.1", 40_100, 238));
    assert!(relayed(&world).is_some());
    world.hangs_up("carrier", caller);
    let record = world.record();
    assert_eq!(
        (record.disposition, record.fax.map(|fax| fax.by)),
        (Disposition::Answered, Some(FaxPath::T38))
    );
}

#[test]
fn without_a_machine_of_its_own_the_office_hangs_up_on_one() {
    let mut world = World::at_work();
    world.call("carrier", LEASING);
    world.hear_the_agent();
    let leg = world.served_leg();
    sign(&mut world, leg, FaxSign::Calling);
    assert!(world.has_ended("carrier"));
    let record = world.record();
    assert_eq!(record.fax, Some(Fax { by: FaxPath::Voice, pages: None }));
    assert_eq!(record.disposition, Disposition::CallerAbandoned);
}

#[test]
fn a_machine_that_offers_t38_to_the_agent_is_known_as_well() {
    let mut world = world();
    let caller = world.call("carrier", LEASING);
    world.hear_the_agent();
    world.reoffers("carrier", caller, t38("198.51.100.1", 40_100, 238));
    assert_eq!(answered(&world, "carrier"), Some(Err(488)));
    assert!(world.has_been_invited("102").is_some());
    world.refuses("102", 486);
    assert!(world.has_ended("carrier"), "the fax machine is busy: the caller's tries again later");
    world.wait_s(1);
}
