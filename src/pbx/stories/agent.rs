//! Calls that the agent takes: the first word, the conversation, and the ways out of it.

use std::time::Duration;

use crate::{
    dialogue::{EndReason, Intent, LifeSafety, Move, Promise},
    media::Direction,
    pbx::{
        AgentReason, Announcement, Disposition, Fact, Input, LegResult, MediaCommand, MediaEvent, OnCall,
        Party, Rota, Speaker, SpeechCommand, Unheard,
        story::{DANA, LEASING, MAIN, World, extension, in_danger, number, office, reading},
    },
    types::{TurnId, UtteranceId},
};

/// A caller who has reached the agent by its own number.
fn with_the_agent() -> (World, crate::sip::SessionId) {
    let mut world = World::at_work();
    let dana = world.call("carrier", LEASING);
    (world, dana)
}

fn speaks(world: &World) -> usize {
    world.speech.iter().filter(|(_, command)| matches!(command, SpeechCommand::Speak { .. })).count()
}

#[test]
fn the_answer_is_out_before_anything_else_and_the_greeting_follows_the_ack() {
    let mut world = World::at_work();
    world.hold_back("carrier", true);
    let dana = world.call("carrier", LEASING);
    world.release_one("carrier");
    assert!(world.answer_to("carrier").is_some(), "no time has passed");
    let order: Vec<_> = world.media.iter().map(|(_, command)| command.clone()).collect();
    assert!(matches!(order[0], MediaCommand::Open { .. }));
    assert!(matches!(order[1], MediaCommand::Connect { .. }));
    assert_eq!(speaks(&world), 0, "the ACK is still on its way");
    world.wait(Duration::from_millis(60));
    assert_eq!(speaks(&world), 0);
    world.hold_back("carrier", false);
    assert_eq!(speaks(&world), 1);
    assert!(world.listening().is_some());
    world.hangs_up("carrier", dana);
}

#[test]
fn without_an_ack_the_greeting_begins_after_a_fifth_of_a_second() {
    let mut world = World::at_work();
    world.hold_back("carrier", true);
    world.call("carrier", LEASING);
    world.release_one("carrier");
    world.wait(Duration::from_millis(199));
    assert_eq!(speaks(&world), 0);
    world.wait(Duration::from_millis(1));
    assert_eq!(speaks(&world), 1);
    // The ACK never comes: 64*T1 later the endpoint gives up, and so does the call.
    world.far("carrier").dead = true;
    world.wait_s(40);
    assert_eq!(world.record().disposition, Disposition::AiAbandoned);
}

#[test]
fn a_caller_without_an_offer_is_greeted_once_the_ack_says_where() {
    let mut world = World::at_work();
    world.hold_back("carrier", true);
    let dana = world.call_with("carrier", LEASING, &[]);
    world.release_one("carrier");
    world.wait(Duration::from_millis(400));
    assert_eq!(speaks(&world), 0);
    world.releases_ack_with_answer("carrier");
    assert_eq!(speaks(&world), 1);
    world.hold_back("carrier", false);
    world.hangs_up("carrier", dana);
}

#[test]
fn the_first_packet_of_the_caller_is_as_good_as_an_ack() {
    let mut world = World::at_work();
    world.hold_back("carrier", true);
    let dana = world.call("carrier", LEASING);
    world.release_one("carrier");
    let leg = world.media[0].0;
    world.media_event(leg, MediaEvent::FirstPacket);
    assert_eq!(speaks(&world), 1);
    world.hold_back("carrier", false);
    world.media_event(leg, MediaEvent::FirstPacket);
    assert_eq!(speaks(&world), 1, "it greets once");
    world.hangs_up("carrier", dana);
}

