//! ICE-lite (RFC 8445, 2.5): a browser asks whether we are there, we answer, and the address it names is where it is.
//!
//! Only who knows this leg's password is answered, and the answer is no longer than the question: nothing here can be
//! turned against a third party. An address that has not asked with the password is neither heard nor sent to.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::sdp::IceCredentials;

const HEADER_LEN: usize = 20;
const COOKIE: u32 = 0x2112_a442;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
/// What a fingerprint is turned by, so that it is no CRC of another protocol (RFC 8489, 14.7).
const FINGERPRINT_MASK: u32 = 0x5354_554e;
/// Longer than any browser's question.
const LONGEST: usize = 576;
/// Addresses of one browser that have asked: its interfaces. Another takes the place of the one that asked longest ago.
const MAX_ADDRESSES: usize = 8;
/// A browser that has not asked for so long no longer agrees to be sent anything (RFC 7675, 5.1).
const CONSENT: Duration = Duration::from_secs(30);

/// The browser's addresses, as far as they have proved themselves.
#[derive(Debug)]
pub(super) struct IceLite {
    credentials: IceCredentials,
    known: Vec<Known>,
    nominated: Option<SocketAddr>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    address: SocketAddr,
    asked: Instant,
}

impl IceLite {
    pub(super) fn new(credentials: IceCredentials) -> Self {
        Self { credentials, known: Vec::with_capacity(2), nominated: None }
    }

    pub(super) fn credentials(&self) -> IceCredentials {
        self.credentials
    }

    /// Has this address proved that it knows the password?
    pub(super) fn is_known(&self, address: SocketAddr) -> bool {
        let address = canonical(address);
        self.known.iter().any(|known| known.address == address)
    }

    /// Where to send, while the browser still asks: the address that it has chosen, before that the one that asked last.
    pub(super) fn destination(&self, now: Instant) -> Option<SocketAddr> {
        let consents = |known: &&Known| now.saturating_duration_since(known.asked) < CONSENT;
        let chosen = self.known.iter().filter(consents).find(|known| Some(known.address) == self.nominated);
        chosen
            .or_else(|| self.known.iter().filter(consents).max_by_key(|known| known.asked))
            .map(|k| k.address)
    }

    /// A question. Its answer is appended to `out`; false if it gets none.
    pub(super) fn handle(&mut self, now: Instant, from: SocketAddr, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(question) = Question::parse(bytes, &self.credentials) else { return false };
        let address = canonical(from);
        match self.known.iter_mut().find(|known| known.address == address) {
            Some(known) => known.asked = now,
            None => {
                if self.known.len() >= MAX_ADDRESSES
                    && let Some(oldest) = (0..self.known.len()).min_by_key(|&place| self.known[place].asked)
                {
                    self.known.swap_remove(oldest);
                }
                self.known.push(Known { address, asked: now });
            }
        }
        if question.nominates {
            self.nominated = Some(address);
        }
        answer(&question.transaction, address, &self.credentials, out);
        true
    }
}

/// What is of interest in an authentic Binding request.
struct Question {
    transaction: [u8; 12],
    nominates: bool,
}

impl Question {
    fn parse(bytes: &[u8], credentials: &IceCredentials) -> Option<Self> {
        if bytes.len() < HEADER_LEN
            || bytes.len() > LONGEST
            || half(bytes, 0)? != BINDING_REQUEST
            || usize::from(half(bytes, 2)?) != bytes.len() - HEADER_LEN
            || bytes[4..8] != COOKIE.to_be_bytes()
        {
            return None;
        }
        let (mut user_is_ours, mut authentic, mut nominates) = (false, false, false);
        let mut at = HEADER_LEN;
        while at < bytes.len() {
            let (kind, length) = (half(bytes, at)?, usize::from(half(bytes, at + 2)?));
            let value = bytes.get(at + 4..at + 4 + length)?;
            match kind {
                USERNAME => {
                    user_is_ours = value
                        .strip_prefix(credentials.user.as_slice())
                        .is_some_and(|theirs| theirs.first() == Some(&b':'));
                }
                USE_CANDIDATE => nominates = true,
                MESSAGE_INTEGRITY => {
                    let expected = integrity(&bytes[..at], at, &credentials.password)?;
                    authentic = bool::from(expected.ct_eq(value));
                    // Nothing behind it is covered by it, but for the fingerprint, which proves nothing.
                    break;
                }
                _ => {}
            }
            at += 4 + length.next_multiple_of(4);
        }
        let transaction = bytes[8..20].try_into().ok()?;
        (user_is_ours && authentic).then_some(Self { transaction, nominates })
    }
}

