//! A carrier of two or three hosts behind one name: which of them REGISTER, OPTIONS and calls go to, and where they go when
//! it fails.

use std::time::Duration;

use super::world::{CARRIER, DELAY, Fate, OFFICE, World, addr, carrier, office, settings, to_trunk, trunk};
use crate::{
    sip::{
        Account, Answer, Credentials, EndedBy, Event, Question, Record, RecordKind, Registration, SendTo,
        SessionId, Settings, Transport, TrunkHealth, TrunkName,
    },
    types::Extension,
};

/// The second and the third host of the carrier.
pub(super) const SECOND: &str = "198.51.100.2:5060";
pub(super) const THIRD: &str = "198.51.100.3:5060";
pub(super) const HOSTS: [&str; 3] = [CARRIER, SECOND, THIRD];
/// How long a silent host is waited for with an INVITE, and with a REGISTER.
const INVITE_PATIENCE: Duration = Duration::from_secs(2);
const REGISTER_PATIENCE: Duration = Duration::from_secs(4);
const GOOD_FOR: Duration = Duration::from_secs(300);

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn found(records: Vec<Record>) -> Answer {
    Answer::Found { records, good_for: GOOD_FOR }
}

fn question(name: &str, kind: RecordKind) -> Question {
    Question { name: name.to_owned(), kind }
}

/// The carrier's name leads to these hosts, in this order.
pub(super) fn leads_to(world: &mut World, service: &str, hosts: &[&str]) {
    let srv = |(at, host): (usize, &&str)| Record::Srv {
        priority: u16::try_from(at).unwrap(),
        weight: 0,
        port: addr(host).port(),
        host: format!("host{at}.carrier.example"),
    };
    let records = hosts.iter().enumerate().map(srv).collect();
    world.zone.insert(question(&format!("{service}.carrier.example"), RecordKind::Srv), found(records));
    for (at, host) in hosts.iter().enumerate() {
        let name = question(&format!("host{at}.carrier.example"), RecordKind::A);
        world.zone.insert(name, found(vec![Record::Address(addr(host).ip())]));
    }
}

pub(super) fn by_name(mut settings: Settings, transport: Transport, any_transport: bool) -> Settings {
    let trunk = &mut settings.trunks[0];
    trunk.send_to = SendTo::Name { host: "carrier.example".to_owned(), port: None, any_transport };
    trunk.transport = transport;
    settings
}

/// An office whose carrier has this many hosts.
fn with_hosts(seed: u64, count: usize) -> World {
    let mut world = World::new(seed);
    leads_to(&mut world, "_sip._udp", &HOSTS[..count]);
    world.settle(OFFICE, by_name(office(), Transport::Udp, false));
    for host in &HOSTS[..count] {
        world.settle(host, settings(host, carrier().trunks));
    }
    world.run(millis(100));
    world.forget_past();
    world
}

pub(super) fn calls(world: &mut World) -> SessionId {
    let outgoing = to_trunk("carrier", "+13035550199", b"offer");
    world.tell(OFFICE, |e, now| e.invite(now, outgoing)).unwrap()
}

/// Requests of this method that the office has sent there.
pub(super) fn asked(world: &World, host: &str, method: &str) -> usize {
    world.lines(OFFICE, host).iter().filter(|line| line.starts_with(method)).count()
}

/// The same without copies of what was sent before.
fn distinct(world: &World, host: &str, method: &str) -> usize {
    let sent = world.sent_to(host);
    let asked = sent.iter().filter(|text| text.starts_with(method));
    let via = |text: &String| text.lines().find(|line| line.starts_with("Via:")).map(str::to_owned);
    asked.filter_map(via).collect::<std::collections::BTreeSet<_>>().len()
}

/// Where the next call goes.
pub(super) fn goes_to(world: &mut World) -> String {
    let name = TrunkName("carrier".to_owned());
    world.host(OFFICE).endpoint.trunk_way(&name).unwrap().1.to_string()
}

fn health(world: &mut World) -> TrunkHealth {
    world.host(OFFICE).endpoint.trunk_health(&TrunkName("carrier".to_owned()))
}

fn answered(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Answered { .. })).count()
}

