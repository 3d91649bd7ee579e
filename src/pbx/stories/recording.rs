//! Nobody is recorded who has not been told: the notice, its stamp for each leg, and what happens without it.

use std::time::Duration;

use crate::{
    dialogue::LifeSafety,
    media::Direction,
    pbx::{
        Announcement, Directory, Disposition, Fact, MediaCommand, MediaEvent, Party, RecordRule,
        RecordingRules, RecordingState,
        story::{DANA, LEASING, MAIN, World, extension, in_danger, office},
    },
    sip::SessionId,
    types::LegId,
};

fn recorded_office() -> Directory {
    let mut office = office();
    office.recording = crate::pbx::RecordingRules::always();
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
    assert_eq!((record.recordings.len(), record.disposition), (0, Disposition::Answered));
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
    assert!(record.recordings.len() == 1 && record.recording_is_cleared());
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
    world.hear_the_agent();
    world.presses('1');
    world.hear_the_agent();
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

/// Dana talks with 101, whose session it is; calls are recorded if 101 or 102 asks for it.
fn on_demand() -> (World, SessionId) {
    let mut office = office();
    office.recording.calls = RecordRule::OnDemand;
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    assert!(world.bridged().is_some());
    (world, session)
}

fn states(world: &World) -> Vec<RecordingState> {
    let state = |fact: &Fact| match fact {
        Fact::RecordingChanged { state, .. } => Some(*state),
        _ => None,
    };
    world.facts.iter().filter_map(state).collect()
}

/// What the media plane was asked for that has to do with recordings and what passes between the two, in order.
fn course(world: &World) -> Vec<&'static str> {
    let word = |(_, command): &(LegId, MediaCommand)| match command {
        MediaCommand::Bridge { .. } => Some("bridge"),
        MediaCommand::Unbridge => Some("unbridge"),
        MediaCommand::Record { .. } => Some("record"),
        MediaCommand::PauseRecording(true) => Some("silence"),
        MediaCommand::PauseRecording(false) => Some("sound"),
        MediaCommand::EndRecording => Some("end"),
        MediaCommand::Announce { announcement: Announcement::CallIsRecorded, .. } => Some("notice"),
        MediaCommand::Announce { announcement: Announcement::RecordingPaused, .. } => Some("paused"),
        MediaCommand::Announce { announcement: Announcement::RecordingGoesOn, .. } => Some("goes on"),
        MediaCommand::Announce { announcement: Announcement::RecordingEnded, .. } => Some("ended"),
        _ => None,
    };
    world.media.iter().filter_map(word).collect()
}

/// The leg of the phone that has been connected with Dana, who was there first.
fn desk(world: &World) -> LegId {
    let opened = world.media.iter().filter(|(_, command)| matches!(command, MediaCommand::Connect { .. }));
    opened.map(|(leg, _)| *leg).max().unwrap()
}

/// These keys are pressed at the phone of this leg.
fn presses(world: &mut World, desk: LegId, keys: &str) {
    keys.chars().for_each(|key| world.media_event(desk, MediaEvent::Digit(key)));
}

#[test]
fn a_call_is_recorded_from_the_key_on_and_both_are_told_first() {
    let (mut world, session) = on_demand();
    let desk = desk(&world);
    world.wait_s(20);
    world.media.clear();
    presses(&mut world, desk, "*1");
    assert_eq!(course(&world), ["unbridge", "notice", "notice"]);
    assert_eq!(records(&world), 0, "nobody has heard it to its end");
    world.wait_s(3);
    assert_eq!(course(&world)[3..], ["record", "bridge"]);
    world.wait_s(10);
    presses(&mut world, desk, "*1");
    assert_eq!(course(&world)[5..], ["end", "unbridge", "ended", "ended"], "the disk is left at once");
    world.wait_s(10);
    presses(&mut world, desk, "*1");
    world.wait_s(5);
    assert_eq!(told(&world).len(), 2, "they know, and are not told again");
    world.hangs_up("101", session);
    let record = world.record();
    let [first, second] = &record.recordings[..] else { panic!("{:?}", record.recordings) };
    assert_eq!((first.from_ms, first.until_ms), (Some(22_020), Some(33_000)));
    assert_eq!(first.by, Some(extension("101")));
    assert_eq!((second.file.clone(), second.from_ms), (format!("{}-2.wav", record.call), Some(43_000)));
    assert!(record.recording_is_cleared());
    let said: Vec<&str> = record.decisions.iter().map(|decision| decision.why.as_str()).collect();
    assert!(said.iter().any(|why| why.contains("101 asked for it")), "{said:?}");
}

