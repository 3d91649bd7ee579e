//! Connections of every stream transport: framing, who may have how many, and how long one may dawdle.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    endpoint::Endpoint,
    event::{ConnectionId, Flow},
    guard::Refusal,
    schedule::Wake,
    transaction_layer::{Outcome, TransactionLayer},
    wire::{Dropped, Frame, Framer, ParseError},
};

/// A connection has to show within this time that it belongs to a trunk or to a phone that knows its password.
const PROVE_WITHIN: Duration = Duration::from_secs(30);
/// A message that has begun has to end within this time, however it drips.
const FINISH_WITHIN: Duration = Duration::from_secs(15);
/// And within so many messages, pings among them: more than a stranger is ever answered in that time.
const PROVE_WITHIN_MESSAGES: usize = 200;
/// A connection of a known peer may be silent for as long as a registration lasts, and a little more.
const SILENT_FOR: Duration = Duration::from_secs(3900);

#[derive(Debug)]
struct Connection {
    framer: Framer,
    flow: Flow,
    opened: Instant,
    heard: Instant,
    /// Since when a message is incomplete.
    partial: Option<Instant>,
    trusted: bool,
    /// Messages before it was trusted.
    unproven: usize,
}

impl Connection {
    fn deadline(&self) -> Instant {
        let silence = if self.trusted { self.heard + SILENT_FOR } else { self.opened + PROVE_WITHIN };
        self.partial.map_or(silence, |since| silence.min(since + FINISH_WITHIN))
    }
}

/// See the module's sentence. Bounded by `Limits::connections`; one more is closed at once.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: BTreeMap<ConnectionId, Connection>,
}

impl Connections {
    /// A connection has come about. False if it is one too many and was closed.
    pub(super) fn opened(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        flow: Flow,
        trusted: bool,
    ) -> bool {
        let Some(id) = flow.connection else { return false };
        let limits = layer.settings.limits;
        let strangers = || {
            let same = |c: &&Connection| !c.trusted && c.flow.remote.ip() == flow.remote.ip();
            self.open.values().filter(same).count()
        };
        if self.open.len() >= limits.connections || !trusted && strangers() >= limits.strangers_connections {
            layer.close(id);
            return false;
        }
        let framer = Framer::new();
        let connection =
            Connection { framer, flow, opened: now, heard: now, partial: None, trusted, unproven: 0 };
        layer.schedule.set(Wake::Connection(id), connection.deadline());
        self.open.insert(id, connection);
        layer.connected(&flow);
        if trusted {
            layer.proven(id);
        }
        true
    }

    /// The next bytes: what messages they complete. Bytes of a connection that is not known are dropped.
    pub(super) fn push(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: ConnectionId,
        bytes: &[u8],
    ) -> Vec<Frame> {
        let Some(connection) = self.open.get_mut(&id) else { return vec![] };
        let frames: Vec<Frame> = if connection.flow.transport.is_websocket() {
            vec![Frame::of_whole(bytes)]
        } else {
            connection.framer.push(bytes).collect()
        };
        connection.heard = now;
        if !connection.trusted {
            connection.unproven += frames.len();
        }
        connection.partial = match connection.framer.pending() {
            0 => None,
            _ if frames.is_empty() => connection.partial.or(Some(now)),
            _ => Some(now),
        };
        layer.schedule.set(Wake::Connection(id), connection.deadline());
        frames
    }

    /// Has it said so much without a proof that it is no use to wait for one?
    fn is_hopeless(&self, id: ConnectionId) -> bool {
        let open = self.open.get(&id);
        open.is_some_and(|connection| !connection.trusted && connection.unproven > PROVE_WITHIN_MESSAGES)
    }

    /// Its peer has proved who it is.
    pub(super) fn trust(&mut self, layer: &mut TransactionLayer, flow: &Flow) {
        if let Some(id) = flow.connection
            && let Some(connection) = self.open.get_mut(&id)
        {
            let first = !std::mem::replace(&mut connection.trusted, true);
            layer.schedule.set(Wake::Connection(id), connection.deadline());
            if first {
                layer.proven(id);
            }
        }
    }

    /// A deadline has come: the connection is closed.
    pub(super) fn overdue(&mut self, layer: &mut TransactionLayer, id: ConnectionId) -> Option<Flow> {
        let flow = self.open.get(&id)?.flow;
        self.closed(layer, id);
        layer.close(id);
        Some(flow)
    }

    /// The connection is gone.
    pub(super) fn closed(&mut self, layer: &mut TransactionLayer, id: ConnectionId) {
        self.open.remove(&id);
        layer.schedule.clear(&Wake::Connection(id));
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

/// What the endpoint does with them.
impl Endpoint {
    pub(super) fn connected(&mut self, now: Instant, flow: Flow) {
        if !flow.transport.is_stream() {
            return;
        }
        // A trunk that speaks UDP has its connections trusted once it has sent a request over them; those to one of its
        // targets are our own.
        let trunk = self.layer.settings.trunk_at(flow.remote.ip());
        let trusted = trunk.is_some_and(|(_, trunk)| {
            trunk.transport == flow.transport || trunk.located.addresses.contains(&flow.remote)
        });
        let trusted = trusted || self.layer.has_asked_for(&flow);
        let banned = trunk.is_none() && self.guard.is_banned(now, flow.remote);
        if banned && let Some(connection) = flow.connection {
            self.layer.close(connection);
        }
        if banned || !self.connections.opened(now, &mut self.layer, flow, trusted) {
            self.guard.count(now, Refusal::Connection, flow.remote);
        }
    }

    pub(super) fn stream(&mut self, now: Instant, flow: Flow, bytes: &[u8]) {
        let Some(connection) = flow.connection else { return };
        for frame in self.connections.push(now, &mut self.layer, connection, bytes) {
            match frame {
                Frame::Message(message) => self.message(now, flow, message),
                Frame::Ping => self.layer.transmit(flow, b"\r\n".to_vec()),
                Frame::Broken(ParseError::Dropped(Dropped::KeepAlive)) => {}
                Frame::Broken(error) => {
                    self.unreadable(now, flow, error);
                    return self.cut_off(now, &flow, connection);
                }
            }
        }
        if self.connections.is_hopeless(connection) {
            self.cut_off(now, &flow, connection);
        }
    }

    fn cut_off(&mut self, now: Instant, flow: &Flow, connection: ConnectionId) {
        self.guard.count(now, Refusal::Connection, flow.remote);
        self.layer.close(connection);
        self.disconnected(now, flow);
    }

    /// What was to go there fails, and the trunk's health says why.
    pub(super) fn unreachable(&mut self, now: Instant, flow: &Flow, why: &str) {
        self.layer.unreachable = Some(why.to_owned());
        self.disconnected(now, flow);
        self.layer.unreachable = None;
    }

    pub(super) fn disconnected(&mut self, now: Instant, flow: &Flow) {
        if let Some(connection) = flow.connection {
            self.connections.closed(&mut self.layer, connection);
            self.passes.disconnected(connection);
        }
        self.registrar.disconnected(&mut self.layer, flow);
        self.sessions.connection_lost(flow);
        self.subscriptions.disconnected(flow);
        for (client, user) in self.layer.disconnected(now, flow) {
            self.outcome(now, client, user, Outcome::Unsent, None);
        }
    }
}