#[test]
fn a_repair_is_reported_from_the_greeting_to_the_goodbye() {
    let (mut world, _) = with_the_agent();
    let greeting = world.hear_the_agent();
    assert!(greeting.contains("Maple Court"), "{greeting}");
    let mut question = world
        .caller_says("my kitchen sink is leaking under the cabinet", &reading(Intent::Maintenance, None));
    for _ in 0..20 {
        if world.has_ended("carrier") {
            break;
        }
        let asked = question.to_lowercase();
        let yes = ["right?", "correct?", "yes?", "calling from", "home?"];
        let (words, moves) = if asked.contains("anything else") || asked.contains("can i help") {
            ("no that is all thank you", Some(Move::Done))
        } else if yes.iter().any(|question| asked.contains(question)) {
            ("yes", Some(Move::Affirm))
        } else if asked.contains("name") {
            ("Dana Reyes", None)
        } else if asked.contains("unit") || asked.contains("address") {
            ("unit 4B", None)
        } else {
            ("yes", Some(Move::Affirm))
        };
        question = world.caller_says(words, &reading(Intent::Other, moves));
    }
    assert!(world.has_ended("carrier"), "the agent hangs up after the goodbye: {:#?}", world.turns());
    let record = world.record();
    assert_eq!(record.disposition, Disposition::AiHandled);
    assert_eq!(record.agent_reason, Some(AgentReason::AgentFirst));
    let outcome = record.outcome.unwrap();
    assert_eq!(outcome.intent, Some(Intent::Maintenance));
    assert!(outcome.matter.unwrap().contains("sink"));
    assert_eq!(outcome.name.unwrap().value, "Dana Reyes");
    assert!(outcome.place.unwrap().value.contains("4B"));
    let callback = outcome.callback.unwrap();
    assert_eq!((callback.value, callback.confirmed), (number(DANA), true), "the number that she calls from");
    assert!(outcome.access.unwrap().value);
    assert_eq!(outcome.promised, Promise::WorkOrder);
    assert_eq!(outcome.ended, Some(EndReason::Goodbye));
    assert_eq!(record.turns[0].speaker, Speaker::Agent);
    assert!(record.turns[0].text.contains("Maple Court"));
    let dana = record.turns.iter().find(|turn| turn.speaker == Speaker::Caller).unwrap();
    assert_eq!(dana.text, "my kitchen sink is leaking under the cabinet");
    assert!(dana.at_ms > record.turns[0].at_ms);
    let replies = record.turns.iter().filter(|turn| turn.speaker == Speaker::Agent).skip(1);
    assert!(replies.clone().any(|turn| turn.latency_ms.is_some()), "{:#?}", record.turns);
    assert_eq!(world.turns().len(), record.turns.len(), "each turn was told as it happened");
}

#[test]
fn each_turn_is_found_where_it_begins_in_the_recording() {
    let mut office = office();
    office.recording = crate::pbx::RecordingRules::always();
    let mut world = World::with(office);
    world.speech_ready(true);
    let dana = world.call("carrier", LEASING);
    let greeting = world.hear_the_agent();
    let pause = 3_000;
    world.wait(Duration::from_millis(pause));
    world.caller_says("my sink is leaking", &reading(Intent::Maintenance, None));
    world.hangs_up("carrier", dana);
    let record = world.record();
    let at: Vec<u64> = record.turns.iter().map(|turn| record.in_recording(turn.at_ms).unwrap().1).collect();
    // The mouth of these stories begins after 150 ms and takes 60 ms for a letter.
    let greeted = 60 * greeting.trim_start_matches("[recorded] ").len() as u64;
    assert!((150..=500).contains(&at[0]), "{at:?}");
    let silence = at[1] - at[0] - greeted;
    assert!((pause..pause + 200).contains(&silence), "the caller's turn begins with the voice: {at:?}");
    assert!(at[2] > at[1] + 2_000, "and the answer after two seconds of it: {at:?}");
}

