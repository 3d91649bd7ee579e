//! INVITE sessions, theirs and ours: the table of them, and the way of each request, answer and command to its session.
//!
//! A session is in one of three states, each a type in a file of its own: [`Invited`] (they call,
//! we have not answered), [`Calling`] (we call, they have not answered), and
//! [`Talking`].

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use super::{
    draft::Draft,
    event::{Cause, EndedBy, Event, Flow, Peer, SessionId},
    fingerprint::Fingerprint,
    refer::Referrals,
    reply::Reply,
    schedule::Wake,
    settings::Settings,
    tag::Tag,
    talking::Talking,
    transaction_layer::{ClientId, Ended, Outcome, ServerId, TransactionLayer},
    uac::Calling,
    uas::Invited,
    wire::{Message, Method, Name},
};
use crate::types::Extension;

/// See the module's sentence.
#[derive(Debug)]
pub(super) enum Session {
    Invited(Invited),
    Calling(Calling),
    Talking(Talking),
}

/// What copies of one INVITE have in common, whatever way they took (8.2.2.2): Call-ID, From tag and CSeq.
pub(super) type Original = Fingerprint;

/// What we sent to acknowledge a 2xx, sent again for each copy of it.
#[derive(Debug)]
pub(super) struct Acknowledged {
    /// Theirs: each fork has its own.
    pub(super) tag: String,
    pub(super) flow: Flow,
    pub(super) ack: Vec<u8>,
}

/// All sessions. Bounded by `Limits::sessions`, the last few kept for calls of phones to the outside; a call beyond that is
/// answered 503.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    pub(super) table: BTreeMap<SessionId, Session>,
    /// By our tag in the dialog.
    pub(super) by_tag: BTreeMap<Tag, SessionId>,
    /// INVITEs whose transaction or call is alive: a copy that took another way is a merged request.
    pub(super) originals: BTreeMap<Original, (ServerId, SessionId)>,
    pub(super) original_of: BTreeMap<ServerId, Original>,
    /// Who has answered each INVITE of ours, until its transaction ends (RFC 6026: 64*T1 after the first 2xx).
    pub(super) acknowledged: BTreeMap<ClientId, Vec<Acknowledged>>,
    pub(super) referrals: Referrals,
    begun: u64,
}

impl Sessions {
    pub(super) fn next_id(&mut self) -> SessionId {
        self.begun += 1;
        SessionId(self.begun)
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Entries of the side tables, which must be gone when calls and transactions are.
    pub(super) fn side_entries(&self) -> usize {
        self.by_tag.len()
            + self.originals.len()
            + self.original_of.len()
            + self.acknowledged.len()
            + self.referrals.len()
    }

    // ---- from the network

    /// The session whose dialog a request names. Our tag alone leads there, the rest has to agree.
    pub(super) fn dialog_of(&self, settings: &Settings, request: &Message, source: &Flow) -> Found {
        let Some(id) = request.to_tag().and_then(Tag::parse).and_then(|tag| self.by_tag.get(&tag)) else {
            return Found::None;
        };
        let (peer, flow) = match self.table.get(id) {
            Some(Session::Invited(invited)) if invited.dialog.owns(request) => {
                (&invited.peer, &invited.dialog.flow)
            }
            Some(Session::Talking(talking)) if talking.dialog.owns(request) => {
                (&talking.peer, &talking.dialog.flow)
            }
            Some(Session::Calling(calling)) => match calling.early_dialog(request) {
                Some(dialog) => (&calling.peer, &dialog.flow),
                None => return Found::None,
            },
            _ => return Found::None,
        };
        let trunk = match peer {
            Peer::Trunk(name) => settings.trunk(name),
            Peer::Phone(_) => None,
        };
        let rightful = source.remote.ip() == flow.remote.ip()
            || trunk.is_some_and(|(_, trunk)| trunk.owns(source.remote.ip()));
        if rightful { Found::Session(*id, peer.clone()) } else { Found::Foreign }
    }

    /// Takes the number of a request in a dialog that its session does not serve itself. False if one that came later has
    /// been served (12.2.2: answer 500).
    pub(super) fn admits(&mut self, id: SessionId, request: &Message) -> bool {
        let Some((seq, _)) = request.cseq() else { return false };
        match self.table.get_mut(&id) {
            Some(Session::Invited(invited)) => invited.dialog.admit(seq),
            Some(Session::Talking(talking)) => talking.dialog.admit(seq),
            Some(Session::Calling(calling)) => calling.admits(request, seq),
            None => false,
        }
    }

    /// A request inside a dialog, with its transaction begun. (Not ACK; MESSAGE and OPTIONS are not for sessions.)
    pub(super) fn requested(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
        flow: Flow,
    ) {
        if let Some(Session::Talking(Talking { peer: Peer::Phone(_), dialog, .. })) = self.table.get_mut(&id)
        {
            dialog.heard_along(flow);
        }
        match self.table.get_mut(&id) {
            Some(Session::Talking(talking)) => {
                if let Some(ended) = talking.requested(now, layer, id, request, server) {
                    self.end(layer, id, ended);
                }
            }
            Some(Session::Invited(_)) => self.requested_early(now, layer, id, request, server),
            Some(Session::Calling(calling)) => calling.requested(now, layer, id, request, server),
            None => {
                layer.respond(now, server, &Reply::new(481));
            }
        }
    }

    /// The ACK of a 2xx.
    pub(super) fn acked(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId, ack: &Message) {
        let Some(Session::Talking(talking)) = self.table.get_mut(&id) else { return };
        // That of a refused re-INVITE says nothing of the 2xx that is still repeated.
        if let Some(origin) = talking.origin.filter(|_| talking.is_acknowledged_by(ack)) {
            layer.acknowledged(now, origin);
        }
        if talking.acked(now, layer, id, ack) {
            self.forget(layer, id);
        }
    }

    /// A phone has registered along this flow: the calls that ran over a connection of its which broke go on along it.
    pub(super) fn registered(&mut self, phone: &Extension, flow: Flow) {
        if !flow.transport.is_stream() {
            return;
        }
        for session in self.table.values_mut() {
            if let Session::Talking(Talking { peer: Peer::Phone(extension), dialog, .. }) = session
                && extension == phone
                && dialog.flow.transport.is_stream()
                && dialog.flow.connection.is_none()
                && dialog.flow.remote.ip() == flow.remote.ip()
            {
                dialog.heard_along(flow);
            }
        }
    }

    /// What became of a re-INVITE of ours.
    pub(super) fn reinvite_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        // A copy of its 2xx wants the same ACK, even when the session is gone.
        if let Some(response) = response
            && let Some(done) = self.acknowledgement(client, response.to_tag().unwrap_or_default())
        {
            layer.transmit(done.flow, done.ack.clone());
            return;
        }
        let Some(Session::Talking(talking)) = self.table.get_mut(&id) else {
            // The call has ended while it was on its way: its 2xx is acknowledged all the same (RFC 3261, 13.2.2.4).
            if let Some(response) = response.filter(|r| r.status().is_some_and(|s| (200..300).contains(&s))) {
                self.acknowledge_late(now, layer, client, response);
            }
            return;
        };
        let (ack, ended) = talking.reinvite_answered(now, layer, id, client, outcome, response);
        if let Some(ack) = ack {
            self.acknowledged.entry(client).or_default().push(ack);
        }
        if let Some(ended) = ended {
            self.end(layer, id, ended);
        }
    }

