//! Mailboxes: a message is left, heard, deleted, taken back; and nobody gets in without the PIN.

use std::time::Duration;

use crate::{
    media::Tone,
    pbx::{
        Caller, Control, Directory, Disposition, Fact, MailboxChange, MailboxPlan, MediaCommand, MediaEvent,
        SpeechCommand, VoiceMessage,
        story::{World, extension, office},
    },
    types::{Extension, Pin},
};

/// The office with a mailbox for 102 and a general one, 200.
fn with_mailboxes() -> Directory {
    let mut office = office();
    let mut back = MailboxPlan::of("the back office");
    back.pin = Some(Pin::new("481592", &extension("102")).unwrap());
    let mut general = MailboxPlan::of("Maple Court");
    general.greeting = Some("Maple Court. The office is closed.".into());
    office.services.mailboxes =
        [(extension("102"), back), (extension("200"), general), (extension("101"), MailboxPlan::of("Dana"))]
            .into();
    office
}

fn world() -> World {
    let mut world = World::with(with_mailboxes());
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world
}

fn changes(world: &World) -> Vec<(Extension, MailboxChange)> {
    let change = |fact: &Fact| match fact {
        Fact::MailboxChanged { mailbox, change } => Some((mailbox.clone(), change.clone())),
        _ => None,
    };
    world.facts.iter().filter_map(change).collect()
}

fn messages(world: &World) -> Vec<VoiceMessage> {
    let left = |(_, change)| match change {
        MailboxChange::Left(message) => Some(message),
        _ => None,
    };
    changes(world).into_iter().filter_map(left).collect()
}

fn takes(world: &World) -> usize {
    world.media.iter().filter(|(_, command)| matches!(command, MediaCommand::Take { .. })).count()
}

/// 101 calls `whom`, hears the greeting and the tone, speaks for five seconds and hangs up.
fn leaves_a_message(world: &mut World, whom: &str) -> String {
    let call = world.call("101", whom);
    if whom == "102" {
        world.rings("102");
        world.wait_s(20);
    }
    let greeting = world.hear_the_agent();
    world.wait_s(1);
    assert!(takes(world) > 0, "{:#?}", world.media);
    world.wait_s(5);
    world.hangs_up("101", call);
    greeting
}

#[test]
fn an_extension_that_nobody_answers_takes_a_message_when_the_caller_hangs_up() {
    let mut world = world();
    let greeting = leaves_a_message(&mut world, "102");
    assert_eq!(
        greeting,
        "You have reached the mailbox of the back office. Please leave a message after the tone."
    );
    assert!(world.was_cancelled("102").is_some(), "the phone has stopped ringing");
    let beeped = |(_, command): &&_| *command == MediaCommand::Tone(Some(Tone::Beep));
    assert_eq!(world.media.iter().filter(beeped).count(), 1);
    let [message] = &messages(&world)[..] else { panic!("{:?}", changes(&world)) };
    assert_eq!((message.caller.clone(), message.length_ms), (Caller::Extension(extension("101")), 5_000));
    assert!(!message.heard);
    let record = world.record();
    assert_eq!((record.disposition, record.call), (Disposition::Voicemail, message.call));
}

#[test]
fn a_busy_or_unplugged_phone_leads_to_its_mailbox_at_once() {
    let mut world = World::with(with_mailboxes());
    world.plug_in("101");
    world.speech_ready(true);
    let call = world.call("101", "102");
    assert!(world.hear_the_agent().contains("the back office"));
    world.hangs_up("101", call);
    assert!(messages(&world).is_empty(), "hung up before the tone");
}

#[test]
fn the_pound_key_skips_the_greeting_and_ends_the_message() {
    let mut world = world();
    let _call = world.call("101", "200");
    world.wait(Duration::from_millis(500));
    world.keys_in("#");
    world.wait_s(1);
    assert_eq!(takes(&world), 1);
    world.wait_s(8);
    world.keys_in("#");
    let said = world.hear_the_agent();
    assert!(said.contains("has been saved"), "{said}");
    world.wait_s(1);
    assert!(world.has_ended("101"), "the box hangs up");
    assert_eq!(messages(&world).len(), 1);
}

