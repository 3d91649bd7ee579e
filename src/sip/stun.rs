//! STUN on the SIP socket (RFC 8489, as RFC 5626, 3.5.2 and 4.4.2 use it): a phone that keeps its NAT open learns its address.
//!
//! Only a binding request is answered, with the address it came from and nothing else, or with the attributes of it that nobody
//! understands here: at most 44 bytes for its 20 or more, so that a forged source gains nothing.

use std::net::{IpAddr, SocketAddr};

const HEADER: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const XOR_MAPPED_ADDRESS: [u8; 2] = [0x00, 0x20];
const BINDING_ERROR: [u8; 2] = [0x01, 0x11];
const ERROR_CODE: [u8; 2] = [0x00, 0x09];
const UNKNOWN_ATTRIBUTES: [u8; 2] = [0x00, 0x0a];
/// Attributes that an error names; a request with more of them has been told enough.
const MOST_UNKNOWN: usize = 4;
/// Attributes below this must be understood (14); none is, so a request with one is refused.
const COMPREHENSION_OPTIONAL: u16 = 0x8000;

/// Is this STUN and no SIP? The first two bits are zero and the cookie stands in its place (6).
pub(super) fn is_stun(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER && bytes[0] & 0xc0 == 0 && bytes[4..8] == MAGIC_COOKIE
}

/// The answer to a binding request from `source`; `None` if it is not one that we answer.
pub(super) fn answer(request: &[u8], source: SocketAddr) -> Option<Vec<u8>> {
    let (header, attributes) = request.split_at_checked(HEADER)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if !is_stun(request) || header[..2] != BINDING_REQUEST || length != attributes.len() {
        return None;
    }
    let transaction = &header[4..HEADER];
    let unknown = unknown(attributes)?;
    if !unknown.is_empty() {
        return Some(refusal(transaction, &unknown));
    }
    let mut value = vec![0, if source.is_ipv4() { 1 } else { 2 }];
    let port = source.port().to_be_bytes();
    value.extend(port.iter().zip(MAGIC_COOKIE).map(|(byte, mask)| byte ^ mask));
    let mask = |address: &[u8]| -> Vec<u8> {
        address.iter().zip(transaction).map(|(byte, mask)| byte ^ mask).collect()
    };
    match source.ip() {
        IpAddr::V4(v4) => value.extend(mask(&v4.octets())),
        IpAddr::V6(v6) => value.extend(mask(&v6.octets())),
    }
    let length = u16::try_from(value.len()).ok()?;
    let mut out = Vec::with_capacity(HEADER + 4 + value.len());
    out.extend_from_slice(&BINDING_SUCCESS);
    out.extend_from_slice(&(length + 4).to_be_bytes());
    out.extend_from_slice(transaction);
    out.extend_from_slice(&XOR_MAPPED_ADDRESS);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&value);
    Some(out)
}

/// 420, with what was not understood (6.3.1).
fn refusal(transaction: &[u8], unknown: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(44);
    out.extend_from_slice(&BINDING_ERROR);
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(transaction);
    // Class 4, number 20, and no words for people: there is nobody to read them.
    out.extend_from_slice(&[ERROR_CODE[0], ERROR_CODE[1], 0, 4, 0, 0, 4, 20]);
    out.extend_from_slice(&UNKNOWN_ATTRIBUTES);
    out.extend_from_slice(&[0, 2 * unknown.len().min(MOST_UNKNOWN) as u8]);
    for attribute in unknown {
        out.extend_from_slice(&attribute.to_be_bytes());
    }
    out.resize(out.len().next_multiple_of(4), 0);
    out[3] = (out.len() - HEADER) as u8;
    out
}

/// The attributes that would have to be understood, the first few of them; `None` if they are not whole.
fn unknown(mut attributes: &[u8]) -> Option<Vec<u16>> {
    let mut unknown = Vec::new();
    while !attributes.is_empty() {
        let (head, rest) = attributes.split_at_checked(4)?;
        let attribute = u16::from_be_bytes([head[0], head[1]]);
        if attribute < COMPREHENSION_OPTIONAL && unknown.len() < MOST_UNKNOWN && !unknown.contains(&attribute)
        {
            unknown.push(attribute);
        }
        let length = usize::from(u16::from_be_bytes([head[2], head[3]])).next_multiple_of(4);
        attributes = rest.split_at_checked(length)?.1;
    }
    Some(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(attributes: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 1];
        bytes.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
        bytes.extend(MAGIC_COOKIE);
        bytes.extend([0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae]);
        bytes.extend(attributes);
        bytes
    }

    /// The mapped addresses of RFC 5769, 2.2 and 2.3.
    #[test]
    fn the_address_is_masked_as_in_the_vectors_of_rfc_5769() {
        let answer = super::answer(&request(&[]), "192.0.2.1:32853".parse().unwrap()).unwrap();
        assert_eq!(answer[..4], [1, 1, 0, 12]);
        assert_eq!(answer[20..], [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
        let v6 = "[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap();
        let answer = super::answer(&request(&[]), v6).unwrap();
        assert_eq!(
            answer[24..],
            [
                0, 2, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5,
                0xbe, 0xd2, 0xb9, 0xd9
            ]
        );
        assert!(answer.len() <= 4 * request(&[]).len());
    }

    #[test]
    fn what_is_no_plain_binding_request_gets_no_answer() {
        let source = "192.0.2.1:5060".parse().unwrap();
        assert!(super::answer(&request(&[0x80, 0x22, 0, 3, b'a', b'b', b'c', 0]), source).is_some());
        let username = request(&[0, 6, 0, 4, 1, 2, 3, 4, 0, 8, 0, 0, 0, 6, 0, 0]);
        let refusal = super::answer(&username, source).unwrap();
        assert_eq!(refusal[..4], [1, 0x11, 0, 16]);
        assert_eq!(refusal[4..20], username[4..20]);
        assert_eq!(
            refusal[20..],
            [0, 9, 0, 4, 0, 0, 4, 20, 0, 10, 0, 4, 0, 6, 0, 8],
            "RFC 8489, 6.3.1 and 14.8"
        );
        assert!(super::answer(&request(&[0x80, 0x22, 0, 9, 1]), source).is_none());
        assert!(super::answer(&request(&[])[..19], source).is_none());
        let mut response = request(&[]);
        response[0] = 1;
        assert!(super::answer(&response, source).is_none(), "no answer to an answer");
        assert!(!is_stun(b"OPTIONS sip:office.example SIP/2.0\r\n"));
    }
}
