//! Answering an offer, and understanding the answer to ours (RFC 3264, 6 and 7).

use std::net::IpAddr;

use sdp_types::{Media, Session};

use super::{
    Agreed, Direction, Encryption, Fingerprint, IceCredentials, LocalMedia, Payload, Profile, Protection,
    Sdes, SdpError, Wish,
    body::{self, Audio},
    browser::{self, Setup},
    offer::{self, written},
    sdes::{self, Crypto},
};
use crate::media::codec::Codec;

/// Answers an offer with what of it we can do.
///
/// Of its lines the first usable audio line is taken, an encrypted one before a plain one (some telephones offer both
/// for one stream); the others are mirrored with port 0, in order (RFC 3264, 6). Codecs keep the offerer's order.
/// `local.direction` is our wish; the answer is the most of it that they allow.
///
/// # Errors
/// When no line can be used; the offer is then to be refused.
pub fn answer(bytes: &[u8], local: &LocalMedia, codecs: &[Codec]) -> Result<(Vec<u8>, Agreed), SdpError> {
    let offered = body::parse(bytes)?;
    let Choice { index, audio, payloads, profile, keys } = choose(&offered, local, codecs)?;
    let direction = permitted(&audio, profile).and(local.direction);
    let events = payloads.first().and_then(|first| audio.events_for(first.codec));
    let mut session = offer::session(local);
    let mut protection = Protection::Plain;
    for (at, media) in offered.medias.iter().enumerate() {
        let media = if at == index {
            let local = LocalMedia { direction, ..*local };
            let mut media = offer::audio(&local, profile, &payloads, events.as_slice());
            protection = keys.write(&mut session, &mut media, &local, profile)?;
            media
        } else {
            body::refused(media)
        };
        session.add_media(media);
    }
    let events_in = events.map(|(number, _)| number);
    let agreed = agreed(&audio, &payloads, &payloads, events_in, direction, protection)?;
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
    let audio = body::audio(&answered, media)?;
    let protection = accepted_protection(our_media, &answered, media)?;
    if body::profile(media).is_some_and(|profile| !profile.is_dtls()) {
        same_ip_version(&audio, our_audio.remote.ip())?;
    }
    let common: Vec<Payload> = audio
        .payloads
        .iter()
        .filter(|theirs| our_audio.payloads.iter().any(|ours| ours.codec == theirs.codec))
        .copied()
        .collect();
    let profile = body::profile(media).ok_or(SdpError::UnknownTransport)?;
    let direction = permitted(&audio, profile).and(our_audio.direction);
    // Theirs of the clock that their answer speaks with, and ours of the same clock.
    let event_in = common
        .first()
        .and_then(|first| audio.events_for(first.codec))
        .and_then(|(_, clock)| our_audio.telephone_events.iter().find(|(_, ours)| *ours == clock))
        .map(|(number, _)| *number);
    agreed(&audio, &common, &our_audio.payloads, event_in, direction, protection)
}

/// What an answer makes of the keys in our offer. Some gateways answer RTP/SAVP under the name RTP/AVP and the reverse:
/// what counts is whether there is a key.
fn accepted_protection(ours: &Media, session: &Session, theirs: &Media) -> Result<Protection, SdpError> {
    let profile = body::profile(theirs).ok_or(SdpError::UnknownTransport)?;
    let our_profile = body::profile(ours).ok_or(SdpError::NotOurOffer)?;
    if our_profile.is_dtls() {
        let told = browser::read(session, theirs)?;
        let credentials = browser::credentials(ours).ok_or(SdpError::NotOurOffer)?;
        return Ok(Protection::Dtls(browser::terms(Setup::ActPass, &told, credentials)?));
    }
    let offered = sdes::read(ours).next().is_some();
    if !offered {
        return if profile.is_secure() { Err(SdpError::EncryptionOff) } else { Ok(Protection::Plain) };
    }
    // One line is answered, with the tag of ours that it answers (RFC 4568, 5.1.2).
    let keys = sdes::read(theirs).find_map(|theirs| {
        let ours = sdes::read(ours).find(|ours| ours.tag == theirs.tag)?;
        (ours.key.suite() == theirs.key.suite()).then_some((ours, theirs))
    });
    match keys {
        Some((ours, theirs)) => Ok(sdes_of(&ours, &theirs, our_profile)),
        None if profile.is_secure() => Err(SdpError::NoCommonSuite),
        None if our_profile.is_secure() => Err(SdpError::MustBeEncrypted),
        None => Ok(Protection::Plain),
    }
}

/// The line that an offer is answered by, and what it comes to.
struct Choice {
    index: usize,
    audio: Audio,
    payloads: Vec<Payload>,
    profile: Profile,
    keys: Keys,
}

/// What a line of theirs offers that we take.
enum Keys {
    None,
    Sdes { ours: Crypto, theirs: Crypto },
    Dtls { ours: Fingerprint, told: browser::Told },
}

