//! INVITE sessions, theirs and ours: the table of them, and the way of each request, answer and command to its session.
//!
//! A session is in one of three states, each a type in a file of its own: [`Invited`] (they call,
//! we have not answered), [`Calling`] (we call, they have not answered), and
//! [`Talking`].

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    SendError,
    draft::Draft,
    event::{Cause, EndedBy, Event, Flow, Invitation, Outgoing, Peer, SessionId, Target},
    fingerprint::Fingerprint,
    refer::Referrals,
    reply::Reply,
    schedule::Wake,
    settings::{Settings, without_kept},
    tag::Tag,
    talking::Talking,
    transaction_layer::{ClientId, Ended, Outcome, ServerId, TransactionLayer},
    uac::Calling,
    uas::Invited,
    wire::{Message, Method, Name},
};

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
    originals: BTreeMap<Original, (ServerId, SessionId)>,
    original_of: BTreeMap<ServerId, Original>,
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

    /// A new INVITE from a known peer, with its transaction begun. Answers 100 at once.
    pub(super) fn invited(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        request: &Message,
        server: ServerId,
        peer: Peer,
        flow: Flow,
    ) {
        let (Some(call_id), Some((seq, _)), Some(tag)) =
            (request.call_id(), request.cseq(), layer.tag_of(server))
        else {
            return;
        };
        let from_tag = request.from_tag().unwrap_or_default();
        let original =
            Fingerprint::of(layer.salt, &[call_id.as_bytes(), from_tag.as_bytes(), &seq.to_be_bytes()]);
        let comes_from_us = Tag::parse(from_tag).is_some_and(|tag| self.by_tag.contains_key(&tag));
        if comes_from_us || self.originals.contains_key(&original) {
            layer.respond(
                now,
                server,
                &Reply::new(482).reason(if comes_from_us { "Loop Detected" } else { "Merged Request" }),
            );
            return;
        }
        let all = layer.settings.limits.sessions;
        let limit = if matches!(peer, Peer::Phone(_)) { all } else { without_kept(all) };
        if self.table.len() >= limit {
            layer.respond(now, server, &Reply::new(503).with(Name::RetryAfter, "10"));
            return;
        }
        let replaces = match self.replaced(request) {
            Ok(replaces) => replaces,
            Err(reply) => {
                layer.respond(now, server, &reply);
                return;
            }
        };
        let id = self.next_id();
        let (invited, invitation) = Invited::new(request, server, tag, peer, flow);
        let invitation = Invitation { replaces, ..invitation };
        self.originals.insert(original, (server, id));
        self.original_of.insert(server, original);
        self.by_tag.insert(tag, id);
        self.table.insert(id, Session::Invited(invited));
        invited_begins(now, layer, server, id);
        layer.tell(Event::Invited { session: id, invitation });
    }

    /// A CANCEL for an INVITE of theirs (9.2). It has been answered already.
    pub(super) fn cancelled(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        session: SessionId,
        cause: Option<Cause>,
    ) {
        // After the final answer a CANCEL changes nothing.
        if let Some(Session::Invited(invited)) = self.table.get(&session) {
            layer.respond(now, invited.server, &Reply::new(487));
            self.forget(layer, session);
            layer.tell(Event::Cancelled { session, cause });
        }
    }

    /// A copy of an INVITE that we have accepted: the same 2xx, as long as its ACK is missing.
    pub(super) fn copy_of_accepted(&mut self, layer: &mut TransactionLayer, session: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get(&session) {
            talking.repeat_answer(layer);
        }
    }

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
            Some(Session::Invited(invited)) => {
                if let Some(cause) = invited.requested(now, layer, request, server) {
                    self.cancelled(now, layer, id, cause);
                }
            }
            Some(Session::Calling(calling)) => {
                if let Some((status, reason)) = calling.requested(now, layer, request, server) {
                    self.fail(layer, id, status, reason, None);
                }
            }
            None => {
                layer.respond(now, server, &Reply::new(481));
            }
        }
    }

    /// The ACK of a 2xx.
    pub(super) fn acked(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId, ack: &Message) {
        let Some(Session::Talking(talking)) = self.table.get_mut(&id) else { return };
        if let Some(origin) = talking.origin {
            layer.acknowledged(now, origin);
        }
        if talking.acked(now, layer, id, ack) {
            self.forget(layer, id);
        }
    }

    /// What became of an INVITE of ours that asked for a call. Without a message: its time-out or failed sending.
    pub(super) fn answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<(&Message, Flow)>,
    ) {
        match (outcome, response) {
            (Outcome::Response, Some((response, flow))) => match response.status() {
                Some(200..=299) => self.accepted(now, layer, id, client, response, flow),
                Some(status) => {
                    let Some(Session::Calling(calling)) = self.table.get_mut(&id) else { return };
                    if status < 200 && calling.client != client {
                        // Another target was tried in the meantime: this one is not to ring.
                        layer.cancel(now, client, None);
                    } else if status < 200 {
                        calling.progressed(now, layer, id, response, flow);
                    } else if calling.client == client {
                        let reason = response.reason().into_owned();
                        let status = if calling.is_cancelled() { 487 } else { status };
                        let wait = response.retry_after().map(|seconds| Duration::from_secs(seconds.into()));
                        self.fail(layer, id, status, reason, wait);
                    }
                }
                None => {}
            },
            (Outcome::TimedOut | Outcome::Unsent, _) if !self.is_current(id, client) => {}
            (Outcome::TimedOut, _) => self.fail(layer, id, 408, "No Answer".to_owned(), None),
            (Outcome::Unsent, _) => self.fail(layer, id, 503, "Not Reachable".to_owned(), None),
            (Outcome::Response, None) => {}
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
        let Some(Session::Talking(talking)) = self.table.get_mut(&id) else { return };
        let (ack, ended) = talking.reinvite_answered(now, layer, id, client, outcome, response);
        if let Some(ack) = ack {
            self.acknowledged.entry(client).or_default().push(ack);
        }
        if let Some(ended) = ended {
            self.end(layer, id, ended);
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
    pub(super) fn retried(&mut self, id: SessionId, old: ClientId, new: ClientId, seq: u32) {
        match self.table.get_mut(&id) {
            Some(Session::Calling(calling)) if calling.client == old => calling.retried(new),
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
                        && let Some(Session::Invited(_)) = self.table.get(&session)
                    {
                        self.forget(layer, session);
                        layer.tell(Event::Cancelled { session, cause: None });
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

    pub(super) fn glare_over(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get_mut(&id) {
            talking.glare_over(now, layer, id);
        }
    }

    /// 64*T1 after our CANCEL there is still no final answer: the INVITE counts as cancelled (9.1).
    pub(super) fn cancel_unanswered(&mut self, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Calling(calling)) = self.table.get(&id) {
            layer.abandon(calling.client);
            self.fail(layer, id, 487, "Cancelled".to_owned(), None);
        }
    }

    // ---- from the PBX

    pub(super) fn ring(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        status: u16,
        body: Vec<u8>,
    ) -> bool {
        match self.table.get(&id) {
            Some(Session::Invited(invited)) => {
                invited.ring(now, layer, status, body);
                true
            }
            _ => false,
        }
    }

    pub(super) fn answer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        body: Vec<u8>,
    ) -> bool {
        match self.table.remove(&id) {
            Some(Session::Invited(invited)) => {
                let talking = invited.answer(now, layer, id, body);
                self.table.insert(id, Session::Talking(talking));
                true
            }
            Some(other) => {
                self.table.insert(id, other);
                false
            }
            None => false,
        }
    }

    pub(super) fn reject(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        reply: &Reply,
    ) -> bool {
        match self.table.get(&id) {
            Some(Session::Invited(invited)) => {
                layer.respond(now, invited.server, reply);
                self.forget(layer, id);
                true
            }
            _ => false,
        }
    }

    pub(super) fn invite(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        outgoing: Outgoing,
    ) -> Result<SessionId, SendError> {
        let all = layer.settings.limits.sessions;
        let limit = if matches!(outgoing.target, Target::Trunk { .. }) { all } else { without_kept(all) };
        if self.table.len() >= limit {
            return Err(SendError::TooMany);
        }
        let id = self.next_id();
        let calling = Calling::begin(now, layer, id, outgoing)?;
        self.by_tag.insert(calling.tag, id);
        self.table.insert(id, Session::Calling(calling));
        Ok(id)
    }

    pub(super) fn cancel(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        cause: Option<Cause>,
    ) -> bool {
        match self.table.get_mut(&id) {
            Some(Session::Calling(calling)) => {
                calling.cancel(now, layer, id, cause);
                true
            }
            _ => false,
        }
    }

    pub(super) fn bye(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        cause: Option<Cause>,
    ) -> bool {
        let Some(Session::Talking(talking)) = self.table.get_mut(&id) else { return false };
        if talking.is_leaving() {
            return false;
        }
        if talking.bye(now, layer, cause) {
            self.forget(layer, id);
        }
        layer.tell(Event::Ended { session: id, by: EndedBy::Us });
        true
    }

    /// Has the far end answered this INVITE of ours in any way, if only with 100?
    pub(super) fn is_heard(&self, id: SessionId) -> bool {
        match self.table.get(&id) {
            Some(Session::Calling(calling)) => calling.is_heard(),
            Some(Session::Invited(_) | Session::Talking(_)) => true,
            None => false,
        }
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

    pub(super) fn fail(
        &mut self,
        layer: &mut TransactionLayer,
        id: SessionId,
        status: u16,
        reason: String,
        retry_after: Option<Duration>,
    ) {
        if let Some(Session::Calling(calling)) = self.table.get(&id) {
            let status = if calling.is_cancelled() { 487 } else { status };
            self.forget(layer, id);
            layer.tell(Event::Failed { session: id, status, reason, retry_after });
        }
    }

    /// Takes a session out, with its deadlines.
    pub(super) fn forget(&mut self, layer: &mut TransactionLayer, id: SessionId) {
        for wake in [Wake::Answer(id), Wake::Glare(id), Wake::Cancelled(id)] {
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

fn invited_begins(now: Instant, layer: &mut TransactionLayer, server: ServerId, id: SessionId) {
    layer.serve(server, super::transaction_layer::ServerUser::Invite(id));
    layer.respond(now, server, &Reply::new(100));
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
