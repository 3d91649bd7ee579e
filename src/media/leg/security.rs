//! How a leg's packets are sealed and opened: as they are, or with the keys that were agreed on.

use crate::media::{
    sdp::{Protection, Sdes},
    srtp::{Opener, Refused, Sealer},
};

/// The leg's two keys at work. What has no keys although it should have them lets nothing through.
#[derive(Debug)]
pub(super) enum Security {
    Plain,
    Srtp(Box<Srtp>),
    Broken,
}

#[derive(Debug)]
pub(super) struct Srtp {
    keys: Sdes,
    sealer: Sealer,
    opener: Opener,
}

impl Security {
    pub(super) fn new(agreed: &Protection) -> Self {
        match agreed {
            Protection::Plain => Self::Plain,
            Protection::Sdes(keys) => {
                Srtp::new(*keys).map_or(Self::Broken, |srtp| Self::Srtp(Box::new(srtp)))
            }
        }
    }

    /// A new description: a key that is the same goes on where it was, and no index of it is used again.
    pub(super) fn update(&mut self, agreed: &Protection) {
        match (&mut *self, agreed) {
            (Self::Srtp(srtp), Protection::Sdes(keys)) => {
                if srtp.update(*keys).is_none() {
                    *self = Self::Broken;
                }
            }
            _ => *self = Self::new(agreed),
        }
    }

    pub(super) fn open_rtp<'a>(
        &mut self,
        bytes: &'a [u8],
        opened: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Refused> {
        match self {
            Self::Plain => Ok(bytes),
            Self::Srtp(srtp) => {
                let length = srtp.opener.open_rtp(copied(bytes, opened))?;
                Ok(&opened[..length])
            }
            Self::Broken => Err(Refused::Forged),
        }
    }

    pub(super) fn open_rtcp<'a>(
        &mut self,
        bytes: &'a [u8],
        opened: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Refused> {
        match self {
            Self::Plain => Ok(bytes),
            Self::Srtp(srtp) => {
                let length = srtp.opener.open_rtcp(copied(bytes, opened))?;
                Ok(&opened[..length])
            }
            Self::Broken => Err(Refused::Forged),
        }
    }

    /// Seals the packet that begins at `from`. False, and the packet taken off, if it may not be sent.
    pub(super) fn seal_rtp(&mut self, buffer: &mut Vec<u8>, from: usize) -> bool {
        match self {
            Self::Plain => true,
            Self::Srtp(srtp) => srtp.sealer.seal_rtp(buffer, from),
            Self::Broken => refuse(buffer, from),
        }
    }

    pub(super) fn seal_rtcp(&mut self, buffer: &mut Vec<u8>, from: usize) -> bool {
        match self {
            Self::Plain => true,
            Self::Srtp(srtp) => srtp.sealer.seal_rtcp(buffer, from),
            Self::Broken => refuse(buffer, from),
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