#[test]
fn a_card_number_is_not_kept_and_the_pause_is_noted() {
    let mut world = world();
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.wait_s(10);
    let desk = desk(&world);
    world.media.clear();
    presses(&mut world, desk, "*2");
    assert_eq!(course(&world), ["silence", "unbridge", "paused", "paused"], "silence comes first");
    world.wait_s(30);
    assert_eq!(course(&world)[4..], ["bridge"]);
    presses(&mut world, desk, "*2");
    assert_eq!(course(&world)[5..], ["unbridge", "goes on", "goes on"], "and sound last");
    world.wait_s(5);
    assert_eq!(course(&world)[8..], ["sound", "bridge"]);
    assert_eq!(states(&world), [RecordingState::On, RecordingState::Paused, RecordingState::On]);
    world.hangs_up("101", session);
    let record = world.record();
    let [gap] = &record.recordings[0].gaps[..] else { panic!("{:?}", record.recordings) };
    assert_eq!((gap.from_ms, gap.until_ms), (10_000, Some(42_020)));
    assert_eq!(gap.by, Some(extension("101")));
    assert!(record.recording_is_cleared());
}

#[test]
fn a_pause_that_was_forgotten_ends_by_itself() {
    let mut world = world();
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.wait_s(10);
    let desk = desk(&world);
    presses(&mut world, desk, "*2");
    world.wait_s(299);
    assert_eq!(states(&world).last(), Some(&RecordingState::Paused));
    world.wait_s(5);
    assert_eq!(states(&world).last(), Some(&RecordingState::On));
    world.hangs_up("101", session);
}

#[test]
fn a_phones_record_key_is_answered_by_what_it_may() {
    let (mut world, session) = on_demand();
    assert_eq!(world.record_key("101", session, "on"), "200");
    world.wait_s(3);
    assert_eq!(records(&world), 1);
    assert_eq!(world.record_key("101", session, "on"), "200", "it is so already");
    assert_eq!(world.record_key("101", session, "maybe"), "400");
    assert_eq!(world.record_key("101", session, "off"), "200");
    assert_eq!(states(&world), [RecordingState::On, RecordingState::Off]);
    world.hangs_up("101", session);

    let mut world = world_where_101(RecordRule::Never);
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    assert_eq!(world.record_key("101", session, "on"), "403");
    let desk = desk(&world);
    presses(&mut world, desk, "*1");
    assert_eq!((told(&world).len(), records(&world)), (0, 0));
    world.hangs_up("101", session);
}

fn world_where_101(rule: RecordRule) -> World {
    let mut office = office();
    office.recording = RecordingRules::always();
    office.recording.of = [(extension("101"), rule)].into();
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world
}

#[test]
fn who_records_all_calls_cannot_end_a_recording_and_who_says_never_is_in_none() {
    let mut world = world_where_101(RecordRule::Never);
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    assert!(world.bridged().is_some(), "and nobody waits for a notice");
    world.hangs_up("101", session);
    assert!(world.record().recordings.is_empty());

    let mut world = world_where_101(RecordRule::Always);
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.wait_s(3);
    assert_eq!(world.record_key("101", session, "off"), "403");
    let desk = desk(&world);
    presses(&mut world, desk, "*1");
    assert_eq!(states(&world), [RecordingState::On]);
    world.hangs_up("101", session);
}

