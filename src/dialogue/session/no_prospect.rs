//! Who was taken for a prospect and is none: they live there already, have applied, do not want the home any more, or do not come.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session, understanding::asks_to_see};
use crate::dialogue::{
    Entity, Intent, Reading, Value, office::words_of, pack::Line, pattern::Table, remark::Remark,
    token::tokens,
};

/// What somebody wants who is asked for the day of moving in, or of a visit, and has none in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoProspect {
    /// They have applied already.
    Applied,
    /// Nobody came to show them the home.
    StoodUp,
    /// They want off the list, or out of what they agreed to.
    Withdraws,
    /// They want to know how to apply, and to see nothing.
    Applies,
    /// They speak of somebody who lives there.
    OfResident,
    /// They come to work there.
    Trade,
    /// They call for another reason, or cannot come.
    Elsewhere,
}

const NO_PROSPECT: &str = concat!(
    include_str!("../../../firmware-config/dialogue/no_prospect.txt"),
    include_str!("../../../firmware-config/dialogue/es/no_prospect.txt"),
);

fn no_prospect_from_name(name: &str) -> Option<NoProspect> {
    Some(match name {
        "stood_up" => NoProspect::StoodUp,
        "applies" => NoProspect::Applies,
        "of_resident" => NoProspect::OfResident,
        "trade" => NoProspect::Trade,
        "applied" => NoProspect::Applied,
        "withdraws" => NoProspect::Withdraws,
        "elsewhere" => NoProspect::Elsewhere,
        _ => return None,
    })
}

static NO_PROSPECT_RULES: LazyLock<Table<NoProspect>> =
    LazyLock::new(|| Table::parse(NO_PROSPECT, no_prospect_from_name));

