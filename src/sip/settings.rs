//! What the endpoint is told about the office: its own addresses, its trunks, its phones' accounts, and its bounds.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{
    event::{Flow, Peer, Transport, TrunkName},
    wire::{Scheme, Uri},
};
use crate::types::Extension;

/// Everything the room needs to know; made by the host from the configuration, replaced with `Endpoint::update`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The digest realm of our own challenges, and the host part of phones' addresses.
    pub realm: String,
    /// Host names by which we are known beside the realm, `*.` for any one label: those of the certificate that we show.
    /// Whoever calls somebody there calls somebody here (RFC 3261, 16.4 and 10.3).
    pub names: Vec<String>,
    /// A call that was asked for by a `sips:` address goes on by TLS or not at all (RFC 3261, 26.2.2). If not, TLS ends here:
    /// the phone has its own hop secured, and no more.
    pub sips_to_the_end: bool,
    /// Shown to trunks and authenticated phones only; strangers never learn what answers them.
    pub user_agent: String,
    /// The sockets the host has opened. Bytes are sent from the one whose transport and family fit.
    pub listeners: Vec<Listener>,
    pub trunks: Vec<Trunk>,
    pub accounts: BTreeMap<Extension, Account>,
    pub limits: Limits,
}

/// Session timers (RFC 4028): what we ask for, and what is too often for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimers {
    /// A call that nobody has refreshed for so long is over.
    pub expires: Duration,
    /// A shorter interval is refused (422). Never less than 90 s.
    pub least: Duration,
}

impl Default for SessionTimers {
    fn default() -> Self {
        Self { expires: Duration::from_secs(1800), least: Duration::from_secs(90) }
    }
}

/// One socket that takes and sends SIP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub transport: Transport,
    /// What it is bound to. `Flow::local` of everything it takes is this address.
    pub local: SocketAddr,
    /// What peers are told to send to (Contact, Via), if it differs: behind NAT, or bound to every address.
    pub advertised: Option<SocketAddr>,
}

/// How often a trunk is asked whether it lives, where nothing else is said.
pub const PROBE_EVERY: Duration = Duration::from_secs(30);

/// A carrier, told apart by its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trunk {
    pub name: TrunkName,
    /// Requests from these are the trunk's, without a password (promises, rule 2).
    pub addresses: Vec<Network>,
    /// Where our requests go.
    pub send_to: SendTo,
    pub transport: Transport,
    /// Of a UDP trunk: what is too long for a datagram goes by TCP to the same address, if that is taken there (RFC 3261,
    /// 18.1.1). Not where the office has said by which transport the trunk is reached.
    pub long_by_tcp: bool,
    /// How often a hole in a NAT on the way is kept open; zero for never.
    pub keep_alive: Duration,
    /// What has been found out about it; not part of what it is.
    pub located: Located,
    /// The host part of addresses at this trunk: `sip:+1…@domain`.
    pub domain: String,
    /// What the trunk is told to send to, if not the listener's address.
    pub advertised: Option<SocketAddr>,
    /// Given to this trunk's own challenges only.
    pub credentials: Option<Credentials>,
    pub registration: Option<Registration>,
    /// How often it is asked whether it lives (OPTIONS); `None`: never.
    pub probe: Option<Duration>,
    /// How often its calls are to show that they live.
    pub session_timers: SessionTimers,
}

impl Trunk {
    /// Is this address one of the trunk's?
    pub fn owns(&self, address: IpAddr) -> bool {
        let same = |own: &SocketAddr| own.ip().to_canonical() == address.to_canonical();
        matches!(&self.send_to, SendTo::Address(own) if same(own))
            || self.located.addresses.iter().any(same)
            || self.addresses.iter().any(|network| network.contains(address))
    }
}

/// Where a trunk's requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendTo {
    Address(SocketAddr),
    /// Looked up by RFC 3263.
    Name {
        host: String,
        port: Option<u16>,
        /// The domain's records may choose another transport than the trunk's.
        any_transport: bool,
    },
}

