//! What a browser's description says besides: fingerprint and role of the handshake, ICE, one bundle (RFC 8829, 8839, 8842).

use std::fmt;

use sdp_types::{Attribute, Media, Session};

use super::{LocalMedia, SdpError, encryption::Seed};

/// The SHA-256 of a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    /// As `a=fingerprint` writes it: `AF:12:…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if place == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Fingerprint {
    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            *byte =
                parts.next().filter(|part| part.len() == 2).and_then(|p| u8::from_str_radix(p, 16).ok())?;
        }
        parts.next().is_none().then_some(Self(bytes))
    }
}

/// The name and password by which a browser finds us on our port.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IceCredentials {
    pub user: [u8; 8],
    pub password: [u8; 24],
}

impl fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IceCredentials({}, …)", String::from_utf8_lossy(&self.user))
    }
}

impl IceCredentials {
    /// Those of a leg: the same for its life.
    pub(super) fn of(seed: &Seed) -> Self {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bytes = seed.derive("ice", 0).unwrap_or_default();
        let letter = |place: usize| LETTERS[usize::from(bytes[place] & 63)];
        Self { user: std::array::from_fn(letter), password: std::array::from_fn(|place| letter(8 + place)) }
    }
}

/// What both sides have agreed on with a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DtlsTerms {
    /// Of their certificate.
    pub fingerprint: Fingerprint,
    /// Do we begin the handshake?
    pub active: bool,
    pub ice: IceCredentials,
}

/// The role in the handshake that a description claims (RFC 8842, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setup {
    Active,
    Passive,
    ActPass,
}

impl Setup {
    const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::ActPass => "actpass",
        }
    }
}

/// What a browser says of its handshake.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) fingerprint: Fingerprint,
    pub(super) setup: Setup,
    pub(super) mid: Option<String>,
    bundles: bool,
}

/// Reads it from the audio line, or from the session where the line says nothing.
pub(super) fn read(session: &Session, media: &Media) -> Result<Told, SdpError> {
    let find = |name: &str| value(&media.attributes, name).or_else(|| value(&session.attributes, name));
    let fingerprint = media
        .attributes
        .iter()
        .chain(&session.attributes)
        .filter(|attribute| attribute.attribute == "fingerprint")
        .filter_map(|attribute| attribute.value.as_deref()?.trim().split_once(' '))
        .find(|(algorithm, _)| algorithm.eq_ignore_ascii_case("sha-256"))
        .and_then(|(_, text)| Fingerprint::parse(text.trim()))
        .ok_or(SdpError::NoCommonSuite)?;
    let setup = match find("setup").map(str::trim) {
        Some("active") => Setup::Active,
        Some("passive") => Setup::Passive,
        Some("actpass") => Setup::ActPass,
        _ => return Err(SdpError::NoCommonSuite),
    };
    let muxes = media.attributes.iter().any(|attribute| attribute.attribute == "rtcp-mux");
    if !muxes || find("ice-ufrag").is_none() || find("ice-pwd").is_none() {
        return Err(SdpError::UnknownTransport);
    }
    let mid = value(&media.attributes, "mid").map(|mid| mid.trim().to_owned());
    let bundles = session.attributes.iter().any(|attribute| {
        attribute.attribute == "group"
            && attribute.value.as_deref().is_some_and(|group| group.starts_with("BUNDLE"))
    });
    Ok(Told { fingerprint, setup, mid, bundles })
}

/// Our half, in an answer to `told`, or in an offer.
pub(super) fn write(
    session: &mut Session,
    media: &mut Media,
    local: &LocalMedia,
    ours: Fingerprint,
    told: Option<&Told>,
) -> Setup {
    let setup = match told.map(|told| told.setup) {
        None => Setup::ActPass,
        // Passive: the browser begins as soon as it has found us, and so needs no second round trip (RFC 8842, 5.3).
        Some(Setup::ActPass | Setup::Active) => Setup::Passive,
        Some(Setup::Passive) => Setup::Active,
    };
    let mid = told.map_or(Some("0"), |told| told.mid.as_deref());
    session.add_attribute_from_str("ice-lite");
    if let Some(mid) = mid {
        if told.is_none_or(|told| told.bundles) {
            session.add_attribute_with_value("group", format!("BUNDLE {mid}"));
        }
        media.add_attribute_with_value("mid", mid);
    }
    let credentials = IceCredentials::of(&local.encryption.seed);
    media.add_attribute_from_str("rtcp-mux");
    media.add_attribute_with_value("ice-ufrag", String::from_utf8_lossy(&credentials.user));
    media.add_attribute_with_value("ice-pwd", String::from_utf8_lossy(&credentials.password));
    media.add_attribute_with_value("fingerprint", format!("sha-256 {ours}"));
    media.add_attribute_with_value("setup", setup.name());
    // The highest priority of a host candidate (RFC 8445, 5.1.2.1), as there is but one.
    let candidate = format!("1 1 udp 2130706431 {} {} typ host", local.address, local.port);
    media.add_attribute_with_value("candidate", candidate);
    media.add_attribute_from_str("end-of-candidates");
    setup
}

/// What follows from our description and theirs. `ours`: what we wrote, `ActPass` only in an offer.
pub(super) fn terms(ours: Setup, told: &Told, seed_of: IceCredentials) -> Result<DtlsTerms, SdpError> {
    let active = match (ours, told.setup) {
        (Setup::Passive, _) | (Setup::ActPass, Setup::Active) => false,
        (Setup::Active, _) | (Setup::ActPass, Setup::Passive) => true,
        (Setup::ActPass, Setup::ActPass) => return Err(SdpError::NoCommonSuite),
    };
    Ok(DtlsTerms { fingerprint: told.fingerprint, active, ice: seed_of })
}

/// Our credentials as our own offer wrote them.
pub(super) fn credentials(media: &Media) -> Option<IceCredentials> {
    let user = value(&media.attributes, "ice-ufrag")?.as_bytes().try_into().ok()?;
    let password = value(&media.attributes, "ice-pwd")?.as_bytes().try_into().ok()?;
    Some(IceCredentials { user, password })
}

fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.attribute == name)
        .and_then(|attribute| attribute.value.as_deref())
}
