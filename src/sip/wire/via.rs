//! Via: where a request came through, and where its answer goes (RFC 3261, 20.42 and 18.2.2; RFC 3581).

use std::net::IpAddr;

use super::{
    syntax::{self, Params, TOKEN, is, trim, trim_start},
    uri::split_host_port,
};

/// The start of every branch that RFC 3261 elements make; an older branch names no transaction.
pub const BRANCH_COOKIE: &str = "z9hG4bK";

/// One Via value.
#[derive(Debug, Clone, Copy)]
pub struct Via<'a> {
    /// `UDP`, `TCP`, `TLS`, … as written.
    pub transport: &'a str,
    /// The sender's host as it names itself; IPv6 in its brackets.
    pub host: &'a str,
    /// The sender's port, if it names one.
    pub port: Option<u16>,
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads exactly one value. White space may stand around every `/` and `:` (RFC 3261, 25.1).
    pub fn parse(value: &'a [u8]) -> Option<Via<'a>> {
        let (name, rest) = part(value)?;
        let (version, rest) = part(slash(rest)?)?;
        let (transport, rest) = part(slash(rest)?)?;
        if !name.eq_ignore_ascii_case("SIP") || version != "2.0" {
            return None;
        }
        if !rest.first().is_some_and(|&b| syntax::is_space(b)) {
            return None;
        }
        let rest = trim_start(rest);
        let end = rest.iter().position(|&b| b == b';').unwrap_or(rest.len());
        let params = Params::parse(&rest[end..])?;
        let sent_by = std::str::from_utf8(trim(&rest[..end])).ok()?;
        let (host, port) = match split_host_port(sent_by) {
            Some(parts) => parts,
            None => {
                // `host : port`
                let (host, port) = sent_by.rsplit_once(':')?;
                let (host, none) = split_host_port(host.trim_matches([' ', '\t']))?;
                let port = syntax::number(trim(port.as_bytes()), u64::from(u16::MAX))?;
                if none.is_some() {
                    return None;
                }
                (host, Some(u16::try_from(port).ok()?))
            }
        };
        Some(Via { transport, host, port, params })
    }

    /// The branch as written.
    pub fn branch(&self) -> Option<&'a str> {
        self.params.token("branch")
    }

    /// The branch, if it names a transaction: it has the cookie and something behind it. Others are matched as
    /// RFC 2543 did (RFC 3261, 17.2.3).
    pub fn transaction_branch(&self) -> Option<&'a str> {
        let branch = self.branch()?;
        let cookie = branch.get(..BRANCH_COOKIE.len())?;
        (cookie.eq_ignore_ascii_case(BRANCH_COOKIE) && branch.len() > BRANCH_COOKIE.len()).then_some(branch)
    }

    /// The address that the next hop saw.
    pub fn received(&self) -> Option<IpAddr> {
        self.params.token("received")?.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Does the sender ask for the answer at the port it sends from (RFC 3581)?
    pub fn wants_rport(&self) -> bool {
        self.params.has("rport")
    }

    /// The port that the next hop saw.
    pub fn rport(&self) -> Option<u16> {
        self.params.token("rport")?.parse().ok()
    }

    /// The sender's own address, if it names one instead of a host name.
    pub fn host_ip(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Does the sender name an IP address that the next hop did not see? Nothing translates addresses within one machine.
    pub fn is_behind_nat(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.host_ip()
            .map(|host| host.to_canonical())
            .is_some_and(|host| host != source && !(host.is_loopback() && source.is_loopback()))
    }

    /// Are the hosts and ports of two values the same sender?
    pub fn same_sent_by(&self, other: &Via<'_>) -> bool {
        self.host.eq_ignore_ascii_case(other.host) && self.port.unwrap_or(5060) == other.port.unwrap_or(5060)
    }
}

/// One token, after white space.
fn part(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let bytes = trim_start(bytes);
    let end = bytes.iter().position(|&b| !is(b, TOKEN)).unwrap_or(bytes.len());
    Some((syntax::token(&bytes[..end])?, &bytes[end..]))
}

fn slash(bytes: &[u8]) -> Option<&[u8]> {
    match trim_start(bytes) {
        [b'/', rest @ ..] => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn via(text: &str) -> Via<'_> {
        Via::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn the_parts_of_a_via() {
        let top = via("SIP/2.0/UDP 192.0.2.4:5062;branch=z9hG4bKx;rport=4711;received=203.0.113.9");
        assert_eq!((top.transport, top.host, top.port), ("UDP", "192.0.2.4", Some(5062)));
        assert_eq!(top.transaction_branch(), Some("z9hG4bKx"));
        assert_eq!((top.wants_rport(), top.rport()), (true, Some(4711)));
        assert_eq!(top.received(), Some("203.0.113.9".parse().unwrap()));
        assert!(top.same_sent_by(&via("SIP/2.0/TCP 192.0.2.4:5062")));
        assert!(via("SIP/2.0/UDP A.example").same_sent_by(&via("sip/2.0/UDP a.EXAMPLE:5060;branch=x")));
    }

    #[test]
    fn white_space_may_stand_around_its_signs() {
        let spread = via("SIP  /   2.0  /UDP    [2001:db8::1] : 5070 ; branch = z9hG4bK9 ; rport");
        assert_eq!((spread.host, spread.port), ("[2001:db8::1]", Some(5070)));
        assert_eq!(spread.host_ip(), Some("2001:db8::1".parse().unwrap()));
        assert_eq!((spread.wants_rport(), spread.rport()), (true, None));
    }

    #[test]
    fn a_branch_without_cookie_or_without_more_than_it_names_no_transaction() {
        for branch in ["", ";branch=z9hG4bK", ";branch=old", ";branch"] {
            assert_eq!(via(&format!("SIP/2.0/UDP a{branch}")).transaction_branch(), None, "{branch}");
        }
    }

    #[test]
    fn what_is_no_via_is_refused() {
        for text in [
            "",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP ",
            "SIP/2.0 a",
            "HTTP/2.0/UDP a",
            "SIP/7.0/UDP a",
            "SIP/2.0/UDPa:1:2 x",
            "SIP/2.0/UDP a:70000",
            "SIP/2.0/UDP a b",
            "SIP/2.0/UDP a;;x",
            "SIP/2.0/UDP a;",
            "SIP/2.0/UDP a:x",
            "SIP/2.0/UDP [::1;x",
            "SIP/2.0/UDP a:1:2",
        ] {
            assert!(Via::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
