//! The names of what a call record says: the same in the store and for programs that read the JSON, and so not to be changed.

use super::{AgentReason, CallDirection, CallResult, Disposition, LegResult, Speaker};
use crate::types::named;

named!(CallDirection { Inbound = "inbound", Outbound = "outbound", Internal = "internal" });
named!(Disposition {
    Answered = "answered",
    AiHandled = "ai_handled",
    AiAbandoned = "ai_abandoned",
    CallerAbandoned = "caller_abandoned",
    AnsweredElsewhere = "answered_elsewhere",
    HandedOver = "handed_over",
    Announced = "announced",
    Voicemail = "voicemail",
    Served = "served",
    Failed = "failed",
});
named!(CallResult { Completed = "completed", Missed = "missed", Busy = "busy", Failed = "failed" });
named!(AgentReason {
    NoAnswer = "no_answer",
    Busy = "busy",
    Declined = "declined",
    DoNotDisturb = "do_not_disturb",
    Unregistered = "unregistered",
    ClosedHours = "closed_hours",
    Unreachable = "unreachable",
    AgentFirst = "agent_first",
    Chosen = "chosen",
    KnownTrouble = "known_trouble",
});
named!(Speaker { Caller = "caller", Agent = "agent" });

impl LegResult {
    /// The name in the store and in JSON; and of a fault its status.
    pub const fn name(self) -> (&'static str, Option<u16>) {
        match self {
            Self::Completed => ("completed", None),
            Self::NoAnswer => ("no_answer", None),
            Self::Busy => ("busy", None),
            Self::Declined => ("declined", None),
            Self::DoNotDisturb => ("do_not_disturb", None),
            Self::Unregistered => ("unregistered", None),
            Self::AnsweredElsewhere => ("answered_elsewhere", None),
            Self::CallerGone => ("caller_gone", None),
            Self::Failed(status) => ("failed", Some(status)),
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn from_name(name: &str, status: Option<u16>) -> Option<Self> {
        Some(match (name, status) {
            ("completed", _) => Self::Completed,
            ("no_answer", _) => Self::NoAnswer,
            ("busy", _) => Self::Busy,
            ("declined", _) => Self::Declined,
            ("do_not_disturb", _) => Self::DoNotDisturb,
            ("unregistered", _) => Self::Unregistered,
            ("answered_elsewhere", _) => Self::AnsweredElsewhere,
            ("caller_gone", _) => Self::CallerGone,
            ("failed", Some(status)) => Self::Failed(status),
            _ => return None,
        })
    }
}
