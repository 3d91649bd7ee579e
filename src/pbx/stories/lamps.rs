//! What desk phones see of each other and of their messages: lamps, and the sound of a ring.

use crate::{
    pbx::{
        Control, Fact, Input,
        story::{MAIN, World, extension, office},
    },
    sip::{
        self, Flow, Transport,
        digest::{Challenge, ClientSession},
        wire::{Message, Name},
    },
};

/// A desk phone of extension 102 that only watches; it is written by hand.
const WATCHER: &str = "192.0.2.150:5060";
const SWITCH: &str = "192.0.2.1:5060";

/// What it has been sent since somebody looked.
struct Watcher {
    seq: u32,
}

impl Watcher {
    fn subscribe(&self, package: &str, resource: &str, authorization: &str) -> String {
        let seq = self.seq;
        format!(
            "SUBSCRIBE sip:{resource}@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {WATCHER};branch=z9hG4bKw{seq};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:102@192.0.2.1>;tag=w{resource}\r\nTo: <sip:{resource}@192.0.2.1>\r\n\
             Call-ID: {package}-{resource}@{WATCHER}\r\nCSeq: {seq} SUBSCRIBE\r\nContact: <sip:102@{WATCHER}>\r\n\
             Event: {package}\r\nExpires: 600\r\n{authorization}Content-Length: 0\r\n\r\n"
        )
    }

    /// Subscribes, password and all; the first state.
    fn watch(&mut self, world: &mut World, package: &str, resource: &str) -> String {
        self.seq += 1;
        let asked = send(world, &self.subscribe(package, resource, ""));
        let refusal = asked.first().unwrap_or_else(|| panic!("no challenge"));
        let refusal = Message::parse(refusal.as_bytes()).unwrap();
        assert_eq!(refusal.status(), Some(401));
        let challenge = Challenge::choose(refusal.all(Name::WwwAuthenticate), None, true).unwrap();
        let mut chance = <crate::types::Chance as rand_chacha::rand_core::SeedableRng>::seed_from_u64(5);
        let uri = format!("sip:{resource}@192.0.2.1");
        let method = sip::wire::Method::Subscribe;
        let account = &world.switch.directory().extensions[&extension("102")].account;
        let password = account.password.clone();
        let value = ClientSession::new(challenge).answer("102", &password, &method, &uri, b"", &mut chance);
        self.seq += 1;
        let told = send(world, &self.subscribe(package, resource, &format!("Authorization: {value}\r\n")));
        told.into_iter().find(|text| text.starts_with("NOTIFY")).expect("the state at once")
    }
}

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        remote: WATCHER.parse().unwrap(),
        local: SWITCH.parse().unwrap(),
        connection: None,
    }
}

/// Sends one datagram; what the watcher is sent for it.
fn send(world: &mut World, text: &str) -> Vec<String> {
    let input = sip::Input::Datagram { flow: flow(), bytes: text.as_bytes() };
    world.tell(Input::Sip(input));
    take(world)
}

/// What the watcher has been sent. Its notifications have been answered by then.
fn take(world: &mut World) -> Vec<String> {
    world.sent_to(WATCHER)
}

/// State, direction and remote identity of each dialog in the last notification.
fn lamp(world: &mut World) -> String {
    let told = take(world);
    told.last().map(|notify| reading(notify)).unwrap_or_else(|| "nothing new".into())
}

fn reading(notify: &str) -> String {
    let between = |text: &str, from: &str, to: &str| {
        text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(found, _)| found.to_owned())
    };
    let dialogs: Vec<String> = notify
        .split("<dialog ")
        .skip(1)
        .map(|dialog| {
            let state = between(dialog, "<state>", "</state>").unwrap();
            let direction = between(dialog, "direction=\"", "\"").unwrap();
            let remote = dialog.split_once("<remote>").map(|(_, remote)| remote);
            let name = remote.and_then(|remote| between(remote, "display=\"", "\"")).unwrap_or_default();
            let uri = remote.and_then(|remote| between(remote, "<target uri=\"", "\"")).unwrap_or_default();
            format!("{state} {direction} {name} {uri}").trim().to_owned()
        })
        .collect();
    if dialogs.is_empty() { "idle".to_owned() } else { dialogs.join(" | ") }
}

