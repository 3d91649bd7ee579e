//! A caller who has not been answered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    LegResult, MediaCommand, Party,
    encryption::FarEnd,
    exchange::Context,
    lamps::Stage,
    leg::Leg,
    line::{Line, codecs_beginning_with, codecs_to_meet, describe, open, superseded, wish},
    refusal::Refusal,
};
use crate::{
    media::{self, Agreed, Codec, Direction, LocalMedia, SdpError, Wish},
    sip::{Invitation, Peer, SessionId},
    types::LegId,
};

/// A caller who has not been answered.
#[derive(Debug)]
pub(super) struct Incoming {
    line: Line,
    /// An address of the family that the caller's media speak.
    towards: IpAddr,
    /// What we wish of the encryption of the caller's media.
    wish: Wish,
    offer: Vec<u8>,
    /// What the caller would like to speak, in order; empty if the offer is to come from us.
    wishes: Vec<Codec>,
    rings: bool,
    early: Option<Early>,
}

/// What a caller has been told of our media before the answer. The answer says the same again: an offer has one answer,
/// however many responses carry it (RFC 3261, 13.2.1).
#[derive(Debug)]
struct Early {
    local: LocalMedia,
    body: Vec<u8>,
    agreed: Agreed,
    /// The leg that the caller hears.
    hears: LegId,
}

/// Why a caller could not be answered. The caller has been told, and the leg is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unanswerable;

impl Incoming {
    /// Takes up an INVITE, if its description can be answered at all; else it is refused with 488.
    pub(super) fn new(
        cx: &mut Context<'_>,
        session: SessionId,
        invitation: Invitation,
        party: Party,
    ) -> Result<Self, Unanswerable> {
        let far_end = match &invitation.peer {
            Peer::Trunk(trunk) => FarEnd::Trunk(trunk),
            Peer::Phone(extension) => FarEnd::Phone(extension),
        };
        let wish = wish(cx, far_end, invitation.transport);
        let trunk = match invitation.peer {
            Peer::Trunk(trunk) => Some(trunk),
            Peer::Phone(_) => None,
        };
        let id = cx.exchange.next_leg();
        let source = invitation.source.ip();
        let line = Line { id, session, party, started: cx.now.wall, trunk, source };
        let call = cx.call();
        cx.exchange.session_begins(session, call, line.trunk.as_ref());
        line.seat(cx, Stage::Trying);
        let mut incoming = Self {
            line,
            towards: source,
            wish,
            offer: invitation.offer,
            wishes: Vec::new(),
            rings: false,
            early: None,
        };
        if !incoming.offer.is_empty() {
            match incoming.could_answer(cx) {
                Ok(agreed) => {
                    incoming.wishes = agreed.receive.iter().flatten().map(|payload| payload.codec).collect();
                }
                Err(_) => {
                    incoming.refuse(cx, Refusal::NOT_ACCEPTABLE, LegResult::Failed(488));
                    return Err(Unanswerable);
                }
            }
        }
        Ok(incoming)
    }

