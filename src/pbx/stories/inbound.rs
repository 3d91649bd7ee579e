//! Calls from outside, up to the moment at which somebody answers or nobody does.

use std::{sync::Arc, time::Duration};

use crate::{
    media::Codec,
    pbx::{
        AgentReason, Announcement, CallDirection, Caller, Control, Dialled, Disposition, Fact, Input,
        LegResult, MediaCommand, MediaEvent, Party, Quality, RingPlan, RingStep, Unheard,
        story::{DANA, LEASING, MAIN, World, direction_in, extension, number, office},
    },
    sip::{Cause, MAX_FORWARDS},
    types::UtteranceId,
};

fn results(world: &World) -> Vec<(Party, LegResult)> {
    world.record().legs.iter().map(|leg| (leg.party.clone(), leg.result)).collect()
}

fn agent_reason(world: &World) -> Option<AgentReason> {
    world.facts.iter().find_map(|fact| match fact {
        Fact::AgentTakes { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn both_phones_ring_and_the_first_to_answer_talks_with_the_caller() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let (_, invitation) = world.invited("101");
    assert_eq!(invitation.from.user, DANA);
    assert_eq!(invitation.from.display, "Main: Dana Reyes");
    assert_eq!(invitation.hops, MAX_FORWARDS - 1, "calls that go in a circle come to an end (RFC 7332, 5)");
    assert_eq!(world.rang("carrier"), 0, "nothing rings yet");
    world.rings("101");
    world.rings("102");
    assert_eq!(world.rang("carrier"), 1, "the caller is told once");
    world.wait_s(4);
    world.picks_up("102");
    assert_eq!(world.was_cancelled("101"), Some(Some(Cause::AnsweredElsewhere)));
    let (caller, callee) = world.bridged().unwrap();
    for leg in [caller, callee] {
        let commands = world.commands(leg);
        assert!(matches!(commands[0], MediaCommand::Open { .. }));
        assert!(matches!(commands[1], MediaCommand::Connect { .. }));
    }
    world.wait_s(60);
    world.hangs_up("carrier", dana);
    assert!(world.has_ended("102"));

    let record = world.record();
    assert_eq!(record.direction, CallDirection::Inbound);
    assert_eq!(record.trunk.as_deref(), Some("carrier"));
    assert_eq!(record.dialled, Dialled::Number(number(MAIN)));
    assert_eq!(record.caller, Caller::Number { number: number(DANA), display: "Dana Reyes".into() });
    assert_eq!(record.disposition, Disposition::Answered);
    assert_eq!(record.agent_reason, None);
    assert!(record.recordings.is_empty());
    assert_eq!(record.answered.unwrap().as_second() - record.started.as_second(), 4);
    assert_eq!(record.ended.as_second() - record.started.as_second(), 64);
    assert_eq!(
        results(&world),
        [
            (Party::Phone(extension("101")), LegResult::AnsweredElsewhere),
            (Party::Caller(record.caller.clone()), LegResult::Completed),
            (Party::Phone(extension("102")), LegResult::Completed),
        ]
    );
    assert!(record.legs.iter().all(|leg| leg.quality.is_some()), "{:#?}", record.legs);
}

#[test]
fn nobody_answers_for_eighteen_seconds_and_the_agent_does() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.wait(Duration::from_millis(17_999));
    assert_eq!(world.answer_to("carrier"), None);
    world.wait(Duration::from_millis(1));
    assert!(world.answer_to("carrier").is_some());
    assert_eq!(agent_reason(&world), Some(AgentReason::NoAnswer));
    assert_eq!(world.was_cancelled("101"), Some(None), "a missed call, and the phone shows it");
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::AgentAnswered { .. })));
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::AiAbandoned);
    assert_eq!(record.agent_reason, Some(AgentReason::NoAnswer));
    let phones = record.legs.iter().filter(|leg| matches!(leg.party, Party::Phone(_)));
    assert!(phones.clone().all(|leg| leg.result == LegResult::NoAnswer && leg.answered.is_none()));
    assert_eq!(phones.count(), 2);
}

#[test]
fn everybody_busy_or_declining_brings_the_agent_at_once() {
    for (first, second, why) in [
        (486, 486, AgentReason::Busy),
        (486, 603, AgentReason::Declined),
        (480, 480, AgentReason::Declined),
        (500, 486, AgentReason::Busy),
        (503, 404, AgentReason::Unreachable),
    ] {
        let mut world = World::at_work();
        let dana = world.call("carrier", MAIN);
        world.refuses("101", first);
        assert_eq!(world.answer_to("carrier"), None, "102 still rings");
        world.refuses("102", second);
        assert_eq!(agent_reason(&world), Some(why), "{first} and {second}");
        assert!(world.answer_to("carrier").is_some());
        world.hangs_up("carrier", dana);
    }
}

