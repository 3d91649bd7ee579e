//! What a turn means where it is said: danger first, then courtesy, then the answer to what was asked.

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Access, Context, Ending, Entity, Intent, Move, PersonName, Reading, Slot, UnitRef, Urgency, Value,
    entity, office::words_of, pack::Line,
};
use crate::types::PhoneNumber;

/// Surer than this, and another intent in the middle of a form is a change of topic.
const SURE_OF_CHANGE: f32 = 0.75;

/// Likelier than this, and an unsure intent is worth a "Is this about …?".
const WORTH_A_GUESS: f32 = 0.35;

/// A value heard beside the point must be at least this sure to be taken; what was asked for needs less.
const SURE_BESIDE_THE_POINT: f32 = 0.6;

/// Fewer words than this are an answer, not a new topic or a matter.
const TOPIC_WORDS: usize = 4;

/// "It's Dana Reyes, R E Y E S" may be longer; it is spelled or cued, and so surer.
const NAME_WORDS: usize = 4;

/// A name of the roster, spelled, or after "my name is" is at least this sure.
const SURE_OF_NAME: f32 = 0.85;

/// A name after "this is" or before "speaking"; so is "the sink here".
const INTRODUCED_NAME: f32 = 0.79;

/// Surer than this, and somebody wants a person; less, and a name was heard as the wish for its bearer.
const SURE_OF_HUMAN: f32 = 0.5;

