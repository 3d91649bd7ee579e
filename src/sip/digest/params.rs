//! `Digest name=value, name="value"`: the parameters of a challenge and of credentials.

use std::fmt;

use crate::sip::wire::{List, quoted_end};

/// More parameters than any challenge or answer has.
const MAX_PARAMS: usize = 24;

/// The parameters of one header value. Quoted values are kept as they stand between their quotes: that is what both
/// sides hash and what is sent back (RFC 7616, 3.4: `unq`).
#[derive(Debug, Clone)]
pub(super) struct DigestParams<'a> {
    params: Vec<(&'a str, &'a str)>,
}

/// Why a header value has no digest parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotDigest {
    /// Another scheme; its business, not ours.
    OtherScheme,
    Malformed,
}

impl<'a> DigestParams<'a> {
    pub(super) fn parse(value: &'a [u8]) -> Result<Self, NotDigest> {
        let scheme_end = value.iter().position(|&b| b == b' ' || b == b'\t').ok_or(NotDigest::OtherScheme)?;
        if !value[..scheme_end].eq_ignore_ascii_case(b"Digest") {
            return Err(NotDigest::OtherScheme);
        }
        let mut params: Vec<(&str, &str)> = Vec::with_capacity(12);
        for element in List::new(&value[scheme_end..]) {
            let (name, value) = read(element).ok_or(NotDigest::Malformed)?;
            // A second value under a name would let two readers see two different answers.
            if params.len() >= MAX_PARAMS || params.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
                return Err(NotDigest::Malformed);
            }
            params.push((name, value));
        }
        Ok(DigestParams { params })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

fn read(element: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(element).ok()?;
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim_end_matches([' ', '\t']), value.trim_start_matches([' ', '\t']));
    if name.is_empty() || name.contains(|c: char| !c.is_ascii_graphic() || c == '"') {
        return None;
    }
    if value.bytes().any(|b| b.is_ascii_control()) {
        return None;
    }
    if value.starts_with('"') {
        // The list was cut outside quotes, so the only thing to check is that this one closes at the very end.
        let closed = quoted_end(value.as_bytes()) == Some(value.len());
        return closed.then(|| (name, &value[1..value.len() - 1]));
    }
    (!value.is_empty() && !value.contains(['"', ' '])).then_some((name, value))
}

/// What an answer covers (RFC 7616, 3.4: quality of protection).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qop {
    Auth,
    /// The body as well.
    AuthInt,
}

impl Qop {
    /// The one to answer with, of a quoted list such as `auth,auth-int`. The body is covered only where nothing less is taken:
    /// whoever rewrites a description on the way (many a NAT does) would make the answer a wrong one.
    pub(super) fn best_of(offered: &str) -> Option<Self> {
        let offers = |name: &str| {
            List::new(offered.as_bytes()).any(|element| element.eq_ignore_ascii_case(name.as_bytes()))
        };
        if offers("auth") { Some(Qop::Auth) } else { offers("auth-int").then_some(Qop::AuthInt) }
    }
}

impl fmt::Display for Qop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
        })
    }
}
