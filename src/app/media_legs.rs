//! The legs and bridges of the media thread, with their sockets: what arrives goes in, what they say goes out.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use mio::{Interest, Registry, Token, net::UdpSocket};
use tokio::sync::mpsc;

use super::{media_plane::ToMedia, recordings::Recordings, speech_pool::SpeechPool, switch_loop::ToSwitch};
use crate::{
    media::{
        Agreed, Bridge, Channel, Codec, Identity, Leg, LegEvent, LegSettings, LegStats, Protection,
        SampleRate, Side, Silence, SourceTrust, Transmit,
    },
    pbx::{Announcement, Encrypted, MediaCommand, MediaEvent, Quality, Unheard},
    types::{Chance, LegId, UtteranceId},
};

/// Datagrams that are taken from one socket before the others get their turn: a flood on one port delays nobody.
const BURST: usize = 64;

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
    /// Media is late or it is nothing: what the kernel does not take at once is lost, as on the wire.
    fn send(&self, transmit: &Transmit<'_>) {
        let socket = match transmit.channel {
            Channel::Rtp => &self.rtp,
            Channel::Rtcp => &self.rtcp,
        };
        let _ = socket.send_to(transmit.bytes, transmit.to);
    }
}

/// Where a leg's sound goes.
#[derive(Debug)]
enum Line {
    /// Bound, but nothing has been agreed on.
    Open,
    Alone(Box<Leg>),
    Bridged {
        bridge: LegId,
        side: Side,
    },
}

/// What is known of a leg besides its media.
#[derive(Debug)]
struct Slot {
    line: Line,
    sockets: Sockets,
    heard_by_ears: bool,
    /// Utterances that were begun, and whether their first voiced frame has left.
    utterances: VecDeque<(UtteranceId, bool)>,
}

#[derive(Debug)]
struct Joined {
    bridge: Box<Bridge>,
    caller: LegId,
    other: LegId,
}

/// Everything the thread holds.
#[derive(Debug)]
pub(super) struct Legs {
    bind: IpAddr,
    registry: Registry,
    chance: Chance,
    /// Our certificate, for browsers.
    identity: Option<Arc<Identity>>,
    outside: Outside,
    slots: BTreeMap<LegId, Slot>,
    /// By the leg that stands as the caller.
    bridges: BTreeMap<LegId, Joined>,
    /// Sockets with more to read.
    unread: BTreeSet<Token>,
    buffer: Box<[u8; 2048]>,
}

fn token(leg: LegId, channel: Channel) -> Token {
    Token((leg.0 as usize) << 1 | usize::from(channel == Channel::Rtcp))
}

fn leg_of(token: Token) -> (LegId, Channel) {
    let channel = if token.0 & 1 == 0 { Channel::Rtp } else { Channel::Rtcp };
    (LegId((token.0 >> 1) as u64), channel)
}

impl Legs {
    pub(super) fn new(
        bind: IpAddr,
        registry: Registry,
        chance: Chance,
        identity: Option<Arc<Identity>>,
        outside: Outside,
    ) -> Self {
        Self {
            bind,
            registry,
            chance,
            identity,
            outside,
            slots: BTreeMap::new(),
            bridges: BTreeMap::new(),
            unread: BTreeSet::new(),
            buffer: Box::new([0; 2048]),
        }
    }

    pub(super) fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    pub(super) fn readable(&mut self, token: Token) {
        self.unread.insert(token);
    }

    /// Takes a burst from every socket that has something.
    pub(super) fn read(&mut self, now: Instant) {
        for token in std::mem::take(&mut self.unread) {
            let (leg, channel) = leg_of(token);
            for taken in 0..=BURST {
                if taken == BURST {
                    self.unread.insert(token);
                    break;
                }
                let Some(slot) = self.slots.get(&leg) else { break };
                let socket = if channel == Channel::Rtp { &slot.sockets.rtp } else { &slot.sockets.rtcp };
                match socket.recv_from(&mut self.buffer[..]) {
                    Ok((length, from)) => self.arrived(now, leg, channel, from, length),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // An ICMP error of an earlier packet; the next read goes on.
                    Err(_) => {}
                }
            }
        }
    }

    fn arrived(&mut self, now: Instant, leg: LegId, channel: Channel, from: SocketAddr, length: usize) {
        let bytes = &self.buffer[..length];
        let Some(slot) = self.slots.get_mut(&leg) else { return };
        match (&mut slot.line, channel) {
            (Line::Open, _) => {}
            (Line::Alone(media), Channel::Rtp) => media.handle_rtp(now, from, bytes),
            (Line::Alone(media), Channel::Rtcp) => media.handle_rtcp(now, from, bytes),
            (&mut Line::Bridged { bridge, side }, Channel::Rtp) => {
                let Some(joined) = self.bridges.get_mut(&bridge) else { return };
                let across = if side == Side::Caller { joined.other } else { joined.caller };
                if let Some(transmit) = joined.bridge.handle_rtp(now, side, from, bytes)
                    && let Some(slot) = self.slots.get(&across)
                {
                    slot.sockets.send(&transmit);
                }
            }
            (&mut Line::Bridged { bridge, side }, Channel::Rtcp) => {
                if let Some(joined) = self.bridges.get_mut(&bridge) {
                    joined.bridge.handle_rtcp(now, side, from, bytes);
                }
            }
        }
    }

