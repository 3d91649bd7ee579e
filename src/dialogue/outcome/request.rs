//! What somebody wants, as the people of the office read it: a sentence of what was captured, and their own words.

use jiff::civil::Date;

use super::{Outcome, Sought, mark};
use crate::dialogue::{
    Financing, Intent, Pets, Showing, ShowingState, matter, office::words_of, token::titled,
};

/// Numbers up to this are written as words.
const NUMBERS: [&str; 7] = ["", "one", "two", "three", "four", "five", "six"];

impl Outcome {
    /// What they want. Of a prospect or a seller: what they look for in a sentence, then their first words in quotation
    /// marks. Of anybody else: the matter in their own words. `None` if they never said.
    pub fn request(&self) -> Option<String> {
        if !self.intent.is_some_and(|intent| intent.is_prospect() || intent == Intent::Seller) {
            return self.matter.clone().or_else(|| self.first_words.clone());
        }
        let mut parts: Vec<String> = Vec::new();
        let sentence =
            if self.intent == Some(Intent::Seller) { self.sale_wanted() } else { self.home_wanted() };
        if !sentence.is_empty() {
            parts.push(format!("{}.", titled(&sentence)));
        }
        let own = self.first_words.as_ref().or(self.matter.as_ref());
        parts.extend(own.map(|words| format!("\"{}\"", words.trim())));
        if let (Some(first), Some(matter)) = (&self.first_words, &self.matter)
            && !matter::holds(first, matter)
        {
            parts.push(format!("Also: \"{}\"", matter.trim()));
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Is the place that they named this listing, in other words?
    fn place_is_of(&self, listing: &str) -> bool {
        let listing = words_of(listing);
        let kinds = ["unit", "apartment", "number"];
        self.place.as_ref().is_some_and(|place| {
            let words = words_of(&place.value);
            words.iter().all(|word| kinds.contains(&word.as_str()) || listing.contains(word))
        })
    }

    /// The time that they named, and whether they confirmed it.
    pub fn wish(&self) -> Option<String> {
        let wish = self.wished_for.as_ref();
        let moment = || wish.map(|wish| wish.value.strftime("%a %b %-d, %-I:%M %p").to_string());
        let words = self.wished_words.clone().or_else(moment)?;
        Some(format!("{words}{}", mark(wish.is_none_or(|wish| wish.confirmed))))
    }

    /// "two bedrooms from December 1, pets: cat; wants to see Maple Court 2B, Sat Nov 28, morning"
    fn home_wanted(&self) -> String {
        let none = Sought::default();
        let sought = self.sought.as_ref().unwrap_or(&none);
        let mut home: Vec<String> = Vec::new();
        let buys = self.intent == Some(Intent::Buyer);
        home.extend(buys.then(|| "to buy".to_owned()));
        home.extend(sought.bedrooms.map(bedrooms));
        home.extend(moving_in(sought));
        let by = if buys { "" } else { " a month" };
        home.extend(sought.budget.map(|dollars| format!("up to ${}{by}", grouped(dollars))));
        home.extend(sought.area.as_ref().map(|area| format!("area: {area}")));
        home.extend(sought.financing.map(|financing| {
            match financing {
                Financing::PreApproved => "pre-approved",
                Financing::Cash => "pays cash",
                Financing::NotYet => "not pre-approved yet",
            }
            .to_owned()
        }));
        home.extend(sought.pets.as_ref().map(|pets| match pets {
            Pets::None => "no pets".into(),
            Pets::Some(animals) if animals.is_empty() => "has pets".into(),
            Pets::Some(animals) => format!("pets: {}", animals.join(", ")),
        }));
        let place = self.place.as_ref().map(|place| format!("{}{}", place.value, mark(place.confirmed)));
        let which = match (&sought.listing, place) {
            (Some(listing), Some(_)) if self.place_is_of(listing) => Some(listing.clone()),
            (Some(listing), Some(place)) => Some(format!("{listing}, {place}")),
            (Some(listing), None) => Some(listing.clone()),
            (None, place) => place,
        };
        let settled = self.showing.as_ref().and_then(showing_settled);
        if let Some(settled) = settled {
            let halves = [home.join(", "), settled];
            return halves.into_iter().filter(|half| !half.is_empty()).collect::<Vec<_>>().join("; ");
        }
        let named = match (sought.visit, which, self.wish()) {
            (true, Some(which), Some(wish)) => Some(format!("wants to see {which}, {wish}")),
            (true, Some(which), None) => Some(format!("wants to see {which}")),
            (true, None, Some(wish)) => Some(format!("wants to see a home, {wish}")),
            (true, None, None) => Some("wants to see a home".into()),
            (false, Some(which), Some(wish)) => Some(format!("asks about {which}; time named: {wish}")),
            (false, Some(which), None) => Some(format!("asks about {which}")),
            (false, None, Some(wish)) => Some(format!("time named: {wish}")),
            (false, None, None) => None,
        };
        let halves = [home.join(", "), named.unwrap_or_default()];
        halves.into_iter().filter(|half| !half.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// "To sell 41 Willow Street, in March"
    fn sale_wanted(&self) -> String {
        let place = self.place.as_ref().map(|place| format!(" {}{}", place.value, mark(place.confirmed)));
        let when = self.sought.as_ref().and_then(moving_in).map(|when| format!(", {when}"));
        format!("to sell{}{}", place.unwrap_or_default(), when.unwrap_or_default())
    }
}

/// A showing that stands in the calendar, or did. `None`: it is left to people, and their wish says it.
fn showing_settled(showing: &Showing) -> Option<String> {
    let place = showing.place.as_deref().unwrap_or("a home");
    let slot = showing.slot.as_ref()?;
    let (time, agent) = (slot.written(), &slot.agent);
    match showing.state {
        ShowingState::Booked => Some(format!("showing of {place} BOOKED, {time}, with {agent}")),
        ShowingState::Cancelled => Some(format!("showing of {place}, {time}, cancelled again")),
        ShowingState::Requested => None,
    }
}

fn bedrooms(count: u8) -> String {
    match count {
        0 => "a studio".into(),
        1 => "one bedroom".into(),
        n => NUMBERS
            .get(usize::from(n))
            .map_or_else(|| format!("{n} bedrooms"), |word| format!("{word} bedrooms")),
    }
}

fn moving_in(sought: &Sought) -> Option<String> {
    let day = |date: Date| date.strftime("%B %-d").to_string();
    match (sought.move_in, sought.move_in_until) {
        (Some(from), Some(until)) if from == from.first_of_month() && until == from.last_of_month() => {
            Some(format!("in {}", from.strftime("%B")))
        }
        (Some(from), Some(until)) => Some(format!("between {} and {}", day(from), day(until))),
        (Some(from), None) => Some(format!("from {}", day(from))),
        (None, Some(until)) => Some(format!("by {}", day(until))),
        (None, None) => sought.soonest.then(|| "as soon as possible".into()),
    }
}

/// `1,800`, `1,250,000`.
fn grouped(dollars: u32) -> String {
    let digits = dollars.to_string();
    let places = digits.char_indices().map(|(at, digit)| (digits.len() - at, digit));
    let mut written = String::new();
    for (left, digit) in places {
        if left % 3 == 0 && !written.is_empty() {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::dialogue::Captured;

    fn prospect() -> Outcome {
        Outcome {
            intent: Some(Intent::Leasing),
            first_words: Some("Hello, I'm looking for a two bedroom apartment.".into()),
            place: Some(Captured { value: "Maple Court 2B".into(), confirmed: true }),
            wished_for: Some(Captured { value: date(2026, 11, 28).at(9, 0, 0, 0), confirmed: true }),
            wished_words: Some("Sat Nov 28, morning".into()),
            sought: Some(Sought {
                bedrooms: Some(2),
                budget: Some(1800),
                move_in: Some(date(2026, 12, 1)),
                pets: Some(Pets::Some(vec!["cat".into()])),
                visit: true,
                ..Sought::default()
            }),
            ..Outcome::blank()
        }
    }

    #[test]
    fn a_prospects_request_is_a_sentence_and_their_first_words() {
        assert_eq!(
            prospect().request().unwrap(),
            "Two bedrooms, from December 1, up to $1,800 a month, pets: cat; wants to see Maple Court 2B, Sat Nov 28, \
             morning. \"Hello, I'm looking for a two bedroom apartment.\""
        );
    }

    #[test]
    fn a_request_says_no_more_than_was_said() {
        let sought = Sought {
            move_in: Some(date(2026, 12, 1)),
            move_in_until: Some(date(2026, 12, 31)),
            ..Sought::default()
        };
        let outcome = Outcome {
            place: None,
            wished_for: None,
            wished_words: None,
            sought: Some(sought),
            matter: Some("parking for a truck".into()),
            ..prospect()
        };
        assert_eq!(
            outcome.request().unwrap(),
            "In December. \"Hello, I'm looking for a two bedroom apartment.\" Also: \"parking for a truck\""
        );
        assert_eq!(Outcome { intent: Some(Intent::Leasing), ..Outcome::blank() }.request(), None);
    }

    #[test]
    fn a_buyer_and_a_seller_are_told_apart_from_somebody_who_rents() {
        let buyer = Outcome { intent: Some(Intent::Buyer), ..prospect() }.request().unwrap();
        assert!(
            buyer.starts_with("To buy, two bedrooms, from December 1, up to $1,800, pets: cat;"),
            "{buyer}"
        );
        let seller = Outcome {
            intent: Some(Intent::Seller),
            first_words: Some("I want to sell my condo".into()),
            ..prospect()
        };
        assert_eq!(
            seller.request().unwrap(),
            "To sell Maple Court 2B, from December 1. \"I want to sell my condo\""
        );
    }

    #[test]
    fn a_time_that_nobody_confirmed_is_marked() {
        let wished_for = Some(Captured { value: date(2026, 11, 28).at(9, 0, 0, 0), confirmed: false });
        let outcome = Outcome { wished_for, ..prospect() };
        assert_eq!(outcome.wish().unwrap(), "Sat Nov 28, morning (not confirmed)");
        assert_eq!(
            Outcome { wished_words: None, ..outcome }.wish().unwrap(),
            "Sat Nov 28, 9:00 AM (not confirmed)"
        );
    }
}
