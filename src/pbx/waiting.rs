//! Somebody who has been answered and waits while another phone is rung: parked, transferred, or recalled.

use std::time::Duration;

use super::{
    AgentReason, Dialled, Disposition, Party,
    exchange::Context,
    leg::Leg,
    line::superseded,
    next::{Announced, Next, Step},
    parked::Place,
    queue::{self, CallBackState, QueueEnd, Standing},
    ring_plan::{Hunt, Outside},
    ringing::Ringing,
    services::Errand,
    session_event::SessionEvent,
};
use crate::{
    sip::{Cause, ReferId, SessionId},
    types::{CallId, Extension},
};

/// Who is to be rung for somebody who waits, and what the phones show beside the caller.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) hunt: Hunt,
    /// `Park recall`, `Recall`.
    pub(super) label: Option<String>,
    /// Whoever waits goes on hearing music, and does not hear that it rings.
    pub(super) music: bool,
}

/// What becomes of somebody who waits when nobody has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// Back into the slot.
    Park(Place),
    /// This phone is rung: it has transferred the call.
    Recall(Extension),
    /// The mailbox of this extension, if it has one; else as below.
    Mailbox(Extension),
    /// A phone of the office: the one whom it was to call back has not come. The promise is known by this call.
    CallBack(CallId),
    /// Back into the queue, where its place is kept.
    Queue(Box<Standing>),
    /// It is hung up on, whoever it is: a machine, which nobody can talk to.
    HangUp,
    /// A caller from outside gets the agent; anybody else is told that nobody is there.
    GiveUp,
}

/// Who waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) leg: Leg,
    pub(super) transferor: Option<Transferor>,
    pub(super) label: Option<String>,
    pub(super) otherwise: Otherwise,
    pub(super) disposition: Disposition,
}

/// Who has asked for a transfer, and hears how it goes.
#[derive(Debug)]
pub(super) struct Transferor {
    /// Until it hangs up: it gets the call back if nobody takes it.
    pub(super) leg: Option<Leg>,
    pub(super) refer: ReferId,
}

impl Transferor {
    /// A report on the way. One that nobody listens to any more is nobody's loss.
    fn report(&self, cx: &mut Context<'_>, status: u16) {
        superseded(cx.exchange.sip.report_refer(cx.now.at, self.refer, status));
    }
}

impl Waiting {
    /// It rings for whoever waits.
    pub(super) fn rings(&self, cx: &mut Context<'_>) {
        if let Some(transferor) = &self.transferor {
            transferor.report(cx, 180);
        }
    }

    /// Somebody has come: the one who waits, to be connected. Who has transferred the call is told, and hung up on.
    pub(super) fn answered(self: Box<Self>, cx: &mut Context<'_>) -> (Leg, Disposition) {
        let is_call_back = self.is_call_back();
        self.leaves_queue(cx, QueueEnd::Answered);
        let Self { leg, transferor, disposition, .. } = *self;
        // Whoever has waited for somebody, and had nobody so far, has somebody now.
        let disposition = match disposition {
            Disposition::CallerAbandoned => Disposition::Answered,
            Disposition::Failed if is_call_back => Disposition::Answered,
            other => other,
        };
        leg.tone(cx, None);
        if let Some(transferor) = transferor {
            transferor.report(cx, 200);
            if let Some(transferor) = transferor.leg {
                transferor.hang_up(cx, None);
            }
        }
        (leg, disposition)
    }

