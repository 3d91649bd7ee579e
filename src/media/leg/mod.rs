//! One leg, wire to ear and back: packets in, frames to hear; words and keys to say, packets out.

mod browser;
#[cfg(test)]
mod browser_tests;
mod dropped;
mod hearing;
mod reports;
#[cfg(test)]
mod secure_tests;
mod security;
mod settings;
mod silence;
#[cfg(test)]
mod tests;
mod waiting;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    codec::{Codec, Encoder},
    dtls::Identity,
    dtmf::{EventPacket, EventReceiver, EventSender},
    fax::{FaxEar, FaxSign},
    frame::{Frame, SampleRate},
    inband::ToneReceiver,
    jitter::JitterBuffer,
    latch::{Latch, SourceTrust},
    outgoing::{Outgoing, Relayed},
    playout::{PlayError, Played, Playout, Progress},
    reception::{Arrival, Reception},
    rtp::Packet,
    sdp::Agreed,
    sound::Sound,
    tone::Tone,
};
use crate::types::UtteranceId;
pub use dropped::Dropped;
pub use reports::LegStats;
pub use settings::LegSettings;
pub use silence::Silence;
pub use waiting::{Channel, Transmit};
use {reports::Reports, security::Security, silence::Come, waiting::Waiting};

/// RFC 3389 comfort noise, which some gateways send though nobody agreed to it: a silence, and not a stranger.
const COMFORT_NOISE: u8 = 13;
/// How long the first packet may take before somebody should know why.
const UNHEARD_AFTER: Duration = Duration::from_secs(3);
/// Events that wait for the host; when full, the oldest is dropped.
const MAX_EVENTS: usize = 64;

/// What happened on a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegEvent {
    /// The far end has been heard for the first time: media flows.
    FirstPacket,
    /// A key was pressed.
    Digit(char),
    /// A fax machine is at the other end.
    Fax(FaxSign),
    /// Nothing that was agreed on has come within three seconds of a description that lets them send. Told once for
    /// each description; the call goes on, for they may be silent for a reason.
    Unheard(Silence),
    /// Nothing was heard for the leg's limit. Told once; hearing something arms it again.
    Silent(Silence),
    /// An utterance has been said to its end.
    Played(Played),
    /// An unfinished utterance has less than half a second left: more of it is wanted.
    LowMark(UtteranceId),
}

/// What one tick heard and said, each 20 ms at the rate of its codec, for the ear and the recording.
#[derive(Debug, Clone)]
pub struct Tick {
    pub heard: Frame,
    pub said: Frame,
}

/// A packet that has passed lock and count.
#[derive(Debug)]
pub(super) struct Inbound<'a> {
    pub(super) packet: Packet<'a>,
    pub(super) arrival: Arrival,
    pub(super) content: Content,
}

/// What a payload type stands for on this leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Audio(Codec),
    Event,
    /// Comfort noise: the far end is silent, and says how its silence sounds.
    Silence,
    /// Something that was never agreed on.
    Other,
}

/// One side of a call.
#[derive(Debug)]
pub struct Leg {
    agreed: Agreed,
    identity: Option<Arc<Identity>>,
    security: Security,
    latch: Latch,
    reception: Reception,
    /// Made when the first audio arrives: a relayed leg that nobody records never needs it.
    jitter: Option<Box<JitterBuffer>>,
    events_in: EventReceiver,
    /// For a far end that has agreed to no telephone events; made when it is first listened to.
    tones_in: Option<Box<ToneReceiver>>,
    fax_ear: FaxEar,
    events_out: EventSender,
    playout: Playout,
    encoder: Encoder,
    outgoing: Outgoing,
    reports: Reports,
    dropped: Dropped,
    silent_after: Duration,
    last_heard: Instant,
    heard_any: bool,
    silence_told: bool,
    /// When it is to be told that nothing has come, unless something does.
    unheard_at: Option<Instant>,
    come: Come,
    closed: bool,
    /// Between composing and uttering: where the frame goes, and the key that takes its place.
    turn: Option<(SocketAddr, Option<(u8, EventPacket)>)>,
    progress: VecDeque<Progress>,
    events: VecDeque<LegEvent>,
    waiting: Waiting,
    /// Where an encrypted packet is opened; empty between packets, and never given back.
    opened: Vec<u8>,
}

