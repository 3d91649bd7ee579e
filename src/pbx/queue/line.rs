//! Who waits in which queue, in the order in which they came, and which phones are left alone for a while. Pure.

use std::{collections::BTreeMap, time::Instant};

use crate::types::{CallId, Extension};

/// The lines of all queues.
///
/// Bounded: a queue takes no more than its plan says, and the phones are those of the directory.
#[derive(Debug, Default)]
pub(in crate::pbx) struct Lines(BTreeMap<String, Line>);

/// One of them. Gone with the last who waits.
#[derive(Debug, Default)]
struct Line {
    places: Vec<Place>,
    /// Phones that were not answered, and until when they are spared.
    spared: BTreeMap<Extension, Instant>,
}

#[derive(Debug)]
struct Place {
    call: CallId,
    /// Phones ring for it.
    rings: bool,
    /// It has been told to wait: nobody was free when it came, or nobody answered.
    waits: bool,
    /// The caller has hung up, and is called back.
    called_back: bool,
    /// Not before this.
    not_before: Option<Instant>,
}

impl Place {
    fn of(call: CallId) -> Self {
        Self { call, rings: false, waits: false, called_back: false, not_before: None }
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pbx) enum Turn {
    Caller(CallId),
    CallBack(CallId),
}

impl Lines {
    /// Does nobody wait anywhere?
    pub(in crate::pbx) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many wait in a queue.
    pub(in crate::pbx) fn len(&self, queue: &str) -> usize {
        self.0.get(queue).map_or(0, |line| line.places.len())
    }

    /// How many of them have been told to wait.
    pub(in crate::pbx) fn waiting(&self, queue: &str) -> usize {
        self.0.get(queue).map_or(0, |line| line.places.iter().filter(|place| place.waits).count())
    }

    /// The call has been told to wait.
    pub(in crate::pbx) fn waits(&mut self, queue: &str, call: CallId) {
        if let Some(place) = self.of(queue, call) {
            place.waits = true;
        }
    }

    /// The caller hangs up and is called back: the place is kept.
    pub(in crate::pbx) fn is_promised(&mut self, queue: &str, call: CallId) {
        if let Some(place) = self.of(queue, call) {
            *place = Place { waits: true, called_back: true, ..Place::of(call) };
        }
    }

    /// A call-back that was promised before a restart: before everybody who has come since.
    pub(in crate::pbx) fn restore(&mut self, queue: &str, call: CallId) {
        let line = self.0.entry(queue.to_owned()).or_default();
        let at = line.places.iter().take_while(|place| place.called_back).count();
        line.places.insert(at, Place { waits: true, called_back: true, ..Place::of(call) });
    }

    /// Nobody rings for it before this; it keeps its place.
    pub(in crate::pbx) fn put_off(&mut self, queue: &str, call: CallId, until: Instant) {
        if let Some(place) = self.of(queue, call) {
            place.rings = false;
            place.not_before = Some(until);
        }
    }

    fn of(&mut self, queue: &str, call: CallId) -> Option<&mut Place> {
        self.0.get_mut(queue)?.places.iter_mut().find(|place| place.call == call)
    }

    /// Whoever comes is the last. A call that waits already keeps its place.
    pub(in crate::pbx) fn join(&mut self, queue: &str, call: CallId) {
        let line = self.0.entry(queue.to_owned()).or_default();
        if line.places.iter().all(|place| place.call != call) {
            line.places.push(Place::of(call));
        }
    }

    /// The call waits no longer; the queue in which it did.
    pub(in crate::pbx) fn leave(&mut self, call: CallId) -> Option<String> {
        let (queue, line) =
            self.0.iter_mut().find(|(_, line)| line.places.iter().any(|place| place.call == call))?;
        line.places.retain(|place| place.call != call);
        let (queue, is_over) = (queue.clone(), line.places.is_empty());
        if is_over {
            self.0.remove(&queue);
        }
        Some(queue)
    }

    /// Which place the call has: 1 is the first.
    pub(in crate::pbx) fn place(&self, queue: &str, call: CallId) -> Option<usize> {
        let at = self.0.get(queue)?.places.iter().position(|place| place.call == call)?;
        Some(at + 1)
    }

    /// Phones ring for the call, or no longer do.
    pub(in crate::pbx) fn rings(&mut self, queue: &str, call: CallId, rings: bool) {
        if let Some(place) = self.of(queue, call) {
            place.rings = rings;
        }
    }