#[test]
fn without_a_registered_phone_the_agent_answers_at_once() {
    let mut world = World::with(office());
    world.speech_ready(true);
    let dana = world.call("carrier", MAIN);
    assert_eq!(agent_reason(&world), Some(AgentReason::Unregistered));
    assert_eq!(world.rang("carrier"), 0);
    world.hangs_up("carrier", dana);
    assert!(results(&world).contains(&(Party::Phone(extension("101")), LegResult::Unregistered)));
}

#[test]
fn a_dead_phone_does_not_keep_the_other_from_being_answered() {
    let mut world = World::at_work();
    world.far("101").dead = true;
    let dana = world.call("carrier", MAIN);
    world.rings("102");
    world.wait_s(10);
    world.picks_up("102");
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", dana);
}

#[test]
fn outside_of_the_opening_hours_no_phone_rings() {
    let mut world = World::at_work();
    world.wait_s(7 * 3600);
    let dana = world.call("carrier", MAIN);
    assert_eq!(agent_reason(&world), Some(AgentReason::ClosedHours));
    assert_eq!(world.has_been_invited("101"), None);
    world.hangs_up("carrier", dana);
}

#[test]
fn a_number_may_be_the_agents_from_the_first_ring() {
    let mut world = World::at_work();
    let dana = world.call("carrier", LEASING);
    assert_eq!(agent_reason(&world), Some(AgentReason::AgentFirst));
    assert_eq!(world.has_been_invited("101"), None);
    world.hangs_up("carrier", dana);
}

#[test]
fn the_next_step_of_a_plan_rings_when_the_first_has_had_its_time() {
    let mut office = office();
    office.numbers.get_mut(&number(MAIN)).unwrap().plan = RingPlan::new([
        RingStep {
            extensions: vec![extension("101")],
            ring_for: Duration::from_secs(12),
            ..RingStep::default()
        },
        RingStep::new([extension("102")]),
    ]);
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.wait_s(11);
    assert_eq!(world.has_been_invited("102"), None);
    world.wait_s(1);
    assert_eq!(world.was_cancelled("101"), Some(None));
    world.rings("102");
    assert_eq!(world.rang("carrier"), 1);
    world.picks_up("102");
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn a_caller_who_gives_up_silences_every_phone() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.rings("102");
    world.wait_s(3);
    world.gives_up("carrier", dana);
    assert_eq!(world.failed_with("carrier"), Some(487));
    assert_eq!(world.was_cancelled("101"), Some(None));
    assert_eq!(world.was_cancelled("102"), Some(None));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::CallerAbandoned);
    assert_eq!(record.answered, None);
    assert!(record.legs.iter().all(|leg| leg.result == LegResult::CallerGone));
    assert_eq!(record.legs.len(), 3);
}

#[test]
fn who_answers_a_moment_too_late_is_acknowledged_and_let_go() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    world.rings("101");
    world.rings("102");
    // 101's answer crosses our CANCEL on the wire: it leaves the phone before the CANCEL comes.
    world.hold_back("101", true);
    world.picks_up("101");
    world.picks_up("102");
    world.hold_back("101", false);
    world.wait_s(1);
    assert!(world.has_ended("101"), "ACK, then BYE");
    assert!(world.was_confirmed("101"));
    assert!(!world.has_ended("102"));
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn two_callers_at_once_do_not_meet() {
    let mut world = World::at_work();
    let first = world.call("carrier", MAIN);
    world.picks_up("101");
    let second = world.call("carrier", MAIN);
    world.picks_up("102");
    let bridges: Vec<_> =
        world.media.iter().filter(|(_, command)| matches!(command, MediaCommand::Bridge { .. })).collect();
    assert_eq!(bridges.len(), 2);
    assert_eq!(world.switch.counts().calls, 2);
    world.hangs_up("carrier", first);
    assert!(world.has_ended("101"));
    assert!(!world.has_ended("102"));
    world.hangs_up("carrier", second);
    assert_eq!(world.records().len(), 2);
}

