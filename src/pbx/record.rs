//! The call detail record: one call with all its legs, and what was said.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Conversed, Decision, Emergency, Fax, Quality, Queueing, RecordingPart, Vouched};
use crate::{
    dialogue::Outcome,
    types::{CallId, Extension, NumberError, PhoneNumber, StarCode},
};

/// One call from its first INVITE to its last BYE.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    pub call: CallId,
    pub direction: CallDirection,
    /// The trunk that it came from or went to; none for a call between desk phones.
    pub trunk: Option<String>,
    pub caller: Caller,
    /// How sure the carrier is of the caller's number.
    pub vouched: Vouched,
    pub dialled: Dialled,
    pub started: Timestamp,
    /// When somebody, or the agent, answered.
    pub answered: Option<Timestamp>,
    pub ended: Timestamp,
    pub disposition: Disposition,
    /// Why the agent took the call, if it did.
    pub agent_reason: Option<AgentReason>,
    pub legs: Vec<LegRecord>,
    pub turns: Vec<TurnRecord>,
    pub outcome: Option<Outcome>,
    /// It was a fax.
    pub fax: Option<Fax>,
    /// What was recorded of it, in order: a file each.
    pub recordings: Vec<RecordingPart>,
    /// Why it went the way it went, in order.
    pub decisions: Vec<Decision>,
    /// It waited in a queue.
    pub queued: Option<Queueing>,
    /// What the agent was told in each conversation, and what it decided. The store keeps it apart from the record: empty in
    /// one that was read.
    pub conversations: Vec<Conversed>,
}

/// Which way the call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallDirection {
    /// From a trunk.
    Inbound,
    /// From a desk phone to a trunk.
    Outbound,
    /// From a desk phone to a desk phone.
    Internal,
}

/// What was dialled, parsed into digits: the one form that every rule is applied to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialled {
    Number(PhoneNumber),
    Extension(Extension),
    Emergency(Emergency),
    /// A feature, from a desk phone: `*97`.
    Star(StarCode),
}

impl Dialled {
    /// The telephone number, if it is one.
    pub fn number(&self) -> Option<PhoneNumber> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Extension(_) | Self::Emergency(_) | Self::Star(_) => None,
        }
    }
}

impl fmt::Display for Dialled {
    /// As shown and as kept: `+13035550100`, `101`, `911`, `emergency 112`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Extension(extension) => extension.fmt(f),
            Self::Emergency(emergency) => emergency.fmt(f),
            Self::Star(code) => code.fmt(f),
        }
    }
}

impl FromStr for Dialled {
    type Err = NumberError;
    /// Reads what [`Display`](fmt::Display) wrote.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        match Emergency::read(text) {
            Some(emergency) => Ok(Self::Emergency(emergency)),
            None if text.starts_with('*') => text.parse().map(Self::Star).map_err(|_| NumberError::Empty),
            None if text.starts_with('+') => text.parse().map(Self::Number),
            None => text.parse().map(Self::Extension),
        }
    }
}

/// Who calls, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Number {
        number: PhoneNumber,
        display: String,
    },
    Extension(Extension),
    /// Withheld, or not a telephone number.
    Anonymous,
}

impl Caller {
    /// What would be dialled to call back; `None` for somebody who has withheld it.
    pub fn to_call_back(&self) -> Option<String> {
        match self {
            Self::Number { number, .. } => Some(number.to_string()),
            Self::Extension(extension) => Some(extension.to_string()),
            Self::Anonymous => None,
        }
    }

    /// Does the call come from outside of the house?
    pub fn is_outside(&self) -> bool {
        !matches!(self, Self::Extension(_))
    }
}

/// The other end of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    Caller(Caller),
    Phone(Extension),
    /// Somebody outside, through a trunk.
    Number(PhoneNumber),
    /// The emergency service, through a trunk.
    Emergency(Emergency),
    Agent,
}

/// How a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LegResult {
    /// It was talked on.
    Completed,
    /// It rang, and nobody took it.
    NoAnswer,
    /// 486 or 600.
    Busy,
    /// 603, or another refusal of the person.
    Declined,
    /// Its person does not want to be disturbed.
    DoNotDisturb,
    /// No phone is registered for the extension.
    Unregistered,
    /// Another leg was quicker.
    AnsweredElsewhere,
    /// The caller gave up while it rang.
    CallerGone,
    /// A status that tells of a fault (4xx to 6xx otherwise, or no answer at all: 408).
    Failed(u16),
}

/// One leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegRecord {
    pub party: Party,
    pub started: Timestamp,
    pub answered: Option<Timestamp>,
    pub ended: Timestamp,
    pub result: LegResult,
    pub quality: Option<Quality>,
    /// When they had heard, to its end, the spoken notice that the call is recorded.
    pub told: Option<Timestamp>,
}

/// What became of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Disposition {
    /// A person talked with the caller.
    Answered,
    /// The agent dealt with it; no person did.
    AiHandled,
    /// The agent answered; the caller hung up before anything came of it.
    AiAbandoned,
    /// The caller hung up while the phones rang.
    CallerAbandoned,
    /// It rang here and somewhere else, and was answered there: the carrier has said so (RFC 3326).
    AnsweredElsewhere,
    /// The agent handed it over to a person, and they talked.
    HandedOver,
    /// Speech was down: the recorded announcement was played.
    Announced,
    /// Nobody took it, and the caller was asked to leave a message.
    Voicemail,
    /// The box itself was what was called: a mailbox was listened to, a menu or a conference was all there was.
    Served,
    /// It could not be set up.
    Failed,
}

/// Why the agent took a call that people should have had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AgentReason {
    NoAnswer,
    Busy,
    Declined,
    /// Whoever was to be rung does not want to be disturbed.
    DoNotDisturb,
    Unregistered,
    ClosedHours,
    /// Phones could not be reached or answered with faults.
    Unreachable,
    /// The caller has chosen the agent in a menu.
    Chosen,
    /// The dialled number is set to agent first.
    AgentFirst,
    /// Callers hear of a trouble that is known before any phone rings.
    KnownTrouble,
}

/// One turn of the conversation with the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnRecord {
    pub speaker: Speaker,
    pub text: String,
    /// When it began, since the call began: its first voiced packet, or the onset of the caller's voice. Where an onset
    /// was not told, when it was written down.
    pub at_ms: u64,
    /// For the agent's turns: from the caller's last voiced packet to the first voiced packet of the reply.
    pub latency_ms: Option<u32>,
    /// For the agent's turns: the caller spoke over it after so much of it.
    pub interrupted_after_ms: Option<u32>,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speaker {
    Caller,
    Agent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dialled_reads_back_as_written() {
        for text in ["+13035550100", "101", "911", "933", "emergency 112", "*97"] {
            assert_eq!(text.parse::<Dialled>().unwrap().to_string(), text);
        }
        assert_eq!("911".parse(), Ok(Dialled::Emergency(Emergency::Nine11)));
        assert!("anonymous".parse::<Dialled>().is_err());
    }
}
