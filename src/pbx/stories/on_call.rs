//! Danger is heard, and people on call are rung until one of them has said what becomes of it.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    dialogue::{Intent, LifeSafety, Reading, Urgency, UrgentKind},
    media::Tone,
    pbx::{
        Announcement, Control, Directory, Disposition, EscalationEvent, EscalationReport, EscalationStep,
        MediaCommand, MediaEvent, OnCall, Rota, SpeechCommand, Unreached, Verdict,
        stories::emergencies::with_channels,
        story::{DANA, LEASING, MAIN, ON_CALL, World, in_danger, number, office, reading},
    },
    sip::SessionId,
    types::CallId,
};

const ROBIN: &str = "+13035550192";

fn person(name: &str, at: &str) -> OnCall {
    OnCall { name: name.into(), ..OnCall::at_all_hours(number(at)) }
}

/// Kim is rung first, then Robin.
fn two_on_call() -> Directory {
    let rota = Rota::new([person("Kim", ON_CALL), person("Robin", ROBIN)]);
    Directory { on_call: rota, ..office() }
}

/// A caller of this office smells gas, and hangs up in the middle of the agent's answer.
fn smells_gas_and_hangs_up(office: Directory) -> World {
    let mut world = World::with_office_at_work(office);
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    says_gas(&mut world);
    world.hangs_up("carrier", dana);
    world
}

/// The words are out, and the agent has not taken its turn yet.
fn says_gas(world: &mut World) {
    let (leg, turn) = world.listening().unwrap();
    world.ear_hears(leg, turn, "I smell gas in my kitchen");
    let asked = |(_, command): &(_, SpeechCommand)| matches!(command, SpeechCommand::Understand { .. });
    for _ in 0..40 {
        if world.speech.iter().any(asked) {
            break;
        }
        world.wait(Duration::from_millis(100));
    }
    let reading = Box::new(in_danger(LifeSafety::Gas));
    world.tell(crate::pbx::Input::Understood { leg, turn, reading });
}

fn whom(world: &mut World) -> String {
    world.invited("carrier").1.dialled
}

/// What was written down, in a word each.
fn written(world: &World) -> Vec<String> {
    let word = |event: &EscalationEvent| match event {
        EscalationEvent::Opened { .. } => "opened".to_owned(),
        EscalationEvent::Learnt { .. } => "learnt".to_owned(),
        EscalationEvent::Joined { .. } => "joined".to_owned(),
        EscalationEvent::Merged { .. } => "merged".to_owned(),
        EscalationEvent::Rung { name, .. } => format!("rung {name}"),
        EscalationEvent::Answered { name } => format!("answered {name}"),
        EscalationEvent::Repeated { .. } => "repeated".to_owned(),
        EscalationEvent::Unreached { name, why } => format!("{name} {why:?}"),
        EscalationEvent::Uncertain { name } => format!("uncertain {name}"),
        EscalationEvent::RoundEnded { round, texts_to } => format!("round {round}, {} texts", texts_to.len()),
        EscalationEvent::Settled { verdict, by } => format!("{} {by}", verdict.name()),
        EscalationEvent::Connected { name } => format!("connected {name}"),
        EscalationEvent::GivenUp => "given up".to_owned(),
    };
    world.steps().iter().map(|step| word(&step.event)).filter(|word| word != "learnt").collect()
}

/// The leg of whoever was called last is told this, and the words are over.
fn is_told(world: &mut World) -> String {
    world.hear_the_agent()
}

#[test]
fn who_hangs_up_after_one_sentence_has_somebody_rung_within_ten_seconds() {
    let mut world = smells_gas_and_hangs_up(two_on_call());
    assert_eq!(whom(&mut world), ON_CALL, "with the first words of it");
    world.rings("carrier");
    world.wait_s(31);
    assert_eq!(world.was_cancelled("carrier"), Some(None));
    assert_eq!(whom(&mut world), ROBIN, "the next one, without a pause");
    world.rings("carrier");
    world.picks_up("carrier");
    let told = is_told(&mut world);
    assert!(told.contains("This is Maple Court. Emergency, gas smell."), "{told}");
    assert!(told.contains("Call back 3 0 3"), "{told}");
    assert!(told.contains("Press 1 to accept, 2 to leave it until the morning"), "{told}");
    world.presses('1');
    assert!(is_told(&mut world).contains("Thank you, it is yours."));
    assert!(world.has_ended("carrier"));
    world.wait_s(3_600);
    assert_eq!(
        written(&world),
        ["opened", "rung Kim", "Kim NoAnswer", "rung Robin", "answered Robin", "accepted Robin"]
    );
    let record = world.record();
    assert!(record.outcome.unwrap().urgency.is_life_safety(), "and the work order is an emergency");
}

