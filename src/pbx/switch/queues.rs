//! Who rings for those who wait in queues: asked whenever something has happened, since anything may have freed a phone.

use super::{CallEvent, Switch};
use crate::{
    pbx::{QueuePlan, RingOrder, desk_event::DeskEvent, queue},
    types::{Extension, Moment},
};

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
            while let Some(call) = self.exchange.lines.next(&name) {
                let phones = self.free_phones(now, &name, plan);
                if phones.is_empty() {
                    break;
                }
                self.exchange.lines.rings(&name, call, true);
                self.tell(now, call, CallEvent::Desk(DeskEvent::Turn(phones)));
            }
        }
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
