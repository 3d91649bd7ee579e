//! `a=crypto` (RFC 4568): reading the lines of a description, choosing one, writing ours.

use sdp_types::Media;

use super::encryption::Seed;
use crate::media::srtp::{MasterKey, Suite};

/// What we offer: what every telephone with SRTP has, then the stronger one. The others are taken when offered.
const OFFERED: [Suite; 3] = [Suite::AesCm128Sha1_80, Suite::AesCm128Sha1_32, Suite::AesCm256Sha1_80];
/// Lines that are looked at; a telephone writes two to eight.
const MAX_LINES: usize = 16;
/// The longest key identifier that RFC 4568 has (6.1).
const MAX_MKI: u8 = 128;

/// One line that we can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crypto {
    pub(super) tag: u32,
    pub(super) key: MasterKey,
    pub(super) mki_len: u8,
}

/// The lines of an audio line that we can do, in the writer's order.
pub(super) fn read(media: &Media) -> impl Iterator<Item = Crypto> {
    media
        .attributes
        .iter()
        .filter(|attribute| attribute.attribute.eq_ignore_ascii_case("crypto"))
        .take(MAX_LINES)
        .filter_map(|attribute| line(attribute.value.as_deref()?))
}

/// `1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31|1:4 KDR=0`. `None` for what we cannot do, so that the next is tried.
fn line(value: &str) -> Option<Crypto> {
    let mut words = value.split_ascii_whitespace();
    let tag = words.next()?.parse().ok()?;
    let suite = Suite::from_name(words.next()?)?;
    // Several keys in a line are told apart by identifiers; no telephone has more than one.
    let parameters = words.next()?;
    let (method, key) = parameters.split_at_checked("inline:".len())?;
    if !method.eq_ignore_ascii_case("inline:") || key.contains(';') || !words.all(harmless) {
        return None;
    }
    let mut parts = key.split('|');
    let key = MasterKey::new(suite, &decoded(parts.next()?)?)?;
    let mut mki_len = 0;
    for part in parts {
        match part.split_once(':') {
            Some((identifier, length)) => {
                identifier.parse::<u128>().ok()?;
                mki_len = length.parse().ok().filter(|length| (1..=MAX_MKI).contains(length))?;
            }
            None => lifetime(part)?,
        }
    }
    Some(Crypto { tag, key, mki_len })
}

/// `2^31` or a count of packets. No call sends so many that it would matter; what is no lifetime at all does.
fn lifetime(text: &str) -> Option<()> {
    match text.strip_prefix("2^") {
        Some(power) => power.parse::<u8>().ok().filter(|&power| power <= 48).map(|_| ()),
        None => text.parse::<u64>().ok().filter(|&packets| packets > 0).map(|_| ()),
    }
}

/// Session parameters that ask nothing of us: a window of theirs, keys that are never derived anew, and what they say we
/// may leave out (RFC 4568, 6.3).
fn harmless(parameter: &str) -> bool {
    let upper = parameter.to_ascii_uppercase();
    upper.starts_with('-') || upper.starts_with("WSH=") || upper == "KDR=0"
}

/// Our lines in an offer, from the suite that is in use if there is one: tags count from one.
pub(super) fn offered(seed: &Seed) -> impl Iterator<Item = Crypto> {
    OFFERED
        .into_iter()
        .zip(1..)
        .filter_map(|(suite, tag)| Some(Crypto { tag, key: seed.key(suite)?, mki_len: 0 }))
}

pub(super) fn write(media: &mut Media, crypto: &Crypto) {
    let Crypto { tag, key, .. } = crypto;
    let value = format!("{tag} {} inline:{}", key.suite().name(), encoded(key.material()));
    media.add_attribute_with_value("crypto", value);
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base 64 (RFC 4648, 4).
fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sign = ALPHABET[(group >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

/// The padding may be missing, as with some telephones it is.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.len() > MasterKey::LONGEST.div_ceil(3) * 4 || text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut group = 0_u32;
        for sign in chunk {
            group = group << 6 | ALPHABET.iter().position(|known| known == sign)? as u32;
        }
        group <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&group.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_each_dialect_writes_it() {
        let key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
        for (text, expected) in [
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}"), Some((1, 0))),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^20|1:4 -FEC_ORDER=FEC_SRTP"), Some((1, 4))),
            (format!("2 AES_CM_128_HMAC_SHA1_32 inline:{key}|1:1"), Some((2, 1))),
            (format!("3 aes_cm_128_hmac_sha1_32 INLINE:{key}|1048576 WSH=128 KDR=0"), Some((3, 0))),
            (format!("1 F8_128_HMAC_SHA1_80 inline:{key}"), None),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key};inline:{key}"), None),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key} UNENCRYPTED_SRTP"), None),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key} KDR=4"), None),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^49"), None),
            (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|1:129"), None),
            (format!("1 AES_256_CM_HMAC_SHA1_80 inline:{key}"), None),
            (format!("x AES_CM_128_HMAC_SHA1_80 inline:{key}"), None),
            ("1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSo".into(), None),
            ("1 AES_CM_128_HMAC_SHA1_80".into(), None),
        ] {
            let read = line(&text).map(|crypto| (crypto.tag, crypto.mki_len));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn the_key_of_the_examples_in_rfc_4568_is_thirty_bytes() {
        let key = decoded("WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz").unwrap();
        assert_eq!(key, b"YS___semctl () {\t220;}\n}\nunles");
    }

    #[test]
    fn what_is_encoded_decodes() {
        for length in 0..=46 {
            let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(37) ^ 0xa5).collect();
            assert_eq!(decoded(&encoded(&bytes)).unwrap(), bytes);
        }
        assert_eq!(encoded(b"ab"), "YWI=");
        assert_eq!(decoded("YW!="), None);
    }

    #[test]
    fn each_suite_has_a_key_of_its_own_and_the_same_each_time() {
        let keys: Vec<Crypto> = offered(&Seed([3; 32])).collect();
        assert_eq!(keys.len(), 3);
        assert_ne!(keys[0].key.material(), keys[1].key.material());
        assert_eq!(keys, offered(&Seed([3; 32])).collect::<Vec<_>>());
        assert_ne!(keys[0].key, offered(&Seed([4; 32])).next().unwrap().key);
    }
}
