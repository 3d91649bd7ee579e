//! A whole endpoint among a carrier, a phone and strangers, over a network that loses, doubles and spoils: no table
//! outgrows its bound, strangers get at most four times their bytes, and after the farewell nothing is left.
#![no_main]

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use libfuzzer_sys::fuzz_target;
use portico::{
    sip::{
        Account, ConnectionId, Credentials, Endpoint, Event, Flow, Identity, Input, Limits, Listener, Located, Network,
        Outgoing, Output, Registration, SessionId, Settings, Target, TextId, Transport, Trunk, TrunkName,
    },
    types::Chance,
};
use rand_chacha::rand_core::SeedableRng as _;

const OFFICE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060);
const CARRIER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), 5060);
const PHONE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 101)), 5060);
const STRANGER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66)), 5060);

/// Small, so that a short input can fill them.
const LIMITS: Limits = Limits {
    subscriptions: 32,
    subscriptions_per_phone: 4,
    sessions: 6,
    server_transactions: 24,
    client_transactions: 24,
    unsettled_texts: 3,
    contacts: 3,
    connections: 5,
    strangers_connections: 2,
};

/// Datagrams that one step may set off; a loop that feeds itself is a finding.
const PARCELS_PER_STEP: usize = 20_000;

/// Virtual time of one input: enough for a registration to run out several times.
const LONGEST: Duration = Duration::from_secs(3 * 3600);

fn trunk(name: &str, at: SocketAddr) -> Trunk {
    Trunk {
        name: TrunkName(name.to_owned()),
        addresses: vec![Network::single(at.ip())],
        send_to: at.into(),
        transport: Transport::Udp,
        long_by_tcp: true,
        keep_alive: Duration::ZERO,
        located: Located::default(),
        domain: at.ip().to_string(),
        advertised: None,
        credentials: None,
        registration: None,
        probe: None,
        session_timers: Default::default(),
    }
}

fn settings(at: SocketAddr, trunks: Vec<Trunk>, limits: Limits) -> Settings {
    let listen = |transport| Listener { transport, local: at, advertised: None };
    Settings {
        realm: "office.example".to_owned(),
        names: vec![],
        sips_to_the_end: true,
        user_agent: "Portico".to_owned(),
        listeners: vec![listen(Transport::Udp), listen(Transport::Tcp)],
        trunks,
        accounts: BTreeMap::new(),
        limits,
    }
}

#[derive(Default)]
struct Seen {
    sessions: Vec<SessionId>,
    texts: Vec<TextId>,
    bindings: Vec<(String, Flow)>,
}

struct Host {
    endpoint: Endpoint,
    seen: Seen,
}

struct World {
    now: Instant,
    end: Instant,
    hosts: BTreeMap<SocketAddr, Host>,
    wire: VecDeque<(SocketAddr, SocketAddr, Vec<u8>)>,
    /// What was sent lately, to be sent again by anybody.
    past: VecDeque<Vec<u8>>,
    /// What happens to the next datagrams.
    faults: VecDeque<(u8, u8, u8)>,
    open: BTreeMap<ConnectionId, SocketAddr>,
    connections: u64,
    /// What the office sent to the stranger since the last look.
    to_stranger: usize,
}

impl World {
    fn new() -> Self {
        let now = Instant::now();
        let mut world = Self {
            now,
            end: now + LONGEST,
            hosts: BTreeMap::new(),
            wire: VecDeque::new(),
            past: VecDeque::new(),
            faults: VecDeque::new(),
            open: BTreeMap::new(),
            connections: 0,
            to_stranger: 0,
        };
        let password = "4UaGJ7sHq0vXn2".to_owned();
        let extension = "101".parse().expect("an extension");
        let mut office = settings(OFFICE, vec![trunk("carrier", CARRIER)], LIMITS);
        office.accounts.insert(extension, Account { password: password.clone(), legacy_md5: false });
        let mut at_phone = trunk("office", OFFICE);
        at_phone.credentials = Some(Credentials { user: "101".to_owned(), password, realm: None });
        at_phone.registration = Some(Registration {
            user: "101".to_owned(),
            registrar: "sip:192.0.2.1".to_owned(),
            expires: Duration::from_secs(600),
        });
        world.settle(OFFICE, office, 1);
        world.settle(CARRIER, settings(CARRIER, vec![trunk("office", OFFICE)], Limits::default()), 2);
        world.settle(PHONE, settings(PHONE, vec![at_phone], Limits::default()), 3);
        world
    }

