//! A SIP endpoint at an address, with the offers and answers that go with its calls. Phones and the carrier are made of it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::SeedableRng;

use crate::{
    media::{self, Codec, Direction, Encryption, LocalMedia},
    sip::{
        self, Cause, Endpoint, Event, Flow, Identity, Outgoing, SendError, SessionId, Target, TextId,
        TrunkName,
    },
    types::Chance,
};

/// What a station has to say to its owner.
#[derive(Debug)]
pub(super) enum Said {
    Datagram { to: SocketAddr, bytes: Vec<u8> },
    Event(Event),
}

#[derive(Debug)]
pub(super) struct Station {
    pub(super) address: SocketAddr,
    endpoint: Endpoint,
    calls: BTreeMap<SessionId, Description>,
    ports: u16,
    /// When it wants to be woken.
    due: Option<Instant>,
}

/// Our end of one call's media.
#[derive(Debug)]
struct Description {
    local: LocalMedia,
    /// What they have offered and we have not answered.
    offer: Vec<u8>,
}

/// A phone asks for an hour and comes back for more before it is over.
const REGISTRATION: Duration = Duration::from_secs(3600);

impl Station {
    /// A station that reaches the switch at `switch`. With an account it registers there, as any phone does.
    pub(super) fn new(
        now: Instant,
        address: SocketAddr,
        switch: SocketAddr,
        account: Option<(&str, &str)>,
        seed: u64,
    ) -> Self {
        let trunk = sip::Trunk {
            name: TrunkName(PORTICO.to_owned()),
            addresses: vec![sip::Network::single(switch.ip())],
            send_to: switch.into(),
            transport: sip::Transport::Udp,
            long_by_tcp: false,
            keep_alive: Duration::ZERO,
            located: sip::Located::default(),
            domain: switch.ip().to_string(),
            advertised: None,
            credentials: account.map(|(user, password)| sip::Credentials {
                user: user.to_owned(),
                password: password.to_owned(),
                realm: None,
            }),
            registration: account.map(|(user, _)| sip::Registration {
                user: user.to_owned(),
                registrar: format!("sip:{}", switch.ip()),
                expires: REGISTRATION,
            }),
            probe: None,
            session_timers: sip::SessionTimers::default(),
        };
        let settings = sip::Settings {
            realm: address.ip().to_string(),
            names: vec![],
            sips_to_the_end: true,
            user_agent: "Station".to_owned(),
            listeners: vec![sip::Listener {
                transport: sip::Transport::Udp,
                local: address,
                advertised: None,
            }],
            trunks: vec![trunk],
            accounts: BTreeMap::new(),
            limits: sip::Limits::default(),
        };
        let endpoint = Endpoint::new(now, settings, Chance::seed_from_u64(seed));
        Self { address, endpoint, calls: BTreeMap::new(), ports: 0, due: None }
    }

    pub(super) fn take(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        let flow =
            Flow { transport: sip::Transport::Udp, remote: from, local: self.address, connection: None };
        self.endpoint.handle_input(now, sip::Input::Datagram { flow, bytes });
    }

    pub(super) fn wake(&mut self, now: Instant) {
        self.endpoint.handle_input(now, sip::Input::Timeout);
    }

