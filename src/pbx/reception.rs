//! Who answers a number when the agent does: how it speaks, what it is called, and what it says first.

use std::sync::Arc;

use super::{Directory, Number};
use crate::{speech::Manner, types::PhoneNumber};

/// How the agent receives callers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reception {
    pub manner: Arc<Manner>,
    /// The agent's own name: `Robin`.
    pub agent: Option<String>,
    /// In place of the script's greetings, in English: while the office is open, and while it is closed.
    pub greeting_open: Option<String>,
    pub greeting_closed: Option<String>,
}

impl Directory {
    /// How callers of this number are received: as the number has it, or the office where they dialled none of its numbers.
    pub fn reception(&self, dialled: Option<PhoneNumber>) -> &Reception {
        let number: Option<&Number> = dialled.and_then(|number| self.numbers.get(&number));
        number.map_or(&self.reception, |number| &number.reception)
    }

    /// All manners in which callers are spoken to, each once, the office's own first.
    pub fn manners(&self) -> Vec<Arc<Manner>> {
        let mut manners = vec![Arc::clone(&self.reception.manner)];
        for number in self.numbers.values() {
            if !manners.contains(&number.reception.manner) {
                manners.push(Arc::clone(&number.reception.manner));
            }
        }
        manners
    }
}
