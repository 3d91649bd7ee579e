//! What callers take back: an alarm that was none, the wish to be called, the whole matter; and what they refuse: texts, calls, a number.

use super::{Awaiting, Item, Session, composing::sentences};
use crate::dialogue::{
    Entity, Intent, LifeSafety, Move, Reading, Urgency, Value, entity, office::words_of, pack::Line,
    remark::Remark, token::tokens,
};

impl Session {
    /// "I need to call off the plumber for tomorrow", "I gave you the wrong number for my report": of what was agreed on before,
    /// and no new matter. `true`: dealt with.
    pub(super) fn calls_off_a_visit(&mut self, text: &str, reading: &Reading) -> bool {
        let open =
            matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse);
        if !open
            || self.state.unheard
            || self.state.urgency != Urgency::Routine
            || reading.urgency != Urgency::Routine
            || !Remark::CallsOffVisit.is_in(text)
        {
            return false;
        }
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.begin_flow(Intent::Resident, text);
        true
    }

    /// "It just came back on, cancel that": nobody is woken for it any more, and the words are there for a person to judge.
    /// `true`: dealt with.
    pub(super) fn harm_is_over(&mut self, text: &str, reading: &Reading) -> bool {
        if self.declines_the_ring(text, reading) {
            return true;
        }
        let words = tokens(text);
        if !self.is_quick()
            || self.state.unheard
            || self.state.urgency.is_life_safety()
            || reading.urgency != Urgency::Routine
            || text.trim_end().ends_with('?')
            || !Remark::Over.fits(&words)
            || Remark::NotOver.fits(&words)
        {
            return false;
        }
        self.state.confusions = 0;
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.take_back_harm();
        self.state.note(format!("says that it is over: \"{}\"", text.trim()));
        self.state.closed = true;
        self.ask_anything_else();
        true
    }

    /// "No, no, it's a film!": nobody is rung a second time, and what they really want is taken down. The record stays an
    /// emergency's, with these words in it, for a person to judge. Of gas and carbon monoxide nobody can tell that it is none.
    /// `true`: dealt with.
    pub(super) fn takes_back_alarm(&mut self, text: &str, reading: &Reading) -> bool {
        let Urgency::LifeSafety(kind) = self.state.urgency else { return false };
        let words = tokens(text);
        if !self.state.rescue.wanted
            || self.state.unheard
            || matches!(kind, LifeSafety::Gas | LifeSafety::CarbonMonoxide)
            || reading.urgency.is_life_safety()
            || !Remark::NoAlarm.fits(&words)
            || Remark::GoesOn.fits(&words)
        {
            return false;
        }
        self.state.rescue.wanted = false;
        self.state.confusions = 0;
        self.state.note(format!("asked about the alarm, they said \"{}\"", text.trim()));
        self.tell(Line::AlarmTakenBack);
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        let wants =
            reading.is_sure() && !matches!(reading.intent, Intent::Other | Intent::Emergency | Intent::Human);
        self.begin_flow(if wants { reading.intent } else { Intent::Message }, text);
        true
    }

    /// "Never mind", "I don't need a call": where only a call or a message was to come of it, nothing more is asked. `true`: dealt
    /// with.
    pub(super) fn calls_it_off(&mut self, text: &str, reading: &Reading) -> bool {
        let asked = match &self.state.awaiting {
            // "Oh wait, it just came on. Forget it" is no word about who may enter.
            Awaiting::Item(Item::Access) => Remark::MendedItself.is_in(text),
            Awaiting::Item(item) => *item != Item::Matter,
            Awaiting::OfferCaller | Awaiting::OfferCall(_) | Awaiting::KnownName | Awaiting::Confirm(_) => {
                true
            }
            _ => false,
        };
        let only_a_call = matches!(
            self.state.flow,
            None | Some(
                Intent::Question
                    | Intent::Message
                    | Intent::Human
                    | Intent::Other
                    | Intent::Leasing
                    | Intent::Vendor
            )
        );
        if !asked
            || self.state.unheard
            || self.state.urgency != Urgency::Routine
            || !Remark::WantsNoCall.is_in(text)
            || Remark::WantsElse.is_in(text)
            // "No need for anybody on call, I want somebody from the office to call me."
            || Remark::WantsNobodyRung.is_in(text)
            || text.trim_end().ends_with('?')
        {
            return false;
        }
        if !only_a_call {
            return self.leaves_it_at_that(text, reading);
        }
        self.state.confusions = 0;
        self.state.refuses_calls = true;
        self.state.closed = true;
        self.tell(Line::CalledOff);
        if reading.moves == Some(Move::Goodbye) {
            self.leave()
        } else {
            self.ask_anything_else()
        }
        true
    }

    /// The same where there is more to it than a call: "I don't need a call back. I said bye" leaves the matter with the office,
    /// and "forget it" too, with these words in it, for a person to judge.
    fn leaves_it_at_that(&mut self, text: &str, reading: &Reading) -> bool {
        /// "Oh, just forget the whole thing, it's fine."
        const SHORT: usize = 8;
        let parts = reading.moves == Some(Move::Goodbye);
        let short = words_of(text).len() <= SHORT || Remark::MendedItself.is_in(text);
        let drops = short && !is_about_a_call(text);
        if !(parts || drops) {
            return false;
        }
        self.state.confusions = 0;
        self.state.refuses_calls = true;
        if drops {
            self.state.note(format!("before the end they said \"{}\"", text.trim()));
            self.state.closed = true;
            self.tell(Line::CalledOff);
        }
        if parts {
            self.leave();
        } else {
            self.ask_anything_else();
        }
        true
    }

    /// Whoever will not give a number is not asked for it twice. `true`: dealt with.
    pub(super) fn refuses_number(&mut self, text: &str) -> bool {
        let asked = matches!(self.state.awaiting, Awaiting::Item(Item::Callback) | Awaiting::OfferCaller);
        // An address or a number of another country cannot be rung from here, and is there for people to read.
        let elsewhere = Remark::ReachedElsewhere.is_in(text);
        if elsewhere && asked && !self.state.unheard {
            self.state.note(format!("reach them by: \"{}\"", text.trim()));
        }
        let number = |entity: &Entity| matches!(entity.value, Value::Phone(_) | Value::PhoneFragment(_));
        if !asked
            || self.state.unheard
            || !(Remark::RefusesNumber.is_in(text) || elsewhere)
            || Remark::AtSomeTimes.is_in(text)
            || self.entities(text).iter().any(number)
        {
            return false;
        }
        self.state.confusions = 0;
        self.state.digits.clear();
        self.state.refuses_calls = true;
        self.tell(Line::Skipped);
        self.advance();
        true
    }

    /// "I have a German number, it's 011 49 ...": nobody can check it from here, so it stands in the record as it was said, and no
    /// other one is asked for. `true`: dealt with.
    pub(super) fn takes_number_abroad(&mut self, text: &str, reading: &Reading) -> bool {
        /// "The country code is 49" is half of a number.
        const HALF: usize = 2;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let spoken = words_of(text).iter().filter(|word| entity::is_number(word)).count();
        let busy = self.state.flow.is_some() && !self.state.closed && !self.is_quick();
        if busy && Remark::PrefersEmail.is_in(text) && !Remark::NumberAbroad.is_in(text) {
            self.state.note(format!("would rather have an e-mail: \"{}\"", text.trim()));
        }
        if !busy
            || self.state.unheard
            || self.state.urgency.is_life_safety()
            || !Remark::NumberAbroad.is_in(text)
            || digits.max(spoken) < HALF
        {
            return false;
        }
        self.state.confusions = 0;
        self.agree_in_passing(text);
        self.state.digits.clear();
        self.state.note(format!("abroad, as said: \"{}\"", text.trim()));
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            matches!(entity.value, Value::Name(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        self.take_beside_the_point(&heard);
        self.state.form.reopen(Item::Callback);
        self.state.form.give_up(Item::Callback);
        self.tell(Line::Added);
        self.advance();
        true
    }

    /// "No, forget it. I'll look online", before it is known what it is about: nobody is asked what they call for once more.
    /// `true`: dealt with.
    pub(super) fn lets_it_go(&mut self, text: &str, reading: &Reading) -> bool {
        const SHORT: usize = 9;
        let open = matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_));
        if !open
            || self.state.turns <= 1
            || self.state.flow.is_some()
            || self.state.unheard
            || reading.urgency != Urgency::Routine
            || reading.suspected.is_some()
            || text.contains('?')
            || words_of(text).len() > SHORT
            || !Remark::LetsGo.is_in(text)
        {
            return false;
        }
        self.state.add_matter(text);
        self.tell(Line::CalledOff);
        self.leave();
        true
    }

    /// They want no texts, or neither texts nor calls. Answers what is said to it, unless it was said before.
    pub(super) fn refuse_contact(&mut self, text: &str) -> Option<Line> {
        let calls = !is_about_texts(text);
        let news = !self.state.do_not_contact || (calls && !self.state.refuses_calls);
        self.state.do_not_contact = true;
        self.state.texts_only = false;
        self.state.refuses_calls |= calls;
        news.then_some(if calls { Line::StopContact } else { Line::NoTexts })
    }

    pub(super) fn after_stop_contact(&mut self) {
        match self.state.flow {
            Some(_) => self.advance(),
            None => self.ask_anything_else(),
        }
    }
}