impl Leg {
    /// A leg whose media begins now.
    pub fn new(now: Instant, settings: LegSettings) -> Self {
        let LegSettings { ssrc, first_sequence, first_timestamp, agreed, trust, silent_after, identity } =
            settings;
        Self {
            latch: Latch::new(&agreed, trust),
            security: Security::new(now, &agreed.protection, identity.as_deref()),
            identity,
            agreed,
            reception: Reception::default(),
            jitter: None,
            events_in: EventReceiver::default(),
            tones_in: None,
            fax_ear: FaxEar::default(),
            events_out: EventSender::default(),
            playout: Playout::default(),
            encoder: Encoder::new(agreed.codec),
            outgoing: Outgoing::new(now, ssrc, first_sequence, first_timestamp),
            reports: Reports::new(now),
            dropped: Dropped::default(),
            silent_after,
            last_heard: now,
            heard_any: false,
            silence_told: false,
            unheard_at: Some(now + UNHEARD_AFTER),
            come: Come::default(),
            closed: false,
            turn: None,
            progress: VecDeque::new(),
            events: VecDeque::new(),
            waiting: Waiting::default(),
            opened: Vec::new(),
        }
    }

    /// A datagram came to the RTP socket.
    pub fn handle_rtp(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        let mut opened = std::mem::take(&mut self.opened);
        if let Some(inbound) = self.receive(now, from, bytes, &mut opened) {
            self.listen(now, &inbound);
        }
        self.opened = opened;
    }

    /// A datagram came to the RTCP socket.
    pub fn handle_rtcp(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        if self.closed {
            return;
        }
        if !self.latch.admits_rtcp(from) {
            // Before any media a report is believed of nobody; that it came from the right host tells why none is heard.
            let host = from.ip().to_canonical();
            let known = !self.heard_any && host == self.agreed.remote_rtcp.ip();
            self.come.reports |= known;
            self.dropped.foreign += u64::from(!known);
            return;
        }
        self.take_report(now, bytes);
    }

    /// Call every 20 ms. What was heard comes back; what is said is ready to be taken by `poll_transmit`. In a room, the
    /// three parts of it are called instead: [`Self::hear`], [`Self::compose`], [`Self::utter`].
    pub fn tick(&mut self, now: Instant) -> Tick {
        let heard = self.hear(now);
        let said = self.compose(now);
        self.utter(now, &said);
        Tick { heard, said }
    }

    /// What the house itself says to the far end in the frame that begins now: an utterance, music, a tone, or silence.
    pub fn compose(&mut self, now: Instant) -> Frame {
        let mut said = Frame::silence(self.rate());
        self.outgoing.keep_clock(now, self.agreed.codec.clock_rate());
        let (timestamp, units) = (self.outgoing.begin_frame(now), self.outgoing.frame_units());
        self.turn = None;
        if self.may_send()
            && let Some(to) = self.destination(now)
        {
            let event = self
                .agreed
                .telephone_event
                .and_then(|number| Some((number, self.events_out.next(timestamp, units)?)));
            if event.is_none() {
                self.playout.fill(&mut said, &mut self.progress);
            }
            self.turn = Some((to, event));
        } else {
            // On hold, or with nobody there yet, words wait instead of being spoken to nobody.
            self.outgoing.pause();
        }
        said
    }

