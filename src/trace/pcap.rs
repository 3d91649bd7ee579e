//! A trace as a capture file, for the tools of the trade: classic pcap with raw IP packets (link type 101).

use std::net::{IpAddr, SocketAddr};

use super::{Message, Way, Wire};

const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;
const RAW_IP: u32 = 101;
const LONGEST: u32 = 65_535;
const UDP: u8 = 17;
const TCP: u8 = 6;
const HOPS: u8 = 64;
/// A segment with data that is to be handed on, acknowledging what came before.
const PUSH_AND_ACK: u8 = 0x18;

/// The file. The headers below SIP are written anew from the addresses: what was on a stream is shown as one segment a
/// message, and what was encrypted is shown as what it said.
pub fn pcap<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(MAGIC_MICROSECONDS.to_le_bytes());
    file.extend(2u16.to_le_bytes());
    file.extend(4u16.to_le_bytes());
    file.extend([0; 8]);
    file.extend(LONGEST.to_le_bytes());
    file.extend(RAW_IP.to_le_bytes());
    // How much each side of each stream has said: the sequence numbers.
    let mut said: Vec<((SocketAddr, SocketAddr), u32)> = Vec::new();
    for message in messages {
        let (from, to) = match message.way {
            Way::In => (message.remote, message.local),
            Way::Out => (message.local, message.remote),
        };
        let mut of = |side: (SocketAddr, SocketAddr)| {
            said.iter().position(|(known, _)| *known == side).unwrap_or_else(|| {
                said.push((side, 1));
                said.len() - 1
            })
        };
        let transport = match message.wire {
            Wire::Datagram => datagram(from, to, &message.bytes),
            Wire::Stream => {
                let (ours, theirs) = (of((from, to)), of((to, from)));
                let (seq, ack) = (said[ours].1, said[theirs].1);
                said[ours].1 = seq.wrapping_add(message.bytes.len() as u32);
                segment(from, to, seq, ack, &message.bytes)
            }
        };
        let protocol = if message.wire == Wire::Datagram { UDP } else { TCP };
        let packet = packet(from.ip(), to.ip(), protocol, &transport);
        let micros = message.at.as_microsecond().max(0);
        file.extend(((micros / 1_000_000) as u32).to_le_bytes());
        file.extend(((micros % 1_000_000) as u32).to_le_bytes());
        let length = (packet.len() as u32).to_le_bytes();
        file.extend(length);
        file.extend(length);
        file.extend(packet);
    }
    file
}

/// RFC 768; no checksum, which over IPv4 is allowed, and over IPv6 shown as not computed.
fn datagram(from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + bytes.len());
    out.extend(from.port().to_be_bytes());
    out.extend(to.port().to_be_bytes());
    out.extend(((8 + bytes.len()) as u16).to_be_bytes());
    out.extend([0; 2]);
    out.extend(bytes);
    out
}

/// RFC 9293, 3.1.
fn segment(from: SocketAddr, to: SocketAddr, seq: u32, ack: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(20 + bytes.len());
    out.extend(from.port().to_be_bytes());
    out.extend(to.port().to_be_bytes());
    out.extend(seq.to_be_bytes());
    out.extend(ack.to_be_bytes());
    // Five words of header, and a window as large as it gets without scaling.
    out.extend([5 << 4, PUSH_AND_ACK, 0xff, 0xff]);
    out.extend([0; 4]);
    out.extend(bytes);
    out
}

fn packet(from: IpAddr, to: IpAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(40 + payload.len());
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            out.extend([0x45, 0]);
            out.extend(((20 + payload.len()) as u16).to_be_bytes());
            out.extend([0, 0, 0x40, 0, HOPS, protocol, 0, 0]);
            out.extend(from.octets());
            out.extend(to.octets());
            let sum = checksum(&out);
            out[10..12].copy_from_slice(&sum.to_be_bytes());
        }
        (from, to) => {
            let six = |ip: IpAddr| match ip {
                IpAddr::V4(ip) => ip.to_ipv6_mapped(),
                IpAddr::V6(ip) => ip,
            };
            out.extend([0x60, 0, 0, 0]);
            out.extend((payload.len() as u16).to_be_bytes());
            out.extend([protocol, HOPS]);
            out.extend(six(from).octets());
            out.extend(six(to).octets());
        }
    }
    out.extend(payload);
    out
}

/// RFC 1071.
fn checksum(header: &[u8]) -> u16 {
    let mut sum: u32 = header.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn message(wire: Wire, way: Way, local: &str, remote: &str, text: &str) -> Message {
        let at = Timestamp::from_microsecond(1_700_000_000_123_456).unwrap();
        Message::noted(at, way, wire, local.parse().unwrap(), remote.parse().unwrap(), text.as_bytes())
    }

    #[test]
    fn a_file_has_a_head_and_a_packet_for_each_message() {
        let one = message(Wire::Datagram, Way::In, "192.0.2.1:5060", "198.51.100.7:5070", "OPTIONS");
        let file = pcap([&one]);
        assert_eq!(file[..4], 0xa1b2_c3d4u32.to_le_bytes());
        assert_eq!(file[20..24], 101u32.to_le_bytes());
        assert_eq!(file[24..28], 1_700_000_000u32.to_le_bytes());
        assert_eq!(file[28..32], 123_456u32.to_le_bytes());
        let packet = &file[40..];
        assert_eq!(packet.len(), 20 + 8 + 7);
        assert_eq!(checksum(&packet[..20]), 0, "the header sums up");
        assert_eq!(packet[12..16], [198, 51, 100, 7], "from the far end");
        assert_eq!(packet[28..], *b"OPTIONS");
    }

    #[test]
    fn the_sides_of_a_stream_count_what_they_say() {
        let out = message(Wire::Stream, Way::Out, "[2001:db8::1]:5061", "[2001:db8::2]:40000", "INVITE");
        let back = Message { way: Way::In, ..out.clone() };
        let file = pcap([&out, &back, &out]);
        let size = 16 + 40 + 20 + 6;
        let tcp = |n: usize| &file[24 + n * size + 16 + 40..];
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
        assert_eq!((number(&tcp(0)[4..8]), number(&tcp(0)[8..12])), (1, 1));
        assert_eq!((number(&tcp(1)[4..8]), number(&tcp(1)[8..12])), (1, 7));
        assert_eq!((number(&tcp(2)[4..8]), number(&tcp(2)[8..12])), (7, 7));
    }
}
