//! The UDP ports for media: an even one for RTP, the next for RTCP, and none handed to a new call while the old
//! call's packets may still arrive.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::RangeInclusive,
    time::{Duration, Instant},
};

/// How long a port rests after its call. A far end that missed the BYE stops within its own media timeout, and a
/// packet in flight is gone long before; until then nobody's new call may hear it.
pub const DRAIN: Duration = Duration::from_secs(30);

/// The rest that even the busiest hour leaves a port: what was in flight has arrived. Between this and [`DRAIN`] a port
/// is lent only when no rested one is left, for a lost call is worse than a stranger's packet, which the latch refuses.
pub const SHORTEST_DRAIN: Duration = Duration::from_secs(2);

/// The media ports of this box. When all are taken or draining, `take` says `None` and the call must be refused: a
/// table that cannot grow needs no other bound.
#[derive(Debug)]
pub struct Ports {
    free: VecDeque<u16>,
    taken: BTreeSet<u16>,
    /// Since when, in that order.
    draining: VecDeque<(Instant, u16)>,
}

impl Ports {
    /// All pairs (even, odd) that lie wholly in the range. Port 0 is never among them.
    pub fn new(range: RangeInclusive<u16>) -> Self {
        let free = range
            .clone()
            .filter(|&port| {
                port != 0 && port % 2 == 0 && port.checked_add(1).is_some_and(|rtcp| range.contains(&rtcp))
            })
            .collect();
        Self { free, taken: BTreeSet::new(), draining: VecDeque::new() }
    }

    /// An even port for RTP; RTCP uses the one above. The port that has rested longest comes first.
    pub fn take(&mut self, now: Instant) -> Option<u16> {
        while let Some(port) = self.drained(now, DRAIN) {
            self.free.push_back(port);
        }
        let port = self.free.pop_front().or_else(|| self.drained(now, SHORTEST_DRAIN))?;
        self.taken.insert(port);
        Some(port)
    }

    fn drained(&mut self, now: Instant, rest: Duration) -> Option<u16> {
        let &(since, port) = self.draining.front()?;
        if now.duration_since(since) < rest {
            return None;
        }
        self.draining.pop_front();
        Some(port)
    }

    /// The call is over: the port rests for [`DRAIN`]. A port that is not taken is left alone.
    pub fn give_back(&mut self, now: Instant, port: u16) {
        if self.taken.remove(&port) {
            self.draining.push_back((now, port));
        }
    }

    /// How many calls hold a port.
    pub fn taken(&self) -> usize {
        self.taken.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::story::start;

    #[test]
    fn only_whole_pairs_are_handed_out() {
        let mut ports = Ports::new(10_001..=10_006);
        let now = start();
        assert_eq!([ports.take(now), ports.take(now), ports.take(now)], [Some(10_002), Some(10_004), None]);
        assert_eq!(Ports::new(0..=1).take(now), None);
        let mut top = Ports::new(65_534..=65_535);
        assert_eq!(top.take(now), Some(65_534));
    }

    #[test]
    fn a_port_rests_for_thirty_seconds_while_there_are_others() {
        let mut ports = Ports::new(10_000..=10_005);
        let now = start();
        assert_eq!(ports.take(now), Some(10_000));
        ports.give_back(now, 10_000);
        assert_eq!(ports.take(now + DRAIN / 2), Some(10_002));
        assert_eq!(ports.take(now + DRAIN), Some(10_004));
        assert_eq!(ports.take(now + DRAIN), Some(10_000));
    }

    #[test]
    fn when_no_rested_port_is_left_a_call_gets_the_one_that_has_rested_longest() {
        let mut ports = Ports::new(10_000..=10_003);
        let now = start();
        assert_eq!((ports.take(now), ports.take(now)), (Some(10_000), Some(10_002)));
        ports.give_back(now, 10_002);
        ports.give_back(now + Duration::from_secs(1), 10_000);
        assert_eq!(ports.take(now + SHORTEST_DRAIN - Duration::from_millis(1)), None);
        assert_eq!(ports.take(now + SHORTEST_DRAIN), Some(10_002));
        assert_eq!(ports.take(now + SHORTEST_DRAIN), None);
    }

    #[test]
    fn giving_back_twice_or_something_foreign_changes_nothing() {
        let mut ports = Ports::new(10_000..=10_001);
        let now = start();
        assert_eq!(ports.take(now), Some(10_000));
        ports.give_back(now, 10_000);
        ports.give_back(now, 10_000);
        ports.give_back(now, 9_000);
        let later = now + DRAIN;
        assert_eq!((ports.take(later), ports.take(later)), (Some(10_000), None));
        assert_eq!(ports.taken(), 1);
    }
}
