//! Calls to emergency numbers: however they are dialled, whatever else the house does, and from where.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    pbx::{
        Announcement, CivicAddress, CivicElement, ConferencePlan, Control, Dialled, Directory, Disposition,
        Fact, Location, MediaCommand, MediaEvent, Money, Party, Phone, RecordingRules, Right, Service,
        SrtpPolicy, StarCodes, TrunkProfile, Unheard,
        story::{DANA, LEASING, MAIN, ON_CALL, World, extension, number, office, office_with_spare},
    },
    sip::{self, TrunkName},
};

/// As long as a line that is taken needs to come free.
const LINE_CLEARING: Duration = Duration::from_millis(200);

const DESKS: [&str; 10] = ["101", "102", "103", "104", "105", "106", "107", "108", "109", "110"];

fn office_of_ten() -> Directory {
    let mut office = office();
    for name in DESKS {
        let account = sip::Account { password: format!("secret-{name}"), legacy_md5: false };
        office.extensions.insert(extension(name), Phone { name: format!("Desk {name}"), account });
    }
    office
}

pub(super) fn with_channels(mut office: Directory, channels: usize) -> Directory {
    let profile = TrunkProfile { channels: Some(channels), ..TrunkProfile::default() };
    office.trunk_profiles.insert(TrunkName("carrier".into()), profile);
    office
}

fn lines_taken(world: &World) -> usize {
    world.facts.iter().filter(|fact| matches!(fact, Fact::LineTaken { .. })).count()
}

fn asked(world: &World, who: &str) -> usize {
    world.events(who).iter().filter(|event| matches!(event, sip::Event::Invited { .. })).count()
}

#[test]
fn ten_phones_dial_911_in_ten_ways_while_the_agent_has_every_line() {
    let mut world = World::with(with_channels(office_of_ten(), 10));
    for name in DESKS {
        world.plug_in(name);
    }
    world.speech_ready(true);
    let callers: Vec<_> = (0..10).map(|_| world.call("carrier", LEASING)).collect();
    world.wait_s(1);
    assert_eq!(world.switch.counts().agent_places, callers.len());
    let ways =
        ["911", "9911", "1911", "91911", "911#", "+911", "9-1-1", "(911)", "9,911", "911;phone-context=+1"];
    let mut emergencies = Vec::new();
    for (name, dialled) in DESKS.into_iter().zip(ways) {
        let call = world.call(name, dialled);
        world.wait(LINE_CLEARING);
        let (_, invitation) = world.invited("carrier");
        assert_eq!(invitation.dialled, "911", "{dialled}");
        world.picks_up("carrier");
        assert!(world.answer_to(name).is_some(), "{dialled}");
        emergencies.push((name, call));
    }
    assert_eq!(asked(&world, "carrier"), 10, "each was asked once");
    assert_eq!(lines_taken(&world), 10, "as many as were needed");
    assert_eq!(world.switch.counts().agent_places, 0);
    for (name, call) in emergencies {
        world.hangs_up(name, call);
    }
}

