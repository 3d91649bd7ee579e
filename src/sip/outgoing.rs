//! Our calls among the sessions: how each begins, is given up, fails, or is answered by the first of its forks.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use super::{
    SendError,
    dialog::Dialog,
    draft::Draft,
    event::{Cause, Event, Flow, Outgoing, SessionId, Target},
    invite::{Acknowledged, Session, Sessions, bye, cause_of},
    schedule::Wake,
    settings::without_kept,
    tag::Tag,
    transaction_layer::{ClientId, ClientUser, Outcome, TransactionLayer},
    uac::{Calling, next_hop},
    wire::{Contact, Message, Method},
};

/// Our calls, until they are answered.
impl Sessions {
    /// What goes out instead of an INVITE of ours that a 422 has refused. To be asked before the transaction hears of the
    /// response, for it lets its request go then.
    pub(super) fn with_longer_session(
        &self,
        layer: &TransactionLayer,
        client: ClientId,
        response: &Message,
    ) -> Option<(Draft, Flow)> {
        let (_, _, ClientUser::Invite(id), _) = layer.asked(client)? else { return None };
        match self.table.get(&id)? {
            Session::Calling(calling) if calling.client == client => {
                calling.with_longer_session(layer, response)
            }
            _ => None,
        }
    }

    /// Sends it. False if it could not be sent.
    pub(super) fn ask_longer_session(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        (draft, flow): (Draft, Flow),
        response: &Message,
    ) -> bool {
        let Some(Session::Calling(calling)) = self.table.get_mut(&id) else { return false };
        let Ok(client) = layer.send(now, draft, flow, ClientUser::Invite(id)) else { return false };
        calling.raised(now, client, response);
        true
    }

    /// What we sent to the fork that answered this INVITE of ours with this tag.
    pub(super) fn acknowledgement(&self, client: ClientId, tag: &str) -> Option<&Acknowledged> {
        self.acknowledged.get(&client)?.iter().find(|done| done.tag == tag)
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
                // Another target was tried in the meantime: this one is not to ring.
                Some(100..=199) if !self.is_current(id, client) => layer.cancel(now, client, None),
                Some(status) => {
                    let Some(Session::Calling(calling)) = self.table.get_mut(&id) else { return };
                    if status < 200 {
                        calling.progressed(now, layer, id, response, flow);
                    } else if calling.client == client {
                        self.fail(layer, id, Failure::of(status, response));
                    }
                }
                None => {}
            },
            (Outcome::TimedOut | Outcome::Unsent, _) if !self.is_current(id, client) => {}
            (Outcome::TimedOut, _) => self.fail(layer, id, Failure::new(408, "No Answer")),
            (Outcome::Unsent, _) => self.fail(layer, id, Failure::new(503, "Not Reachable")),
            (Outcome::Response, None) => {}
        }
    }

    /// 64*T1 after our CANCEL there is still no final answer: the INVITE counts as cancelled (9.1).
    pub(super) fn cancel_unanswered(&mut self, layer: &mut TransactionLayer, id: SessionId) {
        if let Some(Session::Calling(calling)) = self.table.get(&id) {
            layer.abandon(calling.client);
            self.fail(layer, id, Failure::new(487, "Cancelled"));
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

    /// Since when this INVITE of ours has had no answer at all.
    pub(super) fn unheard_since(&self, id: SessionId) -> Option<Instant> {
        match self.table.get(&id) {
            Some(Session::Calling(calling)) => calling.unheard_since(),
            Some(Session::Invited(_) | Session::Talking(_)) | None => None,
        }
    }

    pub(super) fn fail(&mut self, layer: &mut TransactionLayer, id: SessionId, failure: Failure) {
        if let Some(Session::Calling(calling)) = self.table.get(&id) {
            let Failure { status, reason, retry_after, cause, redirect } = failure;
            let status = if calling.is_cancelled() { 487 } else { status };
            self.forget(layer, id);
            layer.tell(Event::Failed { session: id, status, reason, retry_after, cause, redirect });
        }
    }

    /// A 2xx to an INVITE of ours: each fork's is acknowledged; the first takes the call, any other one, or any after
    /// our CANCEL, is ended with BYE (13.2.2.4; 9.1).
    pub(super) fn accepted(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        response: &Message,
        source: Flow,
    ) {
        let remote_tag = response.to_tag().unwrap_or_default().to_owned();
        if let Some(done) = self.acknowledgement(client, &remote_tag) {
            layer.transmit(done.flow, done.ack.clone());
            return;
        }
        let first = !self.acknowledged.contains_key(&client);
        let answered = match self.table.get(&id) {
            Some(Session::Calling(calling)) if calling.client == client => Some(calling.is_cancelled()),
            _ => None,
        };
        let Some((draft, sent, _, _)) = layer.asked(client) else { return };
        let Some(tag) = Tag::parse(own_tag(&draft.from)) else { return };
        let (seq, proofs, trunk_name) = (draft.seq, draft.proofs.clone(), draft.trunk.clone());
        let mut flow = sent;
        if flow.connection.is_none() && flow.transport == source.transport {
            flow.connection = source.connection;
        }
        let mut dialog = Dialog::of_response(draft, tag, response, flow);
        let hop = next_hop(layer, &dialog, trunk_name.as_ref());
        let mut ack = dialog.ack(seq);
        ack.proofs = proofs;
        if let Some((flow, ack)) = layer.send_ack(now, &ack, hop) {
            let done = Acknowledged { tag: remote_tag, flow, ack };
            self.acknowledged.entry(client).or_default().push(done);
        }
        if first && answered == Some(false) {
            let Some(Session::Calling(calling)) = self.table.remove(&id) else { return };
            let (mut talking, body) = calling.answered(now, layer, id, dialog, response);
            talking.made_by = Some(client);
            layer.schedule.clear(&Wake::Cancelled(id));
            self.table.insert(id, Session::Talking(talking));
            layer.tell(Event::Answered { session: id, body, source: source.remote });
            return;
        }
        // The numbers of its PRACKs are forgotten, and may have gaps above them (12.2.1.1).
        dialog.local_seq += 100;
        let mut end = dialog.request(Method::Bye);
        end.trunk = trunk_name;
        bye(&mut end, None);
        // If the table is full the far end finds out by its own means: nothing of ours is left.
        let _ = layer.send(now, end, hop, ClientUser::Nobody);
        if answered == Some(true) {
            self.fail(layer, id, Failure::new(487, "Cancelled"));
        }
    }
}

/// Why a call of ours has come to nothing.
pub(super) struct Failure {
    status: u16,
    reason: String,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
    redirect: Option<String>,
}

impl Failure {
    /// One that nobody has told us.
    fn new(status: u16, reason: &str) -> Self {
        Self { status, reason: reason.to_owned(), retry_after: None, cause: None, redirect: None }
    }

    fn of(status: u16, response: &Message) -> Self {
        let redirect = match response.contacts().next() {
            Some(Some(Contact::Address(address))) if (300..400).contains(&status) => {
                address.uri.user().map(Cow::into_owned)
            }
            _ => None,
        };
        Self {
            status,
            reason: response.reason().into_owned(),
            retry_after: response.retry_after().map(|seconds| Duration::from_secs(seconds.into())),
            cause: cause_of(response),
            redirect,
        }
    }
}

/// The tag at the end of a From that we wrote.
fn own_tag(from: &str) -> &str {
    from.rsplit_once(";tag=").map_or("", |(_, tag)| tag)
}
