//! Somebody of the house listens to a call, whispers, barges in, or takes it over; the agent's as well.

use std::collections::BTreeSet;

use crate::{
    dialogue::Intent,
    media::{Heard, Hears, Tone},
    pbx::{
        Directory, Disposition, Fact, LegResult, MediaCommand, Party, Resource, ResourceState, SpeechCommand,
        Supervise,
        story::{LEASING, MAIN, World, extension, office_with_phones, reading},
    },
    sip::SessionId,
    types::LegId,
};

/// 103 may everything, 104 may listen, 102 may nothing. Two of the agent's calls show.
fn supervised(mut office: Directory) -> Directory {
    let rights = &mut office.features.supervision.rights;
    rights.insert(extension("103"), Supervise::ALL.into());
    rights.insert(extension("104"), BTreeSet::from([Supervise::Listen]));
    office.features.supervision.agent_lines = vec![extension("771"), extension("772")];
    office
}

fn world() -> World {
    let mut world = World::with(supervised(office_with_phones(&["103", "104"])));
    world.plug_in("101");
    world.speech_ready(true);
    world
}

/// Dana talks with 101; her leg, and that of 101.
fn dana_talks_with_101() -> (World, SessionId, LegId, LegId) {
    let mut world = world();
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    let (dana, desk) = world.bridged().unwrap();
    for phone in ["102", "103", "104"] {
        world.plug_in(phone);
    }
    (world, session, dana, desk)
}

fn hears(world: &World, leg: LegId) -> Vec<Heard> {
    let heard = |command: &&MediaCommand| match command {
        MediaCommand::Mix { hears: Hears::Only(list), .. } => Some(list.clone()),
        _ => None,
    };
    world.commands(leg).iter().rev().find_map(heard).unwrap_or_default()
}

/// What was told to be written down: who, whose call, and what.
fn audited(world: &World) -> Vec<(String, Option<String>, Supervise)> {
    let entry = |fact: &Fact| match fact {
        Fact::Supervised { by, of, how, .. } => {
            Some((by.to_string(), of.as_ref().map(ToString::to_string), *how))
        }
        _ => None,
    };
    world.facts.iter().filter_map(entry).collect()
}

fn listens(world: &mut World, who: &str, code: &str) -> (SessionId, LegId) {
    let session = world.call(who, code);
    world.wait_s(1);
    (session, world.served_leg())
}

fn bridges(world: &World) -> usize {
    world.media.iter().filter(|(_, command)| matches!(command, MediaCommand::Bridge { .. })).count()
}

#[test]
fn whoever_may_listens_whispers_barges_in_and_leaves_and_all_of_it_is_written_down() {
    let (mut world, session, dana, desk) = dana_talks_with_101();
    let (own, leg) = listens(&mut world, "103", "*55101");
    let voice = Heard::Voice;
    assert_eq!(hears(&world, leg), [voice(desk), voice(dana)]);
    assert_eq!((hears(&world, dana), hears(&world, desk)), (vec![voice(desk)], vec![voice(dana)]));
    for talks in [dana, desk] {
        let tone = MediaCommand::Tone(Some(Tone::Joined));
        assert!(world.commands(talks).contains(&&tone), "those who talk hear that somebody has come");
    }
    world.keys_in("5");
    assert_eq!(hears(&world, desk), [voice(dana), voice(leg)], "101 hears the whisper");
    assert_eq!(hears(&world, dana), [voice(desk)], "Dana does not");
    world.keys_in("6");
    assert_eq!(hears(&world, dana), [voice(desk), voice(leg)]);
    world.keys_in("4");
    assert_eq!(hears(&world, desk), [voice(dana)]);
    let before = bridges(&world);
    world.hangs_up("103", own);
    assert_eq!(bridges(&world), before + 1, "the two are relayed again");
    assert!(!world.has_ended("carrier") && !world.has_ended("101"));
    let of = |how| ("103".to_owned(), Some("101".to_owned()), how);
    assert_eq!(
        audited(&world),
        [of(Supervise::Listen), of(Supervise::Whisper), of(Supervise::Barge), of(Supervise::Listen)]
    );
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::SupervisionEnded { .. })));
    world.hangs_up("101", session);
    let record = world.record();
    let said: Vec<&str> = record.decisions.iter().map(|decision| decision.why.as_str()).collect();
    assert!(said.contains(&"103 listens to the call") && said.contains(&"103 has barged in"), "{said:?}");
}

