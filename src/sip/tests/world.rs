//! The world of the stories: endpoints at addresses, a virtual network, a clock that jumps, and an inbox for strangers.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::{
    sip::{
        Account, Answer, ConnectionId, Counts, Credentials, Endpoint, Event, Flow, Identity, Input, Limits,
        Listener, Located, MAX_FORWARDS, Network, Outgoing, Output, Question, Registration, SessionId,
        Settings, Target, Transport, Trunk, TrunkName,
    },
    types::{Chance, Extension},
};

pub(super) const OFFICE: &str = "192.0.2.1:5060";
pub(super) const CARRIER: &str = "198.51.100.1:5060";
pub(super) const PHONE: &str = "192.0.2.101:5060";
pub(super) const SECOND_PHONE: &str = "192.0.2.102:5060";
pub(super) const STRANGER: &str = "203.0.113.66:5060";
/// One way through the network.
pub(super) const DELAY: Duration = Duration::from_millis(10);

pub(super) fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a story has to begin at some instant")]
pub(super) fn start() -> Instant {
    Instant::now()
}

/// What the network does with a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Deliver,
    Lose,
    /// Arrives twice.
    Double,
    /// Takes this much longer.
    Delay(Duration),
}

#[derive(Debug)]
enum Parcel {
    Datagram { from: SocketAddr, to: SocketAddr, bytes: Vec<u8> },
    Stream { connection: ConnectionId, from: SocketAddr, to: SocketAddr, bytes: Vec<u8> },
    Connected { connection: ConnectionId, from: SocketAddr, to: SocketAddr },
    Closed { connection: ConnectionId, from: SocketAddr, to: SocketAddr },
    Unreachable { from: SocketAddr, to: SocketAddr },
    Resolved { to: SocketAddr, question: Question, answer: Answer },
}

pub(super) struct Host {
    pub(super) endpoint: Endpoint,
    pub(super) events: Vec<Event>,
    /// What it has asked the Domain Name System.
    pub(super) questions: Vec<Question>,
}

type Judge = Box<dyn FnMut(SocketAddr, SocketAddr, &str) -> Fate>;

pub(super) struct World {
    pub(super) now: Instant,
    pub(super) begun: Instant,
    hosts: BTreeMap<SocketAddr, Host>,
    wire: BTreeMap<(Instant, u64), Parcel>,
    sent: u64,
    connections: BTreeMap<ConnectionId, (SocketAddr, SocketAddr)>,
    /// What names lead to; a question about any other gets no answer at all.
    pub(super) zone: BTreeMap<Question, Answer>,
    /// Where connections are refused.
    pub(super) refusing: BTreeSet<SocketAddr>,
    /// What came to addresses where no endpoint lives.
    pub(super) inbox: Vec<(SocketAddr, Vec<u8>)>,
    /// Everything that was sent: when, from, to, first line and CSeq.
    pub(super) trace: Vec<(Duration, SocketAddr, SocketAddr, String)>,
    /// The same, whole, by receiver.
    posted: Vec<(SocketAddr, Vec<u8>)>,
    pub(super) judge: Judge,
    chance: Chance,
}

pub(super) fn trunk(name: &str, at: &str, domain: &str) -> Trunk {
    Trunk {
        name: TrunkName(name.to_owned()),
        addresses: vec![Network::single(addr(at).ip())],
        send_to: addr(at).into(),
        transport: Transport::Udp,
        long_by_tcp: true,
        keep_alive: Duration::ZERO,
        located: Located::default(),
        domain: domain.to_owned(),
        advertised: None,
        credentials: None,
        registration: None,
        probe: None,
        session_timers: crate::sip::SessionTimers::default(),
    }
}

pub(super) fn settings(at: &str, trunks: Vec<Trunk>) -> Settings {
    let listen = |transport| Listener { transport, local: addr(at), advertised: None };
    Settings {
        realm: "office.example".to_owned(),
        names: vec![],
        sips_to_the_end: true,
        user_agent: "Portico".to_owned(),
        listeners: vec![listen(Transport::Udp), listen(Transport::Tcp)],
        trunks,
        accounts: BTreeMap::new(),
        limits: Limits::default(),
    }
}

