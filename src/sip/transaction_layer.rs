//! The transaction layer (RFC 3261, 17): both tables of transactions, their deadlines, and the queue of what goes out.
//!
//! Everything above it (the sessions, the registrar, texts, trunks) is a transaction user: it sends a `Draft`, answers
//! with a `Reply`, and hears of each transaction through the user it named. What is done with our requests stands in
//! `client_transaction`, with theirs in `server_transaction`, each beside its table.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    net::SocketAddr,
    time::Instant,
};

use super::{
    client_transaction::{self as client, Client},
    draft::Draft,
    event::{
        ConnectionId, Event, Flow, NoticeId, Output, ReferId, SessionId, SubscriptionId, TextId, Transport,
    },
    fingerprint::Fingerprint,
    locate::Question,
    oversize::WithoutTcp,
    schedule::Schedule,
    server_transaction::{self as server, Server},
    settings::Settings,
    spent::{Copied, Spent},
    tag::{Branch, Tag},
    targets::Targets,
    wire::Message,
};
use crate::types::Chance;

/// One of our requests. An INVITE and its CANCEL share the branch (9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClientId {
    pub(super) branch: Branch,
    pub(super) cancel: bool,
}

/// One of their requests, numbered as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ServerId(pub(super) u64);

/// Where one of their requests is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Met {
    InProgress(ServerId),
    Spent(Copied),
}

/// For whom a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientUser {
    Invite(SessionId),
    Reinvite(SessionId),
    /// An UPDATE that refreshes a call.
    Update(SessionId),
    Prack(SessionId),
    /// A digit as INFO.
    Info(SessionId),
    /// A request whose answer changes nothing: CANCEL, or the BYE of a fork that was not taken.
    Nobody,
    /// The BYE of the dialog in which we have this tag.
    Bye(Tag),
    Text(TextId),
    Notification(SubscriptionId),
    Notice(NoticeId),
    /// A NOTIFY about a REFER of theirs.
    Refer(ReferId),
    Registration(usize),
    Probe(usize),
    /// A target of the trunk at this place that has rested.
    Revival(usize, Transport, SocketAddr),
    /// One that nothing goes to now, and that is tried.
    Trial(usize, Transport, SocketAddr),
}

/// Whom an answer is awaited from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerUser {
    Invite(SessionId),
    /// Answered, or about to be, where it was received.
    Nobody,
}

/// One of our requests to a trunk that failed without an answer.
#[derive(Debug)]
pub(super) struct Unheard {
    pub(super) draft: Draft,
    pub(super) flow: Flow,
    pub(super) tried: u8,
}

/// What became of one of our requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Read the response.
    Response,
    /// Nobody answered: as good as a 408.
    TimedOut,
    /// It could not be sent: as good as a 503.
    Unsent,
}

impl Outcome {
    /// The final status that it amounts to; `None` while only a provisional answer has come.
    pub(super) fn final_status(self, response: Option<&Message>) -> Option<u16> {
        match (self, response.and_then(Message::status)) {
            (Outcome::Response, Some(100..=199)) => None,
            (Outcome::Response, Some(status)) => Some(status),
            (Outcome::Unsent, _) => Some(503),
            (Outcome::Response | Outcome::TimedOut, _) => Some(408),
        }
    }
}

/// An INVITE transaction that is gone: nothing more comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Client(ClientId),
    Server(ServerId),
}

/// Why a request is not taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotBegun {
    TableFull,
    /// The far end's Contact is no URI that a request can be sent to.
    BadTarget,
}

/// What a request that belongs to a known transaction means for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: it was a copy, or the ACK of a failure.
    Absorbed,
    /// A copy of an INVITE that the session has accepted.
    CopyOfAccepted(SessionId),
}

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct TransactionLayer {
    pub(super) settings: Settings,
    pub(super) chance: Chance,
    pub(super) schedule: Schedule,
    out: VecDeque<Output>,
    pub(super) clients: BTreeMap<ClientId, Client>,
    pub(super) servers: BTreeMap<ServerId, Server>,
    /// By what tells their requests apart (17.2.3), with the source address, so that no third party can join one.
    pub(super) keys: HashMap<Fingerprint, Met>,
    pub(super) spent: Spent,
    pub(super) served: u64,
    /// Mixed into fingerprints and into the tags of stateless answers.
    pub(super) salt: u64,
    /// Dialogs that we are leaving, by our tag, with the BYE that says so, as long as its transaction lives.
    pub(super) leaving: BTreeMap<Tag, ClientId>,
    /// INVITE transactions that have ended since somebody asked.
    pub(super) ended: Vec<Ended>,
    /// Where each trunk's requests go.
    pub(super) targets: Targets,
    /// A request to a trunk that nobody has answered, until its owner asks.
    pub(super) unheard: Option<Unheard>,
    /// Why the connection could not be opened that is being told as gone.
    pub(super) unreachable: Option<String>,
    pub(super) without_tcp: WithoutTcp,
    /// Where an open connection leads to, so that a request to its far end uses it (18.1.1).
    connections: BTreeMap<(Transport, SocketAddr), ConnectionId>,
}

