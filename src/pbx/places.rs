//! The agent's places, and the order in which callers get them.

use std::collections::VecDeque;

use crate::types::CallId;

/// The agent's places: who has one, and who waits for one, first come first served. Bounded by the calls in all.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: Vec<CallId>,
    waiting: VecDeque<CallId>,
}

impl Places {
    /// Takes a place if there is one and nobody has waited longer; a call that has one keeps it.
    pub(super) fn take(&mut self, call: CallId, limit: usize) -> bool {
        if self.taken.contains(&call) {
            return true;
        }
        let first = self.waiting.front().is_none_or(|waiting| *waiting == call);
        if !first || self.taken.len() >= limit {
            return false;
        }
        self.waiting.retain(|waiting| *waiting != call);
        self.taken.push(call);
        true
    }

    pub(super) fn wait(&mut self, call: CallId) {
        if !self.waiting.contains(&call) {
            self.waiting.push_back(call);
        }
    }

    /// The call no longer needs a place, nor waits for one.
    pub(super) fn leave(&mut self, call: CallId) {
        self.taken.retain(|taken| *taken != call);
        self.waiting.retain(|waiting| *waiting != call);
    }

    pub(super) fn next_waiting(&self) -> Option<CallId> {
        self.waiting.front().copied()
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.len()
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(n: u64) -> CallId {
        CallId::from_random(n)
    }

    #[test]
    fn a_place_goes_to_whoever_has_waited_longest() {
        let mut places = Places::default();
        assert!(places.take(call(1), 1));
        assert!(places.take(call(1), 1), "whoever has a place keeps it");
        assert!(!places.take(call(2), 1));
        places.wait(call(2));
        places.wait(call(3));
        places.wait(call(2));
        places.leave(call(1));
        assert_eq!(places.next_waiting(), Some(call(2)));
        assert!(!places.take(call(3), 1), "not before its turn");
        assert!(!places.take(call(4), 1), "nor whoever has just come");
        assert!(places.take(call(2), 1));
        places.leave(call(3));
        places.leave(call(2));
        assert_eq!((places.taken(), places.waiting()), (0, 0));
    }
}
