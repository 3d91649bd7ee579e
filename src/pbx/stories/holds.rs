//! One side holds the other, in each of the ways in which phones say so.

use crate::{
    media::{Codec, Direction},
    pbx::{
        MediaCommand, Music,
        story::{MAIN, World},
    },
};

#[test]
fn whoever_is_held_hears_music_in_every_dialect_of_hold() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let desk = world.picks_up("101");
    let (caller, callee) = world.bridged().unwrap();
    let old_style = |world: &mut World| {
        let offer = String::from_utf8(world.offer_of("101", Direction::SendRecv)).unwrap();
        let offer = offer.replace("c=IN IP4 10.0.0.101", "c=IN IP4 0.0.0.0");
        assert!(offer.contains("0.0.0.0"), "{offer}");
        world.reoffers("101", desk, offer.into_bytes());
    };
    let dialects: [&dyn Fn(&mut World); 3] = [
        &|world| world.wants("101", desk, Direction::SendOnly),
        &|world| world.wants("101", desk, Direction::Inactive),
        &old_style,
    ];
    for hold in dialects {
        world.media.clear();
        hold(&mut world);
        assert!(!world.direction(callee).sends(), "101 hears nothing");
        assert!(world.media.contains(&(caller, MediaCommand::Unbridge)));
        assert!(matches!(world.commands(caller).last(), Some(MediaCommand::Music(Some(Music::House)))));
        assert_eq!(world.takes_reoffer("carrier"), None, "a hold is nothing that a carrier has to know");

        world.media.clear();
        world.wants("101", desk, Direction::SendRecv);
        assert_eq!(world.direction(callee), Direction::SendRecv);
        assert!(world.media.contains(&(caller, MediaCommand::Tone(None))));
        assert_eq!(world.bridged(), Some((caller, callee)));
    }
    world.hangs_up("carrier", dana);
}

#[test]
fn both_sides_may_hold_each_other() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let desk = world.picks_up("101");
    let (caller, callee) = world.bridged().unwrap();
    world.wants("101", desk, Direction::SendOnly);
    world.wants("carrier", dana, Direction::SendOnly);
    world.media.clear();
    world.wants("101", desk, Direction::SendRecv);
    assert_eq!(world.bridged(), None, "101 is still held by the caller");
    assert!(world.commands(callee).iter().all(|command| **command != MediaCommand::Tone(None)));
    world.wants("carrier", dana, Direction::SendRecv);
    assert_eq!(world.bridged(), Some((caller, callee)));
    assert_eq!(world.direction(caller), Direction::SendRecv);
    assert_eq!(world.direction(callee), Direction::SendRecv);
    world.hangs_up("101", desk);
    assert!(world.has_ended("carrier"));
}

#[test]
fn a_phone_that_describes_its_media_anew_keeps_the_codec_of_the_call() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let desk = world.picks_up("101");
    let (caller, callee) = world.bridged().unwrap();
    let before = world.codec(caller);
    assert_eq!(world.codec(callee), before);
    let offer = String::from_utf8(world.offer_of("101", Direction::SendRecv)).unwrap();
    let prefers_another = offer.replace("RTP/AVP 0 8 ", "RTP/AVP 8 0 ");
    assert!(before == Codec::Pcmu && prefers_another != offer, "{offer}");
    world.reoffers("101", desk, prefers_another.into_bytes());
    assert_eq!(world.codec(callee), before, "nothing is translated that need not be");
    world.hangs_up("carrier", dana);
}