impl Session {
    pub(super) fn said(&mut self, text: &str, reading: &Reading) {
        self.state.silences = 0;
        self.state.patient = false;
        let presence = std::mem::take(&mut self.state.presence_asked);
        if let Some(kind) = self.new_danger(reading) {
            let heard = self.entities(text);
            self.take_beside_the_point(&heard);
            return self.answer_danger(kind, text);
        }
        if matches!(self.state.awaiting, Awaiting::Transfer(_)) {
            // Only a channel without sound gets here: while somebody is rung, the rest can be asked.
            self.state.awaiting = Awaiting::Need;
        }
        if reading.moves == Some(Move::StopContact) && !self.state.do_not_contact {
            self.state.do_not_contact = true;
            self.tell(Line::StopContact);
            if reading.intent == Intent::Other && words_of(text).len() < 2 * TOPIC_WORDS {
                return self.after_stop_contact();
            }
        }
        if presence
            && is_bare(reading)
            && matches!(reading.moves, Some(Move::Affirm | Move::Greet | Move::Deny))
        {
            return self.ask_again();
        }
        self.note_harm(text, reading);
        if self.courtesy(text, reading) || self.question_of_fact(text, reading) {
            return;
        }
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            Item::of(entity.slot()).is_none_or(|item| self.is_answer(item, entity, reading, text))
        });
        if reading.intent == Intent::Human && reading.confidence >= SURE_OF_HUMAN && !self.has_answer(&heard)
        {
            self.take_beside_the_point(&heard);
            return self.ask_for_staff();
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
        }
    }

    /// A key for yes.
    pub(super) fn affirmed(&mut self) {
        self.said("yes", &Reading::bare(Move::Affirm));
    }

    /// A key for no.
    pub(super) fn denied(&mut self) {
        self.said("no", &Reading::bare(Move::Deny));
    }

    fn entities(&self, text: &str) -> Vec<Entity> {
        let item = self.state.awaiting.item();
        let mut context = Context {
            expecting: item.map(Item::slot),
            roster: &self.office.roster,
            today: self.state.opening.local.date(),
            home_area_code: self.office.home_area_code,
        };
        let found = entity::extract(text, &context);
        if item != Some(Item::Place) {
            return found;
        }
        // A unit or an address was asked for: an address says more than the unit that its house number could be.
        context.expecting = Some(Slot::Address);
        let by_address = entity::extract(text, &context);
        if by_address.iter().any(|e| matches!(e.value, Value::Address(_))) { by_address } else { found }
    }

    /// Is this name what they answered, or a word of a sentence about something else?
    fn is_answer(&self, item: Item, entity: &Entity, reading: &Reading, text: &str) -> bool {
        // The recogniser writes names with a capital.
        let capital = text.get(entity.start..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        item != Item::Name
            || entity.confidence >= SURE_OF_NAME
            || (capital && entity.confidence >= INTRODUCED_NAME)
            || (reading.urgency == Urgency::Routine && words_of(text).len() <= NAME_WORDS)
    }

    fn after_stop_contact(&mut self) {
        match self.state.flow {
            Some(_) => self.advance(),
            None => self.ask_anything_else(),
        }
    }

    /// Steps of the talk that mean the same at every point. `true`: the turn is dealt with.
    fn courtesy(&mut self, text: &str, reading: &Reading) -> bool {
        let Some(step) = reading.moves else { return false };
        match step {
            Move::Goodbye => self.leave(),
            Move::AskIdentity => {
                self.insist(Line::Identity);
                self.ask_again();
            }
            Move::Repeat => self.repeat(),
            // "Wait, it's unit four D" is no request for time.
            Move::Wait if self.entities(text).iter().any(|e| !matches!(e.value, Value::Matter(_))) => {
                return false;
            }
            Move::Wait => {
                self.state.patient = true;
                self.tell(Line::TakeYourTime);
            }
            Move::StartOver => {
                self.start_over();
            }
            // "No words, or only um" in a turn that had sound.
            Move::Silence => self.not_understood(),
            Move::Thank | Move::Greet if is_bare(reading) && words_of(text).len() <= TOPIC_WORDS => {
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
        self.state.offered_caller = false;
        self.state.digits.clear();
        self.tell(Line::StartOver);
        self.ask_need(Line::Need);
    }

    /// Answers a question of fact, or says that it cannot, and goes on where the talk was. `true`: dealt with.
    fn question_of_fact(&mut self, text: &str, reading: &Reading) -> bool {
        if let Some(template) = self.pack.clone().closed_answer(text) {
            self.tell_text(&template.fill(&[]));
            self.go_on();
            return true;
        }
        let curious = matches!(
            reading.intent,
            Intent::Question | Intent::Billing | Intent::Leasing | Intent::Resident | Intent::Other
        );
        let sure = reading.intent == Intent::Question && reading.is_sure();
        let asks = sure || (reading.topic.is_some() && curious && !self.has_answer(&self.entities(text)));
        if !asks || (is_answer_step(reading) && reading.intent != Intent::Question) {
            return false;
        }
        if let Some(answer) = self.office.clone().answer(reading.topic, text) {
            self.state.intent.get_or_insert(Intent::Question);
            self.state.confusions = 0;
            self.tell_text(&answer);
            // "Do you allow dogs? I'm looking for a two bedroom" is a question and a prospect.
            if reading.intent == Intent::Leasing && reading.is_sure() && self.state.flow.is_none() {
                let heard = self.entities(text);
                if !heard.is_empty() {
                    self.take_beside_the_point(&heard);
                    self.begin_flow(Intent::Leasing, text);
                    return true;
                }
            }
            self.go_on();
            return true;
        }
        if reading.intent != Intent::Question || !reading.is_sure() {
            return false;
        }
        self.state.add_matter(text);
        if self.state.flow.is_some() && !self.state.closed {
            self.tell(Line::UnknownNoted);
            self.go_on();
        } else {
            self.tell(Line::UnknownAnswer);
            self.state.intent.get_or_insert(Intent::Question);
            self.state.flow = Some(Intent::Question);
            self.state.closed = false;
            self.advance();
        }
        true
    }

    /// After an aside: back to what was asked.
    fn go_on(&mut self) {
        self.state.confusions = 0;
        match self.state.awaiting {
            Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse if self.state.flow.is_none() => {
                self.state.closed = true;
                self.ask_anything_else();
            }
            Awaiting::AnythingElse => self.ask_anything_else(),
            _ => self.ask_again(),
        }
    }

    /// Is what was asked for among what was heard?
    fn has_answer(&self, heard: &[Entity]) -> bool {
        let asked = self.state.awaiting.item();
        asked.is_some_and(|asked| {
            asked != Item::Matter && heard.iter().any(|entity| Item::of(entity.slot()) == Some(asked))
        })
    }

    /// Takes up what was said besides the answer. Answers whether anything was new.
    fn take_beside_the_point(&mut self, heard: &[Entity]) -> bool {
        let mut news = false;
        for entity in heard {
            let Some(item) = Item::of(entity.slot()) else { continue };
            let asked = self.state.awaiting.is_for(item);
            if !asked && entity.confidence < SURE_BESIDE_THE_POINT {
                continue;
            }
            news |= self.take(item, entity, asked);
        }
        news
    }

    /// One value into the form.
    fn take(&mut self, item: Item, entity: &Entity, asked: bool) -> bool {
        match &entity.value {
            // Digits by the way are an apartment, a price or a year; only asked-for digits are a number.
            Value::PhoneFragment(digits) => asked && self.take_digits(digits),
            Value::Matter(words) => {
                let first = self.state.matter.is_none();
                if first {
                    self.state.add_matter(words);
                    self.state.form.hear(Item::Matter, entity.value.clone());
                }
                first
            }
            // A bare unit adds nothing to an address that holds one.
            Value::Unit(mention) => {
                if let Some(Value::Address(address)) = self.state.form.value(Item::Place)
                    && !asked
                {
                    let mut whole = address.clone();
                    whole.unit = Some(mention.unit.clone());
                    return self.state.form.hear(item, Value::Address(whole));
                }
                self.state.form.hear(item, entity.value.clone())
            }
            value => {
                if item == Item::Callback {
                    self.state.digits.clear();
                }
                self.state.form.hear(item, value.clone())
            }
        }
    }

    /// A telephone number in parts: "three oh three", "five five five", "oh one four two".
    fn take_digits(&mut self, digits: &str) -> bool {
        let mut whole = self.state.digits.clone();
        whole.push_str(digits);
        if let Ok(number) = PhoneNumber::parse_lenient(&whole) {
            self.state.digits.clear();
            return self.state.form.hear(Item::Callback, Value::Phone(number));
        }
        // Too long to become a number: it was begun anew, or misheard.
        self.state.digits = if whole.len() > 11 { digits.to_owned() } else { whole };
        if self.state.digits.len() > 11 {
            self.state.digits.clear();
        }
        false
    }

    fn heard_need(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        if self.state.flow.is_some() && !self.state.closed {
            // Harm has chosen the flow already, or a transfer came back.
            let news = self.take_beside_the_point(heard);
            if self.state.matter.is_none() && words_of(text).len() >= 3 {
                self.state.add_matter(text);
            }
            if news {
                self.state.confusions = 0;
            }
            return self.advance();
        }
        if reading.is_sure() {
            self.take_beside_the_point(heard);
            return self.begin_flow(reading.intent, text);
        }
        if matches!(reading.moves, Some(Move::Done | Move::Deny)) && is_bare(reading) {
            return self.leave();
        }
        self.take_beside_the_point(heard);
        let likely = reading.ranked.first().copied().filter(|(intent, likelihood)| {
            *likelihood >= WORTH_A_GUESS
                && !matches!(intent, Intent::Other | Intent::Emergency | Intent::Human)
        });
        if let Some((intent, _)) = likely
            && words_of(text).len() >= 2
        {
            self.state.add_matter(text);
            if self.ask_guess(intent) {
                return;
            }
        }
        self.not_understood();
    }

    fn heard_guess(&mut self, intent: Intent, text: &str, reading: &Reading, heard: &[Entity]) {
        if self.state.unheard {
            return self.heard_need(text, reading, heard);
        }
        match reading.moves {
            Some(Move::Affirm) => {
                self.take_beside_the_point(heard);
                self.begin_flow(intent, text);
            }
            Some(Move::Deny) if !reading.is_sure() => {
                self.state.matter = None;
                self.not_understood();
            }
            _ => self.heard_need(text, reading, heard),
        }
    }

    /// The intent is known: opens its flow, and takes what has been said as the matter.
    fn begin_flow(&mut self, intent: Intent, text: &str) {
        let pack = self.pack.clone();
        let Some(flow) = pack.flow(intent) else { return self.not_understood() };
        self.state.confusions = 0;
        let changed =
            self.state.flow.is_some_and(|before| before != intent) && !self.state.closed && !self.is_vague();
        let before = self.state.intent;
        self.state.flow = Some(intent);
        self.state.closed = false;
        if !matches!(before, Some(Intent::Emergency)) {
            self.state.intent = Some(intent);
        }
        let echo = self.state.form.value(Item::Matter).is_some();
        if flow.items.contains(&Item::Matter) && words_of(text).len() >= TOPIC_WORDS && !echo {
            self.state.add_matter(text);
        }
        if changed {
            self.tell_with(Line::Switch, &flow.label);
        }
        match flow.ending {
            Ending::End => self.advance(),
            Ending::Staff if self.staff_can_take_it() => self.ask_for_staff(),
            Ending::Staff | Ending::Message => {
                if !self.is_quick() {
                    self.tell_variant(&format!("{}.opening", intent.name()), &flow.opening);
                    self.echo_matter();
                }
                self.advance();
            }
        }
    }

    /// Says back what it is about, where it is short enough to be listened to.
    fn echo_matter(&mut self) {
        let echo = self.aloud(Item::Matter);
        if echo.is_empty() {
            return;
        }
        let pack = self.pack.clone();
        if let Some(question) = pack.question(Item::Matter)
            && let Some(template) = self.state.wording.pick("matter.read_back", &question.read_back)
        {
            let text = template.fill(&[(crate::dialogue::reply::Hole::Value, &echo)]);
            self.tell_text(&text);
        }
    }

    fn heard_item(&mut self, item: Item, text: &str, reading: &Reading, heard: &[Entity]) {
        let digits_before = self.state.digits.len();
        let news = self.take_beside_the_point(heard);
        if item == Item::Matter && (words_of(text).len() >= TOPIC_WORDS || !is_answer_step(reading)) {
            return self.heard_matter(text, reading, news);
        }
        if self.state.form.value(item).is_some() {
            return self.item_answered(item);
        }
        if item == Item::Callback && self.state.digits.len() > digits_before {
            return self.more_digits();
        }
        match (item, reading.moves) {
            (Item::Access, Some(Move::Affirm)) => {
                self.state.form.hear(item, Value::Access(Access::Granted));
                return self.item_answered(item);
            }
            (Item::Access, Some(Move::Deny)) => {
                self.state.form.hear(item, Value::Access(Access::Denied));
                return self.item_answered(item);
            }
            (_, Some(Move::Unknown | Move::Refuse | Move::Done)) => {
                self.state.confusions = 0;
                self.give_up(item);
                return self.advance();
            }
            _ => {}
        }
        if self.changes_topic(text, reading) {
            self.state.add_matter(text);
            return self.begin_flow(reading.intent, text);
        }
        if news {
            // Something else was answered: no failure, but the question stands.
            self.state.confusions = 0;
            return self.advance();
        }
        self.not_understood();
    }

    /// "What is it about?" is answered by any sentence; a sure intent gives the message its proper flow.
    fn heard_matter(&mut self, text: &str, reading: &Reading, news: bool) {
        let count = words_of(text).len();
        if count < 2 && !news {
            return self.not_understood();
        }
        if count >= TOPIC_WORDS || !news {
            self.state.add_matter(text);
            self.state.form.settle(Item::Matter);
        }
        if reading.is_sure() && self.is_vague() {
            return self.begin_flow(reading.intent, text);
        }
        if self.state.matter.is_some() { self.item_answered(Item::Matter) } else { self.advance() }
    }

    fn item_answered(&mut self, item: Item) {
        self.state.confusions = 0;
        if !item.needs_yes() && item != Item::Matter {
            let pack = self.pack.clone();
            let value = self.aloud(item);
            if let Some(question) = pack.question(item)
                && let Some(template) =
                    self.state.wording.pick(&format!("{}.read_back", item.name()), &question.read_back)
            {
                let text = template.fill(&[(crate::dialogue::reply::Hole::Value, &value)]);
                self.tell_text(&text);
            }
        } else if item == Item::Matter {
            self.tell(Line::Thanks);
        }
        self.advance();
    }

    /// Part of a number is there; the rest is asked for, a bounded number of times.
    fn more_digits(&mut self) {
        let so_far = crate::dialogue::reply::spelled(&self.state.digits);
        let asked = self.ask_line(
            Line::MoreDigits,
            &so_far,
            Awaiting::Item(Item::Callback),
            crate::dialogue::Expectation::PhoneNumber,
        );
        if !asked {
            self.state.digits.clear();
            self.asking_failed(Item::Callback);
            self.advance();
        }
    }

    /// Is the flow one that any more exact intent should replace?
    fn is_vague(&self) -> bool {
        matches!(self.state.flow, Some(Intent::Human | Intent::Other | Intent::Question))
    }

    fn changes_topic(&self, text: &str, reading: &Reading) -> bool {
        let elsewhere = self.state.flow != Some(reading.intent);
        let routable = !matches!(reading.intent, Intent::Other | Intent::Question | Intent::Emergency);
        elsewhere
            && routable
            && !is_answer_step(reading)
            && !self.state.rescue.wanted
            && self.state.flow != Some(Intent::Emergency)
            && reading.confidence >= SURE_OF_CHANGE
            && words_of(text).len() >= TOPIC_WORDS
    }

    fn heard_offer(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        self.take_beside_the_point(heard);
        let another = self.state.form.value(Item::Callback).is_some();
        match reading.moves {
            _ if another => {
                self.state.confusions = 0;
                self.advance();
            }
            Some(Move::Affirm) if !self.state.unheard => {
                self.state.confusions = 0;
                if let Some(number) = self.state.opening.caller {
                    self.state.form.hear(Item::Callback, Value::Phone(number));
                    self.state.form.settle(Item::Callback);
                }
                self.tell(Line::Thanks);
                self.advance();
            }
            Some(Move::Deny) if !self.state.unheard => {
                self.state.confusions = 0;
                if self.state.digits.is_empty() {
                    self.advance();
                } else {
                    self.more_digits();
                }
            }
            Some(Move::Refuse | Move::Unknown) => {
                self.give_up(Item::Callback);
                self.advance();
            }
            _ if self.changes_topic(text, reading) => {
                self.state.offered_caller = false;
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            _ => self.not_understood(),
        }
    }

    fn heard_known_name(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        self.take_beside_the_point(heard);
        let another = self.state.form.value(Item::Name).is_some();
        match reading.moves {
            Some(Move::Affirm) if !self.state.unheard => {
                self.state.confusions = 0;
                if let Some(contact) = self.state.opening.contact.clone() {
                    self.state.form.hear(Item::Name, Value::Name(Self::known_name(&contact)));
                    self.state.form.settle(Item::Name);
                }
                self.advance();
            }
            _ if another => {
                self.state.confusions = 0;
                self.advance();
            }
            Some(Move::Deny) if !self.state.unheard => {
                self.state.confusions = 0;
                self.advance();
            }
            Some(Move::Refuse | Move::Unknown) => {
                self.give_up(Item::Name);
                self.advance();
            }
            _ if self.changes_topic(text, reading) => self.begin_flow(reading.intent, text),
            _ => self.not_understood(),
        }
    }

    /// Yes, no, or the correction itself.
    fn heard_confirmation(&mut self, items: &[Item], text: &str, reading: &Reading, heard: &[Entity]) {
        let mut corrected: Vec<Item> = Vec::new();
        let mut same = false;
        for entity in heard {
            let Some(item) = Item::of(entity.slot()) else { continue };
            if items.contains(&item) {
                if self.state.form.value(item).is_some_and(|old| names_the_same(old, &entity.value)) {
                    same = true;
                } else if self.correct(item, &entity.value) {
                    corrected.push(item);
                }
            }
        }
        let aside: Vec<Entity> = heard
            .iter()
            .filter(|e| Item::of(e.slot()).is_some_and(|item| !items.contains(&item)))
            .cloned()
            .collect();
        let news = self.take_beside_the_point(&aside);
        let rest: Vec<Item> = items.iter().copied().filter(|item| !corrected.contains(item)).collect();
        if !corrected.is_empty() {
            self.state.confusions = 0;
            // "No, four D": what was not touched stands.
            self.settle_all(&rest);
            self.read_back_failed(&corrected, false);
            return self.advance();
        }
        match reading.moves {
            Some(Move::Affirm | Move::Thank) if !self.state.unheard => {
                self.state.confusions = 0;
                self.settle_all(items);
                self.advance();
            }
            Some(Move::Deny | Move::Unknown) if !self.state.unheard => {
                self.state.confusions = 0;
                match items {
                    [_] => {
                        self.tell(Line::Sorry);
                        self.read_back_failed(items, true);
                        self.advance();
                    }
                    many => self.ask_which_wrong(many),
                }
            }
            _ if same => {
                self.state.confusions = 0;
                self.settle_all(items);
                self.advance();
            }
            _ if self.changes_topic(text, reading) => {
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            _ if news && !self.state.unheard => {
                // Went on without a yes: read back once more, and then kept as it is.
                self.state.confusions = 0;
                self.read_back_failed(items, false);
                self.advance();
            }
            _ if self.state.unheard => self.advance(),
            _ => self.not_understood(),
        }
    }

    /// A new value in place of the one that was read back.
    fn correct(&mut self, item: Item, value: &Value) -> bool {
        match value {
            Value::PhoneFragment(_) | Value::Matter(_) => false,
            _ => self.state.form.hear(item, value.clone()),
        }
    }

    fn ask_which_wrong(&mut self, items: &[Item]) {
        let nouns: Vec<String> =
            items.iter().filter_map(|&item| Some(self.pack.question(item)?.noun.clone())).collect();
        let value = crate::dialogue::reply::listed(&nouns, "or");
        let awaiting = Awaiting::WhichWrong(items.to_vec());
        if !self.ask_line(Line::WhichWrong, &value, awaiting, crate::dialogue::Expectation::Open) {
            items.iter().for_each(|&item| self.keep_unconfirmed(item));
            self.advance();
        }
    }

    fn heard_which(&mut self, items: &[Item], text: &str, heard: &[Entity]) {
        let words = words_of(text);
        let mut wrong: Vec<Item> = Vec::new();
        for &item in items {
            let replaced = heard.iter().any(|e| {
                Item::of(e.slot()) == Some(item)
                    && self.state.form.value(item).is_none_or(|old| !names_the_same(old, &e.value))
            });
            let noun = self.pack.question(item).map(|q| words_of(&q.noun)).unwrap_or_default();
            let named = noun.iter().filter(|w| w.len() > 3 || noun.len() == 1).any(|w| words.contains(w));
            if replaced || named || words.iter().any(|w| matches!(w.as_str(), "both" | "all" | "everything"))
            {
                wrong.push(item);
            }
        }
        if wrong.is_empty() {
            return self.not_understood();
        }
        self.state.confusions = 0;
        let right: Vec<Item> = items.iter().copied().filter(|item| !wrong.contains(item)).collect();
        self.settle_all(&right);
        self.read_back_failed(&wrong, true);
        for entity in heard {
            if let Some(item) = Item::of(entity.slot())
                && wrong.contains(&item)
                && !self.state.form.is_done(item)
            {
                self.correct(item, &entity.value);
            }
        }
        self.advance();
    }

    /// Which of several units.
    fn heard_choice(&mut self, candidates: &[UnitRef], text: &str, reading: &Reading, heard: &[Entity]) {
        let words = words_of(text);
        let by_entity = heard.iter().find_map(|entity| match &entity.value {
            Value::Unit(mention) => {
                let fits = |c: &&UnitRef| c.unit.eq_ignore_ascii_case(&mention.unit);
                let mut fitting = candidates.iter().filter(fits);
                fitting.next().filter(|_| fitting.next().is_none())
            }
            _ => None,
        });
        let by_property = || {
            let mut fitting = candidates.iter().filter(|c| {
                let name = words_of(&c.property);
                !name.is_empty() && name.iter().any(|w| w.len() > 3 && words.contains(w))
            });
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let by_place = || {
            let at = words.iter().find_map(|w| match w.as_str() {
                "first" => Some(0),
                "second" => Some(1),
                "third" => Some(2),
                "last" => Some(candidates.len() - 1),
                _ => None,
            })?;
            candidates.get(at)
        };
        if let Some(chosen) = by_entity.or_else(by_property).or_else(by_place).cloned() {
            self.state.confusions = 0;
            let mention =
                entity::UnitMention { unit: chosen.unit.clone(), candidates: vec![chosen], ambiguous: false };
            self.state.form.hear(Item::Place, Value::Unit(mention));
            return self.advance();
        }
        if matches!(reading.moves, Some(Move::Deny | Move::Unknown)) {
            self.state.confusions = 0;
            self.read_back_failed(&[Item::Place], true);
            return self.advance();
        }
        if self.take_beside_the_point(heard) {
            self.state.confusions = 0;
            return self.advance();
        }
        self.not_understood();
    }

    /// After "anything else?".
    fn heard_more(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        let news = self.take_beside_the_point(heard);
        if reading.is_sure() && !is_answer_step(reading) && words_of(text).len() >= TOPIC_WORDS {
            self.state.add_matter(text);
            return self.begin_flow(reading.intent, text);
        }
        if news {
            self.state.confusions = 0;
            if self.state.flow.is_some() {
                return self.advance();
            }
        }
        match reading.moves {
            Some(Move::Done | Move::Deny | Move::Thank | Move::Unknown) => self.leave(),
            Some(Move::Affirm) if words_of(text).len() < TOPIC_WORDS => self.ask_need(Line::Need),
            _ if reading.is_sure() => {
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            _ if words_of(text).len() >= TOPIC_WORDS && self.state.flow.is_some() => {
                self.state.confusions = 0;
                self.state.add_matter(text);
                self.tell(Line::Thanks);
                self.ask_anything_else();
            }
            _ if self.state.flow.is_none() => self.heard_need(text, reading, heard),
            _ => self.not_understood(),
        }
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
            moves: Some(step),
            topic: None,
        }
    }
}

/// Does the turn say nothing besides its step?
fn is_bare(reading: &Reading) -> bool {
    reading.intent == Intent::Other || !reading.is_sure()
}

/// Is the turn an answer by its first word? Then what follows is about the question, not a new topic.
const fn is_answer_step(reading: &Reading) -> bool {
    matches!(reading.moves, Some(Move::Affirm | Move::Deny | Move::Unknown | Move::Refuse | Move::Done))
}

/// The same thing said again, with other words or another sureness?
fn names_the_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Unit(old), Value::Unit(new)) => old.unit.eq_ignore_ascii_case(&new.unit),
        (Value::Name(old), Value::Name(new)) => same_name(old, new),
        (Value::Phone(old), Value::PhoneFragment(tail)) => old.digits().ends_with(tail.as_str()),
        _ => old == new,
    }
}

fn same_name(old: &PersonName, new: &PersonName) -> bool {
    old.given.eq_ignore_ascii_case(&new.given)
        && match (&old.family, &new.family) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (_, None) => true,
            (None, Some(_)) => false,
        }
}
