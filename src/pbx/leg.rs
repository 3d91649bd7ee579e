//! One leg of a call: a caller who waits, a phone that rings, or somebody who talks. Each is a type of its own.

use std::net::{IpAddr, SocketAddr};

use jiff::Timestamp;

use super::{
    Fact, LegRecord, LegResult, MediaCommand, Party, dialplan::Barred, exchange::Context, ring_plan::Outside,
};
use crate::{
    media::{self, Agreed, Codec, Direction, LocalMedia, SourceTrust, Tone},
    sip::{self, Binding, Cause, Identity, Invitation, Outgoing, Peer, SendError, SessionId, TrunkName},
    types::LegId,
};

/// What is the same for a leg in each of its lives.
#[derive(Debug, Clone)]
struct Line {
    id: LegId,
    session: SessionId,
    party: Party,
    started: Timestamp,
    /// The trunk, for legs that leave the house.
    trunk: Option<TrunkName>,
    /// The host that its signalling comes from.
    source: IpAddr,
}

impl Line {
    fn trust(&self) -> SourceTrust {
        let party = if self.trunk.is_some() { media::Party::Trunk } else { media::Party::Phone };
        SourceTrust { signalling_ip: self.source, party }
    }

    /// Writes the leg down, and frees its session and its socket.
    fn end(self, cx: &mut Context<'_>, answered: Option<Timestamp>, result: LegResult) {
        cx.exchange.session_ends(self.session);
        cx.exchange.close_socket(self.id);
        let Self { id, party, started, .. } = self;
        let ended = cx.now.wall;
        cx.ledger.leg_ended(id, LegRecord { party, started, answered, ended, result, quality: None });
    }
}

/// A command to a session that has ended meanwhile. The event that says so is on its way, and ends the leg.
const fn superseded(_command: Result<(), SendError>) {}

/// Opens a socket for the leg and describes it.
fn open(cx: &mut Context<'_>, leg: LegId, trunk: Option<&TrunkName>) -> Option<LocalMedia> {
    let call = cx.call();
    let port = cx.exchange.open_socket(cx.now, call, leg)?;
    Some(LocalMedia { port, ..describe(cx, trunk) })
}

/// Our end as far as it is known before there is a port.
fn describe(cx: &mut Context<'_>, trunk: Option<&TrunkName>) -> LocalMedia {
    let trunk = trunk.and_then(|name| cx.ledger.directory().trunk(name));
    LocalMedia {
        address: cx.exchange.settings.media_address_for(trunk),
        // The discard port: a description needs one even when nobody will ever see it.
        port: 9,
        // Within the 62 bits that every parser holds.
        session_id: cx.exchange.random() >> 2,
        version: 0,
        direction: Direction::SendRecv,
    }
}

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

/// A final answer that is not 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: &'static str,
    /// Seconds.
    pub(super) retry_after: Option<u32>,
}

impl Refusal {
    pub(super) const NOT_ACCEPTABLE: Self =
        Self { status: 488, reason: "Not Acceptable Here", retry_after: None };
    pub(super) const UNAVAILABLE: Self =
        Self { status: 503, reason: "Service Unavailable", retry_after: Some(10) };
    pub(super) const NOBODY: Self =
        Self { status: 480, reason: "Temporarily Unavailable", retry_after: None };

    pub(super) const NOT_FOUND: Self = Self::barred(Barred::NotANumber);

    pub(super) const fn barred(barred: Barred) -> Self {
        Self { status: barred.status(), reason: barred.reason(), retry_after: None }
    }

    /// What a desk phone is told when the far end has refused with this status: the same, except what would make the phone
    /// act on something that is between us and the trunk (a challenge, a redirection, our own CANCEL).
    pub(super) const fn passed_on(status: u16) -> Self {
        let (status, reason) = match status {
            400 => (400, "Bad Request"),
            403 => (403, "Forbidden"),
            404 => (404, "Not Found"),
            408 => (408, "Request Timeout"),
            410 => (410, "Gone"),
            484 => (484, "Address Incomplete"),
            486 => (486, "Busy Here"),
            488 => (488, "Not Acceptable Here"),
            500 => (500, "Server Internal Error"),
            504 => (504, "Server Time-out"),
            600 => (600, "Busy Everywhere"),
            603 => (603, "Decline"),
            604 => (604, "Does Not Exist Anywhere"),
            300..=399 | 480 | 487 => (480, "Temporarily Unavailable"),
            401 | 407 | 502 | 503 => (503, "Service Unavailable"),
            other @ (402..=499 | 501..=599 | 601..=699) => (other, "Call Failed"),
            _ => (500, "Server Internal Error"),
        };
        Self { status, reason, retry_after: None }
    }
}

