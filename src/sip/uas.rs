//! A call that somebody makes to us, from its INVITE to our final answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::Rng;

use super::{
    caller::{self, identity},
    dialog::{Dialog, wants_sips},
    draft::MAX_FORWARDS,
    event::{Cause, EndedBy, Event, Flow, Invitation, Peer, SessionId, Transport},
    fingerprint::Fingerprint,
    invite::{Session, Sessions, cause_of},
    offer::{has_no_offer, offer_of},
    offer_answer::{Carrier, Conflict, Meaning, Side, Standing, describe, invited_without},
    reliable::{Provisionals, Wanted},
    reply::Reply,
    schedule::Wake,
    session_timer::{SessionTimer, Terms},
    settings::without_kept,
    tag::Tag,
    talking::Talking,
    transaction_layer::{ServerId, ServerUser, TransactionLayer},
    wire::{Address, Message, Method, Name, Scheme, escape_user},
};

mod deadlines;

/// The media type of every body that the PBX gives us.
pub(super) const SDP: &str = "application/sdp";

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct Invited {
    pub(super) peer: Peer,
    pub(super) server: ServerId,
    pub(super) dialog: Dialog,
    /// The number of the INVITE, which its ACK repeats.
    seq: u32,
    /// The user that we are to them.
    contact: String,
    standing: Standing,
    provisionals: Provisionals,
    /// What they have heard last of how it goes.
    heard: (u16, Vec<u8>),
    /// An UPDATE or PRACK of theirs whose offer waits for the PBX.
    asked: Option<ServerId>,
    /// The PBX has answered; the 200 waits for the PRACK of what it would overtake (RFC 3262, 3).
    answering: Option<Vec<u8>>,
    /// What our 2xx will say of the session timer.
    terms: Option<Terms>,
    timer: SessionTimer,
    /// The description that they have from us.
    described: Vec<u8>,
}

/// What a request in an early dialog has brought about.
#[derive(Debug)]
enum Early {
    Nothing,
    /// The caller has left (15.1.2).
    Left(Option<Cause>),
    /// The answer that was held back may go out.
    Answer(Vec<u8>),
}

/// How we name ourselves in Contact: the user they know, at the address they can reach.
pub(super) fn own_contact(layer: &TransactionLayer, user: &str, flow: &Flow) -> String {
    let address = layer.settings.advertised(flow);
    let transport = match flow.transport {
        Transport::Udp => String::new(),
        other => format!(";transport={}", other.param()),
    };
    if user.is_empty() {
        format!("sip:{address}{transport}")
    } else {
        format!("sip:{}@{address}{transport}", escape_user(user))
    }
}

impl Invited {
    pub(super) fn new(
        request: &Message,
        server: ServerId,
        tag: Tag,
        peer: Peer,
        flow: Flow,
        terms: Option<Terms>,
    ) -> (Self, Invitation) {
        let dialled = request.uri().map(|uri| match uri.scheme() {
            Scheme::Other => uri.as_str().to_owned(),
            _ => uri.dialled(),
        });
        let dialled = dialled.unwrap_or_default();
        let from = request.from().map(|a| identity(&a)).unwrap_or_default();
        let asserted = match peer {
            // Only a trusted hop may assert (RFC 3325, 5).
            Peer::Trunk(_) => caller::asserted(request),
            Peer::Phone(_) => None,
        };
        let verstat = match peer {
            Peer::Trunk(_) => caller::verstat(request),
            Peer::Phone(_) => None,
        };
        let invitation = Invitation {
            peer: peer.clone(),
            dialled: dialled.clone(),
            to: request.to().map(|a| identity(&a)).unwrap_or_default(),
            anonymous: request.wants_privacy()
                || caller::remote_party_withholds(request)
                || from.user.eq_ignore_ascii_case("anonymous"),
            from,
            asserted,
            verstat,
            call_id: request.call_id().unwrap_or_default().to_owned(),
            offer: offer_of(request).unwrap_or_default(),
            source: flow.remote,
            transport: flow.transport,
            sips: wants_sips(request),
            replaces: None,
            referred_by: request.header(Name::ReferredBy).and_then(Address::parse).map(|a| identity(&a)),
            hops: request.max_forwards().unwrap_or(MAX_FORWARDS),
        };
        let standing = if invitation.offer.is_empty() {
            invited_without(Standing::Settled, Side::Them)
        } else {
            describe(Standing::Settled, Side::Them, Carrier::Invite).0
        };
        let invited = Self {
            peer,
            server,
            dialog: Dialog::of_request(request, tag, flow),
            seq: request.cseq().map(|(seq, _)| seq).unwrap_or_default(),
            contact: dialled,
            standing,
            provisionals: Provisionals::new(Wanted::by(request)),
            heard: (183, vec![]),
            asked: None,
            answering: None,
            terms,
            timer: SessionTimer::with(request.lists(Name::Allow, "UPDATE"), Duration::ZERO),
            described: vec![],
        };
        (invited, invitation)
    }

