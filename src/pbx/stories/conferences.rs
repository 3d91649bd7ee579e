//! People come together: in a room that is dialled, or in a call that a phone makes of its calls.

use crate::{
    media::{Direction, Heard, Hears, Tone},
    pbx::{
        Caller, ConferencePlan, Directory, Disposition, Fact, LegResult, MediaCommand, Music, Party,
        Resource, ResourceState,
        story::{LEASING, MAIN, World, extension, number, office, office_with_phones},
    },
    sip::SessionId,
    types::{LegId, Pin},
};

const MORE: [&str; 6] = ["103", "104", "105", "106", "107", "108"];

fn pin(room: &str) -> Option<Pin> {
    Some(Pin::new("481592", &extension(room)).unwrap())
}

/// 800 is open; 801 has a PIN, and a number outside.
fn rooms(mut office: Directory) -> Directory {
    let outside = ConferencePlan { name: "Owners".into(), pin: pin("801"), dial_in: Some(number(LEASING)) };
    office.services.conferences =
        [(extension("800"), ConferencePlan::default()), (extension("801"), outside)].into();
    office
}

fn world() -> World {
    let mut world = World::with(rooms(office_with_phones(&MORE)));
    for phone in ["101", "102", "103"] {
        world.plug_in(phone);
    }
    world.speech_ready(true);
    world
}

/// Whom this leg hears, by the last word to the media plane; `None`: it is in no room.
fn hears(world: &World, leg: LegId) -> Option<Vec<LegId>> {
    world.commands(leg).iter().rev().find_map(|command| match command {
        MediaCommand::Mix { hears: Hears::Only(list), .. } => Some(
            list.iter()
                .map(|heard| match heard {
                    Heard::Voice(leg) | Heard::House(leg) => *leg,
                })
                .collect(),
        ),
        _ => None,
    })
}

fn tones(world: &World, leg: LegId, tone: Tone) -> usize {
    let sought = MediaCommand::Tone(Some(tone));
    world.commands(leg).iter().filter(|command| ***command == sought).count()
}

/// A phone comes into the room; its leg.
fn comes(world: &mut World, who: &str, room: &str) -> (SessionId, LegId) {
    let session = world.call(who, room);
    world.wait_s(1);
    (session, world.served_leg())
}

fn shown(world: &World, room: &str) -> Vec<ResourceState> {
    let of = Resource::Conference(extension(room));
    let state = |fact: &Fact| match fact {
        Fact::ResourceChanged { resource, state } if *resource == of => Some(state.clone()),
        _ => None,
    };
    world.facts.iter().filter_map(state).collect()
}

#[test]
fn those_in_a_room_hear_each_other_and_a_tone_for_who_comes_and_goes() {
    let mut world = world();
    let (first, a) = comes(&mut world, "101", "800");
    assert_eq!(world.hear_the_agent(), "You are the first in this conference.");
    let (second, b) = comes(&mut world, "102", "800");
    let (third, c) = comes(&mut world, "103", "*3800");
    assert_eq!(hears(&world, a), Some(vec![b, c]));
    assert_eq!(hears(&world, b), Some(vec![a, c]));
    assert_eq!(hears(&world, c), Some(vec![a, b]));
    assert_eq!((tones(&world, a, Tone::Joined), tones(&world, c, Tone::Joined)), (3, 1));
    world.hangs_up("102", second);
    assert_eq!((tones(&world, a, Tone::Left), tones(&world, c, Tone::Left)), (1, 1));
    assert_eq!(hears(&world, a), Some(vec![c]));
    let on = |whom: &str| ResourceState::On { whom: whom.into() };
    assert_eq!(shown(&world, "800"), [on("one person"), on("2 people"), on("3 people"), on("2 people")]);
    world.wait_s(60);
    world.hangs_up("101", first);
    world.hangs_up("103", third);
    assert_eq!(shown(&world, "800").last(), Some(&ResourceState::Off));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Served);
    let parties: Vec<&Party> = record.legs.iter().map(|leg| &leg.party).collect();
    let caller = |phone: &str| Party::Caller(Caller::Extension(extension(phone)));
    assert_eq!(
        parties,
        [&caller("102"), &caller("101"), &caller("103")],
        "one call, one row, all legs in it"
    );
    assert!(record.decisions.iter().any(|decision| decision.why == "conference 800 begins"));
}

#[test]
fn whoever_holds_is_heard_by_nobody_until_it_is_back() {
    let mut world = world();
    let (first, a) = comes(&mut world, "101", "800");
    let (second, b) = comes(&mut world, "102", "800");
    let (third, c) = comes(&mut world, "103", "800");
    world.wants("102", second, Direction::SendOnly);
    assert_eq!(hears(&world, a), Some(vec![c]), "its music does not play into the room");
    assert_eq!(hears(&world, c), Some(vec![a]));
    assert!(!world.commands(b).iter().any(|command| matches!(command, MediaCommand::Music(_))));
    world.wants("102", second, Direction::SendRecv);
    assert_eq!(hears(&world, a), Some(vec![b, c]));
    for (who, session) in [("101", first), ("102", second), ("103", third)] {
        world.hangs_up(who, session);
    }
    world.record();
}

