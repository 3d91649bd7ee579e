//! From a plan to a hunt: who is really rung, now that some do not want to be disturbed and some have forwarded their calls.

use std::time::Duration;

use super::{Switch, dialplan};
use crate::{
    pbx::{
        DEFAULT_RING, Dialled, ForwardTo, RingOrder, RingPlan,
        ring_plan::{After, Hunt, Outside, Stage, Target},
    },
    types::{Extension, Moment, PhoneNumber},
};

/// Forwards to a colleague who forwards are followed so far, and no further: two that forward to each other would be
/// followed for ever.
const MOST_HOPS: usize = 3;

impl Switch {
    /// Everybody of a plan, in its order.
    pub(super) fn hunt_of_plan(&mut self, now: Moment, plan: &RingPlan) -> Hunt {
        // Somebody who is rung alone is called in person: what is set for busy and no answer holds as well.
        if let [step] = plan.steps()
            && let [extension] = step.extensions.as_slice()
            && step.numbers.is_empty()
        {
            return self.hunt_of_extension(now, extension, step.ring_for);
        }
        let mut stages = Vec::new();
        for step in plan.steps() {
            let mut extensions = step.extensions.clone();
            if step.order == RingOrder::LongestIdle {
                // Whoever has not talked at all comes first; those of the same rest in the order of the plan.
                extensions.sort_by_key(|extension| self.exchange.last_talk(extension));
            }
            let mut targets: Vec<Vec<Target>> =
                extensions.iter().map(|extension| self.targets_of(now, extension)).collect();
            targets.extend(step.numbers.iter().map(|number| self.mobile(now, *number)));
            match step.order {
                RingOrder::All => {
                    stages.push(Stage::of(targets.into_iter().flatten().collect(), step.ring_for));
                }
                RingOrder::OneAfterAnother | RingOrder::LongestIdle => {
                    stages.extend(targets.into_iter().map(|targets| Stage::of(targets, step.ring_for)));
                }
            }
        }
        Hunt::of_stages(stages)
    }

    /// One extension that is called in person, with all its forwards.
    pub(super) fn hunt_of_extension(
        &mut self,
        now: Moment,
        extension: &Extension,
        ring_for: Duration,
    ) -> Hunt {
        let desk = self.exchange.desks.of(extension);
        let mut stages = match &desk.always {
            Some(to) => self.forwarded(now, extension, to, ring_for),
            None => Vec::new(),
        };
        if !stages.is_empty() {
            return Hunt::of_person(stages);
        }
        let own = self.exchange.desks.target(extension.clone());
        // Who is to be forwarded to does not ring for as long as somebody who is all there is.
        let forwards = desk.no_answer.is_some();
        let own_ring = if forwards { ring_for.min(DEFAULT_RING) } else { ring_for };
        stages.push(Stage::of(vec![own], own_ring));
        for (to, after) in [(&desk.busy, After::Busy), (&desk.no_answer, After::NoAnswer)] {
            if let Some(to) = to {
                let further = self.forwarded(now, extension, to, ring_for);
                stages.extend(further.into_iter().map(|stage| Stage { after: Some(after), ..stage }));
            }
        }
        Hunt::of_person(stages)
    }

    /// Who rings for somebody who is one of several.
    fn targets_of(&mut self, now: Moment, extension: &Extension) -> Vec<Target> {
        let desk = self.exchange.desks.of(extension);
        if let Some(to) = &desk.always {
            match self.end_of_forwards(extension, to) {
                Some(ForwardTo::Extension(to)) => return vec![self.exchange.desks.target(to)],
                Some(ForwardTo::Number(number)) => {
                    let forwarded = self.outside(now, extension, number, true);
                    if !forwarded.is_empty() {
                        return forwarded;
                    }
                }
                None => {}
            }
        }
        vec![self.exchange.desks.target(extension.clone())]
    }

    /// The stages of a forward, none if it may not be followed.
    fn forwarded(&mut self, now: Moment, by: &Extension, to: &ForwardTo, ring_for: Duration) -> Vec<Stage> {
        match self.end_of_forwards(by, to) {
            Some(ForwardTo::Extension(to)) => {
                vec![Stage::of(vec![self.exchange.desks.target(to)], ring_for)]
            }
            Some(ForwardTo::Number(number)) => {
                let targets = self.outside(now, by, number, false);
                // One trunk after the other, until one of them takes it.
                targets.into_iter().map(|target| Stage::of(vec![target], ring_for)).collect()
            }
            None => Vec::new(),
        }
    }

    /// Where a forward leads in the end, through colleagues who forward all their calls as well. `None`: to nobody, or in a
    /// circle.
    fn end_of_forwards(&self, by: &Extension, to: &ForwardTo) -> Option<ForwardTo> {
        let mut to = to.clone();
        for _ in 0..MOST_HOPS {
            let ForwardTo::Extension(extension) = &to else { return Some(to) };
            if extension == by || !self.directory.extensions.contains_key(extension) {
                return None;
            }
            match self.exchange.desks.of(extension).always {
                Some(further) => to = further,
                None => return Some(to),
            }
        }
        None
    }

    /// A telephone outside, at the expense of who forwards to it and with that one's right; at every trunk that is open.
    fn outside(&mut self, now: Moment, by: &Extension, number: PhoneNumber, ask: bool) -> Vec<Target> {
        if self.may_send(now, by, &Dialled::Number(number)).is_err() {
            return Vec::new();
        }
        let directory = self.directory.clone();
        let trunks = self.exchange.open_trunks(now, &directory);
        let who = Outside::Number(number);
        let target = |trunk| Target::Outside { trunk, who, ask, charge: Some(by.clone()) };
        let targets = trunks.into_iter().map(target);
        // Beside others only one trunk can be tried: two would be two calls to the same telephone.
        if ask { targets.take(1).collect() } else { targets.collect() }
    }

    /// A mobile that a plan names: the office's own wish and expense.
    fn mobile(&mut self, now: Moment, number: PhoneNumber) -> Vec<Target> {
        let directory = self.directory.clone();
        let allowed = dialplan::may_reach(&directory, dialplan::Asker::Agent, &Dialled::Number(number));
        if allowed.is_err() {
            return Vec::new();
        }
        let trunks = self.exchange.open_trunks(now, &directory);
        let who = Outside::Number(number);
        let targets = trunks.into_iter().map(|trunk| Target::Outside { trunk, who, ask: true, charge: None });
        targets.take(1).collect()
    }
}
