//! The calls of the switch, and when the next of them wants to be woken: no event looks at any call but its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::{Reason, call::Call};
use crate::types::CallId;

/// Calls by their ids. Bounded by the limit of calls that the switch admits, and by the ports for those that are ending.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: BTreeMap<CallId, Held>,
    due: BTreeSet<(Instant, CallId)>,
    live: usize,
}

#[derive(Debug)]
struct Held {
    // Large, and others are put in beside it all the time.
    call: Box<Call>,
    deadline: Option<(Instant, Reason)>,
}

impl Calls {
    /// Takes a call out, to give it an event; `put` brings back what it has become.
    pub(super) fn take(&mut self, id: CallId) -> Option<Call> {
        let Held { call, deadline } = self.calls.remove(&id)?;
        if let Some((at, _)) = deadline {
            self.due.remove(&(at, id));
        }
        self.live -= usize::from(call.is_live());
        Some(*call)
    }

    pub(super) fn put(&mut self, id: CallId, call: Call) {
        let deadline = call.deadline();
        if let Some((at, _)) = deadline {
            self.due.insert((at, id));
        }
        self.live += usize::from(call.is_live());
        self.calls.insert(id, Held { call: Box::new(call), deadline });
    }

    pub(super) fn get(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id).map(|held| &*held.call)
    }

    pub(super) fn next_deadline(&self) -> Option<(Instant, Reason)> {
        let (_, id) = self.due.first()?;
        self.calls.get(id)?.deadline
    }

    /// Whose deadline has come.
    pub(super) fn due(&self, now: Instant) -> Vec<CallId> {
        self.due.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect()
    }

    pub(super) fn ids(&self) -> Vec<CallId> {
        self.calls.keys().copied().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().map(|held| &*held.call)
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Calls in which somebody is still connected, or about to be.
    pub(super) fn live(&self) -> usize {
        self.live
    }
}
