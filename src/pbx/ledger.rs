//! A call's record in the making: who and what it is, and every leg and turn as it ends.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{
    AgentReason, CallDirection, CallRecord, Caller, Conversed, Decision, Dialled, Directory, Disposition,
    Fact, Fax, LegRecord, Quality, QueueEnd, Queueing, Speaker, TurnRecord, Vouched, exchange::Exchange,
    tape::Tape,
};
use crate::{
    dialogue::Outcome,
    media::FaxSign,
    sip::TrunkName,
    types::{CallId, LegId, Moment},
};

/// Legs kept of one call. A ring plan of ten phones and three transfers is far below; further legs are not written down.
const MOST_LEGS: usize = 128;

/// Decisions kept of one call: as many as legs and hand-overs make in any call that has an end.
const MOST_DECISIONS: usize = 256;

/// Turns kept of one call. Fifteen minutes of conversation have about two hundred; further turns are not written down.
const MOST_TURNS: usize = 1000;

/// Conversations with the agent whose journals are kept of one call: who is sent back and forth more often than this is in no
/// ring plan.
const MOST_CONVERSATIONS: usize = 4;

/// What is known of a call from its first INVITE on.
#[derive(Debug, Clone)]
pub(super) struct Beginning {
    pub(super) call: CallId,
    pub(super) direction: CallDirection,
    pub(super) trunk: Option<String>,
    pub(super) caller: Caller,
    pub(super) vouched: Vouched,
    pub(super) dialled: Dialled,
    /// People outside are not to see who calls.
    pub(super) withheld: bool,
    /// The calls that it leads to are to go by TLS.
    pub(super) sips: bool,
    /// How many hops the calls may take that it leads to.
    pub(super) hops: u8,
    pub(super) at: Moment,
    /// The snapshot that the call keeps to its end.
    pub(super) directory: Arc<Directory>,
}

/// The record of a call that is still going on.
#[derive(Debug)]
pub(super) struct Ledger {
    beginning: Beginning,
    answered: Option<Timestamp>,
    agent_reason: Option<AgentReason>,
    legs: Vec<(LegId, LegRecord)>,
    turns: Vec<TurnRecord>,
    outcome: Option<Outcome>,
    fax: Option<Fax>,
    pub(super) tape: Tape,
    /// Who has heard that the call is recorded, and when.
    told: Vec<(LegId, Timestamp)>,
    /// No call between people, or their waiting for each other, goes on beyond this.
    limit: Option<Instant>,
    decisions: Vec<Decision>,
    queued: Option<Queueing>,
    conversations: Vec<Conversed>,
    /// A service of the house has been dialled, and nobody called.
    private: bool,
}

impl Ledger {
    pub(super) fn new(beginning: Beginning) -> Self {
        Self {
            beginning,
            answered: None,
            agent_reason: None,
            legs: Vec::new(),
            turns: Vec::new(),
            outcome: None,
            fax: None,
            tape: Tape::default(),
            told: Vec::new(),
            limit: None,
            decisions: Vec::new(),
            queued: None,
            conversations: Vec::new(),
            private: false,
        }
    }

    /// Of a call that begins, which is told.
    pub(super) fn begun(exchange: &mut Exchange, beginning: Beginning) -> Self {
        exchange.fact(Fact::CallStarted {
            call: beginning.call,
            caller: beginning.caller.clone(),
            dialled: beginning.dialled.clone(),
            trunk: beginning.trunk.clone(),
        });
        Self::new(beginning)
    }

    /// Of something that is no call to anybody: it is told to nobody and leaves no record.
    pub(super) fn private(beginning: Beginning) -> Self {
        Self { private: true, ..Self::new(beginning) }
    }

    pub(super) fn is_private(&self) -> bool {
        self.private
    }

    /// When the call has to end, from the first time that people talked: transfers do not make it longer.
    pub(super) fn limit(&mut self, now: Instant) -> Instant {
        let length = self.beginning.directory.limits.call_length;
        *self.limit.get_or_insert(now + length)
    }

    pub(super) fn call(&self) -> CallId {
        self.beginning.call
    }

    /// A call to the outside is tried through this trunk: the last one is the one that carried it.
    pub(super) fn goes_through(&mut self, trunk: &TrunkName) {
        if self.beginning.direction == CallDirection::Outbound {
            self.beginning.trunk = Some(trunk.0.clone());
        }
    }

    pub(super) fn is_outbound(&self) -> bool {
        self.beginning.direction == CallDirection::Outbound
    }

    /// Are people outside not to see who calls?
    pub(super) fn is_withheld(&self) -> bool {
        self.beginning.withheld
    }

    /// Does the caller want TLS all the way (RFC 3261, 26.2.2)?
    pub(super) fn wants_sips(&self) -> bool {
        self.beginning.sips
    }

