//! Everybody talks, and callers wait in their order: music, a place in the line, and always a way out of it.

use crate::{
    media::Tone,
    pbx::{
        AgentReason, CallRecord, Control, DeskSettings, Directory, Disposition, Fact, MailboxPlan,
        MediaCommand, MediaEvent, Music, QueueEnd, QueueOtherwise, QueuePlan, Resource, ResourceState,
        RingOrder,
        story::{MAIN, World, extension, number, office},
    },
    sip::{Event, SessionId},
    types::LegId,
};

pub(super) const MARCO: &str = "+13035550178";
pub(super) const PRIYA: &str = "+13035550179";
pub(super) const TOM: &str = "+13035550180";

/// Both phones serve the callers of the main number.
pub(super) fn with_queue(plan: QueuePlan) -> Directory {
    let mut office = office();
    office.services.queues = [("desk".to_owned(), plan)].into();
    office.services.queue_of = [(number(MAIN), "desk".to_owned())].into();
    office.services.mailboxes = [(extension("102"), MailboxPlan::of("Morgan Lee"))].into();
    office
}

fn plan() -> QueuePlan {
    QueuePlan { phones: vec![extension("101"), extension("102")], ..QueuePlan::default() }
}

/// One phone serves them.
pub(super) fn one_phone() -> QueuePlan {
    QueuePlan { phones: vec![extension("101")], ..QueuePlan::default() }
}

/// 101 talks with Marco, who has just come.
pub(super) fn busy(plan: QueuePlan) -> (World, SessionId) {
    let mut world = World::with_office_at_work(with_queue(plan));
    world.call_as("carrier", MARCO, "Marco", MAIN);
    let talk = world.picks_up("101");
    assert!(world.bridged().is_some());
    world.wait_s(1);
    world.far("101").forget();
    (world, talk)
}

pub(super) fn comes(world: &mut World, who: &str) -> (SessionId, LegId) {
    let session = world.call_as("carrier", who, "", MAIN);
    (session, world.served_leg())
}

/// The leg that was opened first of all.
fn first_leg(world: &World) -> LegId {
    let opened = world.media.iter().find(|(_, command)| matches!(command, MediaCommand::Open { .. }));
    opened.map(|(leg, _)| *leg).unwrap()
}

pub(super) fn presses(world: &mut World, leg: LegId, key: char) {
    world.media_event(leg, MediaEvent::Digit(key));
}

pub(super) fn record_of(world: &World, who: &str) -> CallRecord {
    let of = |record: &&CallRecord| record.caller.to_call_back().as_deref() == Some(who);
    world.records().iter().find(of).unwrap_or_else(|| panic!("no record of {who}")).clone()
}

pub(super) fn end_of(world: &World, who: &str) -> QueueEnd {
    record_of(world, who).queued.unwrap().end
}

#[test]
fn somebody_is_free_and_the_caller_hears_it_ring() {
    let mut world = World::with_office_at_work(with_queue(plan()));
    let _ = comes(&mut world, MARCO);
    let leg = first_leg(&world);
    assert!(world.commands(leg).contains(&&MediaCommand::Tone(Some(Tone::Ringback))), "and no music");
    assert!(world.has_been_invited("101").is_some() && world.has_been_invited("102").is_none());
    assert!(world.invited("101").1.from.display.starts_with("Main: "));
    world.rings("101");
    let talk = world.picks_up("101");
    world.wait_s(5);
    world.hangs_up("101", talk);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Answered);
    assert_eq!(record.queued.unwrap().end, QueueEnd::Answered);
}