    /// Whom the offer names may speak the other family than its signalling: a phone with both, or one behind a gateway.
    fn could_answer(&mut self, cx: &mut Context<'_>) -> Result<Agreed, SdpError> {
        let trunk = self.line.trunk.as_ref();
        let local = describe(cx, trunk, self.wish, self.towards);
        match media::answer(&self.offer, &local, &Codec::ALL) {
            Err(SdpError::OtherIpVersion) if cx.exchange.settings.has_other_family(local.address) => {
                self.towards = match local.address {
                    IpAddr::V4(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                    IpAddr::V6(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                };
                let local = describe(cx, trunk, self.wish, self.towards);
                media::answer(&self.offer, &local, &Codec::ALL).map(|(_, agreed)| agreed)
            }
            answer => answer.map(|(_, agreed)| agreed),
        }
    }

    pub(super) fn session(&self) -> SessionId {
        self.line.session
    }

    /// Codecs to offer to whoever is to talk with this caller.
    pub(super) fn codecs_to_offer(&self) -> Vec<Codec> {
        match &self.early {
            Some(early) => codecs_to_meet(&[early.agreed.codec]),
            None => codecs_to_meet(&self.wishes),
        }
    }

    pub(super) fn id(&self) -> LegId {
        self.line.id
    }

    /// Is there early media already?
    pub(super) fn hears_somebody(&self) -> bool {
        self.early.is_some()
    }

    /// 180, once; with what has been told of our media, if anything has.
    pub(super) fn ring(&mut self, cx: &mut Context<'_>) {
        if !self.rings {
            self.rings = true;
            cx.exchange.lamps.rings(self.line.id);
            let body = self.early.as_ref().map(|early| early.body.clone());
            superseded(cx.exchange.sip.ring(cx.now.at, self.line.session, 180, body));
        }
    }

    /// The caller hears this leg from now on, before anybody has answered: 183 with our description (180 if it `rings`
    /// there as well), each once, and the media of both bridged.
    ///
    /// A caller who has made no offer cannot hear anything yet (an offer of ours needs a reliable response, RFC 3262), nor
    /// one for whom there is no port: these are told that it rings.
    pub(super) fn hear_early(&mut self, cx: &mut Context<'_>, hears: LegId, codec: Codec, rings: bool) {
        if self.early.is_none() {
            let Some(early) = self.describe_early(cx, hears, codec) else { return self.ring(cx) };
            let trust = self.line.trust();
            cx.exchange.media(self.line.id, MediaCommand::Connect { agreed: early.agreed, trust });
            if !rings {
                superseded(cx.exchange.sip.ring(cx.now.at, self.line.session, 183, Some(early.body.clone())));
            }
            self.early = Some(early);
        } else if self.early.as_ref().is_some_and(|early| early.hears == hears) {
            return self.ring_if(cx, rings);
        }
        if let Some(early) = &mut self.early {
            early.hears = hears;
        }
        cx.exchange.media(self.line.id, MediaCommand::Bridge { with: hears });
        self.ring_if(cx, rings);
    }

    fn ring_if(&mut self, cx: &mut Context<'_>, rings: bool) {
        if rings {
            self.ring(cx);
        }
    }

    /// The caller offers other media before the answer (UPDATE or PRACK): possible once it has been told of ours reliably.
    pub(super) fn reoffered(&mut self, cx: &mut Context<'_>, offer: &[u8]) {
        let (now, session) = (cx.now.at, self.line.session);
        let answered = self.early.as_mut().and_then(|early| {
            let local = early.local.revised(Direction::SendRecv);
            let codecs = codecs_beginning_with(&[early.agreed.codec]);
            let (body, agreed) = media::answer(offer, &local, &codecs).ok()?;
            // What was encrypted does not go on in the clear.
            if early.agreed.protection.is_encrypted() && !agreed.protection.is_encrypted() {
                return None;
            }
            *early = Early { local, body: body.clone(), agreed, hears: early.hears };
            Some((body, agreed))
        });
        let Some((body, agreed)) = answered else {
            return superseded(cx.exchange.sip.refuse_reoffer(now, session, 488));
        };
        superseded(cx.exchange.sip.accept_reoffer(now, session, body));
        let trust = self.line.trust();
        cx.exchange.media(self.line.id, MediaCommand::Connect { agreed, trust });
    }

    fn describe_early(&self, cx: &mut Context<'_>, hears: LegId, codec: Codec) -> Option<Early> {
        if self.offer.is_empty() {
            return None;
        }
        let local = open(cx, self.line.id, self.line.trunk.as_ref(), self.wish, self.towards)?;
        let (body, agreed) = self.answer_to_offer(&local, Some(codec))?;
        Some(Early { local, body, agreed, hears })
    }

    /// Our answer to the offer, with this codec alone if they have it.
    fn answer_to_offer(&self, local: &LocalMedia, preferred: Option<Codec>) -> Option<(Vec<u8>, Agreed)> {
        let codecs = codecs_beginning_with(preferred.as_slice());
        let alone = preferred.and_then(|codec| media::answer(&self.offer, local, &[codec]).ok());
        alone.or_else(|| media::answer(&self.offer, local, &codecs).ok())
    }

    /// 200, with the codec of the other side first if there is one.
    pub(super) fn answer(
        mut self,
        cx: &mut Context<'_>,
        preferred: Option<Codec>,
    ) -> Result<Leg, Unanswerable> {
        if let Some(Early { local, body, agreed, .. }) = self.early.take() {
            superseded(cx.exchange.sip.answer(cx.now.at, self.line.session, body));
            return Ok(Leg::begin(cx, self.line, local, Some(agreed), None));
        }
        let Some(local) = open(cx, self.line.id, self.line.trunk.as_ref(), self.wish, self.towards) else {
            self.refuse(cx, Refusal::UNAVAILABLE, LegResult::Failed(503));
            return Err(Unanswerable);
        };
        if self.offer.is_empty() {
            let codecs = codecs_beginning_with(preferred.as_slice());
            let offer = media::offer(&local, &codecs);
            superseded(cx.exchange.sip.answer(cx.now.at, self.line.session, offer.clone()));
            return Ok(Leg::begin(cx, self.line, local, None, Some(offer)));
        }
        match self.answer_to_offer(&local, preferred) {
            Some((body, agreed)) => {
                superseded(cx.exchange.sip.answer(cx.now.at, self.line.session, body));
                Ok(Leg::begin(cx, self.line, local, Some(agreed), None))
            }
            None => {
                self.refuse(cx, Refusal::NOT_ACCEPTABLE, LegResult::Failed(488));
                Err(Unanswerable)
            }
        }
    }

    /// A call that somebody is waiting for: taken up and answered in one.
    pub(super) fn answered_at_once(
        cx: &mut Context<'_>,
        session: SessionId,
        invitation: Invitation,
        party: Party,
        preferred: Option<Codec>,
    ) -> Result<Leg, Unanswerable> {
        Self::new(cx, session, invitation, party)?.answer(cx, preferred)
    }

    pub(super) fn refuse(self, cx: &mut Context<'_>, refusal: Refusal, result: LegResult) {
        refusal.give(cx.now.at, &mut cx.exchange.sip, self.line.session);
        self.line.end(cx, None, result);
    }

    /// CANCEL: 487 has been sent already.
    pub(super) fn gone(self, cx: &mut Context<'_>) {
        self.line.end(cx, None, LegResult::CallerGone);
    }
}
