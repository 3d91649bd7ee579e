//! One thing to send, once: what it is, and the states it goes through.

use jiff::{SignedDuration, Timestamp};

use super::retry::{AfterCrash, Policy};
use crate::types::{CallId, Chance, MessageKey, PhoneNumber};

/// One text to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The idempotency key: the same for every attempt.
    pub key: MessageKey,
    pub kind: Kind,
    /// The number of ours that it comes from: the one that was dialled, or texted.
    pub from: PhoneNumber,
    pub to: PhoneNumber,
    pub body: String,
    /// The call that it is about, if it is about one.
    pub call: Option<CallId>,
    pub created: Timestamp,
    /// Not before this instant.
    pub due: Timestamp,
    /// Not from this instant on: by then it would only puzzle the reader.
    pub expires: Timestamp,
    /// Attempts claimed so far.
    pub attempts: u16,
    pub state: State,
}

/// What a text is for; decides how long it stays fresh and which checks it must pass at the instant of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What happened in a call, for the office.
    StaffSummary,
    /// A person answered one of our texts: their words, for the office.
    StaffNotice,
    /// The one reply to a missed call.
    TextBack,
    /// What the agent promised in a call, in writing: takes the place of the text-back.
    Confirmation,
    /// The one answer to STOP.
    OptOutConfirmation,
    /// The answer to START.
    OptInConfirmation,
    /// The answer to HELP.
    Help,
    /// A touch of a follow-up sequence: needs an opt-in.
    FollowUp,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::StaffSummary,
        Kind::StaffNotice,
        Kind::TextBack,
        Kind::Confirmation,
        Kind::OptOutConfirmation,
        Kind::OptInConfirmation,
        Kind::Help,
        Kind::FollowUp,
    ];

    /// The name in the store and in JSON: `text_back`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::StaffSummary => "staff_summary",
            Kind::StaffNotice => "staff_notice",
            Kind::TextBack => "text_back",
            Kind::Confirmation => "confirmation",
            Kind::OptOutConfirmation => "opt_out_confirmation",
            Kind::OptInConfirmation => "opt_in_confirmation",
            Kind::Help => "help",
            Kind::FollowUp => "follow_up",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// For people of the office, who are not asked for consent and have no quiet hours here.
    pub const fn is_for_staff(self) -> bool {
        matches!(self, Kind::StaffSummary | Kind::StaffNotice)
    }

    /// How long after its creation it may still be sent.
    ///
    /// "Sorry we missed your call" is useless two hours later. The answer to STOP is lawful for five minutes only
    /// (47 CFR 64.1200(a)(12)). A summary is worth reading for a day.
    pub const fn fresh_for(self) -> SignedDuration {
        match self {
            Kind::StaffSummary | Kind::StaffNotice => SignedDuration::from_hours(24),
            Kind::TextBack | Kind::Confirmation => SignedDuration::from_hours(2),
            Kind::OptOutConfirmation => SignedDuration::from_mins(5),
            Kind::OptInConfirmation | Kind::Help => SignedDuration::from_mins(30),
            Kind::FollowUp => SignedDuration::from_hours(4),
        }
    }
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

/// An entry after a settlement: its new state and, if it waits again, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    pub state: State,
    pub due: Timestamp,
}

/// A transition that the entry's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {state} entry cannot be {verb}", state = .from.name())]
pub struct TransitionError {
    pub from: State,
    pub verb: &'static str,
}

impl Entry {
    /// A new entry, due at once and fresh for as long as its kind says.
    pub fn new(
        key: MessageKey,
        kind: Kind,
        from: PhoneNumber,
        to: PhoneNumber,
        body: String,
        now: Timestamp,
    ) -> Self {
        Self {
            key,
            kind,
            from,
            to,
            body,
            call: None,
            created: now,
            due: now,
            expires: later(now, kind.fresh_for()),
            attempts: 0,
            state: State::Queued,
        }
    }

    /// About this call.
    pub fn about(mut self, call: CallId) -> Self {
        self.call = Some(call);
        self
    }

    /// Not before `due`; freshness counts from there.
    pub fn not_before(mut self, due: Timestamp) -> Self {
        self.due = due;
        self.expires = later(due, self.kind.fresh_for());
        self
    }

    /// Takes it for sending: the attempt gets its number. Only what is queued can be claimed.
    pub fn claim(&mut self) -> Result<u16, TransitionError> {
        if self.state != State::Queued {
            return Err(TransitionError { from: self.state, verb: "claimed" });
        }
        self.state = State::Claimed;
        self.attempts = self.attempts.saturating_add(1);
        Ok(self.attempts)
    }

    /// Decides, before sending, that it must not be sent.
    pub fn suppress(&mut self, why: Suppression) -> Result<(), TransitionError> {
        if self.state != State::Queued {
            return Err(TransitionError { from: self.state, verb: "suppressed" });
        }
        self.state = State::Suppressed(why);
        Ok(())
    }

    /// Gives it up as stale; `status` is the last answer seen (0: none).
    pub fn expire(&mut self, status: u16) -> Result<(), TransitionError> {
        if self.state != State::Queued {
            return Err(TransitionError { from: self.state, verb: "given up" });
        }
        self.state = State::Failed(Failure::Expired { status });
        Ok(())
    }

    /// What becomes of it after this attempt. What is claimed is settled; a late answer also settles what was given up
    /// as unknown or has been queued again meanwhile, if it says for certain that the text arrived or never will.
    pub fn settle(
        &mut self,
        attempted: Attempted,
        now: Timestamp,
        policy: &Policy,
        chance: &mut Chance,
    ) -> Result<Transition, TransitionError> {
        let here = Transition { state: self.state, due: self.due };
        let next = course(here, self.attempts, self.expires, attempted, now, policy, chance)?;
        (self.state, self.due) = (next.state, next.due);
        Ok(next)
    }
}