#[test]
fn a_voicemail_presses_no_key_and_is_passed_over() {
    let mut world = smells_gas_and_hangs_up(two_on_call());
    world.picks_up("carrier");
    world.hear_the_agent();
    world.wait_s(90);
    let told = world.speech.iter().filter(|(_, command)| {
        matches!(command, SpeechCommand::Speak { text, .. } if text.contains("Press 1 to accept"))
    });
    assert_eq!(told.count(), 3, "with time to find the key in between");
    assert_eq!(whom(&mut world), ROBIN);
    assert_eq!(written(&world)[..4], ["opened", "rung Kim", "answered Kim", "Kim NoKey"]);
}

#[test]
fn nobody_answers_so_all_are_texted_and_rung_again_and_again() {
    let mut world = smells_gas_and_hangs_up(two_on_call());
    world.refuses("carrier", 486);
    world.refuses("carrier", 480);
    assert_eq!(
        written(&world),
        ["opened", "rung Kim", "Kim Busy", "rung Robin", "Robin Busy", "round 1, 2 texts"]
    );
    world.wait_s(59);
    assert_eq!(world.steps().len(), written(&world).len());
    world.wait_s(1);
    assert_eq!(written(&world).last().unwrap(), "rung Kim");
    world.refuses("carrier", 486);
    world.refuses("carrier", 486);
    assert_eq!(written(&world).last().unwrap(), "round 2, 0 texts", "one text is enough");
    // In an hour and a half: every minute or so at first, then every ten minutes; nobody answers.
    world.far("carrier").dead = true;
    world.wait_s(5_400);
    world.far("carrier").dead = false;
    let rung = written(&world).iter().filter(|word| word.starts_with("rung")).count();
    assert!((40..120).contains(&rung), "{rung}");
}

#[test]
fn each_key_does_what_it_says() {
    for (key, verdict, words) in
        [('2', "downgraded Kim", "urgent work for the morning"), ('3', "known Kim", "Nobody else is called")]
    {
        let mut world = smells_gas_and_hangs_up(two_on_call());
        world.picks_up("carrier");
        is_told(&mut world);
        world.presses('7');
        world.presses('0');
        assert!(is_told(&mut world).contains("gas smell"), "said again");
        world.presses(key);
        let said = is_told(&mut world);
        assert!(said.contains(words), "{said}");
        world.wait_s(3_600);
        assert_eq!(written(&world), ["opened", "rung Kim", "answered Kim", "repeated", verdict]);
        let record = world.record();
        assert!(record.outcome.unwrap().urgency.is_life_safety(), "a downgrade changes no record");
    }
}

#[test]
fn what_was_pressed_is_confirmed_only_when_it_is_stored_and_a_full_disk_keeps_nobody_away() {
    let mut world = World::with_office_at_work(two_on_call());
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    world.store_works = false;
    says_gas(&mut world);
    assert_eq!(world.has_been_invited("carrier"), None, "not before it is stored");
    world.hangs_up("carrier", dana);
    world.wait_s(2);
    assert_eq!(whom(&mut world), ON_CALL, "and not much later either");
    world.picks_up("carrier");
    is_told(&mut world);
    world.presses('1');
    let thanked = |world: &World| {
        world.speech.iter().any(|(_, command)| matches!(command, SpeechCommand::Speak { text, .. } if text.starts_with("Thank you")))
    };
    assert!(!thanked(&world));
    world.wait_s(2);
    assert!(thanked(&world));
    world.wait_s(60);
    assert!(world.has_ended("carrier"));
}

/// A caller who smells gas, and waits; Kim's telephone rings.
fn waits() -> (World, SessionId) {
    let mut world = World::with_office_at_work(two_on_call());
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    let said = world.caller_says("I smell gas in my kitchen", &in_danger(LifeSafety::Gas));
    assert!(said.starts_with("Leave the building now"), "{said}");
    assert_eq!(whom(&mut world), ON_CALL);
    let caller = world.listening().unwrap().0;
    assert!(world.media.contains(&(caller, MediaCommand::Tone(Some(Tone::Ringback)))));
    world.rings("carrier");
    (world, dana)
}

