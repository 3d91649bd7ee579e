//! The pump of the first heart: sockets and threads on one side, the switch on the other. It decides nothing.
//!
//! It waits for the earliest of a datagram, a stream, a message of another thread and the switch's deadline; feeds one
//! input; drains the outputs; and begins again. No send ever waits for a peer.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::mpsc,
    time::{Instant as TokioInstant, sleep_until},
};

use super::{
    clock,
    media_plane::MediaPlane,
    sockets::{self, Sockets, Trusts, Udp, told},
    speech_pool::SpeechPool,
    wire_tap::WireTap,
};
use crate::{
    dialogue,
    net::{self, Connection, Resolver, StreamEvent},
    pbx::{Control, Directory, Fact, Input, MediaEvent, Output, Switch},
    sip::{self, ConnectionId, Flow, Input as SipInput, Transport},
    speech::SpeechEvent,
    types::{LegId, TurnId},
};

/// Messages of other threads that may wait for the switch. When full, the sender drops and counts.
pub const INBOX: usize = 8192;

/// Answers of the resolver that may wait. When full, the tasks that bring them wait.
pub const ANSWERS: usize = 64;

/// How many datagrams are taken before the other sources get their turn.
const BURST: usize = 64;

/// What other threads say to the switch.
#[derive(Debug)]
pub enum ToSwitch {
    Media {
        leg: LegId,
        event: MediaEvent,
    },
    Speech {
        leg: LegId,
        event: SpeechEvent,
    },
    Understood {
        leg: LegId,
        turn: TurnId,
        reading: Box<dialogue::Reading>,
    },
    SpeechFailed {
        leg: LegId,
    },
    SpeechReady(bool),
    HeardWith(Arc<dialogue::Provenance>),
    Directory(Arc<Directory>),
    Control(Control),
    /// The authorities for trunks, read anew.
    Trusts(Trusts),
    /// What the resolver says.
    Resolved {
        question: sip::Question,
        answer: sip::Answer,
    },
    /// End after the last goodbye has been sent.
    Stop,
}

/// Who learns what the switch does; none of them can hold it up.
pub struct Onlookers {
    /// Facts leave here, in order; the host fans them out.
    pub facts: Box<dyn FnMut(Fact) + Send>,
    pub tap: WireTap,
}

/// The other threads, as the switch's outputs reach them.
pub struct Switchboard {
    pub switch: Switch,
    pub sockets: Sockets,
    pub trusts: Trusts,
    pub resolver: Resolver,
    /// What the resolver said; its tasks send here. Bounded by what the switch may ask at once.
    pub answers: (mpsc::Sender<ToSwitch>, mpsc::Receiver<ToSwitch>),
    pub inbox: mpsc::Receiver<ToSwitch>,
    pub media: MediaPlane,
    pub speech: SpeechPool,
    pub onlookers: Onlookers,
}

impl std::fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switchboard").field("udp", &self.sockets.udp.local).finish_non_exhaustive()
    }
}

/// Connections by the numbers that the two rooms have for them.
#[derive(Debug, Default)]
struct Flows {
    ends: BTreeMap<Connection, Flow>,
    /// Connections refused since that was last told, and when it may be told again.
    refused: u64,
    tell_at: Option<Instant>,
}

/// Refused connections are told at most so often: whoever fills our places shall not fill our log as well.
const TELL_EVERY: Duration = Duration::from_secs(1);

impl Flows {
    fn refused(&mut self, now: Instant, source: SocketAddr, why: &'static str) {
        self.refused += 1;
        if self.tell_at.is_none_or(|at| at <= now) {
            tracing::info!(%source, why, count = self.refused, "connections were refused");
            self.refused = 0;
            self.tell_at = Some(now + TELL_EVERY);
        }
    }
}

