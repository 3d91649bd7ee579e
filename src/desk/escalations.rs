//! Escalations to people on call: each step is stored before the switch goes on from it, and texted when it is time.

use std::collections::VecDeque;

use super::{Engine, Output};
use crate::{
    outbox::Entry,
    pbx::{Escalation, EscalationEvent, EscalationStep},
    store::StoreError,
};

/// Steps that wait for a store that fails: an hour of the longest list. Beyond, a step is not written down, and said aloud;
/// people are called all the same.
const MOST: usize = 4_096;

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

    /// When everybody has been called once, everybody has it in writing as well.
    fn escalation_texts(&mut self, step: &EscalationStep) -> Result<Vec<Entry>, StoreError> {
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

    /// Those of before the restart, once.
    pub(super) fn restore_escalations(&mut self) -> Result<(), StoreError> {
        let open = self.store.open_escalations()?;
        if !open.is_empty() {
            self.output(Output::RestoreEscalations(open));
        }
        Ok(())
    }
}