fn version(notify: &str) -> u32 {
    notify.split_once("dialog-info\" version=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()
}

#[test]
fn a_lamp_follows_a_colleague_through_a_call_and_says_who_calls() {
    let mut world = World::at_work();
    let mut watcher = Watcher { seq: 0 };
    let first = watcher.watch(&mut world, "dialog", "101");
    assert_eq!((reading(&first).as_str(), version(&first)), ("idle", 0));
    world.call("carrier", MAIN);
    assert_eq!(lamp(&mut world), "trying recipient Dana Reyes sip:+13035550177@192.0.2.1");
    world.rings("101");
    assert_eq!(lamp(&mut world), "early recipient Dana Reyes sip:+13035550177@192.0.2.1");
    let talk = world.picks_up("101");
    assert_eq!(lamp(&mut world), "confirmed recipient Dana Reyes sip:+13035550177@192.0.2.1");
    world.hangs_up("101", talk);
    let last = take(&mut world);
    assert_eq!(reading(last.last().unwrap()), "idle");
    assert_eq!(version(last.last().unwrap()), 4, "each document is one higher");
}

#[test]
fn whoever_calls_from_a_desk_shows_whom() {
    let mut world = World::at_work();
    let mut watcher = Watcher { seq: 0 };
    watcher.watch(&mut world, "dialog", "101");
    world.call("101", "102");
    assert!(lamp(&mut world).starts_with("trying initiator"), "before it rings anywhere");
    world.rings("102");
    assert!(lamp(&mut world).starts_with("early initiator"), "as soon as it rings there");
    let talk = world.picks_up("102");
    assert!(lamp(&mut world).ends_with("sip:102@192.0.2.1"));
    world.hangs_up("102", talk);
    assert_eq!(lamp(&mut world), "idle");
}

#[test]
fn where_lamps_are_private_nobody_sees_who_calls() {
    let mut directory = office();
    directory.show_callers = false;
    let mut world = World::with(directory);
    world.plug_in("101");
    world.plug_in("102");
    let mut watcher = Watcher { seq: 0 };
    watcher.watch(&mut world, "dialog", "101");
    world.call("carrier", MAIN);
    world.rings("101");
    assert_eq!(lamp(&mut world), "early recipient");
    let talk = world.picks_up("101");
    world.hangs_up("101", talk);
}

#[test]
fn a_place_to_park_burns_while_somebody_waits_there_and_a_name_that_is_nothing_ends_at_once() {
    let mut world = World::at_work();
    let mut watcher = Watcher { seq: 0 };
    let none = watcher.watch(&mut world, "dialog", "999");
    assert!(none.contains("Subscription-State: terminated;reason=noresource"), "{none}");
    let slot = world.switch.directory().features.park.slots.first().unwrap().clone();
    assert_eq!(reading(&watcher.watch(&mut world, "dialog", slot.as_str())), "idle");
    let call = world.call("carrier", MAIN);
    world.picks_up("101");
    world.call("101", "*70");
    world.hear_the_agent();
    assert!(lamp(&mut world).starts_with("confirmed recipient Dana Reyes"));
    world.hangs_up("carrier", call);
    assert_eq!(lamp(&mut world), "idle");
}

#[test]
fn the_message_lamp_burns_for_new_messages_and_never_for_a_missed_call() {
    let mut world = World::at_work();
    let mut watcher = Watcher { seq: 0 };
    let first = watcher.watch(&mut world, "message-summary", "102");
    assert!(first.contains("Messages-Waiting: no\r\n"), "{first}");
    let waiting = |new, old| Control::MessagesWaiting { extension: extension("102"), new, old };
    world.control(waiting(2, 1));
    let lit = take(&mut world).pop().unwrap();
    assert!(
        lit.contains("Messages-Waiting: yes\r\n") && lit.contains("Voice-Message: 2/1 (0/0)\r\n"),
        "{lit}"
    );
    world.control(waiting(2, 1));
    assert!(take(&mut world).is_empty(), "nothing has changed");
    let call = world.call("carrier", MAIN);
    world.wait_s(2);
    world.gives_up("carrier", call);
    assert!(take(&mut world).is_empty(), "a missed call is no message");
    world.control(waiting(0, 3));
    assert!(take(&mut world).pop().unwrap().contains("Messages-Waiting: no\r\n"));
}

#[test]
fn a_phone_that_does_not_ask_for_its_message_lamp_is_told_all_the_same() {
    let mut world = World::with(office());
    // The desk says it before any phone has come back after a restart.
    world.control(Control::MessagesWaiting { extension: extension("101"), new: 1, old: 0 });
    world.plug_in("101");
    let told = world.sent_to("10.0.0.101:5060");
    let notices: Vec<&String> = told.iter().filter(|text| text.starts_with("NOTIFY")).collect();
    assert!(notices.iter().any(|text| text.contains("Messages-Waiting: yes")), "{told:?}");
}

#[test]
fn a_phone_is_told_to_fetch_its_settings_and_what_it_says_is_known() {
    let mut world = World::at_work();
    let contact = world
        .facts
        .iter()
        .find_map(|fact| match fact {
            Fact::Bound { binding } if binding.extension == extension("101") => Some(binding.contact.clone()),
            _ => None,
        })
        .unwrap();
    let ask = |contact: &str| Control::TellPhone {
        extension: extension("101"),
        contact: contact.to_owned(),
        event: "check-sync;reboot=false".into(),
    };
    world.control(ask(&contact));
    world.wait_s(1);
    let told = |world: &World| {
        world.facts.iter().rev().find_map(|fact| match fact {
            Fact::PhoneTold { event, status, .. } => Some((event.clone(), *status)),
            _ => None,
        })
    };
    let (event, status) = told(&world).expect("what the phone said");
    assert_eq!(event, "check-sync;reboot=false");
    assert!(status >= 200, "{status}");
    world.control(ask("sip:101@192.0.2.77"));
    assert_eq!(told(&world).unwrap().1, 480, "there is no such phone");
}

#[test]
fn phones_that_lost_are_told_that_a_colleague_has_the_call() {
    let mut world = World::at_work();
    world.call("carrier", MAIN);
    world.rings("101");
    world.rings("102");
    let talk = world.picks_up("102");
    let cancel =
        world.sent_to("10.0.0.101:5060").into_iter().find(|text| text.starts_with("CANCEL")).unwrap();
    assert!(
        cancel.contains("Reason: SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=26\r\n"),
        "{cancel}"
    );
    world.hangs_up("102", talk);
}
