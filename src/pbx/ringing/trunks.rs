//! Trunks that ring: what their answers say of them, and those that say nothing.

use std::time::Duration;

use super::Ringing;
use crate::{
    pbx::{LegResult, decision, exchange::Context, fork::Fork, refusal::FinalAnswer, trunk_answer},
    sip::SessionId,
};

impl Ringing {
    /// What the answer of somebody outside says of the trunk, and whether another one is to be tried.
    pub(super) fn judge_trunk(
        &mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        status: u16,
        retry_after: Option<Duration>,
    ) {
        let Some((trunk, who)) = self.forks.get(&session).and_then(Fork::outside) else { return };
        if trunk_answer::is_the_trunks(status) {
            cx.ledger.decide(cx.now.at, decision::passed_over(&trunk.0, status));
            cx.exchange.sip.trunk_failed(cx.now.at, trunk, status, retry_after);
            return;
        }
        cx.exchange.sip.trunk_carried(trunk);
        if who.takes_no_for_an_answer() {
            self.hunt.give_up();
        }
    }

    /// Gives up the trunks that have not answered at all. True if nobody is left who might.
    ///
    /// Our INVITE is repeated until Timer B all the same: only an answer to it lets the CANCEL go out (RFC 3261, 9.1), and a
    /// trunk that comes back late must not ring somebody for nothing.
    pub(super) fn give_up_silent(&mut self, cx: &mut Context<'_>) -> bool {
        let limits = &cx.ledger.directory().limits;
        let (mut given_up, mut later) = (Vec::new(), None);
        for fork in self.forks.values() {
            let Some((trunk, _)) = fork.outside() else { continue };
            let Some(since) = cx.exchange.sip.unheard_since(fork.session()) else { continue };
            // Of a trunk with several targets the last that was tried has a moment of its own.
            let until = since + limits.patience_with_target(trunk);
            if cx.now.at < until {
                later = later.max(Some(until));
            } else {
                given_up.push(fork.session());
            }
        }
        self.silent_until = later;
        for fork in given_up.iter().filter_map(|session| self.forks.remove(session)) {
            if let Some((trunk, _)) = fork.outside() {
                cx.ledger.decide(cx.now.at, decision::passed_over(&trunk.0, 0));
                cx.exchange.sip.trunk_failed(cx.now.at, trunk, 0, None);
            }
            fork.cancel(cx, None, LegResult::Failed(408));
            self.results.push(LegResult::Failed(408));
            self.last_answer = Some(FinalAnswer::of(503));
        }
        !given_up.is_empty() && self.forks.is_empty()
    }
}
