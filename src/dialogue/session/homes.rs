//! The homes that are to let or for sale: which of them is meant, and what prospects ask about them, answered from the office's own list and
//! from nothing else.

use super::{
    Awaiting, Item, Session,
    asking::without_questions,
    bedrooms::{bedrooms_in, rooms_meant},
    listed::TOLD_AT_ONCE,
    no_prospect::{wants_to_buy, would_rent},
};
use crate::dialogue::{
    Entity, Intent, Listing, Move, Reading, Subject, Topic, Value,
    listing::{self, Asked, Described, asked},
    office::words_of,
    pack::Line,
    remark::Remark,
};

/// Words by which one more home is wanted, and not another one instead.
const BESIDES: [&str; 9] = ["too", "also", "both", "other", "second", "then", "también", "ambas", "ambos"];

/// A home that stands in the office's own list.
const SURE_OF_LISTED: f32 = 0.9;

const fn is_superlative(asked: &Asked) -> bool {
    matches!(asked, Asked::Cheapest | Asked::Largest)
}

const fn lets(intent: Intent) -> bool {
    matches!(intent, Intent::Leasing | Intent::Showing)
}

impl Session {
    fn is_prospect(&self, reading: &Reading) -> bool {
        (self.shows(reading.intent) && reading.is_sure())
            || self.state.flow.is_some_and(|flow| self.shows(flow))
    }

    /// Is this about homes that the office's list may have? A buyer's are there where some are for sale.
    pub(super) fn shows(&self, intent: Intent) -> bool {
        lets(intent) || (intent == Intent::Buyer && self.office.sells())
    }

    /// Whom a question about these homes is of, where no talk is under way: a home that is for sale alone has no tenants.
    fn seeker_of(&self, text: &str, reading: &Reading, meant: &[String]) -> Intent {
        let of_sale = |address: &String| {
            self.office.listings.iter().any(|home| home.address == *address && home.is_for_sale_alone())
        };
        let only_sold = self.office.listings.iter().all(Listing::is_for_sale_alone);
        match reading.intent {
            Intent::Showing => Intent::Showing,
            _ if would_rent(text) => Intent::Leasing,
            _ if only_sold || (!meant.is_empty() && meant.iter().all(of_sale)) => Intent::Buyer,
            intent if self.shows(intent) => intent,
            _ => Intent::Leasing,
        }
    }

    /// The addresses of the homes that a prospect's words single out.
    pub(super) fn homes_meant(&self, text: &str, reading: &Reading, heard: &[Entity]) -> Vec<String> {
        // "What's the rent on 3A" may be read as any question; a home of the list makes it a prospect's.
        let curious = reading.intent == Intent::Question || !reading.is_sure();
        let asks = self.state.flow.is_none() && curious && !asked(text).is_empty();
        if !self.is_prospect(reading) && !asks {
            return Vec::new();
        }
        let doors = heard.iter().filter_map(|entity| match &entity.value {
            Value::Unit(mention) => Some(mention.unit.clone()),
            Value::Address(address) => address.unit.clone(),
            _ => None,
        });
        let said = Described {
            doors: doors.collect(),
            bedrooms: bedrooms_in(heard),
            asked: self.state.awaiting.item() == Some(Item::Listing),
        };
        // "When the house sells, you know" is of theirs.
        if Remark::OnceSold.is_in(text) && self.state.flow.is_some() {
            return Vec::new();
        }
        let left = without_denied_homes(text);
        let meant = listing::meant(&self.office.listings, &self.office.name, &left, &said);
        meant.into_iter().map(|home| home.address.clone()).collect()
    }

    /// "Not Birch", "I don't want the house", of the home that was taken to be meant: it is meant no longer.
    pub(super) fn forget_denied_home(&mut self, text: &str) {
        let Some(Value::Listing(known)) = self.state.form.value(Item::Listing).cloned() else { return };
        if self.state.unheard || self.state.showing.standing().is_some() {
            return;
        }
        let homes = |text: &str| -> Vec<String> {
            let meant = listing::meant(&self.office.listings, &self.office.name, text, &Described::default());
            meant.into_iter().map(|home| home.address.clone()).collect()
        };
        let denied = denied_clauses(text).iter().any(|clause| homes(clause).contains(&known));
        if denied && !homes(&without_denied_homes(text)).contains(&known) {
            self.state.form.reopen(Item::Listing);
            self.state.form.reopen(Item::Place);
        }
    }

