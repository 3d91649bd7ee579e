//! Where SIP is spoken beside UDP and TCP, and with which certificate: `listen`, `tls`, `ws`, `wss` of `[sip]`, and `[tls]`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::Deserialize;
use toml::Spanned;

use super::checker::Checker;

/// One address, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn texts(&self) -> &[String] {
        match self {
            OneOrMore::One(text) => std::slice::from_ref(text),
            OneOrMore::More(texts) => texts,
        }
    }
}

/// `[tls]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTls {
    certificate: Option<Spanned<String>>,
    key: Option<Spanned<String>>,
    #[serde(default)]
    names: Vec<String>,
}

/// Sockets of `[sip]`. Of each kind at most one for each family of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transports {
    /// UDP and TCP.
    pub plain: Vec<SocketAddr>,
    pub tls: Vec<SocketAddr>,
    pub ws: Vec<SocketAddr>,
    pub wss: Vec<SocketAddr>,
    /// Origins of web pages that may connect beside the box's own.
    pub origins: Vec<String>,
}

/// The certificate for TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// Files of a chain and its key, both PEM. None: the box has an authority of its own.
    pub own: Option<(PathBuf, PathBuf)>,
    /// Names of the box beside its addresses and its host name.
    pub names: Vec<String>,
}

const CURE: &str = "write an address and a port, such as \"0.0.0.0:5061\", or a list of one IPv4 and one IPv6 address: \
                    [\"0.0.0.0:5061\", \"[::]:5061\"]";

/// Reads the addresses of one kind of socket.
pub(super) fn addresses(c: &mut Checker<'_>, value: Option<Spanned<OneOrMore>>, is: &str) -> Vec<SocketAddr> {
    let Some(value) = value else { return Vec::new() };
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for text in value.get_ref().texts() {
        match text.trim().parse::<SocketAddr>() {
            Ok(address) if addresses.iter().any(|known| known.is_ipv4() == address.is_ipv4()) => {
                c.problem(&value, format_args!("`{is}` has two addresses of one family"), CURE);
            }
            Ok(address) => addresses.push(address),
            Err(_) => {
                c.problem(&value, format_args!("`{text}` in `{is}` is not an address with a port"), CURE);
            }
        }
    }
    addresses
}

/// What is listened on if nothing is said: every IPv4 address.
pub(super) fn everywhere(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))
}

/// Checks `[tls]`.
pub(super) fn tls(c: &mut Checker<'_>, raw: RawTls) -> Tls {
    const CURE: &str =
        "write both `certificate` and `key`, or none of them for an authority of the box's own";
    let own = match (raw.certificate, raw.key) {
        (Some(certificate), Some(key)) => {
            c.not_empty(&certificate, "the certificate's file");
            c.not_empty(&key, "the key's file");
            Some((PathBuf::from(certificate.into_inner()), PathBuf::from(key.into_inner())))
        }
        (Some(alone), None) => {
            c.problem(&alone, "a certificate without its key", CURE);
            None
        }
        (None, Some(alone)) => {
            c.problem(&alone, "a key without its certificate", CURE);
            None
        }
        (None, None) => None,
    };
    Tls { own, names: raw.names }
}
