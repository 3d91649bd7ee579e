//! Where callers go from a menu: to phones, with all that is set for them. Never to the outside at a caller's word.

use super::{CallEvent, Switch};
use crate::{
    pbx::{DEFAULT_RING, desk_event::DeskEvent, foresee, ring_plan::Hunt, services::Way},
    types::{CallId, Moment},
};

impl Switch {
    /// Whoever has chosen somebody is told who rings.
    pub(super) fn route_those_who_chose(&mut self, now: Moment) {
        for (call, way) in std::mem::take(&mut self.exchange.ways_wanted) {
            let hunt = self.hunt_of_way(now, call, &way);
            self.tell(now, call, CallEvent::Desk(DeskEvent::Routed(hunt)));
        }
    }

    fn hunt_of_way(&mut self, now: Moment, call: CallId, way: &Way) -> Hunt {
        match way {
            Way::Extension(extension) => {
                let mailbox = self.directory.services.mailboxes.get(extension);
                let ring_for = mailbox.map_or(DEFAULT_RING, |mailbox| mailbox.ring);
                self.hunt_of_extension(now, extension, ring_for)
            }
            Way::RingPlan => {
                let dialled = self.calls.get(call).and_then(|call| call.ledger().dialled().number());
                let foreseen = dialled.and_then(|number| {
                    foresee(&self.directory, number, now.wall, self.exchange.day_night).ok()
                });
                match foreseen {
                    // At an hour at which nobody is to ring, nobody does: the agent takes the call.
                    Some(foreseen) if foreseen.agent.is_none() => self.hunt_of_plan(now, &foreseen.plan),
                    Some(_) | None => Hunt::default(),
                }
            }
            Way::Agent | Way::Queue(_) => Hunt::default(),
        }
    }
}
