//! The transaction layer (RFC 3261, 17): both tables of transactions, their timers, and the queue of what goes out.
//!
//! Everything above it (the sessions, the registrar, texts, trunks) is a transaction user: it sends a [`Draft`],
//! answers with a [`Reply`], and hears of each transaction through the user it named.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
    time::Instant,
};

use super::{
    client_transaction as client,
    credentials::Again,
    draft::Draft,
    event::{Cause, ConnectionId, Event, Flow, Output, SessionId, TextId, Transport},
    reply::Reply,
    schedule::{Schedule, Wake},
    server_transaction as server,
    settings::Settings,
    tag::{Branch, Tag},
    timer::{T2, Timer},
    wire::{Message, Method, Name},
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
pub(super) struct ServerId(u64);

/// What tells their requests apart (17.2.3), with the source address, so that no third party can join one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ServerKey(pub(super) Box<[u8]>);

/// For whom a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientUser {
    Invite(SessionId),
    Reinvite(SessionId),
    /// A request whose answer changes nothing: CANCEL, BYE.
    Nobody,
    Text(TextId),
    Registration(usize),
    Probe(usize),
}

/// Whom an answer is awaited from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerUser {
    Invite(SessionId),
    /// Answered, or about to be, where it was received.
    Nobody,
}

#[derive(Debug)]
struct Client {
    kind: client::Kind,
    state: client::State,
    flow: Flow,
    draft: Box<Draft>,
    bytes: Vec<u8>,
    resent: u32,
    /// The failure's To: what the ACK repeats.
    failure_to: String,
    user: ClientUser,
    /// How often credentials have been tried on it.
    tried: u8,
}

#[derive(Debug)]
struct Server {
    kind: server::Kind,
    state: server::State,
    key: ServerKey,
    /// Where answers go (18.2.2).
    flow: Flow,
    /// What answers are written along; let go with the final one.
    request: Option<Arc<Message>>,
    tag: Tag,
    last: Vec<u8>,
    resent: u32,
    user: ServerUser,
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
    clients: BTreeMap<ClientId, Client>,
    servers: BTreeMap<ServerId, Server>,
    keys: HashMap<ServerKey, ServerId>,
    served: u64,
    /// INVITE transactions that have ended since somebody asked.
    ended: Vec<Ended>,
    /// Where an open connection leads to, so that a request to its far end uses it (18.1.1).
    connections: BTreeMap<std::net::SocketAddr, ConnectionId>,
}

