//! What others may ask of a call that goes on: who rings, who talks, and what may be done with it.

use super::{Call, State};
use crate::{
    pbx::{
        Caller, Dialled,
        conference::Conference,
        door::StaysShut,
        talking::OnThePhone,
        tape::{NotRecorded, RecordKey, RecordOrder},
    },
    sip::SessionId,
    types::Extension,
};

impl Call {
    /// The extensions whose phones ring for this call.
    pub(in crate::pbx) fn ringing_extensions(&self) -> Vec<&Extension> {
        match &self.state {
            State::Ringing(state) => state.extensions().collect(),
            _ => Vec::new(),
        }
    }

    /// The extension at which this session of ours rings.
    pub(in crate::pbx) fn rings_at(&self, session: SessionId) -> Option<&Extension> {
        match &self.state {
            State::Ringing(state) => state.rings_at(session),
            _ => None,
        }
    }

    /// Whom this phone's call, which nobody has answered yet, is for.
    pub(in crate::pbx) fn rings_for(&self, session: SessionId, by: &Extension) -> Option<&Dialled> {
        let own = *self.ledger.caller() == Caller::Extension(by.clone());
        match &self.state {
            State::Ringing(state) if own && state.is_waited_for_at(session) => Some(self.ledger.dialled()),
            _ => None,
        }
    }

    /// The phone at this session, if it talks: it may move the call elsewhere, or in a conference its own part of it.
    pub(in crate::pbx) fn transferor(&self, session: SessionId) -> Option<&Extension> {
        match &self.state {
            State::Talking(state) => state.transferor(session),
            State::Conference(state) => state.extension_at(session),
            _ => None,
        }
    }

    /// Could this extension open a door by this call?
    pub(in crate::pbx) fn door(&self, by: &Extension) -> Result<(), StaysShut> {
        match &self.state {
            State::Talking(state) => state.door(&self.ledger, by).map(drop),
            _ => Err(StaysShut::NoDoor),
        }
    }

    /// What this key of an extension would come to for the recording of the call.
    pub(in crate::pbx) fn record_order(
        &self,
        by: &Extension,
        key: RecordKey,
    ) -> Result<RecordOrder, NotRecorded> {
        match &self.state {
            State::Talking(state) => state.record_order(&self.ledger, by, key),
            _ => Err(NotRecorded::Nothing),
        }
    }

    /// Does this extension talk with somebody by this call?
    pub(in crate::pbx) fn phone(&self, extension: &Extension) -> Option<OnThePhone> {
        match &self.state {
            State::Talking(state) => state.phone(extension),
            _ => None,
        }
    }

    /// This extension's session, if it talks by this call or takes part in its conference; an emergency call is left alone.
    pub(in crate::pbx) fn joinable(&self, extension: &Extension) -> Option<SessionId> {
        match &self.state {
            _ if matches!(self.ledger.dialled(), Dialled::Emergency(_)) => None,
            State::Talking(state) => state.session_of(extension),
            State::Conference(state) => state.session_of(extension),
            _ => None,
        }
    }

    /// Does the agent talk with the caller?
    pub(in crate::pbx) fn is_with_agent(&self) -> bool {
        matches!(self.state, State::Assisted(_))
    }

    /// May what this extension talks by be listened to?
    pub(in crate::pbx) fn supervisable(&self, extension: &Extension) -> bool {
        matches!(&self.state, State::Talking(state) if state.phone(extension).is_some())
            && !matches!(self.ledger.dialled(), Dialled::Emergency(_))
    }

    /// Who listens to it, or more.
    pub(in crate::pbx) fn overseer(&self) -> Option<&Extension> {
        match &self.state {
            State::Talking(state) => state.overseer(),
            State::Assisted(state) => state.overseer(),
            _ => None,
        }
    }

    /// The conference, if this call is one.
    pub(in crate::pbx) fn conference(&self) -> Option<&Conference> {
        match &self.state {
            State::Conference(state) => Some(state),
            _ => None,
        }
    }
}
