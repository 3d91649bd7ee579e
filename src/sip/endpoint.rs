//! The room's heart: owns transactions, sessions, registrar, trunks, texts and guard, and gives each input to its owner.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    SendError,
    algorithms::Algorithms,
    connections::Connections,
    credentials::after_challenge,
    digest::Authenticator,
    event::{
        Binding, Cause, Event, Flow, Identity, Input, NoticeId, Outgoing, Output, Peer, SessionId,
        SubscriptionId, Target, TextId, Transport, TrunkHealth, TrunkName,
    },
    guard::{Guard, Refusal},
    invite::Sessions,
    pass::Passes,
    registrar::Registrar,
    registration::Trunks,
    reply::{Reply, SIPS_NOT_ALLOWED},
    schedule::Wake,
    settings::Settings,
    stun,
    subscription::Subscriptions,
    tag::Branch,
    text::Texts,
    transaction_layer::{ClientId, ClientUser, Outcome, TransactionLayer},
    trial::Trials,
    uas::SDP,
    wire::{Message, Method, Name, ParseError, check},
};
use crate::types::{Chance, Extension};

/// A SIP endpoint: the machine of this room.
#[derive(Debug)]
pub struct Endpoint {
    pub(super) layer: TransactionLayer,
    pub(super) sessions: Sessions,
    pub(super) registrar: Registrar,
    pub(super) trunks: Trunks,
    pub(super) texts: Texts,
    pub(super) subscriptions: Subscriptions,
    pub(super) guard: Guard,
    pub(super) connections: Connections,
    pub(super) authenticator: Authenticator,
    pub(super) algorithms: Algorithms,
    pub(super) passes: Passes,
    pub(super) trials: Trials,
}

/// How much each table holds: for health, and for tests that nothing is left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub sessions: usize,
    /// What is kept beside the sessions to recognise copies and dialogs.
    pub session_side_entries: usize,
    pub client_transactions: usize,
    pub server_transactions: usize,
    pub unsettled_texts: usize,
    pub subscriptions: usize,
    pub bindings: usize,
    pub connections: usize,
    /// Source addresses that the guard remembers.
    pub guarded_sources: usize,
    pub deadlines: usize,
}

impl Endpoint {
    /// A new endpoint; trunks are registered and probed at once.
    pub fn new(now: Instant, settings: Settings, mut chance: Chance) -> Self {
        use rand_chacha::rand_core::Rng;
        let salt = chance.next_u64();
        let authenticator = Authenticator::new(&settings.realm, now, &mut chance);
        let algorithms = Algorithms::new(&settings);
        let mut endpoint = Self {
            layer: TransactionLayer::new(settings, chance, salt),
            sessions: Sessions::default(),
            registrar: Registrar::default(),
            trunks: Trunks::default(),
            texts: Texts::default(),
            subscriptions: Subscriptions::default(),
            guard: Guard::new(),
            connections: Connections::default(),
            authenticator,
            algorithms,
            passes: Passes::default(),
            trials: Trials::default(),
        };
        endpoint.layer.update_targets(now, &BTreeMap::new());
        endpoint.trunks.update(now, &mut endpoint.layer);
        endpoint
    }

    /// New settings. Calls in progress go on; bindings of accounts that are gone end; trunks that have not changed keep
    /// their registration.
    pub fn update(&mut self, now: Instant, settings: Settings) {
        let old = &self.layer.settings;
        if settings.realm != old.realm {
            self.authenticator = Authenticator::new(&settings.realm, now, &mut self.layer.chance);
        }
        self.algorithms = Algorithms::new(&settings);
        let trunks_differ = settings.trunks != self.layer.settings.trunks;
        let old = std::mem::replace(&mut self.layer.settings, settings);
        let located = old.trunks.into_iter().map(|trunk| (trunk.name, trunk.located)).collect();
        self.registrar.keep_accounts(&mut self.layer);
        self.subscriptions.keep_accounts(now, &mut self.layer);
        self.layer.update_targets(now, &located);
        if trunks_differ {
            self.trials.forget();
            self.trunks.update(now, &mut self.layer);
        }
    }

