//! Who calls about a sale that is under way: no new buyer or seller, and nothing is asked of them as of one.

use super::{Item, Session, no_prospect::would_rent};
use crate::dialogue::{
    Entity, Intent, Move, Reading, Urgency, Value,
    listing::{self, Described},
    office::words_of,
    remark::Remark,
    token::tokens,
};

/// For whoever reads the message, and for the rest of the call.
const IN_A_DEAL: &str = "about a sale that is under way";

/// What only a new buyer or tenant is asked.
const OF_A_LEAD: [Item; 7] =
    [Item::Bedrooms, Item::MoveIn, Item::Budget, Item::Area, Item::Price, Item::Financing, Item::When];

impl Session {
    /// "We're under contract", "they countered and it runs out at five", "I'm with the title company": they want whoever handles
    /// the sale, at once if it is due today. `true`: dealt with.
    pub(super) fn turns_out_in_a_deal(&mut self, text: &str, reading: &Reading) -> bool {
        let lead = |flow: Intent| {
            flow.is_prospect() || matches!(flow, Intent::Seller | Intent::Owner | Intent::Vendor)
        };
        let open = self.state.flow.is_none_or(lead) || self.state.closed;
        let message = self.is_vague() && !self.is_in_a_deal();
        if !(open || message)
            || self.state.unheard
            || self.state.urgency != Urgency::Routine
            || reading.urgency != Urgency::Routine
            || reading.suspected.is_some()
            || reading.moves == Some(Move::Goodbye)
            || self.state.showing.standing().is_some()
            || !self.is_of_a_deal(text, reading)
        {
            return false;
        }
        self.state.confusions = 0;
        self.agree_in_passing(text);
        let mut heard = self.entities(text);
        heard.retain(|entity| {
            matches!(entity.value, Value::Name(_) | Value::Phone(_))
                && Item::of(entity.slot()).is_some_and(|item| self.is_answer(item, entity, reading, text))
        });
        self.take_beside_the_point(&heard);
        OF_A_LEAD.into_iter().for_each(|item| self.state.form.reopen(item));
        self.state.visit = false;
        self.state.note(IN_A_DEAL.to_owned());
        self.note_home_of_deal(text);
        self.note_deadline(text);
        let told = format!("{} {text}", self.state.matter.as_deref().unwrap_or_default());
        let rings = is_due_today(&told) && self.staff_can_take_it();
        if message && !self.state.closed {
            self.state.add_matter(text);
            self.state.form.settle(Item::Matter);
            if rings {
                self.ask_for_staff();
            } else {
                self.advance();
            }
            return true;
        }
        self.state.flow = None;
        self.state.before = None;
        if rings {
            self.state.begin_with(text);
            self.state.add_matter(text);
            self.state.form.settle(Item::Matter);
            self.state.intent = Some(Intent::Message);
            self.state.flow = Some(Intent::Message);
            self.state.closed = false;
            self.ask_for_staff();
        } else {
            self.begin_flow(Intent::Message, text);
        }
        true
    }

    /// Has this call been about a sale that is under way?
    pub(super) fn is_in_a_deal(&self) -> bool {
        self.state.notes.iter().any(|note| note == IN_A_DEAL)
    }

    /// Would they be made a lead again by a later word: "I'm not buying", "the seller's disclosure"?
    pub(super) fn stays_in_a_deal(&self, intent: Intent) -> bool {
        let lead = intent.is_prospect() || matches!(intent, Intent::Seller | Intent::Owner | Intent::Vendor);
        lead && !self.state.closed && self.is_in_a_deal()
    }