/// "Please don't text me": is what they refuse written, and nothing else?
fn is_about_texts(text: &str) -> bool {
    const WRITTEN: &[&str] = &["text", "sms", "messag", "escrib", "mensaje", "manda", "mande"];
    const OTHER: &[&str] =
        &["call", "contact", "phone", "ring", "list", "llam", "marc", "marqu", "habl", "molest", "lista"];
    let words = words_of(text);
    let said = |of: &[&str]| words.iter().any(|word| of.iter().any(|begins| word.starts_with(begins)));
    said(WRITTEN) && !said(OTHER)
}

/// "My door locked. And please don't text me.": does a sentence of it speak of neither texts nor calls?
pub(super) fn tells_besides(text: &str) -> bool {
    const OF_CONTACT: [&str; 5] = ["text", "call", "contact", "messag", "stop"];
    sentences(text).any(|sentence| {
        let words = words_of(sentence);
        let of_contact = |word: &String| OF_CONTACT.iter().any(|begins| word.starts_with(begins));
        words.len() >= 2 && !words.iter().any(of_contact)
    })
}

/// "I don't need a call": the matter itself stands.
fn is_about_a_call(text: &str) -> bool {
    words_of(text).iter().any(|word| word.starts_with("call") || word.starts_with("number"))
}