#[test]
fn silence_ends_a_message_and_nothing_said_is_nothing_kept() {
    let mut world = world();
    world.voiced_ms = 100;
    let _call = world.call("101", "200");
    assert_eq!(world.hear_the_agent(), "Maple Court. The office is closed.");
    world.wait_s(1);
    let leg = world.served_leg();
    world.media_event(leg, MediaEvent::TakeQuiet);
    assert!(world.hear_the_agent().contains("did not hear"));
    world.wait_s(1);
    assert!(messages(&world).is_empty());
    assert!(matches!(&changes(&world)[..], [(_, MailboxChange::Discarded { .. })]));
}

#[test]
fn a_message_is_as_long_as_it_may_be_and_no_longer() {
    let mut world = world();
    let _call = world.call("101", "200");
    world.hear_the_agent();
    world.wait_s(182);
    world.hear_the_agent();
    world.wait_s(1);
    assert!(world.has_ended("101"));
    assert_eq!(messages(&world).len(), 1);
}

#[test]
fn a_mailbox_works_without_speech_by_its_tone_alone() {
    let mut world = world();
    world.speech_ready(false);
    let call = world.call("101", "200");
    world.wait_s(1);
    assert_eq!(takes(&world), 1);
    assert!(!world.speech.iter().any(|(_, command)| matches!(command, SpeechCommand::Speak { .. })));
    world.wait_s(5);
    world.hangs_up("101", call);
    assert_eq!(messages(&world).len(), 1);
}

#[test]
fn a_full_mailbox_says_so_and_records_nothing() {
    let mut world = world();
    leaves_a_message(&mut world, "200");
    let message = messages(&world).remove(0);
    let mut full = crate::pbx::Mailbox::new(extension("200"));
    full.messages = vec![message; MailboxPlan::MOST_MESSAGES];
    world.control(crate::pbx::Control::Mailbox(full));
    let before = takes(&world);
    let _call = world.call("101", "200");
    assert!(world.hear_the_agent().contains("is full"));
    world.wait_s(1);
    assert_eq!(takes(&world), before);
}

#[test]
fn messages_are_heard_deleted_and_taken_back_from_the_own_phone() {
    let mut world = world();
    leaves_a_message(&mut world, "102");
    leaves_a_message(&mut world, "102");
    let ids: Vec<_> = messages(&world).into_iter().map(|message| message.id).collect();
    let call = world.call("102", "*97");
    assert!(world.hear_the_agent().contains("enter your PIN"));
    world.keys_in("481592#");
    let top = world.hear_the_agent();
    assert!(top.contains("You have 2 new messages.") && top.contains("press 1"), "{top}");
    world.keys_in("1");
    let first = world.hear_the_agent();
    assert!(first.contains("Message 1. From extension 1 0 1, Friday, November 20"), "{first}");
    assert!(first.contains(&format!("[{}.wav]", ids[0])), "{first}");
    world.keys_in("3");
    assert!(world.hear_the_agent().contains("Deleted"));
    world.keys_in("2");
    world.hear_the_agent();
    world.keys_in("3");
    world.hear_the_agent();
    world.keys_in("3");
    assert!(world.hear_the_agent().contains("Kept"));
    world.keys_in("2");
    assert!(world.hear_the_agent().contains("no more messages"));
    assert!(
        !changes(&world).iter().any(|(_, change)| matches!(change, MailboxChange::Deleted { .. })),
        "what is deleted can be taken back until the end of the call"
    );
    world.hangs_up("102", call);
    let of_102: Vec<_> = changes(&world).into_iter().skip(2).map(|(_, change)| change).collect();
    let [first, second] = [ids[0], ids[1]];
    assert_eq!(
        of_102,
        [
            MailboxChange::Heard { id: first },
            MailboxChange::Heard { id: second },
            MailboxChange::Deleted { id: first }
        ]
    );
}

#[test]
fn wrong_pins_shut_the_mailbox_for_that_caller_and_raise_an_alarm() {
    let mut world = world();
    for _ in 0..2 {
        let call = world.call("101", "*98102");
        world.hear_the_agent();
        for _ in 0..3 {
            world.keys_in("000000#");
            world.hear_the_agent();
        }
        world.wait_s(1);
        world.attempt_own("101", |endpoint, now, session| endpoint.bye(now, session, None));
        let _ = call;
        world.wait_s(5);
    }
    let alarmed = |fact: &&Fact| matches!(fact, Fact::MailboxLocked { .. });
    assert_eq!(world.facts.iter().filter(alarmed).count(), 1);
    let _call = world.call("101", "*98102");
    assert!(world.hear_the_agent().contains("too many wrong PINs"));
    world.wait_s(5);
    // The owner is not kept out by others.
    let call = world.call("102", "*97");
    world.hear_the_agent();
    world.keys_in("481592#");
    assert!(world.hear_the_agent().contains("You have no new messages."));
    world.hangs_up("102", call);
}

