//! What to ask next: the form, its read-backs, and what is done when all is settled.

use super::{
    Awaiting, Channel, Session,
    rescue::{QUICK_ITEMS, RESCUE_ITEMS},
};
use crate::dialogue::{
    EndReason, Ending, Expectation, Intent, Item, PersonName, Promise, UnitRef, Value, form::Standing,
    pack::Line, reply,
};
use crate::types::Language;

/// Items in one read-back: three can be listened to, four cannot.
const READ_BACK_AT_ONCE: usize = 3;

/// Choices in one question.
const CHOICES: usize = 3;

impl Session {
    /// The next step: a read-back, the next question, the ring, or the end of the flow. Every pass settles an item,
    /// asks, or ends, so it is bounded by the number of items.
    pub(super) fn advance(&mut self) {
        if self.state.by_keys {
            return self.ask_ways();
        }
        for _ in 0..=2 * Item::ALL.len() {
            if self.is_over() {
                return;
            }
            let mut due = self.due_for_read_back();
            due.truncate(READ_BACK_AT_ONCE);
            if !due.is_empty() {
                if let [Item::Place] = due.as_slice()
                    && self.ask_which_unit()
                {
                    return;
                }
                if self.ask_read_back(&due) {
                    return;
                }
                due.iter().for_each(|&item| self.keep_unconfirmed(item));
                continue;
            }
            if self.is_quick()
                && QUICK_ITEMS.iter().all(|&item| self.state.form.is_done(item))
                && self.ring_on_call()
            {
                return;
            }
            match self.next_item() {
                Some(Item::MoveIn) if self.leaves_move_in() => return,
                // Given up just now.
                Some(item) if self.state.form.is_done(item) => {}
                Some(item) => {
                    if self.ask_about(item) || (self.leave_to_keys(item) && self.ask_about(item)) {
                        return;
                    }
                    self.give_up(item);
                }
                None if self.arrange_showing() => return,
                None => return self.close_flow(),
            }
        }
    }

    /// What was heard and concerns the flow; the place by itself while it may still be one of several.
    fn due_for_read_back(&self) -> Vec<Item> {
        let mut due = self.state.form.to_read_back();
        // A day that nothing hangs on is only written down: "I moved in two weeks ago", "I'll bring the keys on Monday".
        let flow = self.state.flow.and_then(|intent| self.pack.flow(intent));
        due.retain(|item| {
            !matches!(item, Item::When | Item::MoveIn) || flow.is_some_and(|flow| flow.items.contains(item))
        });
        if self.arranges_showing() {
            // The time that is booked is read back, not the wish for it.
            due.retain(|&item| item != Item::When);
        }
        // A home that is known by its listing is read back with the time of its showing.
        let of_list = self.state.flow.is_some_and(|flow| self.shows(flow));
        if of_list && self.state.form.value(Item::Listing).is_some() {
            due.retain(|&item| item != Item::Place);
        }
        let places = self.candidates().len();
        if places > 1 && due.contains(&Item::Place) {
            due.retain(|&item| item == Item::Place);
        }
        due
    }

    fn candidates(&self) -> Vec<UnitRef> {
        match self.state.form.value(Item::Place) {
            Some(Value::Unit(mention)) => mention.candidates.clone(),
            _ => Vec::new(),
        }
    }

    /// "Is that 1 5 or 5 0?": asks only when the unit could be several of the roster.
    fn ask_which_unit(&mut self) -> bool {
        let mut candidates = self.candidates();
        if candidates.len() < 2 {
            return false;
        }
        candidates.truncate(CHOICES);
        let same_unit = candidates.iter().all(|c| c.unit == candidates[0].unit);
        let choices: Vec<String> =
            candidates
                .iter()
                .map(|c| {
                    if same_unit {
                        c.property.clone()
                    } else {
                        reply::unit_aloud(self.state.language, &c.unit)
                    }
                })
                .collect();
        let value = reply::listed(&choices, reply::or(self.state.language));
        self.ask_line(Line::Choose, &value, Awaiting::Choose(candidates), Expectation::UnitOrAddress)
    }

