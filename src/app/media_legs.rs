//! The legs and bridges of the media thread, with their sockets: what arrives goes in, what they say goes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
    time::Instant,
};

use slab::Slab;

use super::{
    announcements,
    media_faxes::relay_datagram,
    media_plane::ToMedia,
    media_poll::Register,
    media_rooms::RoomKind,
    media_slot::{Line, Outside, Slot, Sockets, place_of, report, unheard},
    sounds::HOUSE_MUSIC,
};
use crate::{
    media::{
        Agreed, Bridge, Channel, FaxRelay, Identity, Leg, LegSettings, LegStats, Mixer, Protection,
        SampleRate, Side, Sound, SourceTrust,
    },
    pbx::{Encrypted, MediaCommand, MediaEvent, Music, Quality},
    types::{Chance, LegId, UtteranceId},
};

/// Bridges that only relay are looked after in turns, each once in so many beats: their reports and their silences are
/// counted in seconds.
const TURNS: usize = 16;

/// A bridge (or what relays a fax), and the places of its legs.
#[derive(Debug)]
pub(super) struct Joined<B = Bridge> {
    pub(super) bridge: Box<B>,
    pub(super) caller: usize,
    pub(super) other: usize,
}

impl<B> Joined<B> {
    pub(super) const fn place(&self, side: Side) -> usize {
        match side {
            Side::Caller => self.caller,
            Side::Other => self.other,
        }
    }
}

/// A leg that waits for a file: to say it as an utterance, or to hear it as music.
#[derive(Debug)]
struct Awaited {
    leg: LegId,
    file: String,
    utterance: Option<UtteranceId>,
}

/// Everything the thread holds.
#[derive(Debug)]
pub(super) struct Legs {
    /// Own addresses, one of each family at most.
    pub(super) bind: Vec<IpAddr>,
    register: Register,
    pub(super) chance: Chance,
    /// Our certificate, for browsers.
    identity: Option<Arc<Identity>>,
    pub(super) outside: Outside,
    pub(super) places: BTreeMap<LegId, usize>,
    /// A packet's socket leads here without a search.
    pub(super) slots: Slab<Slot>,
    bridges: Slab<Joined>,
    pub(super) faxes: Slab<Joined<FaxRelay>>,
    /// Slots that hear or say something of their own in every beat.
    pub(super) alone: BTreeSet<usize>,
    pub(super) rooms: BTreeMap<RoomKind, Mixer>,
    /// Sound files that are being read, and who waits for them.
    awaited: Vec<Awaited>,
    /// Bridges that need every beat; the others are looked after in turns.
    attended: BTreeSet<usize>,
    turn: usize,
    buffer: Box<[u8; 2048]>,
}

impl Legs {
    pub(super) fn new(
        bind: Vec<IpAddr>,
        register: Register,
        chance: Chance,
        identity: Option<Arc<Identity>>,
        outside: Outside,
    ) -> Self {
        Self {
            bind,
            register,
            chance,
            identity,
            outside,
            places: BTreeMap::new(),
            slots: Slab::new(),
            bridges: Slab::new(),
            faxes: Slab::new(),
            alone: BTreeSet::new(),
            rooms: BTreeMap::new(),
            awaited: Vec::new(),
            attended: BTreeSet::new(),
            turn: 0,
            buffer: Box::new([0; 2048]),
        }
    }

    /// Is there nobody whom a beat would do anything for?
    pub(super) fn is_idle(&self) -> bool {
        self.alone.is_empty() && self.rooms.is_empty() && self.bridges.is_empty() && self.faxes.is_empty()
    }

