//! An office's own call types as flows of the pack, in each of its languages.

use std::sync::Arc;

use super::{Pack, PackError, check::sentences};
use crate::dialogue::{CallType, Ending, Flow, Intent, Item, Promise, reply::Hole};

impl Pack {
    /// Adds the office's own call types. In a language in which a type has no words, its callers are spoken to as those who
    /// leave a message.
    ///
    /// # Errors
    /// When what is to be said cannot be spoken, by its key.
    pub fn with_call_types(mut self, types: &[CallType]) -> Result<Self, PackError> {
        for own in types.iter().filter(|own| own.stands_for.is_none()) {
            self.add(own)?;
            for translation in self.translations.values_mut() {
                Arc::make_mut(translation).add(own)?;
            }
        }
        Ok(self)
    }

    fn add(&mut self, own: &CallType) -> Result<(), PackError> {
        let message = self.flows.get(&Intent::Message);
        let mut flow = message.cloned().ok_or_else(|| PackError::Missing { key: "flows.message".into() })?;
        if let Some(script) = own.scripts.get(&self.language) {
            let key = |part: &str| match self.language {
                crate::types::Language::English => format!("call_type.{}.{part}", own.name),
                other => format!("call_type.{}.{}.{part}", own.name, other.tag()),
            };
            let said = |part: &str, text: &str, least: usize| {
                let texts: Vec<String> =
                    Some(text.trim().to_owned()).filter(|text| !text.is_empty()).into_iter().collect();
                sentences(&key(part), &texts, &[Hole::Office], least)
            };
            said("about", &script.about, 1)?;
            flow = Flow {
                label: script.about.trim().to_owned(),
                opening: said("opening", &script.opening, 0)?,
                closing: said("closing", &script.closing, 1)?,
                ..flow
            };
        }
        flow.staff = Some(own.staff.clone());
        flow.items.clone_from(&own.asks);
        flow.ending = if own.staff_first { Ending::Staff } else { Ending::Message };
        flow.promise = if own.asks.contains(&Item::Callback) { Promise::Callback } else { Promise::Nothing };
        self.flows.insert(Intent::Office(own.name), flow);
        Ok(())
    }
}