    /// Puts the home that is meant among what was heard. Whoever wants to see two is told that the second is noted, so that the
    /// two are never mixed.
    pub(super) fn hear_home(&mut self, text: &str, reading: &Reading, heard: &mut Vec<Entity>) {
        let meant = self.homes_meant(text, reading, heard);
        let known = match self.state.form.value(Item::Listing) {
            Some(Value::Listing(address)) => Some(address.clone()),
            _ => None,
        };
        let words = words_of(text);
        let besides = words.iter().any(|word| BESIDES.contains(&word.as_str()));
        let home = match (meant.as_slice(), &known) {
            ([only], Some(known)) if only != known && besides && self.state.visit => {
                self.note_second_home(only);
                None
            }
            ([only], _) => Some(only.clone()),
            // "This one or that one" is no choice.
            ([first, second, ..], known)
                if self.state.visit && !words.iter().any(|word| word == "or" || word == "o") =>
            {
                let first = known.clone().filter(|known| meant.contains(known)).unwrap_or(first.clone());
                let other = if first == *second { &meant[0] } else { second };
                self.note_second_home(other);
                Some(first)
            }
            _ => return,
        };
        heard.retain(|entity| !matches!(entity.value, Value::Listing(_)));
        let Some(address) = home else {
            // What is said of the second home is no wish for the first.
            heard.retain(|entity| !matches!(entity.value, Value::When(_) | Value::Bedrooms(_)));
            return;
        };
        heard.push(heard_home(address, text));
    }

    /// "It was for the house on Alder Lane", beside the name of somebody who has applied: the home need not be asked for.
    pub(super) fn hear_home_applied_for(&self, text: &str, heard: &mut Vec<Entity>) {
        let of_place = |entity: &Entity| Item::of(entity.slot()) == Some(Item::Place);
        if self.state.flow != Some(Intent::Application)
            || self.state.form.value(Item::Place).is_some()
            || heard.iter().any(of_place)
        {
            return;
        }
        let meant = listing::meant(&self.office.listings, &self.office.name, text, &Described::default());
        if let [home] = meant.as_slice() {
            let found = self.extracted_for(&home.address, Some(Item::Place));
            let known =
                found.into_iter().find(|entity| matches!(entity.value, Value::Address(_) | Value::Unit(_)));
            heard.extend(known.map(|entity| Entity { confidence: SURE_OF_LISTED, ..entity }));
        }
    }

    /// One more home is left to people, who are told of it.
    pub(super) fn note_second_home(&mut self, place: &str) {
        let note = format!("wants to see {place} too: settle a time with them");
        if !self.state.notes.contains(&note) {
            self.state.note(note);
            let place = self.home_aloud(place);
            self.tell_with(Line::ShowingSecond, &place);
        }
    }

    /// Whoever was taken for a tenant wants to buy, and is an agent's. `true`: dealt with.
    pub(super) fn turns_out_buyer(&mut self, text: &str, reading: &Reading) -> bool {
        let taken = self.state.flow.map_or(lets(reading.intent) && reading.is_sure(), lets);
        let booked = self.state.showing.standing().is_some();
        if !taken || booked || self.state.closed || self.state.unheard || !wants_to_buy(text) {
            return false;
        }
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        if self.office.sells() {
            self.hear_home(text, reading, &mut heard);
        }
        self.take_beside_the_point(&heard);
        self.state.visit = false;
        self.state.add_matter(text);
        if self.office.sells() {
            self.tells_beside(text);
        }
        self.begin_flow(Intent::Buyer, text);
        true
    }

    /// Does a prospect ask what the office's list says of one home? Then its facts for all homes are no answer.
    pub(super) fn asks_of_one_home(&self, text: &str, reading: &Reading) -> bool {
        self.is_prospect(reading)
            && !asked(text).is_empty()
            && (self.state.form.value(Item::Listing).is_some()
                || !self.homes_meant(text, reading, &self.entities(text)).is_empty())
    }

