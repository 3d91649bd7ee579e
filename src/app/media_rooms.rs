//! The rooms of the media thread: legs that hear each other frame by frame instead of packet by packet.

use std::time::Instant;

use super::{media_legs::Legs, media_slot::Line};
use crate::{
    media::{Hears, Mixer, RoomId},
    types::LegId,
};

impl Legs {
    /// Into a room, if it is not full and the leg has been connected.
    pub(super) fn enter(&mut self, id: LegId, room: RoomId, hears: Hears) {
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

    /// Out of whatever room it is in.
    pub(super) fn leave(&mut self, id: LegId) {
        let Some(place) = self.places.get(&id).copied() else { return };
        let Some(slot) = self.slots.get_mut(place) else { return };
        let Some(room) = slot.room.take() else { return };
        if matches!(slot.line, Line::Alone(_)) {
            self.alone.insert(place);
        }
        if let Some(mixer) = self.rooms.get_mut(&room) {
            mixer.dismiss(id);
        }
        self.rooms.retain(|_, room| !room.is_empty());
    }

    /// A frame of every room.
    pub(super) fn tick_rooms(&mut self, now: Instant) {
        let mut rooms = std::mem::take(&mut self.rooms);
        for room in rooms.values_mut() {
            self.tick_room(now, room);
        }
        self.rooms = rooms;
    }

    fn tick_room(&mut self, now: Instant, room: &mut Mixer) {
        let members: Vec<LegId> = room.members().collect();
        let mut parts = Vec::with_capacity(members.len());
        for &id in &members {
            let Some(leg) = self.leg(id) else { continue };
            let (voice, house) = (leg.hear(now), leg.compose(now));
            room.put(id, voice, house);
            parts.push((id, voice, house));
        }
        room.gather();
        for (id, voice, house) in parts {
            let Some(slot) = self.places.get(&id).and_then(|&place| self.slots.get_mut(place)) else {
                continue;
            };
            let Line::Alone(leg) = &mut slot.line else { continue };
            let said = room.mix(id, leg.rate());
            leg.utter(now, &said);
            slot.after_frame(&mut self.outside, &voice, &house, &said);
        }
    }
}
