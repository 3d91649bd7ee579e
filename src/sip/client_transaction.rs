//! The client transaction as two tables, INVITE and non-INVITE, to be laid beside RFC 3261 figures 5 and 6 and RFC 6026 figure 5;
//! and below them what the layer does with our requests.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    credentials::Again,
    draft::Draft,
    event::{Cause, Flow},
    schedule::Wake,
    tag::{Branch, Tag},
    timer::{T2, Timer},
    transaction_layer::{ClientId, ClientUser, Ended, NotBegun, Outcome, TransactionLayer, Unheard},
    uas::own_contact,
    wire::{Address, Message, Method, Name, Via},
};

/// A target of a trunk that leaves an INVITE without any answer for so long is passed over, if there is another.
const INVITE_PATIENCE: Duration = Duration::from_secs(2);
/// And one that leaves a REGISTER so.
const REGISTER_PATIENCE: Duration = Duration::from_secs(4);

/// Which of the two tables a transaction follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invite,
    NonInvite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// INVITE sent, nothing heard.
    Calling,
    /// Another request sent, nothing heard.
    Trying,
    Proceeding,
    Completed,
    /// An INVITE was answered with 2xx; a fork may bring further ones (RFC 6026).
    Accepted,
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Provisional,
    Success,
    Failure,
    Fired(Timer),
    TransportFailed,
}

/// What the transaction wants done, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    /// Send the request again.
    Resend,
    /// Give the response to the transaction user.
    PassUp,
    /// Acknowledge the failure (17.1.1.3), also each copy of it.
    Ack,
    /// Tell the user that nobody answered: as good as a 408.
    ReportTimeout,
    /// Tell the user that it could not be sent: as good as a 503.
    ReportUnsent,
    Start(Timer),
    Stop(Timer),
}

type Step = (State, &'static [Do]);

/// What to do when the request goes out for the first time.
pub(super) fn begin(kind: Kind) -> Step {
    match kind {
        Kind::Invite => (State::Calling, &[Do::Start(Timer::A), Do::Start(Timer::B)]),
        Kind::NonInvite => (State::Trying, &[Do::Start(Timer::E), Do::Start(Timer::F)]),
    }
}

/// One step of either machine. What the figure has no arrow for changes nothing.
pub(super) fn step(kind: Kind, state: State, happening: Happening) -> Step {
    match kind {
        Kind::Invite => invite(state, happening),
        Kind::NonInvite => non_invite(state, happening),
    }
}

/// RFC 3261, 17.1.1 (figure 5) with the Accepted state of RFC 6026, 7.2.
fn invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Calling, Fired(Timer::A)) => (Calling, &[Resend, Start(Timer::A)]),
        (Calling, Fired(Timer::B)) => (Terminated, &[Stop(Timer::A), ReportTimeout]),
        (Calling, TransportFailed) => (Terminated, &[Stop(Timer::A), Stop(Timer::B), ReportUnsent]),
        (Calling, Provisional) => (Proceeding, &[Stop(Timer::A), Stop(Timer::B), PassUp]),
        (Calling, Success) => (Accepted, &[Stop(Timer::A), Stop(Timer::B), PassUp, Start(Timer::M)]),
        (Calling, Failure) => (Completed, &[Stop(Timer::A), Stop(Timer::B), Ack, PassUp, Start(Timer::D)]),

        (Proceeding, Provisional) => (Proceeding, &[PassUp]),
        (Proceeding, Success) => (Accepted, &[PassUp, Start(Timer::M)]),
        (Proceeding, Failure) => (Completed, &[Ack, PassUp, Start(Timer::D)]),
        (Proceeding, TransportFailed) => (Terminated, &[ReportUnsent]),

        (Completed, Failure) => (Completed, &[Ack]),
        (Completed, Fired(Timer::D)) => (Terminated, &[]),
        (Completed, TransportFailed) => (Terminated, &[Stop(Timer::D)]),

        (Accepted, Success) => (Accepted, &[PassUp]),
        (Accepted, Fired(Timer::M)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

/// RFC 3261, 17.1.2 (figure 6).
fn non_invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Trying | Proceeding, Fired(Timer::E)) => (state, &[Resend, Start(Timer::E)]),
        (Trying | Proceeding, Fired(Timer::F)) => (Terminated, &[Stop(Timer::E), ReportTimeout]),
        (Trying | Proceeding, TransportFailed) => {
            (Terminated, &[Stop(Timer::E), Stop(Timer::F), ReportUnsent])
        }
        (Trying | Proceeding, Provisional) => (Proceeding, &[PassUp]),
        (Trying | Proceeding, Success | Failure) => {
            (Completed, &[Stop(Timer::E), Stop(Timer::F), PassUp, Start(Timer::K)])
        }

        (Completed, Fired(Timer::K)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) kind: Kind,
    state: State,
    pub(super) flow: Flow,
    /// The way that it would have gone if it were shorter (18.1.1).
    pub(super) datagram: Option<Flow>,
    /// How our Via names us: an answer to somebody else's is none of ours (18.1.2).
    pub(super) sent_by: SocketAddr,
    pub(super) draft: Box<Draft>,
    pub(super) bytes: Vec<u8>,
    resent: u32,
    /// The failure's To: what the ACK repeats.
    failure_to: String,
    user: ClientUser,
    /// How often credentials have been tried on it.
    tried: u8,
}

