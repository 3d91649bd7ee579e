//! The cryptographic transforms: session keys from a master key, and one packet sealed or opened with them.

use aes::{
    Aes128, Aes256, Block,
    cipher::{BlockCipherEncrypt, InnerIvInit, KeyInit, StreamCipher, StreamCipherCoreWrapper},
};
use aes_gcm::{AesGcm, Nonce, Tag, aead::AeadInOut, aes::cipher::consts::U12};
use ctr::{CtrCore, flavors};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::keys::MasterKey;

/// What a session key is for (RFC 3711, 4.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

pub(super) enum Cipher {
    Aes128(Box<Aes128>),
    Aes256(Box<Aes256>),
}

impl Cipher {
    fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Some(Self::Aes128(Box::new(Aes128::new_from_slice(key).ok()?))),
            32 => Some(Self::Aes256(Box::new(Aes256::new_from_slice(key).ok()?))),
            _ => None,
        }
    }

    /// Counter mode over the data, in place (RFC 3711, 4.1.1).
    fn apply(&self, counter: [u8; 16], data: &mut [u8]) {
        match self {
            Self::Aes128(aes) => apply(aes.as_ref(), counter, data),
            Self::Aes256(aes) => apply(aes.as_ref(), counter, data),
        }
    }
}

fn apply<'a, C>(cipher: &'a C, counter: [u8; 16], data: &mut [u8])
where
    C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
    &'a C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
{
    let core = CtrCore::<&C, flavors::Ctr128BE>::inner_iv_init(cipher, &Block::from(counter));
    StreamCipherCoreWrapper::from_core(core).apply_keystream(data);
}

/// A session key of this length from the master key (RFC 3711, 4.3.1 and 4.3.3, with a derivation rate of zero).
pub(super) fn derive(master: &MasterKey, label: Label, out: &mut [u8]) {
    let mut counter = [0; 16];
    counter[..14].copy_from_slice(&master.salt());
    counter[7] ^= label as u8;
    out.fill(0);
    if let Some(cipher) = Cipher::new(master.key()) {
        cipher.apply(counter, out);
    }
}

/// What seals and opens packets of one kind, RTP or RTCP.
pub(super) enum Transform {
    /// AES in counter mode and an HMAC of so many bytes.
    CounterMode {
        cipher: Cipher,
        salt: [u8; 14],
        mac: Box<Hmac<Sha1>>,
        tag_len: usize,
    },
    Gcm128 {
        cipher: Box<AesGcm<Aes128, U12>>,
        salt: [u8; 12],
    },
    Gcm256 {
        cipher: Box<AesGcm<Aes256, U12>>,
        salt: [u8; 12],
    },
}

impl std::fmt::Debug for Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transform")
    }
}

/// A place in a stream, which makes each packet's keystream its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) ssrc: u32,
    /// RTP: 48 bits, wraps of the sequence number and the number. RTCP: 31 bits.
    pub(super) index: u64,
}

impl Transform {
    pub(super) fn rtp(master: &MasterKey) -> Option<Self> {
        let labels = [Label::RtpEncryption, Label::RtpAuthentication, Label::RtpSalt];
        Self::new(master, labels, master.suite().rtp_tag_len())
    }

    pub(super) fn rtcp(master: &MasterKey) -> Option<Self> {
        let labels = [Label::RtcpEncryption, Label::RtcpAuthentication, Label::RtcpSalt];
        Self::new(master, labels, master.suite().rtcp_tag_len())
    }

    fn new(master: &MasterKey, labels: [Label; 3], tag_len: usize) -> Option<Self> {
        let [encryption, authentication, salting] = labels;
        let suite = master.suite();
        let (mut key, mut long_salt) = ([0; 32], [0; 14]);
        let key = &mut key[..suite.key_len()];
        derive(master, encryption, key);
        derive(master, salting, &mut long_salt[..suite.salt_len()]);
        if suite.is_aead() {
            let mut salt = [0; 12];
            salt.copy_from_slice(&long_salt[..12]);
            return match key.len() {
                16 => Some(Self::Gcm128 { cipher: Box::new(AesGcm::new_from_slice(key).ok()?), salt }),
                _ => Some(Self::Gcm256 { cipher: Box::new(AesGcm::new_from_slice(key).ok()?), salt }),
            };
        }
        let mut mac_key = [0; 20];
        derive(master, authentication, &mut mac_key);
        let mac = Box::new(<Hmac<Sha1> as KeyInit>::new_from_slice(&mac_key).ok()?);
        Some(Self::CounterMode { cipher: Cipher::new(key)?, salt: long_salt, mac, tag_len })
    }