    /// Takes one datagram from a socket that has something. A mark of a socket that is gone leads to one that has
    /// nothing, or to nowhere.
    pub(super) fn receive(&mut self, now: Instant, mark: u64) {
        let (place, channel) = place_of(mark);
        let Some(slot) = self.slots.get_mut(place) else { return };
        // Nothing there after all, or the ICMP error of an earlier packet: the next read goes on.
        let Ok((length, from)) = slot.sockets.of(channel).recv_from(&mut self.buffer[..]) else { return };
        let bytes = &self.buffer[..length];
        match (&mut slot.line, channel) {
            (Line::Open, _) => {}
            (Line::Alone(media), Channel::Rtp) => {
                media.handle_rtp(now, from, bytes);
                // A browser's questions are answered at once: it measures the way by them.
                while let Some(transmit) = media.poll_transmit() {
                    slot.sockets.send(&transmit);
                }
            }
            (Line::Alone(media), Channel::Rtcp) => media.handle_rtcp(now, from, bytes),
            (&mut Line::Bridged { bridge, side }, Channel::Rtp) => {
                let Some(joined) = self.bridges.get_mut(bridge) else { return };
                let across = joined.place(side.across());
                if let Some(transmit) = joined.bridge.handle_rtp(now, side, from, bytes)
                    && let Some(across) = self.slots.get(across)
                {
                    across.sockets.send(&transmit);
                }
                if let Some(slot) = self.slots.get_mut(place) {
                    while let Some(transmit) = joined.bridge.poll_transmit(side) {
                        slot.sockets.send(&transmit);
                    }
                    while let Some(event) = joined.bridge.poll_event(side) {
                        report(&self.outside, slot.id, &mut slot.utterances, event);
                    }
                }
                let (caller, other, misfit) = (joined.caller, joined.other, joined.bridge.is_misfit());
                if misfit {
                    self.mix_instead(caller, other);
                }
            }
            (&mut Line::Faxing { relay, side }, Channel::Rtp) => {
                relay_datagram(now, &mut self.faxes, (&self.slots, &self.outside), relay, side, from, bytes);
            }
            (Line::Faxing { .. }, Channel::Rtcp) => {}
            (&mut Line::Bridged { bridge, side }, Channel::Rtcp) => {
                if let Some(joined) = self.bridges.get_mut(bridge) {
                    joined.bridge.handle_rtcp(now, side, from, bytes);
                }
            }
        }
    }

    /// One frame for everybody who hears or says something here; and for some of those who only relay, what is due.
    pub(super) fn tick(&mut self, now: Instant) {
        for &place in &self.alone {
            let Some(slot) = self.slots.get_mut(place) else { continue };
            let Line::Alone(leg) = &mut slot.line else { continue };
            let frame = leg.tick(now);
            slot.after_frame(&mut self.outside, &frame.heard, &frame.said, &frame.said, |_| {});
        }
        self.tick_rooms(now);
        self.mind_faxes(now);
        self.turn = (self.turn + 1) % TURNS;
        for key in (self.turn..self.bridges.capacity()).step_by(TURNS) {
            if !self.attended.contains(&key) {
                self.look_after(now, key);
            }
        }
        for key in self.attended.clone() {
            self.look_after(now, key);
            if !self.bridges.get(key).is_some_and(|joined| joined.bridge.needs_every_beat()) {
                self.attended.remove(&key);
            }
        }
    }

    fn look_after(&mut self, now: Instant, key: usize) {
        let Some(joined) = self.bridges.get_mut(key) else { return };
        let overheard = joined.bridge.tick(now);
        for side in [Side::Caller, Side::Other] {
            let Some(slot) = self.slots.get_mut(joined.place(side)) else { continue };
            if let Some(overheard) = &overheard {
                let (own, across) = match side {
                    Side::Caller => (&overheard.caller, &overheard.other),
                    Side::Other => (&overheard.other, &overheard.caller),
                };
                self.outside.recordings.push(slot.id, own, across);
            }
            while let Some(transmit) = joined.bridge.poll_transmit(side) {
                slot.sockets.send(&transmit);
            }
            while let Some(event) = joined.bridge.poll_event(side) {
                report(&self.outside, slot.id, &mut slot.utterances, event);
            }
        }
    }