    /// When it wants to be woken; known once `poll` has said everything.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The next thing it has to say.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Said> {
        loop {
            match self.endpoint.poll_output() {
                sip::Output::Transmit { flow, bytes } => {
                    return Some(Said::Datagram { to: flow.remote, bytes });
                }
                sip::Output::Close { .. } | sip::Output::Proven { .. } | sip::Output::Resolve { .. } => {}
                sip::Output::Timeout(due) => {
                    self.due = due.map(|(at, _)| at);
                    return None;
                }
                sip::Output::Event(Event::Reoffered { session, offer }) => {
                    self.take_reoffer(now, session, &offer)
                }
                sip::Output::Event(event) => {
                    self.note(&event);
                    return Some(Said::Event(event));
                }
            }
        }
    }

    pub(super) fn counts(&self) -> sip::Counts {
        self.endpoint.counts()
    }

    pub(super) fn call(
        &mut self,
        now: Instant,
        from: Identity,
        dialled: &str,
    ) -> Result<SessionId, SendError> {
        let local = self.local();
        let target = Target::Trunk { trunk: TrunkName(PORTICO.to_owned()), number: dialled.to_owned() };
        let offer = media::offer(&local, &Codec::ALL);
        let session = self.endpoint.invite(
            now,
            Outgoing {
                target,
                from,
                offer,
                headers: Vec::new(),
                parts: Vec::new(),
                sips: false,
                hops: sip::MAX_FORWARDS,
            },
        )?;
        self.calls.insert(session, Description { local, offer: Vec::new() });
        Ok(session)
    }

    pub(super) fn ring(&mut self, now: Instant, session: SessionId) -> Result<(), SendError> {
        self.endpoint.ring(now, session, 180, None)
    }

    pub(super) fn answer(&mut self, now: Instant, session: SessionId) -> Result<(), SendError> {
        let call = self.calls.get(&session).ok_or(SendError::NoSession)?;
        let body = match media::answer(&call.offer, &call.local, &Codec::ALL) {
            Ok((body, _)) => body,
            // An INVITE without an offer is answered with ours (RFC 3264, 5).
            Err(_) => media::offer(&call.local, &Codec::ALL),
        };
        self.endpoint.answer(now, session, body)
    }

    /// 183 with its description: what is heard from now on is the far end's own ringing.
    pub(super) fn announce(&mut self, now: Instant, session: SessionId) -> Result<(), SendError> {
        let call = self.calls.get(&session).ok_or(SendError::NoSession)?;
        match media::answer(&call.offer, &call.local, &Codec::ALL) {
            Ok((body, _)) => self.endpoint.ring(now, session, 183, Some(body)),
            Err(_) => self.ring(now, session),
        }
    }

    pub(super) fn refuse(&mut self, now: Instant, session: SessionId, status: u16) -> Result<(), SendError> {
        self.refuse_for(now, session, status, None)
    }

    /// With so many seconds of Retry-After.
    pub(super) fn refuse_for(
        &mut self,
        now: Instant,
        session: SessionId,
        status: u16,
        retry_after: Option<u32>,
    ) -> Result<(), SendError> {
        self.calls.remove(&session);
        self.endpoint.reject(now, session, status, "", retry_after, None)
    }

    /// Gives up or hangs up, whichever ends the call now.
    pub(super) fn end(
        &mut self,
        now: Instant,
        session: SessionId,
        cause: Option<Cause>,
    ) -> Result<(), SendError> {
        self.endpoint
            .bye(now, session, cause)
            .or_else(|_| self.endpoint.cancel(now, session, cause))
            .or_else(|_| self.endpoint.reject(now, session, 603, "", None, None))
    }

    /// Puts the far end on hold, or takes it back.
    pub(super) fn hold(&mut self, now: Instant, session: SessionId, hold: bool) -> Result<(), SendError> {
        let call = self.calls.get_mut(&session).ok_or(SendError::NoSession)?;
        call.local = call.local.revised(if hold { Direction::SendOnly } else { Direction::SendRecv });
        let offer = media::offer(&call.local, &Codec::ALL);
        self.endpoint.reoffer(now, session, offer)
    }

    pub(super) fn text(
        &mut self,
        now: Instant,
        from: &str,
        to: &str,
        body: &str,
    ) -> Result<TextId, SendError> {
        let target = Target::Trunk { trunk: TrunkName(PORTICO.to_owned()), number: to.to_owned() };
        let from = Identity { user: from.to_owned(), display: String::new() };
        self.endpoint.send_text(now, &target, &from, "text/plain", body.as_bytes().to_vec())
    }

    pub(super) fn settle_text(&mut self, now: Instant, text: TextId, status: u16) -> Result<(), SendError> {
        self.endpoint.settle_text(now, text, status)
    }

    /// Ends its calls and takes back its registration.
    pub(super) fn shut_down(&mut self, now: Instant) {
        self.endpoint.shut_down(now);
    }

    fn local(&mut self) -> LocalMedia {
        self.ports = (self.ports + 2) % 1000;
        LocalMedia {
            address: self.address.ip(),
            port: 30_000 + self.ports,
            session_id: 7,
            version: 0,
            direction: Direction::SendRecv,
            encryption: Encryption::OFF,
        }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Invited { session, invitation } => {
                let description = Description { local: self.local(), offer: invitation.offer.clone() };
                self.calls.insert(*session, description);
            }
            Event::Cancelled { session, .. }
            | Event::Failed { session, .. }
            | Event::Ended { session, .. } => {
                self.calls.remove(session);
            }
            _ => {}
        }
    }

    /// Takes whatever the switch offers anew, and goes on holding if it holds.
    fn take_reoffer(&mut self, now: Instant, session: SessionId, offer: &[u8]) {
        let Some(call) = self.calls.get_mut(&session) else { return };
        call.local = call.local.revised(call.local.direction);
        let done = match media::answer(offer, &call.local, &Codec::ALL) {
            Ok((body, _)) => self.endpoint.accept_reoffer(now, session, body),
            Err(_) => {
                let body = media::offer(&call.local, &Codec::ALL);
                self.endpoint.accept_reoffer(now, session, body)
            }
        };
        // The call may have ended in the same breath.
        let _ = done;
    }
}

const PORTICO: &str = "portico";
