//! Silence, confusion and goodbye: every way in which a conversation runs out of words.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session, answering::TOPIC_WORDS};
use crate::dialogue::{
    Destination, EndReason, Intent, Move, Reading, Urgency, office::words_of, pack::Line, token::tokens,
    understander::danger_said, urgency::Rules,
};
use crate::types::Language;

/// The words of danger, for what could not be read in time.
static RULES: LazyLock<[Rules; Language::ALL.len()]> = LazyLock::new(|| Language::ALL.map(Rules::of));

impl Session {
    /// Takes what was said last into the outcome: no answer, no promise, nobody rung.
    pub(super) fn fold_in(&mut self, text: &str, reading: Option<&Reading>) {
        let urgency = reading.map_or_else(|| urgency_by_rule(text), |reading| reading.urgency);
        self.raise(urgency);
        let said = match urgency {
            Urgency::LifeSafety(_) => Some(Intent::Emergency),
            Urgency::Urgent(_) => Some(Intent::Maintenance),
            Urgency::Routine => reading.filter(|reading| reading.is_sure()).map(|reading| reading.intent),
        };
        if urgency.is_life_safety() {
            self.state.intent = said;
        } else if let Some(intent) = said {
            self.state.intent.get_or_insert(intent);
        }
        let step = reading.and_then(|reading| reading.moves);
        if step == Some(Move::StopContact) {
            self.refuse_contact(text);
        }
        let heard = self.entities(text);
        match (self.state.awaiting.clone(), step) {
            (Awaiting::Confirm(items), Some(Move::Affirm)) if !self.state.unheard => self.settle_all(&items),
            // A correction without its read-back would pass for what was confirmed.
            (Awaiting::Confirm(_), _) => {}
            _ => {
                self.take_beside_the_point(&heard);
            }
        }
        let tells = urgency != Urgency::Routine || words_of(text).len() >= TOPIC_WORDS;
        if tells && (urgency != Urgency::Routine || self.state.awaiting.item().is_none()) {
            self.state.add_matter(text);
        }
    }

    /// Nobody spoke for as long as is polite.
    pub(super) fn silent(&mut self) {
        if self.state.awaiting == Awaiting::Calendar {
            return;
        }
        if let Awaiting::Danger(suspicion) = self.state.awaiting.clone() {
            return self.danger_unanswered(*suspicion);
        }
        self.state.patient = false;
        if self.unit_is_keyed() || self.name_is_keyed() {
            return;
        }
        self.state.silences = self.state.silences.saturating_add(1);
        if self.state.silences > self.pack.limits().silences {
            self.tell(Line::SilenceEnd);
            return self.end(EndReason::Silence);
        }
        if self.state.awaiting == Awaiting::AnythingElse {
            // All is settled; who has nothing more to say need not say so.
            self.tell(Line::Goodbye);
            return self.end(EndReason::Goodbye);
        }
        if self.state.silences == 1 {
            self.state.presence_asked = true;
            self.tell(Line::StillThere);
        } else {
            self.tell(Line::CannotHear);
            self.ask_again();
        }
    }

    /// Sound without words.
    pub(super) fn unclear(&mut self) {
        self.state.silences = 0;
        self.not_understood();
    }