    /// Answers a question about homes and goes on with the talk. `true`: dealt with.
    pub(super) fn question_of_homes(&mut self, text: &str, reading: &Reading) -> bool {
        if self.office.listings.is_empty() {
            return false;
        }
        // "Birch House. Is there a man coming?" beside a repair asks for no home.
        let fee = asked(text).contains(&Asked::PetFee) && !self.names_a_price(text);
        let of_another = matches!(
            self.state.flow,
            Some(
                Intent::Maintenance
                    | Intent::Emergency
                    | Intent::Complaint
                    | Intent::Billing
                    | Intent::Resident
                    | Intent::Vendor
            )
        );
        let seeks = reading.intent.is_prospect() && reading.is_sure();
        if of_another && !self.state.closed && !seeks {
            return false;
        }
        let heard = self.entities(text);
        let meant = self.homes_meant(text, reading, &heard);
        // What a pet costs is asked by whoever lives there too, and no rule for pets answers it.
        if fee && !self.is_prospect(reading) && meant.is_empty() {
            return self.pet_fee_is_told_later(text);
        }
        // "Do you have anything for sale?" is not answered with what is to let.
        if (!self.is_prospect(reading) && meant.is_empty()) || (wants_to_buy(text) && !self.office.sells()) {
            return false;
        }
        let mut questions = asked(text);
        let topic = match reading.topic {
            Some(Topic::Pets) => Some(Asked::Pets),
            Some(Topic::Parking) => Some(Asked::Parking),
            _ => None,
        };
        let priced = questions.contains(&Asked::PetFee);
        questions.extend(topic.filter(|topic| !questions.contains(topic) && !priced));
        let differ = Remark::AsksDifference.is_in(text);
        if differ {
            questions.retain(|question| *question != Asked::Which);
        }
        // The homes are told with their rents, which need not be told before them.
        questions.sort_by_key(|question| *question != Asked::Which);
        let before = self.said_so_far();
        let homes = self.homes_spoken_of(&meant);
        let mut told = differ && self.tell_apart(text);
        for &question in &questions {
            told |= match question {
                Asked::Which if told => true,
                Asked::Which if self.tells_whether_available(&homes, text) => true,
                Asked::Which => self.tell_homes(&homes, &heard, text),
                // "The largest one, and how much is it": it is told with its rent.
                Asked::Rent if told && questions.iter().any(is_superlative) => true,
                Asked::Cheapest => self.tell_cheapest(&heard, text),
                Asked::Largest => self.tell_largest(),
                _ if question.unlisted().is_some() => self.tell_unlisted(question, &homes, text),
                _ => self.tell_of_homes(question, &homes, &heard, text, questions.contains(&Asked::Which)),
            };
        }
        if !told {
            return false;
        }
        self.treat(Subject::Homes, text, before);
        // "How much is the deposit, and does it have a dishwasher?"
        if !differ {
            self.owns_up(text, reading);
        }
        self.resume_beside(text, reading, heard, &meant);
        true
    }

    /// "Ten. And what's the deposit?": what the list says of the home that is spoken of, beside a choice. `true`: something is said.
    pub(super) fn tells_beside(&mut self, text: &str) -> bool {
        let homes = self.homes_spoken_of(&[]);
        let before = self.said_so_far();
        let told = asked(text).into_iter().fold(false, |told, question| {
            let said = match question {
                Asked::Which | Asked::Cheapest | Asked::Largest => false,
                _ if question.unlisted().is_some() => self.tell_unlisted(question, &homes, text),
                _ => self.tell_of_homes(question, &homes, &[], text, false),
            };
            told || said
        });
        if told {
            self.treat(Subject::Homes, text, before);
        }
        told
    }

