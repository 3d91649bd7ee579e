//! Digits of ours as INFO with application/dtmf-relay, for a phone that has not agreed on telephone events (RFC 4733).
//!
//! One at a time: the next goes when the one before has been answered, so that they arrive in order whatever is lost on the
//! way; INFO itself has no order of delivery (RFC 6086, 4.4).

use std::{collections::VecDeque, time::Instant};

use super::{
    SendError,
    endpoint::{Endpoint, done},
    event::SessionId,
    invite::Sessions,
    talking::Talking,
    transaction_layer::{ClientId, ClientUser, Outcome, TransactionLayer},
    wire::{Message, Method},
};

/// Digits that may wait in one call; further ones are dropped, as nobody has keys that long.
const MOST_WAITING: usize = 32;

/// How long the key is held, in milliseconds.
const HELD: u32 = 160;

/// The digits of one call that have not been answered yet.
#[derive(Debug, Default)]
pub(super) struct RelayedDigits {
    waiting: VecDeque<char>,
    /// The one on its way.
    out: Option<ClientId>,
}

impl RelayedDigits {
    /// A digit was challenged and has gone out again.
    pub(super) fn retried(&mut self, old: ClientId, new: ClientId) {
        if self.out == Some(old) {
            self.out = Some(new);
        }
    }
}

impl Talking {
    fn relay_digits(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        digits: &str,
    ) -> bool {
        if self.is_leaving() {
            return false;
        }
        let room = MOST_WAITING.saturating_sub(self.relayed.waiting.len());
        self.relayed.waiting.extend(digits.chars().take(room));
        if self.relayed.out.is_none() {
            self.relay_next(now, layer, id);
        }
        true
    }

    fn relay_next(&mut self, now: Instant, layer: &mut TransactionLayer, id: SessionId) {
        if self.is_leaving() {
            return self.relayed.waiting.clear();
        }
        let Some(digit) = self.relayed.waiting.pop_front() else { return };
        let mut draft = self.draft(Method::Info);
        draft.content_type = Some("application/dtmf-relay".to_owned());
        draft.body = format!("Signal={digit}\r\nDuration={HELD}\r\n").into_bytes();
        let hop = self.hop(layer);
        match layer.send(now, draft, hop, ClientUser::Info(id)) {
            Ok(client) => self.relayed.out = Some(client),
            Err(_) => self.relayed.waiting.clear(),
        }
    }

    /// What became of the digit on its way. One that was refused ends the row: what is left of a code opens nothing. The call
    /// stays, also after a 408, since a phone that drops what it does not know is still a phone that somebody talks with.
    fn digit_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        status: Option<u16>,
    ) {
        let Some(status) = status.filter(|_| self.relayed.out == Some(client)) else { return };
        self.relayed.out = None;
        match status {
            200..=299 => self.relay_next(now, layer, id),
            _ => self.relayed.waiting.clear(),
        }
    }
}

impl Sessions {
    /// What became of a digit of ours.
    pub(super) fn digit_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        if let Some(talking) = self.talking(id) {
            talking.digit_answered(now, layer, id, client, outcome.final_status(response));
        }
    }
}

/// The PBX's part.
impl Endpoint {
    /// Sends digits (0 to 9, star, pound, A to D) to whoever is at the other end of an answered call, each as an INFO of its own
    /// after the one before has been answered. For a far end that takes no telephone events.
    ///
    /// # Errors
    /// When there is no such call, or it is being ended.
    pub fn relay_digits(&mut self, now: Instant, session: SessionId, digits: &str) -> Result<(), SendError> {
        let Some(talking) = self.sessions.talking(session) else { return Err(SendError::NoSession) };
        done(talking.relay_digits(now, &mut self.layer, session, digits))
    }
}
