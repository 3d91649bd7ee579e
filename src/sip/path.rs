//! Path (RFC 3327): the proxies that a registration has come through, and that every request to its contact goes through.
//!
//! The next hop stays the flow that the registration came by: a Path says where the proxy there is to send on, and aims
//! nothing of ours anywhere else.

use std::net::SocketAddr;

use super::{
    event::{Flow, Transport},
    reply::Reply,
    wire::{Address, Message, Name, Scheme},
};

/// No phone stands behind more proxies; a longer path is refused.
const MOST: usize = 8;
/// The longest value that is kept.
const LONGEST: usize = 512;

/// The path of a REGISTER as it stands there, the proxy next to us first; or the refusal of one that is none. Whoever does
/// not route loosely (RFC 3261, 16.4) would take the contact's place in the Request-URI.
pub(super) fn path_of(register: &Message) -> Result<Vec<String>, Reply> {
    let bad = || Reply::new(400).reason("Bad Path");
    let mut path = vec![];
    for value in register.list(Name::Path) {
        let hop = Address::parse(value).map(|hop| hop.uri).ok_or_else(bad)?;
        let is_sound = matches!(hop.scheme(), Scheme::Sip | Scheme::Sips) && hop.is_loose();
        if !is_sound || path.len() >= MOST || value.len() > LONGEST {
            return Err(bad());
        }
        path.push(std::str::from_utf8(value).map_err(|_| bad())?.to_owned());
    }
    Ok(path)
}

/// Is that a way along which a phone can keep its own flow open: to us, or to a proxy that keeps it for us (RFC 5626, 6)?
pub(super) fn keeps_flows(register: &Message, path: &[String]) -> bool {
    let keeps = |hop: &String| Address::parse(hop.as_bytes()).is_some_and(|hop| hop.uri.has_param("ob"));
    is_first_hop(register) || path.iter().any(keeps)
}

/// The way back to a phone behind a proxy that speaks TCP: not along the connection of the day, which the proxy may close, but to
/// where the proxy listens, if it says so at its own address. To whoever names another leads the connection alone.
pub(super) fn listening(flow: Flow, path: &[String]) -> Option<Flow> {
    let first = Address::parse(path.first()?.as_bytes())?.uri;
    let is_own = flow.transport == Transport::Tcp
        && first.scheme() == Scheme::Sip
        && first.host_ip()?.to_canonical() == flow.remote.ip().to_canonical()
        && first.param("transport")?.eq_ignore_ascii_case("tcp");
    let remote = SocketAddr::new(flow.remote.ip(), first.port().unwrap_or(5060));
    is_own.then_some(Flow { remote, connection: None, ..flow })
}

/// Does nobody stand between the phone and us?
pub(super) fn is_first_hop(register: &Message) -> bool {
    register.list(Name::Via).count() == 1
}

/// The path told back to a phone that knows what it is (RFC 3327, 5.3). Others are reached along it all the same: the proxy
/// that has added it would not be passed otherwise.
pub(super) fn told(register: &Message, path: &[String], reply: Reply) -> Reply {
    if !register.lists(Name::Supported, "path") {
        return reply;
    }
    path.iter().fold(reply, |reply, hop| reply.with(Name::Path, hop.clone()))
}
