//! A call that we make, from our INVITE to its final answer, with the races between CANCEL, forks and 200.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use super::{
    SendError,
    dialog::Dialog,
    draft::Draft,
    event::{Cause, Event, Flow, Identity, Outgoing, Peer, SessionId, Target},
    invite::{Acknowledged, Session, Sessions, bye},
    reply::{ALLOW, Reply, SUPPORTED},
    schedule::Wake,
    tag::{Tag, new_call_id},
    talking::Talking,
    timer::GIVE_UP,
    transaction_layer::{ClientId, ClientUser, NotBegun, ServerId, TransactionLayer},
    uas::{SDP, own_contact},
    wire::{Message, Method, Name, address, escape_user},
};

/// How many forks of one INVITE we keep apart. Further ones may still answer; they then get ACK and BYE at once.
const EARLY_DIALOGS: usize = 8;

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct Calling {
    pub(super) peer: Peer,
    /// Our tag: the dialog's, once there is one.
    pub(super) tag: Tag,
    pub(super) client: ClientId,
    /// By their tag (12.1.2).
    early: BTreeMap<String, Dialog>,
    contact: String,
    /// A provisional answer has come: a CANCEL may go out (9.1).
    provisional: bool,
    cancelled: Option<Option<Cause>>,
}

/// Headers that we write ourselves: the PBX may not write them a second time.
const OURS: [&str; 14] = [
    "via",
    "from",
    "to",
    "call-id",
    "cseq",
    "max-forwards",
    "contact",
    "route",
    "record-route",
    "content-length",
    "content-type",
    "authorization",
    "proxy-authorization",
    "require",
];

/// The address, tag and route of a request to somebody new.
pub(super) struct Addressed {
    pub(super) peer: Peer,
    pub(super) flow: Flow,
    pub(super) draft: Draft,
}

/// A request outside any dialog to `target`, from `from` (8.1.1).
pub(super) fn addressed(
    layer: &mut TransactionLayer,
    method: Method,
    target: &Target,
    from: &Identity,
    tag: Tag,
) -> Result<Addressed, SendError> {
    let (peer, flow, uri, to, host, trunk) = match target {
        Target::Phone { extension, contact, flow } => {
            let realm = layer.settings.realm.clone();
            let to = format!("<sip:{extension}@{realm}>");
            (Peer::Phone(extension.clone()), *flow, contact.clone(), to, realm, None)
        }
        Target::Trunk { trunk: name, number } => {
            let (at, trunk) = layer.settings.trunk(name).ok_or(SendError::UnknownTrunk)?;
            let flow = layer.trunk_flow(at).ok_or(SendError::NoListener)?;
            let uri = format!("sip:{}@{}", escape_user(number), trunk.domain);
            let to = format!("<{uri}>");
            (Peer::Trunk(name.clone()), flow, uri, to, trunk.domain.clone(), Some(name.clone()))
        }
    };
    let from_uri = format!("sip:{}@{host}", escape_user(&from.user));
    let draft = Draft {
        method,
        uri,
        routes: vec![],
        from: address(&from.display, &from_uri, Some(&tag.to_string())),
        to,
        call_id: new_call_id(&mut layer.chance),
        seq: 1,
        headers: vec![(Name::UserAgent, layer.settings.user_agent.clone())],
        named: vec![],
        credentials: None,
        content_type: None,
        body: vec![],
        trunk,
    };
    Ok(Addressed { peer, flow, draft })
}

impl From<NotBegun> for SendError {
    fn from(why: NotBegun) -> Self {
        match why {
            NotBegun::TableFull => SendError::TooMany,
            NotBegun::BadTarget => SendError::BadTarget,
        }
    }
}

