//! Who asks to supervise which call: found here, and refused in words if it may not be.

use super::{CallEvent, Switch, services::Asked};
use crate::{
    pbx::{
        Dialled, Fact, Service, Supervise, call::Call, desk_event::DeskEvent, prompting::Prompt,
        supervision::Request,
    },
    sip::{Invitation, SessionId},
    types::{CallId, Extension, Moment},
};

const NOT_ALLOWED: &str = "This phone may not do that.";
const NOBODY: &str = "There is no call to listen to.";
const NOT_ALONE: &str = "Somebody listens to this call already.";

impl Switch {
    /// A phone has dialled a code: for the calls of an extension, or, with nothing behind the code, for the agent's.
    pub(super) fn supervise(&mut self, now: Moment, asked: Asked, how: Supervise, rest: &str) {
        let of = if rest.is_empty() { Ok(None) } else { rest.parse::<Extension>().map(Some) };
        let found = match &of {
            Ok(of) => self.call_to_supervise(&asked.by, of.as_ref()),
            Err(_) => None,
        };
        let of = of.ok().flatten();
        match self.may_supervise(&asked.by, found, how) {
            Ok(call) => {
                let Asked { session, invitation, by, service, .. } = asked;
                self.exchange.fact(Fact::ServiceAsked { by: by.clone(), service, done: true });
                let request = Request { session, invitation: Box::new(invitation), by, of, how };
                self.tell(now, call, CallEvent::Desk(DeskEvent::Supervise(request)));
            }
            Err(why) => self.answer(now, asked, Prompt::refused(why)),
        }
    }

    /// A phone has dialled, or pressed the key of, one of the agent's lines: it listens; and the second time it has the call.
    pub(super) fn dial_agent_line(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
        by: Extension,
        line: &Extension,
    ) {
        let call = self.exchange.agent_line(line).filter(|call| self.calls.get(*call).is_some());
        match self.may_supervise(&by, call, Supervise::Listen) {
            Ok(call) => {
                let (invitation, how) = (Box::new(invitation), Supervise::Listen);
                let request = Request { session, invitation, by, of: None, how };
                self.tell(now, call, CallEvent::Desk(DeskEvent::Supervise(request)));
            }
            Err(why) => {
                let dialled = Dialled::Extension(line.clone());
                self.prompt(now, session, invitation, dialled, Prompt::refused(why));
            }
        }
    }

    /// The call, if this phone may do that with it. Who listens already and asks again wants the call.
    fn may_supervise(
        &self,
        by: &Extension,
        call: Option<CallId>,
        how: Supervise,
    ) -> Result<CallId, &'static str> {
        let supervision = &self.directory.features.supervision;
        if !supervision.may(by, how) {
            return Err(NOT_ALLOWED);
        }
        let call = call.and_then(|id| self.calls.get(id)).ok_or(NOBODY)?;
        match call.overseer() {
            Some(other) if other != by => return Err(NOT_ALONE),
            Some(_) if !supervision.may(by, Supervise::TakeOver) => return Err(NOT_ALLOWED),
            Some(_) | None => {}
        }
        if call.is_with_agent() && matches!(how, Supervise::Whisper | Supervise::Barge) {
            return Err("The receptionist can be listened to or taken over from.");
        }
        Ok(call.ledger().call())
    }

    /// What this extension talks by, or the agent's call that began first. Nobody listens to itself.
    fn call_to_supervise(&self, by: &Extension, of: Option<&Extension>) -> Option<CallId> {
        let fits = |call: &&Call| match of {
            Some(extension) => extension != by && call.phone(by).is_none() && call.supervisable(extension),
            None => call.is_with_agent(),
        };
        // One that this phone listens to already comes first: it wants to take that over.
        let own = |call: &Call| call.overseer() != Some(by);
        let found = self.calls.iter().filter(fits);
        found.min_by_key(|call| (own(call), call.ledger().began())).map(|call| call.ledger().call())
    }
}

/// What a code asks for.
pub(super) const fn asked_for(service: Service) -> Supervise {
    match service {
        Service::Whisper => Supervise::Whisper,
        Service::Barge => Supervise::Barge,
        Service::TakeOver => Supervise::TakeOver,
        _ => Supervise::Listen,
    }
}