#[test]
fn the_mouth_stops_when_the_caller_speaks_over_it() {
    let (mut world, dana) = with_the_agent();
    world.mouth_works = false;
    let (leg, turn) = world.listening().unwrap();
    let utterance = world.utterance().unwrap();
    world.media_event(leg, MediaEvent::Speaking { utterance });
    assert!(world.speech.contains(&(leg, SpeechCommand::AgentAudible(true))));
    world.wait(Duration::from_millis(800));
    let event = crate::speech::SpeechEvent::Started { turn, at_ms: 800 };
    world.tell(Input::Speech { leg, event });
    assert!(world.media.contains(&(leg, MediaCommand::Hush { utterance })), "in the same instant");
    assert!(world.speech.contains(&(leg, SpeechCommand::Cease { utterance })));
    world.media_event(leg, MediaEvent::Played { utterance, heard_ms: 840, complete: false });
    assert!(world.speech.contains(&(leg, SpeechCommand::AgentAudible(false))));
    world.hangs_up("carrier", dana);
}

#[test]
fn without_anybody_on_call_no_number_is_dialled() {
    let mut office = office();
    office.on_call = Rota::default();
    let mut world = World::with(office);
    world.speech_ready(true);
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    world.caller_says("there is smoke in the hallway", &in_danger(LifeSafety::Fire));
    assert_eq!(world.has_been_invited("carrier"), None);
    assert!(!world.has_ended("carrier"), "the conversation goes on");
    world.hangs_up("carrier", dana);
}

#[test]
fn an_on_call_number_abroad_is_not_dialled_while_abroad_is_shut() {
    let mut office = office();
    office.on_call = Rota::new([OnCall::at_all_hours(number("+442079460958"))]);
    let mut world = World::with(office);
    world.speech_ready(true);
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    world.caller_says("there is smoke in the hallway", &in_danger(LifeSafety::Fire));
    assert_eq!(world.has_been_invited("carrier"), None);
    world.hangs_up("carrier", dana);
}

#[test]
fn who_asks_for_a_person_gets_the_phones_of_the_plan() {
    let (mut world, dana) = with_the_agent();
    world.hear_the_agent();
    let said = world.caller_says("can I talk to a person please", &reading(Intent::Human, None));
    assert!(said.contains("moment"), "{said}");
    let (_, invitation) = world.invited("101");
    assert_eq!(invitation.from.user, DANA);
    assert_eq!(invitation.from.display, "Leasing: Asks for a person.", "what the agent has learnt");
    world.rings("101");
    world.picks_up("102");
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::HandedOver);
    let desk = record.legs.iter().find(|leg| leg.party == Party::Phone(extension("102"))).unwrap();
    assert_eq!(desk.result, LegResult::Completed);
}

#[test]
fn words_that_the_end_of_the_call_cuts_off_are_in_the_record() {
    let (mut world, dana) = with_the_agent();
    let (leg, turn) = world.listening().unwrap();
    world.wait_s(1);
    world.ear_hears(leg, turn, "never mind, I smell gas");
    world.hangs_up("carrier", dana);
    let record = world.record();
    let said: Vec<_> = record.turns.iter().map(|turn| (turn.speaker, turn.text.as_str())).collect();
    assert!(said.contains(&(Speaker::Caller, "never mind, I smell gas")), "{said:?}");
    assert!(said[0].0 == Speaker::Agent && said[0].1.contains("Maple Court"), "{said:?}");
    assert!(record.turns[0].interrupted_after_ms.is_some());
}

#[test]
fn keys_reach_the_agent_once_each() {
    let (mut world, dana) = with_the_agent();
    world.hear_the_agent();
    let leg = world.listening().unwrap().0;
    let before = world.turns().len();
    world.media_event(leg, MediaEvent::Digit('D'));
    world.media_event(leg, MediaEvent::Digit('0'));
    world.wait_s(2);
    world.hear_the_agent();
    assert!(world.turns().len() > before, "it answers to a key: {:#?}", world.turns());
    world.hangs_up("carrier", dana);
}

#[test]
fn a_caller_who_says_nothing_is_let_go_politely() {
    let (mut world, _) = with_the_agent();
    for _ in 0..6 {
        world.hear_the_agent();
        world.wait_s(10);
    }
    assert!(world.has_ended("carrier"));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::AiAbandoned);
    assert_eq!(record.outcome.unwrap().ended, Some(EndReason::Silence));
}

