//! A menu answers: keys, extensions, names and words, and always a way on.

use std::time::Duration;

use crate::{
    media::Tone,
    pbx::{
        AgentReason, CallDirection, Choice, DayNight, Directory, Disposition, Fact, Input, Leads,
        MailboxPlan, MediaCommand, MenuHours, MenuOtherwise, MenuPlan, Party, SpeechCommand,
        story::{MAIN, World, extension, number, office_with_phones},
    },
    sip::Event,
    speech::SpeechEvent,
};

fn choice(label: &str, also: &[&str], leads: Leads) -> Choice {
    Choice { label: label.into(), also: also.iter().map(|word| (*word).to_owned()).collect(), leads }
}

/// The main number has a menu while the office is open; 102 is Morgan Lee and has a mailbox.
fn with_menu() -> Directory {
    let mut office = office_with_phones(&["103", "104"]);
    for (id, name) in [("102", "Morgan Lee"), ("103", "Dana Reyes"), ("104", "Daniel Cho")] {
        office.extensions.get_mut(&extension(id)).unwrap().name = name.into();
    }
    office.services.mailboxes = [(extension("102"), MailboxPlan::of("Morgan Lee"))].into();
    let hours = choice("our hours", &[], Leads::Words("We are open from nine to five.".into()));
    let choices = [
        ('1', choice("leasing", &["an apartment"], Leads::Extension(extension("102")))),
        ('2', choice("the front desk", &[], Leads::RingPlan)),
        ('3', choice("the receptionist", &["a machine"], Leads::Agent)),
        ('4', choice("messages", &[], Leads::Mailbox(extension("102")))),
        ('5', choice("more", &[], Leads::Menu("more".into()))),
        ('6', hours),
        ('9', choice("", &[], Leads::Names)),
    ];
    let main = MenuPlan {
        greeting: "Welcome to Maple Court.".into(),
        choices: choices.into(),
        extensions: true,
        ..MenuPlan::default()
    };
    let more = MenuPlan {
        greeting: "More.".into(),
        choices: [('1', choice("repairs", &[], Leads::Extension(extension("101"))))].into(),
        otherwise: MenuOtherwise::Agent,
        ..MenuPlan::default()
    };
    office.services.menus = [("main".to_owned(), main), ("more".to_owned(), more)].into();
    let answers = MenuHours { menu: "main".into(), open: Some(true), hours: None };
    office.services.menus_of = [(number(MAIN), vec![answers])].into();
    office
}

/// Dana has called, and has heard the choices.
fn world() -> World {
    let mut world = World::with(with_menu());
    for phone in ["101", "102", "103", "104"] {
        world.plug_in(phone);
    }
    world.speech_ready(true);
    world.call("carrier", MAIN);
    let said = world.hear_the_agent();
    assert!(said.starts_with("Welcome to Maple Court. For leasing, press 1."), "{said}");
    assert!(said.contains("To reach somebody by name, press 9.") && said.contains("dial it now"), "{said}");
    world
}

/// Listens to "One moment", and until somebody has been rung.
fn goes_on(world: &mut World) {
    assert_eq!(world.hear_the_agent(), "One moment, please.");
    world.wait(Duration::from_millis(100));
}

fn hangs_up(world: &mut World) {
    let call = world.own_call("carrier");
    world.hangs_up("carrier", call);
}

fn says(world: &mut World, text: &str) {
    let (leg, turn) = world.listening().unwrap();
    let event = SpeechEvent::Heard { turn, at_ms: 2_000, text: text.into(), decode_ms: 100 };
    world.tell(Input::Speech { leg, event });
}

