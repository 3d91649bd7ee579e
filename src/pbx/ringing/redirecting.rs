//! A phone answers with 3xx: its call is sent on, inside the house and nowhere else.
//!
//! RFC 3261 (8.1.3.4) leaves it to the caller whether a redirection is followed. A phone that sends calls out of the house
//! would spend money and show numbers on nobody's word: who wants that sets a forward here, where rights are asked.

use super::Ringing;
use crate::{
    pbx::{DEFAULT_RING, Party, exchange::Context, ring_plan::Stage},
    sip::SessionId,
    types::Extension,
};

/// Extensions that take part in redirections of one call; two that send to each other would go on for ever.
const MOST_REDIRECTED: usize = 4;

impl Ringing {
    /// The phone of this fork has named somebody else. Who is named rings in its place, if it is an extension of ours that
    /// does not ring and has not sent the call on itself.
    pub(super) fn redirected(&mut self, cx: &mut Context<'_>, session: SessionId, to: Option<&str>) {
        let Some(Party::Phone(from)) = self.forks.get(&session).map(|fork| fork.party().clone()) else {
            return;
        };
        let known = |extension: &Extension| cx.ledger.directory().extensions.contains_key(extension);
        let Some(to) = to.and_then(|user| user.parse().ok()).filter(known) else {
            return cx
                .decide(format!("{from} sends the call out of the house by itself, which is not followed"));
        };
        let in_a_circle = self.redirected.contains(&to) || self.extensions().any(|rings| *rings == to);
        self.redirected.insert(from.clone());
        if in_a_circle || self.redirected.len() >= MOST_REDIRECTED {
            return cx.decide(format!("{from} sends the call to {to}, which has it or has had it already"));
        }
        cx.decide(format!("{from} sends the call to {to}"));
        self.redirected.insert(to.clone());
        let target = cx.exchange.desks.target(to);
        self.until = self.until.max(cx.now.at + DEFAULT_RING);
        self.ring(cx, Stage::of(vec![target], DEFAULT_RING));
    }
}
