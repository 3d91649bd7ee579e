//! How many connections there are, and how many of each address that have proved nothing yet.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Connections that exist, handshakes included.
#[derive(Debug, Clone, Default)]
pub(super) struct Census(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    all: usize,
    unproven: BTreeMap<IpAddr, usize>,
}

impl Census {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more connection from this address; `None` if all, or all of this address's, are taken.
    pub(super) fn take(&self, from: IpAddr, all: usize, from_one_address: usize) -> Option<Place> {
        let neighbourhood = neighbourhood(from);
        let mut counted = self.lock();
        let theirs = counted.unproven.get(&neighbourhood).copied().unwrap_or_default();
        if counted.all >= all || theirs >= from_one_address {
            return None;
        }
        counted.all += 1;
        counted.unproven.insert(neighbourhood, theirs + 1);
        Some(Place { census: self.clone(), unproven: Mutex::new(Some(neighbourhood)) })
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
    unproven: Mutex<Option<IpAddr>>,
}

impl Place {
    /// Its peer is known: it does not count against its address any more.
    pub(super) fn prove(&self) {
        let address = self.unproven.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(address) = address {
            release(&mut self.census.lock(), address);
        }
    }

    pub(super) fn is_proven(&self) -> bool {
        self.unproven.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.prove();
        self.census.lock().all -= 1;
    }
}

fn release(counted: &mut Counted, address: IpAddr) {
    if let Some(count) = counted.unproven.get_mut(&address) {
        *count -= 1;
        if *count == 0 {
            counted.unproven.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_until_it_proves_itself_and_all_places_come_back() {
        let census = Census::default();
        let home: IpAddr = "192.0.2.1".parse().unwrap();
        let first = census.take(home, 3, 2).unwrap();
        let second = census.take("::ffff:192.0.2.1".parse().unwrap(), 3, 2).unwrap();
        assert!(census.take(home, 3, 2).is_none());
        first.prove();
        let third = census.take(home, 3, 2).unwrap();
        assert!(census.take("192.0.2.2".parse().unwrap(), 3, 2).is_none(), "all places are taken");
        drop((first, second, third));
        let counted = census.lock();
        assert_eq!((counted.all, counted.unproven.len()), (0, 0));
    }

    #[test]
    fn one_ipv6_network_counts_as_one_address() {
        let census = Census::default();
        let _first = census.take("2001:db8::1".parse().unwrap(), 9, 1).unwrap();
        assert!(census.take("2001:db8::2:3".parse().unwrap(), 9, 1).is_none());
        assert!(census.take("2001:db8:0:1::1".parse().unwrap(), 9, 1).is_some());
    }
}
