//! The pump of the first heart: sockets and threads on one side, the switch on the other. It decides nothing.
//!
//! It waits for the earliest of a datagram, a stream, a message of another thread and the switch's deadline; feeds one
//! input; drains the outputs; and begins again. No send ever waits for a peer.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use tokio::{
    sync::mpsc,
    time::{Instant as TokioInstant, sleep_until},
};

use super::{clock, media_plane::MediaPlane, speech_pool::SpeechPool, wire_tap::WireTap};
use crate::{
    dialogue,
    net::{Connection, Datagrams, StreamEvent, Streams},
    pbx::{Control, Directory, Fact, Input, MediaEvent, Output, Switch},
    sip::{ConnectionId, Flow, Input as SipInput, Transport},
    speech::SpeechEvent,
    types::{LegId, TurnId},
};

/// Messages of other threads that may wait for the switch. When full, the sender drops and counts.
pub const INBOX: usize = 8192;

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
    Directory(Arc<Directory>),
    Control(Control),
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
    pub udp: Datagrams,
    pub tcp: Streams,
    pub inbox: mpsc::Receiver<ToSwitch>,
    pub media: MediaPlane,
    pub speech: SpeechPool,
    pub onlookers: Onlookers,
}

impl std::fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switchboard").field("udp", &self.udp.local()).finish_non_exhaustive()
    }
}

/// TCP connections by the numbers that the two rooms have for them.
#[derive(Debug, Default)]
struct Flows {
    ends: BTreeMap<Connection, Flow>,
}

impl Switchboard {
    /// Runs until told to stop.
    pub async fn run(mut self) {
        let mut flows = Flows::default();
        let mut deadline = self.drain(&mut flows);
        loop {
            let wake = async {
                match deadline {
                    Some(at) => sleep_until(TokioInstant::from_std(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                readable = self.udp.readable() => {
                    if let Err(error) = readable {
                        tracing::error!(%error, "the SIP socket is broken");
                        return;
                    }
                    for _ in 0..BURST {
                        let local = self.udp.local();
                        let Some((remote, bytes)) = self.udp.take() else { break };
                        let flow = Flow { transport: Transport::Udp, remote, local, connection: None };
                        self.onlookers.tap.received(&flow, bytes);
                        self.switch.handle_input(clock::now(), Input::Sip(SipInput::Datagram { flow, bytes }));
                        deadline = self.drain(&mut flows);
                    }
                }
                message = self.inbox.recv() => {
                    match message {
                        Some(ToSwitch::Stop) | None => return,
                        Some(message) => self.feed(message),
                    }
                    deadline = self.drain(&mut flows);
                }
                event = self.tcp.next() => {
                    self.feed_stream(&mut flows, event);
                    deadline = self.drain(&mut flows);
                }
                () = wake => {
                    self.switch.handle_input(clock::now(), Input::Timeout);
                    deadline = self.drain(&mut flows);
                }
            }
        }
    }

    fn feed(&mut self, message: ToSwitch) {
        let input = match message {
            ToSwitch::Media { leg, event } => Input::Media { leg, event },
            ToSwitch::Speech { leg, event } => Input::Speech { leg, event },
            ToSwitch::Understood { leg, turn, reading } => Input::Understood { leg, turn, reading },
            ToSwitch::SpeechFailed { leg } => Input::SpeechFailed { leg },
            ToSwitch::SpeechReady(ready) => Input::SpeechReady(ready),
            ToSwitch::Directory(directory) => Input::Directory(directory),
            ToSwitch::Control(control) => Input::Control(control),
            ToSwitch::Stop => return,
        };
        self.switch.handle_input(clock::now(), input);
    }

    fn feed_stream(&mut self, flows: &mut Flows, event: StreamEvent) {
        let now = clock::now();
        match event {
            StreamEvent::Connected { connection, local, remote } => {
                let flow = tcp_flow(local, remote, Some(connection));
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
            StreamEvent::NotOpened { remote } => {
                let flow = tcp_flow(self.tcp.local(), remote, None);
                self.switch.handle_input(now, Input::Sip(SipInput::Disconnected { flow }));
            }
            StreamEvent::Refused { remote } => {
                tracing::info!(source = %remote, "too many TCP connections; refused");
            }
        }
    }

    /// Carries everything out that the switch asks for; gives back when it wants to wake.
    fn drain(&mut self, flows: &mut Flows) -> Option<std::time::Instant> {
        loop {
            match self.switch.poll_output(clock::now()) {
                Output::Transmit { flow, bytes } => self.transmit(flows, flow, bytes),
                Output::CloseConnection { connection } => {
                    let connection = Connection(connection.0);
                    flows.ends.remove(&connection);
                    self.tcp.close(connection);
                }
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
            (Transport::Udp, _) => self.udp.send(flow.remote, &bytes),
            (_, Some(ConnectionId(id))) => {
                let connection = Connection(id);
                if !self.tcp.send(connection, bytes)
                    && let Some(flow) = flows.ends.remove(&connection)
                {
                    self.switch.handle_input(clock::now(), Input::Sip(SipInput::Disconnected { flow }));
                }
            }
            (_, None) => self.tcp.connect(flow.remote),
        }
    }
}

fn tcp_flow(local: SocketAddr, remote: SocketAddr, connection: Option<Connection>) -> Flow {
    Flow { transport: Transport::Tcp, remote, local, connection: connection.map(|c| ConnectionId(c.0)) }
}
