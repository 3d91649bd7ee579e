//! The keys of a desk phone for quiet and forwards, in step with the codes and the console: `as-feature-event`.

use crate::{
    pbx::{
        ChangeRefused, Control, DeskChange, DeskSettings, Fact, ForwardTo, ForwardWhen, Input,
        story::{World, extension, number},
    },
    sip::{
        self, Flow, Transport,
        digest::{Challenge, ClientSession},
        wire::{Message, Name},
    },
};

/// A desk phone of extension 102 that only keeps its keys in step; it is written by hand.
const PHONE: &str = "192.0.2.151:5060";

struct Keys {
    seq: u32,
    to_tag: String,
}

impl Keys {
    fn subscribe(&self, authorization: &str, wish: &str) -> String {
        let (seq, to) = (self.seq, &self.to_tag);
        let kind = if wish.is_empty() { "" } else { "Content-Type: application/x-as-feature-event+xml\r\n" };
        format!(
            "SUBSCRIBE sip:102@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PHONE};branch=z9hG4bKk{seq};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:102@192.0.2.1>;tag=keys\r\nTo: <sip:102@192.0.2.1>{to}\r\n\
             Call-ID: keys@{PHONE}\r\nCSeq: {seq} SUBSCRIBE\r\nContact: <sip:102@{PHONE}>\r\nEvent: as-feature-event\r\n\
             Accept: application/x-as-feature-event+xml\r\nExpires: 600\r\n{authorization}{kind}Content-Length: {}\r\n\r\n{wish}",
            wish.len()
        )
    }

    fn send(&mut self, world: &mut World, authorization: &str, wish: &str) -> Vec<String> {
        self.seq += 1;
        let flow = Flow {
            transport: Transport::Udp,
            remote: PHONE.parse().unwrap(),
            local: "192.0.2.1:5060".parse().unwrap(),
            connection: None,
        };
        let text = self.subscribe(authorization, wish);
        world.tell(Input::Sip(sip::Input::Datagram { flow, bytes: text.as_bytes() }));
        world.sent_to(PHONE)
    }

    /// Subscribes, password and all; the first state.
    fn begin(world: &mut World) -> (Self, String) {
        let mut keys = Self { seq: 0, to_tag: String::new() };
        let refusal = keys.send(world, "", "").remove(0);
        let refusal = Message::parse(refusal.as_bytes()).unwrap();
        let challenge = Challenge::choose(refusal.all(Name::WwwAuthenticate), None, true).unwrap();
        let mut chance = <crate::types::Chance as rand_chacha::rand_core::SeedableRng>::seed_from_u64(5);
        let account = &world.switch.directory().extensions[&extension("102")].account;
        let (password, method) = (account.password.clone(), sip::wire::Method::Subscribe);
        let proof = ClientSession::new(challenge).answer(
            "102",
            &password,
            &method,
            "sip:102@192.0.2.1",
            b"",
            &mut chance,
        );
        let told = keys.send(world, &format!("Authorization: {proof}\r\n"), "");
        let granted = told.iter().find(|text| text.starts_with("SIP/2.0 200")).expect("it is granted");
        let tag = Message::parse(granted.as_bytes()).unwrap().to_tag().unwrap().to_owned();
        keys.to_tag = format!(";tag={tag}");
        let state = told.into_iter().find(|text| text.starts_with("NOTIFY")).expect("the state at once");
        (keys, state)
    }

    /// The key is pressed; what the phone is told then, and it is never told what was before.
    fn press(&mut self, world: &mut World, wish: &str) -> String {
        let mut told = self.send(world, "", wish);
        told.retain(|text| text.starts_with("NOTIFY"));
        let states: std::collections::BTreeSet<String> = told.iter().map(|text| shown(text)).collect();
        assert_eq!(states.len(), 1, "{states:?}");
        told.remove(0)
    }
}

fn quiet(on: bool) -> String {
    format!("<SetDoNotDisturb><device/><doNotDisturbOn>{on}</doNotDisturbOn></SetDoNotDisturb>")
}

fn forward(kind: &str, on: bool, to: &str) -> String {
    format!(
        "<SetForwarding><device/><forwardDN>{to}</forwardDN><forwardingType>{kind}</forwardingType>\
         <activateForward>{on}</activateForward></SetForwarding>"
    )
}