    pub(super) fn handle(&mut self, now: Instant, message: ToMedia) {
        match message {
            ToMedia::Command { leg, command } => self.command(now, leg, command),
            ToMedia::Play { leg, utterance, samples } => {
                self.play(leg, utterance, SampleRate::Hz16000, &samples)
            }
            ToMedia::Finish { leg, utterance } => {
                if let Some(media) = self.leg(leg) {
                    media.finish(utterance);
                }
            }
            ToMedia::Sound { file, sound } => self.sound(&file, sound.as_ref()),
            ToMedia::Hear { leg, on } => {
                if let Some(slot) = self.slot(leg) {
                    slot.heard_by_ears = on;
                }
            }
        }
    }

    fn command(&mut self, now: Instant, id: LegId, command: MediaCommand) {
        match command {
            MediaCommand::Open { call: _, port, told } => self.open(id, port, told),
            MediaCommand::Connect { agreed, trust } => self.connect(now, id, agreed, trust),
            MediaCommand::Bridge { with } => self.join(id, with),
            MediaCommand::RelayFax { with, here, there } => self.relay_fax(now, id, with, [here, there]),
            MediaCommand::Unbridge => self.part(id),
            MediaCommand::Mix { room, hears } => {
                self.enter(id, RoomKind::Named(room), hears);
            }
            MediaCommand::LeaveMix => self.leave(id),
            MediaCommand::Multicast { group } => self.speak_to_group(id, group),
            MediaCommand::Play { utterance, file } => self.want(id, file, Some(utterance)),
            MediaCommand::Music(Some(Music::File(file))) => self.want(id, file, None),
            MediaCommand::Music(Some(Music::House)) => self.want(id, HOUSE_MUSIC.to_owned(), None),
            MediaCommand::Music(None) => {
                self.awaited.retain(|waiting| waiting.leg != id || waiting.utterance.is_some());
                if let Some(leg) = self.leg(id) {
                    leg.tone(None);
                }
            }
            MediaCommand::Tone(tone) => {
                self.awaited.retain(|waiting| waiting.leg != id || waiting.utterance.is_some());
                if let Some(leg) = self.leg(id) {
                    leg.tone(tone);
                }
            }
            MediaCommand::Announce { utterance, announcement } => {
                self.announce(id, utterance, announcements::sound(announcement));
            }
            MediaCommand::Digit(digit) => {
                if let Some(leg) = self.leg(id) {
                    leg.send_digit(digit);
                }
                self.attend(id);
            }
            MediaCommand::Hush { utterance } => self.hush(id, utterance),
            MediaCommand::Record { file } => {
                self.outside.recordings.begin(id, file);
                if let Some((_, joined)) = self.joined(id) {
                    joined.bridge.record(true);
                }
                self.attend(id);
            }
            MediaCommand::PauseRecording(paused) => self.outside.recordings.pause(id, paused),
            MediaCommand::PlayFile { utterance, file } => {
                let path = self.outside.recordings.path_of(&file);
                self.want(id, path, Some(utterance));
            }
            MediaCommand::Take { file, quiet_ms } => {
                self.outside.recordings.begin_take(id, file, quiet_ms);
            }
            MediaCommand::EndTake => self.end_take(id),
            MediaCommand::EndRecording => {
                self.outside.recordings.end(id);
                self.record_what_is_on(id);
            }
            MediaCommand::Close => self.close(id),
        }
    }

    fn open(&mut self, id: LegId, port: u16, told: IpAddr) {
        let place = self.slots.vacant_key();
        let fits = |own: &&IpAddr| own.is_ipv4() == told.is_ipv4();
        let own = self.bind.iter().find(fits).or(self.bind.first()).copied();
        match Sockets::bind(own.unwrap_or(told), port, &self.register, place) {
            Ok(sockets) => {
                self.places.insert(id, self.slots.insert(Slot::new(id, sockets)));
            }
            Err(error) => {
                tracing::warn!(%error, port, "an RTP port could not be bound");
                self.outside.tell(id, MediaEvent::Failed);
            }
        }
    }

