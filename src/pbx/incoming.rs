//! A caller who has not been answered.

use super::{
    LegResult, Party,
    exchange::Context,
    leg::Leg,
    line::{Line, codecs_beginning_with, describe, open, superseded},
    refusal::Refusal,
};
use crate::{
    media::{self, Codec},
    sip::{Invitation, Peer, SessionId},
};

/// A caller who has not been answered.
#[derive(Debug)]
pub(super) struct Incoming {
    line: Line,
    offer: Vec<u8>,
    /// What the caller would like to speak, in order; empty if the offer is to come from us.
    wishes: Vec<Codec>,
    rings: bool,
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
    ) -> Result<Self, Unanswerable> {
        let party = Party::Caller(cx.ledger.caller().clone());
        let trunk = match invitation.peer {
            Peer::Trunk(trunk) => Some(trunk),
            Peer::Phone(_) => None,
        };
        let id = cx.exchange.next_leg();
        let source = invitation.source.ip();
        let line = Line { id, session, party, started: cx.now.wall, trunk, source };
        let call = cx.call();
        cx.exchange.session_begins(session, call);
        let mut incoming = Self { line, offer: invitation.offer, wishes: Vec::new(), rings: false };
        if !incoming.offer.is_empty() {
            let local = describe(cx, incoming.line.trunk.as_ref());
            match media::answer(&incoming.offer, &local, &Codec::ALL) {
                Ok((_, agreed)) => {
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

    pub(super) fn session(&self) -> SessionId {
        self.line.session
    }

    /// Codecs to offer to whoever is to talk with this caller: the caller's wishes first, so that nothing needs to be
    /// translated, then the others.
    pub(super) fn codecs_to_offer(&self) -> Vec<Codec> {
        codecs_beginning_with(&self.wishes)
    }

    /// 180, once.
    pub(super) fn ring(&mut self, cx: &mut Context<'_>) {
        if !self.rings {
            self.rings = true;
            superseded(cx.exchange.sip.ring(cx.now.at, self.line.session, 180, None));
        }
    }

    /// 200, with the codec of the other side first if there is one.
    pub(super) fn answer(self, cx: &mut Context<'_>, preferred: Option<Codec>) -> Result<Leg, Unanswerable> {
        let Some(local) = open(cx, self.line.id, self.line.trunk.as_ref()) else {
            self.refuse(cx, Refusal::UNAVAILABLE, LegResult::Failed(503));
            return Err(Unanswerable);
        };
        let codecs = codecs_beginning_with(preferred.as_slice());
        if self.offer.is_empty() {
            let offer = media::offer(&local, &codecs);
            superseded(cx.exchange.sip.answer(cx.now.at, self.line.session, offer.clone()));
            return Ok(Leg::begin(cx, self.line, local, None, Some(offer)));
        }
        let answer = match preferred {
            Some(codec) => media::answer(&self.offer, &local, &[codec])
                .or_else(|_| media::answer(&self.offer, &local, &codecs)),
            None => media::answer(&self.offer, &local, &codecs),
        };
        match answer {
            Ok((body, agreed)) => {
                superseded(cx.exchange.sip.answer(cx.now.at, self.line.session, body));
                Ok(Leg::begin(cx, self.line, local, Some(agreed), None))
            }
            Err(_) => {
                self.refuse(cx, Refusal::NOT_ACCEPTABLE, LegResult::Failed(488));
                Err(Unanswerable)
            }
        }
    }

    pub(super) fn refuse(self, cx: &mut Context<'_>, refusal: Refusal, result: LegResult) {
        let Refusal { status, reason, retry_after } = refusal;
        superseded(cx.exchange.sip.reject(cx.now.at, self.line.session, status, reason, retry_after));
        self.line.end(cx, None, result);
    }

    /// CANCEL: 487 has been sent already.
    pub(super) fn gone(self, cx: &mut Context<'_>) {
        self.line.end(cx, None, LegResult::CallerGone);
    }
}
