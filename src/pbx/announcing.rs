//! There is no agent: the recorded announcement is played, and the call is over.

use std::time::{Duration, Instant};

use super::{
    Announcement, Disposition, MediaCommand, MediaEvent, Reason,
    call::{CallEvent, stays},
    exchange::Context,
    fax,
    leg::Leg,
    next::{Next, Step},
    session_event::SessionEvent,
};
use crate::{
    sip::{Cause, SessionId},
    types::{LegId, UtteranceId},
};

/// The announcement is a third of this long; a media plane that never says `Played` does not keep the caller.
const LONGEST: Duration = Duration::from_secs(30);

/// The agent counts its utterances from the low end.
const UTTERANCE: UtteranceId = UtteranceId(u64::MAX);

/// A caller who hears the announcement.
#[derive(Debug)]
pub(super) struct Announcing {
    caller: Leg,
    begun: bool,
    until: Instant,
}

impl Announcing {
    pub(super) fn begin(cx: &mut Context<'_>, caller: Leg) -> Self {
        cx.ledger.answered(cx.now.wall);
        let mut announcing = Self { caller, begun: false, until: cx.now.at + LONGEST };
        announcing.announce(cx);
        announcing
    }

    /// As soon as there is a path: a caller without an offer has none before the ACK.
    fn announce(&mut self, cx: &mut Context<'_>) {
        if !self.begun && self.caller.is_connected() {
            self.begun = true;
            let announcement = Announcement::CannotTakeCall;
            cx.exchange
                .media(self.caller.id(), MediaCommand::Announce { utterance: UTTERANCE, announcement });
        }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        Some((self.until, Reason::Announcement))
    }

    pub(super) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } => self.handle_session(cx, session, event),
            CallEvent::Media { leg, event } => self.handle_media(cx, leg, &event),
            CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::HangUp => self.hang_up(cx, None),
            CallEvent::Timeout => self.handle_timeout(cx),
        }
    }

    fn handle_session(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        if session != self.caller.session() {
            return Step::Stay(self);
        }
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                self.caller.gone(cx);
                Step::Go(Next::End(Disposition::Announced))
            }
            event => {
                let confirmed = matches!(event, SessionEvent::Confirmed(_));
                if self.caller.alone(cx, event).is_err() {
                    return self.hang_up(cx, Some(Cause::Sip(488)));
                }
                if confirmed {
                    self.announce(cx);
                }
                Step::Stay(self)
            }
        }
    }

    fn handle_media(self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        match event {
            MediaEvent::Played { utterance: UTTERANCE, .. } if leg == self.caller.id() => {
                self.hang_up(cx, None)
            }
            MediaEvent::Fax(sign) if fax::is_machine(*sign) && leg == self.caller.id() => {
                cx.exchange.media(leg, MediaCommand::Hush { utterance: UTTERANCE });
                Step::Go(fax::goes_on(cx, self.caller))
            }
            MediaEvent::Failed => self.hang_up(cx, Some(Cause::Q850(41))),
            _ => Step::Stay(self),
        }
    }

    fn handle_timeout(self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at { self.hang_up(cx, None) } else { Step::Stay(self) }
    }

    fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        self.caller.hang_up(cx, cause);
        Step::Go(Next::End(Disposition::Announced))
    }
}
