//! New offers in an answered call, theirs and ours (RFC 3261, 14; RFC 3311), with their glare.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::Rng;

use super::{
    SendError,
    event::{EndedBy, Event, SessionId},
    invite::Acknowledged,
    offer::{description_of, offer_of},
    offer_answer::{Carrier, Conflict, Meaning, Side, Standing, describe, invited_without},
    reply::{ALLOW, Reply, SUPPORTED_IN_CALL},
    schedule::Wake,
    session_timer::{Terms, wanted_by},
    talking::Talking,
    transaction_layer::{ClientId, ClientUser, Outcome, ServerId, TransactionLayer},
    uas::{SDP, conflict},
    wire::{Message, Method, Name},
};
use crate::sip::draft::Draft;

/// An INVITE of ours is given up when it has been refused so often with 422.
const RAISES: u8 = 3;

/// Where the negotiation of new media stands; one side at a time may have an offer open (RFC 3264, 4).
#[derive(Debug, Default)]
pub(super) enum Negotiation {
    #[default]
    Settled,
    /// Our re-INVITE is on its way.
    Asking { client: ClientId, ask: Ask },
    /// Ours met theirs (491): it is sent again when the wait is over.
    Waiting(Ask),
    /// Theirs waits for the PBX.
    Asked(Asked),
}

/// A re-INVITE of ours.
#[derive(Debug, Default)]
pub(super) struct Ask {
    offer: Vec<u8>,
    /// It repeats what has been agreed on, to refresh the session: the PBX knows nothing of it.
    refresh: bool,
    /// How often a 422 has been obeyed.
    raised: u8,
}

/// A re-INVITE or UPDATE of theirs with an offer, or a re-INVITE that asks for ours.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) server: ServerId,
    /// Where its sender is from then on, if it is taken (RFC 3261, 12.2.2; RFC 6141, 4).
    request: Arc<Message>,
    seq: u32,
    carrier: Carrier,
    /// It has no offer: ours is due.
    empty: bool,
    terms: Option<Terms>,
}

impl Talking {
    pub(super) fn standing(&self) -> Standing {
        match &self.negotiation {
            Negotiation::Asked(asked) if asked.empty => invited_without(Standing::Settled, Side::Them),
            Negotiation::Asked(asked) => Standing::Open(Side::Them, asked.carrier),
            Negotiation::Asking { ask, .. } if ask.offer.is_empty() => {
                invited_without(Standing::Settled, Side::Us)
            }
            Negotiation::Asking { .. } => Standing::Open(Side::Us, Carrier::Invite),
            Negotiation::Settled | Negotiation::Waiting(_) if self.our_offer_is_unanswered() => {
                Standing::Open(Side::Us, Carrier::Success)
            }
            Negotiation::Settled | Negotiation::Waiting(_) => Standing::Settled,
        }
    }

