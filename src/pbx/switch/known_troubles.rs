//! Troubles that the office knows of: who hears of them before phones ring, and the code that turns that on and off.

use super::{Switch, services::Asked};
use crate::{
    pbx::{AgentReason, Fact, known_troubles::Turned},
    types::{Moment, PhoneNumber},
};

impl Switch {
    /// Whoever calls about what is known need not make a phone ring, if the office has it so.
    pub(super) fn hears_first(&self, dialled: PhoneNumber) -> Option<AgentReason> {
        let houses = &self.directory.features.houses;
        let known = || self.exchange.known_troubles.for_line(houses, Some(dialled)).is_some();
        (houses.before_ringing && self.exchange.speech_ready && known()).then_some(AgentReason::KnownTrouble)
    }

    /// Callers hear that an incident is known, or hear it no more.
    pub(super) fn turn_notice(&mut self, now: Moment, asked: Asked, nth: &str) {
        let Turned { order, prompt } = self.exchange.known_troubles.turn(nth);
        if let Some((incident, on)) = order {
            self.exchange.fact(Fact::NoticeOrdered { incident, on, by: asked.by.clone() });
        }
        self.answer(now, asked, prompt);
    }
}