    fn acknowledge_late(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        client: ClientId,
        response: &Message,
    ) {
        let Some((asked, flow, _, _)) = layer.asked(client) else { return };
        let ack = asked.ack_success();
        if let Some((flow, ack)) = layer.send_ack(now, &ack, flow) {
            let tag = response.to_tag().unwrap_or_default().to_owned();
            self.acknowledged.entry(client).or_default().push(Acknowledged { tag, flow, ack });
        }
    }

    /// Is it worth while to answer a challenge? Not when the call has been given up.
    pub(super) fn still_wanted(&self, id: SessionId) -> bool {
        match self.table.get(&id) {
            Some(Session::Calling(calling)) => !calling.is_cancelled(),
            Some(Session::Talking(talking)) => !talking.is_leaving(),
            _ => false,
        }
    }

    /// A challenged INVITE of ours has gone out again under this id.
    pub(super) fn retried(&mut self, now: Instant, id: SessionId, old: ClientId, new: ClientId, seq: u32) {
        match self.table.get_mut(&id) {
            Some(Session::Calling(calling)) if calling.client == old => calling.retried(now, new),
            Some(Session::Calling(calling)) => calling.prack_retried(seq),
            Some(Session::Talking(talking)) => talking.retried(old, new, seq),
            _ => {}
        }
    }

    /// INVITE transactions have ended: what was kept for their copies is let go.
    pub(super) fn transactions_ended(&mut self, layer: &mut TransactionLayer, ended: Vec<Ended>) {
        for ended in ended {
            match ended {
                Ended::Client(client) => {
                    self.acknowledged.remove(&client);
                }
                Ended::Server(server) => {
                    let Some(&original) = self.original_of.get(&server) else { continue };
                    // Unanswered, and its connection is gone: nobody waits for an answer any more.
                    if let Some(&(_, session)) = self.originals.get(&original)
                        && let Some(Session::Invited(invited)) = self.table.get(&session)
                    {
                        let told = if invited.is_answering() {
                            Event::Ended { session, by: EndedBy::Remote(None) }
                        } else {
                            Event::Cancelled { session, cause: None }
                        };
                        self.forget(layer, session);
                        layer.tell(told);
                        continue;
                    }
                    let over = self
                        .originals
                        .get(&original)
                        .is_some_and(|(_, session)| !self.table.contains_key(session));
                    if over && let Some(original) = self.original_of.remove(&server) {
                        self.originals.remove(&original);
                    }
                }
            }
        }
    }