#[test]
fn speech_that_fails_in_the_conversation_ends_in_the_announcement() {
    let mut world = World::with(office());
    world.speech_ready(true);
    world.wait_s(12 * 3600);
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    let leg = world.listening().unwrap().0;
    world.mouth_works = false;
    for _ in 0..4 {
        world.tell(Input::SpeechFailed { leg });
        world.wait_s(1);
    }
    let announced = MediaCommand::Announce {
        utterance: UtteranceId(u64::MAX),
        announcement: Announcement::CannotTakeCall,
    };
    assert!(world.media.contains(&(leg, announced)), "{:#?}", world.turns());
    assert_eq!(world.switch.counts().agent_places, 0);
    world.hangs_up("carrier", dana);
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Announced);
    assert_eq!(record.outcome.unwrap().ended, Some(EndReason::SpeechFailed));
}

#[test]
fn with_people_at_work_speech_that_fails_rings_their_phones() {
    let (mut world, dana) = with_the_agent();
    world.hear_the_agent();
    let leg = world.listening().unwrap().0;
    world.tell(Input::SpeechFailed { leg });
    world.hear_the_agent();
    world.picks_up("101");
    assert!(world.bridged().is_some());
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().disposition, Disposition::HandedOver);
}

#[test]
fn nobody_talks_with_the_agent_for_longer_than_a_quarter_of_an_hour() {
    let mut office = office();
    office.limits.agent_call_length = Duration::from_secs(5);
    let mut world = World::with(office);
    world.speech_ready(true);
    world.call("carrier", LEASING);
    world.wait_s(5);
    assert!(world.has_ended("carrier"));
    assert_eq!(world.record().outcome.unwrap().ended, Some(EndReason::Limit));
}

#[test]
fn a_caller_whose_media_dies_does_not_keep_the_agent() {
    let (mut world, _) = with_the_agent();
    let leg = world.listening().unwrap().0;
    world.media_event(leg, MediaEvent::Dead { silent_ms: 60_000, why: Unheard::WentQuiet });
    assert!(world.has_ended("carrier"));
    assert_eq!(world.record().disposition, Disposition::AiAbandoned);
}

#[test]
fn a_hold_is_answered_while_the_agent_talks() {
    let (mut world, dana) = with_the_agent();
    world.wants("carrier", dana, Direction::SendOnly);
    let leg = world.listening().unwrap().0;
    assert_eq!(world.direction(leg), Direction::RecvOnly);
    world.wants("carrier", dana, Direction::SendRecv);
    assert_eq!(world.direction(leg), Direction::SendRecv);
    let answered = world.facts.iter().filter(|fact| matches!(fact, Fact::AgentAnswered { .. }));
    assert_eq!(answered.count(), 1);
    world.hangs_up("carrier", dana);
}

#[test]
fn what_is_heard_of_another_turn_or_another_leg_is_nothing_to_the_agent() {
    let (mut world, dana) = with_the_agent();
    world.hear_the_agent();
    let (leg, turn) = world.listening().unwrap();
    let before = world.speech.len();
    world.ear_hears(leg, TurnId(turn.0 + 7), "not now");
    world.ear_hears(crate::types::LegId(999), turn, "not here");
    assert_eq!(world.speech.len(), before);
    world.hangs_up("carrier", dana);
}

#[test]
fn three_callers_at_night_talk_with_the_agent_at_once() {
    let mut world = World::at_work();
    world.wait_s(12 * 3600);
    let callers: Vec<_> = (0..3).map(|_| world.call("carrier", MAIN)).collect();
    assert_eq!(world.switch.counts().agent_places, 3);
    let takes = world
        .facts
        .iter()
        .filter(|fact| matches!(fact, Fact::AgentTakes { why: AgentReason::ClosedHours, .. }));
    assert_eq!(takes.count(), 3);
    for caller in callers {
        world.hangs_up("carrier", caller);
    }
    assert_eq!(world.records().len(), 3);
}