    /// Is nothing under way that a new offer would meet?
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.negotiation, Negotiation::Settled) && !self.awaits_ack()
    }

    /// An UPDATE without an offer: a sign of life, or a new address (RFC 3311; RFC 4028, 7.4).
    pub(super) fn refreshed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Message,
        server: ServerId,
    ) {
        let terms = match Terms::of_request(request, &layer.settings.session_timers_of(&self.peer)) {
            Ok(terms) => terms,
            Err(reply) => {
                layer.respond(now, server, &reply);
                return;
            }
        };
        self.dialog.refresh_target(request);
        layer.respond(now, server, &Terms::into_reply(terms, Reply::new(200).in_dialog(self.contact())));
        self.settle_timer(now, layer, id, terms, false);
    }

    /// A re-INVITE or an UPDATE with an offer (14.2; RFC 3311, 5.2).
    #[expect(clippy::too_many_arguments, reason = "one call site, and each says something else")]
    pub(super) fn reoffered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
        seq: u32,
        carrier: Carrier,
    ) {
        let (_, meaning) = describe(self.standing(), Side::Them, carrier);
        let refused = match meaning {
            Meaning::Conflict(why) => Some(conflict(layer, why)),
            // Their ACK to our last 2xx is still on its way (RFC 5407, 3.1.4).
            _ if self.awaits_ack() && carrier == Carrier::Invite => Some(conflict(layer, Conflict::Glare)),
            _ => None,
        };
        let terms = Terms::of_request(request, &layer.settings.session_timers_of(&self.peer));
        let terms = match (refused, terms) {
            (None, Ok(terms)) => terms,
            (Some(reply), _) | (None, Err(reply)) => {
                layer.respond(now, server, &reply);
                return;
            }
        };
        if carrier == Carrier::Invite {
            layer.respond(now, server, &Reply::new(100));
        }
        // Theirs came while ours waited after a glare: ours is reported as refused, and theirs refreshes if it is taken.
        if let Negotiation::Waiting(ask) = &self.negotiation {
            layer.schedule.clear(&Wake::Glare(id));
            if ask.refresh {
                self.refresh_again(now, layer, id, None);
            } else {
                layer.tell(Event::ReofferAnswered { session: id, result: Err(491) });
            }
        }
        let offer = offer_of(request).unwrap_or_default();
        let empty = offer.is_empty();
        self.negotiation =
            Negotiation::Asked(Asked { server, request: request.clone(), seq, carrier, empty, terms });
        layer.tell(Event::Reoffered { session: id, offer });
    }

    /// The PBX takes their offer.
    pub(super) fn accept_reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        body: Vec<u8>,
    ) -> bool {
        let Negotiation::Asked(asked) = &self.negotiation else { return false };
        let Asked { server, seq, carrier, empty, terms, .. } = *asked;
        self.dialog.refresh_target(&asked.request);
        self.negotiation = Negotiation::Settled;
        let reply = Reply::new(200).in_dialog(self.contact()).body(SDP, body.clone());
        let along = layer.reply_flow(server).unwrap_or(self.dialog.flow);
        if let Some(bytes) = layer.respond(now, server, &Terms::into_reply(terms, reply))
            && carrier == Carrier::Invite
        {
            self.await_ack(now, layer, id, seq, bytes, along, empty);
        }
        self.described = body;
        self.settle_timer(now, layer, id, terms, false);
        true
    }

    /// The PBX refuses it; the media stay as they are (14.2).
    pub(super) fn refuse_reoffer(&mut self, now: Instant, layer: &mut TransactionLayer, status: u16) -> bool {
        let Negotiation::Asked(Asked { server, .. }) = self.negotiation else { return false };
        self.negotiation = Negotiation::Settled;
        layer.respond(now, server, &Reply::refusing_offer(status));
        true
    }

    /// A re-INVITE with this offer.
    pub(super) fn reoffer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        offer: Vec<u8>,
    ) -> Result<(), SendError> {
        if !self.is_settled() {
            return Err(SendError::OfferPending);
        }
        self.ask(now, layer, id, Ask { offer, ..Ask::default() })
    }

    /// A re-INVITE with the description that they have. False if it could not be sent.
    pub(super) fn repeat_description(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
    ) -> bool {
        let offer = self.described.clone();
        self.ask(now, layer, id, Ask { offer, refresh: true, raised: 0 }).is_ok()
    }

    /// The headers of our INVITEs and UPDATEs within a call.
    pub(super) fn dress(&self, layer: &TransactionLayer, draft: &mut Draft) {
        draft.headers.push((Name::Contact, format!("<{}>", self.contact())));
        draft.headers.push((Name::Allow, ALLOW.to_owned()));
        draft.headers.push((Name::Supported, SUPPORTED_IN_CALL.to_owned()));
        self.ask_timer(layer, draft);
    }

    fn ask(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        ask: Ask,
    ) -> Result<(), SendError> {
        let mut draft = self.draft(Method::Invite);
        self.dress(layer, &mut draft);
        if !ask.offer.is_empty() {
            draft.content_type = Some(SDP.to_owned());
            draft.body = ask.offer.clone();
        }
        let hop = self.hop(layer);
        let client = layer.send(now, draft, hop, ClientUser::Reinvite(id))?;
        self.negotiation = Negotiation::Asking { client, ask };
        Ok(())
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
        let mut ask = match &mut self.negotiation {
            Negotiation::Asking { client: asked, ask } if *asked == client => std::mem::take(ask),
            _ => return (None, None),
        };
        let Some(status) = outcome.final_status(response) else {
            self.negotiation = Negotiation::Asking { client, ask };
            return (None, None);
        };
        self.negotiation = Negotiation::Settled;
        match (status, response) {
            (200..=299, Some(response)) => {
                self.dialog.refresh_target(response);
                let Some((asked, _, _, _)) = layer.asked(client) else { return (None, None) };
                let mut ack = self.dialog.ack(asked.seq);
                ack.proofs = asked.proofs.clone();
                let hop = self.hop(layer);
                let tag = self.dialog.remote_tag.clone();
                let ack = layer.send_ack(now, &ack, hop).map(|(flow, ack)| Acknowledged { tag, flow, ack });
                self.settle_timer(now, layer, id, Terms::of_success(response), true);
                if !ask.refresh {
                    self.described = ask.offer;
                    let result = Ok(description_of(response));
                    layer.tell(Event::ReofferAnswered { session: id, result });
                }
                (ack, None)
            }
            // Both sides asked at once (14.1): whoever made the call waits longer.
            (491, _) => {
                let tens = u64::from(layer.chance.next_u32());
                let millis = if self.origin.is_none() { 2100 + tens % 191 * 10 } else { tens % 201 * 10 };
                layer.schedule.set(Wake::Glare(id), now + Duration::from_millis(millis));
                self.negotiation = Negotiation::Waiting(ask);
                (None, None)
            }
            (422, Some(response)) if ask.raised < RAISES && wanted_by(response).is_some() => {
                if let Some(least) = wanted_by(response) {
                    self.timer.raise(least);
                }
                ask.raised += 1;
                self.ask_or_report(now, layer, id, ask);
                (None, None)
            }
            // The far end has forgotten the call (12.2.1.2); after a 408 it may not know that we have.
            (481 | 408, _) => {
                self.send_bye(now, layer, None);
                (None, Some(EndedBy::DialogGone))
            }
            (status, response) => {
                if ask.refresh {
                    self.refresh_again(now, layer, id, response);
                } else {
                    layer.tell(Event::ReofferAnswered { session: id, result: Err(status) });
                }
                (None, None)
            }
        }
    }

    fn ask_or_report(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId, ask: Ask) {
        let refresh = ask.refresh;
        match self.ask(now, layer, id, ask) {
            Ok(()) => {}
            Err(_) if refresh => self.refresh_again(now, layer, id, None),
            Err(_) => layer.tell(Event::ReofferAnswered { session: id, result: Err(503) }),
        }
    }

    /// The wait after a glare is over.
    pub(super) fn glare_over(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        let Negotiation::Waiting(ask) = &mut self.negotiation else { return };
        let ask = std::mem::take(ask);
        self.negotiation = Negotiation::Settled;
        self.ask_or_report(now, layer, id, ask);
    }
}
