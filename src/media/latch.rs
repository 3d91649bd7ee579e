//! Whom a leg hears and where it sends: the lock that keeps strangers out of a call.
//!
//! Who can read neither the call nor its signalling can still guess a port and send to it. So an address is heard
//! only when signalling vouches for it: it is the one in the session description, or, for phones behind NAT, it is
//! the host that the signalling came from. After a few packets the address is locked, and stays so until a new
//! description arrives. RTCP and everything that we send obey the same lock.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use super::sdp::Agreed;

/// In-sequence packets from the signalling host before its address is locked. None of them is played, and nothing is
/// sent meanwhile, so a stranger on a shared NAT gains nothing by being early.
const LEARN_PACKETS: u8 = 4;
/// How long media may go to an address that has never spoken: enough for a far end that waits for our first packet,
/// too little to make a weapon of us.
const UNHEARD_LIMIT: Duration = Duration::from_secs(2);
/// The same in packets, at the usual 20 ms each: what waited in a socket leaves at once, and would go over in a burst.
const UNHEARD_PACKETS: u8 = 100;
/// While so few packets have been heard from a learned address, the described one may still take its place.
const RECLAIM_PACKETS: u32 = 50;
/// A learned source this long silent is forgotten when a new description arrives: its NAT binding may have moved.
const RELEARN_AFTER: Duration = Duration::from_secs(5);

/// Who the far end is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// A telephone: it sends its media from where it signals, unless it sits behind NAT.
    Phone,
    /// A configured trunk: its media gateways often have addresses of their own, and may wait for our first packet.
    Trunk,
}

/// What is known of the far end besides its session description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTrust {
    /// The host its signalling came from.
    pub signalling_ip: IpAddr,
    pub party: Party,
}

/// The lock of one leg.
#[derive(Debug)]
pub(super) struct Latch {
    described: SocketAddr,
    described_rtcp: SocketAddr,
    trust: SourceTrust,
    state: State,
    /// When we first sent to an address that had not spoken.
    unheard_since: Option<Instant>,
    /// Packets that went there since, up to their limit.
    unheard_sent: u8,
}

#[derive(Debug)]
enum State {
    /// Nobody has been believed yet.
    Open { candidate: Option<Candidate> },
    /// The described address has spoken.
    Described,
    /// An address of the signalling host has been learned.
    Learned { source: SocketAddr, heard: u32, last: Instant, rtcp_heard: bool },
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    next: u16,
    count: u8,
}

impl Latch {
    pub(super) fn new(agreed: &Agreed, trust: SourceTrust) -> Self {
        Self {
            described: agreed.remote,
            described_rtcp: agreed.remote_rtcp,
            trust: SourceTrust { signalling_ip: trust.signalling_ip.to_canonical(), ..trust },
            state: State::Open { candidate: None },
            unheard_since: None,
            unheard_sent: 0,
        }
    }

    /// A new description. The lock survives one that names the same address, unless its holder has fallen silent.
    pub(super) fn revise(&mut self, now: Instant, agreed: &Agreed, trust: SourceTrust) {
        let next = Self::new(agreed, trust);
        let same = (next.described, next.described_rtcp, next.trust)
            == (self.described, self.described_rtcp, self.trust);
        let stale = match self.state {
            State::Learned { last, .. } => now.saturating_duration_since(last) >= RELEARN_AFTER,
            State::Open { .. } | State::Described => false,
        };
        if !same || stale {
            *self = next;
        }
    }

    /// Could a packet from this source be heard at all, whatever is in it?
    pub(super) fn may_admit(&self, from: SocketAddr) -> bool {
        let from = canonical(from);
        match self.state {
            _ if from == self.described => true,
            State::Described => false,
            State::Learned { source, .. } => source == from,
            State::Open { .. } => {
                self.described.ip() != self.trust.signalling_ip && from.ip() == self.trust.signalling_ip
            }
        }
    }

    /// May a packet from this source be heard?
    pub(super) fn admits_rtp(&mut self, now: Instant, from: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        let from = canonical(from);
        if from == self.described {
            if let State::Learned { heard, .. } = self.state
                && heard >= RECLAIM_PACKETS
            {
                return false;
            }
            self.state = State::Described;
            return true;
        }
        match &mut self.state {
            State::Described => false,
            State::Learned { source, heard, last, .. } => {
                let admitted = *source == from;
                if admitted {
                    *heard = heard.saturating_add(1);
                    *last = now;
                }
                admitted
            }
            State::Open { candidate } => {
                // Where description and signalling agree there is no NAT to see through, so nothing to learn.
                if self.described.ip() == self.trust.signalling_ip || from.ip() != self.trust.signalling_ip {
                    return false;
                }
                let count = match candidate {
                    Some(known) if known.source == from && known.ssrc == ssrc && known.next == sequence => {
                        known.count + 1
                    }
                    _ => 1,
                };
                if count < LEARN_PACKETS {
                    *candidate =
                        Some(Candidate { source: from, ssrc, next: sequence.wrapping_add(1), count });
                    return false;
                }
                self.state = State::Learned { source: from, heard: 1, last: now, rtcp_heard: false };
                true
            }
        }
    }

