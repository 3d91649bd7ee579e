//! Repairs in what all share: stairs, halls, the laundry room. Their place is the house, and nobody is asked to let anybody in.

use super::{Awaiting, Item, Session};
use crate::dialogue::{Access, Entity, Value, pack::Line, remark::Remark};

impl Session {
    /// Has the matter to do with what no home has for itself?
    pub(super) fn is_of_common_part(&self) -> bool {
        let told = [&self.state.matter, &self.state.first_words];
        told.into_iter()
            .flatten()
            .any(|words| Remark::OfCommonPart.is_in(words) && !Remark::OfOwnRoom.is_in(words))
    }

    /// "No, it's the stairs, not my apartment": there is no door to be named, and the house that was named stands. `true`: dealt
    /// with.
    pub(super) fn names_common_part(&mut self, text: &str, heard: &[Entity]) -> bool {
        if self.need_not_be_let_in(text, heard) {
            return true;
        }
        let asked = match &self.state.awaiting {
            Awaiting::Item(item) => *item == Item::Place,
            Awaiting::Confirm(items) => items == &[Item::Place],
            _ => false,
        };
        let placed = heard.iter().any(|entity| Item::of(entity.slot()) == Some(Item::Place));
        if !asked || placed || self.state.unheard || !Remark::NamesCommonPart.is_in(text) {
            return false;
        }
        self.state.confusions = 0;
        self.take_beside_the_point(heard);
        self.state.add_matter(text);
        self.state.note(format!("not in a home: \"{}\"", text.trim()));
        // "It's the stairs", and the house was named at first.
        self.take_street_named(text);
        if let Some(first) = self.state.first_words.clone() {
            self.take_street_named(&first);
        }
        if self.state.form.value(Item::Place).is_some() {
            self.state.form.settle(Item::Place);
            self.tell(Line::Added);
        } else {
            self.give_up(Item::Place);
        }
        self.advance();
        true
    }

    /// "It's the garage, nobody has to go in the apartment", to the question who may enter: it is no refusal, and nobody has to be let
    /// in.
    fn need_not_be_let_in(&mut self, text: &str, heard: &[Entity]) -> bool {
        let allows =
            |entity: &Entity| matches!(entity.value, Value::Access(access) if access != Access::Denied);
        if self.state.awaiting != Awaiting::Item(Item::Access)
            || self.state.unheard
            || heard.iter().any(allows)
            || Remark::OpensWithYes.is_in(text)
            || Remark::OfOwnRoom.is_in(text)
            || !Remark::NamesCommonPart.is_in(text)
        {
            return false;
        }
        self.state.confusions = 0;
        self.state.add_matter(text);
        self.state.note(format!("not in a home: \"{}\"", text.trim()));
        self.give_up(Item::Access);
        self.advance();
        true
    }

    /// "That's the one. I'm in 3B myself" behind the house that was read back tells where they live, not where the light is out.
    pub(super) fn keep_the_house(&self, agreed: bool, heard: &mut Vec<Entity>) {
        let house = matches!(self.state.form.value(Item::Place), Some(Value::Address(address)) if address.unit.is_none());
        let asked = matches!(&self.state.awaiting, Awaiting::Confirm(items) if items.contains(&Item::Place));
        if asked && agreed && house && self.is_of_common_part() {
            heard.retain(|entity| Item::of(entity.slot()) != Some(Item::Place));
        }
    }
}