impl TransactionLayer {
    pub(super) fn new(settings: Settings, chance: Chance, salt: u64) -> Self {
        Self {
            settings,
            chance,
            schedule: Schedule::default(),
            out: VecDeque::new(),
            clients: BTreeMap::new(),
            servers: BTreeMap::new(),
            keys: HashMap::new(),
            spent: Spent::default(),
            served: 0,
            salt,
            leaving: BTreeMap::new(),
            ended: vec![],
            targets: Targets::default(),
            unheard: None,
            unreachable: None,
            without_tcp: WithoutTcp::default(),
            connections: BTreeMap::new(),
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    pub(super) fn transmit(&mut self, mut flow: Flow, bytes: Vec<u8>) {
        if flow.transport.is_stream() && flow.connection.is_none() {
            flow.connection = self.connections.get(&(flow.transport, flow.remote)).copied();
        }
        self.out.push_back(Output::Transmit { flow, bytes });
    }

    pub(super) fn close(&mut self, connection: ConnectionId) {
        self.out.push_back(Output::Close { connection });
    }

    pub(super) fn proven(&mut self, connection: ConnectionId) {
        self.out.push_back(Output::Proven { connection });
    }

    pub(super) fn resolve(&mut self, question: Question) {
        self.out.push_back(Output::Resolve { question });
    }

    /// Two line ends: what a NAT on the way sees as traffic, and a SIP server as nothing (RFC 5626, 3.5.1).
    pub(super) fn keep_alive(&mut self, flow: Flow) {
        let known = self.is_connected(flow.transport, flow.remote);
        // A stream that is not open needs no hole.
        if !flow.transport.is_stream() || known {
            self.transmit(flow, b"\r\n\r\n".to_vec());
        }
    }

    pub(super) fn pop_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    pub(super) fn is_connected(&self, transport: Transport, remote: SocketAddr) -> bool {
        self.connections.contains_key(&(transport, remote))
    }

    pub(super) fn connected(&mut self, flow: &Flow) {
        if let Some(connection) = flow.connection {
            self.connections.insert((flow.transport, flow.remote), connection);
        }
    }

    // ---- connections

    /// A connection is gone, or could not be made: requests on it fail, answers on it have nowhere to go, but
    /// for those that a trunk waits for.
    pub(super) fn disconnected(&mut self, now: Instant, flow: &Flow) -> Vec<(ClientId, ClientUser)> {
        let way = (flow.transport, flow.remote);
        if flow.connection.is_none() || self.connections.get(&way) == flow.connection.as_ref() {
            self.connections.remove(&way);
        }
        let hit = |f: &Flow| {
            f.transport.is_stream()
                && (f.connection.is_some() && f.connection == flow.connection
                    || f.connection.is_none() && (f.transport, f.remote) == way)
        };
        let clients: Vec<ClientId> =
            self.clients.iter().filter(|(_, c)| hit(&c.flow)).map(|(id, _)| *id).collect();
        let servers: Vec<ServerId> =
            self.servers.iter().filter(|(_, s)| hit(&s.flow)).map(|(id, _)| *id).collect();
        for id in servers {
            if !self.is_answered_anew(id, flow) {
                self.step_server(now, id, server::Happening::TransportFailed, None);
            }
        }
        let mut unsent = vec![];
        for id in clients {
            if self.falls_back(now, id) {
                continue;
            }
            if let Some((user, Outcome::Unsent)) =
                self.step_client(now, id, client::Happening::TransportFailed)
            {
                unsent.push((id, user));
            }
        }
        unsent
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        (self.clients.len(), self.servers.len() + self.spent.len())
    }
}
