//! A call that the box makes itself: somebody who waited in a queue was promised it.

use super::{Call, State, calling_back, go};
use crate::{
    pbx::{
        exchange::{Context, Exchange},
        ledger::{Beginning, Ledger},
        next::Step,
        queue::{CallBack, CallingBack},
    },
    types::Extension,
};

impl Call {
    /// The office calls somebody back: this extension rings first.
    pub(in crate::pbx) fn call_back(
        exchange: &mut Exchange,
        beginning: Beginning,
        promise: CallBack,
        phone: Extension,
    ) -> Option<Self> {
        let now = beginning.at;
        let mut ledger = Box::new(Ledger::begun(exchange, beginning));
        let mut cx = Context { now, exchange, ledger: &mut ledger };
        let state = match CallingBack::begin(&mut cx, promise, phone) {
            Step::Stay(state) => calling_back(state),
            Step::Go(next) => go(&mut cx, next),
        };
        Self { ledger, state }.unless_over(now, exchange)
    }

    /// Whom it calls back, while a phone of the office rings.
    pub(in crate::pbx) fn calls_back(&self) -> Option<&CallBack> {
        match &self.state {
            State::CallingBack(state) => Some(state.promise()),
            _ => None,
        }
    }
}