impl TransactionLayer {
    pub(super) fn new(settings: Settings, chance: Chance) -> Self {
        Self {
            settings,
            chance,
            schedule: Schedule::default(),
            out: VecDeque::new(),
            clients: BTreeMap::new(),
            servers: BTreeMap::new(),
            keys: HashMap::new(),
            served: 0,
            ended: vec![],
            connections: BTreeMap::new(),
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    pub(super) fn transmit(&mut self, mut flow: Flow, bytes: Vec<u8>) {
        if flow.transport == Transport::Tcp && flow.connection.is_none() {
            flow.connection = self.connections.get(&flow.remote).copied();
        }
        self.out.push_back(Output::Transmit { flow, bytes });
    }

    pub(super) fn close(&mut self, connection: ConnectionId) {
        self.out.push_back(Output::Close { connection });
    }

    pub(super) fn pop_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    pub(super) fn connected(&mut self, flow: &Flow) {
        if let Some(connection) = flow.connection {
            self.connections.insert(flow.remote, connection);
        }
    }

    // ---- our requests

    /// Sends a request for the first time.
    pub(super) fn send(
        &mut self,
        now: Instant,
        draft: Draft,
        flow: Flow,
        user: ClientUser,
    ) -> Result<ClientId, NotBegun> {
        let id = ClientId { branch: Branch::new(&mut self.chance), cancel: false };
        self.send_as(now, id, draft, flow, user, 0)
    }

    fn send_as(
        &mut self,
        now: Instant,
        id: ClientId,
        draft: Draft,
        flow: Flow,
        user: ClientUser,
        tried: u8,
    ) -> Result<ClientId, NotBegun> {
        if self.clients.len() >= self.settings.limits.client_transactions {
            return Err(NotBegun::TableFull);
        }
        let kind =
            if draft.method == Method::Invite { client::Kind::Invite } else { client::Kind::NonInvite };
        let sent_by = self.settings.advertised(&flow);
        let bytes = draft.write(id.branch, flow.transport, sent_by).ok_or(NotBegun::BadTarget)?;
        self.transmit(flow, bytes.clone());
        let (state, todo) = client::begin(kind);
        let client = Client {
            kind,
            state,
            flow,
            draft: Box::new(draft),
            bytes,
            resent: 0,
            failure_to: String::new(),
            user,
            tried,
        };
        self.clients.insert(id, client);
        self.do_client(now, id, todo);
        Ok(id)
    }

    /// Sends what is no transaction: the ACK of a 2xx (13.2.2.4). The bytes are kept by the caller.
    pub(super) fn send_ack(&mut self, draft: &Draft, flow: Flow) -> Option<Vec<u8>> {
        let branch = Branch::new(&mut self.chance);
        let bytes = draft.write(branch, flow.transport, self.settings.advertised(&flow))?;
        self.transmit(flow, bytes.clone());
        Some(bytes)
    }

    /// Sends the CANCEL of an INVITE that has had a provisional answer (9.1).
    pub(super) fn cancel(&mut self, now: Instant, invite: ClientId, cause: Option<Cause>) {
        let Some(client) = self.clients.get(&invite) else { return };
        if client.state != client::State::Proceeding {
            return;
        }
        let mut draft = client.draft.cancel();
        if let Some(cause) = cause {
            draft.headers.push((Name::Reason, cause.to_string()));
        }
        let id = ClientId { branch: invite.branch, cancel: true };
        // A full table leaves the INVITE to its own time-out, which ends it as well.
        let _ = self.send_as(now, id, draft, client.flow, ClientUser::Nobody, 0);
    }

    /// A request that was challenged goes out once more with credentials, under a new branch and CSeq (22.2).
    pub(super) fn send_again(&mut self, now: Instant, again: Again) -> Result<ClientId, NotBegun> {
        let Again { mut draft, credentials, flow, user, tried } = again;
        draft.seq += 1;
        draft.credentials = Some(credentials);
        let id = ClientId { branch: Branch::new(&mut self.chance), cancel: false };
        self.send_as(now, id, draft, flow, user, tried + 1)
    }

    /// What was asked, on which flow, for whom, and how often with credentials.
    pub(super) fn asked(&self, id: ClientId) -> Option<(&Draft, Flow, ClientUser, u8)> {
        self.clients.get(&id).map(|c| (&*c.draft, c.flow, c.user, c.tried))
    }

    /// A response to one of our requests. `Some` if its user is to read it.
    pub(super) fn response(
        &mut self,
        now: Instant,
        id: ClientId,
        status: u16,
        to: &str,
    ) -> Option<(ClientUser, Outcome)> {
        let happening = match status {
            100..=199 => client::Happening::Provisional,
            200..=299 => client::Happening::Success,
            _ => client::Happening::Failure,
        };
        if happening == client::Happening::Failure
            && let Some(client) = self.clients.get_mut(&id)
            && client.failure_to.is_empty()
        {
            client.failure_to = to.to_owned();
        }
        self.step_client(now, id, happening)
    }

    /// A timer of one of our requests has fired.
    pub(super) fn client_fired(
        &mut self,
        now: Instant,
        id: ClientId,
        timer: Timer,
    ) -> Option<(ClientUser, Outcome)> {
        self.step_client(now, id, client::Happening::Fired(timer))
    }

    fn step_client(
        &mut self,
        now: Instant,
        id: ClientId,
        happening: client::Happening,
    ) -> Option<(ClientUser, Outcome)> {
        let client = self.clients.get_mut(&id)?;
        let (state, todo) = client::step(client.kind, client.state, happening);
        client.state = state;
        let user = client.user;
        let outcome = self.do_client(now, id, todo);
        if state == client::State::Terminated {
            self.forget_client(id);
        }
        outcome.map(|outcome| (user, outcome))
    }

    fn do_client(&mut self, now: Instant, id: ClientId, todo: &[client::Do]) -> Option<Outcome> {
        let mut outcome = None;
        for act in todo {
            let client = self.clients.get_mut(&id)?;
            match act {
                client::Do::Resend => {
                    let (flow, bytes) = (client.flow, client.bytes.clone());
                    client.resent += 1;
                    self.transmit(flow, bytes);
                }
                client::Do::PassUp => outcome = Some(Outcome::Response),
                client::Do::ReportTimeout => outcome = Some(Outcome::TimedOut),
                client::Do::ReportUnsent => outcome = Some(Outcome::Unsent),
                client::Do::Ack => {
                    let (flow, ack) = (client.flow, client.draft.ack_failure(client.failure_to.clone()));
                    let sent_by = self.settings.advertised(&flow);
                    if let Some(bytes) = ack.write(id.branch, flow.transport, sent_by) {
                        self.transmit(flow, bytes);
                    }
                }
                client::Do::Start(timer) => {
                    if !(timer.only_unreliable() && client.flow.transport == Transport::Tcp) {
                        // Once something was heard the rest of the copies keep the longest interval (17.1.2.2).
                        let after = match (timer, client.state) {
                            (Timer::E, client::State::Proceeding) => T2,
                            _ => timer.after(client.resent, client.flow.transport),
                        };
                        self.schedule.set(Wake::Client(id, *timer), now + after);
                    }
                }
                client::Do::Stop(timer) => self.schedule.clear(&Wake::Client(id, *timer)),
            }
        }
        outcome
    }

    /// Gives up one of our requests without a word: what still comes for it is a stray.
    pub(super) fn abandon(&mut self, id: ClientId) {
        if self.clients.contains_key(&id) {
            for timer in [Timer::A, Timer::B, Timer::D, Timer::E, Timer::F, Timer::K, Timer::M] {
                self.schedule.clear(&Wake::Client(id, timer));
            }
            self.forget_client(id);
        }
    }

    fn forget_client(&mut self, id: ClientId) {
        if let Some(client) = self.clients.remove(&id)
            && client.kind == client::Kind::Invite
        {
            self.ended.push(Ended::Client(id));
        }
    }

    /// INVITE transactions that have ended since the last call.
    pub(super) fn take_ended(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.ended)
    }

    // ---- their requests

    /// The transaction that a request belongs to; for ACK and CANCEL the key is that of the INVITE.
    pub(super) fn find(&self, key: &ServerKey) -> Option<ServerId> {
        self.keys.get(key).copied()
    }

    /// A copy of a request in progress.
    pub(super) fn copy(&mut self, now: Instant, id: ServerId) -> Known {
        match self.step_server(now, id, server::Happening::Copy, None) {
            Some(server::Do::ReportCopy) => match self.servers.get(&id).map(|s| s.user) {
                Some(ServerUser::Invite(session)) => Known::CopyOfAccepted(session),
                _ => Known::Absorbed,
            },
            _ => Known::Absorbed,
        }
    }

    /// An ACK on the branch of the INVITE: it acknowledges a failure. False if the INVITE was accepted, and the ACK is
    /// the session's.
    pub(super) fn ack(&mut self, now: Instant, id: ServerId) -> bool {
        self.step_server(now, id, server::Happening::Ack, None) != Some(server::Do::PassAck)
    }

    /// A new request. Fails when the table is full.
    pub(super) fn begin(
        &mut self,
        key: ServerKey,
        request: Arc<Message>,
        flow: Flow,
    ) -> Result<ServerId, NotBegun> {
        if self.servers.len() >= self.settings.limits.server_transactions {
            return Err(NotBegun::TableFull);
        }
        let invite = request.method() == Some(&Method::Invite);
        self.served += 1;
        let id = ServerId(self.served);
        let kind = if invite { server::Kind::Invite } else { server::Kind::NonInvite };
        let server = Server {
            kind,
            state: server::begin(kind),
            key: key.clone(),
            flow,
            request: Some(request),
            tag: Tag::new(&mut self.chance),
            last: vec![],
            resent: 0,
            user: ServerUser::Nobody,
        };
        self.keys.insert(key, id);
        self.servers.insert(id, server);
        Ok(id)
    }

    pub(super) fn serve(&mut self, id: ServerId, user: ServerUser) {
        if let Some(server) = self.servers.get_mut(&id) {
            server.user = user;
        }
    }

    pub(super) fn served_by(&self, id: ServerId) -> Option<ServerUser> {
        self.servers.get(&id).map(|server| server.user)
    }

    /// The tag that our answers to this request carry.
    pub(super) fn tag_of(&self, id: ServerId) -> Option<Tag> {
        self.servers.get(&id).map(|server| server.tag)
    }

    /// Another tag than the one that was drawn.
    pub(super) fn set_tag(&mut self, id: ServerId, tag: Tag) {
        if let Some(server) = self.servers.get_mut(&id) {
            server.tag = tag;
        }
    }

    /// Where answers to this request go, if it is still in progress.
    pub(super) fn reply_flow(&self, id: ServerId) -> Option<Flow> {
        self.servers.get(&id).map(|server| server.flow)
    }

    /// Answers a request. The bytes are returned for those who repeat them (2xx to INVITE).
    pub(super) fn respond(&mut self, now: Instant, id: ServerId, reply: &Reply) -> Option<Vec<u8>> {
        let server = self.servers.get_mut(&id)?;
        let request = if reply.status < 200 { server.request.clone() } else { server.request.take() };
        let bytes = reply.write(&*request?, server.tag);
        let happening = match reply.status {
            100..=199 => server::Happening::SendProvisional,
            200..=299 => server::Happening::SendSuccess,
            _ => server::Happening::SendFailure,
        };
        self.step_server(now, id, happening, Some(bytes.clone()));
        Some(bytes)
    }

    pub(super) fn server_fired(&mut self, now: Instant, id: ServerId, timer: Timer) {
        self.step_server(now, id, server::Happening::Fired(timer), None);
    }

    fn step_server(
        &mut self,
        now: Instant,
        id: ServerId,
        happening: server::Happening,
        response: Option<Vec<u8>>,
    ) -> Option<server::Do> {
        let server = self.servers.get_mut(&id)?;
        let (state, todo) = server::step(server.kind, server.state, happening);
        server.state = state;
        let mut for_user = None;
        let mut response = response;
        for act in todo {
            let server = self.servers.get_mut(&id)?;
            let flow = server.flow;
            match act {
                server::Do::Send => {
                    if let Some(bytes) = response.take() {
                        server.last = bytes.clone();
                        self.transmit(flow, bytes);
                    }
                }
                server::Do::Resend => {
                    let bytes = server.last.clone();
                    if happening == server::Happening::Fired(Timer::G) {
                        server.resent += 1;
                    }
                    if !bytes.is_empty() {
                        self.transmit(flow, bytes);
                    }
                }
                server::Do::ReportCopy | server::Do::PassAck => for_user = Some(*act),
                server::Do::Start(timer) => {
                    if !(timer.only_unreliable() && flow.transport == Transport::Tcp) {
                        let at = now + timer.after(server.resent, flow.transport);
                        self.schedule.set(Wake::Server(id, *timer), at);
                    }
                }
                server::Do::Stop(timer) => self.schedule.clear(&Wake::Server(id, *timer)),
            }
        }
        if state == server::State::Terminated
            && let Some(server) = self.servers.remove(&id)
        {
            self.keys.remove(&server.key);
            if server.kind == server::Kind::Invite {
                self.ended.push(Ended::Server(id));
            }
        }
        for_user
    }

    // ---- connections

    /// A connection is gone, or could not be made: requests on it fail, answers on it have nowhere to go.
    pub(super) fn disconnected(&mut self, now: Instant, flow: &Flow) -> Vec<(ClientId, ClientUser)> {
        if flow.connection.is_none() || self.connections.get(&flow.remote) == flow.connection.as_ref() {
            self.connections.remove(&flow.remote);
        }
        let hit = |f: &Flow| {
            f.transport == Transport::Tcp
                && (f.connection.is_some() && f.connection == flow.connection
                    || f.connection.is_none() && f.remote == flow.remote)
        };
        let clients: Vec<ClientId> =
            self.clients.iter().filter(|(_, c)| hit(&c.flow)).map(|(id, _)| *id).collect();
        let servers: Vec<ServerId> =
            self.servers.iter().filter(|(_, s)| hit(&s.flow)).map(|(id, _)| *id).collect();
        for id in servers {
            self.step_server(now, id, server::Happening::TransportFailed, None);
        }
        let mut unsent = vec![];
        for id in clients {
            if let Some((user, Outcome::Unsent)) =
                self.step_client(now, id, client::Happening::TransportFailed)
            {
                unsent.push((id, user));
            }
        }
        unsent
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        (self.clients.len(), self.servers.len())
    }
}