    fn connect(&mut self, now: Instant, id: LegId, agreed: Agreed, trust: SourceTrust) {
        let identity = self.identity.clone();
        let settings = LegSettings { identity, ..LegSettings::draw(&mut self.chance, agreed, trust) };
        if let Some(leg) = self.leg(id) {
            leg.update(now, agreed, trust);
            // With other codecs, two that were relayed may have to be mixed from now on, or the reverse.
            if let Some((caller, other)) = self.put_through(id) {
                self.join(caller, other);
            }
        } else if let Some(place) = self.places.get(&id).copied() {
            self.stand_alone(place, Box::new(Leg::new(now, settings)));
        }
    }

    pub(super) fn stand_alone(&mut self, place: usize, leg: Box<Leg>) {
        if let Some(slot) = self.slots.get_mut(place) {
            slot.line = Line::Alone(leg);
            self.alone.insert(place);
        }
    }

    fn play(&mut self, id: LegId, utterance: UtteranceId, rate: SampleRate, samples: &[i16]) {
        let Some(slot) = self.slot(id) else { return };
        let Line::Alone(leg) = &mut slot.line else { return };
        // Over: it was hushed while these samples were made. Full: a minute waits, and the rest goes unsaid.
        if leg.play(utterance, rate, samples).is_ok()
            && slot.utterances.back().is_none_or(|(last, _)| *last != utterance)
        {
            slot.utterances.push_back((utterance, false));
        }
    }

    /// One sound for all who hear it: a copy each would be a hundred kilobytes a call.
    fn announce(&mut self, id: LegId, utterance: UtteranceId, sound: Arc<Sound>) {
        if self.slot(id).is_some_and(|slot| matches!(slot.line, Line::Alone(_))) {
            self.play_sound(id, utterance, sound);
        }
    }

    /// Says a shared sound, if this leg can: whether it does.
    fn play_sound(&mut self, id: LegId, utterance: UtteranceId, sound: Arc<Sound>) -> bool {
        let begun = self.leg(id).is_some_and(|leg| leg.play_sound(utterance, sound).is_ok());
        if begun && let Some(slot) = self.slot(id) {
            slot.utterances.push_back((utterance, false));
        }
        begun
    }

    fn end_take(&mut self, id: LegId) {
        if let Some(taken) = self.outside.recordings.end_take(id) {
            let event = MediaEvent::Taken { millis: taken.millis, voiced_ms: taken.voiced_ms };
            self.outside.tell(id, event);
        }
    }

    /// Has a file read, to be played to this leg.
    fn want(&mut self, id: LegId, file: String, utterance: Option<UtteranceId>) {
        if utterance.is_none() {
            self.awaited.retain(|waiting| waiting.leg != id || waiting.utterance.is_some());
        }
        let asked = self.outside.sounds.want(&file);
        self.awaited.push(Awaited { leg: id, file: file.clone(), utterance });
        if !asked {
            self.sound(&file, None);
        }
    }

    /// A file has been read, or cannot be: an utterance is then over before it began, and music is silence.
    fn sound(&mut self, file: &str, sound: Option<&Arc<Sound>>) {
        let came: Vec<Awaited> = self.awaited.extract_if(.., |waiting| waiting.file == file).collect();
        for Awaited { leg: id, utterance, .. } in came {
            let Some(leg) = self.leg(id) else { continue };
            let Some(utterance) = utterance else {
                match sound {
                    Some(sound) => leg.music(Arc::clone(sound)),
                    None => leg.tone(None),
                }
                continue;
            };
            if !sound.is_some_and(|sound| self.play_sound(id, utterance, Arc::clone(sound))) {
                self.outside.tell(id, MediaEvent::Played { utterance, heard_ms: 0, complete: false });
            }
        }
    }