    /// After something that was answered on the way: what was said beside it is taken, and the talk goes on. `meant`: the homes
    /// that were named.
    pub(super) fn resume_beside(
        &mut self,
        text: &str,
        reading: &Reading,
        mut heard: Vec<Entity>,
        meant: &[String],
    ) {
        self.state.confusions = 0;
        let under_way = self.state.flow.is_some() && !self.state.closed;
        let aside = without_questions(text);
        if let Some(step @ (Move::Affirm | Move::Deny)) = reading.moves
            && under_way
            && self.state.awaiting.wants_yes_or_no()
        {
            self.hear_home(text, reading, &mut heard);
            heard.retain(|entity| matches!(entity.value, Value::Listing(_) | Value::When(_)));
            self.take_beside_the_point(&heard);
            // "Yes. But what's the rent?" is a yes as well.
            return match (aside.is_empty() || !asked(&aside).is_empty(), step) {
                (false, _) => self.said(&aside, &Reading::bare(step)),
                (true, Move::Affirm) => self.affirmed(),
                (true, _) => self.denied(),
            };
        }
        // "It's Lori Banks. So how much is it?" is the name too, and no word of the question is one.
        heard.retain(|entity| !matches!(entity.value, Value::Name(_) | Value::Matter(_)));
        let names = self.entities(&aside).into_iter().filter(|entity| {
            matches!(entity.value, Value::Name(_)) && self.is_answer(Item::Name, entity, reading, &aside)
        });
        heard.extend(names);
        self.hear_home(text, reading, &mut heard);
        if let ([only], false) = (meant, heard.iter().any(|e| matches!(e.value, Value::Listing(_)))) {
            heard.push(heard_home(only.clone(), text));
        }
        self.take_beside_the_point(&heard);
        match self.state.flow {
            Some(_) if under_way => match self.state.awaiting {
                Awaiting::Item(item) if self.state.form.value(item).is_some() => self.advance(),
                _ => self.go_on(),
            },
            _ => {
                self.begin_flow(self.seeker_of(text, reading, meant), text);
            }
        }
    }

    /// The homes that are meant, else the one that is spoken of.
    fn homes_spoken_of(&self, meant: &[String]) -> Vec<Listing> {
        let listings = &self.office.listings;
        let by_address = |address: &String| listings.iter().find(|home| home.address == *address).cloned();
        let known = match self.state.form.value(Item::Listing) {
            Some(Value::Listing(address)) if meant.is_empty() => by_address(address),
            _ => None,
        };
        let only = || listings.first().filter(|_| listings.len() == 1).cloned();
        match known.or_else(|| only().filter(|_| meant.is_empty())) {
            Some(home) => vec![home],
            None => meant.iter().filter_map(by_address).take(TOLD_AT_ONCE).collect(),
        }
    }

    /// Said once not to be known, and then noted. `true`: dealt with.
    fn pet_fee_is_told_later(&mut self, text: &str) -> bool {
        if self.state.flow.is_none() {
            self.unknown_question(text);
            return true;
        }
        self.tell_noting(self.unknown_noted(), "asks what a pet costs: to be told".to_owned());
        self.state.add_matter(text);
        let heard = self.entities(&without_questions(text));
        match self.take_beside_the_point(&heard) && !self.state.closed {
            true => self.advance(),
            false => self.go_on(),
        }
        true
    }

    /// Of several numbers of bedrooms the one that is meant: "the one bedroom, actually no, the three bedroom", "two bedroom, not
    /// one"; and a number that stands before "bedroom" is surer than one that stands alone, as in "one baby".
    pub(super) fn sort_rooms(&self, text: &str, heard: &mut [Entity]) {
        let Some(meant) = rooms_meant(text) else { return };
        for entity in heard {
            match &mut entity.value {
                Value::Bedrooms(rooms) if *rooms > 0 => *rooms = meant,
                _ => {}
            }
        }
    }
}

/// The clauses that say which home is not meant: "not Birch", "the house is just too big for me now".
fn denied_clauses(text: &str) -> Vec<&str> {
    clauses(text).filter(|clause| denies(clause)).collect()
}

fn without_denied_homes(text: &str) -> String {
    clauses(text).filter(|clause| !denies(clause)).collect()
}

fn clauses(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', ',', ';', '!', '?'])
}

/// Of few words where it only says "not": "not that I have seen it, but the house would do" denies nothing.
fn denies(clause: &str) -> bool {
    const OF_A_NOT: usize = 6;
    let few = words_of(clause).len() <= OF_A_NOT;
    let bare = words_of(clause).iter().any(|word| word == "not");
    Remark::DeniesHome.is_in(clause) && (few || !bare)
}

fn heard_home(address: String, text: &str) -> Entity {
    Entity {
        value: Value::Listing(address),
        start: 0,
        end: text.len(),
        confidence: SURE_OF_LISTED,
        read_back: false,
    }
}