    /// The HMAC over the packet and what follows it unseen, cut to length. `None` for a transform that has none.
    pub(super) fn mac(&self, packet: &[u8], trailer: &[u8]) -> Option<([u8; 20], usize)> {
        let Self::CounterMode { mac, tag_len, .. } = self else { return None };
        let mut mac = mac.as_ref().clone();
        mac.update(packet);
        mac.update(trailer);
        Some((mac.finalize().into_bytes().into(), *tag_len))
    }

    pub(super) fn mac_is(&self, packet: &[u8], trailer: &[u8], tag: &[u8]) -> bool {
        self.mac(packet, trailer).is_some_and(|(mac, length)| bool::from(mac[..length].ct_eq(tag)))
    }

    /// Counter mode over the payload, in place; sealing and opening are the same.
    pub(super) fn cipher(&self, place: Place, payload: &mut [u8]) {
        let Self::CounterMode { cipher, salt, .. } = self else { return };
        // IV = (salt · 2^16) XOR (SSRC · 2^64) XOR (index · 2^16).
        let mut counter = [0; 16];
        counter[..14].copy_from_slice(salt);
        xor(&mut counter[4..8], &place.ssrc.to_be_bytes());
        xor(&mut counter[8..14], &place.index.to_be_bytes()[2..]);
        cipher.apply(counter, payload);
    }

    /// Seals the payload in place; its tag. `None` for a transform that is no AEAD.
    pub(super) fn seal(&self, nonce: Nonced, associated: &[u8], payload: &mut [u8]) -> Option<[u8; 16]> {
        let tag = match self {
            Self::CounterMode { .. } => return None,
            Self::Gcm128 { cipher, salt } => {
                cipher.encrypt_inout_detached(&nonce.salted(salt), associated, payload.into())
            }
            Self::Gcm256 { cipher, salt } => {
                cipher.encrypt_inout_detached(&nonce.salted(salt), associated, payload.into())
            }
        };
        tag.ok().map(Into::into)
    }

    /// Opens the payload in place. False, and nothing changed, if it is not authentic.
    pub(super) fn open(&self, nonce: Nonced, associated: &[u8], payload: &mut [u8], tag: &[u8]) -> bool {
        let Ok(tag) = <[u8; 16]>::try_from(tag) else { return false };
        let tag = Tag::from(tag);
        match self {
            Self::CounterMode { .. } => false,
            Self::Gcm128 { cipher, salt } => {
                cipher.decrypt_inout_detached(&nonce.salted(salt), associated, payload.into(), &tag).is_ok()
            }
            Self::Gcm256 { cipher, salt } => {
                cipher.decrypt_inout_detached(&nonce.salted(salt), associated, payload.into(), &tag).is_ok()
            }
        }
    }
}

/// What makes the nonce of an AEAD packet unlike all others (RFC 7714, 8.1 and 9.1): both put two zero bytes, the SSRC
/// and six bytes of index before the salt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nonced(pub(super) Place);

impl Nonced {
    fn salted(self, salt: &[u8; 12]) -> Nonce<U12> {
        let mut nonce = *salt;
        xor(&mut nonce[2..6], &self.0.ssrc.to_be_bytes());
        xor(&mut nonce[6..12], &self.0.index.to_be_bytes()[2..]);
        Nonce::from(nonce)
    }
}

fn xor(into: &mut [u8], with: &[u8]) {
    for (byte, other) in into.iter_mut().zip(with) {
        *byte ^= other;
    }
}