/// Our requests.
impl TransactionLayer {
    /// Sends a request for the first time.
    pub(super) fn send(
        &mut self,
        now: Instant,
        draft: Draft,
        flow: Flow,
        user: ClientUser,
    ) -> Result<ClientId, NotBegun> {
        let id = ClientId { branch: Branch::new(&mut self.chance), cancel: false };
        self.send_as(now, id, draft, flow, user, 0)
    }

    fn send_as(
        &mut self,
        now: Instant,
        id: ClientId,
        draft: Draft,
        flow: Flow,
        user: ClientUser,
        tried: u8,
    ) -> Result<ClientId, NotBegun> {
        if self.clients.len() >= self.settings.limits.client_transactions {
            return Err(NotBegun::TableFull);
        }
        let kind = if draft.method == Method::Invite { Kind::Invite } else { Kind::NonInvite };
        let mut sent_by = self.settings.advertised(&flow);
        let mut bytes = draft.write(id.branch, flow.transport, sent_by).ok_or(NotBegun::BadTarget)?;
        let (mut flow, mut datagram) = (flow, None);
        if let Some(by_tcp) = self.way_of_long(now, &draft, &flow, bytes.len()) {
            datagram = Some(std::mem::replace(&mut flow, by_tcp));
            sent_by = self.settings.advertised(&flow);
            bytes = draft.write(id.branch, flow.transport, sent_by).ok_or(NotBegun::BadTarget)?;
        }
        self.transmit(flow, bytes.clone());
        let (state, todo) = begin(kind);
        let client = Client {
            kind,
            state,
            flow,
            datagram,
            sent_by,
            draft: Box::new(draft),
            bytes,
            resent: 0,
            failure_to: String::new(),
            user,
            tried,
        };
        let patience = Self::patience_of_long(&client).or_else(|| self.patience(&client));
        if let ClientUser::Bye(tag) = user {
            self.leaving.insert(tag, id);
        }
        self.clients.insert(id, client);
        self.do_client(now, id, todo);
        if let Some(patience) = patience {
            self.schedule.set(Wake::Unheard(id), now + patience);
        }
        Ok(id)
    }

    /// How long a trunk's target may leave this request without any answer before another one is tried. A text waits its
    /// time out: one that might have arrived is not sent twice.
    pub(super) fn patience(&self, client: &Client) -> Option<Duration> {
        let (at, _) = self.settings.trunk(client.draft.trunk.as_ref()?)?;
        let limit = match client.draft.method {
            Method::Invite => INVITE_PATIENCE,
            Method::Register => REGISTER_PATIENCE,
            _ => return None,
        };
        let meant = client.meant();
        self.has_another(at, (meant.transport, meant.remote)).then_some(limit)
    }