#[test]
fn a_call_goes_on_at_the_next_host_when_the_first_is_silent_and_the_next_call_goes_there_at_once() {
    let mut world = with_hosts(400, 2);
    world.unplug(CARRIER);
    let call = calls(&mut world);
    world.run(INVITE_PATIENCE - millis(1));
    assert_eq!(asked(&world, CARRIER, "INVITE"), 3, "at 0, 0.5 and 1.5 s");
    assert_eq!(asked(&world, SECOND, "INVITE"), 0);
    world.run(millis(1) + DELAY * 2);
    assert_eq!(asked(&world, SECOND, "INVITE"), 1);
    let (first, second) = (world.sent_to(CARRIER)[0].clone(), world.sent_to(SECOND)[0].clone());
    let line = |text: &str, name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    for same in ["Call-ID:", "From:", "CSeq:"] {
        assert_eq!(line(&first, same), line(&second, same), "the same request (RFC 3263, 4.3)");
    }
    assert_ne!(line(&first, "Via:"), line(&second, "Via:"), "by a transaction of its own");
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    assert!(matches!(&world.events(OFFICE)[..], [.., Event::Answered { session, .. }] if *session == call));
    world.tell(OFFICE, |e, now| e.bye(now, call, None)).unwrap();
    world.run(millis(100));
    assert!(matches!(&world.events(SECOND)[..], [.., Event::Ended { by: EndedBy::Remote(None), .. }]));
    let next = calls(&mut world);
    world.run(millis(50));
    assert_eq!(asked(&world, SECOND, "INVITE"), 2, "nobody waits for the dead one again");
    assert_eq!(asked(&world, CARRIER, "INVITE"), 3, "nor is it asked any more to ring");
    world.tell(OFFICE, |e, now| e.cancel(now, next, None)).unwrap();
    world.run(Duration::from_secs(40));
    world.assert_nothing_left();
}

#[test]
fn a_503_sends_the_call_on_at_once_and_its_retry_after_is_kept() {
    let mut world = with_hosts(401, 2);
    let call = calls(&mut world);
    world.run(millis(50));
    let refused = world.invited(CARRIER);
    world.tell(CARRIER, |e, now| e.reject(now, refused, 503, "Maintenance", Some(120), None)).unwrap();
    world.run(millis(50));
    let there = world.invited(SECOND);
    assert!(world.events(OFFICE).iter().all(|event| !matches!(event, Event::Failed { .. })));
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(Duration::from_secs(118));
    assert_eq!(goes_to(&mut world), SECOND, "it has asked for two minutes");
    world.run(Duration::from_secs(3));
    assert_eq!(goes_to(&mut world), CARRIER, "and then it is the first again");
    world.tell(OFFICE, |e, now| e.bye(now, call, None)).unwrap();
    world.run(millis(100));
    world.assert_nothing_left();
}

#[test]
fn a_503_that_wants_no_rest_at_all_sends_no_call_in_circles() {
    let mut world = with_hosts(402, 3);
    calls(&mut world);
    for host in HOSTS {
        world.run(millis(50));
        let refused = world.invited(host);
        world.tell(host, |e, now| e.reject(now, refused, 503, "Full", Some(0), None)).unwrap();
    }
    world.run(Duration::from_secs(5));
    assert_eq!(HOSTS.map(|host| asked(&world, host, "INVITE")), [1, 1, 1]);
    let events = world.events(OFFICE);
    assert!(
        matches!(&events[..], [.., Event::Failed { status: 503, retry_after: Some(_), .. }]),
        "{events:?}"
    );
    world.assert_nothing_left();
}

#[test]
fn a_refusal_of_the_called_is_no_fault_of_the_host() {
    for status in [404, 486, 500, 603] {
        let mut world = with_hosts(403, 2);
        calls(&mut world);
        world.run(millis(50));
        let refused = world.invited(CARRIER);
        world.tell(CARRIER, |e, now| e.reject(now, refused, status, "No", None, None)).unwrap();
        world.run(millis(100));
        assert!(
            matches!(&world.events(OFFICE)[..], [.., Event::Failed { status: told, .. }] if *told == status)
        );
        assert_eq!((asked(&world, SECOND, "INVITE"), goes_to(&mut world).as_str()), (0, CARRIER));
    }
}

#[test]
fn a_connection_that_is_refused_sends_the_call_on_at_once() {
    let mut world = World::new(404);
    leads_to(&mut world, "_sip._tcp", &HOSTS[..2]);
    world.settle(OFFICE, by_name(office(), Transport::Tcp, false));
    let mut second = settings(SECOND, carrier().trunks);
    second.trunks[0].transport = Transport::Tcp;
    world.settle(SECOND, second);
    world.refusing.insert(addr(CARRIER));
    world.run(millis(100));
    let call = calls(&mut world);
    world.run(millis(100));
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    assert_eq!(answered(&world.events(OFFICE)), 1);
    world.tell(OFFICE, |e, now| e.bye(now, call, None)).unwrap();
    world.run(millis(100));
    world.assert_nothing_left();
}

