//! A call between two people that somebody of the house listens to, or more.

use super::Talking;
use crate::pbx::{
    MediaCommand,
    exchange::Context,
    leg::Leg,
    next::{Next, Step},
    refusal::Refusal,
    supervision::{Came, Overseer, Request, Supervise},
};
use crate::types::Extension;

impl Talking {
    /// Who supervises the call, or is about to.
    pub(in crate::pbx) fn overseer(&self) -> Option<&Extension> {
        self.overseer.as_ref().map(|overseer| overseer.by())
    }

    /// Somebody supervises the call from now on. The same phone once more wants to have it.
    pub(super) fn supervise(mut self, cx: &mut Context<'_>, request: Request) -> Step<Self> {
        let known = self.overseer.as_ref().map(|overseer| overseer.by() == &request.by);
        let supervised = request.of.as_ref().is_some_and(|of| self.phone(of).is_some());
        if known == Some(false) || !supervised {
            Refusal::BUSY.give(cx.now.at, &mut cx.exchange.sip, request.session);
            return Step::Stay(self);
        }
        let how = if known.is_some() { Supervise::TakeOver } else { request.how };
        if let Some(new) = Overseer::begin(cx, Request { how, ..request }) {
            self.without_overseer(cx);
            self.overseer = Some(new);
        }
        Step::Stay(self)
    }

    /// Something has happened to the supervisor, or the time has come for something.
    pub(super) fn overseen(
        mut self,
        cx: &mut Context<'_>,
        what: impl FnOnce(&mut Overseer, &mut Context<'_>) -> Came,
    ) -> Step<Self> {
        let Some(overseer) = &mut self.overseer else { return Step::Stay(self) };
        match what(overseer, cx) {
            Came::Nothing => {}
            Came::Comes => {
                self.put_through_again(cx);
                if let Some(overseer) = &self.overseer {
                    overseer.announces(cx, [&self.caller, &self.callee]);
                }
            }
            Came::Changed => self.put_through_again(cx),
            Came::TakesOver => return self.taken_over(cx),
            Came::Gone => {
                if let Some(overseer) = self.overseer.take() {
                    overseer.gone(cx);
                }
                self.put_through_again(cx);
            }
            Came::Lost(cause) => {
                if let Some(overseer) = self.overseer.take() {
                    overseer.hang_up(cx, Some(cause));
                }
                self.put_through_again(cx);
            }
        }
        Step::Stay(self)
    }

    /// The supervisor has the call from now on; the colleague is free.
    fn taken_over(mut self, cx: &mut Context<'_>) -> Step<Self> {
        let Some(overseer) = self.overseer.take() else { return Step::Stay(self) };
        let of = overseer.of().and_then(|of| self.session_of(of));
        let Some(session) = of else {
            overseer.hang_up(cx, None);
            return Step::Stay(self);
        };
        let disposition = self.disposition;
        let (leaves, stays) = self.parted(cx, session);
        leaves.hang_up(cx, None);
        let callee = overseer.into_leg(cx);
        Step::Go(Next::Talk { caller: stays, callee, disposition })
    }

    /// The supervisor is hung up on; those who talk go on.
    pub(super) fn without_overseer(&mut self, cx: &mut Context<'_>) {
        if let Some(overseer) = self.overseer.take() {
            overseer.hang_up(cx, None);
            self.put_through_again(cx);
        }
    }

    fn put_through_again(&mut self, cx: &mut Context<'_>) {
        if self.bridged {
            self.put_through(cx);
        }
    }

    /// The two hear each other: packet by packet, or through the mixer while somebody supervises.
    pub(super) fn put_through(&mut self, cx: &mut Context<'_>) {
        let overseer = self.overseer.as_ref().filter(|overseer| overseer.is_present());
        let side = overseer.and_then(|overseer| overseer.of()).and_then(|of| self.session_of(of));
        match (overseer, side.and_then(|session| self.side_of(session))) {
            (Some(overseer), Some(side)) => {
                let (own, other) = side.and_other(&self.caller, &self.callee);
                overseer.mix_people(cx, own, other);
            }
            _ => {
                self.mixed = false;
                cx.exchange.media(self.caller.id(), MediaCommand::Bridge { with: self.callee.id() });
                return;
            }
        }
        self.mixed = true;
    }

    /// The two do not hear each other any more.
    pub(super) fn take_down(&mut self, cx: &mut Context<'_>) {
        if !self.mixed {
            return cx.exchange.media(self.caller.id(), MediaCommand::Unbridge);
        }
        self.mixed = false;
        for leg in [self.caller.id(), self.callee.id()] {
            cx.exchange.media(leg, MediaCommand::LeaveMix);
        }
        if let Some(overseer) = &self.overseer {
            overseer.mix_nothing(cx);
        }
    }

    /// A key of one of the two goes to the other: a bridge relays it as a packet, a mixer does not.
    pub(super) fn pass_key(&self, cx: &mut Context<'_>, from: crate::types::LegId, key: char) {
        let pair: Option<(&Leg, &Leg)> = match from {
            _ if !self.mixed => None,
            leg if leg == self.caller.id() => Some((&self.caller, &self.callee)),
            leg if leg == self.callee.id() => Some((&self.callee, &self.caller)),
            _ => None,
        };
        // Tones in the voice go through the mixer with it.
        if let Some((_, across)) = pair.filter(|(own, _)| own.sends_keys()) {
            cx.exchange.media(across.id(), MediaCommand::Digit(key));
        }
    }
}
