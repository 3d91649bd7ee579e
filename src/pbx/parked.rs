//! A call that waits in a park slot: somebody hears music until a phone dials the slot, or its parker is rung again.

use std::time::Instant;

use super::{
    Disposition, MediaEvent, Party, Reason, Resource, ResourceState,
    exchange::Context,
    hold,
    incoming::Incoming,
    leg::Leg,
    next::{Next, Step},
    routing,
    session_event::SessionEvent,
    waiting::{Otherwise, Reach},
};
use crate::{
    sip::{Cause, Invitation, SessionId},
    types::{Extension, LegId},
};

/// Somebody who waits in a slot.
#[derive(Debug)]
pub(super) struct Parked {
    leg: Leg,
    place: Place,
    disposition: Disposition,
    recall: Instant,
    limit: Instant,
}

/// Where a call is parked, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) slot: Extension,
    pub(super) by: Extension,
}

impl Parked {
    pub(super) fn begin(cx: &mut Context<'_>, leg: Leg, place: Place, disposition: Disposition) -> Self {
        let whom = routing::identity_of(cx.ledger.directory(), leg.party()).display;
        cx.exchange.show(Resource::ParkSlot(place.slot.clone()), ResourceState::On { whom });
        hold::plays_music_to(cx, &leg);
        let recall = cx.now.at + cx.ledger.directory().features.park.recall_after;
        let limit = cx.ledger.limit(cx.now.at);
        Self { leg, place, disposition, recall, limit }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.recall, Reason::ParkRecall).min((self.limit, Reason::CallLimit)))
    }

    pub(super) fn handle_timeout(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.limit <= cx.now.at {
            return self.hang_up(cx, Some(Cause::Q850(102)));
        }
        if self.recall > cx.now.at {
            return Step::Stay(self);
        }
        let Self { leg, place, disposition, .. } = self;
        let whom = routing::identity_of(cx.ledger.directory(), leg.party()).display;
        cx.exchange.show(Resource::ParkSlot(place.slot.clone()), ResourceState::Recalling { whom });
        let ring_for = cx.ledger.directory().features.park.recall_ring;
        let mut reach = Reach::extension(&place.by, ring_for);
        reach.label = Some("Park recall".to_owned());
        reach.music = true;
        let otherwise = Otherwise::Park(place);
        Step::Go(Next::Reach { leg, reach, transferor: None, otherwise, disposition })
    }

    pub(super) fn handle_session(
        mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        event: SessionEvent,
    ) -> Step<Self> {
        if session != self.leg.session() {
            return Step::Stay(self);
        }
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                self.leg.gone(cx);
                Step::Go(Next::End(self.disposition))
            }
            event => match self.leg.alone(cx, event) {
                Ok(()) => Step::Stay(self),
                Err(_) => self.hang_up(cx, Some(Cause::Sip(488))),
            },
        }
    }

    pub(super) fn handle_media(self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        let lost = match event {
            _ if leg != self.leg.id() => false,
            MediaEvent::Dead { .. } => self.leg.may_be_heard(),
            MediaEvent::Failed => true,
            _ => false,
        };
        if lost { self.hang_up(cx, Some(Cause::Q850(102))) } else { Step::Stay(self) }
    }

    /// A phone has dialled the slot.
    pub(super) fn taken(
        self,
        cx: &mut Context<'_>,
        session: SessionId,
        invitation: Invitation,
        by: Extension,
    ) -> Step<Self> {
        let codec = self.leg.codec();
        match Incoming::answered_at_once(cx, session, invitation, Party::Phone(by), codec) {
            Ok(callee) => {
                hold::stops_music_to(cx, &self.leg);
                callee.has_answered(cx);
                Step::Go(Next::Talk { caller: self.leg, callee, disposition: self.disposition })
            }
            Err(_) => Step::Stay(self),
        }
    }

    pub(super) fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        self.leg.hang_up(cx, cause);
        Step::Go(Next::End(self.disposition))
    }
}
