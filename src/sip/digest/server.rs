//! Asking for proof: nonces that cannot be forged, moved or used twice, and the judgement of what comes back.

use std::{
    collections::BTreeMap,
    fmt,
    net::IpAddr,
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand_chacha::rand_core::Rng as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::{
    hash::{Algorithm, Answer, hex, unhex},
    params::{DigestParams, NotDigest},
};
use crate::{
    sip::wire::{Method, Uri},
    types::Chance,
};

/// How long a nonce is good for. Judged by the monotonic clock: a wall clock that jumps revives nothing.
pub const NONCE_LIFETIME: Duration = Duration::from_secs(60);

/// How many nonces in use have their counts remembered. When it is full the oldest is forgotten, and it and all older
/// ones count as stale: their phones are asked again, and nothing can be replayed.
pub const MAX_NONCES: usize = 8192;

/// What the house knows about a user.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub secret: Secret<'a>,
    /// MD5 is accepted from this user. Everybody else must answer with SHA-256, or SHA-512-256.
    pub legacy_md5: bool,
}

/// A password, or a hash that stands for it.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    Password(&'a str),
    /// `H(user:realm:password)` in lower-case hexadecimal; of use with this algorithm only.
    Ha1(Algorithm, &'a str),
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("legacy_md5", &self.legacy_md5).finish_non_exhaustive()
    }
}

/// What came of a request's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The sender knows this user's password.
    Accepted { user: String },
    /// No digest credentials for our realm: challenge.
    Missing,
    /// The nonce is too old or was never given to this address (the password has then not been looked at), or its
    /// count was used: challenge with `stale`, and charge nobody. A wrong password on such a nonce proves nothing
    /// about the address: whoever sent it may never have seen a challenge, and have written any source into it.
    Stale,
    /// Wrong password, no such user, or an algorithm that this user may not use: challenge, and charge the address.
    Wrong,
    /// Credentials that do not say what they must, or say it with `auth-int`, or for another target than is asked for: 400.
    Malformed,
}

type NonceKey = (u64, u64);

/// The asking side, for one realm.
pub struct Authenticator {
    realm: String,
    key: [u8; 64],
    epoch: Instant,
    /// The highest count seen of each nonce that has had a right answer, by time of minting.
    counts: BTreeMap<NonceKey, u32>,
    /// Nonces up to this one are stale: their counts are forgotten.
    floor: Option<NonceKey>,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("realm", &self.realm)
            .field("nonces", &self.counts.len())
            .finish_non_exhaustive()
    }
}