    /// Has the PBX answered, and only the caller does not know it yet?
    pub(super) fn is_answering(&self) -> bool {
        self.answering.is_some()
    }

    /// A provisional answer, 101 to 199, with or without early media: reliably where the caller insists, or where a
    /// description would be lost with it.
    fn ring(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        status: u16,
        body: Vec<u8>,
    ) {
        self.heard = (status, body.clone());
        layer.schedule.set(Wake::Reminder(id), now + deadlines::REMIND_AFTER);
        let reliably = match self.provisionals.wanted {
            Wanted::No => false,
            Wanted::Supported => !body.is_empty(),
            Wanted::Required => true,
        };
        if self.is_answering() {
        } else if !reliably {
            let (_, meaning) = describe(self.standing, Side::Us, Carrier::Unreliable);
            let body = if meaning == Meaning::Preview { body } else { vec![] };
            let contact = self.dialog.own_contact(layer, &self.contact);
            layer.respond(now, self.server, &Reply::new(status).in_dialog(&contact).body(SDP, body));
        } else if self.provisionals.is_outstanding() {
            self.provisionals.wait(status, body);
        } else {
            self.ring_reliably(now, layer, id, status, body);
        }
    }

    fn ring_reliably(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        status: u16,
        body: Vec<u8>,
    ) {
        // The first reliable answer to an INVITE without an offer would have to make one (RFC 3262, 5), for which there
        // is no port before somebody has answered: the caller hears no more than the 100 until then.
        if self.standing == Standing::Due(Side::Us) {
            return;
        }
        let (standing, meaning) = match body.is_empty() {
            true => (self.standing, Meaning::Nothing),
            false => describe(self.standing, Side::Us, Carrier::Reliable),
        };
        let body = if meaning == Meaning::Answer { body } else { vec![] };
        let contact = self.dialog.own_contact(layer, &self.contact);
        let reply = Reply::new(status)
            .in_dialog(&contact)
            .with(Name::Require, "100rel")
            .with(Name::RSeq, self.provisionals.number(&mut layer.chance).to_string())
            .body(SDP, body.clone());
        let along = layer.reply_flow(self.server).unwrap_or(self.dialog.flow);
        let Some(bytes) = layer.respond(now, self.server, &reply) else { return };
        self.standing = standing;
        let at = self.provisionals.sent(now, bytes, along, !body.is_empty());
        layer.schedule.set(Wake::Provisional(id), at);
        if !body.is_empty() {
            self.described = body;
        }
    }

    /// May the 200 go out? Else it waits for a PRACK, or for the PBX's word on another offer.
    fn may_answer(&self) -> bool {
        !self.provisionals.holds_back_the_answer() && self.asked.is_none()
    }