    fn settle(&mut self, at: SocketAddr, settings: Settings, seed: u64) {
        let endpoint = Endpoint::new(self.now, settings, Chance::seed_from_u64(seed));
        self.hosts.insert(at, Host { endpoint, seen: Seen::default() });
        self.drain(at);
    }

    fn host(&mut self, at: SocketAddr) -> &mut Host {
        self.hosts.get_mut(&at).expect("a host of this world")
    }

    fn input(&mut self, at: SocketAddr, input: Input<'_>) {
        let now = self.now;
        self.host(at).endpoint.handle_input(now, input);
        self.drain(at);
    }

    fn drain(&mut self, at: SocketAddr) {
        loop {
            let host = self.host(at);
            match host.endpoint.poll_output() {
                Output::Timeout(_) => break,
                Output::Event(event) => host.seen.note(event),
                Output::Proven { .. } | Output::Resolve { .. } => {}
                Output::Close { connection } => {
                    self.open.remove(&connection);
                }
                Output::Transmit { flow, bytes } if flow.transport == Transport::Udp => {
                    self.wire.push_back((at, flow.remote, bytes));
                }
                Output::Transmit { flow, .. } => match flow.connection {
                    Some(connection) => assert!(self.open.contains_key(&connection), "sent on a closed connection"),
                    // Nobody listens: it cannot be opened.
                    None => self.input(at, Input::Disconnected { flow }),
                },
            }
        }
        if at == OFFICE {
            self.check();
        }
    }

    fn check(&mut self) {
        let counts = self.host(OFFICE).endpoint.counts();
        assert!(counts.sessions <= LIMITS.sessions, "{counts:?}");
        assert!(counts.session_side_entries <= 64 * LIMITS.sessions + 4 * LIMITS.server_transactions, "{counts:?}");
        assert!(counts.client_transactions <= LIMITS.client_transactions, "{counts:?}");
        assert!(counts.server_transactions <= LIMITS.server_transactions, "{counts:?}");
        assert!(counts.unsettled_texts <= LIMITS.unsettled_texts, "{counts:?}");
        assert!(counts.bindings <= LIMITS.contacts, "{counts:?}");
        assert!(counts.connections <= LIMITS.connections, "{counts:?}");
        let tables = counts.sessions + counts.client_transactions + counts.server_transactions;
        assert!(
            counts.deadlines <= 8 * tables + counts.bindings + counts.unsettled_texts + counts.connections + 8,
            "{counts:?}"
        );
    }

    /// Delivers what is on the wire, and what comes of it.
    fn settle_wire(&mut self) {
        let mut parcels = 0;
        while let Some((from, to, mut bytes)) = self.wire.pop_front() {
            parcels += 1;
            assert!(parcels < PARCELS_PER_STEP, "a storm");
            if from == OFFICE && to.ip() == STRANGER.ip() {
                self.to_stranger += bytes.len();
            }
            if self.past.len() == 16 {
                self.past.pop_front();
            }
            self.past.push_back(bytes.clone());
            match self.faults.pop_front() {
                Some((0, ..)) => continue,
                Some((1, ..)) => self.wire.push_back((from, to, bytes.clone())),
                Some((2, ..)) if !self.wire.is_empty() => {
                    self.wire.push_back((from, to, bytes));
                    continue;
                }
                Some((3, place, value)) if !bytes.is_empty() => {
                    let place = usize::from(place) * 7 % bytes.len();
                    bytes[place] = value;
                }
                _ => {}
            }
            if self.hosts.contains_key(&to) {
                let flow = Flow { transport: Transport::Udp, remote: from, local: to, connection: None };
                self.input(to, Input::Datagram { flow, bytes: &bytes });
            }
        }
    }

    fn advance(&mut self, time: Duration) {
        let until = (self.now + time).min(self.end);
        loop {
            self.settle_wire();
            let mut next = None;
            for (at, host) in &mut self.hosts {
                let Output::Timeout(due) = host.endpoint.poll_output() else { panic!("outputs are drained") };
                if let Some((due, _)) = due
                    && next.is_none_or(|(first, _)| due < first)
                {
                    next = Some((due, *at));
                }
            }
            let Some((due, at)) = next.filter(|(due, _)| *due <= until) else { break };
            self.now = self.now.max(due);
            self.input(at, Input::Timeout);
        }
        self.now = until;
    }