impl Authenticator {
    /// Draws its own secret key: nonces of an earlier life of the house are stale.
    pub fn new(realm: &str, now: Instant, chance: &mut Chance) -> Self {
        let mut key = [0; 64];
        chance.fill_bytes(&mut key);
        // It is sent in quotes; what would end them or the line has no place in it.
        let realm = realm.chars().filter(|c| !c.is_control() && *c != '"' && *c != '\\').collect();
        Authenticator { realm, key, epoch: now, counts: BTreeMap::new(), floor: None }
    }

    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The value of a WWW-Authenticate header. Keeps nothing.
    pub fn challenge(
        &self,
        now: Instant,
        source: IpAddr,
        algorithm: Algorithm,
        stale: bool,
        chance: &mut Chance,
    ) -> String {
        let nonce = self.mint(now, source, chance.next_u64());
        let (realm, stale) = (&self.realm, if stale { ", stale=true" } else { "" });
        format!(r#"Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"{stale}"#)
    }

    /// Judges a request. `authorizations` are its Authorization values; `known` looks a user up.
    pub fn verify<'a, 'k>(
        &mut self,
        now: Instant,
        source: IpAddr,
        method: &Method,
        request_uri: &Uri<'_>,
        authorizations: impl Iterator<Item = &'a [u8]>,
        known: impl FnOnce(&str) -> Option<Known<'k>>,
    ) -> Verdict {
        let credentials = match self.ours(authorizations) {
            Ok(credentials) => credentials,
            Err(verdict) => return verdict,
        };
        let Some(nonce) = self.current(now, source, credentials.nonce) else { return Verdict::Stale };
        let found = known(credentials.user);
        // A user who is not there is judged by a secret that nobody can know, with the same work.
        let mut nobody = hex(&self.key[..16]);
        if found.is_some() {
            nobody.clear();
        }
        let algorithm = credentials.algorithm;
        let (secret, legacy_md5) = match found {
            Some(Known { secret, legacy_md5 }) => (secret, legacy_md5),
            None => (Secret::Password(nobody.as_str()), false),
        };
        let (ha1, comparable) = match secret {
            Secret::Password(password) => (algorithm.ha1(credentials.user, &self.realm, password), true),
            Secret::Ha1(of, ha1) => (ha1.to_owned(), of == algorithm),
        };
        let answer = Answer {
            algorithm,
            ha1: &ha1,
            method: method.as_str(),
            uri: credentials.uri,
            nonce: credentials.nonce,
            counted: credentials.counted.map(|(_, nc, cnonce)| (nc, cnonce)),
            body: None,
        };
        let right: bool =
            answer.response().as_bytes().ct_eq(credentials.response.to_ascii_lowercase().as_bytes()).into();
        let allowed = found.is_some() && comparable && (algorithm >= Algorithm::Sha256 || legacy_md5);
        if !(right & allowed) {
            return Verdict::Wrong;
        }
        // A proxy on the way may have put another target there: nobody has guessed (RFC 7616, 3.4.6).
        if !names_same_target(credentials.uri, request_uri) {
            return Verdict::Malformed;
        }
        // RFC 2069 credentials have no count: their nonce is good for one request.
        let count = credentials.counted.map_or(u32::MAX, |(count, ..)| count);
        if self.spend(now, nonce, count) {
            Verdict::Accepted { user: credentials.user.to_owned() }
        } else {
            Verdict::Stale
        }
    }

    /// The first digest credentials for our realm.
    fn ours<'a>(&self, authorizations: impl Iterator<Item = &'a [u8]>) -> Result<Credentials<'a>, Verdict> {
        // A client answers one challenge of ours, and a proxy or two on the way may have asked as well.
        for value in authorizations.take(8) {
            let params = match DigestParams::parse(value) {
                Ok(params) => params,
                Err(NotDigest::OtherScheme) => continue,
                Err(NotDigest::Malformed) => return Err(Verdict::Malformed),
            };
            if params.get("realm") == Some(self.realm.as_str()) {
                return Credentials::read(&params).ok_or(Verdict::Malformed);
            }
        }
        Err(Verdict::Missing)
    }

    /// 32 bytes in hexadecimal: when, some chance, and the proof that we made it for this address.
    fn mint(&self, now: Instant, source: IpAddr, random: u64) -> String {
        let minted = self.millis(now);
        let mut nonce = [0; 32];
        nonce[..8].copy_from_slice(&minted.to_be_bytes());
        nonce[8..16].copy_from_slice(&random.to_be_bytes());
        nonce[16..].copy_from_slice(&self.proof((minted, random), source));
        hex(&nonce)
    }

    fn proof(&self, (minted, random): NonceKey, source: IpAddr) -> [u8; 16] {
        let mut mac = Hmac::<Sha256>::new(&self.key.into());
        mac.update(&minted.to_be_bytes());
        mac.update(&random.to_be_bytes());
        match source.to_canonical() {
            IpAddr::V4(v4) => mac.update(&v4.octets()),
            IpAddr::V6(v6) => mac.update(&v6.octets()),
        }
        let full = mac.finalize().into_bytes();
        let mut proof = [0; 16];
        proof.copy_from_slice(&full[..16]);
        proof
    }

    /// The nonce, if we made it for this address and it has not run out.
    fn current(&self, now: Instant, source: IpAddr, nonce: &str) -> Option<NonceKey> {
        let bytes: [u8; 32] = unhex(nonce)?;
        let (minted, rest) = bytes.split_first_chunk::<8>()?;
        let (random, proof) = rest.split_first_chunk::<8>()?;
        let key = (u64::from_be_bytes(*minted), u64::from_be_bytes(*random));
        let genuine: bool = self.proof(key, source).ct_eq(proof).into();
        let age = self.millis(now).checked_sub(key.0)?;
        let young = u128::from(age) < NONCE_LIFETIME.as_millis();
        (genuine && young && self.floor.is_none_or(|floor| key > floor)).then_some(key)
    }

    /// Counts must grow (RFC 7616, 3.4): `false` if this one, or a higher one, was used already.
    fn spend(&mut self, now: Instant, nonce: NonceKey, count: u32) -> bool {
        let oldest = self.millis(now).saturating_sub(NONCE_LIFETIME.as_millis() as u64);
        while self.counts.first_key_value().is_some_and(|((minted, _), _)| *minted < oldest) {
            self.counts.pop_first();
        }
        if let Some(highest) = self.counts.get_mut(&nonce) {
            let grows = count > *highest;
            *highest = count.max(*highest);
            return grows;
        }
        if self.counts.len() >= MAX_NONCES
            && let Some((forgotten, _)) = self.counts.pop_first()
        {
            self.floor = Some(forgotten);
            if nonce <= forgotten {
                return false;
            }
        }
        self.counts.insert(nonce, count);
        true
    }

    /// Milliseconds since we were made. Half a billion years fit.
    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.epoch).as_millis()).unwrap_or(u64::MAX)
    }
}

/// Digest credentials, read.
struct Credentials<'a> {
    user: &'a str,
    nonce: &'a str,
    uri: &'a str,
    response: &'a str,
    algorithm: Algorithm,
    /// The count as a number and as text, and the client's nonce; absent without `qop`.
    counted: Option<(u32, &'a str, &'a str)>,
}

impl<'a> Credentials<'a> {
    fn read(params: &DigestParams<'a>) -> Option<Self> {
        let counted = match params.get("qop") {
            None => None,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                let nc = params.get("nc")?;
                let well_formed = nc.len() == 8 && nc.bytes().all(|b| b.is_ascii_hexdigit());
                let count = well_formed.then(|| u32::from_str_radix(nc, 16).ok())??;
                let cnonce = params.get("cnonce").filter(|cnonce| !cnonce.is_empty())?;
                Some((count, nc, cnonce)).filter(|_| count > 0)
            }
            Some(_) => return None,
        };
        if params.get("qop").is_some() && counted.is_none() {
            return None;
        }
        // A hashed user name (RFC 7616, 3.4.4) was not offered.
        if params.get("userhash").is_some_and(|hashed| hashed.eq_ignore_ascii_case("true")) {
            return None;
        }
        Some(Credentials {
            user: params.get("username")?,
            nonce: params.get("nonce")?,
            uri: params.get("uri")?,
            response: params.get("response")?,
            algorithm: Algorithm::of(params.get("algorithm"))?,
            counted,
        })
    }
}

/// Is the URI that was signed the one that is asked for (RFC 7616, 3.4.6)? Parameters may differ: phones leave them
/// out, or put in a transport.
fn names_same_target(signed: &str, request_uri: &Uri<'_>) -> bool {
    let Some(signed) = Uri::parse(signed.as_bytes()) else { return false };
    signed.as_str() == request_uri.as_str()
        || (signed.user() == request_uri.user()
            && signed.host().eq_ignore_ascii_case(request_uri.host())
            && signed.port().unwrap_or(5060) == request_uri.port().unwrap_or(5060)
            && !signed.host().is_empty())
}
