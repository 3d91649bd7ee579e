//! The description that we write, as offer and as answer.

use sdp_types::{Connection, Media, MediaType, Origin, Session, TransportProto};

use super::{LocalMedia, Payload};
use crate::media::codec::Codec;

/// The payload type that nearly every telephone gives RFC 4733 events.
const TELEPHONE_EVENT: u8 = 101;
/// The same on Opus's clock.
const WIDE_TELEPHONE_EVENT: u8 = 102;

/// What we wish to hear of Opus (RFC 7587, 6.1): one voice of 8 kHz width, with copies against loss.
const OPUS: &str = "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1";

/// Our offer: these codecs in this order, telephone events, 20 ms packets.
///
/// RTCP multiplexing is not offered: RTCP keeps its own port.
pub fn offer(local: &LocalMedia, codecs: &[Codec]) -> Vec<u8> {
    let payloads: Vec<Payload> =
        codecs.iter().map(|&codec| Payload { number: codec.payload_type(), codec }).collect();
    let mut session = session(local);
    let mut events = Vec::new();
    for (number, clock) in [(TELEPHONE_EVENT, 8_000), (WIDE_TELEPHONE_EVENT, 48_000)] {
        if codecs.iter().any(|codec| codec.clock_rate() == clock) {
            events.push((number, clock));
        }
    }
    session.add_media(audio(local, &payloads, &events));
    written(&session)
}

/// A description of ours without its media lines.
pub(super) fn session(local: &LocalMedia) -> Session {
    let mut session = Session::new(Origin::with_ip_addr(local.session_id, local.version, local.address), "-");
    session.origin.set_username("-");
    session.set_connection(Connection::from_ip_addr(local.address));
    session
}

/// Our audio line.
pub(super) fn audio(local: &LocalMedia, payloads: &[Payload], telephone_events: &[(u8, u32)]) -> Media {
    let numbers: Vec<String> = payloads
        .iter()
        .map(|payload| payload.number)
        .chain(telephone_events.iter().map(|(number, _)| *number))
        .map(|number| number.to_string())
        .collect();
    let mut media = Media::new(MediaType::Audio, local.port, TransportProto::RtpAvp, numbers.join(" "));
    for payload in payloads {
        let Payload { number, codec } = payload;
        let channels = if *codec == Codec::Opus { "/2" } else { "" };
        let rtpmap = format!("{number} {}/{}{channels}", codec.encoding_name(), codec.clock_rate());
        media.add_attribute_with_value("rtpmap", rtpmap);
        if *codec == Codec::Opus {
            media.add_attribute_with_value("fmtp", format!("{number} {OPUS}"));
        }
    }
    for (number, clock) in telephone_events {
        media.add_attribute_with_value("rtpmap", format!("{number} telephone-event/{clock}"));
        media.add_attribute_with_value("fmtp", format!("{number} 0-15"));
    }
    media.add_attribute_with_value("ptime", "20");
    media.add_attribute_from_str(local.direction.attribute());
    media
}

pub(super) fn written(session: &Session) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    match session.write(&mut bytes) {
        Ok(()) => bytes,
        // A `Vec` takes every write.
        Err(_) => Vec::new(),
    }
}
