//! A call that we make, from our INVITE to its final answer, with the races between CANCEL, forks and 200.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    SendError,
    dialog::{Dialog, is_sips, secured},
    draft::Draft,
    event::{Cause, Event, Flow, Identity, Outgoing, Peer, SessionId, Target},
    offer::{description_of, has_no_offer, multipart, offer_of},
    offer_answer::{Carrier, Meaning, Side, Standing, describe, invited_without},
    reliable::Order,
    reply::{ALLOW, Reply, SUPPORTED, SUPPORTED_IN_CALL},
    schedule::Wake,
    session_timer::{self, SessionTimer, Terms},
    tag::{Tag, new_call_id},
    talking::Talking,
    timer::GIVE_UP,
    transaction_layer::{ClientId, ClientUser, NotBegun, ServerId, TransactionLayer},
    uas::{SDP, conflict, own_contact},
    wire::{Message, Method, Name, Uri, address, escape_user},
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
    early: BTreeMap<String, Early>,
    contact: String,
    /// Our offer: what they have from us until something else is agreed on.
    described: Vec<u8>,
    /// How often a 422 has been obeyed, and what the last one wanted.
    raised: u8,
    least: Duration,
    /// A provisional answer has come: a CANCEL may go out (9.1).
    provisional: bool,
    /// When the INVITE went to the target that it waits for.
    asked: Instant,
    cancelled: Option<Option<Cause>>,
}

/// One fork of our INVITE.
#[derive(Debug)]
struct Early {
    dialog: Dialog,
    order: Order,
    standing: Standing,
    /// The answer to our offer, once it has come reliably: nothing later takes its place (13.2.1).
    answer: Option<Vec<u8>>,
    /// An UPDATE of theirs whose offer waits for the PBX.
    asked: Option<ServerId>,
    /// What we have answered to the last of them: it has taken the place of our offer.
    described: Option<Vec<u8>>,
}