fn codecs_beginning_with(wishes: &[Codec]) -> Vec<Codec> {
    let others = Codec::ALL.into_iter().filter(|codec| !wishes.contains(codec));
    wishes.iter().copied().chain(others).collect()
}

/// Somebody who is being rung.
#[derive(Debug)]
pub(super) struct Fork {
    line: Line,
    local: LocalMedia,
    offer: Vec<u8>,
    rings: bool,
}

/// Where a fork goes.
#[derive(Debug, Clone)]
pub(super) enum Destination {
    Phone(Binding),
    Outside { trunk: TrunkName, who: Outside },
}

impl Fork {
    /// Sends the INVITE. `Err`: it could not be sent; the leg has been written down with this result.
    pub(super) fn ring(
        cx: &mut Context<'_>,
        destination: Destination,
        party: Party,
        from: Identity,
        codecs: &[Codec],
    ) -> Result<Self, LegResult> {
        let id = cx.exchange.next_leg();
        let (target, trunk, source) = match destination {
            Destination::Phone(Binding { extension, contact, flow, .. }) => {
                (sip::Target::Phone { extension, contact, flow }, None, flow.remote.ip())
            }
            Destination::Outside { trunk, who } => {
                let source = cx.ledger.directory().trunk(&trunk).map(|trunk| trunk.send_to.ip());
                let Some(source) = source else {
                    return Err(Self::impossible(cx, id, party, LegResult::Failed(503)));
                };
                let number = who.dial_string();
                (sip::Target::Trunk { trunk: trunk.clone(), number }, Some(trunk), source)
            }
        };
        let Some(local) = open(cx, id, trunk.as_ref()) else {
            return Err(Self::impossible(cx, id, party, LegResult::Failed(503)));
        };
        let offer = media::offer(&local, codecs);
        let outgoing = Outgoing { target, from, offer: offer.clone(), headers: Vec::new() };
        match cx.exchange.sip.invite(cx.now.at, outgoing) {
            Ok(session) => {
                let call = cx.call();
                cx.exchange.session_begins(session, call);
                let line = Line { id, session, party, started: cx.now.wall, trunk, source };
                Ok(Self { line, local, offer, rings: false })
            }
            Err(_) => {
                cx.exchange.close_socket(id);
                Err(Self::impossible(cx, id, party, LegResult::Failed(503)))
            }
        }
    }

    /// A leg that never was: nobody is registered, or nothing could be sent.
    pub(super) fn impossible(cx: &mut Context<'_>, leg: LegId, party: Party, result: LegResult) -> LegResult {
        let (call, at) = (cx.call(), cx.now.wall);
        let record = LegRecord { party, started: at, answered: None, ended: at, result, quality: None };
        cx.exchange.fact(Fact::NotAnswered { call, leg, party: record.party.clone(), result });
        cx.ledger.leg_ended(leg, record);
        result
    }

    pub(super) fn session(&self) -> SessionId {
        self.line.session
    }

    pub(super) fn id(&self) -> LegId {
        self.line.id
    }

    /// A provisional answer: it rings, or is about to.
    pub(super) fn progressed(&mut self, cx: &mut Context<'_>) {
        if !self.rings {
            self.rings = true;
            let (call, leg, party) = (cx.call(), self.line.id, self.line.party.clone());
            cx.exchange.fact(Fact::Ringing { call, leg, party });
        }
    }

