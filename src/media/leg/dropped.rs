//! Packets that a leg does not take, counted by what is wrong with them.

use crate::media::srtp::Refused;

/// Packets that were dropped, by cause.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Not RTP or RTCP at all.
    pub malformed: u64,
    /// From an address that signalling does not vouch for.
    pub foreign: u64,
    /// Duplicates, stragglers, and strays of unknown streams.
    pub stale: u64,
    /// Of a payload type that was never agreed on.
    pub not_negotiated: u64,
    /// Not sealed with the key that was agreed on: plain, of another key, or altered on the way.
    pub forged: u64,
}

impl Dropped {
    pub(super) fn count(&mut self, why: Refused) {
        match why {
            Refused::Malformed => self.malformed += 1,
            Refused::Replayed => self.stale += 1,
            Refused::Forged | Refused::TooManyStreams => self.forged += 1,
        }
    }
}
