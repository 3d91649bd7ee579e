//! Browsers that register with a pass: over WebSocket alone, for as long as it is good, and not a moment after a sign-out.

use std::time::{Duration, Instant};

use rand_chacha::rand_core::SeedableRng;

use super::{
    registering::{authorised, register, status},
    world::{OFFICE, PHONE, addr, office, start},
};
use crate::{
    sip::{ConnectionId, Endpoint, Event, Flow, Input, Listener, Output, Pass, Transport},
    types::Chance,
};

const CONTACT: &str = "<sip:101@browser.invalid;transport=ws>";

fn pass(session: &str, user: &str) -> Pass {
    Pass {
        session: session.into(),
        user: user.into(),
        password: format!("drawn for {user}"),
        extension: "101".parse().unwrap(),
        lifetime: Duration::from_secs(600),
    }
}

struct Browsers {
    endpoint: Endpoint,
    now: Instant,
    said: Vec<Event>,
    closed: Vec<ConnectionId>,
}

impl Browsers {
    fn new() -> Self {
        let mut settings = office();
        for transport in [Transport::Ws, Transport::Tcp] {
            settings.listeners.push(Listener { transport, local: addr(OFFICE), advertised: None });
        }
        let endpoint = Endpoint::new(start(), settings, Chance::seed_from_u64(5));
        let mut browsers = Self { endpoint, now: start(), said: vec![], closed: vec![] };
        browsers.take();
        browsers
    }

    /// What has been sent meanwhile.
    fn take(&mut self) -> Vec<String> {
        let mut sent = vec![];
        loop {
            match self.endpoint.poll_output() {
                Output::Transmit { bytes, .. } => sent.push(String::from_utf8(bytes).unwrap()),
                Output::Event(event) => self.said.push(event),
                Output::Close { connection } => self.closed.push(connection),
                Output::Proven { .. } | Output::Resolve { .. } => {}
                Output::Timeout(_) => return sent,
            }
        }
    }

    fn connect(&mut self, transport: Transport, number: u64) -> Flow {
        let (remote, local) = (addr(PHONE), addr(OFFICE));
        let flow = Flow { transport, remote, local, connection: Some(ConnectionId(number)) };
        self.endpoint.handle_input(self.now, Input::Connected { flow });
        flow
    }

    fn says(&mut self, flow: Flow, text: &str) -> String {
        self.endpoint.handle_input(self.now, Input::Stream { flow, bytes: text.as_bytes() });
        let mut answers = self.take();
        answers.retain(|answer| answer.starts_with("SIP/2.0"));
        answers.pop().expect("an answer")
    }

    /// Registers with these credentials; the final answer.
    fn registers(&mut self, flow: Flow, seq: u32, user: &str, password: &str) -> String {
        let via = format!("/{}", flow.transport.via());
        let first = register(PHONE, seq, CONTACT, "Expires: 3600\r\n").replace("/UDP", &via);
        let refusal = self.says(flow, &first);
        assert_eq!(status(&refusal), 401);
        let second = register(PHONE, seq + 1, CONTACT, "Expires: 3600\r\n").replace("/UDP", &via);
        let branch = format!("z9hG4bKproof{seq}");
        self.says(flow, &authorised(&second, &refusal, user, password, None, &branch))
    }

    fn bindings(&self) -> usize {
        self.endpoint.bindings(self.now, &"101".parse().unwrap()).len()
    }
}

#[test]
fn a_pass_opens_its_extension_over_websocket_and_ends_with_whatever_was_registered_by_it() {
    let mut office = Browsers::new();
    office.endpoint.admit_browser(office.now, pass("robin", "web-1"));
    let flow = office.connect(Transport::Ws, 1);
    let answer = office.registers(flow, 1, "web-1", "drawn for web-1");
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("expires=600"), "no longer than the pass is good for: {answer}");
    assert_eq!(office.bindings(), 1);
    office.now += Duration::from_secs(601);
    office.endpoint.handle_input(office.now, Input::Timeout);
    office.take();
    assert_eq!(office.bindings(), 0);
    assert_eq!(status(&office.registers(flow, 3, "web-1", "drawn for web-1")), 401, "it is over");
}

#[test]
fn a_pass_is_worth_nothing_over_other_transports_nor_with_another_password() {
    let mut office = Browsers::new();
    office.endpoint.admit_browser(office.now, pass("robin", "web-1"));
    let tcp = office.connect(Transport::Tcp, 1);
    assert_eq!(status(&office.registers(tcp, 1, "web-1", "drawn for web-1")), 401);
    let ws = office.connect(Transport::Ws, 2);
    assert_eq!(status(&office.registers(ws, 3, "web-1", "guessed")), 401);
    // The extension's own password goes on to be good, as for any telephone.
    assert_eq!(status(&office.registers(ws, 5, "101", "secret of 101")), 200);
}

#[test]
fn whoever_signs_out_is_unbound_and_cut_off_at_once_and_nobody_else() {
    let mut office = Browsers::new();
    office.endpoint.admit_browser(office.now, pass("robin", "web-1"));
    office.endpoint.admit_browser(office.now, pass("kim", "web-2"));
    let (robin, kim) = (office.connect(Transport::Ws, 1), office.connect(Transport::Ws, 2));
    assert_eq!(status(&office.registers(robin, 1, "web-1", "drawn for web-1")), 200);
    assert_eq!(office.bindings(), 1);
    assert_eq!(status(&office.registers(kim, 3, "web-2", "drawn for web-2")), 200);
    office.endpoint.revoke_browser(office.now, "nobody");
    office.take();
    assert!(office.closed.is_empty());
    office.endpoint.revoke_browser(office.now, "kim");
    office.take();
    assert_eq!(office.closed, [ConnectionId(2)]);
    assert_eq!(office.bindings(), 0, "it was registered over kim's connection last");
    let again = office.connect(Transport::Ws, 3);
    assert_eq!(status(&office.registers(again, 5, "web-2", "drawn for web-2")), 401);
    assert_eq!(status(&office.registers(robin, 7, "web-1", "drawn for web-1")), 200);
}

#[test]
fn a_session_has_eight_passes_at_most_and_the_first_goes() {
    let mut office = Browsers::new();
    for n in 0..9 {
        office.endpoint.admit_browser(office.now, pass("robin", &format!("web-{n}")));
        office.now += Duration::from_secs(1);
    }
    let flow = office.connect(Transport::Ws, 1);
    assert_eq!(status(&office.registers(flow, 1, "web-0", "drawn for web-0")), 401);
    assert_eq!(status(&office.registers(flow, 3, "web-1", "drawn for web-1")), 200);
}