    /// Bytes from outside, as a datagram.
    fn inject(&mut self, from: SocketAddr, bytes: &[u8]) {
        self.to_stranger = 0;
        let flow = Flow { transport: Transport::Udp, remote: from, local: OFFICE, connection: None };
        self.input(OFFICE, Input::Datagram { flow, bytes });
        let whole: usize =
            self.wire.iter().filter(|(_, to, _)| to.ip() == STRANGER.ip()).map(|(.., bytes)| bytes.len()).sum();
        if from == STRANGER {
            assert!(whole <= 4 * bytes.len(), "{whole} bytes for {}", bytes.len());
        }
        self.settle_wire();
    }

    fn stream(&mut self, which: u8, bytes: &[u8]) {
        let Some((&connection, &remote)) = self.open.iter().nth(usize::from(which)) else { return };
        let flow = Flow { transport: Transport::Tcp, remote, local: OFFICE, connection: Some(connection) };
        self.input(OFFICE, Input::Stream { flow, bytes });
        self.settle_wire();
    }

    fn connect(&mut self, who: u8) {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        let ip = [STRANGER, STRANGER, CARRIER, PHONE][usize::from(who % 4)].ip();
        let remote = SocketAddr::new(ip, 10_000 + (self.connections % 50_000) as u16);
        self.open.insert(connection, remote);
        let flow = Flow { transport: Transport::Tcp, remote, local: OFFICE, connection: Some(connection) };
        self.input(OFFICE, Input::Connected { flow });
    }

    fn disconnect(&mut self, which: u8) {
        let Some((&connection, &remote)) = self.open.iter().nth(usize::from(which)) else { return };
        self.open.remove(&connection);
        let flow = Flow { transport: Transport::Tcp, remote, local: OFFICE, connection: Some(connection) };
        self.input(OFFICE, Input::Disconnected { flow });
    }

    fn invite(&mut self, from: SocketAddr, choice: u8) {
        let now = self.now;
        let binding = self.host(from).seen.bindings.last().cloned();
        let target = match binding {
            Some((contact, flow)) if from == OFFICE && choice & 1 == 0 => {
                Target::Phone { extension: "101".parse().expect("an extension"), contact, flow, path: vec![] }
            }
            _ => {
                let name = if from == OFFICE { "carrier" } else { "office" };
                Target::Trunk { trunk: TrunkName(name.to_owned()), number: "+13035550100".to_owned() }
            }
        };
        let from_user = Identity { user: "+13035550177".to_owned(), display: "Dana \"D\" Reyes".to_owned() };
        let offer = if choice & 2 == 0 { b"offer".to_vec() } else { Vec::new() };
        let outgoing = Outgoing { target, from: from_user, offer, headers: vec![], parts: vec![], sips: false, hops: portico::sip::MAX_FORWARDS };
        let host = self.host(from);
        if let Ok(session) = host.endpoint.invite(now, outgoing) {
            host.seen.sessions.push(session);
        }
        self.drain(from);
        self.settle_wire();
    }

    /// Somebody does something with one of the newest sessions; most of it is refused, being out of place.
    fn act(&mut self, at: SocketAddr, what: u8) {
        let now = self.now;
        let host = self.host(at);
        let newest = host.seen.sessions.iter().rev().nth(usize::from(what >> 6)).copied();
        let Some(session) = newest else { return };
        let endpoint = &mut host.endpoint;
        let _ = match what & 15 {
            0 => endpoint.ring(now, session, 180, None),
            1 => endpoint.ring(now, session, 183, Some(b"early".to_vec())),
            2 | 3 => endpoint.answer(now, session, b"answer".to_vec()),
            4 => endpoint.reject(now, session, 486, "", None, None),
            5 => endpoint.reject(now, session, 302, "Moved\r\nElsewhere", Some(9), None),
            6 => endpoint.cancel(now, session, None),
            7 | 8 => endpoint.bye(now, session, None),
            9 | 10 => endpoint.reoffer(now, session, b"another offer".to_vec()),
            11 | 12 => endpoint.accept_reoffer(now, session, b"another answer".to_vec()),
            13 => endpoint.refuse_reoffer(now, session, 488),
            _ => endpoint.reoffer(now, session, Vec::new()),
        };
        self.drain(at);
        self.settle_wire();
    }

