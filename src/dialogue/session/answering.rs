//! The answers to open questions: what it is about, each item of the form, and anything else.

use super::{
    Awaiting, Item, Session,
    asking::asks,
    taking::means_own_number,
    understanding::{is_answer_step, is_bare},
};
use crate::dialogue::{
    Access, Ending, Entity, Expectation, Financing, Intent, Move, Reading, Value, matter,
    office::words_of,
    pack::Line,
    remark::Remark,
    reply::{self, Hole},
    trouble::{Trouble, signs},
};

/// Surer than this, and another intent in the middle of a form is a change of topic.
const SURE_OF_CHANGE: f32 = 0.75;

/// A few words are more often a misheard answer than a new topic, and have to be surer: "unsaturity would be good" was a day.
const SURE_OF_SHORT_CHANGE: f32 = 0.9;
const SHORT_CHANGE: usize = 7;

/// Likelier than this, and an unsure intent is worth a "Is this about …?".
const WORTH_A_GUESS: f32 = 0.35;

/// Surer than this, and a caller is told that the number is wrong or that nothing is bought here.
const SURE_TO_SEND_AWAY: f32 = 0.8;

/// Behind a "no" fewer are enough.
const STORY_BEHIND_NO: usize = 7;

/// A question has at least so many words.
const SHORTEST_QUESTION: usize = 3;

/// So many words are a story, and not a word misheard.
const STORY: usize = 9;

/// Fewer words than this are an answer, not a new topic or a matter.
pub(super) const TOPIC_WORDS: usize = 4;

/// Words by which somebody speaks of what they want themselves.
const OF_ONESELF: [&str; 12] =
    ["i", "i'm", "i'd", "i've", "im", "id", "we", "we're", "we'd", "me", "quiero", "quisiera"];

/// Of words that hold no name so much is kept for whoever reads the summary, in letters.
const NAME_AS_HEARD: usize = 60;

/// With so many digits the number is not half said: one of them was not heard, and which of them nobody knows.
const NEARLY_WHOLE: usize = 8;

impl Session {
    pub(super) fn heard_need(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
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
        if reading.is_sure() && !self.is_sent_away_lightly(text, reading) {
            self.take_beside_the_point(heard);
            // "Are there steps at the Birch Street building?" is not passed over for "happy to help you".
            if reading.intent.is_prospect() && self.state.flow.is_none() {
                self.owns_up(text, reading);
            }
            return self.begin_flow(reading.intent, text);
        }
        // "No sé inglés, es por la renta" begins with a no, and wants something.
        let no_more = match reading.moves {
            // "That's it" before anything was told is a word misheard.
            Some(Move::Done) => self.state.turns > 1,
            Some(Move::Deny) => {
                words_of(text).len() <= TOPIC_WORDS
                    && heard.iter().all(|e| Item::of(e.slot()) == Some(Item::Matter))
            }
            _ => false,
        };
        if no_more && is_bare(reading) {
            return self.leave();
        }
        // "Nothing, I was just curious", where they were asked what the office should do.
        let nothing = words_of(text).first().is_some_and(|word| matches!(word.as_str(), "nothing" | "nada"));
        if nothing && self.state.turns > 1 && !text.contains('?') && !reading.is_sure() {
            self.state.confusions = 0;
            return self.ask_anything_else();
        }
        self.take_beside_the_point(heard);
        // "I missed work for it and nobody came" is of no firm.
        let own_work = Remark::OfOwnWork.is_in(text);
        let mut ranked = reading.ranked.iter().copied();
        let likeliest = ranked.find(|(intent, _)| !(own_work && *intent == Intent::Vendor));
        let likely = likeliest.filter(|(intent, likelihood)| {
            *likelihood >= WORTH_A_GUESS
                // "Is this about another number?" asks nothing that a caller could make sense of.
                && !matches!(intent, Intent::Other | Intent::Emergency | Intent::Human | Intent::WrongNumber | Intent::Sales)
        });
        let count = words_of(text).len();
        // Nobody can say whether it is "about a question about the office": it is one, or a story.
        if let Some((Intent::Question, _)) = likely
            && count > TOPIC_WORDS
            && text.trim_end().ends_with('?')
        {
            return self.unknown_question(text);
        }
        if let Some((intent, _)) = likely
            && count >= 2
            && intent != Intent::Question
        {
            self.state.add_matter(text);
            // "Is this about a message?" asks nothing: taking one is what is left when all else is unsure.
            if intent == Intent::Message && count >= TOPIC_WORDS {
                return self.begin_flow(intent, text);
            }
            if self.ask_guess(intent) {
                return;
            }
        }
        if !self.state.unheard && count >= STORY {
            return self.heard_story(text);
        }
        self.not_understood();
    }

