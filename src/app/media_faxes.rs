//! The faxes of the media thread: datagrams of T.38 that pass between two sockets as they came.

use std::{net::SocketAddr, time::Instant};

use slab::Slab;

use super::{
    media_legs::{Joined, Legs},
    media_slot::{Line, Outside, Slot, report},
};
use crate::{
    media::{Channel, FaxEnd, FaxRelay, Side, Transmit},
    types::LegId,
};

impl Legs {
    /// From now on a fax passes between these two, and no voice.
    pub(super) fn relay_fax(&mut self, now: Instant, caller: LegId, other: LegId, ends: [FaxEnd; 2]) {
        self.part(caller);
        self.part(other);
        let (Some(first), Some(second)) = (self.take_alone(caller), self.take_alone(other)) else {
            tracing::warn!(%caller, %other, "a fax cannot pass between legs that are not connected");
            return;
        };
        let (Some(&near), Some(&far)) = (self.places.get(&caller), self.places.get(&other)) else { return };
        let [here, there] = ends;
        let bridge = Box::new(FaxRelay::new(now, (*first, here), (*second, there)));
        let relay = self.faxes.insert(Joined { bridge, caller: near, other: far });
        for (place, side) in [(near, Side::Caller), (far, Side::Other)] {
            if let Some(slot) = self.slots.get_mut(place) {
                slot.line = Line::Faxing { relay, side };
                slot.utterances.clear();
            }
        }
    }

    /// The fax that this leg is one side of is over; both stand alone, and can be talked on.
    pub(super) fn end_fax(&mut self, id: LegId) {
        let Some(&Line::Faxing { relay, .. }) = self.slot(id).map(|slot| &slot.line) else { return };
        let Some(Joined { bridge, caller, other }) = self.faxes.try_remove(relay) else { return };
        let (first, second) = bridge.into_legs();
        for (place, leg) in [(caller, first), (other, second)] {
            self.stand_alone(place, Box::new(leg));
        }
    }

    /// Notices who has fallen silent.
    pub(super) fn mind_faxes(&mut self, now: Instant) {
        for (_, joined) in &mut self.faxes {
            joined.bridge.mind(now);
            tell(joined, &self.slots, &self.outside);
        }
    }
}

/// A datagram came to the socket of one side.
pub(super) fn relay_datagram(
    now: Instant,
    faxes: &mut Slab<Joined<FaxRelay>>,
    (slots, outside): (&Slab<Slot>, &Outside),
    relay: usize,
    side: Side,
    from: SocketAddr,
    bytes: &[u8],
) {
    let Some(joined) = faxes.get_mut(relay) else { return };
    if let Some(to) = joined.bridge.handle_datagram(now, side, from, bytes)
        && let Some(across) = slots.get(joined.place(side.across()))
    {
        across.sockets.send(&Transmit { channel: Channel::Rtp, to, bytes });
    }
    tell(joined, slots, outside);
}

/// What has happened on either side. Nothing is said while a fax passes.
fn tell(joined: &mut Joined<FaxRelay>, slots: &Slab<Slot>, outside: &Outside) {
    for side in [Side::Caller, Side::Other] {
        while let Some(event) = joined.bridge.poll_event(side) {
            if let Some(slot) = slots.get(joined.place(side)) {
                report(outside, slot.id, &mut Default::default(), event);
            }
        }
    }
}
