//! The world that the room's stories happen in: a switch, a carrier and two desk phones, with a network that takes no time
//! and a clock that jumps.

mod findings;
mod office;
mod people;
mod referring;
mod talk;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rand_chacha::rand_core::SeedableRng;

use super::{
    Control, Counts, Directory, Fact, Input, MediaCommand, MediaEvent, Output, Quality, Settings,
    SpeechCommand, Switch, Verdict,
};
use crate::{
    media::{Direction, Encryption, LocalMedia},
    sip::{self, Endpoint, Event, SessionId},
    types::{CallId, Chance, LegId, Moment},
};
use office::{DESK, SPARE, SWITCH, trunk_at};
use talk::Playing;

pub(super) use office::{
    CARRIER, DANA, LEASING, MAIN, ON_CALL, extension, number, office, office_with_phones, office_with_spare,
};
pub(super) use talk::{in_danger, reading};

/// Somebody at the other end of the network: the carrier, or a desk phone.
#[derive(Debug)]
pub(super) struct Far {
    endpoint: Endpoint,
    address: SocketAddr,
    events: Vec<Event>,
    /// Packets that it sends and is sent are lost.
    pub(super) dead: bool,
    /// What it sends stays on the way.
    held: Option<Vec<(SocketAddr, Vec<u8>)>>,
    /// How it would have its media: it holds, if that is not both ways.
    wish: Direction,
    /// How it would have its media encrypted.
    pub(super) encryption: Encryption,
    last_call: Option<SessionId>,
    version: u64,
}

impl Far {
    fn new(now: Instant, seed: u64, address: &str, account: Option<&str>) -> Self {
        let address: SocketAddr = address.parse().unwrap();
        let settings = sip::Settings {
            realm: address.ip().to_string(),
            names: vec![],
            sips_to_the_end: true,
            user_agent: "Far".into(),
            listeners: vec![sip::Listener {
                transport: sip::Transport::Udp,
                local: address,
                advertised: None,
            }],
            trunks: vec![trunk_at("portico", SWITCH, account)],
            accounts: BTreeMap::new(),
            limits: sip::Limits::default(),
        };
        let endpoint = Endpoint::new(now, settings, Chance::seed_from_u64(seed));
        Self {
            endpoint,
            address,
            events: Vec::new(),
            dead: false,
            held: None,
            wish: Direction::SendRecv,
            encryption: Encryption::OFF,
            last_call: None,
            version: 0,
        }
    }

    fn local(&self, direction: Direction) -> LocalMedia {
        let address = self.address.ip();
        LocalMedia {
            address,
            port: 30_000,
            session_id: 7,
            version: self.version,
            direction,
            encryption: self.encryption,
        }
    }
}

/// See the module's sentence. Asserts, when it is dropped after a story that has not failed, that nothing is left behind.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now: Moment,
    pub(super) switch: Switch,
    pub(super) carrier: Far,
    pub(super) phones: BTreeMap<&'static str, Far>,
    pub(super) facts: Vec<Fact>,
    pub(super) media: Vec<(LegId, MediaCommand)>,
    pub(super) speech: Vec<(LegId, SpeechCommand)>,
    /// Does the media plane play what the agent says?
    pub(super) mouth_works: bool,
    /// How much voice there is in whatever is recorded.
    pub(super) voiced_ms: u64,
    mouths: BTreeMap<LegId, Playing>,
    /// What has been played since somebody listened last.
    heard: Vec<String>,
    /// Media time of the caller's ear.
    heard_ms: u32,
    /// Does the media plane report that it has closed a leg?
    pub(super) media_answers: bool,
    /// Every datagram that the switch has sent, and where to, since somebody looked.
    pub(super) sent: Vec<(SocketAddr, String)>,
    /// Every NOTIFY that the switch has sent; each is answered with 200.
    pub(super) notified: Vec<String>,
    /// Every datagram that the switch has sent to the carrier.
    pub(super) to_carrier: Vec<String>,
    /// Does the store take the steps of escalations?
    pub(super) store_works: bool,
    unstored: VecDeque<(CallId, u32)>,
}

/// Friday, eleven in the morning, in Denver.
const WORKDAY: &str = "2026-11-20T11:00:00-07:00";

#[expect(clippy::disallowed_methods, reason = "an origin for virtual time; no test lets real time pass")]
pub(super) fn origin() -> Instant {
    Instant::now()
}

impl World {
    /// The office at work, both phones registered, speech ready.
    pub(super) fn at_work() -> Self {
        Self::with_office_at_work(office())
    }

    /// This office at work, with the phones 101 and 102.
    pub(super) fn with_office_at_work(office: Directory) -> Self {
        let mut world = Self::with(office);
        world.plug_in("101");
        world.plug_in("102");
        world.speech_ready(true);
        world
    }

    /// The office at work with two trunks; `spare` is the far end of the second.
    pub(super) fn with_spare() -> Self {
        let mut world = Self::with(office_with_spare());
        world.has_spare();
        world.plug_in("101");
        world.speech_ready(true);
        world
    }

