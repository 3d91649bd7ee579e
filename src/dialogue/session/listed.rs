//! What the office's list says of its homes, and what is said where it says nothing.

use super::{
    Item, Session,
    bedrooms::{bedrooms_in, either_rooms, rooms_named},
    no_prospect::{wants_to_buy, would_rent},
};
use crate::dialogue::{
    Entity, Intent, Listing, Slot, Topic, Value, listing::Asked, office::words_of, pack::Line, remark::Remark,
};

/// Homes that are told at once: two can be remembered.
pub(super) const TOLD_AT_ONCE: usize = 2;

impl Session {
    /// The homes that are named, else those that fit what was said, each with its rent. `true`: something is said.
    pub(super) fn tell_homes(&mut self, named: &[Listing], heard: &[Entity], text: &str) -> bool {
        let rooms = self.rooms_wanted(heard, text);
        let most = |slot: Slot| {
            heard.iter().find_map(|entity| match entity.value {
                Value::Budget(dollars) | Value::Price(dollars) if entity.slot() == slot => Some(dollars),
                _ => None,
            })
        };
        let within =
            |sum: Option<u32>, most: Option<u32>| sum.zip(most).is_none_or(|(sum, most)| sum <= most);
        let (monthly, whole) = (most(Slot::Budget), most(Slot::Price));
        let buys = self.office.sells() && (wants_to_buy(text) || self.state.flow == Some(Intent::Buyer));
        let rents = self.office.sells() && would_rent(text);
        let fits = |home: &&Listing| {
            (!buys || home.price.is_some())
                && (!rents || home.rent.is_some())
                && (rooms.is_empty() || home.bedrooms.is_some_and(|has| rooms.contains(&has)))
                && within(home.rent, monthly)
                && within(home.price, whole)
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
    pub(super) fn names_a_price(&self, text: &str) -> bool {
        let answer = self.office.answer(None, text).unwrap_or_default();
        answer.contains("dollar") || answer.contains('$') || answer.contains(|c: char| c.is_ascii_digit())
    }

    /// Has this been said twice? A third time answers nobody: people do.
    fn is_worn(&self, words: &str) -> bool {
        self.state.treated.iter().filter(|treated| treated.given.contains(words)).count() >= 2
    }

    /// "What's the difference between the two bedroom and the one bedroom?": what the list says of each. `true`: something is said.
    pub(super) fn tell_apart(&mut self, text: &str) -> bool {
        let office = self.office.clone();
        // "So what's the difference?" is of those that were named before.
        let before = self.state.first_words.clone().unwrap_or_default();
        let mut rooms = rooms_named(text);
        if rooms.len() < 2 {
            rooms = rooms_named(&before);
        }
        let homes = rooms.iter().filter_map(|count| {
            let mut of = office.listings.iter().filter(|home| home.bedrooms == Some(*count));
            of.next().filter(|_| of.next().is_none())
        });
        let homes: Vec<Listing> = homes.take(TOLD_AT_ONCE).cloned().collect();
        if homes.len() < 2 {
            return false;
        }
        homes.iter().for_each(|home| self.tell_whole(home));
        true
    }

    /// "Is it still available?" of one home: what the list says of that, beside what the home is, if it was not told of before.
    /// Where the list says nothing of it, that the home stands on it is all there is to tell. `true`: dealt with.
    pub(super) fn tells_whether_available(&mut self, homes: &[Listing], text: &str) -> bool {
        let [home] = homes else { return false };
        let Some(available) = home.available.clone() else { return false };
        if !Remark::AsksIfAvailable.is_in(text) || Remark::AsksForRest.is_in(text) {
            return false;
        }
        let told = !home.summary.is_empty()
            && self.state.treated.iter().any(|treated| treated.given.contains(&home.summary));
        if !told {
            self.tell_whole(home);
        }
        if self.is_worn(&available) {
            // What was told twice is no news the third time.
            self.tell(Line::AlreadyNoted);
            self.state.add_matter(text);
        } else {
            self.tell_as_written(&available);
        }
        true
    }

    fn tell_whole(&mut self, home: &Listing) {
        self.tell_home(&home.address);
        if !home.summary.is_empty() {
            self.tell_as_written(&home.summary.clone());
        }
        self.tell_sum(home);
    }

    /// What it rents for, or is for sale at, or both.
    fn tell_sum(&mut self, home: &Listing) {
        if let Some(rent) = home.rent {
            self.tell_with(Line::HomeRent, &rent.to_string());
        }
        if let Some(price) = home.price {
            self.tell_with(Line::HomePrice, &in_thousands(price));
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
        let before =
            before.filter(listed).filter(|_| !other && self.state.flow.is_some_and(|flow| self.shows(flow)));
        bedrooms_in(heard).or(before).into_iter().collect()
    }

    /// The one that costs least, of those with as many bedrooms where that was said.
    pub(super) fn tell_cheapest(&mut self, heard: &[Entity], text: &str) -> bool {
        let rooms = either_rooms(text).into_iter().chain(bedrooms_in(heard)).collect::<Vec<_>>();
        let fits =
            |home: &&Listing| rooms.is_empty() || home.bedrooms.is_some_and(|has| rooms.contains(&has));
        let homes = self.office.listings.iter().filter(fits);
        let Some(home) = homes.filter(|home| home.costs().is_some()).min_by_key(|home| home.costs()).cloned()
        else {
            return false;
        };
        self.tell_whole(&home);
        true
    }

    /// The one with the most bedrooms; of several the dearest, which is hardly the smaller.
    pub(super) fn tell_largest(&mut self) -> bool {
        let sized = self.office.listings.iter().filter(|home| home.bedrooms.is_some());
        let Some(home) = sized.max_by_key(|home| (home.bedrooms, home.costs())).cloned() else {
            return false;
        };
        self.tell_whole(&home);
        true
    }

    /// Square feet, a waiting list, a short lease: a sentence of the list or the office that says it, else it is said once not to
    /// be known, and people are told what to tell.
    pub(super) fn tell_unlisted(&mut self, asked: Asked, homes: &[Listing], text: &str) -> bool {
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

    /// One thing about these homes. `listed`: they have been told of with their rents. `true`: something is said.
    pub(super) fn tell_of_homes(
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
        // Whoever comes to see it parks where guests do.
        if asked == Asked::Parking && Remark::VisitorParking.is_in(text) {
            let guests = |answer: &String| {
                let words = words_of(answer);
                words.iter().any(|word| {
                    matches!(
                        word.as_str(),
                        "guest" | "guests" | "visitor" | "visitors" | "visitantes" | "visitas"
                    )
                })
            };
            match self.office.answer(Some(Topic::Parking), "guest parking").filter(guests) {
                Some(answer) => self.tell_as_written(&answer),
                None => {
                    let note = format!("asked about {}: where visitors park is to be told", home.address);
                    self.tell_noting(Line::HomeUnknown, note);
                }
            }
            return true;
        }
        let line = match asked {
            Asked::Rent if listed && home.costs().is_some() => return true,
            Asked::Rent => home
                .rent
                .map(|sum| (Line::HomeRent, sum.to_string()))
                .or_else(|| home.price.map(|sum| (Line::HomePrice, in_thousands(sum)))),
            Asked::Deposit => home.deposit.map(|sum| (Line::HomeDeposit, sum.to_string())),
            _ => None,
        };
        let words = match asked {
            Asked::Available => home.available.as_deref(),
            Asked::Pets => home.pets.as_deref(),
            Asked::Parking => home.parking.as_deref(),
            _ => None,
        };
        let said = line.as_ref().map(|(_, sum)| sum.as_str()).or(words);
        if said.is_some_and(|said| self.is_worn(said)) {
            self.tell(self.unknown_noted());
            self.state.add_matter(text);
            return true;
        }
        match (line, words) {
            (Some((line, sum)), _) => self.tell_with(line, &sum),
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

/// 565000 as a person writes it: 565,000.
fn in_thousands(sum: u32) -> String {
    let digits = sum.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
