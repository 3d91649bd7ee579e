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

    /// A try that succeeded wipes the slate.
    pub(super) fn forgive(&mut self, address: IpAddr) {
        self.tries.remove(&address);
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
    fn the_right_password_wipes_the_slate() {
        let (mut throttle, now) = (Throttle::default(), start());
        let address = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..10 {
            throttle.admits(address, now);
        }
        throttle.forgive(address);
        assert!(throttle.admits(address, now));
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
