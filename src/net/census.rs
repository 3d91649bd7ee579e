//! How many connections there are, how many of each address that have proved nothing yet, and which of them has to go when
//! all their places are taken.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Connections that exist, handshakes included.
#[derive(Debug, Clone, Default)]
pub(super) struct Census(Arc<Mutex<Counted>>);

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    /// Proven ones and strangers. Nobody is let in beyond it.
    pub(super) all: usize,
    /// Strangers. With one more, the stranger who has been here longest has to go: whoever knows a password needs no longer
    /// than a moment to show it, so that holding every place keeps nobody out.
    pub(super) strangers: usize,
    /// Strangers of one address.
    pub(super) from_one_address: usize,
}

#[derive(Debug, Default)]
struct Counted {
    all: usize,
    /// The number of the latest place: they are given in order.
    latest: u64,
    strangers: BTreeMap<u64, Stranger>,
    of_address: BTreeMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Stranger {
    neighbourhood: IpAddr,
    leave: Arc<Notify>,
}

impl Counted {
    /// It is no stranger any more, or is gone. True if it was one.
    fn strike_off(&mut self, number: u64) -> bool {
        let Some(stranger) = self.strangers.remove(&number) else { return false };
        if let Some(count) = self.of_address.get_mut(&stranger.neighbourhood) {
            *count -= 1;
            if *count == 0 {
                self.of_address.remove(&stranger.neighbourhood);
            }
        }
        true
    }

    /// Shows the stranger out who has been here longest; its place is free at once.
    fn displace(&mut self) -> bool {
        let Some((&number, stranger)) = self.strangers.first_key_value() else { return false };
        stranger.leave.notify_one();
        self.all -= 1;
        self.strike_off(number)
    }
}

impl Census {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more connection from this address; `None` if all, or all of this address's, are taken.
    pub(super) fn take(&self, from: IpAddr, places: Places) -> Option<Place> {
        let neighbourhood = neighbourhood(from);
        let mut counted = self.lock();
        let theirs = counted.of_address.get(&neighbourhood).copied().unwrap_or_default();
        if theirs >= places.from_one_address {
            return None;
        }
        let full = counted.all >= places.all || counted.strangers.len() >= places.strangers;
        if full && !counted.displace() {
            return None;
        }
        counted.all += 1;
        counted.latest += 1;
        let number = counted.latest;
        let leave = Arc::new(Notify::new());
        counted.strangers.insert(number, Stranger { neighbourhood, leave: Arc::clone(&leave) });
        *counted.of_address.entry(neighbourhood).or_default() += 1;
        Some(Place { census: self.clone(), number, leave, proven: Mutex::new(false) })
    }
}

/// Whoever has one IPv6 address has 2^64 of them: they count as one.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

/// One connection's place; given back when its descriptor is, however it ends.
#[derive(Debug)]
pub(super) struct Place {
    census: Census,
    number: u64,
    leave: Arc<Notify>,
    proven: Mutex<bool>,
}

impl Place {
    fn proven(&self) -> MutexGuard<'_, bool> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its peer is known: it does not count against its address any more, and is not shown out. Too late for one that has
    /// been shown out already.
    pub(super) fn prove(&self) {
        let mut proven = self.proven();
        if !*proven {
            *proven = self.census.lock().strike_off(self.number);
        }
    }

    pub(super) fn is_proven(&self) -> bool {
        *self.proven()
    }

    /// Waits until it has to make room.
    pub(super) async fn shown_out(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let proven = *self.proven();
        let mut counted = self.census.lock();
        // One that was shown out has given its place back already.
        if counted.strike_off(self.number) || proven {
            counted.all -= 1;
        }
    }
}

/// Waits until it has to make room: never, for a connection that we have opened ourselves.
pub(super) async fn shown_out(place: Option<&Arc<Place>>) {
    match place {
        Some(place) => place.shown_out().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(all: usize, strangers: usize, from_one_address: usize) -> Places {
        Places { all, strangers, from_one_address }
    }

    fn counts(census: &Census) -> (usize, usize, usize) {
        let counted = census.lock();
        (counted.all, counted.strangers.len(), counted.of_address.len())
    }

    #[test]
    fn an_address_has_its_share_until_it_proves_itself_and_all_places_come_back() {
        let (census, places) = (Census::default(), places(3, 3, 2));
        let home: IpAddr = "192.0.2.1".parse().unwrap();
        let first = census.take(home, places).unwrap();
        let second = census.take("::ffff:192.0.2.1".parse().unwrap(), places).unwrap();
        assert!(census.take(home, places).is_none());
        first.prove();
        let third = census.take(home, places).unwrap();
        assert_eq!(counts(&census), (3, 2, 1));
        drop((first, second, third));
        assert_eq!(counts(&census), (0, 0, 0));
    }

    #[test]
    fn when_strangers_hold_every_place_the_first_of_them_makes_room_and_nobody_who_is_known() {
        let (census, places) = (Census::default(), places(4, 3, 9));
        let home = |n: u8| IpAddr::from([192, 0, 2, n]);
        let phone = census.take(home(1), places).unwrap();
        phone.prove();
        let held: Vec<Place> = (2..5).map(|n| census.take(home(n), places).unwrap()).collect();
        assert_eq!(counts(&census), (4, 3, 3));
        let late = census.take(home(9), places).unwrap();
        assert_eq!(counts(&census), (4, 3, 3));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(held[0].shown_out());
        held[0].prove();
        assert!(!held[0].is_proven(), "what comes too late is no proof");
        late.prove();
        assert_eq!(counts(&census), (4, 2, 2));
        drop(held);
        assert_eq!(counts(&census), (2, 0, 0));
        let proven: Vec<Place> = (0..2)
            .map(|_| {
                let place = census.take(home(9), places).unwrap();
                place.prove();
                place
            })
            .collect();
        assert!(census.take(home(1), places).is_none(), "known ones hold every place");
        drop((proven, late, phone));
        assert_eq!(counts(&census), (0, 0, 0));
    }

    #[test]
    fn one_ipv6_network_counts_as_one_address() {
        let (census, places) = (Census::default(), places(9, 9, 1));
        let _first = census.take("2001:db8::1".parse().unwrap(), places).unwrap();
        assert!(census.take("2001:db8::2:3".parse().unwrap(), places).is_none());
        assert!(census.take("2001:db8:0:1::1".parse().unwrap(), places).is_some());
    }
}