/// What the phone's keys show: quiet, and the three forwards.
fn shown(notify: &str) -> String {
    assert!(notify.contains("Event: as-feature-event\r\n"), "{notify}");
    assert!(notify.contains("Content-Type: multipart/mixed;boundary=portico-feature-keys\r\n"), "{notify}");
    let values = |tag: &str| -> Vec<String> {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        notify.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    };
    let forwards = values("forwardStatus").into_iter().zip(values("forwardTo"));
    let forwards: Vec<String> = forwards.map(|(on, to)| if on == "true" { to } else { "-".into() }).collect();
    format!("{} {}", values("doNotDisturbOn").join(","), forwards.join(" "))
}

fn set(world: &World) -> Option<DeskSettings> {
    world.facts.iter().rev().find_map(|fact| match fact {
        Fact::DeskSet { extension: of, settings } if *of == extension("102") => Some(settings.clone()),
        _ => None,
    })
}

fn at_the_console(world: &mut World, change: DeskChange) -> Option<ChangeRefused> {
    world.control(Control::ChangeDesk { ticket: 7, extension: extension("102"), change });
    let answer = world.facts.iter().rev().find_map(|fact| match fact {
        Fact::DeskAnswered { ticket: 7, refused } => Some(*refused),
        _ => None,
    });
    answer.expect("every wish is answered")
}

#[test]
fn a_key_a_code_and_the_console_set_the_same_and_the_phone_shows_it() {
    let mut world = World::at_work();
    let (mut keys, state) = Keys::begin(&mut world);
    assert_eq!(shown(&state), "false - - -");
    assert_eq!(shown(&keys.press(&mut world, &quiet(true))), "true - - -");
    assert!(set(&world).unwrap().do_not_disturb);
    world.call("101", "102");
    assert_eq!(world.failed_with("101"), Some(486), "quiet set by a key holds as one set by a code");
    world.far("101").forget();
    assert_eq!(
        shown(&keys.press(&mut world, &forward("forwardNoAns", true, "13035550188"))),
        "true - - +13035550188"
    );

    // From the console, and the phone is told at once.
    assert_eq!(at_the_console(&mut world, DeskChange::DoNotDisturb(false)), None);
    let told = world.sent_to(PHONE);
    assert_eq!(told.iter().map(|text| shown(text)).collect::<Vec<_>>(), ["false - - +13035550188"]);
    let busy = DeskChange::Forward { when: ForwardWhen::Busy, to: Some("101".into()) };
    assert_eq!(at_the_console(&mut world, busy), None);
    assert_eq!(shown(world.sent_to(PHONE).last().unwrap()), "false - 101 +13035550188");
    let expected = DeskSettings {
        busy: Some(ForwardTo::Extension(extension("101"))),
        no_answer: Some(ForwardTo::Number(number("+13035550188"))),
        ..DeskSettings::default()
    };
    assert_eq!(set(&world), Some(expected));
    assert_eq!(shown(&keys.press(&mut world, &forward("forwardBusy", false, ""))), "false - - +13035550188");
}

#[test]
fn what_may_not_be_is_refused_everywhere_alike_and_the_key_shows_what_is() {
    let mut world = World::at_work();
    let (mut keys, _) = Keys::begin(&mut world);
    // 101 forwards to 102 already: to 101 from there would be a circle.
    world.call("101", "*72102");
    world.hear_the_agent();
    world.far("101").forget();
    for (to, why) in [
        ("911", ChangeRefused::Forbidden),
        ("9911", ChangeRefused::Forbidden),
        ("19005550177", ChangeRefused::Forbidden),
        ("011442079460958", ChangeRefused::Forbidden),
        ("*72", ChangeRefused::Forbidden),
        ("102", ChangeRefused::Forbidden),
        ("101", ChangeRefused::Circle),
        ("103", ChangeRefused::NoNumber),
        ("", ChangeRefused::NoNumber),
        ("Robin <b>", ChangeRefused::NoNumber),
    ] {
        let escaped = to.replace('<', "&lt;");
        let told = keys.press(&mut world, &forward("forwardImmediate", true, &escaped));
        assert_eq!(shown(&told), "false - - -", "{to}");
        let change = DeskChange::Forward { when: ForwardWhen::Always, to: Some(to.to_owned()) };
        assert_eq!(at_the_console(&mut world, change), Some(why), "{to}");
    }
    for nonsense in ["<SetForwarding/>", "<html>", "\u{1}", "<SetDoNotDisturb><doNotDisturbOn>perhaps"] {
        assert_eq!(shown(&keys.press(&mut world, nonsense)), "false - - -");
    }
    assert_eq!(set(&world), None);
    world.control(Control::ChangeDesk {
        ticket: 8,
        extension: extension("199"),
        change: DeskChange::DoNotDisturb(true),
    });
    assert!(
        world.facts.contains(&Fact::DeskAnswered { ticket: 8, refused: Some(ChangeRefused::NoExtension) })
    );
}