#[test]
fn three_callers_are_served_in_the_order_in_which_they_came() {
    let (mut world, first) = busy(one_phone());
    let (_, dana) = comes(&mut world, PRIYA);
    let said = world.hear_the_agent();
    assert!(said.starts_with("Everybody is talking at the moment. You are first in line."), "{said}");
    assert!(said.ends_with("To speak with our assistant, press 0."), "{said}");
    assert!(world.commands(dana).contains(&&MediaCommand::Music(Some(Music::House))));
    let (_, tom) = comes(&mut world, TOM);
    assert!(world.hear_the_agent().contains("You are second in line."));
    assert!(world.has_been_invited("101").is_none(), "nobody is called who talks");
    let waits = |text: &str| {
        let state = ResourceState::On { whom: text.into() };
        Fact::ResourceChanged { resource: Resource::Queue("desk".into()), state }
    };
    assert!(world.facts.contains(&waits("1 waits")) && world.facts.contains(&waits("2 wait")));

    world.hangs_up("101", first);
    world.wait_s(3);
    assert!(world.invited("101").1.from.user.contains(&PRIYA[1..]), "who has waited longest");
    let second = world.picks_up("101");
    let (a, b) = world.bridged().unwrap();
    assert!([a, b].contains(&dana) && ![a, b].contains(&tom));
    world.wait_s(46);
    assert!(world.hear_the_agent().contains("You are first in line."), "the others move up");
    world.far("101").forget();
    world.hangs_up("101", second);
    world.wait_s(3);
    assert!(world.invited("101").1.from.user.contains(&TOM[1..]));
    let third = world.picks_up("101");
    world.hangs_up("101", third);
    for who in [MARCO, PRIYA, TOM] {
        assert_eq!(record_of(&world, who).disposition, Disposition::Answered);
        assert_eq!(end_of(&world, who), QueueEnd::Answered);
    }
    let waited = record_of(&world, TOM).queued.unwrap().waited_ms;
    assert!((46_000..70_000).contains(&waited), "{waited}");
    let off = Fact::ResourceChanged { resource: Resource::Queue("desk".into()), state: ResourceState::Off };
    assert!(world.facts.contains(&off));
}

#[test]
fn a_phone_that_is_not_answered_is_spared_and_the_caller_keeps_the_place() {
    let mut world = World::with_office_at_work(with_queue(plan()));
    let _ = comes(&mut world, MARCO);
    let leg = first_leg(&world);
    world.rings("101");
    world.wait_s(18);
    assert!(world.was_cancelled("101").is_some());
    assert!(world.has_been_invited("102").is_some(), "the other one, at once");
    world.refuses("102", 486);
    world.wait_s(1);
    let said = world.hear_the_agent();
    assert!(said.contains("You are first in line."), "{said}");
    assert!(world.commands(leg).contains(&&MediaCommand::Music(Some(Music::House))));
    world.far("101").forget();
    world.far("102").forget();
    world.wait_s(5);
    assert!(world.has_been_invited("101").is_none() && world.has_been_invited("102").is_none());
    world.wait_s(25);
    assert!(world.has_been_invited("101").is_some(), "after its pause");
    let talk = world.picks_up("101");
    world.hangs_up("101", talk);
    assert_eq!(end_of(&world, MARCO), QueueEnd::Answered);
}

#[test]
fn a_phone_that_comes_back_or_wants_calls_again_is_free_at_once() {
    let (mut world, talk) = busy(plan());
    let quiet = |on| Control::SetDesk {
        extension: extension("102"),
        settings: DeskSettings { do_not_disturb: on, ..DeskSettings::default() },
    };
    world.control(quiet(true));
    let _ = comes(&mut world, PRIYA);
    world.wait_s(5);
    assert!(world.has_been_invited("102").is_none());
    world.control(quiet(false));
    assert!(world.has_been_invited("102").is_some());
    let other = world.picks_up("102");
    world.hangs_up("102", other);
    world.hangs_up("101", talk);
}

#[test]
fn all_phones_ring_for_the_first_if_the_office_has_it_so() {
    let mut world = World::with_office_at_work(with_queue(QueuePlan { order: RingOrder::All, ..plan() }));
    let _ = comes(&mut world, MARCO);
    assert!(world.has_been_invited("101").is_some() && world.has_been_invited("102").is_some());
    let talk = world.picks_up("102");
    assert!(world.was_cancelled("101").is_some());
    world.hangs_up("102", talk);
}

#[test]
fn key_0_leads_to_the_agent_from_the_line_and_while_a_phone_rings() {
    let (mut world, talk) = busy(one_phone());
    let (_, leg) = comes(&mut world, PRIYA);
    world.hear_the_agent();
    presses(&mut world, leg, '0');
    let chosen = |fact: &Fact| matches!(fact, Fact::AgentTakes { why: AgentReason::Chosen, .. });
    assert!(world.facts.iter().any(chosen));
    world.hear_the_agent();
    let (tom, leg) = comes(&mut world, TOM);
    world.hear_the_agent();
    world.hangs_up("101", talk);
    world.wait_s(3);
    assert!(world.has_been_invited("101").is_some(), "it rings for Tom");
    presses(&mut world, leg, '0');
    assert!(world.was_cancelled("101").is_some());
    world.hear_the_agent();
    world.hangs_up("carrier", tom);
    world.control(Control::ShutDown);
    assert_eq!(end_of(&world, TOM), QueueEnd::Left);
    assert_eq!(end_of(&world, PRIYA), QueueEnd::Left);
}

