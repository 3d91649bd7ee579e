//! Phones that register, with what password and from where; and our own registrations and probes at trunks.

use std::time::Duration;

use super::world::{CARRIER, OFFICE, PHONE, SECOND_PHONE, World, addr, office, phone, trunk};
use crate::sip::{
    Credentials, Event, Flow, Identity, Outgoing, Registration, SendError, Settings, Target, Transport,
    TrunkHealth, TrunkName,
    digest::{Challenge, ClientSession},
    wire::{Message, Method, Name},
};

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A REGISTER of extension 101, written by hand.
pub(super) fn register(at: &str, seq: u32, contact: &str, extra: &str) -> String {
    let contact = if contact.is_empty() { String::new() } else { format!("Contact: {contact}\r\n") };
    format!(
        "REGISTER sip:office.example SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKreg{seq};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:101@office.example>;tag=reg\r\nTo: <sip:101@office.example>\r\n\
         Call-ID: registration@{at}\r\nCSeq: {seq} REGISTER\r\n{contact}{extra}Content-Length: 0\r\n\r\n"
    )
}

/// The same request with an answer to the challenge of `refusal`; `algorithm` picks one of several.
pub(super) fn authorised(
    request: &str,
    refusal: &str,
    user: &str,
    password: &str,
    algorithm: Option<&str>,
    branch: &str,
) -> String {
    let refusal = Message::parse(refusal.as_bytes()).unwrap();
    let offered = refusal.all(Name::WwwAuthenticate).filter(|value| {
        let text = String::from_utf8_lossy(value);
        algorithm.is_none_or(|wanted| text.contains(&format!("algorithm={wanted}")))
    });
    let challenge = Challenge::choose(offered, None, true).expect("a challenge");
    let message = Message::parse(request.as_bytes()).unwrap();
    let uri = message.uri().unwrap().as_str().to_owned();
    let mut chance = <crate::types::Chance as rand_chacha::rand_core::SeedableRng>::seed_from_u64(9);
    let method: &Method = message.method().unwrap();
    let value = ClientSession::new(challenge).answer(user, password, method, &uri, b"", &mut chance);
    let old = message.via().unwrap().branch().unwrap().to_owned();
    request.replace(&old, branch).replacen(
        "Content-Length",
        &format!("Authorization: {value}\r\nContent-Length"),
        1,
    )
}

pub(super) fn status(text: &str) -> u16 {
    text[8..11].parse().unwrap()
}

/// An office alone, with a phone that is written by hand.
fn alone(seed: u64) -> World {
    let mut world = World::new(seed);
    world.settle(OFFICE, office());
    world
}

/// Registers by hand, challenge and all; the final answer.
pub(super) fn register_by_hand(world: &mut World, at: &str, seq: u32, contact: &str, extra: &str) -> String {
    world.send(at, OFFICE, register(at, seq, contact, extra));
    world.run(millis(50));
    let refusal = world.received(at).pop().unwrap();
    assert_eq!(status(&refusal), 401);
    let request = register(at, seq, contact, extra);
    let branch = format!("z9hG4bKagain{seq}n{}", world.trace.len());
    let again = authorised(&request, &refusal, "101", "secret of 101", None, &branch);
    world.send(at, OFFICE, again);
    world.run(millis(50));
    world.received(at).pop().unwrap()
}