    /// Takes one input. Never fails: what is wrong with bytes is answered, or counted and dropped.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Datagram { flow, bytes } => self.datagram(now, flow, bytes),
            Input::Stream { flow, bytes } => self.stream(now, flow, bytes),
            Input::Connected { flow } => self.connected(now, flow),
            Input::Disconnected { flow } => self.disconnected(now, &flow),
            Input::Unreachable { flow, why } => self.unreachable(now, &flow, &why),
            Input::Resolved { question, answer } => self.resolved(now, &question, &answer),
            Input::Timeout => {}
        }
        while let Some(wake) = self.layer.schedule.pop(now) {
            self.woken(now, wake);
        }
        let ended = self.layer.take_ended();
        self.sessions.transactions_ended(&mut self.layer, ended);
        self.report(now);
    }

    /// The next output; `Timeout` when there is no other until the next input.
    pub fn poll_output(&mut self) -> Output {
        self.layer.pop_output().unwrap_or_else(|| Output::Timeout(self.layer.schedule.next()))
    }

    // ---- commands

    /// Answers an `Invited` session provisionally (101 to 199), for instance 180, or 183 with early media.
    pub fn ring(
        &mut self,
        now: Instant,
        session: SessionId,
        status: u16,
        body: Option<Vec<u8>>,
    ) -> Result<(), SendError> {
        let status = status.clamp(101, 199);
        done(self.sessions.ring(now, &mut self.layer, session, status, body.unwrap_or_default()))
    }

    /// Answers an `Invited` session with 200. The body is the answer, or the offer if the INVITE had none.
    pub fn answer(&mut self, now: Instant, session: SessionId, body: Vec<u8>) -> Result<(), SendError> {
        done(self.sessions.answer(now, &mut self.layer, session, body))
    }

    /// Refuses an `Invited` session (300 to 699), with the network's cause if there is one (RFC 6432). An empty reason is the
    /// RFC's. The session is gone.
    pub fn reject(
        &mut self,
        now: Instant,
        session: SessionId,
        status: u16,
        reason: &str,
        retry_after: Option<u32>,
        cause: Option<Cause>,
    ) -> Result<(), SendError> {
        let mut reply = match (status, reason) {
            (480, SIPS_NOT_ALLOWED) => Reply::sips_not_allowed(),
            _ => Reply::refusing_offer(status.clamp(300, 699)).reason(reason),
        };
        if let Some(cause) = cause {
            reply = reply.with(Name::Reason, cause.to_string());
        }
        if let Some(seconds) = retry_after {
            reply = reply.with(Name::RetryAfter, seconds.to_string());
        }
        done(self.sessions.reject(now, &mut self.layer, session, &reply))
    }

    /// Calls somebody. Ends with `Answered` or `Failed`.
    pub fn invite(&mut self, now: Instant, outgoing: Outgoing) -> Result<SessionId, SendError> {
        self.sessions.invite(now, &mut self.layer, outgoing)
    }

    /// Gives up a call that has not been answered. `Failed` follows, with 487, also if a 200 was on its way (it is then
    /// acknowledged and ended).
    pub fn cancel(
        &mut self,
        now: Instant,
        session: SessionId,
        cause: Option<Cause>,
    ) -> Result<(), SendError> {
        done(self.sessions.cancel(now, &mut self.layer, session, cause))
    }

    /// Ends an answered call. `Ended` by us follows at once; the BYE waits for their ACK if it is missing.
    pub fn bye(&mut self, now: Instant, session: SessionId, cause: Option<Cause>) -> Result<(), SendError> {
        done(self.sessions.bye(now, &mut self.layer, session, cause))
    }

    /// Offers other media in an answered call (re-INVITE). `ReofferAnswered` follows, or the end of the call.
    pub fn reoffer(&mut self, now: Instant, session: SessionId, offer: Vec<u8>) -> Result<(), SendError> {
        let talking = self.sessions.talking(session).ok_or(SendError::NoSession)?;
        talking.reoffer(now, &mut self.layer, session, offer)
    }

    /// Takes the offer of a `Reoffered`; the body is the answer (or the offer, if theirs was empty).
    pub fn accept_reoffer(
        &mut self,
        now: Instant,
        session: SessionId,
        body: Vec<u8>,
    ) -> Result<(), SendError> {
        match self.sessions.talking(session) {
            Some(talking) => done(talking.accept_reoffer(now, &mut self.layer, session, body)),
            None => {
                let reply = Reply::new(200).body(SDP, body);
                done(self.sessions.settle_early_reoffer(now, &mut self.layer, session, reply))
            }
        }
    }

    /// Refuses the offer of a `Reoffered` (488 is the usual status); media stay as they are.
    pub fn refuse_reoffer(&mut self, now: Instant, session: SessionId, status: u16) -> Result<(), SendError> {
        let status = status.clamp(300, 699);
        match self.sessions.talking(session) {
            Some(talking) => done(talking.refuse_reoffer(now, &mut self.layer, status)),
            None => {
                let reply = Reply::refusing_offer(status);
                done(self.sessions.settle_early_reoffer(now, &mut self.layer, session, reply))
            }
        }
    }

    /// Sends a MESSAGE. `TextAnswered` follows.
    pub fn send_text(
        &mut self,
        now: Instant,
        target: &Target,
        from: &Identity,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<TextId, SendError> {
        self.texts.send(now, &mut self.layer, target, from, content_type, body, None)
    }

    /// As [`send_text`](Self::send_text), with a Call-ID of the caller's choosing: every attempt of one text carries the
    /// same, so that a gateway which has taken it before can tell.
    pub fn send_keyed_text(
        &mut self,
        now: Instant,
        key: &str,
        target: &Target,
        from: &Identity,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<TextId, SendError> {
        self.texts.send(now, &mut self.layer, target, from, content_type, body, Some(key))
    }

    /// Answers a `TextReceived`: 202 once it is stored, 503 or 507 if it could not be.
    pub fn settle_text(&mut self, now: Instant, text: TextId, status: u16) -> Result<(), SendError> {
        done(self.texts.settle(now, &mut self.layer, text, status.clamp(200, 699)))
    }

    /// Tells whoever watches the state, after `Subscribed`, after `NotifyDue`, and whenever it changes. One notification at a
    /// time is on its way: on `NotifyPending` nothing is to be done, `NotifyDue` follows.
    pub fn notify(
        &mut self,
        now: Instant,
        subscription: SubscriptionId,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<(), SendError> {
        self.subscriptions.notify(now, &mut self.layer, subscription, content_type, body)
    }

    /// There is nothing under the name that was subscribed to. `Unsubscribed` follows.
    pub fn end_subscription(&mut self, now: Instant, subscription: SubscriptionId) -> Result<(), SendError> {
        done(self.subscriptions.end(now, &mut self.layer, subscription))
    }

    /// Tells a phone something that it has not subscribed to: `event` is the whole Event header, for instance
    /// `check-sync;reboot=true`, `content` a type and a body. `NoticeAnswered` follows.
    pub fn notify_phone(
        &mut self,
        now: Instant,
        target: &Target,
        event: &str,
        content: Option<(&str, Vec<u8>)>,
    ) -> Result<NoticeId, SendError> {
        self.subscriptions.notice(now, &mut self.layer, target, event, content)
    }

    /// Where an extension can be reached now.
    pub fn bindings(&self, now: Instant, extension: &Extension) -> Vec<Binding> {
        self.registrar.bindings(now, extension)
    }

    /// Puts back the bindings that the store kept over a restart. Each comes out again as `Bound`.
    pub fn restore(&mut self, now: Instant, bindings: Vec<Binding>) {
        self.registrar.restore(now, &mut self.layer, bindings);
    }

    /// What is known of a trunk.
    pub fn trunk_health(&self, trunk: &TrunkName) -> TrunkHealth {
        self.layer.settings.trunk(trunk).map_or(TrunkHealth::Unknown, |(at, _)| self.trunks.health(at))
    }

    /// A call has found this trunk unable to carry it: with this final status, or 0 if nothing was heard. Its health is down
    /// for a minute, or for as long as its Retry-After asks for (five minutes at most), and it is probed at once if it is
    /// probed at all.
    pub fn trunk_failed(
        &mut self,
        now: Instant,
        trunk: &TrunkName,
        status: u16,
        retry_after: Option<Duration>,
    ) {
        self.trunks.call_failed(now, &mut self.layer, trunk, status, retry_after);
    }

    /// A call through this trunk has come as far as somebody's answer.
    pub fn trunk_carried(&mut self, trunk: &TrunkName) {
        self.trunks.call_carried(&mut self.layer, trunk);
    }

    /// For how long this trunk has asked to be spared (Retry-After). Only emergencies go there meanwhile.
    pub fn trunk_rests(&self, now: Instant, trunk: &TrunkName) -> Option<Duration> {
        let (at, _) = self.layer.settings.trunk(trunk)?;
        self.trunks.asks_for_rest(now, at)
    }

    /// Since when the far end has left this INVITE of ours without any answer, even a 100; with a trunk of several targets,
    /// the one that it went to last. `None`: something was heard.
    pub fn unheard_since(&self, session: SessionId) -> Option<Instant> {
        self.sessions.unheard_since(session)
    }

    /// How much each table holds.
    pub fn counts(&self) -> Counts {
        let (client_transactions, server_transactions) = self.layer.counts();
        Counts {
            sessions: self.sessions.len(),
            session_side_entries: self.sessions.side_entries(),
            client_transactions,
            server_transactions,
            unsettled_texts: self.texts.len(),
            subscriptions: self.subscriptions.len(),
            bindings: self.registrar.len(),
            connections: self.connections.len(),
            guarded_sources: self.guard.len(),
            deadlines: self.layer.schedule.len(),
        }
    }

    /// Ends every call (503, CANCEL, BYE) and our registrations. The host goes on pumping until `counts` says that the
    /// sessions and client transactions are gone, or its patience is over.
    pub fn shut_down(&mut self, now: Instant) {
        self.sessions.shut_down(now, &mut self.layer);
        self.subscriptions.shut_down(&mut self.layer);
        self.trunks.shut_down(now, &mut self.layer);
    }

    /// The Call-ID of a session, and who is at its other end.
    pub fn dialog_of(&self, session: SessionId) -> Option<(String, &Peer)> {
        self.sessions.call_id_of(&self.layer, session)
    }

    /// A phone that does not register, at its address; `None` if no socket of ours reaches it.
    pub fn phone_at(&self, extension: &Extension, address: SocketAddr) -> Option<Binding> {
        Some(Binding {
            extension: extension.clone(),
            contact: format!("sip:{extension}@{address}"),
            instance: None,
            flow: self.layer.settings.flow_to(Transport::Udp, address)?,
            path: vec![],
            expires_in: Duration::MAX,
            user_agent: String::new(),
        })
    }

    // ---- bytes

    fn datagram(&mut self, now: Instant, flow: Flow, bytes: &[u8]) {
        let from_trunk = self.layer.settings.trunk_at(flow.remote.ip()).is_some();
        if !from_trunk && self.guard.is_banned(now, flow.remote) {
            self.guard.count(now, Refusal::Banned, flow.remote);
            return;
        }
        if stun::is_stun(bytes) {
            if let Some(answer) = stun::answer(bytes, flow.remote).filter(|_| self.may_answer(now, &flow)) {
                self.layer.transmit(flow, answer);
            }
            return;
        }
        match Message::parse(bytes) {
            Ok(message) => self.message(now, flow, message),
            Err(error) => self.unreadable(now, flow, error),
        }
    }

    pub(super) fn unreadable(&mut self, now: Instant, flow: Flow, error: ParseError) {
        match error {
            ParseError::Dropped(super::wire::Dropped::KeepAlive) => {}
            ParseError::Dropped(_) => self.guard.count(now, Refusal::Unreadable, flow.remote),
            ParseError::Refused(mut malformed) => {
                malformed.message.set_source(flow.remote);
                let reply = Reply::new(malformed.rejection.status).reason(malformed.rejection.reason);
                self.refuse(now, &flow, &malformed.message, &reply, Refusal::BadRequest);
            }
        }
    }

    pub(super) fn message(&mut self, now: Instant, flow: Flow, mut message: Message) {
        message.set_source(flow.remote);
        if message.is_request() {
            self.request(now, flow, Arc::new(message));
        } else {
            self.response(now, flow, &message);
        }
    }

    // ---- responses

    fn response(&mut self, now: Instant, flow: Flow, response: &Message) {
        let Some((client, status)) = self.asked_by_us(&flow, response) else {
            if !self.late_success(now, flow, response) {
                self.guard.count(now, Refusal::Stray, flow.remote);
            }
            return;
        };
        let again =
            after_challenge(&mut self.layer, client, response, &flow).filter(|again| match again.user {
                ClientUser::Invite(id) | ClientUser::Reinvite(id) | ClientUser::Update(id) => {
                    self.sessions.still_wanted(id)
                }
                _ => true,
            });
        let longer = self.sessions.with_longer_session(&self.layer, client, response);
        let to = response.text(Name::To).unwrap_or_default();
        self.learn_public(now, client, &flow, response);
        // Before the transaction lets go of what only a repetition needs.
        self.layer.unheard = if status == 503 { self.layer.spurned(client) } else { None };
        let Some((user, outcome)) = self.layer.response(now, client, status, &to) else {
            self.layer.unheard = None;
            return;
        };
        if let (Some(longer), ClientUser::Invite(id)) = (longer, user)
            && self.sessions.ask_longer_session(now, &mut self.layer, id, longer, response)
        {
            return;
        }
        if let Some(again) = again {
            let seq = again.draft.seq + 1;
            if let Ok(new) = self.layer.send_again(now, again) {
                match user {
                    ClientUser::Invite(id)
                    | ClientUser::Reinvite(id)
                    | ClientUser::Update(id)
                    | ClientUser::Prack(id) => self.sessions.retried(now, id, client, new, seq),
                    ClientUser::Registration(_) | ClientUser::Probe(_) => {
                        self.trunks.retried(user, client, new, seq);
                    }
                    ClientUser::Text(_)
                    | ClientUser::Notification(_)
                    | ClientUser::Notice(_)
                    | ClientUser::Revival(..)
                    | ClientUser::Trial(..)
                    | ClientUser::Bye(_)
                    | ClientUser::Nobody => {}
                    ClientUser::Refer(refer) => self.sessions.notify_retried(refer, seq),
                }
                return;
            }
        }
        self.outcome(now, client, user, outcome, Some((response, flow)));
    }

    /// The request of ours that this response answers: by branch and method (17.1.3), and from where it was sent to.
    fn asked_by_us(&self, flow: &Flow, response: &Message) -> Option<(ClientId, u16)> {
        check::response(response).ok()?;
        let via = response.via()?;
        let branch = Branch::parse(via.branch()?)?;
        let (_, method) = response.cseq()?;
        let client = ClientId { branch, cancel: method == Method::Cancel };
        let (draft, sent, _, _) = self.layer.asked(client)?;
        let settings = &self.layer.settings;
        let trunk = draft.trunk.as_ref().and_then(|name| settings.trunk(name));
        let rightful = sent.remote.ip() == flow.remote.ip()
            || trunk.is_some_and(|(_, trunk)| trunk.owns(flow.remote.ip()));
        let ours = rightful && draft.method == method && self.layer.is_sent_by_us(client, &via);
        ours.then_some(client).zip(response.status())
    }

    pub(super) fn outcome(
        &mut self,
        now: Instant,
        client: ClientId,
        user: ClientUser,
        outcome: Outcome,
        response: Option<(&Message, Flow)>,
    ) {
        if self.fails_over(now, client, user, outcome, response.map(|(message, _)| message)) {
            return;
        }
        let layer = &mut self.layer;
        let message = response.map(|(message, _)| message);
        match user {
            ClientUser::Invite(id) => self.sessions.answered(now, layer, id, client, outcome, response),
            ClientUser::Reinvite(id) => {
                self.sessions.reinvite_answered(now, layer, id, client, outcome, message);
            }
            ClientUser::Update(id) => {
                self.sessions.update_answered(now, layer, id, client, outcome, message);
            }
            // Whoever does not take our PRACK repeats its answer, or gives the call up itself.
            ClientUser::Prack(_) => {}
            ClientUser::Refer(refer) => self.sessions.notified(layer, refer, outcome, message),
            ClientUser::Text(text) => self.texts.answered(layer, text, outcome, message),
            ClientUser::Notification(id) => {
                self.subscriptions.answered(now, layer, id, client, outcome, message);
            }
            ClientUser::Notice(notice) => Subscriptions::notice_answered(layer, notice, outcome, message),
            ClientUser::Registration(at) => {
                self.trunks.registration_answered(now, layer, at, client, outcome, message);
            }
            ClientUser::Probe(at) => self.trunks.probe_answered(now, layer, at, client, outcome, message),
            ClientUser::Trial(at, transport, address) => {
                self.target_tried(now, at, (transport, address), outcome, message);
            }
            ClientUser::Nobody | ClientUser::Bye(_) | ClientUser::Revival(..) => {}
        }
    }

    // ---- time

    fn woken(&mut self, now: Instant, wake: Wake) {
        let layer = &mut self.layer;
        match wake {
            Wake::Client(client, timer) => {
                if let Some((user, outcome)) = layer.client_fired(now, client, timer) {
                    self.outcome(now, client, user, outcome, None);
                }
            }
            Wake::Server(server, timer) => layer.server_fired(now, server, timer),
            Wake::Answer(session) => self.sessions.answer_due(now, layer, session),
            Wake::Provisional(session) => self.sessions.provisional_due(now, layer, session),
            Wake::Refresh(session) => self.sessions.refresh_due(now, layer, session),
            Wake::Expiry(session) => self.sessions.expired(now, layer, session),
            Wake::Glare(session) => self.sessions.glare_over(now, layer, session),
            Wake::Cancelled(session) => self.sessions.cancel_unanswered(layer, session),
            Wake::Invitation(session) => self.sessions.invitation_expired(now, layer, session),
            Wake::Reminder(session) => self.sessions.reminder_due(now, layer, session),
            Wake::Refer(refer) => self.sessions.refer_expired(now, layer, refer),
            Wake::Text(text) => self.texts.overdue(now, layer, text),
            Wake::Subscription(id) => self.subscriptions.expired(now, layer, id),
            Wake::NotifyAgain(id) => self.subscriptions.rested(layer, id),
            Wake::Binding(extension) => self.registrar.expire(now, layer, &extension),
            Wake::Registration(at) => self.trunks.registration_due(now, layer, at),
            Wake::Probe(at) => self.trunks.probe_due(now, layer, at),
            Wake::Targets(at) => self.targets_due(now, at),
            Wake::Unheard(client) => self.unheard_of(now, client),
            Wake::KeepAlive(at) => self.trunks.keep_alive_due(now, layer, at),
            Wake::Rested(at) => self.trunks.rested(layer, at),
            Wake::Guard => {}
            Wake::Spent => layer.spent_are_due(now),
            Wake::Connection(connection) => {
                if let Some(flow) = self.connections.overdue(layer, connection) {
                    self.guard.count(now, Refusal::Connection, flow.remote);
                    self.disconnected(now, &flow);
                }
            }
        }
    }

    /// Tells what was refused, at most once a second for each cause.
    fn report(&mut self, now: Instant) {
        while let Some((cause, source, count)) = self.guard.report(now) {
            self.layer.tell(Event::Refused { cause, source, count });
        }
        match self.guard.report_at() {
            Some(at) => self.layer.schedule.set(Wake::Guard, at),
            None => self.layer.schedule.clear(&Wake::Guard),
        }
    }
}

pub(super) fn done(found: bool) -> Result<(), SendError> {
    if found { Ok(()) } else { Err(SendError::NoSession) }
}