#[test]
fn a_call_is_taken_over_by_a_second_press_and_the_colleague_is_free() {
    let (mut world, _, dana, _) = dana_talks_with_101();
    listens(&mut world, "103", "*55101");
    let (own, leg) = listens(&mut world, "103", "*55101");
    assert!(world.has_ended("101") && !world.has_ended("carrier"));
    assert_eq!(world.bridged(), Some((dana, leg)));
    assert_eq!(audited(&world).last().unwrap().2, Supervise::TakeOver);
    world.hangs_up("103", own);
    assert!(world.has_ended("carrier"));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Answered);
    let talked = record.legs.iter().filter(|leg| leg.result == LegResult::Completed);
    assert_eq!(talked.filter(|leg| leg.party == Party::Phone(extension("103"))).count(), 2);
}

#[test]
fn who_has_not_the_right_hears_so_and_nothing_of_the_call() {
    let (mut world, session, ..) = dana_talks_with_101();
    let before = world.media.len();
    for (phone, code) in [("102", "*55101"), ("104", "*56101"), ("104", "*57101"), ("104", "*58101")] {
        world.call(phone, code);
        assert_eq!(world.hear_the_agent(), "This phone may not do that.", "{phone} {code}");
    }
    let mixed = world.media[before..].iter().any(|(_, command)| matches!(command, MediaCommand::Mix { .. }));
    assert!(!mixed && audited(&world).is_empty());
    // Who may listen alone changes nothing by its keys.
    let (own, leg) = listens(&mut world, "104", "*55101");
    let heard = hears(&world, leg);
    world.keys_in("569");
    assert_eq!(hears(&world, leg), heard);
    assert_eq!(audited(&world).len(), 1);
    assert!(!world.has_ended("101"));
    // And one is enough.
    world.call("103", "*55101");
    assert_eq!(world.hear_the_agent(), "Somebody listens to this call already.");
    world.hangs_up("104", own);
    world.hangs_up("101", session);
}

#[test]
fn nobody_listens_to_an_emergency_or_to_nothing() {
    let mut world = world();
    world.plug_in("103");
    world.call("103", "*55101");
    assert_eq!(world.hear_the_agent(), "There is no call to listen to.");
    let call = world.call("101", "911");
    world.picks_up("carrier");
    world.call("103", "*55101");
    assert_eq!(world.hear_the_agent(), "There is no call to listen to.");
    world.hangs_up("101", call);
}

#[test]
fn a_hold_under_supervision_is_a_hold_and_keys_still_pass() {
    let (mut world, session, dana, desk) = dana_talks_with_101();
    let (own, leg) = listens(&mut world, "103", "*55101");
    world.media_event(desk, crate::pbx::MediaEvent::Digit('7'));
    assert_eq!(world.commands(dana).last(), Some(&&MediaCommand::Digit('7')));
    world.wants("101", session, crate::media::Direction::SendOnly);
    assert_eq!(hears(&world, leg), []);
    assert!(world.commands(dana).contains(&&MediaCommand::LeaveMix));
    world.wants("101", session, crate::media::Direction::SendRecv);
    assert_eq!(hears(&world, leg), [Heard::Voice(desk), Heard::Voice(dana)]);
    // Who talks may go, and the supervisor goes too.
    world.hangs_up("101", session);
    assert!(world.has_ended("103") && world.has_ended("carrier"));
    let _ = own;
}