    /// The same request goes to another target of its trunk, under a new branch (RFC 3263, 4.3).
    pub(super) fn send_over(
        &mut self,
        now: Instant,
        mut draft: Draft,
        flow: Flow,
        user: ClientUser,
        tried: u8,
    ) -> Result<ClientId, NotBegun> {
        for (name, value) in &mut draft.headers {
            if *name == Name::Contact {
                let user =
                    Address::parse(value.as_bytes()).and_then(|a| a.uri.user().map(|u| u.into_owned()));
                *value = format!("<{}>", own_contact(self, &user.unwrap_or_default(), &flow));
            }
        }
        let id = ClientId { branch: Branch::new(&mut self.chance), cancel: false };
        self.send_as(now, id, draft, flow, user, tried)
    }

    /// No more copies of it go out; what its target has heard already may still be answered until Timer B.
    pub(super) fn ask_no_more(&mut self, id: ClientId) {
        self.schedule.clear(&Wake::Client(id, Timer::A));
    }

    /// A request to a trunk, as it would be sent to another target.
    pub(super) fn spurned(&self, id: ClientId) -> Option<Unheard> {
        let client = self.clients.get(&id).filter(|client| client.draft.trunk.is_some())?;
        Some(Unheard { draft: (*client.draft).clone(), flow: client.meant(), tried: client.tried })
    }

    /// Has anything been heard of this request?
    pub(super) fn is_unheard(&self, id: ClientId) -> bool {
        self.clients.get(&id).is_some_and(|client| matches!(client.state, State::Calling | State::Trying))
    }

    /// Sends what is no transaction: the ACK of a 2xx (13.2.2.4). The bytes are kept by the caller.
    pub(super) fn send_ack(&mut self, now: Instant, draft: &Draft, flow: Flow) -> Option<(Flow, Vec<u8>)> {
        let branch = Branch::new(&mut self.chance);
        let write = |flow: &Flow| draft.write(branch, flow.transport, self.settings.advertised(flow));
        let (mut flow, mut bytes) = (flow, write(&flow)?);
        if let Some(by_tcp) = self.way_of_long(now, draft, &flow, bytes.len()) {
            (flow, bytes) = (by_tcp, write(&by_tcp)?);
        }
        self.transmit(flow, bytes.clone());
        Some((flow, bytes))
    }

    /// Sends the CANCEL of an INVITE that has had a provisional answer (9.1).
    pub(super) fn cancel(&mut self, now: Instant, invite: ClientId, cause: Option<Cause>) {
        let Some(client) = self.clients.get(&invite) else { return };
        let id = ClientId { branch: invite.branch, cancel: true };
        if client.state != State::Proceeding || self.clients.contains_key(&id) {
            return;
        }
        let mut draft = client.draft.cancel();
        if let Some(cause) = cause {
            draft.headers.push((Name::Reason, cause.to_string()));
        }
        // A full table leaves the INVITE to its own time-out, which ends it as well.
        let _ = self.send_as(now, id, draft, client.flow, ClientUser::Nobody, 0);
    }

    /// A request that was challenged goes out once more with credentials, under a new branch and CSeq (22.2).
    pub(super) fn send_again(&mut self, now: Instant, again: Again) -> Result<ClientId, NotBegun> {
        let Again { mut draft, flow, user, tried } = again;
        draft.seq += 1;
        let id = ClientId { branch: Branch::new(&mut self.chance), cancel: false };
        self.send_as(now, id, draft, flow, user, tried + 1)
    }

    /// What was asked, on which flow (of one that was too long for it, the datagram's), for whom, and how often with
    /// credentials.
    pub(super) fn asked(&self, id: ClientId) -> Option<(&Draft, Flow, ClientUser, u8)> {
        self.clients.get(&id).map(|c| (&*c.draft, c.meant(), c.user, c.tried))
    }

    /// Does the one Via of this response name us as our request did (18.1.2)?
    pub(super) fn is_sent_by_us(&self, id: ClientId, via: &Via<'_>) -> bool {
        self.clients.get(&id).is_some_and(|client| {
            let port = via.port.unwrap_or_else(|| client.flow.transport.default_port());
            via.host_ip() == Some(client.sent_by.ip()) && port == client.sent_by.port()
        })
    }