#[test]
fn a_phone_registers_with_sha_256_and_is_bound_until_it_withdraws() {
    let mut world = alone(60);
    world.settle(PHONE, phone(PHONE, "101"));
    world.run(millis(200));
    let events = world.events(OFFICE);
    let [.., Event::Bound { binding }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(binding.flow.remote, addr(PHONE));
    assert_eq!(binding.contact, format!("sip:101@{PHONE}"));
    assert_eq!(binding.expires_in, Duration::from_secs(600));
    assert_eq!(world.host(PHONE).endpoint.trunk_health(&TrunkName("office".to_owned())), TrunkHealth::Up);
    // Refreshed before it runs out, for as long as the phone lives.
    world.run(Duration::from_secs(3600));
    assert_eq!(world.counts(OFFICE).bindings, 1);
    world.tell(PHONE, |e, now| e.shut_down(now));
    world.run(millis(200));
    assert_eq!(world.counts(OFFICE).bindings, 0);
    assert!(matches!(world.events(OFFICE).last(), Some(Event::Unbound { .. })));
}

#[test]
fn a_phone_that_comes_back_at_another_address_takes_the_place_of_its_former_self() {
    let mut world = alone(64);
    let first = r#";+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>""#;
    let other = r#";+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e129>""#;
    let mut answers = Vec::new();
    for (port, params) in [(5071, first), (5072, other), (5073, ""), (5074, first), (5075, "")] {
        let at = format!("192.0.2.110:{port}");
        let contact = format!("<sip:101@{at}>{params}");
        answers.push(register_by_hand(&mut world, &at, 1, &contact, ""));
    }
    let bound = |answer: &String, port: u16| answer.contains(&format!("<sip:101@192.0.2.110:{port}>"));
    let ports = |answer| (5071..=5075).filter(|&port| bound(answer, port)).collect::<Vec<_>>();
    assert_eq!(ports(&answers[2]), [5071, 5072, 5073]);
    assert_eq!(ports(&answers[3]), [5072, 5073, 5074], "5071 was the same phone");
    assert_eq!(ports(&answers[4]), [5072, 5073, 5074, 5075], "nobody knows what these two are");
    let gone = |event: &Event| matches!(event, Event::Unbound { contact, .. } if contact.contains("5071"));
    assert!(world.events(OFFICE).iter().any(gone));
    assert_eq!(world.counts(OFFICE).bindings, 4);
}

#[test]
fn two_ways_to_one_phone_in_one_request_stand_side_by_side() {
    let mut world = alone(65);
    let instance = r#";+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>""#;
    let both =
        |port: u16| format!("<sip:101@192.0.2.110:{port}>{instance}, <sip:101@192.0.2.111:{port}>{instance}");
    register_by_hand(&mut world, "192.0.2.110:5071", 1, &both(5071), "");
    assert_eq!(world.counts(OFFICE).bindings, 2);
    let flows = format!(
        "<sip:101@192.0.2.110:5072>{instance};reg-id=1, <sip:101@192.0.2.111:5072>{instance};reg-id=2"
    );
    register_by_hand(&mut world, "192.0.2.110:5072", 1, &flows, "");
    register_by_hand(
        &mut world,
        "192.0.2.110:5072",
        2,
        &format!("<sip:101@192.0.2.110:5073>{instance};reg-id=1"),
        "",
    );
    let answer = register_by_hand(&mut world, "192.0.2.110:5072", 3, &both(5074), "");
    assert!(
        !answer.contains("5071") && answer.contains("5073") && answer.contains("192.0.2.111:5072"),
        "{answer}"
    );
}

#[test]
fn a_phone_that_keeps_two_flows_rings_by_the_last_of_them_and_by_the_other_when_that_is_cut() {
    let mut world = alone(67);
    let register_along = |world: &mut World, port: u16, flow: u16| {
        let at = format!("192.0.2.110:{port}");
        let connection = world.connect(addr(&at), addr(OFFICE));
        let body = r#"+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>""#;
        let contact = format!("<sip:101@{at};transport=tcp;ob>;{body};reg-id={flow}");
        let request =
            |seq| register(&at, seq, &contact, "Supported: path, outbound\r\n").replace("/UDP", "/TCP");
        world.stream_bytes(connection, &at, OFFICE, request(1).as_bytes());
        world.run(Duration::from_millis(50));
        let refusal = world.received(&at).pop().unwrap();
        let good = authorised(&request(2), &refusal, "101", "secret of 101", None, "z9hG4bKgood");
        world.stream_bytes(connection, &at, OFFICE, good.as_bytes());
        world.run(Duration::from_millis(50));
        (connection, world.received(&at).pop().unwrap())
    };
    let (_, first) = register_along(&mut world, 5081, 1);
    for line in ["Require: outbound", "Flow-Timer: 120", "reg-id=1", "+sip.instance=\"<urn:uuid:"] {
        assert!(first.contains(line), "{line} in {first}");
    }
    let (second, answer) = register_along(&mut world, 5082, 2);
    assert!(answer.contains("reg-id=1") && answer.contains("reg-id=2"), "{answer}");
    assert_eq!(world.counts(OFFICE).bindings, 2);
    let ways = |world: &mut World| {
        let now = world.now;
        let bindings = world.host(OFFICE).endpoint.bindings(now, &"101".parse().unwrap());
        bindings.iter().map(|binding| binding.flow.remote.port()).collect::<Vec<_>>()
    };
    assert_eq!(ways(&mut world), [5082], "one telephone rings once");
    world.cut(second);
    world.run(Duration::from_millis(50));
    assert_eq!(ways(&mut world), [5081]);
    // Who does not keep flows is told nothing of them.
    let plain = register_by_hand(&mut world, "192.0.2.111:5081", 1, "<sip:101@192.0.2.111:5081>", "");
    assert!(!plain.contains("outbound") && !plain.contains("Flow-Timer"), "{plain}");
}

#[test]
fn a_phone_that_is_gone_is_unbound_when_its_time_is_over() {
    let mut world = World::of_an_office(61);
    world.unplug(PHONE);
    world.run(Duration::from_secs(590));
    assert_eq!(world.counts(OFFICE).bindings, 1);
    world.run(Duration::from_secs(20));
    assert_eq!(world.counts(OFFICE).bindings, 0);
    assert!(matches!(&world.events(OFFICE)[..], [Event::Unbound { contact, .. }] if contact.contains("101")));
}

#[test]
fn each_extension_is_asked_once_for_what_its_phone_can_do_and_md5_opens_no_other() {
    let mut world = alone(62);
    for (extension, asked, answered, expected) in [
        ("101", "SHA-256", "SHA-256", 200),
        ("101", "SHA-256", "MD5", 401),
        ("102", "MD5", "MD5", 200),
        ("102", "MD5", "SHA-256", 200),
    ] {
        let at = format!("192.0.2.110:{}", 5000 + expected + u16::from(answered == "MD5") * 7);
        let request = register(&at, 1, &format!("<sip:{extension}@{at}>"), "")
            .replace("101@office", &format!("{extension}@office"));
        world.send(&at, OFFICE, request.clone());
        world.run(millis(50));
        let refusal = world.received(&at).pop().unwrap();
        assert_eq!(refusal.matches("WWW-Authenticate").count(), 1);
        assert!(refusal.contains(&format!("algorithm={asked}")), "{refusal}");
        let password = format!("secret of {extension}");
        let branch = format!("z9hG4bK{extension}{answered}");
        let refusal = refusal.replace(&format!("algorithm={asked}"), &format!("algorithm={answered}"));
        world.send(
            &at,
            OFFICE,
            authorised(&request, &refusal, extension, &password, Some(answered), &branch),
        );
        world.run(millis(50));
        assert_eq!(status(&world.received(&at).pop().unwrap()), expected, "{extension} {answered}");
        world.run(Duration::from_secs(60));
    }
}

#[test]
fn known_and_unknown_extensions_are_answered_alike() {
    let mut world = alone(63);
    let answer_to = |world: &mut World, extension: &str, method: &str| {
        let request = register(PHONE, 1, "", "")
            .replace("101@", &format!("{extension}@"))
            .replace("REGISTER", method)
            .replace("z9hG4bKreg1", &format!("z9hG4bK{extension}{method}"));
        world.send(PHONE, OFFICE, request.clone());
        world.run(millis(50));
        let refusal = world.received(PHONE).pop().unwrap();
        let branch = format!("z9hG4bKb{extension}{method}");
        world.send(PHONE, OFFICE, authorised(&request, &refusal, extension, "wrong", None, &branch));
        world.run(Duration::from_secs(61));
        let blank = |text: &str| -> Vec<String> {
            text.lines().map(|l| l.split([':', '=']).next().unwrap_or_default().to_owned()).collect()
        };
        (blank(&refusal), blank(&world.received(PHONE).pop().unwrap()))
    };
    for method in ["REGISTER", "INVITE", "MESSAGE"] {
        assert_eq!(answer_to(&mut world, "101", method), answer_to(&mut world, "999", method), "{method}");
    }
}

#[test]
fn a_nonce_that_has_run_out_is_called_stale_and_a_used_one_is_not_taken_again() {
    let mut world = alone(64);
    let request = register(PHONE, 1, &format!("<sip:101@{PHONE}>"), "");
    world.send(PHONE, OFFICE, request.clone());
    world.run(millis(50));
    let refusal = world.received(PHONE).pop().unwrap();
    let good = authorised(&request, &refusal, "101", "secret of 101", None, "z9hG4bKgood");
    // The same credentials from elsewhere prove nothing.
    world.send(SECOND_PHONE, OFFICE, good.replace("z9hG4bKgood", "z9hG4bKelsewhere"));
    world.run(millis(50));
    let elsewhere = world.received(SECOND_PHONE).pop().unwrap();
    assert_eq!(status(&elsewhere), 401);
    world.send(PHONE, OFFICE, good.clone());
    world.run(millis(50));
    assert_eq!(status(&world.received(PHONE).pop().unwrap()), 200);
    // A copy is absorbed by its transaction; the same credentials in another request are a replay.
    world.send(PHONE, OFFICE, good.clone());
    world.run(millis(50));
    assert_eq!(status(&world.received(PHONE).pop().unwrap()), 200);
    world.send(PHONE, OFFICE, good.replace("z9hG4bKgood", "z9hG4bKreplay").replace("CSeq: 1", "CSeq: 2"));
    world.run(millis(50));
    let replay = world.received(PHONE).pop().unwrap();
    assert!(status(&replay) == 401 && replay.contains("stale=true"), "{replay}");
    // A minute later the next nonce has run out as well.
    let late = authorised(&request, &replay, "101", "secret of 101", None, "z9hG4bKlate");
    world.run(Duration::from_secs(61));
    world.send(PHONE, OFFICE, late);
    world.run(millis(50));
    let late = world.received(PHONE).pop().unwrap();
    assert!(status(&late) == 401 && late.contains("stale=true"), "{late}");
}

#[test]
fn one_who_has_a_password_may_not_speak_for_another_extension() {
    let mut world = alone(65);
    let request = register(PHONE, 1, &format!("<sip:102@{PHONE}>"), "").replace("<sip:101@", "<sip:102@");
    world.send(PHONE, OFFICE, request.clone());
    world.run(millis(50));
    let refusal = world.received(PHONE).pop().unwrap().replace("algorithm=MD5", "algorithm=SHA-256");
    world.send(PHONE, OFFICE, authorised(&request, &refusal, "101", "secret of 101", None, "z9hG4bKx"));
    world.run(millis(50));
    assert_eq!(status(&world.received(PHONE).pop().unwrap()), 403);
    assert_eq!(world.counts(OFFICE).bindings, 0);
}

#[test]
fn the_registrar_keeps_the_rules_of_expiry_star_and_order() {
    let mut world = alone(66);
    let contact = format!("<sip:101@{PHONE}>");
    let short = register_by_hand(&mut world, PHONE, 1, &contact, "Expires: 20\r\n");
    assert!(status(&short) == 423 && short.contains("Min-Expires: 60"), "{short}");
    let long = register_by_hand(&mut world, PHONE, 2, &contact, "Expires: 90000\r\n");
    assert!(status(&long) == 200 && long.contains(&format!("{contact};expires=3600")), "{long}");
    let two = register_by_hand(&mut world, PHONE, 3, "<sip:101@192.0.2.9:5070>;expires=120", "");
    assert!(two.contains("expires=120") && two.contains(PHONE), "both are listed: {two}");
    assert_eq!(status(&register_by_hand(&mut world, PHONE, 2, &contact, "")), 500, "an old number");
    let asked = register_by_hand(&mut world, PHONE, 4, "", "");
    assert_eq!(asked.matches("Contact: ").count(), 2, "a question changes nothing: {asked}");
    world.send(PHONE, OFFICE, register(PHONE, 5, "*", "Expires: 60\r\n"));
    world.run(millis(50));
    assert_eq!(status(&world.received(PHONE).pop().unwrap()), 400, "`*` is for withdrawing only");
    let none = register_by_hand(&mut world, PHONE, 6, "*", "Expires: 0\r\n");
    assert!(status(&none) == 200 && !none.contains("Contact: "), "{none}");
    assert_eq!(world.counts(OFFICE).bindings, 0);
}

#[test]
fn an_eleventh_contact_takes_the_place_of_the_one_that_would_run_out_first() {
    let mut world = alone(67);
    for n in 1..=11 {
        let contact = format!("<sip:101@192.0.2.101:{}>;expires={}", 6000 + n, 600 + n);
        assert_eq!(status(&register_by_hand(&mut world, PHONE, n, &contact, "")), 200);
        world.run(Duration::from_secs(1));
    }
    let now = world.now;
    let bindings = world.host(OFFICE).endpoint.bindings(now, &"101".parse().unwrap());
    assert_eq!(bindings.len(), 10);
    assert!(bindings.iter().all(|binding| !binding.contact.contains(":6001")));
    let list: Vec<String> = (1..=11).map(|n| format!("<sip:101@192.0.2.101:{}>", 7000 + n)).collect();
    assert_eq!(status(&register_by_hand(&mut world, PHONE, 20, &list.join(", "), "")), 403);
}

#[test]
fn a_phone_behind_nat_is_called_where_it_sends_from() {
    let mut world = alone(68);
    let public = "203.0.113.10:41234";
    let contact = "<sip:101@192.168.1.5:5060>";
    assert_eq!(status(&register_by_hand(&mut world, public, 1, contact, "")), 200);
    world.office_rings("101");
    world.run(millis(50));
    let invite = world.received(public).pop().expect("it arrives at the public address");
    assert!(invite.starts_with("INVITE sip:101@192.168.1.5:5060 SIP/2.0"), "{invite}");
}

#[test]
fn a_contact_that_is_our_own_address_is_never_called() {
    let mut world = alone(69);
    let neighbour = OFFICE.replace(":5060", ":5062");
    for (seq, host, loops) in [(1, OFFICE, true), (2, neighbour.as_str(), false)] {
        let contact = format!("<sip:101@{host}>");
        assert_eq!(status(&register_by_hand(&mut world, PHONE, seq, &contact, "")), 200);
        let (now, extension) = (world.now, "101".parse().unwrap());
        let bindings = world.host(OFFICE).endpoint.bindings(now, &extension);
        let binding = bindings.into_iter().find(|binding| binding.contact.contains(host)).unwrap();
        let target = Target::Phone { extension, contact: binding.contact, flow: binding.flow, path: vec![] };
        let from = Identity { user: "102".to_owned(), display: String::new() };
        let outgoing =
            Outgoing { target, from, offer: vec![], headers: vec![], parts: vec![], sips: false, hops: 70 };
        let begun = world.tell(OFFICE, |endpoint, now| endpoint.invite(now, outgoing));
        assert_eq!(begun.err(), loops.then_some(SendError::Loop), "{host}");
    }
}

#[test]
fn bindings_are_put_back_after_a_restart() {
    let mut world = World::of_an_office(69);
    let now = world.now;
    let bindings = world.host(OFFICE).endpoint.bindings(now, &"101".parse().unwrap());
    world.settle(OFFICE, office());
    assert_eq!(world.counts(OFFICE).bindings, 0);
    let mut strange = bindings[0].clone();
    strange.extension = "999".parse().unwrap();
    let mut dead = bindings[0].clone();
    dead.flow = Flow { transport: Transport::Tcp, ..dead.flow };
    let restored = [bindings.clone(), vec![strange, dead]].concat();
    world.tell(OFFICE, |e, now| e.restore(now, restored));
    assert_eq!(world.counts(OFFICE).bindings, 1);
    world.office_rings("101");
    world.run(millis(50));
    world.invited(PHONE);
}

#[test]
fn an_account_that_is_gone_loses_its_bindings_and_its_way_in() {
    let mut world = World::of_an_office(70);
    let mut settings = office();
    settings.accounts.remove(&"101".parse().unwrap());
    world.tell(OFFICE, |e, now| e.update(now, settings));
    assert_eq!(world.counts(OFFICE).bindings, 0);
    world.run(Duration::from_secs(700));
    assert_eq!(world.counts(OFFICE).bindings, 0);
    let health = world.host(PHONE).endpoint.trunk_health(&TrunkName("office".to_owned()));
    assert!(matches!(health, TrunkHealth::Down { status: 401, .. }), "{health:?}");
}

// ---- our own registration

fn registering_office() -> Settings {
    let mut settings = office();
    settings.trunks[0].credentials =
        Some(Credentials { user: "box".to_owned(), password: "pass".to_owned(), realm: None });
    settings.trunks[0].registration = Some(Registration {
        user: "+13035550100".to_owned(),
        registrar: "sip:carrier.example".to_owned(),
        expires: Duration::from_secs(300),
    });
    settings.trunks[0].probe = Some(crate::sip::PROBE_EVERY);
    settings
}

#[test]
fn a_dead_trunk_is_told_and_retried_with_longer_and_longer_pauses() {
    let mut world = World::new(71);
    world.settle(OFFICE, registering_office());
    world.run(Duration::from_secs(4000));
    let tries: Vec<u64> = {
        let mut last = None;
        world
            .trace
            .iter()
            .filter(|(_, _, _, line)| line.starts_with("REGISTER"))
            .filter(|(_, _, _, line)| last.replace(line.clone()).as_ref() != Some(line))
            .map(|(at, ..)| at.as_secs())
            .collect()
    };
    let pauses: Vec<u64> = tries.windows(2).map(|pair| pair[1] - pair[0] - 32).collect();
    for (pause, full) in pauses.iter().zip([30, 60, 120, 240, 480, 600, 600]) {
        assert!((full * 9 / 10 - 1..=full).contains(pause), "{pauses:?}");
    }
    let downs: Vec<Event> =
        world.events(OFFICE).into_iter().filter(|e| matches!(e, Event::TrunkHealth { .. })).collect();
    assert!(!downs.is_empty() && downs.len() <= 2, "told when it changes, not each time: {downs:?}");
    let health = world.host(OFFICE).endpoint.trunk_health(&TrunkName("carrier".to_owned()));
    assert!(matches!(health, TrunkHealth::Down { .. }));
}

#[test]
fn a_trunk_that_comes_back_is_up_within_a_minute() {
    let mut settings = office();
    settings.trunks[0].probe = Some(crate::sip::PROBE_EVERY);
    let mut world = World::new(72);
    world.settle(OFFICE, settings);
    world.run(Duration::from_secs(10));
    let name = TrunkName("carrier".to_owned());
    assert!(matches!(world.host(OFFICE).endpoint.trunk_health(&name), TrunkHealth::Down { status: 0, .. }));
    world.settle(CARRIER, super::world::carrier());
    world.run(Duration::from_secs(40));
    assert_eq!(world.host(OFFICE).endpoint.trunk_health(&name), TrunkHealth::Up);
    world.unplug(CARRIER);
    world.run(Duration::from_secs(40));
    assert!(matches!(world.host(OFFICE).endpoint.trunk_health(&name), TrunkHealth::Down { .. }));
}

#[test]
fn a_trunks_password_is_for_its_own_addresses_and_realm() {
    let mut world = World::new(73);
    let mut settings = registering_office();
    settings.trunks[0].credentials.as_mut().unwrap().realm = Some("carrier.example".to_owned());
    world.settle(OFFICE, settings);
    world.run(millis(50));
    let register = world.received(CARRIER).into_iter().find(|t| t.starts_with("REGISTER")).unwrap();
    let challenge = |realm: &str| {
        super::races::answer_text(&register, 401, "x").replace(
            "Content-Length",
            &format!(
                "WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"abc\", algorithm=MD5\r\nContent-Length"
            ),
        )
    };
    // From elsewhere it is no answer at all.
    world.send("203.0.113.66:5060", OFFICE, challenge("carrier.example"));
    world.run(millis(50));
    assert!(world.received(CARRIER).iter().all(|text| !text.contains("Authorization:")));
    world.send(CARRIER, OFFICE, challenge("elsewhere.example"));
    world.run(millis(50));
    assert!(world.received(CARRIER).iter().all(|text| !text.contains("Authorization:")));
    let health = world.host(OFFICE).endpoint.trunk_health(&TrunkName("carrier".to_owned()));
    assert!(matches!(health, TrunkHealth::Down { status: 401, .. }), "{health:?}");
}

#[test]
fn a_longer_registration_is_granted_when_the_carrier_insists() {
    let mut world = World::new(74);
    let mut settings = registering_office();
    settings.trunks[0].probe = None;
    world.settle(OFFICE, settings);
    world.run(millis(50));
    let register = world.received(CARRIER).pop().unwrap();
    assert!(register.contains("Expires: 300"));
    let brief = super::races::answer_text(&register, 423, "x")
        .replace("Content-Length", "Min-Expires: 1800\r\nContent-Length");
    world.send(CARRIER, OFFICE, brief);
    world.run(millis(50));
    let register = world.received(CARRIER).pop().unwrap();
    assert!(register.contains("Expires: 1800") && register.contains("CSeq: 2 REGISTER"), "{register}");
    let ok = super::races::answer_text(&register, 200, "x")
        .replace("Content-Length", "Expires: 1800\r\nContent-Length");
    world.send(CARRIER, OFFICE, ok);
    world.run(Duration::from_secs(1400));
    assert!(world.received(CARRIER).is_empty(), "not before nine tenths of the time, less a tenth of chance");
    world.run(Duration::from_secs(230));
    assert!(world.received(CARRIER).iter().any(|text| text.starts_with("REGISTER")));
}

/// The registrar lists everybody who has registered under the name (10.2.4).
#[test]
fn our_own_contact_among_others_says_how_long_we_are_taken_for() {
    for (contacts, refreshed_within) in [
        ("<sip:other@203.0.113.5>;expires=3000, <sip:%2B13035550100@192.0.2.1:5060>;expires=200", 180),
        ("<sip:other@203.0.113.5>;expires=20, <sip:+13035550100@192.0.2.1:5060>;expires=200", 180),
        ("<sip:other@203.0.113.5>;expires=3000, <sip:+13035550100@198.51.100.77>;expires=200", 180),
        ("*, <sip:+13035550100@192.0.2.1:5060>", 270),
    ] {
        let mut world = World::new(76);
        let mut settings = registering_office();
        settings.trunks[0].probe = None;
        world.settle(OFFICE, settings);
        world.run(millis(50));
        let register = world.received(CARRIER).pop().unwrap();
        let ok = super::races::answer_text(&register, 200, "x")
            .replace("Content-Length", &format!("Contact: {contacts}\r\nContent-Length"));
        world.send(CARRIER, OFFICE, ok);
        world.run(Duration::from_secs(refreshed_within * 9 / 10 - 1));
        assert!(world.received(CARRIER).is_empty(), "{contacts}");
        world.run(Duration::from_secs(refreshed_within / 10 + 2));
        assert!(!world.received(CARRIER).is_empty(), "{contacts}");
    }
}

#[test]
fn a_call_to_a_phone_that_asks_for_a_password_fails() {
    let mut world = World::of_an_office(75);
    // The phone does not know the office's address any more, and challenges it like a stranger.
    let mut settings = phone(PHONE, "101");
    settings.trunks = vec![trunk("elsewhere", CARRIER, "carrier.example")];
    world.settle(PHONE, settings);
    world.office_rings("101");
    world.run(millis(100));
    assert!(matches!(&world.events(OFFICE)[..], [Event::Failed { status: 401, .. }]));
    assert!(world.lines(OFFICE, PHONE).iter().filter(|l| l.starts_with("INVITE")).count() == 1);
}
