//! Who waits for somebody to answer while phones ring.

use super::{
    AgentReason,
    conversation::Conversation,
    exchange::Context,
    incoming::Incoming,
    leg::Leg,
    routing::{self, Shown},
    waiting::Waiting,
};
use crate::{media::Codec, sip::SessionId};

/// Who waits for somebody to answer.
#[derive(Debug)]
pub(super) enum Waiter {
    /// A caller from a trunk. `why`: the agent was to take the call from the first.
    Outside { caller: Incoming, why: Option<AgentReason> },
    /// A desk phone.
    Desk(Incoming),
    /// A caller of the agent, who hears ringback. Desk phones show what the agent has learnt.
    Handed { caller: Leg, conversation: Conversation, brief: String },
    /// Somebody who has been answered before: transferred, parked, recalled.
    Waits(Box<Waiting>),
}

impl Waiter {
    pub(super) fn session(&self) -> SessionId {
        match self {
            Self::Outside { caller, .. } | Self::Desk(caller) => caller.session(),
            Self::Handed { caller, .. } => caller.session(),
            Self::Waits(waiting) => waiting.leg.session(),
        }
    }

    /// The leg, if it has been answered.
    pub(super) fn answered(&self) -> Option<&Leg> {
        match self {
            Self::Outside { .. } | Self::Desk(_) => None,
            Self::Handed { caller, .. } => Some(caller),
            Self::Waits(waiting) => Some(&waiting.leg),
        }
    }

    pub(super) fn answered_mut(&mut self) -> Option<&mut Leg> {
        match self {
            Self::Outside { .. } | Self::Desk(_) => None,
            Self::Handed { caller, .. } => Some(caller),
            Self::Waits(waiting) => Some(&mut waiting.leg),
        }
    }

    /// What phones show instead of the caller's own name, if anything.
    pub(super) fn shown(&self) -> Shown<'_> {
        match self {
            Self::Outside { .. } | Self::Desk(_) => Shown::Caller,
            Self::Handed { brief, .. } if brief.is_empty() => Shown::Caller,
            Self::Handed { brief, .. } => Shown::Brief(brief),
            Self::Waits(waiting) => {
                Shown::Waiting { whom: waiting.leg.party(), label: waiting.label.as_deref() }
            }
        }
    }

    /// What somebody outside is asked who has answered.
    pub(super) fn question(&self, cx: &Context<'_>) -> String {
        let directory = cx.ledger.directory();
        let (caller, dialled) = (cx.ledger.caller(), cx.ledger.dialled());
        let about = match self.shown() {
            Shown::Brief(brief) => format!(": {brief}"),
            shown => {
                let from = routing::shown_to_phones(directory, caller, dialled, shown).display;
                format!(", {from}")
            }
        };
        if let Self::Waits(waiting) = self
            && waiting.is_call_back()
        {
            let office = &directory.name;
            return format!(
                "This is {office}, calling you back as you asked. Press 1 to be connected, or 9 if you do not want to talk any more."
            );
        }
        format!("A call for {}{about}. Press 1 to take it, or 9 to decline.", directory.name)
    }

    /// Whoever has been answered hears our ringback; the others are told to play their own.
    pub(super) fn ring(&mut self, cx: &mut Context<'_>) {
        match self {
            Self::Outside { caller, .. } | Self::Desk(caller) => caller.ring(cx),
            Self::Handed { .. } => {}
            Self::Waits(waiting) => waiting.rings(cx),
        }
    }

    pub(super) fn codecs_to_offer(&self) -> Vec<Codec> {
        match self {
            Self::Outside { caller, .. } | Self::Desk(caller) => caller.codecs_to_offer(),
            Self::Handed { caller, .. } => caller.codecs_to_offer(),
            Self::Waits(waiting) => waiting.leg.codecs_to_offer(),
        }
    }
}