    /// A response to one of our requests. `Some` if its user is to read it.
    pub(super) fn response(
        &mut self,
        now: Instant,
        id: ClientId,
        status: u16,
        to: &str,
    ) -> Option<(ClientUser, Outcome)> {
        let happening = match status {
            100..=199 => Happening::Provisional,
            200..=299 => Happening::Success,
            _ => Happening::Failure,
        };
        if happening == Happening::Failure
            && let Some(client) = self.clients.get_mut(&id)
            && client.failure_to.is_empty()
        {
            client.failure_to = to.to_owned();
        }
        self.step_client(now, id, happening)
    }

    /// A timer of one of our requests has fired.
    pub(super) fn client_fired(
        &mut self,
        now: Instant,
        id: ClientId,
        timer: Timer,
    ) -> Option<(ClientUser, Outcome)> {
        self.step_client(now, id, Happening::Fired(timer))
    }

    pub(super) fn step_client(
        &mut self,
        now: Instant,
        id: ClientId,
        happening: Happening,
    ) -> Option<(ClientUser, Outcome)> {
        let client = self.clients.get_mut(&id)?;
        let (state, todo) = step(client.kind, client.state, happening);
        client.state = state;
        let user = client.user;
        let outcome = self.do_client(now, id, todo);
        if matches!(outcome, Some(Outcome::TimedOut | Outcome::Unsent)) {
            self.unheard = self.spurned(id);
        }
        if let State::Completed | State::Accepted = state
            && let Some(client) = self.clients.get_mut(&id)
        {
            client.lighten();
        }
        if state == State::Terminated {
            self.forget_client(id);
        }
        outcome.map(|outcome| (user, outcome))
    }

    pub(super) fn do_client(&mut self, now: Instant, id: ClientId, todo: &[Do]) -> Option<Outcome> {
        let mut outcome = None;
        for act in todo {
            let client = self.clients.get_mut(&id)?;
            match act {
                Do::Resend => {
                    let (flow, bytes) = (client.flow, client.bytes.clone());
                    client.resent += 1;
                    self.transmit(flow, bytes);
                }
                Do::PassUp => outcome = Some(Outcome::Response),
                Do::ReportTimeout => outcome = Some(Outcome::TimedOut),
                Do::ReportUnsent => outcome = Some(Outcome::Unsent),
                Do::Ack => {
                    let (flow, ack) = (client.flow, client.draft.ack_failure(client.failure_to.clone()));
                    let sent_by = self.settings.advertised(&flow);
                    if let Some(bytes) = ack.write(id.branch, flow.transport, sent_by) {
                        self.transmit(flow, bytes);
                    }
                }
                Do::Start(timer) => {
                    if !(timer.only_unreliable() && client.flow.transport.is_stream()) {
                        // Once something was heard the rest of the copies keep the longest interval (17.1.2.2).
                        let after = match (timer, client.state) {
                            (Timer::E, State::Proceeding) => T2,
                            _ => timer.after(client.resent, client.flow.transport),
                        };
                        self.schedule.set(Wake::Client(id, *timer), now + after);
                    }
                }
                Do::Stop(timer) => self.schedule.clear(&Wake::Client(id, *timer)),
            }
        }
        outcome
    }

    /// Gives up one of our requests without a word: what still comes for it is a stray.
    pub(super) fn abandon(&mut self, id: ClientId) {
        if self.clients.contains_key(&id) {
            for timer in [Timer::A, Timer::B, Timer::D, Timer::E, Timer::F, Timer::K, Timer::M] {
                self.schedule.clear(&Wake::Client(id, timer));
            }
            self.forget_client(id);
        }
    }

    fn forget_client(&mut self, id: ClientId) {
        self.schedule.clear(&Wake::Unheard(id));
        let Some(client) = self.clients.remove(&id) else { return };
        if client.kind == Kind::Invite {
            self.ended.push(Ended::Client(id));
        }
        if let ClientUser::Bye(tag) = client.user
            && self.leaving.get(&tag) == Some(&id)
        {
            self.leaving.remove(&tag);
        }
    }

