//! The rooms of the media thread: legs that hear each other frame by frame instead of packet by packet.

use std::{net::SocketAddrV4, time::Instant};

use super::{media_legs::Legs, media_multicast::ToGroup, media_slot::Line};
use crate::{
    media::{Heard, Hears, LegEvent, Mixer, RoomId},
    types::LegId,
};

/// What a room is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RoomKind {
    /// Opened by the switch.
    Named(RoomId),
    /// Two legs that are put through but share no codec: by the one that stands as the caller.
    Pair(LegId),
}

impl Legs {
    /// Into a room, if it is not full and the leg has been connected.
    pub(super) fn enter(&mut self, id: LegId, room: RoomKind, hears: Hears) {
        let Some(place) = self.places.get(&id).copied() else { return };
        if self.slots.get(place).and_then(|slot| slot.room) != Some(room) {
            self.part(id);
        }
        let alone = matches!(self.slots.get(place).map(|slot| &slot.line), Some(Line::Alone(_)));
        if alone && self.rooms.entry(room).or_default().admit(id, hears) {
            if let Some(slot) = self.slots.get_mut(place) {
                slot.room = Some(room);
                self.alone.remove(&place);
            }
        } else {
            tracing::warn!(leg = %id, ?room, "a leg could not be let into a room");
            self.rooms.retain(|_, room| !room.is_empty());
        }
    }

    /// Two legs that are put through though they share no codec.
    pub(super) fn pair(&mut self, caller: LegId, other: LegId) {
        for (id, across) in [(caller, other), (other, caller)] {
            self.enter(id, RoomKind::Pair(caller), Hears::Only(vec![Heard::Voice(across)]));
        }
    }

    /// The pair that this leg is one of, as caller and other.
    pub(super) fn paired(&mut self, id: LegId) -> Option<(LegId, LegId)> {
        let kind @ RoomKind::Pair(caller) = self.slot(id)?.room? else { return None };
        let other = self.rooms.get(&kind)?.members().find(|&member| member != caller)?;
        Some((caller, other))
    }

    /// What this leg says goes to a multicast group as well, until it is closed.
    pub(super) fn speak_to_group(&mut self, id: LegId, group: SocketAddrV4) {
        let own = self.bind.iter().find(|own| own.is_ipv4()).copied();
        match ToGroup::open(group, own, &mut self.chance) {
            Ok(to_group) => {
                if let Some(slot) = self.slot(id) {
                    slot.to_group = Some(Box::new(to_group));
                }
            }
            Err(error) => tracing::warn!(%error, %group, "a multicast group cannot be paged"),
        }
    }

    /// Out of whatever room it is in; of a pair, both.
    pub(super) fn leave(&mut self, id: LegId) {
        let Some(room) = self.slot(id).and_then(|slot| slot.room) else { return };
        let leaving = match (room, self.rooms.get(&room)) {
            (RoomKind::Pair(_), Some(mixer)) => mixer.members().collect(),
            _ => vec![id],
        };
        for id in leaving {
            if let Some(mixer) = self.rooms.get_mut(&room) {
                mixer.dismiss(id);
            }
            let Some(place) = self.places.get(&id).copied() else { continue };
            let Some(slot) = self.slots.get_mut(place) else { continue };
            slot.room = None;
            if matches!(slot.line, Line::Alone(_)) {
                self.alone.insert(place);
            }
        }
        self.rooms.retain(|_, room| !room.is_empty());
    }

    /// A frame of every room.
    pub(super) fn tick_rooms(&mut self, now: Instant) {
        let mut rooms = std::mem::take(&mut self.rooms);
        for (kind, room) in &mut rooms {
            self.tick_room(now, *kind, room);
        }
        self.rooms = rooms;
    }

    fn tick_room(&mut self, now: Instant, kind: RoomKind, room: &mut Mixer) {
        let members: Vec<LegId> = room.members().collect();
        let mut parts = Vec::with_capacity(members.len());
        for &id in &members {
            let Some(leg) = self.leg(id) else { continue };
            let (voice, house) = (leg.hear(now), leg.compose(now));
            room.put(id, voice, house);
            parts.push((id, voice, house));
        }
        room.gather();
        let mut keys = Vec::new();
        for (id, voice, house) in parts {
            let Some(slot) = self.places.get(&id).and_then(|&place| self.slots.get_mut(place)) else {
                continue;
            };
            let Line::Alone(leg) = &mut slot.line else { continue };
            let said = room.mix(id, leg.rate());
            leg.utter(now, &said);
            slot.after_frame(&mut self.outside, &voice, &house, &said, |event| {
                if let LegEvent::Digit(key) = event {
                    keys.push((id, *key));
                }
            });
        }
        // A relay passes keys on as packets; here they are pressed anew, but for those that were tones in the voice.
        for (id, key) in keys {
            if self.leg(id).is_some_and(|leg| leg.agreed().telephone_event_in.is_none()) {
                continue;
            }
            if let RoomKind::Pair(_) = kind
                && let Some(across) = members.iter().copied().find(|&member| member != id)
                && let Some(leg) = self.leg(across)
            {
                leg.send_digit(key);
            }
        }
    }
}
