//! Transfers: who may move a call where, blind, attended and by taking a call over; decided here, done by the calls.

use super::{CallEvent, Switch, dialplan};
use crate::{
    pbx::{
        Dialled, Fact, Service,
        desk_event::DeskEvent,
        dialplan::{Asker, Barred},
        line::superseded,
        parked::Place,
    },
    sip::{Invitation, ReferId, ReferTarget, Replaces, SessionId},
    types::{CallId, Extension, Moment},
};

/// One end of a call that a phone moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) call: CallId,
    /// The phone's.
    pub(super) session: SessionId,
}

impl Switch {
    /// A far end wants its call transferred. Only phones of the house may; what they may not reach themselves, they may
    /// not send others to; and nobody is sent out of the house by a REFER of ours.
    pub(super) fn referred(&mut self, now: Moment, session: SessionId, refer: ReferId, to: &ReferTarget) {
        let asked = self.transfer(now, session, refer, to);
        if let Err(status) = asked {
            superseded(self.exchange.sip.refuse_refer(now.at, refer, status));
        }
    }

    fn transfer(
        &mut self,
        now: Moment,
        session: SessionId,
        refer: ReferId,
        to: &ReferTarget,
    ) -> Result<(), u16> {
        let call = self.exchange.call_of_session(session).ok_or(603_u16)?;
        let by = self.calls.get(call).and_then(|call| call.transferor(session)).cloned().ok_or(603_u16)?;
        if !to.here {
            return Err(403);
        }
        let end = End { call, session };
        match &to.replaces {
            Some(named) => self.attended(now, end, &by, refer, named),
            None => self.blind(now, end, &by, refer, &to.user),
        }
    }

    fn blind(
        &mut self,
        now: Moment,
        end: End,
        by: &Extension,
        refer: ReferId,
        user: &str,
    ) -> Result<(), u16> {
        let directory = self.directory.clone();
        let features = &directory.features;
        let slot = user.parse().ok().filter(|slot| features.park.slots.contains(slot));
        // Nobody sends the whole conference that it takes part in.
        if self.calls.get(end.call).is_some_and(|call| call.conference().is_some()) {
            return Err(603);
        }
        match (dialplan::parse(user, &directory), slot) {
            // Whoever is in danger dials for himself: the call has to say where he is.
            (Ok(Dialled::Emergency(_)), _) => Err(403),
            (Ok(Dialled::Star(code)), _) => {
                let read = features.star_codes.read(&code).map(|dialling| dialling.service);
                let slot = match read {
                    Some(Service::Conference) => return self.refer_to_own_conference(now, end, refer, by),
                    Some(Service::Park) => self.free_slot(end.call).ok_or(486_u16)?,
                    _ => return Err(404),
                };
                self.park(now, end.call, by, slot, refer);
                Ok(())
            }
            (_, Some(slot)) => {
                if !self.exchange.take_slot(&slot, end.call) {
                    return Err(486);
                }
                self.park(now, end.call, by, slot, refer);
                Ok(())
            }
            (Ok(Dialled::Extension(room)), None) if directory.services.conferences.contains_key(&room) => {
                self.refer_to_room(now, end, refer, room)
            }
            (Ok(to), None) => self.send(now, end, by, refer, to),
            (Err(barred), None) => Err(barred.status()),
        }
    }

    fn park(&mut self, now: Moment, call: CallId, by: &Extension, slot: Extension, refer: ReferId) {
        superseded(self.exchange.sip.accept_refer(now.at, refer));
        superseded(self.exchange.sip.report_refer(now.at, refer, 200));
        self.exchange.fact(Fact::ServiceAsked { by: by.clone(), service: Service::Park, done: true });
        let place = Place { slot, by: by.clone() };
        self.tell(now, call, CallEvent::Desk(DeskEvent::Park(place)));
    }