#[test]
fn each_call_keeps_the_office_that_it_began_with() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let mut moved = office();
    moved.numbers.clear();
    world.tell(Input::Directory(Arc::new(moved)));
    world.wait_s(18);
    assert_eq!(agent_reason(&world), Some(AgentReason::NoAnswer));
    world.hangs_up("carrier", dana);
    world.call("carrier", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(404));
}

#[test]
fn a_number_that_is_not_ours_is_not_found_and_nothing_goes_from_trunk_to_trunk() {
    let mut world = World::at_work();
    for dialled in ["+13035550999", "+442079460958", "911", "101", "anonymous"] {
        world.call("carrier", dialled);
        assert_eq!(world.failed_with("carrier"), Some(404), "{dialled}");
    }
    assert!(world.to_carrier.iter().all(|message| !message.starts_with("INVITE")));
    assert_eq!(world.records(), [], "nobody has called us");
}

#[test]
fn a_description_without_a_common_codec_is_refused_before_any_phone_rings() {
    let mut world = World::at_work();
    let offer = b"v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n\
        m=audio 30000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n";
    world.call_offering("carrier", MAIN, offer.to_vec());
    assert_eq!(world.failed_with("carrier"), Some(488));
    world.call_offering("carrier", MAIN, b"not a description".to_vec());
    assert_eq!(world.failed_with("carrier"), Some(488));
    assert_eq!(world.has_been_invited("101"), None);
    assert!(world.records().iter().all(|record| record.disposition == Disposition::Failed));
}

#[test]
fn the_phones_are_offered_the_callers_codec_first_and_the_caller_gets_the_phones() {
    let mut world = World::at_work();
    let dana = world.call_with("carrier", MAIN, &[Codec::Pcma, Codec::Pcmu]);
    let (_, invitation) = world.invited("101");
    let offer = String::from_utf8(invitation.offer).unwrap();
    assert!(offer.contains("RTP/AVP 8 0 101"), "{offer}");
    world.picks_up_with("101", &[Codec::Pcmu]);
    let answer = world.answer_to("carrier").unwrap();
    assert!(answer.contains("RTP/AVP 0 101"), "{answer}");
    world.hangs_up("carrier", dana);
}

#[test]
fn a_caller_without_an_offer_gets_ours_with_the_answer() {
    let mut world = World::at_work();
    world.hold_back("carrier", true);
    let dana = world.call_with("carrier", MAIN, &[]);
    world.release_one("carrier");
    world.picks_up("101");
    let offer = world.answer_to("carrier").unwrap();
    assert!(offer.contains("m=audio"), "{offer}");
    assert_eq!(world.bridged(), None, "nobody knows yet where the caller's media go");
    world.releases_ack_with_answer("carrier");
    world.hold_back("carrier", false);
    let (caller, callee) = world.bridged().unwrap();
    for leg in [caller, callee] {
        let bridge = world.media.iter().position(|(_, c)| matches!(c, MediaCommand::Bridge { .. })).unwrap();
        let connect = world
            .media
            .iter()
            .position(|(of, command)| *of == leg && matches!(command, MediaCommand::Connect { .. }));
        assert!(connect.unwrap() < bridge);
    }
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn a_caller_who_never_says_where_its_media_go_is_let_go() {
    let mut world = World::at_work();
    world.call_with("carrier", MAIN, &[]);
    world.picks_up("101");
    assert!(world.has_ended("carrier"), "its ACK was empty");
    assert!(world.has_ended("101"));
}

#[test]
fn a_caller_without_an_offer_hears_the_announcement_after_the_ack() {
    let mut world = World::at_work();
    world.speech_ready(false);
    world.hold_back("carrier", true);
    let dana = world.call_with("carrier", LEASING, &[]);
    world.release_one("carrier");
    let announced = |(_, command): &(_, MediaCommand)| matches!(command, MediaCommand::Announce { .. });
    assert!(!world.media.iter().any(announced));
    world.releases_ack_with_answer("carrier");
    world.hold_back("carrier", false);
    assert!(world.media.iter().any(announced));
    world.hangs_up("carrier", dana);
}

#[test]
fn a_reinvite_that_cannot_be_had_changes_nothing() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let desk = world.picks_up("101");
    let (_, callee) = world.bridged().unwrap();
    let connects = world.commands(callee).len();
    world.reoffers("101", desk, b"v=0\r\nnonsense".to_vec());
    assert_eq!(world.reoffer_refused_with("101"), Some(488));
    assert_eq!(world.commands(callee).len(), connects);
    assert!(!world.has_ended("carrier"));
    world.hangs_up("carrier", dana);
}