    /// 200. `Err`: its description is no answer to our offer; the call to it has been ended.
    pub(super) fn answered(
        mut self,
        cx: &mut Context<'_>,
        body: &[u8],
        source: SocketAddr,
    ) -> Result<Leg, LegResult> {
        self.line.source = source.ip();
        match media::accept(&self.offer, body) {
            Ok(agreed) => Ok(Leg::begin(cx, self.line, self.local, Some(agreed), None)),
            Err(_) => {
                superseded(cx.exchange.sip.bye(cx.now.at, self.line.session, Some(Cause::Sip(488))));
                self.not_answered(cx, LegResult::Failed(488));
                Err(LegResult::Failed(488))
            }
        }
    }

    pub(super) fn cancel(self, cx: &mut Context<'_>, cause: Option<Cause>, result: LegResult) {
        superseded(cx.exchange.sip.cancel(cx.now.at, self.line.session, cause));
        self.not_answered(cx, result);
    }

    /// It ended by itself.
    pub(super) fn not_answered(self, cx: &mut Context<'_>, result: LegResult) {
        let (call, leg, party) = (cx.call(), self.line.id, self.line.party.clone());
        cx.exchange.fact(Fact::NotAnswered { call, leg, party, result });
        self.line.end(cx, None, result);
    }
}

/// Somebody who has answered, or has been answered.
#[derive(Debug)]
pub(super) struct Leg {
    line: Line,
    answered: Timestamp,
    local: LocalMedia,
    agreed: Option<Agreed>,
    /// What the far end lets us do, by its own last word: a hold shows here.
    permitted: Direction,
    /// An offer of ours that has not been answered.
    our_offer: Option<Offered>,
}

/// An offer of ours, and what will bring its answer.
#[derive(Debug)]
struct Offered {
    local: LocalMedia,
    body: Vec<u8>,
    answered_by: AnsweredBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AnsweredBy {
    /// We offered in our 200.
    Ack,
    /// We sent a re-INVITE.
    Response,
}

/// The far end has given no description that its media could follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoMedia;

impl Leg {
    fn begin(
        cx: &mut Context<'_>,
        line: Line,
        local: LocalMedia,
        agreed: Option<Agreed>,
        our_offer: Option<Vec<u8>>,
    ) -> Self {
        let permitted = agreed.as_ref().map_or(Direction::SendRecv, |agreed| agreed.direction);
        let our_offer = our_offer.map(|body| Offered { local, body, answered_by: AnsweredBy::Ack });
        let leg = Self { line, answered: cx.now.wall, local, agreed, permitted, our_offer };
        leg.connect(cx);
        leg
    }

    fn connect(&self, cx: &mut Context<'_>) {
        if let Some(agreed) = self.agreed {
            let trust = self.line.trust();
            cx.exchange.media(self.line.id, MediaCommand::Connect { agreed, trust });
        }
    }

    pub(super) fn id(&self) -> LegId {
        self.line.id
    }

    pub(super) fn session(&self) -> SessionId {
        self.line.session
    }

    pub(super) fn party(&self) -> &Party {
        &self.line.party
    }

    pub(super) fn codec(&self) -> Option<Codec> {
        self.agreed.map(|agreed| agreed.codec)
    }

    pub(super) fn codecs_to_offer(&self) -> Vec<Codec> {
        codecs_beginning_with(self.codec().as_slice())
    }

    /// What the far end lets us do: less than both ways while it holds us.
    pub(super) fn permitted(&self) -> Direction {
        self.permitted
    }

    /// Have both sides said where their media go? Not before the ACK, if the offer is ours in the 200.
    pub(super) fn is_connected(&self) -> bool {
        self.agreed.is_some()
    }

    /// Is anything to be heard from the far end? Not while one side holds the other.
    pub(super) fn may_be_heard(&self) -> bool {
        self.agreed.is_some_and(|agreed| agreed.may_receive())
    }

    pub(super) fn tone(&self, cx: &mut Context<'_>, tone: Option<Tone>) {
        cx.exchange.media(self.line.id, MediaCommand::Tone(tone));
    }

    /// The ACK to our 200. It brings the answer if the offer was ours (RFC 3261, 13.2.2.4): without one there is nothing
    /// that a new call could be talked on, and what an old one has agreed on stands.
    pub(super) fn confirmed(&mut self, cx: &mut Context<'_>, body: &[u8]) -> Result<(), NoMedia> {
        match self.our_offer.take_if(|offered| offered.answered_by == AnsweredBy::Ack) {
            Some(offered) if self.agreed.is_none() || !body.is_empty() => self.take_answer(cx, offered, body),
            Some(_) | None => Ok(()),
        }
    }