    /// How many hops the calls may take that it leads to (RFC 7332, 5).
    pub(super) fn hops(&self) -> u8 {
        self.beginning.hops
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.beginning.caller
    }

    pub(super) fn dialled(&self) -> &Dialled {
        &self.beginning.dialled
    }

    pub(super) fn directory(&self) -> &Arc<Directory> {
        &self.beginning.directory
    }

    pub(super) fn began(&self) -> Instant {
        self.beginning.at.at
    }

    /// Somebody, or the agent, has answered; the first time counts.
    pub(super) fn answered(&mut self, at: Timestamp) {
        self.answered.get_or_insert(at);
    }

    pub(super) fn agent_takes(&mut self, why: AgentReason) {
        self.agent_reason = Some(why);
    }

    /// Writes down why the call goes on as it does.
    pub(super) fn decide(&mut self, now: Instant, why: String) {
        if self.decisions.len() < MOST_DECISIONS {
            let at_ms = self.millis(now);
            self.decisions.push(Decision { at_ms, why });
        }
    }

    /// What the carrier says of the right to the caller's number.
    pub(super) fn vouched(&self) -> &Vouched {
        &self.beginning.vouched
    }

    pub(super) fn direction(&self) -> CallDirection {
        self.beginning.direction
    }

    pub(super) fn leg_ended(&mut self, now: Instant, leg: LegId, record: LegRecord) {
        if self.tape.on() == Some(leg) {
            self.tape.end(self.millis(now));
        }
        let told = self.told_at(leg);
        let record = LegRecord { told, ..record };
        if self.legs.len() < MOST_LEGS {
            self.legs.push((leg, record));
        }
    }

    pub(super) fn quality(&mut self, leg: LegId, quality: Quality) {
        if let Some((_, record)) = self.legs.iter_mut().find(|(id, _)| *id == leg) {
            record.quality = Some(quality);
        }
    }

    /// Writes a turn down, with when it began, and gives it back, for those who want to know at once.
    pub(super) fn turn(
        &mut self,
        began: Instant,
        speaker: Speaker,
        text: String,
        latency_ms: Option<u32>,
        interrupted_after_ms: Option<u32>,
    ) -> TurnRecord {
        let at_ms = self.millis(began);
        let turn = TurnRecord { speaker, text, at_ms, latency_ms, interrupted_after_ms };
        if self.turns.len() < MOST_TURNS {
            self.turns.push(turn.clone());
        }
        turn
    }

    /// The call has waited in a queue; the last one counts.
    pub(super) fn has_queued(&mut self, queue: &str, joined: Instant, waited: Duration, end: QueueEnd) {
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.queued = Some(Queueing { queue: queue.to_owned(), at_ms: self.millis(joined), waited_ms, end });
    }

    /// Something tells of a fax.
    pub(super) fn fax_sign(&mut self, sign: FaxSign) {
        self.fax = Fax::heard(self.fax, sign);
    }

    /// A fax passes as T.38.
    pub(super) fn fax_as_t38(&mut self) {
        self.fax = Some(Fax::as_t38(self.fax));
    }

    /// A conversation with the agent is over; the last outcome counts.
    pub(super) fn conversed(&mut self, outcome: Outcome, conversed: Conversed) {
        self.outcome = Some(outcome);
        if self.conversations.len() < MOST_CONVERSATIONS {
            self.conversations.push(conversed);
        }
    }

    /// This leg has heard that the call is recorded.
    pub(super) fn told(&mut self, leg: LegId, at: Timestamp) {
        if !self.is_told(leg) && self.told.len() < MOST_LEGS {
            self.told.push((leg, at));
        }
    }

    pub(super) fn is_told(&self, leg: LegId) -> bool {
        self.told_at(leg).is_some()
    }

    pub(super) fn told_at(&self, leg: LegId) -> Option<Timestamp> {
        self.told.iter().find(|(id, _)| *id == leg).map(|(_, at)| *at)
    }

    /// Since the call began.
    pub(super) fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began()).as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn close(self, ended: Timestamp, disposition: Disposition) -> CallRecord {
        let Beginning { call, direction, trunk, caller, vouched, dialled, at, .. } = self.beginning;
        CallRecord {
            call,
            direction,
            trunk,
            caller,
            vouched,
            dialled,
            started: at.wall,
            answered: self.answered,
            ended,
            disposition,
            agent_reason: self.agent_reason,
            legs: self.legs.into_iter().map(|(_, record)| record).collect(),
            turns: self.turns,
            outcome: self.outcome,
            fax: self.fax,
            recordings: self.tape.into_parts(),
            decisions: self.decisions,
            queued: self.queued,
            conversations: self.conversations,
        }
    }
}
