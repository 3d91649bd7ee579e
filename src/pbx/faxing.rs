//! Two machines: a fax passes between the legs of a call as T.38 (ITU-T T.38, annex D), from the side that asks for it until
//! one of them wants its voice back or hangs up.
//!
//! The box is no gateway: what the one has offered the other is asked for, and says for itself. Whoever refuses leaves the
//! call as it was, and the machines go on as sound, in G.711.

use std::time::Instant;

use super::{
    Disposition, MediaCommand, MediaEvent, Reason,
    call::{CallEvent, stays},
    exchange::Context,
    hold,
    leg::Leg,
    next::{Next, Step},
    session_event::SessionEvent,
    side::Side,
};
use crate::{
    media::ImageTerms,
    sip::{Cause, SessionId},
    types::LegId,
};

/// A call over which a fax passes, or is about to.
#[derive(Debug)]
pub(super) struct Faxing {
    caller: Leg,
    callee: Leg,
    disposition: Disposition,
    phase: Phase,
    until: Instant,
}

#[derive(Debug)]
enum Phase {
    /// This side has asked for T.38, and the other has been asked; the voice goes on until it has said yes.
    Asked { by: Side, offer: Vec<u8>, terms: ImageTerms },
    /// Datagrams pass. What each side has said about itself.
    Passing { caller: ImageTerms, callee: ImageTerms },
    /// This side wants its voice back, and the other has been asked; the fax goes on until it has said yes.
    Back { by: Side, offer: Vec<u8>, caller: ImageTerms, callee: ImageTerms },
}

/// Why there is no fax as T.38: the legs, as they were.
#[derive(Debug)]
pub(super) struct NoFax {
    pub(super) caller: Leg,
    pub(super) callee: Leg,
}

