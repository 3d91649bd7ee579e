//! The SIP sockets that the configuration asks for, opened; and what peers are told of them.

use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc};

use super::{certificates, office};
use crate::{
    config::Config,
    net::{Datagrams, Identity, Origins, StreamLimits, Streams, Trust, Wrapping},
    sip::{Listener, Transport},
};

/// One UDP socket, and the address by which it is known.
#[derive(Debug)]
pub struct Udp {
    pub socket: Datagrams,
    pub local: SocketAddr,
}

/// Every SIP socket.
#[derive(Debug)]
pub struct Sockets {
    pub udp: Udp,
    /// Of the other family.
    pub second: Option<Udp>,
    pub streams: Streams,
    /// What each listener of streams is bound to.
    pub bound: Vec<(Wrapping, SocketAddr)>,
}

impl Sockets {
    /// Opens them. Within a runtime.
    ///
    /// # Errors
    /// When an address cannot be bound; the message names it.
    pub fn open(config: &Config, identity: Option<&Identity>) -> io::Result<Self> {
        let wanted = &config.sip.transports;
        let streams = Streams::new(StreamLimits::default())?;
        let origins = Arc::new(Origins { hosts: certificates::names(config), exact: wanted.origins.clone() });
        let mut udp = Vec::new();
        let mut bound = Vec::new();
        for address in &wanted.plain {
            let socket = Datagrams::bind(*address)?;
            // The port that UDP got, so that port 0 gives both the same.
            let same = socket.local();
            bound.push((Wrapping::Plain, streams.listen(Wrapping::Plain, same, None, &origins)?));
            udp.push(Udp { local: told(same), socket });
        }
        for (wrapping, addresses) in [
            (Wrapping::Tls, &wanted.tls),
            (Wrapping::WebSocket, &wanted.ws),
            (Wrapping::SecureWebSocket, &wanted.wss),
        ] {
            for address in addresses {
                bound.push((wrapping, streams.listen(wrapping, *address, identity, &origins)?));
            }
        }
        let mut udp = udp.into_iter();
        let Some(first) = udp.next() else { return Err(io::Error::other("no address to listen on")) };
        Ok(Self { udp: first, second: udp.next(), streams, bound })
    }

    /// The listeners as the switch is told of them. Of TLS there is always one: our own connections come from somewhere.
    pub fn listeners(&self, config: &Config) -> Vec<Listener> {
        let udp = [Some(&self.udp), self.second.as_ref()];
        let udp = udp.into_iter().flatten().map(|udp| (Transport::Udp, udp.local));
        let streams = self.bound.iter().map(|(wrapping, local)| (transport(*wrapping), told(*local)));
        let mut all: Vec<(Transport, SocketAddr)> = udp.chain(streams).collect();
        for (_, local) in all.clone().iter().filter(|(transport, _)| *transport == Transport::Udp) {
            if !all
                .iter()
                .any(|(transport, known)| *transport == Transport::Tls && known.is_ipv4() == local.is_ipv4())
            {
                all.push((Transport::Tls, SocketAddr::new(local.ip(), 5061)));
            }
        }
        all.into_iter()
            .map(|(transport, local)| Listener {
                transport,
                local,
                advertised: config
                    .sip
                    .advertised
                    .filter(|ip| ip.is_ipv4() == local.is_ipv4())
                    .map(|ip| SocketAddr::new(ip, local.port())),
            })
            .collect()
    }
}

/// The transport of a stream by what it is wrapped in.
pub fn transport(wrapping: Wrapping) -> Transport {
    match wrapping {
        Wrapping::Plain => Transport::Tcp,
        Wrapping::Tls => Transport::Tls,
        Wrapping::WebSocket => Transport::Ws,
        Wrapping::SecureWebSocket => Transport::Wss,
    }
}

/// And the other way round; UDP has none.
pub fn wrapping(transport: Transport) -> Wrapping {
    match transport {
        Transport::Udp | Transport::Tcp => Wrapping::Plain,
        Transport::Tls => Wrapping::Tls,
        Transport::Ws => Wrapping::WebSocket,
        Transport::Wss => Wrapping::SecureWebSocket,
    }
}

/// The address by which a socket is known to others: where every address is listened on, that of the route outside.
pub fn told(bound: SocketAddr) -> SocketAddr {
    SocketAddr::new(office::reachable(bound), bound.port())
}

/// Whom we believe when we connect to a trunk by TLS: the system's authorities, and for single trunks one more.
#[derive(Debug, Clone, Default)]
pub struct Trusts {
    system: Option<Trust>,
    of: BTreeMap<String, Trust>,
}

impl Trusts {
    /// Reads them. A file that cannot be used is told, and its trunk left with the system's authorities.
    pub fn of(config: &Config) -> Self {
        if !config.trunks.iter().any(|trunk| trunk.may_use_tls()) {
            return Self::default();
        }
        let system = Trust::with_system(&[]).ok();
        let named = config.trunks.iter().filter_map(|trunk| Some((trunk, trunk.ca.as_ref()?)));
        let of = named.filter_map(|(trunk, path)| {
            let read = std::fs::read(path).map_err(|error| error.to_string());
            match read.and_then(|pem| Trust::with_system(&[&pem]).map_err(|error| error.to_string())) {
                Ok(trust) => Some((trunk.name.clone(), trust)),
                Err(error) => {
                    tracing::error!(trunk = %trunk.name, path = %path.display(), %error, "`ca` cannot be used");
                    None
                }
            }
        });
        let of = of.collect();
        Self { system, of }
    }

    /// For this trunk.
    pub fn get(&self, trunk: &str) -> Option<&Trust> {
        self.of.get(trunk).or(self.system.as_ref())
    }
}
