//! What a turn means where it is said: danger first, then courtesy, then the answer to what was asked.

use super::{
    Awaiting, Item, Session,
    answering::TOPIC_WORDS,
    asking::{asks_if_noted, is_of_a_waitlist, without_questions},
    taking,
    taking_back::tells_besides,
    visiting::comes_to_see,
    wished::without_denied,
};
use crate::dialogue::{
    Context, Entity, Intent, Move, Reading, Slot, Urgency, Value, entity, moves::Moves, office::words_of,
    pack::Line, remark::Remark, secret::WITHHELD, token::tokens, unasked::to_be_heard,
};
use crate::types::Language;

/// "It's Dana Reyes, R E Y E S" may be longer; it is spelled or cued, and so surer.
const NAME_WORDS: usize = 4;

/// A name of the roster, spelled, or after "my name is" is at least this sure.
const SURE_OF_NAME: f32 = 0.85;

/// A name after "this is" or before "speaking"; so is "the sink here".
const INTRODUCED_NAME: f32 = 0.79;

/// Words of a prospect who wants to come.
const VISITS: [&str; 12] = [
    "tour",
    "touring",
    "visit",
    "viewing",
    "showing",
    "showings",
    "visita",
    "visitar",
    "cita",
    "recorrido",
    "verlo",
    "verla",
];

/// What is heard this surely at a read-back puts it right: a whole telephone number, a name that is introduced as one.
const PUT_RIGHT: f32 = 0.85;

/// Pairs of words that say the same; "I see" alone does not.
const SEES: [[&str; 2]; 19] = [
    ["to", "see"],
    ["come", "see"],
    ["i", "view"],
    ["see", "it"],
    ["see", "them"],
    ["see", "that"],
    ["to", "view"],
    ["look", "at"],
    ["and", "see"],
    ["ir", "ver"],
    ["a", "ver"],
    ["quiero", "ver"],
    ["quisiera", "ver"],
    ["puedo", "ver"],
    ["podemos", "ver"],
    ["podría", "ver"],
    ["podríamos", "ver"],
    ["ver", "el"],
    ["ver", "la"],
];

/// A name by itself has no more words.
const LONGEST_NAME: usize = 3;

/// Surer than this, and somebody wants a person; less, and a name was heard as the wish for its bearer.
const SURE_OF_HUMAN: f32 = 0.5;

