//! Escalations to people on call: each step is stored before the switch goes on from it, and texted when it is time.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{Engine, Output};
use crate::{
    incident::REPEATS_WITHIN,
    outbox::Entry,
    pbx::{Escalation, EscalationEvent, EscalationStep, Verdict},
    store::StoreError,
};

/// Steps that wait for a store that fails: an hour of the longest list. Beyond, a step is not written down, and said aloud;
/// people are called all the same.
const MOST: usize = 4_096;

/// Whoever has accepted is texted about so many other callers; the timeline has them all.
const MOST_TOLD: usize = 5;

/// In the order in which they were taken.
#[derive(Debug, Default)]
pub(super) struct Escalations {
    waiting: VecDeque<EscalationStep>,
}

impl Escalations {
    pub(super) fn take(&mut self, step: EscalationStep) {
        if self.waiting.len() >= MOST {
            tracing::error!(call = %step.call, "the store does not keep up; a step of an escalation was lost");
            return;
        }
        self.waiting.push_back(step);
    }
}

impl Engine {
    /// Stores what waits, in its order, with the texts that go with it.
    pub(super) fn store_escalations(&mut self) -> Result<(), StoreError> {
        while let Some(step) = self.escalations.waiting.front().cloned() {
            let texts = self.escalation_texts(&step)?;
            match self.store.keep_escalation_step(&step, &texts) {
                Ok(()) => {}
                Err(error) if error.is_about_the_data() => {
                    tracing::error!(%error, call = %step.call, "a step of an escalation cannot be stored");
                }
                Err(error) => return Err(error),
            }
            self.output(Output::EscalationStored { call: step.call, number: step.number });
            self.escalations.waiting.pop_front();
        }
        Ok(())
    }

    /// When everybody has been called once, everybody has it in writing as well; and whoever has accepted reads who else has
    /// told of a danger to life.
    fn escalation_texts(&mut self, step: &EscalationStep) -> Result<Vec<Entry>, StoreError> {
        if let EscalationEvent::Joined { report, .. } = &step.event {
            return self.text_to_whoever_accepted(step, &report.line());
        }
        let EscalationEvent::RoundEnded { texts_to, .. } = &step.event else { return Ok(Vec::new()) };
        if texts_to.is_empty() {
            return Ok(Vec::new());
        }
        let steps = self.store.escalation_steps(step.call)?;
        let Some(escalation) = Escalation::of(&steps) else { return Ok(Vec::new()) };
        let text = format!(
            "EMERGENCY {}: {}. Nobody on call has accepted yet; you are called again until somebody presses 1.",
            self.settings.office,
            escalation.report.line(),
        );
        Ok(self.texts_to(texts_to, &text, step.at))
    }

    fn text_to_whoever_accepted(
        &mut self,
        step: &EscalationStep,
        line: &str,
    ) -> Result<Vec<Entry>, StoreError> {
        let steps = self.store.escalation_steps(step.call)?;
        let Some(escalation) = Escalation::of(&steps) else { return Ok(Vec::new()) };
        let others = steps.iter().filter(|step| matches!(step.event, EscalationEvent::Joined { .. })).count();
        let accepted = matches!(escalation.settled, Some((Verdict::Accepted, ..)));
        let to = escalation.called.filter(|_| accepted && escalation.report.urgency.is_life_safety());
        let Some(called) = to.filter(|_| others < MOST_TOLD) else { return Ok(Vec::new()) };
        let text = format!("{}: another caller about what you have accepted: {line}.", self.settings.office);
        Ok(self.texts_to(&[called.number], &text, step.at))
    }

    /// Those of before the restart, once: also such as are settled, of which more callers may tell.
    pub(super) fn restore_escalations(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let since = now.checked_sub(REPEATS_WITHIN).unwrap_or(Timestamp::MIN);
        let open = self.store.open_escalations(since)?;
        if !open.is_empty() {
            self.output(Output::RestoreEscalations(open));
        }
        Ok(())
    }
}