#[test]
fn no_dial_plan_shadows_blocks_or_queues_an_emergency_and_the_agent_never_has_a_part_in_it() {
    type Plan = (&'static str, &'static str, fn(&mut Directory));
    let plans: [Plan; 13] = [
        ("an extension of the same digits", "911", |office| {
            let phone = office.extensions[&extension("102")].clone();
            office.extensions.insert(extension("911"), phone);
        }),
        ("a park slot of the same digits", "911", |office| {
            office.features.park.slots = vec![extension("911"), extension("9911")];
        }),
        ("a conference room of the same digits", "911", |office| {
            let room = ConferencePlan { name: "Room".into(), pin: None, dial_in: None };
            office.services.conferences.insert(extension("911"), room);
        }),
        ("a number of that name", "911", |office| {
            office.names.insert("911".into(), number(MAIN));
        }),
        ("room for no call at all", "9911", |office| {
            office.limits.calls = 0;
            office.limits.calls_outside = 0;
            office.limits.calls_outside_per_extension = 0;
            office.limits.calls_outside_per_hour = 0;
        }),
        ("a phone that may call nobody outside", "911#", |office| {
            office.limits.tolls.rights.insert(extension("101"), Right::Inside);
        }),
        ("no money left", "1911", |office| {
            office.limits.tolls.day = Money(0);
            office.limits.tolls.day_per_extension = Money(0);
        }),
        ("a trunk that carries no call", "91911", |office| {
            let profile =
                TrunkProfile { channels: Some(0), dial_prefix: "12345*".into(), ..TrunkProfile::default() };
            office.trunk_profiles.insert(TrunkName("carrier".into()), profile);
        }),
        ("a hidden number", "*67911", |_| ()),
        ("a hidden number where no code hides any", "*67911", |office| {
            office.features.star_codes = StarCodes::with([(Service::WithholdNumber, None)]).unwrap();
        }),
        ("an area in which 555 0911 is dialled short", "9-1-1", |office| {
            office.area_code = Some("303".into());
        }),
        ("media that must be encrypted on a trunk that cannot", "+911", |office| {
            office.srtp.trunks.insert(TrunkName("carrier".into()), SrtpPolicy::Required);
        }),
        ("recordings of every call, with a notice before each", "urn:service:sos", |office| {
            office.recording = RecordingRules::always();
        }),
    ];
    for (plan, dialled, change) in plans {
        let mut office = office();
        change(&mut office);
        let mut world = World::with(office);
        world.plug_in("101");
        world.plug_in("102");
        world.speech_ready(true);
        let call = world.call("101", dialled);
        world.wait(LINE_CLEARING);
        let (_, invitation) = world.invited("carrier");
        assert_eq!((invitation.dialled.as_str(), invitation.from.user.as_str()), ("911", MAIN), "{plan}");
        assert!(!invitation.anonymous, "{plan}: help sees who calls");
        assert!(world.has_been_invited("102").is_none(), "{plan}");
        world.picks_up("carrier");
        assert!(world.bridged().is_some(), "{plan}");
        world.wait_s(60);
        let spoken = world.speech.len();
        assert_eq!(spoken, 0, "{plan}: the agent has said nothing and listens to nobody");
        let taken = |(_, command): &(_, MediaCommand)| matches!(command, MediaCommand::Record { .. });
        assert!(!world.media.iter().any(taken), "{plan}: and nothing is recorded");
        world.hangs_up("101", call);
        assert!(matches!(world.record().dialled, Dialled::Emergency(_)), "{plan}");
    }
}

#[test]
fn abroad_the_trunk_is_told_what_its_country_knows() {
    for (country, dialled, told) in [("DE", "911", "112"), ("GB", "999", "999"), ("AU", "0000", "000")] {
        let mut office = office();
        office.country = country.parse().unwrap();
        office.emergency.numbers = office.country.emergency_numbers();
        let mut world = World::with(office);
        world.plug_in("101");
        let call = world.call("101", dialled);
        assert_eq!(world.invited("carrier").1.dialled, told, "{country}");
        assert!(world.facts.iter().any(|fact| matches!(fact, Fact::EmergencyDialled { .. })), "{country}");
        world.picks_up("carrier");
        world.hangs_up("101", call);
    }
}

#[test]
fn the_agents_call_goes_before_a_colleagues_and_whoever_has_called_the_office_stays() {
    let mut world = World::with(with_channels(office_of_ten(), 3));
    for name in ["101", "102", "103", "104", "105"] {
        world.plug_in(name);
    }
    world.speech_ready(true);
    let customer = world.call("carrier", MAIN);
    world.picks_up("102");
    let colleague = world.call("103", DANA);
    world.picks_up("carrier");
    world.call("carrier", LEASING);
    world.wait_s(1);
    assert_eq!(world.switch.counts().agent_places, 1);
    let mut emergencies = Vec::new();
    for (name, taken) in [("101", 1), ("104", 2), ("105", 2)] {
        emergencies.push((name, world.call(name, "911")));
        world.wait(LINE_CLEARING);
        world.picks_up("carrier");
        assert!(world.answer_to(name).is_some(), "{name}");
        assert_eq!(lines_taken(&world), taken, "{name}: nobody takes the line of a person who has called");
    }
    assert_eq!(world.switch.counts().agent_places, 0);
    assert!(world.has_ended("103"), "the colleague's");
    let _ = colleague;
    world.hangs_up("carrier", customer);
    for (name, call) in emergencies {
        world.hangs_up(name, call);
    }
}

#[test]
fn a_carrier_that_is_full_without_our_knowing_is_asked_again_with_a_line_less() {
    let mut world = World::at_work();
    world.call("carrier", LEASING);
    world.wait_s(1);
    let call = world.call("101", "911");
    world.refuses("carrier", 503);
    assert_eq!(world.failed_with("101"), None);
    world.wait(LINE_CLEARING);
    assert_eq!((lines_taken(&world), asked(&world, "carrier")), (1, 2));
    world.picks_up("carrier");
    assert!(world.bridged().is_some());
    world.hangs_up("101", call);
}

