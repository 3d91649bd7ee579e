//! Two legs between which a fax passes as T.38: datagrams go on as they came, between the addresses that are locked.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    FaxSign,
    control::{Pages, Sender},
    ifp::{Datagram, Reader},
};
use crate::media::{
    bridge::Side,
    latch::{Latch, SourceTrust},
    leg::{Leg, LegEvent, Silence},
    sdp::Agreed,
};

/// The longest datagram that is relayed: more than fits one Ethernet frame comes from no gateway.
const LONGEST: usize = 1_472;
/// Neither side has said anything for so long: the receiver of a page is silent while it comes, but its sender is not.
const SILENT_AFTER: Duration = Duration::from_secs(60);

/// One side of a fax, as it has described itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaxEnd {
    /// Where its description says datagrams go.
    pub remote: SocketAddr,
    pub trust: SourceTrust,
    /// The version of T.38 that was agreed on.
    pub version: u8,
}

/// See the module's sentence. The voices of the legs rest meanwhile.
#[derive(Debug)]
pub struct FaxRelay {
    caller: End,
    other: End,
    pages: Pages,
    last_heard: Instant,
    silence_told: bool,
}

#[derive(Debug)]
struct End {
    leg: Leg,
    latch: Latch,
    reader: Reader,
}

impl End {
    fn new(leg: Leg, end: FaxEnd) -> Self {
        // There are no reports beside UDPTL: their address is never used.
        let agreed = Agreed { remote: end.remote, remote_rtcp: end.remote, ..*leg.agreed() };
        Self { leg, latch: Latch::new(&agreed, end.trust), reader: Reader::new(end.version) }
    }
}

impl FaxRelay {
    /// Takes the two over from their call.
    pub fn new(now: Instant, caller: (Leg, FaxEnd), other: (Leg, FaxEnd)) -> Self {
        Self {
            caller: End::new(caller.0, caller.1),
            other: End::new(other.0, other.1),
            pages: Pages::default(),
            last_heard: now,
            silence_told: false,
        }
    }

    /// The legs, to be talked on again.
    pub fn into_legs(self) -> (Leg, Leg) {
        (self.caller.leg, self.other.leg)
    }

    /// One of the legs.
    pub fn leg_mut(&mut self, side: Side) -> &mut Leg {
        match side {
            Side::Caller => &mut self.caller.leg,
            Side::Other => &mut self.other.leg,
        }
    }