/// 422s that one INVITE obeys: a chain of proxies may each want more.
const RAISES: u8 = 3;

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
    let (peer, flow, uri, to, host, trunk, routes) = match target {
        Target::Phone { extension, contact, flow, path } => {
            if Uri::parse(contact.as_bytes()).is_some_and(|uri| layer.settings.leads_here(&uri)) {
                return Err(SendError::Loop);
            }
            let realm = layer.settings.realm.clone();
            let to = format!("<sip:{extension}@{realm}>");
            (Peer::Phone(extension.clone()), *flow, contact.clone(), to, realm, None, path.clone())
        }
        Target::Trunk { trunk: name, number } => {
            let (at, trunk) = layer.settings.trunk(name).ok_or(SendError::UnknownTrunk)?;
            let flow = layer.trunk_flow(at).ok_or(SendError::NoListener)?;
            let uri = format!("sip:{}@{}", escape_user(number), trunk.domain);
            let to = format!("<{uri}>");
            (Peer::Trunk(name.clone()), flow, uri, to, trunk.domain.clone(), Some(name.clone()), vec![])
        }
    };
    // An address that gives nothing away has no host of ours either (RFC 3323, 4.1.1.3).
    let host = if *from == Identity::anonymous() { "anonymous.invalid" } else { &host };
    let from_uri = format!("sip:{}@{host}", escape_user(&from.user));
    let from = address(&from.display, &from_uri, Some(&tag.to_string()));
    let draft = Draft {
        headers: vec![(Name::UserAgent, layer.settings.user_agent.clone())],
        trunk,
        routes,
        ..Draft::bare(method, uri, from, to, new_call_id(&mut layer.chance), 1)
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
        if outgoing.sips {
            if !flow.transport.is_secure() {
                return Err(SendError::NotSecure);
            }
            if draft.trunk.is_some() {
                draft.uri = secured(&draft.uri);
                draft.to = format!("<{}>", draft.uri);
            }
        }
        let contact = own_contact(layer, &outgoing.from.user, &flow);
        let contact = if is_sips(&draft.uri) { secured(&contact) } else { contact };
        draft.headers.push((Name::Contact, format!("<{contact}>")));
        draft.headers.push((Name::Allow, ALLOW.to_owned()));
        // Without an offer of ours a reliable answer would have to make one, and the PRACK to answer it.
        let supported = if outgoing.offer.is_empty() { SUPPORTED_IN_CALL } else { SUPPORTED };
        draft.headers.push((Name::Supported, supported.to_owned()));
        let timers = layer.settings.session_timers_of(&peer);
        session_timer::ask(&mut draft, timers.expires, timers.least, None);
        draft.named = outgoing.headers;
        draft.max_forwards = outgoing.hops;
        let described = outgoing.offer.clone();
        if !outgoing.parts.is_empty() {
            let (content_type, body) =
                multipart(&outgoing.offer, &outgoing.parts).ok_or(SendError::BadHeader)?;
            draft.content_type = Some(content_type);
            draft.body = body;
        } else if !outgoing.offer.is_empty() {
            draft.content_type = Some(SDP.to_owned());
            draft.body = outgoing.offer;
        }
        let client = layer.send(now, draft, flow, ClientUser::Invite(id))?;
        Ok(Self {
            peer,
            tag,
            client,
            early: BTreeMap::new(),
            contact,
            described,
            raised: 0,
            least: Duration::ZERO,
            provisional: false,
            asked: now,
            cancelled: None,
        })
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    /// Since when no answer has come, not even a provisional one.
    pub(super) fn unheard_since(&self) -> Option<Instant> {
        (!self.provisional).then_some(self.asked)
    }

    /// The early dialog that a request of theirs belongs to.
    pub(super) fn early_dialog(&self, request: &Message) -> Option<&Dialog> {
        let early = self.early.get(request.from_tag().unwrap_or_default())?;
        Some(&early.dialog).filter(|dialog| dialog.owns(request))
    }

    /// Takes the number of a request in an early dialog. False if it is too old.
    pub(super) fn admits(&mut self, request: &Message, seq: u32) -> bool {
        let early = self.early.get_mut(request.from_tag().unwrap_or_default());
        early.is_some_and(|early| early.dialog.admit(seq))
    }

    /// The early dialog with whoever has this tag.
    pub(super) fn early_dialog_with(&self, tag: &str) -> Option<&Dialog> {
        self.early.get(tag).map(|early| &early.dialog)
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
    pub(super) fn retried(&mut self, now: Instant, client: ClientId) {
        (self.client, self.asked) = (client, now);
        self.early.clear();
        self.provisional = false;
    }

    /// It went out by another way, and with another Contact.
    pub(super) fn is_reached_at(&mut self, contact: &str) {
        contact.clone_into(&mut self.contact);
    }

    /// Our INVITE with the interval that a 422 wants (RFC 4028, 7.3); `None` lets the failure stand.
    pub(super) fn with_longer_session(
        &self,
        layer: &TransactionLayer,
        response: &Message,
    ) -> Option<(Draft, Flow)> {
        if response.status() != Some(422) || self.is_cancelled() || self.raised >= RAISES {
            return None;
        }
        let least = session_timer::wanted_by(response)?;
        let (draft, flow, _, _) = layer.asked(self.client)?;
        let mut draft = draft.clone();
        draft.seq += 1;
        session_timer::ask(&mut draft, layer.settings.session_timers_of(&self.peer).expires, least, None);
        Some((draft, flow))
    }

    /// It has gone out.
    pub(super) fn raised(&mut self, now: Instant, client: ClientId, response: &Message) {
        self.raised += 1;
        self.least = session_timer::wanted_by(response).unwrap_or(self.least);
        self.retried(now, client);
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
        let mut body = if status == 100 { None } else { self.heard_early(now, layer, id, response) };
        // A fork has failed; others may go on (RFC 6228, 4). Nobody rings there.
        if status == 199 {
            self.leave_fork(now, layer, response.to_tag().unwrap_or_default());
            body = None;
        }
        if let Some(cause) = self.cancelled {
            if first {
                self.send_cancel(now, layer, id, cause);
            }
            return;
        }
        if let Some(body) = body {
            layer.tell(Event::Progress { session: id, status, body, source: flow.remote });
        }
    }

    /// Notes the early dialog of an answer, and acknowledges one that wants it (RFC 3262, 4). Its description, as far as it
    /// counts; `None` if the answer does not: a copy, or one that has overtaken another.
    fn heard_early(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        response: &Message,
    ) -> Option<Vec<u8>> {
        let (draft, sent, _, _) = layer.asked(self.client)?;
        let (seq, trunk) = (draft.seq, draft.trunk.clone());
        let rseq = response.rseq().filter(|_| response.lists(Name::Require, "100rel"));
        let Some(tag) = response.to_tag() else { return Some(description_of(response)) };
        if !self.early.contains_key(tag) {
            if self.early.len() >= EARLY_DIALOGS {
                return Some(vec![]);
            }
            let standing = if self.described.is_empty() {
                invited_without(Standing::Settled, Side::Us)
            } else {
                Standing::Open(Side::Us, Carrier::Invite)
            };
            let dialog = Dialog::of_response(draft, self.tag, response, sent);
            let early = Early {
                dialog,
                order: Order::default(),
                standing,
                answer: None,
                asked: None,
                described: None,
            };
            self.early.insert(tag.to_owned(), early);
        }
        let early = self.early.get_mut(tag)?;
        let before = early.order;
        if rseq.is_some_and(|rseq| !early.order.admit(rseq)) {
            return None;
        }
        early.dialog.refresh_target(response);
        if let Some(rseq) = rseq {
            let mut prack = early.dialog.request(Method::Prack);
            prack.headers.push((Name::RAck, format!("{rseq} {seq} INVITE")));
            prack.trunk = trunk;
            let hop = next_hop(layer, &early.dialog, prack.trunk.as_ref());
            if layer.send(now, prack, hop, ClientUser::Prack(id)).is_err() {
                // With a full table they repeat their answer until there is room, or give the call up.
                early.order = before;
                return None;
            }
        }
        let carrier = if rseq.is_some() { Carrier::Reliable } else { Carrier::Unreliable };
        let mut body = description_of(response);
        if !body.is_empty() {
            let (standing, meaning) = describe(early.standing, Side::Them, carrier);
            match meaning {
                Meaning::Answer => {
                    early.standing = standing;
                    early.answer = Some(body.clone());
                }
                Meaning::Preview => {}
                // An INVITE of ours always has an offer, so none of theirs is due.
                Meaning::Offer | Meaning::Nothing | Meaning::Conflict(_) => body.clear(),
            }
        }
        Some(body)
    }

    /// The 2xx of the fork that takes the call, with its dialog. The description that counts: the answer, whenever it came.
    pub(super) fn answered(
        self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        mut dialog: Dialog,
        response: &Message,
    ) -> (Talking, Vec<u8>) {
        let early = self.early.get(&dialog.remote_tag);
        if let Some(early) = early {
            dialog.continues(&early.dialog);
        }
        let answer = early.and_then(|early| early.answer.clone());
        let described = early.and_then(|early| early.described.clone());
        let body = answer.unwrap_or_else(|| description_of(response));
        // Nobody waits for what other forks have asked.
        for asked in self.early.values().filter_map(|early| early.asked) {
            layer.respond(now, asked, &Reply::new(487));
        }
        let mut talking = Talking::new(self.peer, dialog, self.contact, None);
        talking.timer = SessionTimer::with(response.lists(Name::Allow, "UPDATE"), self.least);
        talking.described = described.unwrap_or(self.described);
        talking.settle_timer(now, layer, id, Terms::of_success(response), true);
        (talking, body)
    }

    /// A PRACK was challenged and has gone out again: numbers go on from there in each fork.
    pub(super) fn prack_retried(&mut self, seq: u32) {
        for early in self.early.values_mut() {
            early.dialog.local_seq = early.dialog.local_seq.max(seq);
        }
    }

    /// A request of theirs in an early dialog.
    pub(super) fn requested(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
    ) {
        let tag = request.from_tag().unwrap_or_default();
        let (Some((seq, method)), Some(early)) = (request.cseq(), self.early.get_mut(tag)) else { return };
        if !early.dialog.admit(seq) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return;
        }
        let reply = match method {
            // A callee may not send BYE before its dialog is confirmed (15): the fork is over all the same.
            Method::Bye => {
                self.leave_fork(now, layer, tag);
                Reply::new(200)
            }
            Method::Update if has_no_offer(request) => {
                early.dialog.refresh_target(request);
                Reply::new(200).in_dialog(&self.contact)
            }
            Method::Update => {
                let (standing, meaning) = describe(early.standing, Side::Them, Carrier::Update);
                match meaning {
                    Meaning::Offer if self.cancelled.is_none() => {
                        early.standing = standing;
                        early.asked = Some(server);
                        early.dialog.refresh_target(request);
                        let offer = offer_of(request).unwrap_or_default();
                        layer.tell(Event::Reoffered { session: id, offer });
                        return;
                    }
                    Meaning::Conflict(why) => conflict(layer, why),
                    _ => Reply::new(488),
                }
            }
            Method::Invite => Reply::new(491),
            Method::Info => Reply::new(200),
            // It is we who acknowledge there (RFC 3262, 3).
            Method::Prack => Reply::new(481),
            method => Reply::unserved(&method),
        };
        layer.respond(now, server, &reply);
    }

    /// A fork is over; what it has asked is answered all the same (15.1.2).
    fn leave_fork(&mut self, now: Instant, layer: &mut TransactionLayer, tag: &str) {
        if let Some(asked) = self.early.remove(tag).and_then(|early| early.asked) {
            layer.respond(now, asked, &Reply::new(487));
        }
    }

    /// The PBX's word on the offer of an UPDATE.
    pub(super) fn settle_reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        reply: Reply,
    ) -> bool {
        let Some(early) = self.early.values_mut().find(|early| early.asked.is_some()) else { return false };
        let Some(server) = early.asked.take() else { return false };
        early.standing = early.standing.without_offer_of(Side::Them);
        early.described = reply.accepted_with().map(<[u8]>::to_vec);
        let reply = if reply.status < 300 { reply.in_dialog(&self.contact) } else { reply };
        layer.respond(now, server, &reply);
        true
    }
}

/// Where the next request of this dialog goes.
pub(super) fn next_hop(
    layer: &TransactionLayer,
    dialog: &Dialog,
    trunk: Option<&super::event::TrunkName>,
) -> Flow {
    let trunk = trunk.and_then(|name| layer.settings.trunk(name)).map(|(_, trunk)| trunk);
    dialog.next_hop(&layer.settings, trunk)
}