impl Switchboard {
    /// Runs until told to stop.
    pub async fn run(mut self) {
        let mut flows = Flows::default();
        loop {
            let deadline = self.drain(&mut flows);
            let wake = async {
                match deadline {
                    Some(at) => sleep_until(TokioInstant::from_std(at)).await,
                    None => std::future::pending().await,
                }
            };
            // By lot among what is ready: a flood at one source never starves the others, nor the deadlines.
            tokio::select! {
                readable = self.sockets.udp.socket.readable() => {
                    if let Err(error) = readable {
                        tracing::error!(%error, "the SIP socket is broken");
                        return;
                    }
                    self.take_datagrams(&mut flows, |sockets| Some(&mut sockets.udp));
                }
                readable = readable(self.sockets.second.as_ref()) => {
                    if let Err(error) = readable {
                        tracing::error!(%error, "the second SIP socket is broken");
                        self.sockets.second = None;
                    }
                    self.take_datagrams(&mut flows, |sockets| sockets.second.as_mut());
                }
                message = self.inbox.recv() => {
                    match message {
                        Some(ToSwitch::Stop) | None => return,
                        Some(message) => self.feed(message),
                    }
                }
                Some(answer) = self.answers.1.recv() => self.feed(answer),
                event = self.sockets.streams.next() => self.feed_stream(&mut flows, event),
                () = wake => self.switch.handle_input(clock::now(), Input::Timeout),
            }
        }
    }

    /// Feeds what one socket has, and carries out what each datagram brings about before the next is looked at.
    fn take_datagrams(&mut self, flows: &mut Flows, of: impl Fn(&mut Sockets) -> Option<&mut Udp>) {
        for _ in 0..BURST {
            let Some(udp) = of(&mut self.sockets) else { return };
            let local = udp.local;
            let Some((remote, bytes)) = udp.socket.take() else { return };
            let flow = Flow { transport: Transport::Udp, remote, local, connection: None };
            self.onlookers.tap.received(&flow, bytes);
            self.switch.handle_input(clock::now(), Input::Sip(SipInput::Datagram { flow, bytes }));
            self.drain(flows);
        }
    }

    fn feed(&mut self, message: ToSwitch) {
        let input = match message {
            ToSwitch::Media { leg, event } => Input::Media { leg, event },
            ToSwitch::Speech { leg, event } => Input::Speech { leg, event },
            ToSwitch::Understood { leg, turn, reading } => Input::Understood { leg, turn, reading },
            ToSwitch::SpeechFailed { leg } => Input::SpeechFailed { leg },
            ToSwitch::SpeechReady(ready) => Input::SpeechReady(ready),
            ToSwitch::HeardWith(provenance) => Input::HeardWith(provenance),
            ToSwitch::Directory(directory) => Input::Directory(directory),
            ToSwitch::Control(control) => Input::Control(control),
            ToSwitch::Trusts(trusts) => {
                self.trusts = trusts;
                return;
            }
            ToSwitch::Resolved { question, answer } => Input::Sip(SipInput::Resolved { question, answer }),
            ToSwitch::Stop => return,
        };
        self.switch.handle_input(clock::now(), input);
    }

    fn feed_stream(&mut self, flows: &mut Flows, event: StreamEvent) {
        let now = clock::now();
        match event {
            StreamEvent::Connected { connection, wrapping, local, remote } => {
                let transport = sockets::transport(wrapping);
                let connected = Some(ConnectionId(connection.0));
                let flow = Flow { transport, remote, local: told(local), connection: connected };
                flows.ends.insert(connection, flow);
                self.switch.handle_input(now, Input::Sip(SipInput::Connected { flow }));
            }
            StreamEvent::Bytes { connection, bytes } => {
                if let Some(&flow) = flows.ends.get(&connection) {
                    self.onlookers.tap.received(&flow, &bytes);
                    self.switch.handle_input(now, Input::Sip(SipInput::Stream { flow, bytes: &bytes }));
                }
            }
            StreamEvent::Closed { connection } => {
                if let Some(flow) = flows.ends.remove(&connection) {
                    self.switch.handle_input(now, Input::Sip(SipInput::Disconnected { flow }));
                }
            }
            StreamEvent::NotOpened { wrapping, remote, why } => {
                let transport = sockets::transport(wrapping);
                let flow = Flow { transport, remote, local: remote, connection: None };
                self.switch.handle_input(now, Input::Sip(SipInput::Unreachable { flow, why }));
            }
            StreamEvent::Refused { remote, why } => flows.refused(now.at, remote, why),
        }
    }

