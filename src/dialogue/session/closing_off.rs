//! What only a closed answer may touch: it is given, noted, and a call of a person is offered where one may say more. And what is
//! said to "anything else?".

use super::{
    Awaiting, Item, Session, answering::TOPIC_WORDS, asking::asks_if_noted, understanding::is_answer_step,
};
use crate::dialogue::{
    ClosedTopic, Entity, Expectation, Intent, Move, Reading, Subject, Treated, Value, matter, moves::Moves,
    office::words_of, pack::Line, remark::Remark, token::tokens,
};
use crate::types::Language;

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
                // "So there's no wiggle room at all?" goes along with what it was asked after.
                self.state.beyond = Some(matter::with(self.state.beyond.as_deref(), text));
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
        // "Well okay. My name is Neil Foss": who says whom to call wants the call.
        let introduced = reading.moves.is_none()
            && !reading.is_sure()
            && heard.iter().any(|entity| matches!(entity.value, Value::Name(_) | Value::Phone(_)));
        let wanted = reading.moves == Some(Move::Affirm)
            && (short || !reading.is_sure() || begins_with_yes(text, self.state.language));
        // "Okay, have somebody call me today" is the yes itself, and no message of its own.
        let calls = matches!(reading.intent, Intent::Message | Intent::Human | Intent::Other)
            || !reading.is_sure()
            || reading.intent == intent;
        let asked_for = calls
            && matches!(reading.moves, None | Some(Move::Affirm | Move::Thank))
            && Remark::WantsCall.is_in(text)
            && !Remark::WantsNoCall.is_in(text);
        match reading.moves {
            _ if introduced || wanted || asked_for => {
                self.take_beside_the_point(heard);
                let asked = self.state.beyond.take().unwrap_or_default();
                self.state.add_matter(&asked);
                if words_of(text).len() >= TOPIC_WORDS {
                    self.state.add_matter(text);
                }
                // "Yeah, I guess. Do y'all go back seven years or what?" is not left without a word.
                if text.trim_end().ends_with('?') && wanted && words_of(text).len() >= TOPIC_WORDS {
                    self.tell(self.noted(text));
                }
                self.begin_flow(intent, &asked);
            }
            Some(Move::Deny | Move::Done | Move::Refuse | Move::Thank) if !reading.is_sure() => {
                self.state.beyond = None;
                self.ask_anything_else();
            }
            _ => self.heard_more(text, reading, heard),
        }
    }

    /// After "anything else?".
    pub(super) fn heard_more(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        let news = self.take_beside_the_point(heard);
        if !news && self.state.closed && !self.may_ring_again() && self.is_said_already(text) {
            self.state.confusions = 0;
            self.tell(Line::AlreadyNoted);
            return self.ask_anything_else();
        }
        // "So the twelve hundred guy's a scam, right?" speaks of a home, and seeks none.
        let warns = reading.intent.is_prospect() && Remark::SpeaksOfFraud.is_in(text);
        // Nor does "and you're taking me off Wednesday, right?" beside a showing that is being passed on.
        let passed_on = self.state.showing.is_of_another() && reading.intent.is_prospect();
        let sure = reading.is_sure() && !warns && !passed_on;
        if sure && !is_answer_step(reading) && words_of(text).len() >= TOPIC_WORDS {
            self.state.add_matter(text);
            return self.begin_flow(reading.intent, text);
        }
        if news {
            self.state.confusions = 0;
            if self.state.flow.is_some() {
                // "Could they come Friday morning?" is said to be noted, where nothing of it is read back.
                let of_time = |entity: &Entity| {
                    matches!(Item::of(entity.slot()), None | Some(Item::When | Item::Access | Item::Matter))
                };
                if self.state.closed && heard.iter().all(of_time) && words_of(text).len() >= TOPIC_WORDS {
                    self.state.add_matter(text);
                    self.tell(Line::Added);
                }
                return self.advance();
            }
        }
        match reading.moves {
            Some(Move::Done | Move::Deny | Move::Thank | Move::Unknown) => self.leave(),
            // "Yes, that's it" to "anything else?" is the end.
            Some(Move::Affirm) if Remark::IsAll.is_in(text) => self.leave(),
            Some(Move::Affirm) if words_of(text).len() < TOPIC_WORDS => self.ask_need(Line::Need),
            _ if sure => {
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            _ if words_of(text).len() >= TOPIC_WORDS && self.state.flow.is_some() => {
                self.state.confusions = 0;
                self.state.add_matter(text);
                let line = match text.trim_end().ends_with('?') {
                    _ if asks_if_noted(text) => Line::AlreadyNoted,
                    true => self.noted(text),
                    false => Line::Added,
                };
                self.tell(line);
                self.ask_anything_else();
            }
            _ if self.state.flow.is_none() => self.heard_need(text, reading, heard),
            _ => self.not_understood(),
        }
    }
}

/// "Yeah, okay. But he's not a pet, is he?"
fn begins_with_yes(text: &str, language: Language) -> bool {
    let first = text.split(['.', '!', '?']).next().unwrap_or_default();
    Moves::of(language).read(&tokens(first)) == Some(Move::Affirm)
}