#[test]
fn a_key_leads_to_a_phone_and_the_caller_hears_it_ring() {
    let mut world = world();
    let leg = world.served_leg();
    assert!(world.has_been_invited("101").is_none(), "nobody rings before somebody has chosen");
    world.keys_in("1");
    // 10x are extensions: the key waits a moment for more.
    world.wait_s(2);
    goes_on(&mut world);
    assert!(world.has_been_invited("101").is_none());
    assert!(world.commands(leg).contains(&&MediaCommand::Tone(Some(Tone::Ringback))));
    assert_eq!(world.invited("102").1.from.display, "Main: Dana Reyes");
    let session = world.picks_up("102");
    assert!(world.bridged().is_some());
    world.wait_s(5);
    world.hangs_up("102", session);
    let record = world.record();
    assert_eq!((record.disposition, record.direction), (Disposition::Answered, CallDirection::Inbound));
    let why: Vec<&str> = record.decisions.iter().map(|decision| decision.why.as_str()).collect();
    assert!(
        why.contains(&"menu main answers") && why.contains(&"1 was chosen in menu main: leasing"),
        "{why:?}"
    );
}

#[test]
fn an_extension_is_dialled_and_nobody_there_is_the_mailbox_or_the_agent() {
    let mut world = world();
    world.keys_in("102");
    goes_on(&mut world);
    world.rings("102");
    world.wait_s(21);
    assert!(world.hear_the_agent().contains("the mailbox of Morgan Lee"));
    hangs_up(&mut world);
    assert_eq!(world.record().disposition, Disposition::Voicemail);

    let mut world = self::world();
    world.keys_in("103");
    goes_on(&mut world);
    world.refuses("103", 486);
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::AgentTakes { .. })), "without one the agent");
    world.hear_the_agent();
    hangs_up(&mut world);
}

#[test]
fn the_ring_plan_the_agent_a_mailbox_and_another_menu_are_a_key_away() {
    let mut world = world();
    world.keys_in("2");
    goes_on(&mut world);
    assert!(world.has_been_invited("101").is_some() && world.has_been_invited("102").is_some());
    let session = world.picks_up("101");
    world.hangs_up("101", session);

    let mut world = self::world();
    world.keys_in("3");
    let chosen = |fact: &Fact| matches!(fact, Fact::AgentTakes { why: AgentReason::Chosen, .. });
    assert!(world.facts.iter().any(chosen));
    world.hear_the_agent();
    hangs_up(&mut world);

    let mut world = self::world();
    world.keys_in("4");
    assert!(world.hear_the_agent().contains("leave a message"));
    hangs_up(&mut world);

    let mut world = self::world();
    world.keys_in("5");
    assert_eq!(world.hear_the_agent(), "More. For repairs, press 1.");
    world.keys_in("1");
    goes_on(&mut world);
    assert!(world.has_been_invited("101").is_some());
    hangs_up(&mut world);
    assert_eq!(world.record().disposition, Disposition::CallerAbandoned);
}

#[test]
fn who_presses_nothing_hears_the_choices_three_times_and_then_phones_ring() {
    let mut world = world();
    for _ in 0..2 {
        world.wait_s(7);
        assert!(world.hear_the_agent().starts_with("For leasing, press 1."));
    }
    world.wait_s(7);
    goes_on(&mut world);
    assert!(world.has_been_invited("101").is_some());
    hangs_up(&mut world);
    let why: Vec<String> = world.record().decisions.into_iter().map(|decision| decision.why).collect();
    assert!(why.contains(&"nothing was chosen in menu main".to_owned()), "{why:?}");
}

#[test]
fn keys_that_lead_nowhere_are_counted_too_and_911_is_only_three_keys() {
    let mut world = world();
    world.keys_in("8");
    assert!(world.hear_the_agent().starts_with("That is not one of the choices. For leasing"));
    world.keys_in("6");
    assert!(world.hear_the_agent().starts_with("We are open from nine to five."));
    world.keys_in("*");
    goes_on(&mut world);
    hangs_up(&mut world);

    let mut world = self::world();
    world.keys_in("0");
    goes_on(&mut world);
    assert!(world.has_been_invited("101").is_some(), "0 is a person");
    hangs_up(&mut world);

    let mut world = self::world();
    for key in "911".chars() {
        world.keys_in(&key.to_string());
        world.hear_the_agent();
    }
    let outside = |event: &Event| matches!(event, Event::Invited { .. });
    assert!(!world.events("carrier").iter().any(outside), "a caller is never connected outside");
    hangs_up(&mut world);
}