    /// The far end wants other media. It gets at most `allowed`, which is what the other side of the call leaves to it.
    pub(super) fn reoffered(
        &mut self,
        cx: &mut Context<'_>,
        offer: &[u8],
        allowed: Direction,
        preferred: Option<Codec>,
    ) -> Result<(), media::SdpError> {
        let codecs = codecs_beginning_with(preferred.as_slice());
        if offer.is_empty() {
            let local = self.local.revised(allowed);
            let ours = media::offer(&local, &codecs);
            superseded(cx.exchange.sip.accept_reoffer(cx.now.at, self.line.session, ours.clone()));
            self.our_offer = Some(Offered { local, body: ours, answered_by: AnsweredBy::Ack });
            return Ok(());
        }
        // What they permit is learnt from an answer that holds nothing back.
        let open = self.local.revised(Direction::SendRecv);
        let (_, most) = media::answer(offer, &open, &codecs)?;
        let local = self.local.revised(allowed);
        let (body, agreed) = media::answer(offer, &local, &codecs)?;
        superseded(cx.exchange.sip.accept_reoffer(cx.now.at, self.line.session, body));
        self.permitted = most.direction;
        self.local = local;
        self.agreed = Some(agreed);
        self.connect(cx);
        Ok(())
    }

    /// As [`reoffered`](Self::reoffered), for a leg that is not bridged to another: what cannot be had is refused.
    pub(super) fn reoffered_alone(&mut self, cx: &mut Context<'_>, offer: &[u8], allowed: Direction) {
        let codec = self.codec();
        if self.reoffered(cx, offer, allowed, codec).is_err() {
            self.refuse_reoffer(cx);
        }
    }

    pub(super) fn refuse_reoffer(&self, cx: &mut Context<'_>) {
        superseded(cx.exchange.sip.refuse_reoffer(cx.now.at, self.line.session, 488));
    }

    /// Tells the far end that we now do this much, unless it knows or an offer is already on its way.
    pub(super) fn reoffer(&mut self, cx: &mut Context<'_>, direction: Direction) {
        if self.our_offer.is_some() || self.agreed.is_none() || self.local.direction == direction {
            return;
        }
        let local = self.local.revised(direction);
        let offer = media::offer(&local, &self.codecs_to_offer());
        // Refused while an offer of theirs is open: when that is settled, so is what is to be offered.
        if cx.exchange.sip.reoffer(cx.now.at, self.line.session, offer.clone()).is_ok() {
            self.our_offer = Some(Offered { local, body: offer, answered_by: AnsweredBy::Response });
        }
    }

    /// The answer to our re-INVITE.
    pub(super) fn offer_answered(&mut self, cx: &mut Context<'_>, answer: &[u8]) -> Result<(), NoMedia> {
        match self.our_offer.take_if(|offered| offered.answered_by == AnsweredBy::Response) {
            Some(offered) => self.take_answer(cx, offered, answer),
            None => Ok(()),
        }
    }

    fn take_answer(&mut self, cx: &mut Context<'_>, offered: Offered, answer: &[u8]) -> Result<(), NoMedia> {
        let agreed = media::accept(&offered.body, answer).map_err(|_| NoMedia)?;
        if self.agreed.is_none() {
            self.permitted = agreed.direction;
        }
        self.local = offered.local;
        self.agreed = Some(agreed);
        self.connect(cx);
        Ok(())
    }

    /// Our offer was refused: what was agreed before stands (RFC 3261, 14.1).
    pub(super) fn offer_refused(&mut self) {
        if let Some(offered) = self.our_offer.take() {
            // The version has been used up, whatever became of it.
            self.local.version = offered.local.version;
        }
    }

    /// BYE.
    pub(super) fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) {
        superseded(cx.exchange.sip.bye(cx.now.at, self.line.session, cause));
        self.gone(cx);
    }

    /// The far end has ended it.
    pub(super) fn gone(self, cx: &mut Context<'_>) {
        let answered = self.answered;
        self.line.end(cx, Some(answered), LegResult::Completed);
    }
}