    fn next_item(&self) -> Option<Item> {
        let wanted: &[Item] = if self.is_quick() {
            &QUICK_ITEMS
        } else if self.state.flow == Some(Intent::Emergency) {
            &RESCUE_ITEMS
        } else {
            let flow = self.state.flow.and_then(|intent| self.pack.flow(intent));
            flow.map_or(&[], |flow| flow.items.as_slice())
        };
        wanted.iter().copied().find(|&item| match item {
            Item::Matter => self.state.matter.is_none() && !self.state.form.is_done(item),
            // Who does not want to be called is not asked for a number.
            Item::Callback if self.state.refuses_calls => false,
            // The number on file is called, not one that a stranger gives.
            Item::Callback if self.state.proving.refused => false,
            // Nobody has to be let in where all go in and out.
            Item::Access if self.is_of_common_part() => false,
            // The office knows what its own homes have.
            Item::Bedrooms | Item::Area | Item::Price if self.state.form.value(Item::Listing).is_some() => {
                false
            }
            _ => !self.state.form.is_done(item),
        })
    }

    /// Is there a question or a read-back before the closing?
    pub(super) fn has_more_to_ask(&self) -> bool {
        self.next_item().is_some() || !self.due_for_read_back().is_empty()
    }

    /// Asks for it, or offers what is known already.
    fn ask_about(&mut self, item: Item) -> bool {
        let failures = self.state.form.get(item).map_or(0, |field| field.failures);
        match item {
            Item::Callback if !self.state.offered_caller => {
                let Some(number) = self.state.opening.caller else { return self.ask_item(item) };
                self.state.offered_caller = true;
                if self.state.opening.channel == Channel::Text {
                    // They write from it.
                    self.state.form.hear(item, Value::Phone(number));
                    self.state.form.settle(item);
                    self.advance();
                    return true;
                }
                let digits = number.digits();
                let tail = reply::spelled(&digits[digits.len().saturating_sub(4)..]);
                self.ask_line(Line::OfferCaller, &tail, Awaiting::OfferCaller, Expectation::YesOrNo)
                    || self.ask_item(item)
            }
            // Who has said no to a name is not asked whether they bear it.
            Item::Name if !self.state.asked_contact && failures == 0 => {
                let Some(name) = self.state.opening.contact.clone() else { return self.ask_item(item) };
                self.state.asked_contact = true;
                self.ask_line(Line::KnownName, &name, Awaiting::KnownName, Expectation::YesOrNo)
                    || self.ask_item(item)
            }
            _ => self.ask_item(item),
        }
    }

    /// A name of the office's own records, as the person confirmed it.
    pub(super) fn known_name(name: &str) -> PersonName {
        let (given, family) = match name.trim().split_once(' ') {
            Some((given, family)) => (given.to_owned(), Some(family.trim().to_owned())),
            None => (name.trim().to_owned(), None),
        };
        PersonName { given, family, spelled: false, known: Some(name.trim().to_owned()) }
    }

    /// Asks no more about it: keeps what was heard, and says so.
    pub(super) fn keep_unconfirmed(&mut self, item: Item) {
        self.state.form.unshelve(item);
        let value = self.aloud(item);
        match self.state.form.give_up(item) {
            Some(_) => {
                self.tell_with(Line::KeptUnconfirmed, &value);
                // The office reads its notes in English, whatever was spoken.
                let noun = self
                    .pack
                    .question(self.state.flow, item)
                    .filter(|_| self.state.language == Language::English)
                    .map_or(item.name(), |question| question.noun.as_str())
                    .to_owned();
                self.state.note(format!("{noun} was not confirmed"));
            }
            None => self.fall_back(item),
        }
    }

