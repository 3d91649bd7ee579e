//! What prospects ask about the homes that are to let, answered from the office's own list and from nothing else.

use super::{Item, Session};
use crate::dialogue::{
    Entity, Intent, Listing, Reading, Subject, Value,
    listing::{Asked, asked},
    pack::Line,
    reply,
};

/// Homes that are told at once: two can be remembered.
const TOLD_AT_ONCE: usize = 2;

impl Session {
    /// Answers a question about homes and goes on with the talk. `true`: dealt with.
    pub(super) fn question_of_homes(&mut self, text: &str, reading: &Reading) -> bool {
        let lets = |intent: Intent| matches!(intent, Intent::Leasing | Intent::Showing);
        let prospect = (lets(reading.intent) && reading.is_sure()) || self.state.flow.is_some_and(lets);
        if !prospect || self.office.listings.is_empty() {
            return false;
        }
        let Some(asked) = asked(text) else { return false };
        let heard = self.entities(text);
        let before = self.said_so_far();
        let told = match asked {
            Asked::Which => self.tell_homes(&heard),
            _ => self.tell_of_home(asked, &heard),
        };
        if !told {
            return false;
        }
        self.treat(Subject::Homes, text, before);
        self.state.confusions = 0;
        self.take_beside_the_point(&heard);
        match self.state.flow {
            Some(_) if !self.state.closed => self.go_on(),
            _ => {
                let intent = if lets(reading.intent) { reading.intent } else { Intent::Leasing };
                self.begin_flow(intent, text);
            }
        }
        true
    }

    /// The homes that fit what was said, each with its rent. `true`: something is said.
    fn tell_homes(&mut self, heard: &[Entity]) -> bool {
        let office = self.office.clone();
        let named = heard.iter().find_map(|entity| match &entity.value {
            Value::Listing(address) => Some(address.as_str()),
            _ => None,
        });
        let rooms = heard.iter().find_map(|entity| match entity.value {
            Value::Bedrooms(rooms) => Some(rooms),
            _ => None,
        });
        let most = heard.iter().find_map(|entity| match entity.value {
            Value::Budget(dollars) => Some(dollars),
            _ => None,
        });
        let fits = |home: &&Listing| {
            named.is_none_or(|address| home.address == address)
                && rooms.is_none_or(|rooms| home.bedrooms == Some(rooms))
                && most.is_none_or(|most| home.rent.is_none_or(|rent| rent <= most))
        };
        let homes: Vec<&Listing> = office.listings.iter().filter(fits).take(TOLD_AT_ONCE).collect();
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

    /// One thing about the one home that is spoken of. `true`: something is said.
    fn tell_of_home(&mut self, asked: Asked, heard: &[Entity]) -> bool {
        let office = self.office.clone();
        let by_address = |address: &str| office.listings.iter().find(|home| home.address == address);
        let named = heard.iter().find_map(|entity| match &entity.value {
            Value::Listing(address) => by_address(address),
            _ => None,
        });
        let spoken_of = match self.state.form.value(Item::Listing) {
            Some(Value::Listing(address)) => by_address(address),
            _ => None,
        };
        let only = || if office.listings.len() == 1 { office.listings.first() } else { None };
        let Some(home) = named.or(spoken_of).or_else(only) else { return false };
        let dollars = |line: Line, sum: Option<u32>| sum.map(|sum| (line, sum.to_string()));
        let figure = match asked {
            Asked::Rent => dollars(Line::HomeRent, home.rent),
            Asked::Deposit => dollars(Line::HomeDeposit, home.deposit),
            _ => None,
        };
        let words = match asked {
            Asked::Available => home.available.as_deref(),
            Asked::Pets => home.pets.as_deref(),
            Asked::Parking => home.parking.as_deref(),
            Asked::Which | Asked::Rent | Asked::Deposit => None,
        };
        match (figure, words) {
            (Some((line, sum)), _) => self.tell_with(line, &sum),
            (None, Some(words)) => self.tell_text(words),
            (None, None) => return false,
        }
        true
    }
}