    /// These were not answered, and are left alone until then.
    pub(in crate::pbx) fn spare(
        &mut self,
        queue: &str,
        phones: impl IntoIterator<Item = Extension>,
        until: Instant,
    ) {
        if let Some(line) = self.0.get_mut(queue) {
            for phone in phones {
                let spared = line.spared.entry(phone).or_insert(until);
                *spared = until.max(*spared);
            }
        }
    }

    pub(in crate::pbx) fn is_spared(&self, queue: &str, phone: &Extension, now: Instant) -> bool {
        self.0.get(queue).and_then(|line| line.spared.get(phone)).is_some_and(|until| *until > now)
    }

    /// The first in line for whom no phone rings, and may.
    pub(in crate::pbx) fn next(&self, queue: &str, now: Instant) -> Option<Turn> {
        let mut places = self.0.get(queue)?.places.iter();
        let may = |place: &&Place| !place.rings && place.not_before.is_none_or(|at| at <= now);
        let place = places.find(may)?;
        Some(if place.called_back { Turn::CallBack(place.call) } else { Turn::Caller(place.call) })
    }

    /// When the next phone may be rung again for somebody who waits, after now.
    pub(in crate::pbx) fn deadline(&self) -> Option<Instant> {
        let waited_for = self.0.values().filter(|line| line.places.iter().any(|place| !place.rings));
        let places = waited_for.clone().flat_map(|line| &line.places).filter(|place| !place.rings);
        let put_off = places.filter_map(|place| place.not_before);
        waited_for.flat_map(|line| line.spared.values()).copied().chain(put_off).min()
    }

    /// Phones whose time is over are like any other.
    pub(in crate::pbx) fn handle_timeout(&mut self, now: Instant) {
        for line in self.0.values_mut() {
            line.spared.retain(|_, until| *until > now);
            for place in &mut line.places {
                place.not_before = place.not_before.filter(|at| *at > now);
            }
        }
    }

    /// The queues in which somebody waits.
    pub(in crate::pbx) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::pbx::story::{extension, origin};

    fn call(n: u64) -> CallId {
        CallId::from_random(n)
    }

    #[test]
    fn first_come_first_served_and_whoever_leaves_moves_the_others_up() {
        let (mut lines, now) = (Lines::default(), origin());
        for n in 1..=3 {
            lines.join("desk", call(n));
        }
        lines.join("desk", call(1));
        assert_eq!((lines.len("desk"), lines.place("desk", call(3))), (3, Some(3)));
        lines.rings("desk", call(1), true);
        assert_eq!(lines.next("desk", now), Some(Turn::Caller(call(2))), "the first is seen to");
        assert_eq!(lines.leave(call(2)), Some("desk".to_owned()));
        assert_eq!(lines.place("desk", call(3)), Some(2));
        lines.rings("desk", call(1), false);
        assert_eq!(
            lines.next("desk", now),
            Some(Turn::Caller(call(1))),
            "nobody has answered: its place is kept"
        );
        lines.leave(call(1));
        lines.leave(call(3));
        assert!(lines.is_empty() && lines.leave(call(3)).is_none());
    }

    #[test]
    fn a_phone_that_was_not_answered_is_spared_for_a_while_and_in_that_queue_alone() {
        let (mut lines, now, desk) = (Lines::default(), origin(), extension("101"));
        lines.join("desk", call(1));
        lines.join("leasing", call(2));
        let until = now + Duration::from_secs(30);
        lines.spare("desk", [desk.clone()], until);
        assert!(lines.is_spared("desk", &desk, now) && !lines.is_spared("leasing", &desk, now));
        assert_eq!(lines.deadline(), Some(until));
        lines.rings("desk", call(1), true);
        assert_eq!(lines.deadline(), None, "nobody wants it");
        lines.handle_timeout(until);
        assert!(!lines.is_spared("desk", &desk, until));
    }

    #[test]
    fn a_call_back_keeps_the_place_of_its_call_and_steps_aside_until_it_is_tried_again() {
        let (mut lines, now) = (Lines::default(), origin());
        lines.join("desk", call(1));
        lines.join("desk", call(2));
        lines.is_promised("desk", call(1));
        assert_eq!(lines.next("desk", now), Some(Turn::CallBack(call(1))));
        let later = now + Duration::from_secs(600);
        lines.put_off("desk", call(1), later);
        assert_eq!(lines.next("desk", now), Some(Turn::Caller(call(2))));
        assert_eq!((lines.place("desk", call(2)), lines.deadline()), (Some(2), Some(later)));
        lines.handle_timeout(later);
        assert_eq!(lines.next("desk", later), Some(Turn::CallBack(call(1))));
        lines.restore("desk", call(3));
        assert_eq!(
            lines.place("desk", call(2)),
            Some(3),
            "whoever was promised it before a restart comes first"
        );
    }
}