    /// The 200, which is repeated until its ACK comes. Without a description if the caller has had the answer already.
    fn answer(mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId, body: Vec<u8>) -> Talking {
        layer.schedule.clear(&Wake::Provisional(id));
        layer.schedule.clear(&Wake::Invitation(id));
        layer.schedule.clear(&Wake::Reminder(id));
        let contact = self.dialog.own_contact(layer, &self.contact);
        let (standing, meaning) = describe(self.standing, Side::Us, Carrier::Success);
        let body = if meaning == Meaning::Nothing { vec![] } else { body };
        if !body.is_empty() {
            self.described = body.clone();
        }
        let reply = Reply::new(200)
            .in_dialog(&contact)
            .with(Name::Server, layer.settings.user_agent.clone())
            .body(SDP, body);
        let reply = Terms::into_reply(self.terms, reply);
        let along = layer.reply_flow(self.server).unwrap_or(self.dialog.flow);
        let bytes = layer.respond(now, self.server, &reply);
        let mut talking = Talking::new(self.peer, self.dialog, contact, Some(self.server));
        talking.timer = self.timer;
        talking.late_prack = self.provisionals.left(self.seq);
        talking.described = self.described;
        if let Some(bytes) = bytes {
            let ours_is_open = matches!(standing, Standing::Open(Side::Us, _));
            talking.await_ack(now, layer, id, self.seq, bytes, along, ours_is_open);
        }
        talking.settle_timer(now, layer, id, self.terms, false);
        talking
    }

    /// An UPDATE or a PRACK brings an offer.
    fn reoffered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Message,
        server: ServerId,
        carrier: Carrier,
    ) {
        let (standing, meaning) = describe(self.standing, Side::Them, carrier);
        match meaning {
            Meaning::Offer => {
                self.standing = standing;
                self.asked = Some(server);
                if carrier == Carrier::Update {
                    self.dialog.refresh_target(request);
                }
                layer.tell(Event::Reoffered { session: id, offer: offer_of(request).unwrap_or_default() });
            }
            Meaning::Conflict(why) => {
                let reply = conflict(layer, why);
                layer.respond(now, server, &reply);
            }
            Meaning::Answer | Meaning::Preview | Meaning::Nothing => {
                layer.respond(now, server, &Reply::new(200));
            }
        }
    }

    /// The PBX's word on it.
    pub(super) fn settle_reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        reply: Reply,
    ) -> bool {
        let Some(server) = self.asked.take() else { return false };
        if let Some(body) = reply.accepted_with() {
            self.described = body.to_vec();
        }
        let contact = self.dialog.own_contact(layer, &self.contact);
        let reply = if reply.status < 300 { reply.in_dialog(&contact) } else { reply };
        layer.respond(now, server, &reply);
        self.standing = self.standing.without_offer_of(Side::Them);
        true
    }

    /// A request inside the early dialog.
    fn requested(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
    ) -> Early {
        let Some((seq, method)) = request.cseq() else { return Early::Nothing };
        if !self.dialog.admit(seq) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return Early::Nothing;
        }
        match method {
            Method::Bye => {
                layer.respond(now, server, &Reply::new(200));
                return Early::Left(cause_of(request));
            }
            Method::Prack => return self.acknowledged(now, layer, id, request, server),
            // A second INVITE before the first is answered (14.2).
            Method::Invite => {
                let reply = conflict(layer, Conflict::TooSoon);
                layer.respond(now, server, &reply);
            }
            Method::Update if has_no_offer(request) => {
                self.dialog.refresh_target(request);
                let contact = self.dialog.own_contact(layer, &self.contact);
                layer.respond(now, server, &Reply::new(200).in_dialog(&contact));
            }
            Method::Update => {
                self.reoffered(now, layer, id, request, server, Carrier::Update);
            }
            Method::Info => {
                layer.respond(now, server, &Reply::new(200));
            }
            method => {
                layer.respond(now, server, &Reply::unserved(&method));
            }
        }
        Early::Nothing
    }

    /// A PRACK (RFC 3262, 3).
    fn acknowledged(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        prack: &Message,
        server: ServerId,
    ) -> Early {
        if !self.provisionals.acknowledge(prack.rack(), self.seq) {
            layer.respond(now, server, &Reply::new(481));
            return Early::Nothing;
        }
        layer.schedule.clear(&Wake::Provisional(id));
        if has_no_offer(prack) {
            layer.respond(now, server, &Reply::new(200));
        } else {
            self.reoffered(now, layer, id, prack, server, Carrier::Prack);
        }
        if let Some((status, body)) = self.provisionals.next_waiting()
            && !self.is_answering()
        {
            self.ring_reliably(now, layer, id, status, body);
        }
        self.answer_if_may()
    }

    fn answer_if_may(&mut self) -> Early {
        if !self.may_answer() {
            return Early::Nothing;
        }
        self.answering.take().map_or(Early::Nothing, Early::Answer)
    }
}