    /// There is a far end for the trunk `spare`.
    pub(super) fn has_spare(&mut self) {
        self.phones.insert("spare", Far::new(self.now.at, 9, SPARE, None));
    }

    /// The office with nobody's phone plugged in, and no speech yet.
    pub(super) fn with(directory: Directory) -> Self {
        Self::with_ports(directory, Settings::default().media_ports)
    }

    /// The same with these ports for media.
    pub(super) fn with_ports(directory: Directory, media_ports: RangeInclusive<u16>) -> Self {
        let now = Moment { at: origin(), wall: WORKDAY.parse::<Timestamp>().unwrap() };
        let settings = Settings {
            realm: "192.0.2.1".into(),
            listeners: vec![sip::Listener {
                transport: sip::Transport::Udp,
                local: SWITCH.parse().unwrap(),
                advertised: None,
            }],
            media_address: "192.0.2.1".parse().unwrap(),
            media_ports,
            ..Settings::default()
        };
        let switch = Switch::new(now, Arc::new(directory), settings, Chance::seed_from_u64(1));
        let mut world = Self {
            now,
            switch,
            carrier: Far::new(now.at, 2, CARRIER, None),
            phones: BTreeMap::new(),
            facts: Vec::new(),
            media: Vec::new(),
            speech: Vec::new(),
            mouth_works: true,
            voiced_ms: 4_000,
            mouths: BTreeMap::new(),
            heard: Vec::new(),
            heard_ms: 0,
            media_answers: true,
            sent: Vec::new(),
            notified: Vec::new(),
            to_carrier: Vec::new(),
            store_works: true,
            unstored: VecDeque::new(),
        };
        world.settle();
        world
    }

    /// The phone registers, with its password.
    pub(super) fn plug_in(&mut self, name: &'static str) {
        let (_, address) = DESK.into_iter().find(|(phone, _)| *phone == name).unwrap();
        let phone = Far::new(self.now.at, 3 + self.phones.len() as u64, address, Some(name));
        self.phones.insert(name, phone);
        self.wait(Duration::ZERO);
        let bound = self.facts.iter().any(|fact| match fact {
            Fact::Bound { binding } => binding.extension == extension(name),
            _ => false,
        });
        assert!(bound, "{name} could not register");
    }

    /// The phone stands at its address, and registers nowhere.
    pub(super) fn put_up(&mut self, name: &'static str) -> SocketAddr {
        let (_, address) = DESK.into_iter().find(|(phone, _)| *phone == name).unwrap();
        let phone = Far::new(self.now.at, 3 + self.phones.len() as u64, address, None);
        self.phones.insert(name, phone);
        address.parse().unwrap()
    }

    pub(super) fn speech_ready(&mut self, ready: bool) {
        self.tell(Input::SpeechReady(ready));
    }

    pub(super) fn tell(&mut self, input: Input<'_>) {
        self.switch.handle_input(self.now, input);
        self.settle();
    }

    pub(super) fn control(&mut self, control: Control) {
        self.tell(Input::Control(control));
    }

    /// The media plane speaks.
    pub(super) fn media_event(&mut self, leg: LegId, event: MediaEvent) {
        self.tell(Input::Media { leg, event });
    }