#[test]
fn a_connection_that_breaks_while_it_rings_fails_the_call_over_and_one_that_was_answered_is_not_asked_again()
{
    let mut world = World::new(405);
    leads_to(&mut world, "_sip._tcp", &HOSTS[..2]);
    world.settle(OFFICE, by_name(office(), Transport::Tcp, false));
    for host in &HOSTS[..2] {
        let mut there = settings(host, carrier().trunks);
        there.trunks[0].transport = Transport::Tcp;
        world.settle(host, there);
    }
    world.run(millis(100));
    calls(&mut world);
    world.run(millis(50));
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.run(millis(50));
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(millis(50));
    assert_eq!(answered(&world.events(OFFICE)), 1);
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.run(Duration::from_secs(3));
    assert_eq!(asked(&world, CARRIER, "INVITE") + asked(&world, SECOND, "INVITE"), 2);
}

#[test]
fn with_every_host_dead_the_call_fails_with_a_clear_outcome_and_the_one_that_rests_least_is_asked_first() {
    let mut world = with_hosts(406, 3);
    for host in HOSTS {
        world.unplug(host);
    }
    let call = calls(&mut world);
    world.run(INVITE_PATIENCE * 2 + millis(10));
    assert_eq!(HOSTS.map(|host| asked(&world, host, "INVITE") > 0), [true; 3]);
    let now = world.now;
    assert_eq!(
        world.host(OFFICE).endpoint.unheard_since(call),
        Some(now - millis(10)),
        "the last one has just been asked"
    );
    world.run(Duration::from_secs(33));
    let events = world.events(OFFICE);
    assert!(
        matches!(&events[..], [.., Event::Failed { session, status: 408, .. }] if *session == call),
        "{events:?}"
    );
    assert_eq!(goes_to(&mut world), CARRIER, "its rest ends first");
    world.assert_nothing_left();
}

#[test]
fn who_gives_up_while_a_silent_host_is_waited_for_is_taken_nowhere_else() {
    let mut world = with_hosts(407, 2);
    world.unplug(CARRIER);
    let call = calls(&mut world);
    world.run(millis(500));
    world.tell(OFFICE, |e, now| e.cancel(now, call, None)).unwrap();
    world.run(Duration::from_secs(40));
    assert_eq!(asked(&world, SECOND, "INVITE"), 0);
    assert!(matches!(&world.events(OFFICE)[..], [.., Event::Failed { status: 487, .. }]));
    calls(&mut world);
    world.run(millis(50));
    assert_eq!(asked(&world, SECOND, "INVITE"), 1, "but what was learnt of the host is kept");
}

#[test]
fn who_gives_up_at_the_second_host_is_heard_by_it_and_by_the_first_when_that_wakes() {
    let mut world = with_hosts(408, 2);
    // The first one's answers take five seconds.
    world.judge =
        Box::new(
            |from, _, _| {
                if from == addr(CARRIER) { Fate::Delay(Duration::from_secs(5)) } else { Fate::Deliver }
            },
        );
    let call = calls(&mut world);
    world.run(INVITE_PATIENCE + millis(50));
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.ring(now, there, 180, None)).unwrap();
    world.run(millis(50));
    world.tell(OFFICE, |e, now| e.cancel(now, call, None)).unwrap();
    world.run(millis(100));
    assert_eq!(asked(&world, SECOND, "CANCEL"), 1);
    assert!(matches!(&world.events(OFFICE)[..], [.., Event::Failed { status: 487, .. }]));
    assert_eq!(asked(&world, CARRIER, "CANCEL"), 0, "it has not been heard (9.1)");
    world.run(Duration::from_secs(5));
    assert_eq!(distinct(&world, CARRIER, "CANCEL"), 1);
    let events = world.events(CARRIER);
    assert!(matches!(&events[..], [Event::Invited { .. }, Event::Cancelled { .. }]), "{events:?}");
    world.run(Duration::from_secs(40));
    world.assert_nothing_left();
}

