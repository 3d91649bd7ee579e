//! How a leg's packets are sealed and opened: as they are, or with the keys that were agreed on.

use std::time::Instant;

use super::browser::Browser;
use crate::media::{
    dtls::Identity,
    sdp::{Protection, Sdes},
    srtp::{Opener, Refused, Sealer},
};

/// The leg's two keys at work. What has no keys although it should have them lets nothing through.
#[derive(Debug)]
pub(super) enum Security {
    Plain,
    Srtp(Box<Srtp>),
    Browser(Box<Browser>),
    Broken,
}

#[derive(Debug)]
pub(super) struct Srtp {
    keys: Sdes,
    sealer: Sealer,
    opener: Opener,
}

impl Security {
    pub(super) fn new(now: Instant, agreed: &Protection, identity: Option<&Identity>) -> Self {
        match agreed {
            Protection::Plain => Self::Plain,
            Protection::Sdes(keys) => {
                Srtp::new(*keys).map_or(Self::Broken, |srtp| Self::Srtp(Box::new(srtp)))
            }
            Protection::Dtls(terms) => identity.map_or(Self::Broken, |identity| {
                Self::Browser(Box::new(Browser::new(now, identity, *terms)))
            }),
        }
    }

    /// A new description: a key that is the same goes on where it was, and no index of it is used again.
    pub(super) fn update(&mut self, now: Instant, agreed: &Protection, identity: Option<&Identity>) {
        match (&mut *self, agreed, identity) {
            (Self::Srtp(srtp), Protection::Sdes(keys), _) => {
                if srtp.update(*keys).is_none() {
                    *self = Self::Broken;
                }
            }
            (Self::Browser(browser), Protection::Dtls(terms), Some(identity)) => {
                browser.update(now, identity, *terms);
            }
            _ => *self = Self::new(now, agreed, identity),
        }
    }

    pub(super) fn browser(&self) -> Option<&Browser> {
        match self {
            Self::Browser(browser) => Some(browser),
            Self::Plain | Self::Srtp(_) | Self::Broken => None,
        }
    }

    pub(super) fn browser_mut(&mut self) -> Option<&mut Browser> {
        match self {
            Self::Browser(browser) => Some(browser),
            Self::Plain | Self::Srtp(_) | Self::Broken => None,
        }
    }

    /// The key that opens what arrives, if there is one yet.
    fn opener(&mut self) -> Option<&mut Opener> {
        match self {
            Self::Plain | Self::Broken => None,
            Self::Srtp(srtp) => Some(&mut srtp.opener),
            Self::Browser(browser) => browser.keys.as_mut().map(|keys| &mut keys.opener),
        }
    }

    fn sealer(&mut self) -> Option<&mut Sealer> {
        match self {
            Self::Plain | Self::Broken => None,
            Self::Srtp(srtp) => Some(&mut srtp.sealer),
            Self::Browser(browser) => browser.keys.as_mut().map(|keys| &mut keys.sealer),
        }
    }

    pub(super) fn open_rtp<'a>(
        &mut self,
        bytes: &'a [u8],
        opened: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Refused> {
        self.open(bytes, opened, Opener::open_rtp)
    }

    pub(super) fn open_rtcp<'a>(
        &mut self,
        bytes: &'a [u8],
        opened: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Refused> {
        self.open(bytes, opened, Opener::open_rtcp)
    }

    fn open<'a>(
        &mut self,
        bytes: &'a [u8],
        opened: &'a mut Vec<u8>,
        with: impl FnOnce(&mut Opener, &mut [u8]) -> Result<usize, Refused>,
    ) -> Result<&'a [u8], Refused> {
        if let Self::Plain = self {
            return Ok(bytes);
        }
        let opener = self.opener().ok_or(Refused::Forged)?;
        let length = with(opener, copied(bytes, opened))?;
        Ok(&opened[..length])
    }

    /// Seals the packet that begins at `from`. False, and the packet taken off, if it may not be sent.
    pub(super) fn seal_rtp(&mut self, buffer: &mut Vec<u8>, from: usize) -> bool {
        if let Self::Plain = self {
            return true;
        }
        match self.sealer() {
            Some(sealer) => sealer.seal_rtp(buffer, from),
            None => refuse(buffer, from),
        }
    }

    pub(super) fn seal_rtcp(&mut self, buffer: &mut Vec<u8>, from: usize) -> bool {
        if let Self::Plain = self {
            return true;
        }
        match self.sealer() {
            Some(sealer) => sealer.seal_rtcp(buffer, from),
            None => refuse(buffer, from),
        }
    }
}

impl Srtp {
    fn new(keys: Sdes) -> Option<Self> {
        let sealer = Sealer::new(&keys.send)?;
        Some(Self { keys, sealer, opener: Opener::new(&keys.receive, keys.receive_mki_len)? })
    }

    fn update(&mut self, keys: Sdes) -> Option<()> {
        if keys.send != self.keys.send {
            self.sealer = Sealer::new(&keys.send)?;
        }
        if (keys.receive, keys.receive_mki_len) != (self.keys.receive, self.keys.receive_mki_len) {
            self.opener = Opener::new(&keys.receive, keys.receive_mki_len)?.succeeding(&self.opener);
        }
        self.keys = keys;
        Some(())
    }
}

fn copied<'a>(bytes: &[u8], into: &'a mut Vec<u8>) -> &'a mut [u8] {
    into.clear();
    into.extend_from_slice(bytes);
    into
}

fn refuse(buffer: &mut Vec<u8>, from: usize) -> bool {
    buffer.truncate(from);
    false
}