impl Faxing {
    /// One side has offered this. `Err`: the other cannot be asked now; the offer has been put off.
    pub(super) fn begin(
        cx: &mut Context<'_>,
        mut caller: Leg,
        mut callee: Leg,
        disposition: Disposition,
        (by, offer, terms): (Side, Vec<u8>, ImageTerms),
    ) -> Result<Self, Box<NoFax>> {
        let (asker, asked) = by.and_other(&mut caller, &mut callee);
        if asked.offers_image(cx, &terms).is_err() {
            asker.puts_off_reoffer(cx);
            return Err(Box::new(NoFax { caller, callee }));
        }
        let until = cx.ledger.limit(cx.now.at);
        Ok(Self { caller, callee, disposition, phase: Phase::Asked { by, offer, terms }, until })
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.until, Reason::CallLimit))
    }

    pub(super) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } => self.handle_session(cx, session, event),
            CallEvent::Media { leg: _, event } => self.handle_media(cx, &event),
            // Machines are not moved elsewhere in the middle of a page.
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::HangUp => self.hang_up(cx, None),
            CallEvent::Timeout => self.handle_timeout(cx),
        }
    }

    fn handle_session(self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        let Some(side) = Side::of(session, &self.caller, &self.callee) else { return Step::Stay(self) };
        match event {
            SessionEvent::Ended(by) => self.ended_by(cx, side, by.cause()),
            SessionEvent::Cancelled(cause) => self.ended_by(cx, side, cause),
            SessionEvent::Reoffered(offer) => self.reoffered(cx, side, offer),
            SessionEvent::ReofferAnswered(result) => self.answered(cx, side, result),
            SessionEvent::Confirmed(_)
            | SessionEvent::Digit(_)
            | SessionEvent::Progress { .. }
            | SessionEvent::Answered { .. }
            | SessionEvent::Failed { .. } => Step::Stay(self),
        }
    }

    fn handle_media(self, cx: &mut Context<'_>, event: &MediaEvent) -> Step<Self> {
        match event {
            // Q.850 cause 102, recovery on timer expiry, and 41, temporary failure.
            MediaEvent::Dead { .. } => self.hang_up(cx, Some(Cause::Q850(102))),
            MediaEvent::Failed => self.hang_up(cx, Some(Cause::Q850(41))),
            _ => Step::Stay(self),
        }
    }

    fn handle_timeout(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at { self.hang_up(cx, Some(Cause::Q850(102))) } else { Step::Stay(self) }
    }

    fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        self.caller.hang_up(cx, cause);
        self.callee.hang_up(cx, cause);
        Step::Go(Next::End(self.disposition))
    }

    fn ended_by(self, cx: &mut Context<'_>, side: Side, cause: Option<Cause>) -> Step<Self> {
        let (gone, left) = side.and_other(self.caller, self.callee);
        gone.gone(cx);
        left.hang_up(cx, cause);
        Step::Go(Next::End(self.disposition))
    }

    /// A side says something new about its media. While one side waits for the other, neither can have a second offer open.
    fn reoffered(mut self, cx: &mut Context<'_>, side: Side, offer: Vec<u8>) -> Step<Self> {
        let passing = matches!(self.phase, Phase::Passing { .. });
        let (own, other) = self.sides(side);
        let image = own.image_in(&offer);
        let voice = image.is_none() && !offer.is_empty();
        let asked = passing && voice && other.offers_plain_voice(cx, None).is_ok();
        match self.phase {
            Phase::Passing { caller, callee } if asked => {
                self.phase = Phase::Back { by: side, offer, caller, callee };
            }
            Phase::Passing { mut caller, mut callee } if !voice => {
                // The same once more, to refresh the session, or from another address.
                let (of_own, of_other) = side.and_other(&mut caller, &mut callee);
                let moved = image.as_ref().is_some_and(|image| image.remote != of_own.remote);
                *of_own = image.unwrap_or_else(|| of_own.clone());
                let across = of_other.clone();
                self.phase = Phase::Passing { caller, callee };
                self.sides(side).0.accepts_image(cx, &offer, &across);
                if moved {
                    self.relay(cx);
                }
            }
            phase => {
                self.phase = phase;
                self.sides(side).0.puts_off_reoffer(cx);
            }
        }
        Step::Stay(self)
    }

    /// A side has answered what it was asked for on behalf of the other.
    fn answered(mut self, cx: &mut Context<'_>, side: Side, result: Result<Vec<u8>, u16>) -> Step<Self> {
        let disposition = self.disposition;
        match self.phase {
            Phase::Asked { by, offer, terms } if by != side => {
                let (asked, asker) = side.and_other(&mut self.caller, &mut self.callee);
                let image = result.as_ref().ok().and_then(|answer| asked.image_in(answer));
                if let Some(image) = image {
                    asker.accepts_image(cx, &offer, &image);
                    cx.ledger.fax_as_t38();
                    cx.decide(format!("a fax passes as T.38: {} has asked for it", name(by)));
                    let (caller, callee) = side.and_other(image, terms);
                    self.phase = Phase::Passing { caller, callee };
                    self.relay(cx);
                    return Step::Stay(self);
                }
                // No T.38 with this one: the machines go on as sound. Whoever has closed its only line gets its voice back.
                if result.is_ok() {
                    let across = asker.codec();
                    let _ = asked.offers_plain_voice(cx, across);
                }
                let codec = asked.codec();
                hold::reoffered(cx, asker, codec, &offer);
                cx.decide(format!("{} does not take T.38: the fax goes on as sound", name(side)));
                let Self { caller, callee, .. } = self;
                Step::Go(Next::Talk { caller, callee, disposition })
            }
            Phase::Back { by, offer, caller, callee } if by != side => {
                let (asked, asker) = side.and_other(&mut self.caller, &mut self.callee);
                let agreed = result.is_ok() && asked.reoffer_answered(cx, &result);
                if !agreed {
                    asker.refuse_reoffer(cx);
                    self.phase = Phase::Passing { caller, callee };
                    return Step::Stay(self);
                }
                let codec = asked.codec();
                hold::reoffered(cx, asker, codec, &offer);
                let Self { caller, callee, .. } = self;
                Step::Go(Next::Talk { caller, callee, disposition })
            }
            phase => {
                self.phase = phase;
                Step::Stay(self)
            }
        }
    }

    /// Datagrams pass between the addresses that both have named.
    fn relay(&self, cx: &mut Context<'_>) {
        if let Phase::Passing { caller, callee } = &self.phase {
            let (here, there) = (self.caller.fax_end(caller), self.callee.fax_end(callee));
            let with: LegId = self.callee.id();
            cx.exchange.media(self.caller.id(), MediaCommand::RelayFax { with, here, there });
        }
    }

    /// This side, and the other one.
    fn sides(&mut self, side: Side) -> (&mut Leg, &mut Leg) {
        side.and_other(&mut self.caller, &mut self.callee)
    }
}

const fn name(side: Side) -> &'static str {
    match side {
        Side::Caller => "the caller",
        Side::Callee => "whoever was called",
    }
}
