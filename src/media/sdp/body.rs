//! Reading a description as the field writes them: limits first, then only the lines that decide about media.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Session};

use super::{Direction, Payload, Profile, SdpError};
use crate::media::codec::Codec;

const MAX_BYTES: usize = 16 * 1024;
const MAX_LINES: usize = 512;
const MAX_MEDIA: usize = 16;
/// What a packet carries when nobody says otherwise (RFC 3551, 4.2).
const DEFAULT_PTIME: u8 = 20;

/// One audio line, understood.
#[derive(Debug)]
pub(super) struct Audio {
    pub(super) remote: SocketAddr,
    pub(super) remote_rtcp: SocketAddr,
    /// As the writer of the description sees it.
    pub(super) direction: Direction,
    pub(super) ptime: u8,
    /// In the writer's order, codecs that we know only.
    pub(super) payloads: Vec<Payload>,
    /// Numbers of telephone events, and the clock of each.
    pub(super) telephone_events: Vec<(u8, u32)>,
}

/// Parses a description.
///
/// Only `v`, `c`, `m` and `a` lines reach the grammar: everything else says nothing about media, and is where
/// devices err most (`o=` with spaces, `b=` without a number, `t=` forgotten). Bytes above 127 become the Latin-1
/// characters that they are nearly always meant as.
pub(super) fn parse(bytes: &[u8]) -> Result<Session, SdpError> {
    if bytes.len() > MAX_BYTES {
        return Err(SdpError::TooLarge);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut media = 0;
    for (count, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        if count > MAX_LINES {
            return Err(SdpError::TooLarge);
        }
        match line {
            [b'm', b'=', rest @ ..] => {
                media += 1;
                text.push_str("m=");
                // Some gateways align their columns.
                let mut words = rest.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
                if let Some(first) = words.next() {
                    push_latin1(&mut text, first);
                }
                for word in words {
                    text.push(' ');
                    push_latin1(&mut text, word);
                }
                text.push_str("\r\n");
            }
            [b'v' | b'c' | b'a', b'=', ..] => {
                push_latin1(&mut text, line.trim_ascii_end());
                text.push_str("\r\n");
            }
            _ => {}
        }
    }
    if media > MAX_MEDIA {
        return Err(SdpError::TooLarge);
    }
    Session::parse(text.as_bytes()).map_err(SdpError::Malformed)
}

fn push_latin1(text: &mut String, bytes: &[u8]) {
    text.extend(bytes.iter().map(|&byte| char::from(byte)));
}

pub(super) fn is_audio(media: &Media) -> bool {
    media.media.eq_ignore_ascii_case("audio")
}

pub(super) fn profile(media: &Media) -> Option<Profile> {
    Profile::from_name(&media.proto)
}

/// What one audio line of a description comes to.
pub(super) fn audio(session: &Session, media: &Media) -> Result<Audio, SdpError> {
    let connection = media.connections.first().or(session.connection.as_ref()).ok_or(SdpError::BadAddress)?;
    let ip = unicast(connection)?;
    let rtcp_port = media.port.checked_add(1).ok_or(SdpError::BadAddress)?;
    let remote = SocketAddr::new(ip, media.port);
    let remote_rtcp = rtcp_attribute(media, ip).unwrap_or(SocketAddr::new(ip, rtcp_port));
    let direction = direction(&media.attributes).or(direction(&session.attributes)).unwrap_or_default();
    let ptime = value(&media.attributes, "ptime")
        .and_then(|text| text.trim().parse::<u8>().ok())
        .filter(|millis| (10..=200).contains(millis))
        .unwrap_or(DEFAULT_PTIME);
    let mut payloads = Vec::new();
    let mut telephone_events = Vec::new();
    for number in
        media.fmt.split(' ').filter_map(|word| word.parse::<u8>().ok()).filter(|&number| number < 128)
    {
        match encoding(media, number) {
            Some(Encoding::Speech(codec)) => payloads.push(Payload { number, codec }),
            Some(Encoding::TelephoneEvent(clock)) => telephone_events.push((number, clock)),
            None => {}
        }
    }
    Ok(Audio { remote, remote_rtcp, direction, ptime, payloads, telephone_events })
}

impl Audio {
    /// The telephone events that go with a codec: those of its own clock, as they share its timestamps (RFC 4733, 2.1).
    pub(super) fn events_for(&self, codec: Codec) -> Option<(u8, u32)> {
        self.telephone_events.iter().find(|(_, clock)| *clock == codec.clock_rate()).copied()
    }
}

enum Encoding {
    Speech(Codec),
    TelephoneEvent(u32),
}

/// `a=rtpmap` decides; without one, RFC 3551's static numbers.
fn encoding(media: &Media, number: u8) -> Option<Encoding> {
    let mapped =
        media.attributes.iter().filter(|attribute| attribute.attribute == "rtpmap").find_map(|attribute| {
            let (mapped, encoding) = attribute.value.as_deref()?.trim().split_once(' ')?;
            (mapped.parse() == Ok(number)).then(|| encoding.trim())
        });
    let Some(mapped) = mapped else {
        return Codec::from_static_payload_type(number).map(Encoding::Speech);
    };
    let mut parts = mapped.split('/');
    let (name, rate, channels) = (parts.next()?, parts.next()?, parts.next());
    let rate: u32 = rate.parse().ok()?;
    let mono = matches!(channels, None | Some("" | "1"));
    if name.eq_ignore_ascii_case("telephone-event") {
        return (mono && matches!(rate, 8_000 | 48_000)).then_some(Encoding::TelephoneEvent(rate));
    }
    Codec::ALL
        .into_iter()
        .filter(|codec| codec.clock_rate() == rate)
        // Opus is always written with two channels (RFC 7587, 7), and some forget it.
        .filter(|codec| mono || (*codec == Codec::Opus && channels == Some("2")))
        .find(|codec| codec.encoding_name().eq_ignore_ascii_case(name))
        .map(Encoding::Speech)
}

pub(super) fn unicast(connection: &Connection) -> Result<IpAddr, SdpError> {
    let address = connection.try_address().map_err(|_| SdpError::BadAddress)?.ip;
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    if address.is_multicast() || broadcast { Err(SdpError::BadAddress) } else { Ok(address) }
}

/// A line that is not taken, as an answer mirrors it (RFC 3264, 6).
pub(super) fn refused(media: &Media) -> Media {
    Media {
        media: media.media.clone(),
        port: 0,
        num_ports: None,
        proto: media.proto.clone(),
        fmt: media.fmt.clone(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}

/// `a=rtcp:53020` or `a=rtcp:53020 IN IP4 126.16.64.4` (RFC 3605). A third party as RTCP address would make us a
/// reflector, so an address other than the stream's is not followed.
fn rtcp_attribute(media: &Media, ip: IpAddr) -> Option<SocketAddr> {
    let mut words = value(&media.attributes, "rtcp")?.split_ascii_whitespace();
    let port = words.next()?.parse().ok().filter(|&port: &u16| port != 0)?;
    let stated = words.nth(2).and_then(|word| word.parse::<IpAddr>().ok());
    stated.is_none_or(|stated| stated == ip).then_some(SocketAddr::new(ip, port))
}

fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|attribute| {
        [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive]
            .into_iter()
            .find(|direction| attribute.attribute.trim().eq_ignore_ascii_case(direction.attribute()))
    })
}

fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.attribute == name)
        .and_then(|attribute| attribute.value.as_deref())
}