    /// To somebody whom the one who transfers may reach.
    fn send(
        &mut self,
        now: Moment,
        end: End,
        by: &Extension,
        refer: ReferId,
        to: Dialled,
    ) -> Result<(), u16> {
        self.may_send(now, by, &to).map_err(Barred::status)?;
        if let Dialled::Number(number) = &to {
            self.exchange.spending.call_begins(now, &self.directory, end.call, by.clone(), number);
        }
        let ring_for = self.directory.features.transfer_ring;
        let hunt = match &to {
            Dialled::Extension(extension) => Some(self.hunt_of_extension(now, extension, ring_for)),
            Dialled::Number(_) | Dialled::Emergency(_) | Dialled::Star(_) => None,
        };
        let event = DeskEvent::Transfer { session: end.session, refer, to, hunt };
        self.tell(now, end.call, CallEvent::Desk(event));
        Ok(())
    }

    /// May this extension have others talk to that, at its own expense?
    pub(super) fn may_send(&mut self, now: Moment, by: &Extension, to: &Dialled) -> Result<(), Barred> {
        let directory = self.directory.clone();
        let usage = self.exchange.spending.usage(now, &directory, by);
        dialplan::may_reach(&directory, Asker::Phone { extension: by, usage }, to).inspect_err(|why| {
            self.tell_of_barred(now, by, to, *why);
        })
    }

    /// The phone has two calls, and leaves the two others to each other. The call that began first goes on with both.
    fn attended(
        &mut self,
        now: Moment,
        end: End,
        by: &Extension,
        refer: ReferId,
        named: &Replaces,
    ) -> Result<(), u16> {
        let found = self
            .exchange
            .sip
            .session_of(named)
            .and_then(|session| Some(End { call: self.exchange.call_of_session(session)?, session }));
        let Some(other) = found.filter(|other| other.call != end.call) else {
            superseded(self.exchange.sip.accept_refer(now.at, refer));
            superseded(self.exchange.sip.report_refer(now.at, refer, 481));
            return Ok(());
        };
        let of = |at: End| self.calls.get(at.call);
        if of(other).and_then(|call| call.transferor(other.session)) == Some(by) {
            let began = |at: End| of(at).map(|call| (call.conference().is_none(), call.ledger().began()));
            let (stays, goes) = if began(end) <= began(other) { (end, other) } else { (other, end) };
            if of(goes).is_some_and(|call| call.conference().is_some()) {
                return Err(603);
            }
            superseded(self.exchange.sip.accept_refer(now.at, refer));
            superseded(self.exchange.sip.report_refer(now.at, refer, 200));
            self.join(now, stays, goes);
            return Ok(());
        }
        // Nobody has answered the second call yet: it becomes a blind transfer to whom it rings.
        let rings = of(other).and_then(|call| call.rings_for(other.session, by)).cloned();
        let to = rings.ok_or(603_u16)?;
        self.send(now, end, by, refer, to)?;
        self.tell(now, other.call, CallEvent::HangUp);
        Ok(())
    }

    fn join(&mut self, now: Moment, stays: End, goes: End) {
        let Some(call) = self.calls.take(goes.call) else { return };
        // Whoever has called outside goes on paying, whatever call it now is.
        self.exchange.spending.call_moves(goes.call, stays.call);
        let (rest, leg) = call.give_away(now, &mut self.exchange, goes.session, stays.call);
        self.calls.settle(goes.call, rest);
        if let Some(leg) = leg {
            let event = DeskEvent::Join { session: stays.session, with: Box::new(leg) };
            self.tell(now, stays.call, CallEvent::Desk(event));
        }
    }

    /// A phone calls to take the place of a session of ours (RFC 3891): of one that rings, which is a pickup, or of its own
    /// extension in a call.
    pub(super) fn take_over(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
        by: Extension,
        replaced: SessionId,
    ) {
        let call = self.exchange.call_of_session(replaced);
        let held = call.and_then(|id| Some((id, self.calls.get(id)?)));
        let features = &self.directory.features;
        let invitation = Box::new(invitation);
        let event = match held {
            Some((id, call)) if call.rings_at(replaced).is_some_and(|at| features.may_pick_up(&by, at)) => {
                Some((id, DeskEvent::Taken { session, invitation, by }))
            }
            Some((id, call)) if call.transferor(replaced) == Some(&by) => {
                Some((id, DeskEvent::TakeOver { session, invitation, by, replaced }))
            }
            Some(_) | None => None,
        };
        match event {
            Some((call, event)) => self.tell(now, call, CallEvent::Desk(event)),
            None => superseded(self.exchange.sip.reject(now.at, session, 403, "Forbidden", None, None)),
        }
    }
}
