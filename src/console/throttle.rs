//! At most ten tries a minute for each address; others are not locked out by one that guesses.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

/// Tries in a [`WINDOW`].
const TRIES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses remembered. Beyond it those whose window is over are forgotten; if there is none, the newcomer is refused:
/// a flood from thousands of addresses must not buy guesses.
const ADDRESSES: usize = 4096;

/// Counts tries by peer address. A header never decides who the peer is.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    tries: BTreeMap<IpAddr, (Instant, u32)>,
}

impl Throttle {
    /// May this address try now? Counts the try.
    pub(super) fn admits(&mut self, address: IpAddr, now: Instant) -> bool {
        let address = address.to_canonical();
        if let Some((since, count)) = self.tries.get_mut(&address) {
            if now.duration_since(*since) >= WINDOW {
                (*since, *count) = (now, 0);
            }
            *count += 1;
            return *count <= TRIES;
        }
        if self.tries.len() >= ADDRESSES {
            self.tries.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        if self.tries.len() >= ADDRESSES {
            return false;
        }
        self.tries.insert(address, (now, 1));
        true
    }

    /// The last try of this address succeeded: it does not count. Those before it do, or whoever has an account could
    /// buy guesses at another with it.
    pub(super) fn succeeded(&mut self, address: IpAddr) {
        if let Some((_, count)) = self.tries.get_mut(&address.to_canonical()) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any instant will do as the beginning of a test's time")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn the_eleventh_try_in_a_minute_is_refused_and_others_are_not() {
        let (mut throttle, now) = (Throttle::default(), start());
        let (guesser, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..10 {
            assert!(throttle.admits(guesser, now));
        }
        assert!(!throttle.admits(guesser, now + Duration::from_secs(59)));
        assert!(throttle.admits(other, now));
        assert!(throttle.admits(guesser, now + Duration::from_secs(60)));
    }

    #[test]
    fn a_try_that_succeeds_does_not_count_and_those_before_it_do() {
        let (mut throttle, now) = (Throttle::default(), start());
        let address = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..50 {
            assert!(throttle.admits(address, now));
            throttle.succeeded(address);
        }
        for _ in 0..9 {
            assert!(throttle.admits(address, now));
        }
        assert!(throttle.admits(address, now));
        throttle.succeeded(address);
        assert!(throttle.admits(address, now));
        assert!(!throttle.admits(address, now));
    }

    #[test]
    fn an_address_is_the_same_in_both_spellings() {
        let (mut throttle, now) = (Throttle::default(), start());
        for n in 0..10 {
            let spelling = if n % 2 == 0 { "192.0.2.1" } else { "::ffff:192.0.2.1" };
            assert!(throttle.admits(spelling.parse().unwrap(), now));
        }
        assert!(!throttle.admits("192.0.2.1".parse().unwrap(), now));
    }

    #[test]
    fn the_table_is_bounded_and_fills_again_when_windows_end() {
        let (mut throttle, now) = (Throttle::default(), start());
        for n in 0..ADDRESSES as u32 {
            assert!(throttle.admits(IpAddr::from(n.to_be_bytes()), now));
        }
        let late = IpAddr::from([255, 0, 0, 1]);
        assert!(!throttle.admits(late, now + Duration::from_secs(1)));
        assert!(throttle.admits(late, now + WINDOW));
        assert_eq!(throttle.tries.len(), 1);
    }
}
