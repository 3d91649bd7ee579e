//! A telephone of ours: one SIP endpoint and one leg of media on real sockets, for everybody whom practice plays.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context;
use tokio::{
    net::UdpSocket,
    time::{Instant as TokioInstant, sleep_until},
};

use super::super::clock;
use crate::{
    media::{
        Agreed, Channel, Codec, Decoder, Direction, Encryption, Frame, Leg, LegSettings, LocalMedia, Party,
        SampleRate, SourceTrust, accept, answer, offer, power,
    },
    net::send_now,
    sip::{
        self, Credentials, Endpoint, Event, Flow, Identity, Input, Listener, Located, Network, Outgoing,
        Output, Registration, SessionId, Settings, Target, Transport, Trunk, TrunkName,
    },
    types::{Chance, UtteranceId},
};

const BEAT: Duration = Duration::from_millis(20);

/// Mean power of 16-bit samples from which a frame is voice (−45 dBov); silence and comfort noise are far below.
const VOICED: f32 = 34_000.0;

/// What a station has to tell.
#[derive(Debug)]
pub(super) enum Happening {
    Sip(Event),
    /// 20 ms were heard.
    Frame(Box<Frame>),
    /// A moment that was asked for by [`Station::wake_at`] has come.
    Wake,
}

/// How long ago voice was on the wire, each way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Voiced {
    /// The last voiced packet that we sent.
    pub sent: Option<Instant>,
    /// The first voiced packet that we sent since the last silence of half a second.
    pub sent_since: Option<Instant>,
    /// The last voiced packet that arrived, before any jitter buffer.
    pub received: Option<Instant>,
    /// The first that arrived after [`Station::await_reply`].
    pub reply: Option<Instant>,
}

/// Answers to a BYE on loopback are there long before.
const FAREWELL: Duration = Duration::from_millis(200);

/// A telephone.
#[derive(Debug)]
pub(super) struct Station {
    sip: UdpSocket,
    endpoint: Endpoint,
    portico: TrunkName,
    rtp: UdpSocket,
    rtcp: UdpSocket,
    leg: Option<Leg>,
    offered: Vec<u8>,
    chance: Chance,
    beat: TokioInstant,
    wake: Option<TokioInstant>,
    pub voiced: Voiced,
    awaiting_reply: bool,
    utterances: u64,
}

/// Our account at the Portico that is called, for stations that register.
#[derive(Debug, Clone)]
pub(super) struct Registering {
    pub user: String,
    pub password: String,
    pub realm: String,
}

impl Station {
    /// Opens the sockets; Portico is the one peer that is known.
    pub(super) async fn open(
        listen: SocketAddr,
        portico: SocketAddr,
        registering: Option<Registering>,
        mut chance: Chance,
    ) -> anyhow::Result<Self> {
        let sip = UdpSocket::bind(listen).await.with_context(|| format!("SIP on {listen}"))?;
        let local = sip.local_addr()?;
        let (rtp, rtcp) = media_sockets(local).await?;
        let name = TrunkName("portico".into());
        let trunk = Trunk {
            name: name.clone(),
            addresses: vec![Network::single(portico.ip())],
            send_to: portico.into(),
            transport: Transport::Udp,
            long_by_tcp: false,
            keep_alive: Duration::ZERO,
            located: Located::default(),
            domain: portico.ip().to_string(),
            advertised: None,
            credentials: registering.as_ref().map(|r| Credentials {
                user: r.user.clone(),
                password: r.password.clone(),
                realm: Some(r.realm.clone()),
            }),
            registration: registering.map(|r| Registration {
                user: r.user,
                registrar: format!("sip:{portico}"),
                expires: Duration::from_secs(300),
            }),
            probe: None,
            session_timers: sip::SessionTimers::default(),
        };
        let settings = Settings {
            realm: "practice".into(),
            names: vec![],
            sips_to_the_end: true,
            user_agent: "Portico practice".into(),
            listeners: vec![Listener { transport: Transport::Udp, local, advertised: None }],
            trunks: vec![trunk],
            accounts: std::collections::BTreeMap::new(),
            limits: sip::Limits::default(),
        };
        let endpoint = Endpoint::new(clock::instant(), settings, super::super::split(&mut chance));
        Ok(Self {
            sip,
            endpoint,
            portico: name,
            rtp,
            rtcp,
            leg: None,
            offered: Vec::new(),
            chance,
            beat: TokioInstant::from_std(clock::instant() + BEAT),
            wake: None,
            voiced: Voiced::default(),
            awaiting_reply: false,
            utterances: 0,
        })
    }