#[test]
fn a_full_room_says_so_in_words() {
    let mut world = World::with(rooms(office_with_phones(&MORE)));
    world.speech_ready(true);
    let mut sessions = Vec::new();
    for phone in ["101", "102", "103", "104", "105", "106"] {
        world.plug_in(phone);
        sessions.push((phone, comes(&mut world, phone, "800").0));
    }
    world.hear_the_agent();
    world.plug_in("107");
    comes(&mut world, "107", "800");
    assert_eq!(world.hear_the_agent(), "This conference is full. Please try again later. Goodbye.");
    world.wait_s(1);
    assert!(world.has_ended("107"));
    let (phone, session) = sessions.remove(0);
    world.hangs_up(phone, session);
    let (last, leg) = comes(&mut world, "107", "800");
    assert_eq!(hears(&world, leg).map(|heard| heard.len()), Some(5), "a seat has become free");
    world.hangs_up("107", last);
    for (phone, session) in sessions {
        world.hangs_up(phone, session);
    }
    assert_eq!(world.record().legs.len(), 8);
}

#[test]
fn a_pin_is_asked_tried_three_times_and_no_more() {
    let mut world = world();
    let host = world.call("101", "801");
    assert!(world.hear_the_agent().contains("enter the PIN"));
    world.keys_in("481592#");
    assert_eq!(world.hear_the_agent(), "You are the first in this conference.");
    let host_leg = world.served_leg();
    world.call("102", "801");
    assert!(world.hear_the_agent().contains("enter the PIN"));
    for wrong in ["000000#", "1#"] {
        world.keys_in(wrong);
        assert!(world.hear_the_agent().contains("That was not right."));
    }
    assert_eq!(hears(&world, host_leg), Some(vec![]), "nobody is in who has not been let in");
    world.keys_in("777777#");
    assert!(world.hear_the_agent().contains("too many wrong PINs"));
    world.wait_s(1);
    assert!(world.has_ended("102"));
    assert!(!world.has_ended("101"));
    world.hangs_up("101", host);
    world.record();
}

#[test]
fn who_types_nothing_at_the_door_is_let_go() {
    let mut world = world();
    world.call("101", "801");
    world.wait_s(40);
    assert!(world.has_ended("101"));
    assert_eq!(world.record().disposition, Disposition::Served);
}

#[test]
fn people_outside_wait_with_music_for_the_house_and_do_not_stay_without_it() {
    let mut world = world();
    world.call("carrier", LEASING);
    assert!(world.hear_the_agent().contains("enter the PIN"));
    world.keys_in("481592#");
    let dana = world.served_leg();
    world.hear_the_agent();
    assert_eq!(hears(&world, dana), Some(vec![]));
    let waits = MediaCommand::Music(Some(Music::House));
    assert!(world.commands(dana).contains(&&waits), "the office has brought none: the program's own");
    world.wait_s(120);
    assert!(!world.has_ended("carrier"));
    let host = world.call("101", "801");
    world.hear_the_agent();
    world.keys_in("481592#");
    let host_leg = world.served_leg();
    assert_eq!(hears(&world, dana), Some(vec![host_leg]));
    world.wait_s(30);
    world.hangs_up("101", host);
    assert!(world.hear_the_agent().contains("Nobody of the office is left"));
    assert!(!world.has_ended("carrier"));
    world.wait_s(61);
    assert!(world.has_ended("carrier"), "people from outside are not left to each other");
    let record = world.record();
    assert_eq!(record.direction, crate::pbx::CallDirection::Inbound);
    assert!(record.decisions.iter().any(|decision| decision.why.contains("nobody of the house")));
}

#[test]
fn nobody_of_the_house_ever_comes() {
    let mut world = world();
    world.call("carrier", LEASING);
    world.hear_the_agent();
    world.keys_in("481592#");
    world.wait_s(605);
    assert!(world.has_ended("carrier"));
}

/// Dana talks with 101, which holds her and talks with 102.
fn two_calls() -> (World, SessionId, SessionId) {
    let mut world = World::with(rooms(office()));
    world.plug_in("101");
    world.speech_ready(true);
    world.call("carrier", MAIN);
    let dana = world.picks_up("101");
    world.plug_in("102");
    world.wants("101", dana, Direction::SendOnly);
    world.wait_s(2);
    let colleague = world.call("101", "102");
    world.picks_up("102");
    world.wait_s(3);
    (world, dana, colleague)
}