#[test]
fn a_host_that_rings_after_it_was_passed_over_is_told_to_stop_while_the_call_goes_on() {
    let mut world = with_hosts(409, 2);
    world.judge =
        Box::new(
            |from, _, _| {
                if from == addr(CARRIER) { Fate::Delay(Duration::from_secs(5)) } else { Fate::Deliver }
            },
        );
    let call = calls(&mut world);
    world.run(INVITE_PATIENCE + millis(50));
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(Duration::from_secs(8));
    assert_eq!(distinct(&world, CARRIER, "CANCEL"), 1);
    assert!(matches!(&world.events(CARRIER)[..], [Event::Invited { .. }, Event::Cancelled { .. }]));
    assert_eq!(answered(&world.events(OFFICE)), 1);
    world.tell(OFFICE, |e, now| e.bye(now, call, None)).unwrap();
    world.run(Duration::from_secs(10));
    world.assert_nothing_left();
}

#[test]
fn a_late_200_of_a_host_that_was_passed_over_is_acknowledged_and_hung_up_and_the_call_lives() {
    let mut world = with_hosts(410, 2);
    world.judge =
        Box::new(
            |from, _, _| {
                if from == addr(CARRIER) { Fate::Delay(Duration::from_secs(5)) } else { Fate::Deliver }
            },
        );
    let call = calls(&mut world);
    world.run(millis(50));
    let late = world.invited(CARRIER);
    world.tell(CARRIER, |e, now| e.answer(now, late, b"late".to_vec())).unwrap();
    world.run(INVITE_PATIENCE);
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(Duration::from_secs(15));
    assert_eq!((asked(&world, CARRIER, "ACK") > 0, distinct(&world, CARRIER, "BYE")), (true, 1));
    let events = world.events(OFFICE);
    assert_eq!(answered(&events), 1);
    assert!(
        !events.iter().any(|event| matches!(event, Event::Ended { .. } | Event::Failed { .. })),
        "{events:?}"
    );
    let events = world.events(CARRIER);
    assert!(matches!(&events[..], [Event::Confirmed { .. }, Event::Ended { .. }, ..]), "{events:?}");
    world.tell(OFFICE, |e, now| e.bye(now, call, None)).unwrap();
    world.run(millis(100));
    assert!(matches!(&world.events(SECOND)[..], [.., Event::Ended { by: EndedBy::Remote(None), .. }]));
    world.run(Duration::from_secs(10));
    world.assert_nothing_left();
}

#[test]
fn a_call_that_went_to_the_second_host_is_ended_there_also_when_its_connection_has_broken() {
    let mut world = World::new(411);
    leads_to(&mut world, "_sip._tcp", &HOSTS[..2]);
    world.settle(OFFICE, by_name(office(), Transport::Tcp, false));
    let mut second = settings(SECOND, carrier().trunks);
    second.trunks[0].transport = Transport::Tcp;
    world.settle(SECOND, second);
    world.refusing.insert(addr(CARRIER));
    world.run(millis(100));
    let call = calls(&mut world);
    world.run(millis(100));
    let there = world.invited(SECOND);
    world.tell(SECOND, |e, now| e.answer(now, there, b"answer".to_vec())).unwrap();
    world.run(millis(100));
    let connection = world.open_connections()[0];
    world.cut(connection);
    world.run(millis(100));
    world.tell(OFFICE, |e, now| e.bye(now, call, None)).unwrap();
    world.run(millis(100));
    assert_eq!((asked(&world, CARRIER, "BYE"), asked(&world, SECOND, "BYE")), (0, 1));
    assert!(matches!(&world.events(SECOND)[..], [.., Event::Ended { by: EndedBy::Remote(None), .. }]));
}

// ---- REGISTER, OPTIONS and calls share one set (P-T05)

/// An office that registers at its carrier, whose hosts know it by its password.
fn registered(seed: u64, probe: bool) -> World {
    let mut world = World::new(seed);
    leads_to(&mut world, "_sip._udp", &HOSTS[..2]);
    for host in &HOSTS[..2] {
        let mut there = settings(host, vec![]);
        there.realm = "carrier.example".to_owned();
        let account = Account { password: "of the trunk".to_owned(), legacy_md5: true };
        there.accounts.insert(our_account(), account);
        world.settle(host, there);
    }
    let mut ours = by_name(office(), Transport::Udp, false);
    let trunk = &mut ours.trunks[0];
    trunk.probe = probe.then_some(crate::sip::PROBE_EVERY);
    trunk.credentials = Some(Credentials {
        user: "201".to_owned(),
        password: "of the trunk".to_owned(),
        realm: Some("carrier.example".to_owned()),
    });
    trunk.registration = Some(Registration {
        user: "201".to_owned(),
        registrar: "sip:carrier.example".to_owned(),
        expires: Duration::from_secs(600),
    });
    world.settle(OFFICE, ours);
    world
}