#[test]
fn an_emergency_that_no_trunk_takes_is_tried_everywhere_twice_and_then_told() {
    let mut world = World::with_spare();
    world.call("101", "911");
    for (trunk, status) in [("carrier", 404), ("spare", 603), ("carrier", 486), ("spare", 503)] {
        assert_eq!(world.failed_with("101"), None);
        world.refuses(trunk, status);
    }
    assert_eq!(world.failed_with("101"), Some(503));
    assert_eq!(world.record().disposition, Disposition::Failed);
    let dialled = world.facts.iter().position(|fact| matches!(fact, Fact::EmergencyDialled { .. }));
    assert!(dialled.is_some(), "the house was told all the same");
}

#[test]
fn the_trunk_that_the_office_prefers_for_emergencies_is_asked_first_and_a_resting_one_too() {
    let mut office = office_with_spare();
    let preferred = TrunkProfile { emergency: true, ..TrunkProfile::default() };
    office.trunk_profiles.insert(TrunkName("spare".into()), preferred);
    let mut world = World::with(office);
    world.has_spare();
    world.plug_in("101");
    let ordinary = world.call("101", DANA);
    assert_eq!((asked(&world, "carrier"), asked(&world, "spare")), (1, 0));
    world.gives_up("101", ordinary);
    let call = world.call("101", "911");
    assert_eq!(asked(&world, "spare"), 1);
    world.asks_to_be_spared("spare", 600);
    world.picks_up("carrier");
    world.hangs_up("101", call);
    let again = world.call("101", "911");
    world.refuses("carrier", 500);
    assert_eq!(asked(&world, "spare"), 2, "though it rests");
    world.picks_up("spare");
    world.hangs_up("101", again);
}

#[test]
fn silence_and_the_office_do_not_end_an_emergency() {
    let mut world = World::at_work();
    let call = world.call("101", "911");
    world.picks_up("carrier");
    let (caller, service) = world.bridged().unwrap();
    for leg in [caller, service] {
        world.media_event(leg, MediaEvent::Dead { silent_ms: 60_000, why: Unheard::WentQuiet });
    }
    let id = world.facts.iter().find_map(|fact| match fact {
        Fact::CallStarted { call, .. } => Some(*call),
        _ => None,
    });
    world.control(Control::HangUp { call: id.unwrap() });
    world.wait_s(5 * 3600);
    assert_eq!(world.switch.counts().calls, 1, "beyond the limit of other calls");
    world.hangs_up("101", call);
    assert_eq!(world.record().disposition, Disposition::Answered);
}

#[test]
fn the_service_is_told_the_place_and_the_number_of_the_phone_that_dialled() {
    use CivicElement as E;
    let mut office = office();
    let address = [(E::Country, "US"), (E::A1, "CO"), (E::A3, "Denver"), (E::Unit, "4")];
    let address = address.into_iter().map(|(element, text)| (element, text.to_owned())).collect();
    office.emergency.locations.places = vec![Location {
        name: "Suite 4".into(),
        address: CivicAddress(address),
        callback: number("+13035550104"),
    }];
    office.emergency.locations.extensions = BTreeMap::from([(extension("102"), 0)]);
    for takes_location in [true, false] {
        let profile = TrunkProfile { takes_location, ..TrunkProfile::default() };
        office.trunk_profiles.insert(TrunkName("carrier".into()), profile);
        let mut world = World::with(office.clone());
        world.plug_in("101");
        world.plug_in("102");
        let call = world.call("102", "911");
        let sent = world.to_carrier.last().unwrap().clone();
        assert_eq!(sent.contains("Geolocation: <cid:location@192.0.2.1>\r\n"), takes_location);
        assert_eq!(sent.contains("Geolocation-Routing: yes\r\n"), takes_location);
        assert_eq!(sent.contains("Content-Type: multipart/mixed;boundary="), takes_location);
        assert_eq!(sent.contains("<ca:UNIT>4</ca:UNIT>"), takes_location);
        let (_, invitation) = world.invited("carrier");
        assert_eq!(invitation.from.user, "+13035550104", "always");
        assert!(!invitation.offer.is_empty(), "the description is found among the parts");
        world.picks_up("carrier");
        let told = world.facts.iter().any(|fact| {
            matches!(fact, Fact::EmergencyDialled { place, callback, .. }
                if place == "Suite 4" && *callback == number("+13035550104"))
        });
        assert!(told);
        world.hangs_up("102", call);
        let elsewhere = world.call("101", "911");
        assert_eq!(world.invited("carrier").1.from.user, MAIN, "nobody has said where 101 is");
        world.picks_up("carrier");
        world.hangs_up("101", elsewhere);
    }
}