    fn is_of_a_deal(&self, text: &str, reading: &Reading) -> bool {
        let words = tokens(text);
        if !Remark::MidDeal.fits(&words) {
            return false;
        }
        let seeks_to_buy = Remark::WantsToBuy.fits(&words)
            && !Remark::RentingNotBuying.fits(&words)
            && !text.to_lowercase().contains("for sale");
        let rents = would_rent(text) && !Remark::WantsNotToRent.fits(&words);
        if seeks_to_buy || rents {
            return false;
        }
        // Where homes are let, "we close on our house on Friday" is told by who looks for another, and by tenants who leave.
        if self.office.sells() {
            !reading.is_sure()
                || !matches!(
                    reading.intent,
                    Intent::Maintenance
                        | Intent::Emergency
                        | Intent::Billing
                        | Intent::Lease
                        | Intent::Complaint
                        | Intent::Resident
                )
        } else {
            let sale = |intent: Intent| matches!(intent, Intent::Buyer | Intent::Seller);
            let lets = self.state.flow.is_some_and(|flow| flow.is_prospect() && !sale(flow));
            let loose = matches!(
                reading.intent,
                Intent::Message | Intent::Human | Intent::Other | Intent::Vendor | Intent::Owner
            );
            !lets && (!reading.is_sure() || sale(reading.intent) || loose)
        }
    }

    /// Of a list of homes the one that the sale is of.
    fn note_home_of_deal(&mut self, text: &str) {
        let office = self.office.clone();
        let meant = listing::meant(&office.listings, &office.name, text, &Described::default());
        if let [home] = meant.as_slice() {
            self.state.note(format!("of {}", home.address));
        }
    }

    fn note_deadline(&mut self, text: &str) {
        let sentence = text
            .split_inclusive(['.', '!', '?'])
            .map(str::trim)
            .find(|sentence| Remark::HasDeadline.is_in(sentence));
        if let Some(sentence) = sentence {
            self.state.note(format!("the deadline: \"{sentence}\""));
        }
    }

    /// What somebody in the middle of a sale says of when to be called lets nobody in.
    pub(super) fn says_who_may_enter(&self, entity: &Entity) -> bool {
        let asked = self.state.awaiting.is_for(Item::Access);
        let sale = |flow: Intent| flow.is_prospect() || flow == Intent::Seller;
        matches!(entity.value, Value::Access(_))
            && (asked || !self.state.flow.is_some_and(sale))
            && !self.is_in_a_deal()
    }
}

/// "Tonight at midnight", "it runs out at five", and no other day.
fn is_due_today(text: &str) -> bool {
    const OTHER_DAYS: [&str; 9] =
        ["tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "week"];
    const TODAY: [&str; 3] = ["today", "tonight", "midnight"];
    let words = words_of(text);
    let says = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
    Remark::DueToday.is_in(text) && (says(&TODAY) || !says(&OTHER_DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_that_is_under_way_is_told_from_the_wish_for_one() {
        for text in [
            "No, no. We're already under contract. We need an agent to call us back today.",
            "It's about our offer on the condo, they countered and it runs out at five.",
            "We have an offer in already.",
            "She's my agent, it's about the offer.",
            "I'm with the title company, I need a document.",
            "This is Priya over at Heritage Title. I need the signed seller's disclosure for the Alder Lane closing.",
            "our inspector just found knob and tube wiring, and our objection deadline is tonight at midnight",
            "We close on Friday and the lender needs the addendum.",
            "I submitted an offer for my clients last night.",
            "My buyers are under contract on Alder Lane.",
        ] {
            assert!(Remark::MidDeal.is_in(text), "{text}");
        }
        for text in [
            "Is it still available or is it under contract?",
            "Can I make an offer on the house?",
            "I'd like to put an offer in on Alder Lane.",
            "When do you close today?",
            "What are the closing costs?",
            "Would they take an offer?",
            "I've got buyers in town, can I show the condo this afternoon?",
            "Do you offer home inspections?",
            "I have a question about the kitchen counter.",
        ] {
            assert!(!Remark::MidDeal.is_in(text), "{text}");
        }
    }

    #[test]
    fn what_is_due_today_is_told_from_what_is_due_on_another_day() {
        assert!(is_due_today("they countered and it runs out at five"));
        assert!(is_due_today("our objection deadline is tonight at midnight"));
        assert!(is_due_today("it expires today, not Friday"));
        assert!(!is_due_today("the deadline is Friday at five"));
        assert!(!is_due_today("it's supposed to fund on Friday"));
    }
}