fn our_account() -> Extension {
    "201".parse().unwrap()
}

fn bindings(world: &mut World, host: &str) -> usize {
    world.counts(host).bindings
}

#[test]
fn a_registration_goes_to_the_next_host_in_the_middle_of_a_register_and_is_asked_for_once() {
    let mut world = registered(420, false);
    world.unplug(CARRIER);
    world.run(REGISTER_PATIENCE + millis(200));
    assert_eq!(bindings(&mut world, SECOND), 1);
    assert_eq!(asked(&world, SECOND, "REGISTER"), 2, "one that is challenged, one that is not");
    assert_eq!(health(&mut world), TrunkHealth::Up);
    let before = asked(&world, CARRIER, "REGISTER");
    world.run(Duration::from_secs(30));
    assert_eq!(asked(&world, CARRIER, "REGISTER"), before, "the dead host is left in peace");
}

#[test]
fn a_dead_host_is_found_by_options_left_by_everything_and_returned_to_when_it_answers_again() {
    let mut world = registered(421, true);
    world.run(Duration::from_secs(1));
    assert_eq!((bindings(&mut world, CARRIER), bindings(&mut world, SECOND)), (1, 0));
    let first = world.host(CARRIER).endpoint.counts();
    assert_eq!(first.sessions, 0);
    world.unplug(CARRIER);
    // The next question is half a minute away, and has eight seconds.
    world.run(Duration::from_secs(45));
    assert_eq!(goes_to(&mut world), SECOND, "before any call has been lost");
    assert_eq!(bindings(&mut world, SECOND), 1, "what hangs on the host is done anew");
    assert_eq!(health(&mut world), TrunkHealth::Up);
    let registers = asked(&world, CARRIER, "REGISTER");
    calls(&mut world);
    world.run(millis(200));
    assert_eq!((asked(&world, CARRIER, "INVITE"), asked(&world, SECOND, "INVITE")), (0, 2));
    // Asked whether it lives, and only that.
    world.run(Duration::from_secs(120));
    assert_eq!(asked(&world, CARRIER, "REGISTER"), registers);
    assert_eq!(goes_to(&mut world), SECOND);
    let mut there = settings(CARRIER, vec![]);
    there.realm = "carrier.example".to_owned();
    there.accounts.insert(our_account(), Account { password: "of the trunk".to_owned(), legacy_md5: true });
    world.settle(CARRIER, there);
    world.run(Duration::from_secs(65));
    assert_eq!(goes_to(&mut world), CARRIER, "within a minute of its return");
    assert_eq!(bindings(&mut world, CARRIER), 1);
    assert_eq!(health(&mut world), TrunkHealth::Up);
}

#[test]
fn a_call_that_finds_the_host_dead_takes_the_registration_along() {
    let mut world = registered(422, false);
    world.run(Duration::from_secs(1));
    world.unplug(CARRIER);
    calls(&mut world);
    world.run(INVITE_PATIENCE + millis(300));
    assert_eq!(bindings(&mut world, SECOND), 1, "calls to the office come in again as well");
    assert_eq!(asked(&world, SECOND, "INVITE"), 2, "challenged, and answered with the password");
}

// ---- names

#[test]
fn what_the_name_leads_to_is_asked_anew_and_a_carrier_that_moves_is_followed() {
    let mut world = registered(423, false);
    world.run(Duration::from_secs(1));
    leads_to(&mut world, "_sip._udp", &[SECOND]);
    world.run(GOOD_FOR + Duration::from_secs(1));
    assert_eq!(goes_to(&mut world), SECOND);
    assert_eq!(bindings(&mut world, SECOND), 1);
    assert!(world.events(OFFICE).iter().any(|event| matches!(
        event,
        Event::TrunkTargets { targets, .. } if targets.len() == 1 && targets[0].address == addr(SECOND)
    )));
}

#[test]
fn when_nobody_answers_for_the_name_what_was_known_of_it_stays() {
    let mut world = with_hosts(424, 2);
    world.zone.clear();
    world.run(GOOD_FOR + Duration::from_secs(60));
    assert_eq!(goes_to(&mut world), CARRIER);
    calls(&mut world);
    world.run(millis(50));
    world.invited(CARRIER);
}

