//! Everybody has been told; what is left is what the media plane has counted. Then the record is closed.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Disposition, Reason, exchange::Context};

/// The media plane answers within a packet or two; a call whose quality is unknown is better than one that never ends.
const MEDIA_WAIT: Duration = Duration::from_secs(2);

/// A call that is over but for its figures.
#[derive(Debug)]
pub(super) struct Ending {
    disposition: Disposition,
    ended: Timestamp,
    until: Instant,
}

impl Ending {
    pub(super) fn begin(cx: &mut Context<'_>, disposition: Disposition) -> Self {
        Self { disposition, ended: cx.now.wall, until: cx.now.at + MEDIA_WAIT }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.until, Reason::MediaClosing))
    }

    /// When the call ended and how, once every socket is closed or has been waited for long enough.
    pub(super) fn finished(&self, cx: &mut Context<'_>) -> Option<(Timestamp, Disposition)> {
        let call = cx.call();
        if cx.exchange.has_sockets(call) {
            if self.until > cx.now.at {
                return None;
            }
            cx.exchange.reclaim_sockets(cx.now, call);
        }
        Some((self.ended, self.disposition))
    }
}