impl Session {
    pub(super) fn said(&mut self, text: &str, reading: &Reading) {
        self.state.silences = 0;
        self.state.patient = false;
        self.note_language_spoken(text, reading);
        let anew = self.read_anew(text, reading);
        let reading = anew.as_ref().unwrap_or(reading);
        let presence = std::mem::take(&mut self.state.presence_asked);
        if let Some(kind) = self.new_danger(reading) {
            let heard = self.entities(text);
            self.take_beside_the_point(&heard);
            self.take_street_named(text);
            self.agree_in_passing(text);
            return self.answer_danger(kind, text);
        }
        if self.state.by_keys || self.opens_with_no(text, reading) {
            return self.not_understood();
        }
        if text.contains(WITHHELD) {
            self.tell(Line::NoSecrets);
            return self.go_on();
        }
        let in_writing = self.take_wish_for_texts(text, reading);
        let (text, reading) = match &in_writing {
            Some(left) if left.text.is_empty() => return self.after_wish_for_texts(&left.reading),
            Some(left) => (left.text.as_str(), &left.reading),
            None => (text, reading),
        };
        if self.calls_off_a_visit(text, reading)
            || self.harm_is_over(text, reading)
            || self.takes_back_alarm(text, reading)
            // "Please don't call me, text me": of a call alone, and nothing is called off.
            || (in_writing.is_none() && (self.refuses_number(text) || self.calls_it_off(text, reading)))
            || self.lets_it_go(text, reading)
        {
            return;
        }
        if self.answers_notice(text, reading) {
            return;
        }
        if self.state.awaiting == Awaiting::Calendar {
            if reading.moves == Some(Move::Goodbye) {
                return self.leave();
            }
            let heard = self.entities(text);
            return self.heard_while_waiting(&heard);
        }
        if matches!(self.state.awaiting, Awaiting::Transfer(_)) {
            // Only a channel without sound gets here: while somebody is rung, the rest can be asked.
            self.state.awaiting = Awaiting::Need;
        }
        if reading.moves == Some(Move::StopContact)
            && !is_of_a_waitlist(text)
            && let Some(line) = self.refuse_contact(text)
        {
            self.tell(line);
            // "You keep texting me about an apartment" names what the texts were about, and wants none.
            let of_the_texts =
                matches!(reading.intent, Intent::Sales | Intent::WrongNumber | Intent::Message)
                    || reading.intent.is_prospect();
            let nothing_else =
                of_the_texts || (reading.intent == Intent::Other && words_of(text).len() < 2 * TOPIC_WORDS);
            if nothing_else && (reading.is_sure() || !tells_besides(text)) {
                return self.after_stop_contact();
            }
        }
        if presence
            && is_bare(reading)
            && matches!(reading.moves, Some(Move::Affirm | Move::Greet | Move::Deny))
        {
            return self.ask_again();
        }
        if let Awaiting::Danger(suspicion) = self.state.awaiting.clone() {
            return self.heard_about_danger(*suspicion, text, reading);
        }
        if self.asks_about_danger(text, reading) {
            return;
        }
        if let Awaiting::Proof(asked) = self.state.awaiting.clone()
            && self.heard_proof(*asked, text, reading)
        {
            return;
        }
        // What nobody needs to know of who speaks was not read either.
        let text = &*to_be_heard(text);
        self.note_harm(text, reading);
        self.note_official(text, reading);
        self.note_visit(text, reading);
        let ours = self.asked_for_us(text, reading);
        let (text, reading) = match &ours {
            Some(rest) => match self.welcome(rest) {
                Some(rest) => rest,
                None => return,
            },
            None => (text, reading),
        };
        let more = self.after_no(text, reading);
        let (text, reading) =
            more.as_ref().map_or((text, reading), |(text, reading)| (text.as_str(), reading));
        // "I'd rather not say my name, I only wanted to know what it costs. I'll call later."
        let parts = reading.moves == Some(Move::Goodbye) && self.state.awaiting.is_for(Item::Name);
        if (!parts && self.refuses_name(text)) || self.takes_number_abroad(text, reading) {
            return;
        }
        self.note_season(text);
        self.forget_denied_home(text);
        let named = self.take_name_beside_question(text, reading);
        let left = self.take_apart(reading);
        let (text, reading) =
            left.as_ref().map_or((text, reading), |(text, reading)| (text.as_str(), reading));
        if self.denies_switch(text, reading)
            || self.is_put_through_by_relay(text)
            || self.pleads_for_a_person(text, reading)
            || self.asks_in_a_word(text)
            || self.turns_out_in_a_deal(text, reading)
            || self.is_of_no_usual_matter(text, reading)
            || self.turns_to_showing(text, reading)
            || self.turns_out_tenant(text)
            || self.turns_out_resident(text)
            || self.turns_out_no_prospect(text, reading)
            || self.turns_out_no_buyer(text)
            || self.courtesy(text, reading)
            || self.private_question(text, reading)
            || self.question_of_fact(text, reading)
        {
            return;
        }
        if named {
            // It is taken below with the rest.
            self.state.form.reopen(Item::Name);
        }
        if self.state.form.value(Item::Name).is_some() && Remark::CallsForAnother.is_in(text) {
            // Whose number it is, beside the number.
            self.state.note(format!("said: \"{}\"", text.trim()));
        }
        let meant = without_denied(text);
        let mut heard = self.entities(&meant);
        for entity in &mut heard {
            if let (Value::Matter(words), Some(said)) =
                (&mut entity.value, text.get(entity.start..entity.end))
            {
                said.clone_into(words);
            }
        }
        if meant != text && self.state.flow.is_some() && self.state.awaiting == Awaiting::OfferCaller {
            // "Yes, but please not in the morning."
            self.state.note(text.trim().to_owned());
        }
        if self.state.awaiting.is_for(Item::Callback) {
            let beside = self.beside_the_answer(text, &heard);
            let asked_back = self.asked_back(text, reading, &heard);
            if self.takes_own_number(text, &heard) {
                // "Yes, this one. And one more thing, is the rent of December due?"
                if let Some(question) = &asked_back {
                    self.tell(if Remark::AsksIfNoted.is_in(question) {
                        Line::AlreadyNoted
                    } else {
                        self.noted(question)
                    });
                }
                // "Yes, this one. And tell the man in 3B that it's the second time."
                if let Some(words) = beside.or(asked_back) {
                    self.state.add_matter(&words);
                }
                return self.advance();
            }
        }
        self.note_own_number(text);
        heard.retain(|entity| {
            Item::of(entity.slot()).is_none_or(|item| self.is_answer(item, entity, reading, text))
        });
        self.hear_home(text, reading, &mut heard);
        self.hear_home_applied_for(text, &mut heard);
        let agreed = reading.moves == Some(Move::Affirm) || Remark::Agrees.is_in(text);
        self.keep_the_house(agreed, &mut heard);
        if self.names_common_part(text, &heard) {
            return;
        }
        if Remark::GivesReference.is_in(text) && self.state.awaiting != Awaiting::Need {
            self.state.note(format!("said: \"{}\"", text.trim()));
        }
        if self.leaves_move_in_open(text, reading, &heard) {
            return;
        }
        self.turns_out_at_work(text);
        if self.is_at_the_door(text) {
            self.take_beside_the_point(&heard);
            self.state.add_matter(text);
            if reading.is_sure() {
                // Whoever comes to work, or brings something, tells of no repair of their own.
                let comes = reading.intent == Intent::Maintenance && Remark::AtWork.is_in(text);
                self.state.intent.get_or_insert(if comes { Intent::Vendor } else { reading.intent });
            }
            return self.ask_for_staff();
        }
        if self.waits_while_closed(text) {
            return;
        }
        let extension = self.note_extension(text);
        if reading.intent == Intent::Human
            && reading.confidence >= SURE_OF_HUMAN
            && !self.has_answer(&heard)
            && !extension
            && !Remark::WantsNoPerson.is_in(text)
            && !is_a_name_alone(text, &heard)
            && !self.may_be_a_name(text)
        {
            // "Yes, and I want the manager": the yes stands.
            self.agree_in_passing(text);
            if self.state.flow.is_some() {
                self.state.note(format!("asked for a person: \"{}\"", text.trim()));
            }
            self.take_beside_the_point(&heard);
            self.keep_matter_of_plea(text, reading);
            return self.ask_for_staff();
        }
        if self.is_taken_aback(text) {
            return;
        }
        let beside = self.beside_the_answer(text, &heard);
        let asked_back = self.asked_back(text, reading, &heard);
        if self.state.flow.is_some() && text.contains('?') && Remark::OffersName.is_in(text) {
            // "Jayden Cole. Do you want my mom's name?"
            self.tell(Line::YesPlease);
        }
        if let Some(question) = &asked_back {
            self.tell(if asks_if_noted(question) { Line::AlreadyNoted } else { self.noted(question) });
        } else if beside.is_some() && self.state.urgency.is_life_safety() {
            self.tell(Line::NotedInDanger);
        }
        match self.state.awaiting.clone() {
            Awaiting::Need | Awaiting::Transfer(_) => self.heard_need(text, reading, &heard),
            Awaiting::Guess(intent) => self.heard_guess(intent, text, reading, &heard),
            Awaiting::Item(item) => self.heard_item(item, text, reading, &heard),
            Awaiting::OfferCaller => self.heard_offer(text, reading, &heard),
            Awaiting::KnownName => self.heard_known_name(text, reading, &heard),
            Awaiting::Confirm(items) => self.heard_confirmation(&items, text, reading, &heard),
            Awaiting::WhichWrong(items) => self.heard_which(&items, text, &heard),
            Awaiting::Choose(candidates) => self.heard_choice(&candidates, text, reading, &heard),
            Awaiting::AnythingElse => self.heard_more(text, reading, &heard),
            Awaiting::OfferCall(intent) => self.heard_offer_of_call(intent, text, reading, &heard),
            Awaiting::ChooseSlot => self.heard_time_choice(text, reading, &heard),
            Awaiting::ConfirmSlot(slot) => self.heard_time_confirmation(&slot, text, reading, &heard),
            Awaiting::CancelShowing => self.heard_cancelling(text, reading),
            Awaiting::KeysDanger | Awaiting::KeysWays => self.not_understood(),
            // Have been dealt with above.
            Awaiting::Calendar | Awaiting::Danger(_) | Awaiting::Proof(_) => {}
        }
        if let Some(words) = beside.filter(|_| self.state.confusions == 0).or(asked_back) {
            self.state.add_matter(&words);
        }
    }