impl From<SocketAddr> for SendTo {
    fn from(address: SocketAddr) -> Self {
        SendTo::Address(address)
    }
}

impl fmt::Display for SendTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendTo::Address(address) => address.fmt(f),
            SendTo::Name { host, .. } => f.write_str(host),
        }
    }
}

/// What the endpoint has found out about a trunk. Two trunks do not differ by it.
#[derive(Debug, Clone, Default)]
pub struct Located {
    /// Where its name leads; requests from there are the trunk's.
    pub(super) addresses: Vec<SocketAddr>,
    /// Where it sees us: the public side of a NAT (RFC 3581).
    pub(super) public: Option<SocketAddr>,
    /// Since when.
    pub(super) learned: Option<std::time::Instant>,
}

impl PartialEq for Located {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Located {}

/// A user and password at a trunk.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
    /// Only a challenge for this realm is answered; `None` accepts whatever realm the trunk's own address names.
    pub realm: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

/// Our own registration at a trunk; the credentials are the trunk's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The address of record: `user@domain` of the trunk is registered.
    pub user: String,
    /// The Request-URI, for instance `sip:carrier.example`.
    pub registrar: String,
    /// Asked for; the trunk may grant less.
    pub expires: Duration,
}

/// What a phone must prove.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub password: String,
    /// The phone cannot do SHA-256: MD5 is accepted from it, and from it alone.
    pub legacy_md5: bool,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("legacy_md5", &self.legacy_md5).finish_non_exhaustive()
    }
}

/// Bounds of the tables. Beyond each, new work is refused with 503 and Retry-After; work in progress goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// INVITE sessions, both ways.
    pub sessions: usize,
    /// Requests in progress that others sent.
    pub server_transactions: usize,
    /// Requests in progress that we sent.
    pub client_transactions: usize,
    /// MESSAGEs that wait to be settled.
    pub unsettled_texts: usize,
    /// What phones watch, in all and for one extension. Beyond: 503 with Retry-After.
    pub subscriptions: usize,
    pub subscriptions_per_phone: usize,
    /// Contacts of one extension; a further one takes the place of the one that would run out first.
    pub contacts: usize,
    /// TCP connections in all.
    pub connections: usize,
    /// TCP connections from one address that have not authenticated.
    pub strangers_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 1000,
            server_transactions: 20_000,
            client_transactions: 20_000,
            unsettled_texts: 1000,
            subscriptions: 8000,
            subscriptions_per_phone: 200,
            contacts: 10,
            connections: 4000,
            strangers_connections: 10,
        }
    }
}

/// How much of a table may be used for what is no call of a phone's own: calls from trunks, and phones that are rung. The
/// rest is kept, so that a phone that dials 911 is heard while everything rings.
pub(super) fn without_kept(table: usize) -> usize {
    table - (table / 8).min(16)
}

/// A range of addresses: `192.0.2.0/24`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The first `prefix` bits of `address`; `None` if it has not so many.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= bits).then_some(Self { address, prefix })
    }

    /// Just this address.
    pub fn single(address: IpAddr) -> Self {
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// How many bits of it are the network's: the more, the narrower.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address.to_canonical(), other.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                (u32::from(ours) ^ u32::from(theirs)).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let shift = 128 - u32::from(self.prefix);
                (u128::from(ours) ^ u128::from(theirs)).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl std::str::FromStr for Network {
    type Err = NetworkError;
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| NetworkError)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        match prefix {
            Some(prefix) => Network::new(address, prefix).ok_or(NetworkError),
            None => Ok(Network::single(address)),
        }
    }
}

/// Text that is no address and no range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as 192.0.2.1 or a range such as 192.0.2.0/24")]
pub struct NetworkError;

impl Settings {
    /// The trunk that this source address belongs to, with its place.
    pub(super) fn trunk_at(&self, source: IpAddr) -> Option<(usize, &Trunk)> {
        self.trunks.iter().enumerate().find(|(_, trunk)| trunk.owns(source))
    }

