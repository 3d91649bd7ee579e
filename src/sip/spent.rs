//! Their requests that have been served: nothing is left to do but to absorb copies, so next to nothing is kept.
//!
//! The Completed state of figure 8 (RFC 3261) and, once the 2xx has been acknowledged, the Accepted state of figure 7
//! of RFC 6026 last 64*T1. An office that takes a burst of calls has tens of thousands of requests in them at once.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Instant,
};

use super::{fingerprint::Fingerprint, tag::Tag, transaction_layer::ServerId};

/// How a copy of a served request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Copied {
    /// An INVITE whose 2xx was acknowledged: its copies are late, and nobody waits for an answer (RFC 6026, 7.1).
    Silently { tag: Tag },
    /// With this status and our tag; the rest of the answer stands in the copy.
    Anew { status: u16, tag: Tag },
    /// With these bytes.
    Again(Box<[u8]>),
}

/// See the module's sentence. What each key stands for is in the layer's table of keys.
#[derive(Debug, Default)]
pub(super) struct Spent {
    /// In the order in which they end.
    order: VecDeque<Ending>,
    invites: BTreeSet<ServerId>,
}

#[derive(Debug)]
struct Ending {
    at: Instant,
    key: Fingerprint,
    /// Set for an INVITE: its end matters to the sessions.
    invite: Option<ServerId>,
}

impl Spent {
    /// So many are kept. Beyond, the oldest goes: a copy that still comes for it is answered as a stray.
    const MOST: usize = 400_000;

    /// Takes one on until `at`, which is never before that of the one before. The key that had to make room, if any.
    #[must_use]
    pub(super) fn keep(&mut self, at: Instant, key: Fingerprint, invite: Option<ServerId>) -> Option<Over> {
        self.invites.extend(invite);
        self.order.push_back(Ending { at, key, invite });
        if self.order.len() > Self::MOST { self.pop() } else { None }
    }

    /// The next one whose time has come.
    pub(super) fn over(&mut self, now: Instant) -> Option<Over> {
        if self.next()? > now {
            return None;
        }
        self.pop()
    }

    fn pop(&mut self) -> Option<Over> {
        let Ending { key, invite, .. } = self.order.pop_front()?;
        if let Some(id) = &invite {
            self.invites.remove(id);
        }
        // A quiet hour gives back what a burst took.
        if self.order.is_empty() {
            self.order = VecDeque::new();
        }
        Some(Over { key, invite })
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.order.front().map(|ending| ending.at)
    }

    pub(super) fn has_invite(&self, id: ServerId) -> bool {
        self.invites.contains(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

/// One that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) key: Fingerprint,
    pub(super) invite: Option<ServerId>,
}
