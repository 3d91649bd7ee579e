//! Two legs put through to each other: each side's packets go out on the other, at once and as they are.
//!
//! No jitter buffer and no decoder stands between the two: numbers, SSRC and payload type are fitted into the stream
//! that the far end already hears, and where the laws differ each byte is exchanged for its twin, which G.711 allows.
//! Only a recording decodes, from copies, and whoever listens for a fax. A fax passes as it comes: there is no delay, no
//! concealment and no comfort noise here that could spoil it.

use std::{net::SocketAddr, time::Instant};

use super::{
    fax::FaxWatch,
    frame::Frame,
    leg::{Channel, Content, Leg, LegEvent, Transmit},
    rtp::{HEADER_LEN, MAX_PAYLOAD},
};

/// Which side of a bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// On the left in a recording.
    Caller,
    /// On the right.
    Other,
}

impl Side {
    /// The side across.
    pub const fn across(self) -> Self {
        match self {
            Self::Caller => Self::Other,
            Self::Other => Self::Caller,
        }
    }
}

/// Two legs and what passes between them.
#[derive(Debug)]
pub struct Bridge {
    caller: Leg,
    other: Leg,
    recording: bool,
    /// Something came that the other side cannot be sent as it is.
    misfit: bool,
    fax: FaxWatch,
    relayed: Vec<u8>,
    /// Where an encrypted packet is opened.
    opened: Vec<u8>,
}

/// 20 ms of both sides, for a recording.
#[derive(Debug, Clone)]
pub struct Overheard {
    pub caller: Frame,
    pub other: Frame,
}

impl Bridge {
    /// Puts two legs through. What either was saying is hushed by the caller of this, if it is to be.
    pub fn new(caller: Leg, other: Leg, recording: bool) -> Self {
        let mut bridge = Self {
            caller,
            other,
            recording,
            misfit: false,
            fax: FaxWatch::default(),
            relayed: Vec::with_capacity(HEADER_LEN + 240),
            opened: Vec::new(),
        };
        bridge.record(recording);
        bridge
    }

    /// Can what these legs agreed on pass between them packet by packet? Otherwise they meet in a
    /// [`Mixer`](super::Mixer).
    pub fn fits(caller: &Leg, other: &Leg) -> bool {
        caller.agreed().codec.relays_as(other.agreed().codec)
    }

    /// Has a side sent what the other cannot be sent, though both could do better? A far end may change between the codecs
    /// it has agreed on at any time (RFC 3264, 5.1).
    pub fn is_misfit(&self) -> bool {
        self.misfit
    }

    /// Takes the bridge down; the legs go on alone, their streams unbroken.
    pub fn into_legs(self) -> (Leg, Leg) {
        (self.caller, self.other)
    }

    /// One of the legs.
    pub fn leg(&self, side: Side) -> &Leg {
        match side {
            Side::Caller => &self.caller,
            Side::Other => &self.other,
        }
    }

    /// One of the legs, to hold it, to send it a key, or to update it.
    pub fn leg_mut(&mut self, side: Side) -> &mut Leg {
        match side {
            Side::Caller => &mut self.caller,
            Side::Other => &mut self.other,
        }
    }

    /// Starts or ends the decoding of copies.
    pub fn record(&mut self, recording: bool) {
        self.recording = recording;
        if !recording {
            self.caller.stop_listening();
            self.other.stop_listening();
        }
    }

    /// A datagram came to a side's RTP socket. What comes back leaves by the socket of the side across.
    pub fn handle_rtp(
        &mut self,
        now: Instant,
        side: Side,
        from: SocketAddr,
        bytes: &[u8],
    ) -> Option<Transmit<'_>> {
        let (here, there) = match side {
            Side::Caller => (&mut self.caller, &mut self.other),
            Side::Other => (&mut self.other, &mut self.caller),
        };
        let inbound = here.receive(now, from, bytes, &mut self.opened)?;
        if self.recording {
            here.listen(now, &inbound);
        }
        if let Content::Audio(codec) = inbound.content {
            let (sequence, payload) = (inbound.packet.sequence, inbound.packet.payload);
            if let Some(sign) = self.fax.hear(side as usize, codec, sequence, payload) {
                here.tell(LegEvent::Fax(sign));
            }
            if !there.can_relay(codec) {
                self.misfit = true;
                return None;
            }
        }
        debug_assert!(inbound.packet.payload.len() <= MAX_PAYLOAD);
        self.relayed.clear();
        let to = there.relay(now, &inbound, &mut self.relayed)?;
        Some(Transmit { channel: Channel::Rtp, to, bytes: &self.relayed })
    }

    /// A datagram came to a side's RTCP socket. Each leg reports for itself; nothing is passed on.
    pub fn handle_rtcp(&mut self, now: Instant, side: Side, from: SocketAddr, bytes: &[u8]) {
        self.leg_mut(side).handle_rtcp(now, from, bytes);
    }

    /// Is there more to do than to relay: a recording, or a key of ours that sounds? Without, [`Self::tick`] may come as
    /// seldom as reports and silences are to be exact.
    pub fn needs_every_beat(&self) -> bool {
        self.recording || self.caller.is_pressing() || self.other.is_pressing()
    }

    /// Call every 20 ms while [`Self::needs_every_beat`]: reports, keys that we send ourselves, and what both sides said
    /// if it is recorded.
    pub fn tick(&mut self, now: Instant) -> Option<Overheard> {
        for leg in [&mut self.caller, &mut self.other] {
            leg.press_pending(now);
            leg.mind(now);
        }
        self.recording.then(|| Overheard { caller: self.caller.hear(now), other: self.other.hear(now) })
    }

    /// The next datagram that a side's own socket is to send; ask until there is none.
    pub fn poll_transmit(&mut self, side: Side) -> Option<Transmit<'_>> {
        self.leg_mut(side).poll_transmit()
    }

    /// What happened on a side.
    pub fn poll_event(&mut self, side: Side) -> Option<LegEvent> {
        self.leg_mut(side).poll_event()
    }
}

#[cfg(test)]
mod tests;
