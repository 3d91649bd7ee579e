//! Callers who want to be texted and not called: deaf callers, whoever is at work, whoever cannot talk. They refuse no contact, but ask
//! for another kind of it: the team is told, and nobody says "we will call you" any more.

use super::{Awaiting, Session};
use crate::dialogue::{Item, Move, Reading, Value, pack::Line, remark::Remark, token::tokens};

/// A name that is introduced, or known, stands in a sentence beside the wish.
const SURE_OF_NAME: f32 = 0.79;

/// What is left of a turn beside the wish for texts.
pub(super) struct BesideTexts {
    pub(super) text: String,
    pub(super) reading: Reading,
}

/// "Text me, don't call", and not "don't call or text me".
pub(super) fn wants_texts(text: &str) -> bool {
    // "Do not call me by voice, please text": a comma parts nothing here.
    Remark::WantsTexts.fits(&tokens(&text.replace(',', " "))) && !Remark::WantsNoTexts.is_in(text)
}

impl Session {
    /// "Please do not call me by voice, please text": notes it, takes a refusal back that it was mistaken for, and leaves what else
    /// was said. `None`: no such wish.
    pub(super) fn take_wish_for_texts(&mut self, text: &str, reading: &Reading) -> Option<BesideTexts> {
        if self.state.unheard || self.state.by_keys {
            return None;
        }
        let sentences: Vec<&str> = text.split_inclusive(['.', '!', '?']).collect();
        let asks = |said: &str| wants_texts(said) && !said.trim_end().ends_with('?');
        if !(sentences.iter().any(|said| asks(said)) || (asks(text) && !text.contains('?'))) {
            return None;
        }
        let news = !self.state.texts_only || self.state.do_not_contact;
        self.state.texts_only = true;
        self.state.do_not_contact = false;
        self.state.refuses_calls = false;
        self.state.confusions = 0;
        if news {
            self.state.note("text, do not call".to_owned());
            self.tell(Line::TextsOnly);
        }
        // "This number is fine if you text it" and "it's 2B, please text me" say more than the wish.
        let says_more = |said: &str| {
            self.entities(said).iter().any(|entity| match entity.value {
                // "I said text" holds no name, though one was asked for.
                Value::Name(_) => entity.confidence >= SURE_OF_NAME,
                Value::PhoneFragment(_) => true,
                _ => matches!(Item::of(entity.slot()), Some(Item::Place | Item::Callback)),
            }) || super::taking::means_own_number(said)
        };
        let refuses = |said: &str| matches!(self.step_of(said), Some(Move::StopContact | Move::Refuse));
        let left: Vec<&str> = sentences
            .into_iter()
            .filter(|said| (!asks(said) && !refuses(said)) || says_more(said))
            .map(str::trim)
            .filter(|said| !said.is_empty())
            .collect();
        let left = left.join(" ");
        let step = self
            .step_of(&left)
            .filter(|step| !matches!(step, Move::StopContact | Move::Refuse | Move::Silence));
        // "Yes, but text is better" is a yes to what was asked.
        let moves = match reading.moves {
            Some(Move::Affirm) => Some(Move::Affirm),
            _ => step,
        };
        let clauses = reading.clauses.iter().filter(|clause| !asks(&clause.text)).cloned().collect();
        Some(BesideTexts { text: left, reading: Reading { moves, clauses, ..reading.clone() } })
    }

    /// Nothing was said besides: a yes beside it answers, and what else was asked is asked again, in words that speak of no call.
    pub(super) fn after_wish_for_texts(&mut self, reading: &Reading) {
        match (&self.state.awaiting, reading.moves) {
            (awaiting, Some(Move::Affirm)) if awaiting.wants_yes_or_no() => self.affirmed(),
            (Awaiting::OfferCaller | Awaiting::Item(Item::Callback), _) => {
                self.state.offered_caller = false;
                self.advance();
            }
            (Awaiting::Item(_), _) if self.state.flow.is_some() => self.advance(),
            (Awaiting::Need | Awaiting::Guess(_), _) if self.state.flow.is_none() => {
                self.ask_need(Line::Need)
            }
            _ => self.go_on(),
        }
    }

    /// The words for this line, for whoever wants no call.
    pub(super) const fn line_in_writing(&self, line: Line) -> Line {
        if !self.state.texts_only {
            return line;
        }
        match line {
            Line::OfferCaller => Line::OfferCallerText,
            Line::OfferCall => Line::OfferText,
            Line::UnknownAnswer => Line::UnknownNoted,
            Line::ShowingRequested | Line::ShowingLeft | Line::ShowingSecond => Line::ClosingTexts,
            line => line,
        }
    }
}