    fn hush(&mut self, id: LegId, utterance: UtteranceId) {
        self.awaited.retain(|waiting| waiting.leg != id || waiting.utterance.is_none_or(|of| of > utterance));
        let played = self.leg(id).map(|leg| leg.hush_through(utterance)).unwrap_or_default();
        let Some(slot) = self.slot(id) else { return };
        slot.utterances.clear();
        let mut told = false;
        for part in played {
            told |= part.utterance == utterance;
            let heard_ms = part.millis as u32;
            let event = MediaEvent::Played { utterance: part.utterance, heard_ms, complete: part.whole };
            self.outside.tell(id, event);
        }
        if !told {
            // Not a sample of it had come yet: whatever comes is refused by the switch's silence about it.
            self.outside.tell(id, MediaEvent::Played { utterance, heard_ms: 0, complete: false });
        }
    }

    fn join(&mut self, caller: LegId, other: LegId) {
        if self.is_bridged(caller, other) {
            return;
        }
        self.part(caller);
        self.part(other);
        if let (Some(near), Some(far)) = (self.agreed(caller), self.agreed(other))
            && !near.codec.relays_as(far.codec)
        {
            return self.pair(caller, other);
        }
        let (Some(first), Some(second)) = (self.take_alone(caller), self.take_alone(other)) else {
            tracing::warn!(%caller, %other, "legs that are not connected cannot be bridged");
            return;
        };
        let recording = self.outside.recordings.is_on(caller) || self.outside.recordings.is_on(other);
        let (Some(&near), Some(&far)) = (self.places.get(&caller), self.places.get(&other)) else { return };
        let bridge = Box::new(Bridge::new(*first, *second, recording));
        let key = self.bridges.insert(Joined { bridge, caller: near, other: far });
        for (place, side) in [(near, Side::Caller), (far, Side::Other)] {
            if let Some(slot) = self.slots.get_mut(place) {
                slot.line = Line::Bridged { bridge: key, side };
                slot.utterances.clear();
            }
        }
        self.attend(caller);
    }

    /// Are these two put through packet by packet, and can that go on? What has been heard of a fax is not forgotten then.
    fn is_bridged(&mut self, caller: LegId, other: LegId) -> bool {
        let places = (self.places.get(&caller).copied(), self.places.get(&other).copied());
        self.joined(caller).is_some_and(|(_, joined)| {
            let fits = Bridge::fits(joined.bridge.leg(Side::Caller), joined.bridge.leg(Side::Other));
            fits && places == (Some(joined.caller), Some(joined.other))
        })
    }

    /// A side has changed to a codec that the other was not sent until now: from here on they meet in a room.
    fn mix_instead(&mut self, caller: usize, other: usize) {
        let (Some(near), Some(far)) = (self.slots.get(caller), self.slots.get(other)) else { return };
        let (near, far) = (near.id, far.id);
        self.part(near);
        self.pair(near, far);
    }

    fn agreed(&mut self, id: LegId) -> Option<Agreed> {
        self.leg(id).map(|leg| *leg.agreed())
    }

    /// The two legs that are put through to each other, if this is one of them: as caller and other.
    fn put_through(&mut self, id: LegId) -> Option<(LegId, LegId)> {
        let Some((_, joined)) = self.joined(id) else { return self.paired(id) };
        let (caller, other) = (joined.caller, joined.other);
        Some((self.slots.get(caller)?.id, self.slots.get(other)?.id))
    }

    /// A recording has ended: its bridge decodes no longer, unless the other side is recorded too.
    fn record_what_is_on(&mut self, id: LegId) {
        let Some(&Line::Bridged { bridge, .. }) = self.slot(id).map(|slot| &slot.line) else { return };
        let Some(joined) = self.bridges.get_mut(bridge) else { return };
        let on = [joined.caller, joined.other]
            .into_iter()
            .filter_map(|place| self.slots.get(place))
            .any(|slot| self.outside.recordings.is_on(slot.id));
        joined.bridge.record(on);
    }

