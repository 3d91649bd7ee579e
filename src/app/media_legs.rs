//! The legs and bridges of the media thread, with their sockets: what arrives goes in, what they say goes out.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    time::Instant,
};

use slab::Slab;
use socket2::SockRef;
use tokio::sync::mpsc;

use super::{
    media_plane::ToMedia, media_poll::Register, recordings::Recordings, speech_pool::SpeechPool,
    switch_loop::ToSwitch,
};
use crate::{
    media::{
        Agreed, Bridge, Channel, Codec, Leg, LegEvent, LegSettings, LegStats, SampleRate, Side, SourceTrust,
        Transmit,
    },
    pbx::{Announcement, MediaCommand, MediaEvent, Quality},
    types::{Chance, LegId, UtteranceId},
};

/// What the kernel may keep for one socket: about eighty packets, a second and a half of a voice. What comes on top of
/// it is dropped there, as older sound would be of no use to anybody.
const RECEIVE_BUFFER: usize = 64 * 1024;

/// Bridges that only relay are looked after in turns, each once in so many beats: their reports and their silences are
/// counted in seconds.
const TURNS: usize = 16;

/// Mean power above which a frame is voice and no longer the silence before it; about −55 dBov.
const VOICED: f32 = 3_400.0;

/// "Thank you for calling …", 8 kHz µ-law, spoken once by the synthesiser and kept.
const CANNOT_TAKE_CALL: &[u8] = include_bytes!("../../firmware-config/announcements/cannot-take-call.ulaw");

/// The queues to the other threads.
#[derive(Debug)]
pub(super) struct Outside {
    pub speech: SpeechPool,
    pub recordings: Recordings,
    pub to_switch: mpsc::Sender<ToSwitch>,
}

impl Outside {
    fn tell(&self, leg: LegId, event: MediaEvent) {
        if self.to_switch.try_send(ToSwitch::Media { leg, event }).is_err() {
            tracing::warn!(%leg, "the switch does not keep up with the media; an event was dropped");
        }
    }
}

/// One leg's sockets.
#[derive(Debug)]
struct Sockets {
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Sockets {
    fn bind(address: IpAddr, port: u16, register: &Register, place: usize) -> io::Result<Self> {
        let bind = |port: u16, channel: Channel| -> io::Result<UdpSocket> {
            let socket = UdpSocket::bind(SocketAddr::new(address, port))?;
            socket.set_nonblocking(true)?;
            SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER)?;
            register.enter(&socket, mark(place, channel))?;
            Ok(socket)
        };
        Ok(Self { rtp: bind(port, Channel::Rtp)?, rtcp: bind(port + 1, Channel::Rtcp)? })
    }

    fn of(&self, channel: Channel) -> &UdpSocket {
        match channel {
            Channel::Rtp => &self.rtp,
            Channel::Rtcp => &self.rtcp,
        }
    }

    /// Media is late or it is nothing: what the kernel does not take at once is lost, as on the wire.
    fn send(&self, transmit: &Transmit<'_>) {
        let _ = self.of(transmit.channel).send_to(transmit.bytes, transmit.to);
    }
}

/// Where a leg's sound goes.
#[derive(Debug)]
enum Line {
    /// Bound, but nothing has been agreed on.
    Open,
    Alone(Box<Leg>),
    Bridged {
        bridge: usize,
        side: Side,
    },
}

/// What is known of a leg besides its media.
#[derive(Debug)]
struct Slot {
    id: LegId,
    line: Line,
    sockets: Sockets,
    heard_by_ears: bool,
    /// Utterances that were begun, and whether their first voiced frame has left.
    utterances: VecDeque<(UtteranceId, bool)>,
}

/// A bridge, and the places of its legs.
#[derive(Debug)]
struct Joined {
    bridge: Box<Bridge>,
    caller: usize,
    other: usize,
}

impl Joined {
    const fn place(&self, side: Side) -> usize {
        match side {
            Side::Caller => self.caller,
            Side::Other => self.other,
        }
    }
}

