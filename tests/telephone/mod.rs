//! A telephone of the house's own rooms on real sockets: a carrier or a desk phone, as a test wants it.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use portico::{
    media::{
        Agreed, Channel, Codec, Direction, Encryption, Leg, LegSettings, LocalMedia, Party, SampleRate,
        SourceTrust, accept, answer, offer,
    },
    sip::{
        Credentials, Endpoint, Event, Flow, Identity, Input, Limits, Listener, Located, Network, Outgoing,
        Output, Registration, SessionId, Settings, Target, TextId, Transport, Trunk, TrunkName,
    },
    types::{Chance, UtteranceId},
};
use rand_chacha::rand_core::{Rng, SeedableRng};
use tokio::{
    net::UdpSocket,
    time::{sleep_until, timeout},
};

/// Nothing that a test waits for takes longer, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(20);

const BEAT: Duration = Duration::from_millis(20);

/// What is kept of what was heard: half a second.
const MEMORY: usize = 4_000;

#[expect(clippy::disallowed_methods, reason = "a test on real sockets lives in real time")]
pub fn clock() -> Instant {
    Instant::now()
}

/// Sockets without a telephone yet: the office's file may have to name their address first.
#[derive(Debug)]
pub struct Sockets {
    sip: UdpSocket,
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Sockets {
    pub async fn at(ip: &str) -> Self {
        let ip: IpAddr = ip.parse().unwrap();
        let sip = UdpSocket::bind((ip, 0)).await.unwrap();
        loop {
            // Two neighbouring ports, the even one for RTP (RFC 3550, 11).
            let rtp = UdpSocket::bind((ip, 0)).await.unwrap();
            let port = rtp.local_addr().unwrap().port();
            if port % 2 == 0
                && let Ok(rtcp) = UdpSocket::bind((ip, port + 1)).await
            {
                return Self { sip, rtp, rtcp };
            }
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.sip.local_addr().unwrap()
    }
}

/// What a telephone has to tell.
#[derive(Debug)]
pub enum Happening {
    Sip(Event),
    /// Another 20 ms have been heard and said.
    Beat,
}

/// A telephone; Portico is the one peer that it knows.
#[derive(Debug)]
pub struct Telephone {
    sockets: Sockets,
    endpoint: Endpoint,
    leg: Option<Leg>,
    offered: Vec<u8>,
    chance: Chance,
    beat: Instant,
    /// The tone that it sings, in hertz, and how many samples of it have been sung.
    song: Option<(f64, u32)>,
    heard: VecDeque<i16>,
}

fn portico() -> TrunkName {
    TrunkName("portico".to_owned())
}

impl Telephone {
    /// With an account (extension and password) it registers; without one it is a carrier.
    pub fn new(sockets: Sockets, at: SocketAddr, account: Option<(&str, &str)>, seed: u64) -> Self {
        let local = sockets.address();
        let host = if at.is_ipv6() { format!("[{}]", at.ip()) } else { at.ip().to_string() };
        let trunk = Trunk {
            name: portico(),
            addresses: vec![Network::single(at.ip())],
            send_to: at.into(),
            transport: Transport::Udp,
            long_by_tcp: false,
            keep_alive: Duration::ZERO,
            located: Located::default(),
            domain: host,
            advertised: None,
            credentials: account.map(|(user, password)| Credentials {
                user: user.to_owned(),
                password: password.to_owned(),
                realm: None,
            }),
            registration: account.map(|(user, _)| Registration {
                user: user.to_owned(),
                registrar: format!("sip:{at}"),
                expires: Duration::from_secs(3600),
            }),
            probe: None,
            session_timers: portico::sip::SessionTimers::default(),
        };
        let settings = Settings {
            realm: "carrier.example".to_owned(),
            names: vec![],
            sips_to_the_end: true,
            user_agent: "Telephone".to_owned(),
            listeners: vec![Listener { transport: Transport::Udp, local, advertised: None }],
            trunks: vec![trunk],
            accounts: BTreeMap::new(),
            limits: Limits::default(),
        };
        let mut chance = Chance::seed_from_u64(seed);
        let endpoint = Endpoint::new(clock(), settings, Chance::seed_from_u64(chance.next_u64()));
        let beat = clock() + BEAT;
        Self {
            sockets,
            endpoint,
            leg: None,
            offered: vec![],
            chance,
            beat,
            song: None,
            heard: VecDeque::with_capacity(MEMORY),
        }
    }

    fn local_media(&self) -> LocalMedia {
        let rtp = self.sockets.rtp.local_addr().unwrap();
        LocalMedia {
            address: rtp.ip(),
            port: rtp.port(),
            session_id: 1,
            version: 1,
            direction: Direction::SendRecv,
            encryption: Encryption::OFF,
        }
    }

    pub fn call(&mut self, from: &str, number: &str) -> SessionId {
        self.offered = offer(&self.local_media(), &[Codec::Pcmu]);
        let outgoing = Outgoing {
            target: Target::Trunk { trunk: portico(), number: number.to_owned() },
            from: Identity { user: from.to_owned(), display: String::new() },
            offer: self.offered.clone(),
            headers: vec![],
            parts: Vec::new(),
            sips: false,
            hops: portico::sip::MAX_FORWARDS,
        };
        self.endpoint.invite(clock(), outgoing).unwrap()
    }

    pub fn ring(&mut self, session: SessionId) {
        self.endpoint.ring(clock(), session, 180, None).unwrap();
    }

    /// CANCEL while it rings, BYE afterwards.
    pub fn hang_up(&mut self, session: SessionId) {
        // It may have ended at this very moment: then there is nothing to end.
        if self.endpoint.cancel(clock(), session, None).is_err() {
            let _ = self.endpoint.bye(clock(), session, None);
        }
    }

    /// A text by MESSAGE; `TextAnswered` follows.
    pub fn text(&mut self, from: &str, to: &str, body: &str) -> TextId {
        let target = Target::Trunk { trunk: portico(), number: to.to_owned() };
        let from = Identity { user: from.to_owned(), display: String::new() };
        let body = body.as_bytes().to_vec();
        self.endpoint.send_text(clock(), &target, &from, "text/plain;charset=UTF-8", body).unwrap()
    }

    fn connect(&mut self, agreed: Agreed, source: SocketAddr) {
        let trust = SourceTrust { signalling_ip: source.ip(), party: Party::Trunk };
        let settings = LegSettings::draw(&mut self.chance, agreed, trust);
        self.leg = Some(Leg::new(clock(), settings));
    }

    /// What happens next. Cancel-safe.
    pub async fn next(&mut self) -> Happening {
        loop {
            let due = loop {
                match self.endpoint.poll_output() {
                    // What the kernel does not take is lost, as on the wire.
                    Output::Transmit { flow, bytes } => {
                        drop(self.sockets.sip.try_send_to(&bytes, flow.remote))
                    }
                    Output::Close { .. } | Output::Proven { .. } | Output::Resolve { .. } => {}
                    Output::Timeout(due) => break due.map(|(at, _)| at),
                    Output::Event(event) => {
                        if let Event::Answered { body, source, .. } = &event {
                            let agreed = accept(&self.offered, body).unwrap();
                            self.connect(agreed, *source);
                        }
                        if let Event::TextReceived { text, .. } = event {
                            // A carrier takes every text. Settling can only fail for one that is gone.
                            let _ = self.endpoint.settle_text(clock(), text, 202);
                        }
                        return Happening::Sip(event);
                    }
                }
            };
            let timer = async {
                match due {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let Sockets { sip, rtp, rtcp } = &self.sockets;
            // What cannot be read, such as a refusal by ICMP of something that was sent earlier, is no news.
            tokio::select! {
                biased;
                _ = rtp.readable() => self.read(|sockets| &sockets.rtp, |telephone, from, bytes| {
                    if let Some(leg) = &mut telephone.leg {
                        leg.handle_rtp(clock(), from, bytes);
                    }
                }),
                () = sleep_until(self.beat.into()) => {
                    self.tick();
                    return Happening::Beat;
                }
                _ = sip.readable() => self.read(|sockets| &sockets.sip, |telephone, remote, bytes| {
                    let local = telephone.sockets.address();
                    let flow = Flow { transport: Transport::Udp, remote, local, connection: None };
                    telephone.endpoint.handle_input(clock(), Input::Datagram { flow, bytes });
                }),
                () = timer => self.endpoint.handle_input(clock(), Input::Timeout),
                _ = rtcp.readable() => self.read(|sockets| &sockets.rtcp, |telephone, from, bytes| {
                    if let Some(leg) = &mut telephone.leg {
                        leg.handle_rtcp(clock(), from, bytes);
                    }
                }),
            }
        }
    }

    /// One datagram of this socket, if there is one.
    fn read(&mut self, socket: fn(&Sockets) -> &UdpSocket, take: fn(&mut Self, SocketAddr, &[u8])) {
        let mut bytes = [0; 8192];
        if let Ok((length, from)) = socket(&self.sockets).try_recv_from(&mut bytes) {
            take(self, from, &bytes[..length]);
        }
    }

    fn tick(&mut self) {
        self.beat += BEAT;
        let Some(leg) = &mut self.leg else { return };
        if let Some((hertz, sung)) = &mut self.song {
            let samples: Vec<i16> = (*sung..*sung + 160)
                .map(|n| (f64::from(n) * *hertz * std::f64::consts::TAU / 8_000.0).sin())
                .map(|sine| (sine * 8_000.0) as i16)
                .collect();
            *sung += 160;
            let _ = leg.play(UtteranceId(1), SampleRate::Hz8000, &samples);
        }
        let tick = leg.tick(clock());
        while leg.poll_event().is_some() {}
        while let Some(packet) = leg.poll_transmit() {
            let socket = if packet.channel == Channel::Rtp { &self.sockets.rtp } else { &self.sockets.rtcp };
            drop(socket.try_send_to(packet.bytes, packet.to));
        }
        for &sample in tick.heard.samples() {
            if self.heard.len() == MEMORY {
                self.heard.pop_front();
            }
            self.heard.push_back(sample);
        }
    }

    /// Goes on until `seen` has what it waits for.
    pub async fn until<T>(
        &mut self,
        what: &str,
        mut seen: impl FnMut(&mut Self, &Happening) -> Option<T>,
    ) -> T {
        let mut told = vec![];
        let waited = timeout(PATIENCE, async {
            loop {
                let happening = self.next().await;
                let found = seen(self, &happening);
                if let Happening::Sip(event) = happening {
                    told.push(event);
                }
                if let Some(found) = found {
                    return found;
                }
            }
        });
        match waited.await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain for {what}; there came {told:#?}"),
        }
    }

    /// Goes on until its registration is answered with 200.
    pub async fn registered(&mut self) {
        self.until("the registration", |_, happening| {
            matches!(
                happening,
                Happening::Sip(Event::TrunkHealth { health: portico::sip::TrunkHealth::Up, .. })
            )
            .then_some(())
        })
        .await;
    }

    /// Takes what is on the wire for as long as `other` needs.
    pub async fn while_waiting_for<T>(&mut self, other: impl Future<Output = T>) -> T {
        tokio::pin!(other);
        loop {
            tokio::select! {
                done = &mut other => return done,
                _ = self.next() => {}
            }
        }
    }
}

/// What only calls with sound need.
impl Telephone {
    pub fn answer(&mut self, session: SessionId, their_offer: &[u8], source: SocketAddr) {
        let (body, agreed) = answer(their_offer, &self.local_media(), &Codec::ALL).unwrap();
        self.endpoint.answer(clock(), session, body).unwrap();
        self.connect(agreed, source);
    }

    /// Sings from now on, whenever it is connected.
    pub fn sing(&mut self, hertz: f64) {
        self.song = Some((hertz, 0));
    }

    /// How much of what it has heard in the last half second is this tone: 0 to 1 (Goertzel's algorithm).
    pub fn hears(&self, hertz: f64) -> f64 {
        if self.heard.len() < MEMORY {
            return 0.0;
        }
        let step = 2.0 * (hertz * std::f64::consts::TAU / 8_000.0).cos();
        let (mut before, mut last, mut power) = (0.0, 0.0, 0.0);
        for &sample in &self.heard {
            let sample = f64::from(sample);
            power += sample * sample;
            (before, last) = (last, sample + step * last - before);
        }
        let tone = before * before + last * last - step * before * last;
        if power < 1.0 { 0.0 } else { 2.0 * tone / (power * MEMORY as f64) }
    }
}