    /// A datagram came to a side's socket: where it goes on to, from the socket of the side across. `None`: it comes from
    /// somebody whom signalling does not vouch for, or is no UDPTL (a straggler of the voice), or nobody is there yet.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        side: Side,
        from: SocketAddr,
        bytes: &[u8],
    ) -> Option<SocketAddr> {
        let (here, there, sender) = match side {
            Side::Caller => (&mut self.caller, &mut self.other, Sender::One),
            Side::Other => (&mut self.other, &mut self.caller, Sender::Other),
        };
        if bytes.len() > LONGEST || !here.latch.may_admit(from) {
            return None;
        }
        let datagram = Datagram::parse(bytes)?;
        if !here.latch.admits_rtp(now, from, 0, datagram.sequence) {
            return None;
        }
        self.last_heard = now;
        self.silence_told = false;
        let (mut sign, pages): (Option<FaxSign>, _) = (None, &mut self.pages);
        here.reader.take(&datagram, |frame| sign = pages.take(sender, frame).or(sign));
        if let Some(sign) = sign {
            here.leg.tell(LegEvent::Fax(sign));
        }
        there.latch.rtp_destination(now)
    }

    /// Call now and then, at least every few seconds: notices that nobody is there any more.
    pub fn mind(&mut self, now: Instant) {
        let silent = now.saturating_duration_since(self.last_heard) >= SILENT_AFTER;
        if silent && !self.silence_told {
            self.silence_told = true;
            self.caller.leg.tell(LegEvent::Silent(Silence::WentQuiet));
        }
    }

    /// What happened on a side.
    pub fn poll_event(&mut self, side: Side) -> Option<LegEvent> {
        self.leg_mut(side).poll_event()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        LegSettings, Party,
        codec::Codec,
        fax::ifp::tests::{NO_SIGNAL, datagram, frame},
        story::{address, agreed, start},
    };
    use crate::types::Chance;
    use rand_chacha::rand_core::SeedableRng;

    fn leg(now: Instant, remote: &str) -> Leg {
        let agreed = agreed(remote, &[Codec::Pcmu]);
        let trust = SourceTrust { signalling_ip: agreed.remote.ip(), party: Party::Trunk };
        Leg::new(now, LegSettings::draw(&mut Chance::seed_from_u64(1), agreed, trust))
    }

    fn end(remote: &str, signalling: &str, party: Party) -> FaxEnd {
        let trust = SourceTrust { signalling_ip: signalling.parse().unwrap(), party };
        FaxEnd { remote: address(remote), trust, version: 0 }
    }

    /// A carrier, and a fax adapter behind NAT.
    fn relay(now: Instant) -> FaxRelay {
        FaxRelay::new(
            now,
            (leg(now, "198.51.100.1:40000"), end("198.51.100.1:40002", "198.51.100.1", Party::Trunk)),
            (leg(now, "10.0.0.9:30000"), end("192.168.1.9:30002", "10.0.0.9", Party::Phone)),
        )
    }

    const EOP: &[u8] = &[0xff, 0xc8, 0xf4];
    const MCF: &[u8] = &[0xff, 0xc8, 0x31];

    #[test]
    fn datagrams_pass_between_the_described_and_the_learned_address_and_pages_are_counted() {
        let now = start();
        let mut relay = relay(now);
        let (carrier, adapter) = (address("198.51.100.1:40002"), address("10.0.0.9:61000"));
        let nothing = |number: u16| datagram(number, &[NO_SIGNAL]);
        // Behind NAT: nothing is sent to it before its address has been learnt, and the first packets are not passed on.
        assert_eq!(relay.handle_datagram(now, Side::Caller, carrier, &nothing(0)), None);
        for number in 0..3 {
            assert_eq!(relay.handle_datagram(now, Side::Other, adapter, &nothing(number)), None);
        }
        assert_eq!(relay.handle_datagram(now, Side::Other, adapter, &nothing(3)), Some(carrier));
        assert_eq!(relay.handle_datagram(now, Side::Caller, carrier, &nothing(1)), Some(adapter));

        let eop = datagram(2, &[&frame(EOP)]);
        assert_eq!(relay.handle_datagram(now, Side::Caller, carrier, &eop), Some(adapter));
        assert_eq!(relay.poll_event(Side::Caller), Some(LegEvent::Fax(FaxSign::Control)));
        relay.handle_datagram(now, Side::Other, adapter, &datagram(4, &[&frame(MCF)]));
        assert_eq!(relay.poll_event(Side::Other), Some(LegEvent::Fax(FaxSign::Pages(1))));
    }

    #[test]
    fn strangers_and_stragglers_of_the_voice_are_not_passed_on() {
        let now = start();
        let mut relay = relay(now);
        let carrier = address("198.51.100.1:40002");
        let stranger = datagram(0, &[NO_SIGNAL]);
        assert_eq!(relay.handle_datagram(now, Side::Caller, address("203.0.113.5:40002"), &stranger), None);
        let mut voice = vec![0x80, 0x00, 0x12, 0x34];
        voice.extend([0xff; 168]);
        assert_eq!(relay.handle_datagram(now, Side::Caller, carrier, &voice), None);
    }

    #[test]
    fn when_neither_side_says_anything_any_more_that_is_told_once() {
        let now = start();
        let mut relay = relay(now);
        relay.mind(now + Duration::from_secs(59));
        assert_eq!(relay.poll_event(Side::Caller), None);
        for _ in 0..2 {
            relay.mind(now + SILENT_AFTER);
        }
        assert_eq!(relay.poll_event(Side::Caller), Some(LegEvent::Silent(Silence::WentQuiet)));
        assert_eq!(relay.poll_event(Side::Caller), None);
    }
}