    fn text(&mut self, what: u8) {
        let now = self.now;
        let at = [OFFICE, CARRIER, PHONE, OFFICE][usize::from(what & 3)];
        let host = self.host(at);
        if what & 4 == 0 {
            let name = if at == OFFICE { "carrier" } else { "office" };
            let target = Target::Trunk { trunk: TrunkName(name.to_owned()), number: "+13035550100".to_owned() };
            let from = Identity { user: "+13035550177".to_owned(), display: String::new() };
            let _ = host.endpoint.send_text(now, &target, &from, "text/plain", b"The sink leaks.".to_vec());
        } else if let Some(text) = host.seen.texts.pop() {
            let _ = host.endpoint.settle_text(now, text, if what & 8 == 0 { 202 } else { 503 });
        }
        self.drain(at);
        self.settle_wire();
    }

    fn say_goodbye(mut self) {
        for at in [OFFICE, CARRIER, PHONE] {
            let now = self.now;
            self.host(at).endpoint.shut_down(now);
            self.drain(at);
        }
        self.faults.clear();
        self.end = self.now + LONGEST;
        self.advance(Duration::from_secs(140));
        let counts = self.host(OFFICE).endpoint.counts();
        assert_eq!((counts.sessions, counts.session_side_entries), (0, 0), "{counts:?}");
        assert_eq!(
            (counts.client_transactions, counts.server_transactions, counts.unsettled_texts),
            (0, 0, 0),
            "{counts:?}"
        );
    }
}

impl Seen {
    fn note(&mut self, event: Event) {
        match event {
            Event::Invited { session, .. } => self.sessions.push(session),
            Event::TextReceived { text, .. } => self.texts.push(text),
            Event::Bound { binding } => self.bindings.push((binding.contact, binding.flow)),
            _ => {}
        }
    }
}

/// Up to as many bytes as the two leading ones say.
fn piece<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let [low, high, after @ ..] = *rest else { return std::mem::take(rest) };
    let (piece, after) = after.split_at(usize::from(u16::from_le_bytes([*low, *high])).min(after.len()));
    *rest = after;
    piece
}

fuzz_target!(|input: &[u8]| {
    let mut world = World::new();
    world.settle_wire();
    let mut rest = input;
    while let [step, after @ ..] = rest {
        rest = after;
        let which = step >> 4;
        match step & 15 {
            0 => world.inject(STRANGER, piece(&mut rest)),
            1 => world.inject(CARRIER, piece(&mut rest)),
            2 => world.inject(PHONE, piece(&mut rest)),
            3 => world.stream(which, piece(&mut rest)),
            4 => world.connect(which),
            5 => world.disconnect(which),
            6 => world.advance(Duration::from_millis(100) * u32::from(which)),
            7 => world.advance(Duration::from_secs(5) * u32::from(which)),
            8 => world.invite([CARRIER, PHONE, OFFICE][usize::from(which % 3)], which >> 2),
            code @ (9 | 10 | 11) => {
                let [what, after @ ..] = rest else { return };
                rest = after;
                world.act([OFFICE, CARRIER, PHONE][usize::from(code - 9)], *what);
            }
            12 => world.text(which),
            13 => {
                let [place, value, after @ ..] = rest else { return };
                rest = after;
                if world.faults.len() < 64 {
                    world.faults.push_back((which % 5, *place, *value));
                }
            }
            14 => {
                if let Some(bytes) = world.past.iter().rev().nth(usize::from(which)).cloned() {
                    world.inject([STRANGER, CARRIER, PHONE][usize::from(which % 3)], &bytes);
                }
            }
            _ => {
                // A rightful datagram of the past, spoilt in one place.
                let [place, value, after @ ..] = rest else { return };
                rest = after;
                if let Some(mut bytes) = world.past.iter().rev().nth(usize::from(which >> 1)).cloned() {
                    if let Some(byte) = bytes.get_mut(usize::from(*place) * 3) {
                        *byte = *value;
                    }
                    world.inject(if which & 1 == 0 { CARRIER } else { PHONE }, &bytes);
                }
            }
        }
    }
    world.say_goodbye();
});
