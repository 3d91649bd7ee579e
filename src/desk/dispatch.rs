//! Claims what is due, hands it over, and settles what came back.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Alarm, Changed, Engine, Output, clock::moved};
use crate::{
    outbox::{Attempted, Kind, Policy, State, Suppression},
    pbx::TextResult,
    store::{Candidate, ClaimVerdict, StoreError},
    types::{MessageKey, PhoneNumber, QuietHours},
};

/// Texts under way, and answers that the store has not taken yet.
#[derive(Debug)]
pub(super) struct Dispatch {
    policy: Policy,
    /// Each with the instant from which its answer is overdue.
    under_way: BTreeMap<MessageKey, Timestamp>,
    answers: Vec<(MessageKey, Attempted)>,
    /// What was claimed by an earlier session, or by a commit whose answer was lost, has been looked at.
    reconciled: Reconciled,
    outage: Option<Outage>,
    trunk_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reconciled {
    /// The house has just started: what is claimed may have left.
    NotSinceStart,
    /// The store has failed: what is claimed and not under way has certainly not left.
    NotSinceFailure,
    Yes,
}

/// Texts do not get through.
#[derive(Debug)]
struct Outage {
    /// When the text that has waited longest is tried early.
    probe: Timestamp,
    /// The trunk is said to be up again; the first text that gets through will prove it.
    lifted: bool,
}

/// Texts under way at once; during an outage one at a time.
const AT_ONCE: usize = 8;
/// Answers that wait for a store that fails; there can hardly be more than texts under way.
const MOST_ANSWERS: usize = 64;
/// SIP gives up after 32 s (Timer F, RFC 3261, 17.1.2.2); whoever owes an answer after this has forgotten it.
const OVERDUE: SignedDuration = SignedDuration::from_secs(120);
/// How often an outage is probed with the text that has waited longest.
const PROBE: SignedDuration = SignedDuration::from_secs(40);

impl Dispatch {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            policy,
            under_way: BTreeMap::new(),
            answers: Vec::new(),
            reconciled: Reconciled::NotSinceStart,
            outage: None,
            trunk_up: false,
        }
    }

    pub(super) fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// What the carrier said. An answer to a text that was given up as lost is taken all the same.
    pub(super) fn answered(&mut self, key: MessageKey, result: TextResult) {
        self.under_way.remove(&key);
        let attempted = match result {
            TextResult::Accepted => Attempted::Accepted,
            TextResult::Later { status, retry_after_s } => Attempted::Later {
                status,
                retry_after: retry_after_s.map(|s| SignedDuration::from_secs(i64::from(s))),
            },
            TextResult::Never { status } => Attempted::Never { status },
        };
        if self.answers.len() < MOST_ANSWERS {
            self.answers.push((key, attempted));
        }
    }

    pub(super) fn trunk_up(&mut self) {
        self.trunk_up = true;
    }

    /// A commit may have happened although its answer said otherwise.
    pub(super) fn store_failed(&mut self) {
        if self.reconciled == Reconciled::Yes {
            self.reconciled = Reconciled::NotSinceFailure;
        }
    }

    pub(super) fn move_deadlines(&mut self, by: SignedDuration) {
        for overdue in self.under_way.values_mut() {
            *overdue = moved(*overdue, by);
        }
        if let Some(outage) = &mut self.outage {
            outage.probe = moved(outage.probe, by);
        }
    }

    /// When the first answer is overdue.
    pub(super) fn overdue(&self) -> Option<Timestamp> {
        self.under_way.values().min().copied()
    }

    /// When the trunk is to be probed.
    pub(super) fn probe(&self) -> Option<Timestamp> {
        self.outage.as_ref().filter(|_| self.under_way.is_empty()).map(|outage| outage.probe)
    }

    pub(super) fn has_room(&self) -> bool {
        self.room() > 0
    }

    fn room(&self) -> usize {
        let throttled = self.outage.as_ref().is_some_and(|outage| !outage.lifted);
        let most = if throttled { 1 } else { AT_ONCE };
        most.saturating_sub(self.under_way.len())
    }
}

