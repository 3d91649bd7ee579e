//! The trial of the second way: every target of a trunk that nothing goes to now is asked whether it lives, before it is
//! needed.
//!
//! A host that stands by is asked nothing for months, and may be gone on the day on which the first one fails. When to try
//! is said from outside. What came of it is told trunk by trunk, once each of its targets has answered or Timer F is over.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::{
    endpoint::Endpoint,
    event::{Event, Tried, TriedTarget},
    registration::told,
    targets::{REST, Way},
    transaction_layer::{ClientUser, Outcome},
    wire::Message,
};

/// Trials that are under way, by the places of their trunks in the settings.
#[derive(Debug, Default)]
pub(super) struct Trials {
    open: BTreeMap<usize, Trial>,
}

#[derive(Debug, Default)]
struct Trial {
    waiting: BTreeSet<Way>,
    tried: Vec<TriedTarget>,
}

impl Trials {
    /// Trunks have changed their places: what is still answered is of no use.
    pub(super) fn forget(&mut self) {
        self.open.clear();
    }
}

impl Endpoint {
    /// Asks every target of every trunk that requests do not go to now. [`Event::TargetsTried`] tells of each trunk what came
    /// of it; a target that does not answer rests as if a call had found it silent.
    pub fn try_targets(&mut self, now: Instant) {
        for at in 0..self.layer.settings.trunks.len() {
            let may_ask = self.layer.settings.trunks[at].probe.is_some();
            let mut trial = Trial::default();
            for way in self.layer.standing_by(at) {
                let (transport, address) = way;
                let user = ClientUser::Trial(at, transport, address);
                let flow = self.layer.settings.flow_to(transport, address).filter(|_| may_ask);
                if flow.is_some_and(|flow| self.trunks.ask_target(now, &mut self.layer, at, flow, user)) {
                    trial.waiting.insert(way);
                } else {
                    trial.tried.push(TriedTarget { transport, address, found: Tried::NotAsked });
                }
            }
            self.trials.open.insert(at, trial);
            self.tell_if_tried(at);
        }
    }

    /// What became of the question to a target.
    pub(super) fn target_tried(
        &mut self,
        now: Instant,
        at: usize,
        way: Way,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        if outcome.final_status(response).is_none() {
            return;
        }
        let Some(trial) = self.trials.open.get_mut(&at) else { return };
        if !trial.waiting.remove(&way) {
            return;
        }
        let (status, why) = told(&self.layer, outcome, response);
        // Whatever else is answered, somebody is there.
        let is_silent = matches!(status, 408 | 503);
        let found = if is_silent { Tried::Silent { why: why.clone() } } else { Tried::Answers };
        trial.tried.push(TriedTarget { transport: way.0, address: way.1, found });
        if is_silent {
            let before = self.layer.trunk_flow(at);
            self.layer.target_failed(now, at, way, REST, &why);
            if self.layer.trunk_flow(at) != before {
                self.trunks.target_changed(now, &mut self.layer, at);
            }
        }
        self.tell_if_tried(at);
    }

    fn tell_if_tried(&mut self, at: usize) {
        if self.trials.open.get(&at).is_some_and(|trial| trial.waiting.is_empty())
            && let Some(trial) = self.trials.open.remove(&at)
            && let Some(trunk) = self.layer.settings.trunks.get(at)
        {
            let trunk = trunk.name.clone();
            self.layer.tell(Event::TargetsTried { trunk, targets: trial.tried });
        }
    }
}