#[test]
fn a_name_that_leads_nowhere_is_said_and_is_tried_again() {
    let mut world = World::new(425);
    let failed = Answer::Failed { why: "the resolver is silent".to_owned() };
    for kind in [RecordKind::A, RecordKind::Srv] {
        let name = if kind == RecordKind::A { "carrier.example" } else { "_sip._udp.carrier.example" };
        world.zone.insert(question(name, kind), failed.clone());
    }
    world.settle(OFFICE, by_name(office(), Transport::Udp, false));
    world.settle(CARRIER, carrier());
    world.run(Duration::from_secs(1));
    let TrunkHealth::Down { why, .. } = health(&mut world) else { panic!() };
    assert!(why.contains("the resolver is silent"), "{why}");
    let outgoing = to_trunk("carrier", "+13035550199", b"offer");
    assert!(world.tell(OFFICE, |e, now| e.invite(now, outgoing)).is_err());
    leads_to(&mut world, "_sip._udp", &[CARRIER]);
    world.run(Duration::from_secs(6));
    assert_eq!(health(&mut world), TrunkHealth::Unknown, "nothing is wrong with it any more");
    calls(&mut world);
    world.run(millis(50));
    world.invited(CARRIER);
}

#[test]
fn naptr_chooses_the_transport_srv_the_port_and_weights_share_the_calls() {
    let mut tcp_first = [0; 2];
    for seed in 0..40 {
        let mut world = World::new(430 + seed);
        let naptr = |order, services: &str, replacement: &str| Record::Naptr {
            order,
            preference: 10,
            flags: "s".to_owned(),
            services: services.to_owned(),
            replacement: replacement.to_owned(),
        };
        let chosen = vec![
            naptr(20, "SIP+D2U", "_sip._udp.carrier.example"),
            naptr(10, "SIP+D2T", "_sip._tcp.carrier.example"),
        ];
        world.zone.insert(question("carrier.example", RecordKind::Naptr), found(chosen));
        leads_to(&mut world, "_sip._udp", &[THIRD]);
        let srv = |weight, host: &str| Record::Srv { priority: 1, weight, port: 5070, host: host.to_owned() };
        let shared = vec![srv(30, "heavy.carrier.example"), srv(10, "light.carrier.example")];
        world.zone.insert(question("_sip._tcp.carrier.example", RecordKind::Srv), found(shared));
        for (name, at) in [("heavy", CARRIER), ("light", SECOND)] {
            let name = question(&format!("{name}.carrier.example"), RecordKind::A);
            world.zone.insert(name, found(vec![Record::Address(addr(at).ip())]));
        }
        world.settle(OFFICE, by_name(office(), Transport::Udp, true));
        world.run(millis(100));
        let name = TrunkName("carrier".to_owned());
        let (transport, at) = world.host(OFFICE).endpoint.trunk_way(&name).unwrap();
        assert_eq!((transport, at.port()), (Transport::Tcp, 5070));
        let heavy = at.ip() == addr(CARRIER).ip();
        tcp_first[usize::from(heavy)] += 1;
        // The trunk's own requests are known by where its name leads.
        assert!(world.host(OFFICE).endpoint.trunk_towards(addr(THIRD)).is_some());
    }
    assert!((24..=36).contains(&tcp_first[1]), "three of four begin at the heavy one: {tcp_first:?}");
}

#[test]
fn a_host_that_is_none_of_the_carriers_is_not_believed_because_it_was_one_of_them() {
    let mut world = with_hosts(426, 2);
    assert!(world.host(OFFICE).endpoint.trunk_towards(addr(SECOND)).is_some());
    leads_to(&mut world, "_sip._udp", &[CARRIER]);
    world.run(GOOD_FOR + Duration::from_secs(1));
    assert!(world.host(OFFICE).endpoint.trunk_towards(addr(SECOND)).is_none());
    let stranger = trunk("office", OFFICE, "office.example");
    world.settle(SECOND, settings(SECOND, vec![stranger]));
    let outgoing = to_trunk("office", "+13035550100", b"offer");
    world.tell(SECOND, |e, now| e.invite(now, outgoing)).unwrap();
    world.run(millis(200));
    assert!(!world.events(OFFICE).iter().any(|event| matches!(event, Event::Invited { .. })));
}