impl Session {
    /// "I'm not moving in, take me off the list": the questions for a prospect stop, and what they want goes to people. `true`:
    /// dealt with.
    pub(super) fn turns_out_no_prospect(&mut self, text: &str, reading: &Reading) -> bool {
        let asked = self.state.flow.is_some_and(|flow| matches!(flow, Intent::Leasing | Intent::Showing));
        let opens = self.state.flow.is_none() && reading.is_sure() && reading.intent.is_prospect();
        if !(asked || opens)
            || (asked && self.state.closed)
            || self.state.unheard
            || self.state.showing.standing().is_some()
            || self.state.showing.is_of_another()
        {
            return false;
        }
        let words = tokens(&text.replace(',', " "));
        if self.wants_video(text, reading) {
            return true;
        }
        let Some(what) = NO_PROSPECT_RULES.first(&words) else { return false };
        let weak = matches!(what, NoProspect::Elsewhere | NoProspect::Withdraws | NoProspect::StoodUp);
        if weak && Remark::WantsAnother.fits(&words) {
            return false;
        }
        // "I'm the electrician at the school, and I look for a two bedroom"; "your tenant in 3A moves out, can I rent it".
        let of_others = matches!(what, NoProspect::OfResident | NoProspect::Trade);
        if of_others
            && (Remark::SeeksHome.is_in(text)
                || (what == NoProspect::OfResident && Remark::WouldRentTheirs.fits(&words)))
        {
            return false;
        }
        // "How do I apply, and can I see it Saturday" is a prospect's; what they do not know of is added to the message.
        let sees = (asks_to_see(text) && !Remark::HasSeen.fits(&words)) || Remark::NotYet.fits(&words);
        if what == NoProspect::Applies && (sees || self.office.answer(reading.topic, text).is_some()) {
            return false;
        }
        // A time that is refused is answered with another one.
        let timing = matches!(self.state.awaiting, Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_))
            || self.state.awaiting == Awaiting::Item(Item::When);
        if what == NoProspect::Elsewhere
            && timing
            && Remark::OfThatTime.fits(&words)
            && !Remark::NotAtAll.fits(&words)
        {
            return false;
        }
        // Before a home was spoken of, what somebody does not do is no reason to ask nothing.
        if opens && what == NoProspect::Elsewhere {
            return false;
        }
        self.state.confusions = 0;
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            !matches!(entity.value, Value::When(_) | Value::MoveIn(_) | Value::Bedrooms(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        if let Awaiting::Confirm(items) = self.state.awaiting.clone()
            && reading.moves == Some(crate::dialogue::Move::Affirm)
        {
            self.settle_all(&items);
        }
        self.hear_home(text, reading, &mut heard);
        self.take_beside_the_point(&heard);
        let named = self.state.form.value(Item::Listing).is_some();
        // Whoever showed it, or did not, knows which home it was.
        if what == NoProspect::StoodUp || (what == NoProspect::Applied && named) {
            self.state.form.give_up(Item::Place);
        }
        self.state.visit = false;
        self.state.begin_with(text);
        self.state.add_matter(text);
        self.state.form.settle(Item::Matter);
        let (intent, line) = match what {
            NoProspect::Applied => return self.goes_over_to(Intent::Application, text),
            NoProspect::StoodUp => return self.goes_over_to(Intent::Complaint, text),
            NoProspect::OfResident => return self.goes_over_to(Intent::Resident, text),
            NoProspect::Trade => return self.goes_over_to(Intent::Vendor, text),
            NoProspect::Applies => (Intent::Application, Line::UnknownAnswer),
            NoProspect::Withdraws => (Intent::Application, Line::Added),
            NoProspect::Elsewhere => (Intent::Message, Line::Added),
        };
        self.state.intent = Some(intent);
        self.state.flow = Some(Intent::Message);
        self.state.closed = false;
        self.tell(line);
        self.advance();
        true
    }

    /// "I'm NOT buying. I want to rent" of somebody who is asked when they would like to buy. `true`: dealt with.
    pub(super) fn turns_out_no_buyer(&mut self, text: &str) -> bool {
        // "No no, I'm not buying" of whoever was asked for their name in the middle of a sale says nothing against the name.
        if self.is_in_a_deal()
            && !self.state.closed
            && !self.state.unheard
            && matches!(self.state.awaiting, Awaiting::Confirm(_))
            && Remark::RentingNotBuying.is_in(text)
            && !Remark::OpensWithYes.is_in(text)
        {
            self.state.add_matter(text);
            self.state.confusions = 0;
            self.ask_again();
            return true;
        }
        if self.state.flow != Some(Intent::Buyer)
            || self.state.closed
            || self.state.unheard
            || !Remark::RentingNotBuying.is_in(text)
            // "I'm not looking to buy before March" buys.
            || words_of(text).iter().any(|word| matches!(word.as_str(), "before" | "until" | "till" | "yet" | "now" | "unless"))
        {
            return false;
        }
        let rents = self.speaks_of_renting(text)
            || self.state.first_words.as_deref().is_some_and(|first| self.speaks_of_renting(first));
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.begin_flow(if rents { Intent::Leasing } else { Intent::Message }, text);
        self.state.before = None;
        true
    }

    /// Of renting, in these words or before in this call, and not of buying.
    pub(super) fn speaks_of_renting(&self, text: &str) -> bool {
        let before =
            matches!(self.state.intent, Some(Intent::Leasing | Intent::Showing | Intent::Application));
        !wants_to_buy(text) && (before || Remark::WantsToRent.is_in(text))
    }

    fn goes_over_to(&mut self, intent: Intent, text: &str) -> bool {
        self.begin_flow(intent, text);
        // What they denied is not gone back to.
        self.state.before = None;
        true
    }

    /// "Is a video tour possible?": nobody knows here, no day is looked for, and they stay somebody who may rent. `true`: dealt
    /// with.
    fn wants_video(&mut self, text: &str, reading: &Reading) -> bool {
        let words = tokens(text);
        let own_fact = self.office.answer(reading.topic, text).is_some();
        if !Remark::ByVideo.fits(&words) || Remark::OrComes.fits(&words) || own_fact {
            return false;
        }
        let note = "asks for a video tour: tell them whether there is one";
        self.tell_noting(self.unknown_noted(), note.to_owned());
        self.state.confusions = 0;
        self.leave_showing_open();
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            !matches!(entity.value, Value::When(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        self.state.add_matter(text);
        self.resume_beside(text, reading, heard, &[]);
        true
    }

    /// A resident who was taken for a prospect says so, and is one again. `true`: dealt with.
    pub(super) fn turns_out_resident(&mut self, text: &str) -> bool {
        let prospect = matches!(self.state.flow, Some(Intent::Leasing | Intent::Showing));
        let words = tokens(text);
        let heard = self.entities(text);
        let lives_in =
            words.windows(2).any(|two| two[0].word == "live" && matches!(&*two[1].word, "in" | "at"));
        let at_a_door = lives_in && heard.iter().any(|entity| matches!(entity.value, Value::Unit(_)));
        // Whoever has named a home of the list wants that one, wherever they live now.
        if !prospect
            || self.state.closed
            || self.state.form.value(Item::Listing).is_some()
            || !(at_a_door || Remark::RentsAlready.fits(&words))
        {
            return false;
        }
        self.take_beside_the_point(&heard);
        self.state.visit = false;
        self.state.add_matter(text);
        self.begin_flow(Intent::Lease, text);
        self.state.before = None;
        true
    }

    /// Do they speak of the home that they live in, and of no trade that comes to it?
    pub(super) fn is_of_a_resident(&self, text: &str) -> bool {
        let words = tokens(text);
        let at_a_door = |entity: &Entity| {
            let before = text.get(..entity.start).map(words_of).unwrap_or_default();
            matches!(&entity.value, Value::Unit(mention) if !mention.candidates.is_empty())
                && before.last().is_some_and(|word| matches!(word.as_str(), "in" | "from"))
        };
        let heard = self.entities(text);
        let of_a_firm = heard.iter().any(|entity| matches!(entity.value, Value::Company(_)));
        !of_a_firm
            && !Remark::OfTrade.fits(&words)
            && (Remark::OfOwnHome.fits(&words) || heard.iter().any(at_a_door))
    }
}

/// "I want to buy it", "do you have anything for sale"; who would rent as well is told of what is to let.
/// Is a home to rent asked for, and none to buy?
pub(super) fn would_rent(text: &str) -> bool {
    Remark::WantsToRent.is_in(text) && !wants_to_buy(text)
}

pub(super) fn wants_to_buy(text: &str) -> bool {
    let words = tokens(text);
    Remark::WantsToBuy.fits(&words)
        && !Remark::NotBuying.fits(&words)
        && (!Remark::WantsToRent.fits(&words) || Remark::WantsNotToRent.fits(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_would_buy_is_told_from_who_would_rent() {
        for text in [
            "I want to buy it",
            "Do you have anything to buy though?",
            "Yeah, but I'm asking about buying.",
            "do you have any houses for sale?",
            "To sell and to buy. We don't want to rent anymore.",
            "Three. To buy, a three bedroom house.",
        ] {
            assert!(wants_to_buy(text), "{text}");
        }
        for text in [
            "do you guys have anything for sale? Actually, renting might be fine too.",
            "I don't want to buy, what's the rent?",
            "where can I buy groceries around there",
        ] {
            assert!(!wants_to_buy(text), "{text}");
        }
    }

    #[test]
    fn who_is_no_prospect_is_told_from_who_says_nearly_the_same() {
        let what = |text: &str| NO_PROSPECT_RULES.first(&tokens(&text.replace(',', " ")));
        for (text, kind) in [
            ("I'm not looking, I already applied.", NoProspect::Applied),
            ("I sent in an application on Thursday and forgot my roommate", NoProspect::Applied),
            ("How do I apply?", NoProspect::Applies),
            ("is there a link, or do I come by?", NoProspect::Applies),
            ("I've seen it. I want to fill in an application.", NoProspect::Applies),
            ("no showing, please, just the application", NoProspect::Applies),
            ("we're backing out of one", NoProspect::Withdraws),
            ("I found something else, so you can take me off the list", NoProspect::Withdraws),
            ("your tenant in 3A is coming home in a wheelchair", NoProspect::OfResident),
            ("He lives there!", NoProspect::OfResident),
            ("I'm the plumber.", NoProspect::Trade),
            ("I'm here to fix the sink", NoProspect::Trade),
            ("I came yesterday and no one was there", NoProspect::StoodUp),
            ("I don't come, I am in Germany", NoProspect::Elsewhere),
            ("I'm not looking for a home, I want to sublet mine.", NoProspect::Elsewhere),
        ] {
            assert_eq!(what(text), Some(kind), "{text}");
        }
        for text in [
            "I'm an electrician looking for a two bedroom",
            "I'm a plumber, I make sixty thousand a year",
            "I'd like to apply for the two bedroom and see it first",
            "could my mother live there with me",
            "how many people can live there",
            "my sister lives in Denver, she told me of the house",
            "I haven't found anything yet",
            "I don't need parking",
            "please put me on the waitlist",
            "does a tenant in 3A have parking",
        ] {
            assert_eq!(what(text), None, "{text}");
        }
    }

    #[test]
    fn a_video_tour_is_told_from_what_is_like_it() {
        let video = |text: &str| Remark::ByVideo.is_in(text) && !Remark::OrComes.is_in(text);
        assert!(video("It is possible to make a video tour?") && video("So, is the video possible?"));
        assert!(
            !video("I saw the video tour and I'd like to see it in person")
                && !video("I saw your video online")
        );
    }
}