    /// One frame for everybody.
    pub(super) fn tick(&mut self, now: Instant) {
        for (&id, slot) in &mut self.slots {
            let Line::Alone(leg) = &mut slot.line else { continue };
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
        for joined in self.bridges.values_mut() {
            if let Some(overheard) = joined.bridge.tick(now) {
                self.outside.recordings.push(joined.caller, &overheard.caller, &overheard.other);
                self.outside.recordings.push(joined.other, &overheard.other, &overheard.caller);
            }
            for (side, id) in [(Side::Caller, joined.caller), (Side::Other, joined.other)] {
                let Some(slot) = self.slots.get_mut(&id) else { continue };
                while let Some(transmit) = joined.bridge.poll_transmit(side) {
                    slot.sockets.send(&transmit);
                }
                while let Some(event) = joined.bridge.poll_event(side) {
                    report(&self.outside, id, &mut slot.utterances, event);
                }
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
                if let Some(slot) = self.slots.get_mut(&leg) {
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
            }
            MediaCommand::Hush { utterance } => self.hush(id, utterance),
            MediaCommand::Record { file } => {
                self.outside.recordings.begin(id, file);
                if let Some(joined) = self.joined(id) {
                    joined.bridge.record(true);
                }
            }
            MediaCommand::Close => self.close(id),
        }
    }

    fn open(&mut self, id: LegId, port: u16) {
        let bind = |port: u16, channel: Channel| -> io::Result<UdpSocket> {
            let mut socket = UdpSocket::bind(SocketAddr::new(self.bind, port))?;
            self.registry.register(&mut socket, token(id, channel), Interest::READABLE)?;
            Ok(socket)
        };
        match bind(port, Channel::Rtp)
            .and_then(|rtp| Ok(Sockets { rtp, rtcp: bind(port + 1, Channel::Rtcp)? }))
        {
            Ok(sockets) => {
                let slot =
                    Slot { line: Line::Open, sockets, heard_by_ears: false, utterances: VecDeque::new() };
                self.slots.insert(id, slot);
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
        } else if let Some(slot) = self.slots.get_mut(&id) {
            slot.line = Line::Alone(Box::new(Leg::new(now, settings)));
        }
    }

    fn play(&mut self, id: LegId, utterance: UtteranceId, samples: &[i16]) {
        let Some(slot) = self.slots.get_mut(&id) else { return };
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
        let Some(slot) = self.slots.get_mut(&id) else { return };
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
        let bridge = Box::new(Bridge::new(*first, *second, recording));
        self.bridges.insert(caller, Joined { bridge, caller, other });
        for (id, side) in [(caller, Side::Caller), (other, Side::Other)] {
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.line = Line::Bridged { bridge: caller, side };
                slot.utterances.clear();
            }
        }
    }

    fn part(&mut self, id: LegId) {
        let Some(Line::Bridged { bridge, .. }) = self.slots.get(&id).map(|slot| &slot.line) else { return };
        let Some(joined) = self.bridges.remove(bridge) else { return };
        let (first, second) = joined.bridge.into_legs();
        for (id, leg) in [(joined.caller, first), (joined.other, second)] {
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.line = Line::Alone(Box::new(leg));
            }
        }
    }

    fn close(&mut self, id: LegId) {
        self.part(id);
        let Some(mut slot) = self.slots.remove(&id) else { return };
        // The descriptors go with the sockets whether or not the poll lets go of them first.
        let _ = self.registry.deregister(&mut slot.sockets.rtp);
        let _ = self.registry.deregister(&mut slot.sockets.rtcp);
        for channel in [Channel::Rtp, Channel::Rtcp] {
            self.unread.remove(&token(id, channel));
        }
        self.outside.recordings.end(id);
        let quality = match &slot.line {
            Line::Alone(leg) => quality(&leg.stats(), leg.agreed()),
            Line::Open | Line::Bridged { .. } => Quality::default(),
        };
        self.outside.tell(id, MediaEvent::Closed { quality });
    }

    /// The leg, wherever it is.
    fn leg(&mut self, id: LegId) -> Option<&mut Leg> {
        match &mut self.slots.get_mut(&id)?.line {
            Line::Open => None,
            Line::Alone(leg) => Some(leg),
            &mut Line::Bridged { bridge, side } => Some(self.bridges.get_mut(&bridge)?.bridge.leg_mut(side)),
        }
    }

    fn joined(&mut self, id: LegId) -> Option<&mut Joined> {
        match &self.slots.get(&id)?.line {
            Line::Bridged { bridge, .. } => self.bridges.get_mut(bridge),
            Line::Open | Line::Alone(_) => None,
        }
    }

    fn take_alone(&mut self, id: LegId) -> Option<Box<Leg>> {
        let slot = self.slots.get_mut(&id)?;
        match std::mem::replace(&mut slot.line, Line::Open) {
            Line::Alone(leg) => Some(leg),
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
        LegEvent::Unheard(why) => {
            tracing::warn!(leg = %id, why = unheard(why).as_str(), "nothing is heard of this leg after three seconds");
            return;
        }
        LegEvent::Silent(why) => {
            let silent_ms = LegSettings::SILENT_AFTER.as_millis() as u64;
            MediaEvent::Dead { silent_ms, why: unheard(why) }
        }
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

fn unheard(why: Silence) -> Unheard {
    match why {
        Silence::NothingCame => Unheard::NothingCame,
        Silence::CameFromElsewhere => Unheard::CameFromElsewhere,
        Silence::ReportsOnly => Unheard::ReportsOnly,
        Silence::NotNegotiated => Unheard::NotNegotiated,
        Silence::NotAuthentic => Unheard::NotAuthentic,
        Silence::NotRtp => Unheard::NotRtp,
        Silence::WentQuiet => Unheard::WentQuiet,
    }
}

fn quality(stats: &LegStats, agreed: &Agreed) -> Quality {
    Quality {
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
