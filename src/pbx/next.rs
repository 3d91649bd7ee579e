//! The ways out of a state: what a call becomes next, with what it takes along.

use super::{
    AgentReason, Disposition,
    conversation::Conversation,
    faxing::Faxing,
    incoming::Incoming,
    leg::Leg,
    parked::Place,
    prompting::Prompt,
    queue::Standing,
    ring_plan::Hunt,
    services::Errand,
    waiting::{Otherwise, Reach, Transferor},
};
use crate::{agent::VoiceInput, dialogue, types::Extension};

/// What came of an event in a state.
#[derive(Debug)]
pub(super) enum Step<S> {
    Stay(S),
    Go(Next),
}

impl<S> Step<S> {
    /// The same step, as one of the states of a call.
    pub(super) fn map<T>(self, into: impl FnOnce(S) -> T) -> Step<T> {
        match self {
            Self::Stay(state) => Step::Stay(into(state)),
            Self::Go(next) => Step::Go(next),
        }
    }
}

/// What the call becomes. The state that says so has been consumed; nothing of it is left but what is in here.
#[derive(Debug)]
pub(super) enum Next {
    /// Phones ring for a caller from a trunk.
    Ring { caller: Incoming, hunt: Hunt },
    /// No phone rings: the agent takes the call as soon as it has a place.
    Queue { caller: Incoming, why: AgentReason },
    /// A desk phone is connected to whom it has dialled: to these, if it is an extension.
    Connect { caller: Incoming, hunt: Option<Hunt> },
    /// Two people talk. The caller has been answered; media flows from now on.
    Talk { caller: Leg, callee: Leg, disposition: Disposition },
    /// A fax is to pass between two machines as T.38; the legs have been asked for it.
    Fax(Box<Faxing>),
    /// The agent answers.
    Assist { caller: Incoming, why: AgentReason },
    /// The agent hands its caller over.
    Transfer { caller: Leg, conversation: Conversation, to: dialogue::Destination, brief: String },
    /// The conversation goes on, with what has come of the transfer.
    Resume { caller: Leg, conversation: Conversation, with: VoiceInput },
    /// Somebody waits in a park slot. The slot has been taken for this call.
    Park { leg: Leg, place: Place, disposition: Disposition },
    /// Another phone is rung for somebody who has been answered; who has asked for it may be waiting as well.
    Reach {
        leg: Leg,
        reach: Reach,
        transferor: Option<Transferor>,
        otherwise: Otherwise,
        disposition: Disposition,
    },
    /// A caller from outside, who has talked with somebody before, has nobody now: the agent takes the call if it can.
    AssistAgain { caller: Leg, why: AgentReason },
    /// A phone that has dialled a code is told what has come of it.
    Tell { caller: Incoming, prompt: Prompt },
    /// There is no agent: the recorded announcement answers.
    Announce { caller: Announced, why: Option<AgentReason> },
    /// A phone speaks to a group.
    Page { caller: Incoming, page: Extension },
    /// The first one comes into a conference room.
    Confer { caller: Announced, room: Extension },
    /// A phone has joined its calls, or sends somebody to a room: these hear each other.
    Join { legs: Vec<Leg>, room: Option<Extension>, disposition: Disposition },
    /// The caller comes into a queue.
    Enqueue { caller: Announced, queue: String },
    /// Phones have rung for somebody who waits in a queue, who goes on waiting; `key`: and has pressed this.
    WaitOn { leg: Leg, standing: Box<Standing>, key: Option<char> },
    /// The box itself serves the caller.
    Serve { caller: Announced, errand: Errand },
    /// Nothing is left to do but to wait for what the media plane has counted.
    End(Disposition),
}

/// Who hears the announcement, or is served.
#[derive(Debug)]
pub(super) enum Announced {
    /// A caller who has not been answered yet.
    Waiting(Incoming),
    /// A caller who has been answered: of the agent, whose speech has failed.
    Talking(Leg),
}