#[test]
fn who_accepts_is_offered_the_caller_who_has_waited() {
    let (mut world, dana) = waits();
    let caller = world.listening().unwrap().0;
    world.wait_s(8);
    world.picks_up("carrier");
    is_told(&mut world);
    world.presses('1');
    let offered = is_told(&mut world);
    assert!(offered.contains("The caller is still on the line. Press 1 to talk"), "{offered}");
    assert!(world.bridged().is_none());
    world.presses('1');
    assert_eq!(world.bridged().unwrap().0, caller);
    assert!(world.media.contains(&(caller, MediaCommand::Tone(None))));
    assert_eq!(world.switch.counts().agent_places, 0);
    world.wait_s(30);
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().disposition, Disposition::HandedOver);
    assert_eq!(written(&world), ["opened", "rung Kim", "answered Kim", "accepted Kim", "connected Kim"]);
}

#[test]
fn who_accepts_and_hangs_up_leaves_the_caller_with_the_agent_who_says_so() {
    let (mut world, dana) = waits();
    let kim = world.picks_up("carrier");
    is_told(&mut world);
    world.presses('1');
    is_told(&mut world);
    world.hangs_up("carrier", kim);
    let said = world.hear_the_agent();
    assert!(said.contains("The person on call has your report"), "{said}");
    world.hangs_up("carrier", dana);
    assert_eq!(world.record().disposition, Disposition::AiHandled);
}

#[test]
fn the_caller_hears_that_the_next_one_is_rung_and_then_is_asked_for_the_rest() {
    let (mut world, dana) = waits();
    world.refuses("carrier", 486);
    assert_eq!(whom(&mut world), ROBIN);
    let said = world.hear_the_agent();
    assert!(said.contains("ringing the next person on call"), "{said}");
    world.rings("carrier");
    world.refuses("carrier", 486);
    let said = world.hear_the_agent();
    assert!(said.contains("call 9 1 1"), "{said}");
    world.hangs_up("carrier", dana);
    world.wait_s(70);
    assert_eq!(written(&world).last().unwrap(), "rung Kim", "though the caller has gone");
}

#[test]
fn a_caller_who_gives_up_while_a_telephone_rings_silences_nobody() {
    let (mut world, dana) = waits();
    world.hangs_up("carrier", dana);
    assert_eq!(world.was_cancelled("carrier"), None, "danger does not end with a call");
    world.picks_up("carrier");
    is_told(&mut world);
    world.presses('1');
    assert!(is_told(&mut world).contains("Nobody else is called"), "there is nobody to talk with");
}

#[test]
fn a_console_that_sees_to_it_stops_the_ringing() {
    let mut world = smells_gas_and_hangs_up(two_on_call());
    world.rings("carrier");
    let call = world.steps()[0].call;
    world.control(Control::SettleEscalation { call, verdict: Verdict::Accepted, by: "Ana".into() });
    assert!(world.was_cancelled("carrier").is_some());
    world.wait_s(1_800);
    assert_eq!(written(&world), ["opened", "rung Kim", "accepted Ana"]);
    world.control(Control::SettleEscalation { call, verdict: Verdict::Known, by: "Bea".into() });
    assert_eq!(written(&world).len(), 3, "the first one counts");
}

#[test]
fn a_caller_who_takes_it_back_stops_the_ringing() {
    let mut world = World::with_office_at_work(two_on_call());
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    let urgent =
        Reading { urgency: Urgency::Urgent(UrgentKind::NoHeat), ..reading(Intent::Maintenance, None) };
    world.caller_says("We have no heat in 4B", &urgent);
    world.rings("carrier");
    world.caller_says("It just came back on, cancel that", &reading(Intent::Other, None));
    assert!(world.was_cancelled("carrier").is_some());
    world.hangs_up("carrier", dana);
    world.wait_s(3_600);
    assert_eq!(written(&world), ["opened", "rung Kim", "downgraded the caller"]);
}