#[test]
fn the_agents_call_has_a_lamp_is_listened_to_and_taken_by_the_second_press() {
    let mut world = world();
    world.plug_in("103");
    world.call("carrier", LEASING);
    let line = |state: ResourceState| Fact::ResourceChanged {
        resource: Resource::AgentLine(extension("771")),
        state,
    };
    assert!(world.facts.contains(&line(ResourceState::On { whom: "Dana Reyes".into() })));
    world.wait_s(1);
    let dana = world.served_leg();
    let (_, leg) = listens(&mut world, "103", "771");
    assert_eq!(hears(&world, leg), [Heard::Voice(dana), Heard::House(dana)], "both sides of it");
    assert_eq!(hears(&world, dana), [], "Dana hears the agent alone");
    world.keys_in("56");
    assert_eq!(hears(&world, dana), [], "nobody whispers to a machine");
    let speaking = world.utterance();
    let (own, leg) = listens(&mut world, "103", "771");
    assert_eq!(world.bridged(), Some((dana, leg)));
    assert!(world.speech.iter().any(|(of, command)| *of == dana && *command == SpeechCommand::Deaf));
    if let Some(utterance) = speaking {
        let hushed = MediaCommand::Hush { utterance };
        assert!(world.commands(dana).contains(&&hushed), "in the middle of its word");
    }
    assert!(world.facts.contains(&line(ResourceState::Off)));
    assert_eq!(world.switch.counts().agent_places, 0, "the agent is free for the next");
    world.wait_s(10);
    world.hangs_up("103", own);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::HandedOver);
    let all: Vec<Supervise> = audited(&world).into_iter().map(|(.., how)| how).collect();
    assert_eq!(all, [Supervise::Listen, Supervise::TakeOver]);
}

#[test]
fn the_agents_call_ends_for_who_listens_when_the_caller_hangs_up() {
    let mut world = world();
    world.plug_in("104");
    let call = world.call("carrier", LEASING);
    world.wait_s(1);
    listens(&mut world, "104", "*55");
    // A second press is not enough without the right.
    world.call("104", "771");
    world.wait_s(1);
    assert!(!world.has_ended("carrier"));
    world.hangs_up("carrier", call);
    assert!(world.has_ended("104"));
    world.hear_the_agent();
}

#[test]
fn who_listens_to_a_recorded_call_hears_the_notice_first() {
    let mut office = supervised(office_with_phones(&["103"]));
    office.recording = crate::pbx::RecordingRules::always();
    let mut world = World::with(office);
    world.plug_in("101");
    world.speech_ready(true);
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.wait_s(5);
    world.plug_in("103");
    let (own, leg) = listens(&mut world, "103", "*57101");
    assert_eq!(hears(&world, leg), [], "not before the notice is over");
    world.wait_s(3);
    assert_eq!(hears(&world, leg).len(), 2);
    world.hangs_up("103", own);
    world.hangs_up("101", session);
    assert!(world.record().recording_is_cleared());
}

#[test]
fn the_lamp_of_the_agents_line_says_what_the_caller_wants() {
    let mut world = world();
    let own = world.call("carrier", LEASING);
    world.hear_the_agent();
    let gas = crate::pbx::story::in_danger(crate::dialogue::LifeSafety::Gas);
    world.caller_says("I smell gas in my kitchen", &gas);
    let shown = on_the_lamp(&world);
    assert!(shown.as_deref().is_some_and(|whom| whom.starts_with("EMERGENCY, gas")), "{shown:?}");
    world.hangs_up("carrier", own);
}

/// What the lamp of the agent's line said last.
fn on_the_lamp(world: &World) -> Option<String> {
    world.facts.iter().rev().find_map(|fact| match fact {
        Fact::ResourceChanged { resource: Resource::AgentLine(_), state: ResourceState::On { whom } } => {
            Some(whom.clone())
        }
        _ => None,
    })
}

#[test]
fn the_lamp_says_what_the_caller_wants_also_after_a_hand_over_that_nobody_took() {
    let mut world = world();
    let own = world.call("carrier", LEASING);
    world.hear_the_agent();
    world.caller_says("the tap in my kitchen drips", &reading(Intent::Maintenance, None));
    let wanted = on_the_lamp(&world).unwrap();
    assert!(wanted.starts_with("maintenance"), "{wanted}");
    world.caller_says("can I talk to a person please", &reading(Intent::Human, None));
    world.rings("101");
    for _ in 0..60 {
        if world.was_cancelled("101").is_some() {
            break;
        }
        world.wait_s(1);
    }
    assert!(world.was_cancelled("101").is_some(), "nobody took her");
    assert_eq!(on_the_lamp(&world).unwrap(), wanted);
    world.hangs_up("carrier", own);
}
