//! Somebody who has answered, or has been answered: the leg that is talked on.

mod image;

use jiff::Timestamp;

use super::{
    Caller, Fact, LegRecord, LegResult, MediaCommand, Party,
    exchange::Context,
    lamps::Stage,
    line::{Line, codecs_beginning_with, superseded},
    session_event::SessionEvent,
};
use crate::{
    media::{self, Agreed, Codec, Direction, LocalMedia, Tone},
    sip::{Cause, SessionId},
    types::{CallId, Extension, LegId},
};

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
    our_offer: Option<Box<Offered>>,
    /// One of ours in a re-INVITE.
    asked: Option<Box<Offered>>,
    /// In the call that it has come from, it has heard that the call is recorded.
    told: Option<Timestamp>,
}

/// An offer of ours, in a 200, which the ACK answers, or in a re-INVITE. Legs go from state to state by value: what they
/// seldom have lies beside them.
#[derive(Debug)]
struct Offered {
    local: LocalMedia,
    body: Vec<u8>,
}

/// The far end has given no description that its media could follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoMedia;

impl Leg {
    pub(super) fn begin(
        cx: &mut Context<'_>,
        line: Line,
        local: LocalMedia,
        agreed: Option<Agreed>,
        our_offer: Option<Vec<u8>>,
    ) -> Self {
        let permitted = agreed.as_ref().map_or(Direction::SendRecv, |agreed| agreed.direction);
        line.seat(cx, Stage::Confirmed);
        let our_offer = our_offer.map(|body| Box::new(Offered { local, body }));
        let answered = cx.now.wall;
        let mut leg = Self { line, answered, local, agreed, permitted, our_offer, asked: None, told: None };
        leg.connect(cx);
        leg
    }

