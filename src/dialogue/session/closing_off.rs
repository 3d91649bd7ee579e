//! What only a closed answer may touch: it is given, noted, and a call of a person is offered where one may say more.

use super::{Awaiting, Session, answering::TOPIC_WORDS};
use crate::dialogue::{
    ClosedTopic, Entity, Expectation, Intent, Move, Reading, Subject, Treated, office::words_of, pack::Line,
};

/// Answers kept of one conversation for the log of equal treatment; a call has a dozen at most.
const MOST_TREATED: usize = 24;

/// Longest question that is kept, in characters.
const LONGEST_ASKED: usize = 300;

impl Session {
    /// Keeps what was asked and what everybody is told of it, for the log of equal treatment.
    pub(super) fn treat(&mut self, subject: Subject, asked: &str, before: usize) {
        let given = self.said_since(before);
        if self.state.treated.len() < MOST_TREATED {
            let asked = asked.trim().chars().take(LONGEST_ASKED).collect();
            self.state.treated.push(Treated { subject, asked, given });
        }
    }

    /// The same words for everybody; then on with what was talked about, or the offer of a call.
    pub(super) fn answer_closed(&mut self, topic: ClosedTopic, text: &str, reading: &Reading) {
        let pack = self.pack.clone();
        let before = self.said_so_far();
        self.tell_variant(&format!("closed.{}", topic.name()), pack.closed_answer(topic));
        self.treat(Subject::Closed(topic), text, before);
        self.state.note(topic.note().to_owned());
        self.state.confusions = 0;
        let busy = self.state.flow.is_some() && !self.state.closed;
        match topic.taken_by() {
            // A message is being taken anyhow: the question goes with it.
            Some(_) if busy => {
                self.state.add_matter(text);
                self.go_on();
            }
            Some(intent) if !self.state.refuses_calls => {
                // "What is my house worth" is for a licensed person, and asked by somebody who may sell.
                let trade = matches!(reading.intent, Intent::Buyer | Intent::Seller) && reading.is_sure();
                self.state.beyond = Some(text.to_owned());
                self.offer_call(if trade { reading.intent } else { intent });
            }
            Some(_) | None => self.go_on(),
        }
    }

    pub(super) fn offer_call(&mut self, intent: Intent) {
        let awaiting = Awaiting::OfferCall(intent);
        if !self.ask_line(Line::OfferCall, "", awaiting, Expectation::YesOrNo) {
            self.ask_anything_else();
        }
    }

    pub(super) fn heard_offer_of_call(
        &mut self,
        intent: Intent,
        text: &str,
        reading: &Reading,
        heard: &[Entity],
    ) {
        if self.state.unheard {
            return self.offer_call(intent);
        }
        let short = words_of(text).len() < 2 * TOPIC_WORDS;
        match reading.moves {
            Some(Move::Affirm) if short || !reading.is_sure() => {
                self.take_beside_the_point(heard);
                let asked = self.state.beyond.take().unwrap_or_default();
                self.state.add_matter(&asked);
                self.begin_flow(intent, &asked);
            }
            Some(Move::Deny | Move::Done | Move::Refuse | Move::Thank) if !reading.is_sure() => {
                self.ask_anything_else();
            }
            _ => self.heard_more(text, reading, heard),
        }
    }
}
