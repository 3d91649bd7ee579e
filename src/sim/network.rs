//! The network between the switch and its peers: delay, jitter, loss, reordering and copies, by seed and by order.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::datagram;
use crate::{trace, types::Chance};

/// Which way a datagram goes, as seen from the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    From,
    To,
}

/// What one direction of one peer's path is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) delay: Duration,
    /// Up to so much more, evenly spread.
    pub(super) jitter: Duration,
    /// Of a thousand datagrams, so many are lost.
    pub(super) loss: u32,
    /// Of a thousand, so many are held back long enough for others to overtake them.
    pub(super) reorder: u32,
    /// Of a thousand, so many arrive twice.
    pub(super) copies: u32,
    /// Nothing passes.
    pub(super) dead: bool,
}

impl Path {
    /// A quiet line of this length.
    pub(super) const fn of(delay: Duration) -> Self {
        Self { delay, jitter: Duration::ZERO, loss: 0, reorder: 0, copies: 0, dead: false }
    }
}

/// What befalls one datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Lose,
    Delay(Duration),
    /// It arrives, and again so much later.
    Double(Duration),
    /// A 200 arrives, and another one to the same INVITE from another place (RFC 3261, 13.2.2.4).
    Fork,
}

/// The next datagrams of this kind have this fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) peer: SocketAddr,
    pub(super) way: Way,
    /// The beginning of a datagram's label: `ACK`, `200`, `200 INVITE`.
    pub(super) label: String,
    pub(super) count: u32,
    pub(super) fate: Fate,
}

/// A datagram on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parcel {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

/// What became of a datagram when it was sent; for the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    OnItsWay,
    Lost,
    /// Later than the line is long, by so much.
    Late(Duration),
    Twice,
}

/// Held back by so much, a datagram is overtaken by the next ones.
const OVERTAKEN_AFTER: u64 = 120;

#[derive(Debug)]
pub(super) struct Network {
    chance: Chance,
    paths: BTreeMap<(SocketAddr, Way), Path>,
    orders: Vec<Ordered>,
    wire: BTreeMap<(Instant, u64), Parcel>,
    sent: u64,
}

impl Network {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::seed_from_u64(seed ^ 0x6e65_7477_6f72_6b00),
            paths: BTreeMap::new(),
            orders: Vec::new(),
            wire: BTreeMap::new(),
            sent: 0,
        }
    }

    /// Adds a peer; its line is like this in both directions.
    pub(super) fn connect(&mut self, peer: SocketAddr, path: Path) {
        self.paths.insert((peer, Way::From), path);
        self.paths.insert((peer, Way::To), path);
    }

    /// Changes some lines: of one peer or of all, one way or both.
    pub(super) fn change(&mut self, peer: Option<SocketAddr>, way: Option<Way>, change: impl Fn(&mut Path)) {
        for ((at, direction), path) in &mut self.paths {
            if peer.is_none_or(|peer| peer == *at) && way.is_none_or(|way| way == *direction) {
                change(path);
            }
        }
    }

    pub(super) fn order(&mut self, ordered: Ordered) {
        self.orders.push(ordered);
    }

    /// Orders that no datagram has met.
    pub(super) fn unmet(&self) -> Option<&Ordered> {
        self.orders.iter().find(|ordered| ordered.count > 0)
    }

    /// Takes a datagram from a peer or to it.
    pub(super) fn send(&mut self, now: Instant, peer: SocketAddr, way: Way, parcel: Parcel) -> Sent {
        let Some(path) = self.paths.get(&(peer, way)).copied() else { return Sent::Lost };
        if path.dead {
            return Sent::Lost;
        }
        let label = trace::label(&parcel.bytes);
        let mut arrives = now + path.delay + self.up_to(path.jitter);
        let ordered = self.orders.iter_mut().find(|ordered| {
            ordered.count > 0
                && ordered.peer == peer
                && ordered.way == way
                && label.starts_with(&ordered.label)
        });
        if let Some(ordered) = ordered {
            ordered.count -= 1;
            match ordered.fate {
                Fate::Lose => return Sent::Lost,
                Fate::Delay(by) => {
                    arrives += by;
                    self.put(arrives, parcel);
                    return Sent::Late(by);
                }
                Fate::Double(after) => {
                    self.put(arrives + after, parcel.clone());
                    self.put(arrives, parcel);
                    return Sent::Twice;
                }
                Fate::Fork => {
                    let forked = Parcel { bytes: datagram::forked(&parcel.bytes), ..parcel.clone() };
                    self.put(arrives, parcel);
                    self.put(arrives + Duration::from_millis(1), forked);
                    return Sent::Twice;
                }
            }
        }
        if self.happens(path.loss) {
            return Sent::Lost;
        }
        let mut sent = Sent::OnItsWay;
        if self.happens(path.reorder) {
            let by = self.up_to(Duration::from_millis(OVERTAKEN_AFTER));
            arrives += by;
            sent = Sent::Late(by);
        }
        if self.happens(path.copies) {
            let after = self.up_to(Duration::from_millis(OVERTAKEN_AFTER));
            self.put(arrives + after, parcel.clone());
            sent = Sent::Twice;
        }
        self.put(arrives, parcel);
        sent
    }

    /// When the next datagram arrives.
    pub(super) fn due(&self) -> Option<Instant> {
        self.wire.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next datagram that has arrived by now.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<Parcel> {
        let entry = self.wire.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    fn put(&mut self, arrives: Instant, parcel: Parcel) {
        self.sent += 1;
        self.wire.insert((arrives, self.sent), parcel);
    }

    fn happens(&mut self, of_a_thousand: u32) -> bool {
        of_a_thousand > 0 && self.chance.next_u64() % 1000 < u64::from(of_a_thousand)
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        if micros == 0 { Duration::ZERO } else { Duration::from_micros(self.chance.next_u64() % micros) }
    }
}