    /// Would a caller who may be one of ours be told goodbye: as a wrong number, or as somebody who sells?
    fn is_sent_away_lightly(&self, text: &str, reading: &Reading) -> bool {
        self.pack.flow(reading.intent).is_some_and(|flow| flow.ending == Ending::End)
            && (reading.confidence < SURE_TO_SEND_AWAY || self.speaks_of_ours(text))
    }

    /// A home, a house or a street of the office, or somebody who lives there.
    fn speaks_of_ours(&self, text: &str) -> bool {
        let known = |entity: &Entity| match &entity.value {
            Value::Unit(mention) => !mention.candidates.is_empty(),
            Value::Address(address) => address.known,
            _ => false,
        };
        let words = words_of(text);
        let roster = &self.office.roster;
        let names = roster.units.iter().map(|unit| &unit.property).chain(&roster.names);
        let mut names = names.map(|name| words_of(name)).filter(|name| !name.is_empty());
        names.any(|name| words.windows(name.len()).any(|said| said == name.as_slice()))
            || self.entities(text).iter().any(known)
    }

    /// What the office has told nothing of: a person answers it.
    pub(super) fn unknown_question(&mut self, text: &str) {
        self.state.add_matter(text);
        self.tell(Line::UnknownAnswer);
        self.state.intent.get_or_insert(Intent::Question);
        self.state.flow = Some(Intent::Question);
        self.state.closed = false;
        self.advance();
    }

    /// Whoever has told so much was heard: it is kept, and what of it is wanted is asked once. Told more, it goes to people.
    fn heard_story(&mut self, text: &str) {
        let told_before = self.state.matter.is_some();
        self.state.add_matter(text);
        if told_before || !self.ask_line(Line::NeedOfStory, "", Awaiting::Need, Expectation::Open) {
            self.begin_flow(Intent::Message, text);
        }
    }

    pub(super) fn heard_guess(&mut self, intent: Intent, text: &str, reading: &Reading, heard: &[Entity]) {
        if self.state.unheard {
            return self.heard_need(text, reading, heard);
        }
        match reading.moves {
            Some(Move::Affirm) => {
                self.take_beside_the_point(heard);
                self.begin_flow(intent, text);
            }
            // "No, it's not a complaint" denies what it names.
            Some(Move::Deny) if !reading.is_sure() || reading.intent == intent => {
                // "No, I'm not complaining about anyone, my package got stolen" tells what it is.
                if words_of(text).len() >= STORY_BEHIND_NO {
                    self.take_beside_the_point(heard);
                    return self.heard_story(text);
                }
                // Misheard or not, a whole sentence is not lost.
                if let Some(told) =
                    self.state.matter.take().filter(|told| words_of(told).len() >= TOPIC_WORDS)
                {
                    self.state.note(format!("said first: \"{told}\""));
                }
                let homes: Vec<Entity> = heard
                    .iter()
                    .filter(|entity| Item::of(entity.slot()) == Some(Item::Place))
                    .cloned()
                    .collect();
                self.take_beside_the_point(&homes);
                self.not_understood();
            }
            // Callers need not know what an office calls it: their words go to people as they are.
            Some(Move::Unknown | Move::Refuse) if !reading.is_sure() => match self.state.matter.clone() {
                Some(matter) => self.begin_flow(Intent::Other, &matter),
                None => self.not_understood(),
            },
            _ => self.heard_need(text, reading, heard),
        }
    }

