//! Timers A to M of RFC 3261 (table 4) and RFC 6026 as one enum and one table.

use std::time::Duration;

use super::event::Transport;

/// Estimate of the round-trip time; half a second, as RFC 3261 recommends.
pub const T1: Duration = Duration::from_millis(500);
/// Longest interval between two copies of a non-INVITE request or of a final answer to an INVITE.
pub const T2: Duration = Duration::from_secs(4);
/// How long a datagram may stay in the network.
pub const T4: Duration = Duration::from_secs(5);
/// 64*T1: how long a transaction is tried before it is given up.
pub const GIVE_UP: Duration = T1.saturating_mul(64);

/// The timers of the transaction layer, named as in the RFCs.
///
/// Timer C is missing on purpose: it belongs to proxies, and Portico ends its own calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// INVITE client: send the request again (UDP).
    A,
    /// INVITE client: give up.
    B,
    /// INVITE client: absorb copies of a failure.
    D,
    /// Non-INVITE client: send the request again (UDP).
    E,
    /// Non-INVITE client: give up.
    F,
    /// INVITE server: send the failure again (UDP).
    G,
    /// INVITE server: give up waiting for the ACK of a failure.
    H,
    /// INVITE server: absorb copies of the ACK.
    I,
    /// Non-INVITE server: absorb copies of the request.
    J,
    /// Non-INVITE client: absorb copies of the answer.
    K,
    /// INVITE server: absorb copies of an accepted INVITE (RFC 6026).
    L,
    /// INVITE client: pass on further 2xx of a forked INVITE (RFC 6026).
    M,
}

impl Timer {
    /// How long this timer runs when it is started for the `nth` time in one transaction (0 is the first).
    ///
    /// A doubles without a ceiling (B ends it), E and G double up to T2 (17.1.1.2, 17.1.2.2, 17.2.1). Where nothing
    /// can be lost or doubled on the way, the waits for copies are zero.
    pub fn after(self, nth: u32, transport: Transport) -> Duration {
        let reliable = transport.is_stream();
        let doubled = T1.saturating_mul(1 << nth.min(6));
        match self {
            Timer::A => doubled,
            Timer::E | Timer::G => doubled.min(T2),
            Timer::B | Timer::F | Timer::H | Timer::L | Timer::M => GIVE_UP,
            Timer::D | Timer::J if reliable => Duration::ZERO,
            Timer::D | Timer::J => GIVE_UP,
            Timer::I | Timer::K if reliable => Duration::ZERO,
            Timer::I | Timer::K => T4,
        }
    }

    /// Timers that only repeat what was sent: they never run over a transport that loses nothing.
    pub fn only_unreliable(self) -> bool {
        matches!(self, Timer::A | Timer::E | Timer::G)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(timer: Timer, transport: Transport, count: u32) -> Vec<u128> {
        (0..count).map(|nth| timer.after(nth, transport).as_millis()).collect()
    }

    #[test]
    fn repetitions_follow_the_rfc() {
        assert_eq!(millis(Timer::A, Transport::Udp, 7), [500, 1000, 2000, 4000, 8000, 16_000, 32_000]);
        assert_eq!(millis(Timer::E, Transport::Udp, 6), [500, 1000, 2000, 4000, 4000, 4000]);
        assert_eq!(millis(Timer::G, Transport::Udp, 5), [500, 1000, 2000, 4000, 4000]);
    }

    #[test]
    fn waits_for_copies_are_zero_where_nothing_is_copied() {
        for timer in [Timer::D, Timer::I, Timer::J, Timer::K] {
            assert_eq!(timer.after(0, Transport::Tcp), Duration::ZERO, "{timer:?}");
        }
        assert_eq!(Timer::I.after(0, Transport::Udp), T4);
        assert_eq!(Timer::D.after(0, Transport::Udp), Duration::from_secs(32));
        for timer in [Timer::B, Timer::F, Timer::H, Timer::L, Timer::M] {
            assert_eq!(timer.after(0, Transport::Tcp), Duration::from_secs(32), "{timer:?}");
        }
    }
}
