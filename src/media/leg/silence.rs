//! Why nothing is heard of a far end, as far as its packets tell.

use super::Dropped;

/// Why nothing is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Silence {
    /// No packet of any kind has come: a firewall, a wrong address in our description, or nobody there.
    NothingCame,
    /// Packets come, but from an address that signalling does not vouch for.
    CameFromElsewhere,
    /// Reports come, and no media.
    ReportsOnly,
    /// Media comes, of a kind that was never agreed on.
    NotNegotiated,
    /// Packets come that are not sealed with the agreed key: plain ones, or another key.
    NotAuthentic,
    /// What comes is no RTP.
    NotRtp,
    /// It was heard, and has stopped.
    WentQuiet,
}

/// What has come so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Come {
    /// Audio or keys of a kind that was agreed on.
    pub(super) understood: bool,
    pub(super) reports: bool,
}

impl Come {
    pub(super) fn why_silent(self, dropped: &Dropped) -> Silence {
        match dropped {
            _ if self.understood => Silence::WentQuiet,
            Dropped { forged: 1.., .. } => Silence::NotAuthentic,
            Dropped { not_negotiated: 1.., .. } => Silence::NotNegotiated,
            Dropped { foreign: 1.., .. } => Silence::CameFromElsewhere,
            _ if self.reports => Silence::ReportsOnly,
            Dropped { malformed: 1.., .. } => Silence::NotRtp,
            _ => Silence::NothingCame,
        }
    }
}