fn answer(transaction: &[u8; 12], to: SocketAddr, credentials: &IceCredentials, out: &mut Vec<u8>) {
    let begin = out.len();
    out.extend_from_slice(&BINDING_SUCCESS.to_be_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&COOKIE.to_be_bytes());
    out.extend_from_slice(transaction);
    mapped_address(to, transaction, out);
    let at = out.len() - begin;
    let Some(mac) = integrity(&out[begin..], at, &credentials.password) else { return out.truncate(begin) };
    attribute(MESSAGE_INTEGRITY, &mac, out);
    set_length(&mut out[begin..], at + 24 + 8);
    let sum = crc32(&out[begin..]) ^ FINGERPRINT_MASK;
    attribute(FINGERPRINT, &sum.to_be_bytes(), out);
}

/// Their address as we see it, turned by the cookie and the transaction (RFC 8489, 14.2).
fn mapped_address(address: SocketAddr, transaction: &[u8; 12], out: &mut Vec<u8>) {
    let cookie = COOKIE.to_be_bytes();
    let mask = cookie.iter().chain(transaction);
    let mut value = Vec::with_capacity(20);
    value.extend_from_slice(&[0, if address.is_ipv4() { 1 } else { 2 }]);
    value.extend_from_slice(&(address.port() ^ (COOKIE >> 16) as u16).to_be_bytes());
    match address.ip() {
        IpAddr::V4(ip) => value.extend(ip.octets().iter().zip(mask).map(|(byte, mask)| byte ^ mask)),
        IpAddr::V6(ip) => value.extend(ip.octets().iter().zip(mask).map(|(byte, mask)| byte ^ mask)),
    }
    attribute(XOR_MAPPED_ADDRESS, &value, out);
}