    /// A key for yes.
    pub(super) fn affirmed(&mut self) {
        let yes = match self.state.language {
            Language::English => "yes",
            Language::Spanish => "sí",
        };
        self.said(yes, &Reading::bare(Move::Affirm));
    }

    /// A key for no.
    pub(super) fn denied(&mut self) {
        self.said("no", &Reading::bare(Move::Deny));
    }

    pub(super) fn entities(&self, text: &str) -> Vec<Entity> {
        let mut heard = self.sort_days(text, self.extracted(text));
        self.leave_out_untold(text, &mut heard);
        self.leave_out_of_others(text, &mut heard);
        self.sort_rooms(text, &mut heard);
        self.put_right(&mut heard);
        self.choose_place(text, &mut heard);
        heard
    }

    pub(super) fn extracted(&self, text: &str) -> Vec<Entity> {
        self.extracted_for(text, self.state.awaiting.item())
    }

    /// As if this item had been asked for.
    pub(super) fn extracted_for(&self, text: &str, item: Option<Item>) -> Vec<Entity> {
        let mut context = Context {
            expecting: item.map(Item::slot),
            roster: &self.office.roster,
            today: self.state.opening.local.date(),
            // "Two zero six", and then seven digits: the area code has been said.
            home_area_code: match self.state.digits.len() {
                3 => self.state.digits.parse().unwrap_or(self.office.home_area_code),
                _ => self.office.home_area_code,
            },
            language: self.state.language,
            read_back: match (item, self.state.form.value(Item::Name)) {
                (Some(Item::Name), Some(Value::Name(name))) => Some(name),
                _ => None,
            },
        };
        let found = entity::extract(text, &context);
        if item != Some(Item::Place) {
            return found;
        }
        // A unit or an address was asked for: an address says more than the unit that its house number could be.
        context.expecting = Some(Slot::Address);
        let mut by_address = entity::extract(text, &context);
        if !by_address.iter().any(|e| matches!(e.value, Value::Address(_))) {
            return found;
        }
        // "Birch House, ya le dije. El cincuenta": a door of that house beside it is one.
        let doors = found.into_iter().filter(|door| {
            let beside = |e: &Entity| e.end <= door.start || door.end <= e.start;
            let of_house = |e: &Entity| match (&door.value, &e.value) {
                (Value::Unit(door), Value::Address(house)) => taking::is_door_of(door, house),
                _ => false,
            };
            by_address.iter().all(beside) && by_address.iter().any(of_house)
        });
        let doors: Vec<Entity> = doors.collect();
        by_address.extend(doors);
        by_address
    }

