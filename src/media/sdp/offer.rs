//! The description that we write, as offer and as answer.

use sdp_types::{Connection, Media, MediaType, Origin, Session, TransportProto};

use super::{LocalMedia, Payload, Profile, Wish, browser, sdes};
use crate::media::codec::Codec;

/// The payload type that nearly every telephone gives RFC 4733 events.
const TELEPHONE_EVENT: u8 = 101;

/// Our offer: these codecs in this order, telephone events, 20 ms packets, and keys if we wish for them.
///
/// RTCP multiplexing is offered to browsers only: otherwise RTCP keeps its own port.
pub fn offer(local: &LocalMedia, codecs: &[Codec]) -> Vec<u8> {
    let payloads: Vec<Payload> =
        codecs.iter().map(|&codec| Payload { number: codec.static_payload_type(), codec }).collect();
    let profile = match local.encryption.wish {
        Wish::Off | Wish::InKind | Wish::Optional => Profile::Avp,
        // What is never sent is described as if it were required.
        Wish::Required | Wish::Impossible => Profile::Savp,
        Wish::Kept(profile) => profile,
        Wish::Browser(_) => Profile::DtlsSavpf,
    };
    let mut media = audio(local, profile, &payloads, Some(TELEPHONE_EVENT));
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
    telephone_event: Option<u8>,
) -> Media {
    let numbers: Vec<String> = payloads
        .iter()
        .map(|payload| payload.number)
        .chain(telephone_event)
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
        let rtpmap = format!("{number} {}/{}", codec.encoding_name(), codec.clock_rate());
        media.add_attribute_with_value("rtpmap", rtpmap);
    }
    if let Some(number) = telephone_event {
        media.add_attribute_with_value("rtpmap", format!("{number} telephone-event/8000"));
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