#[test]
fn the_trunk_dies_in_the_middle_of_a_call() {
    let mut world = World::at_work();
    world.call("carrier", MAIN);
    world.picks_up("101");
    let (caller, _) = world.bridged().unwrap();
    world.wait_s(30);
    world.far("carrier").dead = true;
    world.wait_s(60);
    world.media_event(caller, MediaEvent::Dead { silent_ms: 60_000, why: Unheard::WentQuiet });
    assert!(world.has_ended("101"), "the phone is told at once");
    assert_eq!(world.record().disposition, Disposition::Answered);
    // The BYE to the dead carrier is given up after 32 seconds: asserted by the end of every story.
}

#[test]
fn no_call_is_longer_than_four_hours() {
    let mut world = World::at_work();
    world.call("carrier", MAIN);
    world.picks_up("101");
    world.wait_s(4 * 3600 - 1);
    assert!(!world.has_ended("101"));
    world.wait_s(1);
    assert!(world.has_ended("101") && world.has_ended("carrier"));
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn without_speech_the_caller_hears_the_announcement() {
    let mut world = World::at_work();
    world.speech_ready(false);
    world.call("carrier", MAIN);
    world.wait_s(18);
    let announced = world.media.iter().find_map(|(leg, command)| match command {
        MediaCommand::Announce { utterance, announcement: Announcement::CannotTakeCall } => {
            Some((*leg, *utterance))
        }
        _ => None,
    });
    let (leg, utterance) = announced.unwrap();
    world.wait_s(8);
    world.media_event(leg, MediaEvent::Played { utterance: UtteranceId(1), heard_ms: 0, complete: true });
    assert!(!world.has_ended("carrier"), "some other utterance");
    world.media_event(leg, MediaEvent::Played { utterance, heard_ms: 8000, complete: true });
    assert!(world.has_ended("carrier"));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Announced);
    assert_eq!(record.agent_reason, Some(AgentReason::NoAnswer));
    assert!(world.speech.is_empty());
}

#[test]
fn a_media_plane_that_is_silent_holds_nobody_for_ever() {
    let mut world = World::at_work();
    world.speech_ready(false);
    world.media_answers = false;
    world.call("carrier", LEASING);
    world.wait_s(30);
    assert!(world.has_ended("carrier"), "the announcement's own deadline");
    assert_eq!(world.records().len(), 0, "the last report is waited for");
    world.wait_s(2);
    let record = world.record();
    assert_eq!(record.legs[0].quality, None);
    assert_eq!(world.switch.counts().ports, 0);
}

#[test]
fn a_port_that_cannot_be_bound_takes_that_phone_out_of_the_ringing() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    let (leg, _) = world.media[0].clone();
    world.media_event(leg, MediaEvent::Failed);
    assert_eq!(world.was_cancelled("101"), Some(None));
    world.picks_up("102");
    world.hangs_up("carrier", dana);
    assert!(results(&world).contains(&(Party::Phone(extension("101")), LegResult::Failed(500))));
}

#[test]
fn calls_beyond_the_limit_are_told_to_come_back() {
    let mut office = office();
    office.limits.calls = 1;
    let mut world = World::with(office);
    world.plug_in("101");
    world.speech_ready(true);
    let first = world.call("carrier", MAIN);
    world.call("carrier", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(503));
    world.call("101", "911");
    let (_, invitation) = world.invited("carrier");
    assert_eq!(invitation.dialled, "911", "emergencies are beyond every limit");
    world.picks_up("carrier");
    let emergency = world.own_call("101");
    world.hangs_up("101", emergency);
    world.gives_up("carrier", first);
    let again = world.call("carrier", MAIN);
    assert_eq!(world.switch.counts().calls, 1);
    world.gives_up("carrier", again);
}

#[test]
fn when_the_agent_has_no_place_phones_ring_on_and_the_place_goes_to_who_waits() {
    let mut office = office();
    office.limits.agent_calls = 1;
    let mut world = World::with(office);
    world.plug_in("101");
    world.speech_ready(true);
    let first = world.call("carrier", LEASING);
    let second = world.call("carrier", MAIN);
    world.rings("101");
    world.wait_s(18);
    assert_eq!(world.switch.counts().waiting_for_agent, 1);
    assert_eq!(world.was_cancelled("101"), None, "101 may still take it");
    world.hangs_up("carrier", first);
    assert_eq!(world.was_cancelled("101"), Some(None));
    assert_eq!(world.switch.counts().agent_places, 1);
    assert_eq!(world.switch.counts().waiting_for_agent, 0);
    world.hangs_up("carrier", second);
    assert_eq!(world.records()[1].agent_reason, Some(AgentReason::NoAnswer));
}