    /// The turn said nothing that could be used: asks more simply, and after a while takes another way.
    pub(super) fn not_understood(&mut self) {
        if self.state.awaiting == Awaiting::Calendar {
            return;
        }
        if self.state.unheard {
            return self.ask_again();
        }
        if matches!(self.state.awaiting, Awaiting::Item(_)) && self.excuse_frightened() {
            return self.ask_again();
        }
        if self.state.awaiting == Awaiting::OfferCaller && self.cuts_short() {
            return;
        }
        self.state.confusions = self.state.confusions.saturating_add(1);
        if self.state.confusions > self.pack.limits().confusion {
            if let Some(item) = self.state.awaiting.item()
                && self.leave_to_keys(item)
            {
                self.tell(Line::Unclear);
                return self.advance();
            }
            return self.confused();
        }
        self.offer_language_again();
        match self.state.awaiting.clone() {
            Awaiting::Need | Awaiting::Guess(_) => match self.labelled() {
                Some(intent) if self.state.confusions > 1 && self.ask_guess(intent) => {}
                _ => self.ask_need(Line::NeedAgain),
            },
            Awaiting::Item(item) => {
                self.tell(Line::Unclear);
                self.asking_failed(item);
                self.advance();
            }
            Awaiting::OfferCaller => {
                self.asking_failed(Item::Callback);
                // By keys it is another question.
                if self.was_asked_by_keys(Item::Callback) { self.advance() } else { self.offer_again() }
            }
            Awaiting::KnownName => {
                self.asking_failed(Item::Name);
                self.offer_again();
            }
            Awaiting::Confirm(items) => {
                self.tell(Line::Unclear);
                self.read_back_failed(&items, false);
                self.advance();
            }
            Awaiting::WhichWrong(items) => {
                items.iter().for_each(|&item| self.keep_unconfirmed(item));
                self.advance();
            }
            Awaiting::Choose(_) => {
                self.tell(Line::Unclear);
                self.choice_failed();
            }
            Awaiting::OfferCall(intent) => self.offer_call(intent),
            Awaiting::Danger(_) => self.ask_again(),
            Awaiting::Proof(asked) => self.proof_not_understood(*asked),
            Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_) => self.time_not_understood(),
            Awaiting::AnythingElse | Awaiting::CancelShowing => self.ask_anything_else(),
            Awaiting::KeysDanger | Awaiting::KeysWays => self.ask_keys_again(),
            Awaiting::Transfer(_) | Awaiting::Calendar => {}
        }
    }

    /// The same question, in the words that come next.
    pub(super) fn ask_again(&mut self) {
        match self.state.awaiting.clone() {
            Awaiting::Need => self.ask_need(Line::Need),
            Awaiting::Guess(intent) => {
                if !self.ask_guess(intent) {
                    self.ask_need(Line::NeedAgain);
                }
            }
            Awaiting::AnythingElse => self.ask_anything_else(),
            Awaiting::OfferCall(intent) => self.offer_call(intent),
            Awaiting::Transfer(_) | Awaiting::Calendar => {}
            awaiting => match self.state.question.clone() {
                Some(question) if self.state.repeats < 1 => {
                    self.state.repeats += 1;
                    let expects = self.state.expects;
                    self.put_question(question, awaiting, expects);
                }
                _ => {
                    self.state.awaiting = awaiting;
                    self.offer_again();
                }
            },
        }
    }

    /// What is known already is offered in other words, before it is asked for as if it were not known.
    fn offer_again(&mut self) {
        match self.state.awaiting {
            Awaiting::OfferCaller => self.state.offered_caller = false,
            Awaiting::KnownName => self.state.asked_contact = false,
            _ => {}
        }
        self.advance();
    }

    /// "What did you say?"
    pub(super) fn repeat(&mut self) {
        match self.state.question.clone() {
            Some(question) if self.state.repeats < 1 => {
                self.state.repeats += 1;
                let (awaiting, expects) = (self.state.awaiting.clone(), self.state.expects);
                self.put_question(question, awaiting, expects);
            }
            _ => self.not_understood(),
        }
    }

    /// Clarifying has not helped: a person, or a message without more questions than needed, or the end.
    fn confused(&mut self) {
        self.state.confusions = 0;
        if self.state.by_keys {
            return self.promise_call_by_keys();
        }
        if self.staff_can_take_it() {
            self.insist(Line::StaffTransfer);
            self.state.intent.get_or_insert(Intent::Other);
            return self.transfer(Destination::Staff);
        }
        if self.state.reduced || self.state.awaiting == Awaiting::AnythingElse {
            self.tell(Line::ConfusedEnd);
            return self.end(EndReason::Confusion);
        }
        self.state.reduced = true;
        self.tell(Line::Confused);
        self.state.intent.get_or_insert(Intent::Other);
        if let Some(item) = self.state.awaiting.item() {
            self.give_up(item);
        }
        self.state.flow.get_or_insert(Intent::Other);
        self.advance();
    }

    /// The other person takes leave, wherever the conversation stands.
    pub(super) fn leave(&mut self) {
        let half = self.state.flow.is_some() && !self.state.closed;
        let wrong = self.state.intent == Some(Intent::WrongNumber);
        self.tell(if half && !wrong { Line::GoodbyePartial } else { Line::Goodbye });
        self.end(if wrong { EndReason::WrongNumber } else { EndReason::Goodbye });
    }

    /// What the dialled number is for, where that is an intent by name.
    fn labelled(&self) -> Option<Intent> {
        let label = self.state.opening.label.as_ref()?.to_lowercase();
        Intent::from_name(label.trim())
    }

    pub(super) fn ask_guess(&mut self, intent: Intent) -> bool {
        let pack = self.pack.clone();
        let Some(flow) = pack.flow(intent) else { return false };
        self.ask_line(
            Line::Guess,
            &flow.label,
            Awaiting::Guess(intent),
            crate::dialogue::Expectation::YesOrNo,
        )
    }

    /// None of the choices was understood: after the second time the likeliest is kept, and said to be unconfirmed.
    pub(super) fn choice_failed(&mut self) {
        self.read_back_failed(&[Item::Place], false);
        self.advance();
    }
}

fn urgency_by_rule(text: &str) -> Urgency {
    if let Some(kind) = danger_said(text) {
        return Urgency::LifeSafety(kind);
    }
    let urgent = RULES.iter().find_map(|rules| rules.urgent(&rules.words(tokens(text))));
    urgent.map_or(Urgency::Routine, Urgency::Urgent)
}
