//! The course of whatever is handed over: when it is due and until when, and the states it goes through.

use jiff::{SignedDuration, Timestamp};

use super::retry::{AfterCrash, Policy};
use crate::types::Chance;

/// How the hand-over of one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Not before this instant.
    pub due: Timestamp,
    /// Not from this instant on: by then it would only puzzle the reader.
    pub expires: Timestamp,
    /// Attempts claimed so far.
    pub attempts: u16,
    pub state: State,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for its `due`.
    Queued,
    /// Handed over for sending, and not settled yet. Stored before the first byte leaves.
    Claimed,
    /// A 2xx came.
    Sent,
    /// It will not be sent.
    Failed(Failure),
    /// It was decided, before sending, that it must not be sent.
    Suppressed(Suppression),
    /// The house stopped, or the answer never came, between claim and settlement: it may or may not have arrived,
    /// and is not sent again by itself.
    Unknown,
}

impl State {
    /// Nothing more happens to it by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, State::Queued | State::Claimed)
    }

    /// The name in the store and in JSON, without the reason: `failed`.
    pub const fn name(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Claimed => "claimed",
            State::Sent => "sent",
            State::Failed(_) => "failed",
            State::Suppressed(_) => "suppressed",
            State::Unknown => "unknown",
        }
    }
}

/// Why an entry will not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The carrier refused it with this status, for good.
    Refused { status: u16 },
    /// It went stale while the trunk could not take it; the last status seen (0: none).
    Expired { status: u16 },
}

/// Why an entry must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suppression {
    /// The person said STOP, or asked not to be contacted, after it was queued.
    OptedOut,
    /// The person has since reached somebody.
    ReachedAPerson,
    /// The office withdrew it.
    Withdrawn,
}

impl Suppression {
    pub const ALL: [Suppression; 3] =
        [Suppression::OptedOut, Suppression::ReachedAPerson, Suppression::Withdrawn];

