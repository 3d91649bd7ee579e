//! A call that has been answered: its requests both ways, new offers and their glare, and its end.

use std::{sync::Arc, time::Instant};

use rand_chacha::rand_core::Rng;

use super::{
    SendError,
    dialog::Dialog,
    draft::Draft,
    event::{Cause, EndedBy, Event, Flow, Peer, SessionId, TrunkName},
    invite::{Acknowledged, bye, cause_of},
    offer::offer_of,
    reply::{ALLOW, Reply, SUPPORTED},
    schedule::Wake,
    timer::{GIVE_UP, T1, T2},
    transaction_layer::{ClientId, ClientUser, Outcome, ServerId, TransactionLayer},
    uac::next_hop,
    uas::SDP,
    wire::{Message, Method, Name},
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
}

/// Where the negotiation of new media stands; one side at a time may have an offer open (RFC 3264, 4).
#[derive(Debug)]
enum Negotiation {
    Settled,
    /// Our re-INVITE is on its way.
    Asking {
        client: ClientId,
        offer: Vec<u8>,
    },
    /// Ours met theirs (491): it is sent again when the wait is over.
    Waiting {
        offer: Vec<u8>,
    },
    /// Theirs waits for the PBX.
    Asked {
        server: ServerId,
        seq: u32,
        by_invite: bool,
    },
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
    negotiation: Negotiation,
    /// The PBX has ended the call; the BYE waits for their ACK (15).
    leaving: Option<Option<Cause>>,
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
            leaving: None,
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
    pub(super) fn await_ack(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        seq: u32,
        bytes: Vec<u8>,
        flow: Flow,
    ) {
        self.unacknowledged = Some(Unacknowledged { seq, bytes, flow, repeated: 0, give_up: now + GIVE_UP });
        layer.schedule.set(Wake::Answer(id), now + T1);
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

    /// An ACK. True if the call was only waiting for it to end.
    pub(super) fn acked(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        ack: &Message,
    ) -> bool {
        let seq = ack.cseq().map(|(seq, _)| seq);
        if self.unacknowledged.as_ref().map(|waiting| waiting.seq) != seq {
            return false;
        }
        self.unacknowledged = None;
        layer.schedule.clear(&Wake::Answer(id));
        if let Some(cause) = self.leaving {
            self.send_bye(now, layer, cause);
            return true;
        }
        layer.tell(Event::Confirmed { session: id, body: ack.body().to_vec() });
        false
    }

    // ---- the end

    /// Ends the call. True if it is gone at once; false if the BYE has to wait for their ACK (15).
    pub(super) fn bye(&mut self, now: Instant, layer: &mut TransactionLayer, cause: Option<Cause>) -> bool {
        if let Negotiation::Asked { server, .. } = self.negotiation {
            layer.respond(now, server, &Reply::new(487));
        }
        if let Negotiation::Waiting { .. } | Negotiation::Asked { .. } = self.negotiation {
            self.negotiation = Negotiation::Settled;
        }
        if self.unacknowledged.is_some() {
            self.leaving = Some(cause);
            return false;
        }
        self.send_bye(now, layer, cause);
        true
    }

    fn send_bye(&mut self, now: Instant, layer: &mut TransactionLayer, cause: Option<Cause>) {
        let mut draft = self.draft(Method::Bye);
        bye(&mut draft, cause);
        let hop = self.hop(layer);
        // If the table is full the far end finds out by its own means: nothing of ours is left.
        let _ = layer.send(now, draft, hop, ClientUser::Nobody);
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
                if let Negotiation::Asked { server, .. } = self.negotiation {
                    layer.respond(now, server, &Reply::new(487));
                }
                Some(EndedBy::Remote(cause_of(request)))
            }
            Method::Invite => {
                self.reoffered(now, layer, id, request, server, seq, true);
                None
            }
            Method::Update if request.body().is_empty() => {
                self.dialog.refresh_target(request);
                layer.respond(now, server, &Reply::new(200).in_dialog(&self.contact));
                None
            }
            Method::Update => {
                self.reoffered(now, layer, id, request, server, seq, false);
                None
            }
            Method::Info => {
                self.informed(now, layer, id, request, server);
                None
            }
            _ => {
                layer.respond(now, server, &Reply::new(405).with(Name::Allow, ALLOW));
                None
            }
        }
    }

    /// A re-INVITE or an UPDATE with an offer (14.2; RFC 3311, 5.2).
    #[expect(clippy::too_many_arguments, reason = "one call site, and each says something else")]
    fn reoffered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
        seq: u32,
        by_invite: bool,
    ) {
        match self.negotiation {
            // Theirs is still open: they should have waited for our answer.
            Negotiation::Asked { .. } => {
                let seconds = layer.chance.next_u32() % 11;
                let reply = Reply::new(500).with(Name::RetryAfter, seconds.to_string());
                layer.respond(now, server, &reply);
            }
            // Ours is open, or our answer has not been acknowledged (RFC 6141, 3.1.4 in RFC 5407).
            Negotiation::Asking { .. } => {
                layer.respond(now, server, &Reply::new(491));
            }
            Negotiation::Settled | Negotiation::Waiting { .. } if self.unacknowledged.is_some() => {
                layer.respond(now, server, &Reply::new(491));
            }
            Negotiation::Settled | Negotiation::Waiting { .. } => {
                self.dialog.refresh_target(request);
                if by_invite {
                    layer.respond(now, server, &Reply::new(100));
                }
                // Theirs came while ours waited after a glare: ours is reported as refused.
                if let Negotiation::Waiting { .. } = self.negotiation {
                    layer.schedule.clear(&Wake::Glare(id));
                    layer.tell(Event::ReofferAnswered { session: id, result: Err(491) });
                }
                self.negotiation = Negotiation::Asked { server, seq, by_invite };
                layer.tell(Event::Reoffered { session: id, offer: offer_of(request).unwrap_or_default() });
            }
        }
    }

    /// INFO (RFC 6086): DTMF of phones that do not speak RFC 4733.
    fn informed(
        &self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Message,
        server: ServerId,
    ) {
        let digit = match request.content_type().as_deref() {
            None => {
                layer.respond(now, server, &Reply::new(200));
                return;
            }
            Some("application/dtmf-relay") => relayed_digit(request.body()),
            Some("application/dtmf") => digit_of(std::str::from_utf8(request.body()).unwrap_or("").trim()),
            Some(_) => {
                let accept = "application/dtmf-relay, application/dtmf";
                layer.respond(now, server, &Reply::new(415).with(Name::Accept, accept));
                return;
            }
        };
        match digit {
            Some(digit) => {
                layer.respond(now, server, &Reply::new(200));
                layer.tell(Event::InfoDigit { session: id, digit });
            }
            None => {
                layer.respond(now, server, &Reply::new(400).reason("Bad Digit"));
            }
        }
    }

    /// The PBX takes their offer.
    pub(super) fn accept_reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        body: Vec<u8>,
    ) -> bool {
        let Negotiation::Asked { server, seq, by_invite } = self.negotiation else { return false };
        self.negotiation = Negotiation::Settled;
        let reply = Reply::new(200).in_dialog(&self.contact).body(SDP, body);
        let along = layer.reply_flow(server).unwrap_or(self.dialog.flow);
        if let Some(bytes) = layer.respond(now, server, &reply)
            && by_invite
        {
            self.await_ack(now, layer, id, seq, bytes, along);
        }
        true
    }

    /// The PBX refuses it; the media stay as they are (14.2).
    pub(super) fn refuse_reoffer(&mut self, now: Instant, layer: &mut TransactionLayer, status: u16) -> bool {
        let Negotiation::Asked { server, .. } = self.negotiation else { return false };
        self.negotiation = Negotiation::Settled;
        layer.respond(now, server, &Reply::new(status));
        true
    }

    // ---- our offers

    /// A re-INVITE with this offer.
    pub(super) fn reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        offer: Vec<u8>,
    ) -> Result<(), SendError> {
        if !matches!(self.negotiation, Negotiation::Settled) || self.unacknowledged.is_some() {
            return Err(SendError::OfferPending);
        }
        self.ask(now, layer, id, offer)
    }

    fn ask(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        offer: Vec<u8>,
    ) -> Result<(), SendError> {
        let mut draft = self.draft(Method::Invite);
        draft.headers.push((Name::Contact, format!("<{}>", self.contact)));
        draft.headers.push((Name::Allow, ALLOW.to_owned()));
        draft.headers.push((Name::Supported, SUPPORTED.to_owned()));
        if !offer.is_empty() {
            draft.content_type = Some(SDP.to_owned());
            draft.body = offer.clone();
        }
        let hop = self.hop(layer);
        let client = layer.send(now, draft, hop, ClientUser::Reinvite(id))?;
        self.negotiation = Negotiation::Asking { client, offer };
        Ok(())
    }

    /// Our re-INVITE was challenged and has gone out again.
    pub(super) fn retried(&mut self, old: ClientId, new: ClientId, seq: u32) {
        if let Negotiation::Asking { client, .. } = &mut self.negotiation
            && *client == old
        {
            *client = new;
        }
        self.dialog.local_seq = self.dialog.local_seq.max(seq);
    }

    /// What became of our re-INVITE: the ACK that was sent, and whether the call is over.
    pub(super) fn reinvite_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) -> (Option<Acknowledged>, Option<EndedBy>) {
        let offer = match &mut self.negotiation {
            Negotiation::Asking { client: asked, offer } if *asked == client => std::mem::take(offer),
            _ => return (None, None),
        };
        let status = match (outcome, response.and_then(Message::status)) {
            (Outcome::Response, Some(status)) => status,
            (Outcome::Unsent, _) => 503,
            _ => 408,
        };
        match (status, response) {
            (100..=199, _) => {
                self.negotiation = Negotiation::Asking { client, offer };
                (None, None)
            }
            (200..=299, Some(response)) => {
                self.negotiation = Negotiation::Settled;
                self.dialog.refresh_target(response);
                let Some((asked, _, _, _)) = layer.asked(client) else { return (None, None) };
                let mut ack = self.dialog.ack(asked.seq);
                ack.credentials = asked.credentials.clone();
                let hop = self.hop(layer);
                let tag = self.dialog.remote_tag.clone();
                let ack = layer.send_ack(&ack, hop).map(|ack| Acknowledged { tag, flow: hop, ack });
                layer.tell(Event::ReofferAnswered { session: id, result: Ok(response.body().to_vec()) });
                (ack, None)
            }
            // Both sides asked at once (14.1): whoever made the call waits longer.
            (491, _) => {
                let tens = u64::from(layer.chance.next_u32());
                let millis = if self.origin.is_none() { 2100 + tens % 191 * 10 } else { tens % 201 * 10 };
                layer.schedule.set(Wake::Glare(id), now + std::time::Duration::from_millis(millis));
                self.negotiation = Negotiation::Waiting { offer };
                (None, None)
            }
            // The far end has forgotten the call (12.2.1.2); after a 408 it may not know that we have.
            (481 | 408, _) => {
                self.negotiation = Negotiation::Settled;
                self.send_bye(now, layer, None);
                (None, Some(EndedBy::DialogGone))
            }
            (status, _) => {
                self.negotiation = Negotiation::Settled;
                layer.tell(Event::ReofferAnswered { session: id, result: Err(status) });
                (None, None)
            }
        }
    }

    /// The wait after a glare is over.
    pub(super) fn glare_over(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        let Negotiation::Waiting { offer } = &mut self.negotiation else { return };
        let offer = std::mem::take(offer);
        self.negotiation = Negotiation::Settled;
        if self.ask(now, layer, id, offer).is_err() {
            layer.tell(Event::ReofferAnswered { session: id, result: Err(503) });
        }
    }

    /// Its connection is gone: a trunk is reached anew, at the address that it is known by.
    pub(super) fn connection_lost(&mut self, lost: &Flow) {
        if self.dialog.flow.connection.is_some() && self.dialog.flow.connection == lost.connection {
            self.dialog.flow.connection = None;
        }
    }
}

/// `Signal=5` of an application/dtmf-relay body.
fn relayed_digit(body: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(body).ok()?;
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then(|| digit_of(value.trim()))?
    })
}

/// The sixteen digits, also as the event numbers 10 to 15 of RFC 4733.
fn digit_of(text: &str) -> Option<char> {
    match text {
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut chars = text.chars();
    let digit = chars.next()?.to_ascii_uppercase();
    (chars.next().is_none() && matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')).then_some(digit)
}