    /// "Frank DiNapoli, apartment 4A. Would you take less?" is the name too, whatever is said to the question.
    /// "Marta Lindqvist" once more, where a name is awaited: a word or two that ask for nobody.
    fn may_be_a_name(&self, text: &str) -> bool {
        self.state.awaiting.is_for(Item::Name)
            && words_of(text).len() <= LONGEST_NAME
            && !Remark::NamesAPerson.is_in(text)
    }

    fn take_name_beside_question(&mut self, text: &str, reading: &Reading) -> bool {
        // "Say again?" asks for the question once more.
        if self.state.awaiting != Awaiting::Item(Item::Name) || reading.moves == Some(Move::Repeat) {
            return false;
        }
        let told = without_questions(text);
        let mut heard = self.entities(&told);
        heard.retain(|entity| {
            matches!(entity.value, Value::Name(_)) && self.is_answer(Item::Name, entity, reading, &told)
        });
        self.take_beside_the_point(&heard)
    }

    /// Is this name what they answered, or a word of a sentence about something else?
    pub(super) fn is_answer(&self, item: Item, entity: &Entity, reading: &Reading, text: &str) -> bool {
        // The recogniser writes names with a capital.
        let capital = text.get(entity.start..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        item != Item::Name
            || entity.confidence >= SURE_OF_NAME
            || (capital && entity.confidence >= INTRODUCED_NAME)
            || (reading.urgency == Urgency::Routine && words_of(text).len() <= NAME_WORDS)
    }

    /// A prospect who wants to come and see a home says so by the way.
    fn note_visit(&mut self, text: &str, reading: &Reading) {
        let prospect = self.state.flow.is_some_and(Intent::is_prospect)
            || (reading.intent.is_prospect() && reading.is_sure());
        self.state.visit |= prospect && asks_to_see(text);
    }

    /// Steps of the talk that mean the same at every point. `true`: the turn is dealt with.
    fn courtesy(&mut self, text: &str, reading: &Reading) -> bool {
        let Some(step) = reading.moves else { return false };
        match step {
            // Nobody calls to say "bye": at first it is a "hi" misheard, and is asked about once.
            Move::Goodbye
                if self.state.turns <= 1
                    && self.state.awaiting == Awaiting::Need
                    && words_of(text).len() <= 2 =>
            {
                self.not_understood();
            }
            Move::Goodbye => {
                self.agree_in_passing(text);
                self.take_parting_words(text, reading);
                self.leave();
            }
            Move::AskIdentity => {
                self.say_who();
                if self.is_quick() { self.advance() } else { self.ask_again() }
            }
            // "Wait, it's unit four D" is no request for time, and "one five, speak slower" an answer; "say again?" is no
            // name.
            Move::Wait | Move::Repeat
                if self.entities(text).iter().any(|entity| match entity.value {
                    Value::Matter(_) => false,
                    Value::Name(_) => {
                        step != Move::Repeat || !Moves::of(self.state.language).is_bare(&tokens(text))
                    }
                    _ => true,
                }) =>
            {
                return false;
            }
            Move::Repeat => self.repeat(),
            Move::Wait => {
                self.state.patient = true;
                self.tell(Line::TakeYourTime);
            }
            Move::StartOver => {
                self.start_over();
            }
            // "No words, or only um" in a turn that had sound.
            Move::Silence => self.not_understood(),
            Move::Thank | Move::Greet
                if is_bare(reading)
                    && words_of(text).len() <= TOPIC_WORDS
                    && (step == Move::Thank || Moves::of(self.state.language).is_bare(&tokens(text))) =>
            {
                return self.pleasantry(step);
            }
            _ => return false,
        }
        true
    }

    fn pleasantry(&mut self, step: Move) -> bool {
        match (&self.state.awaiting, step) {
            (Awaiting::AnythingElse, Move::Thank) => self.leave(),
            (Awaiting::Need, Move::Greet) => {
                self.state.confusions = self.state.confusions.saturating_add(1);
                if self.state.confusions > self.pack.limits().confusion {
                    self.not_understood();
                } else {
                    self.ask_need(Line::Need);
                }
            }
            (Awaiting::Confirm(_), _) => return false,
            _ => self.not_understood(),
        }
        true
    }

    fn start_over(&mut self) {
        let kept = std::mem::take(&mut self.state.form);
        drop(kept);
        self.state.flow = None;
        self.state.closed = false;
        self.state.matter = None;
        self.state.first_words = None;
        self.state.pets = None;
        self.state.visit = false;
        self.state.showing.start_over();
        self.state.offered_caller = false;
        self.state.digits.clear();
        self.tell(Line::StartOver);
        self.ask_need(Line::Need);
    }

    /// After an aside: back to what was asked.
    pub(super) fn go_on(&mut self) {
        self.state.confusions = 0;
        match self.state.awaiting {
            Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse if self.state.flow.is_none() => {
                self.state.closed = true;
                self.ask_anything_else();
            }
            Awaiting::AnythingElse => self.ask_anything_else(),
            Awaiting::Item(Item::Place) if self.state.form.value(Item::Place).is_some() => self.advance(),
            // The answer stood beside the aside.
            Awaiting::Item(Item::Name) if self.state.form.value(Item::Name).is_some() => self.advance(),
            _ => self.ask_again(),
        }
    }

    /// Is what was read back said otherwise, whatever the words around it were taken for?
    pub(super) fn is_put_right_by(&self, heard: &[Entity]) -> bool {
        let Awaiting::Confirm(items) = &self.state.awaiting else { return false };
        heard.iter().any(|entity| {
            entity.confidence >= PUT_RIGHT
                && Item::of(entity.slot()).is_some_and(|item| items.contains(&item))
        })
    }

    /// Is what was asked for among what was heard?
    pub(super) fn has_answer(&self, heard: &[Entity]) -> bool {
        let asked = self.state.awaiting.item();
        asked.is_some_and(|asked| {
            asked != Item::Matter && heard.iter().any(|entity| Item::of(entity.slot()) == Some(asked))
        })
    }
}

impl Reading {
    /// A key, or a word that is nothing but this step.
    pub(super) const fn bare(step: Move) -> Self {
        Self {
            intent: Intent::Other,
            confidence: 0.0,
            ranked: Vec::new(),
            urgency: Urgency::Routine,
            suspected: None,
            moves: Some(step),
            topic: None,
            clauses: Vec::new(),
            language: None,
        }
    }
}

/// "Yolanda Pierce.", to whatever was asked: who calls, and not whom they want.
fn is_a_name_alone(text: &str, heard: &[Entity]) -> bool {
    words_of(text).len() < TOPIC_WORDS
        && !text.contains('?')
        && heard.iter().any(|entity| matches!(&entity.value, Value::Name(name) if name.family.is_some()))
}

/// Do they want to come and see a home?
pub(super) fn asks_to_see(text: &str) -> bool {
    let words = words_of(text);
    words.iter().any(|word| VISITS.contains(&word.as_str()))
        || words.windows(2).any(|pair| SEES.contains(&[pair[0].as_str(), pair[1].as_str()]))
        || comes_to_see(text)
}

/// Does the turn say nothing besides its step?
pub(super) fn is_bare(reading: &Reading) -> bool {
    reading.intent == Intent::Other || !reading.is_sure()
}

/// Is the turn an answer by its first word? Then what follows is about the question, not a new topic.
pub(super) const fn is_answer_step(reading: &Reading) -> bool {
    matches!(reading.moves, Some(Move::Affirm | Move::Deny | Move::Unknown | Move::Refuse | Move::Done))
}