    /// Asks no more about it, and says so when there is nothing to keep.
    pub(super) fn give_up(&mut self, item: Item) {
        self.state.form.unshelve(item);
        match self.state.form.value(item) {
            Some(_) => self.keep_unconfirmed(item),
            None => {
                if item == Item::Name
                    && let Some(words) = self.state.said_for_name.take()
                {
                    self.state.note(format!("asked for the name, they said \"{words}\""));
                }
                self.state.form.give_up(item);
                self.fall_back(item);
                self.tell(Line::Skipped);
            }
        }
    }

    /// Without a number of their own choice, the one that they call from is better than none.
    fn fall_back(&mut self, item: Item) {
        if item == Item::Callback
            && let Some(number) = self.state.opening.caller
            && !self.state.refuses_calls
        {
            self.state.digits.clear();
            self.state.form.hear(item, Value::Phone(number));
            self.state.form.give_up(item);
        }
    }

    /// Everything that the flow asks for is settled or given up.
    fn close_flow(&mut self) {
        if self.ring_on_call() {
            return;
        }
        let Some(intent) = self.state.flow else {
            return if self.state.closed { self.ask_anything_else() } else { self.ask_need(Line::Need) };
        };
        let pack = self.pack.clone();
        let Some(flow) = pack.flow(intent) else { return self.ask_anything_else() };
        if !self.state.closed {
            self.state.closed = true;
            if !self.showing_is_settled() {
                self.say_who_may_enter();
                self.promise(intent, flow.promise);
            }
        }
        match flow.ending {
            Ending::End => {
                let reason = match intent {
                    Intent::WrongNumber => EndReason::WrongNumber,
                    _ => EndReason::Goodbye,
                };
                self.end(reason);
            }
            Ending::Message | Ending::Staff => self.ask_anything_else(),
        }
    }

    /// Says the closing, and promises no call where none can be kept.
    fn promise(&mut self, intent: Intent, promise: Promise) {
        let calls = matches!(promise, Promise::Callback | Promise::LeadCallback | Promise::WorkOrder);
        let reachable = self.state.proving.refused
            || self.state.form.get(Item::Callback).is_some_and(|field| field.value.is_some());
        let kept = if !calls {
            true
        } else if self.state.refuses_calls {
            self.tell(Line::ClosingNoContact);
            false
        } else if !reachable {
            self.tell(Line::ClosingNoNumber);
            false
        } else if self.state.texts_only {
            self.tell(Line::ClosingTexts);
            self.state.promised =
                if self.state.promised == Promise::Nothing { promise } else { self.state.promised };
            return;
        } else {
            true
        };
        if kept {
            let pack = self.pack.clone();
            if let Some(flow) = pack.flow(intent) {
                self.tell_variant(&format!("{}.closing", intent.name()), &flow.closing);
            }
        }
        if (kept || promise == Promise::WorkOrder) && self.state.promised == Promise::Nothing {
            self.state.promised = promise;
        }
    }

    pub(super) fn ask_anything_else(&mut self) {
        if self.take_up_further() {
            return;
        }
        if !self.ask_line(Line::AnythingElse, "", Awaiting::AnythingElse, Expectation::Open) {
            self.tell(Line::Goodbye);
            self.end(EndReason::Goodbye);
        }
    }

    /// The items of a read-back that failed once more: asked anew, or kept as they are when that was enough.
    pub(super) fn read_back_failed(&mut self, items: &[Item], forget: bool) {
        for &item in items {
            if self.state.form.fail(item) >= self.pack.limits().hearings {
                if !self.leave_to_keys(item) {
                    self.keep_unconfirmed(item);
                }
            } else if forget {
                self.state.form.reopen(item);
            }
        }
    }

    /// An item was asked for in vain once more.
    pub(super) fn asking_failed(&mut self, item: Item) {
        if self.state.form.fail(item) >= self.pack.limits().hearings && !self.leave_to_keys(item) {
            self.give_up(item);
        }
    }

    pub(super) fn settle_all(&mut self, items: &[Item]) {
        for &item in items {
            if self.state.form.get(item).is_some_and(|field| field.standing == Standing::Heard) {
                self.state.form.settle(item);
            }
        }
    }
}
