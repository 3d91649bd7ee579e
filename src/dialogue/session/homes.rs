//! The homes that are to let: which of them is meant, and what prospects ask about them, answered from the office's own list and
//! from nothing else.

use super::{Awaiting, Item, Session, asking::without_questions, no_prospect::wants_to_buy};
use crate::dialogue::{
    Entity, Intent, Listing, Move, Reading, Subject, Topic, Value,
    listing::{self, Asked, Described, asked},
    office::words_of,
    pack::Line,
    remark::Remark,
    token::tokens,
};

/// Homes that are told at once: two can be remembered.
const TOLD_AT_ONCE: usize = 2;

/// Words by which one more home is wanted, and not another one instead.
const BESIDES: [&str; 9] = ["too", "also", "both", "other", "second", "then", "también", "ambas", "ambos"];

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
        self.take_beside_the_point(&heard);
        self.state.visit = false;
        self.state.add_matter(text);
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
        if (!self.is_prospect(reading) && meant.is_empty()) || wants_to_buy(text) {
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
        // The homes are told with their rents, which need not be told before them.
        questions.sort_by_key(|question| *question != Asked::Which);
        let before = self.said_so_far();
        let homes = self.homes_spoken_of(&meant);
        let mut told = false;
        for &question in &questions {
            told |= match question {
                Asked::Which if told => true,
                Asked::Which => self.tell_homes(&homes, &heard, text),
                Asked::Cheapest => self.tell_cheapest(&heard, text),
                _ if question.unlisted().is_some() => self.tell_unlisted(question, &homes, text),
                _ => self.tell_of_homes(question, &homes, &heard, text, questions.contains(&Asked::Which)),
            };
        }
        if !told {
            return false;
        }
        self.treat(Subject::Homes, text, before);
        self.resume_beside(text, reading, heard, &meant);
        true
    }

    /// "Ten. And what's the deposit?": what the list says of the home that is spoken of, beside a choice. `true`: something is said.
    pub(super) fn tells_beside(&mut self, text: &str) -> bool {
        let homes = self.homes_spoken_of(&[]);
        let before = self.said_so_far();
        let told = asked(text).into_iter().fold(false, |told, question| {
            let said = match question {
                Asked::Which | Asked::Cheapest => false,
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
                let intent = if lets(reading.intent) { reading.intent } else { Intent::Leasing };
                self.begin_flow(intent, text);
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

    /// The homes that are named, else those that fit what was said, each with its rent. `true`: something is said.
    fn tell_homes(&mut self, named: &[Listing], heard: &[Entity], text: &str) -> bool {
        let rooms = self.rooms_wanted(heard, text);
        let most = heard.iter().find_map(|entity| match entity.value {
            Value::Budget(dollars) => Some(dollars),
            _ => None,
        });
        let fits = |home: &&Listing| {
            (rooms.is_empty() || home.bedrooms.is_some_and(|has| rooms.contains(&has)))
                && most.is_none_or(|most| home.rent.is_none_or(|rent| rent <= most))
        };
        let fitting = || self.office.listings.iter().filter(fits).take(TOLD_AT_ONCE).cloned().collect();
        let one_named = named.iter().filter(fits).count() > 0 && self.office.listings.len() > 1;
        let untold = self.untold(text);
        let homes: Vec<Listing> = match one_named {
            true => named.to_vec(),
            false if untold.iter().any(|home| fits(&home)) => {
                untold.into_iter().filter(|home| fits(&home)).take(TOLD_AT_ONCE).collect()
            }
            false => fitting(),
        };
        if homes.is_empty() {
            self.tell(Line::HomesNone);
            return true;
        }
        homes.iter().for_each(|home| self.tell_whole(home));
        true
    }

    /// "Was that all?", "what else": the homes that have not been told of yet.
    fn untold(&self, text: &str) -> Vec<Listing> {
        if !Remark::AsksForRest.is_in(text) {
            return Vec::new();
        }
        let told = |home: &&Listing| {
            let place = self.home_aloud(&home.address);
            self.state.treated.iter().any(|treated| treated.given.contains(&place))
        };
        let rest: Vec<Listing> = self.office.listings.iter().filter(|home| !told(home)).cloned().collect();
        if rest.len() == self.office.listings.len() { Vec::new() } else { rest }
    }

    /// Has the office put a price on it, in its own words?
    fn names_a_price(&self, text: &str) -> bool {
        let answer = self.office.answer(None, text).unwrap_or_default();
        answer.contains("dollar") || answer.contains('$') || answer.contains(|c: char| c.is_ascii_digit())
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

    /// Has this been said twice? A third time answers nobody: people do.
    fn is_worn(&self, words: &str) -> bool {
        self.state.treated.iter().filter(|treated| treated.given.contains(words)).count() >= 2
    }

    fn tell_whole(&mut self, home: &Listing) {
        self.tell_home(&home.address);
        if !home.summary.is_empty() {
            self.tell_as_written(&home.summary.clone());
        }
        if let Some(rent) = home.rent {
            self.tell_with(Line::HomeRent, &rent.to_string());
        }
    }

    /// How many bedrooms are asked for: "two or three"; else what was said of them before, if the list has such a home.
    fn rooms_wanted(&self, heard: &[Entity], text: &str) -> Vec<u8> {
        let either = either_rooms(text);
        if !either.is_empty() {
            return either;
        }
        let before = match self.state.form.value(Item::Bedrooms) {
            Some(Value::Bedrooms(rooms)) => Some(*rooms),
            _ => None,
        };
        let listed = |rooms: &u8| self.office.listings.iter().any(|home| home.bedrooms == Some(*rooms));
        let other = words_of(text).iter().any(|word| {
            matches!(word.as_str(), "else" | "other" | "others" | "otro" | "otra" | "otros" | "otras")
        });
        let before = before.filter(listed).filter(|_| !other && self.state.flow.is_some_and(lets));
        bedrooms_in(heard).or(before).into_iter().collect()
    }

    /// The one with the lowest rent, of those with as many bedrooms where that was said.
    fn tell_cheapest(&mut self, heard: &[Entity], text: &str) -> bool {
        let rooms = either_rooms(text).into_iter().chain(bedrooms_in(heard)).collect::<Vec<_>>();
        let fits =
            |home: &&Listing| rooms.is_empty() || home.bedrooms.is_some_and(|has| rooms.contains(&has));
        let homes = self.office.listings.iter().filter(fits);
        let Some(home) = homes.filter(|home| home.rent.is_some()).min_by_key(|home| home.rent).cloned()
        else {
            return false;
        };
        self.tell_whole(&home);
        true
    }

    /// Square feet, a waiting list, a short lease: a sentence of the list or the office that says it, else it is said once not to
    /// be known, and people are told what to tell.
    fn tell_unlisted(&mut self, asked: Asked, homes: &[Listing], text: &str) -> bool {
        let Some(what) = asked.unlisted() else { return false };
        let priced = asked != Asked::PetFee || self.names_a_price(text);
        if let Some(answer) = self.office.answer(None, text).filter(|_| priced) {
            self.tell_as_written(&answer);
            return true;
        }
        let says = |home: &&Listing| {
            words_of(&home.summary).iter().any(|word| asked.told_by().contains(&word.as_str()))
        };
        if let Some(home) = homes.iter().find(says) {
            self.tell_as_written(&home.summary.clone());
            return true;
        }
        let of = homes.first().map_or("the homes to let".to_owned(), |home| home.address.clone());
        let note = format!("asked about {of}: {what} is to be told");
        match (self.state.notes.contains(&note), homes.is_empty()) {
            (true, _) => self.tell(Line::AlreadyNoted),
            (false, true) => self.tell(Line::UnknownNoted),
            (false, false) => self.tell(Line::HomeUnknown),
        }
        self.state.note(note);
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
            let rooms = !self.rooms_wanted(heard, text).is_empty();
            return asked == Asked::Rent && (listed || (rooms && self.tell_homes(&[], heard, text)));
        }
        let several = homes.len() > 1;
        homes.iter().fold(false, |told, home| {
            if several {
                self.tell_home(&home.address);
            }
            self.tell_of_home(asked, home, text, listed) || told
        })
    }

    fn tell_of_home(&mut self, asked: Asked, home: &Listing, text: &str, listed: bool) -> bool {
        if asked == Asked::Where {
            let of_office = words_of(text).iter().any(|word| {
                matches!(word.as_str(), "office" | "you" | "email" | "oficina" | "ustedes" | "correo")
            });
            if !of_office && !listed {
                self.tell_home(&home.address);
            }
            return !of_office;
        }
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
            _ => None,
        };
        let said = line.map(|(_, sum)| sum.to_string()).or_else(|| words.map(str::to_owned));
        if said.is_some_and(|said| self.is_worn(&said)) {
            self.tell(self.unknown_noted());
            self.state.add_matter(text);
            return true;
        }
        match (line, words) {
            (Some((line, sum)), _) => self.tell_with(line, &sum.to_string()),
            (None, Some(words)) => self.tell_as_written(words),
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
            _ => return false,
        };
        let note = format!("asked about {}: {what} is to be told", home.address);
        let answer = topic.and_then(|topic| self.office.answer(Some(topic), text));
        if let Some(answer) = answer.filter(|answer| !self.is_worn(answer)) {
            self.tell_as_written(&answer);
            return true;
        }
        self.tell_noting(line, note);
        true
    }
}

fn heard_home(address: String, text: &str) -> Entity {
    Entity { value: Value::Listing(address), start: 0, end: text.len(), confidence: 0.9, read_back: false }
}

/// A number of bedrooms in words or figures.
fn number(word: &str) -> Option<u8> {
    Some(match word {
        "one" | "1" | "una" | "un" => 1,
        "two" | "2" | "dos" => 2,
        "three" | "3" | "tres" => 3,
        "four" | "4" | "cuatro" => 4,
        "five" | "5" | "cinco" => 5,
        _ => return None,
    })
}

fn is_bedroom(word: &str) -> bool {
    matches!(
        word,
        "bedroom"
            | "bedrooms"
            | "bed"
            | "beds"
            | "br"
            | "bdrm"
            | "recamara"
            | "recamaras"
            | "habitaciones"
            | "cuartos"
    )
}

/// "A two or three bedroom": both.
fn either_rooms(text: &str) -> Vec<u8> {
    let words = tokens(text);
    let word = |at: usize| words.get(at).map_or("", |token| token.word.as_str());
    let either = (0..words.len()).find_map(|at| {
        let first = number(word(at))?;
        let or = at + 1 + usize::from(is_bedroom(word(at + 1)));
        let article = or + 1 + usize::from(matches!(word(or + 1), "a" | "maybe"));
        let second = number(word(article)).filter(|_| matches!(word(or), "or" | "to" | "o"))?;
        is_bedroom(word(article + 1)).then(|| vec![first, second])
    });
    either.unwrap_or_default()
}

/// Of the numbers that stand before "bedroom": the first, unless words between take it back, or a "not" stands before it.
fn rooms_meant(text: &str) -> Option<u8> {
    const TAKES_BACK: [&str; 10] =
        ["no", "actually", "wait", "sorry", "mean", "meant", "rather", "digo", "perdon", "mejor"];
    let words = tokens(text);
    let mut meant: Option<(usize, u8)> = None;
    for at in 1..words.len() {
        let Some(rooms) = number(&words[at - 1].word).filter(|_| is_bedroom(&words[at].word)) else {
            continue;
        };
        let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at].word.as_str());
        let denied = before(2) == "not" || (before(3) == "not" && matches!(before(2), "a" | "the"));
        let taken_back = meant.is_some_and(|(last, _)| {
            words[last + 1..at].iter().any(|token| TAKES_BACK.contains(&token.word.as_str()))
        });
        if !denied && (meant.is_none() || taken_back) {
            meant = Some((at, rooms));
        }
    }
    meant.map(|(_, rooms)| rooms)
}

fn bedrooms_in(heard: &[Entity]) -> Option<u8> {
    heard.iter().find_map(|entity| match entity.value {
        Value::Bedrooms(rooms) => Some(rooms),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bedrooms_that_are_meant_are_those_that_were_not_taken_back() {
        for (text, rooms) in [
            ("the one bedroom, actually no, wait, is the three bedroom still available?", Some(3)),
            ("No no, two bedroom. Not one. One baby.", Some(2)),
            ("For me and my wife and one baby. Two bedroom.", Some(2)),
            ("not the one bedroom, the two bedroom", Some(2)),
            ("a one bedroom, or maybe a two bedroom", Some(1)),
            ("one of your people called me", None),
        ] {
            assert_eq!(rooms_meant(text), rooms, "{text}");
        }
        assert_eq!(either_rooms("your availability for a two or three bedroom"), vec![2, 3]);
        assert!(either_rooms("is it two or three people at most").is_empty());
        assert_eq!(either_rooms("busco de una o dos recámaras"), vec![1, 2]);
    }
}