    /// Does this BYE of theirs cross ours (RFC 5407, 3.2.1)? To both sides the call is over by their own word.
    pub(super) fn crosses_our_bye(&self, bye: &Message, source: &Flow) -> bool {
        let client = bye.to_tag().and_then(Tag::parse).and_then(|tag| self.leaving.get(&tag));
        client.and_then(|id| self.clients.get(id)).is_some_and(|client| {
            let theirs = Address::parse(client.draft.to.as_bytes());
            let their_tag = theirs.as_ref().and_then(Address::tag);
            let trunk = client.draft.trunk.as_ref().and_then(|name| self.settings.trunk(name));
            let rightful = client.flow.remote.ip() == source.remote.ip()
                || trunk.is_some_and(|(_, trunk)| trunk.owns(source.remote.ip()));
            rightful && bye.call_id() == Some(&*client.draft.call_id) && bye.from_tag() == their_tag
        })
    }

    /// INVITE transactions that have ended since the last call.
    pub(super) fn take_ended(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.ended)
    }
}

impl Client {
    /// The way to its far end, whatever its length.
    pub(super) fn meant(&self) -> Flow {
        self.datagram.unwrap_or(self.flow)
    }

    /// It has been answered and is not sent again: what its ACK and its dialogs are made from is enough.
    fn lighten(&mut self) {
        self.bytes = vec![];
        self.draft.body = vec![];
        self.draft.headers = vec![];
        self.draft.named = vec![];
    }
}

#[cfg(test)]
mod tests {
    use super::{Do::*, Happening::*, State::*, *};

    #[test]
    fn an_invite_follows_figure_5_of_rfc_3261_and_rfc_6026() {
        let table: &[(State, Happening, Step)] = &[
            (Calling, Fired(Timer::A), (Calling, &[Resend, Start(Timer::A)])),
            (Calling, Fired(Timer::B), (Terminated, &[Stop(Timer::A), ReportTimeout])),
            (Calling, Provisional, (Proceeding, &[Stop(Timer::A), Stop(Timer::B), PassUp])),
            (Proceeding, Fired(Timer::A), (Proceeding, &[])),
            (Proceeding, Fired(Timer::B), (Proceeding, &[])),
            (Proceeding, Failure, (Completed, &[Ack, PassUp, Start(Timer::D)])),
            (Completed, Failure, (Completed, &[Ack])),
            (Completed, Provisional, (Completed, &[])),
            (Completed, Success, (Completed, &[])),
            (Completed, Fired(Timer::D), (Terminated, &[])),
            (Proceeding, Success, (Accepted, &[PassUp, Start(Timer::M)])),
            (Accepted, Success, (Accepted, &[PassUp])),
            (Accepted, Failure, (Accepted, &[])),
            (Accepted, Fired(Timer::M), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::Invite, state, happening), expected, "{state:?} {happening:?}");
        }
    }

    #[test]
    fn any_other_request_follows_figure_6_of_rfc_3261() {
        let done: &[Do] = &[Stop(Timer::E), Stop(Timer::F), PassUp, Start(Timer::K)];
        let table: &[(State, Happening, Step)] = &[
            (Trying, Fired(Timer::E), (Trying, &[Resend, Start(Timer::E)])),
            (Trying, Fired(Timer::F), (Terminated, &[Stop(Timer::E), ReportTimeout])),
            (Trying, Provisional, (Proceeding, &[PassUp])),
            (Trying, Success, (Completed, done)),
            (Proceeding, Fired(Timer::E), (Proceeding, &[Resend, Start(Timer::E)])),
            (Proceeding, Failure, (Completed, done)),
            (Completed, Success, (Completed, &[])),
            (Completed, Fired(Timer::K), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::NonInvite, state, happening), expected, "{state:?} {happening:?}");
        }
    }

    #[test]
    fn a_finished_transaction_does_nothing_more() {
        for kind in [Kind::Invite, Kind::NonInvite] {
            for happening in [Provisional, Success, Failure, Fired(Timer::A), TransportFailed] {
                assert_eq!(step(kind, Terminated, happening), (Terminated, &[] as &[Do]));
            }
        }
    }
}
