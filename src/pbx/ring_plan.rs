//! Who rings, in which order, and for how long: the plan of a dialled number, and the way through it.

use std::{collections::VecDeque, time::Duration};

use super::{AgentReason, Emergency, LegResult, Party, TrunkProfile};
use crate::{
    sip::TrunkName,
    types::{Extension, PhoneNumber},
};

/// How long phones ring when nothing else is said: three to four rings, and well before a mobile's own voicemail.
pub const DEFAULT_RING: Duration = Duration::from_secs(18);

/// How long somebody outside rings when the agent hands a caller over.
pub const TRANSFER_RING: Duration = Duration::from_secs(25);

/// A desk phone's own call rings for so long; RFC 3261's Timer C (16.6) would be three minutes as well.
pub const OUTBOUND_RING: Duration = Duration::from_secs(180);

/// An internal call rings for so long.
pub const INTERNAL_RING: Duration = Duration::from_secs(60);

/// The plan of one dialled number: all phones of the first step ring together, then those of the next.
///
/// A step's phones stop ringing when the next step begins. A step that has failed before its time (everybody busy,
/// nobody registered) gives way at once. An empty plan means that nobody rings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RingPlan {
    steps: Vec<RingStep>,
}

/// Phones that ring together, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingStep {
    pub extensions: Vec<Extension>,
    pub ring_for: Duration,
}

impl RingStep {
    /// These phones, for [`DEFAULT_RING`].
    pub fn new(extensions: impl IntoIterator<Item = Extension>) -> Self {
        Self { extensions: extensions.into_iter().collect(), ring_for: DEFAULT_RING }
    }
}

impl RingPlan {
    pub fn new(steps: impl IntoIterator<Item = RingStep>) -> Self {
        Self { steps: steps.into_iter().collect() }
    }

    /// All of these phones at once, for [`DEFAULT_RING`].
    pub fn all(extensions: impl IntoIterator<Item = Extension>) -> Self {
        Self::new([RingStep::new(extensions)])
    }

    pub fn steps(&self) -> &[RingStep] {
        &self.steps
    }
}

/// What a call in progress still has to try. Made from a plan, or of a single number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hunt(VecDeque<Stage>);

/// One stage of a hunt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) targets: Vec<Target>,
    pub(super) ring_for: Duration,
}

/// Somebody to ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Every phone that is registered for this extension.
    Extension(Extension),
    /// Somebody outside.
    Outside { trunk: TrunkName, who: Outside },
}

/// What is dialled at a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outside {
    Number(PhoneNumber),
    Emergency(Emergency),
}

impl Outside {
    /// Is somebody's word final? For an emergency the next trunk is tried whatever the last has said.
    pub(super) fn takes_no_for_an_answer(self) -> bool {
        matches!(self, Self::Number(_))
    }

    pub(super) fn party(self) -> Party {
        match self {
            Self::Number(number) => Party::Number(number),
            Self::Emergency(emergency) => Party::Emergency(emergency),
        }
    }

    /// As the trunk is told.
    pub(super) fn dial_string(self, profile: &TrunkProfile) -> String {
        match self {
            Self::Number(number) => profile.dial_string(&number),
            Self::Emergency(emergency) => emergency.digits().to_owned(),
        }
    }
}

impl Hunt {
    pub(super) fn of_plan(plan: &RingPlan) -> Self {
        let stage = |step: &RingStep| Stage {
            targets: step.extensions.iter().cloned().map(Target::Extension).collect(),
            ring_for: step.ring_for,
        };
        Self(plan.steps.iter().map(stage).collect())
    }

    /// One number, at each of these trunks in turn until one of them takes it.
    pub(super) fn of_outside(
        trunks: impl IntoIterator<Item = TrunkName>,
        who: Outside,
        ring_for: Duration,
    ) -> Self {
        let stage = |trunk| Stage { targets: vec![Target::Outside { trunk, who }], ring_for };
        Self(trunks.into_iter().map(stage).collect())
    }

    /// Nobody else is to be tried.
    pub(super) fn give_up(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Stage> {
        self.0.pop_front()
    }
}

/// Why the agent must take the call, from how all its legs ended.
///
/// The strongest sign of a person wins, since the reason is read by people: somebody's phone rang (`NoAnswer`), somebody
/// pressed a key (`Declined`), somebody talks (`Busy`); only then faults (`Unreachable`), and `Unregistered` when there
/// was no phone at all.
pub(super) fn agent_reason(results: impl IntoIterator<Item = LegResult>) -> AgentReason {
    let rank = |result| match result {
        LegResult::NoAnswer => Some((0, AgentReason::NoAnswer)),
        LegResult::Declined => Some((1, AgentReason::Declined)),
        LegResult::Busy => Some((2, AgentReason::Busy)),
        LegResult::Failed(_) => Some((3, AgentReason::Unreachable)),
        LegResult::Unregistered => Some((4, AgentReason::Unregistered)),
        LegResult::Completed | LegResult::AnsweredElsewhere | LegResult::CallerGone => None,
    };
    let best = results.into_iter().filter_map(rank).min_by_key(|&(order, _)| order);
    best.map_or(AgentReason::Unregistered, |(_, reason)| reason)
}

/// How a leg that rang ended, from the status it ended with.
pub(super) fn leg_result(status: u16) -> LegResult {
    match status {
        486 | 600 => LegResult::Busy,
        // 480 is what many phones send for "do not disturb" (RFC 3261, 21.4.18).
        480 | 603 | 607 | 608 => LegResult::Declined,
        other => LegResult::Failed(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(text: &str) -> Extension {
        text.parse().unwrap()
    }

    #[test]
    fn a_plan_rings_all_of_a_step_and_then_the_next() {
        let plan = RingPlan::new([
            RingStep {
                extensions: vec![extension("101"), extension("102")],
                ring_for: Duration::from_secs(12),
            },
            RingStep::new([extension("103")]),
        ]);
        let mut hunt = Hunt::of_plan(&plan);
        let first = hunt.next().unwrap();
        assert_eq!(first.targets, [Target::Extension(extension("101")), Target::Extension(extension("102"))]);
        assert_eq!(first.ring_for, Duration::from_secs(12));
        assert_eq!(hunt.next().unwrap().ring_for, DEFAULT_RING);
        assert_eq!(hunt.next(), None);
    }

    #[test]
    fn the_strongest_sign_of_a_person_is_the_reason() {
        use LegResult::*;
        for (results, why) in [
            (vec![Busy, NoAnswer, Failed(500)], AgentReason::NoAnswer),
            (vec![Busy, Declined], AgentReason::Declined),
            (vec![Unregistered, Busy], AgentReason::Busy),
            (vec![Unregistered, Failed(408)], AgentReason::Unreachable),
            (vec![Unregistered, Unregistered], AgentReason::Unregistered),
            (vec![], AgentReason::Unregistered),
        ] {
            assert_eq!(agent_reason(results.clone()), why, "{results:?}");
        }
    }

    #[test]
    fn a_status_tells_a_person_from_a_fault() {
        assert_eq!(leg_result(486), LegResult::Busy);
        assert_eq!(leg_result(603), LegResult::Declined);
        assert_eq!(leg_result(480), LegResult::Declined);
        assert_eq!(leg_result(503), LegResult::Failed(503));
        assert_eq!(leg_result(302), LegResult::Failed(302));
    }
}
