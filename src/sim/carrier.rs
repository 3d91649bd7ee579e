//! The carriers: real SIP endpoints as the trunks. They bring calls and texts of people outside, and take those of the office.

use std::{net::SocketAddr, time::Instant};

use super::{office::SPARE, station::Station};
use crate::sip::{SendError, SessionId, TextId};

/// What a carrier does with the texts that it is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Post {
    #[default]
    Takes,
    /// So many are refused with this status, then it takes them again; `None`: all of them.
    Refuses { status: u16, left: Option<u32> },
    /// It takes them and says nothing.
    Silent,
}

/// What a carrier does with the calls that it is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Switching {
    #[default]
    Takes,
    /// All of them, with a Retry-After of so many seconds if it says so.
    Refuses { status: u16, retry_after: Option<u32> },
}

#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) station: Station,
    pub(super) post: Post,
    pub(super) switching: Switching,
}

impl Carrier {
    pub(super) fn new(station: Station) -> Self {
        Self { station, post: Post::Takes, switching: Switching::Takes }
    }

    /// Refuses a call, if that is what it does with calls. `false`: it is put through.
    pub(super) fn refuses(&mut self, now: Instant, session: SessionId) -> Result<bool, SendError> {
        match self.switching {
            Switching::Takes => Ok(false),
            Switching::Refuses { status, retry_after } => {
                self.station.refuse_for(now, session, status, retry_after).map(|()| true)
            }
        }
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

/// Both carriers of the office. The spare one is there in every story, and called in those that furnish it.
#[derive(Debug)]
pub(super) struct Carriers {
    pub(super) first: Carrier,
    pub(super) spare: Carrier,
}

impl Carriers {
    /// The one at this address.
    pub(super) fn at(&mut self, address: SocketAddr) -> &mut Carrier {
        if address == SPARE { &mut self.spare } else { &mut self.first }
    }
}