#[test]
fn who_has_accepted_is_not_given_a_caller_who_takes_it_back() {
    let mut world = World::with_office_at_work(two_on_call());
    world.call("carrier", LEASING);
    world.hear_the_agent();
    let urgent =
        Reading { urgency: Urgency::Urgent(UrgentKind::NoHeat), ..reading(Intent::Maintenance, None) };
    world.caller_says("We have no heat in 4B", &urgent);
    let caller = world.listening().unwrap().0;
    world.picks_up("carrier");
    is_told(&mut world);
    world.presses('1');
    world.wait_s(1);
    assert_eq!(world.listening().unwrap().0, caller);
    world.caller_says("It just came back on, cancel that", &reading(Intent::Other, None));
    assert!(world.bridged().is_none());
    assert!(world.has_ended("carrier"), "nobody waits on the line any more");
    assert_eq!(written(&world), ["opened", "rung Kim", "answered Kim", "accepted Kim"]);
}

#[test]
fn an_emergency_call_gets_the_line_and_the_same_person_is_called_again() {
    // The caller's own call has the only line at first: once more in a minute.
    let mut world = smells_gas_and_hangs_up(with_channels(two_on_call(), 1));
    world.wait_s(61);
    world.rings("carrier");
    let emergency = world.call("101", "911");
    world.wait_s(1);
    assert_eq!(whom(&mut world), "911");
    world.picks_up("carrier");
    world.hangs_up("101", emergency);
    world.wait_s(30);
    assert_eq!(whom(&mut world), ON_CALL);
    let lost = format!("Kim {:?}", Unreached::LineGiven);
    assert_eq!(written(&world)[6..], ["rung Kim", lost.as_str(), "rung Kim"]);
}

#[test]
fn after_a_restart_it_goes_on_with_the_next_and_says_what_is_uncertain() {
    let mut world = World::with_office_at_work(two_on_call());
    let call = CallId::from_random(7);
    let report = EscalationReport {
        urgency: Urgency::LifeSafety(LifeSafety::Gas),
        place: Some("Unit 4B".into()),
        name: None,
        callback: Some(number(DANA)),
        words: None,
    };
    let step = |number: u32, event| EscalationStep { call, number, at: ago(&world, 40), event };
    let opened = EscalationEvent::Opened { report, dialled: Some(number(MAIN)) };
    let rung = EscalationEvent::Rung { round: 1, name: "Kim".into(), number: number(ON_CALL) };
    let steps = vec![step(1, opened), step(2, rung)];
    world.control(Control::RestoreEscalations(vec![steps]));
    assert_eq!(whom(&mut world), ROBIN);
    assert_eq!(written(&world), ["uncertain Kim", "rung Robin"]);
    assert_eq!(world.steps()[0].number, 3, "the timeline goes on without a gap");
    world.picks_up("carrier");
    let told = is_told(&mut world);
    assert!(told.contains("Unit 4 B"), "{told}");
    world.presses('1');
    is_told(&mut world);
}

fn ago(world: &World, seconds: i64) -> Timestamp {
    world.now.wall.checked_sub(jiff::SignedDuration::from_secs(seconds)).unwrap()
}

#[test]
fn without_speech_the_recorded_words_are_played() {
    let mut world = smells_gas_and_hangs_up(two_on_call());
    world.speech_ready(false);
    world.picks_up("carrier");
    let announced = |(_, command): &(_, MediaCommand)| {
        matches!(command, MediaCommand::Announce { announcement: Announcement::OnCallWanted, .. })
    };
    assert!(world.media.iter().any(announced));
    world.presses('1');
    world.wait_s(30);
    let leg = world.served_leg();
    world.media_event(leg, MediaEvent::Failed);
    assert_eq!(written(&world).last().unwrap(), "accepted Kim");
}

#[test]
fn a_trunk_that_cannot_is_passed_over_for_the_next() {
    let mut office = crate::pbx::story::office_with_spare();
    office.on_call = Rota::new([person("Kim", ON_CALL)]);
    let mut world = World::with(office);
    world.has_spare();
    world.speech_ready(true);
    let dana = world.call("carrier", LEASING);
    world.hear_the_agent();
    says_gas(&mut world);
    world.hangs_up("carrier", dana);
    world.refuses("carrier", 503);
    assert_eq!(world.invited("spare").1.dialled, ON_CALL);
    world.picks_up("spare");
    is_told(&mut world);
    world.presses('1');
    is_told(&mut world);
    assert_eq!(written(&world), ["opened", "rung Kim", "answered Kim", "accepted Kim"]);
}
