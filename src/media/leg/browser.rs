//! A browser's end of a leg: everything on one port, told apart by its first byte (RFC 7983), and encrypted by a handshake.

use std::{net::SocketAddr, time::Instant};

use crate::media::{
    dtls::{Handshake, Identity, Keys},
    ice::IceLite,
    sdp::DtlsTerms,
};

use super::{
    Leg,
    waiting::{Channel, Waiting},
};

/// What a datagram on a browser's port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
    Other,
}

impl Kind {
    /// RFC 7983, 7, and for reports among the media RFC 5761, 4.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0..=3, ..] => Self::Stun,
            [20..=63, ..] => Self::Dtls,
            [128..=191, 192..=223, ..] => Self::Rtcp,
            [128..=191, ..] => Self::Rtp,
            _ => Self::Other,
        }
    }
}

/// Where the browser is, and how far its handshake has come.
#[derive(Debug)]
pub(super) struct Browser {
    terms: DtlsTerms,
    ice: IceLite,
    handshake: Handshake,
    pub(super) keys: Option<Keys>,
}

impl Browser {
    pub(super) fn new(now: Instant, identity: &Identity, terms: DtlsTerms) -> Self {
        Self {
            terms,
            ice: IceLite::new(terms.ice),
            handshake: Handshake::new(now, identity, terms.fingerprint, terms.active),
            keys: None,
        }
    }

    /// A new description. A handshake is made anew only for another certificate; an address that has proved itself stays
    /// known while our own name and password are the same.
    pub(super) fn update(&mut self, now: Instant, identity: &Identity, terms: DtlsTerms) {
        if terms.ice != self.ice.credentials() {
            self.ice = IceLite::new(terms.ice);
        }
        if terms.fingerprint != self.handshake.expected() {
            self.handshake = Handshake::new(now, identity, terms.fingerprint, terms.active);
            self.keys = None;
        }
        self.terms = terms;
    }

    pub(super) fn knows(&self, address: SocketAddr) -> bool {
        self.ice.is_known(address)
    }

    /// Where media may go: nowhere before there are keys.
    pub(super) fn destination(&self, now: Instant) -> Option<SocketAddr> {
        self.keys.as_ref().and_then(|_| self.ice.destination(now))
    }

    /// Has the browser shown another certificate than its description names, or none?
    pub(super) fn has_failed(&self) -> bool {
        self.handshake.has_failed()
    }

    /// A question of ICE. False if it gets no answer.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        from: SocketAddr,
        bytes: &[u8],
        waiting: &mut Waiting,
    ) -> bool {
        let answered = waiting.open().is_some_and(|out| self.ice.handle(now, from, bytes, out));
        if answered {
            waiting.seal(Channel::Rtp, from);
            self.shake(now, waiting);
        }
        answered
    }

    /// A packet of the handshake.
    pub(super) fn take(&mut self, now: Instant, bytes: &[u8], waiting: &mut Waiting) {
        self.handshake.handle(now, bytes);
        self.shake(now, waiting);
    }

    /// What the handshake has to send: when something has come, and when time has passed.
    pub(super) fn shake(&mut self, now: Instant, waiting: &mut Waiting) {
        let Some(to) = self.ice.destination(now) else { return };
        let keys = self.handshake.poll(now, |packet| {
            if let Some(out) = waiting.open() {
                out.extend_from_slice(packet);
                waiting.seal(Channel::Rtp, to);
            }
        });
        self.keys = keys.or_else(|| self.keys.take());
    }
}

impl Leg {
    /// Where media may go at this moment. Asking counts as sending.
    pub(super) fn destination(&mut self, now: Instant) -> Option<SocketAddr> {
        match self.security.browser() {
            Some(browser) => browser.destination(now),
            None => self.latch.rtp_destination(now),
        }
    }

    /// Where reports may go, and by which socket: a browser's come and go among its media (RFC 5761).
    pub(super) fn reports_to(&self, now: Instant) -> Option<(Channel, SocketAddr)> {
        match self.security.browser() {
            Some(browser) => browser.destination(now).map(|to| (Channel::Rtp, to)),
            None => self.latch.rtcp_destination().map(|to| (Channel::Rtcp, to)),
        }
    }

    /// What else comes to a browser's port is dealt with here. True for media, which goes on.
    pub(super) fn demultiplex(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) -> bool {
        let Some(browser) = self.security.browser_mut() else { return true };
        match Kind::of(bytes) {
            Kind::Rtp => return true,
            Kind::Stun => {
                let answered = browser.ask(now, from, bytes, &mut self.waiting);
                self.dropped.foreign += u64::from(!answered);
            }
            Kind::Dtls if browser.knows(from) => browser.take(now, bytes, &mut self.waiting),
            Kind::Rtcp if browser.knows(from) => self.take_report(now, bytes),
            Kind::Dtls | Kind::Rtcp => self.dropped.foreign += 1,
            Kind::Other => self.dropped.malformed += 1,
        }
        false
    }

    pub(super) fn take_report(&mut self, now: Instant, bytes: &[u8]) {
        let mut opened = std::mem::take(&mut self.opened);
        match self.security.open_rtcp(bytes, &mut opened) {
            Ok(bytes) => {
                let read = self.reports.handle(now, bytes, self.outgoing.ssrc());
                self.dropped.malformed += u64::from(!read);
            }
            Err(why) => self.dropped.count(why),
        }
        self.opened = opened;
    }
}