    /// Calls a number at Portico.
    pub(super) fn call(&mut self, from: &str, number: &str) -> anyhow::Result<SessionId> {
        self.offered = offer(&self.local_media(), &[Codec::Pcmu]);
        let outgoing = Outgoing {
            target: Target::Trunk { trunk: self.portico.clone(), number: number.to_owned() },
            from: Identity { user: from.to_owned(), display: String::new() },
            offer: self.offered.clone(),
            headers: Vec::new(),
            parts: Vec::new(),
            sips: false,
            hops: sip::MAX_FORWARDS,
        };
        Ok(self.endpoint.invite(clock::instant(), outgoing)?)
    }

    pub(super) fn ring(&mut self, session: SessionId) -> anyhow::Result<()> {
        Ok(self.endpoint.ring(clock::instant(), session, 180, None)?)
    }

    /// Takes a call that rings here.
    pub(super) fn answer(
        &mut self,
        session: SessionId,
        their_offer: &[u8],
        source: SocketAddr,
    ) -> anyhow::Result<()> {
        let (body, agreed) = answer(their_offer, &self.local_media(), &LAWS)?;
        self.endpoint.answer(clock::instant(), session, body)?;
        self.connect(agreed, source);
        Ok(())
    }

    /// Our call was answered: media begins.
    pub(super) fn answered(&mut self, body: &[u8], source: SocketAddr) -> anyhow::Result<()> {
        let agreed = accept(&self.offered, body)?;
        self.connect(agreed, source);
        Ok(())
    }

    /// Agrees to whatever the far end wants to change.
    pub(super) fn accept_reoffer(&mut self, session: SessionId, their_offer: &[u8]) -> anyhow::Result<()> {
        let body = if their_offer.is_empty() {
            offer(&self.local_media(), &[Codec::Pcmu])
        } else {
            answer(their_offer, &self.local_media(), &LAWS)?.0
        };
        Ok(self.endpoint.accept_reoffer(clock::instant(), session, body)?)
    }

    /// BYE, or CANCEL while it rings; a call that is gone needs neither.
    pub(super) fn hang_up(&mut self, session: SessionId) {
        let now = clock::instant();
        if self.endpoint.bye(now, session, None).is_err() {
            let _ = self.endpoint.cancel(now, session, None);
        }
        self.leg = None;
    }

    pub(super) fn settle_text(&mut self, text: sip::TextId, status: u16) -> anyhow::Result<()> {
        Ok(self.endpoint.settle_text(clock::instant(), text, status)?)
    }

    /// Says 16 kHz samples into the call.
    pub(super) fn say(&mut self, samples: &[i16]) {
        let Some(leg) = &mut self.leg else { return };
        self.utterances += 1;
        let utterance = UtteranceId(self.utterances);
        // A minute may wait; no line of a scenario is as long.
        let _ = leg.play(utterance, SampleRate::Hz16000, samples);
        leg.finish(utterance);
    }

    /// Presses a key (RFC 4733), if the far end takes keys.
    pub(super) fn press(&mut self, digit: char) {
        if let Some(leg) = &mut self.leg {
            leg.send_digit(digit);
        }
    }

    pub(super) fn is_speaking(&self) -> bool {
        self.leg.as_ref().is_some_and(Leg::is_speaking)
    }

    /// The next voiced packet that arrives is the reply that is waited for.
    pub(super) fn await_reply(&mut self) {
        self.awaiting_reply = true;
        self.voiced.reply = None;
    }

    pub(super) fn wake_at(&mut self, at: Instant) {
        self.wake = Some(TokioInstant::from_std(at));
    }

    pub(super) fn stop_waking(&mut self) {
        self.wake = None;
    }

    pub(super) fn forget_media(&mut self) {
        self.leg = None;
    }

    fn local_media(&mut self) -> LocalMedia {
        use rand_chacha::rand_core::Rng;
        let (address, port) =
            self.rtp.local_addr().map_or((std::net::Ipv4Addr::LOCALHOST.into(), 0), |a| (a.ip(), a.port()));
        LocalMedia {
            address,
            port,
            session_id: u64::from(self.chance.next_u32()),
            version: 1,
            direction: Direction::SendRecv,
            encryption: Encryption::OFF,
        }
    }

    fn connect(&mut self, agreed: Agreed, source: SocketAddr) {
        let trust = SourceTrust { signalling_ip: source.ip(), party: Party::Trunk };
        let now = clock::instant();
        match &mut self.leg {
            Some(leg) => leg.update(now, agreed, trust),
            None => self.leg = Some(Leg::new(now, LegSettings::draw(&mut self.chance, agreed, trust))),
        }
    }

