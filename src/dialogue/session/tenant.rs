//! Who rents a home of the office, whatever they were taken for, and who lives elsewhere.

use super::{Awaiting, Item, Session};
use crate::dialogue::{Intent, Urgency, pack::Line, remark::Remark, token::tokens};

impl Session {
    /// "I live here", "I don't own it, I rent it": no owner and no vendor, whatever it was taken for. `true`: dealt with.
    pub(super) fn turns_out_tenant(&mut self, text: &str) -> bool {
        let taken_for = matches!(self.state.flow, Some(Intent::Owner | Intent::Vendor));
        if !taken_for || self.state.closed || self.state.unheard || text.trim_end().ends_with('?') {
            return false;
        }
        if !Remark::LivesHere.is_in(text) && !Remark::OfOwnLease.is_in(text) {
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

    /// "I'm the plumber", "soy el repartidor": no tenant with a repair, and nobody who could let others in.
    pub(super) fn turns_out_at_work(&mut self, text: &str) {
        let taken_for = self.state.flow == Some(Intent::Maintenance)
            && !self.state.closed
            && !self.state.unheard
            && self.state.urgency == Urgency::Routine;
        if !taken_for || !Remark::ComesToWork.is_in(text) || Remark::LivesHere.is_in(text) {
            return;
        }
        (self.state.flow, self.state.intent) = (Some(Intent::Vendor), Some(Intent::Vendor));
        self.state.form.reopen(Item::Access);
        self.state.form.give_up(Item::Access);
        self.state.note(format!("comes to work: \"{}\"", text.trim()));
    }

    /// Do they live elsewhere: next door, in the street, or nowhere near?
    pub(super) fn is_a_stranger(&self, text: &str) -> bool {
        let known = [self.state.first_words.as_deref(), self.state.matter.as_deref(), Some(text)];
        known.into_iter().flatten().any(|said| Remark::LivesElsewhere.is_in(said))
    }
}

/// Somebody who worked there, or would like to: no firm, and no invoice.
pub(super) fn is_of_staff(text: &str) -> bool {
    Remark::OfStaff.fits(&tokens(&text.replace('-', " ")))
}