/// The refusal of an offer that comes at the wrong time (14.2; RFC 3311, 5.2).
pub(super) fn conflict(layer: &mut TransactionLayer, why: Conflict) -> Reply {
    match why {
        Conflict::Glare => Reply::new(491),
        Conflict::TooSoon => {
            Reply::new(500).with(Name::RetryAfter, (layer.chance.next_u32() % 11).to_string())
        }
    }
}

/// Their calls, until we have answered.
impl Sessions {
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
        let terms = match Terms::of_request(request, &layer.settings.session_timers_of(&peer)) {
            Ok(terms) => terms,
            Err(reply) => {
                layer.respond(now, server, &reply);
                return;
            }
        };
        let (invited, invitation) = Invited::new(request, server, tag, peer, flow, terms);
        let invitation = Invitation { replaces, ..invitation };
        self.originals.insert(original, (server, id));
        self.original_of.insert(server, original);
        self.by_tag.insert(tag, id);
        self.table.insert(id, Session::Invited(invited));
        layer.serve(server, ServerUser::Invite(id));
        layer.respond(now, server, &Reply::new(100));
        layer.schedule.set(Wake::Reminder(id), now + deadlines::REMIND_AFTER);
        if let Some(seconds) = request.expires().filter(|seconds| *seconds > 0) {
            layer.schedule.set(Wake::Invitation(id), now + Duration::from_secs(seconds.into()));
        }
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
            // What they asked before they left is answered all the same (15.1.2).
            for server in [Some(invited.server), invited.asked].into_iter().flatten() {
                layer.respond(now, server, &Reply::new(487));
            }
            // The PBX holds it for answered, if only the 200 has still to go out.
            let told = if invited.is_answering() {
                Event::Ended { session, by: EndedBy::Remote(cause) }
            } else {
                Event::Cancelled { session, cause }
            };
            self.forget(layer, session);
            layer.tell(told);
        }
    }

    /// A copy of an INVITE that we have accepted: the same 2xx, as long as its ACK is missing.
    pub(super) fn copy_of_accepted(&mut self, layer: &mut TransactionLayer, session: SessionId) {
        if let Some(Session::Talking(talking)) = self.table.get(&session) {
            talking.repeat_answer(layer);
        }
    }

    pub(super) fn ring(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        status: u16,
        body: Vec<u8>,
    ) -> bool {
        match self.table.get_mut(&id) {
            Some(Session::Invited(invited)) => {
                invited.ring(now, layer, id, status, body);
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
            Some(Session::Invited(mut invited)) if !invited.may_answer() => {
                invited.answering.get_or_insert(body);
                self.table.insert(id, Session::Invited(invited));
                true
            }
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

    /// A request in the early dialog of a call of theirs.
    pub(super) fn requested_early(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
    ) {
        let Some(Session::Invited(invited)) = self.table.get_mut(&id) else { return };
        match invited.requested(now, layer, id, request, server) {
            Early::Nothing => {}
            Early::Left(cause) => self.cancelled(now, layer, id, cause),
            Early::Answer(body) => _ = self.answer(now, layer, id, body),
        }
    }

    /// The PBX's word on an offer in an early dialog. False if none is open.
    pub(super) fn settle_early_reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        reply: Reply,
    ) -> bool {
        match self.table.get_mut(&id) {
            Some(Session::Invited(invited)) => {
                let settled = invited.settle_reoffer(now, layer, reply);
                if let Early::Answer(body) = invited.answer_if_may() {
                    self.answer(now, layer, id, body);
                }
                settled
            }
            Some(Session::Calling(calling)) => calling.settle_reoffer(now, layer, reply),
            Some(Session::Talking(_)) | None => false,
        }
    }
}
