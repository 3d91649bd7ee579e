//! Requests that are too long for a datagram: by TCP, and as a datagram after all where nobody takes TCP (RFC 3261, 18.1.1).
//!
//! This is the transport's affair, below the transaction: the request keeps its branch, and its dialog the way that it had,
//! so that each request is judged by its own length. Where TCP was taken and nothing is heard, the datagram is a copy to
//! whoever has got the request already.
//!
//! Not every far end may be connected to:
//! - A trunk is, unless the office has said by which transport it is reached.
//! - A phone is where its Contact names the very address that it sends from, and no transport: nothing stands in between.
//!   To one behind a NAT leads its own flow and no other (RFC 5626, 5.3), and one that has registered
//!   `transport=udp`, or keeps flows open, has said how it wants to be reached. They get long datagrams, as from every
//!   registrar that keeps to flows.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    client_transaction::{Client, Do, Kind},
    draft::Draft,
    event::{Flow, Transport},
    schedule::Wake,
    timer::Timer,
    transaction_layer::{ClientId, TransactionLayer},
    wire::{Method, Scheme, Uri},
};

/// The longest request that goes as a datagram: nobody knows the MTU of the path.
const LONGEST_DATAGRAM: usize = 1300;
/// A far end that leaves a request by TCP without any answer for so long gets it as a datagram. A connection that is
/// refused is no reason to wait.
const PATIENCE: Duration = Duration::from_secs(2);
/// For so long a far end that does not take TCP is not asked again.
const REMEMBERED: Duration = Duration::from_secs(3600);
/// How many of them are known at once; one more takes the place of the one that is forgotten first.
const MOST: usize = 512;

/// Far ends that do not take TCP, and until when that is believed.
#[derive(Debug, Default)]
pub(super) struct WithoutTcp {
    until: BTreeMap<SocketAddr, Instant>,
}

impl WithoutTcp {
    fn note(&mut self, now: Instant, remote: SocketAddr) {
        self.until.retain(|_, until| *until > now);
        if self.until.len() >= MOST
            && let Some(first) = self.until.iter().min_by_key(|(_, until)| **until).map(|(at, _)| *at)
        {
            self.until.remove(&first);
        }
        self.until.insert(remote, now + REMEMBERED);
    }

    fn knows(&self, now: Instant, remote: SocketAddr) -> bool {
        self.until.get(&remote).is_some_and(|until| *until > now)
    }
}

impl TransactionLayer {
    /// The way by TCP that a request of this length has to take instead of its datagram's; `None` leaves it as it is.
    pub(super) fn way_of_long(
        &self,
        now: Instant,
        draft: &Draft,
        flow: &Flow,
        length: usize,
    ) -> Option<Flow> {
        if flow.transport != Transport::Udp || length <= LONGEST_DATAGRAM {
            return None;
        }
        let may = match draft.trunk.as_ref().and_then(|name| self.settings.trunk(name)) {
            Some((_, trunk)) => trunk.long_by_tcp,
            None => draft.routes.is_empty() && is_reached_directly(&draft.uri, flow.remote),
        };
        // The ACK of a 2xx is no transaction: nobody would send it again.
        let may = may && (draft.method != Method::Ack || self.is_connected(Transport::Tcp, flow.remote));
        let by_tcp = self.settings.flow_to(Transport::Tcp, flow.remote)?;
        (may && !self.without_tcp.knows(now, flow.remote)).then_some(by_tcp)
    }

    /// How long it may stay without any answer, if it went by TCP for its length alone.
    pub(super) fn patience_of_long(client: &Client) -> Option<Duration> {
        client.datagram.map(|_| PATIENCE)
    }

    /// TCP has led nowhere: the request goes as the datagram that it would have been. False if it was none, or has been
    /// answered.
    pub(super) fn falls_back(&mut self, now: Instant, id: ClientId) -> bool {
        if !self.is_unheard(id) {
            return false;
        }
        let Some(client) = self.clients.get_mut(&id) else { return false };
        let Some(flow) = client.datagram.take() else { return false };
        let sent_by = self.settings.advertised(&flow);
        let Some(bytes) = client.draft.write(id.branch, flow.transport, sent_by) else { return false };
        (client.flow, client.sent_by) = (flow, sent_by);
        client.bytes.clone_from(&bytes);
        let repeats = match client.kind {
            Kind::Invite => Timer::A,
            Kind::NonInvite => Timer::E,
        };
        self.without_tcp.note(now, flow.remote);
        self.transmit(flow, bytes);
        self.do_client(now, id, &[Do::Start(repeats)]);
        match self.clients.get(&id).and_then(|client| self.patience(client)) {
            Some(patience) => self.schedule.set(Wake::Unheard(id), now + patience),
            None => self.schedule.clear(&Wake::Unheard(id)),
        }
        true
    }

    /// Is this a connection that a request of ours has asked for?
    pub(super) fn has_asked_for(&self, flow: &Flow) -> bool {
        let wanted = |client: &Client| {
            client.flow.connection.is_none()
                && (client.flow.transport, client.flow.remote) == (flow.transport, flow.remote)
        };
        self.clients.values().any(wanted)
    }
}

/// Does this Contact name the address that its owner sends from, and leave the transport to us?
fn is_reached_directly(contact: &str, source: SocketAddr) -> bool {
    Uri::parse(contact.as_bytes()).is_some_and(|uri| {
        uri.scheme() == Scheme::Sip
            && uri.host_ip().is_some_and(|ip| ip.to_canonical() == source.ip().to_canonical())
            && uri.port().unwrap_or(5060) == source.port()
            && !["transport", "ob", "maddr"].iter().any(|param| uri.has_param(param))
    })
}