    pub(super) fn heard_item(&mut self, item: Item, text: &str, reading: &Reading, heard: &[Entity]) {
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
            // "Enter my house? No." of somebody who lives next door.
            (Item::Access, _) if self.is_a_stranger(text) => {
                self.give_up(item);
                return self.advance();
            }
            // "This very number" answers the question before, and allows nobody in.
            (Item::Access, None | Some(Move::Affirm)) if !news && means_own_number(text) => {
                self.tell(Line::AlreadyNoted);
                self.asking_failed(item);
                return self.advance();
            }
            // "I'm always at home", "I'd have to ask my mom".
            (Item::Access, None | Some(Move::Unknown)) if words_of(text).len() > 2 && !text.contains('?') => {
                self.state.add_matter(text);
                // Nobody goes in on words that are no leave: a person asks again.
                self.state.note("permission to enter was not given in so many words: ask first".to_owned());
                self.give_up(item);
                return self.advance();
            }
            (Item::Access, Some(Move::Affirm)) => {
                self.state.form.hear(item, Value::Access(Access::Granted));
                return self.item_answered(item);
            }
            (Item::Access, Some(Move::Deny)) => {
                self.state.form.hear(item, Value::Access(Access::Denied));
                return self.item_answered(item);
            }
            (Item::Financing, Some(step @ (Move::Affirm | Move::Deny))) => {
                let yes = step == Move::Affirm;
                let financing = if yes { Financing::PreApproved } else { Financing::NotYet };
                self.state.form.hear(item, Value::Financing(financing));
                return self.item_answered(item);
            }
            // "No" to "your name, please?" is who will not say it.
            (Item::Name, Some(Move::Deny)) if !news && words_of(text).len() < TOPIC_WORDS - 1 => {
                self.state.confusions = 0;
                self.give_up(item);
                return self.advance();
            }
            (Item::Company, _) if Remark::OfNoCompany.is_in(text) => {
                self.state.confusions = 0;
                if self.state.flow == Some(Intent::Vendor) && Remark::LivesHere.is_in(text) {
                    (self.state.flow, self.state.intent) = (Some(Intent::Resident), Some(Intent::Resident));
                }
                self.give_up(item);
                return self.advance();
            }
            // "Huh? There's no unit."
            (Item::Place, _) if Remark::NoPlace.is_in(text) => {
                self.state.confusions = 0;
                self.give_up(item);
                return self.advance();
            }
            (_, Some(Move::Unknown | Move::Refuse | Move::Done)) => {
                self.state.confusions = 0;
                self.give_up(item);
                return self.advance();
            }
            _ => {}
        }
        if self.changes_topic(text, reading) {
            if self.keeps_for_later(text, reading) {
                return self.go_on();
            }
            self.state.add_matter(text);
            return self.begin_flow(reading.intent, text);
        }
        if news {
            // Something else was answered: no failure, but the question stands.
            self.state.confusions = 0;
            return self.advance();
        }
        if self.cuts_short() {
            return;
        }
        if self.is_said_already(text) {
            self.tell(Line::AlreadyNoted);
            if item != Item::Name {
                self.asking_failed(item);
                return self.advance();
            }
            // Nothing like a name was said, so none is asked for "once more".
            self.state.confusions = self.state.confusions.saturating_add(1);
            if self.state.confusions > self.pack.limits().confusion {
                self.state.confusions = 0;
                self.give_up(item);
            }
            return self.advance();
        }
        // "He's right outside": nobody in danger is asked for a name twice.
        if item == Item::Name && self.state.urgency.is_life_safety() && words_of(text).len() > 2 {
            self.give_up(item);
            return self.advance();
        }
        if self.wonders_instead(text, reading) {
            return;
        }
        if item == Item::Name {
            self.state.said_for_name = Some(text.chars().take(NAME_AS_HEARD).collect());
        }
        self.not_understood();
    }

    /// "Is this confidential?" in place of an answer: it goes along, and what was asked is asked again. A second one in a row counts
    /// as not understood. `true`: dealt with.
    fn wonders_instead(&mut self, text: &str, reading: &Reading) -> bool {
        let question = text
            .trim_end()
            .strip_suffix('?')
            .is_some_and(|text| asks(text) || Remark::SaysYouDontKnow.is_in(text));
        if !question
            || self.state.unheard
            || self.state.confusions > 0
            || reading.moves.is_some()
            || words_of(text).len() < SHORTEST_QUESTION
        {
            return false;
        }
        self.state.confusions = 1;
        self.state.add_matter(text);
        self.tell(self.noted(text));
        self.go_on();
        true
    }

    /// Do these words say again what is written down?
    pub(super) fn is_said_already(&self, text: &str) -> bool {
        let known = [&self.state.matter, &self.state.first_words];
        words_of(text).len() >= TOPIC_WORDS
            && known.into_iter().flatten().any(|known| matter::holds(known, text))
    }

    /// "What is it about?" is answered by any sentence; a sure intent gives the message its proper flow.
    pub(super) fn heard_matter(&mut self, text: &str, reading: &Reading, news: bool) {
        let count = words_of(text).len();
        if count < 2 && !news {
            return self.not_understood();
        }
        if count >= TOPIC_WORDS || !news {
            self.state.add_matter(text);
            self.state.form.settle(Item::Matter);
        }
        let ends = self.pack.flow(reading.intent).is_some_and(|flow| flow.ending == Ending::End);
        if reading.is_sure() && self.is_vague() && !ends {
            return self.begin_flow(reading.intent, text);
        }
        // "Three days without hot water, and nobody cares": what has gone wrong is a repair, however it is put.
        let wrong = signs(reading.urgency, text).trouble;
        if self.is_vague() && count >= TOPIC_WORDS && !matches!(wrong, Trouble::Other | Trouble::Person) {
            return self.begin_flow(Intent::Maintenance, text);
        }
        if self.state.matter.is_some() { self.item_answered(Item::Matter) } else { self.advance() }
    }

    pub(super) fn item_answered(&mut self, item: Item) {
        self.state.confusions = 0;
        if !item.needs_yes() && item != Item::Matter {
            let pack = self.pack.clone();
            let value = self.aloud(item);
            if let Some(question) = pack.question(self.state.flow, item)
                && let Some(template) =
                    self.state.wording.pick(&question.key("read_back"), &question.read_back)
            {
                let text = template.fill(&[(Hole::Value, &value)]);
                self.tell_text(&text);
            }
        } else if item == Item::Matter {
            self.tell(Line::Thanks);
        }
        self.advance();
    }

    /// Part of a number is there; the rest is asked for, a bounded number of times.
    fn more_digits(&mut self) {
        if self.state.digits.len() >= NEARLY_WHOLE {
            return self.digits_misheard();
        }
        let so_far = reply::spelled(&self.state.digits);
        let asked = self.ask_line(
            Line::MoreDigits,
            &so_far,
            Awaiting::Item(Item::Callback),
            Expectation::PhoneNumber,
        );
        if !asked {
            self.digits_misheard();
        }
    }

    /// The number is asked for anew, and in the end by keys.
    fn digits_misheard(&mut self) {
        self.state.digits.clear();
        self.asking_failed(Item::Callback);
        self.advance();
    }

    /// Is the flow one that any more exact intent should replace?
    pub(super) fn is_vague(&self) -> bool {
        matches!(self.state.flow, Some(Intent::Human | Intent::Message | Intent::Other | Intent::Question))
    }

    pub(super) fn changes_topic(&self, text: &str, reading: &Reading) -> bool {
        let elsewhere = self.state.flow != Some(reading.intent);
        let routable = !matches!(reading.intent, Intent::Other | Intent::Question | Intent::Emergency);
        // Who has asked for a home or a repair is not sent away over a later word.
        let sends_away = self.pack.flow(reading.intent).is_some_and(|flow| flow.ending == Ending::End);
        // Nor is whoever was rung for: "Xcel Energy, my badge is 5512" of the man before the door dialled no wrong number.
        let kept = !self.is_vague() || self.state.staff_failures > 0;
        let count = words_of(text).len();
        let sure = if count < SHORT_CHANGE { SURE_OF_SHORT_CHANGE } else { SURE_OF_CHANGE };
        // "No, wait" answers nobody who has asked for a name.
        let answers = match reading.moves {
            Some(Move::Affirm | Move::Deny) => self.state.expects == Expectation::YesOrNo,
            _ => is_answer_step(reading),
        };
        // A showing of another conversation is being passed on: what is said of it is no wish for a new one.
        let same = self.state.showing.is_of_another() && reading.intent.is_prospect();
        // Two words for a name, misheard as "do you need to look at her", make no prospect of anybody.
        let misheard = self.state.awaiting.item() == Some(Item::Name)
            && reading.intent.is_prospect()
            && !words_of(text).iter().any(|word| OF_ONESELF.contains(&word.as_str()));
        // "When the house sells, you know" of somebody who seeks another home is a time.
        let once_sold = reading.intent == Intent::Seller
            && self.state.flow.is_some_and(Intent::is_prospect)
            && Remark::OnceSold.is_in(text);
        elsewhere
            && routable
            && !once_sold
            && !self.stays_in_a_deal(reading.intent)
            && !same
            && !misheard
            && !(sends_away && self.state.flow.is_some() && kept)
            && !answers
            && !self.state.rescue.wanted
            && self.state.flow != Some(Intent::Emergency)
            && reading.confidence >= sure
            && count >= TOPIC_WORDS
    }

    pub(super) fn heard_offer(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
        let digits_before = self.state.digits.clone();
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
            // Digits are another number, whatever became of the "no" before them.
            None if !self.state.unheard && self.state.digits != digits_before => {
                self.state.confusions = 0;
                self.more_digits();
            }
            Some(Move::Refuse | Move::Unknown) => {
                self.give_up(Item::Callback);
                self.advance();
            }
            _ if self.changes_topic(text, reading) => {
                self.state.offered_caller = false;
                if self.keeps_for_later(text, reading) {
                    return self.advance();
                }
                self.state.add_matter(text);
                self.begin_flow(reading.intent, text);
            }
            _ => self.not_understood(),
        }
    }

    pub(super) fn heard_known_name(&mut self, text: &str, reading: &Reading, heard: &[Entity]) {
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
}
