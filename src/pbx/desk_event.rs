//! What people at desk phones do with a call that is going on.

use super::{
    Dialled, Party,
    leg::Leg,
    on_call::{ForCaller, Order},
    parked::Place,
    ring_plan::Hunt,
    supervision::Request,
    tape::RecordOrder,
};
use crate::{
    sip::{Invitation, ReferId, SessionId},
    types::Extension,
};

/// Decided by the switch: whoever does it may do it.
#[derive(Debug)]
pub(super) enum DeskEvent {
    /// Another phone takes the call: it has dialled for the one that rings, or for the slot.
    Taken { session: SessionId, invitation: Box<Invitation>, by: Extension },
    /// The phone of this place's extension wants the other one parked. The slot has been taken for this call.
    Park(Place),
    /// The phone at this session wants the other one connected to somebody else (RFC 3515): to these, if it is an extension.
    Transfer { session: SessionId, refer: ReferId, to: Dialled, hunt: Option<Hunt> },
    /// The phone at this session has brought another call to its end by joining it with this one: its leg stays.
    Join { session: SessionId, with: Box<Leg> },
    /// Somebody has asked for this to become of the recording, and may.
    Record { by: Extension, order: RecordOrder },
    /// The phone at this session wants the other one in this room, in which nobody is yet.
    SentToRoom { session: SessionId, room: Extension },
    /// Somebody has dialled the conference room that this call is.
    Enters { session: SessionId, invitation: Box<Invitation>, party: Party },
    /// A phone joins its calls to a conference: those of this call hear each other and the phone, by its new leg.
    Merges { session: SessionId, invitation: Box<Invitation>, by: Extension },
    /// Somebody from another call of a phone comes into the conference.
    Brought { with: Box<Leg> },
    /// Somebody of the house listens, whispers, barges in or takes over.
    Supervise(Request),
    /// Who talks with a door phone opens its door, and may.
    OpenDoor { by: Extension },
    /// These are to be rung for the caller, who has chosen them in a menu.
    Routed(Hunt),
    /// It is the turn of whoever waits in a queue: these phones are free.
    Turn(Vec<Extension>),
    /// The store has that somebody is being called back.
    PromiseStored,
    /// What a call to somebody on call is to say: what was pressed there is stored.
    OnCall(Order),
    /// How the calling of people on call goes, for a caller who waits for it.
    OnCallNews(ForCaller),
    /// Somebody on call has accepted, and takes the caller.
    OnCallTakes(Box<Leg>),
    /// A phone takes the place of the one at `replaced` (RFC 3891).
    TakeOver { session: SessionId, invitation: Box<Invitation>, by: Extension, replaced: SessionId },
}