/// Everything the thread holds.
#[derive(Debug)]
pub(super) struct Legs {
    bind: IpAddr,
    register: Register,
    chance: Chance,
    outside: Outside,
    places: BTreeMap<LegId, usize>,
    /// A packet's socket leads here without a search.
    slots: Slab<Slot>,
    bridges: Slab<Joined>,
    /// Slots that hear or say something of their own in every beat.
    alone: BTreeSet<usize>,
    /// Bridges that need every beat; the others are looked after in turns.
    attended: BTreeSet<usize>,
    turn: usize,
    buffer: Box<[u8; 2048]>,
}

/// What a socket is entered under in the list of readiness.
fn mark(place: usize, channel: Channel) -> usize {
    place << 1 | usize::from(channel == Channel::Rtcp)
}

fn place_of(mark: u64) -> (usize, Channel) {
    let channel = if mark & 1 == 0 { Channel::Rtp } else { Channel::Rtcp };
    ((mark >> 1) as usize, channel)
}

impl Legs {
    pub(super) fn new(bind: IpAddr, register: Register, chance: Chance, outside: Outside) -> Self {
        Self {
            bind,
            register,
            chance,
            outside,
            places: BTreeMap::new(),
            slots: Slab::new(),
            bridges: Slab::new(),
            alone: BTreeSet::new(),
            attended: BTreeSet::new(),
            turn: 0,
            buffer: Box::new([0; 2048]),
        }
    }

