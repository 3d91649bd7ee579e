//! The carrier: one real SIP endpoint as the trunk. It brings calls and texts of people outside, and takes those of the office.

use std::time::Instant;

use super::station::Station;
use crate::sip::{SendError, TextId};

/// What the carrier does with the texts that it is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Post {
    #[default]
    Takes,
    /// So many are refused with this status, then it takes them again; `None`: all of them.
    Refuses { status: u16, left: Option<u32> },
    /// It takes them and says nothing.
    Silent,
}

#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) station: Station,
    pub(super) post: Post,
}

impl Carrier {
    pub(super) fn new(station: Station) -> Self {
        Self { station, post: Post::Takes }
    }

    /// Deals with a text as told. A carrier that is silent answers 503 itself when its patience is over, as ours does;
    /// the world takes that answer off the wire.
    pub(super) fn take_text(&mut self, now: Instant, text: TextId) -> Result<(), SendError> {
        let status = match &mut self.post {
            Post::Takes => 202,
            Post::Silent => return Ok(()),
            Post::Refuses { status, left: None } => *status,
            Post::Refuses { status, left: Some(left) } => {
                let status = *status;
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.post = Post::Takes;
                }
                status
            }
        };
        self.station.settle_text(now, text, status)
    }
}
