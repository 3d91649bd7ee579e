//! Who rings, in which order, and for how long: the plan of a dialled number, and the way through it.

use std::{collections::VecDeque, time::Duration};

use super::{AgentReason, Emergency, LegResult, Party, TrunkProfile};
use crate::{
    sip::TrunkName,
    types::{Extension, PhoneNumber},
};

/// How long phones ring when nothing else is said: three to four rings, and well before a mobile's own voicemail.
pub const DEFAULT_RING: Duration = Duration::from_secs(18);

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
    /// Mobiles outside that ring as well. Whoever answers there has to press a key to take the call.
    pub numbers: Vec<PhoneNumber>,
    pub order: RingOrder,
    /// Of each, if they ring one after another.
    pub ring_for: Duration,
}

/// How the phones of a step ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RingOrder {
    /// Together.
    #[default]
    All,
    /// Each in its turn, as they are written down.
    OneAfterAnother,
    /// Each in its turn; whoever has talked least recently is the first.
    LongestIdle,
}

impl Default for RingStep {
    fn default() -> Self {
        let (extensions, numbers) = (Vec::new(), Vec::new());
        Self { extensions, numbers, order: RingOrder::All, ring_for: DEFAULT_RING }
    }
}

impl RingStep {
    /// These phones, for [`DEFAULT_RING`].
    pub fn new(extensions: impl IntoIterator<Item = Extension>) -> Self {
        Self { extensions: extensions.into_iter().collect(), ..Self::default() }
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
pub(super) struct Hunt {
    stages: VecDeque<Stage>,
    /// All stages lead to the same person: whose word ends the hunt.
    one_person: bool,
}

/// One stage of a hunt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) targets: Vec<Target>,
    pub(super) ring_for: Duration,
    /// Only if the last stage without such a condition has ended so.
    pub(super) after: Option<After>,
}

/// How a stage has to have ended for another to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Somebody talked, or did not want to be disturbed.
    Busy,
    /// Nobody took it, or there was no phone.
    NoAnswer,
}

impl After {
    pub(super) fn fits(self, ended: LegResult) -> bool {
        let busy = matches!(ended, LegResult::Busy | LegResult::Declined | LegResult::DoNotDisturb);
        match self {
            Self::Busy => busy,
            Self::NoAnswer => !busy,
        }
    }
}

impl Stage {
    pub(super) fn of(targets: Vec<Target>, ring_for: Duration) -> Self {
        Self { targets, ring_for, after: None }
    }
}

/// Somebody to ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Every phone that is registered for this extension.
    Extension(Extension),
    /// An extension that does not want to be disturbed.
    Quiet(Extension),
    /// Somebody outside. `ask`: who answers has to press a key. `charge`: whose call it is, if not the caller's.
    Outside { trunk: TrunkName, who: Outside, ask: bool, charge: Option<Extension> },
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

    /// As people write it down.
    pub(super) fn name(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Emergency(emergency) => emergency.digits().to_owned(),
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
    pub(super) fn of_stages(stages: impl IntoIterator<Item = Stage>) -> Self {
        Self { stages: stages.into_iter().collect(), one_person: false }
    }

    /// Stages that lead to one person.
    pub(super) fn of_person(stages: impl IntoIterator<Item = Stage>) -> Self {
        Self { stages: stages.into_iter().collect(), one_person: true }
    }

    /// The phones of one extension.
    pub(super) fn of_extension(extension: Extension, ring_for: Duration) -> Self {
        Self::of_stages([Stage::of(vec![Target::Extension(extension)], ring_for)])
    }

    /// Whoever answers outside has to press a key.
    #[must_use]
    pub(super) fn asking(mut self) -> Self {
        for target in self.stages.iter_mut().flat_map(|stage| &mut stage.targets) {
            if let Target::Outside { ask, .. } = target {
                *ask = true;
            }
        }
        self
    }

    /// One number, at each of these trunks in turn until one of them takes it.
    pub(super) fn of_outside(
        trunks: impl IntoIterator<Item = TrunkName>,
        who: Outside,
        ring_for: Duration,
    ) -> Self {
        let target = |trunk| Target::Outside { trunk, who, ask: false, charge: None };
        let stage = |trunk| Stage::of(vec![target(trunk)], ring_for);
        Self::of_person(trunks.into_iter().map(stage))
    }

    /// Somebody has decided not to take the call. Others may, but no other way leads to the same person again.
    pub(super) fn give_up(&mut self) {
        if self.one_person {
            self.stages.clear();
        }
    }

    /// What is still to come, in its order.
    pub(super) fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter()
    }

    pub(super) fn is_over(&self) -> bool {
        self.stages.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Stage> {
        self.stages.pop_front()
    }
}

/// Why the agent must take the call, from how all its legs ended.
///
/// The strongest sign of a person wins, since the reason is read by people: somebody's phone rang (`NoAnswer`), somebody
/// pressed a key (`Declined`), somebody talks (`Busy`) or has asked not to be disturbed; only then faults (`Unreachable`), and `Unregistered` when there
/// was no phone at all.
pub(super) fn agent_reason(results: impl IntoIterator<Item = LegResult>) -> AgentReason {
    let rank = |result| match result {
        LegResult::NoAnswer => Some((0, AgentReason::NoAnswer)),
        LegResult::Declined => Some((1, AgentReason::Declined)),
        LegResult::Busy => Some((2, AgentReason::Busy)),
        LegResult::DoNotDisturb => Some((3, AgentReason::DoNotDisturb)),
        LegResult::Failed(_) => Some((4, AgentReason::Unreachable)),
        LegResult::Unregistered => Some((5, AgentReason::Unregistered)),
        LegResult::Completed | LegResult::AnsweredElsewhere | LegResult::CallerGone => None,
    };
    let best = results.into_iter().filter_map(rank).min_by_key(|&(order, _)| order);
    best.map_or(AgentReason::Unregistered, |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_sign_of_a_person_is_the_reason() {
        use LegResult::*;
        for (results, why) in [
            (vec![Busy, NoAnswer, Failed(500)], AgentReason::NoAnswer),
            (vec![Busy, Declined], AgentReason::Declined),
            (vec![Unregistered, Busy], AgentReason::Busy),
            (vec![DoNotDisturb, Busy], AgentReason::Busy),
            (vec![DoNotDisturb, Unregistered], AgentReason::DoNotDisturb),
            (vec![Unregistered, Failed(408)], AgentReason::Unreachable),
            (vec![Unregistered, Unregistered], AgentReason::Unregistered),
            (vec![], AgentReason::Unregistered),
        ] {
            assert_eq!(agent_reason(results.clone()), why, "{results:?}");
        }
    }

    #[test]
    fn a_status_tells_a_person_from_a_fault() {}
}
