//! Whoever does not want to stay on the line keeps the place, and is called back: a phone of the office first.

use std::time::Duration;

use super::queues::{MARCO, PRIYA, TOM, busy, comes, end_of, one_phone, presses, record_of, with_queue};
use crate::{
    pbx::{
        CallBack, CallBackPlan, CallBackState, CallDirection, Control, DayNight, Disposition, Fact,
        MediaEvent, QueueEnd, QueuePlan, TrunkProfile,
        story::{MAIN, World, number},
    },
    sip::SessionId,
    types::{CallId, LegId},
};

fn plan() -> QueuePlan {
    let call_back = CallBackPlan { after: Duration::ZERO, ..CallBackPlan::default() };
    QueuePlan { call_back: Some(call_back), ..one_phone() }
}

fn promises(world: &World) -> Vec<CallBack> {
    let promise = |fact: &Fact| match fact {
        Fact::CallBack(promise) => Some(promise.clone()),
        _ => None,
    };
    world.facts.iter().filter_map(promise).collect()
}

/// How far the last one has come.
fn state(world: &World) -> CallBackState {
    promises(world).last().unwrap().state
}

fn keys(world: &mut World, leg: LegId, keys: &str) {
    for key in keys.chars() {
        presses(world, leg, key);
    }
}

/// Marco talks at 101, and Priya has asked to be called back.
fn promised() -> (World, SessionId) {
    let (mut world, talk) = busy(plan());
    let (_, leg) = comes(&mut world, PRIYA);
    let said = world.hear_the_agent();
    assert!(said.contains("to be called back when it is your turn, press 1."), "{said}");
    presses(&mut world, leg, '1');
    let said = world.hear_the_agent();
    assert!(said.starts_with("We call you back at 3 0 3, 5 5 5, 0 1 7 9."), "{said}");
    presses(&mut world, leg, '1');
    assert_eq!(state(&world), CallBackState::Waiting);
    assert!(world.hear_the_agent().starts_with("Thank you. You keep your place"));
    world.wait_s(1);
    assert!(world.has_ended("carrier"), "the box hangs up");
    world.far("carrier").forget();
    (world, talk)
}

/// The desk has stored what it was told.
fn stored(world: &mut World) {
    let CallBack { call, tries, .. } = promises(world).pop().unwrap();
    world.control(Control::CallBackStored { call, tries });
}

fn ends_call(world: &mut World, talk: SessionId) {
    world.far("101").forget();
    world.hangs_up("101", talk);
    world.wait_s(3);
}

/// 101 has answered, and Priya's telephone rings.
fn called() -> (World, SessionId) {
    let (mut world, talk) = promised();
    ends_call(&mut world, talk);
    stored(&mut world);
    let talk = world.picks_up("101");
    assert_eq!(world.invited("carrier").1.dialled, PRIYA);
    (world, talk)
}

#[test]
fn the_place_is_kept_and_whoever_came_later_is_served_later() {
    let (mut world, talk) = promised();
    assert_eq!(
        (record_of(&world, PRIYA).disposition, end_of(&world, PRIYA)),
        (Disposition::Served, QueueEnd::CallBack)
    );
    let _ = comes(&mut world, TOM);
    assert!(world.hear_the_agent().contains("You are second in line."));
    world.far("carrier").forget();
    ends_call(&mut world, talk);
    let shown = world.invited("101").1.from;
    assert!(shown.display.starts_with("Call-back: ") && shown.user.contains(&PRIYA[1..]), "{shown:?}");
    let second = world.picks_up("101");
    assert!(world.has_been_invited("carrier").is_none(), "nobody is called before the store has it");
    stored(&mut world);
    assert_eq!(world.invited("carrier").1.dialled, PRIYA);
    world.rings("carrier");
    world.picks_up("carrier");
    let said = world.hear_the_agent();
    assert!(said.starts_with("This is Maple Court, calling you back as you asked. Press 1"), "{said}");
    world.presses('1');
    assert_eq!(state(&world), CallBackState::Reached);
    let bridged = world.bridged();
    assert!(bridged.is_some());
    ends_call(&mut world, second);
    assert!(world.invited("101").1.from.user.contains(&TOM[1..]), "then whoever came later");
    let third = world.picks_up("101");
    world.hangs_up("101", third);
    let record =
        world.records().into_iter().find(|record| record.direction == CallDirection::Outbound).unwrap();
    assert_eq!((record.disposition, record.dialled.number()), (Disposition::Answered, Some(number(PRIYA))));
}

#[test]
fn nobody_there_is_tried_again_and_then_left_to_people() {
    let (mut world, mut talk) = called();
    for tries in 1..=3 {
        assert_eq!(promises(&world).last().unwrap().tries, tries);
        // A voicemail answers, and presses no key.
        world.picks_up("carrier");
        world.wait_s(21);
        assert!(world.has_ended("101"), "and whoever has waited here is free again");
        world.far("carrier").forget();
        world.far("101").forget();
        if tries < 3 {
            assert_eq!(state(&world), CallBackState::Waiting);
            world.wait_s(9 * 60);
            assert!(world.has_been_invited("101").is_none());
            world.wait_s(60);
            stored(&mut world);
            talk = world.picks_up("101");
        }
    }
    let _ = talk;
    assert_eq!(state(&world), CallBackState::Missed);
    world.wait_s(1000);
    assert!(world.has_been_invited("101").is_none() && world.has_been_invited("carrier").is_none());
}

#[test]
fn whoever_presses_9_is_not_called_again() {
    let (mut world, _) = called();
    world.picks_up("carrier");
    world.hear_the_agent();
    world.presses('9');
    assert_eq!(state(&world), CallBackState::Declined);
    assert!(world.has_ended("101"));
}

