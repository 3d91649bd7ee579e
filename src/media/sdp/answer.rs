//! Answering an offer, and understanding the answer to ours (RFC 3264, 6 and 7).

use std::net::IpAddr;

use sdp_types::{Media, Session};

use super::{
    Agreed, Direction, LocalMedia, Payload, SdpError,
    body::{self, Audio},
    offer::{self, written},
};
use crate::media::codec::Codec;

/// Answers an offer with what of it we can do.
///
/// Of its lines the first usable audio line is taken; the others are mirrored with port 0, in order (RFC 3264, 6).
/// Codecs keep the offerer's order. `local.direction` is our wish; the answer is the most of it that they allow.
///
/// # Errors
/// When no line can be used; the offer is then to be refused.
pub fn answer(bytes: &[u8], local: &LocalMedia, codecs: &[Codec]) -> Result<(Vec<u8>, Agreed), SdpError> {
    let offered = body::parse(bytes)?;
    let (chosen, audio, payloads) = choose(&offered, local.address, codecs)?;
    let direction = permitted(&audio).and(local.direction);
    let events = payloads.first().and_then(|first| audio.events_for(first.codec));
    let mut session = offer::session(local);
    for (index, media) in offered.medias.iter().enumerate() {
        session.add_media(if index == chosen {
            offer::audio(&LocalMedia { direction, ..*local }, &payloads, events.as_slice())
        } else {
            refused(media)
        });
    }
    let agreed = agreed(&audio, &payloads, &payloads, events.map(|(number, _)| number), direction)?;
    Ok((written(&session), agreed))
}

/// Understands the answer to our offer.
///
/// # Errors
/// When the answer leaves nothing in common; the session is then to be ended.
pub fn accept(our_offer: &[u8], answer: &[u8]) -> Result<Agreed, SdpError> {
    let ours = body::parse(our_offer)?;
    let our_media = ours.medias.first().ok_or(SdpError::NotOurOffer)?;
    let our_audio = body::audio(&ours, our_media).map_err(|_| SdpError::NotOurOffer)?;
    let answered = body::parse(answer)?;
    // The answer has a line for each of ours, in order (RFC 3264, 6): ours is the first.
    let media = answered.medias.first().filter(|media| body::is_audio(media)).ok_or(SdpError::NoAudio)?;
    if media.port == 0 {
        return Err(SdpError::Refused);
    }
    if !body::is_plain_rtp(media) {
        return Err(SdpError::UnknownTransport);
    }
    let audio = body::audio(&answered, media)?;
    same_ip_version(&audio, our_audio.remote.ip())?;
    let common: Vec<Payload> = audio
        .payloads
        .iter()
        .filter(|theirs| our_audio.payloads.iter().any(|ours| ours.codec == theirs.codec))
        .copied()
        .collect();
    let direction = permitted(&audio).and(our_audio.direction);
    // Theirs of the clock that their answer speaks with, and ours of the same clock.
    let event_in = common
        .first()
        .and_then(|first| audio.events_for(first.codec))
        .and_then(|(_, clock)| our_audio.telephone_events.iter().find(|(_, ours)| *ours == clock))
        .map(|(number, _)| *number);
    agreed(&audio, &common, &our_audio.payloads, event_in, direction)
}

/// The first line that can be used; failing that, the reason that came nearest to success.
fn choose(
    session: &Session,
    our_address: IpAddr,
    codecs: &[Codec],
) -> Result<(usize, Audio, Vec<Payload>), SdpError> {
    let mut failure = SdpError::NoAudio;
    for (index, media) in session.medias.iter().enumerate() {
        if !body::is_audio(media) || media.port == 0 {
            continue;
        }
        if !body::is_plain_rtp(media) {
            failure = SdpError::UnknownTransport;
            continue;
        }
        let audio = match body::audio(session, media) {
            Ok(audio) => audio,
            Err(error) => {
                failure = error;
                continue;
            }
        };
        if let Err(error) = same_ip_version(&audio, our_address) {
            failure = error;
            continue;
        }
        // One number a codec is enough; a second one for the same codec is not taken up.
        let mut payloads: Vec<Payload> = Vec::new();
        for payload in &audio.payloads {
            if codecs.contains(&payload.codec) && payloads.iter().all(|taken| taken.codec != payload.codec) {
                payloads.push(*payload);
            }
        }
        if payloads.is_empty() {
            failure = SdpError::NoCommonCodec;
            continue;
        }
        return Ok((index, audio, payloads));
    }
    Err(failure)
}

fn agreed(
    audio: &Audio,
    send: &[Payload],
    receive: &[Payload],
    telephone_event_in: Option<u8>,
    direction: Direction,
) -> Result<Agreed, SdpError> {
    let first = send.first().ok_or(SdpError::NoCommonCodec)?;
    Ok(Agreed {
        codec: first.codec,
        payload_type: first.number,
        send: listed(send),
        receive: listed(receive),
        telephone_event: audio
            .events_for(first.codec)
            .map(|(number, _)| number)
            .filter(|_| telephone_event_in.is_some()),
        telephone_event_in,
        remote: audio.remote,
        remote_rtcp: audio.remote_rtcp,
        direction,
        ptime: audio.ptime,
    })
}

fn listed(payloads: &[Payload]) -> [Option<Payload>; Codec::ALL.len()] {
    let mut list = [None; Codec::ALL.len()];
    for (slot, payload) in list.iter_mut().zip(payloads) {
        *slot = Some(*payload);
    }
    list
}

/// What their description lets us do. A null address asks us not to send (RFC 3264, 8.4: the hold of RFC 2543).
fn permitted(audio: &Audio) -> Direction {
    let ours = audio.direction.reversed();
    Direction::new(ours.sends() && !audio.remote.ip().is_unspecified(), ours.receives())
}

fn same_ip_version(audio: &Audio, our_address: IpAddr) -> Result<(), SdpError> {
    let theirs = audio.remote.ip();
    if theirs.is_ipv4() == our_address.is_ipv4() { Ok(()) } else { Err(SdpError::OtherIpVersion) }
}

fn refused(media: &Media) -> Media {
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
