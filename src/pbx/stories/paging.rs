//! One speaks to a group of phones, or to one, and they answer by themselves.

use std::time::Duration;

use crate::{
    media::{Direction, Heard, Hears},
    pbx::{
        Control, DeskSettings, Directory, Disposition, LegResult, MediaCommand, MediaEvent, PagePlan, Party,
        Unheard,
        story::{MAIN, World, extension, office_with_phones},
    },
    types::LegId,
};

fn with_page(multicast: bool) -> Directory {
    let mut office = office_with_phones(&["103", "104", "105"]);
    let plan = PagePlan {
        name: "Everybody".into(),
        phones: ["101", "102", "103", "104", "105"].map(extension).into(),
        multicast: multicast.then(|| "239.10.0.1:5004".parse().unwrap()),
        may_page: Some([extension("101"), extension("102")].into()),
        longest: Duration::from_secs(60),
    };
    office.features.pages = [(extension("880"), plan)].into();
    office.features.no_intercom = [extension("104")].into();
    office
}

fn world(multicast: bool) -> World {
    let mut world = World::with_office_at_work(with_page(multicast));
    world.plug_in("103");
    world.plug_in("104");
    world
}

/// Whom a leg hears, by the last word to the media plane.
fn hears(world: &World, leg: LegId) -> Option<Vec<LegId>> {
    world.commands(leg).iter().rev().find_map(|command| match command {
        MediaCommand::Mix { hears: Hears::Only(list), .. } => Some(
            list.iter()
                .map(|heard| match heard {
                    Heard::Voice(leg) | Heard::House(leg) => *leg,
                })
                .collect(),
        ),
        _ => None,
    })
}

fn opened(world: &World) -> Vec<LegId> {
    let mut legs: Vec<LegId> = world
        .media
        .iter()
        .filter(|(_, command)| matches!(command, MediaCommand::Open { .. }))
        .map(|(leg, _)| *leg)
        .collect();
    legs.sort();
    legs
}

fn invite_to(world: &mut World, address: &str) -> Option<String> {
    world.sent_to(address).into_iter().find(|text| text.starts_with("INVITE "))
}

#[test]
fn every_phone_of_a_group_is_told_to_answer_by_itself_and_hears_the_one_who_pages() {
    let mut world = world(false);
    let announcer = world.call("101", "880");
    let invite = invite_to(&mut world, "10.0.0.102:5060").unwrap();
    for expected in [
        "Call-Info: <sip:192.0.2.1>;answer-after=0",
        "info=alert-autoanswer",
        "Answer-Mode: Auto",
        "Everybody",
    ] {
        assert!(invite.contains(expected), "{expected} in {invite}");
    }
    world.picks_up("102");
    let third = world.picks_up("103");
    let legs = opened(&world);
    let own = legs[0];
    let hearing: Vec<LegId> =
        legs.iter().copied().filter(|leg| hears(&world, *leg) == Some(vec![own])).collect();
    assert_eq!(hearing.len(), 2, "one way: nobody hears a phone");
    assert_eq!(hears(&world, own), Some(vec![]));
    // A phone that does not answer by itself is not rung for long.
    world.wait_s(6);
    assert!(world.was_cancelled("104").is_some());
    world.hangs_up("103", third);
    // A phone that says nothing while it is paged is not taken for dead.
    world.media_event(hearing[0], MediaEvent::Dead { silent_ms: 30_000, why: Unheard::NothingCame });
    assert!(!world.has_ended("102"));
    world.hangs_up("101", announcer);
    assert!(world.has_ended("102"));
    let record = world.record();
    assert_eq!(record.disposition, Disposition::Served);
    let of = |phone: &str| {
        let party = Party::Phone(extension(phone));
        record.legs.iter().find(|leg| leg.party == party).map(|leg| leg.result)
    };
    assert_eq!(of("102"), Some(LegResult::Completed));
    assert_eq!((of("104"), of("105")), (Some(LegResult::NoAnswer), Some(LegResult::Unregistered)));
}

