//! A call that somebody makes to us, from its INVITE to our final answer.

use std::{sync::Arc, time::Instant};

use super::{
    dialog::Dialog,
    event::{Cause, Flow, Identity, Invitation, Peer, SessionId, Transport},
    invite::cause_of,
    offer::offer_of,
    reply::Reply,
    tag::Tag,
    talking::Talking,
    transaction_layer::{ServerId, TransactionLayer},
    wire::{Address, Message, Method, Name, escape_user},
};

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
    contact: String,
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

pub(super) fn identity(address: &Address<'_>) -> Identity {
    Identity {
        user: address.uri.user().unwrap_or_default().into_owned(),
        display: address.display().into_owned(),
    }
}

impl Invited {
    pub(super) fn new(
        request: &Message,
        server: ServerId,
        tag: Tag,
        peer: Peer,
        flow: Flow,
    ) -> (Self, Invitation) {
        let dialled = request.uri().and_then(|uri| uri.user().map(|u| u.into_owned())).unwrap_or_default();
        let from = request.from().map(|a| identity(&a)).unwrap_or_default();
        let asserted = match peer {
            // Only a trusted hop may assert (RFC 3325, 5).
            Peer::Trunk(_) => request.asserted_identities().next().map(|a| identity(&a)),
            Peer::Phone(_) => None,
        };
        let invitation = Invitation {
            peer: peer.clone(),
            dialled: dialled.clone(),
            to: request.to().map(|a| identity(&a)).unwrap_or_default(),
            anonymous: request.wants_privacy() || from.user.eq_ignore_ascii_case("anonymous"),
            from,
            asserted,
            call_id: request.call_id().unwrap_or_default().to_owned(),
            offer: offer_of(request).unwrap_or_default(),
            source: flow.remote,
            transport: flow.transport,
            replaces: None,
            referred_by: request.header(Name::ReferredBy).and_then(Address::parse).map(|a| identity(&a)),
        };
        let invited = Self {
            peer,
            server,
            dialog: Dialog::of_request(request, tag, flow),
            seq: request.cseq().map(|(seq, _)| seq).unwrap_or_default(),
            contact: dialled,
        };
        (invited, invitation)
    }

    /// A provisional answer, 101 to 199, with or without early media.
    pub(super) fn ring(&self, now: Instant, layer: &mut TransactionLayer, status: u16, body: Vec<u8>) {
        let contact = own_contact(layer, &self.contact, &self.dialog.flow);
        let reply = Reply::new(status).in_dialog(&contact).body(SDP, body);
        layer.respond(now, self.server, &reply);
    }

    /// The 200, which is repeated until its ACK comes.
    pub(super) fn answer(
        self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        body: Vec<u8>,
    ) -> Talking {
        let contact = own_contact(layer, &self.contact, &self.dialog.flow);
        let reply = Reply::new(200)
            .in_dialog(&contact)
            .with(Name::Server, layer.settings.user_agent.clone())
            .body(SDP, body);
        let along = layer.reply_flow(self.server).unwrap_or(self.dialog.flow);
        let bytes = layer.respond(now, self.server, &reply);
        let mut talking = Talking::new(self.peer, self.dialog, contact, Some(self.server));
        if let Some(bytes) = bytes {
            talking.await_ack(now, layer, id, self.seq, bytes, along);
        }
        talking
    }

    /// A request inside the early dialog. `Some` if it ends the call: a BYE from the caller (15.1.2).
    pub(super) fn requested(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        request: &Arc<Message>,
        server: ServerId,
    ) -> Option<Option<Cause>> {
        let (seq, method) = request.cseq()?;
        if !self.dialog.admit(seq) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return None;
        }
        match method {
            Method::Bye => {
                layer.respond(now, server, &Reply::new(200));
                return Some(cause_of(request));
            }
            // A second INVITE before the first is answered (14.2).
            Method::Invite => {
                layer.respond(now, server, &Reply::new(500).with(Name::RetryAfter, "5"));
            }
            Method::Update if request.body().is_empty() => {
                self.dialog.refresh_target(request);
                let contact = own_contact(layer, &self.contact, &self.dialog.flow);
                layer.respond(now, server, &Reply::new(200).in_dialog(&contact));
            }
            // Their first offer has not been answered (RFC 3311, 5.2).
            Method::Update => {
                layer.respond(now, server, &Reply::new(500).with(Name::RetryAfter, "5"));
            }
            Method::Info => {
                layer.respond(now, server, &Reply::new(200));
            }
            _ => {
                layer.respond(now, server, &Reply::new(405).with(Name::Allow, super::reply::ALLOW));
            }
        }
        None
    }
}