#[test]
fn who_has_waited_twenty_seconds_for_the_agent_hears_the_announcement() {
    let mut office = office();
    office.limits.agent_calls = 1;
    let mut world = World::with(office);
    world.speech_ready(true);
    let first = world.call("carrier", LEASING);
    let second = world.call("carrier", LEASING);
    assert_eq!(world.rang("carrier"), 1, "it rings while it waits");
    world.wait_s(20);
    let announced = |(_, command): &(_, MediaCommand)| matches!(command, MediaCommand::Announce { .. });
    assert!(world.media.iter().any(announced));
    world.hangs_up("carrier", second);
    assert_eq!(world.records()[0].disposition, Disposition::Announced);
    assert_eq!(world.records()[0].agent_reason, Some(AgentReason::AgentFirst));
    world.hangs_up("carrier", first);
}

#[test]
fn the_recording_begins_when_both_have_heard_the_notice() {
    let mut office = office();
    office.recording = crate::pbx::RecordingRules::always();
    let mut world = World::with(office);
    world.plug_in("101");
    let dana = world.call("carrier", MAIN);
    let records = |world: &World| {
        world.media.iter().filter(|(_, command)| matches!(command, MediaCommand::Record { .. })).count()
    };
    assert_eq!(records(&world), 0);
    world.picks_up("101");
    assert_eq!((records(&world), world.bridged()), (0, None), "not before both have heard of it");
    world.wait_s(3);
    assert_eq!(records(&world), 1);
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert_eq!(record.recordings[0].file, format!("{}.wav", record.call));
    assert!(record.recording_is_cleared());
    let mut talked = record.legs.iter().filter(|leg| leg.answered.is_some());
    assert!(talked.all(|leg| leg.told.is_some()), "{:#?}", record.legs);
}

#[test]
fn the_office_may_end_a_call_and_the_house_may_close() {
    let mut world = World::at_work();
    world.call("carrier", MAIN);
    world.picks_up("101");
    let call = world.started().unwrap();
    world.control(Control::HangUp { call });
    assert!(world.has_ended("101") && world.has_ended("carrier"));
    let dana = world.call("carrier", MAIN);
    world.control(Control::ShutDown);
    assert!(world.failed_with("carrier").is_some(), "{dana:?} is told");
    world.call("carrier", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(503));
    assert_eq!(world.records().len(), 2);
}

#[test]
fn a_withheld_number_is_anonymous_on_the_phones_too() {
    let mut world = World::at_work();
    let dana = world.call_as("carrier", "anonymous", "Anonymous", MAIN);
    let (_, invitation) = world.invited("101");
    assert_eq!(invitation.from.user, "anonymous");
    assert_eq!(direction_in(&invitation.offer), "sendrecv");
    world.gives_up("carrier", dana);
    assert_eq!(world.record().caller, Caller::Anonymous);
}

#[test]
fn reports_of_legs_that_are_gone_disturb_nobody() {
    let mut world = World::at_work();
    let dana = world.call("carrier", MAIN);
    world.picks_up("101");
    let (caller, _) = world.bridged().unwrap();
    world.hangs_up("carrier", dana);
    for event in
        [MediaEvent::FirstPacket, MediaEvent::Failed, MediaEvent::Closed { quality: Quality::default() }]
    {
        world.media_event(caller, event);
    }
    assert_eq!(world.records().len(), 1);
}

#[test]
fn what_the_carrier_let_somebody_else_answer_is_no_missed_call() {
    for cause in [Cause::AnsweredElsewhere, Cause::Q850(16), Cause::Sip(408)] {
        let mut world = World::at_work();
        world.call("carrier", MAIN);
        world.rings("101");
        world.attempt_own("carrier", |far, now, session| far.cancel(now, session, Some(cause)));
        assert_eq!(world.was_cancelled("101"), Some(Some(cause)));
        let record = world.record();
        let elsewhere = cause == Cause::AnsweredElsewhere;
        let disposition =
            if elsewhere { Disposition::AnsweredElsewhere } else { Disposition::CallerAbandoned };
        assert_eq!((record.disposition, record.is_missed()), (disposition, !elsewhere), "{cause}");
        let told = format!("the caller's side gave it up: {cause}");
        assert!(record.decisions.iter().any(|decision| decision.why == told), "{:?}", record.decisions);
    }
}
