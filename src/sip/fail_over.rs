//! From one target of a trunk to the next, in the middle of a request (RFC 3263, 4.3).

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    dialog::is_sips,
    draft::Draft,
    endpoint::Endpoint,
    event::{Flow, SessionId, Transport, TrunkName},
    invite::{Session, Sessions},
    locate::{Answer, Question},
    targets::{Change, REST, Way},
    transaction_layer::{ClientId, ClientUser, Outcome, TransactionLayer, Unheard},
    wire::{Message, Name},
};

/// Nobody's Retry-After rests a target for longer, nor for less: within it a request has come to its end, and so goes to
/// no target twice.
const LONGEST_REST: Duration = Duration::from_secs(300);
const SHORTEST_REST: Duration = Duration::from_secs(32);

impl Endpoint {
    /// Where requests to this trunk go now; `None` while its name is being looked up, or leads nowhere.
    pub fn trunk_way(&self, trunk: &TrunkName) -> Option<(Transport, SocketAddr)> {
        let (at, _) = self.layer.settings.trunk(trunk)?;
        self.layer.trunk_flow(at).map(|flow| (flow.transport, flow.remote))
    }

    /// The trunk that this address belongs to, with the name that its certificate must be for (RFC 5922, 4: the SIP domain,
    /// not the host that serves it).
    pub fn trunk_towards(&self, remote: SocketAddr) -> Option<(TrunkName, String)> {
        let (_, trunk) = self.layer.settings.trunk_at(remote.ip())?;
        Some((trunk.name.clone(), trunk.domain.clone()))
    }

    /// The resolver has answered.
    pub(super) fn resolved(&mut self, now: Instant, question: &Question, answer: &Answer) {
        for (at, change) in self.layer.resolved(now, question, answer) {
            self.targets_changed(now, at, change);
        }
    }

    /// A trunk's name is looked up again, or a rest of a target is over.
    pub(super) fn targets_due(&mut self, now: Instant, at: usize) {
        let (change, to_ask) = self.layer.targets_due(now, at);
        self.targets_changed(now, at, change);
        for (transport, address) in to_ask {
            if let Some(flow) = self.layer.settings.flow_to(transport, address) {
                let user = ClientUser::Revival(at, transport, address);
                self.trunks.ask_target(now, &mut self.layer, at, flow, user);
            }
        }
    }

    fn targets_changed(&mut self, now: Instant, at: usize, change: Change) {
        match change {
            Change::Nothing => {}
            Change::Current => self.trunks.target_changed(now, &mut self.layer, at),
            Change::Lost => self.trunks.target_lost(&mut self.layer, at),
        }
    }

    /// Does the request go on at another target? `true`: it does, and its owner need not hear of this outcome.
    pub(super) fn fails_over(
        &mut self,
        now: Instant,
        client: ClientId,
        user: ClientUser,
        outcome: Outcome,
        response: Option<&Message>,
    ) -> bool {
        let status = response.and_then(Message::status);
        let unheard = self.layer.unheard.take();
        let (failed, rest, why) = match outcome {
            Outcome::Response if status == Some(503) => {
                let Some(failed) = unheard else { return false };
                let wait = response.and_then(Message::retry_after).map(|s| Duration::from_secs(u64::from(s)));
                let rest = wait.map_or(REST, |wait| wait.clamp(SHORTEST_REST, LONGEST_REST));
                (failed, rest, "it answered 503".to_owned())
            }
            Outcome::Response => {
                // A 408 is a proxy's word that what stands behind it is silent.
                if status.is_some_and(|status| status >= 200 && status != 408) {
                    self.target_lives(now, client, user);
                }
                return false;
            }
            Outcome::TimedOut | Outcome::Unsent => {
                let Some(unheard) = unheard else { return false };
                let why = match &self.layer.unreachable {
                    Some(why) => why.clone(),
                    None if outcome == Outcome::TimedOut => "it does not answer".to_owned(),
                    None => "it cannot be reached".to_owned(),
                };
                (unheard, REST, why)
            }
        };
        let about_target = matches!(
            user,
            ClientUser::Invite(_) | ClientUser::Text(_) | ClientUser::Registration(_) | ClientUser::Probe(_)
        );
        if !about_target || !self.passes_over(now, &failed.draft, failed.flow, rest, &why) {
            return false;
        }
        match user {
            ClientUser::Invite(id) => {
                self.sessions.awaits(id, client) && self.send_over(now, client, user, failed)
            }
            // A text that might have arrived is not sent twice.
            ClientUser::Text(_) => outcome == Outcome::Response && self.send_over(now, client, user, failed),
            // With the target that is the first now, a registration of its own has begun.
            ClientUser::Registration(_) => true,
            _ => false,
        }
    }