    /// Is there nobody whom a beat would do anything for?
    pub(super) fn is_idle(&self) -> bool {
        self.alone.is_empty() && self.bridges.is_empty()
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
            (Line::Alone(media), Channel::Rtp) => media.handle_rtp(now, from, bytes),
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
                    while let Some(event) = joined.bridge.poll_event(side) {
                        report(&self.outside, slot.id, &mut slot.utterances, event);
                    }
                }
            }
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
            let id = slot.id;
            let frame = leg.tick(now);
            while let Some(transmit) = leg.poll_transmit() {
                slot.sockets.send(&transmit);
            }
            if slot.heard_by_ears
                && let Ok(samples) = <[i16; 160]>::try_from(frame.heard.samples())
            {
                self.outside.speech.frame(id, samples);
            }
            self.outside.recordings.push(id, &frame.heard, &frame.said);
            if frame.said.power() > VOICED
                && let Some((utterance, told)) = slot.utterances.front_mut()
                && !*told
            {
                *told = true;
                self.outside.tell(id, MediaEvent::Speaking { utterance: *utterance });
            }
            while let Some(event) = leg.poll_event() {
                report(&self.outside, id, &mut slot.utterances, event);
            }
        }
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
            ToMedia::Play { leg, utterance, samples } => self.play(leg, utterance, &samples),
            ToMedia::Finish { leg, utterance } => {
                if let Some(media) = self.leg(leg) {
                    media.finish(utterance);
                }
            }
            ToMedia::Hear { leg, on } => {
                if let Some(slot) = self.slot(leg) {
                    slot.heard_by_ears = on;
                }
            }
        }
    }

    fn command(&mut self, now: Instant, id: LegId, command: MediaCommand) {
        match command {
            MediaCommand::Open { call: _, port } => self.open(id, port),
            MediaCommand::Connect { agreed, trust } => self.connect(now, id, agreed, trust),
            MediaCommand::Bridge { with } => self.join(id, with),
            MediaCommand::Unbridge => self.part(id),
            MediaCommand::Tone(tone) => {
                if let Some(leg) = self.leg(id) {
                    leg.tone(tone);
                }
            }
            MediaCommand::Announce { utterance, announcement: Announcement::CannotTakeCall } => {
                let mut samples = Vec::with_capacity(CANNOT_TAKE_CALL.len());
                Codec::Pcmu.decode(CANNOT_TAKE_CALL, &mut samples);
                self.play(id, utterance, &samples);
                if let Some(leg) = self.leg(id) {
                    leg.finish(utterance);
                }
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
            MediaCommand::Close => self.close(id),
        }
    }

    fn open(&mut self, id: LegId, port: u16) {
        let place = self.slots.vacant_key();
        match Sockets::bind(self.bind, port, &self.register, place) {
            Ok(sockets) => {
                let (line, utterances) = (Line::Open, VecDeque::new());
                let slot = Slot { id, line, sockets, heard_by_ears: false, utterances };
                self.places.insert(id, self.slots.insert(slot));
            }
            Err(error) => {
                tracing::warn!(%error, port, "an RTP port could not be bound");
                self.outside.tell(id, MediaEvent::Failed);
            }
        }
    }

    fn connect(&mut self, now: Instant, id: LegId, agreed: Agreed, trust: SourceTrust) {
        let settings = LegSettings::draw(&mut self.chance, agreed, trust);
        if let Some(leg) = self.leg(id) {
            leg.update(now, agreed, trust);
        } else if let Some(place) = self.places.get(&id).copied() {
            self.stand_alone(place, Box::new(Leg::new(now, settings)));
        }
    }

    fn stand_alone(&mut self, place: usize, leg: Box<Leg>) {
        if let Some(slot) = self.slots.get_mut(place) {
            slot.line = Line::Alone(leg);
            self.alone.insert(place);
        }
    }

    fn play(&mut self, id: LegId, utterance: UtteranceId, samples: &[i16]) {
        let Some(slot) = self.slot(id) else { return };
        let Line::Alone(leg) = &mut slot.line else { return };
        // Over: it was hushed while these samples were made. Full: a minute waits, and the rest goes unsaid.
        if leg.play(utterance, SampleRate::Hz8000, samples).is_ok()
            && slot.utterances.back().is_none_or(|(last, _)| *last != utterance)
        {
            slot.utterances.push_back((utterance, false));
        }
    }

    fn hush(&mut self, id: LegId, utterance: UtteranceId) {
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
        self.part(caller);
        self.part(other);
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

    /// This leg's bridge may have more to do than to relay.
    fn attend(&mut self, id: LegId) {
        if let Some((key, joined)) = self.joined(id)
            && joined.bridge.needs_every_beat()
        {
            self.attended.insert(key);
        }
    }

    fn part(&mut self, id: LegId) {
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
        let Some(place) = self.places.remove(&id) else { return };
        self.alone.remove(&place);
        // The list of readiness forgets the sockets as they are closed.
        let Some(slot) = self.slots.try_remove(place) else { return };
        self.outside.recordings.end(id);
        let quality = match &slot.line {
            Line::Alone(leg) => quality(&leg.stats()),
            Line::Open | Line::Bridged { .. } => Quality::default(),
        };
        self.outside.tell(id, MediaEvent::Closed { quality });
    }

    fn slot(&mut self, id: LegId) -> Option<&mut Slot> {
        self.slots.get_mut(*self.places.get(&id)?)
    }

    /// The leg, wherever it is.
    fn leg(&mut self, id: LegId) -> Option<&mut Leg> {
        match &mut self.slots.get_mut(*self.places.get(&id)?)?.line {
            Line::Open => None,
            Line::Alone(leg) => Some(leg),
            &mut Line::Bridged { bridge, side } => Some(self.bridges.get_mut(bridge)?.bridge.leg_mut(side)),
        }
    }

    fn joined(&mut self, id: LegId) -> Option<(usize, &mut Joined)> {
        match self.slot(id)?.line {
            Line::Bridged { bridge, .. } => Some((bridge, self.bridges.get_mut(bridge)?)),
            Line::Open | Line::Alone(_) => None,
        }
    }

    fn take_alone(&mut self, id: LegId) -> Option<Box<Leg>> {
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

fn report(outside: &Outside, id: LegId, utterances: &mut VecDeque<(UtteranceId, bool)>, event: LegEvent) {
    let event = match event {
        LegEvent::FirstPacket => MediaEvent::FirstPacket,
        LegEvent::Digit(digit) => MediaEvent::Digit(digit),
        LegEvent::Silent => MediaEvent::Dead { silent_ms: LegSettings::SILENT_AFTER.as_millis() as u64 },
        LegEvent::Played(played) => {
            utterances.retain(|(utterance, _)| *utterance != played.utterance);
            MediaEvent::Played {
                utterance: played.utterance,
                heard_ms: played.millis as u32,
                complete: played.whole,
            }
        }
        // The synthesiser is many times faster than speech: what it has made is already here.
        LegEvent::LowMark(_) => return,
    };
    outside.tell(id, event);
}

fn quality(stats: &LegStats) -> Quality {
    Quality {
        packets_received: stats.received,
        packets_lost: stats.lost,
        packets_sent: stats.sent,
        jitter_ms: stats.jitter.as_millis() as u32,
        round_trip_ms: stats.round_trip.map(|trip| trip.as_millis() as u32),
    }
}
