//! A call that has been answered: its requests both ways, new offers and their glare, and its end.

use std::{sync::Arc, time::Instant};

use super::{
    dialog::Dialog,
    draft::Draft,
    event::{Cause, EndedBy, Event, Flow, Peer, SessionId, TrunkName},
    invite::{bye, cause_of},
    offer::{description_of, has_no_offer},
    offer_answer::{Carrier, Meaning, Side, describe},
    reoffer::{Asked, Negotiation},
    reply::Reply,
    schedule::Wake,
    session_timer::SessionTimer,
    timer::{GIVE_UP, T1, T2},
    transaction_layer::{ClientId, ClientUser, ServerId, TransactionLayer},
    uac::next_hop,
    wire::{Message, Method, RAck},
};

/// Our 2xx to an INVITE, until its ACK comes (13.3.1.4).
#[derive(Debug)]
struct Unacknowledged {
    /// The number of the INVITE: its ACK repeats it.
    seq: u32,
    bytes: Vec<u8>,
    flow: Flow,
    repeated: u32,
    give_up: Instant,
    /// It carries an offer, which their ACK answers.
    offers: bool,
}

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct Talking {
    pub(super) peer: Peer,
    pub(super) dialog: Dialog,
    /// Their INVITE, if they called.
    pub(super) origin: Option<ServerId>,
    /// Our INVITE, if we did.
    pub(super) made_by: Option<ClientId>,
    contact: String,
    unacknowledged: Option<Unacknowledged>,
    pub(super) negotiation: Negotiation,
    pub(super) timer: SessionTimer,
    /// The description that they have from us: what a refresh repeats.
    pub(super) described: Vec<u8>,
    /// A provisional answer that the 2xx has overtaken: its PRACK may still come.
    pub(super) late_prack: Option<RAck>,
    /// The PBX has ended the call; the BYE waits for their ACK (15).
    leaving: Option<Option<Cause>>,
    /// An INFO of a phone's record key, which the PBX has not answered yet.
    pub(super) asked_to_record: Option<ServerId>,
    /// A REFER has come: the next one is told apart by its number (RFC 3515, 2.4.6).
    pub(super) referred: bool,
}