#[test]
fn the_first_call_from_the_own_phone_chooses_a_strong_pin() {
    let mut world = world();
    let call = world.call("101", "*97");
    assert!(world.hear_the_agent().contains("choose a PIN"));
    for weak in ["1234#", "123456#", "777777#", "101597#"] {
        world.keys_in(weak);
        assert!(world.hear_the_agent().contains("choose a PIN"), "{weak}");
    }
    world.keys_in("481592#");
    world.hear_the_agent();
    world.keys_in("481593#");
    assert!(world.hear_the_agent().contains("not the same"));
    world.keys_in("481592#");
    world.hear_the_agent();
    world.keys_in("481592#");
    assert!(world.hear_the_agent().contains("has been changed"));
    world.hangs_up("101", call);
    let call = world.call("102", "*98101");
    assert!(world.hear_the_agent().contains("enter your PIN"));
    world.keys_in("481592#");
    assert!(world.hear_the_agent().contains("You have no new messages."));
    world.hangs_up("102", call);
}

#[test]
fn a_greeting_is_recorded_judged_and_then_heard_by_callers() {
    let mut world = world();
    let call = world.call("102", "*97");
    world.hear_the_agent();
    world.keys_in("481592#");
    world.hear_the_agent();
    world.keys_in("2");
    world.hear_the_agent();
    world.keys_in("2");
    world.hear_the_agent();
    world.wait_s(1);
    assert_eq!(takes(&world), 1);
    world.wait_s(3);
    world.keys_in("#");
    let played = world.hear_the_agent();
    assert!(played.contains("[greeting-") && played.contains("To keep this greeting"), "{played}");
    world.keys_in("1");
    assert!(world.hear_the_agent().contains("now in use"));
    world.hangs_up("102", call);
    let call = world.call("101", "102");
    world.wait_s(20);
    let greeting = world.hear_the_agent();
    assert!(greeting.starts_with("[greeting-"), "{greeting}");
    world.hangs_up("101", call);
    let forgotten =
        changes(&world).iter().any(|(_, change)| matches!(change, MailboxChange::Discarded { .. }));
    assert!(!forgotten);
}

#[test]
fn a_greeting_brought_to_the_console_is_heard_by_the_next_caller_and_taken_back_by_the_one_after() {
    let mut world = world();
    let set = |world: &mut World, file: Option<&str>| {
        let change = MailboxChange::Greeting { file: file.map(str::to_owned) };
        world.control(Control::ChangeMailbox { mailbox: extension("102"), change });
    };
    set(&mut world, Some("greeting-brought.wav"));
    let [(mailbox, MailboxChange::Greeting { file: Some(file) })] = &changes(&world)[..] else {
        panic!("the desk is not told: {:?}", changes(&world))
    };
    assert_eq!((mailbox, file.as_str()), (&extension("102"), "greeting-brought.wav"));
    let greeting = leaves_a_message(&mut world, "102");
    assert!(greeting.starts_with("[greeting-brought.wav]"), "{greeting}");
    set(&mut world, None);
    let greeting = leaves_a_message(&mut world, "102");
    assert!(greeting.starts_with("You have reached the mailbox of the back office."), "{greeting}");
}

#[test]
fn who_presses_nothing_is_reminded_and_then_let_go() {
    let mut world = world();
    let _call = world.call("102", "*97");
    world.wait_s(60);
    let said = world.hear_the_agent();
    assert_eq!(said.matches("enter your PIN").count(), 3, "{said}");
    assert!(said.ends_with("Goodbye."), "{said}");
    assert!(world.has_ended("102"));
}

#[test]
fn codes_of_mailboxes_that_are_not_there_lead_nowhere() {
    let mut world = World::at_work();
    for code in ["*97", "*98", "*98200"] {
        world.call("101", code);
        assert_eq!(world.failed_with("101"), Some(404), "{code}");
    }
}