    /// May an RTCP packet from this source be believed?
    pub(super) fn admits_rtcp(&mut self, from: SocketAddr) -> bool {
        let from = canonical(from);
        match &mut self.state {
            State::Open { .. } => false,
            State::Described => from == self.described_rtcp,
            State::Learned { source, rtcp_heard, .. } => {
                let admitted = rtcp_of(*source) == Some(from);
                *rtcp_heard |= admitted;
                admitted
            }
        }
    }

    /// Where a packet of media may go at this moment. Asking counts as sending.
    pub(super) fn rtp_destination(&mut self, now: Instant) -> Option<SocketAddr> {
        match self.state {
            State::Described => Some(self.described),
            State::Learned { source, .. } => Some(source),
            State::Open { .. } => {
                let direct = self.described.ip() == self.trust.signalling_ip;
                if !direct && self.trust.party == Party::Phone {
                    return None;
                }
                let since = *self.unheard_since.get_or_insert(now);
                let allowed = now.saturating_duration_since(since) < UNHEARD_LIMIT
                    && self.unheard_sent < UNHEARD_PACKETS;
                self.unheard_sent = self.unheard_sent.saturating_add(1);
                allowed.then_some(self.described)
            }
        }
    }

    /// Where a report may go: only to one whose media has been heard, and beside a learned address only where a
    /// report has come from.
    pub(super) fn rtcp_destination(&self) -> Option<SocketAddr> {
        match self.state {
            State::Open { .. } => None,
            State::Described => Some(self.described_rtcp),
            State::Learned { source, rtcp_heard, .. } => rtcp_of(source).filter(|_| rtcp_heard),
        }
    }

    /// Has anybody been believed?
    #[cfg(test)]
    pub(super) fn is_locked(&self) -> bool {
        !matches!(self.state, State::Open { .. })
    }
}

fn rtcp_of(rtp: SocketAddr) -> Option<SocketAddr> {
    rtp.port().checked_add(1).map(|port| SocketAddr::new(rtp.ip(), port))
}