#[test]
fn a_phone_joins_its_two_calls_by_a_code() {
    let (mut world, ..) = two_calls();
    world.far("101").forget();
    let own = world.call("101", "*3");
    world.wait_s(1);
    let leg = world.served_leg();
    let three = hears(&world, leg).unwrap();
    assert_eq!(three.len(), 2, "{three:?}");
    for other in &three {
        let heard = hears(&world, *other).unwrap();
        assert!(heard.contains(&leg) && heard.len() == 2, "{heard:?}");
    }
    assert!(!world.has_ended("carrier") && !world.has_ended("102"));
    // Who has joined them may leave; the two go on, one of them is of the house.
    world.hangs_up("101", own);
    assert!(!world.has_ended("carrier") && !world.has_ended("102"));
    world.wait_s(90);
    let colleague = world.invited("102").0;
    world.hangs_up("102", colleague);
    assert!(world.has_ended("carrier"), "nobody is left in a conference of one");
    let records = world.records();
    let inbound = records.iter().find(|record| record.caller.is_outside()).unwrap();
    assert_eq!(inbound.disposition, Disposition::Answered);
    let talked = inbound.legs.iter().filter(|leg| leg.result == LegResult::Completed).count();
    assert_eq!(talked, 4, "Dana, 101 twice, and 102: {:#?}", inbound.legs);
    assert_eq!(records.len(), 2, "the question to the colleague was a call of its own");
}

#[test]
fn one_call_is_not_enough_for_a_conference_and_911_is_left_alone() {
    let mut world = world();
    let call = world.call("101", "102");
    world.picks_up("102");
    world.call("101", "*3");
    assert!(world.hear_the_agent().contains("have two calls"));
    world.call("101", "911");
    world.picks_up("carrier");
    world.call("101", "*3");
    assert!(world.hear_the_agent().contains("have two calls"));
    world.hangs_up("101", call);
    let emergency = world.invited("carrier").0;
    world.hangs_up("carrier", emergency);
}

#[test]
fn a_caller_is_sent_into_a_room_and_the_phone_comes_after() {
    let mut world = world();
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.transfers("101", session, "800");
    assert_eq!(world.reported(), [100, 200]);
    assert!(world.has_ended("101") && !world.has_ended("carrier"));
    let (host, leg) = comes(&mut world, "101", "800");
    assert_eq!(hears(&world, leg).map(|heard| heard.len()), Some(1));
    // And a second one, while the room is full of life.
    let colleague = world.call("101", "102");
    let answered = world.picks_up("102");
    world.transfers("101", colleague, "800");
    assert_eq!(hears(&world, leg).map(|heard| heard.len()), Some(2));
    world.hangs_up("102", answered);
    world.hangs_up("101", host);
    world.wait_s(61);
    assert!(world.has_ended("carrier"));
    assert_eq!(world.records().len(), 2);
}

#[test]
fn somebody_takes_the_phones_place_in_a_conference_by_an_attended_transfer() {
    let mut world = world();
    let (host, _) = comes(&mut world, "101", "800");
    let (third, _) = comes(&mut world, "103", "800");
    let consulted = world.call("101", "102");
    let answered = world.picks_up("102");
    world.transfers_into("101", consulted, "800", host);
    assert_eq!(world.reported(), [100, 200]);
    assert!(world.has_ended("101") && !world.has_ended("102"));
    let parties = world.facts.iter().rev().find_map(|fact| match fact {
        Fact::Conferring { parties, .. } => Some(parties.clone()),
        _ => None,
    });
    assert_eq!(
        parties.unwrap(),
        [Party::Caller(Caller::Extension(extension("103"))), Party::Phone(extension("102"))]
    );
    world.hangs_up("102", answered);
    world.hangs_up("103", third);
}

#[test]
fn a_recorded_conference_is_told_of_before_anybody_is_heard() {
    let mut office = rooms(office());
    office.recording = crate::pbx::RecordingRules::always();
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    let first = world.call("101", "800");
    world.wait_s(1);
    let a = world.served_leg();
    assert_eq!(hears(&world, a), None, "not before the notice is over");
    world.hear_the_agent();
    assert_eq!(hears(&world, a), Some(vec![]));
    let second = world.call("102", "800");
    world.wait_s(1);
    assert_eq!(hears(&world, a), Some(vec![]));
    world.wait_s(3);
    assert_eq!(hears(&world, a), Some(vec![world.served_leg()]));
    world.hangs_up("102", second);
    world.hangs_up("101", first);
    let record = world.record();
    assert!(!record.recordings.is_empty() && record.recording_is_cleared(), "{record:#?}");
}

#[test]
fn the_office_ends_a_conference_from_the_console() {
    let mut world = world();
    comes(&mut world, "101", "800");
    comes(&mut world, "102", "800");
    let call = world.calls_in_progress()[0];
    world.control(crate::pbx::Control::HangUp { call });
    assert!(world.has_ended("101") && world.has_ended("102"));
    assert_eq!(shown(&world, "800").last(), Some(&ResourceState::Off));
}