    pub(super) fn trunk(&self, name: &TrunkName) -> Option<(usize, &Trunk)> {
        self.trunks.iter().enumerate().find(|(_, trunk)| trunk.name == *name)
    }

    /// The session timers of calls with this peer.
    pub(super) fn session_timers_of(&self, peer: &Peer) -> SessionTimers {
        let own = match peer {
            Peer::Trunk(name) => self.trunk(name).map(|(_, trunk)| trunk.session_timers),
            Peer::Phone(_) => None,
        };
        own.unwrap_or_default()
    }

    /// The way to an address we have not heard from: the first listener of that transport and family.
    pub(super) fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        let fits = |l: &&Listener| l.transport == transport && l.local.is_ipv4() == remote.is_ipv4();
        // Several sockets: the one that shares the far end's loopback-ness can reach it.
        let suits = |l: &&Listener| l.local.ip().is_loopback() == remote.ip().is_loopback();
        let listener =
            self.listeners.iter().filter(fits).find(suits).or_else(|| self.listeners.iter().find(fits))?;
        Some(Flow { transport, remote, local: listener.local, connection: None })
    }

    /// Is what this trunk is told of us laid down in the configuration?
    pub(super) fn is_fixed(&self, trunk: &Trunk, flow: &Flow) -> bool {
        let listener = |l: &&Listener| l.transport == flow.transport && l.local == flow.local;
        trunk.advertised.is_some()
            || self.listeners.iter().find(listener).is_some_and(|l| l.advertised.is_some())
    }

    /// Is this one of our own names: the realm, one of the certificate's, or an address of a listener?
    pub(super) fn is_own_host(&self, uri: &Uri<'_>) -> bool {
        let own = |ip: IpAddr| {
            self.listeners
                .iter()
                .flat_map(|l| [Some(l.local), l.advertised])
                .flatten()
                .any(|own| own.ip().to_canonical() == ip.to_canonical())
        };
        let host = uri.host().strip_suffix('.').unwrap_or(uri.host());
        let named = |name: &String| match name.strip_prefix("*.") {
            Some(domain) => host
                .split_once('.')
                .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(domain)),
            None => host.eq_ignore_ascii_case(name),
        };
        host.eq_ignore_ascii_case(&self.realm)
            || self.names.iter().any(named)
            || uri.host_ip().is_some_and(own)
    }

    /// Does this URI lead to a socket of ours, and not to one beside it on the same machine?
    pub(super) fn leads_here(&self, uri: &Uri<'_>) -> bool {
        let port = uri.port().unwrap_or(if uri.scheme() == Scheme::Sips { 5061 } else { 5060 });
        let listens = |l: &Listener| {
            l.local.port() == port || l.advertised.is_some_and(|advertised| advertised.port() == port)
        };
        self.is_own_host(uri) && self.listeners.iter().any(listens)
    }

    /// What a peer on this flow is told to send to.
    pub(super) fn advertised(&self, flow: &Flow) -> SocketAddr {
        if let Some((_, trunk)) = self.trunk_at(flow.remote.ip())
            && let Some(advertised) = trunk.advertised.or(trunk.located.public)
        {
            return advertised;
        }
        self.listeners
            .iter()
            .find(|l| l.transport == flow.transport && l.local == flow.local)
            .and_then(|l| l.advertised)
            .unwrap_or(flow.local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_own_and_no_other() {
        let inside = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        assert!(inside("127.0.0.0/8", "127.9.9.9"));
        assert!(inside("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(!inside("127.0.0.0/8", "128.0.0.1"));
        assert!(inside("192.0.2.7", "192.0.2.7"));
        assert!(!inside("192.0.2.7", "192.0.2.8"));
        assert!(inside("0.0.0.0/0", "203.0.113.1"));
        assert!(!inside("0.0.0.0/0", "2001:db8::1"));
        assert!(inside("2001:db8::/32", "2001:db8:1::1"));
        assert!(!inside("2001:db8::/32", "2001:db9::1"));
        for text in ["", "192.0.2.0/33", "192.0.2.0/x", "carrier.example"] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
        }
    }
}