fn attribute(kind: u16, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&(value.len() as u16).to_be_bytes());
    out.extend_from_slice(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// The HMAC over what stands before the attribute, with the length as if the attribute were the last (RFC 8489, 14.5).
fn integrity(message: &[u8], at: usize, password: &[u8]) -> Option<[u8; 20]> {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(password).ok()?;
    let length = (at - HEADER_LEN + 24) as u16;
    mac.update(message.get(..2)?);
    mac.update(&length.to_be_bytes());
    mac.update(message.get(4..at)?);
    Some(mac.finalize().into_bytes().into())
}

fn set_length(message: &mut [u8], end: usize) {
    message[2..4].copy_from_slice(&((end - HEADER_LEN) as u16).to_be_bytes());
}

/// ISO 3309, bit by bit: a browser asks every few seconds.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// A dual-stack socket shows IPv4 peers as mapped IPv6 addresses.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// A browser's question to whoever has these credentials.
#[cfg(test)]
pub(super) fn question(credentials: &IceCredentials, nominates: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&BINDING_REQUEST.to_be_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(&COOKIE.to_be_bytes());
    bytes.extend_from_slice(b"transaction!");
    attribute(USERNAME, &[&credentials.user[..], b":chrome"].concat(), &mut bytes);
    if nominates {
        attribute(USE_CANDIDATE, &[], &mut bytes);
    }
    let at = bytes.len();
    let mac = integrity(&bytes, at, &credentials.password).unwrap();
    attribute(MESSAGE_INTEGRITY, &mac, &mut bytes);
    set_length(&mut bytes, at + 24 + 8);
    let sum = crc32(&bytes) ^ FINGERPRINT_MASK;
    attribute(FINGERPRINT, &sum.to_be_bytes(), &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::story::{address, start};

    const OURS: IceCredentials =
        IceCredentials { user: *b"abcdefgh", password: *b"a password of 24 letters" };

    #[test]
    fn the_sums_are_those_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_sample_request_of_rfc_5769_is_authentic() {
        // RFC 5769, 2.1: its password, and its user name cut at our length.
        let bytes = [
            0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
            0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73,
            0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
            0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09,
            0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14,
            0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
            0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
        ];
        let at = bytes.len() - 8 - 24;
        let mac = integrity(&bytes[..at], at, b"VOkJxbRl1RmTxUk/WvJxBt").unwrap();
        assert_eq!(mac, bytes[at + 4..at + 24]);
        let sum = crc32(&bytes[..bytes.len() - 8]) ^ FINGERPRINT_MASK;
        assert_eq!(sum.to_be_bytes(), bytes[bytes.len() - 4..]);
    }

    #[test]
    fn who_knows_the_password_is_answered_and_sent_to_while_it_asks() {
        let now = start();
        let mut ice = IceLite::new(OURS);
        let (first, second) = (address("192.0.2.5:4000"), address("198.51.100.5:4001"));
        let mut out = Vec::new();
        assert!(ice.handle(now, first, &question(&OURS, false), &mut out));
        assert_eq!(ice.destination(now), Some(first));
        assert!(out.len() <= question(&OURS, false).len());
        assert_eq!(usize::from(half(&out, 2).unwrap()), out.len() - HEADER_LEN);
        assert_eq!(&out[8..20], b"transaction!");
        assert_eq!(&out[24..32], [0, 1, 0x0f ^ 0x21, 0xa0 ^ 0x12, 192 ^ 0x21, 0x12, 2 ^ 0xa4, 5 ^ 0x42]);
        assert!(ice.handle(now, second, &question(&OURS, true), &mut out));
        assert!(ice.handle(now + Duration::from_secs(1), first, &question(&OURS, false), &mut out));
        assert_eq!(
            ice.destination(now + Duration::from_secs(2)),
            Some(second),
            "chosen, whoever asks besides"
        );
        assert_eq!(ice.destination(now + CONSENT), Some(first), "the chosen one asks no longer");
        assert_eq!(ice.destination(now + CONSENT * 2), None);
        assert!(ice.is_known(second) && !ice.is_known(address("192.0.2.5:4002")));
    }

    #[test]
    fn who_does_not_is_not() {
        let now = start();
        let mut ice = IceLite::new(OURS);
        let good = question(&OURS, true);
        let mut out = Vec::new();
        let from = address("203.0.113.66:4000");
        for at in 0..good.len() - 8 {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(!ice.handle(now, from, &bad, &mut out), "byte {at}");
        }
        for length in 0..good.len() {
            assert!(!ice.handle(now, from, &good[..length], &mut out));
        }
        let other = IceCredentials { password: [b'x'; 24], ..OURS };
        assert!(!ice.handle(now, from, &question(&other, true), &mut out));
        let other = IceCredentials { user: [b'x'; 8], ..OURS };
        assert!(!ice.handle(now, from, &question(&other, true), &mut out));
        assert!(out.is_empty() && ice.destination(now).is_none() && !ice.is_known(from));
    }

    #[test]
    fn a_crowd_of_addresses_takes_no_more_than_its_places() {
        let now = start();
        let mut ice = IceLite::new(OURS);
        let mut out = Vec::new();
        for port in 1..100 {
            let at = now + Duration::from_millis(port);
            ice.handle(at, address(&format!("192.0.2.5:{port}")), &question(&OURS, false), &mut out);
        }
        assert_eq!(ice.known.len(), MAX_ADDRESSES);
        assert!(ice.is_known(address("192.0.2.5:99")) && !ice.is_known(address("192.0.2.5:1")));
    }
}
