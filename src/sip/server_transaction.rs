//! The server transaction as two tables, INVITE and non-INVITE, to be laid beside RFC 3261 figures 7 and 8 and RFC 6026 figure 7;
//! and below them what the layer does with their requests.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use super::{
    event::Flow,
    fingerprint::Fingerprint,
    reply::Reply,
    schedule::Wake,
    spent::{Copied, Over},
    tag::Tag,
    timer::{GIVE_UP, Timer},
    transaction_layer::{Ended, Known, Met, NotBegun, ServerId, ServerUser, TransactionLayer},
    wire::{Message, Method},
};

/// Which of the two tables a transaction follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invite,
    NonInvite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A request other than INVITE, not yet answered.
    Trying,
    Proceeding,
    Completed,
    /// A failed INVITE was acknowledged.
    Confirmed,
    /// An INVITE was answered with 2xx; the 2xx itself belongs to the session (RFC 6026).
    Accepted,
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// A copy of the request arrived.
    Copy,
    Ack,
    /// The transaction user answers.
    SendProvisional,
    SendSuccess,
    SendFailure,
    Fired(Timer),
    TransportFailed,
}

/// What the transaction wants done, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    /// Send the response that is being given.
    Send,
    /// Send the last response again.
    Resend,
    /// A copy of an INVITE that has been accepted: the session may repeat its 2xx.
    ReportCopy,
    /// The ACK of a 2xx goes to the session.
    PassAck,
    Start(Timer),
    Stop(Timer),
}