    /// Lets time pass, from deadline to deadline.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.now.at + time;
        loop {
            let due = self.settle().into_iter().chain(self.mouths.values().map(Playing::due)).min();
            let Some(at) = due.filter(|at| *at <= end) else { break };
            self.jump_to(at.max(self.now.at));
            self.switch.handle_input(self.now, Input::Timeout);
            self.play();
            for far in self.phones.values_mut().chain([&mut self.carrier]) {
                far.endpoint.handle_input(self.now.at, sip::Input::Timeout);
            }
        }
        self.jump_to(end);
        self.settle();
    }

    pub(super) fn wait_s(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    fn jump_to(&mut self, at: Instant) {
        let passed = at.saturating_duration_since(self.now.at);
        self.now = Moment { at, wall: self.now.wall + passed };
    }

    /// Carries datagrams until all is quiet; the earliest deadline of anybody.
    fn settle(&mut self) -> Option<Instant> {
        for _ in 0..10_000 {
            let mut quiet = true;
            let switch_due = loop {
                match self.switch.poll_output(self.now) {
                    Output::Timeout(due) => break due.map(|(at, _)| at),
                    output => {
                        quiet = false;
                        self.carry_out(output);
                    }
                }
            };
            if let Some((call, number)) = self.unstored.pop_front().filter(|_| self.store_works) {
                quiet = false;
                let stored = Control::EscalationStored { call, number };
                self.switch.handle_input(self.now, Input::Control(stored));
            }
            let mut due = switch_due;
            let mut sent = Vec::new();
            for far in self.phones.values_mut().chain([&mut self.carrier]) {
                loop {
                    match far.endpoint.poll_output() {
                        sip::Output::Transmit { flow, bytes } if !far.dead => match &mut far.held {
                            Some(held) => held.push((flow.remote, bytes)),
                            None => sent.push((flow.local, flow.remote, bytes)),
                        },
                        sip::Output::Transmit { .. }
                        | sip::Output::Close { .. }
                        | sip::Output::Proven { .. }
                        | sip::Output::Resolve { .. } => {}
                        sip::Output::Event(event) => far.events.push(event),
                        sip::Output::Timeout(at) => {
                            let at = at.map(|(at, _)| at);
                            due = due.into_iter().chain(at).min();
                            break;
                        }
                    }
                }
            }
            quiet &= sent.is_empty();
            for (from, to, bytes) in sent {
                let flow = flow(to, from);
                let input = sip::Input::Datagram { flow, bytes: &bytes };
                self.switch.handle_input(self.now, Input::Sip(input));
            }
            if quiet {
                return due;
            }
        }
        panic!("the world does not come to rest");
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Transmit { flow: sent, bytes } if bytes.starts_with(b"NOTIFY ") => {
                let notify = String::from_utf8(bytes).unwrap();
                let answer = referring::answer_to(&notify, 200);
                self.sent.push((sent.remote, notify.clone()));
                self.notified.push(notify);
                let flow = flow(sent.local, sent.remote);
                let input = sip::Input::Datagram { flow, bytes: answer.as_bytes() };
                self.switch.handle_input(self.now, Input::Sip(input));
            }
            Output::Transmit { flow: sent, bytes } => {
                self.sent.push((sent.remote, String::from_utf8_lossy(&bytes).into_owned()));
                if sent.remote == self.carrier.address {
                    self.to_carrier.push(String::from_utf8_lossy(&bytes).into_owned());
                }
                let mut far = self.phones.values_mut().chain([&mut self.carrier]);
                if let Some(far) = far.find(|far| far.address == sent.remote && !far.dead) {
                    let flow = flow(sent.remote, sent.local);
                    let input = sip::Input::Datagram { flow, bytes: &bytes };
                    far.endpoint.handle_input(self.now.at, input);
                }
            }
            Output::Media { leg, command } => {
                let closes = command == MediaCommand::Close;
                self.media.push((leg, command));
                if closes {
                    self.mouths.remove(&leg);
                }
                self.sounds(leg);
                if closes && self.media_answers {
                    let quality = Quality { packets_received: 50, packets_sent: 50, ..Quality::default() };
                    let event = MediaEvent::Closed { quality };
                    self.switch.handle_input(self.now, Input::Media { leg, event });
                }
            }
            Output::Speech { leg, command } => {
                self.mouth(leg, &command);
                self.speech.push((leg, command));
            }
            Output::Fact(fact) => {
                if let Fact::Escalation(step) = &fact {
                    self.unstored.push_back((step.call, step.number));
                }
                self.facts.push(fact);
            }
            Output::CloseConnection { .. }
            | Output::ProvenConnection { .. }
            | Output::Resolve { .. }
            | Output::Timeout(_) => {}
        }
    }

    /// What has been sent to this address since somebody looked.
    pub(super) fn sent_to(&mut self, address: &str) -> Vec<String> {
        self.settle();
        let address: SocketAddr = address.parse().unwrap();
        let (theirs, others) = std::mem::take(&mut self.sent).into_iter().partition(|(to, _)| *to == address);
        self.sent = others;
        let theirs: Vec<(SocketAddr, String)> = theirs;
        theirs.into_iter().map(|(_, text)| text).collect()
    }

    pub(super) fn far(&mut self, name: &str) -> &mut Far {
        if name == "carrier" { &mut self.carrier } else { self.phones.get_mut(name).unwrap() }
    }

    /// Waits until every transaction has died away, and asserts that nothing is left.
    pub(super) fn assert_nothing_left(&mut self) {
        // Nobody is called for ever: somebody at a console sees to what is left.
        let opened: BTreeSet<CallId> = self.steps().iter().map(|step| step.call).collect();
        for call in opened {
            let by = "a console".to_owned();
            self.control(Control::SettleEscalation { call, verdict: Verdict::Accepted, by });
        }
        self.wait_s(70);
        assert_eq!(self.switch.counts(), Counts::default());
        let sip = self.switch.sip_counts();
        assert_eq!((sip.sessions, sip.client_transactions, sip.server_transactions), (0, 0, 0));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_nothing_left();
        }
    }
}

fn flow(local: SocketAddr, remote: SocketAddr) -> sip::Flow {
    sip::Flow { transport: sip::Transport::Udp, remote, local, connection: None }
}

/// The direction attribute of a description.
pub(super) fn direction_in(sdp: &[u8]) -> String {
    let text = String::from_utf8_lossy(sdp);
    let names = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let found = names.iter().find(|name| text.contains(&format!("a={name}")));
    found.map_or_else(|| "sendrecv".to_owned(), |name| (*name).to_owned())
}
