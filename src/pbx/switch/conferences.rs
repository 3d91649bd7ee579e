//! Ways into a conference: a room that is dialled, a phone that joins its calls, and a call that is sent there.

use super::{CallEvent, Switch, services::Asked, transfers::End};
use crate::{
    pbx::{Fact, Party, call::Call, desk_event::DeskEvent, line::superseded, prompting::Prompt, routing},
    sip::{Invitation, Peer, ReferId, SessionId},
    types::{CallId, Extension, Moment},
};

impl Switch {
    /// Somebody has dialled a room, or its number outside. If others are there already it is their call that takes them in;
    /// otherwise the invitation comes back, for a call of its own.
    pub(super) fn enter_room(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
    ) -> Option<Invitation> {
        let in_progress = self.room_dialled(&invitation).and_then(|room| self.exchange.conference_in(&room));
        let Some(call) = in_progress.filter(|_| !self.shutting_down) else { return Some(invitation) };
        let caller =
            routing::known_by_name(routing::caller(self.directory.country, &invitation), &self.names);
        let (party, invitation) = (Party::Caller(caller), Box::new(invitation));
        self.tell(now, call, CallEvent::Desk(DeskEvent::Enters { session, invitation, party }));
        None
    }

    /// The conference room that was dialled.
    fn room_dialled(&self, invitation: &Invitation) -> Option<Extension> {
        let directory = &self.directory;
        match &invitation.peer {
            Peer::Phone(_) => {
                let room = invitation.dialled.parse().ok()?;
                directory.services.conferences.contains_key(&room).then_some(room)
            }
            Peer::Trunk(_) => {
                let number = routing::dialled_at_trunk(directory, invitation)?;
                directory.services.room_of_number(&number).cloned()
            }
        }
    }

    /// A phone joins whatever it talks by.
    pub(super) fn merge(&mut self, now: Moment, asked: Asked) {
        const TOO_FEW: &str = "To make a conference, have two calls, hold them, and dial the code.";
        let mut own: Vec<(bool, std::time::Instant, End)> = self
            .calls
            .iter()
            .filter_map(|call| {
                let session = call.joinable(&asked.by)?;
                let end = End { call: call.ledger().call(), session };
                Some((call.conference().is_none(), call.ledger().began(), end))
            })
            .collect();
        // The conference that the phone is in already takes the others in; else the call that began first.
        own.sort_by_key(|(talks, began, end)| (*talks, *began, end.call));
        let mut ends = own.into_iter().map(|(.., end)| end);
        let (Some(first), others) = (ends.next(), ends.collect::<Vec<End>>()) else {
            return self.answer(now, asked, Prompt::refused(TOO_FEW));
        };
        if others.is_empty() {
            return self.answer(now, asked, Prompt::refused(TOO_FEW));
        }
        let conference = self.calls.get(first.call).and_then(Call::conference);
        // Of two that talk, one is the phone.
        let room = conference.map_or(others.len() + 2 <= crate::pbx::MOST_IN_A_ROOM, |conference| {
            conference.has_room_for(others.len())
        });
        if !room {
            return self.answer(
                now,
                asked,
                Prompt::refused("These are more people than a conference takes."),
            );
        }
        let Asked { session, invitation, by, service, .. } = asked;
        self.exchange.fact(Fact::ServiceAsked { by: by.clone(), service, done: true });
        let event = DeskEvent::Merges { session, invitation: Box::new(invitation), by };
        self.tell(now, first.call, CallEvent::Desk(event));
        for other in others {
            self.bring(now, other, first.call);
        }
    }

    /// The one who talks with the phone at this end comes into the conference; the phone's leg there has had its time.
    fn bring(&mut self, now: Moment, from: End, conference: CallId) {
        let Some(call) = self.calls.take(from.call) else { return };
        // Whoever has called outside goes on paying, whatever call it now is.
        self.exchange.spending.call_moves(from.call, conference);
        let (rest, leg) = call.give_away(now, &mut self.exchange, from.session, conference);
        self.calls.settle(from.call, rest);
        if let Some(leg) = leg {
            let event = DeskEvent::Brought { with: Box::new(leg) };
            self.tell(now, conference, CallEvent::Desk(event));
        }
    }

    /// A phone sends the one it talks with into a room.
    pub(super) fn refer_to_room(
        &mut self,
        now: Moment,
        end: End,
        refer: ReferId,
        room: Extension,
    ) -> Result<(), u16> {
        match self.exchange.conference_in(&room) {
            Some(call) => self.refer_to_conference(now, end, refer, call),
            None => {
                superseded(self.exchange.sip.accept_refer(now.at, refer));
                superseded(self.exchange.sip.report_refer(now.at, refer, 200));
                let event = DeskEvent::SentToRoom { session: end.session, room };
                self.tell(now, end.call, CallEvent::Desk(event));
                Ok(())
            }
        }
    }

    /// A phone sends the one it talks with into the conference that it takes part in itself.
    pub(super) fn refer_to_own_conference(
        &mut self,
        now: Moment,
        end: End,
        refer: ReferId,
        by: &Extension,
    ) -> Result<(), u16> {
        let own = self.calls.iter().find(|call| call.conference().is_some() && call.joinable(by).is_some());
        let call = own.map(|call| call.ledger().call()).ok_or(480_u16)?;
        self.refer_to_conference(now, end, refer, call)
    }

    fn refer_to_conference(
        &mut self,
        now: Moment,
        end: End,
        refer: ReferId,
        call: CallId,
    ) -> Result<(), u16> {
        let conference = self.calls.get(call).and_then(Call::conference).ok_or(480_u16)?;
        if !conference.has_room_for(1) {
            return Err(486);
        }
        superseded(self.exchange.sip.accept_refer(now.at, refer));
        superseded(self.exchange.sip.report_refer(now.at, refer, 200));
        self.bring(now, end, call);
        Ok(())
    }
}