/// An office with these accounts and nothing else.
pub(in crate::sip) fn settings_with(accounts: impl IntoIterator<Item = (Extension, Account)>) -> Settings {
    Settings { accounts: accounts.into_iter().collect(), ..settings(OFFICE, vec![]) }
}

/// The office: extensions 101 (SHA-256) and 102 (legacy), and one trunk.
pub(super) fn office() -> Settings {
    let mut office = settings(OFFICE, vec![trunk("carrier", CARRIER, "carrier.example")]);
    for (extension, legacy_md5) in [("101", false), ("102", true)] {
        let account = Account { password: format!("secret of {extension}"), legacy_md5 };
        office.accounts.insert(extension.parse().unwrap(), account);
    }
    office
}

pub(super) fn carrier() -> Settings {
    settings(CARRIER, vec![trunk("office", OFFICE, "office.example")])
}

/// A phone is an endpoint whose trunk is the office, with the password of its extension.
pub(super) fn phone(at: &str, extension: &str) -> Settings {
    let mut office = trunk("office", OFFICE, "office.example");
    office.credentials = Some(Credentials {
        user: extension.to_owned(),
        password: format!("secret of {extension}"),
        realm: Some("office.example".to_owned()),
    });
    office.registration = Some(Registration {
        user: extension.to_owned(),
        registrar: "sip:office.example".to_owned(),
        expires: Duration::from_secs(600),
    });
    settings(at, vec![office])
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let now = start();
        Self {
            now,
            begun: now,
            hosts: BTreeMap::new(),
            wire: BTreeMap::new(),
            sent: 0,
            connections: BTreeMap::new(),
            zone: BTreeMap::new(),
            refusing: BTreeSet::new(),
            inbox: vec![],
            trace: vec![],
            posted: vec![],
            judge: Box::new(|_, _, _| Fate::Deliver),
            chance: Chance::seed_from_u64(seed),
        }
    }

    /// The office, the carrier and phone 101, registered.
    pub(super) fn of_an_office(seed: u64) -> Self {
        let mut world = World::new(seed);
        world.settle(OFFICE, office());
        world.settle(CARRIER, carrier());
        world.settle(PHONE, phone(PHONE, "101"));
        world.run(Duration::from_secs(1));
        assert_eq!(world.host(OFFICE).endpoint.counts().bindings, 1, "101 has registered");
        world.forget_past();
        world
    }

    pub(super) fn settle(&mut self, at: &str, settings: Settings) {
        let chance = Chance::seed_from_u64(self.chance.next_u64());
        let endpoint = Endpoint::new(self.now, settings, chance);
        self.hosts.insert(addr(at), Host { endpoint, events: vec![], questions: vec![] });
        self.drain(addr(at));
    }

    pub(super) fn host(&mut self, at: &str) -> &mut Host {
        self.hosts.get_mut(&addr(at)).unwrap()
    }

    /// Takes a host away: what is sent there is lost.
    pub(super) fn unplug(&mut self, at: &str) {
        self.hosts.remove(&addr(at));
    }

    /// A command to an endpoint.
    pub(super) fn tell<T>(&mut self, at: &str, command: impl FnOnce(&mut Endpoint, Instant) -> T) -> T {
        let now = self.now;
        let result = command(&mut self.host(at).endpoint, now);
        self.drain(addr(at));
        result
    }

    pub(super) fn counts(&mut self, at: &str) -> Counts {
        self.host(at).endpoint.counts()
    }

    /// The events of a host since the last call.
    pub(super) fn events(&mut self, at: &str) -> Vec<Event> {
        std::mem::take(&mut self.host(at).events)
    }

    pub(super) fn forget_past(&mut self) {
        self.trace.clear();
        self.posted.clear();
        self.inbox.clear();
        for host in self.hosts.values_mut() {
            host.events.clear();
        }
    }

    /// Sends bytes from an address where no endpoint lives.
    pub(super) fn send(&mut self, from: &str, to: &str, bytes: impl Into<Vec<u8>>) {
        self.post(addr(from), addr(to), bytes.into());
    }

    /// What came to this address, as text, since the last call.
    pub(super) fn received(&mut self, at: &str) -> Vec<String> {
        let (mine, rest) = std::mem::take(&mut self.inbox).into_iter().partition(|(to, _)| *to == addr(at));
        self.inbox = rest;
        let mine: Vec<(SocketAddr, Vec<u8>)> = mine;
        mine.into_iter().map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }

    /// Every message that was sent to this address.
    pub(super) fn sent_to(&self, at: &str) -> Vec<String> {
        let to = addr(at);
        let sent = self.posted.iter().filter(|(receiver, _)| *receiver == to);
        sent.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    pub(super) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let parcel = self.wire.first_key_value().map(|((at, _), _)| *at);
            let timer = self.next_timer();
            let next = [parcel, timer.map(|(at, _)| at)].into_iter().flatten().min();
            let Some(next) = next.filter(|at| *at <= end) else { break };
            self.now = self.now.max(next);
            if parcel == Some(next) {
                let (_, parcel) = self.wire.pop_first().unwrap();
                self.deliver(parcel);
            } else if let Some((_, host)) = timer {
                self.input(host, Input::Timeout);
            }
        }
        self.now = end;
    }

    fn next_timer(&mut self) -> Option<(Instant, SocketAddr)> {
        let mut first = None;
        for (at, host) in &mut self.hosts {
            let Output::Timeout(due) = host.endpoint.poll_output() else { panic!("outputs are drained") };
            if let Some((due, _)) = due
                && first.is_none_or(|(earliest, _)| due < earliest)
            {
                first = Some((due, *at));
            }
        }
        first
    }

    fn input(&mut self, at: SocketAddr, input: Input<'_>) {
        let now = self.now;
        if let Some(host) = self.hosts.get_mut(&at) {
            host.endpoint.handle_input(now, input);
            self.drain(at);
        }
    }

    fn deliver(&mut self, parcel: Parcel) {
        let tcp = |connection, remote, local| Flow {
            transport: Transport::Tcp,
            remote,
            local,
            connection: Some(connection),
        };
        match parcel {
            Parcel::Datagram { from, to, bytes } => {
                let flow = Flow { transport: Transport::Udp, remote: from, local: to, connection: None };
                if self.hosts.contains_key(&to) {
                    self.input(to, Input::Datagram { flow, bytes: &bytes });
                } else {
                    self.inbox.push((to, bytes));
                }
            }
            Parcel::Stream { connection, from, to, bytes } => {
                if self.hosts.contains_key(&to) {
                    // Streams keep no borders: a few bytes, then the rest.
                    let cut = (self.chance.next_u32() as usize % 40).min(bytes.len());
                    let flow = tcp(connection, from, to);
                    self.input(to, Input::Stream { flow, bytes: &bytes[..cut] });
                    self.input(to, Input::Stream { flow, bytes: &bytes[cut..] });
                } else {
                    self.inbox.push((to, bytes));
                }
            }
            Parcel::Connected { connection, from, to } => {
                self.input(to, Input::Connected { flow: tcp(connection, from, to) });
            }
            Parcel::Unreachable { from, to } => {
                let flow = Flow { connection: None, ..tcp(ConnectionId(0), from, to) };
                self.input(to, Input::Unreachable { flow, why: "connection refused".to_owned() });
            }
            Parcel::Resolved { to, question, answer } => {
                self.input(to, Input::Resolved { question, answer });
            }
            Parcel::Closed { connection, from, to } => {
                self.input(to, Input::Disconnected { flow: tcp(connection, from, to) });
            }
        }
    }

    fn drain(&mut self, at: SocketAddr) {
        loop {
            let Some(host) = self.hosts.get_mut(&at) else { return };
            match host.endpoint.poll_output() {
                Output::Timeout(_) => return,
                Output::Event(event) => host.events.push(event),
                Output::Close { connection } => self.close(connection, at),
                Output::Proven { .. } => {}
                Output::Resolve { question } => {
                    host.questions.push(question.clone());
                    if let Some(answer) = self.zone.get(&question).cloned() {
                        self.queue(DELAY, Parcel::Resolved { to: at, question, answer });
                    }
                }
                Output::Transmit { flow, bytes } => match flow.transport {
                    Transport::Udp => self.post(flow.local, flow.remote, bytes),
                    _ => self.stream(flow, bytes),
                },
            }
        }
    }

    fn post(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        let line = self.note(from, to, &bytes);
        let (copies, late) = match (self.judge)(from, to, &line) {
            Fate::Deliver => (1, Duration::ZERO),
            Fate::Lose => (0, Duration::ZERO),
            Fate::Double => (2, Duration::ZERO),
            Fate::Delay(late) => (1, late),
        };
        for _ in 0..copies {
            self.queue(DELAY + late, Parcel::Datagram { from, to, bytes: bytes.clone() });
        }
    }

    fn note(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let first = text.lines().next().unwrap_or_default();
        let cseq = text.lines().find(|line| line.starts_with("CSeq: ")).unwrap_or_default();
        let line = format!("{first} | {cseq}");
        self.posted.push((to, bytes.to_vec()));
        self.trace.push((self.now - self.begun, from, to, line.clone()));
        line
    }

    fn queue(&mut self, after: Duration, parcel: Parcel) {
        self.sent += 1;
        self.wire.insert((self.now + after, self.sent), parcel);
    }

    // ---- streams

    fn stream(&mut self, flow: Flow, bytes: Vec<u8>) {
        self.note(flow.local, flow.remote, &bytes);
        if flow.connection.is_none() && self.refusing.contains(&flow.remote) {
            return self.queue(DELAY, Parcel::Unreachable { from: flow.remote, to: flow.local });
        }
        let connection = flow.connection.unwrap_or_else(|| self.connect(flow.local, flow.remote));
        if self.connections.contains_key(&connection) {
            self.queue(DELAY, Parcel::Stream { connection, from: flow.local, to: flow.remote, bytes });
        }
    }

    /// Opens a connection; both sides hear of it.
    pub(super) fn connect(&mut self, from: SocketAddr, to: SocketAddr) -> ConnectionId {
        self.sent += 1;
        let connection = ConnectionId(self.sent);
        self.connections.insert(connection, (from, to));
        self.queue(Duration::ZERO, Parcel::Connected { connection, from: to, to: from });
        self.queue(DELAY, Parcel::Connected { connection, from, to });
        connection
    }

    pub(super) fn stream_bytes(&mut self, connection: ConnectionId, from: &str, to: &str, bytes: &[u8]) {
        let (from, to) = (addr(from), addr(to));
        self.queue(DELAY, Parcel::Stream { connection, from, to, bytes: bytes.to_vec() });
    }

    fn close(&mut self, connection: ConnectionId, by: SocketAddr) {
        if let Some((a, b)) = self.connections.remove(&connection) {
            let other = if by == a { b } else { a };
            self.queue(DELAY, Parcel::Closed { connection, from: by, to: other });
        }
    }

    pub(super) fn is_open(&self, connection: ConnectionId) -> bool {
        self.connections.contains_key(&connection)
    }

    pub(super) fn open_connections(&self) -> Vec<ConnectionId> {
        self.connections.keys().copied().collect()
    }

    /// The network cuts a connection: both sides hear of it.
    pub(super) fn cut(&mut self, connection: ConnectionId) {
        if let Some((a, b)) = self.connections.remove(&connection) {
            self.queue(DELAY, Parcel::Closed { connection, from: a, to: b });
            self.queue(DELAY, Parcel::Closed { connection, from: b, to: a });
        }
    }

    // ---- what stories often do

    /// The lines of the trace between two addresses, in that direction.
    pub(super) fn lines(&self, from: &str, to: &str) -> Vec<&str> {
        let (from, to) = (addr(from), addr(to));
        self.trace
            .iter()
            .filter(|(_, a, b, _)| *a == from && *b == to)
            .map(|(_, _, _, line)| line.as_str())
            .collect()
    }

    /// The carrier calls the main number.
    pub(super) fn carrier_calls(&mut self) -> SessionId {
        let outgoing = to_trunk("office", "+13035550100", b"offer of the carrier");
        self.tell(CARRIER, |endpoint, now| endpoint.invite(now, outgoing)).unwrap()
    }

    /// The session of the newest `Invited` event.
    pub(super) fn invited(&mut self, at: &str) -> SessionId {
        self.events(at)
            .into_iter()
            .rev()
            .find_map(|event| match event {
                Event::Invited { session, .. } => Some(session),
                _ => None,
            })
            .expect("a call has come in")
    }

    /// The carrier calls, the office answers; the sessions of both.
    pub(super) fn talk(&mut self) -> (SessionId, SessionId) {
        let at_carrier = self.carrier_calls();
        self.run(Duration::from_millis(100));
        let at_office = self.invited(OFFICE);
        self.tell(OFFICE, |endpoint, now| endpoint.answer(now, at_office, b"answer".to_vec())).unwrap();
        self.run(Duration::from_millis(100));
        (at_carrier, at_office)
    }

    /// The office calls extension 101 at its binding.
    pub(super) fn office_rings(&mut self, extension: &str) -> SessionId {
        let now = self.now;
        let extension = extension.parse().unwrap();
        let binding = self.host(OFFICE).endpoint.bindings(now, &extension).pop().expect("it has registered");
        let target =
            Target::Phone { extension, contact: binding.contact, flow: binding.flow, path: binding.path };
        let from = Identity { user: "+13035550177".to_owned(), display: "Dana \"D\" Reyes".to_owned() };
        let outgoing = Outgoing {
            target,
            from,
            offer: b"offer of the office".to_vec(),
            headers: vec![],
            parts: vec![],
            sips: false,
            hops: MAX_FORWARDS,
        };
        self.tell(OFFICE, |endpoint, now| endpoint.invite(now, outgoing)).unwrap()
    }

    /// Everybody stops, and after all transactions have run out nothing may be left.
    pub(super) fn assert_nothing_left(&mut self) {
        let all: Vec<SocketAddr> = self.hosts.keys().copied().collect();
        for at in &all {
            let counts = self.hosts[at].endpoint.counts();
            assert_eq!(counts.sessions, 0, "sessions at {at}");
            self.tell(&at.to_string(), |endpoint, now| endpoint.shut_down(now));
        }
        self.run(Duration::from_secs(70));
        for at in all {
            let counts = self.hosts[&at].endpoint.counts();
            assert_eq!((counts.sessions, counts.session_side_entries), (0, 0), "calls at {at}");
            assert_eq!(
                (counts.client_transactions, counts.server_transactions, counts.unsettled_texts),
                (0, 0, 0),
                "transactions at {at}"
            );
            assert!(counts.deadlines <= counts.bindings + counts.connections, "deadlines at {at}");
        }
    }
}

pub(super) fn to_trunk(trunk: &str, number: &str, offer: &[u8]) -> Outgoing {
    Outgoing {
        target: Target::Trunk { trunk: TrunkName(trunk.to_owned()), number: number.to_owned() },
        from: Identity { user: "+13035550177".to_owned(), display: "Dana Reyes".to_owned() },
        offer: offer.to_vec(),
        headers: vec![],
        parts: vec![],
        sips: false,
        hops: MAX_FORWARDS,
    }
}