impl Keys {
    /// Writes our half beside the line; what is thereby agreed on.
    fn write(
        &self,
        session: &mut Session,
        media: &mut Media,
        local: &LocalMedia,
        profile: Profile,
    ) -> Result<Protection, SdpError> {
        match self {
            Self::None => Ok(Protection::Plain),
            Self::Sdes { ours, theirs } => {
                sdes::write(media, ours);
                Ok(sdes_of(ours, theirs, profile))
            }
            Self::Dtls { ours, told } => {
                let setup = browser::write(session, media, local, *ours, Some(told));
                let credentials = IceCredentials::of(&local.encryption.seed);
                Ok(Protection::Dtls(browser::terms(setup, told, credentials)?))
            }
        }
    }
}

fn sdes_of(ours: &Crypto, theirs: &Crypto, profile: Profile) -> Protection {
    Protection::Sdes(Sdes { send: ours.key, receive: theirs.key, receive_mki_len: theirs.mki_len, profile })
}

/// What a line of theirs comes to under our wish.
fn keys_for(
    session: &Session,
    media: &Media,
    profile: Profile,
    encryption: &Encryption,
) -> Result<Keys, SdpError> {
    if profile.is_dtls() && !matches!(encryption.wish, Wish::Browser(_)) {
        return Err(SdpError::UnknownTransport);
    }
    match encryption.wish {
        Wish::Off if profile.is_secure() => return Err(SdpError::EncryptionOff),
        Wish::Off => return Ok(Keys::None),
        Wish::Impossible => return Err(SdpError::MustBeEncrypted),
        Wish::Browser(ours) if profile.is_dtls() => {
            return Ok(Keys::Dtls { ours, told: browser::read(session, media)? });
        }
        Wish::Browser(_) => return Err(SdpError::MustBeEncrypted),
        Wish::InKind | Wish::Optional | Wish::Required | Wish::Kept(_) => {}
    }
    let keys = sdes::read(media).find_map(|theirs| {
        let key = encryption.seed.key(theirs.key.suite())?;
        Some(Keys::Sdes { ours: Crypto { tag: theirs.tag, key, mki_len: 0 }, theirs })
    });
    match keys {
        Some(keys) => Ok(keys),
        None if profile.is_secure() => Err(SdpError::NoCommonSuite),
        None if encryption.insists() => Err(SdpError::MustBeEncrypted),
        None => Ok(Keys::None),
    }
}

/// The first line that can be used, of those with keys if there are any; failing that, the reason that came nearest to
/// success.
fn choose(session: &Session, local: &LocalMedia, codecs: &[Codec]) -> Result<Choice, SdpError> {
    let mut failure = SdpError::NoAudio;
    let mut plain = None;
    for (index, media) in session.medias.iter().enumerate() {
        if !body::is_audio(media) || media.port == 0 {
            continue;
        }
        match usable(session, media, local, codecs) {
            Ok((audio, payloads, profile, keys)) => {
                let choice = Choice { index, audio, payloads, profile, keys };
                if !matches!(choice.keys, Keys::None) {
                    return Ok(choice);
                }
                plain.get_or_insert(choice);
            }
            Err(error) => failure = error,
        }
    }
    plain.ok_or(failure)
}

type Usable = (Audio, Vec<Payload>, Profile, Keys);

fn usable(
    session: &Session,
    media: &Media,
    local: &LocalMedia,
    codecs: &[Codec],
) -> Result<Usable, SdpError> {
    let profile = body::profile(media).ok_or(SdpError::UnknownTransport)?;
    let audio = body::audio(session, media)?;
    if !profile.is_dtls() {
        same_ip_version(&audio, local.address)?;
    }
    // One number a codec is enough; a second one for the same codec is not taken up.
    let mut payloads: Vec<Payload> = Vec::new();
    for payload in &audio.payloads {
        if codecs.contains(&payload.codec) && payloads.iter().all(|taken| taken.codec != payload.codec) {
            payloads.push(*payload);
        }
    }
    if payloads.is_empty() {
        return Err(SdpError::NoCommonCodec);
    }
    let keys = keys_for(session, media, profile, &local.encryption)?;
    Ok((audio, payloads, profile, keys))
}

fn agreed(
    audio: &Audio,
    send: &[Payload],
    receive: &[Payload],
    telephone_event_in: Option<u8>,
    direction: Direction,
    protection: Protection,
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
        protection,
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
/// A browser writes one before it knows its own.
fn permitted(audio: &Audio, profile: Profile) -> Direction {
    let ours = audio.direction.reversed();
    let named = profile.is_dtls() || !audio.remote.ip().is_unspecified();
    Direction::new(ours.sends() && named, ours.receives())
}

fn same_ip_version(audio: &Audio, our_address: IpAddr) -> Result<(), SdpError> {
    let theirs = audio.remote.ip();
    if theirs.is_ipv4() == our_address.is_ipv4() { Ok(()) } else { Err(SdpError::OtherIpVersion) }
}