impl Calling {
    /// Sends the INVITE.
    pub(super) fn begin(
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        outgoing: Outgoing,
    ) -> Result<Self, SendError> {
        for (name, value) in &outgoing.headers {
            let token = |b: u8| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b);
            if name.is_empty()
                || !name.bytes().all(token)
                || OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours))
                || value.chars().any(char::is_control)
            {
                return Err(SendError::BadHeader);
            }
        }
        let tag = Tag::new(&mut layer.chance);
        let Addressed { peer, flow, mut draft } =
            addressed(layer, Method::Invite, &outgoing.target, &outgoing.from, tag)?;
        let contact = own_contact(layer, &outgoing.from.user, &flow);
        draft.headers.push((Name::Contact, format!("<{contact}>")));
        draft.headers.push((Name::Allow, ALLOW.to_owned()));
        draft.headers.push((Name::Supported, SUPPORTED.to_owned()));
        draft.named = outgoing.headers;
        if !outgoing.offer.is_empty() {
            draft.content_type = Some(SDP.to_owned());
            draft.body = outgoing.offer;
        }
        let client = layer.send(now, draft, flow, ClientUser::Invite(id))?;
        Ok(Self { peer, tag, client, early: BTreeMap::new(), contact, provisional: false, cancelled: None })
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    /// Has a provisional answer come?
    pub(super) fn is_heard(&self) -> bool {
        self.provisional
    }

    /// The early dialog that a request of theirs belongs to.
    pub(super) fn early_dialog(&self, request: &Message) -> Option<&Dialog> {
        self.early.get(request.from_tag().unwrap_or_default()).filter(|dialog| dialog.owns(request))
    }

    /// The early dialog with whoever has this tag.
    pub(super) fn early_dialog_with(&self, tag: &str) -> Option<&Dialog> {
        self.early.get(tag)
    }

    /// We give up. The CANCEL waits for a provisional answer (9.1); without one Timer B ends the INVITE.
    pub(super) fn cancel(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        cause: Option<Cause>,
    ) {
        if self.cancelled.is_some() {
            return;
        }
        self.cancelled = Some(cause);
        if self.provisional {
            self.send_cancel(now, layer, id, cause);
        }
    }

    fn send_cancel(&self, now: Instant, layer: &mut TransactionLayer, id: SessionId, cause: Option<Cause>) {
        layer.cancel(now, self.client, cause);
        layer.schedule.set(Wake::Cancelled(id), now + GIVE_UP);
    }

    /// The INVITE went out again with credentials: its tags and forks begin anew.
    pub(super) fn retried(&mut self, client: ClientId) {
        self.client = client;
        self.early.clear();
        self.provisional = false;
    }

    /// A provisional answer.
    pub(super) fn progressed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        response: &Message,
        flow: Flow,
    ) {
        let Some(status) = response.status() else { return };
        let first = !std::mem::replace(&mut self.provisional, true);
        if let Some(cause) = self.cancelled {
            if first {
                self.send_cancel(now, layer, id, cause);
            }
            return;
        }
        if status == 100 {
            return;
        }
        if let Some(tag) = response.to_tag()
            && let Some((draft, sent, _, _)) = layer.asked(self.client)
        {
            if let Some(known) = self.early.get_mut(tag) {
                known.refresh_target(response);
            } else if self.early.len() < EARLY_DIALOGS {
                self.early.insert(tag.to_owned(), Dialog::of_response(draft, self.tag, response, sent));
            }
        }
        layer.tell(Event::Progress {
            session: id,
            status,
            body: response.body().to_vec(),
            source: flow.remote,
        });
    }

    /// A request of theirs in an early dialog. `Some` with status and reason if the call has failed by it.
    pub(super) fn requested(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        request: &Arc<Message>,
        server: ServerId,
    ) -> Option<(u16, String)> {
        let (seq, method) = request.cseq()?;
        let dialog = self.early.get_mut(request.from_tag().unwrap_or_default())?;
        if !dialog.admit(seq) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return None;
        }
        let reply = match method {
            // A callee may not send BYE before its dialog is confirmed (15): the fork is over all the same.
            Method::Bye => {
                self.early.remove(request.from_tag().unwrap_or_default());
                Reply::new(200)
            }
            Method::Update if request.body().is_empty() => {
                dialog.refresh_target(request);
                Reply::new(200).in_dialog(&self.contact)
            }
            // Our own offer has not been answered (RFC 3311, 5.2).
            Method::Update | Method::Invite => Reply::new(491),
            Method::Info => Reply::new(200),
            _ => Reply::new(405).with(Name::Allow, ALLOW),
        };
        layer.respond(now, server, &reply);
        None
    }
}

impl Sessions {
    /// What we sent to the fork that answered this INVITE of ours with this tag.
    pub(super) fn acknowledgement(&self, client: ClientId, tag: &str) -> Option<&Acknowledged> {
        self.acknowledged.get(&client)?.iter().find(|done| done.tag == tag)
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
        let (seq, credentials, trunk_name) = (draft.seq, draft.credentials.clone(), draft.trunk.clone());
        let mut flow = sent;
        if flow.connection.is_none() {
            flow.connection = source.connection;
        }
        let mut dialog = Dialog::of_response(draft, tag, response, flow);
        let hop = next_hop(layer, &dialog, trunk_name.as_ref());
        let mut ack = dialog.ack(seq);
        ack.credentials = credentials;
        if let Some(ack) = layer.send_ack(&ack, hop) {
            let done = Acknowledged { tag: remote_tag, flow: hop, ack };
            self.acknowledged.entry(client).or_default().push(done);
        }
        if first && answered == Some(false) {
            let Some(Session::Calling(calling)) = self.table.remove(&id) else { return };
            let body = response.body().to_vec();
            let mut talking = Talking::new(calling.peer, dialog, calling.contact, None);
            talking.made_by = Some(client);
            layer.schedule.clear(&Wake::Cancelled(id));
            self.table.insert(id, Session::Talking(talking));
            layer.tell(Event::Answered { session: id, body, source: source.remote });
            return;
        }
        let mut end = dialog.request(Method::Bye);
        end.trunk = trunk_name;
        bye(&mut end, None);
        // If the table is full the far end finds out by its own means: nothing of ours is left.
        let _ = layer.send(now, end, hop, ClientUser::Nobody);
        if answered == Some(true) {
            self.fail(layer, id, 487, "Cancelled".to_owned(), None);
        }
    }
}

/// Where the next request of this dialog goes.
pub(super) fn next_hop(
    layer: &TransactionLayer,
    dialog: &Dialog,
    trunk: Option<&super::event::TrunkName>,
) -> Flow {
    dialog.next_hop(trunk.and_then(|name| layer.settings.trunk(name)).map(|(_, trunk)| trunk))
}

/// The tag at the end of a From that we wrote.
fn own_tag(from: &str) -> &str {
    from.rsplit_once(";tag=").map_or("", |(_, tag)| tag)
}
