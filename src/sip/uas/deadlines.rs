//! What time does to a call of theirs that nobody has answered.

use std::time::{Duration, Instant};

use super::super::{
    event::{EndedBy, Event, SessionId},
    invite::{Session, Sessions},
    reliable::{Due, Wanted},
    reply::Reply,
    schedule::Wake,
    transaction_layer::TransactionLayer,
};

/// Proxies give an INVITE up three minutes after the last provisional answer but 100 (Timer C), and are to hear one each minute
/// (RFC 3261, 13.3.1.1).
pub(super) const REMIND_AFTER: Duration = Duration::from_secs(60);

impl Sessions {
    /// Its time is over (13.3.1). One that the PBX has answered already goes on.
    pub(in crate::sip) fn invitation_expired(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
    ) {
        if let Some(Session::Invited(invited)) = self.table.get(&id)
            && !invited.is_answering()
        {
            self.cancelled(now, layer, id, None);
        }
    }

    /// Nothing was said for a minute: what was said last is said again, and 183 if it was nothing yet. A reliable answer is a
    /// new one, which describes nothing a second time; while one waits for its PRACK it is being repeated anyway.
    pub(in crate::sip) fn reminder_due(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        let Some(Session::Invited(invited)) = self.table.get_mut(&id) else { return };
        if invited.is_answering() {
            return;
        }
        layer.schedule.set(Wake::Reminder(id), now + REMIND_AFTER);
        if !invited.provisionals.is_outstanding() {
            let (status, body) = invited.heard.clone();
            let body = if invited.provisionals.wanted == Wanted::No { body } else { vec![] };
            invited.ring(now, layer, id, status, body);
        }
    }

    /// A reliable provisional answer of ours has not been acknowledged yet.
    pub(in crate::sip) fn provisional_due(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
    ) {
        let Some(Session::Invited(invited)) = self.table.get_mut(&id) else { return };
        match invited.provisionals.due(now, layer) {
            Due::Nothing => {}
            Due::At(at) => layer.schedule.set(Wake::Provisional(id), at),
            Due::GiveUp => {
                let answering = invited.is_answering();
                layer.respond(now, invited.server, &Reply::new(504));
                self.forget(layer, id);
                let ended = Event::Ended { session: id, by: EndedBy::NoAck };
                let left = Event::Cancelled { session: id, cause: None };
                layer.tell(if answering { ended } else { left });
            }
        }
    }
}
