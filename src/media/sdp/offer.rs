//! The description that we write, as offer and as answer.

use sdp_types::{Connection, Media, MediaType, Origin, Session, TransportProto};

use super::{LocalMedia, Payload, Profile, Wish, browser, sdes};
use crate::media::codec::Codec;

/// The payload type that nearly every telephone gives RFC 4733 events.
const TELEPHONE_EVENT: u8 = 101;
/// The same on Opus's clock.
const WIDE_TELEPHONE_EVENT: u8 = 102;

/// What we wish to hear of Opus (RFC 7587, 6.1): one voice of 8 kHz width, with copies against loss.
const OPUS: &str = "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1";

/// Our offer: these codecs in this order, telephone events, 20 ms packets, and keys if we wish for them.
///
/// RTCP multiplexing is offered to browsers only: otherwise RTCP keeps its own port.
pub fn offer(local: &LocalMedia, codecs: &[Codec]) -> Vec<u8> {
    let payloads: Vec<Payload> =
        codecs.iter().map(|&codec| Payload { number: codec.payload_type(), codec }).collect();
    let profile = match local.encryption.wish {
        Wish::Off | Wish::InKind | Wish::Optional => Profile::Avp,
        // What is never sent is described as if it were required.
        Wish::Required | Wish::Impossible => Profile::Savp,
        Wish::Kept(profile) => profile,
        Wish::Browser(_) => Profile::DtlsSavpf,
    };
    let mut events = Vec::new();
    for (number, clock) in [(TELEPHONE_EVENT, 8_000), (WIDE_TELEPHONE_EVENT, 48_000)] {
        if codecs.iter().any(|codec| codec.clock_rate() == clock) {
            events.push((number, clock));
        }
    }
    let mut media = audio(local, profile, &payloads, &events);
    let mut session = session(local);
    match local.encryption.wish {
        Wish::Off | Wish::InKind | Wish::Impossible => {}
        Wish::Optional | Wish::Required | Wish::Kept(_) => {
            for crypto in sdes::offered(&local.encryption.seed) {
                sdes::write(&mut media, &crypto);
            }
        }
        Wish::Browser(ours) => {
            browser::write(&mut session, &mut media, local, ours, None);
        }
    }
    session.add_media(media);
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
pub(super) fn audio(
    local: &LocalMedia,
    profile: Profile,
    payloads: &[Payload],
    telephone_events: &[(u8, u32)],
) -> Media {
    let numbers: Vec<String> = payloads
        .iter()
        .map(|payload| payload.number)
        .chain(telephone_events.iter().map(|(number, _)| *number))
        .map(|number| number.to_string())
        .collect();
    let mut media = Media::new(
        MediaType::Audio,
        local.port,
        TransportProto::Other(profile.name().into()),
        numbers.join(" "),
    );
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
