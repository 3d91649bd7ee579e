//! T.38 in descriptions: `m=image … udptl t38` (ITU-T T.38, annex D; RFC 3362), offered, answered and passed on.
//!
//! What one side says about its fax goes on to the other as it stands, for the datagrams do: only addresses and ports
//! become ours. The box understands none of it but the version.

use std::net::SocketAddr;

use sdp_types::{Attribute, Media, MediaType, TransportProto};

use super::{
    LocalMedia, SdpError, body,
    offer::{self, written},
};

/// Attributes that are passed on, at most, and their length: the standard has a dozen.
const MOST_ATTRIBUTES: usize = 24;
const LONGEST_VALUE: usize = 64;
/// Who made the machine is nobody's business (T38VendorInfo).
const PRIVATE: &str = "T38VendorInfo";

/// A fax, as one side describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageTerms {
    /// Where it wants its datagrams.
    pub remote: SocketAddr,
    /// Of T.38; 0 if it does not say.
    pub version: u8,
    /// Its own words about the fax: names and values.
    attributes: Vec<(String, Option<String>)>,
}

/// What a description has of a fax: the first open line of it. `None`: it has none. The address must be one that we can send
/// to from ours.
pub fn image_in(bytes: &[u8], local: &LocalMedia) -> Option<ImageTerms> {
    let session = body::parse(bytes).ok()?;
    session.medias.iter().find_map(|media| image(&session, media, local))
}

fn image(session: &sdp_types::Session, media: &Media, local: &LocalMedia) -> Option<ImageTerms> {
    let ours = is_image(media) && media.port != 0;
    let connection = media.connections.first().or(session.connection.as_ref()).filter(|_| ours)?;
    let ip = body::unicast(connection).ok()?;
    let sendable = ip.is_ipv4() == local.address.is_ipv4() && !ip.is_unspecified();
    let attributes: Vec<_> = media
        .attributes
        .iter()
        .filter(|attribute| is_ours_to_pass(attribute))
        .take(MOST_ATTRIBUTES)
        .map(|attribute| (attribute.attribute.clone(), attribute.value.clone()))
        .collect();
    let version = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case("T38FaxVersion"));
    let version = version.and_then(|(_, value)| value.as_deref()?.trim().parse().ok()).unwrap_or(0);
    sendable.then_some(ImageTerms { remote: SocketAddr::new(ip, media.port), version, attributes })
}

fn is_image(media: &Media) -> bool {
    media.media.eq_ignore_ascii_case("image")
        && media.proto.eq_ignore_ascii_case("udptl")
        && media.fmt.split(' ').any(|format| format.eq_ignore_ascii_case("t38"))
}

fn is_ours_to_pass(attribute: &Attribute) -> bool {
    let name = &attribute.attribute;
    let plain =
        |text: &str| text.len() <= LONGEST_VALUE && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    name.get(..3).is_some_and(|first| first.eq_ignore_ascii_case("T38"))
        && !name.eq_ignore_ascii_case(PRIVATE)
        && plain(name)
        && attribute.value.as_deref().is_none_or(plain)
}

/// An offer of the fax that somebody else has described.
pub fn offer_image(local: &LocalMedia, terms: &ImageTerms) -> Vec<u8> {
    let mut session = offer::session(local);
    session.add_media(line(local, terms));
    written(&session)
}

/// Answers an offer of a fax with what the far end across has said about it; every other line is refused.
///
/// # Errors
/// When it is no offer of a fax.
pub fn answer_image(bytes: &[u8], local: &LocalMedia, terms: &ImageTerms) -> Result<Vec<u8>, SdpError> {
    let offered = body::parse(bytes)?;
    let open = |media: &Media| is_image(media) && media.port != 0;
    let index = offered.medias.iter().position(open).ok_or(SdpError::NoImage)?;
    let mut session = offer::session(local);
    for (at, media) in offered.medias.iter().enumerate() {
        session.add_media(if at == index { line(local, terms) } else { body::refused(media) });
    }
    Ok(written(&session))
}

fn line(local: &LocalMedia, terms: &ImageTerms) -> Media {
    let proto = TransportProto::Other("udptl".into());
    let mut media = Media::new(MediaType::Image, local.port, proto, "t38");
    for (name, value) in &terms.attributes {
        match value {
            Some(value) => media.add_attribute_with_value(name.as_str(), value.as_str()),
            None => media.add_attribute_from_str(name.as_str()),
        };
    }
    media
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Direction, Encryption};

    fn local(port: u16) -> LocalMedia {
        LocalMedia {
            address: "192.0.2.1".parse().unwrap(),
            port,
            session_id: 7,
            version: 3,
            direction: Direction::SendRecv,
            encryption: Encryption::OFF,
        }
    }

    /// As a gateway writes it, the voice closed.
    const OFFER: &str = "v=0\r\no=gw 1 2 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n\
        m=audio 0 RTP/AVP 0\r\n\
        m=image 40002 udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxTranscodingJBIG\r\n\
        a=T38FaxRateManagement:transferredTCF\r\na=T38FaxMaxBuffer:1024\r\na=T38FaxMaxDatagram:238\r\n\
        a=T38FaxUdpEC:t38UDPRedundancy\r\na=T38VendorInfo:0 0 37\r\na=sendrecv\r\n";

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_one_side_says_of_its_fax_reaches_the_other_with_our_address() {
        let terms = image_in(OFFER.as_bytes(), &local(30_000)).unwrap();
        assert_eq!((terms.remote, terms.version), ("198.51.100.1:40002".parse().unwrap(), 0));
        let offered = text(offer_image(&local(30_000), &terms));
        for expected in [
            "o=- 7 3 IN IP4 192.0.2.1\r\n",
            "m=image 30000 udptl t38\r\n",
            "a=T38MaxBitRate:14400\r\n",
            "a=T38FaxTranscodingJBIG\r\n",
            "a=T38FaxUdpEC:t38UDPRedundancy\r\n",
        ] {
            assert!(offered.contains(expected), "{expected} in {offered}");
        }
        for hidden in ["198.51.100.1", "Vendor", "m=audio"] {
            assert!(!offered.contains(hidden), "{hidden} in {offered}");
        }
    }

    #[test]
    fn an_answer_has_a_line_for_each_of_the_offer() {
        let theirs = OFFER.replace("238", "400").replace("198.51.100.1", "10.0.0.9");
        let terms = image_in(theirs.as_bytes(), &local(30_002)).unwrap();
        let answer = text(answer_image(OFFER.as_bytes(), &local(30_002), &terms).unwrap());
        let lines: Vec<&str> = answer.lines().filter(|line| line.starts_with("m=")).collect();
        assert_eq!(lines, ["m=audio 0 RTP/AVP 0", "m=image 30002 udptl t38"]);
        assert!(answer.contains("a=T38FaxMaxDatagram:400\r\n") && !answer.contains("10.0.0.9"), "{answer}");
    }

    #[test]
    fn a_closed_line_a_group_of_receivers_and_another_transport_are_no_fax() {
        for (from, to) in [
            ("m=image 40002", "m=image 0"),
            ("c=IN IP4 198.51.100.1", "c=IN IP4 239.1.1.1"),
            ("c=IN IP4 198.51.100.1", "c=IN IP4 0.0.0.0"),
            ("c=IN IP4 198.51.100.1", "c=IN IP6 2001:db8::1"),
            ("udptl", "RTP/AVP"),
            ("m=image", "m=video"),
        ] {
            let offer = OFFER.replace(from, to);
            assert_eq!(image_in(offer.as_bytes(), &local(30_000)), None, "{to}");
        }
    }
}
