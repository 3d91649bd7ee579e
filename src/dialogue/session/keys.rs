//! A caller whose spoken words the box cannot understand: danger first, then a person, a text message or a call, by keys.
//! Nothing is pretended: the first sentence says that spoken words are not understood.

use super::{Awaiting, Channel, EndReason, Expectation, Item, Session, Value};
use crate::{
    dialogue::{LifeSafety, Promise, pack::Line},
    types::Language,
};

impl Session {
    pub(super) fn begin_keys(&mut self, language: Language) {
        self.speak(language);
        if self.state.opening.channel == Channel::Voice {
            self.state.by_keys = true;
            self.ask_keys(Line::KeysDanger, Awaiting::KeysDanger);
        }
    }

    /// What comes next where nothing is asked in words.
    pub(super) fn ask_ways(&mut self) {
        self.ask_keys(Line::KeysWays, Awaiting::KeysWays);
    }

    /// Asks once more, a bounded number of times.
    pub(super) fn ask_keys_again(&mut self) {
        match self.state.awaiting {
            Awaiting::KeysDanger => self.ask_keys(Line::KeysDanger, Awaiting::KeysDanger),
            _ => self.ask_ways(),
        }
    }

    fn ask_keys(&mut self, line: Line, awaiting: Awaiting) {
        if !self.ask_line(line, "", awaiting, Expectation::Open) {
            self.promise_call_by_keys();
        }
    }

    /// A key in answer to one of these questions. `true`: it was one.
    pub(super) fn keyed_way(&mut self, key: char) -> bool {
        match (&self.state.awaiting, key) {
            (Awaiting::KeysDanger, '1') => {
                let words = format!("Pressed 1 for danger; speaks {}.", self.state.language);
                self.answer_danger(LifeSafety::Unspecified, &words);
            }
            (Awaiting::KeysDanger, '2') => self.ask_ways(),
            (Awaiting::KeysWays, '0' | '1') if self.staff_can_take_it() => self.ask_for_staff(),
            (Awaiting::KeysWays, '0' | '1') => {
                self.tell(Line::StaffUnavailable);
                self.promise_call_by_keys();
            }
            (Awaiting::KeysWays, '2') => self.end_by_keys(Line::KeysText, "wants to go on by text message"),
            (Awaiting::KeysWays, '3') => self.promise_call_by_keys(),
            (Awaiting::KeysDanger | Awaiting::KeysWays, _) => {
                self.not_understood();
                return true;
            }
            _ => return false,
        }
        self.state.confusions = 0;
        true
    }

    /// Who presses nothing, or too often the wrong key, is called back where they can be.
    pub(super) fn promise_call_by_keys(&mut self) {
        self.end_by_keys(Line::KeysCall, "was not understood on the telephone, and is to be called");
    }

    fn end_by_keys(&mut self, line: Line, note: &str) {
        self.state.note(note.to_owned());
        match self.state.opening.caller {
            Some(number) => {
                self.state.form.hear(Item::Callback, Value::Phone(number));
                self.state.form.settle(Item::Callback);
                if self.state.promised == Promise::Nothing {
                    self.state.promised = Promise::Callback;
                }
                self.tell(line);
            }
            None => {
                self.tell(Line::ClosingNoNumber);
                self.tell(Line::Goodbye);
            }
        }
        self.end(EndReason::Goodbye);
    }
}
