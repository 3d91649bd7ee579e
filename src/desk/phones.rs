//! Registrations on their way to the store: new ones at once, refreshed ones together, to spare the card.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::clock::moved;
use crate::{
    pbx::{DayNight, DeskSettings},
    sip::{Binding, Flow},
    types::Extension,
};

type Key = (Extension, String);

/// A refreshed binding may be stored this much later: after a crash it seems to end so much earlier.
const TOGETHER: SignedDuration = SignedDuration::from_secs(30);

/// Bindings known, and changes not stored yet.
#[derive(Debug, Default)]
pub(super) struct Phones {
    known: BTreeMap<Key, Flow>,
    /// `None`: the binding is gone. The instant is the one at which its time began to run.
    changed: BTreeMap<Key, Option<(Binding, Timestamp)>>,
    due: Option<Timestamp>,
    /// What people have set, and is not stored yet.
    desks: BTreeMap<Extension, DeskSettings>,
    day_night: Option<DayNight>,
}

impl Phones {
    /// The registrar bounds its bindings; should it ever have more, the rest are not kept over a restart.
    const MOST: usize = 5_000;

    /// What the store had.
    pub(super) fn restored(&mut self, bindings: &[Binding]) {
        for binding in bindings {
            self.known.insert((binding.extension.clone(), binding.contact.clone()), binding.flow);
        }
    }

    pub(super) fn bound(&mut self, binding: Binding, now: Timestamp) {
        let key = (binding.extension.clone(), binding.contact.clone());
        if self.known.len() >= Self::MOST && !self.known.contains_key(&key) {
            return;
        }
        let same =
            self.known.insert(key.clone(), binding.flow).is_some_and(|flow| same_way(&flow, &binding.flow));
        self.changed.insert(key, Some((binding, now)));
        self.store_by(if same { moved(now, TOGETHER) } else { now });
    }

    pub(super) fn unbound(&mut self, extension: Extension, contact: String, now: Timestamp) {
        let key = (extension, contact);
        self.known.remove(&key);
        self.changed.insert(key, None);
        self.store_by(moved(now, TOGETHER));
    }

    pub(super) fn desk_set(&mut self, extension: Extension, settings: DeskSettings) {
        self.desks.insert(extension, settings);
    }

    pub(super) fn day_night_set(&mut self, key: DayNight) {
        self.day_night = Some(key);
    }

    pub(super) fn has_settings(&self) -> bool {
        !self.desks.is_empty() || self.day_night.is_some()
    }

    pub(super) fn settings(&self) -> (&BTreeMap<Extension, DeskSettings>, Option<DayNight>) {
        (&self.desks, self.day_night)
    }

    /// What was set is durable.
    pub(super) fn settings_stored(&mut self) {
        self.desks.clear();
        self.day_night = None;
    }

    fn store_by(&mut self, at: Timestamp) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// When the changes are to be stored.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// The changes, with the time left at `now`.
    pub(super) fn pending(&self, now: Timestamp) -> (Vec<Binding>, Vec<Key>) {
        let (mut bound, mut unbound) = (Vec::new(), Vec::new());
        for (key, change) in &self.changed {
            match change {
                None => unbound.push(key.clone()),
                Some((binding, since)) => {
                    let spent = Duration::try_from(now.duration_since(*since)).unwrap_or(Duration::ZERO);
                    let expires_in = binding.expires_in.saturating_sub(spent);
                    bound.push(Binding { expires_in, ..binding.clone() });
                }
            }
        }
        (bound, unbound)
    }

    /// The changes are durable.
    pub(super) fn stored(&mut self) {
        self.changed.clear();
        self.due = None;
    }

    pub(super) fn move_deadlines(&mut self, by: SignedDuration) {
        self.due = self.due.map(|due| moved(due, by));
        for (_, since) in self.changed.values_mut().flatten() {
            *since = moved(*since, by);
        }
    }
}

/// A connection's number means nothing after a restart: only the addresses count.
fn same_way(a: &Flow, b: &Flow) -> bool {
    (a.transport, a.remote, a.local) == (b.transport, b.remote, b.local)
}