    /// Carries everything out that the switch asks for; gives back when it wants to wake.
    fn drain(&mut self, flows: &mut Flows) -> Option<Instant> {
        let now = clock::now();
        loop {
            match self.switch.poll_output(now) {
                Output::Transmit { flow, bytes } => self.transmit(flows, flow, bytes),
                Output::CloseConnection { connection } => {
                    let connection = Connection(connection.0);
                    flows.ends.remove(&connection);
                    self.sockets.streams.close(connection);
                }
                Output::ProvenConnection { connection } => {
                    self.sockets.streams.prove(Connection(connection.0));
                }
                Output::Resolve { question } => self.resolve(question),
                Output::Media { leg, command } => self.media.command(leg, command),
                Output::Speech { leg, command } => self.speech.command(leg, command),
                Output::Fact(fact) => {
                    self.onlookers.tap.observe(&fact);
                    (self.onlookers.facts)(fact);
                }
                Output::Timeout(deadline) => {
                    let tapped = self.onlookers.tap.round();
                    return deadline.map(|(at, _)| at).into_iter().chain(tapped).min();
                }
            }
        }
    }

    fn transmit(&mut self, flows: &mut Flows, flow: Flow, bytes: Vec<u8>) {
        self.onlookers.tap.sent(&flow, &bytes);
        match (flow.transport, flow.connection) {
            (Transport::Udp, _) => {
                let first = self.sockets.udp.local.is_ipv4() == flow.remote.is_ipv4();
                let socket = if first { Some(&mut self.sockets.udp) } else { self.sockets.second.as_mut() };
                if let Some(udp) = socket {
                    udp.socket.send(flow.remote, &bytes);
                }
            }
            (_, Some(ConnectionId(id))) => {
                let connection = Connection(id);
                if !self.sockets.streams.send(connection, bytes)
                    && let Some(flow) = flows.ends.remove(&connection)
                {
                    self.switch.handle_input(clock::now(), Input::Sip(SipInput::Disconnected { flow }));
                }
            }
            (_, None) => self.connect(flow, bytes),
        }
    }

    /// Opens a connection towards a trunk, whose certificate has to be for its domain.
    fn connect(&mut self, flow: Flow, bytes: Vec<u8>) {
        let trunk = self.switch.trunk_towards(flow.remote);
        let tls = trunk
            .as_ref()
            .filter(|_| flow.transport.is_secure())
            .and_then(|(name, domain)| self.trusts.get(&name.0).map(|trust| (trust, domain.as_str())));
        if flow.transport.is_secure() && tls.is_none() {
            let why = "there is no authority to check its certificate by".to_owned();
            let lost = Flow { connection: None, ..flow };
            self.switch.handle_input(clock::now(), Input::Sip(SipInput::Unreachable { flow: lost, why }));
            return;
        }
        let wrapping = sockets::wrapping(flow.transport);
        self.sockets.streams.connect(wrapping, flow.remote, flow.local, tls, bytes);
    }

    /// Asks, and has the answer sent to us.
    fn resolve(&self, question: sip::Question) {
        let (resolver, answers) = (self.resolver.clone(), self.answers.0.clone());
        tokio::spawn(async move {
            let answer = resolver.ask(&asked(&question)).await;
            let _ = answers.send(ToSwitch::Resolved { question, answer: answered(answer) }).await;
        });
    }
}

/// A socket that is not there is never readable.
async fn readable(udp: Option<&Udp>) -> std::io::Result<()> {
    match udp {
        Some(udp) => udp.socket.readable().await,
        None => std::future::pending().await,
    }
}

fn asked(question: &sip::Question) -> net::Question {
    let kind = match question.kind {
        sip::RecordKind::Naptr => net::RecordKind::Naptr,
        sip::RecordKind::Srv => net::RecordKind::Srv,
        sip::RecordKind::A => net::RecordKind::A,
        sip::RecordKind::Aaaa => net::RecordKind::Aaaa,
    };
    net::Question { name: question.name.clone(), kind }
}

fn answered(answer: net::Answer) -> sip::Answer {
    match answer {
        net::Answer::Found { records, good_for } => {
            sip::Answer::Found { records: records.into_iter().map(record).collect(), good_for }
        }
        net::Answer::Nothing { good_for } => sip::Answer::Nothing { good_for },
        net::Answer::Failed { why } => sip::Answer::Failed { why },
    }
}

fn record(record: net::Record) -> sip::Record {
    match record {
        net::Record::Naptr { order, preference, flags, services, replacement } => {
            sip::Record::Naptr { order, preference, flags, services, replacement }
        }
        net::Record::Srv(net::Service { priority, weight, port, host }) => {
            sip::Record::Srv { priority, weight, port, host }
        }
        net::Record::Address(address) => sip::Record::Address(address),
    }
}