#[test]
fn a_full_queue_and_one_that_nobody_serves_lead_on_at_once() {
    let (mut world, talk) = busy(QueuePlan { most: 1, ..one_phone() });
    let (priya, _) = comes(&mut world, PRIYA);
    world.hear_the_agent();
    let (tom, _) = comes(&mut world, TOM);
    let busy = |fact: &Fact| matches!(fact, Fact::AgentTakes { why: AgentReason::Busy, .. });
    assert!(world.facts.iter().any(busy));
    world.hear_the_agent();
    world.hangs_up("carrier", tom);
    world.hangs_up("carrier", priya);
    world.hangs_up("101", talk);
    assert_eq!(end_of(&world, TOM), QueueEnd::Full);
    assert_eq!(end_of(&world, PRIYA), QueueEnd::GaveUp);

    let mailbox = QueuePlan { otherwise: QueueOtherwise::Mailbox(extension("102")), ..one_phone() };
    let mut world = World::with(with_queue(mailbox));
    world.speech_ready(true);
    let (priya, _) = comes(&mut world, PRIYA);
    assert!(world.hear_the_agent().contains("the mailbox of Morgan Lee"));
    world.hangs_up("carrier", priya);
    assert_eq!(end_of(&world, PRIYA), QueueEnd::Unserved);
    assert_eq!(world.record().disposition, Disposition::Voicemail);
}

#[test]
fn nobody_waits_longer_than_the_office_wants() {
    let longest = std::time::Duration::from_secs(120);
    let (mut world, talk) = busy(QueuePlan { longest, ..one_phone() });
    let (priya, _) = comes(&mut world, PRIYA);
    world.wait_s(119);
    assert!(!world.facts.iter().any(|fact| matches!(fact, Fact::AgentTakes { .. })));
    world.wait_s(2);
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::AgentTakes { .. })));
    world.hear_the_agent();
    world.hangs_up("carrier", priya);
    world.hangs_up("101", talk);
    let queueing = record_of(&world, PRIYA).queued.unwrap();
    assert_eq!((queueing.end, queueing.waited_ms), (QueueEnd::TimedOut, 120_000));
}

#[test]
fn whoever_gives_up_while_a_phone_rings_silences_it() {
    let (mut world, talk) = busy(one_phone());
    let (priya, _) = comes(&mut world, PRIYA);
    world.hear_the_agent();
    world.hangs_up("101", talk);
    world.wait_s(3);
    world.rings("101");
    world.hangs_up("carrier", priya);
    assert!(world.was_cancelled("101").is_some());
    let record = record_of(&world, PRIYA);
    assert_eq!(record.disposition, Disposition::CallerAbandoned);
    assert_eq!(record.queued.unwrap().end, QueueEnd::GaveUp);
    let why: Vec<&str> = record.decisions.iter().map(|decision| decision.why.as_str()).collect();
    assert!(why.contains(&"queue desk: the caller has place 1"), "{why:?}");
    assert!(why.contains(&"queue desk: it is the caller's turn, and 101 is free"), "{why:?}");
}

#[test]
fn without_speech_there_is_music_and_the_keys_work_all_the_same() {
    let (mut world, talk) = busy(one_phone());
    world.speech_ready(false);
    let (_, leg) = comes(&mut world, PRIYA);
    world.wait_s(1);
    assert!(world.commands(leg).contains(&&MediaCommand::Music(Some(Music::House))));
    presses(&mut world, leg, '0');
    assert!(world.commands(leg).iter().any(|command| matches!(command, MediaCommand::Announce { .. })));
    world.control(Control::ShutDown);
    let _ = talk;
}

#[test]
fn an_emergency_takes_the_line_of_somebody_who_only_waits() {
    let mut office = with_queue(one_phone());
    let profile = crate::pbx::TrunkProfile { channels: Some(2), ..Default::default() };
    office.trunk_profiles = [(office.trunks[0].name.clone(), profile)].into();
    let mut world = World::with_office_at_work(office);
    world.call_as("carrier", MARCO, "Marco", MAIN);
    let talk = world.picks_up("101");
    let _ = comes(&mut world, PRIYA);
    world.hear_the_agent();
    world.far("carrier").forget();
    let help = world.call("102", "911");
    world.wait_s(1);
    assert!(world.has_ended("carrier"), "Priya, who waits");
    assert_eq!(world.invited("carrier").1.dialled, "911");
    assert_eq!(end_of(&world, PRIYA), QueueEnd::Ended);
    let marco = |event: &Event| matches!(event, Event::Ended { .. });
    assert!(!world.events("101").iter().any(marco), "and nobody who talks");
    world.picks_up("carrier");
    world.wait_s(1);
    world.hangs_up("102", help);
    world.hangs_up("101", talk);
}
