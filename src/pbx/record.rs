//! The call detail record: one call with all its legs, and what was said.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Quality;
use crate::{
    dialogue::Outcome,
    types::{CallId, Extension, PhoneNumber},
};

/// One call from its first INVITE to its last BYE.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    pub call: CallId,
    pub direction: CallDirection,
    pub trunk: String,
    pub caller: Caller,
    pub dialled: PhoneNumber,
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
    /// File name below the recordings folder, if the call was recorded.
    pub recording: Option<String>,
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

/// Who calls, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Number { number: PhoneNumber, display: String },
    Extension(Extension),
    /// Withheld, or not a telephone number.
    Anonymous,
}

/// The other end of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    Caller(Caller),
    Phone(Extension),
    /// Somebody outside, through a trunk.
    Number(PhoneNumber),
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
    /// The agent handed it over to a person, and they talked.
    HandedOver,
    /// Speech was down: the recorded announcement was played.
    Announced,
    /// It could not be set up.
    Failed,
}

/// Why the agent took a call that people should have had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AgentReason {
    NoAnswer,
    Busy,
    Declined,
    Unregistered,
    ClosedHours,
    /// Phones could not be reached or answered with faults.
    Unreachable,
    /// The dialled number is set to agent first.
    AgentFirst,
}

/// One turn of the conversation with the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnRecord {
    pub speaker: Speaker,
    pub text: String,
    /// Since the call began.
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