    /// This leg's bridge may have more to do than to relay.
    fn attend(&mut self, id: LegId) {
        if let Some((key, joined)) = self.joined(id)
            && joined.bridge.needs_every_beat()
        {
            self.attended.insert(key);
        }
    }

    /// Off its bridge or out of its room.
    pub(super) fn part(&mut self, id: LegId) {
        self.leave(id);
        self.end_fax(id);
        let Some(Line::Bridged { bridge, .. }) = self.slot(id).map(|slot| &slot.line) else { return };
        let key = *bridge;
        let Some(Joined { bridge, caller, other }) = self.bridges.try_remove(key) else { return };
        self.attended.remove(&key);
        let (first, second) = bridge.into_legs();
        for (place, leg) in [(caller, first), (other, second)] {
            self.stand_alone(place, Box::new(leg));
        }
    }

    fn close(&mut self, id: LegId) {
        self.part(id);
        self.end_take(id);
        let Some(place) = self.places.remove(&id) else { return };
        self.alone.remove(&place);
        self.awaited.retain(|waiting| waiting.leg != id);
        // The list of readiness forgets the sockets as they are closed.
        let Some(slot) = self.slots.try_remove(place) else { return };
        self.outside.recordings.end(id);
        let quality = match &slot.line {
            Line::Alone(leg) => quality(&leg.stats(), leg.agreed()),
            Line::Open | Line::Bridged { .. } | Line::Faxing { .. } => Quality::default(),
        };
        self.outside.tell(id, MediaEvent::Closed { quality });
    }

    pub(super) fn slot(&mut self, id: LegId) -> Option<&mut Slot> {
        self.slots.get_mut(*self.places.get(&id)?)
    }

    /// The leg, wherever it is.
    pub(super) fn leg(&mut self, id: LegId) -> Option<&mut Leg> {
        match &mut self.slots.get_mut(*self.places.get(&id)?)?.line {
            Line::Open => None,
            Line::Alone(leg) => Some(leg),
            &mut Line::Bridged { bridge, side } => Some(self.bridges.get_mut(bridge)?.bridge.leg_mut(side)),
            &mut Line::Faxing { relay, side } => Some(self.faxes.get_mut(relay)?.bridge.leg_mut(side)),
        }
    }

    fn joined(&mut self, id: LegId) -> Option<(usize, &mut Joined)> {
        match self.slot(id)?.line {
            Line::Bridged { bridge, .. } => Some((bridge, self.bridges.get_mut(bridge)?)),
            Line::Open | Line::Alone(_) | Line::Faxing { .. } => None,
        }
    }

    pub(super) fn take_alone(&mut self, id: LegId) -> Option<Box<Leg>> {
        let place = *self.places.get(&id)?;
        let slot = self.slots.get_mut(place)?;
        match std::mem::replace(&mut slot.line, Line::Open) {
            Line::Alone(leg) => {
                self.alone.remove(&place);
                Some(leg)
            }
            line => {
                slot.line = line;
                None
            }
        }
    }
}

fn quality(stats: &LegStats, agreed: &Agreed) -> Quality {
    Quality {
        codec: (stats.received > 0 || stats.sent > 0).then_some(stats.codec),
        heard: stats.score_heard(),
        there: stats.score_there(),
        packets_received: stats.received,
        packets_lost: stats.lost,
        packets_sent: stats.sent,
        jitter_ms: stats.jitter.as_millis() as u32,
        round_trip_ms: stats.round_trip.map(|trip| trip.as_millis() as u32),
        encryption: match agreed.protection {
            Protection::Plain => Encrypted::No,
            Protection::Sdes(_) => Encrypted::Sdes,
            Protection::Dtls(_) => Encrypted::Dtls,
        },
        unheard: stats.silence.map(unheard),
    }
}

#[cfg(test)]
mod tests;
