//! The calls of the switch, and when the next of them wants to be woken: no event looks at any call but its own.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
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
    /// `None` while it is being given an event. Large, and others are put in beside it all the time.
    call: Box<Option<Call>>,
    deadline: Option<(Instant, Reason)>,
}

impl Calls {
    /// Takes a call out, to give it an event; `settle` brings back what it has become.
    #[must_use]
    pub(super) fn take(&mut self, id: CallId) -> Option<Call> {
        let call = self.calls.get_mut(&id)?.call.take()?;
        self.live -= usize::from(call.is_live());
        Some(call)
    }

    /// What a call that was taken out has become; `None`: it is over.
    pub(super) fn settle(&mut self, id: CallId, call: Option<Call>) {
        match call {
            Some(call) => self.put(id, call),
            None => {
                let deadline = self.calls.remove(&id).and_then(|held| held.deadline);
                if let Some((at, _)) = deadline {
                    self.due.remove(&(at, id));
                }
            }
        }
    }

    pub(super) fn put(&mut self, id: CallId, call: Call) {
        self.live += usize::from(call.is_live());
        let deadline = call.deadline();
        let before = match self.calls.entry(id) {
            Entry::Occupied(mut held) => {
                let held = held.get_mut();
                *held.call = Some(call);
                std::mem::replace(&mut held.deadline, deadline)
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Held { call: Box::new(Some(call)), deadline });
                None
            }
        };
        let (before, deadline) = (before.map(|(at, _)| at), deadline.map(|(at, _)| at));
        if before != deadline {
            before.map(|at| self.due.remove(&(at, id)));
            deadline.map(|at| self.due.insert((at, id)));
        }
    }

    pub(super) fn get(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id)?.call.as_ref().as_ref()
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
        self.calls.values().filter_map(|held| held.call.as_ref().as_ref())
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Calls in which somebody is still connected, or about to be.
    pub(super) fn live(&self) -> usize {
        self.live
    }
}