    fn connect(&mut self, cx: &mut Context<'_>) {
        if let Some(agreed) = self.agreed {
            self.local.encryption = self.local.encryption.after(agreed.protection);
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

    /// The extension, if a phone of the house is at the other end.
    pub(super) fn extension(&self) -> Option<&Extension> {
        match self.party() {
            Party::Phone(extension) | Party::Caller(Caller::Extension(extension)) => Some(extension),
            Party::Caller(_) | Party::Number(_) | Party::Emergency(_) | Party::Agent => None,
        }
    }

    /// Says that this party has taken the call.
    pub(super) fn has_answered(&self, cx: &mut Context<'_>) {
        let (call, leg, party) = (cx.call(), self.id(), self.party().clone());
        cx.exchange.fact(Fact::Answered { call, leg, party });
    }

    pub(super) fn codec(&self) -> Option<Codec> {
        self.agreed.map(|agreed| agreed.codec)
    }

    /// Are its keys packets of their own, and not tones in the voice?
    pub(super) fn sends_keys(&self) -> bool {
        self.agreed.is_some_and(|agreed| agreed.telephone_event_in.is_some())
    }

    /// Presses keys at the far end: as telephone events (RFC 4733) if it takes them, else one by one as INFO.
    pub(super) fn press(&self, cx: &mut Context<'_>, keys: &str) {
        if self.agreed.is_some_and(|agreed| agreed.telephone_event.is_some()) {
            for key in keys.chars() {
                cx.exchange.media(self.line.id, MediaCommand::Digit(key));
            }
        } else if let Err(error) = cx.exchange.sip.relay_digits(cx.now.at, self.line.session, keys) {
            tracing::warn!(%error, leg = %self.line.id, "keys could not be sent");
        }
    }

    pub(super) fn codecs_to_offer(&self) -> Vec<Codec> {
        codecs_beginning_with(self.codec().as_slice())
    }

    /// Does the far end not want to hear us (RFC 3264, 8.4)? `sendonly`, `inactive` and the address 0.0.0.0 all say so.
    pub(super) fn holds(&self) -> bool {
        !self.permitted.sends()
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
        match self.our_offer.take() {
            Some(offered) if self.agreed.is_none() || !body.is_empty() => {
                self.take_answer(cx, *offered, body)
            }
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
            self.our_offer = Some(Box::new(Offered { local, body: ours }));
            return Ok(());
        }
        // What they permit is learnt from an answer that holds nothing back.
        let open = self.local.revised(Direction::SendRecv);
        // The other side's codec alone, wherever it can be had, as in the first answer: an answer keeps the order of the
        // offer, and a phone that prefers another one would have each packet of the call's rest translated.
        let codecs = match preferred {
            Some(codec) if media::answer(offer, &open, &[codec]).is_ok() => vec![codec],
            Some(_) | None => codecs,
        };
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

    /// What happens on the session of a leg that nobody is bridged to, and that has not ended. `Err`: there is nothing left
    /// that it could be talked on.
    pub(super) fn alone(&mut self, cx: &mut Context<'_>, event: SessionEvent) -> Result<(), NoMedia> {
        match event {
            SessionEvent::Confirmed(body) => self.confirmed(cx, &body),
            SessionEvent::Reoffered(offer) => {
                self.reoffered_alone(cx, &offer, Direction::SendRecv);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn refuse_reoffer(&self, cx: &mut Context<'_>) {
        superseded(cx.exchange.sip.refuse_reoffer(cx.now.at, self.line.session, 488));
    }

    fn take_answer(&mut self, cx: &mut Context<'_>, offered: Offered, answer: &[u8]) -> Result<(), NoMedia> {
        let agreed = media::accept(&offered.body, answer).map_err(|_| NoMedia)?;
        // What was encrypted does not go on in the clear, whatever an answer says.
        if self
            .agreed
            .is_some_and(|before| before.protection.is_encrypted() && !agreed.protection.is_encrypted())
        {
            return Err(NoMedia);
        }
        // An offer that holds nothing back is answered with what they permit.
        if offered.local.direction == Direction::SendRecv {
            self.permitted = agreed.direction;
        }
        self.local = offered.local;
        self.agreed = Some(agreed);
        self.connect(cx);
        Ok(())
    }

    /// It goes on in another call: what was talked here is written down, and its session and socket are that call's.
    pub(super) fn moves_to(self, cx: &mut Context<'_>, call: CallId) -> Self {
        let line = &self.line;
        let record = LegRecord {
            party: line.party.clone(),
            started: line.started,
            answered: Some(self.answered),
            ended: cx.now.wall,
            result: LegResult::Completed,
            quality: None,
            told: None,
        };
        let told = cx.ledger.told_at(line.id);
        // The file of that call ends here; the other call has one of its own.
        if cx.ledger.tape.on() == Some(line.id) {
            cx.exchange.media(line.id, MediaCommand::EndRecording);
        }
        cx.ledger.leg_ended(cx.now.at, line.id, record);
        cx.exchange.leg_moves(line.session, line.id, call);
        Self { told, ..self }
    }

    /// It has come from another call, and counts for this one from now on.
    pub(super) fn has_moved_here(&mut self, cx: &mut Context<'_>) {
        if let Some(at) = self.told {
            cx.ledger.told(self.line.id, at);
        }
        self.line.started = cx.now.wall;
        self.answered = cx.now.wall;
    }

    /// BYE.
    pub(super) fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) {
        superseded(cx.exchange.sip.bye(cx.now.at, self.line.session, cause));
        self.gone(cx);
    }

    /// The far end has ended it.
    pub(super) fn gone(self, cx: &mut Context<'_>) {
        if let Some(extension) = self.extension() {
            cx.exchange.has_talked(cx.now.at, extension.clone());
        }
        self.gone_as(cx, LegResult::Completed);
    }

    /// BYE to somebody who was never talked with.
    pub(super) fn hang_up_as(self, cx: &mut Context<'_>, cause: Option<Cause>, result: LegResult) {
        superseded(cx.exchange.sip.bye(cx.now.at, self.line.session, cause));
        self.gone_as(cx, result);
    }

    pub(super) fn gone_as(self, cx: &mut Context<'_>, result: LegResult) {
        let answered = self.answered;
        self.line.end(cx, Some(answered), result);
    }
}