/// An office in which 102 and the person on call are told.
fn telling_office() -> Directory {
    let mut office = office();
    office.emergency.notice.phones = vec![extension("101"), extension("102")];
    office.emergency.notice.calls = vec![number(ON_CALL)];
    office.emergency.locations.places =
        vec![Location { name: "Suite 4".into(), address: CivicAddress::default(), callback: number(MAIN) }];
    office.emergency.locations.default = Some(0);
    office
}

fn seen_by(world: &World) -> Vec<Party> {
    let by = world.facts.iter().filter_map(|fact| match fact {
        Fact::EmergencySeen { by, .. } => Some(by.clone()),
        _ => None,
    });
    by.collect()
}

#[test]
fn desk_phones_and_the_person_on_call_are_told_at_once_until_one_of_them_presses_1() {
    let mut world = World::with(telling_office());
    world.plug_in("101");
    world.plug_in("102");
    world.speech_ready(true);
    let call = world.call("101", "911");
    let (_, shown) = world.invited("102");
    assert_eq!((shown.from.user.as_str(), shown.from.display.as_str()), ("101", "911 from 101 Suite 4"));
    let (_, told) = world.invited("carrier");
    assert_eq!(told.dialled, ON_CALL, "after the emergency itself");
    assert_eq!(asked(&world, "carrier"), 2);
    world.picks_up("carrier");
    let said = world.hear_the_agent();
    assert!(said.contains("Somebody has dialled 9 1 1 from extension 1 0 1, at Suite 4. Press 1"), "{said}");
    assert_eq!(seen_by(&world), []);
    let leg = world.speech.last().unwrap().0;
    world.media_event(leg, MediaEvent::Digit('2'));
    assert_eq!(seen_by(&world), []);
    world.media_event(leg, MediaEvent::Digit('1'));
    assert_eq!(seen_by(&world), [Party::Number(number(ON_CALL))]);
    assert!(world.was_cancelled("102").is_some(), "nobody need be told any more");
    assert!(world.has_ended("carrier"));
    world.gives_up("101", call);
    world.wait_s(600);
    assert_eq!(asked(&world, "carrier"), 2);
}

#[test]
fn the_house_is_told_though_the_emergency_call_fails_and_again_and_again() {
    let mut world = World::with(telling_office());
    world.plug_in("101");
    world.plug_in("102");
    world.far("carrier").dead = true;
    world.call("101", "911");
    assert_eq!(asked(&world, "102"), 1, "before anything has come of the call");
    world.wait_s(120);
    assert_eq!(world.failed_with("101"), Some(503));
    assert!(asked(&world, "102") >= 2);
    // Without speech the recorded words are played.
    world.wait_s(30);
    let (_, _) = world.invited("102");
    let rings = asked(&world, "102");
    world.picks_up("102");
    let played = world.media.iter().rev().find_map(|(leg, command)| match command {
        MediaCommand::Announce { announcement: Announcement::EmergencyDialled, .. } => Some(*leg),
        _ => None,
    });
    world.media_event(played.unwrap(), MediaEvent::Digit('1'));
    assert_eq!(seen_by(&world), [Party::Phone(extension("102"))]);
    world.wait_s(600);
    assert_eq!(asked(&world, "102"), rings);
}

#[test]
fn a_console_that_knows_stops_the_ringing_and_a_test_alarms_nobody() {
    let mut world = World::with(telling_office());
    world.plug_in("101");
    world.plug_in("102");
    let test = world.call("101", "933");
    world.picks_up("carrier");
    world.hangs_up("101", test);
    let lifeline = world.call("101", "988");
    world.picks_up("carrier");
    world.hangs_up("101", lifeline);
    assert_eq!(world.has_been_invited("102"), None);
    let call = world.call("101", "911");
    world.rings("102");
    let emergency = world.started().unwrap();
    world.control(Control::EmergencySeen { call: emergency });
    assert!(world.was_cancelled("102").is_some());
    world.gives_up("101", call);
}

#[test]
fn a_notice_gives_its_line_to_the_next_emergency() {
    let mut world = World::with(with_channels(telling_office(), 2));
    world.plug_in("101");
    world.plug_in("102");
    let first = world.call("101", "911");
    assert_eq!(asked(&world, "carrier"), 2, "the emergency, and the person on call");
    let second = world.call("102", "911");
    world.wait(LINE_CLEARING);
    assert_eq!(world.invited("carrier").1.dialled, "911");
    assert_eq!(lines_taken(&world), 0, "no call of anybody's had to end");
    world.gives_up("101", first);
    world.gives_up("102", second);
    world.wait_s(600);
}
