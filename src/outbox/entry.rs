//! One text to send, once: what it says, to whom, and what it is for.

use jiff::{SignedDuration, Timestamp};

use super::delivery::Delivery;
use crate::types::{CallId, MessageKey, PhoneNumber};

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
    pub delivery: Delivery,
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
    /// The trouble that they have called about is over. Keeps the hours of the one it goes to.
    IncidentOver,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::StaffSummary,
        Kind::StaffNotice,
        Kind::TextBack,
        Kind::Confirmation,
        Kind::OptOutConfirmation,
        Kind::OptInConfirmation,
        Kind::Help,
        Kind::FollowUp,
        Kind::IncidentOver,
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
            Kind::IncidentOver => "incident_over",
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
            Kind::FollowUp | Kind::IncidentOver => SignedDuration::from_hours(4),
        }
    }
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
            delivery: Delivery::new(now, later(now, kind.fresh_for())),
        }
    }

    /// About this call.
    pub fn about(mut self, call: CallId) -> Self {
        self.call = Some(call);
        self
    }

    /// Not before `due`; freshness counts from there.
    pub fn not_before(mut self, due: Timestamp) -> Self {
        self.delivery.due = due;
        self.delivery.expires = later(due, self.kind.fresh_for());
        self
    }
}

/// `at` plus `span`, or the end of time if there is no such instant.
fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}