impl Talking {
    pub(super) fn new(peer: Peer, dialog: Dialog, contact: String, origin: Option<ServerId>) -> Self {
        Self {
            peer,
            dialog,
            origin,
            made_by: None,
            contact,
            unacknowledged: None,
            negotiation: Negotiation::Settled,
            timer: SessionTimer::default(),
            described: vec![],
            late_prack: None,
            leaving: None,
            asked_to_record: None,
            referred: false,
        }
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    fn trunk(&self) -> Option<&TrunkName> {
        match &self.peer {
            Peer::Trunk(name) => Some(name),
            Peer::Phone(_) => None,
        }
    }

    /// How we name ourselves in this dialog.
    pub(super) fn contact(&self) -> &str {
        &self.contact
    }

    /// Takes the next request in order, wherever a phone behind NAT sends it from. False if it is too old.
    pub(super) fn admit(&mut self, flow: Flow, seq: u32) -> bool {
        if let Peer::Phone(_) = self.peer {
            self.dialog.heard_along(flow);
        }
        self.dialog.admit(seq)
    }

    pub(super) fn draft(&mut self, method: Method) -> Draft {
        let mut draft = self.dialog.request(method);
        draft.trunk = self.trunk().cloned();
        draft
    }

    pub(super) fn hop(&self, layer: &TransactionLayer) -> Flow {
        next_hop(layer, &self.dialog, self.trunk())
    }

    // ---- our 2xx and its ACK

    /// Our 2xx has gone out: it is repeated after T1, doubling up to T2, for 64*T1 (13.3.1.4), on streams as well.
    #[expect(clippy::too_many_arguments, reason = "what is repeated, where, and what the ACK will say")]
    pub(super) fn await_ack(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        seq: u32,
        bytes: Vec<u8>,
        flow: Flow,
        offers: bool,
    ) {
        let give_up = now + GIVE_UP;
        self.unacknowledged = Some(Unacknowledged { seq, bytes, flow, repeated: 0, give_up, offers });
        layer.schedule.set(Wake::Answer(id), now + T1);
    }

    pub(super) fn awaits_ack(&self) -> bool {
        self.unacknowledged.is_some()
    }

    pub(super) fn our_offer_is_unanswered(&self) -> bool {
        self.unacknowledged.as_ref().is_some_and(|waiting| waiting.offers)
    }

    /// Their INVITE came again although we have accepted it: they have not got the 2xx.
    pub(super) fn repeat_answer(&self, layer: &mut TransactionLayer) {
        if let Some(waiting) = &self.unacknowledged {
            layer.transmit(waiting.flow, waiting.bytes.clone());
        }
    }

    /// It is time to repeat the 2xx, or to give up.
    pub(super) fn answer_due(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
    ) -> Option<EndedBy> {
        let waiting = self.unacknowledged.as_mut()?;
        if now < waiting.give_up {
            waiting.repeated += 1;
            let pause = T1.saturating_mul(1 << waiting.repeated.min(6)).min(T2);
            layer.schedule.set(Wake::Answer(id), (now + pause).min(waiting.give_up));
            layer.transmit(waiting.flow, waiting.bytes.clone());
            return None;
        }
        self.unacknowledged = None;
        let cause = self.leaving.flatten();
        self.send_bye(now, layer, cause);
        Some(EndedBy::NoAck)
    }

    /// Is this the ACK of the 2xx that is being repeated?
    pub(super) fn is_acknowledged_by(&self, ack: &Message) -> bool {
        let seq = ack.cseq().map(|(seq, _)| seq);
        self.unacknowledged.as_ref().is_some_and(|waiting| Some(waiting.seq) == seq)
    }

    /// An ACK. True if the call was only waiting for it to end.
    pub(super) fn acked(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        ack: &Message,
    ) -> bool {
        if !self.is_acknowledged_by(ack) {
            return false;
        }
        // Only an offer of ours is answered there (RFC 6337, 2.2).
        let (_, meaning) = describe(self.standing(), Side::Them, Carrier::Ack);
        let body = if meaning == Meaning::Answer { description_of(ack) } else { vec![] };
        self.unacknowledged = None;
        layer.schedule.clear(&Wake::Answer(id));
        if let Some(cause) = self.leaving {
            self.send_bye(now, layer, cause);
            return true;
        }
        layer.tell(Event::Confirmed { session: id, body });
        false
    }

    // ---- the end

    /// Ends the call. True if it is gone at once; false if the BYE has to wait for their ACK (15).
    pub(super) fn bye(&mut self, now: Instant, layer: &mut TransactionLayer, cause: Option<Cause>) -> bool {
        if let Negotiation::Asked(Asked { server, .. }) = self.negotiation {
            layer.respond(now, server, &Reply::new(487));
        }
        if let Negotiation::Waiting(_) | Negotiation::Asked(_) = self.negotiation {
            self.negotiation = Negotiation::Settled;
        }
        if self.unacknowledged.is_some() {
            self.leaving = Some(cause);
            return false;
        }
        self.send_bye(now, layer, cause);
        true
    }

    pub(super) fn send_bye(&mut self, now: Instant, layer: &mut TransactionLayer, cause: Option<Cause>) {
        let mut draft = self.draft(Method::Bye);
        bye(&mut draft, cause);
        let hop = self.hop(layer);
        // If the table is full the far end finds out by its own means: nothing of ours is left.
        let _ = layer.send(now, draft, hop, ClientUser::Bye(self.dialog.local_tag));
    }

    // ---- their requests

    /// A request in the dialog. `Some` if it ends the call.
    pub(super) fn requested(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
    ) -> Option<EndedBy> {
        let (seq, method) = request.cseq()?;
        if !self.dialog.admit(seq) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return None;
        }
        if self.leaving.is_some() && method != Method::Bye {
            layer.respond(now, server, &Reply::new(481));
            return None;
        }
        match method {
            Method::Bye => {
                layer.respond(now, server, &Reply::new(200));
                // What they asked before they left is answered all the same (15.1.2).
                if let Negotiation::Asked(Asked { server, .. }) = self.negotiation {
                    layer.respond(now, server, &Reply::new(487));
                }
                Some(EndedBy::Remote(cause_of(request)))
            }
            Method::Invite => {
                self.reoffered(now, layer, id, request, server, seq, Carrier::Invite);
                None
            }
            Method::Update if has_no_offer(request) => {
                self.refreshed(now, layer, id, request, server);
                None
            }
            Method::Prack => {
                let late = self.late_prack.is_some() && self.late_prack == request.rack();
                layer.respond(now, server, &Reply::new(if late { 200 } else { 481 }));
                None
            }
            Method::Update => {
                self.reoffered(now, layer, id, request, server, seq, Carrier::Update);
                None
            }
            Method::Info => {
                self.informed(now, layer, id, request, server);
                None
            }
            method => {
                layer.respond(now, server, &Reply::unserved(&method));
                None
            }
        }
    }

    /// A re-INVITE or UPDATE of ours was challenged and has gone out again.
    pub(super) fn retried(&mut self, old: ClientId, new: ClientId, seq: u32) {
        if let Negotiation::Asking { client, .. } = &mut self.negotiation
            && *client == old
        {
            *client = new;
        }
        self.timer.retried(old, new);
        self.dialog.local_seq = self.dialog.local_seq.max(seq);
    }
}
