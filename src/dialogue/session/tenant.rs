//! Who rents a home of the office, whatever they were taken for, and who lives elsewhere.

use std::sync::LazyLock;

use super::{Awaiting, Item, Session, no_prospect::lives_here};
use crate::dialogue::{Intent, pack::Line, pattern::AnyOf, token::tokens};

impl Session {
    /// "I live here", "I don't own it, I rent it": no owner and no vendor, whatever it was taken for. `true`: dealt with.
    pub(super) fn turns_out_tenant(&mut self, text: &str) -> bool {
        let taken_for = matches!(self.state.flow, Some(Intent::Owner | Intent::Vendor));
        if !taken_for || self.state.closed || self.state.unheard || text.trim_end().ends_with('?') {
            return false;
        }
        if !lives_here(text) && !is_of_own_lease(text) {
            return false;
        }
        self.state.confusions = 0;
        (self.state.flow, self.state.intent) = (Some(Intent::Resident), Some(Intent::Resident));
        self.agree_in_passing(text);
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.state.add_matter(text);
        if self.state.awaiting == Awaiting::Item(Item::Company) {
            self.give_up(Item::Company);
        }
        self.tell(Line::Added);
        self.advance();
        true
    }

    /// Do they live elsewhere: next door, in the street, or nowhere near?
    pub(super) fn is_a_stranger(&self, text: &str) -> bool {
        static ELSEWHERE: LazyLock<AnyOf> = LazyLock::new(|| {
            AnyOf::parse([
                "dont|do ?not live there|here|in",
                "live|house ?right next|across|down|behind|beside door|the|from|your",
                "im ?just ?only ?the|a|your neighbor|neighbour|mailman|carrier|driver|visitor|guest",
                "mail|letter carrier",
                "walking|driving|passing by|past",
                "enter my house",
                "not my apartment|place|home|unit|house",
            ])
        });
        let known = [self.state.first_words.as_deref(), self.state.matter.as_deref(), Some(text)];
        known.into_iter().flatten().any(|said| ELSEWHERE.fits(&tokens(said)))
    }
}

/// Somebody who worked there, or would like to: no firm, and no invoice.
pub(super) fn is_of_staff(text: &str) -> bool {
    static STAFF: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "w two|2",
            "w2|w2s",
            "my ?last ?final ?old pay|paycheck|paystub|paystubs|payroll ?stub|stubs",
            "used to work for|with|at|there you",
            "worked for you",
            "verification of employment",
        ])
    });
    STAFF.fits(&tokens(&text.replace('-', " ")))
}

/// "There's no unit, it's the office's check."
pub(super) fn has_no_place(text: &str) -> bool {
    static NONE: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "no|not|isnt|without ?a|an|any|the ?particular|specific unit|apartment|address|apt",
            "dont|do|doesnt ?not live there|here|in|at",
            "not|isnt about|for|in a|an|any unit|apartment|home",
            "dont|didnt|do|cant ?not ?really have|know|remember|recall|see the|a|an|that|any|her|his|their ?exact unit|apartment|address|apt",
            "dont|do ?not know|remember which unit|apartment|one",
        ])
    });
    NONE.fits(&tokens(text))
}

/// Somebody who rents, and speaks of letting somebody else live there or of their own lease.
pub(super) fn is_of_own_lease(text: &str) -> bool {
    static OWN: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "sublet|sublease|subletting|subleasing my|mine|our",
            "rent|let|lend ?out my|our ?own? place|apartment|room ?out to",
            "giving|give|gave|put|putting ?in my|our ?thirty ?sixty ?30 ?60 ?day ?days notice",
            "dont|do ?not own it|this|the",
            "i|we rent it|here|from",
        ])
    });
    OWN.fits(&tokens(text))
}