/// A dual-stack socket shows IPv4 peers as mapped IPv6 addresses.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        Codec,
        story::{agreed, start},
    };

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn described(remote: &str) -> Agreed {
        agreed(remote, &[Codec::Pcmu])
    }

    fn latch(remote: &str, signalling: &str, party: Party) -> Latch {
        Latch::new(&described(remote), SourceTrust { signalling_ip: signalling.parse().unwrap(), party })
    }

    #[test]
    fn where_description_and_signalling_agree_no_other_address_is_ever_learned() {
        let mut latch = latch("192.0.2.5:4000", "192.0.2.5", Party::Phone);
        let now = start();
        for sequence in 0..100 {
            assert!(!latch.admits_rtp(now, address("203.0.113.66:4000"), 1, sequence));
            assert!(!latch.admits_rtp(now, address("192.0.2.5:4002"), 1, sequence));
        }
        assert!(!latch.is_locked());
        assert_eq!(latch.rtp_destination(now), Some(address("192.0.2.5:4000")));
        assert!(latch.admits_rtp(now, address("192.0.2.5:4000"), 1, 7));
        assert!(latch.admits_rtp(now, address("[::ffff:192.0.2.5]:4000"), 1, 8));
        assert!(!latch.admits_rtp(now, address("203.0.113.66:4000"), 1, 8));
    }

    #[test]
    fn a_phone_behind_nat_is_learned_from_where_it_signals_and_then_locked() {
        let mut latch = latch("192.168.1.20:4000", "203.0.113.9", Party::Phone);
        let now = start();
        assert_eq!(latch.rtp_destination(now), None, "nothing leaves before the phone has spoken");
        let phone = address("203.0.113.9:61000");
        let admitted: Vec<bool> = (0..6).map(|sequence| latch.admits_rtp(now, phone, 9, sequence)).collect();
        assert_eq!(admitted, [false, false, false, true, true, true]);
        assert_eq!(latch.rtp_destination(now), Some(phone));
        for sequence in 6..40 {
            assert!(
                !latch.admits_rtp(now, address("203.0.113.9:61002"), 9, sequence),
                "not even another port"
            );
            assert!(!latch.admits_rtp(now, address("198.51.100.1:61000"), 9, sequence));
        }
    }

    #[test]
    fn an_early_stranger_on_the_same_nat_cannot_hold_the_lock_against_the_described_address() {
        let mut latch = latch("198.51.100.7:4000", "203.0.113.9", Party::Phone);
        let now = start();
        for sequence in 0..10 {
            latch.admits_rtp(now, address("203.0.113.9:6666"), 1, sequence);
        }
        assert!(latch.admits_rtp(now, address("198.51.100.7:4000"), 2, 0));
        assert!(!latch.admits_rtp(now, address("203.0.113.9:6666"), 1, 10));
        assert_eq!(latch.rtp_destination(now), Some(address("198.51.100.7:4000")));
    }

    #[test]
    fn two_sources_mixed_teach_nothing() {
        let mut latch = latch("192.168.1.20:4000", "203.0.113.9", Party::Phone);
        let now = start();
        for sequence in 0..50 {
            assert!(!latch.admits_rtp(now, address("203.0.113.9:61000"), 9, sequence));
            assert!(!latch.admits_rtp(now, address("203.0.113.9:61002"), 9, sequence));
        }
    }

    #[test]
    fn an_address_that_never_speaks_gets_two_seconds_at_most() {
        let now = start();
        for (remote, party) in [("192.0.2.5:4000", Party::Phone), ("198.51.100.7:4000", Party::Trunk)] {
            let mut latch = latch(remote, "192.0.2.5", party);
            assert_eq!(latch.rtp_destination(now), Some(address(remote)));
            assert_eq!(
                latch.rtp_destination(now + UNHEARD_LIMIT - Duration::from_millis(1)),
                Some(address(remote))
            );
            assert_eq!(latch.rtp_destination(now + UNHEARD_LIMIT), None);
            assert!(latch.admits_rtp(now, address(remote), 1, 1));
            assert_eq!(latch.rtp_destination(now + UNHEARD_LIMIT * 9), Some(address(remote)));
        }
    }

    #[test]
    fn a_burst_of_two_seconds_of_packets_is_as_good_as_two_seconds() {
        let mut latch = latch("198.51.100.7:4000", "192.0.2.5", Party::Trunk);
        let sent = (0..300).filter(|_| latch.rtp_destination(start()).is_some()).count();
        assert_eq!(sent, usize::from(UNHEARD_PACKETS));
        assert!(latch.admits_rtp(start(), address("198.51.100.7:4000"), 1, 1));
        assert!(latch.rtp_destination(start()).is_some(), "who has spoken is sent everything");
    }

    #[test]
    fn rtcp_from_elsewhere_is_not_believed_and_draws_nothing() {
        let mut latch = latch("192.0.2.5:4000", "192.0.2.5", Party::Phone);
        assert_eq!(latch.rtcp_destination(), None);
        assert!(!latch.admits_rtcp(address("192.0.2.5:4001")), "not before its media");
        latch.admits_rtp(start(), address("192.0.2.5:4000"), 1, 1);
        assert!(latch.admits_rtcp(address("192.0.2.5:4001")));
        assert!(!latch.admits_rtcp(address("192.0.2.66:4001")));
        assert!(!latch.admits_rtcp(address("192.0.2.5:4003")));
        assert_eq!(latch.rtcp_destination(), Some(address("192.0.2.5:4001")));
    }

    #[test]
    fn behind_nat_reports_go_only_where_a_report_came_from() {
        let mut latch = latch("192.168.1.20:4000", "203.0.113.9", Party::Phone);
        for sequence in 0..4 {
            latch.admits_rtp(start(), address("203.0.113.9:61000"), 9, sequence);
        }
        assert_eq!(latch.rtcp_destination(), None);
        assert!(!latch.admits_rtcp(address("203.0.113.9:7777")));
        assert!(latch.admits_rtcp(address("203.0.113.9:61001")));
        assert_eq!(latch.rtcp_destination(), Some(address("203.0.113.9:61001")));
    }

    #[test]
    fn a_new_description_moves_the_lock_and_an_equal_one_keeps_it() {
        let trust = SourceTrust { signalling_ip: "203.0.113.9".parse().unwrap(), party: Party::Phone };
        let mut latch = latch("192.168.1.20:4000", "203.0.113.9", Party::Phone);
        let now = start();
        for sequence in 0..4 {
            latch.admits_rtp(now, address("203.0.113.9:61000"), 9, sequence);
        }
        latch.revise(now, &described("192.168.1.20:4000"), trust);
        assert!(latch.is_locked());
        latch.revise(now + RELEARN_AFTER, &described("192.168.1.20:4000"), trust);
        assert!(!latch.is_locked(), "silent for long: its binding may have moved");
        for sequence in 0..4 {
            latch.admits_rtp(now, address("203.0.113.9:61000"), 9, sequence);
        }
        latch.revise(now, &described("192.168.1.20:4008"), trust);
        assert!(!latch.is_locked());
    }
}