    pub const fn name(self) -> &'static str {
        match self {
            Suppression::OptedOut => "opted_out",
            Suppression::ReachedAPerson => "reached_a_person",
            Suppression::Withdrawn => "withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<Suppression> {
        Suppression::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempted {
    /// 2xx.
    Accepted,
    /// Not now; worth another try, not before `retry_after` if that is given.
    Later { status: u16, retry_after: Option<SignedDuration> },
    /// The carrier will refuse it again.
    Never { status: u16 },
    /// Nobody will ever tell: the house stopped, or the host lost track of it.
    Lost,
}

/// A transition that the entry's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {state} entry cannot be {verb}", state = .from.name())]
pub struct TransitionError {
    pub from: State,
    pub verb: &'static str,
}

impl Delivery {
    /// Queued, and not tried yet.
    pub const fn new(due: Timestamp, expires: Timestamp) -> Self {
        Self { due, expires, attempts: 0, state: State::Queued }
    }

    /// Takes it for sending: the attempt gets its number. Only what is queued can be claimed.
    pub fn claim(&mut self) -> Result<u16, TransitionError> {
        self.leave_queue(State::Claimed, "claimed")?;
        self.attempts = self.attempts.saturating_add(1);
        Ok(self.attempts)
    }

    /// Decides, before sending, that it must not be sent.
    pub fn suppress(&mut self, why: Suppression) -> Result<(), TransitionError> {
        self.leave_queue(State::Suppressed(why), "suppressed")
    }

    /// Gives it up as stale; `status` is the last answer seen (0: none).
    pub fn expire(&mut self, status: u16) -> Result<(), TransitionError> {
        self.leave_queue(State::Failed(Failure::Expired { status }), "given up")
    }

    /// What becomes of it after this attempt. What is claimed is settled; a late answer also settles what was given up
    /// as unknown or has been queued again meanwhile, if it says for certain that it arrived or never will.
    pub fn settle(
        &mut self,
        attempted: Attempted,
        now: Timestamp,
        policy: &Policy,
        chance: &mut Chance,
    ) -> Result<(), TransitionError> {
        let certain = matches!(attempted, Attempted::Accepted | Attempted::Never { .. });
        let late = self.attempts > 0 && matches!(self.state, State::Unknown | State::Queued);
        if self.state != State::Claimed && !(certain && late) {
            return Err(TransitionError { from: self.state, verb: "settled" });
        }
        self.state = match attempted {
            Attempted::Accepted => State::Sent,
            Attempted::Never { status } => State::Failed(Failure::Refused { status }),
            Attempted::Later { status, retry_after } => {
                self.again(policy.next_try(self.attempts, retry_after, now, chance), status)
            }
            Attempted::Lost => match policy.after_crash {
                AfterCrash::NotAgain => State::Unknown,
                AfterCrash::SameKeyAgain => self.again(now, 0),
            },
        };
        Ok(())
    }

    /// Waits for another try, unless it is stale by then; `status` is the last answer seen (0: none).
    fn again(&mut self, due: Timestamp, status: u16) -> State {
        if due >= self.expires {
            return State::Failed(Failure::Expired { status });
        }
        self.due = due;
        State::Queued
    }

    fn leave_queue(&mut self, to: State, verb: &'static str) -> Result<(), TransitionError> {
        if self.state != State::Queued {
            return Err(TransitionError { from: self.state, verb });
        }
        self.state = to;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::{
        outbox::{Entry, Kind},
        types::MessageKey,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn delivery_of(kind: Kind) -> Delivery {
        let entry = Entry::new(
            MessageKey::from_random(7),
            kind,
            "+13035550100".parse().unwrap(),
            "+13035550142".parse().unwrap(),
            "Sorry I missed your call.".into(),
            at("2026-11-20T12:00:00Z"),
        );
        entry.delivery
    }

    #[test]
    fn a_text_that_the_carrier_takes_is_sent_once_and_for_all() {
        let mut delivery = delivery_of(Kind::TextBack);
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(1));
        assert_eq!(delivery.claim(), Ok(1));
        assert_eq!(delivery.claim(), Err(TransitionError { from: State::Claimed, verb: "claimed" }));
        delivery.settle(Attempted::Accepted, delivery.due, &policy, &mut chance).unwrap();
        assert_eq!(delivery.state, State::Sent);
        for attempted in [Attempted::Accepted, Attempted::Lost, Attempted::Never { status: 403 }] {
            assert!(delivery.settle(attempted, delivery.due, &policy, &mut chance).is_err());
        }
        assert!(delivery.claim().is_err());
        assert!(delivery.suppress(Suppression::Withdrawn).is_err());
    }

    #[test]
    fn a_text_back_is_tried_for_two_hours_and_then_given_up() {
        let mut delivery = delivery_of(Kind::TextBack);
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(2));
        let mut waits = Vec::new();
        loop {
            delivery.claim().unwrap();
            let now = delivery.due;
            delivery
                .settle(Attempted::Later { status: 503, retry_after: None }, now, &policy, &mut chance)
                .unwrap();
            if delivery.state != State::Queued {
                break;
            }
            waits.push(delivery.due.duration_since(now).as_secs());
        }
        assert_eq!(delivery.state, State::Failed(Failure::Expired { status: 503 }));
        assert!((4..=6).contains(&waits[0]) && (12..=18).contains(&waits[1]), "{waits:?}");
        assert!((48..=72).contains(&waits[2]) && (240..=360).contains(&waits[3]), "{waits:?}");
        assert!(waits[4..].iter().all(|wait| (720..=1080).contains(wait)), "{waits:?}");
        let tried = delivery.due.duration_since(at("2026-11-20T12:00:00Z"));
        assert!(tried < SignedDuration::from_hours(2) && tried > SignedDuration::from_mins(90), "{tried:?}");
    }

    #[test]
    fn a_fate_that_a_crash_has_hidden_is_repeated_only_where_the_gateway_honours_the_key() {
        let mut chance = Chance::seed_from_u64(3);
        let mut careful = delivery_of(Kind::TextBack);
        careful.claim().unwrap();
        careful.settle(Attempted::Lost, careful.due, &Policy::SIP_MESSAGE, &mut chance).unwrap();
        assert_eq!(careful.state, State::Unknown);
        assert!(careful.claim().is_err(), "never by itself");

        let mut keyed = delivery_of(Kind::TextBack);
        keyed.claim().unwrap();
        let policy = Policy { after_crash: AfterCrash::SameKeyAgain };
        keyed.settle(Attempted::Lost, keyed.due, &policy, &mut chance).unwrap();
        assert_eq!(keyed.claim(), Ok(2), "the second attempt, under the same key");
    }

    #[test]
    fn an_answer_that_comes_late_is_believed_when_it_is_certain() {
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(4));
        let mut delivery = delivery_of(Kind::StaffSummary);
        delivery.claim().unwrap();
        delivery.settle(Attempted::Lost, delivery.due, &policy, &mut chance).unwrap();
        let later = Attempted::Later { status: 503, retry_after: None };
        assert!(
            delivery.settle(later, delivery.due, &policy, &mut chance).is_err(),
            "no reason to send it again"
        );
        delivery.settle(Attempted::Accepted, delivery.due, &policy, &mut chance).unwrap();
        assert_eq!(delivery.state, State::Sent);
    }
}
