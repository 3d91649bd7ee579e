//! The homes that are to let: which of them is meant, and what prospects ask about them, answered from the office's own list and
//! from nothing else.

use super::{Awaiting, Item, Session, understanding::without_questions};
use crate::dialogue::{
    Entity, Intent, Listing, Move, Reading, Subject, Topic, Value,
    listing::{self, Asked, Described, asked},
    office::words_of,
    pack::Line,
    reply,
};

/// Homes that are told at once: two can be remembered.
const TOLD_AT_ONCE: usize = 2;

/// Words by which one more home is wanted, and not another one instead.
const BESIDES: [&str; 8] = ["too", "also", "both", "other", "second", "then", "también", "ambas"];

const fn lets(intent: Intent) -> bool {
    matches!(intent, Intent::Leasing | Intent::Showing)
}

impl Session {
    fn is_prospect(&self, reading: &Reading) -> bool {
        (lets(reading.intent) && reading.is_sure()) || self.state.flow.is_some_and(lets)
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
        let meant = listing::meant(&self.office.listings, &self.office.name, text, &said);
        meant.into_iter().map(|home| home.address.clone()).collect()
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
            ([first, second, ..], known) if self.state.visit && !words.iter().any(|word| word == "or") => {
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

    /// One more home is left to people, who are told of it.
    pub(super) fn note_second_home(&mut self, place: &str) {
        let note = format!("wants to see {place} too: settle a time with them");
        if !self.state.notes.contains(&note) {
            self.state.note(note);
            self.tell_with(Line::ShowingSecond, &reply::place_aloud(place));
        }
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
        let mut heard = self.entities(text);
        let meant = self.homes_meant(text, reading, &heard);
        if !self.is_prospect(reading) && meant.is_empty() {
            return false;
        }
        let mut questions = asked(text);
        let topic = match reading.topic {
            Some(Topic::Pets) => Some(Asked::Pets),
            Some(Topic::Parking) => Some(Asked::Parking),
            _ => None,
        };
        questions.extend(topic.filter(|topic| !questions.contains(topic)));
        let before = self.said_so_far();
        let homes = self.homes_spoken_of(&meant);
        let mut told = false;
        for &question in &questions {
            told |= match question {
                Asked::Which if told => true,
                Asked::Which => self.tell_homes(&homes, &heard),
                _ => self.tell_of_homes(question, &homes, &heard, text, questions.contains(&Asked::Which)),
            };
        }
        if !told {
            return false;
        }
        self.treat(Subject::Homes, text, before);
        self.state.confusions = 0;
        let under_way = self.state.flow.is_some() && !self.state.closed;
        let aside = without_questions(text);
        if let Some(step @ (Move::Affirm | Move::Deny)) = reading.moves
            && under_way
            && self.state.awaiting.wants_yes_or_no()
        {
            self.hear_home(text, reading, &mut heard);
            heard.retain(|entity| matches!(entity.value, Value::Listing(_)));
            self.take_beside_the_point(&heard);
            // "Yes. But what's the rent?" is a yes as well.
            match (aside.is_empty() || !asked(&aside).is_empty(), step) {
                (false, _) => self.said(&aside, &Reading::bare(step)),
                (true, Move::Affirm) => self.affirmed(),
                (true, _) => self.denied(),
            }
            return true;
        }
        // "It's Lori Banks. So how much is it?" is the name too, and no word of the question is one.
        heard.retain(|entity| !matches!(entity.value, Value::Name(_) | Value::Matter(_)));
        let names = self.entities(&aside).into_iter().filter(|entity| {
            matches!(entity.value, Value::Name(_)) && self.is_answer(Item::Name, entity, reading, &aside)
        });
        heard.extend(names);
        self.hear_home(text, reading, &mut heard);
        if let ([only], false) =
            (meant.as_slice(), heard.iter().any(|e| matches!(e.value, Value::Listing(_))))
        {
            heard.push(heard_home(only.clone(), text));
        }
        self.take_beside_the_point(&heard);
        match self.state.flow {
            Some(_) if under_way => match self.state.awaiting {
                Awaiting::Item(item) if self.state.form.value(item).is_some() => self.advance(),
                _ => self.go_on(),
            },
            _ => {
                let intent = if lets(reading.intent) { reading.intent } else { Intent::Leasing };
                self.begin_flow(intent, text);
            }
        }
        true
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

    /// The homes that are named, else those that fit what was said, each with its rent. `true`: something is said.
    fn tell_homes(&mut self, named: &[Listing], heard: &[Entity]) -> bool {
        let rooms = bedrooms_in(heard);
        let most = heard.iter().find_map(|entity| match entity.value {
            Value::Budget(dollars) => Some(dollars),
            _ => None,
        });
        let fits = |home: &&Listing| {
            rooms.is_none_or(|rooms| home.bedrooms == Some(rooms))
                && most.is_none_or(|most| home.rent.is_none_or(|rent| rent <= most))
        };
        let fitting = || self.office.listings.iter().filter(fits).take(TOLD_AT_ONCE).cloned().collect();
        let one_named = named.iter().filter(fits).count() > 0 && self.office.listings.len() > 1;
        let homes: Vec<Listing> = if one_named { named.to_vec() } else { fitting() };
        if homes.is_empty() {
            self.tell(Line::HomesNone);
            return true;
        }
        for home in homes {
            self.tell_with(Line::Home, &reply::place_aloud(&home.address));
            if !home.summary.is_empty() {
                self.tell_text(&home.summary);
            }
            if let Some(rent) = home.rent {
                self.tell_with(Line::HomeRent, &rent.to_string());
            }
        }
        true
    }

    /// One thing about these homes. `listed`: they have been told of with their rents. `true`: something is said.
    fn tell_of_homes(
        &mut self,
        asked: Asked,
        homes: &[Listing],
        heard: &[Entity],
        text: &str,
        listed: bool,
    ) -> bool {
        if homes.is_empty() {
            let rooms = bedrooms_in(heard).is_some();
            return asked == Asked::Rent && (listed || (rooms && self.tell_homes(&[], heard)));
        }
        let several = homes.len() > 1;
        homes.iter().fold(false, |told, home| {
            if several {
                self.tell_with(Line::Home, &reply::place_aloud(&home.address));
            }
            self.tell_of_home(asked, home, text, listed) || told
        })
    }

    fn tell_of_home(&mut self, asked: Asked, home: &Listing, text: &str, listed: bool) -> bool {
        let line = match asked {
            Asked::Rent if listed && home.rent.is_some() => return true,
            Asked::Rent => home.rent.map(|sum| (Line::HomeRent, sum)),
            Asked::Deposit => home.deposit.map(|sum| (Line::HomeDeposit, sum)),
            _ => None,
        };
        let words = match asked {
            Asked::Available => home.available.as_deref(),
            Asked::Pets => home.pets.as_deref(),
            Asked::Parking => home.parking.as_deref(),
            Asked::Which | Asked::Rent | Asked::Deposit => None,
        };
        match (line, words) {
            (Some((line, sum)), _) => self.tell_with(line, &sum.to_string()),
            (None, Some(words)) => self.tell_text(words),
            (None, None) => return self.tell_unknown(asked, home, text),
        }
        true
    }

    /// The list does not say it: the office's word for all its homes, else somebody tells them.
    fn tell_unknown(&mut self, asked: Asked, home: &Listing, text: &str) -> bool {
        let (topic, line, what) = match asked {
            Asked::Pets => (Some(Topic::Pets), Line::HomeUnknown, "its rule for pets"),
            Asked::Parking => (Some(Topic::Parking), Line::HomeUnknown, "its parking"),
            Asked::Rent => (None, Line::HomeRentUnknown, "its rent"),
            Asked::Deposit => (None, Line::HomeDepositUnknown, "its deposit"),
            Asked::Available => (None, Line::HomeUnknown, "when it is free"),
            Asked::Which => return false,
        };
        if let Some(answer) = topic.and_then(|topic| self.office.answer(Some(topic), text)) {
            self.tell_text(&answer);
            return true;
        }
        self.tell(line);
        self.state.note(format!("asked about {}: {what} is to be told", home.address));
        true
    }
}

fn heard_home(address: String, text: &str) -> Entity {
    Entity { value: Value::Listing(address), start: 0, end: text.len(), confidence: 0.9, read_back: false }
}

fn bedrooms_in(heard: &[Entity]) -> Option<u8> {
    heard.iter().find_map(|entity| match entity.value {
        Value::Bedrooms(rooms) => Some(rooms),
        _ => None,
    })
}
