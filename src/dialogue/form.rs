//! The form: what is known of each item that a flow asks for, and how well.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Expectation, Slot, Value};

/// Something that a flow asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    Matter,
    /// Unit or address.
    Place,
    Name,
    /// The number to call back.
    Callback,
    /// May somebody enter when the resident is out?
    Access,
    When,
    Bedrooms,
    MoveIn,
    Budget,
    Listing,
    Company,
    /// Where a buyer looks.
    Area,
    /// What a buyer would pay at most.
    Price,
    /// How a buyer would pay.
    Financing,
}

impl Item {
    pub const ALL: [Item; 14] = [
        Item::Matter,
        Item::Place,
        Item::Name,
        Item::Callback,
        Item::Access,
        Item::When,
        Item::Bedrooms,
        Item::MoveIn,
        Item::Budget,
        Item::Listing,
        Item::Company,
        Item::Area,
        Item::Price,
        Item::Financing,
    ];

    /// The name in the pack: `move_in`.
    pub const fn name(self) -> &'static str {
        match self {
            Item::Matter => "matter",
            Item::Place => "place",
            Item::Name => "name",
            Item::Callback => "callback",
            Item::Access => "access",
            Item::When => "when",
            Item::Bedrooms => "bedrooms",
            Item::MoveIn => "move_in",
            Item::Budget => "budget",
            Item::Listing => "listing",
            Item::Company => "company",
            Item::Area => "area",
            Item::Price => "price",
            Item::Financing => "financing",
        }
    }

    /// What the extraction is told that we hope for.
    pub const fn slot(self) -> Slot {
        match self {
            Item::Matter => Slot::Matter,
            Item::Place => Slot::Unit,
            Item::Name => Slot::Name,
            Item::Callback => Slot::Phone,
            Item::Access => Slot::Access,
            Item::When => Slot::When,
            Item::Bedrooms => Slot::Bedrooms,
            Item::MoveIn => Slot::MoveIn,
            Item::Budget => Slot::Budget,
            Item::Listing => Slot::Listing,
            Item::Company => Slot::Company,
            Item::Area => Slot::Area,
            Item::Price => Slot::Price,
            Item::Financing => Slot::Financing,
        }
    }

    /// Which item a value of this slot fills; an e-mail address and pets have no place on the form.
    pub const fn of(slot: Slot) -> Option<Item> {
        Some(match slot {
            Slot::Matter => Item::Matter,
            Slot::Unit | Slot::Address => Item::Place,
            Slot::Name => Item::Name,
            Slot::Phone => Item::Callback,
            Slot::Access => Item::Access,
            Slot::When => Item::When,
            Slot::Bedrooms => Item::Bedrooms,
            Slot::MoveIn => Item::MoveIn,
            Slot::Budget => Item::Budget,
            Slot::Listing => Item::Listing,
            Slot::Company => Item::Company,
            Slot::Area => Item::Area,
            Slot::Price => Item::Price,
            Slot::Financing => Item::Financing,
            Slot::Email | Slot::Pets => return None,
        })
    }

    /// The kind of answer that the question hopes for.
    pub const fn expectation(self) -> Expectation {
        match self {
            Item::Name => Expectation::Name,
            Item::Callback => Expectation::PhoneNumber,
            Item::Place => Expectation::UnitOrAddress,
            Item::Access | Item::Financing => Expectation::YesOrNo,
            _ => Expectation::Open,
        }
    }

    /// Could it be misheard so that somebody goes to the wrong door or calls the wrong number? Then it is read back
    /// and a yes is waited for; anything else is only echoed, and may be corrected.
    pub const fn needs_yes(self) -> bool {
        matches!(self, Item::Place | Item::Name | Item::Callback | Item::When | Item::MoveIn)
    }
}

/// How well an item is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// Not known.
    #[default]
    Open,
    /// Heard, and still to be read back.
    Heard,
    /// Confirmed by the person, or an item that needs no yes.
    Settled,
    /// Kept as heard; the team will confirm it.
    Unconfirmed,
    /// They cannot or will not say, or it could not be understood.
    Skipped,
}

/// One item of the form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Field {
    pub(super) value: Option<Value>,
    pub(super) standing: Standing,
    /// How often the question has been asked in vain, or a read-back was denied or left unanswered.
    pub(super) failures: u8,
    /// It was left to the keys of the telephone.
    #[serde(default)]
    pub(super) keyed: bool,
    /// What was heard, and did not find agreement, while another way is tried.
    #[serde(default)]
    pub(super) shelved: Option<Value>,
}

impl Field {
    pub(super) const fn is_done(&self) -> bool {
        matches!(self.standing, Standing::Settled | Standing::Unconfirmed | Standing::Skipped)
    }
}

/// All items of a conversation. What was heard is kept across flows: nobody says their name twice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Form {
    fields: BTreeMap<Item, Field>,
}

impl Form {
    pub(super) fn get(&self, item: Item) -> Option<&Field> {
        self.fields.get(&item)
    }

    pub(super) fn entry(&mut self, item: Item) -> &mut Field {
        self.fields.entry(item).or_default()
    }

    pub(super) fn value(&self, item: Item) -> Option<&Value> {
        self.fields.get(&item)?.value.as_ref()
    }

    pub(super) fn is_done(&self, item: Item) -> bool {
        self.fields.get(&item).is_some_and(Field::is_done)
    }

    /// Items heard and not read back, in the form's order.
    pub(super) fn to_read_back(&self) -> Vec<Item> {
        self.fields.iter().filter(|(_, f)| f.standing == Standing::Heard).map(|(item, _)| *item).collect()
    }

    /// Puts in what was heard. A value that is settled is replaced only by a different one, and then read back anew.
    /// Answers whether anything changed.
    pub(super) fn hear(&mut self, item: Item, value: Value) -> bool {
        let field = self.entry(item);
        if field.value.as_ref() == Some(&value) && field.standing != Standing::Open {
            return false;
        }
        field.value = Some(value);
        field.standing = if item.needs_yes() { Standing::Heard } else { Standing::Settled };
        true
    }

    pub(super) fn settle(&mut self, item: Item) {
        let field = self.entry(item);
        field.standing = if field.value.is_some() { Standing::Settled } else { Standing::Skipped };
    }

    /// No more questions about it: kept unconfirmed if there is a value, skipped if there is none. Answers the value.
    pub(super) fn give_up(&mut self, item: Item) -> Option<Value> {
        let field = self.entry(item);
        field.standing = if field.value.is_some() { Standing::Unconfirmed } else { Standing::Skipped };
        field.value.clone()
    }

    /// Lays the value aside, so that it is asked for in another way; it stands if that comes to nothing.
    pub(super) fn shelve(&mut self, item: Item) {
        let field = self.entry(item);
        field.shelved = field.value.take();
        field.standing = Standing::Open;
    }

    /// Nothing came of the other way.
    pub(super) fn unshelve(&mut self, item: Item) {
        let field = self.entry(item);
        field.value = field.value.take().or(field.shelved.take());
    }

    /// Forgets the value, so that it is asked for again.
    pub(super) fn reopen(&mut self, item: Item) {
        let field = self.entry(item);
        field.value = None;
        field.standing = Standing::Open;
    }

    /// One more vain attempt; answers how many there were.
    pub(super) fn fail(&mut self, item: Item) -> u8 {
        let field = self.entry(item);
        field.failures = field.failures.saturating_add(1);
        field.failures
    }
}
