//! Connections of every stream transport: framing, who may have how many, and how long one may dawdle.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    event::{ConnectionId, Flow},
    schedule::Wake,
    transaction_layer::TransactionLayer,
    wire::{Frame, Framer},
};

/// A connection has to show within this time that it belongs to a trunk or to a phone that knows its password.
const PROVE_WITHIN: Duration = Duration::from_secs(30);
/// A message that has begun has to end within this time, however it drips.
const FINISH_WITHIN: Duration = Duration::from_secs(15);
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
        let connection =
            Connection { framer: Framer::new(), flow, opened: now, heard: now, partial: None, trusted };
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
        connection.partial = match connection.framer.pending() {
            0 => None,
            _ if frames.is_empty() => connection.partial.or(Some(now)),
            _ => Some(now),
        };
        layer.schedule.set(Wake::Connection(id), connection.deadline());
        frames
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