type Step = (State, &'static [Do]);

/// The state in which a new request begins.
pub(super) fn begin(kind: Kind) -> State {
    match kind {
        Kind::Invite => State::Proceeding,
        Kind::NonInvite => State::Trying,
    }
}

/// One step of either machine. What the figure has no arrow for changes nothing.
pub(super) fn step(kind: Kind, state: State, happening: Happening) -> Step {
    match kind {
        Kind::Invite => invite(state, happening),
        Kind::NonInvite => non_invite(state, happening),
    }
}

/// RFC 3261, 17.2.1 (figure 7) with the Accepted state of RFC 6026, 7.1.
fn invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Proceeding, Copy) => (Proceeding, &[Resend]),
        (Proceeding, SendProvisional) => (Proceeding, &[Send]),
        (Proceeding, SendSuccess) => (Accepted, &[Send, Start(Timer::L)]),
        (Proceeding, SendFailure) => (Completed, &[Send, Start(Timer::G), Start(Timer::H)]),
        (Proceeding, TransportFailed) => (Terminated, &[]),

        (Completed, Copy) => (Completed, &[Resend]),
        (Completed, Fired(Timer::G)) => (Completed, &[Resend, Start(Timer::G)]),
        (Completed, Ack) => (Confirmed, &[Stop(Timer::G), Stop(Timer::H), Start(Timer::I)]),
        (Completed, Fired(Timer::H)) => (Terminated, &[Stop(Timer::G)]),
        (Completed, TransportFailed) => (Terminated, &[Stop(Timer::G), Stop(Timer::H)]),

        (Confirmed, Fired(Timer::I)) => (Terminated, &[]),

        (Accepted, Copy) => (Accepted, &[ReportCopy]),
        (Accepted, Ack) => (Accepted, &[PassAck]),
        (Accepted, SendSuccess) => (Accepted, &[Send]),
        (Accepted, Fired(Timer::L)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

/// RFC 3261, 17.2.2 (figure 8).
fn non_invite(state: State, happening: Happening) -> Step {
    use Do::*;
    use Happening::*;
    use State::*;
    match (state, happening) {
        (Trying, SendProvisional) => (Proceeding, &[Send]),
        (Trying | Proceeding, SendSuccess | SendFailure) => (Completed, &[Send, Start(Timer::J)]),

        (Proceeding, Copy) => (Proceeding, &[Resend]),
        (Proceeding, SendProvisional) => (Proceeding, &[Send]),
        (Trying | Proceeding, TransportFailed) => (Terminated, &[]),

        (Completed, Copy) => (Completed, &[Resend]),
        (Completed, TransportFailed) => (Terminated, &[Stop(Timer::J)]),
        (Completed, Fired(Timer::J)) => (Terminated, &[]),

        (unchanged, _) => (unchanged, &[]),
    }
}

#[derive(Debug)]
pub(super) struct Server {
    kind: Kind,
    state: State,
    key: Fingerprint,
    /// Where answers go (18.2.2).
    pub(super) flow: Flow,
    /// What answers are written along; let go with the final one.
    request: Option<Arc<Message>>,
    tag: Tag,
    last: Vec<u8>,
    /// The final answer is nothing but a status.
    plain: Option<u16>,
    resent: u32,
    user: ServerUser,
}

/// Their requests.
impl TransactionLayer {
    /// The transaction that a request belongs to; for ACK and CANCEL the key is that of the INVITE.
    pub(super) fn find(&self, key: Fingerprint) -> Option<Met> {
        self.keys.get(&key).cloned()
    }

    /// A copy of a request in progress.
    pub(super) fn copy(&mut self, now: Instant, id: ServerId) -> Known {
        match self.step_server(now, id, Happening::Copy, None) {
            Some(Do::ReportCopy) => match self.servers.get(&id).map(|s| s.user) {
                Some(ServerUser::Invite(session)) => Known::CopyOfAccepted(session),
                _ => Known::Absorbed,
            },
            _ => Known::Absorbed,
        }
    }

    /// An ACK on the branch of the INVITE: it acknowledges a failure. False if the INVITE was accepted, and the ACK is
    /// the session's.
    pub(super) fn ack(&mut self, now: Instant, id: ServerId) -> bool {
        self.step_server(now, id, Happening::Ack, None) != Some(Do::PassAck)
    }

    /// A new request. Fails when the table is full.
    pub(super) fn begin(
        &mut self,
        key: Fingerprint,
        request: Arc<Message>,
        flow: Flow,
    ) -> Result<ServerId, NotBegun> {
        if self.servers.len() >= self.settings.limits.server_transactions {
            return Err(NotBegun::TableFull);
        }
        let invite = request.method() == Some(&Method::Invite);
        self.served += 1;
        let id = ServerId(self.served);
        let kind = if invite { Kind::Invite } else { Kind::NonInvite };
        let server = Server {
            kind,
            state: begin(kind),
            key,
            flow,
            request: Some(request),
            tag: Tag::new(&mut self.chance),
            last: vec![],
            plain: None,
            resent: 0,
            user: ServerUser::Nobody,
        };
        self.keys.insert(key, Met::InProgress(id));
        self.servers.insert(id, server);
        Ok(id)
    }

    pub(super) fn serve(&mut self, id: ServerId, user: ServerUser) {
        if let Some(server) = self.servers.get_mut(&id) {
            server.user = user;
        }
    }

    pub(super) fn served_by(&self, id: ServerId) -> Option<ServerUser> {
        self.servers.get(&id).map(|server| server.user)
    }

    /// The tag that our answers to this request carry.
    pub(super) fn tag_of(&self, id: ServerId) -> Option<Tag> {
        self.servers.get(&id).map(|server| server.tag)
    }

    /// Another tag than the one that was drawn.
    pub(super) fn set_tag(&mut self, id: ServerId, tag: Tag) {
        if let Some(server) = self.servers.get_mut(&id) {
            server.tag = tag;
        }
    }

    /// Where answers to this request go, if it is still in progress.
    pub(super) fn reply_flow(&self, id: ServerId) -> Option<Flow> {
        self.servers.get(&id).map(|server| server.flow)
    }

    /// The connection is gone on which a trunk has asked something: the answer will open another one, to where the request
    /// says that its sender listens (18.2.2). False if it cannot: it has been answered, or the sender is a phone, which
    /// nothing but its own connection leads to.
    pub(super) fn is_answered_anew(&mut self, id: ServerId, lost: &Flow) -> bool {
        let ip = lost.remote.ip();
        if lost.connection.is_none() || self.settings.trunk_at(ip).is_none() {
            return false;
        }
        let Some(server) = self.servers.get_mut(&id) else { return false };
        let waits = matches!(server.state, State::Trying | State::Proceeding);
        let via = server.request.as_ref().filter(|_| waits).and_then(|request| request.via());
        let Some(via) = via else { return false };
        let port = via.port.unwrap_or_else(|| lost.transport.default_port());
        server.flow = Flow { remote: SocketAddr::new(ip, port), connection: None, ..server.flow };
        true
    }

    /// Answers a request. The bytes are returned for those who repeat them (2xx to INVITE).
    pub(super) fn respond(&mut self, now: Instant, id: ServerId, reply: &Reply) -> Option<Vec<u8>> {
        let server = self.servers.get_mut(&id)?;
        let request = if reply.status < 200 { server.request.clone() } else { server.request.take() };
        let bytes = reply.write(&*request?, server.tag);
        if reply.status >= 200 {
            server.plain = reply.plain();
        }
        let happening = match reply.status {
            100..=199 => Happening::SendProvisional,
            200..=299 => Happening::SendSuccess,
            _ => Happening::SendFailure,
        };
        self.step_server(now, id, happening, Some(bytes.clone()));
        Some(bytes)
    }

    pub(super) fn server_fired(&mut self, now: Instant, id: ServerId, timer: Timer) {
        self.step_server(now, id, Happening::Fired(timer), None);
    }

    pub(super) fn step_server(
        &mut self,
        now: Instant,
        id: ServerId,
        happening: Happening,
        response: Option<Vec<u8>>,
    ) -> Option<Do> {
        let server = self.servers.get_mut(&id)?;
        let (state, todo) = step(server.kind, server.state, happening);
        server.state = state;
        let mut for_user = None;
        let mut response = response;
        for act in todo {
            let server = self.servers.get_mut(&id)?;
            let flow = server.flow;
            match act {
                Do::Send => {
                    if let Some(bytes) = response.take() {
                        // What an accepted INVITE was answered with is the session's to repeat, and a bare status is
                        // written anew for whoever asks again.
                        let repeated =
                            state != State::Accepted && !(server.plain.is_some() && server.is_spent());
                        server.last = if repeated { bytes.clone() } else { vec![] };
                        self.transmit(flow, bytes);
                    }
                }
                Do::Resend => {
                    let bytes = server.last.clone();
                    if happening == Happening::Fired(Timer::G) {
                        server.resent += 1;
                    }
                    if !bytes.is_empty() {
                        self.transmit(flow, bytes);
                    }
                }
                Do::ReportCopy | Do::PassAck => for_user = Some(*act),
                Do::Start(timer) => {
                    if !(timer.only_unreliable() && flow.transport.is_stream()) {
                        let at = now + timer.after(server.resent, flow.transport);
                        self.schedule.set(Wake::Server(id, *timer), at);
                    }
                }
                Do::Stop(timer) => self.schedule.clear(&Wake::Server(id, *timer)),
            }
        }
        if state == State::Terminated
            && let Some(server) = self.servers.remove(&id)
        {
            self.keys.remove(&server.key);
            if server.kind == Kind::Invite {
                self.ended.push(Ended::Server(id));
            }
        } else if self.servers.get(&id).is_some_and(Server::is_spent) {
            self.spend(now, id);
        }
        for_user
    }

    /// The 2xx to an INVITE has been acknowledged: its transaction has only late copies to absorb.
    pub(super) fn acknowledged(&mut self, now: Instant, id: ServerId) {
        if self.servers.get(&id).is_some_and(|server| server.state == State::Accepted) {
            self.spend(now, id);
        }
    }

    fn spend(&mut self, now: Instant, id: ServerId) {
        let Some(Server { kind, key, tag, last, plain, .. }) = self.servers.remove(&id) else { return };
        let (timer, copied, invite) = match kind {
            Kind::Invite => (Timer::L, Copied::Silently { tag }, Some(id)),
            Kind::NonInvite => {
                let answer = plain.map(|status| Copied::Anew { status, tag });
                (Timer::J, answer.unwrap_or_else(|| Copied::Again(last.into_boxed_slice())), None)
            }
        };
        self.schedule.clear(&Wake::Server(id, timer));
        self.keys.insert(key, Met::Spent(copied));
        if let Some(over) = self.spent.keep(now + GIVE_UP, key, invite) {
            self.forget_spent(over);
        }
        self.wake_for_spent();
    }

    pub(super) fn spent_are_due(&mut self, now: Instant) {
        while let Some(over) = self.spent.over(now) {
            self.forget_spent(over);
        }
        if self.spent.len() == 0 {
            self.keys.shrink_to(2 * self.servers.len());
        }
        self.wake_for_spent();
    }

    fn forget_spent(&mut self, over: Over) {
        self.keys.remove(&over.key);
        self.ended.extend(over.invite.map(Ended::Server));
    }

    fn wake_for_spent(&mut self) {
        if let Some(at) = self.spent.next() {
            self.schedule.set(Wake::Spent, at);
        }
    }

    /// Is the transaction of this INVITE of theirs alive, if only for its copies?
    pub(super) fn is_alive(&self, id: ServerId) -> bool {
        self.servers.contains_key(&id) || self.spent.has_invite(id)
    }
}

impl Server {
    /// It waits for copies that come over a transport on which there are some, and for nothing else.
    fn is_spent(&self) -> bool {
        self.kind == Kind::NonInvite && self.state == State::Completed && !self.flow.transport.is_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::{Do::*, Happening::*, State::*, *};

    #[test]
    fn an_invite_follows_figure_7_of_rfc_3261_and_rfc_6026() {
        let table: &[(State, Happening, Step)] = &[
            (Proceeding, Happening::Copy, (Proceeding, &[Resend])),
            (Proceeding, SendProvisional, (Proceeding, &[Send])),
            (Proceeding, SendFailure, (Completed, &[Send, Start(Timer::G), Start(Timer::H)])),
            (Proceeding, SendSuccess, (Accepted, &[Send, Start(Timer::L)])),
            (Completed, Happening::Copy, (Completed, &[Resend])),
            (Completed, Fired(Timer::G), (Completed, &[Resend, Start(Timer::G)])),
            (Completed, Ack, (Confirmed, &[Stop(Timer::G), Stop(Timer::H), Start(Timer::I)])),
            (Completed, Fired(Timer::H), (Terminated, &[Stop(Timer::G)])),
            (Completed, SendSuccess, (Completed, &[])),
            (Confirmed, Ack, (Confirmed, &[])),
            (Confirmed, Happening::Copy, (Confirmed, &[])),
            (Confirmed, Fired(Timer::I), (Terminated, &[])),
            (Accepted, Happening::Copy, (Accepted, &[ReportCopy])),
            (Accepted, Ack, (Accepted, &[PassAck])),
            (Accepted, SendFailure, (Accepted, &[])),
            (Accepted, Fired(Timer::L), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::Invite, state, happening), expected, "{state:?} {happening:?}");
        }
    }

    #[test]
    fn any_other_request_follows_figure_8_of_rfc_3261() {
        let table: &[(State, Happening, Step)] = &[
            (Trying, Happening::Copy, (Trying, &[])),
            (Trying, SendProvisional, (Proceeding, &[Send])),
            (Trying, SendSuccess, (Completed, &[Send, Start(Timer::J)])),
            (Proceeding, Happening::Copy, (Proceeding, &[Resend])),
            (Proceeding, SendFailure, (Completed, &[Send, Start(Timer::J)])),
            (Completed, Happening::Copy, (Completed, &[Resend])),
            (Completed, SendSuccess, (Completed, &[])),
            (Completed, Fired(Timer::J), (Terminated, &[])),
        ];
        for &(state, happening, expected) in table {
            assert_eq!(step(Kind::NonInvite, state, happening), expected, "{state:?} {happening:?}");
        }
    }
}