#[test]
fn a_phone_that_nobody_answers_is_no_try_and_calls_nobody() {
    let (mut world, talk) = promised();
    ends_call(&mut world, talk);
    stored(&mut world);
    world.rings("101");
    world.wait_s(18);
    assert!(world.was_cancelled("101").is_some());
    let last = promises(&world).pop().unwrap();
    assert_eq!((last.state, last.tries), (CallBackState::Waiting, 0));
    assert!(world.has_been_invited("carrier").is_none());
    world.control(Control::CancelCallBack { call: last.call });
    assert_eq!(state(&world), CallBackState::Cancelled);
}

#[test]
fn a_withheld_number_is_keyed_in_and_only_one_that_may_be_called() {
    let (mut world, talk) = busy(plan());
    let _ = comes(&mut world, "anonymous");
    let leg = world.served_leg();
    world.hear_the_agent();
    presses(&mut world, leg, '1');
    assert!(world.hear_the_agent().starts_with("Please enter the number"));
    for wrong in ["911#", "011442079460000#", "3035550100#"] {
        keys(&mut world, leg, wrong);
        assert!(world.hear_the_agent().contains("cannot be called back"), "{wrong}");
        if wrong != "3035550100#" {
            assert!(promises(&world).is_empty());
        }
    }
    presses(&mut world, leg, '1');
    world.hear_the_agent();
    keys(&mut world, leg, "3035550180#");
    assert!(world.hear_the_agent().starts_with("We call you back at 3 0 3, 5 5 5, 0 1 8 0."));
    presses(&mut world, leg, '1');
    let promise = promises(&world).pop().unwrap();
    assert_eq!(
        (promise.number, promise.own),
        (number(TOM), false),
        "no text goes to a number that was keyed in"
    );
    world.control(Control::CancelCallBack { call: promise.call });
    world.hear_the_agent();
    world.hangs_up("101", talk);
}

#[test]
fn nobody_makes_the_box_call_one_number_again_and_again() {
    let (mut world, talk) = busy(plan());
    for _ in 0..3 {
        let (_, leg) = comes(&mut world, PRIYA);
        world.hear_the_agent();
        presses(&mut world, leg, '1');
        world.hear_the_agent();
        presses(&mut world, leg, '1');
        world.hear_the_agent();
        let call = promises(&world).pop().unwrap().call;
        world.control(Control::CancelCallBack { call });
    }
    let (priya, leg) = comes(&mut world, PRIYA);
    world.hear_the_agent();
    presses(&mut world, leg, '1');
    assert!(world.hear_the_agent().starts_with("Please enter the number"), "the fourth within a day");
    world.hangs_up("carrier", priya);
    world.hangs_up("101", talk);
}

#[test]
fn the_last_line_is_left_for_whoever_is_in_danger() {
    let mut office = with_queue(plan());
    let profile = TrunkProfile { channels: Some(2), ..TrunkProfile::default() };
    office.trunk_profiles = [(office.trunks[0].name.clone(), profile)].into();
    let mut world = World::with_office_at_work(office);
    restored(&mut world, CallBackState::Waiting);
    let promise = promises(&world);
    assert_eq!(promise.last().unwrap().state, CallBackState::Calling, "both lines are free");
    world.refuses("101", 486);
    world.call_as("carrier", MARCO, "Marco", MAIN);
    world.far("101").forget();
    world.wait_s(11 * 60);
    assert_eq!(state(&world), CallBackState::Waiting, "one line is taken, and the other one is kept");
    world.control(Control::ShutDown);
}

/// What the store had of Priya's call-back.
fn restored(world: &mut World, state: CallBackState) {
    let promise = CallBack {
        call: CallId::from_random(77),
        queue: "desk".into(),
        number: number(PRIYA),
        own: true,
        name: "Priya".into(),
        dialled: number(MAIN),
        asked: world.now.wall - Duration::from_secs(120),
        tries: u32::from(state == CallBackState::Calling),
        state,
    };
    world.control(Control::RestoreCallBacks(vec![promise]));
}

#[test]
fn after_a_power_cut_whoever_waits_is_called_and_nobody_twice() {
    let mut world = World::with_office_at_work(with_queue(plan()));
    restored(&mut world, CallBackState::Waiting);
    assert_eq!(state(&world), CallBackState::Calling);
    stored(&mut world);
    let talk = world.picks_up("101");
    assert_eq!(world.invited("carrier").1.dialled, PRIYA);
    world.picks_up("carrier");
    world.hear_the_agent();
    world.presses('1');
    world.hangs_up("101", talk);

    let mut world = World::with_office_at_work(with_queue(plan()));
    restored(&mut world, CallBackState::Calling);
    assert_eq!(state(&world), CallBackState::Uncertain, "it may have been called: people see to it");
    world.wait_s(60);
    assert!(world.has_been_invited("101").is_none());
}

#[test]
fn an_office_that_closes_calls_nobody_back() {
    let (mut world, talk) = promised();
    world.control(Control::SetDayNight(DayNight::Night));
    world.wait_s(61);
    assert_eq!(state(&world), CallBackState::Closed);
    ends_call(&mut world, talk);
    assert!(world.has_been_invited("101").is_none());
}

#[test]
fn a_caller_whose_phone_hangs_up_while_the_number_is_asked_has_given_up() {
    let (mut world, talk) = busy(plan());
    let (priya, leg) = comes(&mut world, PRIYA);
    world.hear_the_agent();
    world.media_event(leg, MediaEvent::Digit('1'));
    world.hangs_up("carrier", priya);
    assert!(promises(&world).is_empty());
    assert_eq!(end_of(&world, PRIYA), QueueEnd::GaveUp);
    world.hangs_up("101", talk);
}
