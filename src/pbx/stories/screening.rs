//! Callers whom the office would rather not hear, and those who always get through.

use std::time::Duration;

use crate::{
    pbx::{
        CallDirection, Control, Fact, Input, Listing, ScreeningRules, Treatment, Unanswered,
        story::{DANA, MAIN, ON_CALL, World, number, office},
    },
    sip::Event,
    speech::SpeechEvent,
};

fn rings(world: &mut World) -> bool {
    world.has_been_invited("102").is_some()
}

#[test]
fn the_last_caller_is_blocked_by_a_code_and_let_in_again_by_the_office() {
    let mut world = World::at_work();
    let call = world.call("carrier", MAIN);
    world.gives_up("carrier", call);
    world.call("101", "*60");
    let listed = world.facts.iter().find_map(|fact| match fact {
        Fact::NumberListed { number, listing, by } => Some((*number, *listing, by.clone())),
        _ => None,
    });
    assert_eq!(listed, Some((number(DANA), Some(Listing::Block), "extension 101".to_owned())));
    world.wait_s(15);
    let records = world.records().len();
    world.call("carrier", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(603));
    assert_eq!(world.records().len(), records, "nothing rang");
    assert!(world.facts.iter().any(|fact| matches!(fact, Fact::CallScreened { .. })), "but it was seen");
    world.control(Control::List { number: number(DANA), listing: None });
    let again = world.call("carrier", MAIN);
    assert!(rings(&mut world));
    world.gives_up("carrier", again);
    assert_eq!(world.records().last().unwrap().direction, CallDirection::Inbound);
}

#[test]
fn a_code_without_a_caller_before_it_blocks_nobody() {
    let mut world = World::at_work();
    world.call("101", "*60");
    world.wait_s(15);
    assert!(!world.facts.iter().any(|fact| matches!(fact, Fact::NumberListed { .. })));
}

#[test]
fn withheld_numbers_ring_unless_the_office_says_otherwise() {
    for (anonymous, status) in [(Treatment::Ring, None), (Treatment::Refuse, Some(603))] {
        let mut office = office();
        office.screening = ScreeningRules { anonymous, ..ScreeningRules::default() };
        let mut world = World::with(office);
        world.plug_in("101");
        world.plug_in("102");
        let call = world.call_as("carrier", "anonymous", "Anonymous", MAIN);
        assert_eq!(world.failed_with("carrier"), status);
        assert_eq!(rings(&mut world), status.is_none());
        if status.is_none() {
            world.gives_up("carrier", call);
        }
    }
}

#[test]
fn an_emergency_service_that_calls_back_and_the_person_on_call_get_through() {
    let mut office = office();
    office.screening = ScreeningRules {
        anonymous: Treatment::Refuse,
        failed: Treatment::Refuse,
        ..ScreeningRules::default()
    };
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.control(Control::List { number: number(ON_CALL), listing: Some(Listing::Block) });
    let on_call = world.call_as("carrier", ON_CALL, "", MAIN);
    assert!(rings(&mut world), "whoever is on call is never screened");
    world.gives_up("carrier", on_call);
    world.call_as("carrier", "anonymous", "", MAIN);
    assert_eq!(world.failed_with("carrier"), Some(603));
    let emergency = world.call("101", "911");
    world.picks_up("carrier");
    world.hangs_up("101", emergency);
    let back = world.call_as("carrier", "anonymous", "", MAIN);
    world.rings("102");
    let refused = |event: &&Event| matches!(event, Event::Failed { status: 603, .. });
    assert_eq!(world.events("carrier").iter().filter(refused).count(), 1, "only before");
    world.gives_up("carrier", back);
}

/// An office that asks strangers for a key; Dana has called, and hears the question.
fn asked(unanswered: Unanswered) -> World {
    let mut world = strict(unanswered);
    world.call("carrier", MAIN);
    assert!(!rings(&mut world), "nobody rings before the key");
    world
}