#[test]
fn who_talks_or_does_not_want_to_be_disturbed_is_left_out() {
    let mut world = world(false);
    let caller = world.call("carrier", MAIN);
    world.picks_up("102");
    let quiet = DeskSettings { do_not_disturb: true, ..DeskSettings::default() };
    world.control(Control::SetDesk { extension: extension("104"), settings: quiet });
    for phone in ["102", "103", "104"] {
        world.far(phone).forget();
    }
    let announcer = world.call("101", "880");
    let rung = ["102", "103", "104"].map(|phone| world.has_been_invited(phone).is_some());
    assert_eq!(rung, [false, true, false]);
    world.picks_up("103");
    world.hangs_up("101", announcer);
    let record = world.records().into_iter().next().unwrap();
    let left_out: Vec<LegResult> =
        record.legs.iter().map(|leg| leg.result).filter(|result| *result != LegResult::Completed).collect();
    assert_eq!(left_out, [LegResult::Busy, LegResult::DoNotDisturb, LegResult::Unregistered]);
    world.hangs_up("carrier", caller);
}

#[test]
fn a_page_ends_by_its_limit_and_at_once_when_somebody_dials_911() {
    let mut world = world(false);
    world.call("101", "880");
    world.picks_up("102");
    world.wait_s(61);
    assert!(world.has_ended("101") && world.has_ended("102"));

    for phone in ["101", "102", "103"] {
        world.far(phone).forget();
    }
    world.call("101", "880");
    world.picks_up("102");
    let help = world.call("103", "911");
    assert!(world.has_ended("101") && world.has_ended("102"), "its phones are free to be told");
    world.call("102", "880");
    assert_eq!(world.hear_the_agent(), "An emergency call is going on.");
    world.picks_up("carrier");
    world.hangs_up("103", help);
    world.wait_s(300);
}

#[test]
fn nobody_pages_without_the_right_or_from_outside_or_into_the_void() {
    let mut world = world(false);
    world.call("103", "880");
    assert_eq!(world.hear_the_agent(), "This phone may not page here.");
    world.call("carrier", "880");
    assert_eq!(world.failed_with("carrier"), Some(404));
    let mut alone = World::with(with_page(false));
    alone.plug_in("101");
    alone.speech_ready(true);
    alone.call("101", "880");
    assert_eq!(alone.hear_the_agent(), "Nobody can be paged now.");
}

#[test]
fn a_multicast_group_hears_it_as_well_though_no_phone_answers() {
    let mut world = World::with(with_page(true));
    world.plug_in("101");
    world.speech_ready(true);
    let announcer = world.call("101", "880");
    let own = opened(&world)[0];
    let group = "239.10.0.1:5004".parse().unwrap();
    assert!(world.commands(own).contains(&&MediaCommand::Multicast { group }));
    world.wait_s(20);
    assert!(!world.has_ended("101"));
    world.hangs_up("101", announcer);
}

#[test]
fn an_intercom_call_is_answered_by_the_phone_itself_and_goes_both_ways() {
    let mut world = world(false);
    let own = world.call("101", "*80102");
    let invite = invite_to(&mut world, "10.0.0.102:5060").unwrap();
    assert!(invite.contains("answer-after=0") && invite.contains("alert-autoanswer"), "{invite}");
    world.picks_up("102");
    let (near, far) = world.bridged().unwrap();
    assert_eq!((world.direction(near), world.direction(far)), (Direction::SendRecv, Direction::SendRecv));
    world.call("103", "*80102");
    assert_eq!(world.hear_the_agent(), "That phone is in use.");
    world.hangs_up("101", own);
    let record = &world.records()[0];
    assert_eq!((record.dialled.to_string().as_str(), record.disposition), ("*80102", Disposition::Answered));
}

#[test]
fn a_phone_that_answers_nobody_by_itself_is_left_in_peace() {
    let mut world = world(false);
    let quiet = DeskSettings { do_not_disturb: true, ..DeskSettings::default() };
    world.control(Control::SetDesk { extension: extension("103"), settings: quiet });
    for (dialled, said) in [
        ("*80103", "They do not want to be disturbed."),
        ("*80104", "That phone does not answer by itself."),
        ("*80199", "There is no such extension."),
        ("*80101", "That is this phone."),
    ] {
        world.call("101", dialled);
        assert_eq!(world.hear_the_agent(), said);
    }
    assert!(world.has_been_invited("103").is_none() && world.has_been_invited("104").is_none());
    // Any other call rings as it always did.
    world.call("101", "102");
    let invite = invite_to(&mut world, "10.0.0.102:5060").unwrap();
    assert!(!invite.contains("answer-after") && !invite.contains("Answer-Mode"), "{invite}");
    world.picks_up("102");
    let own = world.own_call("101");
    world.hangs_up("101", own);
}