#[test]
fn a_name_is_spelled_on_the_keys() {
    let mut world = world();
    world.keys_in("9");
    assert!(world.hear_the_agent().contains("spell"));
    // DAN: Dana and Daniel.
    world.keys_in("326#");
    assert_eq!(world.hear_the_agent(), "For Dana Reyes, press 1. For Daniel Cho, press 2.");
    world.keys_in("2");
    goes_on(&mut world);
    assert!(world.has_been_invited("104").is_some());
    hangs_up(&mut world);

    let mut world = self::world();
    world.keys_in("9");
    world.hear_the_agent();
    world.keys_in("667");
    world.wait_s(2);
    goes_on(&mut world);
    assert!(world.has_been_invited("102").is_some(), "MOR, and nothing more");
    hangs_up(&mut world);

    let mut world = self::world();
    world.keys_in("9");
    world.hear_the_agent();
    world.keys_in("999#");
    assert!(world.hear_the_agent().starts_with("There is nobody of that name."));
    hangs_up(&mut world);
}

#[test]
fn what_is_said_is_understood_and_what_is_not_is_asked_again() {
    let mut world = world();
    says(&mut world, "I am looking for an apartment.");
    goes_on(&mut world);
    assert!(world.has_been_invited("102").is_some());
    hangs_up(&mut world);

    let mut world = self::world();
    says(&mut world, "Dana Reyes, please");
    goes_on(&mut world);
    assert!(world.has_been_invited("103").is_some());
    let deaf = |(_, command): &(_, SpeechCommand)| *command == SpeechCommand::Deaf;
    assert!(world.speech.iter().any(deaf), "nobody is listened to any longer");
    hangs_up(&mut world);

    let mut world = self::world();
    says(&mut world, "hmm what");
    assert!(world.hear_the_agent().starts_with("I did not understand that. For leasing"));
    says(&mut world, "");
    assert_eq!(world.hear_the_agent(), "");
    hangs_up(&mut world);
}

#[test]
fn without_speech_and_outside_its_hours_there_is_no_menu() {
    let mut world = World::with(with_menu());
    world.plug_in("101");
    world.call("carrier", MAIN);
    assert!(world.has_been_invited("101").is_some(), "phones ring first");
    let call = world.own_call("carrier");
    world.gives_up("carrier", call);

    let mut world = World::with(with_menu());
    world.plug_in("101");
    world.speech_ready(true);
    world.control(crate::pbx::Control::SetDayNight(DayNight::Night));
    world.call("carrier", MAIN);
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::AgentTakes { .. })));
    world.hear_the_agent();
    hangs_up(&mut world);
}

#[test]
fn the_one_who_does_not_want_to_be_disturbed_is_not_disturbed_by_a_menu() {
    let mut world = world();
    let quiet = crate::pbx::DeskSettings { do_not_disturb: true, ..crate::pbx::DeskSettings::default() };
    world.control(crate::pbx::Control::SetDesk { extension: extension("103"), settings: quiet });
    world.keys_in("103");
    goes_on(&mut world);
    assert!(world.has_been_invited("103").is_none());
    world.hear_the_agent();
    hangs_up(&mut world);
    assert!(
        !world
            .record()
            .legs
            .iter()
            .any(|leg| leg.party == Party::Phone(extension("103")) && leg.answered.is_some())
    );
}

#[test]
fn danger_to_life_goes_to_the_agent_and_not_to_phones() {
    let mut world = world();
    says(&mut world, "I smell gas in my apartment");
    world.wait(Duration::from_millis(300));
    assert!(["101", "102", "103", "104"].iter().all(|phone| world.has_been_invited(phone).is_none()));
    let chosen = |fact: &Fact| matches!(fact, Fact::AgentTakes { why: AgentReason::Chosen, .. });
    assert!(world.facts.iter().any(chosen));
    hangs_up(&mut world);
    let why = world
        .record()
        .decisions
        .iter()
        .any(|decision| decision.why == "the caller spoke of danger in menu main");
    assert!(why);
}