    /// Something has happened to the one who has transferred the call. False if it was not about that one.
    pub(super) fn heard_of_transferor(
        &mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        event: &SessionEvent,
    ) -> bool {
        let Some(transferor) = &mut self.transferor else { return false };
        let Some(mut leg) = transferor.leg.take_if(|leg| leg.session() == session) else { return false };
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => leg.gone(cx),
            event if leg.alone(cx, event.clone()).is_ok() => transferor.leg = Some(leg),
            _ => leg.hang_up(cx, Some(Cause::Sip(488))),
        }
        true
    }

    /// Is it a caller whose place in a queue is kept meanwhile?
    pub(super) fn is_queued(&self) -> bool {
        matches!(self.otherwise, Otherwise::Queue(_))
    }

    /// Is it a phone that calls somebody back?
    pub(super) fn is_call_back(&self) -> bool {
        matches!(self.otherwise, Otherwise::CallBack(_))
    }

    /// The promise is kept or given up, or (`None`) the caller was not reached this time.
    fn ends_call_back(&self, cx: &mut Context<'_>, state: Option<CallBackState>) {
        let Otherwise::CallBack(id) = self.otherwise else { return };
        let directory = cx.ledger.directory().clone();
        match state {
            Some(state) => queue::ended(cx.exchange, id, state),
            None => queue::not_reached(cx.exchange, cx.now, &directory, id),
        }
    }

    fn leaves_queue(&self, cx: &mut Context<'_>, end: QueueEnd) {
        self.ends_call_back(cx, (end == QueueEnd::Answered).then_some(CallBackState::Reached));
        if let Otherwise::Queue(standing) = &self.otherwise {
            standing.ends(cx, end);
        }
    }

    /// A key of whoever waits in a queue.
    pub(super) fn pressed(self: Box<Self>, cx: &mut Context<'_>, key: char) -> Step<Ringing> {
        match self.otherwise {
            Otherwise::Queue(standing) => Step::Go(Next::WaitOn { leg: self.leg, standing, key: Some(key) }),
            _ => self.in_vain(cx, 480),
        }
    }

    /// Both are hung up on.
    pub(super) fn hang_up(self: Box<Self>, cx: &mut Context<'_>) -> Disposition {
        self.leaves_queue(cx, QueueEnd::Ended);
        self.leg.hang_up(cx, None);
        if let Some(transferor) = self.transferor.and_then(|transferor| transferor.leg) {
            transferor.hang_up(cx, None);
        }
        self.disposition
    }

    /// Whoever waits has hung up.
    pub(super) fn gone(self: Box<Self>, cx: &mut Context<'_>) -> Disposition {
        self.leaves_queue(cx, QueueEnd::GaveUp);
        self.leg.gone(cx);
        if let Some(transferor) = self.transferor {
            transferor.report(cx, 487);
            if let Some(transferor) = transferor.leg {
                transferor.hang_up(cx, None);
            }
        }
        self.disposition
    }

    /// Nobody has come, for this reason.
    pub(super) fn in_vain(self: Box<Self>, cx: &mut Context<'_>, status: u16) -> Step<Ringing> {
        self.ends_call_back(cx, (status == 603).then_some(CallBackState::Declined));
        let Self { leg, transferor, otherwise, disposition, .. } = *self;
        if let Some(transferor) = transferor {
            transferor.report(cx, status);
            if let Some(transferor) = transferor.leg {
                leg.tone(cx, None);
                return Step::Go(Next::Talk { caller: leg, callee: transferor, disposition });
            }
        }
        if let Otherwise::Mailbox(mailbox) = &otherwise
            && cx.ledger.directory().services.mailboxes.contains_key(mailbox)
        {
            leg.tone(cx, None);
            let errand = Errand::Deposit { mailbox: mailbox.clone() };
            return Step::Go(Next::Serve { caller: Announced::Talking(leg), errand });
        }
        match otherwise {
            Otherwise::Queue(standing) => Step::Go(Next::WaitOn { leg, standing, key: None }),
            Otherwise::CallBack(_) => {
                leg.hang_up(cx, None);
                Step::Go(Next::End(disposition))
            }
            Otherwise::Park(place) => Step::Go(Next::Park { leg, place, disposition }),
            Otherwise::Recall(extension) => {
                let ring_for = cx.ledger.directory().features.transfer_ring;
                let reach =
                    Reach { label: Some("Recall".to_owned()), ..Reach::extension(&extension, ring_for) };
                let otherwise = Otherwise::GiveUp;
                Step::Go(Next::Reach { leg, reach, transferor: None, otherwise, disposition })
            }
            // Nobody of the house has lost anything; whoever called it is not left with nobody.
            Otherwise::Mailbox(_) | Otherwise::GiveUp if matches!(leg.party(), Party::Caller(caller) if caller.is_outside()) =>
            {
                leg.tone(cx, None);
                Step::Go(Next::AssistAgain { caller: leg, why: AgentReason::NoAnswer })
            }
            Otherwise::Mailbox(_) | Otherwise::GiveUp | Otherwise::HangUp => {
                leg.hang_up(cx, Some(Cause::Q850(19)));
                Step::Go(Next::End(disposition))
            }
        }
    }
}

impl Reach {
    /// All phones of an extension.
    pub(super) fn extension(extension: &Extension, ring_for: Duration) -> Self {
        Self { hunt: Hunt::of_extension(extension.clone(), ring_for), label: None, music: false }
    }

    /// Whoever is dialled. That it may be reached has been decided.
    pub(super) fn dialled(cx: &mut Context<'_>, dialled: &Dialled, ring_for: Duration) -> Self {
        let directory = cx.ledger.directory().clone();
        match dialled {
            Dialled::Extension(extension) => Self::extension(extension, ring_for),
            Dialled::Number(number) => {
                let trunks = cx.exchange.open_trunks(cx.now, &directory);
                Self {
                    hunt: Hunt::of_outside(trunks, Outside::Number(*number), ring_for),
                    label: None,
                    music: false,
                }
            }
            // Nobody is transferred to the emergency service: whoever is in danger dials it.
            Dialled::Emergency(_) | Dialled::Star(_) => {
                Self { hunt: Hunt::default(), label: None, music: false }
            }
        }
    }
}
