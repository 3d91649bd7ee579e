//! Being asked for proof: which challenge is answered, and how.

use std::fmt;

use rand_chacha::rand_core::Rng as _;

use super::{
    hash::{Algorithm, Answer, hex},
    params::{DigestParams, Qop},
};
use crate::{sip::wire::Method, types::Chance};

/// Behind the name of an algorithm.
const SESS: &str = "-sess";

/// One challenge that we can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    pub realm: String,
    pub algorithm: Algorithm,
    /// The last answer was right, but its nonce had run out: answer again without asking anybody.
    pub stale: bool,
    nonce: String,
    opaque: Option<String>,
    /// What the answer covers; without it the answer is RFC 2069's, and has no count.
    qop: Option<Qop>,
    /// The password's hash holds for this nonce alone (`-sess`: RFC 7616, 3.4.2).
    sess: bool,
}

/// Why none of the challenges is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    #[error("no digest challenge")]
    NoDigest,
    #[error("the challenge is for another realm than ours")]
    ForeignRealm,
    #[error("only unknown algorithms, or an unknown quality of protection, are offered")]
    Unsupported,
    #[error("only MD5 is offered, and it is not allowed")]
    OnlyMd5,
    #[error("a challenge that does not say what it must")]
    Malformed,
}

impl Challenge {
    /// The best of the values of WWW-Authenticate (or Proxy-Authenticate): the strongest algorithm, and among equals the
    /// first. With a `realm`, only a challenge for it is answered: a password is no stranger's to ask for.
    pub fn choose<'a>(
        values: impl Iterator<Item = &'a [u8]>,
        realm: Option<&str>,
        allow_md5: bool,
    ) -> Result<Challenge, Unanswerable> {
        let mut best: Result<Challenge, Unanswerable> = Err(Unanswerable::NoDigest);
        for value in values.take(8) {
            let read = Self::read(value, realm, allow_md5);
            best = match (best, read) {
                (Ok(best), Ok(other)) if other.algorithm > best.algorithm => Ok(other),
                (Ok(best), _) => Ok(best),
                (Err(_), Ok(challenge)) => Ok(challenge),
                (Err(Unanswerable::NoDigest), Err(why)) | (Err(why), Err(_)) => Err(why),
            };
        }
        best
    }

    fn read(value: &[u8], realm: Option<&str>, allow_md5: bool) -> Result<Challenge, Unanswerable> {
        use super::params::NotDigest;
        let params = DigestParams::parse(value).map_err(|why| match why {
            NotDigest::OtherScheme => Unanswerable::NoDigest,
            NotDigest::Malformed => Unanswerable::Malformed,
        })?;
        let theirs = params.get("realm").ok_or(Unanswerable::Malformed)?;
        if realm.is_some_and(|ours| ours != theirs) {
            return Err(Unanswerable::ForeignRealm);
        }
        let named = params.get("algorithm");
        let short = named.and_then(|name| {
            let (name, end) = name.split_at_checked(name.len().checked_sub(SESS.len())?)?;
            end.eq_ignore_ascii_case(SESS).then_some(name)
        });
        let sess = short.is_some();
        let algorithm = Algorithm::of(short.or(named)).ok_or(Unanswerable::Unsupported)?;
        if algorithm == Algorithm::Md5 && !allow_md5 {
            return Err(Unanswerable::OnlyMd5);
        }
        let qop = match params.get("qop") {
            None => None,
            Some(offered) => Some(Qop::best_of(offered).ok_or(Unanswerable::Unsupported)?),
        };
        Ok(Challenge {
            realm: theirs.to_owned(),
            algorithm,
            stale: params.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            nonce: params.get("nonce").ok_or(Unanswerable::Malformed)?.to_owned(),
            opaque: params.get("opaque").map(str::to_owned),
            qop,
            sess,
        })
    }
}

/// A challenge that is being answered: further requests use it with a growing count, until it is found stale.
#[derive(Clone)]
pub struct ClientSession {
    challenge: Challenge,
    count: u32,
}

impl fmt::Debug for ClientSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSession")
            .field("realm", &self.challenge.realm)
            .field("count", &self.count)
            .finish()
    }
}

impl ClientSession {
    pub fn new(challenge: Challenge) -> Self {
        ClientSession { challenge, count: 0 }
    }

    /// The value of Authorization (or Proxy-Authorization) for one request. `uri` is its Request-URI, as sent.
    pub fn answer(
        &mut self,
        user: &str,
        password: &str,
        method: &Method,
        uri: &str,
        body: &[u8],
        chance: &mut Chance,
    ) -> String {
        let Challenge { realm, algorithm, nonce, opaque, qop, sess, .. } = &self.challenge;
        self.count = self.count.saturating_add(1);
        let user = quotable(user);
        let uri = quotable(uri);
        let nc = format!("{:08x}", self.count);
        let mut random = [0; 16];
        chance.fill_bytes(&mut random);
        let cnonce = hex(&random);
        let mut ha1 = algorithm.ha1(&user, realm, password);
        if *sess {
            ha1 = algorithm.hash(&[&ha1, nonce, &cnonce]);
        }
        let response = Answer {
            algorithm: *algorithm,
            ha1: &ha1,
            method: method.as_str(),
            uri: &uri,
            nonce,
            counted: qop.map(|_| (nc.as_str(), cnonce.as_str())),
            body: (*qop == Some(Qop::AuthInt)).then_some(body),
        }
        .response();
        let mut value = format!(
            r#"Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm={algorithm}{}"#,
            if *sess { SESS } else { "" }
        );
        if let Some(qop) = qop {
            value.push_str(&format!(r#", qop={qop}, nc={nc}, cnonce="{cnonce}""#));
        } else if *sess {
            value.push_str(&format!(r#", cnonce="{cnonce}""#));
        }
        if let Some(opaque) = opaque {
            value.push_str(&format!(r#", opaque="{opaque}""#));
        }
        value
    }
}

/// Text between quotes: what would end them is escaped, and is hashed as it is sent.
fn quotable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
