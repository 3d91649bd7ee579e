//! Words that sound like danger and name none: whoever said them is asked first, once, and a yes rings the person on call.

use serde::{Deserialize, Serialize};

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Expectation, LifeSafety, Move, Reading, Urgency, pack::Line, understander::danger_said,
};

/// What was said before the question, to go on with if nobody is in danger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Suspicion {
    kind: LifeSafety,
    text: String,
    reading: Reading,
    before: Awaiting,
}

impl Session {
    /// Is anybody in danger? `false`: there is nothing to ask, or it has been asked.
    pub(super) fn asks_about_danger(&mut self, text: &str, reading: &Reading) -> bool {
        // A sentence that is danger by itself, in words that the rest plays down.
        let in_part = || {
            reading.clauses.iter().find_map(|clause| match clause.reading.urgency {
                Urgency::LifeSafety(kind) => Some(kind),
                _ => None,
            })
        };
        let Some(kind) = reading.suspected.or_else(in_part) else { return false };
        let open = matches!(
            self.state.awaiting,
            Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse | Awaiting::Item(Item::Matter)
        );
        if !open || self.state.danger_asked || self.state.urgency.is_life_safety() {
            return false;
        }
        self.state.danger_asked = true;
        let reading = Reading { suspected: None, ..reading.clone() };
        let before = self.state.awaiting.clone();
        let suspicion = Suspicion { kind, text: text.to_owned(), reading, before };
        self.ask_line(Line::DangerAsk, "", Awaiting::Danger(Box::new(suspicion)), Expectation::YesOrNo)
    }

    /// The answer. What names a danger has been answered before this.
    pub(super) fn heard_about_danger(&mut self, suspicion: Suspicion, text: &str, reading: &Reading) {
        if self.state.unheard {
            return self.ask_again();
        }
        let Suspicion { kind, text: said, reading: read, before } = suspicion;
        self.state.awaiting = before;
        match reading.moves {
            // Who cannot tell whether anybody is in danger leaves it open: "I don't know, I'm across the street."
            Some(Move::Affirm | Move::Unknown) => {
                self.take_places(&said);
                self.take_places(text);
                self.state.add_matter(&said);
                self.answer_danger(kind, text);
            }
            Some(Move::Deny | Move::Done) => self.said(&said, &read),
            // They tell more of the same: "I'm locked out." "I left a pan on the stove."
            _ => {
                self.state.add_matter(&said);
                match danger_said(&format!("{said}. {text}")) {
                    Some(kind) => {
                        let heard = self.entities(text);
                        self.take_beside_the_point(&heard);
                        self.answer_danger(kind, text);
                    }
                    None => self.said(text, reading),
                }
            }
        }
    }

    /// Nobody says yes or no: somebody may not be able to.
    pub(super) fn danger_unanswered(&mut self, suspicion: Suspicion) {
        self.state.awaiting = suspicion.before;
        self.take_places(&suspicion.text);
        self.answer_danger(suspicion.kind, &suspicion.text);
    }

    /// Where it is may have been said before the question.
    fn take_places(&mut self, text: &str) {
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
    }
}