    /// Stays until the answers to our BYE have come.
    pub(super) async fn take_leave(&mut self) -> anyhow::Result<()> {
        self.wake_at(clock::instant() + FAREWELL);
        while !matches!(self.next().await?, Happening::Wake) {}
        Ok(())
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> anyhow::Result<Happening> {
        loop {
            let deadline = loop {
                match self.endpoint.poll_output() {
                    // What the kernel does not take is lost, as on the wire.
                    Output::Transmit { flow, bytes } => {
                        let _ = send_now(&self.sip, flow.remote, &bytes);
                    }
                    Output::Close { .. } | Output::Proven { .. } | Output::Resolve { .. } => {}
                    Output::Event(event) => return Ok(Happening::Sip(event)),
                    Output::Timeout(deadline) => break deadline.map(|(at, _)| TokioInstant::from_std(at)),
                }
            };
            let timer = async |at: Option<TokioInstant>| match at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            };
            tokio::select! {
                biased;
                _ = self.rtp.readable() => self.read_rtp(),
                _ = self.rtcp.readable() => self.read_rtcp(),
                () = sleep_until(self.beat) => {
                    self.beat += BEAT;
                    if let Some(frame) = self.tick() {
                        return Ok(Happening::Frame(Box::new(frame)));
                    }
                }
                _ = self.sip.readable() => self.read_sip()?,
                () = timer(deadline) => self.endpoint.handle_input(clock::instant(), Input::Timeout),
                () = timer(self.wake) => {
                    self.wake = None;
                    return Ok(Happening::Wake);
                }
            }
        }
    }

    /// One packet; errors of earlier sends (ICMP) are no news.
    fn read_rtp(&mut self) {
        let mut bytes = [0; 2048];
        if let Ok((length, from)) = self.rtp.try_recv_from(&mut bytes) {
            self.heard(from, &bytes[..length]);
        }
    }

    fn read_rtcp(&mut self) {
        let mut bytes = [0; 2048];
        if let (Ok((length, from)), Some(leg)) = (self.rtcp.try_recv_from(&mut bytes), &mut self.leg) {
            leg.handle_rtcp(clock::instant(), from, &bytes[..length]);
        }
    }

    fn read_sip(&mut self) -> anyhow::Result<()> {
        let mut bytes = [0; 8192];
        if let Ok((length, remote)) = self.sip.try_recv_from(&mut bytes) {
            let flow =
                Flow { transport: Transport::Udp, remote, local: self.sip.local_addr()?, connection: None };
            self.endpoint.handle_input(clock::instant(), Input::Datagram { flow, bytes: &bytes[..length] });
        }
        Ok(())
    }

    fn heard(&mut self, from: SocketAddr, bytes: &[u8]) {
        let now = clock::instant();
        let Some(leg) = &mut self.leg else { return };
        if is_voiced(bytes, leg.agreed()) {
            self.voiced.received = Some(now);
            if self.awaiting_reply {
                self.awaiting_reply = false;
                self.voiced.reply = Some(now);
            }
        }
        leg.handle_rtp(now, from, bytes);
    }

    fn tick(&mut self) -> Option<Frame> {
        let now = clock::instant();
        let leg = self.leg.as_mut()?;
        let tick = leg.tick(now);
        if tick.said.power() > VOICED {
            let paused =
                self.voiced.sent.is_none_or(|at| now.duration_since(at) > Duration::from_millis(500));
            if paused {
                self.voiced.sent_since = Some(now);
            }
            self.voiced.sent = Some(now);
        }
        // Keys and first packets are no news to a practice station; the stopwatch has its own ways.
        while leg.poll_event().is_some() {}
        while let Some(transmit) = leg.poll_transmit() {
            let socket = if transmit.channel == Channel::Rtp { &self.rtp } else { &self.rtcp };
            let _ = send_now(socket, transmit.to, transmit.bytes);
        }
        Some(tick.heard)
    }
}

/// What practice stations speak: whether one is heard is then seen from each packet alone.
const LAWS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

/// Is this packet voice? Looked at as it arrives: the jitter buffer's delay is ours, not the agent's.
fn is_voiced(bytes: &[u8], agreed: &Agreed) -> bool {
    let Some((header, payload)) = bytes.split_at_checked(12) else { return false };
    let Some(codec) = agreed.codec_of(header[1] & 0x7f) else { return false };
    let mut samples = Vec::with_capacity(160);
    Decoder::new(codec).decode(payload, &mut samples);
    power(&samples) > VOICED
}

/// Two neighbouring ports, the even one for RTP (RFC 3550, 11).
async fn media_sockets(beside: SocketAddr) -> anyhow::Result<(UdpSocket, UdpSocket)> {
    for _ in 0..64 {
        let rtp = UdpSocket::bind(SocketAddr::new(beside.ip(), 0)).await?;
        let port = rtp.local_addr()?.port();
        if port % 2 == 0
            && port < u16::MAX
            && let Ok(rtcp) = UdpSocket::bind(SocketAddr::new(beside.ip(), port + 1)).await
        {
            return Ok((rtp, rtcp));
        }
    }
    anyhow::bail!("no two neighbouring UDP ports are free on {}", beside.ip())
}
