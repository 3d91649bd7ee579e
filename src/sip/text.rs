//! MESSAGE (RFC 3428) both ways. One that comes in is answered by the PBX alone, once it is stored.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    SendError,
    event::{Event, Identity, Peer, Target, TextId},
    reply::Reply,
    schedule::Wake,
    tag::Tag,
    transaction_layer::{ClientUser, Outcome, ServerId, TransactionLayer},
    uac::addressed,
    wire::{Message, Method, Name},
};

/// Their text is given back (503) when it has not been settled by then, while its sender still listens (Timer F).
const SETTLE_WITHIN: Duration = Duration::from_secs(30);

/// See the module's sentence.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Theirs, waiting to be settled. Bounded by `Limits::unsettled_texts`; one more is answered 503.
    unsettled: BTreeMap<TextId, ServerId>,
    begun: u64,
}

impl Texts {
    fn next_id(&mut self) -> TextId {
        self.begun += 1;
        TextId(self.begun)
    }

    /// A MESSAGE from a known peer, with its transaction begun. Copies of it are absorbed until it is settled.
    pub(super) fn received(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        request: &Message,
        server: ServerId,
        peer: Peer,
    ) {
        if self.unsettled.len() >= layer.settings.limits.unsettled_texts {
            layer.respond(now, server, &Reply::new(503).with(Name::RetryAfter, "30"));
            return;
        }
        let text = self.next_id();
        self.unsettled.insert(text, server);
        layer.schedule.set(Wake::Text(text), now + SETTLE_WITHIN);
        let user = |address: Option<super::wire::Address<'_>>| {
            address.and_then(|a| a.uri.user().map(|u| u.into_owned())).unwrap_or_default()
        };
        layer.tell(Event::TextReceived {
            text,
            peer,
            from: user(request.from()),
            to: user(request.to()),
            content_type: request.content_type().unwrap_or_else(|| "text/plain".to_owned()),
            body: request.body().to_vec(),
            call_id: request.call_id().unwrap_or_default().to_owned(),
        });
    }

    /// The PBX has stored it (202), or could not (503, 507, …). False if it has been settled or has run out.
    pub(super) fn settle(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        text: TextId,
        status: u16,
    ) -> bool {
        let Some(server) = self.unsettled.remove(&text) else { return false };
        layer.schedule.clear(&Wake::Text(text));
        layer.respond(now, server, &Reply::new(status));
        true
    }

    /// Nobody has settled it while its sender waited: it counts as not taken, and is sent again if its sender wants.
    pub(super) fn overdue(&mut self, now: Instant, layer: &mut TransactionLayer, text: TextId) {
        self.settle(now, layer, text, 503);
    }

    /// Sends a text.
    #[expect(clippy::too_many_arguments, reason = "the parts of a MESSAGE, each of its own type")]
    pub(super) fn send(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        target: &Target,
        from: &Identity,
        content_type: &str,
        body: Vec<u8>,
        call_id: Option<&str>,
    ) -> Result<TextId, SendError> {
        let is_word = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if call_id.is_some_and(|id| !is_word(id)) {
            return Err(SendError::BadHeader);
        }
        if content_type.chars().any(char::is_control) {
            return Err(SendError::BadHeader);
        }
        let tag = Tag::new(&mut layer.chance);
        let mut addressed = addressed(layer, Method::Message, target, from, tag)?;
        addressed.draft.content_type = Some(content_type.to_owned());
        addressed.draft.body = body;
        if let Some(call_id) = call_id {
            addressed.draft.call_id = call_id.to_owned();
        }
        let text = self.next_id();
        layer.send(now, addressed.draft, addressed.flow, ClientUser::Text(text))?;
        Ok(text)
    }

    /// What became of a text of ours.
    pub(super) fn answered(
        &mut self,
        layer: &mut TransactionLayer,
        text: TextId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        let Some(status) = outcome.final_status(response) else { return };
        let retry_after =
            response.and_then(Message::retry_after).map(|seconds| Duration::from_secs(u64::from(seconds)));
        layer.tell(Event::TextAnswered { text, status, retry_after });
    }

    pub(super) fn len(&self) -> usize {
        self.unsettled.len()
    }
}
