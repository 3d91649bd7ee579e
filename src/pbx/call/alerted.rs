//! A call that the box makes itself to somebody on call: a call of nobody's, which leaves no record.

use super::{Call, State, alerting, go};
use crate::pbx::{
    exchange::{Context, Exchange},
    ledger::{Beginning, Ledger},
    next::Step,
    on_call::{Alert, Alerting},
};

impl Call {
    /// The house calls somebody on call. `None`: no trunk took it; the escalation has been told.
    pub(in crate::pbx) fn alert(exchange: &mut Exchange, beginning: Beginning, alert: Alert) -> Option<Self> {
        let now = beginning.at;
        let mut ledger = Box::new(Ledger::private(beginning));
        let mut cx = Context { now, exchange, ledger: &mut ledger };
        let state = match Alerting::begin(&mut cx, alert) {
            Step::Stay(state) => alerting(state),
            Step::Go(next) => go(&mut cx, next),
        };
        Self { ledger, state }.unless_over(now, exchange)
    }

    /// Does the agent have the caller, or does the caller wait for somebody on call?
    pub(in crate::pbx) fn waits_for_somebody(&self) -> bool {
        matches!(self.state, State::Assisted(_) | State::Awaiting(_))
    }
}
