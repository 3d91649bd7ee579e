//! The rooms of the media thread: legs that hear each other frame by frame instead of packet by packet.

use std::time::Instant;

use super::{media_legs::Legs, media_slot::Line};
use crate::{
    media::{Heard, Hears, Mixer, RoomId},
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
    /// Into a room. False when it is full, or the leg has not been connected.
    pub(super) fn enter(&mut self, id: LegId, kind: RoomKind, hears: Hears) -> bool {
        let Some(place) = self.places.get(&id).copied() else { return false };
        let room = self.slots.get(place).and_then(|slot| slot.room);
        if room != Some(kind) {
            self.part(id);
        }
        let admitted = matches!(self.slots.get(place).map(|slot| &slot.line), Some(Line::Alone(_)))
            && self.rooms.entry(kind).or_default().admit(id, hears);
        if !admitted {
            tracing::warn!(leg = %id, ?kind, "a leg could not be let into a room");
            self.rooms.retain(|_, room| !room.is_empty());
            return false;
        }
        if let Some(slot) = self.slots.get_mut(place) {
            slot.room = Some(kind);
            self.alone.remove(&place);
        }
        true
    }

    /// Two legs that hear each other, though they share no codec.
    pub(super) fn pair(&mut self, caller: LegId, other: LegId) {
        let kind = RoomKind::Pair(caller);
        for (id, across) in [(caller, other), (other, caller)] {
            self.enter(id, kind, Hears::Only(vec![Heard::Voice(across)]));
        }
    }

    /// Out of whatever room it is in; of a pair, both.
    pub(super) fn leave(&mut self, id: LegId) {
        let Some(kind) = self.slot(id).and_then(|slot| slot.room) else { return };
        let leaving: Vec<LegId> = match (kind, self.rooms.get(&kind)) {
            (RoomKind::Pair(_), Some(room)) => room.members().collect(),
            _ => vec![id],
        };
        for id in leaving {
            if let Some(room) = self.rooms.get_mut(&kind) {
                room.dismiss(id);
            }
            if let Some(place) = self.places.get(&id).copied()
                && let Some(slot) = self.slots.get_mut(place)
            {
                slot.room = None;
                if matches!(slot.line, Line::Alone(_)) {
                    self.alone.insert(place);
                }
            }
        }
        self.rooms.retain(|_, room| !room.is_empty());
    }

    /// The other leg of the pair that this one is in.
    pub(super) fn paired_with(&mut self, id: LegId) -> Option<(LegId, LegId)> {
        let kind @ RoomKind::Pair(caller) = self.slot(id)?.room? else { return None };
        let other = self.rooms.get(&kind)?.members().find(|&member| member != caller)?;
        Some((caller, other))
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