/// The one course of whatever is handed over: where it stands after this attempt.
pub(super) fn course(
    here: Transition,
    attempts: u16,
    expires: Timestamp,
    attempted: Attempted,
    now: Timestamp,
    policy: &Policy,
    chance: &mut Chance,
) -> Result<Transition, TransitionError> {
    let certain = matches!(attempted, Attempted::Accepted | Attempted::Never { .. });
    let late = attempts > 0 && matches!(here.state, State::Unknown | State::Queued);
    if here.state != State::Claimed && !(certain && late) {
        return Err(TransitionError { from: here.state, verb: "settled" });
    }
    let stays = |state| Transition { state, due: here.due };
    Ok(match attempted {
        Attempted::Accepted => stays(State::Sent),
        Attempted::Never { status } => stays(State::Failed(Failure::Refused { status })),
        Attempted::Later { status, retry_after } => {
            let due = policy.next_try(attempts, retry_after, now, chance);
            if due >= expires {
                stays(State::Failed(Failure::Expired { status }))
            } else {
                Transition { state: State::Queued, due }
            }
        }
        Attempted::Lost => match policy.after_crash {
            AfterCrash::NotAgain => stays(State::Unknown),
            AfterCrash::SameKeyAgain if now >= expires => {
                stays(State::Failed(Failure::Expired { status: 0 }))
            }
            AfterCrash::SameKeyAgain => Transition { state: State::Queued, due: now },
        },
    })
}

/// `at` plus `span`, or the end of time if there is no such instant.
fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn entry(kind: Kind) -> Entry {
        Entry::new(
            MessageKey::from_random(7),
            kind,
            "+13035550100".parse().unwrap(),
            "+13035550142".parse().unwrap(),
            "Sorry I missed your call.".into(),
            at("2026-11-20T12:00:00Z"),
        )
    }

    #[test]
    fn a_text_that_the_carrier_takes_is_sent_once_and_for_all() {
        let mut entry = entry(Kind::TextBack);
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(1));
        assert_eq!(entry.claim(), Ok(1));
        assert_eq!(entry.claim(), Err(TransitionError { from: State::Claimed, verb: "claimed" }));
        entry.settle(Attempted::Accepted, entry.due, &policy, &mut chance).unwrap();
        assert_eq!(entry.state, State::Sent);
        for attempted in [Attempted::Accepted, Attempted::Lost, Attempted::Never { status: 403 }] {
            assert!(entry.settle(attempted, entry.due, &policy, &mut chance).is_err());
        }
        assert!(entry.claim().is_err());
        assert!(entry.suppress(Suppression::Withdrawn).is_err());
    }

    #[test]
    fn a_text_back_is_tried_for_two_hours_and_then_given_up() {
        let mut entry = entry(Kind::TextBack);
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(2));
        let mut waits = Vec::new();
        loop {
            entry.claim().unwrap();
            let now = entry.due;
            entry
                .settle(Attempted::Later { status: 503, retry_after: None }, now, &policy, &mut chance)
                .unwrap();
            if entry.state != State::Queued {
                break;
            }
            waits.push(entry.due.duration_since(now).as_secs());
        }
        assert_eq!(entry.state, State::Failed(Failure::Expired { status: 503 }));
        assert!((4..=6).contains(&waits[0]) && (12..=18).contains(&waits[1]), "{waits:?}");
        assert!((48..=72).contains(&waits[2]) && (240..=360).contains(&waits[3]), "{waits:?}");
        assert!(waits[4..].iter().all(|wait| (720..=1080).contains(wait)), "{waits:?}");
        let tried = entry.due.duration_since(entry.created);
        assert!(tried < SignedDuration::from_hours(2) && tried > SignedDuration::from_mins(90), "{tried:?}");
    }

    #[test]
    fn a_fate_that_a_crash_has_hidden_is_repeated_only_where_the_gateway_honours_the_key() {
        let mut chance = Chance::seed_from_u64(3);
        let mut careful = entry(Kind::TextBack);
        careful.claim().unwrap();
        careful.settle(Attempted::Lost, careful.due, &Policy::SIP_MESSAGE, &mut chance).unwrap();
        assert_eq!(careful.state, State::Unknown);
        assert!(careful.claim().is_err(), "never by itself");

        let mut keyed = entry(Kind::TextBack);
        keyed.claim().unwrap();
        let policy = Policy { after_crash: AfterCrash::SameKeyAgain };
        keyed.settle(Attempted::Lost, keyed.due, &policy, &mut chance).unwrap();
        assert_eq!(keyed.claim(), Ok(2), "the second attempt, under the same key");
    }

    #[test]
    fn an_answer_that_comes_late_is_believed_when_it_is_certain() {
        let (policy, mut chance) = (Policy::SIP_MESSAGE, Chance::seed_from_u64(4));
        let mut entry = entry(Kind::StaffSummary);
        entry.claim().unwrap();
        entry.settle(Attempted::Lost, entry.due, &policy, &mut chance).unwrap();
        let later = Attempted::Later { status: 503, retry_after: None };
        assert!(entry.settle(later, entry.due, &policy, &mut chance).is_err(), "no reason to send it again");
        entry.settle(Attempted::Accepted, entry.due, &policy, &mut chance).unwrap();
        assert_eq!(entry.state, State::Sent);
    }
}
