//! DTLS-SRTP (RFC 5764): the handshake with a browser, whose certificate must be the one its description names.
//!
//! The handshake is `dimpl`'s, without sockets or clock as everything here; its randomness is its own, as a handshake's
//! has to be. What it yields are the two keys of an SRTP stream.

use std::{fmt, sync::Arc, time::Instant};

use dimpl::{Config, Dtls, DtlsCertificate, Output, SrtpProfile};
use sha2::{Digest, Sha256};

use super::{
    sdp::Fingerprint,
    srtp::{MasterKey, Opener, Sealer, Suite},
};

/// One flight of a handshake, a packet at a time.
const LONGEST_PACKET: usize = 2_048;
/// Outputs that are taken after one input; a handshake has fewer.
const MAX_OUTPUTS: usize = 64;

/// Our certificate for handshakes with browsers, made anew at each start: descriptions name it by its fingerprint.
#[derive(Clone)]
pub struct Identity {
    certificate: DtlsCertificate,
    config: Arc<Config>,
    fingerprint: Fingerprint,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fingerprint)
    }
}

impl Identity {
    /// From a certificate and its key (PKCS#8), both DER, ECDSA over P-256.
    pub fn new(certificate: Vec<u8>, private_key: Vec<u8>) -> Self {
        let fingerprint = Fingerprint(Sha256::digest(&certificate).into());
        Self {
            certificate: DtlsCertificate { certificate, private_key },
            config: Arc::new(Config::default()),
            fingerprint,
        }
    }

    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

/// A handshake under way or over.
pub(super) struct Handshake {
    dtls: Dtls,
    expected: Fingerprint,
    verified: bool,
    state: State,
    buffer: Box<[u8; LONGEST_PACKET]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Shaking,
    Done,
    /// Another certificate, or an error of the protocol: nothing is said or heard any more.
    Failed,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handshake({:?})", self.state)
    }
}

/// The two halves of an SRTP stream.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) sealer: Sealer,
    pub(super) opener: Opener,
}

impl Handshake {
    /// `active`: we begin it.
    pub(super) fn new(now: Instant, identity: &Identity, expected: Fingerprint, active: bool) -> Self {
        let mut dtls = Dtls::new_12(identity.config.clone(), identity.certificate.clone(), now);
        dtls.set_active(active);
        let buffer = Box::new([0; LONGEST_PACKET]);
        Self { dtls, expected, verified: false, state: State::Shaking, buffer }
    }

    pub(super) fn expected(&self) -> Fingerprint {
        self.expected
    }

    /// Has it ended without keys?
    pub(super) fn has_failed(&self) -> bool {
        self.state == State::Failed
    }

    pub(super) fn handle(&mut self, now: Instant, bytes: &[u8]) {
        if self.state == State::Failed {
            return;
        }
        let taken = self.dtls.handle_timeout(now).and_then(|()| self.dtls.handle_packet(bytes));
        // Once there are keys, an end of the association is no end of the call, which signalling decides.
        if taken.is_err() && self.state == State::Shaking {
            self.state = State::Failed;
        }
    }

    /// Packets that are due by time, and those that an input has called for, each to `send`; the keys, once.
    pub(super) fn poll(&mut self, now: Instant, mut send: impl FnMut(&[u8])) -> Option<Keys> {
        if self.state == State::Failed || self.dtls.handle_timeout(now).is_err() {
            return None;
        }
        let mut keys = None;
        for _ in 0..MAX_OUTPUTS {
            match self.dtls.poll_output(&mut self.buffer[..]) {
                Output::Packet(packet) => send(packet),
                Output::PeerCert(certificate) => {
                    self.verified = Fingerprint(Sha256::digest(certificate).into()) == self.expected;
                    if !self.verified {
                        self.state = State::Failed;
                        return None;
                    }
                }
                Output::KeyingMaterial(material, profile) if self.verified => {
                    keys = split(&material, profile, self.dtls.is_active());
                    self.state = if keys.is_some() { State::Done } else { State::Failed };
                }
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        keys
    }
}

/// RFC 5764, 4.2: client's key, server's key, client's salt, server's salt.
fn split(material: &[u8], profile: SrtpProfile, we_are_client: bool) -> Option<Keys> {
    let suite = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => Suite::AesCm128Sha1_80,
        SrtpProfile::AEAD_AES_128_GCM => Suite::AeadAes128Gcm,
        SrtpProfile::AEAD_AES_256_GCM => Suite::AeadAes256Gcm,
        _ => return None,
    };
    let (key_len, salt_len) = (suite.key_len(), suite.salt_len());
    let key = |side: usize| {
        let key = material.get(side * key_len..(side + 1) * key_len)?;
        let salt_at = 2 * key_len + side * salt_len;
        MasterKey::new(suite, &[key, material.get(salt_at..salt_at + salt_len)?].concat())
    };
    let (client, server) = (key(0)?, key(1)?);
    let (ours, theirs) = if we_are_client { (client, server) } else { (server, client) };
    Some(Keys { sealer: Sealer::new(&ours)?, opener: Opener::new(&theirs, 0)? })
}
