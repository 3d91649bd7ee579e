//! The first words, and who speaks: in the office's own words and by the agent's own name, where it has them.

use super::Session;
use crate::{dialogue::pack::Line, types::Language};

impl Session {
    /// Greets, and says that a program is speaking if the pack has it so.
    pub(super) fn greet(&mut self, open: bool) {
        // The office's own greeting is in English.
        let own = self.state.opening.greeting.clone().filter(|_| self.state.language == Language::English);
        match own {
            Some(words) => self.tell_text(&words),
            None => self.tell(if open { Line::GreetingOpen } else { Line::GreetingClosed }),
        }
        if !self.pack.discloses() {
            return;
        }
        match self.state.opening.agent.clone() {
            Some(name) => self.tell_with(Line::DisclosureNamed, &name),
            None => self.tell(Line::Disclosure),
        }
    }

    /// Asked who it is, the agent says that it is a program, however often it is asked.
    pub(super) fn say_who(&mut self) {
        match self.state.opening.agent.clone() {
            Some(name) => self.insist_with(Line::IdentityNamed, &name),
            None => self.insist(Line::Identity),
        }
    }
}
