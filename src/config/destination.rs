//! Where a trunk is sent to: an address or a domain, and by which transport.

use std::net::{IpAddr, SocketAddr};

use toml::Spanned;

use super::checker::Checker;

/// `send_to` of a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendTo {
    Address(SocketAddr),
    /// A name, looked up as RFC 3263 has it: with a port it is a host, without one a domain whose SRV records are asked.
    Name {
        host: String,
        port: Option<u16>,
    },
}

impl SendTo {
    /// The host part, as it stands in a URI.
    pub fn host(&self) -> String {
        match self {
            SendTo::Address(SocketAddr::V6(address)) => format!("[{}]", address.ip()),
            SendTo::Address(address) => address.ip().to_string(),
            SendTo::Name { host, .. } => host.clone(),
        }
    }
}

/// `transport` of a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrunkTransport {
    /// What the domain's records say; UDP where they say nothing.
    #[default]
    Any,
    Udp,
    Tcp,
    Tls,
}

const CURE: &str = "write an address with a port, such as \"203.0.113.7:5060\", or the carrier's domain, such as \
                    \"sip.carrier.example\"";

pub(super) fn send_to(
    c: &mut Checker<'_>,
    value: &Spanned<String>,
    transport: TrunkTransport,
) -> Option<SendTo> {
    let text = value.get_ref().trim();
    if let Ok(address) = text.parse() {
        return Some(SendTo::Address(address));
    }
    let default = if transport == TrunkTransport::Tls { 5061 } else { 5060 };
    if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(SendTo::Address(SocketAddr::new(address, default)));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse::<u16>().ok().filter(|port| *port != 0)),
        None => (text, None),
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let named = host.trim_end_matches('.');
    let is_name = named.len() <= 253
        && named.split('.').all(label)
        // Four numbers that are no address are a slip of the pen, not a name.
        && named.rsplit('.').next().is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    if !is_name || text.contains(':') && port.is_none() {
        c.problem(value, format_args!("`{text}` is neither an address with a port nor a domain"), CURE);
        return None;
    }
    Some(SendTo::Name { host: named.to_ascii_lowercase(), port })
}

pub(super) fn transport(c: &mut Checker<'_>, value: Option<&Spanned<String>>, tcp: bool) -> TrunkTransport {
    let Some(value) = value else {
        return if tcp { TrunkTransport::Tcp } else { TrunkTransport::Any };
    };
    match value.get_ref().trim().to_ascii_lowercase().as_str() {
        "udp" => TrunkTransport::Udp,
        "tcp" => TrunkTransport::Tcp,
        "tls" => TrunkTransport::Tls,
        other => {
            let cure = "write \"udp\", \"tcp\" or \"tls\"; without the line the carrier's own records decide";
            c.problem(value, format_args!("there is no transport `{other}`"), cure);
            TrunkTransport::Any
        }
    }
}