    /// Sends a frame: what was composed, alone or with what others in the room say. At the rate of [`Self::rate`].
    pub fn utter(&mut self, now: Instant, said: &Frame) {
        if let Some((to, event)) = self.turn.take()
            && let Some(out) = self.waiting.open()
        {
            let from = out.len();
            if let Some((number, event)) = event {
                self.outgoing.event(number, event.marker, event.timestamp, out);
                out.extend_from_slice(&event.payload);
            } else {
                if self.encoder.codec() != self.agreed.codec {
                    self.encoder = Encoder::new(self.agreed.codec);
                }
                let header = self.outgoing.audio(self.agreed.payload_type, out);
                self.encoder.encode(said.samples(), out);
                self.outgoing.count(out.len() - header);
            }
            if self.security.seal_rtp(out, from) {
                self.waiting.seal(Channel::Rtp, to);
            }
        }
        while let Some(progress) = self.progress.pop_front() {
            self.tell(match progress {
                Progress::Played(played) => LegEvent::Played(played),
                Progress::LowMark(utterance) => LegEvent::LowMark(utterance),
            });
        }
        self.mind(now);
    }

    /// The rate of the codec that is sent.
    pub fn rate(&self) -> SampleRate {
        self.agreed.codec.rate()
    }

    /// The next datagram to send; ask until there is none.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        self.waiting.take()
    }

    /// What happened, oldest first; ask until there is nothing.
    pub fn poll_event(&mut self) -> Option<LegEvent> {
        self.events.pop_front()
    }

    /// Samples of an utterance, to be said after those before them. Utterances are said in the order of their ids.
    ///
    /// # Errors
    /// When a minute of speech is waiting, or the utterance is over; nothing of the samples is then taken.
    pub fn play(
        &mut self,
        utterance: UtteranceId,
        rate: SampleRate,
        samples: &[i16],
    ) -> Result<(), PlayError> {
        self.playout.play(utterance, rate, samples)
    }

    /// No more samples of this utterance will come.
    pub fn finish(&mut self, utterance: UtteranceId) {
        self.playout.finish(utterance);
    }

    /// Falls silent within a frame. How much of each utterance that was under way or waiting has been sent.
    pub fn hush(&mut self) -> Vec<Played> {
        self.playout.hush()
    }

    /// Falls silent within a frame, up to and with this utterance; those after it are said. Samples of it that are still
    /// to come are refused, even if none has come yet.
    pub fn hush_through(&mut self, utterance: UtteranceId) -> Vec<Played> {
        self.playout.hush_through(utterance)
    }

    /// Is anything being said, or waiting to be?
    pub fn is_speaking(&self) -> bool {
        self.playout.is_speaking()
    }

    /// A recorded sound, as an utterance of its own after those before it.
    ///
    /// # Errors
    /// When the utterance, or a later one, has already been begun.
    pub fn play_sound(&mut self, utterance: UtteranceId, sound: Arc<Sound>) -> Result<(), PlayError> {
        self.playout.play_sound(utterance, sound)
    }

    /// Music that sounds over and over when nothing is said, in place of a tone.
    pub fn music(&mut self, sound: Arc<Sound>) {
        self.playout.music(sound);
    }

    /// What sounds when nothing is said, in place of music; `None`: silence.
    pub fn tone(&mut self, tone: Option<Tone>) {
        self.playout.tone(tone);
    }

    /// Sends a key (RFC 4733). False when the far end did not agree to keys, for what is no key, and when too many wait.
    pub fn send_digit(&mut self, digit: char) -> bool {
        self.agreed.telephone_event.is_some() && self.events_out.press(digit)
    }

    /// A new description has been agreed on (re-INVITE, UPDATE, or early media made final).
    pub fn update(&mut self, now: Instant, agreed: Agreed, trust: SourceTrust) {
        self.latch.revise(now, &agreed, trust);
        self.security.update(now, &agreed.protection, self.identity.as_deref());
        if agreed.telephone_event != self.agreed.telephone_event {
            self.events_out.clear();
        }
        self.agreed = agreed;
        self.last_heard = now;
        self.silence_told = false;
        self.unheard_at = Some(now + UNHEARD_AFTER);
    }

    /// The call is over: nothing more is sent or heard.
    pub fn close(&mut self) {
        self.closed = true;
        self.jitter = None;
        self.waiting = Waiting::default();
    }

    /// What has been agreed on.
    pub fn agreed(&self) -> &Agreed {
        &self.agreed
    }

    /// How the leg fares.
    pub fn stats(&self) -> LegStats {
        let jitter = self.jitter.as_deref();
        let silence = (self.silence_told || !self.come.understood && self.agreed.may_receive())
            .then(|| self.come.why_silent(&self.dropped));
        let stats =
            self.reports.stats(self.agreed.codec, &self.reception, &self.outgoing, jitter, self.dropped);
        LegStats { silence, ..stats }
    }

    /// Lock and count: what an arrived datagram is, if it may be heard at all. An encrypted one is opened into `opened`.
    pub(super) fn receive<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        bytes: &'a [u8],
        opened: &'a mut Vec<u8>,
    ) -> Option<Inbound<'a>> {
        if self.closed {
            return None;
        }
        if self.security.browser().is_some() && !self.demultiplex(now, from, bytes) {
            return None;
        }
        // Opening is the dearest part of a packet's way: not for an address that has nothing to say here anyway.
        let admitted = match self.security.browser() {
            Some(browser) => browser.knows(from),
            None => self.latch.may_admit(from),
        };
        if !admitted {
            self.dropped.foreign += 1;
            return None;
        }
        let bytes = match self.security.open_rtp(bytes, opened) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.dropped.count(why);
                return None;
            }
        };
        let Some(packet) = Packet::parse(bytes) else {
            self.dropped.malformed += 1;
            return None;
        };
        if self.security.browser().is_none()
            && !self.latch.admits_rtp(now, from, packet.ssrc, packet.sequence)
        {
            self.dropped.foreign += 1;
            return None;
        }
        let codec = self.agreed.codec_of(packet.payload_type);
        let clock = codec.unwrap_or(self.agreed.codec).clock_rate();
        let arrival = self.reception.receive(now, &packet, clock);
        match arrival {
            Arrival::Stale | Arrival::Unconfirmed => {
                self.dropped.stale += 1;
                return None;
            }
            Arrival::NewStream { .. } => {
                self.events_in.reset();
                if let Some(jitter) = &mut self.jitter {
                    jitter.restart();
                }
            }
            Arrival::InStream { .. } => {}
        }
        self.last_heard = now;
        self.silence_told = false;
        if !self.heard_any {
            self.heard_any = true;
            self.tell(LegEvent::FirstPacket);
        }
        let content = match codec {
            Some(codec) => Content::Audio(codec),
            None if self.agreed.telephone_event_in == Some(packet.payload_type) => Content::Event,
            None if packet.payload_type == COMFORT_NOISE => Content::Silence,
            None => {
                self.dropped.not_negotiated += 1;
                Content::Other
            }
        };
        self.come.understood |= content != Content::Other;
        if content == Content::Event
            && let Some(digit) =
                self.events_in.receive(packet.marker, packet.timestamp, clock, packet.payload)
        {
            self.tell(LegEvent::Digit(digit));
        }
        self.agreed.may_receive().then_some(Inbound { packet, arrival, content })
    }

    /// Takes a packet into the jitter buffer.
    pub(super) fn listen(&mut self, now: Instant, inbound: &Inbound<'_>) {
        if let Content::Audio(codec) = inbound.content {
            let Packet { marker, timestamp, payload, .. } = inbound.packet;
            let jitter = self.jitter.get_or_insert_with(|| Box::new(JitterBuffer::new(now)));
            jitter.insert(now, marker, timestamp, codec, payload);
        } else if inbound.content == Content::Silence
            && let Some(jitter) = &mut self.jitter
        {
            // Its first byte is the level; what follows describes the colour (RFC 3389, 3), which is left white.
            jitter.comfort_noise(inbound.packet.payload.first().map_or(127, |level| level & 0x7f));
        }
    }

    /// Nobody listens any longer: the jitter buffer is given back.
    pub(super) fn stop_listening(&mut self) {
        self.jitter = None;
    }

    /// Can this codec's packets be sent to the far end as they are, or byte by byte?
    pub(super) fn can_relay(&self, codec: Codec) -> bool {
        self.agreed.sends_as(codec).is_some() || codec.relays_as(self.agreed.codec)
    }

    /// Fits another leg's packet into the stream that we send, appended to `out`; where it goes.
    pub(super) fn relay(
        &mut self,
        now: Instant,
        inbound: &Inbound<'_>,
        out: &mut Vec<u8>,
    ) -> Option<SocketAddr> {
        if !self.may_send() {
            self.outgoing.pause();
            return None;
        }
        let (relayed, transcode) = match inbound.content {
            // While a key of ours sounds, it sounds instead of the other side.
            Content::Audio(_) if self.events_out.is_sounding() => (Relayed::Left, None),
            Content::Audio(codec) => match self.agreed.sends_as(codec) {
                Some(number) => (Relayed::As(number), None),
                None if codec.relays_as(self.agreed.codec) => {
                    (Relayed::As(self.agreed.payload_type), Some(codec))
                }
                None => (Relayed::Left, None),
            },
            Content::Event => (self.agreed.telephone_event.map_or(Relayed::Left, Relayed::As), None),
            Content::Silence | Content::Other => (Relayed::Left, None),
        };
        if let Content::Audio(codec) = inbound.content {
            self.outgoing.keep_clock(now, codec.clock_rate());
        }
        let to = self.destination(now)?;
        let begin = out.len() + super::rtp::HEADER_LEN;
        if !self.outgoing.relay(now, inbound.arrival, &inbound.packet, relayed, out) {
            return None;
        }
        if let Some(codec) = transcode {
            codec.transcode(self.agreed.codec, &mut out[begin..]);
        }
        self.security.seal_rtp(out, begin - super::rtp::HEADER_LEN).then_some(to)
    }

    /// Does a key of ours sound, or wait to?
    pub(super) fn is_pressing(&self) -> bool {
        self.events_out.is_busy()
    }

    /// A frame's worth of keys, while somebody else's packets fill the stream.
    pub(super) fn press_pending(&mut self, now: Instant) {
        if !self.may_send() {
            return;
        }
        let (timestamp, units) = (self.outgoing.timestamp_at(now), self.outgoing.frame_units());
        if let Some(number) = self.agreed.telephone_event
            && let Some(event) = self.events_out.next(timestamp, units)
            && let Some(to) = self.destination(now)
            && let Some(out) = self.waiting.open()
        {
            let from = out.len();
            self.outgoing.event(number, event.marker, event.timestamp, out);
            out.extend_from_slice(&event.payload);
            if self.security.seal_rtp(out, from) {
                self.waiting.seal(Channel::Rtp, to);
            }
        }
    }

    /// What is due by time alone: reports, and noticing that nobody is there.
    pub(super) fn mind(&mut self, now: Instant) {
        if self.closed {
            return;
        }
        if self.unheard_at.take_if(|at| *at <= now).is_some()
            && !self.come.understood
            && self.agreed.may_receive()
        {
            self.tell(LegEvent::Unheard(self.come.why_silent(&self.dropped)));
        }
        let silent = now.saturating_duration_since(self.last_heard) >= self.silent_after;
        if silent && self.agreed.may_receive() && !self.silence_told {
            self.silence_told = true;
            self.tell(LegEvent::Silent(self.come.why_silent(&self.dropped)));
        }
        if let Some(browser) = self.security.browser_mut() {
            browser.shake(now, &mut self.waiting);
            if browser.has_failed() {
                // A handshake that cannot succeed is as good as a key that is not theirs.
                self.dropped.forged = self.dropped.forged.max(1);
            }
        }
        if self.reports.is_due(now)
            && let Some((channel, to)) = self.reports_to(now)
            && let Some(out) = self.waiting.open()
        {
            let from = out.len();
            self.reports.write(now, &mut self.reception, &self.outgoing, out);
            if self.security.seal_rtcp(out, from) {
                self.waiting.seal(channel, to);
            }
        }
    }

    fn may_send(&self) -> bool {
        !self.closed && self.agreed.may_send()
    }

    pub(super) fn tell(&mut self, event: LegEvent) {
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