fn strict(unanswered: Unanswered) -> World {
    let mut office = office();
    office.screening = ScreeningRules {
        unknown: Treatment::Challenge,
        unanswered,
        remember: Duration::from_secs(24 * 3600),
        ..ScreeningRules::default()
    };
    let mut world = World::with(office);
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    world
}

/// The key of the question that is heard now.
fn key(world: &mut World) -> char {
    let said = world.hear_the_agent();
    let key = said.strip_prefix("To be put through, please press ").and_then(|rest| rest.strip_suffix('.'));
    key.and_then(|key| key.parse().ok()).unwrap_or_else(|| panic!("{said}"))
}

fn hangs_up(world: &mut World) {
    let call = world.own_call("carrier");
    world.hangs_up("carrier", call);
    world.far("102").forget();
    world.far("101").forget();
}

#[test]
fn a_stranger_presses_the_key_is_put_through_and_is_remembered_for_a_while() {
    let mut world = asked(Unanswered::Refuse);
    let key = key(&mut world);
    assert!(('2'..='9').contains(&key));
    world.keys_in(&key.to_string());
    world.wait(Duration::from_millis(100));
    assert!(rings(&mut world));
    hangs_up(&mut world);
    let why: Vec<String> = world.record().decisions.iter().map(|decision| decision.why.clone()).collect();
    assert!(
        why.iter().any(|why| why == "the caller pressed the key: the call goes on as any other"),
        "{why:?}"
    );
    let again = world.call("carrier", MAIN);
    assert!(rings(&mut world), "asked once");
    world.gives_up("carrier", again);
    world.far("102").forget();
    world.wait_s(25 * 3600);
    world.call("carrier", MAIN);
    assert!(!rings(&mut world), "and again when the time is over");
}

#[test]
fn who_does_not_press_it_goes_where_the_office_says() {
    for unanswered in [Unanswered::Agent, Unanswered::Refuse] {
        let mut world = asked(unanswered);
        let right = key(&mut world);
        let wrong = if right == '2' { "3" } else { "2" };
        world.keys_in(wrong);
        assert_eq!(key(&mut world), right, "once more");
        world.wait_s(9);
        assert!(!rings(&mut world));
        match unanswered {
            Unanswered::Agent => {
                assert!(world.facts.iter().any(|fact| matches!(fact, Fact::AgentTakes { .. })));
                hangs_up(&mut world);
            }
            Unanswered::Refuse => {
                assert_eq!(world.hear_the_agent(), "You were not put through. Goodbye.");
                assert!(world.has_ended("carrier"));
            }
        }
    }
}

#[test]
fn an_emergency_passes_and_so_does_whoever_the_office_knows() {
    let mut world = asked(Unanswered::Refuse);
    key(&mut world);
    let (leg, turn) = world.listening().unwrap();
    let text = "please help, there is a fire in my kitchen".into();
    world.tell(Input::Speech { leg, event: SpeechEvent::Heard { turn, at_ms: 900, text, decode_ms: 90 } });
    world.wait(Duration::from_millis(100));
    assert!(rings(&mut world), "nobody in danger is asked for a key");

    let mut world = strict(Unanswered::Refuse);
    let names = [(number(DANA), "Dana Reyes".to_owned())].into();
    world.control(Control::CallerNames(std::sync::Arc::new(names)));
    world.call("carrier", MAIN);
    assert!(rings(&mut world), "in the office's book");

    let mut world = strict(Unanswered::Refuse);
    world.control(Control::List { number: number(DANA), listing: Some(Listing::Allow) });
    world.call("carrier", MAIN);
    assert!(rings(&mut world), "always let in");

    let mut world = strict(Unanswered::Refuse);
    world.speech_ready(false);
    world.call("carrier", MAIN);
    assert!(rings(&mut world), "a box that cannot speak asks nobody");

    let mut world = strict(Unanswered::Refuse);
    let emergency = world.call("101", "911");
    world.picks_up("carrier");
    world.hangs_up("101", emergency);
    world.call("carrier", MAIN);
    world.rings("102");
}