    /// The target rests. True if there is another.
    fn passes_over(&mut self, now: Instant, draft: &Draft, flow: Flow, rest: Duration, why: &str) -> bool {
        let trunk = draft.trunk.as_ref().and_then(|name| self.layer.settings.trunk(name));
        let Some((at, _)) = trunk else { return false };
        let way: Way = (flow.transport, flow.remote);
        let before = self.layer.trunk_flow(at);
        let another = self.layer.target_failed(now, at, way, rest, why);
        if another && self.layer.trunk_flow(at) != before {
            self.trunks.target_changed(now, &mut self.layer, at);
        }
        another
    }

    fn send_over(&mut self, now: Instant, old: ClientId, user: ClientUser, failed: Unheard) -> bool {
        let Unheard { draft, tried, .. } = failed;
        let trunk = draft.trunk.as_ref().and_then(|name| self.layer.settings.trunk(name));
        let Some(flow) = trunk.and_then(|(at, _)| self.layer.trunk_flow(at)) else { return false };
        if is_sips(&draft.uri) && !flow.transport.is_secure() {
            return false;
        }
        let seq = draft.seq;
        let Ok(new) = self.layer.send_over(now, draft, flow, user, tried) else { return false };
        if let ClientUser::Invite(id) = user {
            self.sessions.retried(now, id, old, new, seq);
            self.sessions.went_over(&self.layer, id, new);
        }
        true
    }

    /// A request has been left without any answer for longer than a target of several is allowed. The target rests, also if
    /// nobody waits for the answer any more. An INVITE's transaction lives on: whatever still comes of it is ended.
    pub(super) fn unheard_of(&mut self, now: Instant, client: ClientId) {
        if !self.layer.is_unheard(client) {
            return;
        }
        if self.layer.falls_back(now, client) {
            return;
        }
        let Some((draft, flow, user, tried)) = self.layer.asked(client) else { return };
        let failed = Unheard { draft: draft.clone(), flow, tried };
        if self.passes_over(now, &failed.draft, flow, REST, "it does not answer")
            && let ClientUser::Invite(id) = user
            && self.sessions.awaits(id, client)
        {
            self.layer.ask_no_more(client);
            self.send_over(now, client, user, failed);
        }
    }

    /// A target has answered: if it had rested, it is used again.
    fn target_lives(&mut self, now: Instant, client: ClientId, user: ClientUser) {
        let Some((draft, flow, _, _)) = self.layer.asked(client) else { return };
        let way = match user {
            ClientUser::Revival(at, transport, address) | ClientUser::Trial(at, transport, address) => {
                (at, (transport, address))
            }
            ClientUser::Registration(at) | ClientUser::Probe(at) => (at, (flow.transport, flow.remote)),
            // Also one that was passed over answers in the end, if only our CANCEL.
            ClientUser::Invite(id) if self.sessions.is_current(id, client) => {
                match draft.trunk.as_ref().and_then(|name| self.layer.settings.trunk(name)) {
                    Some((at, _)) => (at, (flow.transport, flow.remote)),
                    None => return,
                }
            }
            _ => return,
        };
        if self.layer.target_lives(way.0, way.1) {
            self.trunks.target_changed(now, &mut self.layer, way.0);
        }
    }
}

impl Sessions {
    /// Is this the INVITE that the call waits for? Others of it went to targets that were passed over.
    pub(super) fn is_current(&self, id: SessionId, client: ClientId) -> bool {
        matches!(self.table.get(&id), Some(Session::Calling(calling)) if calling.client == client)
    }

    /// A connection is gone: dialogs that ran over it are reached anew.
    pub(super) fn connection_lost(&mut self, lost: &Flow) {
        for session in self.table.values_mut() {
            match session {
                Session::Talking(talking) => talking.dialog.connection_lost(lost),
                Session::Invited(invited) => invited.dialog.connection_lost(lost),
                Session::Calling(_) => {}
            }
        }
    }

    /// The call that comes of this INVITE is reached where it was sent from.
    fn went_over(&mut self, layer: &TransactionLayer, id: SessionId, client: ClientId) {
        let Some((draft, ..)) = layer.asked(client) else { return };
        let contact = draft.headers.iter().find(|(name, _)| *name == Name::Contact);
        if let (Some(Session::Calling(calling)), Some((_, contact))) = (self.table.get_mut(&id), contact) {
            calling.is_reached_at(contact.trim_matches(['<', '>']));
        }
    }

    /// Is this INVITE the one that the call waits for, and is the call still wanted?
    pub(super) fn awaits(&self, id: SessionId, client: ClientId) -> bool {
        self.still_wanted(id) && self.is_current(id, client)
    }
}
