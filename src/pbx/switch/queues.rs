//! Who rings for those who wait in queues: asked whenever something has happened, since anything may have freed a phone.

use std::time::Duration;

use super::{Beginning, Call, CallEvent, Switch};
use crate::{
    pbx::{
        AgentReason, CallBack, CallBackState, CallDirection, Caller, Dialled, QueuePlan, RingOrder, Vouched,
        desk_event::DeskEvent,
        foresee,
        queue::{self, Turn},
    },
    sip::MAX_FORWARDS,
    types::{CallId, Extension, Moment},
};

/// A call-back for which there is no line, or which may not be made at the moment, is looked at again so much later.
const LINE_WAIT: Duration = Duration::from_secs(30);

impl Switch {
    /// Phones that are free ring for whoever has waited longest. Each that does is busy from then on, so this comes to an end.
    pub(super) fn serve_queues(&mut self, now: Moment) {
        if self.exchange.lines.is_empty() {
            return;
        }
        for name in self.exchange.lines.names() {
            let directory = self.directory.clone();
            let Some(plan) = directory.services.queues.get(&name) else { continue };
            self.let_rest(now, &name, plan);
            while let Some(turn) = self.exchange.lines.next(&name, now.at) {
                let phones = self.free_phones(now, &name, plan);
                if phones.is_empty() {
                    break;
                }
                match turn {
                    Turn::Caller(call) => {
                        self.exchange.lines.rings(&name, call, true);
                        self.tell(now, call, CallEvent::Desk(DeskEvent::Turn(phones)));
                    }
                    Turn::CallBack(id) => {
                        self.exchange.lines.rings(&name, id, true);
                        self.call_back(now, &name, id, phones);
                    }
                }
            }
        }
    }

    /// The turn of somebody who is to be called back: the first of these phones rings for it, if everything that would be
    /// asked of a call of its own allows it, and if there is a line to spare.
    fn call_back(&mut self, now: Moment, queue: &str, id: CallId, phones: Vec<Extension>) {
        let Some((promise, phone)) = self.exchange.promises.get(id).cloned().zip(phones.into_iter().next())
        else {
            self.exchange.lines.leave(id);
            return;
        };
        let directory = self.directory.clone();
        let dialled = Dialled::Number(promise.number);
        let has_room = self.calls.live() < directory.limits.calls && !self.shutting_down;
        if !self.is_open_for(now, &promise) {
            return queue::ended(&mut self.exchange, id, CallBackState::Closed);
        }
        if !has_room
            || !self.exchange.has_line_to_spare(now, &directory)
            || self.may_send(now, &phone, &dialled).is_err()
        {
            return self.exchange.lines.put_off(queue, id, now.at + LINE_WAIT);
        }
        let Some(promise) = queue::tried(&mut self.exchange, id) else { return };
        let call = CallId::from_random(self.exchange.random());
        self.exchange.spending.call_begins(now, &directory, call, phone.clone(), &promise.number);
        let beginning = Beginning {
            call,
            direction: CallDirection::Outbound,
            trunk: None,
            caller: Caller::Extension(phone.clone()),
            vouched: Vouched::default(),
            dialled,
            withheld: false,
            sips: false,
            hops: MAX_FORWARDS,
            at: now,
            directory,
        };
        if let Some(in_progress) = Call::call_back(&mut self.exchange, beginning, promise, phone) {
            self.calls.put(call, in_progress);
        }
    }

    /// The store has that this one is being called: from now on nobody is called twice for it.
    pub(super) fn call_back_stored(&mut self, now: Moment, id: CallId, tries: u32) {
        let is_it = |call: &&Call| {
            call.calls_back().is_some_and(|promise| promise.call == id && promise.tries == tries)
        };
        let call = self.calls.iter().find(is_it).map(|call| call.ledger().call());
        if let Some(call) = call {
            self.tell(now, call, CallEvent::Desk(DeskEvent::PromiseStored));
        }
    }

    /// Somebody of the office takes it out of the line; one that is being called is called to its end.
    pub(super) fn cancel_call_back(&mut self, now: Moment, id: CallId) {
        let rings =
            self.calls.iter().find(|call| call.calls_back().is_some_and(|promise| promise.call == id));
        if let Some(call) = rings.map(|call| call.ledger().call()) {
            self.tell(now, call, CallEvent::HangUp);
        }
        if self.exchange.promises.get(id).is_some_and(|promise| promise.state == CallBackState::Waiting) {
            queue::ended(&mut self.exchange, id, CallBackState::Cancelled);
        }
    }

    /// Those that nobody has got to: a call-back does not come after the office has closed.
    pub(super) fn review_call_backs(&mut self, now: Moment) {
        for promise in self.exchange.promises.review(now.at) {
            if queue::is_too_old(&promise, now.wall) || !self.is_open_for(now, &promise) {
                queue::ended(&mut self.exchange, promise.call, CallBackState::Closed);
            }
        }
    }

    fn is_open_for(&self, now: Moment, promise: &CallBack) -> bool {
        let foreseen = foresee(&self.directory, promise.dialled, now.wall, self.exchange.day_night);
        foreseen.is_ok_and(|foreseen| foreseen.agent != Some(AgentReason::ClosedHours))
    }

    /// Phones that have just been talked on are left alone for a moment.
    fn let_rest(&mut self, now: Moment, name: &str, plan: &QueuePlan) {
        for phone in &plan.phones {
            let until = self.exchange.last_talk(phone).map(|ended| ended + plan.rest);
            if let Some(until) = until.filter(|until| *until > now.at) {
                self.exchange.lines.spare(name, [phone.clone()], until);
            }
        }
    }

    /// The phones that may ring for the next in line, as the plan has it: one, or all that are free.
    fn free_phones(&self, now: Moment, name: &str, plan: &QueuePlan) -> Vec<Extension> {
        let exchange = &self.exchange;
        let is_free = |phone: &&Extension| {
            exchange.is_free(phone).is_ok()
                && queue::is_there(now, exchange, &self.directory, phone)
                && !exchange.lines.is_spared(name, phone, now.at)
        };
        let mut free: Vec<Extension> = plan.phones.iter().filter(is_free).cloned().collect();
        match plan.order {
            RingOrder::All => {}
            RingOrder::OneAfterAnother => free.truncate(1),
            RingOrder::LongestIdle => {
                free.sort_by_key(|phone| exchange.last_talk(phone));
                free.truncate(1);
            }
        }
        free
    }
}