impl Engine {
    /// Writes down what came of texts under way.
    pub(super) fn settle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let mut answers = self.dispatch.answers.clone();
        answers.extend(self.reconcile()?);
        for (key, overdue) in &self.dispatch.under_way {
            if *overdue <= now {
                answers.push((*key, Attempted::Lost));
            }
        }
        if !answers.is_empty() {
            let settled = self.store.settle(&answers, now, &self.dispatch.policy, &mut self.chance)?;
            self.dispatch.answers.clear();
            for (key, attempted) in &answers {
                self.dispatch.under_way.remove(key);
                self.note_flow(now, *attempted);
            }
            for settlement in settled {
                self.output(Output::Changed(Changed::Message { key: settlement.key, call: settlement.call }));
                if settlement.state == State::Unknown {
                    self.output(Output::Alarm(Alarm::FateUnknown { key: settlement.key }));
                }
            }
        }
        self.dispatch.reconciled = Reconciled::Yes;
        Ok(())
    }

    /// Entries that the store has as claimed, though nobody here awaits their answer.
    fn reconcile(&mut self) -> Result<Vec<(MessageKey, Attempted)>, StoreError> {
        let fate = match self.dispatch.reconciled {
            Reconciled::Yes => return Ok(Vec::new()),
            Reconciled::NotSinceStart => Attempted::Lost,
            Reconciled::NotSinceFailure => Attempted::Later { status: 0, retry_after: None },
        };
        let claimed = self.store.claimed()?;
        let awaited = |key: &MessageKey| {
            self.dispatch.under_way.contains_key(key)
                || self.dispatch.answers.iter().any(|(answered, _)| answered == key)
        };
        Ok(claimed.into_iter().filter(|key| !awaited(key)).map(|key| (key, fate)).collect())
    }

    /// Does this answer begin an outage, or end one?
    fn note_flow(&mut self, now: Timestamp, attempted: Attempted) {
        match attempted {
            Attempted::Accepted if self.dispatch.outage.take().is_some() => {
                self.dispatch.trunk_up = true;
                self.output(Output::Alarm(Alarm::TextsFlowing));
            }
            // 480 and 429 are about one reader or one moment; 0 is our own store.
            Attempted::Later { status, .. } if !matches!(status, 0 | 429 | 480) => {
                if self.dispatch.outage.is_none() {
                    self.output(Output::Alarm(Alarm::TextsFailing { status }));
                }
                self.dispatch.outage = Some(Outage { probe: moved(now, PROBE), lifted: false });
            }
            _ => {}
        }
    }

    /// Claims what is due, as far as there is room, and hands it over.
    pub(super) fn send_due(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.dispatch.trunk_up {
            self.store.hurry(now, false)?;
            self.dispatch.trunk_up = false;
            if let Some(outage) = &mut self.dispatch.outage {
                outage.lifted = true;
            }
        }
        if self.dispatch.probe().is_some_and(|probe| probe <= now) {
            self.store.hurry(now, true)?;
            self.dispatch.outage = Some(Outage { probe: moved(now, PROBE), lifted: false });
        }
        while self.dispatch.has_room() && self.store.next_due()?.is_some_and(|due| due <= now) {
            let talking: Vec<PhoneNumber> = self.talking();
            let rules = Rules {
                now,
                quiet: self.settings.quiet_hours.clone(),
                waits_for_morning: self.settings.text_back_waits_for_morning,
                talking,
            };
            let claims =
                self.store.claim_due(now, self.dispatch.room(), |candidate| rules.judge(candidate))?;
            for entry in claims.held {
                self.output(Output::Changed(Changed::Message { key: entry.key, call: entry.call }));
            }
            for entry in claims.send {
                self.dispatch.under_way.insert(entry.key, moved(now, OVERDUE));
                self.output(Output::Deliver(entry));
            }
        }
        Ok(())
    }
}

/// What decides, at the instant of sending, whether an entry still may go.
struct Rules {
    now: Timestamp,
    quiet: QuietHours,
    waits_for_morning: bool,
    /// Numbers that are talking with a person of the office now.
    talking: Vec<PhoneNumber>,
}

impl Rules {
    fn judge(&self, candidate: &Candidate) -> ClaimVerdict {
        let entry = &candidate.entry;
        if entry.delivery.expires <= self.now {
            return ClaimVerdict::Expire;
        }
        let consent = candidate.standing.as_ref().map(|standing| standing.consent).unwrap_or_default();
        if consent.opted_out && entry.kind != Kind::OptOutConfirmation && entry.kind != Kind::Help {
            return ClaimVerdict::Suppress(Suppression::OptedOut);
        }
        let called = self.quiet.of(entry.to);
        let night = || ClaimVerdict::Defer(called.next_allowed(self.now));
        match entry.kind {
            Kind::TextBack | Kind::Confirmation => {
                if candidate.reached_since || self.talking.contains(&entry.to) {
                    ClaimVerdict::Suppress(Suppression::ReachedAPerson)
                } else if self.waits_for_morning && !called.allows(self.now) {
                    night()
                } else {
                    ClaimVerdict::Send
                }
            }
            Kind::FollowUp if !consent.opted_in => ClaimVerdict::Suppress(Suppression::OptedOut),
            Kind::FollowUp | Kind::IncidentOver if !called.allows(self.now) => night(),
            Kind::FollowUp
            | Kind::IncidentOver
            | Kind::StaffSummary
            | Kind::StaffNotice
            | Kind::OptOutConfirmation
            | Kind::OptInConfirmation
            | Kind::Help => ClaimVerdict::Send,
        }
    }
}