#[test]
fn a_phone_that_holds_its_call_dials_the_code_on_another_line() {
    let (mut world, session) = on_demand();
    world.wants("101", session, Direction::SendOnly);
    world.call("101", "*1");
    let heard = world.hear_the_agent();
    assert_eq!(heard, "This call will be recorded, as soon as everybody has been told.");
    world.wait_s(10);
    assert_eq!((told(&world).len(), records(&world)), (0, 0), "who holds hears no notice");
    world.wants("101", session, Direction::SendRecv);
    world.wait_s(3);
    assert_eq!((told(&world).len(), records(&world)), (2, 1));
    world.hangs_up("101", session);

    // Without a call there is nothing to record.
    world.call("101", "*1");
    assert!(world.hear_the_agent().ends_with("You have no call to record."));
}

#[test]
fn who_takes_a_transferred_call_is_told_and_nothing_of_theirs_is_kept_before() {
    let mut world = world();
    world.plug_in("102");
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.wait_s(10);
    world.far("102").forget();
    world.transfers("101", session, "102");
    world.media.clear();
    let answered = world.picks_up("102");
    assert_eq!(course(&world), ["silence", "notice"], "102 alone has still to hear it");
    world.wait_s(3);
    assert_eq!(course(&world)[2..], ["sound", "bridge"]);
    world.wait_s(3);
    world.hangs_up("102", answered);
    let record = world.record();
    assert!(record.recording_is_cleared(), "{record:#?}");
    assert_eq!(record.recordings.len(), 1);
    assert_eq!(record.recordings[0].gaps[0].by, None);
}

#[test]
fn who_joins_without_hearing_the_notice_is_heard_by_nobody_later() {
    let mut world = world();
    world.plug_in("102");
    world.call("carrier", MAIN);
    let session = world.picks_up("101");
    world.wait_s(10);
    world.far("102").forget();
    world.mouth_works = false;
    world.transfers("101", session, "102");
    let answered = world.picks_up("102");
    world.wait_s(20);
    assert!(world.bridged().is_some());
    world.hangs_up("102", answered);
    let record = world.record();
    let part = &record.recordings[0];
    assert_eq!(part.gaps[0].until_ms, part.until_ms, "silence to the end");
    assert!(record.recording_is_cleared(), "so what is there may be heard");
    let why = record.decisions.iter().any(|decision| decision.why.contains("102 has not heard"));
    assert!(why, "{:#?}", record.decisions);
}

#[test]
fn an_attended_transfer_keeps_recording_with_what_everybody_has_been_told() {
    let mut world = world();
    world.plug_in("102");
    world.call("carrier", MAIN);
    let first = world.picks_up("101");
    world.wait_s(5);
    world.far("102").forget();
    world.wants("101", first, Direction::SendOnly);
    world.call("101", "102");
    let second = world.own_call("101");
    let answered = world.picks_up("102");
    world.wait_s(5);
    let before = told(&world).len();
    world.transfers_into("101", first, "102", second);
    world.wait_s(5);
    assert_eq!(told(&world).len(), before, "both have heard it in their own calls");
    world.wait(Duration::from_secs(5));
    world.hangs_up("102", answered);
    assert!(world.records().iter().all(|record| record.recording_is_cleared()), "{:#?}", world.records());
    assert!(world.records().iter().all(|record| !record.recordings.is_empty()));
}

#[test]
fn an_emergency_call_is_not_recorded_on_demand_either() {
    let mut office = office();
    office.recording.calls = RecordRule::OnDemand;
    let mut world = World::with(office);
    world.plug_in("101");
    let session = world.call("101", "911");
    world.picks_up("carrier");
    assert_eq!(world.record_key("101", session, "on"), "403");
    world.hangs_up("101", session);
}