    // ---- timers

    pub(super) fn answer_due(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get_mut(&id)
            && let Some(ended) = talking.answer_due(now, layer, id)
        {
            self.end(layer, id, ended);
        }
    }

    pub(super) fn refresh_due(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get_mut(&id) {
            talking.refresh_due(now, layer, id);
        }
    }

    pub(super) fn expired(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get_mut(&id) {
            let ended = talking.expired(now, layer);
            self.end(layer, id, ended);
        }
    }

    /// What became of an UPDATE of ours.
    pub(super) fn update_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        if let Some(Session::Talking(talking)) = self.table.get_mut(&id)
            && let Some(ended) = talking.update_answered(now, layer, id, client, outcome, response)
        {
            self.end(layer, id, ended);
        }
    }

    pub(super) fn glare_over(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get_mut(&id) {
            talking.glare_over(now, layer, id);
        }
    }

    // ---- from the PBX

    pub(super) fn bye(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        cause: Option<Cause>,
    ) -> bool {
        match self.table.get_mut(&id) {
            Some(Session::Talking(talking)) if !talking.is_leaving() => {
                if talking.bye(now, layer, cause) {
                    self.forget(layer, id);
                }
            }
            // Our 200 has not gone out: what has been answered for us alone is refused for them.
            Some(Session::Invited(invited)) if invited.is_answering() => {
                layer.respond(now, invited.server, &Reply::new(480));
                self.forget(layer, id);
            }
            _ => return false,
        }
        layer.tell(Event::Ended { session: id, by: EndedBy::Us });
        true
    }

    pub(super) fn talking(&mut self, id: SessionId) -> Option<&mut Talking> {
        match self.table.get_mut(&id) {
            Some(Session::Talking(talking)) if !talking.is_leaving() => Some(talking),
            _ => None,
        }
    }

    /// Ends everything: 503 to those who call, CANCEL to those who ring, BYE to those who talk.
    pub(super) fn shut_down(&mut self, now: Instant, layer: &mut TransactionLayer) {
        let all: Vec<SessionId> = self.table.keys().copied().collect();
        for id in all {
            let _ = self.reject(now, layer, id, &Reply::new(503).with(Name::RetryAfter, "30"))
                || self.cancel(now, layer, id, None)
                || self.bye(now, layer, id, None);
        }
    }

    // ---- ends

    fn end(&mut self, layer: &mut TransactionLayer, id: SessionId, by: EndedBy) {
        let told = matches!(self.table.get(&id), Some(Session::Talking(talking)) if talking.is_leaving());
        self.forget(layer, id);
        if !told {
            layer.tell(Event::Ended { session: id, by });
        }
    }

    /// Takes a session out, with its deadlines.
    pub(super) fn forget(&mut self, layer: &mut TransactionLayer, id: SessionId) {
        let wakes = [
            Wake::Answer(id),
            Wake::Glare(id),
            Wake::Cancelled(id),
            Wake::Invitation(id),
            Wake::Reminder(id),
            Wake::Provisional(id),
            Wake::Refresh(id),
            Wake::Expiry(id),
        ];
        for wake in wakes {
            layer.schedule.clear(&wake);
        }
        let Some(session) = self.table.remove(&id) else { return };
        if let Session::Talking(talking) = &session {
            self.referrals_outlive(layer, id, talking);
        }
        let (tag, server) = match session {
            Session::Invited(invited) => (invited.dialog.local_tag, Some(invited.server)),
            Session::Calling(calling) => (calling.tag, None),
            Session::Talking(talking) => {
                // A further 2xx to our INVITE says itself all that its ACK and its BYE need (see `late_success`).
                if let Some(client) = talking.made_by {
                    layer.abandon(client);
                }
                (talking.dialog.local_tag, talking.origin)
            }
        };
        self.by_tag.remove(&tag);
        // While the INVITE's transaction lives a copy that took another way is still recognised.
        if let Some(server) = server
            && !layer.is_alive(server)
            && let Some(original) = self.original_of.remove(&server)
        {
            self.originals.remove(&original);
        }
    }
}

/// Where a request inside a dialog leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Session(SessionId, Peer),
    /// A dialog of ours, but the request comes from an address that has no part in it.
    Foreign,
    None,
}

/// The BYE of a dialog.
pub(super) fn bye(draft: &mut Draft, cause: Option<Cause>) {
    draft.method = Method::Bye;
    if let Some(cause) = cause {
        draft.headers.push((Name::Reason, cause.to_string()));
    }
}

/// The cause that a request names (RFC 3326).
pub(super) fn cause_of(message: &Message) -> Option<Cause> {
    message.reasons().find_map(|reason| {
        let cause = reason.cause()?;
        if reason.is_sip() {
            Some(if cause == 200 { Cause::AnsweredElsewhere } else { Cause::Sip(cause) })
        } else if reason.is_q850() {
            u8::try_from(cause).ok().map(Cause::Q850)
        } else {
            None
        }
    })
}
